//! `/mes-droits`: what is kept of the person who asks, to take along, to correct, to set aside, to erase; and to object.
//!
//! A teacher is known from her session. A family or a pupil brings a one-time code from the application, which knows her:
//! nobody types an identifier here.

mod document;
mod words;

use std::sync::Arc;

use analytics::rights::Dossier;
use axum::Form;
use axum::extract::{Query, State};
use axum::http::{HeaderMap, HeaderValue, StatusCode, Uri, header};
use axum::response::{IntoResponse, Redirect, Response};
use calendar::Lang;
use catalogue::Role;
use maud::{Markup, html};
use privacy::entry::DataSubject;
use serde::Deserialize;
use store::{Action, NewRequest, Request, State as Stage, VISIT_MINUTES};

use super::frames;
use super::visit::{self, Visit};
use super::words::{day_of_year, say};
use crate::access;
use crate::app::{App, date_of};
use crate::problem::Problem;
use crate::rights;

pub use document::document;

/// The cookie of a visit that a code has opened.
const COOKIE: &str = "ecarnet_rights";

/// Who is asking.
struct Asking {
    subject: DataSubject,
    /// In which role the audit log names her.
    called: String,
    /// By which way she came.
    way: &'static str,
}

async fn asking(app: &App, visit: &Visit, headers: &HeaderMap) -> Result<Option<Asking>, Problem> {
    if let Some(secret) = access::named_cookie(headers, COOKIE)
        && let Some(subject) = app.store.register().visit(secret, app.clock.real()).await?
    {
        let called = format!("{} by code", subject.kind().slug());
        return Ok(Some(Asking { subject, called, way: "code" }));
    }
    let Some(session) = &visit.session else { return Ok(None) };
    let is_staff = matches!(session.claims.role(), Some(Role::Teacher | Role::SchoolHead));
    let subject = DataSubject::of_claims(&session.claims).filter(|_| is_staff);
    Ok(subject.map(|subject| Asking {
        subject,
        called: session.claims.role().map_or("staff", Role::slug).to_owned(),
        way: "session",
    }))
}

/// The page.
pub async fn get(State(app): State<Arc<App>>, uri: Uri, headers: HeaderMap) -> Result<Response, Problem> {
    let visit = Visit::of(&app, &uri, &headers).await?;
    let main = match asking(&app, &visit, &headers).await? {
        Some(asking) => {
            let dossier = rights::dossier(&app, &asking.subject, &asking.called).await?;
            known(&app, visit.lang, &dossier)
        }
        None => unknown(visit.lang, false),
    };
    Ok(page(&app, &visit, StatusCode::OK, &main))
}

fn page(app: &App, visit: &Visit, status: StatusCode, main: &Markup) -> Response {
    let address = visit.address("/mes-droits").comparing(true);
    let title = visit.lang.pick("Mes droits", "My rights");
    visit::html(status, &frames::page(app, visit, &address, title, None).page(main))
}

/// A code, as typed.
#[derive(Deserialize)]
pub struct Typed {
    code: String,
}

/// Opens a visit with a one-time code.
pub async fn enter(
    State(app): State<Arc<App>>,
    uri: Uri,
    headers: HeaderMap,
    Form(typed): Form<Typed>,
) -> Result<Response, Problem> {
    let visit = Visit::of(&app, &uri, &headers).await?;
    let Some(secret) = app.store.register().open_visit(&typed.code, app.clock.real()).await? else {
        return Ok(page(&app, &visit, StatusCode::UNPROCESSABLE_ENTITY, &unknown(visit.lang, true)));
    };
    let cookie = format!(
        "{COOKIE}={}; Path=/mes-droits; HttpOnly; SameSite=Strict; Max-Age={}",
        secret.reveal(),
        VISIT_MINUTES * 60
    );
    let mut response = Redirect::to(&visit.address("/mes-droits").comparing(true).href()).into_response();
    if let Ok(cookie) = HeaderValue::from_str(&cookie) {
        response.headers_mut().insert(header::SET_COOKIE, cookie);
    }
    Ok(response)
}

/// In which form.
#[derive(Deserialize)]
pub struct Wanted {
    /// `json`, or else the readable file.
    format: Option<String>,
}

