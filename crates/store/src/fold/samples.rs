//! `hours_week` and `paths_week`: tables without persons, bounded when they are written, since nobody can bound them
//! later. On a day that a keyed hash picked for a person, one of her events, drawn at random, counts in `hours_week`;
//! one of her steps a week counts in `paths_week`. `person_day.sampled` remembers, so that a later fold adds nothing.

use std::collections::{HashMap, HashSet};
use std::sync::Arc;

use arrow::array::{Array, ArrayRef, Date32Array, FixedSizeBinaryArray, Int32Array, Int64Array, RecordBatch, StringViewArray, UInt8Array};
use arrow::compute::cast;
use arrow::datatypes::DataType;
use catalogue::{Catalogue, Category, PathFold};

use super::Map;
use super::people::strings;
use crate::error::Error;
use crate::journal::decode::{StoredBatch, StoredEvent};
use crate::lake::{Lake, Prune, Table, batch, date, merge_sorted, monday_of, month_of_week};

/// She was counted in `hours_week` for this day.
const HOURS: u8 = 1;
/// She was counted in `paths_week` for this week.
const PATHS: u8 = 2;

/// A person on a day, or (with the week's Monday) in a week.
type PersonDay = (String, [u8; 16], i32);

/// Who was counted already, in the weeks that are still open.
#[derive(Default)]
pub(super) struct Already {
    hours: HashSet<PersonDay>,
    paths: HashSet<PersonDay>,
}

/// Reads who was counted already.
pub(super) async fn already(lake: &Lake, closed: Option<i32>) -> Result<Already, Error> {
    let session = lake.session(&[Table::PersonDay], &Prune::default()).await?;
    let after = date(closed.map_or(0, |monday| monday + 6));
    let query = format!(
        "SELECT establishment, person, day, sampled FROM person_day WHERE sampled > 0 AND day > DATE '{after}'"
    );
    let mut already = Already::default();
    for rows in session.sql(&query).await? {
        let text = cast(rows.column(0), &DataType::Utf8View)?;
        let uais: &StringViewArray = text.as_any().downcast_ref().ok_or_else(wrong)?;
        let people: &FixedSizeBinaryArray = rows.column(1).as_any().downcast_ref().ok_or_else(wrong)?;
        let days: &Date32Array = rows.column(2).as_any().downcast_ref().ok_or_else(wrong)?;
        let bits: &UInt8Array = rows.column(3).as_any().downcast_ref().ok_or_else(wrong)?;
        for row in 0..rows.num_rows() {
            let mut person = [0; 16];
            person.copy_from_slice(people.value(row));
            let (uai, day) = (uais.value(row).to_owned(), days.value(row));
            if bits.value(row) & PATHS > 0 {
                already.paths.insert((uai.clone(), person, monday_of(day)));
            }
            if bits.value(row) & HOURS > 0 {
                already.hours.insert((uai, person, day));
            }
        }
    }
    Ok(already)
}

fn wrong() -> Error {
    Error::Lake("person_day has columns of other types than it declares".to_owned())
}

/// The event that counts for a person, if it stays the drawn one.
#[derive(Clone)]
struct Candidate<T> {
    seen: u64,
    drawn: T,
}

/// Keeps one of a stream, each with the same chance (reservoir sampling, Vitter 1985, algorithm R with k = 1).
fn offer<K: std::hash::Hash + Eq, T>(candidates: &mut Map<K, Candidate<T>>, key: K, item: T) -> Result<(), Error> {
    match candidates.entry(key) {
        std::collections::hash_map::Entry::Vacant(free) => {
            free.insert(Candidate { seen: 1, drawn: item });
        }
        std::collections::hash_map::Entry::Occupied(mut taken) => {
            let candidate = taken.get_mut();
            candidate.seen += 1;
            let mut bytes = [0_u8; 8];
            getrandom::fill(&mut bytes).map_err(|error| Error::Lake(error.to_string()))?;
            if u64::from_le_bytes(bytes) % candidate.seen == 0 {
                candidate.drawn = item;
            }
        }
    }
    Ok(())
}

#[derive(Clone)]
struct Step {
    app_version: String,
    platform: String,
    from: String,
    to: String,
}

/// Draws from the events of one fold.
pub(super) struct Samples {
    already: Already,
    districts: HashMap<String, String>,
    uai: String,
    app_version: String,
    platform: String,
    hours: Map<PersonDay, Candidate<(u8, Category)>>,
    paths: Map<PersonDay, Candidate<(i32, Step)>>,
    failed: Option<Error>,
}

impl Samples {
    pub(super) fn new(already: Already, districts: HashMap<String, String>) -> Self {
        Self {
            already,
            districts,
            uai: String::new(),
            app_version: String::new(),
            platform: String::new(),
            hours: Map::default(),
            paths: Map::default(),
            failed: None,
        }
    }

    pub(super) fn enter(&mut self, batch: &StoredBatch) {
        self.uai = batch.uai.to_string();
        self.app_version.clone_from(&batch.app_version);
        self.platform.clone_from(&batch.platform);
    }

