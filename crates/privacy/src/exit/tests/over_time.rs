//! Weeks, months and school periods against an attacker who subtracts them from each other.

use super::super::{CloseError, Covered, Piece, Pieces, Released, merge_periods};
use super::*;

type Weeks = BTreeSet<u8>;

/// What was published: a sum over a set of weeks.
struct Published {
    weeks: Weeks,
    value: u64,
}

/// Three months, two school periods across their borders, and the year.
fn longer_periods() -> Vec<Weeks> {
    [0..4, 4..8, 8..11, 0..7, 7..11, 0..11].into_iter().map(Iterator::collect).collect()
}

fn in_weeks(rows: &[Row], weeks: &Weeks) -> Vec<Row> {
    rows.iter().filter(|row| weeks.contains(&row.day)).copied().collect()
}

fn close_week(school: &School, week: u8) -> Released<super::super::Closed> {
    let whole = Figures::new(cell_of(&in_weeks(&school.rows, &Weeks::from([week]))));
    super::super::close(whole, Figures::new(Vec::new()), BY_FAMILIES, &establishment(school), &Policy::default())
        .expect("well-formed")
}

fn close_period(school: &School, period: &Weeks, pieces: &mut Pieces<u8>) -> Result<Covered<u8>, CloseError> {
    let free = period.iter().filter(|week| !pieces.covers(week));
    let rows = free.map(|week| (*week, cell_of(&in_weeks(&school.rows, &Weeks::from([*week]))))).collect();
    let policy = Policy::default();
    merge_periods(period, Figures::new(rows), pieces, BY_FAMILIES, &establishment(school), &policy)
        .map(Released::into_value)
}

/// Everything published when the longer periods close in this order.
fn life(school: &School, order: &[usize]) -> Vec<Published> {
    let (mut pieces, mut published) = (Pieces::new(), Vec::new());
    for week in 0..11 {
        let closed = close_week(school, week);
        pieces.week(week, &closed).expect("each week once");
        published.extend(closed.value().total.map(|value| Published { weeks: Weeks::from([week]), value }));
    }
    let periods = longer_periods();
    for number in order {
        let covered = close_period(school, &periods[*number], &mut pieces).expect("free weeks only");
        let inside: Vec<_> =
            published.iter().map(|it| &it.weeks).chain(covered.remainder.iter().map(Piece::weeks)).collect();
        let weeks: Weeks = inside.into_iter().filter(|it| it.is_subset(&periods[*number])).flatten().copied().collect();
        assert!(covered.weeks <= covered.of);
        let known: Weeks = weeks.iter().filter(|week| pieces.covers(week)).copied().collect();
        assert_eq!(known, weeks);
        published.extend(covered.remainder.map(|it| Published { weeks: it.weeks().clone(), value: it.value() }));
        published.extend(covered.total.map(|value| Published { weeks, value }));
    }
    published
}

/// The first breach in a sum or difference of up to three published values that is itself a sum over weeks.
fn subtract(school: &School, published: &[Published]) -> Option<&'static str> {
    let none = Published { weeks: Weeks::new(), value: 0 };
    let all: Vec<_> = published.iter().chain([&none]).collect();
    let signs = [(1, 0), (-1, 0), (-1, 1), (-1, -1)];
    let mut seen = BTreeSet::new();
    for one in &all {
        for two in &all {
            for three in &all {
                for (second, third) in signs {
                    let times = |week| {
                        let is_in = |it: &Published| i32::from(it.weeks.contains(&week));
                        is_in(one) + second * is_in(two) + third * is_in(three)
                    };
                    if !(0..11).all(|week| [0, 1].contains(&times(week))) {
                        continue;
                    }
                    let weeks: Weeks = (0..11).filter(|week| times(*week) == 1).collect();
                    if weeks.is_empty() || !seen.insert(weeks.clone()) {
                        continue;
                    }
                    if let Some(breach) = breach(&in_weeks(&school.rows, &weeks), school.classes, BY_FAMILIES) {
                        return Some(breach);
                    }
                }
            }
        }
    }
    None
}

