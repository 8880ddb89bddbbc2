//! Correcting: rows move to the right class, role or person, or a counter is replaced. One transaction over all files:
//! after a crash it was done, or it was not. What has been published stays as it is.

use async_recursion::async_recursion as boxed;
use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;

use arrow::array::{
    Array, ArrayRef, AsArray, BooleanArray, Date32Array, FixedSizeBinaryArray, FixedSizeBinaryBuilder, Int64Array,
    RecordBatch, StringArray,
};
use arrow::compute::filter_record_batch;
use calendar::SchoolYear;
use catalogue::Role;
use jiff::Timestamp;
use jiff::civil::Date;
use privacy::Pseudonym;
use privacy::entry::DataSubject;
use sea_orm::TransactionTrait;

use super::tombstones::{Act, Tombstone};
use crate::Store;
use crate::error::Error;
use crate::lake::{LiveFile, People, Table, date, days, forget_files, merge_sorted, monday_of, name_files, rows_about};
use crate::register::{Action, NewRequest, Register, Request, State, finish_request};

/// A column that may be replaced.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CounterColumn {
    /// How often.
    N,
    /// For how long.
    DurationMs,
    /// How much.
    VolumeKb,
}

impl CounterColumn {
    const fn name(self) -> &'static str {
        match self {
            Self::N => "n",
            Self::DurationMs => "duration_ms",
            Self::VolumeKb => "volume_kb",
        }
    }

    /// The column of a name.
    pub fn from_name(name: &str) -> Option<Self> {
        [Self::N, Self::DurationMs, Self::VolumeKb].into_iter().find(|column| column.name() == name)
    }
}

/// What is wrong, and what would be right.
pub enum Correction {
    /// Rows belong to another class. `from` is empty for rows of any class.
    Class {
        /// The wrong class, in each school year.
        from: Vec<(SchoolYear, Pseudonym)>,
        /// The right one.
        to: Vec<(SchoolYear, Pseudonym)>,
    },
    /// She acted under another role of the same kind.
    Role {
        /// The wrong role.
        from: Role,
        /// The right one.
        to: Role,
    },
    /// The rows are somebody else's of the same kind.
    Person {
        /// Whose they are.
        to: DataSubject,
    },
    /// A counter of one week is wrong: the total of its rows.
    Counter {
        /// The event type.
        event: String,
        /// The word of its facet; `None` for all.
        facet: Option<String>,
        /// The column.
        column: CounterColumn,
        /// What it should be.
        value: u64,
    },
}

