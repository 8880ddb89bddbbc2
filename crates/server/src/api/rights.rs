//! `/api/v1/rights`: what a data protection officer's tool asks in people's names (scope `admin`), and one-time codes with
//! which the host application lets a family or a pupil ask for herself (scope `collect`).

use std::sync::Arc;

use axum::Json;
use axum::body::Body;
use axum::extract::{Path, Query, State};
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Response};
use calendar::Lang;
use catalogue::Role;
use jiff::civil::Date;
use privacy::Raw;
use privacy::entry::{ClaimsRefused, DataSubject, RawSubject, SubjectKind, class_pseudonyms};
use serde::Deserialize;
use serde_json::json;
use store::{Correction, CounterColumn, NotCorrected, Request, Scope};

use crate::access::Known;
use crate::app::{App, date_of};
use crate::problem::Problem;
use crate::{access, body, pages, rights};

const EXPECTED: &str =
    "an object of action, subject (establishment, kind, identifier) and, to rectify, correction, from and until";

/// What is asked in a person's name.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RawAsked {
    /// `access`, `erase`, `restrict`, `lift`, `object`, `allow` or `rectify`.
    action: String,
    subject: RawSubject,
    /// To rectify: what is wrong.
    correction: Option<RawCorrection>,
    /// To rectify: the first and the last day concerned.
    from: Option<Date>,
    until: Option<Date>,
    /// To rectify: the number of the request that this answers.
    request: Option<i64>,
}

/// A correction as it came.
#[derive(Deserialize)]
#[serde(deny_unknown_fields, rename_all = "snake_case")]
pub enum RawCorrection {
    /// Rows belong to another class.
    Class {
        /// The wrong one; any, where it is not said.
        from: Option<String>,
        /// The right one.
        to: String,
    },
    /// She acted under another role.
    Role {
        /// The wrong one.
        from: String,
        /// The right one.
        to: String,
    },
    /// The rows are somebody else's.
    Person {
        /// Whose.
        to: String,
    },
    /// A weekly counter is wrong.
    Counter {
        /// The event type.
        event: String,
        /// The word of its facet.
        facet: Option<String>,
        /// `n`, `duration_ms` or `volume_kb`.
        column: String,
        /// What it should be.
        value: u64,
    },
}

/// How an access is to be answered.
#[derive(Deserialize)]
pub struct Wish {
    /// `fr` or `en`, for the readable file.
    lang: Option<String>,
}

fn unexpected(detail: impl Into<String>) -> Problem {
    Problem::new(StatusCode::UNPROCESSABLE_ENTITY, "rights", "The request is not as expected", detail)
}

/// Takes a request.
pub async fn post(
    State(app): State<Arc<App>>,
    Query(wish): Query<Wish>,
    headers: HeaderMap,
    sent: Body,
) -> Result<Response, Problem> {
    let token = access::token(&app, &headers, Scope::Admin).await?;
    let _turn = app.limits.admit(&token)?;
    let asked: RawAsked = body::json(&headers, &mut sent.into_data_stream(), EXPECTED).await?;
    let subject = admit(&app, &token, asked.subject.clone())?;
    let done = match asked.action.as_str() {
        "access" => return answer_access(&app, &subject, &headers, &wish).await,
        "erase" => rights::erase(&app, &subject, "api").await?,
        "restrict" => app.store.restrict(&subject, "api", date_of(app.clock.now()), app.clock.real()).await?,
        "object" => rights::object(&app, &subject, false, "api").await?,
        "lift" => {
            let lifted = app.store.lift(&subject, date_of(app.clock.now()), app.clock.real()).await?;
            return Ok(Json(json!({ "lifted": lifted })).into_response());
        }
        "allow" => {
            rights::allow(&app, &subject).await?;
            return Ok(StatusCode::NO_CONTENT.into_response());
        }
        "rectify" => rectify(&app, &subject, asked).await?,
        _ => {
            return Err(unexpected("action: one of access, rectify, restrict, lift, erase, object, allow is expected"));
        }
    };
    let (_, request) = (token, one(&app, done).await?);
    Ok((StatusCode::ACCEPTED, Json(request)).into_response())
}

fn admit(app: &App, token: &Known, raw: RawSubject) -> Result<DataSubject, Problem> {
    let raw = Raw::new(raw);
    let subject =
        app.at_gate(|keys| DataSubject::admit(&raw, keys, |uai| app.form(uai))).map_err(|error| refused(&error))?;
    rights::covered(token, &subject)?;
    Ok(subject)
}

async fn answer_access(
    app: &App,
    subject: &DataSubject,
    headers: &HeaderMap,
    wish: &Wish,
) -> Result<Response, Problem> {
    let dossier = rights::dossier(app, subject, "officer").await?;
    let accepts = headers.get(header::ACCEPT).and_then(|value| value.to_str().ok()).unwrap_or_default();
    if accepts.contains("text/html") {
        let lang = wish.lang.as_deref().and_then(Lang::from_code).unwrap_or_default();
        let page = pages::rights_document(app.store.catalogue(), &dossier, lang);
        return Ok(([(header::CONTENT_TYPE, "text/html; charset=utf-8")], page).into_response());
    }
    Ok(Json(dossier).into_response())
}

