//! The key file: one JSON file that only its owner may read, apart from the data so that a backup of one is no backup
//! of the other.
//!
//! A key that was destroyed leaves no bytes behind: the file that held it is overwritten before it is unlinked, also
//! when a crash came in between. (A file system that copies on write, or a disk that spreads its wear, may still hold
//! old blocks: keep the key file on a disk that is encrypted as a whole.)

use std::collections::BTreeMap;
use std::fs::{self, File, OpenOptions};
use std::io::{ErrorKind, Write};
use std::os::unix::fs::{MetadataExt, OpenOptionsExt, PermissionsExt};
use std::path::{Path, PathBuf};
use std::sync::{Arc, RwLock};

use calendar::SchoolYear;
use privacy::{KeyId, KeyRing, Secret};
use serde::{Deserialize, Serialize};

use super::{Held, Replaced};
use crate::error::Error;

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Stored {
    /// School year → 64 hexadecimal digits.
    roots: BTreeMap<String, String>,
    opt_out: String,
    /// School years that never get a root again.
    #[serde(default)]
    destroyed: Vec<String>,
}

/// The key file of one data folder, open.
pub(crate) struct KeyFile {
    path: PathBuf,
    ring: RwLock<Arc<KeyRing>>,
}

impl KeyFile {
    /// Reads the key file; where there is none, makes one with fresh keys if `may_make` allows it.
    pub(crate) fn open(path: &Path, may_make: bool) -> Result<Self, Error> {
        wipe_leftovers(path)?;
        let ring = match read(path)? {
            Some(ring) => ring,
            None if may_make => {
                let ring = KeyRing::random();
                write(path, &ring)?;
                ring
            }
            None => return Err(Error::file("cannot read", path)(ErrorKind::NotFound.into())),
        };
        Ok(Self { path: path.to_owned(), ring: RwLock::new(Arc::new(ring)) })
    }

    /// The keys as they are now.
    pub(crate) fn ring(&self) -> Arc<KeyRing> {
        Arc::clone(&self.ring.read().unwrap_or_else(std::sync::PoisonError::into_inner))
    }

    /// What is held, without any key.
    pub(crate) fn held(&self) -> Held {
        let ring = self.ring();
        let roots = ring.years().filter_map(|year| Some((year, ring.key_id(year)?))).collect();
        Held { roots, destroyed: ring.destroyed().clone(), opt_out: ring.opt_out_id() }
    }

    /// Gives these years a root where they may have one and have none.
    pub(crate) fn ensure(&self, years: &[SchoolYear]) -> Result<(), Error> {
        self.change(|ring| {
            let added: Vec<bool> = years.iter().map(|year| ring.ensure_root(*year)).collect();
            (added.contains(&true), ())
        })
    }

    /// Destroys the root of a year for good; its public digest, where there was one.
    pub(crate) fn destroy(&self, year: SchoolYear) -> Result<Option<KeyId>, Error> {
        self.change(|ring| {
            let is_new = !ring.destroyed().contains(&year);
            let gone = ring.destroy_root(year);
            (is_new || gone.is_some(), gone)
        })
    }

    /// Destroys the root of a year and makes another in its place.
    pub(crate) fn replace(&self, year: SchoolYear) -> Result<Option<Replaced>, Error> {
        self.change(|ring| {
            let gone = ring.replace_root(year);
            let replaced = gone.and_then(|gone| Some(Replaced { gone, made: ring.key_id(year)? }));
            (replaced.is_some(), replaced)
        })
    }

