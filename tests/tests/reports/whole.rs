//! The overview, schools, classes and bases as ready reports, against a recount from records and the ledger.

use std::collections::BTreeMap;

use kepu_domain::credit::Credit;
use kepu_domain::role::{GrantScope, Role};
use kepu_tests::Server;
use serde_json::Value;
use sqlx::PgPool;
use uuid::Uuid;

use super::ready::{by_of, recount, rows};
use super::town::Town;

/// What each record of the district earned, by the ledger, as the common table `got`.
macro_rules! got {
    ($rest:expr) => {
        concat!(
            "WITH got AS (
                 SELECT r.record_id, r.person_id, r.school_id, r.class_id, r.grade, r.host_id, r.starts_at,
                        (SELECT coalesce(sum(l.amount), 0)::bigint FROM ledger_entry l
                         WHERE l.district_id = $1 AND l.record_id = r.record_id) AS credits
                 FROM record r WHERE r.district_id = $1 AND r.known_until IS NULL
             ) ",
            $rest
        )
    };
}

/// Enrolled, with a record, with credit, records, thousandths: by a column of records and enrolments.
macro_rules! places {
    ($key:literal) => {
        got!(concat!(
            "SELECT k.key::text, ARRAY[
                 (SELECT count(DISTINCT e.person_id) FROM enrolment e WHERE e.district_id = $1 AND e.",
            $key,
            " = k.key), count(DISTINCT g.person_id), count(DISTINCT g.person_id) FILTER (WHERE g.credits > 0),
                 count(g.record_id), coalesce(sum(g.credits), 0)::bigint]
             FROM (SELECT DISTINCT e.",
            $key,
            " AS key FROM enrolment e WHERE e.district_id = $1) k LEFT JOIN got g ON g.",
            $key,
            " = k.key GROUP BY k.key"
        ))
    };
}

const PLACE: [&str; 5] = ["enrolled", "participants", "earners", "records", "credits"];

/// These cells of each row as numbers, credit in thousandths, by what the row is of.
fn numbers<const N: usize>(rows: &[BTreeMap<String, Value>], columns: [&str; N]) -> BTreeMap<String, Vec<i64>> {
    let number = |value: &Value| match value {
        Value::String(text) => text.parse::<Credit>().expect("credit").milli(),
        other => other.as_i64().unwrap_or_else(|| panic!("a number: {other}")),
    };
    let key = |value: &Value| value.as_str().map_or_else(|| value.to_string(), str::to_owned);
    rows.iter().map(|row| (key(&row["of"]), columns.iter().map(|column| number(&row[*column])).collect())).collect()
}

async fn total(pool: &PgPool, district: Uuid, sql: &'static str) -> Vec<i64> {
    sqlx::query_scalar(sql).bind(district).fetch_one(pool).await.expect("recounted")
}

const OVERVIEW: &str = got!(
    "SELECT ARRAY[(SELECT count(DISTINCT person_id) FROM enrolment WHERE district_id = $1), count(DISTINCT person_id),
                  count(DISTINCT person_id) FILTER (WHERE credits > 0), count(*), sum(credits)::bigint] FROM got"
);

