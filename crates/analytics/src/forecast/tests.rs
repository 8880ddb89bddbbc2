use catalogue::Catalogue;

use super::*;

/// A year of weeks in zone C: 60 on full weeks, less on short ones, nothing in holidays.
fn played(until: &str, value: impl Fn(usize, Day) -> Option<f64>) -> Vec<(IsoWeek, Option<f64>)> {
    let calendar = Calendar::official();
    let (first, last) = ("2025-W36".parse().unwrap(), until.parse().unwrap());
    let list = weeks(first, last).into_iter().enumerate();
    list.map(|(at, week)| (week, value(at, kind(&calendar, Zone::C, week)))).collect()
}

fn media() -> Measure {
    Catalogue::embedded().unwrap().measure("media_count").unwrap().clone()
}

fn forecast(past: &[(IsoWeek, Option<f64>)], coming: (&str, &str), most: f64) -> Vec<Forecast> {
    let calendar = Calendar::official();
    let coming = weeks(coming.0.parse().unwrap(), coming.1.parse().unwrap());
    of_measure(&media(), past, &coming, most, |week| kind(&calendar, Zone::C, week))
}

fn steady(at: usize, day: Day) -> f64 {
    let wave = [0.0, 4.0, -3.0, 2.0, -4.0][at % 5];
    match day {
        Day::Closed => 0.0,
        Day::Open(0) => 60.0 + wave,
        Day::Open(_) => 30.0 + wave / 2.0,
    }
}

#[test]
fn a_steady_school_goes_on_and_holidays_are_no_fall() {
    let found = forecast(&played("2025-W50", |at, day| Some(steady(at, day))), ("2025-W51", "2026-W03"), f64::INFINITY);
    let periods: Vec<&str> = found.iter().map(|one| one.period.as_str()).collect();
    // The Christmas holidays lie between.
    assert_eq!(periods, ["2025-W51", "2026-W02", "2026-W03"]);
    for one in &found {
        assert!((50.0..70.0).contains(&one.value), "{one:?}");
        assert!(one.low <= one.value && one.value <= one.high && one.low >= 0.0, "{one:?}");
        assert!(one.missed_by.is_some_and(|share| share < 16.0), "{one:?}");
    }
}

#[test]
fn what_was_held_back_is_not_taken_for_nothing() {
    let past = played("2025-W50", |at, day| if at % 4 == 1 { None } else { Some(steady(at, day)) });
    let found = forecast(&past, ("2025-W51", "2025-W51"), f64::INFINITY);
    assert!((50.0..70.0).contains(&found[0].value), "{found:?}");
}

#[test]
fn no_more_people_are_expected_than_there_are() {
    let found = forecast(&played("2025-W50", |at, day| Some(steady(at, day) / 6.0)), ("2025-W51", "2025-W51"), 10.0);
    assert!(found[0].high <= 10.0, "{found:?}");
}

#[test]
fn a_school_that_has_just_begun_gets_no_forecast() {
    assert_eq!(
        forecast(&played("2025-W39", |at, day| Some(steady(at, day))), ("2025-W40", "2025-W41"), f64::INFINITY),
        []
    );
    assert_eq!(forecast(&[], ("2025-W40", "2025-W41"), f64::INFINITY), []);
    let held_back = played("2025-W50", |_, _| None);
    assert_eq!(forecast(&held_back, ("2025-W51", "2025-W51"), f64::INFINITY), []);
}
