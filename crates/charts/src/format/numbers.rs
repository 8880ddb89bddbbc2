//! Numbers, percentages, sizes, durations, changes, and the spaces of French typography.

use crate::{Lang, Unit};

/// Narrow no-break space: French thousands, and before `; : ! ? %`.
const NARROW: char = '\u{202f}';
/// No-break space, between a number and its unit.
const FIXED: char = '\u{a0}';
/// A true minus, which lines up with digits.
const MINUS: char = '\u{2212}';

/// A number with a fixed count of decimals: "1 234,5" or "1,234.5".
pub fn number(lang: Lang, value: f64, decimals: usize) -> String {
    let text = format!("{:.decimals$}", value.abs());
    let (whole, fraction) = text.split_once('.').unwrap_or((&text, ""));
    let mut out = String::new();
    if value < 0.0 && text.bytes().any(|b| (b'1'..=b'9').contains(&b)) {
        out.push(MINUS);
    }
    for (i, digit) in whole.chars().enumerate() {
        if i > 0 && (whole.len() - i).is_multiple_of(3) {
            out.push(lang.pick(NARROW, ','));
        }
        out.push(digit);
    }
    if !fraction.is_empty() {
        out.push(lang.pick(',', '.'));
        out.push_str(fraction);
    }
    out
}

/// A whole number: "12 345" or "12,345".
#[expect(clippy::cast_precision_loss, reason = "counts stay far below 2^53")]
pub fn integer(lang: Lang, value: i64) -> String {
    number(lang, value as f64, 0)
}

/// A share given as 0 to 100: "12 %" or "12%".
pub fn percent(lang: Lang, value: f64, decimals: usize) -> String {
    let figure = number(lang, value, decimals);
    match lang {
        Lang::Fr => format!("{figure}{NARROW}%"),
        Lang::En => format!("{figure}%"),
    }
}

/// A size in megabytes whatever its rank, so that a column lines up: "1 234,5 Mo".
pub fn megabytes(lang: Lang, bytes: f64, decimals: usize) -> String {
    format!("{}{FIXED}{}", number(lang, bytes / 1e6, decimals), byte_name(lang, 2))
}

/// A size in bytes in the unit that suits it: "820 ko", "1,2 Mo", "12 Go". One decimal under ten, none above.
pub fn bytes(lang: Lang, bytes: f64) -> String {
    let rank = byte_rank(bytes);
    let scaled = bytes / 1000_f64.powi(rank);
    let decimals = usize::from(rank > 0 && scaled.abs() < 10.0 && (scaled * 10.0).round() % 10.0 != 0.0);
    format!("{}{FIXED}{}", number(lang, scaled, decimals), byte_name(lang, rank))
}

/// A size in the unit that suits another one, so that all ticks of an axis share it.
pub(crate) fn bytes_like(lang: Lang, bytes: f64, like: f64, step: f64) -> String {
    let rank = byte_rank(like);
    let scale = 1000_f64.powi(rank);
    format!("{}{FIXED}{}", number(lang, bytes / scale, decimals_for(step / scale)), byte_name(lang, rank))
}

/// Which power of a thousand a size is written in. 999 999 rounds to a thousand, so the next unit starts a little early.
fn byte_rank(bytes: f64) -> i32 {
    let mut rank = 0;
    let mut size = bytes.abs();
    while size >= 999.5 && rank < 4 {
        size /= 1000.0;
        rank += 1;
    }
    rank
}

fn byte_name(lang: Lang, rank: i32) -> &'static str {
    match rank {
        0 => lang.pick("o", "B"),
        1 => lang.pick("ko", "kB"),
        2 => lang.pick("Mo", "MB"),
        3 => lang.pick("Go", "GB"),
        _ => lang.pick("To", "TB"),
    }
}

/// A duration in milliseconds, in natural words: "240 ms", "1,2 s", "45 s", "12 min", "2 h 10".
pub fn duration(lang: Lang, ms: f64) -> String {
    let sign = if ms < 0.0 { "\u{2212}" } else { "" };
    let ms = ms.abs();
    let body = if ms == 0.0 {
        format!("0{FIXED}s")
    } else if ms < 999.5 {
        format!("{ms:.0}{FIXED}ms")
    } else if ms < 9_950.0 {
        let tenths = (ms / 100.0).round();
        format!("{}{FIXED}s", number(lang, tenths / 10.0, usize::from(tenths % 10.0 != 0.0)))
    } else if ms < 59_500.0 {
        format!("{:.0}{FIXED}s", ms / 1000.0)
    } else {
        let minutes = (ms / 60_000.0).round();
        let (hours, rest) = ((minutes / 60.0).floor(), minutes % 60.0);
        match lang {
            _ if hours == 0.0 => format!("{minutes:.0}{FIXED}min"),
            _ if rest == 0.0 => format!("{}{FIXED}h", number(lang, hours, 0)),
            Lang::Fr => format!("{}{FIXED}h{FIXED}{rest:02.0}", number(lang, hours, 0)),
            Lang::En => format!("{}{FIXED}h{FIXED}{rest:.0}{FIXED}min", number(lang, hours, 0)),
        }
    };
    format!("{sign}{body}")
}

