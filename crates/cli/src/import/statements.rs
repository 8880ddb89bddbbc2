//! xAPI: a file of statements, one a line (NDJSON) or as one JSON array, read one at a time.

use std::fmt;
use std::io::{BufRead, Read};

use anyhow::{Context, bail};
use privacy::entry::Reason;
use serde::Deserializer;
use serde::de::{Error, SeqAccess, Visitor};
use serde_json::Value;

use super::Input;
use super::fault::Fault;
use super::intake::Intake;
use super::mapping::{Mapping, wrong};
use super::outbox::{Envelope, Outbox};

/// Imports a file of statements.
pub fn import(
    input: &Input<'_>,
    mapping: &Mapping,
    intake: &mut Intake<'_>,
    outbox: &mut Outbox,
) -> anyhow::Result<()> {
    let envelope = envelope(mapping)?;
    let mut file = intake.progress.follow(input.open()?);
    let is_array = starts_with_bracket(&mut file).with_context(|| format!("cannot read {}", input.path.display()))?;
    let mut each = |row: u64, statement: Result<Value, ()>| -> anyhow::Result<()> {
        intake.row();
        let event = match &statement {
            Ok(statement) => mapping.statement.event(&mapping.verbs, intake.catalogue(), statement),
            Err(()) => Err(Fault::of_row(Reason::Unreadable, "an xAPI statement: a JSON object")),
        };
        match event {
            Ok(event) => outbox.push(&envelope, &event, row, 1, &mut |batch| intake.take(input.path, batch)),
            Err(fault) => intake.refuse(input.path, row, &fault),
        }
    };
    if is_array {
        array(file, &mut each).with_context(|| input.path.display().to_string())?;
    } else {
        lines(file, &mut each).with_context(|| input.path.display().to_string())?;
    }
    outbox.flush(&mut |batch| intake.take(input.path, batch))
}

type Each<'a> = dyn FnMut(u64, Result<Value, ()>) -> anyhow::Result<()> + 'a;

/// One statement a line; its row is its line.
fn lines(mut file: impl BufRead, each: &mut Each<'_>) -> anyhow::Result<()> {
    let mut line = Vec::new();
    let mut number = 0;
    while file.read_until(b'\n', &mut line).context("cannot read on")? > 0 {
        number += 1;
        if !line.trim_ascii().is_empty() {
            each(number, serde_json::from_slice(&line).map_err(|_| ()))?;
        }
        line.clear();
    }
    Ok(())
}

/// One array; a statement's row is its place, from 1. What is no JSON ends it, since nobody knows where the next begins.
fn array(file: impl Read, each: &mut Each<'_>) -> anyhow::Result<()> {
    let mut failed = None;
    let mut reader = serde_json::Deserializer::from_reader(file);
    let done = reader.deserialize_seq(Elements { each, failed: &mut failed }).and_then(|()| reader.end());
    if let Some(error) = failed {
        return Err(error);
    }
    // serde_json's own text can quote the input; where it stopped is enough.
    match done {
        Ok(()) => Ok(()),
        Err(error) => bail!(
            "the JSON is broken at line {}, column {}; the statements before were taken",
            error.line(),
            error.column()
        ),
    }
}

struct Elements<'a, 'b> {
    each: &'a mut Each<'b>,
    failed: &'a mut Option<anyhow::Error>,
}

impl<'de> Visitor<'de> for Elements<'_, '_> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an array of statements")
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<(), A::Error> {
        let mut row = 0;
        while let Some(statement) = list.next_element()? {
            row += 1;
            if let Err(error) = (self.each)(row, Ok(statement)) {
                *self.failed = Some(error);
                return Err(A::Error::custom("stopped"));
            }
        }
        Ok(())
    }
}

/// Whether the first byte that is no space opens an array.
fn starts_with_bracket(file: &mut impl BufRead) -> std::io::Result<bool> {
    loop {
        let buffer = file.fill_buf()?;
        let Some(first) = buffer.iter().position(|byte| !byte.is_ascii_whitespace()) else {
            let skipped = buffer.len();
            if skipped == 0 {
                return Ok(false);
            }
            file.consume(skipped);
            continue;
        };
        return Ok(buffer[first] == b'[');
    }
}

fn envelope(mapping: &Mapping) -> anyhow::Result<Envelope> {
    let batch = &mapping.batch;
    let constant = |name: &str, field: Option<&super::field::Field>, default: &str| match field {
        None => Ok(default.to_owned()),
        Some(field) => field
            .constant()
            .ok_or_else(|| wrong(format!("batch.{name}: statements have no columns; a text is expected"))),
    };
    let declared = mapping.declared_establishment()?;
    let establishment = batch.establishment.as_ref().or(declared.as_ref());
    Ok(Envelope {
        establishment: establishment.and_then(super::field::Field::constant).ok_or_else(|| {
            wrong("the mapping has no establishment: neither [establishment] nor batch.establishment")
        })?,
        install: constant("install", batch.install.as_ref(), "import")?,
        app_version: constant("app_version", batch.app_version.as_ref(), "0.0")?,
        platform: constant("platform", batch.platform.as_ref(), "web")?,
    })
}
