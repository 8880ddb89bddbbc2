//! Which alerts are one and the same: what goes on is the alert it was, what comes back after a calm is a new one.

use jiff::civil::Date;
use store::{AlertChange, KeptAlert, SeenAlert};

/// Class days without it after which the same thing is a new alert. More than the ten, and twenty for a school that fell
/// silent, during which the watch says nothing of what it has told, or what goes on would be raised again.
pub const CALM: usize = 22;

/// What judging changes in what is kept of one place. `class_days` counts those between two days, neither included.
///
/// Judging again changes nothing: each thing found either is within what is kept, or makes it longer, or is new.
pub fn changes(
    mut seen: Vec<SeenAlert>,
    kept: &[KeptAlert],
    class_days: impl Fn(Date, Date) -> usize,
) -> Vec<AlertChange> {
    let is_near = |before: Date, after: Date| after <= before || class_days(before, after) < CALM;
    seen.sort_by(|one, other| {
        (one.last_day, one.first_day, &one.key).cmp(&(other.last_day, other.first_day, &other.key))
    });
    let mut episodes: Vec<SeenAlert> = Vec::new();
    for one in seen {
        let before =
            episodes.iter_mut().find(|before| before.is_alike(&one) && is_near(before.last_day, one.first_day));
        match before {
            Some(before) => *before = longer(before, one),
            None => episodes.push(one),
        }
    }
    let change = |episode: SeenAlert| {
        let same = kept.iter().filter(|kept| {
            kept.seen.is_alike(&episode)
                && is_near(kept.seen.last_day, episode.first_day)
                && is_near(episode.last_day, kept.seen.first_day)
        });
        let Some(same) = same.max_by_key(|kept| (kept.seen.last_day, kept.id)) else {
            return Some(AlertChange::Raise(episode));
        };
        if episode.last_day < same.seen.last_day {
            return None;
        }
        let merged = longer(&same.seen, episode);
        (merged != same.seen).then_some(AlertChange::GoesOn(same.id, merged))
    };
    episodes.into_iter().filter_map(change).collect()
}

/// An alert that goes on: what was seen last, under the key and from the day it was raised with.
fn longer(before: &SeenAlert, last: SeenAlert) -> SeenAlert {
    let severity = if before.severity == IMMEDIATE { before.severity.clone() } else { last.severity };
    SeenAlert {
        key: before.key.clone(),
        first_day: before.first_day.min(last.first_day),
        score: before.score.max(last.score),
        severity,
        ..last
    }
}

const IMMEDIATE: &str = "immediate";

#[cfg(test)]
mod tests {
    use calendar::{Calendar, Zone};
    use jiff::Timestamp;
    use privacy::Uai;

    use super::super::class_days;
    use super::*;

    fn seen(measure: &str, first: &str, last: &str) -> SeenAlert {
        SeenAlert {
            key: format!("unusual/{measure}////{first}"),
            rule: "unusual".to_owned(),
            severity: "notify".to_owned(),
            measure: measure.to_owned(),
            direction: "up".to_owned(),
            part: None,
            version: None,
            screen: None,
            first_day: first.parse().unwrap(),
            last_day: last.parse().unwrap(),
            days: 1,
            counted: 40,
            usual: 6,
            out_of: None,
            score: 0.7,
            sentence: ("fr".to_owned(), "en".to_owned()),
        }
    }

    /// Judges one round after another, as the register would keep them.
    fn rounds(rounds: &[Vec<SeenAlert>]) -> Vec<KeptAlert> {
        let calendar = Calendar::official();
        let mut kept: Vec<KeptAlert> = Vec::new();
        for round in rounds {
            for change in changes(round.clone(), &kept, |from, until| class_days(&calendar, &[Zone::C], from, until)) {
                match change {
                    AlertChange::Raise(seen) => kept.push(KeptAlert {
                        id: i64::try_from(kept.len()).unwrap() + 1,
                        establishment: Some("0750001A".parse::<Uai>().unwrap()),
                        seen,
                        raised_at: Timestamp::UNIX_EPOCH,
                        acknowledged: None,
                        told: None,
                    }),
                    AlertChange::GoesOn(id, seen) => {
                        kept.iter_mut().find(|one| one.id == id).unwrap().seen = seen;
                    }
                }
            }
        }
        kept
    }

    #[test]
    fn judging_again_raises_nothing_again() {
        let found =
            vec![seen("error_count", "2025-11-17", "2025-11-18"), seen("crash_rate", "2025-11-20", "2025-11-20")];
        assert_eq!(rounds(std::slice::from_ref(&found)).len(), 2);
        assert_eq!(
            rounds(&[found.clone(), found.clone(), found]),
            rounds(&[vec![
                seen("error_count", "2025-11-17", "2025-11-18"),
                seen("crash_rate", "2025-11-20", "2025-11-20"),
            ]])
        );
    }

    #[test]
    fn what_goes_on_is_the_same_alert_also_across_holidays() {
        // Ten class days of quiet lie between, and two weeks of holidays.
        let before = seen("error_count", "2025-12-15", "2025-12-16");
        let after = seen("error_count", "2026-01-13", "2026-01-13");
        let kept = rounds(&[vec![before.clone()], vec![before.clone(), after.clone()], vec![after]]);
        let [one] = &kept[..] else { panic!("{kept:?}") };
        assert_eq!((one.seen.first_day, one.seen.last_day), (before.first_day, "2026-01-13".parse().unwrap()));
        assert_eq!(one.seen.key, before.key);
    }

    #[test]
    fn what_comes_back_after_a_calm_is_new_and_another_thing_is_another_alert() {
        let before = seen("error_count", "2025-11-03", "2025-11-03");
        let back = seen("error_count", "2026-01-15", "2026-01-15");
        let part = SeenAlert { part: Some("storage".to_owned()), ..seen("error_count", "2025-11-04", "2025-11-04") };
        assert_eq!(rounds(&[vec![before], vec![back, part]]).len(), 3);
    }

    #[test]
    fn an_old_part_of_what_went_on_changes_nothing() {
        let whole =
            vec![seen("error_count", "2025-11-03", "2025-11-04"), seen("error_count", "2025-11-20", "2025-11-20")];
        let once = rounds(std::slice::from_ref(&whole));
        assert_eq!(once.len(), 1);
        assert_eq!(rounds(&[whole.clone(), vec![whole[0].clone()]]), once);
    }
}
