//! `/healthz` (the process lives) and `/readyz` (it can do its work).

use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use serde_json::{Value, json};

use crate::app::App;
use crate::problem::Problem;

/// The process lives.
pub async fn alive() -> &'static str {
    "ok\n"
}

/// The register answers. Says the product's time and how many events wait to be folded.
pub async fn ready(State(app): State<Arc<App>>) -> Result<Json<Value>, Problem> {
    let waiting = app.store.register().journal_length().await?;
    Ok(Json(json!({ "now": app.clock.now(), "simulated": app.clock.is_simulated(), "journal_events": waiting })))
}