/// What is kept, as a file.
pub async fn data(
    State(app): State<Arc<App>>,
    Query(wanted): Query<Wanted>,
    uri: Uri,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    let visit = Visit::of(&app, &uri, &headers).await?;
    let asking = asking(&app, &visit, &headers).await?.ok_or_else(Problem::not_found)?;
    let dossier = rights::dossier(&app, &asking.subject, &asking.called).await?;
    let request = NewRequest {
        action: Action::Access,
        state: Stage::Done,
        subject: Some(&asking.subject),
        way: asking.way,
        received_on: date_of(app.clock.now()),
        detail: "",
    };
    app.store.register().add_request(&request, app.clock.real()).await?;
    let is_json = wanted.format.as_deref() == Some("json");
    let (kind, name, body) = if is_json {
        let text = serde_json::to_string_pretty(&dossier).map_err(|error| Problem::internal(&error))?;
        ("application/json", visit.lang.pick("mes-donnees.json", "my-data.json"), text)
    } else {
        let text = document(app.store.catalogue(), &dossier, visit.lang);
        ("text/html; charset=utf-8", visit.lang.pick("mes-donnees.html", "my-data.html"), text)
    };
    let disposition = format!("attachment; filename=\"{name}\"");
    Ok(([(header::CONTENT_TYPE, kind.to_owned()), (header::CONTENT_DISPOSITION, disposition)], body).into_response())
}

/// What she asks for.
#[derive(Deserialize)]
pub struct Asked {
    /// `object`, `allow`, `erase`, `restrict`, `lift`, `rectify` or `leave`.
    action: String,
    /// With an objection: what is kept goes too.
    erase: Option<String>,
    /// With a rectification: what is wrong.
    about: Option<String>,
}

/// What may be wrong, in closed words: what is written here is kept.
const WRONG: [(&str, &str, &str); 4] = [
    ("class", "La classe n’est pas la bonne", "The class is wrong"),
    ("role", "Le rôle n’est pas le bon", "The role is wrong"),
    ("person", "Ces lignes ne sont pas les miennes", "These rows are not mine"),
    ("counter", "Un nombre est faux", "A number is wrong"),
];

/// Does what she asks, and says what happens now.
pub async fn post(
    State(app): State<Arc<App>>,
    uri: Uri,
    headers: HeaderMap,
    Form(asked): Form<Asked>,
) -> Result<Response, Problem> {
    let visit = Visit::of(&app, &uri, &headers).await?;
    let asking = asking(&app, &visit, &headers).await?.ok_or_else(Problem::not_found)?;
    let (subject, lang, (today, at)) = (&asking.subject, visit.lang, (date_of(app.clock.now()), app.clock.real()));
    let erase = asked.erase.is_some();
    let said = match asked.action.as_str() {
        "object" => {
            let id = rights::object(&app, subject, erase, asking.way).await?;
            if erase { erased(lang, id) } else { objected(lang, id) }
        }
        "erase" => erased(lang, rights::erase(&app, subject, asking.way).await?),
        "allow" => {
            rights::allow(&app, subject).await?;
            say(
                lang,
                "Votre opposition est levée : le recueil reprend.",
                "Your objection is lifted: collection resumes.",
            )
        }
        "restrict" => {
            let id = app.store.restrict(subject, asking.way, today, at).await?;
            let fr = format!(
                "Demande n° {id} : ce qui est conservé de vous reste en place, mais n’entre plus dans aucun chiffre ni aucune vue."
            );
            say(
                lang,
                &fr,
                &format!("Request no. {id}: what is kept of you stays, but enters no figure and no view any more."),
            )
        }
        "lift" => {
            app.store.lift(subject, today, at).await?;
            say(lang, "La limitation est levée.", "The restriction is lifted.")
        }
        "rectify" => {
            let about = WRONG.iter().find(|(slug, ..)| asked.about.as_deref() == Some(slug));
            let (detail, ..) = about.ok_or_else(|| {
                let status = StatusCode::UNPROCESSABLE_ENTITY;
                Problem::new(status, "rights", "The request is not as expected", "choose what is wrong from the list")
            })?;
            let wanted = NewRequest {
                action: Action::Rectify,
                state: Stage::Open,
                subject: Some(subject),
                way: asking.way,
                received_on: today,
                detail,
            };
            let id = app.store.register().add_request(&wanted, at).await?;
            let fr =
                format!("Demande n° {id} transmise au délégué à la protection des données, qui répond dans le mois.");
            say(
                lang,
                &fr,
                &format!("Request no. {id} was passed to the data protection officer, who answers within a month."),
            )
        }
        "leave" => {
            if let Some(secret) = access::named_cookie(&headers, COOKIE) {
                app.store.register().close_visit(secret).await?;
            }
            return Ok(Redirect::to(&visit.address("/mes-droits").comparing(true).href()).into_response());
        }
        _ => return Err(Problem::not_found()),
    };
    let main = html! {
        section class="answer" aria-labelledby="view-title" {
            h1 id="view-title" { (lang.pick("C’est fait", "Done")) }
            p class="answer-text" { (said) }
            p { a class="button quiet" href=(visit.address("/mes-droits").comparing(true).href()) { (lang.pick("Retour à mes droits", "Back to my rights")) } }
        }
    };
    Ok(page(&app, &visit, StatusCode::OK, &main))
}

