//! What recommendations promise, on classes and schools made by hand: no store, no server.

use std::collections::{BTreeMap, BTreeSet};

use calendar::{Calendar, IsoWeek, Zone};
use catalogue::{Advised, Basis, Catalogue};
use jiff::civil::Date;
use privacy::Pseudonym;
use privacy::exit::{ReleaseRecord, Released, StoredFigure};
use store::RosterClass;

use super::published::{Arrivals, Features, Published, features_of};
use super::{Advice, Readings, choose, head, teacher};
use crate::governance::Approvals;
use crate::own::rows::{PersonRow, PupilRow, Rows};
use crate::view::{Figure, View};
use crate::watch::{Alert, Rule, Severity, UP};

const HER: u8 = 1;
const COLLEAGUE: u8 = 2;
/// A Wednesday of the second period.
const TODAY: &str = "2025-11-26";
/// Class weeks before it, this year.
const WEEKS: [&str; 10] = [
    "2025-W36", "2025-W37", "2025-W38", "2025-W39", "2025-W40", "2025-W41", "2025-W42", "2025-W45", "2025-W46",
    "2025-W47",
];

fn person(number: u8) -> Pseudonym {
    Pseudonym::from_stored([number; 16])
}

fn week(label: &str) -> IsoWeek {
    label.parse().unwrap()
}

fn date(text: &str) -> Date {
    text.parse().unwrap()
}

/// A row of a person.
fn row(who: u8, role: &str, at: &str, event: &str, facet: &str, outcome: &str, n: i64) -> PersonRow {
    PersonRow {
        role: role.to_owned(),
        person: person(who),
        week: week(at),
        event: event.to_owned(),
        facet: facet.to_owned(),
        outcome: outcome.to_owned(),
        n,
        duration_ms: 0,
        volume_kb: 0,
    }
}

fn pupil_row(pupil: u8, at: &str, event: &str, domain: &str, theme: &str) -> PupilRow {
    PupilRow {
        pupil: person(pupil),
        week: week(at),
        event: event.to_owned(),
        facet: String::new(),
        domain: domain.to_owned(),
        theme: theme.to_owned(),
        n: 1,
    }
}

fn roster() -> RosterClass {
    RosterClass {
        class: person(99),
        levels: vec!["PS".to_owned()],
        teachers: vec![person(HER)],
        pupils: (100..120).map(person).collect(),
        families: (150..170).map(person).collect(),
        families_of: BTreeMap::new(),
    }
}

/// A teacher who works with the application every week, uses five features, shares weekly and documents all domains.
fn busy() -> Rows {
    let mut rows = Rows::default();
    for at in WEEKS {
        for feature in ["photo_capture", "objective_assign", "ecarnet", "note", "backup"] {
            rows.people.push(row(HER, "teacher", at, "feature_used", feature, "ok", 6));
        }
        for screen in ["home", "documents", "objectives", "progress_class", "progress_pupil", "help"] {
            rows.people.push(row(HER, "teacher", at, "screen_viewed", screen, "", 4));
        }
        rows.people.push(row(HER, "teacher", at, "share_deposited", "ecarnet", "ok", 5));
        rows.people.push(row(HER, "teacher", at, "media_added", "photo", "", 20));
        for domain in ["language", "physical", "arts", "maths", "world", "living_together"] {
            rows.pupils.push(pupil_row(100, at, "objective_linked", domain, "a"));
            rows.pupils.push(pupil_row(101, at, "objective_linked", domain, "b"));
        }
        rows.pupils.extend((100..120).map(|pupil| pupil_row(pupil, at, "media_added", "", "")));
    }
    rows
}

/// What her school's closed months say of features, and the country's steps of screens.
fn elsewhere() -> (Features, Published) {
    let uses =
        [("photo_capture", 900.0), ("dictation", 300.0), ("grid_entry", 220.0), ("epub_export", 4.0), ("autres", 50.0)];
    let features = Features {
        label: "2025-09/2025-10".to_owned(),
        protection: "k=5".to_owned(),
        total: uses.iter().map(|(_, n)| n).sum(),
        uses: uses.map(|(word, n)| (word.to_owned(), n)).into_iter().collect(),
    };
    let arrivals = [("home", 9_000.0), ("tracking_grid", 2_000.0), ("progress_class", 1_500.0), ("about", 10.0)];
    let published = Published {
        months: vec!["2025-09".to_owned(), "2025-10".to_owned()],
        protection: "dp ε=2 δ=1e-8".to_owned(),
        arrivals: arrivals.map(|(word, count)| (word.to_owned(), Arrivals { count, sd: 48.0 })).into_iter().collect(),
    };
    (features, published)
}

