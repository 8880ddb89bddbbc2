//! The pseudonymiser itself: the only process that reads the key file. It answers on a Unix socket, knows no data
//! folder, and writes nothing but the key file.
//!
//! Who may connect is the business of the file system: the socket is for its owner and her group.

use std::fs;
use std::io::{self, ErrorKind};
use std::os::unix::fs::{FileTypeExt, PermissionsExt};
use std::os::unix::net::{UnixListener, UnixStream};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use calendar::SchoolYear;
use privacy::Questions;

use super::file::KeyFile;
use super::frames::{self, ASK, Done, FAILED, ORDER, Order};
use crate::error::Error;

/// Connections served at once: more would only be a thread each.
const AT_ONCE: usize = 64;

/// Answers on a socket until the process ends.
pub struct Desk {
    file: Arc<KeyFile>,
    listener: UnixListener,
    socket: PathBuf,
}

impl Desk {
    /// Reads the key file, making it where there is none, and takes the socket.
    ///
    /// Fails when another process answers on it.
    pub fn open(keys: &Path, socket: &Path) -> Result<Self, Error> {
        let file = Arc::new(KeyFile::open(keys, true)?);
        // What a process that was killed has left behind is no socket that anybody answers on.
        if fs::symlink_metadata(socket).is_ok_and(|file| file.file_type().is_socket()) {
            if UnixStream::connect(socket).is_ok() {
                return Err(Error::Held { path: socket.to_owned() });
            }
            fs::remove_file(socket).map_err(Error::file("cannot remove", socket))?;
        }
        let listener = UnixListener::bind(socket).map_err(Error::file("cannot listen on", socket))?;
        let mode = fs::Permissions::from_mode(0o660);
        fs::set_permissions(socket, mode).map_err(Error::file("cannot change the mode of", socket))?;
        Ok(Self { file, listener, socket: socket.to_owned() })
    }

    /// Takes the socket away, so that nobody connects any more.
    pub fn close(&self) {
        let _ = fs::remove_file(&self.socket);
    }

    /// Serves; returns only when the socket fails.
    pub fn serve(&self) -> Result<(), Error> {
        let connections = Arc::new(AtomicUsize::new(0));
        loop {
            let (stream, _) = match self.listener.accept() {
                Ok(accepted) => accepted,
                Err(error) if error.kind() == ErrorKind::Interrupted => continue,
                Err(error) => return Err(Error::file("cannot answer on", &self.socket)(error)),
            };
            if connections.fetch_add(1, Ordering::SeqCst) >= AT_ONCE {
                connections.fetch_sub(1, Ordering::SeqCst);
                continue;
            }
            let (file, connections) = (Arc::clone(&self.file), Arc::clone(&connections));
            std::thread::spawn(move || {
                // The other side's end is no failure of ours.
                if let Err(error) = serve_one(&file, stream) {
                    tracing::debug!(%error, "a connection ended");
                }
                connections.fetch_sub(1, Ordering::SeqCst);
            });
        }
    }
}

fn serve_one(file: &KeyFile, mut stream: UnixStream) -> io::Result<()> {
    while let Some((kind, body)) = frames::read(&mut stream)? {
        match answer(file, kind, &body) {
            Ok(answer) => frames::write(&mut stream, kind, &answer)?,
            // What was asked is not repeated: it may hold identifiers.
            Err(error) => frames::write(&mut stream, FAILED, error.to_string().as_bytes())?,
        }
    }
    Ok(())
}

fn answer(file: &KeyFile, kind: u8, body: &[u8]) -> Result<Vec<u8>, Error> {
    let senseless = || Error::Unreadable { what: "a request", text: "is it the same version?".to_owned() };
    match kind {
        ASK => {
            let questions = Questions::from_bytes(body).ok_or_else(senseless)?;
            Ok(file.ring().answer(&questions).to_bytes())
        }
        ORDER => {
            let order = serde_json::from_slice(body).map_err(|_| senseless())?;
            serde_json::to_vec(&follow(file, order)?).map_err(|_| senseless())
        }
        _ => Err(senseless()),
    }
}

fn follow(file: &KeyFile, order: Order) -> Result<Done, Error> {
    let year = |text: &str| -> Result<SchoolYear, Error> {
        text.parse().map_err(|_| Error::Unreadable { what: "a school year", text: "in a request".to_owned() })
    };
    Ok(match order {
        Order::Held => Done::from(&file.held()),
        Order::Ensure(years) => {
            let years: Vec<SchoolYear> = years.iter().map(|text| year(text)).collect::<Result<_, _>>()?;
            file.ensure(&years)?;
            Done::Ensured
        }
        Order::Destroy(text) => {
            let gone = file.destroy(year(&text)?)?;
            tracing::warn!(year = %text, "the root of a school year was destroyed");
            Done::Destroyed(gone.map(|id| id.to_string()))
        }
        Order::Replace(text) => {
            let replaced = file.replace(year(&text)?)?;
            tracing::warn!(year = %text, "the root of a school year was replaced");
            Done::Replaced(replaced.map(|one| (one.gone.to_string(), one.made.to_string())))
        }
    })
}
