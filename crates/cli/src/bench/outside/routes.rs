//! Every route of the router, called by everybody: people of every role, of this school and another, tokens of every scope,
//! nobody. Only the pairs that the router's table allows may answer, and nobody finds what is another's.
//!
//! **Control**: the same judgement with a table that allows nothing must find the routes that answer.

use std::collections::{BTreeMap, BTreeSet};

use anyhow::{Context, ensure};
use attacks::{Bound, Finding, Length};
use catalogue::Role;
use serde_json::{Value, json};
use server::Audience;
use store::{AlertChange, Scope, SeenAlert, Store};

use super::float;
use super::population::{Population, class_of, teacher_of};
use super::site::{Answer, Asked, Site};
use crate::settings::{now, runtime};

/// The school that everybody tries to see, and another.
const HERE: &str = "0750001A";
const ELSEWHERE: &str = "0750002B";

/// The route that leads everybody to the door.
const SIGN_OUT: &str = "/sign-out";

/// Somebody or something that calls.
struct Caller {
    name: String,
    role: Option<Role>,
    scope: Option<Scope>,
    cookie: Option<String>,
    token: Option<String>,
}

/// What stands in a path's places.
struct Names<'a> {
    uai: &'a str,
    id: &'a str,
    asset: &'a str,
}

/// Runs the attack and its control.
pub fn run(_length: Length) -> anyhow::Result<Vec<Finding>> {
    let mut site = Site::open("2025-11-10T18:00:00Z")?;
    let here = furnish(&mut site, HERE)?;
    furnish(&mut site, ELSEWHERE)?;
    site.move_to("2025-11-20T08:00:00Z")?;
    raise_alerts(&site)?;
    let callers = callers(&site)?;
    let asset = asset(&site)?;
    let mut wrong = Vec::new();
    let (mut pairs, mut answered) = (0_usize, 0_usize);
    let mut routes = server::audiences(true);
    // To sign out ends the sessions with which the others are called; a request can be looked at once there is one.
    routes.sort_by_key(|(_, path, _)| (*path == SIGN_OUT, path.contains("{id}")));
    for (method, path, audience) in routes {
        for caller in &callers {
            for page in [false, true] {
                pairs += 1;
                // The second alert is about the system: an operator's.
                let id = if path.contains("/alerts/") && caller.role == Some(Role::Editor) { "2" } else { "1" };
                let there = Names { uai: HERE, id, asset: &asset };
                let answer = call(&site, method.as_str(), path, caller, page, &there)?;
                let answers = is_answered(path, &answer);
                answered += usize::from(answers);
                if answers != allows(audience, caller) {
                    wrong.push(format!("{method} {path} as {}: {}", caller.name, answer.status));
                }
                let asks_for_a_token = match audience {
                    Audience::Token(_) => true,
                    Audience::PeopleOrToken(..) => caller.role.is_none(),
                    Audience::Everybody | Audience::People(_) => false,
                };
                let absent = match audience {
                    _ if answers => None,
                    _ if asks_for_a_token => {
                        let nowhere = Names { uai: "0759999Z", id: "999999", asset: &asset };
                        Some(call(&site, method.as_str(), path, caller, page, &nowhere)?)
                    }
                    _ => nothing(&site, method.as_str(), path, caller, page)?,
                };
                if absent.is_some_and(|absent| (absent.status, absent.body) != (answer.status, answer.body)) {
                    wrong.push(format!("{method} {path} as {} does not look absent", caller.name));
                }
            }
        }
    }
    let leaks = leaks(&site, &here)?;
    for line in wrong.iter().chain(&leaks) {
        eprintln!("  {line}");
    }
    Ok(vec![
        Finding::new("routes_pairs_n", float(pairs), Bound::AtLeast(200.0)),
        Finding::new("routes_wrong_n", float(wrong.len()), Bound::AtMost(0.0)),
        Finding::new("routes_leaks_n", float(leaks.len()), Bound::AtMost(0.0)),
        Finding::new("routes_control_n", float(answered), Bound::AtLeast(50.0)),
    ])
}

/// A school of three classes that did something last week.
fn furnish(site: &mut Site, uai: &str) -> anyhow::Result<Population> {
    let mut school = Population::of(uai, &[9, 8, 10]);
    site.declare(uai, &school.roster())?;
    let events = school.full_week("2025-W46", "2025-11-10");
    site.send(uai, "tablette-1", &events)?;
    Ok(school)
}

