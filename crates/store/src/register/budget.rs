//! The ledger of the privacy budget: a cube's cost is debited, durably, before its noise is drawn.
//!
//! **Invariants.** A [`Debited`] exists only after its debit was committed. For each kind of person, what was debited for
//! a month is within [`Rho::MONTH`], and for a school year within [`Rho::YEAR`]: the sums are raised by updates that hold
//! only where enough is left, in one transaction, so that no number of requests at once can overdraw. A debit is `open`
//! until the noise drawn for it is stored, in the transaction that closes the month, and `stored` from then on.
//!
//! *A crash in between.* An open debit stands. What was drawn for it was neither stored nor seen by anybody, so the next
//! run may draw under the same debit, unless the bounds have changed. A stored one never opens again: no second stored
//! draw. *A restore* puts an older ledger back: draws are also in the tombstone file beside the keys, before anybody can see
//! them, and the older ledger learns from it at once, so that what was drawn after the backup is never drawn again. The
//! ledger counts kinds of persons and never looks anybody up: what somebody costs does not depend on what she did.

use async_recursion::async_recursion as boxed;
use calendar::{Month, SchoolYear};
use jiff::Timestamp;
use privacy::audit::{Entry, Party};
use privacy::exit::{Bounds, Debited, Rho};
use sea_orm::sea_query::{Expr, ExprTrait, OnConflict};
use sea_orm::{
    ActiveModelTrait, ColumnTrait, ConnectionTrait, DatabaseTransaction, EntityTrait, QueryFilter, QueryOrder, Set,
    TransactionTrait,
};
use thiserror::Error as ThisError;

use super::Register;
use super::audit::append;
use super::m0004_budget::{budget_debit, budget_spent};
use crate::error::Error;

const OPEN: &str = "open";
const STORED: &str = "stored";

/// A cube that wants to be drawn for a month.
#[derive(Clone, Debug)]
pub struct Debit<'a> {
    /// Its name.
    pub cube: &'a str,
    /// The month.
    pub month: Month,
    /// The school year of the month's weeks.
    pub year: SchoolYear,
    /// The kinds of persons in it: each pays.
    pub people: &'a [&'a str],
    /// What it allows one person, which is what it costs her.
    pub bounds: Bounds,
}

/// Why nothing was debited, and nothing may be drawn.
#[derive(Clone, Debug, PartialEq, Eq, ThisError)]
pub enum NoBudget {
    /// The month's or the year's budget would be exceeded.
    #[error(
        "the privacy budget of \"{people}\" for {period} does not suffice for the cube {cube} in {month}: it is left out; a new school year has a new budget"
    )]
    Spent {
        /// The cube.
        cube: String,
        /// Its month.
        month: String,
        /// Who would have paid.
        people: String,
        /// The month or the school year.
        period: String,
    },
    /// The noise of this cube and month is stored already.
    #[error("the cube {cube} was drawn for {month} already, and is never drawn again")]
    Drawn {
        /// The cube.
        cube: String,
        /// Its month.
        month: String,
    },
    /// The catalogue has changed since the debit.
    #[error(
        "the cube {cube} was debited for {month} with other bounds than it has now: it is left out; the debit stands"
    )]
    Changed {
        /// The cube.
        cube: String,
        /// Its month.
        month: String,
    },
}

/// What a kind of person has been charged for a month or a school year.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Spent {
    /// The kind of person.
    pub people: String,
    /// `2025-11` or `2025-2026`.
    pub period: String,
    /// How much.
    pub rho: Rho,
}

impl Register {
    /// Debits a cube for a month, in one transaction, and gives the receipt that its noise needs.
    #[boxed]
    pub async fn debit(&self, at: Timestamp, debit: &Debit<'_>) -> Result<Result<Debited, NoBudget>, Error> {
        let transaction = self.write.begin().await?;
        let refused = debit_in(&transaction, at, debit).await?;
        if let Some(refused) = refused {
            transaction.rollback().await?;
            return Ok(Err(refused));
        }
        transaction.commit().await?;
        Ok(Ok(Debited::after_commit(debit.cube.to_owned(), debit.month, debit.bounds)))
    }

