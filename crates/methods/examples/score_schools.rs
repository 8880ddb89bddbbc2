//! How the watch does on simulated schools with planted anomalies: 13 months, three zones, Wednesdays, four measures.
//! An anomaly is found by an alert the right way within its days, the first ten of class at most; every other alert is
//! false, that of the return to normal included. Prints one JSON object.

use calendar::{Calendar, Zone};
use jiff::ToSpan;
use jiff::civil::{Date, Weekday, date};
use methods::school::Watch;
use methods::school::simulation::{Measure, school};

const SCHOOLS: u32 = 60;
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

fn main() {
    let first_seed: u64 = std::env::args().nth(1).and_then(|seed| seed.parse().ok()).unwrap_or(1000);
    let calendars = [Zone::A, Zone::B, Zone::C].map(days);
    let mut report = serde_json::Map::new();
    let mut all = Tally::default();
    for measure in Measure::ALL {
        let mut tally = Tally::default();
        for (number, seed) in (first_seed..).take(SCHOOLS as usize).enumerate() {
            judge(seed, measure, &calendars[number % 3], &mut tally);
        }
        report.insert(format!("{measure:?}").to_lowercase(), tally.json());
        all.planted += tally.planted;
        all.found += tally.found;
        all.named += tally.named;
        all.false_alerts += tally.false_alerts;
        all.streams += tally.streams;
        all.worst = all.worst.max(tally.worst);
    }
    report.insert("all".to_owned(), all.json());
    println!("{:#}", serde_json::Value::Object(report));
}

impl Tally {
    fn json(&self) -> serde_json::Value {
        let rate = |part: u32, of: u32| f64::from(part) / f64::from(of.max(1));
        serde_json::json!({
            "planted": self.planted, "recall": rate(self.found, self.planted), "named": rate(self.named, self.found),
            "false_alerts_per_school_and_month": f64::from(self.false_alerts) / f64::from(self.streams) / MONTHS,
            "most_false_alerts_of_one_school": self.worst,
        })
    }
}

fn judge(seed: u64, measure: Measure, calendar: &[(u8, bool)], tally: &mut Tally) {
    let (days, planted) = school(seed, measure, calendar);
    let open_between = |from: usize, until: usize| days[from..=until].iter().filter(|day| day.open).count();
    let mut found = vec![false; planted.len()];
    let mut watch = Watch::new();
    let mut false_alerts = 0;
    for (at, day) in days.iter().enumerate() {
        let Some(alert) = watch.push(day).expect("the simulation's days are in order") else { continue };
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
