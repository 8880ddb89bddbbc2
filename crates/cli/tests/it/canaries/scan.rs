//! Looking for canaries in bytes, in any of the shapes in which a program may carry a text, and in a data folder with
//! everything in it that is compressed.

use std::collections::{BTreeSet, HashMap};
use std::fmt::Write as _;
use std::fs::File;
use std::path::Path;

use arrow::array::{Array, ArrayData};
use md5::Md5;
use parquet::arrow::arrow_reader::ParquetRecordBatchReaderBuilder;
use sea_orm::{ConnectionTrait, Database, Statement};
use sha1::Sha1;
use sha2::{Digest, Sha256, Sha512};

/// How many bytes of a needle choose where to look closer.
const KEY: usize = 4;

/// Canaries, ready to be looked for.
pub struct Needles {
    /// Name ("the canary, its shape") and bytes.
    list: Vec<(String, Vec<u8>)>,
    by_key: HashMap<[u8; KEY], Vec<usize>>,
    /// Whether any needle starts with these two bytes.
    starts: Vec<bool>,
}

impl Needles {
    /// Every canary in every shape.
    pub fn of(canaries: &[&str], numbers: &[u64]) -> Self {
        let mut list = Vec::new();
        for canary in canaries {
            for (shape, bytes) in shapes(canary) {
                list.push((format!("{canary} ({shape})"), bytes));
            }
        }
        for number in numbers {
            list.push((format!("{number} (digits)"), number.to_string().into_bytes()));
            list.push((format!("{number} (64 bits, little end first)"), number.to_le_bytes().to_vec()));
            list.push((format!("{number} (64 bits, big end first)"), number.to_be_bytes()[2..].to_vec()));
        }
        Self::sorted(list)
    }

    /// Secrets and pseudonyms, which are bytes: as they are, in digits and in base64.
    pub fn of_bytes(secrets: &[(String, Vec<u8>)]) -> Self {
        let mut list = Vec::new();
        for (name, bytes) in secrets {
            let digits = hex::encode(bytes);
            list.push((format!("{name} (raw)"), bytes.clone()));
            list.push((format!("{name} (capital hex)"), digits.to_uppercase().into_bytes()));
            list.push((format!("{name} (hex)"), digits.into_bytes()));
            for offset in 0..3 {
                list.push((format!("{name} (base64, {offset})"), base64(bytes, offset).into_bytes()));
            }
        }
        Self::sorted(list)
    }

    fn sorted(list: Vec<(String, Vec<u8>)>) -> Self {
        let (mut by_key, mut starts) = (HashMap::<_, Vec<usize>>::new(), vec![false; 1 << 16]);
        for (place, (name, bytes)) in list.iter().enumerate() {
            let key = bytes[..KEY].try_into().unwrap_or_else(|_| panic!("{name} is too short to be looked for"));
            by_key.entry(key).or_default().push(place);
            starts[usize::from(u16::from_le_bytes([bytes[0], bytes[1]]))] = true;
        }
        Self { list, by_key, starts }
    }

    /// The names of those that stand in some bytes.
    pub fn find(&self, bytes: &[u8]) -> BTreeSet<&str> {
        let mut found = BTreeSet::new();
        for at in 0..bytes.len().saturating_sub(KEY - 1) {
            if !self.starts[usize::from(u16::from_le_bytes([bytes[at], bytes[at + 1]]))] {
                continue;
            }
            let key: [u8; KEY] = bytes[at..at + KEY].try_into().unwrap();
            for place in self.by_key.get(&key).into_iter().flatten() {
                let (name, needle) = &self.list[*place];
                if bytes[at..].starts_with(needle) {
                    found.insert(name.as_str());
                }
            }
        }
        found
    }
}

