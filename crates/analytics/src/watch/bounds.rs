//! The bounds of the rules, and where they come from.

/// A display of a screen is slow from so many milliseconds on: about where the flow of thought breaks (Nielsen, "Usability
/// Engineering", 1993, chapter 5).
pub const SLOW_MS: u64 = 1_000;
/// Days with fewer devices are not judged, whatever the rule.
pub const DEVICES: u64 = 5;
/// More crashes a session are told at once (the domain's rule).
pub const CRASH_SHARE: f64 = 0.05;
/// More failures a synchronisation are told at once.
pub const SYNC_SHARE: f64 = 0.20;
/// Shares are taken of no fewer sessions or synchronisations in a day.
pub const LEAST: u64 = 20;
/// A share is above its bound when its lower end is, one-sided at 0.1 %.
pub const SURE: f64 = 3.09;
/// Worsening: at least so many times as much.
pub const TIMES: f64 = 2.0;
/// A kind of crash or error is told from so many in a week.
pub const NEW: u64 = 5;
/// Where it was not seen in so many days before: as long as the detail of crashes is kept.
pub const REMEMBERED: i64 = 90;
/// How unlikely a run of class days with too few devices must be for silence to be told.
pub const SILENCE: f64 = 0.02;
/// A change is in one version or part where that has so much of it.
pub const MOST: f64 = 0.7;
/// Class days without a second alert about one thing.
pub const QUIET: usize = 10;
/// Class days before, that a day is compared with.
pub const BEFORE: usize = 20;
/// A week is four days of class.
pub const WEEK: usize = 4;
/// Judged days before anything is told of a week.
pub const KNOWN: usize = 12;
/// Weeks of class before anything is told of a week.
pub const WEEKS_KNOWN: usize = 4;
/// Weeks that a week is compared with.
pub const WEEKS_BEFORE: usize = 8;
/// A week has fallen from so many standard deviations of the weeks before ...
pub const FALLEN: f64 = 2.0;
/// ... and where it has no more than this share of them.
pub const DROP: f64 = 0.5;
