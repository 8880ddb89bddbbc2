//! The proof of access to own figures cannot be written down.

use privacy::exit::{OwnAccess, Subject, Viewer};

fn forged(viewer: Viewer, subject: Subject) -> OwnAccess {
    OwnAccess { establishment: viewer.establishment, subject }
}

fn main() {}