fn erased(lang: Lang, id: i64) -> String {
    say(
        lang,
        &format!(
            "Demande n° {id} : plus rien de vous n’est montré nulle part, dès maintenant. Les fichiers sont réécrits dans la minute ; les sauvegardes disparaissent sous 30 jours. Si vous étiez connecté, vous devrez vous connecter de nouveau."
        ),
        &format!(
            "Request no. {id}: nothing of you is shown anywhere, as of now. Files are rewritten within a minute; backups expire within 30 days. If you were signed in, you will have to sign in again."
        ),
    )
}

fn objected(lang: Lang, id: i64) -> String {
    say(
        lang,
        &format!(
            "Demande n° {id} : plus rien n’est recueilli de vous, dès maintenant, et ce qui l’a été n’est plus utilisé."
        ),
        &format!(
            "Request no. {id}: nothing is collected of you any more, as of now, and what was is not used any more."
        ),
    )
}

/// The page of somebody nobody knows yet.
fn unknown(lang: Lang, refused: bool) -> Markup {
    html! {
        section class="answer" aria-labelledby="view-title" {
            h1 id="view-title" { (lang.pick("Mes droits", "My rights")) }
            p class="answer-text" { (say(lang,
                "Voir ce qui est conservé de vous ou de votre enfant, l’emporter, le faire corriger, l’effacer, refuser le recueil : sans motif, et tout de suite.",
                "See what is kept of you or your child, take it along, have it corrected or erased, refuse collection: without a reason, and at once.")) }
            p class="answer-note" { (say(lang,
                "Ce service ne connaît aucun nom. Enseignant : connectez-vous. Famille : l’application du carnet vous donne un code, valable un quart d’heure et une seule fois.",
                "This service knows no name. Teachers: sign in. Families: the notebook application gives you a code, valid for a quarter of an hour and once.")) }
        }
        section class="section" aria-labelledby="code-title" {
            h2 id="code-title" { (lang.pick("J’ai un code", "I have a code")) }
            form method="post" action="/mes-droits/code" {
                div class={ "field" (if refused { " has-error" } else { "" }) } {
                    label for="code" { (lang.pick("Code", "Code")) }
                    @if refused { p class="error" id="code-error" { (say(lang,
                        "Ce code n’est pas connu, a déjà servi ou n’est plus valable : demandez-en un autre dans l’application.",
                        "This code is unknown, was used before or has expired: ask the application for another one.")) } }
                    input id="code" name="code" required autocomplete="off" autocapitalize="characters" spellcheck="false"
                        aria-invalid=[refused.then_some("true")] aria-describedby=[refused.then_some("code-error")];
                }
                p { button class="button" type="submit" { (lang.pick("Entrer", "Enter")) } }
            }
        }
    }
}

