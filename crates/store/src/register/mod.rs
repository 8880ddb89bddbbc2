//! The register: the transactional SQL database (SQLite, in the file `register.sqlite`).
//!
//! Two pools: one connection writes, a few read. SQLite has one writer at a time; to queue on our side is fairer and
//! faster than to let connections fail as busy.

mod access;
mod alerts;
pub(crate) mod audit;
pub(crate) mod budget;
mod decisions;
pub(crate) mod entities;
pub(crate) mod feedback;
mod m0003_rights;
mod m0004_budget;
mod m0005_alerts;
mod m0006_feedback;
mod migrations;
mod opt_outs;
mod outbox;
mod requests;
pub(crate) mod rights_entities;
mod roster;
mod visits;
mod wipe;

use std::path::Path;
use std::time::Duration;

use async_recursion::async_recursion as boxed;
use sea_orm::{ConnectOptions, ConnectionTrait, Database, DatabaseConnection, EntityTrait, Set, sea_query::OnConflict};
use sea_orm_migration::MigratorTrait;

pub use access::{Scope, Session, Token, TokenScope};
pub use alerts::{AlertChange, AlertsOf, KeptAlert, SeenAlert};
pub use audit::{Erasures, KeptCheckpoint, Who};
pub use budget::{Debit, NoBudget, Spent};
pub use decisions::{Decision, DecisionStatus};
pub use feedback::Feedback;
pub(crate) use opt_outs::add as add_opt_out;
pub use outbox::{Delivery, NewMessage, Sending};
pub use requests::{Action, NewRequest, Request, Requested, State};
pub(crate) use requests::{
    Withheld, finish as finish_request, insert as insert_request, insert_replayed, newest as newest_request, note,
    set_state,
};
pub use roster::{Denominators, Establishment, RosterClass};
pub use visits::VISIT_MINUTES;

use crate::error::Error;
use entities::setting;

/// The register of one data folder.
#[derive(Clone)]
pub struct Register {
    pub(crate) write: DatabaseConnection,
    pub(crate) read: DatabaseConnection,
}

impl Register {
    /// Opens `file`, creating and migrating it as needed.
    ///
    /// Fails when the file was written by a newer version.
    pub(crate) async fn open(file: &Path) -> Result<Self, Error> {
        let url = format!("sqlite://{}?mode=rwc", file.display());
        let write = Database::connect(options(&url, 1)).await?;
        refuse_newer(&write).await?;
        migrations::Migrator::up(&write, None).await?;
        let read = Database::connect(options(&url, 4)).await?;
        Ok(Self { write, read })
    }

    /// A setting of the data folder.
    #[boxed]
    pub async fn setting(&self, name: &str) -> Result<Option<String>, Error> {
        Ok(setting::Entity::find_by_id(name).one(&self.read).await?.map(|row| row.value))
    }

    /// Sets a setting of the data folder.
    #[boxed]
    pub async fn set(&self, name: &str, value: &str) -> Result<(), Error> {
        set_in(&self.write, name, value).await
    }
}

/// Sets a setting inside a transaction.
pub(crate) async fn set_in(connection: &impl ConnectionTrait, name: &str, value: &str) -> Result<(), Error> {
    setting::Entity::insert(setting::ActiveModel { name: Set(name.to_owned()), value: Set(value.to_owned()) })
        .on_conflict(OnConflict::column(setting::Column::Name).update_column(setting::Column::Value).to_owned())
        .exec_without_returning(connection)
        .await?;
    Ok(())
}

/// A day as the register writes it.
pub(crate) fn date_in(text: &str) -> Result<jiff::civil::Date, Error> {
    text.parse().map_err(|_| Error::Unreadable { what: "a day", text: text.to_owned() })
}

fn options(url: &str, connections: u32) -> ConnectOptions {
    let mut options = ConnectOptions::new(url);
    options
        .max_connections(connections)
        .min_connections(1)
        .acquire_timeout(Duration::from_mins(1))
        .sqlx_logging(false)
        .map_sqlx_sqlite_opts(|sqlite| {
            sqlite
                .pragma("journal_mode", "WAL")
                // A 202 means that the event is on the disk, not in the operating system's hands.
                .pragma("synchronous", "FULL")
                // A folded journal row must be gone from the file, not only from the index.
                .pragma("secure_delete", "ON")
                .pragma("busy_timeout", "60000")
                .pragma("wal_autocheckpoint", "4000")
                .pragma("foreign_keys", "ON")
        });
    options
}

async fn refuse_newer(connection: &DatabaseConnection) -> Result<(), Error> {
    use sea_orm::Statement;
    let backend = connection.get_database_backend();
    let exists = Statement::from_string(backend, "SELECT name FROM sqlite_master WHERE name = 'seaql_migrations'");
    if connection.query_one_raw(exists).await?.is_none() {
        return Ok(());
    }
    let known: Vec<String> = migrations::Migrator::migrations().iter().map(|one| one.name().to_owned()).collect();
    let applied = Statement::from_string(backend, "SELECT version FROM seaql_migrations ORDER BY version");
    for row in connection.query_all_raw(applied).await? {
        let version: String = row.try_get("", "version")?;
        if !known.contains(&version) {
            return Err(Error::NewerVersion { migration: version });
        }
    }
    Ok(())
}
