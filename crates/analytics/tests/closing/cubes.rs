//! What leaves beyond an establishment: once, after a durable debit, never more than the budget, and never again.

use std::collections::BTreeMap;
use std::future::Future;
use std::task::Poll;

use analytics::beyond;
use arrow::array::AsArray;
use calendar::{IsoWeek, Month};
use privacy::exit::noise::Clamp;
use privacy::exit::{Bounds, Level, NoisyCube, Released, Rho};
use serde_json::{Value, json};
use store::{Debit, NoBudget, Prune, Table};

use crate::world::{School, World, by_family, by_teacher, photo};

const SCHOOL: School = School { uai: "0750001A", classes: 12, pupils: 25 };
const DISTRICT: &str = "0750101A";
/// After the last week of November has closed.
const DECEMBER: &str = "2025-12-04T06:00:00+01:00";

fn november() -> Month {
    "2025-11".parse().unwrap()
}

async fn world() -> World {
    let world = World::with(&[SCHOOL]).await;
    world.approve(&["beyond_establishment"]).await;
    let families = (1..=12).flat_map(|class| (1..=25).map(move |pupil| (class, pupil)));
    let events: Vec<Value> = families
        .flat_map(|(class, pupil)| {
            let props = json!({"outcome": "ok", "delay_h": 3, "download_ms": 900});
            let retrieved = by_family("share_retrieved", "2025-11-13", class, pupil, &props);
            [retrieved, photo("2025-11-12", class, &[pupil])]
        })
        .collect();
    world.send(SCHOOL.uai, "2025-11-14T18:00:00+01:00", &events).await;
    world
}

async fn cubes(world: &World) -> BTreeMap<String, Released<NoisyCube>> {
    let cubes = beyond::cubes(&world.store, november()).await.unwrap();
    cubes.into_iter().map(|cube| (cube.value().cube.clone(), cube)).collect()
}

fn one_cell() -> Bounds {
    Bounds { cells: 1, clamp: Clamp::new(1).unwrap(), counts_cut: false }
}

fn debit<'a>(cube: &'a str, month: Month, people: &'a [&'a str], bounds: Bounds) -> Debit<'a> {
    Debit { cube, month, year: IsoWeek::of(month.first_day()).next().school_year(), people, bounds }
}

#[tokio::test]
async fn a_month_that_closes_gives_its_district_figures_with_noise() {
    let world = world().await;
    world.run(DECEMBER).await;
    assert_eq!(beyond::months(&world.store).await.unwrap(), [november()]);
    let cubes = cubes(&world).await;
    let declared: Vec<_> = world.store.catalogue().cubes().iter().map(|cube| cube.name.clone()).collect();
    assert_eq!(cubes.len(), declared.len());
    for (name, cube) in &cubes {
        assert_eq!(cube.protection().to_string(), "dp ε=2 δ=1e-8", "{name}");
    }
    // 300 of each; the noise of a leaf is beyond 60 less than once in 10^17.
    for name in ["families_active", "pupils_documented"] {
        let sums = cubes[name].sums(Level::District, true).into_value();
        assert_eq!(sums.iter().map(|sum| sum.place.as_str()).collect::<Vec<_>>(), [DISTRICT]);
        assert!((sums[0].value - 300).abs() <= 60, "{name}: {}", sums[0].value);
    }
    let items = cubes["items_added"].sums(Level::Department, true).into_value();
    assert_eq!(items.iter().map(|sum| sum.place.as_str()).collect::<Vec<_>>(), ["075"]);
    assert!(cubes["items_added"].value().cut.is_some() && cubes["families_active"].value().cut.is_none());
    // The clamp of a share is two, and one each was retrieved: its noise is twice as large.
    assert!((cubes["shares_retrieved"].sums(Level::National, false).value()[0].value - 300).abs() <= 120);
    assert!(cubes["hours"].sums(Level::District, true).value().is_empty(), "academies are its finest places");
    assert_eq!(cubes["hours"].sums(Level::Academy, true).value().len(), 168);
}

#[tokio::test]
async fn without_its_own_decision_nothing_leaves_and_nothing_is_debited() {
    let world = World::with(&[SCHOOL]).await;
    world.send(SCHOOL.uai, "2025-11-14T18:00:00+01:00", &[photo("2025-11-12", 1, &[1])]).await;
    world.run(DECEMBER).await;
    assert!(cubes(&world).await.is_empty());
    assert!(world.store.register().spent().await.unwrap().is_empty());
}

