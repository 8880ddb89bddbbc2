//! `plan` and the forecasts that the API serves, on load that the server itself has counted.

use jiff::civil::Date;
use jiff::{Timestamp, ToSpan};
use serde_json::{Value, json};

use crate::server::{Folder, Request, Server, roster, run};

const UAI: &str = "0750001A";
const FIRST: &str = "2025-09-08";
/// Three weeks and a day of school.
const DAYS: i32 = 22;

/// A server that six tablets have sent to on every class day of three weeks: more in the mornings than in the afternoons.
fn three_weeks() -> Folder {
    let folder = Folder::new();
    let token = folder.token("collect", "all");
    let server = Server::start_demonstration(&folder, "2025-09-08T04:00:00Z");
    let put =
        Request::json("PUT", format!("/api/v1/establishments/{UAI}/roster"), &token, roster("paris", 6, 4).to_string());
    assert_eq!(put.send(server.address()).status, 200);
    let first: Date = FIRST.parse().unwrap();
    let mut number = 0;
    for day in 0..DAYS {
        let day = first.saturating_add(day.days());
        if day.weekday().to_monday_zero_offset() > 4 {
            continue;
        }
        for (hour, batches) in [(6, 1), (8, 4), (9, 6), (14, 2)] {
            let now: Timestamp = format!("{day}T{hour:02}:30:00Z").parse().unwrap();
            let moved = Request::json("POST", "/demo/clock", &token, json!({ "now": now }).to_string());
            assert_eq!(moved.send(server.address()).status, 200);
            for _ in 0..batches {
                number += 1;
                let answer = Request::events(&token, batch_of(number, now).to_string()).send(server.address());
                assert_eq!(answer.status, 202, "{}", answer.text());
            }
        }
    }
    // What was counted is written once its hour is over, and at the end at the latest.
    let later = json!({ "now": "2025-10-02T12:00:00Z" });
    assert_eq!(Request::json("POST", "/demo/clock", &token, later.to_string()).send(server.address()).status, 200);
    let (ended, _) = server.stop();
    assert!(ended.success());
    folder
}

/// Two events of one of six tablets, each in turn.
fn batch_of(number: u32, now: Timestamp) -> Value {
    let tablet = number % 6;
    let id = |event: u32| format!("{number:08x}-0000-4000-8000-{event:012x}");
    let events: Vec<Value> = (0..2)
        .map(|event| {
            json!({
                "id": id(event), "name": "media_added", "at": now, "session": format!("s-{number}"), "seq": event,
                "role": "teacher", "actor": format!("T-{tablet}"), "class": format!("C-{tablet}"),
                "pupils": ["P-1-1"], "props": { "kind": "photo" },
            })
        })
        .collect();
    json!({
        "schema": 1, "batch_id": id(9), "batch_no": number, "lost_n": 0, "establishment": UAI,
        "install": format!("tab-{tablet}"), "app_version": "2.3.4", "platform": "android", "sent_at": now,
        "events": events,
    })
}

fn plan(folder: &Folder, more: &[&str]) -> std::process::Output {
    let data = folder.argument();
    run(&[&["plan", "--data", &data], more].concat())
}

