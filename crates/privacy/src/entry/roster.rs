//! Rosters: classes, levels, teachers, pupils and families of a school year, pseudonymised at the gate. They give
//! denominators, and make pupils without a single trace visible.

use std::collections::HashSet;

use calendar::{Academy, SchoolYear};
use catalogue::Catalogue;
use serde::Deserialize;
use thiserror::Error;

use super::identify::{Identifier, IdentifierForm};
use crate::keys::{Keys, KeysAway};
use crate::pseudonym::{Domain, Pseudonym, Uai};
use crate::questions::Questions;
use crate::raw::Raw;

const MOST_CLASSES: usize = 60;
const MOST_PUPILS: usize = 60;
const MOST_TEACHERS: usize = 10;
const MOST_FAMILIES: usize = 6;

/// A roster as it came.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RawRoster {
    school_year: String,
    district: String,
    academy: String,
    sector: String,
    /// `raw` or `edge`; left out, it stays as it was.
    #[serde(default)]
    identifiers: Option<String>,
    classes: Vec<RawClass>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RawClass {
    class: String,
    levels: Vec<String>,
    teachers: Vec<String>,
    pupils: Vec<RawPupil>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RawPupil {
    pupil: String,
    #[serde(default)]
    families: Vec<String>,
}

/// A roster that cannot be taken; it is all or nothing, since half a denominator is worse than the old one.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum RosterRefused {
    /// Something in it is wrong.
    #[error("{place} is not as expected: {expected}")]
    Wrong {
        /// Where, as a JSON pointer without any value.
        place: String,
        /// What would be right.
        expected: &'static str,
    },
    /// Another process has the keys, and does not answer.
    #[error(transparent)]
    KeysAway(#[from] KeysAway),
}

fn refused(place: &str, expected: &'static str) -> RosterRefused {
    RosterRefused::Wrong { place: place.to_owned(), expected }
}

/// A class after the gate.
#[derive(Clone)]
pub struct CleanClass {
    /// The class.
    pub class: Pseudonym,
    /// Its levels, as slugs of the catalogue.
    pub levels: Vec<String>,
    /// Its teachers.
    pub teachers: Vec<Pseudonym>,
    /// Its pupils.
    pub pupils: Vec<CleanPupil>,
}

/// A pupil after the gate.
#[derive(Clone)]
pub struct CleanPupil {
    /// The pupil.
    pub pupil: Pseudonym,
    /// The pupil's families.
    pub families: Vec<Pseudonym>,
}

/// A roster after the gate.
#[derive(Clone)]
pub struct CleanRoster {
    uai: Uai,
    school_year: SchoolYear,
    district: Uai,
    academy: Academy,
    sector: &'static str,
    identifiers: IdentifierForm,
    classes: Vec<CleanClass>,
}

impl CleanRoster {
    /// Reads a body (JSON) for the establishment `uai`, which has identified people in the form `before` until now.
    pub fn admit(
        body: &Raw<&[u8]>,
        uai: Uai,
        catalogue: &Catalogue,
        keys: &Keys,
        before: IdentifierForm,
    ) -> Result<Self, RosterRefused> {
        Self::admit_without(body, uai, catalogue, keys, before, &HashSet::new())
    }

    /// The same without those who object: they are no denominator either. A pupil who objects leaves with the families
    /// that the roster names beside her; they stay where it names them beside another child.
    #[expect(clippy::needless_pass_by_value, reason = "a roster is of one establishment, which it keeps")]
    pub fn admit_without(
        body: &Raw<&[u8]>,
        uai: Uai,
        catalogue: &Catalogue,
        keys: &Keys,
        before: IdentifierForm,
        opt_outs: &HashSet<[u8; 32]>,
    ) -> Result<Self, RosterRefused> {
        let raw: RawRoster = serde_json::from_slice(body.open()).map_err(|error| {
            // serde_json's text can quote the input; where it is, is enough.
            refused(
                &format!("line {}, column {}", error.line(), error.column()),
                "an object of school_year, district, academy, sector and classes, each class with class, levels, teachers and pupils, each pupil with pupil and families",
            )
        })?;
        match keys {
            Keys::Here(ring) => Self::pass(&raw, &uai, catalogue, before, opt_outs, &mut Identifier::new(ring, &uai)),
            Keys::Elsewhere(peer) => {
                let mut asking = Identifier::asking(&uai);
                Self::pass(&raw, &uai, catalogue, before, opt_outs, &mut asking)?;
                let questions = asking.into_questions().unwrap_or_else(|| Questions::new(None));
                let answers = peer.answer(&questions)?;
                Self::pass(&raw, &uai, catalogue, before, opt_outs, &mut Identifier::told(&questions, &answers))
            }
        }
    }

    fn pass<'a>(
        raw: &'a RawRoster,
        uai: &Uai,
        catalogue: &Catalogue,
        before: IdentifierForm,
        opt_outs: &HashSet<[u8; 32]>,
        identify: &mut Identifier<'a>,
    ) -> Result<Self, RosterRefused> {
        let school_year: SchoolYear =
            raw.school_year.parse().map_err(|_| refused("/school_year", "a school year, as in 2025-2026"))?;
        let district: Uai = raw.district.parse().map_err(|_| {
            refused("/district", "the public code of the district: seven digits and one capital letter")
        })?;
        let academy: Academy = raw
            .academy
            .parse()
            .map_err(|_| refused("/academy", "the slug of an academy, as in paris or aix-marseille"))?;
        let sector = match raw.sector.as_str() {
            "public" => "public",
            "private" => "private",
            _ => return Err(refused("/sector", "public or private")),
        };
        let identifiers = match &raw.identifiers {
            Some(word) => IdentifierForm::from_word(word).ok_or_else(|| refused("/identifiers", "raw or edge"))?,
            // A tool that knows nothing of edge mode must not end it.
            None => before,
        };
        if raw.classes.len() > MOST_CLASSES {
            return Err(refused("/classes", "at most 60 classes"));
        }
        let levels = catalogue.word_list("level");
        let mut classes = Vec::with_capacity(raw.classes.len());
        for (nth, class) in raw.classes.iter().enumerate() {
            let at = |what: &str| format!("/classes/{nth}/{what}");
            // The pseudonym, and whether its person is left out.
            let mut hash = |domain, text: &'a str, place: String| -> Result<(Pseudonym, bool), RosterRefused> {
                let text = identifiers.check(Some(text)).ok_or_else(|| refused(&place, identifiers.expected()))?;
                let known = identify.pseudonym(school_year, domain, text).ok_or_else(|| {
                    refused("/school_year", "the current school year, the next, or one whose keys still exist")
                })?;
                let may_object = !opt_outs.is_empty() && domain != Domain::Class;
                let digest = may_object.then(|| identify.opt_out_digest(domain, text)).flatten();
                Ok((known, digest.is_some_and(|digest| opt_outs.contains(&digest))))
            };
            let too_many = class.teachers.len() > MOST_TEACHERS || class.pupils.len() > MOST_PUPILS;
            if too_many {
                return Err(refused(&format!("/classes/{nth}"), "at most 10 teachers and 60 pupils a class"));
            }
            if let Some(place) =
                class.levels.iter().position(|level| levels.is_none_or(|list| list.position(level).is_none()))
            {
                return Err(refused(&at(&format!("levels/{place}")), "a level of the catalogue, as in PS, MS or GS"));
            }
            let mut pupils = Vec::with_capacity(class.pupils.len());
            for (place, pupil) in class.pupils.iter().enumerate() {
                if pupil.families.len() > MOST_FAMILIES {
                    return Err(refused(&at(&format!("pupils/{place}/families")), "at most 6 families a pupil"));
                }
                let mut families = Vec::with_capacity(pupil.families.len());
                for family in &pupil.families {
                    let (family, objects) = hash(Domain::Family, family, at(&format!("pupils/{place}/families")))?;
                    if !objects {
                        families.push(family);
                    }
                }
                let (pupil, objects) = hash(Domain::Pupil, &pupil.pupil, at(&format!("pupils/{place}/pupil")))?;
                if !objects {
                    pupils.push(CleanPupil { pupil, families });
                }
            }
            let mut teachers = Vec::with_capacity(class.teachers.len());
            for teacher in &class.teachers {
                let (teacher, objects) = hash(Domain::Staff, teacher, at("teachers"))?;
                if !objects {
                    teachers.push(teacher);
                }
            }
            classes.push(CleanClass {
                class: hash(Domain::Class, &class.class, at("class"))?.0,
                levels: class.levels.clone(),
                teachers,
                pupils,
            });
        }
        Ok(Self { uai: uai.clone(), school_year, district, academy, sector, identifiers, classes })
    }

    /// The establishment.
    pub const fn uai(&self) -> &Uai {
        &self.uai
    }

    /// The school year.
    pub const fn school_year(&self) -> SchoolYear {
        self.school_year
    }

    /// The district's public code.
    pub const fn district(&self) -> &Uai {
        &self.district
    }

    /// The academy.
    pub const fn academy(&self) -> Academy {
        self.academy
    }

    /// `public` or `private`.
    pub const fn sector(&self) -> &'static str {
        self.sector
    }

    /// How it identifies people and classes.
    pub const fn identifiers(&self) -> IdentifierForm {
        self.identifiers
    }

    /// The classes.
    pub fn classes(&self) -> &[CleanClass] {
        &self.classes
    }
}
