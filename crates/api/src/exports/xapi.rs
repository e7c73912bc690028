//! GET /api/v1/exports/xapi

use axum::{Json, extract::State};
use chrono::NaiveDate;
use kepu_domain::credit::Credit;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};
use utoipa::{IntoParams, ToSchema};
use uuid::Uuid;

use super::{
    TAG, require,
    stated::{self, Stated},
    store::{self, Name, Names},
};
use crate::{
    audit::{self, Event},
    auth::Actor,
    error::{ApiErrors, Result},
    extract::ApiQuery,
    http::public_url::PublicUrl,
    page::{Page, PageQuery},
    state::AppState,
};

/// Of what, and which page of it: in one, so that a name that neither knows is refused.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
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
    /// How many items, 50 if not given.
    #[param(minimum = 1, maximum = 500, default = 50)]
    #[serde(default)]
    limit: Option<u32>,
    /// `next_cursor` of the page before.
    #[serde(default)]
    cursor: Option<String>,
}

/// A statement of xAPI 1.0.3.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct XapiStatement(Value);

/// What counts now, as xAPI 1.0.3 statements to be posted to a learning record store, and what was stated before and holds no
/// more, voided. A statement that is exported again has the same id and content; where anything else is to be said it has
/// another id. Persons are told by their id here, not by name or number. `limit` counts records, each of which may give several
/// statements.
#[utoipa::path(
    get, path = "/api/v1/exports/xapi", operation_id = "export_xapi", tag = TAG, params(WhichStatements),
    responses((status = 200, description = "A page of statements", body = Page<XapiStatement>), ApiErrors)
)]
pub(super) async fn export_xapi(
    State(state): State<AppState>,
    actor: Actor,
    pages: PublicUrl,
    ApiQuery(mut which): ApiQuery<WhichStatements>,
) -> Result<Json<Page<XapiStatement>>> {
    let page = PageQuery { limit: which.limit, cursor: which.cursor.take() };
    let mut tx = state.begin(&actor).await?;
    require(&mut tx, &actor, which.school).await?;
    // The ids of statements are made of it: under another name all of them would be others, and a store would count twice.
    PublicUrl::require_set(state.config())?;
    let keys = store::booked_keys(&mut tx, which.school, (which.from, which.to), page.after()?, page.fetch()?).await?;
    let entries = store::booked(&mut tx, &keys).await?;
    let versions = store::versions(&mut tx, &keys).await?;
    let names = store::names(&mut tx, &versions).await?;
    let histories = stated::histories(&keys, entries, versions);
    let object = which.school.map_or_else(String::new, |id| id.to_string());
    let event = Event::new("credit.export", "organization", object, json!({ "lines": keys.len() }));
    audit::record(&mut tx, &actor, state.now(), event).await?;
    tx.commit().await?;
    let rows: Vec<_> = keys.into_iter().zip(histories).collect();
    let told = Page::of(
        rows,
        &page,
        |(key, _)| (key.person_id, key.record_id, key.policy_id.clone()),
        |(_, history)| statements(&history, &which, &names, &pages),
    )?;
    Ok(Json(Page { items: told.items.into_iter().flatten().collect(), next_cursor: told.next_cursor }))
}

/// What is to be said of a record: what holds no more is voided, and what holds is stated.
fn statements(history: &[Stated], which: &WhichStatements, names: &Names, pages: &PublicUrl) -> Vec<XapiStatement> {
    let wanted = |stated: &&Stated| {
        which.school.is_none_or(|school| stated.entry.school_id == Some(school))
            && which.from.is_none_or(|from| stated.entry.on_day >= from)
            && which.to.is_none_or(|to| stated.entry.on_day <= to)
    };
    let say = |stated: &Stated| match stated.until {
        Some(_) => voided(stated, pages),
        None => statement(stated, names, pages),
    };
    history.iter().filter(wanted).map(|stated| XapiStatement(say(stated))).collect()
}

