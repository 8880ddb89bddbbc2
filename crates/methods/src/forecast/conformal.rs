//! Prediction intervals calibrated on held-out errors: split conformal prediction (Vovk, Gammerman, Shafer 2005; over
//! horizons as in Stankevičiūtė, Alaa, van der Schaar 2021), with errors scaled step by step before they are pooled.

use super::backtest::Backtest;
use crate::count::real;
use crate::season::mean;

/// How much wider than the held-out errors say, by how many horizons they span: the fewer, the less they tell.
const WIDENED: f64 = 0.8;
/// A step's own errors say its scale when there are at least so many.
const ENOUGH: usize = 3;

/// Half widths of the interval for each step ahead, in the unit of the series. `level` is in percent.
pub(super) fn half_widths(series: &[f64], backtest: &Backtest, horizon: usize, level: f64) -> Vec<f64> {
    let scale = scales(backtest, horizon).unwrap_or_else(|| walk(series, horizon));
    let mut scores: Vec<f64> = backtest
        .errors
        .iter()
        .flat_map(|row| {
            row.iter().zip(&scale).filter(|(_, scale)| **scale > 0.0).map(|(error, scale)| error.abs() / scale)
        })
        .collect();
    scores.sort_by(f64::total_cmp);
    // Without errors to go by: as wide as two and a half mean errors of a walk.
    let wanted = if scores.len() < 8 { 2.5 } else { quantile(&scores, level / 100.0) };
    let spanned = backtest.spanned / real(horizon);
    let widened = if spanned > 0.0 { 1.0 + WIDENED / spanned.powf(1.5) } else { 1.0 };
    scale.iter().map(|scale| scale * wanted * widened).collect()
}

/// The mean size of the errors of each step, smoothed over its neighbours. Steps that no origin reached grow on as a walk
/// does. Nothing without errors.
fn scales(backtest: &Backtest, horizon: usize) -> Option<Vec<f64>> {
    let sizes: Vec<f64> = (0..horizon)
        .map_while(|step| {
            let sizes: Vec<f64> =
                backtest.errors.iter().filter_map(|row| row.get(step)).map(|error| error.abs()).collect();
            (sizes.len() >= ENOUGH).then(|| mean(&sizes))
        })
        .collect();
    let known = sizes.len();
    if known == 0 {
        return None;
    }
    let overall = mean(&sizes);
    let reach = known / 8;
    let near = |step: usize| mean(&sizes[step.saturating_sub(reach)..(step + reach + 1).min(known)]);
    Some(
        (0..horizon)
            .map(|step| {
                let at = step.min(known - 1);
                (0.8 * near(at) + 0.2 * overall) * (real(step + 1) / real(at + 1)).sqrt()
            })
            .collect(),
    )
}

/// The mean size of the errors of the naive forecast: what is left for a series too short to hold anything out.
fn walk(series: &[f64], horizon: usize) -> Vec<f64> {
    let steps: Vec<f64> = series.windows(2).map(|pair| (pair[1] - pair[0]).abs()).collect();
    let size = if steps.is_empty() { series.iter().map(|value| value.abs()).sum() } else { mean(&steps) };
    (1..=horizon).map(|step| size * real(step).sqrt()).collect()
}

/// The quantile of sorted values, between neighbours; 0 of nothing.
pub(crate) fn quantile(sorted: &[f64], share: f64) -> f64 {
    let place = share * real(sorted.len().saturating_sub(1));
    #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss)]
    let below = place.floor().max(0.0) as usize;
    let Some(low) = sorted.get(below) else { return 0.0 };
    let high = sorted.get(below + 1).unwrap_or(low);
    low + (place - real(below)) * (high - low)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn widths_follow_the_errors_of_their_step() {
        let errors = (0..40).map(|at| vec![f64::from(at % 2) - 0.5, 4.0 * (f64::from(at % 2) - 0.5)]).collect();
        let widths = half_widths(&[], &Backtest { errors, spanned: 40.0 }, 2, 95.0);
        assert!(widths[1] > 1.5 * widths[0], "{widths:?}");
    }

    #[test]
    fn a_series_of_two_points_still_has_a_width() {
        let widths = half_widths(&[1.0, 3.0], &Backtest::default(), 4, 95.0);
        assert!(widths[0] > 0.0 && (widths[3] - 2.0 * widths[0]).abs() < 1e-9);
    }
}
