//! SQL of what only speaks of a person: the audit trail, kept answers, sums with examples, accounts. For the owner.

use kepu_domain::erasure::redact;
use serde_json::{Value, json};
use sqlx::AssertSqlSafe;
use uuid::Uuid;

use super::Person;
use crate::{error::Result, tenancy::Tx};

/// What stands in the trail for what is no more.
const ERASED: &str = "erased";

/// Takes the details from entries about what is the person's; that something was done, when and by whom, stays. Answers how
/// many entries there are.
pub async fn forget_trail(tx: &mut Tx, ids: &[Uuid]) -> Result<u64> {
    let district = tx.district();
    let ids: Vec<String> = ids.iter().map(Uuid::to_string).collect();
    let done = sqlx::query(
        "UPDATE audit_event SET object_id = $3, detail = '{}' WHERE district_id = $1 AND object_id = ANY($2)",
    )
    .bind(district.0)
    .bind(ids)
    .bind(ERASED)
    .execute(&mut **tx)
    .await?;
    Ok(done.rows_affected())
}

/// Texts of JSON that may name persons among others.
const SPEAKING: [(&str, &str); 3] =
    [("audit_event", "detail"), ("policy_adoption", "outcome"), ("policy_trial", "outcome")];

/// Takes the person out of what speaks of others, too.
pub async fn take_out(tx: &mut Tx, person: &Person) -> Result<u64> {
    let district = tx.district();
    let id = person.id.to_string();
    let marks: Vec<&str> =
        [id.as_str(), &person.number, &person.name].into_iter().chain(person.source_id.as_deref()).collect();
    let mut changed = 0;
    for (table, column) in SPEAKING {
        let sql = format!(
            "SELECT id, {column} FROM {table} WHERE district_id = $1 AND {column}::text LIKE '%' || $2 || '%' ORDER BY id"
        );
        let rows: Vec<(Uuid, Value)> =
            sqlx::query_as(AssertSqlSafe(sql)).bind(district.0).bind(&id).fetch_all(&mut **tx).await?;
        for (row, text) in rows {
            let left = redact(&text, &marks).unwrap_or_else(|| json!({}));
            let sql = format!("UPDATE {table} SET {column} = $3 WHERE district_id = $1 AND id = $2");
            sqlx::query(AssertSqlSafe(sql)).bind(district.0).bind(row).bind(left).execute(&mut **tx).await?;
            changed += u64::from(table == "audit_event");
        }
    }
    Ok(changed)
}

/// Takes the person's grants away, and the accounts that are there for nothing else with all that is theirs. Answers those
/// that are gone, and those that only lost a grant.
pub async fn take_accounts(tx: &mut Tx, person: &Person) -> Result<(Vec<Uuid>, Vec<Uuid>)> {
    let district = tx.district();
    let all: Vec<Uuid> =
        sqlx::query_scalar("DELETE FROM account_grant WHERE district_id = $1 AND person_id = $2 RETURNING account_id")
            .bind(district.0)
            .bind(person.id)
            .fetch_all(&mut **tx)
            .await?;
    let (gone, kept): (Vec<Uuid>, Vec<Uuid>) = {
        let kept: Vec<Uuid> =
            sqlx::query_scalar("SELECT DISTINCT account_id FROM account_grant WHERE account_id = ANY($1)")
                .bind(&all)
                .fetch_all(&mut **tx)
                .await?;
        all.into_iter().partition(|account| !kept.contains(account))
    };
    for statement in [
        "DELETE FROM refresh_token t USING login_session s WHERE s.id = t.session_id AND s.account_id = ANY($1)",
        "DELETE FROM login_session WHERE account_id = ANY($1)",
        "DELETE FROM reminder WHERE account_id = ANY($1)",
        "DELETE FROM idempotency_key WHERE account_id = ANY($1)",
        "DELETE FROM account WHERE id = ANY($1)",
    ] {
        sqlx::query(statement).bind(&gone).execute(&mut **tx).await?;
    }
    // How a guardian of two is called may say whose.
    sqlx::query(
        "UPDATE account SET display_name = replace(display_name, $2, '…'), version = version + 1
         WHERE id = ANY($1) AND position($2 IN display_name) > 0",
    )
    .bind(&kept)
    .bind(&person.name)
    .execute(&mut **tx)
    .await?;
    Ok((gone, kept))
}

/// Takes from the trail who of these accounts did something, and from where; their sign-ins belong to no district.
pub async fn forget_doers(tx: &mut Tx, accounts: &[Uuid]) -> Result<u64> {
    if accounts.is_empty() {
        return Ok(0);
    }
    let district = tx.district();
    let done = sqlx::query(
        "UPDATE audit_event SET account_id = NULL, address = '', object_id = $3, detail = '{}'
         WHERE district_id IN ($1, $4) AND (account_id = ANY($2) OR object_id = ANY($2::text[]))",
    )
    .bind(district.0)
    .bind(accounts)
    .bind(ERASED)
    .bind(Uuid::nil())
    .execute(&mut **tx)
    .await?;
    Ok(done.rows_affected())
}

/// Forgets answers that are kept for those who repeat a request, where they name the person.
pub async fn forget_answers(tx: &mut Tx, person: &Person) -> Result<()> {
    let district = tx.district();
    sqlx::query(
        "DELETE FROM idempotency_key
         WHERE district_id IN ($1, $5)
           AND (headers::text LIKE '%' || $2 || '%' OR position(convert_to($2, 'UTF8') IN body) > 0
                OR position(convert_to($3, 'UTF8') IN body) > 0 OR position(convert_to($4, 'UTF8') IN body) > 0)",
    )
    .bind(district.0)
    .bind(person.id.to_string())
    .bind(format!("\"{}\"", person.number))
    .bind(&person.name)
    .bind(Uuid::nil())
    .execute(&mut **tx)
    .await?;
    Ok(())
}
