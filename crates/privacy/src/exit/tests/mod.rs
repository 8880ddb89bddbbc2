//! Tests of the exit gate: corner cases of the rule, properties over random schools, and attackers who subtract.
//!
//! [`breach`] is a second, naive statement of the rule's promises over plain rows; it shares no code with the gate. Every
//! attack has a positive control: a broken gate that it must catch.

mod attacks;
mod beyond;
mod corners;
mod origins;
mod over_time;
mod properties;

use std::collections::{BTreeMap, BTreeSet};

use proptest::prelude::*;

use super::{Cell, Contribution, Establishment, Figures, Kind, Partition, Policy, PublishedCell, Shape, Word};
use crate::pseudonym::Pseudonym;

pub const MADE_BY_TEACHERS: Shape = Shape { kind: Kind::Additive, made_by_teachers: true };
pub const BY_FAMILIES: Shape = Shape { kind: Kind::Additive, made_by_teachers: false };
pub const PEOPLE: Shape = Shape { kind: Kind::Distinct, made_by_teachers: false };

/// A pseudonym out of a domain and a number.
pub fn id(domain: u8, number: u8) -> Pseudonym {
    let mut bytes = [0; 16];
    (bytes[0], bytes[1]) = (domain, number);
    Pseudonym::from_stored(bytes)
}

/// One row as plain numbers, so that proptest can print and shrink it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Row {
    pub kind: u8,
    pub day: u8,
    pub pupil: u8,
    pub class: Option<u8>,
    pub teacher: Option<u8>,
    pub value: u64,
}

impl Row {
    pub fn bearer(&self) -> (bool, u8) {
        self.teacher.map_or((false, self.pupil), |teacher| (true, teacher))
    }
}

/// A school: its rows and the number of its classes.
#[derive(Debug, Clone)]
pub struct School {
    pub classes: u8,
    pub rows: Vec<Row>,
}

pub fn cell_of<'a>(rows: impl IntoIterator<Item = &'a Row>) -> Cell {
    let mut cell = Cell::new();
    for row in rows {
        cell.pool(&one("all", |_| 0, row).whole());
    }
    cell
}

fn one(split: &str, word: impl Fn(&Row) -> u8, row: &Row) -> Partition {
    partition(split, word, std::slice::from_ref(row))
}

pub fn partition(split: &str, word: impl Fn(&Row) -> u8, rows: &[Row]) -> Partition {
    let rows = rows.iter().map(|row| Contribution {
        word: word(row).to_string(),
        contributor: id(1, row.pupil),
        class: row.class.map(|class| id(3, class)),
        teacher: row.teacher.map(|teacher| id(2, teacher)),
        value: row.value,
    });
    Partition::from_rows(split, rows).expect("words are digits")
}

pub fn establishment(school: &School) -> Establishment {
    (0..school.classes)
        .fold(Establishment::new(school.classes.into()), |it, number| it.taught_by(id(2, number), id(3, number)))
}

/// Closes a school's rows by kind and by day.
pub fn close(school: &School, shape: Shape) -> super::Closed {
    let splits = vec![partition("kind", |row| row.kind, &school.rows), partition("day", |row| row.day, &school.rows)];
    let whole = Figures::new(cell_of(&school.rows));
    super::close(whole, Figures::new(splits), shape, &establishment(school), &Policy::default())
        .expect("well-formed")
        .into_value()
}

/// The rows behind each published cell of a split.
pub fn rows_behind(rows: &[Row], word: impl Fn(&Row) -> u8, cells: &[PublishedCell]) -> Vec<Vec<Row>> {
    let alone: BTreeSet<_> = cells.iter().map(|cell| cell.word.clone()).collect();
    let name = |row: &Row| Word::Listed(word(row).to_string());
    cells
        .iter()
        .map(|cell| {
            let listed = matches!(cell.word, Word::Listed(_));
            let mine = |row: &&Row| if listed { name(row) == cell.word } else { !alone.contains(&name(row)) };
            rows.iter().filter(mine).copied().collect()
        })
        .collect()
}

/// What a reader could learn from the sum of these rows, if anything: the promises of the rule, naively.
pub fn breach(rows: &[Row], classes: u8, shape: Shape) -> Option<&'static str> {
    if people(rows) < 5 {
        return Some("fewer than five people");
    }
    if let Some(breach) = shares(rows, shape, 3, 500) {
        return Some(breach);
    }
    for number in (0..classes).filter(|_| classes > 1) {
        let rest: Vec<_> = rows.iter().filter(|row| row.class != Some(number)).copied().collect();
        if people(&rest) < 5 {
            return Some("fewer than five people outside a class");
        }
        if let Some(breach) = shares(&rest, shape, 2, 667) {
            return Some(breach);
        }
    }
    None
}

fn people(rows: &[Row]) -> usize {
    rows.iter().map(|row| row.pupil).collect::<BTreeSet<_>>().len()
}

fn shares(rows: &[Row], shape: Shape, teachers_min: usize, permille: u64) -> Option<&'static str> {
    if shape.kind == Kind::Distinct {
        return None;
    }
    let mut sums = BTreeMap::<_, u64>::new();
    for row in rows {
        *sums.entry(row.bearer()).or_default() += row.value;
    }
    let total: u64 = sums.values().sum();
    if total == 0 {
        return Some("nothing there");
    }
    if sums.values().any(|sum| sum * 1000 > total * permille) {
        return Some("one person above her share");
    }
    let teachers = sums.iter().filter(|((teacher, _), sum)| *teacher && **sum > 0).count();
    (shape.made_by_teachers && teachers < teachers_min).then_some("too few teachers")
}

/// Schools of one to five classes, some pupils in two classes or in none, some teachers far more active than others.
pub fn schools(by_teachers: bool) -> impl Strategy<Value = School> {
    (1..=5_u8).prop_flat_map(move |classes| {
        let row = (
            0..4_u8,
            0..4_u8,
            0..24_u8,
            0..classes,
            0..20_u8,
            prop_oneof![4 => 1..6_u64, 1 => Just(0), 1 => 0..60_u64],
        );
        proptest::collection::vec(row, 0..220).prop_map(move |rows| {
            let rows = rows.into_iter().map(|(kind, day, pupil, elsewhere, chance, value)| {
                let home = pupil % classes;
                let class = match chance {
                    0 => Some(elsewhere),
                    _ if pupil == 23 => None,
                    _ => Some(home),
                };
                let teacher = by_teachers.then_some(class.unwrap_or(0));
                Row { kind: kind.saturating_sub(1), day, pupil, class, teacher, value }
            });
            School { classes, rows: rows.collect() }
        })
    })
}
