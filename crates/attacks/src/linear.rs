//! A small linear programme: between which bounds can a hidden number lie, given what adds up to published ones?
//!
//! Two-phase simplex on a dense table. The programmes here have some dozens of rows whose entries are 0 and 1, so a library
//! would bring more than it saves; what it answers is compared with trying every table in `tests`.

use std::collections::BTreeMap;

/// Below this a number counts as zero. The numbers of a school are whole and well below 10⁹.
const NOTHING: f64 = 1e-7;

/// So far from a whole number an answer may be, and still be that number.
const EDGE: f64 = 1e-4;

/// What is known about numbers that are zero or more: sums of some of them.
#[derive(Debug, Clone, Default)]
pub struct Knowledge {
    numbers: usize,
    rows: Vec<Sum>,
}

/// Numbers with how often each counts, and what that makes.
type Sum = (Vec<(usize, f64)>, f64);

/// Where a hidden sum lies; `None` above when nothing bounds it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Interval {
    /// At least.
    pub low: u64,
    /// At most.
    pub high: Option<u64>,
}

impl Interval {
    /// How far its ends are apart; a large number when it has none.
    pub fn width(self) -> u64 {
        self.high.map_or(u64::MAX, |high| high.saturating_sub(self.low))
    }
}

impl Knowledge {
    /// A new hidden number.
    pub const fn number(&mut self) -> usize {
        self.numbers += 1;
        self.numbers - 1
    }

    /// These add up to so many.
    pub fn add_up(&mut self, numbers: impl IntoIterator<Item = usize>, sum: u64) {
        self.rows.push((numbers.into_iter().map(|number| (number, 1.0)).collect(), exact(sum)));
    }

    /// These are at most so many together.
    pub fn at_most(&mut self, numbers: impl IntoIterator<Item = usize>, sum: u64) {
        let slack = self.number();
        self.add_up(numbers.into_iter().chain([slack]), sum);
    }

    /// These together are no more than that number.
    pub fn no_more_than(&mut self, numbers: impl IntoIterator<Item = usize>, most: usize) {
        let slack = self.number();
        let numbers = numbers.into_iter().chain([slack]).map(|number| (number, 1.0));
        self.rows.push((numbers.chain([(most, -1.0)]).collect(), 0.0));
    }

    /// Solves it, in parts that have no number in common.
    pub fn solve(&self) -> Solved {
        let mut part_of: Vec<usize> = (0..self.numbers).collect();
        for (numbers, _) in &self.rows {
            let parts: Vec<usize> = numbers.iter().map(|(number, _)| root(&part_of, *number)).collect();
            if let Some(first) = parts.first() {
                for part in &parts {
                    part_of[*part] = *first;
                }
            }
        }
        let mut names = BTreeMap::new();
        let mut sizes = Vec::new();
        let places: Vec<(usize, usize)> = (0..self.numbers)
            .map(|number| {
                let fresh = names.len();
                let part = *names.entry(root(&part_of, number)).or_insert(fresh);
                if part == fresh {
                    sizes.push(0);
                }
                sizes[part] += 1;
                (part, sizes[part] - 1)
            })
            .collect();
        let mut rows: Vec<Vec<Sum>> = vec![Vec::new(); sizes.len()];
        for (numbers, sum) in &self.rows {
            if let Some((first, _)) = numbers.first() {
                let numbers = numbers.iter().map(|(number, times)| (places[*number].1, *times)).collect();
                rows[places[*first].0].push((numbers, *sum));
            }
        }
        let parts = sizes.into_iter().zip(rows).map(|(columns, rows)| Part::new(columns, &rows)).collect();
        Solved { places, parts }
    }
}

fn root(part_of: &[usize], mut number: usize) -> usize {
    while part_of[number] != number {
        number = part_of[number];
    }
    number
}

#[expect(clippy::cast_precision_loss, reason = "sums of a school are far below 2^53")]
const fn exact(sum: u64) -> f64 {
    sum as f64
}

/// Knowledge ready to be asked.
#[derive(Debug, Clone)]
pub struct Solved {
    /// The part of each number and its place there.
    places: Vec<(usize, usize)>,
    parts: Vec<Part>,
}

impl Solved {
    /// Between which whole numbers the sum of these lies.
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a sum of a school, zero or more")]
    pub fn range(&mut self, numbers: impl IntoIterator<Item = usize>) -> Interval {
        let mut by_part = BTreeMap::<usize, Vec<usize>>::new();
        for number in numbers {
            let (part, place) = self.places[number];
            by_part.entry(part).or_default().push(place);
        }
        let mut whole = Interval { low: 0, high: Some(0) };
        for (part, numbers) in by_part {
            let low = self.parts[part].extreme(&numbers, -1.0).map_or(0.0, |low| -low);
            let high = self.parts[part].extreme(&numbers, 1.0);
            whole.low += (low - EDGE).ceil().max(0.0) as u64;
            whole.high = whole.high.zip(high).map(|(sum, high)| sum + (high + EDGE).floor() as u64);
        }
        whole
    }
}

