//! Import: files of other systems become batches of the wire format, in memory, and go through the entry gate like
//! everything else.
//!
//! What stands in a file is raw until the gate has taken it: the types that carry it have no `Debug`, and no log line,
//! error or reject file repeats a value of it. A refused row is told by its number, a reason, the property and what
//! would be right.

pub mod fault;
pub mod field;
pub mod fingerprint;
pub mod intake;
pub mod lines;
pub mod mapping;
pub mod moment;
pub mod outbox;
pub mod progress;
pub mod rejects;
pub mod statements;
pub mod table;
pub mod verbs;

use std::fs::File;
use std::path::{Path, PathBuf};

use anyhow::Context;

/// One of the files to import.
pub struct Input<'a> {
    /// Where it is.
    pub path: &'a Path,
    /// What everything derived from it starts from (see [`fingerprint`]).
    pub origin: fingerprint::Origin,
}

impl Input<'_> {
    /// Opens it.
    pub fn open(&self) -> anyhow::Result<File> {
        open(self.path)
    }
}

/// Opens a file for reading.
pub fn open(path: &Path) -> anyhow::Result<File> {
    File::open(path).with_context(|| format!("cannot read {}", path.display()))
}

/// A file named in a mapping: beside the file that is imported, unless its path is absolute.
pub fn beside(imported: &Path, named: &Path) -> PathBuf {
    imported.parent().map_or_else(|| named.to_owned(), |folder| folder.join(named))
}
