//! From a signed-in person and an address to a view she may see. Pages, the API and the command line all come this way.

use analytics::governance::Approvals;
use analytics::own;
use analytics::range::{NoRange, Range};
use analytics::school;
use analytics::segments::{self, OwnSegment};
use analytics::view::{NOT_APPROVED, View};
use calendar::{SchoolYear, Zone};
use catalogue::Role;
use jiff::civil::Date;
use privacy::entry::Claims;
use privacy::exit::{OwnAccess, Subject, Viewer};
use privacy::{Pseudonym, Uai};
use serde::Deserialize;
use store::{Establishment, RosterClass};

use crate::advice;
use crate::app::{App, date_of};
use crate::outlook;
use crate::problem::Problem;

/// The state of a view as the address bar holds it.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub struct ViewState {
    /// A period's label.
    pub p: Option<String>,
    /// A free range: its first day.
    pub from: Option<String>,
    /// A free range: its last day.
    pub until: Option<String>,
    /// `fr` or `en`.
    pub lang: Option<String>,
    /// `0` turns the comparison off.
    pub compare: Option<String>,
    /// The school an operator looks at.
    pub uai: Option<String>,
}

impl ViewState {
    /// Whether the comparison is on.
    pub fn compares(&self) -> bool {
        self.compare.as_deref() != Some("0")
    }

    /// The range it asks for, in a zone; the current school period by default.
    pub fn range(&self, app: &App, zone: Zone) -> Result<Range, NoRange> {
        let filled = |text: &Option<String>| text.clone().filter(|text| !text.is_empty());
        if let (Some(from), Some(until)) = (filled(&self.from), filled(&self.until)) {
            // What could be anything is not repeated back.
            let date = |text: String| {
                text.parse::<Date>().map_err(|_| NoRange::Period("a bound of the range is no date".to_owned()))
            };
            return Range::between(date(from)?, date(until)?);
        }
        match filled(&self.p) {
            Some(label) => Range::of_label(&label, &app.calendar, zone),
            None => Ok(Range::current(&app.calendar, zone, date_of(app.clock.now()))),
        }
    }
}

/// A view and the one it is compared with.
pub struct Compared {
    /// The range shown.
    pub range: Range,
    /// What it shows.
    pub view: View,
    /// The range before and what it showed, where the comparison is on and there is one.
    pub previous: Option<(Range, View)>,
    /// Whether any decision behind it was only made for a demonstration.
    pub demonstration: bool,
}

/// Where a signed-in person belongs.
pub async fn establishment(app: &App, uai: &Uai) -> Result<Establishment, Problem> {
    app.store.register().establishment(uai).await?.ok_or_else(Problem::not_found)
}

/// Where a teacher teaches. For anybody else her page does not exist.
pub fn school_of_teacher(claims: &Claims) -> Result<Uai, Problem> {
    claims.establishment().filter(|_| claims.role() == Some(Role::Teacher)).ok_or_else(Problem::not_found)
}

/// A teacher's own class as its school year's roster has it, and what she sees of it.
pub struct OwnClass {
    /// The class.
    pub class: RosterClass,
    /// Its figures.
    pub compared: Compared,
}

/// The teacher's own class over a range; `None` where that school year's roster has no class of hers.
///
/// Every view is logged before a row is read. Both ranges are read at the same time.
pub async fn own_class(
    app: &App,
    claims: &Claims,
    zone: Zone,
    compares: bool,
    range: Range,
) -> Result<Option<OwnClass>, Problem> {
    let uai = school_of_teacher(claims)?;
    let approvals = Approvals::load(app.store.register()).await?;
    let before = range.previous(&app.calendar, zone).filter(|_| compares);
    let (approved, school) = (&approvals, &uai);
    let look = |range: Range| async move { class_in(app, approved, claims, school, &range).await };
    let suggested = async {
        if is_current(app, zone, &range) {
            advice::of_teacher(app, approved, claims, (school, zone)).await
        } else {
            Ok(None)
        }
    };
    let ((now, earlier), suggested) = tokio::try_join!(both(&range, before.as_ref(), look), suggested)?;
    let Some((class, mut view)) = now else { return Ok(None) };
    view.advice = suggested;
    let previous = before.zip(earlier.flatten().map(|(_, view)| view));
    let demonstration = approvals.are_for_demonstration();
    Ok(Some(OwnClass { class, compared: Compared { range, view, previous, demonstration } }))
}

/// What lets somebody see of her own: of herself or, with a class that her roster names, of that. The look is logged first.
pub async fn own_access(
    app: &App,
    claims: &Claims,
    (uai, person): (&Uai, Pseudonym),
    class: Option<&RosterClass>,
    look: &str,
) -> Result<OwnAccess, Problem> {
    let (subject, classes) = match class {
        Some(class) => (Subject::Class(class.class), vec![class.class]),
        None => (Subject::Person(person), Vec::new()),
    };
    let viewer = Viewer { establishment: uai.clone(), person, classes };
    let at = app.clock.real();
    let who = claims.party(SchoolYear::of(date_of(at)));
    let logged = app.store.register().log_view(at, who, uai, person, subject, look).await?;
    OwnAccess::check(&viewer, subject, logged).map_err(|_| Problem::not_found())
}

