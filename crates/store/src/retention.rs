//! Retention: what is older than the catalogue allows is written away, from the footers of the files alone where they can
//! tell. Rows about people go first; when the last row of a school year is gone, so are its roster and its root, and with
//! it every pseudonym that anybody may have kept.
//!
//! An event type that is kept for less than thirteen months leaves its count in the technical tables, without detail:
//! no word, no screen, no distribution.

use std::collections::{BTreeMap, HashSet};

use arrow::array::{Array, ArrayRef, AsArray, BooleanArray, Date32Array, RecordBatch, StringArray};
use arrow::compute::filter_record_batch;
use arrow::compute::kernels::cmp::gt_eq;
use arrow::datatypes::Int16Type;
use async_recursion::async_recursion as boxed;
use calendar::SchoolYear;
use catalogue::{Catalogue, Retention};
use jiff::civil::Date;
use jiff::{Span, Timestamp};
use sea_orm::{ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter, Set, TransactionTrait};

use crate::Store;
use crate::error::Error;
use crate::lake::{Age, LiveFile, Table, days, forget_files, live_files, merge_sorted, name_files};
use crate::register::entities::{batch, roster_class, roster_member, session};
use crate::register::rights_entities::{rights_pass, rights_request};
use crate::register::{Register, feedback};
use crate::roots::is_over;

/// How long an answered batch is remembered: a tablet that was away for the summer may still retry.
const BATCH_DAYS: i64 = 100;

/// How long a message is remembered that was sent, given up or not needed any more.
const MESSAGE_DAYS: i64 = 30;

/// Nothing is kept longer.
pub(crate) const LONGEST: Retention = Retention::Months(13);

/// What was retired.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Retired {
    /// Files rewritten or unlinked.
    pub files: usize,
    /// School years whose last row is gone, and now their root.
    pub roots: Vec<SchoolYear>,
}

/// What is too old in a table.
struct Limits {
    /// Rows before this day, or Monday, go.
    oldest: i32,
    /// Of these event types, or metrics, already rows before a later one.
    sooner: BTreeMap<String, i32>,
}

impl Store {
    /// Does away with everything that is too old as of `today`.
    #[boxed]
    pub async fn retire(&self, today: Date, real_now: Timestamp) -> Result<Retired, Error> {
        let _maintenance = self.maintenance.lock().await;
        let mut retired = Retired::default();
        for table in Table::ALL {
            retired.files += self.retire_table(table, &limits(&self.catalogue, table, today)).await?;
        }
        let oldest = today.saturating_sub(Span::new().days(BATCH_DAYS));
        batch::Entity::delete_many()
            .filter(batch::Column::ReceivedOn.lt(oldest.to_string()))
            .exec(&self.register().write)
            .await?;
        self.register().drop_expired_sessions(real_now).await?;
        self.register().drop_expired_passes(real_now).await?;
        if feedback::forget_before(&self.register().write, SchoolYear::of(today)).await? > 0 {
            Register::wipe_later(&self.register().write).await?;
        }
        self.register().retire_alerts(LONGEST.earliest(today)).await?;
        let settled = real_now.saturating_sub(Span::new().hours(24 * MESSAGE_DAYS)).unwrap_or(Timestamp::MIN);
        self.register().retire_messages(settled).await?;
        self.register().forget_in_audit_before(real_now, LONGEST.earliest(today)).await?;
        for year in self.dead_years(today).await? {
            let transaction = self.register().write.begin().await?;
            forget_year(&transaction, year).await?;
            transaction.commit().await?;
            self.destroy_root(year, real_now, "its last row has expired").await?;
            retired.roots.push(year);
        }
        self.register().wipe().await?;
        self.register().truncate_log().await?;
        Ok(retired)
    }

    async fn retire_table(&self, table: Table, limits: &Limits) -> Result<usize, Error> {
        let files = live_files(&self.register().read, Some(table)).await?;
        let ages = self.lake().ages(&files).await?;
        let (mut old, mut new) = (Vec::new(), Vec::new());
        for (file, age) in files.into_iter().zip(ages) {
            if age.last < limits.oldest {
                old.push(file);
            } else if age.first < limits.oldest || self.has_sooner(&file, age, limits).await? {
                let rows = self.lake().read(table, std::slice::from_ref(&file)).await?;
                let kept = merge_sorted(table, &without_old(table, &rows, limits)?)?;
                new.extend(self.lake().write_instead(&file, &kept).await?);
                old.push(file);
            }
        }
        if !old.is_empty() {
            let transaction = self.register().write.begin().await?;
            name_files(&transaction, &new).await?;
            forget_files(&transaction, &old).await?;
            transaction.commit().await?;
            self.lake().unlink(&old).await?;
        }
        Ok(old.len())
    }

