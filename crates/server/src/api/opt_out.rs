//! `POST /api/v1/opt-out`: a person objects, or takes it back; effective from the next batch on.

use std::sync::Arc;

use axum::body::Body;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode};
use privacy::Raw;
use privacy::entry::RawObjection;
use store::Scope;

use crate::app::{App, date_of};
use crate::problem::Problem;
use crate::{access, body};

const EXPECTED: &str = "an object of establishment, kind, identifier and objects";

/// Takes an objection. The answer is the same whether it was known before.
pub async fn post(State(app): State<Arc<App>>, headers: HeaderMap, sent: Body) -> Result<StatusCode, Problem> {
    let token = access::token(&app, &headers, Scope::Collect).await?;
    let _turn = app.limits.admit(&token)?;
    let objection: RawObjection = body::json(&headers, &mut sent.into_data_stream(), EXPECTED).await?;
    let objection = Raw::new(objection);
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
