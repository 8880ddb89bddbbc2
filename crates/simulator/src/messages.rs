//! Messages between school and families, in the schools that use them.

use crate::event::Draft;
use crate::stage::Stage;

const CATEGORIES: [(&str, f64); 8] = [
    ("info", 0.30),
    ("activity_feedback", 0.22),
    ("appointment", 0.14),
    ("absence", 0.12),
    ("material", 0.08),
    ("authorisation", 0.06),
    ("home_idea", 0.05),
    ("behaviour", 0.03),
];

/// A parent reads, and sometimes answers.
pub fn parent(stage: &mut Stage<'_>) {
    if stage.random.chance(0.6) {
        let delay = stage.random.amount(5.0, 1.0, 0, 400);
        let kind = *stage.random.weighted(&[("message", 0.6), ("content", 0.35), ("reminder", 0.05)]);
        stage.emit(&Draft::new("notification_opened").with("kind", kind).with("delay_h", delay));
    }
    status(stage, "to_family", "received", "read", "1");
    if stage.random.chance(0.3) {
        let kind = *stage.random.weighted(&[("quick", 0.6), ("text", 0.4)]);
        let delay = stage.random.amount(7.0, 1.0, 0, 400);
        stage.emit(&Draft::new("message_replied").with("kind", kind).with("delay_h", delay));
    }
}

/// A teacher writes to families, or deals with what they wrote.
pub fn teacher(stage: &mut Stage<'_>) {
    if stage.random.chance(0.6) {
        let recipients = *stage.random.weighted(&[("21+", 0.45), ("11-20", 0.15), ("2-5", 0.1), ("1", 0.3)]);
        status(stage, "to_family", "prepared", "sent", recipients);
    } else {
        status(stage, "to_school", "received", "read", "1");
        if stage.random.chance(0.5) {
            status(stage, "to_school", "read", "handled", "1");
        }
    }
    if stage.random.chance(0.2) {
        let delay = stage.random.amount(4.0, 1.0, 0, 200);
        stage.emit(&Draft::new("notification_opened").with("kind", "message").with("delay_h", delay));
    }
}

fn status(
    stage: &mut Stage<'_>,
    direction: &'static str,
    from: &'static str,
    to: &'static str,
    recipients: &'static str,
) {
    let category = *stage.random.weighted(&CATEGORIES);
    let hours = stage.random.amount(6.0, 1.1, 0, 700);
    let media = stage.random.chance(0.2);
    let draft = Draft::new("message_status_changed")
        .with("direction", direction)
        .with("category", category)
        .with("from", from)
        .with("to", to)
        .with("state_h", hours)
        .with("recipients_bucket", recipients)
        .with("has_media", media);
    stage.emit(&draft);
}
