//! The real binary on a free port with a data folder of its own, and a client that sends exactly the bytes it is told.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, ExitStatus, Output, Stdio};
use std::sync::{Arc, Mutex, mpsc};
use std::thread::JoinHandle;
use std::time::Duration;

use tempfile::TempDir;

/// How long a server may take to start or to answer on a machine that is busy with other things.
const PATIENCE: Duration = Duration::from_mins(1);

/// The program, without arguments.
pub fn program() -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_ecarnet-stats"));
    for (name, _) in std::env::vars().filter(|(name, _)| name.starts_with("ECARNET_STATS_")) {
        command.env_remove(name);
    }
    command
}

/// Runs a command to its end.
pub fn run(arguments: &[&str]) -> Output {
    program().args(arguments).output().unwrap()
}

/// A data folder that is removed with its keys.
pub struct Folder {
    root: TempDir,
}

impl Folder {
    /// A folder that does not exist yet.
    pub fn new() -> Self {
        Self { root: tempfile::tempdir().unwrap() }
    }

    /// What stands beside the data folder: the key file, and whatever a test puts there.
    pub fn root(&self) -> &Path {
        self.root.path()
    }

    /// The data folder.
    pub fn data(&self) -> PathBuf {
        self.root.path().join("data")
    }

    /// The data folder, for a command line.
    pub fn argument(&self) -> String {
        self.data().display().to_string()
    }

    /// A fresh token.
    pub fn token(&self, scope: &str, establishment: &str) -> String {
        let data = self.argument();
        let made = run(&["token", "create", "--data", &data, "--scope", scope, "--establishment", establishment]);
        assert!(made.status.success(), "{}", String::from_utf8_lossy(&made.stderr));
        String::from_utf8(made.stdout).unwrap().trim().to_owned()
    }
}

/// A server that runs.
pub struct Server {
    child: Child,
    address: SocketAddr,
    said: Arc<Mutex<Vec<u8>>>,
    listeners: Vec<JoinHandle<()>>,
}

impl Server {
    /// Starts `serve` on a data folder, with arguments of one's own.
    pub fn start(folder: &Folder, arguments: &[&str]) -> Self {
        let mut command = program();
        command.args(["serve", "--listen", "127.0.0.1:0", "--data"]).arg(folder.data()).args(arguments);
        Self::spawn(command)
    }

    /// Starts a demonstration whose clock shows `now`.
    pub fn start_demonstration(folder: &Folder, now: &str) -> Self {
        Self::start(folder, &["--demo", "--clock", "simulated", "--clock-start", now])
    }

    /// Starts a command that ends up serving, and waits until it says where.
    pub fn spawn(mut command: Command) -> Self {
        command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
        let mut child = command.spawn().unwrap();
        let said = Arc::new(Mutex::new(Vec::new()));
        let (tell, told) = mpsc::channel();
        let stdout = BufReader::new(child.stdout.take().unwrap());
        let stderr = BufReader::new(child.stderr.take().unwrap());
        let listeners = vec![listen(stdout, Arc::clone(&said), tell.clone()), listen(stderr, Arc::clone(&said), tell)];
        let address = loop {
            let Ok(line) = told.recv_timeout(PATIENCE) else {
                let _ = child.kill();
                panic!("the server did not start: {}", String::from_utf8_lossy(&said.lock().unwrap()));
            };
            if let Some((_, address)) = line.split_once("listens on http://") {
                break address.trim().parse().unwrap();
            }
        };
        Self { child, address, said, listeners }
    }

    /// Where it listens.
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// Its process.
    pub fn pid(&self) -> u32 {
        self.child.id()
    }

    /// Kills it as `kill -9` does; what it had said.
    pub fn kill(&mut self) -> Vec<u8> {
        self.child.kill().unwrap();
        self.end().1
    }

    /// Asks it to stop; how it ended and what it had said.
    pub fn stop(mut self) -> (ExitStatus, Vec<u8>) {
        let asked = Command::new("kill").args(["-TERM", &self.pid().to_string()]).status().unwrap();
        assert!(asked.success());
        self.end()
    }

    fn end(&mut self) -> (ExitStatus, Vec<u8>) {
        let status = self.child.wait().unwrap();
        for listener in self.listeners.drain(..) {
            listener.join().unwrap();
        }
        (status, self.said.lock().unwrap().clone())
    }
}

impl Drop for Server {
    /// A failed test leaves no server behind, and shows what it had said.
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
        if std::thread::panicking()
            && let Ok(said) = self.said.lock()
        {
            eprintln!("the server said: {}", String::from_utf8_lossy(&said));
        }
    }
}

fn listen(
    mut from: BufReader<impl Read + Send + 'static>,
    said: Arc<Mutex<Vec<u8>>>,
    tell: mpsc::Sender<String>,
) -> JoinHandle<()> {
    std::thread::spawn(move || {
        let mut line = Vec::new();
        while from.read_until(b'\n', &mut line).is_ok_and(|read| read > 0) {
            said.lock().unwrap().extend_from_slice(&line);
            let _ = tell.send(String::from_utf8_lossy(&line).into_owned());
            line.clear();
        }
    })
}

/// A request, byte for byte.
pub struct Request {
    method: String,
    path: String,
    headers: Vec<(String, Vec<u8>)>,
    body: Vec<u8>,
}

impl Request {
    /// A request without headers and body.
    pub fn new(method: &str, path: impl Into<String>) -> Self {
        Self { method: method.to_owned(), path: path.into(), headers: Vec::new(), body: Vec::new() }
    }

