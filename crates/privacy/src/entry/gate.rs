//! [`Gate`]: the only way in. It turns a raw batch into clean events and an answer.

use std::borrow::Cow;
use std::collections::{HashMap, HashSet};
use std::sync::Arc;

use calendar::{Academy, IsoWeek, SchoolYear};
use catalogue::{Catalogue, EventType, Property, PropertyKind, Role};
use jiff::civil::Date;
use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp};

use super::clean::{CleanBatch, CleanEvent, Value};
use super::identify::{Identifier, IdentifierForm, identifier, person_of};
use super::refusal::{Answer, BatchRefused, Reason, Refusal};
use super::wire::{Loose, RawBatch, RawEvent};
use crate::keys::Keys;
use crate::pseudonym::{Domain, Pseudonym, Uai};
use crate::questions::Questions;
use crate::raw::Raw;

/// Clocks of tablets differ from ours; an event this far ahead is still taken.
const CLOCK_TOLERANCE: SignedDuration = SignedDuration::from_mins(10);

/// The most pupils one event may name.
const MOST_PUPILS: usize = 60;

/// The highest number a batch may carry: centuries of batches, and too short for a telephone number.
const MOST_BATCHES: u64 = 10_000_000;

/// What the gate must know about an establishment, from its roster.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Place {
    /// Its academy, which gives its time zone.
    pub academy: Academy,
    /// How it identifies people and classes.
    pub identifiers: IdentifierForm,
}

/// What surrounds one batch.
pub struct Context<'a> {
    /// The moment it arrived.
    pub now: Timestamp,
    /// The establishment the sender may speak for; `None` is all.
    pub scope: Option<&'a Uai>,
    /// The keys.
    pub keys: &'a Keys,
    /// The digests of those who objected (see [`Keys::opt_out_digest`]).
    pub opt_outs: &'a HashSet<[u8; 32]>,
    /// Looks up an establishment.
    pub place: &'a dyn Fn(&Uai) -> Option<Place>,
}

/// The entry gate for one catalogue.
pub struct Gate {
    catalogue: Arc<Catalogue>,
    time_zones: HashMap<Academy, TimeZone>,
}

/// The envelope, once it is known to be right.
struct Envelope<'a> {
    batch_id: uuid::Uuid,
    batch_no: u64,
    lost_n: u64,
    uai: Uai,
    install: &'a str,
    app_version: &'a str,
    platform: u16,
}

impl Gate {
    /// A gate that lets through what `catalogue` names.
    pub fn new(catalogue: Arc<Catalogue>) -> Self {
        let time_zones = Academy::all().map(|academy| (academy, academy.time_zone())).collect();
        Self { catalogue, time_zones }
    }

    /// The catalogue it checks against.
    pub const fn catalogue(&self) -> &Arc<Catalogue> {
        &self.catalogue
    }

    /// Checks a batch, pseudonymises and blurs what is right, and says what is wrong with the rest.
    ///
    /// Fails only when the envelope is wrong, or when another process has the keys and does not answer. For any batch,
    /// every person in the result is a pseudonym of the establishment, and every time in it is a day and an hour.
    pub fn admit(&self, raw: &Raw<RawBatch<'_>>, context: &Context<'_>) -> Result<(CleanBatch, Answer), BatchRefused> {
        let batch = raw.open();
        let envelope = self.envelope(batch)?;
        if context.scope.is_some_and(|scope| *scope != envelope.uai) {
            return Err(BatchRefused::OutOfScope);
        }
        let place = (context.place)(&envelope.uai).ok_or(BatchRefused::UnknownEstablishment)?;
        if place.identifiers.check(Some(envelope.install)).is_none() {
            return Err(BatchRefused::Envelope { property: "install", expected: place.identifiers.expected() });
        }
        match context.keys {
            Keys::Here(ring) => self.pass(batch, &envelope, place, context, Identifier::new(ring, &envelope.uai)).0,
            Keys::Elsewhere(peer) => {
                let (_, asked) = self.pass(batch, &envelope, place, context, Identifier::asking(&envelope.uai));
                // What is asked is there whatever was wrong with the events: they are refused on the second pass.
                let questions = asked.into_questions().unwrap_or_else(|| Questions::new(None));
                let answers = peer.answer(&questions)?;
                self.pass(batch, &envelope, place, context, Identifier::told(&questions, &answers)).0
            }
        }
    }

