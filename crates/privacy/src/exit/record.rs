//! [`ReleaseRecord`]: one row of the table `releases`, the stored form of what a closing let out.

use std::fmt::Display;

use serde::Serialize;

use super::closing::{Closed, REMAINDER};
use super::periods::Covered;
use super::released::{Protection, Released};

/// One figure as it was stored at a closing.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct StoredFigure {
    /// The measure, by its name in the catalogue.
    pub measure: String,
    /// The period's label.
    pub period: String,
    /// The split; empty for the measure as a whole, "reste" for the pooled weeks of a longer period.
    pub split: String,
    /// The cell of the split; for "reste" the weeks, joined by `+`; for a longer period's total the weeks covered, as `3/4`.
    pub word: String,
    /// The value; `None` when withheld.
    pub value: Option<u64>,
    /// The comparable value of the year before, where that was published.
    pub previous: Option<u64>,
    /// What the value is a part of, from the roster.
    pub denominator: Option<u64>,
}

/// One row of `releases`. Not `Serialize`: what leaves is [`Released`], which [`Released::thaw`] makes of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ReleaseRecord {
    figure: StoredFigure,
    protection: Protection,
}

impl ReleaseRecord {
    /// A row read back. Only the table `releases` of `store` may call this, with what [`Self::figure`] had given it.
    pub const fn from_stored(figure: StoredFigure, k: u32) -> Self {
        Self { figure, protection: Protection::K(k) }
    }

    /// What to store.
    pub const fn figure(&self) -> &StoredFigure {
        &self.figure
    }

    /// The k of the rule that it went through: to be stored with it.
    pub const fn protection(&self) -> Protection {
        self.protection
    }

    /// "published" or "withheld".
    pub const fn state(&self) -> &'static str {
        if self.figure.value.is_some() { "published" } else { "withheld" }
    }

    /// Sets the comparable value of the year before, itself a release.
    #[must_use]
    pub fn beside(mut self, previous: &Released<StoredFigure>) -> Self {
        self.figure.previous = previous.value().value;
        self
    }

    /// Sets the denominator: a number from the roster, never one of people's behaviour.
    #[must_use]
    pub const fn of(mut self, denominator: u64) -> Self {
        self.figure.denominator = Some(denominator);
        self
    }

    fn new(measure: &str, period: &str, protection: Protection) -> Self {
        let (measure, period) = (measure.to_owned(), period.to_owned());
        let (split, word) = (String::new(), String::new());
        let figure = StoredFigure { measure, period, split, word, value: None, previous: None, denominator: None };
        Self { figure, protection }
    }

    fn cell(&self, split: &str, word: &str, value: u64) -> Self {
        let mut row = self.clone();
        (row.figure.split, row.figure.word) = (split.to_owned(), word.to_owned());
        row.figure.value = Some(value);
        row
    }
}

impl Released<StoredFigure> {
    /// A figure that left at a closing, as the store kept it.
    pub fn thaw(record: ReleaseRecord) -> Self {
        Self::frozen(record.figure, record.protection)
    }
}

impl Released<Closed> {
    /// The rows to store: the total, published or withheld, and the published cells. Words that were merged have no row,
    /// like words that did not occur.
    pub fn records(&self, measure: &str, period: &str) -> Vec<ReleaseRecord> {
        let mut total = ReleaseRecord::new(measure, period, self.protection());
        let cells = self.value().splits.iter().flat_map(|(split, cells)| cells.iter().map(move |cell| (split, cell)));
        let cells: Vec<_> = cells.map(|(split, cell)| total.cell(split, cell.word.as_str(), cell.value)).collect();
        total.figure.value = self.value().total;
        std::iter::once(total).chain(cells).collect()
    }
}

impl<W: Ord + Display> Released<Covered<W>> {
    /// The rows to store: the total with the weeks it covers, and the remainder that was pooled for it.
    pub fn records(&self, measure: &str, period: &str) -> Vec<ReleaseRecord> {
        let covered = self.value();
        let mut total = ReleaseRecord::new(measure, period, self.protection());
        let remainder = covered.remainder.as_ref().map(|piece| {
            let weeks: Vec<_> = piece.weeks().iter().map(ToString::to_string).collect();
            total.cell(REMAINDER, &weeks.join("+"), piece.value())
        });
        total.figure.value = covered.total;
        total.figure.word = format!("{}/{}", covered.weeks, covered.of);
        std::iter::once(total).chain(remainder).collect()
    }
}
