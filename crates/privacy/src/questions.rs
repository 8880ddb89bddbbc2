//! [`Questions`] and [`Answers`]: what the entry gate must know of keys that another process holds. A whole request asks
//! at once.
//!
//! Raw identifiers travel in them, from the gate to the keys and nowhere else: neither can be printed, and only
//! [`Questions::to_bytes`] writes them, for a socket.

use calendar::SchoolYear;

use crate::pseudonym::{Domain, KeyRing, Pseudonym, Uai};

/// Which school years a question is about.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) enum Years {
    One(SchoolYear),
    /// Every one that has a root.
    All,
}

/// Somebody or something to be pseudonymised.
pub(crate) struct Question {
    pub(crate) years: Years,
    pub(crate) domain: Domain,
    pub(crate) identifier: String,
    /// The months (yyyymm) whose draws are asked for as well.
    pub(crate) months: Vec<u32>,
}

/// Everything one request of one establishment asks.
pub struct Questions {
    /// Without one, identifiers and objections have no answer.
    pub(crate) establishment: Option<Uai>,
    pub(crate) identifiers: Vec<Question>,
    /// Who may have objected.
    pub(crate) objections: Vec<(Domain, String)>,
    /// Who may have been erased.
    pub(crate) tombstones: Vec<Pseudonym>,
}

/// Who an identifier is in one school year.
#[derive(Clone, PartialEq, Eq)]
pub(crate) struct Known {
    pub(crate) year: SchoolYear,
    pub(crate) pseudonym: Pseudonym,
    /// One draw for each month that was asked for.
    pub(crate) draws: Vec<u64>,
}

/// The answers, in the order of the questions.
#[derive(Clone, PartialEq, Eq)]
pub struct Answers {
    /// The school years of each identifier that have a root.
    pub(crate) identifiers: Vec<Vec<Known>>,
    pub(crate) objections: Vec<[u8; 32]>,
    pub(crate) tombstones: Vec<[u8; 32]>,
}

impl Questions {
    /// No question yet.
    pub(crate) const fn new(establishment: Option<Uai>) -> Self {
        Self { establishment, identifiers: Vec::new(), objections: Vec::new(), tombstones: Vec::new() }
    }

    /// Writes them for a socket.
    pub fn to_bytes(&self) -> Vec<u8> {
        let mut to = Writer(Vec::with_capacity(64 + 40 * self.identifiers.len()));
        to.text(self.establishment.as_ref().map_or("", Uai::as_str));
        to.count(self.identifiers.len());
        for question in &self.identifiers {
            to.year(match question.years {
                Years::One(year) => Some(year),
                Years::All => None,
            });
            to.0.push(domain_number(question.domain));
            to.text(&question.identifier);
            to.count(question.months.len());
            question.months.iter().for_each(|month| to.number(*month));
        }
        to.count(self.objections.len());
        for (domain, identifier) in &self.objections {
            to.0.push(domain_number(*domain));
            to.text(identifier);
        }
        to.count(self.tombstones.len());
        self.tombstones.iter().for_each(|erased| to.0.extend_from_slice(erased.as_bytes()));
        to.0
    }

    /// Reads what [`Self::to_bytes`] wrote; `None` when it is anything else.
    pub fn from_bytes(bytes: &[u8]) -> Option<Self> {
        let mut from = Reader(bytes);
        let establishment = match from.text()? {
            "" => None,
            text => Some(text.parse().ok()?),
        };
        let mut questions = Self::new(establishment);
        for _ in 0..from.number()? {
            let years = from.year()?.map_or(Years::All, Years::One);
            let (domain, identifier) = (from.domain()?, from.text()?.to_owned());
            let months = from.number()?;
            let months = (0..months).map(|_| from.number()).collect::<Option<_>>()?;
            questions.identifiers.push(Question { years, domain, identifier, months });
        }
        for _ in 0..from.number()? {
            questions.objections.push((from.domain()?, from.text()?.to_owned()));
        }
        for _ in 0..from.number()? {
            questions.tombstones.push(Pseudonym::from_stored(from.array()?));
        }
        from.0.is_empty().then_some(questions)
    }
}

