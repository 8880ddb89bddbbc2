//! Which screens come next, for an application that fetches them ahead: from the paths between screens that have left with
//! noise, one step a person and month. Only what left is read, so hints tell nothing that a reader of the cubes could not.

use std::collections::BTreeMap;

use calendar::Month;
use catalogue::{Catalogue, path_word};
use privacy::exit::Level;
use serde::Serialize;
use store::{Error, Store};

use crate::beyond;
use crate::governance::Approvals;

/// The decision that this analysis rests on.
const DECISION: &str = "hints";
/// The cube of paths.
const PATHS: &str = "paths";
/// The word list of screens.
pub(crate) const SCREENS: &str = "screen";
/// How many of the last months are added up: more would remember screens as they once were.
const MONTHS: usize = 3;
/// The most hints for a screen.
const MOST: usize = 3;

/// A screen that may come next.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Hint {
    /// The screen.
    pub screen: String,
    /// The share of the steps from here that lead there, 0 to 1.
    pub share: f64,
    /// Half the width of an interval that holds the share without noise in about 95 of 100 cases.
    pub error: f64,
}

/// What may come after a screen.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct After {
    /// The screen that is shown.
    pub screen: String,
    /// What may come next, likeliest first; three at most.
    pub next: Vec<Hint>,
}

/// Hints for every screen from which some step stands out of the noise.
#[derive(Debug, Clone, Default, PartialEq, Serialize)]
pub struct Hints {
    /// The months they come from, oldest first.
    pub months: Vec<String>,
    /// The screens.
    pub after: Vec<After>,
    /// Why there are none, where that is so: `not_approved` or `nothing_released`.
    pub withheld: Option<&'static str>,
}

/// The hints as of the last months. Fails when the store does.
pub async fn hints(store: &Store, approvals: &Approvals) -> Result<Hints, Error> {
    if !approvals.has_approved(DECISION) {
        return Ok(Hints { withheld: Some(crate::view::NOT_APPROVED), ..Hints::default() });
    }
    let (months, _, steps) = last_steps(store).await?;
    let after = from_steps(store.catalogue(), &steps);
    let withheld = after.is_empty().then_some("nothing_released");
    Ok(Hints { months, after, withheld })
}

/// The steps of the last months added up, by word, with the months and what they went through.
pub(crate) async fn last_steps(store: &Store) -> Result<(Vec<String>, String, BTreeMap<String, Step>), Error> {
    let months = beyond::months(store).await?;
    let last: Vec<Month> = months.into_iter().rev().take(MONTHS).rev().collect();
    let mut steps = BTreeMap::<String, Step>::new();
    let mut protection = String::new();
    for month in &last {
        let cubes = beyond::cubes(store, *month).await?;
        for cube in cubes.iter().filter(|cube| cube.value().cube == PATHS) {
            protection = cube.protection().to_string();
            for sum in cube.sums(Level::National, true).into_value() {
                let step = steps.entry(sum.word).or_default();
                step.value = step.value.saturating_add(sum.value);
                step.variance += sum.error * sum.error;
            }
        }
    }
    Ok((last.iter().map(ToString::to_string).collect(), protection, steps))
}

/// Steps from one screen to another, over the months; the error's square.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Step {
    value: i64,
    variance: f64,
}

impl Step {
    /// How many there were, with noise.
    #[expect(clippy::cast_precision_loss, reason = "sums of a country, far below 2^52")]
    pub(crate) const fn count(self) -> f64 {
        self.value as f64
    }

    /// The standard deviation of the noise: the error is 1.96 of them.
    pub(crate) fn sd(self) -> f64 {
        self.variance.sqrt() / 1.959_964
    }
}

#[expect(clippy::cast_precision_loss, reason = "sums of a country, far below 2^52")]
fn from_steps(catalogue: &Catalogue, steps: &BTreeMap<String, Step>) -> Vec<After> {
    let Some(screens) = catalogue.word_list(SCREENS) else { return Vec::new() };
    let mut after = Vec::new();
    for from in screens.words() {
        let step = |to: &str| steps.get(&path_word(&from.slug, to)).copied();
        let others = || screens.words().iter().filter(|to| to.slug != from.slug);
        // Noise goes both ways: what is below nothing evens out what is above.
        let all = others().filter_map(|to| step(&to.slug));
        let (total, variance) =
            all.fold((0, 0.0), |(sum, variance), step| (sum + step.value, variance + step.variance));
        // A share of what may be nothing is no share.
        if total as f64 <= f64::sqrt(variance) {
            continue;
        }
        let mut next: Vec<(i64, Hint)> = others()
            .filter_map(|to| {
                let step = step(&to.slug)?;
                let error = step.variance.sqrt();
                (step.value as f64 > error).then(|| {
                    let share = |part: f64| (1_000.0 * part / total as f64).round() / 1_000.0;
                    let hint =
                        Hint { screen: to.slug.clone(), share: share(step.value as f64).min(1.0), error: share(error) };
                    (step.value, hint)
                })
            })
            .collect();
        next.sort_by(|one, other| other.0.cmp(&one.0).then_with(|| one.1.screen.cmp(&other.1.screen)));
        next.truncate(MOST);
        if !next.is_empty() {
            after.push(After { screen: from.slug.clone(), next: next.into_iter().map(|(_, hint)| hint).collect() });
        }
    }
    after
}

#[cfg(test)]
mod tests {
    use super::*;

    fn steps(list: &[(&str, &str, i64)]) -> BTreeMap<String, Step> {
        list.iter().map(|(from, to, value)| (path_word(from, to), Step { value: *value, variance: 400.0 })).collect()
    }

    #[test]
    fn what_stands_out_of_the_noise_is_told_likeliest_first() {
        let catalogue = Catalogue::embedded().unwrap();
        let words: Vec<&str> =
            catalogue.word_list(SCREENS).unwrap().words().iter().map(|word| word.slug.as_str()).collect();
        let [from, often, oftener, rare, never] = words[..5] else { panic!("five screens") };
        let known = steps(&[
            (from, often, 300),
            (from, oftener, 500),
            (from, rare, 19),
            (from, never, -19),
            (from, from, 900),
            (often, from, 15),
        ]);
        let found = from_steps(&catalogue, &known);
        let [only] = &found[..] else { panic!("{found:?}") };
        assert_eq!(only.screen, from);
        let next: Vec<(&str, f64)> = only.next.iter().map(|hint| (hint.screen.as_str(), hint.share)).collect();
        assert_eq!(next, [(oftener, 0.625), (often, 0.375)]);
        assert_eq!(from_steps(&catalogue, &BTreeMap::new()), []);
    }
}
