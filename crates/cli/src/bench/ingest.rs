//! `bench ingest`: durable and folded events a second, the answer's time, memory, bytes in the lake; beside what the same
//! machine needs at least: the same bytes parsed by `serde_json`, and one flush to the disk a group of batches.

use std::fs::File;
use std::io::Write;
use std::path::Path;
use std::process::Command;
use std::sync::Arc;
use std::time::Instant;

use anyhow::Context;
use calendar::Calendar;
use catalogue::Catalogue;
use jiff::Span;
use jiff::tz::TimeZone;
use serde_json::{Value, json};
use simulator::{Parameters, World};
use store::{Folder, Scope, Store, TokenScope};

use super::process::{Server, peak_mb};
use super::traffic::{self, Batch};
use crate::commands::bench::Figures;
use crate::settings::{now, runtime};

const BATCH: usize = 100;
const CONNECTIONS: usize = 16;

/// Measures.
pub fn run(quick: bool) -> anyhow::Result<Figures> {
    let events = if quick { 100_000 } else { 1_000_000 };
    let today = TimeZone::UTC.to_datetime(now()).date();
    let (from, until) = (today.saturating_sub(Span::new().weeks(4)), today.saturating_sub(Span::new().days(1)));
    let schools = if quick { 40 } else { 200 };
    let world = World::new(Parameters { volume: 2.0, ..Parameters::new(schools, 1, from, until) })?;
    eprintln!("generating {events} events…");
    let batches = traffic::batches(&world, BATCH, events)?;
    let folder = tempfile::tempdir()?;
    let data = folder.path().join("data");
    let token = runtime()?.block_on(async {
        let register = Store::open_register(&Folder::new(&data)).await?;
        let token = register.create_token(&TokenScope { scope: Scope::Collect, establishment: None }, now()).await?;
        anyhow::Ok(token.reveal().to_owned())
    })?;

    eprintln!("sending over {CONNECTIONS} connections…");
    let server = Server::start(&data, &["--fold-every", "600"])?;
    traffic::rosters(&world, &server.address, &token)?;
    let sent = traffic::send(&batches, &server.address, &token, CONNECTIONS)?;
    let collecting_mb = server.peak_mb();
    server.kill()?;
    let durable_per_s = float(sent.accepted) / sent.took.as_secs_f64();

    eprintln!("the machine's limit on the same bytes…");
    let limit_per_s = limit(&batches, folder.path())?;

    eprintln!("folding…");
    drop(batches);
    let folded = Command::new(std::env::current_exe()?)
        .args(["bench", "ingest", "--fold-only"])
        .arg(&data)
        .output()
        .context("folding could not be started")?;
    anyhow::ensure!(folded.status.success(), "folding failed: {}", String::from_utf8_lossy(&folded.stderr));
    let folded: Value = serde_json::from_slice(&folded.stdout)?;
    let number = |key: &str| folded[key].as_f64().unwrap_or(f64::NAN);
    anyhow::ensure!(
        (number("events") - float(sent.accepted)).abs() < 0.5,
        "{} events were accepted, {} folded",
        sent.accepted,
        number("events")
    );
    for (table, bytes) in folded["tables"].as_object().into_iter().flatten() {
        eprintln!("  {table:12} {bytes} bytes");
    }
    Ok(vec![
        ("durable_events_per_s", durable_per_s),
        ("folded_events_per_s", number("events") / number("seconds")),
        ("answer_p50_ms", percentile(&sent.answers_ms, 50)),
        ("answer_p99_ms", percentile(&sent.answers_ms, 99)),
        ("limit_ratio", limit_per_s / durable_per_s),
        ("lake_bytes_per_event", number("lake_bytes") / number("events")),
        ("rss_mb", collecting_mb.max(number("rss_mb"))),
        ("collecting_rss_mb", collecting_mb),
        ("folding_rss_mb", number("rss_mb")),
    ])
}

/// Folds, closes and compacts a data folder; prints what it measured as JSON.
pub fn fold_only(data: &Path) -> anyhow::Result<()> {
    runtime()?.block_on(async {
        let store = Store::open(Folder::new(data), Arc::new(Catalogue::embedded()?)).await?;
        let start = Instant::now();
        let folded = store.fold().await?;
        let seconds = start.elapsed().as_secs_f64();
        let rss_mb = peak_mb("self");
        analytics::closing::run(&store, &Calendar::official(), now()).await?;
        store.compact(true).await?;
        let inventory = store.inventory().await?;
        let bytes: u64 = inventory.iter().map(|(_, _, _, bytes)| bytes).sum();
        let tables: serde_json::Map<String, Value> =
            inventory.iter().map(|(table, _, _, bytes)| (table.name().to_owned(), json!(bytes))).collect();
        println!(
            "{}",
            json!({ "events": folded.events, "seconds": seconds, "rss_mb": rss_mb, "lake_bytes": bytes, "tables": tables })
        );
        Ok(())
    })
}

/// Events a second that this machine could make durable at most: parsing on all cores, then one write and flush a group
/// of as many batches as there are connections.
fn limit(batches: &[Batch], folder: &Path) -> anyhow::Result<f64> {
    let cores = std::thread::available_parallelism().map_or(1, usize::from);
    let start = Instant::now();
    std::thread::scope(|scope| {
        let parts: Vec<_> = batches
            .chunks(batches.len().div_ceil(cores))
            .map(|part| scope.spawn(|| part.iter().filter(|batch| parse(&batch.body)).count()))
            .collect();
        parts.into_iter().map(|part| part.join().unwrap_or(0)).sum::<usize>()
    });
    let parsing = start.elapsed();
    let mut file = File::create(folder.join("limit"))?;
    let start = Instant::now();
    for group in batches.chunks(CONNECTIONS) {
        for batch in group {
            file.write_all(&batch.body)?;
        }
        file.sync_data()?;
    }
    let events: usize = batches.iter().map(|batch| batch.events).sum();
    Ok(float(events) / (parsing + start.elapsed()).as_secs_f64())
}

fn parse(body: &[u8]) -> bool {
    serde_json::from_slice::<Value>(body).is_ok()
}

/// The value that so many per cent of a sorted list do not exceed.
pub fn percentile(sorted: &[f64], percent: usize) -> f64 {
    let rank = (sorted.len() * percent).div_ceil(100).max(1);
    sorted.get(rank - 1).copied().unwrap_or(f64::NAN)
}

#[expect(clippy::cast_precision_loss, reason = "counts far below 2^52")]
fn float(count: usize) -> f64 {
    count as f64
}
