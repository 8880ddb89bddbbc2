use calendar::{Calendar, Zone, public_holiday};
use jiff::{ToSpan, civil::date};
use proptest::prelude::*;

use super::*;
use crate::score::{coverage, seasonal_naive, wape};

/// Plausible daily counts of schools: a slow drift of the level, weekdays, Wednesdays, a start of the year and last days
/// before holidays that differ, and counts that vary more than their mean (negative binomial, as a gamma mixture).
struct Simulated {
    values: Vec<f64>,
    /// What is expected of each day when the drift is known, and the drift.
    expected: Vec<(f64, f64)>,
    days: Vec<Day>,
}

/// A small generator (splitmix64), so that the test is the same everywhere.
struct Dice(u64);

impl Dice {
    #[allow(clippy::cast_precision_loss)]
    fn uniform(&mut self) -> f64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        (((mixed ^ (mixed >> 31)) >> 11) as f64 + 0.5) / (1_u64 << 53) as f64
    }

    fn normal(&mut self) -> f64 {
        (0..12).map(|_| self.uniform()).sum::<f64>() - 6.0
    }

    /// A mean of 1 and a variance of 1/8.
    fn gamma(&mut self) -> f64 {
        (0..8).map(|_| -self.uniform().ln()).sum::<f64>() / 8.0
    }

    fn poisson(&mut self, rate: f64) -> f64 {
        if rate > 60.0 {
            return (rate + rate.sqrt() * self.normal()).round().max(0.0);
        }
        let (mut product, mut found) = (self.uniform(), 0.0);
        while product > (-rate).exp() {
            product *= self.uniform();
            found += 1.0;
        }
        found
    }
}

fn school(zone: Zone, seed: u64, dispersed: bool) -> Simulated {
    let calendar = Calendar::official();
    let mut dice = Dice(seed);
    let base = 20.0 * (3.0 * dice.uniform()).exp();
    let week = [1.1, 1.0, 0.25 + 0.5 * dice.uniform(), 1.0, 0.7 + 0.3 * dice.uniform()];
    let (mut drift, mut open_for) = (0.0, 0.0);
    let mut simulated = Simulated { values: Vec::new(), expected: Vec::new(), days: Vec::new() };
    for day in date(2024, 9, 1).series(1.day()).take(330) {
        let weekday = usize::try_from(day.weekday().to_monday_zero_offset()).unwrap();
        let holiday = calendar.is_class_day(zone, day) || (weekday == 2 && calendar.holiday(zone, day).is_none());
        if weekday > 4 || !holiday || public_holiday(day).is_some() {
            simulated.values.push(0.0);
            simulated.expected.push((0.0, drift));
            simulated.days.push(Day::Closed);
            continue;
        }
        drift = 0.97 * drift + 0.05 * dice.normal();
        open_for += 1.0;
        let started = 1.0 - 0.5 * f64::exp(-open_for / 10.0);
        let rate = base * week[weekday] * f64::exp(drift) * started;
        simulated.expected.push((rate / f64::exp(drift), drift));
        let mixed = if dispersed { dice.gamma().powf(0.5) } else { 1.0 };
        simulated.values.push(dice.poisson(rate * mixed));
        simulated.days.push(Day::Open(0));
    }
    simulated
}

