use jiff::civil::Date;
use methods::capacity::simulation::load;

use super::read::Row;
use super::*;

fn date(text: &str) -> Date {
    text.parse().unwrap()
}

/// Hours since 1970 at which a day begins in UTC; in Paris it begins an hour before that, in winter.
fn hour_of(day: &str) -> i64 {
    let start: Timestamp = format!("{day}T00:00:00Z").parse().unwrap();
    start.as_second() / 3_600
}

fn row(hour: i64, metric: &str, n: f64) -> Row {
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "simulated counts")]
    let n = n as u64;
    Row { hour, metric: metric.to_owned(), word: String::new(), bucket: -1, n }
}

/// The rows of a service from a day to another, as it would have counted them; hours without load have none.
fn counted(from: &str, until: &str, is_counted: impl Fn(i64) -> bool) -> Vec<Row> {
    let calendar = Calendar::official();
    let (first, last) = (hour_of(from), hour_of(until));
    let hours = hours_of(&calendar, first, last);
    let values = load(7, &hours);
    let rows = values.into_iter().zip(first..).filter(|(value, hour)| *value > 0.0 && is_counted(*hour));
    rows.flat_map(|(value, hour)| {
        [row(hour, "requests", value), row(hour, "events", 40.0 * value), row(hour, "bytes", 9_000.0 * value)]
    })
    .collect()
}

/// The hours of a span, from a series with something every day.
fn hours_of(calendar: &Calendar, first: i64, last: i64) -> Vec<methods::capacity::Hour> {
    let rows: Vec<Row> = (first..last).map(|hour| row(hour, "requests", 1.0)).collect();
    Series::of(&rows, BTreeMap::new(), calendar, None).unwrap().hours(calendar, 0)
}

fn series(rows: &[Row]) -> Result<Series, NoLoad> {
    Series::of(rows, BTreeMap::new(), &Calendar::official(), None)
}

const FOUR_WEEKS: Asked = Asked { weeks: 4, level: 99.0 };

fn given() -> Given {
    Given { costs: measured(), cores: 2.0, disk: None, growth_percent: 0.0 }
}

#[test]
fn the_wall_clock_rules_and_25_october_has_25_hours() {
    let calendar = Calendar::official();
    let hours = hours_of(&calendar, hour_of("2025-10-20"), hour_of("2025-11-03"));
    assert_eq!(hours.len(), 14 * 24);
    // 26 October 2025 is a Sunday; in UTC the hours of its night are 0 and 1, in Paris both are 2.
    let sunday: Vec<u16> = hours.iter().map(|hour| hour.place).filter(|place| place / 24 == 6).collect();
    assert_eq!(sunday.iter().filter(|place| **place == 6 * 24 + 2).count(), 3);
    // All zones are on holiday, and 1 November is one anyway.
    assert!(hours[5 * 24..12 * 24].iter().all(|hour| hour.share < 1e-9));
}

#[test]
fn a_month_ahead_is_told_by_the_calendar_of_its_zones() {
    let calendar = Calendar::official();
    let rows = counted("2025-09-01", "2026-01-24", |_| true);
    let found = forecast(&series(&rows).unwrap(), &calendar, FOUR_WEEKS).unwrap();
    assert_eq!(found.loads.iter().map(|one| one.metric).collect::<Vec<_>>(), METRICS);
    let requests = &found.loads[0];
    assert_eq!((requests.hours.len(), requests.weeks.len()), (672, 4));
    assert!(requests.missed_by.is_some_and(|share| share < 40.0) && requests.held > 95.0, "{requests:?}");
    // From 7 February on zone A is on holiday, from 14 February zone B too.
    let totals: Vec<f64> = requests.weeks.iter().map(|week| week.total).collect();
    assert!(totals[3] < 0.75 * totals[0] && totals[2] < 0.9 * totals[0], "{totals:?}");
    assert!(requests.peak.upper > requests.peak.expected);
}

#[test]
fn advice_follows_the_load_and_says_what_it_rests_on() {
    let calendar = Calendar::official();
    let series = series(&counted("2025-09-01", "2026-01-24", |_| true)).unwrap();
    let outlook = forecast(&series, &calendar, FOUR_WEEKS).unwrap();
    let plan = |given: Given| Plan::of(&series, &calendar, outlook.clone(), &given, 5_000_000);
    let plain = plan(given());
    assert!(plain.cores.needed >= 1.0 && plain.cores.too_few_on.is_none(), "{:?}", plain.cores);
    let disk = plain.disk.clone().unwrap();
    // Thirteen months of term, holidays and a summer are more than eight times the four weeks in February.
    let month: f64 = outlook.loads[1].weeks.iter().map(|week| week.total).sum();
    assert!(disk.events > 8.0 * month && disk.events < 16.0 * month, "{} {month}", disk.events);
    assert!((disk.bytes - 2.84 * disk.events).abs() < 0.01 * disk.bytes && disk.full_on.is_none());
    // A class day's morning is busiest, and a night is quiet.
    let hours = plain.maintenance;
    assert!([1, 2, 4, 5].contains(&hours.busiest_day) && (8..12).contains(&hours.busiest_hour), "{hours:?}");
    assert!(hours.quietest_hour < 6 || hours.quietest_day > 5, "{hours:?}");
    assert!(plain.caches.is_empty() && plain.costs.iter().all(|cost| !cost.source.is_empty()));

    let growing = plan(Given { growth_percent: 100.0, disk: Some(0.3 * disk.bytes + 5e6), ..given() });
    assert!(growing.cores.busy > plain.cores.busy && growing.cores.too_few_on.is_some());
    assert!(growing.disk.unwrap().full_on.is_some_and(|day| day > date("2026-02-01") && day < date("2026-10-01")));
    let mut dear = given();
    dear.costs.events_per_second_per_core.value = 0.5;
    let small = plan(dear);
    assert!(small.cores.needed > small.cores.given && small.cores.room < 1.0 && small.cores.too_few_on.is_some());
}

