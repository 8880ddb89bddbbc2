//! One of the school's teachers: what she knows for certain, and what follows for what she is not to know.

use std::collections::{BTreeMap, BTreeSet};

use privacy::exit::{PublishedCell, Word};

use super::people::People;
use super::school::{DAYS, Measure, Row, School, WEEKS, WORDS};
use super::shown::{Count, Shown, name};
use crate::linear::{Interval, Knowledge};

/// The least number of people behind what may be known.
pub const K: usize = 5;

/// Whether she also counts those who were absent.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Roster {
    /// She asks what the published numbers say.
    Aside,
    /// She knows how many pupils, families and colleagues there are.
    Known,
}

/// A teacher of the school.
pub struct Attacker<'a> {
    pub(super) school: &'a School,
    pub(super) teacher: u16,
    pub(super) classes: BTreeSet<u16>,
}

/// Something hidden: fewer than [`K`] people are behind it, hers set aside.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Hidden {
    /// What it is.
    pub what: &'static str,
    /// How many people, or how much they bear.
    pub truth: u64,
    /// What follows for it.
    pub interval: Interval,
    /// How wide it was before anything was shown: a school of four others cannot hide behind five.
    pub at_first: u64,
}

impl Hidden {
    /// True when she knows it.
    pub fn is_recovered(&self) -> bool {
        self.at_first > 0 && self.interval.width() == 0
    }
}

impl<'a> Attacker<'a> {
    /// One of the school's teachers.
    pub fn new(school: &'a School, teacher: u16) -> Self {
        let classes = school.taught.iter().filter(|(who, _)| *who == teacher).map(|(_, class)| *class).collect();
        Self { school, teacher, classes }
    }

    /// True when she knows the row: it is of her class, or she made it.
    pub(super) fn knows(&self, row: &Row) -> bool {
        self.classes.contains(&row.class) || row.maker == self.teacher
    }

    fn others(&self) -> Vec<u16> {
        (0..self.school.classes).filter(|class| !self.classes.contains(class)).collect()
    }

