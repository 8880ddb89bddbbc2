//! Feedback on recommendations. A person's own rows silence what she found of no use, and go with her rights and at the end
//! of her school year. No number of them leaves: beyond a school only noisy cubes may, and none has room for it.

use std::collections::BTreeSet;

use async_recursion::async_recursion as boxed;
use calendar::SchoolYear;
use privacy::Pseudonym;
use sea_orm::sea_query::OnConflict;
use sea_orm::{ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter, QueryOrder, Set};

use super::Register;
use super::m0006_feedback::feedback;
use crate::error::Error;

/// A row as it is kept.
pub(crate) type Row = feedback::Model;

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
    pub async fn give_feedback(&self, year: SchoolYear, given: &Feedback) -> Result<(), Error> {
        if self.withheld().await?.gone.contains(given.person.as_bytes()) {
            return Ok(());
        }
        feedback::Entity::insert(feedback::ActiveModel {
            person: Set(given.person.to_hex()),
            rule: Set(given.rule.clone()),
            school_year: Set(year.to_string()),
            useful: Set(given.useful),
        })
        .on_conflict(
            OnConflict::columns([feedback::Column::Person, feedback::Column::Rule])
                .update_column(feedback::Column::Useful)
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
