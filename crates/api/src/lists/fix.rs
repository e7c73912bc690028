use std::collections::BTreeMap;

use axum::{
    Json,
    extract::State,
    response::{IntoResponse, Response},
};
use serde::Deserialize;
use serde_json::json;
use sqlx::types::Json as Stored;
use utoipa::ToSchema;
use uuid::Uuid;

use super::{
    ListRowView, TAG,
    discard::staged,
    judge::{self, Row, counts},
    read::allowed,
    store,
};
use crate::{
    audit::{self, Event},
    auth::Actor,
    check::Checks,
    error::{ApiError, ApiErrors, FieldError, Result},
    extract::{ApiJson, ApiPath, ETag, IfMatch},
    state::AppState,
};

/// The cells to write anew, by column; what is left away stays as the file has it.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct ListRowFix {
    /// Text by column.
    cells: BTreeMap<String, String>,
}

/// Corrects the cells of a row; the whole list is judged again. The answer's ETag is that of the import.
#[utoipa::path(
    patch, path = "/api/v1/list_imports/{id}/rows/{row_no}", operation_id = "fix_list_row", tag = TAG,
    request_body = ListRowFix,
    params(
        ("id" = Uuid, Path, description = "The import"),
        ("row_no" = i64, Path, description = "The row"),
        ("If-Match" = String, Header, description = "ETag of the import")
    ),
    responses((status = 200, description = "Judged again", body = ListRowView), ApiErrors)
)]
pub(super) async fn fix_row(
    State(state): State<AppState>,
    actor: Actor,
    ApiPath((id, row_no)): ApiPath<(Uuid, i64)>,
    version: IfMatch,
    ApiJson(body): ApiJson<ListRowFix>,
) -> Result<Response> {
    let now = state.now();
    let mut tx = state.begin(&actor).await?;
    let mut import = allowed(&actor, store::lock(&mut tx, id).await?)?;
    staged(&import)?;
    version.check("import", import.version)?;
    let stored = store::all_rows(&mut tx, id).await?;
    if !stored.iter().any(|row| row.row_no == row_no) {
        return Err(ApiError::not_found("row"));
    }
    let mut checks = Checks::new();
    let columns = import.kind.columns();
    let mut new = BTreeMap::new();
    for (column, text) in &body.cells {
        if columns.iter().any(|known| known.key == column) {
            new.insert(column.clone(), checks.text(column, text, 0..=400));
        } else {
            let known: Vec<&str> = columns.iter().map(|one| one.key).collect();
            let message = format!("is no column of this list; there are {}", known.join(", "));
            checks.add(FieldError::new(format!("cells.{column}"), "unknown_column", message));
        }
    }
    checks.finish()?;
    let rows = stored.into_iter().map(|row| {
        let mut row = Row::from(row);
        if row.row_no == row_no {
            // A cell that is written anew is no longer the one that could not be read; and who writes a row anew that did
            // not fit the header has looked under which names its cells belong.
            row.faults.retain(|fault| !fault.field.is_empty() && !new.contains_key(&fault.field));
            row.cells.append(&mut new.clone());
            row.cells.retain(|_, text| !text.is_empty());
        }
        row
    });
    let judged = judge::judge(&mut tx, &actor, import.kind, &import.given, now, rows.collect()).await?;
    store::put_rows(&mut tx, id, &judged).await?;
    import.counts = Stored(counts(&judged));
    import.version += 1;
    store::update(&mut tx, &import).await?;
    let detail = json!({ "row": row_no, "columns": body.cells.keys().collect::<Vec<_>>() });
    audit::record(&mut tx, &actor, now, Event::new("list.fix", "list_import", id, detail)).await?;
    let fixed = store::rows(&mut tx, id, None, Some(row_no - 1), 1).await?.pop();
    let fixed = fixed.ok_or_else(|| ApiError::not_found("row"))?;
    tx.commit().await?;
    Ok((ETag(import.version), Json(ListRowView::from(fixed))).into_response())
}
