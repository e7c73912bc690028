//! A badge as JSON: an AchievementCredential of Open Badges 3.0, which is a W3C Verifiable Credential 2.0, with the claims
//! of its JWT; and the list of what was revoked, as a BitstringStatusListCredential.
//!
//! Nothing in a badge tells who holds it, but what the holder wants told: the subject is a word drawn at random for this
//! badge, and the name is there as a salted hash at most, against which a name that one knows can be compared.

use chrono::{DateTime, SecondsFormat, Utc};
use serde_json::{Value, json};
use sha2::{Digest, Sha256};
use uuid::Uuid;

use super::claim::{Achievement, Claim};
use crate::text::Lang;

/// The contexts of a badge.
pub const CONTEXTS: [&str; 2] =
    ["https://www.w3.org/ns/credentials/v2", "https://purl.imsglobal.org/spec/ob/v3p0/context-3.0.3.json"];
/// The schema that a badge names.
pub const SCHEMA: &str =
    "https://purl.imsglobal.org/spec/ob/v3p0/schema/json/ob_v3p0_achievementcredential_schema.json";

/// The district that issues.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Issuer {
    /// The address of its profile, which names it.
    pub id: String,
    /// Its name.
    pub name: String,
    /// The address of its pages.
    pub url: String,
}

impl Issuer {
    /// Its profile.
    pub fn profile(&self) -> Value {
        json!({ "id": self.id, "type": ["Profile"], "name": self.name, "url": self.url })
    }
}

/// A name as a salted hash.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HashedName {
    /// `sha256$` and the hash of name and salt, in hex.
    pub hash: String,
    /// The salt.
    pub salt: String,
}

impl HashedName {
    /// Hashes a name.
    pub fn of(name: &str, salt: &str) -> Self {
        let digest = Sha256::digest(format!("{}{salt}", name.trim()));
        Self { hash: format!("sha256${}", data_encoding::HEXLOWER.encode(&digest)), salt: salt.to_owned() }
    }
}

/// The policy version under which something is achieved.
#[derive(Debug, Clone, Copy)]
pub struct Rules<'a> {
    /// Its id.
    pub id: Uuid,
    /// Its name.
    pub version: &'a str,
    /// The policy's title.
    pub title: &'a str,
    /// Whether its values were made up for illustration: whoever reads the badge must see that.
    pub illustrative: bool,
}

/// The word by which an achievement tells programs that its rules are illustrative.
pub const ILLUSTRATIVE: &str = "illustrative-policy";
/// The same for people.
const MADE_UP: &str = "示例学分办法，数值仅作示例 Illustrative policy: its values are made up";

impl Rules<'_> {
    /// What can be achieved under them, as an Achievement of Open Badges.
    pub fn achievement(&self, issuer: &str, of: &Achievement) -> Value {
        let note = |text: String, between: &str| {
            if self.illustrative { format!("{MADE_UP}{between}{text}") } else { text }
        };
        let mut told = json!({
            "id": format!("{issuer}/achievements/{}/{}", self.id, of.slug),
            "type": ["Achievement"],
            "achievementType": "Achievement",
            "inLanguage": "zh-CN",
            "name": of.name.zh,
            "description": note(format!("{} · {}", self.title, of.name.en), " · "),
            "version": self.version,
            "criteria": { "narrative": note(format!("{}\n\n{}", of.criteria.zh, of.criteria.en), "\n\n") },
        });
        if self.illustrative
            && let Some(fields) = told.as_object_mut()
        {
            fields.insert("tag".to_owned(), json!([ILLUSTRATIVE]));
        }
        told
    }
}

/// A badge that is about to be signed.
#[derive(Debug, Clone)]
pub struct Badge<'a> {
    /// Its own id.
    pub id: Uuid,
    /// Its public number.
    pub number: &'a str,
    /// Who issues it.
    pub issuer: &'a Issuer,
    /// For whom: drawn at random for this badge.
    pub subject: Uuid,
    /// The holder's name, if it shall be comparable.
    pub holder: Option<HashedName>,
    /// What it states.
    pub claim: &'a Claim,
    /// Under which rules.
    pub under: Rules<'a>,
    /// Since when: the moment of the sheet.
    pub from: DateTime<Utc>,
    /// Until when.
    pub until: DateTime<Utc>,
    /// Address of its status list.
    pub list: &'a str,
    /// Its place in there.
    pub place: u32,
}

impl Badge<'_> {
    /// The payload of its JWT: the credential, and the registered claims that say the same.
    pub fn payload(&self) -> Value {
        let (id, subject) = (urn(self.id), urn(self.subject));
        let mut achieved = json!({
            "id": subject,
            "type": ["AchievementSubject"],
            "licenseNumber": self.number,
            // Exact to the thousandth, as the engine counts; written as a number because the standard asks for one.
            "creditsEarned": number(&self.claim.credits.to_string()),
            "achievement": self.under.achievement(&self.issuer.id, &self.claim.achievement()),
        });
        if let (Some(holder), Some(fields)) = (&self.holder, achieved.as_object_mut()) {
            let identity = json!({
                "type": "IdentityObject", "hashed": true, "identityHash": holder.hash, "identityType": "name",
                "salt": holder.salt,
            });
            fields.insert("identifier".to_owned(), json!([identity]));
        }
        json!({
            "@context": CONTEXTS,
            "id": id,
            "type": ["VerifiableCredential", "AchievementCredential"],
            "name": self.claim.name(Lang::Zh),
            "issuer": self.issuer.profile(),
            "validFrom": moment(self.from),
            "validUntil": moment(self.until),
            "credentialSubject": achieved,
            "credentialStatus": {
                "id": format!("{}#{}", self.list, self.place),
                "type": "BitstringStatusListEntry",
                "statusPurpose": "revocation",
                "statusListIndex": self.place.to_string(),
                "statusListCredential": self.list,
            },
            "credentialSchema": [{ "id": SCHEMA, "type": "1EdTechJsonSchemaValidator2019" }],
            "iss": self.issuer.id,
            "jti": id,
            "sub": subject,
            "nbf": self.from.timestamp(),
            "exp": self.until.timestamp(),
        })
    }
}

/// The payload of a status list; `issuer` is the address of the issuer, `encoded` is the multibase base64url of the compressed bits.
pub fn status_list(issuer: &str, list: &str, encoded: &str, from: DateTime<Utc>) -> Value {
    json!({
        "@context": ["https://www.w3.org/ns/credentials/v2"],
        "id": list,
        "type": ["VerifiableCredential", "BitstringStatusListCredential"],
        "issuer": issuer,
        "validFrom": moment(from),
        "credentialSubject": {
            "id": format!("{list}#list"),
            "type": "BitstringStatusList",
            "statusPurpose": "revocation",
            "encodedList": encoded,
        },
        "iss": issuer,
        "jti": list,
        "nbf": from.timestamp(),
    })
}

fn urn(id: Uuid) -> String {
    format!("urn:uuid:{id}")
}

/// A moment to the second, as a JWT has it.
fn moment(at: DateTime<Utc>) -> String {
    at.to_rfc3339_opts(SecondsFormat::Secs, true)
}

fn number(decimal: &str) -> Value {
    serde_json::from_str(decimal).unwrap_or(Value::Null)
}
