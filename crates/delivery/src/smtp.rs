//! Handing one e-mail to a mail server: what RFC 5321 asks of a client that submits, with TLS from the start or by
//! STARTTLS (RFC 3207), and AUTH PLAIN (RFC 4954). Nothing the server says is repeated: it may hold an address.

use std::io::{Read, Write};
use std::net::{TcpStream, ToSocketAddrs};
use std::sync::Arc;
use std::time::{Duration, Instant};

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use rustls::pki_types::ServerName;
use rustls::{ClientConfig, ClientConnection, StreamOwned};
use rustls_platform_verifier::Verifier;

use crate::NotDelivered;

/// How long to wait for a connection, for each answer, and for all of it.
const CONNECT: Duration = Duration::from_secs(5);
const STEP: Duration = Duration::from_secs(10);
const IN_ALL: Duration = Duration::from_mins(1);
/// The longest answer that is read.
const LONGEST: usize = 16 * 1_024;

/// How the connection is encrypted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Security {
    /// Not at all: on this machine and in a private network.
    None,
    /// After asking for it; nothing is sent where that is refused.
    StartTls,
    /// From the start.
    Tls,
}

/// A mail server. No `Debug`: it holds a password.
#[derive(Clone)]
pub struct Relay {
    host: String,
    port: u16,
    security: Security,
    /// User and password.
    credentials: Option<(String, String)>,
}

fn failed(why: &str) -> NotDelivered {
    NotDelivered(why.to_owned())
}

fn no_connection<T>(_: T) -> NotDelivered {
    failed("no connection to the mail server")
}

fn no_tls<T>(_: T) -> NotDelivered {
    failed("no encrypted connection to the mail server: is its certificate right?")
}

impl Relay {
    /// A server by its name or address; the port that goes with its security, unless another is said.
    pub fn new(host: &str, port: Option<u16>, security: Security, credentials: Option<(String, String)>) -> Self {
        let usual = match security {
            Security::None => 25,
            Security::StartTls => 587,
            Security::Tls => 465,
        };
        Self { host: host.trim_matches(['[', ']']).to_owned(), port: port.unwrap_or(usual), security, credentials }
    }

    /// Hands over one e-mail, already written.
    pub fn send(&self, from: &str, to: &str, mail: &str) -> Result<(), NotDelivered> {
        let until = Instant::now() + IN_ALL;
        let tcp = self.connect()?;
        let mut talk = match self.security {
            Security::Tls => Talk::new(Box::new(self.encrypted(tcp)?), until),
            Security::None => Talk::new(Box::new(tcp), until),
            Security::StartTls => {
                let mut talk = Talk::new(Box::new(tcp.try_clone().map_err(no_connection)?), until);
                talk.expect(None, 220)?;
                talk.expect(Some("EHLO localhost"), 250)?;
                talk.expect(Some("STARTTLS"), 220)?;
                if !talk.unread.is_empty() {
                    // Somebody in between has put words into the server's mouth before encryption began.
                    return Err(failed("the mail server spoke before it was asked"));
                }
                Talk::new(Box::new(self.encrypted(tcp)?), until)
            }
        };
        if self.security != Security::StartTls {
            talk.expect(None, 220)?;
        }
        talk.expect(Some("EHLO localhost"), 250)?;
        if let Some((user, password)) = &self.credentials {
            let word = STANDARD.encode(format!("\0{user}\0{password}"));
            talk.expect(Some(&format!("AUTH PLAIN {word}")), 235)?;
        }
        talk.expect(Some(&format!("MAIL FROM:<{from}>")), 250)?;
        talk.expect(Some(&format!("RCPT TO:<{to}>")), 250)?;
        talk.expect(Some("DATA"), 354)?;
        // A line that is a dot alone would end it (RFC 5321, 4.5.2).
        let stuffed = mail.replace("\r\n.", "\r\n..");
        talk.expect(Some(&format!("{}\r\n.", stuffed.trim_end_matches("\r\n"))), 250)?;
        // It is delivered, whatever is answered now.
        let _ = talk.expect(Some("QUIT"), 221);
        Ok(())
    }

