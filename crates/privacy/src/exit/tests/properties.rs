//! Properties of every closing, over random schools.

use super::super::Closed;
use super::*;

/// A split's name and the word of a row in it.
type Split = (&'static str, fn(&Row) -> u8);

const SPLITS: [Split; 2] = [("kind", |row| row.kind), ("day", |row| row.day)];

/// Every union of published cells of a split, as rows, with the sum of their values.
fn unions(school: &School, closed: &Closed) -> Vec<(u64, Vec<Row>)> {
    let mut unions = Vec::new();
    for (split, word) in SPLITS {
        let cells = &closed.splits[split];
        let behind = rows_behind(&school.rows, word, cells);
        for chosen in 1_u32..1 << cells.len() {
            let chosen: Vec<_> = (0..cells.len()).filter(|n| chosen >> n & 1 == 1).collect();
            let rows = chosen.iter().flat_map(|n| behind[*n].clone()).collect();
            unions.push((chosen.iter().map(|n| cells[*n].value).sum(), rows));
        }
    }
    unions
}

fn every_difference_of_nested_values_keeps_the_rule(school: &School, shape: Shape) -> Result<(), TestCaseError> {
    let closed = close(school, shape);
    for (split, _) in SPLITS {
        let cells = &closed.splits[split];
        prop_assert_eq!(closed.total, (!cells.is_empty()).then(|| cells.iter().map(|cell| cell.value).sum()));
    }
    if let Some(total) = closed.total {
        prop_assert_eq!(total, school.rows.iter().map(|row| row.value).sum::<u64>(), "mass is conserved");
        prop_assert_eq!(breach(&school.rows, school.classes, shape), None);
    }
    // The difference of two nested published values of one split is a union of published cells.
    for (value, rows) in unions(school, &closed) {
        prop_assert_eq!(value, rows.iter().map(|row| row.value).sum::<u64>());
        prop_assert_eq!(breach(&rows, school.classes, shape), None);
    }
    Ok(())
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 400, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn every_published_value_and_difference_keeps_the_rule_for_families(school in schools(false)) {
        every_difference_of_nested_values_keeps_the_rule(&school, BY_FAMILIES)?;
    }

    #[test]
    fn every_published_value_and_difference_keeps_the_rule_for_teachers(school in schools(true)) {
        every_difference_of_nested_values_keeps_the_rule(&school, MADE_BY_TEACHERS)?;
    }

    #[test]
    fn a_whole_that_passes_is_published_and_nothing_else_is(school in schools(false)) {
        // The oracle does not know rows without a class, so it is asked about schools without them.
        let rows = school.rows.into_iter().filter(|row| row.class.is_some() && row.value > 0).collect();
        let school = School { rows, ..school };
        let expected = breach(&school.rows, school.classes, BY_FAMILIES).is_none();
        prop_assert_eq!(close(&school, BY_FAMILIES).total.is_some(), expected);
    }

    #[test]
    fn the_order_of_the_rows_changes_nothing(school in schools(true), seed in any::<u64>()) {
        let mut rows = school.rows.clone();
        rows.sort_by_key(|row| (u64::from(row.pupil) * 31 + row.value * 17 + u64::from(row.day)) ^ seed);
        let shuffled = School { rows, ..school.clone() };
        prop_assert_eq!(close(&school, MADE_BY_TEACHERS), close(&shuffled, MADE_BY_TEACHERS));
    }

    #[test]
    fn distinct_people_split_into_groups_keep_k(school in schools(false)) {
        let group = |row: &Row| row.pupil % 7;
        let whole = Figures::new(cell_of(&school.rows));
        let splits = Figures::new(vec![partition("group", group, &school.rows)]);
        let closed = super::super::close(whole, splits, PEOPLE, &establishment(&school), &Policy::default());
        let closed = closed.expect("one group a person").into_value();
        let cells = &closed.splits["group"];
        let counted: u64 = cells.iter().map(|cell| cell.value).sum();
        prop_assert_eq!(closed.total, (!cells.is_empty()).then_some(counted));
        for behind in rows_behind(&school.rows, group, cells) {
            prop_assert_eq!(breach(&behind, school.classes, PEOPLE), None);
        }
    }
}