#[test]
fn a_cache_is_only_worth_what_is_read_often() {
    let mut rows = counted("2025-09-01", "2025-10-13", |_| true);
    let reading = |word: &str, n: u64| Row {
        hour: hour_of("2025-10-01") + 9,
        metric: "read_ms".to_owned(),
        word: word.to_owned(),
        bucket: store::histogram::bucket_of(12),
        n,
    };
    rows.extend([reading("/api/v1/cubes", 40_000), reading("/transparence", 3)]);
    let series = series(&rows).unwrap();
    let outlook = forecast(&series, &Calendar::official(), FOUR_WEEKS).unwrap();
    let plan = Plan::of(&series, &Calendar::official(), outlook, &given(), 0);
    let [only] = &plan.caches[..] else { panic!("{:?}", plan.caches) };
    assert_eq!((only.route.as_str(), only.readings, only.keep_seconds), ("/api/v1/cubes", 40_000, 86_400));
    assert!((0.1..0.2).contains(&only.saves_cores), "{only:?}");
}

#[test]
fn a_service_that_was_off_is_told_and_not_taken_for_idle() {
    let november = hour_of("2025-11-10") - 1..hour_of("2025-12-08") - 1;
    let rows = counted("2025-09-01", "2026-01-24", |hour| !november.contains(&hour));
    let hole = series(&rows).unwrap_err();
    let NoLoad::Hole { from, until } = hole else { panic!("{hole}") };
    // 11 November is a holiday, 12 a Wednesday; the last days are a weekend.
    assert!(from == date("2025-11-10") && until == date("2025-12-07"), "{from} {until}");
    // After it, everything is there.
    let later = Series::of(&rows, BTreeMap::new(), &Calendar::official(), Some(date("2025-12-08"))).unwrap();
    assert!(forecast(&later, &Calendar::official(), FOUR_WEEKS).is_ok());
    // Two days without are left out.
    let days = hour_of("2025-11-24") - 1..hour_of("2025-11-26") - 1;
    let rows = counted("2025-09-01", "2026-01-24", |hour| !days.contains(&hour));
    let unknown = series(&rows).unwrap().values["requests"].iter().filter(|value| value.is_none()).count();
    assert_eq!(unknown, 48);
    // Holidays without load are idle.
    let christmas = hour_of("2025-12-20")..hour_of("2026-01-05");
    let rows = counted("2025-09-01", "2026-01-24", |hour| !christmas.contains(&hour));
    assert!(series(&rows).unwrap().values["requests"].iter().all(Option::is_some));
}

#[test]
fn what_is_too_little_or_too_far_is_told() {
    let calendar = Calendar::official();
    assert_eq!(series(&[]).unwrap_err(), NoLoad::Nothing);
    let short = series(&counted("2025-09-08", "2025-09-20", |_| true)).unwrap();
    let told = forecast(&short, &calendar, FOUR_WEEKS).unwrap_err().to_string();
    assert!(told.contains("two weeks"), "{told}");
    let month = series(&counted("2025-09-08", "2025-10-06", |_| true)).unwrap();
    let told = forecast(&month, &calendar, Asked { weeks: 9, level: 99.0 }).unwrap_err().to_string();
    assert!(told.contains("fewer weeks"), "{told}");
}

#[test]
fn what_was_counted_later_is_told_once_it_has_been_for_two_weeks() {
    let mut rows = counted("2025-09-01", "2026-01-24", |_| true);
    let metrics = |rows: &[Row]| {
        let found = forecast(&series(rows).unwrap(), &Calendar::official(), FOUR_WEEKS).unwrap();
        found.loads.into_iter().map(|one| one.metric).collect::<Vec<_>>()
    };
    rows.retain(|row| row.metric != "events" || row.hour >= hour_of("2026-01-17"));
    assert_eq!(metrics(&rows), ["requests", "bytes"]);
    rows.retain(|row| row.metric == "requests");
    assert_eq!(metrics(&rows), ["requests"]);
}
