//! What is to be watched is read from a real data folder: closed weeks and the open one, devices, display times, versions.

use analytics::governance::Approvals;
use analytics::watch::{self, Alert, Rule, Severity};
use calendar::Zone;
use jiff::ToSpan;
use jiff::civil::Date;
use serde_json::{Value, json};

use crate::world::{School, World, by_teacher};

const SCHOOL: School = School { uai: "0750001A", classes: 3, pupils: 4 };
const OTHER: School = School { uai: "0750002B", classes: 3, pupils: 4 };
/// A Friday of a week that is not closed.
const LAST: &str = "2025-12-12";

/// What a tablet sends on a day on which nothing is wrong, or on the last, when it crashes and is slow.
fn day_of(day: &str, ill: bool) -> Vec<Value> {
    let mut events = Vec::new();
    for nth in 0..5 {
        let crashes = ill && nth < 2;
        let end = if crashes { "crash" } else { "background" };
        let view = json!({ "screen": "documents", "load_ms": if ill { 3_000 } else { 200 + 10 * nth } });
        events.push(by_teacher("screen_viewed", day, 1, &[], &view));
        if crashes {
            events.push(by_teacher(
                "crash_reported",
                day,
                1,
                &[],
                &json!({ "type": "out_of_memory", "screen": "documents" }),
            ));
        }
        events.push(by_teacher("session_ended", day, 1, &[], &json!({ "active_s": 60, "end": end })));
        events.push(by_teacher("sync_finished", day, 1, &[], &json!({ "outcome": "success" })));
    }
    events
}

/// Six weeks of two schools with six and with four tablets, closed but for the last; both fall ill on the last day.
async fn played() -> World {
    let world = World::with(&[SCHOOL, OTHER]).await;
    world.approve(&["technical", "anomalies"]).await;
    let mut day: Date = "2025-11-03".parse().unwrap();
    let last: Date = LAST.parse().unwrap();
    while day <= last {
        if world.calendar.is_class_day(Zone::C, day) {
            let events = day_of(&day.to_string(), day == last);
            for (school, tablets) in [(SCHOOL, 6), (OTHER, 4)] {
                for tablet in 0..tablets {
                    let now = format!("{day}T18:00:00+01:00");
                    world.send_from(&format!("tab-{tablet}"), school.uai, &now, &events).await;
                }
            }
        }
        day = day.saturating_add(1.day());
    }
    world.run(&format!("{LAST}T20:00:00+01:00")).await;
    world
}

async fn told(world: &World, uai: &str, today: &str) -> Option<Vec<Alert>> {
    let approvals = Approvals::load(world.store.register()).await.unwrap();
    let place = (&world.calendar, Zone::C);
    watch::school(&world.store, &approvals, place, &uai.parse().unwrap(), today.parse().unwrap()).await.unwrap()
}

#[tokio::test]
async fn a_school_is_told_of_its_crashes_on_the_day_and_of_its_waits_on_the_next() {
    let world = played().await;
    let today = told(&world, SCHOOL.uai, LAST).await.unwrap();
    let [crashes] = &today[..] else { panic!("{today:?}") };
    assert_eq!((crashes.rule, crashes.severity, crashes.day.as_str()), (Rule::CrashRate, Severity::Immediate, LAST));
    assert_eq!((crashes.counted, crashes.out_of, crashes.version.as_deref()), (12, Some(30), Some("2.3.4")));
    let next = told(&world, SCHOOL.uai, "2025-12-13").await.unwrap();
    assert!(next.contains(crashes), "{next:?}");
    let waits = next.iter().find(|alert| alert.measure == "load_time").unwrap();
    assert_eq!((waits.counted, waits.out_of), (30, Some(30)), "{next:?}");
    // Long after, there is nothing to tell.
    assert_eq!(told(&world, SCHOOL.uai, "2026-02-02").await, Some(Vec::new()));
}

#[tokio::test]
async fn a_school_with_few_devices_and_one_without_a_decision_are_told_nothing() {
    let world = played().await;
    assert_eq!(told(&world, OTHER.uai, "2025-12-13").await, None);
    let without = World::with(&[SCHOOL]).await;
    without.approve(&["technical"]).await;
    assert_eq!(told(&without, SCHOOL.uai, "2025-12-13").await, None);
}

#[tokio::test]
async fn all_schools_together_are_told_of_too() {
    let world = played().await;
    let approvals = Approvals::load(world.store.register()).await.unwrap();
    let today: Date = LAST.parse().unwrap();
    let alerts = watch::system(&world.store, &approvals, &world.calendar, today).await.unwrap().unwrap();
    let [crashes] = &alerts[..] else { panic!("{alerts:?}") };
    assert_eq!((crashes.rule, crashes.counted, crashes.out_of), (Rule::CrashRate, 20, Some(50)));
}
