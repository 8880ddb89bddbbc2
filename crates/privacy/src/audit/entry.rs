//! [`Entry`]: one act on the data, or one view of somebody's figures, before it is appended; [`StoredEntry`]: the same
//! as it is read back, believed in nothing.

use jiff::Timestamp;
use jiff::tz::TimeZone;
use sha2::{Digest, Sha256};

use crate::pseudonym::{Pseudonym, Uai};

/// The act of erasing names from the log; its detail is how many, so that an erasure nobody wrote down is found.
pub const FORGET: &str = "forget";

const ACT: &[u8] = b"ecarnet-stats audit 1 act";
const NAME: &[u8] = b"ecarnet-stats audit 1 name";
const ENTRY: &[u8] = b"ecarnet-stats audit 1 entry";

/// Who acted, or for whom: the half of an entry that can be erased.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Party {
    role: String,
    person: Option<(Uai, Pseudonym)>,
}

impl Party {
    /// Nobody in particular: `system`, `operator`, `command line`.
    pub fn role(role: impl Into<String>) -> Self {
        Self { role: role.into(), person: None }
    }

    /// A person of an establishment, by her pseudonym of the school year in which the act lies.
    pub fn person(role: impl Into<String>, establishment: Uai, person: Pseudonym) -> Self {
        Self { role: role.into(), person: Some((establishment, person)) }
    }

    /// The person, where one is named.
    pub fn named(&self) -> Option<Pseudonym> {
        self.person.as_ref().map(|(_, person)| *person)
    }

    /// Her role alone.
    #[must_use]
    pub fn unnamed(self) -> Self {
        Self::role(self.role)
    }
}

impl From<&str> for Party {
    fn from(role: &str) -> Self {
        Self::role(role)
    }
}

/// An entry that is about to be appended.
#[derive(Clone)]
pub struct Entry {
    when: String,
    action: String,
    detail: String,
    act_salt: [u8; 32],
    name: StoredName,
}

impl Entry {
    /// An entry with fresh salts. `detail` must say nothing about a person: it cannot be erased.
    ///
    /// Where it names a person, only the day is kept: a pseudonym beside an hour would single her out.
    pub fn new(at: Timestamp, party: &Party, action: &str, detail: &str) -> Self {
        let when = if party.person.is_some() {
            let zone = TimeZone::get("Europe/Paris").unwrap_or(TimeZone::UTC);
            zone.to_datetime(at).date().to_string()
        } else {
            at.strftime("%Y-%m-%dT%H:%M:%SZ").to_string()
        };
        let (establishment, person) = match &party.person {
            Some((uai, person)) => (uai.to_string(), person.to_hex()),
            None => Default::default(),
        };
        Self {
            when,
            action: action.to_owned(),
            detail: detail.to_owned(),
            act_salt: salt(),
            name: StoredName { salt: salt().to_vec(), role: party.role.clone(), establishment, person },
        }
    }

    /// The entry at its place in the log.
    pub fn at(self, seq: u64) -> StoredEntry {
        let name_digest = self.name.digest();
        let act = act_digest(&self.act_salt, &self.when, &self.action, &self.detail);
        StoredEntry {
            seq,
            digest: leaf(seq, &act, &name_digest).to_vec(),
            when: self.when,
            action: self.action,
            detail: self.detail,
            act_salt: self.act_salt.to_vec(),
            name_digest: name_digest.to_vec(),
            name: Some(self.name),
        }
    }
}

/// The name of an entry, with the salt of its digest.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StoredName {
    /// The salt.
    pub salt: Vec<u8>,
    /// `teacher`, `system`, …
    pub role: String,
    /// The establishment; empty where there is none.
    pub establishment: String,
    /// The pseudonym in hexadecimal; empty where no person is named.
    pub person: String,
}

impl StoredName {
    pub(super) fn digest(&self) -> [u8; 32] {
        let parts = [&self.salt[..], self.role.as_bytes(), self.establishment.as_bytes(), self.person.as_bytes()];
        digest(NAME, &parts)
    }
}

/// An entry as it is stored.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StoredEntry {
    /// Its place in the log, from 0.
    pub seq: u64,
    /// The digest that is its leaf in the tree.
    pub digest: Vec<u8>,
    /// A day where a person is named, otherwise a moment to the second.
    pub when: String,
    /// What was done.
    pub action: String,
    /// To what.
    pub detail: String,
    /// The salt of the act's digest.
    pub act_salt: Vec<u8>,
    /// The digest of the name, which outlives it.
    pub name_digest: Vec<u8>,
    /// The name, unless it was erased.
    pub name: Option<StoredName>,
}

impl StoredEntry {
    /// True when its digests are those of what it says.
    pub(super) fn is_whole(&self) -> bool {
        let act = act_digest(&self.act_salt, &self.when, &self.action, &self.detail);
        self.name.as_ref().is_none_or(|name| name.digest()[..] == self.name_digest)
            && leaf(self.seq, &act, &self.name_digest)[..] == self.digest
    }
}

fn act_digest(salt: &[u8], when: &str, action: &str, detail: &str) -> [u8; 32] {
    digest(ACT, &[salt, when.as_bytes(), action.as_bytes(), detail.as_bytes()])
}

fn leaf(seq: u64, act: &[u8], name: &[u8]) -> [u8; 32] {
    digest(ENTRY, &[&seq.to_be_bytes(), act, name])
}

/// SHA-256 over a label and parts, each after its length, so that no two lists of parts are written alike.
fn digest(label: &[u8], parts: &[&[u8]]) -> [u8; 32] {
    let mut hash = Sha256::new_with_prefix(label);
    for part in parts {
        hash.update((part.len() as u64).to_be_bytes());
        hash.update(part);
    }
    hash.finalize().into()
}

/// As long as a digest: 16 bytes could be taken for a pseudonym by who looks for one.
fn salt() -> [u8; 32] {
    let mut bytes = [0; 32];
    getrandom::fill(&mut bytes).expect("the operating system gives randomness");
    bytes
}
