//! Every way in which a badge can be wrong, each refused for its own reason, without database and network.

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use chrono::{DateTime, TimeDelta, Utc};
use jsonwebtoken::{Algorithm, EncodingKey, Header};
use kepu_domain::credential::badge::{Badge, Issuer, Rules, status_list};
use kepu_domain::credential::claim::{Claim, Wanted};
use kepu_domain::credential::status::Bits;
use kepu_domain::text::Text;
use serde_json::{Value, json};
use uuid::Uuid;

use super::keys::{self, Signing};
use super::verify::{Jwk, Jwks, KeySet, verify};
use super::{status, store};

const LIST: &str = "https://kepu.test/api/v1/issuers/D1/status/1";

/// An issuer with a key, and what it signs.
struct House {
    issuer: Issuer,
    signing: Signing,
    jwk: Jwk,
}

impl House {
    fn new(code: &str, id: u128) -> Self {
        let issuer = Issuer {
            id: format!("https://kepu.test/api/v1/issuers/{code}"),
            name: "试验区".into(),
            url: "https://kepu.test/".into(),
        };
        let (modulus, exponent, pem) = keys::generate().expect("a key");
        let id = Uuid::from_u128(id);
        let signing = Signing::of(&store::SecretRow { id, pem, created_at: now() }).expect("it signs");
        let jwk = Jwk {
            kty: "RSA".into(),
            usage: "sig".into(),
            alg: "RS256".into(),
            kid: Signing::address(&issuer.id, id),
            n: URL_SAFE_NO_PAD.encode(modulus),
            e: URL_SAFE_NO_PAD.encode(exponent),
        };
        Self { issuer, signing, jwk }
    }

    fn payload(&self) -> Value {
        let text = |zh: &str, en: &str| Text { zh: zh.into(), en: en.into() };
        let claim = Claim {
            wanted: Wanted::Requirement { id: "ten".into() },
            title: text("满十分", "Ten credits"),
            level: None,
            level_id: None,
            criteria: text("合计不少于 10 学分", "10 credits or more"),
            credits: kepu_domain::credit::Credit::from_milli(12_500),
        };
        Badge {
            id: Uuid::from_u128(7),
            number: "D1-ABCDEFGH2345",
            issuer: &self.issuer,
            subject: Uuid::from_u128(8),
            holder: None,
            claim: &claim,
            under: Rules { id: Uuid::from_u128(9), version: "1", title: "按时计分", illustrative: false },
            from: now(),
            until: now() + TimeDelta::days(30),
            list: LIST,
            place: 5,
        }
        .payload()
    }

    fn sign(&self, payload: &Value) -> String {
        self.signing.sign(&self.issuer.id, "JWT", payload).expect("signed")
    }

    fn list(&self, purpose: &str, revoked: &[u32]) -> String {
        self.list_of(now(), purpose, revoked, |_| ())
    }

    /// A list of that moment, changed before it is signed.
    fn list_of(&self, from: DateTime<Utc>, purpose: &str, revoked: &[u32], change: impl Fn(&mut Value)) -> String {
        let encoded = status::encode(&Bits::with(revoked.iter().copied())).expect("packed");
        let mut payload = status_list(&self.issuer.id, LIST, &encoded, from);
        payload["credentialSubject"]["statusPurpose"] = json!(purpose);
        change(&mut payload);
        self.signing.sign(&self.issuer.id, "vc+jwt", &payload).expect("signed")
    }
}

fn now() -> DateTime<Utc> {
    "2026-06-01T08:00:00Z".parse().expect("a moment")
}

/// The code by which a badge of this header is refused under a list of keys; none if it holds.
fn under(house: &House, keys: &Value, header: &Value) -> Option<&'static str> {
    let kid = header.get("kid").and_then(Value::as_str).map(str::to_owned);
    let sign = |payload: &Value| house.signing.sign_as(kid.clone(), "JWT", payload).expect("signed");
    let keys = KeySet::read(keys).expect("a list");
    verify(&sign(&house.payload()), &keys, &[house.list("revocation", &[])], now()).err().map(|refusal| refusal.code())
}

