//! The record of processing as Markdown: a table to complete, one table an activity, the measures of security.

use std::fmt::Write;

use super::{ProcessingActivity, ProcessingRecord, RecordedData};
use crate::Lang;

pub(super) fn write(record: &ProcessingRecord, lang: Lang) -> String {
    let mut text = String::new();
    // Writing to a string cannot fail; `add` keeps that in one place.
    let mut add = |line: std::fmt::Arguments<'_>| {
        let _ = writeln!(text, "{line}");
    };
    add(format_args!("# {}\n", lang.pick("Registre des activités de traitement", "Record of processing activities")));
    add(format_args!("{}\n", introduction(record, lang)));
    add(format_args!("## {}\n", lang.pick("À compléter par l’établissement", "For the establishment to fill in")));
    add(format_args!("| | |\n|---|---|"));
    for question in &record.to_fill_in {
        add(format_args!("| {} | {} |", cell(&question.what), cell(&question.answer)));
    }
    add(format_args!("\n## {}", lang.pick("Activités", "Activities")));
    for (at, activity) in record.activities.iter().enumerate() {
        add(format_args!("\n### {}. {}\n", at + 1, activity.purpose.trim_end_matches('.')));
        add(format_args!("| | |\n|---|---|"));
        for (what, words) in rows(activity, lang) {
            add(format_args!("| {what} | {} |", cell(&words)));
        }
    }
    add(format_args!("\n## {}\n", lang.pick("Mesures de sécurité", "Measures of security")));
    for measure in &record.security {
        add(format_args!("- {measure}"));
    }
    text
}

fn introduction(record: &ProcessingRecord, lang: Lang) -> String {
    let digest = &record.catalogue_digest;
    match lang {
        Lang::Fr => format!(
            "Au sens de l’article 30 du RGPD. Ce registre est tiré du catalogue du logiciel par la commande \
             `ecarnet-stats governance record`\u{202f}: il nomme tout ce qui peut être recueilli, et rien d’autre. \
             Empreinte du catalogue\u{202f}: `{digest}`. Un pseudonyme reste une donnée personnelle."
        ),
        Lang::En => format!(
            "Under article 30 of the GDPR. This record is made from the software’s catalogue by the command \
             `ecarnet-stats governance record`: it names everything that may be collected, and nothing else. \
             Digest of the catalogue: `{digest}`. A pseudonym remains personal data."
        ),
    }
}

fn rows(activity: &ProcessingActivity, lang: Lang) -> Vec<(&'static str, String)> {
    let list = |items: &[String]| items.join(lang.pick("\u{202f}; ", "; "));
    let data: Vec<String> = activity.data.iter().map(|data| data_words(data, lang)).collect();
    let mut rows = vec![
        (lang.pick("Responsable", "Controller"), activity.controller.clone()),
        (lang.pick("Base légale proposée", "Legal basis proposed"), activity.legal_basis.clone()),
        (lang.pick("Personnes concernées", "Persons concerned"), list(&activity.persons)),
        (lang.pick("Données", "Data"), data.join("<br>")),
        (lang.pick("Gardées comme", "Kept as"), list(&activity.kept_as)),
        (lang.pick("Durée", "For how long"), list(&activity.retention)),
        (lang.pick("Destinataires", "Recipients"), list(&activity.recipients)),
    ];
    if !activity.decisions.is_empty() {
        rows.push((lang.pick("Décisions du comité", "Decisions of the committee"), list(&activity.decisions)));
    }
    rows.push((lang.pick("Transferts hors de l’Union", "Transfers outside the Union"), activity.transfers.clone()));
    rows
}

fn data_words(data: &RecordedData, lang: Lang) -> String {
    let mut words = data.title.clone();
    if let Some(event) = &data.event {
        let _ = write!(words, " (`{event}`)");
    }
    if !data.holds.is_empty() {
        let _ = write!(words, "{}{}", lang.pick("\u{202f}: ", ": "), data.holds.join(", "));
    }
    if data.opt_in {
        words.push_str(lang.pick(
            " – éteint tant que l’établissement ne l’a pas demandé",
            " – off until the establishment asks for it",
        ));
    }
    words
}

/// A text inside a table: a bar would end the cell.
fn cell(text: &str) -> String {
    text.replace('|', "\\|")
}
