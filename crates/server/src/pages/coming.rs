//! "Le mois prochain", on the operator's page: what is expected of the country, between which bounds, and by how much the last
//! forecasts were wrong. Made of what has left with noise alone.

use analytics::coming::{ComingSum, CubeOutlook};
use calendar::Lang;
use catalogue::Catalogue;
use maud::{Markup, html};
use privacy::exit::Level;

use super::words::{number, percent, say};

/// The section; nothing where the committee has not approved the forecast, a sentence where too little has left.
pub(super) fn section(lang: Lang, catalogue: &Catalogue, coming: Option<&[CubeOutlook]>) -> Markup {
    let Some(coming) = coming else { return html! {} };
    html! {
        section class="section" aria-labelledby="coming-title" id="le-mois-prochain" {
            h2 id="coming-title" { (lang.pick("Le mois prochain", "Next month")) }
            @match coming.first() {
                None => p { (say(lang,
                    "Pas encore de prévision : il faut trois mois publiés.",
                    "No forecast yet: it takes three published months.")) },
                Some(first) => {
                    p { (first.period.label(lang)) ". " (say(lang,
                        "Prévu d’après les chiffres déjà publiés avec leur bruit, et les jours de classe du mois. Le détail des académies et des circonscriptions, dont la somme est exactement le chiffre du pays, est dans l’interface de programmation.",
                        "Forecast from the figures already published with their noise, and the class days of the month. Academies and districts, which add up to the country’s figure exactly, are in the programming interface.")) }
                    (table(lang, catalogue, coming))
                }
            }
        }
    }
}

fn table(lang: Lang, catalogue: &Catalogue, coming: &[CubeOutlook]) -> Markup {
    let caption = lang.pick("Tout le pays, le mois prochain", "The whole country, next month");
    html! {
        div class="card" { div class="table-scroll" role="region" tabindex="0" aria-label=(caption) {
            table class="table" {
                caption { (caption) }
                thead { tr {
                    th scope="col" { (lang.pick("Mesure", "Measure")) }
                    th scope="col" { (lang.pick("Prévu", "Forecast")) }
                    th scope="col" { (lang.pick("Dans 95 cas sur 100", "In 95 of 100 cases")) }
                    th scope="col" { (lang.pick("Erreur des derniers mois", "Error of the last months")) }
                } }
                tbody { @for cube in coming { @for sum in &cube.at(Level::National).sums { tr {
                    th scope="row" { (title(lang, catalogue, &cube.cube)) }
                    td { (about(lang, sum)) }
                    td { (between(lang, sum)) }
                    td { @match cube.at(Level::National).missed_by {
                        Some(share) => (say(lang, &format!("{} en moyenne", percent(lang, share)), &format!("{} on average", percent(lang, share)))),
                        None => (lang.pick("pas encore mesurée", "not measured yet")),
                    } }
                } } } }
            }
        } }
    }
}

fn title(lang: Lang, catalogue: &Catalogue, name: &str) -> String {
    let found = catalogue.cubes().iter().find(|cube| cube.name == name);
    let title = found.map_or(name, |cube| cube.title.get(lang));
    say(lang, title, title)
}

/// "environ 1 200": no more digits than the interval allows.
fn about(lang: Lang, sum: &ComingSum) -> String {
    let value = float(sum.value);
    // The last digit shown is no more than a tenth of the interval's width.
    let step = 10_f64.powf(((sum.high - sum.low).max(1.0) / 4.0).log10().floor().max(0.0));
    format!("{} {}", lang.pick("environ", "about"), number(lang, (value / step).round() * step))
}

fn between(lang: Lang, sum: &ComingSum) -> String {
    let (low, high) = (number(lang, sum.low), number(lang, sum.high));
    say(lang, &format!("entre {low} et {high}"), &format!("between {low} and {high}"))
}

#[expect(clippy::cast_precision_loss, reason = "counts of a country, far below 2^53")]
const fn float(value: u64) -> f64 {
    value as f64
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sum(value: u64, low: f64, high: f64) -> ComingSum {
        ComingSum { place: String::new(), value, low, high }
    }

    #[test]
    fn a_forecast_is_rounded_to_what_its_interval_allows() {
        assert_eq!(about(Lang::Fr, &sum(12_437, 11_000.0, 14_000.0)), "environ 12\u{202f}400");
        assert_eq!(about(Lang::En, &sum(87, 60.0, 110.0)), "about 90");
        assert_eq!(about(Lang::En, &sum(7, 3.0, 12.0)), "about 7");
        assert!(between(Lang::Fr, &sum(7, 3.0, 1_200.0)).contains("entre 3 et 1\u{202f}200"));
    }

    #[test]
    fn without_a_decision_there_is_no_section_and_without_months_it_says_why() {
        let catalogue = Catalogue::embedded().expect("parses");
        assert!(section(Lang::Fr, &catalogue, None).into_string().is_empty());
        assert!(section(Lang::Fr, &catalogue, Some(&[])).into_string().contains("il faut trois mois"));
    }
}
