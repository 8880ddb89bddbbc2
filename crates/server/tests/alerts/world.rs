//! A data folder with seven schools in Paris, two clocks that are moved by hand, and alerts as judging would find them.

use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};

use calendar::Calendar;
use catalogue::Catalogue;
use delivery::{Channels, WantedMail, WantedSmtp, WantedWebhook};
use jiff::Timestamp;
use privacy::entry::{CleanRoster, IdentifierForm};
use privacy::{Raw, Uai};
use server::{App, CannotMove, Clock};
use store::{AlertChange, Decision, DecisionStatus, Folder, Register, SeenAlert, Sending, Store};
use tempfile::TempDir;

use crate::receivers::SECRET;

pub const SCHOOLS: [&str; 7] = ["0750001A", "0750002B", "0750003C", "0750004D", "0750005E", "0750006F", "0750007G"];

/// A clock whose two times are moved by hand.
pub struct Hands {
    now: AtomicI64,
    real: AtomicI64,
}

impl Hands {
    /// Moves both times to a moment.
    pub fn set(&self, moment: &str) {
        let second = moment.parse::<Timestamp>().unwrap().as_second();
        self.now.store(second, Ordering::SeqCst);
        self.real.store(second, Ordering::SeqCst);
    }

    /// Lets seconds pass.
    pub fn pass(&self, seconds: i64) {
        self.real.fetch_add(seconds, Ordering::SeqCst);
    }

    pub fn now(&self) -> Timestamp {
        Timestamp::from_second(self.now.load(Ordering::SeqCst)).unwrap()
    }

    pub fn real(&self) -> Timestamp {
        Timestamp::from_second(self.real.load(Ordering::SeqCst)).unwrap()
    }
}

impl Clock for Hands {
    fn now(&self) -> Timestamp {
        Self::now(self)
    }

    fn real(&self) -> Timestamp {
        Self::real(self)
    }

    fn advance(&self, _: Timestamp) -> Result<(), CannotMove> {
        Err(CannotMove::Real)
    }
}

/// Who is to be told.
#[derive(Default)]
pub struct Wanted(delivery::Wanted);

impl Wanted {
    pub fn webhook(url: &str) -> Self {
        let one = WantedWebhook {
            url: url.to_owned(),
            secret_file: Some(PathBuf::from("secret")),
            ..WantedWebhook::default()
        };
        let page = Some("https://stats.example.fr".to_owned());
        Self(delivery::Wanted { page, webhook: vec![one], ..delivery::Wanted::default() })
    }

    pub fn and_mail(mut self, url: &str) -> Self {
        self.0.mail = vec![WantedMail { to: "technique@academie.example".to_owned(), ..WantedMail::default() }];
        self.0.smtp = WantedSmtp {
            url: Some(url.to_owned()),
            from: Some("stats@academie.example".to_owned()),
            password_file: None,
        };
        self
    }

    pub fn channels(self) -> Channels {
        self.0.check(|_| Ok(SECRET.to_owned())).unwrap()
    }
}

pub struct World {
    root: TempDir,
    pub hands: Arc<Hands>,
}

impl World {
    pub async fn new(moment: &str) -> Self {
        let hands = Arc::new(Hands { now: AtomicI64::new(0), real: AtomicI64::new(0) });
        hands.set(moment);
        let world = Self { root: tempfile::tempdir().unwrap(), hands };
        let store = world.store().await;
        store.ensure_roots(world.hands.now()).await.unwrap();
        for school in SCHOOLS {
            let body = serde_json::json!({
                "school_year": "2025-2026", "district": "0750101A", "academy": "paris", "sector": "public",
                "classes": [{ "class": "C1", "levels": ["GS"], "teachers": ["T-1"], "pupils": [{ "pupil": "P-1" }] }],
            });
            let body = body.to_string();
            let (raw, uai) = (Raw::new(body.as_bytes()), school.parse().unwrap());
            let roster = CleanRoster::admit(&raw, uai, store.catalogue(), &store.keys(), IdentifierForm::Raw).unwrap();
            store.register().put_roster(&roster).await.unwrap();
        }
        world.decide(DecisionStatus::Approved).await;
        world
    }

