//! `POST /demo/clock`: moves the simulated clock forward, and answers once the closings that fell due are done.

use std::sync::Arc;

use analytics::closing;
use axum::Json;
use axum::body::Body;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use store::Scope;

use crate::app::App;
use crate::clock::CannotMove;
use crate::problem::Problem;
use crate::{access, body};

/// Where to move the clock; `real` hands over to real time.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Move {
    now: Moment,
}

#[derive(Deserialize)]
#[serde(untagged)]
enum Moment {
    At(Timestamp),
    Word(Real),
}

#[derive(Deserialize)]
#[serde(rename_all = "snake_case")]
enum Real {
    Real,
}

/// What the clock shows, and what closed on the way.
#[derive(Serialize)]
pub struct Moved {
    now: Timestamp,
    closed: Vec<String>,
}

const EXPECTED: &str = "an object whose now is a moment with its offset, or the word real,";

/// Moves the clock.
pub async fn post(State(app): State<Arc<App>>, headers: HeaderMap, sent: Body) -> Result<Json<Moved>, Problem> {
    access::token(&app, &headers, Scope::Collect).await?;
    let wanted: Move = body::json(&headers, &mut sent.into_data_stream(), EXPECTED).await?;
    let moved = match wanted.now {
        Moment::At(to) => app.clock.advance(to),
        Moment::Word(Real::Real) => app.clock.catch_up(),
    };
    moved.map_err(|error| {
        let status = match error {
            CannotMove::Real => StatusCode::NOT_FOUND,
            CannotMove::Backward { .. } | CannotMove::Future { .. } => StatusCode::CONFLICT,
        };
        Problem::new(status, "clock", "The clock was not moved", error.to_string())
    })?;
    let round = app.maintain().await.map_err(|error| match error {
        closing::Error::Store(error) => error.into(),
        other @ (closing::Error::Rule(_) | closing::Error::Cube(_)) => Problem::internal(&other),
    })?;
    Ok(Json(Moved { now: app.clock.now(), closed: round.closed }))
}
