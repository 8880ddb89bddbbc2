//! NDJSON: a file as `POST /api/v1/events` takes it, of any length. Its first line is the batch without `events`, then
//! one event a line.
//!
//! What fits in one batch keeps the `batch_id` it has, so that a batch which also came over the network is stored once.
//! A longer file is cut, and each part gets an identifier of its own.

use std::io::BufRead;

use anyhow::{Context, bail};
use privacy::entry::MOST_EVENTS;
use serde_json::{Map, Value};

use super::Input;
use super::fingerprint::Place;
use super::intake::Intake;
use super::outbox::Batch;

/// Imports a file.
pub fn import(input: &Input<'_>, intake: &mut Intake<'_>) -> anyhow::Result<()> {
    let unreadable = || format!("{} cannot be read", input.path.display());
    let mut lines = Lines { file: intake.progress.follow(input.open()?), number: 0, text: Vec::new() };
    if lines.next().with_context(unreadable)?.is_none() {
        return Ok(());
    }
    let Ok(mut head) = serde_json::from_slice::<Map<String, Value>>(&lines.text) else {
        bail!(
            "{}, line {}: the batch without its events is expected, as a JSON object",
            input.path.display(),
            lines.number
        );
    };
    let mut part = Part::default();
    let mut parts = 0;
    while let Some(number) = lines.next().with_context(unreadable)? {
        intake.row();
        if part.rows.len() == MOST_EVENTS {
            parts += 1;
            intake.take(input.path, std::mem::take(&mut part).finish(input, &mut head, parts)?)?;
        }
        part.lines.extend_from_slice(&lines.text);
        part.lines.push(b'\n');
        part.rows.push(number);
    }
    if part.rows.is_empty() {
        return Ok(());
    }
    if parts > 0 {
        parts += 1;
    }
    intake.take(input.path, part.finish(input, &mut head, parts)?)
}

/// The lines of a file that are not blank.
struct Lines<R> {
    file: R,
    number: u64,
    text: Vec<u8>,
}

impl<R: BufRead> Lines<R> {
    /// Reads the next line into `text`; gives its number, from 1.
    fn next(&mut self) -> std::io::Result<Option<u64>> {
        loop {
            self.text.clear();
            if self.file.read_until(b'\n', &mut self.text)? == 0 {
                return Ok(None);
            }
            self.number += 1;
            let end = self.text.trim_ascii_end().len();
            self.text.truncate(end);
            if !self.text.is_empty() {
                return Ok(Some(self.number));
            }
        }
    }
}

/// Events of one batch.
#[derive(Default)]
struct Part {
    lines: Vec<u8>,
    rows: Vec<u64>,
}

impl Part {
    /// Puts the envelope before the events. `nth` counts the parts of a file that is cut; 0 is a whole file.
    fn finish(self, input: &Input<'_>, head: &mut Map<String, Value>, nth: u64) -> anyhow::Result<Batch> {
        if nth > 0 {
            let place = |row: Option<&u64>| Place { row: row.copied().unwrap_or_default(), nth: 0 };
            let id = input.origin.batch(place(self.rows.first()), place(self.rows.last()));
            head.insert("batch_id".to_owned(), id.to_string().into());
            if nth > 1 {
                // Each part is a batch of the install; what it lost, it lost once.
                let number = head.get("batch_no").and_then(Value::as_u64);
                if let Some(number) = number {
                    head.insert("batch_no".to_owned(), (number + 1).into());
                }
                head.insert("lost_n".to_owned(), 0.into());
            }
        }
        let mut body = serde_json::to_vec(head)?;
        body.push(b'\n');
        body.extend_from_slice(&self.lines);
        Ok(Batch { body, rows: self.rows, continued: false })
    }
}
