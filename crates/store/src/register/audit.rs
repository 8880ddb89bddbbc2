//! The audit log: every view of a class and every act on the data folder, append only.

use async_recursion::async_recursion as boxed;
use jiff::Timestamp;
use privacy::exit::{Subject, ViewLogged};
use privacy::{Pseudonym, Uai};
use sea_orm::{ActiveModelTrait, ColumnTrait, ConnectionTrait, EntityTrait, PaginatorTrait, QueryFilter, Set};

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

    /// The lines in which these people act: moment, action, detail. The log names people by role and the first digits of
    /// a pseudonym.
    #[boxed]
    pub async fn audit_of(&self, people: &[Pseudonym]) -> Result<Vec<(i64, String, String)>, Error> {
        let mut lines = Vec::new();
        for person in people {
            let hers = audit::Column::Who.contains(&person.to_hex()[..SHOWN]);
            for line in audit::Entity::find().filter(hers).all(&self.read).await? {
                lines.push((line.at, line.action, line.detail));
            }
        }
        lines.sort();
        Ok(lines)
    }

    /// How many lines the log has.
    #[boxed]
    pub async fn audit_length(&self) -> Result<u64, Error> {
        Ok(audit::Entity::find().count(&self.read).await?)
    }
}

/// How many digits of a pseudonym the log shows: enough to tell viewers apart.
const SHOWN: usize = 12;

/// Erases who acted from the lines of a person; how many there were.
pub(crate) async fn erase_audit_of(connection: &impl ConnectionTrait, person: &str) -> Result<u64, Error> {
    let Some(shown) = person.get(..SHOWN) else { return Ok(0) };
    let erased = audit::ActiveModel { who: Set("erased".to_owned()), detail: Set(String::new()), ..Default::default() };
    let updated =
        audit::Entity::update_many().set(erased).filter(audit::Column::Who.contains(shown)).exec(connection).await?;
    Ok(updated.rows_affected)
}
