//! [`Field`]: where the value of an event's field comes from: a constant, a column, or a column looked up in another
//! file, and then perhaps translated word by word.

use std::borrow::Cow;
use std::collections::{BTreeMap, HashMap};
use std::path::Path;

use csv::StringRecord;
use privacy::entry::Reason;
use serde::Deserialize;
use serde_json::Value;

use super::fault::Fault;
use super::mapping::{Dialect, Lookup, wrong};

/// A field as the mapping describes it.
#[derive(Deserialize)]
#[serde(try_from = "toml::Value")]
pub enum Field {
    /// The same in every row.
    Constant(Value),
    /// From the row.
    Column(Reference),
}

/// A field that is read from the row.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Reference {
    column: String,
    /// The lookup whose row has the column's text as its key.
    #[serde(default)]
    lookup: Option<String>,
    /// The lookup's column that is meant.
    #[serde(default)]
    value: Option<String>,
    /// A translation: text of the file → word of the catalogue.
    #[serde(default)]
    words: Option<BTreeMap<String, String>>,
    /// The word for every text that the translation does not name.
    #[serde(default)]
    otherwise: Option<String>,
}

impl TryFrom<toml::Value> for Field {
    type Error = String;

    fn try_from(value: toml::Value) -> Result<Self, String> {
        match value {
            toml::Value::String(text) => Ok(Self::Constant(text.into())),
            toml::Value::Integer(number) => Ok(Self::Constant(number.into())),
            toml::Value::Boolean(flag) => Ok(Self::Constant(flag.into())),
            toml::Value::Table(table) => {
                let column = Reference::deserialize(table).map_err(|error| error.message().to_owned())?;
                if column.lookup.is_some() != column.value.is_some() {
                    return Err("lookup and value belong together".to_owned());
                }
                if column.otherwise.is_some() && column.words.is_none() {
                    return Err("otherwise needs words".to_owned());
                }
                Ok(Self::Column(column))
            }
            _ => Err("a text, a whole number, true, false or { column = … } is expected".to_owned()),
        }
    }
}

/// A lookup, read into memory.
pub struct LookupTable {
    columns: Vec<String>,
    rows: HashMap<String, StringRecord>,
}

impl LookupTable {
    /// Reads a lookup's file.
    pub fn read(name: &str, lookup: &Lookup, path: &Path, dialect: &Dialect) -> anyhow::Result<Self> {
        let unreadable = || wrong(format!("lookup.{name}: {} cannot be read as CSV in UTF-8", path.display()));
        let mut reader = dialect.reader()?.from_path(path).map_err(|_| unreadable())?;
        let columns: Vec<String> = reader.headers().map_err(|_| unreadable())?.iter().map(str::to_owned).collect();
        let key = place_of(&lookup.key, &columns)
            .ok_or_else(|| wrong(format!("lookup.{name}: {} has no column {}", path.display(), lookup.key)))?;
        let mut rows = HashMap::new();
        for record in reader.into_records() {
            let record = record.map_err(|_| unreadable())?;
            if let Some(key) = record.get(key) {
                rows.entry(key.to_owned()).or_insert(record);
            }
        }
        Ok(Self { columns, rows })
    }
}

/// A field, ready for the rows of one file.
pub enum Source<'a> {
    /// The same in every row.
    Constant(&'a Value),
    /// From the row.
    Column {
        /// Which column.
        place: usize,
        /// The lookup, and which of its columns.
        lookup: Option<(&'a LookupTable, usize)>,
        /// The translation.
        words: Option<&'a BTreeMap<String, String>>,
        /// The word for everything else.
        otherwise: Option<&'a str>,
    },
}

impl Field {
    /// The text, where it is a constant.
    pub fn constant(&self) -> Option<String> {
        match self {
            Self::Constant(Value::String(text)) => Some(text.clone()),
            Self::Constant(other) => Some(other.to_string()),
            Self::Column(_) => None,
        }
    }

    /// Finds the field's columns in a file.
    pub fn resolve<'a>(
        &'a self,
        columns: &[String],
        lookups: &'a BTreeMap<String, LookupTable>,
    ) -> anyhow::Result<Source<'a>> {
        let column = match self {
            Self::Constant(value) => return Ok(Source::Constant(value)),
            Self::Column(column) => column,
        };
        let lookup = match (&column.lookup, &column.value) {
            (Some(name), Some(value)) => {
                let table = lookups.get(name).ok_or_else(|| wrong(format!("the mapping has no lookup.{name}")))?;
                let place = place_of(value, &table.columns)
                    .ok_or_else(|| wrong(format!("the file of lookup.{name} has no column {value}")))?;
                Some((table, place))
            }
            _ => None,
        };
        Ok(Source::Column {
            place: column_of(&column.column, columns)?,
            lookup,
            words: column.words.as_ref(),
            otherwise: column.otherwise.as_deref(),
        })
    }
}

