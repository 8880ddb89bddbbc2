//! Released figures equal those recounted from the JSON that was sent, by other means.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Value, json};

use crate::world::{School, World, by_family, by_teacher, media};

const WEEK: &str = "2025-W47";
const DAYS: [&str; 4] = ["2025-11-17", "2025-11-18", "2025-11-20", "2025-11-21"];

/// A week of a school of eight classes, uneven but with nobody above the rest.
fn week(school: School) -> Vec<Value> {
    let mut events = Vec::new();
    for class in 1..=school.classes {
        for pupil in 1..=school.pupils {
            let day = DAYS[(class + pupil) % 4];
            let other = pupil % school.pupils + 1;
            events.push(media(day, "photo", class, &[pupil, other]));
            if (class + pupil) % 2 == 0 {
                events.push(media(day, "video", class, &[pupil]));
            }
            if class == 1 && pupil == 1 {
                events.push(media(day, "audio", class, &[pupil]));
            }
            events.push(by_teacher("comment_added", day, class, &[pupil], &json!({"author": "teacher"})));
            events.push(by_teacher("review_written", day, class, &[pupil], &json!({"block": "successes"})));
            let outcome = if pupil == 2 { "error" } else { "ok" };
            let deposit = json!({"content": "dossier", "outcome": outcome});
            events.push(by_teacher("share_deposited", day, class, &[pupil], &deposit));
            if pupil % 3 != 0 {
                events.push(by_family("share_retrieved", day, class, pupil, &json!({"outcome": "ok"})));
                events.push(by_family("portfolio_viewed", day, class, pupil, &json!({})));
                events.push(by_family("portfolio_viewed", day, class, pupil, &json!({})));
            }
        }
        let day = DAYS[class % 4];
        let doc = json!({"doc": "ecarnet", "outcome": if class == 3 { "cancelled" } else { "ok" }});
        events.push(by_teacher("notebook_generated", day, class, &[], &doc));
        events.push(by_teacher("notebook_generated", day, class, &[], &json!({"doc": "epub", "outcome": "ok"})));
        for feature in ["photo_capture", "note", "dictation"] {
            events.push(by_teacher("feature_used", day, class, &[], &json!({"feature": feature, "outcome": "ok"})));
        }
        events.push(by_teacher(
            "session_ended",
            day,
            class,
            &[],
            &json!({"active_s": 600 + class, "end": "background"}),
        ));
    }
    events
}

/// Counts events straight from the JSON.
struct Recount<'a>(&'a [Value]);

impl Recount<'_> {
    fn of(&self, name: &str) -> impl Iterator<Item = &Value> {
        self.0.iter().filter(move |event| event["name"] == name)
    }

    fn n(&self, name: &str, outcome: Option<&str>) -> i64 {
        let found = self.of(name).filter(|event| outcome.is_none_or(|outcome| event["props"]["outcome"] == outcome));
        i64::try_from(found.count()).unwrap()
    }

    fn words(&self, name: &str, property: &str) -> BTreeMap<String, i64> {
        let mut words = BTreeMap::new();
        for event in self.of(name) {
            *words.entry(event["props"][property].as_str().unwrap().to_owned()).or_default() += 1;
        }
        words
    }

    fn named(&self, name: &str) -> Vec<&str> {
        self.of(name)
            .flat_map(|event| event["pupils"].as_array().unwrap())
            .map(|pupil| pupil.as_str().unwrap())
            .collect()
    }

    fn distinct(&self, names: &[&str], field: &str) -> i64 {
        let found: BTreeSet<_> =
            names.iter().flat_map(|name| self.of(name)).map(|event| event[field].as_str()).collect();
        i64::try_from(found.len()).unwrap()
    }
}

