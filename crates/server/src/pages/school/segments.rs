//! How many teachers are in each segment of use, as it left when the school period closed: numbers, never names.

use charts::{Bar, Bars, Unit};
use maud::{Markup, html};

use crate::pages::class::or_else;
use crate::pages::scene::Scene;
use crate::pages::words::say;

const MEASURE: &str = "teachers_by_segment";
const SPLIT: &str = "segment";

/// The chart; nothing where no segment of the range stands alone. Segments are in the catalogue's order, never by size.
pub(super) fn counts(scene: &Scene<'_>) -> Markup {
    let lang = scene.lang();
    let Some(list) = scene.setting.catalogue.word_list(SPLIT) else { return html! {} };
    let cells = scene.figures.split(MEASURE, &scene.range.label, SPLIT);
    let value = |word: &str| cells.iter().find(|(one, _)| *one == word).map(|(_, value)| *value);
    let mut bars: Vec<(String, f64)> = list
        .words()
        .iter()
        .filter_map(|word| Some((word.label.get(lang).replace('\'', "’"), value(&word.slug)?)))
        .collect();
    if bars.is_empty() {
        return html! {};
    }
    let others = value("autres").filter(|others| *others > 0.0);
    bars.extend(others.map(|others| (lang.pick("Autres, ensemble", "Others, together").to_owned(), others)));
    let unit = Unit::count(lang.pick("enseignant", "teacher"), lang.pick("enseignants", "teachers"));
    let bars = Bars::horizontal(lang.pick("Profil", "Segment"), unit)
        .bars(bars.into_iter().map(|(name, value)| Bar::new(name, value).ours()));
    let title = lang.pick("Comment l’application est-elle utilisée ?", "How is the application used?");
    let subtitle = lang.pick(
        "Enseignants par profil d’usage, à la fin de la période",
        "Teachers by segment of use, at the end of the period",
    );
    let note = say(
        lang,
        "Un profil décrit l’usage d’un outil ; aucun n’est meilleur qu’un autre. Personne d’autre que l’enseignant ne connaît le sien.",
        "A segment describes the use of a tool; none is better than another. Nobody but the teacher knows her own.",
    );
    or_else(scene.chart("profils", title, subtitle, bars).map(|chart| chart.note(note)), "profils", "")
}
