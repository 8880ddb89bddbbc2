//! Exponential smoothing in its state form: level, damped trend (Gardner and `McKenzie` 1985), any number of additive seasons
//! (Holt-Winters with several cycles, Taylor 2003) and Taylor's first-order correction of the residual. Applied to
//! logarithms it is multiplicative.

use super::{Fitted, Model};
use crate::minimise::minimise;
use crate::season::mean;

/// Which components a smoothing has.
#[derive(Debug, Clone)]
pub(super) struct Smoothing {
    /// Whether it has a damped trend.
    pub trend: bool,
    /// Its seasons, shortest first; each at least 2.
    pub periods: Vec<usize>,
}

/// The weights, between 0 and 1 (damping and correction too).
#[derive(Debug, Clone, Default)]
struct Weights {
    level: f64,
    trend: f64,
    damping: f64,
    residual: f64,
    seasons: Vec<f64>,
}

#[derive(Debug, Clone, Default)]
struct State {
    level: f64,
    trend: f64,
    seasons: Vec<Vec<f64>>,
    residual: f64,
}

#[derive(Debug)]
struct Smoothed {
    weights: Weights,
    start: State,
}

impl Model for Smoothing {
    fn fit(&self, past: &[f64], _horizon: usize) -> Option<Box<dyn Fitted>> {
        let longest = self.periods.last().copied().unwrap_or(1);
        if past.len() < (2 * longest + 2).max(6) {
            return None;
        }
        let start = self.start(past);
        let parameters = 2 + 2 * usize::from(self.trend) + self.periods.len();
        let mut first = vec![-0.5; parameters];
        first[1] = -2.0;
        if self.trend {
            first[2] = -3.0;
            first[3] = 2.0;
        }
        for place in first.iter_mut().skip(parameters - self.periods.len()) {
            *place = -1.5;
        }
        let skipped = longest.min(past.len() / 4);
        let found = minimise(&first, 1.0, 60 + 20 * parameters, |point| {
            let weights = self.weights(point);
            let mut state = start.clone();
            let mut sum = 0.0;
            for (at, value) in past.iter().enumerate() {
                let error = step(&weights, &mut state, at, *value);
                if at >= skipped {
                    sum += error * error;
                }
            }
            sum
        });
        Some(Box::new(Smoothed { weights: self.weights(&found), start }))
    }
}

impl Smoothing {
    fn weights(&self, point: &[f64]) -> Weights {
        let trend_at = if self.trend { 4 } else { 2 };
        Weights {
            level: 0.999 * squash(point[0]) + 0.0005,
            residual: 0.98 * squash(point[1]),
            trend: if self.trend { 0.5 * squash(point[2]) } else { 0.0 },
            damping: if self.trend { 0.8 + 0.198 * squash(point[3]) } else { 0.0 },
            seasons: point[trend_at..].iter().map(|place| 0.9 * squash(*place)).collect(),
        }
    }

    /// Where it starts: the mean of the first cycles, and each season's mean deviations from what shorter ones explain.
    fn start(&self, past: &[f64]) -> State {
        let longest = self.periods.last().copied().unwrap_or(1);
        let cycles = (past.len() / longest).clamp(1, 4);
        let known = &past[..(cycles * longest).max(4).min(past.len())];
        let level = if longest > 1 { mean(&known[..longest]) } else { mean(&known[..known.len().min(4)]) };
        let mut rest: Vec<f64> = (0..known.len())
            .map(|at| {
                let cycle = at / longest * longest;
                known[at] - if longest > 1 { mean(&known[cycle..(cycle + longest).min(known.len())]) } else { level }
            })
            .collect();
        let mut seasons = Vec::new();
        for period in &self.periods {
            let mut season = vec![0.0; *period];
            let mut seen = vec![0.0; *period];
            for (at, value) in rest.iter().enumerate() {
                season[at % period] += value;
                seen[at % period] += 1.0;
            }
            for (sum, seen) in season.iter_mut().zip(&seen) {
                *sum /= f64::max(*seen, 1.0);
            }
            for (at, value) in rest.iter_mut().enumerate() {
                *value -= season[at % period];
            }
            seasons.push(season);
        }
        State { level, trend: 0.0, seasons, residual: 0.0 }
    }
}

/// Moves the state over one value and returns the error of its forecast.
fn step(weights: &Weights, state: &mut State, at: usize, value: f64) -> f64 {
    let damped = weights.damping * state.trend;
    let season: f64 = state.seasons.iter().map(|season| season[at % season.len()]).sum();
    let residual = value - (state.level + damped + season);
    let error = residual - weights.residual * state.residual;
    state.level += damped + weights.level * residual;
    state.trend = damped + weights.level * weights.trend * residual;
    let left = (1.0 - weights.level) * residual;
    for (season, weight) in state.seasons.iter_mut().zip(&weights.seasons) {
        let length = season.len();
        season[at % length] += weight * left;
    }
    state.residual = residual;
    error
}

impl Fitted for Smoothed {
    fn forecast(&self, past: &[f64], horizon: usize) -> Vec<f64> {
        let mut state = self.start.clone();
        for (at, value) in past.iter().enumerate() {
            step(&self.weights, &mut state, at, *value);
        }
        let (mut trend, mut residual) = (state.trend, state.residual);
        let mut level = state.level;
        (past.len()..past.len() + horizon)
            .map(|at| {
                trend *= self.weights.damping;
                level += trend;
                residual *= self.weights.residual;
                level + residual + state.seasons.iter().map(|season| season[at % season.len()]).sum::<f64>()
            })
            .collect()
    }
}

fn squash(place: f64) -> f64 {
    1.0 / (1.0 + (-place).exp())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::count::real;

    #[test]
    fn a_season_on_a_level_goes_on() {
        let series: Vec<f64> = (0..60).map(|at| 10.0 + [3.0, -1.0, -2.0][at % 3]).collect();
        let model = Smoothing { trend: false, periods: vec![3] };
        let next = model.fit(&series, 3).unwrap().forecast(&series, 3);
        for (found, wanted) in next.iter().zip([13.0, 9.0, 8.0]) {
            assert!((found - wanted).abs() < 0.05, "{found} is not {wanted}");
        }
    }

    #[test]
    fn a_line_is_followed() {
        let series: Vec<f64> = (0..60).map(|at| 2.0 * real(at)).collect();
        let model = Smoothing { trend: true, periods: vec![] };
        let next = model.fit(&series, 2).unwrap().forecast(&series, 2);
        assert!((next[0] - 120.0).abs() < 1.5, "{next:?}");
    }
}
