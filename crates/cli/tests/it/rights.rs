//! What people may ask of the product, asked of the running product: access, erasure, objection, restriction, correction,
//! retention, backup and restore.
//!
//! The short forms run with every test; `RIGHTS_WHOLE=1` asks for 500 people and a hundred kills.

mod age;
pub mod world;

use std::collections::BTreeSet;
use std::time::{Duration, Instant};

use serde_json::{Value, json};

use crate::canaries::scan::{Needles, folder as scan_folder};
use crate::crash::traffic::Random;
use crate::server::{Folder, Request, Server, run};
use world::{CLOSED, START, UAI, Who, World, ask, move_clock, open, pseudonyms, rows, shown, start, subject};

fn is_whole() -> bool {
    std::env::var_os("RIGHTS_WHOLE").is_some()
}

/// 26 people, or 507.
fn world() -> World {
    World { classes: if is_whole() { 39 } else { 2 } }
}

fn runtime() -> tokio::runtime::Runtime {
    tokio::runtime::Runtime::new().unwrap()
}

struct Tokens {
    collect: String,
    admin: String,
}

fn tokens(folder: &Folder) -> Tokens {
    Tokens { collect: folder.token("collect", "all"), admin: folder.token("admin", "all") }
}

/// A folder to which a world was sent, its tokens, and its server at a later moment.
fn played(world: &World, until: &str) -> (Folder, Tokens, Server) {
    let folder = Folder::new();
    let tokens = tokens(&folder);
    let server = start(&folder);
    world.send(server.address(), &tokens.collect, &BTreeSet::new());
    move_clock(server.address(), &tokens.collect, until);
    (folder, tokens, server)
}

fn needles(folder: &Folder, people: &[Who]) -> Needles {
    let store = runtime().block_on(open(folder));
    let of = |who: &Who| -> Vec<(String, Vec<u8>)> {
        let named = format!("{} {}", who.0, who.1);
        pseudonyms(&store, who).into_iter().map(|bytes| (named.clone(), bytes.to_vec())).collect()
    };
    Needles::of_bytes(&people.iter().flat_map(of).collect::<Vec<_>>())
}

pub fn wait_until_done(to: std::net::SocketAddr, token: &str, id: i64) -> Value {
    let begun = Instant::now();
    loop {
        let answer = Request::json("GET", format!("/api/v1/rights/{id}"), token, "").send(to);
        let request = answer.value();
        if request["state"] == "done" {
            return request;
        }
        assert!(begun.elapsed() < Duration::from_mins(2), "request {id} is never done: {request}");
        std::thread::sleep(Duration::from_millis(20));
    }
}

#[test]
fn access_gives_all_and_only_ones_own_rows() {
    let (folder, world) = (Folder::new(), world());
    let tokens = tokens(&folder);
    let server = start(&folder);
    world.send(server.address(), &tokens.collect, &BTreeSet::new());
    // Before the fold everything is in the journal, and is shown from there.
    let teacher = ("staff", "T-0".to_owned());
    let waiting = ask(server.address(), &tokens.admin, "access", &teacher).value();
    let journal = waiting["tables"].as_array().unwrap().iter().find(|table| table["table"] == "journal");
    assert_eq!(journal.unwrap()["rows"].as_array().unwrap().len(), 6);
    move_clock(server.address(), &tokens.collect, START);
    for who in world.people() {
        let answer = ask(server.address(), &tokens.admin, "access", &who);
        assert_eq!(answer.status, 200, "{}", answer.text());
        let dossier = answer.value();
        assert_eq!(shown(&dossier), world.kept_of(&who), "{who:?}");
        let rosters = dossier["tables"].as_array().unwrap().iter().filter(|table| table["table"] == "roster");
        assert_eq!(rosters.count(), 1, "{who:?}");
    }
    // Nobody else's identifier, and no other kind, leads to her rows.
    for stranger in [("staff", "T-9999".to_owned()), ("family", "T-0".to_owned())] {
        let dossier = ask(server.address(), &tokens.admin, "access", &stranger).value();
        assert_eq!(dossier["tables"].as_array().unwrap().len(), 0, "{stranger:?}");
    }
    // The comparison can tell: one row less is a difference.
    let mut less = world.kept_of(&teacher);
    *less.values_mut().next().unwrap() -= 1;
    let dossier = ask(server.address(), &tokens.admin, "access", &teacher).value();
    assert_ne!(shown(&dossier), less);
    let page = Request::json(
        "POST",
        "/api/v1/rights",
        &tokens.admin,
        json!({ "action": "access", "subject": subject(&teacher) }).to_string(),
    )
    .header("Accept", "text/html")
    .send(server.address());
    assert!(page.text().contains("Trace ajoutée"), "the readable file speaks French");
    server.stop();
}

