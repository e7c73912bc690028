//! Recording from a sheet: one row a person, by number, perhaps with name, minutes and quantity.

use axum::Json;
use axum::body::Bytes;
use axum::extract::multipart::Multipart;
use axum::extract::{FromRequest, Request, State};
use axum::response::Response;
use kepu_domain::participation::Extent;
use kepu_domain::roster::cell as written;
use kepu_domain::text::Lang;
use uuid::Uuid;

use super::record::{RecordAnswer, RecordOutcome, Wanted, record};
use super::store;
use super::{MOST, TAG};
use crate::auth::Actor;
use crate::error::{ApiError, ApiErrors, FieldError, Result};
use crate::extract::ApiPath;
use crate::roster::numbers_as_stored;
use crate::sheet::{Fault, Limits, Sheet};
use crate::state::AppState;
use crate::tenancy::Tx;

/// Bytes of a sheet at the most; 500 rows need a hundredth of it.
const MOST_BYTES: u64 = 4 << 20;

/// A column and the headers it may have.
const NUMBER: (&str, &[&str]) = ("number", &["number", "学号", "student_number", "student number"]);
const NAME: (&str, &[&str]) = ("name", &["name", "姓名"]);
const MINUTES: (&str, &[&str]) = ("minutes", &["minutes", "时长", "分钟", "时长（分钟）", "时长(分钟)"]);
const QUANTITY: (&str, &[&str]) = ("quantity", &["quantity", "数量"]);

/// A sheet in a form field called `file`.
#[derive(Debug, utoipa::ToSchema)]
pub struct SheetForm {
    /// CSV or XLSX with the columns 学号 (number), and if need be 姓名 (name), 时长 (minutes), 数量 (quantity).
    #[expect(dead_code, reason = "describes the form; the handler reads the stream")]
    #[schema(value_type = String, format = Binary)]
    file: Bytes,
}

/// Records a group from a sheet, at most 500 rows. `index` of an outcome is the row of the sheet.
#[utoipa::path(
    post, path = "/api/v1/sessions/{id}/participations/sheet", operation_id = "record_sheet", tag = TAG,
    params(("id" = Uuid, Path, description = "The session"),
           ("Idempotency-Key" = Option<String>, Header, description = "Repeat safely with the same key")),
    request_body(content = SheetForm, content_type = "multipart/form-data"),
    responses((status = 200, description = "What became of each row", body = RecordAnswer), ApiErrors)
)]
pub async fn record_sheet(
    State(state): State<AppState>,
    actor: Actor,
    ApiPath(id): ApiPath<Uuid>,
    request: Request,
) -> Result<Response> {
    let (name, bytes) = file(request, &state).await?;
    let (mut wanted, mut unread) =
        tokio::task::spawn_blocking(move || read(&name, bytes)).await.map_err(ApiError::internal)??;
    let mut tx = state.begin(&actor).await?;
    let session = store::session(&mut tx, id).await?;
    spell_as_stored(&mut tx, &mut wanted).await?;
    let mut answer = record(&mut tx, &state, &actor, &session, &wanted, "sheet").await?;
    answer.refused += unread.len();
    answer.outcomes.append(&mut unread);
    answer.outcomes.sort_by_key(|o| o.index);
    tx.commit_with(Json(answer)).await
}

/// A sheet writes numbers as it likes, as a roster may: small, full-width, with a `.0` behind.
async fn spell_as_stored(tx: &mut Tx, wanted: &mut [Wanted]) -> Result<()> {
    let typed: Vec<&str> = wanted.iter().filter_map(|want| want.number.as_deref()).collect();
    let stored = numbers_as_stored(tx, &typed).await?;
    for want in wanted {
        if let Some(number) = want.number.as_deref().and_then(|number| stored.get(number)) {
            want.number = Some(number.clone());
        }
    }
    Ok(())
}

