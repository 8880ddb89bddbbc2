//! Reads `segments.toml`: the segments of use, their rules, and what it takes to change.

use std::collections::HashMap;

use serde::Deserialize;
use toml::Spanned;

use super::{Named, check_text, take_name};
use crate::{CatalogueError, Condition, Habit, Habits, Match, Segment, Steadiness, Text, WordList, error::Source};

/// The list that says what segments are called.
const LIST: &str = "segment";

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RawFile {
    steadiness: Spanned<RawSteadiness>,
    segment: Vec<RawSegment>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RawSteadiness {
    months: Spanned<usize>,
    margin: Spanned<RawMargin>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RawMargin {
    features: f64,
    active_days_per_week: f64,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RawSegment {
    name: Spanned<String>,
    definition: Text,
    rule: Match,
    conditions: Vec<Spanned<RawCondition>>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RawCondition {
    habit: Habit,
    below: Option<f64>,
    at_least: Option<f64>,
}

pub(super) fn read(source: Source, lists: Named<WordList>) -> Result<(Vec<Segment>, Steadiness), CatalogueError> {
    let raw: RawFile = source.parse()?;
    let place = raw.steadiness.span();
    let steadiness = steadiness(source, raw.steadiness.into_inner())?;
    let mut names = HashMap::new();
    let mut segments = Vec::with_capacity(raw.segment.len());
    for segment in raw.segment {
        take_name(&mut names, source, &segment.name, "segment")?;
        check_text(source, segment.name.span(), &segment.definition, "the definition")?;
        let name = segment.name.get_ref();
        let word = lists.find(LIST).and_then(|list| list.words().get(usize::from(list.position(name)?)));
        let Some(word) = word else {
            let reason = format!("segment `{name}` is no word of the list `{LIST}`; add it to words.toml");
            return Err(source.error(segment.name.span(), reason));
        };
        segments.push(Segment {
            name: name.clone(),
            title: word.label.clone(),
            definition: segment.definition,
            rule: segment.rule,
            conditions: segment
                .conditions
                .into_iter()
                .map(|condition| read_condition(source, condition))
                .collect::<Result<_, _>>()?,
        });
    }
    check_everybody(source, place, &segments)?;
    Ok((segments, steadiness))
}

fn steadiness(source: Source, raw: RawSteadiness) -> Result<Steadiness, CatalogueError> {
    if !(1..=6).contains(raw.months.get_ref()) {
        return Err(source.error(raw.months.span(), "months must be from 1 to 6"));
    }
    let RawMargin { features, active_days_per_week } = raw.margin.get_ref();
    if ![features, active_days_per_week].into_iter().all(|margin| (0.0..=3.0).contains(margin)) {
        return Err(source.error(raw.margin.span(), "a margin is a number from 0 to 3"));
    }
    Ok(Steadiness { months: *raw.months.get_ref(), features: *features, active_days_per_week: *active_days_per_week })
}

fn read_condition(source: Source, condition: Spanned<RawCondition>) -> Result<Condition, CatalogueError> {
    let at = condition.span();
    let RawCondition { habit, below, at_least } = condition.into_inner();
    if below.is_none() && at_least.is_none() {
        return Err(source.error(at, "a condition bounds nothing; give `below`, `at_least` or both"));
    }
    let can_be_said = |bound: f64| {
        let (steps, most) = if habit == Habit::ActiveDaysPerWeek { (2.0, 7.0) } else { (1.0, 400.0) };
        (0.0..=most).contains(&bound) && (bound * steps).fract() == 0.0
    };
    if ![below, at_least].into_iter().flatten().all(can_be_said) {
        let reason =
            "a threshold must be said in words: active days a week in halves, up to 7; days and features whole";
        return Err(source.error(at, reason));
    }
    Ok(Condition { habit, below, at_least })
}

/// Whoever has habits is in a segment: tried at every threshold, just below it, and far from all of them.
fn check_everybody(source: Source, at: std::ops::Range<usize>, segments: &[Segment]) -> Result<(), CatalogueError> {
    let values = |habit: Habit| {
        let conditions = segments.iter().flat_map(|segment| &segment.conditions);
        let bounds = conditions.filter(move |one| one.habit == habit).flat_map(|one| [one.below, one.at_least]);
        let mut values: Vec<f64> = bounds.flatten().flat_map(|bound| [(bound - 0.5).max(0.0), bound]).collect();
        values.extend([0.0, 7.0, 400.0]);
        values.sort_by(f64::total_cmp);
        values
    };
    for tenure_days in values(Habit::TenureDays) {
        for features in values(Habit::Features) {
            for active_days_per_week in values(Habit::ActiveDaysPerWeek) {
                let habits = Habits { tenure_days, features, active_days_per_week };
                if !segments.iter().any(|segment| segment.takes(&habits)) {
                    let reason = format!(
                        "nobody's segment is known with {tenure_days} days, {features} features, {active_days_per_week} \
                         active days a week: no rule fits; let the last one take everybody left"
                    );
                    return Err(source.error(at, reason));
                }
            }
        }
    }
    Ok(())
}
