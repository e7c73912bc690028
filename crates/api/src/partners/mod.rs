//! What schools and firms offer to each other and seek, who fits whom, and what they show on the market.

mod market;
mod matching;
mod profile;
pub mod store;
mod works;

use kepu_domain::agreement::partner as rules;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use utoipa_axum::{router::OpenApiRouter, routes};

use crate::{agreements::mirror, state::AppState};

const TAG: &str = "partners";

/// The operations of this slice.
pub fn routes() -> OpenApiRouter<AppState> {
    OpenApiRouter::new()
        .routes(routes!(profile::read, profile::put))
        .routes(routes!(matching::partners))
        .routes(routes!(market::market))
        .routes(routes!(works::show))
        .routes(routes!(works::remove))
}

mirror! {
    /// A field of science or technology: the vocabulary in which offers and wishes meet.
    PartnerField = rules::Field {
        /// Robots and automation.
        Robotics,
        /// Artificial intelligence.
        Ai,
        /// Programming, data and networks.
        Information,
        /// Electronics and chips.
        Electronics,
        /// Living things.
        Biology,
        /// Medicine and health.
        Medicine,
        /// Agriculture and food.
        Agriculture,
        /// Physics.
        Physics,
        /// Chemistry.
        Chemistry,
        /// New materials.
        Materials,
        /// Energy.
        Energy,
        /// Environment and climate.
        Environment,
        /// The sea.
        Marine,
        /// Earth and geography.
        Geology,
        /// Space and aviation.
        Space,
        /// Engineering and making.
        Engineering,
        /// Mathematics.
        Mathematics,
    }
}
