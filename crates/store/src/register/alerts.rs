//! Alerts as the register keeps them: each once, by its key, with who has seen it.
//!
//! Only what has passed the exit gate is written here, and nobody is named: whoever acknowledges is a role. Her name stands
//! in the audit log alone, whose names can be erased.

use async_recursion::async_recursion as boxed;
use jiff::Timestamp;
use jiff::civil::Date;
use privacy::Uai;
use privacy::audit::Entry;
use sea_orm::sea_query::{Expr, ExprTrait, OnConflict};
use sea_orm::{
    ColumnTrait, Condition, DatabaseTransaction, EntityTrait, QueryFilter, QueryOrder, Set, TransactionTrait,
};

use super::audit::{Who, append};
use super::m0005_alerts::{alert, outbox};
use super::outbox::{CANCELLED, PENDING};
use super::{Register, date_in};
use crate::error::Error;

/// Something unusual, as it was judged.
#[derive(Clone, Debug, PartialEq)]
pub struct SeenAlert {
    /// What it is, and no other.
    pub key: String,
    /// The rule that raised it.
    pub rule: String,
    /// `notify` or `immediate`.
    pub severity: String,
    /// The measure, by its name in the catalogue; empty where there is none.
    pub measure: String,
    /// `up` or `down`.
    pub direction: String,
    /// The word of the part that moved.
    pub part: Option<String>,
    /// The version in which it moved.
    pub version: Option<String>,
    /// The screen concerned.
    pub screen: Option<String>,
    /// Its first day.
    pub first_day: Date,
    /// The last day it was seen on.
    pub last_day: Date,
    /// Class days that it took.
    pub days: u32,
    /// What was counted over them.
    pub counted: u64,
    /// What is usual for them.
    pub usual: u64,
    /// Out of how many, where it is a share.
    pub out_of: Option<u64>,
    /// From 0 to 1.
    pub score: f64,
    /// It in a sentence, in French and in English.
    pub sentence: (String, String),
}

impl SeenAlert {
    /// Whether another is about the same thing, on whatever days.
    pub fn is_alike(&self, other: &Self) -> bool {
        let what = |one: &Self| {
            let words = [&one.part, &one.version, &one.screen].map(Clone::clone);
            (one.rule.clone(), one.measure.clone(), one.direction.clone(), words)
        };
        what(self) == what(other)
    }
}

/// An alert in the register.
#[derive(Clone, Debug, PartialEq)]
pub struct KeptAlert {
    /// Its number.
    pub id: i64,
    /// The school; nothing where the system itself is concerned.
    pub establishment: Option<Uai>,
    /// What was judged last.
    pub seen: SeenAlert,
    /// When it was raised.
    pub raised_at: Timestamp,
    /// When somebody acknowledged it, and in which role.
    pub acknowledged: Option<(Timestamp, String)>,
    /// The day on which it was last handed to the outbox, and the last day it had been seen on by then.
    pub told: Option<(Date, Date)>,
}

/// What judging again changes.
#[derive(Clone, Debug, PartialEq)]
pub enum AlertChange {
    /// It was not there.
    Raise(SeenAlert),
    /// It goes on, or is seen better.
    GoesOn(i64, SeenAlert),
}

/// Of which places alerts are wanted.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum AlertsOf {
    /// All schools, and the system.
    All,
    /// One school.
    School(Uai),
    /// The system itself.
    System,
}

impl AlertsOf {
    fn condition(&self) -> Condition {
        let condition = Condition::all();
        match self {
            Self::All => condition,
            Self::School(uai) => condition.add(alert::Column::Uai.eq(uai.as_str())),
            Self::System => condition.add(alert::Column::Uai.eq("")),
        }
    }
}

