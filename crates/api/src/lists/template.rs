use axum::{
    http::{HeaderValue, header},
    response::{IntoResponse, Response},
};
use rust_xlsxwriter::{Format, Workbook};

use super::{ListKind, TAG};
use crate::{
    auth::Actor,
    error::{ApiError, ApiErrors, Result},
    extract::ApiPath,
};

/// An empty sheet with the columns of such a list and one row to be written over.
#[utoipa::path(
    get, path = "/api/v1/list_templates/{kind}", operation_id = "list_template", tag = TAG,
    params(("kind" = ListKind, Path, description = "What the list is of")),
    responses((status = 200, description = "XLSX",
               content_type = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"), ApiErrors)
)]
pub(super) async fn list_template(_actor: Actor, ApiPath(kind): ApiPath<ListKind>) -> Result<Response> {
    let mut book = Workbook::new();
    let sheet = book.add_worksheet();
    let (bold, text) = (Format::new().set_bold(), Format::new().set_num_format("@"));
    for (column, at) in kind.columns().iter().zip(0_u16..) {
        let name = column.names.first().copied().unwrap_or(column.key);
        // As text, so that no number loses its zeros and no day its year.
        sheet.set_column_format(at, &text).map_err(ApiError::internal)?;
        sheet.set_column_width(at, 20).map_err(ApiError::internal)?;
        sheet.write_string_with_format(0, at, name, &bold).map_err(ApiError::internal)?;
        sheet.write_string_with_format(1, at, column.example, &text).map_err(ApiError::internal)?;
    }
    let bytes = book.save_to_buffer().map_err(ApiError::internal)?;
    let headers = [
        (
            header::CONTENT_TYPE,
            HeaderValue::from_static("application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"),
        ),
        (header::CONTENT_DISPOSITION, HeaderValue::from_static("attachment; filename=\"template.xlsx\"")),
    ];
    Ok((headers, bytes).into_response())
}
