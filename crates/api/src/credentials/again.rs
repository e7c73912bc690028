//! What was issued is judged again, for `kepu verify`: signatures, that files say what is stored, that papers add up, and that
//! credit was booked so.

use std::collections::BTreeMap;

use chrono::{DateTime, TimeDelta, Utc};
use kepu_domain::{credential::claim::Claim, credit::Credit, text::Lang};
use serde::Deserialize;
use serde_json::{Number, Value};
use sqlx::{FromRow, types::Json};
use uuid::Uuid;

use super::{
    public::jwk,
    status,
    store::{self, ListRow},
    verify::{Jwk, Jwks, KeySet, signed_payload},
};
use crate::{
    error::Result,
    pdf::{CreditPaper, PaperLine},
    tenancy::Tx,
};

/// How far from the moment of issuing a ledger may have been as a paper shows it. A request takes its moment before it waits for
/// others, and whose class has changed is scored anew within a day.
const ABOUT: TimeDelta = TimeDelta::days(1);

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
    pub policy_title: String,
    pub policy_version: String,
    pub illustrative: bool,
    /// Of what it says, as it is stored.
    pub digest: String,
    /// What the trail says of it, if it says anything of it any more; before digests were kept there is none.
    pub trail_title: Option<String>,
    pub trail_digest: Option<String>,
}

/// An entry of the ledger of whose credit it is.
#[derive(Debug, Clone, Copy, FromRow)]
pub(crate) struct Booked {
    pub record_id: Uuid,
    pub amount: i64,
    pub at: DateTime<Utc>,
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
        let key = |row: &store::KeyRow| Jwk { kid: row.id.to_string(), ..jwk("", row) };
        Ok(Self { jwks: Jwks { keys: rows.iter().map(key).collect() } })
    }

    /// What a badge says, if its own key has signed it; else what is wrong.
    pub fn badge(&self, issued: &Issued) -> std::result::Result<Option<Value>, String> {
        let (Some(token), Some(key)) = (&issued.token, issued.key_id) else { return Ok(None) };
        let id = key.to_string();
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

    /// The first thing that a paper shows otherwise than it was claimed, or than follows from what else it shows.
    pub fn shows_otherwise(&self, paper: &Value) -> Option<&'static str> {
        let claim = &self.claim.0;
        let Ok(paper) = CreditPaper::deserialize(paper) else { return Some("form") };
        let (by_line, by_sum) = (sums(paper.lines.iter().map(of_line)), sums(paper.sums.iter().map(of_sum)));
        let added_up = by_line.as_ref().map(|sums| sums.values().copied().sum::<Credit>());
        let shown = [
            ("total", paper.total == claim.credits.to_string()),
            ("achievement", paper.achieved == claim.name(Lang::Zh)),
            ("achievement in English", paper.achieved_en == claim.name(Lang::En)),
            ("policy", paper.policy == self.policy_title),
            ("version of the policy", paper.version == self.policy_version),
            ("note that the policy is illustrative", paper.illustrative == self.illustrative),
            ("moment", paper.as_of.to_utc() == self.issued_at),
            ("sum of the lines", added_up == Some(claim.credits)),
            ("sum of a category", by_line == by_sum),
        ];
        shown.into_iter().find(|(_, same)| !same).map(|(what, _)| what)
    }

    /// Whether the ledger stood so about then: all credit, and of a paper that of each line. `entries` are all that were booked
    /// for the person under the policy, in the order of time.
    pub fn was_booked(&self, entries: &[Booked]) -> bool {
        let lines = self.paper.as_ref().and_then(|paper| CreditPaper::deserialize(paper).ok()).map(|paper| {
            let mut lines: Vec<i64> = paper.lines.iter().filter_map(|line| milli(&line.credit)).collect();
            lines.sort_unstable();
            lines
        });
        let (first, last) = (self.issued_at - ABOUT, self.issued_at + ABOUT);
        let mut rest = &entries[..entries.partition_point(|entry| entry.at <= last)];
        let mut booked: BTreeMap<Uuid, i64> = BTreeMap::new();
        loop {
            let next = rest.first().map(|entry| entry.at);
            if next.is_none_or(|next| next >= first) && self.is_of(&booked, lines.as_deref()) {
                return true;
            }
            let Some(next) = next else { return false };
            let (now, later) = rest.split_at(rest.partition_point(|entry| entry.at <= next));
            for entry in now {
                *booked.entry(entry.record_id).or_default() += entry.amount;
            }
            rest = later;
        }
    }

    /// Whether it is of a ledger that has so much of each record.
    fn is_of(&self, booked: &BTreeMap<Uuid, i64>, lines: Option<&[i64]>) -> bool {
        let mut amounts: Vec<i64> = booked.values().copied().filter(|amount| *amount != 0).collect();
        amounts.sort_unstable();
        amounts.iter().sum::<i64>() == self.claim.0.credits.milli() && lines.is_none_or(|lines| lines == amounts)
    }

    /// The first thing that the trail says otherwise of what was issued.
    pub fn trail_differs(&self) -> Option<&'static str> {
        let differs = |said: Option<&str>, stored: &str| said.is_some_and(|said| said != stored);
        if differs(self.trail_title.as_deref(), &self.claim.0.name(Lang::Zh)) {
            return Some("title");
        }
        differs(self.trail_digest.as_deref(), &self.digest).then_some("digest")
    }
}

fn milli(credit: &str) -> Option<i64> {
    credit.parse::<Credit>().ok().map(Credit::milli)
}

fn of_line(line: &PaperLine) -> (&str, &str) {
    (line.category.as_str(), line.credit.as_str())
}

