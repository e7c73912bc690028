//! What is handed over at the ceremony of a round: all its certificates and plaques in one file.

use std::io::{Cursor, Write as _};

use axum::{
    extract::State,
    http::{HeaderValue, header},
    response::{IntoResponse, Response},
};
use kepu_domain::{designation::standing::StandingName, role::Action};
use serde_json::json;
use uuid::Uuid;

use super::{TAG, require, store};
use crate::{
    audit::{self, Event},
    auth::Actor,
    credits,
    designations::{self, papers::award},
    error::{ApiError, ApiErrors, Result},
    extract::ApiPath,
    http::public_url::PublicUrl,
    pdf::{self, Award, Paper},
    state::AppState,
};

/// The certificates and plaques of all that a round awarded and that is in force or about to be, as one ZIP of PDFs.
#[utoipa::path(
    get,
    path = "/api/v1/rounds/{id}/papers.zip",
    operation_id = "round_papers",
    tag = TAG,
    params(("id" = Uuid, Path, description = "The round")),
    responses((status = 200, description = "A ZIP of PDFs, each named by its number", content_type = "application/zip"),
              ApiErrors)
)]
pub(super) async fn papers(
    State(state): State<AppState>,
    actor: Actor,
    pages: PublicUrl,
    ApiPath(id): ApiPath<Uuid>,
) -> Result<Response> {
    let now = state.now();
    let mut tx = state.begin(&actor).await?;
    let round = store::load(&mut tx, id).await?;
    require(&mut tx, &actor, Action::RoundRead, round.authority_id).await?;
    let today = credits::today(&mut tx, now).await?;
    let mut awards = Vec::new();
    for row in designations::store::of_round(&mut tx, id).await? {
        if matches!(row.rules()?.standing_on(today), StandingName::InForce | StandingName::Upcoming) {
            awards.push(award(designations::store::registered(&mut tx, row.id).await?, true, &pages));
        }
    }
    if awards.is_empty() {
        return Err(ApiError::conflict("nothing_awarded", "The round has awarded nothing that is in force."));
    }
    let detail = json!({ "numbers": awards.iter().map(|one| one.number.as_str()).collect::<Vec<_>>() });
    audit::record(&mut tx, &actor, now, Event::new("round.print", "round", id, detail)).await?;
    tx.commit().await?;
    let file = tokio::task::spawn_blocking(move || zipped(&awards)).await.map_err(ApiError::internal)??;
    let headers = [
        (header::CONTENT_TYPE, HeaderValue::from_static("application/zip")),
        (header::CONTENT_DISPOSITION, HeaderValue::from_static("attachment; filename=\"papers.zip\"")),
        (header::CACHE_CONTROL, HeaderValue::from_static("no-store")),
    ];
    Ok((headers, file).into_response())
}

fn zipped(awards: &[Award]) -> Result<Vec<u8>> {
    let mut writer = zip::ZipWriter::new(Cursor::new(Vec::new()));
    // A PDF is compressed already.
    let stored = zip::write::SimpleFileOptions::default().compression_method(zip::CompressionMethod::Stored);
    for (paper, folder) in [(Paper::Certificate, "证书"), (Paper::Plaque, "牌匾")] {
        for award in awards {
            let file = pdf::award(paper, award).map_err(|error| error.unprintable())?;
            let name = format!("{folder}/{}-{}.pdf", plain(&award.number), plain(&award.holder));
            writer.start_file(name, stored).map_err(ApiError::internal)?;
            writer.write_all(&file).map_err(ApiError::internal)?;
        }
    }
    Ok(writer.finish().map_err(ApiError::internal)?.into_inner())
}

/// A text as part of a file's name.
fn plain(text: &str) -> String {
    text.chars().map(|c| if c.is_alphanumeric() || matches!(c, '-' | '_' | '·') { c } else { '_' }).collect()
}
