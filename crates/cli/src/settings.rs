//! What commands share: the data folder, the clock, the runtime, wrong use.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use anyhow::Context;
use catalogue::Catalogue;
use clap::Args;
use jiff::Timestamp;
use jiff::civil::Date;
use jiff::tz::TimeZone;
use store::{Folder, Store};

/// The command line is at fault: exit 2.
#[derive(Debug)]
pub struct WrongUse(pub String);

impl std::fmt::Display for WrongUse {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.0)
    }
}

impl std::error::Error for WrongUse {}

/// Where the data are.
#[derive(Args, Clone)]
pub struct Data {
    /// The data folder.
    #[arg(long, value_name = "DIR", env = "ECARNET_STATS_DATA")]
    pub data: PathBuf,
    /// The key file; beside the data folder, as DIR.keys, unless told otherwise.
    #[arg(long, value_name = "FILE", env = "ECARNET_STATS_KEYS")]
    pub keys: Option<PathBuf>,
    /// The file of what a restore must not undo; beside the key file, unless told otherwise.
    #[arg(long, value_name = "FILE", env = "ECARNET_STATS_TOMBSTONES")]
    pub tombstones: Option<PathBuf>,
    /// The socket of the pseudonymiser: then no key file is read here.
    #[arg(long, value_name = "PATH", env = "ECARNET_STATS_PSEUDONYMISER")]
    pub pseudonymiser: Option<PathBuf>,
    /// A folder with a catalogue of one's own; the built-in one otherwise.
    #[arg(long, value_name = "DIR", env = "ECARNET_STATS_CATALOGUE")]
    pub catalogue: Option<PathBuf>,
}

impl Data {
    /// The folder and its key file.
    pub fn folder(&self) -> Folder {
        let mut folder = Folder { pseudonymiser: self.pseudonymiser.clone(), ..Folder::new(&self.data) };
        if let Some(keys) = &self.keys {
            folder = Folder { keys: keys.clone(), tombstones: keys.with_extension("tombstones"), ..folder };
        }
        match &self.tombstones {
            Some(tombstones) => Folder { tombstones: tombstones.clone(), ..folder },
            None => folder,
        }
    }

    /// The catalogue; a mistake in it is told with file, line and reason.
    pub fn catalogue(&self) -> anyhow::Result<Arc<Catalogue>> {
        catalogue_in(self.catalogue.as_deref())
    }

    /// Opens the data folder for everything.
    pub async fn open(&self) -> anyhow::Result<Store> {
        Ok(Store::open(self.folder(), self.catalogue()?).await?)
    }
}

/// The moment of an act.
#[derive(Args, Clone)]
pub struct Moment {
    /// As if it were this moment (RFC 3339); real time otherwise.
    #[arg(long, value_name = "INSTANT")]
    now: Option<String>,
}

impl Moment {
    /// The day in metropolitan France, and the moment.
    pub fn now(&self) -> anyhow::Result<(Date, Timestamp)> {
        let at = match &self.now {
            Some(text) => text.parse().map_err(|_| {
                WrongUse("--now: a moment with its offset is expected, as in 2025-11-24T18:00:00+01:00".to_owned())
            })?,
            None => now(),
        };
        let paris = TimeZone::get("Europe/Paris").context("no time zones")?;
        Ok((paris.to_datetime(at).date(), at))
    }
}

/// The catalogue of a folder, or the built-in one.
pub fn catalogue_in(folder: Option<&Path>) -> anyhow::Result<Arc<Catalogue>> {
    let Some(folder) = folder else { return Ok(Arc::new(Catalogue::embedded()?)) };
    let mut files = Vec::new();
    for (name, _) in catalogue::EMBEDDED_FILES {
        let path = folder.join(name);
        let text = std::fs::read_to_string(&path).with_context(|| format!("cannot read {}", path.display()))?;
        files.push((name.to_owned(), text));
    }
    Ok(Arc::new(Catalogue::load(&files)?))
}

/// Real time: the only place that asks the system.
pub fn now() -> Timestamp {
    Timestamp::now()
}

/// A runtime for commands that talk to the store.
pub fn runtime() -> anyhow::Result<tokio::runtime::Runtime> {
    tokio::runtime::Builder::new_multi_thread().enable_all().build().context("cannot start the runtime")
}
