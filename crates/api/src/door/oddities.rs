//! What the host should look at before it closes a session.

use std::collections::HashMap;

use chrono::{DateTime, TimeDelta, Utc};
use kepu_domain::door::fold::Presence;
use kepu_domain::door::scan::{Kind, Method, Reason};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use utoipa::ToSchema;
use uuid::Uuid;

use super::store::{self, GuestRow, ScanRow, SessionRow};
use crate::error::Result;
use crate::tenancy::Tx;

/// So many picked from the list on one device …
const BURST: usize = 10;
/// … within so long are told.
const BURST_WITHIN: TimeDelta = TimeDelta::seconds(60);

/// What is unusual.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum OddityKind {
    /// A scan is in doubt.
    NeedsReview,
    /// A scan happened after the closing.
    AfterClosing,
    /// Was in another session at the same time.
    TwoPlaces,
    /// More came than there are places.
    OverCapacity,
    /// Who would confirm has also entered it: somebody else must confirm.
    RecorderConfirms,
    /// Came and was not seen leaving.
    NeverLeft,
    /// Many were picked from the list in a moment.
    BurstByHand,
    /// Was expected and did not come.
    Absent,
}

/// One thing to look at.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct DoorOddity {
    /// What.
    pub kind: OddityKind,
    /// The participation, if there is one.
    pub participation_id: Option<Uuid>,
    /// The scan, if it is about one.
    pub scan_id: Option<Uuid>,
    /// The person.
    pub person_id: Option<Uuid>,
    /// The person's name.
    pub name: Option<String>,
    /// The person's class; within its grade, often a number alone.
    pub class_name: Option<String>,
    /// Its grade.
    pub grade: Option<i32>,
    /// More about it, by kind: `reason`, `elsewhere`, `present` and `capacity`, `device_id` and `scans`.
    #[schema(value_type = Object)]
    pub detail: Value,
}

/// What is known of a session when its oddities are looked for.
pub struct Known<'a> {
    /// The session.
    pub session: &'a SessionRow,
    /// Who is in it.
    pub guests: &'a [GuestRow],
    /// Who was there.
    pub presence: &'a HashMap<Uuid, Presence>,
    /// All scans of persons who were made out.
    pub scans: &'a [ScanRow],
    /// Who asks, and would confirm.
    pub asking: Uuid,
}

/// What the host should look at, the gravest first.
pub async fn oddities(tx: &mut Tx, known: &Known<'_>, now: DateTime<Utc>) -> Result<Vec<DoorOddity>> {
    let of: HashMap<Uuid, &GuestRow> = known.guests.iter().map(|guest| (guest.person_id, guest)).collect();
    let about = |kind, guest: Option<&GuestRow>, scan: Option<&ScanRow>, detail| DoorOddity {
        kind,
        participation_id: guest.map(|one| one.participation_id),
        scan_id: scan.map(|one| one.id),
        person_id: guest.map(|one| one.person_id),
        name: guest.map(|one| one.name.clone()),
        class_name: guest.and_then(|one| one.class_name.clone()),
        grade: guest.and_then(|one| one.grade),
        detail,
    };
    let mut found = Vec::new();
    for scan in known.scans.iter().filter(|scan| scan.verdict.as_deref() == Some(Kind::NeedsReview.word())) {
        let guest = scan.person_id.and_then(|id| of.get(&id)).copied();
        let late = scan.reason.as_deref() == Some(Reason::AfterClosing.word());
        let kind = if late { OddityKind::AfterClosing } else { OddityKind::NeedsReview };
        found.push(about(kind, guest, Some(scan), json!({ "reason": scan.reason, "at": scan.at })));
    }
    let there: Vec<&GuestRow> = known.guests.iter().filter(|guest| is_there(guest)).collect();
    let persons: Vec<Uuid> = there.iter().map(|guest| guest.person_id).collect();
    for (person, session, title) in store::elsewhere(tx, known.session, &persons).await? {
        let detail = json!({ "elsewhere": { "session_id": session, "activity_title_zh": title } });
        found.push(about(OddityKind::TwoPlaces, of.get(&person).copied(), None, detail));
    }
    if let Some(capacity) = known.session.capacity.and_then(|n| usize::try_from(n).ok()).filter(|n| there.len() > *n) {
        let detail = json!({ "present": there.len(), "capacity": capacity });
        found.push(about(OddityKind::OverCapacity, None, None, detail));
    }
    let waits = |guest: &&&GuestRow| guest.state == "attended" && guest.recorded_by == known.asking;
    for guest in there.iter().filter(waits) {
        found.push(about(OddityKind::RecorderConfirms, Some(guest), None, json!({})));
    }
    for (person, presence) in known.presence.iter().filter(|(_, presence)| presence.never_left) {
        if now > known.session.ends_at || known.session.closed_at.is_some() {
            let detail = json!({ "in_at": presence.in_at, "minutes": presence.minutes });
            found.push(about(OddityKind::NeverLeft, of.get(person).copied(), None, detail));
        }
    }
    for (device, count) in bursts(known.scans) {
        found.push(about(OddityKind::BurstByHand, None, None, json!({ "device_id": device, "scans": count })));
    }
    if now > known.session.starts_at {
        let missing = known.guests.iter().filter(|guest| matches!(guest.state.as_str(), "registered" | "absent"));
        found
            .extend(missing.map(|guest| about(OddityKind::Absent, Some(guest), None, json!({ "state": guest.state }))));
    }
    found.sort_by(|a, b| (a.kind, &a.class_name, &a.name, a.scan_id).cmp(&(b.kind, &b.class_name, &b.name, b.scan_id)));
    Ok(found)
}

/// Whether somebody is or was there.
pub fn is_there(guest: &GuestRow) -> bool {
    matches!(guest.state.as_str(), "attended" | "recorded" | "confirmed")
}

/// Devices on which many were picked from the list in a moment, with how many at the most.
fn bursts(scans: &[ScanRow]) -> Vec<(Uuid, usize)> {
    let mut by_device: HashMap<Uuid, Vec<DateTime<Utc>>> = HashMap::new();
    let by_hand = |scan: &&ScanRow| matches!(Method::from_word(&scan.method), Some(Method::Hand | Method::Class));
    for scan in scans.iter().filter(by_hand) {
        by_device.entry(scan.device_id).or_default().push(scan.at);
    }
    let mut found: Vec<(Uuid, usize)> = by_device
        .into_iter()
        .map(|(device, mut moments)| {
            moments.sort_unstable();
            let most = moments.iter().enumerate().map(|(at, first)| {
                moments.iter().skip(at).take_while(|one| one.signed_duration_since(*first) <= BURST_WITHIN).count()
            });
            (device, most.max().unwrap_or(0))
        })
        .filter(|(_, most)| *most >= BURST)
        .collect();
    found.sort_unstable();
    found
}
