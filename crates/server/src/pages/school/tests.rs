//! The page of a school, from a view built by hand.

use analytics::forecast::Forecast;
use analytics::view::{FEW_OR_NONE, View, WithheldFigure};
use analytics::watch::{Alert, Rule, Severity};
use calendar::Lang;
use store::Denominators;

use super::super::samples::{Sample, figure, split};
use super::headline::{self, Headline};
use super::page;

/// Five classes in their second period: two weeks closed, the first of them with a figure held back.
fn sample() -> Sample {
    let label = "2025-2026-P2";
    let mut sample = Sample::new("/mon-ecole", label, "2025-11-26");
    sample.closed_through = Some("2025-W46".parse().unwrap());
    let weeks = sample.past_weeks();
    let view = &mut sample.compared.view;
    for (at, week) in weeks.iter().enumerate() {
        let closed = at < 2;
        if closed {
            let n = [310.0, 342.0][at];
            view.figures.push(figure("media_count", week, n, "k=5"));
            view.figures.push(split("media_count", week, "kind", "photo", n - 60.0));
            view.figures.push(split("media_count", week, "kind", "video", 38.0));
            view.figures.push(split("media_count", week, "kind", "autres", 22.0));
            view.figures.push(figure("pupils_documented", week, 97.0, "k=5"));
            view.figures.push(figure("pupils_documented_of", week, 122.0, "k=5"));
            view.figures.push(figure("share_deposited_count", week, 40.0, "k=5"));
            view.figures.push(figure("share_retrieved_count", week, 26.0, "k=5"));
            view.figures.push(figure("retrieval_rate", week, 65.0, "k=5"));
            view.figures.push(figure("families_active", week, 31.0, "k=5"));
            view.figures.push(figure("families_active_of", week, 118.0, "k=5"));
            view.figures.push(split("feature_use", week, "feature", "photo_capture", 300.0));
            view.figures.push(split("feature_use", week, "feature", "autres", 120.0));
        }
        if at == 0 {
            for measure in ["active_teachers", "adoption_rate"] {
                view.withheld.push(WithheldFigure {
                    measure: measure.to_owned(),
                    period: week.clone(),
                    reason: FEW_OR_NONE,
                });
            }
        } else if at == 1 {
            view.figures.push(figure("active_teachers", week, 8.0, "k=5"));
            view.figures.push(figure("active_teachers_of", week, 10.0, "k=5"));
            view.figures.push(figure("adoption_rate", week, 80.0, "k=5"));
        }
        view.figures.push(figure("crash_rate", week, [0.4, 0.6, 0.3, 0.5][at % 4], "devices=5"));
        view.figures.push(figure("sync_success_rate", week, 97.0, "devices=5"));
        view.figures.push(split("load_time", week, "percentile", "50", 620.0));
        view.figures.push(split("load_time", week, "percentile", "95", 2_150.0));
        view.figures.push(figure("devices_active", week, if closed { 14.0 } else { 0.0 }, "devices=5"));
    }
    for (measure, value) in [("crash_rate", 0.45), ("sync_success_rate", 97.2), ("completeness", 97.0)] {
        view.figures.push(figure(measure, label, value, "devices=5"));
    }
    view.figures.push(split("load_time", label, "percentile", "50", 620.0));
    view.figures.push(split("load_time", label, "percentile", "95", 2_150.0));
    let before = sample.compared.range.previous(&sample.calendar, sample.zone).unwrap();
    let mut view = View { view: "mon-ecole", ..View::default() };
    for week in &before.weeks {
        view.figures.push(figure("media_count", &week.to_string(), 280.0, "k=5"));
        view.figures.push(figure("crash_rate", &week.to_string(), 0.9, "devices=5"));
    }
    view.figures.push(figure("crash_rate", &before.label, 0.9, "devices=5"));
    sample.compared.previous = Some((before, view));
    sample
}

fn plain(html: &str) -> String {
    html.replace(['\u{202f}', '\u{a0}'], " ")
}

#[test]
fn closed_weeks_stand_in_for_a_period_that_is_not_over() {
    sample().with_scene(Lang::Fr, |scene| {
        let of = |name: &str| headline::headline(scene, scene.measure(name).unwrap());
        assert_eq!(of("media_count"), Headline::Sum { value: 652.0, weeks: vec![0, 1], closed: 2 });
        assert_eq!(of("adoption_rate"), Headline::Week { value: 80.0, at: 1 });
        assert_eq!(of("review_count"), Headline::Withheld);
        assert_eq!(headline::period(scene, &of("media_count")), "2025-W45+2025-W46");
    });
}

#[test]
fn a_school_is_answered_and_what_is_missing_is_said() {
    for lang in [Lang::Fr, Lang::En] {
        let html = plain(
            &sample()
                .page(lang, "mon-ecole", |scene| page(scene, "École 0750001A, 5 classes, 10 enseignants, 122 élèves")),
        );
        let expected: [&str; 5] = match lang {
            Lang::Fr => [
                "En semaine 9, <a href=\"#adoption\"><strong>8 enseignants sur 10</strong></a> ont travaillé sur les contenus.",
                "<strong>652 traces</strong></a> ont été ajoutées en 2 semaines closes.",
                "La semaine 10 se ferme jeudi 27 novembre, la semaine 11 jeudi 4 décembre",
                "3 % des envois manquent encore",
                "8 enseignants sur 10, en semaine 9",
            ],
            Lang::En => [
                "In week 9, <a href=\"#adoption\"><strong>8 teachers of 10</strong></a> worked on content.",
                "<strong>652 items</strong></a> were added in 2 closed weeks.",
                "Week 10 closes on Thursday 27 November",
                "3% of the batches are still missing",
                "8 teachers of 10, in week 9",
            ],
        };
        for sentence in expected {
            assert!(html.contains(sentence), "{sentence}");
        }
    }
}

