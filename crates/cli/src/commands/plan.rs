//! `plan`: the system's load to come, and what server it takes. Reads only what the server counted of itself by the hour.

use std::io::Write;
use std::thread::available_parallelism;

use analytics::governance::Approvals;
use analytics::load::{self, Asked, Given, LoadOutlook, NoLoad, Plan};
use calendar::{Calendar, Lang, weekday_name};
use clap::{Args, ValueEnum};
use jiff::Timestamp;
use jiff::civil::{Date, Weekday};
use jiff::tz::TimeZone;
use methods::capacity::LoadError;
use methods::capacity::sizing::{Cost, Costs};
use store::Store;

use crate::settings::{Data, WrongUse, runtime};

#[derive(Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Format {
    Table,
    Json,
}

/// Planning.
#[derive(Args)]
pub struct Options {
    #[command(flatten)]
    data: Data,
    /// How many weeks ahead; no more than are known.
    #[arg(long, default_value_t = 4, value_name = "WEEKS", value_parser = clap::value_parser!(u8).range(1..=26))]
    weeks: u8,
    /// By how many percent a year the load grows beyond its level now.
    #[arg(long, default_value_t = 0.0, value_name = "PERCENT", allow_negative_numbers = true)]
    growth: f64,
    /// How often upper bounds should hold, in percent: 50 to 99.9.
    #[arg(long, default_value_t = 99.0, value_name = "PERCENT")]
    level: f64,
    /// Leave aside what was counted before this day.
    #[arg(long, value_name = "DATE")]
    since: Option<String>,
    /// How many cores there are; this machine's otherwise.
    #[arg(long, value_name = "CORES")]
    cores: Option<f64>,
    /// How much of the disk the lake may take, in gigabytes.
    #[arg(long, value_name = "GB")]
    disk_gb: Option<f64>,
    #[command(flatten)]
    costs: Measured,
    /// How to print it.
    #[arg(long, value_enum, default_value = "table")]
    format: Format,
}

/// Costs measured on one's own machine, in place of those of docs/performance.md.
#[derive(Args)]
struct Measured {
    /// Durable events a second and core, as `./dev bench ingest` measures.
    #[arg(long, value_name = "N", allow_negative_numbers = true)]
    events_per_second_per_core: Option<f64>,
    /// Batches a second and core, likewise.
    #[arg(long, value_name = "N", allow_negative_numbers = true)]
    requests_per_second_per_core: Option<f64>,
    /// Folded events a second and core, likewise.
    #[arg(long, value_name = "N", allow_negative_numbers = true)]
    folded_per_second_per_core: Option<f64>,
    /// Bytes in the lake an event, likewise.
    #[arg(long, value_name = "N", allow_negative_numbers = true)]
    bytes_per_event: Option<f64>,
    /// Memory of the server, in megabytes.
    #[arg(long, value_name = "MB", allow_negative_numbers = true)]
    memory_mb: Option<f64>,
    /// How many times the mean of their hour the busiest moments bring.
    #[arg(long, value_name = "TIMES", allow_negative_numbers = true)]
    burst: Option<f64>,
    /// How many percent of the cores may be busy then.
    #[arg(long, value_name = "PERCENT")]
    busy: Option<f64>,
}

/// Runs the command.
pub fn run(options: Options) -> anyhow::Result<()> {
    let since = options.since.as_deref().map(|text| {
        text.parse::<Date>().map_err(|_| WrongUse("--since: a date is expected, as in 2025-09-01".to_owned()))
    });
    let since = since.transpose()?;
    let given = options.given()?;
    let asked = Asked { weeks: usize::from(options.weeks), level: options.level };
    let plan = runtime()?.block_on(async {
        let store = Store::open_beside(options.data.folder(), options.data.catalogue()?).await?;
        let approvals = Approvals::load(store.register()).await?;
        let found = load::plan(&store, &approvals, &Calendar::official(), since, asked, given).await?;
        anyhow::Ok(found)
    })?;
    let plan = plan.map_err(|error| match error {
        NoLoad::Method(LoadError::Level) => WrongUse(format!("--level: {error}")).into(),
        NoLoad::Method(LoadError::Horizon { .. }) => WrongUse(format!("--weeks: {error}")).into(),
        error => anyhow::Error::new(error),
    })?;
    let text = match options.format {
        Format::Json => serde_json::to_string_pretty(&plan)? + "\n",
        Format::Table => table(&plan),
    };
    // A reader who closes our output early (`| head`) is no failure of ours.
    let _ = std::io::stdout().lock().write_all(text.as_bytes());
    Ok(())
}

impl Options {
    fn given(&self) -> Result<Given, WrongUse> {
        let mut costs = load::measured();
        self.costs.put_into(&mut costs)?;
        if !(-90.0..=1_000.0).contains(&self.growth) {
            return Err(WrongUse("--growth: percent a year from -90 to 1000 are expected".to_owned()));
        }
        let cores = match self.cores {
            Some(cores) => positive("cores", cores)?,
            None => available_parallelism().map_or(1.0, |cores| f64::from(u32::try_from(cores.get()).unwrap_or(1))),
        };
        let disk = self.disk_gb.map(|disk| positive("disk-gb", disk)).transpose()?.map(|gigabytes| gigabytes * 1e9);
        Ok(Given { costs, cores, disk, growth_percent: self.growth })
    }
}

