//! What this product costs, as it was measured, with where that stands; and what nobody has measured, called an assumption.

use methods::capacity::sizing::{Cost, Costs};

/// The costs, each with its source.
pub fn measured() -> Costs {
    Costs {
        events_per_second_per_core: Cost::new(
            61_000.0,
            "docs/performance.md, `./dev bench ingest`: 122,000 durable events a second on two busy cores, the lowest of \
             its figures; 326,200 on idle ones",
        ),
        requests_per_second_per_core: Cost::new(
            610.0,
            "docs/performance.md, `./dev bench ingest`: the same run, in batches of 100 events",
        ),
        folded_per_second_per_core: Cost::new(
            153_400.0,
            "docs/performance.md, `./dev bench ingest`: 306,800 folded events a second on two cores",
        ),
        bytes_per_event: Cost::new(2.84, "docs/performance.md, `./dev bench ingest`: bytes in the lake an event"),
        memory_mb: Cost::new(319.0, "docs/performance.md, `./dev bench dashboard`: resident memory"),
        memory_events: Cost::new(9.9e6, "docs/performance.md, `./dev bench dashboard`: events in the lake then"),
        burst: Cost::new(4.0, "assumed: the busiest moments bring four times the mean of their hour"),
        busy_percent: Cost::new(60.0, "assumed: so that answers stay quick and a restart catches up"),
    }
}