fn statement(stated: &Stated, names: &Names, pages: &PublicUrl) -> Value {
    let (record, home) = (&stated.record, pages.page(&[]));
    let (verb, word, object, kind, name) = match (record.activity_id, record.competition_id) {
        (None, Some(competition)) => {
            let page = pages.page(&["competitions", &competition.to_string()]);
            ("http://adlnet.gov/expapi/verbs/passed", "passed", page, "assessment", names.get(&competition))
        }
        (activity, _) => {
            let activity = activity.unwrap_or(stated.key.record_id);
            let page = pages.page(&["activities", &activity.to_string()]);
            ("http://adlnet.gov/expapi/verbs/attended", "attended", page, "meeting", names.get(&activity))
        }
    };
    let credit = Credit::from_milli(stated.credit).to_string();
    let mut result = json!({
        "completion": true,
        "score": { "raw": serde_json::from_str::<Value>(&credit).unwrap_or_default() },
        "extensions": {
            pages.page(&["xapi", "credit"]): credit,
            pages.page(&["xapi", "category"]): stated.entry.category,
            pages.page(&["xapi", "policy"]): stated.key.policy_id,
        },
    });
    if record.competition_id.is_some() {
        result["success"] = json!(true);
    }
    if let Some(minutes) = record.minutes.filter(|minutes| *minutes > 0) {
        result["duration"] = json!(format!("PT{minutes}M"));
    }
    let mut statement = json!({
        "id": id(stated, &home),
        "actor": { "objectType": "Agent", "account": { "homePage": home, "name": stated.key.person_id } },
        "verb": { "id": verb, "display": { "en": word } },
        "object": {
            "objectType": "Activity",
            "id": object,
            "definition": { "type": format!("http://adlnet.gov/expapi/activities/{kind}"), "name": named(name) },
        },
        "result": result,
        "timestamp": record.starts_at,
        "context": { "platform": "kepu" },
    });
    if let Some(host) = record.host_id {
        // As an activity: a store lets its name change, which would be another content anywhere else.
        statement["context"]["contextActivities"] = json!({ "grouping": [{
            "objectType": "Activity",
            "id": pages.page(&["organizations", &host.to_string()]),
            "definition": { "name": named(names.get(&host)) },
        }] });
    }
    statement
}

/// Says that something that was stated does not hold.
fn voided(stated: &Stated, pages: &PublicUrl) -> Value {
    let home = pages.page(&[]);
    let id = id(stated, &home);
    json!({
        "id": name_based(&format!("xapi voided {id}")),
        "actor": { "objectType": "Agent", "account": { "homePage": home, "name": "kepu" } },
        "verb": { "id": "http://adlnet.gov/expapi/verbs/voided", "display": { "en": "voided" } },
        "object": { "objectType": "StatementRef", "id": id },
        "timestamp": stated.until,
    })
}

fn named(name: Option<&Name>) -> Map<String, Value> {
    let both = name.map(|name| [("zh-CN", &name.zh), ("en", &name.en)]);
    let told = both.into_iter().flatten().filter(|(_, text)| !text.is_empty());
    told.map(|(lang, text)| (lang.to_owned(), json!(text))).collect()
}

/// One for everything that is ever said of a record under a policy, and the same whenever it is exported: a store takes it once.
fn id(stated: &Stated, home: &str) -> Uuid {
    let Stated { key, record, entry, .. } = stated;
    name_based(&format!("xapi {home} {} {} {} {}", key.record_id, key.policy_id, record.id, entry.id))
}

fn name_based(name: &str) -> Uuid {
    use sha2::{Digest, Sha256};
    let mut bytes = [0; 16];
    bytes.iter_mut().zip(Sha256::digest(name)).for_each(|(to, from)| *to = from);
    // A store may know the versions of RFC 4122 alone, of which the fifth is that of names.
    uuid::Builder::from_sha1_bytes(bytes).into_uuid()
}
