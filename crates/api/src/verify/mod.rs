//! `kepu verify`: every invariant over the whole database.
//!
//! score = Σ ledger = evaluate(policy, records), as of the day on which the score stands; each record's credit ≤ its raw credit; every confirmed participation and
//! verified result is one record and the other way round; who records never confirms; no entry points into nothing. At the door: every scan has its verdict, which is what `door::fold`
//! says of all scans of the person in the session, and who was there stands so. Every leaf, subtree, root and signature of the
//! sealed ledger follows from its entries, and what is said to be erased was taken by an erasure. Every badge is signed by its key and says what is stored, and the published lists
//! say which are revoked.

mod credentials;
mod credentials_store;
mod seals;
mod seals_store;
mod store;

use std::collections::{BTreeMap, HashMap};
use std::fmt;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use anyhow::Context;
use clap::Args;
use kepu_domain::credit::Credit;
use kepu_domain::policy::ScoreSheet;
use kepu_domain::record::Record;
use kepu_domain::seal::note::{Checkpoint, Note};
use serde_json::Value;
use uuid::Uuid;

use self::seals::Published;
use self::store::StoredScore;
use crate::config::DataConfig;
use crate::credits::store as credits_store;
use crate::credits::{self, Effective};
use crate::door::proof::{self, Proof};
use crate::error::{ApiError, Result};
use crate::postgres::Db;
use crate::serve::Database;
use crate::tenancy::{DistrictId, Tx};

/// Flags of `kepu verify`.
#[derive(Debug, Args)]
pub struct VerifyArgs {
    /// Where the data lives.
    #[command(flatten)]
    pub data: DataConfig,
    /// Broken invariants to print at the most.
    #[arg(long, default_value_t = 20)]
    pub first: usize,
    /// A checkpoint that was kept outside, as it was downloaded: whether it is still true. May be given more than once.
    #[arg(long, value_name = "FILE")]
    pub checkpoint: Vec<PathBuf>,
}

/// Persons evaluated at a time.
const CHUNK: i64 = 1000;
/// Sessions whose scans are judged at a time.
const DOORS: i64 = 50;

/// A checkpoint that somebody kept outside.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Kept {
    /// What it is called in what is told of it: its file.
    pub name: String,
    /// The checkpoint.
    pub note: Note,
}

/// A broken invariant: which, where, and what was found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Broken {
    /// The district; nil for what is of none.
    pub district: Uuid,
    /// The invariant.
    pub invariant: &'static str,
    /// What was found.
    pub found: String,
}

impl fmt::Display for Broken {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.district.is_nil() {
            return write!(f, "{}: {}", self.invariant, self.found);
        }
        write!(f, "district {}: {}: {}", self.district, self.invariant, self.found)
    }
}

/// What was verified.
#[derive(Debug, Clone, Default)]
pub struct Verified {
    /// Districts.
    pub districts: usize,
    /// Persons evaluated, over all policies.
    pub persons: usize,
    /// Records evaluated, over all policies.
    pub records: usize,
    /// Ledger entries added up.
    pub entries: i64,
    /// Scores that wait to be computed anew, for the roster has changed since.
    pub waiting: usize,
    /// Scans judged again.
    pub scans: usize,
    /// Persons whose scans wait to be judged anew, for the list or the session has changed since.
    pub waiting_at_doors: usize,
    /// Badges and papers judged again.
    pub credentials: usize,
    /// Leaves of sealed ledgers derived again.
    pub sealed: usize,
    /// Those of them whose entry was erased.
    pub erased: usize,
    /// Ledger entries that wait to be sealed.
    pub unsealed: i64,
    /// Broken invariants.
    pub broken: Vec<Broken>,
}

/// Checks the invariants; non-zero when one is broken.
///
/// # Errors
/// The database cannot be reached.
pub async fn run(args: VerifyArgs) -> anyhow::Result<ExitCode> {
    let kept = args.checkpoint.iter().map(|file| kept(file)).collect::<anyhow::Result<Vec<_>>>()?;
    let database = Database::beside(&args.data).await?;
    let db = Db::open(&database.url, 4).await?;
    let verified = database_holds_to(&db, &kept).await;
    db.close().await;
    database.stop().await?;
    let verified = verified?;
    println!(
        "verified {} district(s): {} persons and {} records evaluated again, {} ledger entries added up, \
         {} scans judged again, {} sealed entries derived again, {} credentials judged again",
        verified.districts,
        verified.persons,
        verified.records,
        verified.entries,
        verified.scans,
        verified.sealed,
        verified.credentials
    );
    if verified.erased > 0 {
        println!("{} sealed entries are of persons who were erased", verified.erased);
    }
    if verified.unsealed > 0 {
        println!("{} ledger entries wait to be sealed", verified.unsealed);
    }
    if verified.waiting > 0 {
        println!("{} score(s) wait to be computed anew, for the roster has changed", verified.waiting);
    }
    if verified.waiting_at_doors > 0 {
        let waiting = verified.waiting_at_doors;
        println!("{waiting} person(s) wait at doors to be judged anew, for the list or the session has changed");
    }
    for broken in verified.broken.iter().take(args.first) {
        println!("BROKEN  {broken}");
    }
    if verified.broken.is_empty() {
        println!("every invariant holds");
        return Ok(ExitCode::SUCCESS);
    }
    println!(
        "{} broken invariant(s); the first {} are shown",
        verified.broken.len(),
        args.first.min(verified.broken.len())
    );
    Ok(ExitCode::FAILURE)
}

