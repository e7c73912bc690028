//! The work of a trial: every person of the district under both policies, from one snapshot.

use std::collections::HashMap;

use kepu_domain::policy::trial::{PersonChange, Tally};
use kepu_domain::policy::{Detail, Options, Policy, SoftDecision, evaluate};
use kepu_domain::text::Lang;
use uuid::Uuid;

use super::outcome::TrialOutcome;
use super::store::{self, Ending, NewTrialPerson};
use crate::credits;
use crate::credits::store as credit_store;
use crate::error::Result;
use crate::policies::{self, PolicyTitles};
use crate::state::AppState;
use crate::tenancy::{DistrictId, Tx};

/// Persons evaluated between two notes of progress.
const CHUNK: i64 = 500;

/// Computes a trial. A failure is told in it; what a stop cuts off stays `computing`, and the next start takes it up.
pub async fn run(state: &AppState, district: DistrictId, id: Uuid) {
    let done = tokio::select! {
        done = compute(state, district, id) => done,
        () = state.stopping().cancelled() => return,
    };
    let Err(error) = done else { return };
    tracing::error!(%id, ?error, "a trial failed");
    let told: Result<()> = async {
        let mut tx = state.begin_in(district).await?;
        store::forget_persons(&mut tx, id).await?;
        store::end_trial(&mut tx, id, Ending::Failed(error.detail()), state.now()).await?;
        tx.commit().await
    }
    .await;
    if let Err(error) = told {
        tracing::error!(%id, ?error, "the failure of a trial could not be noted");
    }
}

/// One side of the comparison.
struct Side<'a> {
    policy: &'a Policy,
    policy_id: String,
}

impl Side<'_> {
    async fn decisions(&self, tx: &mut Tx, persons: &[Uuid]) -> Result<HashMap<Uuid, Vec<SoftDecision>>> {
        let mut all: HashMap<Uuid, Vec<SoftDecision>> = HashMap::new();
        for row in credit_store::open_decisions(tx, &self.policy_id, persons).await? {
            all.entry(row.person_id).or_default().push(row.decision());
        }
        Ok(all)
    }
}

async fn compute(state: &AppState, district: DistrictId, id: Uuid) -> Result<()> {
    let mut tx = state.db().begin_snapshot(district).await?;
    let trial = store::trial(&mut tx, id, false).await?;
    let as_of = state.now();
    let today = credits::today(&mut tx, as_of).await?;
    let tried = policies::read_document(&store::trial_document(&mut tx, id).await?, Lang::Zh)?;
    let against = match trial.against_version_id {
        Some(version) => Some(credits::policy(&mut tx, version).await?),
        None => None,
    };
    let after = Side { policy_id: tried.document().id.clone(), policy: &tried };
    let before = against.as_ref().map(|policy| Side { policy_id: policy.document().id.clone(), policy });
    let total = policies::store::count_persons(&mut tx).await?;
    // What an interrupted run had found is found again.
    let mut fresh = state.begin_in(district).await?;
    store::forget_persons(&mut fresh, id).await?;
    store::note_progress(&mut fresh, id, (0, total), Vec::new()).await?;
    fresh.commit().await?;
    let mut tally = Tally::default();
    let (mut last, mut done) = (None, 0);
    loop {
        let persons = credit_store::persons_after(&mut tx, last, CHUNK).await?;
        if persons.is_empty() {
            break;
        }
        last = persons.last().copied();
        let people = credit_store::persons(&mut tx, &persons, today).await?;
        let mut records: HashMap<Uuid, Vec<_>> = HashMap::new();
        for row in credit_store::current_records(&mut tx, &persons).await? {
            records.entry(row.person_id).or_default().push(row.record());
        }
        let decided_after = after.decisions(&mut tx, &persons).await?;
        let decided_before = match &before {
            Some(side) => side.decisions(&mut tx, &persons).await?,
            None => HashMap::new(),
        };
        let mut changed = Vec::new();
        for row in &people {
            let own = records.remove(&row.id).unwrap_or_default();
            let person = row.person();
            let sheet = |policy: &Policy, decided: &HashMap<Uuid, Vec<SoftDecision>>| {
                let decisions = decided.get(&row.id).map(Vec::as_slice).unwrap_or_default();
                let options = Options { today: Some(today), decisions, detail: Detail::Sums, ..Options::default() };
                evaluate(policy, &person, &own, &options)
            };
            let now = sheet(after.policy, &decided_after);
            let was = before.as_ref().map(|side| (side.policy, sheet(side.policy, &decided_before)));
            let was = was.as_ref().map(|(policy, sheet)| (*policy, sheet));
            let change = PersonChange::between(was, (after.policy, &now));
            tally.add((row.school_id, row.grade), (was.map(|(_, sheet)| sheet), &now), &change);
            if change.is_any() {
                changed.push(NewTrialPerson {
                    person_id: row.id,
                    school_id: row.school_id,
                    grade: row.grade,
                    before: change.before.milli(),
                    after: change.after.milli(),
                    levels: serde_json::to_value(&change.levels)?,
                    requirements: serde_json::to_value(&change.requirements)?,
                });
            }
        }
        done += i64::try_from(people.len()).unwrap_or_default();
        let mut progress = state.begin_in(district).await?;
        let running = store::note_progress(&mut progress, id, (done, total), changed).await?;
        progress.commit().await?;
        if !running {
            return Ok(());
        }
    }
    let summary = tally.summary();
    let schools: Vec<Uuid> = summary.by_school.keys().copied().collect();
    let names = store::school_names(&mut tx, &schools).await?;
    tx.commit().await?;
    let names = names.into_iter().map(|(id, zh, en)| (id, (zh, en))).collect();
    let titles = PolicyTitles::of(against.as_deref().into_iter().chain([&tried]));
    let outcome = serde_json::to_value(TrialOutcome::of(summary, &names, titles))?;
    let mut tx = state.begin_in(district).await?;
    store::end_trial(&mut tx, id, Ending::Computed(&outcome, as_of), state.now()).await?;
    tx.commit().await
}

/// Takes up again what a stop of the service cut off.
///
/// # Errors
/// The database failed.
pub async fn resume(state: &AppState) -> Result<()> {
    let mut tx = state.begin_in(DistrictId::PLATFORM).await?;
    let districts = credit_store::districts(&mut tx).await?;
    tx.commit().await?;
    for (district, _) in districts {
        let district = DistrictId(district);
        let mut tx = state.begin_in(district).await?;
        let interrupted = store::interrupted(&mut tx).await?;
        tx.commit().await?;
        for id in interrupted {
            let job = state.clone();
            state.spawn_job("try policy", async move { run(&job, district, id).await });
        }
    }
    Ok(())
}
