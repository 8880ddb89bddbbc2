//! What an operator may set, as it is written, and the check that makes [`Channels`] of it: whatever cannot work is told
//! before the server starts, with what would be right.

use std::path::{Path, PathBuf};

use serde::Deserialize;
use url::Url;

use crate::channels::{Channel, Channels, Reach, Way};
use crate::mail::Post;
use crate::mailbox::Mailbox;
use crate::message::Severity;
use crate::signature::Secret;
use crate::smtp::{Relay, Security};
use crate::target::is_at_home;

/// Who is told of alerts: what the settings file holds, and what flags add.
#[derive(Clone, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Wanted {
    /// The address of these pages as readers know it: where links lead.
    pub page: Option<String>,
    /// Receivers over HTTP.
    pub webhook: Vec<WantedWebhook>,
    /// Receivers by e-mail.
    pub mail: Vec<WantedMail>,
    /// How e-mail is sent.
    pub smtp: WantedSmtp,
}

/// A receiver over HTTP.
#[derive(Clone, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct WantedWebhook {
    /// Its address.
    pub url: String,
    /// The file that holds the secret shared with it.
    pub secret_file: Option<PathBuf>,
    /// `notify` or `immediate`; `notify` where nothing is said.
    pub minimum: Option<String>,
    /// Codes of schools, and `system`; everything where nothing is said.
    pub establishments: Vec<String>,
}

/// A receiver by e-mail.
#[derive(Clone, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct WantedMail {
    /// Its address.
    pub to: String,
    /// `notify` or `immediate`; `notify` where nothing is said.
    pub minimum: Option<String>,
    /// Codes of schools, and `system`; everything where nothing is said.
    pub establishments: Vec<String>,
}

/// How e-mail is sent.
#[derive(Clone, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct WantedSmtp {
    /// `smtps://USER@HOST`, `smtp://USER@HOST?tls=required`, or `smtp://HOST` to this machine or a private network.
    pub url: Option<String>,
    /// The sender's address.
    pub from: Option<String>,
    /// The file that holds the password of the user.
    pub password_file: Option<PathBuf>,
}

/// A setting that cannot work. Says which, what is wrong, and what would be right.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{setting}: {wrong}; {right}")]
pub struct WrongSetting {
    /// Flag and key.
    pub setting: &'static str,
    /// What is wrong with it.
    pub wrong: String,
    /// What would be right.
    pub right: String,
}

const WEBHOOK: &str = "--alert-webhook ([[webhook]] url)";
const SECRET: &str = "--alert-webhook-secret-file ([[webhook]] secret_file)";
const MAIL: &str = "--alert-mail-to ([[mail]] to)";
const SMTP: &str = "--smtp-url ([smtp] url)";
const FROM: &str = "--smtp-from ([smtp] from)";
const PASSWORD: &str = "--smtp-password-file ([smtp] password_file)";
const PAGE: &str = "--alert-page (page)";
const MINIMUM: &str = "--alert-webhook-minimum, --alert-mail-minimum (minimum)";
const ESTABLISHMENTS: &str = "establishments";

fn wrong(setting: &'static str, wrong: impl Into<String>, right: impl Into<String>) -> WrongSetting {
    WrongSetting { setting, wrong: wrong.into(), right: right.into() }
}

impl Wanted {
    /// Whether nobody is to be told.
    pub fn is_nothing(&self) -> bool {
        self.webhook.is_empty() && self.mail.is_empty()
    }

    /// Checks every setting. `read` gives what a file of a secret holds, or says in words why it cannot.
    pub fn check(self, read: impl Fn(&Path) -> Result<String, String>) -> Result<Channels, WrongSetting> {
        if self.is_nothing() {
            if self.smtp.url.is_some() {
                let right = "name who is told with --alert-mail-to, or leave it out";
                return Err(wrong(SMTP, "nobody is told by e-mail", right));
            }
            return Ok(Channels::none());
        }
        let page = page(self.page.as_deref())?;
        let mut list = Vec::new();
        for (one, number) in self.webhook.into_iter().zip(1_usize..) {
            list.push(webhook(one, number, &read)?);
        }
        if !self.mail.is_empty() {
            let post = post(self.smtp, &read)?;
            for (one, number) in self.mail.into_iter().zip(1_usize..) {
                let right = "an address such as technique@academie.example is expected";
                let to: Mailbox =
                    Mailbox::read(&one.to).ok_or_else(|| wrong(MAIL, "this is no e-mail address", right))?;
                let (minimum, reach) = (minimum(one.minimum.as_deref())?, reach(one.establishments)?);
                list.push(Channel {
                    name: format!("mail:{number}"),
                    minimum,
                    reach,
                    way: Way::Mail { to, post: post.clone() },
                });
            }
        }
        Ok(Channels::new(list, page))
    }
}

fn page(text: Option<&str>) -> Result<String, WrongSetting> {
    let right = "give the address under which people open these pages, as in https://statistiques.example.fr";
    let text = text.ok_or_else(|| wrong(PAGE, "it is missing, and messages hold a link", right))?;
    let url = Url::parse(text).map_err(|_| wrong(PAGE, "this is no address", right))?;
    if !matches!(url.scheme(), "https" | "http") || !url.has_host() {
        return Err(wrong(PAGE, "this is no address of a page", right));
    }
    Ok(text.trim_end_matches('/').to_owned())
}

