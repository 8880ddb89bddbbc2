//! Which models take part: different ones on purpose, for what one gets wrong the others mostly get right in another way.

use super::analogues::Analogues;
use super::autoregression::Autoregression;
use super::direct::Direct;
use super::naive::{Recent, Repeat, Shape};
use super::smoothing::Smoothing;
use super::theta::Theta;
use super::{Fitted, Model};

/// The members for a series with these periods, shortest first. The same for every series, but that logarithms need
/// positive values: where there is none, such a member takes the values themselves.
pub(super) fn members(periods: &[usize], series: &[f64], horizon: usize) -> Vec<Box<dyn Model>> {
    let mut list = List { members: Vec::new(), positive: series.iter().all(|value| *value > 0.0) };
    let (short, long) = (periods.first().copied().unwrap_or(1), periods.last().copied().unwrap_or(1));

    let wide = || lags(50, periods, 1, 2);
    list.of_logs(Autoregression { difference: 0, lags: wide(), ridge: 0.0002 });
    list.add(Autoregression { difference: 0, lags: wide(), ridge: 0.0002 });
    list.of_logs(Autoregression { difference: 1, lags: wide(), ridge: 0.03 });
    list.add(Autoregression { difference: 1, lags: lags(25, periods, 2, 1), ridge: 0.02 });
    list.add(Autoregression { difference: short, lags: lags(3, periods, 1, 1), ridge: 0.01 });
    list.of_logs(Autoregression { difference: short, lags: lags(5, periods, 2, 1), ridge: 0.01 });

    let direct = Direct { recent: 8, periods: periods.to_vec(), cycles: 2, base: short, ridge: 0.003 };
    list.of_logs(Direct { cycles: 1, base: 1, ridge: 0.01, ..direct.clone() });
    list.of_logs(direct.clone());
    list.add(Direct { recent: 3, base: long, ridge: 0.01, ..direct });

    list.add(Smoothing { trend: true, periods: periods.to_vec() });
    list.of_logs(Smoothing { trend: true, periods: periods.to_vec() });
    list.add(Smoothing { trend: true, periods: Vec::new() });
    list.of_logs(Smoothing { trend: false, periods: periods.iter().copied().take(1).collect() });
    list.add(Theta { period: long });
    if short != long {
        list.add(Theta { period: short });
    }

    list.of_logs(Analogues { window: if long > 1 { short } else { horizon.min(200) }, phase: 1, neighbours: 8 });
    list.add(Repeat { period: short, drift: 1 });
    if long > 1 {
        list.add(Analogues { window: long.div_ceil(2), phase: short, neighbours: 5 });
        list.of_logs(Shape { period: long, base: short.min(8), decay: 0.8 });
    }
    // Most of the others need more than this; without them a drift would stand alone.
    if series.len() < FEW {
        list.add(Repeat { period: 1, drift: 0 });
        list.add(Repeat { period: short, drift: 0 });
        list.add(Recent { points: FEW });
    }
    list.members
}

/// Below so many points, plain members join.
const FEW: usize = 12;

/// The last `dense` steps, and `width` steps around each of the last `cycles` cycles of every period.
fn lags(dense: usize, periods: &[usize], cycles: usize, width: usize) -> Vec<usize> {
    let mut lags: Vec<usize> = (1..=dense).collect();
    for period in periods {
        for cycle in 1..=cycles {
            lags.extend(period * cycle - width.min(period - 1)..=period * cycle + width);
        }
    }
    lags.sort_unstable();
    lags.dedup();
    lags
}

struct List {
    members: Vec<Box<dyn Model>>,
    positive: bool,
}

impl List {
    fn add(&mut self, model: impl Model + 'static) {
        self.members.push(Box::new(model));
    }

    /// The model on logarithms, which makes what adds up multiply.
    fn of_logs(&mut self, model: impl Model + 'static) {
        if self.positive {
            self.add(Logged(model));
        } else {
            self.add(model);
        }
    }
}

/// A model of the logarithm of a positive series.
struct Logged<M>(M);

struct LoggedFit(Box<dyn Fitted>);

impl<M: Model> Model for Logged<M> {
    fn fit(&self, past: &[f64], horizon: usize) -> Option<Box<dyn Fitted>> {
        Some(Box::new(LoggedFit(self.0.fit(&logs(past), horizon)?)))
    }
}

impl Fitted for LoggedFit {
    fn forecast(&self, past: &[f64], horizon: usize) -> Vec<f64> {
        self.0.forecast(&logs(past), horizon).iter().map(|value| value.clamp(-300.0, 300.0).exp()).collect()
    }
}

fn logs(past: &[f64]) -> Vec<f64> {
    past.iter().map(|value| value.ln()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lags_ascend_and_come_once() {
        assert_eq!(lags(3, &[4, 10], 1, 1), [1, 2, 3, 4, 5, 9, 10, 11]);
        assert_eq!(lags(2, &[2], 1, 5), [1, 2, 3, 4, 5, 6, 7]);
    }

    #[test]
    fn a_series_with_zeros_has_as_many_members() {
        assert_eq!(members(&[7], &[1.0, 2.0], 3).len(), members(&[7], &[0.0, 2.0], 3).len());
    }
}
