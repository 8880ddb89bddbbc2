//! The control: small cells are blanked, and everything else is published with all margins.

use std::collections::{BTreeMap, BTreeSet};

use super::attacker::{Attacker, Hidden, K};
use super::school::{Measure, Row, School, WEEKS, WORDS};
use crate::linear::Knowledge;

/// What a teacher learns from tables of words and classes, week by week. Only what is not empty counts.
pub fn attack(school: &School, teacher: u16) -> Vec<Hidden> {
    let attacker = Attacker::new(school, teacher);
    let mut hidden = Vec::new();
    for measure in Measure::ALL {
        for week in 0..WEEKS {
            let rows: Vec<&Row> = school.of(measure, week).filter(|row| !attacker.knows(row)).collect();
            hidden.extend(table(school, &attacker, &rows));
        }
    }
    hidden
}

fn table(school: &School, attacker: &Attacker<'_>, rows: &[&Row]) -> Vec<Hidden> {
    let classes = (0..school.classes).filter(|class| !attacker.classes.contains(class));
    let cells: Vec<(u8, u16)> = classes.flat_map(|class| (0..WORDS).map(move |word| (word, class))).collect();
    let mut knowledge = Knowledge::default();
    let numbers: BTreeMap<(u8, u16), usize> = cells.iter().map(|cell| (*cell, knowledge.number())).collect();
    let sum = |is: &dyn Fn(&(u8, u16)) -> bool| -> u64 {
        rows.iter().filter(|row| is(&(row.word, row.class))).map(|row| row.value).sum()
    };
    let mut publish = |is: &dyn Fn(&(u8, u16)) -> bool| {
        let inside = numbers.iter().filter(|(cell, _)| is(cell)).map(|(_, number)| *number);
        knowledge.add_up(inside, sum(is));
    };
    let people = |cell: &(u8, u16)| {
        let of_cell = rows.iter().filter(|row| (row.word, row.class) == *cell);
        of_cell.map(|row| row.contributor).collect::<BTreeSet<_>>().len()
    };
    publish(&|_| true);
    (0..WORDS).for_each(|word| publish(&|cell| cell.0 == word));
    (0..school.classes).for_each(|class| publish(&|cell| cell.1 == class));
    for cell in cells.iter().filter(|cell| !(1..K).contains(&people(cell))) {
        publish(&|one| one == cell);
    }
    let mut solved = knowledge.solve();
    let small = cells.iter().filter(|cell| (1..K).contains(&people(cell)));
    small
        .map(|cell| Hidden {
            what: "a blank",
            truth: sum(&|one| one == cell),
            interval: solved.range([numbers[cell]]),
            at_first: u64::MAX,
        })
        .collect()
}
