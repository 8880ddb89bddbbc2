//! `segments`: proposes thresholds for the segments of use, learnt from the habits of all teachers together. Nothing is
//! changed by it: what the committee approves is written into the catalogue by hand.

use std::io::Write;

use analytics::governance::Approvals;
use analytics::segments;
use anyhow::Context;
use calendar::{Calendar, SchoolYear};
use clap::{Args, Subcommand, ValueEnum};
use methods::segments::Threshold;
use store::Store;

use crate::settings::{Data, Moment, WrongUse, runtime};

/// Segments of use.
#[derive(Args)]
pub struct Options {
    #[command(subcommand)]
    act: Act,
}

#[derive(Subcommand)]
enum Act {
    /// Propose thresholds from the habits of at least 200 teachers, rounded so that they can be said in words, with how
    /// firm each is when the teachers are drawn anew.
    Learn(Learn),
}

#[derive(Args)]
struct Learn {
    #[command(flatten)]
    data: Data,
    #[command(flatten)]
    moment: Moment,
    /// Which school year, as 2025-2026; the one of today otherwise.
    #[arg(long, value_name = "YEAR")]
    year: Option<String>,
    /// How often the teachers are drawn anew.
    #[arg(long, value_name = "N", default_value_t = 200, value_parser = clap::value_parser!(u16).range(20..=2000))]
    resamples: u16,
    /// How to print them.
    #[arg(long, value_enum, default_value = "table")]
    format: Format,
}

#[derive(Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Format {
    Json,
    Table,
}

/// Runs the command.
pub fn run(options: Options) -> anyhow::Result<()> {
    let Act::Learn(learn) = options.act;
    let year = match &learn.year {
        Some(text) => {
            text.parse().map_err(|_| WrongUse("--year: a school year is expected, as 2025-2026".to_owned()))?
        }
        None => SchoolYear::of(learn.moment.now()?.0),
    };
    let found = runtime()?.block_on(async {
        let store = Store::open_beside(learn.data.folder(), learn.data.catalogue()?).await?;
        let approvals = Approvals::load(store.register()).await?;
        let resamples = usize::from(learn.resamples);
        let found = segments::propose(&store, &approvals, &Calendar::official(), year, resamples).await;
        found.with_context(|| format!("school year {year}"))
    })?;
    print(&found, learn.format)
}

/// What a threshold is, for people who will write it into the catalogue.
fn meaning(name: &str) -> &'static str {
    match name {
        "novice_features" => "novice: fewer features than",
        "occasional_days" => "occasional: fewer active days a week than",
        "power_days" => "power: active days a week, at least",
        _ => "power: features, at least",
    }
}

fn print(found: &[Threshold], format: Format) -> anyhow::Result<()> {
    let mut out = std::io::stdout().lock();
    match format {
        Format::Json => {
            let thresholds: Vec<_> = found
                .iter()
                .map(|one| {
                    serde_json::json!({
                        "threshold": one.name, "value": one.value, "low": one.low, "high": one.high,
                        "same": (one.same * 1000.0).round() / 1000.0,
                    })
                })
                .collect();
            writeln!(out, "{:#}", serde_json::json!({ "thresholds": thresholds }))?;
        }
        Format::Table => {
            for one in found {
                writeln!(
                    out,
                    "{:44} {:>5}   {} to {} in 19 of 20 draws, the same in {:.0} %",
                    meaning(one.name),
                    one.value,
                    one.low,
                    one.high,
                    100.0 * one.same
                )?;
            }
        }
    }
    eprintln!("nothing was changed: what the committee approves is written into catalogue/segments.toml by hand");
    Ok(())
}
