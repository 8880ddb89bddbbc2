//! `backup` and `restore`: the data folder without its keys, as of one moment; and back, without whoever was erased since.

use std::path::PathBuf;

use clap::Args;
use store::{KEPT_DAYS, Store, prune_backups};

use crate::settings::{Data, Moment, WrongUse, runtime};

/// Backing up.
#[derive(Args)]
pub struct Backup {
    #[command(flatten)]
    data: Data,
    /// The folder that holds the backups, on another disk; each gets a folder of its own in it.
    #[arg(long, value_name = "DIR")]
    to: PathBuf,
    /// Also delete backups there that are older than 30 days.
    #[arg(long)]
    prune: bool,
    #[command(flatten)]
    moment: Moment,
}

/// Restoring.
#[derive(Args)]
pub struct Restore {
    /// One backup: a folder that `backup` has made.
    #[arg(long, value_name = "DIR")]
    from: PathBuf,
    #[command(flatten)]
    data: Data,
    #[command(flatten)]
    moment: Moment,
}

/// Runs `backup`; a server may go on working meanwhile.
pub fn run_backup(options: Backup) -> anyhow::Result<()> {
    let (_, at) = options.moment.now()?;
    if options.to.starts_with(&options.data.data) {
        return Err(WrongUse("--to: a folder outside the data folder is expected".to_owned()).into());
    }
    runtime()?.block_on(async {
        let store = Store::open_beside(options.data.folder(), options.data.catalogue()?).await?;
        let made = store.backup(&options.to, at).await?;
        println!("{}", made.folder.display());
        eprintln!("{} files, {} bytes; the keys and the tombstone file are not in it", made.files, made.bytes);
        if options.prune {
            for folder in prune_backups(&options.to, at)?.folders {
                eprintln!("older than {KEPT_DAYS} days, deleted: {}", folder.display());
            }
        }
        Ok(())
    })
}

/// Runs `restore`.
pub fn run_restore(options: Restore) -> anyhow::Result<()> {
    let (today, at) = options.moment.now()?;
    runtime()?.block_on(async {
        let folder = options.data.folder();
        if !folder.tombstones.exists() {
            eprintln!(
                "{} is not there: if anybody was erased or has objected since the backup, put it back first",
                folder.tombstones.display()
            );
        }
        let restored = Store::restore(&options.from, folder, options.data.catalogue()?, today, at).await?;
        eprintln!("{} files as of {}", restored.files, restored.taken_at);
        for (act, n) in &restored.replayed {
            eprintln!("done again: {act} {n}");
        }
        for id in &restored.rectified {
            eprintln!("to be done again by hand: the correction of request {id}, see `ecarnet-stats rights show {id}`");
        }
        Ok(())
    })
}
