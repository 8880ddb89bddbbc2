//! What waits on a device, and how it leaves in batches.
//!
//! A device numbers its batches without gaps, says how many events it had to drop, and keeps what it cannot send:
//! without a network for days, or switched off over the holidays. A few batches are sent twice, as a device does that
//! missed the answer; the second has the same bytes and so the same `batch_id`.

use std::fmt::Write;

use jiff::{Timestamp, civil::Date};
use uuid::Uuid;

use crate::device::{Device, days_between};
use crate::event::{Mark, Pending};
use crate::random::Random;

/// A batch as it leaves a device, and when.
#[derive(Clone, Debug)]
pub struct TimedBatch {
    /// The instant at which the device sends it, which is also the `sent_at` inside.
    pub sent: Timestamp,
    /// The JSON body of the request.
    pub body: Vec<u8>,
    /// How many events it holds.
    pub events: usize,
    /// The identifier under which a server knows that it has seen it.
    pub batch_id: Uuid,
    /// The device sends this batch a second time.
    pub repeat: bool,
}

/// Where and when a device sends.
pub struct Sender<'a> {
    /// The public code of the school.
    pub uai: &'a str,
    /// The local date.
    pub date: Date,
    /// The local date as text.
    pub date_text: &'a str,
    /// The offset from universal time as text.
    pub offset: &'a str,
    /// The offset from universal time in seconds.
    pub offset_s: i32,
}

/// What the queue tells about each batch it cuts.
pub trait Ledger {
    /// These events were sent on this day under this version.
    fn sent(&mut self, marks: &[Mark], sent_on: Date, version: &str);
    /// This many events were dropped and will never be sent; the next batch says so.
    fn lost(&mut self, events: usize);
}

/// The most events a batch holds.
const MOST: usize = 500;
/// The last second of a day at which a device sends: all that is sent on a day is sent before its end.
const LAST_SECOND: i32 = 86_340;

/// The events that wait on one device.
#[derive(Debug, Default)]
pub struct Queue {
    pending: Vec<Pending>,
    sent: u64,
    /// Dropped events that no batch has told of yet.
    lost: usize,
}

impl Queue {
    /// Adds what happened today.
    pub fn add(&mut self, mut events: Vec<Pending>) {
        events.sort_by_key(|event| event.mark.second);
        self.pending.append(&mut events);
    }

    /// Whether nothing waits.
    pub fn is_empty(&self) -> bool {
        self.pending.is_empty()
    }

    /// Sends what waits. `all` leaves nothing behind; otherwise a last, short batch may wait for another day.
    pub fn send(
        &mut self,
        device: &Device,
        sender: &Sender<'_>,
        all: bool,
        random: &mut Random,
        ledger: &mut impl Ledger,
        out: &mut Vec<TimedBatch>,
    ) {
        let dropped = self.drop_expired(sender.date);
        ledger.lost(dropped);
        self.lost += dropped;
        // A tablet that was elsewhere sends when it is switched on in the morning.
        let mut second = i32::try_from(random.whole(8 * 3600, 9 * 3600)).unwrap_or(28_800);
        while !self.pending.is_empty() {
            let size = usize::try_from(random.amount(70.0, 0.7, 20, 500)).unwrap_or(MOST).min(MOST);
            let last = size >= self.pending.len();
            if last && !all && random.chance(0.10) {
                break;
            }
            let rest = self.pending.split_off(size.min(self.pending.len()));
            let mut events = std::mem::replace(&mut self.pending, rest);
            if events.len() > 12 && random.chance(0.004) {
                let few = random.index(8) + 1;
                let from = random.index(events.len() - few);
                events.drain(from..from + few);
                ledger.lost(few);
                self.lost += few;
            }
            let newest = events.last().filter(|event| event.mark.date == sender.date);
            let ready = newest.map_or(second, |event| event.mark.second.max(second));
            second = (ready + i32::try_from(random.amount(90.0, 1.0, 2, 1800)).unwrap_or(60)).min(LAST_SECOND);
            let batch = self.batch(device, sender, second, &events, random);
            let marks: Vec<Mark> = events.into_iter().map(|event| event.mark).collect();
            ledger.sent(&marks, sender.date, &device.version(sender.date).to_string());
            let again = random.chance(0.015).then(|| {
                let later = batch.sent + jiff::SignedDuration::from_secs(random.whole(5, 40));
                TimedBatch { sent: later, repeat: true, ..batch.clone() }
            });
            out.push(batch);
            out.extend(again);
        }
    }

    /// A device drops by itself what the server would refuse as too old: crashes and tickets are kept briefly.
    fn drop_expired(&mut self, today: Date) -> usize {
        let before = self.pending.len();
        self.pending.retain(|event| {
            let age = days_between(event.mark.date, today);
            match event.mark.name {
                "ticket_status_changed" | "ticket_rated" => age <= 25,
                "crash_reported" | "error_occurred" => age <= 80,
                _ => age <= 300,
            }
        });
        before - self.pending.len()
    }

    fn batch(
        &mut self,
        device: &Device,
        sender: &Sender<'_>,
        second: i32,
        events: &[Pending],
        random: &mut Random,
    ) -> TimedBatch {
        self.sent += 1;
        let lost = std::mem::take(&mut self.lost);
        let batch_id = random.uuid();
        let mut body = String::with_capacity(400 + events.iter().map(|event| event.json.len() + 1).sum::<usize>());
        let (hour, minute, rest) = (second / 3600, second / 60 % 60, second % 60);
        let _ = write!(
            body,
            r#"{{"schema":1,"batch_id":"{batch_id}","batch_no":{},"lost_n":{lost},"establishment":"{}","install":"{}","app_version":"{}","platform":"{}","os_major":{},"sent_at":"{}T{hour:02}:{minute:02}:{rest:02}{}","events":["#,
            self.sent,
            sender.uai,
            device.install,
            device.version(sender.date),
            device.platform,
            device.os_major,
            sender.date_text,
            sender.offset,
        );
        for (place, event) in events.iter().enumerate() {
            if place > 0 {
                body.push(',');
            }
            body.push_str(&event.json);
        }
        body.push_str("]}");
        TimedBatch {
            sent: instant(sender.date, second, sender.offset_s),
            body: body.into_bytes(),
            events: events.len(),
            batch_id,
            repeat: false,
        }
    }
}

/// The instant of a local second of a date.
pub fn instant(date: Date, second: i32, offset_s: i32) -> Timestamp {
    let days = i64::from(days_between(Date::constant(1970, 1, 1), date));
    Timestamp::from_second(days * 86_400 + i64::from(second - offset_s)).unwrap_or(Timestamp::MAX)
}
