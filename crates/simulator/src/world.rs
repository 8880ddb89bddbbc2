//! The schools of a world: where they are, how large, how keen, and who they declare to be in them.

use std::collections::BTreeSet;
use std::sync::Arc;

use calendar::{Academy, Calendar, SchoolYear, Zone};
use catalogue::Catalogue;
use jiff::civil::{Date, time};
use serde::Serialize;

use crate::anomalies::Anomalies;
use crate::people::{Mould, People, Teacher};
use crate::profile::Habitudes;
use crate::queue::TimedBatch;
use crate::random::{Random, Subject, spread};
use crate::season::{Day, DayKind, Seasons};
use crate::walk::SchoolWalk;

/// What makes a world: the same parameters make the same events, byte for byte.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct Parameters {
    /// How many schools.
    pub schools: usize,
    /// The seed of all chance.
    pub seed: u64,
    /// The first day.
    pub from: Date,
    /// The last day.
    pub until: Date,
    /// The factor on what people do, 1 by default; the number of people does not change with it.
    pub volume: f64,
    /// Some schools turned on what the catalogue marks as off by default, and send it. A server where it is off
    /// refuses such events, so this is off too by default.
    pub opt_in: bool,
}

impl Parameters {
    /// A world of ordinary volume, with nothing that is off by default.
    pub fn new(schools: usize, seed: u64, from: Date, until: Date) -> Self {
        Self { schools, seed, from, until, volume: 1.0, opt_in: false }
    }
}

/// A school.
#[derive(Clone, Debug)]
pub struct School {
    /// Its place in the world.
    pub index: usize,
    /// Its public code.
    pub uai: String,
    /// Its academy, from which its zone and time zone follow.
    pub academy: Academy,
    /// The public code of its district.
    pub district: String,
    /// "public" or "private".
    pub sector: &'static str,
    /// How many classes.
    pub classes: usize,
    /// The share of teachers who use the application once adoption has grown.
    pub adoption: f64,
    /// The mean share of families who fetch what is shared.
    pub reach: f64,
    /// Whether it uses the messages of the application.
    pub messages: bool,
    /// Whether it turned the five-level status on.
    pub statuses: bool,
}

/// A school's declaration of who is in it, ready to be sent.
#[derive(Clone, Debug)]
pub struct Roster {
    /// The school's public code.
    pub uai: String,
    /// The JSON body of the request.
    pub body: Vec<u8>,
}

/// What could not be made of the parameters.
#[derive(Debug, thiserror::Error)]
pub enum WorldError {
    /// The range is empty.
    #[error("the range from {from} until {until} holds no day: --until must not be before --from")]
    EmptyRange {
        /// Its first day.
        from: Date,
        /// Its last day.
        until: Date,
    },
    /// No school, or too many.
    #[error("{0} schools cannot be simulated: ask for 1 to 1000")]
    Schools(usize),
    /// The volume is no positive number.
    #[error("a volume of {0} cannot be simulated: ask for a number above 0, up to 50")]
    Volume(f64),
    /// The calendar does not know the dates.
    #[error("the official calendar has no school days around {0}: ask for dates it covers")]
    Calendar(Date),
    /// The dictionary does not parse.
    #[error("the catalogue does not parse: {0}")]
    Catalogue(String),
}

/// A deterministic world of schools.
pub struct World {
    parameters: Parameters,
    schools: Vec<School>,
    seasons: Seasons,
    habitudes: Habitudes,
    anomalies: Anomalies,
    content: Arc<BTreeSet<String>>,
}

impl World {
    /// A world; fails when the parameters make no sense.
    pub fn new(parameters: Parameters) -> Result<Self, WorldError> {
        let Parameters { schools, seed, from, until, volume, opt_in } = parameters;
        if from > until {
            return Err(WorldError::EmptyRange { from, until });
        }
        if !(1..=1000).contains(&schools) {
            return Err(WorldError::Schools(schools));
        }
        if !(volume > 0.0 && volume <= 50.0) {
            return Err(WorldError::Volume(volume));
        }
        let catalogue = Catalogue::embedded().map_err(|error| WorldError::Catalogue(error.to_string()))?;
        let content = catalogue.events().iter().filter(|event| event.content).map(|event| event.name.clone()).collect();
        let calendar = Calendar::official();
        if let Some(edge) =
            [from, until].into_iter().find(|edge| calendar.periods(Zone::A, SchoolYear::of(*edge)).is_empty())
        {
            return Err(WorldError::Calendar(edge));
        }
        let seasons = Seasons::of(&calendar, from, until);
        let schools: Vec<School> = (0..schools).map(|index| School::of(seed, index, schools, opt_in)).collect();
        let zone_of = |index: usize| schools[index].academy.zone();
        let anomalies = Anomalies::plant(seed, schools.len(), zone_of, &seasons, from, until);
        Ok(Self { parameters, seasons, habitudes: Habitudes::of(seed), anomalies, content: Arc::new(content), schools })
    }

