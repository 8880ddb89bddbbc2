//! The key file: one JSON file that only its owner may read, apart from the data so that a backup of one is no backup
//! of the other.

use std::collections::BTreeMap;
use std::fs::{self, File, OpenOptions};
use std::io::Write;
use std::os::unix::fs::{OpenOptionsExt, PermissionsExt};
use std::path::Path;

use privacy::{KeyRing, Secret};
use serde::{Deserialize, Serialize};

use crate::error::Error;

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Stored {
    /// School year → 64 hexadecimal digits.
    roots: BTreeMap<String, String>,
    opt_out: String,
}

fn wrong(path: &Path, what: impl Into<String>) -> Error {
    Error::KeyFile { path: path.to_owned(), what: what.into() }
}

fn secret(path: &Path, text: &str) -> Result<Secret, Error> {
    let mut bytes = [0; 32];
    hex::decode_to_slice(text, &mut bytes)
        .map_err(|_| wrong(path, "holds a key that is not 64 hexadecimal digits; restore it from your copy"))?;
    Ok(Secret::from_bytes(bytes))
}

/// Reads the key file, or makes it with fresh keys where there is none.
pub(crate) fn read_or_create(path: &Path) -> Result<KeyRing, Error> {
    let text = match fs::read_to_string(path) {
        Ok(text) => text,
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => {
            let ring = KeyRing::random();
            write(path, &ring)?;
            return Ok(ring);
        }
        Err(error) => return Err(Error::file("cannot read", path)(error)),
    };
    let mode = fs::metadata(path).map_err(Error::file("cannot read", path))?.permissions().mode() & 0o777;
    if mode & 0o077 != 0 {
        return Err(wrong(path, format!("can be read by others (mode {mode:o}); run: chmod 600 {}", path.display())));
    }
    let stored: Stored = serde_json::from_str(&text)
        .map_err(|_| wrong(path, "is not a key file of ecarnet-stats; restore it from your copy"))?;
    let mut roots = BTreeMap::new();
    for (year, root) in &stored.roots {
        let year = year.parse().map_err(|_| wrong(path, format!("names {year}, which is no school year")))?;
        roots.insert(year, secret(path, root)?);
    }
    Ok(KeyRing::new(roots, secret(path, &stored.opt_out)?))
}

/// Writes the key file: a new file beside it, flushed, then renamed over it, so that a crash leaves the old or the new.
pub(crate) fn write(path: &Path, ring: &KeyRing) -> Result<(), Error> {
    let stored = Stored {
        roots: ring.roots().iter().map(|(year, root)| (year.to_string(), hex::encode(root.expose()))).collect(),
        opt_out: hex::encode(ring.opt_out_secret().expose()),
    };
    // The parent of a bare name is empty, and no folder has that name.
    let folder = path.parent().filter(|folder| *folder != Path::new("")).unwrap_or(Path::new(".")).to_owned();
    fs::create_dir_all(&folder).map_err(Error::file("cannot create", &folder))?;
    let beside = path.with_extension("new");
    let text = serde_json::to_string_pretty(&stored).map_err(|error| wrong(path, error.to_string()))?;
    let written = OpenOptions::new()
        .write(true)
        .create(true)
        .truncate(true)
        .mode(0o600)
        .open(&beside)
        .and_then(|mut file| file.write_all(text.as_bytes()).and_then(|()| file.sync_all()));
    written.map_err(Error::file("cannot write", &beside))?;
    fs::rename(&beside, path)
        .and_then(|()| File::open(&folder).and_then(|folder| folder.sync_all()))
        .map_err(Error::file("cannot write", path))
}
