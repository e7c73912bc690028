//! Row-level security, and what the role of requests may not do at all.

use std::time::Duration;

use kepu_api::tenancy::DistrictId;
use kepu_tests::Server;
use uuid::Uuid;

const PERSON: &str = "INSERT INTO person (district_id, id, kind, number, name, created_at, updated_at)
                      VALUES ($1, $2, 'student', '1', '张三', now(), now())";

#[tokio::test]
async fn a_transaction_sees_one_district() {
    let server = Server::start().await;
    let (east, west) = (server.district("东区").await, server.district("西区").await);
    let person = Uuid::from_u128(5);
    let db = server.state().db();
    let mut tx = db.begin(DistrictId(east)).await.expect("begun");
    sqlx::query(PERSON).bind(east).bind(person).execute(&mut *tx).await.expect("inserted");
    tx.commit().await.expect("committed");

    for (district, seen) in [(east, 1), (west, 0), (Uuid::nil(), 0)] {
        let mut tx = db.begin(DistrictId(district)).await.expect("begun");
        let count: i64 = sqlx::query_scalar("SELECT count(*) FROM person").fetch_one(&mut *tx).await.expect("counted");
        assert_eq!(count, seen, "{district}");
        let changed = sqlx::query("UPDATE person SET name = '李四'").execute(&mut *tx).await.expect("nothing to see");
        assert_eq!(changed.rows_affected(), u64::try_from(seen).expect("small"));
    }
    let mut tx = db.begin(DistrictId(west)).await.expect("begun");
    let error = sqlx::query(PERSON).bind(east).bind(Uuid::from_u128(6)).execute(&mut *tx).await.expect_err("fenced");
    assert!(error.to_string().contains("row-level security"), "{error}");

    // Without a district nothing is seen, and the setting of a transaction ends with it.
    let count: i64 = sqlx::query_scalar("SELECT count(*) FROM person").fetch_one(db.app()).await.expect("counted");
    assert_eq!(count, 0);
}

#[tokio::test]
async fn whoever_gives_up_while_a_transaction_begins_leaves_no_other_within_it() {
    let server = Server::start_with(|config| config.connections = 4).await;
    let district = DistrictId(server.district("东区").await);
    let db = server.state().db();
    for polls in 0..400_u32 {
        // Given up after so many steps, as by a browser that goes on to another page.
        let mut begin = std::pin::pin!(db.begin_snapshot(district));
        for _ in 0..polls % 8 {
            if futures::poll!(begin.as_mut()).is_ready() {
                break;
            }
            tokio::time::sleep(Duration::from_micros(u64::from(polls % 40) * 20)).await;
        }
    }
    // All at once, so that each connection is asked.
    let all = futures::future::join_all((0..4).map(|_| async {
        let mut tx = db.begin(district).await.expect("begun");
        let state: (String, String) =
            sqlx::query_as("SELECT current_setting('transaction_read_only'), current_setting('transaction_isolation')")
                .fetch_one(&mut *tx)
                .await
                .expect("read");
        tokio::time::sleep(Duration::from_millis(200)).await;
        state
    }))
    .await;
    assert!(all.iter().all(|(read_only, isolation)| read_only == "off" && isolation == "read committed"), "{all:?}");
}

#[tokio::test]
async fn what_crosses_the_fence_is_counted_on_one_hand_and_names_nobody() {
    let server = Server::start().await;
    let crossing: Vec<(String, String)> = sqlx::query_as(
        "SELECT p.proname::text, pg_get_function_result(p.oid) FROM pg_proc p
         JOIN pg_namespace n ON n.oid = p.pronamespace AND n.nspname = 'public'
         WHERE p.prosecdef ORDER BY 1",
    )
    .fetch_all(server.pool())
    .await
    .expect("read");
    let expected = [
        ("session_places", "TABLE(district_id uuid, school_id uuid, taken bigint, waiting bigint)"),
        ("session_waitlist", "TABLE(district_id uuid, participation_id uuid, school_id uuid)"),
        ("sessions_taken", "TABLE(session_id uuid, taken bigint)"),
        ("sessions_taken_then", "TABLE(session_id uuid, taken bigint)"),
    ];
    assert_eq!(crossing, expected.map(|(name, result)| (name.to_owned(), result.to_owned())));
}

