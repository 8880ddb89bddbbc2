//! Every path, one line each.

use std::sync::Arc;

use axum::Router;
use axum::extract::DefaultBodyLimit;
use axum::http::{HeaderValue, header};
use axum::middleware::{self, Next};
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post, put};

use crate::app::App;
use crate::problem::Problem;
use crate::{api, assets, demo, health, pages};

/// The whole site.
pub(crate) fn router(app: Arc<App>, demonstration: bool) -> Router {
    let mut routes = Router::new()
        .route("/", get(pages::home::get))
        .route("/ma-classe", get(pages::class::get))
        .route("/mon-ecole", get(pages::school::get))
        .route("/transparence", get(pages::transparency::get))
        .route("/mes-droits", get(pages::rights::get).post(pages::rights::post))
        .route("/mes-droits/code", post(pages::rights::enter))
        .route("/mes-droits/donnees", get(pages::rights::data))
        .route("/vie-privee", get(pages::parent::get))
        .route("/sign-out", post(demo::identities::sign_out))
        .route("/assets/{name}", get(assets::get))
        .route("/api/v1/events", post(api::events::post))
        .route("/api/v1/establishments/{uai}/roster", put(api::roster::put))
        .route("/api/v1/cubes", get(api::cubes::get))
        .route("/api/v1/figures", get(api::figures::get))
        .route("/api/v1/opt-out", post(api::opt_out::post))
        .route("/api/v1/rights", get(api::rights::list).post(api::rights::post))
        .route("/api/v1/rights/codes", post(api::rights::make_code))
        .route("/api/v1/rights/{id}", get(api::rights::get))
        .route("/healthz", get(health::alive))
        .route("/readyz", get(health::ready));
    if demonstration {
        routes = routes
            .route("/demo/sign-in", post(demo::identities::sign_in))
            .route("/demo/clock", post(demo::clock::post));
    }
    routes
        .fallback(|| async { Problem::not_found() })
        .layer(middleware::from_fn_with_state(Arc::clone(&app), pages::trouble::for_people))
        // For forms; `body::read` has bounds of its own, and says them.
        .layer(DefaultBodyLimit::max(16 * 1_024))
        .layer(middleware::from_fn(security))
        .with_state(app)
}

/// Headers of every answer: no framing by strangers, no scripts but ours, nothing guessed, nothing kept.
async fn security(request: axum::extract::Request, next: Next) -> Response {
    let mut response = next.run(request).await.into_response();
    let headers = response.headers_mut();
    let policy = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; \
                  connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'";
    headers.insert(header::CONTENT_SECURITY_POLICY, HeaderValue::from_static(policy));
    headers.insert(header::X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
    headers.insert(header::REFERRER_POLICY, HeaderValue::from_static("same-origin"));
    headers.entry(header::CACHE_CONTROL).or_insert(HeaderValue::from_static("no-store"));
    response
}
