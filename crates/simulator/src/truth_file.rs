//! The truth file: one JSON object, one row a line, so that it stays readable and is written as a stream.
//!
//! It tells what a world was made of, what is wrong in it on purpose, and the exact figures that a server must show.

use std::collections::BTreeMap;
use std::io::{self, Write};

use calendar::{IsoWeek, SchoolYear};
use jiff::civil::Date;
use serde::Serialize;

use crate::anomalies::AnomalyKind;
use crate::people::People;
use crate::profile::Profile;
use crate::truth::{DayFigures, Figures, GRACE_DAYS, PupilFigures, Totals};
use crate::walk::{SCHOOLS_WITH_PUPILS, SchoolWalk};
use crate::world::World;

#[derive(Serialize)]
struct AnomalyRow<'a> {
    kind: AnomalyKind,
    from: Date,
    until: Date,
    /// Empty when every school is concerned.
    schools: Vec<&'a str>,
    version: Option<&'a str>,
    strength: f64,
}

#[derive(Serialize)]
struct SchoolRow<'a> {
    school: &'a str,
    district: &'a str,
    academy: &'a str,
    zone: String,
    sector: &'a str,
    adoption: f64,
    reach: f64,
    messages: bool,
    years: Vec<YearRow>,
    totals: Totals,
}

#[derive(Serialize)]
struct YearRow {
    school_year: String,
    head: String,
    teachers_n: usize,
    pupils_n: usize,
    families_n: usize,
    classes: Vec<ClassRow>,
}

#[derive(Serialize)]
struct ClassRow {
    class: String,
    levels: Vec<&'static str>,
    teachers: Vec<TeacherRow>,
    pupils_n: usize,
    refused_n: usize,
    families_n: usize,
    tablets: Vec<String>,
}

#[derive(Serialize)]
struct TeacherRow {
    teacher: String,
    profile: Profile,
    declined: bool,
}

#[derive(Serialize)]
struct WeekRow<'a> {
    school: &'a str,
    week: String,
    in_time: Figures,
    /// Only where something came late.
    #[serde(skip_serializing_if = "Option::is_none")]
    all: Option<Figures>,
}

#[derive(Serialize)]
struct ClassWeekRow<'a> {
    school: &'a str,
    class: &'a str,
    week: String,
    in_time: Figures,
    #[serde(skip_serializing_if = "Option::is_none")]
    all: Option<Figures>,
}

#[derive(Serialize)]
struct DayRow<'a> {
    school: &'a str,
    day: Date,
    #[serde(flatten)]
    figures: DayFigures,
}

#[derive(Serialize)]
struct PupilRow<'a> {
    school: &'a str,
    class: &'a str,
    pupil: &'a str,
    week: String,
    #[serde(flatten)]
    figures: PupilFigures,
}

#[derive(Serialize)]
struct VersionRow<'a> {
    week: String,
    version: &'a str,
    sessions: u32,
    crashes: u32,
}

#[derive(Serialize)]
struct Rules {
    grace_days: i32,
    late: &'static str,
    weeks: &'static str,
    classes: String,
    pupils: String,
    versions: &'static str,
}

