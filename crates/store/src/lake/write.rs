//! Writing files: sorted, compressed, flushed to the disk before anybody names them.

use std::collections::HashSet;
use std::path::PathBuf;
use std::sync::Arc;

use arrow::array::{Array, Int32Array, RecordBatch, UInt8Array};
use arrow::compute::{filter_record_batch, kernels::cmp::eq};
use object_store::path::Path as ObjectPath;
use object_store::{ObjectStoreExt, PutPayload};
use parquet::arrow::ArrowWriter;
use parquet::basic::{Compression, ZstdLevel};
use parquet::file::properties::{EnabledStatistics, WriterProperties};

use super::manifest::LiveFile;
use super::{Lake, Merge, Table};
use crate::error::Error;

/// Rows a row group: small enough to skip, large enough to compress.
const ROW_GROUP: usize = 32 * 1_024;

/// Rows of a table and month up to which one file is enough: below, row groups prune as well as files would, and a file's
/// footer weighs more than what it saves.
const ONE_FILE: usize = 1_000_000;

/// How hard to compress.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Effort {
    /// A file that will be compacted soon.
    Fold,
    /// A file that will stay.
    Compaction,
}

impl Lake {
    /// Writes rows as one file a month, holding all buckets. The files are on the disk, but not alive yet.
    pub(crate) async fn write(&self, table: Table, rows: &RecordBatch) -> Result<Vec<LiveFile>, Error> {
        let mut files = Vec::new();
        for month in months(rows)? {
            let of_month = filter_record_batch(rows, &eq(&rows.columns()[0], &Int32Array::new_scalar(month))?)?;
            files.push(self.write_file(table, month, None, &of_month, Effort::Fold).await?);
        }
        Ok(files)
    }

    /// Writes the rows of one month as one file, or as one file a bucket where there are many.
    pub(crate) async fn write_buckets(
        &self,
        table: Table,
        month: i32,
        rows: &RecordBatch,
    ) -> Result<Vec<LiveFile>, Error> {
        let Some(buckets) = rows.column_by_name("bucket").filter(|_| rows.num_rows() > ONE_FILE) else {
            return Ok(vec![self.write_file(table, month, None, rows, Effort::Compaction).await?]);
        };
        let numbers: &UInt8Array = buckets.as_any().downcast_ref().ok_or_else(no_place)?;
        let mut present: Vec<u8> = numbers.values().to_vec();
        present.sort_unstable();
        present.dedup();
        let mut files = Vec::with_capacity(present.len());
        for bucket in present {
            let of_bucket = filter_record_batch(rows, &eq(buckets, &UInt8Array::new_scalar(bucket))?)?;
            files.push(self.write_file(table, month, Some(bucket), &of_bucket, Effort::Compaction).await?);
        }
        Ok(files)
    }

    pub(super) async fn write_file(
        &self,
        table: Table,
        month: i32,
        bucket: Option<u8>,
        rows: &RecordBatch,
        effort: Effort,
    ) -> Result<LiveFile, Error> {
        let mut name = [0_u8; 12];
        getrandom::fill(&mut name).map_err(|error| Error::Lake(error.to_string()))?;
        let part = bucket.map_or_else(|| "all".to_owned(), |bucket| format!("b{bucket:02}"));
        let path = format!("{}/{month}/{part}-{}.parquet", table.name(), hex::encode(name));
        let rows = rows.clone();
        let encoded =
            tokio::task::spawn_blocking(move || encode(table, &rows, effort).map(|bytes| (bytes, rows.num_rows())));
        let (bytes, rows_n) = encoded.await.map_err(|error| Error::Lake(error.to_string()))??;
        let bytes_n = bytes.len() as u64;
        self.files.put(&ObjectPath::from(path.as_str()), PutPayload::from(bytes)).await?;
        self.flush(&path).await?;
        Ok(LiveFile { path, table, month, bucket, rows_n: rows_n as u64, bytes_n })
    }

