//! Whoever asks what is kept of her (GDPR 15 to 18, 20, 21): a raw identifier, shown once, becomes every pseudonym it can
//! still be found under.
//!
//! The roots that still exist decide how far back this reaches. Where a root was destroyed, nobody can find the rows any
//! more, and there are none.

use std::collections::BTreeMap;

use calendar::SchoolYear;
use serde::{Deserialize, Serialize};

use super::claims::{Claims, ClaimsRefused, UAI, wrong};
use super::identify::IdentifierForm;
use crate::keys::Keys;
use crate::pseudonym::{Domain, Pseudonym, Uai};
use crate::questions::Years;
use crate::raw::Raw;

/// What the identifier of a data subject identifies.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum SubjectKind {
    /// A teacher, a head or other staff, by `actor`.
    Staff,
    /// A family, by `family`.
    Family,
    /// A pupil, by `pupils`.
    Pupil,
    /// A device, by `install`: what it sent of itself, and what pupils did on it.
    Device,
}

impl SubjectKind {
    /// Every kind.
    pub const ALL: [Self; 4] = [Self::Staff, Self::Family, Self::Pupil, Self::Device];

    /// Its word on the wire and on the command line.
    pub const fn slug(self) -> &'static str {
        match self {
            Self::Staff => "staff",
            Self::Family => "family",
            Self::Pupil => "pupil",
            Self::Device => "device",
        }
    }

    /// The kind of a word.
    pub fn from_slug(slug: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.slug() == slug)
    }

    const fn domains(self) -> &'static [Domain] {
        match self {
            Self::Staff => &[Domain::Staff],
            Self::Family => &[Domain::Family],
            Self::Pupil => &[Domain::Pupil],
            Self::Device => &[Domain::Install, Domain::PupilDevice],
        }
    }

    /// The domain in which an objection is remembered: the one the gate asks about whoever acts.
    const fn objecting(self) -> Domain {
        match self {
            Self::Staff => Domain::Staff,
            Self::Family => Domain::Family,
            Self::Pupil => Domain::Pupil,
            Self::Device => Domain::PupilDevice,
        }
    }
}

/// A data subject as the host application or the data protection officer names her.
#[derive(Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RawSubject {
    /// Her establishment's UAI.
    pub establishment: String,
    /// `staff`, `family`, `pupil` or `device`.
    pub kind: String,
    /// Her identifier, the same as in events.
    pub identifier: String,
}

/// A data subject after the gate: where she is, what she is, and every pseudonym she can still be found under.
#[derive(Clone, Serialize, Deserialize)]
pub struct DataSubject {
    establishment: String,
    kind: SubjectKind,
    /// Oldest year first; a device has two pseudonyms a year.
    years: Vec<StoredYear>,
    /// The digest under which her objection is remembered.
    objection: String,
}

#[derive(Clone, Serialize, Deserialize)]
struct StoredYear {
    school_year: String,
    pseudonyms: Vec<String>,
}

impl DataSubject {
    /// Passes a data subject through the gate; `form` says how an establishment identifies people.
    pub fn admit(
        raw: &Raw<RawSubject>,
        keys: &Keys,
        form: impl Fn(&Uai) -> IdentifierForm,
    ) -> Result<Self, ClaimsRefused> {
        let raw = raw.open();
        let uai: Uai = raw.establishment.parse().map_err(|_| wrong("establishment", UAI))?;
        let kind = SubjectKind::from_slug(&raw.kind).ok_or(wrong("kind", "one of staff, family, pupil, device"))?;
        let form = form(&uai);
        let named = form.check(Some(&raw.identifier)).ok_or(wrong("identifier", form.expected()))?;
        let asked: Vec<_> = kind.domains().iter().map(|domain| (Years::All, *domain, named)).collect();
        let known = keys.identify(&uai, &asked, &[(kind.objecting(), named)])?;
        let mut years = BTreeMap::<SchoolYear, Vec<String>>::new();
        for (year, pseudonym) in known.persons.into_iter().flatten() {
            years.entry(year).or_default().push(pseudonym.to_hex());
        }
        let years =
            years.into_iter().map(|(year, pseudonyms)| StoredYear { school_year: year.to_string(), pseudonyms });
        Ok(Self {
            establishment: uai.to_string(),
            kind,
            years: years.collect(),
            objection: known.objections.first().map(hex).unwrap_or_default(),
        })
    }

    /// A signed-in member of staff, from her session alone.
    pub fn of_claims(claims: &Claims) -> Option<Self> {
        let uai = claims.establishment()?;
        let years = claims
            .stored_years()
            .map(|(year, person)| StoredYear { school_year: year.to_owned(), pseudonyms: vec![person.to_owned()] });
        Some(Self {
            establishment: uai.to_string(),
            kind: SubjectKind::Staff,
            years: years.collect(),
            objection: claims.objection()?.to_owned(),
        })
    }

    /// A subject as a request kept her.
    pub fn read_back(
        establishment: &Uai,
        kind: SubjectKind,
        persons: &[(SchoolYear, Pseudonym)],
        objection: &[u8; 32],
    ) -> Self {
        let years = persons
            .iter()
            .map(|(year, person)| StoredYear { school_year: year.to_string(), pseudonyms: vec![person.to_hex()] });
        Self { establishment: establishment.to_string(), kind, years: years.collect(), objection: hex(objection) }
    }

    /// Her establishment.
    pub fn establishment(&self) -> Option<Uai> {
        self.establishment.parse().ok()
    }

    /// What she is.
    pub const fn kind(&self) -> SubjectKind {
        self.kind
    }

