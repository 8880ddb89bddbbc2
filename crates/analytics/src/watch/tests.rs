//! What the watch promises of a school whose days are known.

use std::collections::BTreeMap;

use super::*;

/// Metric, word and version.
type Counts = BTreeMap<(Metric, &'static str, &'static str), u64>;

const OLD: &str = "2.3.4";
const NEW: &str = "2.3.5";

/// Twenty weeks of a school with nine devices: sixty sessions a class day in two versions, six errors of two kinds, seldom a
/// crash.
fn played(unusual: impl Fn(usize, &mut Counts)) -> (Days, Vec<Date>) {
    let mut days = Days::default();
    let monday: Date = "2025-09-01".parse().unwrap();
    let all = (0..20 * 7).map(|at| monday.saturating_add(Span::new().days(at)));
    let open: Vec<Date> = all.filter(|day| is_open(*day)).collect();
    for (at, day) in open.iter().enumerate() {
        let wave = [0, 3, 1, 4, 2][at % 5];
        let mut counts = BTreeMap::from([
            ((Metric::Sessions, "background", OLD), 28 + wave),
            ((Metric::Sessions, "background", NEW), 30),
            ((Metric::Errors, "network_timeout", OLD), 4 + wave % 2),
            ((Metric::Errors, "missing_media", OLD), 2),
            ((Metric::Crashes, "out_of_memory", OLD), u64::from(at % 4 == 0)),
            ((Metric::Syncs, "success", OLD), 40 + wave),
            ((Metric::Syncs, "failed", OLD), 1),
            ((Metric::Syncs, "partial", OLD), 1),
            ((Metric::Loads, QUICK, OLD), 400),
            ((Metric::Loads, SLOW, OLD), 4 + wave % 2),
            ((Metric::Loads, QUICK, NEW), 380),
            ((Metric::Loads, SLOW, NEW), 4),
        ]);
        unusual(at, &mut counts);
        if counts.is_empty() {
            continue;
        }
        for version in [OLD, NEW] {
            days.see_devices(*day, version, 6);
        }
        days.see_week(IsoWeek::of(*day).monday(), 11);
        add(&mut days, *day, counts);
    }
    (days, open)
}

fn add(days: &mut Days, day: Date, counts: Counts) {
    for ((metric, word, version), n) in counts {
        let screen = if metric == Metric::Crashes { "documents" } else { "" };
        let kind = Kind { word: word.to_owned(), version: version.to_owned(), screen: screen.to_owned() };
        days.add(day, metric, kind, n);
    }
}

fn is_open(day: Date) -> bool {
    Calendar::official().is_class_day(Zone::C, day)
}

/// What is told of a school, the day after its last.
fn told(days: &Days) -> Vec<Alert> {
    let last = days.all().last().map_or_else(|| Date::constant(2026, 1, 19), |day| day.tomorrow().unwrap());
    judge(days, Scope::School, &is_open, last)
}

#[test]
fn ordinary_days_raise_no_alert() {
    assert_eq!(told(&played(|_, _| {}).0), []);
}

#[test]
fn an_error_that_is_suddenly_everywhere_is_told_with_its_part() {
    let (days, open) = played(|at, counts| {
        if at == 60 {
            counts.insert((Metric::Errors, "missing_media", OLD), 40);
        }
    });
    let alerts = told(&days);
    let [alert] = &alerts[..] else { panic!("{alerts:?}") };
    assert_eq!((alert.day.clone(), alert.measure.as_str(), alert.direction), (open[60].to_string(), "error_count", UP));
    assert_eq!((alert.part.as_deref(), alert.version.as_deref()), (Some("missing_media"), Some(OLD)));
    assert!(alert.counted > 3 * alert.usual && alert.severity == Severity::Notify, "{alert:?}");
}

