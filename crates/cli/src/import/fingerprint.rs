//! Identifiers that are the same whenever the same rows are imported in the same way, so that an import can be repeated
//! or resumed and stores nothing twice.

use std::fs::File;
use std::io::Read;

use sha2::{Digest, Sha256};
use uuid::{Builder, Uuid};

/// What identifiers are derived from: the SHA-256 of the file, of the mapping, of the files the mapping looks things up
/// in, and of the anchor. Change one of them, and it is another import.
#[derive(Clone, Copy)]
pub struct Origin([u8; 32]);

impl Origin {
    /// The origin of what a file says, read through `parts`.
    pub fn new(parts: &[&[u8]]) -> Self {
        Self(digest_of(parts))
    }

    /// The identifier of the batch with the events `first..=last` of the file.
    pub fn batch(&self, first: Place, last: Place) -> Uuid {
        self.derive(&[b"batch", &first.bytes(), &last.bytes()])
    }

    /// The identifier of an event.
    pub fn event(&self, place: Place) -> Uuid {
        self.derive(&[b"event", &place.bytes()])
    }

    fn derive(&self, parts: &[&[u8]]) -> Uuid {
        let digest = digest_of(&[&[self.0.as_slice()], parts].concat());
        let mut bytes = [0; 16];
        bytes.copy_from_slice(&digest[..16]);
        // RFC 9562 §5.8: a UUID made in a way of one's own (version 8).
        Builder::from_custom_bytes(bytes).into_uuid()
    }
}

/// An event's place in a file.
#[derive(Clone, Copy)]
pub struct Place {
    /// The row's number.
    pub row: u64,
    /// Which of the row's events, from 0.
    pub nth: u64,
}

impl Place {
    fn bytes(self) -> [u8; 16] {
        (u128::from(self.row) << 64 | u128::from(self.nth)).to_be_bytes()
    }
}

/// The SHA-256 of a file's content.
pub fn of_file(mut file: File) -> std::io::Result<[u8; 32]> {
    let mut hash = Sha256::new();
    let mut buffer = vec![0; 256 * 1024];
    loop {
        let read = file.read(&mut buffer)?;
        if read == 0 {
            return Ok(hash.finalize().into());
        }
        hash.update(&buffer[..read]);
    }
}

/// Each part goes in with its length, so that no two lists of parts look alike.
fn digest_of(parts: &[&[u8]]) -> [u8; 32] {
    let mut hash = Sha256::new();
    for part in parts {
        hash.update((part.len() as u64).to_be_bytes());
        hash.update(part);
    }
    hash.finalize().into()
}
