//! Who is asking: API tokens in the `Authorization` header, people by their session cookie.

use std::collections::HashMap;
use std::sync::RwLock;
use std::time::{Duration, Instant};

use axum::http::{HeaderMap, StatusCode, header};
use sha2::{Digest, Sha256};
use store::{Scope, Session, TokenScope};

use crate::app::App;
use crate::problem::Problem;

/// The session cookie.
pub const COOKIE: &str = "ecarnet_session";

/// How long a token is believed without asking the register again; a withdrawn one works that much longer.
const BELIEVED: Duration = Duration::from_secs(15);

/// A token that is known.
#[derive(Clone)]
pub struct Known {
    pub(crate) digest: String,
    pub(crate) scope: TokenScope,
}

/// Tokens seen lately.
#[derive(Default)]
pub struct Tokens {
    seen: RwLock<HashMap<String, (TokenScope, Instant)>>,
}

/// The token of a request, if it may do `wanted`.
pub async fn token(app: &App, headers: &HeaderMap, wanted: Scope) -> Result<Known, Problem> {
    token_for_any(app, headers, &[wanted]).await
}

/// The token of a request, if it may do one of these.
pub async fn token_for_any(app: &App, headers: &HeaderMap, wanted: &[Scope]) -> Result<Known, Problem> {
    let secret = headers
        .get(header::AUTHORIZATION)
        .and_then(|value| value.to_str().ok()?.strip_prefix("Bearer "))
        .ok_or_else(Problem::unauthorized)?;
    let digest = hex::encode(Sha256::digest(secret.as_bytes()));
    let seen = app.tokens.seen.read().ok().and_then(|seen| seen.get(&digest).cloned());
    let scope = match seen {
        Some((scope, at)) if at.elapsed() < BELIEVED => scope,
        _ => {
            let scope = app.store.register().token(secret).await?.ok_or_else(Problem::unauthorized)?;
            if let Ok(mut seen) = app.tokens.seen.write() {
                seen.insert(digest.clone(), (scope.clone(), Instant::now()));
            }
            scope
        }
    };
    if !wanted.contains(&scope.scope) && scope.scope != Scope::Admin {
        let needed: Vec<_> = wanted.iter().map(|wanted| wanted.as_str()).collect();
        let detail = format!("this token has the scope {}; {} is needed", scope.scope.as_str(), needed.join(" or "));
        return Err(Problem::new(StatusCode::FORBIDDEN, "scope", "The token is for something else", detail));
    }
    Ok(Known { digest, scope })
}

/// The value of the session cookie.
pub fn cookie(headers: &HeaderMap) -> Option<&str> {
    named_cookie(headers, COOKIE)
}

/// The value of a cookie.
pub fn named_cookie<'a>(headers: &'a HeaderMap, name: &str) -> Option<&'a str> {
    headers.get_all(header::COOKIE).iter().find_map(|value| {
        value.to_str().ok()?.split(';').find_map(|pair| pair.trim().strip_prefix(name)?.strip_prefix('='))
    })
}

/// The signed-in person of a request.
pub async fn session(app: &App, headers: &HeaderMap) -> Result<Option<Session>, Problem> {
    match cookie(headers) {
        Some(secret) => Ok(app.store.register().session(secret, app.clock.real()).await?),
        None => Ok(None),
    }
}
