//! Corner cases of the rule, each a school small enough to check by hand.

use super::super::{CloseError, DistinctCount, Word, close_distinct};
use super::*;

/// Pupils `0..pupils`, one row each of `value`, pupil n in class `n % classes`, made by that class's teacher.
fn school(pupils: u8, classes: u8, value: u64) -> School {
    let row =
        |pupil| Row { kind: 0, day: 0, pupil, class: Some(pupil % classes), teacher: Some(pupil % classes), value };
    School { classes, rows: (0..pupils).map(row).collect() }
}

fn total(school: &School, shape: Shape) -> Option<u64> {
    close(school, shape).total
}

/// Six classes with two pupils each; the first teacher's value can be chosen.
fn with_first_teacher_at(value: u64) -> School {
    let mut school = school(12, 6, 10);
    school.rows.iter_mut().filter(|row| row.teacher == Some(0)).for_each(|row| row.value = value / 2);
    school
}

#[test]
fn four_people_are_withheld_and_look_like_nobody() {
    let one_class = |pupils| school(pupils, 1, 1);
    assert!(total(&one_class(5), BY_FAMILIES).is_none(), "one teacher bears all of it");
    let families = |pupils| {
        let mut school = one_class(pupils);
        for row in &mut school.rows {
            row.teacher = None;
        }
        school
    };
    assert_eq!(total(&families(5), BY_FAMILIES), Some(5));
    assert_eq!(close(&families(4), BY_FAMILIES), close(&families(0), BY_FAMILIES));
}

#[test]
fn the_class_that_a_teacher_knows_does_not_count() {
    let mut school = School { classes: 2, rows: Vec::new() };
    let row = |pupil, number| Row { kind: 0, day: 0, pupil, class: Some(number), teacher: None, value: 1 };
    school.rows.extend((0..20).map(|pupil| row(pupil, 0)));
    school.rows.extend((20..24).map(|pupil| row(pupil, 1)));
    assert_eq!(total(&school, BY_FAMILIES), None, "the first class's teacher would read four others");
    school.rows.push(row(0, 1));
    assert_eq!(total(&school, BY_FAMILIES), Some(25), "a pupil of both classes remains");
}

#[test]
fn a_school_with_one_active_class_is_not_a_one_class_school() {
    let rows = (0..20).map(|pupil| Row { kind: 0, day: 0, pupil, class: Some(0), teacher: None, value: 1 }).collect();
    let mut school = School { classes: 4, rows };
    assert_eq!(total(&school, BY_FAMILIES), None);
    school.classes = 0;
    assert_eq!(total(&school, BY_FAMILIES), None, "no roster is not one class");
    school.classes = 1;
    assert_eq!(total(&school, BY_FAMILIES), Some(20));
}

#[test]
fn exactly_half_is_allowed_and_more_is_not() {
    // Without a class nobody's knowledge is set aside, which leaves the half alone to decide.
    let at = |value| {
        let row = |pupil, value| Row { kind: 0, day: 0, pupil, class: None, teacher: None, value };
        let rows = (1..=5).map(|pupil| row(pupil, 2)).chain([row(0, value)]).collect();
        total(&School { classes: 0, rows }, BY_FAMILIES)
    };
    assert_eq!(at(10), Some(20));
    assert_eq!(at(11), None);
}

#[test]
fn a_teacher_cannot_read_her_one_busy_colleague() {
    assert_eq!(total(&with_first_teacher_at(20), MADE_BY_TEACHERS), Some(120));
    assert_eq!(total(&with_first_teacher_at(100), MADE_BY_TEACHERS), Some(200));
    assert_eq!(total(&with_first_teacher_at(102), MADE_BY_TEACHERS), None);
}

#[test]
fn two_teachers_are_never_enough() {
    let mut school = school(24, 4, 1);
    assert_eq!(total(&school, MADE_BY_TEACHERS), Some(24));
    school.rows.iter_mut().for_each(|row| row.teacher = row.teacher.map(|teacher| teacher % 2));
    assert_eq!(total(&school, MADE_BY_TEACHERS), None);
}

#[test]
fn a_teacher_of_two_classes_knows_both() {
    let school = school(12, 3, 1);
    let of = |establishment: &Establishment| {
        let mut rows = school.rows.clone();
        for row in &mut rows {
            row.teacher = None;
        }
        let closed = super::super::close(
            Figures::new(cell_of(&rows)),
            Figures::new(Vec::new()),
            BY_FAMILIES,
            establishment,
            &Policy::default(),
        );
        closed.expect("well-formed").value().total
    };
    let plain = Establishment::new(3);
    assert_eq!(of(&plain), Some(12));
    let shared = plain.taught_by(id(2, 0), id(3, 0)).taught_by(id(2, 0), id(3, 1));
    assert_eq!(of(&shared), None, "she would read the four of the third class");
    assert_eq!(of(&shared.taught_by(id(2, 0), id(3, 2))), Some(12), "she knows all and is entitled to it");
}

