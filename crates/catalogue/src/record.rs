//! The record of processing activities (GDPR, article 30), made from the dictionary, so that it can name nothing that the
//! software does not do and leave out nothing that it may collect. What only the controller knows is marked to be
//! filled in. Plain structures and Markdown are made here; whoever wants JSON serialises the structures.

mod common;
mod markdown;

use serde::Serialize;

use crate::{Catalogue, Cube, CubeSource, Emitter, EventType, Lang, LegalBasis, Measure, Origin};

/// The whole record, in one language.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct ProcessingRecord {
    /// The language of every text in it.
    pub lang: &'static str,
    /// The digest of the dictionary it was made from.
    pub catalogue_digest: String,
    /// What the controller has to fill in: what is asked, and the mark that stands for the answer.
    pub to_fill_in: Vec<ToFillIn>,
    /// One activity a purpose and legal basis, in the dictionary's order; then those that serve all of them.
    pub activities: Vec<ProcessingActivity>,
    /// The technical and organisational measures, the same for every activity.
    pub security: Vec<String>,
}

/// A question only the controller can answer.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct ToFillIn {
    /// What is asked.
    pub what: String,
    /// The mark that stands for the answer.
    pub answer: String,
}

/// An activity of processing: what is done for one purpose under one legal basis.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct ProcessingActivity {
    /// What it is for.
    pub purpose: String,
    /// Who decides about it.
    pub controller: String,
    /// The legal basis proposed; the controller may set another.
    pub legal_basis: String,
    /// Categories of persons.
    pub persons: Vec<String>,
    /// Categories of data.
    pub data: Vec<RecordedData>,
    /// In which form it is kept.
    pub kept_as: Vec<String>,
    /// How long.
    pub retention: Vec<String>,
    /// Categories of recipients, and under which protection.
    pub recipients: Vec<String>,
    /// The committee's decisions without which nothing is computed from it.
    pub decisions: Vec<String>,
    /// Transfers to third countries.
    pub transfers: String,
}

/// A category of data: an event type of the dictionary, or something the software keeps for itself.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct RecordedData {
    /// What people call it.
    pub title: String,
    /// Its name on the wire, where it is an event type.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub event: Option<String>,
    /// What it says.
    pub holds: Vec<String>,
    /// Whether it is off until the establishment turns it on.
    pub opt_in: bool,
}

impl ProcessingRecord {
    /// The record as a document to read, print and complete.
    pub fn markdown(&self, lang: Lang) -> String {
        markdown::write(self, lang)
    }
}

pub(crate) fn record(catalogue: &Catalogue, lang: Lang) -> ProcessingRecord {
    let mut groups: Vec<(&str, LegalBasis, Vec<&EventType>)> = Vec::new();
    for event in catalogue.events() {
        let purpose = event.purpose.fr.as_str();
        match groups.iter_mut().find(|(known, basis, _)| *known == purpose && *basis == event.legal_basis) {
            Some((_, _, events)) => events.push(event),
            None => groups.push((purpose, event.legal_basis, vec![event])),
        }
    }
    let mut activities: Vec<ProcessingActivity> =
        groups.iter().map(|(_, basis, events)| activity(catalogue, *basis, events, lang)).collect();
    activities.extend(common::activities(lang));
    ProcessingRecord {
        lang: lang.code(),
        catalogue_digest: catalogue.digest().to_owned(),
        to_fill_in: common::to_fill_in(lang),
        activities,
        security: common::security(lang),
    }
}

fn activity(catalogue: &Catalogue, basis: LegalBasis, events: &[&EventType], lang: Lang) -> ProcessingActivity {
    let measures: Vec<&Measure> = catalogue
        .measures()
        .iter()
        .filter(|measure| events.iter().any(|event| measure.events.contains(&event.index)))
        .collect();
    let mut recipients: Vec<String> = Vec::new();
    for origin in [Origin::Own, Origin::Frozen, Origin::Technical] {
        if measures.iter().any(|measure| measure.leaves_as(origin)) {
            recipients.push(recipient(origin, lang));
        }
    }
    let feeds = |cube: &&Cube| events.iter().any(|event| feeds(catalogue, event, cube));
    let cubes: Vec<&Cube> = catalogue.cubes().iter().filter(feeds).collect();
    if !cubes.is_empty() {
        recipients.push(beyond(&cubes, lang));
    }
    if recipients.is_empty() {
        recipients.push(
            lang.pick("aucun\u{202f}: rien n’en est montré à ce jour", "none: nothing of it is shown so far")
                .to_owned(),
        );
    }
    ProcessingActivity {
        purpose: events.first().map_or_else(String::new, |event| typeset(event.purpose.get(lang), lang)),
        controller: common::controller(basis, lang).to_owned(),
        legal_basis: typeset(basis.label(lang), lang),
        persons: distinct(events.iter().flat_map(|event| persons(event)).map(|(fr, en)| lang.pick(fr, en).to_owned())),
        data: events.iter().map(|event| data(event, lang)).collect(),
        kept_as: distinct(events.iter().flat_map(|event| forms(event)).map(|(fr, en)| lang.pick(fr, en).to_owned())),
        retention: retention(events, lang),
        recipients,
        decisions: distinct(
            (measures.iter().map(|measure| catalogue.decision_of(measure)))
                .chain(cubes.iter().map(|cube| catalogue.decision_of_cube(cube)))
                .map(|decision| typeset(decision.title.get(lang), lang)),
        ),
        transfers: common::transfers(lang).to_owned(),
    }
}

