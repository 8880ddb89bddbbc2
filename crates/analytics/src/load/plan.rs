//! What the load to come takes: cores, memory, disk, when a limit is reached, when to work on the server, and what a cache
//! would save. Every cost is told with where it was measured, and what nobody measured is called assumed.

use calendar::Calendar;
use jiff::civil::Date;
use jiff::{Span, Timestamp};
use methods::capacity::sizing::{Busiest, Costs, quietest_and_busiest, years_until};
use serde::Serialize;
use store::histogram;

use super::series::{Series, mean_of, paris, to_float};
use super::{LoadOutlook, MetricOutlook};

/// How long the lake keeps what it keeps, in hours: 13 months.
const KEPT: usize = 396 * 24;
const HOURS_OF_YEAR: f64 = 8_766.0;
/// Below so much of a core in the busiest hour, nobody needs a cache.
const WORTH: f64 = 0.01;
/// How many hours in a row are sought for work on the server.
const QUIET: usize = 2;

/// What there is, and what is expected to grow.
#[derive(Debug, Clone, PartialEq)]
pub struct Given {
    /// What things cost.
    pub costs: Costs,
    /// How many cores there are.
    pub cores: f64,
    /// Bytes of the disk that the lake may take, where that is to be judged.
    pub disk: Option<f64>,
    /// By how many percent a year the load grows beyond its level now.
    pub growth_percent: f64,
}

/// Advice on the size of a server.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Plan {
    /// The growth that was given, in percent a year.
    pub growth_percent: f64,
    /// How many weeks of load it rests on, with holes.
    pub weeks_known: usize,
    /// 95 of 100 batches were answered within so many milliseconds.
    pub answer_ms_p95: Option<f64>,
    /// Cores.
    pub cores: Cores,
    /// Memory.
    pub memory: Memory,
    /// The disk; nothing where events have not been counted for two weeks yet.
    pub disk: Option<Disk>,
    /// When to work on the server.
    pub maintenance: Maintenance,
    /// What a cache would save, page by page; empty where none is worth it.
    pub caches: Vec<Cache>,
    /// What the advice rests on.
    pub costs: Vec<Stated>,
    /// The load itself.
    #[serde(flatten)]
    pub outlook: LoadOutlook,
}

/// Cores.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Cores {
    /// How many are busy in the busiest moments of the highest hour that is to be expected.
    pub busy: f64,
    /// How many to have.
    pub needed: f64,
    /// How many there are.
    pub given: f64,
    /// How many times the load may grow before they are too few.
    pub room: f64,
    /// When that is, at the growth given; nothing where it never is.
    pub too_few_on: Option<Date>,
}

/// Memory.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Memory {
    /// Megabytes, as measured.
    pub megabytes: f64,
    /// With how many events in the lake that was.
    pub measured_with: f64,
    /// How many there will be after 13 months; nothing where they are not counted.
    pub events_then: Option<f64>,
    /// Whether that is no more than ten times what was measured; beyond, nobody knows.
    pub is_known: Option<bool>,
}

/// The disk.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Disk {
    /// Bytes the lake takes now.
    pub bytes_now: u64,
    /// Events of the 13 months to come.
    pub events: f64,
    /// Bytes they will take: what a full lake holds.
    pub bytes: f64,
    /// Bytes there are for it.
    pub given: Option<f64>,
    /// The day on which they are used up, if anything older stays until then; nothing where they last 13 months.
    pub full_on: Option<Date>,
}

/// Hours of the week, in Paris, in term.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Maintenance {
    /// The busiest hour's weekday, from 1 for Monday.
    pub busiest_day: usize,
    /// The busiest hour.
    pub busiest_hour: usize,
    /// The weekday on which the two quietest hours begin.
    pub quietest_day: usize,
    /// The hour at which they begin.
    pub quietest_hour: usize,
}

/// A page that is the same for everybody, and read so often that keeping it would be felt.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Cache {
    /// Its route.
    pub route: String,
    /// Readings of its busiest hour.
    pub readings: u64,
    /// The mean time to answer, in milliseconds.
    pub milliseconds: f64,
    /// How long a cache may keep it, in seconds: it changes no oftener than that.
    pub keep_seconds: u32,
    /// How much of a core that saves at most, in the busiest hour.
    pub saves_cores: f64,
}

/// A cost and its source.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Stated {
    /// Which cost.
    pub name: &'static str,
    /// The figure.
    pub value: f64,
    /// Where it was measured, or that it is assumed.
    pub source: String,
}

impl Plan {
    pub(super) fn of(
        series: &Series,
        calendar: &Calendar,
        outlook: LoadOutlook,
        given: &Given,
        bytes_now: u64,
    ) -> Plan {
        let load = |metric: &str| outlook.loads.iter().find(|one| one.metric == metric);
        let end = later(outlook.until, 0);
        let horizon = hours_between(outlook.from, outlook.until);
        let grown = growth_after(given.growth_percent, horizon);
        let highest = |metric: &str| load(metric).map(|one| one.peak.upper * grown);
        let busiest = Busiest { requests: highest("requests").unwrap_or(0.0), events: highest("events") };
        let costs = &given.costs;
        let room = costs.room(busiest, given.cores);
        let disk = load("events").map(|events| disk(series, calendar, events, given, bytes_now));
        let events_then = disk.as_ref().map(|disk| disk.events);
        let measured_with = costs.memory_events.value;
        Plan {
            growth_percent: given.growth_percent,
            weeks_known: series.length() / methods::capacity::WEEK,
            answer_ms_p95: histogram::percentile(&series.answers, 95).map(f64::round),
            cores: Cores {
                busy: digits(costs.busy_cores(busiest), 3),
                needed: costs.cores(busiest),
                given: given.cores,
                room: digits(room, 2),
                too_few_on: years_until(room, given.growth_percent).and_then(|years| after_years(end, years)),
            },
            memory: Memory {
                megabytes: costs.memory_mb.value,
                measured_with,
                events_then,
                is_known: events_then.map(|events| events <= 10.0 * measured_with),
            },
            maintenance: maintenance(load("requests")),
            caches: caches(series),
            costs: stated(costs),
            disk,
            outlook,
        }
    }
}

