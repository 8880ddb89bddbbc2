//! The weeks a page speaks of: a school period, a month, a school year or two dates, and the range it is compared with.

use calendar::{Calendar, IsoWeek, Month, Period, SchoolPeriod, SchoolYear, Zone};
use jiff::Span;
use jiff::civil::Date;
use thiserror::Error;

/// Whole ISO weeks, never of two school years.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Range {
    /// Its label: the period's, or `FROM/UNTIL`.
    pub label: String,
    /// The period it is, if it is one.
    pub period: Option<Period>,
    /// Its weeks, oldest first; at least one.
    pub weeks: Vec<IsoWeek>,
}

/// A range that makes no sense.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum NoRange {
    /// A period that cannot be read.
    #[error("{0}; a period is written as 2025-2026-P2, 2025-11, 2025-W47 or 2025-2026")]
    Period(String),
    /// Its end lies before its start.
    #[error("the range ends ({until}) before it begins ({from})")]
    Backward {
        /// First day asked for.
        from: Date,
        /// Last day asked for.
        until: Date,
    },
}

impl Range {
    /// The range of a period's label. A holiday week belongs to no school period; a school period's weeks are those
    /// with at least one day in it.
    pub fn of_label(label: &str, calendar: &Calendar, zone: Zone) -> Result<Self, NoRange> {
        let period = Period::parse(label, calendar, zone).map_err(|error| NoRange::Period(error.to_string()))?;
        Ok(Self::of_period(period))
    }

    /// The range of a period.
    pub fn of_period(period: Period) -> Self {
        let weeks = match &period {
            // A week belongs to its Thursday's month.
            Period::Month(month) => {
                weeks_between(month.first_day(), month.last_day()).filter(|week| week.month() == *month).collect()
            }
            other => weeks_between(other.start(), other.end()).collect(),
        };
        Self { label: period.to_string(), period: Some(period), weeks }
    }

    /// The weeks that two dates touch, cut at the start of the last one's school year.
    pub fn between(from: Date, until: Date) -> Result<Self, NoRange> {
        if until < from {
            return Err(NoRange::Backward { from, until });
        }
        let year = SchoolYear::of(until);
        let weeks = weeks_between(from.max(year.first_day()), until).collect();
        Ok(Self { label: format!("{from}/{until}"), period: None, weeks })
    }

    /// The school period that holds `today`, or the last one before it.
    pub fn current(calendar: &Calendar, zone: Zone, today: Date) -> Self {
        let mut year = SchoolYear::of(today);
        for _ in 0..3 {
            let begun = calendar.periods(zone, year).into_iter().rfind(|period| period.start <= today);
            if let Some(period) = begun {
                return Self::of_period(Period::SchoolPeriod(period));
            }
            year = year.previous();
        }
        Self::of_period(Period::Month(Month::of(today)))
    }

    /// What it is compared with: the school period, month or week before; for a school year the year before; for a free
    /// range as many weeks just before it.
    pub fn previous(&self, calendar: &Calendar, zone: Zone) -> Option<Self> {
        let before = match &self.period {
            Some(Period::SchoolPeriod(period)) => before(calendar, zone, period).map(Period::SchoolPeriod),
            Some(Period::Month(month)) => Some(Period::Month(month.prev())),
            Some(Period::Week(week)) => Some(Period::Week(week.prev())),
            Some(Period::SchoolYear(year)) => Some(Period::SchoolYear(year.previous())),
            Some(Period::Day(_)) => None,
            None => {
                let span = Span::new().weeks(i64::try_from(self.weeks.len()).unwrap_or(1));
                let (first, last) = (self.weeks.first()?, self.weeks.last()?);
                let (from, until) = (first.monday().saturating_sub(span), last.sunday().saturating_sub(span));
                return Self::between(from, until).ok();
            }
        };
        before.map(Self::of_period)
    }

    /// The school year it lies in.
    pub fn school_year(&self) -> SchoolYear {
        SchoolYear::of(self.last_day())
    }

    /// Its first Monday.
    pub fn first_day(&self) -> Date {
        self.weeks.first().map_or(Date::MIN, |week| week.monday())
    }

    /// Its last Sunday.
    pub fn last_day(&self) -> Date {
        self.weeks.last().map_or(Date::MIN, |week| week.sunday())
    }

    /// The months (yyyymm) its weeks belong to.
    pub fn months(&self) -> std::ops::RangeInclusive<i32> {
        let month = |week: Option<&IsoWeek>| week.map_or(0, |week| week.month().number());
        month(self.weeks.first())..=month(self.weeks.last())
    }
}

fn weeks_between(from: Date, until: Date) -> impl Iterator<Item = IsoWeek> {
    let mut week = IsoWeek::of(from);
    std::iter::from_fn(move || {
        let this = week;
        week = week.next();
        (this.monday() <= until).then_some(this)
    })
}

fn before(calendar: &Calendar, zone: Zone, period: &SchoolPeriod) -> Option<SchoolPeriod> {
    if period.number > 1 {
        calendar.period(zone, period.year, period.number - 1)
    } else {
        calendar.periods(zone, period.year.previous()).into_iter().next_back()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn range(label: &str) -> Range {
        Range::of_label(label, &Calendar::official(), Zone::C).unwrap()
    }

    #[test]
    fn a_period_is_compared_with_the_one_before_across_the_summer() {
        let calendar = Calendar::official();
        let first = range("2026-2027-P1");
        assert_eq!(first.previous(&calendar, Zone::C).unwrap().label, "2025-2026-P5");
        assert_eq!(range("2025-2026-P3").previous(&calendar, Zone::C).unwrap().label, "2025-2026-P2");
    }

    #[test]
    fn a_month_has_the_weeks_whose_thursday_it_holds() {
        let january = range("2026-01");
        assert_eq!(january.weeks.first().unwrap().to_string(), "2026-W01");
        assert_eq!(january.weeks.last().unwrap().to_string(), "2026-W05");
    }

    #[test]
    fn a_free_range_is_compared_with_as_many_weeks_before() {
        let range = Range::between("2025-11-17".parse().unwrap(), "2025-11-30".parse().unwrap()).unwrap();
        let before = range.previous(&Calendar::official(), Zone::A).unwrap();
        assert_eq!(before.weeks.len(), 2);
        assert_eq!(before.weeks.last().unwrap().to_string(), "2025-W46");
    }

    #[test]
    fn a_range_that_ends_before_it_begins_is_refused() {
        assert!(Range::between("2025-11-17".parse().unwrap(), "2025-11-10".parse().unwrap()).is_err());
        assert!(Range::of_label("novembre", &Calendar::official(), Zone::A).is_err());
    }
}
