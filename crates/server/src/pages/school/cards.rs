//! The key figures of a school. What people did comes from releases; technical health is live.

use analytics::range::Range;
use calendar::Period;
use catalogue::{Contributor, Measure};
use maud::{Markup, html};

use super::headline::{self, Headline};
use crate::pages::card::{Body, Card};
use crate::pages::scene::Scene;
use crate::pages::words::{counted, number, say};

/// The cards in their order.
pub(super) fn all<'a>(scene: &Scene<'a>) -> Vec<Card<'a>> {
    let next = |anchor: &str, fr: &str, en: &str| Some((format!("#{anchor}"), scene.lang().pick(fr, en).to_owned()));
    let cards = [
        adoption(scene),
        one(scene, "media_count", next("traces", "Voir semaine par semaine", "See week by week")),
        one(scene, "pupils_documented", None),
        one(scene, "review_count", None),
        one(scene, "families_active", next("familles", "Voir les familles", "See families")),
        one(scene, "retrieval_rate", next("partages", "Voir les partages", "See the shares")),
    ];
    cards.into_iter().flatten().collect()
}

/// The adoption rate, with the numbers behind it.
fn adoption<'a>(scene: &Scene<'a>) -> Option<Card<'a>> {
    let (lang, measure) = (scene.lang(), scene.measure("adoption_rate")?);
    let next = Some(("#adoption".to_owned(), lang.pick("Voir semaine par semaine", "See week by week").to_owned()));
    let mut card = one(scene, "adoption_rate", next)?;
    let shown = headline::headline(scene, measure);
    let period = headline::period(scene, &shown);
    let active = scene.figures.value("active_teachers", &period);
    let teachers = scene.measure("active_teachers").map(|measure| headline::headline(scene, measure));
    let declared = teachers.and_then(|shown| headline::of(scene, "active_teachers", &shown));
    if let (Body::Figure { unit, .. }, Some(active), Some(declared)) = (&mut card.body, active, declared) {
        let teachers = counted(lang, active, lang.pick("enseignant", "teacher"), lang.pick("enseignants", "teachers"));
        let of = lang.pick("sur", "of");
        *unit = format!("{teachers} {of} {}, {}", number(lang, declared), headline::when(scene, &shown));
    }
    Some(card)
}

fn one<'a>(scene: &Scene<'a>, name: &str, next: Option<(String, String)>) -> Option<Card<'a>> {
    let (lang, measure) = (scene.lang(), scene.measure(name)?);
    let shown = headline::headline(scene, measure);
    let period = headline::period(scene, &shown);
    let body = match (&shown, shown.value()) {
        (_, Some(value)) => {
            Body::Figure { value, unit: headline::unit_words(scene, measure, &shown), period: period.clone() }
        }
        (Headline::Withheld, None) => Body::Withheld,
        (Headline::Undecided, None) => {
            Body::Words(say(lang, "attend la décision du comité d’éthique", "awaits the ethics committee’s decision"))
        }
        (_, None) => Body::Words(say(lang, "pas encore close", "not closed yet")),
    };
    let figure = scene.figures.figure(name, &period);
    Some(Card {
        measure,
        percentile: None,
        name: None,
        change: under(scene, measure, &shown),
        next: match &shown {
            Headline::Withheld if out_of_reach(scene, measure).is_some() => None,
            Headline::Withheld => longer(scene),
            _ => next,
        },
        body,
        weekly: scene.frozen(name),
        protection: figure.map_or_else(|| "k=5".to_owned(), |figure| figure.protection.clone()),
    })
}

/// The line below the number.
fn under(scene: &Scene<'_>, measure: &Measure, shown: &Headline) -> Markup {
    let lang = scene.lang();
    match shown {
        Headline::Withheld => html! { (why_withheld(scene, measure)) },
        Headline::NotClosed => html! { (super::answer::closing_of_first(scene).unwrap_or_default()) },
        Headline::Undecided => {
            html! { a href="/transparence" { (lang.pick("Voir les décisions", "See the decisions")) } }
        }
        _ => headline::change(scene, measure, shown),
    }
}

/// One sentence on why a figure is held back.
fn why_withheld(scene: &Scene<'_>, measure: &Measure) -> String {
    let lang = scene.lang();
    if let Some(why) = out_of_reach(scene, measure) {
        return why;
    }
    if measure.made_by_teachers {
        return say(
            lang,
            "Il faut au moins 5 personnes et 3 enseignants, même sans compter une classe.",
            "It takes at least 5 people and 3 teachers, even without any one class.",
        );
    }
    say(
        lang,
        "Il faut au moins 5 personnes, même sans compter une classe.",
        "It takes at least 5 people, even without any one class.",
    )
}

/// Why no period of this school can show a measure: it declares fewer teachers than the measure needs. Without it, a head
/// would be sent from period to period in vain.
pub(super) fn out_of_reach(scene: &Scene<'_>, measure: &Measure) -> Option<String> {
    let (lang, declared) = (scene.lang(), scene.setting.declared?);
    let least = match measure.contributor {
        // Five, and five without the one who asks.
        Contributor::Teacher if declared.classes > 1 => 6,
        Contributor::Teacher => 5,
        _ if measure.made_by_teachers => 3,
        _ => return None,
    };
    let has = declared.teachers;
    (1..least).contains(&has).then(|| {
        let fr = format!(
            "Ce chiffre demande {least} enseignants et votre école en compte {has} : il désignerait quelqu’un."
        );
        let en = format!("This figure takes {least} teachers and your school has {has}: it would point at somebody.");
        say(lang, &fr, &en)
    })
}

/// The school period of the range's end, or the last one before.
fn around(scene: &Scene<'_>) -> Option<Period> {
    let setting = &scene.setting;
    Range::current(setting.calendar, setting.zone, scene.range.last_day().min(setting.today)).period
}

/// A longer period may have enough people.
pub(super) fn longer(scene: &Scene<'_>) -> Option<(String, String)> {
    let (lang, setting) = (scene.lang(), &scene.setting);
    let (period, words) = match scene.range.period {
        Some(Period::Week(week)) => (Period::Month(week.month()), lang.pick("Essayer le mois", "Try the month")),
        Some(Period::Month(_)) => (around(scene)?, lang.pick("Essayer la période scolaire", "Try the school period")),
        Some(Period::SchoolPeriod(_)) => {
            let before = scene.range.previous(setting.calendar, setting.zone)?;
            let words = lang.pick("Voir la période précédente", "See the period before");
            return Some((setting.address.over(&before).href(), words.to_owned()));
        }
        _ => (around(scene)?, lang.pick("Voir la période scolaire", "See the school period")),
    };
    Some((setting.address.over_period(&period).href(), words.to_owned()))
}
