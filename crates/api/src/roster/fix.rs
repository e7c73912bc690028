//! PATCH /api/v1/roster/imports/{id}/rows/{row_no}

use axum::{
    Json,
    extract::State,
    response::{IntoResponse, Response},
};
use kepu_domain::{
    role::{Action, Scope},
    roster::{Cells, Decided, Decision, Known, Outcome, Refusal, Rules, Wish, cell, decide_one, leave, read_row},
};
use serde::Deserialize;
use serde_json::json;
use utoipa::ToSchema;
use uuid::Uuid;

use super::{
    Counts, ImportState, Mode, RowView, TAG,
    discard::not_staged,
    read, school, stage,
    store::{self, NewRow, Whom},
    view::ImportRow,
};
use crate::{
    audit::{self, Event},
    auth::Actor,
    check::Checks,
    error::{ApiError, ApiErrors, Result},
    extract::{ApiJson, ApiPath, ETag, IfMatch},
    state::AppState,
    tenancy::Tx,
};

/// The cells to write anew; what is left away stays as the file has it.
#[derive(Debug, Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct RowFix {
    /// 学校, code or name.
    pub school: Option<String>,
    /// 年级
    pub grade: Option<String>,
    /// 班级
    pub class: Option<String>,
    /// 学号
    pub number: Option<String>,
    /// 姓名
    pub name: Option<String>,
    /// 出生日期
    pub birth_date: Option<String>,
    /// 性别
    pub sex: Option<String>,
    /// 身份: student or teacher.
    pub kind: Option<String>,
}

impl RowFix {
    fn apply(self, cells: &mut Cells) -> Result<()> {
        let mut checks = Checks::new();
        for (field, new, cell) in [
            ("school", self.school, &mut cells.school),
            ("grade", self.grade, &mut cells.grade),
            ("class", self.class, &mut cells.class),
            ("number", self.number, &mut cells.number),
            ("name", self.name, &mut cells.name),
            ("birth_date", self.birth_date, &mut cells.birth_date),
            ("sex", self.sex, &mut cells.sex),
            ("kind", self.kind, &mut cells.kind),
        ] {
            if let Some(new) = new {
                *cell = checks.text(field, &new, 0..=200);
            }
        }
        checks.finish()
    }
}

/// Correct the cells of a refused row; it is judged again. The answer's ETag is that of the import.
#[utoipa::path(
    patch, path = "/api/v1/roster/imports/{id}/rows/{row_no}", operation_id = "fix_roster_row", tag = TAG,
    request_body = RowFix,
    params(
        ("id" = Uuid, Path, description = "The import"),
        ("row_no" = i64, Path, description = "The row"),
        ("If-Match" = String, Header, description = "ETag of the import")
    ),
    responses((status = 200, description = "Judged again", body = RowView), ApiErrors)
)]
pub async fn fix_roster_row(
    State(state): State<AppState>,
    actor: Actor,
    ApiPath((id, row_no)): ApiPath<(Uuid, i64)>,
    version: IfMatch,
    ApiJson(body): ApiJson<RowFix>,
) -> Result<Response> {
    let now = state.now();
    let mut tx = state.begin(&actor).await?;
    let import = read::visible(&mut tx, &actor, id, Action::RosterImport, true).await?;
    if import.state != ImportState::Staged {
        return Err(not_staged(import.state));
    }
    version.check("import", import.version)?;
    let row = store::row(&mut tx, id, row_no).await?.ok_or_else(|| ApiError::not_found("row"))?;
    if row.outcome != Outcome::Refused.word() {
        return Err(ApiError::conflict(
            "not_refused",
            "Only refused rows can be corrected; this one is taken as it is.",
        ));
    }
    let mut cells: Cells = serde_json::from_value(row.incoming)?;
    body.apply(&mut cells)?;

    let district = tx.district().0;
    let rules = Rules {
        effective_on: import.effective_on,
        school_year: import.school_year,
        full: import.mode == Mode::Full,
        school: import.school_id,
        may_transfer: actor.may(Action::RosterImport, &Scope::District { district }),
    };
    let schools = school::list(&school::load(&mut tx, None).await?, import.school_id);
    let new = judge(&state, &mut tx, &import, row_no, cells, &schools, &rules).await?;
    let outcome = new.outcome;
    store::delete_row(&mut tx, id, row_no).await?;
    store::insert_rows(&mut tx, id, vec![new]).await?;
    if rules.full {
        leave_missing(&state, &mut tx, &import, &rules).await?;
    }
    recount(&mut tx, &import).await?;
    store::set_state(&mut tx, id, ImportState::Staged, None, now).await?;
    let detail = json!({ "row_no": row_no, "outcome": outcome });
    audit::record(&mut tx, &actor, now, Event::new("roster.fix", "roster_import", id, detail)).await?;
    let import = read::visible(&mut tx, &actor, id, Action::RosterImport, false).await?;
    let row = store::row(&mut tx, id, row_no).await?.ok_or_else(|| ApiError::not_found("row"))?;
    tx.commit().await?;
    Ok((ETag(import.version), Json(RowView::from(row))).into_response())
}

