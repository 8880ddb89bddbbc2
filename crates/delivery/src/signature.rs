//! Signatures as Standard Webhooks 1.0 writes them (standardwebhooks.com): HMAC-SHA-256 (RFC 2104) over identifier, moment
//! and body, so that a receiver can verify with a library it has, refuse what is old, and know again what it has had.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use hmac::{Hmac, KeyInit, Mac};
use jiff::Timestamp;
use sha2::Sha256;

/// What a secret begins with.
const PREFIX: &str = "whsec_";
/// How many bytes a secret has, at least and at most.
const BYTES: std::ops::RangeInclusive<usize> = 24..=64;
/// By how many seconds a message may be older or newer than its receiver's clock.
pub const TOLERANCE_S: i64 = 300;

/// The key that sender and receiver share. No `Debug`: it is never printed.
#[derive(Clone)]
pub struct Secret(Vec<u8>);

impl Secret {
    /// Reads `whsec_` and base64 of 24 to 64 bytes; white space around it does not count. `None` where it is no such text.
    pub fn read(text: &str) -> Option<Self> {
        let bytes = STANDARD.decode(text.trim().strip_prefix(PREFIX)?).ok()?;
        BYTES.contains(&bytes.len()).then_some(Self(bytes))
    }

    fn mac(&self, id: &str, second: i64, body: &str) -> Hmac<Sha256> {
        let mut mac: Hmac<Sha256> = Hmac::new_from_slice(&self.0).expect("HMAC takes a key of any length");
        mac.update(format!("{id}.{second}.").as_bytes());
        mac.update(body.as_bytes());
        mac
    }
}

/// The value of the header `webhook-signature`; `at` goes into `webhook-timestamp` as seconds since 1970.
pub fn sign(secret: &Secret, id: &str, at: Timestamp, body: &str) -> String {
    format!("v1,{}", STANDARD.encode(secret.mac(id, at.as_second(), body).finalize().into_bytes()))
}

/// What a receiver does: whether one of the signatures is right, and the moment within [`TOLERANCE_S`] of now.
pub fn verify(secret: &Secret, id: &str, timestamp: &str, signatures: &str, body: &str, now: Timestamp) -> bool {
    let Ok(second) = timestamp.parse::<i64>() else { return false };
    if second.abs_diff(now.as_second()) > TOLERANCE_S.unsigned_abs() {
        return false;
    }
    signatures.split_whitespace().filter_map(|one| STANDARD.decode(one.strip_prefix("v1,")?).ok()).any(|signature| {
        // Compares in constant time.
        secret.mac(id, second, body).verify_slice(&signature).is_ok()
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn secret() -> Secret {
        Secret::read("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw\n").unwrap()
    }

    #[test]
    fn it_is_what_the_standard_writes() {
        // The example of the standard's own libraries.
        let at = Timestamp::from_second(1_614_265_330).unwrap();
        let signed = sign(&secret(), "msg_p5jXN8AQM9LWM0D4loKWxJek", at, r#"{"test": 2432232314}"#);
        assert_eq!(signed, "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=");
    }

    #[test]
    fn a_changed_or_an_old_message_is_refused() {
        let at = Timestamp::from_second(1_700_000_000).unwrap();
        let signed = sign(&secret(), "msg_1", at, "body");
        let is_right = |id, second: &str, body, now: i64| {
            verify(&secret(), id, second, &format!("v1a,x {signed}"), body, Timestamp::from_second(now).unwrap())
        };
        assert!(is_right("msg_1", "1700000000", "body", 1_700_000_299));
        assert!(!is_right("msg_2", "1700000000", "body", 1_700_000_000));
        assert!(!is_right("msg_1", "1700000001", "body", 1_700_000_000));
        assert!(!is_right("msg_1", "1700000000", "Body", 1_700_000_000));
        assert!(!is_right("msg_1", "1700000000", "body", 1_700_000_301), "it is old");
        assert!(!is_right("msg_1", "soon", "body", 1_700_000_000));
    }

    #[test]
    fn a_secret_that_is_none_is_refused() {
        for text in ["", "whsec_", "whsec_short", "MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw", "whsec_c2hvcnQ="] {
            assert!(Secret::read(text).is_none(), "{text}");
        }
    }
}
