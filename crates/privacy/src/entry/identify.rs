//! Who is behind an event: raw identifiers become pseudonyms of the event's own school year.
//!
//! Where the keys are in another process, a request goes through the gate twice: the first time to collect what it must
//! ask, the second with the answers. So there is one round trip a request, and one gate.

use std::collections::{HashMap, HashSet};

use calendar::SchoolYear;
use catalogue::Role;

use crate::pseudonym::{Domain, EstablishmentKeys, KeyRing, Pseudonym, Uai};
use crate::questions::{Answers, Question, Questions, Years};

/// The longest identifier taken, in bytes.
pub(super) const LONGEST_IDENTIFIER: usize = 128;

type Map<K, V> = HashMap<K, V, foldhash::fast::RandomState>;

/// Pseudonymises the identifiers of one request, each once.
pub(super) struct Identifier<'a> {
    source: Source<'a>,
    known: Map<(SchoolYear, Domain, &'a str), Pseudonym>,
}

enum Source<'a> {
    /// The keys.
    Ring { ring: &'a KeyRing, uai: &'a Uai, years: Vec<(SchoolYear, Option<EstablishmentKeys>)> },
    /// Nobody yet: what is asked is collected, and each identifier gets its place in the list for a pseudonym.
    Asking { questions: Questions, objections: HashSet<(Domain, &'a str), foldhash::fast::RandomState> },
    /// Another process, which has answered.
    Told { draws: Map<(Pseudonym, u32), u64>, objections: Map<(Domain, &'a str), [u8; 32]> },
}

impl<'a> Identifier<'a> {
    /// With the keys.
    pub(super) fn new(ring: &'a KeyRing, uai: &'a Uai) -> Self {
        Self { source: Source::Ring { ring, uai, years: Vec::new() }, known: Map::default() }
    }

    /// Without: to collect what must be asked.
    pub(super) fn asking(uai: &Uai) -> Self {
        let questions = Questions::new(Some(uai.clone()));
        Self { source: Source::Asking { questions, objections: HashSet::default() }, known: Map::default() }
    }

    /// What was collected.
    pub(super) fn into_questions(self) -> Option<Questions> {
        match self.source {
            Source::Asking { questions, .. } => Some(questions),
            _ => None,
        }
    }

    /// With the answers.
    pub(super) fn told(questions: &'a Questions, answers: &Answers) -> Self {
        let (mut known, mut draws) = (Map::default(), Map::default());
        for (question, answered) in questions.identifiers.iter().zip(&answers.identifiers) {
            for one in answered {
                known.insert((one.year, question.domain, question.identifier.as_str()), one.pseudonym);
                draws
                    .extend(question.months.iter().map(|month| (one.pseudonym, *month)).zip(one.draws.iter().copied()));
            }
        }
        let asked = questions.objections.iter().map(|(domain, identifier)| (*domain, identifier.as_str()));
        let objections = asked.zip(answers.objections.iter().copied()).collect();
        Self { source: Source::Told { draws, objections }, known }
    }

    /// The pseudonym of `raw` in `year`; `None` when that year has no root.
    pub(super) fn pseudonym(&mut self, year: SchoolYear, domain: Domain, raw: &'a str) -> Option<Pseudonym> {
        if let Some(known) = self.known.get(&(year, domain, raw)) {
            return Some(*known);
        }
        let made = match &mut self.source {
            Source::Ring { ring, uai, years } => keys(ring, uai, years, year)?.pseudonym(domain, raw),
            Source::Asking { questions, .. } => {
                let place = placeholder(questions.identifiers.len());
                let identifier = raw.to_owned();
                questions.identifiers.push(Question {
                    years: Years::One(year),
                    domain,
                    identifier,
                    months: Vec::new(),
                });
                place
            }
            Source::Told { .. } => return None,
        };
        self.known.insert((year, domain, raw), made);
        Some(made)
    }

    /// See [`EstablishmentKeys::draw`].
    pub(super) fn draw(&mut self, year: SchoolYear, person: Pseudonym, month: u32) -> Option<u64> {
        match &mut self.source {
            Source::Ring { ring, uai, years } => Some(keys(ring, uai, years, year)?.draw(person, month)),
            Source::Asking { questions, .. } => {
                let asked = questions.identifiers.get_mut(place_of(person)?)?;
                if !asked.months.contains(&month) {
                    asked.months.push(month);
                }
                Some(0)
            }
            Source::Told { draws, .. } => draws.get(&(person, month)).copied(),
        }
    }

    /// The digest under which an objection of `raw` would be on the list; `None` while asking.
    pub(super) fn opt_out_digest(&mut self, domain: Domain, raw: &'a str) -> Option<[u8; 32]> {
        match &mut self.source {
            Source::Ring { ring, uai, .. } => Some(ring.opt_out_digest(uai, domain, raw)),
            Source::Asking { questions, objections } => {
                if objections.insert((domain, raw)) {
                    questions.objections.push((domain, raw.to_owned()));
                }
                None
            }
            Source::Told { objections, .. } => objections.get(&(domain, raw)).copied(),
        }
    }
}

fn keys<'k>(
    ring: &KeyRing,
    uai: &Uai,
    years: &'k mut Vec<(SchoolYear, Option<EstablishmentKeys>)>,
    year: SchoolYear,
) -> Option<&'k mut EstablishmentKeys> {
    let place = if let Some(place) = years.iter().position(|(known, _)| *known == year) {
        place
    } else {
        years.push((year, ring.establishment(year, uai)));
        years.len() - 1
    };
    years[place].1.as_mut()
}

/// Stands for the pseudonym of the question at `place` until it is answered; no two are alike.
fn placeholder(place: usize) -> Pseudonym {
    Pseudonym::from_stored((place as u128).to_be_bytes())
}

fn place_of(placeholder: Pseudonym) -> Option<usize> {
    usize::try_from(u128::from_be_bytes(*placeholder.as_bytes())).ok()
}

/// The domain of the person behind an event, and the wire field that names her.
pub(super) const fn person_of(role: Role) -> (Domain, &'static str) {
    match role {
        Role::Parent => (Domain::Family, "family"),
        // A tablet in pupils' hands is nobody: its events count for the device.
        Role::Pupil => (Domain::PupilDevice, "install"),
        Role::Teacher | Role::SchoolHead | Role::Support | Role::Editor => (Domain::Staff, "actor"),
    }
}

/// How an establishment identifies people and classes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum IdentifierForm {
    /// By any identifier of its own: any text of 1 to 128 bytes.
    #[default]
    Raw,
    /// By pseudonyms that the device makes with a secret of the school (edge mode), as hexadecimal digits: the server
    /// never learns an identifier, and hashes what it gets again.
    Edge,
}

