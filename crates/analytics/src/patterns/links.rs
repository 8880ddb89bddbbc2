//! Which measures move together: of one school week by week, and over districts and months on figures with noise. The
//! calendar is taken out first; every pair that is looked at counts as a test.

use std::collections::BTreeMap;

use calendar::{Academy, Month, Zone};
use catalogue::{Catalogue, CubeSource, Measure};
use methods::correlation::{Link as Found, Strength, found, links_given, links_of_residuals};
use privacy::exit::{Level, NoisyCube, Released};
use serde::Serialize;

use super::numbers::{float, real, thousandth};
use super::weekly::Weekly;

/// The fewest published weeks, or districts and months, that a pair is tested on.
pub const LEAST: usize = 20;
/// The share of false finds among all pairs.
const RATE: f64 = 0.05;

/// Two measures that move together.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Link {
    /// The two measures, by their names in the catalogue; cubes by theirs.
    pub measures: [String; 2],
    /// Spearman's rank correlation once the calendar is taken out, from −1 to 1.
    pub rho: f64,
    /// The lower end of its 95 % interval.
    pub low: f64,
    /// The upper end.
    pub high: f64,
    /// The p-value adjusted for all pairs that were tested.
    pub adjusted_p: f64,
    /// `negligible`, `small`, `medium` or `large`.
    pub strength: &'static str,
    /// How many weeks, or districts and months, have both.
    pub n: usize,
    /// How many independent ones they are worth.
    pub effective_n: f64,
}

/// The links of a place.
#[derive(Debug, Clone, Default, PartialEq, Serialize)]
pub struct Links {
    /// Those that were found, strongest evidence first.
    pub found: Vec<Link>,
    /// How many pairs were tested.
    pub tested: usize,
    /// How many weeks, or districts and months, there were.
    pub n: usize,
}

/// Links between the weekly measures of a school. Nothing below twenty published class weeks.
pub(super) fn of_school(catalogue: &Catalogue, weekly: &Weekly<'_>) -> Links {
    let n = weekly.published();
    // Weeks of holidays are no weeks of class with nothing in them.
    let open = |at: &usize| weekly.weeks[*at].class_days > 0;
    let class_weeks: Vec<usize> = (0..weekly.weeks.len()).filter(open).collect();
    let values =
        |values: &[Option<f64>]| -> Vec<f64> { class_weeks.iter().map(|at| values[*at].unwrap_or(f64::NAN)).collect() };
    let enough =
        weekly.series.iter().filter(|one| class_weeks.iter().filter(|at| one.values[**at].is_some()).count() >= LEAST);
    let (measures, series): (Vec<&Measure>, Vec<Vec<f64>>) =
        enough.map(|one| (one.measure, values(&one.values))).unzip();
    let pairs = pairs(&measures, |one, other| are_apart(catalogue, one, other));
    let pairs: Vec<(usize, usize)> =
        pairs.into_iter().filter(|(one, other)| both(&series[*one], &series[*other]) >= LEAST).collect();
    let days: Vec<f64> = class_weeks.iter().map(|at| real(weekly.weeks[*at].class_days)).collect();
    let tested = links_given(&series, &days, &pairs).unwrap_or_default();
    let name = |at: usize| measures[at].name.clone();
    Links { found: told(&tested, name), tested: tested.len(), n }
}

