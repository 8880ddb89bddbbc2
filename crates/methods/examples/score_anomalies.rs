//! The score of the detector on a folder of labelled series, as the Numenta Anomaly Benchmark counts it: `windows.json`
//! beside folders of `timestamp,value` files, gzipped or not. Prints one JSON object.

use std::collections::BTreeMap;
use std::io::Read;
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::time::Instant;

use methods::score::nab::{self, Labelled, Profile};
use methods::{anomaly, series};

fn main() -> ExitCode {
    let Some(folder) = std::env::args_os().nth(1).map(PathBuf::from) else {
        eprintln!("score_anomalies: name the folder that has windows.json");
        return ExitCode::from(2);
    };
    match score(&folder) {
        Ok(report) => {
            println!("{report:#}");
            ExitCode::SUCCESS
        }
        Err(error) => {
            eprintln!("score_anomalies: {error}");
            ExitCode::FAILURE
        }
    }
}

type Failure = Box<dyn std::error::Error>;

fn score(folder: &Path) -> Result<serde_json::Value, Failure> {
    let labels: BTreeMap<String, Vec<[String; 2]>> =
        serde_json::from_slice(&std::fs::read(folder.join("windows.json"))?)?;
    let mut files = Vec::new();
    let mut points = 0;
    let started = Instant::now();
    for (name, windows) in &labels {
        let series = series::read(&bytes(&folder.join(name))?).map_err(|error| format!("{name}: {error}"))?;
        let place = |stamp: &String| {
            let second = series::second(stamp).ok_or_else(|| format!("windows.json: {name}: no timestamp"))?;
            let at = series.seconds.iter().position(|known| *known == second);
            at.ok_or_else(|| format!("windows.json: {name}: a window's edge is no point of the file"))
        };
        let windows =
            windows.iter().map(|[first, last]| Ok(place(first)?..=place(last)?)).collect::<Result<_, String>>();
        files.push(Labelled { scores: anomaly::scores(&series.seconds, &series.values), windows: windows? });
        points += series.values.len();
    }
    let seconds = started.elapsed().as_secs_f64();
    let best = nab::best(&files, Profile::STANDARD);
    let by_file: BTreeMap<&String, serde_json::Value> = labels
        .keys()
        .zip(&files)
        .map(|(name, file)| {
            let one = nab::at(std::slice::from_ref(file), Profile::STANDARD, best.threshold);
            (name, serde_json::json!({"found": one.found, "windows": one.windows, "false_alarms": one.false_alarms}))
        })
        .collect();
    Ok(serde_json::json!({
        "files": files.len(), "points": points, "seconds": seconds,
        "standard": best.score, "threshold": best.threshold,
        "found": best.found, "windows": best.windows, "false_alarms": best.false_alarms,
        "few_false_alarms": nab::best(&files, Profile::FEW_FALSE_ALARMS).score,
        "few_misses": nab::best(&files, Profile::FEW_MISSES).score,
        "by_file": by_file,
    }))
}

/// A file's text, or that of the gzipped file beside it.
fn bytes(path: &Path) -> Result<Vec<u8>, Failure> {
    if path.exists() {
        return Ok(std::fs::read(path)?);
    }
    let mut zipped = path.as_os_str().to_owned();
    zipped.push(".gz");
    let mut text = Vec::new();
    flate2::read::GzDecoder::new(std::fs::File::open(zipped)?).read_to_end(&mut text)?;
    Ok(text)
}
