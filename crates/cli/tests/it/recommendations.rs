//! Recommendations over HTTP: what a teacher is told, how she silences it, who else sees nothing of it, and what leaves.

use std::collections::BTreeSet;
use std::net::SocketAddr;

use catalogue::Role;
use jiff::{Span, Timestamp};
use privacy::Raw;
use privacy::entry::{Claims, IdentifierForm, RawClaims};
use serde_json::{Value, json};

use crate::canaries::scan::{Needles, folder as scan_folder};
use crate::rights::world::{UAI, Who, World, ask, move_clock, open, pseudonyms};
use crate::server::{Answer, Folder, Request, Server, run};

/// The Friday of a class week, when three weeks of the second period are over.
const NOW: &str = "2025-11-28T18:00:00Z";
const RULE: &str = "sharing_rhythm";

struct School {
    folder: Folder,
    server: Server,
    collect: String,
}

/// A school of six classes whose teachers add items every week and share nothing.
fn school() -> School {
    let folder = Folder::new();
    let collect = folder.token("collect", "all");
    let server =
        Server::start(&folder, &["--demo", "--clock", "simulated", "--clock-start", NOW, "--fold-every", "600"]);
    let world = World { classes: 6 };
    world.declare(server.address(), &collect, &BTreeSet::new());
    for class in 0..6 {
        let mut events = Vec::new();
        for day in ["2025-10-14", "2025-11-04", "2025-11-13", "2025-11-18", "2025-11-25"] {
            let pupils: Vec<String> = (0..6).map(|pupil| format!("P-{class}-{pupil}")).collect();
            events.push(json!({
                "id": uuid::Uuid::new_v4(), "name": "media_added", "at": format!("{day}T09:00:00+01:00"), "session": "s",
                "seq": events.len(), "role": "teacher", "actor": format!("T-{class}"), "class": format!("C-{class}"),
                "pupils": pupils, "props": { "kind": "photo" },
            }));
        }
        let batch = json!({
            "schema": 1, "batch_id": uuid::Uuid::new_v4(), "batch_no": 1, "lost_n": 0, "establishment": UAI,
            "install": format!("tab-{class}"), "app_version": "2.3.4", "platform": "android",
            "sent_at": "2025-11-28T17:00:00+01:00", "events": events,
        });
        let answer = Request::events(&collect, batch.to_string()).send(server.address());
        assert_eq!(
            (answer.status, answer.value()["refused"].as_array().map(Vec::len)),
            (202, Some(0)),
            "{}",
            answer.text()
        );
    }
    move_clock(server.address(), &collect, NOW);
    School { folder, server, collect }
}

impl School {
    fn to(&self) -> SocketAddr {
        self.server.address()
    }

    /// Signs somebody in, as an identity provider would.
    fn cookie(&self, role: Role, actor: &str, class: Option<&str>) -> String {
        tokio::runtime::Runtime::new().unwrap().block_on(async {
            let store = open(&self.folder).await;
            let raw = RawClaims {
                role: role.slug().to_owned(),
                establishment: Some(UAI.to_owned()),
                actor: Some(actor.to_owned()),
                class: class.map(str::to_owned),
            };
            let claims = Claims::admit(&Raw::new(raw), &store.keys(), |_| IdentifierForm::Raw).unwrap();
            let until = Timestamp::now() + Span::new().hours(2);
            let secret = store.register().open_session(&claims, until).await.unwrap();
            format!("ecarnet_session={}", secret.reveal())
        })
    }

    fn teacher(&self, class: usize) -> String {
        self.cookie(Role::Teacher, &format!("T-{class}"), Some(&format!("C-{class}")))
    }

    fn get(&self, path: &str, cookie: &str) -> Answer {
        Request::new("GET", path).header("Cookie", cookie).send(self.to())
    }

    fn page(&self, path: &str, cookie: &str) -> String {
        let answer = Request::new("GET", path).header("Cookie", cookie).header("Accept", "text/html").send(self.to());
        assert_eq!(answer.status, 200, "{}", answer.text());
        answer.text()
    }

    fn told(&self, cookie: &str) -> Vec<String> {
        let answer = self.get("/api/v1/recommendations", cookie);
        assert_eq!(answer.status, 200, "{}", answer.text());
        let list = answer.value()["recommendations"].as_array().cloned().unwrap();
        list.iter().map(|one| one["rule"].as_str().unwrap().to_owned()).collect()
    }

    fn give(&self, cookie: &str, rule: &str, useful: bool) -> Answer {
        self.post(cookie, rule, "application/json", &json!({ "useful": useful }).to_string())
    }

    fn post(&self, cookie: &str, rule: &str, kind: &str, body: &str) -> Answer {
        Request::new("POST", format!("/api/v1/recommendations/{rule}/feedback"))
            .header("Cookie", cookie)
            .header("Content-Type", kind)
            .body(body)
            .send(self.to())
    }
}

