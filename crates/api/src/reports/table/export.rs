//! Sending a table while it is read: rows go from the database to the client at the client's pace.

use std::fs::File;
use std::future::Future;
use std::io;
use std::sync::LazyLock;
use std::time::Duration;

use axum::body::Body;
use axum::http::{HeaderValue, header};
use axum::response::{IntoResponse, Response};
use bytes::Bytes;
use futures::{StreamExt, TryStreamExt, stream};
use tokio::sync::{OwnedSemaphorePermit, Semaphore, mpsc, oneshot};
use tokio_util::io::ReaderStream;

use super::csv::Csv;
use super::{Book, Cell, Column};
use crate::error::{ApiError, Result};
use crate::state::AppState;

/// Exports at a time: each holds a connection for as long as its client takes.
const AT_A_TIME: usize = 4;
/// A client that takes nothing for so long is given up.
const PATIENCE: Duration = Duration::from_secs(60);
/// Chunks that wait for the client.
const WAITING: usize = 4;
/// Rows that go to the writer of a workbook at once.
const BATCH: usize = 500;

static EXPORTS: LazyLock<std::sync::Arc<Semaphore>> = LazyLock::new(|| Semaphore::new(AT_A_TIME).into());

/// A place among the exports that run; waits a little for one.
pub async fn open_exports() -> Result<OwnedSemaphorePermit> {
    let permit = tokio::time::timeout(Duration::from_secs(10), EXPORTS.clone().acquire_owned()).await;
    permit.ok().and_then(std::result::Result::ok).ok_or_else(|| {
        ApiError::unavailable("exports_busy", "Several exports are running. Try again when one of them has ended.")
    })
}

/// A file to be sent.
pub struct Export {
    /// Its name, without the ending.
    pub name: String,
    /// Whether its numbers come from an illustrative policy.
    pub illustrative: bool,
    /// The columns of its table.
    pub columns: Vec<Column>,
    /// A place among the exports that run.
    pub permit: OwnedSemaphorePermit,
}

/// Where rows go.
pub enum Rows {
    /// Into chunks of CSV.
    Csv(Box<Csv>, mpsc::Sender<io::Result<Bytes>>),
    /// To the thread that writes the workbook, some at a time.
    Xlsx(Vec<Vec<Cell>>, mpsc::Sender<Vec<Vec<Cell>>>),
}

impl Rows {
    /// Adds a row; waits while the client is behind.
    pub async fn push(&mut self, cells: Vec<Cell>) -> anyhow::Result<()> {
        match self {
            Self::Csv(csv, sender) => match csv.row(&cells)? {
                Some(chunk) => send(sender, Ok(chunk)).await,
                None => Ok(()),
            },
            Self::Xlsx(batch, sender) => {
                batch.push(cells);
                if batch.len() < BATCH {
                    return Ok(());
                }
                let full = std::mem::replace(batch, Vec::with_capacity(BATCH));
                send(sender, full).await
            }
        }
    }

    async fn finish(self) -> anyhow::Result<()> {
        match self {
            Self::Csv(mut csv, sender) => send(&sender, Ok(csv.take()?)).await,
            Self::Xlsx(batch, sender) => send(&sender, batch).await,
        }
    }
}

async fn send<T>(sender: &mpsc::Sender<T>, item: T) -> anyhow::Result<()> {
    match sender.send_timeout(item, PATIENCE).await {
        Ok(()) => Ok(()),
        Err(mpsc::error::SendTimeoutError::Closed(_)) => anyhow::bail!("the client went away"),
        Err(mpsc::error::SendTimeoutError::Timeout(_)) => anyhow::bail!("the client took nothing for a minute"),
    }
}

