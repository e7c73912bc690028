//! Makes a pack: reads one report after another in one transaction, so that all are of one moment, says how far it is, and
//! keeps the files. What is to be made is told by what is stored, so a stop loses nothing.

use std::io::Read;

use chrono::{DateTime, Utc};
use object_store::{ObjectStoreExt, path::Path as ObjectPath};
use tokio::sync::Semaphore;
use uuid::Uuid;

use super::store::{self, PackFile, PackRow};
use crate::erasures;
use crate::error::{ApiError, Result};
use crate::reports::frame::{Frame, begin};
use crate::reports::ready::{self, Bundle, Kind, Standing, WhichReady, model::Ready};
use crate::state::AppState;
use crate::tenancy::{DistrictId, Tx};

/// Rows of one table on paper; the workbook has all.
const ROWS_ON_PAPER: usize = 200;

/// How often a pack is begun before it is given up: what takes the service down with it must not do so for ever.
const TRIES: i32 = 3;

/// Packs that are made at once: each takes connections that requests have to do without.
static AT_ONCE: Semaphore = Semaphore::const_new(2);

const WORKBOOK: &str = "reports.xlsx";
const PAPER: &str = "reports.pdf";

/// Reads what a pack is about, so that what is wrong with the question is told at once.
pub async fn try_first(state: &AppState, district: DistrictId, query: &WhichReady) -> Result<()> {
    let mut tx = begin(state, district, query.as_of.as_deref()).await?;
    Frame::whole(&mut tx, &query.asked(), state.now()).await?;
    tx.rollback().await
}

/// Goes on with every pack that was asked for and has not ended.
pub async fn go_on(state: &AppState) -> Result<()> {
    for (district, id) in store::open_packs(state.db().owner()).await? {
        start(state, DistrictId(district), id);
    }
    Ok(())
}

/// Makes a pack in the background. Whoever asked for it could read the whole district then, and so does who makes it.
pub fn start(state: &AppState, district: DistrictId, id: Uuid) {
    let job = state.clone();
    state.spawn_job("report pack", async move {
        let make = async {
            let _one_of_few = AT_ONCE.acquire().await.map_err(ApiError::internal)?;
            make(&job, district, id).await
        };
        let made = tokio::select! {
            made = make => made,
            // Cut off: it stays open, and the next start goes on with it.
            () = job.stopping().cancelled() => return,
        };
        let Err(error) = made else { return };
        tracing::warn!(%id, "a pack of reports was not made: {error}");
        let ended = async {
            if end(&job, district, id, &[], Some(error.code())).await? {
                // A file may have been kept before the failure, and names persons: no erasure would find it.
                remove(&job, id).await?;
            }
            Ok::<_, ApiError>(())
        };
        if let Err(error) = ended.await {
            tracing::error!(%id, "the end of a pack could not be kept: {error}");
        }
    });
}

/// Makes one anew whose files were taken back.
pub async fn anew(state: &AppState, district: DistrictId, id: Uuid) -> Result<()> {
    let mut tx = state.db().begin(district).await?;
    store::ask_again(&mut tx, id).await?;
    tx.commit().await?;
    start(state, district, id);
    Ok(())
}

/// Says what became of one; no if that was said before.
async fn end(
    state: &AppState,
    district: DistrictId,
    id: Uuid,
    files: &[PackFile],
    problem: Option<&str>,
) -> Result<bool> {
    let mut tx = state.db().begin(district).await?;
    let ended = store::end(&mut tx, id, files, problem, state.now()).await?;
    tx.commit().await?;
    Ok(ended)
}

fn object_key(id: Uuid, name: &str) -> String {
    format!("packs/{id}/{name}")
}

/// Removes the files of one that was not made, as far as they are there.
async fn remove(state: &AppState, id: Uuid) -> Result<()> {
    for name in [WORKBOOK, PAPER] {
        match state.files().delete(&ObjectPath::from(object_key(id, name))).await {
            Ok(()) | Err(object_store::Error::NotFound { .. }) => {}
            Err(error) => return Err(ApiError::internal(error)),
        }
    }
    Ok(())
}

