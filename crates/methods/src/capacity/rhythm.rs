//! What belongs to an hour of the week, in term and in holidays, and the level that all hours share.

use super::{Hour, WEEK};
use crate::forecast::{ForecastError, Request, forecast};
use crate::season::mean;

/// As how many hours the beliefs weigh that an hour in term is like its neighbours, and that one in holidays is like those
/// of other days. Term has seen many; holidays may have seen none.
const BELIEF: (f64, f64) = (0.05, 0.5);
/// How many turns level and factors take.
const TURNS: usize = 6;
/// Over how many weeks to each side the level is measured that factors are relative to.
const REACH: usize = 2;
/// A week says something of the level when so much of it is in term, in whole hours of an ordinary week.
const TERM_WEEK: f64 = 0.1;

/// Factors by hour of the week, and the level by week.
#[derive(Debug, Clone)]
pub(super) struct Rhythm {
    pub term: Vec<f64>,
    pub off: Vec<f64>,
    /// By week, oldest first; the last week ends with the series.
    weeks: Vec<f64>,
}

impl Rhythm {
    /// What an hour brings at a level of 1.
    pub(super) fn of(&self, hour: Hour) -> f64 {
        let place = usize::from(hour.place);
        hour.share * self.term[place] + (1.0 - hour.share) * self.off[place]
    }

    /// Learns from a past in which something came.
    pub(super) fn learn(values: &[Option<f64>], hours: &[Hour]) -> Result<Rhythm, ForecastError> {
        let size = mean(&values.iter().flatten().copied().collect::<Vec<_>>());
        if size <= 0.0 {
            return Err(ForecastError::Empty);
        }
        let count = values.len().div_ceil(WEEK);
        // Counted from the end, so that the last week is a whole one.
        let week_of = |at: usize| count - 1 - (values.len() - 1 - at) / WEEK;
        let mut rhythm = Rhythm { term: vec![size; WEEK], off: vec![size; WEEK], weeks: vec![1.0; count] };
        for _ in 0..TURNS {
            let level = smooth(&rhythm.weeks);
            let mut sums = vec![Sums::default(); WEEK];
            for (at, (value, hour)) in values.iter().zip(hours).enumerate() {
                if let Some(value) = value {
                    sums[usize::from(hour.place)].add(hour.share, value / level[week_of(at)]);
                }
            }
            rhythm.factors(&sums);
            rhythm.weeks = rhythm.levels(values, hours, count, &week_of);
        }
        Ok(rhythm)
    }

    /// Solves for term and off of each place: least squares with a belief, for holidays are seldom and some places of the
    /// week may never have been seen in one.
    fn factors(&mut self, sums: &[Sums]) {
        let all = sums.iter().fold(Sums::default(), Sums::with);
        let (term, _) = all.solve((1.0, 1.0), (1e-9, 1e-9));
        // Before any holiday was seen, a holiday is taken for a Sunday.
        let sunday: Vec<f64> = (0..24).map(|hour| sums[144 + hour].solve((term, term), (1e-3, 1e-3)).0).collect();
        let of_day: Vec<Sums> =
            (0..24).map(|hour| (0..7).fold(Sums::default(), |all, day| all.with(&sums[24 * day + hour]))).collect();
        for (place, own) in sums.iter().enumerate() {
            let hour = place % 24;
            let (_, usual_off) = of_day[hour].solve((term, sunday[hour]), BELIEF);
            let off = if of_day[hour].off > 1.0 { usual_off } else { sunday[hour] };
            let near = f64::midpoint(self.term[(place + WEEK - 1) % WEEK], self.term[(place + 1) % WEEK]);
            let (term, off) = own.solve((near, off), BELIEF);
            (self.term[place], self.off[place]) = (term, off);
        }
    }

    /// The level of each week from its hours in term; as the week before where there are too few.
    fn levels(
        &self,
        values: &[Option<f64>],
        hours: &[Hour],
        count: usize,
        week_of: &dyn Fn(usize) -> usize,
    ) -> Vec<f64> {
        let mut sums = vec![(0.0, 0.0); count];
        for (at, (value, hour)) in values.iter().zip(hours).enumerate() {
            if let Some(value) = value {
                let (came, expected) = &mut sums[week_of(at)];
                *came += hour.share * value;
                *expected += hour.share * self.of(*hour);
            }
        }
        let whole: f64 = self.term.iter().sum();
        let known = |(came, expected): &(f64, f64)| (*expected > TERM_WEEK * whole).then(|| came / expected);
        let first = sums.iter().find_map(known).unwrap_or(1.0);
        let mut last = first;
        let levels: Vec<f64> = sums
            .iter()
            .map(|sum| {
                last = known(sum).filter(|level| *level > 0.0).unwrap_or(last);
                last
            })
            .collect();
        // The mean is the factors' part.
        let by = mean(&levels);
        levels.into_iter().map(|level| if by > 0.0 { level / by } else { 1.0 }).collect()
    }