impl Answers {
    /// Writes them for a socket.
    pub fn to_bytes(&self) -> Vec<u8> {
        let mut to = Writer(Vec::with_capacity(8 + 40 * self.identifiers.len()));
        to.count(self.identifiers.len());
        for known in &self.identifiers {
            to.count(known.len());
            for one in known {
                to.year(Some(one.year));
                to.0.extend_from_slice(one.pseudonym.as_bytes());
                to.count(one.draws.len());
                one.draws.iter().for_each(|draw| to.0.extend_from_slice(&draw.to_be_bytes()));
            }
        }
        to.count(self.objections.len());
        to.count(self.tombstones.len());
        self.objections.iter().chain(&self.tombstones).for_each(|digest| to.0.extend_from_slice(digest));
        to.0
    }

    /// Reads the answers to `questions`; `None` when these are not they.
    pub fn from_bytes(bytes: &[u8], questions: &Questions) -> Option<Self> {
        let mut from = Reader(bytes);
        let mut identifiers = Vec::with_capacity(questions.identifiers.len());
        if from.number()? as usize != questions.identifiers.len() {
            return None;
        }
        for question in &questions.identifiers {
            let years = from.number()?;
            let mut known = Vec::new();
            for _ in 0..years {
                let year = from.year()??;
                let pseudonym = Pseudonym::from_stored(from.array()?);
                if from.number()? as usize != question.months.len() {
                    return None;
                }
                let draws = question.months.iter().map(|_| from.array().map(u64::from_be_bytes));
                known.push(Known { year, pseudonym, draws: draws.collect::<Option<_>>()? });
            }
            identifiers.push(known);
        }
        let counts = (from.number()? as usize, from.number()? as usize);
        if counts != (questions.objections.len(), questions.tombstones.len()) {
            return None;
        }
        let objections = questions.objections.iter().map(|_| from.array()).collect::<Option<_>>()?;
        let tombstones = questions.tombstones.iter().map(|_| from.array()).collect::<Option<_>>()?;
        from.0.is_empty().then_some(Self { identifiers, objections, tombstones })
    }
}

impl KeyRing {
    /// Answers, for the process that holds the keys.
    pub fn answer(&self, questions: &Questions) -> Answers {
        let establishment = questions.establishment.as_ref();
        // The keys of each year once, however many identifiers there are.
        let mut keys: Vec<_> =
            self.years().filter_map(|year| Some((year, self.establishment(year, establishment?)?))).collect();
        let identifiers = questions.identifiers.iter().map(|question| {
            let asked = keys.iter_mut().filter(|(year, _)| match question.years {
                Years::One(one) => one == *year,
                Years::All => true,
            });
            asked
                .map(|(year, keys)| {
                    let pseudonym = keys.pseudonym(question.domain, &question.identifier);
                    let draws = question.months.iter().map(|month| keys.draw(pseudonym, *month)).collect();
                    Known { year: *year, pseudonym, draws }
                })
                .collect()
        });
        let identifiers = identifiers.collect();
        let digest = |(domain, identifier): &(Domain, String)| {
            establishment.map_or([0; 32], |uai| self.opt_out_digest(uai, *domain, identifier))
        };
        Answers {
            identifiers,
            objections: questions.objections.iter().map(digest).collect(),
            tombstones: questions.tombstones.iter().map(|erased| self.tombstone(*erased)).collect(),
        }
    }
}

fn domain_number(domain: Domain) -> u8 {
    u8::try_from(domain.index()).unwrap_or(u8::MAX)
}

/// Big-endian numbers, texts after their lengths.
struct Writer(Vec<u8>);

impl Writer {
    fn number(&mut self, number: u32) {
        self.0.extend_from_slice(&number.to_be_bytes());
    }

    fn count(&mut self, count: usize) {
        self.number(u32::try_from(count).unwrap_or(u32::MAX));
    }

    fn text(&mut self, text: &str) {
        self.count(text.len());
        self.0.extend_from_slice(text.as_bytes());
    }

    /// The year in whose August it starts; no year is 0.
    fn year(&mut self, year: Option<SchoolYear>) {
        self.0.extend_from_slice(&year.map_or(0, SchoolYear::start_year).to_be_bytes());
    }
}

struct Reader<'a>(&'a [u8]);

