//! Reads the files `events/*.toml`: the event types, their properties and what they become.

use std::{collections::HashMap, ops::Range};

use serde::Deserialize;
use toml::Spanned;

use super::{Named, check_text, is_name, take_name};
use crate::{
    CatalogueError, Category, Counter, Emitter, EventType, Fold, Grain, Histogram, InstallColumn, LegalBasis, PathFold,
    Property, PropertyKind, PupilFold, Retention, Role, Scaled, Text, Unit, WordList, error::Source,
};

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RawFile {
    event: Vec<RawEvent>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
#[expect(clippy::struct_excessive_bools, reason = "the shape of the file")]
struct RawEvent {
    number: Spanned<u16>,
    name: Spanned<String>,
    title: Text,
    description: Text,
    purpose: Text,
    legal_basis: LegalBasis,
    emitters: Spanned<Vec<Emitter>>,
    roles: Option<Vec<Role>>,
    grain: Grain,
    retention: Spanned<String>,
    #[serde(default)]
    pupils: bool,
    #[serde(default)]
    family: bool,
    #[serde(default)]
    opt_in: bool,
    #[serde(default)]
    content: bool,
    #[serde(default)]
    properties: Vec<RawProperty>,
    #[serde(default)]
    fold: RawFold,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RawProperty {
    name: Spanned<String>,
    #[serde(rename = "type")]
    kind: RawKind,
    unit: Option<Spanned<Unit>>,
    min: Option<Spanned<u64>>,
    max: Option<Spanned<u64>>,
    words: Option<Spanned<String>>,
    #[serde(default)]
    required: bool,
    fr: String,
    en: String,
}

#[derive(Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
enum RawKind {
    Whole,
    Flag,
    Word,
    Version,
    Identifier,
}

#[derive(Default, Deserialize)]
#[serde(deny_unknown_fields)]
struct RawFold {
    #[serde(default)]
    person: bool,
    facet: Option<Spanned<String>>,
    outcome: Option<Spanned<String>>,
    duration: Option<Spanned<String>>,
    volume: Option<Spanned<String>>,
    pupil: Option<RawPupilFold>,
    path: Option<RawPath>,
    flow: Option<RawFlow>,
    install: Option<InstallColumn>,
    screen: Option<Spanned<String>>,
    #[serde(default)]
    histograms: Vec<RawHistogram>,
    #[serde(default)]
    counters: Vec<RawCounter>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RawPupilFold {
    facet: Option<Spanned<String>>,
    domain: Option<Spanned<String>>,
    theme: Option<Spanned<String>>,
    objective: Option<Spanned<String>>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RawPath {
    from: Spanned<String>,
    to: Spanned<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RawFlow {
    flow: Spanned<String>,
    step: Spanned<String>,
    outcome: Spanned<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RawHistogram {
    metric: Spanned<String>,
    property: Spanned<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RawCounter {
    metric: Spanned<String>,
    word: Option<Spanned<String>>,
}

/// Reads the files one after the other and keeps what must be unique over all of them.
pub(super) struct Reader<'a> {
    lists: Named<'a, WordList>,
    events: Vec<EventType>,
    names: HashMap<String, u16>,
    numbers: HashMap<u16, String>,
    metrics: HashMap<String, String>,
}

impl<'a> Reader<'a> {
    pub(super) fn new(lists: Named<'a, WordList>) -> Self {
        Self { lists, events: Vec::new(), names: HashMap::new(), numbers: HashMap::new(), metrics: HashMap::new() }
    }

    pub(super) fn read(&mut self, source: Source, category: Category) -> Result<(), CatalogueError> {
        let raw: RawFile = source.parse()?;
        for event in raw.event {
            let event = self.event(source, category, event)?;
            self.events.push(event);
        }
        Ok(())
    }

    /// The events in the order of their numbers, whatever file they came from.
    pub(super) fn finish(mut self) -> (Vec<EventType>, HashMap<String, u16>) {
        self.events.sort_by_key(|event| event.number);
        for (event, index) in self.events.iter_mut().zip(0_u16..) {
            event.index = index;
            self.names.insert(event.name.clone(), index);
        }
        (self.events, self.names)
    }

    fn event(&mut self, source: Source, category: Category, raw: RawEvent) -> Result<EventType, CatalogueError> {
        take_name(&mut self.names, source, &raw.name, "event")?;
        let number = *raw.number.get_ref();
        if let Some(other) = self.numbers.insert(number, raw.name.get_ref().clone()) {
            let reason = format!("number {number} is already that of event `{other}`; give each event its own");
            return Err(source.error(raw.number.span(), reason));
        }
        for (text, what) in [(&raw.title, "title"), (&raw.description, "description"), (&raw.purpose, "purpose")] {
            check_text(source, raw.name.span(), text, &format!("the {what} of event `{}`", raw.name.get_ref()))?;
        }
        check_links(source, category, &raw)?;
        let retention = Retention::parse(raw.retention.get_ref()).ok_or_else(|| {
            let reason = format!(
                "retention `{}` is not one; write a number of days or months, at most \"13 months\"",
                raw.retention.get_ref()
            );
            source.error(raw.retention.span(), reason)
        })?;
        let properties = self.properties(source, raw.properties)?;
        let name = raw.name.get_ref().clone();
        let fold = self.fold(source, &name, &properties, raw.fold)?;
        if fold.person && raw.grain == Grain::Hour {
            return Err(source.error(
                raw.name.span(),
                "an event linked to a person cannot keep the hour; set `grain` to \"day\" or \"week\", or drop `person`",
            ));
        }
        let emitters = raw.emitters.into_inner();
        Ok(EventType {
            index: 0,
            number,
            name,
            category,
            title: raw.title,
            description: raw.description,
            purpose: raw.purpose,
            legal_basis: raw.legal_basis,
            roles: raw.roles.unwrap_or_else(|| roles_of(&emitters)),
            emitters,
            grain: raw.grain,
            retention,
            pupils: raw.pupils,
            family: raw.family,
            opt_in: raw.opt_in,
            content: raw.content,
            properties,
            fold,
        })
    }

    fn properties(&self, source: Source, raw: Vec<RawProperty>) -> Result<Vec<Property>, CatalogueError> {
        let mut names = HashMap::new();
        let mut properties = Vec::with_capacity(raw.len());
        for property in raw {
            let index = take_name(&mut names, source, &property.name, "property")?;
            let name = property.name.get_ref().clone();
            let description = Text { fr: property.fr.clone(), en: property.en.clone() };
            check_text(source, property.name.span(), &description, &format!("property `{name}`"))?;
            let kind = self.kind(source, &property)?;
            properties.push(Property {
                index,
                name,
                kind,
                required: property.required,
                description,
                expected: self.expected(kind),
            });
        }
        Ok(properties)
    }

    fn kind(&self, source: Source, property: &RawProperty) -> Result<PropertyKind, CatalogueError> {
        let name = property.name.get_ref().as_str();
        let fail = |reason: String| Err(source.error(property.name.span(), reason));
        if property.kind != RawKind::Whole {
            let bounds = [property.min.as_ref(), property.max.as_ref()];
            let at = bounds.into_iter().flatten().map(Spanned::span).chain(property.unit.as_ref().map(Spanned::span));
            if let Some(at) = at.min_by_key(|at| at.start) {
                let reason = format!("property `{name}` is no number; only a whole number has a unit and bounds");
                return Err(source.error(at, reason));
            }
            if Unit::of_suffix(name).is_some() {
                return fail(format!(
                    "the suffix of `{name}` announces a whole number; set `type` to \"whole\" or rename it"
                ));
            }
        }
        if property.kind != RawKind::Flag && name.starts_with("has_") {
            return fail(format!("`{name}` announces a yes or no; set `type` to \"flag\" or rename it"));
        }
        match property.kind {
            RawKind::Whole => whole(source, property),
            RawKind::Word => self.word(source, property),
            RawKind::Flag => Ok(PropertyKind::Flag),
            RawKind::Version => Ok(PropertyKind::Version),
            RawKind::Identifier if name.ends_with("_id") || name == "signature" => Ok(PropertyKind::Identifier),
            RawKind::Identifier => fail(format!("identifier `{name}` must be named `signature` or end with `_id`")),
        }
    }

    fn word(&self, source: Source, property: &RawProperty) -> Result<PropertyKind, CatalogueError> {
        let name = property.name.get_ref();
        let Some(words) = &property.words else {
            let reason = format!("property `{name}` is a word of no list; name one with `words`");
            return Err(source.error(property.name.span(), reason));
        };
        let list = words.get_ref();
        if name.ends_with("_bucket") && list != "bucket" {
            let reason = format!("`{name}` announces a size class; its `words` must be \"bucket\", not `{list}`");
            return Err(source.error(words.span(), reason));
        }
        let index = self.lists.index(list).ok_or_else(|| {
            source.error(words.span(), format!("word list `{list}` is unknown; declare it in words.toml"))
        })?;
        Ok(PropertyKind::Word(index))
    }

    /// The sentence of a refusal.
    fn expected(&self, kind: PropertyKind) -> String {
        match kind {
            PropertyKind::Whole { unit: Unit::Rank, min, max } => format!("a whole number from {min} to {max}"),
            PropertyKind::Whole { unit, min, max } => {
                format!("a whole number of {} from {min} to {max}", unit.label(crate::Lang::En))
            }
            PropertyKind::Flag => "true or false".to_owned(),
            PropertyKind::Word(list) => {
                let words = self.lists.items[usize::from(list)].words();
                let slugs: Vec<&str> = words.iter().map(|word| word.slug.as_str()).collect();
                format!("one of: {}", slugs.join(", "))
            }
            PropertyKind::Version => "a version such as 2.3.4".to_owned(),
            PropertyKind::Identifier => "an identifier of 1 to 128 printable characters".to_owned(),
        }
    }

    fn fold(
        &mut self,
        source: Source,
        event: &str,
        properties: &[Property],
        raw: RawFold,
    ) -> Result<Fold, CatalogueError> {
        let look = Lookup { source, properties };
        let pupil = match raw.pupil {
            None => None,
            Some(pupil) => Some(PupilFold {
                facet: look.word(pupil.facet.as_ref())?,
                domain: look.word(pupil.domain.as_ref())?,
                theme: look.word(pupil.theme.as_ref())?,
                objective: match pupil.objective {
                    None => None,
                    Some(name) => {
                        Some(look.find(&name, "an identifier", |kind| kind == PropertyKind::Identifier)?.index)
                    }
                },
            }),
        };
        let path = match (raw.path, raw.flow) {
            (Some(path), _) => {
                Some(PathFold::Screens { from: look.one_word(&path.from)?, to: look.one_word(&path.to)? })
            }
            (None, Some(flow)) => Some(PathFold::Flow {
                flow: look.one_word(&flow.flow)?,
                step: look.one_word(&flow.step)?,
                outcome: look.one_word(&flow.outcome)?,
            }),
            (None, None) => None,
        };
        let mut histograms = Vec::with_capacity(raw.histograms.len());
        for histogram in raw.histograms {
            self.take_metric(source, event, &histogram.metric)?;
            let whole = |kind| matches!(kind, PropertyKind::Whole { .. });
            histograms.push(Histogram {
                metric: histogram.metric.into_inner(),
                property: look.find(&histogram.property, "a whole number", whole)?.index,
            });
        }
        let mut counters = Vec::with_capacity(raw.counters.len());
        for counter in raw.counters {
            self.take_metric(source, event, &counter.metric)?;
            counters.push(Counter { metric: counter.metric.into_inner(), word: look.word(counter.word.as_ref())? });
        }
        Ok(Fold {
            person: raw.person,
            facet: look.word(raw.facet.as_ref())?,
            outcome: look.word(raw.outcome.as_ref())?,
            duration: look.scaled(raw.duration.as_ref(), "a duration", Unit::milliseconds)?,
            volume: look.scaled(raw.volume.as_ref(), "a size", Unit::kilobytes)?,
            pupil,
            path,
            install: raw.install,
            screen: look.word(raw.screen.as_ref())?,
            histograms,
            counters,
        })
    }

    /// A metric has no event beside it in the lake, so only one event may feed it.
    fn take_metric(&mut self, source: Source, event: &str, metric: &Spanned<String>) -> Result<(), CatalogueError> {
        let name = metric.get_ref();
        if !is_name(name) {
            return Err(source.error(metric.span(), format!("metric `{name}` is misspelled; write it like a name")));
        }
        match self.metrics.insert(name.clone(), event.to_owned()) {
            Some(other) => {
                let reason = format!("metric `{name}` is already fed by event `{other}`; give it another name");
                Err(source.error(metric.span(), reason))
            }
            None => Ok(()),
        }
    }
}

/// Finds the properties that a fold names.
struct Lookup<'a> {
    source: Source<'a>,
    properties: &'a [Property],
}

impl<'a> Lookup<'a> {
    fn find(
        &self,
        name: &Spanned<String>,
        expected: &str,
        fits: impl Fn(PropertyKind) -> bool,
    ) -> Result<&'a Property, CatalogueError> {
        let text = name.get_ref();
        let property = self.properties.iter().find(|property| &property.name == text).ok_or_else(|| {
            self.source.error(name.span(), format!("`{text}` is no property of this event; declare it or correct it"))
        })?;
        if fits(property.kind) {
            return Ok(property);
        }
        Err(self.source.error(name.span(), format!("property `{text}` is not {expected}, which is needed here")))
    }

    fn one_word(&self, name: &Spanned<String>) -> Result<u16, CatalogueError> {
        Ok(self.find(name, "a word", |kind| matches!(kind, PropertyKind::Word(_)))?.index)
    }

    fn word(&self, name: Option<&Spanned<String>>) -> Result<Option<u16>, CatalogueError> {
        name.map(|name| self.one_word(name)).transpose()
    }

    fn scaled(
        &self,
        name: Option<&Spanned<String>>,
        expected: &str,
        factor: impl Fn(Unit) -> Option<u64>,
    ) -> Result<Option<Scaled>, CatalogueError> {
        let Some(name) = name else { return Ok(None) };
        let factor_of = |kind| match kind {
            PropertyKind::Whole { unit, .. } => factor(unit),
            _ => None,
        };
        let property = self.find(name, expected, |kind| factor_of(kind).is_some())?;
        Ok(factor_of(property.kind).map(|factor| Scaled { property: property.index, factor }))
    }
}

fn whole(source: Source, property: &RawProperty) -> Result<PropertyKind, CatalogueError> {
    let name = property.name.get_ref();
    let (Some(unit), Some(max)) = (&property.unit, &property.max) else {
        let reason = format!("whole number `{name}` needs a `unit` and a `max`");
        return Err(source.error(property.name.span(), reason));
    };
    let announced = Unit::of_suffix(name).unwrap_or(Unit::Rank);
    if announced != *unit.get_ref() {
        let reason = format!(
            "the unit of `{name}` is given as `{}`, but its name announces `{}`; make them agree",
            unit.get_ref().slug(),
            announced.slug()
        );
        return Err(source.error(unit.span(), reason));
    }
    let min = property.min.as_ref().map_or(0, |min| *min.get_ref());
    let max_value = *max.get_ref();
    if min >= max_value {
        let reason = format!("the `max` of `{name}` must be more than its least value {min}, not {max_value}");
        return Err(source.error(max.span(), reason));
    }
    Ok(PropertyKind::Whole { unit: *unit.get_ref(), min, max: max_value })
}

/// Pupils and families may be named only where the specification allows it (domain: events 14-21, 26-37 and those of
/// the learning sources for pupils; 28-40 and whatever a parent emits for families).
fn check_links(source: Source, category: Category, raw: &RawEvent) -> Result<(), CatalogueError> {
    let number = *raw.number.get_ref();
    let name = raw.name.get_ref();
    let fail = |at: Range<usize>, reason: String| Err(source.error(at, reason));
    if raw.emitters.get_ref().is_empty() {
        return fail(raw.emitters.span(), format!("event `{name}` has no emitter; name at least one"));
    }
    if raw.pupils && !(matches!(number, 14..=21 | 26..=37) || category == Category::Learning) {
        let reason = format!("event `{name}` may not name pupils; only events 14-21, 26-37 and learning ones may");
        return fail(raw.name.span(), reason);
    }
    if raw.family && !(matches!(number, 28..=40) || raw.emitters.get_ref().contains(&Emitter::Parent)) {
        let reason = format!("event `{name}` may not name a family; only events 28-40 and those of parents may");
        return fail(raw.name.span(), reason);
    }
    if raw.fold.pupil.is_some() && !raw.pupils {
        return fail(raw.name.span(), format!("event `{name}` folds by pupil but names none; set `pupils = true`"));
    }
    Ok(())
}

fn roles_of(emitters: &[Emitter]) -> Vec<Role> {
    Role::ALL.into_iter().filter(|role| emitters.iter().any(|emitter| emitter.roles().contains(role))).collect()
}
