//! Wrong use is answered clearly: a status, a problem with its type, what would be right, and nothing of what was sent.

mod disk;
mod folder;

use std::fmt::Write as _;
use std::io::Write as _;

use serde_json::{Value, json};

use crate::server::{Answer, Folder, Request, Server, exchange, roster};

const UAI: &str = "0750001A";
const NOW: &str = "2025-11-24T18:00:00Z";

/// Stands in every wrong value: no answer may repeat it.
const NAME: &str = "Kermadec";

fn uuid() -> String {
    uuid::Uuid::new_v4().to_string()
}

fn event() -> Value {
    json!({
        "id": uuid(), "name": "media_added", "at": "2025-11-24T09:12:31+01:00", "session": "s-81", "seq": 12,
        "role": "teacher", "actor": "T-17", "class": "C1", "pupils": ["P-3", "P-8"],
        "props": { "kind": "photo", "source": "camera", "size_kb": 180, "pupils_n": 2, "has_objective": true },
    })
}

fn batch(events: &[Value]) -> Value {
    json!({
        "schema": 1, "batch_id": uuid(), "batch_no": 412, "lost_n": 0, "establishment": UAI, "install": "tab-3",
        "app_version": "2.3.4", "platform": "android", "os_major": 13, "sent_at": "2025-11-24T17:02:00+01:00",
        "events": events,
    })
}

fn gzip(bytes: &[u8]) -> Vec<u8> {
    let mut gzip = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::best());
    gzip.write_all(bytes).unwrap();
    gzip.finish().unwrap()
}

/// A server that knows one school, and a token for everything.
struct Product {
    folder: Folder,
    server: Server,
    token: String,
}

impl Product {
    fn start() -> Self {
        let folder = Folder::new();
        let token = folder.token("collect", "all");
        let server = Server::start_demonstration(&folder, NOW);
        let declared = Request::json(
            "PUT",
            format!("/api/v1/establishments/{UAI}/roster"),
            &token,
            roster("paris", 1, 3).to_string(),
        );
        assert_eq!(declared.send(server.address()).status, 200);
        Self { folder, server, token }
    }

    fn send(&self, request: &Request) -> Answer {
        let answer = request.send(self.server.address());
        assert!(!answer.text().contains(NAME), "repeats what was sent: {}", answer.text());
        answer
    }

    fn send_batch(&self, batch: &Value) -> Answer {
        self.send(&Request::events(&self.token, batch.to_string()))
    }

    /// What became of one event in a batch beside one that is right.
    fn fate(&self, event: Value) -> String {
        let answer = self.send_batch(&batch(&[self::event(), event]));
        assert_eq!(answer.status, 202, "one event must not cost its batch: {}", answer.text());
        let answer = answer.value();
        let refused = answer["refused"].as_array().unwrap();
        match refused.as_slice() {
            [] => format!("accepted {} duplicates {}", answer["accepted"], answer["duplicates"]),
            [refused] => {
                assert_eq!((&answer["accepted"], &refused["index"]), (&json!(1), &json!(1)));
                format!("{} {}: {}", refused["property"], refused["reason"], refused["expected"].as_str().unwrap())
            }
            _ => panic!("{answer}"),
        }
    }
}

/// A problem in one line; checks that it is one.
fn problem(answer: &Answer) -> String {
    assert_eq!(answer.header("Content-Type"), Some("application/problem+json"), "{}", answer.text());
    let problem = answer.value();
    assert_eq!(problem["status"], answer.status);
    assert!(problem["type"].as_str().unwrap().starts_with("/problems/"));
    let retry = answer.header("Retry-After").map_or_else(String::new, |seconds| format!(", again after {seconds} s"));
    format!(
        "{} {}: {}. {}{retry}",
        answer.status,
        problem["type"].as_str().unwrap(),
        problem["title"].as_str().unwrap(),
        problem["detail"].as_str().unwrap()
    )
}

