//! Requests under GDPR articles 15 to 18, 20 and 21: when each came, when it must be answered, what became of it.
//!
//! While a request is being worked on it holds the person's pseudonyms, and everything that reads rows about people asks
//! here whom it must leave out: that is what makes an erasure visible at once, and what takes it up after a crash. When
//! it is done it holds counts and a digest only.

use async_recursion::async_recursion as boxed;
use std::collections::{BTreeMap, HashSet};

use calendar::SchoolYear;
use jiff::civil::Date;
use jiff::{Span, Timestamp};
use privacy::Pseudonym;
use privacy::audit::{Entry, Party};
use privacy::entry::{DataSubject, SubjectKind};
use sea_orm::{
    ActiveModelTrait, ColumnTrait, ConnectionTrait, DatabaseTransaction, EntityTrait, QueryFilter, QueryOrder,
    QuerySelect, Set, TransactionTrait,
};
use sha2::{Digest, Sha256};

use super::Register;
use super::audit::append;
use super::rights_entities::rights_request;
use crate::error::Error;

/// What may be asked.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Action {
    /// To see, and to take along, what is kept (articles 15 and 20).
    Access,
    /// To correct it (article 16).
    Rectify,
    /// To erase it (article 17).
    Erase,
    /// To keep it without using it (article 18).
    Restrict,
    /// That nothing more is collected, and nothing kept is used (article 21).
    Object,
}

impl Action {
    /// Every action.
    pub const ALL: [Self; 5] = [Self::Access, Self::Rectify, Self::Erase, Self::Restrict, Self::Object];

    /// Its word.
    pub const fn slug(self) -> &'static str {
        match self {
            Self::Access => "access",
            Self::Rectify => "rectify",
            Self::Erase => "erase",
            Self::Restrict => "restrict",
            Self::Object => "object",
        }
    }

    /// The action of a word.
    pub fn from_slug(slug: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|action| action.slug() == slug)
    }
}

/// Where a request stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum State {
    /// Something is still to be done.
    Open,
    /// It is in force until it is taken back: a restriction or an objection.
    Active,
    /// Answered.
    Done,
    /// Refused, with the reason given to the person.
    Refused,
}

impl State {
    const ALL: [Self; 4] = [Self::Open, Self::Active, Self::Done, Self::Refused];

    /// Its word.
    pub const fn slug(self) -> &'static str {
        match self {
            Self::Open => "open",
            Self::Active => "active",
            Self::Done => "done",
            Self::Refused => "refused",
        }
    }
}

/// A request about to be written down.
pub struct NewRequest<'a> {
    /// What is asked.
    pub action: Action,
    /// Where it stands from the start.
    pub state: State,
    /// About whom; `None` for a letter that was only registered.
    pub subject: Option<&'a DataSubject>,
    /// By which way it came: `cli`, `api`, `session`, `code`.
    pub way: &'static str,
    /// The day it came.
    pub received_on: Date,
    /// Closed words that say more: never a name.
    pub detail: &'a str,
}

/// A request as it is listed.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize)]
pub struct Request {
    /// Its number.
    pub id: i64,
    /// The day it came.
    pub received_on: String,
    /// The day by which it must be answered: a month later (article 12(3)).
    pub due_on: String,
    /// What is asked.
    pub action: String,
    /// Where it stands.
    pub state: String,
    /// By which way it came.
    pub way: String,
    /// The establishment, where it is known.
    pub establishment: Option<String>,
    /// `staff`, `family`, `pupil` or `device`, where it is known.
    pub kind: Option<String>,
    /// Closed words that say more.
    pub detail: String,
    /// The day it was answered.
    pub done_on: Option<String>,
    /// Rows concerned, by table.
    pub counts: BTreeMap<String, u64>,
    /// SHA-256 over the receipt's other lines.
    pub receipt: Option<String>,
}

/// A request with the pseudonyms that it holds while it is being worked on.
pub struct Requested {
    /// As it is listed.
    pub request: Request,
    /// Whom it is about.
    pub persons: Vec<(SchoolYear, Pseudonym)>,
    /// The digest of the person's objection, which tells her requests apart from others'.
    pub subject: Option<String>,
}

