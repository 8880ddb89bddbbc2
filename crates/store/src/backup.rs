//! Backups: the register and the lake as of one moment, in a folder of their own. The keys and the tombstones are never
//! in it: a thief of a backup has pseudonyms without a key, and a restore cannot forget who was erased since.

use async_recursion::async_recursion as boxed;
use std::fs::{self, File};
use std::io::Write;
use std::path::{Path, PathBuf};

use jiff::{Span, Timestamp};
use sea_orm::{ConnectionTrait, Database, Statement};
use serde::{Deserialize, Serialize};

use crate::Store;
use crate::error::Error;
use crate::lake::{LiveFile, live_files};

/// How long a backup may be kept, and put back.
pub const KEPT_DAYS: i64 = 30;

/// The file that says that a folder is a whole backup.
const LABEL: &str = "backup.json";

/// How often a backup begins again when files it was about to copy had just been replaced.
const ATTEMPTS: usize = 20;

/// What a backup says of itself.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Label {
    /// The version of this format.
    pub(crate) format: u32,
    /// When it was taken.
    pub(crate) taken_at: Timestamp,
    /// The lake's files.
    pub(crate) files: usize,
}

/// A backup that was made.
#[derive(Debug)]
pub struct Backed {
    /// Its folder.
    pub folder: PathBuf,
    /// Files of the lake.
    pub files: usize,
    /// Bytes, register included.
    pub bytes: u64,
}

/// Backups that were deleted.
#[derive(Debug, PartialEq, Eq)]
pub struct Pruned {
    /// Their folders.
    pub folders: Vec<PathBuf>,
}

fn wrong(path: &Path, what: impl Into<String>) -> Error {
    Error::Backup { path: path.to_owned(), what: what.into() }
}

impl Store {
    /// Makes a backup in a new folder below `into`. A server may go on working on the data folder meanwhile.
    #[boxed]
    pub async fn backup(&self, into: &Path, now: Timestamp) -> Result<Backed, Error> {
        let name = format!("backup-{}", now.strftime("%Y%m%dT%H%M%SZ"));
        let (whole, partial) = (into.join(&name), into.join(format!(".{name}.partial")));
        if whole.exists() {
            return Err(wrong(&whole, "is there already; a backup is made at most once a second"));
        }
        for _ in 0..ATTEMPTS {
            remove(&partial)?;
            fs::create_dir_all(&partial).map_err(Error::file("cannot create", &partial))?;
            private(&partial)?;
            let Some((files, bytes)) = self.copy_to(&partial).await? else { continue };
            let label = Label { format: 1, taken_at: now, files };
            let text = serde_json::to_string(&label).map_err(|error| wrong(&partial, error.to_string()))?;
            let path = partial.join(LABEL);
            let written = File::create(&path).and_then(|mut file| {
                file.write_all(text.as_bytes())?;
                file.sync_all()
            });
            written.map_err(Error::file("cannot write", &path))?;
            fs::rename(&partial, &whole).map_err(Error::file("cannot finish", &whole))?;
            flush(into)?;
            return Ok(Backed { folder: whole, files, bytes });
        }
        remove(&partial)?;
        Err(wrong(into, "the files changed faster than they could be copied; try again when less is going on"))
    }

    /// Copies register and lake; nothing when a file had been replaced in between.
    async fn copy_to(&self, folder: &Path) -> Result<Option<(usize, u64)>, Error> {
        let register = folder.join("register.sqlite");
        let backend = self.register().write.get_database_backend();
        let into = Statement::from_sql_and_values(backend, "VACUUM INTO $1", [register.display().to_string().into()]);
        self.register().read.execute_raw(into).await?;
        // The copy names the files of its own moment.
        let copy = Database::connect(format!("sqlite://{}?mode=ro", register.display())).await?;
        let files = live_files(&copy, None).await?;
        copy.close().await?;
        let (from, to) = (self.folder.data.join("lake"), folder.join("lake"));
        let copied = tokio::task::spawn_blocking(move || copy_files(&from, &to, &files));
        let copied = copied.await.map_err(|error| Error::Lake(error.to_string()))??;
        let size = fs::metadata(&register).map_err(Error::file("cannot read", &register))?.len();
        flush_file(&register)?;
        flush(folder)?;
        Ok(copied.map(|(files, bytes)| (files, bytes + size)))
    }
}

/// Copies files and flushes them; nothing when one is gone.
pub(crate) fn copy_files(from: &Path, to: &Path, files: &[LiveFile]) -> Result<Option<(usize, u64)>, Error> {
    fs::create_dir_all(to).map_err(Error::file("cannot create", to))?;
    let mut bytes = 0;
    for file in files {
        let (source, target) = (from.join(&file.path), to.join(&file.path));
        if let Some(folder) = target.parent() {
            fs::create_dir_all(folder).map_err(Error::file("cannot create", folder))?;
        }
        match fs::copy(&source, &target) {
            Ok(copied) => bytes += copied,
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(None),
            Err(error) => return Err(Error::file("cannot copy", source)(error)),
        }
        flush_file(&target)?;
    }
    Ok(Some((files.len(), bytes)))
}

/// Deletes the backups below a folder that are older than 30 days.
pub fn prune(folder: &Path, now: Timestamp) -> Result<Pruned, Error> {
    let mut pruned = Pruned { folders: Vec::new() };
    for entry in fs::read_dir(folder).map_err(Error::file("cannot list", folder))? {
        let path = entry.map_err(Error::file("cannot list", folder))?.path();
        // Anything else in the folder is somebody else's.
        let Ok(label) = read_label(&path) else { continue };
        if is_too_old(&label, now) {
            remove(&path)?;
            pruned.folders.push(path);
        }
    }
    pruned.folders.sort();
    flush(folder)?;
    Ok(pruned)
}

pub(crate) fn is_too_old(label: &Label, now: Timestamp) -> bool {
    let oldest = now.saturating_sub(Span::new().hours(24 * KEPT_DAYS)).unwrap_or(Timestamp::MIN);
    label.taken_at < oldest
}

/// Reads what a backup says of itself.
pub(crate) fn read_label(folder: &Path) -> Result<Label, Error> {
    let path = folder.join(LABEL);
    let text = fs::read_to_string(&path)
        .map_err(|_| wrong(folder, "is no backup of ecarnet-stats: a whole one holds backup.json"))?;
    let label: Label = serde_json::from_str(&text)
        .map_err(|_| wrong(folder, "its backup.json cannot be read; take another backup"))?;
    if label.format == 1 { Ok(label) } else { Err(wrong(folder, "was made by a newer version; install that one")) }
}

pub(crate) fn remove(folder: &Path) -> Result<(), Error> {
    match fs::remove_dir_all(folder) {
        Ok(()) => Ok(()),
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(()),
        Err(error) => Err(Error::file("cannot remove", folder)(error)),
    }
}

pub(crate) fn flush_file(path: &Path) -> Result<(), Error> {
    File::open(path).and_then(|file| file.sync_all()).map_err(Error::file("cannot flush", path))
}

pub(crate) fn flush(folder: &Path) -> Result<(), Error> {
    flush_file(folder)
}

fn private(folder: &Path) -> Result<(), Error> {
    use std::os::unix::fs::PermissionsExt;
    fs::set_permissions(folder, fs::Permissions::from_mode(0o700)).map_err(Error::file("cannot protect", folder))
}