#[test]
fn a_wrong_event_is_refused_alone_with_what_would_be_right() {
    let product = Product::start();
    let with = |path: &str, value: Value| {
        let mut event = event();
        *event.pointer_mut(path).unwrap_or_else(|| panic!("no {path}")) = value;
        event
    };
    let prop = |name: &str, value: Value| {
        let mut event = event();
        event["props"][name] = value;
        event
    };
    let without = |field: &str| {
        let mut event = event();
        event.as_object_mut().unwrap().remove(field);
        event
    };
    let mut timed = event();
    timed["name"] = "notebook_generated".into();
    let notebook = |duration: Value| {
        let mut event = timed.clone();
        event["id"] = uuid().into();
        event["props"] = json!({ "doc": "ecarnet", "outcome": "ok", "duration_ms": duration });
        event
    };
    let mut crash = json!({
        "id": uuid(), "name": "crash_reported", "at": "2025-11-24T09:12:31+01:00", "session": "s", "seq": 1,
        "role": "parent", "family": "F-1", "props": {},
    });
    crash["props"]["type"] = "crash".into();
    let cases: Vec<(&str, Value)> = vec![
        ("unknown event type", with("/name", json!(format!("{NAME}_added")))),
        ("event type of another type", with("/name", json!(3))),
        ("event type that is off until a school wants it", with("/name", json!("objective_status_set"))),
        ("milliseconds with a fraction", notebook(json!(3.2))),
        ("milliseconds below zero", notebook(json!(-1))),
        ("milliseconds beyond an hour", notebook(json!(3_600_001))),
        ("milliseconds as text", notebook(json!("3200"))),
        ("seconds with their unit", notebook(json!(format!("3 s {NAME}")))),
        ("a number beyond 64 bits", notebook(json!(1.0e30))),
        ("kilobytes as a list", prop("size_kb", json!([180]))),
        ("a flag as text", prop("has_objective", json!("true"))),
        ("a word that is not in its list", prop("kind", json!(NAME))),
        ("a required property missing", prop("kind", Value::Null)),
        ("an unknown property", prop(NAME, json!(NAME))),
        ("properties as a list", with("/props", json!([NAME]))),
        ("from the future", with("/at", json!("2025-11-24T19:11:00Z"))),
        ("a little ahead, as clocks are", with("/at", json!("2025-11-24T18:09:00Z"))),
        ("older than the retention", with("/at", json!("2024-10-20T10:00:00Z"))),
        ("no date", with("/at", json!(NAME))),
        ("a date without its offset", with("/at", json!("2025-11-24T09:12:31"))),
        ("no identifier", without("id")),
        ("an identifier that is no UUID", with("/id", json!(NAME))),
        ("no session", without("session")),
        ("an unknown role", with("/role", json!(NAME))),
        ("a role that does not do this", with("/role", json!("parent"))),
        ("nobody acting", without("actor")),
        ("an identifier that is too long", with("/actor", json!(NAME.repeat(17)))),
        ("an empty class", with("/class", json!(""))),
        ("too many pupils", with("/pupils", json!(vec!["P"; 61]))),
        ("one pupil, not in a list", with("/pupils", json!(NAME))),
        ("an unknown field", {
            let mut event = event();
            event[NAME] = json!(NAME);
            event
        }),
        ("a family where none belongs", {
            let mut event = event();
            event["family"] = json!(NAME);
            event
        }),
        ("no object", json!(NAME)),
        ("a parent's device reports a crash", crash),
    ];
    let mut table = String::new();
    for (name, event) in cases {
        writeln!(table, "{name}\n    {}", product.fate(event)).unwrap();
    }
    let twice = event();
    let answer = product.send_batch(&batch(&[twice.clone(), twice])).value();
    assert_eq!((&answer["accepted"], &answer["duplicates"], &answer["refused"]), (&json!(1), &json!(1), &json!([])));
    insta::assert_snapshot!("events", table);
}

