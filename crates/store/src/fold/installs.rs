//! `install_day`: sessions, crashes and completeness per device, until the week has closed.

use std::sync::Arc;

use arrow::array::{ArrayRef, Date32Array, Int64Array, RecordBatch};
use catalogue::InstallColumn;

use super::people::{hashes, place, strings};
use super::{Map, Names};
use crate::error::Error;
use crate::journal::decode::{StoredBatch, StoredEvent};
use crate::lake::{Table, batch, days, merge_sorted, month_of_day};

#[derive(Clone, Copy, PartialEq, Eq, Hash)]
struct Key {
    uai: u32,
    install: [u8; 16],
    day: i32,
    app_version: u32,
    platform: u32,
}

#[derive(Clone, Copy, Default)]
struct Sum {
    sessions: i64,
    crashes: i64,
    batches: i64,
    lost: i64,
    numbers: Option<(i64, i64)>,
}

/// Counters linked to devices.
#[derive(Default)]
pub(super) struct Installs {
    names: Names,
    sums: Map<Key, Sum>,
}

impl Installs {
    fn sum(&mut self, batch: &StoredBatch, day: i32) -> &mut Sum {
        let key = Key {
            uai: self.names.place(batch.uai.as_str()),
            install: *batch.install.as_bytes(),
            day,
            app_version: self.names.place(&batch.app_version),
            platform: self.names.place(&batch.platform),
        };
        self.sums.entry(key).or_default()
    }

    /// Counts the batch itself on the day it arrived.
    pub(super) fn add_batch(&mut self, batch: &StoredBatch, late: bool) {
        if late {
            return;
        }
        let number = i64::try_from(batch.batch_no).unwrap_or(i64::MAX);
        let sum = self.sum(batch, days(batch.received_on));
        sum.batches += 1;
        sum.lost = sum.lost.saturating_add(i64::try_from(batch.lost_n).unwrap_or(i64::MAX));
        sum.numbers = Some(sum.numbers.map_or((number, number), |(first, last)| (first.min(number), last.max(number))));
    }

    pub(super) fn add(&mut self, batch: &StoredBatch, event: &StoredEvent<'_>) {
        match event.event.fold.install {
            Some(InstallColumn::Sessions) => self.sum(batch, event.day).sessions += 1,
            Some(InstallColumn::Crashes) => self.sum(batch, event.day).crashes += 1,
            _ => {}
        }
    }

    pub(super) fn install_day(&self) -> Result<RecordBatch, Error> {
        let rows: Vec<(&Key, &Sum)> = self.sums.iter().collect();
        let number = |of: fn(&Sum) -> i64| -> ArrayRef {
            Arc::new(Int64Array::from_iter_values(rows.iter().map(|(_, sum)| of(sum))))
        };
        let optional = |of: fn(&(i64, i64)) -> i64| -> ArrayRef {
            Arc::new(rows.iter().map(|(_, sum)| sum.numbers.as_ref().map(of)).collect::<Int64Array>())
        };
        let mut columns = place(
            rows.iter().map(|(key, _)| month_of_day(key.day)),
            rows.iter().map(|(key, _)| self.names.name(key.uai)),
        );
        columns.extend([
            Arc::new(Date32Array::from_iter_values(rows.iter().map(|(key, _)| key.day))) as ArrayRef,
            hashes(rows.iter().map(|(key, _)| Some(key.install)))?,
            strings(rows.iter().map(|(key, _)| self.names.name(key.app_version))),
            strings(rows.iter().map(|(key, _)| self.names.name(key.platform))),
            number(|sum| sum.sessions),
            number(|sum| sum.crashes),
            number(|sum| sum.batches),
            optional(|numbers| numbers.0),
            optional(|numbers| numbers.1),
            number(|sum| sum.lost),
        ]);
        merge_sorted(Table::InstallDay, &batch(Table::InstallDay, columns)?)
    }
}
