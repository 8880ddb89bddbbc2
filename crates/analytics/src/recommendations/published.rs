//! What has left and may be compared with: a school's published use of features, its closed number of active teachers, and
//! the country's steps between screens, with their noise.

use std::collections::BTreeMap;

use calendar::{Month, SchoolYear};
use jiff::civil::Date;
use privacy::Uai;
use privacy::exit::{Released, StoredFigure};
use store::{Error, Prune, Store, Table};

use crate::governance::Approvals;
use crate::hints;
use crate::school::released;

/// A part of the country's steps, with noise.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Arrivals {
    /// How many steps lead there.
    pub count: f64,
    /// The standard deviation of its noise.
    pub sd: f64,
}

/// What has left with noise beyond the school, as far as recommendations need it.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Published {
    /// The months it is of, oldest first.
    pub months: Vec<String>,
    /// What it went through.
    pub protection: String,
    /// Steps by the screen they lead to.
    pub arrivals: BTreeMap<String, Arrivals>,
}

impl Published {
    /// All steps together.
    pub fn total(&self) -> Arrivals {
        let count = self.arrivals.values().map(|one| one.count).sum();
        let variance: f64 = self.arrivals.values().map(|one| one.sd * one.sd).sum();
        Arrivals { count, sd: variance.sqrt() }
    }

    /// The months as one label.
    pub fn label(&self) -> String {
        spanning(&self.months)
    }
}

/// `2025-09/2025-11`, or the month alone.
fn spanning(months: &[String]) -> String {
    match (months.first(), months.last()) {
        (Some(first), Some(last)) if first != last => format!("{first}/{last}"),
        (Some(only), _) => only.clone(),
        _ => String::new(),
    }
}

/// Reads what has left with noise. Nothing without the committee's approval of recommendations.
///
/// Fails when the store does.
pub async fn published(store: &Store, approvals: &Approvals) -> Result<Published, Error> {
    if !approvals.has_approved(super::DECISION) {
        return Ok(Published::default());
    }
    let (months, protection, steps) = hints::last_steps(store).await?;
    let mut published = Published { months, protection, arrivals: BTreeMap::new() };
    let Some(screens) = store.catalogue().word_list(hints::SCREENS) else { return Ok(published) };
    for (word, step) in steps {
        let Some((from, to)) = word.split_once('>') else { continue };
        // What stays where it was is no arrival, and the steps of a flow are no screens.
        if from == to || screens.position(from).is_none() || screens.position(to).is_none() {
            continue;
        }
        let known = published.arrivals.entry(to.to_owned()).or_insert(Arrivals { count: 0.0, sd: 0.0 });
        known.count += step.count();
        known.sd = known.sd.hypot(step.sd());
    }
    Ok(published)
}

/// A school's published uses of features over the closed months of this school year.
#[derive(Debug, Clone, Default, PartialEq)]
pub(super) struct Features {
    /// The months, as one label.
    pub(super) label: String,
    /// What they went through.
    pub(super) protection: String,
    /// Uses by feature.
    pub(super) uses: BTreeMap<String, f64>,
    /// All uses, those that were merged included.
    pub(super) total: f64,
}

/// Reads a school's published uses of features.
pub(super) async fn features(store: &Store, uai: &Uai, today: Date) -> Result<Features, Error> {
    let left = months_of_year(store, uai, today).await?;
    Ok(features_of(&left))
}

#[expect(clippy::cast_precision_loss, reason = "the exit gate refuses sums above 2^53")]
pub(super) fn features_of(left: &[Released<StoredFigure>]) -> Features {
    let mut found = Features::default();
    let mut months = Vec::new();
    for one in left {
        let figure = one.value();
        let Some(value) = figure.value.filter(|_| figure.measure == "feature_use" && figure.split == "feature") else {
            continue;
        };
        if months.last() != Some(&figure.period) {
            months.push(figure.period.clone());
        }
        found.protection = one.protection().to_string();
        found.total += value as f64;
        *found.uses.entry(figure.word.clone()).or_default() += value as f64;
    }
    found.label = spanning(&months);
    found
}

/// The last closed number of active teachers with the number declared.
pub(super) async fn active_teachers(
    store: &Store,
    uai: &Uai,
    today: Date,
) -> Result<Option<Released<StoredFigure>>, Error> {
    let left = months_of_year(store, uai, today).await?;
    Ok(left.into_iter().rfind(|one| {
        let figure = one.value();
        figure.measure == "active_teachers" && figure.split.is_empty() && figure.value.is_some()
    }))
}

/// Everything that left of a school for the months of this school year, by month.
async fn months_of_year(store: &Store, uai: &Uai, today: Date) -> Result<Vec<Released<StoredFigure>>, Error> {
    let (first, last) = (Month::of(SchoolYear::of(today).first_day()), Month::of(today));
    let prune = Prune { months: Some(first.number()..=last.number()), establishment: Some(uai.clone()) };
    let session = store.lake().session(&[Table::Releases], &prune).await?;
    let months = std::iter::successors(Some(first), |month| Some(month.next())).take_while(|month| *month <= last);
    let labels: Vec<String> = months.map(|month| month.to_string()).collect();
    let mut left = released::read(&session, uai, &labels).await?;
    left.sort_by(|one, other| one.value().period.cmp(&other.value().period));
    Ok(left)
}
