//! Closing a period, once and for good: its releases are stored, and what was only kept until then is dropped, in one
//! transaction. What is computed is the business of `analytics`; that it happens once is the business of this module.

use std::sync::Arc;

use arrow::array::{
    Array, ArrayRef, Date32Array, Float64Array, Int16Array, Int32Array, Int64Array, RecordBatch, StringArray,
    UInt8Array,
};
use arrow::compute::cast;
use arrow::datatypes::DataType;
use async_recursion::async_recursion as boxed;
use calendar::IsoWeek;
use jiff::civil::Date;
use jiff::tz::TimeZone;
use jiff::{Span, Timestamp};
use privacy::Uai;
use privacy::audit::{Entry, Party};
use privacy::exit::{Guarantee, Level, NoisyCell, NoisyCube, Protection, ReleaseRecord, Released, StoredFigure};
use sea_orm::{EntityTrait, Set, TransactionTrait};
use sha2::{Digest, Sha256};

use crate::Store;
use crate::error::Error;
use crate::lake::{LiveFile, Prune, Table, batch, bucket_of, date, days, live_files, merge_sorted, month_of_day};
use crate::register::audit;
use crate::register::budget::{debit_as_word, store_draw};
use crate::register::entities::closing;
use crate::rights::erase::know;
use crate::rights::tombstones::{self, Act, Tombstone};

/// The day after a week's Sunday on which it closes: three days of grace.
const GRACE_DAYS: i64 = 3;

/// One row of the table `releases`.
pub struct ReleaseRow {
    /// The establishment about itself.
    pub establishment: Uai,
    /// What the exit gate let out.
    pub record: ReleaseRecord,
}

/// A period that closes.
pub struct Closing {
    /// `week`, `month` or `school_period`.
    pub period_kind: &'static str,
    /// Its label, which never closes again.
    pub period: String,
    /// The holiday zone, where the period depends on it; otherwise empty.
    pub zone: String,
    /// Its first day.
    pub start: Date,
    /// Its last day.
    pub end: Date,
    /// The day it closes.
    pub closed_on: Date,
    /// The moment, for the audit log.
    pub at: Timestamp,
    /// Everything that leaves for the establishments themselves.
    pub rows: Vec<ReleaseRow>,
    /// What leaves beyond them: when a month closes, each drawn under an open debit of its own.
    pub cubes: Vec<Released<NoisyCube>>,
}

impl Store {
    /// The last week that has closed.
    #[boxed]
    pub async fn closed_through(&self) -> Result<Option<IsoWeek>, Error> {
        let Some(text) = self.register().setting("closed_through").await? else { return Ok(None) };
        text.parse().map(Some).map_err(|_| Error::Unreadable { what: "a week", text })
    }

    /// The weeks that fall due by `now`, oldest first. Nothing falls due before there are data.
    #[boxed]
    pub async fn due(&self, now: Timestamp) -> Result<Vec<IsoWeek>, Error> {
        let today = paris().to_datetime(now).date();
        let first = match self.closed_through().await? {
            Some(week) => Some(week.next()),
            None => self.first_week().await?,
        };
        let Some(mut week) = first else { return Ok(Vec::new()) };
        let mut due = Vec::new();
        while week.sunday().saturating_add(Span::new().days(1 + GRACE_DAYS)) <= today {
            due.push(week);
            week = week.next();
        }
        Ok(due)
    }

    async fn first_week(&self) -> Result<Option<IsoWeek>, Error> {
        let session = self.lake().session(&[Table::PersonDay, Table::TechDay], &Prune::default()).await?;
        let query = "SELECT min(day) FROM (SELECT day FROM person_day UNION ALL SELECT day FROM tech_day)";
        let rows = session.sql(query).await?;
        let first = rows.first().and_then(|rows| {
            let days: &Date32Array = rows.column(0).as_any().downcast_ref()?;
            (!days.is_empty() && !days.is_null(0)).then(|| days.value(0))
        });
        Ok(first.map(|day| IsoWeek::of(date(day))))
    }

    /// Whether a period has closed.
    #[boxed]
    pub async fn is_closed(&self, period: &str, zone: &str) -> Result<bool, Error> {
        let key = (period.to_owned(), zone.to_owned());
        Ok(closing::Entity::find_by_id(key).one(&self.register().read).await?.is_some())
    }