/// An alert of the school, and one about the system.
fn raise_alerts(site: &Site) -> anyhow::Result<()> {
    let day: jiff::civil::Date = "2025-11-18".parse()?;
    let seen = SeenAlert {
        key: "unusual/error_count////2025-11-18".to_owned(),
        rule: "unusual".to_owned(),
        severity: "notify".to_owned(),
        measure: "error_count".to_owned(),
        direction: "up".to_owned(),
        part: None,
        version: None,
        screen: None,
        first_day: day,
        last_day: day,
        days: 1,
        counted: 40,
        usual: 6,
        out_of: None,
        score: 0.7,
        sentence: ("40 erreurs".to_owned(), "40 errors".to_owned()),
    };
    runtime()?.block_on(async {
        let register = Store::open_register(&site.data()).await?;
        for place in [Some(HERE.parse()?), None] {
            register.keep_alerts(now(), place.as_ref(), &[AlertChange::Raise(seen.clone())]).await?;
        }
        Ok(())
    })
}

fn callers(site: &Site) -> anyhow::Result<Vec<Caller>> {
    let mut callers = vec![
        Caller { name: "nobody".to_owned(), role: None, scope: None, cookie: None, token: None },
        Caller {
            name: "a forged session".to_owned(),
            role: None,
            scope: None,
            cookie: Some(format!("ecarnet_session=ecs_{}", "0".repeat(64))),
            token: Some(format!("ecs_{}", "0".repeat(64))),
        },
    ];
    for role in Role::ALL {
        let class = class_of(0);
        let actor = if role == Role::Teacher { teacher_of(0) } else { format!("PERSONNE-{}", role.slug()) };
        let cookies = site.sign_in(&[(role, HERE, &actor, Some(class.as_str()))])?;
        let cookie = cookies.into_iter().next();
        callers.push(Caller { name: role.slug().to_owned(), role: Some(role), scope: None, cookie, token: None });
    }
    for scope in Scope::ALL {
        let token = Some(site.token_of(scope)?);
        callers.push(Caller {
            name: format!("a token for {}", scope.as_str()),
            role: None,
            scope: Some(scope),
            cookie: None,
            token,
        });
    }
    Ok(callers)
}

/// The name of a file that the front page needs.
fn asset(site: &Site) -> anyhow::Result<String> {
    let page = site.ask("GET", "/", &Asked::default().for_a_page())?.body;
    let name = page.split_once("/assets/").map(|(_, rest)| rest.split(['"', '?']).next().unwrap_or_default());
    Ok(name.context("the front page has no files")?.to_owned())
}

/// Calls a route as it wants to be called: with what its path and its body need.
fn call(
    site: &Site,
    method: &str,
    path: &str,
    caller: &Caller,
    page: bool,
    names: &Names<'_>,
) -> anyhow::Result<Answer> {
    let rule = if caller.role == Some(Role::SchoolHead) { "crash_alert" } else { "sharing_rhythm" };
    let mut path = path.replace("{uai}", names.uai).replace("{name}", names.asset).replace("{id}", names.id);
    path = path.replace("{rule}", rule);
    ensure!(!path.contains('{'), "{path}: the test does not know what to put there");
    if path == "/api/v1/figures" {
        let view = if caller.role == Some(Role::SchoolHead) { "mon-ecole" } else { "ma-classe" };
        path = format!("{path}?view={view}&p=2025-W46");
    }
    let body = (method != "GET").then(|| match path.as_str() {
        "/mes-droits" => "action=allow".to_owned(),
        page if !page.starts_with("/api/") && page != "/demo/clock" => String::new(),
        "/api/v1/events" => json!({}).to_string(),
        _ => json!([]).to_string(),
    });
    let asked = Asked { cookie: caller.cookie.as_deref(), token: caller.token.as_deref(), page, body };
    site.ask(method, &path, &asked)
}

/// True when the caller got past the door: to what she asked for, or to an error about what she sent.
fn is_answered(path: &str, answer: &Answer) -> bool {
    let to_the_door = path != SIGN_OUT && answer.status == 303 && answer.location.as_deref() == Some("/");
    !matches!(answer.status, 401 | 403 | 404) && !to_the_door
}

fn allows(audience: Audience, caller: &Caller) -> bool {
    match audience {
        Audience::Everybody => true,
        Audience::People(roles) => caller.role.is_some_and(|role| roles.contains(&role)),
        Audience::Token(scopes) => is_for(scopes, caller),
        Audience::PeopleOrToken(roles, scopes) => {
            caller.role.is_some_and(|role| roles.contains(&role)) || is_for(scopes, caller)
        }
    }
}

fn is_for(scopes: &[Scope], caller: &Caller) -> bool {
    caller.scope.is_some_and(|own| scopes.contains(&own) || own == Scope::Admin)
}

/// What somebody who signed in gets from an address at which there is nothing: what is not hers looks the same. Who has not
/// is led to the door, whatever there is.
fn nothing(site: &Site, method: &str, path: &str, caller: &Caller, page: bool) -> anyhow::Result<Option<Answer>> {
    if method != "GET" || caller.role.is_none() {
        return Ok(None);
    }
    let nowhere = if path.starts_with("/api/") { "/api/v1/nulle-part" } else { "/nulle-part" };
    let asked = Asked { cookie: caller.cookie.as_deref(), token: None, page, body: None };
    Ok(Some(site.ask("GET", nowhere, &asked)?))
}

