//! Patterns over HTTP: each reader gets her own kind, and nothing leaves before the committee has approved it.

use std::sync::Arc;

use catalogue::{Catalogue, Role};
use jiff::{Span, Timestamp};
use privacy::Raw;
use privacy::entry::{Claims, IdentifierForm, RawClaims};
use store::{Decision, DecisionStatus, Folder as DataFolder, Store};

use crate::server::{Answer, Folder, Request, Server, roster};

const UAI: &str = "0750001A";
const PATH: &str = "/api/v1/patterns";

fn within<T>(work: impl Future<Output = T>) -> T {
    tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap().block_on(work)
}

async fn beside(folder: &Folder) -> Store {
    Store::open_beside(DataFolder::new(folder.data()), Arc::new(Catalogue::embedded().unwrap())).await.unwrap()
}

/// Signs somebody in, as an identity provider would.
fn sign_in(folder: &Folder, role: Role, actor: &str) -> String {
    within(async {
        let store = beside(folder).await;
        let raw = RawClaims {
            role: role.slug().to_owned(),
            establishment: Some(UAI.to_owned()),
            actor: Some(actor.to_owned()),
            class: None,
        };
        let claims = Claims::admit(&Raw::new(raw), &store.keys(), |_| IdentifierForm::Raw).unwrap();
        let until = Timestamp::now() + Span::new().hours(1);
        let secret = store.register().open_session(&claims, until).await.unwrap();
        format!("ecarnet_session={}", secret.reveal())
    })
}

fn decide(folder: &Folder, status: DecisionStatus) {
    within(async {
        let decision = Decision {
            id: "patterns".to_owned(),
            status,
            decided_on: "2025-11-01".to_owned(),
            demonstration: true,
            note: String::new(),
        };
        beside(folder).await.register().decide(&decision, Timestamp::UNIX_EPOCH).await.unwrap();
    });
}

#[test]
fn each_reader_gets_her_own_patterns_and_nobody_gets_any_without_approval() {
    let folder = Folder::new();
    let server = Server::start_demonstration(&folder, "2025-11-20T12:00:00Z");
    let collect = folder.token("collect", "all");
    let answer = Request::json(
        "PUT",
        format!("/api/v1/establishments/{UAI}/roster"),
        &collect,
        roster("paris", 3, 8).to_string(),
    )
    .send(server.address());
    assert_eq!(answer.status, 200, "{}", answer.text());
    let event = |number: u32, day: &str| {
        serde_json::json!({
            "id": format!("00000000-0000-4000-8000-{number:012}"), "name": "media_added", "at": format!("{day}T10:00:00+01:00"),
            "session": "s", "seq": number, "role": "teacher", "actor": "T-0", "class": "C-0", "pupils": ["P-0-1"],
            "props": {"kind": "photo"},
        })
    };
    let batch = serde_json::json!({
        "schema": 1, "batch_id": "11111111-0000-4000-8000-000000000000", "batch_no": 1, "lost_n": 0, "establishment": UAI,
        "install": "tab-1", "app_version": "2.3.4", "platform": "android", "sent_at": "2025-11-20T11:00:00+01:00",
        "events": [event(1, "2025-11-17"), event(2, "2025-11-17"), event(3, "2025-11-18")],
    });
    let answer = Request::events(&collect, batch.to_string()).send(server.address());
    assert_eq!(answer.status, 202, "{}", answer.text());

    let by = |cookie: &str| Request::new("GET", PATH).header("Cookie", cookie).send(server.address());
    let with = |token: &str| {
        Request::new("GET", PATH).header("Authorization", format!("Bearer {token}")).send(server.address())
    };
    let teacher = sign_in(&folder, Role::Teacher, "T-0");
    let head = sign_in(&folder, Role::SchoolHead, "DIRECTION");
    let operator = sign_in(&folder, Role::Editor, "EDITEUR");
    let parent = sign_in(&folder, Role::Parent, "F-0-1");
    let (read, one_school) = (folder.token("read", "all"), folder.token("read", UAI));

    // The fold comes every few seconds.
    let mut own = by(&teacher).value();
    for _ in 0..60 {
        if !own["patterns"][0]["figures"]["days"].as_array().is_none_or(Vec::is_empty) {
            break;
        }
        std::thread::sleep(std::time::Duration::from_millis(500));
        own = by(&teacher).value();
    }
    assert_eq!(own["about"], "own");
    let told = &own["patterns"][0];
    assert_eq!((told["kind"].as_str(), told["protection"].as_str()), (Some("own_weekdays"), Some("exact")), "{own}");
    assert_eq!(told["figures"]["days"][0]["acts"], 2, "{own}");
    for words in ["sentence", "uncertainty", "method", "caution"] {
        assert!(told[words]["fr"].is_string() && told[words]["en"].is_string(), "{words}: {own}");
    }
    let about = |answer: &Answer| answer.value()["about"].as_str().unwrap_or_default().to_owned();
    assert_eq!(
        (about(&by(&head)), about(&by(&operator)), about(&with(&read))),
        ("school".into(), "beyond".into(), "beyond".into())
    );

    let nowhere = Request::new("GET", "/api/v1/nulle-part").header("Cookie", &*parent).send(server.address());
    for absent in [by(&parent), Request::new("GET", PATH).send(server.address())] {
        assert_eq!((absent.status, absent.text()), (404, nowhere.text()));
    }
    assert_eq!((with(&one_school).status, with(&collect).status, with("ecs_nothing").status), (403, 403, 401));
    assert!(with(&one_school).text().contains("--establishment all"));

    decide(&folder, DecisionStatus::Withdrawn);
    for answer in [by(&teacher), by(&head), by(&operator), with(&read)] {
        let value = answer.value();
        assert_eq!(
            (&value["withheld"], value["patterns"].as_array().map(Vec::len)),
            (&"not_approved".into(), Some(0)),
            "{value}"
        );
    }
    let page =
        Request::new("GET", "/mon-ecole").header("Cookie", &*head).header("Accept", "text/html").send(server.address());
    assert!(page.status == 200 && !page.text().contains("id=\"rythmes\""));
    decide(&folder, DecisionStatus::Approved);
    let page =
        Request::new("GET", "/mon-ecole").header("Cookie", &*head).header("Accept", "text/html").send(server.address());
    assert!(page.text().contains("id=\"rythmes\""));
}
