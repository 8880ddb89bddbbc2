//! [`Table`]: one discrete Gaussian as 128-bit thresholds, and the draw from it.

use std::hint::black_box;
use std::sync::OnceLock;

use super::fixed::Fixed;
use super::randomness::Randomness;

/// How much one person may add to one cell: one of a few declared numbers, each with tables of its own.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Clamp(usize);

impl Clamp {
    /// Every clamp that a cube may have.
    pub const DECLARED: [u32; 6] = catalogue::CLAMPS;

    /// A declared clamp; `None` for any other number.
    pub fn new(units: u32) -> Option<Self> {
        Self::DECLARED.iter().position(|declared| *declared == units).map(Self)
    }

    /// Every clamp.
    pub fn all() -> impl Iterator<Item = Self> {
        (0..Self::DECLARED.len()).map(Self)
    }

    /// How much it allows.
    pub const fn units(self) -> u32 {
        Self::DECLARED[self.0]
    }
}

/// What the noise is added to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Use {
    /// A cell of a cube: σ = 6.85 clamps.
    Cell,
    /// The counter of what was cut off: σ = √6 · 6.85 clamps, so that it costs a sixth of a cell.
    Cut,
}

impl Use {
    /// Both.
    pub const ALL: [Self; 2] = [Self::Cell, Self::Cut];

    /// σ² for a clamp of one, as a quotient of whole numbers: 6.85² = 18769/400.
    pub const fn unit_variance(self) -> (u64, u64) {
        match self {
            Self::Cell => (18_769, 400),
            Self::Cut => (6 * 18_769, 400),
        }
    }
}

/// A declared distribution: `thresholds[i]` is 2¹²⁸ · P[|X| ≤ i], rounded down, for X discrete Gaussian.
pub struct Table {
    variance: (u64, u64),
    thresholds: Box<[u128]>,
}

impl Table {
    /// The table for cells or counters of a clamp; computed once, when it is first asked for.
    pub fn of(clamp: Clamp, purpose: Use) -> &'static Self {
        static TABLES: [[OnceLock<Table>; Clamp::DECLARED.len()]; 2] =
            [const { [const { OnceLock::new() }; Clamp::DECLARED.len()] }; 2];
        TABLES[purpose as usize][clamp.0].get_or_init(|| {
            let (numerator, denominator) = purpose.unit_variance();
            let units = u64::from(clamp.units());
            Self::compute(numerator * units * units, denominator)
        })
    }

    /// All declared tables.
    pub fn declared() -> impl Iterator<Item = (Clamp, Use, &'static Self)> {
        Clamp::all().flat_map(|clamp| Use::ALL.map(|purpose| (clamp, purpose, Self::of(clamp, purpose))))
    }

    /// The weights exp(−k²/2σ²) by two recurrences, each step one multiplication: the ratio of neighbours is
    /// exp(−(2k+1)/2σ²), and the ratio of neighbouring ratios exp(−1/σ²).
    fn compute(numerator: u64, denominator: u64) -> Self {
        let mut ratio = Fixed::exp_minus(denominator, 2 * numerator);
        let ratio_of_ratios = Fixed::exp_minus(denominator, numerator);
        let mut weight = Fixed::ONE;
        // sums[k] is the weight of all x with |x| ≤ k.
        let mut sums = vec![Fixed::ONE];
        let mut total = Fixed::ONE;
        while weight.at_least(Fixed::NEGLIGIBLE) {
            weight = weight.times(ratio);
            ratio = ratio.times(ratio_of_ratios);
            total = total.plus(weight).plus(weight);
            sums.push(total);
        }
        // What lies beyond the last value falls to it, so the last threshold is not needed.
        sums.pop();
        let scale = total.reciprocal();
        let thresholds = sums.into_iter().map(|sum| sum.times(scale).fraction()).collect();
        Self { variance: (numerator, denominator), thresholds }
    }

    /// Draws once.
    pub fn draw(&self, randomness: &mut Randomness) -> i64 {
        let (size, sign) = randomness.take();
        self.invert(size, sign)
    }

    /// The value that a uniform 128-bit number and a uniform bit stand for.
    ///
    /// Its time depends on the length of the table alone: every threshold is compared, by the borrow of a subtraction,
    /// which is a number that is added and never a condition. The box keeps the compiler from knowing enough to stop
    /// early. `sign` is 0 or 1.
    pub fn invert(&self, size: u128, sign: u8) -> i64 {
        let size = black_box(size);
        let mut magnitude = 0_i64;
        for threshold in &self.thresholds {
            let (_, below) = size.overflowing_sub(*threshold);
            magnitude += i64::from(!below);
        }
        // Minus zero is zero: nothing has to be drawn again.
        let mask = -i64::from(black_box(sign));
        (magnitude ^ mask) - mask
    }

    /// The thresholds: the distribution itself, for whoever checks it.
    pub const fn thresholds(&self) -> &[u128] {
        &self.thresholds
    }

    /// σ² as a quotient of whole numbers.
    pub const fn variance(&self) -> (u64, u64) {
        self.variance
    }

    /// σ.
    #[expect(clippy::cast_precision_loss, reason = "both are far below 2^53")]
    pub fn sigma(&self) -> f64 {
        (self.variance.0 as f64 / self.variance.1 as f64).sqrt()
    }
}
