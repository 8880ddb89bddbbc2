//! What `bench` measures, one module a claim.

pub mod analytics;
pub mod dashboard;
pub mod ingest;
mod outside;
pub mod privacy;
mod process;
pub mod rights;
mod traffic;

#[expect(clippy::cast_precision_loss, reason = "counts of findings and simulations are far below 2^53")]
const fn float(number: usize) -> f64 {
    number as f64
}