/// What somebody finds that is another's: figures of another school, class or role.
fn leaks(site: &Site, here: &Population) -> anyhow::Result<Vec<String>> {
    let mut leaks = Vec::new();
    let (one, two) = (class_of(0), class_of(1));
    let people = [
        (Role::Teacher, HERE, teacher_of(0), Some(one.as_str())),
        // She claims a class that the roster does not give her.
        (Role::Teacher, HERE, teacher_of(0), Some(two.as_str())),
        (Role::Teacher, ELSEWHERE, teacher_of(0), Some(one.as_str())),
        (Role::SchoolHead, HERE, "DIRECTION".to_owned(), None),
        (Role::SchoolHead, ELSEWHERE, "DIRECTION".to_owned(), None),
        (Role::Editor, HERE, "EDITEUR".to_owned(), None),
    ];
    let people: Vec<_> = people.iter().map(|(role, uai, actor, class)| (*role, *uai, actor.as_str(), *class)).collect();
    let cookies = site.sign_in(&people)?;
    let figures = |cookie: &str, query: &str| -> anyhow::Result<BTreeMap<String, f64>> {
        let path = format!("/api/v1/figures?p=2025-W46&{query}");
        let answer = site.ask("GET", &path, &Asked::by(cookie))?;
        let view: Value = serde_json::from_str(&answer.body).unwrap_or_default();
        let list = view["figures"].as_array().cloned().unwrap_or_default();
        Ok(list
            .iter()
            .map(|one| (format!("{} {}", one["measure"], one["dimensions"]), one["value"].as_f64().unwrap_or(0.0)))
            .collect())
    };
    let own = figures(&cookies[0], "view=ma-classe")?;
    let media = own.get("\"media_count\" {}").copied().unwrap_or(0.0);
    let expected = here.items.get(&0).copied().unwrap_or(0);
    ensure!((media - float(expected)).abs() < 0.5, "a teacher does not see her own class: {media} for {expected}");
    if !figures(&cookies[1], "view=ma-classe")?.is_empty() {
        leaks.push("a class that the roster does not give her".to_owned());
    }
    // Nothing in the address opens another's figures.
    for (cookie, view) in
        [(&cookies[0], "ma-classe"), (&cookies[3], "mon-ecole"), (&cookies[2], "ma-classe"), (&cookies[4], "mon-ecole")]
    {
        let plain = figures(cookie, &format!("view={view}"))?;
        for more in [
            "uai=0750002B",
            "uai=0750001A",
            "establishment=0750001A",
            "class=CLASSE-1",
            "view=mon-ecole",
            "role=editor",
        ] {
            let asked = figures(cookie, &format!("view={view}&{more}"))?;
            if !asked.is_empty() && asked != plain {
                leaks.push(format!("{view} with {more}"));
            }
        }
        let other = if view == "ma-classe" { "mon-ecole" } else { "ma-classe" };
        if !figures(cookie, &format!("view={other}"))?.is_empty() {
            leaks.push(format!("{other} for somebody of {view}"));
        }
    }
    // The operator's page knows no school, and nobody's page names another school or a pseudonym that is not of the class.
    let pages = [
        (&cookies[5], "/mon-ecole", [HERE, ELSEWHERE].as_slice()),
        (&cookies[3], "/mon-ecole", &[ELSEWHERE]),
        (&cookies[0], "/ma-classe", &[ELSEWHERE]),
    ];
    for (cookie, path, foreign) in pages {
        let page = site.ask("GET", &format!("{path}?p=2025-W46"), &Asked::by(cookie).for_a_page())?;
        ensure!(page.status == 200, "{path} did not answer");
        for word in foreign.iter().filter(|word| page.body.contains(**word)) {
            leaks.push(format!("{path} names {word}"));
        }
    }
    let mine: BTreeSet<String> =
        pseudonyms(&site.ask("GET", "/ma-classe?p=2025-W46", &Asked::by(&cookies[0]).for_a_page())?.body);
    let theirs: BTreeSet<String> =
        pseudonyms(&site.ask("GET", "/mon-ecole?p=2025-W46", &Asked::by(&cookies[3]).for_a_page())?.body);
    leaks.extend(theirs.iter().map(|_| "a pseudonym on a school's page".to_owned()));
    if mine.len() > here.classes[0] {
        leaks.push(format!("{} pseudonyms on a page of {} pupils", mine.len(), here.classes[0]));
    }
    Ok(leaks)
}

/// Everything in a page that may be a pseudonym: 32 hexadecimal digits in a row.
fn pseudonyms(page: &str) -> BTreeSet<String> {
    let words = page.split(|letter: char| !letter.is_ascii_hexdigit());
    words.filter(|word| word.len() == 32).map(ToOwned::to_owned).collect()
}
