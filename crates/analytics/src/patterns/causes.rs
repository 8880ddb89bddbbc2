//! What the calendar has to say of a week or a day: rentrée, holidays, ends of periods, short weeks. Pure.
//!
//! A cause is what makes a peak plausible, never what proves it: the calendar says what time of the year it is, not why
//! people did what they did.

use calendar::{Calendar, IsoWeek, Zone, public_holiday};
use catalogue::{Catalogue, Contributor, Measure};
use jiff::Span;
use jiff::civil::{Date, Weekday};
use serde::Serialize;

/// A cause from the calendar.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Cause {
    /// The start of the school year: classes are set up, rosters are read in, last year is cleared away.
    Rentree,
    /// Pupils and teachers come back from holidays.
    BackFromHolidays,
    /// The last days before holidays.
    BeforeHolidays,
    /// A period ends: reviews are written, notebooks are made.
    PeriodEnd,
    /// The record goes to families, in February and in June.
    RecordToFamilies,
    /// June and July: the last records, exports for the next teacher, clearing up.
    YearEnd,
    /// Fewer class days than others, by a public holiday or a bridge.
    ShortWeek,
    /// A class day that a public holiday cuts off from the week.
    Bridge,
    /// Meetings with families at the start of the year, before their representatives are elected.
    Meetings,
}

/// What kind of work a measure counts: ends of periods explain reviews, and not everything.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Work {
    /// What is written about pupils: reviews, notebooks.
    Writing,
    /// What goes to families and comes from them.
    Families,
    /// Everything else that is done in class.
    Class,
}

impl Work {
    /// The kind of a measure, by the events that it counts.
    pub fn of(catalogue: &Catalogue, measure: &Measure) -> Self {
        let mut events = catalogue.events_of(measure);
        if events.any(|event| matches!(event.name.as_str(), "review_written" | "notebook_generated")) {
            Self::Writing
        } else if measure.contributor == Contributor::Family {
            Self::Families
        } else {
            Self::Class
        }
    }
}

/// The last class weeks of a period in which reviews are written.
const REVIEWS: usize = 2;
/// The first class weeks of a year that are its start.
const START: u8 = 2;
/// The class weeks in which families are met: their representatives are elected before the seventh week ends.
const MEETINGS: std::ops::RangeInclusive<u8> = 2..=6;
/// The last class weeks of a year that are its end.
const END: usize = 4;
/// The months in which the record goes to families.
const RECORD: [i8; 2] = [2, 6];
/// Class days of an ordinary week.
pub const ORDINARY: usize = 4;

/// How many class days a week has.
pub fn class_days(calendar: &Calendar, zone: Zone, week: IsoWeek) -> usize {
    week.days().filter(|day| calendar.is_class_day(zone, *day)).count()
}

/// The public holidays that fall on days of class otherwise, and bridges that the calendar names.
pub fn days_off(calendar: &Calendar, zone: Zone, week: IsoWeek) -> Vec<String> {
    let mut names: Vec<String> = Vec::new();
    for day in week.days().filter(|day| is_of_class(*day)) {
        let bridge = || calendar.holiday(zone, day).filter(|name| name.starts_with("Pont"));
        // In the holidays a public holiday takes nothing away.
        let public =
            public_holiday(day).filter(|_| calendar.holiday(zone, day).is_none_or(|name| name.starts_with("Pont")));
        let name = public.map(str::to_owned).or_else(|| bridge().map(str::to_owned));
        names.extend(name.filter(|name| !names.contains(name)));
    }
    names
}

fn is_of_class(day: Date) -> bool {
    matches!(day.weekday(), Weekday::Monday | Weekday::Tuesday | Weekday::Thursday | Weekday::Friday)
}

/// Where a class week stands in its year and period.
struct Place {
    /// Its number in the year, where holidays are known.
    number: Option<u8>,
    /// Class weeks of its period before it.
    since_start: Option<usize>,
    /// Class weeks of its period after it.
    to_end: Option<usize>,
    /// Class weeks of its year after it.
    to_year_end: Option<usize>,
}

fn place(calendar: &Calendar, zone: Zone, week: IsoWeek) -> Place {
    let year = week.school_year();
    let periods = calendar.periods(zone, year);
    let nowhere = Place { number: None, since_start: None, to_end: None, to_year_end: None };
    let first_day = week.days().find(|day| calendar.is_class_day(zone, *day));
    let Some(period) = first_day.and_then(|day| periods.iter().find(|period| period.contains(day))) else {
        return nowhere;
    };
    let weeks = calendar.class_weeks(zone, year);
    let of_period = |one: &&IsoWeek| one.days().any(|day| period.contains(day) && calendar.is_class_day(zone, day));
    Place {
        number: calendar.school_week(zone, week),
        since_start: Some(weeks.iter().filter(of_period).filter(|one| **one < week).count()),
        to_end: Some(weeks.iter().filter(of_period).filter(|one| **one > week).count()),
        to_year_end: Some(weeks.iter().filter(|one| **one > week).count()),
    }
}

