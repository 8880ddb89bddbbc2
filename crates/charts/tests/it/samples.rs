//! One specification of every kind, with the hard cases in them: withheld cells, holidays, an unfinished last week,
//! labels that would collide. The snapshots are drawn from them, and so is the sample page of the front end.

use charts::{
    Band, Bar, Bars, Bin, Chart, ChartError, Distribution, Flow, HeatMap, Kind, Lang, Line, Link, Part, Position,
    Series, Sparkline, Stacked, Unit, Value, format,
};

const HOLIDAYS: [(usize, usize, &str, &str, &str); 4] = [
    (7, 8, "vacances de la Toussaint", "Toussaint", "autumn holidays"),
    (16, 17, "vacances de Noël", "Noël", "Christmas holidays"),
    (23, 24, "vacances d’hiver", "hiver", "winter holidays"),
    (31, 32, "vacances de printemps", "printemps", "spring holidays"),
];

/// The weeks of a school year, holidays included, cut after `count`.
pub fn weeks(lang: Lang, count: usize) -> Vec<Position> {
    let week = |i: usize| {
        if let Some(holiday) = HOLIDAYS.iter().find(|h| (h.0..=h.1).contains(&i)) {
            return Position::new("", lang.pick(holiday.2, holiday.4));
        }
        let before: Vec<_> = HOLIDAYS.iter().filter(|h| i > h.1).collect();
        let school_week = i + 1 - 2 * before.len();
        let name = lang.pick("semaine", "week");
        let group = format!("P{}", before.len() + 1);
        Position::new(format!("{}{school_week}", lang.pick('S', 'W')), format!("{name} {school_week}")).in_group(group)
    };
    (0..count).map(week).collect()
}

fn bands(lang: Lang, count: usize) -> Vec<Band> {
    let inside = HOLIDAYS.iter().filter(|h| h.1 < count);
    inside
        .map(|h| Band::new(h.0, h.1, lang.pick(h.2, h.4), lang.pick(h.3, h.4.split(' ').next().unwrap_or(""))))
        .collect()
}

fn is_holiday(week: usize) -> bool {
    HOLIDAYS.iter().any(|h| (h.0..=h.1).contains(&week))
}

/// A made-up but fixed figure for a week: rises through the year, dips after holidays.
fn figure(week: usize, base: u32, swing: u32) -> Value {
    if is_holiday(week) {
        return Value::Absent;
    }
    let w = u32::try_from(week).unwrap_or(0);
    Value::from(base + w / 3 + (w * 7 + base) % swing)
}

fn series(count: usize, base: u32, swing: u32) -> Vec<Value> {
    (0..count).map(|w| figure(w, base, swing)).collect()
}

fn traces(lang: Lang) -> Unit {
    lang.pick(Unit::count("trace", "traces"), Unit::count("item", "items"))
}

fn with_bands(mut line: Line, lang: Lang, count: usize) -> Line {
    for band in bands(lang, count) {
        line = line.band(band);
    }
    line
}

/// Ours, last year in grey, holidays, an unfinished last week.
pub fn production(lang: Lang) -> Result<Chart, ChartError> {
    let line = Line::new(lang.pick("Semaine", "Week"), weeks(lang, 22), traces(lang))
        .series(Series::ours(lang.pick("Ma classe", "My class"), series(22, 14, 13)).unfinished())
        .series(Series::previous(lang.pick("Année précédente", "Previous year"), series(22, 9, 11)));
    let (title, subtitle) = match lang {
        Lang::Fr => (
            "La production reprend après chaque vacance",
            "Traces ajoutées par semaine, classe C1, depuis septembre 2025",
        ),
        Lang::En => ("Production picks up after every holiday", "Items added per week, class C1, since September 2025"),
    };
    Ok(Chart::new("production", lang, title, subtitle, with_bands(line, lang, 22))?
        .note(lang.pick(
            "3 % des tablettes n’ont pas encore envoyé cette semaine.",
            "3% of the tablets have not sent this week yet.",
        ))
        .source(lang.pick("e-carnet, données de démonstration", "e-carnet, demonstration data")))
}

/// Four categories whose labels would collide, and two withheld weeks.
pub fn domains() -> Result<Chart, ChartError> {
    let mut arts = series(15, 11, 4);
    arts[4] = Value::Withheld;
    arts[10] = Value::Withheld;
    let line = Line::new("Semaine", weeks(Lang::Fr, 15), traces(Lang::Fr))
        .series(Series::category("Langage", series(15, 12, 7)))
        .series(Series::category("Activités artistiques", arts))
        .series(Series::category("Outils mathématiques", series(15, 10, 6)))
        .series(Series::category("Explorer le monde", series(15, 3, 4)));
    Chart::new(
        "domaines",
        Lang::Fr,
        "Quels domaines sont documentés ?",
        "Traces reliées à un objectif, par domaine et semaine, classe C1",
        with_bands(line, Lang::Fr, 15),
    )
}

