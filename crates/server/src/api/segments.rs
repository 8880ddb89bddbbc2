//! `GET /api/v1/segments`: to a teacher her own segment of use, with the rule and what would change it; to a head numbers of
//! teachers by segment, as they left when a school period closed.

use std::sync::Arc;

use analytics::governance::Approvals;
use analytics::segments::{self, OwnSegment, SchoolSegments};
use axum::Json;
use axum::extract::{Query, State};
use axum::http::{HeaderMap, StatusCode};
use calendar::{Calendar, Period, SchoolPeriod, SchoolYear, Zone};
use catalogue::Role;
use serde::{Deserialize, Serialize};

use crate::access;
use crate::app::{App, date_of};
use crate::problem::Problem;
use crate::views;

/// Of when.
#[derive(Deserialize)]
pub struct When {
    /// To a teacher a school year (`2025-2026`), this one by default; to a head a school period (`2025-2026-P2`), the
    /// last one that has closed by default.
    p: Option<String>,
}

/// What is answered.
#[derive(Serialize)]
#[serde(untagged)]
pub enum Answer {
    /// To a teacher.
    Own(Box<OwnSegment>),
    /// To a head.
    School(SchoolSegments),
}

/// Her own segment, or a school's numbers.
pub async fn get(
    State(app): State<Arc<App>>,
    Query(when): Query<When>,
    headers: HeaderMap,
) -> Result<Json<Answer>, Problem> {
    let session = access::session(&app, &headers).await?.ok_or_else(Problem::not_found)?;
    let claims = &session.claims;
    let uai = claims.establishment().ok_or_else(Problem::not_found)?;
    let zone = views::establishment(&app, &uai).await?.academy.zone();
    let asked = when.p.filter(|text| !text.is_empty());
    match claims.role() {
        Some(Role::Teacher) => {
            let year = match asked {
                Some(text) => text.parse().map_err(|_| wrong("a school year, as 2025-2026"))?,
                None => SchoolYear::of(date_of(app.clock.now())),
            };
            Ok(Json(Answer::Own(Box::new(views::own_segment(&app, claims, zone, year).await?))))
        }
        Some(Role::SchoolHead) => {
            let period = asked.map(|text| period(&text, &app.calendar, zone)).transpose()?;
            let approvals = Approvals::load(app.store.register()).await?;
            let place = (&app.calendar, zone);
            Ok(Json(Answer::School(segments::school(&app.store, &approvals, place, &uai, period).await?)))
        }
        _ => Err(Problem::not_found()),
    }
}

fn period(text: &str, calendar: &Calendar, zone: Zone) -> Result<SchoolPeriod, Problem> {
    match Period::parse(text, calendar, zone) {
        Ok(Period::SchoolPeriod(period)) => Ok(period),
        _ => Err(wrong("a school period, as 2025-2026-P2")),
    }
}

fn wrong(expected: &str) -> Problem {
    let detail = format!("`p` is {expected}");
    Problem::new(StatusCode::UNPROCESSABLE_ENTITY, "period", "The period is not as expected", detail)
}
