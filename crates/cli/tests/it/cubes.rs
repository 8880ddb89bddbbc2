//! What leaves beyond establishments, from outside: closings killed anywhere, and every way of reading what they left.

use std::path::Path;
use std::process::Stdio;
use std::sync::Arc;
use std::time::Instant;

use catalogue::Catalogue;
use privacy::exit::NoisyCube;
use store::{Folder as DataFolder, Store};

use crate::crash::traffic::{Random, Traffic, Truth, declare_schools};
use crate::server::{Folder, Request, Server, program, run};

/// Events lie in the eleven days before.
const START: &str = "2025-11-17T12:00:00Z";
/// All weeks of November but the last have closed.
const BEFORE: &str = "2025-12-03T06:00:00+01:00";
/// The last week of November closes, and with it the month.
const DUE: &str = "2025-12-04T06:00:00+01:00";

/// A folder in which a month is about to close.
fn about_to_close() -> Folder {
    let folder = Folder::new();
    let mut server = Server::start_demonstration(&folder, START);
    let token = folder.token("collect", "all");
    declare_schools(server.address(), &token);
    let (traffic, mut truth) = (Traffic::new(7), Truth::default());
    for index in 0..40 {
        let batch = traffic.batch(index, &mut truth);
        let answer = Request::new("POST", "/api/v1/events")
            .header("Authorization", format!("Bearer {token}"))
            .header("Content-Type", batch.content_type)
            .header("Content-Encoding", batch.content_encoding)
            .body(batch.body.clone())
            .send(server.address());
        assert_eq!(answer.status, 202, "{}", answer.text());
    }
    server.kill();
    maintain(&folder.argument(), BEFORE);
    folder
}

fn maintain(data: &str, now: &str) {
    let done = run(&["maintain", "--data", data, "--now", now]);
    assert!(done.status.success(), "{}", String::from_utf8_lossy(&done.stderr));
}

/// The stored cubes, and the debits that say stored.
fn stored(root: &Path) -> (Vec<NoisyCube>, Vec<(String, String)>) {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    runtime.block_on(async {
        let catalogue = Arc::new(Catalogue::embedded().unwrap());
        let store = Store::open(DataFolder::new(root.join("data")), catalogue).await.unwrap();
        let mut cubes = Vec::new();
        for month in analytics::beyond::months(&store).await.unwrap() {
            let of_month = analytics::beyond::cubes(&store, month).await.unwrap();
            cubes.extend(of_month.into_iter().map(privacy::exit::Released::into_value));
        }
        let mut drawn = store.register().drawn().await.unwrap();
        drawn.sort();
        (cubes, drawn)
    })
}

fn copy(from: &Path, to: &Path) {
    for entry in std::fs::read_dir(from).unwrap() {
        let entry = entry.unwrap();
        let target = to.join(entry.file_name());
        if entry.file_type().unwrap().is_dir() {
            std::fs::create_dir_all(&target).unwrap();
            copy(&entry.path(), &target);
        } else {
            std::fs::copy(entry.path(), target).unwrap();
        }
    }
}

/// `CUBE_KILLS` asks for more of them.
#[test]
fn a_closing_killed_anywhere_leaves_no_draw_without_its_debit_and_never_draws_again() {
    let kills = std::env::var("CUBE_KILLS").ok().and_then(|kills| kills.parse().ok()).unwrap_or(12_u32);
    let folder = about_to_close();
    let begun = Instant::now();
    let whole = tempfile::tempdir().unwrap();
    copy(folder.root(), whole.path());
    maintain(&whole.path().join("data").display().to_string(), DUE);
    let (cubes, drawn) = stored(whole.path());
    assert!(!cubes.is_empty() && cubes.len() == drawn.len());
    let lasts = begun.elapsed();
    let mut random = Random::new(u64::from(std::process::id()));
    let (mut before, mut after) = (0, 0);
    for _ in 0..kills {
        let copied = tempfile::tempdir().unwrap();
        copy(folder.root(), copied.path());
        let data = copied.path().join("data").display().to_string();
        let mut closing = program();
        closing.args(["maintain", "--data", &data, "--now", DUE]).stdout(Stdio::null()).stderr(Stdio::null());
        let mut child = closing.spawn().unwrap();
        let at = u32::try_from(random.below(1_000)).unwrap();
        std::thread::sleep(lasts * at / 1_000);
        child.kill().unwrap();
        child.wait().unwrap();

        let (left, debits) = stored(copied.path());
        let mut names: Vec<_> = left.iter().map(|cube| (cube.cube.clone(), cube.month.to_string())).collect();
        names.sort();
        assert_eq!(names, debits, "every stored cube has its debit, and none is marked stored that is not");
        maintain(&data, DUE);
        let (again, _) = stored(copied.path());
        assert_eq!(again.len(), cubes.len());
        assert!(left.is_empty() || left == again, "what was stored is never drawn again");
        if left.is_empty() { before += 1 } else { after += 1 }
    }
    println!("{kills} kills: {before} before the month was stored, {after} after it");
}

