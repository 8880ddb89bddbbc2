//! The answer for a head: three sentences at most, then what is still missing.

use calendar::{IsoWeek, Lang};
use jiff::Span;
use maud::{Markup, html};

use super::headline::{self, Headline};
use crate::pages::scene::Scene;
use crate::pages::technical;
use crate::pages::weeks::{Time, Week};
use crate::pages::words::{capital, counted, number, say, spaced, weekday_and_day};

/// How many days after its Sunday a week closes: three days of grace, then the morning after.
const CLOSES_AFTER: i64 = 4;

/// The heading and the answer.
pub(super) fn section(scene: &Scene<'_>, place: &str) -> Markup {
    let lang = scene.lang();
    html! {
        section class="answer" aria-labelledby="view-title" {
            h1 id="view-title" { (lang.pick("Mon école", "My school")) }
            p class="answer-where" { (place) }
            p class="answer-text" {
                (adoption(scene)) " "
                (production(scene)) " "
                @if let Some(stability) = technical::sentence(scene) { (stability) }
            }
            @for note in notes(scene) { p class="answer-note" { (note) } }
        }
    }
}

fn linked(chart: &str, words: &str) -> Markup {
    html! { a href={ "#" (chart) } { strong { (words) } } }
}

/// How many teachers work with the application.
fn adoption(scene: &Scene<'_>) -> Markup {
    let Some(measure) = scene.measure("active_teachers") else { return html! {} };
    let shown = headline::headline(scene, measure);
    let when = capital(&headline::when(scene, &shown));
    let of = headline::of(scene, "active_teachers", &shown);
    adoption_words(scene.lang(), &shown, &when, of)
}

fn adoption_words(lang: Lang, shown: &Headline, when: &str, of: Option<f64>) -> Markup {
    match shown {
        Headline::Withheld => html! {
            (linked("adoption", lang.pick("Le nombre d’enseignants actifs", "The number of active teachers")))
            (say(lang, " n’est pas montré : moins de 5 personnes, ou aucune.", " is not shown: fewer than 5 people, or none."))
        },
        Headline::NotClosed => html! {
            (say(lang, "Aucune semaine de cette période n’est encore close.", "No week of this period has closed yet."))
        },
        Headline::Undecided => html! {
            (linked("adoption", lang.pick("L’adoption", "Adoption")))
            (say(lang, " attend la décision du comité d’éthique.", " awaits the ethics committee’s decision."))
        },
        known => {
            let active = known.value().unwrap_or(0.0);
            let teachers =
                counted(lang, active, lang.pick("enseignant", "teacher"), lang.pick("enseignants", "teachers"));
            let of = of.map(|all| format!(" {} {}", lang.pick("sur", "of"), number(lang, all))).unwrap_or_default();
            let (fr, en) = match known {
                Headline::Week { .. } => (" ont travaillé sur les contenus.", " worked on content."),
                _ => (
                    " ont été actifs au moins une semaine de classe sur deux.",
                    " were active in at least every other class week.",
                ),
            };
            html! { (when) ", " (linked("adoption", &format!("{teachers}{of}"))) (lang.pick(fr, en)) }
        }
    }
}

/// How much was produced.
fn production(scene: &Scene<'_>) -> Markup {
    let Some(measure) = scene.measure("media_count") else { return html! {} };
    let lang = scene.lang();
    let shown = headline::headline(scene, measure);
    match shown.value() {
        Some(value) => {
            let items = counted(lang, value, lang.pick("trace", "item"), lang.pick("traces", "items"));
            let (fr, en) = (" ont été ajoutées ", " were added ");
            html! { (linked("traces", &items)) (lang.pick(fr, en)) (headline::when(scene, &shown)) "." }
        }
        None if shown == Headline::Withheld => html! {
            (linked("traces", lang.pick("Le nombre de traces", "The number of items")))
            (say(lang, " n’est pas montré non plus.", " is not shown either."))
        },
        None => html! {},
    }
}

/// What is still missing: weeks that have not closed, batches that have not arrived.
fn notes(scene: &Scene<'_>) -> Vec<String> {
    let mut notes = Vec::new();
    notes.extend(of_small_school(scene));
    notes.extend(closings(scene));
    notes.extend(technical::completeness(scene));
    notes
}

