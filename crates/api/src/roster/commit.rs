//! POST /api/v1/roster/imports/{id}/commit

use axum::{Json, extract::State, http::StatusCode, response::Response};
use kepu_domain::{role::Action, roster::Removal};
use serde::Deserialize;
use serde_json::{Value, json};
use utoipa::ToSchema;
use uuid::Uuid;

use super::{
    ImportState, ImportView, TAG,
    discard::not_staged,
    read, stage,
    store::{self, NewClass},
    view::ImportRow,
};
use crate::{
    audit::{self, Event, Origin},
    auth::Actor,
    credits,
    error::{ApiError, ApiErrors, FieldError, Result},
    extract::{ApiJson, ApiPath, ETag, IfMatch},
    state::AppState,
    tenancy::DistrictId,
};

/// Rows carried out by one statement.
const BATCH: i64 = 10_000;

/// From so many rows on the tables' statistics are worth renewing.
const MANY: u64 = 1000;

/// How it is meant.
#[derive(Debug, Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct CommitRequest {
    /// That many persons leave is meant; needed when they are more than a tenth of the enrolled and at least 20.
    #[serde(default)]
    pub allow_removals: bool,
}

/// Carry an import out, in the background and in one transaction: all of it happens, or nothing. Refused rows are left out.
#[utoipa::path(
    post, path = "/api/v1/roster/imports/{id}/commit", operation_id = "commit_roster", tag = TAG,
    request_body = CommitRequest,
    params(("id" = Uuid, Path, description = "The import"), ("If-Match" = String, Header, description = "Its ETag")),
    responses((status = 202, description = "Being carried out; read it again until its state is `committed`", body = ImportView), ApiErrors)
)]
pub async fn commit_roster(
    State(state): State<AppState>,
    actor: Actor,
    ApiPath(id): ApiPath<Uuid>,
    version: IfMatch,
    ApiJson(body): ApiJson<CommitRequest>,
) -> Result<Response> {
    let now = state.now();
    let mut tx = state.begin(&actor).await?;
    let row = read::visible(&mut tx, &actor, id, Action::RosterImport, true).await?;
    if row.state != ImportState::Staged {
        return Err(not_staged(row.state));
    }
    version.check("import", row.version)?;
    let counts = &row.counts.0;
    let removal = removal(&store::removal_setting(&mut tx).await?);
    if !body.allow_removals && removal.is_too_many(counts.enrolled, counts.left) {
        let detail = format!(
            "{} of {} enrolled persons would leave, because the file misses them. If that is meant, commit with \
             allow_removals: true; if the file is only a part, upload it with the mode partial.",
            counts.left, counts.enrolled
        );
        let error = FieldError::new("allow_removals", "too_many_removals", "must be true to let so many leave")
            .value(counts.left.to_string());
        return Err(ApiError::unprocessable("too_many_removals", detail).with_errors(vec![error]));
    }
    store::expect_many(&mut tx).await?;
    if let Some(number) = store::stale(&mut tx, &row).await? {
        return Err(changed_since(&number));
    }
    store::set_progress(&mut tx, id, 0, 0, now).await?;
    store::set_state(&mut tx, id, ImportState::Committing, Some(""), now).await?;
    let row = read::visible(&mut tx, &actor, id, Action::RosterImport, false).await?;
    let answer = (StatusCode::ACCEPTED, ETag(row.version), Json(ImportView::from(row.clone())));
    let answer = tx.commit_with(answer).await?;

    let job = Job { district: DistrictId(actor.district()?.0), import: row, by: Origin::from(&actor) };
    state.spawn_job("roster commit", run(state.clone(), job));
    Ok(answer)
}

/// What the district has set, else the usual.
fn removal(setting: &Value) -> Removal {
    let usual = Removal::default();
    let number = |key: &str| setting.get(key).and_then(Value::as_u64);
    Removal {
        percent: number("removal_percent").and_then(|n| u32::try_from(n).ok()).unwrap_or(usual.percent),
        minimum: number("removal_minimum").unwrap_or(usual.minimum),
    }
}

fn changed_since(number: &str) -> ApiError {
    ApiError::conflict(
        "roster_changed",
        format!(
            "The roster was changed since the file was compared, first of all at number {number}. Discard the import and upload the file again."
        ),
    )
}

struct Job {
    district: DistrictId,
    import: ImportRow,
    by: Origin,
}

async fn run(state: AppState, job: Job) {
    let stopping = state.stopping().clone();
    let (district, import) = (job.district, job.import.id);
    let ended = tokio::select! {
        ended = carry_out(&state, job) => ended,
        () = stopping.cancelled() => Err(ApiError::unavailable("stopped", "The service was stopped; nothing was kept. Commit again.")),
    };
    if let Err(error) = ended {
        // Nothing was kept, so it can be committed again or discarded.
        stage::fail(&state, district, import, &error, ImportState::Staged).await;
    }
}

async fn carry_out(state: &AppState, job: Job) -> Result<()> {
    let Job { district, import, by } = job;
    let at = state.now();
    let mut tx = state.begin_in(district).await?;
    store::hold_job(&mut tx, import.id).await?;
    store::hold_roster(&mut tx).await?;
    let counts = &import.counts.0;
    let rows = counts.added + counts.changed + counts.moved + counts.left + counts.refused + counts.unchanged;
    if rows > stage::FEW as u64 {
        store::expect_many(&mut tx).await?;
    }
    // Others may have been quicker while this one waited.
    if let Some(number) = store::stale(&mut tx, &import).await? {
        return Err(changed_since(&number));
    }
    let needed = store::needed_classes(&mut tx, import.id).await?;
    let classes: Vec<NewClass> = needed
        .into_iter()
        .map(|(school, grade, name, source)| NewClass { id: state.new_id(), school, grade, name, source })
        .collect();
    store::ensure_classes(&mut tx, import.school_year, &classes, at).await?;

    let total = i64::try_from(rows).unwrap_or(i64::MAX);
    let (mut after, mut done) = (-1, 0);
    while let Some(end) = store::batch_end(&mut tx, import.id, after, BATCH).await? {
        store::apply(&mut tx, &import, after, end, at).await?;
        let events = store::events(&mut tx, import.id, after, end).await?;
        if !events.is_empty() {
            audit::record_as(&mut tx, &by, at, events).await?;
        }
        after = end;
        done = (done + BATCH).min(total);
        if done < total {
            stage::progress(state, district, import.id, done, total).await;
        }
    }
    let detail = json!({ "file": import.file_name, "effective_on": import.effective_on, "counts": counts });
    audit::record_as(&mut tx, &by, at, vec![Event::new("roster.commit", "roster_import", import.id, detail)]).await?;
    store::set_progress(&mut tx, import.id, total, total, state.now()).await?;
    store::set_state(&mut tx, import.id, ImportState::Committed, None, state.now()).await?;
    tx.commit().await?;
    credits::follow_roster(state, district);
    if rows >= MANY
        && let Err(error) = store::learn(state.db()).await
    {
        tracing::warn!(import = %import.id, %error, "cannot analyze the tables after an import");
    }
    Ok(())
}