#[test]
fn what_left_is_read_as_it_was_stored_and_by_those_who_may() {
    let folder = about_to_close();
    maintain(&folder.argument(), DUE);
    let (read, bi, collect) = (folder.token("read", "all"), folder.token("bi", "all"), folder.token("collect", "all"));
    let get = |server: &Server, path: &str, token: &str| {
        Request::new("GET", path).header("Authorization", format!("Bearer {token}")).send(server.address())
    };
    let path = "/api/v1/cubes?month=2025-11&level=district";
    let mut texts = Vec::new();
    for _ in 0..2 {
        let server = Server::start_demonstration(&folder, DUE);
        for _ in 0..250 {
            for token in [&read, &bi] {
                let answer = get(&server, path, token);
                assert_eq!(answer.status, 200, "{}", answer.text());
                texts.push(answer.text());
            }
        }
        assert_eq!(get(&server, path, &collect).status, 403);
        assert_eq!(Request::new("GET", path).send(server.address()).status, 401);
        for (wrong, what) in [
            ("level=village", "district, department, academy, national"),
            ("month=november", "2025-11"),
            ("cube=everything", "active_teachers"),
            ("split=all", "`word` or `none`"),
        ] {
            let answer = get(&server, &format!("/api/v1/cubes?{wrong}"), &read);
            assert_eq!(answer.status, 422, "{wrong}");
            assert!(answer.text().contains(what), "{}", answer.text());
        }
        server.stop();
    }
    texts.dedup();
    assert_eq!(texts.len(), 1, "one byte string, whoever reads, however often, after a restart too");
    let answer: serde_json::Value = serde_json::from_str(&texts[0]).unwrap();
    assert_eq!((&answer["month"], &answer["level"]), (&"2025-11".into(), &"district".into()));
    let cube = answer["cubes"].as_array().unwrap().iter().find(|cube| cube["cube"] == "families_active").unwrap();
    assert_eq!((&cube["origin"], &cube["protection"]), (&"frozen".into(), &"dp ε=2 δ=1e-8".into()));
    let error = cube["sums"][0]["error"].as_f64().unwrap();
    // Schools of three academies name the same district here: three leaves add up.
    assert!((error - 1.959_964 * 6.85 * 3_f64.sqrt()).abs() < 1e-3, "{error}");
}

#[test]
fn hints_come_from_what_left_and_say_which_months() {
    let folder = about_to_close();
    maintain(&folder.argument(), DUE);
    let server = Server::start_demonstration(&folder, DUE);
    let collect = folder.token("collect", "all");
    let get = |path: &str| {
        Request::new("GET", path).header("Authorization", format!("Bearer {collect}")).send(server.address())
    };
    let answer = get("/api/v1/hints");
    assert_eq!(answer.status, 200, "{}", answer.text());
    let hints = answer.value();
    assert_eq!(hints["months"], serde_json::json!(["2025-11"]));
    for after in hints["after"].as_array().unwrap() {
        let next = after["next"].as_array().unwrap();
        assert!((1..=3).contains(&next.len()), "{after}");
        assert!(next.iter().all(|hint| hint["share"].as_f64() >= hint["error"].as_f64()), "{after}");
    }
    assert_eq!(get("/api/v1/hints").text(), answer.text());
    let one = get("/api/v1/hints?screen=home");
    assert_eq!(one.status, 200, "{}", one.text());
    assert!(one.value()["after"].as_array().unwrap().iter().all(|after| after["screen"] == "home"));
    let wrong = get("/api/v1/hints?screen=nowhere");
    assert_eq!(wrong.status, 422);
    assert!(wrong.text().contains("list of screens") && !wrong.text().contains("nowhere"), "{}", wrong.text());
    assert_eq!(Request::new("GET", "/api/v1/hints").send(server.address()).status, 401);
}
