//! What a verifier says of a badge at a moment. The signature is checked by the caller, between [`header`] and [`judge`]; what is
//! refused first, is told: form, algorithm, key, signature, time, status.

use chrono::{DateTime, TimeDelta, Utc};
use serde_json::Value;

use super::badge::ILLUSTRATIVE;
use crate::text::Lang;

/// The one algorithm that is allowed: with any other, a public key could be taken for a secret, or nothing be signed.
pub const ALGORITHM: &str = "RS256";

/// By how much a verifier's clock may be behind the issuer's: a badge is shown the moment it was issued.
const LEEWAY: TimeDelta = TimeDelta::seconds(120);

/// Why a badge is refused.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Refusal {
    /// It is no badge, or its parts contradict each other: which.
    Malformed(&'static str),
    /// It is signed in a way that is not accepted.
    Algorithm,
    /// The issuer has no such key.
    UnknownKey,
    /// It is not what was signed, or not signed by the key that it names.
    Tampered,
    /// Its time has not come.
    NotYetValid(DateTime<Utc>),
    /// Its time has passed.
    Expired(DateTime<Utc>),
    /// Its status list cannot be had or read.
    StatusUnknown,
    /// It was taken back for good.
    Revoked,
    /// It is not to be accepted for the time being.
    Suspended,
}

impl Refusal {
    /// Stable code.
    pub const fn code(&self) -> &'static str {
        match self {
            Self::Malformed(_) => "malformed",
            Self::Algorithm => "algorithm_not_allowed",
            Self::UnknownKey => "unknown_key",
            Self::Tampered => "tampered",
            Self::NotYetValid(_) => "not_yet_valid",
            Self::Expired(_) => "expired",
            Self::StatusUnknown => "status_unknown",
            Self::Revoked => "revoked",
            Self::Suspended => "suspended",
        }
    }

    /// In words.
    pub fn text(&self, lang: Lang) -> String {
        let said = match (self, lang) {
            (Self::Malformed(what), Lang::Zh) => return format!("不是徽章文件，或内容自相矛盾（{what}）"),
            (Self::Malformed(what), Lang::En) => return format!("it is no badge, or contradicts itself ({what})"),
            (Self::NotYetValid(from), Lang::Zh) => return format!("尚未生效，自 {from} 起有效"),
            (Self::NotYetValid(from), Lang::En) => return format!("its time has not come: it holds from {from}"),
            (Self::Expired(until), Lang::Zh) => return format!("已过期，有效至 {until}"),
            (Self::Expired(until), Lang::En) => return format!("it has expired: it held until {until}"),
            (Self::Algorithm, Lang::Zh) => "签名算法不被接受，只接受 RS256",
            (Self::Algorithm, Lang::En) => "it is signed in a way that is not accepted: only RS256 is",
            (Self::UnknownKey, Lang::Zh) => "签发方没有这把密钥",
            (Self::UnknownKey, Lang::En) => "the issuer has no such key",
            (Self::Tampered, Lang::Zh) => "内容与签名不符：被改动过，或不是由所称密钥签发",
            (Self::Tampered, Lang::En) => "it is not what was signed, or not signed by the key that it names",
            (Self::StatusUnknown, Lang::Zh) => "无法取得或核实它的状态表",
            (Self::StatusUnknown, Lang::En) => "its status list cannot be had or read",
            (Self::Revoked, Lang::Zh) => "已被签发方撤销",
            (Self::Revoked, Lang::En) => "the issuer has revoked it",
            (Self::Suspended, Lang::Zh) => "已被签发方暂停",
            (Self::Suspended, Lang::En) => "the issuer has suspended it",
        };
        said.to_owned()
    }
}

