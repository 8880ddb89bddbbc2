//! Edge mode: where the school's devices pseudonymise first, nothing else than their pseudonyms gets in.

use super::*;
use crate::entry::{Claims, ClaimsRefused, CleanRoster, RawClaims, RosterRefused};

/// What a device makes of an identifier, as docs/edge-mode.md describes it.
fn made_by_device(secret: &[u8], kind: &str, identifier: &str) -> String {
    use hmac::{KeyInit, Mac};
    let mut mac = hmac::Hmac::<sha2::Sha256>::new_from_slice(secret).unwrap();
    for part in [kind.as_bytes(), &[0], identifier.as_bytes()] {
        mac.update(part);
    }
    mac.finalize().into_bytes().iter().fold(String::new(), |text, byte| format!("{text}{byte:02x}"))
}

fn device(identifier: &str) -> String {
    made_by_device(b"the school's own secret of 32 bytes", "any", identifier)
}

#[test]
fn the_documents_test_vector_is_right() {
    let secret: Vec<u8> = (0..32).collect();
    let vector = "c8acc3043783fc45e6ab7197036795c327e3c908a93a92218d380be9ab58ab18";
    assert_eq!(made_by_device(&secret, "actor", "T-17"), vector);
    assert!(include_str!("../../../../../docs/edge-mode.md").contains(vector));
    assert!(IdentifierForm::Edge.check(Some(vector)).is_some());
}

fn edge() -> World {
    World { form: IdentifierForm::Edge, ..World::new() }
}

fn at_edge(mut event: Json) -> Json {
    for field in ["actor", "class"] {
        event[field] = json!(device(event[field].as_str().unwrap()));
    }
    event["pupils"] = event["pupils"].as_array().unwrap().iter().map(|one| device(one.as_str().unwrap())).collect();
    event
}

fn batch_at_edge(events: Vec<Json>) -> Json {
    let mut batch = batch(events);
    batch["install"] = json!(device("tab-3"));
    batch
}

#[test]
fn a_device_pseudonym_is_hashed_again() {
    let world = edge();
    let (clean, answer) = world.admit(&batch_at_edge(vec![at_edge(event())]));
    assert_eq!((answer.accepted, clean.events().len()), (1, 1));
    assert!(clean.events()[0].person().to_hex() != device("T-17")[..32]);
    let (uai, year) = ("0750001A".parse().unwrap(), "2025-2026".parse().unwrap());
    let known = world.keys.pseudonym(year, &uai, Domain::Staff, &device("T-17")).unwrap();
    assert!(known == Some(clean.events()[0].person()), "her rights are exercised with the device's pseudonym");
}

#[test]
fn an_identifier_that_no_device_made_is_refused_and_not_repeated() {
    let world = edge();
    let names =
        ["T-17", "marie.dupont@ecole-jules-ferry.example", "marie-dupont-de-l-ecole-jules-ferry-a-paris", "0612345678"];
    let digits = ["0".repeat(31), "0".repeat(66), "0".repeat(33), "A".repeat(32), "g".repeat(32)];
    for wrong in names.into_iter().map(str::to_owned).chain(digits) {
        for field in ["actor", "class", "pupils"] {
            let mut event = at_edge(event());
            event[field] = if field == "pupils" { json!([device("P-3"), wrong]) } else { json!(wrong) };
            let (clean, answer) = world.admit(&batch_at_edge(vec![event]));
            assert_eq!((clean.events().len(), answer.refused.len()), (0, 1), "{field}");
            assert_eq!(answer.refused[0].property.as_deref(), Some(field));
            assert!(answer.refused[0].expected.contains("edge mode"));
            assert!(!serde_json::to_string(&answer).unwrap().contains(&wrong));
        }
    }
    let said = world.admit_bytes(&serde_json::to_vec(&batch(vec![])).unwrap(), Format::Json).err().unwrap();
    assert!(said.contains("install") && said.contains("edge mode") && !said.contains("tab-3"), "{said}");
}

#[test]
fn elsewhere_the_same_identifiers_are_taken() {
    // The control: it is edge mode that refuses them.
    assert_eq!(World::new().admit(&batch(vec![event()])).1.accepted, 1);
}

fn roster(identifiers: Option<&str>, teacher: &str) -> Vec<u8> {
    let mut roster = json!({
        "school_year": "2025-2026", "district": "0750101A", "academy": "paris", "sector": "public",
        "classes": [{ "class": device("C1"), "levels": ["GS"], "teachers": [teacher], "pupils": [{ "pupil": device("P-3") }] }],
    });
    if let Some(identifiers) = identifiers {
        roster["identifiers"] = json!(identifiers);
    }
    serde_json::to_vec(&roster).unwrap()
}

fn admit(body: &[u8], before: IdentifierForm) -> Result<IdentifierForm, RosterRefused> {
    let world = World::new();
    let uai: Uai = "0750001A".parse().unwrap();
    CleanRoster::admit(&Raw::new(body), uai, world.gate.catalogue(), &world.keys, before).map(|one| one.identifiers())
}

#[test]
fn a_roster_starts_edge_mode_and_one_that_does_not_mention_it_never_ends_it() {
    let (raw, edge) = (IdentifierForm::Raw, IdentifierForm::Edge);
    let made = device("T-17");
    assert_eq!(admit(&roster(Some("edge"), &made), raw), Ok(edge));
    assert_eq!(admit(&roster(None, &made), edge), Ok(edge));
    assert_eq!(admit(&roster(Some("raw"), "T-17"), edge), Ok(raw));
    assert_eq!(admit(&roster(None, "T-17"), raw), Ok(raw));
    for (body, before, place) in [
        (roster(Some("edge"), "T-17"), raw, "/classes/0/teachers"),
        (roster(None, "T-17"), edge, "/classes/0/teachers"),
        (roster(Some("device"), &made), raw, "/identifiers"),
    ] {
        let Err(RosterRefused::Wrong { place: said, .. }) = admit(&body, before) else { panic!("it is wrong") };
        assert_eq!(said, place);
    }
}

#[test]
fn claims_and_objections_quote_the_device_pseudonym() {
    let world = edge();
    let form = |_: &Uai| IdentifierForm::Edge;
    let claims = |actor: &str| RawClaims {
        role: "teacher".to_owned(),
        establishment: Some("0750001A".to_owned()),
        actor: Some(actor.to_owned()),
        class: None,
    };
    assert!(Claims::admit(&Raw::new(claims(&device("T-17"))), &world.keys, form).is_ok());
    let refused = Claims::admit(&Raw::new(claims("T-17")), &world.keys, form).err();
    assert!(matches!(refused, Some(ClaimsRefused::Wrong { claim: "actor", .. })));
    let objection = |identifier: &str| -> RawObjection {
        let body = json!({ "establishment": "0750001A", "kind": "staff", "identifier": identifier, "objects": true });
        serde_json::from_value(body).unwrap()
    };
    // A raw identifier would be remembered under a digest that no event ever matches: it must not look like done.
    assert!(RawObjection::admit(&Raw::new(objection("T-17")), &world.keys, form).is_err());
    assert!(RawObjection::admit(&Raw::new(objection(&device("T-17"))), &world.keys, form).is_ok());
}