    /// The sum of hers among these rows, and the people behind the rest.
    fn set_aside<'r>(&self, rows: impl Iterator<Item = &'r Row>) -> (u64, u64, usize) {
        let (mut hers, mut rest, mut people) = (0, 0, BTreeSet::new());
        for row in rows {
            if self.knows(row) {
                hers += row.value;
            } else {
                rest += row.value;
                people.insert(row.contributor);
            }
        }
        (hers, rest, people.len())
    }

    /// What she learns within one week of one measure, by word, day and class.
    pub fn within_a_week(&self, shown: &Shown, measure: Measure, week: u8) -> Vec<Hidden> {
        let rows: Vec<&Row> = self.school.of(measure, week).collect();
        let closed = &shown.weeks[&(measure, week)];
        let others = self.others();
        let mut knowledge = Knowledge::default();
        let numbers: BTreeMap<(u8, u8, u16), usize> = cross(&others).map(|key| (key, knowledge.number())).collect();
        let of = |is: &dyn Fn(&(u8, u8, u16)) -> bool| -> Vec<usize> {
            numbers.iter().filter(|(key, _)| is(key)).map(|(_, number)| *number).collect()
        };
        let mut learn = |is: &dyn Fn(&(u8, u8, u16)) -> bool, value: u64| {
            let known = rows.iter().filter(|row| is(&(row.word, row.day, row.class)));
            let (hers, _, _) = self.set_aside(known.copied());
            knowledge.add_up(of(is), value - hers);
        };
        if let Some(total) = closed.total {
            learn(&|_| true, total);
        }
        for (split, cells) in &closed.splits {
            for PublishedCell { word, value } in cells {
                let inside = words_of(word, cells);
                learn(&|(word, day, _)| inside.contains(if split == "word" { word } else { day }), *value);
            }
        }
        let mut solved = knowledge.solve();
        let mut hidden = Vec::new();
        for target in targets(&others) {
            let behind = rows.iter().filter(|row| target.holds(row.word, row.day, row.class));
            let (_, truth, people) = self.set_aside(behind.copied());
            if people < K {
                let interval = solved.range(of(&|(word, day, class)| target.holds(*word, *day, *class)));
                hidden.push(Hidden { what: "a crossing in a week", truth, interval, at_first: u64::MAX });
            }
        }
        hidden
    }

    /// What she learns about weeks, from sums over weeks and from numbers of different people.
    pub fn across_weeks(&self, shown: &Shown, roster: Roster) -> Vec<Hidden> {
        let mut knowledge = Knowledge::default();
        let totals: BTreeMap<(Measure, u8), usize> = shown.weeks.keys().map(|key| (*key, knowledge.number())).collect();
        for (key, closed) in &shown.weeks {
            if let Some(total) = closed.total {
                let (hers, _, _) = self.set_aside(self.school.of(key.0, key.1));
                knowledge.add_up([totals[key]], total - hers);
            }
        }
        for pool in &shown.pools {
            let rows = pool.weeks.iter().flat_map(|week| self.school.of(pool.measure, *week));
            let (hers, _, _) = self.set_aside(rows);
            knowledge.add_up(pool.weeks.iter().map(|week| totals[&(pool.measure, *week)]), pool.value - hers);
        }
        let people = Count::ALL.map(|count| People::learn(self, count, shown, roster, &mut knowledge));
        // Who has a trace has at least one.
        for (count, measure) in [(Count::Pupils, Measure::Traces), (Count::Families, Measure::Retrieved)] {
            let of_count = people.iter().find(|one| one.count == count).expect("all are there");
            for week in 0..WEEKS {
                knowledge.no_more_than(of_count.there(week, week + 1), totals[&(measure, week)]);
            }
        }
        let mut solved = knowledge.solve();
        let mut hidden: Vec<_> = people.iter().flat_map(|one| one.hidden(&mut solved)).collect();
        for ((measure, week), number) in totals {
            let (_, truth, people) = self.set_aside(self.school.of(measure, week));
            if people < K && !self.school.holidays.contains(&week) {
                hidden.push(Hidden {
                    what: "a withheld week",
                    truth,
                    interval: solved.range([number]),
                    at_first: u64::MAX,
                });
            }
        }
        hidden
    }
}

fn cross(classes: &[u16]) -> impl Iterator<Item = (u8, u8, u16)> {
    (0..WORDS).flat_map(move |word| (0..DAYS).flat_map(move |day| classes.iter().map(move |class| (word, day, *class))))
}

/// The words that a published cell holds.
fn words_of(word: &Word, cells: &[PublishedCell]) -> BTreeSet<u8> {
    let alone = |number: &u8| cells.iter().any(|cell| cell.word == Word::Listed(name(*number)));
    (0..WORDS.max(DAYS))
        .filter(|number| if let Word::Listed(word) = word { *word == name(*number) } else { !alone(number) })
        .collect()
}

/// A crossing that she would like to know: a word, a day, a class, or any two or three of them.
struct Target {
    word: Option<u8>,
    day: Option<u8>,
    class: Option<u16>,
}

impl Target {
    fn holds(&self, word: u8, day: u8, class: u16) -> bool {
        self.word.is_none_or(|one| one == word)
            && self.day.is_none_or(|one| one == day)
            && self.class.is_none_or(|one| one == class)
    }
}

fn targets(classes: &[u16]) -> Vec<Target> {
    let words = || (0..WORDS).map(Some).chain([None]);
    let days = || (0..DAYS).map(Some).chain([None]);
    let classes = || classes.iter().copied().map(Some).chain([None]);
    words()
        .flat_map(|word| days().flat_map(move |day| classes().map(move |class| Target { word, day, class })))
        .collect()
}
