//! A running product on a data folder of its own, and everybody who may come to it.

use std::collections::BTreeMap;
use std::process::Command;
use std::sync::Arc;

use anyhow::{Context, ensure};
use catalogue::{Catalogue, Role};
use jiff::Span;
use privacy::Raw;
use privacy::entry::{Claims, IdentifierForm, RawClaims};
use serde_json::{Value, json};
use store::{Folder, Scope, Store, TokenScope};

use crate::bench::process::Server;
use crate::settings::{now, runtime};

/// A product that runs.
pub struct Site {
    folder: tempfile::TempDir,
    server: Server,
    agent: ureq::Agent,
    /// A token for collecting, of all establishments.
    pub token: String,
    clock: String,
    batches: u64,
    said: Vec<String>,
}

/// An answer over HTTP.
pub struct Answer {
    /// Its status.
    pub status: u16,
    /// Where it leads to.
    pub location: Option<String>,
    /// What it says.
    pub body: String,
}

/// A request over HTTP.
#[derive(Clone, Default)]
pub struct Asked<'a> {
    /// The session of who asks.
    pub cookie: Option<&'a str>,
    /// The token of what asks.
    pub token: Option<&'a str>,
    /// Whether a browser asks for a page.
    pub page: bool,
    /// What is sent: JSON to the API, a form to a page.
    pub body: Option<String>,
}

impl<'a> Asked<'a> {
    /// By somebody who signed in.
    pub fn by(cookie: &'a str) -> Self {
        Self { cookie: Some(cookie), ..Self::default() }
    }

    /// By a browser.
    pub fn for_a_page(self) -> Self {
        Self { page: true, ..self }
    }
}

impl Site {
    /// Starts on an empty folder, with everything approved, at a moment of the simulated clock.
    pub fn open(clock: &str) -> anyhow::Result<Self> {
        let folder = tempfile::tempdir()?;
        let server = start(&folder, clock)?;
        let agent = ureq::Agent::config_builder()
            .http_status_as_error(false)
            .max_redirects(0)
            .max_redirects_will_error(false)
            .build()
            .into();
        let mut site =
            Self { folder, server, agent, token: String::new(), clock: clock.to_owned(), batches: 0, said: Vec::new() };
        site.token = site.token_of(Scope::Collect)?;
        Ok(site)
    }

    /// Stops it in good order and starts it again on the same folder.
    pub fn restart(&mut self) -> anyhow::Result<()> {
        self.said.extend(self.server.said());
        self.server.stop_now()?;
        self.server = start(&self.folder, &self.clock)?;
        Ok(())
    }

    /// Where it listens.
    pub fn address(&self) -> String {
        format!("http://{}", self.server.address)
    }

    /// Where the data lie.
    pub fn data(&self) -> Folder {
        Folder::new(self.folder.path().join("data"))
    }

    /// Everything its processes have said so far.
    pub fn log(&self) -> Vec<String> {
        self.said.iter().cloned().chain(self.server.said()).collect()
    }

    /// Opens the data folder for reading, beside the server.
    pub async fn store(&self) -> anyhow::Result<Store> {
        Ok(Store::open_beside(self.data(), Arc::new(Catalogue::embedded()?)).await?)
    }

    /// A fresh token of a scope.
    pub fn token_of(&self, scope: Scope) -> anyhow::Result<String> {
        runtime()?.block_on(async {
            let register = Store::open_register(&self.data()).await?;
            let token = register.create_token(&TokenScope { scope, establishment: None }, now()).await?;
            Ok(token.reveal().to_owned())
        })
    }

    /// Signs people in, as an identity provider would; one cookie each.
    pub fn sign_in(&self, people: &[(Role, &str, &str, Option<&str>)]) -> anyhow::Result<Vec<String>> {
        runtime()?.block_on(async {
            let store = self.store().await?;
            let mut cookies = Vec::new();
            for (role, establishment, actor, class) in people {
                let raw = RawClaims {
                    role: role.slug().to_owned(),
                    establishment: Some((*establishment).to_owned()),
                    actor: Some((*actor).to_owned()),
                    class: class.map(ToOwned::to_owned),
                };
                let claims = Claims::admit(&Raw::new(raw), &store.keys(), |_| IdentifierForm::Raw)?;
                let secret = store.register().open_session(&claims, now() + Span::new().hours(2)).await?;
                cookies.push(format!("ecarnet_session={}", secret.reveal()));
            }
            Ok(cookies)
        })
    }

