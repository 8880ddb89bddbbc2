//! What goes over the wire: events the catalogue knows, batches in order, nobody named who must not be.

use std::collections::{BTreeMap, BTreeSet};

use catalogue::{Catalogue, EventType, PropertyKind, Role};
use serde_json::Value;

use crate::{events, sent, text, world};

/// Says what is wrong with an event, if anything.
fn fault(catalogue: &Catalogue, event: &Value) -> Option<String> {
    let name = text(event, "name");
    let Some(kind) = catalogue.event(name) else { return Some(format!("unknown event {name}")) };
    let fault = |what: &str| Some(format!("{name}: {what}: {event}"));
    let Some(role) = Role::from_slug(text(event, "role")) else { return fault("no role") };
    if !kind.accepts(role) {
        return fault("a role that it does not accept");
    }
    if event.get("pupils").is_some() && !kind.pupils {
        return fault("pupils");
    }
    if event.get("family").is_some() && !kind.family {
        return fault("a family");
    }
    if kind.opt_in {
        return fault("off by default");
    }
    let person = match role {
        Role::Parent => "family",
        Role::Pupil => "id",
        _ => "actor",
    };
    if text(event, person).is_empty() {
        return fault("without the person behind it");
    }
    let props = event["props"].as_object()?;
    for property in &kind.properties {
        if property.required && !props.contains_key(&property.name) {
            return fault(&format!("without {}", property.name));
        }
    }
    let what = props.iter().find_map(|(property, value)| property_fault(catalogue, kind, property, value))?;
    fault(&what)
}

fn property_fault(catalogue: &Catalogue, kind: &EventType, name: &str, value: &Value) -> Option<String> {
    let Some(property) = kind.property(name) else { return Some(format!("unknown property {name}")) };
    let right = match property.kind {
        PropertyKind::Whole { min, max, .. } => value.as_u64().is_some_and(|number| (min..=max).contains(&number)),
        PropertyKind::Flag => value.is_boolean(),
        PropertyKind::Word(_) => {
            let words = catalogue.words_of(property).expect("a word list");
            value.as_str().is_some_and(|word| words.position(word).is_some())
        }
        PropertyKind::Version => value.as_str().is_some_and(catalogue::is_version),
        PropertyKind::Identifier => value.as_str().is_some_and(|text| !text.is_empty() && text.len() <= 64),
    };
    (!right).then(|| format!("{name} is {value}, expected {}", property.expected()))
}

#[test]
fn every_event_is_valid_for_the_catalogue() {
    let catalogue = Catalogue::embedded().expect("the catalogue parses");
    let mut faults = BTreeMap::new();
    for (_, _, event) in sent().iter().flat_map(events) {
        if let Some(fault) = fault(&catalogue, event) {
            faults.entry(fault.split(':').take(2).collect::<String>()).or_insert(fault);
        }
    }
    assert!(faults.is_empty(), "{faults:#?}");
}

#[test]
fn every_event_type_that_a_tablet_emits_is_met() {
    let catalogue = Catalogue::embedded().expect("the catalogue parses");
    let met: BTreeSet<&str> = sent().iter().flat_map(events).map(|(_, _, event)| text(event, "name")).collect();
    // Lessons and tests come from other systems, annotations from operators; the five-level status is off.
    let elsewhere = [
        "lesson_launched",
        "lesson_completed",
        "question_answered",
        "test_completed",
        "annotation",
        "objective_status_set",
    ];
    let missing: Vec<&str> = catalogue
        .events()
        .iter()
        .map(|event| event.name.as_str())
        .filter(|name| !met.contains(name) && !elsewhere.contains(name))
        .collect();
    assert!(missing.is_empty(), "{missing:?}");
}

