//! What is expected of a school, of districts and of the system, and what was unusual, kept for a while: all take longer to
//! compute than the rest of a page. A forecast rests on closed periods and stays right until another closes; alerts and
//! the load are looked at again after minutes.

use std::collections::HashMap;
use std::hash::Hash;
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

use analytics::coming::{self, CubeOutlook};
use analytics::forecast::{self, Forecast};
use analytics::governance::Approvals;
use analytics::load::{self, Asked, LoadOutlook, NoLoad};
use analytics::patterns::{self, BeyondPatterns, SchoolPatterns};
use analytics::practices::{self, BestPractices};
use analytics::range::Range;
use analytics::recommendations::{self, Here, Published, Readings};
use analytics::watch::{self, Alert};
use calendar::{IsoWeek, Zone};
use jiff::civil::Date;
use privacy::Uai;
use store::Error;

use crate::alerts;
use crate::app::{App, date_of};

/// How long alerts, and what recommendations are compared with, are told without judging again.
const BELIEVED: Duration = Duration::from_mins(10);
/// The load is counted by the hour, so nothing is new before that.
const BELIEVED_LOAD: Duration = Duration::from_hours(1);
/// The load is told so many weeks ahead, or fewer where fewer are known; its upper bounds hold in so many percent.
const LOAD_WEEKS: usize = 4;
const LOAD_LEVEL: f64 = 99.0;
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
    months: Kept<(IsoWeek, String), Option<Vec<CubeOutlook>>>,
    load: Kept<(Date, String), Result<LoadOutlook, NoLoad>>,
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

    /// The answer that is kept, or what `find` finds, which is kept then.
    async fn or<E>(
        &self,
        question: Q,
        believed: Option<Duration>,
        find: impl Future<Output = Result<A, E>>,
    ) -> Result<A, E> {
        if let Some(known) = self.get(&question, believed) {
            return Ok(known);
        }
        let found = find.await?;
        self.put(question, found.clone());
        Ok(found)
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
    app.outlooks
        .forecasts
        .or(question, None, forecast::school_weeks(&app.store, approvals, (&app.calendar, zone), uai, range, closed))
        .await
}

/// What was unusual in a school.
pub async fn alerts(app: &App, approvals: &Approvals, (uai, zone): (&Uai, Zone)) -> Result<Option<Vec<Alert>>, Error> {
    let today = date_of(app.clock.now());
    let question = (Some(uai.clone()), today, approvals.approved());
    if let Some(known) = app.outlooks.alerts.get(&question, Some(BELIEVED)) {
        return Ok(known);
    }
    judge_alerts(app, approvals, (uai, zone)).await
}

/// The same, judged now. What is found is kept in the register before anybody is told.
pub async fn judge_alerts(
    app: &App,
    approvals: &Approvals,
    (uai, zone): (&Uai, Zone),
) -> Result<Option<Vec<Alert>>, Error> {
    let today = date_of(app.clock.now());
    let found = watch::school(&app.store, approvals, (&app.calendar, zone), uai, today).await?;
    alerts::keep(app, Some((uai, zone)), found.as_deref().unwrap_or_default()).await?;
    app.outlooks.alerts.put((Some(uai.clone()), today, approvals.approved()), found.clone());
    Ok(found)
}

/// What was unusual in all schools together.
pub async fn system_alerts(app: &App, approvals: &Approvals) -> Result<Option<Vec<Alert>>, Error> {
    let question = (None, date_of(app.clock.now()), approvals.approved());
    if let Some(known) = app.outlooks.alerts.get(&question, Some(BELIEVED)) {
        return Ok(known);
    }
    judge_system_alerts(app, approvals).await
}

/// The same, judged now and kept in the register.
pub async fn judge_system_alerts(app: &App, approvals: &Approvals) -> Result<Option<Vec<Alert>>, Error> {
    let today = date_of(app.clock.now());
    let found = watch::system(&app.store, approvals, &app.calendar, today).await?;
    alerts::keep(app, None, found.as_deref().unwrap_or_default()).await?;
    app.outlooks.alerts.put((None, today, approvals.approved()), found.clone());
    Ok(found)
}

/// The patterns of a school. They rest on closed weeks and on days before today, and stay right until tomorrow.
pub async fn patterns(app: &App, approvals: &Approvals, (uai, zone): (&Uai, Zone)) -> Result<SchoolPatterns, Error> {
    let (closed, today) = (app.store.closed_through().await?, date_of(app.clock.now()));
    let question = (uai.clone(), closed, today, approvals.approved());
    let find = async {
        let place = (&app.calendar, zone);
        patterns::school(&app.store, approvals, place, uai, (closed, today)).await
    };
    app.outlooks.patterns.or(question, None, find).await
}

/// The patterns beyond establishments. A month's cubes come with the closing of its last week.
pub async fn beyond(app: &App, approvals: &Approvals) -> Result<BeyondPatterns, Error> {
    let (closed, today) = (app.store.closed_through().await?, date_of(app.clock.now()));
    let question = (closed, today, approvals.approved());
    app.outlooks.beyond.or(question, Some(BELIEVED), patterns::beyond(&app.store, approvals, today)).await
}

/// What has left with noise, as far as a teacher's recommendations need it.
pub async fn published(app: &App, approvals: &Approvals) -> Result<Published, Error> {
    let question = approvals.approved();
    app.outlooks.published.or(question, Some(BELIEVED), recommendations::published(&app.store, approvals)).await
}

/// What a head's recommendations look at.
pub async fn readings(here: Here<'_>, app: &App, uai: &Uai) -> Result<Option<Readings>, Error> {
    let question = (uai.clone(), here.today, here.approvals.approved());
    let find = async {
        let alerts = alerts(app, here.approvals, (uai, here.zone)).await?;
        recommendations::head_readings(here, uai, alerts.as_deref()).await
    };
    app.outlooks.readings.or(question, Some(BELIEVED), find).await
}

/// What goes together from district to district.
pub async fn practices(app: &App, approvals: &Approvals) -> Result<BestPractices, Error> {
    let question = approvals.approved();
    app.outlooks.practices.or(question, Some(BELIEVED), practices::best_practices(&app.store, approvals)).await
}

/// The month to come beyond the schools; `None` where the committee has not approved it.
pub async fn months(app: &App, approvals: &Approvals) -> Result<Option<Vec<CubeOutlook>>, Error> {
    let Some(closed) = app.store.closed_through().await? else {
        return coming::month(&app.store, approvals, &app.calendar).await;
    };
    let question = (closed, approvals.approved());
    app.outlooks.months.or(question, Some(BELIEVED_LOAD), coming::month(&app.store, approvals, &app.calendar)).await
}

/// The load to come.
pub async fn load(app: &App, approvals: &Approvals) -> Result<Result<LoadOutlook, NoLoad>, Error> {
    let question = (date_of(app.clock.now()), approvals.approved());
    let find = async {
        let asked = Asked { weeks: LOAD_WEEKS, level: LOAD_LEVEL };
        load::outlook(&app.store, approvals, &app.calendar, asked).await
    };
    app.outlooks.load.or(question, Some(BELIEVED_LOAD), find).await
}
