//! The page of a class, from a view built by hand: no server, no store.

use analytics::range::Range;
use analytics::segments::{Change, OwnHabits, OwnSegment};
use analytics::view::View;
use calendar::Lang;

use super::super::samples::{Sample, figure, split};
use super::{answer, page, pupils};

/// A class of 24 in its second period: three weeks over, one running, two pupils without an item.
fn sample(label: &str) -> Sample {
    let mut sample = Sample::new("/ma-classe", label, "2025-11-26");
    let weeks = sample.past_weeks();
    let figures = &mut sample.compared.view.figures;
    for (at, week) in weeks.iter().enumerate() {
        let n = [38.0, 52.0, 47.0, 21.0][at % 4];
        figures.push(figure("media_count", week, n, "exact"));
        figures.push(split("media_count", week, "kind", "photo", n - 9.0));
        figures.push(split("media_count", week, "kind", "video", 5.0));
        figures.push(split("media_count", week, "kind", "note", 4.0));
        figures.push(figure("comment_count", week, 6.0 + n / 10.0, "exact"));
        figures.push(figure("review_count", week, f64::from(u8::try_from(at).unwrap()) * 3.0, "exact"));
        figures.push(figure("notebook_count", week, 1.0, "exact"));
        figures.push(figure("pupils_documented", week, 15.0, "exact"));
        figures.push(figure("families_active", week, [2.0, 9.0, 5.0, 1.0][at % 4], "exact"));
        figures.push(figure("share_deposited_count", week, [0.0, 24.0, 2.0, 0.0][at % 4], "exact"));
        figures.push(figure("share_retrieved_count", week, [0.0, 11.0, 6.0, 1.0][at % 4], "exact"));
        for pupil in 1..=22_u8 {
            if (usize::from(pupil) + at) % 3 != 0 {
                figures.push(split("pupil_traces", week, "pupil", &format!("{pupil:02}"), 2.0));
            }
        }
    }
    let whole = [
        ("media_count", 158.0),
        ("comment_count", 39.0),
        ("review_count", 18.0),
        ("notebook_count", 4.0),
        ("pupils_documented", 22.0),
        ("pupils_documented_of", 24.0),
        ("families_active", 13.0),
        ("families_active_of", 23.0),
        ("share_deposited_count", 26.0),
        ("share_retrieved_count", 18.0),
        ("retrieval_rate", 100.0 * 18.0 / 26.0),
    ];
    figures.extend(whole.map(|(measure, value)| figure(measure, label, value, "exact")));
    for (kind, value) in [("photo", 122.0), ("video", 20.0), ("note", 16.0)] {
        figures.push(split("media_count", label, "kind", kind, value));
    }
    for (domain, value) in [
        ("language", 44.0),
        ("physical", 12.0),
        ("arts", 21.0),
        ("maths", 30.0),
        ("world", 3.0),
        ("living_together", 17.0),
    ] {
        figures.push(split("domain_coverage", label, "domain", domain, value));
    }
    for (feature, value) in
        [("photo_capture", 120.0), ("objective_assign", 88.0), ("note", 16.0), ("qr_share", 26.0), ("ecarnet", 4.0)]
    {
        figures.push(split("feature_use", label, "feature", feature, value));
    }
    for pupil in 1..=22_u8 {
        let name = format!("{pupil:02}");
        figures.push(split("pupil_traces", label, "pupil", &name, f64::from(pupil % 7) + 2.0));
        figures.push(split("domain_coverage", label, "pupil", &name, f64::from(pupil % 5)));
    }
    let before = sample.compared.range.previous(&sample.calendar, sample.zone).unwrap();
    let mut view = View { view: "ma-classe", ..View::default() };
    for (at, week) in before.weeks.iter().enumerate() {
        view.figures.push(figure("media_count", &week.to_string(), [20.0, 31.0, 44.0, 40.0, 39.0][at % 5], "exact"));
        view.figures.push(figure("comment_count", &week.to_string(), 5.0, "exact"));
        view.figures.push(figure("review_count", &week.to_string(), 0.0, "exact"));
    }
    sample.compared.previous = Some((before, view));
    sample
}

/// A teacher in regular use.
fn own() -> OwnSegment {
    let catalogue = catalogue::Catalogue::embedded().unwrap();
    let segment = catalogue.segments().iter().find(|segment| segment.name == "regular").unwrap();
    let change =
        Change { habit: "active_days_per_week", at_least: None, below: Some(1.5), segment: "occasional".to_owned() };
    OwnSegment {
        segment: Some(segment.name.clone()),
        title: Some(segment.title.clone()),
        rule: Some(segment.definition.clone()),
        month: Some("2025-10".to_owned()),
        habits: Some(OwnHabits { tenure_days: 63.0, features: 11.0, active_days_per_week: 2.2 }),
        presence: 0.5,
        would_change: vec![change],
        leaning: None,
        withheld: None,
    }
}