    /// Whether a file holds something that goes sooner than the rest; only the columns that tell are read, and not again
    /// once nothing in the file can fall due any more.
    async fn has_sooner(&self, file: &LiveFile, age: Age, limits: &Limits) -> Result<bool, Error> {
        let (earliest, latest) = (limits.sooner.values().min(), limits.sooner.values().max());
        let Some((earliest, latest)) = earliest.zip(latest) else { return Ok(false) };
        let settled = |files: &HashSet<String>| files.contains(&file.path);
        if age.first >= *latest || self.settled.lock().is_ok_and(|files| settled(&files)) {
            return Ok(false);
        }
        let columns: &[&str] = match file.table {
            Table::TechDay => &["metric", "screen", "word", "day", "bucket_ix"],
            _ => &["event", file.table.date_column()],
        };
        let rows = self.lake().read_columns(file, columns).await?;
        let found = goes_sooner(file.table, &rows, limits)?.true_count() > 0;
        if !found
            && age.last < *earliest
            && let Ok(mut files) = self.settled.lock()
        {
            files.insert(file.path.clone());
        }
        Ok(found)
    }

    /// School years of which nothing is kept any more and nothing can come any more.
    async fn dead_years(&self, today: Date) -> Result<Vec<SchoolYear>, Error> {
        let roots = self.held_keys()?.roots;
        let mut dead: Vec<SchoolYear> = roots.into_keys().filter(|year| is_over(*year, today)).collect();
        if !dead.is_empty() {
            let mut files = live_files(&self.register().read, None).await?;
            files.retain(|file| file.table.is_linked());
            let first = self.lake().ages(&files).await?.into_iter().map(|age| age.first).min();
            dead.retain(|year| first.is_none_or(|first| days(year.last_day()) < first));
        }
        Ok(dead)
    }
}

/// Clears the register of the pseudonyms of a school year, inside the caller's transaction.
pub(crate) async fn forget_year(transaction: &impl ConnectionTrait, year: SchoolYear) -> Result<(), Error> {
    let label = year.to_string();
    roster_member::Entity::delete_many().filter(roster_member::Column::SchoolYear.eq(&label)).exec(transaction).await?;
    roster_class::Entity::delete_many().filter(roster_class::Column::SchoolYear.eq(&label)).exec(transaction).await?;
    // Sessions and codes are hours old at most, and name her in every year.
    session::Entity::delete_many().exec(transaction).await?;
    rights_pass::Entity::delete_many().exec(transaction).await?;
    feedback::forget_year(transaction, year).await?;
    forget_in_requests(transaction, &label).await?;
    Register::wipe_later(transaction).await
}

/// Requests still in force lose their pseudonyms of a year.
async fn forget_in_requests(transaction: &impl ConnectionTrait, year: &str) -> Result<(), Error> {
    let rows =
        rights_request::Entity::find().filter(rights_request::Column::Persons.contains(year)).all(transaction).await?;
    for row in rows {
        let persons = row.persons.unwrap_or_default();
        let kept: Vec<&str> = persons.lines().filter(|line| !line.starts_with(year)).collect();
        let persons = (!kept.is_empty()).then(|| kept.join("\n"));
        let changed = rights_request::ActiveModel { persons: Set(persons), ..Default::default() };
        rights_request::Entity::update_many()
            .set(changed)
            .filter(rights_request::Column::Id.eq(row.id))
            .exec(transaction)
            .await?;
    }
    Ok(())
}

fn limits(catalogue: &Catalogue, table: Table, today: Date) -> Limits {
    // A week is kept until 13 months after its end, so its Monday may be six days older.
    let slack = if table.date_column() == "week" { 6 } else { 0 };
    let oldest = |retention: Retention| days(retention.earliest(today)) - slack;
    let longest = oldest(LONGEST);
    let mut sooner = BTreeMap::<String, i32>::new();
    for event in catalogue.events() {
        let from = oldest(event.retention);
        let mut keep = |name: &str| {
            // Where several event types feed one metric, the one kept longest decides.
            let known = sooner.entry(name.to_owned()).or_insert(from);
            *known = (*known).min(from);
        };
        match table {
            Table::PersonDay | Table::PersonWeek | Table::PupilWeek => keep(&event.name),
            Table::TechDay => {
                event.fold.histograms.iter().for_each(|one| keep(&one.metric));
                event.fold.counters.iter().for_each(|one| keep(&one.metric));
            }
            _ => {}
        }
    }
    sooner.retain(|_, from| *from > longest);
    Limits { oldest: longest, sooner }
}

