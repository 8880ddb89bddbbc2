//! Scores the forecasts on a file of series: holds out the last horizon of each, forecasts it from the rest, and prints
//! one JSON object: OWA against Naive2 as the M4 competition defines it, coverage and MSIS of the interval, and series
//! per second.
//!
//! `cargo run -p methods --example score_forecasts -- FILE HORIZON PERIOD[,PERIOD] SEASON [THREADS [HALF [BACK]]]`: SEASON
//! is the frequency M4 scores with (24 hourly, 1 weekly); HALF, 0 or 1, takes every other series only, `all` each; BACK is
//! how many horizons are cut off before, so that earlier ones are forecast.

use std::path::Path;
use std::time::Instant;

use methods::forecast::{Request, forecast_all};
use methods::score::Panel;
use methods::table::read_series;

/// A series is scored from so many known points on.
const FEWEST: usize = 3;

fn main() {
    let line: Vec<String> = std::env::args().skip(1).collect();
    let [file, horizon, periods, season, more @ ..] = line.as_slice() else {
        eprintln!("expected: FILE HORIZON PERIOD[,PERIOD] SEASON [THREADS [HALF [BACK]]]");
        std::process::exit(2);
    };
    let number = |text: &str| text.parse::<usize>().expect("a number");
    let horizon = number(horizon);
    let request = Request { horizon, periods: periods.split(',').map(number).collect(), level: 95.0 };
    let threads = more.first().map_or(1, |text| number(text));
    let half = more.get(1).filter(|text| *text != "all").map(|text| number(text));
    let cut = horizon * more.get(2).map_or(0, |text| number(text));
    let text = std::fs::File::open(Path::new(file)).expect("the file opens");
    let all = read_series(text).expect("the file reads");
    let chosen: Vec<_> = all.iter().enumerate().filter(|(at, _)| half.is_none_or(|half| at % 2 == half)).collect();
    let split: Vec<(&[f64], &[f64])> = chosen
        .iter()
        .filter(|(_, series)| series.values.len() >= horizon + cut + FEWEST)
        .map(|(_, series)| &series.values[..series.values.len() - cut])
        .map(|values| values.split_at(values.len() - horizon))
        .collect();
    let trains: Vec<&[f64]> = split.iter().map(|(train, _)| *train).collect();
    let start = Instant::now();
    let forecasts = forecast_all(&trains, &request, threads, &|_| ());
    let seconds = start.elapsed().as_secs_f64();
    let mut panel = Panel::new(number(season), request.level);
    for ((train, actual), forecast) in split.iter().zip(forecasts) {
        let forecast = forecast.expect("the series can be forecast");
        panel.add(train, actual, &forecast.mean, &forecast.lo, &forecast.hi);
    }
    let score = panel.score();
    let rounded = |value: f64| (value * 1e4).round() / 1e4;
    println!(
        "{}",
        serde_json::json!({
            "series": score.series,
            "owa": rounded(score.owa),
            "smape": rounded(score.smape),
            "mase": rounded(score.mase),
            "coverage": rounded(score.coverage),
            "msis": rounded(score.msis),
            "threads": threads,
            "series_per_second": rounded(f64::from(u32::try_from(trains.len()).expect("few series")) / seconds),
        })
    );
}
