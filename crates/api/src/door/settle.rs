//! From the scans of persons to their verdicts, their participation and, once the session is closed, their credit.

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};

use chrono::{DateTime, Utc};
use kepu_domain::door::fold::{Guest, Listed, Presence, fold};
use kepu_domain::door::scan::{Kind, Verdict};
use kepu_domain::participation::{Act, Extent, Participation, StateName, Step};
use uuid::Uuid;

use super::store::{self, Closing, NewVerdict, PersonRow, ScanRow, SessionRow};
use super::view::VerdictView;
use crate::credits::{Author, Cause, Rescored, touch_participations};
use crate::error::Result;
use crate::ids;
use crate::participation::store::{self as participations, New, Row, Taken};
use crate::passes::store::passes_of;
use crate::tenancy::Tx;

/// What the ledger's reason and the history say of a participation that a late scan changed.
const LATE: &str = "a scan that came later";

/// What was found and done.
#[derive(Debug, Default)]
pub struct Touched {
    /// Scans with their verdicts, by id.
    verdicts: HashMap<Uuid, (ScanRow, Verdict)>,
    /// When and how long persons were there.
    pub presence: HashMap<Uuid, Presence>,
    people: HashMap<Uuid, PersonRow>,
    /// Persons who stand in the session.
    listed: HashSet<Uuid>,
    /// Participations that were confirmed or amended now.
    pub confirmed: Vec<Uuid>,
    /// What that booked.
    pub rescored: Rescored,
}

impl Touched {
    /// What became of a scan, with no more about the person than a host may know: who is not in the session and may not
    /// come in stays unnamed.
    pub fn view(&self, scan: Uuid, flags: Vec<String>) -> Option<VerdictView> {
        let (row, verdict) = self.verdicts.get(&scan)?;
        let kind = verdict.kind();
        let named = row.person_id.filter(|id| kind != Kind::Refused || self.listed.contains(id));
        let person = named.and_then(|id| self.people.get(&id));
        let presence = named.and_then(|id| self.presence.get(&id));
        Some(VerdictView {
            duplicate_of: verdict.duplicate_of,
            person_id: named,
            name: person.map(|one| one.name.clone()),
            class_name: person.and_then(|one| one.class_name.clone()),
            in_at: presence.map(|one| one.in_at),
            out_at: presence.and_then(|one| one.out_at),
            flags,
            ..VerdictView::bare(scan, kind.word(), verdict.reason.word(), row.at)
        })
    }
}

/// Folds all scans of these persons in a session and stores what follows.
pub async fn settle(tx: &mut Tx, session: &SessionRow, persons: &[Uuid], now: DateTime<Utc>) -> Result<Touched> {
    let mut touched = Touched::default();
    if persons.is_empty() {
        return Ok(touched);
    }
    let rows = participations::lock_of_persons(tx, session.id, persons).await?;
    let rows: HashMap<Uuid, Row> = rows.into_iter().map(|row| (row.person_id, row)).collect();
    let mut scans: BTreeMap<Uuid, Vec<ScanRow>> = BTreeMap::new();
    for row in store::scans_of(tx, session.id, Some(persons)).await? {
        if let Some(person) = row.person_id {
            scans.entry(person).or_default().push(row);
        }
    }
    let mut replaced: HashMap<Uuid, Vec<(u16, DateTime<Utc>)>> = HashMap::new();
    for pass in passes_of(tx, persons).await? {
        if let (Ok(issue), Some(at)) = (u16::try_from(pass.issue), pass.replaced_at) {
            replaced.entry(pass.person_id).or_default().push((issue, at));
        }
    }
    touched.people =
        store::people(tx, persons, session.day).await?.into_iter().map(|row| (row.person_id, row)).collect();
    touched.listed = rows.keys().copied().collect();

    let terms = session.terms();
    let closing = session.closing();
    let (mut verdicts, mut plan) = (Vec::new(), Plan::default());
    for (person, mine) in scans {
        let row = rows.get(&person);
        let guest = Guest {
            listed: row.map_or(Listed::No, listed),
            barred: false,
            replaced: replaced.remove(&person).unwrap_or_default(),
        };
        let folded = fold(&terms, &guest, mine.iter().map(ScanRow::scan).collect::<Result<_>>()?);
        let mut of: HashMap<Uuid, ScanRow> = mine.into_iter().map(|scan| (scan.id, scan)).collect();
        let mut moved = None;
        for (id, verdict) in folded.verdicts {
            let Some(scan) = of.remove(&id) else { continue };
            if let Some(new) = changed(&scan, &verdict) {
                verdicts.push(new);
                moved = Some(scan.account_id);
            }
            touched.verdicts.insert(id, (scan, verdict));
        }
        let Some(presence) = folded.presence else { continue };
        touched.presence.insert(person, presence);
        // Nothing new was said of this person: whatever people did since then stands.
        if let Some(by) = moved {
            plan.add(row, touched.people.get(&person), &presence, closing.as_ref(), by, now)?;
        }
    }
    store::insert_verdicts(tx, &verdicts, now).await?;
    plan.store(tx, session, closing.as_ref(), now, &mut touched).await?;
    Ok(touched)
}

