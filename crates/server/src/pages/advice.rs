//! "Pistes": what may be worth a try now, three at most, each with why, on what it rests, how sure it is, and a button for
//! what is of no use.

use analytics::recommendations::{Advice, USUAL};
use analytics::view::Figure;
use calendar::{Calendar, Lang, Period, Zone};
use catalogue::Catalogue;
use charts::format;
use maud::{Markup, html};
use serde::Serialize;

use super::scene::Scene;
use super::words::{drawn, list, number, quote, say, spaced};

/// A recommendation in the words of one language.
#[derive(Serialize)]
pub struct Wording {
    /// What it is about.
    pub title: String,
    /// What is suggested.
    pub sentence: String,
    /// Why.
    pub why: String,
    /// How sure it is.
    pub certainty: String,
    /// What it rests on, a line a figure.
    pub evidence: Vec<String>,
}

/// A recommendation in words.
pub fn worded(calendar: &Calendar, catalogue: &Catalogue, lang: Lang, advice: &Advice) -> Wording {
    let said = |text: &str| spaced(lang, &text.replace('\'', "’"));
    let Some(rule) = catalogue.recommendation(&advice.rule) else {
        // Rules and recommendations are of one catalogue.
        let none = String::new;
        return Wording {
            title: advice.rule.clone(),
            sentence: none(),
            why: none(),
            certainty: none(),
            evidence: vec![],
        };
    };
    let words: Vec<String> = advice
        .words
        .iter()
        .map(|word| {
            let list = rule.figure.words().and_then(|list| catalogue.word_list(list));
            quote(lang, &list.map_or(word.as_str(), |list| list.label(word, lang)).replace('\'', "’"))
        })
        .collect();
    let sentence = rule
        .sentence
        .get(lang)
        .replace("{value}", &short(lang, advice.value))
        .replace("{of}", &advice.of.map_or_else(String::new, |of| number(lang, of)));
    Wording {
        title: said(rule.title.get(lang)),
        sentence: said(&sentence).replace("{words}", &list(lang, &words)),
        why: said(rule.why.get(lang)),
        certainty: certainty(lang, advice),
        evidence: advice.evidence.iter().map(|figure| rests_on(calendar, catalogue, lang, figure)).collect(),
    }
}

/// A whole number, or one decimal where it is small.
fn short(lang: Lang, value: f64) -> String {
    let decimals = usize::from(value < 9.95 && (value - value.round()).abs() > 0.05);
    format::number(drawn(lang), value, decimals)
}

fn certainty(lang: Lang, advice: &Advice) -> String {
    match advice.confidence.told() {
        None => say(lang, "Compté, sans rien estimer.", "Counted, nothing estimated."),
        Some(percent) => say(
            lang,
            &format!("Certitude d’au moins {percent} % que ce n’est ni le bruit ni le hasard."),
            &format!("At least {percent}% sure that it is neither noise nor luck."),
        ),
    }
}

/// One figure: what it is, of which word and period, its value and error, and what it went through.
fn rests_on(calendar: &Calendar, catalogue: &Catalogue, lang: Lang, figure: &Figure) -> String {
    let (name, usual) = match figure.measure.strip_suffix(USUAL) {
        Some(name) => (name, lang.pick(" (attendu)", " (expected)")),
        None => (figure.measure.as_str(), ""),
    };
    let words: Vec<String> =
        figure.dimensions.iter().map(|(by, word)| label(catalogue, lang, name, by, word)).collect();
    let of = if words.is_empty() { String::new() } else { format!(", {}", words.join(", ")) };
    let period = when(calendar, lang, &figure.period);
    let error = match (figure.low, figure.high) {
        (Some(low), Some(high)) => {
            let (low, high) = (number(lang, low.max(0.0)), number(lang, high.max(0.0)));
            format!(" ({})", format::between(drawn(lang), &low, &high))
        }
        _ => String::new(),
    };
    let about = if error.is_empty() { "" } else { lang.pick("environ ", "about ") };
    let value = format!("{about}{}{error}", short(lang, figure.value.max(0.0)));
    let told = format!("{}{usual}{of}, {period}", title(catalogue, lang, name));
    say(
        lang,
        &format!("{told} : {value}, {}", protection(lang, &figure.protection)),
        &format!("{told}: {value}, {}", protection(lang, &figure.protection)),
    )
    .replace('\'', "’")
}