fn kept(file: &Path) -> anyhow::Result<Kept> {
    let name = file.display().to_string();
    let text = std::fs::read_to_string(file).with_context(|| format!("cannot read {name}"))?;
    let note = Note::parse(&text).filter(|note| Checkpoint::parse(&note.text).is_some());
    Ok(Kept { note: note.with_context(|| format!("{name} is no checkpoint"))?, name })
}

/// Verifies every district, each in one unchanging moment.
///
/// # Errors
/// The database failed.
pub async fn database_holds(db: &Db) -> Result<Verified> {
    database_holds_to(db, &[]).await
}

/// The same, and that these checkpoints, which somebody kept outside, are still true.
///
/// # Errors
/// The database failed.
pub async fn database_holds_to(db: &Db, kept: &[Kept]) -> Result<Verified> {
    let mut verified = Verified::default();
    let mut published: Vec<Published<'_>> = kept.iter().map(Published::of).collect();
    let mut tx = db.begin_snapshot(DistrictId::PLATFORM).await?;
    let districts = store::districts(&mut tx).await?;
    tx.rollback().await?;
    for district in districts {
        verified.districts += 1;
        let mut tx = db.begin_snapshot(DistrictId(district)).await?;
        verify_district(&mut tx, &mut published, &mut verified).await?;
        tx.rollback().await?;
    }
    verified.broken.extend(published.iter().filter_map(Published::of_nothing));
    Ok(verified)
}

