//! The work of an adoption: what would change, and then changing it.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use kepu_domain::credit::Credit;
use kepu_domain::policy::{Detail, Options, ScoreSheet, evaluate};
use serde_json::{Value, json};
use uuid::Uuid;

use super::store;
use super::titles::PolicyTitles;
use crate::audit::{self, Origin};
use crate::credits::store as credit_store;
use crate::credits::{Author, Cause, Effective, rescore_under};
use crate::error::Result;
use crate::state::AppState;
use crate::tenancy::DistrictId;

/// Persons evaluated between two notes of progress.
const CHUNK: i64 = 500;
/// Persons shown whose totals change most.
const LARGEST: usize = 50;

/// Evaluates the district under the version and writes down what would change. A failure is told in the adoption.
pub async fn compute(state: &AppState, district: DistrictId, id: Uuid) {
    let done = tokio::select! {
        done = try_compute(state, district, id) => done,
        // Cut off: it stays `computing`, and the next start takes it up again.
        () = state.stopping().cancelled() => return,
    };
    let Err(error) = done else { return };
    tracing::error!(%id, ?error, "computing an adoption failed");
    let told: Result<()> = async {
        let mut tx = state.begin_in(district).await?;
        store::set_state(&mut tx, id, "failed", Some(&json!({ "error": error.detail() }))).await?;
        tx.commit().await
    }
    .await;
    if let Err(error) = told {
        tracing::error!(%id, ?error, "the failure of an adoption could not be noted");
    }
}

async fn try_compute(state: &AppState, district: DistrictId, id: Uuid) -> Result<()> {
    let mut tx = state.db().begin_snapshot(district).await?;
    let adoption = store::adoption(&mut tx, id, false).await?;
    let policy = crate::credits::policy(&mut tx, adoption.policy_version_id).await?;
    let total = store::count_persons(&mut tx).await?;
    let today = crate::credits::today(&mut tx, state.now()).await?;
    let mut sums = Sums::default();
    let mut after = None;
    let mut done = 0;
    loop {
        let persons = credit_store::persons_after(&mut tx, after, CHUNK).await?;
        let Some(last) = persons.last().copied() else { break };
        after = Some(last);
        let people = credit_store::persons(&mut tx, &persons, today).await?;
        let mut records: HashMap<Uuid, Vec<_>> = HashMap::new();
        for row in credit_store::current_records(&mut tx, &persons).await? {
            records.entry(row.person_id).or_default().push(row.record());
        }
        let decisions = credit_store::open_decisions(&mut tx, &adoption.policy_id, &persons).await?;
        let mut decisions_of: HashMap<Uuid, Vec<_>> = HashMap::new();
        for row in decisions {
            decisions_of.entry(row.person_id).or_default().push(row.decision());
        }
        let mut before: HashMap<Uuid, (i64, Value, Value)> = store::scores(&mut tx, &adoption.policy_id, &persons)
            .await?
            .into_iter()
            .map(|(person, total, levels, requirements)| (person, (total, levels, requirements)))
            .collect();
        for person in &people {
            let own = records.remove(&person.id).unwrap_or_default();
            let decisions = decisions_of.remove(&person.id).unwrap_or_default();
            let options =
                Options { today: Some(today), decisions: &decisions, detail: Detail::Sums, ..Options::default() };
            let sheet = evaluate(&policy, &person.person(), &own, &options);
            sums.add(person, &sheet, before.remove(&person.id));
        }
        done += i64::try_from(people.len()).unwrap_or_default();
        let mut progress = state.begin_in(district).await?;
        store::set_progress(&mut progress, id, done, total).await?;
        progress.commit().await?;
    }
    let schools: Vec<Uuid> = sums.by_school.keys().copied().collect();
    let names: HashMap<Uuid, String> = store::school_names(&mut tx, &schools).await?.into_iter().collect();
    tx.commit().await?;
    let mut outcome = sums.outcome(&names);
    outcome["titles"] = json!(PolicyTitles::of([policy.as_ref()]));
    let mut tx = state.begin_in(district).await?;
    let row = store::adoption(&mut tx, id, true).await?;
    if row.state == "computing" {
        store::set_state(&mut tx, id, "computed", Some(&outcome)).await?;
    }
    tx.commit().await
}

/// Books the differences of every person in one transaction and makes the version the one that counts. Where that
/// fails or is cut off nothing has happened, and the adoption is `computed` again.
pub async fn apply(state: &AppState, origin: &Origin, district: DistrictId, id: Uuid) {
    let done = tokio::select! {
        done = try_apply(state, origin, district, id) => done,
        () = state.stopping().cancelled() => Ok(()),
    };
    let Err(error) = done else { return };
    tracing::error!(%id, ?error, "an adoption could not be applied");
    let told: Result<()> = async {
        let mut tx = state.begin_in(district).await?;
        store::set_state(&mut tx, id, "computed", None).await?;
        tx.commit().await
    }
    .await;
    if let Err(error) = told {
        tracing::error!(%id, ?error, "the failure of an adoption could not be noted");
    }
}