fn texts<'a>(rows: &'a RecordBatch, name: &str) -> Result<&'a StringArray, Error> {
    let column = rows.column_by_name(name).ok_or_else(|| Error::Lake(format!("no column {name}")))?;
    column.as_any().downcast_ref().ok_or_else(|| Error::Lake(format!("{name} is no text")))
}

fn dates<'a>(rows: &'a RecordBatch, name: &str) -> Result<&'a Date32Array, Error> {
    let column = rows.column_by_name(name).ok_or_else(|| Error::Lake(format!("no column {name}")))?;
    column.as_any().downcast_ref().ok_or_else(|| Error::Lake(format!("{name} is no date")))
}

/// The rows that go, or lose their detail, sooner than the others.
fn goes_sooner(table: Table, rows: &RecordBatch, limits: &Limits) -> Result<BooleanArray, Error> {
    let name = if table == Table::TechDay { "metric" } else { "event" };
    let (names, when) = (texts(rows, name)?, dates(rows, table.date_column())?);
    let is_due = |row: usize| limits.sooner.get(names.value(row)).is_some_and(|from| when.value(row) < *from);
    if table != Table::TechDay {
        return Ok((0..rows.num_rows()).map(|row| Some(is_due(row))).collect());
    }
    let (words, screens) = (texts(rows, "word")?, texts(rows, "screen")?);
    let buckets = rows.column_by_name("bucket_ix").ok_or_else(|| Error::Lake("no column bucket_ix".to_owned()))?;
    let buckets = buckets.as_primitive::<Int16Type>();
    let has_detail =
        |row: usize| !words.value(row).is_empty() || !screens.value(row).is_empty() || buckets.value(row) >= 0;
    Ok((0..rows.num_rows()).map(|row| Some(is_due(row) && has_detail(row))).collect())
}

/// What stays of some rows.
fn without_old(table: Table, rows: &RecordBatch, limits: &Limits) -> Result<RecordBatch, Error> {
    let young = gt_eq(dates(rows, table.date_column())?, &Date32Array::new_scalar(limits.oldest))?;
    let rows = filter_record_batch(rows, &young)?;
    if limits.sooner.is_empty() {
        return Ok(rows);
    }
    let due = goes_sooner(table, &rows, limits)?;
    if table != Table::TechDay {
        return Ok(filter_record_batch(&rows, &arrow::compute::not(&due)?)?);
    }
    let buckets = rows.column_by_name("bucket_ix").map(|column| column.as_primitive::<Int16Type>().clone());
    let is_histogram = |row: usize| buckets.as_ref().is_some_and(|buckets| buckets.value(row) >= 0);
    let mut columns = rows.columns().to_vec();
    for name in ["word", "screen"] {
        let old = texts(&rows, name)?;
        let blank = (0..rows.num_rows()).map(|row| if due.value(row) { "" } else { old.value(row) });
        columns[rows.schema().index_of(name)?] = std::sync::Arc::new(StringArray::from_iter_values(blank)) as ArrayRef;
    }
    let kept: BooleanArray = (0..rows.num_rows()).map(|row| Some(!(due.value(row) && is_histogram(row)))).collect();
    Ok(filter_record_batch(&RecordBatch::try_new(rows.schema(), columns)?, &kept)?)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_the_catalogue_keeps_shorter_goes_sooner() {
        let catalogue = Catalogue::embedded().unwrap();
        let today: Date = "2025-11-24".parse().unwrap();
        let tech = limits(&catalogue, Table::TechDay, today);
        assert_eq!(tech.oldest, days("2024-10-24".parse().unwrap()));
        assert_eq!(tech.sooner.get("crashes"), Some(&days("2025-08-26".parse().unwrap())));
        assert_eq!(tech.sooner.get("tickets"), Some(&days("2025-10-25".parse().unwrap())));
        assert!(!tech.sooner.contains_key("errors"), "errors are kept as long as everything else");
        let weeks = limits(&catalogue, Table::PersonWeek, today);
        assert_eq!(weeks.oldest, days("2024-10-18".parse().unwrap()), "a week ends six days after its Monday");
    }
}