async fn verify_district(tx: &mut Tx, published: &mut [Published<'_>], verified: &mut Verified) -> Result<()> {
    let district = tx.district().0;
    for (invariant, found) in store::broken_in_sql(tx).await? {
        verified.broken.push(Broken { district, invariant, found });
    }
    verified.entries += store::count_entries(tx).await?;
    let effective = credits::effective(tx).await?;
    let mut after = None;
    loop {
        let persons = credits_store::persons_after(tx, after, CHUNK).await?;
        let Some(last) = persons.last().copied() else { break };
        after = Some(last);
        facts_hold(tx, &persons, verified).await?;
        for one in &effective {
            scores_hold(tx, one, &persons, verified).await?;
        }
    }
    doors_hold(tx, verified).await?;
    self::credentials::hold(tx, verified).await?;
    seals::hold(tx, published, verified).await
}

/// Verdicts are what the door's rules say of all scans, and who was there stands so.
async fn doors_hold(tx: &mut Tx, verified: &mut Verified) -> Result<()> {
    let district = tx.district().0;
    let mut proof = Proof::default();
    let mut after = None;
    loop {
        let sessions = proof::sessions_after(tx, after, DOORS).await?;
        let Some(last) = sessions.last().copied() else { break };
        after = Some(last);
        proof::prove(tx, &sessions, &mut proof).await?;
    }
    verified.scans += proof.scans;
    verified.waiting_at_doors += proof.waiting;
    let told = [
        ("each verdict is what the rules of the door say of all scans of the person", proof.verdicts),
        ("who was there by the door's scans stands so", proof.absent),
    ];
    for (invariant, found) in told {
        verified.broken.extend(found.into_iter().map(|found| Broken { district, invariant, found }));
    }
    Ok(())
}

/// What the engine reads is what participations, results and designations say.
async fn facts_hold(tx: &mut Tx, persons: &[Uuid], verified: &mut Verified) -> Result<()> {
    let district = tx.district().0;
    let records = store::current_records(tx, persons).await?;
    let of = |source: &str| records.iter().filter(|r| r.source == source).map(|r| r.record_id).collect::<Vec<_>>();
    let mut expected = credits::expected_facts(tx, &of("participation"), &of("result")).await?;
    for row in records {
        let Some(mut now) = expected.remove(&row.record_id) else { continue };
        // Ranks are those of the moment of confirmation.
        now.session_rank = row.facts.0.session_rank;
        now.class_rank = row.facts.0.class_rank;
        if now != row.facts.0 {
            let found = format!("record {}: {}", row.record_id, differing(&row.facts.0, &now));
            verified.broken.push(Broken { district, invariant: "a record says what its source says", found });
        }
    }
    Ok(())
}

/// The first fact in which two records differ.
fn differing(stored: &Record, expected: &Record) -> String {
    let as_map = |r: &Record| serde_json::to_value(r).ok().and_then(|v| v.as_object().cloned()).unwrap_or_default();
    let (stored, expected) = (as_map(stored), as_map(expected));
    let keys: std::collections::BTreeSet<&String> = stored.keys().chain(expected.keys()).collect();
    let differs = keys.into_iter().find(|k| stored.get(*k) != expected.get(*k));
    differs.map_or_else(String::new, |k| {
        let show = |v: Option<&serde_json::Value>| v.map_or_else(|| "nothing".to_owned(), ToString::to_string);
        format!("{k} is {}, should be {}", show(stored.get(k)), show(expected.get(k)))
    })
}

/// Scores and lines are what the engine says now.
async fn scores_hold(tx: &mut Tx, effective: &Effective, persons: &[Uuid], verified: &mut Verified) -> Result<()> {
    let district = tx.district().0;
    let policy_id = &effective.row.policy_id;
    let mut scores: HashMap<Uuid, StoredScore> =
        store::scores(tx, policy_id, persons).await?.into_iter().map(|score| (score.person_id, score)).collect();
    let standing: Vec<_> = persons.iter().map(|id| (*id, scores.get(id).map(|score| score.stands_on))).collect();
    let people = credits_store::persons_on(tx, &standing).await?;
    let mut records: HashMap<Uuid, Vec<_>> = HashMap::new();
    for row in credits_store::current_records(tx, persons).await? {
        verified.records += 1;
        records.entry(row.person_id).or_default().push(row);
    }
    let mut decisions: HashMap<Uuid, Vec<_>> = HashMap::new();
    for row in credits_store::open_decisions(tx, policy_id, persons).await? {
        decisions.entry(row.person_id).or_default().push(row.decision());
    }
    let mut lines: HashMap<Uuid, BTreeMap<Uuid, (i64, i64)>> = HashMap::new();
    for line in credits_store::score_lines(tx, policy_id, persons).await? {
        lines.entry(line.person_id).or_default().insert(line.record_id, (line.raw, line.counted));
    }
    for person in people {
        verified.persons += 1;
        let own = records.remove(&person.id).unwrap_or_default();
        let decided = decisions.remove(&person.id).unwrap_or_default();
        let score = scores.remove(&person.id);
        let stands_on = score.as_ref().map(|score| score.stands_on);
        let sheet = credits::evaluate_person(&effective.policy, &person, &own, &decided, stands_on);
        let stored = lines.remove(&person.id).unwrap_or_default();
        let expected: BTreeMap<Uuid, (i64, i64)> = sheet
            .lines
            .iter()
            .filter_map(|l| Some((l.record_id.parse().ok()?, (l.raw.milli(), l.counted.milli()))))
            .collect();
        if stored != expected {
            let differs = expected.keys().chain(stored.keys()).find(|id| stored.get(id) != expected.get(id));
            let found = format!("{policy_id}, person {}, record {differs:?}", person.id);
            verified.broken.push(Broken { district, invariant: "each line is what the engine says", found });
        }
        // A person without records may have no score yet.
        let total = score.as_ref().map(|score| score.total);
        if total.unwrap_or(0) != sheet.total.milli() || (total.is_none() && !sheet.lines.is_empty()) {
            let shown = total.map_or_else(|| "nothing".to_owned(), |t| Credit::from_milli(t).to_string());
            let found = format!("{policy_id}, person {}: {shown} is stored, {} is right", person.id, sheet.total);
            verified.broken.push(Broken { district, invariant: "each score is what the engine says", found });
        }
        let Some(score) = score else { continue };
        if score.person_version != person.version {
            verified.waiting += 1;
            continue;
        }
        if let Some(differs) = standing_differs(&score, &sheet)? {
            let found = format!("{policy_id}, person {}, as of {}: {differs}", person.id, score.stands_on);
            let invariant = "each person stands where the engine says on the day of the score";
            verified.broken.push(Broken { district, invariant, found });
        }
    }
    Ok(())
}

/// What of a person's standing is stored otherwise than the engine says; nothing where it is the same.
fn standing_differs(score: &StoredScore, sheet: &ScoreSheet) -> Result<Option<String>> {
    let right = |part: serde_json::Result<Value>| part.map_err(ApiError::internal);
    let parts = [
        ("eligible", Value::from(score.eligible), Value::from(sheet.eligible)),
        ("measures", score.measures.clone(), right(serde_json::to_value(&sheet.measures))?),
        ("levels", score.levels.clone(), right(serde_json::to_value(&sheet.levels))?),
        ("outputs", score.outputs.clone(), right(serde_json::to_value(&sheet.outputs))?),
        ("requirements", score.requirements.clone(), right(serde_json::to_value(&sheet.requirements))?),
    ];
    let differs = parts.into_iter().find(|(_, stored, right)| stored != right);
    Ok(differs.map(|(part, stored, right)| format!("{part} {stored} are stored, {right} are right")))
}
