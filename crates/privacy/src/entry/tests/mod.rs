//! The gate's promises, on batches as they come over the wire.

mod away;
mod edge;

use std::collections::HashSet;
use std::sync::Arc;

use calendar::{Academy, SchoolYear};
use catalogue::Catalogue;
use proptest::prelude::*;
use serde_json::{Value as Json, json};

use super::{
    Answer, BatchRefused, CleanBatch, CleanRoster, Context, Format, Gate, IdentifierForm, Malformed, Place, RawBatch,
    RawObjection, Reason,
};
use crate::{Domain, KeyRing, Keys, Raw, Uai};

const NOW: &str = "2025-11-24T18:00:00+01:00";

struct World {
    gate: Gate,
    keys: Keys,
    opt_outs: HashSet<[u8; 32]>,
    form: IdentifierForm,
}

impl World {
    fn new() -> Self {
        let mut keys = KeyRing::random();
        for year in ["2024-2025", "2025-2026"] {
            keys.ensure_root(year.parse().unwrap());
        }
        let gate = Gate::new(Arc::new(Catalogue::embedded().unwrap()));
        Self { gate, keys: keys.into(), opt_outs: HashSet::new(), form: IdentifierForm::Raw }
    }

    fn admit_bytes(&self, body: &[u8], format: Format) -> Result<(CleanBatch, Answer), String> {
        let raw = Raw::new(body);
        let batch = RawBatch::read(&raw, format).map_err(|error| error.to_string())?;
        let context = Context {
            now: NOW.parse().unwrap(),
            scope: None,
            keys: &self.keys,
            opt_outs: &self.opt_outs,
            place: &|uai| {
                let (academy, identifiers) = ("paris".parse::<Academy>().unwrap(), self.form);
                (uai.as_str() == "0750001A").then_some(Place { academy, identifiers })
            },
        };
        self.gate.admit(&batch, &context).map_err(|error| error.to_string())
    }

    fn admit(&self, batch: &Json) -> (CleanBatch, Answer) {
        self.admit_bytes(&serde_json::to_vec(batch).unwrap(), Format::Json).unwrap()
    }

    /// The answer to a batch with this one event.
    fn one(&self, event: Json) -> Answer {
        self.admit(&batch(vec![event])).1
    }
}

fn batch(events: Vec<Json>) -> Json {
    json!({
        "schema": 1, "batch_id": "6f2c0f6e-8a34-4c0e-9a53-0d6f0a4c7f11", "batch_no": 412, "lost_n": 0,
        "establishment": "0750001A", "install": "tab-3", "app_version": "2.3.4", "platform": "android",
        "os_major": 13, "sent_at": "2025-11-24T17:02:00+01:00", "events": events
    })
}

fn event() -> Json {
    json!({
        "id": "0b9e3a52-51e4-4a27-8f54-1c5a3f3c9d10", "name": "media_added", "at": "2025-11-24T09:12:31+01:00",
        "session": "s-81", "seq": 12, "role": "teacher", "actor": "T-17", "class": "C1", "pupils": ["P-3", "P-8"],
        "props": { "kind": "photo", "source": "camera", "size_kb": 180, "pupils_n": 2, "has_objective": true }
    })
}

fn with(field: &str, value: Json) -> Json {
    let mut event = event();
    event[field] = value;
    event
}

fn with_prop(property: &str, value: Json) -> Json {
    let mut event = event();
    event["props"][property] = value;
    event
}

#[test]
fn a_good_event_becomes_pseudonyms_a_day_and_an_hour() {
    let (clean, answer) = World::new().admit(&batch(vec![event()]));
    assert_eq!((answer.accepted, answer.duplicates, answer.refused.len()), (1, 0, 0));
    let taken = &clean.events()[0];
    assert_eq!(taken.day().to_string(), "2025-11-24");
    assert_eq!(taken.hour(), 9);
    assert_eq!(taken.pupils().len(), 2);
    assert!(taken.class().is_some());
}

