//! Patterns on a real data folder: nothing without approval, a teacher's own days for herself and only until their week
//! closes, waiting from five devices on.

use analytics::governance::Approvals;
use analytics::patterns;
use calendar::{SchoolYear, Zone};
use jiff::civil::Date;
use privacy::entry::{Claims, IdentifierForm, RawClaims};
use privacy::exit::{Origin, OwnAccess, Subject, Viewer};
use privacy::{Pseudonym, Raw};
use serde_json::{Value, json};

use crate::world::{School, World, by_teacher, photo};

const SCHOOL: School = School { uai: "0750001A", classes: 6, pupils: 12 };
const TODAY: &str = "2025-11-20";

fn day(text: &str) -> Date {
    text.parse().unwrap()
}

fn person(world: &World, actor: &str) -> Pseudonym {
    let raw = Raw::new(RawClaims {
        role: "teacher".to_owned(),
        establishment: Some(SCHOOL.uai.to_owned()),
        actor: Some(actor.to_owned()),
        class: None,
    });
    let claims = Claims::admit(&raw, &world.store.keys(), |_| IdentifierForm::Raw).unwrap();
    claims.in_year(SchoolYear::of(day(TODAY))).unwrap().person
}

/// The teacher's right to her own days, logged.
async fn access(world: &World, actor: &str) -> OwnAccess {
    let (uai, person) = (SCHOOL.uai.parse().unwrap(), person(world, actor));
    let subject = Subject::Person(person);
    let at = "2025-11-20T12:00:00Z".parse().unwrap();
    let register = world.store.register();
    let logged = register.log_view(at, "a test", &uai, person, subject, "weekdays").await.unwrap();
    OwnAccess::check(&Viewer { establishment: uai, person, classes: Vec::new() }, subject, logged).unwrap()
}

async fn approvals(world: &World) -> Approvals {
    Approvals::load(world.store.register()).await.unwrap()
}

/// Two teachers in the week of 17 November.
async fn world() -> World {
    let world = World::with(&[SCHOOL]).await;
    let events = [
        photo("2025-11-17", 1, &[1]),
        photo("2025-11-17", 1, &[2]),
        photo("2025-11-20", 1, &[3]),
        photo("2025-11-18", 2, &[1]),
    ];
    world.send(SCHOOL.uai, "2025-11-20T18:00:00+01:00", &events).await;
    world.store.fold().await.unwrap();
    world
}

#[tokio::test]
async fn without_its_decision_no_pattern_is_computed_of_anybody() {
    let world = world().await;
    let approvals = approvals(&world).await;
    let (place, uai) = ((&world.calendar, Zone::C), SCHOOL.uai.parse().unwrap());
    let school = patterns::school(&world.store, &approvals, place, &uai, (None, day(TODAY))).await.unwrap();
    let beyond = patterns::beyond(&world.store, &approvals, day(TODAY)).await.unwrap();
    assert_eq!((school.withheld, beyond.withheld), (Some("not_approved"), Some("not_approved")));
    assert!(school.peaks.is_empty() && school.days.is_empty() && beyond.habits.is_empty());
    let own = access(&world, "T-1").await;
    assert!(patterns::own(&world.store, &approvals, &own, (None, day(TODAY))).await.unwrap().is_none());
}

