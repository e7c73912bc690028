use axum::{Json, extract::State};
use kepu_domain::designation::{
    application::Step,
    form::{Answers, Fill},
};
use serde::Deserialize;
use serde_json::{Value, json};
use utoipa::ToSchema;
use uuid::Uuid;

use super::{
    TAG,
    reach::{Seat, of_applicant},
    store,
    take::{attached, field_errors, refused},
    view::{ApplicationView, whole},
};
use crate::{
    audit::{self, Event},
    auth::Actor,
    error::{ApiError, ApiErrors, Result},
    extract::{ApiJson, ApiPath, ETag, IfMatch},
    state::AppState,
};

/// Answers to the form.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct AnswersBody {
    /// Answers by the keys of the fields: those that are named here change, null takes one away, the others stay.
    #[schema(value_type = Object)]
    answers: Answers,
}

/// Saves answers of a draft, or of an application that was returned. What is there must fit the form; what is missing may
/// still be missing.
#[utoipa::path(
    patch,
    path = "/api/v1/applications/{id}",
    operation_id = "save_application",
    tag = TAG,
    params(
        ("id" = Uuid, Path, description = "The application"),
        ("If-Match" = String, Header, description = "The ETag that was read")
    ),
    request_body = AnswersBody,
    responses((status = 200, description = "As it is now", body = ApplicationView), ApiErrors)
)]
pub(super) async fn save(
    State(state): State<AppState>,
    actor: Actor,
    ApiPath(id): ApiPath<Uuid>,
    version: IfMatch,
    ApiJson(body): ApiJson<AnswersBody>,
) -> Result<(ETag, Json<ApplicationView>)> {
    let mut tx = state.begin(&actor).await?;
    let (mut row, round) = of_applicant(&mut tx, &actor, id).await?;
    version.check("application", row.version)?;
    row.standing.0 = row.standing.0.clone().take(Step::Save).map_err(|refusal| refused(&refusal))?;
    let named: Vec<String> = body.answers.keys().cloned().collect();
    for (key, answer) in body.answers {
        match answer {
            Value::Null => {
                row.answers.remove(&key);
            }
            answer => {
                row.answers.insert(key, answer);
            }
        }
    }
    let files = attached(&store::files(&mut tx, id).await?);
    let wrong = round.rules.form.check(&row.answers, &files, Fill::Draft);
    if !wrong.is_empty() {
        return Err(ApiError::invalid(field_errors(wrong)));
    }
    let now = state.now();
    row.version += 1;
    row.updated_at = now;
    store::update(&mut tx, &row).await?;
    let detail = json!({ "fields": named });
    audit::record(&mut tx, &actor, now, Event::new("application.save", "application", id, detail)).await?;
    let view = whole(&mut tx, &state, row, &round, Seat::Applicant).await?;
    tx.commit().await?;
    Ok((ETag(view.summary.version), Json(view)))
}
