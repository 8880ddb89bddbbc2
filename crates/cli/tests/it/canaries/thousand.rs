//! A thousand people, each with a name, an address, a telephone and a place of their own, sent as what identifiers may be and
//! as what they may not; then every stored byte is searched for each of them, in every shape and under every hash.

use std::collections::BTreeSet;

use serde_json::{Value, json};

use super::{scan, start, ways};
use crate::server::{Folder, Request, roster};

const FIRST: [&str; 10] =
    ["Zoélie", "Maëlys", "Thibault", "Anaïs", "Corentin", "Éloïse", "Gaëtan", "Noémie", "Loïc", "Ségolène"];
const LAST: [&str; 10] = [
    "Quillévéré",
    "Kermorvan",
    "Trébuchet",
    "Vanhoutte",
    "Etcheverry",
    "Schneider",
    "Bellaïche",
    "Grosjean",
    "Ozanne",
    "Lamiraux",
];

/// The canaries: of each ten people one kind.
fn canaries() -> Vec<String> {
    (0..1_000_usize)
        .map(|number| {
            let (first, last) = (FIRST[number % 10], LAST[number / 10 % 10]);
            match number / 100 {
                0..=3 => format!("{first} {last}-{number}"),
                4 => format!("{}.{}@famille{number}.example", first.to_lowercase(), last.to_lowercase()),
                5 => format!("06 71 {:02} {:02} {:02}", number % 97, number / 7 % 89, number % 83),
                6 => format!("48.{:06}, 2.{:06}", 850_000 + number * 137, 290_000 + number * 113),
                7 => format!("192.168.{}.{}", 16 + number % 200, 20 + number / 5 % 200),
                8 => format!("{number} rue des Trois-Fontanot, {last}"),
                _ => format!("{last}_{first}_{number}.pgp"),
            }
        })
        .collect()
}

/// Events with a canary wherever a text fits: one that is right, and wrong ones.
fn events_of(canary: &str) -> Vec<Value> {
    let event = || {
        json!({
            "id": uuid::Uuid::new_v4().to_string(), "name": "media_added", "at": ways::NOW, "session": canary, "seq": 1,
            "role": "teacher", "actor": canary, "class": canary, "pupils": [canary], "props": { "kind": "photo" },
        })
    };
    let mut events = vec![event()];
    for change in ["kind", "source", "comment"] {
        let mut wrong = event();
        wrong["props"][change] = canary.into();
        events.push(wrong);
    }
    let mut wrong = event();
    wrong[canary] = canary.into();
    events.push(wrong);
    let mut lesson = event();
    lesson["name"] = "lesson_launched".into();
    lesson["role"] = "pupil".into();
    lesson["props"] = json!({ "activity_id": canary, "source": "xapi" });
    events.push(lesson);
    events
}

#[test]
fn none_of_a_thousand_canaries_is_found_in_any_stored_byte_in_any_shape_or_hash() {
    let canaries = canaries();
    let names: Vec<&str> = canaries.iter().map(String::as_str).collect();
    let needles = scan::Needles::of(&names, &[]);
    let (folder, mut found) = (Folder::new(), BTreeSet::new());
    let mut server = start(&folder);
    let token = folder.token("collect", "all");
    let mut declared = roster("paris", 2, 5);
    for (place, canary) in names.iter().take(8).enumerate() {
        declared["classes"][place % 2]["teachers"][0] = (*canary).into();
        declared["classes"][place % 2]["pupils"][place / 2]["pupil"] = (*canary).into();
    }
    let declared = Request::json("PUT", "/api/v1/establishments/0750001A/roster", &token, declared.to_string());
    assert_eq!(declared.send(server.address()).status, 200);
    let mut accepted = 0;
    for some in names.chunks(200) {
        let events: Vec<Value> = some.iter().flat_map(|canary| events_of(canary)).collect();
        let mut batch: Value = json!({
            "schema": 1, "batch_id": uuid::Uuid::new_v4().to_string(), "batch_no": 1, "lost_n": 0,
            "establishment": "0750001A", "install": some[0], "app_version": "2.3.4", "platform": "android",
            "sent_at": ways::NOW,
        });
        batch["events"] = events.into();
        let answer = Request::events(&token, batch.to_string()).send(server.address());
        assert_eq!(answer.status, 202, "{}", answer.text());
        found.extend(needles.find(&answer.raw).into_iter().map(|needle| format!("an answer: {needle}")));
        accepted += answer.value()["accepted"].as_u64().unwrap();
        let objection =
            json!({ "establishment": "0750001A", "kind": "family", "identifier": some[1], "objects": true });
        let answer = Request::json("POST", "/api/v1/opt-out", &token, objection.to_string()).send(server.address());
        assert_eq!(answer.status, 204);
    }
    assert!(accepted >= 1_900, "{accepted} events were accepted");
    let mut said = server.kill();
    found.extend(scan::folder(&needles, folder.root()));
    server = start(&folder);
    let (status, more) = server.stop();
    assert!(status.success());
    said.extend(more);
    found.extend(scan::folder(&needles, folder.root()));
    found.extend(needles.find(&said).into_iter().map(|needle| format!("the log: {needle}")));
    assert!(found.is_empty(), "{} found:\n{}", found.len(), found.into_iter().take(40).collect::<Vec<_>>().join("\n"));
}

#[test]
fn an_unkeyed_hash_of_any_kind_is_found_wherever_it_stands() {
    let needles = scan::Needles::of(&["Gaëtan Vanhoutte-37"], &[]);
    for (name, digest) in scan::unkeyed("Gaëtan Vanhoutte-37".as_bytes()) {
        // As a pseudonym would be stored: its first sixteen bytes.
        let mut row = b"0750001A\x01\x02".to_vec();
        row.extend_from_slice(&digest[..16]);
        assert!(needles.find(&row).contains(format!("Gaëtan Vanhoutte-37 ({name} without a key)").as_str()), "{name}");
        let hex = hex::encode(digest);
        assert!(!needles.find(hex.as_bytes()).is_empty(), "{name} in hex");
    }
}
