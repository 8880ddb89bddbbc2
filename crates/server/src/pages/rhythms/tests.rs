//! Patterns in words, from findings made by hand.

use analytics::patterns::causes::Cause;
use analytics::patterns::days::DayPeak;
use analytics::patterns::friction::{Bottleneck, Crashing, Friction, Stuck};
use analytics::patterns::habits::{Habits, Slot, Standing};
use analytics::patterns::links::{Link, Links};
use analytics::patterns::own::{OwnDay, OwnWeekdays};
use analytics::patterns::peaks::Peak;
use analytics::patterns::seasons::Season;
use analytics::patterns::{BeyondPatterns, SchoolPatterns};
use analytics::view::NOT_APPROVED;
use calendar::Lang;
use catalogue::Catalogue;

use super::super::samples::Sample;
use super::*;

fn peak(measure: &str, period: &str, causes: Vec<Cause>) -> Peak {
    Peak {
        measure: measure.to_owned(),
        period: period.to_owned(),
        direction: "up",
        value: 240.0,
        expected: 80.0,
        low: 50.0,
        high: 122.0,
        class_days: 4,
        adjusted_p: 0.001,
        causes,
        days_off: Vec::new(),
        by_class_days: false,
    }
}

fn link(one: &str, other: &str) -> Links {
    let found = vec![Link {
        measures: [one.to_owned(), other.to_owned()],
        rho: 0.71,
        low: 0.45,
        high: 0.86,
        adjusted_p: 0.002,
        strength: "large",
        n: 31,
        effective_n: 24.0,
    }];
    Links { found, tested: 36, n: 31 }
}

fn school() -> SchoolPatterns {
    SchoolPatterns {
        published_weeks: 31,
        peaks: vec![
            Peak {
                causes: vec![Cause::ShortWeek],
                days_off: vec!["Ascension".to_owned(), "Pont de l'Ascension".to_owned()],
                by_class_days: true,
                class_days: 2,
                value: 41.0,
                ..peak("media_count", "2026-W20", Vec::new())
            },
            peak("review_count", "2025-W42", vec![Cause::PeriodEnd, Cause::BeforeHolidays]),
            peak("media_count", "2025-W40", Vec::new()),
        ],
        days: vec![DayPeak {
            measure: "session_count".to_owned(),
            day: "2025-10-17".to_owned(),
            direction: "down",
            value: 5.0,
            expected: 40.0,
            low: 25.0,
            high: 60.0,
            adjusted_p: 0.001,
            causes: vec![Cause::BeforeHolidays],
        }],
        links: link("comment_count", "portfolio_views"),
        seasons: vec![Season {
            measure: "media_count".to_owned(),
            period: "2025-2026-P1".to_owned(),
            value: 84.2,
            previous: 42.1,
            weeks: 7,
            change_pct: 100.0,
            low_pct: 60.0,
            high_pct: 150.0,
            adjusted_p: 0.001,
            clear: true,
        }],
        protection: "k=5".to_owned(),
        withheld: None,
    }
}

fn plain(text: &str) -> String {
    text.replace(['\u{202f}', '\u{a0}'], " ")
}

fn sentences(told: &[Told], lang: Lang) -> Vec<String> {
    told.iter().map(|one| plain(if lang == Lang::Fr { &one.sentence.fr } else { &one.sentence.en })).collect()
}

#[test]
fn a_schools_patterns_are_told_in_both_languages() {
    let catalogue = Catalogue::embedded().unwrap();
    let told = of_school(&catalogue, &school());
    assert_eq!(
        sentences(&told, Lang::Fr),
        [
            "La semaine du 11 mai 2026 : 41 traces, contre environ 80 une semaine entière. Rien d’étonnant pour 2 jours de classe : semaine courte (Ascension et Pont de l’Ascension).",
            "La semaine du 13 octobre 2025 : 240 parties de bilan, là où l’on en attendait environ 80. Au calendrier : fin de période, quand les bilans s’écrivent ; derniers jours avant les vacances.",
            "La semaine du 29 septembre 2025 : 240 traces, là où l’on en attendait environ 80. Aucune cause connue au calendrier.",
            "Le vendredi 17 octobre 2025 : 5 séances, contre environ 40 les mêmes jours de la semaine. Au calendrier : derniers jours avant les vacances.",
            "« Commentaires » et « Consultations du portfolio » montent et descendent ensemble d’une semaine de classe à l’autre, calendrier ôté (lien fort).",
            "« Traces ajoutées », période 1 : 84 par semaine de classe en moyenne, contre 42 la même période de l’année d’avant (100 % de plus).",
        ]
    );
    let english = sentences(&told, Lang::En);
    assert!(
        english[1].starts_with("In the week of 13 October 2025: 240 parts of reviews, where about 80 were expected.")
    );
    for one in &told {
        for words in [&one.uncertainty, &one.method, &one.caution] {
            assert!(words.fr.len() > 20 && words.en.len() > 20, "{}", one.kind);
        }
        assert!(one.figures.is_object() && !one.protection.is_empty());
    }
    assert_eq!(told[3].protection, "devices=5");
}

