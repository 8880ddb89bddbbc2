//! The record of processing from outside: it needs no data folder, and follows the catalogue that is given.

use std::process::Output;

use serde_json::Value;

use crate::server::run;

fn record(arguments: &[&str]) -> Output {
    run(&[&["governance", "record"], arguments].concat())
}

fn text(output: &Output) -> String {
    String::from_utf8(output.stdout.clone()).expect("text")
}

#[test]
fn the_record_is_printed_for_people_and_for_machines_in_both_languages() {
    let french = record(&[]);
    assert!(french.status.success() && french.stderr.is_empty());
    assert!(text(&french).starts_with("# Registre des activités de traitement"));
    assert!(text(&record(&["--lang", "en"])).starts_with("# Record of processing activities"));
    let json: Value = serde_json::from_str(&text(&record(&["--lang", "en", "--format", "json"]))).expect("JSON");
    let events = json["activities"].as_array().expect("activities").iter();
    let events =
        events.flat_map(|one| one["data"].as_array().unwrap()).filter(|data| data["event"].is_string()).count();
    assert_eq!((json["lang"].as_str(), events), (Some("en"), 63));
}

#[test]
fn it_follows_the_catalogue_that_is_given() {
    let folder = tempfile::tempdir().unwrap();
    std::fs::create_dir(folder.path().join("events")).unwrap();
    for (name, text) in catalogue::EMBEDDED_FILES {
        let text = text.replace("Mesurer la qualité de l'assistance.", "Mesurer la qualité de l'aide donnée.");
        std::fs::write(folder.path().join(name), text).unwrap();
    }
    let printed = record(&["--catalogue", folder.path().to_str().unwrap()]);
    assert!(text(&printed).contains("Mesurer la qualité de l’aide donnée"));
    assert_ne!(text(&printed), text(&record(&[])));

    std::fs::remove_file(folder.path().join("words.toml")).unwrap();
    let broken = record(&["--catalogue", folder.path().to_str().unwrap()]);
    assert_eq!(broken.status.code(), Some(1));
    assert!(broken.stdout.is_empty());
    assert!(String::from_utf8_lossy(&broken.stderr).contains("words.toml"));
    assert_eq!(record(&["--lang", "de"]).status.code(), Some(2));
}
