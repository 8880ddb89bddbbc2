//! A deterministic French school year, spoken through the public API.
//!
//! A [`World`] is made of [`Parameters`]: schools with classes, teachers, pupils, families and tablets, whose days
//! follow the official calendar. The same parameters give the same events, byte for byte. [`run`] plays it against a
//! server through the HTTP API alone; [`write_truth`] tells what that server must show. Nothing here reads a store or
//! a clock.

mod anomalies;
mod assistance;
mod class_day;
mod client;
mod content;
mod demo;
mod device;
mod documents;
mod drive;
mod event;
mod families;
mod messages;
mod office;
mod people;
mod profile;
mod queue;
mod random;
mod season;
mod stage;
mod technical;
mod truth;
mod truth_file;
mod usage;
mod walk;
mod world;

pub use anomalies::{Anomalies, Anomaly, AnomalyKind};
pub use client::{Answer, Client, Error, Refusal};
pub use demo::{DemoIdentities, Identity};
pub use drive::{Options, Played, Progress, Tally, run};
pub use people::{Class, Family, People, Pupil, Teacher};
pub use profile::{Habits, Habitudes, Profile};
pub use queue::TimedBatch;
pub use season::{Day, DayKind, Seasons, Weather};
pub use truth::{DayFigures, Figures, GRACE_DAYS, PupilFigures, SchoolTruth, Totals};
pub use truth_file::write_truth;
pub use walk::{DayOutput, SCHOOLS_WITH_PUPILS, SchoolWalk};
pub use world::{Parameters, Roster, School, World, WorldError};
