//! `/transparence`: the catalogue as anybody may read it: what is collected, why, for how long, who may see what, and
//! which decisions stand.

use std::collections::BTreeMap;
use std::sync::Arc;

use axum::extract::State;
use axum::http::{HeaderMap, StatusCode, Uri};
use axum::response::Response;
use calendar::Lang;
use catalogue::{
    DescribedCategory, DescribedCube, DescribedDecision, DescribedEvent, DescribedMeasure, DescribedRecommendation,
    Description,
};
use maud::{Markup, html};
use store::{Decision, DecisionStatus, KeptCheckpoint};

use super::visit::{self, Visit};
use super::words::{counted, day_of_year, say, spaced};
use super::{checkpoints, frames};
use crate::app::App;
use crate::problem::Problem;

/// The page.
pub async fn get(State(app): State<Arc<App>>, uri: Uri, headers: HeaderMap) -> Result<Response, Problem> {
    let visit = Visit::of(&app, &uri, &headers).await?;
    let lang = visit.lang;
    let description = app.store.catalogue().describe(lang);
    let decisions = app.store.register().decisions().await?;
    let opt_outs = app.store.register().opt_out_count().await?;
    let decisions: BTreeMap<&str, &Decision> = decisions.iter().map(|one| (one.id.as_str(), one)).collect();
    let kept = app.store.register().kept_checkpoints(checkpoints::SHOWN).await?;
    let address = visit.address("/transparence").comparing(true);
    let title = lang.pick("Transparence", "Transparency");
    let in_short = visit.address("/vie-privee").comparing(true).href();
    let main = page(lang, &description, &decisions, opt_outs, &in_short, &kept);
    Ok(visit::html(StatusCode::OK, &frames::page(&app, &visit, &address, title, None).page(&main)))
}

fn curly(lang: Lang, text: &str) -> String {
    spaced(lang, &text.replace('\'', "’"))
}

fn page(
    lang: Lang,
    description: &Description,
    decisions: &BTreeMap<&str, &Decision>,
    opt_outs: u64,
    in_short: &str,
    kept: &[KeptCheckpoint],
) -> Markup {
    let events: usize = description.categories.iter().map(|category| category.events.len()).sum();
    html! {
        section class="answer" aria-labelledby="view-title" {
            h1 id="view-title" { (lang.pick("Transparence", "Transparency")) }
            p class="answer-text" {
                (say(lang,
                    &format!("L’application peut envoyer {events} sortes d’événements, et rien d’autre : ni nom, ni texte, ni image, ni lieu. Un identifiant est remplacé par un pseudonyme avant d’être conservé ; ce qui se rattache à une personne est effacé après 13 mois au plus."  ),
                    &format!("The application can send {events} kinds of events, and nothing else: no name, no text, no image, no place. An identifier is replaced by a pseudonym before anything is kept; what relates to a person is erased after 13 months at most.")))
            }
            p class="answer-note" { (opt_out_words(lang, opt_outs)) }
            p class="answer-note" {
                a href=(in_short) { (say(lang, "Votre vie privée, en une page", "Your privacy, in one page")) }
            }
        }
        section class="section" aria-labelledby="who-title" {
            h2 id="who-title" { (lang.pick("Qui voit quoi", "Who sees what")) }
            (who(lang))
        }
        section class="section" aria-labelledby="decisions-title" {
            h2 id="decisions-title" { (lang.pick("Décisions du comité d’éthique", "The ethics committee’s decisions")) }
            p class="lead" { (say(lang,
                "Rien n’est calculé sans une décision approuvée. Chaque mesure dit laquelle.",
                "Nothing is computed without an approved decision. Each measure names its own.")) }
            (decisions_table(lang, &description.decisions, decisions))
        }
        section class="section" aria-labelledby="measures-title" {
            h2 id="measures-title" { (lang.pick("Ce qui est calculé", "What is computed")) }
            (measures_table(lang, &description.measures))
            (cubes_table(lang, &description.cubes))
        }
        section class="section" aria-labelledby="events-title" {
            h2 id="events-title" { (lang.pick("Ce qui est recueilli", "What is collected")) }
            p class="lead" { (say(lang,
                "Ouvrez une famille pour voir chaque événement : à quoi il sert, ce qu’il contient, combien de temps il est gardé.",
                "Open a family to see each event: what it is for, what it holds, how long it is kept.")) }
            @for category in &description.categories { (category_list(lang, category)) }
        }
        section class="section" aria-labelledby="segments-title" {
            h2 id="segments-title" { (lang.pick("Profils d’usage", "Segments of use")) }
            p class="lead" { (say(lang,
                "Dits à la personne seule, jamais à quelqu’un d’autre ; l’école n’a que des nombres d’enseignants. Le premier qui convient est le bon. Pour cela, à la clôture de chaque semaine, on retient sur combien de jours un enseignant a agi sur les contenus : le nombre seul, jamais lesquels. Il est gardé, montré et effacé comme les autres lignes.",
                "Told to the person alone, never to anybody else; the school only has numbers of teachers. The first that fits is the one. To that end, when a week closes, the number of days on which a teacher worked on content is kept: the number only, never which days. It is kept, shown and erased like every other row.")) }
            div class="card" { dl class="pairs" {
                @for segment in &description.segments { dt { (curly(lang, &segment.title)) } dd { (curly(lang, &segment.definition)) } }
            } }
        }
        section class="section" aria-labelledby="rules-title" {
            h2 id="rules-title" { (lang.pick("Règles des pistes", "Rules of suggestions")) }
            p class="lead" { (say(lang,
                "Ce qui fait proposer une piste. Aucune règle ne lit où est une école, sa taille, son secteur ni si elle relève de l’éducation prioritaire.",
                "What makes a suggestion appear. No rule reads where a school is, its size, its sector or whether it is in priority education.")) }
            (rules_table(lang, &description.recommendations))
        }
        (checkpoints::section(lang, kept))
        p class="note" { (say(lang, "Empreinte du catalogue :", "Digest of the catalogue:")) " " code { (description.digest.chars().take(16).collect::<String>()) } }
    }
}

