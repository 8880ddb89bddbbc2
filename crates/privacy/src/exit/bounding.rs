//! Contribution bounding: what one person brings to a cube in a month, cut to what its noise hides.
//!
//! **Guarantee.** [`bound`] is a sum over persons: what each brings is made, from her own parts alone, into at most
//! `bounds.cells` cells of at most one clamp each, and at most one clamp of the cut counter. So taking one person out
//! changes at most so many cells by at most so much, whatever she and all others did.

use std::collections::{BTreeMap, BTreeSet};

use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;

use super::budget::Rho;
use super::cube::Level;
use super::noise::Clamp;
use crate::pseudonym::{Pseudonym, Secret, Uai};

/// What a cube allows one person in one month.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Bounds {
    /// In how many cells she may count.
    pub cells: u32,
    /// How much she may count in each.
    pub clamp: Clamp,
    /// Whether the cube also counts, over the whole system, what this cut off.
    pub counts_cut: bool,
}

impl Bounds {
    /// What the cube costs each person in it.
    pub const fn rho(&self) -> Rho {
        let cells = Rho::CELL.times(self.cells);
        if self.counts_cut { cells.plus(Rho::CUT) } else { cells }
    }
}

/// Where a leaf is, as fine as its cube goes: a district, an academy, or the country as a whole.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Place {
    district: Option<Uai>,
    academy: Option<String>,
}

impl Place {
    /// A district and the academy it is in.
    pub fn district(code: Uai, academy: &str) -> Self {
        Self { district: Some(code), academy: Some(academy.to_owned()) }
    }

    /// An academy.
    pub fn academy(slug: &str) -> Self {
        Self { district: None, academy: Some(slug.to_owned()) }
    }

    /// The country.
    pub const fn country() -> Self {
        Self { district: None, academy: None }
    }

    /// What it is called at a level; `None` where it is coarser than that.
    pub fn at(&self, level: Level) -> Option<&str> {
        match level {
            Level::District => self.district.as_ref().map(Uai::as_str),
            Level::Department => self.district.as_ref().and_then(|district| district.as_str().get(..3)),
            Level::Academy => self.academy.as_deref(),
            Level::National => Some(""),
        }
    }
}

/// A leaf of a cube: a place and a word of its split, or no word where it has none.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Leaf {
    /// The place.
    pub place: Place,
    /// A word of the split; empty without a split.
    pub word: String,
}

/// The leaves of a cube, known before any data: places of the public list, and the words of the catalogue.
///
/// Every leaf gets a figure, also one in which nothing happened; what is in no leaf gets none. So it is no secret which
/// leaves there are.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PublicKeys {
    places: BTreeSet<Place>,
    words: BTreeSet<String>,
}

impl PublicKeys {
    /// All places and all words; no word for a cube without a split.
    pub fn new(places: impl IntoIterator<Item = Place>, words: impl IntoIterator<Item = String>) -> Self {
        let mut words: BTreeSet<_> = words.into_iter().collect();
        if words.is_empty() {
            words.insert(String::new());
        }
        Self { places: places.into_iter().collect(), words }
    }

    pub(super) fn contains(&self, leaf: &Leaf) -> bool {
        self.places.contains(&leaf.place) && self.words.contains(&leaf.word)
    }

    /// Each leaf, in the order of places and words.
    pub(super) fn leaves(&self) -> impl Iterator<Item = Leaf> {
        let leaf = |place: &Place, word: &String| Leaf { place: place.clone(), word: word.clone() };
        self.places.iter().flat_map(move |place| self.words.iter().map(move |word| leaf(place, word)))
    }
}

/// A row of what people did in a month: neither `Debug` nor `Serialize`.
#[derive(Clone, PartialEq, Eq)]
pub struct Part {
    /// Who.
    pub person: Pseudonym,
    /// Where it counts.
    pub leaf: Leaf,
    /// How much.
    pub amount: u64,
}

/// The key of the draw which of a person's cells count. Fresh for each cube and month, and gone with it.
pub struct ChoiceKey(Secret);

impl ChoiceKey {
    /// From the operating system.
    pub fn fresh() -> Self {
        Self(Secret::random())
    }

