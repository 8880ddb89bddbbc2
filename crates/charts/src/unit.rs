//! The unit of a figure: how it is written in words, in a table, on an axis, and which steps of the axis are round.

use crate::{Lang, format};

/// What a figure counts or measures.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Unit {
    /// Whole things with their name: "1 trace", "12 traces".
    Count {
        /// The name after one: "trace".
        one: String,
        /// The name after several: "traces".
        many: String,
    },
    /// A plain number with that many decimals.
    Number {
        /// Decimals to print.
        decimals: usize,
    },
    /// A share given as 0 to 100.
    Percent,
    /// A share given as 0 to 100 of which the first decimal matters: crash rates.
    SmallPercent,
    /// A size given in bytes, written in ko, Mo, Go (10³).
    Bytes,
    /// A duration given in milliseconds, written in natural words.
    Milliseconds,
}

impl Unit {
    /// Whole things: `Unit::count("trace", "traces")`.
    pub fn count(one: impl Into<String>, many: impl Into<String>) -> Self {
        Self::Count { one: one.into(), many: many.into() }
    }

    /// The figure in words: "12 traces", "12 %", "1,5 Mo", "2 h 10".
    pub fn say(&self, lang: Lang, value: f64) -> String {
        match self {
            Self::Count { one, many } => {
                let name = if format::is_singular(lang, value) { one } else { many };
                if name.is_empty() {
                    self.write(lang, value)
                } else {
                    format!("{}\u{a0}{name}", self.write(lang, value))
                }
            }
            _ => self.write(lang, value),
        }
    }

    /// The figure for a table cell or beside a mark, without the name of what is counted: "12", "12 %", "1,5 Mo".
    pub fn write(&self, lang: Lang, value: f64) -> String {
        match self {
            Self::Count { .. } => format::number(lang, value, 0),
            Self::Number { decimals } => format::number(lang, value, *decimals),
            Self::Percent => format::percent(lang, value, 0),
            Self::SmallPercent => format::percent(lang, value, usize::from(value != 0.0)),
            Self::Bytes => format::bytes(lang, value),
            Self::Milliseconds => format::duration(lang, value),
        }
    }

    /// The label of an axis tick, given the step between ticks and the largest one (all ticks share one unit).
    pub(crate) fn tick(&self, lang: Lang, value: f64, step: f64, max: f64) -> String {
        match self {
            Self::Percent | Self::SmallPercent => format::percent(lang, value, format::decimals_for(step)),
            Self::Bytes => format::bytes_like(lang, value, max, step),
            Self::Milliseconds => format::duration(lang, value),
            Self::Count { .. } | Self::Number { .. } => format::number(lang, value, format::decimals_for(step)),
        }
    }

    /// Whether only whole steps make sense on the axis.
    pub(crate) fn is_whole(&self) -> bool {
        matches!(self, Self::Count { .. })
    }
}
