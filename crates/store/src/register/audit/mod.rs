//! The audit log: every view of a class and every act on the data folder, append only.
//!
//! [`append`] is the only writer. It runs in the transaction of the act it tells of, so that there is no act without its
//! entry and no entry without its act; the head row, which it updates first, makes writers queue, so that the order of
//! entries is the order of commits. What an entry is and what the tree above proves is `privacy::audit`.

mod read;
pub(crate) mod rows;

use async_recursion::async_recursion as boxed;
use jiff::Timestamp;
use jiff::civil::Date;
use privacy::audit::{Checkpoint, Entry, FORGET, Frontier, Party};
use privacy::exit::{Subject, ViewLogged};
use privacy::{Pseudonym, Uai};
use sea_orm::sea_query::{Expr, OnConflict};
use sea_orm::{
    ColumnTrait, Condition, ConnectionTrait, DatabaseTransaction, EntityTrait, PaginatorTrait, QueryFilter, Set,
    TransactionTrait,
};
use sea_orm_migration::SchemaManagerConnection;

use super::entities::session;
use super::rights_entities::rights_request;
use super::{Action, Register, State};
use crate::error::Error;
use rows::{audit_checkpoint, audit_entry, audit_head};

pub use read::KeptCheckpoint;

/// The head's row.
const HEAD: i32 = 1;

/// How many erasures had ended at some moment.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Erasures(u64);

/// Who acts, and until when an entry may name her: what is under way when an erasure forgets a name must not write it
/// again.
pub struct Who {
    party: Party,
    since: Option<Erasures>,
}

impl Who {
    /// Named unless an erasure has ended since `since`, which was read before anything else about her.
    pub fn since(party: Party, since: Erasures) -> Self {
        Self { party, since: Some(since) }
    }

    pub(super) async fn still_named(self, transaction: &DatabaseTransaction) -> Result<Party, Error> {
        let Some(person) = self.party.named() else { return Ok(self.party) };
        let still = match self.since {
            Some(since) => erasures(transaction).await? == since,
            None => has_session(transaction, person).await?,
        };
        Ok(if still { self.party } else { self.party.unnamed() })
    }
}

/// Somebody who is signed in: named while a session of hers is open, which an erasure closes as it forgets her name.
impl From<Party> for Who {
    fn from(party: Party) -> Self {
        Self { party, since: None }
    }
}

impl From<&str> for Who {
    fn from(role: &str) -> Self {
        Party::role(role).into()
    }
}

impl Register {
    /// Writes one entry in a transaction of its own. `detail` must say nothing about a person: it cannot be erased.
    ///
    pub async fn log(&self, at: Timestamp, who: impl Into<Who>, action: &str, detail: &str) -> Result<(), Error> {
        self.log_of(at, who.into(), action, detail).await
    }

    #[boxed]
    async fn log_of(&self, at: Timestamp, who: Who, action: &str, detail: &str) -> Result<(), Error> {
        let transaction = self.write.begin().await?;
        let head = lock_head(&transaction).await?;
        let party = who.still_named(&transaction).await?;
        append_to(head, &transaction, Entry::new(at, &party, action, detail)).await?;
        transaction.commit().await?;
        Ok(())
    }

    /// How many erasures have ended.
    #[boxed]
    pub async fn erasures(&self) -> Result<Erasures, Error> {
        erasures(&self.read).await
    }

    /// Writes that `viewer` looks at `subject`, and gives the receipt that opens her own figures. `who` is how the log
    /// names her.
    pub async fn log_view(
        &self,
        at: Timestamp,
        who: impl Into<Who>,
        establishment: &Uai,
        viewer: Pseudonym,
        subject: Subject,
        range: &str,
    ) -> Result<ViewLogged, Error> {
        let what = match subject {
            Subject::Person(_) => "person",
            Subject::Class(_) => "class",
        };
        self.log(at, who, "view", &format!("{what} {range}")).await?;
        Ok(ViewLogged::after_commit(establishment.clone(), viewer, subject))
    }

    /// Erases these persons' names from the log: who they were, at which establishment, in which role. The acts stay,
    /// and so does every proof. Gives how many entries named one of them, and writes that number down.
    #[boxed]
    pub async fn forget_in_audit(&self, at: Timestamp, persons: &[Pseudonym]) -> Result<u64, Error> {
        let transaction = self.write.begin().await?;
        let forgotten = forget(&transaction, at, persons).await?;
        transaction.commit().await?;
        Ok(forgotten)
    }

    /// Erases every person's name from entries before `day`: for retention. Gives how many there were.
    #[boxed]
    pub async fn forget_in_audit_before(&self, at: Timestamp, day: Date) -> Result<u64, Error> {
        let transaction = self.write.begin().await?;
        let old = Condition::all()
            .add(audit_entry::Column::Person.ne(""))
            .add(audit_entry::Column::Moment.lt(day.to_string()));
        let forgotten = erase_names(&transaction, at, old).await?;
        transaction.commit().await?;
        Ok(forgotten)
    }

    /// Makes a checkpoint of the log as it stands, and keeps it.
    #[boxed]
    pub async fn checkpoint(&self, at: Timestamp) -> Result<Checkpoint, Error> {
        let transaction = self.write.begin().await?;
        let made = keep_checkpoint(&transaction, at).await?;
        transaction.commit().await?;
        Ok(made)
    }

    /// Makes the day's checkpoint, unless there is one already or nothing was written since the last one.
    #[boxed]
    pub async fn checkpoint_daily(&self, at: Timestamp) -> Result<Option<Checkpoint>, Error> {
        let last = self.kept_checkpoints(1).await?.pop();
        let day = moment(at)[..10].to_owned();
        let is_new = last.as_ref().is_none_or(|last| last.moment[..10.min(last.moment.len())] < day[..]);
        if !is_new || last.map_or(0, |last| last.checkpoint.size) == self.audit_length().await? {
            return Ok(None);
        }
        self.checkpoint(at).await.map(Some)
    }
}

