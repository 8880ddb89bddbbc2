//! A session in progress on a device: it carries the clock, the numbering and the references of its events.
//!
//! The event families write through it, so that times never go back, a session's events are numbered in order, and
//! an event names only whom the catalogue allows it to name.

use jiff::civil::Date;

use crate::device::{Device, Version};
use crate::event::{Draft, Frame, Mark, NOBODY, Pending, Role, write_json};
use crate::people::People;
use crate::random::Random;
use crate::season::Weather;

/// The last second of a day at which something may still happen.
const LAST_SECOND: i32 = 23 * 3600 + 40 * 60;

/// What all sessions of one school on one day have in common.
pub struct Scene<'a> {
    /// Who is there.
    pub people: &'a People,
    /// The local date.
    pub date: Date,
    /// The local date as text.
    pub date_text: String,
    /// The offset from universal time as text.
    pub offset: String,
    /// What the planted anomalies do here today.
    pub weather: Weather,
    /// The factor by which everything but the number of people is multiplied.
    pub volume: f64,
    /// Whether the school uses the messages of the application.
    pub messages: bool,
    /// Whether the school turned the five-level status on.
    pub statuses: bool,
}

/// Who holds the device.
#[derive(Clone, Copy)]
pub struct Holder<'a> {
    /// In what role.
    pub role: Role,
    /// The raw identifier of an adult of the school.
    pub actor: Option<&'a str>,
    /// The raw identifier of a family.
    pub family: Option<&'a str>,
    /// The place of the teacher or of the family among the school's people.
    pub person: u32,
    /// The class.
    pub class: Option<usize>,
}

impl Holder<'_> {
    /// Whether it is an adult of the school.
    fn is_staff(&self) -> bool {
        matches!(self.role, Role::Teacher | Role::SchoolHead | Role::Support)
    }
}

/// A session in progress.
pub struct Stage<'a> {
    /// What surrounds it.
    pub scene: &'a Scene<'a>,
    /// The device in hand.
    pub device: &'a Device,
    /// The version installed on it.
    pub version: Version,
    /// Who holds it.
    pub holder: Holder<'a>,
    /// Its source of chance.
    pub random: &'a mut Random,
    /// The second of the local day.
    pub second: i32,
    /// The screen in view.
    pub screen: &'static str,
    /// How many screens were seen.
    pub screens: usize,
    /// Whether it ended in a crash.
    pub crashed: bool,
    opened: i32,
    session: String,
    seq: u32,
    out: &'a mut Vec<Pending>,
}

impl<'a> Stage<'a> {
    /// A session that begins at a second of the day, which tells it from the device's others of that day.
    pub fn new(
        scene: &'a Scene<'a>,
        device: &'a Device,
        holder: Holder<'a>,
        random: &'a mut Random,
        second: i32,
        out: &'a mut Vec<Pending>,
    ) -> Self {
        let start = second.clamp(0, LAST_SECOND);
        let (year, month, day) = (scene.date.year() % 100, scene.date.month(), scene.date.day());
        Self {
            scene,
            device,
            version: device.version(scene.date),
            holder,
            random,
            second: start,
            screen: "",
            screens: 0,
            crashed: false,
            opened: start,
            session: format!("s-{year:02}{month:02}{day:02}-{start}"),
            seq: 0,
            out,
        }
    }

    /// Lets time pass.
    pub fn wait(&mut self, seconds: i64) {
        let seconds = i32::try_from(seconds.clamp(0, 36_000)).unwrap_or(0);
        self.second = (self.second + seconds).min(LAST_SECOND + 900);
    }

    /// How many events of a name this device wrote today after its first so many.
    pub fn made(&self, name: &str, after: usize) -> usize {
        self.out[after..].iter().filter(|event| event.mark.name == name).count()
    }

    /// How long the session has lasted.
    pub fn lasted(&self) -> i64 {
        i64::from(self.second - self.opened)
    }

    /// Hands the device over; the session goes on.
    pub fn hand_to(&mut self, role: Role) {
        self.holder.role = role;
    }

    /// A duration in milliseconds on this device today, from its median on the median device.
    pub fn latency(&mut self, median: f64, sigma: f64) -> i64 {
        self.random.amount(median * self.device.slowness * self.scene.weather.latency, sigma, 5, 590_000)
    }

    /// Writes an event.
    pub fn emit(&mut self, draft: &Draft) {
        self.emit_as(draft, true);
    }

    /// Writes an event that must not say who acted: the tablet itself speaks, as it does in pupil mode.
    pub fn emit_unlinked(&mut self, draft: &Draft) {
        self.emit_as(draft, false);
    }

    fn emit_as(&mut self, draft: &Draft, linked: bool) {
        self.seq += 1;
        let holder = if linked { self.holder } else { Holder { role: Role::Pupil, ..self.holder } };
        let class = holder.class.filter(|_| linked).map(|class| &self.scene.people.classes[class]);
        let names: Vec<&str> = match class {
            Some(class) => draft.pupils.iter().map(|place| class.pupils[usize::from(*place)].id.as_str()).collect(),
            None => Vec::new(),
        };
        let frame = Frame {
            id: self.random.uuid(),
            date: &self.scene.date_text,
            offset: &self.scene.offset,
            second: self.second,
            session: &self.session,
            seq: self.seq,
            role: holder.role,
            actor: holder.actor.filter(|_| linked && holder.is_staff()),
            class: class.map(|class| class.id.as_str()),
            family: holder.family.filter(|_| linked && holder.role == Role::Parent && names_family(draft.name)),
        };
        let counted = match draft.name {
            "media_added" => draft.word("kind"),
            "session_ended" => draft.word("end"),
            _ => draft.word("outcome"),
        };
        let known = linked && holder.role != Role::Pupil && (holder.role != Role::Parent || frame.family.is_some());
        self.out.push(Pending {
            json: write_json(&frame, draft, &names),
            mark: Mark {
                name: draft.name,
                role: holder.role,
                date: self.scene.date,
                second: self.second,
                person: if known { holder.person } else { NOBODY },
                class: class.and(holder.class).and_then(|class| u8::try_from(class).ok()),
                pupils: if class.is_some() { draft.pupils.clone().into_boxed_slice() } else { Box::default() },
                word: counted,
            },
        });
        self.second = (self.second + 1).min(LAST_SECOND + 900);
    }
}

/// Whether the catalogue lets an event name a family: all that a parent's telephone sends but its technical state.
fn names_family(name: &str) -> bool {
    !matches!(
        name,
        "sync_finished"
            | "sync_conflict"
            | "resource_sample"
            | "network_sample"
            | "error_occurred"
            | "crash_reported"
            | "api_sample"
            | "app_updated"
    )
}
