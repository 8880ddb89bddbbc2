//! The lake's tables: their columns, what identifies a row, and how partial rows add up.
//!
//! Every table has `month` (yyyymm; a week belongs to its Thursday's month), and `bucket`, a hash of the establishment,
//! where there is one: queries find both in the files, and files are pruned by both.

use std::sync::Arc;

use arrow::datatypes::{DataType, Field, Schema, SchemaRef};

/// A table of the lake.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Table {
    /// Person × date × feature, until the week has closed.
    PersonDay,
    /// Install × date, until the week has closed.
    InstallDay,
    /// Person × ISO week × feature, class where there is one.
    PersonWeek,
    /// Pupil × ISO week × domain, theme, objective, kind.
    PupilWeek,
    /// District × weekday × hour × feature family; no person.
    HoursWeek,
    /// Screen → screen and flow step → outcome, whole system; no person.
    PathsWeek,
    /// Date × establishment × version × platform × screen: histograms and counters.
    TechDay,
    /// Hour, whole system.
    LoadHour,
    /// What left the exit gate at a closing.
    Releases,
    /// What left beyond an establishment when a month closed, with its noise.
    Cubes,
}

/// How a column takes part when two rows with the same key meet.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Merge {
    /// It is part of the key.
    Key,
    /// It adds up.
    Sum,
    /// The bits of both.
    Or,
    /// The smaller.
    Min,
    /// The greater.
    Max,
}

use Merge::{Key, Max, Min, Or, Sum};

impl Table {
    /// Every table.
    pub const ALL: [Self; 10] = [
        Self::PersonDay,
        Self::InstallDay,
        Self::PersonWeek,
        Self::PupilWeek,
        Self::HoursWeek,
        Self::PathsWeek,
        Self::TechDay,
        Self::LoadHour,
        Self::Releases,
        Self::Cubes,
    ];

