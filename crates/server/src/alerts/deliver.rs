//! Sending what is in the outbox, by each channel apart, so that one that does not answer holds up no other.

use std::sync::Arc;
use std::time::Duration;

use delivery::Channel;
use futures::future::join_all;
use jiff::Timestamp;
use store::Error;
use tokio::sync::watch;

use crate::app::App;

/// How often the outbox is looked into when nobody rings.
const EVERY: Duration = Duration::from_secs(15);
/// How long a message is ours: longer than any attempt takes.
const LEASE_S: i64 = 180;
/// Messages that one channel sends at a go: a server that stops waits for them.
const IN_A_ROW: usize = 5;
/// Seconds after which a message is tried again, by attempt; then it is given up.
const PAUSES_S: [i64; 10] = [30, 120, 600, 1_800, 3_600, 10_800, 21_600, 43_200, 86_400, 86_400];

impl App {
    /// Sends what is due, until nothing is left that could be sent now. Gives how many messages were delivered.
    pub async fn deliver(&self) -> Result<usize, Error> {
        let sent = join_all(self.channels.list().iter().map(|channel| self.deliver_by(channel))).await;
        sent.into_iter().sum()
    }

    async fn deliver_by(&self, channel: &Channel) -> Result<usize, Error> {
        let register = self.store.register();
        let mut delivered = 0;
        for _ in 0..IN_A_ROW {
            let real = self.clock.real();
            let Some(leased) = register.lease_message(&channel.name, real, after(real, LEASE_S)).await? else { break };
            let (by, body) = (channel.clone(), leased.body);
            let sent = tokio::task::spawn_blocking(move || by.send(&body, real)).await;
            let Ok(sent) = sent else { break };
            match sent {
                Ok(()) => {
                    register.message_delivered(leased.id, self.clock.real()).await?;
                    delivered += 1;
                }
                Err(why) => {
                    let now = self.clock.real();
                    let pause = PAUSES_S.get(usize::try_from(leased.attempt.saturating_sub(1)).unwrap_or(usize::MAX));
                    let next = pause.map(|pause| after(now, *pause));
                    register.message_failed(leased.id, now, next, &why.to_string()).await?;
                    if next.is_none() {
                        tracing::error!(channel = channel.name, %why, "a message was given up");
                    } else {
                        tracing::warn!(channel = channel.name, %why, attempt = leased.attempt, "a message will be sent again");
                    }
                    // What comes after it would fare no better now.
                    break;
                }
            }
        }
        Ok(delivered)
    }
}

fn after(moment: Timestamp, seconds: i64) -> Timestamp {
    Timestamp::from_second(moment.as_second().saturating_add(seconds)).unwrap_or(Timestamp::MAX)
}

/// Sends until told to stop. What is under way then is brought to its end, so that it is not sent twice.
pub async fn run(app: Arc<App>, mut stop: watch::Receiver<bool>) {
    if app.channels.list().is_empty() {
        return;
    }
    loop {
        if let Err(error) = app.deliver().await {
            tracing::error!(%error, "the outbox could not be read; it will be tried again");
        }
        tokio::select! {
            _ = stop.wait_for(|stop| *stop) => return,
            () = app.outbox.notified() => {}
            () = tokio::time::sleep(EVERY) => {}
        }
    }
}
