//! The linear programme against trying every table.

use attacks::{Knowledge, Random};

/// Every table of two rows and three columns with these margins: the least and the most of each cell.
fn by_trying(rows: [u64; 2], columns: [u64; 3]) -> Vec<(u64, u64)> {
    let mut ends = vec![(u64::MAX, 0); 6];
    for one in 0..=columns[0] {
        for two in 0..=columns[1] {
            let Some(three) = rows[0].checked_sub(one + two).filter(|three| *three <= columns[2]) else { continue };
            let table = [one, two, three, columns[0] - one, columns[1] - two, columns[2] - three];
            for (end, value) in ends.iter_mut().zip(table) {
                *end = (end.0.min(value), end.1.max(value));
            }
        }
    }
    ends
}

#[test]
fn it_finds_the_ends_that_trying_every_table_finds() {
    let mut random = Random::new(5);
    for _ in 0..500 {
        let table: Vec<u64> = (0..6).map(|_| random.skewed(9)).collect();
        let rows = [table[..3].iter().sum(), table[3..].iter().sum()];
        let columns = [0, 1, 2].map(|column| table[column] + table[column + 3]);
        let mut knowledge = Knowledge::default();
        let numbers: Vec<usize> = (0..6).map(|_| knowledge.number()).collect();
        knowledge.add_up(numbers[..3].iter().copied(), rows[0]);
        knowledge.add_up(numbers[3..].iter().copied(), rows[1]);
        for (column, sum) in columns.into_iter().enumerate() {
            knowledge.add_up([numbers[column], numbers[column + 3]], sum);
        }
        let mut solved = knowledge.solve();
        for (number, (low, high)) in numbers.iter().zip(by_trying(rows, columns)) {
            let found = solved.range([*number]);
            assert_eq!((found.low, found.high), (low, Some(high)), "{rows:?} {columns:?}");
        }
    }
}

#[test]
fn what_nothing_bounds_has_no_end() {
    let mut knowledge = Knowledge::default();
    let numbers: Vec<usize> = (0..4).map(|_| knowledge.number()).collect();
    knowledge.at_most([numbers[0], numbers[1]], 7);
    knowledge.no_more_than([numbers[1]], numbers[2]);
    knowledge.add_up([numbers[1]], 3);
    let mut solved = knowledge.solve();
    assert_eq!(solved.range([numbers[0]]).high, Some(4));
    assert_eq!(solved.range([numbers[2]]).low, 3);
    assert_eq!((solved.range([numbers[2]]).high, solved.range([numbers[3]]).high), (None, None));
    assert_eq!(solved.range([numbers[0], numbers[1]]).width(), 4);
}
