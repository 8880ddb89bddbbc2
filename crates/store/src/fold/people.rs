//! `person_day`, `person_week` and `pupil_week`: what people did, without an hour.

use std::sync::Arc;

use arrow::array::{
    ArrayRef, BooleanArray, Date32Array, FixedSizeBinaryArray, FixedSizeBinaryBuilder, Int32Array, Int64Array,
    RecordBatch, StringArray, UInt8Array,
};
use catalogue::{Catalogue, EventType, PropertyKind, Role};

use super::samples::Drawn;
use super::{Map, Names};
use crate::error::Error;
use crate::journal::decode::{StoredBatch, StoredEvent};
use crate::lake::{Table, batch, bucket_of, merge_sorted, monday_of, month_of_day, month_of_week};

/// No word.
const NONE: u16 = u16::MAX;

#[derive(Clone, Copy, PartialEq, Eq, Hash)]
struct PersonKey {
    uai: u32,
    role: Role,
    person: [u8; 16],
    class: Option<[u8; 16]>,
    day: i32,
    event: u16,
    facet: u16,
    outcome: u16,
    /// Its week has closed: the row goes to `person_week` alone, marked, and enters no release.
    late: bool,
}

#[derive(Clone, Copy, Default)]
struct PersonSum {
    n: i64,
    duration_ms: i64,
    volume_kb: i64,
}

#[derive(Clone, Copy, PartialEq, Eq, Hash)]
struct PupilKey {
    uai: u32,
    class: Option<[u8; 16]>,
    pupil: [u8; 16],
    monday: i32,
    event: u16,
    facet: u16,
    outcome: u16,
    domain: u16,
    theme: u16,
    objective: Option<[u8; 16]>,
    late: bool,
}

/// Counters linked to people.
#[derive(Default)]
pub(super) struct People {
    uais: Names,
    uai: u32,
    people: Map<PersonKey, PersonSum>,
    pupils: Map<PupilKey, i64>,
}

fn signed(number: u64) -> i64 {
    i64::try_from(number).unwrap_or(i64::MAX)
}

impl People {
    /// The events to come are of this batch.
    pub(super) fn enter(&mut self, batch: &StoredBatch) {
        self.uai = self.uais.place(batch.uai.as_str());
    }

    pub(super) fn add(&mut self, event: &StoredEvent<'_>, late: bool) {
        let fold = &event.event.fold;
        let word = |property: Option<u16>| event.word(property).unwrap_or(NONE);
        if fold.person {
            let key = PersonKey {
                uai: self.uai,
                role: event.role,
                person: event.person,
                class: event.class,
                day: event.day,
                event: event.event.index,
                facet: word(fold.facet),
                outcome: word(fold.outcome),
                late,
            };
            let scaled = |scaled: Option<catalogue::Scaled>| {
                scaled.and_then(|scaled| Some(signed(event.number(scaled.property)?.saturating_mul(scaled.factor))))
            };
            let sum = self.people.entry(key).or_default();
            sum.n += 1;
            sum.duration_ms = sum.duration_ms.saturating_add(scaled(fold.duration).unwrap_or(0));
            sum.volume_kb = sum.volume_kb.saturating_add(scaled(fold.volume).unwrap_or(0));
        }
        if let Some(pupil_fold) = fold.pupil {
            for pupil in &event.pupils {
                let key = PupilKey {
                    uai: self.uai,
                    class: event.class,
                    pupil: *pupil,
                    monday: monday_of(event.day),
                    event: event.event.index,
                    facet: word(pupil_fold.facet),
                    outcome: word(fold.outcome),
                    domain: word(pupil_fold.domain),
                    theme: word(pupil_fold.theme),
                    objective: event.hash(pupil_fold.objective),
                    late,
                };
                *self.pupils.entry(key).or_default() += 1;
            }
        }
    }

    pub(super) fn person_day(&self, catalogue: &Catalogue, drawn: &Drawn) -> Result<RecordBatch, Error> {
        let rows: Vec<(&PersonKey, &PersonSum)> = self.people.iter().filter(|(key, _)| !key.late).collect();
        let mut columns = place(
            rows.iter().map(|(key, _)| month_of_day(key.day)),
            rows.iter().map(|(key, _)| self.uais.name(key.uai)),
        );
        columns.extend([
            Arc::new(Date32Array::from_iter_values(rows.iter().map(|(key, _)| key.day))) as ArrayRef,
            strings(rows.iter().map(|(key, _)| key.role.slug())),
            hashes(rows.iter().map(|(key, _)| Some(key.person)))?,
            hashes(rows.iter().map(|(key, _)| key.class))?,
        ]);
        columns.extend(features(catalogue, &rows));
        let sampled = rows.iter().map(|(key, _)| drawn.bits(&key.person, key.day));
        columns.push(Arc::new(UInt8Array::from_iter_values(sampled)));
        merge_sorted(Table::PersonDay, &batch(Table::PersonDay, columns)?)
    }