/// The name of the key, if the header of the JWT is one that is accepted; it need not name one (RFC 7515).
///
/// # Errors
/// It is no header of a badge, or names another algorithm.
pub fn header(header: &Value) -> Result<Option<&str>, Refusal> {
    let word = |name: &str| header.get(name).and_then(Value::as_str);
    match word("alg") {
        None => Err(Refusal::Malformed("alg")),
        Some(ALGORITHM) if header.get("crit").is_some() => Err(Refusal::Malformed("crit")),
        Some(ALGORITHM) => match header.get("kid") {
            None => Ok(None),
            Some(kid) => kid.as_str().map(Some).ok_or(Refusal::Malformed("kid")),
        },
        Some(_) => Err(Refusal::Algorithm),
    }
}

/// What of a key's address names the key: its last part. The rest is the host, under which a service may be known by
/// several names; that the key is one of the issuer's is known by the list in which it is found.
pub fn key_id(kid: &str) -> &str {
    kid.rsplit_once('/').map_or(kid, |(_, id)| id)
}

/// Whether the key of this name signs for an issuer: where its name is an address under an issuer, it signs for that one
/// alone. Of other names nothing follows but what the list says in which the key is found.
pub fn signs_for(kid: &str, issuer: &str) -> bool {
    owner(kid).is_none_or(|owner| owner == issuer)
}

/// Whether a key that is listed under this name signs for an issuer. Under which host it is listed may have changed since the
/// issuer signed, so the same issuer under another host is taken for it; but not where the names of the keys that are `known`, all
/// that are listed together, have some under the issuer's own address: then whoever has the other host is somebody else.
pub fn is_listed_for<'k>(listed: &str, issuer: &str, mut known: impl Iterator<Item = &'k str>) -> bool {
    let Some(owner) = owner(listed) else { return true };
    owner == issuer || (is_renamed(owner, issuer) && !known.any(|kid| self::owner(kid) == Some(issuer)))
}

/// The issuer under whose address a key is named, if it is.
fn owner(kid: &str) -> Option<&str> {
    kid.rsplit_once("/keys/").map(|(owner, _)| owner)
}

/// Whether two addresses are those of one issuer, by its code, under two hosts.
fn is_renamed(one: &str, other: &str) -> bool {
    let code_of = |address: &str| address.rsplit_once("/api/v1/issuers/").map(|(_, code)| code.to_owned());
    code_of(one).is_some_and(|code| !code.is_empty() && code_of(other) == Some(code))
}

/// Where the status of a badge stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StatusEntry {
    /// What a set bit means.
    pub purpose: Purpose,
    /// Address of the list.
    pub list: String,
    /// Place in the list.
    pub place: u32,
}

/// What a set bit means.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Purpose {
    /// Taken back for good.
    Revocation,
    /// Not to be accepted for the time being.
    Suspension,
}

impl Purpose {
    /// The word of the standard.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Revocation => "revocation",
            Self::Suspension => "suspension",
        }
    }

    const fn refusal(self) -> Refusal {
        match self {
            Self::Revocation => Refusal::Revoked,
            Self::Suspension => Refusal::Suspended,
        }
    }
}

/// A badge that holds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Verified {
    /// Its id.
    pub id: String,
    /// Its public number, if it has one.
    pub number: Option<String>,
    /// The issuer's address.
    pub issuer: String,
    /// The issuer's name.
    pub issuer_name: String,
    /// What was achieved.
    pub achievement: String,
    /// Whether the rules under which it was are illustrative.
    pub illustrative: bool,
    /// Since when.
    pub from: DateTime<Utc>,
    /// Until when; for ever if none.
    pub until: Option<DateTime<Utc>>,
}

/// Judges the payload of a JWT whose signature holds. `bit` tells the bit of a status list that was itself found to be
/// signed by the issuer; nothing if there is none.
///
/// # Errors
/// Why the badge is refused.
pub fn judge(
    payload: &Value,
    bit: impl Fn(&StatusEntry) -> Option<bool>,
    now: DateTime<Utc>,
) -> Result<Verified, Refusal> {
    let verified = read(payload)?;
    if verified.from.signed_duration_since(now) > LEEWAY {
        return Err(Refusal::NotYetValid(verified.from));
    }
    if let Some(until) = verified.until.filter(|until| *until <= now) {
        return Err(Refusal::Expired(until));
    }
    for entry in statuses(payload)? {
        match bit(&entry) {
            Some(false) => {}
            Some(true) => return Err(entry.purpose.refusal()),
            None => return Err(Refusal::StatusUnknown),
        }
    }
    Ok(verified)
}

