//! How sure a difference is, from counts and from figures with noise.
//!
//! Shares have Jeffreys' prior (Jeffreys 1946; its intervals hold best among the simple ones: Brown, Cai, `DasGupta`
//! 2001). Every answer is a probability from 0 to 1, and [`told`] says it no more precisely than such reasoning allows.

use statrs::distribution::{Beta, ContinuousCDF, Gamma};
use statrs::function::gamma::ln_gamma;

/// Steps of the sum over a Gaussian, from −4 to 4 standard deviations.
const STEPS: u32 = 80;

/// How large a part something has of what is done elsewhere.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Part {
    /// Counted: so many of so many.
    Counted {
        /// Those of it.
        hits: f64,
        /// All.
        tries: f64,
    },
    /// Known with Gaussian noise.
    Noisy {
        /// Its value, 0 to 1.
        value: f64,
        /// The standard deviation of its noise.
        sd: f64,
    },
}

/// The probability that a share is above a bound, after `hits` of `tries`. Nothing where the counts make no sense.
pub fn share_above(hits: f64, tries: f64, bound: f64) -> Option<f64> {
    if !(0.0..=tries).contains(&hits) || !bound.is_finite() {
        return None;
    }
    let share = Beta::new(hits + 0.5, tries - hits + 0.5).ok()?;
    Some(share.sf(bound.clamp(0.0, 1.0)))
}

/// The probability that a rate is above what is usual, after `count` of it: a Poisson count under Jeffreys' prior.
pub fn count_above(count: f64, usual: f64) -> Option<f64> {
    if !(count >= 0.0 && usual >= 0.0 && count.is_finite() && usual.is_finite()) {
        return None;
    }
    Some(Gamma::new(count + 0.5, 1.0).ok()?.sf(usual))
}

/// The probability that whoever does `acts` independent things, each with this part, would have come across it: one minus
/// the mean of `(1 − part)^acts` over what the part may be. Noise below nothing is nothing. `None` where the counts make no
/// sense.
pub fn would_have_met(part: Part, acts: f64) -> Option<f64> {
    if !(acts >= 0.0 && acts.is_finite()) {
        return None;
    }
    let missed = match part {
        Part::Counted { hits, tries } => {
            if !(0.0..=tries).contains(&hits) || !tries.is_finite() {
                return None;
            }
            let (a, b) = (hits + 0.5, tries - hits + 0.5);
            (ln_gamma(b + acts) + ln_gamma(a + b) - ln_gamma(b) - ln_gamma(a + b + acts)).exp()
        }
        Part::Noisy { value, sd } => {
            if !(value.is_finite() && sd >= 0.0 && sd.is_finite()) {
                return None;
            }
            let (mut sum, mut weights) = (0.0, 0.0);
            for step in 0..=STEPS {
                let z = 8.0 * f64::from(step) / f64::from(STEPS) - 4.0;
                let weight = (-z * z / 2.0).exp();
                sum += weight * (1.0 - (value + z * sd).clamp(0.0, 1.0)).powf(acts);
                weights += weight;
            }
            sum / weights
        }
    };
    Some((1.0 - missed).clamp(0.0, 1.0))
}

/// A share over clusters (teachers in schools), with its standard error: what is of one cluster resembles itself, so it is
/// clusters that count (the ratio estimator; Cochran, "Sampling techniques", 1977, 2.11). `None` for fewer than two
/// clusters, or none with tries.
pub fn clustered_share(clusters: &[(f64, f64)]) -> Option<(f64, f64)> {
    let count = crate::count::real(clusters.len());
    let (hits, tries) = clusters.iter().fold((0.0, 0.0), |(hits, tries), one| (hits + one.0, tries + one.1));
    if clusters.len() < 2 || tries <= 0.0 {
        return None;
    }
    let share = hits / tries;
    let squares: f64 = clusters.iter().map(|(hits, tries)| (hits - share * tries).powi(2)).sum();
    Some((share, (squares * count / (count - 1.0)).sqrt() / tries))
}

/// The probability of two shares as far apart where there is no difference, from their standard errors. One where neither
/// has an error to speak of and they are equal.
pub fn differ(one: (f64, f64), other: (f64, f64)) -> f64 {
    let (apart, error) = ((one.0 - other.0).abs(), one.1.hypot(other.1));
    if error <= 0.0 {
        return if apart > 0.0 { 0.0 } else { 1.0 };
    }
    statrs::function::erf::erfc(apart / error / std::f64::consts::SQRT_2)
}

