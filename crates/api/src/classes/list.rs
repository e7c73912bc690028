//! GET /api/v1/classes and /api/v1/classes/{id}/persons

use axum::{Json, extract::State};
use kepu_domain::{
    role::{Action, Scope},
    roster::STAFF_GRADE,
};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use uuid::Uuid;

use super::{TAG, store};
use crate::{
    auth::Actor,
    error::{ApiError, ApiErrors, Result},
    extract::{ApiPath, ApiQuery},
    page::{Page, PageQuery},
    persons::{self, Among, PersonView},
    roster::{school, today},
    state::AppState,
};

/// Which classes.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct ClassFilter {
    /// Of this school.
    pub school: Option<Uuid>,
    /// Of this school year, named by the year in which it starts.
    pub school_year: Option<i32>,
    /// Of this grade.
    pub grade: Option<i32>,
}

/// A class of one school year.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct ClassView {
    /// Identity.
    pub id: Uuid,
    /// The school.
    pub school_id: Uuid,
    /// Its name.
    pub school_name_zh: String,
    /// The year in which the school year starts.
    pub school_year: i32,
    /// The grade; null for the staff.
    pub grade: Option<i32>,
    /// The name within the grade.
    pub name: String,
    /// Identity in the system that the roster came from.
    pub source_id: Option<String>,
    /// Persons enrolled in it today.
    pub persons: i64,
}

impl From<store::ClassRow> for ClassView {
    fn from(row: store::ClassRow) -> Self {
        Self {
            id: row.id,
            school_id: row.school_id,
            school_name_zh: row.school_name_zh,
            school_year: row.school_year,
            grade: Some(row.grade).filter(|grade| *grade != STAFF_GRADE),
            name: row.name,
            source_id: row.source_id,
            persons: row.persons,
        }
    }
}

/// List classes, newest school year first, then by school, grade and name.
#[utoipa::path(
    get, path = "/api/v1/classes", operation_id = "list_classes", tag = TAG, params(ClassFilter, PageQuery),
    responses((status = 200, description = "Classes", body = Page<ClassView>), ApiErrors)
)]
pub async fn list_classes(
    State(state): State<AppState>,
    actor: Actor,
    ApiQuery(filter): ApiQuery<ClassFilter>,
    ApiQuery(page): ApiQuery<PageQuery>,
) -> Result<Json<Page<ClassView>>> {
    let reach = school::reach(&actor, Action::RosterRead)?;
    let mut tx = state.begin(&actor).await?;
    let day = today(&mut tx, state.now()).await?;
    let filter = store::Filter {
        schools: reach.as_filter(),
        school: filter.school,
        school_year: filter.school_year,
        grade: filter.grade,
        id: None,
        day,
    };
    let rows = store::classes(&mut tx, &filter, page.after()?, page.fetch()?).await?;
    tx.rollback().await?;
    Ok(Json(Page::of(rows, &page, store::ClassRow::key, ClassView::from)?))
}

/// List the persons who are in a class today, by number.
#[utoipa::path(
    get, path = "/api/v1/classes/{id}/persons", operation_id = "list_class_persons", tag = TAG,
    params(("id" = Uuid, Path, description = "The class"), PageQuery),
    responses((status = 200, description = "Persons", body = Page<PersonView>), ApiErrors)
)]
pub async fn list_class_persons(
    State(state): State<AppState>,
    actor: Actor,
    ApiPath(id): ApiPath<Uuid>,
    ApiQuery(page): ApiQuery<PageQuery>,
) -> Result<Json<Page<PersonView>>> {
    let mut tx = state.begin(&actor).await?;
    let district = tx.district().0;
    let day = today(&mut tx, state.now()).await?;
    let filter = store::Filter { schools: None, school: None, school_year: None, grade: None, id: Some(id), day };
    let class = store::classes(&mut tx, &filter, None, 1).await?.pop().ok_or_else(|| ApiError::not_found("class"))?;
    actor.require(Action::RosterRead, &Scope::School { district, school: class.school_id })?;
    let filter = persons::Filter {
        among: &Among::All,
        query: None,
        school: None,
        class: Some(id),
        grade: None,
        status: None,
        day,
        sort: persons::PersonSort::Number,
    };
    let rows = persons::persons(&mut tx, &filter, page.after()?, page.fetch()?).await?;
    tx.rollback().await?;
    Ok(Json(Page::of(rows, &page, persons::PersonRow::key, PersonView::from)?))
}
