//! Scores the forecasts that know a calendar on simulated schools: thirty in one file, four origins, as the command line
//! reads and forecasts them. Prints one JSON object: weighted percentage errors (ours, weekday factors with simple
//! smoothing, the week before, known rates and today's drift), how often open days came within the 95 % interval, and in
//! which share of school and origin we are better than the week before.
//!
//! `cargo run -p methods --example score_school_days -- SETTING SEED [HORIZON [SCHOOLS]]`: SETTING is plain, small, common,
//! breaks, years or dispersed; schools have the seeds from SEED on.

use std::fmt::Write;
use std::time::Instant;

use calendar::Zone;
use jiff::ToSpan;
use methods::forecast::{Day, Request};
use methods::score::{seasonal_naive, wape};
use methods::table::{OpenDays, forecast_series, read_series};

mod simulated;

use simulated::{Setting, Simulated, school};

/// Weekday factors with simple smoothing over open days: the best of the simple methods.
fn weekday_smoothing(past: &[f64], days: &[Day]) -> Vec<f64> {
    let open: Vec<usize> = (0..past.len()).filter(|at| days[*at] != Day::Closed).collect();
    let mean = |values: &[f64]| values.iter().sum::<f64>() / f64::from(u32::try_from(values.len()).expect("few"));
    let all = mean(&open.iter().map(|at| past[*at]).collect::<Vec<_>>());
    let factors: Vec<f64> = (0..7)
        .map(|place| {
            let own: Vec<f64> = open.iter().filter(|at| *at % 7 == place).map(|at| past[*at]).collect();
            if own.is_empty() { 1.0 } else { mean(&own) / all }
        })
        .collect();
    let mut level = past[open[0]] / factors[open[0] % 7];
    for at in &open {
        level += 0.2 * (past[*at] / factors[at % 7].max(0.01) - level);
    }
    (past.len()..days.len()).map(|at| if days[at] == Day::Closed { 0.0 } else { level * factors[at % 7] }).collect()
}

/// The files of the command line: series up to the origin, and a calendar by school.
fn files(setting: Setting, schools: &[Simulated], origin: usize) -> (String, String) {
    let (mut series, mut calendar) = (String::from("id,t,y\n"), String::from("id,t,kind\n"));
    for (id, school) in schools.iter().enumerate() {
        for (at, day) in setting.span().0.series(1.day()).take(school.days.len()).enumerate() {
            let kind = if school.days[at] == Day::Closed { "closed" } else { "open" };
            writeln!(calendar, "{id},{day},{kind}").expect("memory is there");
            if at < origin {
                writeln!(series, "{id},{day},{}", school.values[at]).expect("memory is there");
            }
        }
    }
    (series, calendar)
}

fn main() {
    let line: Vec<String> = std::env::args().skip(1).collect();
    let setting = line.first().and_then(|name| Setting::named(name));
    let numbers: Vec<u64> = line.iter().skip(1).map(|text| text.parse().expect("a number")).collect();
    let (Some(setting), Some(seed)) = (setting, numbers.first().copied()) else {
        eprintln!("expected: plain|small|common|breaks|years|dispersed SEED [HORIZON [SCHOOLS]]");
        std::process::exit(2);
    };
    let horizon = numbers.get(1).map_or(28, |days| usize::try_from(*days).expect("a small number").min(56));
    let request = Request { horizon, periods: vec![7], level: 95.0 };
    let zones = [Zone::A, Zone::B, Zone::C].into_iter().cycle();
    let schools: Vec<Simulated> = (0..numbers.get(2).copied().unwrap_or(30))
        .zip(zones)
        .map(|(at, zone)| school(setting, zone, seed + at, seed))
        .collect();
    let [mut actual, mut ours, mut smoothing, mut before, mut known] = [const { Vec::new() }; 5];
    let (mut open, mut below, mut above, mut cases, mut better) = (0.0, 0.0, 0.0, 0.0, 0.0);
    let mut seconds = 0.0;
    for origin in setting.origins() {
        let (series, calendar) = files(setting, &schools, origin);
        let series = read_series(series.as_bytes()).expect("the file reads");
        let calendar = OpenDays::read(calendar.as_bytes()).expect("the calendar reads");
        let start = Instant::now();
        let found = forecast_series(&series, Some(&calendar), &request, 1, &|_| ()).expect("all can be forecast");
        seconds += start.elapsed().as_secs_f64();
        for (school, forecast) in schools.iter().zip(found) {
            let (past, came) = (&school.values[..origin], &school.values[origin..origin + horizon]);
            let days = &school.days[..origin + horizon];
            for (at, value) in came.iter().enumerate().filter(|(at, _)| days[origin + at] != Day::Closed) {
                open += 1.0;
                below += f64::from(u8::from(*value < forecast.lo[at]));
                above += f64::from(u8::from(*value > forecast.hi[at]));
            }
            let naive = seasonal_naive(past, 7, horizon);
            if let (Some(ours), Some(naive)) = (wape(came, &forecast.mean), wape(came, &naive)) {
                cases += 1.0;
                better += f64::from(u8::from(ours < naive));
            }
            let mut drift = school.expected[origin - 1].1;
            known.extend(school.expected[origin..origin + horizon].iter().map(|(rate, _)| {
                drift *= if *rate > 0.0 { 0.97 } else { 1.0 };
                rate * f64::exp(drift)
            }));
            smoothing.extend(weekday_smoothing(past, days));
            before.extend(naive);
            ours.extend(forecast.mean);
            actual.extend_from_slice(came);
        }
    }
    let rounded = |value: f64| (value * 100.0).round() / 100.0;
    let error = |forecast: &[f64]| wape(&actual, forecast).map(rounded);
    println!(
        "{}",
        serde_json::json!({
            "setting": line[0],
            "seed": seed,
            "horizon": horizon,
            "wape": error(&ours),
            "weekday_smoothing": error(&smoothing),
            "week_before": error(&before),
            "known_rates": error(&known),
            "coverage": rounded(100.0 * (1.0 - (below + above) / open)),
            "below": rounded(100.0 * below / open),
            "above": rounded(100.0 * above / open),
            "better_than_week_before": rounded(100.0 * better / cases),
            "seconds": rounded(seconds),
        })
    );
}