#[test]
fn an_erasure_is_hidden_at_once_leaves_no_byte_and_changes_no_release() {
    let world = world();
    let (folder, tokens, server) = played(&world, CLOSED);
    let gone: Vec<Who> = world.people().into_iter().step_by(3).collect();
    let stay: Vec<Who> = world.people().into_iter().filter(|who| !gone.contains(who)).collect();
    let before = runtime().block_on(async { rows(&open(&folder).await, &["SELECT * FROM releases"]).await });
    assert!(!before[0].is_empty());
    let (of_gone, of_stay) = (needles(&folder, &gone), needles(&folder, &stay));
    assert!(scan_folder(&of_gone, &folder.data()).len() >= gone.len(), "the scanner finds whoever is there");
    let begun = Instant::now();
    for who in &gone {
        let answer = ask(server.address(), &tokens.admin, "erase", who);
        assert_eq!(answer.status, 202, "{}", answer.text());
        // The very next question shows nothing, whether the files are rewritten yet or not.
        let dossier = ask(server.address(), &tokens.admin, "access", who).value();
        assert_eq!(dossier["tables"].as_array().map(Vec::len), Some(0), "{who:?}: {dossier}");
        let request = wait_until_done(server.address(), &tokens.admin, answer.value()["id"].as_i64().unwrap());
        assert_eq!(request["receipt"].as_str().unwrap().len(), 64);
        assert!(request["counts"]["roster"].as_i64() >= Some(1), "{request}");
    }
    println!("{} people erased in {:.1?}", gone.len(), begun.elapsed());
    assert_eq!(scan_folder(&of_gone, &folder.data()), Vec::<String>::new(), "while the server runs");
    let (_, said) = server.stop();
    assert_eq!(scan_folder(&of_gone, folder.root()), Vec::<String>::new(), "{}", String::from_utf8_lossy(&said));
    assert!(!scan_folder(&of_stay, &folder.data()).is_empty(), "everybody else is still there");
    let after = runtime().block_on(async { rows(&open(&folder).await, &["SELECT * FROM releases"]).await });
    assert_eq!(before, after, "what was published stays as it was");
}

#[test]
fn an_erasure_is_taken_up_after_kill_minus_nine() {
    let kills: usize = if is_whole() { 100 } else { 5 };
    let world = World { classes: 1 + kills.div_ceil(13) };
    let (folder, tokens, mut server) = played(&world, START);
    let mut random = Random::new(u64::from_le_bytes(uuid::Uuid::new_v4().as_bytes()[..8].try_into().unwrap()));
    let (mut cut, mut patience) = (0, 40_000);
    let people = world.people();
    for who in people.iter().take(kills) {
        let id = ask(server.address(), &tokens.admin, "erase", who).value()["id"].as_i64().unwrap();
        std::thread::sleep(Duration::from_micros(random.below(patience) as u64));
        server.kill();
        let still = runtime().block_on(async { open(&folder).await.register().request(id).await.unwrap() });
        if still.unwrap().request.state == "open" {
            cut += 1;
            patience = (patience * 5 / 4).min(1_000_000);
        } else {
            patience = (patience * 3 / 4).max(1_000);
        }
        server = start(&folder);
        wait_until_done(server.address(), &tokens.admin, id);
        let dossier = ask(server.address(), &tokens.admin, "access", who).value();
        assert_eq!(dossier["tables"].as_array().unwrap().len(), 0, "{who:?}");
    }
    server.stop();
    println!("{kills} kills, {cut} of them before the erasure was done");
    assert!(cut > 0, "no erasure was cut short");
    assert_eq!(scan_folder(&needles(&folder, &people[..kills]), folder.root()), Vec::<String>::new());
    let left = runtime().block_on(async { rows(&open(&folder).await, &["SELECT * FROM person_week"]).await });
    let expected: BTreeSet<String> = people[kills..]
        .iter()
        .flat_map(|who| {
            world
                .kept_of(who)
                .into_keys()
                .filter(|key| key.starts_with("person_week"))
                .map(move |key| format!("{who:?} {key}"))
        })
        .collect();
    assert_eq!(left[0].len(), expected.len(), "everybody else has kept every row");
}

