//! A message as a signed POST.

use std::time::Duration;

use jiff::Timestamp;
use ureq::tls::{RootCerts, TlsConfig};
use ureq::{Agent, Error};
use url::Url;

use crate::NotDelivered;
use crate::signature::{Secret, sign};
use crate::target::is_at_home;

/// How long to wait for a connection, and for all of it.
const CONNECT: Duration = Duration::from_secs(5);
const IN_ALL: Duration = Duration::from_secs(20);

/// The agent of one request. It follows no redirect, since the address is the operator's word and nobody else's; it
/// verifies certificates by what this machine trusts, so that an authority of one's own works. The environment's proxy
/// is for the world beyond.
fn agent(url: &Url) -> Agent {
    let tls = TlsConfig::builder().root_certs(RootCerts::PlatformVerifier).build();
    let mut config = Agent::config_builder()
        .tls_config(tls)
        .http_status_as_error(false)
        .max_redirects(0)
        .max_redirects_will_error(false)
        .timeout_connect(Some(CONNECT))
        .timeout_global(Some(IN_ALL))
        .max_idle_connections(0)
        .user_agent(concat!("ecarnet-stats/", env!("CARGO_PKG_VERSION")));
    if is_at_home(url) {
        config = config.proxy(None);
    }
    config.build().into()
}

/// Posts a body. Only 2xx is delivered; nothing of an answer's body is read.
pub fn post(url: &Url, secret: &Secret, id: &str, body: &str, at: Timestamp) -> Result<(), NotDelivered> {
    let answer = agent(url)
        .post(url.as_str())
        .header("content-type", "application/json")
        .header("webhook-id", id)
        .header("webhook-timestamp", at.as_second().to_string())
        .header("webhook-signature", sign(secret, id, at, body))
        .send(body);
    match answer.map(|answer| answer.status().as_u16()) {
        Ok(200..=299) => Ok(()),
        Ok(status @ 300..=399) => {
            Err(NotDelivered(format!("the receiver answered {status}: it leads elsewhere, which is not followed")))
        }
        Ok(status) => Err(NotDelivered(format!("the receiver answered {status}"))),
        Err(error) => Err(NotDelivered(why(&error).to_owned())),
    }
}

/// In words of ours: an error's own may hold the address.
const fn why(error: &Error) -> &'static str {
    match error {
        Error::Timeout(_) => "the receiver took too long",
        Error::HostNotFound => "the receiver's name is not known",
        Error::Io(_) | Error::ConnectionFailed => "no connection to the receiver",
        Error::Tls(_) | Error::Rustls(_) => "no encrypted connection to the receiver: is its certificate right?",
        Error::ConnectProxyFailed(_) | Error::InvalidProxyUrl => "the proxy did not let it through",
        _ => "the receiver did not answer as HTTP asks for",
    }
}
