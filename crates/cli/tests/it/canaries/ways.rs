//! Every way into the product, with canaries in every place that takes a text.

use std::fmt::Write as _;
use std::io::Write as _;

use catalogue::{Catalogue, EventType, PropertyKind, Role};
use serde_json::{Map, Value, json};

use super::scan::escaped_url;
use super::{CANARIES, FRACTION, NUMBER};
use crate::server::Request;

const UAI: &str = "0750001A";
pub const NOW: &str = "2025-11-24T09:12:31+01:00";

fn uuid() -> String {
    uuid::Uuid::new_v4().to_string()
}

/// An envelope without events.
fn envelope() -> Value {
    json!({
        "schema": 1, "batch_id": uuid(), "batch_no": 1, "lost_n": 0, "establishment": UAI, "install": CANARIES[0],
        "app_version": "2.3.4", "platform": "android", "os_major": 13, "sent_at": NOW,
    })
}

/// An event that is right, with canaries for everything that is an identifier.
fn event(catalogue: &Catalogue, kind: &EventType, canary: &str) -> Value {
    let role = kind.roles.iter().find(|role| **role != Role::Parent || kind.family).unwrap();
    let mut event = json!({
        "id": uuid(), "name": kind.name, "at": NOW, "session": canary, "seq": 1, "role": role.slug(),
        "actor": canary, "class": canary,
    });
    if kind.pupils {
        event["pupils"] = CANARIES.into();
    }
    if kind.family {
        event["family"] = canary.into();
    }
    let mut props = Map::new();
    for property in &kind.properties {
        let value = match property.kind {
            PropertyKind::Whole { min, .. } => min.into(),
            PropertyKind::Flag => true.into(),
            PropertyKind::Word(_) => catalogue.words_of(property).unwrap().words()[0].slug.clone().into(),
            PropertyKind::Version => "2.3.4".into(),
            PropertyKind::Identifier => canary.into(),
        };
        props.insert(property.name.clone(), value);
    }
    event["props"] = props.into();
    event
}

/// Everything that is no text but may hold one, or a number that is a telephone's or a place's.
fn disguises(canary: &str) -> [Value; 4] {
    [json!([canary]), json!({ canary: canary }), NUMBER.into(), FRACTION.into()]
}

/// Events of every type with canaries in every property, every field, and under names that do not exist.
pub fn events() -> Vec<Value> {
    let catalogue = Catalogue::embedded().unwrap();
    let mut events = Vec::new();
    for kind in catalogue.events() {
        for canary in CANARIES {
            let right = event(&catalogue, kind, canary);
            let mut with = |change: &dyn Fn(&mut Value)| {
                let mut event = right.clone();
                event["id"] = uuid().into();
                change(&mut event);
                events.push(event);
            };
            with(&|_| {});
            for property in &kind.properties {
                with(&|event| event["props"][&property.name] = canary.into());
            }
            with(&|event| event["props"][canary] = canary.into());
            with(&|event| event[canary] = canary.into());
        }
        let canary = CANARIES[0];
        let right = event(&catalogue, kind, canary);
        for disguise in disguises(canary) {
            for property in &kind.properties {
                let mut event = right.clone();
                event["props"][&property.name] = disguise.clone();
                events.push(event);
            }
        }
    }
    let kind = catalogue.event("media_added").unwrap();
    for canary in CANARIES {
        for field in ["id", "name", "at", "session", "seq", "role", "actor", "class", "pupils", "family", "props"] {
            for disguise in disguises(canary).into_iter().chain([canary.into()]) {
                let mut event = event(&catalogue, kind, canary);
                event[field] = disguise;
                events.push(event);
            }
        }
        events.push(canary.into());
        events.push(json!([[canary]]));
    }
    events
}

fn gzip(bytes: &[u8]) -> Vec<u8> {
    let mut gzip = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
    gzip.write_all(bytes).unwrap();
    gzip.finish().unwrap()
}

fn as_json(events: &[Value]) -> Vec<u8> {
    let mut batch = envelope();
    batch["events"] = events.into();
    batch.to_string().into_bytes()
}

/// A batch with canaries for its identifiers, one event a line.
pub fn as_ndjson(events: &[Value]) -> Vec<u8> {
    let mut text = format!("{}\n", envelope());
    for event in events {
        writeln!(text, "{event}").unwrap();
    }
    text.into_bytes()
}

