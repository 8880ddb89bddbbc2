//! Words of `Mes droits`: tables, columns, actions and states, as people read them.

use calendar::Lang;
use catalogue::{Catalogue, PropertyKind};
use serde_json::Value;

/// A table.
pub(super) fn table(lang: Lang, name: &str) -> &str {
    let (fr, en) = match name {
        "person_day" => ("Par jour, jusqu’à la clôture de la semaine", "By day, until the week has closed"),
        "person_week" => ("Par semaine", "By week"),
        "pupil_week" => ("Par semaine, pour l’élève", "By week, for the pupil"),
        "install_day" => ("L’appareil, par jour", "The device, by day"),
        "journal" => ("Reçu à l’instant, pas encore rangé", "Just received, not sorted yet"),
        "roster" => ("La liste de classe", "The class roster"),
        "session" => ("Connexions ouvertes", "Open sessions"),
        "feedback" => ("Avis sur les pistes", "Feedback on suggestions"),
        _ => return name,
    };
    lang.pick(fr, en)
}

/// A column.
pub(super) fn column(lang: Lang, name: &str) -> &str {
    let (fr, en) = match name {
        "day" => ("jour", "day"),
        "week" => ("semaine du", "week of"),
        "hour" => ("heure", "hour"),
        "role" => ("en tant que", "acting as"),
        "class" => ("classe", "class"),
        "event" => ("quoi", "what"),
        "facet" => ("précision", "detail"),
        "outcome" => ("issue", "outcome"),
        "domain" => ("domaine", "domain"),
        "theme" => ("thématique", "theme"),
        "objective" => ("objectif", "objective"),
        "n" => ("nombre", "count"),
        "duration_ms" => ("durée (ms)", "duration (ms)"),
        "volume_kb" => ("volume (ko)", "volume (kB)"),
        "late" => ("arrivé tard", "came late"),
        "sampled" => ("tiré au sort", "drawn"),
        "app_version" => ("version", "version"),
        "platform" => ("système", "platform"),
        "sessions" => ("séances", "sessions"),
        "crashes" => ("arrêts brutaux", "crashes"),
        "batches" => ("envois", "batches"),
        "first_no" => ("premier envoi", "first batch"),
        "last_no" => ("dernier envoi", "last batch"),
        "lost" => ("événements perdus", "events lost"),
        "school_year" => ("année scolaire", "school year"),
        "kind" => ("qualité", "standing"),
        "rule" => ("piste", "suggestion"),
        "useful" => ("utile", "useful"),
        "expires_at" => ("se ferme à (secondes depuis 1970)", "ends at (seconds since 1970)"),
        _ => return name,
    };
    lang.pick(fr, en)
}

/// A value of a row, in words where the catalogue has some.
pub(super) fn value(catalogue: &Catalogue, lang: Lang, event: Option<&str>, column: &str, value: &Value) -> String {
    let text = match value {
        Value::Bool(true) => return lang.pick("oui", "yes").to_owned(),
        Value::Bool(false) => return lang.pick("non", "no").to_owned(),
        Value::String(text) => text,
        other => return other.to_string(),
    };
    let kind = event.and_then(|event| catalogue.event(event));
    let place = kind.and_then(|kind| match column {
        "facet" => kind.fold.facet,
        "outcome" => kind.fold.outcome,
        "domain" => kind.fold.pupil?.domain,
        "theme" => kind.fold.pupil?.theme,
        _ => None,
    });
    let property = kind.zip(place).and_then(|(kind, place)| kind.properties.get(usize::from(place)));
    let list = match property.map(|property| property.kind) {
        Some(PropertyKind::Word(list)) => catalogue.word_list_by_index(list),
        _ => None,
    };
    match (column, kind, list) {
        ("event", ..) if text == store::ACTIVE_DAYS => lang
            .pick("jours d’activité de la semaine (leur nombre)", "active days of the week (their number)")
            .to_owned(),
        ("event", ..) => catalogue.event(text).map_or(text.as_str(), |event| event.title.get(lang)).to_owned(),
        (_, _, Some(list)) => list.label(text, lang).to_owned(),
        ("class", ..) => text.replace("class ", lang.pick("classe ", "class ")),
        ("objective", ..) => text.replace("objective ", lang.pick("objectif ", "objective ")),
        ("rule", ..) => rule(catalogue, lang, text),
        ("role" | "kind", ..) => role(lang, text).to_owned(),
        _ => text.clone(),
    }
}

/// The title of a rule of suggestions.
fn rule(catalogue: &Catalogue, lang: Lang, slug: &str) -> String {
    catalogue.recommendation(slug).map_or(slug, |known| known.title.get(lang)).replace('\'', "’")
}

fn role(lang: Lang, slug: &str) -> &str {
    let (fr, en) = match slug {
        "teacher" => ("enseignant", "teacher"),
        "pupil" => ("élève", "pupil"),
        "parent" | "family" => ("famille", "family"),
        "school_head" => ("direction", "head"),
        _ => return slug,
    };
    lang.pick(fr, en)
}

/// A line of the audit log.
pub(super) fn logged(lang: Lang, action: &str) -> &str {
    let (fr, en) = match action {
        "view" => ("consultation", "view"),
        "sign_in" => ("connexion", "sign-in"),
        _ => return action,
    };
    lang.pick(fr, en)
}

/// What was asked.
pub(super) fn action(lang: Lang, slug: &str) -> &str {
    let (fr, en) = match slug {
        "access" => ("accès", "access"),
        "rectify" => ("rectification", "rectification"),
        "erase" => ("effacement", "erasure"),
        "restrict" => ("limitation", "restriction"),
        "object" => ("opposition", "objection"),
        _ => return slug,
    };
    lang.pick(fr, en)
}

/// Where a request stands.
pub(super) fn state(lang: Lang, slug: &str) -> &str {
    let (fr, en) = match slug {
        "open" => ("en cours", "under way"),
        "active" => ("en vigueur", "in force"),
        "done" => ("répondue", "answered"),
        "refused" => ("refusée, avec le motif", "refused, with the reason"),
        _ => return slug,
    };
    lang.pick(fr, en)
}
