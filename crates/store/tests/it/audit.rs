//! The audit log in the register: one order whoever writes, names that can be erased, and forgers who are found.

use privacy::audit::{Checkpoint, FORGET, Party};
use privacy::exit::Subject;
use privacy::{Domain, Pseudonym};
use sea_orm::{ConnectionTrait, DatabaseConnection};
use store::{Register, Store, Who};

use super::folder::{World, contains, now, uai};

fn person(store: &Store, id: u32) -> Pseudonym {
    let year = "2025-2026".parse().unwrap();
    store.keys().pseudonym(year, &uai(), Domain::Staff, &format!("T-{id}")).unwrap().unwrap()
}

/// Views of a class by seven teachers in turn, with a checkpoint kept after every sixteenth.
async fn write_views(store: &Store, views: u32) {
    let erasures = store.register().erasures().await.unwrap();
    for nth in 0..views {
        let teacher = person(store, nth % 7);
        let who = Who::since(Party::person("teacher", uai(), teacher), erasures);
        let subject = Subject::Class(Pseudonym::from_stored([7; 16]));
        store.register().log_view(now(), who, &uai(), teacher, subject, &format!("2025-W{nth}")).await.unwrap();
        if nth % 16 == 15 {
            store.register().checkpoint(now()).await.unwrap();
        }
    }
}

async fn open(world: &World) -> Store {
    let store = world.open().await.unwrap();
    store.ensure_roots(now()).await.unwrap();
    store
}

