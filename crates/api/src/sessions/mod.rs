//! The operations on sessions.

use utoipa_axum::router::OpenApiRouter;

use crate::state::AppState;

/// The operations of this slice.
pub fn routes() -> OpenApiRouter<AppState> {
    OpenApiRouter::new()
}
