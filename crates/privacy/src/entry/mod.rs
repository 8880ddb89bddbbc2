//! The entry gate: check, opt-out, pseudonymise, blur.
//!
//! A string is a word of a closed list, a version, or an identifier to be hashed; everything else is refused, so no
//! detector has to recognise a name. A refusal says which property and what would be right, never what was sent.

mod claims;
mod clean;
mod data_subject;
mod gate;
mod identify;
mod refusal;
mod roster;
#[cfg(test)]
mod tests;
mod wire;

pub use claims::{Claims, ClaimsRefused, RawClaims, YearClaims};
pub use clean::{CleanBatch, CleanEvent, Value};
pub use data_subject::{DataSubject, Objection, RawObjection, RawSubject, SubjectKind, class_pseudonyms};
pub use gate::{Context, Gate, Place};
pub use identify::IdentifierForm;
pub use refusal::{Answer, BatchRefused, Reason, Refusal};
pub use roster::{CleanClass, CleanPupil, CleanRoster, RawRoster, RosterRefused};
pub use wire::{Format, MOST_EVENTS, Malformed, RawBatch};
