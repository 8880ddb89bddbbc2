//! Forecasts that know a calendar: nothing on closed days; on open ones, factors of the weekday and of the kind of day
//! times a level that only open days move (multiplicative decomposition with calendar factors as in Taylor, Letham 2018,
//! "Forecasting at scale", with exponential smoothing of the rest). So a holiday is neither a fall nor a rise.

use super::autoregression::Autoregression;
use super::conformal::quantile;
use super::naive::Recent;
use super::smoothing::Smoothing;
use super::theta::Theta;
use super::{Forecast, ForecastError, Model, Request, bounded, median_of};
use crate::season::{count, mean};

/// What a calendar says of a step.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Day {
    /// Nothing happens.
    Closed,
    /// Open; days with the same number are alike, such as Wednesdays on which only some schools open.
    Open(u16),
}

/// The greatest period whose places can have factors of their own: the hours of a week.
const LONGEST: usize = 168;
/// As how many open days the belief weighs that a place is like any other.
const BELIEF: f64 = 0.5;
/// Over how many open days to each side the level is measured that factors are relative to.
const REACH: usize = 10;
/// How many earlier moments the interval is calibrated on, at most.
const ORIGINS: usize = 16;

/// Forecasts a series with a calendar: `days` has one entry a step of the series and of the horizon after it. Closed days
/// are 0 without doubt, whatever came on such days before. A series that was never negative gets no negative value.
pub fn forecast_open_days(series: &[f64], days: &[Day], request: &Request) -> Result<Forecast, ForecastError> {
    request.check(series)?;
    let (length, horizon) = (series.len(), request.horizon);
    if days.len() < length + horizon {
        return Err(ForecastError::Calendar { known: days.len(), needed: length + horizon });
    }
    let days = &days[..length + horizon];
    let size = mean(&series.iter().map(|value| value.abs()).collect::<Vec<_>>());
    if size <= 0.0 {
        return Ok(Forecast::constant(0.0, horizon));
    }
    let scaled: Vec<f64> = series.iter().map(|value| value / size).collect();
    let period = request.usable_periods(length).into_iter().rfind(|p| *p <= LONGEST && 2 * p <= length).unwrap_or(1);
    let mean = point(&scaled, days, period).ok_or(ForecastError::NoOpenDay)?;
    let (below, above) = widths(&scaled, days, period, &mean, request.level);
    let lowest = if series.iter().all(|value| *value >= 0.0) { 0.0 } else { f64::NEG_INFINITY };
    let back = |values: Vec<f64>| -> Vec<f64> {
        let open = values.into_iter().zip(&days[length..]);
        open.map(|(value, day)| if *day == Day::Closed { 0.0 } else { (value * size).max(lowest) }).collect()
    };
    let lo = mean.iter().zip(&below).map(|(mean, width)| mean - width).collect();
    let hi = mean.iter().zip(&above).map(|(mean, width)| mean + width).collect();
    Ok(Forecast { mean: back(mean), lo: back(lo), hi: back(hi) })
}

/// The point forecast of the steps that `days` has beyond `past`. Nothing without an open day in the past.
fn point(past: &[f64], days: &[Day], period: usize) -> Option<Vec<f64>> {
    let place = |at: usize| match days[at] {
        Day::Closed => None,
        Day::Open(kind) => Some((usize::from(kind), at % period)),
    };
    let open: Vec<((usize, usize), f64)> = (0..past.len()).filter_map(|at| Some((place(at)?, past[at]))).collect();
    if open.is_empty() {
        return None;
    }
    let factors = Factors::learn(&open, period);
    let level: Vec<f64> = open.iter().map(|(place, value)| value / factors.of(*place)).collect();
    let coming: Vec<Option<(usize, usize)>> = (past.len()..days.len()).map(place).collect();
    let steps = coming.iter().flatten().count();
    let mut levels = bounded(levels(&level, steps), &level).into_iter();
    Some(
        coming
            .into_iter()
            .map(|place| place.map_or(0.0, |place| levels.next().unwrap_or(0.0) * factors.of(place)))
            .collect(),
    )
}

/// The level of the coming open days: the median of several ways to see it.
fn levels(level: &[f64], steps: usize) -> Vec<f64> {
    let lags = || (1..=5).collect();
    let members: [Box<dyn Model>; 8] = [
        Box::new(Smoothing { trend: false, periods: Vec::new() }),
        Box::new(Smoothing { trend: true, periods: Vec::new() }),
        Box::new(Theta { period: 1 }),
        Box::new(Autoregression { difference: 0, lags: lags(), ridge: 0.01 }),
        Box::new(Autoregression { difference: 1, lags: lags(), ridge: 0.05 }),
        Box::new(Recent { points: 10 }),
        Box::new(Recent { points: 20 }),
        Box::new(Recent { points: 40 }),
    ];
    let forecasts: Vec<Vec<f64>> =
        members.iter().filter_map(|member| Some(member.fit(level, steps.max(1))?.forecast(level, steps))).collect();
    median_of(&forecasts, steps)
}