/// Who receives what leaves by a way out, in the words of the exit gate.
fn recipient(origin: Origin, lang: Lang) -> String {
    let who = match origin {
        Origin::Own => lang.pick("l’enseignant de la classe", "the teacher of the class"),
        Origin::Frozen => lang.pick("la direction de l’école", "the head of the school"),
        Origin::Technical => {
            lang.pick("la direction de l’école et l’exploitant", "the head of the school and the operator")
        }
    };
    format!("{who} ({})", typeset(origin.label(lang), lang))
}

/// Whether a cube counts anything that comes from an event type.
fn feeds(catalogue: &Catalogue, event: &EventType, cube: &Cube) -> bool {
    match cube.source {
        CubeSource::Measure { measure, .. } => catalogue.measures()[usize::from(measure)].events.contains(&event.index),
        CubeSource::Hours => event.fold.person,
        CubeSource::Paths => event.fold.path.is_some(),
    }
}

/// Who receives cubes: everybody beyond the establishment receives the same.
fn beyond(cubes: &[&Cube], lang: Lang) -> String {
    let titles: Vec<String> = cubes.iter().map(|cube| typeset(cube.title.get(lang), lang)).collect();
    let titles = titles.join(", ");
    match lang {
        Lang::Fr => format!(
            "au-delà de l’établissement, tous les mêmes chiffres\u{202f}: administration, recherche, exploitant, public \
             (comptages mensuels avec bruit, par circonscription ou plus large\u{202f}: {titles})"
        ),
        Lang::En => format!(
            "beyond the establishment, the same figures for all: administration, research, operator, public \
             (monthly counts with noise, by district or wider: {titles})"
        ),
    }
}

fn data(event: &EventType, lang: Lang) -> RecordedData {
    RecordedData {
        title: typeset(event.title.get(lang), lang),
        event: Some(event.name.clone()),
        holds: event.properties.iter().map(|property| typeset(property.description.get(lang), lang)).collect(),
        opt_in: event.opt_in,
    }
}

/// Whom an event is about when it arrives.
fn persons(event: &EventType) -> Vec<(&'static str, &'static str)> {
    let emitter = |emitter: &Emitter| match emitter {
        Emitter::Teacher => ("enseignants et directions d’école", "teachers and heads of school"),
        Emitter::Parent => ("familles", "families"),
        Emitter::Pupil => ("élèves", "pupils"),
        Emitter::System => ("toute personne qui tient l’appareil", "anybody who holds the device"),
    };
    let pupils = event.pupils.then_some(("élèves", "pupils"));
    let family = event.family.then_some(("familles", "families"));
    event.emitters.iter().map(emitter).chain(pupils).chain(family).collect()
}

/// What becomes of an event once it is folded.
fn forms(event: &EventType) -> Vec<(&'static str, &'static str)> {
    let fold = &event.fold;
    [
        (
            fold.person,
            (
                "totaux par personne, sous pseudonyme, par jour puis par semaine",
                "totals per person, under a pseudonym, by day and then by week",
            ),
        ),
        (
            fold.pupil.is_some(),
            ("totaux par élève, sous pseudonyme, par semaine", "totals per pupil, under a pseudonym, by week"),
        ),
        (
            fold.install.is_some(),
            (
                "totaux par appareil, sous pseudonyme, jusqu’à la clôture de la semaine",
                "totals per device, under a pseudonym, until the week has closed",
            ),
        ),
        (
            fold.path.is_some() || !fold.histograms.is_empty() || !fold.counters.is_empty(),
            ("comptages sans personne", "counts without any person"),
        ),
    ]
    .into_iter()
    .filter_map(|(is, words)| is.then_some(words))
    .collect()
}

/// "13 mois", or with several durations which event types each is for.
fn retention(events: &[&EventType], lang: Lang) -> Vec<String> {
    let durations = distinct(events.iter().map(|event| event.retention.label(lang)));
    if durations.len() < 2 {
        return durations;
    }
    let titles = |duration: &String| {
        let titles: Vec<String> = events
            .iter()
            .filter(|event| event.retention.label(lang) == *duration)
            .map(|event| typeset(event.title.get(lang), lang))
            .collect();
        titles.join(", ")
    };
    durations.iter().map(|duration| format!("{duration} ({})", titles(duration))).collect()
}

fn distinct<T: PartialEq>(items: impl Iterator<Item = T>) -> Vec<T> {
    let mut kept = Vec::new();
    for item in items {
        if !kept.contains(&item) {
            kept.push(item);
        }
    }
    kept
}

/// The dictionary is written with straight apostrophes and plain spaces; a document is not.
fn typeset(text: &str, lang: Lang) -> String {
    let text = text.replace('\'', "’");
    match lang {
        Lang::Fr => [" :", " ;", " !", " ?", " %"]
            .iter()
            .fold(text, |text, sign| text.replace(sign, &sign.replace(' ', "\u{202f}"))),
        Lang::En => text,
    }
}
