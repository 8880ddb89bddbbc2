//! `GET /api/v1/alerts`: what is unusual, with the rule, what was expected, the part that moved, a sentence and where it
//! stands; and `POST /api/v1/alerts/{id}/acknowledge`. A head of her school, an operator of
//! the system itself, and machines that may read.

use std::sync::Arc;

use analytics::governance::Approvals;
use axum::Json;
use axum::extract::{Path, Query, State};
use axum::http::{HeaderMap, StatusCode, header};
use calendar::{Lang, SchoolYear};
use catalogue::Role;
use delivery::Wording;
use privacy::entry::Claims;
use serde::{Deserialize, Serialize};
use store::{AlertsOf, KeptAlert, Scope};

use crate::access;
use crate::alerts::{may_be_told, rule_in_words};
use crate::app::{App, date_of};
use crate::outlook;
use crate::problem::Problem;

/// The most alerts in an answer, those seen last first.
const MOST: usize = 1_000;

/// Which alerts.
#[derive(Deserialize)]
pub struct Which {
    /// `open`, `acknowledged` or `all`, which is the default.
    state: Option<String>,
}

/// Alerts.
#[derive(Serialize)]
pub struct Answer {
    alerts: Vec<One>,
}

/// An alert with its explanation.
#[derive(Serialize)]
pub struct One {
    id: i64,
    /// Nothing where the system itself is concerned.
    establishment: Option<String>,
    rule: String,
    rule_in_words: Wording,
    severity: String,
    measure: Option<String>,
    part: Option<String>,
    version: Option<String>,
    screen: Option<String>,
    direction: String,
    first_day: String,
    last_day: String,
    days: u32,
    counted: u64,
    /// What was expected.
    usual: u64,
    out_of: Option<u64>,
    score: f64,
    sentence: Wording,
    /// `open` or `acknowledged`.
    state: &'static str,
    raised_at: String,
    acknowledged_at: Option<String>,
    /// In which role; never who.
    acknowledged_by: Option<String>,
    /// The day on which it was last put on its way to whoever is told.
    told_on: Option<String>,
}

impl From<KeptAlert> for One {
    fn from(kept: KeptAlert) -> Self {
        let seen = kept.seen;
        let (acknowledged_at, acknowledged_by) = kept.acknowledged.map(|(at, role)| (at.to_string(), role)).unzip();
        Self {
            id: kept.id,
            establishment: kept.establishment.map(|uai| uai.to_string()),
            rule_in_words: Wording {
                fr: rule_in_words(&seen.rule, Lang::Fr).to_owned(),
                en: rule_in_words(&seen.rule, Lang::En).to_owned(),
            },
            rule: seen.rule,
            severity: seen.severity,
            measure: Some(seen.measure).filter(|measure| !measure.is_empty()),
            part: seen.part,
            version: seen.version,
            screen: seen.screen,
            direction: seen.direction,
            first_day: seen.first_day.to_string(),
            last_day: seen.last_day.to_string(),
            days: seen.days,
            counted: seen.counted,
            usual: seen.usual,
            out_of: seen.out_of,
            score: seen.score,
            sentence: Wording { fr: seen.sentence.0, en: seen.sentence.1 },
            state: if acknowledged_at.is_some() { "acknowledged" } else { "open" },
            raised_at: kept.raised_at.to_string(),
            acknowledged_at,
            acknowledged_by,
            told_on: kept.told.map(|(on, _)| on.to_string()),
        }
    }
}

/// The alerts that the caller may see.
pub async fn list(
    State(app): State<Arc<App>>,
    Query(which): Query<Which>,
    headers: HeaderMap,
) -> Result<Json<Answer>, Problem> {
    let of = places(&app, &headers).await?;
    let is_wanted = match which.state.as_deref() {
        None | Some("all") => |_: &KeptAlert| true,
        Some("open") => |alert: &KeptAlert| alert.acknowledged.is_none(),
        Some("acknowledged") => |alert: &KeptAlert| alert.acknowledged.is_some(),
        Some(_) => {
            let detail = "`state` is one of open, acknowledged, all";
            let status = StatusCode::UNPROCESSABLE_ENTITY;
            return Err(Problem::new(status, "alerts", "There is no such state", detail));
        }
    };
    let approvals = Approvals::load(app.store.register()).await?;
    if let AlertsOf::School(uai) = &of
        && let Some(place) = app.place(uai)
    {
        // What a page would show by now is here too.
        outlook::alerts(&app, &approvals, (uai, place.academy.zone())).await?;
    }
    let kept = app.store.register().alerts(&of).await?;
    let kept = kept.into_iter().filter(|alert| may_be_told(&approvals, alert));
    let alerts = kept.filter(is_wanted).take(MOST).map(One::from).collect();
    Ok(Json(Answer { alerts }))
}

/// Of which places the caller may read: what she signed in for, or what the token is for.
async fn places(app: &App, headers: &HeaderMap) -> Result<AlertsOf, Problem> {
    if headers.contains_key(header::AUTHORIZATION) {
        let token = access::token_for_any(app, headers, &[Scope::Read]).await?;
        return Ok(token.scope.establishment.map_or(AlertsOf::All, AlertsOf::School));
    }
    let session = access::session(app, headers).await?.ok_or_else(Problem::unauthorized)?;
    match session.claims.role() {
        // No school is visible to her (docs/privacy.md).
        Some(Role::Editor) => Ok(AlertsOf::System),
        Some(Role::SchoolHead) => session.claims.establishment().map(AlertsOf::School).ok_or_else(Problem::not_found),
        _ => Err(Problem::not_found()),
    }
}

/// Acknowledges an alert: a head of her school, an operator of the system itself.
pub async fn acknowledge(
    State(app): State<Arc<App>>,
    Path(id): Path<String>,
    headers: HeaderMap,
) -> Result<Json<One>, Problem> {
    let session = access::session(&app, &headers).await?.ok_or_else(Problem::not_found)?;
    let id = id.parse().map_err(|_| Problem::not_found())?;
    Ok(Json(One::from(acknowledge_as(&app, &session.claims, id).await?)))
}

/// Acknowledges an alert for a signed-in person, whose role alone is kept with it. What is not hers is not there.
pub async fn acknowledge_as(app: &App, claims: &Claims, id: i64) -> Result<KeptAlert, Problem> {
    let role = claims.role().ok_or_else(Problem::not_found)?;
    let register = app.store.register();
    let alert = register.alert(id).await?.ok_or_else(Problem::not_found)?;
    let is_hers = match role {
        Role::SchoolHead => alert.establishment.is_some() && alert.establishment == claims.establishment(),
        Role::Editor => alert.establishment.is_none(),
        _ => false,
    };
    if !is_hers {
        return Err(Problem::not_found());
    }
    let (now, real) = (app.clock.now(), app.clock.real());
    let who = claims.party(SchoolYear::of(date_of(real)));
    register.acknowledge_alert(id, now, role.slug(), who, real).await?;
    register.alert(id).await?.ok_or_else(Problem::not_found)
}
