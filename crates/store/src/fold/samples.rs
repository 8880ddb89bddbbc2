//! `hours_week` and `paths_week`: tables without persons, bounded when they are written, since nobody can bound them
//! later. On the one day of a month that a keyed hash picked for a person, one of her events, drawn at random, counts in
//! `hours_week`, and one of her steps in `paths_week`. `person_day.sampled` remembers, so that a later fold adds nothing;
//! what comes after its week has closed adds nothing either. So she is in one cell a month of the cubes made of each.

use std::collections::{HashMap, HashSet};
use std::sync::Arc;

use arrow::array::{
    Array, ArrayRef, Date32Array, FixedSizeBinaryArray, Int32Array, Int64Array, RecordBatch, UInt8Array,
};
use catalogue::{Category, PathFold, flow_place};

use super::people::strings;
use super::{Map, Names};
use crate::error::Error;
use crate::journal::decode::{StoredBatch, StoredEvent};
use crate::lake::{Lake, Prune, Table, batch, date, merge_sorted, monday_of, month_of_week};

/// She was counted in `hours_week` for this day.
const HOURS: u8 = 1;
/// She was counted in `paths_week` for this day.
const PATHS: u8 = 2;

/// A person on a day. The establishment is part of the pseudonym.
type PersonDay = ([u8; 16], i32);

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
    let query = format!("SELECT person, day, sampled FROM person_day WHERE sampled > 0 AND day > DATE '{after}'");
    let mut already = Already::default();
    for rows in session.sql(&query).await? {
        let people: &FixedSizeBinaryArray = rows.column(0).as_any().downcast_ref().ok_or_else(wrong)?;
        let days: &Date32Array = rows.column(1).as_any().downcast_ref().ok_or_else(wrong)?;
        let bits: &UInt8Array = rows.column(2).as_any().downcast_ref().ok_or_else(wrong)?;
        for row in 0..rows.num_rows() {
            let mut person = [0; 16];
            person.copy_from_slice(people.value(row));
            let day = days.value(row);
            if bits.value(row) & PATHS > 0 {
                already.paths.insert((person, day));
            }
            if bits.value(row) & HOURS > 0 {
                already.hours.insert((person, day));
            }
        }
    }
    Ok(already)
}

fn wrong() -> Error {
    Error::Lake("person_day has columns of other types than it declares".to_owned())
}

/// The event that counts for a person, if it stays the drawn one.
#[derive(Clone, Copy)]
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

/// A step, by places in the names of the fold.
#[derive(Clone, Copy)]
struct Step {
    app_version: u32,
    platform: u32,
    from: u32,
    to: u32,
}

/// Draws from the events of one fold.
pub(super) struct Samples {
    already: Already,
    districts: Arc<HashMap<String, String>>,
    names: Names,
    uai: u32,
    app_version: u32,
    platform: u32,
    hours: Map<PersonDay, Candidate<(u32, u8, Category)>>,
    paths: Map<PersonDay, Candidate<Step>>,
    failed: Option<Error>,
}

impl Samples {
    pub(super) fn new(already: Already, districts: Arc<HashMap<String, String>>) -> Self {
        Self {
            already,
            districts,
            names: Names::default(),
            uai: 0,
            app_version: 0,
            platform: 0,
            hours: Map::default(),
            paths: Map::default(),
            failed: None,
        }
    }

    pub(super) fn enter(&mut self, batch: &StoredBatch) {
        self.uai = self.names.place(batch.uai.as_str());
        self.app_version = self.names.place(&batch.app_version);
        self.platform = self.names.place(&batch.platform);
    }

    pub(super) fn add(&mut self, event: &StoredEvent<'_>) {
        let fold = &event.event.fold;
        if !event.sampled_day {
            return;
        }
        let drawn = if fold.person { self.offer_hour(event) } else { Ok(()) };
        let drawn = drawn.and_then(|()| fold.path.map_or(Ok(()), |path| self.offer_step(event, path)));
        if let Err(error) = drawn {
            self.failed = Some(error);
        }
    }

    fn offer_hour(&mut self, event: &StoredEvent<'_>) -> Result<(), Error> {
        let key = (event.person, event.day);
        if self.already.hours.contains(&key) {
            return Ok(());
        }
        offer(&mut self.hours, key, (self.uai, event.hour, event.event.category))
    }

