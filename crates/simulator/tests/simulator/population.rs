//! Who lives in a world: schools, classes and teachers as there are in France, and whom a demonstration shows.

use std::collections::{BTreeMap, BTreeSet};

use calendar::Zone;
use jiff::civil::date;
use simulator::{Parameters, Profile, World};

#[test]
fn many_schools_look_like_those_of_a_country() {
    let world = World::new(Parameters::new(200, 11, date(2025, 9, 1), date(2025, 9, 30))).expect("a good world");
    let mut classes: Vec<usize> = world.schools().iter().map(|school| school.classes).collect();
    classes.sort_unstable();
    assert_eq!((classes[0], classes[100], classes[199]), (1, 4, 12));
    assert!(world.schools().iter().all(|school| (0.45..=0.85).contains(&school.adoption)));
    assert!(world.schools().iter().all(|school| (0.40..=0.75).contains(&school.reach)));
    assert_eq!(world.schools().iter().map(|school| school.academy.zone()).collect::<BTreeSet<Zone>>().len(), 3);
    let codes: BTreeSet<&str> = world.schools().iter().map(|school| school.uai.as_str()).collect();
    let mut districts: BTreeMap<&str, u32> = BTreeMap::new();
    for school in world.schools() {
        *districts.entry(&school.district).or_default() += 1;
    }
    assert_eq!(codes.len(), 200);
    assert!(districts.len() == 25 && districts.values().all(|schools| *schools == 8), "{districts:?}");

    let (mut pupils, mut rooms, mut refused) = (0_u32, 0_u32, 0_u32);
    let mut profiles: BTreeMap<Profile, u32> = BTreeMap::new();
    for school in 0..200 {
        let people = world.people(school, 2025);
        for class in &people.classes {
            rooms += 1;
            pupils += u32::try_from(class.pupils.len()).expect("a class is small");
            refused += u32::try_from(class.pupils.iter().filter(|pupil| !pupil.authorised).count()).expect("few");
        }
        for teacher in &people.teachers {
            *profiles.entry(teacher.profile).or_default() += 1;
        }
    }
    let size = f64::from(pupils) / f64::from(rooms);
    assert!((21.0..=23.0).contains(&size), "{size}");
    assert!((0.02..=0.04).contains(&(f64::from(refused) / f64::from(pupils))));
    let teachers: u32 = profiles.values().sum();
    for habits in world.habitudes().all() {
        let share = f64::from(profiles[&habits.profile]) / f64::from(teachers);
        assert!((share - habits.share).abs() < 0.06, "{:?}: {share} for {}", habits.profile, habits.share);
    }
}

#[test]
fn adoption_grows_within_a_school_year() {
    let world = World::new(Parameters::new(40, 11, date(2025, 9, 1), date(2026, 6, 30))).expect("a good world");
    let adopters = |day| -> usize {
        let of_school = |school: usize| {
            let place = &world.schools()[school];
            let day = world.seasons().day(place.academy.zone(), day).expect("a day of the range");
            world.people(school, 2025).teachers.iter().filter(|teacher| place.has_adopted(teacher, day)).count()
        };
        (0..40).map(of_school).sum()
    };
    let [september, december, may] = [date(2025, 9, 4), date(2025, 12, 4), date(2026, 5, 19)].map(adopters);
    assert!(september < december && december < may, "{september} {december} {may}");
}

#[test]
fn profiles_differ_in_what_they_do() {
    let world = World::new(Parameters::new(2, 11, date(2025, 9, 1), date(2025, 9, 30))).expect("a good world");
    let [novice, occasional, regular, power] = world.habitudes().all() else { panic!("four profiles") };
    assert!(power.active_day > regular.active_day && regular.active_day > novice.active_day);
    assert!(occasional.active_day < novice.active_day && occasional.captures > novice.captures);
    assert!(novice.repertoire < 5 && power.repertoire >= 12);
}

#[test]
fn the_demonstration_signs_in_people_with_something_to_see() {
    for seed in [1, 7, 42] {
        let twelve = World::new(Parameters::new(12, seed, date(2024, 9, 1), date(2025, 9, 30))).expect("a good world");
        let who = twelve.demo_identities();
        let school = twelve.schools().iter().find(|school| Some(&school.uai) == who.teacher.establishment.as_ref());
        let school = school.expect("the school is one of the world");
        assert!(school.classes >= 4 && !twelve.anomalies().disturbs(school.index));
        assert_eq!(who.head.establishment, who.teacher.establishment);
        assert_ne!(who.head.actor, who.teacher.actor);
        let people = twelve.people(school.index, 2025);
        let class = people.classes.iter().find(|class| Some(&class.id) == who.teacher.class.as_ref());
        let teachers = &class.expect("her class").teachers;
        assert!(teachers.iter().any(|teacher| people.teachers[*teacher].id == who.teacher.actor));
    }
}

#[test]
fn wrong_parameters_are_told_apart() {
    let good = Parameters::new(2, 1, date(2025, 9, 1), date(2025, 9, 30));
    let told = |parameters: Parameters| World::new(parameters).err().map(|error| error.to_string()).unwrap_or_default();
    assert!(told(Parameters { schools: 0, ..good }).contains("0 schools"));
    assert!(told(Parameters { until: date(2025, 8, 1), ..good }).contains("no day"));
    assert!(told(Parameters { volume: -1.0, ..good }).contains("volume"));
    assert!(told(Parameters { from: date(1999, 1, 1), ..good }).contains("calendar"));
}
