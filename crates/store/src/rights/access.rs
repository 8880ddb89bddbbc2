//! What is kept of a person, wherever it is: the lake, the journal, the roster, sessions, the audit log, her requests.
//!
//! It may not leave as it is: `analytics` makes of it what the exit gate lets out to her alone.

use async_recursion::async_recursion as boxed;
use std::collections::BTreeMap;
use std::sync::Arc;

use arrow::array::{Array, AsArray, FixedSizeBinaryArray, RecordBatch};
use arrow::datatypes::{DataType, Date32Type, Int16Type, Int32Type, Int64Type, UInt8Type};
use calendar::SchoolYear;
use jiff::civil::Date;
use privacy::Pseudonym;
use privacy::audit::StoredEntry;
use privacy::entry::DataSubject;
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter, QueryOrder};

use crate::Store;
use crate::error::Error;
use crate::journal::decode::StoredBatch;
use crate::lake::{People, Table, date};
use crate::register::entities::{opt_out, roster_member, session};
use crate::register::{Action, Erasures, Request, State, feedback};
use crate::roots::KEY_DESTROYED;

/// A value of a row that is kept.
#[derive(Clone, PartialEq)]
pub enum Cell {
    /// A word of the catalogue, a version, a school year.
    Text(String),
    /// A count, a duration, a volume.
    Number(i64),
    /// A day, or the Monday of a week.
    Day(Date),
    /// Yes or no.
    Flag(bool),
    /// A class, an objective: something else that has a pseudonym.
    Other(Pseudonym),
}

/// One row: columns and values. What is nothing is left out.
pub type KeptRow = BTreeMap<&'static str, Cell>;

/// The rows of one table.
pub struct KeptTable {
    /// The table.
    pub name: &'static str,
    /// Its rows.
    pub rows: Vec<KeptRow>,
}

/// Everything that is kept of a person.
pub struct Kept {
    /// How many erasures had ended before it was read.
    pub erasures: Erasures,
    /// Rows, by table.
    pub tables: Vec<KeptTable>,
    /// Entries of the audit log that name her.
    pub audit: Vec<StoredEntry>,
    /// What she has asked.
    pub requests: Vec<Request>,
    /// Whether she objects.
    pub objects: bool,
    /// Keys that were destroyed, and with them all that was kept under them: the audit log's own lines about it.
    pub destroyed: Vec<StoredEntry>,
}

/// Columns that say where a row is, or whose it is: the same for all of a person's rows.
const IMPLIED: [&str; 6] = ["month", "bucket", "establishment", "person", "pupil", "install"];

impl Store {
    /// Everything that is kept of a person; nothing while she is being erased.
    #[boxed]
    pub async fn kept(&self, subject: &DataSubject) -> Result<Kept, Error> {
        // Else rows that are folded meanwhile would be in both places or in neither, and files that an erasure replaces gone.
        let _maintenance = self.maintenance.lock().await;
        let erasures = self.register.erasures().await?;
        let persons: Vec<Pseudonym> = subject.pseudonyms().into_iter().map(|(_, person)| person).collect();
        let mut people: People = persons.iter().map(|person| *person.as_bytes()).collect();
        for erasure in self.register.requested(&[Action::Erase], &[State::Open]).await? {
            for (_, person) in erasure.persons {
                people.remove(person.as_bytes());
            }
        }
        let people = Arc::new(people);
        let place = subject.establishment().map(|uai| uai.to_string());
        let mut tables = Vec::new();
        for (table, rows) in self.lake.rows_of(&people, place.as_deref()).await? {
            tables.push(KeptTable { name: table.name(), rows: read_rows(table, &rows)? });
        }
        tables.push(KeptTable { name: "journal", rows: self.in_journal(&people).await? });
        tables.push(KeptTable { name: "roster", rows: self.in_roster(&people).await? });
        tables.push(KeptTable { name: "feedback", rows: self.in_feedback(&people).await? });
        tables.push(KeptTable { name: "session", rows: self.in_sessions(&people).await? });
        tables.retain(|table| !table.rows.is_empty());
        let still: Vec<Pseudonym> = persons.into_iter().filter(|person| people.contains(person.as_bytes())).collect();
        let objects = match subject.objection() {
            Some(digest) => opt_out::Entity::find_by_id(hex::encode(digest)).one(&self.register.read).await?.is_some(),
            None => false,
        };
        Ok(Kept {
            erasures,
            tables,
            audit: self.register.audit_of(&still).await?,
            requests: self.register.requests_of(subject).await?,
            objects,
            destroyed: self.destroyed_keys().await?,
        })
    }

    /// What the audit log says of destroyed keys, oldest first.
    #[boxed]
    pub async fn destroyed_keys(&self) -> Result<Vec<StoredEntry>, Error> {
        self.register.audit_acts(KEY_DESTROYED).await
    }

