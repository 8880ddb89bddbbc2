//! Errors over HTTP: RFC 9457 problem details. Each says what happened, to what, and what would be right.

use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use privacy::entry::ClaimsRefused;
use serde::Serialize;

/// A problem, with a `type` that never changes and words that may.
#[derive(Debug, Clone, Serialize)]
pub struct Problem {
    #[serde(rename = "type")]
    kind: String,
    title: &'static str,
    status: u16,
    detail: String,
    #[serde(skip)]
    retry_after_s: Option<u32>,
}

impl Problem {
    /// A problem of a kind (`/problems/KIND`), with its status, its title and what happened this time.
    pub fn new(status: StatusCode, kind: &str, title: &'static str, detail: impl Into<String>) -> Self {
        Self {
            kind: format!("/problems/{kind}"),
            title,
            status: status.as_u16(),
            detail: detail.into(),
            retry_after_s: None,
        }
    }

    /// The same request may work after so many seconds.
    #[must_use]
    pub const fn retry_after(mut self, seconds: u32) -> Self {
        self.retry_after_s = Some(seconds);
        self
    }

    /// Nobody signed in, or a token nobody gave.
    pub fn unauthorized() -> Self {
        let detail = "send a token made by `ecarnet-stats token create` as `Authorization: Bearer TOKEN`";
        Self::new(StatusCode::UNAUTHORIZED, "unauthorized", "The token is missing or unknown", detail)
    }

    /// Not for this caller; the same answer as for what does not exist.
    pub fn not_found() -> Self {
        let detail = "there is nothing at this address, or it is not open to you";
        Self::new(StatusCode::NOT_FOUND, "not-found", "Nothing here", detail)
    }

    /// The process that holds the keys does not answer. The cause goes to the log.
    pub fn keys_away(error: &dyn std::fmt::Display) -> Self {
        tracing::error!(%error, "the keys are away");
        let detail =
            "the process that makes pseudonyms does not answer; nothing of the request was kept; send it again";
        Self::new(StatusCode::SERVICE_UNAVAILABLE, "keys-away", "Pseudonyms cannot be made now", detail).retry_after(5)
    }

    /// Claims or an objection that the entry gate refuses.
    pub fn claims(kind: &str, title: &'static str, error: &ClaimsRefused) -> Self {
        match error {
            ClaimsRefused::KeysAway(away) => Self::keys_away(away),
            wrong @ ClaimsRefused::Wrong { .. } => {
                Self::new(StatusCode::UNPROCESSABLE_ENTITY, kind, title, wrong.to_string())
            }
        }
    }

    /// A fault of ours. The cause goes to the log, not to the caller.
    pub fn internal(error: &dyn std::fmt::Display) -> Self {
        tracing::error!(%error, "a request failed");
        let detail = "the server could not finish; nothing of the request was kept; the cause is in the server's log";
        Self::new(StatusCode::INTERNAL_SERVER_ERROR, "internal", "The server failed", detail)
    }
}

impl From<store::Error> for Problem {
    fn from(error: store::Error) -> Self {
        match error {
            store::Error::DiskFull => Self::new(
                StatusCode::INSUFFICIENT_STORAGE,
                "disk-full",
                "The server's disk is full",
                "nothing of this request was kept; send it again once the operator has freed some space",
            )
            .retry_after(60),
            store::Error::KeysAway { .. } => Self::keys_away(&error),
            other => Self::internal(&other),
        }
    }
}

impl IntoResponse for Problem {
    fn into_response(self) -> Response {
        let status = StatusCode::from_u16(self.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
        let body = serde_json::to_string(&self).unwrap_or_default();
        let mut response = (status, body).into_response();
        let headers = response.headers_mut();
        headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("application/problem+json"));
        if let Some(seconds) = self.retry_after_s {
            headers.insert(header::RETRY_AFTER, HeaderValue::from(seconds));
        }
        if status == StatusCode::UNAUTHORIZED {
            headers.insert(header::WWW_AUTHENTICATE, HeaderValue::from_static("Bearer"));
        }
        response
    }
}
