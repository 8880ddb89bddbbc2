//! Patterns: when people work, which weeks stand out and what the calendar says of them, which measures move together,
//! where people get stuck. Made of what has left, of technical days without persons, and, for a teacher about herself, of
//! her own open weeks; so a pattern tells nothing that its reader could not see by other ways.
//!
//! Nobody is rated or ranked: no teacher, class, pupil or school stands beside another.

pub mod causes;
pub mod days;
pub mod friction;
pub mod habits;
pub mod links;
mod numbers;
pub mod own;
pub mod peaks;
pub mod seasons;
mod weekly;

use calendar::{Calendar, IsoWeek, Month, Zone};
use jiff::civil::Date;
use privacy::Uai;
use privacy::exit::{NoisyCube, OwnAccess, Protection, Released};
use serde::Serialize;
use store::{Error, Store};

use crate::beyond;
use crate::governance::Approvals;
use crate::view::NOT_APPROVED;

/// The decision that these analyses rest on.
const DECISION: &str = "patterns";
/// How many of the last months of cubes are added up: fewer are lost in the noise, more would remember other habits.
const MONTHS: usize = 6;
/// Steps between screens are of the last months alone: more would remember screens as they once were.
const STEPS: usize = 3;

/// What is told of a school.
#[derive(Debug, Clone, Default, PartialEq, Serialize)]
pub struct SchoolPatterns {
    /// How many class weeks have a published figure.
    pub published_weeks: usize,
    /// Weeks that stand out, newest first.
    pub peaks: Vec<peaks::Peak>,
    /// Technical days that stand out, newest first.
    pub days: Vec<days::DayPeak>,
    /// Measures that move together.
    pub links: links::Links,
    /// School periods beside those of the year before, newest first.
    pub seasons: Vec<seasons::Season>,
    /// What the weekly figures went through.
    pub protection: String,
    /// Why there is nothing, where that is so: `not_approved`.
    pub withheld: Option<&'static str>,
}

/// What is told beyond establishments.
#[derive(Debug, Clone, Default, PartialEq, Serialize)]
pub struct BeyondPatterns {
    /// Hours and weekdays, of the country and of academies.
    pub habits: Vec<habits::Habits>,
    /// Cubes that move together over districts and months.
    pub links: links::Links,
    /// Points of friction.
    pub friction: friction::Friction,
    /// What the cubes went through; nothing where there are none.
    pub protection: Option<String>,
    /// Why there is nothing, where that is so: `not_approved`.
    pub withheld: Option<&'static str>,
}

/// The patterns of a school as of `today`: from its figures that left until `closed`, and from its technical days.
///
/// Fails when the store does.
pub async fn school(
    store: &Store,
    approvals: &Approvals,
    (calendar, zone): (&Calendar, Zone),
    uai: &Uai,
    (closed, today): (Option<IsoWeek>, Date),
) -> Result<SchoolPatterns, Error> {
    if !approvals.has_approved(DECISION) {
        return Ok(SchoolPatterns { withheld: Some(NOT_APPROVED), ..SchoolPatterns::default() });
    }
    let place = (calendar, zone);
    let mut found = SchoolPatterns { protection: Protection::K(5).to_string(), ..SchoolPatterns::default() };
    if let Some(closed) = closed {
        let catalogue = store.catalogue();
        let weekly = weekly::read(store, approvals, place, uai, closed).await?;
        found.published_weeks = weekly.published();
        found.peaks = peaks::find(catalogue, place, &weekly);
        found.links = links::of_school(catalogue, &weekly);
        found.seasons = seasons::find(place, &weekly);
        found.protection = weekly.protection.to_string();
    }
    found.days = days::find(store, approvals, place, uai, today).await?;
    Ok(found)
}

/// The patterns beyond establishments as of `today`: from the cubes of the last months, and from the technical days of all
/// establishments together.
///
/// Fails when the store does.
pub async fn beyond(store: &Store, approvals: &Approvals, today: Date) -> Result<BeyondPatterns, Error> {
    if !approvals.has_approved(DECISION) {
        return Ok(BeyondPatterns { withheld: Some(NOT_APPROVED), ..BeyondPatterns::default() });
    }
    let all = beyond::months(store).await?;
    let mut months: Vec<(Month, Vec<Released<NoisyCube>>)> = Vec::new();
    for month in &all[all.len().saturating_sub(MONTHS)..] {
        months.push((*month, beyond::cubes(store, *month).await?));
    }
    let last = &months[months.len().saturating_sub(STEPS)..];
    Ok(BeyondPatterns {
        habits: habits::find(&months),
        links: links::beyond(store.catalogue(), &months),
        friction: friction::find(store, approvals, last, today).await?,
        protection: months.iter().flat_map(|(_, cubes)| cubes).map(|cube| cube.protection().to_string()).next_back(),
        withheld: None,
    })
}

/// A person's own weekdays; `None` without the committee's approval. See [`own::OwnWeekdays`].
///
/// Fails when the store does.
pub async fn own(
    store: &Store,
    approvals: &Approvals,
    access: &OwnAccess,
    (closed, today): (Option<IsoWeek>, Date),
) -> Result<Option<Released<own::OwnWeekdays>>, Error> {
    if !approvals.has_approved(DECISION) {
        return Ok(None);
    }
    own::weekdays(store, approvals, access, closed, today).await.map(Some)
}
