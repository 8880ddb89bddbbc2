//! Segments: groups of people by how they use something, told by a few thresholds that can be said in words.
//!
//! ```text
//! weeks ─► habits (three numbers at the end of a window) ─► settled segment (hysteresis), window after window
//!                     └─► mixture of normals ─► thresholds to propose, and a check of the segments (adjusted Rand index)
//! ```
//!
//! What the segments are called and where their thresholds lie is the caller's; this module only knows points and a
//! function from a point to a segment. The clustering never puts anybody anywhere: it is what thresholds are learnt from
//! and what segments are held against.

mod agreement;
mod habits;
mod mixture;
mod settle;
mod thresholds;

#[cfg(test)]
mod tests;

pub use agreement::{adjusted_rand_index, changes};
pub use habits::{Habits, RECENT_CLASS_WEEKS, Week, habits};
pub use mixture::Mixture;
pub use settle::{Settled, Steadiness};
pub use thresholds::{LEAST_PEOPLE, Learnt, NotLearnt, Threshold, Thresholds, learn};
