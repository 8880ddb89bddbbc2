//! The audit log: every view of a class and every act on the data folder, append only.

use async_recursion::async_recursion as boxed;
use jiff::Timestamp;
use privacy::exit::{Subject, ViewLogged};
use privacy::{Pseudonym, Uai};
use sea_orm::{ActiveModelTrait, EntityTrait, PaginatorTrait, Set};

use super::Register;
use super::entities::audit;
use crate::error::Error;

impl Register {
    /// Writes one line. `who` is a pseudonym or a role, never a raw identifier.
    #[boxed]
    pub async fn log(&self, at: Timestamp, who: &str, action: &str, detail: &str) -> Result<(), Error> {
        audit::ActiveModel {
            at: Set(at.as_second()),
            who: Set(who.to_owned()),
            action: Set(action.to_owned()),
            detail: Set(detail.to_owned()),
            ..Default::default()
        }
        .insert(&self.write)
        .await?;
        Ok(())
    }

    /// Writes that `viewer` looks at `subject`, and gives the receipt that opens her own figures.
    #[boxed]
    pub async fn log_view(
        &self,
        at: Timestamp,
        who: &str,
        establishment: &Uai,
        viewer: Pseudonym,
        subject: Subject,
        range: &str,
    ) -> Result<ViewLogged, Error> {
        let what = match subject {
            Subject::Person(_) => "person",
            Subject::Class(_) => "class",
        };
        self.log(at, who, "view", &format!("{establishment} {what} {range}")).await?;
        Ok(ViewLogged::after_commit(establishment.clone(), viewer, subject))
    }

    /// How many lines the log has.
    #[boxed]
    pub async fn audit_length(&self) -> Result<u64, Error> {
        Ok(audit::Entity::find().count(&self.read).await?)
    }
}