    /// Closes a week: its releases are stored, completeness is counted, and `person_day` and `install_day` lose it.
    /// `active_on` are the events that make a day an active one of a teacher; without any, nobody's days are counted.
    ///
    /// The caller holds [`Store::rest`]: a fold or compaction in between would move the files that are replaced here.
    #[boxed]
    pub async fn close_week(&self, week: IsoWeek, closed: Closing, active_on: &[&str]) -> Result<(), Error> {
        let (through, from) = (days(week.sunday()), days(week.monday()));
        let mut new = Vec::new();
        let completeness = self.completeness(from, through).await?;
        if completeness.num_rows() > 0 {
            new.extend(self.lake().write(Table::TechDay, &completeness).await?);
        }
        let active_days = self.active_days(week, active_on).await?;
        if active_days.num_rows() > 0 {
            new.extend(self.lake().write(Table::PersonWeek, &active_days).await?);
        }
        let mut old = Vec::new();
        for table in [Table::PersonDay, Table::InstallDay] {
            let files = live_files(&self.register().read, Some(table)).await?;
            let kept = self.rows_after(table, &files, through).await?;
            if kept.num_rows() > 0 {
                new.extend(self.lake().write(table, &kept).await?);
            }
            old.extend(files);
        }
        self.store_closing(closed, Some(week), new, old).await
    }

    /// Closes a month or school period, whose rows come from weeks that have closed before.
    #[boxed]
    pub async fn close_longer(&self, closed: Closing) -> Result<(), Error> {
        self.store_closing(closed, None, Vec::new(), Vec::new()).await
    }

    async fn store_closing(
        &self,
        closed: Closing,
        week: Option<IsoWeek>,
        mut new: Vec<LiveFile>,
        old: Vec<LiveFile>,
    ) -> Result<(), Error> {
        let digest = digest(&closed);
        if !closed.rows.is_empty() {
            new.extend(self.lake().write(Table::Releases, &release_rows(&closed)?).await?);
        }
        if !closed.cubes.is_empty() {
            new.extend(self.lake().write(Table::Cubes, &cube_rows(&closed)?).await?);
        }
        // Beside the keys first: a register that is put back must know of every draw that anybody may have seen.
        let mut stones = Vec::new();
        for cube in &closed.cubes {
            let word = debit_as_word(&self.register().read, &cube.value().cube, cube.value().month).await?;
            stones.extend(word.map(|digest| Tombstone { at: closed.at.as_second(), act: Act::Drawn, digest }));
        }
        tombstones::append(&self.folder.tombstones, &stones)?;
        let transaction = self.register().write.begin().await?;
        know(&transaction, &stones).await?;
        for cube in &closed.cubes {
            store_draw(&transaction, &cube.value().cube, cube.value().month).await?;
        }
        // The primary key refuses a second closing of the same period.
        closing::Entity::insert(closing::ActiveModel {
            period: Set(closed.period.clone()),
            zone: Set(closed.zone.clone()),
            closed_on: Set(closed.closed_on.to_string()),
            digest: Set(digest.clone()),
        })
        .exec_without_returning(&transaction)
        .await?;
        let told = format!("{} {} sha256:{digest}", closed.period, closed.zone);
        audit::append(&transaction, Entry::new(closed.at, &Party::role("system"), "close", &told)).await?;
        audit::keep_checkpoint(&transaction, closed.at).await?;
        if let Some(week) = week {
            crate::register::set_in(&transaction, "closed_through", &week.to_string()).await?;
        }
        crate::lake::name_files(&transaction, &new).await?;
        crate::lake::forget_files(&transaction, &old).await?;
        transaction.commit().await?;
        self.lake().unlink(&old).await
    }

