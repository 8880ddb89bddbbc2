//! The dictionary in one language, as plain structures for the transparency page. No markup is made here.

use crate::{
    Bound, Catalogue, Category, Cube, CubeSource, Decision, EventType, Lang, Measure, Property, PropertyKind,
    Recommendation, Unit,
};

/// Everything the dictionary says, in one language.
#[derive(Debug, Clone)]
pub struct Description {
    /// The event types by category.
    pub categories: Vec<DescribedCategory>,
    /// The measures.
    pub measures: Vec<DescribedMeasure>,
    /// What leaves beyond an establishment.
    pub cubes: Vec<DescribedCube>,
    /// The decisions.
    pub decisions: Vec<DescribedDecision>,
    /// The segments.
    pub segments: Vec<DescribedSegment>,
    /// The rules of recommendations.
    pub recommendations: Vec<DescribedRecommendation>,
    /// The digest of the files.
    pub digest: String,
}

/// A category and its event types.
#[derive(Debug, Clone)]
pub struct DescribedCategory {
    /// Its name.
    pub title: String,
    /// Its event types.
    pub events: Vec<DescribedEvent>,
}

/// An event type in words.
#[derive(Debug, Clone)]
pub struct DescribedEvent {
    /// Its number in the specification.
    pub number: u16,
    /// Its name on the wire.
    pub name: String,
    /// Its title.
    pub title: String,
    /// When it is emitted.
    pub description: String,
    /// What it is collected for.
    pub purpose: String,
    /// The legal basis.
    pub legal_basis: String,
    /// Who emits it.
    pub emitters: Vec<String>,
    /// The finest time kept.
    pub grain: String,
    /// How long it is kept.
    pub retention: String,
    /// Whether pupils may be named with it, as pseudonyms.
    pub pupils: bool,
    /// Whether a family may be named with it, as a pseudonym.
    pub family: bool,
    /// Whether it is off until the establishment turns it on.
    pub opt_in: bool,
    /// Its properties.
    pub properties: Vec<DescribedProperty>,
}

/// A property in words.
#[derive(Debug, Clone)]
pub struct DescribedProperty {
    /// Its name on the wire.
    pub name: String,
    /// What it says.
    pub description: String,
    /// The values it may take.
    pub values: String,
}

/// A measure in words.
#[derive(Debug, Clone)]
pub struct DescribedMeasure {
    /// Its name in answers.
    pub name: String,
    /// Its title.
    pub title: String,
    /// How it is computed.
    pub definition: String,
    /// What its value counts.
    pub unit: String,
    /// The names of the event types it reads.
    pub events: Vec<String>,
    /// Whom the threshold counts.
    pub contributor: String,
    /// Under which protections it leaves.
    pub protections: Vec<String>,
    /// The title of the decision it needs.
    pub decision: String,
}

/// A cube in words.
#[derive(Debug, Clone)]
pub struct DescribedCube {
    /// Its name in answers.
    pub name: String,
    /// Its title.
    pub title: String,
    /// How it is counted.
    pub definition: String,
    /// Whose behaviour is counted.
    pub people: Vec<String>,
    /// The finest places it has.
    pub leaf: String,
    /// In how many cells one person counts in a month.
    pub cells: u32,
    /// How much she counts in each.
    pub clamp: u32,
    /// Whether what is above is counted, for a sixth of a cell.
    pub counts_cut: bool,
    /// The title of the decision it needs.
    pub decision: String,
}

/// A decision in words.
#[derive(Debug, Clone)]
pub struct DescribedDecision {
    /// Its identifier.
    pub id: String,
    /// Its title.
    pub title: String,
    /// What is asked.
    pub description: String,
    /// The titles of the measures it covers.
    pub measures: Vec<String>,
}

/// A segment in words.
#[derive(Debug, Clone)]
pub struct DescribedSegment {
    /// Its title.
    pub title: String,
    /// Its rule.
    pub definition: String,
}

/// A rule of recommendations in words.
#[derive(Debug, Clone)]
pub struct DescribedRecommendation {
    /// Its title.
    pub title: String,
    /// To whom it is given.
    pub audience: String,
    /// Why.
    pub why: String,
    /// What must be true, one condition each.
    pub conditions: Vec<String>,
}

pub(crate) fn describe(catalogue: &Catalogue, lang: Lang) -> Description {
    Description {
        categories: Category::ALL.into_iter().map(|category| describe_category(catalogue, category, lang)).collect(),
        measures: catalogue.measures().iter().map(|measure| describe_measure(catalogue, measure, lang)).collect(),
        cubes: catalogue.cubes().iter().map(|cube| describe_cube(catalogue, cube, lang)).collect(),
        decisions: catalogue
            .decisions()
            .iter()
            .map(|decision| DescribedDecision {
                id: decision.id.clone(),
                title: decision.title.get(lang).to_owned(),
                description: decision.description.get(lang).to_owned(),
                measures: covered(catalogue, decision, lang),
            })
            .collect(),
        segments: catalogue
            .segments()
            .iter()
            .map(|segment| DescribedSegment {
                title: segment.title.get(lang).to_owned(),
                definition: segment.definition.get(lang).to_owned(),
            })
            .collect(),
        recommendations: catalogue.recommendations().iter().map(|one| describe_recommendation(one, lang)).collect(),
        digest: catalogue.digest().to_owned(),
    }
}