fn readings(rows: &Rows, today: &str, features: &Features, published: &Published) -> Readings {
    let (calendar, roster) = (Calendar::official(), roster());
    let here = (&calendar, Zone::C, date(today));
    teacher::readings(&teacher::Own { here, rows, person: person(HER), roster: &roster }, features, published)
}

fn advised_but(readings: &Readings, audience: Advised, silenced: &[&str], unapproved: &[&str]) -> Vec<Advice> {
    let catalogue = Catalogue::embedded().unwrap();
    let silenced: BTreeSet<String> = silenced.iter().map(|rule| (*rule).to_owned()).collect();
    choose(&catalogue, &Approvals::all_but(&catalogue, unapproved), audience, readings, &silenced)
}

fn rules(advice: &[Advice]) -> Vec<&str> {
    advice.iter().map(|one| one.rule.as_str()).collect()
}

fn advised(rows: &Rows) -> Vec<Advice> {
    let (features, published) = elsewhere();
    advised_but(&readings(rows, TODAY, &features, &published), Advised::Teacher, &[], &[])
}

#[test]
fn a_class_without_data_and_one_that_opened_last_week_are_told_nothing() {
    assert_eq!(advised(&Rows::default()), []);
    let mut opened = busy();
    opened.people.retain(|row| row.week == week("2025-W47"));
    opened.pupils.retain(|row| row.week == week("2025-W47"));
    // Of the last four weeks only one is hers, so nothing can be said of a rhythm, of a year or of domains.
    let (features, published) = elsewhere();
    let read = readings(&opened, TODAY, &features, &published);
    assert_eq!((read[&Basis::ActiveWeeks][0].value, read[&Basis::ActiveWeeks].len()), (1.0, 1));
    assert_eq!(advised_but(&read, Advised::Teacher, &[], &[]), []);
    let first_days = readings(&Rows::default(), "2025-09-03", &features, &published);
    assert!(!first_days.contains_key(&Basis::WeeksWithoutSharing), "four weeks are not over");
}

#[test]
fn holidays_are_no_time_to_speak_of_the_period() {
    let read = readings(&busy(), "2025-12-27", &Features::default(), &Published::default());
    assert!(!read.contains_key(&Basis::WeeksOfPeriod) && !read.contains_key(&Basis::PupilsWithoutItem));
}

#[test]
fn a_feature_is_suggested_from_the_schools_total_and_never_from_a_colleagues_rows() {
    let mut rows = busy();
    // What a colleague does in the same class changes nothing.
    rows.people.push(row(COLLEAGUE, "teacher", "2025-W46", "feature_used", "dictation", "ok", 40));
    rows.people.push(row(COLLEAGUE, "teacher", "2025-W46", "feature_used", "parent_signature", "ok", 400));
    let advice = advised(&rows);
    let [feature, screen] = &advice[..] else { panic!("{advice:?}") };
    assert_eq!(
        (feature.rule.as_str(), &feature.words[..]),
        ("feature_unknown", &["dictation".to_owned(), "grid_entry".to_owned()][..])
    );
    assert_eq!(feature.confidence.told(), Some(95));
    let of: Vec<(&str, f64, &str)> =
        feature.evidence.iter().map(|one| (one.period.as_str(), one.value, one.protection.as_str())).collect();
    assert_eq!(of[..2], [("2025-2026", 0.0, "exact"), ("2025-09/2025-10", 300.0, "k=5")]);
    assert_eq!((screen.rule.as_str(), screen.words[0].as_str()), ("screen_unopened", "tracking_grid"));
    let noisy = &screen.evidence[1];
    assert!(
        noisy.low.unwrap() < noisy.value && noisy.value < noisy.high.unwrap() && noisy.protection.starts_with("dp")
    );
}

