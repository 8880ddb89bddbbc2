//! SQL over the live files. The manifest is pruned by month and bucket first; the engine sees exactly those files.

use std::ops::RangeInclusive;
use std::path::PathBuf;
use std::sync::Arc;

use arrow::array::RecordBatch;
use async_recursion::async_recursion as boxed;
use datafusion::common::runtime::SpawnedTask;
use datafusion::datasource::MemTable;
use datafusion::datasource::file_format::parquet::ParquetFormat;
use datafusion::datasource::listing::{ListingOptions, ListingTable, ListingTableConfig, ListingTableUrl};
use datafusion::prelude::{Expr, SessionConfig, SessionContext, col, lit};
use datafusion::scalar::ScalarValue;
use privacy::Uai;

use super::manifest::{self, LiveFile};
use super::readers::Reader;
use super::{Lake, Table, bucket_of};
use crate::error::Error;
use crate::register::Withheld;

/// What a query needs of the lake. Pruning is by whole files: the query still filters.
#[derive(Clone, Debug, Default)]
pub struct Prune {
    /// Months as yyyymm; `None` is all.
    pub months: Option<RangeInclusive<i32>>,
    /// One establishment; `None` is all.
    pub establishment: Option<Uai>,
}

impl Prune {
    fn keeps(&self, file: &LiveFile) -> bool {
        let in_months = self.months.as_ref().is_none_or(|months| months.contains(&file.month));
        let in_bucket = match (&self.establishment, file.bucket) {
            (Some(uai), Some(bucket)) => bucket == bucket_of(uai.as_str()),
            _ => true,
        };
        in_months && in_bucket
    }
}

/// Tables as they were when the session was opened.
pub struct Session {
    context: SessionContext,
    _reader: Reader,
    observed: Option<(Observer, Vec<Source>)>,
}

/// A table of a session and the files it stands for.
#[derive(Clone, Debug)]
pub struct Source {
    /// The table.
    pub table: Table,
    /// Its live files, after pruning.
    pub files: Vec<PathBuf>,
}

/// Told of every query before it runs: for measuring the same queries elsewhere.
pub type Observer = Arc<dyn Fn(&[Source], &str) + Send + Sync>;

impl Lake {
    /// Opens a session on the live files of `tables`.
    #[boxed]
    pub async fn session(&self, tables: &[Table], prune: &Prune) -> Result<Session, Error> {
        let config = SessionConfig::new()
            .with_target_partitions(2)
            .with_information_schema(false)
            // Rows are few once pruned: pulling filters into the reader saves decoding whole columns.
            .set_bool("datafusion.execution.parquet.pushdown_filters", true)
            .set_bool("datafusion.execution.collect_statistics", false);
        let context = SessionContext::new_with_config_rt(config, Arc::clone(&self.runtime));
        // Before the manifest: whoever is erased in between is in neither, and no file of it goes while it is read.
        let reader = self.readers.enter();
        let withheld = self.register.withheld().await?;
        let live = manifest::live(&self.register.read, None).await?;
        let mut sources = Vec::new();
        for table in tables {
            if self.observer.is_some() {
                let files = live.iter().filter(|file| file.table == *table && prune.keeps(file));
                let files = files.map(|file| self.root.join(&file.path)).collect();
                sources.push(Source { table: *table, files });
            }
            let paths: Vec<ListingTableUrl> = live
                .iter()
                .filter(|file| file.table == *table && prune.keeps(file))
                .map(|file| ListingTableUrl::parse(format!("file://{}", self.root.join(&file.path).display())))
                .collect::<Result<_, _>>()?;
            if paths.is_empty() {
                let nothing = MemTable::try_new(table.schema(), vec![vec![]])?;
                context.register_table(table.name(), Arc::new(nothing))?;
                continue;
            }
            let options = ListingOptions::new(Arc::new(ParquetFormat::default())).with_file_extension(".parquet");
            let config = ListingTableConfig::new_with_multi_paths(paths)
                .with_listing_options(options)
                .with_schema(table.schema());
            let rows = Arc::new(ListingTable::try_new(config)?);
            match table.person_column().filter(|_| !withheld.is_empty()) {
                Some(column) => {
                    let kept = context.read_table(rows)?.filter(is_none_of(column, &withheld))?;
                    context.register_table(table.name(), kept.into_view())?;
                }
                None => {
                    context.register_table(table.name(), rows)?;
                }
            }
        }
        Ok(Session { context, _reader: reader, observed: self.observer.clone().map(|observer| (observer, sources)) })
    }
}

/// The rows of those whose rows may be used.
fn is_none_of(column: &str, withheld: &Withheld) -> Expr {
    let people = withheld.all().map(|person| lit(ScalarValue::FixedSizeBinary(16, Some(person.to_vec()))));
    col(column).in_list(people.collect(), true)
}

impl Session {
    /// Runs one query.
    ///
    /// What it returns is not released: only `analytics` may call this, and only to feed the exit gate.
    #[boxed]
    pub async fn sql(&self, query: &str) -> Result<Vec<RecordBatch>, Error> {
        if let Some((observer, sources)) = &self.observed {
            observer(sources, query);
        }
        let (context, query) = (self.context.clone(), query.to_owned());
        // A task of its own, so that the queries of one page run beside each other.
        let task = SpawnedTask::spawn(async move { context.sql(&query).await?.collect().await });
        let rows = task.await.map_err(|error| Error::Query(error.to_string()))?;
        Ok(rows?)
    }
}