#[test]
fn a_teacher_is_told_with_evidence_and_silences_what_is_of_no_use_to_her_alone() {
    let school = school();
    let (her, other) = (school.teacher(0), school.teacher(1));
    let answer = school.get("/api/v1/recommendations", &her).value();
    assert_eq!((&answer["audience"], &answer["withheld"]), (&json!("teacher"), &Value::Null));
    assert!(answer.get("best_practices").is_none(), "not for teachers");
    let list = answer["recommendations"].as_array().unwrap();
    let one = list.iter().find(|one| one["rule"] == RULE).expect("four weeks without a share");
    assert!((1..=3).contains(&list.len()));
    assert_eq!(
        (&one["value"], &one["of"], &one["confidence"]),
        (&json!(4.0), &json!(4.0), &json!({ "kind": "counted" }))
    );
    assert_eq!(one["evidence"].as_array().unwrap().len(), 4, "a figure a week: {one}");
    let sentence = one["fr"]["sentence"].as_str().unwrap();
    assert!(
        sentence.contains("Sur les 4 dernières semaines de classe, 4 se sont passées")
            && sentence.contains("\u{202f}:")
    );
    assert!(one["en"]["sentence"].as_str().unwrap().starts_with("Of the last 4 class weeks, 4 went by"));

    let page = school.page("/ma-classe?lang=fr", &her);
    let forms = page.matches("/feedback\"").count();
    assert!(page.contains("id=\"pistes\"") && (1..=3).contains(&forms), "{forms} suggestions");
    let section = page.split("id=\"pistes\"").nth(1).and_then(|rest| rest.split("</section>").next()).unwrap();
    assert!(section.contains("Pas utile") && section.contains("Pourquoi cette piste"));
    assert!(!section.contains('\'') && !section.contains(" :"), "French typography: {section}");
    assert!(!school.page("/ma-classe?p=2025-2026-P1", &her).contains("id=\"pistes\""), "what is suggested is of now");

    assert_eq!(school.give(&her, RULE, false).status, 204);
    assert!(!school.told(&her).contains(&RULE.to_owned()));
    assert!(!school.page("/ma-classe", &her).contains(&format!("recommendations/{RULE}/")));
    assert!(school.told(&other).contains(&RULE.to_owned()), "hers alone");
    let back = school.post(&her, RULE, "application/x-www-form-urlencoded", "useful=true&lang=en");
    assert_eq!((back.status, back.header("location")), (303, Some("/ma-classe?lang=en#pistes")));
    assert!(school.told(&her).contains(&RULE.to_owned()), "she may change her mind");
}

#[test]
fn a_wrong_answer_says_what_would_be_right_and_strangers_find_nothing() {
    let school = school();
    let (her, head) = (school.teacher(0), school.cookie(Role::SchoolHead, "D-1", None));
    for (kind, body, status, said) in [
        ("application/json", "[]", 422, "useful"),
        ("application/json", "{\"useful\": \"yes\"}", 422, "true or false"),
        ("application/json", "{\"useful\": true, \"why\": \"x\"}", 422, "useful"),
        ("application/x-www-form-urlencoded", "lang=fr", 422, "useful=true"),
        ("text/plain", "useful", 415, "application/json"),
    ] {
        let answer = school.post(&her, RULE, kind, body);
        assert_eq!(answer.status, status, "{body}: {}", answer.text());
        assert!(answer.text().contains(said), "{}", answer.text());
    }
    for (cookie, rule) in [(&her, "unheard_of"), (&her, "crash_alert"), (&head, RULE), (&String::new(), RULE)] {
        assert_eq!(school.give(cookie, rule, true).status, 404, "{rule}");
    }
    assert_eq!(school.get("/api/v1/recommendations", "").status, 404);
    assert_eq!(school.give(&head, "crash_alert", false).status, 204);
    let head = school.get("/api/v1/recommendations", &head).value();
    assert_eq!(head["audience"], "head");
    assert_eq!(head["best_practices"]["found"], json!([]));
    assert_eq!(head["best_practices"]["withheld"], "few_districts", "one district is too few");

    // What is typed is never said again, nor kept.
    let canary = "Zoe-Canari-4711";
    let needles = Needles::of_bytes(&[("canary".to_owned(), canary.as_bytes().to_vec())]);
    for kind in ["application/json", "application/x-www-form-urlencoded", "text/plain"] {
        for (rule, body) in
            [(canary, "{\"useful\":true}"), (RULE, canary), (RULE, "useful=Zoe-Canari-4711&lang=Zoe-Canari-4711")]
        {
            let answer = school.post(&her, rule, kind, body);
            assert!(answer.status >= 400 && needles.find(&answer.raw).is_empty(), "{}", answer.text());
        }
    }
    let School { folder, server, .. } = school;
    let (_, said) = server.stop();
    assert!(needles.find(&said).is_empty() && scan_folder(&needles, folder.root()).is_empty());
}