/// Her class in the range's school year; `None` where she has none: her claims name it, and that year's roster must agree.
async fn class_in(
    app: &App,
    approvals: &Approvals,
    claims: &Claims,
    uai: &Uai,
    range: &Range,
) -> Result<Option<(RosterClass, View)>, Problem> {
    let Some((person, class)) = class_of(app, claims, uai, range.school_year()).await? else { return Ok(None) };
    let access = own_access(app, claims, (uai, person), Some(&class), &range.label).await?;
    let view = own::class_view(&app.store, approvals, &access, &class, range).await?;
    Ok(Some((class, view.into_value())))
}

/// Whether a range is the one that is shown when nothing is asked for: what is suggested is of now.
fn is_current(app: &App, zone: Zone, range: &Range) -> bool {
    let today = date_of(app.clock.now());
    (range.first_day()..=range.last_day()).contains(&today) || *range == Range::current(&app.calendar, zone, today)
}

/// Her own segment of use in a school year. The view is logged before a row is read, unless there is nothing to read:
/// the committee has not approved it, or nobody knows her in that year.
pub async fn own_segment(app: &App, claims: &Claims, zone: Zone, year: SchoolYear) -> Result<OwnSegment, Problem> {
    let uai = school_of_teacher(claims)?;
    let approvals = Approvals::load(app.store.register()).await?;
    if !segments::is_approved(&approvals) {
        return Ok(OwnSegment::nothing(NOT_APPROVED));
    }
    let Some(in_year) = claims.in_year(year) else { return Ok(OwnSegment::nothing(segments::TOO_EARLY)) };
    let person = in_year.person;
    let access = own_access(app, claims, (&uai, person), None, &format!("segment {year}")).await?;
    Ok(segments::own(&app.store, &approvals, (&app.calendar, zone), &access, year).await?.into_value())
}

/// The class that a teacher's claims name, with herself, where that year's roster agrees.
pub async fn class_of(
    app: &App,
    claims: &Claims,
    uai: &Uai,
    year: SchoolYear,
) -> Result<Option<(Pseudonym, RosterClass)>, Problem> {
    let Some(in_year) = claims.in_year(year) else { return Ok(None) };
    let Some(class) = in_year.class else { return Ok(None) };
    let classes = app.store.register().classes(uai, year).await?;
    let hers = classes.into_iter().find(|one| one.class == class && one.teachers.contains(&in_year.person));
    Ok(hers.map(|class| (in_year.person, class)))
}

/// A school over a range: its head's own, or the one an operator asks for.
pub async fn school(app: &App, claims: &Claims, state: &ViewState) -> Result<(Establishment, Compared), Problem> {
    let uai = match claims.role() {
        Some(Role::SchoolHead) => claims.establishment().ok_or_else(Problem::not_found)?,
        _ => return Err(Problem::not_found()),
    };
    let place = establishment(app, &uai).await?;
    let zone = place.academy.zone();
    let mut compared = school_over(app, &uai, zone, state).await?;
    if is_current(app, zone, &compared.range) {
        let approvals = Approvals::load(app.store.register()).await?;
        compared.view.advice = advice::of_head(app, &approvals, claims, (&uai, zone)).await?;
    }
    Ok((place, compared))
}

/// A school over a range, whoever asks: for callers that have checked the right.
pub async fn school_over(app: &App, uai: &Uai, zone: Zone, state: &ViewState) -> Result<Compared, Problem> {
    let range = state.range(app, zone).map_err(|error| bad_range(&error))?;
    let approvals = Approvals::load(app.store.register()).await?;
    let before = range.previous(&app.calendar, zone).filter(|_| state.compares());
    let approved = &approvals;
    let look = |range: Range| async move { school::school_view(&app.store, approved, uai, &range).await };
    let mut compared = compared(range, before, &approvals, look).await?;
    let place = (uai, zone);
    (compared.view.forecasts, compared.view.alerts, compared.view.patterns) = tokio::try_join!(
        outlook::forecasts(app, approved, place, &compared.range),
        outlook::alerts(app, approved, place),
        async { outlook::patterns(app, approved, place).await.map(Some) },
    )?;
    Ok(compared)
}

/// A range and the one before it, looked at at the same time.
pub async fn compared<F: Future<Output = Result<View, store::Error>>>(
    range: Range,
    before: Option<Range>,
    approvals: &Approvals,
    look: impl Fn(Range) -> F,
) -> Result<Compared, Problem> {
    let (view, earlier) = both(&range, before.as_ref(), look).await?;
    Ok(Compared { range, view, previous: before.zip(earlier), demonstration: approvals.are_for_demonstration() })
}

async fn both<T, E, F: Future<Output = Result<T, E>>>(
    range: &Range,
    before: Option<&Range>,
    look: impl Fn(Range) -> F,
) -> Result<(T, Option<T>), E> {
    let earlier = async {
        match before {
            Some(range) => look(range.clone()).await.map(Some),
            None => Ok(None),
        }
    };
    tokio::try_join!(look(range.clone()), earlier)
}

/// What to answer to a range that makes no sense.
pub fn bad_range(error: &NoRange) -> Problem {
    let status = axum::http::StatusCode::UNPROCESSABLE_ENTITY;
    Problem::new(status, "range", "The range is not as expected", error.to_string())
}
