//! `GET /api/v1/hints`: which screens an application may fetch ahead. The same for everybody: no establishment and no
//! person is in it.

use std::sync::Arc;

use analytics::governance::Approvals;
use analytics::hints::{self, Hints};
use axum::Json;
use axum::extract::{Query, State};
use axum::http::{HeaderMap, StatusCode};
use serde::Deserialize;
use store::Scope;

use crate::access;
use crate::app::App;
use crate::problem::Problem;

/// For which screen.
#[derive(Deserialize)]
pub struct Which {
    /// A screen of the catalogue; without it all.
    screen: Option<String>,
}

/// Hints for one screen, or for all.
pub async fn get(
    State(app): State<Arc<App>>,
    Query(which): Query<Which>,
    headers: HeaderMap,
) -> Result<Json<Hints>, Problem> {
    access::token_for_any(&app, &headers, &[Scope::Collect, Scope::Read]).await?;
    let known = app.store.catalogue().word_list("screen");
    let is_known = |screen: &String| known.is_some_and(|list| list.words().iter().any(|word| word.slug == *screen));
    if which.screen.as_ref().is_some_and(|screen| !is_known(screen)) {
        let detail = "`screen` is a word of the catalogue's list of screens, as on /transparence";
        return Err(Problem::new(StatusCode::UNPROCESSABLE_ENTITY, "screen", "There is no such screen", detail));
    }
    let approvals = Approvals::load(app.store.register()).await?;
    let mut hints = hints::hints(&app.store, &approvals).await?;
    if let Some(screen) = which.screen {
        hints.after.retain(|after| after.screen == screen);
    }
    Ok(Json(hints))
}
