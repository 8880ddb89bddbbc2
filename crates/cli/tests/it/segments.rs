//! Segments of use over HTTP and on the command line: to a teacher hers, to a head numbers, to anybody else nothing.

use std::sync::Arc;

use catalogue::{Catalogue, Role};
use jiff::{Span, Timestamp};
use privacy::Raw;
use privacy::entry::{Claims, IdentifierForm, RawClaims};
use store::{Folder as DataFolder, Store};

use crate::server::{Answer, Folder, Request, Server, roster, run};

const UAI: &str = "0750001A";

/// A session of somebody at the school, as a cookie.
fn session(folder: &Folder, role: Role, actor: &str, class: Option<&str>) -> String {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    runtime.block_on(async {
        let catalogue = Arc::new(Catalogue::embedded().unwrap());
        let store = Store::open_beside(DataFolder::new(folder.data()), catalogue).await.unwrap();
        let raw = RawClaims {
            role: role.slug().to_owned(),
            establishment: Some(UAI.to_owned()),
            actor: Some(actor.to_owned()),
            class: class.map(ToOwned::to_owned),
        };
        let claims = Claims::admit(&Raw::new(raw), &store.keys(), |_| IdentifierForm::Raw).unwrap();
        let expires = Timestamp::now() + Span::new().hours(2);
        let secret = store.register().open_session(&claims, expires).await.unwrap();
        format!("ecarnet_session={}", secret.reveal())
    })
}

#[test]
fn a_teacher_is_answered_hers_a_head_numbers_and_others_nothing() {
    let folder = Folder::new();
    let server = Server::start_demonstration(&folder, "2025-12-25T06:00:00+01:00");
    let token = folder.token("collect", "all");
    let path = format!("/api/v1/establishments/{UAI}/roster");
    let declared = Request::json("PUT", path, &token, roster("paris", 7, 2).to_string()).send(server.address());
    assert_eq!(declared.status, 200, "{}", declared.text());
    let get = |cookie: &str, query: &str| -> Answer {
        Request::new("GET", format!("/api/v1/segments{query}")).header("Cookie", cookie).send(server.address())
    };
    let teacher = session(&folder, Role::Teacher, "T-1", Some("C-1"));
    let hers = get(&teacher, "");
    assert_eq!(hers.status, 200, "{}", hers.text());
    let hers = hers.value();
    assert_eq!((&hers["segment"], &hers["withheld"]), (&serde_json::Value::Null, &"too_early".into()));
    assert!(hers.get("counts").is_none(), "numbers of a school are not for a teacher: {hers}");
    let head = session(&folder, Role::SchoolHead, "D-1", None);
    let school = get(&head, "").value();
    assert_eq!((&school["counts"], &school["withheld"]), (&serde_json::json!([]), &"not_closed".into()));
    assert!(school.get("habits").is_none(), "nobody's habits are for a head: {school}");

    for (cookie, query, expected) in [
        (&teacher, "?p=novembre", "a school year, as 2025-2026"),
        (&head, "?p=2025-W46", "a school period, as 2025-2026-P2"),
    ] {
        let wrong = get(cookie, query);
        assert_eq!(wrong.status, 422, "{query}");
        assert!(wrong.text().contains(expected) && !wrong.text().contains("novembre"), "{}", wrong.text());
    }
    for role in [Role::Parent, Role::Support] {
        assert_eq!(get(&session(&folder, role, "X-1", None), "").status, 404, "{role:?}");
    }
    assert_eq!(Request::new("GET", "/api/v1/segments").send(server.address()).status, 404);
    server.stop();

    let data = folder.argument();
    let refused = run(&["segments", "learn", "--data", &data, "--year", "2025-2026"]);
    let said = String::from_utf8_lossy(&refused.stderr).into_owned();
    assert_eq!(refused.status.code(), Some(1), "{said}");
    assert!(said.contains("at least 200 are needed") && refused.stdout.is_empty(), "{said}");
    let wrong = run(&["segments", "learn", "--data", &data, "--year", "this one"]);
    assert_eq!(wrong.status.code(), Some(2), "{}", String::from_utf8_lossy(&wrong.stderr));
}