#[expect(clippy::cast_precision_loss, reason = "a count of people")]
fn opt_out_words(lang: Lang, opt_outs: u64) -> String {
    match (opt_outs, lang) {
        (0, Lang::Fr) => {
            "Personne ne s’est opposé au recueil sur ce serveur. S’opposer se fait dans l’application, sans motif."
                .to_owned()
        }
        (0, Lang::En) => {
            "Nobody has objected to collection on this server. One objects in the application, without a reason."
                .to_owned()
        }
        (n, Lang::Fr) => format!(
            "{} sur ce serveur : leurs événements ne sont pas conservés. S’opposer se fait dans l’application, sans motif.",
            counted(lang, n as f64, "personne s’est opposée au recueil", "personnes se sont opposées au recueil")
        ),
        (n, Lang::En) => format!(
            "{} on this server: their events are not kept. One objects in the application, without a reason.",
            counted(lang, n as f64, "person has objected to collection", "people have objected to collection")
        ),
    }
}

fn who(lang: Lang) -> Markup {
    let rows = [
        (
            ("L’enseignant", "The teacher"),
            (
                "sa propre classe, exactement ; chaque consultation est inscrite au journal",
                "her own class, exactly; every view is logged",
            ),
        ),
        (
            ("La direction", "The head"),
            (
                "l’école, après la clôture de chaque semaine : au moins 5 personnes, et encore 5 si l’on retire une classe",
                "the school, after each week has closed: at least 5 people, and still 5 without any one class",
            ),
        ),
        (
            ("L’exploitant", "The operator"),
            (
                "la santé technique de tous les appareils ensemble, à partir de 5 appareils",
                "the technical health of all devices together, from 5 devices on",
            ),
        ),
        (("Les autres", "Everybody else"), ("cette page", "this page")),
    ];
    html! {
        div class="card" { dl class="pairs" {
            @for ((who_fr, who_en), (fr, en)) in rows { dt { (lang.pick(who_fr, who_en)) } dd { (say(lang, fr, en)) } }
        } }
    }
}

