//! Measures over the lake: what a person sees of her own, what a closing releases, what is technical.
//!
//! Everything here ends at the exit gate: query results are `Figures`, and what leaves is `Released`.

pub mod adoption;
pub mod beyond;
pub mod closing;
pub mod coming;
pub mod forecast;
pub mod governance;
pub mod hints;
pub mod load;
pub mod own;
pub mod patterns;
pub mod practices;
pub mod range;
pub mod recommendations;
pub mod rights;
mod rows;
pub mod school;
pub mod segments;
pub mod view;
pub mod watch;