/// The form's file.
async fn file(request: Request, state: &AppState) -> Result<(String, Bytes)> {
    let unreadable = |what: &str| {
        ApiError::bad_request(
            "malformed_form",
            format!("Send the sheet as multipart/form-data in the field `file`: {what}."),
        )
    };
    let mut form = Multipart::from_request(request, state).await.map_err(|e| unreadable(&e.body_text()))?;
    while let Some(field) = form.next_field().await.map_err(|e| unreadable(&e.body_text()))? {
        if field.name() == Some("file") {
            let name = field.file_name().unwrap_or("sheet").to_owned();
            let bytes = field.bytes().await.map_err(|e| unreadable(&e.body_text()))?;
            return Ok((name, bytes));
        }
    }
    Err(unreadable("there is no such field"))
}

/// The rows that can be read, and an outcome for each that cannot.
fn read(name: &str, bytes: Bytes) -> Result<(Vec<Wanted>, Vec<RecordOutcome>)> {
    let limits = Limits { bytes: MOST_BYTES, unpacked_bytes: 64 << 20, rows: MOST as u64, ..Limits::default() };
    let refused = |e: &dyn std::fmt::Display| ApiError::unprocessable("unreadable_sheet", e.to_string());
    let mut sheet = Sheet::from_bytes(name, bytes, limits).map_err(|e| refused(&e))?;
    let has = |cells: &[String], names: &[&str]| cells.iter().any(|c| names.contains(&c.to_lowercase().as_str()));
    let rows = sheet.rows_under(|cells| has(cells, NUMBER.1)).map_err(|e| refused(&e))?;
    let columns = Columns::of(rows.header())?;
    let (mut wanted, mut unread) = (Vec::new(), Vec::new());
    for row in rows {
        let row = row.map_err(|e| refused(&e))?;
        let cell = |column: Option<usize>| column.map(|c| row.cell(c)).filter(|c| !written::fold(c).is_empty());
        let mut wrong: Vec<String> = row.faults.iter().map(in_words).collect();
        let mut number_in = |column: Option<usize>, name: &str, most: i32| {
            let text = cell(column)?;
            let value = written::whole(text).filter(|number| *number <= most);
            if value.is_none() {
                wrong.push(format!("{name}: `{text}` is not a whole number from 0 to {most}"));
            }
            value
        };
        let minutes = number_in(columns.minutes, "minutes", 1440);
        let quantity = number_in(columns.quantity, "quantity", 100_000);
        let number = cell(Some(columns.number)).map(str::to_owned);
        if number.is_none() {
            wrong.push("number: the student number is missing".to_owned());
        }
        let want = Wanted {
            index: row.number,
            person_id: None,
            number,
            name: cell(columns.name).map(str::to_owned),
            extent: Extent { minutes, quantity },
        };
        if wrong.is_empty() {
            wanted.push(want);
        } else {
            unread.push(want.refused(None, "unreadable_row", wrong.join("; ")));
        }
    }
    Ok((wanted, unread))
}

/// Where the columns stand.
struct Columns {
    number: usize,
    name: Option<usize>,
    minutes: Option<usize>,
    quantity: Option<usize>,
}

impl Columns {
    fn of(header: &[String]) -> Result<Self> {
        let all = [NUMBER, NAME, MINUTES, QUANTITY];
        let unknown: Vec<FieldError> = header
            .iter()
            .filter(|h| !h.is_empty() && !all.iter().any(|(_, names)| names.contains(&h.to_lowercase().as_str())))
            .map(|h| {
                let message =
                    "the column is not known; use 学号 (number), 姓名 (name), 时长 (minutes), 数量 (quantity)";
                FieldError::new("file", "unknown_column", message).value(h.clone())
            })
            .collect();
        if !unknown.is_empty() {
            return Err(ApiError::invalid(unknown));
        }
        let find = |names: &[&str]| header.iter().position(|h| names.contains(&h.to_lowercase().as_str()));
        let number = find(NUMBER.1).ok_or_else(|| {
            ApiError::invalid_field("file", "missing_column", "the sheet needs a column 学号 (number)")
        })?;
        Ok(Self { number, name: find(NAME.1), minutes: find(MINUTES.1), quantity: find(QUANTITY.1) })
    }
}

fn in_words(fault: &Fault) -> String {
    let place = fault.column.as_deref().unwrap_or("the row");
    format!("{place}: `{}`, expected {}", fault.value, fault.expected().get(Lang::En))
}
