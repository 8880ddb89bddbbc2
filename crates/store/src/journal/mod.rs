//! The journal: clean events that are durable but not folded yet, minutes long.
//!
//! Requests that arrive together share one transaction, and so one `fsync` (group commit). An answer is given only
//! after that transaction has committed; the same `batch_id` again gets the stored answer and stores nothing.

pub(crate) mod decode;
mod encode;

use std::collections::HashMap;

use async_recursion::async_recursion as boxed;
use jiff::civil::Date;
use privacy::Uai;
use privacy::entry::{Answer, CleanBatch};
use sea_orm::{
    ColumnTrait, Condition, ConnectionTrait, DatabaseTransaction, EntityTrait, QueryFilter, Set, TransactionTrait,
};
use tokio::sync::{mpsc, oneshot};

use crate::error::Error;
use crate::register::Register;
use crate::register::entities::{batch, journal};

/// How many requests may share a transaction. More would only lengthen the wait of the first.
const GROUP: usize = 256;

/// How many requests may wait for the next group before senders wait themselves.
const QUEUE: usize = 1_024;

/// What became of a batch.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Receipt {
    /// The answer to send: the stored one, if the batch had come before.
    pub answer: Answer,
    /// The batch had come before, and nothing was stored.
    pub replayed: bool,
}

struct Entry {
    uai: Uai,
    batch_id: [u8; 16],
    received_on: Date,
    answer: Answer,
    events_n: usize,
    /// Nothing, where all of it was of people who object: then only the answer is remembered, for whoever asks again.
    payload: Option<Vec<u8>>,
    done: oneshot::Sender<Result<Receipt, String>>,
}

/// The way into the journal.
#[derive(Clone)]
pub struct Journal {
    queue: mpsc::Sender<Entry>,
}

/// Why a batch is not durable. The sender should try again.
#[derive(Debug, thiserror::Error)]
pub enum NotDurable {
    /// It could not be encoded.
    #[error(transparent)]
    Encode(#[from] Error),
    /// The transaction failed.
    #[error("the journal could not be written: {0}")]
    Write(String),
    /// The server is stopping.
    #[error("the journal is closed: the server is stopping")]
    Closed,
}

impl Journal {
    /// Starts the writer.
    pub(crate) fn start(register: Register) -> Self {
        let (queue, entries) = mpsc::channel(QUEUE);
        tokio::spawn(write_groups(register, entries));
        Self { queue }
    }

