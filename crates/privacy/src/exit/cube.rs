//! [`NoisyCube`]: what leaves for everybody beyond an establishment, with noise drawn once for each leaf.

use std::collections::BTreeMap;

use calendar::Month;
use serde::Serialize;
use thiserror::Error;

use super::bounding::{Bounded, Bounds, ChoiceKey, Leaf, Part, PublicKeys, bound};
use super::budget::Guarantee;
use super::figures::Figures;
use super::noise::{Randomness, Table, Use};
use super::released::{Protection, Released};

/// The receipt for one cube and month in the ledger.
///
/// Neither `Clone` nor `Copy`: one debit, one draw.
#[derive(Debug, PartialEq, Eq)]
pub struct Debited {
    cube: String,
    month: Month,
    bounds: Bounds,
}

impl Debited {
    /// Only the ledger of `store` may call this, and only after the debit of `bounds.rho()` was committed.
    pub const fn after_commit(cube: String, month: Month, bounds: Bounds) -> Self {
        Self { cube, month, bounds }
    }

    /// The cube.
    pub fn cube(&self) -> &str {
        &self.cube
    }

    /// The month.
    pub const fn month(&self) -> Month {
        self.month
    }

    /// What was paid for.
    pub const fn bounds(&self) -> Bounds {
        self.bounds
    }
}

/// The sums were bounded otherwise than what was debited. Nothing was drawn.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
#[error("the sums of a cube were bounded otherwise than what the ledger was debited for: bound them as the debit says")]
pub struct NotAsDebited;

/// One leaf with its noise.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NoisyCell {
    /// Where and what.
    pub leaf: Leaf,
    /// The sum with noise; it may be below zero, and must stay so, else sums would be too large.
    pub value: i64,
}

/// One cube of one month.
#[derive(Debug, Clone, PartialEq)]
pub struct NoisyCube {
    /// Its name in the catalogue.
    pub cube: String,
    /// The month.
    pub month: Month,
    /// The standard deviation of each leaf's noise.
    pub sigma: f64,
    /// What bounding cut off in the whole system, at least, with noise; nothing for a cube that does not count it.
    pub cut: Option<i64>,
    /// Every leaf, in the order of places and words.
    pub cells: Vec<NoisyCell>,
}

/// How far leaves are added up.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Level {
    /// Each district.
    District,
    /// Each department: the first three digits of a district's code.
    Department,
    /// Each academy.
    Academy,
    /// The country.
    National,
}

impl Level {
    /// Every level, the finest first.
    pub const ALL: [Self; 4] = [Self::District, Self::Department, Self::Academy, Self::National];

    /// The word on the wire.
    pub const fn slug(self) -> &'static str {
        match self {
            Self::District => "district",
            Self::Department => "department",
            Self::Academy => "academy",
            Self::National => "national",
        }
    }

    /// The level of a word.
    pub fn from_slug(slug: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|level| level.slug() == slug)
    }
}

/// A sum of leaves.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct NoisySum {
    /// The district, department or academy; empty for the country.
    pub place: String,
    /// The word; empty for all words together.
    pub word: String,
    /// The sum of the published leaves.
    pub value: i64,
    /// The half width of its error bar: in 95 of 100 cases the sum without noise is no further away.
    pub error: f64,
}

/// Half the width of an interval that holds a Gaussian in 95 of 100 cases, in standard deviations.
const IN_95_OF_100: f64 = 1.959_964;

impl NoisyCube {
    /// Sums over places, by word or over all words; none at a level finer than the leaves. Sums of published leaves only:
    /// they say nothing new and cost nothing.
    #[expect(clippy::cast_precision_loss, reason = "a number of leaves")]
    pub fn sums(&self, level: Level, by_word: bool) -> Vec<NoisySum> {
        let mut sums = BTreeMap::<(&str, &str), (i64, u64)>::new();
        for cell in &self.cells {
            let Some(place) = cell.leaf.place.at(level) else { continue };
            let word = if by_word { cell.leaf.word.as_str() } else { "" };
            let (value, leaves) = sums.entry((place, word)).or_default();
            *value = value.saturating_add(cell.value);
            *leaves += 1;
        }
        let sum = |((place, word), (value, leaves)): ((&str, &str), (i64, u64))| NoisySum {
            place: place.to_owned(),
            word: word.to_owned(),
            value,
            error: IN_95_OF_100 * self.sigma * (leaves as f64).sqrt(),
        };
        sums.into_iter().map(sum).collect()
    }

