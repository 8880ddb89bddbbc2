//! Finding a person's rows in the lake: footers say which row groups may hold her establishment, and of those only the
//! column of pseudonyms is read until one of hers turns up.

use std::collections::HashSet;
use std::fs::File;
use std::path::Path;
use std::sync::Arc;

use arrow::array::{Array, BooleanArray, FixedSizeBinaryArray, RecordBatch};
use arrow::compute::{concat_batches, filter_record_batch};
use parquet::arrow::ProjectionMask;
use parquet::arrow::arrow_reader::ParquetRecordBatchReaderBuilder;
use parquet::file::metadata::RowGroupMetaData;
use parquet::file::statistics::Statistics;

use super::manifest::{self, LiveFile};
use super::{Lake, Table, bucket_of};
use crate::error::Error;

/// Pseudonyms to look for.
pub(crate) type People = HashSet<[u8; 16]>;

impl Table {
    /// The column that says whose a row is, in tables linked to people or devices.
    pub(crate) const fn person_column(self) -> Option<&'static str> {
        match self {
            Self::PersonDay | Self::PersonWeek => Some("person"),
            Self::PupilWeek => Some("pupil"),
            Self::InstallDay => Some("install"),
            _ => None,
        }
    }
}

/// Which rows are about some people.
pub(crate) fn rows_about(table: Table, rows: &RecordBatch, people: &People) -> Result<BooleanArray, Error> {
    let column = table.person_column().and_then(|column| rows.column_by_name(column));
    let column: &FixedSizeBinaryArray = column
        .and_then(|column| column.as_any().downcast_ref())
        .ok_or_else(|| Error::Lake(format!("{} has no column of pseudonyms", table.name())))?;
    Ok((0..column.len()).map(|row| Some(is_one(column, row, people))).collect())
}

fn is_one(column: &FixedSizeBinaryArray, row: usize, people: &People) -> bool {
    !column.is_null(row) && column.value(row).try_into().is_ok_and(|person: [u8; 16]| people.contains(&person))
}

/// The row groups that may hold an establishment's rows; all where it is not known.
fn groups_of(groups: &[RowGroupMetaData], establishment: Option<&str>) -> Vec<usize> {
    let may_hold = |group: &RowGroupMetaData| {
        let Some(uai) = establishment else { return true };
        let column = group.columns().iter().find(|column| column.column_path().string() == "establishment");
        let Some(Statistics::ByteArray(bounds)) = column.and_then(|column| column.statistics()) else { return true };
        let below = bounds.min_opt().is_none_or(|least| least.data() <= uai.as_bytes());
        below && bounds.max_opt().is_none_or(|most| uai.as_bytes() <= most.data())
    };
    (0..groups.len()).filter(|place| may_hold(&groups[*place])).collect()
}

/// A person's rows in a file, or whether there are any.
fn read(
    table: Table,
    path: &Path,
    people: &People,
    establishment: Option<&str>,
    only_whether: bool,
) -> Result<Vec<RecordBatch>, Error> {
    let file = File::open(path).map_err(Error::file("cannot open", path))?;
    let builder = ParquetRecordBatchReaderBuilder::try_new(file)?;
    let groups = groups_of(builder.metadata().row_groups(), establishment);
    let mask = match table.person_column().filter(|_| only_whether) {
        Some(column) => ProjectionMask::columns(builder.parquet_schema(), [column]),
        None => ProjectionMask::all(),
    };
    let mut found = Vec::new();
    for rows in builder.with_row_groups(groups).with_projection(mask).with_batch_size(32 * 1_024).build()? {
        let rows = rows?;
        let hers = rows_about(table, &rows, people)?;
        if hers.true_count() > 0 {
            found.push(filter_record_batch(&rows, &hers)?);
            if only_whether {
                break;
            }
        }
    }
    Ok(found)
}