impl<'a> Reader<'a> {
    fn take(&mut self, length: usize) -> Option<&'a [u8]> {
        let (head, rest) = self.0.split_at_checked(length)?;
        self.0 = rest;
        Some(head)
    }

    fn array<const N: usize>(&mut self) -> Option<[u8; N]> {
        self.take(N)?.try_into().ok()
    }

    fn number(&mut self) -> Option<u32> {
        self.array().map(u32::from_be_bytes)
    }

    fn text(&mut self) -> Option<&'a str> {
        let length = self.number()? as usize;
        std::str::from_utf8(self.take(length)?).ok()
    }

    #[expect(clippy::option_option, reason = "no year is an answer, and no bytes are none")]
    fn year(&mut self) -> Option<Option<SchoolYear>> {
        match self.array().map(i16::from_be_bytes)? {
            0 => Some(None),
            start => SchoolYear::starting(start).ok().map(Some),
        }
    }

    fn domain(&mut self) -> Option<Domain> {
        let [number] = self.array()?;
        Domain::ALL.get(usize::from(number)).copied()
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn questions() -> Questions {
        let year: SchoolYear = "2025-2026".parse().unwrap();
        let mut questions = Questions::new(Some("0750001A".parse().unwrap()));
        let ask = |years, domain, identifier: &str, months: &[u32]| Question {
            years,
            domain,
            identifier: identifier.to_owned(),
            months: months.to_vec(),
        };
        questions.identifiers.push(ask(Years::One(year), Domain::Staff, "T-17", &[202_511, 202_512]));
        questions.identifiers.push(ask(Years::All, Domain::Class, "classe d’été", &[]));
        questions.identifiers.push(ask(Years::One(year.next()), Domain::Pupil, "P-3", &[202_511]));
        questions.objections.push((Domain::Family, "F-1".to_owned()));
        questions.tombstones.push(Pseudonym::from_stored([5; 16]));
        questions
    }

    fn ring() -> KeyRing {
        let mut ring = KeyRing::random();
        for year in ["2024-2025", "2025-2026"] {
            ring.ensure_root(year.parse().unwrap());
        }
        ring
    }

    #[test]
    fn what_travels_is_read_as_it_was_written() {
        let (ring, questions) = (ring(), questions());
        let read = Questions::from_bytes(&questions.to_bytes()).unwrap();
        assert_eq!(read.to_bytes(), questions.to_bytes());
        let answers = ring.answer(&read);
        assert!(Answers::from_bytes(&answers.to_bytes(), &questions) == Some(answers));
    }

    #[test]
    fn the_answers_are_those_of_the_keys() {
        let ring = ring();
        let answers = ring.answer(&questions());
        let (year, uai) = ("2025-2026".parse().unwrap(), "0750001A".parse().unwrap());
        let mut keys = ring.establishment(year, &uai).unwrap();
        let teacher = keys.pseudonym(Domain::Staff, "T-17");
        let draws = vec![keys.draw(teacher, 202_511), keys.draw(teacher, 202_512)];
        assert!(answers.identifiers[0] == [Known { year, pseudonym: teacher, draws }]);
        assert_eq!(answers.identifiers[1].len(), 2, "a class in every year that has a root");
        assert!(answers.identifiers[2].is_empty(), "a year without a root has no answer");
        assert_eq!(answers.objections, [ring.opt_out_digest(&uai, Domain::Family, "F-1")]);
        assert_eq!(answers.tombstones, [ring.tombstone(Pseudonym::from_stored([5; 16]))]);
    }

    proptest! {
        #[test]
        fn no_bytes_whatever_make_the_reader_panic(bytes in proptest::collection::vec(any::<u8>(), 0..200)) {
            let _ = Questions::from_bytes(&bytes);
            let _ = Answers::from_bytes(&bytes, &questions());
        }

        #[test]
        fn questions_cut_short_or_with_more_behind_them_are_refused(cut in 0..80_usize) {
            let bytes = questions().to_bytes();
            prop_assert!(Questions::from_bytes(&bytes[..bytes.len() - 1 - cut % bytes.len()]).is_none());
            prop_assert!(Questions::from_bytes(&[bytes, vec![0]].concat()).is_none());
        }
    }
}