#[test]
fn the_envelope_speaks_the_words_of_the_catalogue() {
    let catalogue = Catalogue::embedded().expect("the catalogue parses");
    let platforms = catalogue.word_list("platform").expect("a list of platforms");
    for (_, _, body) in sent().iter().flat_map(|sent| &sent.batches) {
        assert!(platforms.position(text(body, "platform")).is_some());
        assert!(catalogue::is_version(text(body, "app_version")));
        assert_eq!(body["schema"].as_u64(), Some(1));
    }
}

#[test]
fn refused_pupils_are_never_named_and_declined_teachers_stay_silent() {
    for (school, sent) in sent().iter().enumerate() {
        let mut refused = BTreeSet::new();
        let mut declined = BTreeSet::new();
        for year in [2024, 2025] {
            let people = world().people(school, year);
            let pupils = people.classes.iter().flat_map(|class| &class.pupils);
            refused.extend(pupils.filter(|pupil| !pupil.authorised).map(|pupil| pupil.id.clone()));
            declined.extend(people.teachers.iter().filter(|who| who.declined).map(|who| who.id.clone()));
        }
        for (_, _, event) in events(sent) {
            for pupil in event["pupils"].as_array().into_iter().flatten() {
                assert!(!refused.contains(pupil.as_str().expect("an identifier")));
            }
            if text(event, "role") == "teacher" {
                assert!(!declined.contains(text(event, "actor")));
            }
        }
    }
}

#[test]
fn whoever_is_named_is_in_the_roster_of_the_class() {
    for (school, sent) in sent().iter().enumerate() {
        let years = [2024, 2025].map(|year| world().people(school, year));
        for (_, _, event) in events(sent).filter(|(_, _, event)| event.get("class").is_some()) {
            let people = &years[usize::from(text(event, "at") >= "2025-08-04")];
            let class = people.classes.iter().find(|class| class.id == text(event, "class")).expect("a class");
            for pupil in event["pupils"].as_array().into_iter().flatten() {
                assert!(class.pupils.iter().any(|one| Some(one.id.as_str()) == pupil.as_str()), "{event}");
            }
            if text(event, "role") == "teacher" && event.get("actor").is_some() {
                assert!(class.teachers.iter().any(|who| people.teachers[*who].id == text(event, "actor")), "{event}");
            }
            if event.get("family").is_some() {
                let families = class.pupils.iter().flat_map(|pupil| &pupil.families);
                assert!(families.into_iter().any(|one| people.families[*one].id == text(event, "family")), "{event}");
            }
        }
    }
}

#[test]
fn batches_are_numbered_without_gaps_sent_in_order_and_within_bounds() {
    for sent in sent() {
        let mut numbers: BTreeMap<&str, u64> = BTreeMap::new();
        let mut seen = BTreeSet::new();
        for (day, batch, body) in &sent.batches {
            let instant: jiff::Timestamp = text(body, "sent_at").parse().expect("an instant");
            let events = body["events"].as_array().expect("events");
            assert!(!events.is_empty() && events.len() <= 500 && events.len() == batch.events);
            for event in events {
                assert!(text(event, "at").parse::<jiff::Timestamp>().expect("an instant") <= instant);
            }
            assert_eq!(batch.repeat, !seen.insert(batch.batch_id));
            if batch.repeat {
                assert!(batch.sent > instant);
                continue;
            }
            assert_eq!(batch.sent, instant);
            assert_eq!(text(body, "sent_at")[..10], day.to_string());
            let number = numbers.entry(text(body, "install")).or_default();
            *number += 1;
            assert_eq!(body["batch_no"].as_u64(), Some(*number));
        }
        assert!(seen.len() < sent.batches.len(), "some batches are sent twice");
    }
}

#[test]
fn event_identifiers_and_places_in_sessions_are_unique() {
    for sent in sent() {
        let (mut ids, mut places) = (BTreeSet::new(), BTreeSet::new());
        for (_, body, event) in events(sent) {
            assert!(ids.insert(text(event, "id")));
            let place = (text(body, "install"), text(event, "session"), event["seq"].as_u64());
            assert!(places.insert(place), "{place:?}");
        }
    }
}
