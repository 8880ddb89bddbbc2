//! A message as an e-mail: plain text, in letters that every mail server passes on (RFC 5322, 2045, 2047).

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use jiff::Timestamp;

use crate::NotDelivered;
use crate::mailbox::Mailbox;
use crate::message::Message;
use crate::smtp::Relay;

/// Bytes of text in a line of base64, and in an encoded word.
const LINE: usize = 57;
const WORD: usize = 42;

/// The server that takes e-mail, and who sends. No `Debug`: it holds a password.
#[derive(Clone)]
pub struct Post {
    /// The server.
    pub relay: Relay,
    /// The sender.
    pub from: Mailbox,
}

/// Sends one e-mail. The same message has the same `Message-ID` each time.
pub fn send(post: &Post, to: &Mailbox, message: &Message, at: Timestamp) -> Result<(), NotDelivered> {
    post.relay.send(post.from.address(), to.address(), &written(&post.from, to, message, at))
}

/// The e-mail, to the byte.
fn written(from: &Mailbox, to: &Mailbox, message: &Message, at: Timestamp) -> String {
    let subject = format!("[ecarnet-stats] {}", message.title.fr);
    let head = [
        format!("From: {}", party(from)),
        format!("To: {}", party(to)),
        format!("Subject: {}", word(&subject)),
        format!("Date: {}", at.strftime("%a, %d %b %Y %H:%M:%S +0000")),
        format!("Message-ID: <{}@{}>", message.id, from.domain()),
        // No out-of-office note answers it (RFC 3834).
        "Auto-Submitted: auto-generated".to_owned(),
        "MIME-Version: 1.0".to_owned(),
        "Content-Type: text/plain; charset=utf-8".to_owned(),
        "Content-Transfer-Encoding: base64".to_owned(),
    ];
    let text = message.text().replace('\n', "\r\n");
    let body: Vec<String> = text.as_bytes().chunks(LINE).map(|line| STANDARD.encode(line)).collect();
    format!("{}\r\n\r\n{}\r\n", head.join("\r\n"), body.join("\r\n"))
}

fn party(mailbox: &Mailbox) -> String {
    match mailbox.name() {
        "" => mailbox.address().to_owned(),
        name => format!("{} <{}>", word(name), mailbox.address()),
    }
}

/// Text in a header: encoded words (RFC 2047), each of whole letters.
fn word(text: &str) -> String {
    let mut words = vec![String::new()];
    for letter in text.chars() {
        if words.last().is_some_and(|word| word.len() + letter.len_utf8() > WORD) {
            words.push(String::new());
        }
        if let Some(word) = words.last_mut() {
            word.push(letter);
        }
    }
    let words: Vec<String> = words.iter().map(|word| format!("=?utf-8?B?{}?=", STANDARD.encode(word))).collect();
    words.join("\r\n ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_e_mail_is_of_short_lines_of_plain_letters() {
        let mailbox = |text: &str| Mailbox::read(text).unwrap();
        let mut message = Message::test("msg_1".to_owned(), "https://stats.example.fr/".to_owned());
        message.title.fr = "École élémentaire\u{202f}: à surveiller, et davantage que cela encore".to_owned();
        let from = mailbox("Direction é <stats@academie.example>");
        let mail = written(&from, &mailbox("technique@academie.example"), &message, Timestamp::UNIX_EPOCH);
        assert!(mail.is_ascii() && mail.ends_with("\r\n"));
        assert!(
            mail.split("\r\n").all(|line| line.len() <= 78 && !line.contains('\n') && !line.starts_with('.')),
            "{mail}"
        );
        let words = mail.split("Subject: ").nth(1).unwrap().split("\r\nDate").next().unwrap();
        let read = words.split("\r\n ").map(|word| {
            let text = word.strip_prefix("=?utf-8?B?").unwrap().strip_suffix("?=").unwrap();
            String::from_utf8(STANDARD.decode(text).unwrap()).unwrap()
        });
        assert_eq!(read.collect::<String>(), format!("[ecarnet-stats] {}", message.title.fr));
        assert!(mail.contains("Date: Thu, 01 Jan 1970 00:00:00 +0000"), "{mail}");
    }
}