#[test]
fn a_teachers_rows_outside_her_class_are_hers() {
    let mut school = school(24, 4, 1);
    school.rows.push(Row { kind: 0, day: 0, pupil: 0, class: None, teacher: Some(0), value: 15 });
    // 21 of 39 is above half; with 11 it is not, and the others see at most 17 of 29.
    assert_eq!(total(&school, MADE_BY_TEACHERS), None);
    school.rows.last_mut().expect("pushed").value = 6;
    assert_eq!(total(&school, MADE_BY_TEACHERS), Some(30), "12 of 30, and 12 of the 24 that another teacher sees");
}

#[test]
fn those_who_bear_nothing_do_not_make_up_the_number() {
    let row = |pupil, value| Row { kind: 0, day: 0, pupil, class: None, teacher: None, value };
    let rows: Vec<_> = (0..4).map(|pupil| row(pupil, 3)).chain((4..20).map(|pupil| row(pupil, 0))).collect();
    assert_eq!(total(&School { classes: 3, rows: rows.clone() }, BY_FAMILIES), None);
    let rows = rows.into_iter().map(|row| Row { value: 0, ..row }).collect();
    assert_eq!(total(&School { classes: 3, rows }, BY_FAMILIES), None, "a zero is never shown");
}

#[test]
fn a_small_word_takes_the_smallest_with_it_and_ties_go_to_the_first_word() {
    let row = |kind, pupil| Row { kind, day: 0, pupil, class: None, teacher: None, value: 1 };
    let sizes = [(1, 7_u8), (2, 6), (3, 6), (4, 2)];
    let rows = sizes.iter().flat_map(|(kind, pupils)| (0..*pupils).map(|pupil| row(*kind, pupil))).collect();
    let closed = close(&School { classes: 3, rows }, BY_FAMILIES);
    let expected = [("1", 7), ("3", 6), ("autres", 8)];
    let cells: Vec<_> = closed.splits["kind"].iter().map(|cell| (cell.word.as_str(), cell.value)).collect();
    assert_eq!(cells, expected);
    assert_eq!(closed.splits["day"].len(), 1);
}

#[test]
fn a_listed_word_that_is_empty_looks_like_a_small_one() {
    let people = |pupils: std::ops::Range<u8>| {
        let rows: Vec<_> =
            pupils.map(|pupil| Row { kind: 0, day: 0, pupil, class: None, teacher: None, value: 1 }).collect();
        cell_of(&rows)
    };
    let words = |small: Cell| {
        let cells = [("photo", people(0..9)), ("text", people(0..6)), ("video", small)];
        let split = Partition::new("kind", cells.map(|(word, cell)| (word.to_owned(), cell))).expect("words");
        let (whole, splits) = (Figures::new(split.whole()), Figures::new(vec![split]));
        let closed = super::super::close(whole, splits, BY_FAMILIES, &Establishment::new(3), &Policy::default());
        closed.expect("well-formed").value().splits["kind"].iter().map(|cell| cell.word.clone()).collect::<Vec<_>>()
    };
    assert_eq!(words(people(0..3)), words(Cell::new()));
    assert_eq!(words(Cell::new()), [Word::Listed("photo".to_owned()), Word::Others]);
}

#[test]
fn mistakes_of_the_caller_are_refused() {
    let cells = |word: &str| [(word.to_owned(), Cell::new())];
    assert_eq!(Partition::new("", cells("a")).err(), Some(CloseError::SplitName));
    assert_eq!(Partition::new("reste", cells("a")).err(), Some(CloseError::SplitName));
    for word in ["autres", "ensemble", ""] {
        assert_eq!(Partition::new("kind", cells(word)).err(), Some(CloseError::ReservedWord));
    }
    let school = school(24, 4, 1);
    let close = |whole, splits, shape| {
        let (whole, splits) = (Figures::new(whole), Figures::new(splits));
        super::super::close(whole, splits, shape, &Establishment::new(4), &Policy::default()).err()
    };
    let by_kind = || partition("kind", |row| row.pupil % 2, &school.rows);
    assert_eq!(close(Cell::new(), vec![by_kind()], BY_FAMILIES), Some(CloseError::SplitsDiffer));
    assert_eq!(close(by_kind().whole(), vec![by_kind(), by_kind()], BY_FAMILIES), Some(CloseError::SplitName));
    let mut rows = school.rows.clone();
    rows.push(Row { pupil: 1, ..rows[0] });
    let overlapping = partition("kind", |row| u8::from(row.class == Some(0)), &rows);
    assert_eq!(close(overlapping.whole(), vec![overlapping], PEOPLE), Some(CloseError::Overlap));
    let huge = cell_of(&[Row { value: u64::MAX, ..rows[0] }]);
    assert_eq!(close(huge, Vec::new(), BY_FAMILIES), Some(CloseError::TooLarge));
}