/// The causes that make more (`up`) or less of a kind of work plausible in a week, the most telling first.
pub fn of_week(calendar: &Calendar, zone: Zone, week: IsoWeek, work: Work, up: bool) -> Vec<Cause> {
    let at = place(calendar, zone, week);
    let starts = at.number.is_some_and(|number| number <= START);
    let ends = at.to_year_end.is_some_and(|left| left < END);
    let before_holidays = at.to_end == Some(0);
    let month = week.month().month();
    let causes = if up {
        [
            (Cause::Meetings, work == Work::Families && at.number.is_some_and(|number| MEETINGS.contains(&number))),
            (Cause::RecordToFamilies, work != Work::Class && RECORD.contains(&month)),
            (Cause::PeriodEnd, work != Work::Class && at.to_end.is_some_and(|left| left < REVIEWS)),
            (Cause::Rentree, starts),
            (Cause::YearEnd, ends),
            (Cause::BeforeHolidays, before_holidays),
        ]
    } else {
        [
            (Cause::Rentree, starts),
            (Cause::YearEnd, ends),
            (Cause::ShortWeek, !days_off(calendar, zone, week).is_empty()),
            (Cause::BackFromHolidays, at.since_start == Some(0) && !starts),
            (Cause::BeforeHolidays, before_holidays && !ends),
            (Cause::Meetings, false),
        ]
    };
    causes.into_iter().filter(|(_, holds)| *holds).map(|(cause, _)| cause).collect()
}

/// The causes that make a class day unlike others, the most telling first.
pub fn of_day(calendar: &Calendar, zone: Zone, day: Date) -> Vec<Cause> {
    let week = IsoWeek::of(day);
    let periods = calendar.periods(zone, week.school_year());
    let Some(period) = periods.iter().find(|period| period.contains(day)) else { return bridges(zone, calendar, day) };
    let open = |from: Date, until: Date| {
        let days = from.series(Span::new().days(1)).take_while(move |one| *one <= until);
        days.filter(|one| calendar.is_class_day(zone, *one)).count()
    };
    let (passed, left) = (open(period.start, day), open(day, period.end));
    let at = place(calendar, zone, week);
    let mut causes = bridges(zone, calendar, day);
    let more = [
        (Cause::Rentree, period.number == 1 && at.number.is_some_and(|number| number <= START)),
        (Cause::BackFromHolidays, period.number > 1 && passed == 1),
        (Cause::YearEnd, at.to_year_end.is_some_and(|left| left < END)),
        (Cause::BeforeHolidays, left <= 2 && at.to_year_end != Some(0)),
    ];
    causes.extend(more.into_iter().filter(|(_, holds)| *holds).map(|(cause, _)| cause));
    causes
}

/// A class day with a public holiday between it and the rest of its week: its Monday before a Tuesday off, its Friday
/// after a Thursday off. Where the calendar closes it, it is no class day.
fn bridges(zone: Zone, calendar: &Calendar, day: Date) -> Vec<Cause> {
    let off = |days: i64| public_holiday(day.saturating_add(Span::new().days(days))).is_some();
    let cut_off = match day.weekday() {
        Weekday::Monday => off(1),
        Weekday::Friday => off(-1),
        _ => false,
    };
    if cut_off && calendar.is_class_day(zone, day) { vec![Cause::Bridge] } else { Vec::new() }
}

#[cfg(test)]
mod tests {
    use super::Cause::{
        BackFromHolidays, BeforeHolidays, Bridge, Meetings, PeriodEnd, RecordToFamilies, Rentree, ShortWeek, YearEnd,
    };
    use super::Zone::{A, B, C, Other};
    use super::*;

    fn week(label: &str) -> IsoWeek {
        label.parse().unwrap()
    }