#[test]
fn a_key_is_found_in_any_lawful_list() {
    let (house, stranger) = (House::new("D1", 1), House::new("D2", 2));
    let whole = json!(house.jwk);
    let theirs = json!(stranger.jwk);
    let but = |changes: Value| {
        let mut key = whole.clone();
        for (name, value) in changes.as_object().expect("changes") {
            match value {
                Value::Null => drop(key.as_object_mut().expect("a key").remove(name)),
                _ => key[name] = value.clone(),
            }
        }
        key
    };
    let bare = |key: &Value| json!({ "kty": "RSA", "n": key["n"], "e": key["e"] });
    let curve = json!({ "kty": "EC", "crv": "P-256", "x": "AA", "y": "AA", "kid": house.jwk.kid, "use": "sig" });
    let edwards = json!({ "kty": "OKP", "crv": "Ed25519", "x": "AA" });
    let address = json!({ "kid": house.jwk.kid });
    let nameless = json!({});
    let table: [(&str, Value, &Value, Option<&str>); 17] = [
        ("as it is published", json!([whole]), &address, None),
        ("without use", json!([but(json!({ "use": null }))]), &address, None),
        ("without alg", json!([but(json!({ "alg": null }))]), &address, None),
        ("without kid", json!([but(json!({ "kid": null }))]), &address, None),
        ("with nothing but the key", json!([bare(&whole)]), &address, None),
        ("to verify", json!([but(json!({ "key_ops": ["verify"] }))]), &address, None),
        ("to encrypt", json!([but(json!({ "use": "enc" }))]), &address, Some("unknown_key")),
        ("to wrap", json!([but(json!({ "key_ops": ["wrapKey"] }))]), &address, Some("unknown_key")),
        ("for another algorithm", json!([but(json!({ "alg": "RS512" }))]), &address, Some("unknown_key")),
        ("of another sort", json!([but(json!({ "kty": "EC" }))]), &address, Some("unknown_key")),
        ("among others", json!([curve, edwards, 7, theirs, whole]), &address, None),
        ("others alone", json!([curve, edwards]), &address, Some("unknown_key")),
        ("of two without names the second", json!([bare(&theirs), bare(&whole)]), &address, None),
        ("a wrong one without a name", json!([bare(&theirs)]), &address, Some("tampered")),
        ("a wrong one of the same name", json!([but(json!({ "n": theirs["n"] }))]), &address, Some("tampered")),
        ("the badge names none", json!([theirs, whole]), &nameless, None),
        ("the badge names none, wrong key", json!([theirs]), &nameless, Some("tampered")),
    ];
    for (what, keys, header, expected) in table {
        assert_eq!(under(&house, &json!({ "keys": keys }), header), expected, "{what}");
    }
    assert_eq!(under(&house, &whole, &address), None, "a single key");
    assert!(KeySet::read(&json!({})).is_err() && KeySet::read(&json!({ "keys": {} })).is_err(), "no list");
}

/// A JWT of any parts.
fn parts(header: &Value, payload: &Value, signature: &[u8]) -> String {
    let part = |value: &Value| URL_SAFE_NO_PAD.encode(value.to_string());
    format!("{}.{}.{}", part(header), part(payload), URL_SAFE_NO_PAD.encode(signature))
}

