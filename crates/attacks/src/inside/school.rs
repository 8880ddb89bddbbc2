//! A simulated school: what its people did in two months of weeks, row by row.

use privacy::Pseudonym;
use privacy::exit::{Cell, Establishment, Kind, Shape};

use crate::random::Random;

/// How many weeks a world lasts.
pub const WEEKS: u8 = 8;
/// How many days a week has.
pub const DAYS: u8 = 5;
/// How many words a split has.
pub const WORDS: u8 = 5;
/// The periods longer than a week, in the order in which they close: two months, and a school period across their border.
pub const LONGER: [(u8, u8); 3] = [(0, 4), (0, 6), (4, 8)];

/// How much is done in a week, in thousandths of what its people usually do: from holidays to full weeks.
const QUIET: [u64; 5] = [0, 60, 300, 1000, 1000];

/// What is measured. Who is a contributor and who bears the value differ, as in the catalogue.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Measure {
    /// Items added: pupils contribute, the teacher bears.
    Media,
    /// Items per pupil: pupils contribute and bear, teachers make.
    Traces,
    /// Shares retrieved: families contribute and bear.
    Retrieved,
    /// Features used: teachers contribute, bear and make.
    Features,
}

impl Measure {
    /// All of them.
    pub const ALL: [Self; 4] = [Self::Media, Self::Traces, Self::Retrieved, Self::Features];

    /// What the rule must know.
    pub const fn shape(self) -> Shape {
        Shape { kind: Kind::Additive, made_by_teachers: !matches!(self, Self::Retrieved) }
    }
}

/// Who somebody is, as a number within a domain.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Person {
    /// A pupil; her family has the same number.
    Pupil(u16),
    /// A family.
    Family(u16),
    /// A teacher.
    Teacher(u16),
}

impl Person {
    /// Her pseudonym in this world.
    pub fn pseudonym(self) -> Pseudonym {
        match self {
            Self::Pupil(number) => pseudonym(1, number),
            Self::Family(number) => pseudonym(2, number),
            Self::Teacher(number) => pseudonym(3, number),
        }
    }
}

fn pseudonym(domain: u8, number: u16) -> Pseudonym {
    let mut bytes = [0; 16];
    bytes[0] = domain;
    bytes[1..3].copy_from_slice(&number.to_be_bytes());
    Pseudonym::from_stored(bytes)
}

/// The pseudonym of a class.
pub fn class(number: u16) -> Pseudonym {
    pseudonym(4, number)
}

/// Something that somebody did.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Row {
    /// What it counts for.
    pub measure: Measure,
    /// When.
    pub week: u8,
    /// On which day.
    pub day: u8,
    /// Which word of the split.
    pub word: u8,
    /// In which class.
    pub class: u16,
    /// Who takes part.
    pub contributor: Person,
    /// Who bears the value.
    pub bearer: Person,
    /// Which teacher made it.
    pub maker: u16,
    /// How much.
    pub value: u64,
}

/// A school and what happened in it.
#[derive(Debug, Clone)]
pub struct School {
    /// How many classes it has.
    pub classes: u16,
    /// Who teaches what: teacher and class.
    pub taught: Vec<(u16, u16)>,
    /// The class of each pupil (and family).
    pub pupils: Vec<u16>,
    /// Weeks in which nobody can have done anything, as everybody knows.
    pub holidays: Vec<u8>,
    /// True when no pupil works in another class, as everybody knows.
    pub settled: bool,
    /// What happened.
    pub rows: Vec<Row>,
}

