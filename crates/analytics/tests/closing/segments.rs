//! Segments of use: days counted when a week closes, a teacher told her own, a school told numbers.

use analytics::governance::Approvals;
use analytics::segments::{self, NOT_CLOSED, OwnSegment, TOO_EARLY};
use arrow::array::{Array, AsArray};
use arrow::compute::cast;
use arrow::datatypes::{DataType, Int64Type};
use calendar::{IsoWeek, SchoolYear, Zone};
use jiff::Timestamp;
use privacy::audit::Party;
use privacy::entry::{DataSubject, IdentifierForm, RawSubject};
use privacy::exit::{OwnAccess, Subject, Viewer};
use privacy::{Domain, Raw, Uai};
use serde_json::{Value, json};
use store::{Cell, KeptRow, Prune, Table};

use crate::world::{ALL_DECISIONS, School, World, by_teacher, photo};

/// Eight teachers of fourteen use the application, so that those who do not are no few either.
const SCHOOL: School = School { uai: "0750001A", classes: 14, pupils: 1 };
const USERS: usize = 8;
const FEATURES: [&str; 7] =
    ["photo_capture", "objective_assign", "note", "ecarnet", "grid_entry", "photo_import", "qr_share"];

async fn open(decisions: &[&str]) -> World {
    let world = World::open().await;
    world.approve(&ALL_DECISIONS).await;
    world.approve(decisions).await;
    world.roster(SCHOOL.uai, &SCHOOL.roster("2025-2026")).await;
    world
}

/// Two active days of each user in a week, seven features, and a Friday on which they only open the application.
fn week(monday: &str) -> Vec<Value> {
    let days: Vec<String> = IsoWeek::of(monday.parse().unwrap()).days().map(|day| day.to_string()).collect();
    let mut events = Vec::new();
    for class in 1..=USERS {
        events.extend([&days[0], &days[1], &days[1]].map(|day| photo(day, class, &[1])));
        let used = |feature: &&str| json!({"feature": feature, "outcome": "ok"});
        events.extend(FEATURES.iter().map(|feature| by_teacher("feature_used", &days[1], class, &[], &used(feature))));
        events.push(by_teacher("app_launched", &days[4], class, &[], &json!({"cold": true, "ready_ms": 800})));
    }
    events
}

async fn send_weeks(world: &World, mondays: &[&str]) {
    for monday in mondays {
        let sunday = IsoWeek::of(monday.parse().unwrap()).sunday();
        world.send(SCHOOL.uai, &format!("{sunday}T18:00:00+02:00"), &week(monday)).await;
    }
}

/// The numbers of active days that are kept, with whether a class stands beside one.
async fn counted(world: &World) -> Vec<(i64, bool)> {
    let session = world.store.lake().session(&[Table::PersonWeek], &Prune::default()).await.unwrap();
    let query = format!("SELECT n, class FROM person_week WHERE event = '{}' ORDER BY n", store::ACTIVE_DAYS);
    let mut rows = Vec::new();
    for batch in session.sql(&query).await.unwrap() {
        let n = cast(batch.column(0), &DataType::Int64).unwrap();
        let n = n.as_primitive::<Int64Type>();
        rows.extend((0..batch.num_rows()).map(|row| (n.value(row), !batch.column(1).is_null(row))));
    }
    rows
}

async fn own(world: &World, actor: &str) -> OwnSegment {
    let uai: Uai = SCHOOL.uai.parse().unwrap();
    let year: SchoolYear = "2025-2026".parse().unwrap();
    let person = world.store.keys().pseudonym(year, &uai, Domain::Staff, actor).unwrap().unwrap();
    let subject = Subject::Person(person);
    let who = Party::person("teacher", uai.clone(), person);
    let register = world.store.register();
    let logged = register.log_view(Timestamp::UNIX_EPOCH, who, &uai, person, subject, "segment").await.unwrap();
    let viewer = Viewer { establishment: uai, person, classes: Vec::new() };
    let access = OwnAccess::check(&viewer, subject, logged).unwrap();
    let approvals = Approvals::load(register).await.unwrap();
    let place = (&world.calendar, Zone::C);
    segments::own(&world.store, &approvals, place, &access, year).await.unwrap().into_value()
}

