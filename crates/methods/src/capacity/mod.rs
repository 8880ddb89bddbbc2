//! The load of a service used by schools, hour by hour: what is expected, how high an hour may go, and how high the highest
//! hour of the whole horizon may go. What that takes is in [`sizing`].
//!
//! An hour is expected to bring level × (share × term + (1 − share) × off), where term and off belong to the hour of the
//! week on the wall clock and share is how much of the country is in term. So holidays of three zones, public holidays
//! and the day of 25 hours need no rule of their own, and a holiday in one zone is neither a fall nor a rise of the level.
//! Factors and level are learnt in turns (backfitting, Hastie, Tibshirani 1986); the level is forecast by
//! [`crate::forecast`] over weeks.

mod rhythm;
pub mod simulation;
pub mod sizing;
mod upper;

use crate::count::real;
use crate::forecast::ForecastError;
use rhythm::Rhythm;
use upper::HeldOut;

/// An hour as the calendar has it.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Hour {
    /// The hour of the week on the wall clock: 0 is Monday's first, 167 Sunday's last. Clock changes repeat or skip one.
    pub place: u16,
    /// The share of the country that is in term on that day, weekends included: 0 in everybody's holidays and on public
    /// holidays, 1 where all zones have school.
    pub share: f64,
}

/// Hours of a week.
pub const WEEK: usize = 168;
/// The fewest hours that are learnt from: two weeks.
pub const LEAST: usize = 2 * WEEK;
/// From how many earlier moments the past is forecast again, at most; they lie a week apart.
const ORIGINS: usize = 16;

/// What a load will be. Rows have an entry for each hour of the horizon, in the unit of the series.
#[derive(Debug, Clone, PartialEq)]
pub struct LoadForecast {
    /// What is expected.
    pub mean: Vec<f64>,
    /// What an hour stays below, as often as the level says.
    pub upper: Vec<f64>,
    /// The highest hour of the horizon.
    pub peak: Peak,
    /// How good the last such forecasts were.
    pub judged: Judged,
    /// What an hour of each place of the week brings where everybody is in term, at the level of the horizon's end.
    pub term: Vec<f64>,
    /// The same in everybody's holidays.
    pub off: Vec<f64>,
}

/// The highest hour of a horizon.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Peak {
    /// Its likeliest place in the horizon, from 0.
    pub at: usize,
    /// How high it will be: as likely more as less.
    pub expected: f64,
    /// What it stays below, as often as the level says.
    pub upper: f64,
}

/// How good the last forecasts were: the past forecast again over the same horizon, from moments a week apart.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Judged {
    /// From how many moments.
    pub origins: usize,
    /// The sum of errors by the sum of what came, in percent; nothing where nothing came.
    pub missed_by: Option<f64>,
    /// In how many percent of the hours the load stayed below the upper quantile, which those hours have served to make.
    pub held: f64,
}

/// Why a load cannot be forecast.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum LoadError {
    /// Too little is known.
    #[error("{found} hours of load are too few: two weeks ({least} hours) are needed, from the first hour to the last")]
    Short {
        /// How many hours are known.
        found: usize,
        /// How many are needed.
        least: usize,
    },
    /// The horizon is longer than the past.
    #[error("{weeks} weeks of load tell at most {weeks} weeks ahead: ask for fewer weeks")]
    Horizon {
        /// How many whole weeks are known.
        weeks: usize,
    },
    /// The calendar does not go as far, or makes no sense.
    #[error(
        "the calendar must have an hour of the week below 168 and a share from 0 to 1 for each hour, {needed} in all"
    )]
    Calendar {
        /// How many hours are needed.
        needed: usize,
    },
    /// A value that is no load.
    #[error("hour {position} of the load is negative or no number")]
    Value {
        /// Its place, from 1.
        position: usize,
    },
    /// There was no load.
    #[error("there was no load at all, so there is nothing to go by")]
    Nothing,
    /// A level out of bounds.
    #[error("the level is out of bounds; it must be from 50 to 99.9 percent")]
    Level,
    /// What the method below says.
    #[error(transparent)]
    Method(#[from] ForecastError),
}

/// Forecasts a load: `values` by hour, oldest first, nothing where an hour is unknown; `hours` has the calendar of each, and of
/// the horizon after them, which is what it has more. `level` is that of the upper quantiles, one-sided, in percent.
pub fn forecast_load(values: &[Option<f64>], hours: &[Hour], level: f64) -> Result<LoadForecast, LoadError> {
    let horizon = check(values, hours, level)?;
    let rhythm = Rhythm::learn(values, &hours[..values.len()])?;
    let mean = rhythm.ahead(&hours[values.len()..])?;
    let held_out = hold_out(values, hours, horizon)?;
    let upper = upper::of_hours(&held_out, &mean, level);
    let peak = upper::of_peak(&held_out, &mean, &hours[values.len()..], level);
    let judged = upper::judge(&held_out, level);
    let last = mean.iter().zip(&hours[values.len()..]).next_back();
    // At the level that the forecast ends with.
    let scale = last.map_or(1.0, |(mean, hour)| {
        let plain = rhythm.of(*hour);
        if plain > 0.0 { mean / plain } else { 1.0 }
    });
    let at_end = |hours: &[f64]| hours.iter().map(|value| value * scale).collect();
    Ok(LoadForecast { upper, peak, judged, term: at_end(&rhythm.term), off: at_end(&rhythm.off), mean })
}

/// The horizon, in hours.
fn check(values: &[Option<f64>], hours: &[Hour], level: f64) -> Result<usize, LoadError> {
    if !(50.0..=99.9).contains(&level) {
        return Err(LoadError::Level);
    }
    let known = values.iter().flatten().count();
    if known < LEAST {
        return Err(LoadError::Short { found: known, least: LEAST });
    }
    let horizon = hours.len().saturating_sub(values.len());
    let sound = |hour: &Hour| usize::from(hour.place) < WEEK && (0.0..=1.0).contains(&hour.share);
    if horizon == 0 || !hours.iter().all(sound) {
        return Err(LoadError::Calendar { needed: values.len() + horizon.max(1) });
    }
    if horizon > values.len() {
        return Err(LoadError::Horizon { weeks: values.len() / WEEK });
    }
    let wrong = |value: &Option<f64>| value.is_some_and(|value| !(0.0..1e15).contains(&value));
    if let Some(at) = values.iter().position(wrong) {
        return Err(LoadError::Value { position: at + 1 });
    }
    if values.iter().flatten().all(|value| *value <= 0.0) {
        return Err(LoadError::Nothing);
    }
    Ok(horizon)
}

/// Forecasts the known past from earlier moments, a week apart (rolling origin, Tashman 2000).
fn hold_out(values: &[Option<f64>], hours: &[Hour], horizon: usize) -> Result<Vec<HeldOut>, LoadError> {
    let origins = (values.len() / WEEK - 1).min(ORIGINS);
    let mut found = Vec::with_capacity(origins);
    for back in 1..=origins {
        let origin = values.len() - back * WEEK;
        let known = values[..origin].iter().flatten();
        if known.clone().count() < WEEK || known.sum::<f64>() <= 0.0 {
            continue;
        }
        let end = (origin + horizon).min(values.len());
        let rhythm = Rhythm::learn(&values[..origin], &hours[..origin])?;
        let expected = rhythm.ahead(&hours[origin..end])?;
        found.push(HeldOut {
            expected,
            came: values[origin..end].to_vec(),
            hours: hours[origin..end].to_vec(),
            of_horizon: real(back * WEEK) / real(horizon),
        });
    }
    Ok(found)
}

#[cfg(test)]
mod tests;
