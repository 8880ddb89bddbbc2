//! What can go wrong with a data folder, told with what happened, to what, and what to do.

use std::path::PathBuf;

use thiserror::Error;

/// An error of the store.
#[derive(Debug, Error)]
pub enum Error {
    /// A file or folder could not be read or written.
    #[error("{what} {path}: {cause}", path = path.display())]
    File {
        /// What was being done, as in "cannot write".
        what: &'static str,
        /// The file or folder.
        path: PathBuf,
        /// What the operating system said. Not a `source`: it is told once, here.
        cause: std::io::Error,
    },
    /// The disk is full: nothing was accepted, nothing accepted was lost.
    #[error("the disk that holds the data folder is full: free some space; nothing accepted so far is lost")]
    DiskFull,
    /// The register (the SQL database) refused.
    #[error("the register refused: {0}")]
    Register(sea_orm::DbErr),
    /// The register was written by a newer version of the program.
    #[error(
        "the data folder was written by a newer version (it knows the migration {migration}); install that version or newer"
    )]
    NewerVersion {
        /// The migration this version does not know.
        migration: String,
    },
    /// Somebody else works on the data folder.
    #[error("another process holds {path}; stop it, or wait until it has finished", path = path.display())]
    Held {
        /// The lock file.
        path: PathBuf,
    },
    /// The key file is not as it must be.
    #[error("the key file {path} {what}", path = path.display())]
    KeyFile {
        /// The key file.
        path: PathBuf,
        /// What is wrong and what to do.
        what: String,
    },
    /// The file of what a restore must not undo cannot be read.
    #[error(
        "the tombstone file {path} has a line that is none; restore it from your copy, beside the keys: without it an \
         erased person could come back",
        path = path.display()
    )]
    Tombstones {
        /// The file.
        path: PathBuf,
    },
    /// There is no open request of this number and kind.
    #[error("there is no open request number {id} of this kind; `rights list` shows those that are open")]
    NoRequest {
        /// The number.
        id: i64,
    },
    /// A backup cannot be made or put back.
    #[error("{path}: {what}", path = path.display())]
    Backup {
        /// The folder concerned.
        path: PathBuf,
        /// What is wrong and what to do.
        what: String,
    },
    /// The process that holds the keys does not answer.
    #[error("the pseudonymiser does not answer on {socket}: {what}; start it first: ecarnet-stats pseudonymiser", socket = socket.display())]
    KeysAway {
        /// Its socket.
        socket: PathBuf,
        /// What went wrong.
        what: String,
    },
    /// The keys are not those of the data folder.
    #[error("the keys are not those that the data folder was made with: {0}")]
    OtherKeys(String),
    /// A Parquet file or a journal row could not be written or read.
    #[error("the lake cannot be read or written: {0}")]
    Lake(String),
    /// The engine could not run a query.
    #[error("the query failed: {0}")]
    Query(String),
    /// Noise that is to be stored without a debit of its own.
    #[error("the cube {cube} has no open debit for {month}: nothing of its month was stored")]
    NotDebited {
        /// The cube.
        cube: String,
        /// The month.
        month: String,
    },
    /// Text in the register that this version cannot read.
    #[error("the register holds {what} that this version cannot read: {text}")]
    Unreadable {
        /// What kind of thing.
        what: &'static str,
        /// The text; never personal, since nothing in the register is.
        text: String,
    },
}

impl Error {
    pub(crate) fn file(what: &'static str, path: impl Into<PathBuf>) -> impl FnOnce(std::io::Error) -> Self {
        let path = path.into();
        move |cause| {
            if cause.kind() == std::io::ErrorKind::StorageFull {
                Self::DiskFull
            } else {
                Self::File { what, path, cause }
            }
        }
    }
}

impl From<sea_orm::DbErr> for Error {
    fn from(error: sea_orm::DbErr) -> Self {
        // SQLite reports a full disk as SQLITE_FULL (13), or as an I/O error while it extends a file.
        let text = error.to_string();
        if text.contains("database or disk is full") || text.contains("disk I/O error") {
            Self::DiskFull
        } else {
            Self::Register(error)
        }
    }
}

impl From<arrow::error::ArrowError> for Error {
    fn from(error: arrow::error::ArrowError) -> Self {
        Self::Lake(error.to_string())
    }
}

impl From<parquet::errors::ParquetError> for Error {
    fn from(error: parquet::errors::ParquetError) -> Self {
        Self::Lake(error.to_string())
    }
}

impl From<object_store::Error> for Error {
    fn from(error: object_store::Error) -> Self {
        if error.to_string().contains("No space left") { Self::DiskFull } else { Self::Lake(error.to_string()) }
    }
}

impl From<datafusion::error::DataFusionError> for Error {
    fn from(error: datafusion::error::DataFusionError) -> Self {
        Self::Query(error.strip_backtrace())
    }
}
