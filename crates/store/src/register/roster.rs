//! Establishments and rosters: who is declared, as pseudonyms. They are the denominators, and they make pupils without
//! a single trace visible.

use std::collections::{BTreeMap, BTreeSet, HashSet};

use async_recursion::async_recursion as boxed;
use calendar::{Academy, SchoolYear};
use privacy::entry::{CleanRoster, IdentifierForm};
use privacy::{Pseudonym, Uai};
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter, QueryOrder, Set, TransactionTrait, sea_query::OnConflict};

use super::Register;
use super::entities::{establishment, roster_class, roster_member};
use crate::error::Error;

/// An establishment as its roster declares it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Establishment {
    /// Its public code.
    pub uai: Uai,
    /// The public code of its district (circonscription).
    pub district: String,
    /// Its academy, which gives its zone and time zone.
    pub academy: Academy,
    /// `public` or `private`.
    pub sector: String,
    /// How it identifies people and classes.
    pub identifiers: IdentifierForm,
}

/// A class of a school year.
#[derive(Clone)]
pub struct RosterClass {
    /// The class.
    pub class: Pseudonym,
    /// Its levels, youngest first, as slugs of the catalogue.
    pub levels: Vec<String>,
    /// Its teachers.
    pub teachers: Vec<Pseudonym>,
    /// Its pupils.
    pub pupils: Vec<Pseudonym>,
    /// Their families.
    pub families: Vec<Pseudonym>,
    /// The families of each pupil who has any.
    pub families_of: BTreeMap<Pseudonym, Vec<Pseudonym>>,
}

/// How many people an establishment declares in a school year.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Denominators {
    /// Classes.
    pub classes: u64,
    /// Distinct teachers.
    pub teachers: u64,
    /// Distinct pupils.
    pub pupils: u64,
    /// Distinct families.
    pub families: u64,
}

impl Register {
    /// Replaces the roster of one establishment and school year.
    #[boxed]
    pub async fn put_roster(&self, roster: &CleanRoster) -> Result<Denominators, Error> {
        let (uai, year) = (roster.uai().to_string(), roster.school_year().to_string());
        let transaction = self.write.begin().await?;
        establishment::Entity::insert(establishment::ActiveModel {
            uai: Set(uai.clone()),
            district: Set(roster.district().to_string()),
            academy: Set(roster.academy().slug().to_owned()),
            sector: Set(roster.sector().to_owned()),
            identifiers: Set(roster.identifiers().as_str().to_owned()),
        })
        .on_conflict(
            OnConflict::column(establishment::Column::Uai)
                .update_columns([
                    establishment::Column::District,
                    establishment::Column::Academy,
                    establishment::Column::Sector,
                    establishment::Column::Identifiers,
                ])
                .to_owned(),
        )
        .exec_without_returning(&transaction)
        .await?;
        roster_class::Entity::delete_many()
            .filter(roster_class::Column::Uai.eq(&uai))
            .filter(roster_class::Column::SchoolYear.eq(&year))
            .exec(&transaction)
            .await?;
        roster_member::Entity::delete_many()
            .filter(roster_member::Column::Uai.eq(&uai))
            .filter(roster_member::Column::SchoolYear.eq(&year))
            .exec(&transaction)
            .await?;
        let mut members = Vec::new();
        for class in roster.classes() {
            let class_hex = class.class.to_hex();
            roster_class::Entity::insert(roster_class::ActiveModel {
                uai: Set(uai.clone()),
                school_year: Set(year.clone()),
                class: Set(class_hex.clone()),
                levels: Set(class.levels.join("/")),
                ..Default::default()
            })
            .exec_without_returning(&transaction)
            .await?;
            let mut member = |kind: &str, person: Pseudonym, pupil: Option<Pseudonym>| {
                members.push(roster_member::ActiveModel {
                    uai: Set(uai.clone()),
                    school_year: Set(year.clone()),
                    class: Set(class_hex.clone()),
                    kind: Set(kind.to_owned()),
                    person: Set(person.to_hex()),
                    pupil: Set(pupil.map(|pupil| pupil.to_hex())),
                    ..Default::default()
                });
            };
            class.teachers.iter().for_each(|teacher| member("teacher", *teacher, None));
            for pupil in &class.pupils {
                member("pupil", pupil.pupil, None);
                pupil.families.iter().for_each(|family| member("family", *family, Some(pupil.pupil)));
            }
        }
        // SQLite takes 32,766 bound values a statement; a row has seven.
        for chunk in members.chunks(4_000) {
            roster_member::Entity::insert_many(chunk.to_vec()).exec_without_returning(&transaction).await?;
        }
        transaction.commit().await?;
        self.denominators(roster.uai(), roster.school_year()).await
    }