/// What a small school can expect of this page, so that nobody looks for figures that cannot be.
fn of_small_school(scene: &Scene<'_>) -> Option<String> {
    let (lang, declared) = (scene.lang(), scene.setting.declared?);
    match (declared.classes, declared.teachers) {
        (1, _) => Some(say(
            lang,
            "Votre école a une seule classe : ses chiffres sont dans « Ma classe », pour son enseignant. Un chiffre d’école le désignerait.",
            "Your school has one class: its figures are in “My class”, for its teacher. A figure of the school would point at her.",
        )),
        (_, teachers @ 2..=5) => {
            let fr = format!(
                "Avec {teachers} enseignants, une école voit surtout sa stabilité, ses familles et ses élèves documentés, au mois ou à la période scolaire : un chiffre sur les enseignants désignerait quelqu’un."
            );
            let en = format!(
                "With {teachers} teachers, a school mostly sees its stability, its families and its documented pupils, by month or school period: a figure on teachers would point at somebody."
            );
            Some(say(lang, &fr, &en))
        }
        _ => None,
    }
}

/// The day a week's figures appear.
fn closes_on(week: IsoWeek) -> jiff::civil::Date {
    week.sunday().saturating_add(Span::new().days(CLOSES_AFTER))
}

fn named(scene: &Scene<'_>, week: &Week) -> String {
    let lang = scene.lang();
    match week.number {
        Some(number) => format!("{} {number}", lang.pick("semaine", "week")),
        None => scene.weeks.long(week),
    }
}

fn open_weeks<'s>(scene: &'s Scene<'_>) -> impl Iterator<Item = &'s Week> {
    let through = scene.setting.closed_through;
    scene.weeks.list().iter().filter(move |week| {
        week.time != Time::Ahead && week.number.is_some() && through.is_none_or(|through| week.iso > through)
    })
}

/// "La semaine 10 se ferme jeudi 27 novembre, la semaine 11 jeudi 4 décembre."
fn closings(scene: &Scene<'_>) -> Option<String> {
    let lang = scene.lang();
    let open: Vec<(String, String)> = open_weeks(scene)
        .take(2)
        .map(|week| (named(scene, week), weekday_and_day(lang, closes_on(week.iso))))
        .collect();
    closing_words(lang, &open)
}

fn closing_words(lang: Lang, open: &[(String, String)]) -> Option<String> {
    let ((first, day), second) = (open.first()?, open.get(1));
    let more = second.map(|(week, day)| match lang {
        Lang::Fr => format!(", la {week} {day}"),
        Lang::En => format!(", {week} on {day}"),
    });
    let more = more.unwrap_or_default();
    let text = match lang {
        Lang::Fr => {
            format!("La {first} se ferme {day}{more} : les chiffres de l’école paraissent alors, une fois pour toutes.")
        }
        Lang::En => {
            format!("{} closes on {day}{more}: the school’s figures appear then, once and for all.", capital(first))
        }
    };
    Some(spaced(lang, &text))
}

/// When the first open week of the range closes.
pub(super) fn closing_of_first(scene: &Scene<'_>) -> Option<String> {
    let lang = scene.lang();
    let week = open_weeks(scene).next()?;
    let day = weekday_and_day(lang, closes_on(week.iso));
    Some(match lang {
        Lang::Fr => format!("Premiers chiffres {day}"),
        Lang::En => format!("First figures on {day}"),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn text(markup: &Markup) -> String {
        let mut out = String::new();
        let mut inside = false;
        for letter in markup.0.chars() {
            match letter {
                '<' => inside = true,
                '>' => inside = false,
                '\u{a0}' | '\u{202f}' if !inside => out.push(' '),
                other if !inside => out.push(other),
                _ => {}
            }
        }
        out
    }

    #[test]
    fn the_first_sentence_counts_teachers_or_says_why_not() {
        let said = |lang, shown, when: &str, of| text(&adoption_words(lang, &shown, when, of));
        assert_eq!(
            said(Lang::Fr, Headline::Week { value: 8.0, at: 0 }, "En semaine 10", Some(12.0)),
            "En semaine 10, 8 enseignants sur 12 ont travaillé sur les contenus."
        );
        assert_eq!(
            said(Lang::En, Headline::Whole(8.0), "In period 1", Some(12.0)),
            "In period 1, 8 teachers of 12 were active in at least every other class week."
        );
        assert_eq!(
            said(Lang::Fr, Headline::Withheld, "", None),
            "Le nombre d’enseignants actifs n’est pas montré : moins de 5 personnes, ou aucune."
        );
    }

    #[test]
    fn weeks_that_are_still_open_say_when_they_close() {
        let week = |number: u8, day: &str| (format!("semaine {number}"), day.to_owned());
        let said = |open: &[(String, String)]| closing_words(Lang::Fr, open).map(|text| text.replace('\u{202f}', " "));
        assert_eq!(said(&[]), None);
        assert_eq!(
            said(&[week(10, "jeudi 27 novembre"), week(11, "jeudi 4 décembre")]).unwrap(),
            "La semaine 10 se ferme jeudi 27 novembre, la semaine 11 jeudi 4 décembre : les chiffres de l’école paraissent alors, une fois pour toutes."
        );
    }
}
