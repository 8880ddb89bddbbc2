//! Intervals from held-out errors, each as so many of the deviations that the model expects (split conformal prediction with
//! a normalised score, Papadopoulos, Gammerman, Vovk 2008), with the errors of all series of a file behind the shape and
//! each series' own behind its size. Both sides have their own quantile, for counts are skewed.

use super::super::conformal::{normal_quantile, quantile};
use crate::count::real;
use crate::season::mean;

/// What was held out of a series: errors in expected deviations, and over how many open days they spread.
#[derive(Debug, Clone, Default)]
pub(super) struct HeldOut {
    pub scores: Vec<f64>,
    pub days: f64,
}

/// As how many open days the belief weighs that a series errs as much as others, or as the model expects.
const BELIEF: f64 = 60.0;
/// Below so many errors, nothing is learnt from them.
const FEW: usize = 8;

/// How far the interval of a series reaches, in expected deviations.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Reach {
    pub below: f64,
    pub above: f64,
}

/// The reach of each series.
pub(super) fn reaches(held_out: &[HeldOut], level: f64) -> Vec<Reach> {
    let days: f64 = held_out.iter().map(|own| own.days).sum();
    let all: Vec<f64> = held_out.iter().flat_map(|own| own.scores.iter().map(|score| score.abs())).collect();
    let normal_size = 0.8;
    let common = if all.len() < FEW { normal_size } else { drawn(mean(&all), normal_size, days) };
    let sizes: Vec<f64> = held_out
        .iter()
        .map(|own| {
            let size = mean(&own.scores.iter().map(|score| score.abs()).collect::<Vec<_>>());
            drawn(size, common, own.days).max(0.05 * common)
        })
        .collect();
    let mut scores: Vec<f64> =
        held_out.iter().zip(&sizes).flat_map(|(own, size)| own.scores.iter().map(move |score| score / size)).collect();
    scores.sort_by(f64::total_cmp);
    let tail = (1.0 - level / 100.0) / 2.0;
    let normal = normal_quantile(1.0 - tail) / normal_size;
    let (mut below, mut above) = (-normal, normal);
    if scores.len() >= FEW {
        below = drawn(quantile(&scores, tail), below, days);
        above = drawn(quantile(&scores, 1.0 - tail), above, days);
    }
    // Series of a file err together: how many there are does not make the past longer.
    let each = days / real(held_out.len().max(1));
    let widened = 1.0 + 0.8 / (each + 40.0).sqrt();
    sizes
        .iter()
        .map(|size| Reach { below: size * (widened * below).min(0.0), above: size * (widened * above).max(0.0) })
        .collect()
}

/// What was found over so many days, drawn towards what is believed.
fn drawn(found: f64, believed: f64, days: f64) -> f64 {
    (days * found + BELIEF * believed) / (days + BELIEF)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn without_errors_the_interval_is_normal() {
        let found = reaches(&[HeldOut::default()], 95.0)[0];
        assert!(found.above > 1.95 && found.above < 2.7, "{found:?}");
    }

    #[test]
    fn a_series_that_errs_more_has_a_wider_interval_than_others() {
        let errors = |size: f64| HeldOut { scores: (-50..=50).map(|at| size * f64::from(at)).collect(), days: 100.0 };
        let found = reaches(&[errors(0.02), errors(0.02), errors(0.2)], 95.0);
        assert!(found[2].above > 2.0 * found[0].above, "{found:?}");
    }
}
