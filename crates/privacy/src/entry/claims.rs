//! Sign-in claims: the same raw identifiers as on the wire, through the same gate, so that a person meets her own rows.

use calendar::SchoolYear;
use catalogue::Role;
use serde::{Deserialize, Serialize};
use thiserror::Error;

use super::data_subject::hex;
use super::identify::{IdentifierForm, person_of};
use crate::audit::Party;
use crate::keys::{Keys, KeysAway};
use crate::pseudonym::{Domain, Pseudonym, Uai};
use crate::questions::Years;
use crate::raw::Raw;

/// What an identity provider says of the person who signs in.
#[derive(Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RawClaims {
    /// `teacher`, `school_head`, `editor` (the operator), …
    pub role: String,
    /// Her establishment; an operator has none.
    pub establishment: Option<String>,
    /// Her identifier, as in events.
    pub actor: Option<String>,
    /// Her class, as in events.
    pub class: Option<String>,
}

/// Claims, or an objection, that cannot be used.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum ClaimsRefused {
    /// A claim is wrong.
    #[error("the field {claim} is missing or not as expected: {expected}")]
    Wrong {
        /// The claim.
        claim: &'static str,
        /// What would be right.
        expected: &'static str,
    },
    /// Another process has the keys, and does not answer.
    #[error(transparent)]
    KeysAway(#[from] KeysAway),
}

pub(super) const UAI: &str = "a UAI: seven digits and one capital letter, as in 0750001A";

pub(super) const fn wrong(claim: &'static str, expected: &'static str) -> ClaimsRefused {
    ClaimsRefused::Wrong { claim, expected }
}

/// A signed-in person after the gate: her role, her establishment, and who she is in each school year that has keys.
#[derive(Clone, Serialize, Deserialize)]
pub struct Claims {
    role: String,
    establishment: Option<String>,
    years: Vec<StoredYear>,
    /// The digest of her own objection, so that she can object from her session alone.
    #[serde(default)]
    objection: Option<String>,
}

#[derive(Clone, Serialize, Deserialize)]
struct StoredYear {
    school_year: String,
    person: String,
    class: Option<String>,
}

/// Who a signed-in person is in one school year.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct YearClaims {
    /// Herself.
    pub person: Pseudonym,
    /// Her class.
    pub class: Option<Pseudonym>,
}

impl Claims {
    /// Passes claims through the gate; `form` says how an establishment identifies people.
    pub fn admit(
        raw: &Raw<RawClaims>,
        keys: &Keys,
        form: impl Fn(&Uai) -> IdentifierForm,
    ) -> Result<Self, ClaimsRefused> {
        let raw = raw.open();
        let role = Role::from_slug(&raw.role)
            .ok_or(wrong("role", "one of teacher, pupil, parent, school_head, support, editor"))?;
        if role == Role::Editor {
            return Ok(Self { role: raw.role.clone(), establishment: None, years: Vec::new(), objection: None });
        }
        let uai = raw.establishment.as_deref().and_then(|text| text.parse().ok());
        let uai: Uai = uai.ok_or(wrong("establishment", UAI))?;
        let form = form(&uai);
        let actor = form.check(raw.actor.as_deref()).ok_or(wrong("actor", form.expected()))?;
        let mut asked = vec![(Years::All, person_of(role).0, actor)];
        if raw.class.is_some() {
            let class = form.check(raw.class.as_deref()).ok_or(wrong("class", form.expected()))?;
            asked.push((Years::All, Domain::Class, class));
        }
        let known = keys.identify(&uai, &asked, &[(person_of(role).0, actor)])?;
        let objection = known.objections.first().map(hex);
        let mut known = known.persons.into_iter();
        let persons = known.next().unwrap_or_default();
        let classes = known.next().unwrap_or_default();
        let years = persons.into_iter().map(|(year, person)| {
            let class = classes.iter().find(|(of, _)| *of == year);
            StoredYear {
                school_year: year.to_string(),
                person: person.to_hex(),
                class: class.map(|(_, class)| class.to_hex()),
            }
        });
        let years = years.collect();
        Ok(Self { role: raw.role.clone(), establishment: Some(uai.to_string()), years, objection })
    }

    /// Her role.
    pub fn role(&self) -> Option<Role> {
        Role::from_slug(&self.role)
    }

    /// Her establishment; `None` for an operator.
    pub fn establishment(&self) -> Option<Uai> {
        self.establishment.as_deref().and_then(|text| text.parse().ok())
    }

    /// Who she is in a school year; `None` when that year had no keys when she signed in.
    pub fn in_year(&self, year: SchoolYear) -> Option<YearClaims> {
        let label = year.to_string();
        let stored = self.years.iter().find(|stored| stored.school_year == label)?;
        let class = match &stored.class {
            Some(class) => Some(Pseudonym::from_hex(class)?),
            None => None,
        };
        Some(YearClaims { person: Pseudonym::from_hex(&stored.person)?, class })
    }

    /// The digest under which her objection would be remembered.
    pub(super) fn objection(&self) -> Option<&str> {
        self.objection.as_deref()
    }

    /// Her school years and who she is in each, as stored.
    pub(super) fn stored_years(&self) -> impl Iterator<Item = (&str, &str)> {
        self.years.iter().map(|stored| (stored.school_year.as_str(), stored.person.as_str()))
    }

    /// Who the audit log says she is: by her pseudonym of the school year in which she acts, so that her name can be
    /// found again when she asks for its erasure, and expires with that year's root.
    pub fn party(&self, year: SchoolYear) -> Party {
        let in_year = self.in_year(year).or_else(|| {
            let newest = self.years.last()?;
            self.in_year(newest.school_year.parse().ok()?)
        });
        match (self.establishment(), in_year) {
            (Some(uai), Some(in_year)) => Party::person(&self.role, uai, in_year.person),
            _ => Party::role(&self.role),
        }
    }
}
