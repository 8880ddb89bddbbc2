//! Days beyond what is usual: each measure against its weekday and level, and silence where there is class.

use calendar::SchoolYear;
use jiff::civil::Date;
use methods::school::{Day, Direction, Watch};

use super::alert::{Alert, DOWN, Rule, Severity, UP};
use super::bounds::{BEFORE, KNOWN, SILENCE};
use super::calendar::{Seen, judged};
use super::days::Days;
use super::measures::Measure;
use super::moved::{self, real};

/// Class days that tell how often there are too few devices.
const LOOKED_AT: usize = 40;

/// What is unusual in a measure.
pub(super) fn unusual(days: &Days, measure: Measure, seen: &[Seen]) -> Vec<Alert> {
    let words = measure.words(days);
    let (mut watch, mut alerts, mut year) = (Watch::new(), Vec::new(), None);
    for (at, day) in seen.iter().enumerate() {
        if day.open && !day.enough {
            continue;
        }
        // Other classes, other teachers, other tablets: how much a school uses the application is learnt anew.
        let of_day = SchoolYear::of(day.date);
        if measure == Measure::Sessions && day.open && year.replace(of_day).is_some_and(|year| year != of_day) {
            watch = Watch::new();
        }
        let counted = measure.counted(days, &[day.date], None);
        let told = watch.push(&Day {
            weekday: u8::try_from(day.date.weekday().to_monday_zero_offset()).unwrap_or(0),
            open: day.open,
            exposure: if measure == Measure::Sessions { 1.0 } else { real(counted.out_of) },
            parts: words.iter().map(|word| real(counted.parts.get(word).copied().unwrap_or(0))).collect(),
        });
        let Ok(Some(told)) = told else { continue };
        // What is rare can only rise, and more use is no trouble.
        let direction = if measure == Measure::Sessions { Direction::Down } else { Direction::Up };
        if told.direction != direction {
            continue;
        }
        let until = judged(&seen[..=at]);
        let on = &until[until.len().saturating_sub(told.days)..];
        let before = &until[..until.len() - on.len()];
        let before = &before[before.len().saturating_sub(2 * BEFORE)..];
        let is_share = measure != Measure::Sessions;
        // Nearly all synchronisations that fail have one outcome: it is named, though the whole has moved.
        let part = if measure == Measure::Syncs {
            moved::part(&measure.counted(days, on, None), &measure.counted(days, before, None))
        } else {
            told.explanation.named.and_then(|place| words.get(place)).filter(|_| words.len() > 1).cloned()
        };
        alerts.push(Alert {
            rule: if is_share { Rule::Unusual } else { Rule::VolumeDrop },
            severity: Severity::Notify,
            measure: measure.name().to_owned(),
            from: on.first().unwrap_or(&day.date).to_string(),
            day: day.date.to_string(),
            direction: if is_share { UP } else { DOWN },
            score: rounded(if is_share {
                (1.0 - told.usual / told.counted.max(1.0)).max(0.0)
            } else {
                (1.0 - told.counted / told.usual.max(1.0)).max(0.0)
            }),
            days: told.days,
            counted: whole(told.counted),
            usual: whole(told.usual),
            out_of: is_share.then(|| measure.counted(days, on, None).out_of),
            part,
            version: if is_share { moved::version(days, measure, on, before) } else { None },
            screen: None,
        });
    }
    alerts
}

/// Class days on end with fewer than five devices, or none, where there usually are enough: the school has stopped, or
/// nothing comes from it any more. How many are in use on such a day is not told.
pub(super) fn silence(days: &Days, seen: &[Seen]) -> Vec<Alert> {
    let class: Vec<(Date, Date, bool)> =
        seen.iter().filter(|day| day.open).map(|day| (day.date, day.date, day.enough)).collect();
    silent(&class, |day| days.devices(day), (KNOWN, 1))
}

/// The same of stretches of days or weeks: their first and last day, and whether they had enough devices.
pub(super) fn silent(
    stretches: &[(Date, Date, bool)],
    devices: impl Fn(Date) -> u64,
    (known_from, length): (usize, usize),
) -> Vec<Alert> {
    let mut alerts = Vec::new();
    let mut at = 0;
    while at < stretches.len() {
        let year = SchoolYear::of(stretches[at].0);
        let of_year = |stretch: &&(Date, Date, bool)| SchoolYear::of(stretch.0) == year;
        let run = stretches[at..].iter().take_while(of_year).take_while(|(_, _, enough)| !enough).count();
        let known: Vec<&(Date, Date, bool)> =
            stretches[..at].iter().rev().take_while(of_year).take(LOOKED_AT).collect();
        let few = known.iter().filter(|(_, _, enough)| !enough).count();
        if known.len() >= known_from
            && let Some(needed) = needed(few, known.len()).filter(|needed| *needed <= run)
        {
            let mut usual: Vec<u64> =
                known.iter().filter(|(_, _, enough)| *enough).map(|(first, _, _)| devices(*first)).collect();
            usual.sort_unstable();
            let share = real(few as u64) / real(known.len() as u64);
            alerts.push(Alert {
                rule: Rule::VolumeDrop,
                severity: Severity::Notify,
                measure: "devices_active".to_owned(),
                from: stretches[at].0.to_string(),
                day: stretches[at + needed - 1].1.to_string(),
                direction: DOWN,
                score: rounded((1.0 - share) * 0.95),
                days: needed * length,
                counted: 0,
                usual: usual.get(usual.len() / 2).copied().unwrap_or(0),
                out_of: None,
                part: None,
                version: None,
                screen: None,
            });
        }
        at += run.max(1);
    }
    alerts
}

/// How many days on end are so unlikely, where a share of days has too few devices; nothing where most have.
fn needed(few: usize, of: usize) -> Option<usize> {
    let share = (real(few as u64) + 0.5) / (real(of as u64) + 1.0);
    let run = SILENCE.ln() / share.ln();
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "ten at most")]
    (share <= 0.5).then(|| (run.ceil() as usize).max(2))
}

pub(super) fn rounded(score: f64) -> f64 {
    (100.0 * score).round() / 100.0
}

#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a count of some days, never negative")]
pub(super) fn whole(count: f64) -> u64 {
    count.max(0.0).round() as u64
}
