//! What an attacker learns from numbers of different people, over weeks and longer periods.

use std::collections::{BTreeMap, BTreeSet};

use super::attacker::{Attacker, Hidden, K, Roster};
use super::school::{LONGER, Person, WEEKS};
use super::shown::{Count, Shown};
use crate::linear::{Knowledge, Solved};

/// The people of one count, as one attacker sees them.
///
/// Strangers are hidden by the set of weeks in which they were there. Of people whom she has met she knows some weeks; in
/// how many others they were elsewhere is one more hidden number, zero where nobody works in another class.
pub struct People<'a> {
    attacker: &'a Attacker<'a>,
    /// Which count.
    pub count: Count,
    met: BTreeMap<Person, BTreeSet<u8>>,
    strangers: BTreeMap<u32, usize>,
    all_strangers: u64,
    elsewhere: BTreeMap<(u8, u8), usize>,
    published: BTreeSet<u8>,
}

/// The ranges of weeks for which a number of people is closed.
fn ranges() -> impl Iterator<Item = (u8, u8)> {
    (0..WEEKS).map(|week| (week, week + 1)).chain(LONGER)
}

/// How many of a set of weeks lie in a range.
const fn inside(weeks: u32, from: u8, until: u8) -> usize {
    ((weeks >> from) & ((1 << (until - from)) - 1)).count_ones() as usize
}

impl<'a> People<'a> {
    /// Puts everything that was shown about these people into what is known.
    pub fn learn(
        attacker: &'a Attacker<'a>,
        count: Count,
        shown: &Shown,
        roster: Roster,
        knowledge: &mut Knowledge,
    ) -> Self {
        let school = attacker.school;
        let mut met = BTreeMap::<Person, BTreeSet<u8>>::new();
        for row in school.rows.iter().filter(|row| attacker.knows(row)) {
            if let Some(person) = count.person(row) {
                met.entry(person).or_default().insert(row.week);
            }
        }
        let mut all = 0;
        match count {
            Count::Teachers => {
                met.entry(Person::Teacher(attacker.teacher)).or_default();
                all += school.taught.iter().map(|(teacher, _)| teacher).collect::<BTreeSet<_>>().len();
            }
            Count::Pupils | Count::Families => {
                for (number, class) in (0..).zip(&school.pupils) {
                    let person = if count == Count::Pupils { Person::Pupil(number) } else { Person::Family(number) };
                    if attacker.classes.contains(class) {
                        met.entry(person).or_default();
                    }
                    all += 1;
                }
            }
        }
        let holidays = school.holidays.iter().fold(0_u32, |bits, week| bits | 1 << week);
        let sets = (1..1_u32 << WEEKS).filter(|weeks| weeks & holidays == 0);
        let strangers: BTreeMap<u32, usize> = sets.map(|weeks| (weeks, knowledge.number())).collect();
        let all_strangers = u64::try_from(all - met.len()).unwrap_or(0);
        if roster == Roster::Known {
            knowledge.at_most(strangers.values().copied(), all_strangers);
        }
        let weeks = shown.counts.iter().filter(|one| one.count == count && one.until - one.from == 1);
        let published = weeks.map(|one| one.from).collect();
        let mut people = Self { attacker, count, met, strangers, all_strangers, elsewhere: BTreeMap::new(), published };
        for (from, until) in ranges() {
            let number = knowledge.number();
            let unsure = if school.settled && count != Count::Teachers { 0 } else { people.unsure(from, until).len() };
            knowledge.at_most([number], unsure as u64);
            people.elsewhere.insert((from, until), number);
        }
        for one in shown.counts.iter().filter(|one| one.count == count) {
            let known = people.met.len() - people.unsure(one.from, one.until).len();
            knowledge.add_up(people.unknown(one.from, one.until), one.value - known as u64);
        }
        people
    }

    /// Those whom she has met and who may have been there in a range of weeks without her knowledge.
    fn unsure(&self, from: u8, until: u8) -> Vec<Person> {
        let least = self.count.least(self.attacker.school, from, until);
        let sure = |weeks: &BTreeSet<u8>| weeks.range(from..until).count() >= least;
        self.met.iter().filter(|(_, weeks)| !sure(weeks)).map(|(person, _)| *person).collect()
    }

    /// The strangers who count in a range of weeks.
    pub fn there(&self, from: u8, until: u8) -> impl Iterator<Item = usize> {
        let least = self.count.least(self.attacker.school, from, until);
        self.strangers.iter().filter(move |(weeks, _)| inside(**weeks, from, until) >= least).map(|(_, number)| *number)
    }

    fn unknown(&self, from: u8, until: u8) -> impl Iterator<Item = usize> {
        self.there(from, until).chain([self.elsewhere[&(from, until)]])
    }

    /// What she learns about groups of fewer than five people: of a week, month or period; of a published week and another
    /// both; of a longer period without one of its weeks.
    pub fn hidden(&self, solved: &mut Solved) -> Vec<Hidden> {
        let school = self.attacker.school;
        let mut hidden = Vec::new();
        let mut put = |what: &'static str, truth: usize, numbers: Vec<usize>| {
            // What cannot be by its definition, as a month of one class week without that week, hides nobody.
            if truth < K && !numbers.is_empty() {
                let interval = solved.range(numbers);
                hidden.push(Hidden { what, truth: truth as u64, interval, at_first: self.all_strangers });
            }
        };
        let class_weeks: Vec<u8> = (0..WEEKS).filter(|week| !school.holidays.contains(week)).collect();
        for (from, until) in
            ranges().filter(|(from, until)| class_weeks.iter().any(|week| (from..until).contains(&week)))
        {
            let unsure = self.unsure(from, until);
            let people = self.count.people(school, from, until);
            let unknown = people.keys().filter(|person| !self.met.contains_key(person) || unsure.contains(person));
            put("the people of a period", unknown.count(), self.unknown(from, until).collect());
        }
        let mut weeks_of = BTreeMap::<Person, u32>::new();
        for row in &school.rows {
            if let Some(person) = self.count.person(row).filter(|person| !self.met.contains_key(person)) {
                *weeks_of.entry(person).or_default() |= 1 << row.week;
            }
        }
        let mut group = |what: &'static str, is: &dyn Fn(u32) -> bool| {
            let numbers = self.strangers.iter().filter(|(weeks, _)| is(**weeks)).map(|(_, number)| *number).collect();
            put(what, weeks_of.values().filter(|weeks| is(**weeks)).count(), numbers);
        };
        for one in self.published.iter().filter(|week| class_weeks.contains(week)) {
            for two in class_weeks.iter().filter(|two| *two > one || !self.published.contains(two)) {
                group("the people of two weeks both", &|weeks| weeks >> one & weeks >> two & 1 == 1);
            }
        }
        for (from, until) in LONGER {
            let least = self.count.least(school, from, until);
            for week in class_weeks.iter().filter(|week| (from..until).contains(week)) {
                group("the people of a period without those of a week", &|weeks| {
                    inside(weeks, from, until) >= least && weeks >> week & 1 == 0
                });
            }
        }
        hidden
    }
}
