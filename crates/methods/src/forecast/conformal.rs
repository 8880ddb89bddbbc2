//! Prediction intervals calibrated on held-out errors: split conformal prediction (Vovk, Gammerman, Shafer 2005; over
//! horizons as in Stankevičiūtė, Alaa, van der Schaar 2021). Before they are pooled, errors are brought to one size: by how
//! hard the moment was to forecast from, by how far ahead they lie, and by their place in the cycle.

use super::combination::View;
use super::hardness::hardness;
use super::phases;
use crate::count::real;
use crate::season::mean;

/// How much wider than the held-out errors say, where they span one horizon; half of it where they span two: the fewer,
/// the less they tell.
const WIDENED: f64 = 0.8;
/// A step's own errors say its scale when there are at least so many.
const ENOUGH: usize = 3;
/// How much of the quantile is that of normal errors, whatever the held-out ones say.
const NORMAL: f64 = 0.5;
/// The mean size of normal errors of variance 1.
const NORMAL_SIZE: f64 = 0.8;

/// What was held out of a series, and what it is compared with.
#[derive(Debug)]
pub(super) struct HeldOut<'a> {
    /// The series.
    pub series: &'a [f64],
    /// Its periods, shortest first.
    pub periods: &'a [usize],
    /// What was forecast from earlier moments, latest first.
    pub past: &'a [View],
    /// Over how many steps of the series.
    pub spanned: f64,
}

/// Half widths of the interval around `now` for each step ahead, in the unit of the series. `level` is in percent.
pub(super) fn half_widths(held_out: &HeldOut, now: &View, level: f64) -> Vec<f64> {
    let HeldOut { series, periods, past, spanned } = *held_out;
    let horizon = now.forecast.len();
    let hardness = hardness(series, periods, past, now);
    let mut errors: Vec<Vec<f64>> = past
        .iter()
        .zip(&hardness)
        .map(|(view, hard)| {
            series[view.known..].iter().zip(&view.forecast).map(|(came, said)| (came - said).abs() / hard).collect()
        })
        .collect();
    let scale = scales(&errors, horizon).unwrap_or_else(|| walk(series, horizon));
    for row in &mut errors {
        for (error, scale) in row.iter_mut().zip(&scale) {
            *error = if *scale > 0.0 { *error / scale } else { 0.0 };
        }
    }
    let period = periods.first().copied().unwrap_or(1);
    let phase = phases::sizes(period, past, &errors);
    let mut scores = Vec::new();
    for (view, row) in past.iter().zip(&errors) {
        let known = row.iter().enumerate().filter(|(step, _)| scale[*step] > 0.0);
        scores.extend(known.map(|(step, error)| error / phase[(view.known + step) % period]));
    }
    scores.sort_unstable_by(f64::total_cmp);
    let normal = normal_quantile(f64::midpoint(1.0, level / 100.0)) / NORMAL_SIZE;
    let wanted = if scores.len() < 8 {
        normal
    } else {
        quantile(&scores, level / 100.0).powf(1.0 - NORMAL) * normal.powf(NORMAL)
    };
    let spanned = spanned / real(horizon);
    let widened = if spanned > 0.0 { 1.0 + WIDENED / spanned } else { 1.0 };
    let hard = hardness.last().copied().unwrap_or(1.0);
    let places = (now.known..).map(|at| phase[at % period]);
    scale.iter().zip(places).map(|(scale, phase)| scale * phase * hard * wanted * widened).collect()
}

/// The mean size of the errors of each step, smoothed over its neighbours. Steps that no origin reached grow on as a walk
/// does. Nothing without errors.
fn scales(errors: &[Vec<f64>], horizon: usize) -> Option<Vec<f64>> {
    let sizes: Vec<f64> = (0..horizon)
        .map_while(|step| {
            let sizes: Vec<f64> = errors.iter().filter_map(|row| row.get(step)).copied().collect();
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
    let below = crate::count::whole(place);
    let Some(low) = sorted.get(below) else { return 0.0 };
    let high = sorted.get(below + 1).unwrap_or(low);
    low + (place - real(below)) * (high - low)
}

/// The quantile of the normal distribution for a share over a half (Abramowitz, Stegun 1964, 26.2.23; within .0005).
pub(crate) fn normal_quantile(share: f64) -> f64 {
    let root = (-2.0 * (1.0 - share).max(1e-12).ln()).sqrt();
    let above = 2.515_517 + root * (0.802_853 + root * 0.010_328);
    let below = 1.0 + root * (1.432_788 + root * (0.189_269 + root * 0.001_308));
    root - above / below
}

#[cfg(test)]
mod tests {
    use super::*;

    fn view(known: usize, horizon: usize) -> View {
        View { known, forecast: vec![0.0; horizon], disagreement: 1.0 }
    }

    fn widths(series: &[f64], periods: &[usize], past: &[View], horizon: usize) -> Vec<f64> {
        let held_out = HeldOut { series, periods, past, spanned: 20.0 };
        half_widths(&held_out, &view(series.len(), horizon), 95.0)
    }

    #[test]
    fn widths_follow_the_errors_of_their_step() {
        // From each even moment the first value is near and the second far.
        let series: Vec<f64> = (0..80).map(|at| if at % 2 == 0 { 0.5 } else { 4.0 }).collect();
        let past: Vec<View> = (20..39).rev().map(|at| view(2 * at, 2)).collect();
        let found = widths(&series, &[], &past, 2);
        assert!(found[1] > 1.5 * found[0], "{found:?}");
    }

    #[test]
    fn widths_follow_the_place_in_the_cycle() {
        let series: Vec<f64> = (0..160).map(|at| if at % 8 == 3 { 6.0 } else { 1.0 }).collect();
        let past: Vec<View> = (80..150).rev().step_by(3).map(|known| view(known, 8)).collect();
        let found = widths(&series, &[8], &past, 8);
        assert!(found[3] > 1.5 * found[6], "{found:?}");
    }

    #[test]
    fn a_series_of_two_points_still_has_a_width() {
        let found =
            half_widths(&HeldOut { series: &[1.0, 3.0], periods: &[], past: &[], spanned: 0.0 }, &view(2, 4), 95.0);
        assert!(found[0] > 0.0 && (found[3] - 2.0 * found[0]).abs() < 1e-9);
    }

    #[test]
    fn the_normal_quantile_is_the_known_one() {
        assert!((normal_quantile(0.975) - 1.96).abs() < 0.001);
    }
}
