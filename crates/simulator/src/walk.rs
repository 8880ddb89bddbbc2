//! A school's days, one after the other.
//!
//! What a day brings is drawn from the seed, the school and the date alone; what is remembered between days is only
//! what really waits: events on tablets without a network, shares that families have not fetched, traces without an
//! objective. So a year is generated as a stream, and never held.

use std::collections::{BTreeMap, BTreeSet};

use jiff::{ToSpan, civil::Date};

use crate::class_day::{ClassDay, ClassMemory, Consequences, Deposit, Tablet, decline};
use crate::device::{Device, Version, days_between};
use crate::event::{Pending, Role};
use crate::families::{self, Visit};
use crate::office;
use crate::people::People;
use crate::queue::{Queue, Sender, TimedBatch};
use crate::random::{Random, Subject};
use crate::season::{Day, DayKind};
use crate::stage::{Holder, Scene, Stage};
use crate::truth::SchoolTruth;
use crate::world::{School, World};

/// How many of the first schools have the figures of every pupil in the truth.
pub const SCHOOLS_WITH_PUPILS: usize = 3;

/// What a school sends on one day.
#[derive(Debug)]
pub struct DayOutput {
    /// The day.
    pub date: Date,
    /// Its batches, in the order in which they are sent.
    pub batches: Vec<TimedBatch>,
}

struct TabletState {
    queue: Queue,
    last: Version,
}

struct Telephone {
    device: Device,
    queue: Queue,
}

/// A visit that is due on a day.
#[derive(Clone, Copy)]
struct Due {
    second: i32,
    family: u32,
    class: usize,
    visit: Visit,
}

/// A school that is walked through, day by day.
pub struct SchoolWalk<'w> {
    world: &'w World,
    school: &'w School,
    next: Date,
    people: People,
    tablets: Vec<TabletState>,
    telephones: BTreeMap<u32, Telephone>,
    classes: Vec<ClassMemory>,
    started: BTreeSet<usize>,
    due: BTreeMap<Date, Vec<Due>>,
    /// Families with something to look at, and the class and pupil it is about.
    holders: BTreeMap<u32, (usize, u16)>,
    tickets: BTreeMap<Date, Vec<(&'static str, &'static str)>>,
    office: (Device, Queue),
    desk: (Device, Queue),
    truth: SchoolTruth,
}

impl<'w> SchoolWalk<'w> {
    pub(crate) fn new(world: &'w World, school: usize) -> Self {
        let seed = world.parameters().seed;
        let from = world.parameters().from;
        let school = &world.schools()[school];
        let year = calendar::SchoolYear::of(from).start_year();
        let people = world.people(school.index, year);
        let tablets = people
            .tablets
            .iter()
            .map(|device| TabletState { queue: Queue::default(), last: device.version(from) })
            .collect();
        let mut walk = Self {
            world,
            school,
            next: from,
            classes: people.classes.iter().map(|_| ClassMemory::default()).collect(),
            tablets,
            telephones: BTreeMap::new(),
            started: BTreeSet::new(),
            due: BTreeMap::new(),
            holders: BTreeMap::new(),
            tickets: BTreeMap::new(),
            office: (Device::office(seed, school.index), Queue::default()),
            desk: (Device::support_desk(seed, school.index), Queue::default()),
            truth: SchoolTruth::new(world.content(), school.index < SCHOOLS_WITH_PUPILS),
            people,
        };
        // Whoever had adopted before the range began has nothing left to set up.
        if let Some(day) = world.seasons().day(school.academy.zone(), from).copied()
            && day.year_since > 0
        {
            walk.started = (0..walk.people.teachers.len())
                .filter(|who| school.has_adopted(&walk.people.teachers[*who], &day))
                .collect();
            walk.remember_earlier_shares(&day);
        }
        walk
    }

    /// The school's index.
    pub fn school(&self) -> usize {
        self.school.index
    }

    /// What has been sent so far, counted.
    pub fn truth(&self) -> &SchoolTruth {
        &self.truth
    }

