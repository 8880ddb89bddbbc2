//! Who is behind an event: raw identifiers become pseudonyms of the event's own school year.

use std::collections::HashMap;

use calendar::SchoolYear;
use catalogue::Role;

use crate::pseudonym::{Domain, EstablishmentKeys, KeyRing, Pseudonym, Uai};

/// The longest identifier taken, in bytes.
pub(super) const LONGEST_IDENTIFIER: usize = 128;

/// Pseudonymises the identifiers of one batch, each once.
pub(super) struct Identifier<'a> {
    ring: &'a KeyRing,
    uai: &'a Uai,
    years: Vec<(SchoolYear, Option<EstablishmentKeys>)>,
    known: HashMap<(SchoolYear, Domain, &'a str), Pseudonym, foldhash::fast::RandomState>,
}

impl<'a> Identifier<'a> {
    pub(super) fn new(ring: &'a KeyRing, uai: &'a Uai) -> Self {
        Self { ring, uai, years: Vec::new(), known: HashMap::default() }
    }

    /// The pseudonym of `raw` in `year`; `None` when that year has no root.
    pub(super) fn pseudonym(&mut self, year: SchoolYear, domain: Domain, raw: &'a str) -> Option<Pseudonym> {
        if let Some(known) = self.known.get(&(year, domain, raw)) {
            return Some(*known);
        }
        let made = self.keys(year)?.pseudonym(domain, raw);
        self.known.insert((year, domain, raw), made);
        Some(made)
    }

    /// See [`EstablishmentKeys::draw`].
    pub(super) fn draw(&mut self, year: SchoolYear, person: Pseudonym, month: u32) -> Option<u64> {
        Some(self.keys(year)?.draw(person, month))
    }

    fn keys(&mut self, year: SchoolYear) -> Option<&mut EstablishmentKeys> {
        let place = match self.years.iter().position(|(known, _)| *known == year) {
            Some(place) => place,
            None => {
                self.years.push((year, self.ring.establishment(year, self.uai)));
                self.years.len() - 1
            }
        };
        self.years[place].1.as_mut()
    }
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

/// An identifier that may be hashed: any text of 1 to 128 bytes.
pub(super) fn identifier(text: Option<&str>) -> Option<&str> {
    text.filter(|text| (1..=LONGEST_IDENTIFIER).contains(&text.len()))
}
