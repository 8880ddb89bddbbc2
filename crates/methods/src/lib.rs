//! Pure statistics on plain series.
//!
//! Nothing here knows of the store, of people or of schools: a series of numbers goes in, figures come out, and the same
//! input gives the same bytes. Each method names its paper where it is defined.

pub mod adoption;
pub mod anomaly;
pub mod capacity;
pub mod chance;
pub mod change;
pub mod correlation;
mod count;
pub mod evidence;
pub mod forecast;
mod minimise;
pub mod monthly;
pub mod noisy;
pub mod paths;
pub mod peaks;
pub mod reconcile;
pub mod school;
pub mod score;
pub mod season;
pub mod segments;
pub mod series;
pub mod share;
pub mod table;
