//! `import`: rows of files go through the gate into the lake; what is refused is told; what is repeated is not stored
//! twice.

use std::collections::BTreeMap;
use std::fmt::Write;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};
use std::time::Duration;

use calendar::SchoolYear;
use jiff::civil::Date;
use jiff::tz::TimeZone;
use jiff::{Span, Timestamp};
use serde_json::{Value, json};
use tempfile::TempDir;

/// A data folder and the files around it.
struct Desk {
    folder: TempDir,
}

impl Desk {
    fn new() -> Self {
        Self { folder: tempfile::tempdir().expect("a temporary folder") }
    }

    fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    fn write(&self, name: &str, text: &str) -> PathBuf {
        let path = self.path(name);
        fs::write(&path, text).expect("the file can be written");
        path
    }

    fn command(&self, command: &str) -> Command {
        let mut line = Command::new(env!("CARGO_BIN_EXE_ecarnet-stats"));
        line.arg(command);
        if command != "governance" {
            line.arg("--data").arg(self.path("data"));
        }
        line
    }

    fn import(&self, format: &str, mapping: Option<&Path>, more: &[&str], file: &Path) -> Output {
        let mut line = self.command("import");
        line.args(["--format", format]).args(more).arg(file);
        if let Some(mapping) = mapping {
            line.arg("--mapping").arg(mapping);
        }
        line.output().expect("the binary runs")
    }

    /// Everything `Ma classe` shows of a class, after maintenance: (measure, week) → value.
    fn weeks(&self, uai: &str, class: &str, days: [Date; 2]) -> BTreeMap<(String, String), f64> {
        let data = self.path("data");
        let approve = ["approve", "all", "--note", "test", "--demonstration", "--data"];
        ran(self.command("governance").args(approve).arg(&data));
        ran(&mut self.command("maintain"));
        let [from, until] = days.map(|day| day.to_string());
        let view =
            ["--view", "ma-classe", "--establishment", uai, "--class", class, "--from", &from, "--until", &until];
        let shown: Value = serde_json::from_str(&ran(self.command("figures").args(view))).expect("JSON");
        let figures = shown["figures"].as_array().expect("figures").iter();
        let whole = figures.filter(|figure| figure["dimensions"].as_object().is_none_or(serde_json::Map::is_empty));
        let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
        whole
            .map(|figure| {
                ((text(&figure["measure"]), text(&figure["period"])), figure["value"].as_f64().unwrap_or(-1.0))
            })
            .collect()
    }
}

fn ran(line: &mut Command) -> String {
    let output = line.output().expect("the binary runs");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).expect("text")
}

/// A wrong use: format, mapping, more options, file, and a part of what is told.
type WrongUse<'a> = (&'a str, Option<&'a PathBuf>, Vec<&'a str>, &'a PathBuf, &'a str);

/// What an import printed.
fn summary(output: &Output) -> Value {
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    serde_json::from_slice(&output.stdout).expect("a JSON object on stdout")
}

fn rejected(path: &Path) -> Vec<(u64, String, String)> {
    let text = fs::read_to_string(path).expect("the reject file");
    let line = |line: &str| {
        let line: Value = serde_json::from_str(line).expect("JSON");
        let text = |name: &str| line[name].as_str().unwrap_or_default().to_owned();
        assert!(!text("expected").is_empty() && !text("file").is_empty());
        (line["row"].as_u64().unwrap_or_default(), text("reason"), text("property"))
    };
    let mut lines: Vec<_> = text.lines().map(line).collect();
    lines.sort();
    lines
}

fn repository() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR")).ancestors().nth(2).expect("the crate lies in crates/cli")
}

fn example(path: &str) -> PathBuf {
    repository().join("examples").join(path)
}

fn today() -> Date {
    TimeZone::get("Europe/Paris").expect("time zones are built in").to_datetime(Timestamp::now()).date()
}

fn after(day: Date, days: i64) -> Date {
    day.saturating_add(Span::new().days(days))
}

fn week(day: Date) -> String {
    day.strftime("%G-W%V").to_string()
}

/// About two months ago, with `before` days before it and `since` after it in one school year.
fn recent_anchor(before: i64, since: i64) -> Date {
    let ago = |days: i64| after(today(), -days);
    let is_whole = |day: &Date| SchoolYear::of(after(*day, -before)) == SchoolYear::of(after(*day, since));
    [60, 90].map(ago).into_iter().find(is_whole).expect("a year begins once in two months")
}

