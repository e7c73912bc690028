//! Lists page by cursor: an opaque word that stands for the key of the last item.

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use serde::{Deserialize, Serialize, de::DeserializeOwned};
use utoipa::{IntoParams, ToSchema};

use crate::error::{ApiError, Result};

/// Items when the caller does not say how many.
pub const DEFAULT_LIMIT: u32 = 50;
/// The most that one page holds.
pub const MAX_LIMIT: u32 = 500;

/// Where a page begins and how long it is. Extract it as `ApiQuery<PageQuery>` beside the filters of the list.
#[derive(Debug, Clone, Default, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct PageQuery {
    /// How many items, 50 if not given.
    #[param(minimum = 1, maximum = 500, default = 50)]
    #[serde(default)]
    pub limit: Option<u32>,
    /// `next_cursor` of the page before.
    #[serde(default)]
    pub cursor: Option<String>,
}

impl PageQuery {
    /// How many items the page shall hold.
    pub fn limit(&self) -> Result<usize> {
        match self.limit.unwrap_or(DEFAULT_LIMIT) {
            limit @ 1..=MAX_LIMIT => Ok(limit as usize),
            other => Err(ApiError::invalid_field(
                "limit",
                "out_of_range",
                format!("must be from 1 to {MAX_LIMIT}, not {other}"),
            )),
        }
    }

    /// What to fetch: one more than the page holds, so that we know whether there is a next one.
    pub fn fetch(&self) -> Result<i64> {
        Ok(i64::try_from(self.limit()?).unwrap_or(i64::MAX) + 1)
    }

    /// The key after which the page begins; none for the first page.
    pub fn after<K: DeserializeOwned>(&self) -> Result<Option<K>> {
        let Some(cursor) = &self.cursor else { return Ok(None) };
        URL_SAFE_NO_PAD.decode(cursor).ok().and_then(|json| serde_json::from_slice(&json).ok()).map(Some).ok_or_else(
            || ApiError::invalid_field("cursor", "invalid_cursor", "must be the next_cursor of a page of this list"),
        )
    }
}

/// One page of a list.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
pub struct Page<T> {
    /// The items.
    pub items: Vec<T>,
    /// Pass as `cursor` for the next page; null on the last one.
    pub next_cursor: Option<String>,
}

impl<T> Page<T> {
    /// Makes a page of the fetched rows (up to [`PageQuery::fetch`]); `key` is what the list is ordered by.
    pub fn of<R, K: Serialize>(
        mut rows: Vec<R>,
        query: &PageQuery,
        key: impl Fn(&R) -> K,
        view: impl FnMut(R) -> T,
    ) -> Result<Self> {
        let limit = query.limit()?;
        let more = rows.len() > limit;
        rows.truncate(limit);
        let next_cursor = match rows.last() {
            Some(last) if more => Some(URL_SAFE_NO_PAD.encode(serde_json::to_vec(&key(last))?)),
            _ => None,
        };
        Ok(Self { items: rows.into_iter().map(view).collect(), next_cursor })
    }
}