#[test]
fn the_page_tells_three_sentences_each_linked_to_its_chart_and_says_what_not_to_read_into_them() {
    let mut sample = Sample::new("/mon-ecole", "2025-2026-P2", "2025-11-26");
    sample.compared.view.patterns = Some(school());
    let html = plain(&sample.page(Lang::Fr, "mon-ecole-rythmes", school_section));
    let list = html.split_once("id=\"rythmes\"").unwrap().1;
    assert_eq!(list.matches("<li>").count(), 3, "{list}");
    for words in [
        "240 parties de bilan",
        "href=\"#over-time\">Voir les contenus</a>",
        "href=\"#traces\">Voir les traces</a>",
        "ne sont pas pour autant cause et effet",
        "ne la prouve pas",
    ] {
        assert!(list.contains(words), "{words}");
    }
    assert!(!list.contains("semaine courte"), "a week that is merely short gives way to one that is not");
}

#[test]
fn without_approval_the_page_says_nothing_and_without_a_pattern_it_says_so() {
    let page = |found: SchoolPatterns| {
        let mut sample = Sample::new("/mon-ecole", "2025-2026-P2", "2025-11-26");
        sample.compared.view.patterns = Some(found);
        plain(&sample.page(Lang::Fr, "mon-ecole-sans-rythme", school_section))
    };
    assert!(!page(SchoolPatterns { withheld: Some(NOT_APPROVED), ..school() }).contains("rythmes"));
    let new = page(SchoolPatterns { published_weeks: 1, ..SchoolPatterns::default() });
    assert!(new.contains("Rien de net encore, avec 1 semaine de classe publiée"), "{new}");
    let calm = page(SchoolPatterns { published_weeks: 30, ..SchoolPatterns::default() });
    assert!(calm.contains("Aucune semaine ne sort nettement de l’ordinaire"));
}

fn country() -> BeyondPatterns {
    let standing = |weekday: Option<u8>, hour: Option<u8>, kind: &'static str| Standing {
        weekday,
        hour,
        kind,
        share: 0.14,
        low: 0.13,
        high: 0.15,
        adjusted_p: 0.0,
    };
    let grid = (1..=7).flat_map(|day| (0..24).map(move |hour| (day, hour))).map(|(day, hour)| Slot {
        weekday: Some(day),
        hour: Some(hour),
        value: if day == 2 && hour == 9 { 1_234 } else { 3 },
        error: 33.0,
    });
    let habits = Habits {
        place: String::new(),
        months: vec!["2025-09".to_owned(), "2025-10".to_owned(), "2025-11".to_owned()],
        total: 9_000,
        hours: [9, 8, 10, 14].map(|hour| standing(None, Some(hour), "busy")).into(),
        weekdays: vec![
            standing(Some(2), None, "busy"),
            standing(Some(4), None, "busy"),
            standing(Some(3), None, "quiet"),
            standing(Some(7), None, "quiet"),
        ],
        grid: grid.collect(),
    };
    let academy = Habits { place: "orleans-tours".to_owned(), grid: Vec::new(), hours: Vec::new(), ..habits.clone() };
    let friction = Friction {
        days: Some(("2025-10-27".to_owned(), "2025-11-26".to_owned())),
        months: habits.months.clone(),
        bottlenecks: vec![Bottleneck {
            screen: "portfolio".to_owned(),
            loads: 12_400,
            slow: 0.31,
            median_ms: 700.0,
            p95_ms: 4_200.0,
            lost_h: 2.2,
            low_h: 2.1,
            high_h: 2.3,
            reached: Some(0.12),
            reached_error: Some(0.01),
        }],
        crashing: vec![Crashing {
            screen: "portfolio".to_owned(),
            crashes: 36,
            days: 3,
            loads: 2_000,
            per_thousand: 18.0,
            low: 13.0,
            high: 24.8,
            usual: 1.9,
        }],
        stuck: vec![
            Stuck {
                kind: "dead_end",
                places: vec!["help".to_owned()],
                step: None,
                share: 0.9,
                low: 0.85,
                high: 0.95,
                usual: Some(0.2),
            },
            Stuck {
                kind: "back_and_forth",
                places: vec!["documents".to_owned(), "document_sheet".to_owned()],
                step: None,
                share: 0.5,
                low: 0.45,
                high: 0.55,
                usual: None,
            },
            Stuck {
                kind: "abandoned",
                places: vec!["notebook".to_owned()],
                step: Some("check".to_owned()),
                share: 0.58,
                low: 0.55,
                high: 0.61,
                usual: None,
            },
        ],
    };
    BeyondPatterns {
        habits: vec![habits, academy],
        links: link("families_active", "items_added"),
        friction,
        protection: Some("dp ε=2 δ=1e-8".to_owned()),
        withheld: None,
    }
}

