//! The passes of a class as cards to print.

use axum::extract::State;
use axum::http::{HeaderValue, header};
use axum::response::{IntoResponse, Response};
use kepu_domain::role::{Action, Scope};
use serde_json::json;
use uuid::Uuid;

use super::TAG;
use super::issue::ensure;
use super::keys::Keys;
use super::read::view;
use super::store;
use crate::audit::{self, Event};
use crate::auth::Actor;
use crate::classes::full_name;
use crate::districts;
use crate::error::{ApiError, ApiErrors, Result};
use crate::extract::ApiPath;
use crate::pdf::cards::{Card, CardSheet, cards};
use crate::roster::today;
use crate::state::AppState;

/// The passes of a class as cards to print: A4, ten a page.
#[utoipa::path(
    get, path = "/api/v1/classes/{id}/passes.pdf", operation_id = "class_passes", tag = TAG,
    params(("id" = Uuid, Path, description = "The class")),
    responses((status = 200, description = "Cards", content_type = "application/pdf"), ApiErrors)
)]
pub async fn class_passes(State(state): State<AppState>, actor: Actor, ApiPath(id): ApiPath<Uuid>) -> Result<Response> {
    let now = state.now();
    let mut tx = state.begin(&actor).await?;
    let district = tx.district().0;
    let school = store::school_of_class(&mut tx, id).await?.ok_or_else(|| ApiError::not_found("class"))?;
    actor.require(Action::PassIssue, &Scope::School { district, school })?;
    let here = districts::store::district(&mut tx, district).await?.ok_or_else(|| ApiError::not_found("district"))?;
    let today = today(&mut tx, now).await?;
    let people = store::cards_of_class(&mut tx, id, today).await?;
    if people.is_empty() {
        return Err(ApiError::conflict(
            "class_empty",
            "Nobody is in this class today, so there are no cards to print.",
        ));
    }
    let keys = Keys::ready(&mut tx, now).await?;
    let persons: Vec<Uuid> = people.iter().map(|one| one.person_id).collect();
    let (passes, made) = ensure(&mut tx, &keys, &persons, actor.account_id, now).await?;
    let class_name = people.first().map(|one| full_name(one.grade, &one.class_name)).unwrap_or_default();
    let mut printed = Vec::with_capacity(people.len());
    for one in people {
        let Some(pass) = passes.get(&one.person_id) else { continue };
        let shown = view(&tx, &keys, pass)?;
        printed.push(Card {
            token: shown.token,
            name: one.name.clone(),
            class_name: full_name(one.grade, &one.class_name),
            school_name: one.school_name.clone(),
            number: shown.public_number,
            issue: u16::try_from(pass.issue).unwrap_or(u16::MAX),
        });
    }
    let sheet = CardSheet { district_name: here.name_zh, class_name, made_at: today };
    let pdf = tokio::task::spawn_blocking(move || cards(&sheet, &printed)).await.map_err(ApiError::internal)?;
    let pdf = pdf.map_err(|error| error.unprintable())?;
    let detail = json!({ "cards": persons.len(), "made": made });
    audit::record(&mut tx, &actor, now, Event::new("pass.print", "class", id, detail)).await?;
    tx.commit().await?;
    let headers = [
        (header::CONTENT_TYPE, HeaderValue::from_static("application/pdf")),
        (header::CONTENT_DISPOSITION, HeaderValue::from_static("attachment; filename=\"passes.pdf\"")),
        (header::CACHE_CONTROL, HeaderValue::from_static("no-store")),
    ];
    Ok((headers, pdf).into_response())
}
