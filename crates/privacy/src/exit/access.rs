//! [`OwnAccess`]: the proof that a viewer may see exact figures, and that the audit log knows that she did.

use thiserror::Error;

use crate::pseudonym::{Pseudonym, Uai};

/// Whom or what own figures are about.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Subject {
    /// One person.
    Person(Pseudonym),
    /// One class.
    Class(Pseudonym),
}

/// A signed-in person as her claims have it, after the entry gate made pseudonyms of them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Viewer {
    /// The establishment that signed her in.
    pub establishment: Uai,
    /// She herself.
    pub person: Pseudonym,
    /// The classes that she teaches: empty for everybody who is no teacher.
    pub classes: Vec<Pseudonym>,
}

/// The receipt for one view in the audit log.
///
/// Neither `Clone` nor `Copy`: one entry, one access.
#[derive(Debug, PartialEq, Eq)]
pub struct ViewLogged {
    viewer: Pseudonym,
    establishment: Uai,
    subject: Subject,
}

impl ViewLogged {
    /// Only the audit log of `store` may call this, and only after the entry's transaction was committed.
    pub const fn after_commit(establishment: Uai, viewer: Pseudonym, subject: Subject) -> Self {
        Self { viewer, establishment, subject }
    }
}

/// The claims or the receipt do not lead to the subject. It does not say which: forbidden and absent look the same.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
#[error("not the viewer's own figures, or the view is not in the audit log")]
pub struct NotOwn;

/// A viewer's right to one subject's exact figures.
///
/// Guarantee: for every value of this type, `viewer.person` is the subject or `viewer.classes` contains it, and an audit
/// entry with this viewer, this establishment and this subject was committed before the value existed.
#[derive(Debug, PartialEq, Eq)]
pub struct OwnAccess {
    establishment: Uai,
    subject: Subject,
}

impl OwnAccess {
    /// Checks claims and receipt against each other.
    ///
    /// Only `server`, from a verified session, makes the [`Viewer`]; never from anything in the address or the body.
    pub fn check(viewer: &Viewer, subject: Subject, logged: ViewLogged) -> Result<Self, NotOwn> {
        let hers = match subject {
            Subject::Person(person) => person == viewer.person,
            Subject::Class(class) => viewer.classes.contains(&class),
        };
        let entry = ViewLogged { viewer: viewer.person, establishment: viewer.establishment.clone(), subject };
        if hers && logged == entry { Ok(Self { establishment: logged.establishment, subject }) } else { Err(NotOwn) }
    }

    /// Whose rows a query under this access may read.
    pub const fn subject(&self) -> Subject {
        self.subject
    }

    /// In which establishment.
    pub const fn establishment(&self) -> &Uai {
        &self.establishment
    }
}
