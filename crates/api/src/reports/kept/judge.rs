//! Whether a report can be opened with these filters: what it would answer them now, without reading it.

use std::collections::BTreeMap;

use axum::extract::FromRequestParts;
use axum::http::{Request, StatusCode};
use chrono::{DateTime, Utc};
use serde::de::DeserializeOwned;

use super::saved::SavedKind;
use crate::auth::Actor;
use crate::error::{ApiError, FieldError, Result};
use crate::extract::ApiQuery;
use crate::reports::credits::WhichReport;
use crate::reports::frame::begin;
use crate::reports::hosts::WhichHost;
use crate::reports::persons::WhichPersons;
use crate::reports::ready::{Kind, WhichReady};
use crate::reports::records::WhichRecords;
use crate::state::AppState;
use crate::tenancy::Tx;

/// Filters by the names of the report's parameters.
type Filters = BTreeMap<String, String>;

/// Refuses what the report would refuse. A district that has no policy yet may have one when the report is opened.
pub async fn openable(state: &AppState, actor: &Actor, kind: SavedKind, query: &Filters) -> Result<()> {
    let as_of = query.get("as_of").map(String::as_str);
    let mut tx = begin(state, actor.district()?, as_of).await?;
    let judged = judge(state, &mut tx, actor, kind, query).await;
    tx.rollback().await?;
    let may_change = as_of.is_none() && !query.contains_key("policy");
    match judged {
        Err(error) if may_change && error.status() == StatusCode::CONFLICT => Ok(()),
        judged => judged.map_err(of_query),
    }
}

async fn judge(state: &AppState, tx: &mut Tx, actor: &Actor, kind: SavedKind, query: &Filters) -> Result<()> {
    let now = state.now();
    match kind {
        SavedKind::Credits => read::<WhichReport>(query).await?.frame(tx, actor, now).await.map(drop),
        SavedKind::Persons => read::<WhichPersons>(query).await?.frame(tx, actor, now).await.map(drop),
        SavedKind::Records => read::<WhichRecords>(query).await?.frame(tx, actor, now).await.map(drop),
        SavedKind::Hosts => read::<WhichHost>(query).await?.frame(tx, actor, now).await.map(drop),
        SavedKind::Overview => ready(tx, actor, Kind::Overview, query, now).await,
        SavedKind::Settlement => ready(tx, actor, Kind::Settlement, query, now).await,
        SavedKind::NotReached => ready(tx, actor, Kind::NotReached, query, now).await,
        SavedKind::EmptyPlaces => ready(tx, actor, Kind::EmptyPlaces, query, now).await,
        SavedKind::NoShows => ready(tx, actor, Kind::NoShows, query, now).await,
        SavedKind::Promptness => ready(tx, actor, Kind::Promptness, query, now).await,
        SavedKind::Equity => ready(tx, actor, Kind::Equity, query, now).await,
        SavedKind::Programmes => ready(tx, actor, Kind::Programmes, query, now).await,
        SavedKind::Results => ready(tx, actor, Kind::Results, query, now).await,
        SavedKind::Requirements => ready(tx, actor, Kind::Requirements, query, now).await,
        SavedKind::School => ready(tx, actor, Kind::School, query, now).await,
        SavedKind::Class => ready(tx, actor, Kind::Class, query, now).await,
        SavedKind::Base => ready(tx, actor, Kind::Base, query, now).await,
        SavedKind::Exceptions => ready(tx, actor, Kind::Exceptions, query, now).await,
    }
}

async fn ready(tx: &mut Tx, actor: &Actor, kind: Kind, query: &Filters, now: DateTime<Utc>) -> Result<()> {
    read::<WhichReady>(query).await?.frame(tx, actor, kind, now).await.map(drop)
}

/// The parameters as the report reads them from its address.
async fn read<T: DeserializeOwned>(query: &Filters) -> Result<T> {
    let address = reqwest::Url::parse_with_params("http://report/", query).map_err(ApiError::internal)?;
    let request = Request::get(address.as_str()).body(()).map_err(ApiError::internal)?;
    let (mut parts, ()) = request.into_parts();
    let ApiQuery(which) = ApiQuery::<T>::from_request_parts(&mut parts, &()).await?;
    Ok(which)
}

/// The same error, its fields named as those of what is saved.
fn of_query(error: ApiError) -> ApiError {
    let named = |error: &FieldError| {
        let whole = error.field == "query";
        FieldError {
            field: if whole { error.field.clone() } else { format!("query.{}", error.field) },
            ..error.clone()
        }
    };
    if error.errors().is_empty() { error } else { ApiError::invalid(error.errors().iter().map(named).collect()) }
}
