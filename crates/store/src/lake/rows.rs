//! Rows in memory: sorting by the table's key, and merging partial rows with the same key.

use std::sync::Arc;

use arrow::array::{Array, ArrayRef, Int64Array, RecordBatch, UInt8Array, UInt32Array};
use arrow::compute::take;
use arrow::row::{RowConverter, SortField};

use super::{Merge, Table};
use crate::error::Error;

/// A batch of a table from its columns, in the table's order.
pub(crate) fn batch(table: Table, columns: Vec<ArrayRef>) -> Result<RecordBatch, Error> {
    Ok(RecordBatch::try_new(table.schema(), columns)?)
}

/// Sorts a batch by its table's key and merges rows with equal keys.
pub(crate) fn merge_sorted(table: Table, rows: &RecordBatch) -> Result<RecordBatch, Error> {
    let columns = table.columns();
    let keys: Vec<usize> = (0..columns.len()).filter(|place| columns[*place].3 == Merge::Key).collect();
    let fields = keys.iter().map(|place| SortField::new(rows.column(*place).data_type().clone())).collect();
    let converter = RowConverter::new(fields)?;
    let arrays: Vec<ArrayRef> = keys.iter().map(|place| Arc::clone(rows.column(*place))).collect();
    let encoded = converter.convert_columns(&arrays)?;
    let mut order: Vec<u32> =
        (0..u32::try_from(rows.num_rows()).map_err(|_| Error::Lake("too many rows".to_owned()))?).collect();
    order.sort_unstable_by(|left, right| encoded.row(*left as usize).cmp(&encoded.row(*right as usize)));
    let mut firsts: Vec<u32> = Vec::with_capacity(order.len());
    let mut group_of: Vec<u32> = Vec::with_capacity(order.len());
    for row in &order {
        let same = firsts.last().is_some_and(|last| encoded.row(*last as usize) == encoded.row(*row as usize));
        // Releases are never merged: a figure is published once.
        if !same || table == Table::Releases {
            firsts.push(*row);
        }
        group_of.push(u32::try_from(firsts.len() - 1).unwrap_or(u32::MAX));
    }
    let firsts = UInt32Array::from(firsts);
    let merged: Result<Vec<ArrayRef>, Error> = columns
        .iter()
        .zip(rows.columns())
        .map(|((_, _, _, merge), column)| match merge {
            Merge::Key => Ok(take(column, &firsts, None)?),
            Merge::Or => or(column, &order, &group_of, firsts.len()),
            Merge::Sum | Merge::Min | Merge::Max => number(*merge, column, &order, &group_of, firsts.len()),
        })
        .collect();
    batch(table, merged?)
}

fn number(merge: Merge, column: &ArrayRef, order: &[u32], group_of: &[u32], groups: usize) -> Result<ArrayRef, Error> {
    let numbers: &Int64Array = column.as_any().downcast_ref().ok_or_else(not_mergeable)?;
    let mut merged: Vec<Option<i64>> = vec![None; groups];
    for (row, group) in order.iter().zip(group_of) {
        if numbers.is_null(*row as usize) {
            continue;
        }
        let number = numbers.value(*row as usize);
        let slot = &mut merged[*group as usize];
        *slot = Some(match (*slot, merge) {
            (None, _) => number,
            (Some(so_far), Merge::Min) => so_far.min(number),
            (Some(so_far), Merge::Max) => so_far.max(number),
            (Some(so_far), _) => so_far.saturating_add(number),
        });
    }
    Ok(Arc::new(Int64Array::from(merged)))
}

fn or(column: &ArrayRef, order: &[u32], group_of: &[u32], groups: usize) -> Result<ArrayRef, Error> {
    let bits: &UInt8Array = column.as_any().downcast_ref().ok_or_else(not_mergeable)?;
    let mut merged = vec![0_u8; groups];
    for (row, group) in order.iter().zip(group_of) {
        merged[*group as usize] |= bits.value(*row as usize);
    }
    Ok(Arc::new(UInt8Array::from(merged)))
}

fn not_mergeable() -> Error {
    Error::Lake("a column that adds up has another type than its table declares".to_owned())
}