fn maintenance(requests: Option<&MetricOutlook>) -> Maintenance {
    let term = requests.map(|one| one.rhythm.term.as_slice()).unwrap_or_default();
    let (quietest, busiest) = quietest_and_busiest(term, QUIET);
    Maintenance {
        busiest_day: busiest / 24 + 1,
        busiest_hour: busiest % 24,
        quietest_day: quietest / 24 + 1,
        quietest_hour: quietest % 24,
    }
}

/// Events of the 13 months to come, and what they take.
fn disk(series: &Series, calendar: &Calendar, events: &MetricOutlook, given: &Given, bytes_now: u64) -> Disk {
    let hours = series.hours(calendar, KEPT);
    let (mut sum, mut full_at) = (0.0_f64, None);
    for (at, hour) in hours[series.length()..].iter().enumerate() {
        let place = usize::from(hour.place);
        let expected = hour.share * events.rhythm.term[place] + (1.0 - hour.share) * events.rhythm.off[place];
        sum += expected * growth_after(given.growth_percent, to_float(at as u64));
        let taken = to_float(bytes_now) + given.costs.bytes(sum);
        if full_at.is_none() && given.disk.is_some_and(|disk| taken > disk) {
            full_at = Some(at);
        }
    }
    Disk {
        bytes_now,
        events: sum.round(),
        bytes: given.costs.bytes(sum).round(),
        given: given.disk,
        full_on: full_at.map(|at| later(series.end(), at)),
    }
}

/// What is the same for everybody changes when a month closes, when the committee decides, or when the server is replaced.
const fn keep_seconds(route: &str) -> u32 {
    match route.as_bytes() {
        b"/api/v1/cubes" | b"/api/v1/hints" | b"/vie-privee" => 86_400,
        _ => 3_600,
    }
}

fn caches(series: &Series) -> Vec<Cache> {
    let of = |route: &String, readings: u64, all: &[(i16, u64)]| {
        let milliseconds = mean_of(all);
        let cores = to_float(readings) * milliseconds / 3.6e6;
        (cores >= WORTH).then(|| Cache {
            route: route.clone(),
            readings,
            milliseconds: milliseconds.round(),
            keep_seconds: keep_seconds(route),
            saves_cores: digits(cores, 2),
        })
    };
    series.readings.iter().filter_map(|(route, (readings, all))| of(route, *readings, all)).collect()
}

fn stated(costs: &Costs) -> Vec<Stated> {
    [
        ("events_per_second_per_core", &costs.events_per_second_per_core),
        ("requests_per_second_per_core", &costs.requests_per_second_per_core),
        ("folded_per_second_per_core", &costs.folded_per_second_per_core),
        ("bytes_per_event", &costs.bytes_per_event),
        ("memory_mb", &costs.memory_mb),
        ("memory_events", &costs.memory_events),
        ("burst", &costs.burst),
        ("busy_percent", &costs.busy_percent),
    ]
    .into_iter()
    .map(|(name, cost)| Stated { name, value: cost.value, source: cost.source.clone() })
    .collect()
}

/// How many times the load is after so many hours.
fn growth_after(percent: f64, hours: f64) -> f64 {
    (1.0 + percent / 100.0).powf(hours / HOURS_OF_YEAR)
}

fn hours_between(from: Timestamp, until: Timestamp) -> f64 {
    until.duration_since(from).as_secs_f64() / 3_600.0
}

fn later(start: Timestamp, hours: usize) -> Date {
    paris().to_datetime(super::later(start, hours)).date()
}

/// A day so many years later; nothing where that is beyond two hundred.
fn after_years(day: Date, years: f64) -> Option<Date> {
    #[expect(clippy::cast_possible_truncation, reason = "bounded before")]
    (years <= 200.0).then(|| day.saturating_add(Span::new().days((years * 365.25) as i64)))
}

/// So many significant digits: more would be false.
fn digits(value: f64, digits: i32) -> f64 {
    if value <= 0.0 || !value.is_finite() {
        return value;
    }
    let step = 10_f64.powf(value.log10().floor() - f64::from(digits - 1));
    (value / step).round() * step
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn figures_are_no_more_precise_than_they_are_known() {
        assert!((digits(1_234.0, 2) - 1_200.0).abs() < 1e-9 && (digits(0.056_71, 3) - 0.0567).abs() < 1e-9);
        assert_eq!(after_years("2026-01-01".parse().unwrap(), 1.0), Some("2027-01-01".parse().unwrap()));
        assert_eq!(after_years("2026-01-01".parse().unwrap(), 1e6), None);
    }

    #[test]
    fn a_year_of_growth_is_the_growth_of_a_year() {
        assert!((growth_after(20.0, HOURS_OF_YEAR) - 1.2).abs() < 1e-9);
        assert!((growth_after(0.0, 500.0) - 1.0).abs() < 1e-12);
    }
}
