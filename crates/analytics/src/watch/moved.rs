//! Which version, and which part, a change is in. A version is judged against the rate of all versions before: a new one
//! has no past of its own. It is named where the excess is in it and the others are as they were.

use std::collections::BTreeSet;

use jiff::civil::Date;

use super::bounds::{DEVICES, MOST};
use super::days::{Days, Metric};
use super::measures::{Counted, Measure};

/// What happens now and then in any version: half of the crashes that are aimed at (the
/// domain's target is less than one in a hundred sessions).
const NOW_AND_THEN: f64 = 0.005;
/// Days before a day on which a version's devices are counted.
const A_WEEK: i64 = 7;

/// The versions that were used on some days.
pub(super) fn versions(days: &Days, on: &[Date]) -> BTreeSet<String> {
    let kinds = on.iter().flat_map(|day| days.kinds(Metric::Sessions, *day));
    kinds.map(|(kind, _)| kind.version.clone()).filter(|version| !version.is_empty()).collect()
}

/// Whether enough devices of a version were there on one of these days, for what was counted of it to be told.
pub(super) fn has_counted(days: &Days, version: &str, on: &[Date]) -> bool {
    days.devices_of(version, on.iter().copied()) >= DEVICES
}

/// Whether enough devices have a version for it to be named: on one of these days or of the week before.
fn has_devices(days: &Days, version: &str, on: &[Date]) -> bool {
    let Some((first, last)) = on.first().zip(on.last()) else { return false };
    let since = first.saturating_sub(jiff::Span::new().days(A_WEEK));
    days.devices_of(version, days.all().filter(|day| (since..=*last).contains(day))) >= DEVICES
}

/// The version in which a measure has risen on some days beside those before; nothing where all have, or where too few
/// devices have it.
///
/// Two explanations with one unknown rate each are compared by their likelihood, counts being Poisson: that this version
/// alone has a new rate and the others the usual one, or that all have the same new one.
pub(super) fn version(days: &Days, measure: Measure, on: &[Date], before: &[Date]) -> Option<String> {
    let (now, usual) = (measure.counted(days, on, None), measure.counted(days, before, None));
    let all = likelihood(now.total(), now.out_of, rate(&now));
    let alone = |version: &String| {
        let here = measure.counted(days, on, Some(version));
        let others = (now.total() - here.total(), now.out_of.saturating_sub(here.out_of));
        likelihood(here.total(), here.out_of, rate(&here))
            + likelihood(others.0, others.1, rate(&usual).max(NOW_AND_THEN))
    };
    let candidates = versions(days, on).into_iter().map(|version| (alone(&version), version));
    let (alone, version) = candidates.max_by(|one, other| one.0.total_cmp(&other.0))?;
    (alone - all >= measure.sure_of_version() && has_devices(days, &version, on)).then_some(version)
}

/// The logarithm of the likelihood of a count, but for what does not hang on the rate.
fn likelihood(n: u64, of: u64, rate: f64) -> f64 {
    real(n) * rate.ln() - rate * real(of)
}

/// The word of the part in which most of a rise is; nothing where it is in several.
pub(super) fn part(now: &Counted, usual: &Counted) -> Option<String> {
    let scale = if usual.out_of > 0 { real(now.out_of) / real(usual.out_of) } else { 0.0 };
    let excess = |word: &String, n: u64| real(n) - scale * real(usual.parts.get(word).copied().unwrap_or(0));
    let all: f64 = now.parts.iter().map(|(word, n)| excess(word, *n)).sum();
    let most =
        now.parts.iter().map(|(word, n)| (word, excess(word, *n))).max_by(|one, other| one.1.total_cmp(&other.1));
    most.filter(|(word, most)| !word.is_empty() && *most >= MOST * all).map(|(word, _)| word.clone())
}

/// What is counted of one, with half of one more, since none so far is not never.
pub(super) fn rate(counted: &Counted) -> f64 {
    (real(counted.total()) + 0.5) / (real(counted.out_of) + 1.0)
}

/// A count as a real number.
#[expect(clippy::cast_precision_loss, reason = "counts of a few weeks are far below 2⁵³")]
pub(super) const fn real(count: u64) -> f64 {
    count as f64
}