#[test]
fn crashes_of_one_version_are_told_at_once_and_the_version_is_named() {
    let (days, open) = played(|at, counts| {
        if at >= 60 {
            counts.insert((Metric::Crashes, "out_of_memory", NEW), 6);
        }
    });
    let until = days.between(open[0], open[60]);
    // The day itself is not over: a share above its bound is told all the same.
    let alerts = judge(&until, Scope::School, &is_open, open[60]);
    let [alert] = &alerts[..] else { panic!("{alerts:?}") };
    assert_eq!((alert.rule, alert.severity), (Rule::CrashRate, Severity::Immediate));
    assert_eq!((alert.version.as_deref(), alert.out_of, alert.counted), (Some(NEW), Some(30), 6));
    // It stays the same alert on the days after.
    let later = told(&days);
    assert!(later.iter().any(|one| one.key() == alert.key()), "{later:?}");
}

#[test]
fn one_crash_of_three_sessions_is_no_news() {
    let (days, _) = played(|at, counts| {
        if at == 60 {
            counts.retain(|(metric, ..), _| *metric == Metric::Loads);
            counts.insert((Metric::Sessions, "background", OLD), 3);
            counts.insert((Metric::Crashes, "crash", OLD), 1);
        }
    });
    let alerts = told(&days);
    assert!(alerts.iter().all(|alert| alert.measure == "session_count"), "{alerts:?}");
}

#[test]
fn a_version_that_few_devices_have_is_not_named() {
    let (mut days, open) = played(|at, counts| {
        if at == 60 {
            counts.insert((Metric::Crashes, "out_of_memory", "2.3.6"), 12);
            counts.insert((Metric::Sessions, "background", "2.3.6"), 20);
        }
    });
    days.see_devices(open[60], "2.3.6", 4);
    let alerts = told(&days);
    assert!(!alerts.is_empty() && alerts.iter().all(|alert| alert.version.is_none()), "{alerts:?}");
}

#[test]
fn failed_synchronisations_are_told_with_their_outcome_and_tablets_without_network_are_not() {
    let burst = |why: &'static str| {
        played(move |at, counts| {
            if at == 60 {
                counts.insert((Metric::Syncs, "failed", OLD), 45);
                counts.insert((Metric::SyncErrors, why, OLD), 44);
            }
        })
    };
    let alerts = told(&burst("server").0);
    let first = alerts.first().unwrap();
    assert_eq!((first.rule, first.part.as_deref()), (Rule::SyncFailure, Some("failed")), "{alerts:?}");
    assert_eq!(told(&burst("offline").0), []);
}

#[test]
fn slow_displays_are_told_as_a_whole() {
    let (days, open) = played(|at, counts| {
        if at >= 60 {
            counts.insert((Metric::Loads, SLOW, OLD), 60);
            counts.insert((Metric::Loads, SLOW, NEW), 55);
        }
    });
    let alerts = told(&days);
    let last = alerts.last().unwrap();
    assert_eq!((last.measure.as_str(), last.day.clone()), ("load_time", open[60].to_string()), "{alerts:?}");
    assert!(alerts.iter().all(|alert| alert.measure == "load_time" && alert.version.is_none()), "{alerts:?}");
}

#[test]
fn a_school_that_falls_silent_is_seen_whether_it_sends_little_or_nothing() {
    let (days, open) = played(|at, counts| {
        if at >= 60 {
            counts.retain(|(metric, ..), _| *metric == Metric::Sessions);
            for n in counts.values_mut() {
                *n /= 12;
            }
        }
    });
    let alerts = told(&days);
    let last = alerts.last().unwrap();
    assert_eq!((last.rule, last.measure.as_str(), last.direction), (Rule::VolumeDrop, "session_count", DOWN));
    assert_eq!(last.from, open[60].to_string());
    let (days, open) = played(|at, counts| {
        if at >= 55 {
            counts.clear();
        }
    });
    let alerts = judge(&days, Scope::School, &is_open, open[62]);
    let [alert] = &alerts[..] else { panic!("{alerts:?}") };
    assert_eq!((alert.measure.as_str(), alert.from.clone()), ("devices_active", open[55].to_string()));
    assert_eq!((alert.rule, alert.days, alert.counted), (Rule::VolumeDrop, 2, 0));
    // All schools together are not told of one that stops.
    assert_eq!(judge(&days, Scope::System, &is_open, open[62]), []);
}