/// Writes what is true of a world once its schools have been walked to the end.
pub fn write_truth(world: &World, walks: &[SchoolWalk<'_>], out: &mut impl Write) -> io::Result<()> {
    let uai = |school: usize| world.schools()[school].uai.as_str();
    let rules = Rules {
        grace_days: GRACE_DAYS,
        late: "an event is late when its batch was first sent on or after the Thursday that follows its ISO week",
        weeks: "in_time is what a release must show; all, given only where it differs, adds what came late",
        classes: format!("as weeks, for the first {SCHOOLS_WITH_PUPILS} schools; an event without a class is in none"),
        pupils: format!("only for the first {SCHOOLS_WITH_PUPILS} schools; traces and objectives that name the pupil"),
        versions: "all schools together, by the version the sending device had, late events included",
    };
    writeln!(out, "{{\"format\":1,\n\"parameters\":{},", json(world.parameters())?)?;
    writeln!(out, "\"rules\":{},", json(&rules)?)?;
    rows(out, "profiles", world.habitudes().all().iter())?;
    let anomalies = world.anomalies().all().iter().map(|anomaly| AnomalyRow {
        kind: anomaly.kind,
        from: anomaly.from,
        until: anomaly.until,
        schools: anomaly.schools.iter().map(|school| uai(*school)).collect(),
        version: anomaly.version.as_deref(),
        strength: anomaly.strength,
    });
    rows(out, "anomalies", anomalies)?;
    rows(out, "schools", walks.iter().map(|walk| school_row(world, walk)))?;
    let weeks = walks.iter().flat_map(|walk| {
        walk.truth().weeks().map(move |(monday, in_time, all)| WeekRow {
            school: uai(walk.school()),
            week: week(monday),
            all: (all != in_time).then_some(all),
            in_time,
        })
    });
    rows(out, "weeks", weeks)?;
    let days = walks.iter().flat_map(|walk| {
        walk.truth().days().map(move |(day, figures)| DayRow { school: uai(walk.school()), day, figures })
    });
    rows(out, "days", days)?;
    let years = years(world);
    let people: BTreeMap<(usize, i16), People> = walks
        .iter()
        .filter(|walk| walk.school() < SCHOOLS_WITH_PUPILS)
        .flat_map(|walk| years.iter().map(|year| (walk.school(), year.start_year())))
        .map(|key| (key, world.people(key.0, key.1)))
        .collect();
    let classes = walks.iter().flat_map(|walk| {
        let people = &people;
        walk.truth().classes().filter_map(move |((year, class, monday), in_time, all)| {
            let class = &people.get(&(walk.school(), year))?.classes.get(usize::from(class))?.id;
            let all = (all != in_time).then_some(all);
            Some(ClassWeekRow { school: uai(walk.school()), class, week: week(monday), in_time, all })
        })
    });
    rows(out, "classes", classes)?;
    let pupils = walks.iter().flat_map(|walk| {
        let people = &people;
        walk.truth().pupils().filter_map(move |((year, class, place, monday), figures)| {
            let class = people.get(&(walk.school(), year))?.classes.get(usize::from(class))?;
            let pupil = class.pupils.get(usize::from(place))?;
            Some(PupilRow {
                school: uai(walk.school()),
                class: &class.id,
                pupil: &pupil.id,
                week: week(monday),
                figures,
            })
        })
    });
    rows(out, "pupils", pupils)?;
    let mut versions: BTreeMap<(Date, &str), (u32, u32)> = BTreeMap::new();
    for (monday, version, sessions, crashes) in walks.iter().flat_map(|walk| walk.truth().versions()) {
        let sum = versions.entry((monday, version)).or_default();
        *sum = (sum.0 + sessions, sum.1 + crashes);
    }
    let versions = versions.into_iter().map(|((monday, version), (sessions, crashes))| VersionRow {
        week: week(monday),
        version,
        sessions,
        crashes,
    });
    rows(out, "versions", versions)?;
    let mut totals = Totals::default();
    for walk in walks {
        let one = walk.truth().totals();
        totals.batches += one.batches;
        totals.events += one.events;
        totals.late += one.late;
        totals.lost += one.lost;
    }
    writeln!(out, "\"totals\":{}}}", json(&totals)?)
}

fn school_row<'a>(world: &'a World, walk: &SchoolWalk<'_>) -> SchoolRow<'a> {
    let school = &world.schools()[walk.school()];
    SchoolRow {
        school: &school.uai,
        district: &school.district,
        academy: school.academy.slug(),
        zone: school.academy.zone().slug().to_owned(),
        sector: school.sector,
        adoption: school.adoption,
        reach: school.reach,
        messages: school.messages,
        years: years(world)
            .into_iter()
            .map(|year| year_row(&world.people(walk.school(), year.start_year()), year))
            .collect(),
        totals: walk.truth().totals(),
    }
}

fn year_row(people: &People, year: SchoolYear) -> YearRow {
    let classes = people.classes.iter().map(|class| {
        let mut families: Vec<usize> = class.pupils.iter().flat_map(|pupil| pupil.families.iter().copied()).collect();
        families.sort_unstable();
        families.dedup();
        ClassRow {
            class: class.id.clone(),
            levels: class.levels.clone(),
            teachers: class
                .teachers
                .iter()
                .map(|teacher| &people.teachers[*teacher])
                .map(|who| TeacherRow { teacher: who.id.clone(), profile: who.profile, declined: who.declined })
                .collect(),
            pupils_n: class.pupils.len(),
            refused_n: class.pupils.iter().filter(|pupil| !pupil.authorised).count(),
            families_n: families.len(),
            tablets: class.tablets.iter().map(|tablet| people.tablets[*tablet].install.clone()).collect(),
        }
    });
    YearRow {
        school_year: year.to_string(),
        head: people.head.clone(),
        teachers_n: people.teachers.len(),
        pupils_n: people.pupils(),
        families_n: people.families.len(),
        classes: classes.collect(),
    }
}

/// The school years of the range.
fn years(world: &World) -> Vec<SchoolYear> {
    let (from, until) = (SchoolYear::of(world.parameters().from), SchoolYear::of(world.parameters().until));
    (from.start_year()..=until.start_year()).filter_map(|year| SchoolYear::starting(year).ok()).collect()
}

fn week(monday: Date) -> String {
    IsoWeek::of(monday).to_string()
}

fn json(value: &impl Serialize) -> io::Result<String> {
    serde_json::to_string(value).map_err(io::Error::other)
}

fn rows<T: Serialize>(out: &mut impl Write, name: &str, all: impl Iterator<Item = T>) -> io::Result<()> {
    write!(out, "\"{name}\":[")?;
    for (place, row) in all.enumerate() {
        write!(out, "{}\n{}", if place > 0 { "," } else { "" }, json(&row)?)?;
    }
    writeln!(out, "],")
}
