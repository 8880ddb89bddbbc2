//! The wire format (version 1), read leniently: a batch whose JSON is well formed always parses, and what is wrong with
//! one event is found by the gate, so that one bad event never costs its batch.
//!
//! Everything borrows from the request's bytes. No error made here carries an excerpt of the input.

use std::borrow::Cow;
use std::fmt;
use std::marker::PhantomData;

use serde::de::{Deserializer, IgnoredAny, MapAccess, SeqAccess, Visitor};
use serde::{Deserialize, de};
use thiserror::Error;

use crate::raw::Raw;

/// How a batch is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Format {
    /// One JSON object with its `events`.
    Json,
    /// Newline-delimited JSON: the first line is the batch without `events`, then one event a line.
    Ndjson,
}

/// A body that cannot be read at all.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum Malformed {
    /// Not JSON, or cut short.
    #[error("the body is not well-formed JSON: {what} at line {line}, column {column}")]
    Syntax {
        /// What the reader met, without an excerpt.
        what: &'static str,
        /// Line, from 1.
        line: usize,
        /// Column, from 1.
        column: usize,
    },
    /// JSON, but no batch.
    #[error("the body is no batch: an object with schema, batch_id, establishment, install and events is expected")]
    NotABatch,
    /// More events than a batch may hold.
    #[error("the batch holds more than {most} events; send several batches")]
    TooMany {
        /// The bound.
        most: usize,
    },
}

/// The most events one batch may hold.
pub const MOST_EVENTS: usize = 5_000;

/// Any JSON value, reduced to what the gate can use. Objects are passed over: no property is one.
#[derive(Default)]
pub(crate) enum Loose<'a> {
    /// Not there at all.
    #[default]
    Absent,
    Null,
    Flag(bool),
    Whole(i64),
    /// A number that is no whole number in 64 bits.
    Fraction,
    Text(Cow<'a, str>),
    List(Vec<Self>),
    Object,
}

impl Loose<'_> {
    /// The text, where it is one.
    pub(crate) fn text(&self) -> Option<&str> {
        match self {
            Self::Text(text) => Some(text),
            _ => None,
        }
    }

    /// The whole number of at least zero, where it is one.
    pub(crate) fn count(&self) -> Option<u64> {
        match self {
            Self::Whole(number) => u64::try_from(*number).ok(),
            _ => None,
        }
    }

    /// True when the sender left the property out or wrote null.
    pub(crate) const fn is_missing(&self) -> bool {
        matches!(self, Self::Absent | Self::Null)
    }
}

/// One event as it came, each field of any type.
#[derive(Default)]
pub(crate) struct RawEvent<'a> {
    pub(crate) id: Loose<'a>,
    pub(crate) name: Loose<'a>,
    pub(crate) at: Loose<'a>,
    pub(crate) session: Loose<'a>,
    pub(crate) seq: Loose<'a>,
    pub(crate) role: Loose<'a>,
    pub(crate) actor: Loose<'a>,
    pub(crate) class: Loose<'a>,
    pub(crate) pupils: Loose<'a>,
    pub(crate) family: Loose<'a>,
    pub(crate) props: Vec<(Cow<'a, str>, Loose<'a>)>,
    /// The element is no object, or the line no JSON.
    pub(crate) unreadable: bool,
    /// `props` is something else than an object.
    pub(crate) props_unreadable: bool,
    /// A field that the wire format does not know. Its name is not kept: it may be a person's.
    pub(crate) has_unknown_field: bool,
}

impl RawEvent<'_> {
    fn unreadable() -> Self {
        Self { unreadable: true, ..Self::default() }
    }
}

/// A whole batch as it came.
#[derive(Default)]
pub struct RawBatch<'a> {
    pub(crate) schema: Loose<'a>,
    pub(crate) batch_id: Loose<'a>,
    pub(crate) batch_no: Loose<'a>,
    pub(crate) lost_n: Loose<'a>,
    pub(crate) establishment: Loose<'a>,
    pub(crate) install: Loose<'a>,
    pub(crate) app_version: Loose<'a>,
    pub(crate) platform: Loose<'a>,
    pub(crate) os_major: Loose<'a>,
    pub(crate) sent_at: Loose<'a>,
    pub(crate) events: Vec<RawEvent<'a>>,
    pub(crate) events_missing: bool,
    pub(crate) has_unknown_field: bool,
}