/// The title of a measure, a cube or an event type.
fn title<'a>(catalogue: &'a Catalogue, lang: Lang, name: &'a str) -> &'a str {
    let cube = || catalogue.cubes().iter().find(|cube| cube.name == name).map(|cube| &cube.title);
    let found = catalogue.measure(name).map(|measure| &measure.title).or_else(cube);
    found.or_else(|| catalogue.event(name).map(|event| &event.title)).map_or(name, |title| title.get(lang))
}

/// A word of a dimension, quoted.
fn label(catalogue: &Catalogue, lang: Lang, measure: &str, by: &str, word: &str) -> String {
    let list = match (by, measure) {
        ("kind", _) => "media_kind",
        ("topic", _) => "help_topic",
        ("part", "crash_rate") => "crash_type",
        ("part", "error_count") => "error_class",
        ("part", _) => "sync_outcome",
        (other, _) => other,
    };
    quote(lang, catalogue.word_list(list).map_or(word, |list| list.label(word, lang)))
}

/// A period as people name it; two of them where a label spans.
fn when(calendar: &Calendar, lang: Lang, label: &str) -> String {
    // Only a school period's days depend on the zone, and its name does not.
    let one =
        |label: &str| Period::parse(label, calendar, Zone::A).map_or_else(|_| label.to_owned(), |it| it.label(lang));
    match label.split_once('/') {
        None => one(label),
        Some((first, last)) => {
            let (first, last) = (one(first), one(last));
            format!("{} {first} {} {last}", lang.pick("de", "from"), lang.pick("à", "to"))
        }
    }
}

/// What a figure went through, in a few words.
fn protection(lang: Lang, protection: &str) -> &'static str {
    match protection.split(['=', ' ']).next() {
        Some("k") => lang.pick("publié, au moins 5 personnes", "published, at least 5 people"),
        Some("devices") => lang.pick("au moins 5 appareils, sans personne", "at least 5 devices, no person"),
        Some("dp") => lang.pick("publié avec du bruit", "published with noise"),
        _ => lang.pick("valeur exacte", "exact"),
    }
}

/// The section; nothing where the analysis is not approved or nothing was looked for.
pub(super) fn section(scene: &Scene<'_>) -> Markup {
    let lang = scene.lang();
    let Some(advice) = scene.advice else { return html! {} };
    html! {
        section class="section" aria-labelledby="advice-title" id="pistes" {
            h2 id="advice-title" { (lang.pick("Pistes", "Worth a try")) }
            @if advice.is_empty() {
                p { (say(lang,
                    "Aucune piste pour l’instant : rien ne se distingue assez du hasard, ou il y a encore trop peu de semaines.",
                    "Nothing to suggest for now: nothing stands out enough from chance, or there are too few weeks yet.")) }
            } @else {
                ul class="advice" { @for one in advice { li class="card" { (card(scene, one)) } } }
            }
            p class="lead" { (say(lang,
                "Trois au plus, jamais une note. Une piste jugée inutile ne revient pas cette année scolaire.",
                "Three at most, never a mark. What you find of no use does not come back this school year."))
                " " a href="/transparence#rules-title" { (lang.pick("Les règles", "The rules")) } }
        }
    }
}