/// Schools with little in each week, so that many weeks are withheld.
fn quiet_schools() -> impl Strategy<Value = School> {
    (1..=3_u8).prop_flat_map(|classes| {
        let row = (0..11_u8, 0..14_u8, 1..4_u64);
        proptest::collection::vec(row, 0..90).prop_map(move |rows| {
            let row =
                |(day, pupil, value)| Row { kind: 0, day, pupil, class: Some(pupil % classes), teacher: None, value };
            School { classes, rows: rows.into_iter().map(row).collect() }
        })
    })
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 150, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn no_subtraction_of_periods_finds_a_few(
        school in quiet_schools(),
        order in Just((0..6).collect::<Vec<usize>>()).prop_shuffle(),
    ) {
        let published = life(&school, &order);
        for it in &published {
            let value: u64 = in_weeks(&school.rows, &it.weeks).iter().map(|row| row.value).sum();
            prop_assert_eq!(it.value, value);
        }
        prop_assert_eq!(subtract(&school, &published), None);
    }
}

/// Weeks 0, 1 and 5 are too small alone; the first two pass together, and so do all three.
fn three_small_weeks() -> School {
    let row = |day, pupil| Row { kind: 0, day, pupil, class: Some(pupil % 3), teacher: None, value: 1 };
    let rows = [(0, 0..4), (1, 4..8), (5, 8..10)];
    let rows =
        rows.into_iter().flat_map(|(week, mut pupils)| std::iter::from_fn(move || pupils.next().map(|it| (week, it))));
    School { classes: 3, rows: rows.map(|(week, pupil)| row(week, pupil)).collect() }
}

#[test]
fn a_gate_that_pools_month_and_school_period_each_for_itself_is_caught() {
    let school = three_small_weeks();
    let by_itself = |weeks: Weeks| {
        let rows = in_weeks(&school.rows, &weeks);
        breach(&rows, 3, BY_FAMILIES)
            .is_none()
            .then(|| Published { weeks, value: rows.iter().map(|row| row.value).sum() })
    };
    let published: Vec<_> = [0..4, 0..7].into_iter().filter_map(|weeks| by_itself(weeks.collect())).collect();
    assert_eq!(published.len(), 2);
    assert_eq!(subtract(&school, &published), Some("fewer than five people"));
}

#[test]
fn a_school_period_is_a_sum_of_pieces_and_says_what_it_covers() {
    let school = three_small_weeks();
    let mut pieces = Pieces::new();
    let weeks = |weeks: std::ops::Range<u8>| weeks.collect::<Weeks>();
    let month = close_period(&school, &weeks(0..4), &mut pieces).expect("closes");
    assert_eq!((month.total, month.weeks, month.of), (Some(8), 4, 4));
    let december = close_period(&school, &weeks(4..8), &mut pieces).expect("closes");
    assert_eq!((december.total, december.weeks, december.of), (None, 0, 4));
    let period = close_period(&school, &weeks(0..7), &mut pieces).expect("closes");
    assert_eq!((period.total, period.weeks, period.of), (Some(8), 4, 7));
}

#[test]
fn a_week_is_pooled_once_and_within_its_period() {
    let school = three_small_weeks();
    let mut pieces = Pieces::new();
    let close = |pieces: &mut Pieces<u8>, period: Weeks, week: u8| {
        let rows = BTreeMap::from([(week, cell_of(&school.rows))]);
        let policy = Policy::default();
        merge_periods(&period, Figures::new(rows), pieces, BY_FAMILIES, &establishment(&school), &policy).err()
    };
    assert_eq!(close(&mut pieces, (0..4).collect(), 5), Some(CloseError::OutsidePeriod));
    assert_eq!(close(&mut pieces, (0..7).collect(), 5), None);
    assert_eq!(close(&mut pieces, (4..8).collect(), 5), Some(CloseError::AlreadyPublished));
    let distinct = merge_periods(
        &Weeks::new(),
        Figures::new(BTreeMap::new()),
        &mut pieces,
        PEOPLE,
        &Establishment::new(3),
        &Policy::default(),
    );
    assert_eq!(distinct.err(), Some(CloseError::NotAdditive));
}
