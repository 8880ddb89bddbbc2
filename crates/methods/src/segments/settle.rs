//! Hysteresis: a segment is left only for good reason.
//!
//! A rule with thresholds sends somebody whose habits lie near one to and fro. Two things hold her: a *band* around every
//! threshold, in which she stays what she was, and a number of *windows* in a row on the other side of it before she
//! changes (the two-threshold trigger of Schmitt 1938, and a run rule as in Nelson 1984).

/// How hard it is to change.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Steadiness<const N: usize> {
    /// Windows in a row that must say so; 1 changes at once.
    pub windows: usize,
    /// How far beyond a threshold a coordinate must lie to count; 0 asks for nothing.
    pub band: [f64; N],
}

/// Where somebody is, window after window.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Settled<S> {
    current: Option<S>,
    against: usize,
}

impl<S: Copy + PartialEq> Settled<S> {
    /// Nobody knows yet.
    pub const fn new() -> Self {
        Self { current: None, against: 0 }
    }

    /// Her segment.
    pub const fn current(&self) -> Option<S> {
        self.current
    }

    /// How many of the last windows in a row spoke against it, clearly.
    pub const fn against(&self) -> usize {
        self.against
    }

    /// Forgets where she was: the next window decides alone.
    pub const fn forget(&mut self) {
        self.current = None;
        self.against = 0;
    }

    /// Takes the next window's habits in. `segment_of` is the plain rule; `None` of it changes nothing.
    ///
    /// She stays while the plain rule puts her, or any corner of the band around her, where she is.
    pub fn next<const N: usize>(
        &mut self,
        habits: &[f64; N],
        steadiness: &Steadiness<N>,
        segment_of: impl Fn(&[f64; N]) -> Option<S>,
    ) -> Option<S> {
        let Some(plain) = segment_of(habits) else { return self.current };
        let Some(current) = self.current else {
            self.current = Some(plain);
            return self.current;
        };
        let is_near =
            plain == current || corners(habits, &steadiness.band).any(|corner| segment_of(&corner) == Some(current));
        self.against = if is_near { 0 } else { self.against + 1 };
        if self.against >= steadiness.windows.max(1) {
            self.current = Some(plain);
            self.against = 0;
        }
        self.current
    }
}

/// The corners of a band around a point, no coordinate below zero.
fn corners<const N: usize>(point: &[f64; N], band: &[f64; N]) -> impl Iterator<Item = [f64; N]> {
    let (point, band) = (*point, *band);
    (0_usize..1 << N).map(move |corner| {
        let mut moved = point;
        for (axis, value) in moved.iter_mut().enumerate() {
            *value = if corner >> axis & 1 == 0 { (*value - band[axis]).max(0.0) } else { *value + band[axis] };
        }
        moved
    })
}
