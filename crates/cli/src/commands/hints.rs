//! `hints`: how well the next screen is told, on any web access log.

use std::fs::File;
use std::io::{BufRead, BufReader, Write};
use std::path::{Path, PathBuf};

use anyhow::Context;
use clap::{Args, Subcommand};
use flate2::read::MultiGzDecoder;
use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};
use methods::paths::{self, log};

use crate::settings::WrongUse;

/// Hints for fetching the next screen before it is asked for.
#[derive(Args)]
pub struct Options {
    #[command(subcommand)]
    act: Act,
}

#[derive(Subcommand)]
enum Act {
    /// Learn from the first 70 % of the sessions of a log, and print how often one of three hints was right on the
    /// others, beside the three most popular pages.
    Evaluate {
        /// A web access log in common log format, or combined; gzipped if its name ends in .gz. Addresses only serve to
        /// join the lines of a session and are not kept.
        #[arg(long, value_name = "FILE")]
        log: PathBuf,
    },
}

/// Runs the command.
pub fn run(options: Options) -> anyhow::Result<()> {
    let Act::Evaluate { log } = options.act;
    evaluate(&log)
}

fn evaluate(path: &Path) -> anyhow::Result<()> {
    let wrong = |error: &dyn std::fmt::Display| WrongUse(format!("--log: {}: {error}", path.display()));
    let file = File::open(path).map_err(|error| wrong(&error))?;
    let bytes = file.metadata().map_err(|error| wrong(&error))?.len();
    let bar = ProgressBar::with_draw_target(Some(bytes), ProgressDrawTarget::stderr());
    bar.set_style(ProgressStyle::with_template("{bar:30} {percent:>3} %, {eta} left")?);
    let file = bar.wrap_read(file);
    let text: Box<dyn BufRead> = if path.extension().is_some_and(|extension| extension.eq_ignore_ascii_case("gz")) {
        Box::new(BufReader::new(MultiGzDecoder::new(file)))
    } else {
        Box::new(BufReader::new(file))
    };
    let reading = match log::read(text) {
        Err(error @ (log::LogError::NoLine { .. } | log::LogError::Empty)) => return Err(wrong(&error).into()),
        read => read.with_context(|| format!("cannot read {}", path.display()))?,
    };
    bar.finish_and_clear();
    if let Some(first) = reading.first_wrong {
        eprintln!("{}: {} of {} lines do not read; the first: {first}", path.display(), reading.wrong, reading.lines);
    }
    let judged = paths::evaluate(&reading.paths).map_err(|error| wrong(&error))?;
    let report = serde_json::json!({
        "lines": reading.lines, "lines_wrong": reading.wrong, "lines_passed_over": reading.passed_over,
        "screens": reading.screens.len(), "sessions": reading.paths.len(),
        "sessions_learnt": judged.learnt, "sessions_judged": judged.judged, "steps_judged": judged.steps,
        "hit_rate_top3": judged.hit_rate, "most_popular_top3": judged.most_popular,
        "last_screen_top3": judged.last_screen,
    });
    // A reader who closes our output early (`| head`) is no failure of ours.
    let _ = writeln!(std::io::stdout().lock(), "{report:#}");
    Ok(())
}