/// The page of somebody who is known.
fn known(app: &App, lang: Lang, dossier: &Dossier) -> Markup {
    let restricted = dossier.requests.iter().any(|one| is_in_force(one, Action::Restrict));
    html! {
        section class="answer" aria-labelledby="view-title" {
            h1 id="view-title" { (lang.pick("Mes droits", "My rights")) }
            p class="answer-text" { (document::introduction(lang, dossier)) }
            p class="answer-note" { (say(lang,
                "Les chiffres déjà publiés ne disent rien d’une personne et ne changent pas. Tout ce qui suit prend effet tout de suite.",
                "Figures published before say nothing about a person and do not change. Everything below takes effect at once.")) }
        }
        section class="section" aria-labelledby="take-title" {
            h2 id="take-title" { (lang.pick("Voir et emporter", "See and take along")) }
            ul class="choices" {
                li { a class="choice" href={ "/mes-droits/donnees?lang=" (lang.code()) } { strong { (lang.pick("Un fichier à lire", "A file to read")) } " " span { (lang.pick("une page, en français", "one page, in English")) } } }
                li { a class="choice" href="/mes-droits/donnees?format=json" { strong { (lang.pick("Un fichier pour un autre service", "A file for another service")) } " " span { "JSON" } } }
            }
            details class="card fold" {
                summary { (lang.pick("Voir ici", "See it here")) }
                div class="table-scroll" role="region" tabindex="0" aria-label=(lang.pick("Lignes conservées", "Rows kept")) {
                    (document::contents(app.store.catalogue(), dossier, lang))
                }
            }
        }
        section class="section" aria-labelledby="object-title" {
            h2 id="object-title" { (lang.pick("Refuser le recueil", "Refuse collection")) }
            @if dossier.objects {
                p class="lead" { (say(lang, "Vous vous y êtes opposé : plus rien n’est recueilli.", "You have objected: nothing is collected any more.")) }
                (button("allow", lang.pick("Reprendre le recueil", "Resume collection"), true))
            } @else {
                form method="post" action="/mes-droits" {
                    input type="hidden" name="action" value="object";
                    p { label { input type="checkbox" name="erase" value="1"; " " (say(lang, "et effacer ce qui est conservé", "and erase what is kept")) } }
                    p { button class="button" type="submit" { (lang.pick("Je m’oppose", "I object")) } }
                }
            }
        }
        section class="section" aria-labelledby="change-title" {
            h2 id="change-title" { (lang.pick("Corriger, mettre de côté, effacer", "Correct, set aside, erase")) }
            form method="post" action="/mes-droits" {
                input type="hidden" name="action" value="rectify";
                div class="field" {
                    label for="about" { (say(lang, "Qu’est-ce qui est faux ?", "What is wrong?")) }
                    select id="about" name="about" { @for (slug, fr, en) in WRONG { option value=(slug) { (lang.pick(fr, en)) } } }
                }
                p { button class="button quiet" type="submit" { (lang.pick("Demander la correction", "Ask for correction")) } }
            }
            @if restricted {
                (button("lift", lang.pick("Lever la limitation", "Lift the restriction"), true))
            } @else {
                (button("restrict", lang.pick("Conserver sans utiliser", "Keep without using"), true))
            }
            (button("erase", lang.pick("Tout effacer", "Erase everything"), false))
        }
        (requests(lang, dossier))
        (document::destroyed(dossier, lang))
    }
}

fn button(action: &str, words: &str, quiet: bool) -> Markup {
    html! {
        form method="post" action="/mes-droits" {
            input type="hidden" name="action" value=(action);
            p { button class={ "button" (if quiet { " quiet" } else { "" }) } type="submit" { (words) } }
        }
    }
}

fn is_in_force(request: &Request, action: Action) -> bool {
    request.action == action.slug() && request.state == Stage::Active.slug()
}

fn requests(lang: Lang, dossier: &Dossier) -> Markup {
    let day = |text: &str| text.parse().map_or_else(|_| text.to_owned(), |day| day_of_year(lang, day));
    html! {
        @if !dossier.requests.is_empty() {
            section class="section" aria-labelledby="asked-title" {
                h2 id="asked-title" { (lang.pick("Ce que vous avez demandé", "What you have asked")) }
                table class="table" {
                    thead { tr {
                        th scope="col" { (lang.pick("Numéro", "Number")) }
                        th scope="col" { (lang.pick("Demande", "Request")) }
                        th scope="col" { (lang.pick("Reçue le", "Received on")) }
                        th scope="col" { (lang.pick("Réponse au plus tard le", "Answer by")) }
                        th scope="col" { (lang.pick("État", "State")) }
                    } }
                    tbody { @for one in &dossier.requests { tr {
                        th scope="row" { (one.id) }
                        td { (words::action(lang, &one.action)) }
                        td { (day(&one.received_on)) }
                        td { (day(&one.due_on)) }
                        td { (words::state(lang, &one.state)) }
                    } } }
                }
            }
        }
    }
}
