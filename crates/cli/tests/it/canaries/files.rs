//! Files to import, with canaries in every place that takes a text. Imports follow real time.

use std::fmt::Write as _;

use jiff::{Span, Timestamp};
use serde_json::{Value, json};

use super::{CANARIES, FRACTION, NUMBER, ways};

/// A file, how it is written, and what it means.
pub struct File {
    pub format: &'static str,
    pub mapping: String,
    pub text: Vec<u8>,
}

const SCHOOL: &str = r#"
establishment = { uai = "0750001A", district = "0750101A", academy = "paris", sector = "public", classes = [{ class = "C1", teachers = ["T-1"] }] }
"#;

const ROWS: &str = r#"
[event]
name = "lesson_launched"
role = "pupil"
class = { column = "class" }
pupils = [{ column = "pupil" }]
at = { column = "day" }
count = { column = "n" }
[event.props]
activity_id = { column = "activity" }
source = { column = "source", words = { a = "xapi", b = "lti" } }
"#;

const STATEMENTS: &str = r#"
[statement]
role = "pupil"
person = { pointer = "/actor/account/name" }
class = { pointer = "/context/team/account/name" }
[verbs]
"http://adlnet.gov/expapi/verbs/launched" = "lesson_launched"
"http://adlnet.gov/expapi/verbs/passed" = "test_completed"
"#;

fn recently() -> String {
    let before = Timestamp::now().checked_sub(Span::new().hours(30)).unwrap();
    before.strftime("%Y-%m-%dT%H:%M:%SZ").to_string()
}

/// Every file.
pub fn all() -> Vec<File> {
    let mut files = vec![
        File { format: "csv", mapping: format!("{SCHOOL}{ROWS}"), text: rows().into_bytes() },
        File { format: "xapi", mapping: format!("{SCHOOL}{STATEMENTS}"), text: statements().into_bytes() },
    ];
    let recent = recently();
    let events: Vec<Value> = ways::events()
        .into_iter()
        .map(|mut event| {
            if event["at"] == ways::NOW {
                event["at"] = recent.clone().into();
            }
            event
        })
        .collect();
    let text = ways::as_ndjson(&events);
    for cut in [text.len(), text.len() / 2, 150, 20] {
        files.push(File { format: "ndjson", mapping: SCHOOL.to_owned(), text: text[..cut].to_vec() });
    }
    for canary in CANARIES {
        for format in ["csv", "ndjson", "xapi"] {
            let mapping = match format {
                "csv" => format!("{SCHOOL}{ROWS}"),
                "xapi" => format!("{SCHOOL}{STATEMENTS}"),
                _ => SCHOOL.to_owned(),
            };
            files.push(File { format, mapping, text: format!("{canary}\n\"{canary}").into_bytes() });
        }
    }
    files
}

/// Right rows, and rows with a canary in each column, one more and one fewer.
fn rows() -> String {
    let day = &recently()[..10];
    let mut text = "pupil,class,day,n,activity,source,remark\n".to_owned();
    for canary in CANARIES {
        let right =
            [&format!("\"{canary}\""), &format!("\"{canary}\""), day, "2", &format!("\"{canary}\""), "a", "\"\""];
        let quoted = format!("\"{canary}\"");
        writeln!(text, "{}", right.join(",")).unwrap();
        for place in 0..right.len() {
            let mut row = right;
            row[place] = &quoted;
            writeln!(text, "{}", row.join(",")).unwrap();
            row[place] = canary;
            writeln!(text, "{}", row.join(",")).unwrap();
        }
        writeln!(text, "{},{quoted}", right.join(",")).unwrap();
        writeln!(text, "{quoted}").unwrap();
        let number = NUMBER.to_string();
        for count in [number.as_str(), &FRACTION.to_string()] {
            let mut row = right;
            row[3] = count;
            writeln!(text, "{}", row.join(",")).unwrap();
        }
    }
    text
}

/// Right statements full of what statements are full of, and statements that are wrong.
fn statements() -> String {
    let at = recently();
    let mut text = String::new();
    for canary in CANARIES {
        let right = json!({
            "id": uuid::Uuid::new_v4().to_string(), "version": "2.0.0", "timestamp": at, "stored": at,
            "actor": { "name": canary, "account": { "homePage": "https://ent.example", "name": canary } },
            "verb": { "id": "http://adlnet.gov/expapi/verbs/launched", "display": { "fr": canary } },
            "object": { "id": "https://ent.example/activities/7", "definition": {
                "name": { "fr": canary }, "description": { "fr": canary }, "extensions": { canary: canary } } },
            "context": { "team": { "account": { "homePage": "https://ent.example", "name": canary } },
                         "extensions": { "https://ent.example/place": FRACTION } },
            "result": { "response": canary }, "authority": { "mbox": format!("mailto:{canary}") },
        });
        writeln!(text, "{right}").unwrap();
        for pointer in [
            "/id",
            "/version",
            "/timestamp",
            "/actor",
            "/actor/account",
            "/actor/account/name",
            "/verb",
            "/verb/id",
            "/object",
            "/object/id",
            "/context",
            "/context/team/account/name",
            "/result",
        ] {
            for value in [json!(canary), json!([canary]), json!({ canary: canary }), json!(NUMBER)] {
                let mut wrong = right.clone();
                *wrong.pointer_mut(pointer).unwrap() = value;
                writeln!(text, "{wrong}").unwrap();
            }
        }
        let mut wrong = right.clone();
        wrong[canary] = canary.into();
        writeln!(text, "{wrong}").unwrap();
        let cut = right.to_string();
        writeln!(text, "{}", &cut[..cut.floor_char_boundary(120)]).unwrap();
    }
    text
}
