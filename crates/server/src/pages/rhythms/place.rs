//! "Rythmes et points de friction" on the operator's page: when people use the application, and where they wait and get
//! stuck. No school and no person is in it.

use analytics::patterns::BeyondPatterns;
use analytics::patterns::friction::Bottleneck;
use analytics::patterns::habits::Habits;
use calendar::Lang;
use catalogue::Catalogue;
use charts::{Chart, HeatMap, Position, Unit, Value, format};
use maud::{Markup, html};

use super::{beyond, method, school};
use crate::pages::class::or_else;
use crate::pages::words::{drawn, number, percent, say, spaced};

/// Rows and sentences shown at once; the rest is in the programming interface.
const MOST: usize = 8;

/// The section; nothing where the analysis is not approved.
pub(in crate::pages) fn section(lang: Lang, catalogue: &Catalogue, found: &BeyondPatterns) -> Markup {
    if found.withheld.is_some() {
        return html! {};
    }
    html! {
        section class="section" aria-labelledby="rhythms-title" id="rythmes" {
            h2 id="rhythms-title" { (lang.pick("Rythmes", "Rhythms")) }
            (rhythms(lang, catalogue, found))
        }
        section class="section" aria-labelledby="friction-title" id="frictions" {
            h2 id="friction-title" { (lang.pick("Attentes et points de friction", "Waiting and points of friction")) }
            (friction(lang, catalogue, found))
        }
    }
}

fn rhythms(lang: Lang, catalogue: &Catalogue, found: &BeyondPatterns) -> Markup {
    if found.habits.is_empty() {
        return html! { p { (say(lang,
        "Rien ne sort encore du bruit : les heures d’usage paraissent à la clôture d’un mois, un événement par personne.",
        "Nothing stands out of the noise yet: hours of use appear when a month closes, one event a person.")) } };
    }
    let places = lang.pick("d’une circonscription et d’un mois à l’autre", "from one district and month to the next");
    html! {
        ul class="listed" {
            @for habits in found.habits.iter().filter(|one| one.place.is_empty()) { li { (beyond::habits(lang, habits)) } }
            @for link in found.links.found.iter().take(2) { li {
                (school::link(lang, &|name| beyond::cube_title(lang, catalogue, name), link, places))
            } }
        }
        @for habits in found.habits.iter().filter(|one| one.place.is_empty()) { (grid(lang, habits)) }
        @let academies = found.habits.iter().filter(|one| !one.place.is_empty());
        @if academies.clone().next().is_some() {
            details class="card" {
                summary { (lang.pick("Par académie", "By academy")) }
                ul class="listed" { @for habits in academies { li { (beyond::habits(lang, habits)) } } }
            }
        }
        p class="note" { (method::of("hours").caution(lang)) }
        @if !found.links.found.is_empty() { p class="note" { (method::of("link").caution(lang)) } }
    }
}

/// The hours of the week as a heat map. What the noise hides is left empty, never zero.
fn grid(lang: Lang, habits: &Habits) -> Markup {
    let positions = |count: u8, short: &dyn Fn(u8) -> String, long: &dyn Fn(u8) -> String| -> Vec<Position> {
        (0..count).map(|at| Position::new(short(at), long(at))).collect()
    };
    let draw = drawn(lang);
    let rows = positions(7, &|day| format::weekday_short(draw, day + 1).to_owned(), &|day| {
        format::weekday(draw, day + 1).to_owned()
    });
    let columns =
        positions(24, &|hour| if hour % 3 == 0 { format::hour(draw, hour) } else { String::new() }, &|hour| {
            format::hour(draw, hour)
        });
    let value = |day: u8, hour: u8| {
        let slot = habits.grid.iter().find(|slot| slot.weekday == Some(day + 1) && slot.hour == Some(hour));
        slot.and_then(|slot| known(slot.value, slot.error)).map_or(Value::Absent, Value::Known)
    };
    let cells = (0..7).map(|day| (0..24).map(|hour| value(day, hour)).collect()).collect();
    let unit =
        Unit::count(lang.pick("événement tiré", "sampled event"), lang.pick("événements tirés", "sampled events"));
    let error = habits.grid.iter().map(|slot| slot.error).fold(0.0, f64::max);
    let note = say(
        lang,
        &format!(
            "Chaque case est approchée, à {} près dans 95 cas sur 100. Case vide, ou sans donnée : trop peu pour être distingué du bruit.",
            number(lang, error)
        ),
        &format!(
            "Each cell is approximate, within {} in 95 of 100 cases. Empty, or without data: too little to be told from the noise.",
            number(lang, error)
        ),
    );
    let (first, last) = (habits.months.first(), habits.months.last());
    let months = match (first, last) {
        (Some(first), Some(last)) if first != last => {
            say(lang, &format!("{first} à {last}"), &format!("{first} to {last}"))
        }
        (Some(only), _) => only.clone(),
        _ => String::new(),
    };
    let subtitle = say(
        lang,
        &format!("Un événement par personne et par mois, heure locale, tout le pays, {months}"),
        &format!("One event a person and month, local time, whole country, {months}"),
    );
    let title = say(lang, "À quelles heures l’application sert-elle ?", "At what hours is the application used?");
    let map = HeatMap::new(lang.pick("Heure", "Hour"), rows, columns, unit, cells);
    or_else(Chart::new("heures", draw, title, subtitle, map).map(|chart| chart.note(note)), "heures", "")
}

