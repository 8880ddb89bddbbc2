//! Who is in a school in one school year: classes, teachers, pupils, families, tablets.
//!
//! Identifiers look like those an application would use and say nothing about anybody. Teachers and tablets stay
//! from one year to the next, with some turnover; pupils and families get new numbers at each rentrée.

use crate::device::Device;
use crate::profile::{Habitudes, Profile};
use crate::random::{Random, Subject, spread};

/// The people of one school in one school year.
#[derive(Debug)]
pub struct People {
    /// The year in which the school year starts.
    pub year: i16,
    /// The classes, in the order of their names.
    pub classes: Vec<Class>,
    /// The teachers, each once.
    pub teachers: Vec<Teacher>,
    /// The families, each once.
    pub families: Vec<Family>,
    /// The class tablets.
    pub tablets: Vec<Device>,
    /// The raw identifier of the head; a teacher's own when the head teaches.
    pub head: String,
    /// The class of a head who teaches.
    pub head_class: Option<usize>,
}

/// A class.
#[derive(Debug)]
pub struct Class {
    /// "C3".
    pub id: String,
    /// The levels taught, youngest first.
    pub levels: Vec<&'static str>,
    /// Indices into [`People::teachers`]: one, or two who share the week.
    pub teachers: Vec<usize>,
    /// Its pupils.
    pub pupils: Vec<Pupil>,
    /// Indices into [`People::tablets`].
    pub tablets: Vec<usize>,
}

/// A teacher.
#[derive(Debug)]
pub struct Teacher {
    /// "T-17".
    pub id: String,
    /// How she works with the application.
    pub profile: Profile,
    /// Her place in the school's order of adoption, from 0 (first) to 1 (last).
    pub rank: f64,
    /// She said no to the statistics: nothing about her leaves the tablet.
    pub declined: bool,
}

/// A pupil.
#[derive(Debug)]
pub struct Pupil {
    /// "P-25007".
    pub id: String,
    /// Indices into [`People::families`]: none, one or two.
    pub families: Vec<usize>,
    /// Whether the parents authorised the record; if not, no event ever names this pupil.
    pub authorised: bool,
    /// How much she is photographed compared with others.
    pub presence: f64,
}

/// A family: one household of a pupil, sometimes of two.
#[derive(Debug)]
pub struct Family {
    /// "F-25007a".
    pub id: String,
    /// The probability that it fetches what was shared.
    pub reach: f64,
    /// How readily it comes back to look, around 1.
    pub interest: f64,
}

/// What of a school shapes its people.
#[derive(Clone, Copy, Debug)]
pub struct Mould {
    /// The world's seed.
    pub seed: u64,
    /// The school's index.
    pub school: usize,
    /// How many classes.
    pub classes: usize,
    /// The mean share of families who fetch what is shared.
    pub reach: f64,
}

impl People {
    /// The people of a school year.
    pub fn of(mould: Mould, habitudes: &Habitudes, year: i16) -> Self {
        let mut people = Self { year, head: "D-1".to_owned(), ..Self::nobody() };
        for slot in 0..mould.classes {
            let random = &mut stream(mould, year, slot);
            let teachers = people.add_teachers(mould, habitudes, slot);
            let tablets = people.add_tablets(mould, slot);
            let pupils = people.add_pupils(mould, random);
            people.classes.push(Class {
                id: format!("C{}", slot + 1),
                levels: levels(mould.classes, slot, random),
                teachers,
                pupils,
                tablets,
            });
        }
        // In most small schools the head has a class; in large ones she is relieved of it.
        let random = &mut Random::of(mould.seed, Subject::School, &[index(mould.school), 7]);
        if mould.classes <= 8 && random.chance(if mould.classes <= 4 { 0.95 } else { 0.6 }) {
            let class = random.index(mould.classes);
            people.head = people.teachers[people.classes[class].teachers[0]].id.clone();
            people.head_class = Some(class);
        }
        people
    }

    /// An empty school.
    pub(crate) fn nobody() -> Self {
        Self {
            year: 0,
            classes: Vec::new(),
            teachers: Vec::new(),
            families: Vec::new(),
            tablets: Vec::new(),
            head: String::new(),
            head_class: None,
        }
    }

    /// The number of pupils.
    pub fn pupils(&self) -> usize {
        self.classes.iter().map(|class| class.pupils.len()).sum()
    }

    fn add_teachers(&mut self, mould: Mould, habitudes: &Habitudes, slot: usize) -> Vec<usize> {
        // Whether a post is shared is the post's own character; who holds it changes with the years.
        let shared = Random::of(mould.seed, Subject::School, &[index(mould.school), 8, index(slot)]).chance(0.15);
        (0..if shared { 2 } else { 1 })
            .map(|seat| {
                let path = [index(mould.school), 9, index(slot), seat];
                let departures = (2020..=self.year)
                    .filter(|year| {
                        let path = [path[0], 10, path[2], seat, i64::from(*year)];
                        Random::of(mould.seed, Subject::School, &path).chance(0.12)
                    })
                    .count();
                let random = &mut Random::of(
                    mould.seed,
                    Subject::School,
                    &[path[0], path[1], path[2], path[3], index(departures)],
                );
                // Spread over the slots of the school, so that a school of four has not four of a kind by chance.
                let offset = Random::of(mould.seed, Subject::School, &[path[0], 11, index(departures)]).unit();
                let quantile = spread(slot * 2 + usize::from(seat == 1), offset);
                self.teachers.push(Teacher {
                    id: format!("T-{}", 11 + slot * 40 + departures * 2 + usize::from(seat == 1)),
                    profile: habitudes.at(quantile),
                    rank: (spread(slot, offset * 0.7 + 0.31) + random.between(-0.04, 0.04)).clamp(0.0, 1.0),
                    declined: random.chance(0.02),
                });
                self.teachers.len() - 1
            })
            .collect()
    }

