//! How well the catalogue's segments tell the simulator's profiles apart: a school year of a world a seed, played in memory,
//! its events counted as fold and closing count them, its teachers taken through the year by the product's own course.

use std::collections::{BTreeMap, BTreeSet};

use analytics::segments::{MonthOfCourse, Weeks, Year, course, settled_habits};
use anyhow::Context;
use calendar::{Calendar, IsoWeek, SchoolYear};
use catalogue::Catalogue;
use jiff::civil::{Date, date};
use methods::segments::{LEAST_PEOPLE, Mixture, adjusted_rand_index, changes, learn};
use serde_json::Value;
use simulator::{GRACE_DAYS, Parameters, Profile, World};

use super::float;
use crate::commands::bench::Figures;

/// A school year, from the day it is prepared on to the summer.
const FROM: Date = date(2024, 8, 26);
const UNTIL: Date = date(2025, 7, 13);
/// Groups of the clustering that the segments are held against, as many as there are segments.
const GROUPS: usize = 4;

/// A teacher after her year.
struct Teacher {
    profile: Profile,
    months: Vec<MonthOfCourse>,
}

/// The adjusted Rand index against the profiles at the end of the year (the mean of all seeds and the worst of one), the share
/// of people who change segment from one month to the next once they are no longer new, the agreement with a clustering,
/// and which thresholds learning finds, with how often they are the catalogue's own.
pub(super) fn figures(seeds: std::ops::Range<u64>, schools: usize) -> anyhow::Result<Figures> {
    let catalogue = Catalogue::embedded()?;
    let own = thresholds(&catalogue);
    let discovery = catalogue.segments().iter().position(|segment| segment.name == "novice");
    let (mut judged, mut changed, mut steps, mut left) = (0, 0, 0, 0);
    let (mut truth, mut against_cluster, mut learnt) = (Vec::new(), Vec::new(), BTreeMap::<_, Vec<f64>>::new());
    for seed in seeds {
        let teachers = year(&catalogue, seed, schools)?;
        let last: Vec<(Profile, usize)> =
            teachers.iter().filter_map(|teacher| Some((teacher.profile, teacher.months.last()?.segment?))).collect();
        let (profiles, segments): (Vec<Profile>, Vec<usize>) = last.into_iter().unzip();
        judged += profiles.len();
        truth.push(adjusted_rand_index(&profiles, &segments).context("too few teachers to judge")?);
        let courses: Vec<Vec<Option<usize>>> = teachers.iter().map(|teacher| settled(&teacher.months)).collect();
        let (of_seed, out_of) = changes(&courses);
        changed += of_seed;
        steps += out_of;
        // Features only accumulate, so leaving discovery is no flip.
        left += courses.iter().flat_map(|course| course.windows(2)).filter(|pair| has_left(pair, discovery)).count();
        let placed = teachers
            .iter()
            .filter_map(|teacher| Some((settled_habits(&teacher.months)?, teacher.months.last()?.segment?)));
        let (habits, segments): (Vec<[f64; 2]>, Vec<usize>) = placed.unzip();
        let mixture = Mixture::fit(&habits, GROUPS, seed).context("too few teachers to cluster")?;
        let groups: Vec<usize> = habits.iter().map(|habits| mixture.group_of(habits)).collect();
        against_cluster.extend(adjusted_rand_index(&groups, &segments));
        if habits.len() >= LEAST_PEOPLE {
            let found = learn(&habits, 0, seed)?;
            for one in found.thresholds {
                learnt.entry(one.name).or_default().push(one.value);
            }
        }
    }
    let mean = |values: &[f64]| values.iter().sum::<f64>() / float(values.len().max(1));
    let mut figures = vec![
        ("segments_teachers_n", float(judged)),
        ("segments_rand_ratio", mean(&truth)),
        ("segments_rand_worst_seed_ratio", truth.iter().copied().fold(1.0, f64::min)),
        ("segments_changes_a_month_ratio", float(changed) / float(steps.max(1))),
        ("segments_changes_past_discovery_ratio", float(changed - left) / float(steps.max(1))),
        ("segments_rand_clustering_ratio", mean(&against_cluster)),
    ];
    for (name, figure, same) in [
        ("novice_features", "segments_learnt_novice_features_n", "segments_learnt_novice_features_same_ratio"),
        ("occasional_days", "segments_learnt_occasional_days_n", "segments_learnt_occasional_days_same_ratio"),
        ("power_days", "segments_learnt_power_days_n", "segments_learnt_power_days_same_ratio"),
        ("power_features", "segments_learnt_power_features_n", "segments_learnt_power_features_same_ratio"),
    ] {
        let Some(values) = learnt.get(name) else { continue };
        let alike = values.iter().filter(|value| own.get(name) == Some(*value)).count();
        figures.extend([(figure, mean(values)), (same, float(alike) / float(values.len()))]);
    }
    Ok(figures)
}

/// Whether somebody was in the first segment and is in another one.
fn has_left(pair: &[Option<usize>], discovery: Option<usize>) -> bool {
    pair[0].is_some() && pair[0] == discovery && pair[1].is_some() && pair[1] != discovery
}

