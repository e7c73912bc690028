//! All routes. Each slice gives its operations with their full paths (`/api/v1/…`).

use axum::{Json, Router, extract::DefaultBodyLimit, middleware::from_fn_with_state, routing::get};
use tower_http::{catch_panic::CatchPanicLayer, compression::CompressionLayer};
use utoipa::OpenApi;
use utoipa_axum::router::OpenApiRouter;
use utoipa_swagger_ui::SwaggerUi;

use crate::{
    accounts, activities, agreements, appeals, applications, audit, auth, bookings, calendars, classes, competitions,
    credentials, credits, designations, districts, door, erasures, exceptions, exports, laboratory, lists,
    organizations, participation, partners, passes, persons, policies, programmes, projects, reminders, reports,
    resources, results, roster, rounds, seals, search, sessions, tariffs, webhooks,
};
use crate::{
    http::{guard, headers, health, rate},
    idempotency,
    openapi::ApiDoc,
    state::AppState,
    telemetry::{self, metrics},
    web,
};

/// The operations of every slice.
pub fn api() -> OpenApiRouter<AppState> {
    OpenApiRouter::with_openapi(ApiDoc::openapi())
        .merge(auth::routes())
        .merge(accounts::routes())
        .merge(districts::routes())
        .merge(organizations::routes())
        .merge(designations::routes())
        .merge(rounds::routes())
        .merge(applications::routes())
        .merge(roster::routes())
        .merge(persons::routes())
        .merge(classes::routes())
        .merge(activities::routes())
        .merge(sessions::routes())
        .merge(participation::routes())
        .merge(passes::routes())
        .merge(door::routes())
        .merge(competitions::routes())
        .merge(results::routes())
        .merge(policies::routes())
        .merge(credits::routes())
        .merge(laboratory::routes())
        .merge(credentials::routes())
        .merge(exports::routes())
        .merge(webhooks::routes())
        .merge(lists::routes())
        .merge(programmes::routes())
        .merge(calendars::routes())
        .merge(seals::routes())
        .merge(appeals::routes())
        .merge(exceptions::routes())
        .merge(erasures::routes())
        .merge(resources::routes())
        .merge(bookings::routes())
        .merge(agreements::routes())
        .merge(projects::routes())
        .merge(partners::routes())
        .merge(reminders::routes())
        .merge(search::routes())
        .merge(tariffs::routes())
        .merge(reports::routes())
        .merge(audit::routes())
}

/// The whole service.
pub fn router(state: AppState) -> Router {
    let (operations, document) = api().split_for_parts();
    let operations = operations.layer(from_fn_with_state(state.clone(), idempotency::replay));
    // From the outside in: limits of the address and account need to know who asks.
    let operations = rate::limited(operations, &state)
        .layer(from_fn_with_state(state.clone(), auth::identify))
        .layer(from_fn_with_state(state.clone(), guard::body_limit))
        .layer(DefaultBodyLimit::disable());
    Router::new()
        .merge(operations)
        .route("/api/openapi.json", get(async move || Json(document)))
        .merge(SwaggerUi::new("/api/docs").config(utoipa_swagger_ui::Config::from("/api/openapi.json")))
        .route("/healthz", get(health::healthz))
        .route("/readyz", get(health::readyz))
        .route("/metrics", get(metrics::metrics))
        .method_not_allowed_fallback(guard::wrong_method)
        .fallback(web::serve)
        .layer(from_fn_with_state(state.clone(), guard::timeout))
        .layer(CompressionLayer::new())
        .layer(from_fn_with_state(state.clone(), headers::secure))
        .layer(CatchPanicLayer::custom(guard::panicked))
        .layer(from_fn_with_state(state.clone(), telemetry::observe))
        .with_state(state)
}
