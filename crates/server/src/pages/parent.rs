//! `/vie-privee`: one page for a parent, in plain words: what is kept of my child and of me, what never is, who sees what,
//! how long, what I can do, who decides, and how to check it.

use std::sync::Arc;

use axum::extract::State;
use axum::http::{HeaderMap, StatusCode, Uri};
use axum::response::Response;
use calendar::Lang;
use maud::{Markup, html};
use store::DecisionStatus;

use super::frames;
use super::visit::{self, Visit};
use super::words::{counted, number, say};
use crate::app::App;
use crate::problem::Problem;

/// What the register says, for the page.
struct Standing {
    /// How many people have objected.
    opt_outs: u64,
    /// How many decisions the committee has approved, and of how many it is asked.
    approved: usize,
    asked: usize,
}

/// Where the page's links lead.
struct Links {
    transparency: String,
    rights: String,
}

/// The page.
pub async fn get(State(app): State<Arc<App>>, uri: Uri, headers: HeaderMap) -> Result<Response, Problem> {
    let visit = Visit::of(&app, &uri, &headers).await?;
    let register = app.store.register();
    let decisions = register.decisions().await?;
    let asked = app.store.catalogue().decisions();
    let is_approved = |id: &str| decisions.iter().any(|one| one.id == id && one.status == DecisionStatus::Approved);
    let state = Standing {
        opt_outs: register.opt_out_count().await?,
        approved: asked.iter().filter(|decision| is_approved(&decision.id)).count(),
        asked: asked.len(),
    };
    let href = |path| visit.address(path).comparing(true).href();
    let links = Links { transparency: href("/transparence"), rights: href("/mes-droits") };
    let address = visit.address("/vie-privee").comparing(true);
    let title = visit.lang.pick("Votre vie privée", "Your privacy");
    let main = page(visit.lang, &state, &links);
    Ok(visit::html(StatusCode::OK, &frames::page(&app, &visit, &address, title, None).page(&main)))
}

fn page(lang: Lang, state: &Standing, links: &Links) -> Markup {
    html! {
        section class="answer" aria-labelledby="view-title" {
            h1 id="view-title" { (say(lang, "Votre enfant, vous, et ces statistiques", "Your child, you, and these statistics")) }
            p class="answer-text" {
                (say(lang,
                    "Ce service compte l’usage du carnet. Il ne connaît aucun nom et ne garde ni image, ni texte, ni lieu. Vous pouvez refuser, sans motif et sans conséquence pour votre enfant.",
                    "This service counts how the notebook is used. It knows no name and keeps no picture, text or place. You may refuse, without a reason and without any consequence for your child."))
            }
        }
        (part(lang, "kept", ("Ce qui est gardé", "What is kept"), &html! { ul {
            li { (say(lang,
                "De votre enfant : sa classe, et combien de traces et d’activités, par semaine et par domaine d’apprentissage.",
                "About your child: the class, and how many items and activities, by week and area of learning.")) }
            li { (say(lang,
                "De vous : combien de fois, par semaine, vous ouvrez l’application, le carnet et les messages.",
                "About you: how many times a week you open the application, the notebook and messages.")) }
            li { (say(lang,
                "À la place des noms : un code à clé, différent dans chaque école et chaque année. Ce n’est pas l’anonymat : qui a la clé peut vous retrouver, pour répondre à vos demandes.",
                "In place of names: a keyed code, another in each school and each year. This is not anonymity: whoever holds the key can find you, to answer your requests.")) }
        } }))
        (part(lang, "never", ("Ce qui ne l’est jamais", "What never is"), &html! { p { (say(lang,
            "Noms, photos, sons, textes, messages, lieux, adresses, santé, classements. L’heure disparaît en quelques minutes de ce qui vous concerne.",
            "Names, photos, sounds, texts, messages, places, addresses, health, rankings. The hour vanishes within minutes from what concerns you.")) } }))
        (part(lang, "who", ("Qui voit quoi", "Who sees what"), &html! { dl class="pairs" {
            @for ((who_fr, who_en), (fr, en)) in WHO {
                dt { (lang.pick(who_fr, who_en)) } dd { (say(lang, fr, en)) }
            }
        } }))
        (part(lang, "long", ("Combien de temps", "How long"), &html! { p { (say(lang,
            "Treize mois au plus ; les sauvegardes, trente jours. Puis la clé de l’année est détruite : plus personne ne peut relier un code à quelqu’un.",
            "Thirteen months at most; backups, thirty days. Then the key of the year is destroyed: nobody can link a code to anybody any more.")) } }))
        (part(lang, "rights", ("Ce que vous pouvez faire", "What you can do"), &html! {
            p {
                a href=(links.rights) { (say(lang, "Vous opposer, demander ce qui est gardé, le corriger ou le faire effacer", "Object, ask what is kept, have it corrected or erased")) }
                (say(lang,
                    ". L’opposition vaut dès l’envoi suivant, pour toutes les années. Une demande reçoit sa réponse en un mois au plus. En cas de désaccord : la CNIL, cnil.fr.",
                    ". An objection holds from the next batch on, for all years. A request is answered within one month. If you disagree: the CNIL, cnil.fr."))
            }
            p class="note" { (objections(lang, state.opt_outs)) }
        }))
        (part(lang, "decides", ("Qui décide", "Who decides"), &html! { p { (committee(lang, state)) } }))
        (part(lang, "check", ("Comment le vérifier", "How to check it"), &html! { p {
            (say(lang, "Lisez ", "Read ")) a href=(links.transparency) { (say(lang, "la liste complète de ce qui est recueilli", "the complete list of what is collected")) }
            (say(lang,
                ". Le programme est libre : chacun peut le lire et rejouer les attaques qui l’éprouvent. Tout acte sur les données est inscrit à un journal où une retouche se voit.",
                ". The program is free software: anybody may read it and repeat the attacks that test it. Every act on the data is written to a log in which a change shows."))
        } }))
    }
}

