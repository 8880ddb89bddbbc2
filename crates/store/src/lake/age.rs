//! How old the rows of a file are, from its footer alone.

use std::fs::File;
use std::path::PathBuf;

use parquet::file::reader::{FileReader, SerializedFileReader};
use parquet::file::statistics::Statistics;

use super::Lake;
use super::manifest::LiveFile;
use crate::error::Error;

/// The first and the last day (or Monday) of a file's rows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Age {
    pub(crate) first: i32,
    pub(crate) last: i32,
}

impl Lake {
    /// The ages of some files. A file that does not say is as old and as new as can be.
    pub(crate) async fn ages(&self, files: &[LiveFile]) -> Result<Vec<Age>, Error> {
        let paths: Vec<(PathBuf, &'static str)> =
            files.iter().map(|file| (self.root.join(&file.path), file.table.date_column())).collect();
        let ages = tokio::task::spawn_blocking(move || {
            paths.into_iter().map(|(path, column)| age(path, column)).collect::<Result<Vec<_>, Error>>()
        });
        ages.await.map_err(|error| Error::Lake(error.to_string()))?
    }
}

fn age(path: PathBuf, column: &str) -> Result<Age, Error> {
    let file = File::open(&path).map_err(Error::file("cannot open", path))?;
    let reader = SerializedFileReader::new(file)?;
    let mut age: Option<Age> = None;
    for group in reader.metadata().row_groups() {
        let found = group.columns().iter().find(|one| one.column_path().string() == column);
        let bounds = match found.and_then(|column| column.statistics()) {
            Some(Statistics::Int32(bounds)) => bounds.min_opt().copied().zip(bounds.max_opt().copied()),
            _ => None,
        };
        let Some((first, last)) = bounds else { return Ok(Age { first: i32::MIN, last: i32::MAX }) };
        age =
            Some(age.map_or(Age { first, last }, |so_far| Age {
                first: so_far.first.min(first),
                last: so_far.last.max(last),
            }));
    }
    Ok(age.unwrap_or(Age { first: i32::MIN, last: i32::MAX }))
}