#[test]
fn a_badge_is_refused_for_the_right_reason() {
    let (house, stranger) = (House::new("D1", 1), House::new("D2", 2));
    let keys = KeySet::from(&Jwks { keys: vec![house.jwk.clone()] });
    let good = house.sign(&house.payload());
    let open = house.list("revocation", &[4, 6]);
    let said = |jwt: &str, lists: &[&String], at: DateTime<Utc>| {
        let lists: Vec<String> = lists.iter().map(|list| (*list).clone()).collect();
        verify(jwt, &keys, &lists, at).map_err(|refusal| refusal.code())
    };
    let code = |jwt: &str| said(jwt, &[&open], now()).err();
    let verified = said(&good, &[&open], now()).expect("it holds");
    assert_eq!(verified.number.as_deref(), Some("D1-ABCDEFGH2345"));
    assert_eq!((verified.achievement.as_str(), verified.issuer_name.as_str()), ("满十分", "试验区"));
    assert_eq!(code(&format!(" {good}\n")), None, "a file may end with a line's end");

    // Changed after it was signed.
    let mut pieces: Vec<&str> = good.split('.').collect();
    let mut richer = house.payload();
    richer["credentialSubject"]["creditsEarned"] = json!(99);
    let changed = URL_SAFE_NO_PAD.encode(richer.to_string());
    pieces[1] = &changed;
    assert_eq!(code(&pieces.join(".")), Some("tampered"));
    let mut bytes = URL_SAFE_NO_PAD.decode(good.rsplit('.').next().expect("a signature")).expect("base64");
    bytes[10] ^= 1;
    let cut = good.rsplit_once('.').expect("three parts").0;
    assert_eq!(code(&format!("{cut}.{}", URL_SAFE_NO_PAD.encode(bytes))), Some("tampered"));
    assert_eq!(code(&format!("{cut}.")), Some("tampered"), "no signature");

    // Signed by somebody else: under the stranger's own name, under ours, and by ours in the name of another.
    assert_eq!(code(&stranger.sign(&stranger.payload())), Some("unknown_key"));
    let forged = stranger.signing.sign(&stranger.issuer.id, "JWT", &house.payload()).expect("signed");
    assert_eq!(code(&forged), Some("unknown_key"));
    let mut imposter = House::new("D1", 1);
    imposter.signing.id = house.signing.id;
    assert_eq!(code(&imposter.sign(&house.payload())), Some("tampered"), "another key under the name of ours");
    assert_eq!(code(&house.sign(&stranger.payload())), Some("unknown_key"), "our key in the name of another issuer");
    // Another algorithm: none at all, and the public key taken for a shared secret.
    let kid = &house.jwk.kid;
    assert_eq!(
        code(&parts(&json!({ "alg": "none", "kid": kid }), &house.payload(), b"")),
        Some("algorithm_not_allowed")
    );
    let mut header = Header::new(Algorithm::HS256);
    header.kid = Some(kid.clone());
    for secret in [house.jwk.n.as_bytes().to_vec(), URL_SAFE_NO_PAD.decode(&house.jwk.n).expect("base64")] {
        let hmac = jsonwebtoken::encode(&header, &house.payload(), &EncodingKey::from_secret(&secret)).expect("signed");
        assert_eq!(code(&hmac), Some("algorithm_not_allowed"));
    }

    // Its time.
    let early = now() - TimeDelta::minutes(5);
    assert_eq!(said(&good, &[&open], early).err(), Some("not_yet_valid"));
    assert_eq!(said(&good, &[&open], now() - TimeDelta::seconds(60)).err(), None, "a clock that is a little behind");
    assert_eq!(said(&good, &[&open], now() + TimeDelta::days(30)).err(), Some("expired"));

    // Its status.
    let at = |list: &String| said(&good, &[list], now()).err();
    assert_eq!(at(&house.list("revocation", &[5])), Some("revoked"));
    let mut suspended = house.payload();
    suspended["credentialStatus"]["statusPurpose"] = json!("suspension");
    let suspended = house.sign(&suspended);
    assert_eq!(said(&suspended, &[&house.list("suspension", &[5])], now()).err(), Some("suspended"));
    assert_eq!(said(&suspended, &[&house.list("suspension", &[])], now()).err(), None);
    assert_eq!(said(&suspended, &[&open], now()).err(), Some("status_unknown"), "a list for another purpose");
    assert_eq!(said(&good, &[], now()).err(), Some("status_unknown"));
    assert_eq!(at(&stranger.list("revocation", &[])), Some("status_unknown"), "a list that somebody else has signed");
    assert_eq!(at(&"nonsense".to_owned()), Some("status_unknown"));

    // Several lists of one address: what any of them says is revoked is; else the newest decides, in whatever order they come.
    let early = now() - TimeDelta::days(1);
    let ended = |payload: &mut Value| payload["validUntil"] = json!("2026-06-01T07:00:00Z");
    let old = house.list_of(early, "revocation", &[], |_| ());
    let old_revoked = house.list_of(early, "revocation", &[5], |_| ());
    let old_ended = house.list_of(early, "revocation", &[], ended);
    let (new, new_ended) = (house.list("revocation", &[5]), house.list_of(now(), "revocation", &[], ended));
    for (what, lists, expected) in [
        ("revoked since", [&old, &new], Some("revoked")),
        ("revoked before", [&old_revoked, &open], Some("revoked")),
        ("the older has ended", [&old_ended, &open], None),
        ("the newer has ended", [&old, &new_ended], Some("status_unknown")),
        ("one is of somebody else", [&open, &stranger.list("revocation", &[5])], None),
    ] {
        let [one, other] = lists;
        assert_eq!(said(&good, &[one, other], now()).err(), expected, "{what}");
        assert_eq!(said(&good, &[other, one], now()).err(), expected, "{what}, the other way round");
    }

    // No badge at all.
    let (list, unsigned) = (open.clone(), parts(&json!({}), &house.payload(), b""));
    for nonsense in ["", "a.b", "a.b.c.d", "....", "{}", &good[1..], &list, &unsigned] {
        assert_eq!(code(nonsense), Some("malformed"), "{nonsense}");
    }
    let mut longer = house.payload();
    longer["exp"] = json!(4_000_000_000_u64);
    assert_eq!(code(&house.sign(&longer)), Some("malformed"), "claims that contradict the credential");
}