    /// The committee decides about looking for what is unusual.
    pub async fn decide(&self, status: DecisionStatus) {
        let decided = Decision {
            id: "anomalies".to_owned(),
            status,
            decided_on: "2025-09-01".to_owned(),
            demonstration: false,
            note: String::new(),
        };
        self.register().await.decide(&decided, self.hands.real()).await.unwrap();
    }

    fn folder(&self) -> Folder {
        Folder::new(self.root.path().join("data"))
    }

    async fn store(&self) -> Store {
        Store::open(self.folder(), Arc::new(Catalogue::embedded().unwrap())).await.unwrap()
    }

    /// Starts the product on the folder.
    pub async fn open(&self, wanted: Wanted) -> App {
        let clock = Arc::clone(&self.hands) as Arc<dyn Clock>;
        let app = App::new(self.store().await, Calendar::official(), clock, Vec::new()).await.unwrap();
        app.telling(wanted.channels()).await.unwrap()
    }

    /// The register, beside a product that runs.
    pub async fn register(&self) -> Register {
        Store::open_existing_register(&self.folder()).await.unwrap()
    }

    /// An alert of a school, as judging it would raise it.
    pub async fn raise(&self, school: &str, seen: SeenAlert) {
        let uai = school.parse().unwrap();
        assert_eq!(self.keep(Some(&uai), AlertChange::Raise(seen)).await, 1);
    }

    /// An alert about the system itself.
    pub async fn raise_about_the_system(&self, seen: SeenAlert) {
        assert_eq!(self.keep(None, AlertChange::Raise(seen)).await, 1);
    }

    /// An alert of the first school goes on.
    pub async fn go_on(&self, id: i64, seen: SeenAlert) {
        let uai = SCHOOLS[0].parse().unwrap();
        assert_eq!(self.keep(Some(&uai), AlertChange::GoesOn(id, seen)).await, 0);
    }

    async fn keep(&self, uai: Option<&Uai>, change: AlertChange) -> u64 {
        self.register().await.keep_alerts(self.hands.now(), uai, &[change]).await.unwrap()
    }

    pub async fn sendings(&self) -> Vec<Sending> {
        self.register().await.sendings().await.unwrap()
    }

    /// What the audit log says of an action.
    pub async fn acts(&self, action: &str) -> Vec<String> {
        let acts = self.register().await.audit_acts(action).await.unwrap();
        acts.into_iter().map(|entry| entry.detail).collect()
    }

    /// Retires what is too old.
    pub async fn retire(&self, today: &str, real: &str) {
        self.store().await.retire(today.parse().unwrap(), real.parse().unwrap()).await.unwrap();
    }

    /// Makes a backup, loses the folder, and puts the backup back.
    pub async fn back_up_and_restore(&self) {
        let (now, backups) = (self.hands.real(), self.root.path().join("backups"));
        let store = self.store().await;
        let made = store.backup(&backups, now).await.unwrap();
        drop(store);
        std::fs::remove_dir_all(self.folder().data).unwrap();
        let catalogue = Arc::new(Catalogue::embedded().unwrap());
        let today = "2025-11-24".parse().unwrap();
        Store::restore(&made.folder, self.folder(), catalogue, today, now).await.unwrap();
    }
}

/// Something unusual on a day.
pub fn seen(measure: &str, day: &str) -> SeenAlert {
    SeenAlert {
        key: format!("unusual/{measure}////{day}"),
        rule: "unusual".to_owned(),
        severity: "notify".to_owned(),
        measure: measure.to_owned(),
        direction: "up".to_owned(),
        part: None,
        version: None,
        screen: None,
        first_day: day.parse().unwrap(),
        last_day: day.parse().unwrap(),
        days: 1,
        counted: 40,
        usual: 6,
        out_of: None,
        score: 0.7,
        sentence: (format!("40 erreurs de {measure}"), format!("40 errors of {measure}")),
    }
}
