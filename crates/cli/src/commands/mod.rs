//! One module a command.

pub mod alerts;
pub mod anomalies;
pub mod audit;
pub mod backup;
pub mod bench;
pub mod demo;
pub mod doctor;
pub mod figures;
pub mod forecast;
pub mod governance;
pub mod hints;
pub mod import;
pub mod keys;
pub mod maintain;
pub mod plan;
pub mod pseudonymiser;
pub mod recommendations;
pub mod rights;
pub mod segments;
pub mod serve;
pub mod simulate;
pub mod token;
