//! Data folders, keys, ports and command lines that are not as they must be: a sentence that says so, and an exit code.

use std::net::TcpListener;
use std::os::unix::fs::PermissionsExt;
use std::process::Output;

use sea_orm::{ConnectionTrait, Database, Statement};

use super::NOW;
use crate::server::{Folder, Server, program, run};

/// A folder that a server has worked on and left.
fn used(arguments: &[&str]) -> Folder {
    let folder = Folder::new();
    let (status, _) = Server::start(&folder, arguments).stop();
    assert!(status.success());
    folder
}

fn serve(folder: &Folder, arguments: &[&str]) -> Output {
    let data = folder.argument();
    run(&[&["serve", "--listen", "127.0.0.1:0", "--data", &data], arguments].concat())
}

/// Checks that a command failed as it should: exit code, words, nothing on stdout.
fn assert_failed(done: &Output, code: i32, words: &[&str]) {
    let said = String::from_utf8_lossy(&done.stderr);
    assert_eq!(done.status.code(), Some(code), "{said}");
    for word in words {
        assert!(said.contains(word), "{word:?} is not in: {said}");
    }
    assert!(!said.contains("panicked"), "{said}");
    assert!(done.stdout.is_empty(), "data goes to stdout, complaints do not");
}

#[test]
fn a_folder_from_a_newer_version_is_left_alone() {
    let folder = used(&[]);
    let register = folder.data().join("register.sqlite");
    tokio::runtime::Runtime::new().unwrap().block_on(async {
        let open = Database::connect(format!("sqlite://{}?mode=rw", register.display())).await.unwrap();
        let insert = "INSERT INTO seaql_migrations (version, applied_at) VALUES ('m9999_future', 0)";
        open.execute_raw(Statement::from_string(open.get_database_backend(), insert)).await.unwrap();
        open.close().await.unwrap();
    });
    let before = std::fs::read(&register).unwrap();
    let data = folder.argument();
    for command in [
        &["serve", "--listen", "127.0.0.1:0", "--data", &data][..],
        &["maintain", "--data", &data],
        &["token", "create", "--data", &data, "--scope", "collect", "--establishment", "all"],
        &["governance", "list", "--data", &data],
    ] {
        assert_failed(&run(command), 1, &["newer version", "m9999_future", "install that version or newer"]);
    }
    assert!(std::fs::read(&register).unwrap() == before, "the register was changed");
}

#[test]
fn a_port_in_use_is_named() {
    let taken = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = taken.local_addr().unwrap();
    let folder = Folder::new();
    let data = folder.argument();
    let done = run(&["serve", "--data", &data, "--listen", &address.to_string()]);
    assert_failed(&done, 1, &[&format!("port {} on 127.0.0.1 is in use", address.port()), "--listen"]);
    assert!(!folder.data().exists(), "a server that cannot listen makes no data folder");
}

#[test]
fn keys_that_others_can_read_are_not_used() {
    let folder = used(&[]);
    let keys = folder.root().join("data.keys");
    std::fs::set_permissions(&keys, std::fs::Permissions::from_mode(0o644)).unwrap();
    assert_failed(&serve(&folder, &[]), 1, &["data.keys", "can be read by others (mode 644)", "chmod 600"]);
    std::fs::set_permissions(&keys, std::fs::Permissions::from_mode(0o600)).unwrap();
    let text = std::fs::read_to_string(&keys).unwrap();
    let secret = text.split('"').find(|part| part.len() == 64).unwrap();
    for spoilt in [text.replace(secret, &secret[..63]), text[..text.len() / 2].to_owned(), String::new()] {
        std::fs::write(&keys, &spoilt).unwrap();
        let done = serve(&folder, &[]);
        assert_failed(&done, 1, &["data.keys", "restore it from your copy"]);
        assert!(!String::from_utf8_lossy(&done.stderr).contains(&secret[..16]), "a key was printed");
        assert_eq!(std::fs::read_to_string(&keys).unwrap(), spoilt, "the key file was overwritten");
    }
    std::fs::write(&keys, &text).unwrap();
    Server::start(&folder, &[]).stop();
}

#[test]
fn two_processes_never_work_on_one_folder() {
    let folder = Folder::new();
    let server = Server::start(&folder, &[]);
    let data = folder.argument();
    let held = ["another process holds", "lock", "stop it"];
    assert_failed(&serve(&folder, &[]), 1, &held);
    assert_failed(&run(&["maintain", "--data", &data]), 1, &held);
    // A token can be made beside it.
    assert!(!folder.token("collect", "all").is_empty());
    server.stop();
    assert!(run(&["maintain", "--data", &data]).status.success());
}

#[test]
fn a_real_folder_follows_real_time_and_shows_no_demonstration() {
    let folder = used(&[]);
    assert_failed(&serve(&folder, &["--clock", "simulated"]), 1, &["--clock simulated", "demo or test data folder"]);
    assert_failed(&serve(&folder, &["--demo"]), 1, &["holds real data", "--data"]);
    assert_failed(&serve(&folder, &["--demo", "--clock", "simulated", "--clock-start", NOW]), 1, &["holds real data"]);
}

#[test]
fn a_wrong_command_line_is_wrong_use() {
    let folder = Folder::new();
    let data = folder.argument();
    for (command, words) in [
        (
            &["serve", "--data", &data, "--clock", "simulated", "--clock-start", "yesterday"][..],
            &["--clock-start", "as in 2025"][..],
        ),
        (&["maintain", "--data", &data, "--now", "yesterday"], &["--now", "as in 2025"]),
        (&["token", "create", "--data", &data, "--scope", "all", "--establishment", "all"], &["--scope", "collect"]),
        (
            &["token", "create", "--data", &data, "--scope", "collect", "--establishment", "ours"],
            &["--establishment", "0750001A"],
        ),
        (&["governance", "approve", "--data", &data, "everything", "--note", "n"], &["no such decision"]),
        (&["serve", "--data", &data, "--listen", "everywhere"], &["--listen"]),
        (&["serve"], &["--data"]),
    ] {
        assert_failed(&run(command), 2, words);
    }
    assert!(!folder.data().exists(), "wrong use makes no data folder");
}

#[test]
fn a_folder_that_is_none_is_told_apart() {
    let folder = Folder::new();
    std::fs::write(folder.data(), "a file").unwrap();
    assert_failed(&serve(&folder, &[]), 1, &["cannot create", "data"]);
    std::fs::remove_file(folder.data()).unwrap();
    std::fs::create_dir(folder.data()).unwrap();
    std::fs::write(
        folder.data().join("register.sqlite"),
        "not a database at all, but long enough to be taken for one".repeat(20),
    )
    .unwrap();
    assert_failed(&serve(&folder, &[]), 1, &["register"]);
}

#[test]
fn a_folder_may_be_named_without_its_path() {
    let folder = Folder::new();
    let done = program().current_dir(folder.root()).args(["maintain", "--data", "here"]).output().unwrap();
    assert!(done.status.success(), "{}", String::from_utf8_lossy(&done.stderr));
    assert!(folder.root().join("here.keys").exists());
}

#[test]
fn a_mistake_in_the_catalogue_stops_the_start_with_its_place() {
    let folder = Folder::new();
    let catalogue = folder.root().join("catalogue");
    for (name, text) in catalogue::EMBEDDED_FILES {
        let path = catalogue.join(name);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, text.replace("words = \"media_kind\"", "words = \"media_kinds\"")).unwrap();
    }
    let done = serve(&folder, &["--catalogue", &catalogue.display().to_string()]);
    assert_failed(&done, 1, &["events/content.toml:", "media_kinds"]);
}
