//! What the dictionary promises: it parses, it is complete, and a mistake in it is told with file, line and reason.

use catalogue::{
    Catalogue, CatalogueError, EMBEDDED_FILES, Emitter, Grain, Habits, Lang, Origin, PathFold, PropertyKind, Retention,
    Role, Unit, Value, View, is_version,
};
use jiff::civil::date;

fn embedded() -> Catalogue {
    Catalogue::embedded().unwrap_or_else(|error| panic!("{error}"))
}

/// The error of the dictionary where one text of one file is replaced by another.
fn mistake(file: &str, from: &str, to: &str) -> CatalogueError {
    let mut replaced = 0;
    let files: Vec<(String, String)> = EMBEDDED_FILES
        .iter()
        .map(|(name, text)| {
            if *name == file && text.contains(from) {
                replaced += 1;
                return ((*name).to_owned(), text.replacen(from, to, 1));
            }
            ((*name).to_owned(), (*text).to_owned())
        })
        .collect();
    assert_eq!(replaced, 1, "{from} is not in {file}");
    Catalogue::load(&files).expect_err("a planted mistake")
}

/// The line of a text in an embedded file.
fn line_of(file: &str, text: &str) -> usize {
    let (_, content) = EMBEDDED_FILES.iter().find(|(name, _)| *name == file).expect("a file");
    content.lines().position(|line| line.contains(text)).expect("a line") + 1
}

#[test]
fn every_event_of_the_specification_is_there() {
    let catalogue = embedded();
    let numbers: Vec<u16> = catalogue.events().iter().map(|event| event.number).collect();
    assert_eq!(numbers, (1..=63).collect::<Vec<u16>>());
    for (name, number) in [
        ("app_launched", 1),
        ("media_added", 14),
        ("share_retrieved", 30),
        ("crash_reported", 46),
        ("report_delivered", 55),
        ("lesson_launched", 56),
        ("lesson_completed", 57),
        ("question_answered", 58),
        ("test_completed", 59),
        ("flow_step", 60),
        ("activity_recorded", 61),
        ("annotation", 62),
        ("page_timed", 63),
    ] {
        let event = catalogue.event(name).expect(name);
        assert_eq!(event.number, number);
        assert_eq!(catalogue.event_by_index(event.index).map(|event| event.name.as_str()), Some(name));
    }
    assert!(catalogue.event("unheard_of").is_none());
}

#[test]
fn the_example_of_the_wire_fits_its_event_type() {
    let catalogue = embedded();
    let media = catalogue.event("media_added").expect("media_added");
    assert_eq!(media.emitters, [Emitter::Teacher, Emitter::Pupil]);
    assert!(media.accepts(Role::Teacher) && media.accepts(Role::Pupil) && !media.accepts(Role::Parent));
    assert!(media.pupils && !media.family && media.content && media.fold.person);
    let kind = media.property("kind").expect("kind");
    assert_eq!(kind.expected(), "one of: photo, video, audio, note, document");
    assert_eq!(media.fold.facet, Some(kind.index));
    assert_eq!(catalogue.words_of(kind).and_then(|list| list.position("audio")), Some(2));
    let size = media.property("size_kb").expect("size_kb");
    assert_eq!(size.expected(), "a whole number of kilobytes from 0 to 250000");
    assert_eq!(media.fold.volume.map(|volume| (volume.property, volume.factor)), Some((size.index, 1)));
    let duration = media.fold.duration.expect("a duration");
    assert_eq!(duration.factor, 1_000);
    assert_eq!(media.property("has_objective").map(|flag| flag.kind), Some(PropertyKind::Flag));
    assert!(media.property("title").is_none());
}

#[test]
fn pupils_and_families_are_named_only_where_they_may_be() {
    for event in embedded().events() {
        let pupils = matches!(event.number, 14..=21 | 26..=37 | 56..=59);
        let family = matches!(event.number, 28..=40) || event.emitters.contains(&Emitter::Parent);
        assert_eq!((event.pupils, event.family), (pupils, family), "{}", event.name);
        assert!(!event.fold.person || event.grain != Grain::Hour, "{}", event.name);
        assert!(event.fold.person || event.number == 12 || event.fold.pupil.is_none(), "{}", event.name);
        assert_eq!(event.content, (14..=25).contains(&event.number), "{}", event.name);
    }
}