    /// What was charged so far, by kind of person and period.
    #[boxed]
    pub async fn spent(&self) -> Result<Vec<Spent>, Error> {
        use budget_spent::Column;
        let rows = budget_spent::Entity::find().order_by_asc(Column::Period).order_by_asc(Column::People);
        let rows = rows.all(&self.read).await?;
        let spent = |row: budget_spent::Model| Spent { people: row.people, period: row.period, rho: rho_of(row.rho) };
        Ok(rows.into_iter().map(spent).collect())
    }

    /// The cubes whose noise is stored, as (cube, month).
    #[boxed]
    pub async fn drawn(&self) -> Result<Vec<(String, String)>, Error> {
        let rows = budget_debit::Entity::find().filter(budget_debit::Column::State.eq(STORED)).all(&self.read).await?;
        Ok(rows.into_iter().map(|row| (row.cube, row.month)).collect())
    }
}

/// Debits inside a transaction; what is returned says why not, and then nothing may be committed.
async fn debit_in(
    transaction: &DatabaseTransaction,
    at: Timestamp,
    debit: &Debit<'_>,
) -> Result<Option<NoBudget>, Error> {
    let (cube, month) = (debit.cube.to_owned(), debit.month.to_string());
    let bounds = debit.bounds;
    let rho = signed(bounds.rho());
    let row = budget_debit::Model {
        cube: cube.clone(),
        month: month.clone(),
        people: debit.people.join(" "),
        cells: i32::try_from(bounds.cells).unwrap_or(i32::MAX),
        clamp: i32::try_from(bounds.clamp.units()).unwrap_or(i32::MAX),
        counts_cut: bounds.counts_cut,
        rho,
        state: OPEN.to_owned(),
        at: at.as_second(),
    };
    // Written first: from here on, nobody else writes before this transaction has ended.
    let key = [budget_debit::Column::Cube, budget_debit::Column::Month];
    let inserted = budget_debit::Entity::insert(budget_debit::ActiveModel::from(row.clone()).reset_all())
        .on_conflict(OnConflict::columns(key).do_nothing().to_owned())
        .exec_without_returning(transaction)
        .await?;
    if inserted == 0 {
        let found = budget_debit::Entity::find_by_id((cube.clone(), month.clone())).one(transaction).await?;
        return Ok(match found {
            Some(found) if found.state != OPEN => Some(NoBudget::Drawn { cube, month }),
            Some(found) if found == (budget_debit::Model { at: found.at, ..row }) => None,
            _ => Some(NoBudget::Changed { cube, month }),
        });
    }
    for people in debit.people {
        for (period, limit) in [(month.clone(), Rho::MONTH), (debit.year.to_string(), Rho::YEAR)] {
            if !charge(transaction, people, &period, rho, signed(limit)).await? {
                return Ok(Some(NoBudget::Spent { cube, month, people: (*people).to_owned(), period }));
            }
        }
    }
    let detail = format!("{cube} {month} {} rho={rho}e-9", row.people);
    tell(transaction, at, "debit", detail).await?;
    Ok(None)
}

/// Raises what was spent, where the limit allows it.
async fn charge(
    transaction: &DatabaseTransaction,
    people: &str,
    period: &str,
    rho: i64,
    limit: i64,
) -> Result<bool, Error> {
    use budget_spent::Column;
    budget_spent::Entity::insert(budget_spent::ActiveModel {
        people: Set(people.to_owned()),
        period: Set(period.to_owned()),
        rho: Set(0),
    })
    .on_conflict(OnConflict::columns([Column::People, Column::Period]).do_nothing().to_owned())
    .exec_without_returning(transaction)
    .await?;
    let raised = budget_spent::Entity::update_many()
        .col_expr(Column::Rho, Expr::col(Column::Rho).add(rho))
        .filter(Column::People.eq(people))
        .filter(Column::Period.eq(period))
        .filter(Column::Rho.lte(limit - rho))
        .exec(transaction)
        .await?;
    Ok(raised.rows_affected == 1)
}

