//! Counts that left with noise of a known size: their shares, and which of them stand out of the others.
//!
//! Two things blur such a count: the noise that protects people, whose variance is published, and that it is a sample of
//! what people do, as a count of independent draws is (Poisson). Both are in every interval here. Values may be below
//! zero, and must stay so in sums.

use statrs::distribution::{ContinuousCDF, Normal};

use crate::correlation::{Dependence, adjusted};
use crate::count::real;

/// Half the width of a 95 % interval, in standard deviations.
const IN_95_OF_100: f64 = 1.959_964;
/// A whole is told from nothing when it is so many standard deviations above it: then a share has an interval.
const KNOWN: f64 = 3.0;

/// A count with noise.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub struct Noisy {
    /// The value, which may be below zero.
    pub value: f64,
    /// The variance of the noise, without that of sampling.
    pub variance: f64,
}

/// A share with its interval, from 0 to 1.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Share {
    /// The share.
    pub share: f64,
    /// Its 95 % interval.
    pub interval: (f64, f64),
    /// Its standard error.
    pub error: f64,
}

/// A count that stands out.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Standing {
    /// Its place among the counts.
    pub at: usize,
    /// How far it is from the mean of all, in standard errors.
    pub deviation: f64,
    /// The p-value adjusted for all counts.
    pub adjusted: f64,
}

impl Noisy {
    /// A count from its value and the half width of its 95 % interval.
    pub const fn with_error(value: f64, error: f64) -> Self {
        let deviation = error / IN_95_OF_100;
        Self { value, variance: deviation * deviation }
    }

    /// The sum of two independent counts.
    #[must_use]
    pub const fn plus(self, other: Self) -> Self {
        Self { value: self.value + other.value, variance: self.variance + other.variance }
    }

    /// The sum of independent counts.
    pub fn sum(counts: impl IntoIterator<Item = Self>) -> Self {
        counts.into_iter().fold(Self::default(), Self::plus)
    }

    /// The variance of noise and sampling together.
    pub fn spread(self) -> f64 {
        self.variance + self.value.max(0.0)
    }

    /// Half the width of the 95 % interval, noise and sampling together.
    pub fn error(self) -> f64 {
        IN_95_OF_100 * self.spread().sqrt()
    }

    /// Whether it is more than the noise alone would be.
    pub fn is_known(self) -> bool {
        self.value > KNOWN * self.variance.sqrt() && self.value > 0.0
    }
}

/// The share of `part` in `part` and `rest`, which share no count; nothing where the whole may be nothing. The error is
/// the delta method's (Oehlert, "A note on the delta method", 1992).
pub fn share(part: Noisy, rest: Noisy) -> Option<Share> {
    let whole = part.plus(rest);
    if !whole.is_known() {
        return None;
    }
    let square = |value: f64| value * value;
    let variance =
        (square(rest.value) * part.spread() + square(part.value) * rest.spread()) / square(square(whole.value));
    Some(of(part.value / whole.value, variance.sqrt()))
}

/// A share and its standard error, within 0 and 1.
pub(crate) fn of(share: f64, error: f64) -> Share {
    let bound = |value: f64| value.clamp(0.0, 1.0);
    let width = IN_95_OF_100 * error;
    Share { share: bound(share), interval: (bound(share - width), bound(share + width)), error }
}

/// So many standard errors are as rare among `tests` tests as 1.96 are in one (Bonferroni), one-sided.
pub(crate) fn among(tests: usize) -> f64 {
    Normal::standard().inverse_cdf(1.0 - 0.025 / real(tests.max(1)))
}

/// Which counts are unlike the mean of all, above or below, with so large a share of false finds at most under any
/// dependence (Benjamini and Yekutieli 2001), strongest first. Nothing where all together may be nothing.
pub fn standing_out(counts: &[Noisy], rate: f64) -> Vec<Standing> {
    let whole = Noisy::sum(counts.iter().copied());
    if counts.len() < 2 || !whole.is_known() {
        return Vec::new();
    }
    let count = real(counts.len());
    let deviation = |one: &Noisy| {
        // The mean holds the count itself.
        let rest = (whole.spread() - one.spread()).max(0.0);
        let variance = one.spread() * (1.0 - 1.0 / count) * (1.0 - 1.0 / count) + rest / (count * count);
        (one.value - whole.value / count) / variance.sqrt().max(1e-9)
    };
    let deviations: Vec<f64> = counts.iter().map(deviation).collect();
    let values: Vec<f64> =
        deviations.iter().map(|far| (2.0 * Normal::standard().sf(far.abs())).clamp(0.0, 1.0)).collect();
    let adjusted = adjusted(&values, Dependence::Any);
    let all = deviations.into_iter().zip(adjusted).enumerate();
    let mut found: Vec<Standing> = all
        .map(|(at, (deviation, adjusted))| Standing { at, deviation, adjusted })
        .filter(|one| one.adjusted <= rate)
        .collect();
    found.sort_by(|one, other| other.deviation.abs().total_cmp(&one.deviation.abs()));
    found
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::chance::Chance;

    fn noisy(value: f64) -> Noisy {
        Noisy { value, variance: 400.0 }
    }

    #[test]
    fn what_is_lost_in_the_noise_has_no_share_and_does_not_stand_out() {
        assert_eq!(share(noisy(20.0), noisy(30.0)), None);
        assert_eq!(share(noisy(-20.0), noisy(-3.0)), None);
        assert_eq!(standing_out(&[noisy(0.0); 24], 0.05), []);
        assert_eq!(standing_out(&[], 0.05), []);
        assert_eq!(standing_out(&[noisy(1_000.0)], 0.05), []);
    }

    #[test]
    fn a_share_holds_the_true_one_in_about_95_of_100_cases() {
        let mut chance = Chance::new(3);
        let draws = 2_000;
        let held = (0..draws)
            .filter(|_| {
                let (part, rest) = (chance.poisson(300.0), chance.poisson(900.0));
                let part = noisy(part + 20.0 * chance.normal());
                let found = share(part, noisy(rest + 20.0 * chance.normal())).expect("far above the noise");
                found.interval.0 <= 0.25 && 0.25 <= found.interval.1
            })
            .count();
        assert!((1_860..=1_940).contains(&held), "{held} of {draws}");
    }

    #[test]
    fn a_busy_hour_stands_out_and_equal_hours_do_not() {
        let mut chance = Chance::new(9);
        let mut false_finds = 0;
        for _ in 0..200 {
            let mut hours: Vec<Noisy> = (0..24).map(|_| noisy(chance.poisson(80.0) + 20.0 * chance.normal())).collect();
            false_finds += usize::from(!standing_out(&hours, 0.05).is_empty());
            hours[9].value += 400.0;
            let found = standing_out(&hours, 0.05);
            assert!(found[0].at == 9 && found[0].deviation > 0.0, "{found:?}");
        }
        assert!(false_finds <= 10, "{false_finds} of 200");
    }
}
