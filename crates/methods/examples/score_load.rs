//! Scores forecasts of load on simulated services: three zones with official holidays, Paris time with its clock changes, a
//! held-out month. Prints one JSON object: weighted percentage errors of the ways tried, how many percent of the hours
//! stayed below the upper quantile, and in how many percent of the cases the highest hour did.
//!
//! `cargo run -p methods --example score_load -- SEED [SERVICES [LEVEL [WEEKS]]]`

use calendar::{Calendar, Zone, public_holiday};
use jiff::tz::TimeZone;
use jiff::{Timestamp, ToSpan};
use methods::capacity::{Hour, WEEK, forecast_load, simulation};
use methods::forecast::{Day, Request, forecast, forecast_open_days};
use methods::score::{seasonal_naive, wape};

/// Schools of each zone, of one.
const ZONES: [(Zone, f64); 3] = [(Zone::A, 0.35), (Zone::B, 0.35), (Zone::C, 0.30)];

/// The hours from the start of a school year on.
fn hours(count: usize) -> Vec<Hour> {
    let calendar = Calendar::official();
    let paris = TimeZone::get("Europe/Paris").expect("it is known");
    let start: Timestamp = "2024-09-02T00:00:00+02:00".parse().expect("a moment");
    (0..i64::try_from(count).expect("a few thousand"))
        .map(|at| {
            let clock = paris.to_datetime(start.saturating_add(at.hours()).expect("hours are no calendar units"));
            let day = clock.date();
            let in_term = |zone: Zone| calendar.holiday(zone, day).is_none() && public_holiday(day).is_none();
            let share = ZONES.iter().filter(|(zone, _)| in_term(*zone)).map(|(_, share)| share).sum::<f64>();
            let place = i16::from(day.weekday().to_monday_zero_offset()) * 24 + i16::from(clock.hour());
            Hour { place: u16::try_from(place).expect("below 168"), share: share.min(1.0) }
        })
        .collect()
}

/// Days by how many schools are in term: what the method of open days can be told.
fn kind(hour: &Hour) -> Day {
    Day::Open(if hour.share > 0.9 { 0 } else { u16::from(hour.share < 0.1) + 1 })
}

fn median(forecasts: [&[f64]; 3]) -> Vec<f64> {
    (0..forecasts[0].len())
        .map(|at| {
            let mut values = forecasts.map(|forecast| forecast[at]);
            values.sort_by(f64::total_cmp);
            values[1]
        })
        .collect()
}

#[derive(Default)]
struct Errors {
    came: Vec<f64>,
    told: Vec<f64>,
}

impl Errors {
    /// Each service weighs the same.
    fn add(&mut self, came: &[f64], told: &[f64]) {
        let size = came.iter().sum::<f64>().max(1.0);
        self.came.extend(came.iter().map(|value| value / size));
        self.told.extend(told.iter().map(|value| value / size));
    }

    fn wape(&self) -> f64 {
        rounded(wape(&self.came, &self.told).unwrap_or(f64::NAN))
    }
}

fn rounded(value: f64) -> f64 {
    (value * 100.0).round() / 100.0
}

fn main() {
    let numbers: Vec<u64> = std::env::args().skip(1).map(|text| text.parse().expect("a number")).collect();
    let Some(seed) = numbers.first().copied() else {
        eprintln!("expected: SEED [SERVICES [LEVEL [WEEKS]]]");
        std::process::exit(2);
    };
    let services = numbers.get(1).copied().unwrap_or(10);
    let level = numbers.get(2).map_or(99.0, |level| f64::from(u32::try_from(*level).expect("a percentage")));
    let horizon = WEEK * numbers.get(3).map_or(4, |weeks| usize::try_from(*weeks).expect("a few"));
    let [mut ours, mut plain, mut open, mut naive, mut fold] =
        [const { Errors { came: Vec::new(), told: Vec::new() } }; 5];
    let mut by_origin = Vec::new();
    let (mut all_hours, mut below, mut cases, mut held, mut room) = (0.0, 0.0, 0.0, 0.0, 0.0);
    for origin in [6, 12, 18, 26, 36, 43].map(|weeks| weeks * WEEK) {
        if origin < horizon {
            continue;
        }
        let hours = hours(origin + horizon);
        let before = held;
        for service in seed..seed + services {
            let values = simulation::load(service, &hours);
            let (past, came) = values.split_at(origin);
            let known: Vec<Option<f64>> = past.iter().copied().map(Some).collect();
            let found = forecast_load(&known, &hours, level).expect("it can be forecast");
            let request = Request { horizon, periods: vec![24, 168], level: 95.0 };
            let hourly = forecast(past, &request).expect("it can be forecast").mean;
            let days: Vec<Day> = hours.iter().map(kind).collect();
            let kinds = forecast_open_days(past, &days, &request).expect("it can be forecast").mean;
            ours.add(came, &found.mean);
            plain.add(came, &hourly);
            open.add(came, &kinds);
            naive.add(came, &seasonal_naive(past, WEEK, horizon));
            fold.add(came, &median([&found.mean, &hourly, &kinds]));
            for (came, upper) in came.iter().zip(&found.upper) {
                all_hours += 1.0;
                below += f64::from(u8::from(came <= upper));
            }
            let highest = came.iter().copied().fold(0.0, f64::max);
            cases += 1.0;
            held += f64::from(u8::from(highest <= found.peak.upper));
            room += found.peak.upper / highest;
        }
        let own = f64::from(u32::try_from(services).expect("some services"));
        by_origin.push((origin / WEEK, rounded(100.0 * (held - before) / own)));
    }
    println!(
        "{}",
        serde_json::json!({
            "seed": seed,
            "level": level,
            "cases": cases,
            "wape": ours.wape(),
            "members_without_calendar": plain.wape(),
            "open_days_by_kind": open.wape(),
            "week_before": naive.wape(),
            "median_of_the_three": fold.wape(),
            "hours_below_upper": rounded(100.0 * below / all_hours),
            "peaks_below_upper": rounded(100.0 * held / cases),
            "peaks_below_upper_by_weeks_known": by_origin,
            "upper_by_peak": rounded(room / cases),
        })
    );
}
