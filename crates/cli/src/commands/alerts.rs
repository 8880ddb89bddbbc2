//! Alerts: who is told of them (settings that `serve` shares), and what can be done from here: list, acknowledge, test.

use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};

use anyhow::ensure;
use clap::{Args, Subcommand, ValueEnum};
use delivery::{Channels, Message, Wanted, WantedMail, WantedWebhook};
use serde_json::json;
use store::{AlertsOf, KeptAlert, Store};

use crate::settings::{Data, WrongUse, now, runtime};

/// Who is told of alerts: flags, then variables, then the file.
#[derive(Args, Clone, Default)]
pub struct Telling {
    /// A TOML file of who is told of what (see docs/alerts.md).
    #[arg(long, value_name = "FILE", env = "ECARNET_STATS_ALERT_SETTINGS")]
    alert_settings: Option<PathBuf>,
    /// The address under which people open these pages: where links lead.
    #[arg(long, value_name = "URL", env = "ECARNET_STATS_ALERT_PAGE")]
    alert_page: Option<String>,
    /// Where to post alerts, signed.
    #[arg(long, value_name = "URL", env = "ECARNET_STATS_ALERT_WEBHOOK")]
    alert_webhook: Option<String>,
    /// The file with the secret shared with that receiver.
    #[arg(long, value_name = "FILE", env = "ECARNET_STATS_ALERT_WEBHOOK_SECRET_FILE", requires = "alert_webhook")]
    alert_webhook_secret_file: Option<PathBuf>,
    /// What is less is not posted: notify or immediate.
    #[arg(long, value_name = "SEVERITY", env = "ECARNET_STATS_ALERT_WEBHOOK_MINIMUM", requires = "alert_webhook")]
    alert_webhook_minimum: Option<String>,
    /// To whom to send alerts by e-mail; several with commas.
    #[arg(long, value_name = "ADDR", env = "ECARNET_STATS_ALERT_MAIL_TO", value_delimiter = ',')]
    alert_mail_to: Vec<String>,
    /// What is less is not sent by e-mail: notify or immediate.
    #[arg(long, value_name = "SEVERITY", env = "ECARNET_STATS_ALERT_MAIL_MINIMUM", requires = "alert_mail_to")]
    alert_mail_minimum: Option<String>,
    /// The server that takes e-mail, as in `smtps://USER@HOST`.
    #[arg(long, value_name = "URL", env = "ECARNET_STATS_SMTP_URL")]
    smtp_url: Option<String>,
    /// The sender's address.
    #[arg(long, value_name = "ADDR", env = "ECARNET_STATS_SMTP_FROM")]
    smtp_from: Option<String>,
    /// The file with the password of that server's user.
    #[arg(long, value_name = "FILE", env = "ECARNET_STATS_SMTP_PASSWORD_FILE")]
    smtp_password_file: Option<PathBuf>,
}

impl Telling {
    /// The channels, checked: what cannot work is wrong use.
    pub fn channels(self) -> anyhow::Result<Channels> {
        let mut wanted = match &self.alert_settings {
            Some(file) => settings_of(file)?,
            None => Wanted::default(),
        };
        wanted.page = self.alert_page.or(wanted.page);
        if let Some(url) = self.alert_webhook {
            wanted.webhook = vec![WantedWebhook {
                url,
                secret_file: self.alert_webhook_secret_file,
                minimum: self.alert_webhook_minimum,
                establishments: Vec::new(),
            }];
        }
        if !self.alert_mail_to.is_empty() {
            let one = |to| WantedMail { to, minimum: self.alert_mail_minimum.clone(), establishments: Vec::new() };
            wanted.mail = self.alert_mail_to.into_iter().map(one).collect();
        }
        wanted.smtp.url = self.smtp_url.or(wanted.smtp.url);
        wanted.smtp.from = self.smtp_from.or(wanted.smtp.from);
        wanted.smtp.password_file = self.smtp_password_file.or(wanted.smtp.password_file);
        Ok(wanted.check(secret_of).map_err(|wrong| WrongUse(wrong.to_string()))?)
    }
}

fn settings_of(file: &Path) -> anyhow::Result<Wanted> {
    let wrong = |why: String| WrongUse(format!("--alert-settings {}: {why}", file.display()));
    let text = std::fs::read_to_string(file).map_err(|error| wrong(format!("it cannot be read: {error}")))?;
    let right = "docs/alerts.md shows what is expected";
    Ok(toml::from_str(&text).map_err(|error| wrong(format!("{}; {right}", error.to_string().trim())))?)
}

/// What a file of a secret holds; only where nobody else can read it.
fn secret_of(file: &Path) -> Result<String, String> {
    let name = file.display();
    let about = std::fs::metadata(file).map_err(|error| format!("{name} cannot be read: {error}"))?;
    let mode = about.permissions().mode() & 0o777;
    if mode & 0o077 != 0 {
        return Err(format!("{name} can be read by others (mode {mode:o}): chmod 600 it"));
    }
    std::fs::read_to_string(file).map_err(|error| format!("{name} cannot be read: {error}"))
}

