//! One day of one class: whether its teacher works with the application today, when, and at what.
//!
//! Mornings and afternoons are for traces, the end of the afternoon for objectives, comments and reviews; the last
//! days of a period for notebooks and shares, September for setting up, June for exports and cleaning.

use jiff::civil::{Date, Weekday};

use crate::assistance;
use crate::content::{self, Trace};
use crate::device::{Device, Version};
use crate::documents;
use crate::event::{Pending, Role};
use crate::messages;
use crate::people::{Class, Teacher};
use crate::profile::{Habits, Profile};
use crate::random::{Random, Subject};
use crate::season::{Day, DayKind};
use crate::stage::{Holder, Scene, Stage};
use crate::technical;
use crate::usage;

/// What a class remembers from day to day.
#[derive(Debug, Default)]
pub struct ClassMemory {
    /// Traces that wait for an objective.
    pub unlinked: Vec<Trace>,
}

/// A tablet on a day.
pub struct Tablet<'a> {
    /// The device.
    pub device: &'a Device,
    /// The version it ran when it was last used.
    pub last: &'a mut Version,
    /// What happens on it today.
    pub events: &'a mut Vec<Pending>,
}

/// A share that waits for a pupil's families.
#[derive(Clone, Copy, Debug)]
pub struct Deposit {
    /// The class.
    pub class: usize,
    /// The pupil, by place in the class.
    pub pupil: u16,
    /// The second of the day.
    pub second: i32,
}

/// What a day of a class leaves to others.
#[derive(Debug, Default)]
pub struct Consequences {
    /// Shares that families may fetch.
    pub deposits: Vec<Deposit>,
    /// A ticket was opened.
    pub ticket: bool,
}

/// A class, its teacher of the day, and all that shapes their day.
pub struct ClassDay<'a> {
    /// The day's surroundings.
    pub scene: &'a Scene<'a>,
    /// The day.
    pub day: &'a Day,
    /// The seed and the school, for the plans of a period.
    pub seed: u64,
    /// The school's index.
    pub school: usize,
    /// The class's place.
    pub class: usize,
    /// The teacher's place.
    pub teacher: usize,
    /// How she works.
    pub habits: &'a Habits,
    /// She opens the application for the first time this year.
    pub first_time: bool,
}

/// What is planned for the last days of a period.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Plan {
    /// Days left when reviews are written.
    reviews: [u16; 3],
    /// Days left when notebooks are shared; none when they are not.
    share: Option<u16>,
}

