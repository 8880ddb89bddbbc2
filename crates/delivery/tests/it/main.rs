//! What is sent, as its receivers get it over real connections; and settings that cannot work.

mod receivers;

use std::net::TcpListener;
use std::path::{Path, PathBuf};

use delivery::{
    Channels, Kind, Message, SCHEMA, Secret, Severity, Told, Wanted, WantedMail, WantedSmtp, WantedWebhook, Wording,
    verify,
};
use jiff::Timestamp;
use receivers::{Mail, SECRET, Webhook};

fn at() -> Timestamp {
    "2025-11-24T18:00:00Z".parse().unwrap()
}

fn message() -> Message {
    let words = |fr: &str, en: &str| Wording { fr: fr.to_owned(), en: en.to_owned() };
    Message {
        schema: SCHEMA,
        id: "msg_1".to_owned(),
        kind: Kind::Alert,
        establishment: Some("0750001A".to_owned()),
        title: words("École 0750001A\u{202f}: à surveiller", "School 0750001A: to watch"),
        alerts: vec![Told {
            id: 12,
            establishment: Some("0750001A".to_owned()),
            rule: "unusual".to_owned(),
            severity: Severity::Notify,
            measure: Some("error_count".to_owned()),
            part: Some("network".to_owned()),
            version: None,
            screen: None,
            direction: "up".to_owned(),
            first_day: "2025-11-21".to_owned(),
            last_day: "2025-11-21".to_owned(),
            days: 1,
            counted: 40,
            usual: 6,
            out_of: None,
            score: 0.7,
            again: false,
            sentence: words("40 erreurs, là où l’on en attendait 6.", "40 errors, where 6 were expected."),
        }],
        more: 0,
        page: "https://stats.example.fr/mon-ecole".to_owned(),
    }
}

fn body() -> String {
    serde_json::to_string(&message()).unwrap()
}

fn page() -> String {
    "https://stats.example.fr/".to_owned()
}

fn hook(url: &str) -> WantedWebhook {
    WantedWebhook { url: url.to_owned(), secret_file: Some(PathBuf::from("secret")), ..WantedWebhook::default() }
}

fn by_webhook(url: &str) -> Wanted {
    Wanted { page: Some(page()), webhook: vec![hook(url)], ..Wanted::default() }
}

fn by_mail(url: &str) -> Wanted {
    Wanted {
        page: Some(page()),
        mail: vec![WantedMail { to: "technique@academie.example".to_owned(), ..WantedMail::default() }],
        smtp: WantedSmtp {
            url: Some(url.to_owned()),
            from: Some("Statistiques <stats@academie.example>".to_owned()),
            password_file: None,
        },
        ..Wanted::default()
    }
}

fn check(wanted: Wanted) -> Result<Channels, String> {
    let read = |file: &Path| match file.to_str() {
        Some("secret") => Ok(format!("{SECRET}\n")),
        Some("short") => Ok("whsec_c2hvcnQ=".to_owned()),
        _ => Err("it cannot be read".to_owned()),
    };
    wanted.check(read).map_err(|wrong| wrong.to_string())
}

fn send(channels: &Channels) -> Result<(), String> {
    channels.list()[0].send(&body(), at()).map_err(|why| why.to_string())
}

#[test]
fn a_webhook_is_signed_and_its_receiver_can_tell() {
    let receiver = Webhook::start();
    send(&check(by_webhook(&receiver.url())).unwrap()).unwrap();
    let [got] = &receiver.got()[..] else { panic!("{:?}", receiver.got()) };
    assert_eq!(got.body, body());
    let secret = Secret::read(SECRET).unwrap();
    let (id, moment, signature) =
        (got.header("webhook-id"), got.header("webhook-timestamp"), got.header("webhook-signature"));
    assert_eq!((id, moment), ("msg_1", at().as_second().to_string().as_str()));
    assert!(verify(&secret, id, moment, signature, &got.body, at()));
    assert!(!verify(&secret, id, moment, signature, &got.body.replace("40", "41"), at()));
}