/// Why nothing was corrected.
#[derive(Debug, thiserror::Error)]
pub enum NotCorrected {
    /// The store failed.
    #[error(transparent)]
    Store(#[from] Error),
    /// Nothing is kept that the correction speaks of.
    #[error("no row of this person fits the correction: nothing was changed; `rights access` shows what is kept")]
    Nothing,
    /// A person of another kind is not under the same key.
    #[error("rows can move to a person of the same establishment and kind only; erase them instead")]
    OtherKind,
}

impl Store {
    /// Corrects the rows of a person between two days, both included, and answers the request `id`, or a new one.
    #[boxed]
    pub async fn rectify(
        &self,
        subject: &DataSubject,
        correction: &Correction,
        (from, until): (Date, Date),
        id: Option<i64>,
        (way, note): (&'static str, &str),
        (today, at): (Date, Timestamp),
    ) -> Result<i64, NotCorrected> {
        let plan = Plan::new(subject, correction, (from, until))?;
        let _maintenance = self.maintenance.lock().await;
        self.fold_locked().await?;
        let people: Arc<People> = Arc::new(plan.people.clone());
        let place = subject.establishment().map(|uai| uai.to_string());
        let (mut new, mut old, mut counts) = (Vec::<LiveFile>::new(), Vec::new(), BTreeMap::<String, u64>::new());
        let mut left = plan.value;
        for file in self.lake.files_about(&people, place.as_deref()).await? {
            let rows = self.lake.read(file.table, std::slice::from_ref(&file)).await?;
            let (changed, n) = plan.correct(file.table, &rows, &mut left)?;
            if n > 0 {
                *counts.entry(file.table.name().to_owned()).or_default() += n;
                new.extend(self.lake.write_instead(&file, &merge_sorted(file.table, &changed)?).await?);
                old.push(file);
            }
        }
        if counts.is_empty() {
            return Err(NotCorrected::Nothing);
        }
        let request = self.request_to_answer(subject, id, way, note, (today, at)).await?;
        // A restore cannot repeat this: it says so.
        let stone = Tombstone { at: at.as_second(), act: Act::Rectified, digest: request.id.to_string() };
        super::tombstones::append(&self.folder.tombstones, std::slice::from_ref(&stone))?;
        let transaction = self.register.write.begin().await.map_err(Error::from)?;
        name_files(&transaction, &new).await?;
        forget_files(&transaction, &old).await?;
        super::erase::know(&transaction, std::slice::from_ref(&stone)).await?;
        finish_request(&transaction, &request, State::Done, today, at, &counts).await?;
        Register::wipe_later(&transaction).await?;
        transaction.commit().await.map_err(Error::from)?;
        self.lake.unlink(&old).await?;
        self.register.wipe().await?;
        Ok(request.id)
    }

    async fn request_to_answer(
        &self,
        subject: &DataSubject,
        id: Option<i64>,
        way: &'static str,
        note: &str,
        (today, at): (Date, Timestamp),
    ) -> Result<Request, Error> {
        let id = if let Some(id) = id {
            id
        } else {
            let wanted = NewRequest {
                action: Action::Rectify,
                state: State::Open,
                subject: Some(subject),
                way,
                received_on: today,
                detail: note,
            };
            self.register.add_request(&wanted, at).await?
        };
        let found = self.register.request(id).await?.map(|found| found.request);
        let is_open = |one: &Request| one.action == Action::Rectify.slug() && one.state == State::Open.slug();
        found.filter(is_open).ok_or(Error::NoRequest { id })
    }
}

/// A correction in the terms of rows.
struct Plan<'a> {
    people: People,
    correction: &'a Correction,
    /// Whose the rows become.
    heirs: HashMap<[u8; 16], [u8; 16]>,
    from: i32,
    until: i32,
    /// What a counter should come to.
    value: Option<i64>,
}

impl<'a> Plan<'a> {
    fn new(subject: &DataSubject, correction: &'a Correction, days_of: (Date, Date)) -> Result<Self, NotCorrected> {
        let persons = subject.pseudonyms();
        let mut heirs = HashMap::new();
        if let Correction::Person { to } = correction {
            if to.kind() != subject.kind() || to.establishment() != subject.establishment() {
                return Err(NotCorrected::OtherKind);
            }
            let pairs = persons.iter().zip(to.pseudonyms()).filter(|((left, _), (right, _))| left == right);
            heirs.extend(pairs.map(|((_, wrong), (_, right))| (*wrong.as_bytes(), *right.as_bytes())));
        }
        let value = match correction {
            Correction::Counter { value, .. } => Some(i64::try_from(*value).unwrap_or(i64::MAX)),
            _ => None,
        };
        Ok(Self {
            people: persons.iter().map(|(_, person)| *person.as_bytes()).collect(),
            correction,
            heirs,
            from: days(days_of.0),
            until: days(days_of.1),
            value,
        })
    }

