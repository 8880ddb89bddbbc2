//! Periods of every kind. Periods of one kind are disjoint; nothing is counted over a sliding window.

use std::fmt;

use jiff::civil::Date;

use crate::{Calendar, CalendarError, IsoWeek, Lang, Month, SchoolPeriod, SchoolYear, Zone, long_date, short_date};

/// A kind of period.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum PeriodKind {
    /// A day.
    Day,
    /// An ISO week.
    Week,
    /// A month.
    Month,
    /// One of the five periods of a school year.
    SchoolPeriod,
    /// A school year.
    SchoolYear,
}

impl PeriodKind {
    /// Every kind, from the shortest.
    pub const ALL: [Self; 5] = [Self::Day, Self::Week, Self::Month, Self::SchoolPeriod, Self::SchoolYear];

    /// The word in the lake and in the catalogue.
    pub fn slug(self) -> &'static str {
        match self {
            Self::Day => "day",
            Self::Week => "week",
            Self::Month => "month",
            Self::SchoolPeriod => "school_period",
            Self::SchoolYear => "school_year",
        }
    }

    /// The kind of a word, if there is one.
    pub fn from_slug(slug: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.slug() == slug)
    }

    /// The name shown to people.
    pub fn label(self, lang: Lang) -> &'static str {
        match self {
            Self::Day => lang.pick("jour", "day"),
            Self::Week => lang.pick("semaine", "week"),
            Self::Month => lang.pick("mois", "month"),
            Self::SchoolPeriod => lang.pick("période scolaire", "school period"),
            Self::SchoolYear => lang.pick("année scolaire", "school year"),
        }
    }
}

/// A period of any kind.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Period {
    /// A day: `2025-11-24`.
    Day(Date),
    /// An ISO week: `2025-W47`.
    Week(IsoWeek),
    /// A month: `2025-11`.
    Month(Month),
    /// A school period: `2025-2026-P2`.
    SchoolPeriod(SchoolPeriod),
    /// A school year: `2025-2026`.
    SchoolYear(SchoolYear),
}

impl Period {
    /// Reads the text that [`fmt::Display`] writes. The dates of a school period are those of a calendar and a zone.
    pub fn parse(text: &str, calendar: &Calendar, zone: Zone) -> Result<Self, CalendarError> {
        if let Some((year, number)) = text.rsplit_once("-P") {
            let error = CalendarError::Text { what: "a school period", example: "2025-2026-P2" };
            let year: SchoolYear = year.parse()?;
            let number = match number.as_bytes() {
                [digit @ b'1'..=b'5'] => digit - b'0',
                _ => return Err(error),
            };
            let period = calendar
                .period(zone, year, number)
                .ok_or_else(|| CalendarError::UnknownPeriod { year: year.to_string(), number })?;
            return Ok(Self::SchoolPeriod(period));
        }
        if text.contains("-W") {
            return text.parse().map(Self::Week);
        }
        match text.len() {
            7 => text.parse().map(Self::Month),
            9 => text.parse().map(Self::SchoolYear),
            10 => {
                text.parse().map(Self::Day).map_err(|_| CalendarError::Text { what: "a date", example: "2025-11-24" })
            }
            _ => Err(CalendarError::Text {
                what: "a period",
                example: "2025-11-24, 2025-W47, 2025-11, 2025-2026-P2 or 2025-2026",
            }),
        }
    }

    /// Its kind.
    pub fn kind(&self) -> PeriodKind {
        match self {
            Self::Day(_) => PeriodKind::Day,
            Self::Week(_) => PeriodKind::Week,
            Self::Month(_) => PeriodKind::Month,
            Self::SchoolPeriod(_) => PeriodKind::SchoolPeriod,
            Self::SchoolYear(_) => PeriodKind::SchoolYear,
        }
    }

    /// Its first day.
    pub fn start(&self) -> Date {
        match self {
            Self::Day(date) => *date,
            Self::Week(week) => week.monday(),
            Self::Month(month) => month.first_day(),
            Self::SchoolPeriod(period) => period.start,
            Self::SchoolYear(year) => year.first_day(),
        }
    }

    /// Its last day.
    pub fn end(&self) -> Date {
        match self {
            Self::Day(date) => *date,
            Self::Week(week) => week.sunday(),
            Self::Month(month) => month.last_day(),
            Self::SchoolPeriod(period) => period.end,
            Self::SchoolYear(year) => year.last_day(),
        }
    }

    /// Whether a date is in it.
    pub fn contains(&self, date: Date) -> bool {
        (self.start()..=self.end()).contains(&date)
    }

    /// What people read: "semaine du 17 nov. 2025", "novembre 2025", "Période 2, 2025-2026".
    pub fn label(&self, lang: Lang) -> String {
        match self {
            Self::Day(date) => long_date(*date, lang),
            Self::Week(week) => {
                let monday = week.monday();
                format!("{} {} {}", lang.pick("semaine du", "week of"), short_date(monday, lang), monday.year())
            }
            Self::Month(month) => month.label(lang),
            Self::SchoolPeriod(period) => format!("{}, {}", period.label(lang), period.year),
            Self::SchoolYear(year) => format!("{} {year}", lang.pick("année scolaire", "school year")),
        }
    }
}

impl fmt::Display for Period {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Day(date) => date.fmt(formatter),
            Self::Week(week) => week.fmt(formatter),
            Self::Month(month) => month.fmt(formatter),
            Self::SchoolPeriod(period) => period.fmt(formatter),
            Self::SchoolYear(year) => year.fmt(formatter),
        }
    }
}