#[test]
fn feedback_is_hers_to_see_and_erase_and_none_of_it_leaves() {
    let school = school();
    let admin = school.folder.token("admin", "all");
    for class in 0..6 {
        let cookie = school.teacher(class);
        assert_eq!(school.give(&cookie, RULE, class > 0).status, 204);
        assert_eq!(school.give(&cookie, "domains_uncovered", false).status, 204);
    }
    let her: Who = ("staff", "T-0".to_owned());
    let dossier = ask(school.to(), &admin, "access", &her).value();
    let tables = dossier["tables"].as_array().unwrap();
    let given = tables.iter().find(|table| table["table"] == "feedback").expect("what she gave");
    assert_eq!(given["rows"].as_array().unwrap().len(), 2);
    assert_eq!(given["rows"][1]["rule"], RULE);
    assert_eq!(given["rows"][1]["useful"], false);

    move_clock(school.to(), &school.collect, "2025-12-05T08:00:00Z");
    let operator = school.cookie(Role::Editor, "E-1", None);
    let told = school.get("/api/v1/recommendations", &operator).value();
    assert_eq!((&told["recommendations"], told.get("feedback")), (&json!([]), None));

    let id = ask(school.to(), &admin, "erase", &her).value()["id"].as_i64().unwrap();
    crate::rights::wait_until_done(school.to(), &admin, id);
    let runtime = tokio::runtime::Runtime::new().unwrap();
    let of = |who: &Who| {
        let store = runtime.block_on(open(&school.folder));
        pseudonyms(&store, who).into_iter().map(|bytes| ("of".to_owned(), bytes.to_vec())).collect::<Vec<_>>()
    };
    let (of_her, of_other) = (of(&her), of(&("staff", "T-1".to_owned())));
    let School { folder, server, .. } = school;
    server.stop();
    assert_eq!(scan_folder(&Needles::of_bytes(&of_her), &folder.data()), Vec::<String>::new());
    // The next school year does away with the rest.
    let silenced = |person: &[u8]| {
        let person = privacy::Pseudonym::from_hex(&hex::encode(person)).unwrap();
        runtime.block_on(async { open(&folder).await.register().not_useful(person).await.unwrap().len() })
    };
    let before: usize = of_other.iter().map(|(_, person)| silenced(person)).sum();
    assert_eq!(before, 1, "another's stays");
    let done = run(&["maintain", "--data", &folder.argument(), "--now", "2026-09-20T12:00:00Z"]);
    assert!(done.status.success(), "{}", String::from_utf8_lossy(&done.stderr));
    assert_eq!(of_other.iter().map(|(_, person)| silenced(person)).sum::<usize>(), 0);
}

#[test]
fn nothing_is_suggested_kept_or_measured_without_the_committees_approval() {
    let school = school();
    let her = school.teacher(0);
    for decision in ["recommendations", "best_practices"] {
        let done = run(&["governance", "withdraw", decision, "--data", &school.folder.argument(), "--note", "test"]);
        assert!(done.status.success(), "{}", String::from_utf8_lossy(&done.stderr));
    }
    let answer = school.get("/api/v1/recommendations", &her).value();
    assert_eq!((&answer["recommendations"], &answer["withheld"]), (&json!([]), &json!("not_approved")));
    assert!(!school.page("/ma-classe", &her).contains("id=\"pistes\""));
    let refused = school.give(&her, RULE, true);
    assert_eq!(refused.status, 409, "{}", refused.text());
    let head = school.cookie(Role::SchoolHead, "D-1", None);
    let page = school.page("/mon-ecole", &head);
    assert!(!page.contains("id=\"pistes\"") && !page.contains("id=\"pratiques\""));
    let done = run(&["recommendations", "parity", "--data", &school.folder.argument(), "--now", NOW]);
    assert_eq!(done.status.code(), Some(2), "{}", String::from_utf8_lossy(&done.stderr));
}

#[test]
fn parity_is_measured_on_a_demonstration_only() {
    let school = school();
    let measure = |folder: &Folder| {
        run(&["recommendations", "parity", "--data", &folder.argument(), "--now", NOW, "--format", "json"])
    };
    let done = measure(&school.folder);
    assert!(done.status.success(), "{}", String::from_utf8_lossy(&done.stderr));
    let lines: Value = serde_json::from_slice(&done.stdout).unwrap();
    assert_eq!(lines, json!([]), "one school is no comparison");
    let real = Folder::new();
    Server::start(&real, &[]).stop();
    let done = measure(&real);
    assert_eq!(done.status.code(), Some(2));
    assert!(String::from_utf8_lossy(&done.stderr).contains("demonstration"));
}
