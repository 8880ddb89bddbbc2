//! What stands out of a series of counts that is looked back on: steps far above or below what their neighbours of the
//! same kind do, each for its exposure (class days of a week).
//!
//! Unlike [`crate::school`], which judges a day as it comes, both sides of a step are known here. A step is compared
//! with the median rate of its nearest neighbours, itself left out, so that neither a slow drift nor another peak moves
//! what is expected of it. Counts scatter as negative binomial around that, with a dispersion that is estimated robustly
//! from all steps (median absolute deviation: Hampel, "The influence curve and its role in robust estimation", 1974);
//! since it is only estimated, tails are those of Student's t. The share of false finds in a series is held
//! (Benjamini and Hochberg 1995).

use statrs::distribution::{ContinuousCDF, DiscreteCDF, NegativeBinomial, Normal, StudentsT};

use crate::correlation::{Dependence, adjusted};
use crate::count::{real, whole};

/// How many known neighbours of the same group are looked at on either side.
const NEAR: usize = 6;
/// The fewest neighbours that anything is expected from.
const LEAST: usize = 6;
/// Half of one is about the least level that can be told from none.
const LEAST_MEAN: f64 = 0.5;
/// The bounds of the dispersion: less would take every wiggle for a peak, more nothing.
const DISPERSION: (f64, f64) = (0.005, 1.0);

/// One step of a series.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Step {
    /// Which steps it is like: only those of its group are its neighbours (weekdays, for days).
    pub group: usize,
    /// What the count is a count out of, in any unit; a step without exposure is not judged and teaches nothing.
    pub exposure: f64,
    /// The count; NaN where it is not known.
    pub count: f64,
}

/// A step beside what is expected of it.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Judged {
    /// Its place in the series.
    pub at: usize,
    /// The count.
    pub count: f64,
    /// What its neighbours make expect of it.
    pub expected: f64,
    /// The 95 % interval in which such a step falls.
    pub interval: (f64, f64),
    /// How far out it is, in standard deviations of a normal with the same tail; below zero where it is low.
    pub deviation: f64,
    /// The probability of one as far out where nothing is unusual.
    pub p: f64,
    /// `p` adjusted for all judged steps of the series.
    pub adjusted: f64,
}

/// The steps that stand out, with so large a share of false finds at most, in the order of the series.
pub fn peaks(steps: &[Step], rate: f64) -> Vec<Judged> {
    judge(steps).into_iter().filter(|step| step.adjusted <= rate).collect()
}

/// Every step that can be judged. Steps with fewer than six known neighbours of their group cannot.
pub fn judge(steps: &[Step]) -> Vec<Judged> {
    let known: Vec<usize> = (0..steps.len()).filter(|at| is_known(&steps[*at])).collect();
    let expected: Vec<(usize, f64, usize)> =
        known.iter().filter_map(|at| expected(steps, &known, *at).map(|(mean, near)| (*at, mean, near))).collect();
    let dispersion = dispersion(steps, &expected);
    let freedom = (real(expected.len()) - 1.0).max(1.0);
    let student = StudentsT::new(0.0, 1.0, freedom).ok();
    let mut judged: Vec<Judged> = expected
        .iter()
        .map(|(at, mean, near)| {
            let (count, kept) = (steps[*at].count, mean.max(LEAST_MEAN));
            // A median is known to π/2 of a mean's variance (Kenney and Keeping 1962).
            let of_level = std::f64::consts::FRAC_PI_2 / real(*near) * (dispersion + 1.0 / (kept + 0.5));
            let spread = dispersion + of_level;
            let deviation = deviation(kept, spread, count);
            let tail = |far: f64| student.as_ref().map_or(0.5, |student| student.sf(far));
            let p = (2.0 * tail(deviation.abs())).min(1.0);
            let quantile = student.as_ref().map_or(1.96, |student| student.inverse_cdf(0.975));
            let width = quantile * (spread + 1.0 / (kept + 0.5)).sqrt();
            let bound = |sign: f64| ((mean + 0.5) * (sign * width).exp() - 0.5).max(0.0);
            Judged { at: *at, count, expected: *mean, interval: (bound(-1.0), bound(1.0)), deviation, p, adjusted: 1.0 }
        })
        .collect();
    let values: Vec<f64> = judged.iter().map(|step| step.p).collect();
    for (step, adjusted) in judged.iter_mut().zip(adjusted(&values, Dependence::Positive)) {
        step.adjusted = adjusted;
    }
    judged
}

