//! The k rule, looked at from behind: no published cell has fewer than five different people in it, nor fewer than five
//! once any one class is set aside.
//!
//! Populations are drawn to be awkward: tiny classes, rows without a class, people in two classes, values of zero, words
//! that occur once, one teacher who makes nearly everything. The oracle counts rows; it shares no code with the gate.
//!
//! **Control**: a gate that publishes every cell that is not empty.

use std::collections::{BTreeMap, BTreeSet};

use privacy::Pseudonym;
use privacy::exit::{
    Cell, Closed, DistinctCount, Establishment, Figures, Kind, Partition, Pieces, Policy, Shape, Word, close,
    close_distinct, merge_periods,
};

use crate::random::Random;
use crate::{Bound, Finding, Length};

const K: usize = 5;
const WEEKS: u8 = 4;

/// One row, in plain numbers.
#[derive(Clone, Copy)]
struct Row {
    week: u8,
    words: [u8; 2],
    person: u8,
    class: Option<u8>,
    /// Who made it; without a maker the person bears the value herself.
    teacher: Option<u8>,
    value: u64,
}

struct Population {
    classes: u8,
    rows: Vec<Row>,
    shape: Shape,
}

/// Runs the attack and its control.
pub fn run(length: Length) -> Vec<Finding> {
    let populations = match length {
        Length::Short => 2_000,
        Length::Long => 100_000,
    };
    let (mut cells, mut breaches, mut control) = (0_u64, 0_u64, 0_u64);
    for seed in 0..populations {
        let population = Population::draw(seed);
        for behind in population.released() {
            cells += 1;
            breaches += u64::from(!population.enough(&behind));
        }
        let careless = population.by_word(0, 0).into_values().chain(population.by_word(0, 1).into_values());
        control += careless.map(|rows| u64::from(!population.enough(&rows))).sum::<u64>();
    }
    vec![
        Finding::new("threshold_populations_n", crate::float(populations), Bound::Shown),
        Finding::new("threshold_cells_n", crate::float(cells), Bound::AtLeast(crate::float(populations))),
        Finding::new("threshold_breaches_n", crate::float(breaches), Bound::AtMost(0.0)),
        Finding::new("threshold_control_n", crate::float(control), Bound::AtLeast(crate::float(populations))),
    ]
}

impl Population {
    fn draw(seed: u64) -> Self {
        let mut random = Random::new(seed);
        let byte = |random: &mut Random, bound: u8| u8::try_from(random.below(bound.into())).unwrap_or(0);
        let classes = byte(&mut random, 6) + 1;
        let people = byte(&mut random, 60) + 4;
        let made_by_teachers = random.chance(500);
        let kind = if random.chance(200) { Kind::Distinct } else { Kind::Additive };
        let hub = byte(&mut random, classes);
        let (roaming, classless) = (random.below(120), random.below(120));
        let number = random.below(400);
        let rows = (0..number)
            .map(|_| {
                let person = byte(&mut random, people).min(byte(&mut random, people));
                let class = match random.below(1000) {
                    chance if chance < classless => None,
                    chance if chance < classless + roaming => Some(byte(&mut random, classes)),
                    _ => Some(person % classes),
                };
                let teacher = made_by_teachers.then(|| if random.chance(200) { hub } else { class.unwrap_or(hub) });
                // In a distinct count everybody belongs to one word of each split.
                let words = match kind {
                    Kind::Distinct => [person % 4, person % 3],
                    Kind::Additive => [byte(&mut random, 4).min(byte(&mut random, 4)), byte(&mut random, 5)],
                };
                let value = [0, 1, 1, 2, 3, 40][usize::from(byte(&mut random, 6))];
                Row { week: byte(&mut random, WEEKS), words, person, class, teacher, value }
            })
            .collect();
        Self { classes, rows, shape: Shape { kind, made_by_teachers } }
    }

