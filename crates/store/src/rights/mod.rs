//! People's rights over what is kept of them: to see it and take it along, to correct, restrict and erase it, and to
//! object (GDPR articles 15 to 18, 20 and 21).
//!
//! A right begins as a row of `rights_request`. From that moment everything that reads or folds rows about people leaves
//! her out (see [`crate::register`]); the work on files follows, in one transaction, and is taken up where it was left
//! after any crash. Tombstones make it outlive every restore.

mod access;
pub(crate) mod erase;
mod rectify;
mod replay;
pub(crate) mod tombstones;

use async_recursion::async_recursion as boxed;
use std::collections::BTreeMap;
use std::sync::Arc;

use jiff::Timestamp;
use jiff::civil::Date;
use privacy::Pseudonym;
use privacy::entry::DataSubject;
use sea_orm::{EntityTrait, TransactionTrait};

pub use access::{Cell, Kept, KeptRow, KeptTable};
pub use rectify::{Correction, CounterColumn, NotCorrected};

use crate::Store;
use crate::error::Error;
use crate::lake::People;
use crate::register::entities::opt_out;
use crate::register::{Action, NewRequest, Request, Requested, State, finish_request, insert_request, note, set_state};
use tombstones::{Act, Tombstone};

impl Store {
    /// Writes down that a person wants to be erased. From now on she is seen nowhere; the work is
    /// [`Self::work_requests`]'s.
    #[boxed]
    pub async fn ask_erasure(
        &self,
        subject: &DataSubject,
        way: &'static str,
        today: Date,
        at: Timestamp,
    ) -> Result<i64, Error> {
        let wanted = NewRequest {
            action: Action::Erase,
            state: State::Open,
            subject: Some(subject),
            way,
            received_on: today,
            detail: "",
        };
        self.register.add_request(&wanted, at).await
    }

    /// Writes down that a person objects. From now on nothing of her is folded, read or counted; what waits in the
    /// journal goes nowhere, and with `erase` what was kept before is erased.
    ///
    /// The caller closes the entry gate first: what it has let through must be in the journal by now.
    #[boxed]
    pub async fn object(
        &self,
        subject: &DataSubject,
        erase: bool,
        way: &'static str,
        today: Date,
        at: Timestamp,
    ) -> Result<i64, Error> {
        let in_force = self.in_force(subject, Action::Object).await?;
        if let Some(request) = in_force.first().filter(|_| !erase) {
            return Ok(request.id);
        }
        let mut stones = self.remember_objection(subject, Act::Objected, at)?;
        if !erase {
            stones.extend(self.remember(Act::SetAside, persons_of(subject), at)?);
        }
        let (action, detail) = if erase { (Action::Erase, "and_object") } else { (Action::Object, "") };
        let transaction = self.register.write.begin().await?;
        if let Some(digest) = subject.objection() {
            crate::register::add_opt_out(&transaction, &digest, today).await?;
        }
        erase::know(&transaction, &stones).await?;
        let wanted = NewRequest { action, state: State::Open, subject: Some(subject), way, received_on: today, detail };
        let id = insert_request(&transaction, &wanted, at).await?;
        transaction.commit().await?;
        Ok(id)
    }

    /// Writes down that a person takes her objection back: she is collected again, and what was kept may be used.
    #[boxed]
    pub async fn allow(&self, subject: &DataSubject, today: Date, at: Timestamp) -> Result<(), Error> {
        let in_force = self.in_force(subject, Action::Object).await?;
        let mut stones = self.remember_objection(subject, Act::Allowed, at)?;
        if !in_force.is_empty() {
            stones.extend(self.remember(Act::TakenUp, persons_of(subject), at)?);
        }
        let transaction = self.register.write.begin().await?;
        if let Some(digest) = subject.objection() {
            opt_out::Entity::delete_by_id(hex::encode(digest)).exec(&transaction).await?;
        }
        erase::know(&transaction, &stones).await?;
        for request in &in_force {
            finish_request(&transaction, request, State::Done, today, at, &BTreeMap::new()).await?;
        }
        transaction.commit().await?;
        Ok(())
    }

    /// Writes down that a person's rows are kept and not used any more: no closing counts them, no view shows them.
    #[boxed]
    pub async fn restrict(
        &self,
        subject: &DataSubject,
        way: &'static str,
        today: Date,
        at: Timestamp,
    ) -> Result<i64, Error> {
        if let Some(request) = self.in_force(subject, Action::Restrict).await?.first() {
            return Ok(request.id);
        }
        let stones = self.remember(Act::Restricted, persons_of(subject), at)?;
        let wanted = NewRequest {
            action: Action::Restrict,
            state: State::Active,
            subject: Some(subject),
            way,
            received_on: today,
            detail: "",
        };
        let transaction = self.register.write.begin().await?;
        erase::know(&transaction, &stones).await?;
        let id = insert_request(&transaction, &wanted, at).await?;
        transaction.commit().await?;
        Ok(id)
    }

