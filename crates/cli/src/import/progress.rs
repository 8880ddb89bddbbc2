//! The progress bar: rows, rate and time left, on a terminal only.

use std::fs::File;
use std::io::BufReader;

use indicatif::{ProgressBar, ProgressBarIter, ProgressDrawTarget, ProgressStyle};

/// Rows between two redraws of the text.
const EVERY: u64 = 512;

/// How far the import has come.
pub struct Progress {
    bar: ProgressBar,
    rows: u64,
}

impl Progress {
    /// A bar over `bytes` of input. Away from a terminal it draws nothing.
    pub fn over(bytes: u64) -> Self {
        let bar = ProgressBar::with_draw_target(Some(bytes), ProgressDrawTarget::stderr());
        if let Ok(style) = ProgressStyle::with_template("{bar:30} {percent:>3} %  {msg}  {eta} left") {
            bar.set_style(style);
        }
        Self { bar, rows: 0 }
    }

    /// The file, read with the bar following.
    pub fn follow(&self, file: File) -> BufReader<ProgressBarIter<File>> {
        BufReader::with_capacity(256 * 1024, self.bar.wrap_read(file))
    }

    /// One more row.
    pub fn row(&mut self) {
        self.rows += 1;
        if self.rows.is_multiple_of(EVERY) && !self.bar.is_hidden() {
            let elapsed_ms = self.bar.elapsed().as_millis().max(1);
            let rate = u128::from(self.rows) * 1_000 / elapsed_ms;
            self.bar.set_message(format!("{} rows, {rate} rows/s", self.rows));
        }
    }

    /// Takes the bar away.
    pub fn done(&self) {
        self.bar.finish_and_clear();
    }
}
