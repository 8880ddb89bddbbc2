//! The weeks to come of a school, forecast from its figures that have left: nothing is computed from people here, and
//! closed figures never change, so the same forecast comes whenever it is asked for.

use calendar::{Calendar, IsoWeek, Zone};
use catalogue::{Contributor, Measure, Value, View as ViewName};
use jiff::Span;
use methods::forecast::{Day, Request, forecast_open_days};
use methods::score::wape;
use privacy::Uai;
use privacy::exit::Released;
use serde::Serialize;
use store::{Denominators, Error, Prune, Store, Table};

use crate::governance::Approvals;
use crate::range::Range;
use crate::school::released;

/// The decision that this analysis rests on.
const DECISION: &str = "forecasts";
/// How many weeks ahead, at most.
const AHEAD: usize = 8;
/// The fewest published class weeks that anything can be learnt from.
const LEAST: usize = 6;
/// How many of the last class weeks are forecast again, to say how well it went.
const SCORED: usize = 6;
/// How often the interval should hold, in percent.
const LEVEL: f64 = 95.0;
/// How long weekly figures are kept, in weeks.
const KEPT: i64 = 56;

/// What a week to come will bring.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Forecast {
    /// The measure.
    pub measure: String,
    /// The week.
    pub period: String,
    /// What is expected, in the measure's unit.
    pub value: f64,
    /// The lower end of the interval.
    pub low: f64,
    /// The upper end.
    pub high: f64,
    /// How often such intervals should hold, in percent.
    pub level: f64,
    /// From how many published class weeks it was learnt.
    pub learnt_from: usize,
    /// By what share of the whole the same method missed the last class weeks, each forecast from those before it;
    /// nothing where too few are known.
    pub missed_by: Option<f64>,
}

/// Forecasts the class weeks of `range` after `closed`, the last week that has closed, for every count of `Mon école`
/// that has enough published weeks. Nothing without the committee's approval of the analysis and of the measure.
///
/// Fails when the store does.
pub async fn school_weeks(
    store: &Store,
    approvals: &Approvals,
    (calendar, zone): (&Calendar, Zone),
    uai: &Uai,
    range: &Range,
    closed: IsoWeek,
) -> Result<Vec<Forecast>, Error> {
    let last = range.weeks.last().filter(|last| **last > closed);
    let (Some(last), true) = (last, approvals.has_approved(DECISION)) else { return Ok(Vec::new()) };
    let first = IsoWeek::of(closed.monday().saturating_sub(Span::new().weeks(KEPT)));
    let learnt = weeks(first, closed);
    let coming: Vec<IsoWeek> = weeks(closed.next(), *last).into_iter().take(AHEAD).collect();
    let months = Some(first.month().number()..=closed.next().month().number());
    let session = store.lake().session(&[Table::Releases], &Prune { months, establishment: Some(uai.clone()) }).await?;
    let labels: Vec<String> = learnt.iter().map(ToString::to_string).collect();
    let figures = released::read(&session, uai, &labels).await?;
    let declared = store.register().denominators(uai, range.school_year()).await?;
    let catalogue = store.catalogue();
    let mut forecasts = Vec::new();
    for measure in catalogue.measures().iter().filter(|measure| measure.is_in(ViewName::MonEcole)) {
        if !matches!(measure.value, Value::Count(_) | Value::Distinct(_) | Value::Active)
            || approvals.approve(catalogue, measure).is_err()
        {
            continue;
        }
        let past = learnt.iter().zip(&labels).map(|(week, label)| (*week, whole(&figures, measure, label)));
        let past: Vec<(IsoWeek, Option<f64>)> = past.skip_while(|(_, value)| value.is_none()).collect();
        let most = most(measure, &declared);
        forecasts.extend(of_measure(measure, &past, &coming, most, |week| kind(calendar, zone, week)));
    }
    Ok(forecasts)
}

/// The weeks from one to another.
fn weeks(first: IsoWeek, last: IsoWeek) -> Vec<IsoWeek> {
    std::iter::successors(Some(first), |week| Some(week.next())).take_while(|week| *week <= last).collect()
}

#[expect(clippy::cast_precision_loss, reason = "the exit gate refuses sums above 2^53")]
fn whole(figures: &[Released<privacy::exit::StoredFigure>], measure: &Measure, period: &str) -> Option<f64> {
    let mut values = figures.iter().map(Released::value);
    let found = values.find(|one| one.measure == measure.name && one.period == period && one.split.is_empty());
    found.and_then(|one| one.value).map(|value| value as f64)
}

/// No more people than there are.
#[expect(clippy::cast_precision_loss, reason = "counts of one school")]
fn most(measure: &Measure, declared: &Denominators) -> f64 {
    let people = match (&measure.value, measure.contributor) {
        (Value::Distinct(_) | Value::Active, Contributor::Teacher) => declared.teachers,
        (Value::Distinct(_) | Value::Active, Contributor::Pupil) => declared.pupils,
        (Value::Distinct(_) | Value::Active, Contributor::Family) => declared.families,
        _ => 0,
    };
    if people > 0 { people as f64 } else { f64::INFINITY }
}

/// A week by how much class there is in it: four days in most, fewer around holidays.
fn kind(calendar: &Calendar, zone: Zone, week: IsoWeek) -> Day {
    match week.days().filter(|day| calendar.is_class_day(zone, *day)).count() {
        0 => Day::Closed,
        1 | 2 => Day::Open(2),
        3 => Day::Open(1),
        _ => Day::Open(0),
    }
}

/// A measure's weeks to come. What was held back is left out of what is learnt: it is not known to be nothing.
fn of_measure(
    measure: &Measure,
    past: &[(IsoWeek, Option<f64>)],
    coming: &[IsoWeek],
    most: f64,
    kind: impl Fn(IsoWeek) -> Day,
) -> Vec<Forecast> {
    let known = |(week, value): &(IsoWeek, Option<f64>)| match value {
        Some(_) => kind(*week),
        None => Day::Closed,
    };
    let days: Vec<Day> = past.iter().map(known).chain(coming.iter().map(|week| kind(*week))).collect();
    let series: Vec<f64> = past.iter().map(|(_, value)| value.unwrap_or(0.0)).collect();
    let open: Vec<usize> = (0..series.len()).filter(|at| days[*at] != Day::Closed).collect();
    if open.len() < LEAST {
        return Vec::new();
    }
    let ahead = |from: usize, horizon: usize| {
        let request = Request { horizon, periods: Vec::new(), level: LEVEL };
        forecast_open_days(&series[..from], &days, &request).ok()
    };
    let Some(found) = ahead(series.len(), coming.len()) else { return Vec::new() };
    let scored: Vec<(f64, f64)> = open[LEAST..]
        .iter()
        .rev()
        .take(SCORED)
        .filter_map(|at| Some((series[*at], ahead(*at, 1)?.mean[0].min(most))))
        .collect();
    let (came, told): (Vec<f64>, Vec<f64>) = scored.into_iter().unzip();
    let missed_by = if came.len() < SCORED { None } else { wape(&came, &told) };
    let steps = coming.iter().enumerate().filter(|(at, _)| days[series.len() + at] != Day::Closed);
    steps
        .map(|(at, week)| Forecast {
            measure: measure.name.clone(),
            period: week.to_string(),
            // Counts are whole.
            value: found.mean[at].min(most).round(),
            low: found.lo[at].min(most).floor(),
            high: found.hi[at].min(most).ceil(),
            level: LEVEL,
            learnt_from: open.len(),
            missed_by,
        })
        .collect()
}

#[cfg(test)]
mod tests;