/// A noisy value as far as its error lets it be read; nothing where the noise hides it.
#[expect(clippy::cast_precision_loss, reason = "shown with two digits")]
fn known(value: i64, error: f64) -> Option<f64> {
    let step = 10_f64.powf(error.max(1.0).log10().floor());
    (value as f64 > error).then(|| (value as f64 / step).round() * step)
}

fn friction(lang: Lang, catalogue: &Catalogue, found: &BeyondPatterns) -> Markup {
    let friction = &found.friction;
    if friction.bottlenecks.is_empty() && friction.crashing.is_empty() && friction.stuck.is_empty() {
        return html! { p { (say(lang,
        "Aucun écran ne fait perdre de temps, et aucun parcours ne se bloque plus qu’un autre, d’après ce qui est mesuré.",
        "No screen costs time, and no path gets stuck more than others, from what is measured.")) } };
    }
    html! {
        @if !friction.stuck.is_empty() || !friction.crashing.is_empty() {
            ul class="listed" {
                @for one in friction.crashing.iter().take(MOST) { li { (beyond::crashing(lang, catalogue, one)) } }
                @for one in friction.stuck.iter().take(MOST) { li { (beyond::stuck(lang, catalogue, one)) " "
                    span class="note" { (beyond::share_between(lang, one.low, one.high)) } } }
            }
            @if !friction.stuck.is_empty() { p class="note" { (method::of("dead_end").caution(lang)) } }
        }
        @if !friction.bottlenecks.is_empty() {
            (table(lang, catalogue, &friction.bottlenecks))
            p class="note" { (spaced(lang, &method::of("bottleneck").method(lang))) " " (method::of("bottleneck").caution(lang)) }
        }
    }
}

fn table(lang: Lang, catalogue: &Catalogue, bottlenecks: &[Bottleneck]) -> Markup {
    let caption = say(lang, "Où l’on attend le plus", "Where people wait most");
    let screens = catalogue.word_list("screen");
    let name = |slug: &str| screens.map_or(slug, |list| list.label(slug, lang)).replace('\'', "’");
    html! {
        div class="card" { div class="table-scroll" role="region" tabindex="0" aria-label=(caption) {
            table class="table" {
                caption { (caption) }
                thead { tr {
                    th scope="col" { (lang.pick("Écran", "Screen")) }
                    th scope="col" { (lang.pick("Temps perdu", "Time lost")) }
                    th scope="col" { (lang.pick("Entre, dans 95 cas sur 100", "Between, in 95 of 100 cases")) }
                    th scope="col" { (lang.pick("Affichages", "Displays")) }
                    th scope="col" { (lang.pick("Au-delà d’une seconde", "Beyond a second")) }
                    th scope="col" { (lang.pick("La moitié sous", "Half below")) }
                    th scope="col" { (lang.pick("Part des pas qui y mènent", "Share of steps that lead there")) }
                } }
                tbody { @for one in bottlenecks.iter().take(MOST) { tr {
                    th scope="row" { (name(&one.screen)) }
                    td { (beyond::waited(lang, one.lost_h)) }
                    td { (beyond::waited(lang, one.low_h)) " – " (beyond::waited(lang, one.high_h)) }
                    td { (number(lang, count(one.loads))) }
                    td { (percent(lang, 100.0 * one.slow)) }
                    td { (format::duration(drawn(lang), one.median_ms)) }
                    td { @match one.reached.zip(one.reached_error) {
                        Some((share, error)) => { (lang.pick("environ ", "about ")) (percent(lang, 100.0 * share)) " (± " (percent(lang, 100.0 * error)) ")" },
                        None => (lang.pick("perdue dans le bruit", "lost in the noise")),
                    } }
                } } }
            }
        } }
    }
}

#[expect(clippy::cast_precision_loss, reason = "shown as a whole number")]
const fn count(n: u64) -> f64 {
    n as f64
}