#[test]
fn retention_follows_the_decision() {
    for event in embedded().events() {
        let expected = match event.name.as_str() {
            "crash_reported" => Retention::Days(90),
            "ticket_status_changed" | "ticket_rated" => Retention::Days(30),
            _ => Retention::Months(13),
        };
        assert_eq!(event.retention, expected, "{}", event.name);
    }
    assert_eq!(Retention::Months(13).earliest(date(2025, 3, 31)), date(2024, 2, 29));
    assert_eq!(Retention::Days(90).earliest(date(2025, 3, 31)), date(2024, 12, 31));
}

#[test]
fn every_column_of_the_lake_is_fed_by_a_property_of_the_right_kind() {
    let catalogue = embedded();
    for event in catalogue.events() {
        let is_word = |index: u16| matches!(event.properties[usize::from(index)].kind, PropertyKind::Word(_));
        let fold = &event.fold;
        assert!([fold.facet, fold.outcome, fold.screen].into_iter().flatten().all(is_word), "{}", event.name);
        for histogram in &fold.histograms {
            let kind = event.properties[usize::from(histogram.property)].kind;
            assert!(matches!(kind, PropertyKind::Whole { .. }), "{}", histogram.metric);
        }
    }
    let screen = catalogue.event("screen_viewed").expect("screen_viewed");
    assert!(matches!(screen.fold.path, Some(PathFold::Screens { from: 1, to: 0 })));
    let flow = catalogue.event("flow_step").expect("flow_step");
    assert!(matches!(flow.fold.path, Some(PathFold::Flow { .. })));
}

#[test]
fn the_vocabulary_of_roles_is_the_word_list() {
    let catalogue = embedded();
    let list = catalogue.word_list("role").expect("roles");
    let slugs: Vec<&str> = list.words().iter().map(|word| word.slug.as_str()).collect();
    assert_eq!(slugs, Role::ALL.map(Role::slug));
    assert_eq!(Role::from_slug("parent"), Some(Role::Parent));
    let domains = catalogue.word_list("domain").expect("domains");
    assert_eq!(domains.label("maths", Lang::Fr), "Acquisition des premiers outils mathématiques");
    for name in ["platform", "network", "mode", "screen", "feature", "media_kind", "theme", "level", "setting"] {
        assert!(catalogue.word_list(name).is_some(), "{name}");
    }
}

#[test]
fn every_measure_names_a_decision_and_every_decision_covers_something() {
    let catalogue = embedded();
    for decision in catalogue.decisions() {
        let has_cube = catalogue.cubes().iter().any(|cube| cube.decision == decision.index);
        let has_measure = catalogue.measures_of(decision).next().is_some();
        assert!(has_cube || has_measure || decision.analysis.is_some(), "{}", decision.id);
    }
    for measure in catalogue.measures() {
        assert!(catalogue.decision(&catalogue.decision_of(measure).id).is_some());
        let own_only = measure.splits.iter().any(|split| split.name == "pupil");
        assert!(!own_only || measure.origins == [Origin::Own], "{}", measure.name);
        if measure.leaves_as(Origin::Technical) {
            assert!(!measure.leaves_as(Origin::Own) && measure.views == [View::MonEcole], "{}", measure.name);
        }
    }
    let rate = catalogue.measure("adoption_rate").expect("adoption_rate");
    assert!(matches!(rate.value, Value::Rate { .. }) && rate.made_by_teachers);
    assert_eq!(rate.unit, Unit::Percent);
    let active = catalogue.measure("active_teachers").expect("active_teachers");
    assert!(catalogue.events_of(active).all(|event| event.content));
    assert_eq!(active.events.len(), catalogue.events().iter().filter(|event| event.content).count());
}