async fn judge(
    state: &AppState,
    tx: &mut Tx,
    import: &ImportRow,
    row_no: i64,
    cells: Cells,
    schools: &kepu_domain::roster::SchoolList,
    rules: &Rules,
) -> Result<NewRow> {
    let row = u64::try_from(row_no).unwrap_or_default();
    let identity = stage::identity(&cells);
    let source = Some(identity.source_id.as_str()).filter(|id| !id.is_empty());
    let found = store::known(tx, Whom::One(&identity.number, source)).await?;
    let of_source = found.iter().find(|known| source.is_some() && known.source_id.as_deref() == source);
    let exact = found.iter().find(|known| known.number == identity.number);
    let of_number = exact.or_else(|| found.iter().find(|known| cell::number_key(&known.number) == identity.number));
    let known: Option<&Known> = of_source.or(of_number);
    let refuse = |column: &str, value: &str, code: &str, message: String| Decision {
        outcome: Outcome::Refused,
        target: None,
        changes: Vec::new(),
        refusals: vec![Refusal::new(column, value, code, message)],
    };
    let other = store::other_row(tx, import.id, row_no, &identity.number, source, known.map(|known| known.id)).await?;
    let decision = match (read_row(row, &cells, schools, rules.effective_on), other) {
        (Err(refusals), _) => Decision { outcome: Outcome::Refused, target: None, changes: Vec::new(), refusals },
        (Ok(_), Some(other)) => {
            let message = format!("stands in row {other} too; every person comes once");
            refuse("number", &identity.number, "duplicate", message)
        }
        (Ok(entry), None) => match (of_source, of_number) {
            (Some(source), Some(number)) if source.id != number.id && entry.wish == Wish::Present => refuse(
                "number",
                &entry.number,
                "number_taken",
                "belongs to somebody else than the sourcedId does".into(),
            ),
            _ => decide_one(&entry, known, rules),
        },
    };
    let decided = Decided { row, known: None, decision };
    Ok(stage::new_row(decided, known, Some(cells), Some(identity), || state.new_id()))
}

/// Finds out anew who is missing from a full file.
async fn leave_missing(state: &AppState, tx: &mut Tx, import: &ImportRow, rules: &Rules) -> Result<()> {
    store::delete_left(tx, import.id).await?;
    let missing = store::missing(tx, import).await?;
    if missing.is_empty() {
        return Ok(());
    }
    let (next, _) = store::totals(tx, import.id).await?;
    let known = store::known(tx, Whom::These(&missing)).await?;
    let rows = known
        .iter()
        .zip(next..)
        .map(|(known, row_no)| {
            let row = u64::try_from(row_no).unwrap_or_default();
            let decided = Decided { row, known: None, decision: leave(known, rules) };
            stage::new_row(decided, Some(known), None, None, || state.new_id())
        })
        .collect();
    store::insert_rows(tx, import.id, rows).await
}

async fn recount(tx: &mut Tx, import: &ImportRow) -> Result<()> {
    let (_, outcomes) = store::totals(tx, import.id).await?;
    let count = |outcome: Outcome| {
        let found = outcomes.iter().find(|(word, _)| word == outcome.word());
        found.map_or(0, |(_, count)| u64::try_from(*count).unwrap_or_default())
    };
    let counts = Counts {
        added: count(Outcome::Added),
        changed: count(Outcome::Changed),
        moved: count(Outcome::Moved),
        left: count(Outcome::Left),
        refused: count(Outcome::Refused),
        unchanged: count(Outcome::Unchanged),
        ..import.counts.0.clone()
    };
    store::set_counts(tx, import.id, &counts).await
}
