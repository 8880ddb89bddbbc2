//! Technical health: stability, display times, synchronisation. No person is in it; it is live, from five devices on.
//! One school and the whole system are shown alike.

use calendar::Lang;
use charts::{Series, Unit, Value};
use maud::{Markup, html};

use super::card::{self, Body, Card};
use super::class::or_else;
use super::scene::Scene;
use super::weeks::Week;
use super::words::{percent, say, unit_of};

/// The reason given for a technical measure: too few devices.
fn is_withheld(scene: &Scene<'_>) -> bool {
    scene.figures.is_withheld("crash_rate", &scene.range.label)
}

fn percentile(scene: &Scene<'_>, percent: &str) -> Option<f64> {
    scene.figures.word("load_time", &scene.range.label, "percentile", percent)
}

fn seconds(lang: Lang, ms: f64) -> String {
    card::written(&Unit::Milliseconds, lang, ms)
}

/// How stable the application is, in a sentence.
pub(super) fn sentence(scene: &Scene<'_>) -> Option<Markup> {
    let lang = scene.lang();
    let crashes = scene.whole("crash_rate")?;
    let linked = |words: &str| html! { a href="#stabilite" { strong { (words) } } };
    let share = percent(lang, crashes);
    Some(if crashes < 0.05 {
        html! { (lang.pick("L’application est stable", "The application is stable")) (lang.pick("\u{202f}: ", ": "))
        (linked(lang.pick("presque aucun arrêt brutal", "almost no crash"))) "." }
    } else {
        html! { (linked(&share)) (lang.pick(" des séances finissent par un arrêt brutal.", " of sessions end in a crash.")) }
    })
}

/// What share of the batches has not arrived, in a sentence.
pub(super) fn completeness(scene: &Scene<'_>) -> Option<String> {
    let received = scene.whole("completeness")?;
    Some(completeness_words(scene.lang(), 100.0 - received))
}

fn completeness_words(lang: Lang, missing: f64) -> String {
    if missing < 0.05 {
        return say(
            lang,
            "Tous les envois attendus des appareils sont arrivés.",
            "Every batch expected from the devices has arrived.",
        );
    }
    let share = percent(lang, missing);
    say(
        lang,
        &format!("{share} des envois manquent encore : des appareils étaient hors ligne."),
        &format!("{share} of the batches are still missing: devices were offline."),
    )
}

/// The section on technical health.
pub(super) fn section(scene: &Scene<'_>, heading: &str, lead: &str) -> Markup {
    let lang = scene.lang();
    html! {
        section class="section" aria-labelledby="technical-title" id="technique" {
            h2 id="technical-title" { (heading) }
            p class="lead" { (lead) }
            @if is_withheld(scene) {
                div class="empty" id="stabilite" {
                    p {
                        strong { (say(lang, "Moins de 5 appareils, ou aucun.", "Fewer than 5 devices, or none.")) } " "
                        (say(lang,
                            "Une mesure technique se montre à partir de cinq appareils. Une période plus longue peut en compter assez.",
                            "A technical measure is shown from five devices on. A longer period may have enough."))
                    }
                }
            } @else {
                div class="figures" { @for card in cards(scene) { (card.markup(scene)) } }
                div class="charts" { (crashes(scene)) (load_time(scene)) (sync(scene)) (devices(scene)) }
            }
        }
    }
}

fn cards<'a>(scene: &Scene<'a>) -> Vec<Card<'a>> {
    let load = |percent, fr: &str, en: &str| {
        one(scene, "load_time", Some(percent), Some(scene.lang().pick(fr, en).to_owned()))
    };
    let cards = [
        one(scene, "crash_rate", None, None),
        load("50", "Affichage de la moitié des écrans", "Display of half of the screens"),
        load("95", "Affichage de 95 % des écrans", "Display of 95% of the screens"),
        one(scene, "sync_success_rate", None, None),
    ];
    cards.into_iter().flatten().collect()
}

fn weekly(scene: &Scene<'_>, measure: &str, percentile: Option<&'static str>) -> Vec<Value> {
    match percentile {
        None => scene.live(measure),
        Some(percent) => scene.live_figures(|week| scene.figures.word(measure, week, "percentile", percent)),
    }
}

fn one<'a>(scene: &Scene<'a>, name: &str, percentile: Option<&'static str>, title: Option<String>) -> Option<Card<'a>> {
    let (lang, measure, label) = (scene.lang(), scene.measure(name)?, &scene.range.label);
    let of = |figures: &super::lookup::Lookup<'_>, label: &str| match percentile {
        None => figures.value(name, label),
        Some(percent) => figures.word(name, label, "percentile", percent),
    };
    let value = of(&scene.figures, label);
    let body = match value {
        Some(value) => Body::Figure { value, unit: String::new(), period: label.clone() },
        None if scene.figures.awaits_decision(name, label) => {
            Body::Words(say(lang, "attend la décision du comité d’éthique", "awaits the ethics committee’s decision"))
        }
        None => Body::Words(say(lang, "rien de mesuré", "nothing measured")),
    };
    let previous = scene
        .before
        .as_ref()
        .ok()
        .and_then(|before| Some((of(&before.figures, &before.range.label)?, before.name.against.clone())));
    let change = match (value, previous) {
        (Some(value), Some((previous, against))) => {
            card::change(lang, &unit_of(measure, lang), value, previous, &against)
        }
        (Some(_), None) => html! { (scene.why_alone()) },
        (None, _) => html! {},
    };
    let protection = scene.figures.protection(name, label).unwrap_or("devices=5").to_owned();
    let title = title.map(|title| super::words::spaced(lang, &title));
    Some(Card {
        measure,
        percentile,
        name: title,
        body,
        weekly: weekly(scene, name, percentile),
        change,
        next: None,
        protection,
    })
}