    /// Every pseudonym she can still be found under, with its school year.
    pub fn pseudonyms(&self) -> Vec<(SchoolYear, Pseudonym)> {
        let of_year = |stored: &StoredYear| {
            let year: Option<SchoolYear> = stored.school_year.parse().ok();
            let found = stored.pseudonyms.iter().filter_map(|text| Pseudonym::from_hex(text));
            year.map(|year| found.map(move |one| (year, one)).collect::<Vec<_>>()).unwrap_or_default()
        };
        self.years.iter().flat_map(of_year).collect()
    }

    /// The digest under which her objection is, or would be, remembered.
    pub fn objection(&self) -> Option<[u8; 32]> {
        let (left, right) = self.objection.split_at_checked(32)?;
        let mut digest = [0; 32];
        digest[..16].copy_from_slice(Pseudonym::from_hex(left)?.as_bytes());
        digest[16..].copy_from_slice(Pseudonym::from_hex(right)?.as_bytes());
        Some(digest)
    }
}

/// Lower-case hexadecimal of a digest.
pub(super) fn hex(digest: &[u8; 32]) -> String {
    let half = |at: usize| {
        let mut bytes = [0; 16];
        bytes.copy_from_slice(&digest[at..at + 16]);
        Pseudonym::from_stored(bytes).to_hex()
    };
    format!("{}{}", half(0), half(16))
}

/// The pseudonyms of a class, in every school year that still has a root: for correcting rows that name a wrong one.
pub fn class_pseudonyms(
    raw: &Raw<String>,
    uai: &Uai,
    keys: &Keys,
    form: IdentifierForm,
) -> Result<Vec<(SchoolYear, Pseudonym)>, ClaimsRefused> {
    let named = form.check(Some(raw.open())).ok_or(wrong("class", form.expected()))?;
    Ok(keys.pseudonyms(uai, Domain::Class, named)?)
}

/// An objection as it came:
/// `{"establishment", "kind": "staff|family|pupil|device", "identifier", "objects": true, "erase": false}`.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RawObjection {
    establishment: String,
    kind: String,
    identifier: String,
    objects: bool,
    #[serde(default)]
    erase: bool,
}

/// An objection after the gate.
#[derive(Clone)]
pub struct Objection {
    /// Who.
    pub subject: DataSubject,
    /// Whether she objects, or takes it back.
    pub objects: bool,
    /// Whether what is there already shall be erased as well.
    pub erase: bool,
}

impl RawObjection {
    /// Passes an objection through the gate; `form` says how an establishment identifies people.
    pub fn admit(
        raw: &Raw<Self>,
        keys: &Keys,
        form: impl Fn(&Uai) -> IdentifierForm,
    ) -> Result<Objection, ClaimsRefused> {
        let raw = raw.open();
        if raw.erase && !raw.objects {
            return Err(wrong("erase", "true only together with objects: true"));
        }
        let subject = RawSubject {
            establishment: raw.establishment.clone(),
            kind: raw.kind.clone(),
            identifier: raw.identifier.clone(),
        };
        let subject = DataSubject::admit(&Raw::new(subject), keys, form)?;
        Ok(Objection { subject, objects: raw.objects, erase: raw.erase })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::KeyRing;
    use crate::entry::RawClaims;

    fn keys() -> Keys {
        let mut keys = KeyRing::random();
        for year in ["2024-2025", "2025-2026"] {
            keys.ensure_root(year.parse().unwrap());
        }
        keys.into()
    }

    fn subject(keys: &Keys, kind: &str, identifier: &str) -> Result<DataSubject, ClaimsRefused> {
        let raw = RawSubject {
            establishment: "0750001A".to_owned(),
            kind: kind.to_owned(),
            identifier: identifier.to_owned(),
        };
        DataSubject::admit(&Raw::new(raw), keys, |_| IdentifierForm::Raw)
    }

    #[test]
    fn a_subject_is_found_under_every_root_that_still_exists() {
        let keys = keys();
        let uai = "0750001A".parse().unwrap();
        let found = subject(&keys, "pupil", "P-3").unwrap().pseudonyms();
        let Keys::Here(ring) = &keys else { panic!("the keys are here") };
        let expected: Vec<_> = ring
            .years()
            .map(|year| (year, ring.establishment(year, &uai).unwrap().pseudonym(Domain::Pupil, "P-3")))
            .collect();
        assert!(found == expected);
        assert_eq!(subject(&keys, "device", "tab-1").unwrap().pseudonyms().len(), 4);
    }

    #[test]
    fn a_teacher_is_the_same_from_her_session_and_from_her_identifier() {
        let keys = keys();
        let raw = RawClaims {
            role: "teacher".to_owned(),
            establishment: Some("0750001A".to_owned()),
            actor: Some("T-17".to_owned()),
            class: None,
        };
        let claims = Claims::admit(&Raw::new(raw), &keys, |_| IdentifierForm::Raw).unwrap();
        let (from_session, named) =
            (DataSubject::of_claims(&claims).unwrap(), subject(&keys, "staff", "T-17").unwrap());
        assert!(from_session.pseudonyms() == named.pseudonyms());
        assert_eq!(from_session.objection(), named.objection());
        assert!(from_session.objection().is_some());
    }

    #[test]
    fn a_refusal_never_repeats_what_was_sent() {
        for (kind, identifier) in [("Marie", "P-3"), ("pupil", ""), ("pupil", &"Marie".repeat(30))] {
            let refused = subject(&keys(), kind, identifier).err().unwrap().to_string();
            assert!(!refused.contains("Marie"), "{refused}");
        }
    }
}
