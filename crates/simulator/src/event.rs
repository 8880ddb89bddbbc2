//! One event: how it is drafted, how it is written on the wire, and what the truth needs to remember of it.
//!
//! An event becomes its JSON text as soon as it is drafted. What stays beside the text is a [`Mark`], a few numbers
//! with which the truth is counted once it is known whether, and when, the event was sent.

use std::fmt::Write;

use jiff::civil::Date;
use uuid::Uuid;

/// Who acts.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Role {
    /// A teacher.
    Teacher,
    /// A pupil, under supervision: in fact the class tablet in pupil mode.
    Pupil,
    /// A parent.
    Parent,
    /// The head of the school.
    SchoolHead,
    /// The support service.
    Support,
}

impl Role {
    /// The word on the wire.
    pub fn word(self) -> &'static str {
        match self {
            Self::Teacher => "teacher",
            Self::Pupil => "pupil",
            Self::Parent => "parent",
            Self::SchoolHead => "school_head",
            Self::Support => "support",
        }
    }
}

/// The value of a property.
#[derive(Clone, Debug, PartialEq)]
pub enum Value {
    /// A word of a closed list.
    Word(&'static str),
    /// A version or an identifier.
    Text(String),
    /// A whole number.
    Whole(i64),
    /// Yes or no.
    Flag(bool),
}

impl From<&'static str> for Value {
    fn from(word: &'static str) -> Self {
        Self::Word(word)
    }
}

impl From<String> for Value {
    fn from(text: String) -> Self {
        Self::Text(text)
    }
}

impl From<i64> for Value {
    fn from(number: i64) -> Self {
        Self::Whole(number)
    }
}

impl From<usize> for Value {
    fn from(number: usize) -> Self {
        Self::Whole(i64::try_from(number).unwrap_or(i64::MAX))
    }
}

impl From<bool> for Value {
    fn from(flag: bool) -> Self {
        Self::Flag(flag)
    }
}

/// An event before it has a time and a place.
#[derive(Clone, Debug)]
pub struct Draft {
    pub(crate) name: &'static str,
    pub(crate) pupils: Vec<u16>,
    pub(crate) props: Vec<(&'static str, Value)>,
}

impl Draft {
    /// A draft with this name.
    pub fn new(name: &'static str) -> Self {
        Self { name, pupils: Vec::new(), props: Vec::new() }
    }

    /// With a property.
    #[must_use]
    pub fn with(mut self, property: &'static str, value: impl Into<Value>) -> Self {
        self.props.push((property, value.into()));
        self
    }

    /// With a property that is only there sometimes.
    #[must_use]
    pub fn with_some(self, property: &'static str, value: Option<impl Into<Value>>) -> Self {
        match value {
            Some(value) => self.with(property, value),
            None => self,
        }
    }

    /// About these pupils of the class.
    #[must_use]
    pub fn about(mut self, pupils: &[u16]) -> Self {
        self.pupils.extend_from_slice(pupils);
        self
    }

    /// The word of a property, or the empty word.
    pub(crate) fn word(&self, property: &str) -> &'static str {
        self.props
            .iter()
            .find_map(|(name, value)| match value {
                Value::Word(word) if *name == property => Some(*word),
                _ => None,
            })
            .unwrap_or("")
    }
}

/// An event on its way: its text, and what the truth needs of it.
#[derive(Debug)]
pub struct Pending {
    /// The event's JSON object.
    pub json: String,
    /// What the truth counts.
    pub mark: Mark,
}

/// What the truth remembers of an event.
#[derive(Clone, Debug)]
pub struct Mark {
    /// The event's name.
    pub name: &'static str,
    /// Who acted.
    pub role: Role,
    /// Its local date.
    pub date: Date,
    /// The second of its local day.
    pub second: i32,
    /// The raw identifier's number of the actor or the family, by role.
    pub person: u32,
    /// The class, if there is one.
    pub class: Option<u8>,
    /// The pupils named, by their place in the class.
    pub pupils: Box<[u16]>,
    /// The word of the property the truth splits by: a trace's kind, an outcome, how a session ended.
    pub word: &'static str,
}

