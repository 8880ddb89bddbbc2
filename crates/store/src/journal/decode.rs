//! Journal rows read back for folding, with the names of today's catalogue. What a newer catalogue has dropped is
//! passed over.

use std::collections::HashSet;
use std::io::Cursor;

use arrow::array::{
    Array, BooleanArray, Date32Array, FixedSizeBinaryArray, ListArray, RecordBatch, UInt8Array, UInt16Array,
    UInt64Array,
};
use arrow::ipc::reader::StreamReader;
use catalogue::{Catalogue, PropertyKind, Role};
use jiff::civil::Date;
use privacy::{Pseudonym, Uai};

use crate::error::Error;

/// The largest journal row once decompressed.
const LARGEST: usize = 256 * 1_024 * 1_024;

/// A batch read back.
pub(crate) struct StoredBatch {
    pub(crate) uai: Uai,
    pub(crate) install: Pseudonym,
    pub(crate) app_version: String,
    pub(crate) platform: String,
    pub(crate) batch_no: u64,
    pub(crate) lost_n: u64,
    pub(crate) received_on: Date,
    names: Vec<String>,
    rows: Vec<RecordBatch>,
}

/// An event read back. Words are places in the catalogue's lists, as at the gate.
pub(crate) struct StoredEvent<'a> {
    catalogue: &'a Catalogue,
    pub(crate) event: &'a catalogue::EventType,
    pub(crate) role: Role,
    pub(crate) person: [u8; 16],
    pub(crate) class: Option<[u8; 16]>,
    /// Days since 1970-01-01.
    pub(crate) day: i32,
    pub(crate) hour: u8,
    pub(crate) sampled_day: bool,
    pub(crate) pupils: Vec<[u8; 16]>,
    /// By place in the event type: numbers, flags, versions, and words as places in their list.
    pub(crate) numbers: Vec<(u16, u64)>,
    pub(crate) hashes: Vec<(u16, [u8; 16])>,
}

impl StoredEvent<'_> {
    /// The number, flag or word of a property.
    pub(crate) fn number(&self, property: u16) -> Option<u64> {
        self.numbers.iter().find(|(place, _)| *place == property).map(|(_, number)| *number)
    }

    /// The word of a property: its place in the property's list.
    pub(crate) fn word(&self, property: Option<u16>) -> Option<u16> {
        u16::try_from(self.number(property?)?).ok()
    }

    /// The slug of a property's word; empty where there is none.
    pub(crate) fn word_slug(&self, property: Option<u16>) -> &str {
        let kind = property.and_then(|place| self.event.properties.get(usize::from(place)));
        let Some(PropertyKind::Word(list)) = kind.map(|property| property.kind) else { return "" };
        let list = self.catalogue.word_list_by_index(list);
        list.zip(self.word(property)).and_then(|(list, word)| list.slug(word)).unwrap_or_default()
    }

    /// The hashed identifier of a property.
    pub(crate) fn hash(&self, property: Option<u16>) -> Option<[u8; 16]> {
        let property = property?;
        self.hashes.iter().find(|(place, _)| *place == property).map(|(_, hash)| *hash)
    }
}

fn column<'a, T: 'static>(rows: &'a RecordBatch, name: &str) -> Result<&'a T, Error> {
    rows.column_by_name(name)
        .and_then(|column| column.as_any().downcast_ref())
        .ok_or_else(|| Error::Lake(format!("a journal row lacks its column {name}")))
}

fn bytes(column: &FixedSizeBinaryArray, row: usize) -> [u8; 16] {
    let mut bytes = [0; 16];
    bytes.copy_from_slice(&column.value(row)[..16]);
    bytes
}

#[expect(clippy::cast_sign_loss, reason = "Arrow's offsets are never negative")]
fn range(list: &ListArray, row: usize) -> std::ops::Range<usize> {
    let offsets = list.value_offsets();
    offsets[row] as usize..offsets[row + 1] as usize
}

fn items<T: 'static>(list: &ListArray) -> Result<&T, Error> {
    list.values().as_any().downcast_ref().ok_or_else(|| Error::Lake("a journal list has other items".to_owned()))
}

