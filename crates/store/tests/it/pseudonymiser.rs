//! Keys in a process of their own: the folder is opened without a key file, the gate makes the same pseudonyms, and
//! while that process is away nothing is taken and nothing is lost.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::thread::JoinHandle;

use catalogue::Catalogue;
use privacy::entry::BatchRefused;
use privacy::{Domain, Keys};
use store::{Desk, Error, Folder, Store};

use super::folder::{World, admit, batch, contains, event, now, roster, uai};

struct Other {
    keys: PathBuf,
    socket: PathBuf,
    _thread: JoinHandle<()>,
}

/// Answers on a socket beside the data folder; the key file lies where no server looks.
fn start(world: &World) -> Other {
    let apart = world.root().join("apart");
    std::fs::create_dir_all(&apart).unwrap();
    let (keys, socket) = (apart.join("keys"), apart.join("socket"));
    let desk = Desk::open(&keys, &socket).unwrap();
    let thread = std::thread::spawn(move || desk.serve().unwrap());
    Other { keys, socket, _thread: thread }
}

async fn open(world: &World, socket: &Path) -> Result<Store, Error> {
    let folder = Folder { pseudonymiser: Some(socket.to_owned()), ..world.folder() };
    let store = Store::open(folder, Arc::new(Catalogue::embedded().unwrap())).await?;
    store.ensure_roots(now()).await?;
    Ok(store)
}

#[tokio::test(flavor = "multi_thread")]
async fn a_folder_is_opened_without_its_keys_and_makes_the_same_pseudonyms() {
    let world = World::new();
    let other = start(&world);
    // A key file that nobody could use: whoever read it would fail.
    std::fs::write(world.folder().keys, "no key file").unwrap();
    let there = open(&world, &other.socket).await.unwrap();
    assert!(there.keys().are_elsewhere());
    let (clean, answer) = admit(&there, &batch(&[event(1), event(2)])).unwrap();
    assert_eq!(answer.accepted, 2);
    there.register().put_roster(&roster(&there.keys(), there.catalogue())).await.unwrap();
    let digest = there.keys().opt_out_digest(&uai(), Domain::Staff, "T-1").unwrap();

    // The same folder opened with the key file itself.
    drop(there);
    let folder = Folder { keys: other.keys.clone(), ..world.folder() };
    let here = Store::open(folder, Arc::new(Catalogue::embedded().unwrap())).await.unwrap();
    assert!(matches!(here.keys(), Keys::Here(_)));
    assert!(admit(&here, &batch(&[event(1), event(2)])).unwrap().0 == clean);
    assert_eq!(here.keys().opt_out_digest(&uai(), Domain::Staff, "T-1").unwrap(), digest);
}

#[tokio::test(flavor = "multi_thread")]
async fn roots_are_made_and_destroyed_through_the_socket() {
    let world = World::new();
    let other = start(&world);
    let store = open(&world, &other.socket).await.unwrap();
    let held = store.held_keys().unwrap();
    assert_eq!(held.roots.len(), 3);
    let text = std::fs::read_to_string(&other.keys).unwrap();
    let root = text.split('"').skip_while(|part| *part != "2024-2025").find(|part| part.len() == 64).unwrap();
    let year = "2024-2025".parse().unwrap();
    assert_eq!(store.destroy_root(year, now(), "test").await.unwrap(), Some(held.roots[&year]));
    assert!(!contains(&world.bytes(), root.as_bytes()));
    let next = "2026-2027".parse().unwrap();
    let replaced = store.replace_root(next, now(), "test").await.unwrap().unwrap();
    assert_eq!(store.held_keys().unwrap().roots[&next], replaced.made);
    assert!(store.held_keys().unwrap().destroyed.contains(&year));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_socket_where_nobody_answers_is_told_with_what_to_do() {
    let world = World::new();
    let Err(error) = open(&world, &world.root().join("nobody")).await else { panic!("nobody answers") };
    assert!(matches!(error, Error::KeysAway { .. }));
    assert!(error.to_string().contains("ecarnet-stats pseudonymiser"), "{error}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_socket_that_somebody_answers_on_is_not_taken_and_a_dead_one_is() {
    let world = World::new();
    let other = start(&world);
    assert!(matches!(Desk::open(&other.keys, &other.socket), Err(Error::Held { .. })));
    let dead = world.root().join("dead");
    drop(std::os::unix::net::UnixListener::bind(&dead).unwrap());
    assert!(Desk::open(&world.root().join("dead.keys"), &dead).is_ok());
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_no_request_is_answered_and_harms_nobody() {
    use std::io::{Read, Write};
    let world = World::new();
    let other = start(&world);
    let store = open(&world, &other.socket).await.unwrap();
    for wrong in [&b"GET / HTTP/1.1\r\n\r\n"[..], b"\0\0\0\x05aMarie", b"\xff\xff\xff\xffa", b"\0\0\0\x02o{}", b"\0\0"]
    {
        let mut stream = std::os::unix::net::UnixStream::connect(&other.socket).unwrap();
        stream.write_all(wrong).unwrap();
        stream.shutdown(std::net::Shutdown::Write).unwrap();
        let mut said = Vec::new();
        let _ = stream.read_to_end(&mut said);
        assert!(!contains(&said, b"Marie"), "what was sent is not repeated");
    }
    assert!(admit(&store, &batch(&[event(1)])).is_ok());
}

#[tokio::test(flavor = "multi_thread")]
async fn an_answer_of_something_else_is_none() {
    let world = World::new();
    let other = start(&world);
    let store = open(&world, &other.socket).await.unwrap();
    // Somebody else answers on the socket now, with nonsense.
    std::fs::remove_file(&other.socket).unwrap();
    let listener = std::os::unix::net::UnixListener::bind(&other.socket).unwrap();
    std::thread::spawn(move || {
        use std::io::Write;
        for stream in listener.incoming() {
            let _ = stream.unwrap().write_all(b"\0\0\0\x04a\0\0\0\0");
        }
    });
    let fresh = Folder { pseudonymiser: Some(other.socket.clone()), ..World::new().folder() };
    let opened = Store::open(fresh, Arc::new(Catalogue::embedded().unwrap())).await;
    assert!(matches!(opened, Err(Error::KeysAway { .. })));
    // The connection that was kept goes to the first one, who still lives.
    assert!(matches!(admit(&store, &batch(&[event(1)])), Ok(_) | Err(BatchRefused::KeysAway(_))));
}
