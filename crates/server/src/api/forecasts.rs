//! `GET /api/v1/forecasts`: what is to come. A head has her own school's weeks and its adoption; an operator, and a token to
//! read for all, the month to come beyond the schools and the load of the system. Each says how it was made, from how much,
//! how often its intervals should hold, and by how much the last ones were wrong.

use std::sync::Arc;

use analytics::adoption::{Curve, SchoolAdoption};
use analytics::coming::{self, ComingSum, CubeOutlook};
use analytics::forecast::Forecast;
use analytics::governance::Approvals;
use analytics::load::{HourOutlook, LoadOutlook, MetricOutlook, NoLoad, PeakHour, Week};
use analytics::range::Range;
use analytics::view::NOT_APPROVED;
use axum::Json;
use axum::extract::{Query, State};
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Response};
use calendar::{IsoWeek, Lang};
use catalogue::{Catalogue, Role};
use jiff::{Span, Timestamp};
use privacy::Uai;
use privacy::exit::{Level, Protection};
use serde::{Deserialize, Serialize};
use store::Scope;

use crate::app::App;
use crate::problem::Problem;
use crate::{access, outlook, views};

/// How a school's weeks are forecast, in words.
const WEEKS: &str = "a level that moves, times factors of a week's class days and of the weeks around holidays; intervals from the \
                     errors of earlier weeks";
/// How many weeks ahead a school is told.
const AHEAD: i64 = 8;

/// How far figures are added up, and in how much detail.
#[derive(Deserialize)]
pub struct Which {
    /// `district`, `department`, `academy` or `national`, which is the default.
    level: Option<String>,
    /// `hours` for each hour of the load; `weeks` otherwise.
    detail: Option<String>,
}

/// What is to come of a school.
#[derive(Serialize)]
struct OfSchool {
    of: &'static str,
    method: &'static str,
    closed_through: Option<String>,
    forecasts: Vec<Forecast>,
    adoption: Option<SchoolAdoption>,
    withheld: Option<&'static str>,
}

/// What is to come beyond the schools.
#[derive(Serialize)]
struct Beyond {
    of: &'static str,
    level: Level,
    months: Vec<Cube>,
    months_withheld: Option<&'static str>,
    adoption: Option<Curve>,
    load: Option<Load>,
    load_withheld: Option<String>,
}

/// A cube's month to come.
#[derive(Serialize)]
struct Cube {
    cube: String,
    title: String,
    period: String,
    method: &'static str,
    protection: Protection,
    level: f64,
    learnt_from: usize,
    missed_by: Option<f64>,
    sums: Vec<ComingSum>,
}

/// The load to come; hours only where they were asked for.
#[derive(Serialize)]
struct Load {
    method: &'static str,
    level: f64,
    from: Timestamp,
    until: Timestamp,
    loads: Vec<Metric>,
}

#[derive(Serialize)]
struct Metric {
    metric: &'static str,
    learnt_from: usize,
    missed_by: Option<f64>,
    held: f64,
    peak: PeakHour,
    weeks: Vec<Week>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    hours: Vec<HourOutlook>,
}

/// Forecasts for whoever asks.
pub async fn get(
    State(app): State<Arc<App>>,
    Query(which): Query<Which>,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    if headers.contains_key(header::AUTHORIZATION) {
        let token = access::token_for_any(&app, &headers, &[Scope::Read]).await?;
        if token.scope.establishment.is_some() {
            let detail = "this token is for one establishment; one for all is needed (--establishment all)";
            return Err(Problem::new(StatusCode::FORBIDDEN, "scope", "The token is for something else", detail));
        }
        return Ok(beyond(&app, &which).await?.into_response());
    }
    let session = access::session(&app, &headers).await?.ok_or_else(Problem::not_found)?;
    match session.claims.role() {
        Some(Role::SchoolHead) => {
            let uai = session.claims.establishment().ok_or_else(Problem::not_found)?;
            Ok(of_school(&app, &uai).await?.into_response())
        }
        Some(Role::Editor) => Ok(beyond(&app, &which).await?.into_response()),
        _ => Err(Problem::not_found()),
    }
}

