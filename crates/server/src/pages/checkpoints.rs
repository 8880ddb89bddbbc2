//! The audit log's checkpoints on `/transparence`: whoever copies one can tell later whether anything before it was
//! changed, deleted or rewritten.

use calendar::Lang;
use maud::{Markup, html};
use store::KeptCheckpoint;

use super::words::{day_of_year, say};

/// How many are shown, newest first.
pub(super) const SHOWN: u64 = 10;

/// The section.
pub(super) fn section(lang: Lang, kept: &[KeptCheckpoint]) -> Markup {
    let caption = lang.pick("Derniers points de contrôle du journal", "Latest checkpoints of the log");
    html! {
        section class="section" aria-labelledby="audit-title" {
            h2 id="audit-title" { (lang.pick("Journal d’audit", "Audit log")) }
            p class="lead" { (say(lang,
                "Chaque consultation d’une classe et chaque acte sur les données y sont inscrits. Gardez une copie d’un de ces points : elle permettra à quiconque de vérifier que rien de ce qui précède n’a été changé ni effacé.",
                "Every view of a class and every act on the data is written down in it. Keep a copy of one of these checkpoints: with it anybody can verify that nothing before it was changed or deleted.")) }
            @if kept.is_empty() {
                p class="note" { (say(lang, "Aucun point de contrôle pour l’instant : le premier est fait dans la journée.", "No checkpoint yet: the first one is made within the day.")) }
            } @else {
                div class="card" { div class="table-scroll" role="region" tabindex="0" aria-label=(caption) {
                    table class="table" {
                        caption { (caption) }
                        thead { tr {
                            th scope="col" { (lang.pick("Jour", "Day")) }
                            th scope="col" { (lang.pick("Point de contrôle (taille et racine)", "Checkpoint (size and root)")) }
                        } }
                        tbody { @for one in kept { tr {
                            th scope="row" { (day(lang, &one.moment)) }
                            td { code { (one.checkpoint.to_string()) } }
                        } } }
                    }
                } }
                p class="note" { (say(lang, "Pour vérifier, avec une copie des données :", "To verify, with a copy of the data:")) " " code { "ecarnet-stats audit verify --data … --checkpoint …" } }
            }
        }
    }
}

fn day(lang: Lang, moment: &str) -> String {
    let date = moment.get(..10).and_then(|day| day.parse().ok());
    date.map_or_else(|| moment.to_owned(), |date| day_of_year(lang, date))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_checkpoint_is_shown_whole_so_that_it_can_be_copied() {
        let text = "400:e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";
        let kept = KeptCheckpoint { checkpoint: text.parse().unwrap(), moment: "2025-11-24T18:00:00Z".to_owned() };
        for lang in [Lang::Fr, Lang::En] {
            let page = section(lang, std::slice::from_ref(&kept)).into_string();
            assert!(page.contains(text) && page.contains("2025"));
        }
        assert!(section(Lang::Fr, &[]).into_string().contains("Aucun point de contrôle"));
    }
}