#[tokio::test]
async fn every_released_figure_equals_what_was_sent() {
    let school = School { uai: "0750001A", classes: 8, pupils: 7 };
    let world = World::with(&[school]).await;
    let events = week(school);
    world.send(school.uai, "2025-11-21T18:00:00+01:00", &events).await;
    assert_eq!(world.run("2025-11-27T06:00:00+01:00").await, [WEEK]);
    let truth = Recount(&events);
    let deposits = ["share_retrieved", "portfolio_viewed"];
    for (measure, expected) in [
        ("media_count", truth.n("media_added", None)),
        ("media_per_pupil", i64::try_from(truth.named("media_added").len()).unwrap()),
        ("pupils_documented", i64::try_from(truth.named("media_added").iter().collect::<BTreeSet<_>>().len()).unwrap()),
        ("comment_count", truth.n("comment_added", None)),
        ("review_count", truth.n("review_written", None)),
        ("notebook_count", truth.n("notebook_generated", Some("ok"))),
        ("active_teachers", truth.distinct(&["media_added"], "actor")),
        ("adoption_rate", truth.distinct(&["media_added"], "actor")),
        ("families_active", truth.distinct(&deposits, "family")),
        ("share_deposited_count", truth.n("share_deposited", Some("ok"))),
        ("share_retrieved_count", truth.n("share_retrieved", Some("ok"))),
        ("portfolio_views", truth.n("portfolio_viewed", None)),
        ("feature_use", truth.n("feature_used", None)),
        (
            "session_time",
            truth.of("session_ended").map(|event| event["props"]["active_s"].as_i64().unwrap() * 1000).sum(),
        ),
    ] {
        let row = world.total(school.uai, WEEK, measure).await;
        assert_eq!(row.value, Some(expected), "{measure}");
        assert_eq!(row.k, 5, "{measure}");
        let declared = match measure {
            "adoption_rate" => Some(8),
            "media_per_pupil" => Some(56),
            _ => None,
        };
        assert_eq!(row.denominator, declared, "{measure}");
    }
    // What the catalogue lists for a week is what is stored.
    let weekly = |release: &&catalogue::Release| release.periods.contains(&catalogue::PeriodKind::Week);
    for release in world.store.catalogue().releases().iter().filter(weekly) {
        let measure = &world.store.catalogue().measures()[usize::from(release.measure)].name;
        assert!(world.total(school.uai, WEEK, measure).await.value.is_some(), "{measure}");
        if let Some(split) = &release.split {
            assert!(!world.cells(school.uai, WEEK, measure, split).await.is_empty(), "{measure} by {split}");
        }
    }
    let measures: BTreeSet<String> = world.releases().await.into_iter().map(|row| row.measure).collect();
    assert!(!measures.contains("retrieval_rate"), "a rate of two measures is read from both");
    assert!(!measures.contains("pupil_traces"), "single pupils' measures are not released");

    for (measure, split, event, property) in
        [("media_count", "kind", "media_added", "kind"), ("feature_use", "feature", "feature_used", "feature")]
    {
        let cells = world.cells(school.uai, WEEK, measure, split).await;
        let truth = truth.words(event, property);
        assert_eq!(cells.values().sum::<i64>(), truth.values().sum::<i64>(), "{measure}");
        assert!(cells.contains_key("autres"), "words that did not occur are hidden among others");
        for (word, value) in cells.iter().filter(|(word, _)| *word != "autres") {
            assert_eq!(Some(value), truth.get(word), "{measure} {word}");
        }
    }
    assert_eq!(world.cells(school.uai, WEEK, "media_count", "kind").await["photo"], 56);
}

#[tokio::test]
async fn a_family_whose_deposit_failed_does_not_make_up_the_number() {
    let school = School { uai: "0750001A", classes: 4, pupils: 8 };
    let world = World::with(&[school]).await;
    let day = DAYS[0];
    let deposit = |class: usize, outcome: &str| {
        by_teacher("share_deposited", day, class, &[1], &json!({"content": "dossier", "outcome": outcome}))
    };
    // Four families were reached, many more were not.
    let mut events: Vec<Value> = (1..=4).map(|class| deposit(class, "ok")).collect();
    for class in 1..=4 {
        for pupil in 2..=8 {
            let failed = json!({"content": "dossier", "outcome": "error"});
            events.push(by_teacher("share_deposited", day, class, &[pupil], &failed));
        }
    }
    world.send(school.uai, "2025-11-21T18:00:00+01:00", &events).await;
    world.run("2025-11-27T06:00:00+01:00").await;
    assert_eq!(world.total(school.uai, WEEK, "share_deposited_count").await.value, None);
}

#[tokio::test]
async fn schools_beyond_one_go_are_read_by_bucket_without_loss() {
    let uais: Vec<String> = (0..60).map(|nth| format!("07500{nth:02}A")).collect();
    let world = World::open().await;
    world.approve(&["class_activity"]).await;
    let school = School { uai: "", classes: 1, pupils: 6 };
    for uai in &uais {
        world.roster(uai, &school.roster("2025-2026")).await;
        world.send(uai, "2025-11-21T18:00:00+01:00", &[media(DAYS[0], "photo", 1, &[1, 2, 3, 4, 5, 6])]).await;
    }
    world.run("2025-11-27T06:00:00+01:00").await;
    let rows = world.releases().await;
    for uai in &uais {
        let found = rows.iter().find(|row| row.establishment == *uai && row.measure == "pupils_documented").unwrap();
        assert_eq!(found.value, Some(6), "{uai}");
    }
}
