//! What charts promise: drawings that do not change by themselves, that speak, and that refuse what they cannot draw.

mod promises;
mod samples;
mod snapshots;
