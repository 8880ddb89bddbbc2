//! Recommendations and practices, as data: what may be suggested, to whom, from which figure, and why.
//!
//! **Fairness is a type.** A rule reads figures by [`Basis`], a closed list; none of them says where a school is, how large
//! it is, of which sector, or whether it is in priority education, so no rule can depend on these.

use calendar::Lang;
use serde::Deserialize;

use crate::Text;

/// To whom a recommendation is given.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Advised {
    /// A teacher, from her own figures.
    Teacher,
    /// A head, from technical measures and closed figures.
    Head,
}

impl Advised {
    /// The word on the wire.
    pub const fn slug(self) -> &'static str {
        match self {
            Self::Teacher => "teacher",
            Self::Head => "head",
        }
    }

    /// What people read for it.
    pub fn label(self, lang: Lang) -> &'static str {
        match self {
            Self::Teacher => lang.pick("enseignant", "teacher"),
            Self::Head => lang.pick("direction", "head"),
        }
    }
}

/// A figure that a rule may look at. There are no others.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Basis {
    /// Class weeks of this year in which she did anything.
    ActiveWeeks,
    /// Class weeks of the running school period that have begun.
    WeeksOfPeriod,
    /// Enrolled pupils without an item in the running school period.
    PupilsWithoutItem,
    /// Domains without a linked item in the running school period.
    DomainsUntouched,
    /// Of the last class weeks that are over, those without a share or a notebook handed over.
    WeeksWithoutSharing,
    /// Features she has not used this year, beside the school's published use.
    FeaturesUnused,
    /// Screens she has not opened this year, beside the country's published steps.
    ScreensUnopened,
    /// How often she opened the help on the subject of a module that she has not finished.
    HelpWithoutTraining,
    /// Kinds of items by how often families of her class look at them, in percent of all they look at.
    FormatsConsulted,
    /// Alerts of the last two weeks on crashes.
    CrashAlerts,
    /// Alerts of the last two weeks on failed synchronisations.
    SyncAlerts,
    /// Alerts of the last two weeks on errors.
    ErrorAlerts,
    /// Crashes in percent of sessions.
    CrashRate,
    /// Batches missing in percent of those expected.
    BatchesMissing,
    /// Declared teachers who were not active in the last period that closed.
    TeachersNotActive,
}

impl Basis {
    /// Every figure that a rule may look at.
    pub const ALL: [Self; 15] = [
        Self::ActiveWeeks,
        Self::WeeksOfPeriod,
        Self::PupilsWithoutItem,
        Self::DomainsUntouched,
        Self::WeeksWithoutSharing,
        Self::FeaturesUnused,
        Self::ScreensUnopened,
        Self::HelpWithoutTraining,
        Self::FormatsConsulted,
        Self::CrashAlerts,
        Self::SyncAlerts,
        Self::ErrorAlerts,
        Self::CrashRate,
        Self::BatchesMissing,
        Self::TeachersNotActive,
    ];

