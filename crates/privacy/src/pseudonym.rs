//! Keyed pseudonyms: HMAC-SHA-256 under keys derived by HKDF from one random root per school year.
//!
//! A pseudonym says nothing without its root, and two pseudonyms of one person in two establishments, two domains or
//! two school years cannot be told to belong together, even by somebody who holds all the data but no root.
//! Sources: RFC 2104 (HMAC), RFC 5869 (HKDF).

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;
use std::str::FromStr;

use calendar::SchoolYear;
use hkdf::Hkdf;
use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;
use thiserror::Error;

type HmacSha256 = Hmac<Sha256>;

/// A person, device, class or objective after the entry gate: 16 bytes that mean nothing without a key.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Pseudonym([u8; 16]);

impl Pseudonym {
    /// The bytes as the lake stores them.
    pub const fn as_bytes(&self) -> &[u8; 16] {
        &self.0
    }

    /// A pseudonym read back from where the entry gate had put it.
    pub const fn from_stored(bytes: [u8; 16]) -> Self {
        Self(bytes)
    }

    /// Lower-case hexadecimal, 32 digits: for the register's text columns.
    pub fn to_hex(&self) -> String {
        use fmt::Write;
        self.0.iter().fold(String::with_capacity(32), |mut text, byte| {
            let _ = write!(text, "{byte:02x}");
            text
        })
    }

    /// Reads what [`Self::to_hex`] wrote.
    pub fn from_hex(text: &str) -> Option<Self> {
        let digits = text.as_bytes();
        if digits.len() != 32 {
            return None;
        }
        let mut bytes = [0_u8; 16];
        for (byte, pair) in bytes.iter_mut().zip(digits.chunks_exact(2)) {
            let high = char::from(pair[0]).to_digit(16)?;
            let low = char::from(pair[1]).to_digit(16)?;
            *byte = u8::try_from(high * 16 + low).ok()?;
        }
        Some(Self(bytes))
    }
}

impl fmt::Debug for Pseudonym {
    /// Never the bytes: a log line must not become one more place where a person's rows can be linked.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Pseudonym(…)")
    }
}

/// The public code of an establishment (unité administrative immatriculée): seven digits and a capital letter.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Uai(String);

impl Uai {
    /// The code as text, e.g. `0750001A`.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// Text that is not a UAI. It carries no excerpt: the text may be anything, a name included.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[error("not an establishment code: seven digits and one capital letter are expected, as in 0750001A")]
pub struct NotAUai;

impl FromStr for Uai {
    type Err = NotAUai;

    fn from_str(text: &str) -> Result<Self, NotAUai> {
        let bytes = text.as_bytes();
        let well_formed =
            bytes.len() == 8 && bytes[..7].iter().all(u8::is_ascii_digit) && bytes[7].is_ascii_uppercase();
        if well_formed { Ok(Self(text.to_owned())) } else { Err(NotAUai) }
    }
}

impl fmt::Display for Uai {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// What an identifier identifies. Each domain has its own key, so equal raw texts in two domains never meet.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Domain {
    /// Teachers, heads and other staff, by `actor`.
    Staff,
    /// Families, by `family`.
    Family,
    /// Pupils, by each of `pupils`.
    Pupil,
    /// Classes.
    Class,
    /// One installation of the app on one device.
    Install,
    /// The class tablet used by pupils: the same device, but not linkable to what its teacher does on it.
    PupilDevice,
    /// Objectives, activities and other content with an identifier of its own.
    Content,
}

impl Domain {
    /// Every domain, in the order of [`Self::index`].
    pub const ALL: [Self; 7] =
        [Self::Staff, Self::Family, Self::Pupil, Self::Class, Self::Install, Self::PupilDevice, Self::Content];

    pub(crate) const fn index(self) -> usize {
        self as usize
    }

    const fn label(self) -> &'static str {
        match self {
            Self::Staff => "staff",
            Self::Family => "family",
            Self::Pupil => "pupil",
            Self::Class => "class",
            Self::Install => "install",
            Self::PupilDevice => "pupil-device",
            Self::Content => "content",
        }
    }
}

