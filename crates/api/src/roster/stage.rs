//! Staging: the file is read and compared in the background, and its rows kept with their outcomes.

use kepu_domain::{
    person::PersonKind,
    roster::{
        Cells, Decided, Decision, Identity, Incoming, Known, Outcome, ReadRow, Rules, SchoolList, cell, difference,
        read_row,
    },
};
use uuid::Uuid;

use super::{
    Counts, ImportState,
    source::{self, Source},
    store::{self, NewRow, Whom},
};
use crate::{
    error::{ApiError, Result},
    state::AppState,
    tenancy::DistrictId,
};

/// Rows written by one statement.
const BATCH: usize = 5000;

/// Up to so many rows the usual plans do.
pub(super) const FEW: usize = 50;

/// What is to be staged.
pub(super) struct Job {
    pub district: DistrictId,
    pub import: Uuid,
    pub source: Source,
    pub schools: SchoolList,
    pub rules: Rules,
}

/// Runs the job and keeps how it ended.
pub(super) async fn run(state: AppState, job: Job) {
    let (district, import) = (job.district, job.import);
    let stopping = state.stopping().clone();
    let ended = tokio::select! {
        ended = stage(&state, job) => ended,
        () = stopping.cancelled() => Err(ApiError::unavailable("stopped", "The service was stopped. Upload the file again.")),
    };
    if let Err(error) = ended {
        fail(&state, district, import, &error, ImportState::Failed).await;
    }
}

/// Keeps why a job failed. A fault of ours is logged and not told.
pub(super) async fn fail(state: &AppState, district: DistrictId, import: Uuid, error: &ApiError, next: ImportState) {
    if error.status().is_server_error() {
        tracing::error!(%import, %error, "a roster job failed");
    }
    let keep = async {
        let mut tx = state.begin_in(district).await?;
        store::set_state(&mut tx, import, next, Some(&reason(error)), state.now()).await?;
        tx.commit().await
    };
    if let Err(error) = keep.await {
        tracing::error!(%import, %error, "cannot keep that a roster job failed");
    }
}

fn reason(error: &ApiError) -> String {
    let said = error.detail();
    let more = error.errors().iter().filter(|one| !said.contains(&one.message)).take(5);
    more.fold(said.to_owned(), |reason, one| format!("{reason} {}: {}.", one.field, one.message))
}

struct Judged {
    rows: Vec<NewRow>,
    counts: Counts,
}

async fn stage(state: &AppState, job: Job) -> Result<()> {
    let Job { district, import, mut source, schools, rules } = job;
    let mut tx = state.begin_in(district).await?;
    store::hold_job(&mut tx, import).await?;
    let sources = if source.format() == super::Format::Sheet {
        source::Known::default()
    } else {
        store::known_sources(&mut tx).await?
    };
    let reading = move || {
        let content = source.read(&schools, &sources, rules.effective_on)?;
        Ok::<_, ApiError>((read_rows(&content.rows, &schools, &rules), content))
    };
    let (read, content) = tokio::task::spawn_blocking(reading).await.map_err(ApiError::internal)??;
    let total = i64::try_from(read.len()).unwrap_or(i64::MAX);
    progress(state, district, import, 0, total).await;

    if read.len() > FEW {
        store::expect_many(&mut tx).await?;
    }
    let known = match rules.school {
        None => store::known(&mut tx, Whom::District).await?,
        Some(school) => {
            let numbers: Vec<&str> = read.iter().map(|(_, _, identity)| identity.number.as_str()).collect();
            let of_source: Vec<&str> =
                read.iter().map(|(_, _, identity)| identity.source_id.as_str()).filter(|id| !id.is_empty()).collect();
            store::known(&mut tx, Whom::School(school, &numbers, &of_source)).await?
        }
    };
    let ids = state.clone();
    let judging = move || judge(read, content, &known, &rules, &ids);
    let Judged { rows, counts } = tokio::task::spawn_blocking(judging).await.map_err(ApiError::internal)?;

    let total = i64::try_from(rows.len()).unwrap_or(i64::MAX);
    let mut done = 0;
    let mut rows = rows.into_iter();
    loop {
        let batch: Vec<NewRow> = rows.by_ref().take(BATCH).collect();
        if batch.is_empty() {
            break;
        }
        done += i64::try_from(batch.len()).unwrap_or_default();
        store::insert_rows(&mut tx, import, batch).await?;
        if done < total {
            progress(state, district, import, done, total).await;
        }
    }
    store::set_counts(&mut tx, import, &counts).await?;
    store::set_progress(&mut tx, import, total, total, state.now()).await?;
    store::set_state(&mut tx, import, ImportState::Staged, None, state.now()).await?;
    tx.commit().await
}