async fn rectify(app: &App, subject: &DataSubject, asked: RawAsked) -> Result<i64, Problem> {
    let correction = asked.correction.ok_or_else(|| unexpected("correction: one of class, role, person, counter"))?;
    let days = asked.from.zip(asked.until).ok_or_else(|| unexpected("from and until: two days, as in 2025-11-24"))?;
    let correction = correction_of(app, subject, correction)?;
    let moment = (date_of(app.clock.now()), app.clock.real());
    let done = app.store.rectify(subject, &correction, days, asked.request, ("api", ""), moment).await;
    done.map_err(|error| match error {
        NotCorrected::Store(error) => error.into(),
        other => unexpected(other.to_string()),
    })
}

fn correction_of(app: &App, subject: &DataSubject, raw: RawCorrection) -> Result<Correction, Problem> {
    let uai = subject.establishment().ok_or_else(Problem::not_found)?;
    let form = app.form(&uai);
    let class = |raw: String| {
        let raw = Raw::new(raw);
        app.at_gate(|keys| class_pseudonyms(&raw, &uai, keys, form)).map_err(|error| refused(&error))
    };
    let role = |slug: &str| Role::from_slug(slug).ok_or_else(|| unexpected("a role of the catalogue, as in teacher"));
    Ok(match raw {
        RawCorrection::Class { from, to } => {
            Correction::Class { from: from.map(class).transpose()?.unwrap_or_default(), to: class(to)? }
        }
        RawCorrection::Role { from, to } => Correction::Role { from: role(&from)?, to: role(&to)? },
        RawCorrection::Person { to } => {
            let raw =
                RawSubject { establishment: uai.to_string(), kind: subject.kind().slug().to_owned(), identifier: to };
            let raw = Raw::new(raw);
            let to = app.at_gate(|keys| DataSubject::admit(&raw, keys, |_| form)).map_err(|error| refused(&error))?;
            Correction::Person { to }
        }
        RawCorrection::Counter { event, facet, column, value } => {
            if app.store.catalogue().event(&event).is_none() {
                return Err(unexpected("event: the name of an event type of the catalogue, as in media_added"));
            }
            let column = CounterColumn::from_name(&column)
                .ok_or_else(|| unexpected("column: one of n, duration_ms, volume_kb"))?;
            Correction::Counter { event, facet, column, value }
        }
    })
}

/// What the entry gate refuses.
fn refused(error: &ClaimsRefused) -> Problem {
    match error {
        ClaimsRefused::KeysAway(away) => Problem::keys_away(away),
        ClaimsRefused::Wrong { .. } => unexpected(error.to_string()),
    }
}

async fn one(app: &App, id: i64) -> Result<Request, Problem> {
    Ok(app.store.register().request(id).await?.ok_or_else(Problem::not_found)?.request)
}

/// Which requests to list.
#[derive(Deserialize)]
pub struct Which {
    /// All of them, not only what is open or in force.
    #[serde(default)]
    all: bool,
}

/// What is open, with its deadline; or everything.
pub async fn list(
    State(app): State<Arc<App>>,
    Query(which): Query<Which>,
    headers: HeaderMap,
) -> Result<Json<Vec<Request>>, Problem> {
    let token = access::token(&app, &headers, Scope::Admin).await?;
    let mut requests = app.store.register().requests(!which.all).await?;
    if let Some(own) = &token.scope.establishment {
        requests.retain(|request| request.establishment.as_deref() == Some(own.as_str()));
    }
    Ok(Json(requests))
}

/// One request: where it stands, and its receipt.
pub async fn get(
    State(app): State<Arc<App>>,
    Path(id): Path<String>,
    headers: HeaderMap,
) -> Result<Json<Request>, Problem> {
    let token = access::token(&app, &headers, Scope::Admin).await?;
    let request = one(&app, id.parse().map_err(|_| Problem::not_found())?).await?;
    let own = token.scope.establishment.as_ref();
    if own.is_some_and(|own| request.establishment.as_deref() != Some(own.as_str())) {
        return Err(Problem::not_found());
    }
    Ok(Json(request))
}

/// Makes a one-time code for a person whom the host application knows.
pub async fn make_code(State(app): State<Arc<App>>, headers: HeaderMap, sent: Body) -> Result<Response, Problem> {
    let token = access::token(&app, &headers, Scope::Collect).await?;
    let _turn = app.limits.admit(&token)?;
    let expected = "an object of establishment, kind and identifier";
    let raw: RawSubject = body::json(&headers, &mut sent.into_data_stream(), expected).await?;
    let subject = admit(&app, &token, raw)?;
    if subject.kind() == SubjectKind::Staff {
        return Err(unexpected(
            "kind: one of family, pupil, device is expected; staff open the page from their session",
        ));
    }
    let (code, expires_at) = app.store.register().make_code(&subject, app.clock.real()).await?;
    Ok((StatusCode::CREATED, Json(json!({ "code": code, "expires_at": expires_at }))).into_response())
}