/// How much of the level belongs to a place in the week and to a kind of day.
struct Factors {
    period: usize,
    /// By kind, then by place.
    factors: Vec<f64>,
}

impl Factors {
    fn of(&self, (kind, place): (usize, usize)) -> f64 {
        self.factors.get(kind * self.period + place).copied().unwrap_or(1.0)
    }

    /// Learns from the values of open days, oldest first. Level and factors are measured in turns, each on the other.
    fn learn(open: &[((usize, usize), f64)], period: usize) -> Factors {
        let kinds = open.iter().map(|((kind, _), _)| kind + 1).max().unwrap_or(1);
        let mut found = Factors { period, factors: vec![1.0; kinds * period] };
        let all = mean(&open.iter().map(|(_, value)| *value).collect::<Vec<_>>());
        if open.iter().any(|(_, value)| *value < 0.0) || all <= 0.0 {
            return found;
        }
        for _ in 0..4 {
            let flat: Vec<f64> = open.iter().map(|(place, value)| value / found.of(*place)).collect();
            let level = averages(&flat);
            // What each kind has, then each place of it, with what is believed before: like its kind.
            let mut of_kind = vec![(BELIEF * all, BELIEF * all); kinds];
            let mut of_place = vec![(0.0, 0.0); kinds * period];
            for (((kind, place), value), level) in open.iter().zip(&level) {
                of_kind[*kind].0 += value;
                of_kind[*kind].1 += level;
                of_place[kind * period + place].0 += value;
                of_place[kind * period + place].1 += level;
            }
            for (at, (value, level)) in of_place.into_iter().enumerate() {
                let (kind_value, kind_level) = of_kind[at / period];
                let believed = kind_value / kind_level;
                let factor = (value + BELIEF * all * believed) / (level + BELIEF * all);
                found.factors[at] = factor.clamp(0.01, 100.0);
            }
        }
        found
    }
}

/// The mean around each value.
fn averages(values: &[f64]) -> Vec<f64> {
    let mut sums = Vec::with_capacity(values.len() + 1);
    sums.push(0.0);
    for value in values {
        sums.push(sums[sums.len() - 1] + value);
    }
    (0..values.len())
        .map(|at| {
            let (start, end) = (at.saturating_sub(REACH), (at + REACH + 1).min(values.len()));
            (sums[end] - sums[start]) / count(end - start)
        })
        .collect()
}

/// How far the interval reaches below and above, by step: quantiles of held-out errors on either side, scaled by the
/// spread that counts of this size have.
fn widths(past: &[f64], days: &[Day], period: usize, mean: &[f64], level: f64) -> (Vec<f64>, Vec<f64>) {
    let (length, horizon) = (past.len(), mean.len());
    let first = length - (length / 2).min(8 * horizon);
    let stride = (length - first).div_ceil(ORIGINS).max(1);
    let typical = crate::season::mean(past).abs().max(f64::MIN_POSITIVE);
    // Between a count's (its root) and a rate's (itself).
    let spread = |value: f64| (value.max(0.0) * typical).sqrt() + value.abs() + 0.05 * typical;
    let mut scores = Vec::new();
    for origin in (first.max(2)..length).rev().step_by(stride) {
        let end = (origin + horizon).min(length);
        let Some(forecast) = point(&past[..origin], &days[..end], period) else { continue };
        for ((value, forecast), day) in past[origin..end].iter().zip(&forecast).zip(&days[origin..end]) {
            if *day != Day::Closed {
                scores.push((value - forecast) / spread(*forecast));
            }
        }
    }
    scores.sort_by(f64::total_cmp);
    let (low, high) = if scores.len() < 8 {
        (-1.0, 1.0)
    } else {
        let tail = (1.0 - level / 100.0) / 2.0;
        let widened = 1.0 + 2.0 / count(scores.len()).sqrt();
        (quantile(&scores, tail).min(0.0) * widened, quantile(&scores, 1.0 - tail).max(0.0) * widened)
    };
    (mean.iter().map(|mean| -low * spread(*mean)).collect(), mean.iter().map(|mean| high * spread(*mean)).collect())
}

#[cfg(test)]
mod tests;
