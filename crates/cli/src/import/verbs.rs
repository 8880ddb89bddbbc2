//! xAPI 1.0.3 and 2.0 statements (IEEE 9274.1.1) as events of the catalogue: by verb, with the actor's account name as
//! the person, and the object's IRI as the activity.

use std::collections::BTreeMap;

use catalogue::{EventType, Role};
use jiff::{Span, SpanRelativeTo, Unit};
use privacy::entry::Reason;
use serde::Deserialize;
use serde_json::{Map, Value};

use super::fault::Fault;
use super::outbox::Event;

/// How statements are read.
#[derive(Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Statement {
    /// Who acts in these statements: `pupil` or `teacher`.
    pub role: String,
    /// Where the person's identifier is.
    pub person: Part,
    /// Where the class is, if anywhere.
    pub class: Option<Part>,
}

impl Default for Statement {
    fn default() -> Self {
        Self { role: "pupil".to_owned(), person: Part::pointer("/actor/account/name"), class: None }
    }
}

/// A constant, or a place in the statement.
#[derive(Deserialize)]
#[serde(untagged)]
pub enum Part {
    /// The same in every statement.
    Constant(String),
    /// A JSON pointer (RFC 6901).
    Pointer {
        /// The pointer.
        pointer: String,
    },
}

impl Part {
    fn pointer(pointer: &str) -> Self {
        Self::Pointer { pointer: pointer.to_owned() }
    }

    fn of<'a>(&'a self, statement: &'a Value) -> Option<&'a str> {
        match self {
            Self::Constant(text) => Some(text),
            Self::Pointer { pointer } => statement.pointer(pointer).and_then(Value::as_str),
        }
    }
}

impl Statement {
    /// The event a statement stands for.
    pub fn event(
        &self,
        verbs: &BTreeMap<String, String>,
        catalogue: &catalogue::Catalogue,
        statement: &Value,
    ) -> Result<Event, Fault> {
        if !statement.is_object() {
            return Err(Fault::of_row(Reason::Unreadable, "an xAPI statement: a JSON object"));
        }
        if statement.get("version").is_some_and(|version| !is_known(version)) {
            return Err(Fault::of("version", Reason::Invalid, "a statement of xAPI 1.0 or 2.0"));
        }
        let verb = statement.pointer("/verb/id").and_then(Value::as_str);
        let name = verb.and_then(|verb| verbs.get(verb)).ok_or_else(|| {
            let reason = if verb.is_some() { Reason::Unknown } else { Reason::Missing };
            Fault::of("verb", reason, "the IRI of a verb that the mapping's [verbs] names")
        })?;
        let person = self.person.of(statement).ok_or_else(|| {
            Fault::of(
                "actor",
                Reason::Missing,
                "an agent identified by an account, or by what the mapping's statement.person names",
            )
        })?;
        let at = statement.get("timestamp").or_else(|| statement.get("stored")).and_then(Value::as_str);
        let at = at.ok_or_else(|| Fault::of("timestamp", Reason::Missing, "a date and time with its offset"))?;
        let session = statement.pointer("/context/registration").and_then(Value::as_str);
        let mut event = Event {
            id: statement.get("id").and_then(Value::as_str).map(str::to_owned),
            name: name.clone(),
            at: at.to_owned(),
            session: session.unwrap_or("import").to_owned(),
            role: self.role.clone(),
            class: self.class.as_ref().and_then(|class| class.of(statement)).map(str::to_owned),
            ..Event::default()
        };
        match Role::from_slug(&self.role) {
            Some(Role::Pupil) => event.pupils.push(person.to_owned()),
            Some(Role::Parent) => event.family = Some(person.to_owned()),
            _ => event.actor = Some(person.to_owned()),
        }
        if let Some(kind) = catalogue.event(name) {
            event.props = properties(kind, statement)?;
        }
        Ok(event)
    }
}

fn is_known(version: &Value) -> bool {
    version.as_str().is_some_and(|version| ["1.0", "2.0"].iter().any(|known| version.starts_with(known)))
}

/// What the result says, as far as the event type has a property for it.
fn properties(kind: &EventType, statement: &Value) -> Result<Map<String, Value>, Fault> {
    let result = statement.get("result").unwrap_or(&Value::Null);
    let success = result.get("success").and_then(Value::as_bool);
    let scaled = result.pointer("/score/scaled").and_then(Value::as_f64);
    let mut found: Vec<(&str, Value)> = vec![("source", "xapi".into())];
    let mut note = |name, value: Option<Value>| found.extend(value.map(|value| (name, value)));
    note("activity_id", statement.pointer("/object/id").cloned());
    note("success", success.map(Value::from));
    note("completion", result.get("completion").cloned());
    note("response_class", response_class(success, scaled).map(Value::from));
    if let Some(scaled) = scaled {
        note("score_scaled", Some(hundredths(scaled)?));
    }
    if let Some(duration) = result.get("duration") {
        note("duration_s", Some(seconds(duration)?));
    }
    let has = |name: &str| kind.property(name).is_some();
    Ok(found.into_iter().filter(|(name, _)| has(name)).map(|(name, value)| (name.to_owned(), value)).collect())
}