    fn add_tablets(&mut self, mould: Mould, slot: usize) -> Vec<usize> {
        let second = Random::of(mould.seed, Subject::School, &[index(mould.school), 12, index(slot)]).chance(0.25);
        (0..if second { 2 } else { 1 })
            .map(|which| {
                self.tablets.push(Device::tablet(mould.seed, mould.school, slot * 2 + which));
                self.tablets.len() - 1
            })
            .collect()
    }

    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "clamped to a class's size")]
    fn add_pupils(&mut self, mould: Mould, random: &mut Random) -> Vec<Pupil> {
        let size = random.normal(22.0, 4.0).round().clamp(10.0, 34.0) as usize;
        let first = self.pupils();
        (0..size)
            .map(|place| {
                let number = i32::from(self.year % 100) * 1000 + i32::try_from(first + place + 1).unwrap_or(0);
                let mut households = Vec::new();
                if random.chance(0.06) && !self.families.is_empty() {
                    // A younger brother or sister: the household is known already.
                    households.push(random.index(self.families.len()));
                } else {
                    let letters = *random.weighted(&[("a", 0.65), ("ab", 0.29), ("", 0.06)]);
                    for letter in letters.chars() {
                        households.push(self.families.len());
                        self.families.push(Family {
                            id: format!("F-{number}{letter}"),
                            reach: random.normal(mould.reach, 0.18).clamp(0.02, 0.98),
                            interest: random.log_normal(1.0, 0.6),
                        });
                    }
                }
                Pupil {
                    id: format!("P-{number}"),
                    families: households,
                    authorised: !random.chance(0.03),
                    presence: random.log_normal(1.0, 0.35),
                }
            })
            .collect()
    }
}

/// The levels of a class: one class takes all, two share, more have one each and now and then two.
fn levels(classes: usize, slot: usize, random: &mut Random) -> Vec<&'static str> {
    const LADDER: [&str; 3] = ["PS", "MS", "GS"];
    let mut levels = match classes {
        1 => LADDER.to_vec(),
        2 => LADDER[slot..slot + 2].to_vec(),
        _ => {
            let own = slot % 3;
            if random.chance(0.3) { LADDER[own.min(1)..own.min(1) + 2].to_vec() } else { vec![LADDER[own]] }
        }
    };
    if levels[0] == "PS" && random.chance(0.25) {
        levels.insert(0, "TPS");
    }
    levels
}

/// The stream of one class in one school year.
fn stream(mould: Mould, year: i16, slot: usize) -> Random {
    Random::of(mould.seed, Subject::People, &[index(mould.school), i64::from(year), index(slot)])
}

fn index(number: usize) -> i64 {
    i64::try_from(number).unwrap_or(i64::MAX)
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    fn people(classes: usize, year: i16) -> People {
        let mould = Mould { seed: 5, school: 3, classes, reach: 0.6 };
        People::of(mould, &Habitudes::of(5), year)
    }

    #[test]
    fn identifiers_are_unique_in_a_school_year() {
        let people = people(12, 2025);
        let all: Vec<&str> = people
            .teachers
            .iter()
            .map(|teacher| teacher.id.as_str())
            .chain(people.families.iter().map(|family| family.id.as_str()))
            .chain(people.classes.iter().flat_map(|class| class.pupils.iter().map(|pupil| pupil.id.as_str())))
            .chain(people.tablets.iter().map(|tablet| tablet.install.as_str()))
            .collect();
        assert_eq!(all.len(), all.iter().collect::<BTreeSet<_>>().len());
    }

    #[test]
    fn teachers_mostly_stay_and_pupils_change() {
        let (before, after) = (people(12, 2024), people(12, 2025));
        let stayed = after.teachers.iter().filter(|t| before.teachers.iter().any(|b| b.id == t.id)).count();
        assert!(stayed >= 8 && stayed <= after.teachers.len());
        assert_ne!(before.classes[0].pupils[0].id, after.classes[0].pupils[0].id);
    }

    #[test]
    fn a_pupil_has_at_most_two_families_and_a_few_are_not_authorised() {
        let people = people(12, 2025);
        assert!(people.classes.iter().flat_map(|class| &class.pupils).all(|pupil| pupil.families.len() <= 2));
        let refused = people.classes.iter().flat_map(|class| &class.pupils).filter(|p| !p.authorised).count();
        assert!(refused > 0 && refused < 30);
    }
}
