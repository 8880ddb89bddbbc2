//! The rules that need no learning: a share above its bound at once, and a day worse than the one before.

use jiff::civil::Date;
use methods::share::{risen, wilson};

use super::alert::{Alert, Rule, Severity, UP};
use super::bounds::{BEFORE, CRASH_SHARE, KNOWN, LEAST, SURE, SYNC_SHARE, TIMES};
use super::days::Days;
use super::judge::Scope;
use super::measures::{Counted, Measure};
use super::moved::{self, rate, real};
use super::unusual::{rounded, whole};
use super::weeks::{last_days, worse_than};

/// Days with a share above its bound: of everything, or of one version that enough devices have.
pub(super) fn too_many(days: &Days, judged: &[Date]) -> Vec<Alert> {
    let rules = [(Measure::Crashes, Rule::CrashRate, CRASH_SHARE), (Measure::Syncs, Rule::SyncFailure, SYNC_SHARE)];
    let mut alerts = Vec::new();
    for (measure, rule, bound) in rules {
        for (at, day) in judged.iter().enumerate() {
            let (on, before) = (&judged[at..=at], &judged[at.saturating_sub(BEFORE)..at]);
            let now = measure.counted(days, on, None);
            let of_versions = || {
                moved::versions(days, on).into_iter().find(|version| {
                    let counted = measure.counted(days, on, Some(version));
                    lower_end(&counted) > bound && moved::has_counted(days, version, on)
                })
            };
            let (counted, version) = if lower_end(&now) > bound {
                (now, moved::version(days, measure, on, before))
            } else if let Some(version) = of_versions() {
                (measure.counted(days, on, Some(&version)), Some(version))
            } else {
                continue;
            };
            let usual = measure.counted(days, before, None);
            alerts.push(alert((rule, Severity::Immediate), measure, *day, (&counted, &usual), version));
        }
    }
    alerts
}

/// Days that are worse than the class day before, and than the weeks before.
pub(super) fn worsening(days: &Days, judged: &[Date], scope: Scope) -> Vec<Alert> {
    let mut alerts = Vec::new();
    for measure in Measure::SHARES {
        for at in 1..judged.len() {
            let (on, yesterday) = (&judged[at..=at], &judged[at - 1..at]);
            let before = &judged[at.saturating_sub(BEFORE)..at];
            let now = measure.counted(days, on, None);
            if now.out_of < LEAST || now.total() < 3 {
                continue;
            }
            let (last, usual) = (measure.counted(days, yesterday, None), measure.counted(days, before, None));
            let risen = |beside: &Counted| risen(now.total(), real(now.out_of), beside.total(), real(beside.out_of));
            if last.out_of < LEAST
                || risen(&last) >= measure.unlikely(scope)
                || risen(&usual) >= measure.unlikely(scope)
                || rate(&now) < TIMES * rate(&usual)
            {
                continue;
            }
            let version = moved::version(days, measure, on, before);
            alerts.push(alert((Rule::Worsening, Severity::Notify), measure, judged[at], (&now, &usual), version));
        }
    }
    alerts
}

/// Seven days that are worse than the weeks before, in all or in one version: what is too rare to be seen in one.
pub(super) fn worse_days(days: &Days, judged: &[Date], scope: Scope) -> Vec<Alert> {
    let mut alerts = Vec::new();
    for measure in Measure::SHARES {
        for at in 0..judged.len() {
            let on = last_days(judged, at);
            let start = at + 1 - on.len();
            let before = &judged[start.saturating_sub(2 * BEFORE)..start];
            if before.len() >= KNOWN {
                alerts.extend(worse_than(days, (measure, scope), on, before));
            }
        }
    }
    alerts
}

/// The lower end of a share; none where it is of too few.
fn lower_end(counted: &Counted) -> f64 {
    let [part, of] = [counted.total(), counted.out_of].map(|n| usize::try_from(n).unwrap_or(usize::MAX));
    if counted.out_of < LEAST { 0.0 } else { wilson(part, of, SURE).0 }
}

/// An alert of one day about a share.
pub(super) fn alert(
    (rule, severity): (Rule, Severity),
    measure: Measure,
    day: Date,
    (now, usual): (&Counted, &Counted),
    version: Option<String>,
) -> Alert {
    Alert {
        rule,
        severity,
        measure: measure.name().to_owned(),
        from: day.to_string(),
        day: day.to_string(),
        direction: UP,
        score: beyond(now, usual),
        days: 1,
        counted: now.total(),
        usual: whole(rate(usual) * real(now.out_of) - 0.5),
        out_of: Some(now.out_of),
        part: moved::part(now, usual),
        version,
        screen: None,
    }
}

/// How much of what was counted is beyond the usual.
pub(super) fn beyond(now: &Counted, usual: &Counted) -> f64 {
    rounded((1.0 - rate(usual) / rate(now)).max(0.0))
}
