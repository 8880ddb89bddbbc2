//! Activity per pupil, in the order of their numbers: nobody is ranked. Those without an item come first, in words, with
//! the rule that selects them.

use std::collections::{BTreeMap, BTreeSet};

use charts::{Bar, Bars, Position, Unit};
use maud::{Markup, html};

use super::plots;
use crate::pages::scene::Scene;
use crate::pages::weeks::Week;
use crate::pages::words::{list, name_of_one, number, say};

/// What is shown of a pupil.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Pupil {
    /// "07".
    pub(super) label: String,
    pub(super) items: f64,
    pub(super) linked: f64,
    /// The weeks with an item, oldest first, as places in the range.
    pub(super) weeks: Vec<usize>,
}

/// The pupils of the class, in the order of their numbers: those on the roster, and others seen in events.
pub(super) fn pupils(scene: &Scene<'_>) -> Vec<Pupil> {
    let items: BTreeMap<&str, f64> =
        scene.figures.split("pupil_traces", &scene.range.label, "pupil").iter().copied().collect();
    let enrolled = scene.whole("pupils_documented_of").unwrap_or(0.0);
    let mut labels: BTreeSet<String> = items.keys().map(|label| (*label).to_owned()).collect();
    let mut nth = 1_u32;
    while f64::from(nth) <= enrolled {
        labels.insert(format!("{nth:02}"));
        nth += 1;
    }
    let mut pupils: Vec<Pupil> = labels
        .into_iter()
        .map(|label| Pupil {
            items: items.get(label.as_str()).copied().unwrap_or(0.0),
            linked: scene.figures.word("domain_coverage", &scene.range.label, "pupil", &label).unwrap_or(0.0),
            weeks: Vec::new(),
            label,
        })
        .collect();
    // One pass over the weeks: each holds the pupils who have something in it.
    for (at, week) in scene.weeks.list().iter().enumerate() {
        for (label, value) in scene.figures.split("pupil_traces", &week.label, "pupil") {
            if let Ok(found) = pupils.binary_search_by(|pupil| pupil.label.as_str().cmp(label))
                && *value > 0.0
            {
                pupils[found].weeks.push(at);
            }
        }
    }
    pupils
}

/// The section on pupils.
pub(super) fn section(scene: &Scene<'_>) -> Markup {
    let lang = scene.lang();
    let pupils = pupils(scene);
    let has_items = pupils.iter().any(|pupil| pupil.items > 0.0);
    html! {
        section class="section" aria-labelledby="pupils-title" {
            h2 id="pupils-title" { (lang.pick("Élèves et domaines", "Pupils and domains")) }
            p class="lead" { (say(lang,
                "Chaque élève a un numéro, le même toute l’année scolaire. Aucun nom n’est connu du serveur.",
                "Each pupil has a number, the same all school year. The server knows no name.")) }
            (without(scene, &pupils))
            div class="charts" {
                @if has_items { (chart(scene, &pupils)) }
                (plots::domains(scene))
            }
            @if has_items { (table(scene, &pupils)) }
        }
    }
}

fn named(scene: &Scene<'_>, label: &str) -> String {
    format!("{}\u{a0}{label}", scene.lang().pick("Élève", "Pupil"))
}

