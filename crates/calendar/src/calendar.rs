//! The calendar itself: holidays by zone, and what follows from them: periods, class days, class weeks.

use std::fmt;

use jiff::{
    Span,
    civil::{Date, Weekday},
};

use crate::{
    CalendarError, IsoWeek, Lang, SchoolYear, Zone,
    holidays::{self, Holiday, Pause},
    public_holiday,
};

/// One of the five periods of a school year, between two holidays of a zone: `2025-2026-P2`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct SchoolPeriod {
    /// Its school year.
    pub year: SchoolYear,
    /// Its number, from 1 to 5.
    pub number: u8,
    /// Its first day: the day back to school.
    pub start: Date,
    /// Its last day: the day before the holiday.
    pub end: Date,
}

impl SchoolPeriod {
    /// What people read: "Période 2".
    pub fn label(&self, lang: Lang) -> String {
        format!("{} {}", lang.pick("Période", "Period"), self.number)
    }

    /// Whether a date is in it.
    pub fn contains(&self, date: Date) -> bool {
        (self.start..=self.end).contains(&date)
    }
}

impl fmt::Display for SchoolPeriod {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{}-P{}", self.year, self.number)
    }
}

/// The school holidays of each zone. Where a zone or a year is not in the data, no holiday is known: there are no
/// school periods, and every Monday, Tuesday, Thursday and Friday that is no public holiday is a class day.
#[derive(Debug, Clone)]
pub struct Calendar {
    holidays: Vec<Holiday>,
}

/// The pauses that bound the five periods of a year, in order.
const BOUNDS: [Pause; 6] =
    [Pause::Summer, Pause::Autumn, Pause::Christmas, Pause::Winter, Pause::Spring, Pause::Summer];

impl Calendar {
    /// The official dates of zones A, B and C, embedded in the program.
    ///
    /// # Panics
    /// Never: a test holds that the embedded file reads.
    pub fn official() -> Self {
        Self::with_csv(include_str!("../data/holidays.csv")).expect("the embedded holidays read")
    }

    /// A calendar from a file with the columns zone (A, B, C or other), name, first day off, first day back.
    pub fn with_csv(text: &str) -> Result<Self, CalendarError> {
        Ok(Self { holidays: holidays::read(text)? })
    }

    /// This calendar with the zones of another file of the same form put in place of its own: how an operator in
    /// Corsica or overseas gives the dates of zone `other`.
    pub fn extended(mut self, text: &str) -> Result<Self, CalendarError> {
        let more = holidays::read(text)?;
        self.holidays.retain(|holiday| more.iter().all(|other| other.zone != holiday.zone));
        self.holidays.extend(more);
        self.holidays.sort_by_key(|holiday| (holiday.zone, holiday.first_day_off));
        Ok(self)
    }

    fn of_zone(&self, zone: Zone) -> &[Holiday] {
        let start = self.holidays.partition_point(|holiday| holiday.zone < zone);
        let end = self.holidays.partition_point(|holiday| holiday.zone <= zone);
        &self.holidays[start..end]
    }

    /// The five periods of a school year; none where its holidays are not all known.
    pub fn periods(&self, zone: Zone, year: SchoolYear) -> Vec<SchoolPeriod> {
        self.bounded_periods(zone, year).unwrap_or_default()
    }

    fn bounded_periods(&self, zone: Zone, year: SchoolYear) -> Option<Vec<SchoolPeriod>> {
        let mut rest = self.of_zone(zone);
        // The summer before the year is the one that ends in it.
        let first = rest
            .iter()
            .position(|holiday| holiday.pause == Pause::Summer && SchoolYear::of(holiday.first_day_back) == year)?;
        rest = &rest[first..];
        let mut bounds = Vec::with_capacity(BOUNDS.len());
        for pause in BOUNDS {
            let at = rest.iter().position(|holiday| holiday.pause == pause)?;
            bounds.push(&rest[at]);
            rest = &rest[at + 1..];
        }
        let in_year = |holiday: &&Holiday| SchoolYear::of(holiday.first_day_off) == year;
        if !bounds[1..].iter().all(in_year) {
            return None;
        }
        let periods = bounds.windows(2).zip(1_u8..).map(|(pair, number)| SchoolPeriod {
            year,
            number,
            start: pair[0].first_day_back,
            end: pair[1].first_day_off.saturating_sub(Span::new().days(1)),
        });
        Some(periods.collect())
    }

    /// A period by its number.
    pub fn period(&self, zone: Zone, year: SchoolYear, number: u8) -> Option<SchoolPeriod> {
        self.periods(zone, year).into_iter().find(|period| period.number == number)
    }

    /// The period of a date; none in the holidays.
    pub fn period_of(&self, zone: Zone, date: Date) -> Option<SchoolPeriod> {
        self.periods(zone, SchoolYear::of(date)).into_iter().find(|period| period.contains(date))
    }

    /// The name of the school holiday on a date, if there is one.
    pub fn holiday(&self, zone: Zone, date: Date) -> Option<&str> {
        let holidays = self.of_zone(zone);
        let after = holidays.partition_point(|holiday| holiday.first_day_off <= date);
        holidays[..after].last().filter(|holiday| holiday.contains(date)).map(|holiday| holiday.name.as_str())
    }

    /// Whether there is class: Monday, Tuesday, Thursday or Friday, outside school and public holidays.
    pub fn is_class_day(&self, zone: Zone, date: Date) -> bool {
        matches!(date.weekday(), Weekday::Monday | Weekday::Tuesday | Weekday::Thursday | Weekday::Friday)
            && self.holiday(zone, date).is_none()
            && public_holiday(date).is_none()
    }

    /// The weeks of a school year with at least one class day.
    pub fn class_weeks(&self, zone: Zone, year: SchoolYear) -> Vec<IsoWeek> {
        year.weeks().filter(|week| week.days().any(|day| self.is_class_day(zone, day))).collect()
    }

    /// The number of a class week in its school year, from 1; none for a week of holidays.
    pub fn school_week(&self, zone: Zone, week: IsoWeek) -> Option<u8> {
        let position = self.class_weeks(zone, week.school_year()).iter().position(|class_week| *class_week == week)?;
        u8::try_from(position + 1).ok()
    }

    /// The class week with the same number in the school year before, for comparisons from year to year.
    pub fn same_school_week_of_previous_year(&self, zone: Zone, week: IsoWeek) -> Option<IsoWeek> {
        let number = usize::from(self.school_week(zone, week)?);
        self.class_weeks(zone, week.school_year().previous()).get(number - 1).copied()
    }
}
