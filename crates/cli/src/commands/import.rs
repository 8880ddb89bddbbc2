//! (being written)
use clap::Args;
/// Options.
#[derive(Args)]
pub struct Options {}
/// Runs the command.
pub fn run(_: Options) -> anyhow::Result<()> { anyhow::bail!("not yet") }
