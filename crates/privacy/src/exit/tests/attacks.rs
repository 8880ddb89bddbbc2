//! Attackers who subtract what they know, and broken gates that prove that they would succeed.

use std::collections::BTreeSet;

use proptest::strategy::ValueTree;
use proptest::test_runner::TestRunner;

use super::super::merge::merge_up;
use super::*;

/// Random schools, the same in every run.
fn sample(by_teachers: bool, number: usize) -> Vec<School> {
    let mut runner = TestRunner::deterministic();
    let strategy = schools(by_teachers);
    (0..number).map(|_| strategy.new_tree(&mut runner).expect("a school").current()).collect()
}

/// The first thing that a reader learns from the schools' splits by kind, closed by a rule given as a function.
fn first_breach(schools: &[School], shape: Shape, rule: impl Fn(&Cell) -> bool) -> Option<&'static str> {
    schools.iter().find_map(|school| {
        let cells = partition("kind", |row| row.kind, &school.rows).cells;
        let published = merge_up(&cells, shape, &rule)?;
        let published: Vec<_> = published
            .into_iter()
            .map(|(word, cell)| PublishedCell { word, value: u64::try_from(shape.size(&cell)).expect("small") })
            .collect();
        let behind = rows_behind(&school.rows, |row| row.kind, &published);
        behind.iter().find_map(|rows| breach(rows, school.classes, shape))
    })
}

fn teachers(cell: &Cell) -> BTreeMap<Pseudonym, u128> {
    let mut sums = BTreeMap::new();
    for ((bearer, _), value) in cell.without_idle().values {
        *sums.entry(bearer).or_default() += value;
    }
    sums
}

#[test]
fn a_gate_that_forgets_the_known_class_is_caught() {
    let forgetful = |cell: &Cell| cell.without_idle().people() >= 5 && cell.total() > 0;
    let shape = Shape { kind: Kind::Distinct, ..BY_FAMILIES };
    assert_eq!(first_breach(&sample(false, 300), shape, forgetful), Some("fewer than five people outside a class"));
}

#[test]
fn a_gate_that_forgets_k_is_caught() {
    let shape = Shape { kind: Kind::Distinct, ..BY_FAMILIES };
    let forgetful = |cell: &Cell| cell.people() >= 4;
    let breach = first_breach(&sample(false, 2000), shape, forgetful);
    assert!(breach.is_some_and(|it| it.starts_with("fewer than five people")), "{breach:?}");
}

#[test]
fn a_gate_that_forgets_dominance_is_caught_and_so_is_one_that_looks_at_the_whole_only() {
    let enough = |cell: &Cell, rest: bool| {
        let sums = teachers(cell);
        let total: u128 = sums.values().sum();
        let far = cell.people() >= 12 && total > 0 && sums.len() >= 3;
        far && (!rest || sums.values().all(|sum| sum * 2 <= total))
    };
    let schools: Vec<_> = sample(true, 2000).into_iter().filter(|school| school.classes > 2).collect();
    assert!(first_breach(&schools, MADE_BY_TEACHERS, |cell| enough(cell, false)).is_some());
    assert_eq!(first_breach(&schools, MADE_BY_TEACHERS, |cell| enough(cell, true)), Some("one person above her share"));
}

/// A table of which the margins are known: the narrowest interval that its cells can lie in, by trying every table.
fn narrowest_crossing(rows: &[u64], columns: &[u64]) -> u64 {
    let mut seen = vec![BTreeSet::new(); rows.len() * columns.len()];
    fill(rows, &mut columns.to_vec(), 0, 0, &mut Vec::new(), &mut seen);
    let width = |values: &BTreeSet<u64>| values.last().zip(values.first()).map(|(last, first)| last - first);
    seen.iter().filter_map(width).min().unwrap_or(0)
}

fn fill(
    rows: &[u64],
    left: &mut Vec<u64>,
    row: usize,
    column: usize,
    table: &mut Vec<u64>,
    seen: &mut [BTreeSet<u64>],
) {
    if row == rows.len() {
        if left.iter().all(|rest| *rest == 0) {
            seen.iter_mut().zip(table).for_each(|(values, value)| _ = values.insert(*value));
        }
        return;
    }
    let used: u64 = table[row * left.len()..].iter().sum();
    let last = column + 1 == left.len();
    let need = rows[row] - used;
    for value in if last { need..=need } else { 0..=need } {
        if value > left[column] {
            continue;
        }
        left[column] -= value;
        table.push(value);
        let (next_row, next_column) = if last { (row + 1, 0) } else { (row, column + 1) };
        fill(rows, left, next_row, next_column, table, seen);
        table.pop();
        left[column] += value;
    }
}

/// Schools of at most two kinds and two days, each row a count of one, so that every table can be tried.
fn small_tables() -> Vec<School> {
    let small = |school: School| {
        let row = |row: Row| Row { kind: row.kind.min(1), day: row.day.min(1), value: 1, ..row };
        School { rows: school.rows.into_iter().take(60).map(row).collect(), ..school }
    };
    sample(false, 1500).into_iter().map(small).collect()
}

fn margins(rows: &[Row], word: fn(&Row) -> u8, cells: &[PublishedCell], known: Option<u8>) -> Vec<u64> {
    let sum =
        |rows: &Vec<Row>| rows.iter().filter(|row| known.is_none() || row.class != known).map(|row| row.value).sum();
    rows_behind(rows, word, cells).iter().map(sum).collect()
}

#[test]
fn no_crossing_of_two_splits_is_known_more_narrowly_than_k() {
    let mut tried = 0;
    for school in small_tables() {
        let closed = close(&school, BY_FAMILIES);
        let (kinds, days) = (&closed.splits["kind"], &closed.splits["day"]);
        if kinds.len() < 2 || days.len() < 2 {
            continue;
        }
        let views = (0..school.classes).filter(|_| school.classes > 1).map(Some);
        for known in std::iter::once(None).chain(views) {
            let kinds = margins(&school.rows, |row| row.kind, kinds, known);
            let days = margins(&school.rows, |row| row.day, days, known);
            assert!(narrowest_crossing(&kinds, &days) >= 5, "{kinds:?} {days:?}");
            tried += 1;
        }
    }
    assert!(tried > 100, "only {tried} tables");
}

#[test]
fn a_gate_that_suppresses_instead_of_merging_is_caught() {
    // Small words are blanked, everything else and the total are shown: the blank is the rest.
    let recovered = small_tables().iter().any(|school| {
        let count = |kind| school.rows.iter().filter(|row| row.kind == kind).count();
        let (shown, blank) = (count(0), count(1));
        let total = school.rows.len();
        shown >= 5 && (1..5).contains(&blank) && total - shown == blank
    });
    assert!(recovered);
    // And margins with the small words left in pin a crossing down.
    assert!(narrowest_crossing(&[20, 2], &[11, 11]) < 5);
}

#[test]
fn the_others_are_never_one_word() {
    for (school, shape) in sample(true, 500).iter().zip(std::iter::repeat(MADE_BY_TEACHERS)) {
        let cells = &close(school, shape).splits["day"];
        for (cell, rows) in cells.iter().zip(rows_behind(&school.rows, |row| row.day, cells)) {
            let words: BTreeSet<_> = rows.iter().map(|row| row.day).collect();
            assert!(cell.word != Word::Others || words.len() > 1, "a hidden word would be the others");
        }
    }
}