/// The sample of OULAD: where the environment says, or beside the repository.
fn oulad() -> Option<PathBuf> {
    let beside = || Some(repository().parent()?.join("shared").join("data").join("oulad"));
    let folder = std::env::var_os("ECARNET_OULAD").map(PathBuf::from).or_else(beside)?;
    folder.join("studentVle.csv").is_file().then_some(folder)
}

#[test]
fn the_clicks_of_oulad_are_counted_by_module_and_week_as_in_its_files() {
    let Some(folder) = oulad() else {
        eprintln!("note: no OULAD sample here (set ECARNET_OULAD to its folder); nothing is compared");
        return;
    };
    let file = folder.join("studentVle.csv");
    let text = fs::read_to_string(&file).expect("the sample is UTF-8");
    let anchor = recent_anchor(30, 30);
    // By other means: the lines, split at their commas.
    let mut clicks: BTreeMap<(String, String), u32> = BTreeMap::new();
    for line in text.lines().skip(1) {
        let cells: Vec<&str> = line.split(',').map(|cell| cell.trim_matches('"')).collect();
        let day = after(anchor, cells[4].parse().expect("a day"));
        *clicks.entry((cells[0].to_owned(), week(day))).or_default() += cells[5].parse::<u32>().expect("clicks");
    }
    let total: u32 = clicks.values().sum();
    assert!(clicks.len() >= 2 && total > 50_000);

    let desk = Desk::new();
    let options = ["--anchor", &anchor.to_string()];
    let mapping = example("oulad/mapping.toml");
    for replayed in [false, true] {
        let done = summary(&desk.import("csv", Some(&mapping), &options, &file));
        assert_eq!(done["rows"], json!(text.lines().count() - 1));
        assert_eq!((&done["accepted"], &done["refused"], &done["duplicates"]), (&json!(total), &json!(0), &json!(0)));
        assert_eq!(done["replayed"], if replayed { done["batches"].clone() } else { json!(0) });
        let mut found: BTreeMap<(String, String), u32> = BTreeMap::new();
        let modules: std::collections::BTreeSet<&String> = clicks.keys().map(|(module, _)| module).collect();
        for module in modules {
            let shown = desk.weeks("0759901A", module, [after(anchor, -30), after(anchor, 30)]);
            for ((measure, period), value) in shown {
                if measure == "lessons_launched" && value > 0.0 && period.contains("-W") {
                    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a count")]
                    found.insert((module.clone(), period), value as u32);
                }
            }
        }
        assert_eq!(found, clicks);
    }
}

#[test]
fn the_example_list_is_taken_but_for_its_two_wrong_rows() {
    let desk = Desk::new();
    let anchor = recent_anchor(0, 7);
    let rejects = desk.path("rejects.ndjson");
    let options = ["--anchor", &anchor.to_string(), "--rejects", &rejects.to_string_lossy()];
    let done = summary(&desk.import("csv", Some(&example("csv/mapping.toml")), &options, &example("csv/traces.csv")));
    assert_eq!((&done["rows"], &done["accepted"], &done["refused"]), (&json!(9), &json!(7), &json!(2)));
    let expected = [(9, "unknown", "kind"), (10, "invalid", "size_kb")];
    assert_eq!(
        rejected(&rejects),
        expected.map(|(row, reason, property)| (row, reason.to_owned(), property.to_owned()))
    );
    let range = [anchor, after(anchor, 7)];
    let of = |class: &str| -> f64 {
        let shown = desk.weeks("0759902B", class, range);
        shown
            .iter()
            .filter(|((measure, period), _)| measure == "media_count" && period.contains("-W"))
            .map(|(_, n)| n)
            .sum()
    };
    assert_eq!([of("MS-GS"), of("PS")].map(|n| n.to_string()), ["4", "3"]);
}

const MAPPING: &str = r#"
establishment = { uai = "0759904D", district = "0759900B", academy = "paris", sector = "public", classes = [{ class = "C1", teachers = ["T-1"] }] }
[event]
name = "lesson_launched"
role = "pupil"
class = "C1"
pupils = [{ column = "pupil" }]
at = { column = "day" }
count = { column = "n" }
props = { source = { column = "source", words = { a = "xapi", b = "lti" } } }
"#;

