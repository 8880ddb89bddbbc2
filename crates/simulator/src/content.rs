//! Events of content: traces, objectives, comments, reviews, workshops, progress.

use jiff::civil::Date;

use crate::event::{Draft, Role};
use crate::random::Random;
use crate::stage::Stage;
use crate::usage;

/// A trace that waits for its objective.
#[derive(Clone, Debug)]
pub struct Trace {
    /// The day it was made.
    pub date: Date,
    /// Its pupils, by their place in the class.
    pub pupils: Vec<u16>,
}

/// The domains with their themes, and how often a trace belongs to each.
const DOMAINS: [(&str, &[&str], f64); 6] = [
    (
        "language",
        &["vocabulary", "oral_exchange", "phonology", "alphabet", "handwriting", "syntax", "written_comprehension"],
        0.30,
    ),
    ("maths", &["numbers", "shapes", "number_problems", "magnitudes", "patterns"], 0.24),
    ("arts", &["visual_arts", "sound", "performing_arts"], 0.16),
    ("physical", &["body_balance", "body_space_objects", "body_expression", "body_cooperation"], 0.13),
    ("world", &["living", "space", "time", "objects", "matter", "digital_tools"], 0.11),
    ("living_together", &["shared_rules", "cooperation", "emotions", "self_confidence"], 0.06),
];
const SETTINGS: [(&str, f64); 8] = [
    ("workshop", 0.62),
    ("class_project", 0.12),
    ("routine", 0.08),
    ("recess", 0.05),
    ("outing", 0.06),
    ("celebration", 0.04),
    ("meal", 0.02),
    ("rest", 0.01),
];
const LENGTHS: [(&str, f64); 5] = [("1", 0.05), ("2-5", 0.3), ("6-10", 0.35), ("11-20", 0.2), ("21+", 0.1)];

/// Takes a trace; returns it when pupils are named and an objective is still missing.
pub fn capture(stage: &mut Stage<'_>, authorised: &[u16]) -> Option<Trace> {
    let pupil_mode = stage.holder.role == Role::Pupil;
    let kind = if pupil_mode {
        "photo"
    } else {
        *stage.random.weighted(&[("photo", 0.80), ("video", 0.07), ("note", 0.07), ("document", 0.04), ("audio", 0.02)])
    };
    let (median, sigma, highest) = match kind {
        "photo" => (170.0, 0.5, 4_000),
        "video" => (14_000.0, 0.7, 200_000),
        "audio" => (600.0, 0.6, 20_000),
        "document" => (350.0, 0.8, 20_000),
        _ => (2.0, 0.5, 20),
    };
    let size = stage.random.amount(median, sigma, 1, highest);
    let lasting = matches!(kind, "video" | "audio").then(|| stage.random.amount(35.0, 0.6, 2, 600));
    let source = match kind {
        "photo" | "video" if pupil_mode || stage.random.chance(0.85) => "camera",
        "document" => "scan",
        "photo" | "video" | "audio" => "import",
        _ => "camera",
    };
    let pupils = choose_pupils(stage, authorised);
    let direct = !pupil_mode && !pupils.is_empty() && stage.random.chance(0.2);
    let draft = Draft::new("media_added")
        .with("kind", kind)
        .with("source", source)
        .with("size_kb", size)
        .with_some("duration_s", lasting)
        .with("pupils_n", pupils.len())
        .with("has_objective", direct)
        .about(&pupils);
    stage.emit(&draft);
    if direct {
        let date = stage.scene.date;
        link(stage, &Trace { date, pupils });
        return None;
    }
    if pupils.is_empty() { None } else { Some(Trace { date: stage.scene.date, pupils }) }
}

/// Whom a trace shows: mostly one pupil, sometimes a group, sometimes nobody yet.
fn choose_pupils(stage: &mut Stage<'_>, authorised: &[u16]) -> Vec<u16> {
    let Some(class) = stage.holder.class else { return Vec::new() };
    let wanted = *stage.random.weighted(&[(1, 0.60), (2, 0.18), (3, 0.07), (4, 0.06), (6, 0.04), (0, 0.05)]);
    let pupils = &stage.scene.people.classes[class].pupils;
    let mut chosen: Vec<u16> = Vec::with_capacity(wanted);
    for _ in 0..wanted * 6 {
        if chosen.len() == wanted.min(authorised.len()) {
            break;
        }
        let pupil = authorised[stage.random.index(authorised.len())];
        // Some children are in front of the lens more often than others.
        if !chosen.contains(&pupil) && stage.random.chance(pupils[usize::from(pupil)].presence / 3.0) {
            chosen.push(pupil);
        }
    }
    chosen
}

/// Links a trace to an objective.
pub fn link(stage: &mut Stage<'_>, trace: &Trace) {
    let objective = Objective::choose(stage.random);
    let delay = i64::from(crate::device::days_between(trace.date, stage.scene.date));
    let setting = *stage.random.weighted(&SETTINGS);
    let draft = objective
        .describe(Draft::new("objective_linked"))
        .with("catalogue_version", "25.1".to_owned())
        .with("setting", setting)
        .with("delay_days", delay)
        .about(&trace.pupils);
    stage.emit(&draft);
    if stage.random.chance(0.02) {
        stage.emit(&objective.describe(Draft::new("objective_unlinked")).about(&trace.pupils));
    }
    if stage.scene.statuses && stage.random.chance(0.5) {
        let status = *stage.random.weighted(&[
            ("in_progress", 0.5),
            ("acquired", 0.3),
            ("to_consolidate", 0.1),
            ("not_worked", 0.05),
            ("exceeded", 0.05),
        ]);
        let assessor = *stage.random.weighted(&[("teacher", 0.7), ("shared", 0.15), ("self", 0.1), ("deferred", 0.05)]);
        stage.emit(
            &objective
                .describe(Draft::new("objective_status_set"))
                .with("status", status)
                .with("assessor", assessor)
                .about(&trace.pupils),
        );
    }
}

