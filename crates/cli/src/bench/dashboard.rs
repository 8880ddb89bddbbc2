//! `bench dashboard`: both views on a simulated year, warm and cold, beside the same SQL on the same files in `DuckDB`.
//!
//! Ours is timed as the page needs it: manifest, planning, every query, and the figures made of them. `DuckDB` (one
//! connection, all its threads) is given the same queries on the same pruned files, and only those are timed.

use std::path::Path;
use std::process::Command;
use std::sync::{Arc, Mutex};
use std::time::Instant;

use analytics::governance::Approvals;
use analytics::range::Range;
use analytics::{own, school};
use anyhow::{Context, ensure};
use calendar::{Calendar, SchoolYear, Zone};
use catalogue::Catalogue;
use jiff::Span;
use jiff::tz::TimeZone;
use privacy::exit::{OwnAccess, Subject, Viewer};
use privacy::{Pseudonym, Uai};
use serde_json::{Value, json};
use simulator::{Parameters, World};
use store::{Folder, RosterClass, Scope, Store, TokenScope};

use super::ingest::percentile;
use super::process::{Server, peak_mb};
use crate::commands::bench::Figures;
use crate::commands::simulate::play;
use crate::settings::{now, runtime};

/// One page of one person.
#[derive(Clone)]
struct Page {
    uai: Uai,
    /// Her class, for `Ma classe`; none for `Mon école`.
    class: Option<(Pseudonym, RosterClass)>,
    range: Range,
}

/// Measures.
pub fn run(quick: bool, kept: Option<&Path>) -> anyhow::Result<Figures> {
    let folder = tempfile::tempdir()?;
    let data = kept.unwrap_or(folder.path()).join("data");
    if !data.exists() {
        simulate(&data, &year(quick)?)?;
    }
    let pages = if quick { 20 } else { 100 };
    runtime()?.block_on(measure(&data, pages))
}

/// The year until today, or a tenth of it.
pub(super) fn year(quick: bool) -> anyhow::Result<World> {
    let today = TimeZone::UTC.to_datetime(now()).date();
    let (schools, volume, weeks) = if quick { (20, 1.0, 12) } else { (200, 2.65, 52) };
    let (from, until) = (today.saturating_sub(Span::new().weeks(weeks)), today.saturating_sub(Span::new().days(1)));
    Ok(World::new(Parameters { volume, ..Parameters::new(schools, 1, from, until) })?)
}

/// Plays a year through the public API.
pub(super) fn simulate(data: &Path, world: &World) -> anyhow::Result<()> {
    let from = world.dates().first().copied().context("a year without days")?;
    let start = format!("{from}T00:00:00Z");
    let server = Server::start(data, &["--demo", "--clock", "simulated", "--clock-start", &start])?;
    let token = runtime()?.block_on(async {
        let register = Store::open_register(&Folder::new(data)).await?;
        let token = register.create_token(&TokenScope { scope: Scope::Collect, establishment: None }, now()).await?;
        anyhow::Ok(token.reveal().to_owned())
    })?;
    eprintln!("simulating {} schools over {} days…", world.schools().len(), world.dates().len());
    let begun = Instant::now();
    let drive = simulator::Options { drive_clock: true, ..simulator::Options::default() };
    let tally = play(world, &format!("http://{}", server.address), &token, drive, None)?;
    eprintln!("{} events in {} s", tally.accepted, begun.elapsed().as_secs());
    server.stop()
}

