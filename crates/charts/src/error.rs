//! What can be wrong with a specification. Found once, when the chart is made; drawing cannot fail.

/// Why a specification cannot be drawn.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ChartError {
    /// The id would not be a valid, unique anchor.
    #[error("chart id `{0}` must be lower-case letters, digits and hyphens, starting with a letter")]
    BadId(String),
    /// Nothing to draw; the page should explain the empty state instead.
    #[error("chart `{0}` has nothing to draw: say in words why it is empty")]
    Empty(String),
    /// A series does not have one value per position.
    #[error("`{name}` has {got} values for {expected} positions")]
    Length {
        /// The series or row.
        name: String,
        /// Its number of values.
        got: usize,
        /// The number of positions.
        expected: usize,
    },
    /// Not a number, or infinite.
    #[error("`{0}` holds a value that is not a finite number")]
    NotFinite(String),
    /// A bar or part cannot be drawn below zero.
    #[error("`{0}` holds a negative value, which this kind of chart cannot draw")]
    Negative(String),
    /// A band, link or bin points outside the chart.
    #[error("`{0}` refers to a position that does not exist")]
    OutOfRange(String),
    /// A flow that returns to where it came from.
    #[error("the flow returns to `{0}`: a flow goes one way only")]
    Cycle(String),
}
