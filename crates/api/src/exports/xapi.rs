//! GET /api/v1/exports/xapi

use axum::{Json, extract::State};
use chrono::NaiveDate;
use kepu_domain::credit::Credit;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use utoipa::{IntoParams, ToSchema};
use uuid::Uuid;

use super::{TAG, require, store};
use crate::{
    audit::{self, Event},
    auth::Actor,
    error::{ApiErrors, Result},
    extract::ApiQuery,
    http::public_url::PublicUrl,
    page::{Page, PageQuery},
    state::AppState,
};

/// Of what.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(super) struct WhichStatements {
    /// Of this school; all of the district if left out, for those who answer for it.
    #[serde(default)]
    school: Option<Uuid>,
    /// Not before this day.
    #[serde(default)]
    from: Option<NaiveDate>,
    /// Not after this day.
    #[serde(default)]
    to: Option<NaiveDate>,
}

/// A statement of xAPI 1.0.3.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct XapiStatement(Value);

/// What counts now, as xAPI 1.0.3 statements to be posted to a learning record store. Persons are told by their id here, not
/// by name or number.
#[utoipa::path(
    get, path = "/api/v1/exports/xapi", operation_id = "export_xapi", tag = TAG, params(WhichStatements, PageQuery),
    responses((status = 200, description = "A page of statements", body = Page<XapiStatement>), ApiErrors)
)]
pub(super) async fn export_xapi(
    State(state): State<AppState>,
    actor: Actor,
    pages: PublicUrl,
    ApiQuery(which): ApiQuery<WhichStatements>,
    ApiQuery(page): ApiQuery<PageQuery>,
) -> Result<Json<Page<XapiStatement>>> {
    let mut tx = state.begin(&actor).await?;
    require(&tx, &actor, which.school)?;
    let rows = store::counted(&mut tx, which.school, (which.from, which.to), page.after()?, page.fetch()?).await?;
    let object = which.school.map_or_else(String::new, |id| id.to_string());
    let event = Event::new("credit.export", "organization", object, json!({ "lines": rows.len() }));
    audit::record(&mut tx, &actor, state.now(), event).await?;
    tx.commit().await?;
    let key = |row: &store::CountedRow| (row.record_id, row.policy_id.clone());
    Ok(Json(Page::of(rows, &page, key, |row| XapiStatement(statement(&row, &pages)))?))
}

fn statement(row: &store::CountedRow, pages: &PublicUrl) -> Value {
    let home = pages.page(&[]);
    let (verb, words, object, kind) = match (row.activity_id, row.competition_id) {
        (None, Some(competition)) => (
            "http://adlnet.gov/expapi/verbs/passed",
            "passed",
            pages.page(&["competitions", &competition.to_string()]),
            "assessment",
        ),
        (activity, _) => (
            "http://adlnet.gov/expapi/verbs/attended",
            "attended",
            pages.page(&["activities", &activity.unwrap_or(row.record_id).to_string()]),
            "meeting",
        ),
    };
    let names: serde_json::Map<String, Value> = [("zh-CN", &row.title_zh), ("en", &row.title_en)]
        .into_iter()
        .filter_map(|(lang, title)| Some((lang.to_owned(), json!(title.as_ref().filter(|title| !title.is_empty())?))))
        .collect();
    let mut result = json!({
        "completion": true,
        "extensions": {
            pages.page(&["xapi", "credit"]): Credit::from_milli(row.counted).to_string(),
            pages.page(&["xapi", "category"]): row.category,
            pages.page(&["xapi", "policy"]): row.policy_id,
        },
    });
    if row.minutes > 0 {
        result["duration"] = json!(format!("PT{}M", row.minutes));
    }
    let mut statement = json!({
        // One for each record and policy, and the same whenever it is exported: a store takes it once.
        "id": id(row),
        "actor": { "objectType": "Agent", "account": { "homePage": home, "name": row.person_id } },
        "verb": { "id": verb, "display": { "en": words } },
        "object": {
            "objectType": "Activity",
            "id": object,
            "definition": { "type": format!("http://adlnet.gov/expapi/activities/{kind}"), "name": names },
        },
        "result": result,
        "timestamp": row.starts_at,
        "context": { "platform": "kepu" },
    });
    if let Some(host) = &row.host_name {
        statement["context"]["extensions"] = json!({ pages.page(&["xapi", "host"]): host });
    }
    statement
}

/// The record's id, changed by the name of the policy.
fn id(row: &store::CountedRow) -> Uuid {
    use sha2::{Digest, Sha256};
    let digest = Sha256::digest(format!("xapi {} {}", row.record_id, row.policy_id));
    let mut bytes = [0; 16];
    bytes.iter_mut().zip(digest).for_each(|(to, from)| *to = from);
    // A store may know the versions of RFC 4122 alone, of which the fifth is that of names.
    uuid::Builder::from_sha1_bytes(bytes).into_uuid()
}
