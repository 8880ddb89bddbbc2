//! From rows to series without gaps, and the calendar of their hours.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use calendar::{Calendar, Zone, public_holiday};
use jiff::Timestamp;
use jiff::civil::{Date, DateTime, Weekday};
use jiff::tz::TimeZone;
use methods::capacity::Hour;
use store::histogram;

use super::read::Row;
use super::{ByWord, NoLoad};

/// After so many class days in a row without any load, something is missing.
const HOLE: usize = 8;
/// A day on which so much of the country is in term has some load where the service runs.
const IN_TERM: f64 = 0.5;

/// The known past.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Series {
    /// Hours since 1970 at which it starts.
    first: i64,
    length: usize,
    /// By metric; an hour in which nothing was counted is 0, a class day without anything unknown.
    pub values: BTreeMap<&'static str, Vec<Option<f64>>>,
    /// How long answers to what came in took, as (bucket, n).
    pub answers: Vec<(i16, u64)>,
    /// Of each page that is the same for all: readings of its busiest hour, and all of them as (bucket, n).
    pub readings: ByWord<(u64, Vec<(i16, u64)>)>,
    zones: BTreeMap<Zone, f64>,
    paris: TimeZone,
}

impl Series {
    /// The series of rows, from the first to the last hour in which something came.
    pub(super) fn of(
        rows: &[Row],
        zones: BTreeMap<Zone, f64>,
        calendar: &Calendar,
        since: Option<Date>,
    ) -> Result<Series, NoLoad> {
        let since = since.map_or(i64::MIN, paris_hour);
        let rows: Vec<&Row> = rows.iter().filter(|row| row.hour >= since).collect();
        let of = |metric: &'static str| rows.iter().filter(move |row| row.metric == metric);
        let (Some(first), Some(last)) =
            (of("requests").map(|row| row.hour).min(), of("requests").map(|row| row.hour).max())
        else {
            return Err(NoLoad::Nothing);
        };
        let length = usize::try_from(last - first + 1).unwrap_or(0);
        let place = |row: &Row| usize::try_from(row.hour - first).ok().filter(|at| *at < length);
        let mut readings = ByWord::<(HashMap<i64, u64>, Vec<(i16, u64)>)>::new();
        for row in of("read_ms") {
            let (hours, all) = readings.entry(row.word.clone()).or_default();
            *hours.entry(row.hour).or_default() += row.n;
            all.push((row.bucket, row.n));
        }
        let mut series = Series {
            paris: paris(),
            first,
            length,
            values: BTreeMap::new(),
            answers: of("answer_ms").map(|row| (row.bucket, row.n)).collect(),
            readings: readings
                .into_iter()
                .map(|(word, (hours, all))| (word, (hours.into_values().max().unwrap_or(0), all)))
                .collect(),
            zones: if zones.is_empty() {
                [Zone::A, Zone::B, Zone::C].into_iter().map(|zone| (zone, 1.0)).collect()
            } else {
                zones
            },
        };
        let unknown = series.unknown(&of("requests").filter_map(|row| place(row)).collect(), calendar)?;
        for metric in super::METRICS {
            let Some(begun) = of(metric).filter_map(|row| place(row)).min() else { continue };
            let mut values: Vec<Option<f64>> =
                (0..length).map(|at| (at >= begun && !unknown.contains(&at)).then_some(0.0)).collect();
            for row in of(metric) {
                if let Some(value) = place(row).and_then(|at| values[at].as_mut()) {
                    *value += to_float(row.n);
                }
            }
            series.values.insert(metric, values);
        }
        Ok(series)
    }

