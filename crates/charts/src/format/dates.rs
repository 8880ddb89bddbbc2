//! Dates and times of day in words. A day here is only what is to be written; the calendar of schools lives elsewhere.

use crate::Lang;

const WEEKDAYS_FR: [&str; 7] = ["lundi", "mardi", "mercredi", "jeudi", "vendredi", "samedi", "dimanche"];
const WEEKDAYS_EN: [&str; 7] = ["Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"];
const MONTHS_FR: [&str; 12] = [
    "janvier",
    "février",
    "mars",
    "avril",
    "mai",
    "juin",
    "juillet",
    "août",
    "septembre",
    "octobre",
    "novembre",
    "décembre",
];
const MONTHS_EN: [&str; 12] = [
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
];
const SHORT_FR: [&str; 12] =
    ["janv.", "févr.", "mars", "avril", "mai", "juin", "juil.", "août", "sept.", "oct.", "nov.", "déc."];
const SHORT_EN: [&str; 12] = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];

/// A civil date to be written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Day {
    /// The year, as 2025.
    pub year: i16,
    /// The month, 1 to 12.
    pub month: u8,
    /// The day of the month, 1 to 31.
    pub day: u8,
}

impl Day {
    /// A date from its three parts, as given by any calendar library.
    pub fn new(year: i16, month: u8, day: u8) -> Self {
        Self { year, month, day }
    }

    /// The day of the week, Monday = 1 (Sakamoto's method).
    pub fn weekday(self) -> u8 {
        const SHIFT: [i32; 12] = [0, 3, 2, 5, 0, 3, 5, 1, 4, 6, 2, 4];
        let month = self.month.clamp(1, 12);
        let year = i32::from(self.year) - i32::from(month < 3);
        let sum = year + year / 4 - year / 100 + year / 400 + SHIFT[usize::from(month - 1)] + i32::from(self.day);
        let sunday_is_zero = u8::try_from(sum.rem_euclid(7)).unwrap_or(0);
        if sunday_is_zero == 0 { 7 } else { sunday_is_zero }
    }
}

/// A day of the current year: "lun. 3 mars", "Mon 3 March".
pub fn day(lang: Lang, date: Day) -> String {
    format!("{} {}", weekday_short(lang, date.weekday()), day_month(lang, date))
}

/// A day in full: "lundi 3 mars 2025", "Monday 3 March 2025".
pub fn day_long(lang: Lang, date: Day) -> String {
    format!("{} {}\u{a0}{}", weekday(lang, date.weekday()), day_month(lang, date), date.year)
}

/// Two days and what they have in common once: "du 24 au 28 novembre", "24 to 28 November".
pub fn day_range(lang: Lang, from: Day, until: Day) -> String {
    let start = if from.year != until.year {
        format!("{}\u{a0}{}", day_month(lang, from), from.year)
    } else if from.month != until.month {
        day_month(lang, from)
    } else {
        day_number(lang, from.day)
    };
    let end = if from.year == until.year {
        day_month(lang, until)
    } else {
        format!("{}\u{a0}{}", day_month(lang, until), until.year)
    };
    match lang {
        Lang::Fr => format!("du {start} au {end}"),
        Lang::En => format!("{start} to {end}"),
    }
}

/// A month of a year: "novembre 2025".
pub fn month(lang: Lang, year: i16, month: u8) -> String {
    format!("{}\u{a0}{year}", lang.pick(MONTHS_FR, MONTHS_EN)[index(month, 12)])
}

/// A month for an axis: "nov.", "Nov".
pub fn month_short(lang: Lang, month: u8) -> &'static str {
    lang.pick(SHORT_FR, SHORT_EN)[index(month, 12)]
}

/// A day of the week, Monday = 1: "lundi", "Monday".
pub fn weekday(lang: Lang, weekday: u8) -> &'static str {
    lang.pick(WEEKDAYS_FR, WEEKDAYS_EN)[index(weekday, 7)]
}

/// A day of the week for an axis, Monday = 1: "lun.", "Mon".
pub fn weekday_short(lang: Lang, weekday: u8) -> &'static str {
    const FR: [&str; 7] = ["lun.", "mar.", "mer.", "jeu.", "ven.", "sam.", "dim."];
    const EN: [&str; 7] = ["Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"];
    lang.pick(FR, EN)[index(weekday, 7)]
}

/// A time of day: "8 h 30", "8:30".
pub fn time(lang: Lang, hour: u8, minute: u8) -> String {
    match lang {
        Lang::Fr if minute == 0 => format!("{hour}\u{a0}h"),
        Lang::Fr => format!("{hour}\u{a0}h\u{a0}{minute:02}"),
        Lang::En => format!("{hour}:{minute:02}"),
    }
}

/// An hour of the day, for an axis: "8 h", "8:00".
pub fn hour(lang: Lang, hour: u8) -> String {
    time(lang, hour, 0)
}

fn day_month(lang: Lang, date: Day) -> String {
    format!("{}\u{a0}{}", day_number(lang, date.day), lang.pick(MONTHS_FR, MONTHS_EN)[index(date.month, 12)])
}

/// French says "1er mars", then "2 mars".
fn day_number(lang: Lang, day: u8) -> String {
    if lang == Lang::Fr && day == 1 { "1er".to_owned() } else { day.to_string() }
}

fn index(one_based: u8, count: u8) -> usize {
    usize::from(one_based.clamp(1, count) - 1)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn plain(text: &str) -> String {
        text.replace('\u{a0}', " ")
    }

    #[test]
    fn the_day_of_the_week_is_right() {
        assert_eq!(Day::new(2025, 3, 3).weekday(), 1);
        assert_eq!(Day::new(2024, 2, 29).weekday(), 4);
        assert_eq!(Day::new(2000, 1, 1).weekday(), 6);
        assert_eq!(Day::new(2026, 11, 22).weekday(), 7);
    }

    #[test]
    fn days_are_written_as_people_write_them() {
        let date = Day::new(2025, 3, 3);
        assert_eq!(plain(&day(Lang::Fr, date)), "lun. 3 mars");
        assert_eq!(plain(&day(Lang::En, date)), "Mon 3 March");
        assert_eq!(plain(&day_long(Lang::Fr, Day::new(2025, 3, 1))), "samedi 1er mars 2025");
        assert_eq!(plain(&month(Lang::Fr, 2025, 11)), "novembre 2025");
        assert_eq!(month_short(Lang::Fr, 9), "sept.");
    }

    #[test]
    fn ranges_say_what_they_share_once() {
        let cases = [
            (Day::new(2025, 11, 24), Day::new(2025, 11, 28), "du 24 au 28 novembre", "24 to 28 November"),
            (Day::new(2025, 9, 29), Day::new(2025, 10, 3), "du 29 septembre au 3 octobre", "29 September to 3 October"),
            (
                Day::new(2025, 12, 29),
                Day::new(2026, 1, 2),
                "du 29 décembre 2025 au 2 janvier 2026",
                "29 December 2025 to 2 January 2026",
            ),
        ];
        for (from, until, fr, en) in cases {
            assert_eq!(plain(&day_range(Lang::Fr, from, until)), fr);
            assert_eq!(plain(&day_range(Lang::En, from, until)), en);
        }
    }

    #[test]
    fn times_of_day_follow_each_language() {
        assert_eq!(plain(&time(Lang::Fr, 8, 30)), "8 h 30");
        assert_eq!(plain(&hour(Lang::Fr, 8)), "8 h");
        assert_eq!(time(Lang::En, 8, 5), "8:05");
    }
}