#[tokio::test(flavor = "multi_thread")]
async fn two_processes_write_one_log_in_the_order_of_their_commits() {
    let world = World::new();
    let store = open(&world).await;
    let before = store.register().audit_length().await.unwrap();
    let other = Store::open_register(&world.folder()).await.unwrap();
    let write = |register: Register, whose: &'static str| {
        tokio::spawn(async move {
            for nth in 0..40 {
                register.log(now(), whose, "act", &nth.to_string()).await.unwrap();
            }
        })
    };
    let writers = [write(store.register().clone(), "one"), write(other.clone(), "two"), write(other, "three")];
    for writer in writers {
        writer.await.unwrap();
    }
    let report = store.register().verify_audit(None).await.unwrap();
    assert!(report.holds(), "{:?}", report.faults);
    assert_eq!(report.checkpoint.size, before + 120);
    for whose in ["one", "two", "three"] {
        let entries = store.register().audit_entries(before, 200).await.unwrap();
        let mine = entries.iter().filter(|entry| entry.name.as_ref().unwrap().role == whose);
        let order: Vec<u32> = mine.map(|entry| entry.detail.parse().unwrap()).collect();
        assert_eq!(order, (0..40).collect::<Vec<_>>());
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_under_way_when_somebody_is_erased_does_not_write_her_name_again() {
    let world = World::new();
    let store = open(&world).await;
    let hers = person(&store, 3);
    let party = || Party::person("teacher", uai(), hers);
    let named = async || store.register().audit_of(&[hers]).await.unwrap().len();
    let since = store.register().erasures().await.unwrap();
    store.register().log(now(), Who::since(party(), since), "view", "").await.unwrap();
    assert_eq!(named().await, 1);
    store.register().log(now(), party(), "view", "").await.unwrap();
    assert_eq!(named().await, 1, "she has no session");

    let ended = "INSERT INTO rights_request (received_on, due_on, action, state, way, detail) \
                 VALUES ('2025-11-24', '2025-12-24', 'erase', 'done', 'api', '')";
    world.database().await.execute_unprepared(ended).await.unwrap();
    store.register().log(now(), Who::since(party(), since), "view", "").await.unwrap();
    assert_eq!(named().await, 1, "somebody was erased since");
    let since = store.register().erasures().await.unwrap();
    store.register().log(now(), Who::since(party(), since), "view", "").await.unwrap();
    assert_eq!(named().await, 2);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_name_is_erased_to_the_last_byte_and_every_proof_still_holds() {
    let world = World::new();
    let store = open(&world).await;
    write_views(&store, 30).await;
    let held = store.register().checkpoint(now()).await.unwrap();
    let (hers, others) = (person(&store, 3), person(&store, 4));
    let seq = store.register().audit_of(&[hers]).await.unwrap()[0].seq;
    let proof = store.register().prove_audit(seq).await.unwrap().unwrap();
    assert_eq!(store.register().audit_of(&[hers]).await.unwrap().len(), 4);

    assert_eq!(store.register().forget_in_audit(now(), &[hers]).await.unwrap(), 4);
    assert_eq!(store.register().forget_in_audit(now(), &[hers]).await.unwrap(), 0);
    assert!(store.register().audit_of(&[hers]).await.unwrap().is_empty());
    assert_eq!(store.register().audit_of(&[others]).await.unwrap().len(), 4);
    let report = store.register().verify_audit(Some(held)).await.unwrap();
    assert!(report.holds(), "{:?}", report.faults);
    assert_eq!(report.erased, 4);
    let after = store.register().prove_audit(seq).await.unwrap().unwrap();
    assert!(proof.holds() && after.holds() && proof.leaf == after.leaf);
    let erasures = store.register().audit_entries(held.size, 10).await.unwrap();
    assert_eq!((erasures.len(), erasures[0].action.as_str(), erasures[0].detail.as_str()), (1, FORGET, "4"));

    drop(store);
    world.database().await.execute_unprepared("PRAGMA wal_checkpoint(TRUNCATE)").await.unwrap();
    let bytes = world.bytes();
    assert!(!contains(&bytes, hers.to_hex().as_bytes()));
    assert!(contains(&bytes, others.to_hex().as_bytes()), "the scan finds what is there");
}

#[tokio::test(flavor = "multi_thread")]
async fn old_names_expire_and_acts_stay() {
    let world = World::new();
    let store = open(&world).await;
    write_views(&store, 10).await;
    let held = store.register().checkpoint(now()).await.unwrap();
    let day = |text: &str| text.parse().unwrap();
    assert_eq!(store.register().forget_in_audit_before(now(), day("2025-11-24")).await.unwrap(), 0);
    assert_eq!(store.register().forget_in_audit_before(now(), day("2025-11-25")).await.unwrap(), 10);
    let report = store.register().verify_audit(Some(held)).await.unwrap();
    assert!(report.holds(), "{:?}", report.faults);
    let entries = store.register().audit_entries(0, 100).await.unwrap();
    assert_eq!(entries.iter().filter(|entry| entry.action == "view").count(), 10);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_day_has_one_checkpoint_and_a_quiet_day_none() {
    let world = World::new();
    let store = open(&world).await;
    let register = store.register();
    let at = |text: &str| text.parse().unwrap();
    assert!(register.checkpoint_daily(at("2025-11-24T01:00:00Z")).await.unwrap().is_some());
    register.log(now(), "system", "act", "").await.unwrap();
    assert!(register.checkpoint_daily(at("2025-11-24T23:00:00Z")).await.unwrap().is_none());
    assert!(register.checkpoint_daily(at("2025-11-25T01:00:00Z")).await.unwrap().is_some());
    assert!(register.checkpoint_daily(at("2025-11-26T01:00:00Z")).await.unwrap().is_none());
    assert_eq!(register.kept_checkpoints(10).await.unwrap().len(), 2);
}

/// What somebody does to the database who can write to it: statements, with numbers below the log's length put in.
const FORGERIES: [&str; 14] = [
    "UPDATE audit_entry SET detail = detail || 'x' WHERE seq = {a}",
    "UPDATE audit_entry SET moment = '2025-11-23' WHERE seq = {a}",
    "UPDATE audit_entry SET action = 'close' WHERE seq = {a} AND action <> 'close'",
    "UPDATE audit_entry SET person = lower(hex(randomblob(16))) WHERE seq = {a}",
    "UPDATE audit_entry SET role = 'head' WHERE seq = {a}",
    "UPDATE audit_entry SET digest = randomblob(32) WHERE seq = {a}",
    "UPDATE audit_entry SET name_digest = randomblob(32) WHERE seq = {a}",
    "UPDATE audit_entry SET name_salt = NULL, role = NULL, establishment = NULL, person = NULL WHERE seq = {a}",
    "DELETE FROM audit_entry WHERE seq = {a}",
    "DELETE FROM audit_entry WHERE seq = {a}; UPDATE audit_entry SET seq = seq - 1 WHERE seq > {a}",
    "UPDATE audit_entry SET seq = -1 WHERE seq = {a}; UPDATE audit_entry SET seq = {a} WHERE seq = {b}; \
     UPDATE audit_entry SET seq = {b} WHERE seq = -1",
    "DELETE FROM audit_entry WHERE seq >= {a}",
    "DELETE FROM audit_entry WHERE seq >= {a}; DELETE FROM audit_checkpoint WHERE size > {a}",
    "UPDATE audit_head SET size = {a}, frontier = X''",
];

const TABLES: [&str; 3] = ["audit_entry", "audit_head", "audit_checkpoint"];

async fn keep(database: &DatabaseConnection) {
    for table in TABLES {
        database.execute_unprepared(&format!("CREATE TABLE kept_{table} AS SELECT * FROM {table}")).await.unwrap();
    }
}

async fn put_back(database: &DatabaseConnection) {
    let back = TABLES.map(|table| format!("DELETE FROM {table}; INSERT INTO {table} SELECT * FROM kept_{table};"));
    database.execute_unprepared(&format!("BEGIN; {} COMMIT", back.concat())).await.unwrap();
}

/// A log of the same length with one entry told otherwise, written by the program itself, so that nothing in it
/// contradicts anything: head and kept checkpoints are its own.
async fn fork(store: &Store, database: &DatabaseConnection, length: u64, other: u64) {
    let wipe = "BEGIN; DELETE FROM audit_entry; DELETE FROM audit_checkpoint; \
                UPDATE audit_head SET size = 0, frontier = X''; COMMIT";
    database.execute_unprepared(wipe).await.unwrap();
    for seq in 0..length {
        let told = if seq == other { "another act" } else { "act" };
        store.register().log(now(), "system", told, "").await.unwrap();
    }
}

/// T21 on the register itself.
#[tokio::test(flavor = "multi_thread")]
async fn a_thousand_forgeries_of_the_database_are_found() {
    let world = World::new();
    let store = open(&world).await;
    write_views(&store, 60).await;
    let held = store.register().checkpoint(now()).await.unwrap();
    let database = world.database().await;
    keep(&database).await;
    let mut state = 0x9e37_79b9_7f4a_7c15_u64;
    let mut below = |bound: u64| {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        state % bound
    };
    let mut tried = 0;
    while tried < 1_000 {
        if tried % 50 == 49 {
            fork(&store, &database, held.size, below(held.size)).await;
        } else {
            let (a, by) = (below(held.size), 1 + below(held.size - 1));
            let b = (a + by) % held.size;
            let forgery = FORGERIES[usize::try_from(below(14)).unwrap()];
            let statement = forgery.replace("{a}", &a.to_string()).replace("{b}", &b.to_string());
            database.execute_unprepared(&format!("BEGIN; {statement}; COMMIT")).await.unwrap();
            if is_unchanged(&database).await {
                continue;
            }
        }
        let report = store.register().verify_audit(Some(held)).await.unwrap();
        assert!(!report.holds(), "forgery {tried} was not found");
        put_back(&database).await;
        tried += 1;
    }
    assert!(store.register().verify_audit(Some(held)).await.unwrap().holds());

    // The control: without a held checkpoint nobody finds a fork.
    fork(&store, &database, held.size, 5).await;
    assert!(store.register().verify_audit(None).await.unwrap().holds());
    assert!(!store.register().verify_audit(Some(held)).await.unwrap().holds());
}

/// Some statements find nothing to change where they strike.
async fn is_unchanged(database: &DatabaseConnection) -> bool {
    let differ = TABLES.map(|table| format!("SELECT * FROM (SELECT * FROM {table} EXCEPT SELECT * FROM kept_{table})"));
    let missing =
        TABLES.map(|table| format!("SELECT * FROM (SELECT * FROM kept_{table} EXCEPT SELECT * FROM {table})"));
    for query in differ.into_iter().chain(missing) {
        let backend = database.get_database_backend();
        let rows = database.query_all_raw(sea_orm::Statement::from_string(backend, query)).await.unwrap();
        if !rows.is_empty() {
            return false;
        }
    }
    true
}

#[tokio::test(flavor = "multi_thread")]
async fn a_log_from_before_the_tree_is_carried_over() {
    let world = World::new();
    drop(open(&world).await);
    let database = world.database().await;
    let before = "DROP TABLE audit_entry; DROP TABLE audit_head; DROP TABLE audit_checkpoint; DROP TABLE root_key; \
                  DELETE FROM setting WHERE name = 'opt_out_key'; \
                  DELETE FROM seaql_migrations WHERE version LIKE 'm0002%'; \
                  CREATE TABLE audit (id integer PRIMARY KEY, at bigint, who text, action text, detail text); \
                  INSERT INTO audit VALUES (1, 1763971200, 'system', 'close', '2025-W46 sha256:00'), \
                                           (2, 1763974800, 'teacher 0123456789ab', 'view', '0750001A class P1')";
    database.execute_unprepared(before).await.unwrap();
    database.close().await.unwrap();
    let store = world.open().await.unwrap();
    let entries = store.register().audit_entries(0, 10).await.unwrap();
    let told: Vec<(&str, &str, &str)> = entries
        .iter()
        .map(|entry| (entry.when.as_str(), entry.action.as_str(), entry.name.as_ref().unwrap().role.as_str()))
        .collect();
    assert_eq!(told, [("2025-11-24T08:00:00Z", "close", "system"), ("2025-11-24T09:00:00Z", "view", "teacher")]);
    assert!(store.register().verify_audit(None).await.unwrap().holds());
    let empty: Checkpoint = "0:e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855".parse().unwrap();
    assert!(store.register().verify_audit(Some(empty)).await.unwrap().holds());
}
