//! Roots over their lives: made when a school year comes, registered by their public digests, destroyed with the last
//! row under them, each act in the audit log.
//!
//! Two places must agree, the holder of the keys and the register, and no transaction spans both. So the holder always
//! comes first, what it did is registered after it, and what a crash left open is finished at the next start. A root that the register knows as destroyed is destroyed again wherever it turns up, be it
//! from a restored copy.

use std::collections::BTreeSet;

use async_recursion::async_recursion as boxed;
use calendar::SchoolYear;
use jiff::Timestamp;
use jiff::civil::Date;
use privacy::audit::{Entry, Party};
use privacy::{KeyId, Pseudonym};
use sea_orm::sea_query::Expr;
use sea_orm::{
    ColumnTrait, DatabaseTransaction, EntityTrait, QueryFilter, QueryOrder, QuerySelect, Set, TransactionTrait,
};

use crate::Store;
use crate::closing::paris;
use crate::error::Error;
use crate::keys::{Held, Replaced};
use crate::lake::{date, live_files};
use crate::register::audit::append;
use crate::register::entities::roster_member;
use crate::register::{Action, Register, State, set_in};
use crate::retention::{LONGEST, forget_year};

/// What the audit log calls the making of a root.
const KEY_MADE: &str = "key_made";
/// What it calls the end of one.
pub(crate) const KEY_DESTROYED: &str = "key_destroyed";

/// The name of the opt-out key's digest among the settings.
const OPT_OUT_KEY: &str = "opt_out_key";

/// The register's rows of roots as `SeaORM` entities.
pub(crate) mod root_key {
    #![allow(missing_docs, reason = "the columns are described in docs/register.md")]
    use sea_orm::entity::prelude::*;

    #[sea_orm::model]
    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "root_key")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub key_id: String,
        pub school_year: String,
        pub since: String,
        pub destroyed_on: Option<String>,
    }

    impl ActiveModelBehavior for ActiveModel {}
}

/// A root as the register knows it: by its public digest.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RegisteredRoot {
    /// Its school year.
    pub school_year: SchoolYear,
    /// Its public digest.
    pub key_id: KeyId,
    /// Since when, as a date.
    pub since: String,
    /// When it was destroyed.
    pub destroyed_on: Option<String>,
}

impl Register {
    /// Every root there was, by school year and age.
    #[boxed]
    pub async fn roots(&self) -> Result<Vec<RegisteredRoot>, Error> {
        let rows = root_key::Entity::find()
            .order_by_asc(root_key::Column::SchoolYear)
            .order_by_asc(root_key::Column::Since)
            .all(&self.read)
            .await?;
        rows.into_iter()
            .map(|row| {
                let unreadable = |what, text: &str| Error::Unreadable { what, text: text.to_owned() };
                Ok(RegisteredRoot {
                    school_year: row.school_year.parse().map_err(|_| unreadable("a school year", &row.school_year))?,
                    key_id: row.key_id.parse().map_err(|_| unreadable("a key id", &row.key_id))?,
                    since: row.since,
                    destroyed_on: row.destroyed_on,
                })
            })
            .collect()
    }
}

impl Register {
    /// The school years that have a roster, as they are stored.
    async fn years_with_rosters(&self) -> Result<Vec<String>, Error> {
        let years = roster_member::Entity::find().select_only().column(roster_member::Column::SchoolYear).distinct();
        Ok(years.into_tuple().all(&self.read).await?)
    }
}

impl Store {
    /// What the holder of the keys holds, by public digests.
    pub fn held_keys(&self) -> Result<Held, Error> {
        self.keys.held()
    }

    /// The digests under which erasures of these people are remembered.
    pub(crate) fn tombstone_digests(&self, people: &[Pseudonym]) -> Result<Vec<[u8; 32]>, Error> {
        self.keys().tombstones(people).map_err(|error| Error::KeysAway {
            socket: self.folder.pseudonymiser.clone().unwrap_or_default(),
            what: error.to_string(),
        })
    }

