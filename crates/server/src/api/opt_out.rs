//! `POST /api/v1/opt-out`: a person objects, or takes it back; effective from the next batch on.

use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode};
use privacy::entry::RawObjection;
use privacy::Raw;
use store::Scope;

use crate::access;
use crate::app::{App, date_of};
use crate::problem::Problem;

/// Takes an objection. The answer is the same whether it was known before.
pub async fn post(
    State(app): State<Arc<App>>,
    headers: HeaderMap,
    Json(sent): Json<RawObjection>,
) -> Result<StatusCode, Problem> {
    let token = access::token(&app, &headers, Scope::Collect).await?;
    let objection = Raw::new(sent);
    let (uai, digest, objects) = RawObjection::admit(&objection, &app.store.keys()).map_err(|error| {
        Problem::new(StatusCode::UNPROCESSABLE_ENTITY, "opt-out", "The objection is not as expected", error.to_string())
    })?;
    if token.scope.establishment.as_ref().is_some_and(|own| *own != uai) {
        let detail = "the token does not cover this establishment";
        return Err(Problem::new(StatusCode::FORBIDDEN, "out-of-scope", "Not your establishment", detail));
    }
    if objects {
        app.store.register().add_opt_out(&digest, date_of(app.clock.now())).await?;
    } else {
        app.store.register().remove_opt_out(&digest).await?;
    }
    app.object(digest, objects);
    Ok(StatusCode::NO_CONTENT)
}