    /// The hours of class days without any load: the service was off, or too few devices were there to tell.
    fn unknown(&self, loaded: &BTreeSet<usize>, calendar: &Calendar) -> Result<BTreeSet<usize>, NoLoad> {
        let mut days = BTreeMap::<Date, (bool, Vec<usize>)>::new();
        for at in 0..self.length {
            let day = days.entry(self.clock(at).date()).or_default();
            day.0 |= loaded.contains(&at);
            day.1.push(at);
        }
        let mut unknown = BTreeSet::new();
        let mut hole: Option<(Date, Date, usize)> = None;
        for (day, (has_load, hours)) in days {
            let class = !matches!(day.weekday(), Weekday::Wednesday | Weekday::Saturday | Weekday::Sunday)
                && self.share(calendar, day) >= IN_TERM;
            if has_load {
                hole = None;
            } else if class {
                unknown.extend(hours);
                let (from, _, length) = hole.unwrap_or((day, day, 0));
                hole = Some((from, day, length + 1));
                if length + 1 >= HOLE {
                    // To its end, so that the reader is told all of it.
                    let until = self.last_without(loaded, from, day);
                    return Err(NoLoad::Hole { from, until });
                }
            }
        }
        Ok(unknown)
    }

    /// The last day of a hole.
    fn last_without(&self, loaded: &BTreeSet<usize>, from: Date, day: Date) -> Date {
        let next = loaded.iter().map(|at| self.clock(*at).date()).filter(|date| *date > from).min();
        next.and_then(|next| next.yesterday().ok()).unwrap_or(day)
    }

    /// The wall clock in Paris: what most schools live by.
    fn clock(&self, at: usize) -> DateTime {
        self.paris.to_datetime(self.moment(at))
    }

    fn moment(&self, at: usize) -> Timestamp {
        let hour = self.first.saturating_add(i64::try_from(at).unwrap_or(0));
        Timestamp::from_second(hour.saturating_mul(3_600)).unwrap_or(Timestamp::UNIX_EPOCH)
    }

    /// The hour after the last one that is known.
    pub(super) fn end(&self) -> Timestamp {
        self.moment(self.length)
    }

    /// The calendar of the known hours, and of so many more.
    pub(super) fn hours(&self, calendar: &Calendar, more: usize) -> Vec<Hour> {
        let mut shares = HashMap::<Date, f64>::new();
        (0..self.length + more)
            .map(|at| {
                let clock = self.clock(at);
                let share = *shares.entry(clock.date()).or_insert_with(|| self.share(calendar, clock.date()));
                let place = i16::from(clock.weekday().to_monday_zero_offset()) * 24 + i16::from(clock.hour());
                Hour { place: place.unsigned_abs(), share }
            })
            .collect()
    }

    /// How many hours are known or should be.
    pub(super) const fn length(&self) -> usize {
        self.length
    }

    /// The share of establishments that are in term on a day.
    fn share(&self, calendar: &Calendar, day: Date) -> f64 {
        if public_holiday(day).is_some() {
            return 0.0;
        }
        let all: f64 = self.zones.values().sum();
        let in_term = self.zones.iter().filter(|(zone, _)| calendar.holiday(**zone, day).is_none());
        (in_term.map(|(_, weight)| weight).sum::<f64>() / all).clamp(0.0, 1.0)
    }
}

/// The hour since 1970 at which a day begins in Paris.
fn paris_hour(day: Date) -> i64 {
    let start = paris().to_timestamp(day.to_datetime(jiff::civil::Time::midnight()));
    start.map_or(i64::MIN, |start| start.as_second().div_euclid(3_600))
}

pub(super) fn paris() -> TimeZone {
    TimeZone::get("Europe/Paris").unwrap_or(TimeZone::UTC)
}

/// The mean of a histogram, in its unit.
pub(super) fn mean_of(buckets: &[(i16, u64)]) -> f64 {
    let all: u64 = buckets.iter().map(|(_, n)| n).sum();
    let sum: f64 = buckets.iter().map(|(bucket, n)| histogram::middle_of(*bucket) * to_float(*n)).sum();
    if all > 0 { sum / to_float(all) } else { 0.0 }
}

#[expect(clippy::cast_precision_loss, reason = "counts of an hour, far below 2^53")]
pub(super) const fn to_float(n: u64) -> f64 {
    n as f64
}
