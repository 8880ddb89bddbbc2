//! Beside a pseudonym stands a date at most. Only the journal, which lives for minutes, holds finer times of what people
//! did, and what it has handed on is gone from the disk.

use std::collections::BTreeSet;
use std::fs::File;
use std::path::{Path, PathBuf};

use arrow::array::{Array, ArrayRef, AsArray};
use arrow::compute::cast;
use arrow::datatypes::{DataType, Int64Type};
use parquet::arrow::arrow_reader::ParquetRecordBatchReaderBuilder;
use sea_orm::{ConnectionTrait, Database, DatabaseConnection, Statement};
use serde_json::{Value, json};

use crate::canaries::scan;
use crate::server::{Folder, Request, Server, roster};

/// Until when a session lasts: it is deleted within hours.
const ACTS: [&str; 1] = ["session"];

/// Events of many kinds, each with a moment to the second.
fn events() -> Vec<Value> {
    let event = |number: usize| {
        let (name, role, props) = match number % 3 {
            0 => ("media_added", "teacher", json!({ "kind": "photo" })),
            1 => ("session_ended", "teacher", json!({ "active_s": 70 + number, "end": "background" })),
            _ => ("share_retrieved", "parent", json!({ "outcome": "ok", "download_ms": 912 + number })),
        };
        let mut event = json!({
            "id": uuid::Uuid::new_v4().to_string(), "name": name, "session": format!("s-{number}"), "seq": number + 1,
            "at": format!("2025-11-24T09:{:02}:{:02}+01:00", number % 60, number * 7 % 60), "role": role,
            "actor": format!("T-{}", number % 2), "class": format!("C-{}", number % 2), "props": props,
        });
        if role == "parent" {
            event["family"] = format!("F-0-{}", number % 5).into();
            event["actor"] = Value::Null;
            event.as_object_mut().unwrap().remove("actor");
        }
        event
    };
    (0..60).map(event).collect()
}

fn start(folder: &Folder) -> Server {
    let arguments = ["--demo", "--clock", "simulated", "--clock-start", "2025-11-24T18:00:00Z", "--fold-every", "600"];
    Server::start(folder, &arguments)
}

/// A folder to which a batch was sent, and its server.
fn with_a_batch() -> (Folder, Server) {
    let folder = Folder::new();
    let server = start(&folder);
    let token = folder.token("collect", "all");
    let declared =
        Request::json("PUT", "/api/v1/establishments/0750001A/roster", &token, roster("paris", 2, 5).to_string());
    assert_eq!(declared.send(server.address()).status, 200);
    let batch = json!({
        "schema": 1, "batch_id": uuid::Uuid::new_v4().to_string(), "batch_no": 1, "lost_n": 0, "establishment": "0750001A",
        "install": "tab-1", "app_version": "2.3.4", "platform": "android", "sent_at": "2025-11-24T18:00:00+01:00",
        "events": events(),
    });
    let answer = Request::events(&token, batch.to_string()).send(server.address());
    assert_eq!((answer.status, &answer.value()["accepted"]), (202, &json!(60)), "{}", answer.text());
    (folder, server)
}

#[test]
fn outside_the_journal_no_time_of_day_stands_beside_a_pseudonym() {
    let (folder, server) = with_a_batch();
    // Somebody looks at what is kept of a teacher: the audit log names her.
    let subject = json!({ "establishment": "0750001A", "kind": "staff", "identifier": "T-0" });
    let access = json!({ "action": "access", "subject": subject }).to_string();
    let access = Request::json("POST", "/api/v1/rights", &folder.token("admin", "all"), access);
    assert_eq!(access.send(server.address()).status, 200);
    let (status, _) = server.stop();
    assert!(status.success());
    with_register(&folder.data().join("register.sqlite"), async |register| {
        let named = "SELECT moment FROM audit_entry WHERE length(person) = 32";
        let named = Statement::from_string(register.get_database_backend(), named);
        assert_eq!(register.query_all_raw(named).await.unwrap().len(), 1, "the audit log names her");
    });
    let parquet = parquet_files(&folder.data().join("lake"));
    assert!(!parquet.is_empty(), "nothing was folded");
    let mut found: Vec<String> = parquet.iter().flat_map(|path| times_in_parquet(path)).collect();
    found.extend(times_in_register(&folder.data().join("register.sqlite"), &ACTS));
    assert!(found.is_empty(), "{found:?}");
}

