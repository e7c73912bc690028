//! Ledger entries sealed per second, against the database taking over the same leaves, salts and subtrees by itself: the same
//! tables without references, filled by one statement each, in the same batches.

use std::time::Instant;

use anyhow::ensure;
use kepu_tests::Server;
use kepu_tests::school::School;

use crate::results::{Row, median, per_second, ratio};

const PUPILS: usize = 500;
const ENTRIES: i64 = 50_000;
/// As the sealer does it.
const BATCH: i64 = 1000;

/// Ids of long ago: what runs in the background looks for those of the last minutes alone.
const FILL: &str = "
INSERT INTO ledger_entry (district_id, id, policy_id, policy_version_id, person_id, record_id, amount, cause, reason, category,
                          rule, school_id, class_id, grade, host_id, on_day, account_id, at)
SELECT $1, ('01900000-0000-7000-8000-' || lpad(to_hex(g), 12, '0'))::uuid, 'guangming-illustrative', v.policy_version_id,
       e.person_id, gen_random_uuid(), 2000, 'confirmed',
       '[{\"code\":\"counted_by_rule\",\"params\":{\"credit\":\"2\",\"formula\":\"1 × 2\",\"rule\":\"practice\"}}]',
       'practice', 'practice', e.school_id, e.class_id, e.grade, $2, date '2025-09-01' + (g % 280)::int, $3, now()
FROM generate_series(1, $4) g
JOIN (SELECT person_id, school_id, class_id, grade, row_number() OVER (ORDER BY id) - 1 AS n
      FROM enrolment WHERE district_id = $1) e ON e.n = g % $5
JOIN policy_adoption v ON v.district_id = $1 AND v.state = 'effective'";

const LIMIT_TABLES: &str = "
DROP TABLE IF EXISTS limit_leaf, limit_salt, limit_node;
CREATE TABLE limit_leaf (LIKE seal_leaf INCLUDING INDEXES);
CREATE TABLE limit_salt (LIKE seal_salt INCLUDING INDEXES);
CREATE TABLE limit_node (LIKE seal_node INCLUDING INDEXES);";

/// Of one batch: from which place on, and before which one. A subtree is complete with its last leaf.
const LIMIT_BATCH: [&str; 3] = [
    "INSERT INTO limit_leaf SELECT * FROM seal_leaf WHERE district_id = $1 AND position >= $2 AND position < $3",
    "INSERT INTO limit_salt SELECT * FROM seal_salt WHERE district_id = $1 AND position >= $2 AND position < $3",
    "INSERT INTO limit_node SELECT n.* FROM generate_series(1, 20) AS l
     JOIN seal_node n ON n.district_id = $1 AND n.level = l AND n.position >= ($2 >> l) AND n.position < ($3 >> l)",
];

/// Measures both in turn.
pub async fn run(rounds: usize) -> anyhow::Result<Vec<Row>> {
    let (mut sealed, mut limit) = (Vec::new(), Vec::new());
    for _ in 0..rounds {
        let server = Server::start().await;
        let school = School::new(&server, PUPILS).await;
        school.adopt(include_str!("../../policies/guangming-illustrative.yaml")).await;
        sqlx::query(FILL)
            .bind(school.district)
            .bind(school.base)
            .bind(school.official.id)
            .bind(ENTRIES)
            .bind(i64::try_from(PUPILS)?)
            .execute(server.pool())
            .await?;
        sqlx::raw_sql("ANALYZE").execute(server.pool()).await?;
        let start = Instant::now();
        let many = kepu_api::seals::seal_all(server.state()).await?;
        let seconds = start.elapsed().as_secs_f64();
        ensure!(i64::try_from(many)? == ENTRIES, "{many} of {ENTRIES} entries were sealed");
        sealed.push(rate(seconds));
        limit.push(rate(copied(&server, &school).await?));
    }
    let (sealed, limit) = (median(sealed), median(limit));
    Ok(vec![Row {
        name: "sealing the ledger",
        figure: format!("{} entries", per_second(sealed)),
        limit: format!("the same rows, by the database alone: {} leaves", per_second(limit)),
        ratio: ratio(sealed, limit),
        target: 250,
        smaller_is_better: false,
    }])
}

/// How many seconds the database takes for the same rows.
async fn copied(server: &Server, school: &School) -> anyhow::Result<f64> {
    sqlx::raw_sql(LIMIT_TABLES).execute(server.pool()).await?;
    let start = Instant::now();
    for batch in 0..ENTRIES / BATCH {
        let mut tx = server.pool().begin().await?;
        for statement in LIMIT_BATCH {
            sqlx::query(statement)
                .bind(school.district)
                .bind(batch * BATCH)
                .bind((batch + 1) * BATCH)
                .execute(&mut *tx)
                .await?;
        }
        tx.commit().await?;
    }
    let seconds = start.elapsed().as_secs_f64();
    let many: (i64, i64, i64) = sqlx::query_as(
        "SELECT (SELECT count(*) FROM limit_leaf), (SELECT count(*) FROM limit_salt),
                (SELECT count(*) FROM seal_node) - (SELECT count(*) FROM limit_node)",
    )
    .fetch_one(server.pool())
    .await?;
    ensure!(many == (ENTRIES, ENTRIES, 0), "the limit has other rows: {many:?}");
    Ok(seconds)
}

#[expect(clippy::cast_precision_loss, reason = "a rate to print")]
fn rate(seconds: f64) -> f64 {
    ENTRIES as f64 / seconds
}
