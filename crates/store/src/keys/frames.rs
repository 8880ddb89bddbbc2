//! What travels over the pseudonymiser's socket: frames of a length (four bytes, big-endian), a kind, and a body.

use std::collections::{BTreeMap, BTreeSet};
use std::io::{self, Read, Write};

use privacy::KeyId;
use serde::{Deserialize, Serialize};

use super::{Held, Replaced};

/// The largest frame: a whole request of identifiers, which is 16 MiB at most, with what stands around each.
const LARGEST: u32 = 64 * 1_024 * 1_024;

/// Identifiers to be pseudonymised (`privacy::Questions`), and their answers.
pub(super) const ASK: u8 = b'a';
/// An act on the keys or a question about them: an [`Order`], and its [`Done`].
pub(super) const ORDER: u8 = b'o';
/// The request could not be done; the body says why.
pub(super) const FAILED: u8 = b'f';

/// What is asked of the holder of the keys.
#[derive(Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum Order {
    Held,
    /// School years.
    Ensure(Vec<String>),
    Destroy(String),
    Replace(String),
}

/// What was done.
#[derive(Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum Done {
    Held { roots: BTreeMap<String, String>, destroyed: BTreeSet<String>, opt_out: String },
    Ensured,
    Destroyed(Option<String>),
    Replaced(Option<(String, String)>),
}

impl From<&Held> for Done {
    fn from(held: &Held) -> Self {
        Self::Held {
            roots: held.roots.iter().map(|(year, id)| (year.to_string(), id.to_string())).collect(),
            destroyed: held.destroyed.iter().map(ToString::to_string).collect(),
            opt_out: held.opt_out.to_string(),
        }
    }
}

impl Done {
    pub(super) fn held(self) -> Option<Held> {
        let Self::Held { roots, destroyed, opt_out } = self else { return None };
        let roots = roots.iter().map(|(year, id)| Some((year.parse().ok()?, id.parse().ok()?)));
        Some(Held {
            roots: roots.collect::<Option<_>>()?,
            destroyed: destroyed.iter().map(|year| year.parse().ok()).collect::<Option<_>>()?,
            opt_out: opt_out.parse().ok()?,
        })
    }

    #[expect(clippy::option_option, reason = "no key destroyed is an answer, and another answer is none")]
    pub(super) fn destroyed(self) -> Option<Option<KeyId>> {
        let Self::Destroyed(id) = self else { return None };
        id.map(|id| id.parse()).transpose().ok()
    }

    #[expect(clippy::option_option, reason = "no key replaced is an answer, and another answer is none")]
    pub(super) fn replaced(self) -> Option<Option<Replaced>> {
        let Self::Replaced(ids) = self else { return None };
        let Some((gone, made)) = ids else { return Some(None) };
        Some(Some(Replaced { gone: gone.parse().ok()?, made: made.parse().ok()? }))
    }
}

/// Writes a frame.
pub(super) fn write(to: &mut impl Write, kind: u8, body: &[u8]) -> io::Result<()> {
    let length = u32::try_from(body.len()).ok().filter(|length| *length < LARGEST).ok_or_else(too_large)?;
    let mut frame = Vec::with_capacity(5 + body.len());
    frame.extend_from_slice(&length.to_be_bytes());
    frame.push(kind);
    frame.extend_from_slice(body);
    to.write_all(&frame)
}

/// Reads a frame; `None` when the other side has ended before one began.
pub(super) fn read(from: &mut impl Read) -> io::Result<Option<(u8, Vec<u8>)>> {
    let mut head = [0; 5];
    if from.read(&mut head[..1])? == 0 {
        return Ok(None);
    }
    from.read_exact(&mut head[1..])?;
    let [a, b, c, d, kind] = head;
    let length = u32::from_be_bytes([a, b, c, d]);
    if length >= LARGEST {
        return Err(too_large());
    }
    // What is announced is not believed before it has come.
    let mut body = Vec::new();
    from.take(u64::from(length)).read_to_end(&mut body)?;
    if body.len() as u64 != u64::from(length) {
        return Err(io::ErrorKind::UnexpectedEof.into());
    }
    Ok(Some((kind, body)))
}

fn too_large() -> io::Error {
    io::Error::new(io::ErrorKind::InvalidData, "a frame of more than 64 MiB")
}