fn is_known(step: &Step) -> bool {
    step.count.is_finite() && step.count >= 0.0 && step.exposure.is_finite() && step.exposure > 0.0
}

/// What neighbours make expect of a step, and how many there are.
fn expected(steps: &[Step], known: &[usize], at: usize) -> Option<(f64, usize)> {
    let alike = |other: &&usize| steps[**other].group == steps[at].group;
    let rate = |other: &usize| steps[*other].count / steps[*other].exposure;
    let before = known.iter().rev().filter(|other| **other < at).filter(alike).take(NEAR);
    let after = known.iter().filter(|other| **other > at).filter(alike).take(NEAR);
    let mut rates: Vec<f64> = before.chain(after).map(rate).collect();
    let near = rates.len();
    (near >= LEAST).then(|| (median(&mut rates) * steps[at].exposure, near))
}

/// How much counts vary beyond counting, as the square of a share.
fn dispersion(steps: &[Step], expected: &[(usize, f64, usize)]) -> f64 {
    let residual = |(at, mean, _): &(usize, f64, usize)| ((steps[*at].count + 0.5) / (mean + 0.5)).ln().abs();
    let mut residuals: Vec<f64> = expected.iter().map(residual).collect();
    let mut counting: Vec<f64> = expected.iter().map(|(_, mean, _)| 1.0 / (mean + 0.5)).collect();
    // For a normal, the median absolute deviation is 0.6745 of the standard deviation.
    let spread = 1.482_602 * median(&mut residuals);
    (spread * spread - median(&mut counting)).clamp(DISPERSION.0, DISPERSION.1)
}

/// The median; 0 of nothing.
fn median(values: &mut [f64]) -> f64 {
    values.sort_by(f64::total_cmp);
    match values.len() {
        0 => 0.0,
        count if count % 2 == 1 => values[count / 2],
        count => f64::midpoint(values[count / 2 - 1], values[count / 2]),
    }
}