/// What must be equal in two worlds. The hour, and the day of the drawn step, are drawn at random: their number is not.
const WORLD: [&str; 8] = [
    "SELECT establishment, day, role, person, class, event, facet, outcome, n, duration_ms, volume_kb FROM person_day",
    "SELECT establishment, role, class, person, week, event, facet, outcome, late, n, duration_ms, volume_kb FROM person_week",
    "SELECT establishment, class, pupil, week, event, facet, outcome, domain, theme, objective, late, n FROM pupil_week",
    "SELECT establishment, day, install, SUM(sessions) AS a, SUM(crashes) AS b, SUM(batches) AS c FROM install_day GROUP BY 1, 2, 3",
    "SELECT district, week, weekday, SUM(n) AS n FROM hours_week GROUP BY district, week, weekday",
    "SELECT week, SUM(n) AS n FROM paths_week GROUP BY week",
    "SELECT establishment, metric, app_version, platform, screen, word, day, bucket_ix, SUM(n) AS n FROM tech_day \
     GROUP BY 1, 2, 3, 4, 5, 6, 7, 8",
    "SELECT establishment, period, measure, split, word, value, previous, denominator, k FROM releases",
];

fn objection(to: std::net::SocketAddr, token: &str, who: &Who, objects: bool) {
    let mut body = subject(who);
    body["objects"] = objects.into();
    let answer = Request::json("POST", "/api/v1/opt-out", token, body.to_string()).send(to);
    assert_eq!(answer.status, 204, "{}", answer.text());
}

fn wait_until_in_force(to: std::net::SocketAddr, token: &str) {
    let is_open = |request: &Value| request["state"] == "open";
    while Request::json("GET", "/api/v1/rights", token, "").send(to).value().as_array().unwrap().iter().any(is_open) {
        std::thread::sleep(Duration::from_millis(20));
    }
}

#[test]
fn a_world_with_objections_equals_one_without_these_people() {
    let world = World { classes: 3 };
    let nobody = BTreeSet::new();
    // Some object before anything is known of them, some while their events are under way.
    let early: Vec<Who> = vec![("staff", "T-0".into()), ("pupil", "P-1-2".into()), ("family", "F-2-3".into())];
    let in_flight: Vec<Who> = vec![("family", "F-0-4".into()), ("staff", "T-1".into()), ("pupil", "P-2-0".into())];
    let gone: BTreeSet<Who> = early.iter().chain(&in_flight).cloned().collect();
    let play = |folder: &Folder, without: &BTreeSet<Who>, objects: bool| {
        let tokens = tokens(folder);
        let server = start(folder);
        if objects {
            for who in &early {
                objection(server.address(), &tokens.collect, who, true);
            }
        }
        world.declare(server.address(), &tokens.collect, without);
        let mut compared = Vec::new();
        for (class, who) in in_flight.iter().enumerate() {
            World::send_class(server.address(), &tokens.collect, class, without);
            if objects {
                objection(server.address(), &tokens.collect, who, true);
                // The next one's events are not to meet this one's fold.
                wait_until_in_force(server.address(), &tokens.admin);
            }
        }
        for now in [START, CLOSED] {
            move_clock(server.address(), &tokens.collect, now);
            compared.push(runtime().block_on(async { rows(&open(folder).await, &WORLD).await }));
        }
        let public = Request::new("GET", "/transparence").header("Accept", "text/html").send(server.address()).text();
        server.stop();
        (compared, public)
    };
    let with = Folder::new();
    let (objected, public) = play(&with, &nobody, true);
    assert!(
        public.replace(['\u{a0}', '\u{202f}'], " ").contains("6 personnes se sont opposées"),
        "the count is public"
    );
    let same_keys = |folder: &Folder| {
        std::fs::copy(with.root().join("data.keys"), folder.root().join("data.keys")).unwrap();
    };
    let without = Folder::new();
    same_keys(&without);
    let (absent, _) = play(&without, &gone, false);
    for (moment, (one, other)) in objected.iter().zip(&absent).enumerate() {
        for (query, (one, other)) in WORLD.iter().zip(one.iter().zip(other)) {
            assert_eq!(one.len(), other.len(), "moment {moment}: {query}");
            assert!(one == other, "moment {moment}: {query}");
        }
    }
    // The comparison can tell: without the objections the worlds differ.
    let control = Folder::new();
    same_keys(&control);
    let (kept, _) = play(&control, &nobody, false);
    for table in [0, 1, 2] {
        assert!(kept[0][table] != absent[0][table], "{}", WORLD[table]);
    }
    // And not a byte of who objected is left where events are.
    assert_eq!(scan_folder(&needles(&with, &early), &with.data()).iter().filter(|hit| hit.contains("lake")).count(), 0);
}

