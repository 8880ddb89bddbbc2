//! How an alert leaves the house: as a signed webhook or an e-mail, to whom the operator's settings say.
//!
//! A [`Message`] holds counts that have passed the exit gate before and words made of them, never a person and never a
//! pseudonym. Nothing here touches a disk or asks for the time; what is sent once is sent again with the same bytes and
//! the same identifier, so that a receiver can tell.

mod channels;
mod mail;
mod mailbox;
mod message;
mod settings;
mod signature;
mod smtp;
mod target;
mod webhook;

pub use channels::{Channel, Channels, Reach};
pub use message::{Kind, MOST_TOLD, Message, SCHEMA, Severity, Told, Wording};
pub use settings::{Wanted, WantedMail, WantedSmtp, WantedWebhook, WrongSetting};
pub use signature::{Secret, TOLERANCE_S, sign, verify};

/// Why something was not delivered: in words that hold no address and nothing of an answer.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct NotDelivered(pub(crate) String);