impl Lake {
    /// The live files that hold rows about some people; of one establishment, or wherever they are.
    pub(crate) async fn files_about(
        &self,
        people: &Arc<People>,
        establishment: Option<&str>,
    ) -> Result<Vec<LiveFile>, Error> {
        let mut candidates = self.linked_files(establishment).await?;
        let (root, people) = (self.root.clone(), Arc::clone(people));
        let establishment = establishment.map(str::to_owned);
        let found = tokio::task::spawn_blocking(move || {
            let mut about = Vec::new();
            for file in candidates.drain(..) {
                let path = root.join(&file.path);
                if !read(file.table, &path, &people, establishment.as_deref(), true)?.is_empty() {
                    about.push(file);
                }
            }
            Ok(about)
        });
        found.await.map_err(|error| Error::Lake(error.to_string()))?
    }

    /// Every row about some people, by table.
    pub(crate) async fn rows_of(
        &self,
        people: &Arc<People>,
        establishment: Option<&str>,
    ) -> Result<Vec<(Table, RecordBatch)>, Error> {
        let candidates = self.linked_files(establishment).await?;
        let (root, people) = (self.root.clone(), Arc::clone(people));
        let establishment = establishment.map(str::to_owned);
        let found = tokio::task::spawn_blocking(move || {
            let mut tables = Vec::new();
            for table in Table::ALL.into_iter().filter(|table| table.person_column().is_some()) {
                let mut rows = Vec::new();
                for file in candidates.iter().filter(|file| file.table == table) {
                    rows.extend(read(table, &root.join(&file.path), &people, establishment.as_deref(), false)?);
                }
                let rows = concat_batches(&table.schema(), &rows)?;
                tables.push((table, super::merge_sorted(table, &rows)?));
            }
            Ok(tables)
        });
        found.await.map_err(|error| Error::Lake(error.to_string()))?
    }

    /// Every pseudonym that stands in the lake.
    pub(crate) async fn everybody(&self) -> Result<People, Error> {
        let files = self.linked_files(None).await?;
        let root = self.root.clone();
        let found = tokio::task::spawn_blocking(move || {
            let mut everybody = People::default();
            for file in files {
                let path = root.join(&file.path);
                let opened = File::open(&path).map_err(Error::file("cannot open", &path))?;
                let builder = ParquetRecordBatchReaderBuilder::try_new(opened)?;
                let Some(column) = file.table.person_column() else { continue };
                let mask = ProjectionMask::columns(builder.parquet_schema(), [column]);
                for rows in builder.with_projection(mask).build()? {
                    let rows = rows?;
                    let people: Option<&FixedSizeBinaryArray> = rows.column(0).as_any().downcast_ref();
                    let Some(people) = people else { continue };
                    everybody.extend((0..people.len()).filter_map(|row| <[u8; 16]>::try_from(people.value(row)).ok()));
                }
            }
            Ok(everybody)
        });
        found.await.map_err(|error| Error::Lake(error.to_string()))?
    }

    /// Files of tables that are linked to people, where one establishment's rows may be.
    async fn linked_files(&self, establishment: Option<&str>) -> Result<Vec<LiveFile>, Error> {
        let files = manifest::live(&self.register.read, None).await?;
        let bucket = establishment.map(bucket_of);
        let may_hold = |file: &LiveFile| file.bucket.is_none() || bucket.is_none() || file.bucket == bucket;
        Ok(files.into_iter().filter(|file| file.table.person_column().is_some() && may_hold(file)).collect())
    }

    /// Writes what is to stand in a live file's place. Nothing is alive yet, and nothing is written for no rows.
    pub(crate) async fn write_instead(&self, old: &LiveFile, rows: &RecordBatch) -> Result<Vec<LiveFile>, Error> {
        if rows.num_rows() == 0 {
            return Ok(Vec::new());
        }
        Ok(vec![self.write_file(old.table, old.month, old.bucket, rows, super::write::Effort::Compaction).await?])
    }
}
