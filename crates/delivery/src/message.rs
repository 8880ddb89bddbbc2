//! What is sent: version 1 of the message, which `docs/alerts.md` describes field by field.

use serde::{Deserialize, Serialize};

/// The version of the message. A new optional field keeps it; anything else makes the next one.
pub const SCHEMA: u32 = 1;

/// The most alerts that one message tells one by one.
pub const MOST_TOLD: usize = 20;

/// How soon an alert is told.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Severity {
    /// At the next class day.
    Notify,
    /// At once; of a school, on class days all the same.
    Immediate,
}

impl Severity {
    /// The word in settings, in the register and in messages.
    pub const fn slug(self) -> &'static str {
        match self {
            Self::Notify => "notify",
            Self::Immediate => "immediate",
        }
    }

    /// The severity of a word.
    pub fn from_slug(slug: &str) -> Option<Self> {
        [Self::Notify, Self::Immediate].into_iter().find(|one| one.slug() == slug)
    }
}

/// Why a message is sent.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Kind {
    /// One alert.
    Alert,
    /// Several alerts of one place: what was held over a holiday, or came together.
    Digest,
    /// One rule in many places at once.
    Storm,
    /// A test: nothing has happened.
    Test,
}

/// The same in two languages.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Wording {
    /// In French.
    pub fr: String,
    /// In English.
    pub en: String,
}

/// One alert as it is told.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Told {
    /// Its number: what `acknowledge` takes.
    pub id: i64,
    /// The school's code; nothing where the system itself is concerned.
    pub establishment: Option<String>,
    /// The rule that raised it.
    pub rule: String,
    /// How soon it is told.
    pub severity: Severity,
    /// The measure, by its name in the catalogue.
    pub measure: Option<String>,
    /// The word of the part that moved; nothing where the whole did.
    pub part: Option<String>,
    /// The version of the application in which it moved; nothing where all did.
    pub version: Option<String>,
    /// The screen concerned.
    pub screen: Option<String>,
    /// `up` or `down`.
    pub direction: String,
    /// The first day, as `YYYY-MM-DD`.
    pub first_day: String,
    /// The last day it was seen on.
    pub last_day: String,
    /// Class days that it took.
    pub days: u32,
    /// What was counted over these days.
    pub counted: u64,
    /// What is usual for them.
    pub usual: u64,
    /// Out of how many, where it is a share.
    pub out_of: Option<u64>,
    /// From 0 to 1: how unusual it is.
    pub score: f64,
    /// Whether it was told before and goes on.
    pub again: bool,
    /// All of it as a sentence.
    pub sentence: Wording,
}

/// One message.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Message {
    /// [`SCHEMA`].
    pub schema: u32,
    /// The same for every attempt to deliver it: whoever has it already need not look again.
    pub id: String,
    /// Why it is sent.
    pub kind: Kind,
    /// The school's code, where all of it is about one school.
    pub establishment: Option<String>,
    /// What it is about, in a line.
    pub title: Wording,
    /// The alerts, at most [`MOST_TOLD`].
    pub alerts: Vec<Told>,
    /// How many more there are.
    pub more: usize,
    /// Where to read on.
    pub page: String,
}

impl Message {
    /// A message that says that it is only a test.
    pub fn test(id: String, page: String) -> Self {
        let title =
            Wording { fr: "Essai : rien ne s’est passé".to_owned(), en: "Test: nothing has happened".to_owned() };
        Self { schema: SCHEMA, id, kind: Kind::Test, establishment: None, title, alerts: Vec::new(), more: 0, page }
    }

    /// As it is read: French first, then English.
    pub fn text(&self) -> String {
        let french = self.in_words(
            &self.title.fr,
            |told| &told.sentence.fr,
            |more| format!("… et {more} autres."),
            "Déjà signalé, cela continue : ",
            "À lire, et à marquer comme vu : ",
        );
        let english = self.in_words(
            &self.title.en,
            |told| &told.sentence.en,
            |more| format!("… and {more} more."),
            "Told before, and goes on: ",
            "Read it, and mark it as seen: ",
        );
        format!(
            "{french}\n\n---\n\n{english}\n\nAucune personne n’y figure ; ces nombres viennent d’au moins cinq appareils.\nNo person is in it; these numbers come from at least five devices.\n"
        )
    }

    fn in_words(
        &self,
        title: &str,
        sentence: impl Fn(&Told) -> &String,
        more: impl Fn(usize) -> String,
        again: &str,
        read: &str,
    ) -> String {
        let mut lines = vec![format!("{title}\n")];
        for told in &self.alerts {
            let place = match &told.establishment {
                Some(uai) if self.establishment.is_none() => format!("{uai} — "),
                _ => String::new(),
            };
            let again = if told.again { again } else { "" };
            lines.push(format!("- {place}{again}{}", sentence(told)));
        }
        if self.more > 0 {
            lines.push(more(self.more));
        }
        lines.push(format!("\n{read}{}", self.page));
        lines.join("\n")
    }
}
