//! The two languages of the interface, and the words for dates in each.

use jiff::civil::{Date, Weekday};

/// A language of the interface. French is the language of the people served; English that of the code's readers.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Default)]
pub enum Lang {
    /// French, the default.
    #[default]
    Fr,
    /// English.
    En,
}

impl Lang {
    /// The two-letter code used in addresses and in the `lang` attribute of pages.
    pub fn code(self) -> &'static str {
        match self {
            Self::Fr => "fr",
            Self::En => "en",
        }
    }

    /// The language of a two-letter code, if it is one of ours.
    pub fn from_code(code: &str) -> Option<Self> {
        match code {
            "fr" => Some(Self::Fr),
            "en" => Some(Self::En),
            _ => None,
        }
    }

    /// The wording in this language.
    pub fn pick<'a>(self, fr: &'a str, en: &'a str) -> &'a str {
        match self {
            Self::Fr => fr,
            Self::En => en,
        }
    }
}

const MONTHS: [(&str, &str); 12] = [
    ("janvier", "January"),
    ("février", "February"),
    ("mars", "March"),
    ("avril", "April"),
    ("mai", "May"),
    ("juin", "June"),
    ("juillet", "July"),
    ("août", "August"),
    ("septembre", "September"),
    ("octobre", "October"),
    ("novembre", "November"),
    ("décembre", "December"),
];

const SHORT_MONTHS: [(&str, &str); 12] = [
    ("janv.", "Jan"),
    ("févr.", "Feb"),
    ("mars", "Mar"),
    ("avr.", "Apr"),
    ("mai", "May"),
    ("juin", "Jun"),
    ("juil.", "Jul"),
    ("août", "Aug"),
    ("sept.", "Sep"),
    ("oct.", "Oct"),
    ("nov.", "Nov"),
    ("déc.", "Dec"),
];

/// A word of a table of months; a date's month is always from 1 to 12.
fn month_word(table: &[(&'static str, &'static str); 12], month: i8, lang: Lang) -> &'static str {
    let (fr, en) = table[usize::try_from(month.clamp(1, 12) - 1).unwrap_or(0)];
    lang.pick(fr, en)
}

/// The name of a month, from 1 to 12: "novembre".
pub fn month_name(month: i8, lang: Lang) -> &'static str {
    month_word(&MONTHS, month, lang)
}

/// The name of a weekday: "lundi".
pub fn weekday_name(weekday: Weekday, lang: Lang) -> &'static str {
    match weekday {
        Weekday::Monday => lang.pick("lundi", "Monday"),
        Weekday::Tuesday => lang.pick("mardi", "Tuesday"),
        Weekday::Wednesday => lang.pick("mercredi", "Wednesday"),
        Weekday::Thursday => lang.pick("jeudi", "Thursday"),
        Weekday::Friday => lang.pick("vendredi", "Friday"),
        Weekday::Saturday => lang.pick("samedi", "Saturday"),
        Weekday::Sunday => lang.pick("dimanche", "Sunday"),
    }
}

/// The day of the month; French says "1er" for the first.
fn day_word(date: Date, lang: Lang) -> String {
    match (date.day(), lang) {
        (1, Lang::Fr) => "1er".to_owned(),
        (day, _) => day.to_string(),
    }
}

/// A date in full: "lundi 24 novembre 2025".
pub fn long_date(date: Date, lang: Lang) -> String {
    let weekday = weekday_name(date.weekday(), lang);
    let month = month_name(date.month(), lang);
    format!("{weekday} {} {month} {}", day_word(date, lang), date.year())
}

/// A date without its year, for the axis of a chart: "24 nov.".
pub fn short_date(date: Date, lang: Lang) -> String {
    format!("{} {}", day_word(date, lang), month_word(&SHORT_MONTHS, date.month(), lang))
}

/// The label of a class week counted from the start of the school year: "S12", "W12".
pub fn school_week_label(number: u8, lang: Lang) -> String {
    format!("{}{number}", lang.pick("S", "W"))
}
