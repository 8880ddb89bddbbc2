//! Sign-in claims: the same raw identifiers as on the wire, through the same gate, so that a person meets her own rows.

use calendar::SchoolYear;
use catalogue::Role;
use serde::{Deserialize, Serialize};
use thiserror::Error;

use super::data_subject::hex;
use super::identify::{identifier, person_of};
use crate::pseudonym::{Domain, KeyRing, Pseudonym, Uai};
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
#[error("the field {claim} is missing or not as expected: {expected}")]
pub struct ClaimsRefused {
    /// The claim.
    pub claim: &'static str,
    /// What would be right.
    pub expected: &'static str,
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
    /// Passes claims through the gate.
    pub fn admit(raw: &Raw<RawClaims>, keys: &KeyRing) -> Result<Self, ClaimsRefused> {
        let raw = raw.open();
        let refused = |claim, expected| ClaimsRefused { claim, expected };
        let role = Role::from_slug(&raw.role)
            .ok_or_else(|| refused("role", "one of teacher, pupil, parent, school_head, support, editor"))?;
        if role == Role::Editor {
            return Ok(Self { role: raw.role.clone(), establishment: None, years: Vec::new(), objection: None });
        }
        let uai: Uai =
            raw.establishment.as_deref().and_then(|text| text.parse().ok()).ok_or_else(|| {
                refused("establishment", "a UAI: seven digits and one capital letter, as in 0750001A")
            })?;
        let actor = identifier(raw.actor.as_deref())
            .ok_or_else(|| refused("actor", "an identifier of 1 to 128 bytes, the same as in events"))?;
        if raw.class.is_some() && identifier(raw.class.as_deref()).is_none() {
            return Err(refused("class", "an identifier of 1 to 128 bytes, the same as in events"));
        }
        let years = keys.years().filter_map(|year| {
            let mut keys = keys.establishment(year, &uai)?;
            Some(StoredYear {
                school_year: year.to_string(),
                person: keys.pseudonym(person_of(role).0, actor).to_hex(),
                class: raw.class.as_deref().map(|class| keys.pseudonym(Domain::Class, class).to_hex()),
            })
        });
        let years = years.collect();
        let objection = Some(hex(&keys.opt_out_digest(&uai, person_of(role).0, actor)));
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

    /// What the audit log writes for her: role and the newest pseudonym's first digits, enough to tell viewers apart.
    pub fn audit_name(&self) -> String {
        let newest = self.years.last().map_or("", |year| &year.person[..12]);
        format!("{} {newest}", self.role)
    }
}
