//! The threshold, end to end.

use serde_json::Value;

use crate::world::{ALL_DECISIONS, School, World, by_family, media, photo};
use serde_json::json;

const DAY: &str = "2025-11-18";
const WEEK: &str = "2025-W47";
const THURSDAY: &str = "2025-11-27T06:00:00+01:00";

#[tokio::test]
async fn four_pupils_are_withheld_and_five_are_not() {
    let four = School { uai: "0750001A", classes: 1, pupils: 4 };
    let five = School { uai: "0750002B", classes: 1, pupils: 5 };
    let world = World::with(&[four, five]).await;
    world.send(four.uai, &later(DAY), &[photo(DAY, 1, &[1, 2, 3, 4])]).await;
    world.send(five.uai, &later(DAY), &[photo(DAY, 1, &[1, 2, 3, 4, 5])]).await;
    assert_eq!(world.run(THURSDAY).await, [WEEK]);
    assert_eq!(world.total(four.uai, WEEK, "pupils_documented").await.value, None);
    assert_eq!(world.total(five.uai, WEEK, "pupils_documented").await.value, Some(5));
}

#[tokio::test]
async fn pupils_of_one_class_among_several_are_withheld_since_their_teacher_knows_them() {
    let school = School { uai: "0750001A", classes: 3, pupils: 8 };
    let world = World::with(&[school]).await;
    world.send(school.uai, &later(DAY), &[photo(DAY, 1, &[1, 2, 3, 4, 5, 6, 7, 8]), photo(DAY, 2, &[1])]).await;
    world.run(THURSDAY).await;
    assert_eq!(world.total(school.uai, WEEK, "pupils_documented").await.value, None);
}

#[tokio::test]
async fn production_by_two_teachers_is_withheld_however_many_pupils_it_shows() {
    let school = School { uai: "0750001A", classes: 2, pupils: 20 };
    let world = World::with(&[school]).await;
    let events: Vec<Value> = (1..=20).flat_map(|pupil| [photo(DAY, 1, &[pupil]), photo(DAY, 2, &[pupil])]).collect();
    world.send(school.uai, &later(DAY), &events).await;
    world.run(THURSDAY).await;
    assert_eq!(world.total(school.uai, WEEK, "media_count").await.value, None);
    assert_eq!(world.total(school.uai, WEEK, "pupils_documented").await.value, Some(40));
}

#[tokio::test]
async fn a_teacher_and_her_class_tablet_are_one_bearer() {
    let school = School { uai: "0750001A", classes: 4, pupils: 8 };
    let world = World::with(&[school]).await;
    // 24 of 40 items come from class 1: 12 by its teacher, 12 by its tablet, neither above half alone.
    let mut events: Vec<Value> = (0..12).map(|nth| photo(DAY, 1, &[nth % 8 + 1])).collect();
    events.extend((0..12).map(|nth| {
        let mut event = photo(DAY, 1, &[nth % 8 + 1]);
        event["role"] = json!("pupil");
        event.as_object_mut().unwrap().remove("actor");
        event
    }));
    events.extend((2..=4).flat_map(|class| {
        (0..16).take(if class == 4 { 4 } else { 6 }).map(move |nth| photo(DAY, class, &[nth % 8 + 1]))
    }));
    world.send(school.uai, &later(DAY), &events).await;
    world.run(THURSDAY).await;
    assert_eq!(world.total(school.uai, WEEK, "media_count").await.value, None);
}

#[tokio::test]
async fn a_small_kind_and_one_that_did_not_occur_look_the_same() {
    let schools =
        [School { uai: "0750001A", classes: 4, pupils: 8 }, School { uai: "0750002B", classes: 4, pupils: 8 }];
    let world = World::with(&schools).await;
    let mut shared: Vec<Value> = Vec::new();
    for class in 1..=4 {
        for pupil in 1..=8 {
            shared.push(photo(DAY, class, &[pupil]));
            shared.push(media(DAY, "note", class, &[pupil]));
        }
    }
    world.send(schools[0].uai, &later(DAY), &shared).await;
    // The other school also has two videos, and two notes less.
    let mut other: Vec<Value> = shared.iter().skip(4).cloned().collect();
    other.extend([
        photo(DAY, 1, &[1]),
        photo(DAY, 1, &[2]),
        media(DAY, "video", 1, &[1]),
        media(DAY, "video", 1, &[2]),
    ]);
    world.send(schools[1].uai, &later(DAY), &other).await;
    world.run(THURSDAY).await;
    for school in schools {
        let kinds = world.cells(school.uai, WEEK, "media_count", "kind").await;
        let words: Vec<&str> = kinds.keys().map(String::as_str).collect();
        assert_eq!(words, ["autres", "photo"]);
        assert_eq!(kinds.values().sum::<i64>(), 64);
        assert_eq!(kinds["photo"], 32);
    }
}

