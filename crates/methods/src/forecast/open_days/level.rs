//! The level of open days: a mean that hardly moves and a deviation that fades, seen through counts that vary more the
//! higher they are (dynamic model of West, Harrison, Migon 1985, in its linear Bayes form). How fast the deviation moves
//! and fades and how much counts vary is not chosen but weighed: a grid of answers, each by its likelihood, with the
//! weights that all series of a file have together as what is believed of each (nonparametric empirical Bayes, Laird 1978).

use crate::count::real;
use crate::season::mean;

/// A value of an open day without its factor, and that factor.
#[derive(Debug, Clone, Copy)]
pub(super) struct Seen {
    pub value: f64,
    pub factor: f64,
}

/// What the grid is made of: how much of the deviation stays, the size of its steps, and the dispersion of values, the last
/// two relative to the level.
const STAYS: [f64; 4] = [0.9, 0.97, 0.99, 1.0];
const STEPS: [f64; 5] = [0.01, 0.025, 0.05, 0.1, 0.2];
const DISPERSION: [f64; 3] = [0.005, 0.03, 0.12];
/// How far the mean moves in a step, relative to itself.
const MEAN_STEP: f64 = 0.003;
/// Errors beyond so many deviations count as if they were no further.
const FURTHEST: f64 = 3.0;
/// So many first values move the state but do not count in the likelihood.
const FIRST: usize = 5;
/// How often the weights of the file are measured anew.
const ROUNDS: usize = 15;

/// The grid, as (stays, step, dispersion).
fn grid() -> impl Iterator<Item = (f64, f64, f64)> {
    STAYS.into_iter().flat_map(|stays| {
        STEPS.into_iter().flat_map(move |step| DISPERSION.into_iter().map(move |dispersion| (stays, step, dispersion)))
    })
}

/// Where one answer of the grid ends: the mean and deviation with their covariance, and the scale of all variances.
#[derive(Debug, Clone, Copy)]
struct State {
    stays: f64,
    step: f64,
    dispersion: f64,
    mean: f64,
    deviation: f64,
    /// Of the mean, of both, of the deviation.
    covariance: [f64; 3],
    scale: f64,
    likelihood: f64,
}

/// The answers for one series.
#[derive(Debug)]
pub(super) struct Level {
    states: Vec<State>,
    /// One for each state, with sum 1.
    weights: Vec<f64>,
    /// The variance of a count of 1, in the unit of the values.
    unit: f64,
}

impl Level {
    /// Filters the values, oldest first, under each answer. `unit` is what a single event is in the unit of the values.
    pub fn learn(seen: &[Seen], unit: f64) -> Level {
        let states: Vec<State> =
            grid().map(|(stays, step, dispersion)| filter(seen, unit, stays, step, dispersion)).collect();
        let weights = vec![1.0 / real(states.len()); states.len()];
        Level { states, weights, unit }
    }

    /// The level `after` open days, and the variance of a value there with `factor`, in the unit of the values.
    pub fn forecast(&self, after: usize, factor: f64) -> (f64, f64) {
        let (mut first, mut second, mut within) = (0.0, 0.0, 0.0);
        for (state, weight) in self.states.iter().zip(&self.weights).filter(|(_, weight)| **weight > 1e-6) {
            let (level, variance) = state.forecast(after, factor, self.unit);
            first += weight * level;
            second += weight * level * level;
            within += weight * variance;
        }
        (first, (within + (second - first * first).max(0.0)) * factor * factor)
    }
}

