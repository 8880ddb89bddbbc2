//! How hard a moment is to forecast from, by what can be seen at it: how restless the series has been of late (as
//! volatility clusters, Engle 1982) and how much the members disagree. Errors are compared in units of it (normalised
//! conformal prediction: Papadopoulos, Gammerman, Vovk 2008).

use super::combination::View;
use crate::season::mean;

/// How much of a change in restlessness, and in disagreement, comes through: as powers.
const RESTLESS: f64 = 0.3;
const DISAGREEING: f64 = 0.2;
/// The share of the usual that is always there.
const FLOOR: f64 = 0.1;
/// No moment is so many times harder, or easier, than usual on either count.
const FARTHEST: f64 = 3.0;
/// Over how many of the last points restlessness is measured, at least.
const LAST: usize = 6;

/// How many times harder than the past ones each view is: past ones first, then that of now.
pub(super) fn hardness(series: &[f64], periods: &[usize], past: &[View], now: &View) -> Vec<f64> {
    let steps = calmest_differences(series, periods);
    let lag = series.len() - steps.len();
    let width = now.forecast.len().max(LAST);
    let restlessness: Vec<f64> = past
        .iter()
        .chain([now])
        .map(|view| {
            let end = view.known.saturating_sub(lag);
            mean(&steps[end.saturating_sub(width)..end])
        })
        .collect();
    let disagreement: Vec<f64> = past.iter().chain([now]).map(|view| view.disagreement).collect();
    let factors = relative(&restlessness, past.len(), RESTLESS).into_iter();
    factors.zip(relative(&disagreement, past.len(), DISAGREEING)).map(|(restless, apart)| restless * apart).collect()
}

/// Each value by the mean of the first `known`, drawn towards 1.
fn relative(values: &[f64], known: usize, power: f64) -> Vec<f64> {
    let usual = mean(&values[..known]);
    if usual <= 0.0 {
        return vec![1.0; values.len()];
    }
    let times = |value: f64| ((value + FLOOR * usual) / (usual * (1.0 + FLOOR))).clamp(1.0 / FARTHEST, FARTHEST);
    values.iter().map(|value| times(*value).powf(power)).collect()
}

/// The sizes of differences from the last value, from the last cycle, or of both one after the other: those that are
/// smallest, which leaves out what repeats itself.
fn calmest_differences(series: &[f64], periods: &[usize]) -> Vec<f64> {
    let moved = |values: &[f64], lag: usize| -> Vec<f64> {
        values.iter().skip(lag).zip(values).map(|(now, before)| now - before).collect()
    };
    let mut candidates = vec![moved(series, 1)];
    for period in periods.iter().filter(|period| 3 * **period + 2 < series.len()) {
        candidates.push(moved(series, *period));
        candidates.push(moved(&candidates[0], *period));
    }
    let sizes = candidates.into_iter().map(|values| values.iter().map(|value| value.abs()).collect::<Vec<_>>());
    sizes.min_by(|left, right| mean(left).total_cmp(&mean(right))).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn view(known: usize, disagreement: f64) -> View {
        View { known, forecast: vec![0.0; 4], disagreement }
    }

    #[test]
    fn a_restless_moment_and_one_in_dispute_are_harder() {
        let series: Vec<f64> = (0..60).map(|at| f64::from(at % 2) * if at < 48 { 1.0 } else { 5.0 }).collect();
        let found = hardness(&series, &[], &[view(40, 1.0), view(30, 1.0)], &view(60, 1.0));
        assert!((found[0] - 1.0).abs() < 1e-9 && found[2] > 1.2, "{found:?}");
        let found = hardness(&series, &[], &[view(40, 1.0), view(30, 3.0)], &view(40, 4.0));
        assert!(found[0] < found[1] && found[1] < found[2], "{found:?}");
    }

    #[test]
    fn a_season_is_no_restlessness() {
        let series: Vec<f64> = (0..70).map(|at| f64::from(at % 7)).collect();
        assert!(mean(&calmest_differences(&series, &[7])).abs() < 1e-12);
        assert!(
            hardness(&series, &[7], &[view(40, 0.0)], &view(70, 0.0)).iter().all(|times| (times - 1.0).abs() < 1e-12)
        );
    }
}