async fn try_apply(state: &AppState, origin: &Origin, district: DistrictId, id: Uuid) -> Result<()> {
    let mut tx = state.begin_in(district).await?;
    credit_store::lock_policies_exclusive(&mut tx).await?;
    let adoption = store::adoption(&mut tx, id, false).await?;
    // After the lock: whatever was confirmed before it has an earlier moment.
    let now = state.now();
    let policy = crate::credits::policy(&mut tx, adoption.policy_version_id).await?;
    let row = crate::credits::EffectivePolicy {
        policy_id: adoption.policy_id.clone(),
        policy_version_id: adoption.policy_version_id,
    };
    let effective = Effective { row, policy };
    let author = Author { account_id: origin.account_id.unwrap_or_default(), at: now };
    let total = store::count_persons(&mut tx).await?;
    let (mut after, mut persons_done, mut entries) = (None, 0, 0);
    loop {
        let persons = credit_store::persons_after(&mut tx, after, CHUNK).await?;
        let Some(last) = persons.last().copied() else { break };
        after = Some(last);
        let persons: BTreeSet<Uuid> = persons.into_iter().collect();
        let rescored = rescore_under(&mut tx, &author, &effective, &persons, None, Cause::Policy).await?;
        persons_done += rescored.persons;
        entries += rescored.entries;
        let mut progress = state.begin_in(district).await?;
        store::set_progress(&mut progress, id, i64::try_from(persons_done).unwrap_or_default(), total).await?;
        progress.commit().await?;
    }
    store::supersede(&mut tx, id, &adoption.policy_id, now).await?;
    let detail = json!({
        "policy_id": adoption.policy_id, "version": adoption.policy_version, "persons": persons_done,
        "ledger_entries": entries,
    });
    let event = audit::Event::new("policy.effective", "adoption", id, detail);
    audit::record_as(&mut tx, origin, now, vec![event]).await?;
    tx.commit().await
}

/// Takes up again what a stop of the service cut off.
///
/// # Errors
/// The database failed.
pub async fn resume(state: &AppState) -> Result<()> {
    let mut tx = state.begin_in(DistrictId::PLATFORM).await?;
    store::stop_applying(&mut tx).await?;
    let interrupted = store::interrupted(&mut tx).await?;
    tx.commit().await?;
    for (district, id) in interrupted {
        let job = state.clone();
        state.spawn_job("compute adoption", async move { compute(&job, DistrictId(district), id).await });
    }
    Ok(())
}

/// What would change, added up.
#[derive(Default)]
struct Sums {
    all: Sum,
    by_school: BTreeMap<Uuid, Sum>,
    by_grade: BTreeMap<i32, Sum>,
    /// Ladder → (level before, level after) → persons, where they differ.
    levels: BTreeMap<String, BTreeMap<String, u64>>,
    /// Requirement → persons that met it before, and after.
    requirements: BTreeMap<String, (u64, u64)>,
    largest: Vec<(Credit, Uuid, Credit, Credit)>,
}

#[derive(Default)]
struct Sum {
    persons: u64,
    gained: u64,
    lost: u64,
    before: Credit,
    after: Credit,
}

impl Sum {
    fn add(&mut self, before: Credit, after: Credit) {
        self.persons += 1;
        self.gained += u64::from(after > before);
        self.lost += u64::from(after < before);
        self.before = self.before.plus(before);
        self.after = self.after.plus(after);
    }

    fn view(&self) -> Value {
        json!({
            "persons": self.persons, "changed": self.gained + self.lost, "gained": self.gained, "lost": self.lost,
            "total_before": self.before, "total_after": self.after,
        })
    }
}

impl Sums {
    fn add(&mut self, person: &credit_store::PersonRow, sheet: &ScoreSheet, before: Option<(i64, Value, Value)>) {
        let (total, levels, requirements) = before.unwrap_or((0, Value::Null, Value::Null));
        let (before, after) = (Credit::from_milli(total), sheet.total);
        self.all.add(before, after);
        if let Some(school) = person.school_id {
            self.by_school.entry(school).or_default().add(before, after);
        }
        if let Some(grade) = person.grade {
            self.by_grade.entry(grade).or_default().add(before, after);
        }
        for (ladder, level) in &sheet.levels {
            let was = levels.get(ladder).and_then(Value::as_str).unwrap_or("none");
            let is = level.as_deref().unwrap_or("none");
            if was != is {
                *self.levels.entry(ladder.clone()).or_default().entry(format!("{was} → {is}")).or_default() += 1;
            }
        }
        let met_before = |id: &str| {
            let all = requirements.as_array().map(Vec::as_slice).unwrap_or_default();
            all.iter().any(|r| r["id"] == id && r["met"] == true)
        };
        for requirement in &sheet.requirements {
            let (was, is) = self.requirements.entry(requirement.id.clone()).or_default();
            *was += u64::from(met_before(&requirement.id));
            *is += u64::from(requirement.met);
        }
        if before != after {
            let size = if after > before { after.minus(before) } else { before.minus(after) };
            self.largest.push((size, person.id, before, after));
            if self.largest.len() > 4 * LARGEST {
                self.keep_largest();
            }
        }
    }

    fn keep_largest(&mut self) {
        self.largest.sort_by(|a, b| b.0.cmp(&a.0).then(a.1.cmp(&b.1)));
        self.largest.truncate(LARGEST);
    }

    fn outcome(mut self, names: &HashMap<Uuid, String>) -> Value {
        self.keep_largest();
        let mut outcome = self.all.view();
        outcome["by_school"] = self
            .by_school
            .iter()
            .map(|(id, sum)| {
                let mut view = sum.view();
                view["school_id"] = json!(id);
                view["name"] = json!(names.get(id));
                view
            })
            .collect();
        outcome["by_grade"] = self
            .by_grade
            .iter()
            .map(|(grade, sum)| {
                let mut view = sum.view();
                view["grade"] = json!(grade);
                view
            })
            .collect();
        outcome["levels"] = json!(self.levels);
        let requirement =
            |(id, (was, is)): (&String, &(u64, u64))| json!({ "id": id, "met_before": was, "met_after": is });
        outcome["requirements"] = self.requirements.iter().map(requirement).collect();
        outcome["largest_changes"] = self
            .largest
            .iter()
            .map(|(_, person, before, after)| json!({ "person_id": person, "before": before, "after": after }))
            .collect();
        outcome
    }
}