    /// One passage of a batch whose envelope is right. Gives back what identified it.
    fn pass<'a>(
        &'a self,
        batch: &'a RawBatch<'_>,
        envelope: &'a Envelope<'a>,
        place: Place,
        context: &'a Context<'a>,
        identify: Identifier<'a>,
    ) -> (Result<(CleanBatch, Answer), BatchRefused>, Identifier<'a>) {
        const UTC: &TimeZone = &TimeZone::UTC;
        let zone = self.time_zones.get(&place.academy).unwrap_or(UTC);
        let today = zone.to_datetime(context.now).date();
        let mut desk = Desk {
            catalogue: &self.catalogue,
            context,
            envelope,
            place,
            zone,
            today,
            identify,
            seen: HashSet::with_capacity_and_hasher(batch.events.len(), foldhash::fast::RandomState::default()),
        };
        let install = desk.identify.pseudonym(SchoolYear::of(today), Domain::Install, envelope.install);
        let Some(install) = install else {
            let refused = BatchRefused::Envelope { property: "sent_at", expected: "a school year that has begun" };
            return (Err(refused), desk.identify);
        };
        let mut events = Vec::with_capacity(batch.events.len());
        let mut answer =
            Answer { batch_id: envelope.batch_id.to_string(), accepted: 0, duplicates: 0, refused: Vec::new() };
        let mut objected = false;
        for (index, raw) in batch.events.iter().enumerate() {
            match desk.examine(raw) {
                Ok(Verdict::Taken(event)) => {
                    answer.accepted += 1;
                    events.push(event);
                }
                Ok(Verdict::Objected) => {
                    answer.accepted += 1;
                    objected = true;
                }
                Ok(Verdict::Duplicate) => answer.duplicates += 1,
                Err(fault) => answer.refused.push(Refusal {
                    index,
                    id: raw.id.text().and_then(timeless).map(|id| id.to_string()),
                    property: fault.property,
                    reason: fault.reason,
                    expected: fault.expected,
                }),
            }
        }
        let clean = CleanBatch {
            batch_id: *envelope.batch_id.as_bytes(),
            batch_no: envelope.batch_no,
            lost_n: envelope.lost_n,
            academy: place.academy,
            install,
            app_version: envelope.app_version.to_owned(),
            platform: envelope.platform,
            received_on: today,
            silent: objected && events.is_empty(),
            events,
            uai: envelope.uai.clone(),
        };
        (Ok((clean, answer)), desk.identify)
    }

    fn envelope<'a>(&self, batch: &'a RawBatch<'_>) -> Result<Envelope<'a>, BatchRefused> {
        const fn wrong(property: &'static str, expected: &'static str) -> BatchRefused {
            BatchRefused::Envelope { property, expected }
        }
        if batch.has_unknown_field {
            return Err(BatchRefused::UnknownField);
        }
        if batch.schema.count() != Some(1) {
            return Err(wrong("schema", "the number 1"));
        }
        if batch.events_missing {
            return Err(wrong("events", "a list of at most 5000 events"));
        }
        let batch_id = batch.batch_id.text().and_then(timeless);
        let platforms = self.catalogue.word_list("platform");
        let number = |value: &Loose<'_>, most: u64| value.count().filter(|number| *number <= most);
        if batch.sent_at.text().is_none_or(|text| text.parse::<Timestamp>().is_err()) {
            return Err(wrong("sent_at", "a date and time with its offset, as in 2025-11-24T17:02:00+01:00"));
        }
        if !batch.os_major.is_missing() && number(&batch.os_major, 999).is_none() {
            return Err(wrong("os_major", "a whole number from 0 to 999"));
        }
        Ok(Envelope {
            batch_id: batch_id.ok_or(wrong("batch_id", "a random UUID (version 4)"))?,
            batch_no: number(&batch.batch_no, MOST_BATCHES)
                .ok_or(wrong("batch_no", "the running number of the install's batches, at most 10000000"))?,
            lost_n: number(&batch.lost_n, 10_000_000)
                .ok_or(wrong("lost_n", "the number of events lost since the last batch, 0 if none"))?,
            uai: batch
                .establishment
                .text()
                .and_then(|text| text.parse().ok())
                .ok_or(wrong("establishment", "a UAI: seven digits and one capital letter, as in 0750001A"))?,
            install: identifier(batch.install.text()).ok_or(wrong("install", "an identifier of 1 to 128 bytes"))?,
            app_version: batch
                .app_version
                .text()
                .filter(|text| Value::pack_version(text).is_some())
                .ok_or(wrong("app_version", "a version, as in 2.3.4 or 2025.1"))?,
            platform: batch
                .platform
                .text()
                .and_then(|text| platforms?.position(text))
                .ok_or(wrong("platform", "a platform of the catalogue, as in android"))?,
        })
    }
}

