//! What left of feedback on suggestions, on the operator's page: by month and rule, never under five people.

use analytics::recommendations::feedback::{ANSWER, USEFUL};
use calendar::{Lang, Month};
use catalogue::Catalogue;
use maud::{Markup, html};
use privacy::exit::{Released, StoredFigure};

use super::words::{number, say};

/// The section.
pub(super) fn section(lang: Lang, catalogue: &Catalogue, given: &[Released<StoredFigure>]) -> Markup {
    let caption = lang.pick("Avis par mois et par piste", "Feedback by month and suggestion");
    let totals: Vec<&StoredFigure> = given.iter().map(Released::value).filter(|one| one.split.is_empty()).collect();
    html! {
        section class="section" aria-labelledby="feedback-title" {
            h2 id="feedback-title" { (lang.pick("Avis sur les pistes", "Feedback on suggestions")) }
            @if totals.is_empty() {
                p { (say(lang,
                    "Rien de publié cette année scolaire : il faut au moins 5 personnes par mois et par piste.",
                    "Nothing published this school year: it takes at least 5 people a month and suggestion.")) }
            } @else {
                div class="card" { div class="table-scroll" role="region" tabindex="0" aria-label=(caption) {
                    table class="table" {
                        caption { (caption) }
                        thead { tr {
                            th scope="col" { (lang.pick("Piste", "Suggestion")) }
                            th scope="col" { (lang.pick("Mois", "Month")) }
                            th scope="col" { (lang.pick("Personnes", "People")) }
                            th scope="col" { (lang.pick("L’ont trouvée utile", "Found it useful")) }
                        } }
                        tbody { @for one in totals { tr {
                            th scope="row" { (title(lang, catalogue, &one.measure)) }
                            td { (one.period.parse::<Month>().map_or_else(|_| one.period.clone(), |month| month.label(lang))) }
                            td { (one.value.map_or_else(String::new, |value| whole(lang, value))) }
                            td { (useful(lang, given, one)) }
                        } } }
                    }
                } }
            }
        }
    }
}

fn title(lang: Lang, catalogue: &Catalogue, rule: &str) -> String {
    catalogue.recommendation(rule).map_or(rule, |rule| rule.title.get(lang)).replace('\'', "’")
}

#[expect(clippy::cast_precision_loss, reason = "a number of people")]
fn whole(lang: Lang, value: u64) -> String {
    number(lang, value as f64)
}

/// How many found it useful, where both answers are of five people or more.
fn useful(lang: Lang, given: &[Released<StoredFigure>], total: &StoredFigure) -> String {
    let mut cells = given.iter().map(Released::value);
    let cell = cells.find(|one| {
        one.measure == total.measure && one.period == total.period && one.split == ANSWER && one.word == USEFUL
    });
    match cell.and_then(|cell| cell.value) {
        Some(value) => whole(lang, value),
        None => say(lang, "moins de 5 d’un avis, ou aucun", "fewer than 5 of one answer, or none"),
    }
}