impl Export {
    /// Sends the rows as CSV while `produce` reads them.
    pub fn csv<F>(self, state: &AppState, produce: impl FnOnce(Rows) -> F + Send + 'static) -> Result<Response>
    where
        F: Future<Output = anyhow::Result<Rows>> + Send,
    {
        let (sender, receiver) = mpsc::channel(WAITING);
        let csv = Csv::new(&self.columns)?;
        let head = self.head("csv", "text/csv; charset=utf-8; header=present");
        let permit = self.permit;
        let mut csv = csv;
        let begun = csv.take()?;
        state.spawn_job("CSV export", async move {
            let failed = sender.clone();
            let sent = async {
                // The header leaves at once.
                send(&sender, Ok(begun)).await?;
                produce(Rows::Csv(Box::new(csv), sender)).await?.finish().await
            };
            if let Err(error) = sent.await {
                tracing::warn!("a CSV export ended early: {error:#}");
                // The client must see that the file is cut short.
                let _ = failed.send_timeout(Err(io::Error::other("the export failed")), PATIENCE).await;
            }
            drop(permit);
        });
        Ok((head, Body::from_stream(chunks(receiver))).into_response())
    }

    /// Writes the rows to a workbook in a file without a name, then sends it. `sheets` begins the workbook and the
    /// table; `produce` reads the rows.
    pub async fn xlsx<F>(
        self,
        state: &AppState,
        sheets: impl FnOnce(Vec<Column>) -> anyhow::Result<Book> + Send + 'static,
        produce: impl FnOnce(Rows) -> F + Send + 'static,
    ) -> Result<Response>
    where
        F: Future<Output = anyhow::Result<Rows>> + Send,
    {
        let head = self.head("xlsx", XLSX);
        let (columns, permit) = (self.columns, self.permit);
        let (ready, mut written) = oneshot::channel::<anyhow::Result<File>>();
        state.spawn_job("XLSX export", async move {
            let (sender, mut receiver) = mpsc::channel::<Vec<Vec<Cell>>>(WAITING);
            let (done, complete) = oneshot::channel::<()>();
            let writing = tokio::task::spawn_blocking(move || {
                let mut book = sheets(columns)?;
                while let Some(rows) = receiver.blocking_recv() {
                    for row in rows {
                        book.row(&row)?;
                    }
                }
                // The rows have ended: because they are all there, or because reading them failed.
                complete.blocking_recv()?;
                book.save()
            });
            let read = async { produce(Rows::Xlsx(Vec::with_capacity(BATCH), sender)).await?.finish().await };
            let file = match read.await {
                Ok(()) => {
                    let _ = done.send(());
                    writing.await.map_err(anyhow::Error::from).and_then(|file| file)
                }
                Err(error) => {
                    drop(done);
                    // What the writer says comes first: its failure also ends the reading.
                    match writing.await {
                        Ok(Err(cause)) if !cause.is::<oneshot::error::RecvError>() => Err(cause),
                        _ => Err(error),
                    }
                }
            };
            let _ = ready.send(file);
            drop(permit);
        });
        // A failure within the time of a request is told as one; a large workbook may take longer, and begins late.
        let patience = state.config().request_timeout() / 2;
        let body = match tokio::time::timeout(patience, &mut written).await {
            Ok(file) => content(file.map_err(ApiError::internal)??),
            Err(_) => Body::from_stream(
                stream::once(async move {
                    let file = written.await.map_err(io::Error::other)?.map_err(io::Error::other)?;
                    Ok::<_, io::Error>(ReaderStream::with_capacity(tokio::fs::File::from_std(file), 64 * 1024))
                })
                .try_flatten(),
            ),
        };
        Ok((head, body).into_response())
    }

    fn head(&self, ending: &str, media: &'static str) -> axum::http::HeaderMap {
        head(&self.name, self.illustrative, ending, media)
    }
}

/// The media type of a workbook.
pub const XLSX: &str = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet";

/// A workbook that is already written.
pub async fn book_response(name: &str, illustrative: bool, book: Book) -> Result<Response> {
    let file = tokio::task::spawn_blocking(move || book.save()).await.map_err(ApiError::internal)??;
    Ok((head(name, illustrative, "xlsx", XLSX), content(file)).into_response())
}

fn content(file: File) -> Body {
    Body::from_stream(ReaderStream::with_capacity(tokio::fs::File::from_std(file), 64 * 1024))
}

fn head(name: &str, illustrative: bool, ending: &str, media: &'static str) -> axum::http::HeaderMap {
    let mut headers = axum::http::HeaderMap::new();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(media));
    let mark = if illustrative { "-illustrative" } else { "" };
    let disposition = format!("attachment; filename=\"{name}{mark}.{ending}\"");
    if let Ok(value) = HeaderValue::from_str(&disposition) {
        headers.insert(header::CONTENT_DISPOSITION, value);
    }
    headers.insert("kepu-illustrative", HeaderValue::from_static(if illustrative { "true" } else { "false" }));
    headers
}

fn chunks(receiver: mpsc::Receiver<io::Result<Bytes>>) -> impl futures::Stream<Item = io::Result<Bytes>> {
    let chunks = stream::unfold(receiver, async |mut receiver| receiver.recv().await.map(|chunk| (chunk, receiver)));
    // Compression asks once more after the end.
    chunks.fuse()
}