#[test]
fn with_everything_withheld_only_her_own_figures_speak() {
    let mut rows = busy();
    rows.people.retain(|row| row.event != "share_deposited");
    let withheld = features_of(&[Released::thaw(ReleaseRecord::from_stored(
        StoredFigure {
            measure: "feature_use".to_owned(),
            period: "2025-10".to_owned(),
            split: String::new(),
            word: String::new(),
            value: None,
            previous: None,
            denominator: None,
        },
        5,
    ))]);
    assert_eq!(withheld, Features::default());
    let read = readings(&rows, TODAY, &withheld, &Published::default());
    assert!(!read.contains_key(&Basis::FeaturesUnused) && !read.contains_key(&Basis::ScreensUnopened));
    let advice = advised_but(&read, Advised::Teacher, &[], &[]);
    assert_eq!(rules(&advice), ["sharing_rhythm"]);
    assert_eq!((advice[0].value, advice[0].of, advice[0].confidence.told()), (4.0, Some(4.0), None));
}

#[test]
fn steps_that_drown_in_their_noise_suggest_nothing() {
    let (features, mut published) = elsewhere();
    published.arrivals.values_mut().for_each(|one| one.sd = 4_000.0);
    let read = readings(&busy(), TODAY, &features, &published);
    assert!(!read.contains_key(&Basis::ScreensUnopened), "the total itself drowns");
    let (_, mut published) = elsewhere();
    published.arrivals.insert("tracking_grid".to_owned(), Arrivals { count: 60.0, sd: 48.0 });
    let read = readings(&busy(), TODAY, &Features::default(), &published);
    assert!(rules(&advised_but(&read, Advised::Teacher, &[], &[])).is_empty());
}

#[test]
fn a_notebook_handed_over_counts_as_much_as_a_share() {
    let mut rows = busy();
    rows.people.retain(|row| row.event != "share_deposited");
    for at in ["2025-W42", "2025-W45", "2025-W46"] {
        rows.people.push(row(HER, "teacher", at, "notebook_sent", "print", "", 20));
    }
    assert!(!rules(&advised(&rows)).contains(&"sharing_rhythm"));
    rows.people.push(row(HER, "teacher", "2025-W47", "share_deposited", "ecarnet", "error", 1));
    rows.people.retain(|row| row.event != "notebook_sent");
    assert!(rules(&advised(&rows)).contains(&"sharing_rhythm"), "a share that failed reached nobody");
}

#[test]
fn domains_are_compared_within_the_class_and_only_once_enough_is_linked() {
    let mut rows = busy();
    rows.pupils.retain(|row| row.domain != "world" && row.domain != "arts");
    let advice = advised(&rows);
    let domains = advice.iter().find(|one| one.rule == "domains_uncovered");
    assert_eq!(domains.map(|one| one.words.clone()), Some(vec!["arts".to_owned(), "world".to_owned()]));
    rows.pupils.retain(|row| row.week < week("2025-W45") || row.theme == "a" && row.domain == "maths");
    assert!(!rules(&advised(&rows)).contains(&"domains_uncovered"), "three occasions are too few");
}

#[test]
fn pupils_without_an_item_and_help_without_its_module_are_counted() {
    let mut rows = busy();
    rows.pupils.retain(|row| row.event != "media_added" || row.pupil < person(117));
    for topic in ["share", "share"] {
        rows.people.push(row(HER, "teacher", "2025-W46", "help_opened", topic, "", 2));
    }
    rows.people.push(row(HER, "teacher", "2025-W46", "help_opened", "capture", "", 9));
    rows.people.push(row(HER, "teacher", "2025-W47", "training_progressed", "capture", "done", 1));
    rows.people.push(row(COLLEAGUE, "teacher", "2025-W47", "training_progressed", "families", "done", 1));
    let advice = advised(&rows);
    assert_eq!(rules(&advice), ["pupils_without_trace", "training_suggested", "feature_unknown"], "three at most");
    assert_eq!((advice[0].value, advice[0].of), (3.0, Some(20.0)));
    assert_eq!((advice[1].value, &advice[1].words[..]), (4.0, &["families".to_owned()][..]));
}

#[test]
fn kinds_are_told_when_families_look_at_them_more_than_their_part_and_not_of_one_or_two_families() {
    let with = |families: std::ops::Range<u8>| {
        let mut rows = busy();
        rows.people.push(row(HER, "teacher", "2025-W46", "media_added", "video", "", 10));
        for family in families {
            for at in &WEEKS[4..] {
                rows.people.push(row(family, "parent", at, "media_consulted", "video", "viewed", 3));
                rows.people.push(row(family, "parent", at, "media_consulted", "photo", "viewed", 3));
            }
        }
        let read = readings(&rows, TODAY, &Features::default(), &Published::default());
        advised_but(&read, Advised::Teacher, &[], &[])
    };
    let advice = with(150..158);
    let kinds =
        advice.iter().find(|one| one.rule == "formats_consulted").expect("videos are half of what they look at");
    assert_eq!((&kinds.words[..], kinds.value), (&["video".to_owned()][..], 50.0));
    assert!(!rules(&with(150..152)).contains(&"formats_consulted"), "two families are not families");
}

