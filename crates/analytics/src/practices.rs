//! What goes together from district to district, in figures that have left with noise: patterns of use that come with
//! engaged families and even documentation. No school, district or person is named, and an association is no cause.
//!
//! With few districts, or much noise, there is nothing to say, and that is said.

use std::collections::{BTreeMap, BTreeSet};

use calendar::Month;
use catalogue::{Catalogue, Practice, Quotient};
use methods::correlation::{Noisy, noisy_links};
use privacy::exit::Level;
use serde::Serialize;
use store::{Error, Store};

use crate::beyond;
use crate::governance::Approvals;
use crate::view::NOT_APPROVED;

/// The decision that this analysis rests on.
const DECISION: &str = "best_practices";
/// How many of the last months are added up: noise grows with the root of their number, figures with the number.
const MONTHS: usize = 6;
/// The fewest districts that anything is said of.
pub const LEAST_DISTRICTS: usize = 20;
/// The share of false finds that is accepted, whatever depends on what.
const RATE: f64 = 0.05;
/// A weaker link is not told.
const LEAST_RHO: f64 = 0.3;
/// Half the width of an interval that holds a Gaussian in 95 of 100 cases, in standard deviations.
const IN_95_OF_100: f64 = 1.959_964;

/// An association that withstands the noise.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Association {
    /// The practice, by its name in the catalogue.
    pub practice: String,
    /// `more` where both rise together, `less` where one falls as the other rises.
    pub direction: &'static str,
    /// The rank correlation as it was found, under noise.
    pub rho: f64,
    /// Its 95 % interval.
    pub low: f64,
    /// The upper end.
    pub high: f64,
    /// What it may be without noise.
    pub without_noise: f64,
    /// In how many districts.
    pub districts: usize,
    /// The smallest share of false finds at which it is found.
    pub adjusted: f64,
}

/// What was looked at, and what was found.
#[derive(Debug, Clone, Default, PartialEq, Serialize)]
pub struct BestPractices {
    /// The months that were added up, oldest first.
    pub months: Vec<String>,
    /// How many districts there are figures of.
    pub districts: usize,
    /// How many pairs could be tested.
    pub tested: usize,
    /// What stands out; often nothing.
    pub found: Vec<Association>,
    /// Why nothing was looked at, where that is so: `not_approved`, `nothing_released` or `few_districts`.
    pub withheld: Option<&'static str>,
}

/// Sums of a cube by district.
type ByDistrict = BTreeMap<String, Noisy>;

/// Looks for associations in the last months. Fails when the store does.
pub async fn best_practices(store: &Store, approvals: &Approvals) -> Result<BestPractices, Error> {
    if !approvals.has_approved(DECISION) {
        return Ok(BestPractices { withheld: Some(NOT_APPROVED), ..BestPractices::default() });
    }
    let catalogue = store.catalogue();
    let wanted: BTreeSet<&str> = catalogue.practices().iter().flat_map(cubes).collect();
    let approved = catalogue.cubes().iter().filter(|cube| approvals.approve_cube(catalogue, cube).is_ok());
    let approved: BTreeSet<&str> =
        approved.map(|cube| cube.name.as_str()).filter(|name| wanted.contains(name)).collect();
    let last: Vec<Month> = beyond::months(store).await?.into_iter().rev().take(MONTHS).rev().collect();
    let mut sums = BTreeMap::<String, ByDistrict>::new();
    for month in &last {
        for cube in beyond::cubes(store, *month).await? {
            if !approved.contains(cube.value().cube.as_str()) {
                continue;
            }
            let of_cube = sums.entry(cube.value().cube.clone()).or_default();
            for sum in cube.sums(Level::District, false).into_value() {
                let known = of_cube.entry(sum.place).or_insert(Noisy { value: 0.0, sd: 0.0 });
                known.value += float(sum.value);
                known.sd = known.sd.hypot(sum.error / IN_95_OF_100);
            }
        }
    }
    let months = last.iter().map(ToString::to_string).collect();
    Ok(BestPractices { months, ..look(catalogue, &sums) })
}

#[expect(clippy::cast_precision_loss, reason = "sums of a district, far below 2^52")]
const fn float(value: i64) -> f64 {
    value as f64
}

fn cubes(practice: &Practice) -> [&str; 4] {
    let Practice { pattern, outcome, .. } = practice;
    [&pattern.above, &pattern.below, &outcome.above, &outcome.below].map(String::as_str)
}

