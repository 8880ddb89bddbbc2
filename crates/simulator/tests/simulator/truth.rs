//! The truth: what it says is what the batches hold, late ones and planted ones included.

use std::collections::{BTreeMap, BTreeSet};

use catalogue::Catalogue;
use jiff::civil::Date;
use serde_json::Value;
use simulator::{AnomalyKind, Figures, SCHOOLS_WITH_PUPILS, SchoolWalk, write_truth};

use crate::{Sent, day_of, events, monday, sent, text, world};

/// What an outsider counts in the batches, by Monday and by whether it came in time.
#[derive(Default)]
struct Recount<'a> {
    media: BTreeMap<(Date, bool), BTreeMap<&'a str, u32>>,
    teachers: BTreeMap<(Date, bool), BTreeSet<&'a str>>,
    families: BTreeMap<(Date, bool), BTreeSet<&'a str>>,
    names: BTreeMap<(Date, bool, &'a str), u32>,
    days: BTreeMap<Date, (u32, u32)>,
    pupils: BTreeMap<(&'a str, Date), u32>,
    classes: BTreeMap<(&'a str, Date), u32>,
    late: u64,
    total: u64,
}

impl<'a> Recount<'a> {
    fn of(sent: &'a Sent, content: &BTreeSet<String>) -> Self {
        let mut count = Self::default();
        for (sent_on, _, event) in events(sent) {
            let (name, day) = (text(event, "name"), day_of(event));
            let week = monday(day);
            let late = (sent_on - week).get_days() >= 10;
            count.total += 1;
            count.late += u64::from(late);
            for in_time in if late { &[false][..] } else { &[false, true] } {
                count.in_week(event, week, *in_time, content);
            }
            match name {
                "session_ended" => count.days.entry(day).or_default().0 += 1,
                "crash_reported" => count.days.entry(day).or_default().1 += 1,
                "media_added" => {
                    *count.classes.entry((text(event, "class"), week)).or_default() += 1;
                    for pupil in event["pupils"].as_array().into_iter().flatten() {
                        *count.pupils.entry((pupil.as_str().expect("a pupil"), week)).or_default() += 1;
                    }
                }
                _ => {}
            }
        }
        count
    }

    fn in_week(&mut self, event: &'a Value, week: Date, in_time: bool, content: &BTreeSet<String>) {
        let (name, role) = (text(event, "name"), text(event, "role"));
        *self.names.entry((week, in_time, name)).or_default() += 1;
        if name == "media_added" {
            *self.media.entry((week, in_time)).or_default().entry(text(&event["props"], "kind")).or_default() += 1;
        }
        if content.contains(name) && role == "teacher" {
            self.teachers.entry((week, in_time)).or_default().insert(text(event, "actor"));
        }
        if role == "parent" && event.get("family").is_some() {
            self.families.entry((week, in_time)).or_default().insert(text(event, "family"));
        }
    }

    fn check(&self, week: Date, in_time: bool, told: &Figures) {
        let key = (week, in_time);
        let named = |name: &'static str| self.names.get(&(week, in_time, name)).copied().unwrap_or(0);
        let media = self.media.get(&key).cloned().unwrap_or_default();
        assert_eq!(media, told.media, "{week}");
        assert_eq!(self.teachers.get(&key).map_or(0, BTreeSet::len), told.teachers_active, "{week}");
        assert_eq!(self.families.get(&key).map_or(0, BTreeSet::len), told.families_active, "{week}");
        assert_eq!(named("share_deposited"), told.shares_deposited.values().sum::<u32>());
        assert_eq!(named("share_retrieved"), told.shares_retrieved.values().sum::<u32>());
        assert_eq!(named("notebook_generated"), told.notebooks.values().sum::<u32>());
        assert_eq!(named("sync_finished"), told.syncs.values().sum::<u32>());
        assert_eq!(named("objective_linked"), told.objectives);
        assert_eq!(named("comment_added"), told.comments);
        assert_eq!(named("review_written"), told.reviews);
        assert_eq!(named("feature_used"), told.features);
    }
}

#[test]
fn the_truth_is_what_the_batches_hold() {
    let catalogue = Catalogue::embedded().expect("the catalogue parses");
    let content = catalogue.events().iter().filter(|event| event.content).map(|event| event.name.clone()).collect();
    for sent in sent() {
        let count = Recount::of(sent, &content);
        let truth = sent.walk.truth();
        assert_eq!((truth.totals().events, truth.totals().late), (count.total, count.late));
        for (week, in_time, all) in truth.weeks() {
            count.check(week, true, &in_time);
            count.check(week, false, &all);
        }
        for (day, figures) in truth.days() {
            assert_eq!(count.days.get(&day).copied().unwrap_or_default(), (figures.sessions, figures.crashes));
        }
        if sent.walk.school() >= SCHOOLS_WITH_PUPILS {
            assert_eq!(truth.pupils().count() + truth.classes().count(), 0);
            continue;
        }
        for ((year, class, place, week), figures) in truth.pupils() {
            let people = world().people(sent.walk.school(), year);
            let pupil = &people.classes[usize::from(class)].pupils[usize::from(place)].id;
            assert_eq!(count.pupils.get(&(pupil.as_str(), week)).copied().unwrap_or(0), figures.traces);
        }
        assert_eq!(count.pupils.values().sum::<u32>(), truth.pupils().map(|(_, figures)| figures.traces).sum::<u32>());
        for ((year, class, week), _, all) in truth.classes() {
            let people = world().people(sent.walk.school(), year);
            let class = people.classes[usize::from(class)].id.as_str();
            assert_eq!(count.classes.get(&(class, week)).copied().unwrap_or(0), all.media.values().sum::<u32>());
        }
    }
}

#[test]
fn some_events_arrive_after_their_week_has_closed() {
    let (mut late, mut total) = (0, 0);
    for sent in sent() {
        late += sent.walk.truth().totals().late;
        total += sent.walk.truth().totals().events;
    }
    assert!(late * 200 > total && late * 8 < total, "{late} of {total}");
    let told: u64 = sent()
        .iter()
        .flat_map(|sent| &sent.batches)
        .filter(|(_, batch, _)| !batch.repeat)
        .map(|(_, _, body)| body["lost_n"].as_u64().expect("a count"))
        .sum();
    let lost: u64 = sent().iter().map(|sent| sent.walk.truth().totals().lost).sum();
    assert!(told > 0 && told <= lost, "{told} of {lost}");
}

#[test]
fn the_truth_file_is_json_that_adds_up() {
    let mut bytes = Vec::new();
    let walks: Vec<SchoolWalk<'_>> = (0..3)
        .map(|school| {
            let mut walk = world().walk(school);
            while walk.next_day().is_some() {}
            walk
        })
        .collect();
    write_truth(world(), &walks, &mut bytes).expect("memory takes it");
    let truth: Value = serde_json::from_slice(&bytes).expect("the truth is JSON");
    let rows = |name: &str| truth[name].as_array().expect("rows").clone();
    let count = |row: &Value| row["events"].as_u64().expect("a count");
    let events: u64 = rows("schools").iter().map(|school| count(&school["totals"])).sum();
    assert_eq!(count(&truth["totals"]), events);
    assert_eq!(rows("profiles").len(), 4);
    assert!(rows("weeks").iter().any(|week| week.get("all").is_some()));
    assert!(rows("pupils").iter().all(|row| text(row, "pupil").starts_with("P-")));
    let by_week: u64 = rows("weeks").iter().map(|row| count(row.get("all").unwrap_or(&row["in_time"]))).sum();
    assert_eq!(by_week, events);
    let of_classes: u64 = rows("classes").iter().map(|row| count(row.get("all").unwrap_or(&row["in_time"]))).sum();
    assert!(of_classes < events && of_classes * 10 > events * 8);
}

#[test]
fn what_is_planted_can_be_seen() {
    let kinds: BTreeSet<_> = world().anomalies().all().iter().map(|anomaly| format!("{:?}", anomaly.kind)).collect();
    assert_eq!(kinds.len(), 5);
    for anomaly in world().anomalies().all() {
        let within = |day: Date| day >= anomaly.from && day <= anomaly.until;
        match anomaly.kind {
            AnomalyKind::CrashSpike => {
                let version = anomaly.version.as_deref().expect("a version");
                let (mut sessions, mut crashes) = (0, 0);
                for (week, seen, here, there) in sent().iter().flat_map(|sent| sent.walk.truth().versions()) {
                    if seen == version && week == monday(anomaly.from) {
                        (sessions, crashes) = (sessions + here, crashes + there);
                    }
                }
                assert!(crashes * 100 > sessions * 6, "{crashes} of {sessions}");
            }
            AnomalyKind::SchoolStops => {
                let silent = sent()[anomaly.schools[0]].batches.iter().filter(|(day, ..)| within(*day)).count();
                assert_eq!(silent, 0);
            }
            AnomalyKind::VolumeDrop => {
                let school = &sent()[anomaly.schools[0]];
                let counts = |from: Date, until: Date| {
                    events(school).filter(|(_, _, event)| (from..=until).contains(&day_of(event))).count()
                };
                let earlier = |days: i64| anomaly.from - jiff::Span::new().days(days);
                let before = counts(earlier(14), earlier(1));
                assert!(counts(anomaly.from, anomaly.until) * 2 < before, "{before}");
            }
            AnomalyKind::SyncFailureBurst => {
                let (mut failed, mut all) = (0, 0);
                for school in &anomaly.schools {
                    for (_, _, event) in events(&sent()[*school]).filter(|(_, _, event)| within(day_of(event))) {
                        if text(event, "name") == "sync_finished" {
                            all += 1;
                            failed += u32::from(text(&event["props"], "outcome") == "failed");
                        }
                    }
                }
                assert!(failed * 2 > all && all > 10, "{failed} of {all}");
            }
            AnomalyKind::LatencyDegradation => {
                let median = |wanted: &dyn Fn(Date) -> bool| {
                    let seen = sent().iter().flat_map(events).map(|(_, _, event)| event);
                    let mut times: Vec<u64> = seen
                        .filter(|event| text(event, "name") == "screen_viewed" && wanted(day_of(event)))
                        .map(|event| event["props"]["load_ms"].as_u64().expect("milliseconds"))
                        .collect();
                    times.sort_unstable();
                    times[times.len() / 2]
                };
                assert!(median(&within) > 2 * median(&|day| day < anomaly.from));
            }
        }
    }
}

#[test]
fn crashes_are_rare_elsewhere() {
    let (mut sessions, mut crashes) = (0, 0);
    let spike = world().anomalies().all().iter().find(|anomaly| anomaly.kind == AnomalyKind::CrashSpike);
    for (day, figures) in sent().iter().flat_map(|sent| sent.walk.truth().days()) {
        if spike.is_none_or(|spike| day < spike.from || day > spike.until) {
            sessions += figures.sessions;
            crashes += figures.crashes;
        }
    }
    assert!(sessions > 1_000 && crashes > 0 && crashes * 100 < sessions, "{crashes} of {sessions}");
}