    /// The establishment, once it has sent a roster.
    #[boxed]
    pub async fn establishment(&self, uai: &Uai) -> Result<Option<Establishment>, Error> {
        establishment::Entity::find_by_id(uai.as_str()).one(&self.read).await?.map(read_establishment).transpose()
    }

    /// How an establishment identifies people; as it likes, before it has said so in a roster.
    #[boxed]
    pub async fn form_of(&self, uai: &Uai) -> Result<IdentifierForm, Error> {
        Ok(self.establishment(uai).await?.map(|one| one.identifiers).unwrap_or_default())
    }

    /// All establishments, by code.
    #[boxed]
    pub async fn establishments(&self) -> Result<Vec<Establishment>, Error> {
        let rows = establishment::Entity::find().order_by_asc(establishment::Column::Uai).all(&self.read).await?;
        rows.into_iter().map(read_establishment).collect()
    }

    /// The classes of an establishment in a school year, in a stable order.
    #[boxed]
    pub async fn classes(&self, uai: &Uai, year: SchoolYear) -> Result<Vec<RosterClass>, Error> {
        let rows = roster_class::Entity::find()
            .filter(roster_class::Column::Uai.eq(uai.as_str()))
            .filter(roster_class::Column::SchoolYear.eq(year.to_string()))
            .order_by_asc(roster_class::Column::Class)
            .all(&self.read)
            .await?;
        let members = self.members(uai, year).await?;
        rows.into_iter()
            .map(|row| {
                let of_kind = |kind: &str| {
                    let people: Result<BTreeSet<Pseudonym>, Error> = members
                        .iter()
                        .filter(|member| member.kind == kind && member.class == row.class)
                        .map(|member| pseudonym(&member.person))
                        .collect();
                    people.map(|people| people.into_iter().collect::<Vec<_>>())
                };
                let mut families_of = BTreeMap::<Pseudonym, Vec<Pseudonym>>::new();
                for member in members.iter().filter(|member| member.kind == "family" && member.class == row.class) {
                    if let Some(pupil) = &member.pupil {
                        families_of.entry(pseudonym(pupil)?).or_default().push(pseudonym(&member.person)?);
                    }
                }
                Ok(RosterClass {
                    families_of,
                    class: pseudonym(&row.class)?,
                    levels: row.levels.split('/').filter(|level| !level.is_empty()).map(str::to_owned).collect(),
                    teachers: of_kind("teacher")?,
                    pupils: of_kind("pupil")?,
                    families: of_kind("family")?,
                })
            })
            .collect()
    }

    /// How many people an establishment declares in a school year.
    #[boxed]
    pub async fn denominators(&self, uai: &Uai, year: SchoolYear) -> Result<Denominators, Error> {
        let members = self.members(uai, year).await?;
        let distinct = |kind: &str| {
            let people: BTreeSet<&str> =
                members.iter().filter(|member| member.kind == kind).map(|member| member.person.as_str()).collect();
            people.len() as u64
        };
        let classes = roster_class::Entity::find()
            .filter(roster_class::Column::Uai.eq(uai.as_str()))
            .filter(roster_class::Column::SchoolYear.eq(year.to_string()))
            .all(&self.read)
            .await?;
        Ok(Denominators {
            classes: classes.len() as u64,
            teachers: distinct("teacher"),
            pupils: distinct("pupil"),
            families: distinct("family"),
        })
    }

    /// The declared members, without those whose data may not be used and the families named beside such a pupil.
    async fn members(&self, uai: &Uai, year: SchoolYear) -> Result<Vec<roster_member::Model>, Error> {
        let withheld: HashSet<String> = self.withheld().await?.all().map(hex::encode).collect();
        let mut members = roster_member::Entity::find()
            .filter(roster_member::Column::Uai.eq(uai.as_str()))
            .filter(roster_member::Column::SchoolYear.eq(year.to_string()))
            .all(&self.read)
            .await?;
        let is_withheld = |person: &String| withheld.contains(person);
        members.retain(|row| !is_withheld(&row.person) && !row.pupil.as_ref().is_some_and(is_withheld));
        Ok(members)
    }
}

fn pseudonym(hex: &str) -> Result<Pseudonym, Error> {
    Pseudonym::from_hex(hex).ok_or_else(|| Error::Unreadable { what: "a pseudonym", text: hex.to_owned() })
}

fn read_establishment(row: establishment::Model) -> Result<Establishment, Error> {
    let unreadable = |what, text: &str| Error::Unreadable { what, text: text.to_owned() };
    Ok(Establishment {
        uai: row.uai.parse().map_err(|_| unreadable("an establishment code", &row.uai))?,
        academy: row.academy.parse().map_err(|_| unreadable("an academy", &row.academy))?,
        identifiers: IdentifierForm::from_word(&row.identifiers)
            .ok_or_else(|| unreadable("a form of identifiers", &row.identifiers))?,
        district: row.district,
        sector: row.sector,
    })
}
