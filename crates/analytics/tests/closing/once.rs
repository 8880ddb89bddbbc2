//! What closed stays as it is: late events, second runs and runs that were cut short change nothing.

use serde_json::Value;
use store::Closing;

use crate::world::{School, World, photo};

const SCHOOL: School = School { uai: "0750001A", classes: 4, pupils: 8 };

fn week(day: &str) -> Vec<Value> {
    (1..=4).flat_map(|class| (1..=8).map(move |pupil| photo(day, class, &[pupil]))).collect()
}

#[tokio::test]
async fn a_late_event_changes_no_released_byte_not_even_of_a_month_still_to_come() {
    let with = World::with(&[SCHOOL]).await;
    let without = World::with(&[SCHOOL]).await;
    for world in [&with, &without] {
        world.send(SCHOOL.uai, "2025-11-05T18:00:00+01:00", &[photo("2025-11-05", 1, &[1, 2])]).await;
        world.send(SCHOOL.uai, "2025-11-14T18:00:00+01:00", &week("2025-11-13")).await;
        assert_eq!(world.run("2025-11-20T06:00:00+01:00").await, ["2025-W45", "2025-W46"]);
    }
    let before = with.releases().await;
    // W45 was withheld: late events must not carry it over the threshold in a pool, nor make anybody active.
    with.send(SCHOOL.uai, "2025-11-20T09:00:00+01:00", &week("2025-11-06")).await;
    with.send(SCHOOL.uai, "2025-11-20T09:00:00+01:00", &week("2025-11-12")).await;
    assert!(with.run("2025-11-20T12:00:00+01:00").await.is_empty());
    assert_eq!(with.releases().await, before);

    let end = "2026-01-08T06:00:00+01:00";
    assert_eq!(with.run(end).await, without.run(end).await);
    assert_eq!(with.releases().await, without.releases().await);
    assert_eq!(with.total(SCHOOL.uai, "2025-11", "media_count").await.value, Some(32));
}

#[tokio::test]
async fn late_rows_are_still_there_for_the_persons_own_views() {
    use store::{Prune, Table};
    let world = World::with(&[SCHOOL]).await;
    world.send(SCHOOL.uai, "2025-11-14T18:00:00+01:00", &week("2025-11-13")).await;
    world.run("2025-11-20T06:00:00+01:00").await;
    world.send(SCHOOL.uai, "2025-11-20T09:00:00+01:00", &week("2025-11-12")).await;
    world.run("2025-11-20T12:00:00+01:00").await;
    world.store.compact(true).await.unwrap();
    let session = world.store.lake().session(&[Table::PersonWeek, Table::PupilWeek], &Prune::default()).await.unwrap();
    for table in ["person_week", "pupil_week"] {
        let query = format!("SELECT SUM(n) FROM {table} GROUP BY late ORDER BY late");
        let rows = session.sql(&query).await.unwrap();
        let sums: Vec<i64> = rows
            .iter()
            .flat_map(|rows| {
                use arrow::array::AsArray;
                rows.column(0).as_primitive::<arrow::datatypes::Int64Type>().values().to_vec()
            })
            .collect();
        assert_eq!(sums, [32, 32], "{table}");
    }
}

#[tokio::test]
async fn a_second_run_changes_nothing() {
    let world = World::with(&[SCHOOL]).await;
    world.send(SCHOOL.uai, "2025-11-14T18:00:00+01:00", &week("2025-11-13")).await;
    let now = "2025-12-25T06:00:00+01:00";
    assert_eq!(
        world.run(now).await,
        ["2025-W46", "2025-W47", "2025-W48", "2025-11", "2025-W49", "2025-W50", "2025-W51", "2025-2026-P2 C"]
    );
    let before = world.releases().await;
    assert!(world.run(now).await.is_empty());
    assert!(world.run("2025-12-25T23:00:00+01:00").await.is_empty());
    assert_eq!(world.releases().await, before);
}

#[tokio::test]
async fn two_runs_at_once_close_everything_once() {
    let world = World::with(&[SCHOOL]).await;
    world.send(SCHOOL.uai, "2025-11-14T18:00:00+01:00", &week("2025-11-13")).await;
    let now = "2025-12-04T06:00:00+01:00";
    let (one, two) = tokio::join!(world.run(now), world.run(now));
    let mut closed = [one, two].concat();
    closed.sort();
    assert_eq!(closed, ["2025-11", "2025-W46", "2025-W47", "2025-W48"]);
}

#[tokio::test]
async fn a_month_left_open_by_a_crash_is_closed_by_the_next_run() {
    let world = World::with(&[SCHOOL]).await;
    world.send(SCHOOL.uai, "2025-11-14T18:00:00+01:00", &week("2025-11-13")).await;
    assert_eq!(world.run("2025-11-27T06:00:00+01:00").await, ["2025-W46", "2025-W47"]);
    // What a crash leaves: the last week of the month closed, the month not.
    let now = "2025-12-04T06:00:00+01:00".parse().unwrap();
    let week: calendar::IsoWeek = "2025-W48".parse().unwrap();
    let closing = Closing {
        period_kind: "week",
        period: week.to_string(),
        zone: String::new(),
        start: week.monday(),
        end: week.sunday(),
        closed_on: "2025-12-04".parse().unwrap(),
        at: now,
        rows: Vec::new(),
        cubes: Vec::new(),
    };
    world.store.close_week(week, closing, &[]).await.unwrap();
    assert_eq!(world.run("2025-12-04T06:00:00+01:00").await, ["2025-11"]);
    assert_eq!(world.total(SCHOOL.uai, "2025-11", "media_count").await.value, Some(32));
}

#[tokio::test]
async fn nothing_closes_before_its_three_days_of_grace_are_over() {
    let world = World::with(&[SCHOOL]).await;
    assert!(world.run("2025-11-20T06:00:00+01:00").await.is_empty());
    world.send(SCHOOL.uai, "2025-11-14T18:00:00+01:00", &week("2025-11-13")).await;
    assert!(world.run("2025-11-19T23:59:00+01:00").await.is_empty());
    assert!(world.releases().await.is_empty());
    // Still in time, though the week is over.
    world.send(SCHOOL.uai, "2025-11-19T23:59:00+01:00", &[photo("2025-11-12", 1, &[1])]).await;
    assert_eq!(world.run("2025-11-20T00:01:00+01:00").await, ["2025-W46"]);
    assert_eq!(world.total(SCHOOL.uai, "2025-W46", "media_count").await.value, Some(33));
}
