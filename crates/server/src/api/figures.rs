//! `GET /api/v1/figures`: the figures of a view, as the pages show them, for the signed-in person.

use std::sync::Arc;

use analytics::view::View;
use axum::Json;
use axum::extract::{Query, State};
use axum::http::HeaderMap;
use privacy::entry::Claims;
use serde::Deserialize;

use crate::access;
use crate::app::App;
use crate::problem::Problem;
use crate::views::{self, ViewState};

/// Which view, beside its state.
#[derive(Deserialize)]
pub struct Which {
    /// `ma-classe` or `mon-ecole`.
    view: String,
}

/// The figures of a view.
pub async fn get(
    State(app): State<Arc<App>>,
    Query(which): Query<Which>,
    Query(state): Query<ViewState>,
    headers: HeaderMap,
) -> Result<Json<View>, Problem> {
    let session = access::session(&app, &headers).await?.ok_or_else(Problem::not_found)?;
    let view = match which.view.as_str() {
        "ma-classe" => own_class(&app, &session.claims, &state).await?,
        "mon-ecole" => views::school(&app, &session.claims, &state).await?.1.view,
        _ => return Err(Problem::not_found()),
    };
    Ok(Json(view))
}

async fn own_class(app: &App, claims: &Claims, state: &ViewState) -> Result<View, Problem> {
    let uai = views::school_of_teacher(claims)?;
    let zone = views::establishment(app, &uai).await?.academy.zone();
    let range = state.range(app, zone).map_err(|error| views::bad_range(&error))?;
    let found = views::own_class(app, claims, zone, state.compares(), range).await?;
    Ok(found.ok_or_else(Problem::not_found)?.compared.view)
}
