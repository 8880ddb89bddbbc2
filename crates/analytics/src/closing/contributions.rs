//! Contributions: who took part in a measure, who bears its value, which teachers made it.
//!
//! | contributor | whom the threshold counts |
//! |---|---|
//! | teacher | the persons of the rows |
//! | family | the persons of rows that families made; for rows that teachers made, the families (roster) of the pupils named |
//! | pupil | the pupils that the same events name; an event without pupils has a bearer only |
//!
//! The bearer is the person of the row. A class tablet in pupils' hands is nobody: the teachers of its class (roster)
//! count as makers, and where there is exactly one she bears the value too, so that her own tablet cannot make her share
//! look smaller. Teachers and school heads count as makers, support and editors never.

use std::collections::{BTreeMap, BTreeSet};

use calendar::IsoWeek;
use catalogue::{Column, Contributor, Measure, Role, Split, Table, Value};
use privacy::Pseudonym;
use privacy::exit::Cell;

use super::plan::Item;
use super::read::{PersonRow, PupilRow, Rows};
use super::roster::Roster;

/// The word of rows whose event did not fill the property that a split goes by.
const UNSPECIFIED: &str = "unspecified";

/// The rows and the roster of one establishment.
pub(super) struct Contributions<'a> {
    pub(super) rows: &'a Rows,
    pub(super) roster: &'a Roster,
}

/// Whose rows count: of these weeks, and of those who were active in at least so many of them.
pub(super) struct Window<'a> {
    pub(super) weeks: &'a BTreeSet<IsoWeek>,
    /// 1 for everybody.
    pub(super) least: usize,
}