/// What became of an event that was right.
enum Verdict {
    Taken(CleanEvent),
    /// Its person has objected: answered as accepted, goes nowhere.
    Objected,
    Duplicate,
}

/// What is wrong with an event.
struct Fault {
    property: Option<Cow<'static, str>>,
    reason: Reason,
    expected: Cow<'static, str>,
}

/// A fault of a field that every event has.
fn field(property: &'static str, reason: Reason, expected: impl Into<Cow<'static, str>>) -> Fault {
    Fault { property: Some(Cow::Borrowed(property)), reason, expected: expected.into() }
}

fn missing_or_invalid(value: &Loose<'_>) -> Reason {
    if value.is_missing() { Reason::Missing } else { Reason::Invalid }
}

/// Examines the events of one batch.
struct Desk<'a> {
    catalogue: &'a Catalogue,
    context: &'a Context<'a>,
    envelope: &'a Envelope<'a>,
    place: Place,
    zone: &'a TimeZone,
    today: Date,
    identify: Identifier<'a>,
    seen: HashSet<uuid::Uuid, foldhash::fast::RandomState>,
}

impl<'a> Desk<'a> {
    fn examine(&mut self, raw: &'a RawEvent<'_>) -> Result<Verdict, Fault> {
        if raw.unreadable {
            return Err(Fault { property: None, reason: Reason::Unreadable, expected: "a JSON object".into() });
        }
        if raw.has_unknown_field {
            let expected = "no other fields than id, name, at, session, seq, role, actor, class, pupils, family, props";
            return Err(Fault { property: None, reason: Reason::Unknown, expected: expected.into() });
        }
        let id = raw.id.text().and_then(timeless);
        let id = id.ok_or_else(|| field("id", missing_or_invalid(&raw.id), "a random UUID (version 4)"))?;
        let name = raw.name.text().ok_or_else(|| {
            field(
                "name",
                missing_or_invalid(&raw.name),
                "the name of an event type of the catalogue, as in media_added",
            )
        })?;
        let event = self.catalogue.event(name).ok_or_else(|| {
            field("name", Reason::Unknown, "the name of an event type of the catalogue, as in media_added")
        })?;
        if event.opt_in {
            let expected = "an event type that is on for this establishment; this one is off unless it was turned on";
            return Err(field("name", Reason::NotAllowed, expected));
        }
        let role = role_of(raw, event)?;
        let (day, hour) = self.moment(raw, event)?;
        check_session(raw)?;
        let values = self.values(raw, event, day)?;
        let people = self.people(raw, event, role, day)?;
        if !self.seen.insert(id) {
            return Ok(Verdict::Duplicate);
        }
        let Some((person, class, pupils)) = people else { return Ok(Verdict::Objected) };
        let sampled_day = self.is_sampled(person, day);
        Ok(Verdict::Taken(CleanEvent {
            event: event.index,
            role,
            person,
            class,
            pupils,
            day,
            hour,
            sampled_day,
            values,
        }))
    }

    /// The blurred moment: a local date and hour; minutes and seconds end here.
    fn moment(&self, raw: &RawEvent<'_>, event: &EventType) -> Result<(Date, u8), Fault> {
        let at: Timestamp = raw.at.text().and_then(|text| text.parse().ok()).ok_or_else(|| {
            let expected = "a date and time with its offset, as in 2025-11-24T09:12:31+01:00";
            field("at", missing_or_invalid(&raw.at), expected)
        })?;
        if at > self.context.now.saturating_add(CLOCK_TOLERANCE).unwrap_or(Timestamp::MAX) {
            return Err(field("at", Reason::Future, "a moment that is not in the future"));
        }
        let local = self.zone.to_datetime(at);
        let earliest = event.retention.earliest(self.today);
        if local.date() < earliest {
            return Err(field(
                "at",
                Reason::TooOld,
                format!("a moment since {earliest}, the oldest this event type keeps"),
            ));
        }
        Ok((local.date(), u8::try_from(local.hour()).unwrap_or(0)))
    }