    /// What `tech_day` keeps of a week's `install_day`: distinct devices a day and a week, batches received and
    /// missing, events lost. The devices themselves are forgotten.
    async fn completeness(&self, from: i32, through: i32) -> Result<RecordBatch, Error> {
        let session = self.lake().session(&[Table::InstallDay], &Prune::default()).await?;
        let week = format!("day BETWEEN DATE '{}' AND DATE '{}'", date(from), date(through));
        let query = format!(
            "SELECT establishment, day, app_version, platform, 'devices' AS metric, \
                    COUNT(DISTINCT install) AS n FROM install_day WHERE {week} GROUP BY 1, 2, 3, 4 \
             UNION ALL SELECT establishment, DATE '{monday}', '', '', 'devices_week', COUNT(DISTINCT install) \
                    FROM install_day WHERE {week} GROUP BY 1 \
             UNION ALL SELECT establishment, DATE '{monday}', '', '', 'batches', CAST(SUM(batches) AS BIGINT) \
                    FROM install_day WHERE {week} GROUP BY 1 \
             UNION ALL SELECT establishment, DATE '{monday}', '', '', 'events_lost', CAST(SUM(lost) AS BIGINT) \
                    FROM install_day WHERE {week} GROUP BY 1 \
             UNION ALL SELECT establishment, DATE '{monday}', '', '', 'batches_missing', \
                    CAST(SUM(greatest(missing, 0)) AS BIGINT) FROM ( \
                    SELECT establishment, install, MAX(last_no) - MIN(first_no) + 1 - SUM(batches) AS missing \
                    FROM install_day WHERE {week} AND batches > 0 GROUP BY 1, 2) GROUP BY 1",
            monday = date(from),
        );
        let mut parts = Vec::new();
        for rows in session.sql(&query).await? {
            let text = |place: usize| cast(rows.column(place), &DataType::Utf8);
            let uais = text(0)?;
            let uais: &StringArray = uais.as_any().downcast_ref().ok_or_else(wrong)?;
            let days = cast(rows.column(1), &DataType::Date32)?;
            let day: &Date32Array = days.as_any().downcast_ref().ok_or_else(wrong)?;
            let nothing: ArrayRef = Arc::new(StringArray::from(vec![""; rows.num_rows()]));
            let columns: Vec<ArrayRef> = vec![
                Arc::new(day.values().iter().map(|day| Some(month_of_day(*day))).collect::<Int32Array>()),
                Arc::new(uais.iter().map(|uai| uai.map(bucket_of)).collect::<UInt8Array>()),
                text(0)?,
                text(4)?,
                text(2)?,
                text(3)?,
                Arc::clone(&nothing),
                nothing,
                Arc::clone(&days),
                Arc::new(Int16Array::from_value(-1, rows.num_rows())),
                cast(rows.column(5), &DataType::Int64)?,
            ];
            parts.push(batch(Table::TechDay, columns)?);
        }
        merge_sorted(Table::TechDay, &arrow::compute::concat_batches(&Table::TechDay.schema(), &parts)?)
    }

    async fn rows_after(&self, table: Table, files: &[LiveFile], through: i32) -> Result<RecordBatch, Error> {
        let rows = self.lake().read(table, files).await?;
        let column = rows.column_by_name(table.date_column()).ok_or_else(wrong)?;
        let later = arrow::compute::kernels::cmp::gt(column, &Date32Array::new_scalar(through))?;
        merge_sorted(table, &arrow::compute::filter_record_batch(&rows, &later)?)
    }
}

pub(crate) fn wrong() -> Error {
    Error::Lake("a table has columns of other types than it declares".to_owned())
}

/// Weeks end when they end in metropolitan France; the grace is longer than any difference of time zones.
pub(crate) fn paris() -> TimeZone {
    TimeZone::get("Europe/Paris").unwrap_or(TimeZone::UTC)
}

fn k_of(record: &ReleaseRecord) -> i32 {
    match record.protection() {
        Protection::K(k) => i32::try_from(k).unwrap_or(i32::MAX),
        _ => 0,
    }
}

/// SHA-256 over every figure of a closing: those of establishments by establishment, measure, split and word, those of
/// cubes by cube, place and word.
fn digest(closed: &Closing) -> String {
    let mut lines: Vec<String> = closed
        .rows
        .iter()
        .map(|row| {
            let figure = row.record.figure();
            let StoredFigure { measure, period, split, word, value, previous, denominator } = figure;
            format!(
                "{}\t{measure}\t{period}\t{split}\t{word}\t{value:?}\t{previous:?}\t{denominator:?}\t{}\n",
                row.establishment,
                k_of(&row.record)
            )
        })
        .collect();
    for (cube, cell) in cells(closed) {
        let [district, _, academy] = places(cell);
        let NoisyCube { cube: name, month, sigma, cut, .. } = cube.value();
        let (word, value, protection) = (&cell.leaf.word, cell.value, cube.protection());
        lines
            .push(format!("{name}\t{month}\t{academy}\t{district}\t{word}\t{value}\t{sigma}\t{cut:?}\t{protection}\n"));
    }
    lines.sort_unstable();
    let mut hash = Sha256::new();
    for line in &lines {
        hash.update(line.as_bytes());
    }
    hex::encode(hash.finalize())
}

