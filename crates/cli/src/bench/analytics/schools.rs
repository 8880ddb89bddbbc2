//! How the watch does on simulated schools with planted anomalies: 13 months, three zones, Wednesdays, four measures.
//! An anomaly is found by an alert the right way within its days, the first ten of class at most; every other alert is
//! false, that of the return to normal included.

use calendar::{Calendar, Zone};
use jiff::ToSpan;
use jiff::civil::{Date, Weekday, date};
use methods::school::Watch;
use methods::school::simulation::{Measure, school};

use crate::commands::bench::Figures;

const MONTHS: f64 = 13.0;

#[derive(Default)]
struct Tally {
    planted: u32,
    found: u32,
    named: u32,
    false_alerts: u32,
    streams: u32,
    worst: u32,
}

/// Recall, parts named rightly and false alerts, over all measures, a school a seed.
pub(super) fn figures(seeds: std::ops::Range<u64>) -> anyhow::Result<Figures> {
    let calendars = [Zone::A, Zone::B, Zone::C].map(days);
    let mut tally = Tally::default();
    for measure in Measure::ALL {
        for (number, seed) in seeds.clone().enumerate() {
            judge(seed, measure, &calendars[number % 3], &mut tally)?;
        }
    }
    let rate = |part: u32, of: u32| f64::from(part) / f64::from(of.max(1));
    Ok(vec![
        ("anomalies_planted_n", f64::from(tally.planted)),
        ("anomalies_recall_ratio", rate(tally.found, tally.planted)),
        ("anomalies_named_ratio", rate(tally.named, tally.found)),
        ("anomalies_false_a_month_n", rate(tally.false_alerts, tally.streams) / MONTHS),
        ("anomalies_false_worst_n", f64::from(tally.worst)),
    ])
}

fn judge(seed: u64, measure: Measure, calendar: &[(u8, bool)], tally: &mut Tally) -> anyhow::Result<()> {
    let (days, planted) = school(seed, measure, calendar);
    let open_between = |from: usize, until: usize| days[from..=until].iter().filter(|day| day.open).count();
    let mut found = vec![false; planted.len()];
    let mut watch = Watch::new();
    let mut false_alerts = 0;
    for (at, day) in days.iter().enumerate() {
        let Some(alert) = watch.push(day)? else { continue };
        let right = planted.iter().position(|anomaly| {
            (anomaly.from..=anomaly.until).contains(&at)
                && open_between(anomaly.from, at) <= 10
                && alert.direction == anomaly.direction()
        });
        match right {
            Some(place) if !found[place] => {
                found[place] = true;
                tally.found += 1;
                tally.named += u32::from(alert.explanation.named == planted[place].part);
            }
            _ => false_alerts += 1,
        }
    }
    tally.planted += u32::try_from(planted.len()).unwrap_or(0);
    tally.false_alerts += false_alerts;
    tally.worst = tally.worst.max(false_alerts);
    tally.streams += 1;
    Ok(())
}

/// Thirteen months of a zone: class days and the Wednesdays of weeks of class are open.
fn days(zone: Zone) -> Vec<(u8, bool)> {
    let calendar = Calendar::official();
    let is_open = |day: Date| {
        calendar.is_class_day(zone, day)
            || (day.weekday() == Weekday::Wednesday
                && calendar.holiday(zone, day).is_none()
                && calendar::public_holiday(day).is_none())
    };
    let mut day = date(2024, 9, 2);
    let mut days = Vec::new();
    while day < date(2025, 10, 2) {
        let weekday = u8::try_from(day.weekday().to_monday_zero_offset()).unwrap_or(0);
        days.push((weekday, is_open(day)));
        day = day.saturating_add(1.day());
    }
    days
}