    /// `put` leaves the bytes with the operating system; a crash of the machine must not lose what the journal has
    /// already forgotten.
    async fn flush(&self, path: &str) -> Result<(), Error> {
        let file = self.root.join(path);
        let flushed = tokio::task::spawn_blocking(move || {
            let folder = file.parent().map(std::path::Path::to_owned).unwrap_or_default();
            std::fs::File::open(&file)
                .and_then(|opened| opened.sync_all())
                .and_then(|()| std::fs::File::open(&folder).and_then(|opened| opened.sync_all()))
                .map_err(Error::file("cannot flush", file))
        });
        flushed.await.map_err(|error| Error::Lake(error.to_string()))?
    }

    /// Unlinks files that the manifest has forgotten, once nobody reads them. One that is gone already is no error.
    pub(crate) async fn unlink(&self, files: &[LiveFile]) -> Result<(), Error> {
        if !files.is_empty() {
            self.readers.gone().await;
        }
        for file in files {
            match self.files.delete(&ObjectPath::from(file.path.as_str())).await {
                Ok(()) | Err(object_store::Error::NotFound { .. }) => {}
                Err(error) => return Err(error.into()),
            }
        }
        Ok(())
    }

    /// Unlinks every file that no manifest names: what a crash has left. Returns how many there were.
    ///
    /// It looks at the folder itself: `object_store` hides the half-written files that its uploads leave behind.
    pub(crate) async fn sweep(&self) -> Result<usize, Error> {
        let live = super::manifest::live(&self.register.read, None).await?;
        let live: HashSet<PathBuf> = live.iter().map(|file| self.root.join(&file.path)).collect();
        let root = self.root.clone();
        let swept = tokio::task::spawn_blocking(move || {
            let (mut folders, mut swept) = (vec![root], 0);
            while let Some(folder) = folders.pop() {
                for entry in std::fs::read_dir(&folder).map_err(Error::file("cannot list", &folder))? {
                    let path = entry.map_err(Error::file("cannot list", &folder))?.path();
                    if path.is_dir() {
                        folders.push(path);
                    } else if !live.contains(&path) {
                        std::fs::remove_file(&path).map_err(Error::file("cannot remove", &path))?;
                        swept += 1;
                    }
                }
            }
            Ok(swept)
        });
        swept.await.map_err(|error| Error::Lake(error.to_string()))?
    }
}

fn no_place() -> Error {
    Error::Lake("rows without their month or bucket".to_owned())
}

fn months(rows: &RecordBatch) -> Result<Vec<i32>, Error> {
    let months: &Int32Array = rows.column(0).as_any().downcast_ref().ok_or_else(no_place)?;
    let mut present: Vec<i32> = months.values().to_vec();
    present.sort_unstable();
    present.dedup();
    Ok(present)
}

fn encode(table: Table, rows: &RecordBatch, effort: Effort) -> Result<Vec<u8>, Error> {
    let level = ZstdLevel::try_new(if effort == Effort::Compaction { 9 } else { 1 })?;
    let mut properties = WriterProperties::builder()
        .set_compression(Compression::ZSTD(level))
        .set_max_row_group_row_count(Some(ROW_GROUP))
        .set_statistics_enabled(EnabledStatistics::None)
        .set_created_by("ecarnet-stats".to_owned());
    // Statistics only where they prune: elsewhere they would repeat values that a rewrite must be able to erase.
    for (name, _, _, merge) in table.columns() {
        if merge == Merge::Key && ["establishment", "day", "week", "end_date"].contains(&name) {
            properties = properties.set_column_statistics_enabled(name.into(), EnabledStatistics::Chunk);
        }
    }
    let mut bytes = Vec::new();
    let mut writer = ArrowWriter::try_new(&mut bytes, Arc::clone(&rows.schema()), Some(properties.build()))?;
    writer.write(rows)?;
    writer.close()?;
    Ok(bytes)
}
