//! The audit log as pure code: what an entry is, the Merkle tree above the entries (RFC 6962), and its verification.
//!
//! An entry has two halves, each under a digest with a random salt of its own: the **act** (when, what), which stays for
//! good, and the **name** (who), which can be erased: then its salted digest stays, and every root and proof holds as
//! before. Without its salt a digest says nothing about a name, not even to somebody who can list all names.
//!
//! What it proves: against a checkpoint that somebody else holds, any change, deletion, insertion, reordering or
//! rewriting of what the checkpoint covers is found. Who holds no checkpoint must trust those beside the log.

mod entry;
#[cfg(test)]
mod tests;
mod tree;
mod verify;

pub use entry::{Entry, FORGET, Party, StoredEntry, StoredName};
pub use tree::{Checkpoint, Frontier, Inclusion, NotACheckpoint};
pub use verify::{Auditor, Fault, Report};
