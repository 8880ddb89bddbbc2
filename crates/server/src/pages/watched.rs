//! Alerts in sentences that say what was counted, what was expected, and which part and version moved. One school and the
//! whole system are told alike.

use analytics::watch::{Alert, CRASH_SHARE, Rule, SYNC_SHARE};
use calendar::{Lang, long_date};
use catalogue::Catalogue;
use maud::{Markup, html};

use super::words::{capital, dates_of_year, number, percent, quote, say};

/// The list of alerts, one sentence each, and `beside` it what else is to be told of it; `nothing` where there is none.
pub(super) fn list(
    lang: Lang,
    catalogue: &Catalogue,
    alerts: &[Alert],
    nothing: &str,
    beside: impl Fn(&Alert) -> Markup,
) -> Markup {
    html! {
        @if alerts.is_empty() {
            p { (nothing) }
        } @else {
            ul class="watch" { @for alert in alerts { li { (sentence(lang, catalogue, alert)) (beside(alert)) } } }
        }
    }
}

fn sentence(lang: Lang, catalogue: &Catalogue, alert: &Alert) -> Markup {
    let (when, what) = in_words(lang, catalogue, alert);
    html! { strong { (when) } (what) }
}

/// One alert in a sentence: when, and the rest of it.
pub(crate) fn in_words(lang: Lang, catalogue: &Catalogue, alert: &Alert) -> (String, String) {
    let told = match alert.rule {
        Rule::CrashRate => above(lang, alert, CRASH_SHARE),
        Rule::SyncFailure => above(lang, alert, SYNC_SHARE),
        Rule::Worsening => worse(lang, alert),
        Rule::NewError => new(lang, catalogue, alert),
        Rule::Regression => back(lang, catalogue, alert),
        Rule::VolumeDrop if alert.measure == "devices_active" => silent(lang, alert),
        Rule::Unusual | Rule::VolumeDrop => expected(lang, alert),
    };
    // A new kind is named by its part, which says so itself.
    let mostly = if matches!(alert.rule, Rule::NewError | Rule::Regression) {
        String::new()
    } else {
        mostly(lang, catalogue, alert)
    };
    (when(lang, alert), format!("{told}{mostly}."))
}

/// Its day, or its first and last.
fn when(lang: Lang, alert: &Alert) -> String {
    let Some((from, until)) = alert.first_day().zip(alert.last_day()) else { return alert.day.clone() };
    if from == until {
        let day = long_date(until, lang);
        return say(lang, &format!("Le {day}"), &format!("On {day}"));
    }
    let dates = dates_of_year(lang, from, until);
    match lang {
        Lang::Fr => capital(&dates),
        Lang::En => format!("From {dates}"),
    }
}

fn expected(lang: Lang, alert: &Alert) -> String {
    let (counted, usual, what) = (count(lang, alert.counted), count(lang, alert.usual), what(lang, alert));
    say(
        lang,
        &format!(" : {counted} {what}, là où l’on en attendait {usual}"),
        &format!(": {counted} {what}, where {usual} were expected"),
    )
}

fn above(lang: Lang, alert: &Alert, bound: f64) -> String {
    let (counted, what) = (count(lang, alert.counted), what(lang, alert));
    let of = alert.out_of.unwrap_or(0);
    let share = percent(lang, 100.0 * float(alert.counted) / float(of.max(1)));
    let (of, bound) = (count(lang, of), percent(lang, 100.0 * bound));
    let of = match alert.rule {
        Rule::CrashRate => say(lang, &format!("pour {of} séances"), &format!("in {of} sessions")),
        _ => say(lang, &format!("sur {of}"), &format!("out of {of}")),
    };
    say(
        lang,
        &format!(" : {counted} {what} {of}, soit {share}, au-delà de la limite de {bound}"),
        &format!(": {counted} {what} {of}, or {share}, above the limit of {bound}"),
    )
}

fn worse(lang: Lang, alert: &Alert) -> String {
    let (counted, usual, what) = (count(lang, alert.counted), count(lang, alert.usual), what(lang, alert));
    say(
        lang,
        &format!(" : {counted} {what}, bien plus que le jour de classe d’avant, là où l’on en attendait {usual}"),
        &format!(": {counted} {what}, far more than on the class day before, where {usual} were expected"),
    )
}

