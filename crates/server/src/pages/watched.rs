//! Alerts in sentences that say what was counted, what was expected, and which part and version moved. One school and the
//! whole system are told alike.

use analytics::watch::{Alert, CRASH_SHARE, Rule, SYNC_SHARE};
use calendar::{Lang, long_date};
use catalogue::Catalogue;
use jiff::civil::Date;
use maud::{Markup, html};

use super::words::{number, percent, quote, say};

/// The list of alerts, one sentence each; `nothing` where there is none.
pub(super) fn list(lang: Lang, catalogue: &Catalogue, alerts: &[Alert], nothing: &str) -> Markup {
    html! {
        @if alerts.is_empty() {
            p { (nothing) }
        } @else {
            ul class="watch" { @for alert in alerts { li { (sentence(lang, catalogue, alert)) } } }
        }
    }
}

/// One alert in a sentence.
fn sentence(lang: Lang, catalogue: &Catalogue, alert: &Alert) -> Markup {
    let told = match alert.rule {
        Rule::Unusual => expected(lang, alert),
        Rule::CrashRate => above(lang, alert, CRASH_SHARE),
        Rule::SyncFailure => above(lang, alert, SYNC_SHARE),
        Rule::Worsening => worse(lang, alert),
        Rule::NewError => new(lang, catalogue, alert),
        Rule::Regression => back(lang, catalogue, alert),
        Rule::VolumeDrop if alert.measure == "devices_active" => silent(lang, alert),
        Rule::VolumeDrop => expected(lang, alert),
    };
    // A new kind is named by its part, which says so itself.
    let mostly = if matches!(alert.rule, Rule::NewError | Rule::Regression) {
        String::new()
    } else {
        mostly(lang, catalogue, alert)
    };
    html! { strong { (when(lang, alert)) } (told) (mostly) "." }
}

fn when(lang: Lang, alert: &Alert) -> String {
    let day = |text: &str| text.parse().map_or_else(|_| text.to_owned(), |day: Date| long_date(day, lang));
    let (from, until) = (day(&alert.from), day(&alert.day));
    match alert.days {
        0 | 1 => say(lang, &format!("Le {until}"), &format!("On {until}")),
        days if alert.measure == "devices_active" => say(
            lang,
            &format!("Depuis le {from}, pendant {days} jours de classe au moins"),
            &format!("Since {from}, for {days} class days at least"),
        ),
        days => say(
            lang,
            &format!("Pendant {days} jours de classe, jusqu’au {until}"),
            &format!("For {days} class days, until {until}"),
        ),
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
            " : moins de cinq appareils, ou aucun, là où l’on en compte d’ordinaire {usual} par jour. Si l’école est ouverte, il se peut que le réseau soit coupé ou que les tablettes ne servent plus"
        ),
        &format!(
            ": fewer than five devices, or none, where there usually are {usual} a day. If the school is open, the network may be down or the tablets no longer in use"
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