/// Seven series: a row of names instead of labels at the lines.
pub fn many() -> Result<Chart, ChartError> {
    let names = ["Photo", "Vidéo", "Note", "Document", "Audio", "Dictée", "Commentaire"];
    let mut line = Line::new("Semaine", weeks(Lang::Fr, 7), traces(Lang::Fr));
    for (i, name) in (0_u32..).zip(names) {
        line = line.series(Series::category(name, series(7, 4 + 5 * i, 5)));
    }
    Chart::new("types", Lang::Fr, "La photo domine", "Traces par type et semaine, classe C1, période 1", line)
}

/// A forecast with its band, on an axis that does not start at zero.
pub fn forecast() -> Result<Chart, ChartError> {
    let values: Vec<Value> = [61.0, 64.0, 63.0, 68.0, 71.0, 70.0, 73.0, 74.5, 76.0, 77.0].map(Value::from).to_vec();
    let interval =
        (0_u32..10).map(|i| (i > 6).then(|| (74.0 - f64::from(i - 6), 74.0 + 3.0 * f64::from(i - 6)))).collect();
    let line = Line::new(
        "Semaine",
        weeks(Lang::Fr, 7)
            .into_iter()
            .chain((8..11).map(|s| Position::new(format!("S{s}"), format!("semaine {s}")).in_group("P2")))
            .collect(),
        Unit::Percent,
    )
    .series(Series::ours("Mon école", values).forecast_from(7).interval(interval))
    .from_data();
    Ok(Chart::new(
        "prevision",
        Lang::Fr,
        "L’adoption devrait dépasser trois quarts des classes",
        "Part des classes actives par semaine, mon école",
        line,
    )?
    .note("Les quatre dernières prévisions se sont trompées de 2 points en moyenne."))
}

/// Named bars: ours, context, one withheld, earlier values.
pub fn features() -> Result<Chart, ChartError> {
    let bars = Bars::horizontal("Fonction", Unit::count("utilisation", "utilisations"))
        .bar(Bar::new("Photo", 1243.0).ours().previous(1100.0))
        .bar(Bar::new("Objectif relié à une trace", 812.0).ours().previous(920.0))
        .bar(Bar::new("Carnet de suivi généré", 96.0).ours().previous(40.0))
        .bar(Bar::new("Partage aux familles par code QR", Value::Withheld).ours())
        .bar(Bar::new("Dictée", 12.0).ours());
    Chart::new(
        "fonctions",
        Lang::Fr,
        "La photo reste la fonction la plus utilisée",
        "Utilisations par fonction, période 2, classe C1",
        bars,
    )
}

/// Upright bars along weeks, one withheld, the last one unfinished.
pub fn volume() -> Result<Chart, ChartError> {
    let places = weeks(Lang::Fr, 13);
    let bars = places.into_iter().enumerate().map(|(i, place)| {
        let value = match figure(i, 3, 9) {
            Value::Known(v) => Value::Known(v * 1_700_000.0),
            other => other,
        };
        let bar = Bar::at(place, if i == 5 { Value::Withheld } else { value }).ours();
        if i == 12 { bar.unfinished() } else { bar }
    });
    let mut chart = Bars::vertical("Semaine", Unit::Bytes).bars(bars);
    for band in bands(Lang::Fr, 13) {
        chart = chart.band(band);
    }
    Chart::new(
        "volume",
        Lang::Fr,
        "Le volume envoyé suit les semaines de classe",
        "Volume des médias par semaine, mon école",
        chart,
    )
}

/// Parts over time, with colours, textures and a withheld part.
pub fn media() -> Result<Chart, ChartError> {
    let mut notes = series(13, 2, 4);
    notes[2] = Value::Withheld;
    let mut stacked = Stacked::new("Semaine", weeks(Lang::Fr, 13), traces(Lang::Fr))
        .part(Part::new("Photo", series(13, 20, 9)))
        .part(Part::new("Vidéo", series(13, 6, 5)))
        .part(Part::new("Note", notes))
        .part(Part::new("Document numérisé", series(13, 1, 3)))
        .unfinished();
    for band in bands(Lang::Fr, 13) {
        stacked = stacked.band(band);
    }
    Chart::new(
        "medias",
        Lang::Fr,
        "Les photos font les deux tiers des traces",
        "Traces par type de média et par semaine, mon école",
        stacked,
    )
}