#[test]
fn the_hour_is_the_establishments_whatever_offset_was_sent() {
    let (clean, _) = World::new().admit(&batch(vec![with("at", json!("2025-11-23T23:30:00Z"))]));
    assert_eq!((clean.events()[0].day().to_string().as_str(), clean.events()[0].hour()), ("2025-11-24", 0));
}

#[test]
fn one_bad_event_never_costs_its_batch() {
    let mut second = event();
    second["id"] = json!("1b9e3a52-51e4-4a27-8f54-1c5a3f3c9d10");
    let bad = [json!("text"), json!(5), json!(null), json!([1]), json!({}), with("name", json!("no_such_event"))];
    for bad in bad {
        let (clean, answer) = World::new().admit(&batch(vec![event(), bad, second.clone()]));
        assert_eq!(clean.events().len(), 2);
        assert_eq!(answer.accepted, 2);
        assert_eq!(answer.refused[0].index, 1);
    }
}

#[test]
fn a_bad_line_never_costs_its_ndjson_batch() {
    let mut head = batch(Vec::new());
    head.as_object_mut().unwrap().remove("events");
    let body = format!("{head}\n{}\n{{\"name\": \"Marie\n\n{}\n", event(), with("id", json!("not a uuid")));
    let (clean, answer) = World::new().admit_bytes(body.as_bytes(), Format::Ndjson).unwrap();
    assert_eq!(clean.events().len(), 1);
    assert_eq!(answer.refused.iter().map(|refusal| refusal.index).collect::<Vec<_>>(), [1, 2]);
    assert_eq!(answer.refused[0].reason, Reason::Unreadable);
}

#[test]
fn a_refusal_names_the_property_and_what_would_be_right() {
    let world = World::new();
    let cases = [
        (with_prop("size_kb", json!(1.5)), "size_kb", Reason::Invalid),
        (with_prop("size_kb", json!(-1)), "size_kb", Reason::Invalid),
        (with_prop("size_kb", json!("180")), "size_kb", Reason::Invalid),
        (with_prop("kind", json!("painting")), "kind", Reason::Invalid),
        (with_prop("has_objective", json!(1)), "has_objective", Reason::Invalid),
        (with_prop("kind", json!(null)), "kind", Reason::Missing),
        (with("at", json!("2025-11-25T09:00:00+01:00")), "at", Reason::Future),
        (with("at", json!("2023-11-24T09:00:00+01:00")), "at", Reason::TooOld),
        (with("at", json!("yesterday")), "at", Reason::Invalid),
        // A UUID that holds a time, and one that holds a network address too.
        (with("id", json!("018f4d1e-7c1b-7a3e-9c41-2b6f0d5e8a77")), "id", Reason::Invalid),
        (with("id", json!("c232ab00-9414-11ec-b3c8-9f6bdeced846")), "id", Reason::Invalid),
        (with("role", json!("parent")), "role", Reason::NotAllowed),
        (with("role", json!("pope")), "role", Reason::Invalid),
        (with("actor", json!(null)), "actor", Reason::Missing),
        (with("actor", json!("x".repeat(129))), "actor", Reason::Invalid),
        (with("pupils", json!("P-3")), "pupils", Reason::Invalid),
        (with("id", json!("1")), "id", Reason::Invalid),
        (with("session", json!("")), "session", Reason::Invalid),
    ];
    for (event, property, reason) in cases {
        let answer = world.one(event);
        assert_eq!(answer.refused[0].property.as_deref(), Some(property));
        assert_eq!(answer.refused[0].reason, reason, "{property}");
        assert!(!answer.refused[0].expected.is_empty());
    }
}

#[test]
fn an_unknown_property_is_refused_without_repeating_its_name() {
    for event in [with_prop("Marie Dupont", json!(1)), with("Marie Dupont", json!(1))] {
        let answer = World::new().one(event);
        assert_eq!(answer.refused[0].reason, Reason::Unknown);
        assert!(!serde_json::to_string(&answer).unwrap().contains("Marie"));
    }
}

