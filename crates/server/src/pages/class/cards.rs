//! The key figures of a class, each with its change since the comparable range and its weeks.

use catalogue::Measure;
use charts::Unit;
use maud::{Markup, html};

use crate::pages::card::{self, Body, Card};
use crate::pages::scene::{Scene, adds_up};
use crate::pages::words::{name_of_one, number, say, unit_of};

/// The cards in their order.
pub(super) fn all<'a>(scene: &Scene<'a>) -> Vec<Card<'a>> {
    let next = |anchor: &str, fr: &str, en: &str| Some((format!("#{anchor}"), scene.lang().pick(fr, en).to_owned()));
    // A single week, or one without items, has no line over the weeks.
    let has_line = scene.weeks.list().len() > 1 && scene.whole("media_count").is_some_and(|items| items > 0.0);
    let items = if has_line {
        next("traces", "Voir semaine par semaine", "See week by week")
    } else {
        next("natures", "Voir par nature", "See by kind")
    };
    let cards = [
        one(scene, "media_count", items),
        one(scene, "pupils_documented", next("sans-trace", "Voir les élèves sans trace", "See pupils without items")),
        one(scene, "comment_count", next("ecrits", "Voir les écrits", "See the writing")),
        one(scene, "review_count", None),
        one(scene, "families_active", next("familles", "Voir les familles", "See families")),
        one(scene, "retrieval_rate", next("partages", "Voir les partages", "See the shares")),
    ];
    cards.into_iter().flatten().collect()
}

fn one<'a>(scene: &Scene<'a>, name: &str, next: Option<(String, String)>) -> Option<Card<'a>> {
    let (measure, lang) = (scene.measure(name)?, scene.lang());
    let figure = scene.figures.figure(name, &scene.range.label);
    let body = match figure {
        Some(figure) => Body::Figure {
            value: figure.value,
            unit: unit_words(scene, measure, figure.value),
            period: figure.period.clone(),
        },
        None if scene.figures.awaits_decision(name, &scene.range.label) => {
            Body::Words(say(lang, "attend la décision du comité d’éthique", "awaits the ethics committee’s decision"))
        }
        None => {
            Body::Words(say(lang, "rien à rapporter : aucun partage déposé", "nothing to relate: no share deposited"))
        }
    };
    let change = figure.map_or_else(|| html! {}, |figure| change(scene, measure, figure.value));
    Some(Card {
        measure,
        percentile: None,
        name: None,
        body,
        weekly: scene.live(name),
        change,
        next,
        protection: figure.map_or_else(|| "exact".to_owned(), |figure| figure.protection.clone()),
    })
}

/// "traces", or "sur 24 élèves" where the class's number is known.
fn unit_words(scene: &Scene<'_>, measure: &Measure, value: f64) -> String {
    let lang = scene.lang();
    let unit = unit_of(measure, lang);
    if !matches!(unit, Unit::Count { .. }) {
        return String::new();
    }
    let (one, many) = name_of_one(&measure.name, lang);
    match scene.whole(&format!("{}_of", measure.name)) {
        Some(all) if all >= value => format!("{} {} {many}", lang.pick("sur", "of"), number(lang, all)),
        _ => {
            let said = unit.say(crate::pages::words::drawn(lang), value);
            said.split_once('\u{a0}').map_or_else(|| one.to_owned(), |(_, name)| name.to_owned())
        }
    }
}

/// The change since the comparable range. A range that is not over is compared by its finished weeks where these add up.
fn change(scene: &Scene<'_>, measure: &Measure, value: f64) -> Markup {
    let (lang, unit) = (scene.lang(), unit_of(measure, scene.lang()));
    let Ok(before) = &scene.before else { return html! { (scene.why_alone()) } };
    if scene.weeks.are_over() {
        return match before.figures.value(&measure.name, &before.range.label) {
            Some(previous) => card::change(lang, &unit, value, previous, &before.name.against),
            None => {
                html! { (say(lang, "Rien à comparer dans la plage d’avant", "Nothing to compare with in the range before")) }
            }
        };
    }
    let over = scene.weeks.over();
    if !adds_up(measure) {
        return html! { (say(lang, "Comparaison à la fin de la période", "Compared once the period is over")) };
    }
    let sums = if over == 0 { None } else { scene.first_weeks(&measure.name, over) };
    match sums {
        Some((current, previous)) => {
            let against = match (lang, over) {
                (calendar::Lang::Fr, 1) => format!("à la 1re semaine {}", before.name.of),
                (calendar::Lang::Fr, n) => format!("aux {n} premières semaines {}", before.name.of),
                (calendar::Lang::En, 1) => format!("the first week {}", before.name.of),
                (calendar::Lang::En, n) => format!("the first {n} weeks {}", before.name.of),
            };
            card::change(lang, &unit, current, previous, &against)
        }
        None => {
            html! { (say(lang, "Comparaison dès la première semaine finie", "Compared from the first finished week on")) }
        }
    }
}
