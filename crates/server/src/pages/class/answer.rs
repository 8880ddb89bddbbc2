//! The answer in words: three sentences at most, from the same figures as the charts, each linked to its chart.

use calendar::Lang;
use maud::{Markup, html};

use super::plots::DOMAINS;
use crate::pages::scene::Scene;
use crate::pages::words::{capital, counted, list, number, quote, say, spaced};

/// A sentence: what comes before the linked words, the words, their chart, what comes after.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Sentence {
    pub(super) before: String,
    pub(super) linked: String,
    pub(super) chart: &'static str,
    pub(super) after: String,
}

impl Sentence {
    fn new(before: &str, linked: &str, chart: &'static str, after: &str) -> Self {
        Self { before: before.to_owned(), linked: linked.to_owned(), chart, after: after.to_owned() }
    }

    fn markup(&self) -> Markup {
        html! { (self.before) a href={ "#" (self.chart) } { strong { (self.linked) } } (self.after) " " }
    }

    /// The sentence as it is read.
    #[cfg(test)]
    pub(super) fn text(&self) -> String {
        format!("{}{}{}", self.before, self.linked, self.after)
    }
}

/// The heading and the answer.
pub(super) fn section(scene: &Scene<'_>, place: &str) -> Markup {
    let lang = scene.lang();
    let sentences = sentences(scene);
    html! {
        section class="answer" aria-labelledby="view-title" {
            h1 id="view-title" { (lang.pick("Ma classe", "My class")) }
            p class="answer-where" { (place) }
            @if !sentences.is_empty() {
                p class="answer-text" { @for sentence in &sentences { (sentence.markup()) } }
            }
            @if let Some(holiday) = scene.weeks.only_holiday() {
                p class="answer-note" {
                    (say(lang, &format!("Il n’y a pas eu classe : {holiday}."), &format!("There was no class: {holiday}.")))
                }
            } @else if scene.figures.has_any() && !scene.weeks.are_over() {
                p class="answer-note" {
                    (say(lang,
                        "La période n’est pas finie : la semaine en cours est en pointillé et reste hors des comparaisons. Une tablette hors ligne envoie plus tard ; les dernières semaines peuvent encore se compléter.",
                        "The period is not over: the running week is dotted and left out of comparisons. A tablet offline sends later, so the last weeks may still grow."))
                }
            }
        }
    }
}

/// What the figures say, most useful first.
pub(super) fn sentences(scene: &Scene<'_>) -> Vec<Sentence> {
    if !scene.figures.has_any() {
        return Vec::new();
    }
    let lang = scene.lang();
    let mut sentences = Vec::new();
    if let Some(documented) = scene.whole("pupils_documented") {
        sentences.push(pupils(lang, &scene.name.within, documented, scene.whole("pupils_documented_of")));
    }
    // Without a single item there is nothing to link.
    if scene.whole("media_count").is_none_or(|items| items > 0.0) {
        sentences.extend(domains(lang, &linked_by_domain(scene)));
    }
    if let Some(active) = scene.whole("families_active") {
        let deposited = scene.whole("share_deposited_count").unwrap_or(0.0);
        sentences.push(families(lang, active, scene.whole("families_active_of"), deposited));
    }
    sentences
}

/// A learning domain with its items linked to an objective.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Domain {
    pub(super) name: String,
    pub(super) short: String,
    pub(super) value: f64,
}

/// A domain in the words of a chart: short ones where the programme's title is too long for an axis.
pub(super) fn short_domain(slug: &str, lang: Lang) -> Option<&'static str> {
    let (fr, en) = match slug {
        "language" => ("Langage oral et écrit", "Language"),
        "physical" => ("Activité physique", "Physical activity"),
        "arts" => ("Activités artistiques", "Artistic activities"),
        "maths" => ("Outils mathématiques", "Mathematical tools"),
        "world" => ("Explorer le monde", "Exploring the world"),
        "living_together" => ("Vivre ensemble", "Living together"),
        _ => return None,
    };
    Some(lang.pick(fr, en))
}

/// The learning domains with their items linked to an objective, in the order of the programmes.
pub(super) fn linked_by_domain(scene: &Scene<'_>) -> Vec<Domain> {
    let Some(words) = scene.setting.catalogue.word_list("domain") else { return Vec::new() };
    let shown = words.words().iter().filter_map(|word| {
        let value = scene.figures.word("domain_coverage", &scene.range.label, "domain", &word.slug);
        // Domains of other programmes are shown where they are used.
        let is_expected = DOMAINS.contains(&word.slug.as_str());
        let value = value.or(is_expected.then_some(0.0))?;
        let name = word.label.get(scene.lang()).replace('\'', "’");
        let short = short_domain(&word.slug, scene.lang()).map_or_else(|| name.clone(), str::to_owned);
        Some(Domain { name, short, value })
    });
    shown.collect()
}

