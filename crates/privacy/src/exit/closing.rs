//! Closing one measure of one establishment and one period: once, for good.

use std::collections::{BTreeMap, BTreeSet};

use serde::{Serialize, Serializer};

use super::CloseError;
use super::cell::{Cell, Partition};
use super::figures::Figures;
use super::merge::merge_up;
use super::policy::{Establishment, Policy};
use super::released::{Protection, Released};
use super::rule::{Audience, passes};
use crate::pseudonym::Pseudonym;

/// The cell of the words that were merged.
pub(super) const OTHERS: &str = "autres";
/// The cell of a split whose words were all merged.
pub(super) const WHOLE: &str = "ensemble";
/// The split under which a longer period's pooled weeks are stored.
pub(super) const REMAINDER: &str = "reste";
/// Whole numbers up to here are exact in the releases' floating-point column.
const LARGEST: u128 = 1 << 53;

/// What kind of number a measure is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// A count or a volume, borne by somebody; adds over cells and weeks.
    Additive,
    /// A number of different people: the contributors themselves. Never adds over weeks.
    Distinct,
}

/// What the rule must know about a measure.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Shape {
    /// What kind of number it is.
    pub kind: Kind,
    /// Teachers make it (production, use), so it needs three of them. Every cell must then name its teachers.
    pub made_by_teachers: bool,
}

impl Shape {
    /// The published value of a cell.
    pub(super) fn size(self, cell: &Cell) -> u128 {
        match self.kind {
            Kind::Additive => cell.total(),
            Kind::Distinct => cell.people() as u128,
        }
    }

    fn value(self, cell: &Cell) -> Result<u64, CloseError> {
        let size = self.size(cell);
        u64::try_from(size).ok().filter(|_| size <= LARGEST).ok_or(CloseError::TooLarge)
    }
}

/// The name of a published cell.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Word {
    /// A word of the catalogue (or a day) that stands alone.
    Listed(String),
    /// All other words together: "autres".
    Others,
    /// All words together: "ensemble".
    Whole,
}

impl Word {
    /// As it is stored.
    pub fn as_str(&self) -> &str {
        match self {
            Self::Listed(word) => word,
            Self::Others => OTHERS,
            Self::Whole => WHOLE,
        }
    }
}

impl Serialize for Word {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.as_str())
    }
}

/// One cell that left.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct PublishedCell {
    /// Its name.
    pub word: Word,
    /// Its value.
    pub value: u64,
}

/// One measure of one period after closing.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Closed {
    /// The value without a split; `None` when withheld.
    pub total: Option<u64>,
    /// The published cells by split, in word order. All of `total` or, when withheld, no cell.
    pub splits: BTreeMap<String, Vec<PublishedCell>>,
}

/// Closes a measure, whole and by each of its splits.
///
/// **Guarantee.** Let `T` be the rows in `whole`. Either nothing but "withheld" is said, and an empty `T` is answered in the
/// same way; or every published cell passes the rule (`rule`), the cells of each split are disjoint and add up to `total`.
///
/// *Nothing to subtract.* A linear combination of values of one split with coefficients 0 and 1 is a union of published
/// cells, which passes by the lemma of `rule`; `total` is the union of all, and what is left of it after some cells are the
/// other cells. Between two splits (kinds `r`, days `c`, total `T`) a hidden crossing `n` is known only to lie in
/// `max(0, r+c−T) ..= min(r, c)`, an interval as wide as the smallest of `r`, `c`, `T−r`, `T−c`: each is 0 or a union of
/// published cells. A reader who knows one class applies the same to the remainders, which pass too.
///
/// *Not covered*: a split whose words are parts of another split's words (theme in domain). Two such splits can be
/// subtracted. Release the finer alone; its cells add up. Nor is it hidden that some word was small.
pub fn close(
    whole: Figures<Cell>,
    splits: Figures<Vec<Partition>>,
    shape: Shape,
    establishment: &Establishment,
    policy: &Policy,
) -> Result<Released<Closed>, CloseError> {
    let (whole, splits) = (whole.into_inner(), splits.into_inner());
    check(&whole, &splits, shape)?;
    let audience = Audience::of(&whole, establishment);
    let ok = |cell: &Cell| passes(cell, shape, &audience, policy);
    let total = ok(&whole).then(|| shape.value(&whole)).transpose()?;
    let mut closed = Closed { total, splits: BTreeMap::new() };
    for Partition { split, cells } in splits {
        let merged = merge_up(&cells, shape, ok).unwrap_or_default();
        let cells = merged
            .into_iter()
            .map(|(word, cell)| Ok(PublishedCell { word, value: shape.value(&cell)? }))
            .collect::<Result<_, CloseError>>()?;
        closed.splits.insert(split, cells);
    }
    Ok(Released::frozen(closed, Protection::K(policy.k())))
}