/// The shapes of a text, each under its name.
fn shapes(text: &str) -> Vec<(String, Vec<u8>)> {
    let mut shapes: Vec<(String, Vec<u8>)> = Vec::new();
    let mut add = |shape: &str, bytes: Vec<u8>| {
        if shapes.iter().all(|(_, known)| *known != bytes) {
            shapes.push((shape.to_owned(), bytes));
        }
    };
    for (case, text) in [("", text.to_owned()), ("lower ", text.to_lowercase()), ("upper ", text.to_uppercase())] {
        let bytes = text.as_bytes();
        add(&format!("{case}utf-8"), bytes.to_vec());
        let wide: Vec<u16> = text.encode_utf16().collect();
        add(&format!("{case}utf-16 le"), wide.iter().flat_map(|unit| unit.to_le_bytes()).collect());
        add(&format!("{case}utf-16 be"), wide.iter().flat_map(|unit| unit.to_be_bytes()).collect());
        let latin: Option<Vec<u8>> = text.chars().map(|letter| u8::try_from(u32::from(letter)).ok()).collect();
        if let Some(latin) = latin {
            add(&format!("{case}latin-1"), latin);
        }
        add(&format!("{case}json"), escaped_json(&text).into_bytes());
        for (name, space) in [("url", "%20"), ("form", "+")] {
            let escaped = escaped_url(&text, space);
            add(&format!("{case}{name}"), escaped.to_lowercase().into_bytes());
            add(&format!("{case}{name}, capital escapes"), escaped.into_bytes());
        }
        let digits: String = bytes.iter().fold(String::new(), |mut digits, byte| {
            write!(digits, "{byte:02x}").unwrap();
            digits
        });
        add(&format!("{case}capital hex"), digits.to_uppercase().into_bytes());
        add(&format!("{case}hex"), digits.into_bytes());
        for offset in 0..3 {
            let base64 = base64(bytes, offset);
            let for_addresses = base64.replace('+', "-").replace('/', "_");
            add(&format!("{case}base64"), base64.into_bytes());
            add(&format!("{case}base64 for addresses"), for_addresses.into_bytes());
        }
        add(&format!("{case}reversed"), text.chars().rev().collect::<String>().into_bytes());
        // A hash without a key can be found by trying all names. A pseudonym has 16 bytes.
        for (name, digest) in unkeyed(bytes) {
            let half = digest[..16].iter().fold(String::new(), |mut digits, byte| {
                write!(digits, "{byte:02x}").unwrap();
                digits
            });
            add(&format!("{case}{name} without a key"), digest[..16].to_vec());
            add(&format!("{case}{name} without a key, capital hex"), half.to_uppercase().into_bytes());
            add(&format!("{case}{name} without a key, hex"), half.into_bytes());
            add(&format!("{case}{name} without a key, base64"), base64(&digest[..15], 0).into_bytes());
        }
    }
    shapes
}

