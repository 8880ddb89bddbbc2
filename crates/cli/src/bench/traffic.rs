//! Traffic as tablets make it, in batches of a fixed size, and senders that cost little beside the server.

use std::collections::BTreeMap;
use std::io::{Read, Write};
use std::net::TcpStream;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use anyhow::{Context, ensure};
use serde_json::{Value, json};
use simulator::World;

/// A batch ready to send.
pub struct Batch {
    pub body: Vec<u8>,
    pub events: usize,
}

/// The events of a world's tablets, each tablet's put together in batches of `size` (the last of a tablet may be smaller
/// and is left out).
pub fn batches(world: &World, size: usize, most: usize) -> anyhow::Result<Vec<Batch>> {
    let mut batches = Vec::new();
    for school in 0..world.schools().len() {
        let mut waiting: BTreeMap<String, (Value, Vec<Value>)> = BTreeMap::new();
        let mut walk = world.walk(school);
        while let Some(day) = walk.next_day() {
            for sent in day.batches.into_iter().filter(|sent| !sent.repeat) {
                let mut envelope: Value = serde_json::from_slice(&sent.body)?;
                let events = envelope["events"].take();
                let install = envelope["install"].as_str().unwrap_or_default().to_owned();
                let (_, held) = waiting.entry(install).or_insert((envelope, Vec::new()));
                held.extend(events.as_array().cloned().unwrap_or_default());
            }
        }
        for (_, (envelope, events)) in waiting {
            for (nth, chunk) in events.chunks_exact(size).enumerate() {
                let mut body = envelope.clone();
                body["batch_id"] = json!(uuid::Uuid::new_v4().to_string());
                body["batch_no"] = json!(nth + 1);
                body["events"] = Value::Array(chunk.to_vec());
                batches.push(Batch { body: serde_json::to_vec(&body)?, events: chunk.len() });
            }
        }
        if batches.len() * size >= most {
            break;
        }
    }
    batches.truncate(most / size);
    Ok(batches)
}

/// Puts the rosters of a world.
pub fn rosters(world: &World, address: &str, token: &str) -> anyhow::Result<()> {
    let client = simulator::Client::new(&format!("http://{address}"), token);
    let years: std::collections::BTreeSet<_> = world.dates().into_iter().map(calendar::SchoolYear::of).collect();
    for year in years {
        for roster in world.rosters(year) {
            client.put_roster(&roster.uai, &roster.body)?;
        }
    }
    Ok(())
}

/// What sending has shown.
pub struct Sent {
    pub accepted: usize,
    pub took: Duration,
    /// The time of each answer, in milliseconds, sorted.
    pub answers_ms: Vec<f64>,
}

/// Sends all batches over so many connections, each waiting for an answer before its next batch.
pub fn send(batches: &[Batch], address: &str, token: &str, connections: usize) -> anyhow::Result<Sent> {
    let next = AtomicUsize::new(0);
    let start = Instant::now();
    let parts = std::thread::scope(|scope| {
        let senders: Vec<_> =
            (0..connections).map(|_| scope.spawn(|| sender(batches, &next, address, token))).collect();
        senders.into_iter().map(|sender| sender.join().expect("a sender does not panic")).collect::<Vec<_>>()
    });
    let took = start.elapsed();
    let (mut accepted, mut answers_ms) = (0, Vec::with_capacity(batches.len()));
    for part in parts {
        let (taken, times) = part?;
        accepted += taken;
        answers_ms.extend(times);
    }
    answers_ms.sort_by(f64::total_cmp);
    Ok(Sent { accepted, took, answers_ms })
}

fn sender(batches: &[Batch], next: &AtomicUsize, address: &str, token: &str) -> anyhow::Result<(usize, Vec<f64>)> {
    let mut stream = TcpStream::connect(address)?;
    stream.set_nodelay(true)?;
    let (mut accepted, mut times, mut answer) = (0, Vec::new(), Vec::new());
    while let Some(batch) = batches.get(next.fetch_add(1, Ordering::Relaxed)) {
        let head = format!(
            "POST /api/v1/events HTTP/1.1\r\nHost: {address}\r\nAuthorization: Bearer {token}\r\n\
             Content-Type: application/json\r\nContent-Length: {}\r\n\r\n",
            batch.body.len()
        );
        let start = Instant::now();
        stream.write_all(head.as_bytes())?;
        stream.write_all(&batch.body)?;
        read_answer(&mut stream, &mut answer)?;
        times.push(start.elapsed().as_secs_f64() * 1e3);
        let text = std::str::from_utf8(&answer)?;
        ensure!(
            text.starts_with("HTTP/1.1 202"),
            "a batch was not accepted: {}",
            text.lines().last().unwrap_or_default()
        );
        let body = text.split("\r\n\r\n").nth(1).context("an answer without a body")?;
        let body: Value = serde_json::from_str(body)?;
        let taken = body["accepted"].as_u64().and_then(|n| usize::try_from(n).ok()).context("no count in an answer")?;
        ensure!(taken == batch.events, "only {taken} of {} events were accepted: {}", batch.events, body["refused"]);
        accepted += taken;
    }
    Ok((accepted, times))
}

/// Reads one answer with a content length.
fn read_answer(stream: &mut TcpStream, answer: &mut Vec<u8>) -> anyhow::Result<()> {
    answer.clear();
    let mut chunk = [0_u8; 4_096];
    loop {
        let read = stream.read(&mut chunk)?;
        ensure!(read > 0, "the server closed the connection");
        answer.extend_from_slice(&chunk[..read]);
        if let Some(end) = answer.windows(4).position(|window| window == b"\r\n\r\n") {
            let head = std::str::from_utf8(&answer[..end])?.to_ascii_lowercase();
            let length =
                head.lines().find_map(|line| line.strip_prefix("content-length:")?.trim().parse::<usize>().ok());
            if answer.len() >= end + 4 + length.context("an answer without a length")? {
                return Ok(());
            }
        }
    }
}
