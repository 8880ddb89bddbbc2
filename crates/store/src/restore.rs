//! Putting a backup back. It becomes a data folder only once it is whole, and whoever opens it first does again what was
//! done since: erasures, objections, restrictions (see [`crate::rights`]).

use async_recursion::async_recursion as boxed;
use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use catalogue::Catalogue;
use jiff::Timestamp;
use jiff::civil::Date;
use sea_orm::Database;

use crate::backup::{KEPT_DAYS, copy_files, flush, flush_file, is_too_old, read_label, remove};
use crate::error::Error;
use crate::lake::live_files;
use crate::{Folder, Store};

/// A backup that was put back.
#[derive(Debug)]
pub struct Restored {
    /// When the backup was taken.
    pub taken_at: Timestamp,
    /// Files of the lake.
    pub files: usize,
    /// What was done again, by act.
    pub replayed: BTreeMap<&'static str, usize>,
    /// Numbers of corrections since the backup, which only the officer can do again.
    pub rectified: Vec<String>,
}

fn wrong(path: &Path, what: impl Into<String>) -> Error {
    Error::Backup { path: path.to_owned(), what: what.into() }
}

impl Store {
    /// Puts a backup back as a data folder, and does again what was done since.
    ///
    /// Fails when the data folder holds anything, when the backup is older than 30 days, and when the keys are not there.
    #[boxed]
    pub async fn restore(
        from: &Path,
        folder: Folder,
        catalogue: Arc<Catalogue>,
        today: Date,
        now: Timestamp,
    ) -> Result<Restored, Error> {
        let label = read_label(from)?;
        if is_too_old(&label, now) {
            return Err(wrong(
                from,
                format!(
                    "was taken on {}, more than {KEPT_DAYS} days ago: it holds what has been erased since, and cannot be put back",
                    label.taken_at.strftime("%Y-%m-%d")
                ),
            ));
        }
        if label.taken_at > now {
            return Err(wrong(from, "was taken in the future; check the clock of this machine"));
        }
        if fs::read_dir(&folder.data).is_ok_and(|mut entries| entries.next().is_some()) {
            return Err(wrong(&folder.data, "is not empty; restore into a folder that does not exist yet"));
        }
        if folder.pseudonymiser.is_none() && !folder.keys.exists() {
            return Err(wrong(
                &folder.keys,
                "is not there; put the key file back first (and the tombstone file, which is kept with it): without the keys \
                 nobody can be found in a backup",
            ));
        }
        let partial = partial_of(&folder.data);
        remove(&partial)?;
        fs::create_dir_all(&partial).map_err(Error::file("cannot create", &partial))?;
        let register = partial.join("register.sqlite");
        fs::copy(from.join("register.sqlite"), &register).map_err(Error::file("cannot copy", from))?;
        flush_file(&register)?;
        let copy = Database::connect(format!("sqlite://{}?mode=rw", register.display())).await?;
        let files = live_files(&copy, None).await?;
        copy.close().await?;
        if copy_files(&from.join("lake"), &partial.join("lake"), &files)?.is_none() {
            return Err(wrong(from, "lacks files that its register names; it is damaged: take another backup"));
        }
        flush(&partial)?;
        // An empty folder may be in the way.
        let _ = fs::remove_dir(&folder.data);
        fs::rename(&partial, &folder.data).map_err(Error::file("cannot finish", &folder.data))?;
        let store = Self::open_unplayed(folder, catalogue).await?;
        let replayed = store.replay().await?;
        store.ensure_roots(now).await?;
        store.retire(today, now).await?;
        Ok(Restored {
            taken_at: label.taken_at,
            files: files.len(),
            replayed: replayed.done,
            rectified: replayed.rectified,
        })
    }
}

fn partial_of(data: &Path) -> PathBuf {
    let mut path = data.to_owned().into_os_string();
    path.push(".restoring");
    path.into()
}
