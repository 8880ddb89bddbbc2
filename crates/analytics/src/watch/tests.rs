use super::*;

/// Twenty weeks of a school with nine devices: sixty sessions a class day, six errors of two kinds, one crash.
fn played(unusual: impl Fn(usize, &mut BTreeMap<(&str, &str), u64>)) -> (Counts, Vec<Date>) {
    let mut counts = Counts::default();
    let monday: Date = "2025-09-01".parse().unwrap();
    let all: Vec<Date> = (0..20 * 7).map(|at| monday.saturating_add(Span::new().days(at))).collect();
    let open: Vec<Date> = all.into_iter().filter(|day| is_open(*day)).collect();
    for (at, day) in open.iter().enumerate() {
        let wave = [0, 3, 1, 4, 2][at % 5];
        let mut of_day = BTreeMap::from([
            (("sessions", "normal"), 58 + wave),
            (("errors", "network"), 4 + wave % 2),
            (("errors", "storage"), 2),
            (("crashes", "crash"), 1),
            (("syncs", "success"), 40 + wave),
            (("syncs", "failure"), 2),
        ]);
        unusual(at, &mut of_day);
        counts.devices.insert(*day, 9);
        for ((metric, word), n) in of_day {
            counts.counts.entry((metric.to_owned(), word.to_owned())).or_default().insert(*day, n);
        }
    }
    (counts, open)
}

fn is_open(day: Date) -> bool {
    Calendar::official().is_class_day(Zone::C, day)
}

fn alerts(counts: &Counts) -> Vec<(Date, Alert)> {
    WATCHED.iter().flat_map(|watched| counts.watch(watched, is_open)).collect()
}

#[test]
fn ordinary_days_raise_no_alert() {
    assert_eq!(alerts(&played(|_, _| {}).0), []);
}

#[test]
fn an_error_that_is_suddenly_everywhere_is_told_with_its_part() {
    let (counts, open) = played(|at, day| {
        if at == 60 {
            day.insert(("errors", "storage"), 40);
        }
    });
    let found = alerts(&counts);
    let [(day, alert)] = &found[..] else { panic!("{found:?}") };
    assert_eq!((*day, alert.measure.as_str(), alert.direction), (open[60], "error_count", "up"));
    assert_eq!(alert.part.as_deref(), Some("storage"));
    assert!(alert.counted > 3 * alert.usual, "{alert:?}");
}

#[test]
fn a_school_that_falls_silent_is_seen_and_fewer_crashes_are_no_news() {
    let (counts, open) = played(|at, day| {
        if at >= 60 {
            day.insert(("sessions", "normal"), 5);
            day.insert(("crashes", "crash"), 0);
            for metric in [("errors", "network"), ("errors", "storage"), ("syncs", "failure")] {
                day.insert(metric, 0);
            }
            day.insert(("syncs", "success"), 3);
        }
    });
    let found = alerts(&counts);
    assert_eq!((found[0].0, found[0].1.measure.as_str(), found[0].1.direction), (open[60], "session_count", "down"));
    assert!(found.iter().all(|(_, alert)| alert.measure == "session_count"), "{found:?}");
}

#[test]
fn days_with_few_devices_are_not_judged() {
    let (mut counts, _) = played(|at, day| {
        if at == 60 {
            day.insert(("errors", "storage"), 40);
        }
    });
    for devices in counts.devices.values_mut() {
        *devices = 4;
    }
    assert_eq!(alerts(&counts), []);
    assert_eq!(counts.judged().count(), 0);
}
