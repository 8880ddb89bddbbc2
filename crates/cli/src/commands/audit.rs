//! `audit`: the audit log, read, checked and proved, on a data folder that need not be served.

use anyhow::{Context, bail};
use clap::{Args, Subcommand};
use privacy::audit::{Checkpoint, StoredEntry};
use serde_json::json;
use store::{Register, Store};

use crate::settings::{Data, WrongUse, now, runtime};

/// The audit log.
#[derive(Args)]
pub struct Options {
    #[command(subcommand)]
    act: Act,
}

#[derive(Subcommand)]
enum Act {
    /// Print entries, oldest first: number, moment, act, detail, who.
    List {
        #[command(flatten)]
        data: Data,
        /// The first entry to print.
        #[arg(long, value_name = "N", default_value_t = 0)]
        from: u64,
        /// How many at most.
        #[arg(long, value_name = "N", default_value_t = u64::from(u32::MAX))]
        most: u64,
    },
    /// Find any change, deletion, reordering or rewriting. Exit 0: the log holds.
    Verify {
        #[command(flatten)]
        data: Data,
        /// A checkpoint that you have kept elsewhere. Without one, only those kept beside the log are compared, and who
        /// could rewrite the log could rewrite them.
        #[arg(long, value_name = "SIZE:ROOT")]
        checkpoint: Option<String>,
    },
    /// Make a checkpoint now and print it: keep it elsewhere.
    Checkpoint {
        #[command(flatten)]
        data: Data,
    },
    /// Print the proof that an entry stands in the log, as JSON (RFC 6962 §2.1.1).
    Prove {
        #[command(flatten)]
        data: Data,
        /// The entry's number.
        seq: u64,
    },
}

/// Runs the command.
pub fn run(options: Options) -> anyhow::Result<()> {
    runtime()?.block_on(async {
        match options.act {
            Act::List { data, from, most } => list(&open(&data).await?, from, most).await,
            Act::Verify { data, checkpoint } => {
                let held = checkpoint.map(|text| text.parse::<Checkpoint>()).transpose();
                let held = held.map_err(|error| WrongUse(format!("--checkpoint: {error}")))?;
                verify(&open(&data).await?, held).await
            }
            Act::Checkpoint { data } => {
                println!("{}", open(&data).await?.checkpoint(now()).await?);
                Ok(())
            }
            Act::Prove { data, seq } => prove(&open(&data).await?, seq).await,
        }
    })
}

async fn open(data: &Data) -> anyhow::Result<Register> {
    Ok(Store::open_existing_register(&data.folder()).await?)
}

async fn list(register: &Register, from: u64, most: u64) -> anyhow::Result<()> {
    const PAGE: u64 = 1_000;
    let (mut next, mut left) = (from, most);
    while left > 0 {
        let entries = register.audit_entries(next, left.min(PAGE)).await?;
        let Some(last) = entries.last() else { break };
        next = last.seq + 1;
        left -= entries.len() as u64;
        for entry in &entries {
            println!("{}\t{}\t{}\t{}\t{}", entry.seq, entry.when, entry.action, entry.detail, who(entry));
        }
    }
    Ok(())
}

fn who(entry: &StoredEntry) -> String {
    match &entry.name {
        None => "(erased)".to_owned(),
        Some(name) if name.person.is_empty() => name.role.clone(),
        Some(name) => format!("{} {} {}", name.role, name.establishment, name.person),
    }
}

async fn verify(register: &Register, held: Option<Checkpoint>) -> anyhow::Result<()> {
    let report = register.verify_audit(held).await?;
    for fault in &report.faults {
        eprintln!("{fault}");
    }
    if report.more > 0 {
        eprintln!("and {} more", report.more);
    }
    if !report.holds() {
        bail!("the audit log does not hold");
    }
    println!("{}", report.checkpoint);
    eprintln!(
        "the log holds: {} entries, {} names erased, {} checkpoints compared{}",
        report.checkpoint.size,
        report.erased,
        report.compared,
        if held.is_none() { "; none of them was held elsewhere: --checkpoint SIZE:ROOT" } else { "" }
    );
    Ok(())
}

async fn prove(register: &Register, seq: u64) -> anyhow::Result<()> {
    let proof = register.prove_audit(seq).await?;
    let proof = proof.with_context(|| format!("the log has no entry {seq}"))?;
    let entry = register.audit_entries(seq, 1).await?.pop().context("the entry has gone meanwhile")?;
    let hex = |bytes: &[u8]| bytes.iter().fold(String::new(), |text, byte| format!("{text}{byte:02x}"));
    let path: Vec<String> = proof.path.iter().map(|node| hex(node)).collect();
    println!(
        "{}",
        json!({
            "checkpoint": proof.checkpoint.to_string(), "seq": seq, "leaf": hex(&proof.leaf), "path": path,
            "entry": { "when": entry.when, "action": entry.action, "detail": entry.detail,
                       "act_salt": hex(&entry.act_salt), "name_digest": hex(&entry.name_digest) },
        })
    );
    Ok(())
}