/// A text in French and in English.
type InBoth = (&'static str, &'static str);

/// Who sees what.
const WHO: [(InBoth, InBoth); 4] = [
    (
        ("L’enseignant", "The teacher"),
        ("sa classe, élève par élève ; chaque regard est inscrit", "her class, pupil by pupil; every look is logged"),
    ),
    (
        ("La direction", "The head"),
        ("l’école, à partir de cinq personnes, jamais un enfant", "the school, from five people on, never a child"),
    ),
    (("L’exploitant", "The operator"), ("la santé des appareils, aucune école", "the health of devices, no school")),
    (
        ("Au-delà", "Beyond"),
        (
            "des totaux par circonscription, volontairement inexacts, pour que nul n’en déduise quelqu’un",
            "totals by district, inexact on purpose, so that nobody can be deduced",
        ),
    ),
];

fn part(lang: Lang, id: &str, (fr, en): (&str, &str), content: &Markup) -> Markup {
    html! {
        section class="section" aria-labelledby=(id) {
            h2 id=(id) { (lang.pick(fr, en)) }
            div class="card" { (content) }
        }
    }
}

#[expect(clippy::cast_precision_loss, reason = "a count of people")]
fn objections(lang: Lang, n: u64) -> String {
    let people = match (n, lang) {
        (0, Lang::Fr) => "Personne ne s’est opposé".to_owned(),
        (0, Lang::En) => "Nobody has objected".to_owned(),
        (n, Lang::Fr) => counted(lang, n as f64, "personne s’est opposée", "personnes se sont opposées"),
        (n, Lang::En) => counted(lang, n as f64, "person has objected", "people have objected"),
    };
    format!("{people} {}", lang.pick("sur ce serveur.", "on this server."))
}

#[expect(clippy::cast_precision_loss, reason = "a count of decisions")]
fn committee(lang: Lang, state: &Standing) -> String {
    let approved = number(lang, state.approved as f64);
    let asked = number(lang, state.asked as f64);
    match lang {
        Lang::Fr => format!(
            "Un comité d’éthique. Sans son accord, une mesure n’est pas calculée. À ce jour, accords donnés\u{202f}: {approved} sur {asked}."
        ),
        Lang::En => format!(
            "An ethics committee. Without its approval a measure is not computed. Approved so far: {approved} of {asked}."
        ),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sample(lang: Lang) -> String {
        let links = Links { transparency: "/transparence?lang=x".to_owned(), rights: "/mes-droits?lang=x".to_owned() };
        page(lang, &Standing { opt_outs: 12, approved: 7, asked: 8 }, &links).into_string()
    }

    /// What a reader reads: no tags.
    fn text(page: &str) -> String {
        let mut text = String::new();
        let mut inside = false;
        for letter in page.chars() {
            match letter {
                '<' => inside = true,
                '>' => {
                    inside = false;
                    text.push(' ');
                }
                _ if !inside => text.push(letter),
                _ => {}
            }
        }
        text
    }

    #[test]
    fn it_is_read_in_two_minutes() {
        for lang in [Lang::Fr, Lang::En] {
            let words =
                text(&sample(lang)).split_whitespace().filter(|word| word.chars().any(char::is_alphabetic)).count();
            assert!((200..=350).contains(&words), "{words} words");
        }
    }

    #[test]
    fn it_answers_what_a_parent_asks_and_leads_to_her_rights() {
        for lang in [Lang::Fr, Lang::En] {
            let page = sample(lang);
            for id in ["kept", "never", "who", "long", "rights", "decides", "check"] {
                assert!(page.contains(&format!("<h2 id=\"{id}\">")), "{id}");
            }
            assert!(page.contains("href=\"/mes-droits?lang=x\"") && page.contains("href=\"/transparence?lang=x\""));
            assert!(!page.contains("<script"));
        }
    }

    #[test]
    fn objections_and_decisions_are_those_of_the_register() {
        let plain = |text: String| text.replace(['\u{a0}', '\u{202f}'], " ");
        let french = plain(sample(Lang::Fr));
        assert!(french.contains("12 personnes se sont opposées sur ce serveur."));
        assert!(french.contains("accords donnés : 7 sur 8"));
        assert_eq!(plain(objections(Lang::Fr, 0)), "Personne ne s’est opposé sur ce serveur.");
        assert_eq!(plain(objections(Lang::En, 1)), "1 person has objected on this server.");
    }

    #[test]
    fn both_languages_say_the_same_in_the_same_order() {
        let shape = |lang| {
            let page = sample(lang);
            page.split('<').filter_map(|tag| tag.split(['>', ' ']).next().map(str::to_owned)).collect::<Vec<_>>()
        };
        assert_eq!(shape(Lang::Fr), shape(Lang::En));
    }
}
