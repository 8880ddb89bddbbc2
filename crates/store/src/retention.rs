//! Retention: rows older than the law and the catalogue allow are rewritten away, and so are answered batches, sessions
//! and rosters nobody needs any more.

use arrow::array::Date32Array;
use arrow::compute::filter_record_batch;
use arrow::compute::kernels::cmp::gt_eq;
use async_recursion::async_recursion as boxed;
use jiff::civil::Date;
use jiff::{Span, Timestamp};
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter};

use crate::Store;
use crate::error::Error;
use crate::lake::{Table, days, live_files};
use crate::register::entities::batch;

/// How long an answered batch is remembered: a tablet that was away for the summer may still retry.
const BATCH_DAYS: i64 = 100;

/// What was retired.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Retired {
    /// Files rewritten or unlinked.
    pub files: usize,
}

impl Store {
    /// Rewrites away what is older than 13 months after its week, day or period, as of `today`.
    #[boxed]
    pub async fn retire(&self, today: Date, real_now: Timestamp) -> Result<Retired, Error> {
        let _maintenance = self.maintenance.lock().await;
        let earliest = today.saturating_sub(Span::new().months(13));
        let mut retired = Retired::default();
        for table in Table::ALL {
            // A week is kept until 13 months after its end, so its Monday may be six days older.
            let earliest = match table.date_column() {
                "week" => earliest.saturating_sub(Span::new().days(6)),
                _ => earliest,
            };
            let month = i32::from(earliest.year()) * 100 + i32::from(earliest.month());
            let files = live_files(&self.register().read, Some(table)).await?;
            let mut old: Vec<_> = files.into_iter().filter(|file| file.month <= month).collect();
            old.sort_by_key(|file| file.month);
            for files in old.chunk_by(|left, right| left.month == right.month) {
                let first = days(earliest);
                let (month, column) = (files[0].month, table.date_column());
                if month == i32::from(earliest.year()) * 100 + i32::from(earliest.month())
                    && !self.has_rows_before(table, files, first).await?
                {
                    continue;
                }
                retired.files += files.len();
                self.lake()
                    .rewrite(table, month, files.to_vec(), move |rows| {
                        let dates =
                            rows.column_by_name(column).ok_or_else(|| Error::Lake(format!("no column {column}")))?;
                        let kept = gt_eq(dates, &Date32Array::new_scalar(first))?;
                        Ok(filter_record_batch(&rows, &kept)?)
                    })
                    .await?;
            }
        }
        let oldest = today.saturating_sub(Span::new().days(BATCH_DAYS));
        batch::Entity::delete_many()
            .filter(batch::Column::ReceivedOn.lt(oldest.to_string()))
            .exec(&self.register().write)
            .await?;
        self.register().drop_expired_sessions(real_now).await?;
        Ok(retired)
    }

    async fn has_rows_before(&self, table: Table, files: &[crate::lake::LiveFile], first: i32) -> Result<bool, Error> {
        use arrow::array::Array;
        let rows = self.lake().read(table, files).await?;
        let dates = rows.column_by_name(table.date_column());
        let dates: Option<&Date32Array> = dates.and_then(|dates| dates.as_any().downcast_ref());
        Ok(dates.is_some_and(|dates| dates.values().iter().any(|date| *date < first)))
    }
}