#[test]
fn the_same_event_twice_counts_once() {
    let (clean, answer) = World::new().admit(&batch(vec![event(), event()]));
    assert_eq!((clean.events().len(), answer.accepted, answer.duplicates), (1, 1, 1));
}

#[test]
fn who_objected_is_answered_as_accepted_and_goes_nowhere() {
    let mut world = World::new();
    let uai: Uai = "0750001A".parse().unwrap();
    let objection: RawObjection = serde_json::from_value(
        json!({ "establishment": "0750001A", "kind": "staff", "identifier": "T-17", "objects": true }),
    )
    .unwrap();
    let objection = RawObjection::admit(&Raw::new(objection), &world.keys, |_| IdentifierForm::Raw).unwrap();
    assert!(objection.objects && !objection.erase);
    world.opt_outs.insert(objection.subject.objection().unwrap());
    let (clean, answer) = world.admit(&batch(vec![event()]));
    assert_eq!((clean.events().len(), answer.accepted), (0, 1));
    assert!(clean.is_silent(), "not even her device may be remembered");
    let mut other = with("actor", json!("T-18"));
    other["id"] = json!("1b9e3a52-51e4-4a27-8f54-1c5a3f3c9d10");
    let (clean, _) = world.admit(&batch(vec![event(), other]));
    assert_eq!((clean.events().len(), clean.is_silent()), (1, false));

    world.opt_outs = HashSet::from([world.keys.opt_out_digest(&uai, Domain::Pupil, "P-3").unwrap()]);
    let (clean, _) = world.admit(&batch(vec![event()]));
    assert_eq!(clean.events()[0].pupils().len(), 1);
}

#[test]
fn who_objected_is_no_denominator() {
    let world = World::new();
    let uai: Uai = "0750001A".parse().unwrap();
    let objected = |domain, named| HashSet::from([world.keys.opt_out_digest(&uai, domain, named).unwrap()]);
    let body = json!({
        "school_year": "2025-2026", "district": "0750101A", "academy": "paris", "sector": "public",
        "classes": [{ "class": "C1", "levels": ["MS"], "teachers": ["T-1", "T-2"], "pupils": [
            { "pupil": "P-1", "families": ["F-1", "F-2"] }, { "pupil": "P-2", "families": ["F-1"] }] }],
    })
    .to_string();
    let counts = |opt_outs| {
        let raw = Raw::new(body.as_bytes());
        let catalogue = world.gate.catalogue();
        let roster =
            CleanRoster::admit_without(&raw, uai.clone(), catalogue, &world.keys, IdentifierForm::Raw, &opt_outs)
                .unwrap();
        let class = &roster.classes()[0];
        let families: HashSet<_> = class.pupils.iter().flat_map(|pupil| &pupil.families).collect();
        (class.teachers.len(), class.pupils.len(), families.len())
    };
    assert_eq!(counts(HashSet::new()), (2, 2, 2));
    assert_eq!(counts(objected(Domain::Staff, "T-1")), (1, 2, 2));
    assert_eq!(counts(objected(Domain::Pupil, "P-1")), (2, 1, 1), "F-1 stays with the other child");
    assert_eq!(counts(objected(Domain::Family, "F-1")), (2, 2, 1));
    assert_eq!(counts(objected(Domain::Pupil, "T-1")), (2, 2, 2), "another domain is another person");
}

#[test]
fn an_event_of_last_school_year_gets_last_years_pseudonym() {
    let (clean, _) = World::new().admit(&batch(vec![event(), {
        let mut earlier = with("at", json!("2025-06-24T09:12:31+02:00"));
        earlier["id"] = json!("1b9e3a52-51e4-4a27-8f54-1c5a3f3c9d10");
        earlier
    }]));
    let [this_year, last_year] = clean.events() else { panic!("two events") };
    assert_ne!(SchoolYear::of(this_year.day()), SchoolYear::of(last_year.day()));
    assert!(this_year.person() != last_year.person());
}