fn check(whole: &Cell, splits: &[Partition], shape: Shape) -> Result<(), CloseError> {
    shape.value(whole)?;
    let names: BTreeSet<_> = splits.iter().map(|partition| &partition.split).collect();
    if names.len() < splits.len() {
        return Err(CloseError::SplitName);
    }
    if splits.iter().any(|partition| partition.whole() != *whole) {
        return Err(CloseError::SplitsDiffer);
    }
    let people = |partition: &Partition| partition.cells.values().map(Cell::people).sum::<usize>();
    let overlap = splits.iter().any(|partition| people(partition) > whole.people());
    if shape.kind == Kind::Distinct && overlap { Err(CloseError::Overlap) } else { Ok(()) }
}

/// A distinct count that stands beside others of the same people.
#[derive(Clone, Default)]
pub struct DistinctCount {
    /// Whom it counts.
    pub people: Cell,
    /// The sets already published that by their definition are part of `people` or contain it, and the unions of disjoint
    /// ones: "active in the week" for "active in a month of which half is one week", "active" for "used the camera".
    pub nested: Vec<Cell>,
    /// The sets that were not published, but of which `people` is made together with the published ones: the withheld weeks
    /// of a month.
    pub parts: Vec<Cell>,
}

/// Closes a distinct count of its own: active teachers of a week, of a month, of a school period.
///
/// **Guarantee.** If published, these pass the rule: the people; those by whom they differ from each nested set; and, for
/// every family of nested sets and parts that together hold everybody and of which one is published, those who are in more
/// than one of them. So neither the difference of two published numbers nor what a family's numbers have too much is ever a
/// few, nor known to be none.
///
/// *Why families.* In a month of two class weeks, 20 + 18 pupils in the weeks and 37 in the month are one pupil who was there
/// both times. With more weeks the same subtraction tells how often people came again. A withheld week hides that only as
/// long as nothing bounds it, and the sum of its items, pooled with another week's, may: so withheld weeks count as parts.
///
/// *Not covered*: who was absent. Where the declared number is public, so is the number of those who took no part.
///
/// "Active" over a longer period is counted by the caller over that period; numbers of weeks are never added.
pub fn close_distinct(
    count: Figures<DistinctCount>,
    made_by_teachers: bool,
    establishment: &Establishment,
    policy: &Policy,
) -> Released<Closed> {
    let DistinctCount { people, nested, parts } = count.into_inner();
    let shape = Shape { kind: Kind::Distinct, made_by_teachers };
    let mut known = people.clone();
    for set in nested.iter().chain(&parts) {
        known.pool(set);
    }
    let audience = Audience::of(&known, establishment);
    let ok = |cell: &Cell| passes(cell, shape, &audience, policy);
    let published = ok(&people)
        && nested.iter().all(|set| ok(&people.apart_from(set)))
        && repeated(&people, &nested, &parts).is_some_and(|families| families.iter().all(ok));
    let total = published.then_some(people.people() as u64);
    Released::frozen(Closed { total, splits: BTreeMap::new() }, Protection::K(policy.k()))
}

/// For every family of nested sets and parts that together hold everybody, those who are in more than one of them; `None`
/// when there are too many sets to try every family.
fn repeated(people: &Cell, nested: &[Cell], parts: &[Cell]) -> Option<Vec<Cell>> {
    const MOST: usize = 16;
    let mut inside: Vec<_> = nested.iter().filter(|set| set.is_within(people)).collect();
    let published = (1_u32 << inside.len().min(MOST)) - 1;
    inside.extend(parts.iter().filter(|set| !set.contributors.is_empty()));
    if inside.len() > MOST {
        return None;
    }
    let mut members: BTreeMap<Pseudonym, u32> = people.contributors.iter().map(|(id, _)| (*id, 0)).collect();
    for (place, set) in inside.iter().enumerate() {
        for (id, _) in &set.contributors {
            members.entry(*id).and_modify(|bits| *bits |= 1 << place);
        }
    }
    let kinds: BTreeSet<u32> = members.values().copied().collect();
    let families = (1_u32..1 << inside.len()).filter(|family| {
        family & published != 0 && family.count_ones() > 1 && kinds.iter().all(|bits| bits & family != 0)
    });
    // Families that single out the same people need one look.
    let groups: BTreeSet<BTreeSet<u32>> = families
        .map(|family| kinds.iter().copied().filter(|bits| (bits & family).count_ones() > 1).collect())
        .collect();
    let of_group = |kinds: &BTreeSet<u32>| people.of(|id| members.get(id).is_some_and(|bits| kinds.contains(bits)));
    Some(groups.iter().map(of_group).collect())
}

/// Adds up the published cells of one split over weeks: words that stand alone by word, everything else in "autres".
///
/// Sums of published values only, so nothing new is said. A word's sum covers the weeks in which it stood alone, and the
/// rest of it is in "autres": say so where it is shown. To be given to [`Released::map`] after [`Released::all`].
pub fn sum_cells(weeks: Vec<Vec<PublishedCell>>) -> Vec<PublishedCell> {
    let mut sums = BTreeMap::<Word, u64>::new();
    for PublishedCell { word, value } in weeks.into_iter().flatten() {
        let word = if word == Word::Whole { Word::Others } else { word };
        let sum = sums.entry(word).or_default();
        *sum = sum.saturating_add(value);
    }
    sums.into_iter().map(|(word, value)| PublishedCell { word, value }).collect()
}