#[test]
fn what_is_restricted_is_kept_and_not_used() {
    let world = World { classes: 2 };
    let (folder, tokens, server) = played(&world, START);
    let used =
        || runtime().block_on(async { rows(&open(&folder).await, &["SELECT * FROM pupil_week"]).await })[0].len();
    let (pupil, all) = (("pupil", "P-0-0".to_owned()), used());
    assert_eq!(ask(server.address(), &tokens.admin, "restrict", &pupil).status, 202);
    assert!(used() < all, "no figure counts her");
    let dossier = ask(server.address(), &tokens.admin, "access", &pupil).value();
    assert_eq!(shown(&dossier), world.kept_of(&pupil), "she herself still sees everything");
    let open = Request::json("GET", "/api/v1/rights", &tokens.admin, "").send(server.address()).value();
    assert_eq!((&open[0]["action"], &open[0]["state"]), (&json!("restrict"), &json!("active")));
    assert!(open[0]["due_on"].as_str() > open[0]["received_on"].as_str());
    assert_eq!(ask(server.address(), &tokens.admin, "lift", &pupil).value()["lifted"], 1);
    assert_eq!(used(), all);
    server.stop();
}

#[test]
fn rows_are_corrected_and_a_correction_of_nothing_says_so() {
    let world = World { classes: 2 };
    let (folder, _, server) = played(&world, START);
    server.stop();
    let data = folder.argument();
    let rectify = |more: &[&str]| {
        let common = ["rights", "rectify", "--data", &data, "--establishment", UAI, "--note", "erreur de saisie"];
        run(&[&common[..], more].concat())
    };
    let person = ["--kind", "staff", "--identifier", "T-0"];
    let moved = rectify(&[&person[..], &["--to-person", "T-1"]].concat());
    assert!(moved.status.success(), "{}", String::from_utf8_lossy(&moved.stderr));
    let counter =
        ["--kind", "staff", "--identifier", "T-1", "--value", "4", "--week", "2025-W46", "--event", "media_added"];
    assert!(rectify(&counter).status.success());
    let class = ["--kind", "pupil", "--identifier", "P-0-0", "--from-class", "C-0", "--to-class", "C-1"];
    assert!(rectify(&class).status.success());
    let nothing = rectify(&[&person[..], &["--to-person", "T-1"]].concat());
    assert_eq!(nothing.status.code(), Some(1));
    assert!(String::from_utf8_lossy(&nothing.stderr).contains("no row of this person fits"));
    let access = |kind: &str, name: &str| -> Value {
        let arguments =
            ["rights", "access", "--data", &data, "--establishment", UAI, "--kind", kind, "--identifier", name];
        let printed = run(&[&arguments[..], &["--format", "json"]].concat());
        serde_json::from_slice(&printed.stdout).unwrap()
    };
    assert!(shown(&access("staff", "T-0")).is_empty());
    assert_eq!(shown(&access("staff", "T-1"))["person_week media_added"], 4, "six and six of hers, set to four");
    let pupil = access("pupil", "P-0-0");
    let weeks = pupil["tables"].as_array().unwrap().iter().find(|table| table["table"] == "pupil_week").unwrap();
    let classes: BTreeSet<String> =
        weeks["rows"].as_array().unwrap().iter().map(|row| row["class"].to_string()).collect();
    assert_eq!(classes.len(), 1);
}

