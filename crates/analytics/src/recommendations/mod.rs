//! What may be worth a try: to a teacher from her own live figures and from what has left, to a head from technical measures
//! and closed figures. The rules are data (`catalogue/recommendations.toml`); this module measures what they look at.
//!
//! ```text
//! own rows, releases, noisy steps → readings (one or more a `Basis`) → rules → three at most, with evidence and certainty
//! ```
//!
//! A rule sees [`Readings`] and nothing else. A reading is of a [`Basis`], and no basis says where a school is, its size,
//! its sector or priority education: so no recommendation can depend on these.

mod choose;
mod head;
mod published;
mod teacher;
#[cfg(test)]
mod tests;

use std::collections::{BTreeMap, BTreeSet};

use calendar::{Calendar, SchoolYear, Zone};
use catalogue::{Advised, Basis};
use jiff::Span;
use jiff::civil::Date;
use privacy::exit::{Figures, OwnAccess, Released, Subject};
use privacy::{Pseudonym, Uai};
use serde::{Serialize, Serializer};
use store::{Error, RosterClass, Store};

use crate::governance::Approvals;
use crate::own::rows;
use crate::range::Range;
use crate::school::school_view;
use crate::view::{Figure, View};
use crate::watch::Alert;

pub use choose::choose;
pub use published::{Published, published};

/// The decision that this analysis rests on.
pub const DECISION: &str = "recommendations";
/// What is usual stands beside what was counted, under this suffix.
pub const USUAL: &str = "_usual";
/// A head's technical measures are of so many days.
const TECHNICAL_DAYS: i64 = 28;

/// How sure a recommendation's figure is.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Certainty {
    /// Counted: nothing was estimated.
    Counted,
    /// The probability that the difference is more than noise and luck, from 0 to 1.
    Estimated(f64),
}

impl Certainty {
    /// As a probability.
    pub const fn probability(self) -> f64 {
        match self {
            Self::Counted => 1.0,
            Self::Estimated(probability) => probability,
        }
    }

    /// As it may be told: in percent, a multiple of five; nothing for what was counted.
    pub fn told(self) -> Option<u8> {
        match self {
            Self::Counted => None,
            Self::Estimated(probability) => Some(methods::evidence::told(probability)),
        }
    }

    /// The less sure of two.
    fn or_less(self, other: Self) -> Self {
        if other.probability() < self.probability() { other } else { self }
    }
}

/// `{"kind": "counted"}`, or `{"kind": "estimated", "at_least_pct": 90}`: never more precise than it may be told.
impl Serialize for Certainty {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        #[derive(Serialize)]
        struct Told {
            kind: &'static str,
            #[serde(skip_serializing_if = "Option::is_none")]
            at_least_pct: Option<u8>,
        }
        let kind = if self.told().is_some() { "estimated" } else { "counted" };
        Told { kind, at_least_pct: self.told() }.serialize(serializer)
    }
}

/// One value of a figure that rules look at.
#[derive(Debug, Clone, PartialEq)]
pub struct Reading {
    /// Of which word; nothing where the figure has none.
    pub word: Option<String>,
    /// Its value.
    pub value: f64,
    /// Out of how many.
    pub of: Option<f64>,
    /// How sure it is.
    pub certainty: Certainty,
    /// Among words, those with more come first.
    pub order: f64,
    /// What it rests on. `measure` names a measure, a cube or an event type of the catalogue.
    pub evidence: Vec<Figure>,
}

/// Everything that rules may look at.
pub type Readings = BTreeMap<Basis, Vec<Reading>>;

/// A recommendation for one reader.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Advice {
    /// The rule, by its name in the catalogue.
    pub rule: String,
    /// The words it names, three at most, the most useful first.
    pub words: Vec<String>,
    /// The value it starts from.
    pub value: f64,
    /// Out of how many.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub of: Option<f64>,
    /// How sure it is.
    pub confidence: Certainty,
    /// What it rests on.
    pub evidence: Vec<Figure>,
}

/// Where and when something is asked.
#[derive(Clone, Copy)]
pub struct Here<'a> {
    /// The store.
    pub store: &'a Store,
    /// The decisions as they stand.
    pub approvals: &'a Approvals,
    /// The calendar.
    pub calendar: &'a Calendar,
    /// The school's zone, for its holidays.
    pub zone: Zone,
    /// Today.
    pub today: Date,
}

/// What may be worth a try for a teacher, from her class's rows of this school year, her school's published use of features
/// and the country's noisy steps (`published`). `None` without the committee's approval.
///
/// Fails when the store does.
pub async fn teacher(
    here: Here<'_>,
    access: &OwnAccess,
    person: Pseudonym,
    roster: &RosterClass,
    published: &Published,
) -> Result<Option<Released<Vec<Advice>>>, Error> {
    let Here { store, approvals, today, .. } = here;
    if !approvals.has_approved(DECISION) {
        return Ok(None);
    }
    let class = match access.subject() {
        Subject::Class(class) if class == roster.class => class,
        _ => return Ok(Some(Released::own(Figures::new(Vec::new()), access))),
    };
    let year = SchoolYear::of(today);
    let Ok(range) = Range::between(year.first_day(), today) else { return Ok(None) };
    let (rows, features, silenced) = tokio::try_join!(
        rows::read(store, access.establishment(), class, &range),
        published::features(store, access.establishment(), today),
        store.register().not_useful(person),
    )?;
    let own = teacher::Own { here: (here.calendar, here.zone, today), rows: &rows, person, roster };
    let readings = teacher::readings(&own, &features, published);
    let chosen = choose(store.catalogue(), approvals, Advised::Teacher, &readings, &silenced);
    Ok(Some(Released::own(Figures::new(chosen), access)))
}

/// What a head's rules look at: technical measures of the last four weeks, alerts, and the last closed number of active
/// teachers. Everything in it was `Released` before. `None` without the committee's approval.
///
/// Fails when the store does.
pub async fn head_readings(here: Here<'_>, uai: &Uai, alerts: Option<&[Alert]>) -> Result<Option<Readings>, Error> {
    let Here { store, approvals, today, .. } = here;
    if !approvals.has_approved(DECISION) {
        return Ok(None);
    }
    let since = today.saturating_sub(Span::new().days(TECHNICAL_DAYS));
    let Ok(range) = Range::between(since, today) else { return Ok(None) };
    let (view, active): (View, _) =
        tokio::try_join!(school_view(store, approvals, uai, &range), published::active_teachers(store, uai, today),)?;
    Ok(Some(head::readings(&view, &range.label, alerts, active.as_ref(), today)))
}

/// What may be worth a try for a head, without what she found of no use.
pub fn head(here: Here<'_>, readings: &Readings, silenced: &BTreeSet<String>) -> Vec<Advice> {
    choose(here.store.catalogue(), here.approvals, Advised::Head, readings, silenced)
}

/// A figure as evidence.
fn evidence(measure: &str, period: &str, dimensions: &[(&str, &str)], value: f64, protection: &str) -> Figure {
    Figure {
        measure: measure.to_owned(),
        period: period.to_owned(),
        dimensions: dimensions.iter().map(|(name, word)| ((*name).to_owned(), (*word).to_owned())).collect(),
        value,
        unit: "n",
        protection: protection.to_owned(),
        low: None,
        high: None,
    }
}
