//! From the scans of persons to their verdicts, their participation and, once the session is closed, their credit.

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};

use chrono::{DateTime, Utc};
use kepu_domain::door::fold::{Guest, Listed, Presence, fold};
use kepu_domain::door::scan::{Kind, Verdict};
use kepu_domain::participation::{Act, Entry, Extent, Participation, StateName, Step};
use uuid::Uuid;

use super::store::{self, Closing, NewVerdict, PersonRow, ScanRow, SessionRow, Visit};
use super::take::look_up;
use super::view::VerdictView;
use crate::credits::{Author, Cause, touch_participations};
use crate::error::Result;
use crate::ids;
use crate::participation::no_shows::Standings;
use crate::participation::store::{self as participations, New, Row, Taken};
use crate::tenancy::Tx;

/// What the ledger's reason and the history say of a participation that a late scan changed.
const LATE: &str = "a scan that came later";

/// What was found and done.
#[derive(Debug, Default)]
pub struct Touched {
    /// Scans with their verdicts, by id.
    verdicts: HashMap<Uuid, (ScanRow, Verdict)>,
    /// When and how long persons were there.
    presence: HashMap<Visit, Presence>,
    people: HashMap<Visit, PersonRow>,
    /// Persons who stand in their session.
    listed: HashSet<Visit>,
    /// Participations that were confirmed or amended now.
    pub confirmed: Vec<Uuid>,
    /// Entries that this added to the ledger.
    pub ledger_entries: usize,
}

impl Touched {
    /// Whether any scan says that the person was there.
    pub fn saw(&self, visit: &Visit) -> bool {
        self.presence.contains_key(visit)
    }

    /// When and how long each person of one session was there.
    pub fn presence(self) -> HashMap<Uuid, Presence> {
        self.presence.into_iter().map(|(visit, presence)| (visit.person, presence)).collect()
    }

    /// What became of a scan, with no more about the person than a host may know: who is not in the session and may not
    /// come in stays unnamed.
    pub fn view(&self, scan: Uuid, flags: Vec<String>) -> Option<VerdictView> {
        let (row, verdict) = self.verdicts.get(&scan)?;
        let kind = verdict.kind();
        let named = row.visit().filter(|visit| kind != Kind::Refused || self.listed.contains(visit));
        let person = named.and_then(|visit| self.people.get(&visit));
        let presence = named.and_then(|visit| self.presence.get(&visit));
        Some(VerdictView {
            duplicate_of: verdict.duplicate_of,
            person_id: named.map(|visit| visit.person),
            name: person.map(|one| one.name.clone()),
            class_name: person.and_then(|one| one.class_name.clone()),
            grade: person.and_then(|one| one.grade),
            in_at: presence.map(|one| one.in_at),
            out_at: presence.and_then(|one| one.out_at),
            flags,
            ..VerdictView::bare(scan, kind.word(), verdict.reason.word(), row.at)
        })
    }
}

/// Sessions by id.
pub type Sessions = HashMap<Uuid, SessionRow>;

/// The same for some persons of one session.
pub async fn settle_one(tx: &mut Tx, session: &SessionRow, persons: &[Uuid], now: DateTime<Utc>) -> Result<Touched> {
    let sessions: Sessions = HashMap::from([(session.id, session.clone())]);
    let visits: Vec<Visit> = persons.iter().map(|person| Visit { session: session.id, person: *person }).collect();
    let people = look_up(tx, &sessions, visits.iter().copied()).await?;
    settle(tx, &sessions, people, &visits, Vec::new(), now).await
}

