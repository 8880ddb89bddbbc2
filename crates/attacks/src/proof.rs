//! T1: the declared tables, checked in whole numbers against the definition of the discrete Gaussian.
//!
//! Shares no code with `privacy::exit::noise`. Every real number is a pair of whole numbers around it, in units of 2⁻²⁵⁶;
//! lower ends are rounded down, upper ends up, so what is shown holds for the real numbers.

use num_bigint::BigUint;
use privacy::exit::Rho;
use privacy::exit::noise::{Clamp, Table, Use};

use crate::statistics::float;
use crate::{Bound, Finding};

const DIGITS: u32 = 256;

/// A real number between two whole numbers of units.
#[derive(Clone)]
struct Between {
    low: BigUint,
    high: BigUint,
}

impl Between {
    fn one() -> Self {
        let one = BigUint::from(1_u32) << DIGITS;
        Self { low: one.clone(), high: one }
    }

    fn times(&self, other: &Self) -> Self {
        let low = (&self.low * &other.low) >> DIGITS;
        let high = ((&self.high * &other.high) >> DIGITS) + 1_u32;
        Self { low, high }
    }

    fn plus(&self, other: &Self) -> Self {
        Self { low: &self.low + &other.low, high: &self.high + &other.high }
    }

    fn power(&self, exponent: u32) -> Self {
        (0..exponent).fold(Self::one(), |product, _| product.times(self))
    }

    /// exp(−numerator/denominator): the Taylor series for at most one, whose sums lie below and above in turn, and
    /// squaring for more.
    fn exp_minus(numerator: &BigUint, denominator: &BigUint) -> Self {
        if numerator > denominator {
            let root = Self::exp_minus(numerator, &(denominator * 2_u32));
            return root.times(&root);
        }
        let (mut plus, mut minus) = (Self::one(), Self { low: BigUint::ZERO, high: BigUint::ZERO });
        let mut term = Self::one();
        for place in 1_u32..80 {
            let divisor = denominator * place;
            term = Self { low: &term.low * numerator / &divisor, high: &term.high * numerator / &divisor + 1_u32 };
            let sum = if place % 2 == 0 { &mut plus } else { &mut minus };
            *sum = sum.plus(&term);
        }
        // What is left out is smaller than the last term.
        Self { low: plus.low - &minus.high - &term.high, high: plus.high + &term.high - minus.low }
    }
}

/// An upper bound, as a base-2 logarithm, of the total variation between what these thresholds draw and the discrete
/// Gaussian of this variance.
pub fn distance(thresholds: &[u128], (numerator, denominator): (u64, u64)) -> f64 {
    // One weight more than the table has values: where the tail begins.
    let weights = weights(thresholds.len() + 1, numerator, denominator);
    let last = thresholds.len();
    // Each further weight is smaller by a factor that itself falls, so the tail is below a geometric series.
    let (edge, next) = (&weights[last].high, &weights[last + 1].high);
    let tail = if edge > next { next * edge / (edge - next) + 1_u32 } else { BigUint::from(1_u32) << DIGITS };
    let both = |of: fn(&Between) -> &BigUint| {
        let sum: BigUint = weights[1..=last].iter().map(of).sum();
        of(&weights[0]) + (sum << 1_u32)
    };
    let total = Between { low: both(|w| &w.low), high: both(|w| &w.high) + (&tail << 1_u32) };
    let mut difference = (&tail << (DIGITS + 1)) / &total.low + 1_u32;
    let (mut before, whole) = (BigUint::ZERO, BigUint::from(1_u32) << DIGITS);
    for (magnitude, weight) in weights[..=last].iter().enumerate() {
        let until = thresholds.get(magnitude).map_or(whole.clone(), |until| BigUint::from(*until) << (DIGITS - 128));
        let signs = u32::from(magnitude > 0);
        let low = (&weight.low << (DIGITS + signs)) / &total.high;
        let high = (&weight.high << (DIGITS + signs)) / &total.low + 1_u32;
        // Thresholds that fall would draw nothing here.
        let drawn = if until > before { &until - &before } else { BigUint::ZERO };
        let apart = |one: &BigUint, two: &BigUint| if one > two { one - two } else { BigUint::ZERO };
        difference += apart(&drawn, &low).max(apart(&high, &drawn));
        before = until;
    }
    logarithm(&difference) - 1.0 - f64::from(DIGITS)
}

/// exp(−k²/2σ²) for k from 0 to `last`.
fn weights(last: usize, numerator: u64, denominator: u64) -> Vec<Between> {
    let (once, twice) = (BigUint::from(numerator), BigUint::from(numerator) * 2_u32);
    let mut ratio = Between::exp_minus(&denominator.into(), &twice);
    let step = Between::exp_minus(&denominator.into(), &once);
    let mut weights = vec![Between::one()];
    for place in 0..last {
        weights.push(weights[place].times(&ratio));
        ratio = ratio.times(&step);
    }
    weights
}