#[tokio::test]
async fn the_overview_is_what_records_and_the_ledger_add_up_to() {
    let server = Server::start().await;
    let town = Town::new(&server).await;
    let (s, pool) = (&town.first, server.pool());
    let whole = rows(s, "overview", "whole").await;
    assert_eq!(numbers(&whole, PLACE)["null"], total(pool, s.district, OVERVIEW).await);
    let found = rows(s, "overview", "schools").await;
    assert_eq!(numbers(&found, PLACE), recount(pool, s.district, places!("school_id")).await);
    let found = rows(s, "overview", "grades").await;
    assert_eq!(numbers(&found, PLACE), recount(pool, s.district, places!("grade")).await);
    let hosts = recount(
        pool,
        s.district,
        got!(
            "SELECT host_id::text, ARRAY[count(DISTINCT person_id), count(*), sum(credits)::bigint] FROM got GROUP BY 1"
        ),
    )
    .await;
    assert_eq!(numbers(&rows(s, "overview", "hosts").await, ["participants", "records", "credits"]), hosts);
    let months = recount(
        pool,
        s.district,
        got!("SELECT to_char(starts_at AT TIME ZONE 'Asia/Shanghai', 'YYYY-MM'), ARRAY[count(DISTINCT person_id), count(*)]
              FROM got GROUP BY 1"),
    )
    .await;
    let told: BTreeMap<String, Vec<i64>> = rows(s, "overview", "months")
        .await
        .iter()
        .map(|row| {
            let count = |column: &str| row[column].as_i64().expect("a count");
            (row["month"].as_str().expect("a month").to_owned(), vec![count("participants"), count("records")])
        })
        .collect();
    assert_eq!(told, months);
    // A requirement is met by who has three credits.
    let asked = rows(s, "overview", "requirements").await;
    let met: i64 = sqlx::query_scalar(
        "SELECT count(*) FROM (SELECT person_id FROM ledger_entry WHERE district_id = $1 GROUP BY person_id
                               HAVING sum(amount) >= 3000) one",
    )
    .bind(s.district)
    .fetch_one(pool)
    .await
    .expect("recounted");
    assert_eq!(asked[0]["met"], met);
    for format in ["xlsx", "pdf", "csv&section=months"] {
        let file = s.official.get(&format!("/api/v1/reports/ready/overview?format={format}")).await;
        assert_eq!(file.status, 200, "{format}: {}", file.text());
    }
    let book = s.official.get("/api/v1/reports/ready/overview?format=xlsx").await;
    let mut parts = zip::ZipArchive::new(std::io::Cursor::new(book.bytes.clone())).expect("a package");
    assert!(parts.by_name("xl/charts/chart5.xml").is_ok(), "requirements, months, schools, grades and more are drawn");
}

#[tokio::test]
async fn schools_and_classes_are_recounted_beside_each_other_and_one_by_one() {
    let server = Server::start().await;
    let town = Town::new(&server).await;
    let (s, pool) = (&town.first, server.pool());
    let found = rows(s, "school", "schools").await;
    assert_eq!(numbers(&found, PLACE), recount(pool, s.district, places!("school_id")).await);
    let classes = recount(pool, s.district, places!("class_id")).await;
    let found = rows(s, "class", "classes").await;
    assert_eq!(numbers(&found, PLACE), classes);
    assert!(found.iter().all(|row| row["within"].as_str().is_some_and(|whose| whose.contains("学校"))), "{found:?}");

    // One school, and each of its classes by itself, says the same as its row.
    let one = rows(s, &format!("school?school={}", s.school), "whole").await;
    let own = recount(pool, s.district, places!("school_id")).await;
    assert_eq!(numbers(&one, PLACE)["null"], own[&s.school.to_string()]);
    let within = numbers(&rows(s, &format!("school?school={}", s.school), "classes").await, PLACE);
    assert_eq!(within[&s.class.to_string()], classes[&s.class.to_string()]);
    let class = format!("class?class={}", s.class);
    assert_eq!(numbers(&rows(s, &class, "whole").await, PLACE)["null"], classes[&s.class.to_string()]);
    let named = rows(s, &format!("{class}&detail=true"), "persons").await;
    let persons = recount(
        pool,
        s.district,
        got!(
            "SELECT p.id::text, ARRAY[count(g.record_id), coalesce(sum(g.credits), 0)::bigint]
              FROM person p JOIN enrolment e ON e.district_id = $1 AND e.person_id = p.id
              LEFT JOIN got g ON g.person_id = p.id AND g.class_id = e.class_id
              WHERE p.district_id = $1 AND e.class_id = (SELECT min(class_id::text)::uuid FROM enrolment
                                                         WHERE district_id = $1 AND school_id = (
                                                             SELECT school_id FROM enrolment WHERE district_id = $1
                                                             GROUP BY school_id ORDER BY count(*) DESC LIMIT 1))
              GROUP BY p.id"
        ),
    )
    .await;
    assert_eq!(numbers(&named, ["records", "credits"]), persons);
    let drawn: Value = s.official.get(&format!("/api/v1/reports/ready/{class}")).await.expect(200);
    assert!(drawn["sections"].as_array().expect("sections").iter().any(|one| one["key"] == "distribution"));
    s.official.get("/api/v1/reports/ready/class?detail=true").await.expect_problem(422, "invalid");
}

