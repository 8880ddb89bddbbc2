//! What the rules of recommendations promise: they are explained, they look at nothing unfair, and a mistake is told.

use catalogue::{Advised, Basis, Catalogue, CatalogueError, EMBEDDED_FILES, Lang};

const FILE: &str = "recommendations.toml";

/// The error of the dictionary where one text of the rules is replaced by another.
fn mistake(from: &str, to: &str) -> CatalogueError {
    let mut replaced = 0;
    let files = EMBEDDED_FILES.map(|(name, text)| {
        if name == FILE && text.contains(from) {
            replaced += 1;
            return (name.to_owned(), text.replacen(from, to, 1));
        }
        (name.to_owned(), text.to_owned())
    });
    assert_eq!(replaced, 1, "{from} is not in {FILE}");
    Catalogue::load(&files).expect_err("a planted mistake")
}

/// The line of a text in the embedded rules.
fn line_of(text: &str) -> usize {
    let (_, content) = EMBEDDED_FILES.iter().find(|(name, _)| *name == FILE).expect("the file");
    content.lines().position(|line| line.contains(text)).expect("a line") + 1
}

#[test]
fn a_rule_that_asks_where_a_school_is_or_what_kind_is_refused_with_the_reason() {
    let planted = "{ figure = \"weeks_of_period\", at_least = 3 },";
    for unfair in ["priority_education", "school_size", "sector", "zone", "district", "academy", "place"] {
        let error = mistake(planted, &format!("{{ figure = \"{unfair}\", at_least = 1 }},"));
        assert_eq!((error.file.as_str(), error.line), (FILE, line_of(planted)), "{error}");
        assert!(error.reason.contains(unfair) && error.reason.contains("no recommendation depends on"), "{error}");
    }
    let error = mistake("figure = \"domains_untouched\"", "figure = \"sector\"");
    assert!(error.reason.contains("no recommendation depends on"), "{error}");
}

#[test]
fn no_figure_says_where_a_school_is_or_what_kind() {
    for basis in Basis::ALL {
        assert_eq!(Basis::from_slug(basis.slug()), Some(basis));
        for word in ["sector", "size", "zone", "academ", "district", "priority", "place", "level"] {
            assert!(!basis.slug().contains(word), "{}", basis.slug());
        }
        let catalogue = Catalogue::embedded().expect("the dictionary");
        assert!(basis.measures().iter().all(|name| catalogue.measure(name).is_some()), "{}", basis.slug());
        assert!(basis.words().is_none_or(|list| catalogue.word_list(list).is_some()), "{}", basis.slug());
        let is_cube = |name: &str| catalogue.cubes().iter().any(|cube| cube.name == name);
        assert!(basis.cube().is_none_or(is_cube), "{}", basis.slug());
    }
}

#[test]
fn a_mistake_in_a_rule_is_told_with_its_line_and_what_would_be_right() {
    for (from, to, line, reason) in [
        ("rule = \"sharing_rhythm\"", "rule = \"be_better\"", "rule = \"sharing_rhythm\"", "add it to words.toml"),
        ("rule = \"sharing_rhythm\"", "rule = \"sync_alert\"", "rule = \"sync_alert\"", "declared twice"),
        ("figure = \"crash_rate\"", "figure = \"active_weeks\"", "figure = \"crash_rate\"", "no figure for \"head\""),
        (
            "figure = \"help_without_training\"",
            "figure = \"helps\"",
            "figure = \"help_without_training\"",
            "one of active_weeks",
        ),
        ("\"photo_import\", ", "\"photo_dream\", ", "\"photo_import\", ", "not in list `feature`"),
        (
            "when = [{ figure = \"weeks_of_period\", at_least = 3 }]",
            "when = [{ figure = \"weeks_of_period\" }]",
            "when = [{ figure = \"weeks_of_period\"",
            "bounds nothing",
        ),
        (
            "when = [{ figure = \"weeks_of_period\", at_least = 3 }]",
            "when = []",
            "rule = \"domains_uncovered\"",
            "to everybody",
        ),
        (
            "documenter dans {words},",
            "documenter dans {names},",
            "rule = \"domains_uncovered\"",
            "`{names}` stands for nothing",
        ),
        (
            "{value} enseignants sur {of}",
            "{words} enseignants",
            "rule = \"adoption_help\"",
            "`{words}` stands for nothing",
        ),
        ("expected_use = 60", "expected_use = 100", "expected_use = 60", "from 1 to 99"),
        ("below = \"active_teachers\"", "below = \"hours\"", "below = \"active_teachers\"", "no cube of districts"),
        (
            "outcome = { above = \"families_active\", below = \"pupils_documented\" }",
            "outcome = { above = \"families_active\", below = \"active_teachers\" }",
            "outcome = { above = \"families_active\"",
            "make a link by itself",
        ),
    ] {
        let error = mistake(from, to);
        assert_eq!(error.file, FILE);
        let expected = if reason == "declared twice" { line_of("rule = \"sync_alert\"") } else { line_of(line) };
        assert_eq!(error.line, expected, "{error}");
        assert!(error.reason.contains(reason), "{error}");
    }
}

#[test]
fn every_rule_says_why_and_blames_nobody() {
    let catalogue = Catalogue::embedded().expect("the dictionary");
    let both = [Advised::Teacher, Advised::Head];
    assert!(both.iter().all(|audience| catalogue.recommendations().iter().any(|rule| rule.audience == *audience)));
    for rule in catalogue.recommendations() {
        let fr = format!("{} {}", rule.sentence.fr, rule.why.fr).to_lowercase();
        for blame in ["insuffisant", "devez", "trop peu", "mauvais", "oubli", "retard", "!"] {
            assert!(!fr.contains(blame), "{}: {blame}", rule.rule);
        }
        assert!(fr.contains("vous pourriez") || fr.contains("à essayer"), "{}", rule.rule);
    }
    let described = catalogue.describe(Lang::Fr).recommendations;
    assert_eq!(described.len(), catalogue.recommendations().len());
    assert!(described.iter().all(|one| one.conditions.len() >= 2 && !one.why.is_empty()));
}
