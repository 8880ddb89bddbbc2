//! `POST /mon-ecole/alertes`: the button of an alert. It leads back to where it stands.

use std::sync::Arc;

use axum::Form;
use axum::extract::State;
use axum::extract::rejection::FormRejection;
use axum::http::{HeaderMap, StatusCode, Uri};
use axum::response::{IntoResponse, Redirect, Response};
use catalogue::Role;
use serde::Deserialize;

use crate::api::alerts::acknowledge_as;
use crate::app::App;
use crate::pages::visit::Visit;
use crate::problem::Problem;

/// Which alert.
#[derive(Deserialize)]
pub struct Chosen {
    alert: i64,
}

/// Acknowledges an alert.
pub async fn acknowledge(
    State(app): State<Arc<App>>,
    uri: Uri,
    headers: HeaderMap,
    chosen: Result<Form<Chosen>, FormRejection>,
) -> Result<Response, Problem> {
    let visit = Visit::of(&app, &uri, &headers).await?;
    let session = visit.session.as_ref().ok_or_else(Problem::not_found)?;
    // Who may not is told nothing of what was wrong.
    if !matches!(session.claims.role(), Some(Role::SchoolHead | Role::Editor)) {
        return Err(Problem::not_found());
    }
    let Form(chosen) = chosen.map_err(|_| {
        let status = StatusCode::UNPROCESSABLE_ENTITY;
        Problem::new(status, "alerts", "The request is not as expected", "`alert`: the number of an alert is expected")
    })?;
    acknowledge_as(&app, &session.claims, chosen.alert).await?;
    let back = format!("{}#a-surveiller", visit.address(super::PATH).comparing(true).href());
    Ok(Redirect::to(&back).into_response())
}
