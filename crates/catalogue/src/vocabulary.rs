//! The closed vocabularies of the dictionary itself: who speaks, what a number counts, how long a row lives.
//! Each has one slug, used on the wire, in the lake and in the TOML files, and a label in both languages.

use calendar::Lang;
use jiff::{Span, civil::Date};
use serde::Deserialize;

/// Who the wire says was acting.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Role {
    /// A class teacher.
    Teacher,
    /// The class tablet in the hands of pupils.
    Pupil,
    /// A parent or guardian; stands for the family.
    Parent,
    /// The head of the school.
    SchoolHead,
    /// The support team.
    Support,
    /// The publisher of the application.
    Editor,
}

impl Role {
    /// Every role, in the order of the word list `role`.
    pub const ALL: [Self; 6] =
        [Self::Teacher, Self::Pupil, Self::Parent, Self::SchoolHead, Self::Support, Self::Editor];

    /// The word on the wire and in the lake.
    pub fn slug(self) -> &'static str {
        match self {
            Self::Teacher => "teacher",
            Self::Pupil => "pupil",
            Self::Parent => "parent",
            Self::SchoolHead => "school_head",
            Self::Support => "support",
            Self::Editor => "editor",
        }
    }

    /// The role of a word, if there is one.
    pub fn from_slug(slug: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|role| role.slug() == slug)
    }

    /// The name shown to people.
    pub fn label(self, lang: Lang) -> &'static str {
        match self {
            Self::Teacher => lang.pick("enseignant", "teacher"),
            Self::Pupil => lang.pick("élève", "pupil"),
            Self::Parent => lang.pick("parent", "parent"),
            Self::SchoolHead => lang.pick("directeur ou directrice d'école", "head of school"),
            Self::Support => lang.pick("assistance", "support"),
            Self::Editor => lang.pick("éditeur", "publisher"),
        }
    }
}

/// Who may emit an event, as the specification abbreviates it: T, P, E, S.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Emitter {
    /// T: a teacher's session.
    Teacher,
    /// P: a parent's session.
    Parent,
    /// E: the class tablet in pupil mode.
    Pupil,
    /// S: the software itself, or support, whoever holds the device.
    System,
}

impl Emitter {
    /// The roles under which this emitter speaks on the wire.
    pub fn roles(self) -> &'static [Role] {
        match self {
            Self::Teacher => &[Role::Teacher, Role::SchoolHead],
            Self::Parent => &[Role::Parent],
            Self::Pupil => &[Role::Pupil],
            // A device sends its technical state under the role of whoever holds it.
            Self::System => &Role::ALL,
        }
    }

    /// The name shown to people.
    pub fn label(self, lang: Lang) -> &'static str {
        match self {
            Self::Teacher => lang.pick("enseignant", "teacher"),
            Self::Parent => lang.pick("parent", "parent"),
            Self::Pupil => lang.pick("tablette en mode élève", "tablet in pupil mode"),
            Self::System => lang.pick("système ou assistance", "system or support"),
        }
    }
}

/// The family an event belongs to: one file of the folder `catalogue/events` each.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Category {
    /// Sessions, screens, features, settings.
    Usage,
    /// Media, objectives, comments, reviews.
    Content,
    /// Notebooks, shares, portfolios.
    Families,
    /// Messages and notifications.
    Messages,
    /// Synchronisation, resources, errors, crashes.
    Technical,
    /// Tickets, satisfaction, training, reports.
    Assistance,
    /// Lessons, questions, tests, funnels.
    Learning,
}

impl Category {
    /// Every category, in the order of the dictionary.
    pub const ALL: [Self; 7] =
        [Self::Usage, Self::Content, Self::Families, Self::Messages, Self::Technical, Self::Assistance, Self::Learning];

    /// The word in the lake (`hours_week.family`) and the name of the file.
    pub fn slug(self) -> &'static str {
        match self {
            Self::Usage => "usage",
            Self::Content => "content",
            Self::Families => "families",
            Self::Messages => "messages",
            Self::Technical => "technical",
            Self::Assistance => "assistance",
            Self::Learning => "learning",
        }
    }

    /// The name shown to people.
    pub fn label(self, lang: Lang) -> &'static str {
        match self {
            Self::Usage => lang.pick("Utilisation", "Usage"),
            Self::Content => lang.pick("Contenus", "Content"),
            Self::Families => lang.pick("Documents et familles", "Documents and families"),
            Self::Messages => lang.pick("Messages", "Messages"),
            Self::Technical => lang.pick("Technique", "Technical"),
            Self::Assistance => lang.pick("Assistance et satisfaction", "Support and satisfaction"),
            Self::Learning => lang.pick("Parcours et activités", "Lessons and activities"),
        }
    }
}

/// What a whole number counts. The suffix of the property's name must say the same.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Deserialize)]
pub enum Unit {
    /// `_ms`: milliseconds.
    #[serde(rename = "ms")]
    Milliseconds,
    /// `_s`: seconds.
    #[serde(rename = "s")]
    Seconds,
    /// `_min`: minutes.
    #[serde(rename = "min")]
    Minutes,
    /// `_h`: hours.
    #[serde(rename = "h")]
    Hours,
    /// `_days`: days.
    #[serde(rename = "days")]
    Days,
    /// `_kb`: kilobytes of 1000 bytes, rounded.
    #[serde(rename = "kb")]
    Kilobytes,
    /// `_mb`: megabytes of 1000 kilobytes, rounded.
    #[serde(rename = "mb")]
    Megabytes,
    /// `_pct`: per cent.
    #[serde(rename = "pct")]
    Percent,
    /// `_n`: a count of things.
    #[serde(rename = "n")]
    Count,
    /// `_scaled`: a score brought to hundredths, so that 85 is 0.85.
    #[serde(rename = "scaled")]
    Hundredths,
    /// No suffix: a rank or a mark, such as a slot or a score.
    #[serde(rename = "rank")]
    Rank,
}