/// The place of a column of the imported file. The error names what the mapping asks for, not what the file has.
pub fn column_of(name: &str, columns: &[String]) -> anyhow::Result<usize> {
    place_of(name, columns).ok_or_else(|| wrong(format!("the file has no column {name}, which the mapping reads")))
}

fn place_of(name: &str, columns: &[String]) -> Option<usize> {
    columns.iter().position(|column| column == name)
}

impl Source<'_> {
    /// The text of a row's column; `None` where it is empty, or where the field is a constant.
    fn in_row<'r>(&'r self, property: &str, row: &'r StringRecord) -> Result<Option<&'r str>, Fault> {
        let Self::Column { place, lookup, words, otherwise } = self else { return Ok(None) };
        let text = row.get(*place).unwrap_or_default().trim();
        if text.is_empty() {
            return Ok(None);
        }
        let fault = |expected| Fault::of(property.to_owned(), Reason::Unknown, expected);
        let text = match lookup {
            Some((table, value)) => {
                let found = table.rows.get(text).ok_or_else(|| fault("a key of the mapping's lookup"))?;
                found.get(*value).unwrap_or_default().trim()
            }
            None => text,
        };
        match words {
            Some(words) => {
                let word = words.get(text).map(String::as_str).or(*otherwise);
                word.map(Some).ok_or_else(|| fault("a text that the mapping translates"))
            }
            None => Ok(Some(text).filter(|text| !text.is_empty())),
        }
    }

    /// The field as text.
    pub fn text<'r>(&'r self, property: &str, row: &'r StringRecord) -> Result<Option<Cow<'r, str>>, Fault> {
        match self {
            Self::Constant(Value::String(text)) => Ok(Some(Cow::Borrowed(text))),
            Self::Constant(other) => Ok(Some(Cow::Owned(other.to_string()))),
            Self::Column { .. } => Ok(self.in_row(property, row)?.map(Cow::Borrowed)),
        }
    }

    /// The field as a property's value: numbers and flags are written as text in CSV. What does not fit stays text, for
    /// the gate to say what would be right.
    pub fn value(&self, property: &str, kind: Option<Kind>, row: &StringRecord) -> Result<Option<Value>, Fault> {
        if let Self::Constant(value) = self {
            return Ok(Some((*value).clone()));
        }
        Ok(self.in_row(property, row)?.map(|text| match kind {
            Some(Kind::Whole) => text.parse::<i64>().map_or_else(|_| text.into(), Value::from),
            Some(Kind::Flag) => match text {
                "1" | "true" => true.into(),
                "0" | "false" => false.into(),
                other => other.into(),
            },
            None => text.into(),
        }))
    }
}

/// Properties that are no text on the wire.
#[derive(Clone, Copy)]
pub enum Kind {
    /// A whole number.
    Whole,
    /// Yes or no.
    Flag,
}

impl Kind {
    /// The kind of a property of the catalogue, where it is one of them.
    pub const fn of(property: &catalogue::Property) -> Option<Self> {
        match property.kind {
            catalogue::PropertyKind::Whole { .. } => Some(Self::Whole),
            catalogue::PropertyKind::Flag => Some(Self::Flag),
            _ => None,
        }
    }
}
