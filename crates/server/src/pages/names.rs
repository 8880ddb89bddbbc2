//! What a range is called: on the period bar, in a sentence, and as what another range is compared with.

use analytics::range::Range;
use calendar::{Calendar, Lang, Period, SchoolYear, Zone};
use jiff::civil::Date;

use super::words::{self, capital};

/// The names of a range.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct RangeName {
    /// "Période 2".
    pub(super) title: String,
    /// "du 3 novembre au 19 décembre 2025".
    pub(super) dates: String,
    /// "en période 2", as a sentence says it.
    pub(super) within: String,
    /// "à la période 2", after "par rapport"; in English "period 2", after "compared with".
    pub(super) against: String,
    /// "de la période 2".
    pub(super) of: String,
}

/// What the names depend on.
#[derive(Clone, Copy)]
pub(super) struct Naming<'a> {
    pub(super) lang: Lang,
    pub(super) calendar: &'a Calendar,
    pub(super) zone: Zone,
    pub(super) today: Date,
}

impl Naming<'_> {
    /// The names of the range that is shown.
    pub(super) fn name(&self, range: &Range) -> RangeName {
        let lang = self.lang;
        let whole = words::dates_of_year(lang, range.first_day(), range.last_day());
        let in_year = |year: SchoolYear| {
            // Of a year that is not this one, in one piece: a line never breaks inside it.
            let named = || format!("\u{a0}({})", year.to_string().replace('-', "\u{2011}"));
            if year == SchoolYear::of(self.today) { String::new() } else { named() }
        };
        match &range.period {
            Some(Period::SchoolPeriod(period)) => {
                let (number, year) = (period.number, in_year(period.year));
                let dates = words::dates_of_year(lang, period.start, period.end);
                match lang {
                    Lang::Fr => RangeName {
                        title: format!("Période {number}{year}"),
                        dates,
                        within: format!("en période {number}{year}"),
                        against: format!("à la période {number}{year}"),
                        of: format!("de la période {number}{year}"),
                    },
                    Lang::En => RangeName {
                        title: format!("Period {number}{year}"),
                        dates,
                        within: format!("in period {number}{year}"),
                        against: format!("period {number}{year}"),
                        of: format!("of period {number}{year}"),
                    },
                }
            }
            Some(Period::Month(month)) => {
                let label = month.label(lang);
                let vowel = matches!(month.month(), 4 | 8 | 10);
                RangeName {
                    title: capital(&label),
                    dates: whole,
                    within: format!("{} {label}", lang.pick("en", "in")),
                    against: format!("{}{label}", lang.pick("à ", "")),
                    of: format!("{}{label}", lang.pick(if vowel { "d’" } else { "de " }, "of ")),
                }
            }
            Some(Period::SchoolYear(year)) => RangeName {
                title: format!("{} {year}", lang.pick("Année", "School year")),
                dates: whole,
                within: format!("{} {year}", lang.pick("sur l’année", "over the school year")),
                against: format!("{} {year}", lang.pick("à l’année", "the school year")),
                of: format!("{} {year}", lang.pick("de l’année", "of the school year")),
            },
            Some(Period::Week(_) | Period::Day(_)) => self.week(range, whole),
            None => RangeName {
                title: lang.pick("Dates choisies", "Chosen dates").to_owned(),
                within: lang.pick("sur ces dates", "over these dates").to_owned(),
                against: format!("{}{whole}", lang.pick("à la plage ", "the range ")),
                of: format!("{}{whole}", lang.pick("de la plage ", "of the range ")),
                dates: whole,
            },
        }
    }

    fn week(&self, range: &Range, dates: String) -> RangeName {
        let lang = self.lang;
        let week = range.weeks.first().copied();
        let number = week.and_then(|week| self.calendar.school_week(self.zone, week));
        let name = number.map_or_else(
            || format!("{} {}", lang.pick("semaine du", "week of"), calendar::short_date(range.first_day(), lang)),
            |number| format!("{} {number}", lang.pick("semaine", "week")),
        );
        // The calendar's names of holidays are French.
        let holiday =
            self.calendar.holiday(self.zone, range.first_day()).filter(|_| number.is_none() && lang == Lang::Fr);
        let title = holiday.map_or_else(|| capital(&name), |holiday| holiday.replace('\'', "’"));
        let is_running = (range.first_day()..=range.last_day()).contains(&self.today);
        RangeName {
            title,
            dates,
            within: match (lang, is_running) {
                (Lang::Fr, true) => "cette semaine".to_owned(),
                (Lang::En, true) => "this week".to_owned(),
                (Lang::Fr, false) if number.is_some() => format!("en {name}"),
                (Lang::Fr, false) => format!("la {name}"),
                (Lang::En, false) if number.is_some() => format!("in {name}"),
                (Lang::En, false) => format!("in the {name}"),
            },
            against: format!("{}{name}", lang.pick("à la ", "")),
            of: format!("{}{name}", lang.pick("de la ", "of ")),
        }
    }

    /// The names of the range that another is compared with. A free range has no name of its own: it is what lay before.
    pub(super) fn name_before(&self, range: &Range) -> RangeName {
        let name = self.name(range);
        if range.period.is_some() {
            return name;
        }
        let n = range.weeks.len();
        let (fr, en) = if n < 2 {
            ("semaine d’avant".to_owned(), "week before".to_owned())
        } else {
            (format!("{n} semaines d’avant"), format!("{n} weeks before"))
        };
        match self.lang {
            Lang::Fr => RangeName {
                against: if n < 2 { format!("à la {fr}") } else { format!("aux {fr}") },
                of: if n < 2 { format!("de la {fr}") } else { format!("des {fr}") },
                title: capital(&fr),
                ..name
            },
            Lang::En => {
                RangeName { against: format!("the {en}"), of: format!("of the {en}"), title: capital(&en), ..name }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_range_is_called_by_its_school_time_first() {
        let calendar = Calendar::official();
        let today = "2025-11-24".parse().unwrap();
        let naming = Naming { lang: Lang::Fr, calendar: &calendar, zone: Zone::C, today };
        let of = |label: &str| {
            let name = naming.name(&Range::of_label(label, &calendar, Zone::C).unwrap());
            format!("{} | {} | {} | {}", name.title, name.within, name.against, name.dates)
                .replace('\u{a0}', " ")
                .replace('\u{2011}', "-")
        };
        let expected = [
            ("2025-2026-P2", "Période 2 | en période 2 | à la période 2 | du 3 novembre au 19 décembre 2025"),
            (
                "2024-2025-P5",
                "Période 5 (2024-2025) | en période 5 (2024-2025) | à la période 5 (2024-2025) | du 28 avril au 4 juillet 2025",
            ),
            ("2025-10", "Octobre 2025 | en octobre 2025 | à octobre 2025 | du 29 septembre au 2 novembre 2025"),
            ("2025-W48", "Semaine 11 | cette semaine | à la semaine 11 | du 24 au 30 novembre 2025"),
            (
                "2025-W43",
                "Vacances de la Toussaint | la semaine du 20 oct. | à la semaine du 20 oct. | du 20 au 26 octobre 2025",
            ),
        ];
        for (label, names) in expected {
            assert_eq!(of(label), names);
        }
    }
}