#[tokio::test]
async fn late_events_and_further_runs_change_no_byte_of_a_cube() {
    let world = world().await;
    world.run(DECEMBER).await;
    let before = cubes(&world).await;
    let files = files_of_cubes(&world).await;
    let spent = world.store.register().spent().await.unwrap();
    world.send(SCHOOL.uai, "2025-12-04T09:00:00+01:00", &[photo("2025-11-12", 1, &[1, 2, 3])]).await;
    world.run("2025-12-04T12:00:00+01:00").await;
    world.run("2025-12-11T06:00:00+01:00").await;
    assert_eq!(cubes(&world).await, before);
    assert_eq!(files_of_cubes(&world).await, files);
    assert_eq!(world.store.register().spent().await.unwrap(), spent);
}

async fn files_of_cubes(world: &World) -> Vec<u64> {
    let inventory = world.store.inventory().await.unwrap();
    inventory
        .into_iter()
        .filter(|(table, ..)| *table == Table::Cubes)
        .flat_map(|(_, n, rows, bytes)| [n as u64, rows, bytes])
        .collect()
}

#[tokio::test]
async fn what_a_month_costs_is_within_the_budget_of_everybody_in_it() {
    let world = world().await;
    world.run(DECEMBER).await;
    let spent = world.store.register().spent().await.unwrap();
    let people: Vec<_> = spent.iter().map(|one| one.people.as_str()).collect();
    for kind in ["staff", "family", "pupil", "pupil_device"] {
        assert_eq!(people.iter().filter(|people| **people == kind).count(), 2, "{kind}: a month and a year");
    }
    assert!(spent.iter().all(|one| one.rho <= Rho::MONTH && one.rho >= Rho::CELL));
}

#[tokio::test]
async fn a_debit_without_a_stored_draw_stands_and_is_used_by_the_next_run() {
    let world = world().await;
    // What a crash after the debit leaves.
    let register = world.store.register();
    let at = DECEMBER.parse().unwrap();
    let open = debit("families_active", november(), &["family"], one_cell());
    assert!(register.debit(at, &open).await.unwrap().is_ok());
    let spent = register.spent().await.unwrap();
    assert!(register.debit(at, &open).await.unwrap().is_ok(), "nothing was stored, so it is still open");
    assert_eq!(register.spent().await.unwrap(), spent, "and it was paid for once");
    let dearer = Bounds { cells: 2, ..one_cell() };
    let changed = register.debit(at, &debit("families_active", november(), &["family"], dearer)).await.unwrap();
    assert!(matches!(changed, Err(NoBudget::Changed { .. })));
    world.run(DECEMBER).await;
    assert!(cubes(&world).await.contains_key("families_active"));
    assert!(matches!(register.debit(at, &open).await.unwrap(), Err(NoBudget::Drawn { .. })), "never a second time");
}

#[tokio::test]
async fn a_thousand_requests_at_once_do_not_overdraw() {
    let world = World::open().await;
    let register = world.store.register();
    let months: Vec<Month> =
        std::iter::successors(Some("2025-09".parse().unwrap()), |month: &Month| Some(month.next())).take(11).collect();
    let names: Vec<String> = (0..91).map(|number| format!("cube_{number}")).collect();
    let mut asked = tokio::task::JoinSet::new();
    for month in months {
        for name in names.clone() {
            let register = register.clone();
            asked.spawn(async move {
                let at = DECEMBER.parse().unwrap();
                register.debit(at, &debit(&name, month, &["staff"], one_cell())).await.unwrap().is_ok()
            });
        }
    }
    assert!(asked.len() > 1_000);
    let granted = asked.join_all().await.into_iter().filter(|granted| *granted).count();
    // 640 thousandths hold 60 cells of 10.66.
    assert_eq!(granted, 60);
    for spent in register.spent().await.unwrap() {
        let limit = if spent.period.len() == 7 { Rho::MONTH } else { Rho::YEAR };
        assert!(spent.rho <= limit, "{spent:?}");
    }
}

