//! `kill -9` at random moments loses nothing that was accepted and counts nothing twice.

pub mod counted;
pub mod traffic;

use std::net::SocketAddr;
use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, AtomicI64, AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use jiff::Timestamp;

use crate::server::{Folder, Server, run};
use traffic::{Batch, Random, Traffic, Truth, declare_schools};

const BATCHES: usize = 2_000;
const KILLS: usize = 50;
const SENDERS: u64 = 4;

/// When the clock starts. The events lie in the eleven days before it, so their first week closes at once.
const START: &str = "2025-11-17T12:00:00Z";

/// Before which kill the clock jumps, and to when. The second jump closes a week, the last the next one; between them
/// lies one that closes nothing, so that no batch is under way across the end of its own week's grace.
const JUMPS: [(usize, &str); 4] = [
    (9, "2025-11-18T12:00:00Z"),
    (19, "2025-11-20T12:00:00Z"),
    (29, "2025-11-25T12:00:00Z"),
    (39, "2025-11-27T12:00:00Z"),
];

/// What the senders and the killer share.
struct Run<'a> {
    traffic: &'a Traffic,
    token: &'a str,
    address: Mutex<SocketAddr>,
    next: AtomicUsize,
    acknowledged: AtomicUsize,
    /// A sender has failed: nobody need wait any longer.
    failed: AtomicBool,
}

/// Tells the others when its thread panics.
struct Alarm<'a>(&'a AtomicBool);

impl Drop for Alarm<'_> {
    fn drop(&mut self) {
        if std::thread::panicking() {
            self.0.store(true, Ordering::SeqCst);
        }
    }
}

impl Run<'_> {
    fn address(&self) -> SocketAddr {
        *self.address.lock().unwrap()
    }

    /// Sends batches until none is left, each until it is acknowledged. Returns what must be counted, how often it had
    /// to send again, and some batches with their answers.
    fn send_all(&self) -> (Truth, usize, Vec<(Batch, String)>) {
        let _alarm = Alarm(&self.failed);
        let agent = agent();
        let (mut truth, mut again, mut kept) = (Truth::default(), 0, Vec::new());
        loop {
            let index = self.next.fetch_add(1, Ordering::SeqCst);
            if index >= BATCHES || self.failed.load(Ordering::SeqCst) {
                return (truth, again, kept);
            }
            let batch = self.traffic.batch(index, &mut truth);
            let answer = loop {
                match post(&agent, self.address(), self.token, &batch) {
                    Ok((202, answer)) => break answer,
                    // Refused for good: sending it again would change nothing.
                    Ok((status, answer)) if status != 429 && status != 503 => panic!("{status} {answer}"),
                    Ok(_) | Err(_) => again += 1,
                }
                std::thread::sleep(Duration::from_millis(4));
            };
            batch.assert_answered_by(&answer);
            self.acknowledged.fetch_add(1, Ordering::SeqCst);
            if index.is_multiple_of(40) {
                kept.push((batch, answer));
            }
        }
    }
}

fn agent() -> ureq::Agent {
    let config = ureq::Agent::config_builder();
    config.timeout_global(Some(Duration::from_secs(20))).http_status_as_error(false).build().into()
}

fn post(agent: &ureq::Agent, to: SocketAddr, token: &str, batch: &Batch) -> Result<(u16, String), ureq::Error> {
    let mut answer = agent
        .post(format!("http://{to}/api/v1/events"))
        .header("Authorization", format!("Bearer {token}"))
        .header("Content-Type", batch.content_type)
        .header("Content-Encoding", batch.content_encoding)
        .send(&batch.body[..])?;
    let status = answer.status().as_u16();
    Ok((status, answer.body_mut().read_to_string()?))
}

/// Moves the clock, which folds and closes; true when it was answered.
fn move_clock(to: SocketAddr, token: &str, now: i64) -> bool {
    let now = Timestamp::from_second(now).unwrap();
    let answer = agent()
        .post(format!("http://{to}/demo/clock"))
        .header("Authorization", format!("Bearer {token}"))
        .send_json(serde_json::json!({ "now": now }));
    answer.is_ok_and(|answer| answer.status().as_u16() == 200)
}

fn second(text: &str) -> i64 {
    text.parse::<Timestamp>().unwrap().as_second()
}

