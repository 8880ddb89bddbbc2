//! What the gate answers: how many events were taken, and for each refused one which property and what would be right.

use std::borrow::Cow;

use serde::{Deserialize, Serialize};
use thiserror::Error;

use crate::keys::KeysAway;

/// Why an event was refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Reason {
    /// No object, or a line that is no JSON.
    Unreadable,
    /// A field or property that does not exist. Its name is not repeated: it may be a person's.
    Unknown,
    /// A property that must be there is not.
    Missing,
    /// A value of the wrong type, unit or range, or a word that is not in its list.
    Invalid,
    /// The role may not send this event, or the event may not name pupils or a family.
    NotAllowed,
    /// The event lies in the future.
    Future,
    /// The event is older than anything that is kept.
    TooOld,
}

/// One refused event.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Refusal {
    /// Its place in the batch, from 0.
    pub index: usize,
    /// Its `id`, if that was a UUID.
    pub id: Option<String>,
    /// The field or property concerned, if it is one that exists.
    pub property: Option<Cow<'static, str>>,
    /// Why.
    pub reason: Reason,
    /// What would be right.
    pub expected: Cow<'static, str>,
}

/// The answer to a batch.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Answer {
    /// The batch.
    pub batch_id: String,
    /// Events taken (those of people who objected included: an answer must not tell who did).
    pub accepted: usize,
    /// Events that stand in the batch more than once, beyond the first.
    pub duplicates: usize,
    /// Events refused.
    pub refused: Vec<Refusal>,
}

/// A batch whose envelope is wrong: nothing of it can be taken.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum BatchRefused {
    /// A field of the envelope is missing or wrong.
    #[error("the batch's {property} is missing or not as expected: {expected}")]
    Envelope {
        /// The field.
        property: &'static str,
        /// What would be right.
        expected: &'static str,
    },
    /// A field that the envelope does not know.
    #[error(
        "the batch has a field that does not exist; schema, batch_id, batch_no, lost_n, establishment, install, app_version, platform, os_major, sent_at and events do"
    )]
    UnknownField,
    /// An establishment outside what the sender may speak for.
    #[error("the token does not cover the batch's establishment")]
    OutOfScope,
    /// An establishment that has sent no roster yet, so that neither its district nor its time zone is known.
    #[error(
        "the batch's establishment is not known yet; send its roster first (PUT /api/v1/establishments/{{uai}}/roster)"
    )]
    UnknownEstablishment,
    /// Another process has the keys, and does not answer.
    #[error(transparent)]
    KeysAway(#[from] KeysAway),
}