/// The change from `previous` to `current` as a signed percentage: "+12 %", "−3 %", "=". Nothing to compare with a zero.
pub fn change(lang: Lang, current: f64, previous: f64) -> Option<String> {
    if previous == 0.0 || !previous.is_finite() || !current.is_finite() {
        return None;
    }
    let share = ((current - previous) / previous.abs() * 100.0).round();
    Some(if share == 0.0 { "=".to_owned() } else { signed(share, &percent(lang, share.abs(), 0)) })
}

/// The difference between two figures in their own unit: "+3", "−1,2 Mo", "=". Shares differ in points.
pub fn difference(lang: Lang, unit: &Unit, current: f64, previous: f64) -> String {
    let gap = current - previous;
    let text = match unit {
        Unit::Percent | Unit::SmallPercent => {
            let decimals = usize::from(*unit == Unit::SmallPercent);
            let scale = if decimals == 0 { 1.0 } else { 10.0 };
            let points = (gap.abs() * scale).round() / scale;
            let name =
                if is_singular(lang, points) { lang.pick("point", "point") } else { lang.pick("points", "points") };
            format!("{}{FIXED}{name}", number(lang, points, decimals))
        }
        _ => unit.write(lang, gap.abs()),
    };
    if text.bytes().any(|b| (b'1'..=b'9').contains(&b)) { signed(gap, &text) } else { "=".to_owned() }
}

fn signed(value: f64, text: &str) -> String {
    format!("{}{text}", if value < 0.0 { MINUS } else { '+' })
}

/// An uncertainty in words: "entre 40 et 52", "between 40 and 52".
pub fn between(lang: Lang, low: &str, high: &str) -> String {
    match lang {
        Lang::Fr => format!("entre {low} et {high}"),
        Lang::En => format!("between {low} and {high}"),
    }
}

/// An estimate without false precision: two significant figures.
pub fn two_figures(value: f64) -> f64 {
    if value == 0.0 || !value.is_finite() {
        return value;
    }
    // The rounded logarithm is a small whole number; going through text keeps clear of float dust such as 0.30000000000000004.
    format!("{value:.1e}").parse().unwrap_or(value)
}

/// The colon between a name and its value: French puts a narrow no-break space before it.
pub fn colon(lang: Lang) -> &'static str {
    lang.pick("\u{202f}: ", ": ")
}

/// A quotation in the marks of the language: « … » or “…”.
pub fn quote(lang: Lang, text: &str) -> String {
    match lang {
        Lang::Fr => format!("«{NARROW}{text}{NARROW}»"),
        Lang::En => format!("“{text}”"),
    }
}

/// Puts the narrow no-break spaces of French before `; : ! ? % »` and after `«`, where an ordinary or no-break space stands.
/// English is left as it is.
pub fn typography(lang: Lang, text: &str) -> String {
    if lang == Lang::En {
        return text.to_owned();
    }
    let mut out = String::with_capacity(text.len());
    let mut chars = text.chars().peekable();
    while let Some(c) = chars.next() {
        let narrow = matches!(c, ' ' | FIXED)
            && (chars.peek().is_some_and(|next| matches!(next, ';' | ':' | '!' | '?' | '%' | '»'))
                || out.ends_with('«'));
        out.push(if narrow { NARROW } else { c });
    }
    out
}

/// Whether the thing counted stands in the singular: French below two, English at one.
pub fn is_singular(lang: Lang, value: f64) -> bool {
    match lang {
        Lang::Fr => value.abs() < 2.0,
        Lang::En => (value.abs() - 1.0).abs() < f64::EPSILON,
    }
}

