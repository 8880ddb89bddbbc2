//! Roots over their lives: registered, destroyed to the last byte, never made again, and only those of the folder.

use std::os::unix::fs::PermissionsExt;

use calendar::SchoolYear;
use privacy::audit::Party;
use privacy::{KeyId, Keys};
use sea_orm::ConnectionTrait;
use store::{Error, Store, Who};

use super::folder::{World, admit, batch, contains, event, now, roster, uai};

fn year(text: &str) -> SchoolYear {
    text.parse().unwrap()
}

async fn open(world: &World) -> Store {
    let store = world.open().await.unwrap();
    store.ensure_roots(now()).await.unwrap();
    store
}

/// The key itself, as the key file has it.
fn root_of(store: &Store, of: &str) -> [u8; 32] {
    let Keys::Here(ring) = store.keys() else { panic!("the keys are here") };
    *ring.roots()[&year(of)].expose()
}

fn base64(bytes: &[u8]) -> String {
    const DIGITS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let digit = |chunk: &[u8], at: usize| {
        let bits = chunk.iter().fold(0_u32, |sum, byte| sum << 8 | u32::from(*byte)) << (8 * (3 - chunk.len()));
        char::from(DIGITS[(bits >> (18 - 6 * at) & 63) as usize])
    };
    bytes.chunks(3).flat_map(|chunk| (0..=chunk.len()).map(move |at| digit(chunk, at))).collect()
}

