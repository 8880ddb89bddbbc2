//! School years. One starts on the first Monday on or after 1 August, so that no ISO week belongs to two.

use std::{fmt, str::FromStr};

use jiff::{
    Span,
    civil::{Date, Weekday},
};

use crate::{CalendarError, IsoWeek};

/// A school year: `2025-2026`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct SchoolYear {
    start_year: i16,
}

impl SchoolYear {
    /// The first and the last year a school year may start in.
    const BOUNDS: (i16, i16) = (1900, 2200);

    /// The school year of a date.
    pub fn of(date: Date) -> Self {
        let this_year = Self { start_year: date.year() };
        if date >= this_year.first_day() { this_year } else { Self { start_year: date.year().saturating_sub(1) } }
    }

    /// The school year that starts in the August of a year.
    pub fn starting(year: i16) -> Result<Self, CalendarError> {
        let (min, max) = Self::BOUNDS;
        if (min..=max).contains(&year) {
            return Ok(Self { start_year: year });
        }
        Err(CalendarError::Number { what: "starting year", min: min.into(), max: max.into() })
    }

    /// The year in whose August it starts.
    pub fn start_year(self) -> i16 {
        self.start_year
    }

    /// Its first day, a Monday.
    pub fn first_day(self) -> Date {
        let august = Date::new(self.start_year, 8, 1).unwrap_or(Date::MIN);
        let since_monday = i64::from(august.weekday().since(Weekday::Monday));
        august.saturating_add(Span::new().days((7 - since_monday) % 7))
    }

    /// Its last day, the Sunday before the next one.
    pub fn last_day(self) -> Date {
        self.next().first_day().saturating_sub(Span::new().days(1))
    }

    /// The school year after.
    #[must_use]
    pub fn next(self) -> Self {
        Self { start_year: self.start_year.saturating_add(1) }
    }

    /// The school year before.
    #[must_use]
    pub fn previous(self) -> Self {
        Self { start_year: self.start_year.saturating_sub(1) }
    }

    /// Its ISO weeks, first to last.
    pub fn weeks(self) -> impl Iterator<Item = IsoWeek> {
        let last = IsoWeek::of(self.last_day());
        std::iter::successors(Some(IsoWeek::of(self.first_day())), |week| Some(week.next()))
            .take_while(move |week| *week <= last)
    }
}

impl fmt::Display for SchoolYear {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{:04}-{:04}", self.start_year, self.next().start_year)
    }
}

impl FromStr for SchoolYear {
    type Err = CalendarError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let error = || CalendarError::Text { what: "a school year", example: "2025-2026" };
        let (start, end) = text.split_once('-').ok_or_else(error)?;
        let digits = |part: &str| part.len() == 4 && part.bytes().all(|byte| byte.is_ascii_digit());
        if !digits(start) || !digits(end) {
            return Err(error());
        }
        let year = Self::starting(start.parse().map_err(|_| error())?)?;
        if end.parse() == Ok(year.next().start_year) { Ok(year) } else { Err(error()) }
    }
}
