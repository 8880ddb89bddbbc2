//! Compaction: many small files of folds become one sorted file a bucket, with partial rows merged.

use std::collections::BTreeMap;

use arrow::array::{RecordBatch, RecordBatchReader};
use arrow::compute::concat_batches;
use parquet::arrow::ProjectionMask;
use parquet::arrow::arrow_reader::ParquetRecordBatchReaderBuilder;
use sea_orm::TransactionTrait;

use super::manifest::{self, LiveFile};
use super::{Lake, Table, merge_sorted};
use crate::error::Error;

/// Files of one table and month that may lie about before they are merged.
const MOST_SMALL_FILES: usize = 8;

impl Lake {
    /// Merges the files of every table and month that has more than a few small ones, or, with `all`, any.
    /// Returns how many files were replaced.
    pub(crate) async fn compact(&self, all: bool) -> Result<usize, Error> {
        let mut by_month: BTreeMap<(Table, i32), Vec<LiveFile>> = BTreeMap::new();
        for file in manifest::live(&self.register.read, None).await? {
            by_month.entry((file.table, file.month)).or_default().push(file);
        }
        let mut replaced = 0;
        for ((table, month), files) in by_month {
            let has_buckets = table.schema().column_with_name("bucket").is_some();
            let small =
                if has_buckets { files.iter().filter(|file| file.bucket.is_none()).count() } else { files.len() };
            let due = small > MOST_SMALL_FILES || (all && small > 1);
            if due {
                replaced += files.len();
                self.rewrite(table, month, files, Ok).await?;
            }
        }
        Ok(replaced)
    }

    /// Replaces the files of one table and month by what `change` makes of their rows, in one transaction.
    pub(crate) async fn rewrite(
        &self,
        table: Table,
        month: i32,
        old: Vec<LiveFile>,
        change: impl FnOnce(RecordBatch) -> Result<RecordBatch, Error> + Send + 'static,
    ) -> Result<(), Error> {
        let rows = self.read(table, &old).await?;
        let merged = tokio::task::spawn_blocking(move || change(merge_sorted(table, &rows)?));
        let merged = merged.await.map_err(|error| Error::Lake(error.to_string()))??;
        let new = if merged.num_rows() == 0 { Vec::new() } else { self.write_buckets(table, month, &merged).await? };
        let transaction = self.register.write.begin().await?;
        manifest::add(&transaction, &new).await?;
        manifest::remove(&transaction, &old).await?;
        transaction.commit().await?;
        self.unlink(&old).await
    }

    /// A few columns of a file.
    pub(crate) async fn read_columns(&self, file: &LiveFile, columns: &[&str]) -> Result<RecordBatch, Error> {
        let path = self.root.join(&file.path);
        let columns: Vec<String> = columns.iter().map(|column| (*column).to_owned()).collect();
        let rows = tokio::task::spawn_blocking(move || {
            let opened = std::fs::File::open(&path).map_err(Error::file("cannot open", path))?;
            let builder = ParquetRecordBatchReaderBuilder::try_new(opened)?;
            let mask = ProjectionMask::columns(builder.parquet_schema(), columns.iter().map(String::as_str));
            let reader = builder.with_projection(mask).build()?;
            let schema = reader.schema();
            let batches: Vec<RecordBatch> = reader.collect::<Result<_, _>>()?;
            Ok(concat_batches(&schema, &batches)?)
        });
        rows.await.map_err(|error| Error::Lake(error.to_string()))?
    }

    /// Every row of some files, as they are.
    pub(crate) async fn read(&self, table: Table, files: &[LiveFile]) -> Result<RecordBatch, Error> {
        let paths: Vec<_> = files.iter().map(|file| self.root.join(&file.path)).collect();
        let rows = tokio::task::spawn_blocking(move || {
            let mut batches = Vec::new();
            for path in paths {
                let file = std::fs::File::open(&path).map_err(Error::file("cannot open", path))?;
                for rows in ParquetRecordBatchReaderBuilder::try_new(file)?.with_batch_size(64 * 1_024).build()? {
                    batches.push(rows?);
                }
            }
            Ok(concat_batches(&table.schema(), &batches)?)
        });
        rows.await.map_err(|error| Error::Lake(error.to_string()))?
    }
}
