//! The weeks of a range as the axis of a chart: school weeks, holidays by name, what is running and what lies ahead.

use analytics::range::Range;
use calendar::{Calendar, IsoWeek, Lang, Zone, school_week_label};
use charts::{Band, Position};
use jiff::civil::Date;

use super::scene::kept_since;
use super::words;

/// Where a week stands today.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Time {
    /// It began before the time for which figures are kept.
    Erased,
    /// Its Sunday has passed.
    Over,
    /// Today is one of its days.
    Running,
    /// It has not begun.
    Ahead,
}

/// How the figures of a chart leave.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Leaving {
    /// As they are.
    Live,
    /// At closings, so far through a week.
    AtClosing(Option<IsoWeek>),
}

impl Leaving {
    /// Whether a week's figures have left.
    pub(super) fn has_left(self, week: IsoWeek) -> bool {
        match self {
            Self::Live => true,
            Self::AtClosing(through) => through.is_some_and(|through| week <= through),
        }
    }
}

/// One week.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Week {
    /// The ISO week.
    pub(super) iso: IsoWeek,
    /// Its label in figures.
    pub(super) label: String,
    /// Its number in the school year; none in holidays.
    pub(super) number: Option<u8>,
    /// The holidays it lies in.
    holiday: Option<String>,
    /// The school period it lies in.
    period: Option<u8>,
    /// Where it stands.
    pub(super) time: Time,
}

/// The weeks of a range, oldest first.
#[derive(Debug, Clone)]
pub(super) struct Weeks {
    lang: Lang,
    list: Vec<Week>,
}

impl Weeks {
    /// The weeks of a range in a zone.
    pub(super) fn new(range: &Range, calendar: &Calendar, zone: Zone, lang: Lang, today: Date) -> Self {
        let (year, since) = (range.school_year(), kept_since(today));
        // Once for all weeks: a range never spans two school years.
        let (class_weeks, periods) = (calendar.class_weeks(zone, year), calendar.periods(zone, year));
        let list = range.weeks.iter().map(|week| {
            let number = class_weeks.iter().position(|one| one == week).and_then(|at| u8::try_from(at + 1).ok());
            let holiday = week.days().find_map(|day| calendar.holiday(zone, day));
            let period = periods.iter().find(|period| period.start <= week.sunday() && week.monday() <= period.end);
            Week {
                iso: *week,
                label: week.to_string(),
                number,
                holiday: holiday.filter(|_| number.is_none()).map(str::to_owned),
                period: period.map(|period| period.number),
                time: if week.monday() < since {
                    Time::Erased
                } else if week.sunday() < today {
                    Time::Over
                } else if week.monday() <= today {
                    Time::Running
                } else {
                    Time::Ahead
                },
            }
        });
        Self { lang, list: list.collect() }
    }

    /// The weeks.
    pub(super) fn list(&self) -> &[Week] {
        &self.list
    }

    /// How many weeks are over.
    pub(super) fn over(&self) -> usize {
        self.list.iter().filter(|week| matches!(week.time, Time::Over | Time::Erased)).count()
    }

    /// Whether nothing of the range is still to come.
    pub(super) fn are_over(&self) -> bool {
        self.over() == self.list.len()
    }

    /// The places on the axis.
    pub(super) fn positions(&self) -> Vec<Position> {
        // One period needs no name under its weeks: the page's title has it.
        let groups = self.list.iter().any(|week| week.period != self.list[0].period && week.period.is_some());
        let positions = self.list.iter().map(|week| {
            let short = week.number.map(|number| school_week_label(number, self.lang)).unwrap_or_default();
            let group = week.period.filter(|_| groups && week.number.is_some()).map(|number| format!("P{number}"));
            Position::new(short, self.long(week)).in_group(group.unwrap_or_default())
        });
        positions.collect()
    }

    /// "semaine 12, du 17 au 23 novembre", or the holidays with the dates.
    pub(super) fn long(&self, week: &Week) -> String {
        let dates = words::dates(self.lang, week.iso.monday(), week.iso.sunday());
        let name = match (week.number, &week.holiday) {
            (Some(number), _) => format!("{} {number}", self.lang.pick("semaine", "week")),
            (None, Some(holiday)) => self.holiday_name(holiday),
            (None, None) => self.lang.pick("sans classe", "no class").to_owned(),
        };
        format!("{name}, {dates}")
    }