/// A person nobody can name: a pupil's session, or an event without an actor.
pub const NOBODY: u32 = u32::MAX;

/// What surrounds an event on the wire.
pub struct Frame<'a> {
    /// The event's identifier.
    pub id: Uuid,
    /// The local date, as text.
    pub date: &'a str,
    /// The offset from universal time, as text.
    pub offset: &'a str,
    /// The second of the local day.
    pub second: i32,
    /// The session.
    pub session: &'a str,
    /// The place in the session.
    pub seq: u32,
    /// Who acts.
    pub role: Role,
    /// The raw identifier of the adult who acts.
    pub actor: Option<&'a str>,
    /// The raw identifier of the class.
    pub class: Option<&'a str>,
    /// The raw identifier of the family.
    pub family: Option<&'a str>,
}

/// Writes an event as the wire wants it.
pub fn write_json(frame: &Frame<'_>, draft: &Draft, pupils: &[&str]) -> String {
    let mut json = String::with_capacity(320);
    let (hour, minute, second) = (frame.second / 3600, frame.second / 60 % 60, frame.second % 60);
    // Nothing written here can need escaping: words, versions and identifiers are made in this crate.
    let _ = write!(
        json,
        r#"{{"id":"{}","name":"{}","at":"{}T{hour:02}:{minute:02}:{second:02}{}","session":"{}","seq":{},"role":"{}""#,
        frame.id,
        draft.name,
        frame.date,
        frame.offset,
        frame.session,
        frame.seq,
        frame.role.word(),
    );
    for (key, value) in [("actor", frame.actor), ("class", frame.class)] {
        if let Some(value) = value {
            let _ = write!(json, r#","{key}":"{value}""#);
        }
    }
    if !pupils.is_empty() {
        json.push_str(r#","pupils":["#);
        for (place, pupil) in pupils.iter().enumerate() {
            let _ = write!(json, r#"{}"{pupil}""#, if place > 0 { "," } else { "" });
        }
        json.push(']');
    }
    if let Some(family) = frame.family {
        let _ = write!(json, r#","family":"{family}""#);
    }
    json.push_str(r#","props":{"#);
    for (place, (name, value)) in draft.props.iter().enumerate() {
        if place > 0 {
            json.push(',');
        }
        let _ = match value {
            Value::Word(word) => write!(json, r#""{name}":"{word}""#),
            Value::Text(text) => write!(json, r#""{name}":"{text}""#),
            Value::Whole(number) => write!(json, r#""{name}":{number}"#),
            Value::Flag(flag) => write!(json, r#""{name}":{flag}"#),
        };
    }
    json.push_str("}}");
    json
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_event_is_written_as_the_wire_wants_it() {
        let frame = Frame {
            id: Uuid::nil(),
            date: "2025-11-24",
            offset: "+01:00",
            second: 9 * 3600 + 12 * 60 + 31,
            session: "s-81",
            seq: 12,
            role: Role::Teacher,
            actor: Some("T-17"),
            class: Some("C1"),
            family: None,
        };
        let draft =
            Draft::new("media_added").with("kind", "photo").with("size_kb", 180_i64).with("has_objective", true);
        assert_eq!(
            write_json(&frame, &draft, &["P-3", "P-8"]),
            r#"{"id":"00000000-0000-0000-0000-000000000000","name":"media_added","at":"2025-11-24T09:12:31+01:00","session":"s-81","seq":12,"role":"teacher","actor":"T-17","class":"C1","pupils":["P-3","P-8"],"props":{"kind":"photo","size_kb":180,"has_objective":true}}"#
        );
        assert_eq!(draft.word("kind"), "photo");
    }
}
