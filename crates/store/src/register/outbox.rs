//! The outbox: messages that are to be sent, each once for each channel.
//!
//! **Invariants.** A message is put here in the transaction that marks its alerts as told, so that none is lost between the
//! two; its identifier is made of what it tells, so that the same is never here twice by one channel. Whoever sends one
//! leases it first: a crash while sending leaves it here, and it is sent again, with the same bytes and the same
//! identifier, once the lease is over. That is at least once, and the identifier tells the receiver.

use async_recursion::async_recursion as boxed;
use jiff::Timestamp;
use jiff::civil::Date;
use sea_orm::sea_query::{Expr, ExprTrait, OnConflict};
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter, QueryOrder, Set, TransactionTrait};

use super::Register;
use super::alerts::mark_told;
use super::m0005_alerts::outbox;
use crate::error::Error;

pub(super) const PENDING: &str = "pending";
pub(super) const CANCELLED: &str = "cancelled";
const DELIVERED: &str = "delivered";
const GIVEN_UP: &str = "given_up";

/// A message to be sent by one channel.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NewMessage {
    /// Its identifier, the same for every attempt.
    pub message: String,
    /// The channel's name; no address.
    pub channel: String,
    /// The alerts in it.
    pub alerts: Vec<i64>,
    /// What is sent, to the byte.
    pub body: String,
}

/// A message that was leased for sending.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Delivery {
    /// Its number.
    pub id: i64,
    /// The channel's name.
    pub channel: String,
    /// What is sent.
    pub body: String,
    /// Which attempt this is, from 1.
    pub attempt: u32,
}

/// What became of a message, for whoever asks.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Sending {
    /// The channel's name.
    pub channel: String,
    /// The alerts in it.
    pub alerts: Vec<i64>,
    /// `pending`, `delivered`, `given_up` or `cancelled`.
    pub state: String,
    /// How often it was tried.
    pub attempts: u32,
    /// Why the last attempt failed.
    pub trouble: Option<String>,
}

impl Register {
    /// Puts messages into the outbox and marks the alerts in them as told on `today`, each with the last day it was seen
    /// on: in one transaction.
    #[boxed]
    pub async fn tell_alerts(
        &self,
        real: Timestamp,
        today: Date,
        messages: &[NewMessage],
        told: &[(i64, Date)],
    ) -> Result<(), Error> {
        let transaction = self.write.begin().await?;
        for message in messages {
            let alerts: Vec<String> = message.alerts.iter().map(ToString::to_string).collect();
            let row = outbox::ActiveModel {
                message: Set(message.message.clone()),
                channel: Set(message.channel.clone()),
                alerts: Set(alerts.join(",")),
                body: Set(message.body.clone()),
                state: Set(PENDING.to_owned()),
                attempts: Set(0),
                next_attempt: Set(real.as_second()),
                leased_until: Set(0),
                made_at: Set(real.as_second()),
                ..Default::default()
            };
            let once = OnConflict::columns([outbox::Column::Message, outbox::Column::Channel]).do_nothing().to_owned();
            outbox::Entity::insert(row).on_conflict(once).exec_without_returning(&transaction).await?;
        }
        mark_told(&transaction, today, told).await?;
        transaction.commit().await?;
        Ok(())
    }

    /// Leases the oldest message of a channel that is due, until `until`: nobody else gets it before. `None` where there is
    /// none, or somebody else was quicker.
    #[boxed]
    pub async fn lease_message(
        &self,
        channel: &str,
        real: Timestamp,
        until: Timestamp,
    ) -> Result<Option<Delivery>, Error> {
        use outbox::Column;
        let due = outbox::Entity::find()
            .filter(Column::Channel.eq(channel))
            .filter(Column::State.eq(PENDING))
            .filter(Column::NextAttempt.lte(real.as_second()))
            .filter(Column::LeasedUntil.lte(real.as_second()))
            .order_by_asc(Column::Id);
        let Some(row) = due.one(&self.read).await? else { return Ok(None) };
        let taken = outbox::Entity::update_many()
            .col_expr(Column::LeasedUntil, Expr::value(until.as_second()))
            .col_expr(Column::Attempts, Expr::col(Column::Attempts).add(1))
            .filter(Column::Id.eq(row.id))
            .filter(Column::State.eq(PENDING))
            .filter(Column::Attempts.eq(row.attempts))
            .exec(&self.write)
            .await?;
        let attempt = u32::try_from(row.attempts).unwrap_or(0) + 1;
        let leased = Delivery { id: row.id, channel: row.channel, body: row.body, attempt };
        Ok((taken.rows_affected == 1).then_some(leased))
    }