    /// The rows behind every value that leaves: weeks with two splits, then the month.
    fn released(&self) -> Vec<Vec<Row>> {
        let (policy, establishment) = (Policy::default(), self.establishment());
        let mut behind = Vec::new();
        let mut pieces = Pieces::new();
        for week in 0..WEEKS {
            let rows = self.of_weeks(&BTreeSet::from([week]));
            let splits = (0..2).map(|split| {
                let cells = self.by_word(week, split).into_iter().map(|(word, rows)| (name(word), self.cell(&rows)));
                Partition::new(&name(10 + u8::try_from(split).unwrap_or(0)), cells).expect("names of our own")
            });
            let splits = Figures::new(splits.collect());
            let closed = close(Figures::new(self.cell(&rows)), splits, self.shape, &establishment, &policy);
            let closed = closed.expect("well-formed");
            behind.extend(closed.value().total.map(|_| rows));
            for (split, number) in (0..2).zip(10..) {
                behind.extend(self.behind(week, split, closed.value(), number));
            }
            if self.shape.kind == Kind::Additive {
                pieces.week(week, &closed).expect("each week once");
            }
        }
        let period: BTreeSet<u8> = (0..WEEKS).collect();
        if self.shape.kind == Kind::Additive {
            let free = period.iter().filter(|week| !pieces.covers(week));
            let withheld: BTreeMap<u8, Cell> =
                free.map(|week| (*week, self.cell(&self.of_weeks(&BTreeSet::from([*week]))))).collect();
            let covered =
                merge_periods(&period, Figures::new(withheld), &mut pieces, self.shape, &establishment, &policy);
            let remainder = covered.expect("free weeks of the period").into_value().remainder;
            behind.extend(remainder.map(|piece| self.of_weeks(piece.weeks())));
        } else {
            let whole = self.of_weeks(&period);
            let count = DistinctCount { people: self.cell(&whole), nested: Vec::new(), parts: Vec::new() };
            let made = self.shape.made_by_teachers;
            let closed = close_distinct(Figures::new(count), made, &establishment, &policy);
            behind.extend(closed.value().total.map(|_| whole));
        }
        behind
    }

    /// The rows behind each published cell of a split.
    fn behind(&self, week: u8, split: usize, closed: &Closed, number: u8) -> Vec<Vec<Row>> {
        let mut by_word = self.by_word(week, split);
        let Some(cells) = closed.splits.get(&name(number)) else { return Vec::new() };
        let mut behind = Vec::new();
        for cell in cells {
            if let Word::Listed(word) = &cell.word {
                behind.push((0..u8::MAX).find(|number| name(*number) == *word).and_then(|word| by_word.remove(&word)));
            }
        }
        if cells.iter().any(|cell| !matches!(cell.word, Word::Listed(_))) {
            behind.push(Some(by_word.into_values().flatten().collect()));
        }
        behind.into_iter().map(Option::unwrap_or_default).collect()
    }

    fn of_weeks(&self, weeks: &BTreeSet<u8>) -> Vec<Row> {
        self.rows.iter().filter(|row| weeks.contains(&row.week)).copied().collect()
    }

    fn by_word(&self, week: u8, split: usize) -> BTreeMap<u8, Vec<Row>> {
        let mut words = BTreeMap::<u8, Vec<Row>>::new();
        for row in self.rows.iter().filter(|row| row.week == week) {
            words.entry(row.words[split]).or_default().push(*row);
        }
        words
    }

    fn establishment(&self) -> Establishment {
        let all = Establishment::new(self.classes.into());
        (0..self.classes).fold(all, |all, class| all.taught_by(id(2, class), id(3, class)))
    }

    fn cell(&self, rows: &[Row]) -> Cell {
        let mut cell = Cell::new();
        for row in rows {
            let class = row.class.map(|class| id(3, class));
            cell.contributor(id(1, row.person), class);
            let bearer = row.teacher.map_or(id(1, row.person), |teacher| id(2, teacher));
            if self.shape.kind == Kind::Additive {
                cell.value(bearer, class, row.value);
            }
            if let Some(teacher) = row.teacher {
                cell.teacher(id(2, teacher), class);
            }
        }
        cell
    }

    /// The oracle.
    fn enough(&self, rows: &[Row]) -> bool {
        let views = (0..self.classes).filter(|_| self.classes > 1).map(Some);
        views.chain([None]).all(|aside| self.people(rows, aside) >= K)
    }

    /// How many different people stand behind these rows, without those of a class. Who bears nothing counts for nothing
    /// in a sum; in a number of people, who was seen in the class is known.
    fn people(&self, rows: &[Row], aside: Option<u8>) -> usize {
        let known = |row: &&Row| aside.is_some() && row.class == aside;
        let busy = |row: &&Row| self.shape.kind == Kind::Distinct || row.teacher.is_some() || row.value > 0;
        let met: BTreeSet<u8> = match self.shape.kind {
            Kind::Additive => BTreeSet::new(),
            Kind::Distinct => rows.iter().filter(known).map(|row| row.person).collect(),
        };
        let rest = rows.iter().filter(|row| !known(row)).filter(busy);
        rest.map(|row| row.person).filter(|person| !met.contains(person)).collect::<BTreeSet<_>>().len()
    }
}

fn id(domain: u8, number: u8) -> Pseudonym {
    let mut bytes = [0; 16];
    (bytes[0], bytes[1]) = (domain, number);
    Pseudonym::from_stored(bytes)
}

fn name(number: u8) -> String {
    format!("w{number}")
}