    #[test]
    fn weeks_have_the_causes_of_their_zone() {
        let calendar = Calendar::official();
        let cases: [(&str, Zone, Work, bool, &[Cause]); 23] = [
            // The start of the year is that of every zone.
            ("2025-W36", A, Work::Class, true, &[Rentree]),
            ("2025-W36", C, Work::Class, false, &[Rentree]),
            ("2025-W38", B, Work::Families, true, &[Meetings]),
            ("2025-W38", B, Work::Writing, true, &[]),
            // Reviews are written in the last two class weeks of a period, whatever the zone.
            ("2025-W41", A, Work::Writing, true, &[PeriodEnd]),
            ("2025-W42", A, Work::Writing, true, &[PeriodEnd, BeforeHolidays]),
            ("2025-W42", A, Work::Class, true, &[BeforeHolidays]),
            ("2025-W42", A, Work::Class, false, &[BeforeHolidays]),
            ("2025-W45", C, Work::Class, false, &[BackFromHolidays]),
            ("2025-W46", C, Work::Class, false, &[ShortWeek]),
            // February: three zones, three causes in one week.
            ("2026-W06", A, Work::Writing, true, &[RecordToFamilies, PeriodEnd, BeforeHolidays]),
            ("2026-W06", B, Work::Writing, true, &[RecordToFamilies, PeriodEnd]),
            ("2026-W06", C, Work::Writing, true, &[RecordToFamilies]),
            // Two schools of one district in two zones: one is in holidays, the other is about to be.
            ("2026-W08", A, Work::Class, false, &[]),
            ("2026-W08", C, Work::Class, false, &[BeforeHolidays]),
            ("2026-W09", A, Work::Class, false, &[BackFromHolidays]),
            // Ascension is a Thursday; its Friday is a class day where no calendar closes it.
            ("2026-W20", C, Work::Class, false, &[ShortWeek]),
            ("2027-W18", C, Work::Class, false, &[ShortWeek]),
            ("2026-W23", A, Work::Families, true, &[RecordToFamilies]),
            ("2026-W25", A, Work::Families, true, &[RecordToFamilies, YearEnd]),
            ("2026-W27", A, Work::Class, false, &[YearEnd]),
            // Where no holidays are known, nothing is said that rests on them.
            ("2025-W36", Other, Work::Class, true, &[]),
            ("2025-W46", Other, Work::Class, false, &[ShortWeek]),
        ];
        for (label, zone, work, up, expected) in cases {
            let found = of_week(&calendar, zone, week(label), work, up);
            assert_eq!(found, expected, "{label}, zone {zone}, {work:?}, up: {up}");
        }
    }

    #[test]
    fn days_have_the_causes_of_their_zone() {
        let calendar = Calendar::official();
        let cases: [(&str, Zone, &[Cause]); 13] = [
            ("2025-09-01", A, &[Rentree]),
            ("2025-10-16", B, &[BeforeHolidays]),
            ("2025-10-17", B, &[BeforeHolidays]),
            ("2025-11-03", B, &[BackFromHolidays]),
            ("2025-11-10", C, &[Bridge]),
            ("2026-05-15", C, &[Bridge]),
            // Closed by the calendar in 2027: no class, no cause.
            ("2027-05-07", C, &[]),
            ("2026-06-30", A, &[YearEnd]),
            // Clocks change on the night before: an ordinary Monday.
            ("2025-03-31", A, &[]),
            // 26 October is in the holidays of every zone.
            ("2025-10-27", A, &[]),
            // 29 February: a class day in zone C, holidays elsewhere.
            ("2024-02-29", C, &[]),
            ("2024-02-29", A, &[]),
            ("2024-02-26", C, &[BackFromHolidays]),
        ];
        for (text, zone, expected) in cases {
            assert_eq!(of_day(&calendar, zone, text.parse().unwrap()), expected, "{text}, zone {zone}");
        }
    }

    #[test]
    fn class_days_are_counted_through_bridges_changes_of_clocks_and_leap_days() {
        let calendar = Calendar::official();
        let cases: [(&str, Zone, usize, &[&str]); 9] = [
            ("2025-W46", C, 3, &["Armistice de 1918"]),
            ("2026-W20", C, 3, &["Ascension"]),
            ("2027-W18", A, 2, &["Ascension", "Pont de l'Ascension"]),
            ("2026-W15", C, 3, &["Lundi de Pâques"]),
            // Easter Monday lies in the holidays of zone A: it takes no class day away.
            ("2026-W15", A, 0, &[]),
            ("2025-W13", A, 4, &[]),
            ("2024-W09", C, 4, &[]),
            ("2024-W09", A, 0, &[]),
            ("2025-W52", B, 0, &[]),
        ];
        for (label, zone, days, names) in cases {
            assert_eq!(class_days(&calendar, zone, week(label)), days, "{label}, zone {zone}");
            assert_eq!(days_off(&calendar, zone, week(label)), names, "{label}, zone {zone}");
        }
    }
}