    /// Lifts the restrictions of a person; how many there were. The person is told before (article 18(3)).
    #[boxed]
    pub async fn lift(&self, subject: &DataSubject, today: Date, at: Timestamp) -> Result<usize, Error> {
        let in_force = self.in_force(subject, Action::Restrict).await?;
        if in_force.is_empty() {
            return Ok(0);
        }
        let stones = self.remember(Act::Lifted, persons_of(subject), at)?;
        let transaction = self.register.write.begin().await?;
        erase::know(&transaction, &stones).await?;
        for request in &in_force {
            finish_request(&transaction, request, State::Done, today, at, &BTreeMap::new()).await?;
        }
        transaction.commit().await?;
        Ok(in_force.len())
    }

    /// The restrictions, or objections, of a person that are in force. After a restore a request knows her by her
    /// pseudonyms alone.
    async fn in_force(&self, subject: &DataSubject, action: Action) -> Result<Vec<Request>, Error> {
        let (digest, persons) = (subject.objection().map(hex::encode), persons_of(subject));
        let mut found = self.register.requested(&[action], &[State::Open, State::Active]).await?;
        found.retain(|wanted| {
            let hers = wanted.subject.is_some() && wanted.subject == digest;
            hers || wanted.persons.iter().any(|(_, person)| persons.contains(person))
        });
        Ok(found.into_iter().map(|wanted| wanted.request).collect())
    }

    /// Works on what was asked and is not done yet: erasures, and objections that the journal may still contradict.
    /// Returns what was answered.
    #[boxed]
    pub async fn work_requests(&self, today: Date, at: Timestamp) -> Result<Vec<Request>, Error> {
        let _maintenance = self.maintenance.lock().await;
        // A wiping that a crash had cut short.
        self.register.wipe().await?;
        let mut answered = Vec::new();
        for wanted in self.register.requested(&[Action::Object], &[State::Open]).await? {
            self.fold_locked().await?;
            let transaction = self.register.write.begin().await?;
            set_state(&transaction, wanted.request.id, State::Active).await?;
            note(&transaction, at, "system", "objection_in_force", &wanted.request.id.to_string()).await?;
            transaction.commit().await?;
            answered.push(wanted.request);
        }
        for wanted in self.register.requested(&[Action::Erase], &[State::Open]).await? {
            // A letter that was registered without saying who wrote it waits for the officer.
            if wanted.subject.is_some() {
                self.erase(&wanted, today, at).await?;
                answered.push(wanted.request);
            }
        }
        Ok(answered)
    }

    async fn erase(&self, wanted: &Requested, today: Date, at: Timestamp) -> Result<(), Error> {
        let persons: Vec<Pseudonym> = wanted.persons.iter().map(|(_, person)| *person).collect();
        let people: Arc<People> = Arc::new(persons.iter().map(|person| *person.as_bytes()).collect());
        let stones = self.remember(Act::Erased, persons, at)?;
        // Whatever of her waits in the journal goes nowhere.
        self.fold_locked().await?;
        let prepared = self.prepare_erasure(&people, wanted.request.establishment.as_deref()).await?;
        let answers = erase::Answered { request: &wanted.request, on: today };
        self.commit_erasure(prepared, &people, &stones, Some(answers), at).await?;
        Ok(())
    }

    /// Writes tombstones of pseudonyms; on the disk when this returns.
    fn remember(
        &self,
        act: Act,
        people: impl IntoIterator<Item = Pseudonym>,
        at: Timestamp,
    ) -> Result<Vec<Tombstone>, Error> {
        let stones = erase::stones(self, act, people, at.as_second())?;
        tombstones::append(&self.folder.tombstones, &stones)?;
        Ok(stones)
    }

    fn remember_objection(&self, subject: &DataSubject, act: Act, at: Timestamp) -> Result<Vec<Tombstone>, Error> {
        let stones: Vec<Tombstone> = subject
            .objection()
            .map(|digest| Tombstone { at: at.as_second(), act, digest: hex::encode(digest) })
            .into_iter()
            .collect();
        tombstones::append(&self.folder.tombstones, &stones)?;
        Ok(stones)
    }
}

fn persons_of(subject: &DataSubject) -> Vec<Pseudonym> {
    subject.pseudonyms().into_iter().map(|(_, person)| person).collect()
}
