//! The log's promises: what it proves, what may be erased, and that a forger is found.

use ct_merkle::mem_backed_tree::MemoryBackedTree;
use proptest::prelude::*;
use proptest::test_runner::{Config, TestRunner};
use sha2::Sha256;

use super::*;
use crate::{Domain, KeyRing, Uai};

/// A log with its head and the checkpoints kept beside it.
#[derive(Clone, Default)]
struct Log {
    entries: Vec<StoredEntry>,
    head: Frontier,
    kept: Vec<Checkpoint>,
}

impl Log {
    fn append(&mut self, entry: Entry) {
        let entry = entry.at(self.head.size());
        self.head.push(&entry.digest);
        self.entries.push(entry);
    }

    fn verify(&self, held: Option<Checkpoint>) -> Report {
        let mut auditor = Auditor::new(self.kept.iter().copied(), held);
        self.entries.iter().for_each(|entry| auditor.read(entry));
        auditor.finish(&self.head)
    }

    fn forget(&mut self, seqs: &[usize]) {
        for seq in seqs {
            self.entries[*seq].name = None;
        }
        self.append(Entry::new(now(), &Party::role("system"), FORGET, &seqs.len().to_string()));
    }

    /// Appends everything anew, as a forger with the whole database would: head and kept checkpoints fit again.
    fn rebuild(&mut self) {
        let sizes: Vec<u64> = self.kept.iter().map(|one| one.size).collect();
        let acts = std::mem::take(&mut self.entries);
        (self.head, self.kept) = (Frontier::default(), Vec::new());
        for act in acts {
            self.append(Entry::new(now(), &Party::role("teacher"), &act.action, &act.detail));
            if sizes.contains(&self.head.size()) {
                self.kept.push(self.head.checkpoint());
            }
        }
    }
}

fn now() -> jiff::Timestamp {
    "2025-11-24T18:00:00+01:00".parse().unwrap()
}

fn teacher(ring: &KeyRing, id: usize) -> Party {
    let uai: Uai = "0750001A".parse().unwrap();
    let mut keys = ring.establishment("2025-2026".parse().unwrap(), &uai).unwrap();
    Party::person("teacher", uai, keys.pseudonym(Domain::Staff, &format!("T-{id}")))
}

fn log(length: usize) -> Log {
    let mut ring = KeyRing::random();
    ring.ensure_root("2025-2026".parse().unwrap());
    let mut log = Log::default();
    for nth in 0..length {
        log.append(Entry::new(now(), &teacher(&ring, nth % 7), "view", &format!("class 2025-W{nth}")));
        if nth % 16 == 15 {
            log.kept.push(log.head.checkpoint());
        }
    }
    log
}

#[test]
fn the_tree_is_the_one_of_rfc_6962() {
    // The inputs and roots of the certificate-transparency project's own tests.
    let vectors = [
        ("", "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d"),
        ("00", "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125"),
        ("10", "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77"),
        ("2021", "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7"),
        ("3031", "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4"),
        ("40414243", "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef"),
        ("5051525354555657", "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c"),
        ("606162636465666768696a6b6c6d6e6f", "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328"),
    ];
    let mut frontier = Frontier::default();
    let empty = "0:e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";
    assert_eq!(frontier.checkpoint().to_string(), empty);
    for (nth, (leaf, root)) in vectors.into_iter().enumerate() {
        let bytes: Vec<u8> =
            (0..leaf.len()).step_by(2).map(|at| u8::from_str_radix(&leaf[at..at + 2], 16).unwrap()).collect();
        frontier.push(&bytes);
        assert_eq!(frontier.checkpoint().to_string(), format!("{}:{root}", nth + 1));
    }
}