/// How many pupils have an item.
fn pupils(lang: Lang, within: &str, documented: f64, enrolled: Option<f64>) -> Sentence {
    let within = capital(within);
    let documented_words = counted(lang, documented, lang.pick("élève", "pupil"), lang.pick("élèves", "pupils"));
    match enrolled {
        Some(enrolled) if documented >= enrolled => {
            let all = match lang {
                Lang::Fr => format!("tous les élèves ({})", number(lang, enrolled)),
                Lang::En => format!("all pupils ({})", number(lang, enrolled)),
            };
            Sentence::new(
                &format!("{within}, "),
                &all,
                "eleves",
                lang.pick(" ont au moins une trace.", " have at least one item."),
            )
        }
        _ if documented < 0.5 => {
            let none = lang.pick("aucun élève", "no pupil");
            Sentence::new(&format!("{within}, "), none, "sans-trace", lang.pick(" n’a de trace.", " has an item."))
        }
        enrolled => {
            let of = enrolled.map(|enrolled| format!(" {} {}", lang.pick("sur", "of"), number(lang, enrolled)));
            let linked = format!("{documented_words}{}", of.unwrap_or_default());
            let is_one = documented < 1.5;
            let (fr, en) = if is_one { (" a", " has") } else { (" ont", " have") };
            let after = format!("{} {}", lang.pick(fr, en), lang.pick("au moins une trace.", "at least one item."));
            Sentence::new(&format!("{within}, "), &linked, "eleves", &after)
        }
    }
}

/// Which domain has the fewest linked items.
fn domains(lang: Lang, by_domain: &[Domain]) -> Option<Sentence> {
    let total: f64 = by_domain.iter().map(|domain| domain.value).sum();
    if by_domain.is_empty() {
        return None;
    }
    if total < 0.5 {
        let none = lang.pick("Aucune trace n’est reliée à un objectif", "No item is linked to an objective");
        let after = say(lang, " : elle n’entrera pas dans le carnet.", ": without one, it stays out of the notebook.");
        return Some(Sentence::new("", none, "domaines", &after));
    }
    let without: Vec<String> =
        by_domain.iter().filter(|domain| domain.value < 0.5).map(|domain| quote(lang, &domain.name)).collect();
    match without.len() {
        0 => {
            let Domain { name, value, .. } = by_domain.iter().min_by(|a, b| a.value.total_cmp(&b.value))?;
            // Peu documenté: less than half of an even share.
            let even = total / super::to_float(by_domain.len());
            let items = counted(lang, *value, lang.pick("trace", "item"), lang.pick("traces", "items"));
            let after = format!(" ({items}).");
            Some(if *value < even / 2.0 {
                let after = match lang {
                    Lang::Fr => format!(" est peu documenté{after}"),
                    Lang::En => format!(" has few items ({}).", number(lang, *value)),
                };
                Sentence::new(lang.pick("Le domaine ", ""), &quote(lang, name), "domaines", &after)
            } else {
                let all = lang.pick("Tous les domaines", "All domains");
                let fewest = match lang {
                    Lang::Fr => format!(" ont des traces ; le moins documenté est {}{after}", quote(lang, name)),
                    Lang::En => format!(" have items; the fewest are in {}{after}", quote(lang, name)),
                };
                Sentence::new("", all, "domaines", &spaced(lang, &fewest))
            })
        }
        1 | 2 => {
            let (fr, en) = if without.len() == 1 { ("Le domaine ", " has") } else { ("Les domaines ", " have") };
            let after_fr = if without.len() == 1 {
                " n’a aucune trace reliée à un objectif."
            } else {
                " n’ont aucune trace reliée à un objectif."
            };
            let after_en = format!("{en} no item linked to an objective.");
            Some(Sentence::new(lang.pick(fr, ""), &list(lang, &without), "domaines", lang.pick(after_fr, &after_en)))
        }
        n => {
            let linked = match lang {
                Lang::Fr => format!("{n} domaines sur {}", by_domain.len()),
                Lang::En => format!("{n} of {} domains", by_domain.len()),
            };
            let after = lang.pick(" n’ont aucune trace reliée à un objectif.", " have no item linked to an objective.");
            Some(Sentence::new("", &linked, "domaines", after))
        }
    }
}

