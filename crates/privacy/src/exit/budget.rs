//! The accountant: what noise costs. zero-concentrated differential privacy (zCDP) adds up, so the ledger counts in
//! [`Rho`]; what a person is promised is an [`Epsilon`] with a [`Delta`].

use std::fmt;

/// An amount of zCDP, in whole billionths rounded up, so that sums are exact and never too small.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct Rho(u64);

impl Rho {
    /// Nothing.
    pub const NONE: Self = Self(0);
    /// A counter of what was cut: a sixth of a cell, 1/(12·6.85²) rounded up.
    pub const CUT: Self = Self(1_775_979);
    /// A cell with noise of σ = 6.85 clamps, to which one person adds at most one clamp: at least 1/(2·6.85²).
    pub const CELL: Self = Self(6 * Self::CUT.0);
    /// What one person may cost in a month: six cells.
    pub const MONTH: Self = Self(6 * Self::CELL.0);
    /// What one person may cost in a school year: ten months. She has another pseudonym in the next.
    pub const YEAR: Self = Self(640_000_000);

    /// So many billionths.
    pub const fn from_billionths(billionths: u64) -> Self {
        Self(billionths)
    }

    /// In billionths.
    pub const fn billionths(self) -> u64 {
        self.0
    }

    /// Composition: both mechanisms on the same people (Bun, Steinke 2016, Lemma 1.7).
    #[must_use]
    pub const fn plus(self, other: Self) -> Self {
        Self(self.0.saturating_add(other.0))
    }

    /// The same mechanism so many times.
    #[must_use]
    pub const fn times(self, times: u32) -> Self {
        Self(self.0.saturating_mul(times as u64))
    }

    #[expect(clippy::cast_precision_loss, reason = "budgets are far below 2^53 billionths")]
    fn value(self) -> f64 {
        self.0 as f64 / 1e9
    }

    /// The δ that belongs to an ε: the smallest over α of exp((α−1)(αρ−ε))·(1−1/α)^α/(α−1), which holds for each α > 1
    /// (CKS20 Corollary 13), so a search that misses the best one errs on the safe side.
    pub fn delta(self, epsilon: Epsilon) -> Delta {
        let log_delta = |alpha: f64| {
            (alpha - 1.0) * (alpha * self.value() - epsilon.0) - (alpha - 1.0).ln() + alpha * (-1.0 / alpha).ln_1p()
        };
        Delta(smallest(log_delta).exp().min(1.0) * SAFE)
    }

    /// The ε that belongs to a δ: the same inequality, solved for ε.
    pub fn epsilon(self, delta: Delta) -> Epsilon {
        let epsilon = |alpha: f64| {
            let rest = -delta.0.ln() - (alpha - 1.0).ln() + alpha * (-1.0 / alpha).ln_1p();
            alpha * self.value() + rest / (alpha - 1.0)
        };
        Epsilon(smallest(epsilon).max(0.0) * SAFE)
    }
}

impl fmt::Display for Rho {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "ρ={}", self.value())
    }
}

/// More than what a few dozen floating-point operations can lose.
const SAFE: f64 = 1.0 + 1e-12;

/// The smallest value of a function of α > 1 that falls and then rises: golden-section search over ln(α−1).
fn smallest(of: impl Fn(f64) -> f64) -> f64 {
    let of = |log: f64| of(1.0 + log.exp());
    let golden = (5_f64.sqrt() - 1.0) / 2.0;
    let (mut low, mut high) = (-14.0, 14.0);
    for _ in 0..120 {
        let (left, right) = (high - golden * (high - low), low + golden * (high - low));
        if of(left) <= of(right) { high = right } else { low = left }
    }
    of(low).min(of(high))
}

/// The ε of differential privacy.
#[derive(Debug, Clone, Copy, PartialEq, PartialOrd)]
pub struct Epsilon(f64);

impl Epsilon {
    /// An ε; `None` unless it is a number from zero on.
    pub fn new(value: f64) -> Option<Self> {
        (value >= 0.0 && value.is_finite()).then_some(Self(value))
    }

    /// As a number.
    pub const fn value(self) -> f64 {
        self.0
    }
}

/// The δ of differential privacy.
#[derive(Debug, Clone, Copy, PartialEq, PartialOrd)]
pub struct Delta(f64);

impl Delta {
    /// A δ; `None` unless it is above zero and at most one.
    pub fn new(value: f64) -> Option<Self> {
        (value > 0.0 && value <= 1.0).then_some(Self(value))
    }

    /// As a number.
    pub const fn value(self) -> f64 {
        self.0
    }
}

/// What every cube promises a person for a month, all cubes together. Printed as `dp ε=2 δ=1e-8`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Guarantee {
    epsilon_thousandths: u32,
    delta_exponent: u32,
}

impl Guarantee {
    /// ε = 2 and δ = 10⁻⁸: what [`Rho::MONTH`] comes to.
    pub const MONTH: Self = Self { epsilon_thousandths: 2000, delta_exponent: 8 };

    /// As it was stored: ε in thousandths, and n where δ is 10⁻ⁿ.
    pub const fn from_stored(epsilon_thousandths: u32, delta_exponent: u32) -> Self {
        Self { epsilon_thousandths, delta_exponent }
    }

    /// ε in thousandths, to be stored.
    pub const fn epsilon_thousandths(self) -> u32 {
        self.epsilon_thousandths
    }

    /// n, where δ is 10⁻ⁿ, to be stored.
    pub const fn delta_exponent(self) -> u32 {
        self.delta_exponent
    }

    /// ε.
    pub fn epsilon(self) -> Epsilon {
        Epsilon(f64::from(self.epsilon_thousandths) / 1000.0)
    }

    /// δ.
    pub fn delta(self) -> Delta {
        Delta(0.1_f64.powf(f64::from(self.delta_exponent)))
    }
}

impl fmt::Display for Guarantee {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "dp ε={} δ=1e-{}", self.epsilon().value(), self.delta_exponent)
    }
}
