//! CSV: each row becomes one event, or as many as its count says.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::io::Read;
use std::path::Path;
use std::sync::Arc;

use catalogue::Catalogue;
use csv::{ByteRecord, StringRecord};
use jiff::civil::Date;
use privacy::entry::Reason;

use super::Input;
use super::fault::Fault;
use super::field::{Field, Kind, LookupTable, Source, column_of};
use super::intake::Intake;
use super::mapping::{EventFields, Mapping, wrong};
use super::moment::Reading;
use super::outbox::{Envelope, Event, Outbox};

/// The most events one row may stand for: a slip of the pen must not become a billion events.
const MOST_EVENTS_OF_A_ROW: u64 = 100_000;

/// How the rows of one file become events.
struct Reader<'a> {
    catalogue: &'a Catalogue,
    columns: usize,
    establishment: Source<'a>,
    install: Option<Source<'a>>,
    app_version: Option<Source<'a>>,
    platform: Option<Source<'a>>,
    at: (usize, Reading),
    name: Source<'a>,
    role: Source<'a>,
    actor: Option<Source<'a>>,
    family: Option<Source<'a>>,
    class: Option<Source<'a>>,
    session: Option<Source<'a>>,
    pupils: Vec<Source<'a>>,
    count: Option<Source<'a>>,
    props: Vec<(&'a str, Source<'a>)>,
}

/// Imports a CSV file.
pub fn import(
    input: &Input<'_>,
    mapping: &Mapping,
    anchor: Option<Date>,
    intake: &mut Intake<'_>,
    outbox: &mut Outbox,
) -> anyhow::Result<()> {
    let fields = mapping.event.as_ref().ok_or_else(|| wrong("the mapping has no [event], which says what a row is"))?;
    let declared = mapping.declared_establishment()?;
    let establishment = mapping.batch.establishment.as_ref().or(declared.as_ref());
    let establishment = establishment
        .ok_or_else(|| wrong("the mapping has no establishment: neither [establishment] nor batch.establishment"))?;
    let lookups = lookups(mapping, input.path)?;
    let mut file = mapping.csv.reader()?.from_reader(intake.progress.follow(input.open()?));
    let header =
        file.headers().map_err(|_| wrong(format!("{}: the first row is no header in UTF-8", input.path.display())))?;
    let columns: Vec<String> = header.iter().map(|name| name.trim().to_owned()).collect();
    let catalogue = Arc::clone(intake.catalogue());
    let place = Place { columns: &columns, lookups: &lookups };
    let reader = Reader {
        catalogue: &catalogue,
        columns: columns.len(),
        establishment: place.of(establishment)?,
        install: place.of_any(mapping.batch.install.as_ref())?,
        app_version: place.of_any(mapping.batch.app_version.as_ref())?,
        platform: place.of_any(mapping.batch.platform.as_ref())?,
        at: (column_of(&fields.at.column, &columns)?, fields.at.reading(anchor)?),
        name: place.of(&fields.name)?,
        role: place.of(&fields.role)?,
        actor: place.of_any(fields.actor.as_ref())?,
        family: place.of_any(fields.family.as_ref())?,
        class: place.of_any(fields.class.as_ref())?,
        session: place.of_any(fields.session.as_ref())?,
        pupils: fields.pupils.iter().map(|field| place.of(field)).collect::<Result<_, _>>()?,
        count: place.of_any(fields.count.as_ref())?,
        props: place.of_props(fields)?,
    };
    reader.rows(&mut file, input.path, intake, outbox)
}

/// Reads the mapping's lookups, from the files beside the imported one.
fn lookups(mapping: &Mapping, imported: &Path) -> anyhow::Result<BTreeMap<String, LookupTable>> {
    let mut tables = BTreeMap::new();
    for (name, lookup) in &mapping.lookup {
        let path = super::beside(imported, &lookup.file);
        tables.insert(name.clone(), LookupTable::read(name, lookup, &path, &mapping.csv)?);
    }
    Ok(tables)
}

/// Where fields are found in one file.
struct Place<'a> {
    columns: &'a [String],
    lookups: &'a BTreeMap<String, LookupTable>,
}

