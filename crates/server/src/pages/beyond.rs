//! What left beyond establishments, on the operator's page: whole-country figures with noise, each "environ" with its
//! error, and the districts below.

use calendar::{Lang, Month};
use catalogue::Catalogue;
use maud::{Markup, html};
use privacy::exit::{Level, NoisyCube, NoisySum, Released};

use super::words::{number, percent, say};

/// Rows of districts or academies shown at once; the rest is one request to the programming interface away.
const ROWS: usize = 60;

/// The section: the last month that has cubes, or a sentence that says when there will be some.
pub(super) fn section(
    lang: Lang,
    catalogue: &Catalogue,
    month: Option<Month>,
    cubes: &[Released<NoisyCube>],
) -> Markup {
    html! {
        section class="section" aria-labelledby="beyond-title" {
            h2 id="beyond-title" { (lang.pick("Au-delà des écoles", "Beyond the schools")) }
            @match month {
                None => p { (say(lang,
                    "Rien n’est encore publié : les chiffres des circonscriptions sortent à la clôture d’un mois, une fois approuvés par le comité d’éthique.",
                    "Nothing is published yet: the figures of districts leave when a month closes, once the ethics committee has approved them.")) },
                Some(month) => {
                    p { (month.label(lang)) ". " (say(lang,
                        "Chaque chiffre porte un bruit tiré une seule fois, qui cache la part de chacun ; il est donc approché. Personne ne compte dans plus de six cellules par mois.",
                        "Each figure carries noise drawn only once, which hides everybody’s part; so it is approximate. Nobody counts in more than six cells a month.")) }
                    (country(lang, catalogue, cubes))
                    @for level in [Level::Academy, Level::District] { (places(lang, catalogue, cubes, level)) }
                }
            }
        }
    }
}

fn title<'a>(lang: Lang, catalogue: &'a Catalogue, cube: &'a NoisyCube) -> &'a str {
    let found = catalogue.cubes().iter().find(|one| one.name == cube.cube);
    found.map_or(cube.cube.as_str(), |one| one.title.get(lang))
}

/// "environ 1 240", or that it is lost in the noise.
fn about(lang: Lang, sum: &NoisySum) -> String {
    let value = approximate(sum);
    if value <= sum.error {
        return lang.pick("trop peu pour être distingué du bruit", "too little to be told from the noise").to_owned();
    }
    format!("{} {}", lang.pick("environ", "about"), number(lang, value))
}

#[expect(clippy::cast_precision_loss, reason = "shown with two or three digits")]
fn approximate(sum: &NoisySum) -> f64 {
    let step = 10_f64.powf(sum.error.max(1.0).log10().floor());
    (sum.value as f64 / step).round() * step
}

fn error(lang: Lang, sum: &NoisySum) -> String {
    format!("± {}", number(lang, sum.error.ceil()))
}

fn country(lang: Lang, catalogue: &Catalogue, cubes: &[Released<NoisyCube>]) -> Markup {
    let caption = lang.pick("Tout le pays", "The whole country");
    html! {
        div class="card" { div class="table-scroll" role="region" tabindex="0" aria-label=(caption) {
            table class="table" {
                caption { (caption) }
                thead { tr {
                    th scope="col" { (lang.pick("Mesure", "Measure")) }
                    th scope="col" { (lang.pick("Valeur", "Value")) }
                    th scope="col" { (lang.pick("Erreur, dans 95 cas sur 100", "Error, in 95 of 100 cases")) }
                    th scope="col" { (lang.pick("Part coupée, au moins", "Share cut off, at least")) }
                } }
                tbody { @for cube in cubes { @for sum in cube.sums(Level::National, false).value() { tr {
                    th scope="row" { (say(lang, title(lang, catalogue, cube.value()), title(lang, catalogue, cube.value()))) }
                    td { (about(lang, sum)) }
                    td { (error(lang, sum)) }
                    td { @match cube.value().cut_share() {
                        Some(share) => (percent(lang, share * 100.0)),
                        None => (lang.pick("rien à couper, ou perdu dans le bruit", "nothing to cut, or lost in the noise")),
                    } }
                } } } }
            }
        } }
    }
}

/// One table of places and cubes, folded away: a cube whose leaves are coarser has no column.
fn places(lang: Lang, catalogue: &Catalogue, cubes: &[Released<NoisyCube>], level: Level) -> Markup {
    let columns: Vec<(&NoisyCube, Vec<NoisySum>)> = cubes
        .iter()
        .map(|cube| (cube.value(), cube.sums(level, false).into_value()))
        .filter(|(_, sums)| !sums.is_empty())
        .collect();
    let Some((_, first)) = columns.first() else { return html! {} };
    let caption = match level {
        Level::Academy => lang.pick("Par académie", "By academy"),
        _ => lang.pick("Par circonscription", "By district"),
    };
    html! {
        details class="card" {
            summary { (caption) }
            div class="table-scroll" role="region" tabindex="0" aria-label=(caption) {
                table class="table" {
                    caption { (caption) }
                    thead { tr {
                        th scope="col" { (lang.pick("Lieu", "Place")) }
                        @for (cube, _) in &columns { th scope="col" { (title(lang, catalogue, cube)) } }
                    } }
                    tbody { @for row in first.iter().take(ROWS) { tr {
                        th scope="row" { (row.place) }
                        @for (_, sums) in &columns {
                            td { @if let Some(sum) = sums.iter().find(|sum| sum.place == row.place) {
                                span title=(error(lang, sum)) { (about(lang, sum)) }
                            } }
                        }
                    } } }
                }
            }
            @if first.len() > ROWS {
                p class="note" { (say(lang,
                    &format!("Les {ROWS} premiers lieux sur {} ; tous par l’interface de programmation.", first.len()),
                    &format!("The first {ROWS} places of {}; all of them by the programming interface.", first.len()))) }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sum(value: i64, error: f64) -> NoisySum {
        NoisySum { place: String::new(), word: String::new(), value, error }
    }

    #[test]
    fn a_noisy_figure_is_rounded_to_what_its_error_allows() {
        assert_eq!(about(Lang::Fr, &sum(1_243, 32.0)), "environ 1\u{202f}240");
        assert_eq!(about(Lang::En, &sum(87, 4.2)), "about 87");
        assert_eq!(error(Lang::Fr, &sum(1, 13.4)), "± 14");
    }

    #[test]
    fn what_is_lost_in_the_noise_is_never_shown_as_a_number() {
        for value in [-20, 0, 13] {
            assert!(!about(Lang::Fr, &sum(value, 13.4)).contains(char::is_numeric));
        }
    }

    #[test]
    fn before_the_first_month_the_page_says_why() {
        let page = section(Lang::Fr, &Catalogue::embedded().expect("parses"), None, &[]).into_string();
        assert!(page.contains("Rien n’est encore publié"));
    }
}
