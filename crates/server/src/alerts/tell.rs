//! Rounds: judging each school when it is time, then telling what is due.

use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

use analytics::governance::Approvals;
use delivery::Severity;
use jiff::civil::Date;
use store::{Error, Establishment, KeptAlert};

use super::messages::{Due, compose};
use super::{ZONES, class_days, has_class, may_be_told};
use crate::app::{App, date_of};
use crate::outlook;

/// Seconds after which all schools are judged again: every ten minutes where they are few, else every hour.
const OFTEN: i64 = 600;
const SELDOM: i64 = 3_600;
/// So many schools are few.
const FEW: usize = 200;
/// How long one round of maintenance may spend on judging.
const SPENT: Duration = Duration::from_secs(2);
/// What was last seen more class days before it was raised is history: it is on the page, and not told.
const HISTORY: usize = 5;
/// What goes on and nobody has acknowledged is told again after so many class days.
const AGAIN: usize = 5;

/// Where judging stands.
#[derive(Default)]
pub struct Rounds {
    state: Mutex<State>,
}

#[derive(Default)]
struct State {
    /// The moment at which the last pass over all schools began, in whole steps.
    step: Option<i64>,
    /// The schools that this pass has not judged yet, last first.
    left: Vec<Establishment>,
}

impl Rounds {
    fn take(&self) -> Option<(Establishment, bool)> {
        let mut state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        let next = state.left.pop()?;
        Some((next, state.left.is_empty()))
    }

    fn is_under_way(&self) -> bool {
        !self.state.lock().unwrap_or_else(PoisonError::into_inner).left.is_empty()
    }

    /// Begins a pass, unless there was one in this step of time.
    fn begin(&self, second: i64, mut schools: Vec<Establishment>) -> bool {
        let step = second / if schools.len() <= FEW { OFTEN } else { SELDOM };
        let mut state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        if state.step == Some(step) {
            return false;
        }
        schools.reverse();
        *state = State { step: Some(step), left: schools };
        true
    }
}

impl App {
    /// Judges the schools whose turn it is, for two seconds at most, and tells what is due once all have had theirs.
    ///
    /// A simulated year is judged only where somebody is to be told: pages judge when they are read.
    pub async fn watch(&self) -> Result<(), Error> {
        if self.clock.is_simulated() && self.channels.list().is_empty() {
            return Ok(());
        }
        if !self.rounds.is_under_way() {
            let schools = self.store.register().establishments().await?;
            if !self.rounds.begin(self.clock.now().as_second(), schools) {
                return Ok(());
            }
        }
        let approvals = Approvals::load(self.store.register()).await?;
        let begun = Instant::now();
        while let Some((school, is_last)) = self.rounds.take() {
            let place = (&school.uai, school.academy.zone());
            if let Err(error) = outlook::judge_alerts(self, &approvals, place).await {
                tracing::error!(%error, establishment = %school.uai, "a school could not be judged");
            }
            if !is_last && begun.elapsed() > SPENT {
                return Ok(());
            }
        }
        if let Err(error) = outlook::judge_system_alerts(self, &approvals).await {
            tracing::error!(%error, "all schools together could not be judged");
        }
        self.tell_alerts().await
    }

    /// Puts into the outbox what is due today. Whoever sends is woken.
    pub async fn tell_alerts(&self) -> Result<(), Error> {
        let today = date_of(self.clock.now());
        let approvals = Approvals::load(self.store.register()).await?;
        let (mut due, mut told) = (Vec::new(), Vec::new());
        for alert in self.store.register().alerts_to_tell().await? {
            if !may_be_told(&approvals, &alert) {
                continue;
            }
            match self.fate(&alert, today) {
                Fate::Tell { again } => {
                    told.push((alert.id, alert.seen.last_day));
                    due.push(Due { alert, again });
                }
                Fate::History => told.push((alert.id, alert.seen.last_day)),
                Fate::Wait => {}
            }
        }
        if told.is_empty() {
            return Ok(());
        }
        let messages = compose(&self.channels, &due);
        self.store.register().tell_alerts(self.clock.real(), today, &messages, &told).await?;
        self.outbox.notify_one();
        Ok(())
    }

    fn fate(&self, alert: &KeptAlert, today: Date) -> Fate {
        let zones = match &alert.establishment {
            Some(uai) => self.place(uai).map(|place| vec![place.academy.zone()]).unwrap_or_default(),
            None => ZONES.to_vec(),
        };
        let is_pressing = alert.establishment.is_none() && alert.seen.severity == Severity::Immediate.slug();
        if !is_pressing && !has_class(&self.calendar, &zones, today) {
            return Fate::Wait;
        }
        let between = |from: Date, until: Date| class_days(&self.calendar, &zones, from, until);
        match alert.told {
            None if between(alert.seen.last_day, date_of(alert.raised_at)) > HISTORY => Fate::History,
            None => Fate::Tell { again: false },
            Some((on, _)) if between(on, today) + 1 >= AGAIN => Fate::Tell { again: true },
            Some(_) => Fate::Wait,
        }
    }
}

/// What becomes of an alert today.
enum Fate {
    Tell {
        again: bool,
    },
    /// Too old to be told.
    History,
    /// Its day comes.
    Wait,
}