    /// Its name in `recommendations.toml` and in answers.
    pub const fn slug(self) -> &'static str {
        match self {
            Self::ActiveWeeks => "active_weeks",
            Self::WeeksOfPeriod => "weeks_of_period",
            Self::PupilsWithoutItem => "pupils_without_item",
            Self::DomainsUntouched => "domains_untouched",
            Self::WeeksWithoutSharing => "weeks_without_sharing",
            Self::FeaturesUnused => "features_unused",
            Self::ScreensUnopened => "screens_unopened",
            Self::HelpWithoutTraining => "help_without_training",
            Self::FormatsConsulted => "formats_consulted",
            Self::CrashAlerts => "crash_alerts",
            Self::SyncAlerts => "sync_alerts",
            Self::ErrorAlerts => "error_alerts",
            Self::CrashRate => "crash_rate",
            Self::BatchesMissing => "batches_missing",
            Self::TeachersNotActive => "teachers_not_active",
        }
    }

    /// The figure of a name.
    pub fn from_slug(slug: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|basis| basis.slug() == slug)
    }

    /// Whose figure it is: a rule for one cannot look at what only the other may see.
    pub const fn audience(self) -> Advised {
        match self {
            Self::CrashAlerts
            | Self::SyncAlerts
            | Self::ErrorAlerts
            | Self::CrashRate
            | Self::BatchesMissing
            | Self::TeachersNotActive => Advised::Head,
            _ => Advised::Teacher,
        }
    }

    /// The word list of a figure that there is one of for each word.
    pub const fn words(self) -> Option<&'static str> {
        match self {
            Self::DomainsUntouched => Some("domain"),
            Self::FeaturesUnused => Some("feature"),
            Self::ScreensUnopened => Some("screen"),
            Self::HelpWithoutTraining => Some("training_module"),
            Self::FormatsConsulted => Some("media_kind"),
            _ => None,
        }
    }

    /// The measures whose approval it needs, beside that of the analysis itself.
    pub const fn measures(self) -> &'static [&'static str] {
        match self {
            Self::PupilsWithoutItem => &["pupils_documented"],
            Self::DomainsUntouched => &["domain_coverage"],
            Self::WeeksWithoutSharing => &["share_deposited_count"],
            Self::FeaturesUnused => &["feature_use"],
            Self::FormatsConsulted => &["families_active", "media_count"],
            Self::CrashAlerts | Self::CrashRate => &["crash_rate"],
            Self::SyncAlerts => &["sync_success_rate"],
            Self::ErrorAlerts => &["error_count"],
            Self::BatchesMissing => &["completeness"],
            Self::TeachersNotActive => &["active_teachers"],
            Self::ActiveWeeks | Self::WeeksOfPeriod | Self::ScreensUnopened | Self::HelpWithoutTraining => &[],
        }
    }

    /// The cube whose approval it needs.
    pub const fn cube(self) -> Option<&'static str> {
        match self {
            Self::ScreensUnopened => Some("paths"),
            _ => None,
        }
    }

    /// What people read for it.
    pub fn label(self, lang: Lang) -> &'static str {
        let (fr, en) = match self {
            Self::ActiveWeeks => ("vos semaines d'activité de l'année", "your active weeks of the year"),
            Self::WeeksOfPeriod => ("semaines de classe de la période", "class weeks of the period"),
            Self::PupilsWithoutItem => ("élèves sans trace dans la période", "pupils without an item in the period"),
            Self::DomainsUntouched => ("domaines sans trace reliée", "domains without a linked item"),
            Self::WeeksWithoutSharing => ("semaines sans partage ni carnet remis", "weeks without a share or notebook"),
            Self::FeaturesUnused => ("fonctions que vous n'avez pas employées", "features you have not used"),
            Self::ScreensUnopened => ("écrans que vous n'avez pas ouverts", "screens you have not opened"),
            Self::HelpWithoutTraining => {
                ("aide ouverte sans module terminé", "help opened without the module finished")
            }
            Self::FormatsConsulted => ("natures consultées par les familles", "kinds that families look at"),
            Self::CrashAlerts => ("alertes récentes sur les arrêts brutaux", "recent alerts on crashes"),
            Self::SyncAlerts => ("alertes récentes sur les synchronisations", "recent alerts on synchronisations"),
            Self::ErrorAlerts => ("alertes récentes sur les erreurs", "recent alerts on errors"),
            Self::CrashRate => ("taux d'arrêts brutaux", "crash rate"),
            Self::BatchesMissing => ("part des envois manquants", "share of batches missing"),
            Self::TeachersNotActive => ("enseignants déclarés non actifs", "declared teachers not active"),
        };
        lang.pick(fr, en)
    }
}

/// A bound that a figure must keep for a rule to apply.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Bound {
    /// The figure.
    pub figure: Basis,
    /// It must be this or more.
    pub at_least: Option<u32>,
    /// It must be this or less.
    pub at_most: Option<u32>,
}

impl Bound {
    /// Whether a value is within.
    pub fn holds(&self, value: f64) -> bool {
        self.at_least.is_none_or(|least| value >= f64::from(least))
            && self.at_most.is_none_or(|most| value <= f64::from(most))
    }
}

/// A recommendation and its rule.
#[derive(Debug, Clone)]
pub struct Recommendation {
    /// The rule's name, a word of the list `recommendation_rule`.
    pub rule: String,
    /// To whom it is given.
    pub audience: Advised,
    /// What people read for it.
    pub title: Text,
    /// What is suggested. `{words}`, `{value}` and `{of}` stand for what was found.
    pub sentence: Text,
    /// Why.
    pub why: Text,
    /// The figure it starts from.
    pub figure: Basis,
    /// The words it may name, where the figure has words.
    pub words: Vec<String>,
    /// What must be true of figures; all of it.
    pub when: Vec<Bound>,
    /// The least certainty, in percent.
    pub confidence: u8,
    /// Of a hundred readers, how many should find it useful.
    pub expected_use: u8,
}

/// One cube divided by another, district by district.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Quotient {
    /// The cube above.
    pub above: String,
    /// The cube below.
    pub below: String,
}

/// Two quotients that may go together from district to district.
#[derive(Debug, Clone)]
pub struct Practice {
    /// Its name.
    pub name: String,
    /// How the application is used.
    pub pattern: Quotient,
    /// What may come with it.
    pub outcome: Quotient,
    /// What is said where both rise together.
    pub more: Text,
    /// What is said where one falls as the other rises.
    pub less: Text,
}