/// Folds all scans of these persons in these sessions and stores what follows, with verdicts that are known already.
pub async fn settle(
    tx: &mut Tx,
    sessions: &Sessions,
    people: HashMap<Visit, PersonRow>,
    visits: &[Visit],
    mut verdicts: Vec<NewVerdict>,
    now: DateTime<Utc>,
) -> Result<Touched> {
    let mut touched = Touched { people, ..Touched::default() };
    if visits.is_empty() {
        store::insert_verdicts(tx, &verdicts, now).await?;
        return Ok(touched);
    }
    let (in_sessions, persons): (Vec<Uuid>, Vec<Uuid>) = visits.iter().map(|one| (one.session, one.person)).unzip();
    let rows = participations::lock_pairs(tx, &in_sessions, &persons).await?;
    let visit_of = |row: &Row| Visit { session: row.session_id, person: row.person_id };
    let rows: HashMap<Visit, Row> = rows.into_iter().map(|row| (visit_of(&row), row)).collect();
    let mut scans: BTreeMap<Visit, Vec<ScanRow>> = BTreeMap::new();
    for row in store::scans_of(tx, visits).await? {
        if let Some(visit) = row.visit() {
            scans.entry(visit).or_default().push(row);
        }
    }
    touched.listed = rows.keys().copied().collect();

    let standings = standings(tx, sessions, &rows, scans.keys()).await?;
    let mut plan = Plan::default();
    for (visit, mine) in scans {
        let Some(session) = sessions.get(&visit.session) else { continue };
        let (row, person) = (rows.get(&visit), touched.people.get(&visit));
        let barred = !is_in(row) && standings.on(visit.person, session.day).barred_until.is_some();
        let guest = guest(row, person, barred);
        let folded = fold(&session.terms(), &guest, mine.iter().map(ScanRow::scan).collect::<Result<_>>()?);
        let mut of: HashMap<Uuid, ScanRow> = mine.into_iter().map(|scan| (scan.id, scan)).collect();
        let (mut moved, mut saw) = (None, Vec::new());
        for (id, verdict) in folded.verdicts {
            let Some(scan) = of.remove(&id) else { continue };
            if let Some(new) = changed(&scan, &verdict) {
                verdicts.push(new);
                moved = Some(scan.account_id);
            }
            if matches!(verdict.kind(), Kind::Accepted | Kind::DuplicateOf) {
                saw.push(scan.account_id);
            }
            touched.verdicts.insert(id, (scan, verdict));
        }
        let Some(presence) = folded.presence else { continue };
        touched.presence.insert(visit, presence);
        let closing = session.closing();
        let by = match row {
            Some(row) if row.source != "door" => moved,
            _ => recorder(&saw, closing.as_ref())
                .filter(|by| moved.is_some() || row.is_some_and(|row| waits_for(row, *by))),
        };
        // Nothing new was said of this person: whatever people did since then stands.
        if let Some(by) = by {
            plan.add(visit, row, person, &presence, closing.as_ref(), by, now)?;
        }
    }
    store::insert_verdicts(tx, &verdicts, now).await?;
    plan.store(tx, now, &mut touched).await?;
    Ok(touched)
}

/// The person, as far as the door's rules need to know it.
pub fn guest(row: Option<&Row>, person: Option<&PersonRow>, barred: bool) -> Guest {
    Guest {
        listed: row.map_or(Listed::No, listed),
        barred,
        replaced: person.map(PersonRow::replaced).unwrap_or_default(),
    }
}

/// Whether somebody is in the session, or came in: who is barred is asked of others alone.
fn is_in(row: Option<&Row>) -> bool {
    row.is_some_and(|row| row.state != "withdrawn")
}

/// How those stand who would come in as walk-ins. Where everybody is in already, or none may come in, nothing is asked.
async fn standings(
    tx: &mut Tx,
    sessions: &Sessions,
    rows: &HashMap<Visit, Row>,
    visits: impl Iterator<Item = &Visit>,
) -> Result<Standings> {
    let takes = |visit: &&Visit| sessions.get(&visit.session).is_some_and(|session| session.walk_ins);
    let persons: BTreeSet<Uuid> =
        visits.filter(takes).filter(|visit| !is_in(rows.get(visit))).map(|visit| visit.person).collect();
    if persons.is_empty() {
        return Ok(Standings::default());
    }
    Standings::of(tx, &persons.into_iter().collect::<Vec<_>>()).await
}

/// How the person stood in the session before the door saw anybody.
fn listed(row: &Row) -> Listed {
    match row.state.as_str() {
        "waitlisted" => Listed::Waitlisted,
        "withdrawn" => Listed::Withdrawn,
        // A walk-in that was let in stays let in, whatever the session takes from then on.
        _ => Listed::Yes,
    }
}

