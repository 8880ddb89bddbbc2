//! What friction promises.

use super::*;

fn noisy(value: f64) -> Noisy {
    Noisy { value, variance: 47.0 }
}

/// All words of the cube with nothing in them, and some with something.
fn words(catalogue: &Catalogue, some: &[(&str, &str, f64)]) -> BTreeMap<String, Noisy> {
    let cube = catalogue.cubes().iter().find(|cube| cube.name == PATHS).unwrap();
    let mut words: BTreeMap<String, Noisy> =
        catalogue.cube_words(cube).into_iter().map(|word| (word, noisy(0.0))).collect();
    for (from, to, value) in some {
        let known = words.get_mut(&path_word(from, to)).unwrap_or_else(|| panic!("{from}>{to} is no word of the cube"));
        known.value = *value;
    }
    words
}

fn found(some: &[(&str, &str, f64)]) -> Vec<Stuck> {
    let catalogue = Catalogue::embedded().unwrap();
    let words = words(&catalogue, some);
    let (screens, steps) = steps(&catalogue, &words);
    stuck(&catalogue, &screens, &steps, &words)
}

#[test]
fn dead_ends_and_back_and_forth_are_told_from_single_steps() {
    let stuck = found(&[
        ("", "home", 4_000.0),
        ("home", "pupils_list", 3_500.0),
        ("pupils_list", "pupil_sheet", 3_400.0),
        ("pupil_sheet", "objectives", 3_300.0),
        ("objectives", "home", 3_000.0),
        ("home", "documents", 2_000.0),
        ("documents", "document_sheet", 2_800.0),
        ("document_sheet", "documents", 2_500.0),
        ("documents", "home", 1_500.0),
        ("home", "help", 1_500.0),
        ("help", "home", 200.0),
    ]);
    let told: Vec<(&str, Vec<&str>)> =
        stuck.iter().map(|one| (one.kind, one.places.iter().map(String::as_str).collect())).collect();
    assert_eq!(told, [("dead_end", vec!["help"]), ("back_and_forth", vec!["documents", "document_sheet"])]);
    assert!((0.85..0.9).contains(&stuck[0].share) && stuck[0].low < stuck[0].share, "{stuck:?}");
}

#[test]
fn a_flow_that_is_given_up_is_told_with_its_step() {
    let stuck = found(&[
        ("flow:share/confirm", "completed", 900.0),
        ("flow:share/choose", "abandoned", 100.0),
        ("flow:notebook/finish", "completed", 500.0),
        ("flow:notebook/check", "abandoned", 600.0),
        ("flow:notebook/edit", "failed", 90.0),
    ]);
    let [only] = &stuck[..] else { panic!("{stuck:?}") };
    assert_eq!(
        (only.kind, &only.places[..], only.step.as_deref()),
        ("abandoned", &["notebook".to_owned()][..], Some("check"))
    );
    assert!(only.low > 0.5 && only.high < 0.66, "{only:?}");
}

#[test]
fn nothing_is_no_friction() {
    assert_eq!(found(&[]), []);
    let read = Read::default();
    assert_eq!((read.bottlenecks(&Screens::default(), &Steps::default()), read.crashing()), (Vec::new(), Vec::new()));
}

/// So many loads of so many milliseconds.
fn loads(list: &[(u64, u64)]) -> BTreeMap<i16, u64> {
    list.iter().map(|(ms, n)| (histogram::bucket_of(*ms), *n)).collect()
}

#[test]
fn screens_are_in_the_order_of_the_time_that_is_lost_on_them() {
    let read = Read {
        loads: BTreeMap::from([
            // Slow, and rare; a little slow, and frequent; fast; too rare to tell.
            ("portfolio".to_owned(), loads(&[(600, 150), (9_000, 50)])),
            ("home".to_owned(), loads(&[(400, 5_000), (2_000, 5_000)])),
            ("help".to_owned(), loads(&[(300, 4_000)])),
            ("about".to_owned(), loads(&[(60_000, 99)])),
        ]),
        ..Read::default()
    };
    let found = read.bottlenecks(&Screens::default(), &Steps::default());
    let told: Vec<&str> = found.iter().map(|one| one.screen.as_str()).collect();
    assert_eq!(told, ["home", "portfolio"]);
    // Five thousand times about a second; a bucket is a tenth off at most.
    assert!((1.1..1.7).contains(&found[0].lost_h) && (found[0].slow - 0.5).abs() < 1e-9, "{found:?}");
    assert!(found[0].low_h <= found[0].lost_h && found[0].lost_h <= found[0].high_h && found[0].reached.is_none());
}

#[test]
fn a_screen_that_crashes_again_and_again_is_told_and_one_bad_day_is_not() {
    let days = |list: &[(&str, u64)]| -> BTreeMap<Date, u64> {
        list.iter().map(|(day, n)| (day.parse().unwrap(), *n)).collect()
    };
    let read = Read {
        loads: BTreeMap::from([
            ("portfolio".to_owned(), loads(&[(600, 2_000)])),
            ("documents".to_owned(), loads(&[(600, 2_000)])),
            ("home".to_owned(), loads(&[(600, 20_000)])),
        ]),
        crashes: BTreeMap::from([
            ("portfolio".to_owned(), days(&[("2025-11-17", 12), ("2025-11-18", 9), ("2025-11-20", 15)])),
            ("documents".to_owned(), days(&[("2025-11-17", 40)])),
            ("home".to_owned(), days(&[("2025-11-17", 2), ("2025-11-18", 3), ("2025-11-20", 1)])),
        ]),
        ..Read::default()
    };
    let found = read.crashing();
    let [only] = &found[..] else { panic!("{found:?}") };
    assert_eq!((only.screen.as_str(), only.crashes, only.days), ("portfolio", 36, 3));
    assert!((only.per_thousand - 18.0).abs() < 1e-9 && only.low > 2.0 * only.usual, "{only:?}");
}