#[test]
fn the_envelope_says_which_field_is_wrong() {
    let world = World::new();
    let cases = [
        ("schema", json!(2)),
        ("batch_id", json!("x")),
        ("batch_no", json!(-1)),
        ("lost_n", json!("none")),
        ("establishment", json!("école Jules Ferry")),
        ("install", json!("")),
        ("app_version", json!("48.8566")),
        ("platform", json!("Nokia 3310")),
        ("os_major", json!("treize")),
        ("sent_at", json!("17 h")),
    ];
    for (field, value) in cases {
        let mut wrong = batch(vec![event()]);
        wrong[field] = value;
        let said = world.admit_bytes(&serde_json::to_vec(&wrong).unwrap(), Format::Json).err().unwrap();
        assert!(said.contains(field), "{said}");
        assert!(!said.contains("Ferry") && !said.contains("Nokia"), "{said}");
    }
    let mut unknown = batch(vec![event()]);
    unknown["device_model"] = json!("Nokia");
    let said = world.admit_bytes(&serde_json::to_vec(&unknown).unwrap(), Format::Json).err().unwrap();
    assert_eq!(said, BatchRefused::UnknownField.to_string());
}

#[test]
fn broken_json_is_told_by_place_without_an_excerpt() {
    let body = br#"{"schema": 1, "install": "Marie" "x"}"#;
    let raw = Raw::new(&body[..]);
    let Err(error) = RawBatch::read(&raw, Format::Json) else { panic!("it is broken") };
    assert!(matches!(error, Malformed::Syntax { line: 1, .. }));
    assert!(!error.to_string().contains("Marie"));
}

proptest! {
    #[test]
    fn no_body_whatever_makes_the_gate_panic(body in proptest::collection::vec(any::<u8>(), 0..400)) {
        let world = World::new();
        let _ = world.admit_bytes(&body, Format::Json);
        let _ = world.admit_bytes(&body, Format::Ndjson);
    }

    #[test]
    fn no_string_in_any_property_gets_through_unless_it_is_a_word(text in "[A-ZÀ-Ý][a-zà-ÿ]{2,12} [A-Z][a-z]{2,12}") {
        let world = World::new();
        for property in ["kind", "source", "size_kb", "pupils_n", "has_objective"] {
            let (clean, answer) = world.admit(&batch(vec![with_prop(property, json!(text))]));
            prop_assert_eq!(clean.events().len(), 0);
            prop_assert!(!serde_json::to_string(&answer).unwrap().contains(&text));
        }
    }
}

#[test]
fn one_day_of_each_month_of_whole_weeks_is_picked_for_a_person() {
    use std::collections::BTreeMap;

    use calendar::IsoWeek;

    let world = World::new();
    let (mut picked, mut days_picked) = (BTreeMap::<_, usize>::new(), HashSet::new());
    for actor in 0..12 {
        // Weeks 36 to 47 of 2025: September, October and, with a week less, November.
        let first = IsoWeek::new(2025, 36).unwrap().monday();
        let days = first.series(jiff::Span::new().days(1)).take_while(|day| day.to_string().as_str() < "2025-11-24");
        let events = days.flat_map(|day| [(day, 9), (day, 15)]).map(|(day, hour)| {
            json!({
                "id": uuid::Uuid::new_v4().to_string(), "name": "media_added", "role": "teacher", "actor": format!("T-{actor}"),
                "at": format!("{day}T{hour:02}:00:00+01:00"), "session": "s-1", "seq": 1,
                "props": {"kind": "photo", "source": "camera", "pupils_n": 1, "has_objective": true},
            })
        });
        let (clean, answer) = world.admit(&batch(events.collect()));
        assert!(answer.refused.is_empty(), "{answer:?}");
        for event in clean.events().iter().filter(|event| event.sampled_day()) {
            *picked.entry((actor, IsoWeek::of(event.day()).month())).or_default() += 1;
            days_picked.insert(event.day());
        }
    }
    assert!(picked.values().all(|events| *events == 2), "both events of the one day: {picked:?}");
    // September and October are whole here.
    assert!(picked.len() >= 24 && days_picked.len() > 15, "{picked:?}");
}
