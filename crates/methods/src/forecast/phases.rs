//! Where in the shortest cycle a series errs more than elsewhere: nights and the days are not told equally well, nor are
//! the last week of a year and the others.

use super::combination::View;

/// The weight of so many errors of the usual size that each place in the cycle begins with.
const BELIEF: f64 = 40.0;
/// What an error tells of the places beside its own.
const BESIDE: f64 = 0.5;

/// How many times the usual size errors have at each place of a cycle of `period`; 1 everywhere where nothing is known.
/// `scores` are sizes of errors by view and step, in units in which they should be alike.
pub(super) fn sizes(period: usize, past: &[View], scores: &[Vec<f64>]) -> Vec<f64> {
    let (mut sums, mut counts) = (vec![0.0; period], vec![0.0; period]);
    for (view, row) in past.iter().zip(scores) {
        for (step, score) in row.iter().enumerate() {
            sums[(view.known + step) % period] += score;
            counts[(view.known + step) % period] += 1.0;
        }
    }
    let usual = sums.iter().sum::<f64>() / f64::max(counts.iter().sum(), 1.0);
    if usual <= 0.0 || !usual.is_finite() {
        return vec![1.0; period];
    }
    let around = |values: &[f64], at: usize| {
        let beside = if period > 2 { values[(at + 1) % period] + values[(at + period - 1) % period] } else { 0.0 };
        values[at] + BESIDE * beside
    };
    (0..period).map(|at| (around(&sums, at) / usual + BELIEF) / (around(&counts, at) + BELIEF)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_place_that_errs_more_is_found_and_drawn_towards_the_others() {
        let past: Vec<View> =
            (0..40).map(|at| View { known: 100 + at, forecast: vec![0.0; 8], disagreement: 0.0 }).collect();
        let scores: Vec<Vec<f64>> = past
            .iter()
            .map(|view| (0..8).map(|step| if (view.known + step) % 8 == 3 { 5.0 } else { 1.0 }).collect())
            .collect();
        let found = sizes(8, &past, &scores);
        assert!(found[3] > 1.5 && found[3] < 3.0 && found[0] < 1.0, "{found:?}");
        assert!(sizes(8, &[], &[]).iter().all(|size| (size - 1.0).abs() < 1e-12));
    }
}