/// How many families were reached.
fn families(lang: Lang, active: f64, declared: Option<f64>, deposited: f64) -> Sentence {
    if active < 0.5 {
        return if deposited < 0.5 {
            let none = lang.pick("Aucun partage", "No share");
            Sentence::new(
                "",
                none,
                "familles",
                lang.pick(" n’a été déposé pour les familles.", " was deposited for families."),
            )
        } else {
            let none = lang.pick("Aucune famille", "No family");
            let after = say(
                lang,
                " n’a encore récupéré de partage ; la lecture sur papier ou par courriel ne se voit pas d’ici.",
                " has retrieved a share yet; reading on paper or by e-mail cannot be seen from here.",
            );
            Sentence::new("", none, "familles", &after)
        };
    }
    let families = counted(lang, active, lang.pick("famille", "family"), lang.pick("familles", "families"));
    let of = declared.filter(|declared| *declared >= active);
    let of = of.map(|declared| format!(" {} {}", lang.pick("sur", "of"), number(lang, declared)));
    let linked = format!("{families}{}", of.unwrap_or_default());
    let (fr, en) = if active < 1.5 { (" a", " has") } else { (" ont", " have") };
    let after = format!(
        "{} {}",
        lang.pick(fr, en),
        lang.pick(
            "récupéré un partage, consulté le carnet ou signé.",
            "retrieved a share, looked at the notebook or signed."
        )
    );
    Sentence::new("", &linked, "familles", &after)
}

/// Sentences as running text, for the description of a page.
#[cfg(test)]
pub(super) fn text(scene: &Scene<'_>) -> String {
    sentences(scene).iter().map(Sentence::text).collect::<Vec<_>>().join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn plain(text: &str) -> String {
        text.replace(['\u{a0}', '\u{202f}'], " ")
    }

    #[test]
    fn the_first_sentence_says_how_many_pupils_have_an_item() {
        let cases = [
            (18.0, Some(24.0), "En période 2, 18 élèves sur 24 ont au moins une trace."),
            (24.0, Some(24.0), "En période 2, tous les élèves (24) ont au moins une trace."),
            (1.0, Some(24.0), "En période 2, 1 élève sur 24 a au moins une trace."),
            (0.0, Some(24.0), "En période 2, aucun élève n’a de trace."),
            (3.0, None, "En période 2, 3 élèves ont au moins une trace."),
        ];
        for (documented, enrolled, expected) in cases {
            assert_eq!(plain(&pupils(Lang::Fr, "en période 2", documented, enrolled).text()), expected);
        }
    }

    #[test]
    fn the_second_sentence_names_the_domain_to_complete() {
        let by = |values: &[f64]| -> Vec<Domain> {
            values
                .iter()
                .zip(["Langage", "Arts", "Maths"])
                .map(|(value, name)| Domain { name: name.to_owned(), short: String::new(), value: *value })
                .collect()
        };
        let said = |values: &[f64]| plain(&domains(Lang::Fr, &by(values)).unwrap().text());
        assert_eq!(said(&[30.0, 3.0, 30.0]), "Le domaine « Arts » est peu documenté (3 traces).");
        assert_eq!(
            said(&[30.0, 25.0, 30.0]),
            "Tous les domaines ont des traces ; le moins documenté est « Arts » (25 traces)."
        );
        assert_eq!(
            said(&[30.0, 0.0, 0.0]),
            "Les domaines « Arts » et « Maths » n’ont aucune trace reliée à un objectif."
        );
        assert_eq!(
            said(&[0.0, 0.0, 0.0]),
            "Aucune trace n’est reliée à un objectif : elle n’entrera pas dans le carnet."
        );
    }

    #[test]
    fn the_third_sentence_never_blames_a_family() {
        let said = |lang, active, deposited| plain(&families(lang, active, Some(24.0), deposited).text());
        assert_eq!(
            said(Lang::Fr, 9.0, 24.0),
            "9 familles sur 24 ont récupéré un partage, consulté le carnet ou signé."
        );
        assert_eq!(
            said(Lang::En, 1.0, 24.0),
            "1 family of 24 has retrieved a share, looked at the notebook or signed."
        );
        assert_eq!(
            said(Lang::Fr, 0.0, 24.0),
            "Aucune famille n’a encore récupéré de partage ; la lecture sur papier ou par courriel ne se voit pas d’ici."
        );
        assert_eq!(said(Lang::Fr, 0.0, 0.0), "Aucun partage n’a été déposé pour les familles.");
    }
}
