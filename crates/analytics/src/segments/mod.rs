//! Segments of use: which one a teacher is in, by the catalogue's rules, told to herself alone; and the habits of all
//! teachers together, from which new thresholds may be proposed. A school only has numbers of teachers, which leave at the
//! closing of a school period (`closing::segments`).
//!
//! **Invariants.** Nothing is computed without the decision `segments`. A segment is never stored: it follows, each time,
//! from the rows about her that are kept anyway, so whoever objects or is erased has none.

mod course;
mod rows;
mod school;

use calendar::{Calendar, IsoWeek, SchoolYear, Zone};
use catalogue::{Catalogue, Habit, Habits, Text};
use methods::segments::{NotLearnt, Threshold, learn};
use privacy::Pseudonym;
use privacy::exit::{Figures, OwnAccess, Released, Subject};
use serde::ser::SerializeMap;
use serde::{Serialize, Serializer};
use store::{Error, RosterClass, Store};

use crate::governance::Approvals;
use crate::view::NOT_APPROVED;

pub use course::{MonthOfCourse, Weeks, Year, course};
pub(crate) use rows::{Reader, Whose, content_events};
pub use school::{Count, NOT_CLOSED, SchoolSegments, school};

/// The decision that this analysis rests on.
pub(crate) const DECISION: &str = "segments";
/// No month of hers is over yet, or nobody counted her days in one.
pub const TOO_EARLY: &str = "too_early";

/// A teacher's own segment, with what it rests on.
#[derive(Debug, Clone, Default, PartialEq, Serialize)]
pub struct OwnSegment {
    /// The segment's name in the catalogue; nothing where nothing can be said.
    pub segment: Option<String>,
    /// What people read for it.
    #[serde(serialize_with = "both", skip_serializing_if = "Option::is_none")]
    pub title: Option<Text>,
    /// The rule that puts her there, in words.
    #[serde(serialize_with = "both", skip_serializing_if = "Option::is_none")]
    pub rule: Option<Text>,
    /// The last month that was looked at.
    pub month: Option<String>,
    /// Her habits at its end.
    pub habits: Option<OwnHabits>,
    /// The part of a class week that she is there, by the roster: two who share a class are there half of it each.
    pub presence: f64,
    /// What each habit alone would have to be for the rule to say something else, nearest first.
    pub would_change: Vec<Change>,
    /// Where the rule says something else already, but not for long enough, or by too little.
    pub leaning: Option<Leaning>,
    /// Why nothing can be said, where that is so: `not_approved` or `too_early`.
    pub withheld: Option<&'static str>,
}

/// Habits as they are told.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct OwnHabits {
    /// Days since the first use of the school year.
    pub tenure_days: f64,
    /// Different features used since then.
    pub features: f64,
    /// Active days in an average class week, to a tenth.
    pub active_days_per_week: f64,
}

/// What would put her into another segment.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Change {
    /// The habit: `features`, `active_days_per_week` or `tenure_days`.
    pub habit: &'static str,
    /// At least this much of it …
    #[serde(skip_serializing_if = "Option::is_none")]
    pub at_least: Option<f64>,
    /// … or less than this.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub below: Option<f64>,
    /// The segment the rule would then say.
    pub segment: String,
}

/// The segment that the rule says while she is still in another one.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Leaning {
    /// That segment.
    pub segment: String,
    /// For how many months in a row it has been so, clearly; 0 where it is close.
    pub months: usize,
    /// How many it takes.
    pub of: usize,
}

#[expect(clippy::ref_option, reason = "serde hands a reference to the field")]
fn both<S: Serializer>(text: &Option<Text>, serializer: S) -> Result<S::Ok, S::Error> {
    let mut map = serializer.serialize_map(None)?;
    if let Some(text) = text {
        map.serialize_entry("fr", &text.fr)?;
        map.serialize_entry("en", &text.en)?;
    }
    map.end()
}

impl OwnSegment {
    /// Nothing, and why: `not_approved` or `too_early`.
    pub fn nothing(why: &'static str) -> Self {
        Self { withheld: Some(why), presence: 1.0, ..Self::default() }
    }
}

/// Whether the committee has approved segments. To be asked before a view of one is logged.
pub fn is_approved(approvals: &Approvals) -> bool {
    approvals.has_approved(DECISION)
}

/// The segment of the person whom `access` is about, in a school year, as of the last month that is over.
///
/// Fails when the store does. Where she may not be told, or nothing can be said yet, `withheld` says why.
pub async fn own(
    store: &Store,
    approvals: &Approvals,
    (calendar, zone): (&Calendar, Zone),
    access: &OwnAccess,
    year: SchoolYear,
) -> Result<Released<OwnSegment>, Error> {
    let nothing = |why| Figures::new(OwnSegment::nothing(why));
    let Subject::Person(person) = access.subject() else { return Ok(Released::own(nothing(TOO_EARLY), access)) };
    if !is_approved(approvals) {
        return Ok(Released::own(nothing(NOT_APPROVED), access));
    }
    let Some(closed) = store.closed_through().await? else { return Ok(Released::own(nothing(TOO_EARLY), access)) };
    let uai = access.establishment();
    let classes = store.register().classes(uai, year).await?;
    let presence = presence(&classes, person);
    let reader = Reader::open(store, year, closed, Some(uai)).await?;
    let weeks =
        reader.weeks(Whose::Hers(uai, person)).await?.into_values().flat_map(std::collections::BTreeMap::into_values);
    let weeks = weeks.last().unwrap_or_default();
    let catalogue = store.catalogue();
    let months = course(catalogue, &Year::of(calendar, zone, year, closed), &weeks, presence);
    Ok(Released::own(Figures::new(told(catalogue, &months, presence)), access))
}