/// A 256-bit secret. No `Debug`, no `Display`: it is read from the key file and used, nothing else.
#[derive(Clone, PartialEq, Eq)]
pub struct Secret([u8; 32]);

impl Secret {
    /// Draws a new secret from the operating system.
    ///
    /// # Panics
    /// When the operating system has no randomness to give: going on would mean a guessable key.
    pub fn random() -> Self {
        let mut bytes = [0; 32];
        getrandom::fill(&mut bytes).expect("the operating system gives randomness");
        Self(bytes)
    }

    /// A secret read from the key file.
    pub const fn from_bytes(bytes: [u8; 32]) -> Self {
        Self(bytes)
    }

    /// The bytes, for writing the key file and nothing else.
    pub const fn expose(&self) -> &[u8; 32] {
        &self.0
    }
}

/// The public digest of a key: it tells keys apart, and whether a key file belongs to a data folder, and says nothing
/// of the key.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct KeyId([u8; 8]);

impl KeyId {
    fn of(secret: &Secret) -> Self {
        let mut mac = keyed(&secret.0);
        mac.update(b"ecarnet-stats/1 key id");
        let digest: [u8; 32] = mac.finalize().into_bytes().into();
        let mut id = [0; 8];
        id.copy_from_slice(&digest[..8]);
        Self(id)
    }
}

impl fmt::Display for KeyId {
    /// 16 hexadecimal digits.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().try_for_each(|byte| write!(f, "{byte:02x}"))
    }
}

/// Text that is no key id.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[error("not a key id: 16 hexadecimal digits are expected")]
pub struct NotAKeyId;

impl FromStr for KeyId {
    type Err = NotAKeyId;

    fn from_str(text: &str) -> Result<Self, NotAKeyId> {
        if text.len() != 16 || !text.bytes().all(|digit| digit.is_ascii_hexdigit()) {
            return Err(NotAKeyId);
        }
        u64::from_str_radix(text, 16).map(|number| Self(number.to_be_bytes())).map_err(|_| NotAKeyId)
    }
}

/// All live keys: a root per school year, and a key for the opt-out list that outlives them. A year whose root was
/// destroyed never gets another.
#[derive(Clone)]
pub struct KeyRing {
    roots: BTreeMap<SchoolYear, Secret>,
    opt_out: Secret,
    destroyed: BTreeSet<SchoolYear>,
}

impl KeyRing {
    /// A ring with the given roots and opt-out key, and the years whose roots were destroyed.
    pub const fn new(roots: BTreeMap<SchoolYear, Secret>, opt_out: Secret, destroyed: BTreeSet<SchoolYear>) -> Self {
        Self { roots, opt_out, destroyed }
    }

    /// A ring with fresh random keys and no root yet.
    pub fn random() -> Self {
        Self::new(BTreeMap::new(), Secret::random(), BTreeSet::new())
    }

