//! What age does: retention with the test's clock, the end of a root, backups, and restores that forget nothing.

use std::collections::BTreeSet;

use serde_json::json;

use super::world::{CLOSED, START, UAI, Who, World, ask, date, move_clock, open, pseudonyms, rows, start};
use super::{needles, played, runtime, scan_folder, tokens, wait_until_done};
use crate::canaries::scan::Needles;
use crate::server::{Folder, Request, run};

fn maintain(folder: &Folder, now: &str) {
    let done = run(&["maintain", "--data", &folder.argument(), "--now", now]);
    assert!(done.status.success(), "{}", String::from_utf8_lossy(&done.stderr));
}

const LINKED: [&str; 3] = ["SELECT * FROM person_day", "SELECT * FROM person_week", "SELECT * FROM pupil_week"];

#[test]
fn thirteen_months_after_a_week_nothing_of_it_is_left_and_then_its_root_dies() {
    let (folder, world) = (Folder::new(), World { classes: 2 });
    let tokens = tokens(&folder);
    let server = start(&folder);
    world.send(server.address(), &tokens.collect, &BTreeSet::new());
    let crash = json!({
        "schema": 1, "batch_id": uuid::Uuid::new_v4(), "batch_no": 9, "lost_n": 0, "establishment": UAI, "install": "tab-0",
        "app_version": "2.3.4", "platform": "android", "sent_at": "2025-11-13T20:00:00+01:00", "events": [{
            "id": uuid::Uuid::new_v4(), "name": "crash_reported", "at": "2025-11-13T10:00:00+01:00", "session": "s", "seq": 1,
            "role": "teacher", "actor": "T-0", "props": { "type": "out_of_memory", "severity": "critical" } }],
    });
    let answer = Request::events(&tokens.collect, crash.to_string()).send(server.address());
    let taken = answer.value()["accepted"] == 1;
    move_clock(server.address(), &tokens.collect, CLOSED);
    server.stop();
    let counted = |queries: &[&str]| -> Vec<usize> {
        runtime().block_on(async { rows(&open(&folder).await, queries).await }).iter().map(Vec::len).collect()
    };
    let crashes = [
        "SELECT * FROM tech_day WHERE metric IN ('crashes', 'crash_severities') AND (word <> '' OR screen <> '')",
        "SELECT * FROM tech_day WHERE metric = 'crashes'",
    ];
    assert!(counted(&LINKED)[1..].iter().all(|rows| *rows > 0));
    if taken {
        assert_eq!(counted(&crashes), [2, 1]);
        maintain(&folder, "2026-02-11T12:00:00Z");
        assert_eq!(counted(&crashes), [2, 1], "ninety days are not over");
        maintain(&folder, "2026-02-13T12:00:00Z");
        assert_eq!(counted(&crashes), [0, 1], "the detail is gone, the count stays");
    }
    // The week ends on 16 November 2025.
    maintain(&folder, "2026-12-16T12:00:00Z");
    assert!(counted(&LINKED)[1..].iter().all(|rows| *rows > 0), "the last day of thirteen months");
    let root = runtime().block_on(async {
        let store = open(&folder).await;
        let year = calendar::SchoolYear::of(date("2025-11-13"));
        let privacy::Keys::Here(ring) = store.keys() else { panic!("the keys are here") };
        ring.roots()[&year].expose().to_vec()
    });
    let root = Needles::of_bytes(&[("root".to_owned(), root)]);
    assert!(!scan_folder(&root, folder.root()).is_empty(), "the key file holds the root");
    let people = needles(&folder, &world.people());
    maintain(&folder, "2026-12-17T12:00:00Z");
    assert_eq!(counted(&LINKED), [0, 0, 0], "the day after");
    assert_eq!(scan_folder(&people, &folder.data().join("lake")), Vec::<String>::new());
    assert!(!scan_folder(&root, folder.root()).is_empty(), "events of this school year may still come");
    maintain(&folder, "2027-10-01T12:00:00Z");
    assert_eq!(scan_folder(&root, folder.root()), Vec::<String>::new(), "the root died with its last row");
    assert_eq!(scan_folder(&people, folder.root()), Vec::<String>::new(), "and the roster with it");
    let access = run(&[
        "rights",
        "access",
        "--data",
        &folder.argument(),
        "--establishment",
        UAI,
        "--kind",
        "staff",
        "--identifier",
        "T-0",
    ]);
    let page = String::from_utf8_lossy(&access.stdout).into_owned();
    assert!(
        page.contains("article 11") && page.contains("2025-2026"),
        "the answer proves that the key is destroyed: {page}"
    );
}