#[test]
fn her_habits_are_told_with_their_rule_and_without_a_judgement() {
    let sample = sample("2025-2026-P2");
    let html = sample.page(Lang::Fr, "ma-classe", |scene| page(scene, "", &own())).replace(['\u{202f}', '\u{a0}'], " ");
    for said in [
        "<strong>Usage régulier</strong>. Au moins un jour et demi d’activité par semaine de classe",
        "Fin octobre 2025 : 2,2 jours d’activité par semaine de classe",
        "Vous partagez votre classe",
        "En dessous de 1,5 jour d’activité par semaine : « Usage occasionnel ».",
        "aucun n’est meilleur qu’un autre",
    ] {
        assert!(html.contains(said), "{said}");
    }
    let early = OwnSegment::nothing(analytics::segments::TOO_EARLY);
    let html = sample.page(Lang::Fr, "ma-classe", |scene| page(scene, "", &early));
    assert!(html.contains("Vos habitudes se disent à la fin du premier mois"));
    let undecided = OwnSegment::nothing(analytics::view::NOT_APPROVED);
    let html = sample.page(Lang::Fr, "ma-classe", |scene| page(scene, "", &undecided));
    assert!(!html.contains("Vos habitudes"), "nothing without the committee's approval");
}

#[test]
fn a_class_is_answered_in_three_sentences() {
    let sample = sample("2025-2026-P2");
    let said = |lang| sample.with_scene(lang, answer::text).replace(['\u{a0}', '\u{202f}'], " ");
    insta::assert_snapshot!(said(Lang::Fr), @"En période 2, 22 élèves sur 24 ont au moins une trace. Le domaine « Explorer le monde » est peu documenté (3 traces). 13 familles sur 23 ont récupéré un partage, consulté le carnet ou signé.");
    insta::assert_snapshot!(said(Lang::En), @"In period 2, 22 pupils of 24 have at least one item. “Exploring the world” has few items (3). 13 families of 23 have retrieved a share, looked at the notebook or signed.");
}

#[test]
fn every_figure_can_be_found_by_its_measure_and_period() {
    let sample = sample("2025-2026-P2");
    for lang in [Lang::Fr, Lang::En] {
        let html =
            sample.page(lang, "ma-classe", |scene| page(scene, "Classe de PS-MS, 24 élèves, école 0750001A", &own()));
        for (measure, value) in [("media_count", "158"), ("pupils_documented", "22"), ("families_active", "13")] {
            let hook = format!("<data value=\"{value}\" data-measure=\"{measure}\" data-period=\"2025-2026-P2\">");
            assert!(html.contains(&hook), "{hook}");
        }
        for chart in ["traces", "natures", "ecrits", "fonctions", "eleves", "domaines", "partages", "familles"] {
            assert!(html.contains(&format!("<ec-chart class=\"chart\" id=\"{chart}\"")), "{chart}");
        }
    }
}

#[test]
fn an_unfinished_period_is_compared_by_its_finished_weeks() {
    let html = sample("2025-2026-P2").page(Lang::Fr, "ma-classe-p2", |scene| page(scene, "", &own()));
    let html = html.replace(['\u{202f}', '\u{a0}'], " ");
    assert!(
        html.contains("▲ +44 %</span> par rapport aux 3 premières semaines de la période 1 (95)"),
        "no change found"
    );
    assert!(html.contains("Comparaison à la fin de la période"));
}

#[test]
fn pupils_without_an_item_come_first_and_by_number() {
    let sample = sample("2025-2026-P2");
    let without = sample.with_scene(Lang::Fr, |scene| {
        let pupils = pupils::pupils(scene);
        assert_eq!(pupils.len(), 24);
        pupils.into_iter().filter(|pupil| pupil.items < 0.5).map(|pupil| pupil.label).collect::<Vec<_>>()
    });
    assert_eq!(without, ["23", "24"]);
}

#[test]
fn an_empty_period_is_an_explanation_and_a_next_step() {
    let mut sample = Sample::new("/ma-classe", "2025-2026-P1", "2025-11-26");
    let range = Range::of_label("2025-2026-P1", &sample.calendar, sample.zone).unwrap();
    sample.compared.range = range;
    let html = sample.page(Lang::Fr, "ma-classe-vide", |scene| page(scene, "", &own())).replace('\u{202f}', " ");
    assert!(html.contains("Aucune trace en période 1."));
    assert!(html.contains("Voir la période précédente"));
    assert!(!html.contains("figure-card"));
}

#[test]
fn a_single_week_needs_no_line() {
    let html = sample("2025-W47").page(Lang::Fr, "ma-classe-semaine", |scene| page(scene, "", &own()));
    assert!(!html.contains("id=\"traces\""));
    assert!(html.contains("id=\"natures\""));
    // Every link inside the page leads somewhere.
    for target in html.split("href=\"#").skip(1).filter_map(|rest| rest.split('"').next()) {
        assert!(html.contains(&format!("id=\"{target}\"")), "{target}");
    }
}
