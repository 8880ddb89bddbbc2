use calendar::Zone;
use proptest::prelude::*;

use super::*;
use crate::score::{coverage, seasonal_naive, wape};

#[allow(dead_code)]
#[path = "../../../examples/score_school_days/simulated.rs"]
mod simulated;

use simulated::{Setting, Simulated, school};

const WEEK: usize = 7;

fn request(horizon: usize) -> Request {
    Request { horizon, periods: vec![WEEK], level: 95.0 }
}

/// The schools of a setting with these seeds, forecast together from each origin: our error, that of the week before, that
/// of known rates, and how often open days came within the interval.
fn scored(setting: Setting, seeds: std::ops::Range<u64>) -> (f64, f64, f64, f64) {
    let zones = [Zone::A, Zone::B, Zone::C].into_iter().cycle();
    let year = seeds.start;
    let schools: Vec<Simulated> = seeds.zip(zones).map(|(seed, zone)| school(setting, zone, seed, year)).collect();
    let [mut actual, mut found, mut naive, mut known] = [const { Vec::new() }; 4];
    let mut within = Vec::new();
    for origin in setting.origins() {
        let group: Vec<OpenSeries> =
            schools.iter().map(|school| OpenSeries { values: &school.values[..origin], days: &school.days }).collect();
        let results = forecast_all_open_days(&group, &request(28), 1, &|_| ());
        for (school, forecast) in schools.iter().zip(results) {
            let (forecast, came) = (forecast.unwrap(), &school.values[origin..origin + 28]);
            let of = |values: &[f64]| -> Vec<f64> {
                (0..28).filter(|at| school.days[origin + at] != Day::Closed).map(|at| values[at]).collect()
            };
            within.push(coverage(&of(came), &of(&forecast.lo), &of(&forecast.hi)));
            naive.extend(seasonal_naive(&school.values[..origin], WEEK, 28));
            let mut drift = school.expected[origin - 1].1;
            known.extend(school.expected[origin..origin + 28].iter().map(|(rate, _)| {
                drift *= if *rate > 0.0 { 0.97 } else { 1.0 };
                rate * f64::exp(drift)
            }));
            found.extend(forecast.mean);
            actual.extend_from_slice(came);
        }
    }
    let of = |forecast: &[f64]| wape(&actual, forecast).unwrap();
    (of(&found), of(&naive), of(&known), 100.0 * mean(&within))
}

#[test]
fn school_days_are_forecast_better_than_by_the_week_before() {
    for (setting, seeds) in [(Setting::Plain, 0..30), (Setting::Small, 0..30), (Setting::Breaks, 0..30)] {
        let (error, naive, known, within) = scored(setting, seeds);
        assert!(error < 0.6 * naive && error < 1.12 * known, "{setting:?}: {error} {naive} {known}");
        assert!((93.0..98.0).contains(&within), "{setting:?}: {within}");
    }
}

#[test]
fn what_series_have_in_common_does_not_depend_on_threads() {
    let schools: Vec<Simulated> = (0..6).map(|seed| school(Setting::Small, Zone::A, seed, 0)).collect();
    let group: Vec<OpenSeries> =
        schools.iter().map(|school| OpenSeries { values: &school.values[..250], days: &school.days }).collect();
    let alone = forecast_all_open_days(&group, &request(14), 1, &|_| ());
    assert_eq!(alone, forecast_all_open_days(&group, &request(14), 3, &|_| ()));
}

#[test]
fn the_week_before_a_break_is_learnt_from_the_breaks_before() {
    let is_closed = |at: usize| at % 7 > 4 || at % 42 >= 28;
    let days: Vec<Day> = (0..252).map(|at| if is_closed(at) { Day::Closed } else { Day::Open(0) }).collect();
    let values: Vec<f64> = (0..210)
        .map(|at| {
            if is_closed(at) {
                0.0
            } else if at % 42 >= 21 {
                10.0
            } else {
                20.0
            }
        })
        .collect();
    let found = forecast_open_days(&values, &days, &request(42)).unwrap();
    assert!(found.mean[1] > 16.0 && found.mean[22] < 14.0, "{:?}", found.mean);
}

#[test]
fn closed_days_are_zero_and_a_holiday_is_no_fall() {
    let days: Vec<Day> =
        (0..70).map(|at| if at % 7 > 4 || (28..42).contains(&at) { Day::Closed } else { Day::Open(0) }).collect();
    let values: Vec<f64> = days[..42].iter().map(|day| if *day == Day::Closed { 0.0 } else { 10.0 }).collect();
    let found = forecast_open_days(&values, &days, &request(7)).unwrap();
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
fn a_school_where_something_came_on_a_closed_day_only_is_at_zero() {
    let days: Vec<Day> = (0..40).map(|at| if at % 7 > 4 { Day::Closed } else { Day::Open(0) }).collect();
    let values: Vec<f64> = (0..30).map(|at| if at == 5 { 500.0 } else { 0.0 }).collect();
    assert_eq!(forecast_open_days(&values, &days, &request(10)), Ok(Forecast::constant(0.0, 10)));
}

#[test]
fn one_spike_does_not_promise_the_moon() {
    let days = vec![Day::Open(0); 60];
    let values: Vec<f64> = (0..40).map(|at| if at == 25 { 500.0 } else { 0.0 }).collect();
    let found = forecast_open_days(&values, &days, &request(14)).unwrap();
    assert!(found.hi.iter().all(|hi| *hi <= 2000.0) && found.mean.iter().all(|mean| *mean < 100.0), "{found:?}");
}

#[test]
fn a_calendar_that_ends_too_early_is_told() {
    let request = request(3);
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
        match forecast_open_days(&values, &days, &request(horizon)) {
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
