//! Plays a world against a server: rosters, batches, and the clock that makes weeks close.
//!
//! With a driven clock, a day goes: on Mondays and Thursdays the clock moves to six in the morning, so that what falls
//! due closes as it would at night; then it moves to the end of the day; then the day's batches are sent. So no event
//! is ever ahead of the server's clock, and a batch sent on a Wednesday is in before Thursday's closing, as the truth
//! counts it. Without a driven clock the range must lie in the past, and what its server no longer keeps (crashes of more
//! than 90 days ago) is refused as too old, which is counted and no error.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Mutex, PoisonError};

use jiff::{Timestamp, civil::Date, civil::Weekday};

use crate::client::{Client, Error, Refusal};
use crate::queue::{TimedBatch, instant};
use crate::walk::{DayOutput, SchoolWalk};
use crate::world::World;

/// How a world is played.
#[derive(Clone, Copy, Debug)]
pub struct Options {
    /// Move the server's simulated clock along (`POST /demo/clock`).
    pub drive_clock: bool,
    /// How many threads generate and send; one school's batches stay in order.
    pub threads: usize,
}

impl Default for Options {
    fn default() -> Self {
        Self { drive_clock: false, threads: 4 }
    }
}

/// What was sent and how it was answered.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, serde::Serialize)]
pub struct Tally {
    /// Rosters declared.
    pub rosters: u64,
    /// Batches sent, those sent a second time not counted.
    pub batches: u64,
    /// Batches sent a second time on purpose.
    pub repeated: u64,
    /// Events in the batches, each counted once.
    pub events: u64,
    /// Events the server said it took, each counted once.
    pub accepted: u64,
    /// Events refused because they are older than the server keeps them; never with a driven clock.
    pub too_old: u64,
    /// Bytes of bodies, before compression.
    pub bytes: u64,
    /// Moves of the clock.
    pub clock_moves: u64,
}

impl Tally {
    fn add(&mut self, other: &Self) {
        self.rosters += other.rosters;
        self.batches += other.batches;
        self.repeated += other.repeated;
        self.events += other.events;
        self.accepted += other.accepted;
        self.too_old += other.too_old;
        self.bytes += other.bytes;
        self.clock_moves += other.clock_moves;
    }
}

/// Where a run stands.
#[derive(Clone, Copy, Debug)]
pub struct Progress {
    /// The simulated date.
    pub date: Date,
    /// How many days are done.
    pub days_done: usize,
    /// How many there are.
    pub days: usize,
    /// What was sent so far.
    pub tally: Tally,
    /// Requests that had to be sent again so far.
    pub retries: u64,
}

/// What a finished run leaves.
pub struct Played<'w> {
    /// What was sent.
    pub tally: Tally,
    /// The schools at the end of the range, with the truth about each.
    pub walks: Vec<SchoolWalk<'w>>,
}

/// Plays a world from its first day to its last; `progress` is called after every day.
pub fn run<'w>(
    world: &'w World,
    options: Options,
    client: &Client,
    mut progress: impl FnMut(&Progress),
) -> Result<Played<'w>, Error> {
    let mut walks: Vec<SchoolWalk<'w>> = (0..world.schools().len()).map(|school| world.walk(school)).collect();
    let dates = world.dates();
    let mut tally = Tally::default();
    for (place, date) in dates.iter().enumerate() {
        if options.drive_clock {
            if matches!(date.weekday(), Weekday::Monday | Weekday::Thursday) {
                client.move_clock(local(world, *date, 6 * 3600))?;
                tally.clock_moves += 1;
            }
            client.move_clock(local(world, *date, 86_399))?;
            tally.clock_moves += 1;
        }
        if let Some(year) = world.roster_due(*date) {
            for roster in world.rosters(year) {
                client.put_roster(&roster.uai, &roster.body)?;
                tally.rosters += 1;
            }
        }
        tally.add(&play_day(world, &mut walks, *date, options, client)?);
        progress(&Progress { date: *date, days_done: place + 1, days: dates.len(), tally, retries: client.retries() });
    }
    Ok(Played { tally, walks })
}

/// One day of all schools, shared between threads.
fn play_day(
    world: &World,
    walks: &mut [SchoolWalk<'_>],
    date: Date,
    options: Options,
    client: &Client,
) -> Result<Tally, Error> {
    let total = Mutex::new(Tally::default());
    let failure = Mutex::new(None);
    let failed = AtomicUsize::new(0);
    let work = Mutex::new(walks.iter_mut());
    std::thread::scope(|scope| {
        for _ in 0..options.threads.max(1) {
            scope.spawn(|| {
                let mut mine = Tally::default();
                while failed.load(Ordering::Relaxed) == 0 {
                    let Some(walk) = work.lock().unwrap_or_else(PoisonError::into_inner).next() else { break };
                    let day = walk.next_day();
                    debug_assert_eq!(day.as_ref().map(|day| day.date), Some(date), "walks keep step with the range");
                    let uai = &world.schools()[walk.school()].uai;
                    if let Err(error) = day.map_or(Ok(()), |day| send_day(&day, uai, options, client, &mut mine)) {
                        failed.store(1, Ordering::Relaxed);
                        failure.lock().unwrap_or_else(PoisonError::into_inner).get_or_insert(error);
                    }
                }
                total.lock().unwrap_or_else(PoisonError::into_inner).add(&mine);
            });
        }
    });
    match failure.into_inner().unwrap_or_else(PoisonError::into_inner) {
        Some(error) => Err(error),
        None => Ok(total.into_inner().unwrap_or_else(PoisonError::into_inner)),
    }
}

fn send_day(day: &DayOutput, uai: &str, options: Options, client: &Client, tally: &mut Tally) -> Result<(), Error> {
    for batch in &day.batches {
        send_batch(batch, uai, options, client, tally)?;
    }
    Ok(())
}

fn send_batch(
    batch: &TimedBatch,
    uai: &str,
    options: Options,
    client: &Client,
    tally: &mut Tally,
) -> Result<(), Error> {
    let answer = client.post_events(&batch.body)?;
    let expected = |refusal: &&Refusal| !options.drive_clock && refusal.reason == "too_old";
    let too_old = answer.refused.iter().filter(expected).count();
    if let Some(first) = answer.refused.iter().find(|refusal| !expected(refusal)) {
        let refused = answer.refused.len() - too_old;
        return Err(Error::Events { uai: uai.to_owned(), refused, first: describe(first) });
    }
    // A batch known already is answered as it was the first time: the same numbers, stored once.
    if answer.accepted + answer.duplicates + too_old != batch.events {
        return Err(Error::Miscounted {
            uai: uai.to_owned(),
            sent: batch.events,
            accepted: answer.accepted,
            duplicates: answer.duplicates,
        });
    }
    if batch.repeat {
        tally.repeated += 1;
    } else {
        tally.batches += 1;
        tally.events += batch.events as u64;
        tally.accepted += (batch.events - too_old) as u64;
        tally.too_old += too_old as u64;
        tally.bytes += batch.body.len() as u64;
    }
    Ok(())
}

fn describe(refusal: &Refusal) -> String {
    let property = refusal.property.as_deref().unwrap_or("the event");
    let expected = refusal.expected.as_deref().unwrap_or("nothing said");
    format!("event {}: {property}: {} (expected: {expected})", refusal.index, refusal.reason)
}

/// A second of a local day as an instant; the whole country keeps one time here.
fn local(world: &World, date: Date, second: i32) -> Timestamp {
    instant(date, second, world.offset_s(date))
}