#[test]
fn only_frozen_measures_are_released() {
    let catalogue = embedded();
    assert!(!catalogue.releases().is_empty());
    for release in catalogue.releases() {
        assert!(catalogue.measures()[usize::from(release.measure)].leaves_as(Origin::Frozen));
    }
}

#[test]
fn the_leaves_of_a_cube_are_known_before_any_data() {
    let catalogue = embedded();
    let words = |name: &str| {
        let cube = catalogue.cubes().iter().find(|cube| cube.name == name).expect("declared");
        catalogue.cube_words(cube)
    };
    assert!(words("active_teachers").is_empty());
    assert!(words("items_added").is_empty());
    assert_eq!((words("hours").len(), words("hours").first().map(String::as_str)), (168, Some("1-00")));
    let paths = words("paths");
    assert!(paths.contains(&"home>settings".to_owned()) && paths.contains(&">home".to_owned()), "from nowhere too");
    assert!(paths.iter().any(|step| step.starts_with("flow:")));
    assert!(catalogue.cubes().iter().all(|cube| cube.counts_cut() == (cube.clamp > 1)));
}

#[test]
fn segments_follow_their_definitions() {
    let catalogue = embedded();
    for (tenure_days, features, active_days_per_week, segment) in [
        (10.0, 20.0, 5.0, "novice"),
        (200.0, 6.0, 5.0, "novice"),
        (200.0, 8.0, 1.4, "occasional"),
        (200.0, 8.0, 2.0, "regular"),
        (200.0, 15.0, 4.5, "regular"),
        (200.0, 16.0, 3.0, "power"),
    ] {
        let habits = Habits { tenure_days, features, active_days_per_week };
        assert_eq!(catalogue.segment_of(&habits).map(|segment| segment.name.as_str()), Some(segment));
    }
}

#[test]
fn the_description_is_complete_in_both_languages() {
    let catalogue = embedded();
    for lang in [Lang::Fr, Lang::En] {
        let description = catalogue.describe(lang);
        let events: usize = description.categories.iter().map(|category| category.events.len()).sum();
        assert_eq!(events, catalogue.events().len());
        assert_eq!(description.measures.len(), catalogue.measures().len());
        assert!(description.decisions.iter().all(|decision| !decision.measures.is_empty()));
    }
    let french = catalogue.describe(Lang::Fr);
    let media = french.categories[1].events.first().expect("media_added");
    assert_eq!(media.properties[0].values, "Photo · Vidéo · Son · Note · Document");
    assert_eq!(media.properties[2].values, "nombre entier, en kilooctets, de 0 à 250000");
    assert_eq!(media.retention, "13 mois");
}

#[test]
fn the_digest_changes_with_any_file() {
    let files = EMBEDDED_FILES.map(|(name, text)| (name.to_owned(), text.to_owned()));
    let mut other = files.clone();
    other[0].1.push('\n');
    let digest = |files: &[(String, String)]| Catalogue::load(files).expect("a dictionary").digest().to_owned();
    assert_eq!(digest(&files), embedded().digest());
    assert_ne!(digest(&files), digest(&other));
    assert_eq!(digest(&files).len(), 64);
}