impl IdentifierForm {
    /// Every form.
    pub const ALL: [Self; 2] = [Self::Raw, Self::Edge];

    /// The word in rosters and in the register.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Raw => "raw",
            Self::Edge => "edge",
        }
    }

    /// The form of a word.
    pub fn from_word(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|form| form.as_str() == word)
    }

    /// What an identifier must look like, for a refusal.
    pub const fn expected(self) -> &'static str {
        match self {
            Self::Raw => "an identifier of 1 to 128 bytes",
            Self::Edge => {
                "the pseudonym that the device makes (edge mode): 32 to 64 hexadecimal digits in lower case, an even number"
            }
        }
    }

    /// The text, where it is an identifier of this form.
    ///
    /// In edge mode only hexadecimal digits are, at least 16 bytes of them: no name and no number that people have looks
    /// like that, so what has not been through a device's key cannot pass by accident.
    pub fn check(self, text: Option<&str>) -> Option<&str> {
        let is_right = |text: &&str| match self {
            Self::Raw => (1..=LONGEST_IDENTIFIER).contains(&text.len()),
            Self::Edge => {
                (32..=64).contains(&text.len())
                    && text.len().is_multiple_of(2)
                    && text.bytes().all(|digit| matches!(digit, b'0'..=b'9' | b'a'..=b'f'))
            }
        };
        text.filter(is_right)
    }
}

/// An identifier of whatever form that may be hashed: any text of 1 to 128 bytes.
pub(super) fn identifier(text: Option<&str>) -> Option<&str> {
    IdentifierForm::Raw.check(text)
}