fn describe_recommendation(one: &Recommendation, lang: Lang) -> DescribedRecommendation {
    let bound = |bound: &Bound| {
        let mut said = bound.figure.label(lang).to_owned();
        let bounds =
            [(bound.at_least, lang.pick("au moins", "at least")), (bound.at_most, lang.pick("au plus", "at most"))];
        for (number, word) in bounds {
            if let Some(number) = number {
                said = format!("{said}, {word} {number}");
            }
        }
        said
    };
    let certainty = format!("{} {} %", lang.pick("certitude d'au moins", "certainty of at least"), one.confidence);
    let figure = one.figure.words().map(|_| one.figure.label(lang).to_owned());
    DescribedRecommendation {
        title: one.title.get(lang).to_owned(),
        audience: one.audience.label(lang).to_owned(),
        why: one.why.get(lang).to_owned(),
        conditions: figure.into_iter().chain(one.when.iter().map(bound)).chain([certainty]).collect(),
    }
}

/// The titles of the measures, cubes and analyses that a decision covers.
fn covered(catalogue: &Catalogue, decision: &Decision, lang: Lang) -> Vec<String> {
    let measures = catalogue.measures_of(decision).map(|measure| &measure.title);
    let cubes = catalogue.cubes().iter().filter(|cube| cube.decision == decision.index).map(|cube| &cube.title);
    measures.chain(cubes).chain(&decision.analysis).map(|title| title.get(lang).to_owned()).collect()
}

fn describe_cube(catalogue: &Catalogue, cube: &Cube, lang: Lang) -> DescribedCube {
    let definition = match &cube.source {
        CubeSource::Measure { measure, .. } => catalogue.measures()[usize::from(*measure)].definition.get(lang),
        CubeSource::Hours => lang.pick(
            "Un événement par personne et par mois, tiré au hasard un jour que désigne un hachage à clé, par jour de la semaine et heure.",
            "One event a person and month, drawn at random on a day that a keyed hash picks, by weekday and hour.",
        ),
        CubeSource::Paths => lang.pick(
            "Un passage d’un écran à l’autre, ou l’issue d’une étape, par personne et par mois, tiré de même.",
            "One step from screen to screen, or the outcome of a step, a person and month, drawn likewise.",
        ),
    };
    DescribedCube {
        name: cube.name.clone(),
        title: cube.title.get(lang).to_owned(),
        definition: definition.to_owned(),
        people: cube.people.iter().map(|people| people.label(lang).to_owned()).collect(),
        leaf: cube.leaf.label(lang).to_owned(),
        cells: cube.cells,
        clamp: cube.clamp,
        counts_cut: cube.counts_cut(),
        decision: catalogue.decision_of_cube(cube).title.get(lang).to_owned(),
    }
}

fn describe_category(catalogue: &Catalogue, category: Category, lang: Lang) -> DescribedCategory {
    DescribedCategory {
        title: category.label(lang).to_owned(),
        events: catalogue
            .events()
            .iter()
            .filter(|event| event.category == category)
            .map(|event| describe_event(catalogue, event, lang))
            .collect(),
    }
}

fn describe_event(catalogue: &Catalogue, event: &EventType, lang: Lang) -> DescribedEvent {
    DescribedEvent {
        number: event.number,
        name: event.name.clone(),
        title: event.title.get(lang).to_owned(),
        description: event.description.get(lang).to_owned(),
        purpose: event.purpose.get(lang).to_owned(),
        legal_basis: event.legal_basis.label(lang).to_owned(),
        emitters: event.emitters.iter().map(|emitter| emitter.label(lang).to_owned()).collect(),
        grain: event.grain.label(lang).to_owned(),
        retention: event.retention.label(lang),
        pupils: event.pupils,
        family: event.family,
        opt_in: event.opt_in,
        properties: event
            .properties
            .iter()
            .map(|property| DescribedProperty {
                name: property.name.clone(),
                description: property.description.get(lang).to_owned(),
                values: values(catalogue, property, lang),
            })
            .collect(),
    }
}

/// The values a property may take, in words, with the labels people read.
fn values(catalogue: &Catalogue, property: &Property, lang: Lang) -> String {
    match property.kind {
        PropertyKind::Whole { unit: Unit::Rank, min, max } => match lang {
            Lang::Fr => format!("nombre entier de {min} à {max}"),
            Lang::En => format!("whole number from {min} to {max}"),
        },
        PropertyKind::Whole { unit, min, max } => match lang {
            Lang::Fr => format!("nombre entier, en {}, de {min} à {max}", unit.label(lang)),
            Lang::En => format!("whole number, in {}, from {min} to {max}", unit.label(lang)),
        },
        PropertyKind::Flag => lang.pick("oui ou non", "yes or no").to_owned(),
        PropertyKind::Word(_) => {
            let words = catalogue.words_of(property).map_or(&[][..], |list| list.words());
            words.iter().map(|word| word.label.get(lang)).collect::<Vec<_>>().join(" · ")
        }
        PropertyKind::Version => lang.pick("numéro de version", "version number").to_owned(),
        PropertyKind::Identifier => lang
            .pick(
                "identifiant, remplacé par un pseudonyme à l'entrée",
                "identifier, replaced by a pseudonym on arrival",
            )
            .to_owned(),
    }
}

fn describe_measure(catalogue: &Catalogue, measure: &Measure, lang: Lang) -> DescribedMeasure {
    DescribedMeasure {
        name: measure.name.clone(),
        title: measure.title.get(lang).to_owned(),
        definition: measure.definition.get(lang).to_owned(),
        unit: measure.unit.label(lang).to_owned(),
        events: catalogue.events_of(measure).map(|event| event.name.clone()).collect(),
        contributor: measure.contributor.label(lang).to_owned(),
        protections: measure.origins.iter().map(|origin| origin.label(lang).to_owned()).collect(),
        decision: catalogue.decision_of(measure).title.get(lang).to_owned(),
    }
}