/// Links between cubes over districts and months: what each district has beyond its own size and beyond what its zone
/// has in that month, in standard deviations. Noise hides links, and makes none: each cell has its own.
pub(super) fn beyond(catalogue: &Catalogue, months: &[(Month, Vec<Released<NoisyCube>>)]) -> Links {
    let mut cubes = BTreeMap::<&str, Table>::new();
    for (month, released) in months {
        for cube in released {
            let sums = cube.sums(Level::District, false).into_value();
            if sums.is_empty() {
                continue;
            }
            let places = zones(cube.value());
            let table = cubes.entry(cube.value().cube.as_str()).or_default();
            for sum in sums {
                let zone = places.get(&sum.place).cloned().unwrap_or_default();
                table.push(sum.place, zone, *month, float(sum.value), (sum.error / 1.96).powi(2));
            }
        }
    }
    let cells: Vec<(String, Month)> = {
        let all = cubes.values().flat_map(|table| table.cells.keys().cloned());
        let mut all: Vec<(String, Month)> = all.collect();
        all.sort();
        all.dedup();
        all
    };
    let declared = |name: &str| catalogue.cubes().iter().find(|cube| cube.name == name);
    let measure = |name: &str| match declared(name).map(|cube| &cube.source) {
        Some(CubeSource::Measure { measure, .. }) => catalogue.measures().get(usize::from(*measure)),
        _ => None,
    };
    let known = cubes.iter().filter_map(|(name, table)| {
        let residuals = table.residuals();
        let series: Vec<f64> = cells.iter().map(|cell| residuals.get(cell).copied().unwrap_or(f64::NAN)).collect();
        let enough = series.iter().filter(|value| value.is_finite()).count() >= LEAST;
        measure(name).filter(|_| enough).map(|measure| ((*name, measure), series))
    });
    let (measures, series): (Vec<(&str, &Measure)>, Vec<Vec<f64>>) = known.unzip();
    let pairs = pairs(&measures, |one, other| are_apart(catalogue, one.1, other.1));
    let pairs: Vec<(usize, usize)> =
        pairs.into_iter().filter(|(one, other)| both(&series[*one], &series[*other]) >= LEAST).collect();
    // A size for each district and a share of each month for each zone were taken out of every cube.
    let taken_out = cubes.values().map(Table::parameters).max().unwrap_or(0);
    let tested = links_of_residuals(&series, taken_out, &pairs).unwrap_or_default();
    Links { found: told(&tested, |at| measures[at].0.to_owned()), tested: tested.len(), n: cells.len() }
}

/// Whether two measures count different acts: those that share some move together by their making.
fn are_apart(catalogue: &Catalogue, one: &Measure, other: &Measure) -> bool {
    let events = |measure: &Measure| catalogue.events_of(measure).map(|event| event.name.clone()).collect::<Vec<_>>();
    let of_one = events(one);
    !events(other).iter().any(|event| of_one.contains(event))
}

fn pairs<T>(measures: &[T], apart: impl Fn(&T, &T) -> bool) -> Vec<(usize, usize)> {
    let all = (0..measures.len()).flat_map(|one| (one + 1..measures.len()).map(move |other| (one, other)));
    all.filter(|(one, other)| apart(&measures[*one], &measures[*other])).collect()
}

fn both(one: &[f64], other: &[f64]) -> usize {
    one.iter().zip(other).filter(|(one, other)| one.is_finite() && other.is_finite()).count()
}

fn told(tested: &[Found], name: impl Fn(usize) -> String) -> Vec<Link> {
    let link = |one: &Found| Link {
        measures: [name(one.pair.0), name(one.pair.1)],
        rho: thousandth(one.correlation.rho),
        low: thousandth(one.correlation.interval.0),
        high: thousandth(one.correlation.interval.1),
        adjusted_p: one.adjusted,
        strength: match one.strength() {
            Strength::Negligible => "negligible",
            Strength::Small => "small",
            Strength::Medium => "medium",
            Strength::Large => "large",
        },
        n: one.correlation.pairs,
        effective_n: one.correlation.effective.round(),
    };
    found(tested, RATE).iter().map(link).collect()
}

/// The zone of each district of a cube. One whose schools are in several has all their names: it is compared with
/// districts that are as mixed.
fn zones(cube: &NoisyCube) -> BTreeMap<String, String> {
    let mut zones = BTreeMap::<String, Vec<Zone>>::new();
    for cell in &cube.cells {
        let academy = cell.leaf.place.at(Level::Academy).and_then(Academy::from_slug);
        if let Some((district, academy)) = cell.leaf.place.at(Level::District).zip(academy) {
            let known = zones.entry(district.to_owned()).or_default();
            if !known.contains(&academy.zone()) {
                known.push(academy.zone());
            }
        }
    }
    let name = |mut zones: Vec<Zone>| {
        zones.sort();
        zones.iter().map(|zone| zone.slug()).collect::<Vec<_>>().join("+")
    };
    zones.into_iter().map(|(district, zones)| (district, name(zones))).collect()
}

/// One cube: districts by months.
#[derive(Default)]
struct Table {
    cells: BTreeMap<(String, Month), (f64, f64)>,
    zones: BTreeMap<String, String>,
}

impl Table {
    fn push(&mut self, district: String, zone: String, month: Month, value: f64, variance: f64) {
        self.zones.insert(district.clone(), zone);
        self.cells.insert((district, month), (value, variance));
    }

