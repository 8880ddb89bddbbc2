//! What is kept of a person, for her alone: live, exact, complete, and the audit log knows that it was shown
//! (GDPR articles 15 and 20).

use std::collections::{BTreeMap, BTreeSet};

use calendar::SchoolYear;
use jiff::Timestamp;
use jiff::civil::Date;
use privacy::Pseudonym;
use privacy::audit::Party;
use privacy::entry::DataSubject;
use privacy::exit::{Figures, OwnAccess, Released, Subject, Viewer};
use serde::Serialize;
use serde_json::Value;
use store::{Cell, Kept, KeptRow, Request, Store, Who};

/// Everything that is kept of a person.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Dossier {
    /// The version of this format.
    pub format: u32,
    /// The establishment's UAI.
    pub establishment: String,
    /// `staff`, `family`, `pupil` or `device`.
    pub kind: &'static str,
    /// The day it was made.
    pub made_on: String,
    /// School years in which she can still be found.
    pub school_years: Vec<String>,
    /// Whether she objects to collection.
    pub objects: bool,
    /// Rows, by table.
    pub tables: Vec<DossierTable>,
    /// What the audit log says that she did here.
    pub audit: Vec<AuditLine>,
    /// What she has asked.
    pub requests: Vec<Request>,
    /// School years whose key was destroyed: what was kept under it is gone, and nobody can identify anybody in what may
    /// be left elsewhere (article 11). Each with the audit log's line as proof.
    pub destroyed: Vec<Destroyed>,
}

/// The rows of one table.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct DossierTable {
    /// The table.
    pub table: &'static str,
    /// Its rows: column, value. What is empty is left out.
    pub rows: Vec<BTreeMap<&'static str, Value>>,
}

/// A line of the audit log.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct AuditLine {
    /// The moment.
    pub at: String,
    /// What she did.
    pub action: String,
    /// On what.
    pub detail: String,
}

/// A key that was destroyed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Destroyed {
    /// The moment.
    pub at: String,
    /// What the log says of it: the school year first.
    pub proof: String,
}

impl Dossier {
    /// How many rows there are.
    pub fn rows(&self) -> usize {
        self.tables.iter().map(|table| table.rows.len()).sum()
    }
}

/// Gathers what is kept of a person, after the audit log was told. `who` is the role of whoever asks for it.
///
/// `None` when no key is left under which she could be found.
pub async fn dossier(
    store: &Store,
    subject: &DataSubject,
    who: &str,
    today: Date,
    at: Timestamp,
) -> Result<Option<Released<Dossier>>, store::Error> {
    let persons = subject.pseudonyms();
    let (Some((_, person)), Some(establishment)) = (persons.last().copied(), subject.establishment()) else {
        return Ok(None);
    };
    // Read first: that she looked is no part of what she looks at.
    let kept = store.kept(subject).await?;
    let seen = Subject::Person(person);
    // Named by who she is this year, so that the name expires with this year's root; and not at all where nothing is kept
    // of her, or where she is being erased: the log must not be the one place that remembers her.
    let who = if kept.tables.is_empty() {
        Party::role(who)
    } else {
        let year = SchoolYear::of(today);
        let named = persons.iter().find(|(of, _)| *of == year).map_or(person, |(_, person)| *person);
        Party::person(who, establishment.clone(), named)
    };
    let logged =
        store.register().log_view(at, Who::since(who, kept.erasures), &establishment, person, seen, "rights").await?;
    let viewer = Viewer { establishment: establishment.clone(), person, classes: Vec::new() };
    let Ok(access) = OwnAccess::check(&viewer, seen, logged) else { return Ok(None) };
    let years: BTreeSet<String> = persons.iter().map(|(year, _)| year.to_string()).collect();
    let dossier = Dossier {
        format: 1,
        establishment: establishment.to_string(),
        kind: subject.kind().slug(),
        made_on: today.to_string(),
        school_years: years.into_iter().collect(),
        objects: kept.objects,
        tables: tables(&kept),
        audit: kept
            .audit
            .into_iter()
            .map(|entry| AuditLine { at: entry.when, action: entry.action, detail: entry.detail })
            .collect(),
        requests: kept.requests,
        destroyed: kept.destroyed.into_iter().map(|entry| Destroyed { at: entry.when, proof: entry.detail }).collect(),
    };
    Ok(Some(Released::own(Figures::new(dossier), &access)))
}

/// Rows as values. Classes and objectives are told apart by a number, which means nothing outside this answer.
fn tables(kept: &Kept) -> Vec<DossierTable> {
    let mut labels = BTreeMap::<&'static str, BTreeMap<Pseudonym, usize>>::new();
    let rows = kept.tables.iter().flat_map(|table| &table.rows);
    for (column, cell) in rows.flatten() {
        if let Cell::Other(other) = cell {
            let known = labels.entry(*column).or_default();
            let next = known.len() + 1;
            known.entry(*other).or_insert(next);
        }
    }
    let value = |column: &'static str, cell: &Cell| match cell {
        Cell::Text(text) => Value::from(text.as_str()),
        Cell::Number(number) => Value::from(*number),
        Cell::Day(day) => Value::from(day.to_string()),
        Cell::Flag(flag) => Value::from(*flag),
        Cell::Other(other) => {
            let nth = labels.get(column).and_then(|known| known.get(other)).copied().unwrap_or(0);
            Value::from(format!("{column} {nth}"))
        }
    };
    let read = |row: &KeptRow| row.iter().map(|(column, cell)| (*column, value(column, cell))).collect();
    kept.tables
        .iter()
        .map(|table| DossierTable { table: table.name, rows: table.rows.iter().map(read).collect() })
        .collect()
}
