//! [`Fixed`]: numbers with 64 binary digits before the point and 192 behind it, for the noise tables and nothing else.
//!
//! Only public constants pass through here, so time may depend on them. Every operation rounds down and is off by less
//! than one unit in the last place, 2⁻¹⁹². No floating point: the tables come out alike on every machine.

use std::cmp::Ordering;

/// A number from 0 to below 2⁶⁴, in units of 2⁻¹⁹²; the lowest limb first.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) struct Fixed([u64; 4]);

impl Fixed {
    pub(super) const ZERO: Self = Self([0; 4]);
    pub(super) const ONE: Self = Self([0, 0, 0, 1]);

    /// 2⁻⁹⁶: a weight below this is left out of a table.
    pub(super) const NEGLIGIBLE: Self = Self([0, 1 << 32, 0, 0]);

    pub(super) fn plus(self, other: Self) -> Self {
        let mut sum = [0; 4];
        let mut carry = 0_u128;
        for (place, limb) in sum.iter_mut().enumerate() {
            carry += u128::from(self.0[place]) + u128::from(other.0[place]);
            *limb = low(carry);
            carry >>= 64;
        }
        Self(sum)
    }

    /// The difference; `other` is not larger.
    pub(super) fn minus(self, other: Self) -> Self {
        let mut difference = [0; 4];
        let mut borrow = false;
        for (place, limb) in difference.iter_mut().enumerate() {
            let (rest, one) = self.0[place].overflowing_sub(other.0[place]);
            let (rest, two) = rest.overflowing_sub(u64::from(borrow));
            (*limb, borrow) = (rest, one || two);
        }
        Self(difference)
    }

    pub(super) fn times(self, other: Self) -> Self {
        let mut product = [0_u64; 8];
        for (i, one) in self.0.iter().enumerate() {
            let mut carry = 0_u128;
            for (j, two) in other.0.iter().enumerate() {
                carry += u128::from(*one) * u128::from(*two) + u128::from(product[i + j]);
                product[i + j] = low(carry);
                carry >>= 64;
            }
            product[i + 4] = low(carry);
        }
        Self([product[3], product[4], product[5], product[6]])
    }

    pub(super) fn times_whole(self, factor: u64) -> Self {
        self.times(Self([0, 0, 0, factor]))
    }

    pub(super) fn over_whole(self, divisor: u64) -> Self {
        let mut quotient = [0; 4];
        let mut rest = 0_u128;
        for place in (0..4).rev() {
            let part = rest << 64 | u128::from(self.0[place]);
            quotient[place] = low(part / u128::from(divisor));
            rest = part % u128::from(divisor);
        }
        Self(quotient)
    }

    /// One over a number that is larger than one, digit by digit.
    pub(super) fn reciprocal(self) -> Self {
        let mut quotient = Self::ZERO;
        let mut rest = Self::ONE;
        for digit in (0..192).rev() {
            rest = rest.plus(rest);
            if rest.at_least(self) {
                rest = rest.minus(self);
                quotient.0[digit / 64] |= 1 << (digit % 64);
            }
        }
        quotient
    }

    /// e to the power of −numerator/denominator, for a quotient of at most one.
    pub(super) fn exp_minus(numerator: u64, denominator: u64) -> Self {
        // The series has terms of both signs: sum each sign on its own.
        let (mut sums, mut term) = ([Self::ZERO; 2], Self::ONE);
        for place in 1.. {
            let sign = (place + 1) % 2;
            sums[sign] = sums[sign].plus(term);
            term = term.times_whole(numerator).over_whole(denominator).over_whole(place as u64);
            if term == Self::ZERO {
                break;
            }
        }
        sums[0].minus(sums[1])
    }

    pub(super) fn at_least(self, other: Self) -> bool {
        self.0.iter().rev().cmp(other.0.iter().rev()) != Ordering::Less
    }

    /// The first 128 digits behind the point; the largest such number for everything from one on.
    pub(super) fn fraction(self) -> u128 {
        if self.0[3] > 0 { u128::MAX } else { u128::from(self.0[2]) << 64 | u128::from(self.0[1]) }
    }
}

#[expect(clippy::cast_possible_truncation, reason = "the lower half is what is asked for")]
const fn low(wide: u128) -> u64 {
    wide as u64
}