#[tokio::test]
async fn bases_are_recounted_and_each_sees_its_own() {
    let server = Server::start().await;
    let town = Town::new(&server).await;
    let (s, pool) = (&town.first, server.pool());
    let columns = ["sessions", "entered", "participants", "confirmed", "rejected", "waiting", "absent"];
    macro_rules! by {
        ($key:literal) => {
            concat!(
                "SELECT p.",
                $key,
                "::text, ARRAY[count(DISTINCT p.session_id), count(*),
                     count(DISTINCT p.person_id) FILTER (WHERE e.to_state = 'confirmed'),
                     count(*) FILTER (WHERE e.to_state = 'confirmed'), count(*) FILTER (WHERE e.to_state = 'rejected'),
                     count(*) FILTER (WHERE e.to_state IN ('recorded', 'attended')),
                     count(*) FILTER (WHERE e.to_state = 'absent')]
                 FROM participation p CROSS JOIN LATERAL (
                     SELECT v.to_state FROM participation_event v
                     WHERE v.district_id = $1 AND v.participation_id = p.id ORDER BY v.id DESC LIMIT 1) e
                 WHERE p.district_id = $1 GROUP BY 1"
            )
        };
    }
    let hosts = recount(pool, s.district, by!("host_id")).await;
    let found = rows(s, "base", "hosts").await;
    assert_eq!(by_of(&found, columns), hosts);
    assert_eq!(by_of(&rows(s, "base", "schools").await, columns), recount(pool, s.district, by!("school_id")).await);
    let credits = recount(
        pool,
        s.district,
        got!(
            "SELECT host_id::text, ARRAY[count(*) FILTER (WHERE credits > 0), sum(credits)::bigint] FROM got GROUP BY 1"
        ),
    )
    .await;
    assert_eq!(numbers(&found, ["credited", "credits"]), credits);
    // One says what its row says, and what the report of a host says.
    let one = rows(s, &format!("base?host={}", s.base), "whole").await;
    assert_eq!(by_of(&one, columns)["null"], hosts[&s.base.to_string()]);
    let told = s.official.get(&format!("/api/v1/reports/hosts?host={}", s.base)).await.expect(200);
    for column in columns {
        assert_eq!(told["totals"][column], one[0][column], "{column}");
    }

    let own = s.host.get("/api/v1/reports/ready/base").await.expect(200);
    let theirs = s.official.get(&format!("/api/v1/reports/ready/base?host={}", s.base)).await.expect(200);
    assert_eq!(own["sections"], theirs["sections"]);
    let other = format!("/api/v1/reports/ready/base?host={}", town.other_base);
    s.host.get(&other).await.expect_problem(403, "forbidden");
    for kind in ["settlement", "empty_places", "no_shows", "promptness", "base"] {
        let path = format!("/api/v1/reports/ready/{kind}?host={}", s.base);
        assert_eq!(s.host.get(&path).await.status, 200, "{kind}");
        let moment = server.state().now().to_rfc3339_opts(chrono::SecondsFormat::Micros, true);
        assert_eq!(s.host.get(&format!("{path}&as_of={moment}")).await.status, 200, "{kind} as of now");
    }
    let person = GrantScope::Person { district: s.district, person: s.pupils[0].0 };
    let student = server.account(Role::Student, person).await;
    for kind in ["overview", "school", "class", "base", "exceptions"] {
        student.get(&format!("/api/v1/reports/ready/{kind}")).await.expect_problem(403, "forbidden");
    }
    for kind in ["overview", "school", "class", "exceptions"] {
        s.host.get(&format!("/api/v1/reports/ready/{kind}")).await.expect_problem(403, "forbidden");
    }
}
