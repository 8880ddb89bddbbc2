//! A measure over the rows of one class: per week and for the whole range, and each of its splits over the range.

use std::collections::{BTreeMap, BTreeSet};

use calendar::IsoWeek;
use catalogue::{Catalogue, Column, Measure, Operand, RosterCount, Split, Table, Value};
use privacy::Pseudonym;
use privacy::exit::Protection;
use store::Denominators;

use super::rows::{PersonRow, PupilRow, Rows};
use super::{Labels, names, unit};
use crate::governance::Approved;
use crate::range::Range;
use crate::view::{self, Figure, View};

/// All figures of an approved measure.
pub(super) fn measure(
    catalogue: &Catalogue,
    approved: Approved<'_>,
    rows: &Rows,
    labels: &Labels,
    roster: &Denominators,
    range: &Range,
    so_far: &View,
) -> Vec<Figure> {
    let measure = approved.measure();
    if let Value::Rate { numerator, denominator } = &measure.value {
        return rate(catalogue, measure, numerator, denominator, roster, range, so_far);
    }
    let cells = cells(catalogue, measure, rows, labels);
    let mut figures = Vec::new();
    for week in &range.weeks {
        figures.push(figure(measure, week.to_string(), &[], cells.total(Some(*week))));
    }
    figures.push(figure(measure, range.label.clone(), &[], cells.total(None)));
    for split in &measure.splits {
        for (word, value) in cells.split(split, None) {
            figures.push(figure(measure, range.label.clone(), &[(split, &word)], value));
        }
        // Weeks are split by few words only; pupils by week would be a table of its own.
        if split.column != Column::Pupil {
            for week in &range.weeks {
                for (word, value) in cells.split(split, Some(*week)) {
                    figures.push(figure(measure, week.to_string(), &[(split, &word)], value));
                }
            }
        }
    }
    figures.extend(by_pupil_and_week(measure, &cells));
    figures
}

fn figure(measure: &Measure, period: String, dimensions: &[(&Split, &str)], value: f64) -> Figure {
    Figure {
        measure: measure.name.clone(),
        period,
        dimensions: dimensions.iter().map(|(split, word)| (split.name.clone(), (*word).to_owned())).collect(),
        value,
        unit: unit(measure),
        protection: Protection::Exact.to_string(),
        low: None,
        high: None,
    }
}

/// For each pupil and week with something in it: what the grid of a class shows.
fn by_pupil_and_week(measure: &Measure, cells: &Cells) -> Vec<Figure> {
    let Some(split) = measure.splits.iter().find(|split| split.column == Column::Pupil) else { return Vec::new() };
    let mut sums: BTreeMap<(IsoWeek, &str), i64> = BTreeMap::new();
    for cell in &cells.list {
        if let Some(pupil) = cell.words.get(&Column::Pupil.slug()) {
            *sums.entry((cell.week, pupil)).or_default() += cell.value;
        }
    }
    sums.into_iter()
        .map(|((week, pupil), value)| figure(measure, week.to_string(), &[(split, pupil)], float(value)))
        .collect()
}

/// A contribution: who, when, how much, and under which words.
struct Cell {
    week: IsoWeek,
    who: Pseudonym,
    words: BTreeMap<&'static str, String>,
    value: i64,
}

struct Cells {
    distinct: bool,
    list: Vec<Cell>,
}

impl Cells {
    fn total(&self, week: Option<IsoWeek>) -> f64 {
        self.sum(self.list.iter().filter(|cell| week.is_none_or(|week| cell.week == week)))
    }

    fn split(&self, split: &Split, week: Option<IsoWeek>) -> Vec<(String, f64)> {
        let mut by_word: BTreeMap<&str, Vec<&Cell>> = BTreeMap::new();
        for cell in self.list.iter().filter(|cell| week.is_none_or(|week| cell.week == week)) {
            if let Some(word) = cell.words.get(split.column.slug()).filter(|word| !word.is_empty()) {
                by_word.entry(word).or_default().push(cell);
            }
        }
        by_word.into_iter().map(|(word, cells)| (word.to_owned(), self.sum(cells.into_iter()))).collect()
    }

