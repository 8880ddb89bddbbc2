//! `/`: what this is and for whom; in a demonstration, whom one may sign in as.

use std::sync::Arc;

use axum::extract::State;
use axum::http::{HeaderMap, StatusCode, Uri};
use axum::response::Response;
use calendar::{Lang, SchoolYear};
use catalogue::Role;
use maud::{Markup, html};
use privacy::Raw;
use privacy::entry::{Claims, RawClaims};

use super::frames;
use super::visit::{self, Visit};
use super::words::{counted, say};
use crate::app::{App, DemoIdentity};
use crate::demo::identities::role_of;
use crate::problem::Problem;

/// The page.
pub async fn get(State(app): State<Arc<App>>, uri: Uri, headers: HeaderMap) -> Result<Response, Problem> {
    let visit = Visit::of(&app, &uri, &headers).await?;
    let lang = visit.lang;
    let role = visit.session.as_ref().map(|session| session.claims.role());
    let mut choices = Vec::new();
    if role.is_none() {
        for (at, identity) in app.identities.iter().enumerate() {
            choices.push(Choice { at, words: described(&app, identity, lang, visit.today).await? });
        }
    }
    let address = visit.address("/").comparing(true);
    let title = lang.pick("Accueil", "Home");
    let main = html! {
        (introduction(lang))
        @match role {
            Some(role) => (entrance(lang, role, visit.chosen)),
            None => (sign_in(lang, &choices, visit.chosen)),
        }
    };
    Ok(visit::html(StatusCode::OK, &frames::page(&app, &visit, &address, title, None).page(&main)))
}

/// An identity to sign in as.
struct Choice {
    /// Its place in the list.
    at: usize,
    words: (String, String),
}

fn introduction(lang: Lang) -> Markup {
    html! {
        section class="answer" aria-labelledby="view-title" {
            h1 id="view-title" { (say(lang, "Ce que le carnet devient dans la classe et dans l’école", "What the notebook becomes in class and school")) }
            p class="answer-text" {
                (say(lang,
                    "L’enseignant voit sa classe : quels élèves ont des traces, quels domaines sont documentés, quelles familles ont reçu le carnet. La direction voit l’école, jamais une personne. L’exploitant voit la santé technique.",
                    "The teacher sees her class: which pupils have items, which domains are documented, which families received the notebook. The head sees the school, never a person. The operator sees technical health."))
            }
            p class="answer-note" {
                (say(lang,
                    "Aucun nom n’arrive jusqu’ici. Aucun élève, aucun enseignant, aucune école n’est classé. Hors de sa propre classe, un nombre ne se montre qu’à partir de cinq personnes.",
                    "No name comes this far. No pupil, teacher or school is ranked. Outside one’s own class, a number is shown from five people on."))
            }
        }
    }
}

fn with_language(path: &str, chosen: Option<Lang>) -> String {
    chosen.map_or_else(|| path.to_owned(), |lang| format!("{path}?lang={}", lang.code()))
}

fn entrance(lang: Lang, role: Option<Role>, chosen: Option<Lang>) -> Markup {
    let own = match role {
        Some(Role::Teacher) => {
            ("/ma-classe", "Ma classe", "My class", "élèves, domaines, familles", "pupils, domains, families")
        }
        Some(Role::Editor) => {
            ("/mon-ecole", "Santé technique", "Technical health", "tous les appareils ensemble", "all devices together")
        }
        _ => (
            "/mon-ecole",
            "Mon école",
            "My school",
            "adoption, production, familles, stabilité",
            "adoption, production, families, stability",
        ),
    };
    let transparency = (
        "/transparence",
        "Transparence",
        "Transparency",
        "ce qui est recueilli, pourquoi, combien de temps",
        "what is collected, why, for how long",
    );
    let privacy = (
        "/vie-privee",
        "Votre vie privée",
        "Your privacy",
        "une page pour les parents, et pour tous",
        "one page for parents, and for everybody",
    );
    html! {
        section class="section" aria-labelledby="views-title" {
            h2 id="views-title" { (lang.pick("Vos pages", "Your pages")) }
            ul class="choices" {
                @for (path, fr, en, fr_more, en_more) in [own, transparency, privacy] {
                    li { a class="choice" href=(with_language(path, chosen)) { strong { (lang.pick(fr, en)) } " " span { (lang.pick(fr_more, en_more)) } } }
                }
            }
        }
    }
}

