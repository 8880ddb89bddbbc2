//! Request bodies: bounded, decompressed within bounds, never logged.

use std::io::Read;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use axum::body::{Body, BodyDataStream, Bytes};
use axum::extract::Request;
use axum::http::{HeaderMap, StatusCode, header};
use axum::middleware::Next;
use axum::response::Response;
use futures::{Stream, StreamExt, stream};
use serde::de::DeserializeOwned;
use tokio::time::error::Elapsed;
use tokio::time::{Instant, timeout_at};

use crate::problem::Problem;

/// The most bytes taken from the wire.
pub const MOST_SENT: usize = 8 * 1_024 * 1_024;

/// The most bytes once decompressed: 5,000 events of three kilobytes.
pub const MOST_UNPACKED: usize = 16 * 1_024 * 1_024;

/// How long a sender may be silent, and how long a body may take in all: a slow sender must not hold its turn for ever.
const LONGEST_SILENCE: Duration = Duration::from_secs(30);
const LONGEST_BODY: Duration = Duration::from_mins(3);

/// The most bytes of a refused body that are read and forgotten, and the longest time this may take.
const MOST_DISCARDED: usize = 128 * 1_024 * 1_024;
const LONGEST_DISCARD: Duration = Duration::from_secs(20);

fn too_large(what: &str, most: usize) -> Problem {
    let detail = format!("{what} is larger than {} MiB; send several smaller batches", most / (1_024 * 1_024));
    Problem::new(StatusCode::PAYLOAD_TOO_LARGE, "too-large", "The body is too large", detail)
}

fn too_slow(_: Elapsed) -> Problem {
    let detail = "the body came too slowly: it may rest for 30 seconds and take 3 minutes in all; send a smaller batch";
    Problem::new(StatusCode::REQUEST_TIMEOUT, "too-slow", "The body took too long", detail)
}

/// Reads a body and undoes its content encoding (identity, gzip or zstd).
pub async fn read(headers: &HeaderMap, body: &mut BodyDataStream) -> Result<Vec<u8>, Problem> {
    let declared = headers.get(header::CONTENT_LENGTH).and_then(|length| length.to_str().ok()?.parse::<usize>().ok());
    if declared.is_some_and(|length| length > MOST_SENT) {
        return Err(too_large("the body", MOST_SENT));
    }
    let mut sent = Vec::with_capacity(declared.unwrap_or(0).min(256 * 1_024));
    let until = Instant::now() + LONGEST_BODY;
    while let Some(chunk) =
        timeout_at(until.min(Instant::now() + LONGEST_SILENCE), body.next()).await.map_err(too_slow)?
    {
        let chunk = chunk.map_err(|_| {
            let detail = "the connection ended before the body did; send the batch again";
            Problem::new(StatusCode::BAD_REQUEST, "cut-short", "The body was cut short", detail)
        })?;
        if sent.len() + chunk.len() > MOST_SENT {
            return Err(too_large("the body", MOST_SENT));
        }
        sent.extend_from_slice(&chunk);
    }
    let encoding = headers.get(header::CONTENT_ENCODING).map_or("identity", |value| value.to_str().unwrap_or("?"));
    match encoding.to_ascii_lowercase().as_str() {
        "identity" | "" => Ok(sent),
        "gzip" => unpack(flate2::read::MultiGzDecoder::new(&sent[..]), "gzip"),
        "zstd" => {
            let mut decoder = zstd::stream::read::Decoder::new(&sent[..]).map_err(|_| cut_short("zstd"))?;
            // 8 MiB: what every sender uses by default, and not the gigabytes a hostile frame may ask for.
            decoder.window_log_max(23).map_err(|_| cut_short("zstd"))?;
            unpack(decoder, "zstd")
        }
        _ => Err(Problem::new(
            StatusCode::UNSUPPORTED_MEDIA_TYPE,
            "content-encoding",
            "The content encoding is not supported",
            "send the body as it is, or with Content-Encoding gzip or zstd",
        )),
    }
}

/// Reads a JSON body of the shape that `expected` describes. What is wrong is told by its place: the reader's own words
/// can quote the input.
pub async fn json<T: DeserializeOwned>(
    headers: &HeaderMap,
    body: &mut BodyDataStream,
    expected: &str,
) -> Result<T, Problem> {
    let kind = headers.get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or_default();
    if kind.split(';').next().unwrap_or_default().trim() != "application/json" {
        let status = StatusCode::UNSUPPORTED_MEDIA_TYPE;
        return Err(Problem::new(status, "content-type", "The content type is not supported", "send application/json"));
    }
    let bytes = read(headers, body).await?;
    serde_json::from_slice(&bytes).map_err(|error| {
        let detail = format!("{expected} is expected (line {}, column {})", error.line(), error.column());
        Problem::new(StatusCode::UNPROCESSABLE_ENTITY, "malformed-body", "The body cannot be read", detail)
    })
}

/// Lends every handler its body. Of a request that is refused, what nobody has read is read and forgotten: many senders
/// write everything before they read anything; if the connection closed meanwhile, they would see that it broke, and not
/// why.
pub async fn lend(request: Request, next: Next) -> Response {
    let (parts, body) = request.into_parts();
    // A sender that expects leave has not sent its body yet.
    let waits = parts.headers.contains_key(header::EXPECT);
    let body = Arc::new(Mutex::new(body.into_data_stream()));
    let lent = Body::from_stream(on_loan(Arc::clone(&body)));
    let response = next.run(Request::from_parts(parts, lent)).await;
    if !waits && (response.status().is_client_error() || response.status().is_server_error()) {
        discard(on_loan(body)).await;
    }
    response
}

fn on_loan(body: Arc<Mutex<BodyDataStream>>) -> impl Stream<Item = Result<Bytes, axum::Error>> + Unpin {
    stream::poll_fn(move |context| body.lock().unwrap_or_else(PoisonError::into_inner).poll_next_unpin(context))
}

/// Within bounds: who goes on sending sees a broken connection after all.
async fn discard(mut body: impl Stream<Item = Result<Bytes, axum::Error>> + Unpin) {
    let mut left = MOST_DISCARDED;
    let all = async {
        while let Some(Ok(chunk)) = body.next().await {
            left = left.saturating_sub(chunk.len());
            if left == 0 {
                return;
            }
        }
    };
    let _ = tokio::time::timeout(LONGEST_DISCARD, all).await;
}

fn cut_short(encoding: &str) -> Problem {
    let detail = format!("the body is no complete {encoding} stream; it may have been cut short: send it again");
    Problem::new(StatusCode::BAD_REQUEST, "cut-short", "The body cannot be unpacked", detail)
}

fn unpack(decoder: impl Read, encoding: &str) -> Result<Vec<u8>, Problem> {
    let mut unpacked = Vec::new();
    let most = MOST_UNPACKED as u64 + 1;
    decoder.take(most).read_to_end(&mut unpacked).map_err(|_| cut_short(encoding))?;
    if unpacked.len() > MOST_UNPACKED {
        return Err(too_large("the unpacked body", MOST_UNPACKED));
    }
    Ok(unpacked)
}
