//! The system's own load, hour by hour: what has been counted, what is to come, and what that takes. No person and no
//! establishment is in it; it leaves as technical figures do, in weeks with at least five devices.

mod costs;
mod plan;
mod read;
mod series;

use std::collections::BTreeMap;

use calendar::Calendar;
use jiff::{Span, Timestamp};
use methods::capacity::{LoadError, WEEK, forecast_load};
use serde::Serialize;
use store::{Error, Store};
use thiserror::Error as ThisError;

use crate::governance::Approvals;
pub use costs::measured;
pub use plan::{Cache, Cores, Disk, Given, Maintenance, Memory, Plan, Stated};
use series::Series;

/// The decision that technical figures rest on.
const DECISION: &str = "technical";
/// What is forecast: requests that bring events, the events in them, and their bytes.
const METRICS: [&str; 3] = ["requests", "events", "bytes"];
/// How it is forecast, in words.
pub const METHOD: &str = "factors of the hour of the week in term and in holidays, by the share of schools in term, times a \
                          weekly level forecast by the median of many models; upper bounds from the errors of the last weeks";

/// What is asked.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Asked {
    /// How many weeks ahead.
    pub weeks: usize,
    /// How often upper bounds should hold, in percent.
    pub level: f64,
}

/// What is to come.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct LoadOutlook {
    /// How it was forecast.
    pub method: &'static str,
    /// How often upper bounds should hold, in percent.
    pub level: f64,
    /// The first hour of the horizon, UTC.
    pub from: Timestamp,
    /// The end of its last one.
    pub until: Timestamp,
    /// By metric, requests first.
    pub loads: Vec<MetricOutlook>,
}

/// One metric's horizon.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct MetricOutlook {
    /// `requests`, `events` or `bytes`.
    pub metric: &'static str,
    /// From how many weeks of known hours it was learnt.
    pub learnt_from: usize,
    /// By what share of the whole the same method missed the last weeks, each forecast from those before; in percent.
    pub missed_by: Option<f64>,
    /// In how many percent of those hours the load stayed below its upper bound.
    pub held: f64,
    /// The highest hour.
    pub peak: PeakHour,
    /// The weeks of the horizon.
    pub weeks: Vec<Week>,
    /// Its hours.
    pub hours: Vec<HourOutlook>,
    #[serde(skip)]
    rhythm: Rhythm,
}

/// What an hour of each place of the week brings, in term and in holidays.
#[derive(Debug, Clone, PartialEq)]
struct Rhythm {
    term: Vec<f64>,
    off: Vec<f64>,
}

/// The highest hour of a horizon.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct PeakHour {
    /// When it is likeliest.
    pub at: Timestamp,
    /// How high it will be.
    pub expected: f64,
    /// What it stays below.
    pub upper: f64,
}

/// Seven days of a horizon.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Week {
    /// Its first hour.
    pub from: Timestamp,
    /// All that is expected in it.
    pub total: f64,
    /// Its highest hour's upper bound.
    pub highest: f64,
}

/// An hour of a horizon.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct HourOutlook {
    /// When it begins.
    pub at: Timestamp,
    /// What is expected.
    pub mean: f64,
    /// What it stays below.
    pub upper: f64,
}

/// Why there is no forecast of the load.
#[derive(Debug, Clone, PartialEq, ThisError)]
pub enum NoLoad {
    /// The committee has not approved technical figures.
    #[error(
        "the load rests on the decision technical, which the committee has not approved; see `ecarnet-stats governance list`"
    )]
    NotApproved,
    /// Nothing has been counted, or not on enough devices.
    #[error("no load has been counted, or on fewer than five devices a week: `serve` counts it while it runs")]
    Nothing,
    /// A hole in what was counted.
    #[error(
        "from {from} to {until} no load was counted, or on fewer than five devices, though schools were in term: a service that was off is no service \
         without load; ask again with --since {until}, or put those files back"
    )]
    Hole {
        /// The first day without.
        from: jiff::civil::Date,
        /// The last one.
        until: jiff::civil::Date,
    },
    /// What the method says.
    #[error(transparent)]
    Method(#[from] LoadError),
}

