//! What is expected of a school, what was unusual in it and in all schools together, kept for a while: both take longer to compute than the rest of
//! a page. A forecast rests on closed weeks and stays right until another closes; alerts are judged again after minutes.

use std::collections::HashMap;
use std::hash::Hash;
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

use analytics::forecast::{self, Forecast};
use analytics::governance::Approvals;
use analytics::patterns::{self, BeyondPatterns, SchoolPatterns};
use analytics::practices::{self, BestPractices};
use analytics::range::Range;
use analytics::recommendations::{self, Here, Published, Readings};
use analytics::watch::{self, Alert};
use calendar::{IsoWeek, Zone};
use jiff::civil::Date;
use privacy::Uai;
use store::Error;

use crate::app::{App, date_of};

/// How long alerts, and what recommendations are compared with, are told without judging again.
const BELIEVED: Duration = Duration::from_mins(10);
/// How many answers are kept; then all are forgotten.
const MOST: usize = 4_096;

/// What was computed lately. A decision that is taken back is part of the question, so nothing of it is told any more.
#[derive(Default)]
pub struct Outlooks {
    forecasts: Kept<(Uai, String, IsoWeek, String), Vec<Forecast>>,
    /// Of a school, or of all together.
    alerts: Kept<(Option<Uai>, Date, String), Option<Vec<Alert>>>,
    patterns: Kept<(Uai, Option<IsoWeek>, Date, String), SchoolPatterns>,
    beyond: Kept<(Option<IsoWeek>, Date, String), BeyondPatterns>,
    published: Kept<String, Published>,
    readings: Kept<(Uai, Date, String), Option<Readings>>,
    practices: Kept<String, BestPractices>,
}

/// Answers by question, with their moment.
struct Kept<Q, A> {
    answers: Mutex<HashMap<Q, (Instant, A)>>,
}

impl<Q, A> Default for Kept<Q, A> {
    fn default() -> Self {
        Self { answers: Mutex::default() }
    }
}

impl<Q: Eq + Hash, A: Clone> Kept<Q, A> {
    fn get(&self, question: &Q, believed: Option<Duration>) -> Option<A> {
        let answers = self.answers.lock().unwrap_or_else(PoisonError::into_inner);
        let (since, answer) = answers.get(question)?;
        believed.is_none_or(|believed| since.elapsed() < believed).then(|| answer.clone())
    }

    fn put(&self, question: Q, answer: A) {
        let mut answers = self.answers.lock().unwrap_or_else(PoisonError::into_inner);
        if answers.len() >= MOST {
            answers.clear();
        }
        answers.insert(question, (Instant::now(), answer));
    }
}

/// The forecasts of a school's weeks to come within a range.
pub async fn forecasts(
    app: &App,
    approvals: &Approvals,
    (uai, zone): (&Uai, Zone),
    range: &Range,
) -> Result<Vec<Forecast>, Error> {
    let Some(closed) = app.store.closed_through().await? else { return Ok(Vec::new()) };
    let question = (uai.clone(), range.label.clone(), closed, approvals.approved());
    if let Some(known) = app.outlooks.forecasts.get(&question, None) {
        return Ok(known);
    }
    let found = forecast::school_weeks(&app.store, approvals, (&app.calendar, zone), uai, range, closed).await?;
    app.outlooks.forecasts.put(question, found.clone());
    Ok(found)
}

/// What was unusual in a school.
pub async fn alerts(app: &App, approvals: &Approvals, (uai, zone): (&Uai, Zone)) -> Result<Option<Vec<Alert>>, Error> {
    let today = date_of(app.clock.now());
    let question = (Some(uai.clone()), today, approvals.approved());
    if let Some(known) = app.outlooks.alerts.get(&question, Some(BELIEVED)) {
        return Ok(known);
    }
    let found = watch::school(&app.store, approvals, (&app.calendar, zone), uai, today).await?;
    app.outlooks.alerts.put(question, found.clone());
    Ok(found)
}

/// What was unusual in all schools together.
pub async fn system_alerts(app: &App, approvals: &Approvals) -> Result<Option<Vec<Alert>>, Error> {
    let today = date_of(app.clock.now());
    let question = (None, today, approvals.approved());
    if let Some(known) = app.outlooks.alerts.get(&question, Some(BELIEVED)) {
        return Ok(known);
    }
    let found = watch::system(&app.store, approvals, &app.calendar, today).await?;
    app.outlooks.alerts.put(question, found.clone());
    Ok(found)
}

/// The patterns of a school. They rest on closed weeks and on days before today, and stay right until tomorrow.
pub async fn patterns(app: &App, approvals: &Approvals, (uai, zone): (&Uai, Zone)) -> Result<SchoolPatterns, Error> {
    let (closed, today) = (app.store.closed_through().await?, date_of(app.clock.now()));
    let question = (uai.clone(), closed, today, approvals.approved());
    if let Some(known) = app.outlooks.patterns.get(&question, None) {
        return Ok(known);
    }
    let place = (&app.calendar, zone);
    let found = patterns::school(&app.store, approvals, place, uai, (closed, today)).await?;
    app.outlooks.patterns.put(question, found.clone());
    Ok(found)
}

/// The patterns beyond establishments. A month's cubes come with the closing of its last week.
pub async fn beyond(app: &App, approvals: &Approvals) -> Result<BeyondPatterns, Error> {
    let (closed, today) = (app.store.closed_through().await?, date_of(app.clock.now()));
    let question = (closed, today, approvals.approved());
    if let Some(known) = app.outlooks.beyond.get(&question, Some(BELIEVED)) {
        return Ok(known);
    }
    let found = patterns::beyond(&app.store, approvals, today).await?;
    app.outlooks.beyond.put(question, found.clone());
    Ok(found)
}

/// What has left with noise, as far as a teacher's recommendations need it.
pub async fn published(app: &App, approvals: &Approvals) -> Result<Published, Error> {
    let question = approvals.approved();
    if let Some(known) = app.outlooks.published.get(&question, Some(BELIEVED)) {
        return Ok(known);
    }
    let found = recommendations::published(&app.store, approvals).await?;
    app.outlooks.published.put(question, found.clone());
    Ok(found)
}

/// What a head's recommendations look at.
pub async fn readings(here: Here<'_>, app: &App, uai: &Uai) -> Result<Option<Readings>, Error> {
    let question = (uai.clone(), here.today, here.approvals.approved());
    if let Some(known) = app.outlooks.readings.get(&question, Some(BELIEVED)) {
        return Ok(known);
    }
    let alerts = alerts(app, here.approvals, (uai, here.zone)).await?;
    let found = recommendations::head_readings(here, uai, alerts.as_deref()).await?;
    app.outlooks.readings.put(question, found.clone());
    Ok(found)
}

/// What goes together from district to district.
pub async fn practices(app: &App, approvals: &Approvals) -> Result<BestPractices, Error> {
    let question = approvals.approved();
    if let Some(known) = app.outlooks.practices.get(&question, Some(BELIEVED)) {
        return Ok(known);
    }
    let found = practices::best_practices(&app.store, approvals).await?;
    app.outlooks.practices.put(question, found.clone());
    Ok(found)
}