    /// The hours after the past.
    pub(super) fn ahead(&self, hours: &[Hour]) -> Result<Vec<f64>, ForecastError> {
        let weeks = hours.len().div_ceil(WEEK);
        let request = Request { horizon: weeks, periods: Vec::new(), level: 95.0 };
        let levels = if self.weeks.len() < 4 {
            vec![self.weeks[self.weeks.len() - 1]; weeks]
        } else {
            forecast(&self.weeks, &request)?.mean
        };
        Ok(hours.iter().enumerate().map(|(at, hour)| levels[at / WEEK].max(0.0) * self.of(*hour)).collect())
    }
}

/// The mean around each week.
fn smooth(weeks: &[f64]) -> Vec<f64> {
    (0..weeks.len())
        .map(|at| {
            let near = &weeks[at.saturating_sub(REACH)..(at + REACH + 1).min(weeks.len())];
            mean(near).max(1e-6)
        })
        .collect()
}

/// The normal equations of one place: how much of its hours was in term and in holidays, and what came.
#[derive(Debug, Clone, Copy, Default)]
struct Sums {
    term: f64,
    both: f64,
    off: f64,
    came_term: f64,
    came_off: f64,
}

impl Sums {
    fn add(&mut self, share: f64, value: f64) {
        let rest = 1.0 - share;
        self.term += share * share;
        self.both += share * rest;
        self.off += rest * rest;
        self.came_term += share * value;
        self.came_off += rest * value;
    }

    fn with(self, other: &Sums) -> Sums {
        Sums {
            term: self.term + other.term,
            both: self.both + other.both,
            off: self.off + other.off,
            came_term: self.came_term + other.came_term,
            came_off: self.came_off + other.came_off,
        }
    }

    /// Term and off that fit best, drawn towards what is believed; none below 0.
    fn solve(&self, believed: (f64, f64), weight: (f64, f64)) -> (f64, f64) {
        let (term, off) = (self.term + weight.0, self.off + weight.1);
        let (right_term, right_off) = (self.came_term + weight.0 * believed.0, self.came_off + weight.1 * believed.1);
        let determinant = term * off - self.both * self.both;
        if determinant <= 1e-12 {
            return believed;
        }
        let found_term = (right_term * off - right_off * self.both) / determinant;
        let found_off = (right_off * term - right_term * self.both) / determinant;
        if found_off < 0.0 {
            return ((right_term / term).max(0.0), 0.0);
        }
        if found_term < 0.0 {
            return (0.0, (right_off / off).max(0.0));
        }
        (found_term, found_off)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn two_unknowns_are_told_apart_by_days_on_which_half_the_country_is_away() {
        let mut sums = Sums::default();
        for share in [1.0, 0.7, 0.5, 0.0] {
            sums.add(share, 100.0 * share + 8.0 * (1.0 - share));
        }
        let (term, off) = sums.solve((50.0, 50.0), (1e-9, 1e-9));
        assert!((term - 100.0).abs() < 1e-4 && (off - 8.0).abs() < 1e-4, "{term} {off}");
    }

    #[test]
    fn a_holiday_that_nobody_has_seen_is_a_sunday() {
        let hours: Vec<Hour> = (0..336_u16).map(|at| Hour { place: at % 168, share: 1.0 }).collect();
        let values: Vec<Option<f64>> =
            hours.iter().map(|hour| Some(if hour.place >= 144 { 3.0 } else { 40.0 })).collect();
        let rhythm = Rhythm::learn(&values, &hours).unwrap();
        let holiday = rhythm.of(Hour { place: 34, share: 0.0 });
        assert!((holiday - 3.0).abs() < 1.0, "{holiday}");
        assert!((rhythm.of(Hour { place: 34, share: 1.0 }) - 40.0).abs() < 1.0);
        assert_eq!(rhythm.weeks.len(), 2);
    }
}