    /// Sends a request.
    pub fn ask(&self, method: &str, path: &str, asked: &Asked<'_>) -> anyhow::Result<Answer> {
        let mut request = request_of(method, &format!("{}{path}", self.address()));
        if let Some(cookie) = asked.cookie {
            request = request.header("Cookie", cookie);
        }
        if let Some(token) = asked.token {
            request = request.header("Authorization", format!("Bearer {token}"));
        }
        if asked.page {
            request = request.header("Accept", "text/html");
        }
        if asked.body.is_some() {
            let is_form = !path.starts_with("/api/") && path != "/demo/clock";
            let kind = if is_form { "application/x-www-form-urlencoded" } else { "application/json" };
            request = request.header("Content-Type", kind);
        }
        let request = request.body(asked.body.clone().unwrap_or_default())?;
        let mut answer = self.agent.run(request).with_context(|| format!("{method} {path}"))?;
        let location = answer.headers().get("location").and_then(|value| value.to_str().ok()).map(ToOwned::to_owned);
        let body = answer.body_mut().with_config().limit(1 << 26).read_to_string()?;
        Ok(Answer { status: answer.status().as_u16(), location, body })
    }

    /// Declares a school.
    pub fn declare(&self, uai: &str, roster: &Value) -> anyhow::Result<()> {
        let asked = Asked { token: Some(&self.token), body: Some(roster.to_string()), ..Asked::default() };
        let answer = self.ask("PUT", &format!("/api/v1/establishments/{uai}/roster"), &asked)?;
        ensure!(answer.status == 200, "a roster was not taken: {}", answer.body);
        Ok(())
    }

    /// Sends events of one tablet; all must be taken.
    pub fn send(&mut self, uai: &str, install: &str, events: &[Value]) -> anyhow::Result<()> {
        for events in events.chunks(2_000) {
            self.batches += 1;
            let mut events = events.to_vec();
            for (event, seq) in events.iter_mut().zip(1_u32..) {
                event["id"] = json!(uuid::Uuid::new_v4().to_string());
                event["session"] = json!("s-1");
                event["seq"] = json!(seq);
            }
            let sent = events.len();
            let batch = json!({
                "schema": 1, "batch_id": uuid::Uuid::new_v4().to_string(), "batch_no": self.batches, "lost_n": 0,
                "establishment": uai, "install": install, "app_version": "2.3.4", "platform": "android",
                "sent_at": self.clock, "events": events,
            });
            let asked = Asked { token: Some(&self.token), body: Some(batch.to_string()), ..Asked::default() };
            let answer = self.ask("POST", "/api/v1/events", &asked)?;
            ensure!(answer.status == 202, "a batch was not taken: {}", answer.body);
            let said: Value = serde_json::from_str(&answer.body)?;
            ensure!(said["accepted"] == json!(sent), "events were refused: {}", said["refused"]);
        }
        Ok(())
    }

    /// Moves the clock; what closed on the way.
    pub fn move_to(&mut self, clock: &str) -> anyhow::Result<Vec<String>> {
        let asked =
            Asked { token: Some(&self.token), body: Some(json!({ "now": clock }).to_string()), ..Asked::default() };
        let answer = self.ask("POST", "/demo/clock", &asked)?;
        ensure!(answer.status == 200, "the clock was not moved: {}", answer.body);
        clock.clone_into(&mut self.clock);
        let said: BTreeMap<String, Value> = serde_json::from_str(&answer.body)?;
        Ok(serde_json::from_value(said.get("closed").cloned().unwrap_or_default())?)
    }

    /// What the command line prints about a view; the server goes on.
    pub fn command(&self, arguments: &[&str]) -> anyhow::Result<String> {
        let done =
            Command::new(std::env::current_exe()?).args(arguments).arg("--data").arg(self.data().data).output()?;
        ensure!(done.status.success(), "{}", String::from_utf8_lossy(&done.stderr));
        Ok(String::from_utf8(done.stdout)?)
    }
}

fn start(folder: &tempfile::TempDir, clock: &str) -> anyhow::Result<Server> {
    let arguments = ["--demo", "--clock", "simulated", "--clock-start", clock, "--fold-every", "600"];
    Server::start_quietly(&folder.path().join("data"), &arguments)
}

fn request_of(method: &str, address: &str) -> ureq::http::request::Builder {
    ureq::http::Request::builder().method(method).uri(address)
}