impl School {
    /// A school of so many classes. Some teachers use the product much and some hardly, some words are rare, some weeks are
    /// quiet, some are holidays; some schools have a teacher of two classes, or pupils who work in another class.
    pub fn simulate(seed: u64, classes: u16) -> Self {
        let mut random = Random::new(seed);
        let mut taught: Vec<_> = (0..classes).map(|class| (class, class)).collect();
        if classes > 3 && random.chance(300) {
            taught.push((0, 1));
        }
        let small = if random.chance(300) { 6 } else { 14 };
        let pupils: Vec<u16> = (0..classes)
            .flat_map(|class| vec![class; usize::try_from(random.between(small, small + 10)).unwrap_or(10)])
            .collect();
        let zeal: Vec<u64> = (0..classes).map(|_| random.skewed(900) + 20).collect();
        let quiet: Vec<u64> = (0..WEEKS).map(|_| random.pick(&QUIET)).collect();
        let moving = random.below(4) * 10;
        let holidays = (0..WEEKS).filter(|week| quiet[usize::from(*week)] == 0).collect();
        let mut school = Self { classes, taught, pupils, holidays, settled: moving == 0, rows: Vec::new() };
        for week in 0..WEEKS {
            for class in 0..classes {
                let chance = zeal[usize::from(class)] * quiet[usize::from(week)] / 1000;
                school.week_of(&mut random, week, class, chance, moving);
            }
        }
        school
    }

    /// Who teaches a class.
    pub fn teacher_of(&self, class: u16) -> u16 {
        self.taught.iter().rfind(|(_, taught)| *taught == class).map_or(class, |(teacher, _)| *teacher)
    }

    fn week_of(&mut self, random: &mut Random, week: u8, class: u16, chance: u64, moving: u64) {
        let word = |random: &mut Random| u8::try_from(random.skewed(u64::from(WORDS) - 1)).unwrap_or(0);
        let day = |random: &mut Random| u8::try_from(random.below(u64::from(DAYS))).unwrap_or(0);
        for pupil in 0..u16::try_from(self.pupils.len()).unwrap_or(0) {
            if self.pupils[usize::from(pupil)] != class {
                continue;
            }
            if random.chance(chance) {
                // Now and then she works in another class.
                let place = if random.chance(moving) { (class + 1) % self.classes } else { class };
                let (contributor, maker) = (Person::Pupil(pupil), self.teacher_of(place));
                let (day, word, value) = (day(random), word(random), u64::from(random.chance(400)));
                let bearer = Person::Teacher(maker);
                let row =
                    Row { measure: Measure::Media, week, day, word, class: place, contributor, bearer, maker, value };
                self.rows.push(row);
                let value = random.between(1, 3);
                self.rows.push(Row { measure: Measure::Traces, bearer: contributor, value, ..row });
            }
            if random.chance(chance / 2) {
                let (contributor, maker) = (Person::Family(pupil), self.teacher_of(class));
                let (day, word, value, bearer) = (day(random), word(random), random.between(1, 2), contributor);
                let measure = Measure::Retrieved;
                self.rows.push(Row { measure, week, day, word, class, contributor, bearer, maker, value });
            }
        }
        for _ in 0..WORDS {
            if random.chance(chance) {
                let maker = self.teacher_of(class);
                let contributor = Person::Teacher(maker);
                let (day, word, value, bearer) = (day(random), word(random), random.between(1, 6), contributor);
                let measure = Measure::Features;
                self.rows.push(Row { measure, week, day, word, class, contributor, bearer, maker, value });
            }
        }
    }

    /// What the rule must know about it.
    pub fn establishment(&self) -> Establishment {
        let all = Establishment::new(usize::from(self.classes));
        self.taught
            .iter()
            .fold(all, |all, (teacher, taught)| all.taught_by(Person::Teacher(*teacher).pseudonym(), class(*taught)))
    }

    /// The rows of a measure in a week.
    pub fn of(&self, measure: Measure, week: u8) -> impl Iterator<Item = &Row> {
        self.rows.iter().filter(move |row| row.measure == measure && row.week == week)
    }
}

/// Rows as the contributions behind one figure.
pub fn cell<'a>(measure: Measure, rows: impl IntoIterator<Item = &'a Row>) -> Cell {
    let mut cell = Cell::new();
    for row in rows {
        let place = Some(class(row.class));
        cell.contributor(row.contributor.pseudonym(), place);
        cell.value(row.bearer.pseudonym(), place, row.value);
        if measure.shape().made_by_teachers {
            cell.teacher(Person::Teacher(row.maker).pseudonym(), place);
        }
    }
    cell
}
