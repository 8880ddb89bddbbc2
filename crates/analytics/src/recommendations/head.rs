//! What a head's rules look at: technical measures without persons, alerts on them, and a closed number of active teachers.

use catalogue::Basis;
use jiff::Span;
use jiff::civil::Date;
use methods::evidence::{count_above, share_above};
use privacy::exit::{Released, StoredFigure};

use super::{Certainty, Reading, Readings, USUAL, evidence};
use crate::view::View;
use crate::watch::{Alert, UP};

/// Alerts of so many days are recent.
const RECENT: i64 = 14;
/// The target for crashes: fewer than one in a hundred sessions.
const CRASH_TARGET: f64 = 0.01;
/// Batches missing are told from one in twenty.
const MISSING: f64 = 0.05;

/// Everything a head's rules may look at. `period` is the label of the range that `view` is of.
pub(super) fn readings(
    view: &View,
    period: &str,
    alerts: Option<&[Alert]>,
    active: Option<&Released<StoredFigure>>,
    today: Date,
) -> Readings {
    let mut readings = Readings::new();
    let mut put = |basis: Basis, found: Option<Reading>| {
        if let Some(found) = found {
            readings.insert(basis, vec![found]);
        }
    };
    // Too many crashes, and a kind of crash that is new or back, are told of two measures.
    for (basis, measures) in [
        (Basis::CrashAlerts, ["crash_rate", "crash_count"].as_slice()),
        (Basis::SyncAlerts, &["sync_success_rate"]),
        (Basis::ErrorAlerts, &["error_count"]),
    ] {
        put(basis, recent(alerts.unwrap_or_default(), measures, today));
    }
    put(Basis::CrashRate, share(view, period, "crash_count", &["session_count"], CRASH_TARGET));
    let all = ["batches_received", "batches_missing"];
    put(Basis::BatchesMissing, share(view, period, "batches_missing", &all, MISSING));
    put(Basis::TeachersNotActive, active.and_then(not_active));
    readings
}

/// The recent alerts of some measures, as sure as the surest of them.
fn recent(alerts: &[Alert], measures: &[&str], today: Date) -> Option<Reading> {
    let since = today.saturating_sub(Span::new().days(RECENT));
    let is_recent = |alert: &&Alert| {
        measures.contains(&alert.measure.as_str())
            && alert.direction == UP
            && alert.last_day().is_some_and(|day| day >= since)
    };
    let recent: Vec<&Alert> = alerts.iter().filter(is_recent).collect();
    let sure = recent.iter().filter_map(|alert| count_above(float(alert.counted), float(alert.usual)));
    let certainty = sure.reduce(f64::max)?;
    let mut rests_on = Vec::new();
    for alert in &recent {
        let part: Vec<(&str, &str)> = alert.part.as_deref().map(|part| ("part", part)).into_iter().collect();
        let figure = |name: &str, value: u64| evidence(name, &alert.day, &part, float(value), "devices=5");
        rests_on.push(figure(&alert.measure, alert.counted));
        rests_on.push(figure(&format!("{}{USUAL}", alert.measure), alert.usual));
    }
    Some(reading(float(recent.len() as u64), None, Certainty::Estimated(certainty), rests_on))
}

/// One measure in percent of others, and how sure it is above a bound.
fn share(view: &View, period: &str, above: &str, below: &[&str], bound: f64) -> Option<Reading> {
    let hits = view.value(above, period)?;
    let tries: f64 = below.iter().map(|name| view.value(name, period)).sum::<Option<f64>>()?;
    if tries <= 0.0 {
        return None;
    }
    let certainty = Certainty::Estimated(share_above(hits, tries, bound)?);
    let mut names = vec![above];
    names.extend(below.iter().filter(|name| **name != above));
    let rests_on = names.iter().filter_map(|name| {
        let figure = view.figures.iter().find(|one| one.measure == *name && one.period == period);
        figure.filter(|one| one.dimensions.is_empty()).cloned()
    });
    Some(reading(100.0 * hits / tries, None, certainty, rests_on.collect()))
}

/// Declared teachers who were not active in a closed month.
fn not_active(active: &Released<StoredFigure>) -> Option<Reading> {
    let figure = active.value();
    let (value, declared) = (figure.value?, figure.denominator?);
    let counted = evidence("active_teachers", &figure.period, &[], float(value), &active.protection().to_string());
    let not_active = declared.checked_sub(value)?;
    Some(reading(float(not_active), Some(float(declared)), Certainty::Counted, vec![counted]))
}

const fn reading(value: f64, of: Option<f64>, certainty: Certainty, evidence: Vec<crate::view::Figure>) -> Reading {
    Reading { word: None, value, of, certainty, order: 0.0, evidence }
}

#[expect(clippy::cast_precision_loss, reason = "counts of one school")]
const fn float(count: u64) -> f64 {
    count as f64
}
