//! A register that was put back does again what it does not know of: at every opening, before anybody reads it.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::sync::Arc;

use jiff::Timestamp;
use privacy::Pseudonym;
use sea_orm::{EntityTrait, QuerySelect, TransactionTrait};

use super::erase::know;
use super::tombstones::{self, Act, Tombstone};
use crate::Store;
use crate::error::Error;
use crate::lake::People;
use crate::register::budget::replay_draw;
use crate::register::entities::{opt_out, roster_member, session};
use crate::register::rights_entities::tombstone;
use crate::register::{Action, add_opt_out, feedback, insert_replayed, note};

/// What was done again.
#[derive(Default)]
pub(crate) struct Replayed {
    /// How often, by act.
    pub(crate) done: BTreeMap<&'static str, usize>,
    /// The requests whose corrections only the officer can do again.
    pub(crate) rectified: Vec<String>,
}

impl Store {
    /// Does again every act of the tombstone file that the register does not know; adds to the file what only the
    /// register knows.
    pub(crate) async fn replay(&self) -> Result<Replayed, Error> {
        let path = &self.folder.tombstones;
        let written = tombstones::read(path)?;
        let known = self.known_tombstones().await?;
        let lost: Vec<Tombstone> = known.difference(&written).cloned().collect();
        tombstones::append(path, &lost)?;
        let new: Vec<Tombstone> = written.difference(&known).cloned().collect();
        let mut replayed = Replayed::default();
        if new.is_empty() {
            return Ok(replayed);
        }
        for stone in &new {
            *replayed.done.entry(stone.act.slug()).or_default() += 1;
            if stone.act == Act::Rectified {
                replayed.rectified.push(stone.digest.clone());
            }
        }
        self.fold_locked().await?;
        let everybody = self.everybody_by_tombstone().await?;
        let named = |act: Act| -> Vec<Pseudonym> {
            let hers = new.iter().filter(|stone| stone.act == act);
            hers.filter_map(|stone| everybody.get(&stone.digest).copied()).collect()
        };
        let moment = Timestamp::from_second(new.last().map_or(0, |stone| stone.at)).unwrap_or(Timestamp::UNIX_EPOCH);
        let erased: Arc<People> = Arc::new(named(Act::Erased).iter().map(|person| *person.as_bytes()).collect());
        if !erased.is_empty() {
            let prepared = self.prepare_erasure(&erased, None).await?;
            let stones: Vec<Tombstone> = new.iter().filter(|stone| stone.act == Act::Erased).cloned().collect();
            self.commit_erasure(prepared, &erased, &stones, None, moment).await?;
        }
        let transaction = self.register.write.begin().await?;
        for stone in &new {
            let mut digest = [0; 32];
            match stone.act {
                Act::Objected if hex::decode_to_slice(&stone.digest, &mut digest).is_ok() => {
                    let since = crate::lake::date(i32::try_from(stone.at.div_euclid(86_400)).unwrap_or(0));
                    add_opt_out(&transaction, &digest, since).await?;
                }
                Act::Allowed => {
                    opt_out::Entity::delete_by_id(&stone.digest).exec(&transaction).await?;
                }
                Act::Drawn => replay_draw(&transaction, stone.at, &stone.digest).await?,
                _ => {}
            }
        }
        for (act, back, action) in
            [(Act::Restricted, Act::Lifted, Action::Restrict), (Act::SetAside, Act::TakenUp, Action::Object)]
        {
            for (digest, person) in &everybody {
                let last = new.iter().rev().find(|stone| stone.digest == *digest && [act, back].contains(&stone.act));
                if let Some(stone) = last {
                    let in_force = stone.act == act && !erased.contains(person.as_bytes());
                    insert_replayed(&transaction, action, *person, in_force, stone.at).await?;
                }
            }
        }
        know(&transaction, &new).await?;
        let words: Vec<String> = replayed.done.iter().map(|(act, n)| format!("{act} {n}")).collect();
        note(&transaction, moment, "system", "replay", &words.join(", ")).await?;
        transaction.commit().await?;
        Ok(replayed)
    }

    async fn known_tombstones(&self) -> Result<BTreeSet<Tombstone>, Error> {
        let rows = tombstone::Entity::find().all(&self.register.write).await?;
        rows.into_iter()
            .map(|row| {
                let act = Act::from_slug(&row.act).ok_or(Error::Unreadable { what: "an act", text: row.act })?;
                Ok(Tombstone { at: row.at, act, digest: row.digest })
            })
            .collect()
    }

    /// Every pseudonym that stands anywhere in the data folder, by the digest of its tombstone.
    async fn everybody_by_tombstone(&self) -> Result<HashMap<String, Pseudonym>, Error> {
        let mut everybody: People = self.lake.everybody().await?;
        let read = &self.register.read;
        let members: Vec<(String, Option<String>)> = roster_member::Entity::find()
            .select_only()
            .columns([roster_member::Column::Person, roster_member::Column::Pupil])
            .into_tuple()
            .all(read)
            .await?;
        let mut texts: Vec<String> =
            members.into_iter().flat_map(|(person, pupil)| pupil.into_iter().chain([person])).collect();
        texts.extend(self.register.audit_persons().await?);
        texts.extend(feedback::everybody(read).await?);
        for open in session::Entity::find().all(read).await? {
            texts.extend(digits_of(&open.claims));
        }
        everybody.extend(texts.iter().filter_map(|text| Pseudonym::from_hex(text)).map(|person| *person.as_bytes()));
        let everybody: Vec<Pseudonym> = everybody.into_iter().map(Pseudonym::from_stored).collect();
        let digests = self.tombstone_digests(&everybody)?;
        Ok(digests.iter().map(hex::encode).zip(everybody).collect())
    }
}

/// The pseudonyms in a text: runs of exactly 32 digits.
fn digits_of(text: &str) -> impl Iterator<Item = String> + '_ {
    text.split(|letter: char| !letter.is_ascii_hexdigit()).filter(|run| run.len() == 32).map(str::to_owned)
}