#[tokio::test]
async fn a_closing_week_keeps_how_many_days_and_never_which() {
    let world = open(&["segments"]).await;
    send_weeks(&world, &["2025-09-08"]).await;
    world.run("2025-09-18T06:00:00+02:00").await;
    assert_eq!(counted(&world).await, vec![(2, false); USERS], "two days each, no class, nobody else");
    // Closing again counts nothing again; what comes late is not counted at all.
    send_weeks(&world, &["2025-09-08"]).await;
    world.run("2025-09-19T06:00:00+02:00").await;
    assert_eq!(counted(&world).await, vec![(2, false); USERS]);
}

#[tokio::test]
async fn without_the_decision_no_day_is_counted_and_nobody_is_in_a_segment() {
    let world = open(&[]).await;
    send_weeks(&world, &["2025-09-08"]).await;
    world.run("2025-09-18T06:00:00+02:00").await;
    assert!(counted(&world).await.is_empty());
    assert_eq!(own(&world, "T-1").await.withheld, Some("not_approved"));
}

fn subject(world: &World, actor: &str) -> DataSubject {
    let named =
        RawSubject { establishment: SCHOOL.uai.to_owned(), kind: "staff".to_owned(), identifier: actor.to_owned() };
    DataSubject::admit(&Raw::new(named), &world.store.keys(), |_| IdentifierForm::Raw).unwrap()
}

#[tokio::test]
async fn the_number_of_days_is_hers_like_every_other_row() {
    let world = open(&["segments"]).await;
    let (today, at) = ("2025-09-17".parse().unwrap(), Timestamp::UNIX_EPOCH);
    send_weeks(&world, &["2025-09-08"]).await;
    // Whoever objects, or may not be used, before the week closes is not counted.
    world.store.object(&subject(&world, "T-3"), false, "test", today, at).await.unwrap();
    world.store.restrict(&subject(&world, "T-4"), "test", today, at).await.unwrap();
    world.run("2025-09-18T06:00:00+02:00").await;
    assert_eq!(counted(&world).await.len(), USERS - 2);
    let kept = world.store.kept(&subject(&world, "T-1")).await.unwrap();
    let is_counted = |row: &KeptRow| row.get("event") == Some(&Cell::Text(store::ACTIVE_DAYS.to_owned()));
    let shown: Vec<&KeptRow> = kept.tables.iter().flat_map(|table| &table.rows).filter(|row| is_counted(row)).collect();
    assert_eq!(shown.len(), 1, "she is shown it");
    assert!(shown[0].get("n") == Some(&Cell::Number(2)));
    world.store.ask_erasure(&subject(&world, "T-2"), "test", today, at).await.unwrap();
    world.store.work_requests(today, at).await.unwrap();
    assert_eq!(counted(&world).await.len(), USERS - 3);
    let kept = world.store.kept(&subject(&world, "T-2")).await.unwrap();
    assert!(!kept.tables.iter().flat_map(|table| &table.rows).any(is_counted), "and it goes with the others");
}