#[test]
fn the_frontier_agrees_with_a_whole_tree_and_survives_being_stored() {
    let mut tree = MemoryBackedTree::<Sha256, Vec<u8>>::new();
    let mut frontier = Frontier::default();
    for nth in 0..600_u64 {
        tree.push(nth.to_be_bytes().to_vec());
        frontier.push(&nth.to_be_bytes());
        assert_eq!(frontier.checkpoint().root, <[u8; 32]>::from(*tree.root().as_bytes()));
        frontier = Frontier::from_bytes(frontier.size(), &frontier.to_bytes()).unwrap();
    }
    assert_eq!(Frontier::from_bytes(601, &frontier.to_bytes()), None);
}

#[test]
fn every_entry_is_proved_and_no_other_is() {
    let log = log(100);
    let digests = || log.entries.iter().map(|entry| entry.digest.clone());
    for seq in 0..100 {
        let proof = Inclusion::prove(digests(), seq).unwrap();
        assert_eq!(proof.checkpoint, log.head.checkpoint());
        assert!(proof.holds());
        assert!(!Inclusion { seq: (seq + 1) % 100, ..proof.clone() }.holds());
        assert!(!Inclusion { leaf: vec![0; 32], ..proof }.holds());
    }
    assert_eq!(Inclusion::prove(digests(), 100), None);
}

#[test]
fn erasing_a_name_breaks_no_proof() {
    let mut log = log(100);
    let held = log.head.checkpoint();
    let proof = Inclusion::prove(log.entries.iter().map(|entry| entry.digest.clone()), 14).unwrap();
    log.forget(&[0, 7, 14, 21]);
    let report = log.verify(Some(held));
    assert!(report.holds(), "{:?}", report.faults);
    assert_eq!((report.erased, report.compared), (4, 7));
    assert!(proof.holds());
}

#[test]
fn an_erasure_that_nobody_wrote_down_is_found() {
    let mut log = log(40);
    log.forget(&[3]);
    log.entries[5].name = None;
    assert_eq!(log.verify(None).faults, [Fault::Erased { found: 2, declared: 1 }]);
}

#[test]
fn a_digest_says_nothing_about_a_name_without_its_salt() {
    let mut ring = KeyRing::random();
    ring.ensure_root("2025-2026".parse().unwrap());
    let entry = || Entry::new(now(), &teacher(&ring, 1), "view", "class").at(0);
    let (one, two) = (entry(), entry());
    assert_ne!(one.name_digest, two.name_digest);
    assert_ne!(one.digest, two.digest);
}

#[test]
fn a_person_is_named_beside_a_day_and_never_beside_an_hour() {
    let mut ring = KeyRing::random();
    ring.ensure_root("2025-2026".parse().unwrap());
    assert_eq!(Entry::new(now(), &teacher(&ring, 1), "view", "class").at(0).when, "2025-11-24");
    assert_eq!(Entry::new(now(), &Party::role("system"), "close", "w").at(0).when, "2025-11-24T17:00:00Z");
}

#[test]
fn a_checkpoint_is_read_as_it_is_written() {
    let held = log(5).head.checkpoint();
    assert_eq!(held.to_string().parse(), Ok(held));
    for wrong in [
        "",
        "5",
        "5:",
        "five:00",
        &held.to_string()[..60],
        "5:é0000000000000000000000000000000000000000000000000000000000000",
    ] {
        assert_eq!(wrong.parse::<Checkpoint>(), Err(NotACheckpoint));
    }
}

/// What a forger may do to a log.
#[derive(Clone, Debug)]
enum Forgery {
    EditAct(usize, String),
    EditName(usize),
    EditDigest(usize, u8),
    EditNameDigest(usize, u8),
    Delete(usize),
    DeleteAndClose(usize),
    Swap(usize, usize),
    SwapSeq(usize, usize),
    Truncate(usize),
    TruncateAll(usize),
    Fork(usize, String),
    EraseName(usize),
}

const LENGTH: usize = 100;

