//! The comparable figure of the year before.

use calendar::{IsoWeek, Zone};
use serde_json::Value;

use crate::world::{School, World, media, photo};

const SCHOOL: School = School { uai: "0750001A", classes: 4, pupils: 8 };

#[tokio::test]
async fn a_week_a_month_and_a_period_stand_beside_those_of_the_year_before() {
    let world = World::with(&[SCHOOL]).await;
    let week: IsoWeek = "2025-W47".parse().unwrap();
    let same = world.calendar.same_school_week_of_previous_year(Zone::C, week).unwrap();
    let events = |day: &str, n: usize| -> Vec<Value> {
        let classes = 1..=4;
        classes
            .flat_map(|class| (1..=8).flat_map(move |pupil| vec![(class, pupil); n]))
            .flat_map(|(class, pupil)| [photo(day, class, &[pupil]), media(day, "note", class, &[pupil])])
            .collect()
    };
    let then = same.monday().to_string();
    world.send(SCHOOL.uai, &format!("{then}T18:00:00+01:00"), &events(&then, 1)).await;
    world.run("2025-01-09T06:00:00+01:00").await;
    assert_eq!(world.total(SCHOOL.uai, &same.to_string(), "media_count").await.value, Some(64));

    let now = week.monday().to_string();
    world.send(SCHOOL.uai, &format!("{now}T18:00:00+01:00"), &events(&now, 2)).await;
    world.run("2026-01-08T06:00:00+01:00").await;
    for period in ["2025-W47", "2025-11", "2025-2026-P2"] {
        let row = world.total(SCHOOL.uai, period, "media_count").await;
        assert_eq!((row.value, row.previous), (Some(128), Some(64)), "{period}");
    }
    let rows = world.releases().await;
    let of_week = |word: &str| {
        rows.iter().find(|row| row.period == "2025-W47" && row.split == "kind" && row.word == word).unwrap()
    };
    let alone = if rows.iter().any(|row| row.period == "2025-W47" && row.word == "photo") { "photo" } else { "note" };
    assert_eq!((of_week(alone).value, of_week(alone).previous), (Some(64), Some(32)));
    assert_eq!(of_week("autres").previous, None, "others are other words each time");
    // A withheld figure of the year before is no zero.
    assert_eq!(world.total(SCHOOL.uai, "2025-W48", "media_count").await.previous, None);
}