fn new(lang: Lang, catalogue: &Catalogue, alert: &Alert) -> String {
    let (counted, what, kind) = (count(lang, alert.counted), what(lang, alert), kind(lang, catalogue, alert));
    let version = alert.version.as_deref().map_or_else(String::new, |version| {
        say(lang, &format!(", dans la version {version}"), &format!(", in version {version}"))
    });
    say(
        lang,
        &format!(" : {counted} {what} d’une sorte qui n’avait pas été vue depuis trois mois, {kind}{version}"),
        &format!(": {counted} {what} of a kind not seen for three months, {kind}{version}"),
    )
}

fn back(lang: Lang, catalogue: &Catalogue, alert: &Alert) -> String {
    let (counted, what, kind) = (count(lang, alert.counted), what(lang, alert), kind(lang, catalogue, alert));
    let version = alert.version.as_deref().unwrap_or_default();
    say(
        lang,
        &format!(
            " : {counted} {what}, {kind}, de retour dans la version {version} après avoir disparu d’une version d’avant"
        ),
        &format!(": {counted} {what}, {kind}, back in version {version} after they had gone from an earlier one"),
    )
}

fn silent(lang: Lang, alert: &Alert) -> String {
    let usual = count(lang, alert.usual);
    say(
        lang,
        &format!(
            " : moins de cinq appareils, ou aucun, là où l’on en compte d’ordinaire {usual}. Si l’école est ouverte, il se peut que le réseau soit coupé ou que les tablettes ne servent plus"
        ),
        &format!(
            ": fewer than five devices, or none, where there usually are {usual}. If the school is open, the network may be down or the tablets no longer in use"
        ),
    )
}

/// ", surtout « réseau », dans la version 2.3.4".
fn mostly(lang: Lang, catalogue: &Catalogue, alert: &Alert) -> String {
    let part = alert.part.as_deref().zip(parts(alert)).and_then(|(slug, list)| word(lang, catalogue, list, slug));
    let part = part.map(|part| say(lang, &format!(", surtout {part}"), &format!(", mostly {part}")));
    let version = alert.version.as_deref().map(|version| {
        say(lang, &format!(", surtout dans la version {version}"), &format!(", mostly in version {version}"))
    });
    part.into_iter().chain(version).collect()
}

/// « mémoire insuffisante » sur l’écran « Documents ».
fn kind(lang: Lang, catalogue: &Catalogue, alert: &Alert) -> String {
    let part = alert.part.as_deref().zip(parts(alert)).and_then(|(slug, list)| word(lang, catalogue, list, slug));
    let screen = alert.screen.as_deref().and_then(|slug| word(lang, catalogue, "screen", slug));
    let screen = screen.map(|screen| say(lang, &format!(" sur l’écran {screen}"), &format!(" on the screen {screen}")));
    format!("{}{}", part.unwrap_or_default(), screen.unwrap_or_default())
}

/// A word of a list, in quotation marks.
fn word(lang: Lang, catalogue: &Catalogue, list: &str, slug: &str) -> Option<String> {
    let words = catalogue.word_list(list)?.words();
    let word = words.iter().find(|word| word.slug == slug)?;
    Some(quote(lang, &word.label.get(lang).replace('\'', "’")))
}

/// What was counted, in words.
fn what(lang: Lang, alert: &Alert) -> &'static str {
    let one = alert.counted == 1;
    let ((fr_one, fr), (en_one, en)) = match alert.measure.as_str() {
        "crash_rate" | "crash_count" => (("arrêt brutal", "arrêts brutaux"), ("crash", "crashes")),
        "error_count" => (("erreur", "erreurs"), ("error", "errors")),
        "sync_success_rate" => (
            ("synchronisation en échec", "synchronisations en échec"),
            ("failed synchronisation", "failed synchronisations"),
        ),
        "load_time" => (
            ("affichage de plus d’une seconde", "affichages de plus d’une seconde"),
            ("display of more than a second", "displays of more than a second"),
        ),
        _ => (("séance", "séances"), ("session", "sessions")),
    };
    if one { lang.pick(fr_one, en_one) } else { lang.pick(fr, en) }
}

/// The list of the words of its parts.
fn parts(alert: &Alert) -> Option<&'static str> {
    match alert.measure.as_str() {
        "crash_rate" | "crash_count" => Some("crash_type"),
        "error_count" => Some("error_class"),
        "sync_success_rate" => Some("sync_outcome"),
        _ => None,
    }
}