#[test]
fn a_time_of_day_that_is_planted_beside_a_pseudonym_is_found() {
    let (folder, server) = with_a_batch();
    server.stop();
    let register = folder.data().join("register.sqlite");
    with_register(&register, async |register| {
        let person = "0123456789abcdef0123456789abcdef";
        let plant = format!("CREATE TABLE planted AS SELECT '{person}' AS person, 1763971951 AS moment");
        register.execute_unprepared(&plant).await.unwrap();
        let text =
            format!("CREATE TABLE written AS SELECT '{person}' AS person, '2025-11-24T09:12:31+01:00' AS moment");
        register.execute_unprepared(&text).await.unwrap();
    });
    let found = times_in_register(&register, &ACTS);
    assert_eq!(found, ["planted.moment", "written.moment"]);
    // And in the lake, an integer that is a moment.
    let moments: ArrayRef = std::sync::Arc::new(arrow::array::Int64Array::from(vec![1_763_971_951_000]));
    assert!(is_a_moment(&moments));
    let volumes: ArrayRef = std::sync::Arc::new(arrow::array::Int64Array::from(vec![250_000]));
    assert!(!is_a_moment(&volumes));
}

#[test]
fn the_bytes_of_a_folded_journal_row_are_gone() {
    let (folder, mut server) = with_a_batch();
    server.kill();
    let register = folder.data().join("register.sqlite");
    let payload = only_payload(&register);
    assert!(payload.len() > 300, "a payload of {} bytes", payload.len());
    assert!(pieces_found(&folder.data(), &payload) > 0, "the search does not find what is there");
    let (status, _) = start(&folder).stop();
    assert!(status.success());
    assert_eq!(scan::journal_rows(&register), 0);
    assert_eq!(pieces_found(&folder.data(), &payload), 0);
}

/// How many pieces of 24 bytes of a payload stand in any file of a folder. A page may cut a row anywhere.
fn pieces_found(folder: &Path, payload: &[u8]) -> usize {
    let files: Vec<Vec<u8>> = files(folder).iter().map(|path| std::fs::read(path).unwrap()).collect();
    let pieces = payload.chunks_exact(24).skip(1);
    pieces.filter(|piece| files.iter().any(|bytes| bytes.windows(24).any(|window| window == *piece))).count()
}

fn only_payload(register: &Path) -> Vec<u8> {
    with_register(register, async |register| {
        let all = Statement::from_string(register.get_database_backend(), "SELECT payload FROM journal");
        let rows = register.query_all_raw(all).await.unwrap();
        assert_eq!(rows.len(), 1, "one batch is one row");
        rows[0].try_get("", "payload").unwrap()
    })
}

/// Works on a copy, so that looking changes nothing, unless the folder is a test's own to change.
fn with_register<T>(path: &Path, work: impl AsyncFnOnce(&DatabaseConnection) -> T) -> T {
    tokio::runtime::Runtime::new().unwrap().block_on(async {
        let register = Database::connect(format!("sqlite://{}?mode=rw", path.display())).await.unwrap();
        let done = work(&register).await;
        register.close().await.unwrap();
        done
    })
}

fn files(folder: &Path) -> Vec<PathBuf> {
    let (mut files, mut folders) = (Vec::new(), vec![folder.to_owned()]);
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() { folders.push(path) } else { files.push(path) }
        }
    }
    files
}

fn parquet_files(folder: &Path) -> Vec<PathBuf> {
    files(folder).into_iter().filter(|path| path.extension().is_some_and(|one| one == "parquet")).collect()
}

