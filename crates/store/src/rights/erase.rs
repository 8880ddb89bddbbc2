//! Erasing: files are written again without a person, and one transaction swaps them in the manifest, clears the
//! register, and answers the request. Before it nothing has changed but what is shown; after it only unlinking and
//! wiping are left, which the next start does if this one is killed. No closed release changes.

use std::collections::BTreeMap;
use std::sync::Arc;

use arrow::compute::{filter_record_batch, not};
use jiff::Timestamp;
use jiff::civil::Date;
use privacy::Pseudonym;
use sea_orm::{ColumnTrait, Condition, DatabaseTransaction, EntityTrait, QueryFilter, Set, TransactionTrait};

use super::tombstones::{Act, Tombstone};
use crate::Store;
use crate::error::Error;
use crate::lake::{LiveFile, People, forget_files, name_files, rows_about};
use crate::register::entities::{roster_member, session};
use crate::register::rights_entities::{rights_pass, rights_request, tombstone};
use crate::register::{Register, Request, State, feedback, finish_request};

/// What an erasure has written beside what is alive, and what it will replace.
pub(super) struct Prepared {
    new: Vec<LiveFile>,
    old: Vec<LiveFile>,
    /// Rows by table.
    counts: BTreeMap<String, u64>,
}

impl Store {
    /// Writes the files that hold rows of some people again without them. The caller holds the maintenance lock.
    pub(super) async fn prepare_erasure(
        &self,
        people: &Arc<People>,
        establishment: Option<&str>,
    ) -> Result<Prepared, Error> {
        let old = self.lake.files_about(people, establishment).await?;
        let mut prepared = Prepared { new: Vec::new(), old: Vec::new(), counts: BTreeMap::new() };
        for file in old {
            let rows = self.lake.read(file.table, std::slice::from_ref(&file)).await?;
            let hers = rows_about(file.table, &rows, people)?;
            *prepared.counts.entry(file.table.name().to_owned()).or_default() += hers.true_count() as u64;
            let kept = filter_record_batch(&rows, &not(&hers)?)?;
            prepared.new.extend(self.lake.write_instead(&file, &kept).await?);
            prepared.old.push(file);
        }
        Ok(prepared)
    }

    /// Makes a prepared erasure happen, and whatever it answers with it. Returns what was erased, by table.
    pub(super) async fn commit_erasure(
        &self,
        prepared: Prepared,
        people: &People,
        stones: &[Tombstone],
        answers: Option<Answered<'_>>,
        at: Timestamp,
    ) -> Result<BTreeMap<String, u64>, Error> {
        let mut counts = prepared.counts;
        let transaction = self.register.write.begin().await?;
        name_files(&transaction, &prepared.new).await?;
        forget_files(&transaction, &prepared.old).await?;
        for (what, rows) in clear_register(&transaction, people).await? {
            *counts.entry(what.to_owned()).or_default() += rows;
        }
        let named: Vec<Pseudonym> = people.iter().map(|person| Pseudonym::from_stored(*person)).collect();
        *counts.entry("audit".to_owned()).or_default() +=
            crate::register::audit::forget(&transaction, at, &named).await?;
        know(&transaction, stones).await?;
        if let Some(Answered { request, on }) = answers {
            finish_request(&transaction, request, State::Done, on, at, &counts).await?;
        }
        Register::wipe_later(&transaction).await?;
        transaction.commit().await?;
        self.lake.unlink(&prepared.old).await?;
        self.register.wipe().await?;
        Ok(counts)
    }
}

/// The request that an erasure answers.
pub(super) struct Answered<'a> {
    pub(super) request: &'a Request,
    pub(super) on: Date,
}

/// Deletes every row of the register that holds one of these pseudonyms; how many, by what they were.
async fn clear_register(
    transaction: &DatabaseTransaction,
    people: &People,
) -> Result<BTreeMap<&'static str, u64>, Error> {
    let mut cleared = BTreeMap::new();
    let all: Vec<String> = people.iter().map(hex::encode).collect();
    let mut count = |what, rows: u64| *cleared.entry(what).or_default() += rows;
    for chunk in all.chunks(1_000) {
        let hers = || chunk.iter().cloned();
        let of_person = Condition::any()
            .add(roster_member::Column::Person.is_in(hers()))
            .add(roster_member::Column::Pupil.is_in(hers()));
        let members = roster_member::Entity::delete_many().filter(of_person).exec(transaction).await?;
        count("roster", members.rows_affected);
        let given = feedback::forget_people(transaction, chunk).await?;
        if given > 0 {
            count("feedback", given);
        }
        for person in chunk {
            // Claims and subjects are JSON texts: a pseudonym is 32 digits, which occur by no accident.
            let sessions = session::Entity::delete_many()
                .filter(session::Column::Claims.contains(person))
                .exec(transaction)
                .await?;
            count("sessions", sessions.rows_affected);
            rights_pass::Entity::delete_many()
                .filter(rights_pass::Column::Subject.contains(person))
                .exec(transaction)
                .await?;
            rights_request::Entity::update_many()
                .set(rights_request::ActiveModel { persons: Set(None), ..Default::default() })
                .filter(rights_request::Column::Persons.contains(person))
                .exec(transaction)
                .await?;
        }
    }
    Ok(cleared)
}

/// The tombstones of some people.
pub(super) fn stones(
    store: &Store,
    act: Act,
    people: impl IntoIterator<Item = Pseudonym>,
    at: i64,
) -> Result<Vec<Tombstone>, Error> {
    let people: Vec<Pseudonym> = people.into_iter().collect();
    let digests = store.tombstone_digests(&people)?;
    Ok(digests.into_iter().map(|digest| Tombstone { at, act, digest: hex::encode(digest) }).collect())
}

/// Remembers in the register that it has done what these lines say.
pub(crate) async fn know(transaction: &DatabaseTransaction, stones: &[Tombstone]) -> Result<(), Error> {
    for chunk in stones.chunks(1_000) {
        let rows = chunk.iter().map(|stone| tombstone::ActiveModel {
            at: Set(stone.at),
            act: Set(stone.act.slug().to_owned()),
            digest: Set(stone.digest.clone()),
        });
        let conflict = sea_orm::sea_query::OnConflict::new().do_nothing().to_owned();
        tombstone::Entity::insert_many(rows).on_conflict(conflict).exec_without_returning(transaction).await?;
    }
    Ok(())
}