#[tokio::test]
async fn every_table_with_a_district_of_persons_is_fenced() {
    let server = Server::start().await;
    // What all districts share, and who reads it is judged by `permits` alone.
    let shared = [
        "organization",
        "activity",
        "session",
        "competition",
        "policy_version",
        "policy_adoption",
        "account_grant",
        "resource",
    ];
    let open: Vec<String> = sqlx::query_scalar(
        "SELECT c.relname::text FROM pg_class c
         JOIN pg_namespace n ON n.oid = c.relnamespace AND n.nspname = 'public'
         JOIN pg_attribute a ON a.attrelid = c.oid AND a.attname = 'district_id'
         WHERE c.relkind = 'r' AND NOT c.relrowsecurity AND c.relname <> ALL($1) ORDER BY 1",
    )
    .bind(shared.map(str::to_owned).to_vec())
    .fetch_all(server.pool())
    .await
    .expect("read");
    assert_eq!(open, Vec::<String>::new(), "tables without row-level security");
}

#[tokio::test]
async fn the_role_of_requests_cannot_rewrite_history_nor_become_the_owner() {
    let server = Server::start().await;
    let app = server.state().db().app();
    for statement in [
        "UPDATE ledger_entry SET amount = 1",
        "DELETE FROM ledger_entry",
        "SELECT * FROM seal_key_secret",
        "UPDATE seal_key SET retired_at = now()",
        "INSERT INTO seal_log TABLE seal_log",
        "DELETE FROM seal_leaf",
        "UPDATE seal_salt SET salt = ''",
        "UPDATE seal_node SET hash = ''",
        "DELETE FROM seal_checkpoint",
        "DELETE FROM seal_erasure",
        "SELECT * FROM credential_key_secret",
        "INSERT INTO credential_key TABLE credential_key",
        "UPDATE credential_key SET retired_at = now()",
        "SELECT secret FROM webhook_secret",
        "SELECT * FROM webhook_secret",
        "UPDATE webhook_secret SET secret = ''",
        "UPDATE webhook_delivery SET body = ''",
        "DELETE FROM webhook_delivery",
        "INSERT INTO webhook_attempt TABLE webhook_attempt",
        "UPDATE webhook_attempt SET status = 200",
        "DELETE FROM webhook_endpoint",
        "UPDATE credential SET claim = '{}'",
        "UPDATE credential SET token = ''",
        "DELETE FROM credential",
        "DELETE FROM credential_slot",
        "TRUNCATE ledger_entry",
        "DELETE FROM participation_event",
        "UPDATE audit_event SET action = ''",
        "DELETE FROM audit_event",
        "UPDATE former SET was = '{}'",
        "DELETE FROM former_shared",
        "UPDATE policy_version SET document = ''",
        "DELETE FROM record",
        "DELETE FROM application",
        "UPDATE application_event SET step = ''",
        "UPDATE designation_event SET kind = 'lifted'",
        "UPDATE designation_assessment SET outcome = 'passed'",
        "DELETE FROM person",
        "UPDATE _sqlx_migrations SET success = false",
        "ALTER TABLE person DISABLE ROW LEVEL SECURITY",
        "DROP POLICY tenant ON person",
        "CREATE TABLE mine (id int)",
    ] {
        let error = sqlx::query(statement).execute(app).await.expect_err(statement);
        let code = error.as_database_error().and_then(|error| error.code().map(String::from));
        assert_eq!(code.as_deref(), Some("42501"), "{statement}: {error}");
    }
    let mut connection = app.acquire().await.expect("a connection");
    sqlx::query("RESET ROLE").execute(&mut *connection).await.expect("reset");
    let user: String =
        sqlx::query_scalar("SELECT current_user::text").fetch_one(&mut *connection).await.expect("somebody");
    assert_eq!(user, "kepu_app");
}
