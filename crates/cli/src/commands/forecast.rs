//! `forecast`: series of a file, forecast by the methods of the crate `methods`. Needs no data folder.

use std::fs::File;
use std::io::{BufReader, BufWriter};
use std::path::{Path, PathBuf};
use std::thread::available_parallelism;

use anyhow::Context;
use clap::Args;
use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};
use methods::forecast::{ForecastError, Request};
use methods::table::{OpenDays, TableError, forecast_series, read_series, write_forecasts};

use crate::settings::WrongUse;

/// Forecasting. The same input gives the same bytes.
#[derive(Args)]
pub struct Options {
    /// Series with the columns id, t, y, where t is a whole number, a month, a day or a time, and leaves no step out.
    #[arg(long = "in", value_name = "FILE")]
    input: PathBuf,
    /// How many steps ahead.
    #[arg(long, value_name = "STEPS")]
    horizon: usize,
    /// Season lengths in steps, as in 24,168; none, or 1, for a series without.
    #[arg(long, value_name = "STEPS", value_delimiter = ',')]
    period: Vec<usize>,
    /// How often the interval should hold, in percent.
    #[arg(long, default_value_t = 95.0, value_name = "PERCENT")]
    level: f64,
    /// What is open when: columns t and kind, one row a step of the series and of the horizon; kind is closed, or any word
    /// for days that are alike (open, wednesday). A column id gives a series its own rows.
    #[arg(long, value_name = "FILE")]
    calendar: Option<PathBuf>,
    /// Where to write id, h, mean, lo95, hi95 (named after the level).
    #[arg(long, value_name = "FILE")]
    out: PathBuf,
}

/// Runs the command.
pub fn run(options: Options) -> anyhow::Result<()> {
    let Options { input, horizon, period: periods, level, calendar, out } = options;
    let request = Request { horizon, periods, level };
    let series = read_series(open(&input)?).map_err(|error| wrong(&input, error))?;
    let calendar = match &calendar {
        Some(path) => Some(OpenDays::read(open(path)?).map_err(|error| wrong(path, error))?),
        None => None,
    };
    let bar = ProgressBar::with_draw_target(Some(series.len() as u64), ProgressDrawTarget::stderr());
    bar.set_style(ProgressStyle::with_template("{bar:30} {pos}/{len} series  {eta} left")?);
    let threads = available_parallelism().map_or(1, usize::from);
    let told = |done: usize| bar.set_position(done as u64);
    let found = forecast_series(&series, calendar.as_ref(), &request, threads, &told);
    bar.finish_and_clear();
    let found = found.map_err(|error| wrong(&input, error))?;
    let file = File::create(&out).with_context(|| format!("cannot write {}", out.display()))?;
    let named = series.iter().map(|series| series.id.as_str()).zip(&found);
    write_forecasts(BufWriter::new(file), level, named).with_context(|| format!("cannot write {}", out.display()))
}

fn open(path: &Path) -> anyhow::Result<BufReader<File>> {
    let file = File::open(path).map_err(|error| WrongUse(format!("{}: {error}", path.display())))?;
    Ok(BufReader::new(file))
}

/// A file or an option that is wrong is told with the file's name; a disk that fails is no wrong use.
fn wrong(path: &Path, error: TableError) -> anyhow::Error {
    match error {
        TableError::File(error) => anyhow::Error::new(error).context(format!("cannot read {}", path.display())),
        // The options are at fault, whatever the file.
        TableError::Series {
            error: error @ (ForecastError::Horizon { .. } | ForecastError::Period { .. } | ForecastError::Level),
            ..
        } => WrongUse(error.to_string()).into(),
        error => WrongUse(format!("{}: {error}", path.display())).into(),
    }
}
