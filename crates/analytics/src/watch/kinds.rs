//! Crashes and errors by what they are: a kind that is new, and one that had gone and is back. A crash is a type on a screen,
//! an error is a class; fingerprints are hashed with a key that changes, so none of them is a kind.

use std::collections::BTreeMap;

use jiff::Span;
use jiff::civil::Date;

use super::alert::{Alert, Rule, Severity, UP};
use super::bounds::{NEW, REMEMBERED, WEEK};
use super::days::{Days, Metric};
use super::moved::{has_counted, real};
use super::unusual::rounded;

/// Judged days before anything can be new.
const KNOWN: usize = 20;
/// A kind had gone from a version in which so many were to be expected and none came.
const EXPECTED: f64 = 5.0;

/// What a crash or an error is.
type What = (Metric, String, String);

/// What was counted until a day, by version.
#[derive(Default)]
struct Past {
    kinds: BTreeMap<What, BTreeMap<Version, (u64, Date)>>,
    sessions: BTreeMap<Version, u64>,
}

/// A version in the order of its numbers.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
struct Version(Vec<u32>, String);

impl Version {
    fn of(text: &str) -> Self {
        Self(text.split('.').map(|number| number.parse().unwrap_or(0)).collect(), text.to_owned())
    }
}

impl Past {
    fn add(&mut self, days: &Days, day: Date) {
        for (kind, n) in days.kinds(Metric::Sessions, day) {
            *self.sessions.entry(Version::of(&kind.version)).or_default() += n;
        }
        for (what, version, n) in of_day(days, day) {
            let known = self.kinds.entry(what).or_default().entry(version).or_insert((0, day));
            *known = (known.0 + n, day);
        }
    }

    /// Whether this is of a kind that was not seen in any version for as long as crashes are kept.
    fn is_new(&self, what: &What, first: Date) -> bool {
        let since = first.saturating_sub(Span::new().days(REMEMBERED));
        self.kinds.get(what).is_none_or(|versions| versions.values().all(|(_, last)| *last < since))
    }

    /// Whether this kind was in an older version, then in none of a version between, and now is in this one.
    fn is_back(&self, what: &What, version: &Version) -> bool {
        let Some(versions) = self.kinds.get(what) else { return false };
        let older = || versions.range(..version.clone());
        let Some((newest, _)) = older().next_back() else { return false };
        let (seen, of) = older().fold((0, 0), |(seen, of), (version, (n, _))| {
            (seen + n, of + self.sessions.get(version).copied().unwrap_or(0))
        });
        let without: u64 = self
            .sessions
            .range(newest.clone()..version.clone())
            .filter(|(one, _)| *one != newest)
            .map(|(_, n)| n)
            .sum();
        let not_yet = versions.get(version).is_none_or(|(n, _)| *n < NEW);
        seen >= NEW && not_yet && of > 0 && real(seen) / real(of) * real(without) >= EXPECTED
    }
}

fn of_day(days: &Days, day: Date) -> impl Iterator<Item = (What, Version, u64)> {
    [Metric::Crashes, Metric::Errors].into_iter().flat_map(move |metric| {
        let told = days.kinds(metric, day).filter(|(kind, _)| !kind.word.is_empty());
        told.map(move |(kind, n)| ((metric, kind.word.clone(), kind.screen.clone()), Version::of(&kind.version), n))
    })
}

/// Kinds that are new, and kinds that are back.
pub(super) fn kinds(days: &Days, judged: &[Date]) -> Vec<Alert> {
    let (mut past, mut alerts) = (Past::default(), Vec::new());
    for at in 0..judged.len() {
        let on = &judged[(at + 1).saturating_sub(WEEK)..=at];
        // What has left the week is past.
        if let Some(left) = at.checked_sub(WEEK) {
            past.add(days, judged[left]);
        }
        if at < KNOWN {
            continue;
        }
        let mut week: BTreeMap<What, BTreeMap<Version, u64>> = BTreeMap::new();
        for (what, version, n) in on.iter().flat_map(|day| of_day(days, *day)) {
            *week.entry(what).or_default().entry(version).or_default() += n;
        }
        for (what, versions) in week {
            let n: u64 = versions.values().sum();
            let Some((version, of_version)) = versions.iter().max_by_key(|(_, n)| **n) else { continue };
            let named = has_counted(days, &version.1, on);
            let in_one = (named && 2 * of_version > n).then(|| version.1.clone());
            if n >= NEW && past.is_new(&what, on[0]) {
                alerts.push(alert((Rule::NewError, Severity::Notify), &what, in_one, on, n));
            } else if named && *of_version >= NEW && past.is_back(&what, version) {
                let version = Some(version.1.clone());
                alerts.push(alert((Rule::Regression, Severity::Immediate), &what, version, on, *of_version));
            }
        }
    }
    alerts
}

fn alert(
    (rule, severity): (Rule, Severity),
    (metric, word, screen): &What,
    version: Option<String>,
    on: &[Date],
    n: u64,
) -> Alert {
    let measure = if *metric == Metric::Crashes { "crash_count" } else { "error_count" };
    Alert {
        rule,
        severity,
        measure: measure.to_owned(),
        from: on.first().map(ToString::to_string).unwrap_or_default(),
        day: on.last().map(ToString::to_string).unwrap_or_default(),
        direction: UP,
        score: rounded(real(n) / (real(n) + real(NEW))),
        days: on.len(),
        counted: n,
        usual: 0,
        out_of: None,
        part: Some(word.clone()),
        version,
        screen: Some(screen.clone()).filter(|screen| !screen.is_empty()),
    }
}