#[tokio::test]
async fn a_closing_that_is_cut_anywhere_stores_no_draw_without_its_debit_and_none_twice() {
    let polls = cut(usize::MAX, world().await.run(DECEMBER)).await;
    for part in 1..=8 {
        let world = world().await;
        cut(polls * part / 9, world.run(DECEMBER)).await;
        whole(&world).await;
        let before = cubes(&world).await;
        world.run(DECEMBER).await;
        whole(&world).await;
        let after = cubes(&world).await;
        assert_eq!(after.len(), world.store.catalogue().cubes().len());
        assert!(before.is_empty() || before == after, "what was stored stays");
    }
}

/// Every stored cube has its debit, and every leaf is there once.
async fn whole(world: &World) {
    let drawn = world.store.register().drawn().await.unwrap();
    let stored = cubes(world).await;
    assert_eq!(stored.len(), drawn.len());
    for (name, cube) in stored {
        assert!(drawn.contains(&(name.clone(), "2025-11".to_owned())), "{name} has no debit");
        let mut leaves: Vec<_> = cube.value().cells.iter().map(|cell| &cell.leaf).collect();
        let n = leaves.len();
        leaves.sort();
        leaves.dedup();
        assert_eq!(leaves.len(), n, "{name} was drawn twice");
    }
}

/// Drops a future after so many polls, unless it has ended; gives how many there were.
async fn cut<T>(polls: usize, work: impl Future<Output = T>) -> usize {
    let mut work = Box::pin(work);
    let mut done = 0;
    std::future::poll_fn(|context| {
        if done == polls || work.as_mut().poll(context).is_ready() {
            return Poll::Ready(done);
        }
        done += 1;
        Poll::Pending
    })
    .await
}

#[tokio::test]
async fn one_person_is_in_the_tables_without_persons_once_a_month_however_much_she_does() {
    let world = World::with(&[SCHOOL]).await;
    let first: jiff::civil::Date = "2025-11-03".parse().unwrap();
    // Whole weeks of November, every day, in many folds.
    for day in first.series(jiff::Span::new().days(1)).take(28) {
        let seen = json!({"screen": "settings", "from": "home", "dwell_s": 4, "load_ms": 200});
        let events: Vec<_> = (0..60).map(|_| by_teacher("screen_viewed", &day.to_string(), 1, &[], &seen)).collect();
        for _ in 0..2 {
            world.send(SCHOOL.uai, &format!("{day}T20:00:00+01:00"), &events).await;
            world.store.fold().await.unwrap();
        }
    }
    let session = world.store.lake().session(&[Table::HoursWeek, Table::PathsWeek], &Prune::default()).await.unwrap();
    for table in ["hours_week", "paths_week"] {
        let rows = session.sql(&format!("SELECT SUM(n) AS n FROM {table} WHERE month = 202511")).await.unwrap();
        let sum = rows[0].column(0).as_primitive::<arrow::datatypes::Int64Type>().value(0);
        assert_eq!(sum, 1, "{table}, of {} events", 28 * 120);
    }
}

#[tokio::test]
async fn a_folder_put_back_from_before_a_draw_never_draws_it_again() {
    let world = world().await;
    let backup = tempfile::tempdir().unwrap();
    copy(&world.folder().join("data"), backup.path());
    world.run(DECEMBER).await;
    let seen = cubes(&world).await;
    let spent = world.store.register().spent().await.unwrap();
    assert!(!seen.is_empty());

    // The keys and the tombstones stay where they are; the data folder is the older one.
    let world = world.put_back(backup.path()).await;
    assert!(cubes(&world).await.is_empty());
    world.run(DECEMBER).await;
    assert!(cubes(&world).await.is_empty(), "what somebody may have seen is not drawn a second time");
    assert_eq!(world.store.register().spent().await.unwrap(), spent, "and stays paid for");
}

fn copy(from: &std::path::Path, to: &std::path::Path) {
    for entry in std::fs::read_dir(from).unwrap() {
        let entry = entry.unwrap();
        let target = to.join(entry.file_name());
        if entry.file_type().unwrap().is_dir() {
            std::fs::create_dir_all(&target).unwrap();
            copy(&entry.path(), &target);
        } else {
            std::fs::copy(entry.path(), target).unwrap();
        }
    }
}
