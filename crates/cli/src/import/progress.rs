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
            let elapsed = self.bar.elapsed().as_secs().max(1);
            self.bar.set_message(format!("{} rows, {} rows/s", self.rows, self.rows / elapsed));
        }
    }

    /// Takes the bar away.
    pub fn done(&self) {
        self.bar.finish_and_clear();
    }
}