/// A batch in both formats and three encodings.
pub fn batches(token: &str, events: &[Value]) -> Vec<Request> {
    let mut requests = Vec::new();
    for (kind, write) in [("application/json", as_json as fn(&[Value]) -> Vec<u8>), ("application/x-ndjson", as_ndjson)]
    {
        for encoding in ["identity", "gzip", "zstd"] {
            let plain = write(events);
            let body = match encoding {
                "gzip" => gzip(&plain),
                "zstd" => zstd::bulk::compress(&plain, 1).unwrap(),
                _ => plain,
            };
            requests
                .push(Request::events(token, body).header("Content-Type", kind).header("Content-Encoding", encoding));
        }
    }
    requests
}

/// Envelopes with a canary in every field, and fields that do not exist.
pub fn envelopes(token: &str) -> Vec<Request> {
    let right = envelope();
    let mut requests = Vec::new();
    for canary in CANARIES {
        let fields = right.as_object().unwrap().keys().map(String::as_str).chain(["events", canary]);
        for field in fields {
            for value in disguises(canary).into_iter().chain([canary.into()]) {
                let mut batch = envelope();
                batch["events"] = json!([]);
                batch[field] = value;
                requests.push(Request::events(token, batch.to_string()));
            }
        }
    }
    requests
}

/// Bodies that are broken, cut short, or something else than they say.
pub fn broken(token: &str) -> Vec<Request> {
    let catalogue = Catalogue::embedded().unwrap();
    let events: Vec<Value> = CANARIES.iter().map(|canary| event(&catalogue, &catalogue.events()[13], canary)).collect();
    let (json, ndjson) = (as_json(&events), as_ndjson(&events));
    let mut requests = Vec::new();
    for (kind, plain) in [("application/json", &json), ("application/x-ndjson", &ndjson)] {
        let (gzip, zstd) = (gzip(plain), zstd::bulk::compress(plain, 1).unwrap());
        let mut send = |encoding: &str, body: &[u8]| {
            requests
                .push(Request::events(token, body).header("Content-Type", kind).header("Content-Encoding", encoding));
        };
        for cut in (0..plain.len()).step_by(97) {
            send("identity", &plain[..cut]);
        }
        for (encoding, packed) in [("gzip", &gzip), ("zstd", &zstd)] {
            for cut in (0..packed.len()).step_by(53) {
                send(encoding, &packed[..cut]);
            }
            // Says that it is packed, and is not.
            send(encoding, plain);
        }
        // Is packed, and does not say so.
        send("identity", &gzip);
        for place in (0..plain.len()).step_by(211) {
            for wrong in [0xff, b'"', b'\\', b'}', 0] {
                let mut spoilt = plain.clone();
                spoilt[place] = wrong;
                send("identity", &spoilt);
            }
        }
        for encoding in CANARIES {
            send(encoding, plain);
        }
        send("br", plain);
    }
    for kind in ["text/plain", "application/xml", "multipart/form-data"].into_iter().chain(CANARIES) {
        requests.push(Request::events(token, json.clone()).header("Content-Type", kind));
    }
    requests.push(Request::events(token, json.clone()).without("Content-Type"));
    // Longer than it says, and shorter.
    requests.push(Request::events(token, json.clone()).header("Content-Length", (json.len() / 2).to_string()));
    for canary in CANARIES {
        let nested = format!("{{\"{canary}\":").repeat(200);
        requests.push(Request::events(token, nested));
        requests.push(Request::events(token, canary));
        requests.push(Request::events(token, format!("\"{canary}\"")));
        requests.push(Request::events(token, format!("{{\"schema\": {canary}}}")));
    }
    requests
}

