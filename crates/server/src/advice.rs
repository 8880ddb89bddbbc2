//! From a signed-in person to what may be worth a try for her: her right is checked, the look is logged, and what she found
//! of no use is left out.

use analytics::governance::Approvals;
use analytics::recommendations::{self, Advice, Here};
use calendar::{SchoolYear, Zone};
use privacy::Uai;
use privacy::entry::Claims;

use crate::app::{App, date_of};
use crate::outlook;
use crate::problem::Problem;
use crate::views;

/// How the audit log names the look.
const LOOK: &str = "recommendations";

/// What may be worth a try for a teacher; `None` without the committee's approval, or without a class of hers this year.
pub async fn of_teacher(
    app: &App,
    approvals: &Approvals,
    claims: &Claims,
    (uai, zone): (&Uai, Zone),
) -> Result<Option<Vec<Advice>>, Problem> {
    if !approvals.has_approved(recommendations::DECISION) {
        return Ok(None);
    }
    let today = date_of(app.clock.now());
    let Some((person, class)) = views::class_of(app, claims, uai, SchoolYear::of(today)).await? else {
        return Ok(None);
    };
    let access = views::own_access(app, claims, (uai, person), Some(&class), LOOK).await?;
    let here = Here { store: &app.store, approvals, calendar: &app.calendar, zone, today };
    let published = outlook::published(app, approvals).await?;
    let found = recommendations::teacher(here, &access, person, &class, &published).await?;
    Ok(found.map(privacy::exit::Released::into_value))
}

/// What may be worth a try for a head; `None` without the committee's approval.
pub async fn of_head(
    app: &App,
    approvals: &Approvals,
    claims: &Claims,
    (uai, zone): (&Uai, Zone),
) -> Result<Option<Vec<Advice>>, Problem> {
    let today = date_of(app.clock.now());
    let here = Here { store: &app.store, approvals, calendar: &app.calendar, zone, today };
    let Some(readings) = outlook::readings(here, app, uai).await? else { return Ok(None) };
    let silenced = match claims.in_year(SchoolYear::of(today)) {
        Some(hers) => app.store.register().not_useful(hers.person).await?,
        None => std::collections::BTreeSet::default(),
    };
    Ok(Some(recommendations::head(here, &readings, &silenced)))
}