    /// What it was made of.
    pub fn parameters(&self) -> &Parameters {
        &self.parameters
    }

    /// Its schools.
    pub fn schools(&self) -> &[School] {
        &self.schools
    }

    /// Its planted anomalies.
    pub fn anomalies(&self) -> &Anomalies {
        &self.anomalies
    }

    /// How its teachers work.
    pub fn habitudes(&self) -> &Habitudes {
        &self.habitudes
    }

    /// Its calendar.
    pub fn seasons(&self) -> &Seasons {
        &self.seasons
    }

    /// The dates of its range.
    pub fn dates(&self) -> Vec<Date> {
        let Parameters { from, until, .. } = self.parameters;
        std::iter::successors(Some(from), |date| date.tomorrow().ok()).take_while(|date| *date <= until).collect()
    }

    /// Who is in a school in the school year that starts in this year.
    pub fn people(&self, school: usize, year: i16) -> People {
        let school = &self.schools[school];
        let mould =
            Mould { seed: self.parameters.seed, school: school.index, classes: school.classes, reach: school.reach };
        People::of(mould, &self.habitudes, year)
    }

    /// The school year whose rosters are declared on this date: on the first day of the range, and as each later
    /// school year is prepared.
    pub fn roster_due(&self, date: Date) -> Option<SchoolYear> {
        let year = SchoolYear::of(date);
        if date == self.parameters.from {
            return Some(year);
        }
        let first = SchoolYear::of(self.parameters.from);
        let preparation = self.seasons.days(Zone::A, year.first_day(), year.last_day());
        let prepared = preparation.map(|day| (day.date, day.kind)).find(|(_, kind)| *kind == DayKind::Preparation);
        (year > first && prepared.is_some_and(|(first_day, _)| first_day == date)).then_some(year)
    }

    /// What every school declares for a school year.
    pub fn rosters(&self, year: SchoolYear) -> Vec<Roster> {
        self.schools
            .iter()
            .map(|school| {
                let people = self.people(school.index, year.start_year());
                Roster { uai: school.uai.clone(), body: roster(school, &people, year) }
            })
            .collect()
    }

    /// A school's days, one after the other from the first of the range.
    pub fn walk(&self, school: usize) -> SchoolWalk<'_> {
        SchoolWalk::new(self, school)
    }

    /// What a school sends on a date. It plays the days before, since tablets remember: to read a range, [`Self::walk`].
    pub fn day(&self, school: usize, date: Date) -> Vec<TimedBatch> {
        let mut walk = self.walk(school);
        while let Some(day) = walk.next_day() {
            if day.date == date {
                return day.batches;
            }
        }
        Vec::new()
    }

    /// The offset from universal time at noon of a date, in seconds.
    pub fn offset_s(&self, date: Date) -> i32 {
        let zone = self.schools[0].academy.time_zone();
        let noon = zone.to_timestamp(date.to_datetime(time(12, 0, 0, 0))).unwrap_or_default();
        zone.to_offset(noon).seconds()
    }

    pub(crate) fn content(&self) -> Arc<BTreeSet<String>> {
        Arc::clone(&self.content)
    }
}

impl School {
    fn of(seed: u64, index: usize, schools: usize, opt_in: bool) -> Self {
        // Small worlds still have several districts, so that all three zones are met.
        let districts = schools.div_ceil(8).max(schools.min(3));
        let district = index % districts;
        let academy = academy(seed, district);
        let offset = |subject: i64| Random::of(seed, Subject::School, &[-1, subject]).unit();
        let random = &mut Random::of(seed, Subject::School, &[path(index), 0]);
        // Spread instead of drawn: twelve schools are as varied as two hundred.
        // The first is large and keen, and uses all there is, so that every world has a school
        // with enough people to show figures about.
        let first = index == 0 && schools > 1;
        let classes = if first { 11 } else { quantile(&CLASSES, spread(index, offset(1))) };
        let department = department(academy.slug());
        Self {
            index,
            uai: uai(department, 8000 + index),
            academy,
            district: uai(department, 7000 + district),
            sector: if random.chance(0.13) { "private" } else { "public" },
            classes,
            adoption: if first { 0.85 } else { 0.45 + 0.40 * spread(index * 3 + 1, offset(2)) },
            reach: if first { 0.68 } else { random.between(0.40, 0.75) },
            messages: first || random.chance(0.35),
            statuses: random.chance(0.15) && opt_in,
        }
    }

