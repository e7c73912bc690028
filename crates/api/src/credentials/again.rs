//! What was issued is judged again, for `kepu verify`: signatures, and that files say what is stored.

use chrono::{DateTime, Utc};
use kepu_domain::{credential::claim::Claim, text::Lang};
use serde_json::{Number, Value};
use sqlx::{FromRow, types::Json};
use uuid::Uuid;

use super::{
    keys::Signing,
    public::jwk,
    status,
    store::{self, ListRow},
    verify::{Jwks, KeySet, signed_payload},
};
use crate::{error::Result, tenancy::Tx};

/// A badge or paper as it is stored.
#[derive(Debug, FromRow)]
pub(crate) struct Issued {
    pub id: Uuid,
    pub number: String,
    pub claim: Json<Claim>,
    pub paper: Option<Value>,
    pub place: Option<i32>,
    /// Of the list in which the place is.
    pub address: Option<String>,
    pub key_id: Option<Uuid>,
    pub token: Option<String>,
    pub issued_at: DateTime<Utc>,
    pub valid_until: Option<DateTime<Utc>>,
}

/// The public keys of a district.
pub(crate) struct Again {
    jwks: Jwks,
}

impl Again {
    /// With the keys of the district of the transaction.
    pub async fn of(tx: &mut Tx) -> Result<Self> {
        let rows = store::keys(tx).await?;
        // Under which name the issuer is known says each badge; keys are found by their ids.
        Ok(Self { jwks: Jwks { keys: rows.iter().map(|row| jwk("", row)).collect() } })
    }

    /// What a badge says, if its own key has signed it; else what is wrong.
    pub fn badge(&self, issued: &Issued) -> std::result::Result<Option<Value>, String> {
        let (Some(token), Some(key)) = (&issued.token, issued.key_id) else { return Ok(None) };
        let id = Signing::address("", key);
        let own = Jwks { keys: self.jwks.keys.iter().filter(|jwk| jwk.kid == id).cloned().collect() };
        signed_payload(token, &KeySet::from(&own)).map(Some).map_err(|refusal| refusal.code().to_owned())
    }

    /// The bits that a list has, as they are published; none where it is not signed, or not that list.
    pub fn bits(&self, list: &ListRow) -> Option<kepu_domain::credential::status::Bits> {
        let payload = signed_payload(&list.token, &KeySet::from(&self.jwks)).ok()?;
        let subject = &payload["credentialSubject"];
        let is_it = payload["id"] == list.address.as_str() && payload["iss"] == status::issuer_of(&list.address);
        subject["encodedList"].as_str().filter(|_| is_it).and_then(status::decode)
    }
}

impl Issued {
    /// The first thing that a badge says otherwise than it is stored.
    pub fn differs(&self, payload: &Value) -> Option<&'static str> {
        let (subject, status, claim) = (&payload["credentialSubject"], &payload["credentialStatus"], &self.claim.0);
        let credits: Option<Number> = serde_json::from_str(&claim.credits.to_string()).ok();
        let place = self.place.map(|place| place.to_string());
        let said = [
            ("number", subject["licenseNumber"] == self.number.as_str()),
            ("credit", subject["creditsEarned"].as_number() == credits.as_ref()),
            ("achievement", subject["achievement"]["name"] == claim.name(Lang::Zh).as_str()),
            ("place", status["statusListIndex"].as_str() == place.as_deref()),
            ("list", status["statusListCredential"].as_str() == self.address.as_deref()),
            ("day of issue", payload["nbf"].as_i64() == Some(self.issued_at.timestamp())),
            ("end", payload["exp"].as_i64() == self.valid_until.map(|until| until.timestamp())),
        ];
        said.into_iter().find(|(_, same)| !same).map(|(what, _)| what)
    }

    /// The first thing that a paper shows otherwise than it was claimed.
    pub fn shows_otherwise(&self, paper: &Value) -> Option<&'static str> {
        let claim = &self.claim.0;
        let shown = [
            ("total", paper["total"] == claim.credits.to_string().as_str()),
            ("achievement", paper["achieved"] == claim.name(Lang::Zh).as_str()),
            ("achievement in English", paper["achieved_en"] == claim.name(Lang::En).as_str()),
        ];
        shown.into_iter().find(|(_, same)| !same).map(|(what, _)| what)
    }
}
