//! Why a series cannot be forecast. The values themselves are not repeated.

/// What is wrong with what was asked.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ForecastError {
    /// Nothing to learn from.
    #[error("the series has no point; at least one is needed")]
    Empty,
    /// A value that is no number, or too large to compute with.
    #[error("point {position} of the series is no finite number below 1e150; leave the series out or put it right")]
    NotFinite {
        /// Its place in the series, from 1.
        position: usize,
    },
    /// A horizon of nothing, or of too much.
    #[error("the horizon is out of bounds; it must be from 1 to {max} steps")]
    Horizon {
        /// The greatest horizon.
        max: usize,
    },
    /// A period that is none.
    #[error("a period is out of bounds; each must be from 1 to {max} steps, and no more than {count} can be given")]
    Period {
        /// The greatest period.
        max: usize,
        /// How many there can be.
        count: usize,
    },
    /// A level that is none.
    #[error("the level of the interval is out of bounds; it must be from 50 to 99.9 percent")]
    Level,
    /// A calendar that does not reach over the series and its horizon.
    #[error("the calendar has {known} steps where the series and its horizon have {needed}; give the days to come too")]
    Calendar {
        /// How many it has.
        known: usize,
        /// How many are needed.
        needed: usize,
    },
    /// Something happened on a day that the calendar calls closed.
    #[error("the calendar leaves no open day before the forecast; at least one is needed")]
    NoOpenDay,
}
