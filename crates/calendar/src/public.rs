//! The eleven French public holidays. The two more of Alsace and Moselle and those of the overseas academies are not
//! here: they differ inside one zone.

use jiff::{Span, civil::Date};

/// Easter Sunday of a year of the Gregorian calendar (algorithm of Meeus, Jones and Butcher).
pub fn easter(year: i16) -> Date {
    let full = i32::from(year);
    let golden = full.rem_euclid(19);
    let (century, of_century) = (full.div_euclid(100), full.rem_euclid(100));
    let correction = (century - (century + 8).div_euclid(25) + 1).div_euclid(3);
    let moon = (19 * golden + century - century.div_euclid(4) - correction + 15).rem_euclid(30);
    let sunday =
        (32 + 2 * century.rem_euclid(4) + 2 * (of_century / 4) - moon - of_century.rem_euclid(4)).rem_euclid(7);
    let shift = (golden + 11 * moon + 22 * sunday).div_euclid(451);
    let march_day = moon + sunday - 7 * shift + 22;
    let march = Date::new(year, 3, 1).unwrap_or(Date::MIN);
    march.saturating_add(Span::new().days(march_day - 1))
}

/// The public holidays of a year, in order of date, with their French names.
pub fn public_holidays(year: i16) -> [(Date, &'static str); 11] {
    let day = |month: i8, day: i8| Date::new(year, month, day).unwrap_or(Date::MIN);
    let after_easter = |days: i64| easter(year).saturating_add(Span::new().days(days));
    let mut holidays = [
        (day(1, 1), "Jour de l'an"),
        (after_easter(1), "Lundi de Pâques"),
        (day(5, 1), "Fête du Travail"),
        (day(5, 8), "Victoire de 1945"),
        (after_easter(39), "Ascension"),
        (after_easter(50), "Lundi de Pentecôte"),
        (day(7, 14), "Fête nationale"),
        (day(8, 15), "Assomption"),
        (day(11, 1), "Toussaint"),
        (day(11, 11), "Armistice de 1918"),
        (day(12, 25), "Noël"),
    ];
    holidays.sort_unstable_by_key(|(date, _)| *date);
    holidays
}

/// The French name of the public holiday that falls on a date, if one does.
pub fn public_holiday(date: Date) -> Option<&'static str> {
    public_holidays(date.year()).into_iter().find(|(holiday, _)| *holiday == date).map(|(_, name)| name)
}
