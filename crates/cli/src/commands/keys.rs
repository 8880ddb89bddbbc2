//! `keys`: the roots of school years by their public digests, never a key; to replace one, to destroy one.

use calendar::SchoolYear;
use clap::{Args, Subcommand};
use store::Store;

use crate::settings::{Data, WrongUse, now, runtime};

/// Keys.
#[derive(Args)]
pub struct Options {
    #[command(subcommand)]
    act: Act,
}

#[derive(Subcommand)]
enum Act {
    /// Print the roots there are and were: school year, public digest, since when, until when.
    Status {
        #[command(flatten)]
        data: Data,
    },
    /// Put a new root in the place of one that somebody may have copied. Stop the server first.
    ///
    /// Without --year, of every school year of which there is no row yet: nothing is lost. With rows under it, the old
    /// root takes the rights over them with it, and --yes must say that this is meant.
    Rotate(Change),
    /// Destroy the root of a school year for good. Stop the server first.
    ///
    /// `serve` does so by itself once the last row under a root has expired.
    Destroy(Change),
}

#[derive(Args)]
struct Change {
    #[command(flatten)]
    data: Data,
    /// The school year, as in 2025-2026.
    #[arg(long, value_name = "YEAR")]
    year: Option<String>,
    /// Why, for the audit log. Nobody's name.
    #[arg(long, value_name = "TEXT")]
    why: Option<String>,
    /// Rights over the rows that are there are given up.
    #[arg(long)]
    yes: bool,
}

impl Change {
    fn year(&self) -> anyhow::Result<Option<SchoolYear>> {
        let year = self.year.as_deref().map(str::parse).transpose();
        Ok(year.map_err(|_| WrongUse("--year: a school year is expected, as in 2025-2026".to_owned()))?)
    }

    fn why(&self) -> &str {
        self.why.as_deref().unwrap_or("by the operator")
    }

    /// Says what would be lost, unless it was meant.
    fn meant(&self, year: SchoolYear) -> anyhow::Result<()> {
        if self.yes {
            return Ok(());
        }
        Err(WrongUse(format!(
            "there are rows under the root of {year}: without it nobody can see, correct or erase her own any more (GDPR \
             article 11), and the rosters of that year must be sent again; --yes says that this is meant"
        ))
        .into())
    }
}

/// Runs the command.
pub fn run(options: Options) -> anyhow::Result<()> {
    runtime()?.block_on(async {
        match options.act {
            Act::Status { data } => status(&data).await,
            Act::Rotate(change) => rotate(&change).await,
            Act::Destroy(change) => destroy(&change).await,
        }
    })
}

async fn status(data: &Data) -> anyhow::Result<()> {
    let store = Store::open_beside(data.folder(), data.catalogue()?).await?;
    let held = store.held_keys()?;
    let needed = store.years_with_rows().await?;
    for root in store.register().roots().await? {
        let state = match &root.destroyed_on {
            Some(day) => format!("destroyed on {day}"),
            None if held.roots.get(&root.school_year) != Some(&root.key_id) => "MISSING".to_owned(),
            None if needed.contains(&root.school_year) => "live, with rows".to_owned(),
            None => "live, without rows".to_owned(),
        };
        println!("{}\t{}\tsince {}\t{state}", root.school_year, root.key_id, root.since);
    }
    println!("opt-out\t{}", held.opt_out);
    Ok(())
}

async fn rotate(change: &Change) -> anyhow::Result<()> {
    let asked = change.year()?;
    let store = change.data.open().await?;
    // What waits in the journal is under a root as well.
    store.fold().await?;
    let needed = store.years_with_rows().await?;
    let held = store.held_keys()?;
    let years: Vec<SchoolYear> = match asked {
        Some(year) => {
            if !held.roots.contains_key(&year) {
                return Err(WrongUse(format!("--year: there is no root of {year}")).into());
            }
            if needed.contains(&year) {
                change.meant(year)?;
            }
            vec![year]
        }
        None => held.roots.into_keys().filter(|year| !needed.contains(year)).collect(),
    };
    if years.is_empty() {
        eprintln!("there are rows under every root: nothing was replaced; --year says which one all the same");
    }
    for year in years {
        if let Some(replaced) = store.replace_root(year, now(), change.why()).await? {
            println!("{year}\t{}\treplaced by\t{}", replaced.gone, replaced.made);
        }
    }
    Ok(())
}

async fn destroy(change: &Change) -> anyhow::Result<()> {
    let year = change.year()?.ok_or_else(|| WrongUse("--year: which school year, as in 2024-2025".to_owned()))?;
    let store = change.data.open().await?;
    store.fold().await?;
    if !store.held_keys()?.roots.contains_key(&year) {
        return Err(WrongUse(format!("--year: there is no root of {year}")).into());
    }
    if store.may_still_collect(year, now()) {
        return Err(WrongUse(format!(
            "events of {year} may still come, and would all be refused: `keys rotate --year {year}` puts another root in \
             its place"
        ))
        .into());
    }
    if store.years_with_rows().await?.contains(&year) {
        change.meant(year)?;
    }
    if let Some(gone) = store.destroy_root(year, now(), change.why()).await? {
        println!("{year}\t{gone}\tdestroyed");
    }
    Ok(())
}