async fn of_school(app: &App, uai: &Uai) -> Result<Json<OfSchool>, Problem> {
    let zone = views::establishment(app, uai).await?.academy.zone();
    let approvals = Approvals::load(app.store.register()).await?;
    let mut answer = OfSchool {
        of: "school",
        method: WEEKS,
        closed_through: None,
        forecasts: Vec::new(),
        adoption: None,
        withheld: (!approvals.has_approved("forecasts")).then_some(NOT_APPROVED),
    };
    let Some(closed) = app.store.closed_through().await? else { return Ok(Json(answer)) };
    answer.closed_through = Some(closed.to_string());
    let range = to_come(closed).map_err(|error| views::bad_range(&error))?;
    let (forecasts, adoption) = tokio::try_join!(
        outlook::forecasts(app, &approvals, (uai, zone), &range),
        analytics::adoption::school(&app.store, &approvals, (&app.calendar, zone), uai, closed),
    )?;
    (answer.forecasts, answer.adoption) = (forecasts, adoption);
    Ok(Json(answer))
}

/// The weeks after one, within its school year.
fn to_come(closed: IsoWeek) -> Result<Range, analytics::range::NoRange> {
    let last = closed.sunday().saturating_add(Span::new().weeks(AHEAD)).min(closed.school_year().last_day());
    Range::between(closed.monday(), last)
}

async fn beyond(app: &App, which: &Which) -> Result<Json<Beyond>, Problem> {
    let level = match which.level.as_deref() {
        None => Level::National,
        Some(slug) => Level::from_slug(slug)
            .ok_or_else(|| refused("level", "`level` is one of district, department, academy, national"))?,
    };
    let by_hour = match which.detail.as_deref() {
        None | Some("weeks") => false,
        Some("hours") => true,
        Some(_) => return Err(refused("detail", "`detail` is `weeks` or `hours`")),
    };
    let approvals = Approvals::load(app.store.register()).await?;
    let months = outlook::months(app, &approvals).await?;
    let adoption = analytics::adoption::country(&app.store, &approvals).await?;
    let (load, load_withheld) = match outlook::load(app, &approvals).await? {
        Ok(load) => (Some(told(load, by_hour)), None),
        Err(NoLoad::NotApproved) => (None, Some(NOT_APPROVED.to_owned())),
        Err(reason) => (None, Some(reason.to_string())),
    };
    let months_withheld = months.is_none().then_some(NOT_APPROVED);
    let catalogue = app.store.catalogue();
    let months = months.unwrap_or_default().iter().map(|one| cube(catalogue, one, level)).collect();
    Ok(Json(Beyond { of: "beyond", level, months, months_withheld, adoption, load, load_withheld }))
}

fn cube(catalogue: &Catalogue, outlook: &CubeOutlook, level: Level) -> Cube {
    let title = catalogue.cubes().iter().find(|cube| cube.name == outlook.cube);
    let at_level = outlook.at(level);
    Cube {
        cube: outlook.cube.clone(),
        title: title.map_or("", |cube| cube.title.get(Lang::Fr)).to_owned(),
        period: outlook.period.to_string(),
        method: coming::METHOD,
        protection: outlook.protection,
        level: outlook.level,
        learnt_from: outlook.learnt_from,
        missed_by: at_level.missed_by,
        sums: at_level.sums.clone(),
    }
}

fn told(load: LoadOutlook, by_hour: bool) -> Load {
    let LoadOutlook { method, level, from, until, loads } = load;
    let metric = |one: MetricOutlook| Metric {
        metric: one.metric,
        learnt_from: one.learnt_from,
        missed_by: one.missed_by,
        held: one.held,
        peak: one.peak,
        weeks: one.weeks,
        hours: if by_hour { one.hours } else { Vec::new() },
    };
    Load { method, level, from, until, loads: loads.into_iter().map(metric).collect() }
}

fn refused(what: &'static str, detail: &str) -> Problem {
    Problem::new(StatusCode::UNPROCESSABLE_ENTITY, what, "There is no such figure", detail)
}