#[test]
fn a_planted_mistake_is_told_with_file_line_and_reason() {
    const CONTENT: &str = "events/content.toml";
    const KIND: &str = "name = \"kind\", type = \"word\"";
    const SIZE: &str = "name = \"size_kb\"";
    for (file, from, to, line, reason) in [
        (
            CONTENT,
            "words = \"media_kind\"",
            "words = \"kinds\"",
            KIND,
            "word list `kinds` is unknown; declare it in words.toml",
        ),
        (CONTENT, SIZE, "name = \"kind\"", SIZE, "property `kind` is declared twice; give each its own name"),
        (
            CONTENT,
            "unit = \"kb\"",
            "unit = \"mb\"",
            SIZE,
            "the unit of `size_kb` is given as `mb`, but its name announces `kb`; make them agree",
        ),
        (
            CONTENT,
            "name = \"has_objective\", type = \"flag\"",
            "name = \"objective_n\", type = \"flag\"",
            "name = \"has_objective\"",
            "the suffix of `objective_n` announces a whole number; set `type` to \"whole\" or rename it",
        ),
        (
            CONTENT,
            "facet = \"kind\"",
            "facet = \"sort\"",
            "facet = \"kind\"",
            "`sort` is no property of this event; declare it or correct it",
        ),
        (
            CONTENT,
            "facet = \"kind\"",
            "facet = \"size_kb\"",
            "facet = \"kind\"",
            "property `size_kb` is not a word, which is needed here",
        ),
        (
            CONTENT,
            "volume = \"size_kb\"",
            "volume = \"duration_s\"",
            "volume = \"size_kb\"",
            "property `duration_s` is not a size, which is needed here",
        ),
        (
            CONTENT,
            "retention = \"13 months\"",
            "retention = \"14 months\"",
            "retention = \"13 months\"",
            "retention `14 months` is not one; write a number of days or months, at most \"13 months\"",
        ),
        (
            CONTENT,
            "number = 14",
            "number = 13",
            "number = 14",
            "number 13 is already that of event `app_updated`; give each event its own",
        ),
        (
            CONTENT,
            "name = \"workshop_selected\"",
            "pupils = true\nname = \"media_added\"",
            "name = \"workshop_selected\"",
            "event `media_added` is declared twice; give each its own name",
        ),
        (
            "measures.toml",
            "decision = \"class_activity\"",
            "decision = \"nobody\"",
            "decision = \"class_activity\"",
            "decision `nobody` is unknown; declare it in decisions.toml",
        ),
        (
            "measures.toml",
            "events = [\"media_added\"]",
            "events = [\"media_aded\"]",
            "events = [\"media_added\"]",
            "event `media_aded` is unknown; declare it in events/*.toml",
        ),
        (
            "measures.toml",
            "metric = \"crashes\"",
            "metric = \"krashes\"",
            "metric = \"crashes\"",
            "no event feeds a counter `krashes`; declare it under `fold.counters`",
        ),
        (
            "releases.toml",
            "measure = \"media_count\"",
            "measure = \"pupil_traces\"",
            "measure = \"media_count\"",
            "measure `pupil_traces` may not be released; its `origins` lack \"frozen\"",
        ),
        (
            "words.toml",
            "slug = \"video\", fr = \"Vidéo\"",
            "slug = \"photo\", fr = \"Vidéo\"",
            "slug = \"video\", fr = \"Vidéo\"",
            "word `photo` stands twice in list `media_kind`; keep one",
        ),
        (
            "cubes.toml",
            "source = { measure = \"media_count\" }\npeople = [\"staff\", \"pupil_device\"]\nleaf = \"district\"\ncells = 1",
            "source = { measure = \"media_count\", split = \"kind\" }\npeople = [\"staff\", \"pupil_device\"]\nleaf = \
             \"district\"\ncells = 7",
            "source = { measure = \"media_count\" }",
            "with cube `items_added` one person of \"staff\" costs 8 cells and 1 sixths a month, and 6 are allowed over \
             all cubes; give it fewer cells, or leave a cube out",
        ),
        (
            "cubes.toml",
            "clamp = 40",
            "clamp = 41",
            "clamp = 40",
            "no noise is proved for this clamp; one of 1, 2, 5, 10, 20, 40 is expected",
        ),
        (
            "cubes.toml",
            "source = { measure = \"share_retrieved_count\" }",
            "source = { measure = \"session_time\" }",
            "source = { measure = \"share_retrieved_count\" }",
            "a cube counts acts or people; this measure is neither a `count`, nor `distinct`, nor `active`",
        ),
        (
            "cubes.toml",
            "people = [\"pupil\"]",
            "people = [\"family\"]",
            "people = [\"pupil\"]",
            "\"pupil\" stands alone, for measures that count pupils, and nowhere else",
        ),
        (
            "cubes.toml",
            "leaf = \"country\"",
            "leaf = \"district\"",
            "leaf = \"country\"",
            "the table holds the whole country; write \"country\"",
        ),
        (
            "segments.toml",
            "habit = \"features\", below = 7",
            "habit = \"features\"",
            "habit = \"features\", below = 7",
            "a condition bounds nothing; give `below`, `at_least` or both",
        ),
        (
            "segments.toml",
            "active_days_per_week\", below = 1.5",
            "active_days_per_week\", below = 1.3",
            "active_days_per_week\", below = 1.5",
            "a threshold must be said in words: active days a week in halves, up to 7; days and features whole",
        ),
        (
            "segments.toml",
            "active_days_per_week\", below = 1.5",
            "active_days_per_week\", below = 1",
            "[steadiness]",
            "nobody's segment is known with 30 days, 7 features, 1 active days a week: no rule fits; let the last one take everybody left",
        ),
        (
            "segments.toml",
            "name = \"novice\"",
            "name = \"beginner\"",
            "name = \"novice\"",
            "segment `beginner` is no word of the list `segment`; add it to words.toml",
        ),
        ("segments.toml", "months = 2", "months = 0", "months = 2", "months must be from 1 to 6"),
    ] {
        let error = mistake(file, from, to);
        let shift = to.matches('\n').count();
        assert_eq!((error.file.as_str(), error.reason.as_str()), (file, reason));
        assert_eq!(error.line, line_of(file, line) + shift, "{reason}");
    }
}

