//! All rules over the technical days of a school or of the system, each thing told once.

use std::collections::BTreeMap;

use jiff::civil::Date;

use super::alert::{Alert, Rule, Severity};
use super::bounds::QUIET;
use super::calendar::{judged, seen};
use super::days::Days;
use super::measures::Measure;
use super::{kinds, rules, unusual, weeks};

/// What is judged.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Scope {
    /// One school.
    School,
    /// All schools together: how much each uses the application hangs on its holidays and is not judged here.
    System,
}

/// Everything to be told of some technical days, the newest first. `open` says whether there is class; `today` is not over,
/// so only what is told at once is judged on it.
pub fn judge(days: &Days, scope: Scope, open: &dyn Fn(Date) -> bool, today: Date) -> Vec<Alert> {
    let with_today = seen(days, open, today);
    let over: Vec<_> = with_today.iter().filter(|day| day.date < today).copied().collect();
    let mut alerts = rules::too_many(days, &judged(&with_today));
    let over_judged = judged(&over);
    alerts.extend(rules::worsening(days, &over_judged, scope));
    alerts.extend(rules::worse_days(days, &over_judged, scope));
    alerts.extend(kinds::kinds(days, &over_judged));
    let measures: &[Measure] = if scope == Scope::School { &Measure::ALL } else { &Measure::SHARES };
    for measure in measures {
        alerts.extend(unusual::unusual(days, *measure, &over));
    }
    let weeks = weeks::weeks(days, &over);
    alerts.extend(weeks::worse(days, &weeks, scope));
    if scope == Scope::School {
        alerts.extend(unusual::silence(days, &over));
        alerts.extend(weeks::drops(days, &weeks));
    }
    let class: Vec<Date> = with_today.iter().filter(|day| day.open).map(|day| day.date).collect();
    let mut told = once(alerts, &class);
    told.reverse();
    told
}

/// What two alerts are about, if it is the same.
fn about(alert: &Alert) -> String {
    match (alert.rule, alert.measure.as_str()) {
        (Rule::NewError | Rule::Regression, measure) => {
            format!("{measure} {:?} {:?}", alert.part, alert.screen)
        }
        (_, "devices_active" | "session_count") => "use".to_owned(),
        (_, measure) => format!("{measure} {:?}", alert.part),
    }
}

/// Class days without a second alert about the same thing. A school that has stopped in its days stops in its weeks too.
fn quiet(alert: &Alert) -> usize {
    if alert.measure == "devices_active" { 2 * QUIET } else { QUIET }
}

/// Each thing is told once in ten class days, again only where it has become more pressing or twice as
/// bad. The oldest comes first.
fn once(mut alerts: Vec<Alert>, class: &[Date]) -> Vec<Alert> {
    let place = |alert: &Alert| {
        let day = alert.last_day().unwrap_or_default();
        class.partition_point(|one| *one < day)
    };
    alerts.sort_by(|one, other| {
        let order = one.day.cmp(&other.day).then(other.severity.cmp(&one.severity));
        order.then(other.score.total_cmp(&one.score)).then_with(|| one.key().cmp(&other.key()))
    });
    let mut last: BTreeMap<String, (usize, Severity, f64)> = BTreeMap::new();
    alerts.retain(|alert| {
        let at = place(alert);
        let told = last.get(&about(alert)).is_some_and(|(since, severity, score)| {
            // Twice as bad is another thing.
            at - since < quiet(alert) && *severity >= alert.severity && 2.0 * (1.0 - alert.score) > 1.0 - score
        });
        if !told {
            let known = last.entry(about(alert)).or_insert((at, alert.severity, alert.score));
            let severity = if at - known.0 < quiet(alert) { known.1.max(alert.severity) } else { alert.severity };
            *known = (at, severity, alert.score);
        }
        !told
    });
    alerts
}
