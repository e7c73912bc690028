//! Commits whose requests are given up meanwhile.

use std::time::Duration;

use kepu_api::postgres::Db;
use kepu_tests::Server;
use kepu_tests::school::School;

#[tokio::test]
async fn a_commit_is_carried_to_its_end_though_nobody_waits_for_it_any_more() {
    let server = Server::start().await;
    let school = School::new(&server, 1).await;
    // With a connection that nobody else uses meanwhile.
    let db = Db::open(server.database_url(), 1).await.expect("opened");
    for ends_with in ["COMMIT", "ROLLBACK"] {
        let mut tx = db.begin(school.district.into()).await.expect("begun");
        let connection: i32 =
            sqlx::query_scalar("SELECT pg_backend_pid()").fetch_one(&mut *tx).await.expect("a number");
        sqlx::query("UPDATE class SET name = name || '改' WHERE district_id = $1")
            .bind(school.district)
            .execute(&mut *tx)
            .await
            .expect("changed");
        let ending = async { if ends_with == "COMMIT" { tx.commit().await } else { tx.rollback().await } };
        // As of a request whose client goes away: it is begun, and given up.
        {
            let mut ending = std::pin::pin!(ending);
            assert!(futures::poll!(&mut ending).is_pending());
        }
        let mut said = String::new();
        for _ in 0..200 {
            let (state, query): (String, String) =
                sqlx::query_as("SELECT state, query FROM pg_stat_activity WHERE pid = $1")
                    .bind(connection)
                    .fetch_one(server.pool())
                    .await
                    .expect("the connection is there");
            said = query;
            if state == "idle" {
                break;
            }
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
        // A ROLLBACK after the COMMIT would be one without a transaction.
        assert_eq!(said, ends_with);
    }
    let changed: Vec<i32> =
        sqlx::query_scalar("SELECT char_length(name) - char_length(replace(name, '改', '')) FROM class")
            .fetch_all(server.pool())
            .await
            .expect("read");
    assert_eq!(changed, [1]);
}
