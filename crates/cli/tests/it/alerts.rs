//! Alerts of the whole product: from tablets' errors to a receiver, a page, the API and back; and settings that cannot
//! work.

#[path = "../../../delivery/tests/it/receivers.rs"]
mod receivers;

use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::Output;
use std::sync::Arc;
use std::time::Duration;

use calendar::{Calendar, Zone};
use catalogue::{Catalogue, Role};
use delivery::{Message, Secret, verify};
use jiff::civil::Date;
use jiff::{Span, Timestamp};
use privacy::Raw;
use privacy::entry::{Claims, IdentifierForm, RawClaims};
use serde_json::{Value, json};
use store::{Folder as DataFolder, Store};

use crate::server::{Folder, Request, Server, program, roster, run};
use receivers::{Mail, SECRET, Webhook};

const UAI: &str = "0750001A";
const ELSEWHERE: &str = "0750002B";
const FIRST: &str = "2025-09-01";
/// The day on which errors are everywhere, a Monday, and the class day after it.
const BAD: &str = "2025-10-06";
const AFTER: &str = "2025-10-07";

/// Raw identifiers: none may be in a message.
const CANARIES: [&str; 4] = ["ENSEIGNANTE-7741", "TABLETTE-8812", "SEANCE-5521", "SIGNATURE-3390"];

fn secret_file(folder: &Path) -> PathBuf {
    let file = folder.join("secret");
    std::fs::write(&file, format!("{SECRET}\n")).unwrap();
    std::fs::set_permissions(&file, std::fs::Permissions::from_mode(0o600)).unwrap();
    file
}

fn batch(day: Date, tablet: usize, errors: usize) -> Value {
    let event = |seq: usize, name: &str, props: Value| {
        json!({
            "id": uuid::Uuid::new_v4().to_string(), "name": name, "at": format!("{day}T10:00:00+02:00"),
            "session": format!("SEANCE-5521-{tablet}"), "seq": seq, "role": "teacher", "actor": "ENSEIGNANTE-7741",
            "class": "C-0", "props": props,
        })
    };
    let session = |seq| event(seq, "session_ended", json!({ "active_s": 300, "screens_n": 5, "end": "background" }));
    let error = |seq| event(seq, "error_occurred", json!({ "class": "network", "signature": "SIGNATURE-3390" }));
    let events: Vec<Value> = (0..10).map(session).chain((10..10 + errors).map(error)).collect();
    json!({
        "schema": 1, "batch_id": uuid::Uuid::new_v4().to_string(), "batch_no": 1, "lost_n": 0, "establishment": UAI,
        "install": format!("TABLETTE-8812-{tablet}"), "app_version": "2.3.4", "platform": "android", "os_major": 13,
        "sent_at": format!("{day}T18:00:00+02:00"), "events": events,
    })
}

fn move_clock(server: &Server, token: &str, moment: &str) {
    let asked = Request::json("POST", "/demo/clock", token, json!({ "now": moment }).to_string());
    let answer = asked.send(server.address());
    assert_eq!(answer.status, 200, "{}", answer.text());
}

/// Five weeks of a school with six tablets, the last day of them a bad one, seen the day after.
fn play(server: &Server, token: &str) {
    for school in [UAI, ELSEWHERE] {
        let path = format!("/api/v1/establishments/{school}/roster");
        let declared = Request::json("PUT", path, token, roster("paris", 2, 5).to_string()).send(server.address());
        assert_eq!(declared.status, 200, "{}", declared.text());
    }
    let calendar = Calendar::official();
    let (first, bad): (Date, Date) = (FIRST.parse().unwrap(), BAD.parse().unwrap());
    let days = std::iter::successors(Some(first), |day| Some(day.saturating_add(Span::new().days(1))));
    let open = days.take_while(|day| *day <= bad).filter(|day| calendar.is_class_day(Zone::C, *day));
    for (nth, day) in open.enumerate() {
        move_clock(server, token, &format!("{day}T18:00:00+02:00"));
        for tablet in 0..6 {
            let errors = if day == bad { 12 } else { usize::from((nth + tablet) % 3 == 0) };
            let sent = Request::events(token, batch(day, tablet, errors).to_string()).send(server.address());
            assert_eq!(sent.status, 202, "{}", sent.text());
            assert_eq!(sent.value()["refused"], json!([]));
        }
    }
    move_clock(server, token, &format!("{AFTER}T08:00:00+02:00"));
}