    /// A batch or another JSON body for `path`.
    pub fn json(method: &str, path: impl Into<String>, token: &str, body: impl Into<Vec<u8>>) -> Self {
        Self::new(method, path)
            .header("Authorization", format!("Bearer {token}"))
            .header("Content-Type", "application/json")
            .body(body)
    }

    /// A batch as JSON.
    pub fn events(token: &str, body: impl Into<Vec<u8>>) -> Self {
        Self::json("POST", "/api/v1/events", token, body)
    }

    /// With a header; it replaces one of the same name.
    pub fn header(mut self, name: &str, value: impl Into<Vec<u8>>) -> Self {
        self.headers.retain(|(known, _)| !known.eq_ignore_ascii_case(name));
        self.headers.push((name.to_owned(), value.into()));
        self
    }

    /// Without a header.
    pub fn without(mut self, name: &str) -> Self {
        self.headers.retain(|(known, _)| !known.eq_ignore_ascii_case(name));
        self
    }

    /// With a body.
    pub fn body(mut self, body: impl Into<Vec<u8>>) -> Self {
        self.body = body.into();
        self
    }

    /// Its first line, for messages.
    pub fn line(&self) -> String {
        format!("{} {}", self.method, self.path)
    }

    fn bytes(&self) -> Vec<u8> {
        let mut bytes = format!("{} {} HTTP/1.1\r\n", self.method, self.path).into_bytes();
        let has = |name: &str| self.headers.iter().any(|(known, _)| known.eq_ignore_ascii_case(name));
        if !has("Host") {
            bytes.extend_from_slice(b"Host: localhost\r\n");
        }
        if !has("Content-Length") && !has("Transfer-Encoding") {
            bytes.extend_from_slice(format!("Content-Length: {}\r\n", self.body.len()).as_bytes());
        }
        bytes.extend_from_slice(b"Connection: close\r\n");
        for (name, value) in &self.headers {
            bytes.extend_from_slice(name.as_bytes());
            bytes.extend_from_slice(b": ");
            bytes.extend_from_slice(value);
            bytes.extend_from_slice(b"\r\n");
        }
        bytes.extend_from_slice(b"\r\n");
        bytes.extend_from_slice(&self.body);
        bytes
    }

    /// Sends it on a connection of its own.
    ///
    /// # Panics
    /// When no answer comes.
    pub fn send(&self, to: SocketAddr) -> Answer {
        let raw = exchange(to, &self.bytes());
        Answer::read(raw).unwrap_or_else(|| panic!("no answer to {} {}", self.method, self.path))
    }
}

/// Sends bytes on a connection of their own and reads until the other side closes it.
pub fn exchange(to: SocketAddr, bytes: &[u8]) -> Vec<u8> {
    let mut connection = TcpStream::connect(to).unwrap();
    connection.set_read_timeout(Some(PATIENCE)).unwrap();
    connection.set_write_timeout(Some(PATIENCE)).unwrap();
    let mut sending = connection.try_clone().unwrap();
    let mut answer = Vec::new();
    std::thread::scope(|scope| {
        scope.spawn(move || {
            // A server may answer, and close, before it has read everything.
            let _ = sending.write_all(bytes);
        });
        let _ = connection.read_to_end(&mut answer);
    });
    answer
}

/// An answer, byte for byte.
pub struct Answer {
    /// The status.
    pub status: u16,
    /// Everything that came: status line, headers, body.
    pub raw: Vec<u8>,
    head: usize,
}

impl Answer {
    /// Reads an answer; nothing when none came.
    pub fn read(raw: Vec<u8>) -> Option<Self> {
        let head = raw.windows(4).position(|window| window == b"\r\n\r\n")? + 4;
        let status = std::str::from_utf8(raw.get(9..12)?).ok()?.parse().ok()?;
        Some(Self { status, raw, head })
    }

    /// The value of a header.
    pub fn header(&self, name: &str) -> Option<&str> {
        let head = std::str::from_utf8(&self.raw[..self.head]).ok()?;
        head.lines().find_map(|line| {
            let (known, value) = line.split_once(": ")?;
            known.eq_ignore_ascii_case(name).then_some(value)
        })
    }

    /// The body as text.
    pub fn text(&self) -> String {
        String::from_utf8_lossy(&self.raw[self.head..]).into_owned()
    }

    /// The body as JSON.
    ///
    /// # Panics
    /// When it is none.
    pub fn value(&self) -> serde_json::Value {
        serde_json::from_str(&self.text()).unwrap_or_else(|_| panic!("{} is no JSON", self.text()))
    }
}

/// The roster of a school: `classes` classes of `pupils` pupils each, with one teacher a class and one family a pupil.
pub fn roster(academy: &str, classes: usize, pupils: usize) -> serde_json::Value {
    let class = |class: usize| {
        let pupils: Vec<_> = (0..pupils)
            .map(|pupil| serde_json::json!({ "pupil": format!("P-{class}-{pupil}"), "families": [format!("F-{class}-{pupil}")] }))
            .collect();
        let teachers = [format!("T-{class}")];
        serde_json::json!({ "class": format!("C-{class}"), "levels": ["PS", "MS"], "teachers": teachers, "pupils": pupils })
    };
    serde_json::json!({
        "school_year": "2025-2026", "district": "0750101A", "academy": academy, "sector": "public",
        "classes": (0..classes).map(class).collect::<Vec<_>>(),
    })
}
