//! What families do on their telephones: fetch what was shared, look at it again, sign.

use crate::event::Draft;
use crate::messages;
use crate::stage::Stage;
use crate::usage;

/// Why a family opens the application.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Visit {
    /// To fetch a share of so many hours ago.
    Fetch {
        /// The pupil, by place in the family's class.
        pupil: u16,
        /// Hours since the deposit.
        delay_h: i64,
        /// The first time that this family uses the application.
        first: bool,
    },
    /// To look at what it has.
    Look {
        /// The pupil, by place in the family's class.
        pupil: u16,
    },
}

/// One visit, from launch to end.
pub fn visit(stage: &mut Stage<'_>, visit: Visit) {
    let cold = stage.random.chance(0.7);
    usage::open(stage, cold, "parent_home");
    let pupil = match visit {
        Visit::Fetch { pupil, delay_h, first } => {
            if first {
                stage.emit(&Draft::new("profile_chosen").with("profile", "parent"));
            }
            if !fetch(stage, pupil, delay_h) {
                usage::close(stage);
                return;
            }
            pupil
        }
        Visit::Look { pupil } => pupil,
    };
    look(stage, pupil);
    if stage.scene.messages && stage.random.chance(0.3) {
        messages::parent(stage);
    }
    if stage.random.chance(0.01) {
        let score = *stage.random.weighted(&[(7, 0.3), (6, 0.35), (5, 0.2), (4, 0.1), (2, 0.05)]);
        stage.emit(&Draft::new("survey_answered").with("item", "families").with("score", i64::from(score)));
    }
    usage::close(stage);
}

/// Scans, downloads and imports; false when nothing came of it.
fn fetch(stage: &mut Stage<'_>, pupil: u16, delay_h: i64) -> bool {
    usage::step(stage, "retrieval", "start", "continued");
    usage::view(stage, "qr_scan");
    let scans = stage.random.count(0.12) + 1;
    for scan in 0..scans {
        let outcome = if scan + 1 < scans {
            "unreadable"
        } else {
            *stage.random.weighted(&[
                ("ok", 0.95),
                ("expired", 0.02),
                ("used", 0.015),
                ("permission", 0.01),
                ("offline", 0.005),
            ])
        };
        stage.emit(&Draft::new("qr_scanned").with("outcome", outcome).about(&[pupil]));
        if !matches!(outcome, "ok" | "unreadable") {
            usage::step(stage, "retrieval", "finish", "failed");
            return false;
        }
    }
    let download = stage.latency(3_200.0, 0.7);
    let outcome = if stage.random.chance(0.975) { "ok" } else { "error" };
    stage.wait(download / 1_000 + 2);
    stage.emit(
        &Draft::new("share_retrieved")
            .with("delay_h", delay_h)
            .with("download_ms", download)
            .with("outcome", outcome)
            .about(&[pupil]),
    );
    if outcome == "error" {
        usage::step(stage, "retrieval", "finish", "failed");
        return false;
    }
    let erased = stage.random.amount(4.0, 0.8, 1, 3_600);
    stage.emit(&Draft::new("share_erased").with("trigger", "auto").with("delay_s", erased).about(&[pupil]));
    let duration = stage.latency(2_500.0, 0.5);
    let media = stage.random.amount(11.0, 0.5, 1, 400);
    stage.emit(
        &Draft::new("dossier_imported")
            .with("source", "qr")
            .with("media_n", media)
            .with("duration_ms", duration)
            .with("outcome", "ok")
            .about(&[pupil]),
    );
    stage.emit(
        &Draft::new("content_status_changed").with("axis", "consultation").with("to", "downloaded").about(&[pupil]),
    );
    usage::step(stage, "retrieval", "finish", "completed");
    true
}

/// Looks through the portfolio.
fn look(stage: &mut Stage<'_>, pupil: u16) {
    usage::view(stage, "portfolio");
    let media = stage.random.amount(8.0, 0.6, 1, 200);
    let dwell = stage.random.amount(75.0, 0.8, 3, 3_600);
    let offline = stage.random.chance(0.35);
    stage.emit(
        &Draft::new("portfolio_viewed")
            .with("dwell_s", dwell)
            .with("media_n", media)
            .with("offline", offline)
            .about(&[pupil]),
    );
    for _ in 0..stage.random.count(1.3) {
        let kind = *stage.random.weighted(&[("photo", 0.75), ("video", 0.2), ("audio", 0.02), ("note", 0.03)]);
        let action = *stage.random.weighted(&[("viewed", 0.88), ("downloaded", 0.08), ("reshared", 0.04)]);
        stage.emit(&Draft::new("media_consulted").with("kind", kind).with("action", action).about(&[pupil]));
        let pause = stage.random.amount(12.0, 0.7, 1, 300);
        stage.wait(pause);
    }
    stage.wait(dwell);
    if stage.random.chance(0.25) {
        stage.emit(
            &Draft::new("content_status_changed").with("axis", "consultation").with("to", "consulted").about(&[pupil]),
        );
    }
    if stage.random.chance(0.03) {
        stage.emit(&Draft::new("parent_signed").with("doc", "ecarnet").about(&[pupil]));
    }
}