fn decisions_table(lang: Lang, all: &[DescribedDecision], states: &BTreeMap<&str, &Decision>) -> Markup {
    let caption = lang.pick("Décisions et leur état", "Decisions and their state");
    html! {
        div class="card" { div class="table-scroll" role="region" tabindex="0" aria-label=(caption) {
            table class="table" {
                caption { (caption) }
                thead { tr {
                    th scope="col" { (lang.pick("Décision", "Decision")) }
                    th scope="col" { (lang.pick("État", "State")) }
                    th scope="col" { (lang.pick("Mesures", "Measures")) }
                } }
                tbody { @for decision in all { tr {
                    th scope="row" {
                        (curly(lang, &decision.title))
                        p class="note" { (curly(lang, &decision.description)) }
                    }
                    td { (state(lang, states.get(decision.id.as_str()).copied())) }
                    td { (curly(lang, &decision.measures.join(", "))) }
                } } }
            }
        } }
    }
}

fn rules_table(lang: Lang, rules: &[DescribedRecommendation]) -> Markup {
    let caption = lang.pick("Règles, à qui et pourquoi", "Rules, for whom and why");
    html! {
        div class="card" { div class="table-scroll" role="region" tabindex="0" aria-label=(caption) {
            table class="table" {
                caption { (caption) }
                thead { tr {
                    th scope="col" { (lang.pick("Piste", "Suggestion")) }
                    th scope="col" { (lang.pick("Pour", "For")) }
                    th scope="col" { (lang.pick("Ce qui est regardé", "What is looked at")) }
                } }
                tbody { @for rule in rules { tr {
                    th scope="row" {
                        (curly(lang, &rule.title))
                        p class="note" { (curly(lang, &rule.why)) }
                    }
                    td { (curly(lang, &rule.audience)) }
                    td { (curly(lang, &rule.conditions.join(" ; "))) }
                } } }
            }
        } }
    }
}

fn state(lang: Lang, decision: Option<&Decision>) -> String {
    let Some(decision) = decision else { return lang.pick("pas encore prise", "not taken yet").to_owned() };
    let day = decision.decided_on.parse().map_or_else(|_| decision.decided_on.clone(), |day| day_of_year(lang, day));
    let state = match (decision.status, lang) {
        (DecisionStatus::Approved, Lang::Fr) => format!("approuvée le {day}"),
        (DecisionStatus::Approved, Lang::En) => format!("approved on {day}"),
        (DecisionStatus::Withdrawn, Lang::Fr) => format!("retirée le {day}"),
        (DecisionStatus::Withdrawn, Lang::En) => format!("withdrawn on {day}"),
    };
    let only = lang.pick(", pour la démonstration seulement", ", for the demonstration only");
    if decision.demonstration { format!("{state}{only}") } else { state }
}

fn measures_table(lang: Lang, measures: &[DescribedMeasure]) -> Markup {
    let caption =
        lang.pick("Mesures, leur définition et leur protection", "Measures, their definition and their protection");
    html! {
        div class="card" { div class="table-scroll" role="region" tabindex="0" aria-label=(caption) {
            table class="table" {
                caption { (caption) }
                thead { tr {
                    th scope="col" { (lang.pick("Mesure", "Measure")) }
                    th scope="col" { (lang.pick("Définition", "Definition")) }
                    th scope="col" { (lang.pick("Protection", "Protection")) }
                    th scope="col" { (lang.pick("Décision", "Decision")) }
                } }
                tbody { @for measure in measures { tr id={ "measure-" (measure.name) } {
                    th scope="row" { (curly(lang, &measure.title)) }
                    td { (curly(lang, &measure.definition)) }
                    td { @for (at, protection) in measure.protections.iter().enumerate() {
                        @if at > 0 { (lang.pick("\u{202f}; ", "; ")) }
                        (curly(lang, protection))
                    } }
                    td { (curly(lang, &measure.decision)) }
                } } }
            }
        } }
    }
}

