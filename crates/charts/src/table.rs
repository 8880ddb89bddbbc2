//! The table behind a chart: the same figures, for readers who prefer rows, for machines, and when no image is shown.

use maud::{Markup, html};

use crate::{Lang, Value, format, words};

/// One cell: what is read, and the bare figure behind it.
#[derive(Debug, Clone, PartialEq)]
pub struct Cell {
    /// As a reader sees it: "1 234", "moins de 5 personnes, ou aucune".
    pub text: String,
    /// The figure or the reason for its absence.
    pub value: Value,
}

/// One row, headed by its first cell.
#[derive(Debug, Clone, PartialEq)]
pub struct Row {
    /// The row's heading.
    pub head: String,
    /// The other cells.
    pub cells: Vec<Cell>,
}

/// A table with a caption, a heading per column and a heading per row.
#[derive(Debug, Clone, PartialEq)]
pub struct Table {
    /// What the table shows.
    pub caption: String,
    /// The language of its words.
    pub lang: Lang,
    /// Column headings; the first one names the rows.
    pub head: Vec<String>,
    /// The rows.
    pub rows: Vec<Row>,
}

impl Table {
    /// The table as HTML: `<caption>`, `<th scope>`, `data-value` on every published figure.
    pub fn markup(&self) -> Markup {
        html! {
            table class="table" {
                caption { (self.caption) }
                thead { tr { @for (i, name) in self.head.iter().enumerate() { th scope="col" class=[(i > 0).then_some("num")] { (name) } } } }
                tbody {
                    @for row in &self.rows {
                        tr {
                            th scope="row" { (row.head) }
                            @for cell in &row.cells { (cell.markup()) }
                        }
                    }
                }
            }
        }
    }

    /// The table as CSV for a spreadsheet of the reader's language: semicolons and decimal commas in French.
    pub fn csv(&self) -> String {
        let separator = self.lang.pick(';', ',');
        let mut out = String::new();
        let mut line = |fields: &mut dyn Iterator<Item = String>| {
            let fields: Vec<String> = fields.map(|f| quote(&f, separator)).collect();
            out.push_str(&fields.join(&separator.to_string()));
            out.push_str("\r\n");
        };
        line(&mut self.head.iter().cloned());
        for row in &self.rows {
            line(&mut std::iter::once(row.head.clone()).chain(row.cells.iter().map(|c| c.bare(self.lang))));
        }
        out
    }
}

impl Cell {
    /// A cell for a value, read with `write`; what is not published says why, `gap` being the name of an absence.
    pub(crate) fn of(value: Value, withheld: &str, gap: &str, write: impl Fn(f64) -> String) -> Self {
        let text = match value {
            Value::Known(v) => write(v),
            Value::Withheld => withheld.to_owned(),
            Value::Absent => gap.to_owned(),
        };
        Self { text, value }
    }

    /// A cell that holds words only.
    pub(crate) fn words(text: impl Into<String>) -> Self {
        Self { text: text.into(), value: Value::Absent }
    }

    fn markup(&self) -> Markup {
        match self.value {
            Value::Known(v) => html! { td class="num" data-value=(v) { (self.text) } },
            Value::Withheld => html! { td class="num withheld" { (self.text) } },
            Value::Absent => html! { td class="num absent" { (self.text) } },
        }
    }

    fn bare(&self, lang: Lang) -> String {
        match self.value {
            Value::Known(v) => v.to_string().replace('.', lang.pick(",", ".")),
            Value::Withheld | Value::Absent => self.text.clone(),
        }
    }
}

/// Quotes a field where it must be, and disarms what a spreadsheet would run as a formula.
fn quote(field: &str, separator: char) -> String {
    let is_number = field.trim_start_matches('-').starts_with(|c: char| c.is_ascii_digit());
    let armed = field.starts_with(['=', '+', '@', '\t']) || (field.starts_with('-') && !is_number);
    let field = if armed { format!("'{field}") } else { field.to_owned() };
    if field.contains([separator, '"', '\n', '\r']) { format!("\"{}\"", field.replace('"', "\"\"")) } else { field }
}

/// "entre 40 et 52" where there is an interval.
pub(crate) fn interval_cell(lang: Lang, interval: Option<(f64, f64)>, write: impl Fn(f64) -> String) -> Cell {
    Cell::words(interval.map_or_else(String::new, |(low, high)| format::between(lang, &write(low), &write(high))))
}

/// The name of an absence at a position: the band's, or the general one.
pub(crate) fn gap_name(lang: Lang, bands: &[crate::Band], index: usize) -> String {
    bands.iter().find(|b| b.covers(index)).map_or_else(|| words::absent(lang).to_owned(), |b| b.name.clone())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_spreadsheet_runs_nothing_it_is_given() {
        let table = Table {
            caption: String::new(),
            lang: Lang::Fr,
            head: vec!["Nom".into(), "n".into()],
            rows: vec![
                Row { head: "=A1;B".into(), cells: vec![Cell { text: "1,5".into(), value: Value::Known(1.5) }] },
                Row { head: "x".into(), cells: vec![Cell { text: "moins de 5".into(), value: Value::Withheld }] },
                Row { head: "y".into(), cells: vec![Cell { text: "−2".into(), value: Value::Known(-2.0) }] },
            ],
        };
        assert_eq!(table.csv(), "Nom;n\r\n\"'=A1;B\";1,5\r\nx;moins de 5\r\ny;-2\r\n");
    }
}