fn release_rows(closed: &Closing) -> Result<RecordBatch, Error> {
    let rows = &closed.rows;
    let n = rows.len();
    let end = days(closed.end);
    let text = |of: fn(&StoredFigure) -> &str| -> ArrayRef {
        Arc::new(StringArray::from_iter_values(rows.iter().map(|row| of(row.record.figure()))))
    };
    let number = |of: fn(&StoredFigure) -> Option<u64>| -> ArrayRef {
        let signed = rows.iter().map(|row| of(row.record.figure()).and_then(|value| i64::try_from(value).ok()));
        Arc::new(signed.collect::<Int64Array>())
    };
    let uais = || rows.iter().map(|row| row.establishment.as_str());
    let columns: Vec<ArrayRef> = vec![
        Arc::new(Int32Array::from_value(month_of_day(end), n)),
        Arc::new(UInt8Array::from_iter_values(uais().map(bucket_of))),
        Arc::new(StringArray::from_iter_values(uais())),
        Arc::new(StringArray::from(vec![closed.period_kind; n])),
        text(|figure| &figure.period),
        Arc::new(Date32Array::from_value(days(closed.start), n)),
        Arc::new(Date32Array::from_value(end, n)),
        text(|figure| &figure.measure),
        text(|figure| &figure.split),
        text(|figure| &figure.word),
        number(|figure| figure.value),
        number(|figure| figure.previous),
        number(|figure| figure.denominator),
        Arc::new(Int32Array::from_iter_values(rows.iter().map(|row| k_of(&row.record)))),
        Arc::new(Date32Array::from_value(days(closed.closed_on), n)),
    ];
    merge_sorted(Table::Releases, &batch(Table::Releases, columns)?)
}

/// Every leaf of every cube.
fn cells(closed: &Closing) -> impl Iterator<Item = (&Released<NoisyCube>, &NoisyCell)> {
    closed.cubes.iter().flat_map(|cube| cube.value().cells.iter().map(move |cell| (cube, cell)))
}

/// Its district, department and academy, empty where the leaf is coarser.
fn places(cell: &NoisyCell) -> [&str; 3] {
    [Level::District, Level::Department, Level::Academy].map(|level| cell.leaf.place.at(level).unwrap_or(""))
}

fn cube_rows(closed: &Closing) -> Result<RecordBatch, Error> {
    let all: Vec<_> = cells(closed).collect();
    let end = days(closed.end);
    let place = |nth: usize| -> ArrayRef {
        Arc::new(StringArray::from_iter_values(all.iter().map(|(_, cell)| places(cell)[nth])))
    };
    let guarantee = |of: fn(Guarantee) -> u32| -> ArrayRef {
        let numbers = all.iter().map(|(cube, _)| match cube.protection() {
            Protection::Dp(guarantee) => i32::try_from(of(guarantee)).unwrap_or(i32::MAX),
            _ => 0,
        });
        Arc::new(Int32Array::from_iter_values(numbers))
    };
    let columns: Vec<ArrayRef> = vec![
        Arc::new(Int32Array::from_iter_values(all.iter().map(|(cube, _)| cube.value().month.number()))),
        Arc::new(StringArray::from_iter_values(all.iter().map(|(cube, _)| cube.value().cube.as_str()))),
        place(2),
        place(1),
        place(0),
        Arc::new(StringArray::from_iter_values(all.iter().map(|(_, cell)| cell.leaf.word.as_str()))),
        Arc::new(Int64Array::from_iter_values(all.iter().map(|(_, cell)| cell.value))),
        Arc::new(Float64Array::from_iter_values(all.iter().map(|(cube, _)| cube.value().sigma))),
        Arc::new(all.iter().map(|(cube, _)| cube.value().cut).collect::<Int64Array>()),
        guarantee(Guarantee::epsilon_thousandths),
        guarantee(Guarantee::delta_exponent),
        Arc::new(Date32Array::from_value(end, all.len())),
    ];
    merge_sorted(Table::Cubes, &batch(Table::Cubes, columns)?)
}