#[tokio::test]
async fn a_teacher_sees_her_own_days_until_their_week_closes_and_nobody_elses() {
    let world = world().await;
    world.approve(&["patterns"]).await;
    let approvals = approvals(&world).await;
    let look = async |actor: &str, closed, today: &str| {
        let own = access(&world, actor).await;
        patterns::own(&world.store, &approvals, &own, (closed, day(today))).await.unwrap().unwrap()
    };
    let found = look("T-1", None, TODAY).await;
    assert_eq!((found.origin(), found.protection().to_string().as_str()), (Origin::Own, "exact"));
    let acts = |found: &patterns::own::OwnWeekdays| -> Vec<(u8, usize, u64)> {
        let active = found.days.iter().filter(|day| day.acts > 0);
        active.map(|day| (day.weekday, day.active, day.acts)).collect()
    };
    assert_eq!(acts(found.value()), [(1, 1, 2), (4, 1, 1)]);
    assert_eq!(acts(look("T-2", None, TODAY).await.value()), [(2, 1, 1)]);
    assert_eq!(acts(look("T-3", None, TODAY).await.value()), []);

    world.run("2025-11-27T06:00:00+01:00").await;
    let closed = world.store.closed_through().await.unwrap();
    assert_eq!(closed.map(|week| week.to_string()).as_deref(), Some("2025-W47"));
    // Whoever asks for days that are gone finds none, even with a wrong idea of what has closed.
    for closed in [closed, None] {
        assert_eq!(acts(look("T-1", closed, "2025-11-27").await.value()), []);
    }
}

#[tokio::test]
async fn her_own_days_hold_only_what_is_approved() {
    let world = World::open().await;
    world.roster(SCHOOL.uai, &SCHOOL.roster("2025-2026")).await;
    world.approve(&["patterns"]).await;
    world.send(SCHOOL.uai, "2025-11-20T18:00:00+01:00", &[photo("2025-11-17", 1, &[1])]).await;
    world.store.fold().await.unwrap();
    let own = access(&world, "T-1").await;
    let look = async || {
        let approvals = approvals(&world).await;
        let found = patterns::own(&world.store, &approvals, &own, (None, day(TODAY))).await.unwrap().unwrap();
        found.value().days.len()
    };
    assert_eq!(look().await, 0, "no measure is approved");
    world.approve(&["class_activity"]).await;
    assert_eq!(look().await, 7);
}

#[tokio::test]
async fn a_school_whose_every_figure_is_withheld_has_no_pattern() {
    let world = world().await;
    world.approve(&["patterns"]).await;
    world.run("2025-11-27T06:00:00+01:00").await;
    let (place, uai) = ((&world.calendar, Zone::C), SCHOOL.uai.parse().unwrap());
    let closed = world.store.closed_through().await.unwrap();
    let found = patterns::school(&world.store, &approvals(&world).await, place, &uai, (closed, day("2025-11-27")))
        .await
        .unwrap();
    assert_eq!((found.published_weeks, found.withheld), (0, None));
    assert!(
        found.peaks.is_empty() && found.links.found.is_empty() && found.seasons.is_empty() && found.days.is_empty()
    );
}

/// Settings that take three seconds to come, on so many tablets.
async fn waited(tablets: usize) -> patterns::BeyondPatterns {
    let world = World::with(&[SCHOOL]).await;
    world.approve(&["patterns", "technical", "beyond_establishment"]).await;
    let seen = |ms: u64, screen: &str| {
        let props = json!({"screen": screen, "from": "home", "dwell_s": 4, "load_ms": ms});
        by_teacher("screen_viewed", "2025-11-18", 1, &[], &props)
    };
    for tablet in 0..tablets {
        let events: Vec<Value> = (0..60).flat_map(|_| [seen(3_000, "settings"), seen(200, "documents")]).collect();
        world.send_from(&format!("tab-{tablet}"), SCHOOL.uai, "2025-11-18T18:00:00+01:00", &events).await;
    }
    world.store.fold().await.unwrap();
    patterns::beyond(&world.store, &approvals(&world).await, day(TODAY)).await.unwrap()
}

#[tokio::test]
async fn where_people_wait_is_told_from_five_devices_on() {
    let found = waited(5).await;
    let [only] = &found.friction.bottlenecks[..] else { panic!("{:?}", found.friction) };
    assert_eq!((only.screen.as_str(), only.loads), ("settings", 300));
    // Two seconds too long, three hundred times: ten minutes, a tenth off at most.
    assert!((0.14..0.20).contains(&only.lost_h) && only.slow > 0.999, "{only:?}");
    assert!(found.habits.is_empty() && found.friction.stuck.is_empty(), "no month has closed");
    assert_eq!(waited(4).await.friction.bottlenecks, []);
}