/// Marks a debit as used up by a draw that is being stored. Fails, and with it the transaction, if it is not open.
pub(crate) async fn store_draw(transaction: &impl ConnectionTrait, cube: &str, month: Month) -> Result<(), Error> {
    use budget_debit::Column;
    let month = month.to_string();
    let marked = budget_debit::Entity::update_many()
        .col_expr(Column::State, Expr::value(STORED))
        .filter(Column::Cube.eq(cube))
        .filter(Column::Month.eq(&month))
        .filter(Column::State.eq(OPEN))
        .exec(transaction)
        .await?;
    if marked.rows_affected == 1 {
        return Ok(());
    }
    Err(Error::NotDebited { cube: cube.to_owned(), month })
}

/// An open debit as one word, for the file that outlives the register: enough to know again what was drawn and paid.
pub(crate) async fn debit_as_word(
    connection: &impl ConnectionTrait,
    cube: &str,
    month: Month,
) -> Result<Option<String>, Error> {
    let row = budget_debit::Entity::find_by_id((cube.to_owned(), month.to_string())).one(connection).await?;
    let year = SchoolYear::of(month.last_day());
    Ok(row.filter(|row| row.state == OPEN).map(|row| {
        let budget_debit::Model { people, cells, clamp, counts_cut, rho, .. } = row;
        let people = people.replace(' ', "+");
        format!("{cube}/{month}/{year}/{people}/{cells}/{clamp}/{}/{rho}", u8::from(counts_cut))
    }))
}

/// A register that was put back learns of a draw it does not know: the cube counts as drawn, and as paid for.
///
/// A debit that is open here is left so: a crash came between the word and the storing, and nobody has seen the draw.
pub(crate) async fn replay_draw(transaction: &DatabaseTransaction, at: i64, word: &str) -> Result<(), Error> {
    let unreadable = || Error::Unreadable { what: "a draw of noise", text: word.to_owned() };
    let parts: Vec<&str> = word.split('/').collect();
    let [cube, month, year, people, cells, clamp, counts_cut, rho] = parts[..] else { return Err(unreadable()) };
    let number = |text: &str| text.parse::<i64>().map_err(|_| unreadable());
    let small = |text: &str| text.parse::<i32>().map_err(|_| unreadable());
    let rho = number(rho)?;
    let row = budget_debit::Model {
        cube: cube.to_owned(),
        month: month.to_owned(),
        people: people.replace('+', " "),
        cells: small(cells)?,
        clamp: small(clamp)?,
        counts_cut: counts_cut == "1",
        rho,
        state: STORED.to_owned(),
        at,
    };
    let key = [budget_debit::Column::Cube, budget_debit::Column::Month];
    let inserted = budget_debit::Entity::insert(budget_debit::ActiveModel::from(row).reset_all())
        .on_conflict(OnConflict::columns(key).do_nothing().to_owned())
        .exec_without_returning(transaction)
        .await?;
    if inserted == 1 {
        for people in people.split('+') {
            for period in [month, year] {
                charge(transaction, people, period, rho, i64::MAX).await?;
            }
        }
    }
    Ok(())
}

async fn tell(transaction: &DatabaseTransaction, at: Timestamp, action: &str, detail: String) -> Result<(), Error> {
    append(transaction, Entry::new(at, &Party::role("system"), action, &detail)).await
}

fn signed(rho: Rho) -> i64 {
    i64::try_from(rho.billionths()).unwrap_or(i64::MAX)
}

fn rho_of(billionths: i64) -> Rho {
    Rho::from_billionths(u64::try_from(billionths).unwrap_or(0))
}
