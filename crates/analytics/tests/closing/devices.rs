//! Technical measures are live, and each week that is shown has five devices behind it.

use std::collections::BTreeSet;

use analytics::governance::Approvals;
use analytics::range::Range;
use analytics::school::school_view;
use calendar::Zone;
use serde_json::json;

use crate::world::{School, World, by_teacher};

const SCHOOL: School = School { uai: "0750001A", classes: 3, pupils: 4 };

#[tokio::test]
async fn a_week_with_few_devices_is_neither_shown_nor_part_of_what_is() {
    let world = World::with(&[SCHOOL]).await;
    world.approve(&["technical"]).await;
    for (day, tablets) in [("2025-11-13", 6), ("2025-11-20", 2), ("2025-11-27", 5)] {
        for tablet in 0..tablets {
            let ended = json!({ "active_s": 60, "end": "background" });
            let events = [by_teacher("session_ended", day, 1, &[], &ended)];
            world.send_from(&format!("tab-{tablet}"), SCHOOL.uai, &format!("{day}T18:00:00+01:00"), &events).await;
        }
    }
    // The last week is still open.
    world.run("2025-11-28T06:00:00+01:00").await;
    let approvals = Approvals::load(world.store.register()).await.unwrap();
    let range = Range::of_label("2025-11", &world.calendar, Zone::C).unwrap();
    let view = school_view(&world.store, &approvals, &SCHOOL.uai.parse().unwrap(), &range).await.unwrap();
    let technical: Vec<_> = view.figures.iter().filter(|figure| figure.protection == "devices=5").collect();
    let periods: BTreeSet<&str> = technical.iter().map(|figure| figure.period.as_str()).collect();
    assert_eq!(periods, BTreeSet::from(["2025-11", "2025-W46", "2025-W48"]));
    let sessions = |period: &str| {
        technical.iter().find(|figure| figure.measure == "session_count" && figure.period == period).unwrap().value
    };
    // The month is the sum of the weeks that are shown.
    let close = |value: f64, expected: f64| (value - expected).abs() < 0.1;
    assert!(close(sessions("2025-W46"), 6.0) && close(sessions("2025-W48"), 5.0));
    assert!(close(sessions("2025-11"), 11.0));
}
