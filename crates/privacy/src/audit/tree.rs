//! The Merkle tree over the entries' digests: RFC 6962 §2.1, leaves under 0x00, nodes under 0x01.
//!
//! A log of millions of entries grows by a few hashes an entry: [`Frontier`] keeps the roots of the complete subtrees,
//! one for each bit of the size, and nothing else.

use std::fmt;
use std::str::FromStr;

use ct_merkle::mem_backed_tree::MemoryBackedTree;
use ct_merkle::{InclusionProof, RootHash};
use sha2::{Digest, Sha256};
use thiserror::Error;

/// The size of a log and the root of its tree: whoever holds one can tell whether that much of the log is unchanged.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Checkpoint {
    /// How many entries it covers.
    pub size: u64,
    /// The Merkle tree hash of these entries.
    pub root: [u8; 32],
}

impl fmt::Display for Checkpoint {
    /// `SIZE:ROOT`, the root in hexadecimal.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:", self.size)?;
        self.root.iter().try_for_each(|byte| write!(f, "{byte:02x}"))
    }
}

/// Text that is no checkpoint.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[error("not a checkpoint: SIZE:ROOT is expected, a number, a colon and 64 hexadecimal digits")]
pub struct NotACheckpoint;

impl FromStr for Checkpoint {
    type Err = NotACheckpoint;

    fn from_str(text: &str) -> Result<Self, NotACheckpoint> {
        let (size, digits) = text.trim().split_once(':').ok_or(NotACheckpoint)?;
        if digits.len() != 64 || !digits.is_ascii() {
            return Err(NotACheckpoint);
        }
        let mut root = [0; 32];
        for (byte, pair) in root.iter_mut().zip(digits.as_bytes().chunks_exact(2)) {
            let pair = std::str::from_utf8(pair).map_err(|_| NotACheckpoint)?;
            *byte = u8::from_str_radix(pair, 16).map_err(|_| NotACheckpoint)?;
        }
        Ok(Self { size: size.parse().map_err(|_| NotACheckpoint)?, root })
    }
}

/// What must be remembered of a tree to append to it: the roots of its complete subtrees, largest first.
///
/// Invariant: there are as many as ones in the binary form of the size.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Frontier {
    size: u64,
    subtrees: Vec<[u8; 32]>,
}

impl Frontier {
    /// How many leaves the tree has.
    pub const fn size(&self) -> u64 {
        self.size
    }

    /// Appends a leaf.
    pub fn push(&mut self, leaf: &[u8]) {
        let mut node: [u8; 32] = Sha256::new_with_prefix([0]).chain_update(leaf).finalize().into();
        // Each trailing one of the size is a complete subtree as high as the new one: together they make the next.
        for _ in 0..self.size.trailing_ones() {
            if let Some(left) = self.subtrees.pop() {
                node = parent(&left, &node);
            }
        }
        self.subtrees.push(node);
        self.size += 1;
    }

    /// The root of the tree as it stands.
    pub fn checkpoint(&self) -> Checkpoint {
        let root = self.subtrees.iter().rev().copied().reduce(|right, left| parent(&left, &right));
        Checkpoint { size: self.size, root: root.unwrap_or_else(|| Sha256::digest(b"").into()) }
    }

    /// The subtrees, one after another.
    pub fn to_bytes(&self) -> Vec<u8> {
        self.subtrees.concat()
    }

    /// Reads what [`Self::to_bytes`] wrote; `None` when it does not fit the size.
    pub fn from_bytes(size: u64, bytes: &[u8]) -> Option<Self> {
        let subtrees: Vec<[u8; 32]> = bytes.chunks(32).map(|chunk| chunk.try_into().ok()).collect::<Option<_>>()?;
        (subtrees.len() == size.count_ones() as usize).then_some(Self { size, subtrees })
    }
}

fn parent(left: &[u8; 32], right: &[u8; 32]) -> [u8; 32] {
    Sha256::new_with_prefix([1]).chain_update(left).chain_update(right).finalize().into()
}

/// The proof that an entry stands at its place in the log that a checkpoint covers (RFC 6962 §2.1.1).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Inclusion {
    /// The checkpoint it leads to.
    pub checkpoint: Checkpoint,
    /// The entry's place.
    pub seq: u64,
    /// Its digest.
    pub leaf: Vec<u8>,
    /// The siblings on the way up, lowest first.
    pub path: Vec<[u8; 32]>,
}

impl Inclusion {
    /// The proof for the entry at `seq` of a log of these digests; `None` when the log is not that long.
    pub fn prove(digests: impl IntoIterator<Item = Vec<u8>>, seq: u64) -> Option<Self> {
        let mut tree = MemoryBackedTree::<Sha256, Vec<u8>>::new();
        digests.into_iter().for_each(|digest| tree.push(digest));
        let place = usize::try_from(seq).ok()?;
        let leaf = tree.get(place)?.clone();
        let proof = tree.prove_inclusion(place);
        let path = proof.as_bytes().chunks(32).map(|chunk| chunk.try_into().ok()).collect::<Option<_>>()?;
        let checkpoint = Checkpoint { size: tree.len(), root: (*tree.root().as_bytes()).into() };
        Some(Self { checkpoint, seq, leaf, path })
    }

    /// True when the path leads from the entry to the checkpoint.
    pub fn holds(&self) -> bool {
        let root = RootHash::<Sha256>::new(self.checkpoint.root.into(), self.checkpoint.size);
        InclusionProof::try_from_bytes(self.path.concat())
            .is_ok_and(|proof| root.verify_inclusion(&self.leaf, self.seq, &proof).is_ok())
    }
}