    /// Plays the next day of the range, if there is one.
    pub fn next_day(&mut self) -> Option<DayOutput> {
        let date = self.next;
        if date > self.world.parameters().until {
            return None;
        }
        self.next = date.tomorrow().ok()?;
        let mut output = DayOutput { date, batches: Vec::new() };
        let Some(day) = self.world.seasons().day(self.school.academy.zone(), date).copied() else {
            return Some(output);
        };
        if day.year != self.people.year {
            self.turn_year(day.year);
        }
        let weather = self.world.anomalies().weather(self.school.index, date);
        if weather.stopped {
            return Some(output);
        }
        // The people are lent to the scene while the day changes everything else.
        let people = std::mem::replace(&mut self.people, People::nobody());
        let offset_s = self.world.offset_s(date);
        let scene = Scene {
            people: &people,
            date,
            date_text: date.to_string(),
            offset: offset_text(offset_s),
            weather,
            volume: self.world.parameters().volume,
            messages: self.school.messages,
            statuses: self.school.statuses,
        };
        let sender =
            Sender { uai: &self.school.uai, date, date_text: &scene.date_text, offset: &scene.offset, offset_s };
        self.play_classes(&scene, &day, &sender, &mut output.batches);
        self.play_families(&scene, &day, &sender, &mut output.batches);
        self.play_office(&scene, day.kind, &sender, &mut output.batches);
        drop(scene);
        self.people = people;
        output.batches.sort_by_key(|batch| batch.sent);
        Some(output)
    }

    /// In the midst of a school year, some families have something to look at already.
    fn remember_earlier_shares(&mut self, day: &Day) {
        let random = &mut self.random(Subject::Retrieval, day.date, -1);
        let shared = 0.7 * f64::from(day.year_since.min(60)) / 60.0;
        for (place, class) in self.people.classes.iter().enumerate() {
            if !class.teachers.iter().any(|teacher| self.started.contains(teacher)) || !random.chance(shared) {
                continue;
            }
            for (pupil, entry) in (0_u16..).zip(&class.pupils).filter(|(_, entry)| entry.authorised) {
                for family in &entry.families {
                    if random.chance(self.people.families[*family].reach) {
                        self.holders.insert(u32::try_from(*family).unwrap_or(u32::MAX - 1), (place, pupil));
                    }
                }
            }
        }
    }

    fn turn_year(&mut self, year: i16) {
        self.people = self.world.people(self.school.index, year);
        self.classes = self.people.classes.iter().map(|_| ClassMemory::default()).collect();
        self.telephones.clear();
        self.started.clear();
        self.due.clear();
        self.holders.clear();
    }

    fn random(&self, subject: Subject, date: Date, detail: i64) -> Random {
        let day = i64::from(days_between(Date::constant(2000, 1, 3), date));
        Random::of(self.world.parameters().seed, subject, &[index(self.school.index), day, detail])
    }

    fn play_classes(&mut self, scene: &Scene<'_>, day: &Day, sender: &Sender<'_>, out: &mut Vec<TimedBatch>) {
        let people = scene.people;
        let mut today: Vec<Vec<Pending>> = people.tablets.iter().map(|_| Vec::new()).collect();
        for (class, entry) in people.classes.iter().enumerate() {
            let teacher = entry.teachers[seat(entry.teachers.len(), scene.date)];
            let who = &people.teachers[teacher];
            if !self.school.has_adopted(who, day) {
                continue;
            }
            let random = &mut self.random(Subject::ClassDay, scene.date, index(class));
            let working = matches!(day.kind, DayKind::Class | DayKind::Preparation);
            let first_time = working && !self.started.contains(&teacher);
            if !self.started.contains(&teacher) && !working {
                continue;
            }
            let mut states: Vec<(usize, &mut TabletState)> =
                self.tablets.iter_mut().enumerate().filter(|(place, _)| entry.tablets.contains(place)).collect();
            let mut events: Vec<Vec<Pending>> =
                entry.tablets.iter().map(|place| std::mem::take(&mut today[*place])).collect();
            let mut tablets: Vec<Tablet<'_>> = states
                .iter_mut()
                .zip(&mut events)
                .map(|((place, state), events)| Tablet {
                    device: &people.tablets[*place],
                    last: &mut state.last,
                    events,
                })
                .collect();
            let left = if who.declined {
                if first_time {
                    decline(scene, class, &mut tablets[0], random);
                }
                Consequences::default()
            } else {
                let played = ClassDay {
                    scene,
                    day,
                    seed: self.world.parameters().seed,
                    school: self.school.index,
                    class,
                    teacher,
                    habits: self.world.habitudes().of_profile(who.profile),
                    first_time,
                };
                played.play(&mut self.classes[class], &mut tablets, random)
            };
            for (place, events) in entry.tablets.iter().zip(events) {
                today[*place] = events;
            }
            self.started.insert(teacher);
            self.follow(scene, left, random);
        }
        for (place, events) in today.into_iter().enumerate() {
            self.send_tablet(place, events, scene, day.kind, sender, out);
        }
    }

