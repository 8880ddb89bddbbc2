//! Who holds the keys: this process, from its key file, or the pseudonymiser, a process under a user of its own behind
//! a Unix socket. Nothing else in the program knows which.

mod desk;
mod file;
mod frames;
mod peer;

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use std::sync::Arc;

use calendar::SchoolYear;
use privacy::{KeyId, Keys};

use crate::error::Error;
use file::KeyFile;
use peer::Peer;

pub use desk::Desk;

/// What a holder holds, by public digests; no key is in it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Held {
    /// The roots there are.
    pub roots: BTreeMap<SchoolYear, KeyId>,
    /// The years whose roots were destroyed.
    pub destroyed: BTreeSet<SchoolYear>,
    /// The key of the opt-out list.
    pub opt_out: KeyId,
}

/// A root and the one that took its place.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Replaced {
    /// The old one, destroyed.
    pub gone: KeyId,
    /// The new one.
    pub made: KeyId,
}

/// The holder of the keys.
pub(crate) enum Holder {
    File(KeyFile),
    Process(Arc<Peer>),
}

impl Holder {
    /// From the key file; see [`KeyFile::open`].
    pub(crate) fn file(path: &Path, may_make: bool) -> Result<Self, Error> {
        KeyFile::open(path, may_make).map(Self::File)
    }

    /// The process behind a socket. Fails when nobody answers there.
    pub(crate) fn process(socket: &Path) -> Result<Self, Error> {
        let peer = Peer::new(socket);
        peer.held()?;
        Ok(Self::Process(Arc::new(peer)))
    }

    /// The keys, for the entry gate.
    pub(crate) fn keys(&self) -> Keys {
        match self {
            Self::File(file) => Keys::Here(file.ring()),
            Self::Process(peer) => Keys::Elsewhere(Arc::clone(peer) as Arc<dyn privacy::Pseudonymiser>),
        }
    }

    pub(crate) fn held(&self) -> Result<Held, Error> {
        match self {
            Self::File(file) => Ok(file.held()),
            Self::Process(peer) => peer.held(),
        }
    }

    pub(crate) fn ensure(&self, years: &[SchoolYear]) -> Result<(), Error> {
        match self {
            Self::File(file) => file.ensure(years),
            Self::Process(peer) => peer.ensure(years),
        }
    }

    pub(crate) fn destroy(&self, year: SchoolYear) -> Result<Option<KeyId>, Error> {
        match self {
            Self::File(file) => file.destroy(year),
            Self::Process(peer) => peer.destroy(year),
        }
    }

    pub(crate) fn replace(&self, year: SchoolYear) -> Result<Option<Replaced>, Error> {
        match self {
            Self::File(file) => file.replace(year),
            Self::Process(peer) => peer.replace(year),
        }
    }
}
