//! [`Cell`]: the contributions behind one figure, while the people are still there.

use std::collections::{BTreeMap, BTreeSet};

use super::CloseError;
use super::closing::{OTHERS, REMAINDER, WHOLE};
use crate::pseudonym::Pseudonym;

/// A class, or `None` for what belongs to no class.
pub(super) type Class = Option<Pseudonym>;

/// The contributions behind one figure.
///
/// Contributors (whom k protects: pupils, families, teachers, devices) and the bearers of the value (whom dominance
/// protects) may be different people. `None` as a class states that a row belongs to no class, it does not mean "not
/// known": the closing looks the class of a pupil or a family up in the roster first.
///
/// Neither `Debug` nor `Serialize`: rows of people.
#[derive(Clone, Default, PartialEq, Eq)]
pub struct Cell {
    pub(super) contributors: BTreeSet<(Pseudonym, Class)>,
    pub(super) values: BTreeMap<(Pseudonym, Class), u128>,
    pub(super) teachers: BTreeSet<(Pseudonym, Class)>,
}

impl Cell {
    /// A cell with nobody in it.
    pub const fn new() -> Self {
        Self { contributors: BTreeSet::new(), values: BTreeMap::new(), teachers: BTreeSet::new() }
    }

    /// Somebody took part, in this class.
    pub fn contributor(&mut self, id: Pseudonym, class: Option<Pseudonym>) {
        self.contributors.insert((id, class));
    }

    /// Somebody bears so much of the value; what she bears already is added to.
    pub fn value(&mut self, bearer: Pseudonym, class: Option<Pseudonym>, value: u64) {
        *self.values.entry((bearer, class)).or_default() += u128::from(value);
    }

    /// A teacher made a part of it.
    pub fn teacher(&mut self, id: Pseudonym, class: Option<Pseudonym>) {
        self.teachers.insert((id, class));
    }

    /// Takes another cell in: sums add, people count once.
    pub fn pool(&mut self, other: &Self) {
        self.contributors.extend(&other.contributors);
        self.teachers.extend(&other.teachers);
        for (bearer, value) in &other.values {
            *self.values.entry(*bearer).or_default() += value;
        }
    }

    /// The sum of all values.
    pub(super) fn total(&self) -> u128 {
        self.values.values().sum()
    }

    /// How many different people took part.
    pub(super) fn people(&self) -> usize {
        self.contributors.iter().map(|(id, _)| id).collect::<BTreeSet<_>>().len()
    }

    /// The people who are in one of two cells and not in the other, without values; teachers likewise.
    pub(super) fn apart_from(&self, other: &Self) -> Self {
        let ids = |rows: &BTreeSet<(Pseudonym, Class)>| rows.iter().map(|(id, _)| *id).collect::<BTreeSet<_>>();
        let apart = |one: &BTreeSet<(Pseudonym, Class)>, two: &BTreeSet<(Pseudonym, Class)>| {
            let (ones, twos) = (ids(one), ids(two));
            one.union(two).filter(|(id, _)| ones.contains(id) != twos.contains(id)).copied().collect()
        };
        Self {
            contributors: apart(&self.contributors, &other.contributors),
            values: BTreeMap::new(),
            teachers: apart(&self.teachers, &other.teachers),
        }
    }

    /// Those of the people whom `is` chooses, without values.
    pub(super) fn of(&self, is: impl Fn(&Pseudonym) -> bool) -> Self {
        let chosen = |rows: &BTreeSet<(Pseudonym, Class)>| rows.iter().filter(|(id, _)| is(id)).copied().collect();
        Self { contributors: chosen(&self.contributors), values: BTreeMap::new(), teachers: chosen(&self.teachers) }
    }

    /// True when everybody in it is in the other, too.
    pub(super) fn is_within(&self, other: &Self) -> bool {
        let others: BTreeSet<_> = other.contributors.iter().map(|(id, _)| id).collect();
        self.contributors.iter().all(|(id, _)| others.contains(id))
    }

    /// Without those who are named but bear nothing: a contributor or teacher who is a bearer, all of whose values are
    /// zero, would make up the number without hiding anybody.
    pub(super) fn without_idle(&self) -> Self {
        let mut sums = BTreeMap::<Pseudonym, u128>::new();
        for ((bearer, _), value) in &self.values {
            *sums.entry(*bearer).or_default() += value;
        }
        let busy = |(id, _): &&(Pseudonym, Class)| sums.get(id) != Some(&0);
        Self {
            contributors: self.contributors.iter().filter(busy).copied().collect(),
            values: self
                .values
                .iter()
                .filter(|(_, value)| **value > 0)
                .map(|(bearer, value)| (*bearer, *value))
                .collect(),
            teachers: self.teachers.iter().filter(busy).copied().collect(),
        }
    }
}

/// One row of a measure, in the plain case: the teacher who made it bears the value, or the contributor where there is
/// none.
pub struct Contribution {
    /// The word of the split that the row belongs to.
    pub word: String,
    /// Who took part.
    pub contributor: Pseudonym,
    /// In which class.
    pub class: Option<Pseudonym>,
    /// Which teacher made it.
    pub teacher: Option<Pseudonym>,
    /// How much.
    pub value: u64,
}

/// One complete split of a measure: every contribution of the measure is in exactly one of its cells.
///
/// A word given with an empty cell is treated as a small one, so that a reader cannot tell which of the two it is. A word
/// not given is taken to be publicly known not to occur.
pub struct Partition {
    pub(super) split: String,
    pub(super) cells: BTreeMap<String, Cell>,
}

impl Partition {
    /// A split by name, with its cells by word; cells of the same word are pooled.
    pub fn new(split: &str, cells: impl IntoIterator<Item = (String, Cell)>) -> Result<Self, CloseError> {
        if split.is_empty() || split == REMAINDER {
            return Err(CloseError::SplitName);
        }
        let mut by_word = BTreeMap::<String, Cell>::new();
        for (word, cell) in cells {
            if [OTHERS, WHOLE, ""].contains(&word.as_str()) {
                return Err(CloseError::ReservedWord);
            }
            by_word.entry(word).or_default().pool(&cell);
        }
        Ok(Self { split: split.to_owned(), cells: by_word })
    }

    /// A split from plain rows.
    pub fn from_rows(split: &str, rows: impl IntoIterator<Item = Contribution>) -> Result<Self, CloseError> {
        Self::new(
            split,
            rows.into_iter().map(|row| {
                let mut cell = Cell::new();
                cell.contributor(row.contributor, row.class);
                cell.value(row.teacher.unwrap_or(row.contributor), row.class, row.value);
                if let Some(teacher) = row.teacher {
                    cell.teacher(teacher, row.class);
                }
                (row.word, cell)
            }),
        )
    }

    /// All its contributions as one cell: the measure without a split.
    pub fn whole(&self) -> Cell {
        let mut whole = Cell::new();
        for cell in self.cells.values() {
            whole.pool(cell);
        }
        whole
    }
}