/// A table in which everything known holds, ready to be pushed to either end of any sum.
#[derive(Debug, Clone)]
struct Part {
    columns: usize,
    /// Row by row: the coefficients, then the right-hand side.
    table: Vec<Vec<f64>>,
    basis: Vec<usize>,
}

impl Part {
    fn new(columns: usize, rows: &[Sum]) -> Self {
        let table: Vec<Vec<f64>> = rows
            .iter()
            .map(|(numbers, sum)| {
                let mut row = vec![0.0; columns + 1];
                for (number, times) in numbers {
                    row[*number] += times;
                }
                row[columns] = *sum;
                row
            })
            .collect();
        // An artificial number for each row stands outside the table; a basis of `columns` means it is still there.
        let basis = vec![columns; table.len()];
        let mut part = Self { columns, table, basis };
        part.feasible();
        part
    }

    /// Phase 1: drives the artificial numbers out; rows that say nothing new are dropped.
    fn feasible(&mut self) {
        loop {
            let artificial: Vec<usize> = (0..self.basis.len()).filter(|row| self.basis[*row] == self.columns).collect();
            let gain = |column: usize| artificial.iter().map(|row| self.table[*row][column]).sum::<f64>();
            let missing = gain(self.columns);
            if missing < NOTHING {
                break;
            }
            let best =
                (0..self.columns).map(|column| (gain(column), column)).max_by(|one, two| one.0.total_cmp(&two.0));
            let Some((gain, column)) = best else { break };
            assert!(gain > NOTHING, "what was published contradicts itself: {missing} too much");
            let row = self.leaving(column).expect("a sum of numbers that are zero or more is bounded");
            self.pivot(row, column);
        }
        for row in (0..self.basis.len()).rev().filter(|row| self.basis[*row] == self.columns).collect::<Vec<_>>() {
            if let Some(column) = (0..self.columns).find(|column| self.table[row][*column].abs() > NOTHING) {
                self.pivot(row, column);
            } else {
                self.table.remove(row);
                self.basis.remove(row);
            }
        }
    }

    /// The most that `sign` times the sum can be; `None` without a bound.
    fn extreme(&mut self, numbers: &[usize], sign: f64) -> Option<f64> {
        let mut price = vec![0.0; self.columns + 1];
        for number in numbers {
            price[*number] = sign;
        }
        for (row, basic) in self.basis.iter().enumerate() {
            let weight = price[*basic];
            if weight.abs() > 0.0 {
                for (price, entry) in price.iter_mut().zip(&self.table[row]) {
                    *price -= weight * entry;
                }
            }
        }
        for turn in 0_usize.. {
            // The steepest column at first; the first one (Bland's rule, which cannot circle) once it takes long.
            let open = (0..self.columns).filter(|column| price[*column] > NOTHING);
            let column =
                if turn < 500 { open.max_by(|one, two| price[*one].total_cmp(&price[*two])) } else { open.min() };
            let Some(column) = column else { break };
            let row = self.leaving(column)?;
            self.pivot(row, column);
            let weight = price[column];
            for (price, entry) in price.iter_mut().zip(&self.table[row]) {
                *price -= weight * entry;
            }
        }
        Some(-price[self.columns])
    }

    /// The row whose number reaches zero first when a column's grows.
    fn leaving(&self, column: usize) -> Option<usize> {
        let rows = self.table.iter().enumerate().filter(|(_, row)| row[column] > NOTHING);
        rows.map(|(number, row)| (row[self.columns] / row[column], self.basis[number], number))
            .min_by(|one, two| one.0.total_cmp(&two.0).then(one.1.cmp(&two.1)))
            .map(|(_, _, row)| row)
    }

    fn pivot(&mut self, row: usize, column: usize) {
        let by = self.table[row][column];
        self.table[row].iter_mut().for_each(|entry| *entry /= by);
        let chosen = self.table[row].clone();
        for (number, other) in self.table.iter_mut().enumerate() {
            let times = other[column];
            if number != row && times.abs() > 0.0 {
                for (entry, chosen) in other.iter_mut().zip(&chosen) {
                    *entry -= times * chosen;
                }
                other[column] = 0.0;
            }
        }
        self.basis[row] = column;
    }
}
