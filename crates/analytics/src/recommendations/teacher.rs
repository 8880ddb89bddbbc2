//! What a teacher's rules look at: her own acts and her class's, exact, beside what has left.

use std::collections::{BTreeMap, BTreeSet};

use calendar::{Calendar, IsoWeek, Period, SchoolPeriod, SchoolYear, Zone};
use catalogue::{Basis, Role};
use jiff::civil::Date;
use methods::evidence::{Part, share_above, would_have_met};
use privacy::Pseudonym;
use store::RosterClass;

use super::published::{Features, Published};
use super::{Certainty, Reading, Readings, evidence};
use crate::own::rows::{PersonRow, Rows};
use crate::view::Figure;

/// Of how many class weeks the rhythm is told.
const RHYTHM_WEEKS: usize = 4;
/// A domain is expected to have half of its equal part among six, at least.
const EXPECTED_PART: f64 = 1.0 / 12.0;
/// A kind is told when families look at it by a quarter more than its part of the items.
const MORE: f64 = 1.25;
/// Of fewer families nothing is said.
const FAMILIES: usize = 3;
/// Steps of the country that do not stand so many standard deviations clear of their noise are not divided by.
const CLEAR: f64 = 4.0;
/// Half the width of an interval that holds a Gaussian in 95 of 100 cases, in standard deviations.
const IN_95_OF_100: f64 = 1.959_964;
const EXACT: &str = "exact";

/// A teacher and her class.
pub(super) struct Own<'a> {
    /// When and where.
    pub(super) here: (&'a Calendar, Zone, Date),
    /// The class's rows of this school year.
    pub(super) rows: &'a Rows,
    /// She herself.
    pub(super) person: Pseudonym,
    /// The class as declared.
    pub(super) roster: &'a RosterClass,
}

/// Everything a teacher's rules may look at.
pub(super) fn readings(own: &Own<'_>, features: &Features, published: &Published) -> Readings {
    let mut readings = Readings::new();
    let mut put = |basis: Basis, found: Vec<Reading>| {
        if !found.is_empty() {
            readings.insert(basis, found);
        }
    };
    put(Basis::ActiveWeeks, vec![own.active_weeks()]);
    if let Some(period) = own.period() {
        put(Basis::WeeksOfPeriod, vec![own.weeks_of(&period)]);
        put(Basis::PupilsWithoutItem, own.pupils_without_item(&period).into_iter().collect());
        put(Basis::DomainsUntouched, own.domains_untouched(&period));
    }
    put(Basis::WeeksWithoutSharing, own.weeks_without_sharing().into_iter().collect());
    put(Basis::FeaturesUnused, own.features_unused(features));
    put(Basis::ScreensUnopened, own.screens_unopened(published));
    put(Basis::HelpWithoutTraining, own.help_without_training());
    put(Basis::FormatsConsulted, own.formats_consulted());
    readings
}

/// The module of a subject of the help.
fn module_of(topic: &str) -> Option<&'static str> {
    Some(match topic {
        "start" => "first_steps",
        "capture" => "capture",
        "objectives" => "objectives",
        "notebook" => "notebook",
        "share" => "families",
        "privacy" => "privacy",
        "statistics" => "statistics",
        _ => return None,
    })
}

#[expect(clippy::cast_precision_loss, reason = "counts of one class")]
const fn float(count: usize) -> f64 {
    count as f64
}

#[expect(clippy::cast_precision_loss, reason = "counts of one class")]
fn sum<'a>(rows: impl Iterator<Item = &'a PersonRow>) -> f64 {
    rows.map(|row| row.n).sum::<i64>() as f64
}

impl<'a> Own<'a> {
    const fn today(&self) -> Date {
        self.here.2
    }

    fn year(&self) -> SchoolYear {
        SchoolYear::of(self.today())
    }

    /// The class weeks of this school year that have begun.
    fn class_weeks(&self) -> Vec<IsoWeek> {
        let (calendar, zone, today) = self.here;
        calendar.class_weeks(zone, self.year()).into_iter().filter(|week| week.monday() <= today).collect()
    }

    /// The running school period; nothing in holidays.
    fn period(&self) -> Option<SchoolPeriod> {
        let (calendar, zone, today) = self.here;
        calendar.period_of(zone, today)
    }

