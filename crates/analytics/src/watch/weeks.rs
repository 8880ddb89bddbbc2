//! Whole weeks: what is too rare to be seen in a day, and schools in which only a week brings five devices together. Only
//! weeks of class that are over are judged, and only on all of their days: nothing of a single day can be subtracted.

use calendar::{IsoWeek, SchoolYear};
use jiff::Span;
use jiff::civil::Date;
use methods::share::risen;

use super::alert::{Alert, DOWN, Rule, Severity};
use super::bounds::{DEVICES, DROP, FALLEN, TIMES, WEEKS_BEFORE, WEEKS_KNOWN};
use super::calendar::Seen;
use super::days::Days;
use super::judge::Scope;
use super::measures::{Counted, Measure};
use super::moved::{self, rate, real};
use super::rules::alert;
use super::unusual::{rounded, silent, whole};

/// Class days of a week that can be compared with others.
const WHOLE: usize = 3;
/// Weeks scatter by no less, as a logarithm, however alike a few of them were.
const LEAST_SPREAD: f64 = 0.15;

/// A week of class that is over.
#[derive(Debug, Clone)]
pub(super) struct Week {
    days: Vec<Date>,
    class_days: usize,
    enough: bool,
}

impl Week {
    fn sunday(&self) -> Date {
        self.days[self.days.len() - 1]
    }

    fn year(&self) -> SchoolYear {
        SchoolYear::of(self.days[0])
    }
}

/// The weeks of class that are over, in order.
pub(super) fn weeks(days: &Days, seen: &[Seen]) -> Vec<Week> {
    let mut all: Vec<Week> = Vec::new();
    for day in seen {
        let monday = IsoWeek::of(day.date).monday();
        match all.last_mut().filter(|week| week.days[0] == monday) {
            Some(week) => {
                week.days.push(day.date);
                week.class_days += usize::from(day.open);
            }
            None if day.date == monday => all.push(Week {
                days: vec![monday],
                class_days: usize::from(day.open),
                enough: days.devices_in_week(monday) >= DEVICES,
            }),
            // Of a first week that is not whole nothing is known.
            None => {}
        }
    }
    all.retain(|week| week.days.len() == 7 && week.class_days > 0);
    all
}

/// Weeks that are worse than those before, in all or in one version.
pub(super) fn worse(days: &Days, weeks: &[Week], scope: Scope) -> Vec<Alert> {
    let weeks: Vec<&Week> = weeks.iter().filter(|week| week.enough).collect();
    let mut alerts = Vec::new();
    for measure in Measure::SHARES {
        for at in WEEKS_KNOWN..weeks.len() {
            let on = &weeks[at].days;
            let before: Vec<Date> =
                weeks[at.saturating_sub(WEEKS_BEFORE)..at].iter().flat_map(|week| week.days.iter().copied()).collect();
            if let Some(told) = worse_than(days, (measure, scope), on, &before) {
                alerts.push(told);
            }
        }
    }
    alerts
}

/// Whether a measure is worse on some days than on those before, in all or in one version.
pub(super) fn worse_than(
    days: &Days,
    (measure, scope): (Measure, Scope),
    on: &[Date],
    before: &[Date],
) -> Option<Alert> {
    let usual = measure.counted(days, before, None);
    let is_worse = |counted: &Counted| {
        counted.total() >= 3
            && rate(counted) >= TIMES * rate(&usual)
            && risen(counted.total(), real(counted.out_of), usual.total(), real(usual.out_of)) < measure.unlikely(scope)
    };
    let now = measure.counted(days, on, None);
    let (counted, version) = if is_worse(&now) {
        (now, moved::version(days, measure, on, before))
    } else {
        let is_of = |version: &String| {
            is_worse(&measure.counted(days, on, Some(version))) && moved::has_counted(days, version, on)
        };
        let version = moved::versions(days, on).into_iter().find(is_of)?;
        (measure.counted(days, on, Some(&version)), Some(version))
    };
    let told = alert((Rule::Unusual, Severity::Notify), measure, *on.last()?, (&counted, &usual), version);
    Some(Alert { from: on.first()?.to_string(), days: on.len(), ..told })
}

/// Weeks with far fewer sessions than those before, and weeks with fewer than five devices where there were many, or on end.
pub(super) fn drops(days: &Days, weeks: &[Week]) -> Vec<Alert> {
    let mut alerts = Vec::new();
    // A day or two between holidays are no week.
    for (at, week) in weeks.iter().enumerate().filter(|(_, week)| week.class_days >= WHOLE) {
        // What has stopped is told when it stops.
        if !week.enough && at.checked_sub(1).is_some_and(|last| !weeks[last].enough) {
            continue;
        }
        let before: Vec<&Week> = weeks[..at]
            .iter()
            .rev()
            .filter(|one| one.enough && one.class_days >= WHOLE && one.year() == week.year())
            .take(WEEKS_BEFORE)
            .collect();
        let (measure, now, told, usual): (_, _, _, Vec<f64>) = if week.enough {
            let now = sessions(days, week);
            (Measure::Sessions.name(), now, now, before.iter().map(|one| sessions(days, one)).collect())
        } else {
            // There may be four at most; how many there are is not told.
            let devices = before.iter().map(|one| real(days.devices_in_week(one.days[0]))).collect();
            ("devices_active", real(DEVICES - 1), 0.0, devices)
        };
        let Some(usual) = fallen(&usual, now) else { continue };
        alerts.push(Alert {
            rule: Rule::VolumeDrop,
            severity: Severity::Notify,
            measure: measure.to_owned(),
            from: week.days[0].to_string(),
            day: week.sunday().to_string(),
            direction: DOWN,
            score: rounded(1.0 - now / usual),
            days: week.days.len(),
            counted: whole(told),
            usual: whole(usual),
            out_of: None,
            part: None,
            version: None,
            screen: None,
        });
    }
    let stretches: Vec<_> = weeks.iter().map(|week| (week.days[0], week.sunday(), week.enough)).collect();
    alerts.extend(silent(&stretches, |monday| days.devices_in_week(monday), (WEEKS_KNOWN, 7)));
    alerts
}

/// What is usual, where a count is far below it: the geometric mean, beside the scatter of the logarithms.
fn fallen(before: &[f64], now: f64) -> Option<f64> {
    if before.len() < WEEKS_KNOWN {
        return None;
    }
    let logs: Vec<f64> = before.iter().map(|n| (n + 0.5).ln()).collect();
    let n = real(logs.len() as u64);
    let mean = logs.iter().sum::<f64>() / n;
    let spread = (logs.iter().map(|log| (log - mean).powi(2)).sum::<f64>() / (n - 1.0) * (1.0 + 1.0 / n)).sqrt();
    let by = (mean - (now + 0.5).ln()) / spread.max(LEAST_SPREAD);
    (by >= FALLEN && now <= DROP * mean.exp()).then(|| mean.exp())
}

fn sessions(days: &Days, week: &Week) -> f64 {
    real(Measure::Sessions.counted(days, &week.days, None).total())
}

/// The week's days until a day, that are judged one by one.
pub(super) fn last_days(judged: &[Date], at: usize) -> &[Date] {
    let since = judged[at].saturating_sub(Span::new().days(6));
    &judged[judged.partition_point(|day| *day < since)..=at]
}