/// Pupils without an item, in words.
fn without(scene: &Scene<'_>, pupils: &[Pupil]) -> Markup {
    let lang = scene.lang();
    let without: Vec<String> =
        pupils.iter().filter(|pupil| pupil.items < 0.5).map(|pupil| named(scene, &pupil.label)).collect();
    let rule = say(
        lang,
        &format!(
            "Règle : élèves de la liste de la classe sans aucune trace {}. « Sans trace » ne dit rien d’autre : une absence, un cahier papier ou une tablette éteinte se ressemblent d’ici.",
            scene.name.within
        ),
        &format!(
            "Rule: pupils on the class list without any item {}. “Without items” says nothing else: an absence, a paper folder or a tablet switched off look the same from here.",
            scene.name.within
        ),
    );
    html! {
        h3 id="sans-trace" { (lang.pick("Élèves sans trace", "Pupils without items")) }
        p class="rule" { (rule) }
        @if pupils.is_empty() {
            p class="lead" { (say(lang,
                "La liste de la classe n’est pas arrivée : seuls les élèves avec une trace peuvent être comptés.",
                "The class list has not arrived: only pupils with an item can be counted.")) }
        } @else if without.is_empty() {
            p class="listed" { strong { (say(lang, "Aucun élève sans trace.", "No pupil without items.")) } " "
                (say(lang, "Chaque élève de la liste en a au moins une.", "Each pupil on the list has at least one.")) }
        } @else if without.len() == pupils.len() {
            p class="listed" { strong { (say(lang, "Aucun élève n’a de trace.", "No pupil has an item.")) } }
        } @else {
            p class="listed" { strong { (number(lang, super::to_float(without.len()))) " " (lang.pick("sur", "of")) " "
                (number(lang, super::to_float(pupils.len()))) } (lang.pick("\u{202f}: ", ": ")) (list(lang, &without)) "." }
        }
    }
}

/// Items per pupil, in the order of the numbers.
fn chart(scene: &Scene<'_>, pupils: &[Pupil]) -> Markup {
    let lang = scene.lang();
    let (one, many) = name_of_one("pupil_traces", lang);
    let bars = Bars::vertical(lang.pick("Élève", "Pupil"), Unit::count(one, many)).bars(
        pupils
            .iter()
            .map(|pupil| Bar::at(Position::new(pupil.label.clone(), named(scene, &pupil.label)), pupil.items).ours()),
    );
    let title = lang.pick("Combien de traces pour chaque élève ?", "How many items for each pupil?");
    let subtitle = lang.pick(
        "Traces où figure l’élève, dans l’ordre des numéros",
        "Items that show the pupil, in the order of the numbers",
    );
    let note = say(
        lang,
        "Une trace à deux élèves compte pour chacun. L’ordre est celui des numéros, jamais un classement.",
        "An item with two pupils counts for each. The order is that of the numbers, never a ranking.",
    );
    let chart = scene.chart("eleves", title, subtitle, bars).map(|chart| chart.note(note));
    let why = say(lang, "La liste des élèves n’est pas encore arrivée.", "The pupils’ list has not arrived yet.");
    plots::or_else(chart, "eleves", &why)
}

/// Every pupil in a row.
fn table(scene: &Scene<'_>, pupils: &[Pupil]) -> Markup {
    let lang = scene.lang();
    let caption = format!("{}, {}", lang.pick("Traces par élève", "Items per pupil"), scene.name.within);
    let heads = [
        lang.pick("Traces", "Items"),
        lang.pick("Reliées à un objectif", "Linked to an objective"),
        lang.pick("Semaines avec trace", "Weeks with items"),
    ];
    let last = |pupil: &Pupil| -> Option<&Week> { scene.weeks.list().get(*pupil.weeks.last()?) };
    html! {
        div class="card" {
            div class="table-scroll" role="region" tabindex="0" aria-label=(caption) {
                table class="table" {
                    caption { (caption) }
                    thead { tr {
                        th scope="col" { (lang.pick("Élève", "Pupil")) }
                        @for head in heads { th scope="col" class="num" { (head) } }
                        th scope="col" { (lang.pick("Dernière semaine avec trace", "Last week with items")) }
                    } }
                    tbody { @for pupil in pupils { tr {
                        th scope="row" { (named(scene, &pupil.label)) }
                        td class="num" data-value=(pupil.items) { (number(lang, pupil.items)) }
                        td class="num" data-value=(pupil.linked) { (number(lang, pupil.linked)) }
                        td class="num" data-value=(pupil.weeks.len()) { (pupil.weeks.len()) }
                        td class="when" { @match last(pupil) {
                            Some(week) => (scene.weeks.short(week)),
                            None => "–",
                        } }
                    } } }
                }
            }
        }
    }
}
