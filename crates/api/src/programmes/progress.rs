//! What came of an edition, counted. Who took part is read in a transaction of each district, for its guests; nothing but
//! counts leaves it.

use std::collections::HashMap;

use axum::{Json, extract::State};
use chrono::{DateTime, Utc};
use kepu_domain::role::{Action, Scope};
use serde::Serialize;
use utoipa::ToSchema;
use uuid::Uuid;

use super::{EditionState, Reported, TAG, begin, sees_all, speaks_for, store};
use crate::{
    auth::Actor,
    designations,
    error::{ApiError, ApiErrors, Result},
    extract::ApiPath,
    state::AppState,
    tenancy::DistrictId,
};

/// What is counted of a part of an edition, or of the whole.
#[derive(Debug, Clone, Default, Serialize, ToSchema)]
pub(super) struct EditionCounts {
    /// Activities.
    activities: i64,
    /// Venues at which a session was held.
    venues: i64,
    /// Events: sessions that have ended and were not cancelled.
    events: i64,
    /// Sessions to come.
    ahead: i64,
    /// Sessions that were cancelled.
    cancelled: i64,
    /// Different persons who were there, as the host confirmed.
    persons: i64,
    /// The same persons, as often as they came.
    person_times: i64,
    /// Different schools from which they came.
    schools: i64,
}

/// What is counted of a theme, strand or venue.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct EditionPart {
    /// The theme, strand or venue; null for what has none.
    id: Option<Uuid>,
    /// Name in Chinese; may be empty.
    name_zh: String,
    /// Name in English; may be empty.
    name_en: String,
    /// The counts.
    #[serde(flatten)]
    counted: EditionCounts,
}

/// What came of an edition.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct EditionProgress {
    /// The edition.
    edition_id: Uuid,
    /// The moment.
    as_of: DateTime<Utc>,
    /// The whole. A person is counted once here, however many themes they came to.
    total: EditionCounts,
    /// By theme, in the order of the months; what has no theme last.
    themes: Vec<EditionPart>,
    /// By strand; what has none last.
    strands: Vec<EditionPart>,
    /// By venue, those with the most events first; the own ones alone for who speaks for a member.
    venues: Vec<EditionPart>,
    /// Totals that others published. They are not in what is counted.
    reported: Vec<Reported>,
}

#[derive(Clone, Copy, PartialEq, Eq, Hash)]
enum Part {
    Whole,
    Theme(Uuid),
    Strand(Uuid),
    Venue(Uuid),
}

impl Part {
    fn of(theme: Option<Uuid>, strand: Option<Uuid>, host: Option<Uuid>) -> Self {
        match (theme, strand, host) {
            (Some(id), _, _) => Self::Theme(id),
            (_, Some(id), _) => Self::Strand(id),
            (_, _, Some(id)) => Self::Venue(id),
            (None, None, None) => Self::Whole,
        }
    }
}

/// Counts what came of an edition, by theme, strand and venue. Who speaks for a member sees all but other venues.
#[utoipa::path(
    get,
    path = "/api/v1/editions/{id}/progress",
    operation_id = "edition_progress",
    tag = TAG,
    params(("id" = Uuid, Path, description = "The edition")),
    responses((status = 200, description = "The counts", body = EditionProgress), ApiErrors)
)]
pub(super) async fn progress(
    State(state): State<AppState>,
    actor: Actor,
    ApiPath(id): ApiPath<Uuid>,
) -> Result<Json<EditionProgress>> {
    let mut tx = begin(&state, &actor).await?;
    actor.require(Action::ProgrammeRead, &Scope::Platform)?;
    let edition = store::load_edition(&mut tx, id).await?;
    if edition.state == EditionState::Draft && !sees_all(&mut tx, &actor, edition.authority_id).await? {
        return Err(ApiError::not_found("edition"));
    }
    let scope = designations::schemes::scope(&mut tx, edition.authority_id).await?;
    let members = store::members(&mut tx, id).await?;
    let own = |row: &store::Member| speaks_for(&actor, row);
    let all = actor.may(Action::ProgrammeProgress, &scope);
    if !all && !members.iter().any(own) {
        actor.require(Action::ProgrammeProgress, &scope)?;
    }
    let now = state.now();
    let mut counts: HashMap<Part, EditionCounts> = HashMap::new();
    for row in store::held(&mut tx, id, now).await? {
        let one = counts.entry(Part::of(row.theme_id, row.strand_id, row.host_id)).or_default();
        one.activities = row.activities;
        one.venues = row.hosts;
        one.events = row.held;
        one.ahead = row.ahead;
        one.cancelled = row.cancelled;
    }
    let themes = store::themes(&mut tx, id).await?;
    let strands = store::strands(&mut tx, id).await?;
    let districts = designations::store::districts(&mut tx).await?;
    tx.commit().await?;
    for district in districts {
        let mut tx = state.begin_in(DistrictId(district)).await?;
        let rows = store::taken(&mut tx, id).await?;
        tx.rollback().await?;
        for row in rows {
            let one = counts.entry(Part::of(row.theme_id, row.strand_id, row.host_id)).or_default();
            one.persons += row.persons;
            one.person_times += row.person_times;
            one.schools += row.schools;
        }
    }
    let of = |part: Part| counts.get(&part).cloned().unwrap_or_default();
    let part = |id: Uuid, part: Part, name_zh: String, name_en: String| EditionPart {
        id: Some(id),
        name_zh,
        name_en,
        counted: of(part),
    };
    let rest = |part: Part| {
        counts.get(&part).filter(|rest| rest.activities > 0).map(|rest| EditionPart {
            id: None,
            name_zh: String::new(),
            name_en: String::new(),
            counted: rest.clone(),
        })
    };
    let mut by_theme: Vec<EditionPart> =
        themes.into_iter().map(|row| part(row.id, Part::Theme(row.id), row.title_zh, row.title_en)).collect();
    by_theme.extend(rest(Part::Theme(Uuid::nil())));
    let mut by_strand: Vec<EditionPart> =
        strands.into_iter().map(|row| part(row.id, Part::Strand(row.id), row.title_zh, row.title_en)).collect();
    by_strand.extend(rest(Part::Strand(Uuid::nil())));
    let mut venues: Vec<EditionPart> = members
        .into_iter()
        .filter(|row| all || own(row))
        .filter(|row| {
            row.roles.iter().any(|role| role.hosts()) || counts.contains_key(&Part::Venue(row.organization_id))
        })
        .map(|row| part(row.organization_id, Part::Venue(row.organization_id), row.name_zh, row.name_en))
        .collect();
    venues.sort_by_key(|venue| std::cmp::Reverse((venue.counted.events, venue.counted.person_times)));
    Ok(Json(EditionProgress {
        edition_id: id,
        as_of: now,
        total: of(Part::Whole),
        themes: by_theme,
        strands: by_strand,
        venues,
        reported: edition.reported.0,
    }))
}
