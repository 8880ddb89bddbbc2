//! Practices that go together from district to district, as sentences with their evidence and a caution; or that there is
//! nothing to say, and why.

use analytics::practices::{Association, BestPractices, LEAST_DISTRICTS};
use analytics::view::NOT_APPROVED;
use calendar::Lang;
use catalogue::Catalogue;
use charts::format;
use maud::{Markup, html};

use super::words::{drawn, number, say, spaced};

/// The section; nothing where the analysis is not approved.
pub(super) fn section(lang: Lang, catalogue: &Catalogue, seen: &BestPractices) -> Markup {
    if seen.withheld == Some(NOT_APPROVED) {
        return html! {};
    }
    html! {
        section class="section" aria-labelledby="practices-title" id="pratiques" {
            h2 id="practices-title" { (lang.pick("Ce qui va ensemble ailleurs", "What goes together elsewhere")) }
            @if seen.found.is_empty() {
                p { (nothing(lang, seen)) }
            } @else {
                ul { @for one in &seen.found { li { (sentence(lang, catalogue, one)) } } }
                p class="lead" { (say(lang,
                    "Deux choses qui vont ensemble ne sont pas forcément cause et effet : une troisième, comme la taille des écoles ou leur équipement, peut expliquer les deux. Aucune école, circonscription ou personne n’est regardée seule ; les chiffres portent un bruit qui protège chacun.",
                    "Two things that go together need not be cause and effect: a third, such as the size of schools or their equipment, may explain both. No school, district or person is looked at alone; the figures carry noise that protects everybody.")) }
            }
        }
    }
}

#[expect(clippy::cast_precision_loss, reason = "a number of districts")]
fn nothing(lang: Lang, seen: &BestPractices) -> String {
    let (districts, least) = (number(lang, seen.districts as f64), number(lang, LEAST_DISTRICTS as f64));
    match seen.withheld {
        Some("nothing_released") => say(
            lang,
            "Rien à dire : aucun chiffre de circonscription n’est encore publié.",
            "Nothing to say: no figure of districts is published yet.",
        ),
        Some(_) => say(
            lang,
            &format!(
                "Rien à dire : avec {districts} circonscriptions, on ne distingue rien du hasard ; il en faut au moins {least}."
            ),
            &format!(
                "Nothing to say: with {districts} districts, nothing can be told from chance; it takes at least {least}."
            ),
        ),
        None if seen.tested == 0 => say(
            lang,
            &format!(
                "Rien à dire : dans ces {districts} circonscriptions, le bruit qui protège chacun couvre encore les différences."
            ),
            &format!(
                "Nothing to say: in these {districts} districts, the noise that protects everybody still covers the differences."
            ),
        ),
        None => say(
            lang,
            &format!("Rien ne se distingue du hasard dans ces {districts} circonscriptions."),
            &format!("Nothing stands out from chance in these {districts} districts."),
        ),
    }
}

#[expect(clippy::cast_precision_loss, reason = "a number of districts")]
fn sentence(lang: Lang, catalogue: &Catalogue, one: &Association) -> Markup {
    let practice = catalogue.practices().iter().find(|practice| practice.name == one.practice);
    let text = practice.map_or(one.practice.as_str(), |practice| {
        let text = if one.direction == "more" { &practice.more } else { &practice.less };
        text.get(lang)
    });
    let two = |value: f64| format::number(drawn(lang), value, 2);
    let between = format::between(drawn(lang), &two(one.low), &two(one.high));
    let (rho, without, districts) = (two(one.rho), two(one.without_noise), number(lang, one.districts as f64));
    let evidence = say(
        lang,
        &format!("Liaison de {rho}, {between}, sur {districts} circonscriptions ; sans le bruit, autour de {without}."),
        &format!("A link of {rho}, {between}, over {districts} districts; without the noise, around {without}."),
    );
    html! { strong { (spaced(lang, &text.replace('\'', "’"))) } " " span class="note" { (evidence) } }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_stands_out_is_told_with_its_evidence_and_a_caution() {
        let catalogue = Catalogue::embedded().unwrap();
        let one = Association {
            practice: "sharing_and_families".to_owned(),
            direction: "more",
            rho: 0.52,
            low: 0.31,
            high: 0.68,
            without_noise: 0.7,
            districts: 64,
            adjusted: 0.004,
        };
        let seen = BestPractices { districts: 70, tested: 4, found: vec![one], ..BestPractices::default() };
        let page = section(Lang::Fr, &catalogue, &seen).into_string().replace(['\u{202f}', '\u{a0}'], " ");
        for said in ["Là où chaque enseignant actif", "0,52", "64 circonscriptions", "pas forcément cause et effet"]
        {
            assert!(page.contains(said), "{said} is not in {page}");
        }
    }

    #[test]
    fn nothing_is_told_as_nothing_with_its_reason() {
        let catalogue = Catalogue::embedded().unwrap();
        let said = |seen: BestPractices| section(Lang::Fr, &catalogue, &seen).into_string();
        let few = BestPractices { districts: 4, withheld: Some("few_districts"), ..BestPractices::default() };
        assert!(said(few).contains("avec 4 circonscriptions"));
        assert!(said(BestPractices { districts: 40, ..BestPractices::default() }).contains("couvre encore"));
        assert!(said(BestPractices { districts: 40, tested: 3, ..BestPractices::default() }).contains("hasard"));
        let unapproved = BestPractices { withheld: Some(NOT_APPROVED), ..BestPractices::default() };
        assert_eq!(said(unapproved), "");
    }
}