    /// Uniform and independent for different persons and leaves, to whoever does not know the key (RFC 2104).
    fn rank(&self, person: Pseudonym, leaf: &Leaf) -> [u8; 32] {
        let mut mac: Hmac<Sha256> = Hmac::new_from_slice(self.0.expose()).expect("HMAC takes a key of any length");
        mac.update(person.as_bytes());
        for part in [leaf.place.at(Level::District), leaf.place.at(Level::Academy), Some(leaf.word.as_str())] {
            mac.update(part.unwrap_or("").as_bytes());
            mac.update(b"/");
        }
        mac.finalize().into_bytes().into()
    }
}

/// The sums of a cube after bounding, before noise. Neither `Debug` nor `Serialize`: it is exact.
#[derive(Clone, PartialEq, Eq)]
pub struct Bounded {
    pub(super) bounds: Bounds,
    /// The leaves in which there is anything.
    pub(super) sums: BTreeMap<Leaf, u64>,
    pub(super) cut: u64,
}

impl Bounded {
    pub(super) const fn nothing(bounds: Bounds) -> Self {
        Self { bounds, sums: BTreeMap::new(), cut: 0 }
    }

    pub(super) fn add(&mut self, leaf: Leaf, amount: u64) {
        let sum = self.sums.entry(leaf).or_default();
        *sum = sum.saturating_add(amount);
    }

    /// Sums of a table that was bounded when it was written: one person is in at most `bounds.cells` of its leaves in a
    /// month, with at most one clamp each. What is in no leaf is left out.
    pub fn as_written(sums: impl IntoIterator<Item = (Leaf, u64)>, keys: &PublicKeys, bounds: Bounds) -> Self {
        let mut bounded = Self::nothing(bounds);
        sums.into_iter().filter(|(leaf, _)| keys.contains(leaf)).for_each(|(leaf, sum)| bounded.add(leaf, sum));
        bounded
    }

    /// The sums by leaf: for whoever made the rows. What leaves the server is made by the exit gate alone.
    pub const fn sums(&self) -> &BTreeMap<Leaf, u64> {
        &self.sums
    }

    /// How much was cut off, each person counted with at most one clamp.
    pub const fn cut(&self) -> u64 {
        self.cut
    }
}

/// Bounds what everybody brings, and adds it up.
pub fn bound(parts: impl IntoIterator<Item = Part>, keys: &PublicKeys, bounds: Bounds, choice: &ChoiceKey) -> Bounded {
    let mut people = BTreeMap::<Pseudonym, BTreeMap<Leaf, u64>>::new();
    for part in parts.into_iter().filter(|part| part.amount > 0 && keys.contains(&part.leaf)) {
        let amount = people.entry(part.person).or_default().entry(part.leaf).or_default();
        *amount = amount.saturating_add(part.amount);
    }
    let mut bounded = Bounded::nothing(bounds);
    for (person, cells) in people {
        let (kept, cut) = bound_one(person, cells, bounds, choice);
        bounded.cut += if bounds.counts_cut { cut } else { 0 };
        for (leaf, amount) in kept {
            bounded.add(leaf, amount);
        }
    }
    bounded
}

/// What one person may bring: some of her cells, each with the same chance, none above the clamp; and what that cuts off.
fn bound_one(
    person: Pseudonym,
    cells: BTreeMap<Leaf, u64>,
    bounds: Bounds,
    choice: &ChoiceKey,
) -> (Vec<(Leaf, u64)>, u64) {
    let clamp = u64::from(bounds.clamp.units());
    let brought = cells.values().fold(0_u64, |sum, amount| sum.saturating_add(*amount));
    let mut cells: Vec<_> = cells.into_iter().collect();
    if cells.len() > bounds.cells as usize {
        cells.sort_by_cached_key(|(leaf, _)| choice.rank(person, leaf));
        cells.truncate(bounds.cells as usize);
    }
    let kept: Vec<_> = cells.into_iter().map(|(leaf, amount)| (leaf, amount.min(clamp))).collect();
    let cut = brought - kept.iter().map(|(_, amount)| amount).sum::<u64>();
    (kept, cut.min(clamp))
}
