//! Words that several pages share: languages, dates, numbers and units, written as look and language ask for.

use calendar::Lang;
use catalogue::Measure;
use charts::{Unit, format};
use jiff::civil::Date;

/// The language of a chart: the one place where the two types meet.
pub(super) const fn drawn(lang: Lang) -> charts::Lang {
    match lang {
        Lang::Fr => charts::Lang::Fr,
        Lang::En => charts::Lang::En,
    }
}

/// A wording in the page's language, with French spacing.
pub(crate) fn say(lang: Lang, fr: &str, en: &str) -> String {
    spaced(lang, lang.pick(fr, en))
}

/// Narrow spaces before high punctuation, in French.
pub(super) fn spaced(lang: Lang, text: &str) -> String {
    format::typography(drawn(lang), text)
}

/// A whole number.
pub(super) fn number(lang: Lang, value: f64) -> String {
    format::number(drawn(lang), value, 0)
}

/// A share from 0 to 100, with a decimal where it is small.
pub(super) fn percent(lang: Lang, value: f64) -> String {
    let decimals = usize::from(value > 0.0 && value < 9.95 && (value * 10.0).round() % 10.0 != 0.0);
    format::percent(drawn(lang), value, decimals)
}

/// Words in the quotation marks of the language.
pub(super) fn quote(lang: Lang, text: &str) -> String {
    format::quote(drawn(lang), text)
}

/// "3 élèves": the number and the name that goes with it.
pub(super) fn counted(lang: Lang, value: f64, one: &str, many: &str) -> String {
    let name = if format::is_singular(drawn(lang), value) { one } else { many };
    format!("{}\u{a0}{name}", number(lang, value))
}

/// The first letter in upper case.
pub(super) fn capital(text: &str) -> String {
    let mut letters = text.chars();
    letters.next().map_or_else(String::new, |first| first.to_uppercase().chain(letters).collect())
}

/// "a, b et c".
pub(super) fn list(lang: Lang, items: &[String]) -> String {
    match items {
        [] => String::new(),
        [one] => one.clone(),
        [before @ .., last] => format!("{} {} {last}", before.join(", "), lang.pick("et", "and")),
    }
}

fn parts(date: Date) -> format::Day {
    let part = |value: i8| u8::try_from(value).unwrap_or(1);
    format::Day::new(date.year(), part(date.month()), part(date.day()))
}

/// "du 3 novembre au 19 décembre", without the year unless it changes in between.
pub(super) fn dates(lang: Lang, from: Date, until: Date) -> String {
    format::day_range(drawn(lang), parts(from), parts(until))
}

/// The same with its year.
pub(super) fn dates_of_year(lang: Lang, from: Date, until: Date) -> String {
    let dates = dates(lang, from, until);
    if from.year() == until.year() { format!("{dates}\u{a0}{}", until.year()) } else { dates }
}

/// "jeudi 27 novembre".
pub(super) fn weekday_and_day(lang: Lang, date: Date) -> String {
    let text = format::day_long(drawn(lang), parts(date));
    text.strip_suffix(&format!("\u{a0}{}", date.year())).map_or_else(|| text.clone(), str::to_owned)
}

/// "27 novembre 2025".
pub(super) fn day_of_year(lang: Lang, date: Date) -> String {
    let text = format::day_long(drawn(lang), parts(date));
    text.split_once(' ').map_or_else(|| text.clone(), |(_, day)| day.to_owned())
}

/// What one, and what several, of a measure are called; empty where the unit says it.
pub(super) fn name_of_one(measure: &str, lang: Lang) -> (&'static str, &'static str) {
    let (fr, en) = match measure {
        "media_count" | "pupil_traces" | "media_per_pupil" | "domain_coverage" => {
            (("trace", "traces"), ("item", "items"))
        }
        "pupils_documented" => (("élève", "élèves"), ("pupil", "pupils")),
        "comment_count" => (("commentaire", "commentaires"), ("comment", "comments")),
        "review_count" => (("partie de bilan", "parties de bilan"), ("part of a review", "parts of reviews")),
        "notebook_count" => (("carnet", "carnets"), ("notebook", "notebooks")),
        "active_teachers" => (("enseignant", "enseignants"), ("teacher", "teachers")),
        "families_active" => (("famille", "familles"), ("family", "families")),
        "share_deposited_count" | "share_retrieved_count" => (("partage", "partages"), ("share", "shares")),
        "portfolio_views" => (("consultation", "consultations"), ("view", "views")),
        "feature_use" => (("emploi", "emplois"), ("use", "uses")),
        "devices_active" => (("appareil", "appareils"), ("device", "devices")),
        _ => (("", ""), ("", "")),
    };
    match lang {
        Lang::Fr => fr,
        Lang::En => en,
    }
}

/// The unit of a measure, for charts.
pub(super) fn unit_of(measure: &Measure, lang: Lang) -> Unit {
    match measure.unit {
        catalogue::Unit::Percent if is_small_share(&measure.name) => Unit::SmallPercent,
        catalogue::Unit::Percent => Unit::Percent,
        catalogue::Unit::Milliseconds => Unit::Milliseconds,
        _ => {
            let (one, many) = name_of_one(&measure.name, lang);
            Unit::count(one, many)
        }
    }
}

fn is_small_share(measure: &str) -> bool {
    measure == "crash_rate"
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn small_shares_keep_a_decimal() {
        let shares = [0.0, 0.42, 3.0, 9.96, 12.4];
        let written: Vec<String> = shares.iter().map(|share| percent(Lang::En, *share)).collect();
        assert_eq!(written, ["0%", "0.4%", "3%", "10%", "12%"]);
    }

    #[test]
    fn dates_say_their_year_once() {
        let date = |text: &str| text.parse::<Date>().unwrap();
        let plain = |text: String| text.replace('\u{a0}', " ");
        let cases = [
            (
                plain(dates_of_year(Lang::Fr, date("2025-11-03"), date("2025-12-19"))),
                "du 3 novembre au 19 décembre 2025",
            ),
            (plain(weekday_and_day(Lang::Fr, date("2025-11-27"))), "jeudi 27 novembre"),
            (plain(day_of_year(Lang::Fr, date("2025-11-27"))), "27 novembre 2025"),
            (list(Lang::Fr, &["a".to_owned(), "b".to_owned(), "c".to_owned()]), "a, b et c"),
        ];
        for (written, expected) in cases {
            assert_eq!(written, expected);
        }
    }
}
