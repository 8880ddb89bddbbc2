//! `anomalies`: every series of a folder is read in order and written again with a score for each point.

use std::fs::File;
use std::io::{Read, Write};
use std::num::NonZero;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;

use anyhow::Context;
use clap::Args;
use flate2::{Compression, read::MultiGzDecoder, write::GzEncoder};
use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};
use methods::{anomaly, series};

use crate::settings::WrongUse;

/// Scoring series. Reads every `*.csv` and `*.csv.gz` of `timestamp,value` in a folder and its subfolders, and writes
/// `timestamp,value,anomaly_score` under the same names. A score is from 0 to 1, comparable between files, and never
/// made of a later value. Prints one JSON object. Files that do not read are told and make the command fail, once the
/// others are written.
#[derive(Args)]
pub struct Options {
    /// The folder of the series.
    #[arg(long = "in", value_name = "DIR")]
    from: PathBuf,
    /// The folder for what is written; it is made if need be, and must not lie in the other.
    #[arg(long = "out", value_name = "DIR")]
    to: PathBuf,
}

/// What was done with a file.
struct Done {
    points: usize,
    steps_back: usize,
}

/// Runs the command.
pub fn run(options: Options) -> anyhow::Result<()> {
    let Options { from, to } = options;
    if !from.is_dir() {
        return Err(WrongUse(format!("--in: {} is no folder", from.display())).into());
    }
    let mut files = Vec::new();
    list(&from, Path::new(""), &mut files).with_context(|| format!("cannot list {}", from.display()))?;
    if files.is_empty() {
        return Err(WrongUse(format!("--in: there is no .csv or .csv.gz in {}", from.display())).into());
    }
    if std::path::absolute(&to)?.starts_with(std::path::absolute(&from)?) {
        return Err(
            WrongUse("--out: give a folder outside that of --in; it would be read as a series".to_owned()).into()
        );
    }
    std::fs::create_dir_all(&to).with_context(|| format!("cannot make {}", to.display()))?;
    let bar = ProgressBar::with_draw_target(Some(files.len() as u64), ProgressDrawTarget::stderr());
    bar.set_style(ProgressStyle::with_template("{bar:30} {pos}/{len} files, {eta} left")?);
    let results = on_all_cores(&files, |name| {
        let done = score(&from.join(name), &to.join(name));
        bar.inc(1);
        done
    });
    bar.finish_and_clear();
    let (mut points, mut failed) = (0, 0);
    for (name, result) in files.iter().zip(results) {
        match result {
            Ok(done) => {
                points += done.points;
                if done.steps_back > 0 {
                    eprintln!(
                        "{}: {} times a point is older than the one before it; the order of the file was kept",
                        name.display(),
                        done.steps_back
                    );
                }
            }
            Err(error) => {
                failed += 1;
                eprintln!("{}: {error:#}", name.display());
            }
        }
    }
    let scored = files.len() - failed;
    // A reader who closes our output early (`| head`) is no failure of ours.
    let report = serde_json::json!({ "files": scored, "points": points, "failed": failed });
    let _ = writeln!(std::io::stdout().lock(), "{report}");
    anyhow::ensure!(failed == 0, "{failed} of {} files could not be scored", files.len());
    Ok(())
}

/// The series in a folder and its subfolders, by name.
fn list(root: &Path, below: &Path, files: &mut Vec<PathBuf>) -> std::io::Result<()> {
    let mut entries = std::fs::read_dir(root.join(below))?.collect::<Result<Vec<_>, _>>()?;
    entries.sort_by_key(std::fs::DirEntry::file_name);
    for entry in entries {
        let name = below.join(entry.file_name());
        let is = |path: &Path, wanted: &str| path.extension().is_some_and(|end| end.eq_ignore_ascii_case(wanted));
        if entry.file_type()?.is_dir() {
            list(root, &name, files)?;
        } else if is(&name, "csv")
            || (is(&name, "gz") && name.file_stem().is_some_and(|stem| is(Path::new(stem), "csv")))
        {
            files.push(name);
        }
    }
    Ok(())
}

/// Does something with each file, on all cores; the results are in the order of the files.
fn on_all_cores<T: Send>(files: &[PathBuf], act: impl Fn(&PathBuf) -> T + Sync) -> Vec<T> {
    let next = AtomicUsize::new(0);
    let cores = thread::available_parallelism().map_or(1, NonZero::get).min(files.len());
    let mut results: Vec<(usize, T)> = thread::scope(|scope| {
        let work = || {
            let mut done = Vec::new();
            loop {
                let at = next.fetch_add(1, Ordering::Relaxed);
                let Some(file) = files.get(at) else { return done };
                done.push((at, act(file)));
            }
        };
        let workers: Vec<_> = (0..cores).map(|_| scope.spawn(work)).collect();
        workers
            .into_iter()
            .flat_map(|worker| worker.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic)))
            .collect()
    });
    results.sort_by_key(|(at, _)| *at);
    results.into_iter().map(|(_, result)| result).collect()
}

fn score(from: &Path, to: &Path) -> anyhow::Result<Done> {
    let is_zipped = from.extension().is_some_and(|extension| extension.eq_ignore_ascii_case("gz"));
    let mut file = File::open(from).context("cannot be opened")?;
    let mut bytes = Vec::new();
    if is_zipped {
        MultiGzDecoder::new(file).read_to_end(&mut bytes).context("is no gzip file")?;
    } else {
        file.read_to_end(&mut bytes).context("cannot be read")?;
    }
    let series = series::read(&bytes)?;
    let text = series::write_scored(&series, &anomaly::scores(&series.seconds, &series.values));
    if let Some(folder) = to.parent() {
        std::fs::create_dir_all(folder).with_context(|| format!("cannot make {}", folder.display()))?;
    }
    let write = |out: &mut dyn Write| out.write_all(text.as_bytes()).and_then(|()| out.flush());
    let mut out = File::create(to).with_context(|| format!("cannot write {}", to.display()))?;
    let written = if is_zipped {
        let mut zip = GzEncoder::new(out, Compression::default());
        write(&mut zip).and_then(|()| zip.finish().map(drop))
    } else {
        write(&mut out)
    };
    written.with_context(|| format!("cannot write {}", to.display()))?;
    Ok(Done { points: series.values.len(), steps_back: series.steps_back })
}
