//! ISO weeks (ISO 8601): Monday to Sunday, numbered in the year of their Thursday.

use std::{fmt, str::FromStr};

use jiff::{
    Span,
    civil::{Date, ISOWeekDate, Weekday},
};

use crate::{CalendarError, Month, SchoolYear};

/// An ISO week: `2025-W47`. It belongs to the year and to the month of its Thursday.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct IsoWeek {
    year: i16,
    week: i8,
}

impl IsoWeek {
    /// The week of a date.
    pub fn of(date: Date) -> Self {
        let week = date.iso_week_date();
        Self { year: week.year(), week: week.week() }
    }

    /// A week by its year and its number. Week 53 exists only in long years.
    pub fn new(year: i16, week: i8) -> Result<Self, CalendarError> {
        let long = Self::of_monday(year, 53).is_some();
        Self::of_monday(year, week).map(|_| Self { year, week }).ok_or(CalendarError::Number {
            what: "number of the week",
            min: 1,
            max: if long { 53 } else { 52 },
        })
    }

    fn of_monday(year: i16, week: i8) -> Option<Date> {
        ISOWeekDate::new(year, week, Weekday::Monday).ok().map(ISOWeekDate::date)
    }

    /// The year of its Thursday.
    pub fn year(self) -> i16 {
        self.year
    }

    /// Its number in its year, from 1.
    pub fn week(self) -> i8 {
        self.week
    }

    /// Its Monday.
    pub fn monday(self) -> Date {
        // Every way to make a week has checked that it exists; the very first and last weeks of all time are clamped.
        Self::of_monday(self.year, self.week).unwrap_or(if self.year < 0 { Date::MIN } else { Date::MAX })
    }

    /// Its Sunday.
    pub fn sunday(self) -> Date {
        self.monday().saturating_add(Span::new().days(6))
    }

    /// The week after.
    #[must_use]
    pub fn next(self) -> Self {
        Self::of(self.monday().saturating_add(Span::new().days(7)))
    }

    /// The week before.
    #[must_use]
    pub fn prev(self) -> Self {
        Self::of(self.monday().saturating_sub(Span::new().days(7)))
    }

    /// The month of its Thursday.
    pub fn month(self) -> Month {
        Month::of(self.monday().saturating_add(Span::new().days(3)))
    }

    /// The school year it belongs to, as a whole.
    pub fn school_year(self) -> SchoolYear {
        SchoolYear::of(self.monday())
    }

    /// Its seven days.
    pub fn days(self) -> impl Iterator<Item = Date> {
        self.monday().series(Span::new().days(1)).take(7)
    }
}

impl fmt::Display for IsoWeek {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{:04}-W{:02}", self.year, self.week)
    }
}

impl FromStr for IsoWeek {
    type Err = CalendarError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let error = || CalendarError::Text { what: "an ISO week", example: "2025-W47" };
        let (year, week) = text.split_once("-W").ok_or_else(error)?;
        let digits = |part: &str, count: usize| part.len() == count && part.bytes().all(|byte| byte.is_ascii_digit());
        if !digits(year, 4) || !digits(week, 2) {
            return Err(error());
        }
        Self::new(year.parse().map_err(|_| error())?, week.parse().map_err(|_| error())?)
    }
}