fn read(payload: &Value) -> Result<Verified, Refusal> {
    let text = |path: &str| payload.pointer(path).and_then(Value::as_str);
    let has_type = |word: &str| match payload.get("type") {
        Some(Value::String(only)) => only == word,
        Some(Value::Array(all)) => all.iter().any(|one| one.as_str() == Some(word)),
        _ => false,
    };
    if !has_type("VerifiableCredential") || !(has_type("AchievementCredential") || has_type("OpenBadgeCredential")) {
        return Err(Refusal::Malformed("type"));
    }
    let issuer = text("/issuer/id").or_else(|| text("/issuer")).ok_or(Refusal::Malformed("issuer"))?;
    let id = text("/id").ok_or(Refusal::Malformed("id"))?;
    // The registered claims say the same as the credential, or one of the two would be believed and the other shown.
    for (claim, said, what) in
        [("/iss", Some(issuer), "iss"), ("/jti", Some(id), "jti"), ("/sub", text("/credentialSubject/id"), "sub")]
    {
        if text(claim) != said {
            return Err(Refusal::Malformed(what));
        }
    }
    let from = moment(payload, "validFrom", "nbf")?.ok_or(Refusal::Malformed("validFrom"))?;
    let until = moment(payload, "validUntil", "exp")?;
    let achievement = text("/credentialSubject/achievement/name").ok_or(Refusal::Malformed("achievement"))?;
    Ok(Verified {
        id: id.to_owned(),
        number: text("/credentialSubject/licenseNumber").map(str::to_owned),
        issuer: issuer.to_owned(),
        issuer_name: text("/issuer/name").unwrap_or(issuer).to_owned(),
        achievement: achievement.to_owned(),
        illustrative: is_illustrative(payload),
        from,
        until,
    })
}

/// Whether a badge says of its rules that their values were made up.
fn is_illustrative(payload: &Value) -> bool {
    match payload.pointer("/credentialSubject/achievement/tag") {
        Some(Value::Array(tags)) => tags.iter().any(|tag| tag == ILLUSTRATIVE),
        Some(tag) => tag == ILLUSTRATIVE,
        None => false,
    }
}

/// A moment that credential and claims must agree on, to the second.
fn moment(payload: &Value, field: &'static str, claim: &'static str) -> Result<Option<DateTime<Utc>>, Refusal> {
    let said = payload.get(field).map(|value| {
        value.as_str().and_then(|text| DateTime::parse_from_rfc3339(text).ok()).ok_or(Refusal::Malformed(field))
    });
    let said = said.transpose()?.map(|at| at.to_utc());
    let claimed = payload.get(claim).map(|value| value.as_i64().ok_or(Refusal::Malformed(claim))).transpose()?;
    if said.map(|at| at.timestamp()) == claimed { Ok(said) } else { Err(Refusal::Malformed(claim)) }
}

fn statuses(payload: &Value) -> Result<Vec<StatusEntry>, Refusal> {
    let entry = |value: &Value| {
        let text = |name: &str| value.get(name).and_then(Value::as_str);
        if text("type") != Some("BitstringStatusListEntry") {
            return None;
        }
        let purpose = match text("statusPurpose")? {
            "revocation" => Purpose::Revocation,
            "suspension" => Purpose::Suspension,
            _ => return None,
        };
        let place = text("statusListIndex")?.parse().ok()?;
        Some(StatusEntry { purpose, list: text("statusListCredential")?.to_owned(), place })
    };
    let all = match payload.get("credentialStatus") {
        None => return Ok(Vec::new()),
        Some(Value::Array(all)) => all.iter().map(entry).collect::<Option<Vec<_>>>(),
        Some(one) => entry(one).map(|one| vec![one]),
    };
    // A status that is not understood must not pass for a good one.
    all.ok_or(Refusal::StatusUnknown)
}

