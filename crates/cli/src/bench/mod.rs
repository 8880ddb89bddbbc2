//! What `bench` measures, one module a claim.

pub mod dashboard;
pub mod ingest;
mod process;
pub mod rights;
mod traffic;