/// How far out a count is around a mean, in standard deviations of a normal with the same tail.
fn deviation(mean: f64, spread: f64, count: f64) -> f64 {
    let size = (1.0 / spread).clamp(1e-3, 1e4);
    let Ok(distribution) = NegativeBinomial::new(size, size / (size + mean)) else { return 0.0 };
    let count = u64::try_from(whole(count.round())).unwrap_or(u64::MAX);
    // The middle of the probability of the count itself keeps small counts from looking far out.
    let below = if count == 0 { 0.0 } else { distribution.cdf(count - 1) };
    let above = distribution.sf(count);
    let itself = (1.0 - below - above).max(0.0);
    let (low, high) = (below + itself / 2.0, above + itself / 2.0);
    let standard = |tail: f64| Normal::standard().inverse_cdf(tail.clamp(1e-15, 0.5)).abs();
    if low < high { -standard(low) } else { standard(high) }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::chance::Chance;

    /// Weeks of four class days, every ninth of three.
    fn weeks(count: usize, value: impl Fn(usize, f64) -> f64) -> Vec<Step> {
        (0..count)
            .map(|at| {
                let exposure = if at % 9 == 8 { 3.0 } else { 4.0 };
                Step { group: 0, exposure, count: value(at, exposure) }
            })
            .collect()
    }

    #[test]
    fn a_planted_peak_and_a_planted_hole_are_found_and_hardly_anything_else() {
        let (mut planted, mut others) = (0, 0);
        for seed in 0..60 {
            let mut chance = Chance::new(seed);
            let counts: Vec<f64> = (0..36)
                .map(|at| {
                    let level = 60.0 + real(at);
                    let planted = match at {
                        11 => 3.0,
                        25 => 0.2,
                        _ => 1.0,
                    };
                    let exposure = if at % 9 == 8 { 0.75 } else { 1.0 };
                    let shake = chance.gamma(0.01);
                    chance.poisson(level * planted * exposure * shake)
                })
                .collect();
            let found: Vec<usize> = peaks(&weeks(36, |at, _| counts[at]), 0.05).iter().map(|step| step.at).collect();
            let is_planted = |at: &&usize| [11, 25].contains(*at);
            planted += found.iter().filter(is_planted).count();
            others += found.iter().filter(|at| !is_planted(at)).count();
        }
        assert!(planted >= 114, "{planted} of 120");
        assert!(others <= 12, "{others} beside 120");
    }

    #[test]
    fn in_a_school_without_peaks_hardly_any_is_found() {
        let found: usize = (0..300)
            .map(|seed| {
                let mut chance = Chance::new(1_000 + seed);
                let (level, spread) = (chance.between(6.0, 300.0), chance.between(0.0, 0.15));
                let mut drift: f64 = 0.0;
                let counts: Vec<f64> = (0..36)
                    .map(|at| {
                        drift += 0.04 * chance.normal();
                        let shake = if spread > 0.001 { chance.gamma(spread) } else { 1.0 };
                        chance.poisson(level * drift.exp() * shake * if at % 9 == 8 { 0.75 } else { 1.0 })
                    })
                    .collect();
                usize::from(!peaks(&weeks(36, |at, _| counts[at]), 0.05).is_empty())
            })
            .sum();
        assert!(found <= 30, "a false peak in {found} of 300 schools");
    }

    #[test]
    fn a_short_week_is_expected_to_be_short() {
        let steady = weeks(36, |_, exposure| 20.0 * exposure);
        assert_eq!(peaks(&steady, 0.05), []);
        let plain: Vec<Step> = steady.iter().map(|step| Step { exposure: 1.0, ..*step }).collect();
        let judged = judge(&plain);
        assert!(judged[8].deviation < -1.0 && judged[7].deviation.abs() < 0.5, "{:?}", judged[8]);
    }

    #[test]
    fn nothing_zeros_and_too_little_are_no_peaks_and_one_spike_is_one() {
        assert_eq!(peaks(&[], 0.05), []);
        assert_eq!(judge(&weeks(6, |_, _| 40.0)), [], "opened a few weeks ago");
        assert_eq!(peaks(&weeks(30, |_, _| 0.0), 0.05), []);
        assert_eq!(judge(&weeks(30, |_, _| f64::NAN)), [], "everything withheld");
        let spike = peaks(&weeks(30, |at, _| if at == 14 { 40.0 } else { 0.0 }), 0.05);
        assert_eq!(spike.iter().map(|step| step.at).collect::<Vec<_>>(), [14]);
        // A month is missing beside it.
        let gap = weeks(30, |at, _| match at {
            9..=13 => f64::NAN,
            14 => 400.0,
            _ => 50.0,
        });
        assert_eq!(peaks(&gap, 0.05).iter().map(|step| step.at).collect::<Vec<_>>(), [14]);
    }

    proptest! {
        #[test]
        fn every_figure_is_finite_and_in_its_bounds(
            raw in prop::collection::vec((0..3_usize, prop_oneof![any::<f64>(), 0.0..5.0_f64], prop_oneof![any::<f64>(), 0.0..300.0_f64]), 0..50),
        ) {
            let steps: Vec<Step> = raw.iter().map(|(group, exposure, count)| Step {
                group: *group,
                exposure: if exposure.abs() > 1e6 { f64::NAN } else { *exposure },
                count: if count.abs() > 1e9 { f64::NAN } else { *count },
            }).collect();
            for step in judge(&steps) {
                prop_assert!((0.0..=1.0).contains(&step.p) && (step.p - 1e-12..=1.0).contains(&step.adjusted));
                prop_assert!(step.expected.is_finite() && step.deviation.is_finite());
                prop_assert!(step.interval.0 <= step.interval.1);
            }
        }
    }
}
