//! What the calendar promises, on the official dates and on any date.

use calendar::{
    Academy, Calendar, CalendarError, IsoWeek, Lang, Month, Period, PeriodKind, SchoolYear, Zone, easter, long_date,
    public_holiday, public_holidays, school_week_label, short_date,
};
use jiff::civil::{Date, Weekday, date};
use proptest::prelude::*;

fn school_year(text: &str) -> SchoolYear {
    text.parse().expect("a school year")
}

fn week(text: &str) -> IsoWeek {
    text.parse().expect("a week")
}

#[test]
fn a_school_year_starts_on_the_first_monday_of_august() {
    for (year, first, last) in [
        ("2024-2025", date(2024, 8, 5), date(2025, 8, 3)),
        ("2025-2026", date(2025, 8, 4), date(2026, 8, 2)),
        ("2022-2023", date(2022, 8, 1), date(2023, 8, 6)),
    ] {
        assert_eq!((school_year(year).first_day(), school_year(year).last_day()), (first, last));
        assert_eq!(SchoolYear::of(first).to_string(), year);
        assert_eq!(SchoolYear::of(last).to_string(), year);
    }
}

#[test]
fn the_periods_lie_between_the_official_holidays() {
    let calendar = Calendar::official();
    let periods = |zone| {
        let periods = calendar.periods(zone, school_year("2025-2026"));
        periods.iter().map(|period| format!("{period} {} {}", period.start, period.end)).collect::<Vec<_>>()
    };
    assert_eq!(
        periods(Zone::C),
        [
            "2025-2026-P1 2025-09-01 2025-10-17",
            "2025-2026-P2 2025-11-03 2025-12-19",
            "2025-2026-P3 2026-01-05 2026-02-20",
            "2025-2026-P4 2026-03-09 2026-04-17",
            "2025-2026-P5 2026-05-04 2026-07-03",
        ]
    );
    assert_eq!(periods(Zone::A)[2], "2025-2026-P3 2026-01-05 2026-02-06");
    assert_eq!(periods(Zone::B)[4], "2025-2026-P5 2026-04-27 2026-07-03");
    for year in 2019..=2027 {
        for zone in [Zone::A, Zone::B, Zone::C] {
            let year = SchoolYear::starting(year).expect("a year");
            assert_eq!(calendar.periods(zone, year).len(), 5, "{zone} {year}");
        }
    }
}

#[test]
fn outside_the_data_no_holiday_is_known() {
    let calendar = Calendar::official();
    assert!(calendar.periods(Zone::Other, school_year("2025-2026")).is_empty());
    assert!(calendar.periods(Zone::A, school_year("2018-2019")).is_empty());
    assert!(calendar.periods(Zone::A, school_year("2028-2029")).is_empty());
    assert_eq!(calendar.holiday(Zone::Other, date(2025, 12, 24)), None);
    assert!(calendar.is_class_day(Zone::Other, date(2025, 12, 23)));
}

#[test]
fn an_operator_can_give_the_dates_of_her_zone() {
    let file = "zone,name,first_day_off,first_day_back\nother,Vacances de l'été austral,2025-12-20,2026-01-26\n";
    let calendar = Calendar::official().extended(file).expect("a file of the same form");
    assert_eq!(calendar.holiday(Zone::Other, date(2026, 1, 20)), Some("Vacances de l'été austral"));
    assert_eq!(calendar.holiday(Zone::A, date(2026, 1, 20)), None);
    assert_eq!(calendar.periods(Zone::A, school_year("2025-2026")).len(), 5);
}

#[test]
fn there_is_no_class_on_wednesdays_holidays_and_public_holidays() {
    let calendar = Calendar::official();
    for (day, class) in [
        (date(2025, 11, 24), true),  // a Monday
        (date(2025, 11, 26), false), // a Wednesday
        (date(2025, 11, 29), false), // a Saturday
        (date(2025, 11, 11), false), // Armistice, a Tuesday
        (date(2025, 10, 20), false), // autumn holidays
        (date(2025, 9, 1), true),    // the day back
        (date(2025, 8, 29), false),  // the Friday before
        (date(2027, 5, 7), false),   // the bridge after Ascension
    ] {
        assert_eq!(calendar.is_class_day(Zone::C, day), class, "{day}");
    }
    assert_eq!(calendar.holiday(Zone::C, date(2025, 10, 18)), Some("Vacances de la Toussaint"));
    assert_eq!(calendar.holiday(Zone::C, date(2025, 11, 3)), None);
    assert_eq!(calendar.period_of(Zone::C, date(2025, 10, 20)), None);
}

