//! What merging up costs: the share of the mass that still stands under its own word on a simulated district.
//!
//! 200 schools as in France's first degree: 1 to 12 classes (half of the schools have 4 or fewer), about 22 pupils a class,
//! 45 to 85 % of the teachers use the product, with 1.5 to 4 items per pupil and month, most of them photos.

use std::collections::BTreeMap;

use privacy::Pseudonym;
use privacy::exit::{Cell, Establishment, Figures, Kind, Partition, Policy, Shape, Word, close};

use crate::random::Random;
use crate::{Bound, Finding, Length};

/// The kinds of item and how often of a thousand.
const KINDS: [(&str, u64); 5] = [("photo", 780), ("video", 80), ("note", 80), ("document", 40), ("audio", 20)];

/// Sums of values.
#[derive(Default)]
struct Mass {
    all: u64,
    released: u64,
    own_cell: u64,
}

impl Mass {
    fn share(&self, of: impl Fn(&Self) -> u64) -> f64 {
        crate::float(self.own_cell) / crate::float(of(self))
    }
}

/// Closes a week of every school, and for comparison four weeks and eight weeks at once.
pub fn run(length: Length) -> Vec<Finding> {
    let schools = match length {
        Length::Short => 40,
        Length::Long => 200,
    };
    let mut random = Random::new(11);
    let (mut pupils_week, mut pupils_month) = (Mass::default(), Mass::default());
    let (mut pupils_period, mut teachers_week) = (Mass::default(), Mass::default());
    for _ in 0..schools {
        let school = District::school(&mut random);
        school.close(&mut random, 1, false, &mut pupils_week);
        school.close(&mut random, 4, false, &mut pupils_month);
        school.close(&mut random, 8, false, &mut pupils_period);
        school.close(&mut random, 1, true, &mut teachers_week);
    }
    vec![
        Finding::new("merging_pupils_week_ratio", pupils_week.share(|mass| mass.released), Bound::Shown),
        Finding::new("merging_pupils_month_ratio", pupils_month.share(|mass| mass.released), Bound::Shown),
        Finding::new("merging_pupils_period_ratio", pupils_period.share(|mass| mass.released), Bound::Shown),
        Finding::new("merging_pupils_month_of_all_ratio", pupils_month.share(|mass| mass.all), Bound::Shown),
        Finding::new("merging_items_week_ratio", teachers_week.share(|mass| mass.released), Bound::Shown),
    ]
}

/// One school of the district.
struct District {
    classes: Vec<(u64, u64)>,
}

impl District {
    /// Classes with their size and their items per hundred pupils and month; 0 where the teacher does not use it.
    fn school(random: &mut Random) -> Self {
        let classes = if random.chance(500) { random.between(1, 4) } else { random.between(5, 12) };
        let adoption = random.between(450, 850);
        let class = |random: &mut Random| {
            let size = 14 + random.below(9) + random.below(9);
            let items = if random.chance(adoption) { random.between(150, 400) } else { 0 };
            (size, items)
        };
        Self { classes: (0..classes).map(|_| class(random)).collect() }
    }

    fn close(&self, random: &mut Random, weeks: u64, by_teachers: bool, mass: &mut Mass) {
        let mut cells: BTreeMap<String, Cell> =
            KINDS.iter().map(|(kind, _)| ((*kind).to_owned(), Cell::new())).collect();
        let mut establishment = Establishment::new(self.classes.len());
        let mut sum = 0;
        for (number, (size, items)) in (0..).zip(&self.classes) {
            let (class, teacher) = (id(1, number, 0), id(2, number, 0));
            establishment = establishment.taught_by(teacher, class);
            for _ in 0..size * items * weeks / 400 {
                let pupil = id(3, number, random.below(*size));
                let cell = cells.entry(kind(random)).or_default();
                cell.contributor(pupil, Some(class));
                cell.value(if by_teachers { teacher } else { pupil }, Some(class), 1);
                cell.teacher(teacher, Some(class));
                sum += 1;
            }
        }
        let partition = Partition::new("kind", cells).expect("words of the list");
        let whole = Figures::new(partition.whole());
        let shape = Shape { kind: Kind::Additive, made_by_teachers: by_teachers };
        let closed = close(whole, Figures::new(vec![partition]), shape, &establishment, &Policy::default());
        let closed = closed.expect("well-formed").into_value();
        mass.all += sum;
        mass.released += closed.total.unwrap_or(0);
        let own = closed.splits.into_values().flatten().filter(|cell| matches!(cell.word, Word::Listed(_)));
        mass.own_cell += own.map(|cell| cell.value).sum::<u64>();
    }
}

fn kind(random: &mut Random) -> String {
    let mut chance = random.below(1000);
    for (kind, share) in KINDS {
        if chance < share {
            return kind.to_owned();
        }
        chance -= share;
    }
    KINDS[0].0.to_owned()
}

fn id(domain: u8, class: u8, number: u64) -> Pseudonym {
    let mut bytes = [0; 16];
    (bytes[0], bytes[1]) = (domain, class);
    bytes[8..].copy_from_slice(&number.to_be_bytes());
    Pseudonym::from_stored(bytes)
}
