//! The reject file: one JSON object a line for each refused row, with its number, the reason, the property and what
//! would be right. Never a value: the file may be sent around, and whoever made the input finds the row by its number.

use std::fs::File;
use std::io::{BufWriter, Write};
use std::path::{Path, PathBuf};

use anyhow::Context;
use privacy::entry::Reason;
use serde::Serialize;

use super::fault::Fault;

/// A line of the reject file.
#[derive(Serialize)]
struct Line<'a> {
    file: &'a str,
    row: u64,
    reason: Reason,
    property: Option<&'a str>,
    expected: &'a str,
}

/// Where refused rows are written, if anywhere.
pub struct Rejects {
    out: Option<(PathBuf, BufWriter<File>)>,
}

impl Rejects {
    /// Starts the reject file afresh; without a path, rows are only counted.
    pub fn to(path: Option<&Path>) -> anyhow::Result<Self> {
        let Some(path) = path else { return Ok(Self { out: None }) };
        let file = File::create(path).with_context(|| format!("cannot write {}", path.display()))?;
        Ok(Self { out: Some((path.to_owned(), BufWriter::new(file))) })
    }

    /// Whether there is a file.
    pub const fn are_written(&self) -> bool {
        self.out.is_some()
    }

    /// Writes a refused row.
    pub fn add(&mut self, file: &Path, row: u64, fault: &Fault) -> anyhow::Result<()> {
        let Some((path, out)) = &mut self.out else { return Ok(()) };
        let line = Line {
            file: &file.to_string_lossy(),
            row,
            reason: fault.reason,
            property: fault.property.as_deref(),
            expected: &fault.expected,
        };
        let written =
            serde_json::to_writer(&mut *out, &line).map_err(std::io::Error::from).and_then(|()| out.write_all(b"\n"));
        written.with_context(|| format!("cannot write {}", path.display()))
    }

    /// Makes sure that everything is in the file.
    pub fn finish(&mut self) -> anyhow::Result<()> {
        let Some((path, out)) = &mut self.out else { return Ok(()) };
        out.flush().with_context(|| format!("cannot write {}", path.display()))
    }
}
