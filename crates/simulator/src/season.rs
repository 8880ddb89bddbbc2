//! What kind of day a date is in a zone: class or holiday, how far into the year and the period, how busy.
//!
//! The table is computed once from the calendar for every zone and date of the simulated range; days then only look
//! it up.

use std::collections::BTreeMap;

use calendar::{Calendar, SchoolYear, Zone};
use jiff::civil::{Date, Weekday};

use crate::device::{Version, days_between};

/// What a date is for a school.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum DayKind {
    /// Children are in class.
    Class,
    /// A Wednesday of a week of class.
    Wednesday,
    /// A Saturday or Sunday between weeks of class.
    Weekend,
    /// The days before the rentrée, when teachers prepare.
    Preparation,
    /// A public holiday or school holidays.
    Holiday,
    /// The summer holidays.
    Summer,
}

/// A date in the life of a zone.
#[derive(Clone, Copy, Debug)]
pub struct Day {
    /// The date.
    pub date: Date,
    /// What it is.
    pub kind: DayKind,
    /// The year in which its school year starts.
    pub year: i16,
    /// The period's number, from 1 to 5; 0 outside.
    pub period: u8,
    /// Class days since the first of the period; the first is 0.
    pub since: u16,
    /// Class days left in the period after this one; the last is 0.
    pub left: u16,
    /// Class days since the rentrée.
    pub year_since: u16,
    /// Class days left in the school year.
    pub year_left: u16,
}

impl Day {
    /// Whether notebooks and reviews are due around now.
    pub fn is_closing(&self) -> bool {
        self.period > 0 && self.left < 8
    }

    /// How far adoption has grown within the school year, from 0 at the rentrée to 1 in March.
    pub fn growth(&self) -> f64 {
        (f64::from(self.year_since) / 95.0).min(1.0)
    }
}

/// Every zone's days.
#[derive(Debug)]
pub struct Seasons {
    first: Date,
    zones: BTreeMap<Zone, Vec<Day>>,
}

impl Seasons {
    /// The days from one date to another, both included, and those of the school years around them.
    pub fn of(calendar: &Calendar, from: Date, until: Date) -> Self {
        let years = SchoolYear::of(from).start_year()..=SchoolYear::of(until).start_year();
        let first = SchoolYear::of(from).first_day();
        let zones = [Zone::A, Zone::B, Zone::C]
            .into_iter()
            .map(|zone| (zone, years.clone().flat_map(|year| days_of_year(calendar, zone, year)).collect()))
            .collect();
        Self { first, zones }
    }

    /// A date's day in a zone.
    pub fn day(&self, zone: Zone, date: Date) -> Option<&Day> {
        let place = usize::try_from(days_between(self.first, date)).ok()?;
        self.zones.get(&zone)?.get(place)
    }

    /// All days of a zone between two dates, both included.
    pub fn days(&self, zone: Zone, from: Date, until: Date) -> impl Iterator<Item = &Day> {
        let days = self.zones.get(&zone).map_or(&[][..], Vec::as_slice);
        days.iter().filter(move |day| day.date >= from && day.date <= until)
    }
}

/// The days of one school year in one zone, in order, without a gap.
fn days_of_year(calendar: &Calendar, zone: Zone, year: i16) -> Vec<Day> {
    let Ok(school_year) = SchoolYear::starting(year) else { return Vec::new() };
    let mut days: Vec<Day> = Vec::with_capacity(372);
    let mut date = school_year.first_day();
    while date <= school_year.last_day() {
        days.push(Day {
            date,
            kind: DayKind::Summer,
            year,
            period: calendar.period_of(zone, date).map_or(0, |period| period.number),
            since: 0,
            left: 0,
            year_since: 0,
            year_left: 0,
        });
        let Ok(next) = date.tomorrow() else { break };
        date = next;
    }
    let class: Vec<bool> = days.iter().map(|day| calendar.is_class_day(zone, day.date)).collect();
    let total = class.iter().filter(|is_class| **is_class).count();
    let (opening, closing) = (class.iter().position(|is| *is), class.iter().rposition(|is| *is));
    let per_period = |number: u8, days: &[Day]| {
        days.iter().zip(&class).filter(|(day, is_class)| day.period == number && **is_class).count()
    };
    let lengths: Vec<usize> = (0..=5).map(|number| per_period(number, &days)).collect();
    let (mut passed, mut in_period) = (0, [0_usize; 6]);
    for place in 0..days.len() {
        let period = usize::from(days[place].period.min(5));
        let kind = kind(calendar, zone, days[place].date, place, class[place], opening, closing);
        let day = &mut days[place];
        day.kind = kind;
        day.since = small(in_period[period]);
        day.left = small(lengths[period].saturating_sub(in_period[period] + 1));
        day.year_since = small(passed);
        day.year_left = small(total.saturating_sub(passed + 1));
        if class[place] {
            passed += 1;
            in_period[period] += 1;
        }
    }
    days
}

fn kind(
    calendar: &Calendar,
    zone: Zone,
    date: Date,
    place: usize,
    is_class: bool,
    opening: Option<usize>,
    closing: Option<usize>,
) -> DayKind {
    let (Some(opening), Some(closing)) = (opening, closing) else { return DayKind::Summer };
    if is_class {
        DayKind::Class
    } else if place < opening && place + 4 >= opening {
        DayKind::Preparation
    } else if place < opening || place > closing {
        DayKind::Summer
    } else if calendar.holiday(zone, date).is_some() {
        DayKind::Holiday
    } else {
        match date.weekday() {
            Weekday::Wednesday => DayKind::Wednesday,
            Weekday::Saturday | Weekday::Sunday => DayKind::Weekend,
            _ => DayKind::Holiday,
        }
    }
}

fn small(number: usize) -> u16 {
    u16::try_from(number).unwrap_or(u16::MAX)
}

/// What the planted anomalies do to one school on one day.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Weather {
    /// The factor on all activity.
    pub volume: f64,
    /// The factor on screen times.
    pub latency: f64,
    /// The probability that a synchronisation fails.
    pub sync_failure: f64,
    /// A version whose sessions crash with this probability.
    pub crashing: Option<(Version, f64)>,
    /// The school has stopped using the application.
    pub stopped: bool,
}
