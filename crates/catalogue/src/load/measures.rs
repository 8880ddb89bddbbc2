//! Reads `decisions.toml`, `measures.toml` and `releases.toml`: what may be computed, and in which form it may leave.

use std::collections::HashMap;

use serde::Deserialize;
use toml::Spanned;

use super::{Named, check_text, take_name};
use crate::{
    CatalogueError, Column, Contributor, Decision, EventType, InstallColumn, Measure, Operand, Origin, PeriodKind,
    PropertyKind, Release, Role, RosterCount, Split, Table, Text, Unit, Value, View, WordList, error::Source,
};

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RawDecisions {
    decision: Vec<RawDecision>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RawDecision {
    id: Spanned<String>,
    title: Text,
    description: Text,
    analysis: Option<Text>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RawMeasures {
    measure: Vec<RawMeasure>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RawMeasure {
    name: Spanned<String>,
    title: Text,
    definition: Text,
    unit: Unit,
    value: RawValue,
    #[serde(default)]
    events: Vec<Spanned<String>>,
    #[serde(default)]
    facets: Vec<Spanned<String>>,
    #[serde(default)]
    outcomes: Vec<Spanned<String>>,
    #[serde(default)]
    roles: Vec<Role>,
    #[serde(default)]
    splits: Vec<RawSplit>,
    contributor: Contributor,
    #[serde(default)]
    made_by_teachers: bool,
    views: Vec<View>,
    origins: Vec<Origin>,
    decision: Spanned<String>,
}

/// Exactly one key says how the value is computed.
#[derive(Deserialize)]
#[serde(rename_all = "snake_case")]
enum RawValue {
    Count(Table),
    Distinct(Table),
    Duration(PersonTable),
    Volume(PersonTable),
    Active(PersonTable),
    Rate(RawRate),
    Counter(RawCounter),
    Quantiles(RawQuantiles),
    Install(InstallColumn),
    Segments,
}

/// Durations, volumes and active persons exist in the person tables only.
#[derive(Deserialize)]
#[serde(rename_all = "snake_case")]
enum PersonTable {
    Person,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RawRate {
    numerator: RawOperand,
    denominator: RawOperand,
}

#[derive(Deserialize)]
#[serde(rename_all = "snake_case")]
enum RawOperand {
    Measures(Vec<Spanned<String>>),
    Roster(RosterCount),
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RawCounter {
    metric: Spanned<String>,
    #[serde(default)]
    words: Vec<Spanned<String>>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RawQuantiles {
    metric: Spanned<String>,
    percentiles: Vec<u8>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RawSplit {
    by: Spanned<String>,
    title: Text,
    column: Column,
    words: Option<Spanned<String>>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RawReleases {
    release: Vec<RawRelease>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RawRelease {
    measure: Spanned<String>,
    split: Option<Spanned<String>>,
    periods: Spanned<Vec<RawPeriod>>,
}

/// The kinds of period that close; days and school years do not.
#[derive(Clone, Copy, Deserialize)]
#[serde(rename_all = "snake_case")]
enum RawPeriod {
    Week,
    Month,
    SchoolPeriod,
}

impl From<RawPeriod> for PeriodKind {
    fn from(raw: RawPeriod) -> Self {
        match raw {
            RawPeriod::Week => Self::Week,
            RawPeriod::Month => Self::Month,
            RawPeriod::SchoolPeriod => Self::SchoolPeriod,
        }
    }
}

pub(super) fn decisions(source: Source) -> Result<Vec<Decision>, CatalogueError> {
    let raw: RawDecisions = source.parse()?;
    let mut names = HashMap::new();
    let mut decisions = Vec::with_capacity(raw.decision.len());
    for decision in raw.decision {
        let index = take_name(&mut names, source, &decision.id, "decision")?;
        check_text(source, decision.id.span(), &decision.title, "the title")?;
        check_text(source, decision.id.span(), &decision.description, "the description")?;
        if let Some(analysis) = &decision.analysis {
            check_text(source, decision.id.span(), analysis, "the analysis")?;
        }
        decisions.push(Decision {
            index,
            id: decision.id.into_inner(),
            title: decision.title,
            description: decision.description,
            analysis: decision.analysis,
        });
    }
    Ok(decisions)
}

/// What measures refer to.
#[derive(Clone, Copy)]
pub(super) struct Known<'a> {
    pub events: Named<'a, EventType>,
    pub lists: Named<'a, WordList>,
    pub decisions: &'a [Decision],
}

pub(super) fn read(source: Source, known: Known) -> Result<(Vec<Measure>, HashMap<String, u16>), CatalogueError> {
    let raw: RawMeasures = source.parse()?;
    let mut reader = Reader { source, known, measures: Vec::with_capacity(raw.measure.len()), names: HashMap::new() };
    for measure in raw.measure {
        let measure = reader.measure(measure)?;
        reader.measures.push(measure);
    }
    Ok((reader.measures, reader.names))
}

struct Reader<'a> {
    source: Source<'a>,
    known: Known<'a>,
    measures: Vec<Measure>,
    names: HashMap<String, u16>,
}

impl Reader<'_> {
    fn measure(&mut self, raw: RawMeasure) -> Result<Measure, CatalogueError> {
        // The value first: a rate may only name measures declared before it, so never itself.
        let value = self.value(raw.value)?;
        if value == Value::Count(Table::Install) {
            let reason = "devices are counted distinct; write `distinct = \"install\"` or name a column with `install`";
            return Err(self.source.error(raw.name.span(), reason));
        }
        let index = take_name(&mut self.names, self.source, &raw.name, "measure")?;
        let name = raw.name.get_ref();
        check_text(self.source, raw.name.span(), &raw.title, "the title")?;
        check_text(self.source, raw.name.span(), &raw.definition, "the definition")?;
        let mut events = Vec::with_capacity(raw.events.len());
        for event in &raw.events {
            events.push(self.known.events.index(event.get_ref()).ok_or_else(|| {
                self.source
                    .error(event.span(), format!("event `{}` is unknown; declare it in events/*.toml", event.get_ref()))
            })?);
        }
        let reads_events = matches!(
            value,
            Value::Count(_)
                | Value::Duration
                | Value::Volume
                | Value::Distinct(Table::Person | Table::Pupil)
                | Value::Active
        );
        if reads_events == events.is_empty() {
            let reason = if reads_events {
                format!("measure `{name}` reads no event; name some in `events`")
            } else {
                format!("measure `{name}` is not computed from events; leave out `events`")
            };
            return Err(self.source.error(raw.name.span(), reason));
        }
        if raw.origins.is_empty() {
            return Err(self
                .source
                .error(raw.name.span(), format!("measure `{name}` has no `origins`, so it could never leave")));
        }
        self.check_words(&events, &raw.facets, "facet", |event| event.fold.facet)?;
        self.check_words(&events, &raw.outcomes, "outcome", |event| event.fold.outcome)?;
        let decision =
            self.known.decisions.iter().find(|decision| &decision.id == raw.decision.get_ref()).ok_or_else(|| {
                let reason = format!("decision `{}` is unknown; declare it in decisions.toml", raw.decision.get_ref());
                self.source.error(raw.decision.span(), reason)
            })?;
        let splits = self.splits(raw.splits)?;
        Ok(Measure {
            index,
            name: raw.name.into_inner(),
            title: raw.title,
            definition: raw.definition,
            unit: raw.unit,
            value,
            events,
            facets: raw.facets.into_iter().map(Spanned::into_inner).collect(),
            outcomes: raw.outcomes.into_iter().map(Spanned::into_inner).collect(),
            roles: raw.roles,
            splits,
            contributor: raw.contributor,
            made_by_teachers: raw.made_by_teachers,
            views: raw.views,
            origins: raw.origins,
            decision: decision.index,
        })
    }

    fn value(&self, raw: RawValue) -> Result<Value, CatalogueError> {
        Ok(match raw {
            RawValue::Count(table) => Value::Count(table),
            RawValue::Distinct(table) => Value::Distinct(table),
            RawValue::Duration(PersonTable::Person) => Value::Duration,
            RawValue::Volume(PersonTable::Person) => Value::Volume,
            RawValue::Active(PersonTable::Person) => Value::Active,
            RawValue::Install(column) => Value::Install(column),
            RawValue::Segments => Value::Segments,
            RawValue::Rate(rate) => {
                Value::Rate { numerator: self.operand(rate.numerator)?, denominator: self.operand(rate.denominator)? }
            }
            RawValue::Counter(counter) => {
                self.check_counter(&counter)?;
                Value::Counter {
                    metric: counter.metric.into_inner(),
                    words: counter.words.into_iter().map(Spanned::into_inner).collect(),
                }
            }
            RawValue::Quantiles(quantiles) => {
                let metric = quantiles.metric.get_ref();
                let fed = |event: &EventType| event.fold.histograms.iter().any(|histogram| &histogram.metric == metric);
                if !self.known.events.items.iter().any(fed) {
                    let reason = format!("no event feeds a histogram `{metric}`; declare it under `fold.histograms`");
                    return Err(self.source.error(quantiles.metric.span(), reason));
                }
                if quantiles.percentiles.is_empty() || quantiles.percentiles.iter().any(|cent| !(1..=99).contains(cent))
                {
                    let reason = "`percentiles` must be numbers from 1 to 99, such as [50, 95]";
                    return Err(self.source.error(quantiles.metric.span(), reason));
                }
                Value::Quantiles { metric: quantiles.metric.into_inner(), percentiles: quantiles.percentiles }
            }
        })
    }

    fn operand(&self, raw: RawOperand) -> Result<Operand, CatalogueError> {
        match raw {
            RawOperand::Roster(count) => Ok(Operand::Roster(count)),
            RawOperand::Measures(names) => {
                let indexes = names.iter().map(|name| {
                    self.names.get(name.get_ref()).copied().ok_or_else(|| {
                        let reason =
                            format!("measure `{}` is unknown here; declare it above this rate", name.get_ref());
                        self.source.error(name.span(), reason)
                    })
                });
                Ok(Operand::Measures(indexes.collect::<Result<_, _>>()?))
            }
        }
    }

    fn check_counter(&self, raw: &RawCounter) -> Result<(), CatalogueError> {
        let metric = raw.metric.get_ref();
        let counters = self.known.events.items.iter().flat_map(|event| {
            event.fold.counters.iter().filter(|counter| &counter.metric == metric).map(move |counter| (event, counter))
        });
        let Some((event, counter)) = counters.into_iter().next() else {
            let reason = format!("no event feeds a counter `{metric}`; declare it under `fold.counters`");
            return Err(self.source.error(raw.metric.span(), reason));
        };
        let list = counter.word.and_then(|property| self.list_of(event, property));
        for word in &raw.words {
            if list.is_none_or(|list| list.position(word.get_ref()).is_none()) {
                let reason = format!("`{}` is no word of counter `{metric}`", word.get_ref());
                return Err(self.source.error(word.span(), reason));
            }
        }
        Ok(())
    }

    fn list_of(&self, event: &EventType, property: u16) -> Option<&WordList> {
        match event.properties[usize::from(property)].kind {
            PropertyKind::Word(list) => self.known.lists.items.get(usize::from(list)),
            _ => None,
        }
    }

    /// A filter on a facet or an outcome must be made of words that at least one of the events may carry there.
    fn check_words(
        &self,
        events: &[u16],
        words: &[Spanned<String>],
        column: &str,
        of: impl Fn(&EventType) -> Option<u16>,
    ) -> Result<(), CatalogueError> {
        for word in words {
            let carried = events.iter().any(|index| {
                let event = &self.known.events.items[usize::from(*index)];
                let list = of(event).and_then(|property| self.list_of(event, property));
                list.is_some_and(|list| list.position(word.get_ref()).is_some())
            });
            if !carried {
                let reason = format!("`{}` is no {column} of the measure's events", word.get_ref());
                return Err(self.source.error(word.span(), reason));
            }
        }
        Ok(())
    }

    fn splits(&self, raw: Vec<RawSplit>) -> Result<Vec<Split>, CatalogueError> {
        let mut names = HashMap::new();
        let mut splits = Vec::with_capacity(raw.len());
        for split in raw {
            take_name(&mut names, self.source, &split.by, "split")?;
            check_text(self.source, split.by.span(), &split.title, "the title")?;
            let words = match &split.words {
                None => None,
                Some(list) => Some(self.known.lists.index(list.get_ref()).ok_or_else(|| {
                    let reason = format!("word list `{}` is unknown; declare it in words.toml", list.get_ref());
                    self.source.error(list.span(), reason)
                })?),
            };
            let free = matches!(split.column, Column::Day | Column::Pupil | Column::AppVersion);
            if free == words.is_some() {
                let reason = if free {
                    format!("a split by `{}` has no word list; leave out `words`", split.column.slug())
                } else {
                    format!(
                        "a split by `{}` needs the word list of its values; name it with `words`",
                        split.column.slug()
                    )
                };
                return Err(self.source.error(split.by.span(), reason));
            }
            splits.push(Split { name: split.by.into_inner(), title: split.title, column: split.column, words });
        }
        Ok(splits)
    }
}

pub(super) fn releases(source: Source, measures: Named<Measure>) -> Result<Vec<Release>, CatalogueError> {
    let raw: RawReleases = source.parse()?;
    let mut releases = Vec::with_capacity(raw.release.len());
    for release in raw.release {
        let name = release.measure.get_ref();
        let Some(measure) = measures.find(name) else {
            let reason = format!("measure `{name}` is unknown; declare it in measures.toml");
            return Err(source.error(release.measure.span(), reason));
        };
        if !measure.leaves_as(Origin::Frozen) {
            let reason = format!("measure `{name}` may not be released; its `origins` lack \"frozen\"");
            return Err(source.error(release.measure.span(), reason));
        }
        if let Some(split) = &release.split {
            let Some(declared) = measure.split(split.get_ref()) else {
                let reason =
                    format!("measure `{name}` has no split `{}`; declare it in measures.toml", split.get_ref());
                return Err(source.error(split.span(), reason));
            };
            if declared.words.is_none() {
                let reason = format!("split `{}` has no closed list of words; it cannot be released", split.get_ref());
                return Err(source.error(split.span(), reason));
            }
        }
        if release.periods.get_ref().is_empty() {
            return Err(source.error(release.periods.span(), "a release needs at least one kind of period"));
        }
        releases.push(Release {
            measure: measure.index,
            split: release.split.map(Spanned::into_inner),
            periods: release.periods.into_inner().into_iter().map(PeriodKind::from).collect(),
        });
    }
    Ok(releases)
}