fn response_class(success: Option<bool>, scaled: Option<f64>) -> Option<&'static str> {
    match (success, scaled) {
        (Some(true), _) => Some("correct"),
        (Some(false), Some(scaled)) if scaled > 0.0 => Some("partial"),
        (Some(false), _) => Some("incorrect"),
        (None, _) => None,
    }
}

/// A score from 0 to 1, brought to 100.
#[expect(clippy::cast_possible_truncation, reason = "a whole number from 0 to 100")]
fn hundredths(scaled: f64) -> Result<Value, Fault> {
    if (0.0..=1.0).contains(&scaled) {
        return Ok(((scaled * 100.0).round() as i64).into());
    }
    Err(Fault::of("score_scaled", Reason::Invalid, "a scaled score from 0 to 1"))
}

/// An ISO 8601 duration in whole seconds.
#[expect(clippy::cast_possible_truncation, reason = "the gate bounds it to a day")]
fn seconds(duration: &Value) -> Result<Value, Fault> {
    let span = duration.as_str().and_then(|text| text.parse::<Span>().ok());
    let total = span.and_then(|span| span.total((Unit::Second, SpanRelativeTo::days_are_24_hours())).ok());
    let total =
        total.ok_or_else(|| Fault::of("duration_s", Reason::Invalid, "a duration of ISO 8601, as in PT2M30S"))?;
    Ok((total.round() as i64).into())
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn event(statement: &Value) -> Result<Event, Fault> {
        let verbs =
            [("launched", "lesson_launched"), ("completed", "lesson_completed"), ("answered", "question_answered")];
        let verbs = verbs.map(|(verb, name)| (format!("http://adlnet.gov/expapi/verbs/{verb}"), name.to_owned()));
        let catalogue = catalogue::Catalogue::embedded().expect("the catalogue is right");
        let reading = Statement { class: Some(Part::pointer("/context/team/account/name")), ..Statement::default() };
        reading.event(&BTreeMap::from(verbs), &catalogue, statement)
    }

    fn statement(verb: &str, result: &Value) -> Value {
        json!({
            "id": "fd41c918-b88b-4b20-a0a5-a4c32391aaa0", "version": "1.0.3", "timestamp": "2025-11-24T09:12:31.000Z",
            "actor": {"objectType": "Agent", "account": {"homePage": "https://ent.example", "name": "P-3"}},
            "verb": {"id": format!("http://adlnet.gov/expapi/verbs/{verb}")},
            "object": {"id": "https://ent.example/activities/7"},
            "context": {"team": {"account": {"homePage": "https://ent.example", "name": "C1"}}},
            "result": result,
        })
    }

    #[test]
    fn a_result_becomes_the_properties_its_event_type_has() {
        let cases = [
            ("launched", json!({"success": true}), json!({})),
            (
                "completed",
                json!({"completion": true, "success": false, "score": {"scaled": 0.425}, "duration": "PT1M30.6S"}),
                json!({"completion": true, "success": false, "score_scaled": 43, "duration_s": 91}),
            ),
            ("answered", json!({"success": true}), json!({"success": true, "response_class": "correct"})),
            (
                "answered",
                json!({"success": false, "score": {"scaled": 0.5}}),
                json!({"success": false, "response_class": "partial"}),
            ),
            ("answered", json!({"success": false}), json!({"success": false, "response_class": "incorrect"})),
        ];
        for (verb, result, expected) in cases {
            let Ok(found) = event(&statement(verb, &result)) else { panic!("{verb} {result} is refused") };
            let mut props = Value::Object(found.props);
            for (name, always) in [("source", "xapi"), ("activity_id", "https://ent.example/activities/7")] {
                assert_eq!(props.as_object_mut().and_then(|props| props.remove(name)), Some(always.into()));
            }
            assert_eq!(props, expected, "{verb}");
            assert_eq!((found.pupils, found.class.as_deref()), (vec!["P-3".to_owned()], Some("C1")));
        }
    }

    #[test]
    fn what_cannot_be_mapped_is_refused_with_its_property() {
        let mut other_version = statement("launched", &Value::Null);
        other_version["version"] = "0.95".into();
        let mut by_mail = statement("launched", &Value::Null);
        by_mail["actor"] = json!({"mbox": "mailto:marie@ent.example"});
        let cases = [
            (statement("voided", &Value::Null), Some("verb")),
            (statement("completed", &json!({"score": {"scaled": -0.5}})), Some("score_scaled")),
            (statement("completed", &json!({"duration": "two minutes"})), Some("duration_s")),
            (other_version, Some("version")),
            (by_mail, Some("actor")),
            (json!("a text"), None),
        ];
        for (statement, property) in cases {
            let Err(fault) = event(&statement) else { panic!("{property:?} is taken") };
            assert_eq!(fault.property.as_deref(), property);
        }
    }
}
