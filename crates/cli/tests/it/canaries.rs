//! Nothing personal that is sent, by whatever way, is found again anywhere: not on the disk, not in the log, not in an
//! answer.

mod files;
pub mod scan;
mod thousand;
mod ways;

use std::collections::BTreeSet;
use std::path::Path;
use std::sync::Arc;

use arrow::array::{ArrayRef, RecordBatch, StringArray};
use arrow::datatypes::{DataType, Field, Schema};
use parquet::arrow::ArrowWriter;
use parquet::basic::{Compression, ZstdLevel};
use parquet::file::properties::WriterProperties;
use sea_orm::{ConnectionTrait, Database, Statement};

use crate::server::{Answer, Folder, Request, Server, program, roster, run};
use scan::Needles;

/// Names, addresses, telephone numbers, places, raw identifiers, free text.
const CANARIES: [&str; 14] = [
    "Zoélie Quillévéré",
    "QUILLEVERE-OZANNE",
    "zoelie.quillevere@famille-ozanne.example",
    "06 98 71 23 45",
    "+33698712345",
    "0698712345",
    "06.98.71.23",
    "48.858370",
    "48.858370, 2.294481",
    "ELEVE-7741-QX",
    "INE 080123456AB",
    "192.168.71.204",
    "12 rue des Trois-Fontanot, Nanterre",
    "A mordu son camarade Théodule à la récréation",
];

/// A telephone number as a number, and a latitude.
const NUMBER: u64 = 698_712_345;
const FRACTION: f64 = 48.858_37;

/// What the clock shows.
const START: &str = "2025-11-24T18:00:00Z";

fn needles() -> Needles {
    Needles::of(&CANARIES, &[NUMBER])
}

fn start(folder: &Folder) -> Server {
    let mut command = program();
    command.env("ECARNET_STATS_LOG", "trace").args(["serve", "--listen", "127.0.0.1:0", "--data"]).arg(folder.data());
    command.args(["--demo", "--clock", "simulated", "--clock-start", START]);
    Server::spawn(command)
}

/// Sends a request and looks at its answer.
fn send(server: &Server, needles: &Needles, request: &Request, found: &mut BTreeSet<String>) -> Answer {
    let answer = request.send(server.address());
    for needle in needles.find(&answer.raw) {
        found.insert(format!("the answer {} to {}: {needle}", answer.status, request.line()));
    }
    assert_ne!(answer.status, 500, "{}: {}", request.line(), answer.text());
    answer
}

#[test]
fn no_canary_is_found_again_whatever_way_it_came() {
    let (folder, needles, mut found) = (Folder::new(), needles(), BTreeSet::new());
    let mut server = start(&folder);
    let token = folder.token("collect", "all");
    let declared =
        Request::json("PUT", "/api/v1/establishments/0750001A/roster", &token, roster("paris", 2, 5).to_string());
    assert_eq!(declared.send(server.address()).status, 200);

    let mut statuses = BTreeSet::new();
    let mut requests = ways::envelopes(&token);
    requests.extend(ways::broken(&token));
    requests.extend(ways::addresses(&token));
    requests.extend(ways::other_bodies(&token));
    for request in &requests {
        statuses.insert(send(&server, &needles, request, &mut found).status);
    }
    let sent = requests.len();
    // What an honest run of all these must have met.
    for status in [200, 202, 204, 400, 401, 404, 405, 415, 422] {
        assert!(statuses.contains(&status), "{status} is not among {statuses:?}");
    }
    let (events, mut accepted) = (ways::events(), 0);
    for some in events.chunks(2_500) {
        for request in ways::batches(&token, some) {
            let answer = send(&server, &needles, &request, &mut found);
            assert_eq!(answer.status, 202);
            accepted += answer.value()["accepted"].as_u64().unwrap();
        }
    }
    // Canaries that came in as identifiers: pseudonyms stand in their place.
    assert!(accepted > 6_000, "{accepted} events were accepted");
    // Looked at after a kill, while events still wait in the journal, and after a clean stop, when all is folded.
    let mut said = server.kill();
    while scan::journal_rows(&folder.data().join("register.sqlite")) == 0 {
        // A fold came in between.
        server = start(&folder);
        for request in ways::batches(&token, &events[..500]) {
            send(&server, &needles, &request, &mut found);
        }
        said.extend(server.kill());
    }
    found.extend(scan::folder(&needles, folder.root()));
    server = start(&folder);
    let (status, more) = server.stop();
    assert!(status.success());
    said.extend(more);
    assert!(String::from_utf8_lossy(&said).contains("listens on"), "nothing of the log was caught");
    found.extend(scan::folder(&needles, folder.root()));
    found.extend(needles.find(&said).into_iter().map(|needle| format!("the log: {needle}")));
    println!("{sent} requests, {} events six times, {accepted} accepted", events.len());
    assert!(found.is_empty(), "{} found:\n{}", found.len(), found.into_iter().take(40).collect::<Vec<_>>().join("\n"));
}