#[tokio::test]
async fn a_school_where_nothing_happened_has_the_same_rows_as_one_below_the_threshold() {
    let small = School { uai: "0750001A", classes: 3, pupils: 8 };
    let silent = School { uai: "0750002B", ..small };
    let world = World::with(&[small, silent]).await;
    world
        .send(small.uai, &later(DAY), &[photo(DAY, 1, &[1]), by_family("portfolio_viewed", DAY, 1, 1, &json!({}))])
        .await;
    world.run(THURSDAY).await;
    let rows = world.releases().await;
    let of = |uai: &str| -> Vec<_> {
        let rows = rows.iter().filter(|row| row.establishment == uai).cloned();
        rows.map(|mut row| {
            row.establishment.clear();
            row
        })
        .collect()
    };
    assert!(!of(small.uai).is_empty());
    assert_eq!(of(small.uai), of(silent.uai));
}

#[tokio::test]
async fn a_measure_without_an_approved_decision_releases_nothing() {
    let school = School { uai: "0750001A", classes: 4, pupils: 8 };
    let world = World::open().await;
    world.approve(&["class_activity"]).await;
    world.roster(school.uai, &school.roster("2025-2026")).await;
    let mut events = Vec::new();
    for class in 1..=4 {
        for pupil in 1..=8 {
            events.push(photo(DAY, class, &[pupil]));
            events.push(by_family("portfolio_viewed", DAY, class, pupil, &json!({})));
        }
    }
    world.send(school.uai, &later(DAY), &events).await;
    assert_eq!(world.run("2025-12-04T06:00:00+01:00").await, [WEEK, "2025-W48", "2025-11"]);
    assert_eq!(world.total(school.uai, WEEK, "media_count").await.value, Some(32));
    let measures: Vec<String> = world.releases().await.into_iter().map(|row| row.measure).collect();
    for unapproved in ["portfolio_views", "families_active", "active_teachers", "adoption_rate", "feature_use"] {
        assert!(!measures.iter().any(|measure| measure == unapproved), "{unapproved}");
    }

    // Approved later: weeks that closed without it stay out, of longer periods too.
    world.approve(&["family_engagement"]).await;
    world.run("2026-01-08T06:00:00+01:00").await;
    assert_eq!(world.total(school.uai, "2025-2026-P2", "portfolio_views").await.value, None);
    assert_eq!(world.total(school.uai, "2025-2026-P2", "families_active").await.value, None);
    assert_eq!(world.total(school.uai, "2025-2026-P2", "media_count").await.value, Some(32));
}

#[tokio::test]
async fn a_rate_without_its_declared_number_is_withheld() {
    let school = School { uai: "0750001A", classes: 8, pupils: 4 };
    let world = World::open().await;
    world.approve(&ALL_DECISIONS).await;
    // Last year's roster makes the school known; this year's has not come yet.
    world.roster(school.uai, &school.roster("2024-2025")).await;
    let events: Vec<Value> = (1..=8).map(|class| photo(DAY, class, &[1, 2, 3, 4])).collect();
    world.send(school.uai, &later(DAY), &events).await;
    world.run(THURSDAY).await;
    assert_eq!(world.total(school.uai, WEEK, "active_teachers").await.value, Some(8));
    let rate = world.total(school.uai, WEEK, "adoption_rate").await;
    assert_eq!((rate.value, rate.denominator), (None, None));
}

fn later(day: &str) -> String {
    format!("{day}T18:00:00+01:00")
}