fn sign_in(lang: Lang, choices: &[Choice], chosen: Option<Lang>) -> Markup {
    html! {
        section class="section" aria-labelledby="sign-title" {
            h2 id="sign-title" { (lang.pick("Se connecter", "Sign in")) }
            @if choices.is_empty() {
                div class="empty" {
                    p {
                        strong { (say(lang, "La connexion passe par votre espace de travail.", "You sign in through your school’s workspace.")) } " "
                        (say(lang,
                            "Ouvrez les statistiques depuis l’ENT ou l’application. Si le lien manque, demandez à votre direction.",
                            "Open the statistics from the workspace or the application. If the link is missing, ask your head."))
                    }
                    p { a href=(with_language("/transparence", chosen)) { (say(lang, "Ce qui est recueilli, pourquoi, combien de temps", "What is collected, why, for how long")) } }
                    p { a href=(with_language("/vie-privee", chosen)) { (say(lang, "Votre vie privée, en une page", "Your privacy, in one page")) } }
                }
            } @else {
                p class="lead" { (say(lang, "Une démonstration n’a pas de mot de passe : choisissez qui vous êtes.", "A demonstration has no password: choose who you are.")) }
                ul class="choices" {
                    @for choice in choices {
                        li {
                            form method="post" action="/demo/sign-in" {
                                input type="hidden" name="identity" value=(choice.at);
                                @if let Some(chosen) = chosen { input type="hidden" name="lang" value=(chosen.code()); }
                                button class="choice" type="submit" { strong { (choice.words.0) } " " span { (choice.words.1) } }
                            }
                        }
                    }
                }
            }
        }
    }
}

/// An identity in words: who, and what she sees.
async fn described(
    app: &App,
    identity: &DemoIdentity,
    lang: Lang,
    today: jiff::civil::Date,
) -> Result<(String, String), Problem> {
    let school = identity.establishment.as_deref().unwrap_or_default();
    Ok(match Role::from_slug(role_of(identity)) {
        Some(Role::Teacher) => {
            let class = class_words(app, identity, lang, today).await?;
            let who = lang.pick("Une enseignante", "A teacher").to_owned();
            (who, format!("{class}{} {school}", lang.pick("école", "school")))
        }
        Some(Role::SchoolHead) => {
            let is_same = app.identities.iter().any(|other| {
                Role::from_slug(role_of(other)) == Some(Role::Teacher) && other.establishment == identity.establishment
            });
            let (fr, en) = if is_same {
                ("La directrice de la même école", "The head of the same school")
            } else {
                ("La directrice d’une école", "The head of a school")
            };
            let more = lang.pick("voit l’école, jamais une personne", "sees the school, never a person");
            (lang.pick(fr, en).to_owned(), more.to_owned())
        }
        _ => (
            lang.pick("L’exploitant du service", "The operator of the service").to_owned(),
            lang.pick("voit la santé technique, aucune école", "sees technical health, no school").to_owned(),
        ),
    })
}

/// "classe de PS-MS, 24 élèves, ": the class of a demonstration's identity, by the roster of this school year.
async fn class_words(
    app: &App,
    identity: &DemoIdentity,
    lang: Lang,
    today: jiff::civil::Date,
) -> Result<String, Problem> {
    let raw = Raw::new(RawClaims {
        role: role_of(identity).to_owned(),
        establishment: identity.establishment.clone(),
        actor: identity.actor.clone(),
        class: identity.class.clone(),
    });
    let year = SchoolYear::of(today);
    let admitted = app.at_gate(|keys| Claims::admit(&raw, keys, |uai| app.form(uai)));
    let Ok(claims) = admitted else { return Ok(String::new()) };
    let class = claims.in_year(year).and_then(|claims| claims.class);
    let (Some(class), Some(uai)) = (class, claims.establishment()) else { return Ok(String::new()) };
    let classes = app.store.register().classes(&uai, year).await?;
    let Some(found) = classes.into_iter().find(|one| one.class == class) else { return Ok(String::new()) };
    let levels = found.levels.join("-");
    let pupils = counted(
        lang,
        super::class::to_float(found.pupils.len()),
        lang.pick("élève", "pupil"),
        lang.pick("élèves", "pupils"),
    );
    Ok(match lang {
        Lang::Fr => format!("classe de {levels}, {pupils}, "),
        Lang::En => format!("{levels} class, {pupils}, "),
    })
}
