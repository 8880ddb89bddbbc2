//! `demo`: a living product on simulated schools. The schools speak through the public API of the server that shows
//! them; a second start keeps what is there.

use std::net::SocketAddr;
use std::path::PathBuf;

use anyhow::Context;
use clap::Args;
use jiff::{Span, Timestamp};
use server::DemoIdentity;
use simulator::{DemoIdentities, Options as Drive, Parameters, World};
use store::{Scope, TokenScope};
use tokio::sync::watch;

use super::serve::{ClockKind, Plan, bind, prepare, stop_signal};
use super::simulate::play;
use crate::settings::{Data, now, runtime};

/// The setting that says that the year was played to its end.
const READY: &str = "demonstration_ready";

/// The demonstration.
#[derive(Args)]
pub struct Options {
    /// The data folder.
    #[arg(long, value_name = "DIR", default_value = "data/demo")]
    data: PathBuf,
    /// Where to listen.
    #[arg(long, value_name = "ADDR:PORT", default_value = "127.0.0.1:8080")]
    listen: SocketAddr,
    /// How many schools.
    #[arg(long, default_value_t = 12)]
    schools: usize,
    /// What makes these schools different from others.
    #[arg(long, default_value_t = 1)]
    seed: u64,
    /// Start again from nothing.
    #[arg(long)]
    reset: bool,
    /// Stop once the data are there.
    #[arg(long)]
    prepare_only: bool,
    /// Where to write what really happened, for comparison.
    #[arg(long, value_name = "FILE")]
    truth: Option<PathBuf>,
}

/// Runs the command.
pub fn run(options: Options) -> anyhow::Result<()> {
    runtime()?.block_on(async {
        let (stop, stopping) = watch::channel(false);
        let stop_on_signal = stop.clone();
        tokio::spawn(async move {
            stop_signal().await;
            let _ = stop_on_signal.send(true);
        });
        let listener = bind(options.listen).await?;
        let address = format!("http://{}", listener.local_addr()?);
        let data = Data { data: options.data.clone(), keys: None, tombstones: None, pseudonymiser: None, catalogue: None };
        if options.reset {
            forget(&data)?;
        }
        let ready = is_ready(&data).await?;
        if !ready {
            // A year that was not played to its end is no year.
            forget(&data)?;
        }
        let (from, until) = year_until(now());
        let world = World::new(Parameters::new(options.schools, options.seed, from, until))?;
        let start = jiff::tz::TimeZone::UTC.to_timestamp(from.at(0, 0, 0, 0))?;
        let people = world.demo_identities();
        let plan = Plan {
            demo: true,
            clock: if ready { ClockKind::Real } else { ClockKind::Simulated },
            start: Some(start),
            identities: identities(&people),
            channels: delivery::Channels::none(),
        };
        let app = prepare(&data, plan).await?;
        let serving = tokio::spawn(server::serve(app, listener, true, server::FOLD_EVERY, stopping.clone()));
        if !ready {
            eprintln!("Simulation de {} écoles du {from} au {until} par l'API publique…", options.schools);
            let played = tokio::select! {
                played = simulate(&data, &address, world, options.truth.clone()) => played,
                () = stopped(stopping.clone()) => anyhow::bail!("stopped before the year was played; the next start plays it anew"),
            };
            played?;
        }
        println!("{address}");
        eprintln!("\n  La démonstration est prête : {address}");
        eprintln!("  Trois identités s'y connectent d'un clic :");
        for (who, one) in [("une enseignante", &people.teacher), ("la directrice", &people.head), ("l'exploitant", &people.operator)] {
            let school = one.establishment.as_deref().map_or_else(String::new, |uai| format!(", école {uai}"));
            let class = one.class.as_deref().map_or_else(String::new, |class| format!(", classe {class}"));
            eprintln!("    {who} : {}{class}{school}", one.actor);
        }
        eprintln!("  Ctrl-C pour arrêter ; les données restent dans {}.\n", options.data.display());
        if options.prepare_only {
            let _ = stop.send(true);
        }
        serving.await?.context("the server stopped")
    })
}

async fn stopped(mut stopping: watch::Receiver<bool>) {
    let _ = stopping.wait_for(|stop| *stop).await;
}

async fn simulate(data: &Data, address: &str, world: World, truth: Option<PathBuf>) -> anyhow::Result<()> {
    let register = store::Store::open_register(&data.folder()).await?;
    let token = register.create_token(&TokenScope { scope: Scope::Collect, establishment: None }, now()).await?;
    let (to, secret) = (address.to_owned(), token.reveal().to_owned());
    let playing = tokio::task::spawn_blocking(move || {
        let drive = Drive { drive_clock: true, ..Drive::default() };
        let tally = play(&world, &to, &secret, drive, truth.as_deref())?;
        ureq::post(format!("{to}/demo/clock"))
            .header("Authorization", format!("Bearer {secret}"))
            .send_json(serde_json::json!({ "now": "real" }))
            .context("the clock could not be handed over to real time")?;
        Ok::<_, anyhow::Error>(tally)
    });
    let tally = playing.await??;
    register.set(READY, "yes").await?;
    eprintln!("{} événements acceptés.", tally.accepted);
    Ok(())
}

/// The thirteen months up to yesterday.
fn year_until(now: Timestamp) -> (jiff::civil::Date, jiff::civil::Date) {
    let today = jiff::tz::TimeZone::UTC.to_datetime(now).date();
    let until = today.saturating_sub(Span::new().days(1));
    (today.saturating_sub(Span::new().months(13)), until)
}

async fn is_ready(data: &Data) -> anyhow::Result<bool> {
    if !data.data.join("register.sqlite").exists() {
        return Ok(false);
    }
    let register = store::Store::open_register(&data.folder()).await?;
    Ok(register.setting(READY).await?.is_some())
}

/// Removes a demonstration's folder and keys; refuses any other folder.
fn forget(data: &Data) -> anyhow::Result<()> {
    let folder = data.folder();
    if folder.data.exists() {
        let is_ours = folder.data.join("register.sqlite").exists() || folder.data.read_dir()?.next().is_none();
        anyhow::ensure!(is_ours, "{} is no data folder of ecarnet-stats; it is left alone", folder.data.display());
        std::fs::remove_dir_all(&folder.data).with_context(|| format!("cannot remove {}", folder.data.display()))?;
    }
    match std::fs::remove_file(&folder.keys) {
        Err(error) if error.kind() != std::io::ErrorKind::NotFound => {
            Err(error).with_context(|| format!("cannot remove {}", folder.keys.display()))
        }
        _ => Ok(()),
    }
}

fn identities(people: &DemoIdentities) -> Vec<DemoIdentity> {
    [&people.teacher, &people.head, &people.operator]
        .into_iter()
        .map(|one| DemoIdentity {
            role: one.role.to_string(),
            establishment: one.establishment.clone(),
            actor: Some(one.actor.clone()),
            class: one.class.clone(),
        })
        .collect()
}