    /// Makes a batch durable. When this returns `Ok`, a crash of the machine loses nothing of it.
    #[boxed]
    pub async fn append(
        &self,
        catalogue: &catalogue::Catalogue,
        clean: &CleanBatch,
        answer: Answer,
    ) -> Result<Receipt, NotDurable> {
        let payload = if clean.is_silent() { None } else { Some(encode::batch(catalogue, clean)?) };
        let (done, receipt) = oneshot::channel();
        let entry = Entry {
            uai: clean.uai().clone(),
            batch_id: *clean.batch_id(),
            received_on: clean.received_on(),
            answer,
            events_n: clean.events().len(),
            payload,
            done,
        };
        self.queue.send(entry).await.map_err(|_| NotDurable::Closed)?;
        receipt.await.map_err(|_| NotDurable::Closed)?.map_err(NotDurable::Write)
    }
}

async fn write_groups(register: Register, mut entries: mpsc::Receiver<Entry>) {
    let mut group = Vec::with_capacity(GROUP);
    while entries.recv_many(&mut group, GROUP).await > 0 {
        match write_group(&register, &group).await {
            Ok(receipts) => {
                for (entry, receipt) in group.drain(..).zip(receipts) {
                    // The client may have gone; its batch is stored all the same.
                    let _ = entry.done.send(Ok(receipt));
                }
            }
            Err(error) => {
                tracing::error!(%error, requests = group.len(), "a group of batches was not written");
                for entry in group.drain(..) {
                    let _ = entry.done.send(Err(error.to_string()));
                }
            }
        }
    }
}

/// Writes a group in one transaction; the receipts are in the order of the group.
async fn write_group(register: &Register, group: &[Entry]) -> Result<Vec<Receipt>, Error> {
    let transaction = register.write.begin().await?;
    let mut answered = stored_answers(&transaction, group).await?;
    let mut receipts = Vec::with_capacity(group.len());
    let (mut batches, mut rows) = (Vec::new(), Vec::new());
    for entry in group {
        let key = (entry.uai.clone(), entry.batch_id);
        if let Some(answer) = answered.get(&key) {
            receipts.push(Receipt { answer: answer.clone(), replayed: true });
            continue;
        }
        let answer = serde_json::to_string(&entry.answer).map_err(|error| Error::Lake(error.to_string()))?;
        batches.push(batch::ActiveModel {
            uai: Set(entry.uai.to_string()),
            batch_id: Set(entry.batch_id.to_vec()),
            answer: Set(answer),
            received_on: Set(entry.received_on.to_string()),
        });
        if let Some(payload) = &entry.payload {
            rows.push(journal::ActiveModel {
                events_n: Set(i32::try_from(entry.events_n).unwrap_or(i32::MAX)),
                payload: Set(payload.clone()),
                ..Default::default()
            });
        }
        answered.insert(key, entry.answer.clone());
        receipts.push(Receipt { answer: entry.answer.clone(), replayed: false });
    }
    if !batches.is_empty() {
        batch::Entity::insert_many(batches).exec_without_returning(&transaction).await?;
    }
    if !rows.is_empty() {
        journal::Entity::insert_many(rows).exec_without_returning(&transaction).await?;
    }
    transaction.commit().await?;
    Ok(receipts)
}

async fn stored_answers(
    transaction: &DatabaseTransaction,
    group: &[Entry],
) -> Result<HashMap<(Uai, [u8; 16]), Answer>, Error> {
    let ids = group.iter().map(|entry| entry.batch_id.to_vec());
    let uais = group.iter().map(|entry| entry.uai.to_string());
    let rows = batch::Entity::find()
        .filter(Condition::all().add(batch::Column::BatchId.is_in(ids)).add(batch::Column::Uai.is_in(uais)))
        .all(transaction)
        .await?;
    let mut answers = HashMap::with_capacity(rows.len());
    for row in rows {
        let unreadable = |text: &str| Error::Unreadable { what: "a stored answer", text: text.to_owned() };
        let uai: Uai = row.uai.parse().map_err(|_| unreadable(&row.uai))?;
        let id: [u8; 16] = row.batch_id.try_into().map_err(|_| unreadable("a batch identifier"))?;
        let answer = serde_json::from_str(&row.answer).map_err(|error| unreadable(&error.to_string()))?;
        answers.insert((uai, id), answer);
    }
    Ok(answers)
}

/// One journal row, still encoded.
pub(crate) struct Row {
    pub(crate) id: i64,
    pub(crate) events_n: usize,
    pub(crate) payload: Vec<u8>,
}

impl Register {
    /// The oldest rows, of together at most about `events` events (at least one row, if there is any).
    pub(crate) async fn journal_head(&self, events: usize) -> Result<Vec<Row>, Error> {
        use sea_orm::{QueryOrder, QuerySelect};
        let mut rows: Vec<Row> = Vec::new();
        let (mut after, mut taken) = (0, 0);
        while taken < events {
            let page = journal::Entity::find()
                .filter(journal::Column::Id.gt(after))
                .order_by_asc(journal::Column::Id)
                .limit(200)
                .all(&self.read)
                .await?;
            let Some(last) = page.last() else { break };
            after = last.id;
            for row in page {
                if taken >= events {
                    return Ok(rows);
                }
                let events_n = usize::try_from(row.events_n).unwrap_or(0);
                taken += events_n.max(1);
                rows.push(Row { id: row.id, events_n, payload: row.payload });
            }
        }
        Ok(rows)
    }

    /// How many events wait in the journal.
    #[boxed]
    pub async fn journal_length(&self) -> Result<u64, Error> {
        use sea_orm::Statement;
        let sum = Statement::from_string(
            self.read.get_database_backend(),
            "SELECT CAST(COALESCE(SUM(events_n), 0) AS BIGINT) AS n FROM journal",
        );
        let row = self.read.query_one_raw(sum).await?;
        let n: i64 = row.map_or(Ok(0), |row| row.try_get("", "n"))?;
        Ok(u64::try_from(n).unwrap_or(0))
    }
}
