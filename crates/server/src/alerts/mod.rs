//! Alerts from judging to telling: what `analytics::watch` found is kept once, told by the channels that the operator has
//! set, and silent once somebody has acknowledged it.
//!
//! 1. [`keep`] writes what was found into the register: what goes on is the same alert, what comes back after
//!    [`episodes::CALM`] class days is a new one. Pages and rounds come the same way.
//! 2. [`tell`] makes messages of what is due and puts them into the outbox, in the transaction that marks it as told. On
//!    days without class in a school's zone its alerts wait, and leave as one message on its next class day.
//! 3. [`deliver`] leases what is in the outbox, sends it, and tries again later where that failed.
//!
//! A crash between any two of these loses nothing: what was not marked is done again.

mod deliver;
mod episodes;
mod messages;
mod system;
mod tell;
mod words;

use analytics::governance::Approvals;
use analytics::watch::Alert;
use calendar::{Calendar, Lang, Zone};
use catalogue::Catalogue;
use delivery::Channels;
use jiff::civil::Date;
use jiff::{Span, Timestamp};
use privacy::Uai;
use store::{AlertsOf, Error, KeptAlert, Register, SeenAlert};

use crate::app::App;
use crate::pages;

pub use deliver::run;
pub use system::Failing;
pub use tell::Rounds;
pub use words::rule as rule_in_words;

/// The setting that holds who is told, without any address.
const CHANNELS: &str = "alert_channels";

/// The decision that judging rests on. Once it is withdrawn, what was found is neither shown nor told.
const DECISION: &str = "anomalies";

/// Whether an alert may be shown and told as the committee has decided by now. What the server says of itself needs no
/// decision.
pub fn may_be_told(approvals: &Approvals, alert: &KeptAlert) -> bool {
    is_of_server(alert) || approvals.has_approved(DECISION)
}

/// Whether an alert is what the server says of itself.
pub fn is_of_server(alert: &KeptAlert) -> bool {
    alert.seen.rule == system::RULE
}

/// The zones whose class days count where the system as a whole is concerned.
const ZONES: [Zone; 3] = [Zone::A, Zone::B, Zone::C];

/// Keeps what was found unusual in a school, or in the system as a whole; how many alerts are new.
pub async fn keep(app: &App, school: Option<(&Uai, Zone)>, found: &[Alert]) -> Result<u64, Error> {
    let seen = found.iter().filter_map(|alert| seen(app.store.catalogue(), alert)).collect();
    let (of, zones) = match school {
        Some((uai, zone)) => (AlertsOf::School(uai.clone()), vec![zone]),
        None => (AlertsOf::System, ZONES.to_vec()),
    };
    let register = app.store.register();
    let kept = register.alerts(&of).await?;
    let changes = episodes::changes(seen, &kept, |from, until| class_days(&app.calendar, &zones, from, until));
    register.keep_alerts(app.clock.now(), school.map(|(uai, _)| uai), &changes).await
}

/// An alert as the register keeps it.
fn seen(catalogue: &Catalogue, alert: &Alert) -> Option<SeenAlert> {
    let sentence = |lang: Lang| {
        let (when, what) = pages::watched::in_words(lang, catalogue, alert);
        format!("{when}{what}")
    };
    Some(SeenAlert {
        key: alert.key(),
        rule: alert.rule.slug().to_owned(),
        severity: alert.severity.slug().to_owned(),
        measure: alert.measure.clone(),
        direction: alert.direction.to_owned(),
        part: alert.part.clone(),
        version: alert.version.clone(),
        screen: alert.screen.clone(),
        first_day: alert.first_day()?,
        last_day: alert.last_day()?,
        days: u32::try_from(alert.days).unwrap_or(u32::MAX),
        counted: alert.counted,
        usual: alert.usual,
        out_of: alert.out_of,
        score: alert.score,
        sentence: (sentence(Lang::Fr), sentence(Lang::En)),
    })
}

/// How many days lie between two, neither included, on which any of these zones has class.
fn class_days(calendar: &Calendar, zones: &[Zone], from: Date, until: Date) -> usize {
    let after = from.saturating_add(Span::new().days(1));
    let days = std::iter::successors(Some(after), |day| Some(day.saturating_add(Span::new().days(1))));
    // No alert is kept for longer.
    days.take_while(|day| *day < until).take(800).filter(|day| has_class(calendar, zones, *day)).count()
}

/// Whether any of these zones has class on a day.
fn has_class(calendar: &Calendar, zones: &[Zone], day: Date) -> bool {
    zones.iter().any(|zone| calendar.is_class_day(*zone, day))
}

/// Remembers who is told. What has changed since the last start goes into the audit log, without any address; what waits
/// for a channel that is gone is given up.
pub async fn settle(register: &Register, channels: &Channels, real: Timestamp) -> Result<(), Error> {
    let summary = channels.summary();
    if register.setting(CHANNELS).await?.as_deref().unwrap_or("nobody") != summary {
        register.log(real, "operator", "alert_channels", &summary).await?;
        register.set(CHANNELS, &summary).await?;
    }
    let names: Vec<String> = channels.list().iter().map(|channel| channel.name.clone()).collect();
    let given_up = register.give_up_other_channels(&names, real).await?;
    if given_up > 0 {
        tracing::warn!(given_up, "messages waited for channels that are not set any more");
    }
    Ok(())
}
