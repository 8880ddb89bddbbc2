//! Rules over readings: which recommendations apply, and which three are shown.

use std::collections::BTreeSet;

use catalogue::{Advised, Basis, Bound, Catalogue, Recommendation};

use super::{Advice, Certainty, Reading, Readings};
use crate::governance::Approvals;

/// The most recommendations shown.
const MOST: usize = 3;
/// The most words that one names.
const MOST_WORDS: usize = 3;

/// The recommendations that apply to a reader, three at most: those with the largest expected use times certainty first. A
/// rule in `silenced`, and one that looks at a figure whose measure is not approved, never applies.
pub fn choose(
    catalogue: &Catalogue,
    approvals: &Approvals,
    audience: Advised,
    readings: &Readings,
    silenced: &BTreeSet<String>,
) -> Vec<Advice> {
    let rules = catalogue.recommendations().iter();
    let mut found: Vec<(f64, Advice)> = rules
        .filter(|rule| rule.audience == audience && !silenced.contains(&rule.rule))
        .filter(|rule| bases(rule).all(|basis| is_approved(catalogue, approvals, basis)))
        .filter_map(|rule| {
            let advice = apply(rule, readings)?;
            Some((f64::from(rule.expected_use) * advice.confidence.probability(), advice))
        })
        .collect();
    // A stable sort: of equal ones the first of the file stands.
    found.sort_by(|one, other| other.0.total_cmp(&one.0));
    found.truncate(MOST);
    found.into_iter().map(|(_, advice)| advice).collect()
}

/// Everything a rule looks at.
fn bases(rule: &Recommendation) -> impl Iterator<Item = Basis> + '_ {
    rule.when.iter().map(|bound| bound.figure).chain([rule.figure])
}

fn is_approved(catalogue: &Catalogue, approvals: &Approvals, basis: Basis) -> bool {
    let measure = |name: &&str| catalogue.measure(name).is_some_and(|one| approvals.approve(catalogue, one).is_ok());
    let cube = |name: &str| {
        let cube = catalogue.cubes().iter().find(|cube| cube.name == name);
        cube.is_some_and(|cube| approvals.approve_cube(catalogue, cube).is_ok())
    };
    basis.measures().iter().all(measure) && basis.cube().is_none_or(cube)
}

/// What a rule says of readings; nothing where it does not apply.
fn apply(rule: &Recommendation, readings: &Readings) -> Option<Advice> {
    let of = |basis: Basis| readings.get(&basis).map_or(&[][..], Vec::as_slice);
    // A figure that could not be read keeps no bound.
    let (own, others): (Vec<&Bound>, Vec<&Bound>) = rule.when.iter().partition(|bound| bound.figure == rule.figure);
    if !others.iter().all(|bound| of(bound.figure).iter().any(|reading| bound.holds(reading.value))) {
        return None;
    }
    let least = f64::from(rule.confidence) / 100.0;
    let is_named = |word: &String| rule.words.is_empty() || rule.words.contains(word);
    let mut held: Vec<&Reading> = of(rule.figure)
        .iter()
        .filter(|reading| reading.word.as_ref().is_none_or(is_named))
        .filter(|reading| own.iter().all(|bound| bound.holds(reading.value)))
        .filter(|reading| reading.certainty.probability() >= least)
        .collect();
    held.sort_by(|one, other| other.order.total_cmp(&one.order));
    held.truncate(MOST_WORDS);
    let first = held.first()?;
    Some(Advice {
        rule: rule.rule.clone(),
        words: held.iter().filter_map(|reading| reading.word.clone()).collect(),
        value: first.value,
        of: first.of,
        confidence: held.iter().fold(Certainty::Counted, |sure, reading| sure.or_less(reading.certainty)),
        evidence: held.iter().flat_map(|reading| reading.evidence.clone()).collect(),
    })
}
