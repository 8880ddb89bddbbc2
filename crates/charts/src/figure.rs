//! The chart as a page embeds it. Complete without scripts: the browser code only adds to this markup.

use maud::{Markup, PreEscaped, html};

use crate::{Chart, Width, format, words};

pub(crate) fn figure(chart: &Chart, heading: u8) -> Markup {
    let lang = chart.lang;
    let heading = heading.clamp(2, 6);
    let table = chart.table();
    html! {
        ec-chart class="chart" id=(chart.id) lang=(lang.tag()) {
            figure {
                figcaption {
                    // The level depends on where the page puts the chart, so the tag is written by hand.
                    (PreEscaped(format!("<h{heading} class=\"chart-title\">")))
                    (format::typography(lang, &chart.title))
                    (PreEscaped(format!("</h{heading}>")))
                    p class="chart-subtitle" { (format::typography(lang, &chart.subtitle)) }
                }
                div class="chart-plot chart-wide" { (chart.svg(Width::Wide)) }
                div class="chart-plot chart-narrow" { (chart.svg(Width::Narrow)) }
                @for note in chart.notes() { p class="chart-note" { (format::typography(lang, &note)) } }
                @if let Some(source) = &chart.source {
                    p class="chart-source" { (words::source(lang)) (format::typography(lang, source)) }
                }
                div class="chart-foot" {
                    details class="chart-table" {
                        summary { (words::see_table(lang)) }
                        div class="table-scroll" role="region" tabindex="0" aria-label=(table.caption) { (table.markup()) }
                    }
                }
            }
        }
    }
}