fn card(scene: &Scene<'_>, advice: &Advice) -> Markup {
    let (lang, setting) = (scene.lang(), &scene.setting);
    let words = worded(setting.calendar, setting.catalogue, lang, advice);
    html! {
        h3 { (words.title) }
        p { (words.sentence) }
        details {
            summary { (lang.pick("Pourquoi cette piste", "Why this")) }
            p { (words.why) }
            ul { @for line in &words.evidence { li { (line) } } }
            p class="note" { (words.certainty) }
        }
        form method="post" action={ "/api/v1/recommendations/" (advice.rule) "/feedback" } {
            @if let Some(lang) = setting.address.chosen_language() { input type="hidden" name="lang" value=(lang.code()); }
            button class="button link" type="submit" name="useful" value="true"
                aria-label=(say(lang, &format!("Utile : {}", words.title), &format!("Useful: {}", words.title))) { (lang.pick("Utile", "Useful")) }
            " "
            button class="button link" type="submit" name="useful" value="false"
                aria-label=(say(lang, &format!("Pas utile : {}", words.title), &format!("Not useful: {}", words.title))) { (lang.pick("Pas utile", "Not useful")) }
        }
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use analytics::recommendations::Certainty;

    use super::super::samples::{Sample, figure, split};
    use super::*;

    fn advice(rule: &str, words: &[&str], confidence: Certainty, evidence: Vec<Figure>) -> Advice {
        let words = words.iter().map(|word| (*word).to_owned()).collect();
        Advice { rule: rule.to_owned(), words, value: 3.0, of: Some(4.0), confidence, evidence }
    }

    /// A teacher's page with three suggestions: one counted, one from releases, one from noisy steps.
    fn sample(found: Option<Vec<Advice>>) -> Sample {
        let mut sample = Sample::new("/ma-classe", "2025-2026-P2", "2025-11-26");
        sample.compared.view.advice = found;
        sample
    }

    fn three() -> Vec<Advice> {
        let dimensions = BTreeMap::from([("screen".to_owned(), "tracking_grid".to_owned())]);
        let steps = figure("paths", "2025-09/2025-11", 1_240.0, "dp ε=2 δ=1e-8");
        let noisy = Figure { dimensions, low: Some(1_145.0), high: Some(1_335.0), ..steps };
        let published =
            Figure { protection: "k=5".to_owned(), ..split("feature_use", "2025-10", "feature", "dictation", 300.0) };
        vec![
            advice(
                "sharing_rhythm",
                &[],
                Certainty::Counted,
                vec![figure("share_deposited_count", "2025-W47", 0.0, "exact")],
            ),
            advice("feature_unknown", &["dictation", "grid_entry"], Certainty::Estimated(0.97), vec![published]),
            advice("screen_unopened", &["tracking_grid"], Certainty::Estimated(0.913), vec![noisy]),
        ]
    }

    #[test]
    fn three_suggestions_say_what_why_on_what_and_how_surely_as_french_is_set() {
        let page = sample(Some(three())).page(Lang::Fr, "pistes", section);
        let part = page.split("id=\"pistes\"").nth(1).and_then(|rest| rest.split("</section>").next()).unwrap();
        assert_eq!(part.matches("<form").count(), 3);
        assert!(!part.contains('\'') && !part.contains(" :") && !part.contains(" %"), "{part}");
        let plain = part.replace(['\u{a0}', '\u{202f}'], " ");
        for said in [
            "Sur les 4 dernières semaines de classe, 3 se sont passées sans partage",
            "Vous pourriez essayer « Dictée vocale » et « Saisie dans la grille » : pas encore employé",
            "Fonctions utilisées, « Dictée vocale », octobre 2025 : 300, publié, au moins 5 personnes",
            "de septembre 2025 à novembre 2025 : environ 1 240 (entre 1 145 et 1 335), publié avec du bruit",
            "Compté, sans rien estimer.",
            "Certitude d’au moins 95 %",
            "Certitude d’au moins 90 %",
            "/api/v1/recommendations/feature_unknown/feedback",
        ] {
            assert!(plain.contains(said), "{said} is not in {plain}");
        }
        let english = sample(Some(three())).page(Lang::En, "pistes", section);
        assert!(english.contains("You could try “Dictation” and “Grid entry”"), "{english}");
    }

    #[test]
    fn nothing_to_suggest_is_said_and_nothing_looked_for_is_not() {
        let said = |found| sample(found).with_scene(Lang::Fr, |scene| section(scene).into_string());
        assert!(said(Some(Vec::new())).contains("Aucune piste pour l’instant"));
        assert_eq!(said(None), "");
    }
}
