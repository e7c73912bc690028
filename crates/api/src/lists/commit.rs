use std::collections::BTreeSet;

use axum::{Json, extract::State, response::Response};
use chrono::{DateTime, Utc};
use serde_json::json;
use uuid::Uuid;

use super::{
    ListImportView, ListState, TAG,
    discard::staged,
    judge::{self, Act, Judged, Part, Row},
    read::allowed,
    store,
};
use crate::{
    applications,
    audit::{self, Event},
    auth::Actor,
    competitions,
    credits::{self, Author},
    designations,
    error::{ApiError, ApiErrors, Result},
    extract::{ApiPath, ETag, IfMatch},
    organizations,
    programmes::{self, MemberRole},
    state::AppState,
    tenancy::Tx,
};

/// Enters a list, in one transaction: all of it, or nothing. Refused rows are left out.
#[utoipa::path(
    post, path = "/api/v1/list_imports/{id}/commit", operation_id = "commit_list", tag = TAG,
    params(("id" = Uuid, Path, description = "The import"), ("If-Match" = String, Header, description = "Its ETag"),
           ("Idempotency-Key" = Option<String>, Header, description = "Repeat safely with the same key")),
    responses((status = 200, description = "Entered", body = ListImportView), ApiErrors)
)]
pub(super) async fn commit_list(
    State(state): State<AppState>,
    actor: Actor,
    ApiPath(id): ApiPath<Uuid>,
    version: IfMatch,
) -> Result<Response> {
    let now = state.now();
    let mut tx = state.begin(&actor).await?;
    let mut row = allowed(&actor, store::lock(&mut tx, id).await?)?;
    staged(&row)?;
    version.check("import", row.version)?;
    store::hold(&mut tx).await?;
    let stored = store::all_rows(&mut tx, id).await?;
    let before: Vec<_> = stored.iter().map(|one| (one.outcome, one.detail.clone())).collect();
    let rows = stored.into_iter().map(Row::from).collect();
    let judged = judge::judge(&mut tx, &actor, row.kind, &row.given, now, rows).await?;
    let other = judged.iter().zip(&before).find(|(now, then)| (now.outcome, &now.detail) != (then.0, &then.1));
    if let Some((one, _)) = other {
        return Err(ApiError::conflict(
            "list_changed",
            format!(
                "What the district knows was changed since the list was compared, first of all about row {} ({}). \
                 Discard the import and upload the file again.",
                one.row.row_no, one.label
            ),
        ));
    }
    let touched = enter(&mut tx, &actor, now, judged).await?;
    for holder in &touched {
        credits::touch_designation(&mut tx, &Author { account_id: actor.account_id, at: now }, *holder).await?;
    }
    row.state = ListState::Committed;
    row.finished_at = Some(now);
    row.version += 1;
    store::update(&mut tx, &row).await?;
    let detail = json!({ "kind": row.kind, "file": row.file_name, "counts": row.counts.0 });
    audit::record(&mut tx, &actor, now, Event::new("list.commit", "list_import", id, detail)).await?;
    let answer = tx.commit_with((ETag(row.version), Json(ListImportView::from(row)))).await?;
    if !touched.is_empty() {
        credits::follow_designation(&state);
    }
    Ok(answer)
}