impl<'a> RawBatch<'a> {
    /// Reads a body.
    ///
    /// Fails only when the JSON of the body (in NDJSON: of its first line) is broken or there are too many events.
    pub fn read(body: &'a Raw<&'a [u8]>, format: Format) -> Result<Raw<Self>, Malformed> {
        let bytes = body.open();
        let batch = match format {
            Format::Json => read_json(bytes)?,
            Format::Ndjson => read_lines(bytes)?,
        };
        if batch.events.len() > MOST_EVENTS {
            return Err(Malformed::TooMany { most: MOST_EVENTS });
        }
        Ok(Raw::new(batch))
    }
}

fn read_json(bytes: &[u8]) -> Result<RawBatch<'_>, Malformed> {
    let mut reader = serde_json::Deserializer::from_slice(bytes);
    let batch = Object::<RawBatch<'_>>::deserialize(&mut reader).map_err(|error| malformed(&error))?;
    reader.end().map_err(|error| malformed(&error))?;
    batch.0.ok_or(Malformed::NotABatch)
}

fn read_lines(bytes: &[u8]) -> Result<RawBatch<'_>, Malformed> {
    let mut lines = bytes.split(|byte| *byte == b'\n').enumerate().filter(|(_, line)| !line.trim_ascii().is_empty());
    let (number, head) = lines.next().ok_or(Malformed::NotABatch)?;
    let mut batch = read_json(head).map_err(|error| match error {
        Malformed::Syntax { what, line, column } => Malformed::Syntax { what, line: line + number, column },
        other => other,
    })?;
    if !batch.events_missing {
        return Err(Malformed::NotABatch);
    }
    batch.events_missing = false;
    for (_, line) in lines {
        if batch.events.len() == MOST_EVENTS {
            return Err(Malformed::TooMany { most: MOST_EVENTS });
        }
        let event = serde_json::from_slice::<Object<RawEvent<'_>>>(line).ok().and_then(|event| event.0);
        batch.events.push(event.unwrap_or_else(RawEvent::unreadable));
    }
    Ok(batch)
}

/// Says where, and which of three things; `serde_json`'s own text can quote the input, so it is not used.
fn malformed(error: &serde_json::Error) -> Malformed {
    let what = match error.classify() {
        serde_json::error::Category::Eof => "the text ends too early",
        serde_json::error::Category::Io => "the body could not be read",
        _ if error.to_string().starts_with("recursion limit") => "too many nested brackets",
        _ => "an unexpected character",
    };
    Malformed::Syntax { what, line: error.line(), column: error.column() }
}

struct LooseVisitor;

impl<'de> Visitor<'de> for LooseVisitor {
    type Value = Loose<'de>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("any JSON value")
    }

    fn visit_bool<E>(self, value: bool) -> Result<Self::Value, E> {
        Ok(Loose::Flag(value))
    }

    fn visit_i64<E>(self, value: i64) -> Result<Self::Value, E> {
        Ok(Loose::Whole(value))
    }

    fn visit_u64<E>(self, value: u64) -> Result<Self::Value, E> {
        Ok(i64::try_from(value).map_or(Loose::Fraction, Loose::Whole))
    }

    fn visit_f64<E>(self, _: f64) -> Result<Self::Value, E> {
        Ok(Loose::Fraction)
    }

    fn visit_unit<E>(self) -> Result<Self::Value, E> {
        Ok(Loose::Null)
    }

    fn visit_borrowed_str<E>(self, text: &'de str) -> Result<Self::Value, E> {
        Ok(Loose::Text(Cow::Borrowed(text)))
    }

    fn visit_str<E>(self, text: &str) -> Result<Self::Value, E> {
        Ok(Loose::Text(Cow::Owned(text.to_owned())))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<Self::Value, A::Error> {
        let mut values = Vec::new();
        while let Some(value) = list.next_element()? {
            values.push(value);
        }
        Ok(Loose::List(values))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
        while map.next_entry::<IgnoredAny, IgnoredAny>()?.is_some() {}
        Ok(Loose::Object)
    }
}

impl<'de: 'a, 'a> Deserialize<'de> for Loose<'a> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(LooseVisitor)
    }
}

/// A key of an object, borrowed where it has no escapes.
struct Key<'a>(Cow<'a, str>);

impl<'de: 'a, 'a> Deserialize<'de> for Key<'a> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        match deserializer.deserialize_str(LooseVisitor)? {
            Loose::Text(text) => Ok(Self(text)),
            _ => Err(de::Error::custom("a key is text")),
        }
    }
}

