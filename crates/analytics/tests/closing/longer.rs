//! Months and school periods.

use serde_json::{Value, json};

use crate::world::{School, World, by_family, media, photo};

const SCHOOL: School = School { uai: "0750001A", classes: 4, pupils: 8 };

/// A photo of each of these pupils in every class.
fn everywhere(day: &str, pupils: &[usize]) -> Vec<Value> {
    let classes = 1..=SCHOOL.classes;
    classes.flat_map(|class| pupils.iter().map(move |pupil| photo(day, class, &[*pupil]))).collect()
}

#[tokio::test]
async fn a_month_is_its_published_weeks_and_one_pool_of_the_others() {
    let world = World::with(&[SCHOOL]).await;
    // Four pupils are too few in each of two weeks; together eight are enough.
    for (day, pupils) in
        [("2025-11-04", &[1][..]), ("2025-11-13", &[2]), ("2025-11-20", &[1, 2, 3, 4, 5]), ("2025-11-25", &[1, 2, 3])]
    {
        let mut events = everywhere(day, pupils);
        if pupils.len() > 1 {
            events
                .extend((1..=4).flat_map(|class| pupils.iter().map(move |pupil| media(day, "note", class, &[*pupil]))));
        }
        world.send(SCHOOL.uai, &format!("{day}T18:00:00+01:00"), &events).await;
    }
    let closed = world.run("2025-12-04T06:00:00+01:00").await;
    assert_eq!(closed, ["2025-W45", "2025-W46", "2025-W47", "2025-W48", "2025-11"]);
    for (week, value) in [("2025-W45", None), ("2025-W46", None), ("2025-W47", Some(40)), ("2025-W48", Some(24))] {
        assert_eq!(world.total(SCHOOL.uai, week, "media_count").await.value, value, "{week}");
    }
    let month = world.total(SCHOOL.uai, "2025-11", "media_count").await;
    assert_eq!((month.value, month.word.as_str()), (Some(72), "4/4"));
    let remainder = world.cells(SCHOOL.uai, "2025-11", "media_count", "reste").await;
    assert_eq!(remainder.into_iter().collect::<Vec<_>>(), [("2025-W45+2025-W46".to_owned(), 8)]);
    // "photo" is what stood alone in its weeks; the pool has no split and is in "autres".
    let kinds = world.cells(SCHOOL.uai, "2025-11", "media_count", "kind").await;
    assert_eq!(kinds.values().sum::<i64>(), 72);
    let mut weeks = 0;
    for week in ["2025-W47", "2025-W48"] {
        weeks += world.cells(SCHOOL.uai, week, "media_count", "kind").await.get("photo").copied().unwrap_or(0);
    }
    assert!(weeks > 0);
    assert_eq!(kinds["photo"], weeks);

    // The school period takes the month's pool in as it is, and pools nothing twice.
    world.run("2025-12-25T06:00:00+01:00").await;
    let period = world.total(SCHOOL.uai, "2025-2026-P2", "media_count").await;
    assert_eq!((period.value, period.word.as_str()), (Some(72), "4/7"));
    assert!(world.cells(SCHOOL.uai, "2025-2026-P2", "media_count", "reste").await.is_empty());
}

#[tokio::test]
async fn weeks_too_small_even_together_leave_the_month_without_them() {
    let world = World::with(&[SCHOOL]).await;
    world.send(SCHOOL.uai, "2025-11-04T18:00:00+01:00", &everywhere("2025-11-04", &[1])).await;
    world.send(SCHOOL.uai, "2025-11-20T18:00:00+01:00", &everywhere("2025-11-20", &[1, 2, 3])).await;
    world.run("2025-12-04T06:00:00+01:00").await;
    let month = world.total(SCHOOL.uai, "2025-11", "media_count").await;
    assert_eq!((month.value, month.word.as_str()), (Some(12), "1/4"));
}

#[tokio::test]
async fn a_month_that_adds_one_pupil_to_a_published_week_says_nothing_of_her() {
    for (more, published) in [
        (vec![photo("2025-11-20", 1, &[8])], None),
        (everywhere("2025-11-20", &[4, 5, 6, 7, 8]), Some(32)),
        // 20 and 12 that make 32 would say that nobody is in both weeks.
        (everywhere("2025-11-20", &[6, 7, 8]), None),
    ] {
        let world = World::with(&[SCHOOL]).await;
        world.send(SCHOOL.uai, "2025-11-13T18:00:00+01:00", &everywhere("2025-11-13", &[1, 2, 3, 4, 5])).await;
        world.send(SCHOOL.uai, "2025-11-20T18:00:00+01:00", &more).await;
        world.run("2025-12-04T06:00:00+01:00").await;
        assert_eq!(world.total(SCHOOL.uai, "2025-W46", "pupils_documented").await.value, Some(20));
        assert_eq!(world.total(SCHOOL.uai, "2025-11", "pupils_documented").await.value, published);
    }
}

#[tokio::test]
async fn a_teacher_is_active_in_a_month_if_she_is_in_half_of_its_class_weeks() {
    let school = School { uai: "0750001A", classes: 14, pupils: 3 };
    let world = World::with(&[school]).await;
    // November 2025 has four class weeks. Seven teachers act in two of them, the others in one.
    for (day, classes) in [("2025-11-04", 1..=7), ("2025-11-13", 1..=14)] {
        let events: Vec<Value> = classes.map(|class| photo(day, class, &[1, 2, 3])).collect();
        world.send(school.uai, &format!("{day}T18:00:00+01:00"), &events).await;
    }
    world.run("2025-12-25T06:00:00+01:00").await;
    assert_eq!(world.total(school.uai, "2025-W46", "active_teachers").await.value, Some(14));
    let month = world.total(school.uai, "2025-11", "adoption_rate").await;
    assert_eq!((month.value, month.denominator), (Some(7), Some(14)));
    // Two of the period's seven class weeks are not half.
    assert_eq!(world.total(school.uai, "2025-2026-P2", "active_teachers").await.value, None);
}

#[tokio::test]
async fn a_family_with_children_in_two_classes_counts_once() {
    let world = World::with(&[]).await;
    let mut roster = SCHOOL.roster("2025-2026");
    roster["classes"][1]["pupils"][0]["families"] = json!(["F-1-1"]);
    world.roster(SCHOOL.uai, &roster).await;
    let day = "2025-11-13";
    let mut events: Vec<Value> = (1..=4)
        .flat_map(|class| [1, 2, 3].map(|pupil| by_family("portfolio_viewed", day, class, pupil, &json!({}))))
        .collect();
    events.iter_mut().filter(|event| event["family"] == "F-2-1").for_each(|event| event["family"] = json!("F-1-1"));
    world.send(SCHOOL.uai, "2025-11-13T18:00:00+01:00", &events).await;
    world.run("2025-11-20T06:00:00+01:00").await;
    assert_eq!(world.total(SCHOOL.uai, "2025-W46", "families_active").await.value, Some(11));
    assert_eq!(world.total(SCHOOL.uai, "2025-W46", "portfolio_views").await.value, Some(12));
}
