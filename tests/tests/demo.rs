//! The demonstration: a small district loads through the API, the main job is played on it twice, everything verifies,
//! and a second start takes up what is there.

use std::time::{Duration, Instant};

use kepu_api::{
    clock::Clock,
    config::Config,
    demo::{
        self, Place,
        plan::Size,
        state::{Found, look},
    },
    postgres::Db,
    serve, verify,
};
use kepu_tests::TestDatabase;
use sqlx::PgPool;
use tempfile::TempDir;

async fn count(pool: &PgPool, sql: &'static str) -> i64 {
    sqlx::query_scalar(sql).fetch_one(pool).await.expect("counted")
}

fn place(database: &TestDatabase, files: &TempDir) -> (Place, Config) {
    let place = Place {
        data_dir: files.path().to_owned(),
        database_url: Some(database.url.clone()),
        listen: "127.0.0.1:0".parse().expect("an address"),
        size: Size::Small,
    };
    let mut config = Config::from_env();
    config.data.data_dir = files.path().to_owned();
    config.data.database_url = Some(database.url.clone());
    config.connections = 8;
    config.grace = 2;
    (place, config)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_small_district_loads_is_walked_and_verifies() {
    let database = TestDatabase::create().await.expect("a database");
    let files = tempfile::tempdir().expect("a folder");
    let (place, config) = place(&database, &files);
    demo::once_in(&place, config.clone(), &database.url).await.expect("loaded and walked");

    let pool = PgPool::connect(&database.url).await.expect("the owner");
    assert_eq!(look(&pool).await.expect("looked"), Found::Whole("small".to_owned()));
    assert_eq!(count(&pool, "SELECT count(*) FROM person WHERE kind = 'student'").await, 180);
    assert_eq!(count(&pool, "SELECT count(*) FROM organization WHERE kind = 'base'").await, 2);
    let participations = count(&pool, "SELECT count(*) FROM participation").await;
    assert!((1_400..2_200).contains(&participations), "{participations} participations");
    let states: Vec<String> = sqlx::query_scalar("SELECT DISTINCT state FROM participation ORDER BY 1")
        .fetch_all(&pool)
        .await
        .expect("states");
    for state in ["absent", "attended", "confirmed", "recorded", "registered", "rejected", "waitlisted", "withdrawn"] {
        assert!(states.iter().any(|s| s == state), "no participation is {state}: {states:?}");
    }
    // Those of the plan, and that of the walk.
    assert_eq!(count(&pool, "SELECT count(*) FROM result").await, 41);
    assert_eq!(count(&pool, "SELECT count(*) FROM soft_decision WHERE decision = 'waive'").await, 1);
    assert_eq!(count(&pool, "SELECT count(*) FROM soft_decision WHERE decision = 'enforce'").await, 1);
    let moments = "SELECT count(*) FROM participation p JOIN session s ON s.id = p.session_id
                   WHERE p.confirmed_at < s.starts_at";
    assert_eq!(count(&pool, moments).await, 0, "nothing is confirmed before it began");

    // A second start loads nothing again, and the job can be played once more.
    let began = Instant::now();
    demo::prepare(&place, &database.url).await.expect("taken up");
    assert!(began.elapsed() < Duration::from_secs(10), "{:?}", began.elapsed());
    demo::once_in(&place, config, &database.url).await.expect("walked again");
    assert_eq!(count(&pool, "SELECT count(*) FROM participation").await, participations + 45);
    assert_eq!(count(&pool, "SELECT count(*) FROM result").await, 42);

    let db = Db::open(&database.url, 2).await.expect("opened");
    let verified = verify::database_holds(&db).await.expect("verified");
    assert_eq!(verified.broken, [], "an invariant is broken");
    db.close().await;
}

#[tokio::test]
async fn what_is_not_the_demonstration_is_left_alone() {
    let database = TestDatabase::create().await.expect("a database");
    let files = tempfile::tempdir().expect("a folder");
    let (place, config) = place(&database, &files);
    let state = serve::open(config, &database.url, Clock::default()).await.expect("opened");
    kepu_api::admin::make(state.db(), "somebody", "Somebody", "a long enough password", state.now())
        .await
        .expect("an account");
    state.db().close().await;
    let error = demo::prepare(&place, &database.url).await.expect_err("refused");
    assert!(error.to_string().contains("something other than the demonstration"), "{error:#}");
    let pool = PgPool::connect(&database.url).await.expect("the owner");
    assert_eq!(count(&pool, "SELECT count(*) FROM account").await, 1);

    // One that was killed while it loaded is told apart.
    sqlx::query("UPDATE account SET login = 'demo.platform'").execute(&pool).await.expect("renamed");
    assert_eq!(look(&pool).await.expect("looked"), Found::Unfinished);
    let error = demo::prepare(&place, &database.url).await.expect_err("refused");
    assert!(error.to_string().contains("did not end"), "{error:#}");
}