    /// The school years that have a root, oldest first.
    pub fn years(&self) -> impl Iterator<Item = SchoolYear> + '_ {
        self.roots.keys().copied()
    }

    /// The root of a year, for writing the key file.
    pub fn roots(&self) -> &BTreeMap<SchoolYear, Secret> {
        &self.roots
    }

    /// The opt-out key, for writing the key file.
    pub const fn opt_out_secret(&self) -> &Secret {
        &self.opt_out
    }

    /// The years whose roots were destroyed.
    pub const fn destroyed(&self) -> &BTreeSet<SchoolYear> {
        &self.destroyed
    }

    /// The public digest of a year's root.
    pub fn key_id(&self, year: SchoolYear) -> Option<KeyId> {
        self.roots.get(&year).map(KeyId::of)
    }

    /// The public digest of the opt-out key.
    pub fn opt_out_id(&self) -> KeyId {
        KeyId::of(&self.opt_out)
    }

    /// Adds a random root for `year`, unless it has one or had one that was destroyed; true when it was added.
    pub fn ensure_root(&mut self, year: SchoolYear) -> bool {
        if self.roots.contains_key(&year) || self.destroyed.contains(&year) {
            return false;
        }
        self.roots.insert(year, Secret::random());
        true
    }

    /// Forgets the root of `year` for good; its public digest, where there was one.
    pub fn destroy_root(&mut self, year: SchoolYear) -> Option<KeyId> {
        let gone = self.roots.remove(&year).as_ref().map(KeyId::of);
        self.destroyed.insert(year);
        gone
    }

    /// Puts a new random root in the place of the one of `year`; the public digest of the old one, `None` when there was
    /// none to replace.
    pub fn replace_root(&mut self, year: SchoolYear) -> Option<KeyId> {
        let root = self.roots.get_mut(&year)?;
        let gone = KeyId::of(root);
        *root = Secret::random();
        Some(gone)
    }

    /// The keys of one establishment in one school year; `None` when the year has no root (yet, or any more).
    pub fn establishment(&self, year: SchoolYear, uai: &Uai) -> Option<EstablishmentKeys> {
        let root = self.roots.get(&year)?;
        Some(EstablishmentKeys { derive: Hkdf::new(None, &root.0), uai: uai.clone(), domains: Default::default() })
    }

    /// The digest under which an objection is remembered, for every school year.
    pub fn opt_out_digest(&self, uai: &Uai, domain: Domain, identifier: &str) -> [u8; 32] {
        let mut mac = keyed(&self.opt_out.0);
        for part in [uai.as_str(), domain.label(), identifier] {
            mac.update(&u64::try_from(part.len()).unwrap_or(u64::MAX).to_be_bytes());
            mac.update(part.as_bytes());
        }
        mac.finalize().into_bytes().into()
    }

    /// The digest under which an erasure is remembered: whoever holds the key and meets the pseudonym again knows that it
    /// was erased; nobody else learns of whom the digest speaks. Like an objection, it outlives the year.
    pub fn tombstone(&self, erased: Pseudonym) -> [u8; 32] {
        let mut mac = keyed(&self.opt_out.0);
        // No other use of this key starts with a length of nine.
        mac.update(&9_u64.to_be_bytes());
        mac.update(b"tombstone");
        mac.update(&erased.0);
        mac.finalize().into_bytes().into()
    }
}

/// Derives pseudonyms for one establishment and school year; the keys of the domains are derived when first used.
pub struct EstablishmentKeys {
    derive: Hkdf<Sha256>,
    uai: Uai,
    domains: [Option<HmacSha256>; Domain::ALL.len()],
}

impl EstablishmentKeys {
    /// The pseudonym of `identifier` in `domain`: the first 16 bytes of its HMAC.
    pub fn pseudonym(&mut self, domain: Domain, identifier: &str) -> Pseudonym {
        let mut mac = self.mac(domain).clone();
        mac.update(identifier.as_bytes());
        Pseudonym(first_half(mac.finalize().into_bytes().into()))
    }

    /// A 64-bit draw that only the key's holder can foresee: which days of a month count for a person.
    pub fn draw(&mut self, person: Pseudonym, month: u32) -> u64 {
        let mut mac = self.mac(Domain::Content).clone();
        mac.update(b"draw");
        mac.update(&person.0);
        mac.update(&month.to_be_bytes());
        let bytes: [u8; 32] = mac.finalize().into_bytes().into();
        bytes[..8].iter().fold(0, |sum, byte| sum << 8 | u64::from(*byte))
    }

    fn mac(&mut self, domain: Domain) -> &HmacSha256 {
        let (derive, uai) = (&self.derive, &self.uai);
        self.domains[domain.index()].get_or_insert_with(|| {
            let mut key = [0; 32];
            derive
                .expand_multi_info(
                    &[b"ecarnet-stats/1/", uai.as_str().as_bytes(), b"/", domain.label().as_bytes()],
                    &mut key,
                )
                .expect("32 bytes is a length HKDF-SHA-256 can give");
            keyed(&key)
        })
    }
}

fn keyed(key: &[u8; 32]) -> HmacSha256 {
    HmacSha256::new_from_slice(key).expect("HMAC takes a key of any length")
}

