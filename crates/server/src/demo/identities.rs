//! Signing in during a demonstration: the identities' raw claims pass the same gate as those of an identity provider.

use std::sync::Arc;

use axum::Form;
use axum::extract::State;
use axum::http::{HeaderMap, HeaderValue, header};
use axum::response::{IntoResponse, Redirect, Response};
use calendar::SchoolYear;
use catalogue::Role;
use jiff::Span;
use privacy::Raw;
use privacy::entry::{Claims, RawClaims};
use serde::Deserialize;

use crate::access::{self, COOKIE};
use crate::app::{App, DemoIdentity, date_of};
use crate::problem::Problem;

/// How long a demonstration session lasts, in hours.
const HOURS: i64 = 12;

/// Which identity to become.
#[derive(Deserialize)]
pub struct Choice {
    /// Its place in the list.
    identity: usize,
    /// The language of the page she chose on, where she had named one.
    lang: Option<String>,
}

/// The role as claims name it: the operator of a service is its editor.
pub(crate) fn role_of(identity: &DemoIdentity) -> &str {
    match identity.role.as_str() {
        "operator" => Role::Editor.slug(),
        role => role,
    }
}

/// Signs in.
pub async fn sign_in(State(app): State<Arc<App>>, Form(choice): Form<Choice>) -> Result<Response, Problem> {
    let identity = app.identities.get(choice.identity).ok_or_else(Problem::not_found)?;
    let raw = RawClaims {
        role: role_of(identity).to_owned(),
        establishment: identity.establishment.clone(),
        actor: identity.actor.clone(),
        class: identity.class.clone(),
    };
    let raw = Raw::new(raw);
    let claims = app
        .at_gate(|keys| Claims::admit(&raw, keys, |uai| app.form(uai)))
        .map_err(|error| Problem::claims("claims", "The claims cannot be used", &error))?;
    let now = app.clock.real();
    let expires = now + Span::new().hours(HOURS);
    let secret = app.store.register().open_session(&claims, expires).await?;
    let who = claims.party(SchoolYear::of(date_of(now)));
    app.store.register().log(now, who, "sign_in", "demonstration").await?;
    let home = if identity.role == "teacher" { "/ma-classe" } else { "/mon-ecole" };
    let home = match choice.lang.as_deref().and_then(calendar::Lang::from_code) {
        Some(lang) => format!("{home}?lang={}", lang.code()),
        None => home.to_owned(),
    };
    Ok(with_cookie(
        &home,
        &format!("{COOKIE}={}; Path=/; HttpOnly; SameSite=Lax; Max-Age={}", secret.reveal(), HOURS * 3_600),
    ))
}

/// Signs out.
pub async fn sign_out(State(app): State<Arc<App>>, headers: HeaderMap) -> Result<Response, Problem> {
    if let Some(secret) = access::cookie(&headers) {
        app.store.register().close_session(secret).await?;
    }
    Ok(with_cookie("/", &format!("{COOKIE}=; Path=/; HttpOnly; SameSite=Lax; Max-Age=0")))
}

fn with_cookie(to: &str, cookie: &str) -> Response {
    let mut response = Redirect::to(to).into_response();
    if let Ok(value) = HeaderValue::from_str(cookie) {
        response.headers_mut().insert(header::SET_COOKIE, value);
    }
    response
}
