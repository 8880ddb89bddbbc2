//! The exit gate: the only way from a query's result to anything that leaves the server.
//!
//! **Nothing but this module makes a [`Released`].** A query's result is [`Figures`], which nobody can print, serialize
//! or look into; it leaves as `own` (a person about herself, a teacher about her class, viewed under an audit entry),
//! `technical` (no person in it, enough devices) or `frozen` (computed once at closing under the rule of [`close`]).
//!
//! What holds for everything frozen, as a definition. Let `P` be all values ever published of one additive measure of
//! one establishment. There are sets of contributions, the *pieces*, disjoint within one split, such that every value in
//! `P` is a sum of pieces and every piece satisfies the rule: at least k contributors, k of them outside any one class
//! (and outside everything that one teacher teaches), nobody above half of it, also once a class has been set aside, and
//! enough teachers where teachers make the measure. Files: `rule` (one cell), `merge` (a split), `closing` (a period
//! of closing), `periods` (months and school periods), `record` (what the store keeps), `access` (own figures).
//!
//! Beyond an establishment figures leave as [`NoisyCube`]s: what a person brings is bounded (`bounding`), the ledger is
//! debited (`budget`, [`Debited`]), and each leaf gets noise once (`noise`, `cube`).

mod access;
mod bounding;
mod budget;
mod cell;
mod closing;
mod cube;
mod figures;
mod merge;
pub mod noise;
mod periods;
mod policy;
mod record;
mod released;
mod rule;

#[cfg(test)]
mod tests;

pub use access::{NotOwn, OwnAccess, Subject, ViewLogged, Viewer};
pub use bounding::{Bounded, Bounds, ChoiceKey, Leaf, Part, Place, PublicKeys, bound};
pub use budget::{Delta, Epsilon, Guarantee, Rho};
pub use cell::{Cell, Contribution, Partition};
pub use closing::{Closed, DistinctCount, Kind, PublishedCell, Shape, Word, close, close_distinct, sum_cells};
pub use cube::{Debited, Level, NoisyCell, NoisyCube, NoisySum, NotAsDebited};
pub use figures::Figures;
pub use periods::{Covered, Piece, Pieces, merge_periods};
pub use policy::{Establishment, NotStricter, Policy};
pub use record::{ReleaseRecord, StoredFigure};
pub use released::{DistinctDevices, Origin, Protection, Released, Withheld};

use thiserror::Error;

/// Input that no rule can make sense of. It carries no figure and no word: a mistake of the closing, not of the data.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
pub enum CloseError {
    /// Two splits of one measure do not hold the same contributions.
    #[error("two splits of one measure hold different contributions: give every split all of them")]
    SplitsDiffer,
    /// A split is named twice, or has no name or the reserved one.
    #[error("a split needs a name of its own, neither empty nor \"reste\"")]
    SplitName,
    /// A word that this module gives itself.
    #[error(
        "\"autres\" and \"ensemble\" are made by merging up: no word of the catalogue may be one of them, or empty"
    )]
    ReservedWord,
    /// One person in two cells of a distinct count, whose total would then not be their sum.
    #[error("the cells of a distinct count overlap: close each as a measure of its own, without a split")]
    Overlap,
    /// A sum beyond what is stored.
    #[error("a sum is beyond 2^53, the largest whole number that the releases hold exactly")]
    TooLarge,
    /// A week that is already part of a published value.
    #[error("a week is part of a published value already: pool only weeks that are in none")]
    AlreadyPublished,
    /// A week outside the period.
    #[error("a withheld week lies outside the period that is being closed")]
    OutsidePeriod,
    /// Distinct counts do not add over time.
    #[error("a distinct count does not add over weeks: count it over the longer period and use `close_distinct`")]
    NotAdditive,
    /// A stored record that does not say which weeks it covers.
    #[error("a stored remainder does not name its weeks")]
    UnreadableRecord,
}
