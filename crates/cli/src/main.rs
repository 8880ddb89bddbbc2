//! The one binary. This file reads the command line, gives everything its clock, and says what went wrong: exit 0 done,
//! 1 failed, 2 wrong use. Data goes to stdout, everything else to stderr.

mod bench;
mod commands;
mod import;
mod settings;

use std::process::ExitCode;

use clap::{Parser, Subcommand};

/// Allocation dominates what is left of the collection's time once parsing is done.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

/// Statistics for e-carnet, from which nobody can learn anything about a person.
#[derive(Parser)]
#[command(name = "ecarnet-stats", version, arg_required_else_help = true)]
struct Line {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Collect events and show dashboards.
    Serve(commands::serve::Options),
    /// Start a living product on simulated schools, and open it.
    Demo(commands::demo::Options),
    /// Play a school year through a server's public API.
    Simulate(commands::simulate::Options),
    /// Make tokens for apps and tools.
    Token(commands::token::Options),
    /// Bring in data from files.
    Import(commands::import::Options),
    /// Fold, close, release, retire, compact: what `serve` does by itself.
    Maintain(commands::maintain::Options),
    /// Print the figures of a view.
    Figures(commands::figures::Options),
    /// Forecast the series of a file, with intervals.
    Forecast(commands::forecast::Options),
    /// See and record the committee's decisions.
    Governance(commands::governance::Options),
    /// See, correct, restrict and erase what is kept of a person; object; list what is open.
    Rights(commands::rights::Options),
    /// Copy the data folder as of one moment, without its keys.
    Backup(commands::backup::Backup),
    /// Put a backup back, without whoever was erased since.
    Restore(commands::backup::Restore),
    /// Read, check and prove the audit log.
    Audit(commands::audit::Options),
    /// See, replace and destroy the roots of school years.
    Keys(commands::keys::Options),
    /// Hold the keys in a process of its own, for a server that must not read them.
    Pseudonymiser(commands::pseudonymiser::Options),
    /// Explain what is wrong with a data folder.
    Doctor(commands::doctor::Options),
    /// See, acknowledge and try out alerts.
    Alerts(commands::alerts::Options),
    /// Forecast the system's load, and say what server it takes.
    Plan(commands::plan::Options),
    /// Score the points of any series by how unusual they are.
    Anomalies(commands::anomalies::Options),
    /// Judge hints for the next screen on any web access log.
    Hints(commands::hints::Options),
    /// Measure whether recommendations fall alike on all schools, on simulated ones.
    Recommendations(commands::recommendations::Options),
    /// Propose thresholds for the segments of use.
    Segments(commands::segments::Options),
    /// Measure: ingest, dashboard, privacy, rights, analytics.
    Bench(commands::bench::Options),
}

fn main() -> ExitCode {
    // Readers may close our output early (`| head`); that is no failure of ours.
    let line = Line::parse();
    let filter = tracing_subscriber::EnvFilter::try_from_env("ECARNET_STATS_LOG")
        .unwrap_or_else(|_| tracing_subscriber::EnvFilter::new("warn"));
    tracing_subscriber::fmt().with_env_filter(filter).with_writer(std::io::stderr).with_ansi(false).init();
    let done = match line.command {
        Command::Serve(options) => commands::serve::run(options),
        Command::Demo(options) => commands::demo::run(options),
        Command::Simulate(options) => commands::simulate::run(options),
        Command::Token(options) => commands::token::run(options),
        Command::Import(options) => commands::import::run(options),
        Command::Maintain(options) => commands::maintain::run(options),
        Command::Figures(options) => commands::figures::run(options),
        Command::Forecast(options) => commands::forecast::run(options),
        Command::Governance(options) => commands::governance::run(options),
        Command::Rights(options) => commands::rights::run(options),
        Command::Backup(options) => commands::backup::run_backup(options),
        Command::Restore(options) => commands::backup::run_restore(options),
        Command::Audit(options) => commands::audit::run(options),
        Command::Keys(options) => commands::keys::run(options),
        Command::Pseudonymiser(options) => commands::pseudonymiser::run(&options),
        Command::Doctor(options) => commands::doctor::run(options),
        Command::Alerts(options) => commands::alerts::run(options),
        Command::Plan(options) => commands::plan::run(options),
        Command::Anomalies(options) => commands::anomalies::run(options),
        Command::Hints(options) => commands::hints::run(options),
        Command::Recommendations(options) => commands::recommendations::run(options),
        Command::Segments(options) => commands::segments::run(options),
        Command::Bench(options) => commands::bench::run(options),
    };
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("ecarnet-stats: {error:#}");
            ExitCode::from(if error.is::<settings::WrongUse>() { 2 } else { 1 })
        }
    }
}
