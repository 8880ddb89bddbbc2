//! Paths from a web access log in common log format, or combined, which starts with the same fields.
//!
//! A session is one address with no pause of more than half an hour. The address serves to join lines while the log is
//! read; it is not kept, and no error repeats what a line says. What is no page (images, styles, scripts), failed, or
//! was not asked with GET is passed over.

use std::collections::HashMap;
use std::io::BufRead;

use jiff::fmt::strtime;

use super::{Screen, Screens};

/// A pause of more than so many seconds ends a session.
const PAUSE: i64 = 30 * 60;
/// Names that end so are no pages.
const NO_PAGES: [&str; 21] = [
    ".css", ".js", ".mjs", ".map", ".png", ".jpg", ".jpeg", ".gif", ".svg", ".ico", ".webp", ".avif", ".bmp", ".xbm",
    ".woff", ".woff2", ".ttf", ".mp3", ".mp4", ".mpg", ".wav",
];

/// What a log holds.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Reading {
    /// The screens: the paths of pages, with numbers and long identifiers written `:id`.
    pub screens: Screens,
    /// The sessions in the order in which they began.
    pub paths: Vec<Vec<Screen>>,
    /// Lines read.
    pub lines: usize,
    /// Lines that are no view of a page.
    pub passed_over: usize,
    /// Lines that do not read, and the first of them.
    pub wrong: usize,
    /// The first line that does not read.
    pub first_wrong: Option<LineError>,
}

/// A line that does not read.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("line {line}: {problem}")]
pub struct LineError {
    /// The line, counted from 1.
    pub line: usize,
    /// What is wrong.
    pub problem: Problem,
}

/// What is wrong with a line.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Problem {
    /// There are too few fields.
    #[error("there are too few fields; write host ident user [time] \"request\" status bytes")]
    Fields,
    /// The time does not read.
    #[error("the time does not read; write it like [10/Oct/2025:13:55:36 +0200]")]
    Time,
    /// The request does not read.
    #[error("the request does not read; write it like \"GET /classes HTTP/1.1\"")]
    Request,
    /// The status is no number.
    #[error("the status is not a number of three digits; write it like 200")]
    Status,
    /// The line is not UTF-8.
    #[error("the line is not text in UTF-8")]
    Encoding,
}

/// A log of which nothing can be used.
#[derive(Debug, thiserror::Error)]
pub enum LogError {
    /// It could not be read.
    #[error("the log cannot be read to its end")]
    Io(#[from] std::io::Error),
    /// No line reads.
    #[error("none of {lines} lines is in common log format; the first is wrong at {first}")]
    NoLine {
        /// Lines read.
        lines: usize,
        /// What is wrong with the first.
        first: LineError,
    },
    /// There is nothing in it.
    #[error("the log is empty; give one with at least one line in common log format")]
    Empty,
}

/// Reads a log. Lines that do not read are counted, and fatal only if all are.
pub fn read(mut log: impl BufRead) -> Result<Reading, LogError> {
    let mut reading = Reading::default();
    let mut open: HashMap<Vec<u8>, (usize, i64)> = HashMap::new();
    let mut content = Vec::new();
    let mut line = 0;
    loop {
        content.clear();
        if log.read_until(b'\n', &mut content)? == 0 {
            break;
        }
        line += 1;
        if content.iter().all(u8::is_ascii_whitespace) {
            continue;
        }
        reading.lines += 1;
        match std::str::from_utf8(&content).map_err(|_| Problem::Encoding).and_then(|text| view(text.trim_end())) {
            Ok(Some(view)) => {
                let screen = reading.screens.named(&view.page);
                let session = open.get(view.address.as_bytes()).copied();
                let place = match session {
                    Some((place, last)) if (view.second - last).abs() <= PAUSE => place,
                    _ => {
                        reading.paths.push(Vec::new());
                        reading.paths.len() - 1
                    }
                };
                reading.paths[place].push(screen);
                open.insert(view.address.as_bytes().to_vec(), (place, view.second));
            }
            Ok(None) => reading.passed_over += 1,
            Err(problem) => {
                reading.wrong += 1;
                reading.first_wrong.get_or_insert(LineError { line, problem });
            }
        }
    }
    match reading.first_wrong {
        _ if reading.lines == 0 => Err(LogError::Empty),
        Some(first) if reading.wrong == reading.lines => Err(LogError::NoLine { lines: reading.lines, first }),
        _ => Ok(reading),
    }
}

struct View<'a> {
    address: &'a str,
    second: i64,
    page: String,
}

/// The view of a page that a line tells of; nothing where it tells of something else.
fn view(line: &str) -> Result<Option<View<'_>>, Problem> {
    let (address, rest) = line.split_once(' ').ok_or(Problem::Fields)?;
    let (_, rest) = rest.split_once('[').ok_or(Problem::Fields)?;
    let (time, rest) = rest.split_once("] \"").ok_or(Problem::Fields)?;
    // A request may hold quotes; its end is the last quote before the status.
    let end = rest
        .match_indices("\" ")
        .map(|(at, _)| at)
        .find(|at| rest[at + 2..].bytes().take(3).all(|byte| byte.is_ascii_digit()))
        .ok_or(if rest.contains("\" ") { Problem::Status } else { Problem::Fields })?;
    let (request, status) = (&rest[..end], rest[end + 2..].split(' ').next().unwrap_or(""));
    let second = strtime::parse("%d/%b/%Y:%H:%M:%S %z", time)
        .and_then(|parsed| parsed.to_timestamp())
        .map_err(|_| Problem::Time)?
        .as_second();
    let status: u16 = status.parse().ok().filter(|status| (100..1000).contains(status)).ok_or(Problem::Status)?;
    let mut words = request.split(' ').filter(|word| !word.is_empty());
    let (Some(method), Some(target)) = (words.next(), words.next()) else { return Err(Problem::Request) };
    let path = target.split(['?', '#', ';']).next().unwrap_or("");
    let shown = (200..300).contains(&status) || status == 304;
    let lower = path.to_ascii_lowercase();
    if method != "GET" || !shown || NO_PAGES.iter().any(|end| lower.ends_with(end)) {
        return Ok(None);
    }
    Ok(Some(View { address, second, page: page(path) }))
}

/// The path of a page without what names one thing or person in particular.
fn page(path: &str) -> String {
    let mut page = String::new();
    for part in path.split('/').filter(|part| !part.is_empty()) {
        page.push('/');
        page.push_str(if is_identifier(part) { ":id" } else { part });
    }
    if page.is_empty() { "/".to_owned() } else { page }
}

fn is_identifier(part: &str) -> bool {
    let digits = part.bytes().filter(u8::is_ascii_digit).count();
    digits == part.len() || part.contains('@') || part.contains('%') || (part.len() >= 16 && digits >= 4)
}
