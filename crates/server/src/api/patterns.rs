//! `GET /api/v1/patterns`: what is out of the ordinary, what moves together and where people get stuck, each with its
//! sentence, its figures, how sure it is, how it was found and what must not be read into it. A head gets her school's, a
//! teacher her own weekdays, an operator and a token to read what is known beyond establishments.

use std::sync::Arc;

use analytics::governance::Approvals;
use analytics::patterns;
use axum::Json;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode, header};
use calendar::SchoolYear;
use catalogue::Role;
use privacy::entry::Claims;
use serde::Serialize;
use store::Scope;

use crate::access;
use crate::app::{App, date_of};
use crate::outlook;
use crate::pages::rhythms::{self, Told};
use crate::problem::Problem;
use crate::views;

/// The patterns that the caller may see.
#[derive(Serialize)]
pub struct Answer {
    /// `school`, `own` or `beyond`.
    about: &'static str,
    patterns: Vec<Told>,
    /// Why there are none, where that is so: `not_approved` or `nothing_clear`.
    withheld: Option<&'static str>,
}

impl Answer {
    fn of(about: &'static str, patterns: Vec<Told>, withheld: Option<&'static str>) -> Json<Self> {
        let withheld = withheld.or_else(|| patterns.is_empty().then_some("nothing_clear"));
        Json(Self { about, patterns, withheld })
    }
}

/// The patterns of whoever asks.
pub async fn get(State(app): State<Arc<App>>, headers: HeaderMap) -> Result<Json<Answer>, Problem> {
    if headers.contains_key(header::AUTHORIZATION) {
        let known = access::token_for_any(&app, &headers, &[Scope::Read]).await?;
        if known.scope.establishment.is_some() {
            let detail = "this token is for one establishment; patterns beyond establishments need one that was made \
                          with `--establishment all`";
            return Err(Problem::new(StatusCode::FORBIDDEN, "scope", "The token is for something else", detail));
        }
        return beyond(&app).await;
    }
    let session = access::session(&app, &headers).await?.ok_or_else(Problem::not_found)?;
    match session.claims.role() {
        Some(Role::Editor) => beyond(&app).await,
        Some(Role::SchoolHead) => school(&app, &session.claims).await,
        Some(Role::Teacher) => own(&app, &session.claims).await,
        _ => Err(Problem::not_found()),
    }
}

async fn beyond(app: &App) -> Result<Json<Answer>, Problem> {
    let approvals = Approvals::load(app.store.register()).await?;
    let found = outlook::beyond(app, &approvals).await?;
    Ok(Answer::of("beyond", rhythms::beyond(app.store.catalogue(), &found), found.withheld))
}

async fn school(app: &App, claims: &Claims) -> Result<Json<Answer>, Problem> {
    let uai = claims.establishment().ok_or_else(Problem::not_found)?;
    let zone = views::establishment(app, &uai).await?.academy.zone();
    let approvals = Approvals::load(app.store.register()).await?;
    let found = outlook::patterns(app, &approvals, (&uai, zone)).await?;
    Ok(Answer::of("school", rhythms::of_school(app.store.catalogue(), &found), found.withheld))
}

/// Her own weekdays. The view is logged before a row is read.
async fn own(app: &App, claims: &Claims) -> Result<Json<Answer>, Problem> {
    const ABOUT: &str = "own";
    let uai = views::school_of_teacher(claims)?;
    views::establishment(app, &uai).await?;
    let today = date_of(app.clock.now());
    // A year that had no keys when she signed in has no rows of hers.
    let Some(person) = claims.in_year(SchoolYear::of(today)).map(|year| year.person) else {
        return Ok(Answer::of(ABOUT, Vec::new(), None));
    };
    let approvals = Approvals::load(app.store.register()).await?;
    let access = views::own_access(app, claims, (&uai, person), None, "weekdays").await?;
    let open = (app.store.closed_through().await?, today);
    let found = patterns::own(&app.store, &approvals, &access, open).await?;
    let withheld = found.is_none().then_some(analytics::view::NOT_APPROVED);
    Ok(Answer::of(ABOUT, found.as_ref().map(rhythms::of_own).unwrap_or_default(), withheld))
}