/// How many decimals tell two ticks apart that lie one step from each other.
pub(crate) fn decimals_for(step: f64) -> usize {
    (0..6)
        .find(|&d| (step * 10_f64.powi(d)).fract().abs() < 1e-6 || (step * 10_f64.powi(d)).fract().abs() > 1.0 - 1e-6)
        .and_then(|d| usize::try_from(d).ok())
        .unwrap_or(6)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_follow_each_language() {
        assert_eq!(number(Lang::Fr, 1_234_567.5, 1), "1\u{202f}234\u{202f}567,5");
        assert_eq!(number(Lang::En, 1_234_567.5, 1), "1,234,567.5");
        assert_eq!(number(Lang::Fr, -0.04, 1), "0,0");
        assert_eq!(number(Lang::Fr, -12.0, 0), "\u{2212}12");
        assert_eq!(integer(Lang::En, 999), "999");
        assert_eq!(percent(Lang::Fr, 12.0, 0), "12\u{202f}%");
        assert_eq!(percent(Lang::En, 12.4, 1), "12.4%");
    }

    #[test]
    fn sizes_count_in_thousands() {
        let cases = [
            (0.0, "0 o"),
            (999.0, "999 o"),
            (1000.0, "1 ko"),
            (1_500_000.0, "1,5 Mo"),
            (12_300_000.0, "12 Mo"),
            (999_999.0, "1 Mo"),
            (2e9, "2 Go"),
        ];
        for (size, expected) in cases {
            assert_eq!(bytes(Lang::Fr, size).replace(FIXED, " "), expected);
        }
        assert_eq!(megabytes(Lang::Fr, 1_234_500_000.0, 1), "1\u{202f}234,5\u{a0}Mo");
        assert_eq!(bytes(Lang::En, 1_500_000.0), "1.5\u{a0}MB");
        assert_eq!(bytes_like(Lang::Fr, 500_000.0, 2_000_000.0, 500_000.0), "0,5\u{a0}Mo");
    }

    #[test]
    fn durations_speak_in_natural_words() {
        let cases = [
            (0.0, "0 s"),
            (240.0, "240 ms"),
            (1_200.0, "1,2 s"),
            (2_000.0, "2 s"),
            (45_000.0, "45 s"),
            (59_800.0, "1 min"),
            (720_000.0, "12 min"),
            (7_800_000.0, "2 h 10"),
            (7_500_000.0, "2 h 05"),
            (7_200_000.0, "2 h"),
        ];
        for (ms, expected) in cases {
            assert_eq!(duration(Lang::Fr, ms).replace(FIXED, " "), expected);
        }
        assert_eq!(duration(Lang::En, 7_800_000.0).replace(FIXED, " "), "2 h 10 min");
    }

    #[test]
    fn changes_are_signed_and_a_zero_before_has_none() {
        assert_eq!(change(Lang::Fr, 112.0, 100.0).as_deref(), Some("+12\u{202f}%"));
        assert_eq!(change(Lang::Fr, 97.0, 100.0).as_deref(), Some("\u{2212}3\u{202f}%"));
        assert_eq!(change(Lang::Fr, 100.2, 100.0).as_deref(), Some("="));
        assert_eq!(change(Lang::Fr, 5.0, 0.0), None);
        assert_eq!(difference(Lang::Fr, &Unit::count("trace", "traces"), 12.0, 15.0), "\u{2212}3");
        assert_eq!(difference(Lang::Fr, &Unit::Percent, 42.0, 41.0), "+1\u{a0}point");
        assert_eq!(difference(Lang::En, &Unit::Percent, 42.0, 42.0), "=");
    }

    #[test]
    fn estimates_keep_two_figures() {
        for (value, expected) in [(1234.0, 1200.0), (0.0367, 0.037), (99.6, 100.0), (-451.0, -450.0), (0.0, 0.0)] {
            assert!((two_figures(value) - expected).abs() < 1e-12, "{value}");
        }
    }

    #[test]
    fn french_spaces_are_narrow_and_fixed() {
        assert_eq!(typography(Lang::Fr, "« Oui » : 12 % ?"), "«\u{202f}Oui\u{202f}»\u{202f}: 12\u{202f}%\u{202f}?");
        assert_eq!(typography(Lang::En, "12 % ?"), "12 % ?");
        assert_eq!(quote(Lang::Fr, "autres"), "«\u{202f}autres\u{202f}»");
    }

    #[test]
    fn ticks_get_just_enough_decimals() {
        for (step, decimals) in [(1.0, 0), (0.5, 1), (0.25, 2), (0.2, 1), (10.0, 0), (0.1, 1)] {
            assert_eq!(decimals_for(step), decimals, "{step}");
        }
    }
}