fn nothing(lang: Lang) -> String {
    say(lang, "Rien de mesuré dans cette période.", "Nothing was measured in this period.")
}

fn has_two(values: &[Value]) -> bool {
    values.iter().filter(|value| value.known().is_some()).count() >= 2
}

/// A line by week of one measure.
fn line(scene: &Scene<'_>, id: &str, title: &str, subtitle: &str, unit: Unit, series: Vec<Series>) -> Markup {
    let line = scene.lines(unit, series, scene.live_bands());
    or_else(scene.chart(id, title, subtitle, line), id, &nothing(scene.lang()))
}

fn crashes(scene: &Scene<'_>) -> Markup {
    let (lang, values) = (scene.lang(), scene.live("crash_rate"));
    if !has_two(&values) {
        return html! { div id="stabilite" {} };
    }
    let title = match scene.whole("crash_rate") {
        Some(rate) if rate < 0.05 => lang.pick("Presque aucun arrêt brutal", "Almost no crash").to_owned(),
        Some(rate) => format!(
            "{} {}",
            percent(lang, rate),
            lang.pick("des séances finissent par un arrêt brutal", "of sessions end in a crash")
        ),
        None => lang.pick("Arrêts brutaux", "Crashes").to_owned(),
    };
    let subtitle = lang.pick("Arrêts brutaux pour 100 séances, par semaine", "Crashes per 100 sessions, by week");
    let mut series = vec![scene.ours(lang.pick("Arrêts brutaux", "Crashes"), values)];
    series.extend(scene.before("crash_rate"));
    line(scene, "stabilite", &title, subtitle, Unit::SmallPercent, series)
}

fn load_time(scene: &Scene<'_>) -> Markup {
    let lang = scene.lang();
    let [half, most] = ["50", "95"].map(|percent| weekly(scene, "load_time", Some(percent)));
    if !has_two(&half) {
        return html! {};
    }
    let title = match (percentile(scene, "50"), percentile(scene, "95"), lang) {
        (Some(half), Some(most), Lang::Fr) => {
            format!(
                "La moitié des écrans s’affichent en {} ou moins, 95 % en {}",
                seconds(lang, half),
                seconds(lang, most)
            )
        }
        (Some(half), Some(most), Lang::En) => {
            format!("Half of the screens show within {}, 95% within {}", seconds(lang, half), seconds(lang, most))
        }
        (_, _, lang) => lang.pick("Temps d’affichage", "Display times").to_owned(),
    };
    let subtitle = lang.pick("Temps d’affichage des écrans, par semaine", "Time to display screens, by week");
    let series =
        vec![scene.category(lang.pick("La moitié", "Half"), half), scene.category(say(lang, "95 %", "95%"), most)];
    line(scene, "affichage", &title, subtitle, Unit::Milliseconds, series)
}

fn sync(scene: &Scene<'_>) -> Markup {
    let (lang, values) = (scene.lang(), scene.live("sync_success_rate"));
    if !has_two(&values) {
        return html! {};
    }
    let title = match scene.whole("sync_success_rate") {
        Some(rate) => format!(
            "{} {}",
            percent(lang, rate),
            lang.pick("des synchronisations réussissent", "of synchronisations succeed")
        ),
        None => lang.pick("Synchronisations réussies", "Successful synchronisations").to_owned(),
    };
    let subtitle = lang.pick(
        "Part des synchronisations entièrement réussies, par semaine",
        "Share of synchronisations that succeeded in full, by week",
    );
    let mut series = vec![scene.ours(lang.pick("Réussies", "Successful"), values)];
    series.extend(scene.before("sync_success_rate"));
    line(scene, "synchronisation", &title, subtitle, Unit::Percent, series)
}

/// Devices are counted when a week closes.
fn devices(scene: &Scene<'_>) -> Markup {
    let lang = scene.lang();
    let through = scene.setting.closed_through;
    let is_closed = |week: &Week| through.is_some_and(|through| week.iso <= through);
    let values: Vec<Value> = scene
        .weeks
        .list()
        .iter()
        .map(|week| scene.figures.value("devices_active", &week.label).filter(|n| is_closed(week) && *n > 0.0))
        .map(Value::from)
        .collect();
    if !has_two(&values) {
        return html! {};
    }
    let (one, many) = super::words::name_of_one("devices_active", lang);
    let series = vec![scene.ours(lang.pick("Appareils", "Devices"), values)];
    let line = scene.lines(Unit::count(one, many), series, scene.frozen_bands());
    let title = lang.pick("Combien d’appareils envoient chaque semaine ?", "How many devices send each week?");
    let subtitle = lang.pick("Appareils différents, par semaine close", "Distinct devices, by closed week");
    or_else(scene.chart("appareils", title, subtitle, line), "appareils", &nothing(lang))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_has_not_arrived_is_said() {
        let plain = |text: String| text.replace('\u{202f}', " ");
        assert_eq!(
            plain(completeness_words(Lang::Fr, 3.04)),
            "3 % des envois manquent encore : des appareils étaient hors ligne."
        );
        assert_eq!(plain(completeness_words(Lang::Fr, 0.0)), "Tous les envois attendus des appareils sont arrivés.");
        assert_eq!(completeness_words(Lang::En, 0.4), "0.4% of the batches are still missing: devices were offline.");
    }
}