impl Unit {
    /// Every unit.
    pub const ALL: [Self; 11] = [
        Self::Milliseconds,
        Self::Seconds,
        Self::Minutes,
        Self::Hours,
        Self::Days,
        Self::Kilobytes,
        Self::Megabytes,
        Self::Percent,
        Self::Count,
        Self::Hundredths,
        Self::Rank,
    ];

    /// The word in files and answers, which is also the suffix a property's name must end with.
    pub fn slug(self) -> &'static str {
        match self {
            Self::Milliseconds => "ms",
            Self::Seconds => "s",
            Self::Minutes => "min",
            Self::Hours => "h",
            Self::Days => "days",
            Self::Kilobytes => "kb",
            Self::Megabytes => "mb",
            Self::Percent => "pct",
            Self::Count => "n",
            Self::Hundredths => "scaled",
            Self::Rank => "rank",
        }
    }

    /// The unit that the suffix of a property's name announces, if it has one of the known suffixes.
    pub fn of_suffix(property: &str) -> Option<Self> {
        let suffix = property.rsplit_once('_').map_or(property, |(_, suffix)| suffix);
        Self::ALL.into_iter().find(|unit| *unit != Self::Rank && unit.slug() == suffix)
    }

    /// The name shown to people, in the plural.
    pub fn label(self, lang: Lang) -> &'static str {
        match self {
            Self::Milliseconds => lang.pick("millisecondes", "milliseconds"),
            Self::Seconds => lang.pick("secondes", "seconds"),
            Self::Minutes => lang.pick("minutes", "minutes"),
            Self::Hours => lang.pick("heures", "hours"),
            Self::Days => lang.pick("jours", "days"),
            Self::Kilobytes => lang.pick("kilooctets", "kilobytes"),
            Self::Megabytes => lang.pick("mégaoctets", "megabytes"),
            Self::Percent => lang.pick("pour cent", "per cent"),
            Self::Count => lang.pick("unités", "units"),
            Self::Hundredths => lang.pick("centièmes", "hundredths"),
            Self::Rank => lang.pick("rang", "rank"),
        }
    }

    /// How many milliseconds one unit is, for a duration.
    pub fn milliseconds(self) -> Option<u64> {
        match self {
            Self::Milliseconds => Some(1),
            Self::Seconds => Some(1_000),
            Self::Minutes => Some(60_000),
            Self::Hours => Some(3_600_000),
            Self::Days => Some(86_400_000),
            _ => None,
        }
    }

    /// How many kilobytes one unit is, for a size.
    pub fn kilobytes(self) -> Option<u64> {
        match self {
            Self::Kilobytes => Some(1),
            Self::Megabytes => Some(1_000),
            _ => None,
        }
    }
}

/// The finest time that is kept of an event once it is blurred at the entry gate.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Grain {
    /// The hour: only for events that no person stands behind.
    Hour,
    /// The date.
    Day,
    /// The ISO week.
    Week,
}

impl Grain {
    /// The name shown to people.
    pub fn label(self, lang: Lang) -> &'static str {
        match self {
            Self::Hour => lang.pick("heure", "hour"),
            Self::Day => lang.pick("jour", "day"),
            Self::Week => lang.pick("semaine", "week"),
        }
    }
}

/// The legal basis proposed by default; each controller may set another one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum LegalBasis {
    /// GDPR article 6(1)(e).
    PublicTask,
    /// GDPR article 6(1)(f).
    LegitimateInterest,
    /// GDPR article 6(1)(a).
    Consent,
}

impl LegalBasis {
    /// The name shown to people.
    pub fn label(self, lang: Lang) -> &'static str {
        match self {
            Self::PublicTask => {
                lang.pick("mission d'intérêt public (RGPD, art. 6.1.e)", "public-interest task (GDPR, art. 6(1)(e))")
            }
            Self::LegitimateInterest => {
                lang.pick("intérêt légitime (RGPD, art. 6.1.f)", "legitimate interest (GDPR, art. 6(1)(f))")
            }
            Self::Consent => lang.pick("consentement (RGPD, art. 6.1.a)", "consent (GDPR, art. 6(1)(a))"),
        }
    }
}

/// How long anything that came from an event may be kept, counted from the event.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Retention {
    /// A number of days.
    Days(u16),
    /// A number of calendar months.
    Months(u16),
}

impl Retention {
    /// Reads "90 days" or "13 months". Nothing may be kept longer than 13 months.
    pub fn parse(text: &str) -> Option<Self> {
        let (number, unit) = text.split_once(' ')?;
        let number: u16 = number.parse().ok()?;
        match unit {
            "days" if (1..=395).contains(&number) => Some(Self::Days(number)),
            "months" if (1..=13).contains(&number) => Some(Self::Months(number)),
            _ => None,
        }
    }

    /// The earliest date whose events may still be kept on a given day.
    pub fn earliest(self, today: Date) -> Date {
        let span = match self {
            Self::Days(days) => Span::new().days(days),
            Self::Months(months) => Span::new().months(months),
        };
        today.saturating_sub(span)
    }

    /// The duration shown to people.
    pub fn label(self, lang: Lang) -> String {
        match self {
            Self::Days(days) => format!("{days} {}", lang.pick("jours", "days")),
            Self::Months(months) => format!("{months} {}", lang.pick("mois", "months")),
        }
    }
}
