//! GET /api/v1/persons/{id}

use axum::{
    Json,
    extract::State,
    response::{IntoResponse, Response},
};
use chrono::NaiveDate;
use kepu_domain::{
    role::{Action, Scope},
    roster::STAFF_GRADE,
};
use serde::Serialize;
use serde_json::json;
use utoipa::ToSchema;
use uuid::Uuid;

use super::{TAG, store};
use crate::{
    audit::{self, Event},
    auth::Actor,
    error::{ApiError, ApiErrors, Result},
    extract::{ApiPath, ETag},
    roster::today,
    state::AppState,
};

/// A time in a class.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct EnrolmentView {
    /// Identity.
    pub id: Uuid,
    /// The school.
    pub school_id: Uuid,
    /// Its name.
    pub school_name_zh: String,
    /// The class.
    pub class_id: Uuid,
    /// Its name within the grade.
    pub class_name: String,
    /// The year in which its school year starts.
    pub school_year: i32,
    /// The grade; null for staff.
    pub grade: Option<i32>,
    /// The first day.
    pub valid_from: NaiveDate,
    /// The last day; null: open.
    pub valid_to: Option<NaiveDate>,
}

/// A person with all enrolments, newest first.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct PersonDetail {
    /// Identity.
    pub id: Uuid,
    /// `student` or `teacher`.
    pub kind: String,
    /// 学号
    pub number: String,
    /// 姓名
    pub name: String,
    /// Date of birth.
    pub birth_date: Option<NaiveDate>,
    /// `female` or `male`.
    pub sex: Option<String>,
    /// Identity in the system that the roster came from.
    pub source_id: Option<String>,
    /// Free words that policies may match.
    pub tags: Vec<String>,
    /// `active` or `left`.
    pub status: String,
    /// For If-Match.
    pub version: i64,
    /// Times in classes, newest first.
    pub enrolments: Vec<EnrolmentView>,
}

/// Read the detail of a person. Every such read is kept in the audit trail.
#[utoipa::path(
    get, path = "/api/v1/persons/{id}", operation_id = "read_person", tag = TAG,
    params(("id" = Uuid, Path, description = "The person")),
    responses((status = 200, description = "The person", body = PersonDetail), ApiErrors)
)]
pub async fn read_person(State(state): State<AppState>, actor: Actor, ApiPath(id): ApiPath<Uuid>) -> Result<Response> {
    let now = state.now();
    let mut tx = state.begin(&actor).await?;
    let district = tx.district().0;
    let person = store::person(&mut tx, id).await?.ok_or_else(|| ApiError::not_found("person"))?;
    let enrolments = store::enrolments(&mut tx, id).await?;
    let day = today(&mut tx, now).await?;
    let current = enrolments
        .iter()
        .find(|enrolment| enrolment.valid_from <= day && enrolment.valid_to.is_none_or(|last| last >= day));
    let scope = Scope::Person { district, person: id, school: current.map(|enrolment| enrolment.school_id) };
    actor.require(Action::PersonRead, &scope)?;
    audit::record(&mut tx, &actor, now, Event::new("person.read", "person", id, json!({}))).await?;
    tx.commit().await?;
    let detail = PersonDetail {
        id: person.id,
        kind: person.kind,
        number: person.number,
        name: person.name,
        birth_date: person.birth_date,
        sex: person.sex,
        source_id: person.source_id,
        tags: person.tags,
        status: person.status,
        version: person.version,
        enrolments: enrolments
            .into_iter()
            .map(|row| EnrolmentView {
                id: row.id,
                school_id: row.school_id,
                school_name_zh: row.school_name_zh,
                class_id: row.class_id,
                class_name: row.class_name,
                school_year: row.school_year,
                grade: Some(row.grade).filter(|grade| *grade != STAFF_GRADE),
                valid_from: row.valid_from,
                valid_to: row.valid_to,
            })
            .collect(),
    };
    Ok((ETag(detail.version), Json(detail)).into_response())
}