#[test]
fn class_weeks_are_counted_from_the_day_back() {
    let calendar = Calendar::official();
    let weeks = calendar.class_weeks(Zone::C, school_year("2025-2026"));
    assert_eq!(weeks.first().map(ToString::to_string).as_deref(), Some("2025-W36"));
    assert_eq!(weeks.len(), 36);
    assert_eq!(calendar.school_week(Zone::C, week("2025-W36")), Some(1));
    assert_eq!(calendar.school_week(Zone::C, week("2025-W43")), None);
    assert_eq!(calendar.school_week(Zone::C, week("2025-W45")), Some(8));
    let same = calendar.same_school_week_of_previous_year(Zone::C, week("2025-W45"));
    assert_eq!(same, Some(week("2024-W45")));
    assert_eq!(calendar.same_school_week_of_previous_year(Zone::C, week("2025-W43")), None);
    assert_eq!(school_week_label(12, Lang::Fr), "S12");
}

#[test]
fn easter_and_what_follows_it() {
    for (year, sunday) in [
        (1818, date(1818, 3, 22)),
        (1943, date(1943, 4, 25)),
        (2000, date(2000, 4, 23)),
        (2024, date(2024, 3, 31)),
        (2025, date(2025, 4, 20)),
        (2026, date(2026, 4, 5)),
        (2038, date(2038, 4, 25)),
    ] {
        assert_eq!(easter(year), sunday);
    }
    assert_eq!(public_holiday(date(2026, 4, 6)), Some("Lundi de Pâques"));
    assert_eq!(public_holiday(date(2026, 5, 14)), Some("Ascension"));
    assert_eq!(public_holiday(date(2026, 5, 25)), Some("Lundi de Pentecôte"));
    assert_eq!(public_holiday(date(2026, 5, 26)), None);
    assert_eq!(public_holidays(2025).len(), 11);
}

#[test]
fn a_leap_day_has_its_week_and_its_month() {
    let day = date(2024, 2, 29);
    assert_eq!(IsoWeek::of(day).to_string(), "2024-W09");
    assert_eq!(Month::of(day).last_day(), day);
    assert_eq!(Month::of(date(2025, 2, 1)).last_day(), date(2025, 2, 28));
    assert_eq!(SchoolYear::of(day).to_string(), "2023-2024");
}

#[test]
fn week_53_exists_in_long_years_only() {
    assert_eq!(week("2020-W53").monday(), date(2020, 12, 28));
    assert_eq!(week("2020-W53").next().to_string(), "2021-W01");
    assert_eq!(week("2026-W53").sunday(), date(2027, 1, 3));
    assert_eq!(week("2026-W53").month().to_string(), "2026-12");
    assert_eq!(IsoWeek::of(date(2027, 1, 1)).to_string(), "2026-W53");
    let error = "2025-W53".parse::<IsoWeek>().expect_err("a short year");
    assert_eq!(error.to_string(), "the number of the week is out of bounds; it must be from 1 to 52");
}

#[test]
fn a_week_belongs_to_the_month_of_its_thursday() {
    assert_eq!(week("2025-W40").month().to_string(), "2025-10"); // 29 September to 5 October
    assert_eq!(week("2025-W31").month().number(), 202_507); // 28 July to 3 August
}

#[test]
fn every_academy_has_a_zone_and_a_known_time_zone() {
    assert_eq!(Academy::all().count(), 30);
    for academy in Academy::all() {
        assert_eq!(academy.time_zone().iana_name(), Some(academy.time_zone_name()));
        assert_eq!(academy.slug().parse::<Academy>(), Ok(academy));
    }
    let count = |zone| Academy::all().filter(|academy| academy.zone() == zone).count();
    assert_eq!([Zone::A, Zone::B, Zone::C, Zone::Other].map(count), [8, 11, 5, 6]);
    let reunion = Academy::from_slug("reunion").expect("La Réunion");
    assert_eq!((reunion.zone(), reunion.time_zone_name()), (Zone::Other, "Indian/Reunion"));
}

#[test]
fn periods_read_what_they_write() {
    let calendar = Calendar::official();
    for (text, kind, fr, en) in [
        ("2025-11-24", PeriodKind::Day, "lundi 24 novembre 2025", "Monday 24 November 2025"),
        ("2025-W47", PeriodKind::Week, "semaine du 17 nov. 2025", "week of 17 Nov 2025"),
        ("2025-11", PeriodKind::Month, "novembre 2025", "November 2025"),
        ("2025-2026-P2", PeriodKind::SchoolPeriod, "Période 2, 2025-2026", "Period 2, 2025-2026"),
        ("2025-2026", PeriodKind::SchoolYear, "année scolaire 2025-2026", "school year 2025-2026"),
    ] {
        let period = Period::parse(text, &calendar, Zone::C).expect(text);
        assert_eq!((period.to_string().as_str(), period.kind()), (text, kind));
        assert_eq!((period.label(Lang::Fr).as_str(), period.label(Lang::En).as_str()), (fr, en));
        assert!(period.start() <= period.end());
        assert_eq!(PeriodKind::from_slug(kind.slug()), Some(kind));
    }
    assert_eq!(short_date(date(2025, 9, 1), Lang::Fr), "1er sept.");
    assert_eq!(long_date(date(2026, 5, 1), Lang::Fr), "vendredi 1er mai 2026");
}