#[tokio::test]
async fn a_teacher_is_told_hers_and_a_school_numbers_once_a_period_has_closed() {
    let world = open(&["segments"]).await;
    send_weeks(&world, &["2025-09-08", "2025-09-15"]).await;
    world.run("2025-09-25T06:00:00+02:00").await;
    assert_eq!(own(&world, "T-1").await.withheld, Some(TOO_EARLY), "the school has only just begun");

    send_weeks(&world, &["2025-09-22", "2025-09-29", "2025-10-06", "2025-10-13"]).await;
    world.run("2025-10-09T06:00:00+02:00").await;
    assert_eq!(own(&world, "T-1").await.segment.as_deref(), Some("novice"), "three weeks at the end of September");
    world.run("2025-11-06T06:00:00+01:00").await;
    let hers = own(&world, "T-1").await;
    assert_eq!((hers.segment.as_deref(), hers.month.as_deref()), (Some("regular"), Some("2025-10")));
    assert_eq!(hers.habits.map(|habits| (habits.active_days_per_week, habits.features)), Some((2.0, 7.0)));
    assert_eq!(own(&world, "T-9").await.withheld, Some(TOO_EARLY), "nothing is known of her");

    // The first school period closed before October was over, the second one comes after.
    send_weeks(&world, &["2025-11-03", "2025-11-10", "2025-11-17", "2025-11-24", "2025-12-01"]).await;
    world.run("2025-12-25T06:00:00+01:00").await;
    let cells = world.cells(SCHOOL.uai, "2025-2026-P2", "teachers_by_segment", "segment").await;
    let cells: Vec<(&str, i64)> = cells.iter().map(|(word, n)| (word.as_str(), *n)).collect();
    assert_eq!(
        cells,
        [("autres", 6), ("regular", 8)],
        "who has no segment is in no cell of their own with nobody else"
    );
    assert_eq!(world.total(SCHOOL.uai, "2025-2026-P2", "teachers_by_segment").await.value, Some(14));
    let approvals = Approvals::load(world.store.register()).await.unwrap();
    let (uai, place) = (SCHOOL.uai.parse().unwrap(), (&world.calendar, Zone::C));
    let told = segments::school(&world.store, &approvals, place, &uai, None).await.unwrap();
    assert_eq!((told.period.as_deref(), told.total, told.withheld), (Some("2025-2026-P2"), Some(14), None));
    let third = world.calendar.period(Zone::C, "2025-2026".parse().unwrap(), 3);
    let told = segments::school(&world.store, &approvals, place, &uai, third).await.unwrap();
    assert_eq!((told.withheld, told.counts.len()), (Some(NOT_CLOSED), 0));
}

#[tokio::test]
async fn a_small_school_is_told_no_number() {
    let small = School { uai: "0750002B", classes: 4, pupils: 1 };
    let world = open(&["segments"]).await;
    world.roster(small.uai, &small.roster("2025-2026")).await;
    world.send(small.uai, "2025-11-06T18:00:00+01:00", &[photo("2025-11-04", 1, &[1])]).await;
    world.run("2025-12-25T06:00:00+01:00").await;
    let approvals = Approvals::load(world.store.register()).await.unwrap();
    let place = (&world.calendar, Zone::C);
    let told = segments::school(&world.store, &approvals, place, &small.uai.parse().unwrap(), None).await.unwrap();
    assert_eq!((told.withheld, told.total, told.counts.len()), (Some("few_or_none"), None, 0));
}

#[tokio::test]
async fn where_all_are_in_one_segment_none_is_told() {
    let world = open(&["segments"]).await;
    // Nobody of the fourteen has a segment: the one cell would say so of each.
    let other = School { uai: "0750002B", classes: 4, pupils: 1 };
    world.roster(other.uai, &other.roster("2025-2026")).await;
    world.send(other.uai, "2025-11-06T18:00:00+01:00", &[photo("2025-11-04", 1, &[1])]).await;
    world.run("2025-12-25T06:00:00+01:00").await;
    assert!(world.cells(SCHOOL.uai, "2025-2026-P2", "teachers_by_segment", "segment").await.is_empty());
    assert_eq!(world.total(SCHOOL.uai, "2025-2026-P2", "teachers_by_segment").await.value, Some(14));
}

#[tokio::test]
async fn thresholds_are_not_learnt_from_a_few_teachers() {
    let world = open(&["segments"]).await;
    send_weeks(&world, &["2025-09-08"]).await;
    world.run("2025-09-18T06:00:00+02:00").await;
    let approvals = Approvals::load(world.store.register()).await.unwrap();
    let year = "2025-2026".parse().unwrap();
    let refused = segments::propose(&world.store, &approvals, &world.calendar, year, 20).await.unwrap_err();
    assert!(refused.to_string().contains("at least 200 are needed"), "{refused}");
    let nothing = Approvals::default();
    let refused = segments::propose(&world.store, &nothing, &world.calendar, year, 20).await.unwrap_err();
    assert!(refused.to_string().contains("has not approved"), "{refused}");
}
