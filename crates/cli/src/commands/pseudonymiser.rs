//! `pseudonymiser`: holds the keys in a process of its own, under a user of its own, so that whoever breaks into the
//! server can ask for a pseudonym while he is there, but takes no key away.

use std::path::PathBuf;

use clap::Args;
use store::Desk;

use crate::settings::runtime;

/// The pseudonymiser.
#[derive(Args)]
pub struct Options {
    /// The key file; made with fresh keys where there is none.
    #[arg(long, value_name = "FILE", env = "ECARNET_STATS_KEYS")]
    keys: PathBuf,
    /// The socket to answer on, for this user and group alone.
    #[arg(long, value_name = "PATH", env = "ECARNET_STATS_PSEUDONYMISER")]
    socket: PathBuf,
}

/// Runs the command.
pub fn run(options: &Options) -> anyhow::Result<()> {
    runtime()?.block_on(async {
        let desk = std::sync::Arc::new(Desk::open(&options.keys, &options.socket)?);
        eprintln!("ecarnet-stats pseudonymiser answers on {}", options.socket.display());
        let serving = std::sync::Arc::clone(&desk);
        let served = tokio::task::spawn_blocking(move || serving.serve());
        tokio::select! {
            done = served => Ok(done??),
            () = super::serve::stop_signal() => {
                desk.close();
                // The thread that waits for connections would keep the process.
                std::process::exit(0)
            }
        }
    })
}