/// Does nothing where somebody else makes it, or has made it.
async fn make(state: &AppState, district: DistrictId, id: Uuid) -> Result<()> {
    // Two locks go with this transaction, from before the reading until the files are kept: nobody else makes the pack, and
    // nobody is erased whom it may name.
    let mut held = state.db().begin(district).await?;
    if !store::hold_pack(&mut held, id).await? {
        return Ok(());
    }
    erasures::hold_off(&mut held).await?;
    let row = store::pack(&mut held, id).await?;
    let mut noted = state.db().begin(district).await?;
    let Some(begun) = store::take_up(&mut noted, id).await? else { return Ok(()) };
    noted.commit().await?;
    if begun > TRIES {
        return Err(ApiError::unavailable("stopped", "The service was stopped each time it was begun."));
    }
    let mut tx = begin(state, district, row.query.as_of.as_deref()).await?;
    let (frame, reports) = read(state, &mut tx, district, &row, state.now()).await?;
    tx.rollback().await?;
    let name = row.name.clone();
    let (workbook, paper) =
        tokio::task::spawn_blocking(move || files(name, &frame, &reports)).await.map_err(ApiError::internal)??;
    let mut kept = Vec::new();
    for (name, media_type, bytes) in [
        (WORKBOOK, "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", workbook),
        (PAPER, "application/pdf", paper),
    ] {
        let object_key = object_key(id, name);
        let size = i64::try_from(bytes.len()).map_err(ApiError::internal)?;
        state.files().put(&ObjectPath::from(object_key.as_str()), bytes.into()).await.map_err(ApiError::internal)?;
        kept.push(PackFile { name: name.to_owned(), media_type: media_type.to_owned(), bytes: size, object_key });
    }
    if !end(state, district, id, &kept, None).await? {
        remove(state, id).await?;
    }
    held.rollback().await
}

/// All reports of a pack, on one ground and of one moment; how persons stand, of the end of a period that is over.
async fn read(
    state: &AppState,
    tx: &mut Tx,
    district: DistrictId,
    row: &PackRow,
    now: DateTime<Utc>,
) -> Result<(Frame, Vec<Ready>)> {
    let frame = Frame::whole(tx, &row.query.asked(), now).await?;
    let kinds: Vec<Kind> =
        Kind::ALL.into_iter().filter(|kind| row.kinds.iter().any(|word| word == kind.word())).collect();
    let mut reports = Vec::with_capacity(kinds.len());
    let stands = kinds.iter().any(|kind| kind.stands());
    let mut standing = if stands { Standing::of(state, &frame, &row.query).await? } else { Standing::Data };
    for (done, kind) in (1..).zip(kinds) {
        reports.push(ready::of(state, (tx, &frame), kind, &row.query, &mut standing).await?);
        let mut noted = state.db().begin(district).await?;
        store::progress(&mut noted, row.id, done).await?;
        noted.commit().await?;
    }
    standing.close().await?;
    Ok((frame, reports))
}

/// The workbook and the paper.
fn files(title: String, frame: &Frame, reports: &[Ready]) -> Result<(Vec<u8>, Vec<u8>)> {
    let all = reports.iter().map(|report| (frame, report)).collect();
    let bundle = Bundle { title: title.clone(), reports: all };
    let mut file =
        ready::workbook_of(&bundle).and_then(crate::reports::table::Book::save).map_err(ApiError::internal)?;
    let mut workbook = Vec::new();
    file.read_to_end(&mut workbook).map_err(ApiError::internal)?;

    let mut short: Vec<Ready> = reports.to_vec();
    for section in short.iter_mut().flat_map(|report| &mut report.sections) {
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
    let printed = short.iter().map(|report| (frame, report)).collect();
    let paper = ready::pdf_of(&Bundle { title, reports: printed }).map_err(|error| error.unprintable())?;
    Ok((workbook, paper))
}
