//! The mapping file (TOML): how the rows of a file become events of the catalogue.
//!
//! It is configuration, written by whoever imports: its own text may be repeated in an error.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use anyhow::Context;
use calendar::SchoolYear;
use catalogue::Catalogue;
use jiff::civil::Date;
use privacy::entry::{CleanRoster, IdentifierForm};
use privacy::{Keys, Raw, Uai};
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use super::field::Field;
use super::moment::At;
use super::verbs::Statement;
use crate::settings::WrongUse;

/// A mapping.
#[derive(Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Mapping {
    /// The establishment the rows belong to; declared with it, if the data folder does not know it yet.
    #[serde(default)]
    pub establishment: Option<Declared>,
    /// What every batch says.
    #[serde(default)]
    pub batch: Envelope,
    /// How a CSV file is written.
    #[serde(default)]
    pub csv: Dialect,
    /// Other CSV files to look things up in.
    #[serde(default)]
    pub lookup: BTreeMap<String, Lookup>,
    /// How a row of a CSV file becomes events.
    #[serde(default)]
    pub event: Option<EventFields>,
    /// How an xAPI statement becomes an event.
    #[serde(default)]
    pub statement: Statement,
    /// xAPI verbs (IRI) → event types.
    #[serde(default)]
    pub verbs: BTreeMap<String, String>,
    /// The mapping's own bytes, hashed.
    #[serde(skip)]
    pub digest: [u8; 32],
}

/// An establishment and its classes, without pupils: enough for the gate, and for a class view to be opened.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Declared {
    uai: String,
    district: String,
    academy: String,
    sector: String,
    #[serde(default)]
    classes: Vec<DeclaredClass>,
}

#[derive(Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
struct DeclaredClass {
    class: String,
    #[serde(default)]
    levels: Vec<String>,
    teachers: Vec<String>,
    /// A mapping lists no pupils; the roster format wants the list.
    #[serde(default, skip_deserializing)]
    pupils: [String; 0],
}

/// The roster as `PUT /api/v1/establishments/{uai}/roster` takes it.
#[derive(Serialize)]
struct Roster<'a> {
    school_year: String,
    district: &'a str,
    academy: &'a str,
    sector: &'a str,
    classes: &'a [DeclaredClass],
}

impl Declared {
    /// Its public code.
    pub fn uai(&self) -> anyhow::Result<Uai> {
        self.uai.parse().map_err(|error| wrong(format!("establishment.uai: {error}")))
    }

    /// Its roster for a school year, through the gate.
    pub fn roster(
        &self,
        year: SchoolYear,
        catalogue: &Catalogue,
        keys: &Keys,
        form: IdentifierForm,
    ) -> anyhow::Result<CleanRoster> {
        let roster = Roster {
            school_year: year.to_string(),
            district: &self.district,
            academy: &self.academy,
            sector: &self.sector,
            classes: &self.classes,
        };
        let body = serde_json::to_vec(&roster).context("the mapping's establishment cannot be written as a roster")?;
        CleanRoster::admit(&Raw::new(&body[..]), self.uai()?, catalogue, keys, form)
            .map_err(|error| wrong(format!("the mapping's establishment: {error}")))
    }
}

/// The envelope's fields; each has a default.
#[derive(Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Envelope {
    /// The establishment, where rows name several.
    #[serde(default)]
    pub establishment: Option<Field>,
    /// The install: for role `pupil` it is the person.
    #[serde(default)]
    pub install: Option<Field>,
    /// The version of what made the rows.
    #[serde(default)]
    pub app_version: Option<Field>,
    /// Its platform.
    #[serde(default)]
    pub platform: Option<Field>,
}

/// How a CSV file is written.
#[derive(Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Dialect {
    /// What separates columns.
    pub delimiter: char,
}

impl Default for Dialect {
    fn default() -> Self {
        Self { delimiter: ',' }
    }
}

impl Dialect {
    /// A reader of files written so. Rows of any length pass, to be refused one by one.
    pub fn reader(&self) -> anyhow::Result<csv::ReaderBuilder> {
        let delimiter = u8::try_from(self.delimiter).ok().filter(u8::is_ascii);
        let mut builder = csv::ReaderBuilder::new();
        builder
            .flexible(true)
            .delimiter(delimiter.ok_or_else(|| wrong("csv.delimiter: one ASCII character is expected"))?);
        Ok(builder)
    }
}

/// Another CSV file, read into memory. Where a key stands twice, its first row counts.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Lookup {
    /// The file, beside the one that is imported.
    pub file: PathBuf,
    /// The column that a row is found by.
    pub key: String,
}

/// The fields of an event, each a constant or a column.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct EventFields {
    /// The event type.
    pub name: Field,
    /// When.
    pub at: At,
    /// Who was acting.
    pub role: Field,
    /// The teacher or other staff.
    #[serde(default)]
    pub actor: Option<Field>,
    /// The family.
    #[serde(default)]
    pub family: Option<Field>,
    /// The class.
    #[serde(default)]
    pub class: Option<Field>,
    /// The pupils it names, one field each.
    #[serde(default)]
    pub pupils: Vec<Field>,
    /// The session.
    #[serde(default)]
    pub session: Option<Field>,
    /// How many times it happened: as many events.
    #[serde(default)]
    pub count: Option<Field>,
    /// The properties.
    #[serde(default)]
    pub props: BTreeMap<String, Field>,
}

impl Mapping {
    /// Reads a mapping file.
    pub fn read(path: &Path) -> anyhow::Result<Self> {
        let at_fault = |error: &dyn std::fmt::Display| wrong(format!("--mapping {}: {error}", path.display()));
        let text = std::fs::read_to_string(path).map_err(|error| at_fault(&error))?;
        let mut mapping: Self = toml::from_str(&text).map_err(|error| at_fault(&error))?;
        mapping.digest = Sha256::digest(text.as_bytes()).into();
        Ok(mapping)
    }

    /// Whether CSV files can be read with it, as far as this can be said before one is opened.
    pub fn check(&self, anchor: Option<Date>) -> anyhow::Result<()> {
        let fields =
            self.event.as_ref().ok_or_else(|| wrong("the mapping has no [event], which says what a row is"))?;
        fields.at.reading(anchor).map(|_| ())
    }

    /// The establishment it declares, as the field of every row.
    pub fn declared_establishment(&self) -> anyhow::Result<Option<Field>> {
        let Some(declared) = &self.establishment else { return Ok(None) };
        Ok(Some(Field::Constant(declared.uai()?.to_string().into())))
    }
}

/// The command line or the mapping is at fault.
pub fn wrong(text: impl Into<String>) -> anyhow::Error {
    WrongUse(text.into()).into()
}