    /// The share that bounding cut off, in the whole system: a lower bound with noise, from 0 to 1. `None` for a cube that
    /// does not count it, or whose sum is lost in the noise.
    #[expect(clippy::cast_precision_loss, reason = "an estimate")]
    pub fn cut_share(&self) -> Option<f64> {
        let cut = self.cut?.max(0) as f64;
        let kept = self.cells.iter().fold(0_i64, |sum, cell| sum.saturating_add(cell.value)) as f64;
        let error = IN_95_OF_100 * self.sigma * (self.cells.len() as f64).sqrt();
        (kept > error).then(|| cut / (cut + kept))
    }
}

impl Figures<Bounded> {
    /// Nobody yet.
    pub const fn nobody(bounds: Bounds) -> Self {
        Self::new(Bounded::nothing(bounds))
    }

    /// Bounds what some people did in a month, and adds it. All rows of a person come in one call: she is in one
    /// establishment, so its rows together.
    #[must_use]
    pub fn with(self, parts: Figures<Vec<Part>>, keys: &PublicKeys) -> Self {
        let mut all = self.into_inner();
        let more = bound(parts.into_inner(), keys, all.bounds, &ChoiceKey::fresh());
        more.sums.into_iter().for_each(|(leaf, sum)| all.add(leaf, sum));
        all.cut = all.cut.saturating_add(more.cut);
        Self::new(all)
    }
}

impl Released<NoisyCube> {
    /// Draws the noise of one cube and month, once for each leaf of the public list, and once for what was cut.
    ///
    /// **Guarantee.** With everything else that was debited for a person and month within [`super::Rho::MONTH`], this
    /// is [`Guarantee::MONTH`] for anybody whose pseudonym is in the figures or not; see `noise` for the proof. That the
    /// noise is drawn once is the caller's part: what this returns is stored, or nobody has seen it.
    pub fn draw(bounded: &Figures<Bounded>, keys: &PublicKeys, receipt: Debited) -> Result<Self, NotAsDebited> {
        let Bounded { bounds, sums, cut } = bounded.inner();
        let Debited { cube, month, bounds: debited } = receipt;
        if *bounds != debited {
            return Err(NotAsDebited);
        }
        let (table, mut randomness) = (Table::of(bounds.clamp, Use::Cell), Randomness::new());
        let mut noisy = |sum: u64, table: &Table| {
            i64::try_from(sum).unwrap_or(i64::MAX).saturating_add(table.draw(&mut randomness))
        };
        let cell = |leaf: Leaf| {
            let value = noisy(sums.get(&leaf).copied().unwrap_or(0), table);
            NoisyCell { leaf, value }
        };
        let cells = keys.leaves().map(cell).collect();
        let cut = bounds.counts_cut.then(|| noisy(*cut, Table::of(bounds.clamp, Use::Cut)));
        Ok(Self::thaw_cube(NoisyCube { cube, month, sigma: table.sigma(), cut, cells }, Guarantee::MONTH))
    }

    /// A cube that left at a closing, as the store kept it. Only the table `cubes` of `store` may call this.
    pub const fn thaw_cube(cube: NoisyCube, guarantee: Guarantee) -> Self {
        Self::frozen(cube, Protection::Dp(guarantee))
    }

    /// Sums over places, see [`NoisyCube::sums`].
    pub fn sums(&self, level: Level, by_word: bool) -> Released<Vec<NoisySum>> {
        Released::frozen(self.value().sums(level, by_word), self.protection())
    }
}
