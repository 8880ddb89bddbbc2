//! The head's reading of the school's figures, and the support service's answers.

use jiff::civil::Weekday;

use crate::assistance;
use crate::device::Device;
use crate::event::{NOBODY, Pending, Role};
use crate::random::Random;
use crate::season::DayKind;
use crate::stage::{Holder, Scene, Stage};
use crate::technical;
use crate::usage;

/// The head's day: a report on Mondays, a look at the figures now and then.
pub fn head(scene: &Scene<'_>, kind: DayKind, device: &Device, random: &mut Random, out: &mut Vec<Pending>) {
    let holder =
        Holder { role: Role::SchoolHead, actor: Some(&scene.people.head), family: None, person: NOBODY, class: None };
    if kind == DayKind::Class && scene.date.weekday() == Weekday::Monday {
        let mut stage = Stage::new(scene, device, holder, random, 7 * 3600, out);
        assistance::report(&mut stage, "weekly");
        if scene.date.day() <= 7 {
            assistance::report(&mut stage, "monthly");
        }
    }
    let often = if kind == DayKind::Class { 0.22 } else { 0.02 };
    if !random.chance(often * scene.weather.volume) {
        return;
    }
    let second = i32::try_from(random.whole(8 * 3600, 18 * 3600)).unwrap_or(0);
    let mut stage = Stage::new(scene, device, holder, random, second, out);
    usage::open(&mut stage, true, "home");
    if stage.random.chance(0.7) {
        assistance::read_figures(&mut stage);
    }
    let screens = stage.random.count(2.0);
    usage::wander(&mut stage, screens);
    technical::samples(&mut stage);
    usage::close(&mut stage);
}

/// Support moves a ticket on.
pub fn support(
    scene: &Scene<'_>,
    step: (&'static str, &'static str),
    device: &Device,
    random: &mut Random,
    out: &mut Vec<Pending>,
) {
    let holder = Holder { role: Role::Support, actor: Some("S-1"), family: None, person: NOBODY, class: None };
    let second = i32::try_from(random.whole(9 * 3600, 17 * 3600)).unwrap_or(0);
    assistance::ticket(&mut Stage::new(scene, device, holder, random, second, out), Some(step.0), step.1);
}

/// The days after which support takes each step of a ticket.
pub fn ticket_course(random: &mut Random) -> [(i64, (&'static str, &'static str)); 4] {
    let steps = [
        ("new", "analysing"),
        ("analysing", "solution_proposed"),
        ("solution_proposed", "resolved"),
        ("resolved", "closed"),
    ];
    let mut after = 0;
    steps.map(|step| {
        after += random.whole(0, 4);
        (after, step)
    })
}
