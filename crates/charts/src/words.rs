//! The few sentences this crate writes by itself, in both languages.

use crate::{Lang, format};

/// What stands for a withheld figure, wherever it would be: "moins de 5 personnes, ou aucune".
pub fn withheld(lang: Lang, threshold: u32) -> String {
    match lang {
        Lang::Fr => format!("moins de {threshold} personnes, ou aucune"),
        Lang::En => format!("fewer than {threshold} people, or none"),
    }
}

/// What stands for a figure that does not exist and has no better name.
pub fn absent(lang: Lang) -> &'static str {
    lang.pick("pas de donnée", "no data")
}

/// The short form for a mark on a drawing.
pub(crate) fn withheld_short(lang: Lang, threshold: u32) -> String {
    match lang {
        Lang::Fr => format!("moins de {threshold}"),
        Lang::En => format!("under {threshold}"),
    }
}

pub(crate) fn see_table(lang: Lang) -> &'static str {
    lang.pick("Voir le tableau", "See the table")
}

pub(crate) fn source(lang: Lang) -> String {
    format!("Source{}", format::colon(lang))
}

pub(crate) fn unfinished(lang: Lang) -> &'static str {
    lang.pick("période en cours", "period not over yet")
}

pub(crate) fn forecast(lang: Lang) -> &'static str {
    lang.pick("prévision", "forecast")
}

pub(crate) fn not_from_zero(lang: Lang) -> &'static str {
    lang.pick("L’axe ne commence pas à zéro.", "The axis does not start at zero.")
}

pub(crate) fn between_column(lang: Lang, name: &str) -> String {
    match lang {
        Lang::Fr => format!("{name} (entre)"),
        Lang::En => format!("{name} (between)"),
    }
}

pub(crate) fn previous_column(lang: Lang) -> &'static str {
    lang.pick("Période précédente", "Previous period")
}

pub(crate) fn from_to(lang: Lang, low: &str, high: &str) -> String {
    match lang {
        Lang::Fr => format!("de {low} à {high}"),
        Lang::En => format!("from {low} to {high}"),
    }
}

pub(crate) fn nothing_known(lang: Lang) -> &'static str {
    lang.pick("Aucune valeur publiée.", "No published value.")
}