impl ClassDay<'_> {
    fn people_class(&self) -> &Class {
        &self.scene.people.classes[self.class]
    }

    fn who(&self) -> &Teacher {
        &self.scene.people.teachers[self.teacher]
    }

    fn authorised(&self) -> Vec<u16> {
        (0_u16..)
            .zip(&self.people_class().pupils)
            .filter(|(_, pupil)| pupil.authorised)
            .map(|(place, _)| place)
            .collect()
    }

    fn plan(&self) -> Plan {
        let path = [index(self.school), i64::from(self.day.year), index(self.class), i64::from(self.day.period), -1];
        let random = &mut Random::of(self.seed, Subject::ClassDay, &path);
        // The record goes to families at least twice a year: before the winter holidays and in June.
        let season = if matches!(self.day.period, 3 | 5) { 1.15 } else { 0.75 };
        let mut days = [1, 2, 3, 4, 5, 6, 7];
        random.shuffle(&mut days);
        let mut reviews = [u16::MAX; 3];
        for slot in &mut reviews {
            if random.chance(self.habits.reviews) {
                *slot = *random.pick(&days);
            }
        }
        let share = random.chance(self.habits.shares * season).then(|| u16::try_from(random.whole(0, 3)).unwrap_or(0));
        Plan { reviews, share }
    }

    /// How likely it is that she works with the application today.
    fn presence(&self) -> f64 {
        let Day { kind, year_since, .. } = *self.day;
        let keen = self.habits.active_day;
        let base = match kind {
            DayKind::Class => {
                let season = if year_since < 8 {
                    0.7
                } else if self.day.is_closing() {
                    1.25
                } else {
                    1.0
                };
                (keen * season).min(0.98)
            }
            DayKind::Wednesday => 0.08 * (keen + 0.2),
            DayKind::Weekend if self.day.is_closing() => 0.14 * (keen + 0.2),
            DayKind::Weekend => 0.05 * (keen + 0.2),
            DayKind::Preparation => 0.15 * keen,
            DayKind::Holiday => 0.02 * keen,
            DayKind::Summer => 0.004 * keen,
        };
        base * self.scene.weather.volume
    }

    /// Plays the day.
    pub fn play(&self, memory: &mut ClassMemory, tablets: &mut [Tablet<'_>], random: &mut Random) -> Consequences {
        let mut left = Consequences::default();
        let which = if random.chance(0.75) { 0 } else { tablets.len() - 1 };
        let tablet = &mut tablets[which];
        if self.first_time {
            self.session(tablet, random, between(16, 30, 3_600), Role::Teacher, |stage| {
                usage::set_up(stage, self.habits.profile);
                if stage.random.chance(0.2) {
                    documents::import(stage);
                }
            });
        }
        let plan = self.plan();
        let is_class = self.day.kind == DayKind::Class;
        let reviews =
            plan.reviews.iter().filter(|left| is_class && self.day.is_closing() && **left == self.day.left).count();
        let shares = is_class && self.day.is_closing() && plan.share == Some(self.day.left);
        let active = random.chance(self.presence());
        let due = (reviews > 0 || shares) && random.chance(self.scene.weather.volume.max(0.1));
        if active && is_class {
            self.in_class(memory, tablet, random);
        }
        let desk = match self.day.kind {
            DayKind::Class => due || (active && random.chance(self.habits.evening)),
            _ => active,
        };
        if desk {
            let start = if is_class { between(16, 40, 12_600) } else { between(10, 0, 36_000) };
            self.session(tablet, random, start, Role::Teacher, |stage| {
                self.desk_work(stage, memory, &mut left, if due { reviews } else { 0 }, due && shares);
            });
        }
        left
    }

    /// Mornings and afternoons: traces, partly in the hands of the pupils.
    fn in_class(&self, memory: &mut ClassMemory, tablet: &mut Tablet<'_>, random: &mut Random) {
        let authorised = self.authorised();
        let season = if self.day.year_since < 8 { 0.5 } else { 1.0 };
        let captures = random.count(self.habits.captures * season * self.scene.volume).max(1);
        let pupils_take = if random.chance(0.5) { random.count(captures_share(captures)) } else { 0 };
        let afternoon_too = random.chance(0.55);
        let mornings = if afternoon_too { captures.div_ceil(2) } else { captures };
        if random.chance(0.4) {
            // Before class: a look at the workshops of the day.
            self.session(tablet, random, between(7, 50, 1_500), Role::Teacher, |stage| {
                let screens = self.screens(stage, 0.4);
                usage::wander(stage, screens);
                content::workshop(stage);
            });
        }
        self.session(tablet, random, between(8, 35, 3_300), Role::Teacher, |stage| {
            if self.people_class().teachers.len() > 1 && stage.random.chance(0.5) {
                let slot =
                    1 + self.people_class().teachers.iter().position(|one| *one == self.teacher).map_or(0, index);
                usage::choose_slot(stage, slot);
            }
            self.captures(stage, memory, mornings, &authorised);
        });
        if pupils_take > 0 || random.chance(0.25) {
            self.session(tablet, random, between(9, 50, 3_600), Role::Pupil, |stage| {
                content::workshop(stage);
                for _ in 0..pupils_take {
                    usage::wander(stage, 1);
                    memory.unlinked.extend(content::capture(stage, &authorised));
                    if stage.random.chance(0.1)
                        && let Some(trace) = memory.unlinked.last()
                    {
                        content::comment(stage, trace);
                    }
                }
            });
        }
        if afternoon_too {
            self.session(tablet, random, between(13, 35, 4_000), Role::Teacher, |stage| {
                self.captures(stage, memory, captures - mornings, &authorised);
            });
            if random.chance(0.4) {
                self.session(tablet, random, between(15, 0, 3_000), Role::Pupil, content::workshop);
            }
        }
        // What nobody attached for weeks is forgotten, as in life.
        let excess = memory.unlinked.len().saturating_sub(120);
        memory.unlinked.drain(..excess);
    }

    fn captures(&self, stage: &mut Stage<'_>, memory: &mut ClassMemory, captures: usize, authorised: &[u16]) {
        let screens = self.screens(stage, 0.8);
        usage::step(stage, "capture", "start", "continued");
        for nth in 0..captures {
            let gap = stage.random.amount(240.0, 0.9, 10, 2_400);
            stage.wait(gap);
            usage::wander(stage, screens / (captures + 1));
            usage::feature_with(stage, "photo_capture", "ok");
            memory.unlinked.extend(content::capture(stage, authorised));
            if nth == 0 && stage.random.chance(0.15) {
                content::activity(stage);
            }
        }
        let outcome = if captures > 0 { "completed" } else { "abandoned" };
        usage::step(stage, "capture", "finish", outcome);
        let features = stage.random.count(self.habits.screens * 0.3 * self.scene.volume);
        usage::features(stage, features, self.habits.repertoire);
        usage::wander(stage, screens / (captures + 1));
    }

    fn screens(&self, stage: &mut Stage<'_>, part: f64) -> usize {
        stage.random.count(self.habits.screens * part * self.scene.volume)
    }

    /// After class, on Wednesdays and at week-ends: order, words, notebooks.
    fn desk_work(
        &self,
        stage: &mut Stage<'_>,
        memory: &mut ClassMemory,
        left: &mut Consequences,
        reviews: usize,
        shares: bool,
    ) {
        let screens = self.screens(stage, 1.0);
        usage::wander(stage, screens / 2);
        self.attach(stage, memory);
        if stage.random.chance(0.45) {
            content::progress(stage);
        }
        if self.day.since < 4 && stage.random.chance(0.35) {
            content::prepare_period(stage);
        }
        let authorised = self.authorised();
        for _ in 0..reviews {
            let pupils = documents::chosen(stage.random, &authorised, 0.33);
            content::review(stage, &pupils);
        }
        let weekly = matches!(self.habits.profile, Profile::Regular | Profile::Power)
            && self.scene.date.weekday() == Weekday::Friday
            && stage.random.chance(if self.habits.profile == Profile::Power { 0.45 } else { 0.25 });
        if shares || weekly {
            let part = if shares { 0.95 } else { 0.4 };
            let doc = match (shares, self.day.year_left < 20) {
                (true, true) => "epub",
                (true, false) => "ecarnet",
                _ => "ejournal",
            };
            let pupils = documents::chosen(stage.random, &authorised, part);
            let waiting = documents::share_class(stage, &pupils, doc);
            let second = stage.second;
            left.deposits.extend(waiting.into_iter().map(|pupil| Deposit { class: self.class, pupil, second }));
        } else if stage.random.chance(0.12) && !authorised.is_empty() {
            let pupil = *stage.random.pick(&authorised);
            let doc = *stage.random.weighted(&[("ecarnet", 0.6), ("ejournal", 0.4)]);
            documents::generate(stage, doc, Some(pupil));
        }
        if self.day.year_left < 6 && stage.random.chance(0.5) {
            for _ in 0..stage.random.whole(3, 12) {
                content::delete(stage, "orphans");
            }
        }
        if self.scene.messages && stage.random.chance(0.35) {
            messages::teacher(stage);
        }
        if stage.random.chance(0.2) {
            usage::step(stage, "backup", "start", "continued");
            technical::backup(stage);
            usage::step(stage, "backup", "finish", "completed");
        }
        assistance::around_work(stage);
        if stage.random.chance(0.008) {
            assistance::ticket(stage, None, "new");
            left.ticket = true;
        }
        let features = stage.random.count(self.habits.screens * 0.4 * self.scene.volume);
        usage::features(stage, features, self.habits.repertoire);
        usage::wander(stage, screens / 2);
    }

    /// Goes through the traces that wait for an objective.
    fn attach(&self, stage: &mut Stage<'_>, memory: &mut ClassMemory) {
        let waiting = std::mem::take(&mut memory.unlinked);
        for trace in waiting {
            let gap = stage.random.amount(18.0, 0.7, 2, 300);
            stage.wait(gap);
            if stage.random.chance(0.04) {
                content::delete(stage, "one");
                continue;
            }
            if stage.random.chance(0.08) {
                content::edit(stage, &trace);
            }
            if stage.random.chance(self.habits.comment) {
                content::comment(stage, &trace);
            }
            if stage.random.chance(self.habits.objective) {
                content::link(stage, &trace);
            } else if stage.random.chance(0.5) && is_recent(&trace, self.scene.date) {
                memory.unlinked.push(trace);
            }
        }
    }

    /// A session of this class on a tablet, from launch to end.
    fn session(
        &self,
        tablet: &mut Tablet<'_>,
        random: &mut Random,
        (from, span): (i32, i64),
        role: Role,
        work: impl FnOnce(&mut Stage<'_>),
    ) {
        let second = from + i32::try_from(random.whole(0, span)).unwrap_or(0);
        let holder = Holder {
            role,
            actor: Some(&self.who().id),
            family: None,
            person: u32::try_from(self.teacher).unwrap_or(u32::MAX - 1),
            class: Some(self.class),
        };
        let before = tablet.events.len();
        let stage = &mut Stage::new(self.scene, tablet.device, holder, random, second, tablet.events);
        stage.crashed = technical::will_crash(stage);
        if role == Role::Pupil {
            usage::switch_mode(stage, Role::Pupil);
        }
        let cold = stage.random.chance(0.4);
        usage::open(stage, cold, if role == Role::Pupil { "pupil_home" } else { "home" });
        if *tablet.last < stage.version {
            let (old, new) = (*tablet.last, stage.version);
            usage::updated(stage, old.to_string(), new.to_string(), new.since(old) - 1);
            *tablet.last = new;
        }
        if role == Role::Pupil {
            let screens = self.screens(stage, 0.5);
            usage::wander(stage, screens);
        }
        work(stage);
        technical::samples(stage);
        if stage.random.chance(0.6) {
            let media = stage.made("media_added", before);
            technical::sync(stage, media, tablet.device.is_offline(self.scene.date));
        }
        if role == Role::Pupil {
            usage::switch_mode(stage, Role::Teacher);
            stage.hand_to(Role::Pupil);
        }
        usage::close(stage);
    }
}

/// A teacher who said no: her tablet says so once, for nobody in particular, and is silent.
pub fn decline(scene: &Scene<'_>, class: usize, tablet: &mut Tablet<'_>, random: &mut Random) {
    let holder = Holder { role: Role::Teacher, actor: None, family: None, person: 0, class: Some(class) };
    let second = i32::try_from(random.whole(8 * 3600, 17 * 3600)).unwrap_or(0);
    usage::decline(&mut Stage::new(scene, tablet.device, holder, random, second, tablet.events));
}

/// A span of the day: from this time, for so many seconds.
fn between(hour: i32, minute: i32, span: i64) -> (i32, i64) {
    (hour * 3600 + minute * 60, span)
}

fn is_recent(trace: &Trace, date: Date) -> bool {
    crate::device::days_between(trace.date, date) < 45
}

#[expect(clippy::cast_precision_loss, reason = "a handful of traces")]
fn captures_share(captures: usize) -> f64 {
    captures as f64 * 0.35
}

fn index(number: usize) -> i64 {
    i64::try_from(number).unwrap_or(i64::MAX)
}