#[test]
fn only_success_is_delivered_and_no_redirect_is_followed() {
    let receiver = Webhook::start();
    receiver.answers(&[500, 307, 404, 204]);
    let channels = check(by_webhook(&receiver.url())).unwrap();
    assert_eq!(send(&channels).unwrap_err(), "the receiver answered 500");
    assert!(send(&channels).unwrap_err().contains("leads elsewhere"));
    assert_eq!(send(&channels).unwrap_err(), "the receiver answered 404");
    assert_eq!(send(&channels), Ok(()));
    assert_eq!(receiver.got().len(), 4, "the redirect was not followed");
}

#[test]
fn who_is_not_there_is_told_so_without_any_address() {
    let gone = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    let channels = check(by_webhook(&format!("http://{gone}/geheim"))).unwrap();
    assert_eq!(send(&channels).unwrap_err(), "no connection to the receiver");
    let channels = check(by_mail(&format!("smtp://{gone}"))).unwrap();
    assert_eq!(send(&channels).unwrap_err(), "no connection to the mail server");
}

#[test]
fn an_encrypted_connection_to_who_cannot_speak_it_fails() {
    let receiver = Webhook::start();
    let channels = check(by_webhook(&receiver.url().replace("http:", "https:"))).unwrap();
    assert!(send(&channels).is_err());
    assert_eq!(receiver.got(), []);
}

#[test]
fn an_e_mail_holds_both_languages_and_the_identifier() {
    let receiver = Mail::start();
    let channels = check(by_mail(&receiver.url())).unwrap();
    send(&channels).unwrap();
    send(&channels).unwrap();
    let [first, again] = &receiver.got()[..] else { panic!("{:?}", receiver.got()) };
    assert_eq!(first, again, "the same message is the same e-mail");
    for words in [
        "Message-ID: <msg_1@academie.example>",
        "To: technique@academie.example",
        "Auto-Submitted: auto-generated",
        "Date: Mon, 24 Nov 2025 18:00:00 +0000",
        "40 erreurs, là où l’on en attendait 6.",
        "40 errors, where 6 were expected.",
        "https://stats.example.fr/mon-ecole",
        "Aucune personne n’y figure",
    ] {
        assert!(first.contains(words), "{words:?} is not in: {first}");
    }
}

#[test]
fn no_e_mail_leaves_without_the_encryption_that_was_asked_for() {
    let receiver = Mail::start();
    let plain = receiver.url();
    let asked = check(by_mail(&format!("{plain}?tls=required"))).unwrap();
    assert_eq!(send(&asked).unwrap_err(), "the mail server spoke before it was asked");
    let from_the_start = check(by_mail(&plain.replace("smtp:", "smtps:"))).unwrap();
    assert!(send(&from_the_start).unwrap_err().starts_with("no encrypted connection"));
    assert_eq!(receiver.got(), Vec::<String>::new());
}

#[test]
fn what_a_mail_server_says_is_not_repeated() {
    let receiver = Mail::start();
    receiver.refuses(1);
    let channels = check(by_mail(&receiver.url())).unwrap();
    assert_eq!(send(&channels).unwrap_err(), "the mail server answered 550");
    assert_eq!(receiver.got(), Vec::<String>::new());
}

