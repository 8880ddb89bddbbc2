//! `maintain`: what `serve` does by itself, once.

use anyhow::Context;
use calendar::Calendar;
use clap::Args;
use jiff::Timestamp;
use jiff::tz::TimeZone;

use crate::settings::{Data, WrongUse, now, runtime};

/// Maintenance.
#[derive(Args)]
pub struct Options {
    #[command(flatten)]
    data: Data,
    /// As if it were this moment (RFC 3339); real time otherwise.
    #[arg(long, value_name = "INSTANT")]
    now: Option<String>,
    /// Merge every small file, not only where there are many.
    #[arg(long)]
    compact_all: bool,
}

/// Runs the command.
pub fn run(options: Options) -> anyhow::Result<()> {
    let at: Timestamp = match &options.now {
        Some(text) => text.parse().map_err(|_| {
            WrongUse("--now: a moment with its offset is expected, as in 2025-11-24T18:00:00+01:00".to_owned())
        })?,
        None => now(),
    };
    runtime()?.block_on(async {
        let store = options.data.open().await?;
        let today = TimeZone::get("Europe/Paris").context("no time zones")?.to_datetime(at).date();
        store.ensure_roots(at).await?;
        let answered = store.work_requests(today, now()).await?;
        store.register().checkpoint_daily(now()).await?;
        let closed = analytics::closing::run(&store, &Calendar::official(), at).await?;
        let retired = store.retire(today, now()).await?;
        let compacted = store.compact(options.compact_all).await?;
        eprintln!("closed: {}", if closed.is_empty() { "nothing".to_owned() } else { closed.join(", ") });
        eprintln!("retired: {} files; compacted: {compacted} files", retired.files);
        for year in &retired.roots {
            eprintln!("the last row of {year} is gone, and its root with it");
        }
        for request in &answered {
            eprintln!("request {} ({}) was worked on", request.id, request.action);
        }
        Ok(())
    })
}