/// Does what the rows mean; answers the hosts whose standing changes.
async fn enter(tx: &mut Tx, actor: &Actor, now: DateTime<Utc>, judged: Vec<Judged>) -> Result<BTreeSet<Uuid>> {
    let mut touched = BTreeSet::new();
    let mut events = Vec::new();
    let mut members: Vec<(Uuid, MemberRole, Vec<Uuid>)> = Vec::new();
    for one in judged {
        let detail = one.detail;
        match one.act {
            Act::None => {}
            Act::AddOrganization(row) => {
                organizations::store::insert(tx, &row).await?;
                let detail = json!({ "kind": row.kind, "code": row.code, "name_zh": row.name_zh, "level": row.level });
                events.push(Event::new("organization.create", "organization", row.id, detail));
            }
            Act::ChangeOrganization(mut row) => {
                row.version += 1;
                row.updated_at = now;
                organizations::store::update(tx, &row).await?;
                // Policies read the level of a host.
                touched.insert(row.id);
                events.push(Event::new("organization.change", "organization", row.id, detail));
            }
            Act::Grant { mut row, post } => {
                designations::store::lock_holder(tx, row.organization_id).await?;
                if let Some((id, name)) = row.professional_id.zip(row.professional_name.as_deref()) {
                    let employer = row.organization_id;
                    let id = applications::store::professional(tx, id, employer, name, &post, now).await?;
                    row.professional_id = Some(id);
                } else {
                    touched.insert(row.organization_id);
                }
                designations::store::insert(tx, &row, actor.account_id, "").await?;
                let detail = json!({
                    "organization_id": row.organization_id, "professional_id": row.professional_id,
                    "scheme": row.scheme_code, "number": row.number,
                    "level": row.level, "valid_from": row.valid_from, "valid_to": row.valid_to,
                });
                events.push(Event::new("designation.grant", "designation", row.id, detail));
            }
            Act::AddCompetition(row) => {
                competitions::store::insert(tx, &row).await?;
                let detail = json!({ "series": row.series, "edition": row.edition, "name_zh": row.name_zh });
                events.push(Event::new("competition.create", "competition", row.id, detail));
            }
            Act::ChangeCompetition(mut row) => {
                row.version += 1;
                row.updated_at = now;
                competitions::store::update(tx, &row).await?;
                events.push(Event::new("competition.change", "competition", row.id, detail));
            }
            Act::AddPart { programme, edition, part } => {
                if let Some(row) = programme {
                    programmes::store::insert_programme(tx, &row).await?;
                    let detail = json!({ "code": row.code, "name_zh": row.name_zh, "authority_id": row.authority_id });
                    events.push(Event::new("programme.create", "programme", row.id, detail));
                }
                if let Some(row) = edition {
                    programmes::store::insert_edition(tx, &row).await?;
                    let detail = json!({ "programme": row.programme_code, "year": row.year, "title_zh": row.title_zh });
                    events.push(Event::new("edition.create", "edition", row.id, detail));
                }
                events.push(add_part(tx, part).await?);
            }
            Act::ChangePart(part) => {
                let (action, object, id) = match part {
                    Part::Theme(mut row) => {
                        (row.version, row.updated_at) = (row.version + 1, now);
                        programmes::store::update_theme(tx, &row).await?;
                        ("theme.change", "theme", row.id)
                    }
                    Part::Strand(mut row) => {
                        (row.version, row.updated_at) = (row.version + 1, now);
                        programmes::store::update_strand(tx, &row).await?;
                        ("strand.change", "strand", row.id)
                    }
                };
                events.push(Event::new(action, object, id, detail));
            }
            Act::AddMember { edition, organization, roles, .. } => {
                for role in roles {
                    programmes::store::add_member(tx, edition, organization, role, now).await?;
                    match members.iter_mut().find(|(of, as_what, _)| (*of, *as_what) == (edition, role)) {
                        Some((.., added)) => added.push(organization),
                        None => members.push((edition, role, vec![organization])),
                    }
                }
            }
        }
    }
    for (edition, role, added) in members {
        let detail = json!({ "organization_ids": added, "role": role });
        events.push(Event::new("edition.add_members", "edition", edition, detail));
    }
    audit::record_many(tx, actor, now, events).await?;
    Ok(touched)
}

async fn add_part(tx: &mut Tx, part: Part) -> Result<Event> {
    Ok(match part {
        Part::Theme(row) => {
            programmes::store::insert_theme(tx, &row).await?;
            let (zh, en) = (&row.title_zh, &row.title_en);
            let detail = json!({ "edition_id": row.edition_id, "month": row.month, "title_zh": zh, "title_en": en });
            Event::new("theme.create", "theme", row.id, detail)
        }
        Part::Strand(row) => {
            programmes::store::insert_strand(tx, &row).await?;
            let detail = json!({ "edition_id": row.edition_id, "kind": row.kind, "title_zh": row.title_zh });
            Event::new("strand.create", "strand", row.id, detail)
        }
    })
}