#[test]
fn settings_that_cannot_work_are_told_with_what_would_be_right() {
    let webhook = |one: WantedWebhook| Wanted { page: Some(page()), webhook: vec![one], ..Wanted::default() };
    let mail = |change: fn(&mut Wanted)| {
        let mut wanted = by_mail("smtps://relais.example.fr");
        change(&mut wanted);
        wanted
    };
    let cases = [
        (webhook(hook("alertes")), "--alert-webhook", "https://"),
        (webhook(hook("ftp://a.example/")), "the scheme ftp", "https://"),
        (webhook(hook("http://alertes.example.fr/")), "in the clear", "https://"),
        (webhook(hook("https://moi:mot@alertes.example.fr/")), "a user or a password", "leave them out"),
        (webhook(WantedWebhook { secret_file: None, ..hook("https://a.example/") }), "unsigned", "openssl rand"),
        (
            webhook(WantedWebhook { secret_file: Some("gone".into()), ..hook("https://a.example/") }),
            "cannot be read",
            "whsec_",
        ),
        (
            webhook(WantedWebhook { secret_file: Some("short".into()), ..hook("https://a.example/") }),
            "24 to 64 bytes",
            "openssl",
        ),
        (
            webhook(WantedWebhook { minimum: Some("loud".to_owned()), ..hook("https://a.example/") }),
            "no such severity",
            "notify or immediate",
        ),
        (
            webhook(WantedWebhook { establishments: vec!["Jules Ferry".to_owned()], ..hook("https://a.example/") }),
            "else than codes",
            "0750001A",
        ),
        (
            Wanted { page: None, ..webhook(hook("https://a.example/")) },
            "--alert-page",
            "https://statistiques.example.fr",
        ),
        (mail(|wanted| wanted.mail[0].to = "technique".to_owned()), "no e-mail address", "technique@academie.example"),
        (mail(|wanted| wanted.smtp.url = None), "--smtp-url", "smtps://"),
        (mail(|wanted| wanted.smtp.url = Some("smtp://relais.example.fr".to_owned())), "in the clear", "tls=required"),
        (
            mail(|wanted| wanted.smtp.url = Some("smtps://u:p@relais.example.fr".to_owned())),
            "holds a password",
            "--smtp-password-file",
        ),
        (
            mail(|wanted| wanted.smtp.url = Some("smtps://u@relais.example.fr".to_owned())),
            "without a password",
            "--smtp-password-file",
        ),
        (
            mail(|wanted| {
                wanted.smtp.url = Some("smtp://u@127.0.0.1".to_owned());
                wanted.smtp.password_file = Some("secret".into());
            }),
            "in the clear",
            "smtps://",
        ),
        (mail(|wanted| wanted.smtp.from = None), "--smtp-from", "statistiques@academie.example"),
        (mail(|wanted| wanted.mail.clear()), "nobody is told", "--alert-mail-to"),
    ];
    for (wanted, wrong, right) in cases {
        let said = check(wanted).err().unwrap_or_default();
        assert!(said.contains(wrong) && said.contains(right), "{wrong:?} and {right:?} are not in: {said}");
        assert!(!said.contains("mot@") && !said.contains("Jules"), "{said}");
    }
    assert!(check(Wanted::default()).unwrap().list().is_empty());
    assert!(check(mail(|wanted| wanted.smtp.url = Some("smtp://relais.example.fr?tls=required".to_owned()))).is_ok());
}

#[test]
fn a_summary_says_who_is_told_of_what_without_any_address() {
    let mut wanted = by_mail("smtps://relais.example.fr");
    wanted.webhook = vec![WantedWebhook {
        minimum: Some("immediate".to_owned()),
        establishments: vec!["0750001A".to_owned(), "system".to_owned()],
        ..hook("https://alertes.example.fr/")
    }];
    let channels = check(wanted.clone()).unwrap();
    let summary = channels.summary();
    assert!(summary.contains("from immediate of 0750001A+system") && summary.contains("mail:1#"), "{summary}");
    assert!(!summary.contains("example") && !summary.contains("technique"), "{summary}");
    wanted.mail[0].to = "autre@academie.example".to_owned();
    assert_ne!(check(wanted).unwrap().summary(), summary, "another address is another setting");
    let reach = &channels.list()[0].reach;
    assert!(reach.covers(Some("0750001A")) && reach.covers(None) && !reach.covers(Some("0750002B")));
}