#[test]
fn what_is_of_no_use_stays_away_and_what_is_not_approved_is_not_computed() {
    let (features, published) = elsewhere();
    let read = readings(&busy(), TODAY, &features, &published);
    let all = advised_but(&read, Advised::Teacher, &[], &[]);
    assert_eq!(rules(&all), ["feature_unknown", "screen_unopened"]);
    assert_eq!(rules(&advised_but(&read, Advised::Teacher, &["feature_unknown"], &[])), ["screen_unopened"]);
    assert_eq!(rules(&advised_but(&read, Advised::Teacher, &[], &["usage"])), ["screen_unopened"]);
    assert_eq!(rules(&advised_but(&read, Advised::Teacher, &[], &["beyond_establishment"])), ["feature_unknown"]);
    assert_eq!(advised_but(&read, Advised::Head, &[], &[]), [], "a teacher's readings are no head's");
}

fn technical(measure: &str, value: f64) -> Figure {
    super::evidence(measure, "R", &[], value, "devices=5")
}

fn of_school(figures: Vec<Figure>, alerts: Option<&[Alert]>, active: Option<(u64, u64)>) -> Vec<Advice> {
    let view = View { view: "mon-ecole", figures, ..View::default() };
    let active = active.map(|(value, declared)| {
        let figure = StoredFigure {
            measure: "active_teachers".to_owned(),
            period: "2025-10".to_owned(),
            split: String::new(),
            word: String::new(),
            value: Some(value),
            previous: None,
            denominator: Some(declared),
        };
        Released::thaw(ReleaseRecord::from_stored(figure, 5))
    });
    let read = head::readings(&view, "R", alerts, active.as_ref(), date(TODAY));
    advised_but(&read, Advised::Head, &[], &[])
}

#[test]
fn support_is_suggested_by_severity_and_only_of_what_is_recent() {
    let alert = |measure: &str, day: &str, counted: u64, usual: u64| Alert {
        rule: Rule::Unusual,
        severity: Severity::Notify,
        measure: measure.to_owned(),
        from: day.to_owned(),
        day: day.to_owned(),
        direction: UP,
        score: 0.99,
        days: 2,
        counted,
        usual,
        out_of: None,
        part: None,
        version: None,
        screen: None,
    };
    let alerts = [
        alert("error_count", "2025-11-24", 60, 20),
        alert("sync_success_rate", "2025-11-25", 18, 3),
        alert("crash_rate", "2025-11-25", 12, 2),
        alert("crash_rate", "2025-10-01", 90, 2),
    ];
    let advice = of_school(Vec::new(), Some(&alerts), None);
    assert_eq!(rules(&advice), ["crash_alert", "sync_alert", "error_alert"]);
    assert_eq!((advice[0].value, advice[0].evidence.len()), (1.0, 2), "the one of October is over");
    assert!(of_school(Vec::new(), Some(&alerts[3..]), None).is_empty());
    assert!(of_school(Vec::new(), None, None).is_empty(), "all figures withheld");
}

#[test]
fn a_rate_is_told_when_it_is_surely_above_its_target() {
    let of = |crashes: f64, sessions: f64| {
        let figures = vec![technical("crash_count", crashes), technical("session_count", sessions)];
        rules(&of_school(figures, None, None)).contains(&"crash_rate_high")
    };
    assert!(of(30.0, 1_000.0) && !of(2.0, 100.0) && !of(9.0, 1_000.0) && !of(0.0, 0.0));
    let missing = |missing: f64, received: f64| {
        let figures = vec![technical("batches_missing", missing), technical("batches_received", received)];
        rules(&of_school(figures, None, None)).contains(&"completeness_low")
    };
    assert!(missing(40.0, 200.0) && !missing(1.0, 12.0) && !missing(0.0, 0.0));
}

#[test]
fn fewer_than_five_who_were_not_active_are_never_told() {
    assert!(rules(&of_school(Vec::new(), None, Some((6, 10)))).is_empty());
    let advice = of_school(Vec::new(), None, Some((6, 11)));
    assert_eq!((rules(&advice), advice[0].value, advice[0].of), (vec!["adoption_help"], 5.0, Some(11.0)));
}
