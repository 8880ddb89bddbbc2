//! Feedback on recommendations. A person's own rows silence what she found of no use, and go with her rights and at the end
//! of her school year; what leaves of them is written once a month, by the exit gate's rule, and never changes.

use std::collections::{BTreeSet, HashSet};

use async_recursion::async_recursion as boxed;
use calendar::{Month, SchoolYear};
use jiff::Timestamp;
use jiff::civil::Date;
use privacy::Pseudonym;
use privacy::audit::{Entry, Party};
use privacy::exit::{Protection, ReleaseRecord, Released, StoredFigure};
use sea_orm::sea_query::OnConflict;
use sea_orm::{ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter, QueryOrder, Set, TransactionTrait};

use super::audit::append;
use super::m0006_feedback::{feedback, feedback_total};
use super::{Register, set_in};
use crate::error::Error;

/// A row as it is kept.
pub(crate) type Row = feedback::Model;

/// The setting that says through which month totals have left.
const CLOSED: &str = "feedback_closed_through";

/// What one person found of one recommendation.
#[derive(Clone, PartialEq, Eq)]
pub struct Feedback {
    /// Who.
    pub person: Pseudonym,
    /// The rule.
    pub rule: String,
    /// Whether it was useful.
    pub useful: bool,
}

impl Register {
    /// Keeps what a person found of a recommendation, in the place of what she found before. Of somebody who objects, or is
    /// being erased, nothing is kept, and nobody is told.
    #[boxed]
    pub async fn give_feedback(&self, year: SchoolYear, given: &Feedback, on: Date) -> Result<(), Error> {
        if self.withheld().await?.gone.contains(given.person.as_bytes()) {
            return Ok(());
        }
        feedback::Entity::insert(feedback::ActiveModel {
            person: Set(given.person.to_hex()),
            rule: Set(given.rule.clone()),
            school_year: Set(year.to_string()),
            useful: Set(given.useful),
            given_on: Set(on.to_string()),
        })
        .on_conflict(
            OnConflict::columns([feedback::Column::Person, feedback::Column::Rule])
                .update_columns([feedback::Column::Useful, feedback::Column::GivenOn])
                .to_owned(),
        )
        .exec_without_returning(&self.write)
        .await?;
        Ok(())
    }

    /// The rules that a person found of no use this school year: her pseudonym is of this year.
    #[boxed]
    pub async fn not_useful(&self, person: Pseudonym) -> Result<BTreeSet<String>, Error> {
        let rows = feedback::Entity::find()
            .filter(feedback::Column::Person.eq(person.to_hex()))
            .filter(feedback::Column::Useful.eq(false))
            .all(&self.read)
            .await?;
        Ok(rows.into_iter().map(|row| row.rule).collect())
    }

    /// What was given in a month, by rule; without those whose data may not be used.
    #[boxed]
    pub async fn feedback_of(&self, month: Month) -> Result<Vec<Feedback>, Error> {
        let withheld: HashSet<[u8; 16]> = self.withheld().await?.all().copied().collect();
        let rows = feedback::Entity::find()
            .filter(feedback::Column::GivenOn.between(month.first_day().to_string(), month.last_day().to_string()))
            .order_by_asc(feedback::Column::Rule)
            .order_by_asc(feedback::Column::Person)
            .all(&self.read)
            .await?;
        let mut given = Vec::with_capacity(rows.len());
        for row in rows {
            let person = Pseudonym::from_hex(&row.person)
                .ok_or_else(|| Error::Unreadable { what: "a pseudonym", text: row.person.clone() })?;
            if !withheld.contains(person.as_bytes()) {
                given.push(Feedback { person, rule: row.rule, useful: row.useful });
            }
        }
        Ok(given)
    }

    /// The last month whose totals have left.
    #[boxed]
    pub async fn feedback_closed_through(&self) -> Result<Option<Month>, Error> {
        let Some(text) = self.setting(CLOSED).await? else { return Ok(None) };
        let number = text.parse().ok().and_then(|number| Month::from_number(number).ok());
        number.map(Some).ok_or(Error::Unreadable { what: "the last month of feedback", text })
    }