/// Tests every practice on sums by district.
fn look(catalogue: &Catalogue, sums: &BTreeMap<String, ByDistrict>) -> BestPractices {
    let districts: BTreeSet<&String> = sums.values().flat_map(BTreeMap::keys).collect();
    let mut seen = BestPractices { districts: districts.len(), ..BestPractices::default() };
    if districts.is_empty() {
        seen.withheld = Some("nothing_released");
        return seen;
    }
    if districts.len() < LEAST_DISTRICTS {
        seen.withheld = Some("few_districts");
        return seen;
    }
    let quotient = |quotient: &Quotient| -> Vec<Option<Noisy>> {
        let of = |cube: &str, district: &String| sums.get(cube).and_then(|sums| sums.get(district)).copied();
        let each = |district: &&String| of(&quotient.above, district)?.over(of(&quotient.below, district)?);
        districts.iter().map(each).collect()
    };
    let practices = catalogue.practices();
    let pairs: Vec<_> = practices.iter().map(|one| (quotient(&one.pattern), quotient(&one.outcome))).collect();
    let links = noisy_links(&pairs, LEAST_DISTRICTS);
    seen.tested = links.len();
    let mut stands = links;
    stands.retain(|link| link.link.adjusted <= RATE && link.link.correlation.rho.abs() >= LEAST_RHO);
    stands.sort_by(|one, other| one.link.correlation.p.total_cmp(&other.link.correlation.p));
    let hundredths = |value: f64| (100.0 * value).round() / 100.0;
    seen.found = stands
        .iter()
        .filter_map(|found| {
            let correlation = found.link.correlation;
            Some(Association {
                practice: practices.get(found.link.pair.0)?.name.clone(),
                direction: if correlation.rho > 0.0 { "more" } else { "less" },
                rho: hundredths(correlation.rho),
                low: hundredths(correlation.interval.0),
                high: hundredths(correlation.interval.1),
                without_noise: hundredths(found.without_noise),
                districts: correlation.pairs,
                adjusted: (1_000.0 * found.link.adjusted).ceil() / 1_000.0,
            })
        })
        .collect();
    seen
}

#[cfg(test)]
mod tests {
    use methods::chance::Chance;

    use super::*;

    /// Districts whose teachers share more or less, and whose families follow by `link`; six months under the noise of the
    /// product.
    fn districts(seed: u64, count: usize, link: f64) -> BTreeMap<String, ByDistrict> {
        let mut chance = Chance::new(seed);
        let sd = 6.85 * 6_f64.sqrt();
        let mut sums = BTreeMap::<String, ByDistrict>::new();
        for district in 0..count {
            let (habit, other) = (chance.normal(), chance.normal());
            let follows = link * habit + (1.0 - link * link).sqrt() * other;
            let teachers = chance.between(400.0, 1_500.0);
            let pupils = 20.0 * teachers * chance.between(0.7, 1.0);
            let shares = teachers * 4.0 * (0.3 * habit).exp();
            for (cube, value) in [
                ("active_teachers", teachers),
                ("items_added", teachers * 30.0 * (0.2 * chance.normal()).exp()),
                ("shares_deposited", shares),
                ("pupils_documented", pupils),
                ("families_active", pupils * 0.4 * (0.2 * follows).exp()),
                ("shares_retrieved", shares * 0.6 * (0.1 * chance.normal()).exp()),
                ("portfolio_views", pupils * 0.8 * (0.2 * chance.normal()).exp()),
            ] {
                let noisy = Noisy { value: value + sd * chance.normal(), sd };
                sums.entry(cube.to_owned()).or_default().insert(format!("{district:04}"), noisy);
            }
        }
        sums
    }

    fn catalogue() -> Catalogue {
        Catalogue::embedded().unwrap()
    }

    #[test]
    fn a_planted_association_is_found_and_named_by_its_practice() {
        let catalogue = catalogue();
        for (link, direction) in [(0.8, "more"), (-0.8, "less")] {
            let found = look(&catalogue, &districts(3, 120, link)).found;
            let planted = found.iter().find(|one| one.practice == "sharing_and_families");
            assert_eq!(planted.map(|one| one.direction), Some(direction), "{found:?}");
            assert!(planted.is_some_and(|one| one.without_noise.abs() >= one.rho.abs()));
        }
    }

    #[test]
    fn without_an_association_there_is_nothing_to_say_nearly_always() {
        let catalogue = catalogue();
        let said = (0..100).filter(|seed| !look(&catalogue, &districts(*seed, 80, 0.0)).found.is_empty()).count();
        assert!(said <= 8, "{said} of 100 worlds without an association told one");
    }

    #[test]
    fn few_districts_say_that_they_are_few() {
        let catalogue = catalogue();
        let few = look(&catalogue, &districts(1, 19, 0.9));
        assert_eq!((few.withheld, few.districts, few.found.len()), (Some("few_districts"), 19, 0));
        assert_eq!(look(&catalogue, &BTreeMap::new()).withheld, Some("nothing_released"));
    }

    #[test]
    fn small_districts_drown_in_the_noise_and_are_left_out() {
        let mut sums = districts(5, 60, 0.9);
        for cube in sums.values_mut() {
            for one in cube.values_mut() {
                one.value /= 100.0;
            }
        }
        let drowned = look(&catalogue(), &sums);
        assert_eq!((drowned.tested, drowned.found.len(), drowned.withheld), (0, 0, None));
    }
}
