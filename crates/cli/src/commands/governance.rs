//! `governance`: the committee's decisions, as the register holds them, and the record of processing activities, as the
//! catalogue amounts to it.

use std::io::Write;
use std::path::PathBuf;

use calendar::Lang;
use clap::{Args, Subcommand, ValueEnum};
use store::{Decision, DecisionStatus, Store};

use crate::settings::{Data, WrongUse, catalogue_in, now, runtime};

/// Decisions.
#[derive(Args)]
pub struct Options {
    #[command(subcommand)]
    act: Act,
}

#[derive(Subcommand)]
enum Act {
    /// List what the committee is asked to approve, and where each stands.
    List {
        #[command(flatten)]
        data: Data,
    },
    /// Record that the committee has approved a decision.
    Approve(Record),
    /// Record that it has withdrawn one.
    Withdraw(Record),
    /// Print the record of processing activities (GDPR, article 30), made from the catalogue.
    Record(Processing),
}

#[derive(Args)]
struct Processing {
    /// A folder with a catalogue of one's own; the built-in one otherwise.
    #[arg(long, value_name = "DIR", env = "ECARNET_STATS_CATALOGUE")]
    catalogue: Option<PathBuf>,
    /// In which language.
    #[arg(long, value_enum, default_value = "fr")]
    lang: Language,
    /// A document to complete, or the same for machines.
    #[arg(long, value_enum, default_value = "markdown")]
    format: Format,
}

#[derive(Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Language {
    Fr,
    En,
}

#[derive(Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Format {
    Markdown,
    Json,
}

#[derive(Args)]
struct Record {
    #[command(flatten)]
    data: Data,
    /// The decision's identifier, or `all`.
    decision: String,
    /// What the committee wrote, or where its minutes are.
    #[arg(long)]
    note: String,
    /// The decision is only made for a demonstration, and shown as such.
    #[arg(long)]
    demonstration: bool,
}

/// Runs the command.
pub fn run(options: Options) -> anyhow::Result<()> {
    match options.act {
        Act::List { data } => runtime()?.block_on(list(&data)),
        Act::Approve(decided) => runtime()?.block_on(record(decided, DecisionStatus::Approved)),
        Act::Withdraw(decided) => runtime()?.block_on(record(decided, DecisionStatus::Withdrawn)),
        Act::Record(wanted) => processing(&wanted),
    }
}

fn processing(wanted: &Processing) -> anyhow::Result<()> {
    let lang = match wanted.lang {
        Language::Fr => Lang::Fr,
        Language::En => Lang::En,
    };
    let record = catalogue_in(wanted.catalogue.as_deref())?.processing_record(lang);
    let text = match wanted.format {
        Format::Markdown => record.markdown(lang),
        Format::Json => serde_json::to_string_pretty(&record)? + "\n",
    };
    // A reader who closes our output early (`| head`) is no failure of ours.
    let _ = std::io::stdout().lock().write_all(text.as_bytes());
    Ok(())
}

async fn list(data: &Data) -> anyhow::Result<()> {
    let register = Store::open_register(&data.folder()).await?;
    let decided = register.decisions().await?;
    for asked in data.catalogue()?.decisions() {
        let known = decided.iter().find(|known| known.id == asked.id);
        let status = match known.map(|known| known.status) {
            Some(DecisionStatus::Approved) => "approved",
            Some(DecisionStatus::Withdrawn) => "withdrawn",
            None => "open",
        };
        let demonstration = if known.is_some_and(|known| known.demonstration) { " (demonstration)" } else { "" };
        println!("{}\t{status}{demonstration}\t{}", asked.id, asked.title.get(catalogue::Lang::Fr));
    }
    Ok(())
}

async fn record(wanted: Record, status: DecisionStatus) -> anyhow::Result<()> {
    let catalogue = wanted.data.catalogue()?;
    let ids: Vec<String> = catalogue.decisions().iter().map(|decision| decision.id.clone()).collect();
    let chosen: Vec<&String> = ids.iter().filter(|id| wanted.decision == "all" || **id == wanted.decision).collect();
    if chosen.is_empty() {
        return Err(WrongUse(format!("no such decision; one of {}, or all, is expected", ids.join(", "))).into());
    }
    let register = Store::open_register(&wanted.data.folder()).await?;
    for id in chosen {
        let decided = Decision {
            id: id.clone(),
            status,
            decided_on: now().strftime("%Y-%m-%d").to_string(),
            demonstration: wanted.demonstration,
            note: wanted.note.clone(),
        };
        register.decide(&decided, now()).await?;
    }
    Ok(())
}
