//! [`Outbox`]: events of a file, gathered into batches of the wire format. Every batch and every event of the same
//! file, read through the same mapping, gets the same identifier each time.

use std::collections::BTreeMap;
use std::io::Write;

use jiff::Timestamp;
use privacy::entry::MOST_EVENTS;
use serde::Serialize;
use serde_json::{Map, Value, json};

use super::fingerprint::{Origin, Place};

/// Events held back over all envelopes, at most: bounds memory where rows of many installs are mixed.
const MOST_OPEN: usize = 50_000;

/// What a batch says of all its events.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Envelope {
    /// The establishment.
    pub establishment: String,
    /// The install.
    pub install: String,
    /// The version.
    pub app_version: String,
    /// The platform.
    pub platform: String,
}

/// An event in wire format, but for `id` and `seq`. Raw: it has no `Debug`.
#[derive(Default, Serialize)]
pub struct Event {
    /// Who made its identifier, if not we.
    #[serde(skip)]
    pub id: Option<String>,
    /// The event type.
    pub name: String,
    /// When.
    pub at: String,
    /// The session.
    pub session: String,
    /// Who was acting.
    pub role: String,
    /// The teacher or other staff.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub actor: Option<String>,
    /// The class.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub class: Option<String>,
    /// The pupils it names.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub pupils: Vec<String>,
    /// The family.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub family: Option<String>,
    /// The properties.
    pub props: Map<String, Value>,
}

/// A batch in wire format (NDJSON), with the row behind each event.
pub struct Batch {
    /// The first line is the envelope, then one event a line.
    pub body: Vec<u8>,
    /// The row of each event.
    pub rows: Vec<u64>,
    /// The first row's events began in the batch before: if they are refused, that was said.
    pub continued: bool,
}

#[derive(Default)]
struct Open {
    lines: Vec<u8>,
    rows: Vec<u64>,
    first: Option<Place>,
    last: Option<Place>,
}

/// Gathers events, file by file.
pub struct Outbox {
    origin: Origin,
    now: Timestamp,
    /// The running number of each envelope's batches, over all files.
    numbers: BTreeMap<Envelope, u32>,
    open: BTreeMap<Envelope, Open>,
    held: usize,
}

impl Outbox {
    /// An outbox that sends at `now`; its first file is the one behind `origin`.
    pub const fn new(origin: Origin, now: Timestamp) -> Self {
        Self { origin, now, numbers: BTreeMap::new(), open: BTreeMap::new(), held: 0 }
    }

    /// The events to come are of another file. Everything held back must have been sent.
    pub const fn turn_to(&mut self, origin: Origin) {
        self.origin = origin;
    }

    /// Adds an event that happened `count` times; gives the batches that are full to `send`.
    pub fn push(
        &mut self,
        envelope: &Envelope,
        event: &Event,
        row: u64,
        count: u64,
        send: &mut dyn FnMut(Batch) -> anyhow::Result<()>,
    ) -> anyhow::Result<()> {
        let text = serde_json::to_vec(event)?;
        for nth in 0..count {
            let place = Place { row, nth };
            let open = match self.open.get_mut(envelope) {
                Some(open) => open,
                None => self.open.entry(envelope.clone()).or_default(),
            };
            let id = event.id.clone().unwrap_or_else(|| self.origin.event(place).to_string());
            write!(open.lines, "{{\"id\":{},\"seq\":{},", json!(id), open.rows.len())?;
            open.lines.extend_from_slice(&text[1..]);
            open.lines.push(b'\n');
            open.rows.push(row);
            open.first.get_or_insert(place);
            open.last = Some(place);
            self.held += 1;
            if open.rows.len() == MOST_EVENTS {
                self.flush_one(envelope, send)?;
            }
        }
        if self.held >= MOST_OPEN { self.flush(send) } else { Ok(()) }
    }

    /// Sends everything that is held back.
    pub fn flush(&mut self, send: &mut dyn FnMut(Batch) -> anyhow::Result<()>) -> anyhow::Result<()> {
        let envelopes: Vec<Envelope> = self.open.keys().cloned().collect();
        envelopes.iter().try_for_each(|envelope| self.flush_one(envelope, send))
    }

    fn flush_one(
        &mut self,
        envelope: &Envelope,
        send: &mut dyn FnMut(Batch) -> anyhow::Result<()>,
    ) -> anyhow::Result<()> {
        let Some(open) = self.open.remove(envelope) else { return Ok(()) };
        let (Some(first), Some(last)) = (open.first, open.last) else { return Ok(()) };
        self.held -= open.rows.len();
        let number = self.numbers.entry(envelope.clone()).or_default();
        *number += 1;
        let head = json!({
            "schema": 1,
            "batch_id": self.origin.batch(first, last).to_string(),
            "batch_no": *number,
            "lost_n": 0,
            "establishment": envelope.establishment,
            "install": envelope.install,
            "app_version": envelope.app_version,
            "platform": envelope.platform,
            "sent_at": self.now.to_string(),
        });
        let mut body = serde_json::to_vec(&head)?;
        body.push(b'\n');
        body.extend_from_slice(&open.lines);
        send(Batch { body, rows: open.rows, continued: first.nth > 0 })
    }
}
