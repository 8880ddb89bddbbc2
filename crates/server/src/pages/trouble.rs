//! Errors for people: where a browser asks for a page, a problem becomes one, in words that say what to do.

use std::sync::Arc;

use axum::extract::{Request, State};
use axum::http::{HeaderMap, StatusCode, Uri, header};
use axum::middleware::Next;
use axum::response::Response;
use calendar::Lang;
use maud::html;

use super::address::Address;
use super::layout::Frame;
use super::visit;
use super::words::say;
use crate::app::App;

/// Turns a failed answer into a page, if a person asked.
pub async fn for_people(State(app): State<Arc<App>>, request: Request, next: Next) -> Response {
    let (uri, headers) = (request.uri().clone(), request.headers().clone());
    let response = next.run(request).await;
    let status = response.status();
    let failed = status.is_client_error() || status.is_server_error();
    if !failed || !asks_for_a_page(&uri, &headers) || is_page(&response) {
        return response;
    }
    let (lang, chosen) = visit::language_of(&uri, &headers);
    let words = words(status, lang);
    let address = Address::new("/", true, chosen);
    let other = match lang {
        Lang::Fr => Lang::En,
        Lang::En => Lang::Fr,
    };
    let frame = Frame {
        lang,
        chosen,
        title: &words.title,
        path: "",
        other_language: address.in_language(other).href(),
        reader: None,
        demonstration: !app.identities.is_empty(),
        partial: false,
    };
    let main = html! {
        section class="answer" aria-labelledby="view-title" {
            h1 id="view-title" { (words.title) }
            p class="answer-text" { (words.what) }
            p class="answer-note" { (words.next) }
            p { a class="button quiet" href=(address.href()) { (lang.pick("Retour à l’accueil", "Back to the home page")) } }
        }
    };
    let mut page = visit::html(status, &frame.page(&main));
    if let Some(seconds) = response.headers().get(header::RETRY_AFTER) {
        page.headers_mut().insert(header::RETRY_AFTER, seconds.clone());
    }
    page
}

fn asks_for_a_page(uri: &Uri, headers: &HeaderMap) -> bool {
    let accepts = headers.get(header::ACCEPT).and_then(|value| value.to_str().ok()).unwrap_or_default();
    !uri.path().starts_with("/api/") && !uri.path().starts_with("/assets/") && accepts.contains("text/html")
}

fn is_page(response: &Response) -> bool {
    let kind = response.headers().get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok());
    kind.is_some_and(|kind| kind.starts_with("text/html"))
}

/// What happened, to what, what to do.
struct Words {
    title: String,
    what: String,
    next: String,
}

fn words(status: StatusCode, lang: Lang) -> Words {
    let (title, what, next) = match status {
        StatusCode::NOT_FOUND | StatusCode::METHOD_NOT_ALLOWED => (
            ("Rien à cette adresse", "Nothing at this address"),
            (
                "Cette page n’existe pas, ou elle n’est pas ouverte à votre compte.",
                "This page does not exist, or it is not open to your account.",
            ),
            (
                "Vérifiez l’adresse, ou partez de l’accueil : il mène aux pages qui vous sont ouvertes.",
                "Check the address, or start from the home page: it leads to the pages open to you.",
            ),
        ),
        StatusCode::TOO_MANY_REQUESTS | StatusCode::SERVICE_UNAVAILABLE => (
            ("Le serveur est très demandé", "The server is busy"),
            ("La page n’a pas été préparée ; rien n’est perdu.", "The page was not prepared; nothing is lost."),
            ("Attendez quelques secondes, puis rechargez.", "Wait a few seconds, then reload."),
        ),
        StatusCode::INSUFFICIENT_STORAGE => (
            ("Le disque du serveur est plein", "The server’s disk is full"),
            (
                "Cette demande n’a pas été enregistrée ; ce qui l’était déjà est intact.",
                "This request was not stored; what was stored before is intact.",
            ),
            (
                "Prévenez l’exploitant du service, puis rechargez dans une minute.",
                "Tell the operator of the service, then reload in a minute.",
            ),
        ),
        status if status.is_server_error() => (
            ("La page n’a pas pu être préparée", "The page could not be prepared"),
            (
                "Le serveur n’a pas pu lire ses données. Rien n’est perdu ; la cause est dans son journal.",
                "The server could not read its data. Nothing is lost; the cause is in its log.",
            ),
            (
                "Rechargez dans un instant. Si cela dure, prévenez l’exploitant en lui donnant l’heure.",
                "Reload in a moment. If it lasts, tell the operator the time.",
            ),
        ),
        _ => (
            ("La demande n’a pas été comprise", "The request was not understood"),
            (
                "L’adresse ou le formulaire contient quelque chose d’inattendu ; rien n’a été changé.",
                "The address or the form holds something unexpected; nothing was changed.",
            ),
            ("Revenez à l’accueil et recommencez.", "Go back to the home page and start again."),
        ),
    };
    let pick = |(fr, en)| say(lang, fr, en);
    Words { title: pick(title), what: pick(what), next: pick(next) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn errors_say_what_to_do_and_never_just_that_there_is_one() {
        for code in [400, 404, 405, 422, 429, 500, 503, 507] {
            let status = StatusCode::from_u16(code).unwrap();
            for lang in [Lang::Fr, Lang::En] {
                let words = words(status, lang);
                let all = format!("{} {} {}", words.title, words.what, words.next);
                assert!(!all.to_lowercase().contains("erreur est survenue"), "{all}");
                assert!(!words.next.is_empty());
            }
        }
    }

    #[test]
    fn machines_keep_their_problem_details() {
        let headers = |accept: &'static str| {
            let mut headers = HeaderMap::new();
            headers.insert(header::ACCEPT, accept.parse().unwrap());
            headers
        };
        let browser = headers("text/html,application/xhtml+xml,*/*;q=0.8");
        assert!(asks_for_a_page(&Uri::from_static("/nowhere"), &browser));
        assert!(!asks_for_a_page(&Uri::from_static("/api/v1/figures"), &browser));
        assert!(!asks_for_a_page(&Uri::from_static("/nowhere"), &headers("*/*")));
    }
}