/// How the person stood in the session before the door saw anybody.
fn listed(row: &Row) -> Listed {
    match row.state.as_str() {
        "waitlisted" => Listed::Waitlisted,
        "withdrawn" => Listed::Withdrawn,
        // Came in as a walk-in.
        _ if row.source == "door" => Listed::No,
        _ => Listed::Yes,
    }
}

/// The verdict to add, if it is another one than the last.
fn changed(scan: &ScanRow, verdict: &Verdict) -> Option<NewVerdict> {
    let kind = verdict.kind();
    let same = scan.verdict.as_deref() == Some(kind.word())
        && scan.reason.as_deref() == Some(verdict.reason.word())
        && scan.duplicate_of == verdict.duplicate_of;
    (!same).then(|| NewVerdict {
        scan_id: scan.id,
        number: scan.verdict_number.unwrap_or(0) + 1,
        verdict: kind,
        reason: verdict.reason,
        duplicate_of: verdict.duplicate_of,
    })
}

/// The participation after the door's word.
fn attended(before: Participation, presence: &Presence, act: Act) -> Participation {
    let extent = Extent { minutes: presence.minutes, quantity: None };
    let after = match &before {
        Participation::Registered(_) | Participation::Absent(_) | Participation::Attended(_) => {
            before.clone().take(Step::Attend(extent))
        }
        Participation::Waitlisted(_) => before.clone().take(Step::Admit).and_then(|one| one.take(Step::Attend(extent))),
        Participation::Withdrawn(_) => before.clone().take(Step::Record(act, extent)),
        // Somebody's word already; the host has the last one.
        Participation::Recorded(_)
        | Participation::Confirmed(..)
        | Participation::Rejected(..)
        | Participation::Voided(..) => return before,
    };
    after.unwrap_or(before)
}

/// The participation after the host's word on the whole session.
fn closed(before: Participation, presence: &Presence, act: Act) -> Participation {
    let extent = Extent { minutes: presence.minutes, quantity: None };
    let after = match &before {
        Participation::Attended(_) | Participation::Recorded(_) => before.clone().take(Step::Confirm(act, extent)),
        Participation::Confirmed(..) => before.clone().take(Step::Amend(act, extent, LATE.to_owned())),
        _ => return before,
    };
    after.unwrap_or(before)
}

/// What is to be stored: by account, for the history names who did what.
#[derive(Default)]
struct Plan {
    new: BTreeMap<Uuid, Vec<New>>,
    taken: BTreeMap<Uuid, Vec<Taken>>,
    closed: Vec<Taken>,
}

impl Plan {
    fn add(
        &mut self,
        row: Option<&Row>,
        person: Option<&PersonRow>,
        presence: &Presence,
        closing: Option<&Closing>,
        by: Uuid,
        now: DateTime<Utc>,
    ) -> Result<()> {
        let (id, before) = match (row, person) {
            (Some(row), _) => (row.id, row.participation()?),
            (None, Some(person)) => {
                let extent = Extent { minutes: presence.minutes, quantity: None };
                let id = ids::new();
                let new = New {
                    id,
                    person_id: person.person_id,
                    school_id: person.school_id,
                    class_id: person.class_id,
                    grade: person.grade,
                    state: StateName::Attended,
                    extent,
                    source: "door",
                };
                self.new.entry(by).or_default().push(new);
                let entry = kepu_domain::participation::Entry { recorded_by: by, extent };
                (id, Participation::Attended(entry))
            }
            (None, None) => return Ok(()),
        };
        let there = attended(before.clone(), presence, Act { by, at: now });
        if there != before {
            let taken = Taken { id, from: before.state(), to: there.clone(), reason: String::new() };
            self.taken.entry(by).or_default().push(taken);
        }
        let person_id = row.map(|row| row.person_id).or(person.map(|person| person.person_id));
        if let Some(closing) = closing.filter(|closing| person_id.is_none_or(|id| !closing.held.contains(&id))) {
            let after = closed(there.clone(), presence, Act { by: closing.by, at: now });
            if after != there {
                let reason = if there.state() == StateName::Confirmed { LATE.to_owned() } else { String::new() };
                self.closed.push(Taken { id, from: there.state(), to: after, reason });
            }
        }
        Ok(())
    }

    async fn store(
        self,
        tx: &mut Tx,
        session: &SessionRow,
        closing: Option<&Closing>,
        now: DateTime<Utc>,
        touched: &mut Touched,
    ) -> Result<()> {
        if !self.new.is_empty() {
            let place = participations::session(tx, session.id).await?;
            for (by, new) in &self.new {
                touched.listed.extend(new.iter().map(|one| one.person_id));
                participations::insert(tx, &place, new, *by, now).await?;
            }
        }
        for (by, taken) in &self.taken {
            participations::store_steps(tx, taken, *by, now).await?;
        }
        if let Some(closing) = closing.filter(|_| !self.closed.is_empty()) {
            participations::store_steps(tx, &self.closed, closing.by, now).await?;
            let ids: BTreeSet<Uuid> = self.closed.iter().map(|one| one.id).collect();
            touched.confirmed = ids.into_iter().collect();
            let author = Author { account_id: closing.by, at: now };
            touched.rescored = touch_participations(tx, &author, &touched.confirmed, Cause::Confirmed).await?;
        }
        Ok(())
    }
}
