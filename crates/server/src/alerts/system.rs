//! What the server says of itself: that it has not stored for a while what it receives, before the promise is broken that
//! the journal holds nothing for longer than ten minutes.

use jiff::Timestamp;
use store::{AlertsOf, Error, SeenAlert};

use super::episodes;
use crate::app::{App, date_of};

/// The rule's name.
pub const RULE: &str = "maintenance";
/// Seconds of failing after which it is told.
const AFTER_S: i64 = 300;

/// Since when maintenance fails.
#[derive(Debug, Default)]
pub struct Failing {
    since: Option<Timestamp>,
    told: bool,
}

impl Failing {
    /// A round went well.
    pub fn ended(&mut self) {
        *self = Self::default();
    }

    /// A round failed. Raises the alert once it has gone on for long.
    pub async fn went_on(&mut self, app: &App) {
        let real = app.clock.real();
        let since = *self.since.get_or_insert(real);
        let seconds = real.as_second() - since.as_second();
        if self.told || seconds < AFTER_S {
            return;
        }
        match raise(app, seconds / 60).await {
            Ok(()) => self.told = true,
            // Where the register is what fails, only the log is left.
            Err(error) => tracing::error!(%error, "an alert about the server itself could not be kept"),
        }
    }
}

async fn raise(app: &App, minutes: i64) -> Result<(), Error> {
    let today = date_of(app.clock.now());
    let seen = SeenAlert {
        key: format!("{RULE}/////{today}"),
        rule: RULE.to_owned(),
        severity: delivery::Severity::Immediate.slug().to_owned(),
        measure: String::new(),
        direction: "up".to_owned(),
        part: None,
        version: None,
        screen: None,
        first_day: today,
        last_day: today,
        days: 1,
        counted: minutes.unsigned_abs(),
        usual: 0,
        out_of: None,
        score: 1.0,
        sentence: (
            crate::pages::say(
                calendar::Lang::Fr,
                &format!(
                    "Depuis {minutes} minutes, le serveur ne range plus ce qu’il reçoit : la cause est dans son journal, et « ecarnet-stats doctor » aide à la trouver."
                ),
                "",
            ),
            format!(
                "For {minutes} minutes the server has not stored what it receives: the cause is in its log, and `ecarnet-stats doctor` helps to find it."
            ),
        ),
    };
    let register = app.store.register();
    let kept = register.alerts(&AlertsOf::System).await?;
    // The system knows no holidays: each day is another alert.
    let changes = episodes::changes(vec![seen], &kept, |from, until| if from < until { episodes::CALM } else { 0 });
    register.keep_alerts(app.clock.now(), None, &changes).await?;
    app.tell_alerts().await
}
