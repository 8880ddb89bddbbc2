//! Time, injected. Everything about events, periods and retention asks [`Clock::now`]; sessions and tokens ask
//! [`Clock::real`], which no simulation moves.

use std::sync::atomic::{AtomicI64, Ordering};

use jiff::Timestamp;

/// What time it is.
pub trait Clock: Send + Sync {
    /// The product's time.
    fn now(&self) -> Timestamp;

    /// Real time, for sessions and tokens.
    fn real(&self) -> Timestamp;

    /// Moves the product's time forward, where that is possible.
    fn advance(&self, to: Timestamp) -> Result<(), CannotMove>;

    /// Hands over to real time, where the product's time was moved by hand.
    fn catch_up(&self) -> Result<(), CannotMove> {
        Err(CannotMove::Real)
    }

    /// Whether the product's time is moved by hand.
    fn is_simulated(&self) -> bool {
        false
    }
}

/// Why the time was not moved.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum CannotMove {
    /// The clock is the real one.
    #[error("this server follows real time; start it with --clock simulated on a demo or test data folder")]
    Real,
    /// Time goes forward only.
    #[error("time moves forward only, and the clock already shows {now}")]
    Backward {
        /// What it shows.
        now: Timestamp,
    },
    /// Not past real time.
    #[error("the clock cannot go beyond real time, {real}")]
    Future {
        /// Real time.
        real: Timestamp,
    },
}

/// A clock that is moved by hand until it has caught up with real time, and then follows it.
pub struct SimulatedClock<R> {
    real: R,
    /// Seconds since 1970.
    shown: AtomicI64,
}

impl<R: Fn() -> Timestamp + Send + Sync> SimulatedClock<R> {
    /// Starts at `start`; `real` gives real time.
    pub fn new(start: Timestamp, real: R) -> Self {
        Self { real, shown: AtomicI64::new(start.as_second()) }
    }

    fn caught_up(&self) -> bool {
        self.shown.load(Ordering::SeqCst) == i64::MAX
    }
}

impl<R: Fn() -> Timestamp + Send + Sync> Clock for SimulatedClock<R> {
    fn now(&self) -> Timestamp {
        if self.caught_up() {
            return (self.real)();
        }
        Timestamp::from_second(self.shown.load(Ordering::SeqCst)).unwrap_or(Timestamp::UNIX_EPOCH)
    }

    fn real(&self) -> Timestamp {
        (self.real)()
    }

    fn advance(&self, to: Timestamp) -> Result<(), CannotMove> {
        let real = (self.real)();
        if self.caught_up() {
            return Err(CannotMove::Backward { now: real });
        }
        if to > real {
            return Err(CannotMove::Future { real });
        }
        let before = self.shown.fetch_max(to.as_second(), Ordering::SeqCst);
        if before > to.as_second() {
            return Err(CannotMove::Backward { now: self.now() });
        }
        Ok(())
    }

    fn catch_up(&self) -> Result<(), CannotMove> {
        self.shown.store(i64::MAX, Ordering::SeqCst);
        Ok(())
    }

    fn is_simulated(&self) -> bool {
        !self.caught_up()
    }
}

/// Real time, given by `main`.
pub struct RealClock<R>(pub R);

impl<R: Fn() -> Timestamp + Send + Sync> Clock for RealClock<R> {
    fn now(&self) -> Timestamp {
        (self.0)()
    }

    fn real(&self) -> Timestamp {
        (self.0)()
    }

    fn advance(&self, _: Timestamp) -> Result<(), CannotMove> {
        Err(CannotMove::Real)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_simulated_clock_moves_forward_only_and_never_beyond_real_time() {
        let at = |second| Timestamp::from_second(second).unwrap();
        let clock = SimulatedClock::new(at(100), move || at(1_000));
        assert_eq!(clock.now(), at(100));
        assert_eq!(clock.advance(at(200)), Ok(()));
        assert_eq!(clock.advance(at(150)), Err(CannotMove::Backward { now: at(200) }));
        assert_eq!(clock.advance(at(2_000)), Err(CannotMove::Future { real: at(1_000) }));
        assert_eq!(clock.catch_up(), Ok(()));
        assert_eq!(clock.now(), at(1_000));
        assert!(!clock.is_simulated());
    }
}
