//! `anomalies` and `hints`: methods on files of anybody's, without the store.

use std::fmt::Write;
use std::fs;
use std::path::Path;
use std::process::{Command, Output};

use serde_json::Value;

fn run(arguments: &[&str], paths: &[(&str, &Path)]) -> Output {
    let mut line = Command::new(env!("CARGO_BIN_EXE_ecarnet-stats"));
    line.args(arguments);
    for (option, path) in paths {
        line.arg(option).arg(path);
    }
    line.output().expect("the binary runs")
}

fn told(output: &Output) -> String {
    String::from_utf8_lossy(&output.stderr).into_owned()
}

#[test]
fn a_folder_of_series_is_scored_under_the_same_names() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let (from, to) = (folder.path().join("in"), folder.path().join("out"));
    fs::create_dir_all(from.join("deep")).expect("a folder");
    let mut text = String::from("timestamp,value\n");
    for at in 0..600 {
        let value = if at == 550 { 90 } else { 10 + at * 7 % 5 };
        writeln!(text, "2025-01-{:02} {:02}:00:00,{value}", 1 + at / 24, at % 24).expect("a text takes it");
    }
    fs::write(from.join("deep/hours.csv"), &text).expect("a file");
    fs::write(from.join("notes.txt"), "not a series").expect("a file");
    let output = run(&["anomalies"], &[("--in", &from), ("--out", &to)]);
    assert!(output.status.success(), "{}", told(&output));
    let report: Value = serde_json::from_slice(&output.stdout).expect("one JSON object");
    assert_eq!((&report["files"], &report["points"], &report["failed"]), (&1.into(), &600.into(), &0.into()));
    let written = fs::read_to_string(to.join("deep/hours.csv")).expect("the file was written");
    let scores: Vec<f64> = written.lines().skip(1).filter_map(|line| line.rsplit(',').next()?.parse().ok()).collect();
    assert!(written.starts_with("timestamp,value,anomaly_score\n2025-01-01 00:00:00,10,"));
    assert!(scores.len() == 600 && scores.iter().all(|score| *score <= scores[550]), "{scores:?}");
}

#[test]
fn a_file_that_does_not_read_is_told_with_its_line_and_the_others_are_written() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let (from, to) = (folder.path().join("in"), folder.path().join("out"));
    fs::create_dir_all(&from).expect("a folder");
    fs::write(from.join("good.csv"), "timestamp,value\n2025-01-01,1\n2025-01-02,0\n2025-01-03,2\n").expect("a file");
    fs::write(from.join("wrong.csv"), "timestamp,value\n2025-01-01,1\n2025-01-02,secret\n").expect("a file");
    let output = run(&["anomalies"], &[("--in", &from), ("--out", &to)]);
    assert_eq!(output.status.code(), Some(1));
    let told = told(&output);
    assert!(told.contains("wrong.csv: line 3: ") && told.contains("12.5") && !told.contains("secret"), "{told}");
    assert!(to.join("good.csv").exists() && !to.join("wrong.csv").exists());
}

#[test]
fn wrong_use_of_the_methods_is_told_before_anything_is_written() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let (from, inside) = (folder.path().join("in"), folder.path().join("in/out"));
    let nowhere = folder.path().join("nowhere");
    let out = folder.path().join("out");
    assert_eq!(run(&["anomalies"], &[("--in", &nowhere), ("--out", &out)]).status.code(), Some(2));
    fs::create_dir_all(&from).expect("a folder");
    assert_eq!(run(&["anomalies"], &[("--in", &from), ("--out", &out)]).status.code(), Some(2));
    fs::write(from.join("a.csv"), "timestamp,value\n2025-01-01,1\n").expect("a file");
    assert_eq!(run(&["anomalies"], &[("--in", &from), ("--out", &inside)]).status.code(), Some(2));
    assert!(!out.exists() && !inside.exists());
    let log = from.join("a.csv");
    for log in [&log, &nowhere] {
        assert_eq!(run(&["hints", "evaluate"], &[("--log", log)]).status.code(), Some(2));
    }
}

#[test]
fn hints_are_judged_on_a_log_and_no_address_is_told() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let log = folder.path().join("access.log");
    let mut text = String::new();
    for session in 0..40 {
        for (second, page) in ["/", "/classes/12", "/classes/12/photo", "/classes/12"].iter().enumerate() {
            writeln!(
                text,
                "192.0.2.{session} - - [10/Oct/2025:13:{session:02}:0{second} +0200] \"GET {page} HTTP/1.1\" 200 12"
            )
            .expect("a text takes it");
        }
    }
    text += "nonsense\n";
    fs::write(&log, text).expect("a file");
    let output = run(&["hints", "evaluate"], &[("--log", &log)]);
    assert!(output.status.success(), "{}", told(&output));
    let report: Value = serde_json::from_slice(&output.stdout).expect("one JSON object");
    assert_eq!((&report["sessions"], &report["lines_wrong"]), (&40.into(), &1.into()));
    assert!(report["hit_rate_top3"].as_f64() > Some(0.99));
    assert!(told(&output).contains("line 161") && !told(&output).contains("192.0.2"));
}
