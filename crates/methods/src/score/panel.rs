//! The scores of many series together, as a competition reports them.

use super::{coverage, mase, msis, naive_scale, naive2, smape};
use crate::count::real;
use crate::season::mean;

/// Scores gathered series by series.
#[derive(Debug, Clone, Default)]
pub struct Panel {
    season: usize,
    level: f64,
    smape: Vec<f64>,
    mase: Vec<f64>,
    naive_smape: Vec<f64>,
    naive_mase: Vec<f64>,
    covered: Vec<f64>,
    msis: Vec<f64>,
}

/// What a panel amounts to. Means over its series.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct PanelScore {
    /// How many series.
    pub series: usize,
    /// In percent, 0 to 200.
    pub smape: f64,
    /// Without unit.
    pub mase: f64,
    /// Overall weighted average: the mean of sMAPE and MASE, each by that of Naive2. Below 1 is better than Naive2.
    pub owa: f64,
    /// Share of points within their interval, in percent.
    pub coverage: f64,
    /// Mean scaled interval score.
    pub msis: f64,
}

impl Panel {
    /// An empty panel. `season` is the frequency M4 scores with (24 hourly, 1 weekly and daily); `level` in percent.
    pub fn new(season: usize, level: f64) -> Panel {
        Panel { season: season.max(1), level, ..Panel::default() }
    }

    /// Adds a series. One without a scale (constant, or shorter than a season) cannot be scored and is left out: false.
    pub fn add(&mut self, train: &[f64], actual: &[f64], mean: &[f64], lo: &[f64], hi: &[f64]) -> bool {
        let Some(scale) = naive_scale(train, self.season) else { return false };
        let naive = naive2(train, self.season, actual.len());
        self.smape.push(smape(actual, mean));
        self.mase.push(mase(actual, mean, scale));
        self.naive_smape.push(smape(actual, &naive));
        self.naive_mase.push(mase(actual, &naive, scale));
        self.covered.push(coverage(actual, lo, hi));
        self.msis.push(msis(actual, lo, hi, self.level, scale));
        true
    }

    /// The means so far. Not a number where nothing was added.
    pub fn score(&self) -> PanelScore {
        let (smape, mase) = (mean(&self.smape), mean(&self.mase));
        PanelScore {
            series: self.smape.len(),
            smape,
            mase,
            owa: f64::midpoint(smape / mean(&self.naive_smape), mase / mean(&self.naive_mase)),
            coverage: 100.0 * self.covered.iter().sum::<f64>() / real(self.covered.len()),
            msis: mean(&self.msis),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn naive2_scores_one_against_itself() {
        let train: Vec<f64> = (0..50_u8).map(|at| f64::from(at % 7) + f64::from(at) / 10.0).collect();
        let actual = [3.0, 4.0, 5.0];
        let naive = naive2(&train, 7, 3);
        let mut panel = Panel::new(7, 95.0);
        assert!(panel.add(&train, &actual, &naive, &[0.0; 3], &[100.0; 3]));
        assert!((panel.score().owa - 1.0).abs() < 1e-12);
        assert!((panel.score().coverage - 100.0).abs() < 1e-12);
    }

    #[test]
    fn a_constant_series_cannot_be_scored() {
        assert!(!Panel::new(1, 95.0).add(&[2.0; 9], &[2.0], &[2.0], &[2.0], &[2.0]));
    }
}