#[test]
fn a_wrong_text_is_refused_with_what_would_be_right() {
    let calendar = Calendar::official();
    for (text, reason) in [
        ("2025-13", "the text is not a month; write it like 2025-11"),
        ("2025-+1", "the text is not a month; write it like 2025-11"),
        ("2025-2027", "the text is not a school year; write it like 2025-2026"),
        ("2025-W7", "the text is not an ISO week; write it like 2025-W47"),
        ("2025-2026-P6", "the text is not a school period; write it like 2025-2026-P2"),
        ("2025-02-30", "the text is not a date; write it like 2025-11-24"),
        (
            "2031-2032-P1",
            "the calendar knows no school period 1 of 2031-2032 in this zone; use a known year and a number from 1 to 5",
        ),
        ("hier", "the text is not a period; write it like 2025-11-24, 2025-W47, 2025-11, 2025-2026-P2 or 2025-2026"),
    ] {
        let error = Period::parse(text, &calendar, Zone::A).expect_err(text);
        assert_eq!(error.to_string(), reason);
    }
}

#[test]
fn a_mistake_in_a_file_of_holidays_has_its_line() {
    let header = "zone,name,first_day_off,first_day_back";
    for (text, line) in [
        ("zone;name".to_owned(), 1),
        (format!("{header}\nD,Noël,2025-12-20,2026-01-05"), 2),
        (format!("{header}\nA,Noël,2025-12-20"), 2),
        (format!("{header}\nA,Noël,20/12/2025,2026-01-05"), 2),
        (format!("{header}\nA,Noël,2026-01-05,2025-12-20"), 2),
        (format!("{header}\nA,Noël,2025-12-20,2026-01-05\nB,x,2025-12-20,2026-01-05\nA,y,2025-12-30,2026-01-07"), 4),
    ] {
        match Calendar::with_csv(&text) {
            Err(CalendarError::Holidays { line: found, .. }) => assert_eq!(found, line, "{text}"),
            other => panic!("{text}: {other:?}"),
        }
    }
}

fn any_date() -> impl Strategy<Value = Date> {
    (0_i64..73_000).prop_map(|days| date(1950, 1, 1).saturating_add(jiff::Span::new().days(days)))
}

proptest! {
    #[test]
    fn a_week_reads_what_it_writes(day in any_date()) {
        let week = IsoWeek::of(day);
        prop_assert_eq!(week.to_string().parse::<IsoWeek>(), Ok(week));
        prop_assert_eq!(IsoWeek::new(week.year(), week.week()), Ok(week));
        prop_assert!(week.monday() <= day && day <= week.sunday());
        prop_assert_eq!(week.monday().weekday(), Weekday::Monday);
        prop_assert_eq!(week.next().prev(), week);
        prop_assert!(week < week.next());
    }

    #[test]
    fn no_week_belongs_to_two_school_years(day in any_date()) {
        let week = IsoWeek::of(day);
        let year = SchoolYear::of(day);
        prop_assert_eq!(SchoolYear::of(week.monday()), year);
        prop_assert_eq!(SchoolYear::of(week.sunday()), year);
        prop_assert!(year.first_day() <= day && day <= year.last_day());
        prop_assert_eq!(year.to_string().parse::<SchoolYear>(), Ok(year));
        prop_assert!(year.weeks().any(|of_year| of_year == week));
    }

    #[test]
    fn a_month_reads_what_it_writes(day in any_date()) {
        let month = Month::of(day);
        prop_assert_eq!(month.to_string().parse::<Month>(), Ok(month));
        prop_assert_eq!(Month::from_number(month.number()), Ok(month));
        prop_assert_eq!(month.next().prev(), month);
        prop_assert!(month.first_day() <= day && day <= month.last_day());
    }

    #[test]
    fn periods_are_disjoint_and_hold_every_class_day(offset in 0_i64..3_280, zone in 0_usize..3) {
        let calendar = Calendar::official();
        let zone = Zone::ALL[zone];
        let day = date(2019, 9, 2).saturating_add(jiff::Span::new().days(offset));
        let periods = calendar.periods(zone, SchoolYear::of(day));
        let inside = periods.iter().filter(|period| period.contains(day)).count();
        prop_assert!(inside <= 1);
        for pair in periods.windows(2) {
            prop_assert!(pair[0].end < pair[1].start);
        }
        if calendar.is_class_day(zone, day) {
            prop_assert_eq!(inside, 1, "{} {}", zone, day);
            prop_assert!(calendar.school_week(zone, IsoWeek::of(day)).is_some());
        }
    }

    #[test]
    fn no_text_makes_a_reader_panic(text in ".{0,14}") {
        let _ = Period::parse(&text, &Calendar::official(), Zone::A);
        let _ = Calendar::with_csv(&text);
    }
}
