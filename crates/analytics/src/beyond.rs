//! What left beyond establishments, read back from the table `cubes`: months, and the cubes of one.

use std::collections::BTreeMap;
use std::str::FromStr;

use arrow::array::{Array, AsArray, Float64Array, Int64Array};
use arrow::compute::cast;
use arrow::datatypes::{DataType, Float64Type};
use calendar::Month;
use privacy::Uai;
use privacy::exit::{Guarantee, Leaf, NoisyCell, NoisyCube, Place, Released};
use store::{Error, Prune, Store, Table};

use crate::rows::{numbers, texts};

/// The months whose cubes are stored, oldest first.
pub async fn months(store: &Store) -> Result<Vec<Month>, Error> {
    let session = store.lake().session(&[Table::Cubes], &Prune::default()).await?;
    let mut months = Vec::new();
    for batch in session.sql("SELECT DISTINCT month FROM cubes ORDER BY month").await? {
        months.extend(numbers(&batch, "month")?.values().iter().filter_map(|number| month_of(*number)));
    }
    Ok(months)
}

/// The cubes of a month, in the order of their names; as they were stored.
pub async fn cubes(store: &Store, month: Month) -> Result<Vec<Released<NoisyCube>>, Error> {
    let prune = Prune { months: Some(month.number()..=month.number()), establishment: None };
    let session = store.lake().session(&[Table::Cubes], &prune).await?;
    let query = format!(
        "SELECT cube, academy, district, word, value, sigma, cut, epsilon_thousandths, delta_exponent FROM cubes \
         WHERE month = {} ORDER BY cube, academy, district, word",
        month.number()
    );
    let mut cubes = BTreeMap::<String, (NoisyCube, Guarantee)>::new();
    for batch in session.sql(&query).await? {
        let (name, word) = (texts(&batch, "cube")?, texts(&batch, "word")?);
        let (academy, district) = (texts(&batch, "academy")?, texts(&batch, "district")?);
        let (value, cut) = (numbers(&batch, "value")?, numbers(&batch, "cut")?);
        let sigma = batch.column_by_name("sigma").ok_or_else(|| Error::Query("no column sigma".to_owned()))?;
        let sigma: Float64Array = cast(sigma, &DataType::Float64)?.as_primitive::<Float64Type>().clone();
        let (epsilon, delta) = (numbers(&batch, "epsilon_thousandths")?, numbers(&batch, "delta_exponent")?);
        for row in 0..batch.num_rows() {
            let place = place(district.value(row), academy.value(row))?;
            let leaf = Leaf { place, word: word.value(row).to_owned() };
            let (cube, _) = cubes.entry(name.value(row).to_owned()).or_insert_with(|| {
                let cube = NoisyCube {
                    cube: name.value(row).to_owned(),
                    month,
                    sigma: sigma.value(row),
                    cut: present(&cut, row),
                    cells: Vec::new(),
                };
                (cube, Guarantee::from_stored(small(epsilon.value(row)), small(delta.value(row))))
            });
            cube.cells.push(NoisyCell { leaf, value: value.value(row) });
        }
    }
    Ok(cubes.into_values().map(|(cube, guarantee)| Released::thaw_cube(cube, guarantee)).collect())
}

fn place(district: &str, academy: &str) -> Result<Place, Error> {
    if !district.is_empty() {
        let code = Uai::from_str(district)
            .map_err(|_| Error::Unreadable { what: "a district of a cube", text: district.to_owned() })?;
        return Ok(Place::district(code, academy));
    }
    Ok(if academy.is_empty() { Place::country() } else { Place::academy(academy) })
}

fn month_of(number: i64) -> Option<Month> {
    i32::try_from(number).ok().and_then(|number| Month::from_number(number).ok())
}

fn present(column: &Int64Array, row: usize) -> Option<i64> {
    (!column.is_null(row)).then(|| column.value(row))
}

fn small(number: i64) -> u32 {
    u32::try_from(number).unwrap_or(u32::MAX)
}
