//! What the record of processing promises: nothing that may be collected is left out, nothing else is named, and it says
//! who must complete it.

use std::collections::BTreeSet;

use catalogue::{Catalogue, EMBEDDED_FILES, Lang, ProcessingActivity, ProcessingRecord};

fn record(lang: Lang) -> ProcessingRecord {
    Catalogue::embedded().unwrap_or_else(|error| panic!("{error}")).processing_record(lang)
}

/// The digest changes with every word of the dictionary; the document around it should not have to.
fn without_digest(record: &ProcessingRecord, text: &str) -> String {
    text.replace(&record.catalogue_digest, "DIGEST")
}

#[test]
fn every_event_type_is_in_one_activity() {
    let catalogue = Catalogue::embedded().unwrap();
    for lang in [Lang::Fr, Lang::En] {
        let record = record(lang);
        let named: Vec<&str> =
            record.activities.iter().flat_map(|one| &one.data).filter_map(|data| data.event.as_deref()).collect();
        let once: BTreeSet<&str> = named.iter().copied().collect();
        assert_eq!(named.len(), once.len());
        assert_eq!(once, catalogue.events().iter().map(|event| event.name.as_str()).collect());
    }
}

#[test]
fn an_activity_answers_what_article_30_asks() {
    for lang in [Lang::Fr, Lang::En] {
        let record = record(lang);
        for activity in &record.activities {
            let asked = [&activity.purpose, &activity.controller, &activity.legal_basis, &activity.transfers];
            assert!(asked.iter().all(|text| !text.is_empty()), "{}", activity.purpose);
            let lists = [&activity.persons, &activity.kept_as, &activity.retention, &activity.recipients];
            assert!(lists.iter().all(|list| !list.is_empty()), "{}", activity.purpose);
            assert!(!activity.data.is_empty(), "{}", activity.purpose);
        }
        assert!(!record.security.is_empty());
    }
}

#[test]
fn legitimate_interest_is_the_publishers_alone() {
    for activity in record(Lang::En).activities {
        let publisher = activity.controller.starts_with("the publisher");
        assert_eq!(activity.legal_basis.contains("6(1)(f)"), publisher, "{}", activity.purpose);
    }
}

#[test]
fn what_leaves_beyond_the_establishment_names_its_cubes_and_nothing_else() {
    let catalogue = Catalogue::embedded().unwrap();
    let record = record(Lang::En);
    let beyond = |event: &str| {
        let holds =
            |activity: &&ProcessingActivity| activity.data.iter().any(|data| data.event.as_deref() == Some(event));
        let activity = record.activities.iter().find(holds).expect("an activity");
        activity.recipients.iter().find(|one| one.starts_with("beyond the establishment")).cloned()
    };
    assert!(beyond("media_added").is_some_and(|who| who.contains("Items added")));
    assert!(beyond("screen_viewed").is_some_and(|who| who.contains("Paths between screens")));
    assert!(beyond("api_sample").is_none(), "no person is in it, and no cube counts it");
    let all = record.markdown(Lang::En);
    assert!(catalogue.cubes().iter().all(|cube| all.contains(&cube.title.en)));
}

#[test]
fn a_new_event_type_enters_the_record_by_itself() {
    let files = EMBEDDED_FILES.map(|(name, text)| {
        let renamed = text.replace("name = \"media_added\"", "name = \"media_laid_down\"");
        (name.to_owned(), renamed.replace("events = [\"media_added\"", "events = [\"media_laid_down\""))
    });
    let edited = Catalogue::load(&files).unwrap_or_else(|error| panic!("{error}"));
    let edited = edited.processing_record(Lang::Fr);
    let text = edited.markdown(Lang::Fr);
    assert!(text.contains("`media_laid_down`") && !text.contains("`media_added`"));
    assert_ne!(edited.catalogue_digest, record(Lang::Fr).catalogue_digest);
}

#[test]
fn the_document_reads_well() {
    for (lang, name) in [(Lang::Fr, "record_fr"), (Lang::En, "record_en")] {
        let record = record(lang);
        insta::assert_snapshot!(name, without_digest(&record, &record.markdown(lang)));
    }
}

#[test]
fn the_json_holds_what_the_document_says() {
    let record = record(Lang::Fr);
    let json: serde_json::Value = serde_json::to_value(&record).expect("plain structures");
    let document = record.markdown(Lang::Fr);
    let activities = json["activities"].as_array().expect("activities");
    assert_eq!(activities.len(), record.activities.len());
    for activity in activities {
        let purpose = activity["purpose"].as_str().expect("a purpose").trim_end_matches('.');
        assert!(document.contains(purpose), "{purpose}");
    }
    insta::assert_snapshot!(serde_json::to_string_pretty(&activities[2]).expect("an activity"));
}

#[test]
fn french_signs_have_their_narrow_space() {
    let document = record(Lang::Fr).markdown(Lang::Fr);
    for sign in [" :", " ;", " !", " ?", " %", "'"] {
        assert!(!document.contains(sign), "{sign:?} is written with a plain space or straight");
    }
}