    /// Changes the ring, on the disk first: what is not written down is never used.
    fn change<T>(&self, change: impl FnOnce(&mut KeyRing) -> (bool, T)) -> Result<T, Error> {
        let mut current = self.ring.write().unwrap_or_else(std::sync::PoisonError::into_inner);
        let mut ring = (**current).clone();
        let (changed, told) = change(&mut ring);
        if changed {
            write(&self.path, &ring)?;
            *current = Arc::new(ring);
        }
        Ok(told)
    }
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

/// The keys of a file; `None` where there is no file.
fn read(path: &Path) -> Result<Option<KeyRing>, Error> {
    let text = match fs::read_to_string(path) {
        Ok(text) => text,
        Err(error) if error.kind() == ErrorKind::NotFound => return Ok(None),
        Err(error) => return Err(Error::file("cannot read", path)(error)),
    };
    let mode = fs::metadata(path).map_err(Error::file("cannot read", path))?.permissions().mode() & 0o777;
    if mode & 0o077 != 0 {
        return Err(wrong(path, format!("can be read by others (mode {mode:o}); run: chmod 600 {}", path.display())));
    }
    let stored: Stored = serde_json::from_str(&text)
        .map_err(|_| wrong(path, "is not a key file of ecarnet-stats; restore it from your copy"))?;
    let year = |text: &str| text.parse().map_err(|_| wrong(path, "names a year that is no school year"));
    let mut roots = BTreeMap::new();
    for (label, root) in &stored.roots {
        roots.insert(year(label)?, secret(path, root)?);
    }
    let destroyed = stored.destroyed.iter().map(|label| year(label)).collect::<Result<_, _>>()?;
    Ok(Some(KeyRing::new(roots, secret(path, &stored.opt_out)?, destroyed)))
}

/// A neighbour of the key file: `NAME.new` while it is written, `NAME.old` while the one before is overwritten.
fn neighbour(path: &Path, suffix: &str) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(suffix);
    name.into()
}

/// Writes the key file: a new file beside it, flushed, then renamed over it, so that a crash leaves the old or the new.
/// The old one keeps a second name until its bytes are overwritten.
fn write(path: &Path, ring: &KeyRing) -> Result<(), Error> {
    let stored = Stored {
        roots: ring.roots().iter().map(|(year, root)| (year.to_string(), hex::encode(root.expose()))).collect(),
        opt_out: hex::encode(ring.opt_out_secret().expose()),
        destroyed: ring.destroyed().iter().map(ToString::to_string).collect(),
    };
    let folder = folder_of(path);
    fs::create_dir_all(&folder).map_err(Error::file("cannot create", &folder))?;
    let (new, old) = (neighbour(path, ".new"), neighbour(path, ".old"));
    let text = serde_json::to_string_pretty(&stored).map_err(|error| wrong(path, error.to_string()))?;
    let mut options = OpenOptions::new();
    let written = options.write(true).create(true).truncate(true).mode(0o600).open(&new);
    let written = written.and_then(|mut file| file.write_all(text.as_bytes()).and_then(|()| file.sync_all()));
    written.map_err(Error::file("cannot write", &new))?;
    let renamed = match fs::hard_link(path, &old) {
        Err(error) if error.kind() != ErrorKind::NotFound => Err(error),
        _ => fs::rename(&new, path),
    };
    renamed.and_then(|()| flush_folder(&folder)).map_err(Error::file("cannot write", path))?;
    wipe(&old)?;
    flush_folder(&folder).map_err(Error::file("cannot write", path))
}

/// The folder of the key file. The parent of a bare name is empty, and no folder has that name.
fn folder_of(path: &Path) -> PathBuf {
    path.parent().filter(|folder| *folder != Path::new("")).unwrap_or(Path::new(".")).to_owned()
}

fn flush_folder(folder: &Path) -> std::io::Result<()> {
    File::open(folder).and_then(|folder| folder.sync_all())
}

/// Finishes what a crash has interrupted: a new file that never took its place, an old one that was not overwritten.
fn wipe_leftovers(path: &Path) -> Result<(), Error> {
    wipe(&neighbour(path, ".new"))?;
    let old = neighbour(path, ".old");
    let file_of = |path: &Path| fs::metadata(path).map(|file| (file.dev(), file.ino())).ok();
    if file_of(&old).is_some() && file_of(&old) == file_of(path) {
        // The crash came before the new file took its place: this is a second name of the key file itself.
        return fs::remove_file(&old).map_err(Error::file("cannot remove", &old));
    }
    wipe(&old)
}

