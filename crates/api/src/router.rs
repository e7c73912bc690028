//! All routes. Each slice gives its operations with their full paths (`/api/v1/…`).

use axum::{Json, Router};
use utoipa::OpenApi;
use utoipa_axum::router::OpenApiRouter;
use utoipa_swagger_ui::SwaggerUi;

use crate::{
    accounts, activities, auth, competitions, credits, designations, organizations, participation, policies, reports,
    results, roster, sessions,
};
use crate::{error::ApiError, openapi::ApiDoc, state::AppState, telemetry};

/// The operations of every slice.
pub fn api() -> OpenApiRouter<AppState> {
    OpenApiRouter::with_openapi(ApiDoc::openapi())
        .merge(auth::routes())
        .merge(accounts::routes())
        .merge(organizations::routes())
        .merge(designations::routes())
        .merge(roster::routes())
        .merge(activities::routes())
        .merge(sessions::routes())
        .merge(participation::routes())
        .merge(competitions::routes())
        .merge(results::routes())
        .merge(policies::routes())
        .merge(credits::routes())
        .merge(reports::routes())
}

/// The whole service.
pub fn router(state: AppState) -> Router {
    let (api, document) = api().split_for_parts();
    let served = document.clone();
    Router::new()
        .merge(api)
        .route("/api/openapi.json", axum::routing::get(move || async move { Json(served) }))
        .merge(SwaggerUi::new("/api/docs").config(utoipa_swagger_ui::Config::from("/api/openapi.json")))
        .fallback(|| async { ApiError::not_found("address") })
        .layer(axum::middleware::from_fn_with_state(state.clone(), auth::identify))
        .layer(axum::middleware::from_fn(async |request, next: axum::middleware::Next| {
            telemetry::in_request(crate::ids::new().to_string(), next.run(request)).await
        }))
        .with_state(state)
}