/// What leaves beyond an establishment, and what each cube costs a person.
fn cubes_table(lang: Lang, cubes: &[DescribedCube]) -> Markup {
    let caption = lang.pick(
        "Ce qui sort au-delà d’une école : une fois par mois, avec un bruit ; six cellules par personne au plus",
        "What leaves beyond a school: once a month, with noise; six cells a person at most",
    );
    html! {
        div class="card" { div class="table-scroll" role="region" tabindex="0" aria-label=(caption) {
            table class="table" {
                caption { (say(lang, caption, caption)) }
                thead { tr {
                    th scope="col" { (lang.pick("Chiffre", "Figure")) }
                    th scope="col" { (lang.pick("Définition", "Definition")) }
                    th scope="col" { (lang.pick("Lieu le plus fin", "Finest place")) }
                    th scope="col" { (lang.pick("Qui compte", "Who counts")) }
                    th scope="col" { (lang.pick("Cellules par mois", "Cells a month")) }
                    th scope="col" { (lang.pick("Plafond par cellule", "Most in a cell")) }
                    th scope="col" { (lang.pick("Décision", "Decision")) }
                } }
                tbody { @for cube in cubes { tr id={ "cube-" (cube.name) } {
                    th scope="row" { (curly(lang, &cube.title)) }
                    td { (curly(lang, &cube.definition)) }
                    td { (cube.leaf) }
                    td { (curly(lang, &cube.people.join(", "))) }
                    td { (cube.cells) @if cube.counts_cut {
                        (lang.pick(", et un sixième pour compter ce qui est coupé", ", and a sixth to count what is cut off"))
                    } }
                    td { (cube.clamp) }
                    td { (curly(lang, &cube.decision)) }
                } } }
            }
        } }
    }
}

fn category_list(lang: Lang, category: &DescribedCategory) -> Markup {
    html! {
        details class="card fold" {
            summary { strong { (curly(lang, &category.title)) } " " span class="figure-unit" { "(" (category.events.len()) ")" } }
            @for event in &category.events { (event_words(lang, event)) }
        }
    }
}

fn event_words(lang: Lang, event: &DescribedEvent) -> Markup {
    html! {
        article class="entry" {
            h3 { (curly(lang, &event.title)) " " code { (event.name) } }
            p { (curly(lang, &event.description)) }
            dl class="pairs" {
                dt { (lang.pick("Pour quoi", "What for")) } dd { (curly(lang, &event.purpose)) }
                dt { (lang.pick("Base légale", "Legal basis")) } dd { (curly(lang, &event.legal_basis)) }
                dt { (lang.pick("Envoyé par", "Sent by")) } dd { (curly(lang, &event.emitters.join(", "))) }
                dt { (lang.pick("Temps conservé", "Time kept")) } dd { (curly(lang, &event.grain)) }
                dt { (lang.pick("Durée", "For how long")) } dd { (curly(lang, &event.retention)) }
                @if event.pupils || event.family {
                    dt { (lang.pick("Personnes", "People")) }
                    dd { (people(lang, event)) }
                }
                @if event.opt_in {
                    dt { (lang.pick("Choix", "Choice")) }
                    dd { (say(lang, "éteint tant que l’établissement ne l’a pas demandé", "off until the establishment asks for it")) }
                }
                @if !event.properties.is_empty() {
                    dt { (lang.pick("Contient", "Holds")) }
                    dd { ul {
                        @for property in &event.properties {
                            li { (curly(lang, &property.description)) (lang.pick("\u{202f}: ", ": ")) (curly(lang, &property.values)) }
                        }
                    } }
                }
            }
        }
    }
}

fn people(lang: Lang, event: &DescribedEvent) -> String {
    let words: Vec<String> = [
        (event.pupils, lang.pick("des élèves, sous pseudonyme", "pupils, as pseudonyms")),
        (event.family, lang.pick("une famille, sous pseudonyme", "a family, as a pseudonym")),
    ]
    .into_iter()
    .filter(|(is, _)| *is)
    .map(|(_, words)| words.to_owned())
    .collect();
    super::words::list(lang, &words)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_whole_catalogue_is_rendered_in_both_languages() {
        let catalogue = catalogue::Catalogue::embedded().unwrap();
        for lang in [Lang::Fr, Lang::En] {
            let page = page(lang, &catalogue.describe(lang), &BTreeMap::new(), 3, "/vie-privee", &[]).into_string();
            assert!(catalogue.events().iter().all(|event| page.contains(&format!("<code>{}</code>", event.name))));
            assert!(catalogue.measures().iter().all(|measure| page.contains(&format!("measure-{}", measure.name))));
            assert!(page.contains(lang.pick("pas encore prise", "not taken yet")));
        }
    }

    #[test]
    fn objections_are_counted_in_words() {
        let said = |n| opt_out_words(Lang::Fr, n).replace('\u{a0}', " ");
        assert!(said(1).starts_with("1 personne s’est opposée"));
        assert!(said(12).starts_with("12 personnes se sont opposées"));
    }
}