    /// Whether a teacher uses the application on a day: more do as the school year goes.
    pub fn has_adopted(&self, teacher: &Teacher, day: &Day) -> bool {
        teacher.rank < self.adoption * (0.62 + 0.38 * day.growth())
    }
}

/// How often a school has so many classes: the median is four.
const CLASSES: [(usize, f64); 12] = [
    (1, 0.07),
    (2, 0.14),
    (3, 0.19),
    (4, 0.20),
    (5, 0.14),
    (6, 0.09),
    (7, 0.06),
    (8, 0.04),
    (9, 0.03),
    (10, 0.02),
    (11, 0.01),
    (12, 0.01),
];

fn quantile(all: &[(usize, f64)], at: f64) -> usize {
    let mut left = at;
    for (value, share) in all {
        left -= share;
        if left < 0.0 {
            return *value;
        }
    }
    all[all.len() - 1].0
}

/// The academy of a district: the zones take turns, and within a zone its academies do.
fn academy(seed: u64, district: usize) -> Academy {
    let zone = [Zone::C, Zone::A, Zone::B][district % 3];
    let all: Vec<Academy> = Academy::all().filter(|academy| academy.zone() == zone).collect();
    let start = Random::of(seed, Subject::School, &[-2, path(district % 3)]).index(all.len());
    all[(start + district / 3) % all.len()]
}

/// The department whose number the codes of an academy begin with: that of its seat.
fn department(academy: &str) -> usize {
    match academy {
        "paris" => 75,
        "versailles" => 78,
        "creteil" => 94,
        "montpellier" => 34,
        "toulouse" => 31,
        "besancon" => 25,
        "bordeaux" => 33,
        "clermont-ferrand" => 63,
        "dijon" => 21,
        "grenoble" => 38,
        "limoges" => 87,
        "lyon" => 69,
        "poitiers" => 86,
        "aix-marseille" => 13,
        "amiens" => 80,
        "lille" => 59,
        "nancy-metz" => 54,
        "nantes" => 44,
        "nice" => 6,
        "normandie" => 14,
        "orleans-tours" => 45,
        "reims" => 51,
        "rennes" => 35,
        "strasbourg" => 67,
        _ => 99,
    }
}

/// A public school code: department, number, check letter (the number modulo 23 in an alphabet without I, O and Q).
fn uai(department: usize, number: usize) -> String {
    const LETTERS: &[u8; 23] = b"ABCDEFGHJKLMNPRSTUVWXYZ";
    let digits = department * 10_000 + number;
    format!("{digits:07}{}", char::from(LETTERS[digits % 23]))
}

#[derive(Serialize)]
struct RosterBody<'a> {
    school_year: String,
    district: &'a str,
    academy: &'a str,
    sector: &'a str,
    classes: Vec<RosterClass<'a>>,
}

#[derive(Serialize)]
struct RosterClass<'a> {
    class: &'a str,
    levels: &'a [&'static str],
    teachers: Vec<&'a str>,
    pupils: Vec<RosterPupil<'a>>,
}

#[derive(Serialize)]
struct RosterPupil<'a> {
    pupil: &'a str,
    families: Vec<&'a str>,
}

fn roster(school: &School, people: &People, year: SchoolYear) -> Vec<u8> {
    let classes = people.classes.iter().map(|class| RosterClass {
        class: &class.id,
        levels: &class.levels,
        teachers: class.teachers.iter().map(|teacher| people.teachers[*teacher].id.as_str()).collect(),
        pupils: class
            .pupils
            .iter()
            .map(|pupil| RosterPupil {
                pupil: &pupil.id,
                families: pupil.families.iter().map(|family| people.families[*family].id.as_str()).collect(),
            })
            .collect(),
    });
    let body = RosterBody {
        school_year: year.to_string(),
        district: &school.district,
        academy: school.academy.slug(),
        sector: school.sector,
        classes: classes.collect(),
    };
    serde_json::to_vec(&body).unwrap_or_default()
}

fn path(number: usize) -> i64 {
    i64::try_from(number).unwrap_or(i64::MAX)
}
