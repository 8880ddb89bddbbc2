//! What left at earlier closings, read back from `releases`: the previous year's figures, and the pieces that a longer
//! period is made of.

use std::collections::BTreeMap;

use arrow::array::{Array, Int64Array};
use calendar::Period;
use jiff::civil::Date;
use privacy::exit::{ReleaseRecord, Released, StoredFigure};
use store::{Error, Prune, Store, Table};

use crate::rows::{numbers, texts};

/// The split under which the exit gate stores the pooled weeks of a longer period.
const REMAINDER: &str = "reste";
/// Cells that hold other words each time.
const MERGED: [&str; 2] = ["autres", "ensemble"];

/// Records by establishment.
#[derive(Default)]
pub(super) struct Stored(BTreeMap<String, Vec<ReleaseRecord>>);

impl Stored {
    /// The records of a period, if there is one to compare with.
    pub(super) async fn of_period(store: &Store, period: Option<&Period>) -> Result<Self, Error> {
        let Some(period) = period else { return Ok(Self::default()) };
        let filter = format!("period = '{period}' AND split <> '{REMAINDER}'");
        Self::read(store, period.start(), period.end(), &filter).await
    }

    /// The records of periods that end from `from` to `until`, as far as `filter` (SQL) lets them through.
    pub(super) async fn read(store: &Store, from: Date, until: Date, filter: &str) -> Result<Self, Error> {
        let month = |day: Date| i32::from(day.year()) * 100 + i32::from(day.month());
        let prune = Prune { months: Some(month(from)..=month(until)), establishment: None };
        let session = store.lake().session(&[Table::Releases], &prune).await?;
        let query = format!(
            "SELECT establishment, measure, period, split, word, value, previous, denominator, k FROM releases \
             WHERE {filter}"
        );
        let mut records = BTreeMap::<String, Vec<ReleaseRecord>>::new();
        for batch in session.sql(&query).await? {
            let (place, measure) = (texts(&batch, "establishment")?, texts(&batch, "measure")?);
            let (period, split, word) = (texts(&batch, "period")?, texts(&batch, "split")?, texts(&batch, "word")?);
            let (value, previous) = (numbers(&batch, "value")?, numbers(&batch, "previous")?);
            let (denominator, k) = (numbers(&batch, "denominator")?, numbers(&batch, "k")?);
            for row in 0..batch.num_rows() {
                let figure = StoredFigure {
                    measure: measure.value(row).to_owned(),
                    period: period.value(row).to_owned(),
                    split: split.value(row).to_owned(),
                    word: word.value(row).to_owned(),
                    value: number(&value, row),
                    previous: number(&previous, row),
                    denominator: number(&denominator, row),
                };
                let k = u32::try_from(k.value(row)).unwrap_or(u32::MAX);
                records.entry(place.value(row).to_owned()).or_default().push(ReleaseRecord::from_stored(figure, k));
            }
        }
        Ok(Self(records))
    }

    /// The records of one establishment.
    pub(super) fn of(&self, uai: &str) -> &[ReleaseRecord] {
        self.0.get(uai).map_or(&[], Vec::as_slice)
    }

    /// The records of one measure of one establishment.
    pub(super) fn of_measure(&self, uai: &str, measure: &str) -> Vec<ReleaseRecord> {
        self.of(uai).iter().filter(|record| record.figure().measure == measure).cloned().collect()
    }

    /// Puts the comparable figure beside each record: the total beside the total, a word beside the same word. What
    /// holds other words or weeks each time has none.
    pub(super) fn put_beside(&self, uai: &str, records: Vec<ReleaseRecord>) -> Vec<ReleaseRecord> {
        let earlier = self.of(uai);
        let comparable = |record: &ReleaseRecord| {
            let now = record.figure();
            let found = earlier.iter().find(|one| {
                let then = one.figure();
                // The word of a longer period's total says how many weeks it covers.
                let same_word = now.split.is_empty() || then.word == now.word;
                then.measure == now.measure && then.split == now.split && same_word && then.value.is_some()
            });
            found.filter(|_| now.split != REMAINDER && !MERGED.contains(&now.word.as_str()))
        };
        records
            .into_iter()
            .map(|record| match comparable(&record) {
                Some(earlier) => record.beside(&Released::thaw(earlier.clone())),
                None => record,
            })
            .collect()
    }
}

fn number(column: &Int64Array, row: usize) -> Option<u64> {
    (!column.is_null(row)).then(|| u64::try_from(column.value(row)).unwrap_or(0))
}