/// What can be read from a JSON object's entries.
trait FromObject<'de>: Sized {
    fn from_object<A: MapAccess<'de>>(map: A) -> Result<Self, A::Error>;
}

/// An object read into `T`, or `None` where the JSON holds something else: noted by the gate, not an error.
struct Object<T>(Option<T>);

struct ObjectVisitor<T>(PhantomData<T>);

impl<'de, T: FromObject<'de>> Visitor<'de> for ObjectVisitor<T> {
    type Value = Object<T>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("any JSON value")
    }

    fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<Self::Value, A::Error> {
        T::from_object(map).map(|value| Object(Some(value)))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<Self::Value, A::Error> {
        while list.next_element::<IgnoredAny>()?.is_some() {}
        Ok(Object(None))
    }

    fn visit_unit<E>(self) -> Result<Self::Value, E> {
        Ok(Object(None))
    }

    fn visit_bool<E>(self, _: bool) -> Result<Self::Value, E> {
        Ok(Object(None))
    }

    fn visit_i64<E>(self, _: i64) -> Result<Self::Value, E> {
        Ok(Object(None))
    }

    fn visit_u64<E>(self, _: u64) -> Result<Self::Value, E> {
        Ok(Object(None))
    }

    fn visit_f64<E>(self, _: f64) -> Result<Self::Value, E> {
        Ok(Object(None))
    }

    fn visit_str<E>(self, _: &str) -> Result<Self::Value, E> {
        Ok(Object(None))
    }
}

impl<'de, T: FromObject<'de>> Deserialize<'de> for Object<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(ObjectVisitor(PhantomData))
    }
}

struct Props<'a>(Vec<(Cow<'a, str>, Loose<'a>)>);

impl<'de> FromObject<'de> for Props<'de> {
    fn from_object<A: MapAccess<'de>>(mut map: A) -> Result<Self, A::Error> {
        let mut props = Vec::with_capacity(8);
        while let Some((Key(key), value)) = map.next_entry()? {
            props.push((key, value));
        }
        Ok(Self(props))
    }
}

impl<'de> FromObject<'de> for RawEvent<'de> {
    fn from_object<A: MapAccess<'de>>(mut map: A) -> Result<Self, A::Error> {
        let mut event = Self::default();
        while let Some(Key(key)) = map.next_key()? {
            match &*key {
                "id" => event.id = map.next_value()?,
                "name" => event.name = map.next_value()?,
                "at" => event.at = map.next_value()?,
                "session" => event.session = map.next_value()?,
                "seq" => event.seq = map.next_value()?,
                "role" => event.role = map.next_value()?,
                "actor" => event.actor = map.next_value()?,
                "class" => event.class = map.next_value()?,
                "pupils" => event.pupils = map.next_value()?,
                "family" => event.family = map.next_value()?,
                "props" => match map.next_value::<Object<Props<'_>>>()?.0 {
                    Some(Props(props)) => event.props = props,
                    None => event.props_unreadable = true,
                },
                _ => {
                    event.has_unknown_field = true;
                    map.next_value::<IgnoredAny>()?;
                }
            }
        }
        Ok(event)
    }
}

impl<'de> FromObject<'de> for RawBatch<'de> {
    fn from_object<A: MapAccess<'de>>(mut map: A) -> Result<Self, A::Error> {
        let mut batch = RawBatch { events_missing: true, ..RawBatch::default() };
        while let Some(Key(key)) = map.next_key()? {
            match &*key {
                "schema" => batch.schema = map.next_value()?,
                "batch_id" => batch.batch_id = map.next_value()?,
                "batch_no" => batch.batch_no = map.next_value()?,
                "lost_n" => batch.lost_n = map.next_value()?,
                "establishment" => batch.establishment = map.next_value()?,
                "install" => batch.install = map.next_value()?,
                "app_version" => batch.app_version = map.next_value()?,
                "platform" => batch.platform = map.next_value()?,
                "os_major" => batch.os_major = map.next_value()?,
                "sent_at" => batch.sent_at = map.next_value()?,
                "events" => {
                    let events: Vec<Object<RawEvent<'_>>> = map.next_value()?;
                    batch.events =
                        events.into_iter().map(|event| event.0.unwrap_or_else(RawEvent::unreadable)).collect();
                    batch.events_missing = false;
                }
                _ => {
                    batch.has_unknown_field = true;
                    map.next_value::<IgnoredAny>()?;
                }
            }
        }
        Ok(batch)
    }
}