/// Month after month, without the months in which she was new: then she has to leave the first segment.
fn settled(months: &[MonthOfCourse]) -> Vec<Option<usize>> {
    months.iter().map(|month| month.segment.filter(|_| !month.is_new)).collect()
}

/// The catalogue's thresholds, by the names under which they are learnt.
fn thresholds(catalogue: &Catalogue) -> BTreeMap<&'static str, f64> {
    let bound = |segment: &str, habit: catalogue::Habit| {
        let segment = catalogue.segments().iter().find(|one| one.name == segment)?;
        let condition = segment.conditions.iter().find(|one| one.habit == habit)?;
        condition.below.or(condition.at_least)
    };
    let (features, days) = (catalogue::Habit::Features, catalogue::Habit::ActiveDaysPerWeek);
    [
        ("novice_features", bound("novice", features)),
        ("occasional_days", bound("occasional", days)),
        ("power_days", bound("power", days)),
        ("power_features", bound("power", features)),
    ]
    .into_iter()
    .filter_map(|(name, bound)| Some((name, bound?)))
    .collect()
}

/// Every teacher of a world who did anything, after a school year, school by school.
fn year(catalogue: &Catalogue, seed: u64, schools: usize) -> anyhow::Result<Vec<Teacher>> {
    let world = World::new(Parameters::new(schools, seed, FROM, UNTIL))?;
    let threads = std::thread::available_parallelism().map_or(1, std::num::NonZero::get);
    let world = &world;
    let mut played: Vec<(usize, Vec<Teacher>)> = std::thread::scope(|scope| {
        let worker = |first: usize| {
            move || {
                let mine = (first..schools).step_by(threads);
                mine.map(|school| Ok((school, teachers(catalogue, world, school)?))).collect::<anyhow::Result<Vec<_>>>()
            }
        };
        let workers: Vec<_> = (0..threads).map(|first| scope.spawn(worker(first))).collect();
        let ended =
            workers.into_iter().map(|worker| worker.join().map_err(|_| anyhow::anyhow!("a school broke off"))?);
        Ok::<_, anyhow::Error>(ended.collect::<anyhow::Result<Vec<_>>>()?.into_iter().flatten().collect())
    })?;
    played.sort_by_key(|(school, _)| *school);
    Ok(played.into_iter().flat_map(|(_, teachers)| teachers).collect())
}

/// The teachers of one school.
fn teachers(catalogue: &Catalogue, world: &World, school: usize) -> anyhow::Result<Vec<Teacher>> {
    let school_year = SchoolYear::of(FROM);
    let zone = world.schools()[school].academy.zone();
    let over = Year::of(&Calendar::official(), zone, school_year, IsoWeek::of(UNTIL));
    let people = world.people(school, school_year.start_year());
    let mut teachers = Vec::new();
    for (id, weeks) in weeks(catalogue, world, school)? {
        let Some(place) = people.teachers.iter().position(|teacher| teacher.id == id) else { continue };
        let shared_by = people.classes.iter().find(|class| class.teachers.contains(&place));
        let presence = 1.0 / float(shared_by.map_or(1, |class| class.teachers.len()));
        let months = course(catalogue, &over, &weeks, presence);
        teachers.push(Teacher { profile: people.teachers[place].profile, months });
    }
    Ok(teachers)
}

/// What fold and closing would know of a school's teachers: what came before its week closed, by teacher.
fn weeks(catalogue: &Catalogue, world: &World, school: usize) -> anyhow::Result<BTreeMap<String, Weeks>> {
    let features = catalogue.word_list("feature").context("no list of features")?;
    let mut known = BTreeMap::<String, Weeks>::new();
    let mut days = BTreeMap::<(String, IsoWeek), BTreeSet<Date>>::new();
    let mut walk = world.walk(school);
    while let Some(day) = walk.next_day() {
        for batch in day.batches.iter().filter(|batch| !batch.repeat) {
            let body: Value = serde_json::from_slice(&batch.body)?;
            for event in body["events"].as_array().into_iter().flatten() {
                let text = |key: &str| event[key].as_str().unwrap_or_default();
                let Some(kind) = catalogue.event(text("name")).filter(|kind| kind.fold.person) else { continue };
                if text("role") != "teacher" || text("actor").is_empty() {
                    continue;
                }
                let at: Date = text("at").get(..10).context("an event without a date")?.parse()?;
                let week = IsoWeek::of(at);
                let closes = week.sunday().saturating_add(jiff::Span::new().days(GRACE_DAYS + 1));
                if day.date >= closes {
                    continue;
                }
                let hers = known.entry(text("actor").to_owned()).or_default();
                hers.seen(week);
                if kind.content {
                    hers.content(week);
                    days.entry((text("actor").to_owned(), week)).or_default().insert(at);
                }
                if kind.name == "feature_used" {
                    let word = event["props"]["feature"].as_str();
                    if let Some(feature) = word.and_then(|word| features.position(word)) {
                        hers.used(week, feature);
                    }
                }
            }
        }
    }
    for ((teacher, week), days) in days {
        known.entry(teacher).or_default().active_days(week, u32::try_from(days.len())?);
    }
    Ok(known)
}
