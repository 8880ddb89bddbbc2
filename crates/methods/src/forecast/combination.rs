//! The members together: at each step their weighted median, a member counting the more the less it erred on the known
//! past (weights by inverse error: Bates, Granger 1969; a median for what one member gets badly wrong).

use super::backtest::Backtest;
use super::bounded;
use crate::count::real;
use crate::season::mean;

/// How fast a member's weight falls with its error: half the usual error weighs eight times as much.
const POWER: f64 = 3.0;
/// Errors that span so many horizons are believed half.
const HALF_BELIEVED: f64 = 3.0;
/// An error beyond so many times the size of the series counts as this one.
const WORST: f64 = 100.0;
/// The shares of the members between which they are said to disagree.
const INNER: (f64, f64) = (0.2, 0.8);

/// The members' common forecast from a moment.
#[derive(Debug)]
pub(super) struct View {
    /// How many points are known.
    pub known: usize,
    /// The forecast, by step.
    pub forecast: Vec<f64>,
    /// How far apart the members are, over all steps.
    pub disagreement: f64,
}

impl View {
    /// What the members say together of what follows the first `known` points.
    pub(super) fn of(series: &[f64], known: usize, forecasts: &[Vec<f64>], weights: &[f64], horizon: usize) -> View {
        let forecast = combined(forecasts, weights, &series[..known], horizon);
        View { known, forecast, disagreement: disagreement(forecasts, weights, horizon) }
    }
}

/// How much each member counts. Alike where nothing could be held out; as the middle one where a member could not be asked.
pub(super) fn weights(series: &[f64], backtest: &Backtest, members: usize, horizon: usize) -> Vec<f64> {
    let errors: Vec<f64> = (0..members).map(|member| error_of(series, backtest, member)).collect();
    let mut sorted: Vec<f64> = errors.iter().copied().filter(|error| error.is_finite()).collect();
    sorted.sort_unstable_by(f64::total_cmp);
    let Some(middle) = sorted.get(sorted.len() / 2).filter(|middle| **middle > 0.0) else {
        return vec![1.0; members];
    };
    let spanned = backtest.spanned / real(horizon);
    let power = POWER * spanned / (spanned + HALF_BELIEVED);
    // A member without error must not count without end.
    let least = middle * 1e-3;
    let weight = |error: &f64| if error.is_finite() { (middle / error.max(least)).powf(power) } else { 1.0 };
    errors.iter().map(weight).collect()
}

/// The mean size of a member's errors; no number where it could not be asked.
fn error_of(series: &[f64], backtest: &Backtest, member: usize) -> f64 {
    let (mut sum, mut count) = (0.0, 0_usize);
    for origin in &backtest.origins {
        let forecast = &origin.forecasts[member];
        for (came, forecast) in series[origin.known..].iter().zip(forecast) {
            let error = (came - forecast).abs();
            // No number where the member could not be asked, or where it lost itself.
            sum += if error.is_finite() { error.min(WORST) } else { WORST };
            count += 1;
        }
        if forecast.iter().all(|value| value.is_nan()) {
            return f64::NAN;
        }
    }
    sum / real(count)
}

/// The weighted median of each step, no further than three times the range of what is known beyond its ends.
fn combined(forecasts: &[Vec<f64>], weights: &[f64], known: &[f64], horizon: usize) -> Vec<f64> {
    bounded((0..horizon).map(|step| Votes::of(forecasts, weights, step).at(0.5)).collect(), known)
}

/// How far apart the members are, over all steps.
fn disagreement(forecasts: &[Vec<f64>], weights: &[f64], horizon: usize) -> f64 {
    let apart: Vec<f64> = (0..horizon)
        .map(|step| {
            let votes = Votes::of(forecasts, weights, step);
            votes.at(INNER.1) - votes.at(INNER.0)
        })
        .collect();
    mean(&apart)
}

/// What the members say of a step, in order, each with its weight.
struct Votes(Vec<(f64, f64)>);

impl Votes {
    fn of(forecasts: &[Vec<f64>], weights: &[f64], step: usize) -> Votes {
        let said = forecasts.iter().map(|forecast| forecast[step]).zip(weights.iter().copied());
        let mut votes: Vec<(f64, f64)> = said.filter(|(value, _)| value.is_finite()).collect();
        votes.sort_unstable_by(|left, right| left.0.total_cmp(&right.0).then(left.1.total_cmp(&right.1)));
        Votes(votes)
    }

    /// The weighted quantile, between the middles of neighbours' weights; 0 where no member says a number.
    fn at(&self, share: f64) -> f64 {
        let wanted = share * self.0.iter().map(|(_, weight)| weight).sum::<f64>();
        let (mut below, mut before) = (0.0, None);
        for (value, weight) in &self.0 {
            let middle = below + weight / 2.0;
            if middle >= wanted {
                return match before {
                    Some((other, left)) => other + (value - other) * (wanted - left) / (middle - left),
                    None => *value,
                };
            }
            before = Some((*value, middle));
            below += weight;
        }
        self.0.last().map_or(0.0, |(value, _)| *value)
    }
}

#[cfg(test)]
mod tests {
    use super::super::backtest::Origin;
    use super::*;

    fn median(values: &[f64], weights: &[f64]) -> f64 {
        let forecasts: Vec<Vec<f64>> = values.iter().map(|value| vec![*value]).collect();
        combined(&forecasts, weights, &[-1e9, 1e9], 1)[0]
    }

    #[test]
    fn alike_weights_give_the_median_and_others_draw_it() {
        assert!((median(&[5.0, 1.0, 2.0], &[1.0; 3]) - 2.0).abs() < 1e-12);
        assert!((median(&[5.0, 1.0, 2.0, 4.0], &[1.0; 4]) - 3.0).abs() < 1e-12);
        assert!(median(&[5.0, 1.0, 2.0], &[9.0, 1.0, 1.0]) > 4.0);
        assert!((median(&[f64::NAN, 1.0, f64::INFINITY], &[1.0; 3]) - 1.0).abs() < 1e-12);
        assert!(median(&[f64::NAN], &[1.0]).abs() < 1e-12);
    }

    #[test]
    fn who_erred_less_counts_more_and_who_was_not_asked_counts_as_the_middle() {
        let series = [1.0; 12];
        let forecasts = vec![vec![1.1; 2], vec![1.4; 2], vec![3.0; 2], vec![f64::NAN; 2]];
        let backtest = Backtest { origins: vec![Origin { known: 6, forecasts }], spanned: 6.0 };
        let found = weights(&series, &backtest, 4, 2);
        assert!(found[0] > found[1] && found[1] > found[2], "{found:?}");
        assert!((found[3] - 1.0).abs() < 1e-12 && (found[1] - 1.0).abs() < 1e-12, "{found:?}");
        assert!(weights(&series, &Backtest::default(), 2, 2).iter().all(|weight| (weight - 1.0).abs() < 1e-12));
    }

    #[test]
    fn members_that_say_the_same_do_not_disagree() {
        assert!(disagreement(&[vec![2.0; 3], vec![2.0; 3]], &[1.0, 4.0], 3).abs() < 1e-12);
        assert!(disagreement(&[vec![2.0; 3], vec![3.0; 3]], &[1.0, 1.0], 3) > 0.5);
    }
}
