//! What a server must show, counted from the events that were really sent.
//!
//! Every figure is kept twice where lateness matters: `in_time` is what had been sent when the week's grace was over,
//! which is what a release must show; `all` also holds what came later, which a person's own live views show. An
//! event is late when it is sent on or after the Thursday that follows its ISO week.

use std::collections::{BTreeMap, BTreeSet};

use std::sync::Arc;

use jiff::{ToSpan, civil::Date};
use serde::Serialize;

use crate::device::days_between;
use crate::event::{Mark, NOBODY, Role};
use crate::queue::Ledger;

/// Days after a week's Sunday during which its events still count.
pub const GRACE_DAYS: i32 = 3;

/// The figures of one school, or of one class, in one ISO week.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Figures {
    /// Events of any kind.
    pub events: u32,
    /// Traces by kind, whoever made them.
    pub media: BTreeMap<&'static str, u32>,
    /// Traces made in pupil mode, which `media` counts too.
    pub media_pupil_mode: u32,
    /// Teachers with at least one content event under the role `teacher`.
    pub teachers_active: usize,
    /// Families with at least one event under the role `parent`.
    pub families_active: usize,
    /// Notebooks generated, by outcome.
    pub notebooks: BTreeMap<&'static str, u32>,
    /// Shares deposited, by outcome.
    pub shares_deposited: BTreeMap<&'static str, u32>,
    /// Shares fetched by a family, by outcome.
    pub shares_retrieved: BTreeMap<&'static str, u32>,
    /// Synchronisations, by outcome.
    pub syncs: BTreeMap<&'static str, u32>,
    /// Objectives linked.
    pub objectives: u32,
    /// Comments added.
    pub comments: u32,
    /// Parts of reviews written.
    pub reviews: u32,
    /// Features used, whatever came of it.
    pub features: u32,
}

/// The technical figures of one school and one day.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub struct DayFigures {
    /// Launches of the application.
    pub launches: u32,
    /// Sessions that ended.
    pub sessions: u32,
    /// Sessions that ended in a crash.
    pub crashed_sessions: u32,
    /// Crashes reported.
    pub crashes: u32,
    /// Of the sessions, those that arrived after their week had closed.
    pub sessions_late: u32,
    /// Of the crashes, those that arrived after their week had closed.
    pub crashes_late: u32,
}

/// The traces of one pupil in one ISO week.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub struct PupilFigures {
    /// Traces that name the pupil.
    pub traces: u32,
    /// Of these, those that came in time.
    pub traces_in_time: u32,
    /// Objectives linked that name the pupil.
    pub objectives: u32,
}

#[derive(Debug, Default)]
struct Cell {
    figures: Figures,
    teachers: BTreeSet<u32>,
    families: BTreeSet<u32>,
}

impl Cell {
    fn count(&mut self, mark: &Mark, content: bool) {
        let figures = &mut self.figures;
        figures.events += 1;
        let split = match mark.name {
            "media_added" => Some(&mut figures.media),
            "notebook_generated" => Some(&mut figures.notebooks),
            "share_deposited" => Some(&mut figures.shares_deposited),
            "share_retrieved" => Some(&mut figures.shares_retrieved),
            "sync_finished" => Some(&mut figures.syncs),
            _ => None,
        };
        if let Some(split) = split {
            *split.entry(mark.word).or_default() += 1;
        }
        match mark.name {
            "media_added" => figures.media_pupil_mode += u32::from(mark.role == Role::Pupil),
            "objective_linked" => figures.objectives += 1,
            "comment_added" => figures.comments += 1,
            "review_written" => figures.reviews += 1,
            "feature_used" => figures.features += 1,
            _ => {}
        }
        if mark.person != NOBODY {
            match mark.role {
                Role::Teacher if content => {
                    self.teachers.insert(mark.person);
                }
                Role::Parent => {
                    self.families.insert(mark.person);
                }
                _ => {}
            }
        }
    }

    fn figures(&self) -> Figures {
        Figures { teachers_active: self.teachers.len(), families_active: self.families.len(), ..self.figures.clone() }
    }
}

/// The two counts of a week.
#[derive(Debug, Default)]
struct Week {
    in_time: Cell,
    all: Cell,
}

impl Week {
    fn count(&mut self, mark: &Mark, content: bool, late: bool) {
        self.all.count(mark, content);
        if !late {
            self.in_time.count(mark, content);
        }
    }
}

/// The truth about one school.
#[derive(Debug)]
pub struct SchoolTruth {
    content: Arc<BTreeSet<String>>,
    weeks: BTreeMap<Date, Week>,
    days: BTreeMap<Date, DayFigures>,
    pupils: Option<BTreeMap<(i16, u8, u16, Date), PupilFigures>>,
    classes: BTreeMap<(i16, u8, Date), Week>,
    versions: BTreeMap<(Date, String), (u32, u32)>,
    totals: Totals,
}

/// What one school sent in all.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Totals {
    /// Batches, each counted once.
    pub batches: u64,
    /// Events in them.
    pub events: u64,
    /// Events that arrived after their week had closed.
    pub late: u64,
    /// Events that the devices had to drop.
    pub lost: u64,
}