    /// Its name in SQL and its folder.
    pub const fn name(self) -> &'static str {
        match self {
            Self::PersonDay => "person_day",
            Self::InstallDay => "install_day",
            Self::PersonWeek => "person_week",
            Self::PupilWeek => "pupil_week",
            Self::HoursWeek => "hours_week",
            Self::PathsWeek => "paths_week",
            Self::TechDay => "tech_day",
            Self::LoadHour => "load_hour",
            Self::Releases => "releases",
            Self::Cubes => "cubes",
        }
    }

    /// The table of a name.
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|table| table.name() == name)
    }

    /// The date column that retention and closing look at.
    pub const fn date_column(self) -> &'static str {
        match self {
            Self::PersonDay | Self::InstallDay | Self::TechDay | Self::LoadHour => "day",
            Self::PersonWeek | Self::PupilWeek | Self::HoursWeek | Self::PathsWeek => "week",
            Self::Releases | Self::Cubes => "end_date",
        }
    }

    /// Whether its rows are about a person or a device, even if under a pseudonym.
    pub const fn is_linked(self) -> bool {
        matches!(self, Self::PersonDay | Self::InstallDay | Self::PersonWeek | Self::PupilWeek)
    }

    /// Its columns, in the order of sorting, each with its part in merging.
    #[expect(clippy::too_many_lines, reason = "one list")]
    pub(crate) fn columns(self) -> Vec<(&'static str, DataType, bool, Merge)> {
        use DataType::{Boolean, Date32, Float64, Int16, Int32, Int64, UInt8, Utf8};
        let hash = || DataType::FixedSizeBinary(16);
        let place = [("month", Int32, false, Key), ("bucket", UInt8, false, Key), ("establishment", Utf8, false, Key)];
        let whole = [("month", Int32, false, Key)];
        let with = |head: &[_], tail: Vec<_>| head.iter().cloned().chain(tail).collect();
        match self {
            Self::PersonDay => with(
                &place,
                vec![
                    ("day", Date32, false, Key),
                    ("role", Utf8, false, Key),
                    ("person", hash(), false, Key),
                    ("class", hash(), true, Key),
                    ("event", Utf8, false, Key),
                    ("facet", Utf8, false, Key),
                    ("outcome", Utf8, false, Key),
                    ("n", Int64, false, Sum),
                    ("duration_ms", Int64, false, Sum),
                    ("volume_kb", Int64, false, Sum),
                    ("sampled", UInt8, false, Or),
                ],
            ),
            Self::PersonWeek => with(
                &place,
                vec![
                    ("role", Utf8, false, Key),
                    ("class", hash(), true, Key),
                    ("person", hash(), false, Key),
                    ("week", Date32, false, Key),
                    ("event", Utf8, false, Key),
                    ("facet", Utf8, false, Key),
                    ("outcome", Utf8, false, Key),
                    // It came after its week had closed: for the person's own views, never for a release.
                    ("late", Boolean, false, Key),
                    ("n", Int64, false, Sum),
                    ("duration_ms", Int64, false, Sum),
                    ("volume_kb", Int64, false, Sum),
                ],
            ),
            Self::PupilWeek => with(
                &place,
                vec![
                    ("class", hash(), true, Key),
                    ("pupil", hash(), false, Key),
                    ("week", Date32, false, Key),
                    ("event", Utf8, false, Key),
                    ("facet", Utf8, false, Key),
                    ("outcome", Utf8, false, Key),
                    ("domain", Utf8, false, Key),
                    ("theme", Utf8, false, Key),
                    ("objective", hash(), true, Key),
                    ("late", Boolean, false, Key),
                    ("n", Int64, false, Sum),
                ],
            ),
            Self::InstallDay => with(
                &place,
                vec![
                    ("day", Date32, false, Key),
                    ("install", hash(), false, Key),
                    ("app_version", Utf8, false, Key),
                    ("platform", Utf8, false, Key),
                    ("sessions", Int64, false, Sum),
                    ("crashes", Int64, false, Sum),
                    ("batches", Int64, false, Sum),
                    ("first_no", Int64, true, Min),
                    ("last_no", Int64, true, Max),
                    ("lost", Int64, false, Sum),
                ],
            ),
            Self::HoursWeek => with(
                &whole,
                vec![
                    ("district", Utf8, false, Key),
                    ("week", Date32, false, Key),
                    ("weekday", UInt8, false, Key),
                    ("hour", UInt8, false, Key),
                    ("family", Utf8, false, Key),
                    ("n", Int64, false, Sum),
                ],
            ),
            Self::PathsWeek => with(
                &whole,
                vec![
                    ("week", Date32, false, Key),
                    ("app_version", Utf8, false, Key),
                    ("platform", Utf8, false, Key),
                    ("from_screen", Utf8, false, Key),
                    ("to_screen", Utf8, false, Key),
                    ("n", Int64, false, Sum),
                ],
            ),
            Self::TechDay => with(
                &place,
                vec![
                    ("metric", Utf8, false, Key),
                    ("app_version", Utf8, false, Key),
                    ("platform", Utf8, false, Key),
                    ("screen", Utf8, false, Key),
                    ("word", Utf8, false, Key),
                    ("day", Date32, false, Key),
                    ("bucket_ix", Int16, false, Key),
                    ("n", Int64, false, Sum),
                ],
            ),
            Self::LoadHour => with(
                &whole,
                vec![
                    ("metric", Utf8, false, Key),
                    ("word", Utf8, false, Key),
                    ("day", Date32, false, Key),
                    ("hour", UInt8, false, Key),
                    ("bucket_ix", Int16, false, Key),
                    ("n", Int64, false, Sum),
                ],
            ),
            Self::Releases => with(
                &place,
                vec![
                    ("period_kind", Utf8, false, Key),
                    ("period", Utf8, false, Key),
                    ("start_date", Date32, false, Key),
                    ("end_date", Date32, false, Key),
                    ("measure", Utf8, false, Key),
                    ("split", Utf8, false, Key),
                    ("word", Utf8, false, Key),
                    ("value", Int64, true, Key),
                    ("previous", Int64, true, Key),
                    ("denominator", Int64, true, Key),
                    ("k", Int32, false, Key),
                    ("closed_on", Date32, false, Key),
                ],
            ),
            // A leaf is as fine as its cube: district, department and academy are empty where it is coarser.
            Self::Cubes => with(
                &whole,
                vec![
                    ("cube", Utf8, false, Key),
                    ("academy", Utf8, false, Key),
                    ("department", Utf8, false, Key),
                    ("district", Utf8, false, Key),
                    ("word", Utf8, false, Key),
                    ("value", Int64, false, Key),
                    ("sigma", Float64, false, Key),
                    ("cut", Int64, true, Key),
                    ("epsilon_thousandths", Int32, false, Key),
                    ("delta_exponent", Int32, false, Key),
                    ("end_date", Date32, false, Key),
                ],
            ),
        }
    }

    /// Its Arrow schema.
    pub fn schema(self) -> SchemaRef {
        let fields: Vec<Field> =
            self.columns().into_iter().map(|(name, kind, nullable, _)| Field::new(name, kind, nullable)).collect();
        Arc::new(Schema::new(fields))
    }
}

/// Buckets of establishments: files of one month and table are split by them.
const BUCKETS: u32 = 16;

/// The bucket of an establishment: FNV-1a over its code, modulo the number of buckets.
pub fn bucket_of(uai: &str) -> u8 {
    let hash = uai.bytes().fold(0x811c_9dc5_u32, |hash, byte| (hash ^ u32::from(byte)).wrapping_mul(0x0100_0193));
    u8::try_from(hash % BUCKETS).unwrap_or(0)
}
