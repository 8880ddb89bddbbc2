//! What a closing costs: `cargo test -p analytics --test closing -- --ignored --nocapture`.

use std::time::Instant;

use serde_json::{Value, json};

use crate::world::{ALL_DECISIONS, School, World, by_family, by_teacher, photo};

/// A usual week of a usual school: 4 classes of 22 pupils, about 380 events.
fn week(monday: &str, school: School) -> Vec<Value> {
    let mut events = Vec::new();
    for class in 1..=school.classes {
        for pupil in 1..=school.pupils {
            events.push(photo(monday, class, &[pupil, pupil % school.pupils + 1]));
            events.push(by_teacher("comment_added", monday, class, &[pupil], &json!({"author": "teacher"})));
            if pupil % 2 == 0 {
                events.push(by_family("portfolio_viewed", monday, class, pupil, &json!({})));
                events.push(by_family("share_retrieved", monday, class, pupil, &json!({"outcome": "ok"})));
            }
        }
        for feature in ["photo_capture", "note", "dictation", "photo_import", "avatar_edit"] {
            let used = json!({"feature": feature, "outcome": "ok"});
            events.extend((0..6).map(|_| by_teacher("feature_used", monday, class, &[], &used)));
        }
    }
    events
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "measures, promises nothing"]
async fn a_month_of_two_hundred_schools() {
    let world = World::open().await;
    world.approve(&ALL_DECISIONS).await;
    let school = School { uai: "", classes: 4, pupils: 22 };
    let uais: Vec<String> = (0..200).map(|nth| format!("0750{nth:03}A")).collect();
    for uai in &uais {
        world.roster(uai, &school.roster("2025-2026")).await;
    }
    for (monday, now) in [
        ("2025-11-03", "2025-11-13T06:00:00+01:00"),
        ("2025-11-10", "2025-11-20T06:00:00+01:00"),
        ("2025-11-17", "2025-11-27T06:00:00+01:00"),
        ("2025-11-24", "2025-12-04T06:00:00+01:00"),
    ] {
        let events = week(monday, school);
        for uai in &uais {
            world.send(uai, &format!("{monday}T18:00:00+01:00"), &events).await;
        }
        let begun = Instant::now();
        world.store.fold().await.unwrap();
        let folded = begun.elapsed();
        let begun = Instant::now();
        let closed = world.run(now).await;
        println!(
            "{closed:?}: {} events folded in {folded:?}, closed in {:?}",
            events.len() * uais.len(),
            begun.elapsed()
        );
    }
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    println!("{}", status.lines().find(|line| line.starts_with("VmHWM")).unwrap_or_default());
}
