//! Forecasts that know a calendar: nothing on closed days; on open ones, factors of the weekday, of the kind of day and of
//! the weeks around breaks times a level that only open days move. So a holiday is neither a fall nor a rise. Series that
//! end together are forecast together: what they have in common is learnt from all of them.

mod factors;
mod level;
mod widths;

use self::factors::{Factors, Place, places};
use self::level::{Level, Seen, weigh};
use self::widths::{HeldOut, Reach, reaches};
use super::many::each;
use super::{Forecast, ForecastError, Request, bounded};
use crate::count::real;
use crate::season::mean;

/// What a calendar says of a step.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Day {
    /// Nothing happens.
    Closed,
    /// Open; days with the same number are alike, such as Wednesdays on which only some schools open.
    Open(u16),
}

/// A series, and what the calendar says of each of its steps and of those after it, at least as many as the horizon.
#[derive(Debug, Clone, Copy)]
pub struct OpenSeries<'a> {
    /// Its values, oldest first.
    pub values: &'a [f64],
    /// The calendar.
    pub days: &'a [Day],
}

/// The greatest period whose places can have factors of their own: the hours of a week.
const LONGEST: usize = 168;
/// How many earlier moments the interval is calibrated on, at most.
const CUTS: usize = 12;
/// Over how many horizons, and at least over how many steps, these moments spread.
const HORIZONS: usize = 8;
const STEPS: usize = 112;

/// Forecasts a series with a calendar: `days` has one entry a step of the series and of the horizon after it. Closed days
/// are 0 without doubt, whatever came on such days before. A series that was never negative gets no negative value.
pub fn forecast_open_days(series: &[f64], days: &[Day], request: &Request) -> Result<Forecast, ForecastError> {
    let mut found = forecast_all_open_days(&[OpenSeries { values: series, days }], request, 1, &|_| ());
    found.pop().unwrap_or(Err(ForecastError::Empty))
}

/// Forecasts series that end at the same moment, on as many threads as given, as [`forecast_open_days`] does one; factors,
/// how levels move and how far forecasts err are learnt from all of them. Results come in the order of the series and do
/// not depend on the number of threads. `told` is called with how many series are done.
pub fn forecast_all_open_days(
    all: &[OpenSeries],
    request: &Request,
    threads: usize,
    told: &(dyn Fn(usize) + Sync),
) -> Vec<Result<Forecast, ForecastError>> {
    let mut found: Vec<Option<Result<Forecast, ForecastError>>> = vec![None; all.len()];
    let mut groups: Vec<(usize, Vec<usize>)> = Vec::new();
    for (at, series) in all.iter().enumerate() {
        match check(series, request) {
            Err(error) => found[at] = Some(Err(error)),
            Ok(period) => match groups.iter_mut().find(|(other, _)| *other == period) {
                Some((_, members)) => members.push(at),
                None => groups.push((period, vec![at])),
            },
        }
    }
    let mut done = 0;
    for (period, members) in groups {
        let group: Vec<Scaled> = members.iter().map(|at| Scaled::of(&all[*at], request.horizon)).collect();
        for (at, forecast) in members.iter().zip(together(&group, period, request, threads)) {
            found[*at] = Some(Ok(forecast));
        }
        done += members.len();
        told(done);
    }
    found.into_iter().map(|result| result.unwrap_or(Err(ForecastError::Empty))).collect()
}

/// The period of a series that can be forecast.
fn check(series: &OpenSeries, request: &Request) -> Result<usize, ForecastError> {
    request.check(series.values)?;
    let length = series.values.len();
    if series.days.len() < length + request.horizon {
        return Err(ForecastError::Calendar { known: series.days.len(), needed: length + request.horizon });
    }
    let is_zero = series.values.iter().all(|value| value.abs() <= 0.0);
    if !is_zero && series.days[..length].iter().all(|day| *day == Day::Closed) {
        return Err(ForecastError::NoOpenDay);
    }
    Ok(request.usable_periods(length).into_iter().rfind(|p| *p <= LONGEST && 2 * p <= length).unwrap_or(1))
}

/// A series in the unit of its mean size.
struct Scaled<'a> {
    values: Vec<f64>,
    days: &'a [Day],
    size: f64,
}

impl<'a> Scaled<'a> {
    fn of(series: &OpenSeries<'a>, horizon: usize) -> Scaled<'a> {
        let open = series.values.iter().zip(series.days).filter(|(_, day)| **day != Day::Closed);
        let size = mean(&open.map(|(value, _)| value.abs()).collect::<Vec<_>>());
        let by = if size > 0.0 { size } else { 1.0 };
        let values = series.values.iter().map(|value| value / by).collect();
        Scaled { values, days: &series.days[..series.values.len() + horizon], size }
    }

    /// What was known so many steps before its end, and the horizon after.
    fn before(&self, cut: usize, horizon: usize) -> Known<'_> {
        let length = self.values.len() - cut;
        let days = &self.days[..(length + horizon).min(self.days.len())];
        Known { past: &self.values[..length], days, unit: 1.0 / self.size.max(f64::MIN_POSITIVE) }
    }
}

