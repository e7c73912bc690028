//! The network: who is tied to whom by an agreement in force. It names the parties, the sort and the term, and no more.

use std::collections::BTreeSet;

use axum::{Json, extract::State};
use chrono::NaiveDate;
use kepu_domain::agreement::Side;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use uuid::Uuid;

use super::{AgreementKind, TAG, reach, side, store};
use crate::{
    auth::Actor,
    error::{ApiErrors, Result},
    extract::ApiQuery,
    organizations::OrganizationKind,
    roster::today,
    state::AppState,
};

/// The most agreements that are shown at once.
const EDGES_MAX: i64 = 3000;

/// Which part of the network.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(super) struct NetworkFilter {
    /// Agreements of this sort.
    #[param(inline)]
    kind: Option<AgreementKind>,
    /// Agreements with a party in this district.
    district_id: Option<Uuid>,
}

/// An organization of the network.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct NetworkNode {
    /// Identity.
    id: Uuid,
    /// Its name in Chinese.
    name_zh: String,
    /// Its name in English; may be empty.
    name_en: String,
    /// What it is.
    kind: OrganizationKind,
    /// The district in which it is registered.
    district_id: Uuid,
    /// Name of the district.
    district_name_zh: String,
    /// Its name in English; may be empty.
    district_name_en: String,
    /// How many of these agreements it has.
    agreements: usize,
}

/// An agreement in force.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct NetworkTie {
    /// The agreement.
    id: Uuid,
    /// What sort it is.
    kind: AgreementKind,
    /// Title in Chinese.
    title_zh: String,
    /// Title in English; may be empty.
    title_en: String,
    /// First day.
    first_day: NaiveDate,
    /// Last day; null if the term is open.
    last_day: Option<NaiveDate>,
    /// Its parties.
    parties: Vec<Uuid>,
}

/// What the network comes to.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct NetworkFigures {
    /// Organizations.
    organizations: usize,
    /// Agreements in force.
    agreements: usize,
    /// Pairings among them.
    pairings: usize,
    /// Schools and kindergartens that are paired.
    schools: usize,
    /// Firms, institutes and others with which they are.
    partners: usize,
}

/// The network on this day.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct NetworkView {
    /// What it comes to.
    figures: NetworkFigures,
    /// Organizations, by name.
    nodes: Vec<NetworkNode>,
    /// Agreements, in the order of entry.
    ties: Vec<NetworkTie>,
    /// Whether there are more than are shown.
    cut: bool,
}

/// Reads the network of agreements that are in force today.
#[utoipa::path(
    get,
    path = "/api/v1/network",
    operation_id = "read_network",
    tag = TAG,
    params(NetworkFilter),
    responses((status = 200, description = "The network", body = NetworkView), ApiErrors)
)]
pub(super) async fn network(
    State(state): State<AppState>,
    actor: Actor,
    ApiQuery(filter): ApiQuery<NetworkFilter>,
) -> Result<Json<NetworkView>> {
    let mut tx = state.begin(&actor).await?;
    reach::require_network(&actor, &tx)?;
    let day = today(&mut tx, state.now()).await?;
    let mut edges = store::edges(&mut tx, day, filter.kind, filter.district_id, EDGES_MAX + 1).await?;
    let shown = usize::try_from(EDGES_MAX).unwrap_or(usize::MAX);
    let cut = edges.len() > shown;
    edges.truncate(shown);
    let ids: BTreeSet<Uuid> = edges.iter().flat_map(|edge| edge.parties.iter().copied()).collect();
    let nodes = store::nodes(&mut tx, &ids.into_iter().collect::<Vec<_>>()).await?;
    tx.commit().await?;
    Ok(Json(view(nodes, edges, cut)))
}

fn view(nodes: Vec<store::Node>, edges: Vec<store::Edge>, cut: bool) -> NetworkView {
    let paired: BTreeSet<Uuid> = edges
        .iter()
        .filter(|edge| edge.kind == AgreementKind::Pairing)
        .flat_map(|edge| edge.parties.iter().copied())
        .collect();
    let on = |wanted: Side| nodes.iter().filter(|node| paired.contains(&node.id) && side(node.kind) == wanted).count();
    let figures = NetworkFigures {
        organizations: nodes.len(),
        agreements: edges.len(),
        pairings: edges.iter().filter(|edge| edge.kind == AgreementKind::Pairing).count(),
        schools: on(Side::School),
        partners: on(Side::Partner),
    };
    let agreements = |id: Uuid| edges.iter().filter(|edge| edge.parties.contains(&id)).count();
    let nodes = nodes
        .into_iter()
        .map(|node| NetworkNode {
            agreements: agreements(node.id),
            id: node.id,
            name_zh: node.name_zh,
            name_en: node.name_en,
            kind: node.kind,
            district_id: node.district_id,
            district_name_zh: node.district_name_zh,
            district_name_en: node.district_name_en,
        })
        .collect();
    let ties = edges
        .into_iter()
        .map(|edge| NetworkTie {
            id: edge.id,
            kind: edge.kind,
            title_zh: edge.title_zh,
            title_en: edge.title_en,
            first_day: edge.first_day,
            last_day: edge.last_day,
            parties: edge.parties,
        })
        .collect();
    NetworkView { figures, nodes, ties, cut }
}