/// The hashes that somebody might take for a protection.
pub fn unkeyed(bytes: &[u8]) -> [(&'static str, Vec<u8>); 5] {
    [
        ("md5", Md5::digest(bytes).to_vec()),
        ("sha-1", Sha1::digest(bytes).to_vec()),
        ("sha-256", Sha256::digest(bytes).to_vec()),
        ("sha-512", Sha512::digest(bytes).to_vec()),
        ("blake3", blake3::hash(bytes).as_bytes().to_vec()),
    ]
}

fn escaped_json(text: &str) -> String {
    text.chars().fold(String::new(), |mut escaped, letter| {
        if letter.is_ascii() {
            escaped.push(letter);
        } else {
            write!(escaped, "\\u{:04x}", u32::from(letter)).unwrap();
        }
        escaped
    })
}

/// Percent-encoded as browsers do.
pub fn escaped_url(text: &str, space: &str) -> String {
    text.bytes().fold(String::new(), |mut escaped, byte| {
        match byte {
            b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'-' | b'.' | b'_' | b'~' => escaped.push(char::from(byte)),
            b' ' => escaped.push_str(space),
            _ => write!(escaped, "%{byte:02X}").unwrap(),
        }
        escaped
    })
}

/// What certainly stands in the base64 of any text that holds `bytes` at `offset` modulo three.
pub fn base64(bytes: &[u8], offset: usize) -> String {
    const LETTERS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let padded: Vec<u8> = std::iter::repeat_n(0, offset).chain(bytes.iter().copied()).collect();
    let letters = padded.chunks(3).flat_map(|group| {
        let bits = group.iter().fold(0_u32, |bits, byte| bits << 8 | u32::from(*byte)) << (8 * (3 - group.len()));
        [18, 12, 6, 0].map(|shift| char::from(LETTERS[(bits >> shift & 63) as usize]))
    });
    letters.take(padded.len() * 8 / 6).skip((offset * 8).div_ceil(6)).collect()
}

/// Everything below a folder, unpacked as far as it can be, and what was found where.
pub fn folder(needles: &Needles, root: &Path) -> Vec<String> {
    let mut found = Vec::new();
    let mut folders = vec![root.to_owned()];
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
                continue;
            }
            let mut note = |part: &str, bytes: &[u8]| {
                let name = path.strip_prefix(root).unwrap_or(&path).display();
                found.extend(needles.find(bytes).into_iter().map(|needle| format!("{name}{part}: {needle}")));
            };
            note(", its name", path.file_name().unwrap().as_encoded_bytes());
            match std::fs::read(&path) {
                Ok(bytes) => note("", &bytes),
                // SQLite removes its log when the last connection closes.
                Err(error) if error.kind() == std::io::ErrorKind::NotFound => continue,
                Err(error) => panic!("{}: {error}", path.display()),
            }
            if path.extension().is_some_and(|extension| extension == "parquet") {
                note(", unpacked", &parquet_values(&path));
            }
            if path.file_name().is_some_and(|name| name == "register.sqlite") {
                for payload in journal_payloads(&path) {
                    note(", journal", &payload);
                }
            }
        }
    }
    found
}

/// The bytes of every column of a Parquet file.
fn parquet_values(path: &Path) -> Vec<u8> {
    let mut values = Vec::new();
    for rows in ParquetRecordBatchReaderBuilder::try_new(File::open(path).unwrap()).unwrap().build().unwrap() {
        for column in rows.unwrap().columns() {
            add_buffers(&column.to_data(), &mut values);
        }
    }
    values
}

fn add_buffers(data: &ArrayData, values: &mut Vec<u8>) {
    data.buffers().iter().for_each(|buffer| values.extend_from_slice(buffer.as_slice()));
    data.child_data().iter().for_each(|child| add_buffers(child, values));
}

/// The journal's rows, unpacked: Arrow's own buffers are not compressed. Read from a copy, so that looking at a register
/// changes nothing in it.
fn journal_payloads(register: &Path) -> Vec<Vec<u8>> {
    let copy = tempfile::tempdir().unwrap();
    for suffix in ["", "-wal"] {
        let from = register.with_file_name(format!("register.sqlite{suffix}"));
        if from.exists() {
            std::fs::copy(&from, copy.path().join(from.file_name().unwrap())).unwrap();
        }
    }
    let url = format!("sqlite://{}?mode=rw", copy.path().join("register.sqlite").display());
    tokio::runtime::Runtime::new().unwrap().block_on(async {
        let register = Database::connect(url).await.unwrap();
        let all = Statement::from_string(register.get_database_backend(), "SELECT payload FROM journal");
        let rows = register.query_all_raw(all).await.unwrap();
        rows.iter()
            .map(|row| {
                let payload: Vec<u8> = row.try_get("", "payload").unwrap();
                zstd::stream::decode_all(&payload[..]).unwrap()
            })
            .collect()
    })
}

/// How many rows the journal of a register holds.
pub fn journal_rows(register: &Path) -> usize {
    journal_payloads(register).len()
}
