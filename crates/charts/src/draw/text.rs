//! How wide a text will be, without a font: fonts differ from reader to reader, so the widths of a broad one are used
//! and a text never takes more room than it was given.

/// The width of a text of that size, on the safe side (after `DejaVu` Sans, the widest of the usual interface fonts).
pub(crate) fn width(text: &str, size: f64) -> f64 {
    text.chars().map(em).sum::<f64>() * size
}

fn em(c: char) -> f64 {
    match c {
        'i' | 'j' | 'l' | 'î' | 'ï' | '\'' | '’' | '.' | ',' | ':' | ';' | '|' | '!' | 'I' | ' ' | '\u{a0}' => 0.32,
        '\u{202f}' => 0.2,
        'f' | 't' | 'r' | '(' | ')' | '-' | '/' | 'J' => 0.41,
        'm' | 'w' | 'M' | 'W' | '%' | '—' | '…' => 0.97,
        'a'..='z' | '0'..='9' | 'à' | 'â' | 'é' | 'è' | 'ê' | 'ë' | 'ô' | 'ù' | 'û' | 'ç' => 0.62,
        _ => 0.75,
    }
}

/// Breaks a text at its spaces into lines no wider than `max`, at most `lines` of them; the last one is cut with "…".
pub(crate) fn wrap(text: &str, size: f64, max: f64, lines: usize) -> Vec<String> {
    let mut out: Vec<String> = Vec::new();
    for word in text.split(' ').filter(|w| !w.is_empty()) {
        match out.last_mut() {
            Some(line) if width(&format!("{line} {word}"), size) <= max => {
                line.push(' ');
                line.push_str(word);
            }
            _ => out.push(word.to_owned()),
        }
    }
    if out.len() > lines {
        let rest = out.split_off(lines.saturating_sub(1)).join(" ");
        out.push(rest);
    }
    out.into_iter().map(|line| cut(&line, size, max)).collect()
}

/// Cuts a text that is too wide and says so with "…".
pub(crate) fn cut(text: &str, size: f64, max: f64) -> String {
    if width(text, size) <= max {
        return text.to_owned();
    }
    let mut kept = String::new();
    for c in text.chars() {
        if width(&kept, size) + (em(c) + em('…')) * size > max {
            break;
        }
        kept.push(c);
    }
    format!("{}…", kept.trim_end())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_keep_within_their_room() {
        let lines = wrap("Explorer le monde du vivant et des objets", 12.0, 100.0, 3);
        assert!(lines.len() <= 3 && lines.iter().all(|l| width(l, 12.0) <= 100.0), "{lines:?}");
        assert_eq!(wrap("Photo", 12.0, 100.0, 2), ["Photo"]);
    }

    #[test]
    fn what_does_not_fit_is_cut_and_says_so() {
        assert_eq!(cut("Photo", 12.0, 100.0), "Photo");
        assert!(cut("Anticonstitutionnellement", 12.0, 60.0).ends_with('…'));
    }
}
