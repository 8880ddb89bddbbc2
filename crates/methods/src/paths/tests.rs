//! What paths promise.

use proptest::prelude::*;

use super::log::{LogError, Problem};
use super::*;

const GOOD: &str = r#"192.0.2.7 - - [10/Oct/2025:13:55:36 +0200] "GET /classes/12?x=1 HTTP/1.1" 200 2326"#;

#[test]
fn what_followed_the_longest_ending_counts_most() {
    let mut model = Model::new(3);
    for _ in 0..5 {
        model.learn(&[0, 1, 2]);
        model.learn(&[3, 1, 4]);
    }
    assert_eq!(model.next(&[0, 1])[0].0, 2);
    assert_eq!(model.next(&[3, 1])[0].0, 4);
    assert_eq!(model.next(&[9, 1]).len(), 5, "an unknown beginning falls back to shorter endings");
    assert!(Model::new(3).next(&[1]).is_empty());
}

#[test]
fn next_screens_are_told_better_than_by_popularity() {
    for seed in 0..3 {
        let (_, paths) = simulation::sessions(seed, 2000);
        let judged = evaluate(&paths).expect("there are enough");
        assert!(judged.hit_rate >= 0.75 && judged.hit_rate >= judged.most_popular + 0.15, "{judged:?}");
    }
}

#[test]
fn too_few_sessions_are_not_judged() {
    assert_eq!(evaluate(&[vec![1, 2], vec![3]]), Err(TooFew { sessions: 1, steps: 1 }));
}

#[test]
fn a_log_is_cut_into_sessions_and_forgets_who_they_were() {
    let text = [
        GOOD,
        r#"192.0.2.9 - - [10/Oct/2025:13:56:00 +0200] "GET / HTTP/1.1" 304 0"#,
        r#"192.0.2.7 - marie [10/Oct/2025:14:20:36 +0200] "GET /classes/13/pupils HTTP/1.1" 200 12 "-" "Mozilla""#,
        r#"192.0.2.7 - - [10/Oct/2025:14:20:37 +0200] "GET /logo.PNG HTTP/1.1" 200 12"#,
        r#"192.0.2.7 - - [10/Oct/2025:14:20:38 +0200] "POST /classes HTTP/1.1" 200 12"#,
        r#"192.0.2.7 - - [10/Oct/2025:14:20:39 +0200] "GET /gone HTTP/1.1" 404 -"#,
        r#"192.0.2.7 - - [10/Oct/2025:15:20:36 +0200] "GET / HTTP/1.1" 200 12"#,
        "nonsense",
    ];
    let reading = log::read(text.join("\n").as_bytes()).expect("it reads");
    let names: Vec<Vec<&str>> =
        reading.paths.iter().map(|path| path.iter().filter_map(|at| reading.screens.name(*at)).collect()).collect();
    assert_eq!(names, [vec!["/classes/:id", "/classes/:id/pupils"], vec!["/"], vec!["/"]]);
    assert_eq!((reading.lines, reading.passed_over, reading.wrong), (8, 3, 1));
    assert_eq!(reading.first_wrong.map(|wrong| wrong.line), Some(8));
    let shown = format!("{reading:?}");
    assert!(!shown.contains("192.0.2") && !shown.contains("marie"), "{shown}");
}

#[test]
fn a_log_without_a_good_line_says_what_would_be_right() {
    for (line, problem) in [
        ("nonsense", Problem::Fields),
        (r#"a - - [10/Oct/2025] "GET / HTTP/1.1" 200 2"#, Problem::Time),
        (r#"a - - [31/Feb/2025:13:55:36 +0200] "GET / HTTP/1.1" 200 2"#, Problem::Time),
        (r#"a - - [10/Oct/2025:13:55:36 +0200] "-" 200 2"#, Problem::Request),
        (r#"a - - [10/Oct/2025:13:55:36 +0200] "GET / HTTP/1.1" two 2"#, Problem::Status),
    ] {
        match log::read(line.as_bytes()) {
            Err(LogError::NoLine { lines: 1, first }) => assert_eq!((first.line, first.problem), (1, problem)),
            other => panic!("{line}: {other:?}"),
        }
    }
    assert!(matches!(log::read("\n\n".as_bytes()), Err(LogError::Empty)));
    let reading = log::read(format!("\n{GOOD}\n\nnonsense").as_bytes()).expect("one line reads");
    assert_eq!(reading.first_wrong.map(|wrong| wrong.line), Some(4), "blank lines count in a line's number");
    assert!(matches!(log::read(&b"\xff\xfe"[..]), Err(LogError::NoLine { .. })));
}

#[test]
fn friction_is_where_people_get_stuck() {
    // 0 home, 1 class, 2 form, 3 done, 4 error, 5 trap
    let mut paths = vec![vec![0, 1, 2, 3]; 40];
    paths.extend(vec![vec![0, 1, 5]; 30]);
    paths.extend(vec![vec![0, 2, 4, 2, 4, 2, 4]; 30]);
    let flows = [Flow { start: 2, goals: vec![3] }];
    let found = frictions(&paths, &flows, &[4]);
    let has = |kind, screen| found.iter().any(|friction| friction.kind == kind && friction.screen == screen);
    assert!(has(FrictionKind::DeadEnd, 5) && !has(FrictionKind::DeadEnd, 1) && !has(FrictionKind::DeadEnd, 3));
    assert!(has(FrictionKind::RepeatedError, 2) && has(FrictionKind::Loop, 2) && has(FrictionKind::Abandoned, 2));
    assert!(frictions(&[], &flows, &[]).is_empty());
}

proptest! {
    #[test]
    fn no_log_makes_it_fall_over(bytes in prop::collection::vec(any::<u8>(), 0..300)) {
        let _ = log::read(&bytes[..]);
    }

    #[test]
    fn a_damaged_line_never_falls_over(at in 0..GOOD.len(), byte in 32_u8..127) {
        let mut line = GOOD.as_bytes().to_vec();
        line[at] = byte;
        let _ = log::read(&line[..]);
    }

    #[test]
    fn probabilities_add_up_to_no_more_than_one(paths in prop::collection::vec(prop::collection::vec(0..6_u32, 0..9), 0..20)) {
        let mut model = Model::new(3);
        for path in &paths {
            model.learn(path);
        }
        for path in &paths {
            let sum: f64 = model.next(path).iter().map(|(_, share)| share).sum();
            prop_assert!((0.0..=1.0 + 1e-9).contains(&sum));
        }
    }
}
