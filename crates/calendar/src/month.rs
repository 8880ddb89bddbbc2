//! Calendar months. A week belongs to the month of its Thursday, so that monthly figures are made of whole weeks.

use std::{fmt, str::FromStr};

use jiff::{Span, civil::Date};

use crate::{CalendarError, Lang, month_name};

/// A month of a year: `2025-11`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Month {
    first_day: Date,
}

impl Month {
    /// The month of a date.
    pub fn of(date: Date) -> Self {
        Self { first_day: date.first_of_month() }
    }

    /// A month by its year and its number.
    pub fn new(year: i16, month: i8) -> Result<Self, CalendarError> {
        let first_day =
            Date::new(year, month, 1).map_err(|_| CalendarError::Number { what: "month", min: 1, max: 12 })?;
        Ok(Self { first_day })
    }

    /// The month of a number such as 202511.
    pub fn from_number(number: i32) -> Result<Self, CalendarError> {
        let error = CalendarError::Text { what: "a month's number", example: "202511" };
        let year = i16::try_from(number / 100).map_err(|_| error.clone())?;
        let month = i8::try_from(number % 100).map_err(|_| error)?;
        Self::new(year, month)
    }

    /// The year.
    pub fn year(self) -> i16 {
        self.first_day.year()
    }

    /// The number of the month in its year, from 1.
    pub fn month(self) -> i8 {
        self.first_day.month()
    }

    /// Year and month in one number, as in the lake's column `month`: 202511.
    pub fn number(self) -> i32 {
        i32::from(self.year()) * 100 + i32::from(self.month())
    }

    /// Its first day.
    pub fn first_day(self) -> Date {
        self.first_day
    }

    /// Its last day.
    pub fn last_day(self) -> Date {
        self.first_day.last_of_month()
    }

    /// The month after.
    #[must_use]
    pub fn next(self) -> Self {
        Self::of(self.first_day.saturating_add(Span::new().months(1)))
    }

    /// The month before.
    #[must_use]
    pub fn prev(self) -> Self {
        Self::of(self.first_day.saturating_sub(Span::new().months(1)))
    }

    /// What people read: "novembre 2025".
    pub fn label(self, lang: Lang) -> String {
        format!("{} {}", month_name(self.month(), lang), self.year())
    }
}

impl fmt::Display for Month {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{:04}-{:02}", self.year(), self.month())
    }
}

impl FromStr for Month {
    type Err = CalendarError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let error = || CalendarError::Text { what: "a month", example: "2025-11" };
        let (year, month) = text.split_once('-').ok_or_else(error)?;
        if year.len() != 4 || month.len() != 2 || !text.bytes().all(|byte| byte.is_ascii_digit() || byte == b'-') {
            return Err(error());
        }
        Self::new(year.parse().map_err(|_| error())?, month.parse().map_err(|_| error())?).map_err(|_| error())
    }
}
