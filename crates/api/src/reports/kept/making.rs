//! Makes a pack: reads one report after another, says how far it is, and keeps the files.

use std::io::Read;

use object_store::{ObjectStoreExt, path::Path as ObjectPath};

use super::store::{self, PackFile, PackRow};
use crate::auth::Actor;
use crate::error::{ApiError, Result};
use crate::reports::frame::Frame;
use crate::reports::ready::{self, Bundle, Kind, WhichReady, model::Ready};
use crate::state::AppState;
use crate::tenancy::DistrictId;

/// Rows of one table on paper; the workbook has all.
const ROWS_ON_PAPER: usize = 200;

/// Reads one report, so that what is wrong with the question is told at once.
pub async fn try_first(state: &AppState, actor: &Actor, query: &WhichReady) -> Result<()> {
    ready::read(state, actor, Kind::Requirements, query).await.map(|_| ())
}

/// Makes it in the background, with the right of who asked for it.
pub fn begin(state: &AppState, actor: Actor, district: DistrictId, row: PackRow, kinds: Vec<Kind>) {
    let job = state.clone();
    state.spawn_job("report pack", async move {
        let made = tokio::select! {
            made = make(&job, &actor, district, &row, &kinds) => made,
            () = job.stopping().cancelled() => Err(ApiError::unavailable("stopped", "The service was stopped.")),
        };
        let (files, problem) = match made {
            Ok(files) => (files, None),
            Err(error) => {
                tracing::warn!("a pack of reports was not made: {error}");
                (Vec::new(), Some(error.code().to_owned()))
            }
        };
        let ended = async {
            let mut tx = job.db().begin(district).await?;
            store::end(&mut tx, row.id, &files, problem.as_deref(), job.now()).await?;
            tx.commit().await
        };
        if let Err(error) = ended.await {
            tracing::error!("the end of a pack could not be kept: {error}");
        }
    });
}

async fn make(
    state: &AppState,
    actor: &Actor,
    district: DistrictId,
    row: &PackRow,
    kinds: &[Kind],
) -> Result<Vec<PackFile>> {
    let mut reports: Vec<(Frame, Ready)> = Vec::with_capacity(kinds.len());
    for (done, kind) in (0..).zip(kinds) {
        let mut tx = state.db().begin(district).await?;
        store::progress(&mut tx, row.id, done).await?;
        tx.commit().await?;
        reports.push(ready::read(state, actor, *kind, &row.query).await?);
    }
    let name = row.name.clone();
    let (workbook, paper) =
        tokio::task::spawn_blocking(move || files(name, &reports)).await.map_err(ApiError::internal)??;
    let mut kept = Vec::new();
    for (name, media_type, bytes) in [
        ("reports.xlsx", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", workbook),
        ("reports.pdf", "application/pdf", paper),
    ] {
        let object_key = format!("packs/{}/{name}", row.id);
        let size = i64::try_from(bytes.len()).map_err(ApiError::internal)?;
        state.files().put(&ObjectPath::from(object_key.as_str()), bytes.into()).await.map_err(ApiError::internal)?;
        kept.push(PackFile { name: name.to_owned(), media_type: media_type.to_owned(), bytes: size, object_key });
    }
    let mut tx = state.db().begin(district).await?;
    store::progress(&mut tx, row.id, i32::try_from(kinds.len()).unwrap_or(i32::MAX)).await?;
    tx.commit().await?;
    Ok(kept)
}

/// The workbook and the paper.
fn files(title: String, reports: &[(Frame, Ready)]) -> Result<(Vec<u8>, Vec<u8>)> {
    let all = reports.iter().map(|(frame, report)| (frame, report)).collect();
    let bundle = Bundle { title: title.clone(), reports: all };
    let mut file =
        ready::workbook_of(&bundle).and_then(crate::reports::table::Book::save).map_err(ApiError::internal)?;
    let mut workbook = Vec::new();
    file.read_to_end(&mut workbook).map_err(ApiError::internal)?;

    let mut short: Vec<Ready> = reports.iter().map(|(_, report)| report.clone()).collect();
    for (report, (frame, _)) in short.iter_mut().zip(reports) {
        for section in &mut report.sections {
            let rows = section.rows.len();
            if rows > ROWS_ON_PAPER {
                let said = match frame.lang {
                    kepu_domain::text::Lang::Zh => format!("（前 {ROWS_ON_PAPER} 行，共 {rows} 行，其余见工作簿）"),
                    kepu_domain::text::Lang::En => {
                        format!(" (the first {ROWS_ON_PAPER} of {rows} rows; the workbook has all)")
                    }
                };
                section.title.push_str(&said);
                section.rows.truncate(ROWS_ON_PAPER);
                // Sums of some rows would be taken for sums of all.
                section.columns.iter_mut().for_each(|(_, column)| column.summed = false);
            }
        }
    }
    let printed = reports.iter().map(|(frame, _)| frame).zip(&short).collect();
    let paper = ready::pdf_of(&Bundle { title, reports: printed }).map_err(|error| error.unprintable())?;
    Ok((workbook, paper))
}
