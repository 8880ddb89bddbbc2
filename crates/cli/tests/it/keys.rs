//! Keys from outside: a server without any, the process that has them, replacing and destroying a root, and the log of it.

use std::io::{BufRead, BufReader};
use std::process::{Child, Output, Stdio};

use serde_json::{Value, json};

use crate::server::{Answer, Folder, Request, Server, program, roster, run};

const UAI: &str = "0750001A";
const NOW: &str = "2025-11-24T18:00:00Z";

/// The process that holds the keys, its key file where the server is never told to look.
struct Pseudonymiser {
    child: Child,
}

impl Pseudonymiser {
    fn start(folder: &Folder) -> Self {
        let mut command = program();
        command.arg("pseudonymiser").arg("--keys").arg(folder.root().join("apart.keys"));
        command.arg("--socket").arg(folder.root().join("socket"));
        let mut child = command.stderr(Stdio::piped()).spawn().unwrap();
        let mut line = String::new();
        BufReader::new(child.stderr.take().unwrap()).read_line(&mut line).unwrap();
        assert!(line.contains("answers on"), "{line}");
        Self { child }
    }

    fn stop(mut self) {
        self.child.kill().unwrap();
        self.child.wait().unwrap();
    }
}

impl Drop for Pseudonymiser {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn batch(id: &str) -> String {
    json!({
        "schema": 1, "batch_id": id, "batch_no": 1, "lost_n": 0, "establishment": UAI, "install": "tab-3",
        "app_version": "2.3.4", "platform": "android", "os_major": 13, "sent_at": "2025-11-24T17:02:00+01:00",
        "events": [{
            "id": "0b9e3a52-51e4-4a27-8f54-1c5a3f3c9d10", "name": "media_added", "at": "2025-11-24T09:12:31+01:00",
            "session": "s-81", "seq": 12, "role": "teacher", "actor": "T-0", "class": "C-0", "pupils": ["P-0-1"],
            "props": { "kind": "photo", "source": "camera", "size_kb": 180, "pupils_n": 1, "has_objective": true },
        }],
    })
    .to_string()
}

fn said(done: &Output) -> String {
    format!("{}{}", String::from_utf8_lossy(&done.stdout), String::from_utf8_lossy(&done.stderr))
}

fn put_roster(server: &Server, token: &str, roster: &Value) -> Answer {
    let path = format!("/api/v1/establishments/{UAI}/roster");
    Request::json("PUT", path, token, roster.to_string()).send(server.address())
}

#[test]
fn a_server_without_keys_waits_for_those_who_have_them_and_loses_nothing() {
    const FIRST: &str = "6f2c0f6e-8a34-4c0e-9a53-0d6f0a4c7f11";
    const SECOND: &str = "6f2c0f6e-8a34-4c0e-9a53-0d6f0a4c7f12";
    let folder = Folder::new();
    let socket = folder.root().join("socket").display().to_string();
    // Whoever read this key file would stop.
    std::fs::write(folder.root().join("data.keys"), "no key file").unwrap();
    let token = folder.token("collect", "all");
    let arguments = ["--demo", "--clock", "simulated", "--clock-start", NOW, "--fold-every", "600", "--pseudonymiser"];
    let arguments = [&arguments[..], &[&socket]].concat();
    let refused =
        program().args(["serve", "--listen", "127.0.0.1:0", "--data"]).arg(folder.data()).args(&arguments).output();
    let refused = refused.unwrap();
    assert_eq!(refused.status.code(), Some(1));
    assert!(said(&refused).contains("start it first"), "{}", said(&refused));

    let keys = Pseudonymiser::start(&folder);
    let server = Server::start(&folder, &arguments);
    assert_eq!(put_roster(&server, &token, &roster("paris", 1, 3)).status, 200);
    let send = |id: &str| Request::events(&token, batch(id)).send(server.address());
    let waiting = || Request::new("GET", "/readyz").send(server.address()).value()["journal_events"].clone();
    assert_eq!(send(FIRST).status, 202);
    assert_eq!(waiting(), 1);

    keys.stop();
    let away = send(SECOND);
    assert_eq!(away.status, 503, "{}", away.text());
    assert_eq!(away.header("content-type"), Some("application/problem+json"));
    assert!(away.header("retry-after").is_some());
    assert_eq!(away.value()["type"], "/problems/keys-away");
    assert!(!away.text().contains("T-0"));
    assert_eq!(put_roster(&server, &token, &roster("paris", 2, 3)).status, 503);
    let objection = json!({ "establishment": UAI, "kind": "staff", "identifier": "T-0", "objects": true });
    let objection = Request::json("POST", "/api/v1/opt-out", &token, objection.to_string());
    assert_eq!(objection.send(server.address()).status, 503);
    assert_eq!(waiting(), 1, "nothing half of it was kept");
    // A batch that was answered before needs no key for its answer, but goes through the gate like any other.
    assert_eq!(send(FIRST).status, 503);

    let _keys = Pseudonymiser::start(&folder);
    let answer = send(SECOND);
    assert_eq!((answer.status, answer.value()["accepted"].clone()), (202, json!(1)));
    assert_eq!(waiting(), 2);
    assert_eq!(objection.send(server.address()).status, 204);
    assert_eq!(send("6f2c0f6e-8a34-4c0e-9a53-0d6f0a4c7f13").value()["accepted"], 1);
    assert_eq!(waiting(), 2, "an opted-out person's event goes nowhere, also through the socket");
    server.stop();
    assert_eq!(std::fs::read_to_string(folder.root().join("data.keys")).unwrap(), "no key file");
}

#[test]
fn edge_mode_is_chosen_in_the_roster_and_outlives_a_restart() {
    let folder = Folder::new();
    let token = folder.token("collect", "all");
    let server = Server::start_demonstration(&folder, NOW);
    let made = |nth: u32| format!("{nth:064x}");
    let edge = json!({
        "school_year": "2025-2026", "district": "0750101A", "academy": "paris", "sector": "public", "identifiers": "edge",
        "classes": [{ "class": made(1), "levels": ["GS"], "teachers": [made(2)], "pupils": [{ "pupil": made(3) }] }],
    });
    assert_eq!(put_roster(&server, &token, &edge).status, 200);
    let (_, _) = server.stop();
    let server = Server::start(&folder, &["--clock", "simulated", "--clock-start", NOW]);
    let id = "6f2c0f6e-8a34-4c0e-9a53-0d6f0a4c7f11";
    let refused = Request::events(&token, batch(id)).send(server.address());
    assert_eq!(refused.status, 422);
    assert!(refused.text().contains("edge mode") && !refused.text().contains("tab-3"), "{}", refused.text());
    let mut made_there: Value = serde_json::from_str(&batch(id)).unwrap();
    made_there["install"] = json!(made(4));
    let answer = Request::events(&token, made_there.to_string()).send(server.address());
    assert_eq!(answer.value()["refused"][0]["property"], "actor", "{}", answer.text());
    made_there["batch_id"] = json!("6f2c0f6e-8a34-4c0e-9a53-0d6f0a4c7f12");
    for (field, value) in [("actor", json!(made(2))), ("class", json!(made(1))), ("pupils", json!([made(3)]))] {
        made_there["events"][0][field] = value;
    }
    assert_eq!(Request::events(&token, made_there.to_string()).send(server.address()).value()["accepted"], 1);
    let raw_roster = put_roster(&server, &token, &roster("paris", 1, 3));
    assert_eq!(raw_roster.status, 422, "a roster that does not mention edge mode does not end it");
    server.stop();
}

#[test]
fn roots_are_shown_replaced_and_destroyed_only_as_far_as_nobody_loses_by_it() {
    let folder = Folder::new();
    let data = folder.argument();
    let token = folder.token("collect", "all");
    let server = Server::start_demonstration(&folder, NOW);
    assert_eq!(put_roster(&server, &token, &roster("paris", 1, 3)).status, 200);
    let held = run(&["keys", "rotate", "--data", &data]);
    assert!(said(&held).contains("another process holds"), "{}", said(&held));
    let beside = run(&["keys", "status", "--data", &data]);
    assert!(said(&beside).contains("2025-2026"), "{}", said(&beside));
    server.stop();

    let status = || String::from_utf8(run(&["keys", "status", "--data", &data]).stdout).unwrap();
    let line = |year: &str| status().lines().rev().find(|line| line.starts_with(year)).unwrap().to_owned();
    let before = (line("2025-2026"), line("2026-2027"));
    assert!(before.0.contains("with rows") && before.1.contains("without rows"), "{before:?}");
    let secrets = std::fs::read_to_string(folder.root().join("data.keys")).unwrap();
    let secrets: Vec<&str> = secrets.split('"').filter(|part| part.len() == 64).collect();
    assert!(secrets.iter().all(|secret| !status().contains(&secret[..16])), "a key was printed");

    let rotated = run(&["keys", "rotate", "--data", &data, "--why", "a disk was lost"]);
    assert!(rotated.status.success(), "{}", said(&rotated));
    assert!(!said(&rotated).contains("2025-2026") && said(&rotated).contains("2026-2027"));
    assert_eq!(line("2025-2026"), before.0, "rows keep their root");
    let refused = run(&["keys", "rotate", "--data", &data, "--year", "2025-2026"]);
    assert_eq!(refused.status.code(), Some(2));
    assert!(said(&refused).contains("--yes") && said(&refused).contains("article 11"), "{}", said(&refused));
    let meant = run(&["keys", "rotate", "--data", &data, "--year", "2025-2026", "--yes"]);
    assert!(meant.status.success(), "{}", said(&meant));
    assert!(line("2025-2026").contains("without rows"));

    // Real time: in 2025-2026 events may still come for a while, of long ago none.
    let wrong = run(&["keys", "destroy", "--data", &data, "--year", "2019-2020"]);
    assert_eq!(wrong.status.code(), Some(2));
    assert_eq!(run(&["keys", "destroy", "--data", &data]).status.code(), Some(2));

    let listed = String::from_utf8(run(&["audit", "list", "--data", &data]).stdout).unwrap();
    let acts = |act: &str| listed.lines().filter(|line| line.split('\t').nth(2) == Some(act)).count();
    assert!(acts("key_made") >= 6 && acts("key_destroyed") >= 3, "{listed}");
    assert!(listed.contains("a disk was lost"));
    let checkpoint = String::from_utf8(run(&["audit", "checkpoint", "--data", &data]).stdout).unwrap();
    let verified = run(&["audit", "verify", "--data", &data, "--checkpoint", checkpoint.trim()]);
    assert!(verified.status.success(), "{}", said(&verified));
    let proof: Value = serde_json::from_slice(&run(&["audit", "prove", "0", "--data", &data]).stdout).unwrap();
    assert_eq!(proof["checkpoint"], checkpoint.trim());
    let (size, root) = checkpoint.trim().split_once(':').unwrap();
    let forged = format!("{size}:{}", root.chars().rev().collect::<String>());
    let found = run(&["audit", "verify", "--data", &data, "--checkpoint", &forged]);
    assert_eq!(found.status.code(), Some(1));
    assert!(said(&found).contains("held by you"), "{}", said(&found));
    assert_eq!(run(&["audit", "verify", "--data", &data, "--checkpoint", "5"]).status.code(), Some(2));
    assert_eq!(run(&["audit", "verify", "--data", "/nowhere/at/all"]).status.code(), Some(1));
}
