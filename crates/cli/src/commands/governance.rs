//! `governance`: the committee's decisions, as the register holds them.

use clap::{Args, Subcommand};
use store::{Decision, DecisionStatus, Store};

use crate::settings::{Data, WrongUse, now, runtime};

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
    runtime()?.block_on(async {
        match options.act {
            Act::List { data } => list(&data).await,
            Act::Approve(decided) => record(decided, DecisionStatus::Approved).await,
            Act::Withdraw(decided) => record(decided, DecisionStatus::Withdrawn).await,
        }
    })
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
        register.decide(&decided).await?;
        register.log(now(), "operator", "decide", &format!("{id} {status:?}")).await?;
    }
    Ok(())
}
