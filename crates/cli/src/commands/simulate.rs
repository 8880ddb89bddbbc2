//! `simulate`: a deterministic French school year, spoken through a server's public API.

use std::fs::File;
use std::io::BufWriter;
use std::path::PathBuf;

use anyhow::Context;
use clap::Args;
use indicatif::{ProgressBar, ProgressStyle};
use jiff::civil::Date;
use simulator::{Client, Options as Drive, Parameters, Tally, World};

use crate::settings::WrongUse;

/// Simulation.
#[derive(Args)]
pub struct Options {
    /// The server, as in <http://127.0.0.1:8080>.
    #[arg(long, value_name = "URL")]
    to: String,
    /// A token with the scope collect for all establishments.
    #[arg(long, value_name = "TOKEN", env = "ECARNET_STATS_TOKEN", hide_env_values = true)]
    token: String,
    /// Move the server's simulated clock along.
    #[arg(long)]
    drive_clock: bool,
    /// How many schools.
    #[arg(long, default_value_t = 12)]
    schools: usize,
    /// What makes this year different from others.
    #[arg(long, default_value_t = 1)]
    seed: u64,
    /// The first day.
    #[arg(long, value_name = "DATE")]
    from: String,
    /// The last day.
    #[arg(long, value_name = "DATE")]
    until: String,
    /// How much more (or less) happens than usual.
    #[arg(long, default_value_t = 1.0)]
    volume: f64,
    /// Where to write what really happened, for comparison.
    #[arg(long, value_name = "FILE")]
    truth: Option<PathBuf>,
}

/// Runs the command.
pub fn run(options: Options) -> anyhow::Result<()> {
    let date = |name: &str, text: &str| {
        text.parse::<Date>().map_err(|_| WrongUse(format!("--{name}: a date is expected, as in 2025-09-01")))
    };
    let parameters = Parameters {
        volume: options.volume,
        ..Parameters::new(options.schools, options.seed, date("from", &options.from)?, date("until", &options.until)?)
    };
    let world = World::new(parameters).map_err(|error| WrongUse(error.to_string()))?;
    let drive = Drive { drive_clock: options.drive_clock, ..Drive::default() };
    let tally = play(&world, &options.to, &options.token, drive, options.truth.as_deref())?;
    println!("{}", serde_json::to_string(&tally)?);
    Ok(())
}

/// Plays a world against a server, with a progress bar where a person looks.
pub fn play(
    world: &World,
    to: &str,
    token: &str,
    drive: Drive,
    truth: Option<&std::path::Path>,
) -> anyhow::Result<Tally> {
    let client = Client::new(to, token);
    let bar = ProgressBar::new(0);
    bar.set_style(ProgressStyle::with_template("{bar:30} {pos}/{len} jours, {msg}, encore {eta}")?);
    let played = simulator::run(world, drive, &client, |progress| {
        bar.set_length(progress.days as u64);
        bar.set_position(progress.days_done as u64);
        bar.set_message(format!("{} : {} événements", progress.date, progress.tally.accepted));
    })?;
    bar.finish_and_clear();
    if let Some(path) = truth {
        let file = File::create(path).with_context(|| format!("cannot write {}", path.display()))?;
        simulator::write_truth(world, &played.walks, &mut BufWriter::new(file))
            .with_context(|| format!("cannot write {}", path.display()))?;
    }
    Ok(played.tally)
}