    pub(super) fn person_week(&self, catalogue: &Catalogue) -> Result<RecordBatch, Error> {
        let rows: Vec<(&PersonKey, &PersonSum)> = self.people.iter().collect();
        let mondays: Vec<i32> = rows.iter().map(|(key, _)| monday_of(key.day)).collect();
        let mut columns = place(
            mondays.iter().map(|monday| month_of_week(*monday)),
            rows.iter().map(|(key, _)| self.uais.name(key.uai)),
        );
        columns.extend([
            strings(rows.iter().map(|(key, _)| key.role.slug())),
            hashes(rows.iter().map(|(key, _)| key.class))?,
            hashes(rows.iter().map(|(key, _)| Some(key.person)))?,
            Arc::new(Date32Array::from(mondays)) as ArrayRef,
        ]);
        let [event, facet, outcome, n, duration, volume] = features(catalogue, &rows);
        let late: ArrayRef = Arc::new(rows.iter().map(|(key, _)| Some(key.late)).collect::<BooleanArray>());
        columns.extend([event, facet, outcome, late, n, duration, volume]);
        merge_sorted(Table::PersonWeek, &batch(Table::PersonWeek, columns)?)
    }

    pub(super) fn pupil_week(&self, catalogue: &Catalogue) -> Result<RecordBatch, Error> {
        let rows: Vec<(&PupilKey, &i64)> = self.pupils.iter().collect();
        let event = |key: &PupilKey| catalogue.event_by_index(key.event);
        let word = |key: &PupilKey, part: fn(&catalogue::PupilFold) -> Option<u16>, place: u16| {
            let kind = event(key);
            slug(catalogue, kind, kind.and_then(|kind| part(&kind.fold.pupil?)), place).to_owned()
        };
        let mut columns = place(
            rows.iter().map(|(key, _)| month_of_week(key.monday)),
            rows.iter().map(|(key, _)| self.uais.name(key.uai)),
        );
        columns.extend([
            hashes(rows.iter().map(|(key, _)| key.class))?,
            hashes(rows.iter().map(|(key, _)| Some(key.pupil)))?,
            Arc::new(Date32Array::from_iter_values(rows.iter().map(|(key, _)| key.monday))) as ArrayRef,
            strings(rows.iter().map(|(key, _)| event(key).map_or("", |kind| kind.name.as_str()))),
            strings(rows.iter().map(|(key, _)| word(key, |fold| fold.facet, key.facet))),
            strings(rows.iter().map(|(key, _)| {
                let kind = event(key);
                slug(catalogue, kind, kind.and_then(|kind| kind.fold.outcome), key.outcome)
            })),
            strings(rows.iter().map(|(key, _)| word(key, |fold| fold.domain, key.domain))),
            strings(rows.iter().map(|(key, _)| word(key, |fold| fold.theme, key.theme))),
            hashes(rows.iter().map(|(key, _)| key.objective))?,
            Arc::new(rows.iter().map(|(key, _)| Some(key.late)).collect::<BooleanArray>()),
            Arc::new(Int64Array::from_iter_values(rows.iter().map(|(_, n)| **n))),
        ]);
        merge_sorted(Table::PupilWeek, &batch(Table::PupilWeek, columns)?)
    }
}

/// `month`, `bucket` and `establishment`.
pub(super) fn place<'a>(
    months: impl Iterator<Item = i32>,
    uais: impl Iterator<Item = &'a str> + Clone,
) -> Vec<ArrayRef> {
    vec![
        Arc::new(Int32Array::from_iter_values(months)),
        Arc::new(UInt8Array::from_iter_values(uais.clone().map(bucket_of))),
        strings(uais),
    ]
}

pub(super) fn strings(values: impl Iterator<Item = impl AsRef<str>>) -> ArrayRef {
    Arc::new(StringArray::from_iter_values(values))
}

pub(super) fn hashes(values: impl Iterator<Item = Option<[u8; 16]>>) -> Result<ArrayRef, Error> {
    let mut builder = FixedSizeBinaryBuilder::new(16);
    for value in values {
        match value {
            Some(value) => builder.append_value(value)?,
            None => builder.append_null(),
        }
    }
    let array: FixedSizeBinaryArray = builder.finish();
    Ok(Arc::new(array))
}

/// The slug of a word, given the property that holds it.
pub(super) fn slug<'a>(
    catalogue: &'a Catalogue,
    event: Option<&'a EventType>,
    property: Option<u16>,
    word: u16,
) -> &'a str {
    let property = event.zip(property).and_then(|(event, place)| event.properties.get(usize::from(place)));
    match property.map(|property| property.kind) {
        Some(PropertyKind::Word(list)) if word != NONE => {
            catalogue.word_list_by_index(list).and_then(|list| list.slug(word)).unwrap_or_default()
        }
        // A flag such as `cold`, or a rank such as `slot`, may be a facet too.
        _ => "",
    }
}

/// `event`, `facet`, `outcome`, `n`, `duration_ms`, `volume_kb`.
fn features(catalogue: &Catalogue, rows: &[(&PersonKey, &PersonSum)]) -> [ArrayRef; 6] {
    let event = |key: &PersonKey| catalogue.event_by_index(key.event);
    let number = |of: fn(&PersonSum) -> i64| -> ArrayRef {
        Arc::new(Int64Array::from_iter_values(rows.iter().map(|(_, sum)| of(sum))))
    };
    [
        strings(rows.iter().map(|(key, _)| event(key).map_or("", |kind| kind.name.as_str()))),
        strings(rows.iter().map(|(key, _)| {
            let kind = event(key);
            slug(catalogue, kind, kind.and_then(|kind| kind.fold.facet), key.facet)
        })),
        strings(rows.iter().map(|(key, _)| {
            let kind = event(key);
            slug(catalogue, kind, kind.and_then(|kind| kind.fold.outcome), key.outcome)
        })),
        number(|sum| sum.n),
        number(|sum| sum.duration_ms),
        number(|sum| sum.volume_kb),
    ]
}