    pub(super) fn add(&mut self, event: &StoredEvent<'_>) {
        let fold = &event.event.fold;
        let drawn = if fold.person && event.sampled_day { self.offer_hour(event) } else { Ok(()) };
        let drawn = drawn.and_then(|()| fold.path.map_or(Ok(()), |path| self.offer_step(event, path)));
        if let Err(error) = drawn {
            self.failed = Some(error);
        }
    }

    fn offer_hour(&mut self, event: &StoredEvent<'_>) -> Result<(), Error> {
        let key = (self.uai.clone(), event.person, event.day);
        if self.already.hours.contains(&key) {
            return Ok(());
        }
        offer(&mut self.hours, key, (event.hour, event.event.category))
    }

    fn offer_step(&mut self, event: &StoredEvent<'_>, path: PathFold) -> Result<(), Error> {
        let key = (self.uai.clone(), event.person, monday_of(event.day));
        if self.already.paths.contains(&key) {
            return Ok(());
        }
        let (from, to) = match path {
            PathFold::Screens { from, to } => {
                (event.word_slug(Some(from)).to_owned(), event.word_slug(Some(to)).to_owned())
            }
            PathFold::Flow { flow, step, outcome } => (
                format!("flow:{}/{}", event.word_slug(Some(flow)), event.word_slug(Some(step))),
                event.word_slug(Some(outcome)).to_owned(),
            ),
        };
        let step = Step { app_version: self.app_version.clone(), platform: self.platform.clone(), from, to };
        offer(&mut self.paths, key, (event.day, step))
    }

    /// What was drawn.
    pub(super) fn draw(self) -> Result<Drawn, Error> {
        if let Some(error) = self.failed {
            return Err(error);
        }
        Ok(Drawn {
            districts: self.districts,
            hours: self.hours.into_iter().map(|(key, candidate)| (key, candidate.drawn)).collect(),
            paths: self.paths.into_iter().map(|(key, candidate)| (key, candidate.drawn)).collect(),
        })
    }
}

/// One event a person and picked day, one step a person and week.
pub(super) struct Drawn {
    districts: HashMap<String, String>,
    hours: HashMap<PersonDay, (u8, Category)>,
    paths: HashMap<PersonDay, (i32, Step)>,
}

impl Drawn {
    /// The bits of `person_day.sampled` for a person and day.
    pub(super) fn bits(&self, uai: &str, person: &[u8; 16], day: i32) -> u8 {
        let key = (uai.to_owned(), *person, day);
        let hours = if self.hours.contains_key(&key) { HOURS } else { 0 };
        let path = self.paths.get(&(key.0, key.1, monday_of(day)));
        let paths = if path.is_some_and(|(drawn_on, _)| *drawn_on == day) { PATHS } else { 0 };
        hours | paths
    }

    pub(super) fn hours_week(&self, _: &Catalogue) -> Result<RecordBatch, Error> {
        let rows: Vec<_> = self.hours.iter().collect();
        let district = |uai: &str| self.districts.get(uai).map_or("", String::as_str);
        let columns: Vec<ArrayRef> = vec![
            Arc::new(Int32Array::from_iter_values(rows.iter().map(|((_, _, day), _)| month_of_week(monday_of(*day))))),
            strings(rows.iter().map(|((uai, _, _), _)| district(uai))),
            Arc::new(Date32Array::from_iter_values(rows.iter().map(|((_, _, day), _)| monday_of(*day)))),
            Arc::new(UInt8Array::from_iter_values(rows.iter().map(|((_, _, day), _)| weekday(*day)))),
            Arc::new(UInt8Array::from_iter_values(rows.iter().map(|(_, (hour, _))| *hour))),
            strings(rows.iter().map(|(_, (_, family))| family.slug())),
            Arc::new(Int64Array::from_value(1, rows.len())),
        ];
        merge_sorted(Table::HoursWeek, &batch(Table::HoursWeek, columns)?)
    }

    pub(super) fn paths_week(&self) -> Result<RecordBatch, Error> {
        let rows: Vec<_> = self.paths.iter().collect();
        let text = |of: fn(&Step) -> &String| strings(rows.iter().map(|(_, (_, step))| of(step)));
        let columns: Vec<ArrayRef> = vec![
            Arc::new(Int32Array::from_iter_values(rows.iter().map(|((_, _, monday), _)| month_of_week(*monday)))),
            Arc::new(Date32Array::from_iter_values(rows.iter().map(|((_, _, monday), _)| *monday))),
            text(|step| &step.app_version),
            text(|step| &step.platform),
            text(|step| &step.from),
            text(|step| &step.to),
            Arc::new(Int64Array::from_value(1, rows.len())),
        ];
        merge_sorted(Table::PathsWeek, &batch(Table::PathsWeek, columns)?)
    }
}

/// 1 is Monday.
fn weekday(day: i32) -> u8 {
    u8::try_from(day - monday_of(day) + 1).unwrap_or(1)
}