/// Who let a walk-in in: of the guides who saw it, the first who is not the one that closed, for who records does not
/// confirm. So it does not matter whose scan arrived first.
fn recorder(saw: &[Uuid], closing: Option<&Closing>) -> Option<Uuid> {
    let closed_by = closing.map(|closing| closing.by);
    saw.iter().find(|guide| Some(**guide) != closed_by).or(saw.first()).copied()
}

/// Whether a walk-in still waits for the host's word, and another guide than the one it names let it in.
fn waits_for(row: &Row, recorder: Uuid) -> bool {
    row.state == StateName::Attended.word() && row.recorded_by != recorder
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
        // Comes as a walk-in does: who let it in does not confirm it.
        Participation::Withdrawn(_) => Ok(Participation::Attended(Entry { recorded_by: act.by, extent })),
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

/// What is to be stored: by session or account, for the history names who did what.
#[derive(Default)]
struct Plan {
    new: BTreeMap<(Uuid, Uuid), Vec<New>>,
    taken: BTreeMap<Uuid, Vec<Taken>>,
    closed: BTreeMap<Uuid, Vec<Taken>>,
}

impl Plan {
    #[expect(clippy::too_many_arguments, reason = "one place decides from all that is known of one person")]
    fn add(
        &mut self,
        visit: Visit,
        row: Option<&Row>,
        person: Option<&PersonRow>,
        presence: &Presence,
        closing: Option<&Closing>,
        by: Uuid,
        now: DateTime<Utc>,
    ) -> Result<()> {
        let (id, before) = match (row, person) {
            (Some(row), _) => (row.id, row.participation()?),
            (None, Some(person)) => self.walk_in(visit, person, presence, by),
            (None, None) => return Ok(()),
        };
        let mut there = attended(before.clone(), presence, Act { by, at: now });
        if let Participation::Attended(entry) = &mut there
            && row.is_some_and(|row| row.source == "door")
        {
            entry.recorded_by = by;
        }
        if there != before {
            let taken = Taken { id, from: before.state(), to: there.clone(), reason: String::new() };
            self.taken.entry(by).or_default().push(taken);
        }
        if let Some(closing) = closing.filter(|closing| !closing.held.contains(&visit.person)) {
            let after = closed(there.clone(), presence, Act { by: closing.by, at: now });
            if after != there {
                let reason = if there.state() == StateName::Confirmed { LATE.to_owned() } else { String::new() };
                let taken = Taken { id, from: there.state(), to: after, reason };
                self.closed.entry(closing.by).or_default().push(taken);
            }
        }
        Ok(())
    }

    /// Somebody who was not expected comes in.
    fn walk_in(&mut self, visit: Visit, person: &PersonRow, presence: &Presence, by: Uuid) -> (Uuid, Participation) {
        let id = ids::new();
        let extent = Extent { minutes: presence.minutes, quantity: None };
        self.new.entry((visit.session, by)).or_default().push(New {
            id,
            person_id: visit.person,
            school_id: person.school_id,
            class_id: person.class_id,
            grade: person.grade,
            state: StateName::Attended,
            extent,
            source: "door",
        });
        (id, Participation::Attended(Entry { recorded_by: by, extent }))
    }

    async fn store(self, tx: &mut Tx, now: DateTime<Utc>, touched: &mut Touched) -> Result<()> {
        for ((session, by), new) in &self.new {
            let place = participations::session(tx, *session).await?;
            touched.listed.extend(new.iter().map(|one| Visit { session: *session, person: one.person_id }));
            participations::insert(tx, &place, new, *by, now).await?;
        }
        for (by, taken) in &self.taken {
            participations::store_steps(tx, taken, *by, now).await?;
        }
        for (by, closed) in &self.closed {
            participations::store_steps(tx, closed, *by, now).await?;
            let ids: BTreeSet<Uuid> = closed.iter().map(|one| one.id).collect();
            let ids: Vec<Uuid> = ids.into_iter().collect();
            let author = Author { account_id: *by, at: now };
            let rescored = touch_participations(tx, &author, &ids, Cause::Confirmed).await?;
            touched.ledger_entries += rescored.entries;
            touched.confirmed.extend(ids);
        }
        Ok(())
    }
}