impl<'a> Place<'a> {
    fn of(&self, field: &'a Field) -> anyhow::Result<Source<'a>> {
        field.resolve(self.columns, self.lookups)
    }

    fn of_any(&self, field: Option<&'a Field>) -> anyhow::Result<Option<Source<'a>>> {
        field.map(|field| self.of(field)).transpose()
    }

    fn of_props(&self, fields: &'a EventFields) -> anyhow::Result<Vec<(&'a str, Source<'a>)>> {
        fields.props.iter().map(|(name, field)| Ok((name.as_str(), self.of(field)?))).collect()
    }
}

impl Reader<'_> {
    fn rows(
        &self,
        file: &mut csv::Reader<impl Read>,
        path: &Path,
        intake: &mut Intake<'_>,
        outbox: &mut Outbox,
    ) -> anyhow::Result<()> {
        let mut bytes = ByteRecord::new();
        while file
            .read_byte_record(&mut bytes)
            .map_err(|_| anyhow::anyhow!("{} cannot be read to its end", path.display()))?
        {
            intake.row();
            let row = bytes.position().map_or(0, csv::Position::line);
            match self.read(&bytes, intake) {
                Ok((envelope, event, count)) => {
                    outbox.push(&envelope, &event, row, count, &mut |batch| intake.take(path, batch))?;
                }
                Err(fault) => intake.refuse(path, row, &fault)?,
            }
        }
        outbox.flush(&mut |batch| intake.take(path, batch))
    }

    fn read(&self, bytes: &ByteRecord, intake: &Intake<'_>) -> Result<(Envelope, Event, u64), Fault> {
        if bytes.len() != self.columns {
            return Err(Fault::of_row(Reason::Unreadable, format!("as many columns as the header: {}", self.columns)));
        }
        let row = &StringRecord::from_byte_record(bytes.clone())
            .map_err(|_| Fault::of_row(Reason::Unreadable, "text in UTF-8"))?;
        let envelope = Envelope {
            establishment: needed("establishment", &self.establishment, row)?,
            install: optional("install", self.install.as_ref(), row)?.unwrap_or_else(|| "import".to_owned()),
            app_version: optional("app_version", self.app_version.as_ref(), row)?.unwrap_or_else(|| "0.0".to_owned()),
            platform: optional("platform", self.platform.as_ref(), row)?.unwrap_or_else(|| "web".to_owned()),
        };
        let name = needed("name", &self.name, row)?;
        let kind = self.catalogue.event(&name);
        let mut event = Event {
            at: self.moment(row, &envelope, intake)?,
            session: optional("session", self.session.as_ref(), row)?.unwrap_or_else(|| "import".to_owned()),
            role: needed("role", &self.role, row)?,
            actor: optional("actor", self.actor.as_ref(), row)?,
            class: optional("class", self.class.as_ref(), row)?,
            family: optional("family", self.family.as_ref(), row)?,
            name,
            ..Event::default()
        };
        for pupil in &self.pupils {
            event.pupils.extend(optional("pupils", Some(pupil), row)?);
        }
        for (property, source) in &self.props {
            let known = kind.and_then(|kind| kind.property(property)).and_then(Kind::of);
            if let Some(value) = source.value(property, known, row)? {
                event.props.insert((*property).to_owned(), value);
            }
        }
        Ok((envelope, event, self.count(row)?))
    }

    fn moment(&self, row: &StringRecord, envelope: &Envelope, intake: &Intake<'_>) -> Result<String, Fault> {
        let (place, reading) = &self.at;
        let text = row.get(*place).unwrap_or_default().trim();
        if text.is_empty() {
            return Err(Fault::of("at", Reason::Missing, reading.expected()));
        }
        let moment = reading.moment(text, &intake.zone(&envelope.establishment));
        moment.map(|moment| moment.to_string()).ok_or_else(|| Fault::of("at", Reason::Invalid, reading.expected()))
    }

    fn count(&self, row: &StringRecord) -> Result<u64, Fault> {
        let Some(source) = &self.count else { return Ok(1) };
        let text = source.text("count", row)?;
        let count = text.as_deref().and_then(|text| text.parse().ok()).filter(|count| *count <= MOST_EVENTS_OF_A_ROW);
        let reason = if text.is_some() { Reason::Invalid } else { Reason::Missing };
        count.ok_or_else(|| Fault::of("count", reason, format!("a whole number from 0 to {MOST_EVENTS_OF_A_ROW}")))
    }
}

fn optional(property: &'static str, source: Option<&Source<'_>>, row: &StringRecord) -> Result<Option<String>, Fault> {
    let Some(source) = source else { return Ok(None) };
    Ok(source.text(property, row)?.map(Cow::into_owned))
}

fn needed(property: &'static str, source: &Source<'_>, row: &StringRecord) -> Result<String, Fault> {
    optional(property, Some(source), row)?.ok_or_else(|| Fault::of(property, Reason::Missing, "a value in each row"))
}