    /// Makes sure that every school year of which events may be taken at `now` has a root, and the next year too, whose
    /// roster may come early. A year whose root was destroyed gets none. What a crash has left open is finished first.
    #[boxed]
    pub async fn ensure_roots(&self, now: Timestamp) -> Result<(), Error> {
        let this = SchoolYear::of(paris().to_datetime(now).date());
        let years = [this.previous(), this, this.next()];
        let mut held = self.keys.held()?;
        if years.iter().any(|year| !held.roots.contains_key(year) && !held.destroyed.contains(year)) {
            self.keys.ensure(&years)?;
            held = self.keys.held()?;
        }
        self.register_held(&held, now).await
    }

    /// Destroys the root of a school year for good: nobody can find anybody's rows of that year any more, and the year
    /// never gets another root. `why` goes to the audit log. Gives the root's public digest; `None` when there was none.
    ///
    /// Whether rows still need it is the caller's business: see [`Self::years_with_rows`].
    #[boxed]
    pub async fn destroy_root(&self, year: SchoolYear, at: Timestamp, why: &str) -> Result<Option<KeyId>, Error> {
        let gone = self.keys.destroy(year)?;
        let transaction = self.register().write.begin().await?;
        if let Some(gone) = gone {
            register_end(&transaction, year, gone, at, why).await?;
        }
        transaction.commit().await?;
        Ok(gone)
    }

    /// Puts a new root in the place of the one of a year: whoever has the old one learns nothing from what comes after.
    /// What was made under the old one stays in the statistics and belongs to nobody any more; rosters of the year go,
    /// and must be sent again, and everybody must sign in again.
    #[boxed]
    pub async fn replace_root(&self, year: SchoolYear, at: Timestamp, why: &str) -> Result<Option<Replaced>, Error> {
        let Some(replaced) = self.keys.replace(year)? else { return Ok(None) };
        let transaction = self.register().write.begin().await?;
        register_end(&transaction, year, replaced.gone, at, why).await?;
        register_root(&transaction, year, replaced.made, at).await?;
        forget_year(&transaction, year).await?;
        transaction.commit().await?;
        Ok(Some(replaced))
    }

    /// The school years of which there are rows about people: in the lake, in rosters, in the audit log, in what people
    /// have asked.
    ///
    /// The journal is not looked into: fold it first.
    #[boxed]
    pub async fn years_with_rows(&self) -> Result<BTreeSet<SchoolYear>, Error> {
        let mut years = BTreeSet::new();
        let mut files = live_files(&self.register().read, None).await?;
        files.retain(|file| file.table.is_linked());
        for age in self.lake().ages(&files).await? {
            if age.first == i32::MIN {
                // It does not tell: nothing may be said to be free of rows.
                years.extend(self.keys.held()?.roots.into_keys());
                continue;
            }
            // A file is of one month, so of two school years at most.
            years.extend([SchoolYear::of(date(age.first)), SchoolYear::of(date(age.last))]);
        }
        for text in self.register().years_with_rosters().await? {
            years.insert(text.parse().map_err(|_| Error::Unreadable { what: "a school year", text })?);
        }
        for day in self.register().audit_days_with_names().await? {
            years.insert(SchoolYear::of(day));
        }
        for request in self.register().requested(&Action::ALL, &[State::Open, State::Active]).await? {
            years.extend(request.persons.iter().map(|(year, _)| *year));
        }
        Ok(years)
    }

    /// Whether events of a school year may still be taken at `now`, or will be.
    pub fn may_still_collect(&self, year: SchoolYear, now: Timestamp) -> bool {
        !is_over(year, paris().to_datetime(now).date())
    }

    /// Refuses keys that are not those of this folder: under other keys everybody would be a stranger, and nobody's
    /// objection would be known.
    pub(crate) async fn refuse_other_keys(&self) -> Result<(), Error> {
        let held = self.keys.held()?;
        let opt_out = self.register().setting(OPT_OUT_KEY).await?;
        if opt_out.is_some_and(|id| id != held.opt_out.to_string()) {
            return Err(Error::OtherKeys("the key of the opt-out list is another".to_owned()));
        }
        let known = self.register().roots().await?;
        for root in known.iter().filter(|root| root.destroyed_on.is_none()) {
            if let Fate::Missing = fate(root, &held, &known) {
                return Err(Error::OtherKeys(format!("the root {} of {} is missing", root.key_id, root.school_year)));
            }
        }
        Ok(())
    }

