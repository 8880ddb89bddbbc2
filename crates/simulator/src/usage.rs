//! Events of use: launches, screens, features, settings, funnels.

use crate::event::{Draft, Role};
use crate::profile::Profile;
use crate::stage::Stage;
use crate::technical;

/// The features a teacher discovers, in the order in which most do.
pub const FEATURES: [&str; 24] = [
    "photo_capture",
    "objective_assign",
    "multi_pupil_assign",
    "note",
    "ecarnet",
    "grid_entry",
    "photo_import",
    "qr_share",
    "backup",
    "objective_selection",
    "media_filter",
    "ejournal",
    "dictation",
    "bulk_generate",
    "video_import",
    "objective_tag",
    "avatar_edit",
    "email_send",
    "grid_export",
    "text_to_speech",
    "epub_export",
    "objective_relabel",
    "parent_signature",
    "replacements",
];

/// The screens a teacher walks through, with how often.
const TEACHER_SCREENS: [(&str, f64); 10] = [
    ("pupils_mosaic", 5.0),
    ("pupil_sheet", 4.0),
    ("documents", 3.0),
    ("document_sheet", 2.5),
    ("objectives", 2.5),
    ("tracking_grid", 1.5),
    ("progress_class", 1.0),
    ("progress_pupil", 1.2),
    ("pupils_list", 1.0),
    ("home", 2.0),
];
const RARE_SCREENS: [&str; 5] = ["settings", "help", "local_dashboard", "key_figures", "about"];
const PUPIL_SCREENS: [(&str, f64); 3] = [("pupil_home", 3.0), ("workshop_picker", 3.0), ("pupil_timeline", 2.0)];
const SETTINGS: [&str; 10] = [
    "school",
    "teachers",
    "sections",
    "notebook_params",
    "images",
    "workshops",
    "catalogue",
    "speech",
    "email_params",
    "commands",
];
const HELP_TOPICS: [&str; 6] = ["start", "capture", "objectives", "notebook", "share", "statistics"];

/// Starts the application: the launch, and the first screen.
pub fn open(stage: &mut Stage<'_>, cold: bool, first: &'static str) {
    let ready = stage.latency(if cold { 2_400.0 } else { 600.0 }, 0.4);
    stage.emit(&Draft::new("app_launched").with("cold", cold).with("ready_ms", ready));
    view(stage, first);
}

/// Looks at a screen for a while.
pub fn view(stage: &mut Stage<'_>, screen: &'static str) {
    let load = stage.latency(if screen == "tracking_grid" { 520.0 } else { 180.0 }, 0.55);
    let dwell = stage.random.amount(13.0, 0.9, 1, 900);
    let from = if stage.screen.is_empty() { screen } else { stage.screen };
    stage.emit(
        &Draft::new("screen_viewed")
            .with("screen", screen)
            .with("from", from)
            .with("dwell_s", dwell)
            .with("load_ms", load),
    );
    stage.wait(dwell);
    stage.screen = screen;
    stage.screens += 1;
}

/// Walks through some screens.
pub fn wander(stage: &mut Stage<'_>, screens: usize) {
    for _ in 0..screens {
        let screen = match stage.holder.role {
            Role::Pupil => *stage.random.weighted(&PUPIL_SCREENS),
            _ if stage.random.chance(0.03) => *stage.random.pick(&RARE_SCREENS),
            _ => *stage.random.weighted(&TEACHER_SCREENS),
        };
        view(stage, screen);
        if screen == "help" {
            let topic = *stage.random.pick(&HELP_TOPICS);
            stage.emit(&Draft::new("help_opened").with("topic", topic).with("screen", "home"));
        }
        if screen == "settings" && stage.random.chance(0.5) {
            let section = *stage.random.pick(&SETTINGS);
            stage.emit(&Draft::new("setting_changed").with("section", section));
        }
    }
}

/// Uses a feature; now and then it is given up or fails.
pub fn feature(stage: &mut Stage<'_>, feature: &'static str) {
    let outcome = *stage.random.weighted(&[("ok", 0.945), ("cancelled", 0.04), ("error", 0.015)]);
    feature_with(stage, feature, outcome);
}

