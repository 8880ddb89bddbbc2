//! `doctor`: looks at a data folder and says in words what is wrong and what to do.

use clap::Args;
use store::Table;

use crate::settings::{Data, now, runtime};

/// The doctor.
#[derive(Args)]
pub struct Options {
    #[command(flatten)]
    data: Data,
}

/// Runs the command.
pub fn run(options: Options) -> anyhow::Result<()> {
    let catalogue = options.data.catalogue()?;
    println!("catalogue\tok\t{} event types, {} measures", catalogue.events().len(), catalogue.measures().len());
    runtime()?.block_on(async {
        let store = options.data.open().await?;
        let register = store.register();
        println!("register\tok\t{} establishments", register.establishments().await?.len());
        println!("keys\tok\t{} school years", store.held_keys()?.roots.len());
        println!("journal\tok\t{} events to fold", register.journal_length().await?);
        for (table, files, rows, bytes) in store.inventory().await? {
            println!("{}\tok\t{files} files, {rows} rows, {bytes} bytes", Table::name(table));
        }
        let closed = store.closed_through().await?.map_or_else(|| "none".to_owned(), |week| week.to_string());
        let due = store.due(now()).await?.len();
        println!("closings\t{}\tclosed through {closed}, {due} due", if due > 2 { "late" } else { "ok" });
        let open: Vec<&str> = {
            let decided = register.decisions().await?;
            let is_decided = |id: &str| decided.iter().any(|known| known.id == id);
            catalogue.decisions().iter().map(|asked| asked.id.as_str()).filter(|id| !is_decided(id)).collect()
        };
        if open.is_empty() {
            println!("governance\tok\tevery decision is taken");
        } else {
            println!(
                "governance\topen\tnot decided, so not computed: {}; see `ecarnet-stats governance`",
                open.join(", ")
            );
        }
        Ok(())
    })
}