    fn sum<'a>(&self, cells: impl Iterator<Item = &'a Cell>) -> f64 {
        if self.distinct {
            let people: BTreeSet<Pseudonym> = cells.map(|cell| cell.who).collect();
            return float(i64::try_from(people.len()).unwrap_or(i64::MAX));
        }
        float(cells.map(|cell| cell.value).sum())
    }
}

#[expect(clippy::cast_precision_loss, reason = "counts of one class stay far below 2^52")]
const fn float(value: i64) -> f64 {
    value as f64
}

fn cells(catalogue: &Catalogue, measure: &Measure, rows: &Rows, labels: &Labels) -> Cells {
    let events = names(catalogue, measure);
    let is_wanted = |event: &String, facet: &String, outcome: Option<&String>| {
        events.contains(event)
            && (measure.facets.is_empty() || measure.facets.contains(facet))
            && (measure.outcomes.is_empty() || outcome.is_none_or(|outcome| measure.outcomes.contains(outcome)))
    };
    let is_role = |role: &str| measure.roles.is_empty() || measure.roles.iter().any(|one| one.slug() == role);
    let people = |value: fn(&PersonRow) -> i64| -> Vec<Cell> {
        rows.people
            .iter()
            .filter(|row| is_role(&row.role) && is_wanted(&row.event, &row.facet, Some(&row.outcome)))
            .map(|row| Cell {
                week: row.week,
                who: row.person,
                words: BTreeMap::from([
                    (Column::Facet.slug(), row.facet.clone()),
                    (Column::Outcome.slug(), row.outcome.clone()),
                ]),
                value: value(row),
            })
            .collect()
    };
    let pupils = |value: fn(&PupilRow) -> i64| -> Vec<Cell> {
        rows.pupils
            .iter()
            .filter(|row| is_wanted(&row.event, &row.facet, None))
            .map(|row| Cell {
                week: row.week,
                who: row.pupil,
                words: BTreeMap::from([
                    (Column::Facet.slug(), row.facet.clone()),
                    (Column::Domain.slug(), row.domain.clone()),
                    (Column::Theme.slug(), row.theme.clone()),
                    (Column::Pupil.slug(), labels.get(&row.pupil).cloned().unwrap_or_default()),
                ]),
                value: value(row),
            })
            .collect()
    };
    let (distinct, list) = match &measure.value {
        Value::Count(Table::Pupil) => (false, pupils(|row| row.n)),
        Value::Count(_) => (false, people(|row| row.n)),
        Value::Duration => (false, people(|row| row.duration_ms)),
        Value::Volume => (false, people(|row| row.volume_kb)),
        Value::Distinct(Table::Pupil) => (true, pupils(|row| row.n)),
        Value::Distinct(_) | Value::Active => (true, people(|row| row.n)),
        // Devices have no class; rates are made of other figures; a segment is of a person.
        Value::Counter { .. } | Value::Quantiles { .. } | Value::Install(_) | Value::Rate { .. } | Value::Segments => {
            (false, Vec::new())
        }
    };
    Cells { distinct, list }
}

fn rate(
    catalogue: &Catalogue,
    measure: &Measure,
    numerator: &Operand,
    denominator: &Operand,
    roster: &Denominators,
    range: &Range,
    so_far: &View,
) -> Vec<Figure> {
    let operand = |operand: &Operand, period: &str| -> Option<f64> {
        match operand {
            Operand::Measures(measures) => so_far.sum(catalogue, measures, period),
            Operand::Roster(count) => {
                let declared = match count {
                    RosterCount::Teachers => roster.teachers,
                    RosterCount::Pupils => roster.pupils,
                    RosterCount::Families => roster.families,
                    RosterCount::Classes => roster.classes,
                };
                Some(float(i64::try_from(declared).unwrap_or(i64::MAX)))
            }
        }
    };
    let periods = range.weeks.iter().map(ToString::to_string).chain([range.label.clone()]);
    periods
        .filter_map(|period| {
            let value = view::rate(measure, operand(numerator, &period)?, operand(denominator, &period)?)?;
            Some(figure(measure, period, &[], value))
        })
        .collect()
}