/// Uses a feature with a known outcome.
pub fn feature_with(stage: &mut Stage<'_>, feature: &'static str, outcome: &'static str) {
    stage.emit(&Draft::new("feature_used").with("feature", feature).with("outcome", outcome));
    if outcome == "error" {
        technical::error(stage, feature);
    }
}

/// Uses some features of a teacher's repertoire; the first ones are the most used.
pub fn features(stage: &mut Stage<'_>, count: usize, repertoire: usize) {
    for _ in 0..count {
        let (one, other) = (stage.random.index(repertoire), stage.random.index(repertoire));
        let known = FEATURES[one.min(other).min(FEATURES.len() - 1)];
        let gap = stage.random.amount(25.0, 0.8, 2, 400);
        stage.wait(gap);
        feature(stage, known);
    }
}

/// Hands the tablet to the pupils, or takes it back.
pub fn switch_mode(stage: &mut Stage<'_>, to: Role) {
    let wrong_code = to == Role::Teacher && stage.random.chance(0.04);
    let word = if to == Role::Pupil { "pupil" } else { "teacher" };
    stage.hand_to(Role::Teacher);
    if wrong_code {
        stage.emit(&Draft::new("mode_switched").with("to", word).with("outcome", "error"));
    }
    stage.emit(&Draft::new("mode_switched").with("to", word).with("outcome", "ok"));
    stage.hand_to(to);
}

/// One of the two who share a tablet says who she is.
pub fn choose_slot(stage: &mut Stage<'_>, slot: i64) {
    stage.emit(&Draft::new("teacher_slot_switched").with("slot", slot));
}

/// A step of a funnel.
pub fn step(stage: &mut Stage<'_>, flow: &'static str, step: &'static str, outcome: &'static str) {
    stage.emit(&Draft::new("flow_step").with("flow", flow).with("step", step).with("outcome", outcome));
}

/// The first launch of a teacher in a school year: choice, profile, settings, roster.
pub fn set_up(stage: &mut Stage<'_>, profile: Profile) {
    // The notice and its choice come before anything is collected; the answer says nothing of who gave it.
    stage.emit_unlinked(&Draft::new("stats_choice_changed").with("choice", "on"));
    stage.emit(&Draft::new("profile_chosen").with("profile", "teacher"));
    let all = ["name", "school", "signature", "logo", "roster", "catalogue", "email"];
    let done = if profile == Profile::Novice { 5 } else { 7 };
    for name in &all[..done] {
        let pause = stage.random.amount(60.0, 0.7, 5, 900);
        stage.wait(pause);
        stage.emit(&Draft::new("setup_step_done").with("step", *name));
    }
    let op = *stage.random.weighted(&[("onde", 0.45), ("xlsx", 0.30), ("manual", 0.25)]);
    stage.emit(&Draft::new("roster_changed").with("op", op).with("pupils_bucket", "21+"));
    view(stage, "settings");
    if stage.random.chance(0.6) {
        stage.emit(&Draft::new("roster_changed").with("op", "purge").with("pupils_bucket", "21+"));
        stage.emit(&Draft::new("media_deleted").with("kind", "photo").with("scope", "purge"));
    }
    let catalogue =
        *stage.random.weighted(&[("standard", 0.80), ("montessori", 0.10), ("custom", 0.07), ("ash", 0.03)]);
    stage.emit(
        &Draft::new("catalogue_changed").with("op", "reload").with("catalogue", catalogue).with("language", "fr"),
    );
}

/// A teacher who says no: the one thing that is counted, unlinked.
pub fn decline(stage: &mut Stage<'_>) {
    stage.emit_unlinked(&Draft::new("stats_choice_changed").with("choice", "off"));
}

/// A new version runs for the first time.
pub fn updated(stage: &mut Stage<'_>, from: String, to: String, skipped: i64) {
    stage.emit(&Draft::new("app_updated").with("from", from).with("to", to).with("skipped_n", skipped));
}

/// Closes the session, by a crash if it was to be one.
pub fn close(stage: &mut Stage<'_>) {
    let end = if stage.crashed { "crash" } else { *stage.random.weighted(&[("background", 0.8), ("lock", 0.2)]) };
    if stage.crashed {
        technical::crash(stage);
    }
    let draft = Draft::new("session_ended")
        .with("active_s", stage.lasted().max(1))
        .with("screens_n", stage.screens)
        .with("end", end);
    stage.emit(&draft);
}
