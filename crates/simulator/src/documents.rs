//! Events of documents: notebooks made, sent, shared with families, taken back.

use crate::event::Draft;
use crate::random::Random;
use crate::stage::Stage;
use crate::technical;
use crate::usage;

/// Makes notebooks for one pupil or for the whole class.
pub fn generate(stage: &mut Stage<'_>, doc: &'static str, pupil: Option<u16>) {
    let scope = if pupil.is_some() { "one" } else { "all" };
    let pupils = if pupil.is_some() { 1.0 } else { 22.0 };
    let format = match doc {
        "epub" => "epub",
        _ => *stage.random.weighted(&[("html", 0.75), ("pdf", 0.22), ("png", 0.03)]),
    };
    if stage.random.chance(0.05) {
        let cause = *stage.random.weighted(&[("no_objective", 0.7), ("date_filter", 0.2), ("catalogue", 0.1)]);
        stage.emit(&Draft::new("notebook_empty").with("cause", cause).about(pupil.as_slice()));
    }
    let media = stage.random.amount(9.0 * pupils, 0.4, 1, 5_000);
    let size = stage.random.amount(1_800.0 * pupils, 0.5, 20, 240_000);
    let duration = stage.latency(1_400.0 * pupils, 0.5);
    let outcome = *stage.random.weighted(&[("ok", 0.95), ("error", 0.03), ("cancelled", 0.02)]);
    let shrunk = media > 30 && stage.random.chance(0.5);
    let draft = Draft::new("notebook_generated")
        .with("doc", doc)
        .with("format", format)
        .with("scope", scope)
        .with("media_n", media)
        .with("size_kb", size)
        .with("duration_ms", duration)
        .with("shrunk", shrunk)
        .with("outcome", outcome)
        .about(pupil.as_slice());
    stage.wait(duration / 1_000);
    stage.emit(&draft);
    if outcome == "error" {
        technical::error(stage, doc_feature(doc));
    }
}

fn doc_feature(doc: &str) -> &'static str {
    match doc {
        "ejournal" => "ejournal",
        "epub" => "epub_export",
        _ => "ecarnet",
    }
}

/// Sends notebooks by another way than the QR code.
pub fn send(stage: &mut Stage<'_>, pupil: u16) {
    let channel = *stage.random.weighted(&[
        ("email", 0.45),
        ("ent", 0.2),
        ("print", 0.15),
        ("usb", 0.08),
        ("cloud", 0.06),
        ("filesender", 0.04),
        ("bluetooth", 0.02),
    ]);
    stage.emit(&Draft::new("notebook_sent").with("channel", channel).about(&[pupil]));
}

/// Deposits a share for a pupil's families; true when it is there to be fetched.
pub fn deposit(stage: &mut Stage<'_>, pupil: u16) -> bool {
    let content = *stage.random.weighted(&[("ecarnet", 0.55), ("dossier", 0.25), ("ejournal", 0.15), ("media", 0.05)]);
    let ttl = *stage.random.weighted(&[("once", 0.6), ("1w", 0.25), ("24h", 0.1), ("permanent", 0.05)]);
    let upload = stage.latency(4_500.0, 0.7);
    let outcome = if stage.random.chance(0.97) { "ok" } else { "error" };
    let draft = Draft::new("share_deposited")
        .with("content", content)
        .with("ttl", ttl)
        .with("size_kb", stage.random.amount(2_400.0, 0.6, 40, 240_000))
        .with("upload_ms", upload)
        .with("outcome", outcome)
        .about(&[pupil]);
    stage.wait(upload / 1_000 + 3);
    stage.emit(&draft);
    if outcome == "error" {
        technical::error(stage, "qr_share");
    }
    outcome == "ok"
}

/// The relay erases a share: fetched, taken back or expired.
pub fn erase(stage: &mut Stage<'_>, trigger: &'static str) {
    let delay =
        if trigger == "auto" { stage.random.amount(4.0, 0.8, 1, 3_600) } else { stage.random.whole(3_600, 604_800) };
    stage.emit(&Draft::new("share_erased").with("trigger", trigger).with("delay_s", delay));
}

/// Makes and shares the notebooks of a class; returns the pupils whose share waits for their families.
pub fn share_class(stage: &mut Stage<'_>, pupils: &[u16], doc: &'static str) -> Vec<u16> {
    usage::step(stage, "notebook", "start", "continued");
    usage::feature(stage, "bulk_generate");
    generate(stage, doc, None);
    usage::step(stage, "notebook", "finish", "completed");
    usage::step(stage, "share", "start", "continued");
    usage::view(stage, "documents");
    usage::feature(stage, "qr_share");
    let mut waiting = Vec::with_capacity(pupils.len());
    for pupil in pupils {
        if stage.random.chance(0.10) {
            send(stage, *pupil);
        } else if deposit(stage, *pupil) {
            waiting.push(*pupil);
        }
    }
    if stage.random.chance(0.04) {
        erase(stage, "revoked");
    }
    usage::step(stage, "share", "finish", "completed");
    waiting
}

/// Brings records of last year onto the tablet.
pub fn import(stage: &mut Stage<'_>) {
    let source = *stage.random.weighted(&[("epub", 0.6), ("backup", 0.4)]);
    let duration = stage.latency(8_000.0, 0.6);
    let outcome = *stage.random.weighted(&[("ok", 0.95), ("error", 0.05)]);
    let media = stage.random.amount(120.0, 0.6, 1, 5_000);
    stage.emit(
        &Draft::new("dossier_imported")
            .with("source", source)
            .with("media_n", media)
            .with("duration_ms", duration)
            .with("outcome", outcome),
    );
}

/// The pupils of a class who get what is due at the end of a period, by their place.
pub fn chosen(random: &mut Random, authorised: &[u16], share: f64) -> Vec<u16> {
    authorised.iter().copied().filter(|_| random.chance(share)).collect()
}
