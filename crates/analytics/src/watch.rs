//! What is to be watched in the technical days of a school, and of all schools together: rules with a bound (crashes, failed
//! synchronisations), days worse than those before, kinds of crashes that are new or back, and what is unusual for a weekday
//! and level, with the part and the version that moved. No person is in it; only class days with at least five devices are.

mod alert;
mod bounds;
mod calendar;
mod days;
mod judge;
mod kinds;
mod measures;
mod moved;
mod read;
mod rules;
mod unusual;
mod weeks;

pub use alert::{Alert, DOWN, Rule, Severity, UP};
pub use bounds::{CRASH_SHARE, DEVICES, SLOW_MS, SYNC_SHARE};
pub use days::{Days, Kind, Metric, QUICK, SLOW};
pub use judge::{Scope, judge};
pub use read::is_slow;

use ::calendar::{Calendar, IsoWeek, Month, Zone};
use catalogue::{Measure, Origin};
use jiff::Span;
use jiff::civil::Date;
use privacy::Uai;
use privacy::exit::{DistinctDevices, Figures, Released};
use store::{Error, Prune, Store, Table};

use crate::governance::Approvals;

/// The decision that this analysis rests on.
const DECISION: &str = "anomalies";
/// Weeks that are looked at, the first of them only to learn what is usual ...
const LEARNT: i64 = 18;
/// ... and up to so many more: a beginning that stays for some weeks keeps the same alerts from week to week.
const STEPS: i64 = 4;
/// How many of the last days alerts are told of.
pub const TOLD: i64 = 28;

/// Alerts of the four weeks until `today`, the newest first. `None` where there is nothing to judge: no approval of the
/// analysis, or no day with enough devices.
///
/// Fails when the store does.
pub async fn school(
    store: &Store,
    approvals: &Approvals,
    (calendar, zone): (&Calendar, Zone),
    uai: &Uai,
    today: Date,
) -> Result<Option<Vec<Alert>>, Error> {
    let open = |day: Date| calendar.is_class_day(zone, day);
    alerts(store, approvals, Some(uai), Scope::School, &open, today).await
}

/// Alerts about all schools together, likewise. No school is named; a day is open where any zone has class.
///
/// Fails when the store does.
pub async fn system(
    store: &Store,
    approvals: &Approvals,
    calendar: &Calendar,
    today: Date,
) -> Result<Option<Vec<Alert>>, Error> {
    let open = |day: Date| is_open_anywhere(calendar, day);
    alerts(store, approvals, None, Scope::System, &open, today).await
}

/// Whether any zone has class.
pub fn is_open_anywhere(calendar: &Calendar, day: Date) -> bool {
    [Zone::A, Zone::B, Zone::C].into_iter().any(|zone| calendar.is_class_day(zone, day))
}

/// The first day that is looked at: a Monday, the same for four weeks.
pub fn first_looked_at(today: Date) -> Date {
    let monday = IsoWeek::of(today.saturating_sub(Span::new().weeks(LEARNT))).monday();
    // 29 December 1969 was a Monday.
    let weeks = i64::from((monday - Date::constant(1969, 12, 29)).get_days()) / 7;
    monday.saturating_sub(Span::new().weeks(weeks.rem_euclid(STEPS)))
}

async fn alerts(
    store: &Store,
    approvals: &Approvals,
    uai: Option<&Uai>,
    scope: Scope,
    open: &(dyn Fn(Date) -> bool + Sync),
    today: Date,
) -> Result<Option<Vec<Alert>>, Error> {
    if !approvals.has_approved(DECISION) {
        return Ok(None);
    }
    let first = first_looked_at(today);
    let prune =
        Prune { months: Some(Month::of(first).number()..=Month::of(today).number()), establishment: uai.cloned() };
    let session = store.lake().session(&[Table::TechDay, Table::InstallDay], &prune).await?;
    let days = read::read(&session, uai, first, today).await?;
    let told_from = today.saturating_sub(Span::new().days(TOLD));
    let mut told = judge(&days, scope, open, today);
    told.retain(|alert| alert.last_day().is_some_and(|day| day >= told_from) && is_approved(store, approvals, alert));
    // The fewest devices of any day that was judged.
    let least = days.all().filter(|day| open(*day)).map(|day| days.devices(day)).filter(|n| *n >= DEVICES);
    let released = Released::technical(Figures::new(told), DistinctDevices::at_least_any(least));
    Ok(released.ok().map(Released::into_value))
}

/// Whether the measure that an alert is about is technical and approved.
fn is_approved(store: &Store, approvals: &Approvals, alert: &Alert) -> bool {
    let catalogue = store.catalogue();
    let measure = catalogue.measure(&alert.measure).filter(|measure: &&Measure| measure.leaves_as(Origin::Technical));
    measure.is_some_and(|measure| approvals.approve(catalogue, measure).is_ok())
}

#[cfg(test)]
mod tests;