fn webhook(
    one: WantedWebhook,
    number: usize,
    read: &impl Fn(&Path) -> Result<String, String>,
) -> Result<Channel, WrongSetting> {
    let right = "an address such as https://alertes.example.fr/ecarnet is expected";
    let url = Url::parse(&one.url).map_err(|_| wrong(WEBHOOK, "this is no address", right))?;
    if !url.has_host() || !matches!(url.scheme(), "https" | "http") {
        return Err(wrong(WEBHOOK, format!("the scheme {} is not sent to", url.scheme()), right));
    }
    if url.scheme() == "http" && !is_at_home(&url) {
        let what = "http would send it in the clear beyond this machine and its private network";
        return Err(wrong(
            WEBHOOK,
            what,
            "write https://, or the receiver's private address, as in http://10.0.0.5:9000/",
        ));
    }
    if !url.username().is_empty() || url.password().is_some() {
        let right = "leave them out: the signature says who sends";
        return Err(wrong(WEBHOOK, "the address holds a user or a password", right));
    }
    let made = "make one with: (umask 077; echo whsec_$(openssl rand -base64 32) > FILE)";
    let file = one.secret_file.ok_or_else(|| wrong(SECRET, "it is missing, and nothing is sent unsigned", made))?;
    let text = read(&file).map_err(|why| wrong(SECRET, why, made))?;
    let secret = Secret::read(&text)
        .ok_or_else(|| wrong(SECRET, "the file holds no whsec_ and base64 of 24 to 64 bytes", made))?;
    let (minimum, reach) = (minimum(one.minimum.as_deref())?, reach(one.establishments)?);
    Ok(Channel { name: format!("webhook:{number}"), minimum, reach, way: Way::Webhook { url, secret } })
}

fn post(wanted: WantedSmtp, read: &impl Fn(&Path) -> Result<String, String>) -> Result<Post, WrongSetting> {
    let right = "smtps://USER@HOST, smtp://USER@HOST?tls=required, or smtp://HOST of this machine or a private network";
    let text = wanted.url.ok_or_else(|| wrong(SMTP, "it is missing, and e-mail is to be sent", right))?;
    let url = Url::parse(&text).map_err(|_| wrong(SMTP, "this is no address", right))?;
    let tls = url.query_pairs().find(|(name, _)| name == "tls").map(|(_, value)| value.into_owned());
    let security = match (url.scheme(), tls.as_deref()) {
        ("smtps", None) => Security::Tls,
        ("smtp", Some("required")) => Security::StartTls,
        ("smtp", None) if is_at_home(&url) => Security::None,
        ("smtp", None) => {
            return Err(wrong(SMTP, "it would send in the clear beyond this machine and its private network", right));
        }
        _ => return Err(wrong(SMTP, "scheme and tls do not fit", right)),
    };
    let apart = "put it into a file that only this service can read, and name that with --smtp-password-file";
    if url.password().is_some() {
        return Err(wrong(SMTP, "the address holds a password, which others on this machine can see", apart));
    }
    let credentials = match (url.username(), wanted.password_file) {
        ("", None) => None,
        ("", Some(_)) => return Err(wrong(PASSWORD, "there is no user", "write smtps://USER@HOST")),
        (_, None) => return Err(wrong(PASSWORD, "there is a user without a password", apart)),
        (_, Some(_)) if security == Security::None => {
            return Err(wrong(SMTP, "the password would be sent in the clear", "write smtps://USER@HOST"));
        }
        (user, Some(file)) => {
            let text = read(&file).map_err(|why| wrong(PASSWORD, why, apart))?;
            let text = text.trim_end_matches(['\r', '\n']).to_owned();
            if text.is_empty() {
                return Err(wrong(PASSWORD, "the file is empty", apart));
            }
            Some((decoded(user), text))
        }
    };
    let host = url.host_str().ok_or_else(|| wrong(SMTP, "it has no host", right))?;
    let relay = Relay::new(host, url.port(), security, credentials);
    let right = "an address such as statistiques@academie.example is expected";
    let from = wanted.from.ok_or_else(|| wrong(FROM, "it is missing, and every e-mail has a sender", right))?;
    let from = Mailbox::read(&from).ok_or_else(|| wrong(FROM, "this is no e-mail address", right))?;
    Ok(Post { relay, from })
}

/// A user's name as it was meant: `%40` is an at sign.
fn decoded(user: &str) -> String {
    let pair = format!("u={}", user.replace('+', "%2B"));
    url::form_urlencoded::parse(pair.as_bytes()).next().map_or_else(String::new, |(_, user)| user.into_owned())
}

fn minimum(word: Option<&str>) -> Result<Severity, WrongSetting> {
    match word {
        None => Ok(Severity::Notify),
        Some(word) => Severity::from_slug(word)
            .ok_or_else(|| wrong(MINIMUM, "there is no such severity", "notify or immediate is expected")),
    }
}

fn reach(words: Vec<String>) -> Result<Reach, WrongSetting> {
    let is_code = |word: &String| {
        let is_uai = word.len() == 8
            && word.bytes().take(7).all(|letter| letter.is_ascii_digit())
            && word.ends_with(|letter: char| letter.is_ascii_uppercase());
        is_uai || word == Reach::SYSTEM
    };
    if words.iter().all(is_code) {
        return Ok(Reach::of(words));
    }
    Err(wrong(
        ESTABLISHMENTS,
        "there is something else than codes",
        "a list such as [\"0750001A\", \"system\"] is expected",
    ))
}