fn first_half(bytes: [u8; 32]) -> [u8; 16] {
    let mut half = [0; 16];
    half.copy_from_slice(&bytes[..16]);
    half
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ring() -> KeyRing {
        let mut ring = KeyRing::random();
        ring.ensure_root("2025-2026".parse().unwrap());
        ring.ensure_root("2026-2027".parse().unwrap());
        ring
    }

    fn pseudonym(ring: &KeyRing, year: &str, uai: &str, domain: Domain, id: &str) -> Pseudonym {
        ring.establishment(year.parse().unwrap(), &uai.parse().unwrap()).unwrap().pseudonym(domain, id)
    }

    #[test]
    fn a_person_has_one_pseudonym_in_one_place_and_year() {
        let ring = ring();
        let one = pseudonym(&ring, "2025-2026", "0750001A", Domain::Staff, "T-1");
        assert!(one == pseudonym(&ring, "2025-2026", "0750001A", Domain::Staff, "T-1"));
    }

    #[test]
    fn years_establishments_domains_and_rings_do_not_meet() {
        let ring = ring();
        let one = pseudonym(&ring, "2025-2026", "0750001A", Domain::Staff, "T-1");
        for other in [
            pseudonym(&ring, "2026-2027", "0750001A", Domain::Staff, "T-1"),
            pseudonym(&ring, "2025-2026", "0750002B", Domain::Staff, "T-1"),
            pseudonym(&ring, "2025-2026", "0750001A", Domain::Family, "T-1"),
            pseudonym(&self::ring(), "2025-2026", "0750001A", Domain::Staff, "T-1"),
        ] {
            assert!(one != other);
        }
    }

    #[test]
    fn a_year_without_a_root_gives_no_keys() {
        assert!(ring().establishment("2030-2031".parse().unwrap(), &"0750001A".parse().unwrap()).is_none());
    }

    #[test]
    fn a_destroyed_root_never_comes_back() {
        let mut ring = ring();
        let year: SchoolYear = "2025-2026".parse().unwrap();
        let id = ring.key_id(year);
        assert!(id.is_some());
        assert_eq!(ring.destroy_root(year), id);
        assert!(!ring.ensure_root(year));
        assert!(ring.establishment(year, &"0750001A".parse().unwrap()).is_none());
        assert_eq!(ring.destroy_root(year), None);
    }

    #[test]
    fn a_replaced_root_makes_other_pseudonyms() {
        let mut ring = ring();
        let year: SchoolYear = "2025-2026".parse().unwrap();
        let one = pseudonym(&ring, "2025-2026", "0750001A", Domain::Staff, "T-1");
        let id = ring.key_id(year);
        assert_eq!(ring.replace_root(year), id);
        assert_ne!(ring.key_id(year), id);
        assert!(one != pseudonym(&ring, "2025-2026", "0750001A", Domain::Staff, "T-1"));
        assert_eq!(ring.replace_root("2030-2031".parse().unwrap()), None);
    }

    #[test]
    fn a_key_id_is_read_as_it_is_written() {
        let id = ring().opt_out_id();
        assert_eq!(id.to_string().parse(), Ok(id));
        assert_eq!("+23456789abcdef0".parse::<KeyId>(), Err(NotAKeyId));
    }

    #[test]
    fn hexadecimal_goes_there_and_back() {
        let one = Pseudonym([7; 16]);
        assert!(Pseudonym::from_hex(&one.to_hex()) == Some(one));
        assert!(Pseudonym::from_hex("zz").is_none());
    }

    #[test]
    fn a_tombstone_is_known_to_the_keys_holder_alone() {
        let (ring, other) = (ring(), self::ring());
        let person = Pseudonym([7; 16]);
        assert_eq!(ring.tombstone(person), ring.clone().tombstone(person));
        assert_ne!(ring.tombstone(person), other.tombstone(person));
        assert_ne!(ring.tombstone(person), ring.tombstone(Pseudonym([8; 16])));
    }

    #[test]
    fn opt_out_digests_separate_their_parts() {
        let ring = ring();
        let uai: Uai = "0750001A".parse().unwrap();
        assert_ne!(ring.opt_out_digest(&uai, Domain::Staff, "1"), ring.opt_out_digest(&uai, Domain::Family, "1"));
    }
}