#[test]
fn a_one_time_code_opens_the_page_once() {
    let world = World { classes: 1 };
    let (folder, tokens, server) = played(&world, START);
    let family = ("family", "F-0-1".to_owned());
    let made = Request::json("POST", "/api/v1/rights/codes", &tokens.collect, subject(&family).to_string())
        .send(server.address());
    assert_eq!(made.status, 201, "{}", made.text());
    let of_staff = subject(&("staff", "T-0".to_owned())).to_string();
    let of_staff = Request::json("POST", "/api/v1/rights/codes", &tokens.collect, of_staff).send(server.address());
    assert_eq!(of_staff.status, 422, "staff sign in: {}", of_staff.text());
    let code = made.value()["code"].as_str().unwrap().to_lowercase();
    let enter = || {
        Request::new("POST", "/mes-droits/code")
            .header("Content-Type", "application/x-www-form-urlencoded")
            .header("Accept", "text/html")
            .body(format!("code={code}"))
            .send(server.address())
    };
    let opened = enter();
    assert_eq!(opened.status, 303, "{}", opened.text());
    let cookie = opened.header("set-cookie").unwrap().split(';').next().unwrap().to_owned();
    assert_eq!(enter().status, 422, "a code works once");
    let with_cookie = |request: Request| request.header("Cookie", cookie.clone()).header("Accept", "text/html");
    let page = with_cookie(Request::new("GET", "/mes-droits")).send(server.address()).text();
    assert!(page.contains("Portfolio consulté") && page.contains("Je m’oppose"), "{page}");
    let file = with_cookie(Request::new("GET", "/mes-droits/donnees?format=json")).send(server.address());
    assert_eq!(shown(&file.value()), world.kept_of(&family));
    let asked = with_cookie(Request::new("POST", "/mes-droits"))
        .header("Content-Type", "application/x-www-form-urlencoded")
        .body("action=object&erase=1")
        .send(server.address());
    assert_eq!(asked.status, 200, "{}", asked.text());
    let nobody = Request::new("GET", "/mes-droits").header("Accept", "text/html").send(server.address()).text();
    assert!(nobody.contains("J’ai un code") && !nobody.contains("Je m’oppose"));
    server.stop();
    assert_eq!(scan_folder(&needles(&folder, &[family]), &folder.data()), Vec::<String>::new());
}

#[test]
fn the_command_line_works_beside_a_server() {
    let (folder, world) = (Folder::new(), World { classes: 1 });
    let tokens = tokens(&folder);
    let server =
        Server::start(&folder, &["--demo", "--clock", "simulated", "--clock-start", START, "--fold-every", "1"]);
    world.send(server.address(), &tokens.collect, &BTreeSet::new());
    let data = folder.argument();
    let erased = run(&[
        "rights",
        "erase",
        "--data",
        &data,
        "--establishment",
        UAI,
        "--kind",
        "staff",
        "--identifier",
        "T-0",
        "--and-object",
    ]);
    assert!(erased.status.success(), "{}", String::from_utf8_lossy(&erased.stderr));
    let receipt: Value = serde_json::from_slice(&erased.stdout).unwrap();
    assert_eq!(receipt["state"], "done");
    let wrong = run(&[
        "rights",
        "erase",
        "--data",
        &data,
        "--establishment",
        "Marie",
        "--kind",
        "staff",
        "--identifier",
        "T-0",
    ]);
    assert_eq!(wrong.status.code(), Some(2));
    assert!(!String::from_utf8_lossy(&wrong.stderr).contains("Marie"));
    let noted = run(&["rights", "record", "--data", &data, "--action", "access", "--received", "2025-11-03"]);
    assert!(noted.status.success(), "{}", String::from_utf8_lossy(&noted.stderr));
    let listed = String::from_utf8(run(&["rights", "list", "--data", &data]).stdout).unwrap();
    assert!(listed.contains("access\topen\t2025-11-03\t2025-12-03"), "{listed}");
    server.stop();
}