/// What the load will be, over the weeks asked for or over as many as are known, if those are fewer.
///
/// Fails when the store does; the inner result says why there is nothing to tell.
pub async fn outlook(
    store: &Store,
    approvals: &Approvals,
    calendar: &Calendar,
    asked: Asked,
) -> Result<Result<LoadOutlook, NoLoad>, Error> {
    let series = match known(store, approvals, calendar, None).await? {
        Ok(series) => series,
        Err(nothing) => return Ok(Err(nothing)),
    };
    let asked = Asked { weeks: asked.weeks.min(series.length() / WEEK).max(1), ..asked };
    let calendar = calendar.clone();
    let found = tokio::task::spawn_blocking(move || forecast(&series, &calendar, asked)).await;
    found.map_err(|error| Error::Query(error.to_string()))
}

/// What is known of the load; `since` leaves earlier days aside.
async fn known(
    store: &Store,
    approvals: &Approvals,
    calendar: &Calendar,
    since: Option<jiff::civil::Date>,
) -> Result<Result<Series, NoLoad>, Error> {
    if !approvals.has_approved(DECISION) {
        return Ok(Err(NoLoad::NotApproved));
    }
    let rows = read::rows(store).await?;
    let zones = read::zones(store).await?;
    Ok(Series::of(&rows, zones, calendar, since))
}

fn forecast(series: &Series, calendar: &Calendar, asked: Asked) -> Result<LoadOutlook, NoLoad> {
    let horizon = asked.weeks * WEEK;
    let hours = series.hours(calendar, horizon);
    let start = series.end();
    let mut loads = Vec::new();
    for metric in METRICS {
        let Some(values) = series.values.get(metric) else { continue };
        let found = match forecast_load(values, &hours, asked.level) {
            Ok(found) => found,
            // What was not counted from the start is told once it has been counted for long enough.
            Err(LoadError::Short { .. } | LoadError::Nothing) if metric != METRICS[0] => continue,
            Err(error) => return Err(error.into()),
        };
        let at = |hour: usize| later(start, hour);
        let weeks = (0..asked.weeks).map(|week| {
            let range = week * WEEK..(week + 1) * WEEK;
            Week {
                from: at(range.start),
                total: found.mean[range.clone()].iter().sum::<f64>().round(),
                highest: found.upper[range].iter().copied().fold(0.0, f64::max).ceil(),
            }
        });
        loads.push(MetricOutlook {
            metric,
            learnt_from: values.iter().flatten().count() / WEEK,
            missed_by: found.judged.missed_by.map(tenth),
            held: tenth(found.judged.held),
            peak: PeakHour {
                at: at(found.peak.at),
                expected: found.peak.expected.round(),
                upper: found.peak.upper.ceil(),
            },
            weeks: weeks.collect(),
            hours: (0..horizon)
                .map(|hour| HourOutlook {
                    at: at(hour),
                    mean: found.mean[hour].round(),
                    upper: found.upper[hour].ceil(),
                })
                .collect(),
            rhythm: Rhythm { term: found.term, off: found.off },
        });
    }
    Ok(LoadOutlook { method: METHOD, level: asked.level, from: start, until: later(start, horizon), loads })
}

fn later(start: Timestamp, hours: usize) -> Timestamp {
    start.saturating_add(Span::new().hours(i64::try_from(hours).unwrap_or(0))).unwrap_or(Timestamp::MAX)
}

fn tenth(value: f64) -> f64 {
    (value * 10.0).round() / 10.0
}

/// Forecasts the load and says what it takes: see [`Plan`]. `since` leaves earlier days aside.
///
/// Fails when the store does; the inner result says why there is nothing to tell.
pub async fn plan(
    store: &Store,
    approvals: &Approvals,
    calendar: &Calendar,
    since: Option<jiff::civil::Date>,
    asked: Asked,
    given: Given,
) -> Result<Result<Plan, NoLoad>, Error> {
    let series = match known(store, approvals, calendar, since).await? {
        Ok(series) => series,
        Err(nothing) => return Ok(Err(nothing)),
    };
    let kept = store.inventory().await?.iter().map(|(_, _, _, bytes)| bytes).sum();
    let calendar = calendar.clone();
    let found = tokio::task::spawn_blocking(move || {
        let outlook = forecast(&series, &calendar, asked)?;
        Ok(Plan::of(&series, &calendar, outlook, &given, kept))
    });
    found.await.map_err(|error| Error::Query(error.to_string()))
}

/// Figures by word, as a map in order.
type ByWord<T> = BTreeMap<String, T>;

#[cfg(test)]
mod tests;
