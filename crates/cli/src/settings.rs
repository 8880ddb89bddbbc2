//! What commands share: the data folder, the clock, the runtime, wrong use.

use std::path::PathBuf;
use std::sync::Arc;

use anyhow::Context;
use catalogue::Catalogue;
use clap::Args;
use jiff::Timestamp;
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
    /// A folder with a catalogue of one's own; the built-in one otherwise.
    #[arg(long, value_name = "DIR", env = "ECARNET_STATS_CATALOGUE")]
    pub catalogue: Option<PathBuf>,
}

impl Data {
    /// The folder and its key file.
    pub fn folder(&self) -> Folder {
        let folder = Folder::new(&self.data);
        match &self.keys {
            Some(keys) => Folder { keys: keys.clone(), ..folder },
            None => folder,
        }
    }

    /// The catalogue; a mistake in it is told with file, line and reason.
    pub fn catalogue(&self) -> anyhow::Result<Arc<Catalogue>> {
        let Some(folder) = &self.catalogue else { return Ok(Arc::new(Catalogue::embedded()?)) };
        let mut files = Vec::new();
        for (name, _) in catalogue::EMBEDDED_FILES {
            let path = folder.join(name);
            let text = std::fs::read_to_string(&path).with_context(|| format!("cannot read {}", path.display()))?;
            files.push((name.to_owned(), text));
        }
        Ok(Arc::new(Catalogue::load(&files)?))
    }

    /// Opens the data folder for everything.
    pub async fn open(&self) -> anyhow::Result<Store> {
        Ok(Store::open(self.folder(), self.catalogue()?).await?)
    }
}

/// Real time: the only place that asks the system.
pub fn now() -> Timestamp {
    Timestamp::now()
}

/// A runtime for commands that talk to the store.
pub fn runtime() -> anyhow::Result<tokio::runtime::Runtime> {
    tokio::runtime::Builder::new_multi_thread().enable_all().build().context("cannot start the runtime")
}
