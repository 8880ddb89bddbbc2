//! `GET /api/v1/recommendations`: what may be worth a try for the signed-in person, with why, on what it rests and how sure
//! it is; and what goes together between districts. `POST …/{rule}/feedback`: whether it was useful to her.

use std::sync::Arc;

use analytics::governance::Approvals;
use analytics::practices::BestPractices;
use analytics::recommendations::{self, Advice};
use analytics::view::NOT_APPROVED;
use axum::extract::{FromRequest, Path, Request, State};
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Redirect, Response};
use axum::{Form, Json};
use calendar::{Lang, SchoolYear};
use catalogue::{Advised, Role};
use serde::{Deserialize, Serialize};
use store::Feedback;

use crate::app::{App, date_of};
use crate::pages::advice::{Wording, worded};
use crate::problem::Problem;
use crate::{access, advice, outlook, views};

/// What is answered.
#[derive(Serialize)]
pub struct Answer {
    /// `teacher`, `head` or `operator`.
    audience: &'static str,
    /// Three at most, the most useful first. An operator has none.
    recommendations: Vec<Explained>,
    /// What goes together between districts; not for teachers.
    #[serde(skip_serializing_if = "Option::is_none")]
    best_practices: Option<BestPractices>,
    /// Why there is nothing, where that is so: `not_approved`.
    withheld: Option<&'static str>,
}

/// A recommendation in words, beside its figures.
#[derive(Serialize)]
struct Explained {
    #[serde(flatten)]
    advice: Advice,
    fr: Wording,
    en: Wording,
}

/// Recommendations.
pub async fn get(State(app): State<Arc<App>>, headers: HeaderMap) -> Result<Json<Answer>, Problem> {
    let session = access::session(&app, &headers).await?.ok_or_else(Problem::not_found)?;
    let claims = &session.claims;
    let approvals = Approvals::load(app.store.register()).await?;
    let (audience, found) = match claims.role() {
        Some(Role::Teacher) => {
            let uai = views::school_of_teacher(claims)?;
            let zone = views::establishment(&app, &uai).await?.academy.zone();
            ("teacher", advice::of_teacher(&app, &approvals, claims, (&uai, zone)).await?)
        }
        Some(Role::SchoolHead) => {
            let uai = claims.establishment().ok_or_else(Problem::not_found)?;
            let zone = views::establishment(&app, &uai).await?.academy.zone();
            ("head", advice::of_head(&app, &approvals, claims, (&uai, zone)).await?)
        }
        Some(Role::Editor) => ("operator", Some(Vec::new())),
        _ => return Err(Problem::not_found()),
    };
    let is_approved = approvals.has_approved(recommendations::DECISION);
    let practices = if audience == "teacher" { None } else { Some(outlook::practices(&app, &approvals).await?) };
    let explained = |advice: Advice| {
        let of = |lang| worded(&app.calendar, app.store.catalogue(), lang, &advice);
        Explained { fr: of(Lang::Fr), en: of(Lang::En), advice }
    };
    Ok(Json(Answer {
        audience,
        recommendations: found.unwrap_or_default().into_iter().map(explained).collect(),
        best_practices: practices,
        withheld: (!is_approved && audience != "operator").then_some(NOT_APPROVED),
    }))
}

/// What she found of it, as an application says it.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Given {
    useful: bool,
}

/// The same from a form, with the language of the page to go back to.
#[derive(Deserialize)]
struct Typed {
    useful: bool,
    lang: Option<String>,
}

/// Keeps whether a recommendation was useful to her. From a form, leads back to her page.
pub async fn post(
    State(app): State<Arc<App>>,
    Path(rule): Path<String>,
    headers: HeaderMap,
    request: Request,
) -> Result<Response, Problem> {
    let session = access::session(&app, &headers).await?.ok_or_else(Problem::not_found)?;
    let (audience, home) = match session.claims.role() {
        Some(Role::Teacher) => (Advised::Teacher, "/ma-classe"),
        Some(Role::SchoolHead) => (Advised::Head, "/mon-ecole"),
        _ => return Err(Problem::not_found()),
    };
    let known = app.store.catalogue().recommendation(&rule).filter(|rule| rule.audience == audience);
    let known = known.ok_or_else(Problem::not_found)?;
    let kind = headers.get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or_default();
    let (useful, back) = match kind.split(';').next().unwrap_or_default().trim() {
        "application/json" => {
            let given = Json::<Given>::from_request(request, &()).await;
            (given.map_err(|_| malformed("{\"useful\": true}"))?.0.useful, None)
        }
        "application/x-www-form-urlencoded" => {
            let typed = Form::<Typed>::from_request(request, &()).await;
            let Form(typed) = typed.map_err(|_| malformed("useful=true"))?;
            let lang = typed.lang.as_deref().and_then(Lang::from_code);
            (typed.useful, Some(lang.map_or_else(|| home.to_owned(), |lang| format!("{home}?lang={}", lang.code()))))
        }
        _ => {
            let detail = "send application/json, or the form of the page";
            let status = StatusCode::UNSUPPORTED_MEDIA_TYPE;
            return Err(Problem::new(status, "content-type", "The content type is not supported", detail));
        }
    };
    let approvals = Approvals::load(app.store.register()).await?;
    if !approvals.has_approved(recommendations::DECISION) {
        let detail = "recommendations rest on the decision `recommendations`, which the committee has not approved";
        return Err(Problem::new(StatusCode::CONFLICT, "not-approved", "Nothing of this is kept", detail));
    }
    let year = SchoolYear::of(date_of(app.clock.now()));
    let person = session.claims.in_year(year).ok_or_else(Problem::not_found)?.person;
    let given = Feedback { person, rule: known.rule.clone(), useful };
    app.store.register().give_feedback(year, &given).await?;
    Ok(match back {
        Some(home) => Redirect::to(&format!("{home}#pistes")).into_response(),
        None => StatusCode::NO_CONTENT.into_response(),
    })
}

fn malformed(expected: &str) -> Problem {
    let detail = format!("`{expected}` is expected, with true or false");
    Problem::new(StatusCode::UNPROCESSABLE_ENTITY, "malformed-body", "The body cannot be read", detail)
}
