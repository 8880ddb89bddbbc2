//! The three ways out and what the store gives back.

use super::super::{
    DistinctDevices, NotOwn, Origin, OwnAccess, Pieces, Released, StoredFigure, Subject, ViewLogged, Viewer, Withheld,
    merge_periods, sum_cells,
};
use super::*;

fn viewer() -> Viewer {
    Viewer { establishment: "0750001A".parse().expect("a code"), person: id(2, 1), classes: vec![id(3, 1)] }
}

fn access(subject: Subject, logged: Subject, by: Pseudonym) -> Result<OwnAccess, NotOwn> {
    OwnAccess::check(&viewer(), subject, ViewLogged::after_commit(viewer().establishment, by, logged))
}

#[test]
fn own_figures_need_the_claim_and_the_audit_entry() {
    let (mine, other) = (Subject::Class(id(3, 1)), Subject::Class(id(3, 2)));
    let me = viewer().person;
    assert!(access(mine, mine, me).is_ok_and(|access| access.subject() == mine));
    assert!(access(Subject::Person(me), Subject::Person(me), me).is_ok());
    assert_eq!(access(other, other, me), Err(NotOwn), "not her class");
    assert_eq!(access(mine, other, me), Err(NotOwn), "another view was logged");
    assert_eq!(access(mine, mine, id(2, 2)), Err(NotOwn), "somebody else's view was logged");
    assert_eq!(access(Subject::Person(id(3, 1)), Subject::Person(id(3, 1)), me), Err(NotOwn), "a class is no person");
    let elsewhere = ViewLogged::after_commit("0750002B".parse().expect("a code"), me, mine);
    assert_eq!(OwnAccess::check(&viewer(), mine, elsewhere), Err(NotOwn), "logged in another establishment");
}

#[test]
fn own_figures_are_exact() {
    let subject = Subject::Person(viewer().person);
    let access = access(subject, subject, viewer().person).expect("hers");
    let released = Released::own(Figures::new(20).zip(Figures::new(3)).map(|(a, b)| a + b), &access);
    let json = serde_json::to_value(&released).expect("json");
    assert_eq!(json, serde_json::json!({"origin": "own", "protection": "exact", "value": 23}));
}

#[test]
fn technical_figures_need_five_devices() {
    let installs = |number: u8| DistinctDevices::of((0..20).map(|n| id(4, n % number)));
    assert_eq!(Released::technical(Figures::new(1), installs(4)), Err(Withheld));
    let released = Released::technical(Figures::new(1), installs(5)).expect("five");
    assert_eq!((released.origin(), released.protection().to_string()), (Origin::Technical, "devices=5".to_owned()));
    assert_eq!(Released::technical(Figures::new(1), DistinctDevices::at_least_any([4, 4, 4])), Err(Withheld));
    assert!(Released::technical(Figures::new(1), DistinctDevices::at_least_any([2, 5])).is_ok());
}

fn families(weeks: std::ops::Range<u8>, pupils: u8) -> Cell {
    let rows = weeks.flat_map(|day| (0..pupils).map(move |pupil| (day, pupil)));
    let rows: Vec<_> = rows
        .map(|(day, pupil)| Row { kind: pupil % 2, day, pupil, class: Some(pupil % 3), teacher: None, value: 1 })
        .collect();
    cell_of(&rows)
}

#[test]
fn what_is_stored_thaws_to_the_same_figure() {
    let cells = [("photo", families(0..1, 12)), ("text", families(1..2, 2)), ("video", families(2..3, 9))];
    let split = Partition::new("kind", cells.map(|(word, cell)| (word.to_owned(), cell))).expect("words");
    let (whole, splits) = (Figures::new(split.whole()), Figures::new(vec![split]));
    let policy = Policy::default().with_k(6).expect("stricter");
    let closed = super::super::close(whole, splits, BY_FAMILIES, &Establishment::new(3), &policy).expect("closes");
    let records = closed.records("family_views", "2025-W47");
    let figure = |record: &super::super::ReleaseRecord| {
        let StoredFigure { split, word, value, .. } = record.figure().clone();
        (split, word, value)
    };
    let expected = [("", "", 23), ("kind", "photo", 12), ("kind", "autres", 11)];
    let expected = expected.map(|(split, word, value)| (split.to_owned(), word.to_owned(), Some(value)));
    assert_eq!(records.iter().map(figure).collect::<Vec<_>>(), expected);
    let before = Released::thaw(records[1].clone());
    let thawed = Released::thaw(records[0].clone().beside(&before).of(60));
    let json = serde_json::to_value(&thawed).expect("json");
    assert_eq!((&json["origin"], &json["protection"]), (&"frozen".into(), &"k=6".into()));
    assert_eq!((&json["value"]["previous"], &json["value"]["denominator"]), (&12.into(), &60.into()));
}

#[test]
fn a_withheld_split_leaves_one_row_that_says_withheld() {
    let split = Partition::new("kind", [("photo".to_owned(), families(0..1, 4))]).expect("words");
    let (whole, splits) = (Figures::new(split.whole()), Figures::new(vec![split]));
    let closed = super::super::close(whole, splits, BY_FAMILIES, &Establishment::new(3), &Policy::default());
    let records = closed.expect("closes").records("family_views", "2025-W47");
    assert_eq!(records.iter().map(super::super::ReleaseRecord::state).collect::<Vec<_>>(), ["withheld"]);
}

#[test]
fn pieces_survive_the_store() {
    let establishment = Establishment::new(3);
    let policy = Policy::default();
    let mut pieces = Pieces::<u8>::new();
    let whole = Figures::new(families(0..1, 12));
    let week =
        super::super::close(whole, Figures::new(Vec::new()), BY_FAMILIES, &establishment, &policy).expect("closes");
    pieces.week(1, &week).expect("new");
    let rows = BTreeMap::from([(2, families(0..1, 4)), (3, families(0..1, 9))]);
    let period = (1..=4).collect();
    let month = merge_periods(&period, Figures::new(rows), &mut pieces, BY_FAMILIES, &establishment, &policy);
    let month = month.expect("closes");
    assert_eq!((month.value().total, month.value().weeks, month.value().of), (Some(25), 3, 4));
    let mut records = week.records("family_views", "1");
    records.extend(month.records("family_views", "2025-11"));
    assert_eq!(records[2].figure().word, "2+3");
    assert_eq!(records[1].figure().word, "3/4");
    assert_eq!(Pieces::from_records(&records), Ok(pieces));
}

#[test]
fn weekly_cells_add_up_with_the_rest_in_the_others() {
    let cell = |word: Word, value| PublishedCell { word, value };
    let photo = || Word::Listed("photo".to_owned());
    let weeks =
        vec![vec![cell(photo(), 12), cell(Word::Others, 7)], vec![cell(Word::Whole, 9)], vec![cell(photo(), 8)]];
    assert_eq!(sum_cells(weeks), [cell(photo(), 20), cell(Word::Others, 16)]);
}
