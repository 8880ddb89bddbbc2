//! `import`: rows of files, through the entry gate, into the journal.

use std::io::Write;
use std::path::{Path, PathBuf};

use anyhow::Context;
use clap::{Args, ValueEnum};
use jiff::civil::Date;
use store::Store;

use crate::import::fingerprint::{self, Origin};
use crate::import::intake::{Intake, Summary};
use crate::import::mapping::{Mapping, wrong};
use crate::import::outbox::Outbox;
use crate::import::progress::Progress;
use crate::import::rejects::Rejects;
use crate::import::{self, Input};
use crate::settings::{Data, now, runtime};

#[derive(Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Format {
    /// Rows with a header; the mapping says what they mean.
    Csv,
    /// A batch as the collection API takes it, of any length.
    Ndjson,
    /// xAPI 1.0.3 or 2.0 statements, one a line or one array.
    Xapi,
}

/// Importing. Prints one JSON object: rows read and refused, events made, accepted and repeated, batches sent and, among
/// them, replayed: those an earlier import of the same file had stored. The same import again stores nothing twice.
#[derive(Args)]
pub struct Options {
    #[command(flatten)]
    data: Data,
    /// How the files are written.
    #[arg(long, value_enum)]
    format: Format,
    /// What their rows mean (TOML); examples are in the folder `examples`. ndjson needs none.
    #[arg(long, value_name = "FILE")]
    mapping: Option<PathBuf>,
    /// The day that relative days count from.
    #[arg(long, value_name = "DATE")]
    anchor: Option<String>,
    /// Where to write refused rows: number, reason, property and what would be right, never a value.
    #[arg(long, value_name = "FILE")]
    rejects: Option<PathBuf>,
    /// The files.
    #[arg(required = true, value_name = "PATH")]
    paths: Vec<PathBuf>,
}

/// Runs the command.
pub fn run(options: Options) -> anyhow::Result<()> {
    let Options { data, format, mapping, anchor, rejects, paths } = options;
    let anchor = anchor.as_deref().map(str::parse::<Date>).transpose();
    let anchor = anchor.map_err(|_| wrong("--anchor: a date is expected, as in 2025-10-01"))?;
    let mapping = match mapping {
        Some(path) => Mapping::read(&path)?,
        None if format == Format::Ndjson => Mapping::default(),
        None => return Err(wrong("--mapping FILE is needed: it says what the rows mean")),
    };
    if format == Format::Csv {
        mapping.check(anchor)?;
    }
    let bytes = length_of_all(&paths, &mapping)?;
    if rejects.as_deref().is_some_and(|rejects| paths.iter().any(|path| is_same(path, rejects))) {
        return Err(wrong("--rejects: a file of its own is expected; this one is to be imported"));
    }
    let runtime = runtime()?;
    // The database's connections are put away in the runtime, wherever they are dropped.
    let _entered = runtime.enter();
    let store = runtime.block_on(open(&data))?;
    let rejects = Rejects::to(rejects.as_deref())?;
    let mut intake = Intake::new(&runtime, store, now(), rejects, Progress::over(bytes))?;
    if let Some(declared) = &mapping.establishment {
        intake.declare(declared)?;
    }
    print(&import_all(format, &paths, &mapping, anchor, intake)?)
}

/// Opens the data folder. What is imported is taken for real, so a demonstration may not be started on it later.
async fn open(data: &Data) -> anyhow::Result<Store> {
    let store = data.open().await?;
    let register = store.register();
    if register.setting("demonstration").await?.is_none() {
        register.set("real", "yes").await?;
    }
    Ok(store)
}

/// Makes sure that every file is there before anything is stored; gives the length of those to import.
fn length_of_all(paths: &[PathBuf], mapping: &Mapping) -> anyhow::Result<u64> {
    let mut bytes = 0;
    for path in paths {
        bytes += length(path)?;
        for lookup in mapping.lookup.values() {
            length(&import::beside(path, &lookup.file))?;
        }
    }
    Ok(bytes)
}

fn is_same(one: &Path, other: &Path) -> bool {
    matches!((one.canonicalize(), other.canonicalize()), (Ok(one), Ok(other)) if one == other)
}

fn length(path: &Path) -> anyhow::Result<u64> {
    match std::fs::metadata(path) {
        Ok(found) if found.is_file() => Ok(found.len()),
        Ok(_) => Err(wrong(format!("{} is no file", path.display()))),
        Err(error) => Err(wrong(format!("{}: {error}", path.display()))),
    }
}

fn import_all(
    format: Format,
    paths: &[PathBuf],
    mapping: &Mapping,
    anchor: Option<Date>,
    mut intake: Intake<'_>,
) -> anyhow::Result<Summary> {
    let mut outbox = Outbox::new(Origin::new(&[]), intake.now());
    for path in paths {
        let input = Input { path, origin: origin(path, mapping, anchor)? };
        outbox.turn_to(input.origin);
        match format {
            Format::Csv => import::table::import(&input, mapping, anchor, &mut intake, &mut outbox)?,
            Format::Ndjson => import::lines::import(&input, &mut intake)?,
            Format::Xapi => import::statements::import(&input, mapping, &mut intake, &mut outbox)?,
        }
    }
    intake.finish()
}

/// Everything that a file's events depend on.
fn origin(path: &Path, mapping: &Mapping, anchor: Option<Date>) -> anyhow::Result<Origin> {
    let hashed = |path: &Path| {
        fingerprint::of_file(import::open(path)?).with_context(|| format!("cannot read {}", path.display()))
    };
    let anchor = anchor.map_or_else(String::new, |anchor| anchor.to_string());
    let mut parts = vec![hashed(path)?.to_vec(), mapping.digest.to_vec(), anchor.into_bytes()];
    for lookup in mapping.lookup.values() {
        parts.push(hashed(&import::beside(path, &lookup.file))?.to_vec());
    }
    Ok(Origin::new(&parts.iter().map(Vec::as_slice).collect::<Vec<_>>()))
}

fn print(summary: &Summary) -> anyhow::Result<()> {
    writeln!(std::io::stdout().lock(), "{}", serde_json::to_string(summary)?)?;
    Ok(())
}