#[test]
fn killing_the_server_at_fifty_random_moments_changes_no_counter() {
    let seed = std::env::var("CRASH_SEED").ok().and_then(|seed| seed.parse().ok()).unwrap_or_else(random_seed);
    println!("CRASH_SEED={seed} repeats these moments and this traffic");
    let (started, mut random) = (Instant::now(), Random::new(seed));
    let folder = Folder::new();
    let clock = AtomicI64::new(second(START));
    let start = || {
        let now = Timestamp::from_second(clock.load(Ordering::SeqCst)).unwrap();
        Server::start_demonstration(&folder, &now.to_string())
    };
    let token = folder.token("collect", "all");
    let mut server = start();
    let traffic = Traffic::new(seed);
    declare_schools(server.address(), &token);
    let run = Run {
        traffic: &traffic,
        token: &token,
        address: Mutex::new(server.address()),
        next: AtomicUsize::new(0),
        acknowledged: AtomicUsize::new(0),
        failed: AtomicBool::new(false),
    };
    let mut moments: Vec<usize> = (0..KILLS).map(|_| random.below(BATCHES * 98 / 100)).collect();
    moments.sort_unstable();
    let (mut truth, mut again, mut kept, mut cut) = (Truth::default(), 0, Vec::new(), 0);
    std::thread::scope(|scope| {
        let senders: Vec<_> = (0..SENDERS).map(|_| scope.spawn(|| run.send_all())).collect();
        // How long a fold may have run when it is cut short; follows what folds take.
        let mut patience = 120;
        for (kill, moment) in moments.iter().enumerate() {
            while run.acknowledged.load(Ordering::SeqCst) < *moment && !run.failed.load(Ordering::SeqCst) {
                std::thread::sleep(Duration::from_millis(1));
            }
            let jump = JUMPS.iter().find(|(before, _)| *before == kill).map(|(_, now)| second(now));
            if jump.is_some() || random.below(2) == 0 {
                let now = jump.unwrap_or(clock.load(Ordering::SeqCst) + 1);
                clock.store(now, Ordering::SeqCst);
                let (address, token) = (server.address(), &token);
                let folding = scope.spawn(move || move_clock(address, token, now));
                std::thread::sleep(Duration::from_millis(random.below(patience) as u64));
                server.kill();
                if folding.join().unwrap() {
                    patience = (patience * 4 / 5).max(10);
                } else {
                    cut += 1;
                    patience = (patience * 5 / 4).min(1_000);
                }
            } else {
                std::thread::sleep(Duration::from_micros(random.below(25_000) as u64));
                server.kill();
            }
            server = start();
            *run.address.lock().unwrap() = server.address();
        }
        for sender in senders {
            let (of_sender, sent_again, answered) = sender.join().unwrap();
            truth.add(of_sender);
            again += sent_again;
            kept.extend(answered);
        }
    });
    let sent = started.elapsed();
    assert!(cut > 0, "no fold was cut short");
    assert!(again > 0, "no batch was ever sent twice");

    for (batch, answer) in &kept {
        let (status, second) = post(&agent(), server.address(), &token, batch).unwrap();
        assert_eq!((status, &second), (202, answer), "a batch sent again is answered as it was the first time");
    }
    let (status, said) = server.stop();
    assert!(status.success(), "{}", String::from_utf8_lossy(&said));

    let (data, now) = (folder.argument(), Timestamp::from_second(clock.load(Ordering::SeqCst)).unwrap().to_string());
    for extra in [&[][..], &["--compact-all"]] {
        let done = run_maintenance(&data, &now, extra);
        assert!(done.status.success(), "{}", String::from_utf8_lossy(&done.stderr));
        counted::assert_equal(&folder, &truth, extra);
    }
    println!(
        "{} events, {KILLS} kills ({cut} in a fold), {again} sent again, {sent:.0?} sending, {:.0?} in all",
        truth.accepted,
        started.elapsed()
    );
}

fn run_maintenance(data: &str, now: &str, extra: &[&str]) -> std::process::Output {
    run(&[&["maintain", "--data", data, "--now", now], extra].concat())
}

fn random_seed() -> u64 {
    u64::from_le_bytes(uuid::Uuid::new_v4().as_bytes()[..8].try_into().unwrap())
}

/// A batch that comes again after a fold has forgotten the journal row it came in.
#[test]
fn a_replayed_batch_changes_nothing() {
    let folder = Folder::new();
    let token = folder.token("collect", "all");
    let mut server = Server::start_demonstration(&folder, START);
    let traffic = Traffic::new(7);
    declare_schools(server.address(), &token);
    let mut truth = Truth::default();
    let batch = traffic.batch(0, &mut truth);
    let mut answers = Vec::new();
    for round in 0..3 {
        for _ in 0..2 {
            answers.push(post(&agent(), server.address(), &token, &batch).unwrap());
        }
        assert!(move_clock(server.address(), &token, second(START) + round + 1));
    }
    server.kill();
    server = Server::start_demonstration(&folder, "2025-11-17T13:00:00Z");
    answers.push(post(&agent(), server.address(), &token, &batch).unwrap());
    answers.dedup();
    assert_eq!(answers.len(), 1, "{answers:?}");
    let (status, said) = server.stop();
    assert!(status.success(), "{}", String::from_utf8_lossy(&said));
    counted::assert_equal(&folder, &truth, &["replayed"]);
    // The comparison itself can tell: counted once more, the same batch is a difference in every table it touches.
    let mut twice = Truth::default();
    traffic.batch(0, &mut twice);
    twice.add(truth);
    let differences = counted::differences(&folder, &twice);
    for table in ["person_week", "pupil_week", "tech_day", "batches"] {
        assert!(differences.iter().any(|difference| difference.starts_with(table)), "{table}: {differences:?}");
    }
}

/// Files that a fold had written, or was still writing, when it was killed.
#[test]
fn what_a_crash_left_in_the_lake_is_swept() {
    let folder = Folder::new();
    Server::start_demonstration(&folder, START).stop();
    let month = folder.data().join("lake/person_week/202511");
    std::fs::create_dir_all(&month).unwrap();
    let left = ["all-0123.parquet", "all-4567.parquet#1"].map(|name| month.join(name));
    for path in &left {
        std::fs::write(path, "rows that nobody knows of").unwrap();
    }
    let done = run_maintenance(&folder.argument(), START, &[]);
    assert!(done.status.success(), "{}", String::from_utf8_lossy(&done.stderr));
    assert_eq!(left.map(|path| path.exists()), [false, false]);
}