impl StoredBatch {
    /// Reads what `encode` wrote.
    pub(crate) fn read(payload: &[u8]) -> Result<Self, Error> {
        let bytes = zstd::bulk::Decompressor::new()
            .and_then(|mut decompressor| {
                let size = zstd::bulk::Decompressor::upper_bound(payload).unwrap_or(LARGEST);
                decompressor.decompress(payload, size.min(LARGEST))
            })
            .map_err(|error| Error::Lake(error.to_string()))?;
        let reader = StreamReader::try_new(Cursor::new(bytes), None)?;
        let schema = reader.schema();
        let text = |name: &str| {
            let value = schema.metadata().get(name).cloned();
            value.ok_or_else(|| Error::Lake(format!("a journal row lacks its {name}")))
        };
        let unreadable = |what| move |text: String| Error::Unreadable { what, text };
        let number = |name: &'static str| {
            let value = text(name)?;
            value.parse::<u64>().map_err(|_| unreadable(name)(value))
        };
        Ok(Self {
            uai: text("uai").and_then(|text| text.parse().map_err(|_| unreadable("a UAI")(text)))?,
            install: text("install")
                .and_then(|text| Pseudonym::from_hex(&text).ok_or_else(|| unreadable("an install")(text)))?,
            app_version: text("app_version")?,
            platform: text("platform")?,
            batch_no: number("batch_no")?,
            lost_n: number("lost_n")?,
            received_on: text("received_on").and_then(|text| text.parse().map_err(|_| unreadable("a date")(text)))?,
            names: text("names")?.split('\n').map(str::to_owned).collect(),
            rows: reader.collect::<Result<_, _>>()?,
        })
    }

    /// Calls `visit` with each event that today's catalogue still knows, without the people in `gone`: what they did is
    /// passed over, and what others did names them no more. Returns how many were passed over.
    pub(crate) fn for_each(
        &self,
        catalogue: &Catalogue,
        gone: &HashSet<[u8; 16]>,
        mut visit: impl FnMut(&StoredEvent<'_>),
    ) -> Result<usize, Error> {
        let mut passed_over = 0;
        for rows in &self.rows {
            let event: &UInt16Array = column(rows, "event")?;
            let role: &UInt16Array = column(rows, "role")?;
            let acting: &FixedSizeBinaryArray = column(rows, "person")?;
            let class: &FixedSizeBinaryArray = column(rows, "class")?;
            let day: &Date32Array = column(rows, "day")?;
            let hour: &UInt8Array = column(rows, "hour")?;
            let sampled_day: &BooleanArray = column(rows, "sampled_day")?;
            let pupils: &ListArray = column(rows, "pupils")?;
            let pupil: &FixedSizeBinaryArray = items(pupils)?;
            let properties: &ListArray = column(rows, "names")?;
            let property_names: &UInt16Array = items(properties)?;
            let values: &UInt64Array = items(column(rows, "values")?)?;
            let hashed: &ListArray = column(rows, "hash_names")?;
            let hash_names: &UInt16Array = items(hashed)?;
            let hashes: &FixedSizeBinaryArray = items(column(rows, "hashes")?)?;
            let name = |place: u16| self.names.get(usize::from(place)).map_or("", String::as_str);
            for row in 0..rows.num_rows() {
                let Some(kind) = catalogue.event(name(event.value(row))) else { continue };
                let Some(role) = Role::from_slug(name(role.value(row))) else { continue };
                let person = bytes(acting, row);
                if gone.contains(&person) {
                    passed_over += 1;
                    continue;
                }
                let numbers = range(properties, row).filter_map(|at| {
                    let property = kind.property(name(property_names.value(at)))?;
                    let number = match property.kind {
                        PropertyKind::Word(list) => {
                            let slug = name(u16::try_from(values.value(at)).ok()?);
                            u64::from(catalogue.word_list_by_index(list)?.position(slug)?)
                        }
                        _ => values.value(at),
                    };
                    Some((property.index, number))
                });
                let hashes = range(hashed, row)
                    .filter_map(|at| Some((kind.property(name(hash_names.value(at)))?.index, bytes(hashes, at))));
                visit(&StoredEvent {
                    catalogue,
                    event: kind,
                    role,
                    person,
                    class: (!class.is_null(row)).then(|| bytes(class, row)),
                    day: day.value(row),
                    hour: hour.value(row),
                    sampled_day: sampled_day.value(row),
                    pupils: range(pupils, row).map(|at| bytes(pupil, at)).filter(|one| !gone.contains(one)).collect(),
                    numbers: numbers.collect(),
                    hashes: hashes.collect(),
                });
            }
        }
        Ok(passed_over)
    }
}
