//! Every kind in both widths, and its table, compared with what was reviewed. `INSTA_UPDATE=always` takes new ones.

use charts::{Chart, Lang, Width};

use crate::samples;

/// One tag a line, so that a change reads as a change.
fn lines(markup: &str) -> String {
    markup.replace("><", ">\n<")
}

fn check(chart: &Chart) {
    let id = chart.id().to_owned();
    insta::assert_snapshot!(format!("{id}_wide"), lines(&chart.svg(Width::Wide).into_string()));
    insta::assert_snapshot!(format!("{id}_narrow"), lines(&chart.svg(Width::Narrow).into_string()));
    insta::assert_snapshot!(
        format!("{id}_table"),
        format!("{}\n\n{}", chart.description(), chart.table().csv().replace("\r\n", "\n"))
    );
}

#[test]
fn every_kind_is_drawn_as_reviewed() {
    for chart in samples::all().expect("the samples are valid") {
        check(&chart);
    }
    insta::assert_snapshot!("sparkline", lines(&samples::spark("s").svg().into_string()));
}

#[test]
fn the_figure_is_complete_without_scripts() {
    let chart = samples::position().expect("the sample is valid");
    insta::assert_snapshot!("figure", lines(&chart.figure(3).into_string()));
}

#[test]
fn english_has_its_own_words_and_numbers() {
    let chart = samples::production(Lang::En).expect("the sample is valid");
    insta::assert_snapshot!(
        "english_table",
        format!("{}\n\n{}", chart.description(), chart.table().csv().replace("\r\n", "\n"))
    );
}
