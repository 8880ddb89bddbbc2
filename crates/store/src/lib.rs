//! The only crate that touches disks and databases: the register (SQL), the lake (Parquet), the journal between them,
//! and the key file.
//!
//! A data folder holds `register.sqlite`, `lake/` and `lock`; the keys and the tombstones lie apart, by default beside the
//! folder.
//!
//! Public async functions are `#[boxed]`: the body of a plain one is compiled anew in every crate that awaits it, and with
//! it what it awaits of the engine and the database.

mod active_days;
mod backup;
mod closing;
mod error;
mod fold;
pub mod histogram;
mod journal;
mod keys;
mod lake;
mod register;
mod restore;
mod retention;
mod rights;
mod roots;

use std::collections::{HashMap, HashSet};
use std::fs::{File, TryLockError};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex};

use async_recursion::async_recursion as boxed;
use catalogue::Catalogue;
use privacy::Keys;

pub use active_days::ACTIVE_DAYS;
pub use backup::{Backed, KEPT_DAYS, Pruned, prune as prune_backups};
pub use closing::{Closing, ReleaseRow};
pub use error::Error;
pub use fold::{Folded, LATE_EVENTS, LoadCount};
pub use journal::{Journal, NotDurable, Receipt};
pub use keys::{Desk, Held, Replaced};
pub use lake::{Lake, Observer, Prune, Session as LakeSession, Source, Table, bucket_of, date, days};
pub use register::{
    Action, AlertChange, AlertsOf, Debit, Decision, DecisionStatus, Delivery, Denominators, Erasures, Establishment,
    Feedback, KeptAlert, KeptCheckpoint, NewMessage, NewRequest, NoBudget, Register, Request, Requested, RosterClass,
    Scope, SeenAlert, Sending, Session, Spent, State, Token, TokenScope, VISIT_MINUTES, Who,
};
pub use restore::Restored;
pub use retention::Retired;
pub use rights::{Cell, Correction, CounterColumn, Kept, KeptRow, KeptTable, NotCorrected};
pub use roots::RegisteredRoot;

/// Where a data folder and its keys are.
#[derive(Clone, Debug)]
pub struct Folder {
    /// The data folder.
    pub data: PathBuf,
    /// The key file.
    pub keys: PathBuf,
    /// The file of what a restore must not undo. Whoever keeps a copy of the keys keeps one of it.
    pub tombstones: PathBuf,
    /// The socket of the process that holds the keys, where this one is not to read them.
    pub pseudonymiser: Option<PathBuf>,
}

impl Folder {
    /// A data folder with its key file beside it, as `NAME.keys`, and `NAME.tombstones`.
    pub fn new(data: impl Into<PathBuf>) -> Self {
        let data = data.into();
        let beside = |ending: &str| {
            let mut path = data.clone().into_os_string();
            path.push(ending);
            PathBuf::from(path)
        };
        Self { keys: beside(".keys"), pseudonymiser: None, tombstones: beside(".tombstones"), data }
    }
}

/// A data folder, open.
pub struct Store {
    folder: Folder,
    catalogue: Arc<Catalogue>,
    register: Register,
    lake: Lake,
    journal: Journal,
    keys: keys::Holder,
    /// Folding, closing, compaction and retention go one at a time.
    maintenance: tokio::sync::Mutex<()>,
    /// Files in which retention has nothing more to look for before they are too old as a whole.
    settled: Mutex<HashSet<String>>,
    /// Held while the folder is open for maintenance, so that two processes never fold the same rows.
    _lock: Option<File>,
}

impl Store {
    /// Opens a data folder, creating it as needed, for everything including maintenance.
    ///
    /// Fails when another process has it open, when its version is newer, or when the key file can be read by others.
    #[boxed]
    pub async fn open(folder: Folder, catalogue: Arc<Catalogue>) -> Result<Self, Error> {
        let store = Self::open_unplayed(folder, catalogue).await?;
        store.replay().await?;
        Ok(store)
    }

    /// Opens it before what a restore must not undo was done again: only for doing so.
    async fn open_unplayed(folder: Folder, catalogue: Arc<Catalogue>) -> Result<Self, Error> {
        std::fs::create_dir_all(&folder.data).map_err(Error::file("cannot create", &folder.data))?;
        let path = folder.data.join("lock");
        let lock = File::create(&path).map_err(Error::file("cannot write", &path))?;
        match lock.try_lock() {
            Ok(()) => {}
            Err(TryLockError::WouldBlock) => return Err(Error::Held { path }),
            Err(TryLockError::Error(error)) => return Err(Error::file("cannot lock", path)(error)),
        }
        let register = Register::open(&folder.data.join("register.sqlite")).await?;
        let keys = match &folder.pseudonymiser {
            Some(socket) => keys::Holder::process(socket)?,
            None => keys::Holder::file(&folder.keys, register.roots().await?.is_empty())?,
        };
        let store = Self::assemble(folder, catalogue, register, keys, Some(lock))?;
        store.refuse_other_keys().await?;
        store.sweep().await?;
        Ok(store)
    }