fn of_sum((category, credit): &(String, String)) -> (&str, &str) {
    (category.as_str(), credit.as_str())
}

/// Credit by category; none where one of the texts is no credit.
fn sums<'p>(parts: impl Iterator<Item = (&'p str, &'p str)>) -> Option<BTreeMap<&'p str, Credit>> {
    let mut sums: BTreeMap<&str, Credit> = BTreeMap::new();
    for (category, credit) in parts {
        let sum = sums.entry(category).or_default();
        *sum = sum.plus(credit.parse().ok()?);
    }
    Some(sums)
}

#[cfg(test)]
mod tests {
    use kepu_domain::{credential::claim::Wanted, text::Text};
    use serde_json::json;

    use super::*;

    fn at(moment: &str) -> DateTime<Utc> {
        moment.parse().expect("a moment")
    }

    /// A transcript of two lines, 3 credits in all.
    fn issued() -> Issued {
        let title = Text { zh: "按时计分".into(), en: "By the hour".into() };
        let criteria = title.clone();
        let credits = Credit::whole(3);
        let claim = Claim { wanted: Wanted::Credits, title, level: None, level_id: None, criteria, credits };
        let line = |category: &str, credit: &str| json!({ "day": "2026-03-01", "title": "x", "host": "", "category": category, "credit": credit });
        let paper = json!({
            "district": "试验区", "name": "张三", "school": "", "class": "", "policy": "按时计分", "version": "2026",
            "illustrative": false, "as_of": "2026-06-01T16:00:00+08:00", "total": "3", "achieved": "按时计分",
            "achieved_en": "By the hour", "lines": [line("实践", "1"), line("竞赛", "0.5"), line("实践", "1.5")],
            "sums": [["实践", "2.5"], ["竞赛", "0.5"]], "reached": [],
        });
        Issued {
            id: Uuid::nil(),
            number: "D1-ABCDEFGH2345".into(),
            claim: Json(claim),
            paper: Some(paper),
            place: None,
            address: None,
            key_id: None,
            token: None,
            issued_at: at("2026-06-01T08:00:00Z"),
            valid_until: None,
            policy_title: "按时计分".into(),
            policy_version: "2026".into(),
            illustrative: false,
            digest: "1".into(),
            trail_title: None,
            trail_digest: None,
        }
    }

    #[test]
    fn a_paper_that_does_not_add_up_is_found() {
        let issued = issued();
        let paper = issued.paper.clone().expect("a paper");
        assert_eq!(issued.shows_otherwise(&paper), None);
        for (path, value, expected) in [
            ("/total", json!("4"), "total"),
            ("/achieved", json!("别的"), "achievement"),
            ("/achieved_en", json!("Else"), "achievement in English"),
            ("/policy", json!("别的"), "policy"),
            ("/version", json!("2027"), "version of the policy"),
            ("/illustrative", json!(true), "note that the policy is illustrative"),
            ("/as_of", json!("2026-06-01T17:00:00+08:00"), "moment"),
            ("/lines/0/credit", json!("2"), "sum of the lines"),
            ("/lines/0/credit", json!("one"), "sum of the lines"),
            ("/lines", json!([]), "sum of the lines"),
            ("/lines/0/category", json!("竞赛"), "sum of a category"),
            ("/sums/1/1", json!("1"), "sum of a category"),
            ("/sums", json!([]), "sum of a category"),
            ("/lines", json!(7), "form"),
        ] {
            let mut altered = paper.clone();
            *altered.pointer_mut(path).expect("it is there") = value;
            assert_eq!(issued.shows_otherwise(&altered), Some(expected), "{path}");
        }
    }

    #[test]
    fn credit_was_booked_about_the_moment_of_issuing() {
        let entry =
            |record: u128, amount: i64, when: &str| Booked { record_id: Uuid::from_u128(record), amount, at: at(when) };
        let (old, then, later) = ("2026-03-01T08:00:00Z", "2026-06-01T09:00:00Z", "2026-06-03T08:00:00Z");
        let right = [entry(1, 1000, old), entry(2, 500, old), entry(3, 1500, old)];
        let more = [right.as_slice(), &[entry(1, 1000, later)]].concat();
        let soon = [right.as_slice(), &[entry(1, 1000, then)]].concat();
        let moved = [entry(1, 1000, old), entry(2, 2000, old)];
        let taken_back = [right.as_slice(), &[entry(3, -1500, "2026-05-01T08:00:00Z")]].concat();
        for (what, entries, expected) in [
            ("as it is", right.as_slice(), true),
            ("more since", more.as_slice(), true),
            ("more an hour later", soon.as_slice(), true),
            ("never", [].as_slice(), false),
            ("the same sum of other lines", moved.as_slice(), false),
            ("long gone", taken_back.as_slice(), false),
        ] {
            assert_eq!(issued().was_booked(entries), expected, "{what}");
        }
        let nothing = Issued { paper: None, ..issued() };
        assert!(nothing.was_booked(&moved), "a badge has no lines");
    }

    #[test]
    fn the_trail_says_what_was_issued_where_it_says_anything() {
        let said = |title: Option<&str>, digest: Option<&str>| {
            let (trail_title, trail_digest) = (title.map(str::to_owned), digest.map(str::to_owned));
            Issued { trail_title, trail_digest, ..issued() }.trail_differs()
        };
        assert_eq!(said(None, None), None);
        assert_eq!(said(Some("按时计分"), Some("1")), None);
        assert_eq!(said(Some("按时计分"), None), None);
        assert_eq!(said(Some("别的"), Some("1")), Some("title"));
        assert_eq!(said(Some("按时计分"), Some("2")), Some("digest"));
    }
}
