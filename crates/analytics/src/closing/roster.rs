//! Who belongs where, as the establishment declared it: the class of a pupil or a family, the families of a pupil, the
//! teachers of a class.

use std::collections::{BTreeSet, HashMap};

use calendar::SchoolYear;
use catalogue::RosterCount;
use privacy::Pseudonym;
use privacy::Uai;
use privacy::exit::Establishment;
use store::{Register, RosterClass};

use crate::segments;

/// The roster of one establishment and school year, at the moment of a closing.
pub(super) struct Roster {
    classes: Vec<RosterClass>,
    /// The classes of teachers, pupils and families; their pseudonyms never meet.
    classes_of: HashMap<Pseudonym, Vec<Pseudonym>>,
}

impl Roster {
    /// Reads it.
    pub(super) async fn read(register: &Register, uai: &Uai, year: SchoolYear) -> Result<Self, store::Error> {
        let classes = register.classes(uai, year).await?;
        let mut classes_of = HashMap::<_, Vec<_>>::new();
        for class in &classes {
            for person in class.teachers.iter().chain(&class.pupils).chain(&class.families) {
                classes_of.entry(*person).or_default().push(class.class);
            }
        }
        Ok(Self { classes, classes_of })
    }

    /// What the closing rule must know.
    pub(super) fn establishment(&self) -> Establishment {
        let taught = self.classes.iter().flat_map(|class| class.teachers.iter().map(|teacher| (*teacher, class.class)));
        let known = Establishment::new(self.classes.len());
        taught.fold(known, |known, (teacher, class)| known.taught_by(teacher, class))
    }

    /// How many are declared; none where nobody is.
    pub(super) fn count(&self, of: RosterCount) -> Option<u64> {
        let distinct = |people: fn(&RosterClass) -> &Vec<Pseudonym>| {
            self.classes.iter().flat_map(people).collect::<BTreeSet<_>>().len()
        };
        let n = match of {
            RosterCount::Teachers => distinct(|class| &class.teachers),
            RosterCount::Pupils => distinct(|class| &class.pupils),
            RosterCount::Families => distinct(|class| &class.families),
            RosterCount::Classes => self.classes.len(),
        };
        (n > 0).then_some(n as u64)
    }

    /// The class of a pupil or a family: the one the roster names, whatever a row says; where it names several, the
    /// row's if it is one of them; where it names none, the row's.
    pub(super) fn home(&self, person: Pseudonym, row: Option<Pseudonym>) -> Option<Pseudonym> {
        match self.classes_of.get(&person).map(Vec::as_slice) {
            None | Some([]) => row,
            Some([first, others @ ..]) => row.filter(|row| others.contains(row)).or(Some(*first)),
        }
    }

    /// The class of what a teacher did: the row's, or else the only one she teaches.
    pub(super) fn class_taught(&self, teacher: Pseudonym, row: Option<Pseudonym>) -> Option<Pseudonym> {
        row.or_else(|| match self.classes_of.get(&teacher).map(Vec::as_slice) {
            Some([only]) => Some(*only),
            _ => None,
        })
    }

    /// Every declared teacher, once.
    pub(super) fn all_teachers(&self) -> BTreeSet<Pseudonym> {
        self.classes.iter().flat_map(|class| &class.teachers).copied().collect()
    }

    /// The part of a class week that a teacher is there.
    pub(super) fn presence(&self, teacher: Pseudonym) -> f64 {
        segments::presence(&self.classes, teacher)
    }

    /// The teachers of a class.
    pub(super) fn teachers(&self, class: Option<Pseudonym>) -> &[Pseudonym] {
        let found = class.and_then(|class| self.classes.iter().find(|one| one.class == class));
        found.map_or(&[], |found| found.teachers.as_slice())
    }

    /// The families of a pupil, in every class where the roster names the pupil.
    pub(super) fn families(&self, pupil: Pseudonym) -> BTreeSet<Pseudonym> {
        self.classes.iter().filter_map(|class| class.families_of.get(&pupil)).flatten().copied().collect()
    }
}