/// Weighs the answers of all series of a file, each with the whole file as what is believed before. The order of the series
/// is the only order there is.
pub(super) fn weigh(levels: &mut [Level]) {
    let Some(answers) = levels.first().map(|level| level.states.len()) else { return };
    let even = 1.0 / real(answers);
    let likelihoods: Vec<Vec<f64>> = levels
        .iter()
        .map(|level| {
            let best = level.states.iter().map(|state| state.likelihood).fold(f64::NEG_INFINITY, f64::max);
            level.states.iter().map(|state| (state.likelihood - best).exp()).collect()
        })
        .collect();
    let mut believed = vec![even; answers];
    for _ in 0..ROUNDS {
        // One more series, of which nothing is known, keeps every answer possible.
        let mut sums = vec![even; answers];
        for (level, likelihood) in levels.iter_mut().zip(&likelihoods) {
            let all: f64 = likelihood.iter().zip(&believed).map(|(likelihood, believed)| likelihood * believed).sum();
            for ((weight, sum), (likelihood, believed)) in
                level.weights.iter_mut().zip(&mut sums).zip(likelihood.iter().zip(&believed))
            {
                *weight = if all > 0.0 { likelihood * believed / all } else { even };
                *sum += *weight;
            }
        }
        for (believed, sum) in believed.iter_mut().zip(sums) {
            *believed = sum / (real(levels.len()) + 1.0);
        }
    }
}

/// How much a value without its factor varies around the level.
fn noise(level: f64, factor: f64, unit: f64, dispersion: f64) -> f64 {
    unit * level / factor + dispersion * level * level
}

fn filter(seen: &[Seen], unit: f64, stays: f64, step: f64, dispersion: f64) -> State {
    let start = mean(&seen.iter().take(10).map(|seen| seen.value).collect::<Vec<_>>());
    let typical = mean(&seen.iter().map(|seen| seen.value.abs()).collect::<Vec<_>>()).max(1e-9);
    let floor = 0.1 * typical;
    let walks = stays >= 1.0;
    let wide = typical * typical;
    let settled = if walks { wide } else { step * step * wide / (1.0 - stays * stays) };
    let mut state = State {
        stays,
        step,
        dispersion,
        mean: if walks { 0.0 } else { start },
        deviation: if walks { start } else { 0.0 },
        covariance: [if walks { 0.0 } else { wide }, 0.0, settled],
        scale: 1.0,
        likelihood: 0.0,
    };
    let (mut squares, mut logs, mut counted) = (0.0, 0.0, 0.0);
    for (at, seen) in seen.iter().enumerate() {
        let level = (state.mean + state.deviation).abs().max(floor);
        let moved = level * level;
        let [mut own, mut both, mut other] = state.covariance;
        state.deviation *= stays;
        own += if walks { 0.0 } else { MEAN_STEP * MEAN_STEP * moved };
        both *= stays;
        other = stays * stays * other + step * step * moved;
        let predicted = (state.mean + state.deviation).abs().max(floor);
        let variance = own + 2.0 * both + other + noise(predicted, seen.factor, unit, dispersion);
        let limit = FURTHEST * (variance * 1.5).sqrt();
        let error = (seen.value - state.mean - state.deviation).clamp(-limit, limit);
        let (gain_mean, gain_deviation) = ((own + both) / variance, (both + other) / variance);
        state.mean += gain_mean * error;
        state.deviation += gain_deviation * error;
        state.covariance = [
            own - gain_mean * gain_mean * variance,
            both - gain_mean * gain_deviation * variance,
            other - gain_deviation * gain_deviation * variance,
        ];
        if at >= FIRST {
            squares += error * error / variance;
            logs += variance.ln();
            counted += 1.0;
        }
    }
    state.scale = (squares + 5.0) / (counted + 5.0);
    state.likelihood = -0.5 * (logs + (counted + 5.0) * state.scale.ln());
    state
}

impl State {
    /// The level and the variance of a value without its factor around it.
    fn forecast(&self, after: usize, factor: f64, unit: f64) -> (f64, f64) {
        let kept = self.stays.powf(real(after));
        let level = self.mean + kept * self.deviation;
        let size = level.abs().max(1e-9);
        let steps = if self.stays >= 1.0 { real(after) } else { (1.0 - kept * kept) / (1.0 - self.stays * self.stays) };
        let [own, both, other] = self.covariance;
        let state = own + 2.0 * kept * both + kept * kept * other + self.step * self.step * steps * size * size;
        (level, self.scale * (state.max(0.0) + noise(size, factor, unit, self.dispersion)))
    }
}
