//! What is asked of a forecast, and what it is.

use super::ForecastError;

/// What is asked of a forecast.
#[derive(Debug, Clone, PartialEq)]
pub struct Request {
    /// How many steps ahead, from 1 to [`Request::MAX_HORIZON`].
    pub horizon: usize,
    /// Season lengths in steps, in any order; none, or 1, for a series without. No more than three.
    pub periods: Vec<usize>,
    /// How often the interval should hold, in percent: 50 to 99.9.
    pub level: f64,
}

impl Request {
    /// The greatest horizon.
    pub const MAX_HORIZON: usize = 10_000;
    /// The greatest period: every half hour of a leap year.
    pub const MAX_PERIOD: usize = 17_568;
    /// How many periods there can be.
    pub const MAX_PERIODS: usize = 3;

    pub(crate) fn check(&self, series: &[f64]) -> Result<(), ForecastError> {
        if !(1..=Self::MAX_HORIZON).contains(&self.horizon) {
            return Err(ForecastError::Horizon { max: Self::MAX_HORIZON });
        }
        let within = self.periods.iter().all(|period| (1..=Self::MAX_PERIOD).contains(period));
        if !within || self.periods.len() > Self::MAX_PERIODS {
            return Err(ForecastError::Period { max: Self::MAX_PERIOD, count: Self::MAX_PERIODS });
        }
        if !(50.0..=99.9).contains(&self.level) {
            return Err(ForecastError::Level);
        }
        if series.is_empty() {
            return Err(ForecastError::Empty);
        }
        match series.iter().position(|value| !value.is_finite() || value.abs() > 1e150) {
            Some(at) => Err(ForecastError::NotFinite { position: at + 1 }),
            None => Ok(()),
        }
    }

    /// The periods that a series of this length can tell something about, shortest first, each once.
    pub(super) fn usable_periods(&self, length: usize) -> Vec<usize> {
        let mut periods: Vec<usize> =
            self.periods.iter().copied().filter(|period| *period > 1 && *period < length).collect();
        periods.sort_unstable();
        periods.dedup();
        periods
    }
}

/// A forecast: as many values in each as the horizon has steps, in the unit of the series.
#[derive(Debug, Clone, PartialEq)]
pub struct Forecast {
    /// The point forecast.
    pub mean: Vec<f64>,
    /// The lower end of the interval.
    pub lo: Vec<f64>,
    /// The upper end.
    pub hi: Vec<f64>,
}

impl Forecast {
    /// The same value at every step, without doubt.
    pub(super) fn constant(value: f64, horizon: usize) -> Forecast {
        Forecast { mean: vec![value; horizon], lo: vec![value; horizon], hi: vec![value; horizon] }
    }
}
