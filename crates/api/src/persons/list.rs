//! GET /api/v1/persons

use axum::{Json, extract::State};
use kepu_domain::{
    role::{Action, Scope},
    roster::{STAFF_GRADE, cell},
};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use uuid::Uuid;

use super::{TAG, store};
use crate::{
    auth::{Actor, Reach},
    check::Checks,
    error::{ApiErrors, Result},
    extract::ApiQuery,
    page::{Page, PageQuery},
    roster::school,
    roster::today,
    state::AppState,
};

/// Whether persons are enrolled.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum PersonStatus {
    /// Enrolled.
    Active,
    /// Not any more.
    Left,
}

impl PersonStatus {
    pub(super) const fn word(self) -> &'static str {
        match self {
            Self::Active => "active",
            Self::Left => "left",
        }
    }
}

/// Which persons.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct PersonFilter {
    /// Part of the name, or the beginning of the number.
    pub query: Option<String>,
    /// Enrolled at this school today.
    pub school: Option<Uuid>,
    /// Enrolled in this class today.
    pub class: Option<Uuid>,
    /// Enrolled in this grade today.
    pub grade: Option<i32>,
    /// `active` or `left`.
    #[param(inline)]
    pub status: Option<PersonStatus>,
    /// By number, if not given, or by name; with `-`, the last first.
    #[param(inline)]
    pub sort: Option<PersonSort>,
}

/// The order of persons.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize, Serialize, ToSchema)]
pub enum PersonSort {
    /// By number.
    #[default]
    #[serde(rename = "number")]
    Number,
    /// By number, the last first.
    #[serde(rename = "-number")]
    NumberDown,
    /// By name.
    #[serde(rename = "name")]
    Name,
    /// By name, the last first.
    #[serde(rename = "-name")]
    NameDown,
}

/// A person with the enrolment of today.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct PersonView {
    /// Identity.
    pub id: Uuid,
    /// `student` or `teacher`.
    pub kind: String,
    /// 学号
    pub number: String,
    /// 姓名
    pub name: String,
    /// `active` or `left`.
    pub status: String,
    /// The school of today's enrolment.
    pub school_id: Option<Uuid>,
    /// Its name.
    pub school_name_zh: Option<String>,
    /// The class of today's enrolment.
    pub class_id: Option<Uuid>,
    /// The grade of today's enrolment; null for staff.
    pub grade: Option<i32>,
    /// The name of the class within the grade.
    pub class_name: Option<String>,
}

impl From<store::PersonRow> for PersonView {
    fn from(row: store::PersonRow) -> Self {
        Self {
            id: row.id,
            kind: row.kind,
            number: row.number,
            name: row.name,
            status: row.status,
            school_id: row.school_id,
            school_name_zh: row.school_name_zh,
            class_id: row.class_id,
            grade: row.grade.filter(|grade| *grade != STAFF_GRADE),
            class_name: row.class_name,
        }
    }
}

/// Whom an account may see: everybody, those of some schools, or the persons for whom it stands.
pub(crate) enum Among {
    /// Everybody of the district.
    All,
    /// Those enrolled at these schools today.
    Schools(Vec<Uuid>),
    /// These.
    Persons(Vec<Uuid>),
}

impl Among {
    /// Finds out whom the actor may see; 403 if nobody.
    pub(crate) fn of(actor: &Actor) -> Result<Self> {
        let district = actor.district()?.0;
        let mut own = actor.persons();
        own.retain(|person| actor.may(Action::PersonRead, &Scope::Person { district, person: *person, school: None }));
        match school::reach(actor, Action::PersonRead) {
            Ok(Reach::All) => Ok(Self::All),
            Ok(Reach::Only(schools)) => Ok(Self::Schools(schools)),
            Err(_) if !own.is_empty() => Ok(Self::Persons(own)),
            Err(error) => Err(error),
        }
    }

    pub(super) fn schools(&self) -> Option<&[Uuid]> {
        if let Self::Schools(schools) = self { Some(schools) } else { None }
    }

    pub(super) fn persons(&self) -> Option<&[Uuid]> {
        if let Self::Persons(persons) = self { Some(persons) } else { None }
    }
}

/// List persons, by number or name. Officials see the district, accounts of a school its own, guardians and students themselves.
#[utoipa::path(
    get, path = "/api/v1/persons", operation_id = "list_persons", tag = TAG, params(PersonFilter, PageQuery),
    responses((status = 200, description = "Persons", body = Page<PersonView>), ApiErrors)
)]
pub async fn list_persons(
    State(state): State<AppState>,
    actor: Actor,
    ApiQuery(filter): ApiQuery<PersonFilter>,
    ApiQuery(page): ApiQuery<PageQuery>,
) -> Result<Json<Page<PersonView>>> {
    let among = Among::of(&actor)?;
    let mut checks = Checks::new();
    // Invisible marks alone look for nothing.
    let query = filter.query.as_deref().filter(|text| !cell::fold(text).is_empty());
    let query = checks.optional_text("query", query, 64);
    checks.finish()?;
    let mut tx = state.begin(&actor).await?;
    let day = today(&mut tx, state.now()).await?;
    let filter = store::Filter {
        among: &among,
        query: query.as_deref(),
        school: filter.school,
        class: filter.class,
        grade: filter.grade,
        status: filter.status.map(PersonStatus::word),
        day,
        sort: filter.sort.unwrap_or_default(),
    };
    let rows = store::persons(&mut tx, &filter, page.after()?, page.fetch()?).await?;
    tx.rollback().await?;
    Ok(Json(Page::of(rows, &page, store::PersonRow::key, PersonView::from)?))
}
