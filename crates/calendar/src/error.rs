//! What is said when a text is not a piece of school time. The text itself is not repeated: it comes from outside.

/// A text or a number that is no piece of school time.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum CalendarError {
    /// A text that does not read as what it should be.
    #[error("the text is not {what}; write it like {example}")]
    Text {
        /// What it should be.
        what: &'static str,
        /// An example of it.
        example: &'static str,
    },
    /// A number outside its bounds.
    #[error("the {what} is out of bounds; it must be from {min} to {max}")]
    Number {
        /// What it numbers.
        what: &'static str,
        /// The least number.
        min: i32,
        /// The greatest number.
        max: i32,
    },
    /// A school period that the calendar does not know.
    #[error(
        "the calendar knows no school period {number} of {year} in this zone; use a known year and a number from 1 to 5"
    )]
    UnknownPeriod {
        /// The school year asked for.
        year: String,
        /// The number asked for.
        number: u8,
    },
    /// A line of a file of holidays.
    #[error("holidays, line {line}: {reason}")]
    Holidays {
        /// The line, counted from 1.
        line: usize,
        /// What is wrong there, and what would be right.
        reason: String,
    },
}
