//! The rhythm of the days: the same each time, and that of a French school.

use std::collections::BTreeSet;

use calendar::{Calendar, Zone};
use jiff::civil::date;
use serde_json::Value;
use simulator::{Parameters, World, write_truth};

use crate::{day_of, events, sent, text, world};

#[test]
fn the_same_parameters_give_the_same_bytes_and_another_seed_does_not() {
    let parameters = Parameters::new(2, 7, date(2025, 9, 1), date(2025, 10, 15));
    let bytes = |seed: u64| -> Vec<Vec<u8>> {
        let world = World::new(Parameters { seed, ..parameters }).expect("a good world");
        let mut walks: Vec<_> = (0..2).map(|school| world.walk(school)).collect();
        let mut all: Vec<Vec<u8>> = Vec::new();
        for walk in &mut walks {
            while let Some(day) = walk.next_day() {
                all.extend(day.batches.into_iter().map(|batch| batch.body));
            }
        }
        let mut truth = Vec::new();
        write_truth(&world, &walks, &mut truth).expect("memory takes it");
        all.push(truth);
        all
    };
    assert!(bytes(7) == bytes(7));
    assert!(bytes(7) != bytes(8));
}

#[test]
fn a_day_asked_for_alone_is_the_day_of_the_walk() {
    let day = date(2024, 10, 10);
    let alone: Vec<_> = world().day(0, day).into_iter().map(|batch| batch.body).collect();
    let that_day = sent()[0].batches.iter().filter(|(date, ..)| *date == day);
    let walked: Vec<_> = that_day.map(|(_, batch, _)| batch.body.clone()).collect();
    assert!(!alone.is_empty());
    assert!(alone == walked);
}

#[test]
fn traces_are_made_on_class_days_only_and_families_read_at_any_time() {
    let calendar = Calendar::official();
    let mut family_days = BTreeSet::new();
    for (school, sent) in world().schools().iter().zip(sent()) {
        let zone = school.academy.zone();
        for (_, _, event) in events(sent) {
            let day = day_of(event);
            match text(event, "name") {
                "media_added" => assert!(calendar.is_class_day(zone, day), "a trace on {day} in zone {zone}"),
                "portfolio_viewed" => {
                    family_days.insert(day.weekday().to_monday_zero_offset());
                }
                _ => {}
            }
        }
    }
    assert_eq!(family_days.len(), 7);
    assert_eq!(world().schools().iter().map(|school| school.academy.zone()).collect::<BTreeSet<Zone>>().len(), 3);
}

#[test]
fn traces_are_made_in_class_hours_and_objectives_mostly_later() {
    let hour = |event: &Value| text(event, "at")[11..13].parse::<u32>().expect("an hour");
    let (mut linked, mut evening) = (0, 0);
    for (_, _, event) in sent().iter().flat_map(events) {
        match text(event, "name") {
            "media_added" => assert!((8..=17).contains(&hour(event)), "{event}"),
            "objective_linked" => {
                linked += 1;
                evening += u32::from(hour(event) >= 16);
            }
            _ => {}
        }
    }
    assert!(evening * 10 > linked * 5 && evening < linked, "{evening} of {linked}");
}

#[test]
fn rosters_are_declared_at_the_start_and_at_each_rentree() {
    let due = world().dates().into_iter().filter_map(|day| world().roster_due(day).map(|year| (day, year)));
    let due: Vec<_> = due.collect();
    assert_eq!(due.len(), 2);
    assert_eq!(due[0].0, date(2024, 8, 26));
    assert!(due[1].0 > date(2025, 8, 24) && due[1].0 < date(2025, 9, 1), "{due:?}");
    let rosters = world().rosters(due[1].1);
    assert_eq!(rosters.len(), 6);
    let body: Value = serde_json::from_slice(&rosters[0].body).expect("a roster is JSON");
    assert_eq!(text(&body, "school_year"), "2025-2026");
    let pattern = |code: &str| code.len() == 8 && code[..7].bytes().all(|byte| byte.is_ascii_digit());
    assert!(pattern(&rosters[0].uai) && pattern(text(&body, "district")));
    let classes = body["classes"].as_array().expect("classes");
    assert!(classes.iter().all(|class| !class["pupils"].as_array().expect("pupils").is_empty()));
}
