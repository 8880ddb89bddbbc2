//! `serve`: collection and dashboards.

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use anyhow::{Context, bail};
use calendar::Calendar;
use clap::{Args, ValueEnum};
use delivery::Channels;
use jiff::Timestamp;
use server::{App, Clock, DemoIdentity, RealClock, SimulatedClock};
use tokio::net::TcpListener;
use tokio::sync::watch;

use super::alerts::Telling;
use crate::settings::{Data, WrongUse, now, runtime};

/// Which time the server follows.
#[derive(Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum ClockKind {
    /// Real time.
    Real,
    /// A time moved by `POST /demo/clock`: on a demo or test data folder only.
    Simulated,
}

/// Serving.
#[derive(Args)]
pub struct Options {
    #[command(flatten)]
    data: Data,
    /// Where to listen.
    #[arg(long, value_name = "ADDR:PORT", env = "ECARNET_STATS_LISTEN", default_value = "127.0.0.1:8080")]
    listen: SocketAddr,
    /// Demo identities may sign in, and the folder is marked as a demonstration for good.
    #[arg(long)]
    demo: bool,
    /// Which time to follow.
    #[arg(long, value_enum, default_value = "real")]
    clock: ClockKind,
    /// Where the simulated clock starts (RFC 3339), on a folder that has none yet.
    #[arg(long, value_name = "INSTANT", requires = "clock")]
    clock_start: Option<String>,
    /// Seconds between two foldings of the journal; 600 at most is what privacy promises.
    #[arg(long, value_name = "SECONDS", default_value_t = 10, value_parser = clap::value_parser!(u64).range(1..=600))]
    fold_every: u64,
    #[command(flatten)]
    telling: Telling,
}

/// Runs the command.
pub fn run(options: Options) -> anyhow::Result<()> {
    let start = options.clock_start.as_deref().map(str::parse::<Timestamp>).transpose().map_err(|_| {
        WrongUse("--clock-start: a moment with its offset is expected, as in 2025-09-01T06:00:00+02:00".to_owned())
    })?;
    let channels = options.telling.clone().channels()?;
    runtime()?.block_on(async {
        let (stop, stopping) = watch::channel(false);
        tokio::spawn(async move {
            stop_signal().await;
            let _ = stop.send(true);
        });
        let listener = bind(options.listen).await?;
        let plan = Plan { demo: options.demo, clock: options.clock, start, identities: Vec::new(), channels };
        let app = prepare(&options.data, plan).await?;
        eprintln!("ecarnet-stats listens on http://{}", listener.local_addr()?);
        server::serve(app, listener, options.demo, Duration::from_secs(options.fold_every), stopping)
            .await
            .context("the server stopped")
    })
}

/// How to start.
pub struct Plan {
    /// Demo identities may sign in.
    pub demo: bool,
    /// Which time to follow.
    pub clock: ClockKind,
    /// Where a simulated clock starts.
    pub start: Option<Timestamp>,
    /// Who may sign in during a demonstration.
    pub identities: Vec<DemoIdentity>,
    /// Who is told of alerts.
    pub channels: Channels,
}

/// Takes the port, or says who else may have it.
pub async fn bind(listen: SocketAddr) -> anyhow::Result<TcpListener> {
    TcpListener::bind(listen).await.map_err(|error| {
        if error.kind() == std::io::ErrorKind::AddrInUse {
            anyhow::anyhow!(
                "port {} on {} is in use by another program; stop it, or choose another with --listen",
                listen.port(),
                listen.ip()
            )
        } else {
            anyhow::anyhow!("cannot listen on {listen}: {error}")
        }
    })
}

/// Opens the data folder and prepares the server's state.
pub async fn prepare(data: &Data, plan: Plan) -> anyhow::Result<Arc<App>> {
    let store = data.open().await?;
    let register = store.register().clone();
    let is_demo = register.setting("demonstration").await?.is_some();
    if plan.demo && !is_demo {
        if register.setting("real").await?.is_some() {
            bail!("the data folder holds real data; a demonstration needs a folder of its own: choose another --data");
        }
        register.set("demonstration", "yes").await?;
        approve_for_demonstration(&store).await?;
    }
    let may_simulate = plan.demo || is_demo;
    let clock: Arc<dyn Clock> = match plan.clock {
        ClockKind::Simulated if !may_simulate => {
            bail!("--clock simulated works on a demo or test data folder only: start it with --demo on an empty folder")
        }
        ClockKind::Simulated => {
            let start = plan.start.unwrap_or_else(now);
            Arc::new(SimulatedClock::new(start, now))
        }
        ClockKind::Real => Arc::new(RealClock(now)),
    };
    if !may_simulate {
        register.set("real", "yes").await?;
    }
    let identities = if plan.demo { plan.identities } else { Vec::new() };
    let app = App::new(store, Calendar::official(), clock, identities).await?;
    Ok(Arc::new(app.telling(plan.channels).await?))
}

/// Everything the catalogue asks for is approved in a demonstration, and marked as only that.
async fn approve_for_demonstration(store: &store::Store) -> anyhow::Result<()> {
    for asked in store.catalogue().decisions() {
        let decided = store::Decision {
            id: asked.id.clone(),
            status: store::DecisionStatus::Approved,
            decided_on: now().strftime("%Y-%m-%d").to_string(),
            demonstration: true,
            note: "décision de démonstration".to_owned(),
        };
        store.register().decide(&decided, now()).await?;
    }
    Ok(())
}

/// Waits for Ctrl-C or the service manager's request to stop.
pub async fn stop_signal() {
    use tokio::signal::unix::{SignalKind, signal};
    let Ok(mut terminate) = signal(SignalKind::terminate()) else { return };
    tokio::select! {
        _ = tokio::signal::ctrl_c() => {}
        _ = terminate.recv() => {}
    }
}