impl Contributions<'_> {
    /// Everything behind a measure. A rate whose declared number is not known has nobody behind it: it is withheld.
    pub(super) fn whole(&self, item: &Item<'_>, window: &Window<'_>) -> Cell {
        if item.below.is_some_and(|below| self.roster.count(below).is_none()) {
            return Cell::new();
        }
        self.cells(item, window, None).remove("").unwrap_or_default()
    }

    /// The same by the words of a split. Every word of the catalogue's list has a cell, so that one that did not occur
    /// and one that was too small look the same.
    pub(super) fn by_word(
        &self,
        item: &Item<'_>,
        window: &Window<'_>,
        split: &Split,
        words: impl Iterator<Item = String>,
    ) -> BTreeMap<String, Cell> {
        let mut cells = self.cells(item, window, Some(split.column));
        words.for_each(|word| {
            cells.entry(word).or_default();
        });
        cells
    }

    fn cells(&self, item: &Item<'_>, window: &Window<'_>, column: Option<Column>) -> BTreeMap<String, Cell> {
        let mut cells = BTreeMap::new();
        let measure = item.measure();
        for part in &item.parts {
            match part.value {
                Value::Count(Table::Pupil) | Value::Distinct(Table::Pupil) => {
                    self.add_pupils(part, measure, window, column, &mut cells);
                }
                _ => self.add_people(part, measure, window, column, &mut cells),
            }
        }
        cells
    }

    /// A measure of what people did.
    fn add_people(
        &self,
        part: &Measure,
        measure: &Measure,
        window: &Window<'_>,
        column: Option<Column>,
        cells: &mut BTreeMap<String, Cell>,
    ) {
        let kept = (window.least > 1).then(|| self.steady(part, window));
        let rows = self.people(part, window);
        for row in rows.filter(|row| kept.as_ref().is_none_or(|kept| kept.contains(&row.person))) {
            let cell = cells.entry(word(column, &row.facet, &row.outcome)).or_default();
            let (bearer, class) = self.bearer(row);
            match part.value {
                Value::Duration => cell.value(bearer, class, row.duration_ms),
                Value::Volume => cell.value(bearer, class, row.volume_kb),
                Value::Count(_) => cell.value(bearer, class, row.n),
                _ => {}
            }
            if measure.contributor == Contributor::Teacher || names_itself(measure, row) {
                cell.contributor(bearer, class);
            }
            if measure.made_by_teachers {
                self.makers(row, class).for_each(|maker| cell.teacher(maker, class));
            }
        }
        for row in self.pupils(part, window).filter(|row| row.n > 0) {
            let class = self.roster.home(row.pupil, row.class);
            let cell = || word(column, &row.facet, &row.outcome);
            match measure.contributor {
                Contributor::Pupil => cells.entry(cell()).or_default().contributor(row.pupil, class),
                // Families that act are there as persons: whom their events name adds nobody.
                Contributor::Family if measure.made_by_teachers => {
                    for family in self.roster.families(row.pupil) {
                        cells.entry(cell()).or_default().contributor(family, class);
                    }
                }
                _ => {}
            }
        }
    }

    /// A measure of pupils: each bears what names her.
    fn add_pupils(
        &self,
        part: &Measure,
        measure: &Measure,
        window: &Window<'_>,
        column: Option<Column>,
        cells: &mut BTreeMap<String, Cell>,
    ) {
        // A teacher made a part of it only if pupils were named where she acted.
        let mut named = BTreeSet::new();
        for row in self.pupils(part, window).filter(|row| row.n > 0) {
            let word = word(column, &row.facet, &row.outcome);
            let class = self.roster.home(row.pupil, row.class);
            let cell = cells.entry(word.clone()).or_default();
            cell.contributor(row.pupil, class);
            if matches!(part.value, Value::Count(_)) {
                cell.value(row.pupil, class, row.n);
            }
            named.insert((word, row.class));
        }
        if measure.made_by_teachers {
            for row in self.people(part, window) {
                let word = word(column, &row.facet, &row.outcome);
                if named.contains(&(word.clone(), row.class)) {
                    let (_, class) = self.bearer(row);
                    let cell = cells.entry(word).or_default();
                    self.makers(row, class).for_each(|maker| cell.teacher(maker, class));
                }
            }
        }
    }

    /// Who acted in at least so many weeks.
    pub(super) fn steady(&self, part: &Measure, window: &Window<'_>) -> BTreeSet<Pseudonym> {
        let mut weeks = BTreeMap::<Pseudonym, BTreeSet<IsoWeek>>::new();
        for row in self.people(part, window) {
            weeks.entry(row.person).or_default().insert(row.week);
        }
        weeks.into_iter().filter(|(_, weeks)| weeks.len() >= window.least).map(|(person, _)| person).collect()
    }

    pub(super) fn people<'a>(
        &'a self,
        part: &'a Measure,
        window: &'a Window<'_>,
    ) -> impl Iterator<Item = &'a PersonRow> {
        self.rows.people.iter().filter(move |row| {
            let of_role = part.roles.is_empty() || part.roles.contains(&row.role);
            of_role && window.weeks.contains(&row.week) && is_of(part, row.event, &row.facet, &row.outcome)
        })
    }

    pub(super) fn pupils<'a>(
        &'a self,
        part: &'a Measure,
        window: &'a Window<'_>,
    ) -> impl Iterator<Item = &'a PupilRow> {
        self.rows
            .pupils
            .iter()
            .filter(move |row| window.weeks.contains(&row.week) && is_of(part, row.event, &row.facet, &row.outcome))
    }

    /// Who bears a row, and in which class.
    fn bearer(&self, row: &PersonRow) -> (Pseudonym, Option<Pseudonym>) {
        match row.role {
            Role::Parent => (row.person, self.roster.home(row.person, row.class)),
            Role::Pupil => match self.roster.teachers(row.class) {
                [only] => (*only, row.class),
                _ => (row.person, row.class),
            },
            _ => (row.person, self.roster.class_taught(row.person, row.class)),
        }
    }

    /// The teachers who made a row.
    fn makers(&self, row: &PersonRow, class: Option<Pseudonym>) -> impl Iterator<Item = Pseudonym> {
        let herself = matches!(row.role, Role::Teacher | Role::SchoolHead).then_some(row.person);
        let of_class = if row.role == Role::Pupil { self.roster.teachers(class) } else { &[] };
        herself.into_iter().chain(of_class.iter().copied())
    }
}

/// Whether the person of a row is herself one of those the threshold counts.
fn names_itself(measure: &Measure, row: &PersonRow) -> bool {
    measure.contributor == Contributor::Family && row.role == Role::Parent
}

fn is_of(part: &Measure, event: u16, facet: &str, outcome: &str) -> bool {
    let listed = |words: &[String], word: &str| words.is_empty() || words.iter().any(|one| one == word);
    part.events.contains(&event) && listed(&part.facets, facet) && listed(&part.outcomes, outcome)
}

/// The word of a row under a split; the empty word without one.
pub(super) fn word(column: Option<Column>, facet: &str, outcome: &str) -> String {
    let word = match column {
        None => return String::new(),
        Some(Column::Outcome) => outcome,
        Some(_) => facet,
    };
    if word.is_empty() { UNSPECIFIED.to_owned() } else { word.to_owned() }
}