#[test]
fn holidays_and_a_day_without_anything_are_no_news() {
    let (days, open) = played(|at, counts| {
        if at == 40 {
            counts.clear();
        }
    });
    // Holidays in which everything fails.
    let mut closed = days.clone();
    let mut day = open[0];
    while day < *open.last().unwrap() {
        day = day.tomorrow().unwrap();
        if !IsoWeek::of(day).days().any(is_open) {
            closed.see_week(IsoWeek::of(day).monday(), 9);
            closed.see_devices(day, OLD, 9);
            let counts = [
                ((Metric::Sessions, "crash", OLD), 30),
                ((Metric::Crashes, "crash", OLD), 30),
                ((Metric::Syncs, "failed", OLD), 30),
            ];
            add(&mut closed, day, BTreeMap::from(counts));
        }
    }
    assert_eq!((told(&days), told(&closed)), (Vec::new(), Vec::new()));
}

#[test]
fn days_with_few_devices_are_not_judged() {
    let (many, _) = played(|at, counts| {
        if at == 60 {
            counts.insert((Metric::Errors, "missing_media", OLD), 40);
        }
    });
    let mut few = Days::default();
    for day in many.all() {
        few.see_devices(day, OLD, 4);
        for (_, metric) in Metric::NAMED {
            many.kinds(metric, day).for_each(|(kind, n)| few.add(day, metric, kind.clone(), n));
        }
    }
    assert!(!told(&many).is_empty());
    assert_eq!(told(&few), []);
}

#[test]
fn a_new_kind_of_crash_is_told_with_its_screen_and_one_that_is_back_with_its_version() {
    let (days, _) = played(|at, counts| {
        if at >= 50 && at.is_multiple_of(2) {
            counts.insert((Metric::Crashes, "unhandled_exception", NEW), 3);
        }
    });
    let alerts = told(&days);
    let new: Vec<&Alert> = alerts.iter().filter(|alert| alert.rule == Rule::NewError).collect();
    let [new] = &new[..] else { panic!("{alerts:?}") };
    assert_eq!((new.part.as_deref(), new.screen.as_deref()), (Some("unhandled_exception"), Some("documents")));
    assert_eq!(new.version.as_deref(), Some(NEW));
    // Two errors a day until the 29th day in the old version, none in the next, some again in the one after.
    let (mut days, open) = played(|at, counts| {
        let version = [OLD, NEW, "2.3.6"][(at / 25).min(2)];
        let old = std::mem::take(counts);
        for ((metric, word, _), n) in old {
            *counts.entry((metric, word, version)).or_default() += n;
        }
        counts.insert((Metric::Errors, "disk_full", version), if version == NEW { 0 } else { 2 });
        counts.retain(|_, n| *n > 0);
    });
    open[50..].iter().for_each(|day| days.see_devices(*day, "2.3.6", 6));
    let alerts = told(&days);
    let back: Vec<&Alert> = alerts.iter().filter(|alert| alert.rule == Rule::Regression).collect();
    let [back] = &back[..] else { panic!("{alerts:?}") };
    assert_eq!((back.part.as_deref(), back.version.as_deref()), (Some("disk_full"), Some("2.3.6")));
    assert_eq!(back.severity, Severity::Immediate);
}

