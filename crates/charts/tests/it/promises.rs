//! Properties that hold for every chart, whatever it shows.

use std::collections::HashSet;

use charts::{Bar, Bars, ChartError, Flow, Lang, Line, Link, Position, Series, Unit, Value, Width};

use crate::samples;

/// The value of every attribute of that name.
fn attributes<'a>(svg: &'a str, name: &str) -> Vec<&'a str> {
    svg.split(&format!(" {name}=\"")).skip(1).filter_map(|rest| rest.split('"').next()).collect()
}

#[test]
fn a_drawing_has_a_name_a_description_and_one_way_in() {
    for chart in samples::all().expect("the samples are valid") {
        for width in [Width::Wide, Width::Narrow] {
            let svg = chart.svg(width).into_string();
            assert!(
                svg.contains("role=\"graphics-document\"") && svg.contains("<title") && svg.contains("<desc"),
                "{}",
                chart.id()
            );
            assert_eq!(svg.matches("tabindex=\"0\"").count(), 1, "{}", chart.id());
            assert!(attributes(&svg, "aria-label").iter().all(|label| label.len() > 5), "{}", chart.id());
        }
    }
}

#[test]
fn ids_are_unique_on_a_page_with_both_widths() {
    let mut seen = HashSet::new();
    for chart in samples::all().expect("the samples are valid") {
        let figure = chart.figure(3).into_string();
        for id in attributes(&figure, "id") {
            assert!(seen.insert(id.to_owned()), "{id} twice");
        }
    }
}

#[test]
fn no_style_attribute_is_written_so_a_strict_policy_holds() {
    for chart in samples::all().expect("the samples are valid") {
        let figure = chart.figure(3).into_string();
        assert!(
            !figure.contains(" style=") && !figure.contains("<style") && !figure.contains("<script"),
            "{}",
            chart.id()
        );
    }
}

#[test]
fn nothing_is_drawn_outside_its_canvas() {
    for chart in samples::all().expect("the samples are valid") {
        for width in [Width::Wide, Width::Narrow] {
            let svg = chart.svg(width).into_string();
            let size: Vec<f64> = attributes(&svg, "viewBox")[0].split(' ').filter_map(|n| n.parse().ok()).collect();
            for (name, limit) in [("x", size[2]), ("cx", size[2]), ("y", size[3]), ("cy", size[3])] {
                for value in attributes(&svg, name) {
                    let value: f64 = value.parse().expect("a coordinate");
                    assert!((-2.0..=limit + 2.0).contains(&value), "{}: {name}={value} of {limit}", chart.id());
                }
            }
        }
    }
}

#[test]
fn a_withheld_value_is_hatched_and_said_and_never_a_zero() {
    let bars = Bars::vertical("Semaine", Unit::count("trace", "traces"))
        .bar(Bar::new("S1", Value::Withheld))
        .bar(Bar::new("S2", 8.0));
    let chart = samples::try_chart("retenu", bars).expect("it can be drawn").withheld_below(10);
    let svg = chart.svg(Width::Wide).into_string();
    assert!(svg.contains("class=\"hatch s-muted\"") && svg.contains("S1\u{202f}: moins de 10 personnes, ou aucune"));
    assert!(!svg.contains("S1\u{202f}: 0"));
    let table = chart.table();
    assert_eq!(table.rows[0].cells[0].text, "moins de 10 personnes, ou aucune");
    assert!(!table.markup().into_string().contains("data-value=\"0\""));
}

#[test]
fn an_absent_value_is_a_gap_with_the_name_of_its_holiday() {
    let chart = samples::production(Lang::Fr).expect("the sample is valid");
    let svg = chart.svg(Width::Wide).into_string();
    assert!(svg.contains("Toussaint"));
    assert!(!attributes(&svg, "data-x").contains(&"7"), "no point stands in a holiday");
    assert_eq!(chart.table().rows[7].cells[0].text, "vacances de la Toussaint");
}

#[test]
fn text_is_escaped() {
    let bars = Bars::horizontal("x", Unit::Percent).bar(Bar::new("<script>alert(\"1\")</script>", 8.0));
    let figure = samples::try_chart("echappe", bars).expect("it can be drawn").note("<b>").figure(2).into_string();
    assert!(!figure.contains("<script>") && !figure.contains("<b>"));
}

#[test]
fn what_cannot_be_drawn_is_refused_with_its_name() {
    let weeks = || vec![Position::new("S1", "semaine 1"), Position::new("S2", "semaine 2")];
    let line = |values: Vec<Value>| Line::new("Semaine", weeks(), Unit::Percent).series(Series::ours("A", values));
    let refused = |result: Result<charts::Chart, ChartError>| result.expect_err("it cannot be drawn");
    assert_eq!(
        refused(samples::try_chart("a", line(vec![1.0.into()]))),
        ChartError::Length { name: "A".into(), got: 1, expected: 2 }
    );
    assert_eq!(
        refused(samples::try_chart("a", line(vec![f64::NAN.into(), 1.0.into()]))),
        ChartError::NotFinite("A".into())
    );
    assert_eq!(refused(samples::try_chart("Pas bon", line(vec![1.0.into(); 2]))), ChartError::BadId("Pas bon".into()));
    assert_eq!(
        refused(samples::try_chart("a", Line::new("Semaine", weeks(), Unit::Percent))),
        ChartError::Empty("a".into())
    );
    let below = Bars::horizontal("x", Unit::Percent).bar(Bar::new("A", -1.0));
    assert_eq!(refused(samples::try_chart("a", below)), ChartError::Negative("A".into()));
    let circle = Flow::new(Unit::Percent, ["A", "B"], vec![Link::new(0, 1, 1.0), Link::new(1, 0, 1.0)]);
    assert_eq!(refused(samples::try_chart("a", circle)), ChartError::Cycle("A".into()));
}

#[test]
fn a_chart_without_any_value_still_stands() {
    let weeks = vec![Position::new("S1", "semaine 1")];
    for value in [Value::Absent, Value::Withheld, Value::Known(0.0)] {
        let line = Line::new("Semaine", weeks.clone(), Unit::Bytes).series(Series::ours("A", [value]).unfinished());
        let chart = samples::try_chart("vide", line).expect("it can be drawn");
        assert!(!chart.figure(3).into_string().contains("NaN"));
    }
}