#[test]
fn a_broken_row_is_refused_by_its_number_and_never_quoted() {
    let desk = Desk::new();
    let day = after(today(), -20);
    let (old, next) = (after(today(), -500), after(today(), 3));
    let rows = format!(
        "pupil,day,n,source\n\
         Zoé Canari,{day},2,a\n\
         Zoé Canari,{day},2\n\
         Zoé Canari,{day},2,a,Canari\n\
         Zoé Canari,canari-day,2,a\n\
         Zoé Canari,{day},canari-many,a\n\
         Zoé Canari,{day},2,canari-source\n\
         Zoé Canari,{old},3,a\n\
         Zoé Canari,{next},3,a\n\
         {long},{day},2,a\n\
         ,{day},0,a\n\
         ,{day},,a\n\
         \"Zoé,\nCanari\",{day},1,b\n\
         Zoé Canari,{day},1,canari-again\n",
        long = "canari".repeat(30),
    );
    let mut bytes = rows.into_bytes();
    bytes.extend_from_slice(b"Canari\xff,2025-01-01,1,a\n");
    let file = desk.path("rows.csv");
    fs::write(&file, bytes).expect("the file can be written");
    let mapping = desk.write("mapping.toml", MAPPING);
    let rejects = desk.path("rejects.ndjson");
    let output = desk.import("csv", Some(&mapping), &["--rejects", &rejects.to_string_lossy()], &file);
    let done = summary(&output);
    assert_eq!((&done["rows"], &done["accepted"], &done["refused"]), (&json!(14), &json!(3), &json!(11)));
    let expected = [
        (3, "unreadable", ""),
        (4, "unreadable", ""),
        (5, "invalid", "at"),
        (6, "invalid", "count"),
        (7, "unknown", "source"),
        (8, "too_old", "at"),
        (9, "future", "at"),
        (10, "invalid", "pupils"),
        (12, "missing", "count"),
        (15, "unknown", "source"),
        (16, "unreadable", ""),
    ];
    assert_eq!(
        rejected(&rejects),
        expected.map(|(row, reason, property)| (row, reason.to_owned(), property.to_owned()))
    );
    let told = [fs::read(&rejects).expect("the reject file"), output.stdout, output.stderr].concat();
    assert!(!String::from_utf8_lossy(&told).to_lowercase().contains("canari"));
}

#[test]
fn an_import_that_was_killed_goes_on_where_it_stopped() {
    let desk = Desk::new();
    let day = recent_anchor(0, 7);
    let mut rows = "pupil,day,n,source\n".to_owned();
    for row in 0..40_000 {
        writeln!(rows, "P-{},{},3,{}", row % 25, after(day, row % 7), if row % 2 == 0 { "a" } else { "b" })
            .expect("a string grows");
    }
    let file = desk.write("rows.csv", &rows);
    let mapping = desk.write("mapping.toml", MAPPING);
    for wait in [150, 300] {
        let mut line = desk.command("import");
        line.args(["--format", "csv", "--mapping"]).arg(&mapping).arg(&file).stdout(Stdio::null());
        let mut child = line.spawn().expect("the binary runs");
        std::thread::sleep(Duration::from_millis(wait));
        child.kill().expect("it can be killed");
        child.wait().expect("it ends");
    }
    let done = summary(&desk.import("csv", Some(&mapping), &[], &file));
    assert_eq!((&done["rows"], &done["accepted"], &done["batches"]), (&json!(40_000), &json!(120_000), &json!(24)));
    let again = summary(&desk.import("csv", Some(&mapping), &[], &file));
    assert_eq!((&again["accepted"], &again["replayed"]), (&json!(120_000), &json!(24)));
    let shown = desk.weeks("0759904D", "C1", [day, after(day, 7)]);
    let weeks = shown.iter().filter(|((measure, period), _)| measure == "lessons_launched" && period.contains("-W"));
    assert_eq!(weeks.map(|(_, n)| n).sum::<f64>().to_string(), "120000");
}

