//! Paths of an imagined school application, to judge predictions on: teachers who open a class, photograph a piece of
//! work, write an observation, send a message; who take turns, get lost and leave in the middle.

use crate::chance::Chance;
use crate::paths::{Screen, Screens};

/// An errand: screens with the probability that each is not skipped.
type Errand = &'static [(&'static str, f64)];

const PHOTO: Errand =
    &[("class", 1.0), ("pupil", 1.0), ("add photo", 1.0), ("crop", 0.55), ("tag skills", 0.8), ("pupil", 1.0)];
const OBSERVATION: Errand =
    &[("class", 1.0), ("pupil", 1.0), ("observation", 1.0), ("tag skills", 0.75), ("pupil", 0.9)];
const GROUP: Errand =
    &[("class", 1.0), ("activities", 1.0), ("activity", 1.0), ("pick pupils", 0.9), ("activity", 1.0)];
const REVIEW: Errand = &[("class", 1.0), ("pupil", 1.0), ("notebook", 1.0), ("export", 0.45), ("notebook", 0.7)];
const MESSAGE: Errand =
    &[("messages", 1.0), ("message", 0.6), ("write", 0.85), ("pick families", 0.6), ("messages", 0.9)];
const FAMILY: Errand =
    &[("child", 1.0), ("photo", 1.0), ("photo", 0.5), ("photo", 0.4), ("child", 0.6), ("messages", 0.3)];
const HEAD: Errand = &[("dashboard", 1.0), ("chart", 0.8), ("chart", 0.5), ("dashboard", 0.7), ("export", 0.3)];
const ERRANDS: [Errand; 7] = [PHOTO, OBSERVATION, GROUP, REVIEW, MESSAGE, FAMILY, HEAD];

/// How much each kind of person does each errand.
const PEOPLE: [[f64; 7]; 4] = [
    [0.55, 0.2, 0.1, 0.05, 0.1, 0.0, 0.0],
    [0.15, 0.35, 0.2, 0.2, 0.1, 0.0, 0.0],
    [0.0, 0.0, 0.0, 0.0, 0.15, 0.85, 0.0],
    [0.0, 0.0, 0.05, 0.1, 0.25, 0.0, 0.6],
];

/// Where people stray to.
const ELSEWHERE: [&str; 6] = ["home", "search", "settings", "help", "calendar", "error"];

/// So many sessions.
pub fn sessions(seed: u64, count: usize) -> (Screens, Vec<Vec<Screen>>) {
    let mut chance = Chance::new(seed);
    let mut screens = Screens::default();
    let paths = (0..count).map(|_| session(&mut chance).iter().map(|name| screens.named(name)).collect()).collect();
    (screens, paths)
}

fn session(chance: &mut Chance) -> Vec<&'static str> {
    let kind = &PEOPLE[one_of(chance, &[0.35, 0.25, 0.3, 0.1])];
    let mut path = vec!["home"];
    loop {
        let errand = ERRANDS[one_of(chance, kind)];
        for (screen, probability) in errand {
            if chance.happens(0.06) {
                path.push(ELSEWHERE[chance.below(ELSEWHERE.len())]);
            }
            if chance.happens(0.04) {
                return path;
            }
            if chance.happens(*probability) {
                path.push(screen);
            }
        }
        // The next pupil is at hand; everything else starts at home.
        while errand == PHOTO && chance.happens(0.6) {
            path.extend(["class", "pupil", "add photo"]);
            if chance.happens(0.7) {
                path.push("tag skills");
            }
            path.push("pupil");
        }
        if chance.happens(0.55) {
            return path;
        }
        path.push("home");
    }
}

/// A place, by weights that add up to 1.
fn one_of(chance: &mut Chance, weights: &[f64]) -> usize {
    let mut rest = chance.unit();
    for (place, weight) in weights.iter().enumerate() {
        rest -= weight;
        if rest < 0.0 {
            return place;
        }
    }
    weights.iter().rposition(|weight| *weight > 0.0).unwrap_or(0)
}