/// Tells how far a job has come, in a transaction of its own. That it cannot be told stops nothing.
pub(super) async fn progress(state: &AppState, district: DistrictId, import: Uuid, done: i64, total: i64) {
    let tell = async {
        let mut tx = state.begin_in(district).await?;
        store::set_progress(&mut tx, import, done, total, state.now()).await?;
        tx.commit().await
    };
    if let Err(error) = tell.await {
        tracing::warn!(%import, %error, "cannot tell how far a roster job has come");
    }
}

/// Reads the cells of every row.
fn read_rows(rows: &[Incoming], schools: &SchoolList, rules: &Rules) -> Vec<ReadRow> {
    rows.iter()
        .map(|incoming| {
            let identity = identity(&incoming.cells);
            let mut read = read_row(incoming.row, &incoming.cells, schools, rules.effective_on);
            if !incoming.refusals.is_empty() {
                let mut faults = incoming.refusals.clone();
                faults.extend(read.err().into_iter().flatten());
                faults.dedup_by(|a, b| a.column == b.column && a.code == b.code);
                read = Err(faults);
            }
            (incoming.row, read, identity)
        })
        .collect()
}

/// By what a row can be told to be about somebody, even if it is refused.
pub(super) fn identity(cells: &Cells) -> Identity {
    let keeps = cells.keeps_place || cells.leaves;
    Identity {
        number: if keeps && cells.number.is_empty() {
            String::new()
        } else {
            cell::number(&cells.number).unwrap_or_default()
        },
        source_id: cell::fold(&cells.source_id),
        kind: PersonKind::Student,
    }
}

fn judge(read: Vec<ReadRow>, content: source::Content, known: &[Known], rules: &Rules, state: &AppState) -> Judged {
    let mut counts = Counts { skipped: content.skipped, ..Counts::default() };
    let here = |person: &&Known| {
        person.open.as_ref().is_some_and(|open| rules.school.is_none_or(|school| school == open.school))
    };
    counts.enrolled = known.iter().filter(here).count() as u64;
    let entries: Vec<Identity> = read.iter().map(|(_, _, identity)| identity.clone()).collect();
    let decided = difference(read, known, rules);
    let mut cells = content.rows.into_iter();
    let mut entries = entries.into_iter();
    let rows = decided
        .into_iter()
        .map(|decided| {
            let (incoming, identity) = (cells.next(), entries.next());
            counts.add(decided.decision.outcome);
            let person = decided.known.and_then(|index| known.get(index));
            new_row(decided, person, incoming.map(|incoming| incoming.cells), identity, || state.new_id())
        })
        .collect();
    Judged { rows, counts }
}

/// A judged row as it is kept.
pub(super) fn new_row(
    decided: Decided,
    known: Option<&Known>,
    cells: Option<Cells>,
    identity: Option<Identity>,
    new_id: impl Fn() -> Uuid,
) -> NewRow {
    let Decided { row, decision, .. } = decided;
    let Decision { outcome, target, changes, refusals } = decision;
    let refused = outcome == Outcome::Refused;
    let detail = match (refused, changes.is_empty()) {
        (true, _) => serde_json::to_string(&refusals),
        (false, true) => Ok("[]".to_owned()),
        (false, false) => serde_json::to_string(&changes),
    };
    let incoming = match cells.as_ref().filter(|_| refused) {
        Some(cells) => serde_json::to_string(cells),
        None => Ok("{}".to_owned()),
    };
    let mut kept = NewRow {
        row_no: i64::try_from(row).unwrap_or(i64::MAX),
        outcome,
        number: String::new(),
        name: String::new(),
        person_id: known.map(|known| known.id),
        incoming: incoming.unwrap_or_else(|_| "{}".to_owned()),
        detail: detail.unwrap_or_else(|_| "[]".to_owned()),
        kind: None,
        birth_date: None,
        sex: None,
        source_id: None,
        school_id: None,
        grade: None,
        class_name: None,
        class_source: None,
        base_version: known.map(|known| known.version),
        enrolment_id: None,
    };
    let Some(target) = target else {
        let identity = identity.unwrap_or_default();
        kept.number = identity.number;
        kept.source_id = Some(identity.source_id).filter(|id| !id.is_empty());
        kept.name = cells.map(|cells| cell::name(&cells.name).unwrap_or_default()).unwrap_or_default();
        return kept;
    };
    if outcome == Outcome::Added {
        kept.person_id = Some(new_id());
    }
    kept.number = target.number;
    kept.name = target.name;
    kept.kind = Some(target.kind.word());
    kept.birth_date = target.birth_date;
    kept.sex = target.sex.map(cell::Sex::word);
    kept.source_id = target.source_id;
    if let Some(place) = target.place {
        kept.school_id = Some(place.school);
        kept.grade = Some(place.grade);
        kept.class_name = Some(place.class);
        kept.class_source = place.class_source;
        kept.enrolment_id = Some(new_id());
    }
    kept
}
