//! What rows were before they were changed, so that a report as of a past moment says what it said then
//! (`credits/past.rs`). Whoever changes such a row keeps it first, in the same transaction. Of a district's own rows these are
//! persons and enrolments, which the roster changes, and keeps, by thousands (`roster/store.rs`, table `former`), and what the
//! rules of a district find.

use chrono::{DateTime, Utc};
use sqlx::PgConnection;
use uuid::Uuid;

use crate::error::Result;
use crate::tenancy::Tx;

/// Rows that all districts share.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Shared {
    /// Name, time zone.
    District,
    /// Names, attributes.
    Organization,
    /// Titles, programme.
    Activity,
    /// Times, places, whether it is held.
    Session,
    /// Names.
    Competition,
    /// Names.
    Programme,
    /// Title, month.
    Theme,
}

/// Rows of a district that are changed one by one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Own {
    /// How it stands, what is in it.
    Exception,
    /// By the district's id.
    ExceptionRules,
}

/// Keeps what a row of the district is until `at`; nothing where there is none yet.
pub async fn keep_own(tx: &mut Tx, what: Own, id: Uuid, at: DateTime<Utc>) -> Result<()> {
    let statement = match what {
        Own::Exception => {
            "INSERT INTO former (district_id, kind, id, known_until, was)
             SELECT $1, 'exception', x.id, $3, to_jsonb(x) FROM exception x WHERE x.district_id = $1 AND x.id = $2
             ON CONFLICT DO NOTHING"
        }
        Own::ExceptionRules => {
            "INSERT INTO former (district_id, kind, id, known_until, was)
             SELECT $1, 'exception_rules', $2, $3, to_jsonb(x) FROM exception_rules x WHERE x.district_id = $1
             ON CONFLICT DO NOTHING"
        }
    };
    sqlx::query(statement).bind(tx.district().0).bind(id).bind(at).execute(&mut **tx).await?;
    Ok(())
}

/// Of two changes at one moment the first keeps the row: it was so until then.
macro_rules! shared {
    ($table:literal) => {
        concat!(
            "INSERT INTO former_shared (kind, id, known_until, was)
             SELECT '",
            $table,
            "', t.id, $2, to_jsonb(t) - 'code_secret' FROM ",
            $table,
            " t WHERE t.id = ANY($1) ON CONFLICT DO NOTHING"
        )
    };
}

/// Keeps what these rows are until `at`.
pub async fn keep_shared(connection: &mut PgConnection, what: Shared, ids: &[Uuid], at: DateTime<Utc>) -> Result<()> {
    let statement = match what {
        Shared::District => shared!("district"),
        Shared::Organization => shared!("organization"),
        Shared::Activity => shared!("activity"),
        Shared::Session => shared!("session"),
        Shared::Competition => shared!("competition"),
        Shared::Programme => shared!("programme"),
        Shared::Theme => shared!("theme"),
    };
    sqlx::query(statement).bind(ids).bind(at).execute(connection).await?;
    Ok(())
}