    /// The rows of a file after the correction, and how many it touched.
    fn correct(&self, table: Table, rows: &RecordBatch, left: &mut Option<i64>) -> Result<(RecordBatch, u64), Error> {
        let hers = rows_about(table, rows, &self.people)?;
        let dates: &Date32Array = column(rows, table.date_column())?;
        let weekly = table.date_column() == "week";
        let from = if weekly { monday_of(self.from) } else { self.from };
        let in_time = |row: usize| (from..=self.until).contains(&dates.value(row));
        let fits: Vec<bool> = (0..rows.num_rows()).map(|row| hers.value(row) && in_time(row)).collect();
        match self.correction {
            Correction::Class { from, to } => {
                let Ok(classes) = column::<FixedSizeBinaryArray>(rows, "class") else { return Ok(untouched(rows)) };
                let changed = move_classes(classes, dates, &fits, from, to);
                replaced(rows, "class", hashes(&changed.0)?, changed.1)
            }
            Correction::Role { from, to } => {
                let Ok(roles) = column::<StringArray>(rows, "role") else { return Ok(untouched(rows)) };
                let is_wrong = |row: usize| fits[row] && roles.value(row) == from.slug();
                let n = (0..rows.num_rows()).filter(|row| is_wrong(*row)).count() as u64;
                let changed = (0..rows.num_rows()).map(|row| if is_wrong(row) { to.slug() } else { roles.value(row) });
                replaced(rows, "role", Arc::new(StringArray::from_iter_values(changed)), n)
            }
            Correction::Person { .. } => {
                let Some(name) = table.person_column() else { return Ok(untouched(rows)) };
                let people: &FixedSizeBinaryArray = column(rows, name)?;
                let heir = |row: usize| {
                    let person: [u8; 16] = people.value(row).try_into().unwrap_or_default();
                    Some(if fits[row] { self.heirs.get(&person).copied().unwrap_or(person) } else { person })
                };
                let n = fits.iter().filter(|fits| **fits).count() as u64;
                let changed: Vec<_> = (0..rows.num_rows()).map(heir).collect();
                replaced(rows, name, hashes(&changed)?, n)
            }
            Correction::Counter { event, facet, column: counter, .. } => {
                if !weekly {
                    return Ok(untouched(rows));
                }
                set_counter(rows, &fits, (event, facet.as_deref()), *counter, left)
            }
        }
    }
}

fn untouched(rows: &RecordBatch) -> (RecordBatch, u64) {
    (rows.clone(), 0)
}

fn column<'a, T: 'static>(rows: &'a RecordBatch, name: &str) -> Result<&'a T, Error> {
    let found = rows.column_by_name(name).and_then(|column| column.as_any().downcast_ref());
    found.ok_or_else(|| Error::Lake(format!("no column {name}")))
}

fn hashes(values: &[Option<[u8; 16]>]) -> Result<ArrayRef, Error> {
    let mut builder = FixedSizeBinaryBuilder::new(16);
    for value in values {
        match value {
            Some(value) => builder.append_value(value)?,
            None => builder.append_null(),
        }
    }
    Ok(Arc::new(builder.finish()))
}

fn replaced(rows: &RecordBatch, name: &str, with: ArrayRef, n: u64) -> Result<(RecordBatch, u64), Error> {
    let mut columns = rows.columns().to_vec();
    columns[rows.schema().index_of(name)?] = with;
    Ok((RecordBatch::try_new(rows.schema(), columns)?, n))
}

/// Rows of the wrong class become rows of the right one, each in its own school year.
fn move_classes(
    classes: &FixedSizeBinaryArray,
    dates: &Date32Array,
    fits: &[bool],
    from: &[(SchoolYear, Pseudonym)],
    to: &[(SchoolYear, Pseudonym)],
) -> (Vec<Option<[u8; 16]>>, u64) {
    let mut n = 0;
    let in_year = |list: &[(SchoolYear, Pseudonym)], year| {
        list.iter().find(|(one, _)| *one == year).map(|(_, class)| *class.as_bytes())
    };
    let changed = (0..classes.len()).map(|row| {
        let class: Option<[u8; 16]> =
            (!classes.is_null(row)).then(|| classes.value(row).try_into().unwrap_or_default());
        if !fits[row] {
            return class;
        }
        let year = SchoolYear::of(date(dates.value(row)));
        let is_wrong = from.is_empty() || (class.is_some() && class == in_year(from, year));
        match in_year(to, year).filter(|right| is_wrong && class != Some(*right)) {
            Some(right) => {
                n += 1;
                Some(right)
            }
            None => class,
        }
    });
    (changed.collect(), n)
}

/// The first of the rows takes the whole value, the others of the same event are dropped.
fn set_counter(
    rows: &RecordBatch,
    fits: &[bool],
    (event, facet): (&str, Option<&str>),
    counter: CounterColumn,
    left: &mut Option<i64>,
) -> Result<(RecordBatch, u64), Error> {
    let events: &StringArray = column(rows, "event")?;
    let facets: &StringArray = column(rows, "facet")?;
    let Some(numbers) = rows.column_by_name(counter.name()) else { return Ok(untouched(rows)) };
    let numbers = numbers.as_primitive::<arrow::datatypes::Int64Type>();
    let is_meant =
        |row: usize| fits[row] && events.value(row) == event && facet.is_none_or(|facet| facets.value(row) == facet);
    let (mut values, mut kept, mut n) = (numbers.values().to_vec(), vec![true; rows.num_rows()], 0);
    for row in (0..rows.num_rows()).filter(|row| is_meant(*row)) {
        n += 1;
        match left.take() {
            // A count of nothing is no row.
            Some(0) if counter == CounterColumn::N => {
                kept[row] = false;
                *left = Some(0);
            }
            Some(value) => {
                values[row] = value;
                *left = None;
            }
            None if counter == CounterColumn::N => kept[row] = false,
            None => values[row] = 0,
        }
    }
    let (changed, n) = replaced(rows, counter.name(), Arc::new(Int64Array::from(values)), n)?;
    Ok((filter_record_batch(&changed, &BooleanArray::from(kept))?, n))
}