    /// Whether the keyed hash picks `day` for `person`: one day of each month, foreseeable to nobody without the key.
    ///
    /// A month is made of whole weeks, as in the cubes that are made of `hours_week` and `paths_week`: so she counts once
    /// in the cube of a month, see `exit::Bounded::as_written`.
    fn is_sampled(&mut self, person: Pseudonym, day: Date) -> bool {
        let (place, days) = day_of_month(day);
        let month = u32::try_from(IsoWeek::of(day).month().number()).unwrap_or(0);
        self.identify.draw(SchoolYear::of(day), person, month).is_some_and(|draw| draw % days == place)
    }

    /// The person, class and pupils behind an event, as pseudonyms; `None` when the person has objected.
    #[expect(clippy::type_complexity, reason = "three parts, used once")]
    fn people(
        &mut self,
        raw: &'a RawEvent<'_>,
        event: &EventType,
        role: Role,
        day: Date,
    ) -> Result<Option<(Pseudonym, Option<Pseudonym>, Vec<Pseudonym>)>, Fault> {
        let form = self.place.identifiers;
        let (domain, named_by) = person_of(role);
        let named = match named_by {
            "actor" => &raw.actor,
            "family" => &raw.family,
            _ => &Loose::Absent,
        };
        let person = if domain == Domain::PupilDevice { Some(self.envelope.install) } else { form.check(named.text()) };
        let person = person.ok_or_else(|| field(named_by, missing_or_invalid(named), form.expected()))?;
        for (name, value) in [("actor", &raw.actor), ("family", &raw.family), ("class", &raw.class)] {
            if !value.is_missing() && form.check(value.text()).is_none() {
                return Err(field(name, Reason::Invalid, form.expected()));
            }
        }
        // Under the role of a parent, the family is who acts, whatever the event type.
        if !raw.family.is_missing() && !event.family && role != Role::Parent {
            return Err(field("family", Reason::NotAllowed, "no family: this event type names none"));
        }
        let pupils = self.raw_pupils(raw, event)?;
        let year = SchoolYear::of(day);
        let no_root = || field("at", Reason::TooOld, "a moment in a school year whose keys still exist");
        if self.has_objected(domain, person) {
            return Ok(None);
        }
        // A family that objected is left alone whoever mentions it: a teacher's event then stays, without the family.
        let pseudonym = self.identify.pseudonym(year, domain, person).ok_or_else(no_root)?;
        let class = match form.check(raw.class.text()) {
            Some(class) => Some(self.identify.pseudonym(year, Domain::Class, class).ok_or_else(no_root)?),
            None => None,
        };
        let mut clean = Vec::with_capacity(pupils.len());
        for pupil in pupils {
            if !self.has_objected(Domain::Pupil, pupil) {
                let pupil = self.identify.pseudonym(year, Domain::Pupil, pupil).ok_or_else(no_root)?;
                if !clean.contains(&pupil) {
                    clean.push(pupil);
                }
            }
        }
        Ok(Some((pseudonym, class, clean)))
    }