#[test]
fn the_policy_only_gets_stricter() {
    let policy = Policy::default();
    assert!(policy.with_k(4).is_err() && policy.with_k(0).is_err());
    assert!(policy.with_dominance(501).is_err() && policy.with_remainder_dominance(668).is_err());
    assert!(policy.with_teachers_min(2).is_err());
    let strict = policy.with_k(10).and_then(|it| it.with_dominance(300)).and_then(|it| it.with_teachers_min(4));
    assert_eq!(strict.map(|it| (it.k(), it.teachers_min())), Ok((10, 4)));
}

#[test]
fn a_distinct_count_is_withheld_when_it_would_count_a_few_by_difference() {
    let people = |pupils: std::ops::Range<u8>| {
        let mut cell = Cell::new();
        pupils.for_each(|pupil| cell.contributor(id(1, pupil), Some(id(3, pupil % 3))));
        cell
    };
    let count = |people, nested| {
        let count = Figures::new(DistinctCount { people, nested, parts: Vec::new() });
        close_distinct(count, false, &Establishment::new(3), &Policy::default()).value().total
    };
    assert_eq!(count(people(0..20), vec![]), Some(20));
    assert_eq!(count(people(0..20), vec![people(0..19)]), None, "the one who was active in the other week only");
    assert_eq!(count(people(0..20), vec![people(0..20)]), None, "nobody came in the other weeks");
    assert_eq!(count(people(0..20), vec![people(0..10)]), Some(20));
    assert_eq!(count(people(0..20), vec![people(0..14)]), None, "six, but only four outside one class");
    assert_eq!(count(people(0..7), vec![]), None);
}

#[test]
fn a_distinct_count_is_withheld_when_it_would_count_a_few_who_came_again() {
    let people = |pupils: std::ops::Range<u8>| {
        let mut cell = Cell::new();
        pupils.for_each(|pupil| cell.contributor(id(1, pupil), Some(id(3, pupil % 3))));
        cell
    };
    let count = |weeks: &[Cell], withheld: &[Cell]| {
        let mut all = Cell::new();
        weeks.iter().chain(withheld).for_each(|week| all.pool(week));
        let count = DistinctCount { people: all, nested: weeks.to_vec(), parts: withheld.to_vec() };
        close_distinct(Figures::new(count), false, &Establishment::new(3), &Policy::default()).value().total
    };
    assert_eq!(count(&[people(0..20), people(10..30)], &[]), Some(30));
    assert_eq!(count(&[people(0..20), people(19..30)], &[]), None, "one came in both weeks");
    assert_eq!(count(&[people(0..20), people(20..30)], &[]), None, "nobody did");
    assert_eq!(count(&[people(0..20)], &[people(19..30)]), None, "a pooled sum may bound the other week");
    assert_eq!(count(&[people(0..20), people(10..30)], &[people(29..33)]), Some(33));
}

#[test]
fn who_was_met_in_a_class_does_not_hide_those_who_were_not() {
    let count = |also_in_a: Option<u8>| {
        let mut people = Cell::new();
        (0..10).for_each(|pupil| people.contributor(id(1, pupil), Some(id(3, pupil / 5))));
        if let Some(pupil) = also_in_a {
            people.contributor(id(1, pupil), Some(id(3, 0)));
        }
        let count = DistinctCount { people, ..DistinctCount::default() };
        close_distinct(Figures::new(count), false, &Establishment::new(2), &Policy::default()).value().total
    };
    assert_eq!(count(None), Some(10));
    assert_eq!(count(Some(5)), None, "its teacher knows six of the ten");
}

#[test]
fn a_sum_below_k_leaves_nobody_room_to_hide_behind() {
    let by_three_teachers = |each: u64| {
        let row = |pupil| Row { kind: 0, day: 0, pupil, class: Some(pupil % 3), teacher: Some(pupil % 3), value: 0 };
        let mut rows: Vec<Row> = (0..24).map(row).collect();
        rows[..3].iter_mut().for_each(|row| row.value = each);
        close(&School { classes: 3, rows }, MADE_BY_TEACHERS).total
    };
    assert_eq!(by_three_teachers(1), None);
    assert_eq!(by_three_teachers(2), None, "each of them knows that the others made four");
    assert_eq!(by_three_teachers(3), Some(9));
}
