//! What `bench` measures, one module a claim.

pub mod analytics;
pub mod dashboard;
pub mod ingest;
mod outside;
pub mod privacy;
mod process;
pub mod rights;
mod traffic;
