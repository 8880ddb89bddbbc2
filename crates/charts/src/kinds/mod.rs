//! One kind of chart per file: its specification, how it is drawn, its table and its description.

pub(crate) mod bars;
pub(crate) mod distribution;
pub(crate) mod flow;
pub(crate) mod heat;
pub(crate) mod line;
pub(crate) mod line_draw;
pub(crate) mod sparkline;
pub(crate) mod stacked;

use crate::{Band, ChartError, Value};

/// Every value must be a finite number.
pub(crate) fn finite(name: &str, values: &[Value]) -> Result<(), ChartError> {
    if values.iter().filter_map(|v| v.known()).all(f64::is_finite) {
        Ok(())
    } else {
        Err(ChartError::NotFinite(name.to_owned()))
    }
}

/// Every value must be a finite number, zero or above.
pub(crate) fn positive(name: &str, values: &[Value]) -> Result<(), ChartError> {
    finite(name, values)?;
    if values.iter().filter_map(|v| v.known()).all(|v| v >= 0.0) {
        Ok(())
    } else {
        Err(ChartError::Negative(name.to_owned()))
    }
}

/// One value per position.
pub(crate) fn same_length(name: &str, got: usize, expected: usize) -> Result<(), ChartError> {
    if got == expected { Ok(()) } else { Err(ChartError::Length { name: name.to_owned(), got, expected }) }
}

/// Bands lie within the axis.
pub(crate) fn bands_within(bands: &[Band], count: usize) -> Result<(), ChartError> {
    match bands.iter().find(|b| b.from > b.until || b.until >= count) {
        Some(band) => Err(ChartError::OutOfRange(band.name.clone())),
        None => Ok(()),
    }
}