#[test]
fn nobody_signs_in_the_name_of_another_by_naming_a_key_so() {
    let (house, stranger) = (House::new("D1", 1), House::new("D2", 2));
    let keys = KeySet::from(&Jwks { keys: vec![house.jwk.clone(), stranger.jwk.clone()] });
    let said = |jwt: &str, list: &String, keys: &KeySet| {
        verify(jwt, keys, std::slice::from_ref(list), now()).err().map(|refusal| refusal.code())
    };
    let (open, good) = (house.list("revocation", &[]), house.sign(&house.payload()));
    assert_eq!(said(&good, &open, &keys), None);

    // The stranger's key under the address that it would have if it were ours, under its own, and under none.
    let as_ours = Signing::address(&house.issuer.id, stranger.signing.id);
    for kid in [Some(as_ours.clone()), Some(stranger.jwk.kid.clone()), Some(stranger.signing.id.to_string()), None] {
        let forged = stranger.signing.sign_as(kid.clone(), "JWT", &house.payload()).expect("signed");
        assert_eq!(said(&forged, &open, &keys), Some("unknown_key"), "{kid:?}");
    }
    // So it is with status lists, and with those that say two things of whose they are.
    let encoded = status::encode(&Bits::with([5])).expect("packed");
    let theirs = status_list(&house.issuer.id, LIST, &encoded, now());
    let forged = stranger.signing.sign_as(Some(as_ours), "vc+jwt", &theirs).expect("signed");
    assert_eq!(said(&good, &forged, &keys), Some("status_unknown"));
    let mut two_faced = theirs;
    two_faced["iss"] = json!(stranger.issuer.id);
    let forged = stranger.signing.sign(&stranger.issuer.id, "vc+jwt", &two_faced).expect("signed");
    assert_eq!(said(&good, &forged, &keys), Some("status_unknown"));

    // A service that got another name lists its keys under that; where the old name is listed beside it, it is somebody else's.
    let renamed = |key: &Jwk, host: &str| Jwk { kid: key.kid.replace("kepu.test", host), ..key.clone() };
    let moved = KeySet::from(&Jwks { keys: vec![renamed(&house.jwk, "new.test")] });
    assert_eq!(said(&good, &open, &moved), None);
    let both = KeySet::from(&Jwks { keys: vec![renamed(&house.jwk, "new.test"), house.jwk.clone()] });
    assert_eq!(said(&good, &open, &both), None, "listed under both names");
    let namesake =
        Jwk { kid: renamed(&house.jwk, "else.test").kid.replace(&house.signing.id.to_string(), "9"), ..stranger.jwk };
    let beside = KeySet::from(&Jwks { keys: vec![house.jwk.clone(), namesake] });
    let forged = Some(format!("{}/keys/9", house.issuer.id));
    let forged = stranger.signing.sign_as(forged, "JWT", &house.payload()).expect("signed");
    assert_eq!(said(&forged, &open, &beside), Some("unknown_key"));
}
