//! [`Figures`]: results of a query that have not passed the exit gate.

/// A query's result before the exit gate: anybody may wrap, only the exit gate may open.
///
/// It has no `Debug`, no `Display`, no `Serialize` and no getter, so that it cannot reach a page, a log line or an
/// error message by accident. [`Figures::map`] takes a plain function, not a closure, so that a transformation cannot
/// carry the value out through a captured variable.
///
/// ```compile_fail
/// let figures = privacy::exit::Figures::new(3);
/// let mut seen = 0;
/// figures.map(|n| { seen = n; n });
/// ```
pub struct Figures<T>(T);

impl<T> Figures<T> {
    /// Wraps what a query answered.
    pub const fn new(value: T) -> Self {
        Self(value)
    }

    /// Transforms inside the wrapper.
    pub fn map<U>(self, transform: fn(T) -> U) -> Figures<U> {
        Figures(transform(self.0))
    }

    /// Two results side by side, for a transformation that needs both.
    pub fn zip<U>(self, other: Figures<U>) -> Figures<(T, U)> {
        Figures((self.0, other.0))
    }

    /// Looks inside: for the exit gate alone.
    pub(super) const fn inner(&self) -> &T {
        &self.0
    }

    /// Opens the wrapper: for the exit gate alone.
    pub(super) fn into_inner(self) -> T {
        self.0
    }
}
