//! Months, school periods and school years of an additive measure, made of published weeks and pooled remainders.
//!
//! Months and school periods overlap without nesting: with the withheld weeks {46, 47} in November, {50} in December and all
//! three in one school period, a period that pooled {46, 47, 50} beside a November that pooled {46, 47} would give week 50
//! away by subtraction. So a withheld week is pooled into one published value at most.
//!
//! **Definition.** A *piece* is a published value for a set of weeks: one week that passed, or a pool of withheld weeks that
//! passed. [`Pieces`] holds all pieces of one measure of one establishment; they are disjoint.
//!
//! **Guarantee.** Every value published for a longer period is the sum of the pieces that lie wholly inside it, and each
//! piece passes the rule.
//!
//! *Proof.* [`merge_periods`] refuses a withheld week that is in a piece, makes at most one new piece, of all withheld weeks
//! given, and only if their pooled rows pass; so pieces stay disjoint and pass, by induction over closings in any order. It
//! publishes the sum over the pieces inside. Hence all published values together are a linear image of the vector of
//! pieces, which was published too: no combination of them, over months, periods and years, says more than the pieces do.
//! A sum of pieces is a union of disjoint rows that pass, and passes by the lemma of `rule`. ∎
//!
//! A period that closes before its last month simply has fewer pieces inside; it says how many weeks it covers.

use std::collections::{BTreeMap, BTreeSet};
use std::str::FromStr;

use serde::Serialize;

use super::CloseError;
use super::cell::Cell;
use super::closing::{Closed, Kind, REMAINDER, Shape, close};
use super::figures::Figures;
use super::policy::{Establishment, Policy};
use super::record::ReleaseRecord;
use super::released::Released;

/// One published value and the weeks it covers.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Piece<W: Ord> {
    pub(super) weeks: BTreeSet<W>,
    pub(super) value: u64,
}

impl<W: Ord> Piece<W> {
    /// The weeks it covers.
    pub const fn weeks(&self) -> &BTreeSet<W> {
        &self.weeks
    }

    /// Its value.
    pub const fn value(&self) -> u64 {
        self.value
    }
}

/// All published pieces of one measure of one establishment: disjoint sets of weeks.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Pieces<W: Ord>(Vec<Piece<W>>);

impl<W: Ord + Clone> Pieces<W> {
    /// None yet.
    pub const fn new() -> Self {
        Self(Vec::new())
    }

    /// Adds a week that has closed; a withheld one adds nothing and stays free to be pooled.
    pub fn week(&mut self, week: W, closed: &Released<Closed>) -> Result<(), CloseError> {
        closed.value().total.map_or(Ok(()), |value| self.add(Piece { weeks: BTreeSet::from([week]), value }))
    }

    /// The pieces among stored records of one measure: published weeks and remainders. Other records are passed over.
    pub fn from_records(records: &[ReleaseRecord]) -> Result<Self, CloseError>
    where
        W: FromStr,
    {
        let mut pieces = Self::new();
        for record in records {
            let Some(value) = record.figure().value else { continue };
            let weeks = match record.figure().split.as_str() {
                "" => record.figure().period.parse().ok().map(|week| BTreeSet::from([week])),
                REMAINDER => {
                    let weeks: Result<_, _> = record.figure().word.split('+').map(str::parse).collect();
                    Some(weeks.map_err(|_| CloseError::UnreadableRecord)?)
                }
                _ => None,
            };
            if let Some(weeks) = weeks {
                pieces.add(Piece { weeks, value })?;
            }
        }
        Ok(pieces)
    }

    /// True when a published value covers the week: it may not be pooled.
    pub fn covers(&self, week: &W) -> bool {
        self.0.iter().any(|piece| piece.weeks.contains(week))
    }

    pub(super) fn add(&mut self, piece: Piece<W>) -> Result<(), CloseError> {
        if piece.weeks.iter().any(|week| self.covers(week)) {
            return Err(CloseError::AlreadyPublished);
        }
        self.0.push(piece);
        Ok(())
    }
}

/// A longer period after closing.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Covered<W: Ord> {
    /// The sum of the pieces inside; `None` when there are none.
    pub total: Option<u64>,
    /// How many weeks that sum covers.
    pub weeks: usize,
    /// Of how many.
    pub of: usize,
    /// The pool that this closing published, to be stored beside the total.
    pub remainder: Option<Piece<W>>,
}

/// Closes a longer period: see the guarantee at the head of this file.
///
/// `withheld` holds the rows of the period's weeks that no piece covers; weeks without any row may be left out or be empty.
/// When the pool passes, it is added to `pieces`. Store the result's records in the same transaction as the closing: a
/// piece that was shown but forgotten could be pooled a second time.
pub fn merge_periods<W: Ord + Clone>(
    period: &BTreeSet<W>,
    withheld: Figures<BTreeMap<W, Cell>>,
    pieces: &mut Pieces<W>,
    shape: Shape,
    establishment: &Establishment,
    policy: &Policy,
) -> Result<Released<Covered<W>>, CloseError> {
    if shape.kind == Kind::Distinct {
        return Err(CloseError::NotAdditive);
    }
    let withheld = withheld.into_inner();
    if withheld.keys().any(|week| pieces.covers(week)) {
        return Err(CloseError::AlreadyPublished);
    }
    if withheld.keys().any(|week| !period.contains(week)) {
        return Err(CloseError::OutsidePeriod);
    }
    let mut pool = Cell::new();
    for cell in withheld.values() {
        pool.pool(cell);
    }
    let closed = close(Figures::new(pool), Figures::new(Vec::new()), shape, establishment, policy)?;
    let protection = closed.protection();
    let remainder = closed.value().total.map(|value| Piece { weeks: withheld.into_keys().collect(), value });
    if let Some(piece) = &remainder {
        pieces.add(piece.clone())?;
    }
    let inside: Vec<_> = pieces.0.iter().filter(|piece| piece.weeks.is_subset(period)).collect();
    let total = inside.iter().map(|piece| piece.value).fold(0_u64, u64::saturating_add);
    let covered = Covered {
        total: (!inside.is_empty()).then_some(total),
        weeks: inside.iter().map(|piece| piece.weeks.len()).sum(),
        of: period.len(),
        remainder,
    };
    Ok(Released::frozen(covered, protection))
}