/// A connection on which a transaction has begun. Entries are numbered by the head that is read before them: outside of
/// a transaction two writers would read the same one.
pub(crate) trait InTransaction: ConnectionTrait {}

impl InTransaction for DatabaseTransaction {}

/// The migration that moves the old log's lines begins one first.
impl InTransaction for SchemaManagerConnection<'_> {}

/// Appends an entry inside the caller's transaction.
pub(crate) async fn append(transaction: &impl InTransaction, entry: Entry) -> Result<(), Error> {
    append_to(lock_head(transaction).await?, transaction, entry).await
}

/// Appends an entry to the head that the transaction has locked.
async fn append_to(mut head: Frontier, transaction: &impl InTransaction, entry: Entry) -> Result<(), Error> {
    let stored = entry.at(head.size());
    head.push(&stored.digest);
    let name = stored.name.as_ref();
    audit_entry::Entity::insert(audit_entry::ActiveModel {
        seq: Set(signed(stored.seq)),
        digest: Set(stored.digest),
        moment: Set(stored.when),
        action: Set(stored.action),
        detail: Set(stored.detail),
        act_salt: Set(stored.act_salt),
        name_digest: Set(stored.name_digest),
        name_salt: Set(name.map(|name| name.salt.clone())),
        role: Set(name.map(|name| name.role.clone())),
        establishment: Set(name.map(|name| name.establishment.clone())),
        person: Set(name.map(|name| name.person.clone())),
    })
    .exec_without_returning(transaction)
    .await?;
    audit_head::Entity::update_many()
        .col_expr(audit_head::Column::Size, Expr::value(signed(head.size())))
        .col_expr(audit_head::Column::Frontier, Expr::value(head.to_bytes()))
        .filter(audit_head::Column::Id.eq(HEAD))
        .exec(transaction)
        .await?;
    Ok(())
}

/// Erases these persons' names inside the caller's transaction.
pub(crate) async fn forget(
    transaction: &impl InTransaction,
    at: Timestamp,
    persons: &[Pseudonym],
) -> Result<u64, Error> {
    let persons = persons.iter().map(Pseudonym::to_hex);
    erase_names(transaction, at, Condition::all().add(audit_entry::Column::Person.is_in(persons))).await
}

/// Makes a checkpoint inside the caller's transaction.
pub(crate) async fn keep_checkpoint(transaction: &impl InTransaction, at: Timestamp) -> Result<Checkpoint, Error> {
    let made = lock_head(transaction).await?.checkpoint();
    audit_checkpoint::Entity::insert(audit_checkpoint::ActiveModel {
        size: Set(signed(made.size)),
        root: Set(hex::encode(made.root)),
        moment: Set(moment(at)),
    })
    .on_conflict(OnConflict::column(audit_checkpoint::Column::Size).do_nothing().to_owned())
    .exec_without_returning(transaction)
    .await?;
    Ok(made)
}

async fn erase_names(transaction: &impl InTransaction, at: Timestamp, whose: Condition) -> Result<u64, Error> {
    use audit_entry::Column;
    // Before any row changes: the head is what writers queue for.
    let head = lock_head(transaction).await?;
    let nothing = || Expr::value(Option::<String>::None);
    let erased = audit_entry::Entity::update_many()
        .col_expr(Column::NameSalt, Expr::value(Option::<Vec<u8>>::None))
        .col_expr(Column::Role, nothing())
        .col_expr(Column::Establishment, nothing())
        .col_expr(Column::Person, nothing())
        .filter(whose)
        .exec(transaction)
        .await?
        .rows_affected;
    if erased > 0 {
        let entry = Entry::new(at, &Party::role("system"), FORGET, &erased.to_string());
        append_to(head, transaction, entry).await?;
    }
    Ok(erased)
}

/// The log's head, with the right to append until the transaction ends: the update comes first, since a transaction
/// that only reads at first may find itself too late to write.
async fn lock_head(transaction: &impl ConnectionTrait) -> Result<Frontier, Error> {
    audit_head::Entity::update_many()
        .col_expr(audit_head::Column::Id, Expr::value(HEAD))
        .filter(audit_head::Column::Id.eq(HEAD))
        .exec(transaction)
        .await?;
    head(transaction).await
}

async fn erasures(connection: &impl ConnectionTrait) -> Result<Erasures, Error> {
    let ended = rights_request::Entity::find()
        .filter(rights_request::Column::Action.eq(Action::Erase.slug()))
        .filter(rights_request::Column::State.eq(State::Done.slug()))
        .count(connection)
        .await?;
    Ok(Erasures(ended))
}

async fn has_session(connection: &impl ConnectionTrait, person: Pseudonym) -> Result<bool, Error> {
    let hers = session::Entity::find().filter(session::Column::Claims.contains(person.to_hex()));
    Ok(hers.count(connection).await? > 0)
}

async fn head(connection: &impl ConnectionTrait) -> Result<Frontier, Error> {
    let row = audit_head::Entity::find_by_id(HEAD).one(connection).await?;
    row.and_then(|row| Frontier::from_bytes(u64::try_from(row.size).ok()?, &row.frontier)).ok_or_else(|| {
        Error::Unreadable { what: "a head of the audit log", text: "`audit verify` says more".to_owned() }
    })
}

fn signed(size: u64) -> i64 {
    i64::try_from(size).unwrap_or(i64::MAX)
}

fn moment(at: Timestamp) -> String {
    at.strftime("%Y-%m-%dT%H:%M:%SZ").to_string()
}