async fn measure(data: &Path, wanted: usize) -> anyhow::Result<Figures> {
    let catalogue = Arc::new(Catalogue::embedded()?);
    {
        let store = Store::open(Folder::new(data), Arc::clone(&catalogue)).await?;
        store.compact(true).await?;
        for (table, files, rows, bytes) in store.inventory().await? {
            eprintln!("  {:12} {files} files, {rows} rows, {bytes} bytes", table.name());
        }
    }
    let mut store = Store::open_beside(Folder::new(data), Arc::clone(&catalogue)).await?;
    let pages = pages(&store, wanted).await?;
    ensure!(!pages.is_empty(), "there is no page to measure");

    let mut warm = Vec::new();
    for round in 0..3 {
        for page in &pages {
            let start = Instant::now();
            show(&store, page).await?;
            if round > 0 {
                warm.push(milliseconds(start));
            }
        }
    }
    let mut cold = Vec::new();
    for page in &pages {
        forget_files();
        let start = Instant::now();
        let fresh = Store::open_beside(Folder::new(data), Arc::clone(&catalogue)).await?;
        show(&fresh, page).await?;
        cold.push(milliseconds(start));
    }
    let rss_mb = peak_mb("self");

    let seen: Arc<Mutex<Vec<Value>>> = Arc::default();
    let log = Arc::clone(&seen);
    store.observe(Arc::new(move |sources, query| {
        let tables: Vec<Value> =
            sources.iter().map(|source| json!({ "table": source.table.name(), "files": source.files })).collect();
        if let Ok(mut seen) = log.lock() {
            seen.push(json!({ "tables": tables, "query": query }));
        }
    }));
    let mut queries = Vec::new();
    for page in &pages {
        show(&store, page).await?;
        queries.push(Value::Array(std::mem::take(&mut *seen.lock().expect("nothing panics while it holds the log"))));
    }
    let theirs = duckdb(&queries)?;
    warm.sort_by(f64::total_cmp);
    cold.sort_by(f64::total_cmp);
    Ok(vec![
        ("p50_warm_ms", percentile(&warm, 50)),
        ("p95_warm_ms", percentile(&warm, 95)),
        ("p50_cold_ms", percentile(&cold, 50)),
        ("p95_cold_ms", percentile(&cold, 95)),
        ("duckdb_p50_warm_ms", percentile(&theirs, 50)),
        ("duckdb_p95_warm_ms", percentile(&theirs, 95)),
        ("ratio_to_duckdb", percentile(&warm, 95) / percentile(&theirs, 95)),
        ("rss_mb", rss_mb),
    ])
}

/// Pages of as many schools as there are, half of them classes, over a school period each.
async fn pages(store: &Store, wanted: usize) -> anyhow::Result<Vec<Page>> {
    let calendar = Calendar::official();
    let today = TimeZone::UTC.to_datetime(now()).date();
    let mut pages = Vec::new();
    for (nth, place) in store.register().establishments().await?.into_iter().enumerate() {
        let zone: Zone = place.academy.zone();
        let current = Range::current(&calendar, zone, today);
        let range = (0..nth % 4).try_fold(current, |range, _| range.previous(&calendar, zone)).context("no period")?;
        let classes = store.register().classes(&place.uai, range.school_year()).await?;
        let class = classes.into_iter().find_map(|class| Some((*class.teachers.first()?, class)));
        pages.push(Page { uai: place.uai.clone(), class: None, range: range.clone() });
        if let Some(class) = class {
            pages.push(Page { uai: place.uai, class: Some(class), range });
        }
        if pages.len() >= wanted {
            break;
        }
    }
    Ok(pages)
}

/// Everything a page shows, with its comparison left out.
async fn show(store: &Store, page: &Page) -> anyhow::Result<usize> {
    let approvals = Approvals::load(store.register()).await?;
    let view = match &page.class {
        None => school::school_view(store, &approvals, &page.uai, &page.range).await?,
        Some((teacher, class)) => {
            let (teacher, subject) = (*teacher, Subject::Class(class.class));
            let register = store.register();
            let logged = register.log_view(now(), "bench", &page.uai, teacher, subject, &page.range.label).await?;
            let viewer = Viewer { establishment: page.uai.clone(), person: teacher, classes: vec![class.class] };
            let access = OwnAccess::check(&viewer, subject, logged)?;
            own::class_view(store, &approvals, &access, class, &page.range).await?.into_value()
        }
    };
    let year: SchoolYear = page.range.school_year();
    ensure!(!view.figures.is_empty() || !view.withheld.is_empty(), "a page of {} in {year} was empty", page.uai);
    Ok(view.figures.len())
}

pub(super) fn milliseconds(start: Instant) -> f64 {
    start.elapsed().as_secs_f64() * 1e3
}

/// Asks the system to forget cached files; without the right to, cold means a fresh process state on warm files.
fn forget_files() {
    let _ = std::fs::write("/proc/sys/vm/drop_caches", "1");
}

/// The same queries in `DuckDB`: milliseconds a page, sorted.
fn duckdb(pages: &[Value]) -> anyhow::Result<Vec<f64>> {
    let python = std::env::var("BENCH_PYTHON").unwrap_or_else(|_| "python3".to_owned());
    let file = tempfile::NamedTempFile::new()?;
    std::fs::write(file.path(), serde_json::to_vec(pages)?)?;
    let run = Command::new(&python).arg("-c").arg(include_str!("duckdb.py")).arg(file.path()).output();
    let run = run.with_context(|| format!("{python} could not be started; BENCH_PYTHON names a Python with duckdb"))?;
    ensure!(run.status.success(), "DuckDB failed: {}", String::from_utf8_lossy(&run.stderr));
    let mut times: Vec<f64> = serde_json::from_slice(&run.stdout)?;
    times.sort_by(f64::total_cmp);
    Ok(times)
}