impl SchoolTruth {
    /// Nothing counted yet. `pupils` asks for the figures of every class and pupil too; `content` names the content
    /// events.
    pub fn new(content: Arc<BTreeSet<String>>, pupils: bool) -> Self {
        Self {
            content,
            weeks: BTreeMap::new(),
            days: BTreeMap::new(),
            pupils: pupils.then(BTreeMap::new),
            classes: BTreeMap::new(),
            versions: BTreeMap::new(),
            totals: Totals::default(),
        }
    }

    /// The totals.
    pub fn totals(&self) -> Totals {
        self.totals
    }

    /// The weeks by their Monday: what came in time, and all.
    pub fn weeks(&self) -> impl Iterator<Item = (Date, Figures, Figures)> + '_ {
        self.weeks.iter().map(|(monday, week)| (*monday, week.in_time.figures(), week.all.figures()))
    }

    /// Classes by school year, place and Monday, as [`Self::weeks`]; empty where it was not asked for.
    pub fn classes(&self) -> impl Iterator<Item = ((i16, u8, Date), Figures, Figures)> + '_ {
        self.classes.iter().map(|(key, week)| (*key, week.in_time.figures(), week.all.figures()))
    }

    /// The days.
    pub fn days(&self) -> impl Iterator<Item = (Date, DayFigures)> + '_ {
        self.days.iter().map(|(date, figures)| (*date, *figures))
    }

    /// Pupils by school year, class, place in the class, and Monday; empty where it was not asked for.
    pub fn pupils(&self) -> impl Iterator<Item = ((i16, u8, u16, Date), PupilFigures)> + '_ {
        self.pupils.iter().flatten().map(|(key, figures)| (*key, *figures))
    }

    /// Sessions and crashes by Monday and version.
    pub fn versions(&self) -> impl Iterator<Item = (Date, &str, u32, u32)> + '_ {
        self.versions
            .iter()
            .map(|((monday, version), (sessions, crashes))| (*monday, version.as_str(), *sessions, *crashes))
    }

    fn count(&mut self, mark: &Mark, sent_on: Date, version: &str) {
        let monday = monday(mark.date);
        let late = is_late(mark.date, sent_on);
        let content = self.content.contains(mark.name);
        self.weeks.entry(monday).or_default().count(mark, content, late);
        self.totals.late += u64::from(late);
        if matches!(mark.name, "app_launched" | "session_ended" | "crash_reported") {
            let day = self.days.entry(mark.date).or_default();
            let by_version = self.versions.entry((monday, version.to_owned())).or_default();
            match mark.name {
                "app_launched" => day.launches += 1,
                "session_ended" => {
                    day.sessions += 1;
                    day.sessions_late += u32::from(late);
                    day.crashed_sessions += u32::from(mark.word == "crash");
                    by_version.0 += 1;
                }
                _ => {
                    day.crashes += 1;
                    day.crashes_late += u32::from(late);
                    by_version.1 += 1;
                }
            }
        }
        let (Some(pupils), Some(class)) = (&mut self.pupils, mark.class) else { return };
        let year = school_year(mark.date);
        self.classes.entry((year, class, monday)).or_default().count(mark, content, late);
        if !matches!(mark.name, "media_added" | "objective_linked") {
            return;
        }
        for pupil in &mark.pupils {
            let figures = pupils.entry((year, class, *pupil, monday)).or_default();
            if mark.name == "media_added" {
                figures.traces += 1;
                figures.traces_in_time += u32::from(!late);
            } else {
                figures.objectives += 1;
            }
        }
    }
}

impl Ledger for SchoolTruth {
    fn sent(&mut self, marks: &[Mark], sent_on: Date, version: &str) {
        self.totals.batches += 1;
        self.totals.events += marks.len() as u64;
        for mark in marks {
            self.count(mark, sent_on, version);
        }
    }

    fn lost(&mut self, events: usize) {
        self.totals.lost += events as u64;
    }
}

/// Whether an event of a day is too late for its week when it is sent on another.
pub fn is_late(date: Date, sent_on: Date) -> bool {
    days_between(monday(date), sent_on) >= 7 + GRACE_DAYS
}

/// The Monday of a date's ISO week.
pub fn monday(date: Date) -> Date {
    date - i64::from(date.weekday().to_monday_zero_offset()).days()
}

/// The year in which a date's school year starts: the school year turns on the first Monday of August.
fn school_year(date: Date) -> i16 {
    calendar::SchoolYear::of(date).start_year()
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;

    use super::*;

    #[test]
    fn grace_ends_as_thursday_begins() {
        let friday = date(2025, 11, 21);
        assert!(!is_late(friday, date(2025, 11, 26)));
        assert!(is_late(friday, date(2025, 11, 27)));
        assert!(!is_late(date(2025, 11, 24), date(2025, 11, 27)));
        assert_eq!(monday(date(2025, 11, 23)), date(2025, 11, 17));
    }
}
