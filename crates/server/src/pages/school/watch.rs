//! "À surveiller": what was unusual in the last four weeks, in sentences that say what was expected and which part moved.

use analytics::watch::Alert;
use calendar::{Lang, long_date};
use jiff::civil::Date;
use maud::{Markup, html};

use super::to_float;
use crate::pages::scene::Scene;
use crate::pages::words::{number, quote, say};

/// The section; nothing where the analysis is not approved or nothing can be judged.
pub(super) fn section(scene: &Scene<'_>) -> Markup {
    let lang = scene.lang();
    let Some(alerts) = scene.alerts else { return html! {} };
    html! {
        section class="section" aria-labelledby="watch-title" id="a-surveiller" {
            h2 id="watch-title" { (lang.pick("À surveiller", "To watch")) }
            @if alerts.is_empty() {
                p { (say(lang,
                    "Rien d’inhabituel dans l’application ces quatre dernières semaines.",
                    "Nothing unusual in the application over the last four weeks.")) }
            } @else {
                ul class="watch" { @for alert in alerts { li { (sentence(scene, alert)) } } }
            }
            p class="lead" { (say(lang,
                "Chaque jour de classe est comparé aux jours semblables qui le précèdent ; les vacances ne comptent pas. Aucune personne n’y figure, et il faut cinq appareils.",
                "Each class day is compared with similar days before it; holidays do not count. No person is in it, and it takes five devices.")) }
        }
    }
}

fn sentence(scene: &Scene<'_>, alert: &Alert) -> Markup {
    let lang = scene.lang();
    let day = alert.day.parse().map_or_else(|_| alert.day.clone(), |day: Date| long_date(day, lang));
    let when = match alert.days {
        1 => say(lang, &format!("Le {day}"), &format!("On {day}")),
        days => say(
            lang,
            &format!("Pendant {days} jours de classe, jusqu’au {day}"),
            &format!("For {days} class days, until {day}"),
        ),
    };
    let (counted, usual) = (number(lang, to_float(alert.counted)), number(lang, to_float(alert.usual)));
    let (what, list) = what(lang, alert);
    let told = say(
        lang,
        &format!(" : {counted} {what}, là où l’on en attendait {usual}"),
        &format!(": {counted} {what}, where {usual} were expected"),
    );
    let part = alert.part.as_deref().zip(list).and_then(|(slug, list)| {
        let words = scene.setting.catalogue.word_list(list)?.words();
        let word = words.iter().find(|word| word.slug == slug)?;
        Some(quote(lang, &word.label.get(lang).replace('\'', "’")))
    });
    let part = part.map(|part| say(lang, &format!(", surtout {part}"), &format!(", mostly {part}")));
    html! { strong { (when) } (told) (part.unwrap_or_default()) "." }
}

/// What was counted, in words, and the list of its parts.
fn what(lang: Lang, alert: &Alert) -> (&'static str, Option<&'static str>) {
    match alert.measure.as_str() {
        "crash_rate" => (lang.pick("arrêts brutaux", "crashes"), Some("crash_type")),
        "error_count" => (lang.pick("erreurs", "errors"), Some("error_class")),
        "sync_success_rate" => {
            (lang.pick("synchronisations en échec", "failed synchronisations"), Some("sync_outcome"))
        }
        _ => (lang.pick("séances", "sessions"), None),
    }
}
