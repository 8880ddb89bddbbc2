//! The two curves, as shares of their plateau over time, where time 1 is the last step that was seen.

/// A family of curves.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Curve {
    /// Adopters make adopters: slow, fast, slow. Shape: logarithm of the growth rate, time of the steepest point.
    Logistic,
    /// Some come by themselves too. Shape: logarithm of the sum of both coefficients, and of their ratio.
    Bass,
}

/// All of them.
pub(super) const CURVES: [Curve; 2] = [Curve::Logistic, Curve::Bass];

impl Curve {
    /// The share of the plateau reached at a time, 0 to 1.
    pub(super) fn share(self, time: f64, [first, second]: [f64; 2]) -> f64 {
        let rate = first.clamp(-8.0, 8.0).exp();
        match self {
            Curve::Logistic => 1.0 / (1.0 + (-rate * (time - second)).exp()),
            Curve::Bass => {
                let left = (-rate * time).exp();
                (1.0 - left) / (1.0 + second.clamp(-12.0, 12.0).exp() * left)
            }
        }
    }

    /// The share reached before the first step.
    pub(super) fn start(self, shape: [f64; 2]) -> f64 {
        match self {
            // Whoever was there before the first step is counted in it.
            Curve::Logistic => 0.0,
            Curve::Bass => self.share(0.0, shape),
        }
    }

    /// Twice the negative logarithm of the prior of a shape.
    pub(super) fn prior(self, [first, second]: [f64; 2]) -> f64 {
        let [typical, other] = self.typical();
        match self {
            Curve::Logistic => ((first - typical) / 0.8).powi(2) + ((second - other) / 0.8).powi(2),
            Curve::Bass => ((first - typical) / 0.8).powi(2) + ((second - other) / 1.3).powi(2),
        }
    }

    /// The middle of the prior.
    pub(super) fn typical(self) -> [f64; 2] {
        match self {
            Curve::Logistic => [1.4, 1.3],
            // q / p of 13, as the meta-analysis has it.
            Curve::Bass => [0.9, 2.5],
        }
    }

    /// Another place to begin a search: most of the curve is still to come.
    pub(super) fn late(self) -> [f64; 2] {
        match self {
            Curve::Logistic => [1.1, 2.5],
            Curve::Bass => [0.0, 4.0],
        }
    }
}
