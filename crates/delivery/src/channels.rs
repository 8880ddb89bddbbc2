//! The channels that alerts go by, checked.

use std::collections::BTreeSet;
use std::fmt::Write;

use jiff::Timestamp;
use sha2::{Digest, Sha256};
use url::Url;

use crate::mail::{self, Post};
use crate::mailbox::Mailbox;
use crate::message::{Message, Severity};
use crate::signature::Secret;
use crate::{NotDelivered, webhook};

/// Of which places a channel tells.
#[derive(Clone, PartialEq, Eq)]
pub struct Reach(BTreeSet<String>);

impl Reach {
    /// The word for the system itself.
    pub const SYSTEM: &str = "system";

    /// These places; everything where there are none.
    pub(crate) fn of(words: Vec<String>) -> Self {
        Self(words.into_iter().collect())
    }

    /// Whether it tells of a school, or of the system where there is none.
    pub fn covers(&self, establishment: Option<&str>) -> bool {
        self.0.is_empty() || self.0.contains(establishment.unwrap_or(Self::SYSTEM))
    }
}

/// How a channel sends.
#[derive(Clone)]
pub enum Way {
    /// A signed request.
    Webhook { url: Url, secret: Secret },
    /// An e-mail.
    Mail { to: Mailbox, post: Post },
}

/// One receiver. No `Debug`: it holds an address and a secret.
#[derive(Clone)]
pub struct Channel {
    /// `webhook:1`, `mail:2`: what the register calls it, instead of its address.
    pub name: String,
    /// What is less is not told.
    pub minimum: Severity,
    /// Of which places it tells.
    pub reach: Reach,
    pub(crate) way: Way,
}

impl Channel {
    /// Sends a message, given as it is kept; waits up to half a minute. `at` is the real moment.
    pub fn send(&self, body: &str, at: Timestamp) -> Result<(), NotDelivered> {
        let unreadable = |_| NotDelivered("the message that was kept cannot be read".to_owned());
        let message: Message = serde_json::from_str(body).map_err(unreadable)?;
        match &self.way {
            Way::Webhook { url, secret } => webhook::post(url, secret, &message.id, body, at),
            Way::Mail { to, post } => mail::send(post, to, &message, at),
        }
    }

    /// The address in a few bits: enough to see that it was changed, too little to tell which it is.
    fn mark(&self) -> String {
        let address = match &self.way {
            Way::Webhook { url, .. } => url.to_string(),
            Way::Mail { to, .. } => to.address().to_owned(),
        };
        hex(&Sha256::digest(address.as_bytes())[..2])
    }
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().fold(String::new(), |mut text, byte| {
        // Writing to a string cannot fail.
        let _ = write!(text, "{byte:02x}");
        text
    })
}

/// All channels, and where links lead.
#[derive(Clone)]
pub struct Channels {
    list: Vec<Channel>,
    page: String,
}

impl Channels {
    /// Nobody is told.
    pub const fn none() -> Self {
        Self { list: Vec::new(), page: String::new() }
    }

    pub(crate) const fn new(list: Vec<Channel>, page: String) -> Self {
        Self { list, page }
    }

    /// Each of them.
    pub fn list(&self) -> &[Channel] {
        &self.list
    }

    /// The one of a name.
    pub fn named(&self, name: &str) -> Option<&Channel> {
        self.list.iter().find(|channel| channel.name == name)
    }

    /// The address of a page, from its path.
    pub fn page(&self, path: &str) -> String {
        format!("{}{path}", self.page)
    }

    /// Who is told of what, for the audit log: no address is in it, only a mark that changes with it.
    pub fn summary(&self) -> String {
        let one = |channel: &Channel| {
            let reach = &channel.reach.0;
            let of =
                if reach.is_empty() { "all".to_owned() } else { reach.iter().cloned().collect::<Vec<_>>().join("+") };
            format!("{}#{} from {} of {of}", channel.name, channel.mark(), channel.minimum.slug())
        };
        if self.list.is_empty() {
            "nobody".to_owned()
        } else {
            self.list.iter().map(one).collect::<Vec<_>>().join("; ")
        }
    }
}
