use axum::{
    Json,
    extract::{Request, State},
    http::StatusCode,
    response::Response,
};
use chrono::NaiveDate;
use serde::Deserialize;
use serde_json::json;
use sqlx::types::Json as Stored;
use utoipa::{IntoParams, ToSchema};
use uuid::Uuid;

use super::{
    Given, ListImportView, ListKind, ListState, TAG,
    judge::{self, Row, counts},
    read::enters,
    sheet, store,
};
use crate::{
    audit::{self, Event},
    auth::Actor,
    check::Checks,
    error::{ApiError, ApiErrors, Result},
    extract::{ApiQuery, ETag, Location},
    organizations::OrganizationKind,
    programmes::MemberRole,
    state::AppState,
    upload,
};

/// What the list is of, and what it does not say itself.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(super) struct ListGiven {
    /// What the list is of.
    kind: ListKind,
    /// Code of the scheme of designations whose rows name none.
    scheme: Option<String>,
    /// Code of the programme of themes whose rows name none.
    programme: Option<String>,
    /// Main theme of the edition that is made of a list of themes, if no row says one.
    main_theme: Option<String>,
    /// Whether programmes of themes that nobody runs yet are entered, too; refused if left out.
    #[serde(default)]
    new_programmes: bool,
    /// Kind of the organizations whose rows name none.
    organization_kind: Option<OrganizationKind>,
    /// Where the list was published, for rows that do not say.
    source: Option<String>,
    /// First day of designations and contests whose rows name none.
    valid_from: Option<NaiveDate>,
    /// Last day of those whose rows name none.
    valid_to: Option<NaiveDate>,
    /// How designations are numbered whose rows have no number, such as `示科〔2026〕{n}号`: `{n}` is the number at the row's
    /// side, or else its place in the list; `{nnn}` has zeros before it.
    number: Option<String>,
    /// Whether the contests are on a list that the authority has published, as policies read it.
    #[serde(default)]
    listed: bool,
    /// The edition of a programme whose members these are; needed for them.
    edition: Option<Uuid>,
    /// What members are whose rows say nothing.
    member_role: Option<MemberRole>,
}

/// The form.
#[derive(ToSchema)]
#[expect(dead_code, reason = "describes the form in the OpenAPI document")]
pub(super) struct ListUpload {
    /// XLSX or CSV with one row each; `GET /api/v1/list_templates/{kind}` has the columns.
    #[schema(value_type = String, format = Binary)]
    file: Vec<u8>,
}

/// Uploads a list. It is compared with what the district knows; nothing changes before the commit.
#[utoipa::path(
    post, path = "/api/v1/list_imports", operation_id = "stage_list", tag = TAG,
    params(ListGiven, ("Idempotency-Key" = Option<String>, Header, description = "Repeat safely with the same key")),
    request_body(content = ListUpload, content_type = "multipart/form-data"),
    responses((status = 201, description = "What it would do", body = ListImportView), ApiErrors)
)]
pub(super) async fn stage_list(
    State(state): State<AppState>,
    actor: Actor,
    ApiQuery(given): ApiQuery<ListGiven>,
    request: Request,
) -> Result<Response> {
    let kind = given.kind;
    let now = state.now();
    let district = actor.district()?.0;
    enters(&actor, kind, district)?;
    let (file_name, bytes) = upload::file(request, &state).await?;
    let mut checks = Checks::new();
    let file_name = checks.text("file", if file_name.is_empty() { "list" } else { &file_name }, 1..=200);
    let given = Given {
        scheme: checks.optional_text("scheme", given.scheme.as_deref(), 120),
        programme: checks.optional_text("programme", given.programme.as_deref(), 120),
        main_theme: checks.optional_text("main_theme", given.main_theme.as_deref(), 120),
        new_programmes: given.new_programmes,
        organization_kind: given.organization_kind,
        source: checks.text("source", given.source.as_deref().unwrap_or_default(), 0..=400),
        valid_from: given.valid_from,
        valid_to: given.valid_to,
        number: checks.optional_text("number", given.number.as_deref(), 60),
        listed: given.listed && kind == ListKind::Competitions,
        edition: given.edition,
        member_role: given.member_role,
    };
    let in_order = given.valid_from.zip(given.valid_to).is_none_or(|(from, to)| from <= to);
    checks.require(in_order, "valid_to", "before_valid_from", "must not lie before valid_from");
    let needs_edition = kind == ListKind::Members && given.edition.is_none();
    checks.require(!needs_edition, "edition", "required", "must say of which edition they are members");
    checks.finish()?;
    let (name, asked) = (file_name.clone(), kind.asked(&given));
    let reading = tokio::task::spawn_blocking(move || sheet::read(&name, bytes, kind.columns(), &asked));
    let content = reading.await.map_err(ApiError::internal)??;
    let rows = content.rows.into_iter().map(|(number, cells, faults)| Row {
        row_no: i64::try_from(number).unwrap_or(i64::MAX),
        cells,
        faults,
    });

    let mut tx = state.begin(&actor).await?;
    let judged = judge::judge(&mut tx, &actor, kind, &given, now, rows.collect()).await?;
    let row = store::ImportRow {
        district_id: district,
        id: state.new_id(),
        kind,
        file_name,
        state: ListState::Staged,
        given: Stored(given),
        counts: Stored(counts(&judged)),
        ignored: content.ignored,
        notes: content.notes,
        created_by: actor.account_id,
        created_at: now,
        finished_at: None,
        version: 1,
    };
    store::insert(&mut tx, &row).await?;
    store::put_rows(&mut tx, row.id, &judged).await?;
    let detail = json!({ "kind": row.kind, "file": row.file_name, "counts": row.counts.0 });
    audit::record(&mut tx, &actor, now, Event::new("list.stage", "list_import", row.id, detail)).await?;
    let place = Location(format!("/api/v1/list_imports/{}", row.id));
    tx.commit_with((StatusCode::CREATED, ETag(row.version), place, Json(ListImportView::from(row)))).await
}