#[test]
fn another_mapping_or_anchor_is_another_import() {
    let desk = Desk::new();
    let file = desk.write("rows.csv", "pupil,day,n,source\nP-1,0,2,a\n");
    let relative = MAPPING.replace(r#"{ column = "day" }"#, r#"{ column = "day", relative = "days" }"#);
    let mapping = desk.write("mapping.toml", &relative);
    let other = desk.write("other.toml", &format!("# changed\n{relative}"));
    let [one, two] = [20, 21].map(|ago| after(today(), -ago).to_string());
    let replayed = |mapping, anchor: &str| {
        summary(&desk.import("csv", Some(mapping), &["--anchor", anchor], &file))["replayed"].clone()
    };
    assert_eq!(replayed(&mapping, &one), json!(0));
    assert_eq!(replayed(&mapping, &one), json!(1));
    assert_eq!(replayed(&mapping, &two), json!(0));
    assert_eq!(replayed(&other, &one), json!(0));
}

#[test]
fn a_batch_of_any_length_is_cut_into_batches() {
    let desk = Desk::new();
    // The mapping is only there for the establishment.
    let declared = desk.write("mapping.toml", MAPPING.split("[event]").next().unwrap_or_default());
    let at = format!("{}T09:12:31+01:00", after(today(), -20));
    let lines = |events: usize| {
        let head = json!({
            "schema": 1, "batch_id": "6f2c1a52-58cc-4372-a567-0e02b2c3d479", "batch_no": 7, "lost_n": 2, "establishment": "0759904D",
            "install": "tab-3", "app_version": "2.3.4", "platform": "android", "sent_at": at,
        });
        let mut text = format!("{head}\n\n");
        for seq in 0..events {
            let id = format!("0b9e1a52-58cc-4372-a567-{seq:012}");
            let props = json!({"kind": if seq == 17 { "statue" } else { "photo" }, "source": "camera", "pupils_n": 1, "has_objective": true});
            let event = json!({"id": id, "name": "media_added", "at": at, "session": "s", "seq": seq, "role": "teacher", "actor": "T-1", "class": "C1", "pupils": ["P-3"], "props": props});
            writeln!(text, "{event}").expect("a string grows");
        }
        text + "no JSON\n"
    };
    let rejects = desk.path("rejects.ndjson");
    let options = ["--rejects", &rejects.to_string_lossy()];
    let file = desk.write("long.ndjson", &lines(12_000));
    let done = summary(&desk.import("ndjson", Some(&declared), &options, &file));
    assert_eq!((&done["rows"], &done["accepted"], &done["batches"]), (&json!(12_001), &json!(11_999), &json!(3)));
    let expected = [(20, "invalid", "kind"), (12_003, "unreadable", "")];
    assert_eq!(
        rejected(&rejects),
        expected.map(|(row, reason, property)| (row, reason.to_owned(), property.to_owned()))
    );
    assert_eq!(summary(&desk.import("ndjson", Some(&declared), &options, &file))["replayed"], json!(3));
    // A file of one batch keeps its identifier: the same batch in another file is the same batch.
    let short = lines(20);
    let one = summary(&desk.import("ndjson", None, &[], &desk.write("one.ndjson", &short)));
    assert_eq!((&one["accepted"], &one["replayed"]), (&json!(19), &json!(0)));
    let two = summary(&desk.import("ndjson", None, &[], &desk.write("two.ndjson", &format!("{short}\n"))));
    assert_eq!((&two["accepted"], &two["replayed"]), (&json!(19), &json!(1)));
}

#[test]
fn statements_become_events_by_their_verb() {
    let at = format!("{}T09:12:31.123Z", after(today(), -20));
    let statement = |nth: u32, verb: &str, result: &Value| {
        json!({
            "id": format!("fd41c918-b88b-4b20-a0a5-{nth:012}"), "version": "2.0.0", "timestamp": at,
            "actor": {"account": {"homePage": "https://ent.example", "name": format!("P-{nth}")}},
            "verb": {"id": format!("http://adlnet.gov/expapi/verbs/{verb}"), "display": {"fr": verb}},
            "object": {"id": "https://ent.example/activities/7", "definition": {"name": {"fr": "Compter jusqu'à dix"}}},
            "context": {"team": {"account": {"homePage": "https://ent.example", "name": "C1"}}}, "result": result,
        })
    };
    let passed = json!({"success": true, "score": {"scaled": 0.8}, "duration": "PT90S", "response": "dix"});
    let all = [
        statement(1, "launched", &json!({})),
        statement(2, "completed", &json!({"completion": true})),
        statement(3, "answered", &json!({"success": false})),
        statement(4, "passed", &passed),
        statement(5, "voided", &json!({})),
        statement(6, "initialized", &json!({})),
        statement(6, "initialized", &json!({})),
        statement(7, "passed", &json!({"duration": "P2D"})),
    ];
    let lines = all.each_ref().map(ToString::to_string).join("\n");
    let array = serde_json::to_string_pretty(&all).expect("JSON");
    for (name, text) in [("statements.ndjson", lines), ("statements.json", array)] {
        let desk = Desk::new();
        let rejects = desk.path("rejects.ndjson");
        let options = ["--rejects", &rejects.to_string_lossy()];
        let mapping = example("xapi/mapping.toml");
        let file = desk.write(name, &text);
        let done = summary(&desk.import("xapi", Some(&mapping), &options, &file));
        assert_eq!(
            (&done["rows"], &done["accepted"], &done["duplicates"]),
            (&json!(8), &json!(5), &json!(1)),
            "{name}"
        );
        let expected = [(5, "unknown", "verb"), (8, "invalid", "duration_s")];
        let expected = expected.map(|(row, reason, property)| (row, reason.to_owned(), property.to_owned()));
        assert_eq!(rejected(&rejects), expected, "{name}");
        assert_eq!(summary(&desk.import("xapi", Some(&mapping), &options, &file))["replayed"], json!(1));
        let shown = desk.weeks("0759903C", "C1", [after(today(), -21), after(today(), -19)]);
        let launched =
            shown.iter().filter(|((measure, period), _)| measure == "lessons_launched" && period.contains("-W"));
        assert_eq!(launched.map(|(_, n)| n).sum::<f64>().to_string(), "2", "{name}");
    }
}

#[test]
fn wrong_use_and_broken_files_are_told_apart() {
    let desk = Desk::new();
    let rows = desk.write("rows.csv", "pupil,day,n,source\nZoé Canari,2025-11-24,1,a\n");
    let mapping = desk.write("mapping.toml", MAPPING);
    let relative = desk
        .write("relative.toml", &MAPPING.replace(r#"{ column = "day" }"#, r#"{ column = "day", relative = "days" }"#));
    let unknown_column = desk.write("column.toml", &MAPPING.replace(r#"column = "n""#, r#"column = "times""#));
    let unknown_key = desk.write("key.toml", &format!("shape = 3\n{MAPPING}"));
    let bad_school = desk.write("school.toml", &MAPPING.replace("paris", "atlantis").replace("0759904D", "0759905E"));
    let no_school = desk.write(
        "none.toml",
        MAPPING.split_once('\n').and_then(|(_, rest)| rest.split_once('\n')).map_or("", |(_, rest)| rest),
    );
    let lookup = desk.write("lookup.toml", &format!("{MAPPING}\n[lookup.vle]\nfile = \"vle.csv\"\nkey = \"id\"\n"));
    let missing = desk.path("missing.csv");
    let wrong: [WrongUse; 14] = [
        ("xls", Some(&mapping), vec![], &rows, "possible values: csv, ndjson, xapi"),
        ("csv", None, vec![], &rows, "--mapping FILE is needed"),
        ("xapi", None, vec![], &rows, "--mapping FILE is needed"),
        ("csv", Some(&missing), vec![], &rows, "No such file"),
        ("csv", Some(&mapping), vec![], &missing, "No such file"),
        ("csv", Some(&mapping), vec!["--anchor", "autumn"], &rows, "--anchor: a date is expected"),
        ("csv", Some(&relative), vec![], &rows, "give it with --anchor"),
        ("csv", Some(&unknown_column), vec![], &rows, "no column times"),
        ("csv", Some(&unknown_key), vec![], &rows, "shape"),
        ("csv", Some(&bad_school), vec![], &rows, "academy"),
        ("csv", Some(&no_school), vec![], &rows, "the mapping has no establishment"),
        ("csv", Some(&lookup), vec![], &rows, "vle.csv"),
        ("csv", Some(&mapping), vec![], &desk.folder.path().to_owned(), "is no file"),
        ("csv", Some(&mapping), vec!["--rejects", rows.to_str().unwrap_or_default()], &rows, "a file of its own"),
    ];
    let told = |output: &Output| String::from_utf8_lossy(&output.stderr).into_owned();
    for (format, mapping, options, file, expected) in wrong {
        let output = desk.import(format, mapping.map(PathBuf::as_path), &options, file);
        assert_eq!(output.status.code(), Some(2), "{expected}: {}", told(&output));
        assert!(told(&output).contains(expected) && output.stdout.is_empty(), "{expected}: {}", told(&output));
        assert!(!told(&output).contains("Canari"), "{}", told(&output));
    }
    let broken = [
        ("ndjson", desk.write("head.ndjson", "Zoé Canari\n{}\n"), "line 1"),
        ("xapi", desk.write("cut.json", "[{\"actor\": \"Zoé Canari\"}, {\"actor\""), "line 1, column"),
    ];
    for (format, file, expected) in broken {
        let output = desk.import(format, Some(&mapping), &[], &file);
        assert_eq!(output.status.code(), Some(1), "{}", told(&output));
        assert!(told(&output).contains(expected) && !told(&output).contains("Canari"), "{}", told(&output));
    }
}