/// An objective of the catalogue.
struct Objective {
    domain: &'static str,
    theme: &'static str,
    number: usize,
}

impl Objective {
    fn choose(random: &mut Random) -> Self {
        let weights: [((&'static str, &[&'static str]), f64); 6] =
            DOMAINS.map(|(name, themes, share)| ((name, themes), share));
        let (domain, themes) = *random.weighted(&weights);
        // The first themes and objectives of a list are worked on most.
        let (one, other) = (random.index(themes.len()), random.index(themes.len()));
        Self { domain, theme: themes[one.min(other)], number: random.index(6) }
    }

    fn describe(&self, draft: Draft) -> Draft {
        draft
            .with("objective_id", format!("ecm.{}{}", self.theme.replace('_', ""), self.number + 1))
            .with("domain", self.domain)
            .with("theme", self.theme)
    }
}

/// Comments a trace, by the keyboard or by voice.
pub fn comment(stage: &mut Stage<'_>, trace: &Trace) {
    let author = if stage.holder.role == Role::Pupil { "pupil" } else { "teacher" };
    let input = *stage.random.weighted(&[("keyboard", 0.7), ("dictation", 0.3)]);
    let length = *stage.random.weighted(&LENGTHS);
    stage.emit(
        &Draft::new("comment_added")
            .with("author", author)
            .with("input", input)
            .with("length_bucket", length)
            .about(&trace.pupils),
    );
}

/// Corrects a trace.
pub fn edit(stage: &mut Stage<'_>, trace: &Trace) {
    let change = *stage.random.weighted(&[
        ("pupil", 0.35),
        ("crop", 0.25),
        ("comment", 0.2),
        ("date", 0.1),
        ("annotation", 0.1),
    ]);
    stage.emit(&Draft::new("media_edited").with("change", change).about(&trace.pupils));
}

/// Deletes a trace, or sweeps many.
pub fn delete(stage: &mut Stage<'_>, scope: &'static str) {
    let kind = *stage.random.weighted(&[("photo", 0.9), ("video", 0.1)]);
    stage.emit(&Draft::new("media_deleted").with("kind", kind).with("scope", scope));
}

/// Writes the review of some pupils at the end of a period.
pub fn review(stage: &mut Stage<'_>, pupils: &[u16]) {
    usage::step(stage, "review", "start", "continued");
    for pupil in pupils {
        usage::view(stage, "pupil_sheet");
        for block in ["review", "successes", "next"] {
            if stage.random.chance(0.8) {
                let pause = stage.random.amount(70.0, 0.6, 10, 600);
                stage.wait(pause);
                let length = *stage.random.weighted(&LENGTHS);
                stage.emit(
                    &Draft::new("review_written").with("block", block).with("length_bucket", length).about(&[*pupil]),
                );
            }
        }
    }
    let outcome = if stage.random.chance(0.9) { "completed" } else { "abandoned" };
    usage::step(stage, "review", "finish", outcome);
}

/// Prepares or chooses a workshop.
pub fn workshop(stage: &mut Stage<'_>) {
    let slot = stage.random.whole(1, 8);
    stage.emit(&Draft::new("workshop_selected").with("slot", slot));
}

/// Selects or names objectives as a period begins.
pub fn prepare_period(stage: &mut Stage<'_>) {
    let op = *stage.random.weighted(&[("select", 0.6), ("tag", 0.3), ("relabel", 0.1)]);
    stage.emit(&Draft::new("catalogue_changed").with("op", op).with("catalogue", "standard").with("language", "fr"));
    usage::feature(stage, "objective_selection");
}

/// Looks at the progress of the class or of a pupil.
pub fn progress(stage: &mut Stage<'_>) {
    let scope = *stage.random.weighted(&[("class", 0.45), ("pupil", 0.40), ("grid", 0.15)]);
    let screen = match scope {
        "class" => "progress_class",
        "pupil" => "progress_pupil",
        _ => "tracking_grid",
    };
    usage::view(stage, screen);
    stage.emit(&Draft::new("progress_viewed").with("scope", scope));
    if scope == "grid" && stage.random.chance(0.25) {
        let rows = *stage.random.weighted(&[("6-10", 0.2), ("11-20", 0.3), ("21+", 0.5)]);
        stage.emit(&Draft::new("grid_exported").with("rows_bucket", rows));
    }
}

/// Notes an activity of the class.
pub fn activity(stage: &mut Stage<'_>) {
    let objective = Objective::choose(stage.random);
    let category = *stage.random.weighted(&[
        ("guided", 0.3),
        ("autonomous", 0.25),
        ("play", 0.2),
        ("ritual", 0.1),
        ("project", 0.1),
        ("observation", 0.05),
    ]);
    let setting = *stage.random.weighted(&SETTINGS);
    let level = stage.holder.class.map_or("other", |class| stage.scene.people.classes[class].levels[0]);
    let group = *stage.random.weighted(&[("2-5", 0.4), ("6-10", 0.4), ("11-20", 0.1), ("21+", 0.1)]);
    let minutes = stage.random.amount(25.0, 0.4, 5, 180);
    stage.emit(
        &Draft::new("activity_recorded")
            .with("category", category)
            .with("setting", setting)
            .with("domain", objective.domain)
            .with("level", level)
            .with("pupils_bucket", group)
            .with("duration_min", minutes),
    );
}
