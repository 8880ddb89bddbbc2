//! `POST /api/v1/opt-out`: a person objects, or takes it back, at once; with `"erase": true` what is kept of her goes too.

use std::sync::Arc;

use axum::body::Body;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode};
use privacy::Raw;
use privacy::entry::RawObjection;
use store::Scope;

use crate::app::App;
use crate::problem::Problem;
use crate::{access, body, rights};

const EXPECTED: &str = "an object of establishment, kind, identifier, objects and, if what is kept shall go too, erase";

/// Takes an objection. The answer is the same whether it was known before.
pub async fn post(State(app): State<Arc<App>>, headers: HeaderMap, sent: Body) -> Result<StatusCode, Problem> {
    let token = access::token(&app, &headers, Scope::Collect).await?;
    let _turn = app.limits.admit(&token)?;
    let objection: RawObjection = body::json(&headers, &mut sent.into_data_stream(), EXPECTED).await?;
    let objection = Raw::new(objection);
    let admitted = app.at_gate(|keys| RawObjection::admit(&objection, keys, |uai| app.form(uai)));
    let objection = admitted.map_err(|error| Problem::claims("opt-out", "The objection is not as expected", &error))?;
    rights::covered(&token, &objection.subject)?;
    if objection.objects {
        rights::object(&app, &objection.subject, objection.erase, "api").await?;
    } else {
        rights::allow(&app, &objection.subject).await?;
    }
    Ok(StatusCode::NO_CONTENT)
}
