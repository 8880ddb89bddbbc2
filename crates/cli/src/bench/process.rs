//! The server under measurement: the same binary, in a process of its own, so that its memory is its own.

use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::sync::{Arc, Mutex};

use anyhow::{Context, bail};

/// A running server.
pub struct Server {
    child: Child,
    said: Arc<Mutex<Vec<String>>>,
    /// `127.0.0.1:PORT`.
    pub address: String,
}

impl Server {
    /// Starts `serve` on a data folder, on a free port, and passes on what it says.
    pub fn start(data: &Path, arguments: &[&str]) -> anyhow::Result<Self> {
        Self::spawn(data, arguments, None, |line| eprintln!("server: {line}"))
    }

    /// The same; it says all it can, and that is only kept.
    pub fn start_quietly(data: &Path, arguments: &[&str]) -> anyhow::Result<Self> {
        Self::spawn(data, arguments, Some("trace"), |_| {})
    }

    fn spawn(data: &Path, arguments: &[&str], log: Option<&str>, tell: fn(&str)) -> anyhow::Result<Self> {
        let mut child = Command::new(std::env::current_exe()?)
            .args(["serve", "--listen", "127.0.0.1:0", "--data"])
            .arg(data)
            .args(arguments)
            .envs(log.map(|level| ("ECARNET_STATS_LOG", level)))
            .stderr(Stdio::piped())
            .spawn()
            .context("the server could not be started")?;
        let mut lines = BufReader::new(child.stderr.take().context("no stderr")?).lines();
        let mut said = Vec::new();
        let address = loop {
            match lines.next() {
                Some(Ok(line)) => {
                    let address = line.split_once("listens on http://").map(|(_, address)| address.trim().to_owned());
                    said.push(line);
                    if let Some(address) = address {
                        break address;
                    }
                }
                _ => bail!("the server did not start: {}", said.join("; ")),
            }
        };
        let said = Arc::new(Mutex::new(said));
        let kept = Arc::clone(&said);
        std::thread::spawn(move || {
            for line in lines.map_while(Result::ok) {
                tell(&line);
                if let Ok(mut said) = kept.lock() {
                    said.push(line);
                }
            }
        });
        Ok(Self { child, said, address })
    }

    /// What it has said so far.
    pub fn said(&self) -> Vec<String> {
        self.said.lock().map(|said| said.clone()).unwrap_or_default()
    }

    /// The most memory it has had, in megabytes of 10⁶ bytes.
    pub fn peak_mb(&self) -> f64 {
        peak_mb(&self.child.id().to_string())
    }

    /// Asks it to stop, and waits until it has folded what it holds.
    pub fn stop(mut self) -> anyhow::Result<()> {
        self.stop_now()
    }

    /// The same, of a server that is replaced by another.
    pub fn stop_now(&mut self) -> anyhow::Result<()> {
        Command::new("kill").arg(self.child.id().to_string()).status()?;
        let status = self.child.wait()?;
        anyhow::ensure!(status.success(), "the server ended with {status}");
        Ok(())
    }

    /// Ends it at once, as a power cut would.
    pub fn kill(mut self) -> anyhow::Result<()> {
        self.child.kill()?;
        self.child.wait()?;
        Ok(())
    }
}

impl Drop for Server {
    /// A measurement that failed leaves no server behind.
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// The most memory a process has had, in megabytes of 10⁶ bytes (Linux: `VmHWM`); 0 where that is not known.
pub fn peak_mb(process: &str) -> f64 {
    let status = std::fs::read_to_string(format!("/proc/{process}/status")).unwrap_or_default();
    let kib = status
        .lines()
        .find_map(|line| line.strip_prefix("VmHWM:")?.trim().strip_suffix("kB")?.trim().parse::<f64>().ok());
    kib.unwrap_or(0.0) * 1_024.0 / 1e6
}
