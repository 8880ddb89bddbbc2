//! The ethics committee's decisions as the register holds them: which are approved, since when, and whether they were
//! only made for a demonstration.

use async_recursion::async_recursion as boxed;
use jiff::Timestamp;
use privacy::audit::{Entry, Party};
use sea_orm::{EntityTrait, Set, TransactionTrait, sea_query::OnConflict};

use super::Register;
use super::audit::append;
use super::entities::decision;
use crate::error::Error;

/// Where a decision stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum DecisionStatus {
    /// The analysis may run.
    Approved,
    /// It may not, or not any more.
    Withdrawn,
}

impl DecisionStatus {
    const fn as_str(self) -> &'static str {
        match self {
            Self::Approved => "approved",
            Self::Withdrawn => "withdrawn",
        }
    }
}

/// One decision.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Decision {
    /// Its identifier in the catalogue.
    pub id: String,
    /// Where it stands.
    pub status: DecisionStatus,
    /// The day it was taken, as `YYYY-MM-DD`.
    pub decided_on: String,
    /// Made for a demonstration, and shown as such wherever a figure rests on it.
    pub demonstration: bool,
    /// What the committee wrote.
    pub note: String,
}

impl Register {
    /// All decisions, by identifier.
    #[boxed]
    pub async fn decisions(&self) -> Result<Vec<Decision>, Error> {
        let rows = decision::Entity::find().all(&self.read).await?;
        rows.into_iter()
            .map(|row| {
                let status = match row.status.as_str() {
                    "approved" => DecisionStatus::Approved,
                    "withdrawn" => DecisionStatus::Withdrawn,
                    _ => return Err(Error::Unreadable { what: "a decision's status", text: row.status }),
                };
                Ok(Decision {
                    id: row.id,
                    status,
                    decided_on: row.decided_on,
                    demonstration: row.demonstration,
                    note: row.note,
                })
            })
            .collect()
    }

    /// Records a decision, replacing an earlier one of the same identifier, and writes it to the audit log.
    #[boxed]
    pub async fn decide(&self, decided: &Decision, at: Timestamp) -> Result<(), Error> {
        use decision::Column;
        let transaction = self.write.begin().await?;
        decision::Entity::insert(decision::ActiveModel {
            id: Set(decided.id.clone()),
            status: Set(decided.status.as_str().to_owned()),
            decided_on: Set(decided.decided_on.clone()),
            demonstration: Set(decided.demonstration),
            note: Set(decided.note.clone()),
        })
        .on_conflict(
            OnConflict::column(Column::Id)
                .update_columns([Column::Status, Column::DecidedOn, Column::Demonstration, Column::Note])
                .to_owned(),
        )
        .exec(&transaction)
        .await?;
        let only = if decided.demonstration { " for a demonstration" } else { "" };
        let told = format!("{} {}{only}", decided.id, decided.status.as_str());
        append(&transaction, Entry::new(at, &Party::role("operator"), "decide", &told)).await?;
        transaction.commit().await?;
        Ok(())
    }
}
