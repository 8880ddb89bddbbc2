//! On how many days of a week a teacher was active: counted when the week closes, since the days themselves go then. The
//! number has the grain of the week; which days they were is nowhere kept.

use std::sync::Arc;

use arrow::array::{
    ArrayRef, BooleanArray, Date32Array, Int32Array, Int64Array, RecordBatch, StringArray, UInt8Array, new_null_array,
};
use arrow::compute::cast;
use arrow::datatypes::DataType;
use calendar::IsoWeek;

use crate::Store;
use crate::closing::wrong;
use crate::error::Error;
use crate::lake::{Prune, Table, batch, bucket_of, days, merge_sorted};

/// The event word of the rows of `person_week` that no event made: on how many days of the week a teacher was active. They
/// are kept, shown, corrected, left out and erased like every other row about her.
pub const ACTIVE_DAYS: &str = "active_days";

impl Store {
    /// What `person_week` keeps of a teacher's days: their number, in the whole school. Days over classes do not add, since
    /// who teaches two may be in both on one day; and a row a class would tell more than is needed.
    pub(crate) async fn active_days(&self, week: IsoWeek, active_on: &[&str]) -> Result<RecordBatch, Error> {
        let mut parts = Vec::new();
        if !active_on.is_empty() {
            let session = self.lake().session(&[Table::PersonDay], &Prune::default()).await?;
            let events: Vec<String> = active_on.iter().map(|event| format!("'{event}'")).collect();
            let query = format!(
                "SELECT establishment, person, COUNT(DISTINCT day) AS n FROM person_day \
                 WHERE day BETWEEN DATE '{}' AND DATE '{}' AND role = 'teacher' AND event IN ({}) GROUP BY 1, 2",
                week.monday(),
                week.sunday(),
                events.join(", "),
            );
            for rows in session.sql(&query).await? {
                parts.push(counted_days(week, &rows)?);
            }
        }
        merge_sorted(Table::PersonWeek, &arrow::compute::concat_batches(&Table::PersonWeek.schema(), &parts)?)
    }
}

/// Rows of `person_week` from establishments, persons and numbers of days.
fn counted_days(week: IsoWeek, rows: &RecordBatch) -> Result<RecordBatch, Error> {
    let n = rows.num_rows();
    let uais = cast(rows.column(0), &DataType::Utf8)?;
    let uai: &StringArray = uais.as_any().downcast_ref().ok_or_else(wrong)?;
    let word = |word: &str| -> ArrayRef { Arc::new(StringArray::from(vec![word; n])) };
    let none: ArrayRef = Arc::new(Int64Array::from_value(0, n));
    let hash = DataType::FixedSizeBinary(16);
    let columns: Vec<ArrayRef> = vec![
        Arc::new(Int32Array::from_value(week.month().number(), n)),
        Arc::new(uai.iter().map(|uai| uai.map(bucket_of)).collect::<UInt8Array>()),
        Arc::clone(&uais),
        word("teacher"),
        new_null_array(&hash, n),
        cast(rows.column(1), &hash)?,
        Arc::new(Date32Array::from_value(days(week.monday()), n)),
        word(ACTIVE_DAYS),
        word(""),
        word(""),
        Arc::new(BooleanArray::from(vec![false; n])),
        cast(rows.column(2), &DataType::Int64)?,
        Arc::clone(&none),
        none,
    ];
    batch(Table::PersonWeek, columns)
}
