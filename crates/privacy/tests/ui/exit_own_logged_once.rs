//! One audit entry proves one access.

use privacy::exit::{OwnAccess, Subject, ViewLogged, Viewer};

fn twice(viewer: &Viewer, subject: Subject, logged: ViewLogged) {
    let _ = OwnAccess::check(viewer, subject, logged);
    let _ = OwnAccess::check(viewer, subject, logged);
}

fn main() {}
