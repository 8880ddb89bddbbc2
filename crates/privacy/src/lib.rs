//! The two gates as pure code. Nothing here touches a disk, a socket or a clock.
//!
//! * [`entry`] is the only way in: [`Raw`] input becomes [`entry::CleanEvent`]s, which identify nobody.
//! * [`audit`] is the log of every view and every act, as a tree that shows any change.
//! * [`exit`] is the only way out: query results become `Released` figures, from which nobody can be learnt about.

pub mod audit;
pub mod entry;
pub mod exit;
mod keys;
mod pseudonym;
mod questions;
mod raw;

pub use keys::{Keys, KeysAway, Pseudonymiser};
pub use pseudonym::{Domain, EstablishmentKeys, KeyId, KeyRing, NotAKeyId, NotAUai, Pseudonym, Secret, Uai};
pub use questions::{Answers, Questions};
pub use raw::Raw;