/// Waits for what the server sends by itself.
fn wait<T>(what: impl Fn() -> Option<T>) -> T {
    for _ in 0..600 {
        if let Some(found) = what() {
            return found;
        }
        std::thread::sleep(Duration::from_millis(100));
    }
    panic!("nothing came");
}

fn sign_in(folder: &Folder, role: Role, school: &str) -> String {
    tokio::runtime::Runtime::new().unwrap().block_on(async {
        let catalogue = Arc::new(Catalogue::embedded().unwrap());
        let store = Store::open_beside(DataFolder::new(folder.data()), catalogue).await.unwrap();
        let raw = RawClaims {
            role: role.slug().to_owned(),
            establishment: Some(school.to_owned()),
            actor: Some(format!("QUI-{}", role.slug())),
            class: Some("C-0".to_owned()),
        };
        let claims = Claims::admit(&Raw::new(raw), &store.keys(), |_| IdentifierForm::Raw).unwrap();
        let until = Timestamp::from_second(4_000_000_000).unwrap();
        let cookie = store.register().open_session(&claims, until).await.unwrap();
        format!("ecarnet_session={}", cookie.reveal())
    })
}

fn ask(server: &Server, method: &str, path: &str, cookie: &str) -> crate::server::Answer {
    Request::new(method, path).header("Cookie", cookie).send(server.address())
}

/// Whether there is anything in a text that may be a pseudonym: 32 hexadecimal digits in a row.
fn holds_a_pseudonym(text: &str) -> bool {
    text.split(|letter: char| !letter.is_ascii_hexdigit()).any(|word| word.len() >= 32)
}