    /// "S11, 24 nov.": the week's number and its Monday.
    pub(super) fn short(&self, week: &Week) -> String {
        let monday = calendar::short_date(week.iso.monday(), self.lang).replace(' ', "\u{a0}");
        match week.number {
            Some(number) => format!("{}, {monday}", school_week_label(number, self.lang)),
            None => monday,
        }
    }

    /// The holidays, where the range has no other week.
    pub(super) fn only_holiday(&self) -> Option<String> {
        let first = self.list.first()?.holiday.as_ref()?;
        let is_only = self.list.iter().all(|week| week.number.is_none());
        is_only.then(|| self.holiday_name(first))
    }

    fn holiday_name(&self, holiday: &str) -> String {
        match self.lang {
            Lang::Fr => {
                let mut letters = holiday.chars();
                let lower = letters.next().map(|first| first.to_lowercase().chain(letters).collect::<String>());
                lower.unwrap_or_default().replace('\'', "’")
            }
            Lang::En => format!("{} holidays", season(holiday)),
        }
    }

    fn holiday_short(&self, holiday: &str) -> String {
        match self.lang {
            Lang::Fr => {
                let rest = ["Vacances de la ", "Vacances de ", "Vacances d'"]
                    .iter()
                    .find_map(|start| holiday.strip_prefix(start));
                words::capital(&rest.unwrap_or(holiday).replace('\'', "’"))
            }
            Lang::En => season(holiday).to_owned(),
        }
    }

    /// Holidays, weeks to come, weeks no longer kept and, of figures that leave at closings, weeks not closed yet.
    pub(super) fn bands(&self, leaving: Leaving) -> Vec<Band> {
        let mut bands: Vec<Band> = Vec::new();
        for (at, week) in self.list.iter().enumerate() {
            let is_closed = leaving.has_left(week.iso);
            let (name, short) = match (&week.holiday, week.time) {
                (Some(holiday), _) if week.number.is_none() => {
                    (self.holiday_name(holiday), self.holiday_short(holiday))
                }
                (_, Time::Ahead) => self.both("à venir", "to come"),
                (_, Time::Erased) => self.both("plus conservé", "no longer kept"),
                _ if !is_closed => self.both("pas encore close", "not closed yet"),
                _ => continue,
            };
            match bands.last_mut() {
                Some(band) if band.until + 1 == at && band.name == name => band.until = at,
                _ => bands.push(Band::new(at, at, name, short)),
            }
        }
        bands
    }

    fn both(&self, fr: &str, en: &str) -> (String, String) {
        let word = self.lang.pick(fr, en).to_owned();
        (word.clone(), word)
    }
}

/// The English name of a French holiday.
fn season(holiday: &str) -> &str {
    let seasons = [
        ("Toussaint", "Autumn"),
        ("Noël", "Christmas"),
        ("hiver", "Winter"),
        ("printemps", "Spring"),
        ("Ascension", "Ascension"),
        ("été", "Summer"),
    ];
    seasons.iter().find(|(fr, _)| holiday.contains(fr)).map_or("School", |(_, en)| en)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn holidays_and_weeks_to_come_are_bands_with_a_name() {
        let calendar = Calendar::official();
        let range = Range::of_label("2025-10", &calendar, Zone::C).unwrap();
        let weeks = Weeks::new(&range, &calendar, Zone::C, Lang::Fr, "2025-10-13".parse().unwrap());
        let bands: Vec<(usize, usize, String)> =
            weeks.bands(Leaving::Live).into_iter().map(|band| (band.from, band.until, band.short)).collect();
        assert_eq!(bands, [(3, 4, "Toussaint".to_owned())]);
        assert_eq!(weeks.positions()[0].long.replace('\u{a0}', " "), "semaine 5, du 29 septembre au 5 octobre");
        assert_eq!((weeks.over(), weeks.list()[2].time), (2, Time::Running));
    }
}