    /// Brings the register to what the holder of the keys holds.
    async fn register_held(&self, held: &Held, at: Timestamp) -> Result<(), Error> {
        let known = self.register().roots().await?;
        let is_settled = |root: &RegisteredRoot| match root.destroyed_on {
            None => matches!(fate(root, held, &known), Fate::Held),
            Some(_) => held.roots.get(&root.school_year) != Some(&root.key_id),
        };
        let is_known = |id: &KeyId| known.iter().any(|root| root.key_id == *id);
        if known.iter().all(is_settled) && held.roots.values().all(is_known) {
            return Ok(());
        }
        // A root that was destroyed and has come back with a copy of the key file.
        for root in known.iter().filter(|root| root.destroyed_on.is_some() && !is_settled(root)) {
            self.keys.destroy(root.school_year)?;
            let told = format!("{} {}: it had come back with a copy", root.school_year, root.key_id);
            self.register().log(at, "system", KEY_DESTROYED, &told).await?;
        }
        let transaction = self.register().write.begin().await?;
        for root in known.iter().filter(|root| root.destroyed_on.is_none()) {
            let (year, id) = (root.school_year, root.key_id);
            match fate(root, held, &known) {
                Fate::Held => {}
                Fate::Destroyed => register_end(&transaction, year, id, at, "before a crash").await?,
                Fate::Replaced => {
                    register_end(&transaction, year, id, at, "replaced before a crash").await?;
                    forget_year(&transaction, year).await?;
                }
                Fate::Missing => return Err(Error::OtherKeys(format!("the root {id} of {year} is missing"))),
            }
        }
        for (year, id) in held.roots.iter().filter(|(_, id)| !is_known(id)) {
            register_root(&transaction, *year, *id, at).await?;
        }
        set_in(&transaction, OPT_OUT_KEY, &held.opt_out.to_string()).await?;
        transaction.commit().await?;
        Ok(())
    }
}

/// Whether nothing of a school year can come any more: its last day is older than anything that is kept.
pub(crate) fn is_over(year: SchoolYear, today: Date) -> bool {
    year.last_day() < LONGEST.earliest(today)
}

/// What became of a root that the register knows as live.
enum Fate {
    /// The holder has it.
    Held,
    /// The holder has destroyed it.
    Destroyed,
    /// The holder has another in its place, which the register does not know yet.
    Replaced,
    /// The holder knows nothing of it.
    Missing,
}

fn fate(root: &RegisteredRoot, held: &Held, known: &[RegisteredRoot]) -> Fate {
    match held.roots.get(&root.school_year) {
        Some(id) if *id == root.key_id => Fate::Held,
        Some(id) if known.iter().all(|other| other.key_id != *id) => Fate::Replaced,
        None if held.destroyed.contains(&root.school_year) => Fate::Destroyed,
        _ => Fate::Missing,
    }
}

async fn register_root(
    transaction: &DatabaseTransaction,
    year: SchoolYear,
    made: KeyId,
    at: Timestamp,
) -> Result<(), Error> {
    root_key::Entity::insert(root_key::ActiveModel {
        key_id: Set(made.to_string()),
        school_year: Set(year.to_string()),
        since: Set(paris().to_datetime(at).date().to_string()),
        destroyed_on: Set(None),
    })
    .exec_without_returning(transaction)
    .await?;
    append(transaction, Entry::new(at, &Party::role("system"), KEY_MADE, &format!("{year} {made}"))).await
}

async fn register_end(
    transaction: &DatabaseTransaction,
    year: SchoolYear,
    gone: KeyId,
    at: Timestamp,
    why: &str,
) -> Result<(), Error> {
    let day = paris().to_datetime(at).date().to_string();
    root_key::Entity::update_many()
        .col_expr(root_key::Column::DestroyedOn, Expr::value(Some(day)))
        .filter(root_key::Column::KeyId.eq(gone.to_string()))
        .exec(transaction)
        .await?;
    append(transaction, Entry::new(at, &Party::role("system"), KEY_DESTROYED, &format!("{year} {gone}: {why}"))).await
}