/// A status list whose signature holds: the one at the address of an entry, of the issuer, for its purpose, and its time has
/// come.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Listed<'p> {
    /// Since when it is the list.
    pub from: DateTime<Utc>,
    /// Whether it still is, by what it says itself.
    pub lasts: bool,
    /// Its compressed bits.
    pub encoded: &'p str,
}

impl<'p> Listed<'p> {
    /// Reads the payload of a list; none where it is not such a one.
    pub fn read(payload: &'p Value, issuer: &str, entry: &StatusEntry, now: DateTime<Utc>) -> Option<Self> {
        let text = |path: &str| payload.pointer(path).and_then(Value::as_str);
        // Whose key has signed is known of `iss`, so the list must be of nobody else.
        let of_issuer = text("/issuer/id").or_else(|| text("/issuer")) == Some(issuer) && text("/iss") == Some(issuer);
        let is_list = text("/credentialSubject/type") == Some("BitstringStatusList");
        let purpose = text("/credentialSubject/statusPurpose") == Some(entry.purpose.word());
        let from = text("/validFrom").and_then(|text| DateTime::parse_from_rfc3339(text).ok())?.to_utc();
        let until = text("/validUntil").map(|text| DateTime::parse_from_rfc3339(text).ok());
        let begun = from.signed_duration_since(now) <= LEEWAY;
        let lasts = until.is_none_or(|until| until.is_some_and(|until| until > now));
        let sound = of_issuer && is_list && purpose && begun && text("/id") == Some(entry.list.as_str());
        let encoded = text("/credentialSubject/encodedList").filter(|_| sound)?;
        Some(Self { from, lasts, encoded })
    }
}

