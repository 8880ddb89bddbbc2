//! What the data folder has counted, read with the store's own engine and held against the truth.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use std::sync::Arc;

use arrow::array::{Int64Array, StringArray};
use arrow::compute::cast;
use arrow::datatypes::DataType;
use catalogue::Catalogue;
use store::{LakeSession, Prune, Store, Table};

use super::traffic::Truth;
use crate::server::Folder;

/// Table, the words of a row, and what must be equal: three sums and two numbers of distinct people and things.
/// What the server adds by itself (distinct devices, completeness, lateness, active days, its own load) is not the
/// client's to know.
const QUERIES: [(&str, &str, &str, &str); 4] = [
    (
        "person_week",
        "establishment || '|' || role || '|' || CAST(week AS VARCHAR) || '|' || event || '|' || facet || '|' || outcome",
        "SUM(n), SUM(duration_ms), SUM(volume_kb), COUNT(DISTINCT person), COUNT(DISTINCT class)",
        "event <> 'active_days'",
    ),
    (
        "pupil_week",
        "establishment || '|' || CAST(week AS VARCHAR) || '|' || event || '|' || facet || '|' || outcome || '|' || \
         domain || '|' || theme",
        "SUM(n), 0 AS a, 0 AS b, COUNT(DISTINCT pupil), COUNT(DISTINCT objective)",
        "true",
    ),
    (
        "tech_day",
        "establishment || '|' || metric || '|' || app_version || '|' || platform || '|' || screen || '|' || word || \
         '|' || CAST(day AS VARCHAR) || '|' || CAST(bucket_ix AS VARCHAR)",
        "SUM(n), 0 AS a, 0 AS b, 0 AS c, 0 AS d",
        "metric NOT IN ('late_events', 'devices', 'devices_week', 'batches', 'batches_missing', 'events_lost')",
    ),
    (
        "load_hour",
        "metric || '|' || word || '|' || CAST(day AS VARCHAR) || '|' || CAST(hour AS VARCHAR) || '|' || \
         CAST(bucket_ix AS VARCHAR)",
        "SUM(n), 0 AS a, 0 AS b, 0 AS c, 0 AS d",
        "metric NOT IN ('requests', 'bytes', 'events', 'answer_ms', 'read_ms')",
    ),
];

/// Batches and events lost: still with their devices, or already without them.
const BATCHES: &str = "SELECT establishment, SUM(batches) AS n, SUM(lost) AS lost, 0 AS a, 0 AS b, 0 AS c FROM ( \
    SELECT establishment, batches, lost FROM install_day \
    UNION ALL SELECT establishment, n, 0 AS lost FROM tech_day WHERE metric = 'batches' \
    UNION ALL SELECT establishment, 0 AS batches, n FROM tech_day WHERE metric = 'events_lost') GROUP BY establishment";

/// No figure may be published twice.
const TWICE: &str = "SELECT establishment || '|' || period || '|' || measure || '|' || split || '|' || word, \
    COUNT(*), 0 AS a, 0 AS b, 0 AS c, 0 AS d FROM releases GROUP BY 1 HAVING COUNT(*) > 1";

/// Nobody's days of a week may be counted twice, nor more of them than a week has.
const DAYS_TWICE: &str = "SELECT CAST(week AS VARCHAR), COUNT(*), 0 AS a, 0 AS b, 0 AS c, 0 AS d FROM ( \
    SELECT week FROM person_week WHERE event = 'active_days' GROUP BY establishment, person, week \
    HAVING COUNT(*) > 1 OR SUM(n) > 7) GROUP BY 1";

type Rows = BTreeMap<String, [i64; 5]>;

/// Holds the data folder against the truth.
pub fn assert_equal(folder: &Folder, truth: &Truth, when: &[&str]) {
    let differences = differences(folder, truth);
    assert!(
        differences.is_empty(),
        "{when:?}, the first of {}:\n{}",
        differences.len(),
        differences[..differences.len().min(10)].join("\n")
    );
}

/// Where the data folder differs from the truth.
pub fn differences(folder: &Folder, truth: &Truth) -> Vec<String> {
    tokio::runtime::Runtime::new().unwrap().block_on(async {
        let catalogue = Arc::new(Catalogue::embedded().unwrap());
        let store = Store::open_beside(store::Folder::new(folder.data()), catalogue).await.unwrap();
        let mut differences = Vec::new();
        let waiting = store.register().journal_length().await.unwrap();
        if waiting > 0 {
            differences.push(format!("{waiting} events wait in the journal"));
        }
        let session = store.lake().session(&Table::ALL, &Prune::default()).await.unwrap();
        for (table, words, sums, only) in QUERIES {
            let query = format!("SELECT {words} AS words, {sums} FROM {table} WHERE {only} GROUP BY 1");
            differences.extend(compare(table, truth, &rows(&session, &query).await));
        }
        differences.extend(compare("batches", truth, &rows(&session, BATCHES).await));
        differences.extend(rows(&session, TWICE).await.into_keys().map(|figure| format!("published twice: {figure}")));
        differences
            .extend(rows(&session, DAYS_TWICE).await.into_keys().map(|week| format!("days counted twice: {week}")));
        let alive: usize = store.inventory().await.unwrap().iter().map(|(_, files, _, _)| files).sum();
        let found = files_below(&folder.data().join("lake"));
        if found != alive {
            differences.push(format!("{found} files, of which the manifest names {alive}"));
        }
        differences
    })
}

async fn rows(session: &LakeSession, query: &str) -> Rows {
    let mut rows = Rows::new();
    for batch in session.sql(query).await.unwrap() {
        let words = cast(batch.column(0), &DataType::Utf8).unwrap();
        let words: &StringArray = words.as_any().downcast_ref().unwrap();
        let sums: Vec<_> = (1..6).map(|place| cast(batch.column(place), &DataType::Int64).unwrap()).collect();
        for row in 0..batch.num_rows() {
            let mut of_row = [0; 5];
            for (sum, column) in of_row.iter_mut().zip(&sums) {
                *sum = column.as_any().downcast_ref::<Int64Array>().unwrap().value(row);
            }
            rows.insert(words.value(row).to_owned(), of_row);
        }
    }
    rows
}

fn compare(table: &str, truth: &Truth, counted: &Rows) -> Vec<String> {
    let distinct = |set: &BTreeSet<String>| i64::try_from(set.len()).unwrap();
    let expected: Rows = truth
        .tables
        .get(table)
        .into_iter()
        .flatten()
        .map(|(words, count)| {
            let [n, one, two] = count.sums;
            (words.clone(), [n, one, two, distinct(&count.people), distinct(&count.things)])
        })
        .collect();
    let words: BTreeSet<&String> = expected.keys().chain(counted.keys()).collect();
    words
        .into_iter()
        .filter(|words| expected.get(*words) != counted.get(*words))
        .map(|words| format!("{table} {words}: accepted {:?}, counted {:?}", expected.get(words), counted.get(words)))
        .collect()
}

fn files_below(folder: &Path) -> usize {
    let entries = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
    entries.map(|path| if path.is_dir() { files_below(&path) } else { 1 }).sum()
}