    fn connect(&self) -> Result<TcpStream, NotDelivered> {
        let unknown = |_| failed("the mail server's name is not known");
        let places = (self.host.as_str(), self.port).to_socket_addrs().map_err(unknown)?;
        let tcp = places.map(|place| TcpStream::connect_timeout(&place, CONNECT)).find_map(Result::ok);
        let tcp = tcp.ok_or(()).map_err(no_connection)?;
        tcp.set_read_timeout(Some(STEP)).map_err(no_connection)?;
        tcp.set_write_timeout(Some(STEP)).map_err(no_connection)?;
        Ok(tcp)
    }

    /// The same connection, encrypted, its certificate verified by what this machine trusts.
    fn encrypted(&self, mut tcp: TcpStream) -> Result<StreamOwned<ClientConnection, TcpStream>, NotDelivered> {
        let provider = Arc::new(rustls::crypto::ring::default_provider());
        let verifier = Arc::new(Verifier::new(Arc::clone(&provider)).map_err(no_tls)?);
        let config = ClientConfig::builder_with_provider(provider)
            .with_safe_default_protocol_versions()
            .map_err(no_tls)?
            // The name is the library's: it is what verifies.
            .dangerous()
            .with_custom_certificate_verifier(verifier)
            .with_no_client_auth();
        let name = ServerName::try_from(self.host.clone()).map_err(no_tls)?;
        let mut connection = ClientConnection::new(Arc::new(config), name).map_err(no_tls)?;
        while connection.is_handshaking() {
            connection.complete_io(&mut tcp).map_err(no_tls)?;
        }
        Ok(StreamOwned::new(connection, tcp))
    }
}

trait Stream: Read + Write {}

impl<T: Read + Write> Stream for T {}

/// A conversation: what is asked, and what comes back.
struct Talk {
    stream: Box<dyn Stream>,
    /// What came and was not read yet.
    unread: Vec<u8>,
    until: Instant,
}

impl Talk {
    const fn new(stream: Box<dyn Stream>, until: Instant) -> Self {
        Self { stream, unread: Vec::new(), until }
    }

    /// Says a line, where there is one, and reads the answer, which must have this code.
    fn expect(&mut self, line: Option<&str>, code: u16) -> Result<(), NotDelivered> {
        if let Some(line) = line {
            let sent = self.stream.write_all(format!("{line}\r\n").as_bytes()).and_then(|()| self.stream.flush());
            sent.map_err(no_connection)?;
        }
        let (mut read, mut last) = (0, None);
        while last.is_none() {
            let line = self.line()?;
            read += line.len();
            if read > LONGEST {
                return Err(failed("the mail server says too much"));
            }
            let answered = line.get(..3).and_then(|code| std::str::from_utf8(code).ok()?.parse::<u16>().ok());
            let answered = answered.ok_or_else(|| failed("the mail server did not answer as SMTP asks for"))?;
            if line.get(3) != Some(&b'-') {
                last = Some(answered);
            }
        }
        match last {
            Some(answered) if answered == code => Ok(()),
            Some(answered) => Err(NotDelivered(format!("the mail server answered {answered}"))),
            None => Err(failed("the mail server did not answer")),
        }
    }

    /// One line, without its end.
    fn line(&mut self) -> Result<Vec<u8>, NotDelivered> {
        loop {
            if let Some(end) = self.unread.iter().position(|byte| *byte == b'\n') {
                let mut line: Vec<u8> = self.unread.drain(..=end).collect();
                line.truncate(line.trim_ascii_end().len());
                return Ok(line);
            }
            if self.unread.len() > LONGEST {
                return Err(failed("the mail server says too much"));
            }
            if Instant::now() > self.until {
                return Err(failed("the mail server took too long"));
            }
            let mut bytes = [0; 1_024];
            match self.stream.read(&mut bytes) {
                Ok(0) => return Err(failed("the mail server hung up")),
                Ok(n) => self.unread.extend_from_slice(&bytes[..n]),
                Err(error) if matches!(error.kind(), std::io::ErrorKind::WouldBlock | std::io::ErrorKind::TimedOut) => {
                    return Err(failed("the mail server took too long"));
                }
                Err(_) => return Err(failed("the connection to the mail server broke off")),
            }
        }
    }
}