/// Alerts.
#[derive(Args)]
pub struct Options {
    #[command(subcommand)]
    act: Act,
}

#[derive(Subcommand)]
#[expect(clippy::large_enum_variant, reason = "there is one, for the life of the process")]
enum Act {
    /// List alerts, those seen last first.
    List {
        #[command(flatten)]
        data: Data,
        /// Those that nobody has acknowledged.
        #[arg(long)]
        open: bool,
        #[arg(long, value_enum, default_value = "text")]
        format: Format,
    },
    /// Acknowledge an alert, as the operator: it is told no more.
    Acknowledge {
        #[command(flatten)]
        data: Data,
        /// Its number.
        id: i64,
    },
    /// Send a message marked as a test by every channel, and say what became of it.
    Test {
        #[command(flatten)]
        data: Data,
        #[command(flatten)]
        telling: Telling,
    },
}

#[derive(Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Format {
    /// One alert a line, columns apart by tabs.
    Text,
    /// For machines.
    Json,
}

/// Runs the command.
pub fn run(options: Options) -> anyhow::Result<()> {
    runtime()?.block_on(async {
        match options.act {
            Act::List { data, open, format } => list(&data, open, format).await,
            Act::Acknowledge { data, id } => acknowledge(&data, id).await,
            Act::Test { data, telling } => test(&data, telling).await,
        }
    })
}

async fn list(data: &Data, open: bool, format: Format) -> anyhow::Result<()> {
    let register = Store::open_existing_register(&data.folder()).await?;
    let mut alerts = register.alerts(&AlertsOf::All).await?;
    alerts.retain(|alert| !open || alert.acknowledged.is_none());
    let sendings = register.sendings().await?;
    let sent = |alert: &KeptAlert| {
        let of = sendings.iter().filter(|one| one.alerts.contains(&alert.id));
        of.map(|one| format!("{} {}", one.channel, one.state)).collect::<Vec<_>>()
    };
    let place =
        |alert: &KeptAlert| alert.establishment.as_ref().map_or_else(|| "system".to_owned(), ToString::to_string);
    let state = |alert: &KeptAlert| if alert.acknowledged.is_some() { "acknowledged" } else { "open" };
    match format {
        Format::Json => {
            let one = |alert: &KeptAlert| {
                json!({
                    "id": alert.id, "establishment": alert.establishment.as_ref().map(ToString::to_string),
                    "rule": alert.seen.rule, "severity": alert.seen.severity, "state": state(alert),
                    "first_day": alert.seen.first_day.to_string(), "last_day": alert.seen.last_day.to_string(),
                    "sentence": { "fr": alert.seen.sentence.0, "en": alert.seen.sentence.1 }, "messages": sent(alert),
                })
            };
            println!("{}", json!({ "alerts": alerts.iter().map(one).collect::<Vec<_>>() }));
        }
        Format::Text => {
            for alert in &alerts {
                let words = [
                    alert.id.to_string(),
                    place(alert),
                    alert.seen.last_day.to_string(),
                    alert.seen.rule.clone(),
                    state(alert).to_owned(),
                    sent(alert).join(", "),
                    alert.seen.sentence.0.clone(),
                ];
                println!("{}", words.join("\t"));
            }
        }
    }
    Ok(())
}

async fn acknowledge(data: &Data, id: i64) -> anyhow::Result<()> {
    let register = Store::open_existing_register(&data.folder()).await?;
    if register.alert(id).await?.is_none() {
        return Err(WrongUse(format!("there is no alert number {id}; `alerts list` shows those there are")).into());
    }
    if !register.acknowledge_alert(id, now(), "operator", "operator", now()).await? {
        eprintln!("alert {id} was acknowledged before");
    }
    Ok(())
}

async fn test(data: &Data, telling: Telling) -> anyhow::Result<()> {
    let channels = telling.channels()?;
    if channels.list().is_empty() {
        let right = "name at least one with --alert-webhook or --alert-mail-to";
        return Err(WrongUse(format!("there is no channel to test; {right}")).into());
    }
    let register = Store::open_existing_register(&data.folder()).await?;
    let mut failed = 0_usize;
    for channel in channels.list() {
        let message = Message::test(format!("msg_{}", uuid::Uuid::new_v4().simple()), channels.page("/mon-ecole"));
        let (by, body, at) = (channel.clone(), serde_json::to_string(&message)?, now());
        let sent = tokio::task::spawn_blocking(move || by.send(&body, at)).await?;
        let said = sent.as_ref().map_or_else(ToString::to_string, |()| "delivered".to_owned());
        println!("{}\t{said}", channel.name);
        register.log(at, "operator", "alert_test", &format!("{} {said}", channel.name)).await?;
        failed += usize::from(sent.is_err());
    }
    ensure!(failed == 0, "{failed} of {} channels do not work", channels.list().len());
    Ok(())
}
