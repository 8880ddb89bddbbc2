//! `bench`: measures a claim, with what it is compared to in the same run. Figures depend on the machine; ratios less.

use anyhow::bail;
use clap::{Args, ValueEnum};
use serde_json::{Map, Value};

use crate::bench::{analytics, dashboard, ingest, privacy, rights};

#[derive(Clone, Copy, ValueEnum)]
enum Name {
    /// Collection and folding.
    Ingest,
    /// Both views on a year of events, beside DuckDB.
    Dashboard,
    /// Access and erasure on a year of events.
    Rights,
    /// The methods of analysis, on simulations whose truth is known.
    Analytics,
    /// Every attack on what is published, with its control. Fails when one succeeds.
    Privacy,
}

/// Measuring.
#[derive(Args)]
pub struct Options {
    /// What to measure.
    name: Name,
    /// A tenth of the size.
    #[arg(long)]
    quick: bool,
    /// One JSON object on the last line.
    #[arg(long)]
    json: bool,
    /// Of `privacy`, only what is tried on a running product: the rest has tests of its own.
    #[arg(long, hide = true)]
    running_only: bool,
    /// Keep the simulated year in this folder, and measure on it again the next time; for `dashboard` and `rights`.
    #[arg(long, value_name = "DIR")]
    data: Option<std::path::PathBuf>,
    /// Fold the journal of this data folder and say how long it took: the second half of `ingest`, in a process of its own.
    #[arg(long, hide = true)]
    fold_only: Option<std::path::PathBuf>,
}

/// Named figures, in the order of printing.
pub type Figures = Vec<(&'static str, f64)>;

/// Runs the command.
pub fn run(options: Options) -> anyhow::Result<()> {
    if let Some(data) = &options.fold_only {
        return ingest::fold_only(data);
    }
    let mut broken = Vec::new();
    let (name, figures) = match options.name {
        Name::Ingest => ("ingest", ingest::run(options.quick)?),
        Name::Dashboard => ("dashboard", dashboard::run(options.quick, options.data.as_deref())?),
        Name::Rights => ("rights", rights::run(options.quick, options.data.as_deref())?),
        Name::Analytics => ("analytics", analytics::run(options.quick)?),
        Name::Privacy => {
            let findings = privacy::run(options.quick, options.running_only, !options.json)?;
            broken.extend(findings.iter().filter(|finding| !finding.holds()).map(|finding| finding.name));
            ("privacy", findings.into_iter().map(|finding| (finding.name, finding.value)).collect())
        }
    };
    if figures.is_empty() {
        bail!("nothing was measured");
    }
    if options.json {
        // Shares and error rates need more digits than times.
        let digits = if matches!(options.name, Name::Privacy) { 1e9 } else { 1e3 };
        let figures: Map<String, Value> = figures
            .into_iter()
            .map(|(key, value)| (key.to_owned(), Value::from((value * digits).round() / digits)))
            .collect();
        println!("{}", serde_json::json!({ "bench": name, "figures": figures }));
    } else if !matches!(options.name, Name::Privacy) {
        for (key, value) in figures {
            println!("{key:28} {value:>14.3}");
        }
    }
    if broken.is_empty() { Ok(()) } else { bail!("these bounds do not hold: {}", broken.join(", ")) }
}
