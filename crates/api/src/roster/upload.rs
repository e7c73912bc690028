//! POST /api/v1/roster/imports

use axum::{
    Json,
    extract::{
        Multipart, State,
        multipart::{Field, MultipartError, MultipartRejection},
    },
    http::StatusCode,
    response::Response,
};
use bytes::{Bytes, BytesMut};
use chrono::{Days, NaiveDate};
use kepu_domain::{
    role::{Action, Scope},
    roster::{Rules, school_year_of},
};
use serde_json::json;
use utoipa::ToSchema;
use uuid::Uuid;

use super::{
    Format, ImportView, Mode, TAG,
    school::{self, scope},
    source::Source,
    stage, store,
};
use crate::{
    audit::{self, Event},
    auth::{Actor, Reach},
    check::Checks,
    error::{ApiError, ApiErrors, FieldError, Result},
    extract::{ETag, Location, too_large},
    state::AppState,
};

/// A file with what it is for.
#[derive(ToSchema)]
#[expect(dead_code, reason = "describes the form in the OpenAPI document; the handler reads its parts one by one")]
pub struct RosterUpload {
    /// XLSX or CSV with one row a person (学校, 年级, 班级, 学号, 姓名, 出生日期, 性别, or school, grade, class, number, name,
    /// `birth_date`, sex), or `OneRoster` 1.2 CSV in a zip.
    #[schema(value_type = String, format = Binary)]
    file: Vec<u8>,
    /// The school that the file is for, by id or code. Without it, the whole district; an account of one school need not say it.
    school: Option<String>,
    /// Moves close and open enrolments on this day; today if left away.
    effective_on: Option<NaiveDate>,
    /// The year in which the school year starts; by default what the file or the day says.
    school_year: Option<i32>,
    /// `full` (who is missing leaves; the default) or `partial` (nobody leaves). A `OneRoster` file says it itself.
    mode: Option<String>,
}

#[derive(Default)]
struct Form {
    file: Option<(String, Bytes)>,
    school: Option<String>,
    effective_on: Option<String>,
    school_year: Option<String>,
    mode: Option<String>,
}

/// Upload a roster. It is compared with who is known in the background; nothing changes before the commit.
#[utoipa::path(
    post, path = "/api/v1/roster/imports", operation_id = "stage_roster", tag = TAG,
    request_body(content = RosterUpload, content_type = "multipart/form-data"),
    responses((status = 202, description = "Being staged; read it again until its state is `staged`", body = ImportView), ApiErrors)
)]
pub async fn stage_roster(
    State(state): State<AppState>,
    actor: Actor,
    form: std::result::Result<Multipart, MultipartRejection>,
) -> Result<Response> {
    let reach = school::reach(&actor, Action::RosterImport)?;
    let form = form.map_err(|_| {
        ApiError::new(
            StatusCode::UNSUPPORTED_MEDIA_TYPE,
            "not_a_form",
            "Send a form (multipart/form-data) with the file in its part `file`.",
        )
    })?;
    let form = read_form(form, state.config().upload_limit).await?;
    let now = state.now();

    let mut tx = state.begin(&actor).await?;
    let district = tx.district();
    let schools = school::load(&mut tx, None).await?;
    let today = store::today(&mut tx, now).await?;
    let Some((file_name, bytes)) = form.file else {
        return Err(ApiError::invalid_field("file", "required", "must be a part of the form, with the file"));
    };

    let mut checks = Checks::new();
    let file_name = checks.text("file", if file_name.is_empty() { "roster" } else { &file_name }, 1..=200);
    let school = chosen_school(&mut checks, form.school.as_deref(), &schools, &reach);
    let effective_on = form.effective_on.as_deref().map_or(Some(today), |text| {
        let day = text.parse::<NaiveDate>().ok();
        checks.require(day.is_some(), "effective_on", "invalid_date", "must be a date such as 2026-09-01");
        day
    });
    if let Some(day) = effective_on {
        let (first, last) = (today - Days::new(366), today + Days::new(366));
        let message = format!("must lie between {first} and {last}");
        checks.require((first..=last).contains(&day), "effective_on", "out_of_range", message);
    }
    let school_year = form.school_year.as_deref().and_then(|text| {
        let year = text.parse::<i32>().ok();
        checks.require(
            year.is_some(),
            "school_year",
            "invalid_value",
            "must be the year in which it starts, e.g. 2026",
        );
        year
    });
    let mode = form.mode.as_deref().and_then(|text| {
        let mode = match text {
            "full" => Some(Mode::Full),
            "partial" => Some(Mode::Partial),
            _ => None,
        };
        checks.require(mode.is_some(), "mode", "invalid_value", "must be full or partial");
        mode
    });
    checks.finish()?;
    let effective_on = effective_on.unwrap_or(today);
    actor.require(Action::RosterImport, &scope(district.0, school))?;
    tx.rollback().await?;

    let name = file_name.clone();
    let opening = move || {
        let mut source = Source::open(&name, bytes, school.is_some())?;
        let year = source.school_year(effective_on)?;
        Ok::<_, ApiError>((source, year))
    };
    let (source, year_of_file) = tokio::task::spawn_blocking(opening).await.map_err(ApiError::internal)??;
    let format = source.format();
    let mode = match (format, mode) {
        (Format::OnerosterDelta, None) => Mode::Delta,
        (Format::OnerosterDelta, Some(_)) => {
            return Err(ApiError::invalid_field("mode", "contradiction", "must be left away: the file names changes"));
        }
        (_, mode) => mode.unwrap_or(Mode::Full),
    };
    let school_year = school_year.or(year_of_file).unwrap_or_else(|| school_year_of(effective_on));
    let usual = school_year_of(effective_on);
    if (school_year - usual).abs() > 1 {
        let message = format!("must be near the effective day, {} to {}", usual - 1, usual + 1);
        return Err(ApiError::invalid_field("school_year", "out_of_range", message));
    }

    let rules = Rules {
        effective_on,
        school_year,
        full: mode == Mode::Full,
        school,
        may_transfer: actor.may(Action::RosterImport, &Scope::District { district: district.0 }),
    };
    let id = state.new_id();
    let mut tx = state.begin(&actor).await?;
    let notes = source.notes();
    let import = store::NewImport {
        id,
        school,
        format,
        mode,
        file_name: &file_name,
        effective_on,
        school_year,
        message: &notes,
        by: actor.account_id,
        at: now,
    };
    store::insert_import(&mut tx, import).await?;
    let detail =
        json!({ "file": file_name, "school_id": school, "format": format, "mode": mode, "effective_on": effective_on });
    audit::record(&mut tx, &actor, now, Event::new("roster.stage", "roster_import", id, detail)).await?;
    let row = store::import(&mut tx, id, false).await?.ok_or_else(|| ApiError::not_found("import"))?;
    let location = Location(format!("/api/v1/roster/imports/{id}"));
    let answer = (StatusCode::ACCEPTED, ETag(row.version), location, Json(ImportView::from(row)));
    let answer = tx.commit_with(answer).await?;

    let schools = school::list(&schools, school);
    state.spawn_job(
        "roster staging",
        stage::run(state.clone(), stage::Job { district, import: id, source, schools, rules }),
    );
    Ok(answer)
}