/// Whom everything that reads or folds rows about people must leave out.
#[derive(Clone, Default)]
pub(crate) struct Withheld {
    /// Their rows are going, and what still comes of them goes nowhere.
    pub(crate) gone: HashSet<[u8; 16]>,
    /// Their rows are kept and not used.
    pub(crate) restricted: HashSet<[u8; 16]>,
    /// The newest request that this was read from: nobody can be added without a newer one.
    pub(crate) through: i64,
}

impl Withheld {
    /// All of them.
    pub(crate) fn all(&self) -> impl Iterator<Item = &[u8; 16]> {
        self.gone.iter().chain(&self.restricted)
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.gone.is_empty() && self.restricted.is_empty()
    }

    pub(crate) fn contains(&self, person: &[u8; 16]) -> bool {
        self.gone.contains(person) || self.restricted.contains(person)
    }
}

/// The answer is due within one month (GDPR article 12(3)).
fn due(received_on: Date) -> Date {
    received_on.saturating_add(Span::new().months(1))
}

fn written(persons: &[(SchoolYear, Pseudonym)]) -> String {
    let lines: Vec<String> = persons.iter().map(|(year, person)| format!("{year} {}", person.to_hex())).collect();
    lines.join("\n")
}

fn read_persons(text: Option<&str>) -> Result<Vec<(SchoolYear, Pseudonym)>, Error> {
    let unreadable = || Error::Unreadable { what: "a pseudonym", text: "of a request".to_owned() };
    let line = |line: &str| {
        let (year, person) = line.split_once(' ').ok_or_else(unreadable)?;
        Ok((year.parse().map_err(|_| unreadable())?, Pseudonym::from_hex(person).ok_or_else(unreadable)?))
    };
    text.unwrap_or_default().lines().map(line).collect()
}

fn listed(row: rights_request::Model) -> Result<Requested, Error> {
    let persons = read_persons(row.persons.as_deref())?;
    let counts = row.counts.as_deref().map(serde_json::from_str).transpose();
    let counts = counts.map_err(|error| Error::Unreadable { what: "counts", text: error.to_string() })?;
    let request = Request {
        id: row.id,
        received_on: row.received_on,
        due_on: row.due_on,
        action: row.action,
        state: row.state,
        way: row.way,
        establishment: row.uai,
        kind: row.kind,
        detail: row.detail,
        done_on: row.done_on,
        counts: counts.unwrap_or_default(),
        receipt: row.receipt,
    };
    Ok(Requested { request, persons, subject: row.subject })
}

/// SHA-256 over everything a receipt says.
fn receipt_digest(request: &Request, done_on: &str, counts: &BTreeMap<String, u64>) -> String {
    let mut lines = vec![
        format!("request {}", request.id),
        format!("action {}", request.action),
        format!("received {}", request.received_on),
        format!("done {done_on}"),
    ];
    lines.extend(counts.iter().map(|(table, rows)| format!("{table} {rows}")));
    hex::encode(Sha256::digest(lines.join("\n").as_bytes()))
}

/// Writes a request down, inside a transaction of the caller.
pub(crate) async fn insert(
    transaction: &DatabaseTransaction,
    wanted: &NewRequest<'_>,
    at: Timestamp,
) -> Result<i64, Error> {
    let subject = wanted.subject;
    let keeps_persons = matches!(wanted.state, State::Open | State::Active) && wanted.action != Action::Access;
    let row = rights_request::ActiveModel {
        received_on: Set(wanted.received_on.to_string()),
        due_on: Set(due(wanted.received_on).to_string()),
        action: Set(wanted.action.slug().to_owned()),
        state: Set(wanted.state.slug().to_owned()),
        way: Set(wanted.way.to_owned()),
        uai: Set(subject.and_then(DataSubject::establishment).map(|uai| uai.to_string())),
        kind: Set(subject.map(|subject| subject.kind().slug().to_owned())),
        subject: Set(subject.and_then(DataSubject::objection).map(hex::encode)),
        persons: Set(subject.filter(|_| keeps_persons).map(|subject| written(&subject.pseudonyms()))),
        detail: Set(wanted.detail.to_owned()),
        ..Default::default()
    };
    let id = row.insert(transaction).await?.id;
    note(transaction, at, wanted.way, "rights_request", &format!("{id} {}", wanted.action.slug())).await?;
    Ok(id)
}

