//! What a restore must not undo: erasures, objections and restrictions, as keyed digests, and draws of noise, in a file that no backup of the
//! data folder holds. It lies beside the keys, and belongs into the same safe place as they do.
//!
//! One line an act: `SECOND ACT DIGEST`. A line is on the disk before the act is done, so that an older register that is
//! put back, by `restore` or by hand, meets every act that it does not know, and does it again before anybody reads it.

use std::collections::BTreeSet;
use std::fs::{self, File, OpenOptions};
use std::io::Write;
use std::os::unix::fs::OpenOptionsExt;
use std::path::Path;

use crate::error::Error;

/// What was done.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Act {
    /// The rows of a pseudonym were erased.
    Erased,
    /// Somebody objected.
    Objected,
    /// She took it back.
    Allowed,
    /// The rows of a pseudonym are not used, since its person objects.
    SetAside,
    /// They may be used again.
    TakenUp,
    /// The rows of a pseudonym are kept and not used.
    Restricted,
    /// They may be used again.
    Lifted,
    /// Rows were corrected: nobody can do that again but the officer, from the request of this number.
    Rectified,
    /// The noise of a cube was drawn and is being stored: an older register must neither draw it again nor forget what
    /// it cost.
    Drawn,
}

impl Act {
    const ALL: [Self; 9] = [
        Self::Erased,
        Self::Objected,
        Self::Allowed,
        Self::SetAside,
        Self::TakenUp,
        Self::Restricted,
        Self::Lifted,
        Self::Rectified,
        Self::Drawn,
    ];

    pub(crate) const fn slug(self) -> &'static str {
        match self {
            Self::Erased => "erased",
            Self::Objected => "objected",
            Self::Allowed => "allowed",
            Self::SetAside => "set_aside",
            Self::TakenUp => "taken_up",
            Self::Restricted => "restricted",
            Self::Lifted => "lifted",
            Self::Rectified => "rectified",
            Self::Drawn => "drawn",
        }
    }

    pub(crate) fn from_slug(slug: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|act| act.slug() == slug)
    }
}

/// One line, oldest first in the order of the type.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Tombstone {
    /// When, in seconds since 1970.
    pub(crate) at: i64,
    pub(crate) act: Act,
    /// A keyed digest in hexadecimal; for [`Act::Rectified`] the number of the request, for [`Act::Drawn`] the debit.
    pub(crate) digest: String,
}

/// Reads the file; none is no tombstone. A last line that a crash cut short was no act yet.
pub(crate) fn read(path: &Path) -> Result<BTreeSet<Tombstone>, Error> {
    let text = match fs::read_to_string(path) {
        Ok(text) => text,
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(BTreeSet::new()),
        Err(error) => return Err(Error::file("cannot read", path)(error)),
    };
    let whole = text.rfind('\n').map_or("", |end| &text[..end]);
    let wrong = || Error::Tombstones { path: path.to_owned() };
    whole.lines().map(|line| parse(line).ok_or_else(wrong)).collect()
}

fn parse(line: &str) -> Option<Tombstone> {
    let mut parts = line.split(' ');
    let tombstone = Tombstone {
        at: parts.next()?.parse().ok()?,
        act: Act::from_slug(parts.next()?)?,
        digest: parts.next().filter(|digest| !digest.is_empty())?.to_owned(),
    };
    parts.next().is_none().then_some(tombstone)
}

/// Adds lines, and returns once they are on the disk.
pub(crate) fn append(path: &Path, tombstones: &[Tombstone]) -> Result<(), Error> {
    if tombstones.is_empty() {
        return Ok(());
    }
    let cut_short = fs::read(path).is_ok_and(|bytes| bytes.last().is_some_and(|last| *last != b'\n'));
    // A line that a crash had cut short is ended first, and then repeated whole if it is one of these.
    let mut text = String::new();
    if cut_short {
        let kept = read(path)?;
        rewrite(path, &kept)?;
    }
    for tombstone in tombstones {
        text.push_str(&line(tombstone));
    }
    let mut file = OpenOptions::new()
        .append(true)
        .create(true)
        .mode(0o600)
        .open(path)
        .map_err(Error::file("cannot write", path))?;
    file.write_all(text.as_bytes()).and_then(|()| file.sync_all()).map_err(Error::file("cannot write", path))?;
    flush_folder(path)
}

fn rewrite(path: &Path, kept: &BTreeSet<Tombstone>) -> Result<(), Error> {
    let beside = path.with_extension("tombstones-new");
    let text: String = kept.iter().map(line).collect();
    OpenOptions::new()
        .write(true)
        .create(true)
        .truncate(true)
        .mode(0o600)
        .open(&beside)
        .and_then(|mut file| file.write_all(text.as_bytes()).and_then(|()| file.sync_all()))
        .and_then(|()| fs::rename(&beside, path))
        .map_err(Error::file("cannot write", path))?;
    flush_folder(path)
}

fn line(tombstone: &Tombstone) -> String {
    format!("{} {} {}\n", tombstone.at, tombstone.act.slug(), tombstone.digest)
}

fn flush_folder(path: &Path) -> Result<(), Error> {
    // The parent of a bare name is empty, and no folder has that name.
    let folder = path.parent().filter(|folder| *folder != Path::new("")).unwrap_or(Path::new("."));
    File::open(folder).and_then(|folder| folder.sync_all()).map_err(Error::file("cannot flush", folder))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn stone(at: i64, act: Act) -> Tombstone {
        Tombstone { at, act, digest: format!("{at:064x}") }
    }

    #[test]
    fn what_was_written_is_read_and_a_line_cut_short_was_no_act() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("data.tombstones");
        assert!(read(&path).unwrap().is_empty());
        append(&path, &[stone(1, Act::Erased)]).unwrap();
        let whole = fs::read(&path).unwrap();
        fs::write(&path, [&whole[..], b"2 objec"].concat()).unwrap();
        assert_eq!(read(&path).unwrap(), BTreeSet::from([stone(1, Act::Erased)]));
        append(&path, &[stone(3, Act::Lifted)]).unwrap();
        assert_eq!(read(&path).unwrap(), BTreeSet::from([stone(1, Act::Erased), stone(3, Act::Lifted)]));
    }

    #[test]
    fn a_file_that_is_something_else_is_refused_without_an_excerpt() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("data.tombstones");
        for text in ["Marie\n", "1 erased\n", "1 erased ab cd\n", "x erased ab\n", "1 forgotten ab\n"] {
            fs::write(&path, text).unwrap();
            let said = read(&path).unwrap_err().to_string();
            assert!(said.contains("data.tombstones") && !said.contains("Marie"), "{said}");
        }
    }
}
