//! What an establishment is shown over two months: every week, month and school period, closed by the product's exit gate.

use std::collections::{BTreeMap, BTreeSet};

use privacy::exit::{
    Cell, Closed, DistinctCount, Figures, Partition, Pieces, Policy, Released, close, close_distinct, merge_periods,
};

use super::school::{DAYS, LONGER, Measure, Person, Row, School, WEEKS, WORDS, cell, class};

/// The name of a word or a day.
pub fn name(number: u8) -> String {
    format!("w{number}")
}

/// A number of different people.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Count {
    /// Pupils with a trace.
    Pupils,
    /// Families who retrieved something.
    Families,
    /// Teachers who worked in at least half of the weeks.
    Teachers,
}

impl Count {
    /// All of them.
    pub const ALL: [Self; 3] = [Self::Pupils, Self::Families, Self::Teachers];

    /// Whether a row makes its person count, and which person.
    pub const fn person(self, row: &Row) -> Option<Person> {
        match (self, row.measure) {
            (Self::Pupils, Measure::Traces) | (Self::Families, Measure::Retrieved) => Some(row.contributor),
            (Self::Teachers, Measure::Features | Measure::Media) => Some(Person::Teacher(row.maker)),
            _ => None,
        }
    }

    /// In how many weeks of a period somebody must be there to count; holidays do not count as weeks.
    pub fn least(self, school: &School, from: u8, until: u8) -> usize {
        let class_weeks = (from..until).filter(|week| !school.holidays.contains(week)).count();
        if self == Self::Teachers { class_weeks.div_ceil(2).max(1) } else { 1 }
    }

    /// Who counts in the weeks `from..until`, with her classes.
    pub fn people(self, school: &School, from: u8, until: u8) -> BTreeMap<Person, BTreeSet<u16>> {
        let least = self.least(school, from, until);
        let mut seen = BTreeMap::<Person, (BTreeSet<u8>, BTreeSet<u16>)>::new();
        for row in school.rows.iter().filter(|row| (from..until).contains(&row.week)) {
            if let Some(person) = self.person(row) {
                let (weeks, classes) = seen.entry(person).or_default();
                weeks.insert(row.week);
                classes.insert(row.class);
            }
        }
        let steady = seen.into_iter().filter(|(_, (weeks, _))| weeks.len() >= least);
        steady.map(|(person, (_, classes))| (person, classes)).collect()
    }
}

/// A published number of different people.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Counted {
    /// Whom it counts.
    pub count: Count,
    /// The first week.
    pub from: u8,
    /// The week after the last.
    pub until: u8,
    /// How many.
    pub value: u64,
}

/// A published sum over weeks that were withheld alone.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Pool {
    /// Of what.
    pub measure: Measure,
    /// Of which weeks.
    pub weeks: Vec<u8>,
    /// How much.
    pub value: u64,
}

/// Everything that was ever shown. Totals of months and school periods are sums of weeks and pools, so they say nothing new.
#[derive(Debug, Clone, Default)]
pub struct Shown {
    /// The weeks by measure, with their splits by word and by day.
    pub weeks: BTreeMap<(Measure, u8), Closed>,
    /// What longer periods added.
    pub pools: Vec<Pool>,
    /// The numbers of different people.
    pub counts: Vec<Counted>,
}

/// A split of a week's rows; every word of the list has a cell, as in the product.
pub fn partition(measure: Measure, split: &str, rows: &[&Row], word: fn(&Row) -> u8, words: u8) -> Partition {
    let cells = (0..words).map(|number| {
        let of_word = rows.iter().filter(|row| word(row) == number).copied();
        (name(number), cell(measure, of_word))
    });
    Partition::new(split, cells).expect("words of our own")
}

/// Closes everything, as the product does.
pub fn everything(school: &School) -> Shown {
    let (policy, establishment) = (Policy::default(), school.establishment());
    let mut shown = Shown::default();
    for measure in Measure::ALL {
        let mut pieces = Pieces::new();
        for week in 0..WEEKS {
            let closed = close_week(school, measure, week);
            pieces.week(week, &closed).expect("each week once");
            shown.weeks.insert((measure, week), closed.into_value());
        }
        for (from, until) in LONGER {
            let free = (from..until).filter(|week| !pieces.covers(week));
            let withheld: BTreeMap<u8, Cell> =
                free.map(|week| (week, cell(measure, school.of(measure, week)))).collect();
            let period: BTreeSet<u8> = (from..until).collect();
            let (shape, withheld) = (measure.shape(), Figures::new(withheld));
            let covered = merge_periods(&period, withheld, &mut pieces, shape, &establishment, &policy);
            if let Some(piece) = covered.expect("weeks of the period").into_value().remainder {
                let weeks = piece.weeks().iter().copied().collect();
                shown.pools.push(Pool { measure, weeks, value: piece.value() });
            }
        }
    }
    for count in Count::ALL {
        counts(school, count, &mut shown.counts);
    }
    shown
}

/// A week of a measure through the product's gate.
pub fn close_week(school: &School, measure: Measure, week: u8) -> Released<Closed> {
    let rows: Vec<&Row> = school.of(measure, week).collect();
    let splits = vec![
        partition(measure, "word", &rows, |row| row.word, WORDS),
        partition(measure, "day", &rows, |row| row.day, DAYS),
    ];
    let whole = Figures::new(cell(measure, rows.iter().copied()));
    close(whole, Figures::new(splits), measure.shape(), &school.establishment(), &Policy::default())
        .expect("well-formed")
}

fn counts(school: &School, count: Count, shown: &mut Vec<Counted>) {
    let people = |from: u8, until: u8| {
        let mut cell = Cell::new();
        for (person, classes) in count.people(school, from, until) {
            for place in classes {
                cell.contributor(person.pseudonym(), Some(class(place)));
                if count == Count::Teachers {
                    cell.teacher(person.pseudonym(), Some(class(place)));
                }
            }
        }
        cell
    };
    // Everybody in the one is in the other by definition: also if every week that the other lacks was one of hers.
    let within = |(from, until): (u8, u8), (start, end): (u8, u8)| {
        let lacking =
            (from..until).filter(|week| !(start..end).contains(week) && !school.holidays.contains(week)).count();
        count.least(school, from, until).saturating_sub(lacking) >= count.least(school, start, end)
    };
    let weeks = (0..WEEKS).map(|week| (week, week + 1));
    for (from, until) in weeks.chain(LONGER) {
        let earlier: Vec<_> = shown.iter().filter(|one| one.count == count).map(|one| (one.from, one.until)).collect();
        let nested: Vec<_> = earlier
            .iter()
            .copied()
            .filter(|other| within(*other, (from, until)) || within((from, until), *other))
            .map(|(from, until)| people(from, until))
            .collect();
        let published = |week: u8| earlier.contains(&(week, week + 1));
        let weeks = (from..until)
            .filter(|week| until - from > 1 && !published(*week) && within((*week, week + 1), (from, until)));
        let parts = weeks.map(|week| people(week, week + 1)).collect();
        let closing = DistinctCount { people: people(from, until), nested, parts };
        let made = count == Count::Teachers;
        let closed = close_distinct(Figures::new(closing), made, &school.establishment(), &Policy::default());
        if let Some(value) = closed.value().total {
            shown.push(Counted { count, from, until, value });
        }
    }
}
