//! Alerts from the register to their receivers, over real connections: each told once, whatever fails or crashes on the
//! way; nothing on days without class; nothing that somebody has acknowledged; nobody in any of it.

#[path = "../../../delivery/tests/it/receivers.rs"]
mod receivers;
mod world;

use delivery::{Message, Secret, verify};
use receivers::{Mail, SECRET, Webhook};
use store::{AlertsOf, DecisionStatus, Who};
use world::{Wanted, World, seen};

const MONDAY: &str = "2025-11-24T09:00:00Z";

fn message(body: &str) -> Message {
    serde_json::from_str(body).unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn an_alert_is_told_once_and_its_signature_verifies() {
    let (world, receiver) = (World::new(MONDAY).await, Webhook::start());
    let app = world.open(Wanted::webhook(&receiver.url())).await;
    world.raise("0750001A", seen("error_count", "2025-11-21")).await;
    for _ in 0..3 {
        app.tell_alerts().await.unwrap();
        app.deliver().await.unwrap();
    }
    let [got] = &receiver.got()[..] else { panic!("{:?}", receiver.got()) };
    let real = world.hands.real();
    let (id, moment) = (got.header("webhook-id"), got.header("webhook-timestamp"));
    let secret = Secret::read(SECRET).unwrap();
    assert!(verify(&secret, id, moment, got.header("webhook-signature"), &got.body, real));
    let told = message(&got.body);
    assert_eq!((told.id.as_str(), told.establishment.as_deref()), (id, Some("0750001A")));
    assert_eq!(told.page, "https://stats.example.fr/mon-ecole#a-surveiller");
    let [alert] = &told.alerts[..] else { panic!("{told:?}") };
    assert_eq!((alert.counted, alert.usual, alert.last_day.as_str()), (40, 6, "2025-11-21"));
    assert_eq!(alert.sentence.fr, "40 erreurs de error_count");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_receiver_that_fails_gets_the_same_message_later() {
    let (world, receiver) = (World::new(MONDAY).await, Webhook::start());
    receiver.answers(&[500, 503]);
    let app = world.open(Wanted::webhook(&receiver.url())).await;
    world.raise("0750001A", seen("error_count", "2025-11-21")).await;
    app.tell_alerts().await.unwrap();
    assert_eq!(app.deliver().await.unwrap(), 0);
    assert_eq!(app.deliver().await.unwrap(), 0, "it is not tried again at once");
    assert_eq!(receiver.got().len(), 1);
    world.hands.pass(30);
    assert_eq!(app.deliver().await.unwrap(), 0);
    world.hands.pass(60);
    assert_eq!(app.deliver().await.unwrap(), 0, "each pause is longer than the one before");
    world.hands.pass(60);
    assert_eq!(app.deliver().await.unwrap(), 1);
    let got = receiver.got();
    let same = |one: &receivers::Got| (one.header("webhook-id").to_owned(), one.body.clone());
    assert_eq!(got.len(), 3);
    assert!(got.iter().all(|one| same(one) == same(&got[0])));
    assert_ne!(got[0].header("webhook-timestamp"), got[2].header("webhook-timestamp"), "each attempt is signed anew");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_receiver_that_is_away_gets_it_once_it_is_there() {
    let world = World::new(MONDAY).await;
    let place = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    let app = world.open(Wanted::webhook(&format!("http://{place}/hook"))).await;
    world.raise("0750001A", seen("error_count", "2025-11-21")).await;
    app.tell_alerts().await.unwrap();
    assert_eq!(app.deliver().await.unwrap(), 0);
    let trouble = world.sendings().await.remove(0).trouble;
    assert_eq!(trouble.as_deref(), Some("no connection to the receiver"));
    let receiver = Webhook::start_at(&place.to_string());
    world.hands.pass(30);
    assert_eq!(app.deliver().await.unwrap(), 1);
    assert_eq!(receiver.got().len(), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_never_works_is_given_up_and_one_channel_holds_up_no_other() {
    let world = World::new(MONDAY).await;
    let gone = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    let mail = Mail::start();
    let app = world.open(Wanted::webhook(&format!("http://{gone}/")).and_mail(&mail.url())).await;
    world.raise("0750001A", seen("error_count", "2025-11-21")).await;
    app.tell_alerts().await.unwrap();
    assert_eq!(app.deliver().await.unwrap(), 1, "the e-mail left");
    for _ in 0..20 {
        world.hands.pass(86_400);
        app.deliver().await.unwrap();
    }
    let states: Vec<_> = world.sendings().await.into_iter().map(|one| (one.state, one.attempts)).collect();
    assert_eq!(states, [("given_up".to_owned(), 11), ("delivered".to_owned(), 1)]);
    assert_eq!(mail.got().len(), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn nothing_is_sent_in_holidays_and_one_message_on_the_first_class_day() {
    // The Friday before Christmas is judged on Saturday.
    let (world, receiver) = (World::new("2025-12-20T09:00:00Z").await, Webhook::start());
    let app = world.open(Wanted::webhook(&receiver.url())).await;
    world.raise("0750001A", seen("error_count", "2025-12-19")).await;
    world.raise("0750001A", seen("crash_rate", "2025-12-19")).await;
    for day in ["2025-12-20", "2025-12-24", "2026-01-02", "2026-01-04"] {
        world.hands.set(&format!("{day}T09:00:00Z"));
        app.tell_alerts().await.unwrap();
        app.deliver().await.unwrap();
        assert_eq!(receiver.got(), [], "{day} is no class day");
    }
    world.hands.set("2026-01-05T06:00:00Z");
    app.tell_alerts().await.unwrap();
    app.deliver().await.unwrap();
    let [got] = &receiver.got()[..] else { panic!("{:?}", receiver.got()) };
    assert!(got.body.contains(r#""kind":"digest""#), "{}", got.body);
    assert_eq!(message(&got.body).alerts.len(), 2);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_presses_the_operator_is_told_in_holidays_too() {
    let (world, receiver) = (World::new("2025-12-24T09:00:00Z").await, Webhook::start());
    let app = world.open(Wanted::webhook(&receiver.url())).await;
    let pressing = |mut one: store::SeenAlert| {
        one.severity = "immediate".to_owned();
        one
    };
    world.raise("0750001A", pressing(seen("crash_rate", "2025-12-19"))).await;
    world.raise_about_the_system(seen("", "2025-12-23")).await;
    app.tell_alerts().await.unwrap();
    assert_eq!(app.deliver().await.unwrap(), 0, "a school's waits, and so does what does not press");
    world.raise_about_the_system(pressing(seen("", "2025-12-24"))).await;
    app.tell_alerts().await.unwrap();
    assert_eq!(app.deliver().await.unwrap(), 1);
    assert_eq!(message(&receiver.got()[0].body).establishment, None);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_acknowledged_is_told_no_more() {
    let (world, receiver) = (World::new(MONDAY).await, Webhook::start());
    receiver.answers(&[500]);
    let app = world.open(Wanted::webhook(&receiver.url())).await;
    let register = world.register().await;
    world.raise("0750001A", seen("error_count", "2025-11-21")).await;
    app.tell_alerts().await.unwrap();
    assert_eq!(app.deliver().await.unwrap(), 0);
    let alert = register.alerts(&AlertsOf::All).await.unwrap().remove(0);
    let (now, real) = (world.hands.now(), world.hands.real());
    let by = || Who::from("school_head");
    assert!(register.acknowledge_alert(alert.id, now, "school_head", by(), real).await.unwrap());
    assert!(!register.acknowledge_alert(alert.id, now, "school_head", by(), real).await.unwrap(), "once is enough");
    // It goes on for weeks, and the message that had failed waits no more.
    world.go_on(alert.id, seen("error_count", "2025-12-08")).await;
    world.hands.set("2025-12-09T09:00:00Z");
    app.tell_alerts().await.unwrap();
    assert_eq!(app.deliver().await.unwrap(), 0);
    assert_eq!(receiver.got().len(), 1);
    assert_eq!(world.sendings().await[0].state, "cancelled");
    assert_eq!(world.acts("acknowledge").await, ["alert 1"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_goes_on_unseen_is_told_again_after_a_week_of_class() {
    let (world, receiver) = (World::new(MONDAY).await, Webhook::start());
    let app = world.open(Wanted::webhook(&receiver.url())).await;
    world.raise("0750001A", seen("error_count", "2025-11-21")).await;
    let mut told = Vec::new();
    for day in ["2025-11-24", "2025-11-25", "2025-11-28", "2025-12-02", "2025-12-04"] {
        world.hands.set(&format!("{day}T09:00:00Z"));
        world.go_on(1, seen("error_count", day)).await;
        app.tell_alerts().await.unwrap();
        app.deliver().await.unwrap();
        told.push(receiver.got().len());
    }
    assert_eq!(told, [1, 1, 1, 2, 2], "told on the 24th, and again after five class days");
    let got = receiver.got();
    assert_ne!(got[0].header("webhook-id"), got[1].header("webhook-id"));
    assert!(message(&got[1].body).alerts[0].again);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_crash_between_raising_and_sending_loses_nothing() {
    let (world, receiver) = (World::new(MONDAY).await, Webhook::start());
    let wanted = || Wanted::webhook(&receiver.url());
    let app = world.open(wanted()).await;
    world.raise("0750001A", seen("error_count", "2025-11-21")).await;
    drop(app);
    // It was raised, and not put into the outbox yet.
    let app = world.open(wanted()).await;
    app.tell_alerts().await.unwrap();
    drop(app);
    // It was in the outbox, and not sent yet.
    let app = world.open(wanted()).await;
    assert_eq!(app.deliver().await.unwrap(), 1);
    assert_eq!(receiver.got().len(), 1);
    app.tell_alerts().await.unwrap();
    assert_eq!(app.deliver().await.unwrap(), 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_crash_after_sending_sends_the_same_again_once_and_the_receiver_can_tell() {
    let (world, receiver) = (World::new(MONDAY).await, Webhook::start());
    let wanted = || Wanted::webhook(&receiver.url());
    let app = world.open(wanted()).await;
    world.raise("0750001A", seen("error_count", "2025-11-21")).await;
    app.tell_alerts().await.unwrap();
    // What a crash leaves behind: the message was leased and sent, and nobody wrote that down.
    let real = world.hands.real();
    let until = jiff::Timestamp::from_second(real.as_second() + 180).unwrap();
    let leased = world.register().await.lease_message("webhook:1", real, until).await.unwrap().unwrap();
    let channels = wanted().channels();
    let body = leased.body.clone();
    tokio::task::spawn_blocking(move || channels.list()[0].send(&body, real)).await.unwrap().unwrap();
    drop(app);
    let app = world.open(wanted()).await;
    assert_eq!(app.deliver().await.unwrap(), 0, "somebody may still be sending it");
    world.hands.pass(181);
    assert_eq!(app.deliver().await.unwrap(), 1);
    assert_eq!(app.deliver().await.unwrap(), 0);
    let got = receiver.got();
    assert_eq!(got.len(), 2);
    assert_eq!(got[0].header("webhook-id"), got[1].header("webhook-id"));
    assert_eq!(got[0].body, got[1].body);
}

#[tokio::test(flavor = "multi_thread")]
async fn one_rule_in_many_schools_at_once_is_one_message() {
    let (world, receiver) = (World::new(MONDAY).await, Webhook::start());
    let app = world.open(Wanted::webhook(&receiver.url())).await;
    for school in world::SCHOOLS {
        world.raise(school, seen("error_count", "2025-11-21")).await;
    }
    app.tell_alerts().await.unwrap();
    assert_eq!(app.deliver().await.unwrap(), 1);
    let told = message(&receiver.got()[0].body);
    assert_eq!((told.alerts.len(), told.establishment.as_deref()), (world::SCHOOLS.len(), None));
    assert!(told.title.fr.starts_with("7 établissements à la fois"), "{}", told.title.fr);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_set_is_told_to_the_audit_log_once_and_without_addresses() {
    let world = World::new(MONDAY).await;
    let wanted = || Wanted::webhook("http://127.0.0.1:1/geheim").and_mail("smtp://127.0.0.1:2");
    for _ in 0..2 {
        drop(world.open(wanted()).await);
    }
    drop(world.open(Wanted::default()).await);
    let told = world.acts("alert_channels").await;
    assert_eq!(told.len(), 2, "{told:?}");
    assert!(told[0].contains("webhook:1#") && told[0].contains("mail:1#") && told[1] == "nobody", "{told:?}");
    assert!(!told[0].contains("geheim") && !told[0].contains("academie"), "{told:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn old_alerts_and_settled_messages_are_forgotten_and_a_backup_holds_the_others() {
    let (world, receiver) = (World::new(MONDAY).await, Webhook::start());
    let app = world.open(Wanted::webhook(&receiver.url())).await;
    world.raise("0750001A", seen("error_count", "2025-11-21")).await;
    app.tell_alerts().await.unwrap();
    app.deliver().await.unwrap();
    drop(app);
    world.back_up_and_restore().await;
    let app = world.open(Wanted::webhook(&receiver.url())).await;
    assert_eq!(world.register().await.alerts(&AlertsOf::All).await.unwrap().len(), 1);
    app.tell_alerts().await.unwrap();
    assert_eq!(app.deliver().await.unwrap(), 0, "it was told before the backup");
    drop(app);
    world.retire("2025-12-23", "2025-12-23T09:00:00Z").await;
    assert_eq!(world.sendings().await.len(), 1, "29 days");
    world.retire("2025-12-26", "2025-12-26T09:00:00Z").await;
    assert_eq!(world.sendings().await, []);
    assert_eq!(world.register().await.alerts(&AlertsOf::All).await.unwrap().len(), 1);
    world.retire("2026-12-22", "2026-12-22T09:00:00Z").await;
    assert_eq!(world.register().await.alerts(&AlertsOf::All).await.unwrap(), []);
}

#[tokio::test(flavor = "multi_thread")]
async fn nothing_is_told_once_the_committee_has_withdrawn_its_approval() {
    let (world, receiver) = (World::new(MONDAY).await, Webhook::start());
    let app = world.open(Wanted::webhook(&receiver.url())).await;
    world.raise("0750001A", seen("error_count", "2025-11-21")).await;
    world.decide(DecisionStatus::Withdrawn).await;
    app.tell_alerts().await.unwrap();
    assert_eq!(app.deliver().await.unwrap(), 0);
    world.decide(DecisionStatus::Approved).await;
    app.tell_alerts().await.unwrap();
    assert_eq!(app.deliver().await.unwrap(), 1);
}
