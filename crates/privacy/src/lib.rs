//! The two gates as pure code. Nothing here touches a disk, a socket or a clock.
//!
//! * [`entry`] is the only way in: [`Raw`] input becomes [`entry::CleanEvent`]s, which identify nobody.
//! * [`exit`] is the only way out: query results become `Released` figures, from which nobody can be learnt about.

pub mod entry;
pub mod exit;
mod pseudonym;
mod raw;

pub use pseudonym::{Domain, EstablishmentKeys, KeyRing, NotAUai, Pseudonym, Secret, Uai};
pub use raw::Raw;
