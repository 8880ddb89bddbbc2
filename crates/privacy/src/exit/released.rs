//! [`Released`]: the only thing that pages, reports and exports accept, and its three origins.

use std::collections::BTreeSet;
use std::fmt;

use serde::{Serialize, Serializer};
use thiserror::Error;

use super::access::OwnAccess;
use super::budget::Guarantee;
use super::figures::Figures;
use crate::pseudonym::Pseudonym;

/// By which of the three ways a figure left.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Origin {
    /// A person about herself or a teacher about her own class: live, exact, logged.
    Own,
    /// No person in it: live, exact, from enough devices.
    Technical,
    /// Computed once at closing, stored, never recomputed.
    Frozen,
}

/// What a figure went through. Printed and serialized as `exact`, `devices=5`, `k=5` or `dp ε=2 δ=1e-8`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Protection {
    /// Nothing was changed or left out.
    Exact,
    /// Nothing was changed; at least so many devices are behind it.
    Devices(u32),
    /// The closing rule with this k.
    K(u32),
    /// Noise that hides each person, with this guarantee for a month.
    Dp(Guarantee),
}

impl fmt::Display for Protection {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Exact => f.write_str("exact"),
            Self::Devices(least) => write!(f, "devices={least}"),
            Self::K(k) => write!(f, "k={k}"),
            Self::Dp(guarantee) => write!(f, "{guarantee}"),
        }
    }
}

impl Serialize for Protection {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

/// There is no figure to show. It does not say why: too few and none at all are to look the same.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
#[error("fewer than the least number that may be shown, or none")]
pub struct Withheld;

/// A figure that has passed the exit gate.
///
/// Guarantee: a value of this type was made by [`Released::own`], [`Released::technical`], a closing of this module
/// ([`Released::draw`] with noise) or [`Released::thaw`] on what such a closing had stored, or from such values by [`Released::map`] and its like, which
/// take plain functions and therefore add nothing that was not released (post-processing).
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Released<T> {
    origin: Origin,
    protection: Protection,
    value: T,
}

impl<T> Released<T> {
    /// The figures of the person or class that `access` is about.
    ///
    /// The caller has filtered the rows by [`OwnAccess::subject`]; nothing is protected, since the viewer may see it all.
    pub fn own(figures: Figures<T>, _access: &OwnAccess) -> Self {
        Self { origin: Origin::Own, protection: Protection::Exact, value: figures.into_inner() }
    }

    /// Figures with no person in them, measured on at least [`DistinctDevices::LEAST`] devices.
    pub fn technical(figures: Figures<T>, devices: DistinctDevices) -> Result<Self, Withheld> {
        if devices.0 < u64::from(DistinctDevices::LEAST) {
            return Err(Withheld);
        }
        let protection = Protection::Devices(DistinctDevices::LEAST);
        Ok(Self { origin: Origin::Technical, protection, value: figures.into_inner() })
    }

    /// What the closing rule let through.
    pub(super) const fn frozen(value: T, protection: Protection) -> Self {
        Self { origin: Origin::Frozen, protection, value }
    }

    /// By which way it left.
    pub const fn origin(&self) -> Origin {
        self.origin
    }

    /// What it went through.
    pub const fn protection(&self) -> Protection {
        self.protection
    }

    /// The figure itself.
    pub const fn value(&self) -> &T {
        &self.value
    }

    /// The figure itself, when its origin no longer matters.
    pub fn into_value(self) -> T {
        self.value
    }

    /// Computes from a released figure alone.
    pub fn map<U>(self, transform: fn(T) -> U) -> Released<U> {
        Released { origin: self.origin, protection: self.protection, value: transform(self.value) }
    }

    /// Several figures as one; `None` when they left by different ways or under different protection.
    pub fn all(parts: Vec<Self>) -> Option<Released<Vec<T>>> {
        let (origin, protection) = parts.first().map(|first| (first.origin, first.protection))?;
        let alike = parts.iter().all(|part| part.origin == origin && part.protection == protection);
        let value = parts.into_iter().map(|part| part.value).collect();
        alike.then_some(Released { origin, protection, value })
    }
}

/// How many different devices are behind a technical figure.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct DistinctDevices(u64);

impl DistinctDevices {
    /// The least number of devices behind a technical figure.
    pub const LEAST: u32 = 5;

    /// Counts installs; one that occurs twice counts once.
    pub fn of(installs: impl IntoIterator<Item = Pseudonym>) -> Self {
        Self(installs.into_iter().collect::<BTreeSet<_>>().len() as u64)
    }

    /// From counts per day or per cell made while the installs were known.
    ///
    /// Distinct counts do not add, so the largest stands for all: a lower bound, which is the safe side.
    pub fn at_least_any(counts: impl IntoIterator<Item = u64>) -> Self {
        Self(counts.into_iter().max().unwrap_or(0))
    }
}