    /// Gives up what waits for channels that are not set any more; how many there were.
    #[boxed]
    pub async fn give_up_other_channels(&self, known: &[String], real: Timestamp) -> Result<u64, Error> {
        use outbox::Column;
        let given_up = outbox::Entity::update_many()
            .col_expr(Column::State, Expr::value(GIVEN_UP))
            .col_expr(Column::DoneAt, Expr::value(real.as_second()))
            .col_expr(Column::Trouble, Expr::value("the channel is not set any more"))
            .filter(Column::State.eq(PENDING))
            .filter(Column::Channel.is_not_in(known.iter().cloned()))
            .exec(&self.write)
            .await?;
        Ok(given_up.rows_affected)
    }

    /// A leased message was delivered.
    #[boxed]
    pub async fn message_delivered(&self, id: i64, real: Timestamp) -> Result<(), Error> {
        self.settle(id, DELIVERED, Some(real), real, None).await
    }

    /// A leased message was not delivered, for a reason without any address: it is tried again at `next`, or never where
    /// there is none.
    #[boxed]
    pub async fn message_failed(
        &self,
        id: i64,
        real: Timestamp,
        next: Option<Timestamp>,
        trouble: &str,
    ) -> Result<(), Error> {
        match next {
            Some(next) => self.settle(id, PENDING, None, next, Some(trouble)).await,
            None => self.settle(id, GIVEN_UP, Some(real), real, Some(trouble)).await,
        }
    }

    async fn settle(
        &self,
        id: i64,
        state: &str,
        done: Option<Timestamp>,
        next: Timestamp,
        trouble: Option<&str>,
    ) -> Result<(), Error> {
        use outbox::Column;
        outbox::Entity::update_many()
            .col_expr(Column::State, Expr::value(state))
            .col_expr(Column::DoneAt, Expr::value(done.map(Timestamp::as_second)))
            .col_expr(Column::NextAttempt, Expr::value(next.as_second()))
            .col_expr(Column::LeasedUntil, Expr::value(0_i64))
            .col_expr(Column::Trouble, Expr::value(trouble.map(str::to_owned)))
            .filter(Column::Id.eq(id))
            // What was acknowledged meanwhile stays cancelled.
            .filter(Column::State.eq(PENDING))
            .exec(&self.write)
            .await?;
        Ok(())
    }

    /// What became of the messages that are still here, oldest first.
    #[boxed]
    pub async fn sendings(&self) -> Result<Vec<Sending>, Error> {
        let rows = outbox::Entity::find().order_by_asc(outbox::Column::Id).all(&self.read).await?;
        let sending = |row: outbox::Model| Sending {
            channel: row.channel,
            alerts: row.alerts.split(',').filter_map(|id| id.parse().ok()).collect(),
            state: row.state,
            attempts: u32::try_from(row.attempts).unwrap_or(0),
            trouble: row.trouble,
        };
        Ok(rows.into_iter().map(sending).collect())
    }

    /// Forgets messages that were settled before a moment.
    pub(crate) async fn retire_messages(&self, before: Timestamp) -> Result<(), Error> {
        outbox::Entity::delete_many()
            .filter(outbox::Column::State.ne(PENDING))
            .filter(outbox::Column::DoneAt.lt(before.as_second()))
            .exec(&self.write)
            .await?;
        Ok(())
    }
}