/// The columns of a file that hold a time of day, if it has a column of pseudonyms.
fn times_in_parquet(path: &Path) -> Vec<String> {
    let mut found = Vec::new();
    let reader = ParquetRecordBatchReaderBuilder::try_new(File::open(path).unwrap()).unwrap();
    let schema = reader.schema().clone();
    if !schema.fields().iter().any(|field| *field.data_type() == DataType::FixedSizeBinary(16)) {
        return found;
    }
    for rows in reader.build().unwrap() {
        let rows = rows.unwrap();
        for (field, column) in schema.fields().iter().zip(rows.columns()) {
            let is_time = matches!(
                field.data_type(),
                DataType::Timestamp(..) | DataType::Time32(_) | DataType::Time64(_) | DataType::Date64
            );
            if is_time || field.name() == "hour" || is_a_moment(column) {
                found.push(format!("{}: {}", path.display(), field.name()));
            }
        }
    }
    found
}

/// Whether a column of whole numbers or texts holds a moment of these decades, to the second or finer.
fn is_a_moment(column: &ArrayRef) -> bool {
    match column.data_type() {
        DataType::Int64 | DataType::UInt64 | DataType::Int32 | DataType::UInt32 => {
            let numbers = cast(column, &DataType::Int64).unwrap();
            let numbers = numbers.as_primitive::<Int64Type>();
            (0..numbers.len()).any(|row| !numbers.is_null(row) && is_epoch(numbers.value(row)))
        }
        DataType::Utf8 => column.as_string::<i32>().iter().flatten().any(is_clock),
        DataType::Utf8View => column.as_string_view().iter().flatten().any(is_clock),
        _ => false,
    }
}

/// Seconds, milliseconds, microseconds or nanoseconds since 1970, from 2020 to 2040. A `yyyymm` is far below.
fn is_epoch(number: i64) -> bool {
    (0..4).any(|power| (1_577_836_800..2_208_988_800).contains(&(number / 1_000_i64.pow(power))))
}

/// `…T09:12…` or `… 09:12…`.
fn is_clock(text: &str) -> bool {
    let bytes = text.as_bytes();
    bytes.windows(6).any(|part| {
        matches!(part[0], b'T' | b' ')
            && part[1].is_ascii_digit()
            && part[2].is_ascii_digit()
            && part[3] == b':'
            && part[4].is_ascii_digit()
            && part[5].is_ascii_digit()
    })
}

/// The columns of the register that hold a time of day in a row with a pseudonym, by every value of every row.
fn times_in_register(path: &Path, except: &[&str]) -> Vec<String> {
    with_register(path, async |register| {
        let backend = register.get_database_backend();
        let ask = |query: String| Statement::from_string(backend, query);
        let tables = register
            .query_all_raw(ask("SELECT name FROM sqlite_master WHERE type = 'table' ORDER BY name".to_owned()))
            .await
            .unwrap();
        let mut found = Vec::new();
        for table in tables {
            let table: String = table.try_get("", "name").unwrap();
            if table == "journal" || except.contains(&table.as_str()) {
                continue;
            }
            let columns = register.query_all_raw(ask(format!("PRAGMA table_info('{table}')"))).await.unwrap();
            let columns: Vec<String> = columns.iter().map(|column| column.try_get("", "name").unwrap()).collect();
            let texts = columns.iter().enumerate().map(|(nth, column)| {
                format!("CASE typeof(\"{column}\") WHEN 'blob' THEN hex(\"{column}\") ELSE CAST(\"{column}\" AS TEXT) END AS c{nth}")
            });
            let query = format!("SELECT {} FROM \"{table}\"", texts.collect::<Vec<_>>().join(", "));
            let mut moments = BTreeSet::new();
            for row in register.query_all_raw(ask(query)).await.unwrap() {
                let values: Vec<Option<String>> =
                    (0..columns.len()).map(|nth| row.try_get("", &format!("c{nth}")).unwrap()).collect();
                if !values.iter().flatten().any(|value| holds_a_pseudonym(value)) {
                    continue;
                }
                let is_moment = |value: &String| is_clock(value) || value.parse().is_ok_and(is_epoch);
                let named = columns.iter().zip(&values).filter(|(_, value)| value.as_ref().is_some_and(is_moment));
                moments.extend(named.map(|(column, _)| format!("{table}.{column}")));
            }
            found.extend(moments);
        }
        found
    })
}

/// 32 hexadecimal digits that stand alone: a pseudonym, not a digest of 64.
fn holds_a_pseudonym(value: &str) -> bool {
    value.split(|letter: char| !letter.is_ascii_hexdigit()).any(|word| word.len() == 32)
}
