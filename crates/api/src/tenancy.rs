//! Transactions of one district. Row-level security compares every tenant row with the setting made here.

use std::ops::{Deref, DerefMut};

use axum::response::{IntoResponse, Response};
use sqlx::{AssertSqlSafe, PgConnection, Postgres, Transaction};
use tracing::Instrument;
use uuid::Uuid;

use crate::{
    error::{ApiError, Result},
    idempotency::{self, Hold, Kept},
    postgres::Db,
};

/// The tenant whose rows a transaction may see.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct DistrictId(pub Uuid);

impl DistrictId {
    /// What belongs to no district: sign-ins, administration of the platform.
    pub const PLATFORM: Self = Self(Uuid::nil());
}

impl From<Uuid> for DistrictId {
    fn from(id: Uuid) -> Self {
        Self(id)
    }
}

/// A transaction of one district, rolled back unless committed. Use it as `&mut *tx` where sqlx wants an executor.
pub struct Tx {
    inner: Transaction<'static, Postgres>,
    district: DistrictId,
    hold: Option<Hold>,
    /// It sees what others do not, so that none can see the same beside it.
    is_draft: bool,
}

impl Tx {
    /// The district whose rows it sees.
    pub fn district(&self) -> DistrictId {
        self.district
    }

    /// Makes its changes durable.
    pub async fn commit(self) -> Result<()> {
        debug_assert!(!self.is_draft, "a draft is given up");
        let Self { inner, hold, .. } = self;
        undivided(async move {
            inner.commit().await?;
            if let Some(hold) = hold {
                hold.committed();
            }
            Ok(())
        })
        .await
    }

    /// Makes its changes durable and returns the answer; one with an `Idempotency-Key` is kept in this transaction,
    /// so that whoever repeats the request gets it even if the service dies right now.
    pub async fn commit_with(mut self, answer: impl IntoResponse) -> Result<Response> {
        let answer = answer.into_response();
        let answer = if let Some(hold) = &mut self.hold {
            let (kept, answer) = Kept::of(answer).await?;
            hold.keep(&mut self.inner, &kept).await?;
            answer
        } else {
            answer
        };
        self.commit().await?;
        Ok(answer)
    }

    /// Gives its changes up. Dropping it does the same.
    pub async fn rollback(self) -> Result<()> {
        undivided(self.inner.rollback()).await
    }
}

impl Deref for Tx {
    type Target = PgConnection;
    fn deref(&self) -> &PgConnection {
        &self.inner
    }
}

impl DerefMut for Tx {
    fn deref_mut(&mut self) -> &mut PgConnection {
        &mut self.inner
    }
}

impl Db {
    /// Begins a transaction of this district, in one round trip. The first of a request that carries an
    /// `Idempotency-Key` also claims the key.
    pub async fn begin(&self, district: DistrictId) -> Result<Tx> {
        let statement = format!("BEGIN; SET LOCAL kepu.district = '{}'", district.0);
        let app = self.app().clone();
        let mut inner = undivided(async move { app.begin_with(AssertSqlSafe(statement)).await }).await?;
        let hold = idempotency::claim(&mut inner, district).await?;
        Ok(Tx { inner, district, hold, is_draft: false })
    }

    /// Begins a transaction of this district as the owner, past row-level security: for what the role of requests must never
    /// do. Every statement in it names the district itself.
    pub async fn begin_as_owner(&self, district: DistrictId) -> Result<Tx> {
        let statement = format!("BEGIN; SET LOCAL kepu.district = '{}'", district.0);
        let owner = self.owner().clone();
        let inner = undivided(async move { owner.begin_with(AssertSqlSafe(statement)).await }).await?;
        Ok(Tx { inner, district, hold: None, is_draft: false })
    }

    /// Begins a transaction that reads one unchanging moment of this district: for reports and streams.
    pub async fn begin_snapshot(&self, district: DistrictId) -> Result<Tx> {
        let statement =
            format!("BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY; SET LOCAL kepu.district = '{}'", district.0);
        let app = self.app().clone();
        let inner = undivided(async move { app.begin_with(AssertSqlSafe(statement)).await }).await?;
        Ok(Tx { inner, district, hold: None, is_draft: false })
    }

    /// Begins a transaction that sees one unchanging moment and may put temporary tables in the place of others. Give it up
    /// in the end: nothing of it is to stay.
    pub async fn begin_draft(&self, district: DistrictId) -> Result<Tx> {
        let statement = format!("BEGIN ISOLATION LEVEL REPEATABLE READ; SET LOCAL kepu.district = '{}'", district.0);
        let app = self.app().clone();
        let inner = undivided(async move { app.begin_with(AssertSqlSafe(statement)).await }).await?;
        Ok(Tx { inner, district, hold: None, is_draft: true })
    }

    /// Another transaction that sees the same moment as a snapshot, to read two things at once; none if all connections
    /// are in use.
    pub async fn beside(&self, tx: &mut Tx) -> Result<Option<Tx>> {
        if tx.is_draft {
            return Ok(None);
        }
        let district = tx.district;
        let moment: String = sqlx::query_scalar("SELECT pg_export_snapshot()").fetch_one(&mut **tx).await?;
        let statement = format!(
            "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY; SET TRANSACTION SNAPSHOT '{moment}';
             SET LOCAL kepu.district = '{}'",
            district.0
        );
        let app = self.app().clone();
        let begun = undivided(async move { app.try_begin_with(AssertSqlSafe(statement)).await }).await?;
        Ok(begun.map(|inner| Tx { inner, district, hold: None, is_draft: false }))
    }
}

/// Begins or ends a transaction to the end, whatever becomes of the request. sqlx knows that one has begun, or has ended, only
/// once the database says so. Where the request is given up before that, BEGIN has been sent, and the connection would go to
/// the next request within it; or COMMIT has been sent, and ROLLBACK would be sent after it, into no transaction.
pub(crate) async fn undivided<T: Send + 'static>(
    step: impl Future<Output = sqlx::Result<T>> + Send + 'static,
) -> Result<T> {
    Ok(tokio::spawn(step.in_current_span()).await.map_err(ApiError::internal)??)
}