    fn offer_step(&mut self, event: &StoredEvent<'_>, path: PathFold) -> Result<(), Error> {
        let key = (event.person, event.day);
        if self.already.paths.contains(&key) {
            return Ok(());
        }
        let (from, to) = match path {
            PathFold::Screens { from, to } => {
                (self.names.place(event.word_slug(Some(from))), self.names.place(event.word_slug(Some(to))))
            }
            PathFold::Flow { flow, step, outcome } => {
                let at = flow_place(event.word_slug(Some(flow)), event.word_slug(Some(step)));
                (self.names.place(&at), self.names.place(event.word_slug(Some(outcome))))
            }
        };
        let step = Step { app_version: self.app_version, platform: self.platform, from, to };
        offer(&mut self.paths, key, step)
    }

    /// What was drawn.
    pub(super) fn draw(self) -> Result<Drawn, Error> {
        if let Some(error) = self.failed {
            return Err(error);
        }
        Ok(Drawn {
            names: self.names,
            districts: self.districts,
            hours: self.hours.into_iter().map(|(key, candidate)| (key, candidate.drawn)).collect(),
            paths: self.paths.into_iter().map(|(key, candidate)| (key, candidate.drawn)).collect(),
        })
    }
}

/// One event and one step a person and picked day.
pub(super) struct Drawn {
    names: Names,
    districts: Arc<HashMap<String, String>>,
    hours: HashMap<PersonDay, (u32, u8, Category)>,
    paths: HashMap<PersonDay, Step>,
}

impl Drawn {
    /// The bits of `person_day.sampled` for a person and day.
    pub(super) fn bits(&self, person: &[u8; 16], day: i32) -> u8 {
        let hours = if self.hours.contains_key(&(*person, day)) { HOURS } else { 0 };
        let paths = if self.paths.contains_key(&(*person, day)) { PATHS } else { 0 };
        hours | paths
    }

    pub(super) fn hours_week(&self) -> Result<RecordBatch, Error> {
        let rows: Vec<_> = self.hours.iter().collect();
        let district = |uai: u32| self.districts.get(self.names.name(uai)).map_or("", String::as_str);
        let columns: Vec<ArrayRef> = vec![
            Arc::new(Int32Array::from_iter_values(rows.iter().map(|((_, day), _)| month_of_week(monday_of(*day))))),
            strings(rows.iter().map(|(_, (uai, _, _))| district(*uai))),
            Arc::new(Date32Array::from_iter_values(rows.iter().map(|((_, day), _)| monday_of(*day)))),
            Arc::new(UInt8Array::from_iter_values(rows.iter().map(|((_, day), _)| weekday(*day)))),
            Arc::new(UInt8Array::from_iter_values(rows.iter().map(|(_, (_, hour, _))| *hour))),
            strings(rows.iter().map(|(_, (_, _, family))| family.slug())),
            Arc::new(Int64Array::from_value(1, rows.len())),
        ];
        merge_sorted(Table::HoursWeek, &batch(Table::HoursWeek, columns)?)
    }

    pub(super) fn paths_week(&self) -> Result<RecordBatch, Error> {
        let rows: Vec<_> = self.paths.iter().collect();
        let text = |of: fn(&Step) -> u32| strings(rows.iter().map(|(_, step)| self.names.name(of(step))));
        let columns: Vec<ArrayRef> = vec![
            Arc::new(Int32Array::from_iter_values(rows.iter().map(|((_, day), _)| month_of_week(monday_of(*day))))),
            Arc::new(Date32Array::from_iter_values(rows.iter().map(|((_, day), _)| monday_of(*day)))),
            text(|step| step.app_version),
            text(|step| step.platform),
            text(|step| step.from),
            text(|step| step.to),
            Arc::new(Int64Array::from_value(1, rows.len())),
        ];
        merge_sorted(Table::PathsWeek, &batch(Table::PathsWeek, columns)?)
    }
}

/// 1 is Monday.
fn weekday(day: i32) -> u8 {
    u8::try_from(day - monday_of(day) + 1).unwrap_or(1)
}