/// Overwrites a file and unlinks it, if it is there.
fn wipe(path: &Path) -> Result<(), Error> {
    let overwritten = OpenOptions::new().write(true).open(path).and_then(|mut file| {
        let length = usize::try_from(file.metadata()?.len()).unwrap_or(0);
        file.write_all(&vec![b'0'; length])?;
        file.sync_all()
    });
    match overwritten.and_then(|()| fs::remove_file(path)) {
        Err(error) if error.kind() != ErrorKind::NotFound => Err(Error::file("cannot overwrite", path)(error)),
        _ => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn year(text: &str) -> SchoolYear {
        text.parse().unwrap()
    }

    /// Every byte in a folder, whatever the file.
    fn bytes_of(folder: &Path) -> Vec<u8> {
        let entries = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
        entries.flat_map(|path| if path.is_dir() { bytes_of(&path) } else { fs::read(path).unwrap() }).collect()
    }

    fn holds(bytes: &[u8], part: &[u8]) -> bool {
        bytes.windows(part.len()).any(|window| window == part)
    }

    #[test]
    fn a_key_file_is_made_once_for_its_owner_alone() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("data.keys");
        assert!(KeyFile::open(&path, false).is_err());
        let made = KeyFile::open(&path, true).unwrap();
        made.ensure(&[year("2025-2026")]).unwrap();
        assert_eq!(fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o600);
        assert!(KeyFile::open(&path, true).unwrap().held() == made.held());
        fs::set_permissions(&path, fs::Permissions::from_mode(0o640)).unwrap();
        assert!(matches!(KeyFile::open(&path, true), Err(Error::KeyFile { .. })));
    }

    #[test]
    fn a_destroyed_root_leaves_no_bytes_and_never_comes_back() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("data.keys");
        let file = KeyFile::open(&path, true).unwrap();
        file.ensure(&[year("2024-2025"), year("2025-2026")]).unwrap();
        let root = *file.ring().roots()[&year("2024-2025")].expose();
        let text = hex::encode(root);
        assert!(holds(&bytes_of(folder.path()), text.as_bytes()), "the scan finds it while it is there");
        // A second name of the file that held it shows that its bytes were overwritten, not only unlinked.
        let witness = folder.path().join("witness");
        fs::hard_link(&path, &witness).unwrap();
        assert!(file.destroy(year("2024-2025")).unwrap().is_some());
        let bytes = bytes_of(folder.path());
        for form in [&root[..], text.as_bytes(), text.to_uppercase().as_bytes()] {
            assert!(!holds(&bytes, form));
        }
        file.ensure(&[year("2024-2025")]).unwrap();
        let again = KeyFile::open(&path, true).unwrap();
        again.ensure(&[year("2024-2025")]).unwrap();
        assert!(!again.held().roots.contains_key(&year("2024-2025")));
        assert!(again.held().destroyed.contains(&year("2024-2025")));
        assert!(again.held().roots.contains_key(&year("2025-2026")));
    }

    #[test]
    fn what_a_crash_left_behind_is_overwritten_at_the_next_start() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("data.keys");
        let file = KeyFile::open(&path, true).unwrap();
        file.ensure(&[year("2025-2026")]).unwrap();
        let held = file.held();
        // After the rename, before the overwriting; and a new file that was never renamed.
        let witnesses = [("old", ".old"), ("new", ".new")].map(|(name, suffix)| {
            let witness = folder.path().join(name);
            fs::copy(&path, &witness).unwrap();
            fs::hard_link(&witness, neighbour(&path, suffix)).unwrap();
            witness
        });
        assert!(KeyFile::open(&path, false).unwrap().held() == held);
        for witness in witnesses {
            assert!(fs::read(witness).unwrap().iter().all(|byte| *byte == b'0'));
        }
        assert!(!neighbour(&path, ".old").exists() && !neighbour(&path, ".new").exists());
        // Before the rename: the second name is of the key file itself, which must survive.
        fs::hard_link(&path, neighbour(&path, ".old")).unwrap();
        assert!(KeyFile::open(&path, false).unwrap().held() == held);
        assert!(!neighbour(&path, ".old").exists());
    }
}