#[test]
fn a_figure_held_back_is_a_sentence_and_a_next_step_and_never_a_number() {
    let html = plain(&sample().page(Lang::Fr, "mon-ecole-retenu", |scene| page(scene, "")));
    assert!(html.contains("<p class=\"figure-value withheld\">moins de 5 personnes, ou aucune</p>"));
    assert!(html.contains("Il faut au moins 5 personnes et 3 enseignants"));
    assert!(!html.contains("data-measure=\"review_count\""));
}

#[test]
fn before_the_first_closing_the_page_says_when_figures_appear() {
    let mut sample = sample();
    sample.closed_through = None;
    let html = plain(&sample.page(Lang::Fr, "mon-ecole-ouvert", |scene| page(scene, "")));
    assert!(html.contains("Aucune semaine de cette période n’est encore close."));
    assert!(html.contains("Premiers chiffres jeudi 13 novembre"));
    assert!(!html.contains("data-measure=\"media_count\""));
}

#[test]
fn too_few_devices_hide_the_technical_measures() {
    let mut sample = sample();
    let view = &mut sample.compared.view;
    view.figures.retain(|figure| figure.protection != "devices=5");
    view.figures.retain(|figure| figure.measure != "load_time");
    let period = sample.compared.range.label.clone();
    view.withheld.push(WithheldFigure { measure: "crash_rate".to_owned(), period, reason: FEW_OR_NONE });
    let html = plain(&sample.page(Lang::Fr, "mon-ecole-appareils", |scene| page(scene, "")));
    assert!(html.contains("Moins de 5 appareils, ou aucun."));
    assert!(!html.contains("id=\"affichage\""));
}

#[test]
fn a_school_too_small_for_a_figure_is_told_so_and_not_sent_from_period_to_period() {
    let mut sample = sample();
    sample.compared.view.figures.retain(|figure| figure.protection == "devices=5");
    for week in sample.past_weeks() {
        for name in ["adoption_rate", "media_count", "feature_use", "pupils_documented"] {
            let (measure, period) = (name.to_owned(), week.clone());
            sample.compared.view.withheld.push(WithheldFigure { measure, period, reason: FEW_OR_NONE });
        }
    }
    sample.compared.previous = None;
    for (teachers, sentence) in [(1, "demande 3 enseignants et votre école en compte 1"), (4, "demande 6 enseignants")]
    {
        sample.declared = Some(Denominators { classes: 2, teachers, pupils: 30, families: 40 });
        let html = plain(&sample.page(Lang::Fr, "mon-ecole-petite", |scene| page(scene, "")));
        assert!(html.contains(sentence), "{teachers}: {sentence}");
        // A kind of trace is no chart of hatched bars alone.
        assert!(html.contains("<strong>Traces par nature"));
        assert_eq!(html.contains("Avec 4 enseignants, une école voit surtout sa stabilité"), teachers == 4);
    }
    sample.declared = Some(Denominators { classes: 1, teachers: 1, pupils: 23, families: 30 });
    let html = plain(&sample.page(Lang::Fr, "mon-ecole-une-classe", |scene| page(scene, "")));
    assert!(html.contains("Votre école a une seule classe"));
}

#[test]
fn what_is_expected_and_what_is_unusual_are_shown_with_their_reasons() {
    let mut sample = sample();
    let view = &mut sample.compared.view;
    let expected = |period: &str, value: f64| Forecast {
        measure: "media_count".to_owned(),
        period: period.to_owned(),
        value,
        low: value - 40.0,
        high: value + 40.0,
        level: 95.0,
        learnt_from: 12,
        missed_by: Some(11.6),
    };
    view.forecasts = vec![expected("2025-W47", 330.0), expected("2025-W48", 325.0)];
    view.alerts = Some(vec![Alert {
        rule: Rule::Unusual,
        severity: Severity::Notify,
        from: "2025-11-18".to_owned(),
        out_of: None,
        version: None,
        screen: None,
        measure: "error_count".to_owned(),
        day: "2025-11-18".to_owned(),
        direction: "up",
        score: 0.7,
        days: 1,
        counted: 40,
        usual: 6,
        part: Some("network".to_owned()),
    }]);
    let html = plain(&sample.page(Lang::Fr, "mon-ecole-prevu", |scene| page(scene, "")));
    for words in [
        "prévision apprise de 12 semaines de classe publiées",
        "elle s’est trompée de 12 % du total",
        "Le mardi 18 novembre 2025</strong> : 40 erreurs, là où l’on en attendait 6, surtout « réseau ».",
    ] {
        assert!(html.contains(words), "{words}");
    }
    sample.compared.view.alerts = Some(Vec::new());
    let calm = plain(&sample.page(Lang::Fr, "mon-ecole-calme", |scene| page(scene, "")));
    assert!(calm.contains("Rien d’inhabituel dans l’application ces quatre dernières semaines."));
}