#[test]
fn a_server_is_sized_from_what_it_has_counted_and_the_api_tells_the_same_load() {
    let folder = three_weeks();
    let asked = ["--weeks", "2", "--format", "json", "--cores", "2", "--growth", "20", "--disk-gb", "1"];
    let done = plan(&folder, &asked);
    assert!(done.status.success(), "{}", String::from_utf8_lossy(&done.stderr));
    let found: Value = serde_json::from_slice(&done.stdout).unwrap();
    let loads = found["loads"].as_array().unwrap();
    let metrics: Vec<&str> = loads.iter().map(|load| load["metric"].as_str().unwrap()).collect();
    assert_eq!(metrics, ["requests", "events", "bytes"]);
    assert_eq!(loads[0]["hours"].as_array().unwrap().len(), 2 * 168);
    // Six batches come in the busiest hour of a class day, two events in each.
    for (load, times) in [(&loads[0], 1.0), (&loads[1], 2.0)] {
        let (expected, upper) = (load["peak"]["expected"].as_f64().unwrap(), load["peak"]["upper"].as_f64().unwrap());
        assert!((5.0 * times..=9.0 * times).contains(&expected) && upper >= expected, "{}", load["peak"]);
        let week = load["weeks"][0]["total"].as_f64().unwrap();
        assert!((50.0 * times..80.0 * times).contains(&week), "{week}");
    }
    // Eleven in the morning, in Paris, is nine in UTC.
    assert_eq!(found["maintenance"]["busiest_hour"], 11);
    assert_eq!((&found["cores"]["needed"], &found["cores"]["given"]), (&json!(1.0), &json!(2.0)));
    assert!(found["costs"].as_array().unwrap().iter().all(|cost| cost["source"].as_str().unwrap().len() > 10));
    assert!(found["disk"]["events"].as_f64().unwrap() > 1_000.0 && found["caches"] == json!([]));
    assert_eq!(plan(&folder, &asked).stdout, done.stdout, "the same load gives the same plan");

    let table = String::from_utf8(plan(&folder, &["--weeks", "2", "--bytes-per-event", "7"]).stdout).unwrap();
    for line in [
        "horizon\t",
        "requests\tlearnt from",
        "cores\t1 needed",
        "memory\t",
        "maintenance\tnot on",
        "--bytes-per-event",
    ] {
        assert!(table.contains(line), "{line}: {table}");
    }
    wrong_use(&folder);

    let server = Server::start_demonstration(&folder, "2025-10-02T12:00:00Z");
    let get = |path: &str, scope: &str, establishment: &str| {
        let token = folder.token(scope, establishment);
        Request::new("GET", path).header("Authorization", format!("Bearer {token}")).send(server.address())
    };
    let answer = get("/api/v1/forecasts", "read", "all");
    assert_eq!(answer.status, 200, "{}", answer.text());
    let told = answer.value();
    assert_eq!((&told["of"], &told["level"], &told["months"]), (&json!("beyond"), &json!("national"), &json!([])));
    let load = &told["load"]["loads"][0];
    assert_eq!((&load["metric"], &load["learnt_from"]), (&json!("requests"), &json!(3)));
    assert!(told["load"]["method"].as_str().unwrap().contains("hour of the week") && load["hours"].is_null());
    assert_eq!(load["weeks"].as_array().unwrap().len(), 3, "no further than it is known");
    let hours = get("/api/v1/forecasts?detail=hours", "read", "all").value();
    assert_eq!(hours["load"]["loads"][0]["hours"].as_array().unwrap().len(), 3 * 168);
    for (path, scope, establishment, status, what) in [
        ("/api/v1/forecasts?level=village", "read", "all", 422, "district, department, academy, national"),
        ("/api/v1/forecasts?detail=all", "read", "all", 422, "`weeks` or `hours`"),
        ("/api/v1/forecasts", "read", UAI, 403, "one for all is needed"),
        ("/api/v1/forecasts", "collect", "all", 403, "read is needed"),
    ] {
        let answer = get(path, scope, establishment);
        assert_eq!(answer.status, status, "{path} {scope} {establishment}");
        assert!(answer.text().contains(what), "{}", answer.text());
    }
    assert_eq!(Request::new("GET", "/api/v1/forecasts").send(server.address()).status, 404);
    server.stop();

    for decision in ["technical", "forecasts_beyond"] {
        let data = folder.argument();
        assert!(run(&["governance", "withdraw", "--data", &data, decision, "--note", "a test"]).status.success());
    }
    let refused = plan(&folder, &[]);
    assert_eq!(refused.status.code(), Some(1));
    assert!(String::from_utf8_lossy(&refused.stderr).contains("the decision technical"));
    assert!(refused.stdout.is_empty());
}

fn wrong_use(folder: &Folder) {
    for (more, code, what) in [
        (&["--weeks", "9"][..], 2, "fewer weeks"),
        (&["--weeks", "0"], 2, "1..=26"),
        (&["--level", "100"], 2, "--level"),
        (&["--since", "yesterday"], 2, "2025-09-01"),
        (&["--since", "2025-09-22", "--weeks", "1"], 1, "two weeks"),
        (&["--since", "2025-12-01"], 1, "`serve` counts it"),
        (&["--growth", "5000"], 2, "--growth"),
        (&["--cores", "0"], 2, "--cores"),
        (&["--busy", "140"], 2, "--busy"),
        (&["--bytes-per-event", "-1"], 2, "bytes-per-event"),
    ] {
        let done = plan(folder, more);
        let told = String::from_utf8_lossy(&done.stderr);
        assert_eq!(done.status.code(), Some(code), "{more:?}: {told}");
        assert!(told.contains(what), "{more:?}: {told}");
        assert!(done.stdout.is_empty());
    }
}

#[test]
fn a_folder_that_is_not_there_or_has_counted_nothing_is_told() {
    let folder = Folder::new();
    assert_eq!(plan(&folder, &[]).status.code(), Some(1));
    let server = Server::start_demonstration(&folder, "2025-09-08T04:00:00Z");
    server.stop();
    let nothing = plan(&folder, &[]);
    assert_eq!(nothing.status.code(), Some(1));
    assert!(String::from_utf8_lossy(&nothing.stderr).contains("no load has been counted"));
}
