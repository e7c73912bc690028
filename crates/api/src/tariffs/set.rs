use axum::{Json, extract::State, http::StatusCode, response::Response};
use chrono::NaiveDate;
use kepu_domain::{
    role::{Action, Scope},
    settlement::{parse_yuan, yuan},
};
use serde::Deserialize;
use serde_json::json;
use utoipa::ToSchema;
use uuid::Uuid;

use super::{TAG, TariffView, store};
use crate::{
    audit::{self, Event},
    auth::Actor,
    check::Checks,
    error::{ApiError, ApiErrors, Result},
    extract::ApiJson,
    state::AppState,
};

/// What a person costs.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct NewTariff {
    /// The host, of whatever district.
    host_id: Uuid,
    /// One of its activities; left out for all that have no tariff of their own.
    #[serde(default)]
    activity_id: Option<Uuid>,
    /// Yuan for a person who came to a session, e.g. `217.00`.
    #[schema(pattern = r"^\d+(\.\d{1,2})?$")]
    yuan: String,
    /// First day.
    first_day: NaiveDate,
    /// Last day, included; left out: open.
    #[serde(default)]
    last_day: Option<NaiveDate>,
    /// What it rests on, such as the number of a contract.
    #[serde(default)]
    #[schema(max_length = 200)]
    note: String,
}

/// Says what a person costs at a host from a day on. An open tariff that began before is cut to the day before; one whose
/// days were settled otherwise is in the way, and must be withdrawn first.
#[utoipa::path(
    post,
    path = "/api/v1/tariffs",
    operation_id = "set_tariff",
    tag = TAG,
    params(("Idempotency-Key" = Option<String>, Header, description = "Repeat safely with the same key")),
    request_body = NewTariff,
    responses((status = 201, description = "Set", body = TariffView), ApiErrors)
)]
pub(super) async fn set(
    State(state): State<AppState>,
    actor: Actor,
    ApiJson(body): ApiJson<NewTariff>,
) -> Result<Response> {
    let mut tx = state.begin(&actor).await?;
    actor.require(Action::TariffManage, &Scope::District { district: tx.district().0 })?;
    let mut checks = Checks::new();
    let fen = parse_yuan(&body.yuan);
    let wrong = "must be yuan up to 100000 with at most two places, e.g. 217.00";
    checks.require(fen.is_some(), "yuan", "invalid_money", wrong);
    let note = checks.text("note", &body.note, 0..=200);
    let in_order = body.last_day.is_none_or(|last| body.first_day <= last);
    checks.require(in_order, "last_day", "before_from", "must not lie before first_day");
    checks.finish()?;
    if !store::is_host(&mut tx, body.host_id).await? {
        return Err(ApiError::not_found("organization"));
    }
    if let Some(activity) = body.activity_id
        && store::host_of(&mut tx, activity).await? != Some(body.host_id)
    {
        return Err(ApiError::invalid_field("activity_id", "wrong_host", "must be an activity of the host"));
    }
    let now = state.now();
    let new = store::NewTariff {
        id: state.new_id(),
        host_id: body.host_id,
        activity_id: body.activity_id,
        fen: fen.unwrap_or_default(),
        first_day: body.first_day,
        last_day: body.last_day,
        note,
    };
    let before = store::open_before(&mut tx, &new).await?;
    if let Some(before) = &before {
        store::withdraw(&mut tx, before.id, actor.account_id, now).await?;
        let cut = store::NewTariff {
            id: state.new_id(),
            host_id: before.host_id,
            activity_id: before.activity_id,
            fen: before.fen,
            first_day: before.first_day,
            last_day: new.first_day.pred_opt(),
            note: before.note.clone(),
        };
        store::insert(&mut tx, &cut, actor.account_id, now).await?;
    }
    store::insert(&mut tx, &new, actor.account_id, now).await?;
    let detail = json!({ "host_id": new.host_id, "activity_id": new.activity_id, "yuan": yuan(new.fen),
                         "first_day": new.first_day, "last_day": new.last_day,
                         "cut_short": before.map(|before| before.id) });
    audit::record(&mut tx, &actor, now, Event::new("tariff.set", "tariff", new.id, detail)).await?;
    let view = TariffView::from(store::load(&mut tx, new.id).await?);
    tx.commit_with((StatusCode::CREATED, Json(view))).await
}
