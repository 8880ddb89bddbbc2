//! Every route, one line each: its path, who may call it, and what answers.

use std::sync::Arc;

use axum::Router;
use axum::extract::DefaultBodyLimit;
use axum::handler::Handler;
use axum::http::{HeaderValue, Method, header};
use axum::middleware::{self, Next};
use axum::response::{IntoResponse, Response};
use axum::routing::{MethodFilter, MethodRouter, on};
use catalogue::Role;
use store::Scope;

use crate::app::App;
use crate::problem::Problem;
use crate::{api, assets, body, demo, health, load, pace, pages};

/// Who may call a route. To anybody else it looks like a route that does not exist, or asks for a token.
///
/// Handlers check it, since they must know who asks; the tests call every route of the table as everybody else.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Audience {
    /// Everybody, signed in or not.
    Everybody,
    /// People who signed in with one of these roles.
    People(&'static [Role]),
    /// Machines with a token of one of these scopes, or of `admin`.
    Token(&'static [Scope]),
    /// Either, each to what is theirs.
    PeopleOrToken(&'static [Role], &'static [Scope]),
}

use Audience::{Everybody, People, PeopleOrToken, Token};

/// Every route.
fn routes(demonstration: bool) -> Vec<Route> {
    const TEACHER: Audience = People(&[Role::Teacher]);
    const HEAD_OR_OPERATOR: Audience = People(&[Role::SchoolHead, Role::Editor]);
    const TEACHER_OR_HEAD: Audience = People(&[Role::Teacher, Role::SchoolHead]);
    const TEACHER_HEAD_OR_OPERATOR: Audience = People(&[Role::Teacher, Role::SchoolHead, Role::Editor]);
    const COLLECT: Audience = Token(&[Scope::Collect]);
    const ADMIN: Audience = Token(&[Scope::Admin]);
    const COLLECT_OR_READ: Audience = Token(&[Scope::Collect, Scope::Read]);
    const READ_OR_BI: Audience = Token(&[Scope::Read, Scope::Bi]);
    const STAFF_OR_READ: Audience = PeopleOrToken(&[Role::Teacher, Role::SchoolHead, Role::Editor], &[Scope::Read]);
    const HEAD_OPERATOR_OR_READ: Audience = PeopleOrToken(&[Role::SchoolHead, Role::Editor], &[Scope::Read]);
    let mut routes = vec![
        get("/", Everybody, pages::home::get),
        get("/ma-classe", TEACHER, pages::class::get),
        get("/mon-ecole", HEAD_OR_OPERATOR, pages::school::get),
        post("/mon-ecole/alertes", HEAD_OR_OPERATOR, pages::school::acknowledge),
        get("/transparence", Everybody, pages::transparency::get),
        get("/vie-privee", Everybody, pages::parent::get),
        // Families and pupils come with a one-time code instead of a session.
        get("/mes-droits", Everybody, pages::rights::get),
        post("/mes-droits", TEACHER_OR_HEAD, pages::rights::post),
        post("/mes-droits/code", Everybody, pages::rights::enter),
        get("/mes-droits/donnees", TEACHER_OR_HEAD, pages::rights::data),
        post("/sign-out", Everybody, demo::identities::sign_out),
        get("/assets/{name}", Everybody, assets::get),
        post("/api/v1/events", COLLECT, api::events::post),
        put("/api/v1/establishments/{uai}/roster", COLLECT, api::roster::put),
        get("/api/v1/alerts", HEAD_OPERATOR_OR_READ, api::alerts::list),
        post("/api/v1/alerts/{id}/acknowledge", HEAD_OR_OPERATOR, api::alerts::acknowledge),
        get("/api/v1/cubes", READ_OR_BI, api::cubes::get),
        get("/api/v1/figures", TEACHER_OR_HEAD, api::figures::get),
        get("/api/v1/forecasts", HEAD_OPERATOR_OR_READ, api::forecasts::get),
        get("/api/v1/hints", COLLECT_OR_READ, api::hints::get),
        get("/api/v1/recommendations", TEACHER_HEAD_OR_OPERATOR, api::recommendations::get),
        post("/api/v1/recommendations/{rule}/feedback", TEACHER_OR_HEAD, api::recommendations::post),
        post("/api/v1/opt-out", COLLECT, api::opt_out::post),
        get("/api/v1/patterns", STAFF_OR_READ, api::patterns::get),
        get("/api/v1/rights", ADMIN, api::rights::list),
        post("/api/v1/rights", ADMIN, api::rights::post),
        post("/api/v1/rights/codes", COLLECT, api::rights::make_code),
        get("/api/v1/rights/{id}", ADMIN, api::rights::get),
        get("/api/v1/segments", TEACHER_OR_HEAD, api::segments::get),
        get("/healthz", Everybody, health::alive),
        get("/readyz", Everybody, health::ready),
    ];
    if demonstration {
        routes.push(post("/demo/sign-in", Everybody, demo::identities::sign_in));
        routes.push(post("/demo/clock", COLLECT, demo::clock::post));
    }
    routes
}

/// A line of the table.
struct Route {
    method: Method,
    path: &'static str,
    audience: Audience,
    handler: MethodRouter<Arc<App>>,
}

fn get<T: 'static>(path: &'static str, audience: Audience, handler: impl Handler<T, Arc<App>>) -> Route {
    Route { method: Method::GET, path, audience, handler: on(MethodFilter::GET, handler) }
}

fn post<T: 'static>(path: &'static str, audience: Audience, handler: impl Handler<T, Arc<App>>) -> Route {
    Route { method: Method::POST, path, audience, handler: on(MethodFilter::POST, handler) }
}

fn put<T: 'static>(path: &'static str, audience: Audience, handler: impl Handler<T, Arc<App>>) -> Route {
    Route { method: Method::PUT, path, audience, handler: on(MethodFilter::PUT, handler) }
}

/// Method, path and audience of every route: what an outsider may try.
pub fn audiences(demonstration: bool) -> Vec<(Method, &'static str, Audience)> {
    routes(demonstration).into_iter().map(|route| (route.method, route.path, route.audience)).collect()
}

/// The whole site.
pub(crate) fn router(app: Arc<App>, demonstration: bool) -> Router {
    let site =
        routes(demonstration).into_iter().fold(Router::new(), |site, route| site.route(route.path, route.handler));
    site.route_layer(middleware::from_fn_with_state(Arc::clone(&app), load::of_readings))
        .fallback(|| async { Problem::not_found() })
        .layer(middleware::from_fn_with_state(Arc::clone(&app), pages::trouble::for_people))
        // For forms; `body::read` has bounds of its own, and says them.
        .layer(DefaultBodyLimit::max(16 * 1_024))
        .layer(middleware::from_fn(security))
        .layer(middleware::from_fn(body::lend))
        .layer(middleware::from_fn(pace::even))
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