/// The base-2 logarithm, rounded up by less than 2⁻⁴⁰.
fn logarithm(number: &BigUint) -> f64 {
    let excess = number.bits().saturating_sub(60);
    let leading = u64::try_from(number >> excess).unwrap_or(u64::MAX).saturating_add(1);
    float(leading).log2() + float(excess) + 1e-12
}

/// An upper bound of δ for ε = 2 and everything that [`Rho::MONTH`] pays for, in whatever direction a person moves the
/// cells: CKS20 Corollary 13 at α = 83/5, raised to the fifth power to be a rational number times an exponential.
pub fn delta_of_a_month() -> f64 {
    let (alpha, fifth) = (83_u32, 5_u32);
    // 5·(α−1)·(ε−αρ) = (83−5)·(2·5·10⁹ − 83·ρ)/(5·10⁹), with ρ in billionths.
    let billion = BigUint::from(1_000_000_000_u32);
    let numerator = (&billion * (2 * fifth) - BigUint::from(Rho::MONTH.billionths()) * alpha) * (alpha - fifth);
    let exponential = Between::exp_minus(&numerator, &(&billion * fifth));
    let ratio = |over: u32, under: u32| {
        let low = (BigUint::from(over) << DIGITS) / under;
        Between { high: &low + 1_u32, low }
    };
    // (1−1/α)^(5α) = (78/83)^83 and 1/(α−1)^5 = (5/78)^5.
    let fifth_power =
        exponential.times(&ratio(alpha - fifth, alpha).power(alpha)).times(&ratio(fifth, alpha - fifth).power(fifth));
    let ideal = ((logarithm(&fifth_power.high) - f64::from(DIGITS)) / f64::from(fifth)).exp2();
    (ideal + tables_instead(12)) * (1.0 + 1e-12)
}

/// What δ grows by for tables that are within 2⁻⁶⁴ of the ideal: (1+e²)·n·2⁻⁶⁴.
fn tables_instead(draws: u32) -> f64 {
    (1.0 + 2_f64.exp()) * f64::from(draws) * (-64_f64).exp2()
}

/// An upper bound of δ for ε = 2 and six cells that one person moves by a whole clamp each: the six-fold convolution of
/// the table, every step rounded up.
pub fn delta_of_six_cells(clamp: Clamp) -> f64 {
    const UNIT: u32 = 62;
    let table = Table::of(clamp, Use::Cell);
    let (mut before, mut one_side) = (0_u128, Vec::new());
    for until in table.thresholds().iter().copied().chain([u128::MAX]) {
        let drawn = until - before + 1;
        // Half of it for each sign.
        let half = if one_side.is_empty() { drawn } else { drawn / 2 + 1 };
        one_side.push(u64::try_from(half >> (128 - UNIT)).unwrap_or(u64::MAX) + 1);
        before = until;
    }
    let one: Vec<u64> = one_side.iter().rev().chain(&one_side[1..]).copied().collect();
    let fold = |left: &[u64], right: &[u64]| {
        let mut sums = vec![0_u128; left.len() + right.len() - 1];
        for (place, factor) in left.iter().enumerate() {
            for (sum, other) in sums[place..].iter_mut().zip(right) {
                *sum += u128::from(*factor) * u128::from(*other);
            }
        }
        sums.into_iter().map(|sum| u64::try_from(sum >> UNIT).unwrap_or(u64::MAX) + 1).collect::<Vec<_>>()
    };
    let two = fold(&one, &one);
    let six = fold(&fold(&two, &two), &two);
    let middle = float(six.len() as u64 / 2);
    let (numerator, denominator) = table.variance();
    let (shift, variance) = (f64::from(clamp.units()), float(numerator) / float(denominator));
    let delta: f64 = six
        .iter()
        .enumerate()
        .map(|(place, mass)| {
            let sum = float(place as u64) - middle;
            let loss = (2.0 * shift * sum + 6.0 * shift * shift) / (2.0 * variance);
            float(*mass) * (-f64::from(UNIT)).exp2() * (1.0 - (2.0 - loss).exp()).max(0.0)
        })
        .sum();
    (delta + tables_instead(6) + 12.0 * (-64_f64).exp2()) * (1.0 + 1e-9)
}

/// T1 for every declared table; six cells exactly for clamps up to `largest`.
pub fn tables(largest: u32) -> Vec<Finding> {
    let distances = Table::declared().map(|(_, _, table)| distance(table.thresholds(), table.variance()));
    let six = Clamp::all().filter(|clamp| clamp.units() <= largest).map(delta_of_six_cells);
    vec![
        Finding::new("noise_total_variation_log2", distances.fold(f64::MIN, f64::max), Bound::AtMost(-64.0)),
        Finding::new("noise_month_delta_ratio", delta_of_a_month(), Bound::AtMost(1e-8)),
        Finding::new("noise_six_cells_delta_ratio", six.fold(0.0, f64::max), Bound::AtMost(1e-8)),
    ]
}