impl Register {
    /// Writes what judging a school, or the system, has changed, in one transaction. A key that is there already raises
    /// nothing. Gives how many were raised.
    #[boxed]
    pub async fn keep_alerts(
        &self,
        at: Timestamp,
        establishment: Option<&Uai>,
        changes: &[AlertChange],
    ) -> Result<u64, Error> {
        if changes.is_empty() {
            return Ok(0);
        }
        let uai = establishment.map_or("", Uai::as_str);
        let transaction = self.write.begin().await?;
        let mut raised = 0;
        for change in changes {
            match change {
                AlertChange::Raise(seen) => raised += raise(&transaction, at, uai, seen).await?,
                AlertChange::GoesOn(id, seen) => {
                    let mut row = columns(seen);
                    // It keeps the key under which it was raised.
                    row.key = sea_orm::NotSet;
                    alert::Entity::update_many()
                        .set(row)
                        .filter(alert::Column::Id.eq(*id))
                        .filter(alert::Column::Uai.eq(uai))
                        .exec(&transaction)
                        .await?;
                }
            }
        }
        transaction.commit().await?;
        Ok(raised)
    }

    /// The alerts of some places, those seen last first.
    #[boxed]
    pub async fn alerts(&self, of: &AlertsOf) -> Result<Vec<KeptAlert>, Error> {
        let rows = alert::Entity::find()
            .filter(of.condition())
            .order_by_desc(alert::Column::LastDay)
            .order_by_desc(alert::Column::Id);
        rows.all(&self.read).await?.into_iter().map(read).collect()
    }

    /// One alert.
    #[boxed]
    pub async fn alert(&self, id: i64) -> Result<Option<KeptAlert>, Error> {
        alert::Entity::find_by_id(id).one(&self.read).await?.map(read).transpose()
    }

    /// The alerts that nobody has acknowledged and that were not told yet, or have gone on since.
    #[boxed]
    pub async fn alerts_to_tell(&self) -> Result<Vec<KeptAlert>, Error> {
        let news = Condition::any()
            .add(alert::Column::ToldOn.is_null())
            .add(Expr::col(alert::Column::LastDay).gt(Expr::col(alert::Column::ToldThrough)));
        let rows = alert::Entity::find()
            .filter(alert::Column::AcknowledgedAt.is_null())
            .filter(news)
            .order_by_asc(alert::Column::Uai)
            .order_by_asc(alert::Column::Id);
        rows.all(&self.read).await?.into_iter().map(read).collect()
    }

    /// Acknowledges an alert: it is told no more, and what only it is in is not sent any more. True where that changed
    /// something. The audit log learns of it in the same transaction.
    pub async fn acknowledge_alert(
        &self,
        id: i64,
        at: Timestamp,
        role: &str,
        who: impl Into<Who>,
        real: Timestamp,
    ) -> Result<bool, Error> {
        self.acknowledge(id, at, role, who.into(), real).await
    }

    #[boxed]
    async fn acknowledge(&self, id: i64, at: Timestamp, role: &str, who: Who, real: Timestamp) -> Result<bool, Error> {
        use alert::Column;
        let transaction = self.write.begin().await?;
        let changed = alert::Entity::update_many()
            .col_expr(Column::AcknowledgedAt, Expr::value(at.as_second()))
            .col_expr(Column::AcknowledgedBy, Expr::value(role))
            .filter(Column::Id.eq(id))
            .filter(Column::AcknowledgedAt.is_null())
            .exec(&transaction)
            .await?;
        if changed.rows_affected == 0 {
            transaction.rollback().await?;
            return Ok(false);
        }
        outbox::Entity::update_many()
            .col_expr(outbox::Column::State, Expr::value(CANCELLED))
            .col_expr(outbox::Column::DoneAt, Expr::value(real.as_second()))
            .filter(outbox::Column::State.eq(PENDING))
            .filter(outbox::Column::Alerts.eq(id.to_string()))
            .exec(&transaction)
            .await?;
        let party = who.still_named(&transaction).await?;
        append(&transaction, Entry::new(real, &party, "acknowledge", &format!("alert {id}"))).await?;
        transaction.commit().await?;
        Ok(true)
    }

    /// Forgets alerts that were last seen before `oldest`.
    pub(crate) async fn retire_alerts(&self, oldest: Date) -> Result<(), Error> {
        alert::Entity::delete_many().filter(alert::Column::LastDay.lt(oldest.to_string())).exec(&self.write).await?;
        Ok(())
    }
}