    /// A tablet sends when it is used, or switched on in class; without a network it keeps what it has.
    fn send_tablet(
        &mut self,
        place: usize,
        events: Vec<Pending>,
        scene: &Scene<'_>,
        kind: DayKind,
        sender: &Sender<'_>,
        out: &mut Vec<TimedBatch>,
    ) {
        let device = &scene.people.tablets[place];
        let random = &mut Random::of(self.world.parameters().seed, Subject::Queue, &device.path(scene.date));
        let used = !events.is_empty();
        let state = &mut self.tablets[place];
        state.queue.add(events);
        let on = used || (kind == DayKind::Class && random.chance(0.3));
        if on && !device.is_offline(scene.date) && !state.queue.is_empty() {
            state.queue.send(device, sender, random.chance(0.75), random, &mut self.truth, out);
        }
    }

    /// What a class's day leaves to families and to support.
    fn follow(&mut self, scene: &Scene<'_>, left: Consequences, random: &mut Random) {
        for deposit in left.deposits {
            self.announce(scene, deposit);
        }
        if left.ticket {
            for (after, step) in office::ticket_course(random) {
                self.tickets.entry(scene.date.saturating_add(after.days())).or_default().push(step);
            }
        }
    }

    /// Each family of the pupil fetches a share, or never does.
    fn announce(&mut self, scene: &Scene<'_>, deposit: Deposit) {
        let people = scene.people;
        let seed = self.world.parameters().seed;
        for family in &people.classes[deposit.class].pupils[usize::from(deposit.pupil)].families {
            let day = i64::from(days_between(Date::constant(2000, 1, 3), scene.date));
            let path = [index(self.school.index), day, index(*family), i64::from(deposit.pupil)];
            let random = &mut Random::of(seed, Subject::Retrieval, &path);
            if !random.chance(people.families[*family].reach) {
                continue;
            }
            let days: i64 = *random.weighted(&[
                (0, 0.40),
                (1, 0.22),
                (2, 0.12),
                (3, 0.08),
                (4, 0.05),
                (6, 0.05),
                (9, 0.05),
                (13, 0.03),
            ]);
            let date = scene.date.saturating_add(days.days());
            let weekend = date.weekday().to_monday_zero_offset() >= 5;
            let mut second =
                i32::try_from(random.whole(if weekend { 9 * 3600 } else { 17 * 3600 }, 79_000)).unwrap_or(0);
            if days == 0 {
                second = second.max(deposit.second + 900);
            }
            let delay_h = days * 24 + i64::from(second - deposit.second) / 3_600;
            let number = u32::try_from(*family).unwrap_or(u32::MAX - 1);
            let first = !self.holders.contains_key(&number);
            let visit = Visit::Fetch { pupil: deposit.pupil, delay_h: delay_h.max(0), first };
            self.due.entry(date).or_default().push(Due { second, family: number, class: deposit.class, visit });
        }
    }