    /// Opens a data folder for reading beside a process that maintains it.
    #[boxed]
    pub async fn open_beside(folder: Folder, catalogue: Arc<Catalogue>) -> Result<Self, Error> {
        let register = Self::open_existing_register(&folder).await?;
        let keys = match &folder.pseudonymiser {
            Some(socket) => keys::Holder::process(socket)?,
            None => keys::Holder::file(&folder.keys, false)?,
        };
        let store = Self::assemble(folder, catalogue, register, keys, None)?;
        store.refuse_other_keys().await?;
        Ok(store)
    }

    fn assemble(
        folder: Folder,
        catalogue: Arc<Catalogue>,
        register: Register,
        keys: keys::Holder,
        lock: Option<File>,
    ) -> Result<Self, Error> {
        Ok(Self {
            lake: Lake::open(&folder.data.join("lake"), register.clone())?,
            keys,
            journal: Journal::start(register.clone()),
            maintenance: tokio::sync::Mutex::default(),
            settled: Mutex::default(),
            folder,
            catalogue,
            register,
            _lock: lock,
        })
    }

    /// Tells `observer` of every query from now on.
    pub fn observe(&mut self, observer: Observer) {
        self.lake.observe(observer);
    }

    /// What the lake holds: table, files, rows, bytes.
    #[boxed]
    pub async fn inventory(&self) -> Result<Vec<(Table, usize, u64, u64)>, Error> {
        let files = lake::live_files(&self.register.read, None).await?;
        let of = |table: Table| files.iter().filter(move |file| file.table == table);
        let sum = |table, part: fn(&lake::LiveFile) -> u64| of(table).map(part).sum();
        let line = |table| (table, of(table).count(), sum(table, |file| file.rows_n), sum(table, |file| file.bytes_n));
        Ok(Table::ALL.into_iter().map(line).collect())
    }

    /// Opens only the register of a data folder that is there: for reading it.
    #[boxed]
    pub async fn open_existing_register(folder: &Folder) -> Result<Register, Error> {
        let path = folder.data.join("register.sqlite");
        if !path.exists() {
            let cause = std::io::ErrorKind::NotFound.into();
            return Err(Error::File { what: "there is no data folder:", path, cause });
        }
        Register::open(&path).await
    }

    /// Opens only the register of a data folder: for making a token or a decision while a server runs on it.
    #[boxed]
    pub async fn open_register(folder: &Folder) -> Result<Register, Error> {
        std::fs::create_dir_all(&folder.data).map_err(Error::file("cannot create", &folder.data))?;
        Register::open(&folder.data.join("register.sqlite")).await
    }

    /// The register.
    pub const fn register(&self) -> &Register {
        &self.register
    }

    /// The lake.
    pub const fn lake(&self) -> &Lake {
        &self.lake
    }

    /// The journal.
    pub const fn journal(&self) -> &Journal {
        &self.journal
    }

    /// The catalogue.
    pub const fn catalogue(&self) -> &Arc<Catalogue> {
        &self.catalogue
    }

    /// The data folder.
    pub fn data_folder(&self) -> &Path {
        &self.folder.data
    }

    /// The live keys, wherever they are.
    pub fn keys(&self) -> Keys {
        self.keys.keys()
    }

    /// The district of every establishment.
    pub(crate) async fn districts(&self) -> Result<HashMap<String, String>, Error> {
        let all = self.register.establishments().await?;
        Ok(all.into_iter().map(|one| (one.uai.to_string(), one.district)).collect())
    }

    /// Adds the server's own load to `load_hour`.
    #[boxed]
    pub async fn count_load(&self, counts: &[LoadCount]) -> Result<(), Error> {
        use sea_orm::TransactionTrait;
        let rows = fold::load_rows(counts)?;
        if rows.num_rows() == 0 {
            return Ok(());
        }
        let files = self.lake.write(Table::LoadHour, &rows).await?;
        let transaction = self.register.write.begin().await?;
        lake::name_files(&transaction, &files).await?;
        transaction.commit().await?;
        Ok(())
    }

    /// Unlinks files that a crash has left without a manifest entry.
    async fn sweep(&self) -> Result<usize, Error> {
        self.lake.sweep().await
    }

    /// Merges small files; with `all`, until every table has one file a month and bucket.
    #[boxed]
    pub async fn compact(&self, all: bool) -> Result<usize, Error> {
        let _maintenance = self.maintenance.lock().await;
        self.lake.compact(all).await
    }

    /// Waits until no maintenance is running, and keeps others from starting any: for stopping cleanly.
    pub async fn rest(&self) -> tokio::sync::MutexGuard<'_, ()> {
        self.maintenance.lock().await
    }
}