fn forgery() -> impl Strategy<Value = Forgery> {
    let at = || 0..LENGTH;
    prop_oneof![
        (at(), "[a-z]{1,9}").prop_map(|(at, text)| Forgery::EditAct(at, text)),
        at().prop_map(Forgery::EditName),
        (at(), 1..=255_u8).prop_map(|(at, bits)| Forgery::EditDigest(at, bits)),
        (at(), 1..=255_u8).prop_map(|(at, bits)| Forgery::EditNameDigest(at, bits)),
        at().prop_map(Forgery::Delete),
        at().prop_map(Forgery::DeleteAndClose),
        (at(), 1..LENGTH).prop_map(|(at, by)| Forgery::Swap(at, (at + by) % LENGTH)),
        (at(), 1..LENGTH).prop_map(|(at, by)| Forgery::SwapSeq(at, (at + by) % LENGTH)),
        at().prop_map(Forgery::Truncate),
        at().prop_map(Forgery::TruncateAll),
        (at(), "[a-z]{1,9}").prop_map(|(at, text)| Forgery::Fork(at, text)),
        at().prop_map(Forgery::EraseName),
    ]
}

fn forge(log: &mut Log, forgery: &Forgery) {
    match forgery {
        Forgery::EditAct(at, text) => log.entries[*at].detail = format!("class {text}"),
        Forgery::EditName(at) => log.entries[*at].name.as_mut().unwrap().person = "ab".repeat(16),
        Forgery::EditDigest(at, bits) => log.entries[*at].digest[7] ^= bits,
        Forgery::EditNameDigest(at, bits) => log.entries[*at].name_digest[7] ^= bits,
        Forgery::Delete(at) => drop(log.entries.remove(*at)),
        Forgery::DeleteAndClose(at) => {
            log.entries.remove(*at);
            (0..).zip(&mut log.entries).for_each(|(seq, entry)| entry.seq = seq);
        }
        Forgery::Swap(one, two) => log.entries.swap(*one, *two),
        Forgery::SwapSeq(one, two) => {
            log.entries.swap(*one, *two);
            (0..).zip(&mut log.entries).for_each(|(seq, entry)| entry.seq = seq);
        }
        Forgery::Truncate(at) => log.entries.truncate(*at),
        // With the head and the checkpoints that would tell.
        Forgery::TruncateAll(at) => {
            log.entries.truncate(*at);
            log.kept.retain(|one| one.size <= *at as u64);
            log.head = Frontier::default();
            log.entries.iter().for_each(|entry| log.head.push(&entry.digest));
        }
        // Everything appended anew, so that nothing in the database contradicts it.
        Forgery::Fork(at, text) => {
            log.entries[*at].detail = format!("class {text}");
            log.rebuild();
        }
        Forgery::EraseName(at) => log.entries[*at].name = None,
    }
}

/// T21: each of 1,000 forgeries is found by whoever holds a checkpoint.
#[test]
fn a_thousand_forgeries_are_found() {
    let log = log(LENGTH);
    let held = log.head.checkpoint();
    assert!(log.verify(Some(held)).holds(), "the log itself holds");
    let mut runner = TestRunner::new(Config { cases: 1_000, ..Config::default() });
    runner
        .run(&forgery(), |forgery| {
            let mut forged = log.clone();
            forge(&mut forged, &forgery);
            prop_assert!(!forged.verify(Some(held)).holds());
            Ok(())
        })
        .unwrap();
}

/// The control: without a held checkpoint a forger of everything goes unnoticed, so it is the checkpoint that finds him.
#[test]
fn a_fork_is_found_by_nobody_who_holds_no_checkpoint() {
    let mut log = log(LENGTH);
    let held = log.head.checkpoint();
    forge(&mut log, &Forgery::Fork(40, "other".to_owned()));
    assert!(log.verify(None).holds());
    let whose = "held by you";
    assert_eq!(log.verify(Some(held)).faults, [Fault::Checkpoint { size: 100, whose }]);
    forge(&mut log, &Forgery::TruncateAll(60));
    assert!(log.verify(None).holds());
    assert_eq!(log.verify(Some(held)).faults, [Fault::CutOff { size: 100, found: 60, whose }]);
}