/// A school year of days: weekday by week.
pub fn calendar() -> Result<Chart, ChartError> {
    let rows =
        (1_u8..=5).map(|d| Position::new(format::weekday_short(Lang::Fr, d), format::weekday(Lang::Fr, d))).collect();
    let cells = (0_u32..5)
        .map(|day| {
            (0..36)
                .map(|week| match figure(week, 3 + day, 9 + day) {
                    Value::Absent => Value::Absent,
                    _ if day == 2 => {
                        if week % 3 == 0 {
                            Value::Withheld
                        } else {
                            Value::Known(0.0)
                        }
                    }
                    value => value,
                })
                .collect()
        })
        .collect();
    let mut map = HeatMap::new("Semaine", rows, weeks(Lang::Fr, 36), traces(Lang::Fr), cells);
    for band in bands(Lang::Fr, 36) {
        map = map.band(band);
    }
    Chart::new(
        "calendrier",
        Lang::Fr,
        "Quels jours la classe ajoute-t-elle des traces ?",
        "Traces par jour, classe C1, année 2025-2026",
        map,
    )
}

/// A week of hours.
pub fn hours() -> Result<Chart, ChartError> {
    let rows =
        (1_u8..=7).map(|d| Position::new(format::weekday_short(Lang::Fr, d), format::weekday(Lang::Fr, d))).collect();
    let columns = (0_u8..24)
        .map(|h| {
            Position::new(
                if h.is_multiple_of(3) { format::hour(Lang::Fr, h) } else { String::new() },
                format::hour(Lang::Fr, h),
            )
        })
        .collect();
    let cells = (0_u32..7)
        .map(|day| {
            (0_u32..24)
                .map(|hour| match (day, hour) {
                    (0..=4, 8..=11 | 13..=16) => Value::from(200 + (day * 31 + hour * 57) % 140),
                    (2 | 5 | 6, _) | (_, 0..=6 | 22..) => Value::Known(0.0),
                    _ => Value::from((day * 13 + hour * 29) % 90),
                })
                .collect()
        })
        .collect();
    Chart::new(
        "heures",
        Lang::Fr,
        "Les traces s’ajoutent surtout le matin",
        "Utilisations par jour et heure, circonscription, novembre 2025",
        HeatMap::new("Heure", rows, columns, Unit::count("utilisation", "utilisations"), cells),
    )
}

/// A histogram with one's own school in it.
pub fn position() -> Result<Chart, ChartError> {
    let counts =
        [Value::Withheld, 9.0.into(), 21.0.into(), 34.0.into(), 27.0.into(), 12.0.into(), 6.0.into(), Value::Withheld];
    let bins =
        (0_u32..).zip(counts).map(|(i, count)| Bin::new(f64::from(i) * 10.0, f64::from(i + 1) * 10.0, count)).collect();
    let chart = Distribution::new("Traces par élève", traces(Lang::Fr), Unit::count("école", "écoles"), bins)
        .own("Votre école", 42.0)
        .half(36.0);
    Chart::new(
        "position",
        Lang::Fr,
        "Votre école se situe un peu au-dessus du milieu",
        "Traces par élève, période 2, 112 écoles de la circonscription",
        chart,
    )
}

/// A share flow with a way out and a withheld link.
pub fn sharing() -> Result<Chart, ChartError> {
    let nodes = ["Carnets préparés", "Déposés", "Non déposés", "Récupérés par la famille", "Expirés"];
    let links =
        vec![Link::new(0, 1, 118.0), Link::new(0, 2, 14.0), Link::new(1, 3, 86.0), Link::new(1, 4, Value::Withheld)];
    let flow = Flow::new(Unit::count("carnet", "carnets"), nodes, links).way_out(2).way_out(4);
    Chart::new(
        "partage",
        Lang::Fr,
        "Trois carnets déposés sur quatre sont récupérés",
        "Carnets partagés par code QR, période 2, mon école",
        flow,
    )
}

/// The word-sized line beside a key figure.
pub fn spark(id: &str) -> Sparkline {
    let mut values = series(14, 8, 9);
    values[3] = Value::Withheld;
    Sparkline::new(id, Lang::Fr, "Traces par semaine, S1 à S12", traces(Lang::Fr), values).unfinished()
}

/// Every chart, by name.
pub fn all() -> Result<Vec<Chart>, ChartError> {
    Ok(vec![
        production(Lang::Fr)?,
        domains()?,
        many()?,
        forecast()?,
        features()?,
        volume()?,
        media()?,
        calendar()?,
        hours()?,
        position()?,
        sharing()?,
    ])
}

/// A chart under a given id, for tests that only care whether it can be made.
#[allow(dead_code, reason = "the gallery shares this file and has no use for it")]
pub fn try_chart(id: &str, kind: impl Into<Kind>) -> Result<Chart, ChartError> {
    Chart::new(id, Lang::Fr, "Titre", "Sous-titre", kind)
}