#[test]
fn what_is_known_beyond_establishments_is_told_in_words() {
    let catalogue = Catalogue::embedded().unwrap();
    let told = beyond(&catalogue, &country());
    assert_eq!(
        sentences(&told, Lang::Fr),
        [
            "Tout le pays : l’application sert surtout de 8 h à 11 h et de 14 h à 15 h, le mardi et le jeudi ; moins le mercredi.",
            "Académie Orléans-Tours : l’application sert surtout le mardi et le jeudi ; moins le mercredi.",
            "« Familles actives » et « Traces ajoutées » montent et descendent ensemble d’une circonscription et d’un mois à l’autre, calendrier ôté (lien fort).",
            "« Portfolio » : 2 h 12 d’attente au-delà d’une seconde, sur 12 400 affichages dont 31 % trop lents.",
            "« Portfolio » : 18 arrêts brutaux pour 1 000 affichages, contre 1,9 en tout (36 en 3 jours).",
            "« Aide » : environ 90 % des arrivées ne mènent plus nulle part, contre 20 % sur l’ensemble des écrans.",
            "« Documents » et « Fiche document » se renvoient l’un à l’autre : au moins 50 % des pas de chacun.",
            "Le parcours « production du carnet » n’est pas mené à son terme dans environ 58 % des cas, surtout à l’étape « vérification ».",
        ]
    );
    let kinds: Vec<(&str, &str)> = told.iter().map(|one| (one.kind, one.protection.as_str())).collect();
    assert_eq!(kinds[3], ("bottleneck", "devices=5"));
    assert_eq!(kinds[5], ("dead_end", "dp ε=2 δ=1e-8"));
}

#[test]
fn the_operators_page_has_the_hours_as_a_heat_map_with_its_table_and_leaves_noise_empty() {
    let catalogue = Catalogue::embedded().unwrap();
    let html = plain(&operator_section(Lang::Fr, &catalogue, &country()).into_string());
    for words in [
        "id=\"heures\"",
        "1 230",
        "à 33 près dans 95 cas sur 100",
        "Où l’on attend le plus",
        "Par académie",
        "entre 85 % et 95 % dans 95 cas sur 100",
    ] {
        assert!(html.to_lowercase().contains(&words.to_lowercase()), "{words}: {html}");
    }
    assert!(html.contains("<table"));
    let none = BeyondPatterns { withheld: Some(NOT_APPROVED), ..country() };
    assert_eq!(operator_section(Lang::Fr, &catalogue, &none).into_string(), "");
    let empty = operator_section(Lang::En, &catalogue, &BeyondPatterns::default()).into_string();
    assert!(empty.contains("Nothing stands out of the noise yet") && empty.contains("No screen costs time"));
}

#[test]
fn a_teachers_own_days_are_told_to_her() {
    let day = |weekday: u8, acts: u64| OwnDay { weekday, passed: 2, active: usize::from(acts > 0), acts };
    let found = OwnWeekdays {
        from: "2025-11-17".to_owned(),
        until: "2025-11-26".to_owned(),
        days: vec![day(1, 7), day(2, 1), day(4, 5), day(6, 0)],
    };
    assert_eq!(
        plain(&super::beyond::own(Lang::Fr, &found)),
        "Du 17 au 26 novembre, vous avez surtout travaillé le lundi et le jeudi (13 actes en tout)."
    );
    let none = OwnWeekdays { days: Vec::new(), ..found };
    assert!(plain(&super::beyond::own(Lang::En, &none)).contains("nothing was counted for you"));
}