/// The part of a class week that a teacher is there: her classes, each divided by the teachers who share it; all of it
/// where the roster says nothing.
pub fn presence(classes: &[RosterClass], teacher: Pseudonym) -> f64 {
    let hers = classes.iter().filter(|class| class.teachers.contains(&teacher));
    #[expect(clippy::cast_precision_loss, reason = "the teachers of one class")]
    let parts: Vec<f64> = hers.map(|class| 1.0 / class.teachers.len() as f64).collect();
    if parts.is_empty() { 1.0 } else { parts.iter().sum::<f64>().min(1.0) }
}

/// What a course amounts to, for herself.
fn told(catalogue: &Catalogue, months: &[MonthOfCourse], presence: f64) -> OwnSegment {
    let known = months.iter().rev().find_map(|month| Some((month, month.habits?)));
    let (Some((month, habits)), Some(place)) = (known, months.last().and_then(|last| last.segment)) else {
        return OwnSegment { withheld: Some(TOO_EARLY), presence, ..OwnSegment::default() };
    };
    let segments = catalogue.segments();
    let segment = &segments[place];
    let says = course::place(segments, &habits);
    let leaning = says.filter(|says| *says != place).map(|says| Leaning {
        segment: segments[says].name.clone(),
        months: month.against,
        of: catalogue.steadiness().months,
    });
    OwnSegment {
        segment: Some(segment.name.clone()),
        title: Some(segment.title.clone()),
        rule: Some(segment.definition.clone()),
        month: Some(month.month.to_string()),
        habits: Some(OwnHabits {
            tenure_days: habits.tenure_days,
            features: habits.features,
            active_days_per_week: (habits.active_days_per_week * 10.0).round() / 10.0,
        }),
        presence,
        would_change: changes(catalogue, &habits, place),
        leaning,
        withheld: None,
    }
}

/// The nearest threshold of each habit, upwards and downwards, beyond which the rule says another segment than `place`.
fn changes(catalogue: &Catalogue, habits: &Habits, place: usize) -> Vec<Change> {
    let segments = catalogue.segments();
    let mut found = Vec::new();
    for habit in Habit::ALL {
        let conditions = segments.iter().flat_map(|segment| &segment.conditions).filter(|one| one.habit == habit);
        let mut bounds: Vec<f64> = conditions.flat_map(|one| [one.below, one.at_least]).flatten().collect();
        bounds.sort_by(f64::total_cmp);
        bounds.dedup();
        let now = habits.get(habit);
        let at = |value: f64| course::place(segments, &habits.with(habit, value)).filter(|other| *other != place);
        let up = bounds.iter().filter(|bound| **bound > now).find_map(|bound| Some((*bound, at(*bound)?)));
        found.extend(up.map(|(bound, other)| Change {
            habit: habit.slug(),
            at_least: Some(bound),
            below: None,
            segment: segments[other].name.clone(),
        }));
        // Days since the first use and features only grow within a school year.
        let mut lower = bounds.iter().rev().filter(|bound| **bound <= now && habit == Habit::ActiveDaysPerWeek);
        let down = lower.find_map(|bound| Some((*bound, at((*bound - 1e-6).max(0.0))?)));
        found.extend(down.map(|(bound, other)| Change {
            habit: habit.slug(),
            at_least: None,
            below: Some(bound),
            segment: segments[other].name.clone(),
        }));
    }
    found
}

/// Why no thresholds are proposed.
#[derive(Debug, thiserror::Error)]
pub enum NoProposal {
    /// The store failed.
    #[error(transparent)]
    Store(#[from] Error),
    /// The committee has not approved segments.
    #[error("the committee has not approved the decision `{DECISION}`; see `ecarnet-stats governance list`")]
    NotApproved,
    /// There is too little to learn from.
    #[error(transparent)]
    NotLearnt(#[from] NotLearnt),
}

/// Thresholds learnt from the habits of all teachers of a school year, at the end of its last month that is over, with how
/// firm they are over so many resamples. Of at least two hundred teachers, and rounded: the habits themselves stay here.
pub async fn propose(
    store: &Store,
    approvals: &Approvals,
    calendar: &Calendar,
    year: SchoolYear,
    resamples: usize,
) -> Result<Vec<Threshold>, NoProposal> {
    if !is_approved(approvals) {
        return Err(NoProposal::NotApproved);
    }
    let Some(closed) = store.closed_through().await? else { return Err(NotLearnt::TooFew(0).into()) };
    let closed = closed.min(IsoWeek::of(year.last_day()));
    let reader = Reader::open(store, year, closed, None).await?;
    let mut teachers = reader.weeks(Whose::All(None)).await?;
    let mut habits = Vec::new();
    for school in store.register().establishments().await? {
        let Some(weeks) = teachers.remove(school.uai.as_str()) else { continue };
        let classes = store.register().classes(&school.uai, year).await?;
        let over = Year::of(calendar, school.academy.zone(), year, closed);
        for (teacher, weeks) in weeks {
            let months = course(store.catalogue(), &over, &weeks, presence(&classes, teacher));
            habits.extend(settled_habits(&months));
        }
    }
    // The same teachers give the same thresholds.
    habits.sort_by(|one: &[f64; 2], other| one[0].total_cmp(&other[0]).then(one[1].total_cmp(&other[1])));
    Ok(learn(&habits, resamples, 1)?.thresholds)
}

/// The last habits of a course, once she is no longer new: active days a week and features.
pub fn settled_habits(months: &[MonthOfCourse]) -> Option<[f64; 2]> {
    let (habits, is_new) = months.iter().rev().find_map(|month| Some((month.habits?, month.is_new)))?;
    (!is_new).then_some([habits.active_days_per_week, habits.features])
}

#[cfg(test)]
mod tests;