#[test]
fn broken_toml_is_told_with_its_line() {
    let error = mistake("events/content.toml", "number = 15", "number = ");
    assert_eq!(error.line, line_of("events/content.toml", "number = 15"));
    let error = mistake("decisions.toml", "id = \"adoption\"", "id = \"adoption\"\nstatus = \"approved\"");
    assert_eq!(error.line, line_of("decisions.toml", "id = \"adoption\"") + 1);
    insta::assert_snapshot!(
        error.to_string().split_once(": ").expect("a place and a reason").1,
        @"unknown field `status`, expected one of `id`, `title`, `description`, `analysis`"
    );
    let error = mistake("events/usage.toml", "legal_basis = \"public_task\"", "legal_basis = \"whim\"");
    insta::assert_snapshot!(
        error,
        @"catalogue/events/usage.toml:10: unknown variant `whim`, expected one of `public_task`, `legitimate_interest`, `consent`"
    );
}

#[test]
fn links_beyond_the_specification_are_refused() {
    let error = mistake("events/usage.toml", "family = true", "family = true\npupils = true");
    assert!(error.reason.contains("may not name pupils"), "{error}");
    let error = mistake("events/technical.toml", "emitters = [\"system\"]", "emitters = [\"system\"]\nfamily = true");
    assert!(error.reason.contains("may not name a family"), "{error}");
}

#[test]
fn a_missing_or_unknown_file_is_told() {
    let mut files: Vec<(String, String)> =
        EMBEDDED_FILES.iter().map(|(name, text)| ((*name).to_owned(), (*text).to_owned())).collect();
    files.push(("events/extra.toml".to_owned(), String::new()));
    let error = Catalogue::load(&files).expect_err("a file too many");
    assert_eq!((error.file.as_str(), error.line), ("events/extra.toml", 1));
    files.truncate(12);
    let error = Catalogue::load(&files).expect_err("a file too few");
    assert_eq!(error.to_string(), "catalogue/words.toml:1: the file is missing; the dictionary needs it");
}

#[test]
fn versions_have_no_room_for_anything_else() {
    for text in ["2.3.4", "0.1.0", "2.0.27", "2025.1", "13.0"] {
        assert!(is_version(text), "{text}");
    }
    for text in ["", "2", "2.3.4.5", "192.168.1.12", "48.8566", "0612345678", "06.12.34", "2.3-beta", "1..2", "v1.2"] {
        assert!(!is_version(text), "{text}");
    }
}
