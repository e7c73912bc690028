//! POST /api/v1/classes/promote

use std::collections::HashMap;

use axum::{
    Json,
    extract::State,
    response::{IntoResponse, Response},
};
use chrono::{Days, NaiveDate};
use kepu_domain::{
    role::Action,
    roster::{Promotion, STAFF_GRADE, promotion, school_year_of, usual_top},
};
use serde::{Deserialize, Serialize};
use serde_json::json;
use utoipa::ToSchema;
use uuid::Uuid;

use super::{
    TAG,
    store::{self, Going, Promoted},
};
use crate::{
    audit::{self, Event},
    auth::Actor,
    check::Checks,
    credits,
    error::{ApiError, ApiErrors, Result},
    extract::ApiJson,
    roster::{NewClass, ensure_classes, expect_many, hold_roster, school, today},
    state::AppState,
    tenancy::DistrictId,
};

/// What is to go up, and when.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct PromoteRequest {
    /// The school; without it, all of the district.
    pub school: Option<Uuid>,
    /// The school year that ends, named by the year in which it started.
    pub from_school_year: i32,
    /// The first day in the new classes.
    pub effective_on: NaiveDate,
    /// Only show what would happen.
    #[serde(default)]
    pub dry_run: bool,
    /// The highest grade of the school, whose pupils leave. By default what the school's attribute `top_grade` says, else the
    /// end of its stage: 6, 9 or 12.
    #[schema(minimum = -3, maximum = 12)]
    pub top_grade: Option<i32>,
}

/// What becomes of one class.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct ClassPromotion {
    /// The class that ends.
    pub class_id: Uuid,
    /// Its school.
    pub school_id: Uuid,
    /// Its grade; null for the staff.
    pub grade: Option<i32>,
    /// Its name within the grade.
    pub name: String,
    /// Persons in it.
    pub persons: i64,
    /// The grade of the new class; null if the persons leave, or for the staff.
    pub to_grade: Option<i32>,
    /// Whether the persons leave the school.
    pub leaves: bool,
}

/// What happens, or happened.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct PromotionView {
    /// Nothing was changed.
    pub dry_run: bool,
    /// The new school year.
    pub to_school_year: i32,
    /// Persons who go on.
    pub promoted: i64,
    /// Persons who leave.
    pub left: i64,
    /// Class by class; classes without persons are left out.
    pub classes: Vec<ClassPromotion>,
}