    fn play_families(&mut self, scene: &Scene<'_>, day: &Day, sender: &Sender<'_>, out: &mut Vec<TimedBatch>) {
        let mut visits = self.due.remove(&scene.date).unwrap_or_default();
        let (mood, earliest) = match day.kind {
            DayKind::Class | DayKind::Preparation => (1.0, 17 * 3600),
            DayKind::Weekend => (1.4, 9 * 3600),
            DayKind::Wednesday => (1.1, 11 * 3600),
            DayKind::Holiday => (0.7, 9 * 3600),
            DayKind::Summer => (0.2, 9 * 3600),
        };
        let random = &mut self.random(Subject::FamilyDay, scene.date, -1);
        for (family, (class, pupil)) in &self.holders {
            let interest = scene.people.families[usize::try_from(*family).unwrap_or(0)].interest;
            if random.chance(0.055 * interest * mood * scene.weather.volume * scene.volume.min(4.0)) {
                let second = i32::try_from(random.whole(earliest, 80_000)).unwrap_or(0);
                visits.push(Due { second, family: *family, class: *class, visit: Visit::Look { pupil: *pupil } });
            }
        }
        visits.sort_by_key(|due| (due.family, due.second));
        for (place, due) in visits.into_iter().enumerate() {
            self.visit(scene, due, index(place), sender, out);
        }
    }

    fn visit(&mut self, scene: &Scene<'_>, due: Due, place: i64, sender: &Sender<'_>, out: &mut Vec<TimedBatch>) {
        let Due { second, family: number, class, visit } = due;
        let random = &mut self.random(Subject::FamilyDay, scene.date, place);
        let family = &scene.people.families[usize::try_from(number).unwrap_or(0)];
        let (seed, school) = (self.world.parameters().seed, self.school.index);
        let telephone = self.telephones.entry(number).or_insert_with(|| Telephone {
            device: Device::telephone(seed, school, &family.id),
            queue: Queue::default(),
        });
        let mut events = Vec::new();
        let holder =
            Holder { role: Role::Parent, actor: None, family: Some(&family.id), person: number, class: Some(class) };
        let pupil = match visit {
            Visit::Fetch { pupil, .. } | Visit::Look { pupil } => pupil,
        };
        families::visit(&mut Stage::new(scene, &telephone.device, holder, random, second, &mut events), visit);
        telephone.queue.add(events);
        if random.chance(0.93) {
            telephone.queue.send(&telephone.device, sender, true, random, &mut self.truth, out);
        }
        if matches!(visit, Visit::Fetch { .. }) {
            self.holders.insert(number, (class, pupil));
        }
    }

    fn play_office(&mut self, scene: &Scene<'_>, kind: DayKind, sender: &Sender<'_>, out: &mut Vec<TimedBatch>) {
        let random = &mut self.random(Subject::HeadDay, scene.date, 0);
        let mut events = Vec::new();
        office::head(scene, kind, &self.office.0, random, &mut events);
        self.office.1.add(events);
        self.office.1.send(&self.office.0, sender, true, random, &mut self.truth, out);
        let random = &mut self.random(Subject::SupportDay, scene.date, 0);
        let mut events = Vec::new();
        for step in self.tickets.remove(&scene.date).unwrap_or_default() {
            office::support(scene, step, &self.desk.0, random, &mut events);
        }
        self.desk.1.add(events);
        self.desk.1.send(&self.desk.0, sender, true, random, &mut self.truth, out);
    }
}

/// Which of those who share a class is there: one until Tuesday, the other from Wednesday on.
fn seat(teachers: usize, date: Date) -> usize {
    usize::from(teachers > 1 && date.weekday().to_monday_zero_offset() >= 2)
}

fn offset_text(offset_s: i32) -> String {
    let (sign, minutes) = (if offset_s < 0 { '-' } else { '+' }, offset_s.abs() / 60);
    format!("{sign}{:02}:{:02}", minutes / 60, minutes % 60)
}

fn index(number: usize) -> i64 {
    i64::try_from(number).unwrap_or(i64::MAX)
}