/// What is known of a series at a moment.
struct Known<'a> {
    past: &'a [f64],
    days: &'a [Day],
    /// What a single event is in the unit of the values.
    unit: f64,
}

/// The steps ahead: what is expected, and with which deviation; both 0 on closed days.
type Ahead = Vec<(f64, f64)>;

fn together(all: &[Scaled], period: usize, request: &Request, threads: usize) -> Vec<Forecast> {
    let horizon = request.horizon;
    let held_out = hold_out(all, period, horizon, threads);
    let known: Vec<Known> = all.iter().map(|series| series.before(0, horizon)).collect();
    let ahead = ahead(&known, period, threads);
    all.iter()
        .zip(ahead)
        .zip(reaches(&held_out, request.level))
        .map(|((series, ahead), reach)| series.forecast(&ahead, reach))
        .collect()
}

impl Scaled<'_> {
    fn forecast(&self, ahead: &Ahead, reach: Reach) -> Forecast {
        if self.size <= 0.0 {
            return Forecast::constant(0.0, ahead.len());
        }
        let lowest = if self.values.iter().all(|value| *value >= 0.0) { 0.0 } else { f64::NEG_INFINITY };
        let coming = &self.days[self.values.len()..];
        let back = |deviations: f64| -> Vec<f64> {
            let ends = ahead.iter().map(|(mean, deviation)| mean + deviations * deviation).collect();
            bounded(ends, &self.values)
                .into_iter()
                .zip(coming)
                .map(|(end, day)| if *day == Day::Closed { 0.0 } else { (end * self.size).max(lowest) })
                .collect()
        };
        Forecast { mean: back(0.0), lo: back(reach.below), hi: back(reach.above) }
    }
}

/// Forecasts the known past from earlier moments (rolling origin, Tashman 2000), each with what all series had then.
fn hold_out(all: &[Scaled], period: usize, horizon: usize, threads: usize) -> Vec<HeldOut> {
    let mut found = vec![HeldOut::default(); all.len()];
    let furthest = |series: &Scaled| (series.values.len() / 2).min((HORIZONS * horizon).max(STEPS));
    let reach = all.iter().map(furthest).max().unwrap_or(0);
    let mut cuts: Vec<usize> = (1..=CUTS).map(|at| reach * at / CUTS).filter(|cut| *cut > 0).collect();
    cuts.dedup();
    for cut in cuts {
        let members: Vec<usize> = (0..all.len()).filter(|at| cut <= furthest(&all[*at])).collect();
        let known: Vec<Known> = members.iter().map(|at| all[*at].before(cut, horizon)).collect();
        for (at, ahead) in members.into_iter().zip(ahead(&known, period, threads)) {
            let came = &all[at].values[all[at].values.len() - cut..];
            for (value, (mean, deviation)) in came.iter().zip(ahead).filter(|(_, (_, deviation))| *deviation > 0.0) {
                found[at].scores.push((value - mean) / deviation);
            }
        }
    }
    for (series, found) in all.iter().zip(&mut found) {
        let start = series.values.len() - furthest(series);
        let open = series.days[start..series.values.len()].iter().filter(|day| **day != Day::Closed);
        found.days = real(open.count());
    }
    found
}

/// Forecasts the steps whose days are known beyond each past.
fn ahead(all: &[Known], period: usize, threads: usize) -> Vec<Ahead> {
    let places: Vec<Vec<Option<Place>>> =
        all.iter().map(|known| places(known.days, known.past.len(), period)).collect();
    let open: Vec<Vec<(Place, f64)>> = all
        .iter()
        .zip(&places)
        .map(|(known, places)| {
            places.iter().zip(known.past).filter_map(|(place, value)| Some(((*place)?, *value))).collect()
        })
        .collect();
    let slices: Vec<&[(Place, f64)]> = open.iter().map(Vec::as_slice).collect();
    let factors = Factors::learn(&slices, period);
    let mut levels: Vec<Level> = each(all.len(), threads, &|_| (), |at| {
        let seen: Vec<Seen> = open[at]
            .iter()
            .map(|(place, value)| {
                let factor = factors[at].of(*place);
                Seen { value: value / factor, factor }
            })
            .collect();
        Level::learn(&seen, all[at].unit)
    });
    weigh(&mut levels);
    all.iter()
        .enumerate()
        .map(|(at, known)| {
            let mut after = 0;
            let coming = places[at][known.past.len()..].iter();
            coming
                .map(|place| {
                    place.map_or((0.0, 0.0), |place| {
                        after += 1;
                        let factor = factors[at].of(place);
                        let (level, variance) = levels[at].forecast(after, factor);
                        (level * factor, variance.sqrt())
                    })
                })
                .collect()
        })
        .collect()
}

#[cfg(test)]
mod tests;
