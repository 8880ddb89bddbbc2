//! Alerts that are due become messages: for each channel, one a place; and one for all places where a rule was raised in
//! many at once.

use std::collections::{BTreeMap, BTreeSet};

use delivery::{Channel, Channels, Kind, MOST_TOLD, Message, SCHEMA, Severity, Told, Wording};
use sha2::{Digest, Sha256};
use store::{KeptAlert, NewMessage};

use super::words;

/// Alerts of one rule at once beyond which they are one message.
pub const STORM: usize = 5;

/// An alert that is to be told.
#[derive(Debug, Clone, PartialEq)]
pub struct Due {
    /// The alert.
    pub alert: KeptAlert,
    /// Whether it was told before and goes on.
    pub again: bool,
}

impl Due {
    fn place(&self) -> Option<&str> {
        self.alert.establishment.as_ref().map(privacy::Uai::as_str)
    }

    fn severity(&self) -> Severity {
        Severity::from_slug(&self.alert.seen.severity).unwrap_or(Severity::Notify)
    }
}

/// The messages of all channels.
pub fn compose(channels: &Channels, due: &[Due]) -> Vec<NewMessage> {
    channels.list().iter().flat_map(|channel| of_channel(channels, channel, due)).collect()
}

fn of_channel(channels: &Channels, channel: &Channel, due: &[Due]) -> Vec<NewMessage> {
    let wanted = due.iter().filter(|due| due.severity() >= channel.minimum && channel.reach.covers(due.place()));
    let mut rules = BTreeMap::<&str, Vec<&Due>>::new();
    for due in wanted {
        rules.entry(&due.alert.seen.rule).or_default().push(due);
    }
    let mut messages = Vec::new();
    let mut places = BTreeMap::<Option<&str>, Vec<&Due>>::new();
    for group in rules.into_values() {
        if group.len() > STORM && places_of(&group).len() > 1 {
            messages.push(message(channels, channel, Kind::Storm, &group));
        } else {
            for due in group {
                places.entry(due.place()).or_default().push(due);
            }
        }
    }
    for group in places.values() {
        let kind = if group.len() == 1 { Kind::Alert } else { Kind::Digest };
        messages.push(message(channels, channel, kind, group));
    }
    messages.into_iter().flatten().collect()
}

fn message(channels: &Channels, channel: &Channel, kind: Kind, group: &[&Due]) -> Option<NewMessage> {
    let first = group.first()?;
    let places = places_of(group);
    let establishment = if places.len() == 1 { first.place() } else { None };
    let path = if first.place().is_some() { "/mon-ecole#a-surveiller" } else { "/mon-ecole" };
    let id = identifier(&channel.name, kind, group);
    let message = Message {
        schema: SCHEMA,
        id: id.clone(),
        kind,
        establishment: establishment.map(str::to_owned),
        title: words::title(kind, establishment, &first.alert.seen.rule, group.len(), places.len()),
        alerts: group.iter().take(MOST_TOLD).map(|due| told(due)).collect(),
        more: group.len().saturating_sub(MOST_TOLD),
        page: channels.page(path),
    };
    Some(NewMessage {
        message: id,
        channel: channel.name.clone(),
        alerts: group.iter().map(|due| due.alert.id).collect(),
        body: serde_json::to_string(&message).ok()?,
    })
}

fn places_of<'a>(group: &[&'a Due]) -> BTreeSet<Option<&'a str>> {
    group.iter().map(|due| due.place()).collect()
}

/// What a message tells, as an identifier: the same after a crash, and from a register that was put back.
fn identifier(channel: &str, kind: Kind, group: &[&Due]) -> String {
    let mut digest = Sha256::new();
    digest.update(format!("{channel}\n{kind:?}\n"));
    for due in group {
        let through = if due.again { due.alert.seen.last_day.to_string() } else { String::new() };
        digest.update(format!("{} {} {through}\n", due.place().unwrap_or_default(), due.alert.seen.key));
    }
    format!("msg_{}", hex::encode(&digest.finalize()[..16]))
}

fn told(due: &Due) -> Told {
    let seen = &due.alert.seen;
    Told {
        id: due.alert.id,
        establishment: due.place().map(str::to_owned),
        rule: seen.rule.clone(),
        severity: due.severity(),
        measure: Some(seen.measure.clone()).filter(|measure| !measure.is_empty()),
        part: seen.part.clone(),
        version: seen.version.clone(),
        screen: seen.screen.clone(),
        direction: seen.direction.clone(),
        first_day: seen.first_day.to_string(),
        last_day: seen.last_day.to_string(),
        days: seen.days,
        counted: seen.counted,
        usual: seen.usual,
        out_of: seen.out_of,
        score: seen.score,
        again: due.again,
        sentence: Wording { fr: seen.sentence.0.clone(), en: seen.sentence.1.clone() },
    }
}