#[test]
fn a_bad_day_is_told_by_every_channel_without_anybody_in_it_and_seen_once() {
    let (folder, hook, mail) = (Folder::new(), Webhook::start(), Mail::start());
    let secret = secret_file(folder.root());
    let mut command = program();
    command.args(["serve", "--listen", "127.0.0.1:0", "--data"]).arg(folder.data());
    command.args([
        "--demo",
        "--clock",
        "simulated",
        "--clock-start",
        "2025-09-01T06:00:00+02:00",
        "--fold-every",
        "600",
    ]);
    command.args(["--alert-page", "https://stats.example.fr", "--alert-webhook", &hook.url()]);
    command.arg("--alert-webhook-secret-file").arg(&secret);
    command.env("ECARNET_STATS_ALERT_MAIL_TO", "technique@academie.example");
    command.args(["--smtp-url", &mail.url(), "--smtp-from", "stats@academie.example"]);
    let token = folder.token("collect", "all");
    let server = Server::spawn(command);
    play(&server, &token);

    // The receivers.
    // All schools together had a bad day as well, which is told apart.
    let of_school = format!("\"establishment\":\"{UAI}\"");
    let is_it = |body: &str| body.contains("\"error_count\"") && body.contains(BAD) && body.contains(&of_school);
    let got = wait(|| hook.got().into_iter().find(|got| is_it(&got.body)));
    let (id, moment, signature) =
        (got.header("webhook-id"), got.header("webhook-timestamp"), got.header("webhook-signature"));
    let at = Timestamp::from_second(moment.parse().unwrap()).unwrap();
    assert!(verify(&Secret::read(SECRET).unwrap(), id, moment, signature, &got.body, at));
    let message: Message = serde_json::from_str(&got.body).unwrap();
    let alert = message.alerts.iter().find(|one| one.measure.as_deref() == Some("error_count")).unwrap();
    assert_eq!((alert.establishment.as_deref(), alert.counted, alert.last_day.as_str()), (Some(UAI), 72, BAD));
    assert!(alert.sentence.fr.contains("72 erreurs"), "{}", alert.sentence.fr);
    let letter = wait(|| mail.got().into_iter().find(|letter| letter.contains("72 erreurs")));
    for told in [
        got.body.replace(id, ""),
        letter.replace("msg_", "").lines().filter(|line| !line.starts_with("Message-ID")).collect(),
    ] {
        assert!(CANARIES.iter().all(|canary| !told.contains(canary)), "{told}");
        assert!(!holds_a_pseudonym(&told), "{told}");
    }

    // The API: who may see what.
    let address = server.address();
    let with = |token: &str| {
        Request::new("GET", "/api/v1/alerts").header("Authorization", format!("Bearer {token}")).send(address)
    };
    let count = |answer: &crate::server::Answer| answer.value()["alerts"].as_array().map_or(0, Vec::len);
    let read = with(&folder.token("read", UAI));
    assert_eq!(read.status, 200);
    let there = read.value()["alerts"].as_array().unwrap().clone();
    let one = there.iter().find(|one| one["id"] == alert.id).unwrap();
    assert_eq!(
        (&one["state"], &one["counted"], &one["sentence"]["fr"]),
        (&json!("open"), &json!(72), &json!(alert.sentence.fr))
    );
    assert!(one["told_on"] == AFTER && one["usual"].as_u64().unwrap() < 20, "{one}");
    assert!(!holds_a_pseudonym(&read.text()));
    assert_eq!(count(&with(&folder.token("read", ELSEWHERE))), 0);
    assert_eq!(with(&token).status, 403, "a token for collecting");
    assert_eq!(Request::new("GET", "/api/v1/alerts").send(address).status, 401);
    let head = sign_in(&folder, Role::SchoolHead, UAI);
    let other = sign_in(&folder, Role::SchoolHead, ELSEWHERE);
    let teacher = sign_in(&folder, Role::Teacher, UAI);
    let operator = sign_in(&folder, Role::Editor, UAI);
    assert_eq!(count(&ask(&server, "GET", "/api/v1/alerts", &head)), there.len());
    assert_eq!(count(&ask(&server, "GET", "/api/v1/alerts", &other)), 0);
    assert_eq!(count(&ask(&server, "GET", "/api/v1/alerts?state=open", &head)), there.len());
    let of_all = ask(&server, "GET", "/api/v1/alerts", &operator).value()["alerts"].as_array().unwrap().clone();
    assert!(
        !of_all.is_empty() && of_all.iter().all(|one| one["establishment"].is_null()),
        "no school is named: {of_all:?}"
    );
    assert_eq!(ask(&server, "GET", "/api/v1/alerts", &teacher).status, 404);
    assert_eq!(ask(&server, "GET", "/api/v1/alerts?state=loud", &head).status, 422);

    // Acknowledging.
    let page = ask(&server, "GET", "/mon-ecole?lang=fr", &head).text();
    assert!(page.contains("Marquer comme vu") && page.contains(r#"action="/mon-ecole/alertes?lang=fr""#));
    let path = format!("/api/v1/alerts/{}/acknowledge", alert.id);
    for stranger in [&other, &teacher, &operator] {
        assert_eq!(ask(&server, "POST", &path, stranger).status, 404);
    }
    let seen = ask(&server, "POST", &path, &head);
    assert_eq!(
        (seen.status, &seen.value()["state"], &seen.value()["acknowledged_by"]),
        (200, &json!("acknowledged"), &json!("school_head"))
    );
    assert!(ask(&server, "GET", "/mon-ecole?lang=fr", &head).text().contains("par la direction"));
    let sent = (hook.got().len(), mail.got().len());
    move_clock(&server, &token, &format!("{AFTER}T18:00:00+02:00"));
    move_clock(&server, &token, "2025-10-09T08:00:00+02:00");
    let listed = run(&["alerts", "list", "--data", &folder.argument()]);
    let listed = String::from_utf8(listed.stdout).unwrap();
    assert!(listed.lines().any(|line| line.starts_with(&format!("{}\t{UAI}\t{BAD}\t", alert.id)) && line.contains("\tacknowledged\t")), "{listed}");
    let unknown = run(&["alerts", "acknowledge", "--data", &folder.argument(), "999"]);
    assert_eq!(unknown.status.code(), Some(2));
    assert_eq!((hook.got().len(), mail.got().len()), sent, "each was told once");
    let (status, said) = server.stop();
    assert!(status.success());
    let said = String::from_utf8_lossy(&said);
    assert!(!said.contains("technique@") && !said.contains(SECRET), "{said}");
}

#[test]
fn the_button_of_the_page_does_what_the_api_does() {
    let folder = Folder::new();
    let token = folder.token("collect", "all");
    let arguments =
        ["--demo", "--clock", "simulated", "--clock-start", "2025-09-01T06:00:00+02:00", "--fold-every", "600"];
    let server = Server::start(&folder, &arguments);
    play(&server, &token);
    let head = sign_in(&folder, Role::SchoolHead, UAI);
    // Nobody is told: the page judges when it is read.
    let page = ask(&server, "GET", "/mon-ecole?lang=en", &head).text();
    let id = page.split(r#"name="alert" value=""#).nth(1).and_then(|rest| rest.split('"').next()).unwrap().to_owned();
    let press = |cookie: &str, body: &str| {
        Request::new("POST", "/mon-ecole/alertes?lang=en")
            .header("Cookie", cookie)
            .header("Content-Type", "application/x-www-form-urlencoded")
            .body(body)
            .send(server.address())
    };
    assert_eq!(press(&sign_in(&folder, Role::SchoolHead, ELSEWHERE), &format!("alert={id}")).status, 404);
    assert_eq!(press(&sign_in(&folder, Role::Teacher, UAI), "").status, 404);
    assert_eq!(press(&head, "alert=all").status, 422);
    let done = press(&head, &format!("alert={id}"));
    assert_eq!((done.status, done.header("Location")), (303, Some("/mon-ecole?lang=en#a-surveiller")));
    assert!(ask(&server, "GET", "/mon-ecole?lang=en", &head).text().contains("Seen on "));
}

#[test]
fn a_test_message_says_what_became_of_it() {
    let (folder, hook) = (Folder::new(), Webhook::start());
    folder.token("read", "all");
    let secret = secret_file(folder.root());
    let (data, url) = (folder.argument(), hook.url());
    let with = |more: &[&str]| {
        let secret = secret.display().to_string();
        let known =
            ["alerts", "test", "--data", &data, "--alert-page", "https://stats.example.fr", "--alert-webhook", &url];
        run(&[&known[..], &["--alert-webhook-secret-file", &secret], more].concat())
    };
    let done = with(&[]);
    assert!(done.status.success(), "{}", String::from_utf8_lossy(&done.stderr));
    assert_eq!(String::from_utf8_lossy(&done.stdout), "webhook:1\tdelivered\n");
    assert!(hook.got()[0].body.contains(r#""kind":"test""#));
    let done =
        with(&["--alert-mail-to", "a@b.example", "--smtp-url", "smtp://127.0.0.1:1", "--smtp-from", "c@d.example"]);
    assert_eq!(done.status.code(), Some(1));
    assert_eq!(
        String::from_utf8_lossy(&done.stdout),
        "webhook:1\tdelivered\nmail:1\tno connection to the mail server\n"
    );
}

fn assert_wrong_use(done: &Output, words: &[&str]) {
    let said = String::from_utf8_lossy(&done.stderr);
    assert_eq!(done.status.code(), Some(2), "{said}");
    for word in words {
        assert!(said.contains(word), "{word:?} is not in: {said}");
    }
}

#[test]
fn settings_that_cannot_work_stop_the_start_and_say_what_would_be_right() {
    let folder = Folder::new();
    let data = folder.argument();
    let secret = secret_file(folder.root());
    let file = secret.display().to_string();
    let serve = |more: &[&str]| run(&[&["serve", "--listen", "127.0.0.1:0", "--data", &data][..], more].concat());
    let page = ["--alert-page", "https://stats.example.fr"];
    let hook = |url: &str, more: &[&str]| serve(&[&page[..], &["--alert-webhook", url], more].concat());
    assert_wrong_use(
        &hook("http://alertes.example.fr/", &["--alert-webhook-secret-file", &file]),
        &["in the clear", "https://"],
    );
    assert_wrong_use(&hook("https://alertes.example.fr/", &[]), &["unsigned", "openssl rand -base64 32"]);
    assert_wrong_use(
        &hook("https://a.example/", &["--alert-webhook-secret-file", "/nowhere"]),
        &["/nowhere cannot be read"],
    );
    std::fs::set_permissions(&secret, std::fs::Permissions::from_mode(0o644)).unwrap();
    assert_wrong_use(&hook("https://a.example/", &["--alert-webhook-secret-file", &file]), &["mode 644", "chmod 600"]);
    assert_wrong_use(&serve(&["--alert-mail-to", "a@b.example"]), &["--alert-page"]);
    let settings = folder.root().join("alertes.toml");
    std::fs::write(&settings, "page = \"https://stats.example.fr\"\n[[webhok]]\nurl = \"https://a.example\"\n")
        .unwrap();
    let settings = settings.display().to_string();
    assert_wrong_use(&serve(&["--alert-settings", &settings]), &["webhok", "docs/alerts.md"]);
    assert_wrong_use(&serve(&["--alert-settings", "/nowhere.toml"]), &["/nowhere.toml", "cannot be read"]);
    assert!(!folder.data().exists(), "what cannot work makes no data folder");
}