    /// How many parameters its residuals are free of.
    fn parameters(&self) -> usize {
        let mut months: Vec<Month> = self.cells.keys().map(|(_, month)| *month).collect();
        months.sort();
        months.dedup();
        let mut zones: Vec<&String> = self.zones.values().collect();
        zones.sort();
        zones.dedup();
        self.zones.len() + zones.len() * months.len().saturating_sub(1)
    }

    /// What each cell has beyond its district's size and its zone's month, as Pearson's residual: the value less what
    /// independence of both makes expect, over the standard deviation of counting, noise, and what districts vary beyond
    /// both (by moments). Without the last, large districts would have large residuals in every cube.
    fn residuals(&self) -> BTreeMap<(String, Month), f64> {
        let mut of_district = BTreeMap::<&str, (f64, f64)>::new();
        let mut of_month = BTreeMap::<(&str, Month), f64>::new();
        let mut of_zone = BTreeMap::<&str, f64>::new();
        for ((district, month), (value, variance)) in &self.cells {
            let zone = self.zones.get(district).map_or("", String::as_str);
            let sum = of_district.entry(district).or_default();
            *sum = (sum.0 + value, sum.1 + variance);
            *of_month.entry((zone, *month)).or_default() += value;
            *of_zone.entry(zone).or_default() += value;
        }
        let expected = |((district, month), (value, variance)): (&(String, Month), &(f64, f64))| {
            let zone = self.zones.get(district).map_or("", String::as_str);
            let (size, noise) = *of_district.get(district.as_str())?;
            let (all, in_month) = (*of_zone.get(zone)?, *of_month.get(&(zone, *month))?);
            // A district that is lost in the noise tells nothing; one alone in its zone is all that its zone does.
            let alone = self.zones.values().filter(|one| *one == zone).count() < 2;
            if alone || size <= 3.0 * noise.sqrt() || all <= 0.0 {
                return None;
            }
            let expected = (size * in_month / all).max(0.0);
            Some(((district.clone(), *month), value - expected, expected, *variance))
        };
        let cells: Vec<((String, Month), f64, f64, f64)> = self.cells.iter().filter_map(expected).collect();
        let beyond: f64 = cells.iter().map(|(_, off, expected, noise)| off * off - expected - noise).sum();
        let squares: f64 = cells.iter().map(|(_, _, expected, _)| expected * expected).sum();
        let varies = if squares > 0.0 { (beyond / squares).max(0.0) } else { 0.0 };
        let residual = |(cell, off, expected, noise): ((String, Month), f64, f64, f64)| {
            (cell, off / (expected + noise + varies * expected * expected).sqrt().max(1e-9))
        };
        cells.into_iter().map(residual).collect()
    }
}

#[cfg(test)]
mod tests {
    use methods::chance::Chance;
    use privacy::Uai;
    use privacy::exit::{Guarantee, Leaf, NoisyCell, Place};

    use super::super::weekly::{Week, played};
    use super::*;

    const YEAR: (&str, &str) = ("2025-W36", "2026-W27");
    const MEASURES: [&str; 5] =
        ["media_count", "comment_count", "review_count", "share_retrieved_count", "portfolio_views"];

    /// Weeks in which everything follows the class days, and views follow comments beyond them if they are `linked`.
    fn school(seed: u64, linked: bool, until: &str) -> Links {
        let catalogue = Catalogue::embedded().unwrap();
        let mut chance = Chance::new(seed);
        let drawn: Vec<Vec<f64>> = MEASURES.iter().map(|_| (0..60).map(|_| chance.normal()).collect()).collect();
        let value = |which: usize, at: usize, week: Week| {
            let own = if linked && which == 4 { 0.35 * drawn[4][at] + drawn[1][at] } else { drawn[which][at] };
            Some((20.0 * real(week.class_days) * (0.25 * own).exp()).round()).filter(|_| week.class_days > 0)
        };
        let weekly = played(&catalogue, Zone::C, (YEAR.0, until), &MEASURES, value);
        of_school(&catalogue, &weekly)
    }

