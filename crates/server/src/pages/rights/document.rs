//! The readable file of an access request: one page that needs nothing else, for the person to keep.

use std::collections::BTreeSet;

use analytics::rights::{Dossier, DossierTable};
use calendar::Lang;
use catalogue::Catalogue;
use maud::{DOCTYPE, Markup, html};
use serde_json::Value;

use super::super::words::{counted, say};
use super::words;

/// Columns in the order in which they are read; others follow.
const ORDER: [&str; 6] = ["week", "day", "hour", "role", "class", "event"];

const STYLE: &str = "body{font:16px/1.5 system-ui,sans-serif;max-width:60rem;margin:2rem auto;padding:0 1rem;color:#1a1a1a}\
    table{border-collapse:collapse;width:100%;font-size:.875rem;margin:.5rem 0 2rem}caption{text-align:start;font-weight:600}\
    th,td{text-align:start;padding:.25rem .5rem;border-bottom:1px solid #ccc}";

/// The whole file.
pub fn document(catalogue: &Catalogue, dossier: &Dossier, lang: Lang) -> String {
    let title =
        lang.pick("Ce que les statistiques du carnet conservent de vous", "What the notebook’s statistics keep of you");
    let page = html! {
        (DOCTYPE)
        html lang=(lang.code()) {
            head { meta charset="utf-8"; title { (title) } style { (STYLE) } }
            body { main {
                h1 { (title) }
                p { (introduction(lang, dossier)) }
                (contents(catalogue, dossier, lang))
            } }
        }
    };
    page.into_string()
}

#[expect(clippy::cast_precision_loss, reason = "counts of rows")]
pub(super) fn introduction(lang: Lang, dossier: &Dossier) -> String {
    let rows = counted(lang, dossier.rows() as f64, lang.pick("ligne", "row"), lang.pick("lignes", "rows"));
    let years = dossier.school_years.join(", ");
    say(
        lang,
        &format!(
            "Établissement {}, le {} : {rows}, pour les années scolaires {years}. Aucun nom n’est conservé ; vous avez été retrouvé par votre identifiant, qui n’est pas conservé non plus.",
            dossier.establishment, dossier.made_on
        ),
        &format!(
            "Establishment {}, on {}: {rows}, for the school years {years}. No name is kept; you were found by your identifier, which is not kept either.",
            dossier.establishment, dossier.made_on
        ),
    )
}

/// Everything below the introduction.
pub(super) fn contents(catalogue: &Catalogue, dossier: &Dossier, lang: Lang) -> Markup {
    html! {
        @for table in &dossier.tables { (rows(catalogue, table, lang)) }
        @if !dossier.audit.is_empty() {
            table {
                caption { (lang.pick("Ce que le journal d’audit dit de vous", "What the audit log says of you")) }
                thead { tr { th scope="col" { (lang.pick("Quand", "When")) } th scope="col" { (lang.pick("Quoi", "What")) } th scope="col" { (lang.pick("Sur quoi", "On what")) } } }
                tbody { @for line in &dossier.audit { tr { td { (line.at) } td { (words::logged(lang, &line.action)) } td { (line.detail) } } } }
            }
        }
        (destroyed(dossier, lang))
    }
}

fn rows(catalogue: &Catalogue, table: &DossierTable, lang: Lang) -> Markup {
    let present: BTreeSet<&str> = table.rows.iter().flat_map(|row| row.keys().copied()).collect();
    let first = ORDER.into_iter().filter(|column| present.contains(column));
    let columns: Vec<&str> = first.chain(present.iter().copied().filter(|column| !ORDER.contains(column))).collect();
    html! {
        table class="table" {
            caption { (words::table(lang, table.table)) }
            thead { tr { @for column in &columns { th scope="col" { (words::column(lang, column)) } } } }
            tbody { @for row in &table.rows {
                @let event = row.get("event").and_then(Value::as_str);
                tr { @for column in &columns {
                    td { @if let Some(value) = row.get(column) { (words::value(catalogue, lang, event, column, value)) } }
                } }
            } }
        }
    }
}

/// Article 11: what was kept under a destroyed key can be found by nobody, and the log proves that it was destroyed.
pub(super) fn destroyed(dossier: &Dossier, lang: Lang) -> Markup {
    html! {
        @if !dossier.destroyed.is_empty() {
            h2 { (lang.pick("Années dont la clé a été détruite", "Years whose key was destroyed")) }
            p { (say(lang,
                "Pour ces années, rien ne permet plus de vous retrouver : les lignes ont été effacées, puis la clé qui seule y menait (article 11 du RGPD). Le journal d’audit en garde la preuve :",
                "For these years nothing can identify you any more: the rows were erased, and then the only key that led to them (GDPR article 11). The audit log keeps the proof:")) }
            ul { @for one in &dossier.destroyed { li { (one.at) " – " (one.proof) } } }
        }
    }
}
