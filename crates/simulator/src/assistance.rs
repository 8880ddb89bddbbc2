//! Support, satisfaction, training, recommendations, and the statistics themselves.

use crate::event::Draft;
use crate::stage::Stage;
use crate::usage;

const TOPICS: [(&str, f64); 9] = [
    ("share", 0.25),
    ("notebook", 0.2),
    ("roster", 0.13),
    ("installation", 0.12),
    ("media", 0.1),
    ("backup", 0.08),
    ("objectives", 0.06),
    ("statistics", 0.03),
    ("other", 0.03),
];

/// The small things that come with an evening's work, each rare.
pub fn around_work(stage: &mut Stage<'_>) {
    if stage.random.chance(0.035) {
        let module = *stage.random.pick(&[
            "first_steps",
            "capture",
            "objectives",
            "notebook",
            "families",
            "statistics",
            "privacy",
        ]);
        stage.emit(&Draft::new("training_progressed").with("module", module).with("state", "started"));
        if stage.random.chance(0.6) {
            stage.wait(600);
            stage.emit(&Draft::new("training_progressed").with("module", module).with("state", "done"));
        }
    }
    if stage.random.chance(0.12) {
        let rule = *stage.random.weighted(&[
            ("pupils_without_trace", 0.3),
            ("traces_without_objective", 0.25),
            ("domains_uncovered", 0.2),
            ("families_not_reached", 0.1),
            ("backup_due", 0.1),
            ("storage_full", 0.05),
        ]);
        let action = *stage.random.weighted(&[("none", 0.55), ("accepted", 0.3), ("dismissed", 0.15)]);
        stage.emit(&Draft::new("recommendation_shown").with("rule", rule).with("action", action));
    }
    if stage.random.chance(0.10) {
        let widget = *stage.random.pick(&["overview", "pupils", "production", "families", "features", "evolution"]);
        usage::view(stage, "stats_teacher");
        stage.emit(&Draft::new("stats_viewed").with("view", "teacher").with("widget", widget));
        page(stage, "ma_classe");
    }
    if stage.random.chance(0.012) {
        let item = *stage.random.weighted(&[("overall", 0.5), ("ease", 0.2), ("usefulness", 0.2), ("time_saved", 0.1)]);
        let score = *stage.random.weighted(&[(7, 0.25), (6, 0.35), (5, 0.22), (4, 0.1), (3, 0.05), (1, 0.03)]);
        stage.emit(&Draft::new("survey_answered").with("item", item).with("score", i64::from(score)));
    }
    if stage.random.chance(0.004) {
        let score = *stage.random.weighted(&[(5, 0.5), (4, 0.3), (3, 0.12), (1, 0.08)]);
        stage.emit(&Draft::new("ticket_rated").with("score", i64::from(score)));
    }
}

/// A ticket on its way: the teacher opens it, support moves it on within the days that follow.
pub fn ticket(stage: &mut Stage<'_>, from: Option<&'static str>, to: &'static str) {
    let kind = *stage.random.weighted(&[("technical", 0.7), ("pedagogical", 0.3)]);
    let topic = *stage.random.weighted(&TOPICS);
    let priority = *stage.random.weighted(&[("normal", 0.75), ("important", 0.2), ("urgent", 0.05)]);
    let level = *stage.random.weighted(&[(1, 0.7), (2, 0.22), (3, 0.06), (4, 0.02)]);
    let hours = from.map(|_| stage.random.amount(14.0, 0.9, 0, 400));
    stage.emit(
        &Draft::new("ticket_status_changed")
            .with("kind", kind)
            .with("topic", topic)
            .with("priority", priority)
            .with("level", i64::from(level))
            .with_some("from", from)
            .with("to", to)
            .with_some("state_h", hours),
    );
}

/// The head reads the school's figures.
pub fn read_figures(stage: &mut Stage<'_>) {
    usage::view(stage, "stats_school");
    page(stage, "mon_ecole");
    for _ in 0..=stage.random.count(1.2) {
        let widget = *stage.random.pick(&["overview", "adoption", "volume", "stability", "evolution", "satisfaction"]);
        stage.emit(&Draft::new("stats_viewed").with("view", "school").with("widget", widget));
        let pause = stage.random.amount(40.0, 0.7, 3, 900);
        stage.wait(pause);
    }
}

/// How long a page of the statistics took to come.
fn page(stage: &mut Stage<'_>, page: &'static str) {
    let first = stage.latency(60.0, 0.5);
    let load = first + stage.latency(240.0, 0.5);
    let inp = stage.latency(45.0, 0.6);
    stage.emit(
        &Draft::new("page_timed")
            .with("page", page)
            .with("ttfb_ms", first)
            .with("load_ms", load)
            .with("lcp_ms", load + 40)
            .with("inp_ms", inp),
    );
}

/// A report reaches the head.
pub fn report(stage: &mut Stage<'_>, cadence: &'static str) {
    let format = *stage.random.weighted(&[("pdf", 0.6), ("web", 0.3), ("xlsx", 0.1)]);
    let opened = stage.random.chance(0.55);
    stage.emit(&Draft::new("report_delivered").with("cadence", cadence).with("format", format).with("opened", opened));
}