/// Writes a line of the audit log inside a transaction.
pub(crate) async fn note(
    transaction: &DatabaseTransaction,
    at: Timestamp,
    who: &str,
    action: &str,
    detail: &str,
) -> Result<(), Error> {
    append(transaction, Entry::new(at, &Party::role(who), action, detail)).await
}

/// Closes a request inside a transaction: its pseudonyms go, its counts and receipt come.
pub(crate) async fn finish(
    transaction: &DatabaseTransaction,
    request: &Request,
    state: State,
    on: Date,
    at: Timestamp,
    counts: &BTreeMap<String, u64>,
) -> Result<(), Error> {
    let done_on = on.to_string();
    let receipt = receipt_digest(request, &done_on, counts);
    let row = rights_request::ActiveModel {
        id: Set(request.id),
        state: Set(state.slug().to_owned()),
        persons: Set(None),
        done_on: Set(Some(done_on)),
        counts: Set(Some(serde_json::to_string(counts).map_err(|error| Error::Lake(error.to_string()))?)),
        receipt: Set(Some(receipt.clone())),
        ..Default::default()
    };
    row.update(transaction).await?;
    let detail = format!("{} {} sha256:{receipt}", request.id, request.action);
    note(transaction, at, "system", "rights_answer", &detail).await
}

/// Puts a restriction or an objection of a pseudonym back in force, or takes it back, after a restore.
pub(crate) async fn insert_replayed(
    transaction: &DatabaseTransaction,
    action: Action,
    person: Pseudonym,
    in_force: bool,
    at: i64,
) -> Result<(), Error> {
    let of_person = rights_request::Column::Persons.contains(person.to_hex());
    let known = rights_request::Entity::find()
        .filter(rights_request::Column::Action.eq(action.slug()))
        .filter(rights_request::Column::State.is_in(["open", "active"]))
        .filter(of_person)
        .all(transaction)
        .await?;
    let day = Timestamp::from_second(at).unwrap_or(Timestamp::UNIX_EPOCH);
    let day = jiff::tz::TimeZone::UTC.to_datetime(day).date();
    if in_force && known.is_empty() {
        let row = rights_request::ActiveModel {
            received_on: Set(day.to_string()),
            due_on: Set(due(day).to_string()),
            action: Set(action.slug().to_owned()),
            state: Set(State::Active.slug().to_owned()),
            way: Set("restore".to_owned()),
            persons: Set(Some(written(&[(SchoolYear::of(day), person)]))),
            detail: Set(String::new()),
            ..Default::default()
        };
        row.insert(transaction).await?;
    }
    if !in_force {
        for row in known {
            let request = listed(row)?.request;
            let moment = Timestamp::from_second(at).unwrap_or(Timestamp::UNIX_EPOCH);
            finish(transaction, &request, State::Done, day, moment, &BTreeMap::new()).await?;
        }
    }
    Ok(())
}

/// Sets a state and nothing else.
pub(crate) async fn set_state(connection: &impl ConnectionTrait, id: i64, state: State) -> Result<(), Error> {
    let row = rights_request::ActiveModel { id: Set(id), state: Set(state.slug().to_owned()), ..Default::default() };
    row.update(connection).await?;
    Ok(())
}

/// The newest request.
pub(crate) async fn newest(connection: &impl ConnectionTrait) -> Result<i64, Error> {
    let row = rights_request::Entity::find()
        .select_only()
        .column_as(rights_request::Column::Id.max(), "id")
        .into_tuple::<Option<i64>>()
        .one(connection)
        .await?;
    Ok(row.flatten().unwrap_or(0))
}

impl Requested {
    /// The person again, as far as the request still holds her.
    pub fn subject(&self) -> Option<DataSubject> {
        let establishment = self.request.establishment.as_deref()?.parse().ok()?;
        let kind = SubjectKind::from_slug(self.request.kind.as_deref()?)?;
        let mut objection = [0; 32];
        hex::decode_to_slice(self.subject.as_deref()?, &mut objection).ok()?;
        Some(DataSubject::read_back(&establishment, kind, &self.persons, &objection))
    }
}

impl Register {
    /// Writes a request down; its number.
    #[boxed]
    pub async fn add_request(&self, wanted: &NewRequest<'_>, at: Timestamp) -> Result<i64, Error> {
        let transaction = self.write.begin().await?;
        let id = insert(&transaction, wanted, at).await?;
        transaction.commit().await?;
        Ok(id)
    }