#[test]
fn a_bad_line_of_ndjson_costs_only_itself() {
    let product = Product::start();
    let mut head = batch(&[]);
    head.as_object_mut().unwrap().remove("events");
    let lines = [
        head.to_string(),
        event().to_string(),
        format!("{{\"name\": \"{NAME}\", "),
        String::new(),
        event().to_string(),
    ];
    let request = Request::events(&product.token, lines.join("\n")).header("Content-Type", "application/x-ndjson");
    let answer = product.send(&request);
    assert_eq!(answer.status, 202);
    insta::assert_snapshot!(answer.value()["refused"].to_string(), @r#"[{"expected":"a JSON object","id":null,"index":1,"property":null,"reason":"unreadable"}]"#);
    assert_eq!(answer.value()["accepted"], 2);
}

#[test]
fn a_wrong_batch_is_told_what_is_wrong_with_it() {
    let product = Product::start();
    let mut table = String::new();
    let mut note = |name: &str, answer: &Answer| writeln!(table, "{name}\n    {}", problem(answer)).unwrap();
    for (field, value) in [
        ("schema", json!(2)),
        ("batch_id", json!(NAME)),
        ("batch_no", json!(-1)),
        ("lost_n", json!("none")),
        ("establishment", json!(NAME)),
        ("install", json!("")),
        ("app_version", json!("48.8584")),
        ("platform", json!(NAME)),
        ("os_major", json!("thirteen")),
        ("sent_at", json!("yesterday")),
        (NAME, json!(NAME)),
    ] {
        let mut wrong = batch(&[event()]);
        wrong[field] = value;
        let name = if field == NAME { "an unknown field" } else { field };
        note(name, &product.send_batch(&wrong));
        let mut missing = batch(&[event()]);
        if missing.as_object_mut().unwrap().remove(field).is_some() && field != "os_major" {
            assert_eq!(product.send_batch(&missing).status, 422, "{field} may not be missing");
        }
    }
    let mut missing = batch(&[]);
    missing.as_object_mut().unwrap().remove("events");
    note("no events", &product.send_batch(&missing));
    note("not a batch", &product.send_batch(&json!([NAME])));
    let text = |body: String| product.send(&Request::events(&product.token, body));
    note("a syntax error", &text(format!("{{\"schema\": 1,\n  \"install\": \"{NAME}\" \"batch_no\": 1}}")));
    note("cut short", &text(format!("{{\"schema\": 1, \"install\": \"{NAME}")));
    note("nested too deeply", &text(format!("{{\"schema\": {}", "[".repeat(5_000))));
    note("nothing at all", &text(String::new()));
    note("too many events", &product.send_batch(&batch(&vec![json!({}); 5_001])));
    let mut elsewhere = batch(&[event()]);
    elsewhere["establishment"] = json!("0750009Z");
    note("an establishment that nobody knows", &product.send_batch(&elsewhere));
    insta::assert_snapshot!("batches", table);
}

#[test]
fn a_wrong_body_is_told_what_is_wrong_with_it() {
    let product = Product::start();
    let mut table = String::new();
    let mut note = |name: &str, answer: &Answer| writeln!(table, "{name}\n    {}", problem(answer)).unwrap();
    let plain = batch(&vec![event(); 50]).to_string().into_bytes();
    let packed = |encoding: &str, body: &[u8]| {
        product.send(&Request::events(&product.token, body).header("Content-Encoding", encoding))
    };
    note("60 MB", &product.send(&Request::events(&product.token, vec![b' '; 60_000_000])));
    note("60 MB without saying so", &send_chunked(&product, 60));
    note("a gzip bomb", &packed("gzip", &gzip(&vec![b' '; 200_000_000])));
    let bomb = zstd::bulk::compress(&vec![b' '; 200_000_000], 3).unwrap();
    note("a zstd bomb", &packed("zstd", &bomb));
    let whole = gzip(&plain);
    note("gzip cut short", &packed("gzip", &whole[..whole.len() / 2]));
    note("gzip without its last byte", &packed("gzip", &whole[..whole.len() - 1]));
    note("not gzip", &packed("gzip", &plain));
    note("zstd cut short", &packed("zstd", &zstd::bulk::compress(&plain, 3).unwrap()[..200]));
    note("not zstd", &packed("zstd", &plain));
    note("an encoding nobody knows", &packed(NAME, &plain));
    let kind = |kind: &str| product.send(&Request::events(&product.token, plain.clone()).header("Content-Type", kind));
    note("a content type nobody knows", &kind(NAME));
    let untyped = Request::events(&product.token, plain.clone()).without("Content-Type");
    note("no content type", &product.send(&untyped));
    insta::assert_snapshot!("bodies", table);

    let status = std::fs::read_to_string(format!("/proc/{}/status", product.server.pid())).unwrap();
    let peak =
        status.lines().find_map(|line| line.strip_prefix("VmHWM:")?.trim().strip_suffix(" kB")?.parse::<u64>().ok());
    assert!(peak.unwrap() < 300_000, "hostile bodies took {peak:?} kB");
    assert_eq!(product.send_batch(&batch(&[event()])).status, 202, "the server goes on");
}

/// Sends megabytes in chunks, so that their number is not known beforehand.
fn send_chunked(product: &Product, megabytes: usize) -> Answer {
    let mut bytes = format!(
        "POST /api/v1/events HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\nAuthorization: Bearer {}\r\n\
         Content-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\n",
        product.token
    )
    .into_bytes();
    for _ in 0..megabytes {
        bytes.extend_from_slice(b"F4240\r\n");
        bytes.extend(std::iter::repeat_n(b' ', 1_000_000));
        bytes.extend_from_slice(b"\r\n");
    }
    bytes.extend_from_slice(b"0\r\n\r\n");
    Answer::read(exchange(product.server.address(), &bytes)).expect("an answer")
}

#[test]
fn a_sender_who_writes_everything_before_reading_still_gets_its_answer() {
    let product = Product::start();
    let agent: ureq::Agent = ureq::Agent::config_builder().http_status_as_error(false).build().into();
    let url = format!("http://{}/api/v1/events", product.server.address());
    for (token, kind, megabytes, expected) in [
        (product.token.as_str(), "application/json", 60, 413),
        (NAME, "application/json", 7, 401),
        (product.token.as_str(), NAME, 7, 415),
    ] {
        let body = vec![b' '; megabytes * 1_000_000];
        let request = agent.post(&url).header("Authorization", format!("Bearer {token}")).header("Content-Type", kind);
        assert_eq!(request.send(&body[..]).unwrap().status().as_u16(), expected);
    }
    // Nor does it matter which route refuses, or that it never meant to read.
    for (path, expected) in [
        ("/api/v1/opt-out", 401),
        ("/api/v1/rights", 401),
        ("/api/v1/rights/codes", 401),
        ("/demo/clock", 401),
        ("/mes-droits", 415),
        ("/there-is-no-such-route", 404),
    ] {
        let url = format!("http://{}{path}", product.server.address());
        let body = vec![b' '; 7_000_000];
        let request = agent.post(&url).header("Authorization", format!("Bearer {NAME}"));
        let status = request.header("Content-Type", "application/json").send(&body[..]).unwrap().status();
        assert_eq!(status.as_u16(), expected, "{path}");
    }
}

#[test]
fn who_may_not_is_told_so() {
    let product = Product::start();
    let mut table = String::new();
    let mut note = |name: &str, answer: &Answer| writeln!(table, "{name}\n    {}", problem(answer)).unwrap();
    let right = batch(&[event()]).to_string();
    let with = |token: &str| product.send(&Request::events(token, right.clone()));
    note("a token nobody gave", &with(&format!("{NAME}-0123456789abcdef")));
    note("no token", &product.send(&Request::events("", right.clone()).without("Authorization")));
    let basic = Request::events("", right.clone()).header("Authorization", format!("Basic {NAME}"));
    note("a password", &product.send(&basic));
    note("a token for something else", &with(&product.folder.token("read", "all")));
    let elsewhere = product.folder.token("collect", "0750002B");
    note("a token for another school", &with(&elsewhere));
    let path = |uai: &str| format!("/api/v1/establishments/{uai}/roster");
    let declared = roster("paris", 1, 1).to_string();
    note("another school's roster", &product.send(&Request::json("PUT", path(UAI), &elsewhere, declared.clone())));
    note("a roster of no school", &product.send(&Request::json("PUT", path(NAME), &product.token, declared)));
    let mut roster = roster("paris", 1, 2);
    roster["classes"][0]["levels"] = json!([NAME]);
    note(
        "a roster with an unknown level",
        &product.send(&Request::json("PUT", path(UAI), &product.token, roster.to_string())),
    );
    roster["classes"][0][NAME] = json!(NAME);
    note(
        "a roster with an unknown field",
        &product.send(&Request::json("PUT", path(UAI), &product.token, roster.to_string())),
    );
    let objection =
        |body: &Value| product.send(&Request::json("POST", "/api/v1/opt-out", &product.token, body.to_string()));
    note(
        "an objection of nobody",
        &objection(&json!({ "establishment": UAI, "kind": NAME, "identifier": NAME, "objects": true })),
    );
    note("an objection with an unknown field", &objection(&json!({ NAME: NAME })));
    let clock = |now: &str| {
        product.send(&Request::json("POST", "/demo/clock", &product.token, json!({ "now": now }).to_string()))
    };
    note("a clock that goes back", &clock("2025-11-24T17:00:00Z"));
    note("a clock set to a name", &clock(NAME));
    note("nothing at this address", &product.send(&Request::new("GET", format!("/api/v1/{NAME}"))));
    insta::assert_snapshot!("entitlement", table);
    // The token of that school alone, for that school.
    let own = product.folder.token("collect", UAI);
    assert_eq!(with(&own).status, 202);
}
