//! Whom a demonstration signs in as: people of the world with something to see.

use calendar::SchoolYear;
use serde::Serialize;

use crate::profile::Profile;
use crate::season::DayKind;
use crate::world::World;

/// The raw claims of a sign-in.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Identity {
    /// `teacher`, `school_head` or `operator`.
    pub role: &'static str,
    /// The public code of the school; none for an operator, who sees no school from inside.
    pub establishment: Option<String>,
    /// The raw identifier of the person.
    pub actor: String,
    /// The raw identifier of the class.
    pub class: Option<String>,
}

/// The identities of a demonstration.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct DemoIdentities {
    /// A teacher who works with the application nearly every day.
    pub teacher: Identity,
    /// The head of her school.
    pub head: Identity,
    /// Who runs the service.
    pub operator: Identity,
}

impl World {
    /// The identities of a demonstration, as they are on the last day of the range: a teacher of good activity in the
    /// best attended of the first twelve schools, one with at least four classes if there is one.
    pub fn demo_identities(&self) -> DemoIdentities {
        let until = self.parameters().until;
        let year = SchoolYear::of(until).start_year();
        let (school, teacher) = (0..self.schools().len().min(12))
            .filter_map(|school| self.best_teacher(school, year).map(|(teacher, score)| (score, school, teacher)))
            .max_by_key(|(score, school, _)| (*score, std::cmp::Reverse(*school)))
            .map_or((0, 0), |(_, school, teacher)| (school, teacher));
        let people = self.people(school, year);
        let class = people.classes.iter().find(|class| class.teachers.contains(&teacher));
        let establishment = Some(self.schools()[school].uai.clone());
        DemoIdentities {
            teacher: Identity {
                role: "teacher",
                establishment: establishment.clone(),
                actor: people.teachers[teacher].id.clone(),
                class: class.map(|class| class.id.clone()),
            },
            head: Identity {
                role: "school_head",
                establishment,
                actor: people.head.clone(),
                class: people.head_class.map(|class| people.classes[class].id.clone()),
            },
            operator: Identity { role: "operator", establishment: None, actor: "O-1".to_owned(), class: None },
        }
    }

    /// The best teacher to look at in a school, and how good a choice the school is.
    fn best_teacher(&self, school: usize, year: i16) -> Option<(usize, usize)> {
        let people = self.people(school, year);
        let place = &self.schools()[school];
        let zone = place.academy.zone();
        let until = self.parameters().until;
        let school_year = SchoolYear::of(until);
        // The last class day that the range knows of this year: who uses the application by then.
        let day = self
            .seasons()
            .days(zone, school_year.first_day(), until)
            .filter(|day| matches!(day.kind, DayKind::Class))
            .last()
            .or_else(|| self.seasons().day(zone, until))?;
        let active: Vec<usize> = (0..people.teachers.len())
            .filter(|teacher| {
                let who = &people.teachers[*teacher];
                place.has_adopted(who, day) && !who.declined
            })
            .collect();
        let best = *active.iter().min_by_key(|teacher| {
            let who = &people.teachers[**teacher];
            // One who has the class to herself shows a whole week, and the head's own page should be another's.
            let shared =
                people.classes.iter().any(|class| class.teachers.len() > 1 && class.teachers.contains(*teacher));
            let wanted = match who.profile {
                Profile::Power => 0,
                Profile::Regular => 1,
                Profile::Occasional => 2,
                Profile::Novice => 3,
            };
            (wanted + usize::from(shared) + usize::from(who.id == people.head), **teacher)
        })?;
        let profile = people.teachers[best].profile;
        let keen =
            usize::from(matches!(profile, Profile::Power)) * 4 + usize::from(matches!(profile, Profile::Regular)) * 3;
        let score = usize::from(people.classes.len() >= 4) * 100
            + usize::from(!self.anomalies().disturbs(school)) * 50
            + keen * 2
            + active.len();
        Some((best, score))
    }
}
