//! What is watched: what is counted, out of what, and which parts it has.

use std::collections::BTreeMap;

use jiff::civil::Date;

use super::days::{Days, Metric, SLOW};
use super::judge::Scope;

/// A synchronisation that went well.
const SUCCESS: &str = "success";
/// A device without a network, which fails in vain: no news of the service, and the same tablet fails all day.
const OFFLINE: &str = "offline";

/// A measure that is watched.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Measure {
    /// Crashes out of sessions.
    Crashes,
    /// Errors out of sessions, by class.
    Errors,
    /// Synchronisations that failed out of all, by outcome; those of devices without a network are in neither.
    Syncs,
    /// Slow displays of screens out of all.
    Loads,
    /// Sessions.
    Sessions,
}

/// What was counted over some days.
#[derive(Debug, Clone, Default)]
pub(super) struct Counted {
    /// By word; one without a word where there are no parts.
    pub(super) parts: BTreeMap<String, u64>,
    /// What they are counts out of; nothing where they stand for themselves.
    pub(super) out_of: u64,
}

impl Counted {
    /// All parts together.
    pub(super) fn total(&self) -> u64 {
        self.parts.values().sum()
    }

    fn part(&mut self, word: &str, n: u64) {
        *self.parts.entry(word.to_owned()).or_default() += n;
    }
}

impl Measure {
    pub(super) const ALL: [Self; 5] = [Self::Crashes, Self::Errors, Self::Syncs, Self::Loads, Self::Sessions];
    /// Those that are shares, and so do not depend on how much the application is used.
    pub(super) const SHARES: [Self; 4] = [Self::Crashes, Self::Errors, Self::Syncs, Self::Loads];

    /// Its name in the catalogue.
    pub(super) const fn name(self) -> &'static str {
        match self {
            Self::Crashes => "crash_rate",
            Self::Errors => "error_count",
            Self::Syncs => "sync_success_rate",
            Self::Loads => "load_time",
            Self::Sessions => "session_count",
        }
    }

    /// By how much, in logarithms of likelihood, one version must explain a rise better than all together: crashes come with
    /// versions (so it may be a little worse), servers and networks fail for all.
    pub(super) const fn sure_of_version(self) -> f64 {
        match self {
            Self::Crashes => -1.0,
            Self::Errors => 1.0,
            Self::Syncs | Self::Loads | Self::Sessions => 3.0,
        }
    }

    /// How unlikely a rise must be. Slow displays and errors come from a few slow or faulty devices, so that more of them is
    /// less unlikely than chance says. All schools together have enough of everything to be surer.
    pub(super) const fn unlikely(self, scope: Scope) -> f64 {
        let of_school = match self {
            Self::Crashes | Self::Syncs => 1e-2,
            Self::Errors | Self::Loads | Self::Sessions => 1e-4,
        };
        match scope {
            Scope::School => of_school,
            Scope::System => of_school / 100.0,
        }
    }

    /// What was counted over some days, in one version or in all.
    pub(super) fn counted(self, days: &Days, on: &[Date], version: Option<&str>) -> Counted {
        let mut counted = Counted::default();
        for day in on {
            let kinds = |metric: Metric| {
                days.kinds(metric, *day).filter(move |(kind, _)| version.is_none_or(|version| kind.version == version))
            };
            let all = |metric: Metric| kinds(metric).map(|(_, n)| n).sum::<u64>();
            match self {
                Self::Crashes => {
                    counted.part("", all(Metric::Crashes));
                    counted.out_of += all(Metric::Sessions);
                }
                Self::Errors => {
                    kinds(Metric::Errors).for_each(|(kind, n)| counted.part(&kind.word, n));
                    counted.out_of += all(Metric::Sessions);
                }
                Self::Syncs => {
                    let mut offline: u64 =
                        kinds(Metric::SyncErrors).filter(|(kind, _)| kind.word == OFFLINE).map(|(_, n)| n).sum();
                    counted.out_of += all(Metric::Syncs).saturating_sub(offline);
                    for (kind, n) in kinds(Metric::Syncs).filter(|(kind, _)| kind.word != SUCCESS) {
                        let in_vain = offline.min(n);
                        offline -= in_vain;
                        counted.part(&kind.word, n - in_vain);
                    }
                }
                Self::Loads => {
                    counted.part("", kinds(Metric::Loads).filter(|(kind, _)| kind.word == SLOW).map(|(_, n)| n).sum());
                    counted.out_of += all(Metric::Loads);
                }
                Self::Sessions => counted.part("", all(Metric::Sessions)),
            }
        }
        counted
    }

    /// The words of its parts; a single empty one where it has none.
    pub(super) fn words(self, days: &Days) -> Vec<String> {
        let words = match self {
            Self::Errors => days.words(Metric::Errors),
            Self::Syncs => days.words(Metric::Syncs),
            Self::Crashes | Self::Loads | Self::Sessions => return vec![String::new()],
        };
        words.into_iter().filter(|word| *word != SUCCESS).map(ToOwned::to_owned).collect()
    }
}
