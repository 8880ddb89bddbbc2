//! The API for machines.

pub mod alerts;
pub mod cubes;
pub mod events;
pub mod figures;
pub mod forecasts;
pub mod hints;
pub mod opt_out;
pub mod patterns;
pub mod recommendations;
pub mod rights;
pub mod roster;
pub mod segments;
