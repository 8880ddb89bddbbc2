//! The way to the pseudonymiser: connections that are kept and used again, and an error when it is away.

use std::io;
use std::os::unix::net::UnixStream;
use std::path::{Path, PathBuf};
use std::sync::Mutex;
use std::time::Duration;

use calendar::SchoolYear;
use privacy::{Answers, KeyId, KeysAway, Pseudonymiser, Questions};

use super::frames::{self, ASK, Done, FAILED, ORDER, Order};
use super::{Held, Replaced};
use crate::error::Error;

/// How long an answer may take. A request waits no longer; it is told to come again.
const LONGEST: Duration = Duration::from_secs(5);

/// Connections that are kept.
const KEPT: usize = 16;

/// The process behind a socket.
pub(crate) struct Peer {
    socket: PathBuf,
    free: Mutex<Vec<UnixStream>>,
}

impl Peer {
    pub(super) fn new(socket: &Path) -> Self {
        Self { socket: socket.to_owned(), free: Mutex::default() }
    }

    pub(super) fn held(&self) -> Result<Held, Error> {
        self.order(&Order::Held)?.held().ok_or_else(|| self.senseless())
    }

    pub(super) fn ensure(&self, years: &[SchoolYear]) -> Result<(), Error> {
        self.order(&Order::Ensure(years.iter().map(ToString::to_string).collect())).map(|_| ())
    }

    pub(super) fn destroy(&self, year: SchoolYear) -> Result<Option<KeyId>, Error> {
        self.order(&Order::Destroy(year.to_string()))?.destroyed().ok_or_else(|| self.senseless())
    }

    pub(super) fn replace(&self, year: SchoolYear) -> Result<Option<Replaced>, Error> {
        self.order(&Order::Replace(year.to_string()))?.replaced().ok_or_else(|| self.senseless())
    }

    fn order(&self, order: &Order) -> Result<Done, Error> {
        let body = serde_json::to_vec(order).map_err(|error| self.away(&error))?;
        let answer = self.ask(ORDER, &body).map_err(|error| self.away(&error))?;
        serde_json::from_slice(&answer).map_err(|_| self.senseless())
    }

    fn away(&self, cause: &dyn std::fmt::Display) -> Error {
        Error::KeysAway { socket: self.socket.clone(), what: cause.to_string() }
    }

    fn senseless(&self) -> Error {
        self.away(&"its answer is none; is it the same version?")
    }

    /// One round trip. A connection that was kept may have ended meanwhile (the process was started again), so that one
    /// fresh connection is tried after it.
    fn ask(&self, kind: u8, body: &[u8]) -> io::Result<Vec<u8>> {
        let kept = self.free.lock().ok().and_then(|mut free| free.pop());
        if let Some(stream) = kept {
            match self.ask_over(stream, kind, body) {
                Err(error) if has_ended(&error) => {}
                done => return done,
            }
        }
        let stream = UnixStream::connect(&self.socket)?;
        stream.set_read_timeout(Some(LONGEST))?;
        stream.set_write_timeout(Some(LONGEST))?;
        self.ask_over(stream, kind, body)
    }

    fn ask_over(&self, mut stream: UnixStream, kind: u8, body: &[u8]) -> io::Result<Vec<u8>> {
        frames::write(&mut stream, kind, body)?;
        let (answered, answer) = frames::read(&mut stream)?.ok_or(io::ErrorKind::UnexpectedEof)?;
        if let Ok(mut free) = self.free.lock()
            && free.len() < KEPT
        {
            free.push(stream);
        }
        if answered == FAILED {
            return Err(io::Error::other(String::from_utf8_lossy(&answer).into_owned()));
        }
        if answered != kind {
            return Err(io::Error::new(io::ErrorKind::InvalidData, "its answer is of another kind than the question"));
        }
        Ok(answer)
    }
}

fn has_ended(error: &io::Error) -> bool {
    use io::ErrorKind::{BrokenPipe, ConnectionAborted, ConnectionReset, UnexpectedEof};
    matches!(error.kind(), BrokenPipe | ConnectionAborted | ConnectionReset | UnexpectedEof)
}

impl Pseudonymiser for Peer {
    fn answer(&self, questions: &Questions) -> Result<Answers, KeysAway> {
        let answer = self.ask(ASK, &questions.to_bytes()).map_err(|error| KeysAway(error.to_string()))?;
        Answers::from_bytes(&answer, questions)
            .ok_or_else(|| KeysAway("its answer is none; is it the same version?".to_owned()))
    }
}
