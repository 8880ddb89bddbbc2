//! [`Policy`], the numbers of the closing rule, which can only be made stricter, and [`Establishment`], who knows what.

use std::collections::{BTreeMap, BTreeSet};

use thiserror::Error;

use crate::pseudonym::Pseudonym;

/// The numbers of the closing rule.
///
/// Every value of this type is at least as strict as [`Policy::default`].
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Policy {
    k: u32,
    dominance_permille: u16,
    remainder_permille: u16,
    teachers_min: u32,
}

impl Default for Policy {
    /// k = 5, nobody above half of the whole or of what a reader does not know, three teachers.
    fn default() -> Self {
        Self { k: 5, dominance_permille: 500, remainder_permille: 667, teachers_min: 3 }
    }
}

/// A setting that would protect less than the design promises.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
#[error("{setting} may only be made stricter: {bound} is the loosest")]
pub struct NotStricter {
    setting: &'static str,
    bound: u32,
}

impl Policy {
    /// Asks for more contributors than five.
    pub fn with_k(self, k: u32) -> Result<Self, NotStricter> {
        let bound = Self::default().k;
        if k < bound { Err(NotStricter { setting: "k", bound }) } else { Ok(Self { k, ..self }) }
    }

    /// Allows one person less than half, in thousandths.
    pub fn with_dominance(self, permille: u16) -> Result<Self, NotStricter> {
        let bound = Self::default().dominance_permille;
        if permille > bound {
            return Err(NotStricter { setting: "dominance (‰)", bound: bound.into() });
        }
        Ok(Self { dominance_permille: permille, ..self })
    }

    /// Allows one person less than half of what remains when a reader sets aside what she knows, in thousandths.
    pub fn with_remainder_dominance(self, permille: u16) -> Result<Self, NotStricter> {
        let bound = Self::default().remainder_permille;
        if permille > bound {
            return Err(NotStricter { setting: "dominance of the remainder (‰)", bound: bound.into() });
        }
        Ok(Self { remainder_permille: permille, ..self })
    }

    /// Asks for more teachers than three.
    pub fn with_teachers_min(self, teachers_min: u32) -> Result<Self, NotStricter> {
        let bound = Self::default().teachers_min;
        if teachers_min < bound {
            return Err(NotStricter { setting: "teachers", bound });
        }
        Ok(Self { teachers_min, ..self })
    }

    /// The least number of contributors.
    pub const fn k(&self) -> u32 {
        self.k
    }

    /// The least number of teachers behind what teachers make.
    pub const fn teachers_min(&self) -> u32 {
        self.teachers_min
    }

    /// The share of a cell that one person may bear, in thousandths.
    pub(super) const fn dominance(&self) -> u16 {
        self.dominance_permille
    }

    /// The same of what remains when a view is set aside.
    pub(super) const fn remainder_dominance(&self) -> u16 {
        self.remainder_permille
    }
}

/// What the rule must know about an establishment: how many classes, and which of them one teacher knows together.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Establishment {
    classes: usize,
    taught: BTreeMap<Pseudonym, BTreeSet<Pseudonym>>,
}

impl Establishment {
    /// An establishment with so many classes on its roster; 0 when there is no roster, which is never taken for one class.
    pub const fn new(classes: usize) -> Self {
        Self { classes, taught: BTreeMap::new() }
    }

    /// From the roster: `teacher` teaches `class`, beside those named before.
    ///
    /// It matters for a teacher with several classes: she knows them all, so they are set aside together.
    #[must_use]
    pub fn taught_by(mut self, teacher: Pseudonym, class: Pseudonym) -> Self {
        self.taught.entry(teacher).or_default().insert(class);
        self
    }

    pub(super) const fn classes(&self) -> usize {
        self.classes
    }

    pub(super) const fn taught(&self) -> &BTreeMap<Pseudonym, BTreeSet<Pseudonym>> {
        &self.taught
    }
}