    /// What she herself did of an event type.
    fn hers(&self, event: &'static str) -> impl Iterator<Item = &'a PersonRow> {
        let (person, rows) = (self.person, self.rows);
        rows.people.iter().filter(move |row| row.person == person && row.event == event)
    }

    fn value(value: f64, of: Option<f64>, evidence: Vec<Figure>) -> Reading {
        Reading { word: None, value, of, certainty: Certainty::Counted, order: 0.0, evidence }
    }

    fn active_weeks(&self) -> Reading {
        let class: BTreeSet<IsoWeek> = self.class_weeks().into_iter().collect();
        let hers = self.rows.people.iter().filter(|row| row.person == self.person && class.contains(&row.week));
        Self::value(float(hers.map(|row| row.week).collect::<BTreeSet<_>>().len()), None, Vec::new())
    }

    fn weeks_of(&self, period: &SchoolPeriod) -> Reading {
        let within = self.class_weeks().into_iter().filter(|week| *week >= IsoWeek::of(period.start));
        Self::value(float(within.count()), None, Vec::new())
    }

    fn pupils_without_item(&self, period: &SchoolPeriod) -> Option<Reading> {
        let since = IsoWeek::of(period.start);
        let of_period = self.rows.pupils.iter().filter(|row| row.event == "media_added" && row.week >= since);
        let seen: BTreeSet<Pseudonym> = of_period.map(|row| row.pupil).collect();
        let enrolled = self.roster.pupils.len();
        let without = self.roster.pupils.iter().filter(|pupil| !seen.contains(pupil)).count();
        let label = Period::SchoolPeriod(*period).to_string();
        let evidence = vec![evidence("pupils_documented", &label, &[], float(enrolled - without), EXACT)];
        (enrolled > 0).then(|| Self::value(float(without), Some(float(enrolled)), evidence))
    }

    /// Domains without a link. A class that links at random would meet a domain once in twelve links or more; links of one
    /// theme in one week are one occasion, however many pupils were on it.
    fn domains_untouched(&self, period: &SchoolPeriod) -> Vec<Reading> {
        let since = IsoWeek::of(period.start);
        let linked = self.rows.pupils.iter().filter(|row| row.event == "objective_linked" && row.week >= since);
        let mut occasions = BTreeSet::new();
        let mut by_domain = BTreeMap::<&str, i64>::new();
        for row in linked {
            occasions.insert((row.week, row.domain.as_str(), row.theme.as_str()));
            *by_domain.entry(&row.domain).or_default() += row.n;
        }
        let part = Part::Noisy { value: EXPECTED_PART, sd: 0.0 };
        let Some(certainty) = would_have_met(part, float(occasions.len())) else { return Vec::new() };
        if occasions.is_empty() {
            return Vec::new();
        }
        let label = Period::SchoolPeriod(*period).to_string();
        #[expect(clippy::cast_precision_loss, reason = "counts of one class")]
        let all = by_domain.values().sum::<i64>() as f64;
        let domains = ["language", "physical", "arts", "maths", "world", "living_together"];
        let untouched = domains.iter().filter(|domain| !by_domain.contains_key(**domain)).enumerate();
        untouched
            .map(|(place, domain)| {
                let mut rests_on = vec![evidence("domain_coverage", &label, &[("domain", domain)], 0.0, EXACT)];
                if place == 0 {
                    rests_on.push(evidence("domain_coverage", &label, &[], all, EXACT));
                }
                Reading {
                    word: Some((*domain).to_owned()),
                    value: 0.0,
                    of: None,
                    certainty: Certainty::Estimated(certainty),
                    order: -float(place),
                    evidence: rests_on,
                }
            })
            .collect()
    }

    /// Of the last class weeks that are over, those in which nothing was handed over; nothing before there were enough.
    fn weeks_without_sharing(&self) -> Option<Reading> {
        let over: Vec<IsoWeek> = self.class_weeks().into_iter().filter(|week| week.sunday() < self.today()).collect();
        let last = over.len().checked_sub(RHYTHM_WEEKS).map(|from| &over[from..])?;
        let of = |week: IsoWeek, event: &str, outcome: &str| {
            let rows = self.rows.people.iter().filter(|row| row.week == week && row.event == event);
            sum(rows.filter(|row| outcome.is_empty() || row.outcome == outcome))
        };
        let (mut without, mut rests_on) = (0, Vec::new());
        for week in last {
            let (shares, sent) = (of(*week, "share_deposited", "ok"), of(*week, "notebook_sent", ""));
            without += usize::from(shares + sent <= 0.0);
            rests_on.push(evidence("share_deposited_count", &week.to_string(), &[], shares, EXACT));
            if sent > 0.0 {
                rests_on.push(evidence("notebook_sent", &week.to_string(), &[], sent, EXACT));
            }
        }
        Some(Self::value(float(without), Some(float(RHYTHM_WEEKS)), rests_on))
    }

    /// What she did of one kind this year: the words, and in how many weeks each, summed. Many uses in one week are one
    /// occasion: they are made in a row.
    fn met(&self, event: &'static str) -> (BTreeSet<&'a str>, f64) {
        let occasions: BTreeSet<(IsoWeek, &str)> = self.hers(event).map(|row| (row.week, row.facet.as_str())).collect();
        (occasions.iter().map(|(_, word)| *word).collect(), float(occasions.len()))
    }

    fn features_unused(&self, features: &Features) -> Vec<Reading> {
        let (used, occasions) = self.met("feature_used");
        if occasions <= 0.0 {
            return Vec::new();
        }
        let year = self.year().to_string();
        let unused = features.uses.iter().filter(|(word, _)| !used.contains(word.as_str()));
        unused
            .filter_map(|(word, uses)| {
                let part = Part::Counted { hits: *uses, tries: features.total };
                Some(Reading {
                    word: Some(word.clone()),
                    value: 0.0,
                    of: None,
                    certainty: Certainty::Estimated(would_have_met(part, occasions)?),
                    order: *uses,
                    evidence: vec![
                        evidence("feature_use", &year, &[("feature", word)], 0.0, EXACT),
                        evidence("feature_use", &features.label, &[("feature", word)], *uses, &features.protection),
                    ],
                })
            })
            .collect()
    }

    fn screens_unopened(&self, published: &Published) -> Vec<Reading> {
        let (seen, occasions) = self.met("screen_viewed");
        let total = published.total();
        if occasions <= 0.0 || total.count <= CLEAR * total.sd {
            return Vec::new();
        }
        let (year, label) = (self.year().to_string(), published.label());
        let unopened = published.arrivals.iter().filter(|(word, _)| !seen.contains(word.as_str()));
        unopened
            .filter_map(|(word, arrivals)| {
                let value = arrivals.count / total.count;
                let part = Part::Noisy { value, sd: arrivals.sd.hypot(value * total.sd) / total.count };
                let half = IN_95_OF_100 * arrivals.sd;
                let dimensions = [("screen", word.as_str())];
                let noisy = evidence("paths", &label, &dimensions, arrivals.count, &published.protection);
                let (low, high) = (Some(arrivals.count - half), Some(arrivals.count + half));
                Some(Reading {
                    word: Some(word.clone()),
                    value: 0.0,
                    of: None,
                    certainty: Certainty::Estimated(would_have_met(part, occasions)?),
                    order: arrivals.count,
                    evidence: vec![
                        evidence("screen_viewed", &year, &dimensions, 0.0, EXACT),
                        Figure { low, high, ..noisy },
                    ],
                })
            })
            .collect()
    }

    fn help_without_training(&self) -> Vec<Reading> {
        let done = self.hers("training_progressed").filter(|row| row.outcome == "done");
        let done: BTreeSet<&str> = done.map(|row| row.facet.as_str()).collect();
        let mut opened = BTreeMap::<&str, Vec<&PersonRow>>::new();
        for row in self.hers("help_opened") {
            if let Some(module) = module_of(&row.facet).filter(|module| !done.contains(module)) {
                opened.entry(module).or_default().push(row);
            }
        }
        let year = self.year().to_string();
        opened
            .into_iter()
            .map(|(module, rows)| {
                let value = sum(rows.iter().copied());
                let topic = rows.first().map_or("", |row| row.facet.as_str());
                let rests_on = vec![evidence("help_opened", &year, &[("topic", topic)], value, EXACT)];
                Reading { word: Some(module.to_owned()), order: value, ..Self::value(value, None, rests_on) }
            })
            .collect()
    }

    /// Kinds that families look at more than their part of the items: a family, week and kind is one occasion, so that one
    /// family that looks often does not stand for all.
    fn formats_consulted(&self) -> Vec<Reading> {
        let parents = self.rows.people.iter().filter(|row| row.role == Role::Parent.slug());
        let looked: BTreeSet<(&str, Pseudonym, IsoWeek)> = parents
            .filter(|row| row.event == "media_consulted")
            .map(|row| (row.facet.as_str(), row.person, row.week))
            .collect();
        let mut items = BTreeMap::<&str, f64>::new();
        for row in self.rows.people.iter().filter(|row| row.event == "media_added") {
            *items.entry(&row.facet).or_default() += sum(std::iter::once(row));
        }
        let (tries, all) = (float(looked.len()), items.values().sum::<f64>());
        let year = self.year().to_string();
        let told = items.iter().filter_map(|(kind, added)| {
            let of_kind = || looked.iter().filter(|(word, ..)| word == kind);
            let families: BTreeSet<Pseudonym> = of_kind().map(|(_, family, _)| *family).collect();
            if families.len() < FAMILIES || *added <= 0.0 {
                return None;
            }
            let hits = float(of_kind().count());
            let certainty = share_above(hits, tries, MORE * added / all)?;
            let dimensions = [("kind", *kind)];
            Some(Reading {
                word: Some((*kind).to_owned()),
                value: 100.0 * hits / tries,
                of: None,
                certainty: Certainty::Estimated(certainty),
                order: certainty,
                evidence: vec![
                    evidence("media_consulted", &year, &dimensions, hits, EXACT),
                    evidence("media_consulted", &year, &[], tries, EXACT),
                    evidence("media_count", &year, &dimensions, *added, EXACT),
                    evidence("media_count", &year, &[], all, EXACT),
                ],
            })
        });
        told.collect()
    }
}