/// The bit of an entry by all lists of its address that were given, each with the bit that it has. What any of them says is
/// revoked stays so, for nobody takes that back; else the newest decides, and where it has ended, nothing is known.
pub fn bit(purpose: Purpose, lists: &[(Listed<'_>, Option<bool>)]) -> Option<bool> {
    if purpose == Purpose::Revocation && lists.iter().any(|(_, bit)| *bit == Some(true)) {
        return Some(true);
    }
    let newest = lists.iter().map(|(list, _)| list.from).max()?;
    let decide = lists.iter().filter(|(list, _)| list.from == newest && list.lasts);
    decide.filter_map(|(_, bit)| *bit).reduce(|one, other| one || other)
}

#[cfg(test)]
#[expect(clippy::indexing_slicing, clippy::type_complexity, reason = "a test may panic")]
mod tests {
    use super::*;
    use serde_json::json;

    fn badge() -> Value {
        json!({
            "id": "urn:uuid:1", "type": ["VerifiableCredential", "AchievementCredential"],
            "issuer": { "id": "https://kepu.test/issuers/D1", "name": "试验区" },
            "validFrom": "2026-01-01T00:00:00Z", "validUntil": "2027-01-01T00:00:00Z",
            "credentialSubject": { "id": "urn:uuid:2", "achievement": { "name": "满十分" } },
            "credentialStatus": {
                "type": "BitstringStatusListEntry", "statusPurpose": "revocation", "statusListIndex": "7",
                "statusListCredential": "https://kepu.test/list",
            },
            "iss": "https://kepu.test/issuers/D1", "jti": "urn:uuid:1", "sub": "urn:uuid:2",
            "nbf": 1_767_225_600, "exp": 1_798_761_600,
        })
    }

    fn at(day: &str) -> DateTime<Utc> {
        format!("{day}T00:00:00Z").parse().unwrap_or_default()
    }

    #[test]
    fn every_reason_of_a_refusal() {
        type Change = fn(&mut Value);
        let same: Change = |_| ();
        let table: [(&str, Change, Option<bool>, &str, Option<&str>); 19] = [
            ("as it was issued", same, Some(false), "2026-06-01", None),
            ("its first moment", same, Some(false), "2026-01-01", None),
            ("the day before", same, Some(false), "2025-12-31", Some("not_yet_valid")),
            ("the end", same, Some(false), "2027-01-01", Some("expired")),
            ("revoked", same, Some(true), "2026-06-01", Some("revoked")),
            ("no list", same, None, "2026-06-01", Some("status_unknown")),
            ("expired and revoked", same, Some(true), "2027-01-01", Some("expired")),
            (
                "suspended",
                |b| b["credentialStatus"]["statusPurpose"] = json!("suspension"),
                Some(true),
                "2026-06-01",
                Some("suspended"),
            ),
            (
                "a status that nobody knows",
                |b| b["credentialStatus"]["type"] = json!("Other"),
                Some(false),
                "2026-06-01",
                Some("status_unknown"),
            ),
            (
                "a message",
                |b| b["credentialStatus"]["statusPurpose"] = json!("message"),
                Some(false),
                "2026-06-01",
                Some("status_unknown"),
            ),
            (
                "several entries",
                |b| b["credentialStatus"] = json!([b["credentialStatus"].clone()]),
                Some(true),
                "2026-06-01",
                Some("revoked"),
            ),
            (
                "no status at all",
                |b| {
                    b.as_object_mut().map(|b| b.remove("credentialStatus"));
                },
                None,
                "2026-06-01",
                None,
            ),
            ("no type", |b| b["type"] = json!(["VerifiableCredential"]), Some(false), "2026-06-01", Some("malformed")),
            (
                "an OpenBadgeCredential",
                |b| b["type"][1] = json!("OpenBadgeCredential"),
                Some(false),
                "2026-06-01",
                None,
            ),
            ("another iss", |b| b["iss"] = json!("https://else.test"), Some(false), "2026-06-01", Some("malformed")),
            ("another jti", |b| b["jti"] = json!("urn:uuid:9"), Some(false), "2026-06-01", Some("malformed")),
            ("another sub", |b| b["sub"] = json!("urn:uuid:9"), Some(false), "2026-06-01", Some("malformed")),
            (
                "exp later than validUntil",
                |b| b["exp"] = json!(1_900_000_000),
                Some(false),
                "2026-06-01",
                Some("malformed"),
            ),
            (
                "no validFrom",
                |b| {
                    b.as_object_mut().map(|b| (b.remove("validFrom"), b.remove("nbf")));
                },
                Some(false),
                "2026-06-01",
                Some("malformed"),
            ),
        ];
        for (what, change, bit, day, expected) in table {
            let mut payload = badge();
            change(&mut payload);
            let said = judge(&payload, |_| bit, at(day));
            assert_eq!(said.as_ref().err().map(Refusal::code), expected, "{what}: {said:?}");
            if let Err(refusal) = said {
                assert!(!refusal.text(Lang::Zh).is_empty() && refusal.text(Lang::En).is_ascii(), "{refusal:?}");
            }
        }
    }

    #[test]
    fn only_one_algorithm_is_accepted() {
        let key = "https://kepu.test/keys/1";
        assert_eq!(header(&json!({ "alg": "RS256", "kid": key, "typ": "JWT" })), Ok(Some(key)));
        assert_eq!(header(&json!({ "alg": "RS256" })), Ok(None));
        assert_eq!(key_id(key), "1");
        assert!(signs_for(key, "https://kepu.test") && signs_for("1", "https://kepu.test"));
        assert!(!signs_for(key, "https://kepu.test/issuers/D1"));
        for alg in ["none", "None", "HS256", "RS512", "PS256", "ES256", "EdDSA", ""] {
            assert_eq!(header(&json!({ "alg": alg, "kid": key })), Err(Refusal::Algorithm), "{alg}");
        }
        for (bad, what) in [
            (json!({ "kid": key }), "alg"),
            (json!({ "alg": "RS256", "kid": 1 }), "kid"),
            (json!({ "alg": "RS256", "kid": key, "crit": ["b64"] }), "crit"),
            (json!("RS256"), "alg"),
        ] {
            assert_eq!(header(&bad), Err(Refusal::Malformed(what)));
        }
    }

    #[test]
    fn a_list_is_believed_only_where_it_belongs() {
        let entry = StatusEntry { purpose: Purpose::Revocation, list: "https://kepu.test/list".into(), place: 7 };
        let list = json!({
            "id": entry.list, "issuer": "https://kepu.test/issuers/D1", "iss": "https://kepu.test/issuers/D1",
            "validFrom": "2026-01-01T00:00:00Z",
            "credentialSubject": { "type": "BitstringStatusList", "statusPurpose": "revocation", "encodedList": "uX" },
        });
        let read = |list: &Value| {
            let read = Listed::read(list, "https://kepu.test/issuers/D1", &entry, at("2026-06-01"));
            read.map(|list| (list.encoded.to_owned(), list.lasts))
        };
        assert_eq!(read(&list), Some(("uX".to_owned(), true)));
        for (path, value) in [
            ("/id", "https://kepu.test/another"),
            ("/issuer", "https://kepu.test/issuers/D2"),
            ("/iss", "https://kepu.test/issuers/D2"),
            ("/validFrom", "2026-07-01T00:00:00Z"),
            ("/credentialSubject/type", "StatusList2021"),
            ("/credentialSubject/statusPurpose", "suspension"),
        ] {
            let mut other = list.clone();
            if let Some(field) = other.pointer_mut(path) {
                *field = json!(value);
            }
            assert_eq!(read(&other), None, "{path}");
        }
        let mut ended = list.clone();
        ended["validUntil"] = json!("2026-05-01T00:00:00Z");
        assert_eq!(read(&ended), Some(("uX".to_owned(), false)));
    }

    #[test]
    fn of_several_lists_any_revokes_and_the_newest_decides_the_rest() {
        let list = |month: u32, lasts: bool, bit: Option<bool>| {
            (Listed { from: at(&format!("2026-0{month}-01")), lasts, encoded: "" }, bit)
        };
        let (set, open, unread) = (Some(true), Some(false), None);
        let (old, new) = (list(1, true, open), list(2, true, set));
        for (what, lists, revoked, suspended) in [
            ("none", vec![], None, None),
            ("the older first", vec![old, new], set, set),
            ("the newer first", vec![new, old], set, set),
            ("set in the older alone", vec![list(1, true, set), list(2, true, open)], set, open),
            ("set in one that has ended", vec![list(1, false, set)], set, None),
            ("the newest has ended", vec![old, list(2, false, open)], None, None),
            ("an older one has ended", vec![list(1, false, open), list(2, true, open)], open, open),
            ("the newest cannot be read", vec![old, list(2, true, unread)], None, None),
            ("two of one moment", vec![list(2, true, open), new], set, set),
        ] {
            assert_eq!(bit(Purpose::Revocation, &lists), revoked, "{what}");
            assert_eq!(bit(Purpose::Suspension, &lists), suspended, "{what}");
        }
    }

    #[test]
    fn a_listed_key_signs_for_its_own_issuer_under_whatever_host() {
        let key = |issuer: &str| format!("{issuer}/keys/1");
        let (here, there) = ("https://kepu.test/api/v1/issuers/D1", "https://old.test/api/v1/issuers/D1");
        let other = "https://kepu.test/api/v1/issuers/D2";
        for (what, listed, issuer, beside, expected) in [
            ("its own", key(here), here, vec![key(other)], true),
            ("of another", key(other), here, vec![], false),
            ("of another, beside its own", key(other), here, vec![key(here)], false),
            ("under another host", key(here), there, vec![key(other)], true),
            ("under another host, beside its own", key(here), there, vec![key(there)], false),
            ("hosts without codes", "https://a.test/keys/1".to_owned(), "https://b.test", vec![], false),
            ("no address", "1".to_owned(), here, vec![key(here)], true),
        ] {
            let known = beside.iter().map(String::as_str);
            assert_eq!(is_listed_for(&listed, issuer, known), expected, "{what}");
        }
    }
}