    async fn in_journal(&self, people: &People) -> Result<Vec<KeptRow>, Error> {
        let mut kept = Vec::new();
        for row in self.register.journal_head(usize::MAX).await? {
            let batch = StoredBatch::read(&row.payload)?;
            if people.contains(batch.install.as_bytes()) {
                kept.push(KeptRow::from([("day", Cell::Day(batch.received_on))]));
            }
            batch.for_each(&self.catalogue, &People::default(), |event| {
                if people.contains(&event.person) || event.pupils.iter().any(|pupil| people.contains(pupil)) {
                    let mut row = KeptRow::from([
                        ("day", Cell::Day(date(event.day))),
                        ("hour", Cell::Number(event.hour.into())),
                        ("role", Cell::Text(event.role.slug().to_owned())),
                        ("event", Cell::Text(event.event.name.clone())),
                    ]);
                    if let Some(class) = event.class {
                        row.insert("class", Cell::Other(Pseudonym::from_stored(class)));
                    }
                    kept.push(row);
                }
            })?;
        }
        Ok(kept)
    }

    async fn in_roster(&self, people: &People) -> Result<Vec<KeptRow>, Error> {
        let mut kept = Vec::new();
        for person in people.iter().map(hex::encode) {
            let named = roster_member::Entity::find()
                .filter(roster_member::Column::Person.eq(&person))
                .order_by_asc(roster_member::Column::Id)
                .all(&self.register.read)
                .await?;
            for member in named {
                let year: Option<SchoolYear> = member.school_year.parse().ok();
                let Some((year, class)) = year.zip(Pseudonym::from_hex(&member.class)) else { continue };
                kept.push(KeptRow::from([
                    ("school_year", Cell::Text(year.to_string())),
                    ("kind", Cell::Text(member.kind)),
                    ("class", Cell::Other(class)),
                ]));
            }
        }
        Ok(kept)
    }

    async fn in_feedback(&self, people: &People) -> Result<Vec<KeptRow>, Error> {
        let people: Vec<String> = people.iter().map(hex::encode).collect();
        let given = feedback::of_people(&self.register.read, &people).await?;
        let row = |given: feedback::Row| {
            KeptRow::from([
                ("rule", Cell::Text(given.rule)),
                ("useful", Cell::Flag(given.useful)),
                ("school_year", Cell::Text(given.school_year)),
            ])
        };
        Ok(given.into_iter().map(row).collect())
    }

    async fn in_sessions(&self, people: &People) -> Result<Vec<KeptRow>, Error> {
        let mut ends = Vec::new();
        for person in people.iter().map(hex::encode) {
            let open = session::Entity::find()
                .filter(session::Column::Claims.contains(&person))
                .all(&self.register.read)
                .await?;
            ends.extend(open.into_iter().map(|session| (session.digest, session.expires_at)));
        }
        // A session names her once a school year.
        ends.sort();
        ends.dedup();
        Ok(ends.into_iter().map(|(_, end)| KeptRow::from([("expires_at", Cell::Number(end))])).collect())
    }
}

fn read_rows(table: Table, rows: &RecordBatch) -> Result<Vec<KeptRow>, Error> {
    let mut kept = vec![KeptRow::new(); rows.num_rows()];
    for (name, kind, _, _) in table.columns().into_iter().filter(|(name, ..)| !IMPLIED.contains(name)) {
        let column = rows.column_by_name(name).ok_or_else(|| Error::Lake(format!("no column {name}")))?;
        let others: Option<&FixedSizeBinaryArray> = column.as_any().downcast_ref();
        for (row, kept) in kept.iter_mut().enumerate().filter(|(row, _)| !column.is_null(*row)) {
            let cell = match kind {
                DataType::Utf8 => Cell::Text(column.as_string::<i32>().value(row).to_owned()),
                DataType::Int64 => Cell::Number(column.as_primitive::<Int64Type>().value(row)),
                DataType::Int32 => Cell::Number(column.as_primitive::<Int32Type>().value(row).into()),
                DataType::Int16 => Cell::Number(column.as_primitive::<Int16Type>().value(row).into()),
                DataType::UInt8 => Cell::Number(column.as_primitive::<UInt8Type>().value(row).into()),
                DataType::Date32 => Cell::Day(date(column.as_primitive::<Date32Type>().value(row))),
                DataType::Boolean => Cell::Flag(column.as_boolean().value(row)),
                DataType::FixedSizeBinary(16) => {
                    let bytes = others.and_then(|others| <[u8; 16]>::try_from(others.value(row)).ok());
                    match bytes {
                        Some(bytes) => Cell::Other(Pseudonym::from_stored(bytes)),
                        None => continue,
                    }
                }
                _ => return Err(Error::Lake(format!("{name} has a type that no access can show"))),
            };
            if cell != Cell::Text(String::new()) {
                kept.insert(name, cell);
            }
        }
    }
    Ok(kept)
}