#[test]
fn a_school_that_opened_last_week_all_zeros_and_a_missing_month_are_no_news() {
    let (days, open) = played(|_, _| {});
    assert_eq!(judge(&days.between(open[0], open[4]), Scope::School, &is_open, open[5]), []);
    assert_eq!(told(&Days::default()), []);
    let mut zeros = Days::default();
    for day in &open {
        zeros.see_devices(*day, OLD, 9);
        zeros.add(
            *day,
            Metric::Sessions,
            Kind { word: String::new(), version: OLD.to_owned(), screen: String::new() },
            0,
        );
    }
    assert_eq!(told(&zeros), []);
    // Nothing came for a month: that is told once, and the return is no news.
    let (gap, _) = played(|at, counts| {
        if (40..56).contains(&at) {
            counts.clear();
        }
    });
    let alerts = told(&gap);
    let [alert] = &alerts[..] else { panic!("{alerts:?}") };
    assert_eq!(alert.measure, "devices_active");
}

#[test]
fn one_spike_is_told_once() {
    let (days, open) = played(|at, counts| {
        if at == 60 {
            counts.insert((Metric::Crashes, "out_of_memory", OLD), 25);
            counts.insert((Metric::Crashes, "crash", NEW), 25);
        }
    });
    let alerts: Vec<Alert> = told(&days).into_iter().filter(|alert| alert.rule != Rule::NewError).collect();
    let [alert] = &alerts[..] else { panic!("{alerts:?}") };
    assert_eq!((alert.rule, alert.day.clone(), alert.version.clone()), (Rule::CrashRate, open[60].to_string(), None));
}

#[test]
fn two_zones_are_one_system_that_is_open_where_any_has_class() {
    let calendar = Calendar::official();
    // Zone A's winter holidays have begun, zone C's have not.
    let day: Date = "2026-02-12".parse().unwrap();
    assert!(!calendar.is_class_day(Zone::A, day) && calendar.is_class_day(Zone::C, day));
    assert!(is_open_anywhere(&calendar, day) && !is_open_anywhere(&calendar, "2025-12-25".parse().unwrap()));
    let (one, _) = played(|_, _| {});
    let (other, open) = played(|at, counts| {
        if at == 60 {
            counts.insert((Metric::Syncs, "failed", OLD), 60);
        }
    });
    let mut both = one;
    both.add_all(&other);
    let alerts = judge(&both, Scope::System, &|day| is_open_anywhere(&calendar, day), open[61]);
    let [alert] = &alerts[..] else { panic!("{alerts:?}") };
    assert_eq!((alert.rule, alert.part.as_deref()), (Rule::SyncFailure, Some("failed")));
}

#[test]
fn an_alert_is_of_days_up_to_its_own() {
    let (days, open) = played(|at, counts| {
        if at % 17 == 16 {
            counts.insert((Metric::Errors, "network_timeout", NEW), 35);
            counts.insert((Metric::Loads, SLOW, OLD), 70);
        }
    });
    let all = told(&days);
    assert!(all.len() > 3);
    for cut in [30, 45, 60] {
        let so_far = judge(&days.between(open[0], open[cut]), Scope::School, &is_open, open[cut].tomorrow().unwrap());
        let until = open[cut].to_string();
        assert_eq!(so_far, all.iter().filter(|alert| alert.day <= until).cloned().collect::<Vec<_>>());
    }
}

#[test]
fn the_days_that_are_looked_at_begin_on_the_same_monday_for_four_weeks() {
    let starts: Vec<Date> =
        (0..56).map(|at| first_looked_at(Date::constant(2025, 11, 3).saturating_add(Span::new().days(at)))).collect();
    let mut distinct = starts.clone();
    distinct.dedup();
    assert!(distinct.len() <= 3 && distinct.iter().all(|day| day.weekday() == jiff::civil::Weekday::Monday));
    for (at, start) in starts.iter().enumerate() {
        let today = Date::constant(2025, 11, 3).saturating_add(Span::new().days(i64::try_from(at).unwrap()));
        assert!((18 * 7..=22 * 7 + 6).contains(&(today - *start).get_days()), "{today} {start}");
    }
}
