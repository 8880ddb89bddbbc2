//! `POST /api/v1/events`: one batch, answered once it is durable.

use std::sync::Arc;

use axum::Json;
use axum::body::Body;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Response};
use privacy::Raw;
use privacy::entry::{Answer, BatchRefused, CleanBatch, Context, Format, Malformed, RawBatch};
use store::{NotDurable, Scope};

use crate::app::App;
use crate::problem::Problem;
use crate::{access, body};

/// Bodies above this are examined on a thread of their own, so that they delay nobody; and so is every one when another
/// process has the keys, since that waits for its answer.
const LARGE: usize = 128 * 1_024;

/// Takes a batch.
pub async fn post(State(app): State<Arc<App>>, headers: HeaderMap, sent: Body) -> Result<Response, Problem> {
    let begun = tokio::time::Instant::now();
    let token = access::token(&app, &headers, Scope::Collect).await?;
    let _turn = app.limits.admit(&token)?;
    let format = format_of(&headers)?;
    let bytes = body::read(&headers, &mut sent.into_data_stream()).await?;
    app.load.received(app.clock.now(), bytes.len());
    let scope = token.scope.establishment;
    // Held until the batch is durable: see `App::admission`.
    let _admitted = app.admission.read().await;
    let (clean, answer) = if bytes.len() > LARGE || app.store.keys().are_elsewhere() {
        let examining = Arc::clone(&app);
        let examined = tokio::task::spawn_blocking(move || examine(&examining, &bytes, format, scope.as_ref()));
        examined.await.map_err(|error| Problem::internal(&error))??
    } else {
        examine(&app, &bytes, format, scope.as_ref())?
    };
    let receipt = app.store.journal().append(app.store.catalogue(), &clean, answer).await.map_err(not_durable)?;
    let kept = if receipt.replayed { 0 } else { receipt.answer.accepted };
    app.load.kept(app.clock.now(), kept, begun.elapsed());
    Ok((StatusCode::ACCEPTED, Json(receipt.answer)).into_response())
}

fn examine(
    app: &App,
    bytes: &[u8],
    format: Format,
    scope: Option<&privacy::Uai>,
) -> Result<(CleanBatch, Answer), Problem> {
    let raw = Raw::new(bytes);
    let batch = RawBatch::read(&raw, format).map_err(|error| malformed(&error))?;
    let keys = app.store.keys();
    let opt_outs = app.opt_outs();
    let context =
        Context { now: app.clock.now(), scope, keys: &keys, opt_outs: &opt_outs, place: &|uai| app.place(uai) };
    app.gate.admit(&batch, &context).map_err(|error| refused(&error))
}

fn format_of(headers: &HeaderMap) -> Result<Format, Problem> {
    let kind = headers.get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or_default();
    match kind.split(';').next().unwrap_or_default().trim() {
        "application/json" => Ok(Format::Json),
        "application/x-ndjson" | "application/jsonl" => Ok(Format::Ndjson),
        _ => Err(Problem::new(
            StatusCode::UNSUPPORTED_MEDIA_TYPE,
            "content-type",
            "The content type is not supported",
            "send application/json, or application/x-ndjson with the batch on its first line and then one event a line",
        )),
    }
}

fn malformed(error: &Malformed) -> Problem {
    let status = match error {
        Malformed::Syntax { .. } => StatusCode::BAD_REQUEST,
        Malformed::NotABatch => StatusCode::UNPROCESSABLE_ENTITY,
        Malformed::TooMany { .. } => StatusCode::PAYLOAD_TOO_LARGE,
    };
    Problem::new(status, "malformed-batch", "The batch cannot be read", error.to_string())
}

fn refused(error: &BatchRefused) -> Problem {
    match error {
        BatchRefused::OutOfScope => {
            Problem::new(StatusCode::FORBIDDEN, "out-of-scope", "Not your establishment", error.to_string())
        }
        BatchRefused::UnknownEstablishment => Problem::new(
            StatusCode::UNPROCESSABLE_ENTITY,
            "unknown-establishment",
            "The establishment is not known yet",
            error.to_string(),
        ),
        BatchRefused::KeysAway(away) => Problem::keys_away(away),
        BatchRefused::Envelope { .. } | BatchRefused::UnknownField => Problem::new(
            StatusCode::UNPROCESSABLE_ENTITY,
            "envelope",
            "The batch's envelope is wrong",
            error.to_string(),
        ),
    }
}

fn not_durable(error: NotDurable) -> Problem {
    match error {
        NotDurable::Encode(error) => error.into(),
        NotDurable::Write(error) if error.contains("full") => store::Error::DiskFull.into(),
        NotDurable::Write(_) | NotDurable::Closed => {
            tracing::error!(%error, "a batch was not made durable");
            Problem::new(
                StatusCode::SERVICE_UNAVAILABLE,
                "not-durable",
                "The batch could not be stored",
                "nothing of it was kept; send it again with the same batch_id",
            )
            .retry_after(5)
        }
    }
}