#[test]
fn a_restore_does_again_what_was_done_since_the_backup() {
    let world = World { classes: 1 };
    let (folder, tokens, server) = played(&world, START);
    let safe = folder.root().join("safe");
    std::fs::create_dir(&safe).unwrap();
    let to = safe.display().to_string();
    let data = folder.argument();
    let backup = |now: &str| run(&["backup", "--data", &data, "--to", &to, "--prune", "--now", now]);
    let made = backup("2025-11-14T19:00:00Z");
    assert!(made.status.success(), "{}", String::from_utf8_lossy(&made.stderr));
    let backed = String::from_utf8(made.stdout).unwrap().trim().to_owned();
    let (erased, objecting, restricted): (Who, Who, Who) =
        (("staff", "T-0".into()), ("family", "F-0-0".into()), ("pupil", "P-0-5".into()));
    let id = ask(server.address(), &tokens.admin, "erase", &erased).value()["id"].as_i64().unwrap();
    wait_until_done(server.address(), &tokens.admin, id);
    assert_eq!(ask(server.address(), &tokens.admin, "object", &objecting).status, 202);
    assert_eq!(ask(server.address(), &tokens.admin, "restrict", &restricted).status, 202);
    server.stop();
    let of_erased = needles(&folder, &[erased]);
    assert!(!scan_folder(&of_erased, &safe).is_empty(), "the backup is older than the erasure");

    let restore = |name: &str, with_tombstones: bool, now: &str| {
        let root = folder.root().join(name);
        std::fs::create_dir_all(&root).unwrap();
        std::fs::copy(folder.root().join("data.keys"), root.join("data.keys")).unwrap();
        if with_tombstones {
            std::fs::copy(folder.root().join("data.tombstones"), root.join("data.tombstones")).unwrap();
        }
        let into = root.join("data").display().to_string();
        (root.clone(), run(&["restore", "--from", &backed, "--data", &into, "--now", now]))
    };
    let (root, done) = restore("again", true, "2025-11-15T08:00:00Z");
    let said = String::from_utf8_lossy(&done.stderr).into_owned();
    assert!(done.status.success() && said.contains("done again: erased"), "{said}");
    assert_eq!(scan_folder(&of_erased, &root), Vec::<String>::new());
    runtime().block_on(async {
        let catalogue = std::sync::Arc::new(catalogue::Catalogue::embedded().unwrap());
        let store = store::Store::open_beside(store::Folder::new(root.join("data")), catalogue).await.unwrap();
        assert_eq!(store.register().opt_out_count().await.unwrap(), 1, "the objection is back");
        let hers = hex::encode(pseudonyms(&store, &restricted)[0]);
        let query = format!("SELECT * FROM pupil_week WHERE pupil = X'{hers}'");
        assert_eq!(rows(&store, &[query.as_str()]).await[0].len(), 0, "and so is the restriction");
    });
    // The control: whoever loses the tombstones brings the erased back.
    let (root, done) = restore("careless", false, "2025-11-15T08:00:00Z");
    assert!(done.status.success() && String::from_utf8_lossy(&done.stderr).contains("is not there"));
    assert!(!scan_folder(&of_erased, &root).is_empty());
    // Not over anything, not after thirty days, not without the keys.
    let (_, over) = restore("again", true, "2025-11-15T08:00:00Z");
    assert_eq!(over.status.code(), Some(1));
    assert!(String::from_utf8_lossy(&over.stderr).contains("is not empty"));
    let (_, late) = restore("late", true, "2025-12-15T08:00:00Z");
    assert!(String::from_utf8_lossy(&late.stderr).contains("more than 30 days ago"));
    let nowhere = folder.root().join("keyless").display().to_string();
    let keyless = run(&["restore", "--from", &backed, "--data", &nowhere, "--now", "2025-11-15T08:00:00Z"]);
    assert!(String::from_utf8_lossy(&keyless.stderr).contains("put the key file back first"));
    // Backups expire.
    assert!(backup("2025-12-15T08:00:00Z").status.success());
    assert!(!std::path::Path::new(&backed).exists());
    assert_eq!(std::fs::read_dir(&safe).unwrap().count(), 1, "the new one");
}
