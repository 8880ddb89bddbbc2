//! [`Keys`]: how the entry gate reaches the keys, in this process or in another.

use std::fmt;
use std::sync::Arc;

use calendar::SchoolYear;
use thiserror::Error;

use crate::pseudonym::{Domain, KeyRing, Pseudonym, Uai};
use crate::questions::{Answers, Known, Question, Questions, Years};

/// The process that holds the keys does not answer. Nothing was stored; the same request works once it does.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
#[error("the pseudonymiser does not answer: {0}")]
pub struct KeysAway(pub String);

/// A process that holds the keys so that this one need not.
pub trait Pseudonymiser: Send + Sync {
    /// Answers everything a request asks, in one go.
    fn answer(&self, questions: &Questions) -> Result<Answers, KeysAway>;
}

/// Who some identifiers are: one list of school years each; and the digests of objections.
pub(crate) struct Identified {
    pub(crate) persons: Vec<Vec<(SchoolYear, Pseudonym)>>,
    pub(crate) objections: Vec<[u8; 32]>,
}

/// Where the keys are.
#[derive(Clone)]
pub enum Keys {
    /// In this process.
    Here(Arc<KeyRing>),
    /// In another: asking waits for its answer, so it belongs on a thread that may wait.
    Elsewhere(Arc<dyn Pseudonymiser>),
}

impl From<KeyRing> for Keys {
    fn from(ring: KeyRing) -> Self {
        Self::Here(Arc::new(ring))
    }
}

impl fmt::Debug for Keys {
    /// Never a key.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Here(_) => "Keys::Here(…)",
            Self::Elsewhere(_) => "Keys::Elsewhere(…)",
        })
    }
}

impl Keys {
    /// Whether asking waits for another process.
    pub const fn are_elsewhere(&self) -> bool {
        matches!(self, Self::Elsewhere(_))
    }

    /// Who `identifier` is in one school year; `None` when that year has no root.
    pub fn pseudonym(
        &self,
        year: SchoolYear,
        establishment: &Uai,
        domain: Domain,
        identifier: &str,
    ) -> Result<Option<Pseudonym>, KeysAway> {
        let known = self.identify(establishment, &[(Years::One(year), domain, identifier)], &[])?;
        Ok(known.persons.into_iter().flatten().next().map(|(_, pseudonym)| pseudonym))
    }

    /// Who `identifier` is in every school year that has a root, oldest first.
    pub fn pseudonyms(
        &self,
        establishment: &Uai,
        domain: Domain,
        identifier: &str,
    ) -> Result<Vec<(SchoolYear, Pseudonym)>, KeysAway> {
        let known = self.identify(establishment, &[(Years::All, domain, identifier)], &[])?;
        Ok(known.persons.into_iter().flatten().collect())
    }

    /// The digest under which an objection is remembered, for every school year.
    pub fn opt_out_digest(&self, establishment: &Uai, domain: Domain, identifier: &str) -> Result<[u8; 32], KeysAway> {
        let known = self.identify(establishment, &[], &[(domain, identifier)])?;
        known.objections.first().copied().ok_or_else(|| KeysAway("its answer is none".to_owned()))
    }

    /// The digests under which erasures are remembered (see [`KeyRing::tombstone`]), in the order of the pseudonyms.
    pub fn tombstones(&self, erased: &[Pseudonym]) -> Result<Vec<[u8; 32]>, KeysAway> {
        const AT_ONCE: usize = 500_000;
        let mut digests = Vec::with_capacity(erased.len());
        for chunk in erased.chunks(AT_ONCE) {
            let mut questions = Questions::new(None);
            questions.tombstones.extend_from_slice(chunk);
            digests.extend(self.answer(&questions)?.tombstones);
        }
        Ok(digests)
    }

    /// Who several identifiers are, and under which digests several objections are remembered, in one go.
    pub(crate) fn identify(
        &self,
        establishment: &Uai,
        asked: &[(Years, Domain, &str)],
        objecting: &[(Domain, &str)],
    ) -> Result<Identified, KeysAway> {
        let mut questions = Questions::new(Some(establishment.clone()));
        questions.identifiers.extend(asked.iter().map(|(years, domain, identifier)| Question {
            years: *years,
            domain: *domain,
            identifier: (*identifier).to_owned(),
            months: Vec::new(),
        }));
        questions.objections.extend(objecting.iter().map(|(domain, identifier)| (*domain, (*identifier).to_owned())));
        let answers = self.answer(&questions)?;
        let years = |known: Vec<Known>| known.into_iter().map(|one| (one.year, one.pseudonym)).collect();
        let persons = answers.identifiers.into_iter().map(years).collect();
        Ok(Identified { persons, objections: answers.objections })
    }

    pub(crate) fn answer(&self, questions: &Questions) -> Result<Answers, KeysAway> {
        match self {
            Self::Here(ring) => Ok(ring.answer(questions)),
            Self::Elsewhere(peer) => peer.answer(questions),
        }
    }
}