impl Measured {
    fn put_into(&self, costs: &mut Costs) -> Result<(), WrongUse> {
        for (name, value, cost) in [
            ("events-per-second-per-core", self.events_per_second_per_core, &mut costs.events_per_second_per_core),
            (
                "requests-per-second-per-core",
                self.requests_per_second_per_core,
                &mut costs.requests_per_second_per_core,
            ),
            ("folded-per-second-per-core", self.folded_per_second_per_core, &mut costs.folded_per_second_per_core),
            ("bytes-per-event", self.bytes_per_event, &mut costs.bytes_per_event),
            ("memory-mb", self.memory_mb, &mut costs.memory_mb),
            ("burst", self.burst, &mut costs.burst),
            ("busy", self.busy, &mut costs.busy_percent),
        ] {
            if let Some(value) = value {
                *cost = Cost::new(positive(name, value)?, &format!("given as --{name}"));
            }
        }
        if costs.busy_percent.value > 100.0 {
            return Err(WrongUse("--busy: no more than 100 percent can be busy".to_owned()));
        }
        Ok(())
    }
}

fn positive(name: &str, value: f64) -> Result<f64, WrongUse> {
    let is_sound = value > 0.0 && value.is_finite();
    if is_sound { Ok(value) } else { Err(WrongUse(format!("--{name}: a number above 0 is expected"))) }
}

/// The plan in lines of name and value, for people and for `cut`.
fn table(plan: &Plan) -> String {
    let mut lines = Vec::new();
    let mut line = |name: &str, told: String| lines.push(format!("{name}\t{told}\n"));
    let LoadOutlook { from, until, level, .. } = &plan.outlook;
    line("horizon", format!("{} to {}, upper bounds that hold in {level} % of the cases", paris(*from), paris(*until)));
    for load in &plan.outlook.loads {
        let missed = load.missed_by.map_or_else(|| "unknown".to_owned(), |share| format!("{share} %"));
        line(
            load.metric,
            format!(
                "learnt from {} weeks; the last weeks were missed by {missed}, and {} % of their hours stayed below the \
                 upper bound",
                load.learnt_from, load.held
            ),
        );
        for week in &load.weeks {
            line(
                "",
                format!("week from {}: {} in all, highest hour below {}", paris(week.from), week.total, week.highest),
            );
        }
        let peak = &load.peak;
        line(
            "",
            format!("highest hour of all: about {}, below {}; likeliest {}", peak.expected, peak.upper, paris(peak.at)),
        );
    }
    if let Some(answer) = plan.answer_ms_p95 {
        line("answers", format!("95 % of the batches so far within {answer} ms"));
    }
    let cores = &plan.cores;
    let until = match (cores.too_few_on, cores.room > 1.0) {
        (Some(day), true) => format!("too few about {day}, at {} % a year", plan.growth_percent),
        (_, false) => "too few".to_owned(),
        (None, true) => format!("enough at {} % a year", plan.growth_percent),
    };
    line(
        "cores",
        format!(
            "{} needed ({} busy in the busiest moments); {} there: {until}, with room for {} times the load",
            cores.needed, cores.busy, cores.given, cores.room
        ),
    );
    let memory = &plan.memory;
    let known = match memory.is_known {
        Some(true) => "as much is expected for what the lake will hold".to_owned(),
        Some(false) => "the lake will hold more than ten times that: nobody has measured it".to_owned(),
        None => "events have not been counted for two weeks yet".to_owned(),
    };
    line(
        "memory",
        format!("{} MB, measured with {} events in the lake; {known}", memory.megabytes, memory.measured_with),
    );
    match &plan.disk {
        Some(disk) => {
            let full = match (disk.given, disk.full_on) {
                (Some(_), Some(day)) => format!("; full about {day}"),
                (Some(_), None) => "; enough for 13 months".to_owned(),
                (None, _) => String::new(),
            };
            line(
                "disk",
                format!(
                    "the lake takes {} now; 13 months will bring {} events, {}{full}",
                    size(f64::from(u32::try_from(disk.bytes_now / 1_000).unwrap_or(u32::MAX)) * 1_000.0),
                    disk.events,
                    size(disk.bytes)
                ),
            );
        }
        None => line("disk", "unknown: events have not been counted for two weeks yet".to_owned()),
    }
    let hours = &plan.maintenance;
    line(
        "maintenance",
        format!(
            "not on {} at {} h, the busiest hour in term; on {} from {} h for two hours (Paris)",
            weekday(hours.busiest_day),
            hours.busiest_hour,
            weekday(hours.quietest_day),
            hours.quietest_hour
        ),
    );
    if plan.caches.is_empty() {
        line("cache", "no page is read so often that keeping it would be felt".to_owned());
    }
    for cache in &plan.caches {
        line(
            "cache",
            format!(
                "{}: {} readings in its busiest hour, {} ms each; kept for {} s it saves up to {} of a core",
                cache.route, cache.readings, cache.milliseconds, cache.keep_seconds, cache.saves_cores
            ),
        );
    }
    for cost in &plan.costs {
        line("rests on", format!("{} {}: {}", cost.name, cost.value, cost.source));
    }
    lines.concat()
}

fn paris(at: Timestamp) -> String {
    let zone = TimeZone::get("Europe/Paris").unwrap_or(TimeZone::UTC);
    zone.to_datetime(at).strftime("%Y-%m-%d %H:%M").to_string()
}

fn weekday(day: usize) -> &'static str {
    let days = [
        Weekday::Monday,
        Weekday::Tuesday,
        Weekday::Wednesday,
        Weekday::Thursday,
        Weekday::Friday,
        Weekday::Saturday,
        Weekday::Sunday,
    ];
    days.get(day - 1).map_or("", |day| weekday_name(*day, Lang::En))
}

fn size(bytes: f64) -> String {
    if bytes < 1e9 { format!("{:.1} MB", bytes / 1e6) } else { format!("{:.1} GB", bytes / 1e9) }
}