/// End a school year: each class goes up a grade under the same name, the highest grade leaves. All or nothing.
#[utoipa::path(
    post, path = "/api/v1/classes/promote", operation_id = "promote_classes", tag = TAG, request_body = PromoteRequest,
    responses((status = 200, description = "What happened, or would happen", body = PromotionView), ApiErrors)
)]
pub async fn promote_classes(
    State(state): State<AppState>,
    actor: Actor,
    ApiJson(body): ApiJson<PromoteRequest>,
) -> Result<Response> {
    let now = state.now();
    let mut tx = state.begin(&actor).await?;
    let district = tx.district().0;
    actor.require(Action::RosterPromote, &school::scope(district, body.school))?;
    if let Some(id) = body.school {
        school::require(&mut tx, "school", id).await?;
    }
    let today = today(&mut tx, now).await?;
    let mut checks = Checks::new();
    let (first, last) = (today - Days::new(366), today + Days::new(366));
    let message = format!("must lie between {first} and {last}");
    checks.require((first..=last).contains(&body.effective_on), "effective_on", "out_of_range", message);
    let next_year = body.from_school_year.saturating_add(1);
    let near = (school_year_of(body.effective_on) - next_year).abs() <= 1;
    checks.require(near, "from_school_year", "out_of_range", "must be the school year that ends near effective_on");
    if let Some(top) = body.top_grade {
        checks.range("top_grade", top, -3..=12);
        checks.require(body.school.is_some(), "top_grade", "needs_school", "is of one school: say which");
    }
    checks.finish()?;

    if !body.dry_run {
        hold_roster(&mut tx).await?;
    }
    expect_many(&mut tx).await?;
    let classes = store::of_year(&mut tx, body.school, body.from_school_year, body.effective_on).await?;
    let schools = school::load(&mut tx, body.school).await?;
    let tops = tops(&classes, &schools, body.top_grade);
    let view = plan(&classes, &tops, next_year, body.dry_run);
    if view.classes.is_empty() {
        let detail = format!(
            "Nobody is enrolled in a class of the school year {} here. Was it ended already?",
            body.from_school_year
        );
        return Err(ApiError::conflict("nothing_to_promote", detail));
    }
    let too_late: i64 = classes.iter().map(|class| class.too_late).sum();
    if too_late > 0 {
        let detail = format!(
            "{too_late} persons came into their classes on {} or later, so they cannot leave them before. Take a later day.",
            body.effective_on
        );
        return Err(ApiError::conflict("too_early", detail));
    }
    if body.dry_run {
        tx.rollback().await?;
        return Ok(Json(view).into_response());
    }

    let stay: HashMap<Uuid, &ClassPromotion> = view.classes.iter().map(|class| (class.class_id, class)).collect();
    let ids: Vec<Uuid> = view.classes.iter().map(|class| class.class_id).collect();
    let members = store::members(&mut tx, &ids).await?;
    let last_day = body.effective_on - Days::new(1);
    store::close(&mut tx, &ids, last_day, state.now()).await?;
    let new: Vec<NewClass> = view
        .classes
        .iter()
        .filter(|class| !class.leaves)
        .map(|class| NewClass {
            id: state.new_id(),
            school: class.school_id,
            grade: class.to_grade.unwrap_or(STAFF_GRADE),
            name: class.name.clone(),
            source: None,
        })
        .collect();
    ensure_classes(&mut tx, next_year, &new, now).await?;
    let (mut going, mut leaving) = (Vec::new(), Vec::new());
    for (class, person) in members {
        match stay.get(&class) {
            Some(class) if !class.leaves => going.push(Going {
                id: state.new_id(),
                person,
                school: class.school_id,
                grade: class.to_grade.unwrap_or(STAFF_GRADE),
                name: class.name.clone(),
            }),
            _ => leaving.push(person),
        }
    }
    for batch in going.chunks(10_000) {
        store::open(&mut tx, next_year, body.effective_on, batch, now).await?;
        let persons: Vec<Uuid> = batch.iter().map(|one| one.person).collect();
        store::touch(&mut tx, &persons, false, now).await?;
    }
    store::touch(&mut tx, &leaving, true, now).await?;
    let mut events: Vec<Event> = leaving
        .iter()
        .map(|person| {
            Event::new(
                "person.leave",
                "person",
                person,
                json!({ "school_year": body.from_school_year, "last_day": last_day }),
            )
        })
        .collect();
    let object = body.school.unwrap_or(district);
    let kind = if body.school.is_some() { "organization" } else { "district" };
    let detail = json!({
        "from_school_year": body.from_school_year, "effective_on": body.effective_on, "promoted": view.promoted,
        "left": view.left, "classes": view.classes.len(),
    });
    events.push(Event::new("class.promote", kind, object, detail));
    audit::record_many(&mut tx, &actor, now, events).await?;
    let answer = tx.commit_with(Json(view)).await?;
    credits::follow_roster(&state, DistrictId(district));
    Ok(answer)
}

/// The highest grade of each school.
fn tops(classes: &[Promoted], schools: &[school::School], said: Option<i32>) -> HashMap<Uuid, i32> {
    let mut highest: HashMap<Uuid, i32> = HashMap::new();
    for class in classes.iter().filter(|class| class.grade != STAFF_GRADE) {
        highest.entry(class.school_id).and_modify(|top| *top = class.grade.max(*top)).or_insert(class.grade);
    }
    let set: HashMap<Uuid, i32> = schools.iter().filter_map(|school| Some((school.id, school.top_grade?))).collect();
    highest
        .into_iter()
        .map(|(school, highest)| {
            let top = said.or_else(|| set.get(&school).copied());
            (school, top.unwrap_or_else(|| usual_top(highest)))
        })
        .collect()
}

fn plan(classes: &[Promoted], tops: &HashMap<Uuid, i32>, to_school_year: i32, dry_run: bool) -> PromotionView {
    let mut view = PromotionView { dry_run, to_school_year, promoted: 0, left: 0, classes: Vec::new() };
    for class in classes.iter().filter(|class| class.persons > 0) {
        let top = tops.get(&class.school_id).copied().unwrap_or(STAFF_GRADE);
        let (to_grade, leaves) = match promotion(class.grade, top) {
            Promotion::To(grade) => (Some(grade), false),
            Promotion::Leaves => (None, true),
        };
        if leaves {
            view.left += class.persons;
        } else {
            view.promoted += class.persons;
        }
        view.classes.push(ClassPromotion {
            class_id: class.id,
            school_id: class.school_id,
            grade: Some(class.grade).filter(|grade| *grade != STAFF_GRADE),
            name: class.name.clone(),
            persons: class.persons,
            to_grade: to_grade.filter(|grade| *grade != STAFF_GRADE),
            leaves,
        });
    }
    view
}
