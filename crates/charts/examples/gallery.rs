//! Fills a page with the sample charts: every `<!-- chart ID -->` and `<!-- sparkline ID -->` of the template is replaced.
//!
//! `cargo run -p charts --example gallery -- web/sample.html web/dist/sample.html`

#[path = "../tests/it/samples.rs"]
mod samples;

use std::error::Error;

fn main() -> Result<(), Box<dyn Error>> {
    let mut arguments = std::env::args().skip(1);
    let (Some(template), Some(target)) = (arguments.next(), arguments.next()) else {
        return Err("give a template and a target".into());
    };
    let mut page = std::fs::read_to_string(template)?;
    for chart in samples::all()? {
        page = page.replace(&format!("<!-- chart {} -->", chart.id()), &chart.figure(3).into_string());
    }
    for id in ["s1", "s2", "s3", "s4"] {
        page = page.replace(&format!("<!-- sparkline {id} -->"), &samples::spark(id).svg().into_string());
    }
    std::fs::write(target, page)?;
    Ok(())
}