async fn raise(transaction: &DatabaseTransaction, at: Timestamp, uai: &str, seen: &SeenAlert) -> Result<u64, Error> {
    let row = alert::ActiveModel {
        uai: Set(uai.to_owned()),
        raised_at: Set(at.as_second()),
        acknowledged_at: Set(None),
        acknowledged_by: Set(None),
        told_on: Set(None),
        told_through: Set(None),
        ..columns(seen)
    };
    let once = OnConflict::columns([alert::Column::Uai, alert::Column::Key]).do_nothing().to_owned();
    Ok(alert::Entity::insert(row).on_conflict(once).exec_without_returning(transaction).await?)
}

/// Marks alerts as handed to the outbox, inside the transaction that puts their messages there.
pub(super) async fn mark_told(
    transaction: &DatabaseTransaction,
    today: Date,
    told: &[(i64, Date)],
) -> Result<(), Error> {
    for (id, through) in told {
        alert::Entity::update_many()
            .col_expr(alert::Column::ToldOn, Expr::value(today.to_string()))
            .col_expr(alert::Column::ToldThrough, Expr::value(through.to_string()))
            .filter(alert::Column::Id.eq(*id))
            .exec(transaction)
            .await?;
    }
    Ok(())
}

fn columns(seen: &SeenAlert) -> alert::ActiveModel {
    let signed = |n: u64| i64::try_from(n).unwrap_or(i64::MAX);
    alert::ActiveModel {
        key: Set(seen.key.clone()),
        rule: Set(seen.rule.clone()),
        severity: Set(seen.severity.clone()),
        measure: Set(seen.measure.clone()),
        direction: Set(seen.direction.clone()),
        part: Set(seen.part.clone()),
        version: Set(seen.version.clone()),
        screen: Set(seen.screen.clone()),
        first_day: Set(seen.first_day.to_string()),
        last_day: Set(seen.last_day.to_string()),
        days: Set(i32::try_from(seen.days).unwrap_or(i32::MAX)),
        counted: Set(signed(seen.counted)),
        usual: Set(signed(seen.usual)),
        out_of: Set(seen.out_of.map(signed)),
        score: Set(seen.score),
        fr: Set(seen.sentence.0.clone()),
        en: Set(seen.sentence.1.clone()),
        ..Default::default()
    }
}

fn read(row: alert::Model) -> Result<KeptAlert, Error> {
    let unreadable = |what, text: &str| Error::Unreadable { what, text: text.to_owned() };
    let moment = |second: i64| {
        Timestamp::from_second(second).map_err(|_| unreadable("the moment of an alert", &second.to_string()))
    };
    let unsigned = |n: i64| u64::try_from(n).unwrap_or(0);
    let uai = (!row.uai.is_empty()).then(|| row.uai.parse().map_err(|_| unreadable("an establishment code", &row.uai)));
    Ok(KeptAlert {
        id: row.id,
        establishment: uai.transpose()?,
        raised_at: moment(row.raised_at)?,
        acknowledged: match row.acknowledged_at {
            Some(second) => Some((moment(second)?, row.acknowledged_by.unwrap_or_default())),
            None => None,
        },
        told: match (row.told_on, row.told_through) {
            (Some(on), Some(through)) => Some((date_in(&on)?, date_in(&through)?)),
            _ => None,
        },
        seen: SeenAlert {
            first_day: date_in(&row.first_day)?,
            last_day: date_in(&row.last_day)?,
            key: row.key,
            rule: row.rule,
            severity: row.severity,
            measure: row.measure,
            direction: row.direction,
            part: row.part,
            version: row.version,
            screen: row.screen,
            days: u32::try_from(row.days).unwrap_or(0),
            counted: unsigned(row.counted),
            usual: unsigned(row.usual),
            out_of: row.out_of.map(unsigned),
            score: row.score,
            sentence: (row.fr, row.en),
        },
    })
}
