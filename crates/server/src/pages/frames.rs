//! From a request to the frame of its page.

use analytics::range::{NoRange, Range};
use axum::http::StatusCode;
use axum::response::Response;
use catalogue::Role;
use maud::html;

use super::address::Address;
use super::layout::{Frame, Reader};
use super::names::Naming;
use super::period::{Bar, Refused};
use super::visit::{self, Visit};
use crate::app::App;

/// The frame of a view: links inside it change its main part only.
pub(super) fn view<'a>(
    app: &App,
    visit: &Visit,
    address: &Address,
    title: &'a str,
    called: Option<String>,
) -> Frame<'a> {
    Frame { partial: true, ..page(app, visit, address, title, called) }
}

/// The frame of any other page.
pub(super) fn page<'a>(
    app: &App,
    visit: &Visit,
    address: &Address,
    title: &'a str,
    called: Option<String>,
) -> Frame<'a> {
    Frame {
        lang: visit.lang,
        chosen: visit.chosen,
        title,
        path: address.path(),
        other_language: address.in_language(visit.other()).href(),
        reader: reader(visit, called),
        demonstration: !app.identities.is_empty(),
        partial: false,
    }
}

fn reader(visit: &Visit, called: Option<String>) -> Option<Reader> {
    let claims = &visit.session.as_ref()?.claims;
    let lang = visit.lang;
    let called = called.unwrap_or_else(|| match (claims.role(), claims.establishment()) {
        (Some(Role::Editor), _) => lang.pick("Exploitation du service", "Operation of the service").to_owned(),
        (Some(Role::Teacher), Some(uai)) => {
            format!("{} {uai}", lang.pick("Enseignement, école", "Teaching, school"))
        }
        (Some(Role::SchoolHead), Some(uai)) => format!("{} {uai}", lang.pick("Direction, école", "Head, school")),
        _ => lang.pick("Connexion ouverte", "Signed in").to_owned(),
    });
    Some(Reader { role: claims.role(), called })
}

/// A view whose address asks for a range that cannot be: what is wrong, and the form as it was.
pub(super) fn refused_range(
    app: &App,
    visit: &Visit,
    naming: &Naming<'_>,
    address: &Address,
    title: &str,
    error: &NoRange,
) -> Response {
    let range = Range::current(naming.calendar, naming.zone, naming.today);
    let refused = Some(Refused { error, state: &visit.state });
    let bar = Bar { naming: *naming, address, range: &range, refused };
    let main = html! {
        section class="answer" aria-labelledby="view-title" { h1 id="view-title" { (title) } }
        (bar.markup())
    };
    visit::html(StatusCode::UNPROCESSABLE_ENTITY, &view(app, visit, address, title, None).page(&main))
}
