//! `tech_day` and `load_hour`: technical health, with no person in it.

use std::sync::Arc;

use arrow::array::{ArrayRef, Date32Array, Int16Array, Int32Array, Int64Array, RecordBatch, UInt8Array};
use catalogue::Grain;

use super::people::{place, strings};
use super::{Map, Names};
use crate::error::Error;
use crate::histogram;
use crate::journal::decode::{StoredBatch, StoredEvent};
use crate::lake::{Table, batch, merge_sorted, month_of_day};

/// The bucket of a plain counter.
const COUNTER: i16 = -1;

/// The counter of events that came after their week had closed.
pub const LATE_EVENTS: &str = "late_events";

#[derive(Clone, Copy, PartialEq, Eq, Hash)]
struct Key {
    uai: u32,
    day: i32,
    /// The hour, in `load_hour` alone.
    hour: Option<u8>,
    app_version: u32,
    platform: u32,
    screen: u32,
    metric: u32,
    word: u32,
    bucket: i16,
}

/// Technical counters and histograms.
#[derive(Default)]
pub(super) struct Devices {
    names: Names,
    uai: u32,
    app_version: u32,
    platform: u32,
    sums: Map<Key, i64>,
}

impl Devices {
    pub(super) fn enter(&mut self, batch: &StoredBatch) {
        self.uai = self.names.place(batch.uai.as_str());
        self.app_version = self.names.place(&batch.app_version);
        self.platform = self.names.place(&batch.platform);
    }

    pub(super) fn add(&mut self, event: &StoredEvent<'_>, late: bool) {
        if late {
            let metric = self.names.place(LATE_EVENTS);
            let nothing = self.names.place("");
            self.count(event.day, None, nothing, metric, nothing, COUNTER);
        }
        let fold = &event.event.fold;
        if fold.histograms.is_empty() && fold.counters.is_empty() {
            return;
        }
        let hour = (event.event.grain == Grain::Hour).then_some(event.hour);
        let screen = event.word_slug(fold.screen);
        let screen = self.names.place(screen);
        for histogram in &fold.histograms {
            if let Some(value) = event.number(histogram.property) {
                let metric = self.names.place(&histogram.metric);
                let nothing = self.names.place("");
                self.count(event.day, hour, screen, metric, nothing, histogram::bucket_of(value));
            }
        }
        for counter in &fold.counters {
            // A sync without an error is none of the sync's errors.
            if counter.word.is_some() && event.word(counter.word).is_none() {
                continue;
            }
            let metric = self.names.place(&counter.metric);
            let word = self.names.place(event.word_slug(counter.word));
            self.count(event.day, hour, screen, metric, word, COUNTER);
        }
    }

    fn count(&mut self, day: i32, hour: Option<u8>, screen: u32, metric: u32, word: u32, bucket: i16) {
        let key = Key {
            uai: self.uai,
            day,
            hour,
            app_version: self.app_version,
            platform: self.platform,
            screen,
            metric,
            word,
            bucket,
        };
        *self.sums.entry(key).or_default() += 1;
    }

    pub(super) fn tech_day(&self) -> Result<RecordBatch, Error> {
        let rows: Vec<_> = self.sums.iter().filter(|(key, _)| key.hour.is_none()).collect();
        let name = |of: fn(&Key) -> u32| strings(rows.iter().map(|(key, _)| self.names.name(of(key))));
        let mut columns = place(
            rows.iter().map(|(key, _)| month_of_day(key.day)),
            rows.iter().map(|(key, _)| self.names.name(key.uai)),
        );
        columns.extend([
            name(|key| key.metric),
            name(|key| key.app_version),
            name(|key| key.platform),
            name(|key| key.screen),
            name(|key| key.word),
            Arc::new(Date32Array::from_iter_values(rows.iter().map(|(key, _)| key.day))) as ArrayRef,
        ]);
        columns.extend(sums(&rows));
        merge_sorted(Table::TechDay, &batch(Table::TechDay, columns)?)
    }

    pub(super) fn load_hour(&self) -> Result<RecordBatch, Error> {
        let rows: Vec<_> = self.sums.iter().filter(|(key, _)| key.hour.is_some()).collect();
        let mut columns: Vec<ArrayRef> = vec![
            Arc::new(Int32Array::from_iter_values(rows.iter().map(|(key, _)| month_of_day(key.day)))),
            strings(rows.iter().map(|(key, _)| self.names.name(key.metric))),
            strings(rows.iter().map(|(key, _)| self.names.name(key.word))),
            Arc::new(Date32Array::from_iter_values(rows.iter().map(|(key, _)| key.day))),
            Arc::new(UInt8Array::from_iter_values(rows.iter().map(|(key, _)| key.hour.unwrap_or(0)))),
        ];
        columns.extend(sums(&rows));
        merge_sorted(Table::LoadHour, &batch(Table::LoadHour, columns)?)
    }
}

/// What the server counted of itself in an hour.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct LoadCount {
    /// A moment in the hour.
    pub at: jiff::Timestamp,
    /// What was counted.
    pub metric: &'static str,
    /// What it belongs to; empty for the whole.
    pub word: &'static str,
    /// Its bucket, where it is part of a histogram.
    pub bucket: Option<i16>,
    /// How many.
    pub n: u64,
}

/// Rows of `load_hour` from the server's own counters; its hours are UTC.
pub(crate) fn load_rows(counts: &[LoadCount]) -> Result<RecordBatch, Error> {
    let counts: Vec<_> = counts.iter().filter(|one| one.n > 0).collect();
    let hours = counts.iter().map(|one| one.at.as_second().div_euclid(3_600));
    let days: Vec<i32> = hours.clone().map(|hour| i32::try_from(hour.div_euclid(24)).unwrap_or(0)).collect();
    let n = Int64Array::from_iter_values(counts.iter().map(|one| i64::try_from(one.n).unwrap_or(i64::MAX)));
    let columns: Vec<ArrayRef> = vec![
        Arc::new(Int32Array::from_iter_values(days.iter().map(|day| month_of_day(*day)))),
        strings(counts.iter().map(|one| one.metric)),
        strings(counts.iter().map(|one| one.word)),
        Arc::new(Date32Array::from(days)),
        Arc::new(UInt8Array::from_iter_values(hours.map(|hour| u8::try_from(hour.rem_euclid(24)).unwrap_or(0)))),
        Arc::new(Int16Array::from_iter_values(counts.iter().map(|one| one.bucket.unwrap_or(COUNTER)))),
        Arc::new(n),
    ];
    merge_sorted(Table::LoadHour, &batch(Table::LoadHour, columns)?)
}

/// `bucket_ix` and `n`.
fn sums(rows: &[(&Key, &i64)]) -> [ArrayRef; 2] {
    [
        Arc::new(Int16Array::from_iter_values(rows.iter().map(|(key, _)| key.bucket))),
        Arc::new(Int64Array::from_iter_values(rows.iter().map(|(_, n)| **n))),
    ]
}