    /// Every request, newest first; `open` leaves out those that are answered.
    #[boxed]
    pub async fn requests(&self, open: bool) -> Result<Vec<Request>, Error> {
        let mut query = rights_request::Entity::find().order_by_desc(rights_request::Column::Id);
        if open {
            query = query.filter(rights_request::Column::State.is_in(["open", "active"]));
        }
        let told = self.told(query.all(&self.read).await?).await?;
        Ok(told.into_iter().map(|one| one.request).collect())
    }

    /// One request.
    #[boxed]
    pub async fn request(&self, id: i64) -> Result<Option<Requested>, Error> {
        let row = rights_request::Entity::find_by_id(id).one(&self.read).await?;
        Ok(self.told(row.into_iter().collect()).await?.pop())
    }

    /// Requests as people are told of them: an erasure is done once the register's files were rewritten, and open until
    /// then, since bytes of hers may still be in them. The rows are read first: the wiping falls due with the answer.
    async fn told(&self, rows: Vec<rights_request::Model>) -> Result<Vec<Requested>, Error> {
        let mut told = rows.into_iter().map(listed).collect::<Result<Vec<_>, _>>()?;
        if self.wipe_is_due().await? {
            let erased =
                |request: &Request| request.action == Action::Erase.slug() && request.state == State::Done.slug();
            for Requested { request, .. } in told.iter_mut().filter(|one| erased(&one.request)) {
                State::Open.slug().clone_into(&mut request.state);
                (request.done_on, request.receipt) = (None, None);
            }
        }
        Ok(told)
    }

    /// What a person has asked, oldest first.
    #[boxed]
    pub async fn requests_of(&self, subject: &DataSubject) -> Result<Vec<Request>, Error> {
        let Some(digest) = subject.objection() else { return Ok(Vec::new()) };
        let rows = rights_request::Entity::find()
            .filter(rights_request::Column::Subject.eq(hex::encode(digest)))
            .order_by_asc(rights_request::Column::Id)
            .all(&self.read)
            .await?;
        Ok(self.told(rows).await?.into_iter().map(|one| one.request).collect())
    }

    /// Requests of some actions in some state, with their pseudonyms, oldest first.
    pub(crate) async fn requested(&self, actions: &[Action], states: &[State]) -> Result<Vec<Requested>, Error> {
        let rows = rights_request::Entity::find()
            .filter(rights_request::Column::Action.is_in(actions.iter().map(|action| action.slug())))
            .filter(rights_request::Column::State.is_in(states.iter().map(|state| state.slug())))
            .order_by_asc(rights_request::Column::Id)
            .all(&self.write)
            .await?;
        rows.into_iter().map(listed).collect()
    }

    /// Whom everything must leave out now.
    pub(crate) async fn withheld(&self) -> Result<Withheld, Error> {
        let through = newest(&self.read).await?;
        let rows = rights_request::Entity::find()
            .filter(rights_request::Column::State.is_in(["open", "active"]))
            .filter(rights_request::Column::Persons.is_not_null())
            .all(&self.read)
            .await?;
        let mut withheld = Withheld { through, ..Withheld::default() };
        for row in rows {
            let persons = read_persons(row.persons.as_deref())?;
            let persons = persons.iter().map(|(_, person)| *person.as_bytes());
            match (Action::from_slug(&row.action), row.state.as_str()) {
                (Some(Action::Erase), "open") | (Some(Action::Object), _) => withheld.gone.extend(persons),
                (Some(Action::Restrict), _) => withheld.restricted.extend(persons),
                _ => {}
            }
        }
        Ok(withheld)
    }

    /// Closes a request that the data protection officer has answered by herself.
    #[boxed]
    pub async fn close_request(&self, id: i64, refused: bool, on: Date, at: Timestamp) -> Result<bool, Error> {
        let row = rights_request::Entity::find_by_id(id).one(&self.read).await?;
        let Some(found) = row.map(listed).transpose()? else { return Ok(false) };
        if found.request.state != State::Open.slug() {
            return Ok(false);
        }
        let state = if refused { State::Refused } else { State::Done };
        let transaction = self.write.begin().await?;
        finish(&transaction, &found.request, state, on, at, &BTreeMap::new()).await?;
        transaction.commit().await?;
        Ok(true)
    }
}

impl State {
    /// The state of a word.
    pub fn from_slug(slug: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|state| state.slug() == slug)
    }
}
