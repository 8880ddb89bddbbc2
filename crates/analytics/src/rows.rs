//! Reading query results by column name, whatever of Arrow's text types the engine chose.

use arrow::array::{Array, ArrayRef, AsArray, Date32Array, FixedSizeBinaryArray, Int64Array, RecordBatch, StringArray};
use arrow::compute::cast;
use arrow::datatypes::{DataType, Date32Type, Int64Type};
use privacy::Pseudonym;
use store::Error;

fn column(rows: &RecordBatch, name: &str, kind: &DataType) -> Result<ArrayRef, Error> {
    let column = rows.column_by_name(name).ok_or_else(|| Error::Query(format!("no column {name} in the result")))?;
    cast(column, kind).map_err(Error::from)
}

/// A text column.
pub(crate) fn texts(rows: &RecordBatch, name: &str) -> Result<StringArray, Error> {
    Ok(column(rows, name, &DataType::Utf8)?.as_string().clone())
}

/// A whole-number column.
pub(crate) fn numbers(rows: &RecordBatch, name: &str) -> Result<Int64Array, Error> {
    Ok(column(rows, name, &DataType::Int64)?.as_primitive::<Int64Type>().clone())
}

/// A date column, as days since 1970-01-01.
pub(crate) fn days(rows: &RecordBatch, name: &str) -> Result<Date32Array, Error> {
    Ok(column(rows, name, &DataType::Date32)?.as_primitive::<Date32Type>().clone())
}

/// A column of pseudonyms.
pub(crate) struct Hashes(FixedSizeBinaryArray);

impl Hashes {
    /// The column of a name.
    pub(crate) fn of(rows: &RecordBatch, name: &str) -> Result<Self, Error> {
        Ok(Self(column(rows, name, &DataType::FixedSizeBinary(16))?.as_fixed_size_binary().clone()))
    }

    /// The pseudonym in a row, where there is one.
    pub(crate) fn get(&self, row: usize) -> Option<Pseudonym> {
        if self.0.is_null(row) {
            return None;
        }
        let mut bytes = [0; 16];
        bytes.copy_from_slice(self.0.value(row));
        Some(Pseudonym::from_stored(bytes))
    }
}
