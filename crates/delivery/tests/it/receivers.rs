//! Receivers on this machine: one over HTTP, one over SMTP. They keep what they get and answer what they are told to.
#![allow(dead_code, reason = "each test crate uses some of it")]

use std::collections::VecDeque;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::sync::{Arc, Mutex};

/// A secret for tests, as a receiver and a sender share it.
pub const SECRET: &str = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";

/// A request that came.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Got {
    /// Its headers, names in lower case.
    pub headers: Vec<(String, String)>,
    /// Its body.
    pub body: String,
}

impl Got {
    /// The value of a header.
    pub fn header(&self, name: &str) -> &str {
        self.headers.iter().find(|(known, _)| known == name).map_or("", |(_, value)| value)
    }
}

/// A receiver over HTTP.
pub struct Webhook {
    address: SocketAddr,
    got: Arc<Mutex<Vec<Got>>>,
    answers: Arc<Mutex<VecDeque<u16>>>,
}

impl Webhook {
    /// Listens on a free port.
    pub fn start() -> Self {
        Self::start_at("127.0.0.1:0")
    }

    /// Listens on an address.
    pub fn start_at(address: &str) -> Self {
        let listener = TcpListener::bind(address).unwrap();
        let address = listener.local_addr().unwrap();
        let (got, answers) = (Arc::new(Mutex::new(Vec::new())), Arc::new(Mutex::new(VecDeque::<u16>::new())));
        let (keeps, says) = (Arc::clone(&got), Arc::clone(&answers));
        std::thread::spawn(move || {
            for connection in listener.incoming().flatten() {
                let Some(request) = read_request(&connection) else { continue };
                keeps.lock().unwrap().push(request);
                let status = says.lock().unwrap().pop_front().unwrap_or(200);
                // Where a redirect leads: to the receiver itself, who would see it.
                let head = format!(
                    "HTTP/1.1 {status} Status\r\nLocation: http://{address}/elsewhere\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"
                );
                let _ = (&connection).write_all(head.as_bytes());
            }
        });
        Self { address, got, answers }
    }

    /// Its address.
    pub fn url(&self) -> String {
        format!("http://{}/hook", self.address)
    }

    /// Answers these statuses next, then 200.
    pub fn answers(&self, statuses: &[u16]) {
        self.answers.lock().unwrap().extend(statuses);
    }

    /// What came so far.
    pub fn got(&self) -> Vec<Got> {
        self.got.lock().unwrap().clone()
    }
}

fn read_request(connection: &TcpStream) -> Option<Got> {
    let mut reader = BufReader::new(connection);
    let (mut headers, mut line) = (Vec::new(), String::new());
    reader.read_line(&mut line).ok()?;
    loop {
        line.clear();
        reader.read_line(&mut line).ok()?;
        let Some((name, value)) = line.trim_end().split_once(": ") else { break };
        headers.push((name.to_lowercase(), value.to_owned()));
    }
    let length = headers.iter().find(|(name, _)| name == "content-length")?.1.parse().ok()?;
    let mut body = vec![0; length];
    reader.read_exact(&mut body).ok()?;
    Some(Got { headers, body: String::from_utf8(body).ok()? })
}

/// A receiver over SMTP.
pub struct Mail {
    address: SocketAddr,
    got: Arc<Mutex<Vec<String>>>,
    refused: Arc<Mutex<usize>>,
}

impl Mail {
    /// Listens on a free port.
    pub fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = listener.local_addr().unwrap();
        let (got, refused) = (Arc::new(Mutex::new(Vec::new())), Arc::new(Mutex::new(0)));
        let (keeps, refuses) = (Arc::clone(&got), Arc::clone(&refused));
        std::thread::spawn(move || {
            for connection in listener.incoming().flatten() {
                let _ = converse(&connection, &keeps, &refuses);
            }
        });
        Self { address, got, refused }
    }

    /// Its address.
    pub fn url(&self) -> String {
        format!("smtp://{}", self.address)
    }

    /// Refuses so many recipients next, with an answer that repeats them.
    pub fn refuses(&self, times: usize) {
        *self.refused.lock().unwrap() += times;
    }

    /// The e-mails that came, headers and text, as they are read.
    pub fn got(&self) -> Vec<String> {
        self.got.lock().unwrap().clone()
    }
}

fn converse(connection: &TcpStream, keeps: &Mutex<Vec<String>>, refuses: &Mutex<usize>) -> std::io::Result<()> {
    let mut reader = BufReader::new(connection);
    let say = |line: &str| (&*connection).write_all(format!("{line}\r\n").as_bytes());
    say("220 sink")?;
    loop {
        let mut line = String::new();
        if reader.read_line(&mut line)? == 0 {
            return Ok(());
        }
        match line.get(..4).unwrap_or_default().to_uppercase().as_str() {
            "EHLO" => say("250-sink\r\n250 8BITMIME")?,
            "RCPT" if take_one(refuses) => say(&format!("550 no such box: {}", line.trim()))?,
            "DATA" => {
                say("354 go on")?;
                let mut text = String::new();
                loop {
                    line.clear();
                    reader.read_line(&mut line)?;
                    if line == ".\r\n" {
                        break;
                    }
                    text.push_str(&line);
                }
                keeps.lock().unwrap().push(readable(&text));
                say("250 kept")?;
            }
            // Somebody in between answers for it, and goes on before encryption begins.
            "STAR" => say("220 go on\r\n250 and so on")?,
            "QUIT" => return say("221 bye"),
            _ => say("250 ok")?,
        }
    }
}

fn take_one(count: &Mutex<usize>) -> bool {
    let mut count = count.lock().unwrap();
    let had = *count > 0;
    *count = count.saturating_sub(1);
    had
}

/// Headers as they came; the text without its transfer encoding.
fn readable(mail: &str) -> String {
    let (head, body) = mail.split_once("\r\n\r\n").unwrap_or((mail, ""));
    let encoding = head.lines().find_map(|line| line.strip_prefix("Content-Transfer-Encoding: ")).unwrap_or("7bit");
    let body = match encoding.trim() {
        "base64" => from_base64(body),
        "quoted-printable" => from_quoted(body),
        _ => body.to_owned(),
    };
    format!("{head}\r\n\r\n{body}")
}

fn from_base64(text: &str) -> String {
    const DIGITS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let (mut bits, mut length, mut bytes) = (0_u32, 0, Vec::new());
    for digit in text.bytes().filter_map(|byte| DIGITS.iter().position(|digit| *digit == byte)) {
        bits = bits << 6 | u32::try_from(digit).unwrap();
        length += 6;
        if length >= 8 {
            length -= 8;
            bytes.push(u8::try_from(bits >> length & 0xff).unwrap());
        }
    }
    String::from_utf8_lossy(&bytes).into_owned()
}

fn from_quoted(text: &str) -> String {
    let joined = text.replace("=\r\n", "");
    let (mut bytes, mut rest) = (Vec::new(), joined.as_bytes());
    while let Some((first, after)) = rest.split_first() {
        let hex = after.get(..2).and_then(|pair| std::str::from_utf8(pair).ok());
        if let Some(byte) = hex.and_then(|hex| u8::from_str_radix(hex, 16).ok()).filter(|_| *first == b'=') {
            bytes.push(byte);
            rest = &after[2..];
        } else {
            bytes.push(*first);
            rest = after;
        }
    }
    String::from_utf8_lossy(&bytes).into_owned()
}
