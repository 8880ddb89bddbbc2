//! Technical events: synchronisation, resources, network, errors, crashes, backups.

use crate::event::{Draft, Role};
use crate::stage::Stage;

/// Samples taken once or twice in a session.
pub fn samples(stage: &mut Stage<'_>) {
    if stage.random.chance(0.55) {
        let free = stage.random.whole(150, 1_800);
        let draft = Draft::new("resource_sample")
            .with("ram_mb", stage.random.amount(310.0, 0.35, 60, 3_000))
            .with("free_ram_mb", free)
            .with("cpu_pct", stage.random.amount(24.0, 0.6, 1, 100))
            .with("battery_pct", stage.random.whole(12, 100))
            .with("free_disk_mb", stage.random.amount(9_000.0, 0.8, 120, 100_000));
        stage.emit(&draft);
    }
    if stage.random.chance(0.20) {
        let purpose = *stage.random.weighted(&[("stats", 0.4), ("version", 0.3), ("sync", 0.2), ("share", 0.1)]);
        let draft = Draft::new("network_sample")
            .with("purpose", purpose)
            .with("up_kb", stage.random.amount(40.0, 1.0, 1, 200_000))
            .with("down_kb", stage.random.amount(12.0, 1.0, 1, 200_000));
        stage.emit(&draft);
    }
    if stage.random.chance(0.10) {
        let status = *stage.random.weighted(&[("2xx", 0.96), ("4xx", 0.02), ("5xx", 0.02)]);
        let latency = stage.latency(120.0, 0.6);
        let route = *stage.random.pick(&["events", "events", "events", "roster", "health"]);
        let queue = stage.random.count(2.0);
        stage.emit(
            &Draft::new("api_sample")
                .with("route", route)
                .with("status_class", status)
                .with("latency_ms", latency)
                .with("queue_n", queue),
        );
    }
}

/// A synchronisation at the end of a session; `offline` devices try in vain.
pub fn sync(stage: &mut Stage<'_>, media: usize, offline: bool) {
    let failure = if offline { 0.97 } else { stage.scene.weather.sync_failure };
    let outcome = if stage.random.chance(failure) {
        "failed"
    } else if stage.random.chance(0.03) {
        "partial"
    } else {
        "success"
    };
    let class = match outcome {
        "success" => None,
        _ if offline => Some("offline"),
        _ => Some(*stage.random.weighted(&[("network_timeout", 0.6), ("server", 0.25), ("disk_full", 0.15)])),
    };
    let trigger =
        *stage.random.weighted(&[("scheduled", 0.6), ("network_back", 0.15), ("launch", 0.15), ("manual", 0.1)]);
    let up = if outcome == "failed" { 0 } else { stage.random.amount(60.0, 0.8, 5, 60_000) + 180 * whole(media) };
    let queue_age = if offline { stage.random.whole(3, 120) } else { stage.random.whole(0, 3) };
    let duration = stage.latency(1_500.0, 0.7);
    let draft = Draft::new("sync_finished")
        .with("trigger", trigger)
        .with("duration_ms", duration)
        .with("up_kb", up)
        .with("down_kb", stage.random.amount(15.0, 0.8, 0, 20_000))
        .with("items_n", media + stage.random.count(3.0))
        .with("queue_age_h", queue_age)
        .with("outcome", outcome)
        .with_some("error_class", class);
    stage.emit(&draft);
    if outcome == "success" && stage.random.chance(0.02) {
        let entity = *stage.random.pick(&["media", "comment", "review", "objective", "roster"]);
        let resolution = *stage.random.weighted(&[("local", 0.5), ("remote", 0.2), ("merge", 0.25), ("manual", 0.05)]);
        let ms = stage.latency(300.0, 0.6);
        stage.emit(&Draft::new("sync_conflict").with("entity", entity).with("resolution", resolution).with("ms", ms));
    }
}

/// An error in a feature.
pub fn error(stage: &mut Stage<'_>, feature: &'static str) {
    let class = *stage.random.weighted(&[
        ("other", 0.30),
        ("network_timeout", 0.25),
        ("missing_media", 0.20),
        ("disk_full", 0.10),
        ("email_too_large", 0.15),
    ]);
    let severity = *stage.random.weighted(&[("minor", 0.7), ("major", 0.25), ("critical", 0.05)]);
    let handled = stage.random.chance(0.85);
    let signature = signature(stage, "e");
    stage.emit(
        &Draft::new("error_occurred")
            .with("class", class)
            .with("severity", severity)
            .with("feature", feature)
            .with("handled", handled)
            .with("signature", signature),
    );
}

/// A crash.
pub fn crash(stage: &mut Stage<'_>) {
    let kind = *stage.random.weighted(&[("out_of_memory", 0.45), ("unhandled_exception", 0.35), ("crash", 0.20)]);
    let severity = *stage.random.weighted(&[("critical", 0.3), ("major", 0.6), ("minor", 0.1)]);
    let signature = signature(stage, "c");
    stage.emit(
        &Draft::new("crash_reported")
            .with("type", kind)
            .with("severity", severity)
            .with("screen", if stage.screen.is_empty() { "home" } else { stage.screen })
            .with("foreground", true)
            .with("signature", signature),
    );
}

/// Whether a session is to crash: rarely, but for a version that is planted to.
///
/// Only tablets crash: the catalogue lets no technical event name a family, and the gate takes none from a telephone
/// that names nobody.
pub fn will_crash(stage: &mut Stage<'_>) -> bool {
    let base = if stage.holder.role == Role::Teacher { 0.006 } else { 0.004 };
    let planted = stage.scene.weather.crashing.filter(|(version, _)| *version == stage.version).map(|(_, p)| p);
    stage.random.chance(planted.unwrap_or(base))
}

/// A backup, to the tablet's own storage or out of it.
pub fn backup(stage: &mut Stage<'_>) {
    let outcome = *stage.random.weighted(&[("ok", 0.965), ("error", 0.02), ("cancelled", 0.015)]);
    let duration = stage.latency(9_000.0, 0.6);
    let draft = Draft::new("backup_finished")
        .with("op", "backup")
        .with("size_kb", stage.random.amount(90_000.0, 0.7, 500, 2_000_000))
        .with("duration_ms", duration)
        .with("outcome", outcome);
    stage.emit(&draft);
}

/// A few signatures come back often, as in life.
fn signature(stage: &mut Stage<'_>, prefix: &str) -> String {
    let (one, other) = (stage.random.index(40), stage.random.index(40));
    format!("{prefix}{:04x}", 0x1a00 + one.min(other) * 37)
}

fn whole(number: usize) -> i64 {
    i64::try_from(number).unwrap_or(i64::MAX)
}