    #[test]
    fn a_planted_link_is_found_and_hardly_any_where_none_was_planted() {
        let (mut planted, mut wrong_share, mut wrong_schools) = (0, 0.0, 0);
        for seed in 0..100 {
            let links = school(seed, true, YEAR.1);
            assert!(links.tested >= 8 && links.n >= 30, "{links:?}");
            let is_it = |link: &&Link| link.measures == ["comment_count", "portfolio_views"];
            planted += usize::from(links.found.iter().any(|link| is_it(&link) && link.rho > 0.5));
            let wrong = links.found.iter().filter(|link| !is_it(link)).count();
            wrong_share += real(wrong) / real(links.found.len().max(1));
            wrong_schools += usize::from(!school(1_000 + seed, false, YEAR.1).found.is_empty());
        }
        assert!(planted >= 95, "the planted link in {planted} of 100");
        assert!(wrong_share / 100.0 <= 0.05, "{wrong_share} of 100 finds are false");
        assert!(wrong_schools <= 9, "a false link in {wrong_schools} of 100 schools");
    }

    #[test]
    fn a_school_with_few_weeks_has_no_links() {
        let links = school(3, true, "2026-W02");
        assert_eq!((links.found.len(), links.tested), (0, 0));
    }

    #[test]
    fn measures_that_count_the_same_acts_are_not_tested() {
        let catalogue = Catalogue::embedded().unwrap();
        let measure = |name: &str| catalogue.measure(name).unwrap();
        assert!(!are_apart(&catalogue, measure("media_count"), measure("active_teachers")));
        assert!(!are_apart(&catalogue, measure("share_retrieved_count"), measure("families_active")));
        assert!(are_apart(&catalogue, measure("media_count"), measure("families_active")));
    }

    /// Forty districts in three zones, of many sizes, whose months go up and down together.
    fn months(seed: u64, linked: bool) -> Vec<(Month, Vec<Released<NoisyCube>>)> {
        let mut chance = Chance::new(seed);
        let academies = ["lyon", "lille", "paris"];
        let size: Vec<f64> = (0..40).map(|_| chance.between(200.0, 2_000.0)).collect();
        let month = |number: i32, chance: &mut Chance| {
            let month = Month::from_number(number).unwrap();
            let season: Vec<f64> = academies.iter().map(|_| chance.between(0.4, 1.2)).collect();
            let local: Vec<f64> = size.iter().map(|_| chance.normal()).collect();
            let mut cube = |name: &str, share: f64, follows: bool| {
                let cells = (0..40).map(|at| {
                    let own = if follows { local[at] } else { chance.normal() };
                    let mean = share * size[at] * season[at % 3] * (0.2 * own).exp();
                    let district: Uai = format!("{:07}A", 100_000 + at).parse().unwrap_or_else(|_| panic!("{at}"));
                    let place = Place::district(district, academies[at % 3]);
                    let value = chance.poisson(mean) + 6.85 * chance.normal();
                    NoisyCell {
                        leaf: Leaf { place, word: String::new() },
                        value: format!("{value:.0}").parse().unwrap(),
                    }
                });
                let cube = NoisyCube { cube: name.to_owned(), month, sigma: 6.85, cut: None, cells: cells.collect() };
                Released::thaw_cube(cube, Guarantee::MONTH)
            };
            let cubes = vec![
                cube("items_added", 0.8, linked),
                cube("families_active", 0.4, linked),
                cube("shares_deposited", 0.3, false),
            ];
            (month, cubes)
        };
        [202_509, 202_510, 202_511, 202_512].into_iter().map(|number| month(number, &mut chance)).collect()
    }

    #[test]
    fn districts_are_no_link_by_their_size_or_season_but_by_what_moves_in_them() {
        let catalogue = Catalogue::embedded().unwrap();
        let (mut wrong_share, mut wrong) = (0.0, 0);
        for seed in 0..60 {
            let links = beyond(&catalogue, &months(seed, true));
            let is_it = |link: &&Link| link.measures == ["families_active", "items_added"];
            assert!(links.found.iter().any(|link| is_it(&link)), "{seed}: {links:?}");
            let others = links.found.iter().filter(|link| !is_it(link)).count();
            wrong_share += real(others) / real(links.found.len());
            wrong += usize::from(!beyond(&catalogue, &months(500 + seed, false)).found.is_empty());
        }
        assert!(wrong_share / 60.0 <= 0.05, "{wrong_share} of 60 finds are false");
        assert!(wrong <= 6, "a false link in {wrong} of 60 countries");
        assert_eq!(beyond(&catalogue, &[]), Links::default());
    }
}
