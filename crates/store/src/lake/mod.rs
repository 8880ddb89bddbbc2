//! The lake: immutable Parquet files behind `object_store`, and the manifest in the register that says which are alive.
//!
//! A file is written, flushed to the disk, and only then named in the manifest, together with whatever else must change,
//! in one SQL transaction. A file that no manifest names does not exist for anybody, and is swept.

mod age;
mod compact;
mod manifest;
mod people;
mod query;
mod readers;
mod rows;
mod tables;
mod write;

use std::path::{Path, PathBuf};
use std::sync::Arc;

use datafusion::execution::runtime_env::RuntimeEnv;
use jiff::civil::Date;
use object_store::local::LocalFileSystem;

pub(crate) use age::Age;
pub(crate) use manifest::{LiveFile, add as name_files, live as live_files, remove as forget_files};
pub(crate) use people::{People, rows_about};
pub use query::{Observer, Prune, Session, Source};
pub(crate) use rows::{batch, merge_sorted};
pub(crate) use tables::Merge;
pub use tables::{Table, bucket_of};

use crate::error::Error;
use crate::register::Register;
use readers::Readers;

/// The lake of one data folder.
#[derive(Clone)]
pub struct Lake {
    root: PathBuf,
    files: Arc<LocalFileSystem>,
    register: Register,
    runtime: Arc<RuntimeEnv>,
    observer: Option<Observer>,
    readers: Arc<Readers>,
}

impl Lake {
    /// Opens the lake in `root`, creating the folder as needed.
    pub(crate) fn open(root: &Path, register: Register) -> Result<Self, Error> {
        std::fs::create_dir_all(root).map_err(Error::file("cannot create", root))?;
        let root = root.canonicalize().map_err(Error::file("cannot find", root))?;
        let files = Arc::new(LocalFileSystem::new_with_prefix(&root)?);
        Ok(Self {
            root,
            files,
            register,
            runtime: Arc::new(RuntimeEnv::default()),
            observer: None,
            readers: Arc::default(),
        })
    }

    /// Tells `observer` of every query from now on.
    pub(crate) fn observe(&mut self, observer: Observer) {
        self.observer = Some(observer);
    }
}

/// Days since 1970-01-01, as Arrow's `Date32` counts them.
pub fn days(date: Date) -> i32 {
    date.duration_since(EPOCH).as_hours().div_euclid(24).try_into().unwrap_or(i32::MAX)
}

/// The date of a `Date32`.
pub fn date(days: i32) -> Date {
    EPOCH.saturating_add(jiff::Span::new().days(days.clamp(-700_000, 2_900_000)))
}

const EPOCH: Date = jiff::civil::date(1970, 1, 1);

/// yyyymm of a `Date32`.
pub(crate) fn month_of_day(day: i32) -> i32 {
    let date = date(day);
    i32::from(date.year()) * 100 + i32::from(date.month())
}

/// yyyymm of the week whose Monday is given: its Thursday's month.
pub(crate) fn month_of_week(monday: i32) -> i32 {
    month_of_day(monday + 3)
}

/// The Monday of a day's ISO week. 1970-01-01 was a Thursday.
pub(crate) const fn monday_of(day: i32) -> i32 {
    day - (day + 3).rem_euclid(7)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn days_and_dates_go_there_and_back() {
        for text in ["1970-01-01", "2024-02-29", "2025-11-24", "1969-12-31"] {
            let day: Date = text.parse().unwrap();
            assert_eq!(date(days(day)), day);
        }
        assert_eq!(days("1970-01-02".parse().unwrap()), 1);
    }

    #[test]
    fn a_week_starts_on_monday_and_belongs_to_its_thursdays_month() {
        let sunday = days("2025-11-30".parse().unwrap());
        assert_eq!(date(monday_of(sunday)).to_string(), "2025-11-24");
        let monday = days("2025-12-29".parse().unwrap());
        assert_eq!(month_of_week(monday), 202_601);
    }
}