/// Weekday factors with simple smoothing over open days: the best of the simple methods.
fn weekday_smoothing(past: &[f64], days: &[Day]) -> Vec<f64> {
    let open: Vec<usize> = (0..past.len()).filter(|at| days[*at] != Day::Closed).collect();
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

#[test]
fn school_days_are_forecast_better_than_by_the_week_before() {
    let request = Request { horizon: 28, periods: vec![7], level: 95.0 };
    let (mut actual, mut found, mut naive, mut within, mut worse) = (vec![], vec![], vec![], vec![], 0);
    let (mut reference, mut oracle) = (vec![], vec![]);
    for (seed, zone) in (0..30_u64).zip([Zone::A, Zone::B, Zone::C].into_iter().cycle()) {
        let simulated = school(zone, seed, seed % 2 == 0);
        for origin in [180, 215, 250, 285] {
            let (past, rest) = simulated.values.split_at(origin);
            let forecast = forecast_open_days(past, &simulated.days, &request).unwrap();
            let came = &rest[..28];
            let open: Vec<usize> = (0..28).filter(|at| simulated.days[origin + at] != Day::Closed).collect();
            let of = |values: &[f64]| open.iter().map(|at| values[*at]).collect::<Vec<_>>();
            within.push(coverage(&of(came), &of(&forecast.lo), &of(&forecast.hi)));
            let before = seasonal_naive(past, 7, 28);
            worse += usize::from(wape(came, &forecast.mean) > wape(came, &before));
            reference.extend(weekday_smoothing(past, &simulated.days[..origin + 28]));
            let mut drift = simulated.expected[origin - 1].1;
            oracle.extend(simulated.expected[origin..origin + 28].iter().map(|(rate, _)| {
                drift *= if *rate > 0.0 { 0.97 } else { 1.0 };
                rate * f64::exp(drift)
            }));
            actual.extend_from_slice(came);
            found.extend(forecast.mean);
            naive.extend(before);
        }
    }
    let of = |forecast: &[f64]| wape(&actual, forecast).unwrap();
    let (error, naive, smoothing, oracle) = (of(&found), of(&naive), of(&reference), of(&oracle));
    let within = 100.0 * mean(&within);
    println!(
        "WAPE {error:.2} %, seasonal naive {naive:.2} %, weekday smoothing {smoothing:.2} %, known rates {oracle:.2} %"
    );
    println!("coverage on open days {within:.1} %");
    assert!(error < smoothing && error < 1.12 * oracle, "{error} {smoothing} {oracle}");
    assert_eq!(worse, 0, "worse than the week before");
    assert!((92.0..98.0).contains(&within), "{within}");
}

#[test]
fn closed_days_are_zero_and_a_holiday_is_no_fall() {
    let days: Vec<Day> =
        (0..70).map(|at| if at % 7 > 4 || (28..42).contains(&at) { Day::Closed } else { Day::Open(0) }).collect();
    let values: Vec<f64> = days[..42].iter().map(|day| if *day == Day::Closed { 0.0 } else { 10.0 }).collect();
    let request = Request { horizon: 7, periods: vec![7], level: 95.0 };
    let found = forecast_open_days(&values, &days, &request).unwrap();
    assert!(found.mean[..5].iter().all(|value| (value - 10.0).abs() < 0.5), "{found:?}");
    assert_eq!((found.mean[5], found.lo[5], found.hi[5]), (0.0, 0.0, 0.0));
}

#[test]
fn a_kind_of_day_has_its_own_factor() {
    let days: Vec<Day> = (0..90).map(|at| Day::Open(u16::from(at % 10 == 0))).collect();
    let values: Vec<f64> = (0..80).map(|at| if at % 10 == 0 { 40.0 } else { 20.0 }).collect();
    let found = forecast_open_days(&values, &days, &Request { horizon: 10, periods: vec![], level: 95.0 }).unwrap();
    assert!(found.mean[0] > 35.0 && found.mean[1] < 23.0, "{:?}", found.mean);
}

#[test]
fn a_calendar_that_ends_too_early_is_told() {
    let request = Request { horizon: 3, periods: vec![7], level: 95.0 };
    let found = forecast_open_days(&[1.0, 2.0], &[Day::Open(0); 4], &request);
    assert_eq!(found, Err(ForecastError::Calendar { known: 4, needed: 5 }));
    assert_eq!(forecast_open_days(&[1.0, 2.0], &[Day::Closed; 5], &request), Err(ForecastError::NoOpenDay));
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]

    #[test]
    fn any_series_and_calendar_have_a_sound_forecast(
        steps in prop::collection::vec((prop_oneof![0.0..50.0, Just(0.0), 0.0..1e149], 0..4_u16), 1..90),
        horizon in 1_usize..30,
    ) {
        let values: Vec<f64> = steps.iter().map(|(value, _)| *value).collect();
        let days: Vec<Day> = steps
            .iter()
            .map(|(_, kind)| if *kind == 0 { Day::Closed } else { Day::Open(*kind) })
            .chain(std::iter::repeat_n(Day::Open(1), horizon))
            .collect();
        match forecast_open_days(&values, &days, &Request { horizon, periods: vec![7], level: 95.0 }) {
            Err(error) => prop_assert_eq!(error, ForecastError::NoOpenDay),
            Ok(found) => {
                prop_assert_eq!(found.mean.len(), horizon);
                for (mean, (lo, hi)) in found.mean.iter().zip(found.lo.iter().zip(&found.hi)) {
                    prop_assert!(0.0 <= *lo && lo <= mean && mean <= hi && hi.is_finite());
                }
            }
        }
    }
}
