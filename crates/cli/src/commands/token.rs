//! `token create`: prints the token alone, so that a script can keep it.

use clap::{Args, Subcommand};
use privacy::Uai;
use store::{Scope, Store, TokenScope};

use crate::settings::{Data, WrongUse, now, runtime};

/// Tokens.
#[derive(Args)]
pub struct Options {
    #[command(subcommand)]
    act: Act,
}

#[derive(Subcommand)]
enum Act {
    /// Make a token and print it; it is shown this once.
    Create(Create),
}

#[derive(Args)]
struct Create {
    #[command(flatten)]
    data: Data,
    /// What for: collect, read, lrs, bi or admin.
    #[arg(long)]
    scope: String,
    /// For which establishment (its UAI), or `all`.
    #[arg(long, value_name = "UAI|all")]
    establishment: String,
}

/// Runs the command.
pub fn run(options: Options) -> anyhow::Result<()> {
    let Act::Create(create) = options.act;
    let scope: Scope = create.scope.parse().map_err(|error| WrongUse(format!("--scope: {error}")))?;
    let establishment = match create.establishment.as_str() {
        "all" => None,
        uai => {
            let uai: Uai =
                uai.parse().map_err(|error| WrongUse(format!("--establishment: {error}, or the word all")))?;
            Some(uai)
        }
    };
    runtime()?.block_on(async {
        let register = Store::open_register(&create.data.folder()).await?;
        let token = register.create_token(&TokenScope { scope, establishment }, now()).await?;
        println!("{}", token.reveal());
        Ok(())
    })
}
