//! What every request shares: the store, the gate, the clock, and what is cached from the register.

use std::collections::{HashMap, HashSet};
use std::sync::{Arc, Mutex, RwLock};

use async_recursion::async_recursion as boxed;
use calendar::Calendar;
use delivery::Channels;
use jiff::Timestamp;
use privacy::entry::{DataSubject, Gate, IdentifierForm, Place};
use privacy::{Keys, Uai};
use store::{Establishment, Store};

use crate::clock::Clock;
use crate::limits::Limits;
use crate::load::Load;
use crate::outlook::Outlooks;

/// An identity of the demonstration: raw claims, kept in memory only.
#[derive(Clone)]
pub struct DemoIdentity {
    /// `teacher`, `school_head` or `editor`.
    pub role: String,
    /// Its establishment; an operator has none.
    pub establishment: Option<String>,
    /// Its identifier, as in events.
    pub actor: Option<String>,
    /// Its class, as in events.
    pub class: Option<String>,
}

/// The server's state.
pub struct App {
    pub(crate) store: Store,
    pub(crate) gate: Gate,
    pub(crate) calendar: Calendar,
    pub(crate) clock: Arc<dyn Clock>,
    pub(crate) limits: Limits,
    pub(crate) load: Load,
    pub(crate) tokens: crate::access::Tokens,
    /// Who may sign in without an identity provider: only in a demonstration.
    pub(crate) identities: Vec<DemoIdentity>,
    /// Open while batches pass from the gate into the journal. Whoever objects closes it: what had passed before is in
    /// the journal then, and what comes after meets her objection.
    pub(crate) admission: tokio::sync::RwLock<()>,
    pub(crate) outlooks: Outlooks,
    /// Who is told of alerts.
    pub(crate) channels: Channels,
    pub(crate) rounds: crate::alerts::Rounds,
    /// Rung when a message waits to be sent.
    pub(crate) outbox: tokio::sync::Notify,
    /// Rung when a request waits to be worked on.
    pub(crate) requests: tokio::sync::Notify,
    /// The last day on which retention ran.
    pub(crate) retired_on: Mutex<Option<jiff::civil::Date>>,
    places: RwLock<HashMap<Uai, Place>>,
    opt_outs: RwLock<Arc<HashSet<[u8; 32]>>>,
}

impl App {
    /// Prepares the state: reads establishments and objections, and makes sure that this school year has its keys.
    #[boxed]
    pub async fn new(
        store: Store,
        calendar: Calendar,
        clock: Arc<dyn Clock>,
        identities: Vec<DemoIdentity>,
    ) -> Result<Self, store::Error> {
        store.ensure_roots(clock.now()).await?;
        let places = store.register().establishments().await?;
        let opt_outs = store.register().opt_outs().await?;
        Ok(Self {
            gate: Gate::new(Arc::clone(store.catalogue())),
            calendar,
            clock,
            limits: Limits::default(),
            load: Load::default(),
            tokens: crate::access::Tokens::default(),
            identities,
            admission: tokio::sync::RwLock::default(),
            outlooks: Outlooks::default(),
            channels: Channels::none(),
            rounds: crate::alerts::Rounds::default(),
            outbox: tokio::sync::Notify::new(),
            requests: tokio::sync::Notify::new(),
            retired_on: Mutex::default(),
            places: RwLock::new(places.iter().map(|one| (one.uai.clone(), place_of(one))).collect()),
            opt_outs: RwLock::new(Arc::new(opt_outs.into_iter().collect())),
            store,
        })
    }

    /// Tells of alerts by these channels. A change since the last start goes into the audit log.
    #[boxed]
    pub async fn telling(self, channels: Channels) -> Result<Self, store::Error> {
        crate::alerts::settle(self.store.register(), &channels, self.clock.real()).await?;
        Ok(Self { channels, ..self })
    }

    /// What the gate must know about an establishment.
    pub(crate) fn place(&self, uai: &Uai) -> Option<Place> {
        self.places.read().ok()?.get(uai).copied()
    }

    /// Remembers an establishment that has sent a roster.
    pub(crate) fn know(&self, uai: Uai, place: Place) {
        if let Ok(mut places) = self.places.write() {
            places.insert(uai, place);
        }
    }

    /// How an establishment identifies people; as it likes, before it has said so in a roster.
    pub(crate) fn form(&self, uai: &Uai) -> IdentifierForm {
        self.place(uai).map(|place| place.identifiers).unwrap_or_default()
    }

    /// Passes something through the entry gate. Where another process has the keys, that waits for its answer, and must
    /// not hold up the others meanwhile.
    pub(crate) fn at_gate<T>(&self, pass: impl FnOnce(&Keys) -> T) -> T {
        let keys = self.store.keys();
        if keys.are_elsewhere() { tokio::task::block_in_place(|| pass(&keys)) } else { pass(&keys) }
    }

    /// The digests of those who objected.
    pub(crate) fn opt_outs(&self) -> Arc<HashSet<[u8; 32]>> {
        self.opt_outs.read().map(|list| Arc::clone(&list)).unwrap_or_default()
    }

    /// Adds or removes an objection that the register knows already. The caller has closed the admission.
    pub(crate) fn take_objection(&self, subject: &DataSubject, objects: bool) {
        let (Some(digest), Ok(mut list)) = (subject.objection(), self.opt_outs.write()) else { return };
        let mut changed = (**list).clone();
        if objects {
            changed.insert(digest)
        } else {
            changed.remove(&digest)
        };
        *list = Arc::new(changed);
    }

    /// Reads the objections again. They hold for every batch that is admitted from now on.
    pub(crate) async fn read_opt_outs(&self) -> Result<(), store::Error> {
        let known: HashSet<[u8; 32]> = self.store.register().opt_outs().await?.into_iter().collect();
        if known != *self.opt_outs() {
            let _closed = self.admission.write().await;
            if let Ok(mut list) = self.opt_outs.write() {
                *list = Arc::new(known);
            }
        }
        Ok(())
    }
}

/// What the gate must know of an establishment.
fn place_of(establishment: &Establishment) -> Place {
    Place { academy: establishment.academy, identifiers: establishment.identifiers }
}

/// The date in metropolitan France: what the product calls "today".
pub(crate) fn date_of(now: Timestamp) -> jiff::civil::Date {
    jiff::tz::TimeZone::get("Europe/Paris").unwrap_or(jiff::tz::TimeZone::UTC).to_datetime(now).date()
}
