//! A data folder of a test's own, with one school.

use std::collections::HashSet;
use std::path::Path;
use std::sync::Arc;

use calendar::Academy;
use catalogue::Catalogue;
use jiff::Timestamp;
use privacy::entry::{
    Answer, BatchRefused, CleanBatch, CleanRoster, Context, Format, Gate, IdentifierForm, Place, RawBatch,
};
use privacy::{Keys, Raw, Uai};
use sea_orm::{ConnectionTrait, Database, DatabaseConnection};
use serde_json::{Value, json};
use store::{Error, Folder, Store};
use tempfile::TempDir;

pub const UAI: &str = "0750001A";
pub const NOW: &str = "2025-11-24T18:00:00Z";

pub fn now() -> Timestamp {
    NOW.parse().unwrap()
}

pub fn uai() -> Uai {
    UAI.parse().unwrap()
}

/// A folder that is removed with everything beside it.
pub struct World {
    root: TempDir,
}

impl World {
    pub fn new() -> Self {
        Self { root: tempfile::tempdir().unwrap() }
    }

    /// What stands beside the data folder.
    pub fn root(&self) -> &Path {
        self.root.path()
    }

    pub fn folder(&self) -> Folder {
        Folder::new(self.root.path().join("data"))
    }

    pub async fn open(&self) -> Result<Store, Error> {
        Store::open(self.folder(), Arc::new(Catalogue::embedded().unwrap())).await
    }

    /// The database itself, as whoever breaks into the machine has it.
    pub async fn database(&self) -> DatabaseConnection {
        let file = self.folder().data.join("register.sqlite");
        let database = Database::connect(format!("sqlite://{}", file.display())).await.unwrap();
        database.execute_unprepared("PRAGMA busy_timeout = 60000; PRAGMA synchronous = OFF").await.unwrap();
        database
    }

    /// Every byte of every file in and beside the data folder.
    pub fn bytes(&self) -> Vec<u8> {
        bytes_of(self.root())
    }
}

fn bytes_of(folder: &Path) -> Vec<u8> {
    let entries = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap());
    let of = |entry: std::fs::DirEntry| match entry.file_type().unwrap() {
        kind if kind.is_dir() => bytes_of(&entry.path()),
        // The database's own helpers come and go.
        kind if kind.is_file() => std::fs::read(entry.path()).unwrap_or_default(),
        _ => Vec::new(),
    };
    entries.flat_map(of).collect()
}

pub fn contains(bytes: &[u8], part: &[u8]) -> bool {
    bytes.windows(part.len()).any(|window| window == part)
}

pub fn event(nth: u32) -> Value {
    json!({
        "id": format!("0b9e3a52-51e4-4a27-8f54-{nth:012x}"), "name": "media_added", "at": "2025-11-24T09:12:31+01:00",
        "session": "s-81", "seq": nth, "role": "teacher", "actor": "T-1", "class": "C1", "pupils": ["P-1"],
        "props": { "kind": "photo", "source": "camera", "size_kb": 180, "pupils_n": 1, "has_objective": true },
    })
}

pub fn batch(events: &[Value]) -> Value {
    json!({
        "schema": 1, "batch_id": "6f2c0f6e-8a34-4c0e-9a53-0d6f0a4c7f11", "batch_no": 412, "lost_n": 0,
        "establishment": UAI, "install": "tab-3", "app_version": "2.3.4", "platform": "android",
        "sent_at": "2025-11-24T17:02:00+01:00", "events": events,
    })
}

/// Passes a batch through the entry gate.
pub fn admit(store: &Store, batch: &Value) -> Result<(CleanBatch, Answer), BatchRefused> {
    let body = batch.to_string();
    let bytes = Raw::new(body.as_bytes());
    let raw = RawBatch::read(&bytes, Format::Json).unwrap();
    let (academy, identifiers): (Academy, _) = ("paris".parse().unwrap(), IdentifierForm::Raw);
    let context = Context {
        now: now(),
        scope: None,
        keys: &store.keys(),
        opt_outs: &HashSet::new(),
        place: &|_: &Uai| Some(Place { academy, identifiers }),
    };
    Gate::new(Arc::clone(store.catalogue())).admit(&raw, &context)
}

pub fn roster(keys: &Keys, catalogue: &Catalogue) -> CleanRoster {
    let body = json!({
        "school_year": "2025-2026", "district": "0750101A", "academy": "paris", "sector": "public",
        "classes": [{ "class": "C1", "levels": ["GS"], "teachers": ["T-1"], "pupils": [{ "pupil": "P-1" }] }],
    });
    let body = body.to_string();
    CleanRoster::admit(&Raw::new(body.as_bytes()), uai(), catalogue, keys, IdentifierForm::Raw).unwrap()
}
