//! The noise mechanism: a discrete Gaussian by inversion over a fixed table of 128-bit thresholds.
//!
//! **Definition.** The discrete Gaussian N(σ²) gives the whole number x with probability w(x)/Z, where
//! w(x) = exp(−x²/2σ²) and Z = Σ w (Canonne, Kamath, Steinke 2020, "CKS20").
//!
//! **Guarantee.** Let q be a cell, a whole number, to which one person adds at most C; let f be the mechanism that
//! publishes q + X, X drawn once from [`Table::of`] for cells of clamp C, σ = 6.85·C. For any two sets of people that
//! differ by one person who is in at most six such cells (with any clamps, each with its table), and any set S of
//! results of all cells together: P[f(D) ∈ S] ≤ e²·P[f(D′) ∈ S] + 10⁻⁸, and the same with D and D′ exchanged.
//!
//! *Proof.*
//! 1. *Ideal noise, one cell.* The two worlds differ in it by d, |d| ≤ C. q + N(σ²) is d²/2σ²-zCDP (CKS20 Theorem 4),
//!    so at most 1/(2·6.85²)-zCDP, whatever C is.
//! 2. *Six cells.* The draws are independent; zCDP adds (Bun, Steinke 2016, Lemma 1.7): ρ ≤ 6/(2·6.85²) = 0.063936.
//!    A counter of what was cut has the variance six times as large and counts for a sixth of a cell.
//! 3. *To (ε, δ).* For each α > 1, δ ≤ exp((α−1)(αρ−ε))·(1−1/α)^α/(α−1) (CKS20 Corollary 13). For ρ = 0.063936, ε = 2
//!    and α = 83/5 this is below 9.9870·10⁻⁹; `attacks::proof` evaluates it in whole numbers.
//! 4. *The table instead of the ideal.* If a table's distribution is within τ of the ideal in total variation, n draws
//!    are within nτ, and δ grows by at most (1+e^ε)·nτ. τ ≤ 2⁻⁶⁴ is shown for each declared table, again in whole
//!    numbers by code that shares nothing with the code that makes the tables; so δ grows by less than 10⁻¹⁷. ∎
//!
//! *Why a table for each clamp.* Noise of clamp 1, multiplied by C, would leave q + C·X, from which anybody reads q modulo
//! C exactly. So each clamp has tables of its own on all whole numbers.
//!
//! *Why inversion over a table.* Rejection samplers take longer for larger values, and the time can be measured from
//! outside (Jin et al. 2022). Here every threshold is compared for every draw, see [`Table::invert`]. Everything is whole
//! numbers: no rounding of a continuous draw leaks low digits (Mironov 2012).

mod fixed;
mod randomness;
mod table;

pub use randomness::Randomness;
pub use table::{Clamp, Table, Use};