    fn raw_pupils(&self, raw: &'a RawEvent<'_>, event: &EventType) -> Result<Vec<&'a str>, Fault> {
        let form = self.place.identifiers;
        let expected = || match form {
            IdentifierForm::Raw => Cow::from("a list of at most 60 identifiers of 1 to 128 bytes"),
            IdentifierForm::Edge => format!("a list of at most 60 identifiers, each {}", form.expected()).into(),
        };
        let pupils = match &raw.pupils {
            Loose::Absent | Loose::Null => return Ok(Vec::new()),
            Loose::List(pupils) if pupils.len() <= MOST_PUPILS => pupils,
            _ => return Err(field("pupils", Reason::Invalid, expected())),
        };
        if !event.pupils && !pupils.is_empty() {
            return Err(field("pupils", Reason::NotAllowed, "no pupils: this event type names none"));
        }
        let identifiers = pupils.iter().map(|pupil| form.check(pupil.text()));
        identifiers.collect::<Option<_>>().ok_or_else(|| field("pupils", Reason::Invalid, expected()))
    }

    fn has_objected(&mut self, domain: Domain, identifier: &'a str) -> bool {
        // The common case costs nothing: most establishments have nobody on the list.
        !self.context.opt_outs.is_empty()
            && self
                .identify
                .opt_out_digest(domain, identifier)
                .is_some_and(|digest| self.context.opt_outs.contains(&digest))
    }

    fn values(&mut self, raw: &'a RawEvent<'_>, event: &EventType, day: Date) -> Result<Vec<(u16, Value)>, Fault> {
        if raw.props_unreadable {
            return Err(field("props", Reason::Invalid, "an object of the event type's properties"));
        }
        let mut values = Vec::with_capacity(raw.props.len());
        for (name, value) in &raw.props {
            let property = event.property(name).ok_or_else(|| {
                let known: Vec<&str> = event.properties.iter().map(|known| known.name.as_str()).collect();
                let expected = format!("only the properties of this event type: {}", known.join(", "));
                Fault { property: None, reason: Reason::Unknown, expected: expected.into() }
            })?;
            if value.is_missing() {
                continue;
            }
            if values.iter().any(|(known, _)| *known == property.index) {
                return Err(of(property, Reason::Invalid));
            }
            let value = self.value(property, value, day).ok_or_else(|| of(property, Reason::Invalid))?;
            values.push((property.index, value));
        }
        let given = |property: &&Property| values.iter().any(|(known, _)| *known == property.index);
        match event.properties.iter().find(|property| property.required && !given(property)) {
            Some(property) => Err(of(property, Reason::Missing)),
            None => Ok(values),
        }
    }

    fn value(&mut self, property: &Property, raw: &'a Loose<'_>, day: Date) -> Option<Value> {
        match property.kind {
            PropertyKind::Whole { min, max, .. } => {
                raw.count().filter(|number| (min..=max).contains(number)).map(Value::Whole)
            }
            PropertyKind::Flag => match raw {
                Loose::Flag(flag) => Some(Value::Flag(*flag)),
                _ => None,
            },
            PropertyKind::Word(list) => self.catalogue.word_list_by_index(list)?.position(raw.text()?).map(Value::Word),
            PropertyKind::Version => raw.text().and_then(Value::pack_version).map(Value::Version),
            PropertyKind::Identifier => {
                let raw = identifier(raw.text())?;
                self.identify.pseudonym(SchoolYear::of(day), Domain::Content, raw).map(Value::Hashed)
            }
        }
    }
}

/// A fault of a property of the event type.
fn of(property: &Property, reason: Reason) -> Fault {
    Fault { property: Some(property.name.clone().into()), reason, expected: property.expected().to_owned().into() }
}

fn role_of(raw: &RawEvent<'_>, event: &EventType) -> Result<Role, Fault> {
    let role = raw.role.text().and_then(Role::from_slug);
    let roles = || {
        let slugs: Vec<&str> = event.roles.iter().map(|role| role.slug()).collect();
        format!("one of the roles of this event type: {}", slugs.join(", "))
    };
    match role {
        Some(role) if event.accepts(role) => Ok(role),
        Some(_) => Err(field("role", Reason::NotAllowed, roles())),
        None => Err(field("role", missing_or_invalid(&raw.role), roles())),
    }
}

/// The session orders events on the device; it is checked and then forgotten, since nothing here needs it.
fn check_session(raw: &RawEvent<'_>) -> Result<(), Fault> {
    if identifier(raw.session.text()).is_none() {
        return Err(field("session", missing_or_invalid(&raw.session), "an identifier of 1 to 128 bytes"));
    }
    if raw.seq.count().is_none() {
        return Err(field("seq", missing_or_invalid(&raw.seq), "the event's running number in its session"));
    }
    Ok(())
}

/// A UUID that says nothing of when or where it was made: versions 1, 2, 6 and 7 hold a time, 1 and 2 a network address
/// too (RFC 9562 §5).
fn timeless(text: &str) -> Option<uuid::Uuid> {
    let tells = |id: &uuid::Uuid| matches!(id.get_version_num(), 1 | 2 | 6 | 7);
    uuid::Uuid::try_parse(text).ok().filter(|id| !tells(id))
}

/// Which day of its month of whole weeks a day is, from 0, and how many days that month has.
fn day_of_month(day: Date) -> (u64, u64) {
    let week = IsoWeek::of(day);
    let month = week.month();
    let weeks = |from: IsoWeek, step: fn(IsoWeek) -> IsoWeek| {
        std::iter::successors(Some(step(from)), |week| Some(step(*week)))
            .take_while(|week| week.month() == month)
            .count()
    };
    let (before, after) = (weeks(week, IsoWeek::prev) as u64, weeks(week, IsoWeek::next) as u64);
    let weekday = u64::from(day.weekday().to_monday_zero_offset().unsigned_abs());
    (before * 7 + weekday, (before + 1 + after) * 7)
}
