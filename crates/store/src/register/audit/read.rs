//! Reading the audit log: its entries, its checkpoints, proofs, and its verification.

use async_recursion::async_recursion as boxed;
use jiff::civil::Date;
use privacy::Pseudonym;
use privacy::audit::{Auditor, Checkpoint, Frontier, Inclusion, Report, StoredEntry, StoredName};
use sea_orm::{ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter, QueryOrder, QuerySelect, TransactionTrait};

use super::rows::{audit_checkpoint, audit_entry, audit_head};
use super::{HEAD, head, signed};
use crate::error::Error;
use crate::register::Register;

/// Entries read at once.
const PAGE: u64 = 5_000;

/// A checkpoint and when it was made.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct KeptCheckpoint {
    /// Size and root.
    pub checkpoint: Checkpoint,
    /// When, to the second (RFC 3339).
    pub moment: String,
}

impl Register {
    /// How many entries the log has.
    #[boxed]
    pub async fn audit_length(&self) -> Result<u64, Error> {
        Ok(head(&self.read).await?.size())
    }

    /// The entries from `seq` on, at most `most`.
    #[boxed]
    pub async fn audit_entries(&self, seq: u64, most: u64) -> Result<Vec<StoredEntry>, Error> {
        page(&self.read, seq, most).await
    }

    /// The entries that name one of these persons, oldest first: what she may be told of herself.
    #[boxed]
    pub async fn audit_of(&self, persons: &[Pseudonym]) -> Result<Vec<StoredEntry>, Error> {
        let persons = persons.iter().map(Pseudonym::to_hex);
        let hers = audit_entry::Entity::find().filter(audit_entry::Column::Person.is_in(persons));
        let rows = hers.order_by_asc(audit_entry::Column::Seq).all(&self.read).await?;
        Ok(rows.into_iter().map(read_entry).collect())
    }

    /// The entries of one act, oldest first.
    #[boxed]
    pub async fn audit_acts(&self, action: &str) -> Result<Vec<StoredEntry>, Error> {
        let acts = audit_entry::Entity::find().filter(audit_entry::Column::Action.eq(action));
        let rows = acts.order_by_asc(audit_entry::Column::Seq).all(&self.read).await?;
        Ok(rows.into_iter().map(read_entry).collect())
    }

    /// Everybody whom the log still names, by pseudonym in hexadecimal.
    pub(crate) async fn audit_persons(&self) -> Result<Vec<String>, Error> {
        let persons = audit_entry::Entity::find()
            .select_only()
            .column(audit_entry::Column::Person)
            .filter(audit_entry::Column::Person.ne(""))
            .distinct();
        Ok(persons.into_tuple().all(&self.read).await?)
    }

    /// The days of entries that still name a person.
    pub(crate) async fn audit_days_with_names(&self) -> Result<Vec<Date>, Error> {
        let days = audit_entry::Entity::find()
            .select_only()
            .column(audit_entry::Column::Moment)
            .filter(audit_entry::Column::Person.ne(""))
            .distinct();
        let days: Vec<String> = days.into_tuple().all(&self.read).await?;
        days.into_iter()
            .map(|text| text.parse().map_err(|_| Error::Unreadable { what: "a day of the audit log", text }))
            .collect()
    }

    /// The checkpoints that were kept, newest first, at most `most`.
    #[boxed]
    pub async fn kept_checkpoints(&self, most: u64) -> Result<Vec<KeptCheckpoint>, Error> {
        let newest = audit_checkpoint::Entity::find().order_by_desc(audit_checkpoint::Column::Size).limit(most);
        newest.all(&self.read).await?.into_iter().map(read_checkpoint).collect()
    }

    /// Reads the whole log and says everything that does not fit: with itself, with the checkpoints kept beside it, and
    /// with one that somebody `kept_elsewhere`. Only the last can find a forger who rewrote everything else.
    #[boxed]
    pub async fn verify_audit(&self, kept_elsewhere: Option<Checkpoint>) -> Result<Report, Error> {
        // One transaction, so that entries appended meanwhile are in none or in all of what is compared.
        let snapshot = self.read.begin().await?;
        // What the head says is believed in nothing: one that cannot be read is one of an empty log.
        let head = audit_head::Entity::find_by_id(HEAD).one(&snapshot).await?;
        let head = head.and_then(|row| Frontier::from_bytes(u64::try_from(row.size).ok()?, &row.frontier));
        let kept = audit_checkpoint::Entity::find().all(&snapshot).await?;
        let kept: Vec<Checkpoint> =
            kept.into_iter().map(|row| Ok(read_checkpoint(row)?.checkpoint)).collect::<Result<_, Error>>()?;
        let mut auditor = Auditor::new(kept, kept_elsewhere);
        let mut next = 0;
        loop {
            let entries = page(&snapshot, next, PAGE).await?;
            let Some(last) = entries.last() else { break };
            next = last.seq.saturating_add(1);
            for entry in &entries {
                auditor.read(entry);
            }
        }
        snapshot.rollback().await?;
        Ok(auditor.finish(&head.unwrap_or_default()))
    }

    /// The proof that the entry at `seq` stands in the log; `None` when the log is not that long.
    #[boxed]
    pub async fn prove_audit(&self, seq: u64) -> Result<Option<Inclusion>, Error> {
        let digests = audit_entry::Entity::find()
            .select_only()
            .column(audit_entry::Column::Digest)
            .order_by_asc(audit_entry::Column::Seq)
            .into_tuple::<Vec<u8>>()
            .all(&self.read)
            .await?;
        Ok(Inclusion::prove(digests, seq))
    }
}

async fn page(connection: &impl ConnectionTrait, seq: u64, most: u64) -> Result<Vec<StoredEntry>, Error> {
    let rows = audit_entry::Entity::find()
        .filter(audit_entry::Column::Seq.gte(signed(seq)))
        .order_by_asc(audit_entry::Column::Seq)
        .limit(most)
        .all(connection)
        .await?;
    Ok(rows.into_iter().map(read_entry).collect())
}

/// A row as it stands, nothing believed: a place below zero is read as one that no entry has.
fn read_entry(row: audit_entry::Model) -> StoredEntry {
    let name = match (row.name_salt, row.role, row.establishment, row.person) {
        (None, None, None, None) => None,
        (salt, role, establishment, person) => Some(StoredName {
            salt: salt.unwrap_or_default(),
            role: role.unwrap_or_default(),
            establishment: establishment.unwrap_or_default(),
            person: person.unwrap_or_default(),
        }),
    };
    StoredEntry {
        seq: u64::try_from(row.seq).unwrap_or(u64::MAX),
        digest: row.digest,
        when: row.moment,
        action: row.action,
        detail: row.detail,
        act_salt: row.act_salt,
        name_digest: row.name_digest,
        name,
    }
}

fn read_checkpoint(row: audit_checkpoint::Model) -> Result<KeptCheckpoint, Error> {
    let text = format!("{}:{}", row.size, row.root);
    let checkpoint = text.parse().map_err(|_| Error::Unreadable { what: "a checkpoint of the audit log", text })?;
    Ok(KeptCheckpoint { checkpoint, moment: row.moment })
}
