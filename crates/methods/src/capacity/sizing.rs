//! What a load takes: cores, disk, and when a limit is reached. Plain arithmetic on costs that somebody has measured and
//! says where; a cost that nobody has measured is an assumption and is called one.

use super::WEEK;

/// What something costs, and how that is known.
#[derive(Debug, Clone, PartialEq)]
pub struct Cost {
    /// The figure.
    pub value: f64,
    /// Where it was measured, or that it is assumed.
    pub source: String,
}

impl Cost {
    /// A cost with its source.
    pub fn new(value: f64, source: &str) -> Self {
        Self { value, source: source.to_owned() }
    }
}

/// What a service costs.
#[derive(Debug, Clone, PartialEq)]
pub struct Costs {
    /// How many events a core takes in a second until they are durable.
    pub events_per_second_per_core: Cost,
    /// How many requests, each with as many events as when that was measured; smaller ones cost no more.
    pub requests_per_second_per_core: Cost,
    /// How many events a core folds in a second, beside taking them in.
    pub folded_per_second_per_core: Cost,
    /// Bytes an event takes on the disk for as long as it is kept.
    pub bytes_per_event: Cost,
    /// Memory of the server, in megabytes.
    pub memory_mb: Cost,
    /// With how many events kept that memory was measured.
    pub memory_events: Cost,
    /// How many times the mean of its hour the busiest moments bring.
    pub burst: Cost,
    /// How many percent of the cores may be busy then.
    pub busy_percent: Cost,
}

/// The highest hour that is to be served.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Busiest {
    /// Requests in it.
    pub requests: f64,
    /// Events in it; nothing where they are not counted.
    pub events: Option<f64>,
}

impl Costs {
    /// How many cores are busy in the busiest moments of an hour.
    pub fn busy_cores(&self, hour: Busiest) -> f64 {
        let a_second = |count: f64| self.burst.value * count / 3_600.0;
        let events = a_second(hour.events.unwrap_or(0.0));
        // A request costs at most what one of the measured size does, and one that is larger costs what its events do.
        let collected = (events / self.events_per_second_per_core.value)
            .max(a_second(hour.requests) / self.requests_per_second_per_core.value);
        collected + events / self.folded_per_second_per_core.value
    }

    /// How many cores to have: at least one.
    pub fn cores(&self, hour: Busiest) -> f64 {
        (100.0 * self.busy_cores(hour) / self.busy_percent.value).ceil().max(1.0)
    }

    /// Bytes that so many events take.
    pub fn bytes(&self, events: f64) -> f64 {
        events * self.bytes_per_event.value
    }

    /// How many times a load may grow before so many cores are too few for its busiest hour.
    pub fn room(&self, hour: Busiest, cores: f64) -> f64 {
        cores * self.busy_percent.value / 100.0 / self.busy_cores(hour).max(f64::MIN_POSITIVE)
    }
}

/// In how many years a load that may grow so many times over will have, at a growth in percent a year. Nothing where it never
/// will; 0 where it has.
pub fn years_until(room: f64, growth_percent: f64) -> Option<f64> {
    if room <= 1.0 {
        return Some(0.0);
    }
    let growth = (growth_percent / 100.0).ln_1p();
    (growth > 0.0).then(|| room.ln() / growth)
}

/// The place of the week with the least load over so many hours in a row, and the place of its busiest hour. `hours` has an
/// entry for each place of the week.
pub fn quietest_and_busiest(hours: &[f64], length: usize) -> (usize, usize) {
    let sum = |from: usize| (from..from + length).map(|at| hours[at % WEEK]).sum::<f64>();
    let places = || 0..hours.len().min(WEEK);
    let quietest = places().min_by(|one, other| sum(*one).total_cmp(&sum(*other))).unwrap_or(0);
    let busiest = places().max_by(|one, other| hours[*one].total_cmp(&hours[*other])).unwrap_or(0);
    (quietest, busiest)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn costs() -> Costs {
        let cost = |value: f64| Cost::new(value, "a test");
        Costs {
            events_per_second_per_core: cost(1_000.0),
            requests_per_second_per_core: cost(10.0),
            folded_per_second_per_core: cost(4_000.0),
            bytes_per_event: cost(3.0),
            memory_mb: cost(300.0),
            memory_events: cost(1e6),
            burst: cost(2.0),
            busy_percent: cost(50.0),
        }
    }

    #[test]
    fn cores_follow_the_dearer_of_requests_and_events_and_folding_comes_on_top() {
        // 2,000 events a second in the busiest moments: 2 cores to collect, half of one to fold, and half idle.
        let events = Busiest { requests: 3_600.0, events: Some(3_600_000.0) };
        assert!((costs().busy_cores(events) - 2.5).abs() < 1e-9);
        assert!((costs().cores(events) - 5.0).abs() < 1e-9);
        // 20 requests a second: 2 cores, whatever little is in them.
        let requests = Busiest { requests: 36_000.0, events: None };
        assert!((costs().busy_cores(requests) - 2.0).abs() < 1e-9);
        assert!((costs().room(requests, 8.0) - 2.0).abs() < 1e-9);
        assert!((costs().cores(Busiest { requests: 0.0, events: Some(0.0) }) - 1.0).abs() < 1e-9);
    }

    #[test]
    fn a_limit_is_reached_when_growth_has_used_up_the_room() {
        assert!((years_until(2.0, 100.0).unwrap() - 1.0).abs() < 1e-9);
        assert_eq!(years_until(0.9, 5.0), Some(0.0));
        assert_eq!(years_until(2.0, 0.0), None);
        assert_eq!(years_until(2.0, -10.0), None);
    }

    #[test]
    fn the_quietest_hours_may_lie_around_the_end_of_the_week() {
        let mut hours = vec![5.0; WEEK];
        (hours[167], hours[0], hours[33]) = (1.0, 1.0, 9.0);
        assert_eq!(quietest_and_busiest(&hours, 2), (167, 33));
    }
}