#[test]
fn no_canary_of_an_imported_file_is_found_again() {
    let (folder, needles, mut found) = (Folder::new(), needles(), BTreeSet::new());
    let data = folder.argument();
    let mut accepted = 0;
    for (nth, file) in files::all().into_iter().enumerate() {
        let write = |name: String, text: &[u8]| {
            let path = folder.root().join(name);
            std::fs::write(&path, text).unwrap();
            path
        };
        let mapping = write(format!("{nth}.toml"), file.mapping.as_bytes());
        let path = write(format!("{nth}.{}", file.format), &file.text);
        let rejects = folder.root().join(format!("{nth}.rejects"));
        let mut command = program();
        command.env("ECARNET_STATS_LOG", "trace").args(["import", "--data", &data, "--format", file.format]);
        let done = command.arg("--mapping").arg(&mapping).arg("--rejects").arg(&rejects).arg(&path).output().unwrap();
        for needle in [&done.stdout, &done.stderr].into_iter().flat_map(|said| needles.find(said)) {
            found.insert(format!("what import says of {}: {needle}", file.format));
        }
        if done.status.success() {
            let summary: serde_json::Value = serde_json::from_slice(&done.stdout).unwrap();
            accepted += summary["accepted"].as_u64().unwrap();
        }
        // The file itself is no part of what was kept; what was refused of it is.
        std::fs::remove_file(path).unwrap();
    }
    assert!(accepted > 100, "{accepted} events were accepted");
    found.extend(scan::folder(&needles, folder.root()));
    let maintained = run(&["maintain", "--data", &data]);
    assert!(maintained.status.success(), "{}", String::from_utf8_lossy(&maintained.stderr));
    found.extend(scan::folder(&needles, folder.root()));
    assert!(found.is_empty(), "{} found:\n{}", found.len(), found.into_iter().take(40).collect::<Vec<_>>().join("\n"));
}

#[test]
fn the_scan_finds_a_canary_wherever_one_is_planted() {
    let (folder, needles) = (Folder::new(), needles());
    let (status, said) = start(&folder).stop();
    assert!(status.success());
    assert_eq!(scan::folder(&needles, folder.root()), Vec::<String>::new());
    assert!(needles.find(&said).is_empty());

    std::fs::write(folder.data().join("lake/note.txt"), scan::base64("xQUILLEVERE-OZANNE".as_bytes(), 0)).unwrap();
    plant_parquet(&folder.data().join("lake/planted.parquet"), "ELEVE-7741-QX");
    plant_journal_row(&folder.data().join("register.sqlite"), "Zoélie Quillévéré");
    let found = scan::folder(&needles, folder.root());
    for expected in [
        "data/lake/note.txt: QUILLEVERE-OZANNE (base64)",
        "data/lake/planted.parquet, unpacked: ELEVE-7741-QX (utf-8)",
        "data/register.sqlite, journal: Zoélie Quillévéré (utf-8)",
    ] {
        assert!(found.iter().any(|line| line == expected), "{expected} is not among {found:?}");
    }
    // Both were compressed: only the unpacking can have found them.
    assert!(!found.iter().any(|line| line.starts_with("data/lake/planted.parquet:")), "{found:?}");
    assert!(!found.iter().any(|line| line.starts_with("data/register.sqlite:")), "{found:?}");

    let mut log = said;
    log.extend_from_slice("WARN refused: 48.858370, 2.294481 at line 1\n".as_bytes());
    assert!(needles.find(&log).contains("48.858370, 2.294481 (utf-8)"));
    for (text, shape) in [
        ("ZOÉLIE QUILLÉVÉRÉ", "upper utf-8"),
        ("zo%C3%A9lie%20quill%C3%A9v%C3%A9r%C3%A9", "lower url, capital escapes"),
        ("Zo\\u00e9lie Quill\\u00e9v\\u00e9r\\u00e9", "json"),
        ("5a6fc3a96c6965205175696c6cc3a976c3a972c3a9", "hex"),
    ] {
        assert!(needles.find(text.as_bytes()).contains(format!("Zoélie Quillévéré ({shape})").as_str()), "{shape}");
    }
    let wide: Vec<u8> = "0698712345".encode_utf16().flat_map(u16::to_le_bytes).collect();
    assert!(needles.find(&wide).contains("0698712345 (utf-16 le)"));
    assert!(needles.find(&NUMBER.to_le_bytes()).contains("698712345 (64 bits, little end first)"));
}

/// A canary among letters that compress well: alone, it would stand in a compressed frame as it is.
fn buried(canary: &str) -> String {
    let mut state = 1_u32;
    let mut letters = || -> String {
        let mut letter = || {
            state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            char::from(b"abcdefgh"[(state >> 29) as usize])
        };
        (0..4_000).map(|_| letter()).collect()
    };
    format!("{}{canary}{}", letters(), letters())
}

/// A Parquet file whose values no byte scan of the file itself can see.
fn plant_parquet(path: &Path, canary: &str) {
    let values: ArrayRef = Arc::new(StringArray::from(vec![buried(canary)]));
    let schema = Arc::new(Schema::new(vec![Field::new("facet", DataType::Utf8, false)]));
    let properties = WriterProperties::builder()
        .set_compression(Compression::ZSTD(ZstdLevel::try_new(9).unwrap()))
        .set_statistics_enabled(parquet::file::properties::EnabledStatistics::None)
        .build();
    let file = std::fs::File::create(path).unwrap();
    let mut writer = ArrowWriter::try_new(file, Arc::clone(&schema), Some(properties)).unwrap();
    writer.write(&RecordBatch::try_new(schema, vec![values]).unwrap()).unwrap();
    writer.close().unwrap();
}

/// A journal row that holds a canary, compressed as the journal's rows are.
fn plant_journal_row(register: &Path, canary: &str) {
    let payload = zstd::bulk::compress(buried(canary).as_bytes(), 19).unwrap();
    tokio::runtime::Runtime::new().unwrap().block_on(async {
        let register = Database::connect(format!("sqlite://{}?mode=rw", register.display())).await.unwrap();
        let insert = "INSERT INTO journal (events_n, payload) VALUES (1, ?)";
        let insert = Statement::from_sql_and_values(register.get_database_backend(), insert, [payload.into()]);
        register.execute_raw(insert).await.unwrap();
        register.close().await.unwrap();
    });
}
