//! The curious head who teaches: a linear programme over everything that an establishment was ever shown.
//!
//! The attacker is one of the school's teachers and knows her own class exactly. She is shown two months: every week with two
//! splits of four measures, months and a school period that overlaps them, numbers of different pupils, families and
//! teachers. Hidden are all crossings of word, day and class, all weeks that were withheld, and who was there when. For each
//! of them behind which fewer than five people stand, hers set aside, she asks the programme for the least and the most that
//! it can be.
//!
//! Numbers of people are asked without the roster: who was absent is no contributor, and where the declared number is public
//! so is theirs. `inside_with_roster_n` counts what the roster adds.
//!
//! **Control**: the same school behind plain primary suppression, small cells blanked and all margins published.

mod attacker;
mod control;
mod people;
mod school;
mod shown;

use attacker::{Attacker, Hidden, Roster};

use self::school::{Measure, School, WEEKS};
use self::shown::Shown;
use crate::{Bound, Finding, Length, float};

/// Runs the attack and its control.
pub fn run(length: Length) -> Vec<Finding> {
    let schools = match length {
        Length::Short => 40,
        Length::Long => 600,
    };
    let (mut hidden, mut control, mut with_roster) = (Vec::new(), Vec::new(), 0);
    for seed in 0..schools {
        let school = School::simulate(seed, u16::try_from(2 + seed % 7).unwrap_or(2));
        let teacher = u16::try_from(seed % u64::from(school.classes)).unwrap_or(0);
        let shown = shown::everything(&school);
        let attacker = Attacker::new(&school, teacher);
        hidden.extend(attack(&school, &attacker, &shown));
        with_roster += recovered(&attacker.across_weeks(&shown, Roster::Known));
        control.extend(control::attack(&school, teacher));
    }
    let narrowest = hidden.iter().map(|one| one.interval.width().min(5) + 5 - one.at_first.min(5)).min();
    vec![
        Finding::new("inside_hidden_n", float(hidden.len() as u64), Bound::AtLeast(1.0)),
        Finding::new("inside_recovered_n", float(recovered(&hidden)), Bound::AtMost(0.0)),
        Finding::new("inside_interval_n", narrowest.map_or(f64::NAN, float), Bound::AtLeast(5.0)),
        Finding::new("inside_with_roster_n", float(with_roster), Bound::Shown),
        Finding::new(
            "inside_control_ratio",
            float(recovered(&control)) / float(control.len() as u64),
            Bound::AtLeast(0.4),
        ),
    ]
}

/// Everything that is to stay hidden in a school from one of its teachers, with what she learns about it.
fn attack(school: &School, attacker: &Attacker<'_>, shown: &Shown) -> Vec<Hidden> {
    let mut hidden = attacker.across_weeks(shown, Roster::Aside);
    for measure in Measure::ALL {
        for week in (0..WEEKS).filter(|week| !school.holidays.contains(week)) {
            hidden.extend(attacker.within_a_week(shown, measure, week));
        }
    }
    hidden
}

fn recovered(hidden: &[Hidden]) -> u64 {
    hidden.iter().map(|one| u64::from(one.is_recovered())).sum()
}