/// A probability as it may be told, in percent: a multiple of five below it, 95 at most. The counts may be dependent and
/// the model is simple, so more would be false precision.
#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "from 0 to 19")]
pub fn told(probability: f64) -> u8 {
    // A hair above, so that 0.90 as computed is 90 and not 85.
    let fifths = ((probability + 1e-9) * 20.0).floor().clamp(0.0, 19.0);
    5 * fifths as u8
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn shares_and_counts_are_as_sure_as_their_numbers() {
        // Symmetric: as many hits as misses, and the bound in the middle.
        assert!((share_above(10.0, 20.0, 0.5).unwrap() - 0.5).abs() < 1e-9);
        // One crash in a hundred sessions says little about a target of 1 %, fifty in a thousand say a lot.
        assert!(share_above(1.0, 100.0, 0.01).unwrap() < 0.8);
        assert!(share_above(50.0, 1_000.0, 0.01).unwrap() > 0.999);
        // P(λ > 5 | 15) by the gamma distribution of shape 15.5.
        assert!(count_above(15.0, 5.0).unwrap() > 0.999 && count_above(5.0, 5.0).unwrap() < 0.7);
        assert_eq!((share_above(3.0, 2.0, 0.1), count_above(-1.0, 2.0)), (None, None));
    }

    #[test]
    fn a_counted_part_is_missed_as_often_as_simulation_says() {
        // Beta-binomial by hand: hits 0 of 0 is the arcsine law, and E(1 − p) is one half.
        let met = would_have_met(Part::Counted { hits: 0.0, tries: 0.0 }, 1.0).unwrap();
        assert!((met - 0.5).abs() < 1e-9, "{met}");
        // Much counted: nearly the plain formula.
        let met = would_have_met(Part::Counted { hits: 5_000.0, tries: 100_000.0 }, 40.0).unwrap();
        assert!((met - (1.0 - 0.95_f64.powi(40))).abs() < 1e-3, "{met}");
        let exact = would_have_met(Part::Noisy { value: 0.05, sd: 0.0 }, 40.0).unwrap();
        assert!((exact - (1.0 - 0.95_f64.powi(40))).abs() < 1e-9, "{exact}");
    }

    #[test]
    fn clusters_that_resemble_themselves_are_worth_fewer() {
        let alike: Vec<(f64, f64)> = (0..20).map(|at| (if at < 10 { 10.0 } else { 0.0 }, 10.0)).collect();
        let mixed: Vec<(f64, f64)> = (0..20).map(|at| (if at % 2 == 0 { 6.0 } else { 4.0 }, 10.0)).collect();
        let (share, error) = clustered_share(&alike).unwrap();
        assert!((share - 0.5).abs() < 1e-12 && (error - 0.1147).abs() < 1e-3, "{error}");
        let (_, small) = clustered_share(&mixed).unwrap();
        assert!(small < error / 4.0);
        assert_eq!(clustered_share(&alike[..1]), None);
        // 1.96 standard errors apart: one in twenty.
        assert!((differ((0.5, 0.03), (0.5 + 1.96 * 0.05, 0.04)) - 0.05).abs() < 1e-4);
        assert!((differ((0.0, 0.0), (0.0, 0.0)) - 1.0).abs() < 1e-12);
    }

    #[test]
    fn what_is_told_never_says_more_than_is_known() {
        let said: Vec<u8> = [0.0, 0.499, 0.9, 0.949, 0.95, 0.999, 1.0].iter().map(|p| told(*p)).collect();
        assert_eq!(said, [0, 45, 90, 90, 95, 95, 95]);
    }

    proptest! {
        #[test]
        fn noise_never_makes_anything_surer(value in 0.01..0.3_f64, sd in 0.0..0.2_f64, acts in 1.0..80.0_f64) {
            // Jensen: missing is convex in the part, and noise below nothing is nothing.
            let sure = would_have_met(Part::Noisy { value, sd: 0.0 }, acts).unwrap();
            let noisy = would_have_met(Part::Noisy { value, sd }, acts).unwrap();
            prop_assert!((0.0..=1.0).contains(&noisy));
            // Where noise reaches below nothing, the mean part grows a little; it is that much at most.
            let shift = would_have_met(Part::Noisy { value: value + 0.4 * sd, sd: 0.0 }, acts).unwrap();
            prop_assert!(noisy <= sure.max(shift) + 1e-9, "{noisy} > {sure}");
        }

        #[test]
        fn more_acts_and_larger_parts_are_met_more_often(hits in 0.0..50.0_f64, acts in 0.0..80.0_f64) {
            let of = |hits: f64, acts: f64| would_have_met(Part::Counted { hits, tries: 100.0 }, acts).unwrap();
            prop_assert!(of(hits + 1.0, acts) >= of(hits, acts) - 1e-12);
            prop_assert!(of(hits, acts + 1.0) >= of(hits, acts) - 1e-12);
            let sure = share_above(hits, 100.0, 0.2).unwrap();
            prop_assert!(f64::from(told(sure)) <= 100.0 * sure + 1e-6);
        }
    }
}