/// The school that the upload is for: the one named, or the only one that the account runs.
fn chosen_school(checks: &mut Checks, wanted: Option<&str>, schools: &[school::School], reach: &Reach) -> Option<Uuid> {
    match (wanted, reach) {
        (Some(word), _) => {
            let found = schools.iter().find(|school| school.code == word || word.parse() == Ok(school.id));
            checks.require(
                found.is_some(),
                "school",
                "unknown_school",
                "must be the id or code of an open school of this district",
            );
            found.map(|school| school.id)
        }
        (None, Reach::Only(own)) => {
            checks.require(own.len() == 1, "school", "required", "say which of your schools the file is for");
            own.first().copied()
        }
        (None, Reach::All) => None,
    }
}

async fn read_form(mut form: Multipart, limit: usize) -> Result<Form> {
    let mut read = Form::default();
    while let Some(mut field) = form.next_field().await.map_err(|error| form_error(&error))? {
        let name = field.name().unwrap_or("").to_owned();
        if name == "file" {
            let file_name = field.file_name().unwrap_or("").replace(['\0', '/', '\\'], "_");
            let bytes = read_field(&mut field, limit).await?;
            if read.file.replace((file_name, bytes)).is_some() {
                return Err(ApiError::invalid_field("file", "duplicate", "must come once"));
            }
            continue;
        }
        let slot = match name.as_str() {
            "school" => &mut read.school,
            "effective_on" => &mut read.effective_on,
            "school_year" => &mut read.school_year,
            "mode" => &mut read.mode,
            other => {
                let shown: String = other.chars().filter(|c| !c.is_control()).take(80).collect();
                return Err(ApiError::invalid(vec![FieldError::new(
                    shown,
                    "unknown_field",
                    "is no part of this form: file, school, effective_on, school_year, mode",
                )]));
            }
        };
        let bytes = read_field(&mut field, 1024).await?;
        let text = std::str::from_utf8(&bytes)
            .ok()
            .filter(|text| !text.contains('\0'))
            .ok_or_else(|| ApiError::invalid_field(&name, "invalid_value", "must be text in UTF-8 without NUL"))?;
        *slot = Some(text.trim().to_owned()).filter(|text| !text.is_empty());
    }
    Ok(read)
}

async fn read_field(field: &mut Field<'_>, limit: usize) -> Result<Bytes> {
    let mut bytes = BytesMut::new();
    while let Some(chunk) = field.chunk().await.map_err(|error| form_error(&error))? {
        if bytes.len() + chunk.len() > limit {
            return Err(too_large());
        }
        bytes.extend_from_slice(&chunk);
    }
    Ok(bytes.freeze())
}

fn form_error(error: &MultipartError) -> ApiError {
    if error.status() == StatusCode::PAYLOAD_TOO_LARGE {
        too_large()
    } else {
        ApiError::bad_request(
            "bad_form",
            format!("The form cannot be read: {}.", error.body_text().trim_end_matches('.')),
        )
    }
}
