//! A clean batch as one compressed Arrow IPC row. Names travel with it, so that a journal written before an upgrade of
//! the catalogue is still read rightly after it.

use std::collections::HashMap;
use std::sync::Arc;

use arrow::array::{
    ArrayRef, BooleanBuilder, Date32Builder, FixedSizeBinaryBuilder, ListBuilder, RecordBatch, UInt8Builder,
    UInt16Builder, UInt64Builder,
};
use arrow::datatypes::Schema;
use arrow::ipc::writer::StreamWriter;
use catalogue::{Catalogue, PropertyKind};
use privacy::Pseudonym;
use privacy::entry::{CleanBatch, CleanEvent, Value};

use crate::error::Error;
use crate::lake::days;

/// Names of one batch, each written once.
#[derive(Default)]
struct Names<'a> {
    places: HashMap<&'a str, u16, foldhash::fast::RandomState>,
    list: Vec<&'a str>,
}

impl<'a> Names<'a> {
    fn place(&mut self, name: &'a str) -> u16 {
        *self.places.entry(name).or_insert_with(|| {
            self.list.push(name);
            u16::try_from(self.list.len() - 1).unwrap_or(u16::MAX)
        })
    }
}

struct Columns {
    event: UInt16Builder,
    role: UInt16Builder,
    person: FixedSizeBinaryBuilder,
    class: FixedSizeBinaryBuilder,
    day: Date32Builder,
    hour: UInt8Builder,
    sampled_day: BooleanBuilder,
    pupils: ListBuilder<FixedSizeBinaryBuilder>,
    names: ListBuilder<UInt16Builder>,
    values: ListBuilder<UInt64Builder>,
    hash_names: ListBuilder<UInt16Builder>,
    hashes: ListBuilder<FixedSizeBinaryBuilder>,
}

impl Columns {
    fn with_capacity(rows: usize) -> Self {
        Self {
            event: UInt16Builder::with_capacity(rows),
            role: UInt16Builder::with_capacity(rows),
            person: FixedSizeBinaryBuilder::with_capacity(rows, 16),
            class: FixedSizeBinaryBuilder::with_capacity(rows, 16),
            day: Date32Builder::with_capacity(rows),
            hour: UInt8Builder::with_capacity(rows),
            sampled_day: BooleanBuilder::with_capacity(rows),
            pupils: ListBuilder::new(FixedSizeBinaryBuilder::new(16)),
            names: ListBuilder::new(UInt16Builder::with_capacity(rows * 5)),
            values: ListBuilder::new(UInt64Builder::with_capacity(rows * 5)),
            hash_names: ListBuilder::new(UInt16Builder::new()),
            hashes: ListBuilder::new(FixedSizeBinaryBuilder::new(16)),
        }
    }

    fn push<'a>(&mut self, catalogue: &'a Catalogue, event: &CleanEvent, names: &mut Names<'a>) -> Result<(), Error> {
        let Some(kind) = catalogue.event_by_index(event.event()) else { return Ok(()) };
        self.event.append_value(names.place(&kind.name));
        self.role.append_value(names.place(event.role().slug()));
        self.person.append_value(event.person().as_bytes())?;
        match event.class() {
            Some(class) => self.class.append_value(class.as_bytes())?,
            None => self.class.append_null(),
        }
        self.day.append_value(days(event.day()));
        self.hour.append_value(event.hour());
        self.sampled_day.append_value(event.sampled_day());
        append_all(&mut self.pupils, event.pupils().iter())?;
        for (place, value) in event.values() {
            let Some(property) = kind.properties.get(usize::from(*place)) else { continue };
            let name = names.place(&property.name);
            let number = match value {
                Value::Whole(number) | Value::Version(number) => *number,
                Value::Flag(flag) => u64::from(*flag),
                Value::Word(word) => {
                    let PropertyKind::Word(list) = property.kind else { continue };
                    let slug = catalogue.word_list_by_index(list).and_then(|list| list.slug(*word));
                    u64::from(names.place(slug.unwrap_or_default()))
                }
                Value::Hashed(hash) => {
                    self.hash_names.values().append_value(name);
                    self.hashes.values().append_value(hash.as_bytes())?;
                    continue;
                }
            };
            self.names.values().append_value(name);
            self.values.values().append_value(number);
        }
        self.names.append(true);
        self.values.append(true);
        self.hash_names.append(true);
        self.hashes.append(true);
        Ok(())
    }

    fn finish(mut self) -> Vec<(&'static str, ArrayRef)> {
        vec![
            ("event", Arc::new(self.event.finish())),
            ("role", Arc::new(self.role.finish())),
            ("person", Arc::new(self.person.finish())),
            ("class", Arc::new(self.class.finish())),
            ("day", Arc::new(self.day.finish())),
            ("hour", Arc::new(self.hour.finish())),
            ("sampled_day", Arc::new(self.sampled_day.finish())),
            ("pupils", Arc::new(self.pupils.finish())),
            ("names", Arc::new(self.names.finish())),
            ("values", Arc::new(self.values.finish())),
            ("hash_names", Arc::new(self.hash_names.finish())),
            ("hashes", Arc::new(self.hashes.finish())),
        ]
    }
}

fn append_all<'a>(
    list: &mut ListBuilder<FixedSizeBinaryBuilder>,
    pseudonyms: impl Iterator<Item = &'a Pseudonym>,
) -> Result<(), Error> {
    for pseudonym in pseudonyms {
        list.values().append_value(pseudonym.as_bytes())?;
    }
    list.append(true);
    Ok(())
}

/// Encodes a batch.
pub(super) fn batch(catalogue: &Catalogue, clean: &CleanBatch) -> Result<Vec<u8>, Error> {
    let mut names = Names::default();
    let mut columns = Columns::with_capacity(clean.events().len());
    for event in clean.events() {
        columns.push(catalogue, event, &mut names)?;
    }
    let platform = catalogue.word_list("platform").and_then(|list| list.slug(clean.platform())).unwrap_or_default();
    let metadata = HashMap::from([
        ("names".to_owned(), names.list.join("\n")),
        ("uai".to_owned(), clean.uai().to_string()),
        ("install".to_owned(), clean.install().to_hex()),
        ("app_version".to_owned(), clean.app_version().to_owned()),
        ("platform".to_owned(), platform.to_owned()),
        ("batch_no".to_owned(), clean.batch_no().to_string()),
        ("lost_n".to_owned(), clean.lost_n().to_string()),
        ("received_on".to_owned(), clean.received_on().to_string()),
    ]);
    let rows = RecordBatch::try_from_iter_with_nullable(
        columns.finish().into_iter().map(|(name, column)| (name, column, name == "class")),
    )?;
    let schema = Arc::new(Schema::new_with_metadata(rows.schema().fields().clone(), metadata));
    let rows = rows.with_schema(Arc::clone(&schema))?;
    let mut bytes = Vec::with_capacity(16 * 1_024);
    let mut writer = StreamWriter::try_new(&mut bytes, &schema)?;
    writer.write(&rows)?;
    writer.finish()?;
    drop(writer);
    // Compressed as a whole: a hundred events make buffers too short to compress one by one.
    zstd::bulk::compress(&bytes, 1).map_err(|error| Error::Lake(error.to_string()))
}