    /// Writes down what left of a month's feedback; `measure` is the rule. Once: a month that has left already stays as it
    /// is.
    #[boxed]
    pub async fn close_feedback(&self, month: Month, left: &[ReleaseRecord], at: Timestamp) -> Result<(), Error> {
        if self.feedback_closed_through().await?.is_some_and(|through| through >= month) {
            return Ok(());
        }
        let rows: Vec<feedback_total::ActiveModel> = left.iter().filter_map(|record| row(month, record)).collect();
        let transaction = self.write.begin().await?;
        if !rows.is_empty() {
            let told = format!("{month} {} figures", rows.len());
            feedback_total::Entity::insert_many(rows).exec_without_returning(&transaction).await?;
            append(&transaction, Entry::new(at, &Party::role("system"), "close_feedback", &told)).await?;
        }
        set_in(&transaction, CLOSED, &month.number().to_string()).await?;
        transaction.commit().await?;
        Ok(())
    }

    /// What has left of feedback since a month, by month and rule: totals first, then their words.
    #[boxed]
    pub async fn feedback_totals(&self, since: Month) -> Result<Vec<Released<StoredFigure>>, Error> {
        let rows = feedback_total::Entity::find()
            .filter(feedback_total::Column::Month.gte(since.to_string()))
            .order_by_asc(feedback_total::Column::Month)
            .order_by_asc(feedback_total::Column::Rule)
            .order_by_asc(feedback_total::Column::Split)
            .order_by_asc(feedback_total::Column::Word)
            .all(&self.read)
            .await?;
        let thaw = |row: feedback_total::Model| {
            let figure = StoredFigure {
                measure: row.rule,
                period: row.month,
                split: row.split,
                word: row.word,
                value: u64::try_from(row.value).ok(),
                previous: None,
                denominator: None,
            };
            Released::thaw(ReleaseRecord::from_stored(figure, u32::try_from(row.k).unwrap_or(5)))
        };
        Ok(rows.into_iter().map(thaw).collect())
    }
}

/// A row of what left. What was withheld has none, like what nobody gave.
fn row(month: Month, record: &ReleaseRecord) -> Option<feedback_total::ActiveModel> {
    let figure = record.figure();
    let k = match record.protection() {
        Protection::K(k) => i32::try_from(k).ok()?,
        _ => return None,
    };
    Some(feedback_total::ActiveModel {
        month: Set(month.to_string()),
        rule: Set(figure.measure.clone()),
        split: Set(figure.split.clone()),
        word: Set(figure.word.clone()),
        value: Set(i64::try_from(figure.value?).ok()?),
        k: Set(k),
    })
}

/// Deletes what some people have given; how many rows.
pub(crate) async fn forget_people(connection: &impl ConnectionTrait, people: &[String]) -> Result<u64, Error> {
    let hers = feedback::Column::Person.is_in(people.iter().cloned());
    Ok(feedback::Entity::delete_many().filter(hers).exec(connection).await?.rows_affected)
}

/// Deletes what was given in school years before this one; how many rows.
pub(crate) async fn forget_before(connection: &impl ConnectionTrait, year: SchoolYear) -> Result<u64, Error> {
    let over = feedback::Column::SchoolYear.lt(year.to_string());
    Ok(feedback::Entity::delete_many().filter(over).exec(connection).await?.rows_affected)
}

/// Deletes what was given in a school year.
pub(crate) async fn forget_year(connection: &impl ConnectionTrait, year: SchoolYear) -> Result<(), Error> {
    let of_year = feedback::Column::SchoolYear.eq(year.to_string());
    feedback::Entity::delete_many().filter(of_year).exec(connection).await?;
    Ok(())
}

/// The rows of some people.
pub(crate) async fn of_people(
    connection: &impl ConnectionTrait,
    people: &[String],
) -> Result<Vec<feedback::Model>, Error> {
    let hers = feedback::Column::Person.is_in(people.iter().cloned());
    let rows = feedback::Entity::find().filter(hers).order_by_asc(feedback::Column::Rule).all(connection).await?;
    Ok(rows)
}

/// Every pseudonym that has given feedback.
pub(crate) async fn everybody(connection: &impl ConnectionTrait) -> Result<Vec<String>, Error> {
    Ok(feedback::Entity::find().all(connection).await?.into_iter().map(|row| row.person).collect())
}
