//! [`Fault`]: why a row is refused before it reaches the gate.

use std::borrow::Cow;

use privacy::entry::Reason;

/// What is wrong with a row: never the value, always what would be right.
pub struct Fault {
    /// The reason, in the gate's words.
    pub reason: Reason,
    /// The field or property concerned.
    pub property: Option<Cow<'static, str>>,
    /// What would be right.
    pub expected: Cow<'static, str>,
}

impl Fault {
    /// A fault of the row as a whole.
    pub fn of_row(reason: Reason, expected: impl Into<Cow<'static, str>>) -> Self {
        Self { reason, property: None, expected: expected.into() }
    }

    /// A fault of one field or property.
    pub fn of(property: impl Into<Cow<'static, str>>, reason: Reason, expected: impl Into<Cow<'static, str>>) -> Self {
        Self { reason, property: Some(property.into()), expected: expected.into() }
    }
}
