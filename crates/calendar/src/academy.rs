//! The thirty académies, the holiday zone of each and the time zone of its schools.

use std::{fmt, str::FromStr};

use jiff::tz::TimeZone;

use crate::CalendarError;

/// A zone of school holidays.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Zone {
    /// Zone A.
    A,
    /// Zone B.
    B,
    /// Zone C.
    C,
    /// Corsica and the overseas académies, whose rectors set their own dates. The embedded calendar has none for
    /// them: no holiday is known there until an operator gives a file, see [`crate::Calendar::extended`].
    Other,
}

impl Zone {
    /// Every zone.
    pub const ALL: [Self; 4] = [Self::A, Self::B, Self::C, Self::Other];

    /// The word in files and in the lake.
    pub fn slug(self) -> &'static str {
        match self {
            Self::A => "A",
            Self::B => "B",
            Self::C => "C",
            Self::Other => "other",
        }
    }
}

impl fmt::Display for Zone {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(self.slug())
    }
}

impl FromStr for Zone {
    type Err = CalendarError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        Self::ALL
            .into_iter()
            .find(|zone| zone.slug() == text)
            .ok_or(CalendarError::Text { what: "a holiday zone", example: "A, B, C or other" })
    }
}

/// A row of the list.
struct Row {
    slug: &'static str,
    label: &'static str,
    zone: Zone,
    time_zone: &'static str,
}

const fn row(slug: &'static str, label: &'static str, zone: Zone) -> Row {
    away(slug, label, zone, "Europe/Paris")
}

const fn away(slug: &'static str, label: &'static str, zone: Zone, time_zone: &'static str) -> Row {
    Row { slug, label, zone, time_zone }
}

const ROWS: [Row; 30] = [
    row("aix-marseille", "Aix-Marseille", Zone::B),
    row("amiens", "Amiens", Zone::B),
    row("besancon", "Besançon", Zone::A),
    row("bordeaux", "Bordeaux", Zone::A),
    row("clermont-ferrand", "Clermont-Ferrand", Zone::A),
    row("corse", "Corse", Zone::Other),
    row("creteil", "Créteil", Zone::C),
    row("dijon", "Dijon", Zone::A),
    row("grenoble", "Grenoble", Zone::A),
    away("guadeloupe", "Guadeloupe", Zone::Other, "America/Guadeloupe"),
    away("guyane", "Guyane", Zone::Other, "America/Cayenne"),
    row("lille", "Lille", Zone::B),
    row("limoges", "Limoges", Zone::A),
    row("lyon", "Lyon", Zone::A),
    away("martinique", "Martinique", Zone::Other, "America/Martinique"),
    away("mayotte", "Mayotte", Zone::Other, "Indian/Mayotte"),
    row("montpellier", "Montpellier", Zone::C),
    row("nancy-metz", "Nancy-Metz", Zone::B),
    row("nantes", "Nantes", Zone::B),
    row("nice", "Nice", Zone::B),
    row("normandie", "Normandie", Zone::B),
    row("orleans-tours", "Orléans-Tours", Zone::B),
    row("paris", "Paris", Zone::C),
    row("poitiers", "Poitiers", Zone::A),
    row("reims", "Reims", Zone::B),
    row("rennes", "Rennes", Zone::B),
    away("reunion", "La Réunion", Zone::Other, "Indian/Reunion"),
    row("strasbourg", "Strasbourg", Zone::B),
    row("toulouse", "Toulouse", Zone::C),
    row("versailles", "Versailles", Zone::C),
];

/// One of the thirty académies.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Academy(usize);

impl Academy {
    /// Every académie, in alphabetical order.
    pub fn all() -> impl Iterator<Item = Self> {
        (0..ROWS.len()).map(Self)
    }

    /// The académie of a word, if there is one.
    pub fn from_slug(slug: &str) -> Option<Self> {
        ROWS.iter().position(|row| row.slug == slug).map(Self)
    }

    /// The word on the wire: "paris".
    pub fn slug(self) -> &'static str {
        ROWS[self.0].slug
    }

    /// What people read: "Orléans-Tours".
    pub fn label(self) -> &'static str {
        ROWS[self.0].label
    }

    /// Its zone of school holidays.
    pub fn zone(self) -> Zone {
        ROWS[self.0].zone
    }

    /// The IANA name of its schools' time zone.
    pub fn time_zone_name(self) -> &'static str {
        ROWS[self.0].time_zone
    }

    /// Its schools' time zone.
    pub fn time_zone(self) -> TimeZone {
        // A test holds that the embedded database knows every name of the list.
        TimeZone::get(self.time_zone_name()).unwrap_or(TimeZone::UTC)
    }
}

impl fmt::Display for Academy {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(self.slug())
    }
}

impl FromStr for Academy {
    type Err = CalendarError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        Self::from_slug(text)
            .ok_or(CalendarError::Text { what: "an académie", example: "paris, aix-marseille or reunion" })
    }
}
