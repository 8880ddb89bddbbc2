//! [`Raw`]: what came from outside and has not passed the entry gate.
//!
//! It has no `Debug`, no `Display`, no `Serialize` and no way for another crate to look inside, so that raw input
//! cannot reach a log line, an error message or a disk by accident. Only the entry gate opens it.

/// Input from the wire, before the entry gate.
///
/// Anybody may wrap; only this crate may open.
///
/// ```compile_fail
/// let raw = privacy::Raw::new("Marie".to_owned());
/// println!("{raw:?}");
/// ```
pub struct Raw<T>(T);

impl<T> Raw<T> {
    /// Wraps what came from outside.
    pub const fn new(value: T) -> Self {
        Self(value)
    }

    /// Opens the wrapper: for the entry gate alone.
    pub(crate) const fn open(&self) -> &T {
        &self.0
    }
}