fn count(lang: Lang, n: u64) -> String {
    number(lang, float(n))
}

#[expect(clippy::cast_precision_loss, reason = "counts of a few weeks are far below 2⁵³")]
const fn float(n: u64) -> f64 {
    n as f64
}

#[cfg(test)]
mod tests {
    use analytics::watch::{DOWN, Severity, UP};

    use super::*;

    fn alert(rule: Rule, measure: &str, counted: u64, out_of: Option<u64>) -> Alert {
        Alert {
            rule,
            severity: Severity::Notify,
            measure: measure.to_owned(),
            from: "2025-11-18".to_owned(),
            day: "2025-11-18".to_owned(),
            direction: if rule == Rule::VolumeDrop { DOWN } else { UP },
            score: 0.9,
            days: 1,
            counted,
            usual: 6,
            out_of,
            part: None,
            version: None,
            screen: None,
        }
    }

    fn told(lang: Lang, alert: Alert) -> String {
        let catalogue = Catalogue::embedded().unwrap();
        let html = list(lang, &catalogue, &[alert], "nothing", |_| html! {}).into_string();
        let text = html.replace(['\u{202f}', '\u{a0}'], " ");
        text.replace("<ul class=\"watch\"><li><strong>", "").replace("</strong>", "").replace("</li></ul>", "")
    }

    #[test]
    fn each_rule_has_its_sentence() {
        let version = Some("2.3.4".to_owned());
        let week = |alert| Alert { from: "2025-11-17".to_owned(), day: "2025-11-23".to_owned(), days: 7, ..alert };
        let crashes = Alert { version: version.clone(), ..alert(Rule::CrashRate, "crash_rate", 12, Some(80)) };
        let syncs =
            Alert { part: Some("failed".to_owned()), ..alert(Rule::SyncFailure, "sync_success_rate", 30, Some(60)) };
        let loads = week(alert(Rule::Unusual, "load_time", 40, Some(300)));
        let errors =
            Alert { part: Some("disk_full".to_owned()), ..alert(Rule::Worsening, "error_count", 1, Some(300)) };
        let kind = Alert {
            part: Some("out_of_memory".to_owned()),
            screen: Some("documents".to_owned()),
            version,
            ..alert(Rule::NewError, "crash_count", 6, None)
        };
        let back = Alert { rule: Rule::Regression, ..kind.clone() };
        let silent = week(alert(Rule::VolumeDrop, "devices_active", 0, None));
        for (alert, words) in [
            (
                crashes,
                "Le mardi 18 novembre 2025 : 12 arrêts brutaux pour 80 séances, soit 15 %, au-delà de la limite de 5 %, surtout dans la version 2.3.4.",
            ),
            (
                syncs,
                "Le mardi 18 novembre 2025 : 30 synchronisations en échec sur 60, soit 50 %, au-delà de la limite de 20 %, surtout « échouée ».",
            ),
            (loads, "Du 17 au 23 novembre 2025 : 40 affichages de plus d’une seconde, là où l’on en attendait 6."),
            (
                errors,
                "Le mardi 18 novembre 2025 : 1 erreur, bien plus que le jour de classe d’avant, là où l’on en attendait 6, surtout « disque plein ».",
            ),
            (
                kind,
                "Le mardi 18 novembre 2025 : 6 arrêts brutaux d’une sorte qui n’avait pas été vue depuis trois mois, « mémoire insuffisante » sur l’écran « Documents », dans la version 2.3.4.",
            ),
            (
                back,
                "Le mardi 18 novembre 2025 : 6 arrêts brutaux, « mémoire insuffisante » sur l’écran « Documents », de retour dans la version 2.3.4 après avoir disparu d’une version d’avant.",
            ),
            (
                silent,
                "Du 17 au 23 novembre 2025 : moins de cinq appareils, ou aucun, là où l’on en compte d’ordinaire 6. Si l’école est ouverte, il se peut que le réseau soit coupé ou que les tablettes ne servent plus.",
            ),
        ] {
            assert_eq!(told(Lang::Fr, alert), words);
        }
    }

    #[test]
    fn english_has_its_own_words() {
        let alert = alert(Rule::CrashRate, "crash_rate", 12, Some(80));
        let words = "On Tuesday 18 November 2025: 12 crashes in 80 sessions, or 15%, above the limit of 5%.";
        assert_eq!(told(Lang::En, alert), words);
    }
}
