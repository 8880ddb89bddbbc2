//! Keys in another process: the same batches and rosters come out, with one round trip a request, and nothing at all
//! comes out while that process is away.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};

use super::*;
use crate::entry::{Claims, ClaimsRefused, CleanRoster, RawClaims, RosterRefused};
use crate::{Answers, KeysAway, Pseudonymiser, Questions};

/// Another process: everything goes through the bytes of the socket.
struct Other {
    ring: KeyRing,
    asked: AtomicUsize,
    away: AtomicBool,
}

impl Pseudonymiser for Other {
    fn answer(&self, questions: &Questions) -> Result<Answers, KeysAway> {
        if self.away.load(Ordering::SeqCst) {
            return Err(KeysAway("it was stopped".to_owned()));
        }
        self.asked.fetch_add(1, Ordering::SeqCst);
        let there = Questions::from_bytes(&questions.to_bytes()).unwrap();
        Ok(Answers::from_bytes(&self.ring.answer(&there).to_bytes(), questions).unwrap())
    }
}

/// The same world with its keys in this process and in another.
fn worlds() -> (World, World, Arc<Other>) {
    let mut here = World::new();
    let mut there = World::new();
    let Keys::Here(ring) = here.keys.clone() else { panic!("the keys are here") };
    let other = Arc::new(Other { ring: (*ring).clone(), asked: AtomicUsize::default(), away: AtomicBool::default() });
    there.keys = Keys::Elsewhere(Arc::clone(&other) as Arc<dyn Pseudonymiser>);
    let uai: Uai = "0750001A".parse().unwrap();
    for (domain, identifier) in [(Domain::Staff, "T-9"), (Domain::Pupil, "P-8"), (Domain::Family, "F-2")] {
        here.opt_outs.insert(ring.opt_out_digest(&uai, domain, identifier));
    }
    there.opt_outs.clone_from(&here.opt_outs);
    (here, there, other)
}

fn events() -> impl Strategy<Value = Json> {
    let day = prop::sample::select(vec!["2025-11-20", "2025-06-10", "2024-10-01", "2023-01-01", "2025-11-25"]);
    let role = prop::sample::select(vec!["teacher", "parent", "pupil", "school_head", "pope"]);
    let pupils = prop::collection::vec(1..12_u8, 0..4);
    (any::<u128>(), day, role, 1..12_u8, pupils, 0..4_u8).prop_map(|(id, day, role, person, pupils, kind)| {
        let pupils: Vec<String> = pupils.iter().map(|pupil| format!("P-{pupil}")).collect();
        let name = if role == "parent" { "media_consulted" } else { "media_added" };
        let props = match (role, kind) {
            ("parent", _) => json!({ "kind": "photo", "action": "viewed" }),
            (_, 0) => json!({ "kind": "painting" }),
            _ => json!({ "kind": "photo", "source": "camera", "size_kb": 180, "pupils_n": 2, "has_objective": true }),
        };
        let mut event = json!({
            "id": uuid::Uuid::from_u128(id).to_string(), "name": name, "at": format!("{day}T09:12:31+01:00"),
            "session": "s-81", "seq": 12, "role": role, "class": format!("C{}", person % 3), "props": props,
        });
        if role == "parent" {
            event["family"] = json!(format!("F-{person}"));
        } else {
            event["actor"] = json!(format!("T-{person}"));
            event["pupils"] = json!(pupils);
        }
        event
    })
}

proptest! {
    #[test]
    fn wherever_the_keys_are_the_same_comes_out(events in prop::collection::vec(events(), 0..30)) {
        let (here, there, other) = worlds();
        let (one, two) = (here.admit(&batch(events.clone())), there.admit(&batch(events)));
        prop_assert!(one.0 == two.0);
        prop_assert_eq!(one.1, two.1);
        prop_assert_eq!(other.asked.load(Ordering::SeqCst), 1);
    }
}

#[test]
fn nothing_comes_out_while_the_keys_are_away_and_all_of_it_afterwards() {
    let (_, there, other) = worlds();
    other.away.store(true, Ordering::SeqCst);
    let said = there.admit_bytes(&serde_json::to_vec(&batch(vec![event()])).unwrap(), Format::Json).err().unwrap();
    assert_eq!(said, BatchRefused::KeysAway(KeysAway("it was stopped".to_owned())).to_string());
    other.away.store(false, Ordering::SeqCst);
    assert_eq!(there.admit(&batch(vec![event()])).1.accepted, 1);
}

fn roster() -> Vec<u8> {
    let pupils: Vec<Json> =
        (0..20).map(|n| json!({ "pupil": format!("P-{n}"), "families": [format!("F-{n}")] })).collect();
    let roster = json!({
        "school_year": "2025-2026", "district": "0750101A", "academy": "paris", "sector": "public",
        "classes": [{ "class": "C1", "levels": ["GS"], "teachers": ["T-1", "T-2"], "pupils": pupils }],
    });
    serde_json::to_vec(&roster).unwrap()
}

#[test]
fn rosters_claims_and_objections_ask_once_and_come_out_the_same() {
    let (here, there, other) = worlds();
    let (uai, body): (Uai, _) = ("0750001A".parse().unwrap(), roster());
    let admit = |keys: &Keys| {
        let catalogue = here.gate.catalogue();
        let raw = Raw::new(&body[..]);
        CleanRoster::admit_without(&raw, uai.clone(), catalogue, keys, IdentifierForm::Raw, &here.opt_outs)
    };
    let people = |roster: &CleanRoster| -> Vec<String> {
        let class = &roster.classes()[0];
        let families = class.pupils.iter().flat_map(|pupil| pupil.families.iter().chain([&pupil.pupil]));
        families.chain(&class.teachers).chain([&class.class]).map(crate::Pseudonym::to_hex).collect()
    };
    let (one, two) = (admit(&here.keys).unwrap(), admit(&there.keys).unwrap());
    assert_eq!(people(&one), people(&two));
    // One pupil and one family of the roster have objected.
    assert_eq!((two.classes()[0].pupils.len(), people(&two).len()), (19, 18 + 19 + 2 + 1));
    assert_eq!(other.asked.load(Ordering::SeqCst), 1);

    let claims = || RawClaims {
        role: "teacher".to_owned(),
        establishment: Some("0750001A".to_owned()),
        actor: Some("T-1".to_owned()),
        class: Some("C1".to_owned()),
    };
    let sign_in = |keys: &Keys| Claims::admit(&Raw::new(claims()), keys, |_| IdentifierForm::Raw);
    let told = |claims: &Claims| serde_json::to_string(claims).unwrap();
    assert_eq!(told(&sign_in(&here.keys).unwrap()), told(&sign_in(&there.keys).unwrap()));
    assert_eq!(other.asked.load(Ordering::SeqCst), 2);

    let digest = |keys: &Keys| keys.opt_out_digest(&uai, Domain::Family, "F-2");
    assert_eq!(digest(&here.keys), digest(&there.keys));

    other.away.store(true, Ordering::SeqCst);
    assert!(matches!(admit(&there.keys), Err(RosterRefused::KeysAway(_))));
    assert!(matches!(sign_in(&there.keys), Err(ClaimsRefused::KeysAway(_))));
    assert!(digest(&there.keys).is_err());
}