/// Addresses, query strings and headers.
pub fn addresses(token: &str) -> Vec<Request> {
    let mut requests = Vec::new();
    for canary in CANARIES {
        let escaped = escaped_url(canary, "%20");
        for path in
            ["/", "/ma-classe", "/mon-ecole", "/transparence", "/vie-privee", "/healthz", "/readyz", "/api/v1/figures"]
        {
            for name in ["p", "from", "until", "lang", "compare", "uai", "view", &escaped] {
                requests.push(Request::new("GET", format!("{path}?{name}={escaped}")).header("Accept", "text/html"));
            }
        }
        for path in ["/", "/assets/", "/api/v1/events/", "/api/v1/", "/demo/", "/ma-classe/"] {
            requests.push(Request::new("GET", format!("{path}{escaped}")));
            requests.push(Request::new("GET", format!("{path}{escaped}")).header("Accept", "text/html"));
            requests.push(Request::json("POST", format!("{path}{escaped}"), token, canary));
        }
        requests.push(Request::json("DELETE", format!("/api/v1/events?{escaped}"), token, canary));
        let names = [
            "Authorization",
            "Cookie",
            "User-Agent",
            "Referer",
            "Origin",
            "Accept",
            "Accept-Language",
            "Accept-Encoding",
            "X-Forwarded-For",
            "Forwarded",
            "X-Request-Id",
            "traceparent",
            "If-None-Match",
            "Host",
            "Expect",
            "Range",
        ];
        for name in names {
            for value in [canary.to_owned(), format!("Bearer {canary}"), format!("ecarnet_session={canary}")] {
                requests.push(Request::new("GET", "/ma-classe").header(name, value.clone()));
                requests.push(Request::events(token, as_json(&[])).header(name, value));
            }
        }
    }
    // Not a text in any encoding, and not even escaped.
    requests.push(Request::new("PUT", "/api/v1/establishments/%ff%fe/roster"));
    requests
}

/// Rosters, objections, sign-ins and the clock.
pub fn other_bodies(token: &str) -> Vec<Request> {
    let mut requests = Vec::new();
    let mut send = |method: &str, path: &str, body: &Value| {
        let text = body.to_string();
        for cut in [text.len() / 3, text.len() - 1] {
            let cut = text.floor_char_boundary(cut);
            requests.push(Request::json(method, path, token, &text.as_bytes()[..cut]));
        }
        requests.push(Request::json(method, path, token, text.clone()).without("Content-Type"));
        requests.push(Request::json(method, path, token, text));
    };
    for canary in CANARIES {
        let escaped = escaped_url(canary, "%20");
        let roster = json!({
            "school_year": "2025-2026", "district": "0750101A", "academy": "paris", "sector": "public",
            "classes": [{ "class": canary, "levels": ["PS"], "teachers": CANARIES[..8].to_vec(),
                          "pupils": [{ "pupil": canary, "families": [canary] }] }],
        });
        let path = format!("/api/v1/establishments/{UAI}/roster");
        send("PUT", &path, &roster);
        send("PUT", &format!("/api/v1/establishments/{escaped}/roster"), &roster);
        for field in ["school_year", "district", "academy", "sector", "classes", canary] {
            let mut wrong = roster.clone();
            wrong[field] = canary.into();
            send("PUT", &path, &wrong);
        }
        for field in ["class", "levels", "teachers", "pupils", canary] {
            for value in [json!(canary), json!([canary]), json!([{ canary: canary }]), json!([[canary]])] {
                let mut wrong = roster.clone();
                wrong["classes"][0][field] = value;
                send("PUT", &path, &wrong);
            }
        }
        for kind in ["staff", "family", "pupil", canary] {
            let objection = json!({ "establishment": UAI, "kind": kind, "identifier": canary, "objects": true });
            send("POST", "/api/v1/opt-out", &objection);
            for field in ["establishment", "identifier", "objects", canary] {
                let mut wrong = objection.clone();
                wrong[field] = canary.into();
                send("POST", "/api/v1/opt-out", &wrong);
                wrong[field] = json!([canary]);
                send("POST", "/api/v1/opt-out", &wrong);
            }
            // Taken back again, so that later batches are stored.
            let mut back = objection;
            back["objects"] = false.into();
            send("POST", "/api/v1/opt-out", &back);
        }
        for now in [json!(canary), json!({ canary: canary }), json!([canary])] {
            send("POST", "/demo/clock", &json!({ "now": now }));
            send("POST", "/demo/clock", &json!({ canary: now }));
        }
    }
    for canary in CANARIES {
        let escaped = escaped_url(canary, "+");
        for form in
            [format!("identity={escaped}"), format!("{escaped}={escaped}"), format!("identity=0&lang={escaped}")]
        {
            for path in ["/demo/sign-in", "/sign-out"] {
                let request = Request::new("POST", path).body(form.clone());
                requests.push(request.header("Content-Type", "application/x-www-form-urlencoded"));
            }
        }
    }
    requests
}