async fn acts(store: &Store, action: &str) -> Vec<String> {
    let entries = store.register().audit_entries(0, 1_000).await.unwrap();
    entries.into_iter().filter(|entry| entry.action == action).map(|entry| entry.detail).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_new_folder_registers_its_roots_by_their_public_digests() {
    let world = World::new();
    let store = open(&world).await;
    let known = store.register().roots().await.unwrap();
    let years: Vec<String> = known.iter().map(|root| root.school_year.to_string()).collect();
    assert_eq!(years, ["2024-2025", "2025-2026", "2026-2027"]);
    assert_eq!(acts(&store, "key_made").await.len(), 3);
    store.ensure_roots(now()).await.unwrap();
    assert_eq!(acts(&store, "key_made").await.len(), 3, "once");
    let mode = std::fs::metadata(world.folder().keys).unwrap().permissions().mode();
    assert_eq!(mode & 0o777, 0o600);
    let held = store.held_keys().unwrap();
    assert!(known.iter().all(|root| held.roots[&root.school_year] == root.key_id));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_destroyed_root_is_nowhere_in_no_form_and_the_log_proves_it() {
    let world = World::new();
    let store = open(&world).await;
    let root = root_of(&store, "2024-2025");
    // What a hexadecimal digit stream, three alignments of base64 and the raw bytes would look like.
    let mut forms = vec![root.to_vec(), hex(&root).into_bytes(), hex(&root).to_uppercase().into_bytes()];
    for skipped in 0..3 {
        let aligned = base64(&root[skipped..]).into_bytes();
        // The last digit hangs on what follows.
        forms.push(aligned[..aligned.len() - 2].to_vec());
    }
    let found = |bytes: &[u8]| forms.iter().filter(|form| contains(bytes, form)).count();
    assert_eq!(found(&world.bytes()), 1, "it is there in hexadecimal, and the scan finds it");
    let every_form = [&forms.concat()[..], &world.bytes()].concat();
    assert_eq!(found(&every_form), forms.len(), "the scan finds every form");

    let gone = store.destroy_root(year("2024-2025"), now(), "its last row has expired").await.unwrap().unwrap();
    assert_eq!(found(&world.bytes()), 0);
    assert_eq!(acts(&store, "key_destroyed").await, [format!("2024-2025 {gone}: its last row has expired")]);
    assert_eq!(store.destroy_root(year("2024-2025"), now(), "again").await.unwrap(), None);
    store.ensure_roots(now()).await.unwrap();
    assert!(!store.held_keys().unwrap().roots.contains_key(&year("2024-2025")), "it never comes back");
    drop(store);
    let store = open(&world).await;
    assert!(!store.held_keys().unwrap().roots.contains_key(&year("2024-2025")));
    assert_eq!(found(&world.bytes()), 0);
    assert!(store.register().verify_audit(None).await.unwrap().holds());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_root_dies_with_its_year_and_its_last_row() {
    let world = World::new();
    let store = open(&world).await;
    assert!(store.years_with_rows().await.unwrap().is_empty());
    let (clean, answer) = admit(&store, &batch(&[event(1)])).unwrap();
    store.journal().append(store.catalogue(), &clean, answer).await.unwrap();
    store.fold().await.unwrap();
    store.register().put_roster(&roster(&store.keys(), store.catalogue())).await.unwrap();
    assert!(store.years_with_rows().await.unwrap().contains(&year("2025-2026")));
    // A name in the audit log is a row as well.
    let erasures = store.register().erasures().await.unwrap();
    let who = Who::since(Party::person("teacher", uai(), clean.events()[0].person()), erasures);
    store.register().log("2026-10-01T08:00:00Z".parse().unwrap(), who, "view", "class").await.unwrap();
    assert!(store.years_with_rows().await.unwrap().contains(&year("2026-2027")));

    let root = hex(&root_of(&store, "2025-2026"));
    let hers = clean.events()[0].person().to_hex();
    // The last day of 2024-2025 is 3 August 2025, and nothing of it is taken or kept for more than 13 months.
    for (today, destroyed) in [
        ("2026-09-03", None),
        ("2026-09-04", Some("2024-2025")),
        ("2027-09-02", None),
        ("2027-09-03", Some("2025-2026")),
        ("2027-11-03", None),
    ] {
        let retired = store.retire(today.parse().unwrap(), now()).await.unwrap();
        assert_eq!(retired.roots, destroyed.map(year).into_iter().collect::<Vec<_>>(), "{today}");
    }
    assert!(store.years_with_rows().await.unwrap().is_empty());
    assert_eq!(acts(&store, "key_destroyed").await.len(), 2);
    drop(store);
    world.database().await.execute_unprepared("PRAGMA wal_checkpoint(TRUNCATE)").await.unwrap();
    let bytes = world.bytes();
    assert!(!contains(&bytes, root.as_bytes()) && !contains(&bytes, hers.as_bytes()));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_replaced_root_takes_the_years_rosters_with_it_and_makes_other_pseudonyms() {
    let world = World::new();
    let store = open(&world).await;
    store.register().put_roster(&roster(&store.keys(), store.catalogue())).await.unwrap();
    assert!(store.years_with_rows().await.unwrap().contains(&year("2025-2026")));
    let before = admit(&store, &batch(&[event(1)])).unwrap().0.events()[0].person();
    let root = hex(&root_of(&store, "2025-2026"));
    let replaced = store.replace_root(year("2025-2026"), now(), "it was copied").await.unwrap().unwrap();
    assert!(!contains(&world.bytes(), root.as_bytes()));
    assert!(store.years_with_rows().await.unwrap().is_empty());
    assert!(admit(&store, &batch(&[event(1)])).unwrap().0.events()[0].person() != before);
    let known = store.register().roots().await.unwrap();
    let of_year: Vec<(KeyId, bool)> = known
        .iter()
        .filter(|root| root.school_year == year("2025-2026"))
        .map(|root| (root.key_id, root.destroyed_on.is_some()))
        .collect();
    assert!(of_year.contains(&(replaced.gone, true)) && of_year.contains(&(replaced.made, false)));
    drop(store);
    open(&world).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn keys_of_another_folder_are_refused() {
    let (world, other) = (World::new(), World::new());
    drop(open(&world).await);
    drop(open(&other).await);
    let (keys, kept) = (world.folder().keys, world.root().join("kept"));
    std::fs::rename(&keys, &kept).unwrap();
    std::fs::copy(other.folder().keys, &keys).unwrap();
    assert!(matches!(world.open().await, Err(Error::OtherKeys(_))));
    std::fs::remove_file(&keys).unwrap();
    assert!(matches!(world.open().await, Err(Error::File { .. })), "fresh keys would orphan every row");
    assert!(!keys.exists());
    std::fs::rename(&kept, &keys).unwrap();
    open(&world).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_root_that_comes_back_with_a_copy_is_destroyed_again() {
    let world = World::new();
    let store = open(&world).await;
    let keys = world.folder().keys;
    let copy = std::fs::read(&keys).unwrap();
    let root = hex(&root_of(&store, "2024-2025"));
    store.destroy_root(year("2024-2025"), now(), "test").await.unwrap();
    drop(store);
    std::fs::write(&keys, &copy).unwrap();
    let store = open(&world).await;
    assert!(!contains(&world.bytes(), root.as_bytes()));
    assert!(acts(&store, "key_destroyed").await.last().unwrap().contains("it had come back"));
}

#[tokio::test(flavor = "multi_thread")]
async fn what_a_crash_leaves_between_key_file_and_register_is_finished() {
    let world = World::new();
    let store = open(&world).await;
    let keys = world.folder().keys;
    let before = std::fs::read(&keys).unwrap();
    let gone = store.destroy_root(year("2024-2025"), now(), "test").await.unwrap().unwrap();
    let made = store.replace_root(year("2026-2027"), now(), "test").await.unwrap().unwrap().made;
    drop(store);
    let after = std::fs::read(&keys).unwrap();
    // A second folder that was stopped after the key file was written and before the register was.
    let crashed = World::new();
    std::fs::write(crashed.folder().keys, &before).unwrap();
    std::fs::set_permissions(crashed.folder().keys, std::fs::Permissions::from_mode(0o600)).unwrap();
    drop(open(&crashed).await);
    std::fs::write(crashed.folder().keys, &after).unwrap();
    let store = open(&crashed).await;
    let known = store.register().roots().await.unwrap();
    let destroyed: Vec<KeyId> =
        known.iter().filter(|root| root.destroyed_on.is_some()).map(|root| root.key_id).collect();
    assert!(destroyed.contains(&gone) && destroyed.len() == 2);
    assert!(known.iter().any(|root| root.key_id == made && root.destroyed_on.is_none()));
    assert_eq!(acts(&store, "key_destroyed").await.len(), 2);
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().fold(String::new(), |text, byte| format!("{text}{byte:02x}"))
}
