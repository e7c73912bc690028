//! Ready reports against a recount of the test's own.

use std::collections::BTreeMap;

use kepu_domain::credit::Credit;
use kepu_tests::{
    Server,
    school::{School, activity, class_of, session_of},
};
use serde_json::{Value, json};
use sqlx::PgPool;
use uuid::Uuid;

use super::town::{POLICY, Town};

/// The rows of a section as column → cell.
pub(super) async fn rows(town: &School, query: &str, section: &str) -> Vec<BTreeMap<String, Value>> {
    let report = town.official.get(&format!("/api/v1/reports/ready/{query}")).await.expect(200);
    let sections = report["sections"].as_array().expect("sections");
    let found = sections.iter().find(|one| one["key"] == section).unwrap_or_else(|| panic!("{section}: {report:#}"));
    let keys: Vec<String> = found["columns"]
        .as_array()
        .expect("columns")
        .iter()
        .map(|one| one["key"].as_str().expect("a key").into())
        .collect();
    let row = |row: &Value| {
        let mut cells: BTreeMap<String, Value> =
            keys.iter().cloned().zip(row["cells"].as_array().expect("cells").iter().cloned()).collect();
        let of = &row["of"];
        cells.insert("of".into(), if of["id"].is_null() { of["grade"].clone() } else { of["id"].clone() });
        cells
    };
    found["rows"].as_array().expect("rows").iter().map(row).collect()
}

/// These counts of each row, by what the row is of.
pub(super) fn by_of<const N: usize>(
    rows: &[BTreeMap<String, Value>],
    columns: [&str; N],
) -> BTreeMap<String, Vec<i64>> {
    let count = |row: &BTreeMap<String, Value>, column: &str| row[column].as_i64().expect("a count");
    let key = |value: &Value| value.as_str().map_or_else(|| value.to_string(), str::to_owned);
    rows.iter().map(|row| (key(&row["of"]), columns.iter().map(|column| count(row, column)).collect())).collect()
}

pub(super) async fn recount(pool: &PgPool, district: Uuid, sql: &'static str) -> BTreeMap<String, Vec<i64>> {
    let found: Vec<(String, Vec<i64>)> = sqlx::query_as(sql).bind(district).fetch_all(pool).await.expect("recounted");
    found.into_iter().collect()
}

#[tokio::test]
async fn who_is_not_reached_is_who_has_no_record() {
    let server = Server::start().await;
    let town = Town::new(&server).await;
    let (s, pool) = (&town.first, server.pool());
    // Persons one by one, from records and the ledger.
    macro_rules! by {
        ($key:literal) => {
            concat!(
                "WITH one AS (
                     SELECT DISTINCT e.person_id, e.",
                $key,
                "::text AS key,
                            EXISTS (SELECT FROM record r WHERE r.district_id = $1 AND r.person_id = e.person_id
                                                           AND r.known_until IS NULL) AS took,
                            (SELECT coalesce(sum(amount), 0) FROM ledger_entry l
                             WHERE l.district_id = $1 AND l.person_id = e.person_id) > 0 AS earned
                     FROM enrolment e WHERE e.district_id = $1)
                 SELECT key, ARRAY[count(*), count(*) FILTER (WHERE took), count(*) FILTER (WHERE NOT took),
                                   count(*) FILTER (WHERE NOT earned)] FROM one GROUP BY key"
            )
        };
    }
    let columns = ["enrolled", "reached", "not_reached", "no_credit"];
    let found = rows(s, "not_reached", "schools").await;
    assert_eq!(by_of(&found, columns), recount(pool, s.district, by!("school_id")).await);
    let found = rows(s, "not_reached", "grades").await;
    assert_eq!(by_of(&found, columns), recount(pool, s.district, by!("grade")).await);
    let found = rows(s, "not_reached", "classes").await;
    assert_eq!(by_of(&found, columns), recount(pool, s.district, by!("class_id")).await);
    let whole = &rows(s, "not_reached", "whole").await[0];
    assert_eq!((&whole["enrolled"], &whole["not_reached"]), (&json!(15), &json!(5)), "one moved and counts once");

    // By name, of one school: who has nothing, and who was there for nothing.
    let named = rows(s, &format!("not_reached?school={}&detail=true", s.school), "persons").await;
    let of = |at: usize| named.iter().find(|row| row["number"] == s.pupils[at].1.as_str());
    assert_eq!(of(7).map(|row| &row["took"]), Some(&json!("没有参与")));
    assert_eq!(of(9).map(|row| &row["took"]), Some(&json!("参与但无学分")));
    assert!(of(0).is_none(), "who has credit is not in it");
    s.official.get("/api/v1/reports/ready/not_reached?detail=true").await.expect_problem(422, "invalid");
    // A teacher sees the own school, and no other.
    let own = s.teacher.get("/api/v1/reports/ready/not_reached").await.expect(200);
    assert_eq!(own["sections"][1]["rows"].as_array().map(Vec::len), Some(1), "{own:#}");
    s.teacher
        .get(&format!("/api/v1/reports/ready/not_reached?school={}", town.second))
        .await
        .expect_problem(403, "forbidden");
}

#[tokio::test]
async fn absences_empty_places_and_how_long_it_took() {
    let server = Server::start().await;
    let town = Town::new(&server).await;
    let (s, pool) = (&town.first, server.pool());
    let club = activity(&server, s.district, s.base, "practice", 60).await;
    let small = session_of(&server, s.district, s.base, club, 4, Some(9)).await;
    let ids = s.record(small, &[s.pupils[0].0, s.pupils[1].0, s.pupils[3].0, s.pupils[4].0]).await;
    let body = json!({ "confirm": [{ "participation_id": ids[0] }, { "participation_id": ids[1] }],
                       "absent": [ids[2]] });
    s.host.post_json(&format!("/api/v1/sessions/{small}/confirmation"), &body).await.expect(200);

    let hosts = rows(s, "no_shows", "hosts").await;
    let mine = recount(
        pool,
        s.district,
        "SELECT host_id::text, ARRAY[count(*) FILTER (WHERE state NOT IN ('withdrawn', 'waitlisted')),
                                     count(*) FILTER (WHERE state = 'absent')]
         FROM participation WHERE district_id = $1 GROUP BY host_id",
    )
    .await;
    assert_eq!(by_of(&hosts, ["booked", "absent"]), mine);
    assert_eq!(by_of(&hosts, ["absent"])[&s.base.to_string()], [1]);
    let named = rows(s, &format!("no_shows?host={}&detail=true", s.base), "persons").await;
    assert_eq!(named.len(), 1);
    assert_eq!((&named[0]["number"], &named[0]["absent"]), (&json!(s.pupils[3].1), &json!(1)));

    // Nine places, two who came and one who waits.
    let empty = rows(s, "empty_places", "sessions").await;
    assert_eq!(by_of(&empty, ["places", "taken", "empty"]), BTreeMap::from([(small.to_string(), vec![9, 3, 6])]));
    let hosts = rows(s, "empty_places", "hosts").await;
    assert_eq!(by_of(&hosts, ["sessions", "not_full", "places", "empty"])[&s.base.to_string()], [1, 1, 9, 6]);
    s.official.get("/api/v1/reports/ready/empty_places?as_of=2020-01-01").await.expect_problem(409, "no_policy");

    // Hours from the end to the confirmation, person by person.
    let hosts = rows(s, "promptness", "hosts").await;
    let base = hosts.iter().find(|row| row["of"] == s.base.to_string()).expect("the base");
    let mut hours: Vec<f64> = sqlx::query_scalar(
        "SELECT (extract(epoch FROM greatest(e.at - s.ends_at, interval '0')) / 3600)::float8
         FROM participation p JOIN session s ON s.id = p.session_id
         JOIN participation_event e ON e.participation_id = p.id AND e.to_state = 'confirmed'
         WHERE p.district_id = $1 AND p.host_id = $2 AND p.state = 'confirmed'",
    )
    .bind(s.district)
    .bind(s.base)
    .fetch_all(pool)
    .await
    .expect("hours");
    hours.sort_by(f64::total_cmp);
    assert_eq!(base["confirmed"], hours.len());
    #[expect(clippy::cast_precision_loss, clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "few")]
    let ranked = |part: f64| hours[(hours.len() as f64 * part).ceil() as usize - 1];
    for (column, part) in [("confirm_median", 0.5), ("confirm_p90", 0.9)] {
        let told: f64 = base[column].as_str().expect("hours").parse().expect("a number");
        assert!((told - ranked(part)).abs() <= 0.06, "{column}: {told} and {}", ranked(part));
    }
    assert_eq!(base["credit_p90"], "0", "credit is booked with the confirmation");
    assert_eq!((&base["waiting"], &base["credited"]), (&json!(2), &json!(15)));
}

#[tokio::test]
async fn small_groups_are_hidden_and_cannot_be_computed() {
    let server = Server::start().await;
    let town = Town::new(&server).await;
    let (s, pool) = (&town.first, server.pool());
    // A third school, large enough, so that something can be shown.
    let third = server.organization(s.district, "school", "第三试验学校").await;
    let (_, pupils) = class_of(&server, s.district, third, 8, 30).await;
    class_of(&server, s.district, third, 7, 12).await;
    for (school, kind) in [(s.school, "城区"), (town.second, "乡镇"), (third, "乡镇")] {
        sqlx::query("UPDATE organization SET attributes = $2 WHERE id = $1")
            .bind(school)
            .bind(json!({ "位置": kind }))
            .execute(pool)
            .await
            .expect("kept");
    }
    sqlx::query("UPDATE person SET sex = CASE WHEN id = ANY($2) THEN 'female' ELSE 'male' END WHERE district_id = $1")
        .bind(s.district)
        .bind(pupils.iter().take(20).map(|pupil| pupil.0).collect::<Vec<_>>())
        .execute(pool)
        .await
        .expect("known");
    let schools = rows(s, "equity", "schools").await;
    let names: Vec<(Uuid, String)> =
        sqlx::query_as("SELECT id, name_zh FROM organization").fetch_all(pool).await.expect("the names");
    // By its name: what is hidden opens to nothing.
    let cell = |rows: &[BTreeMap<String, Value>], of: Uuid, column: &str| {
        let (_, name) = names.iter().find(|(id, _)| *id == of).expect("the name");
        rows.iter().find(|row| row["school"] == name.as_str()).expect("the school")[column].clone()
    };
    // The second school has four: hidden, and the smaller of the others of its kind with it.
    for column in ["persons", "took", "participation", "earned", "credits", "mean"] {
        assert_eq!(cell(&schools, town.second, column), "*", "{column}");
        assert_eq!(cell(&schools, third, column), "*", "{column}: the sum of its kind would tell the other");
    }
    let figures: (i64, i64, i64) = sqlx::query_as(
        "SELECT count(DISTINCT e.person_id),
                count(DISTINCT e.person_id) FILTER (WHERE EXISTS (
                    SELECT FROM record r WHERE r.person_id = e.person_id AND r.known_until IS NULL)),
                (SELECT sum(l.amount)::bigint FROM ledger_entry l WHERE l.person_id IN (
                    SELECT x.person_id FROM enrolment x WHERE x.school_id = $1 AND x.valid_to IS NULL))
         FROM enrolment e WHERE e.school_id = $1 AND e.valid_to IS NULL",
    )
    .bind(s.school)
    .fetch_one(pool)
    .await
    .expect("recounted");
    assert_eq!(cell(&schools, s.school, "persons"), figures.0);
    assert_eq!(cell(&schools, s.school, "took"), figures.1);
    assert_eq!(cell(&schools, s.school, "credits"), Credit::from_milli(figures.2).to_string());
    let kinds = rows(s, "equity", "attribute:位置").await;
    let of = |kind: &str| kinds.iter().find(|row| row["value"] == kind).expect("the kind")["persons"].clone();
    assert_eq!((of("城区"), of("乡镇")), (json!(11), json!(46)));
    assert_eq!(rows(s, "equity", "whole").await[0]["persons"], 57);
    let sexes = rows(s, "equity", "sexes").await;
    let of = |word: &str| sexes.iter().find(|row| row["sex"] == word).expect("the sex")["persons"].clone();
    assert_eq!((of("女"), of("男")), (json!(20), json!(37)));

    // Of one school at a time, and nothing of the inside of one that is hidden.
    let fourth = server.organization(s.district, "school", "第四试验学校").await;
    class_of(&server, s.district, fourth, 8, 40).await;
    class_of(&server, s.district, fourth, 7, 2).await;
    let school = async |id: Uuid, section: &str| {
        let all = rows(s, &format!("equity?school={id}"), section).await;
        all.into_iter().map(|row| row["persons"].clone()).collect::<Vec<_>>()
    };
    assert_eq!((school(fourth, "whole").await, school(fourth, "grades").await), (vec![json!(42)], vec![json!("*"); 2]));
    assert_eq!((school(s.school, "whole").await, school(s.school, "grades").await), (vec![json!(11)], vec![json!(11)]));
    assert_eq!((school(third, "whole").await, school(third, "grades").await), (vec![json!("*")], vec![json!("*"); 2]));
    // A teacher's own school is judged the same way.
    let own = s.teacher.get("/api/v1/reports/ready/equity").await.expect(200);
    let theirs = s.official.get(&format!("/api/v1/reports/ready/equity?school={}", s.school)).await.expect(200);
    assert_eq!(own["sections"], theirs["sections"]);
    assert!(own["sections"].as_array().expect("sections").iter().all(|section| section["key"] != "schools"));
    for few_days in ["from=2026-03-02", "from=2026-03-01&to=2026-03-30", "grade=7"] {
        s.official.get(&format!("/api/v1/reports/ready/equity?{few_days}")).await.expect_problem(422, "invalid");
    }
    s.official.get("/api/v1/reports/ready/equity?from=2026-03-01&to=2026-03-31").await.expect(200);
    s.official.get("/api/v1/reports/ready/equity?term=2025-autumn").await.expect(200);

    // What it hides is told elsewhere, which it says.
    for (lang, others) in [("zh", ["未覆盖学生", "达标情况"]), ("en", ["not reached", "requirements"])] {
        let report = s.official.get(&format!("/api/v1/reports/ready/equity?lang={lang}")).await.expect(200);
        let notes = report["notes"].to_string();
        assert!(others.iter().all(|other| notes.contains(other)), "{notes}");
    }

    // A district of four tells nothing at all.
    let tiny = School::new(&server, 4).await;
    tiny.adopt(POLICY).await;
    for section in ["whole", "schools", "grades", "sexes"] {
        for row in rows(&tiny, "equity", section).await {
            assert_eq!(row["persons"], "*", "{section}");
        }
    }
}

#[tokio::test]
async fn requirements_and_results_and_programmes_are_recounted() {
    let server = Server::start().await;
    let town = Town::new(&server).await;
    let (s, pool) = (&town.first, server.pool());
    let found = rows(s, "requirements", "schools").await;
    let mine = recount(
        pool,
        s.district,
        "SELECT e.school_id::text, ARRAY[count(*), count(*) FILTER (WHERE t.total >= 3000),
                                         count(*) FILTER (WHERE t.total < 3000)]
         FROM enrolment e CROSS JOIN LATERAL (
             SELECT coalesce(sum(amount), 0) AS total FROM ledger_entry l
             WHERE l.district_id = $1 AND l.person_id = e.person_id) t
         WHERE e.district_id = $1 AND e.valid_to IS NULL AND EXISTS (
             SELECT FROM score c WHERE c.district_id = $1 AND c.person_id = e.person_id AND c.eligible)
         GROUP BY e.school_id",
    )
    .await;
    assert_eq!(by_of(&found, ["persons", "met", "short"]), mine);

    // Results as they are kept, of two contests and a team.
    let contest = async |name: &str| -> Uuid {
        let id = server.state().new_id();
        sqlx::query(
            "INSERT INTO competition (id, district_id, series, edition, name_zh, valid_from, created_at, updated_at)
             VALUES ($1, $2, $3, '2026', $3, '2026-01-01', now(), now())",
        )
        .bind(id)
        .bind(s.district)
        .bind(name)
        .execute(pool)
        .await
        .expect("a contest");
        id
    };
    let (first, second) = (contest("创新大赛").await, contest("机器人竞赛").await);
    let team = Uuid::from_u128(9);
    for (at, (contest, award, team, state)) in [
        (first, "first", None, "verified"),
        (first, "first", Some(team), "verified"),
        (first, "first", Some(team), "verified"),
        (second, "second", None, "verified"),
        (second, "second", None, "revoked"),
    ]
    .into_iter()
    .enumerate()
    {
        sqlx::query(
            "INSERT INTO result (district_id, id, competition_id, person_id, school_id, achieved_on, contest_level, award,
                                 team_id, state, submitted_by, submitted_at, updated_at)
             VALUES ($1, $2, $3, $4, $5, '2026-05-01', 'city', $6, $7, $8, $2, now(), now())",
        )
        .bind(s.district)
        .bind(server.state().new_id())
        .bind(contest)
        .bind(s.pupils[at].0)
        .bind(s.school)
        .bind(award)
        .bind(team)
        .bind(state)
        .execute(pool)
        .await
        .expect("a result");
    }
    let found = rows(s, "results?from=2026-01-01&to=2026-12-31", "competitions").await;
    let columns = ["results", "achievements", "persons"];
    assert_eq!(
        by_of(&found, columns),
        BTreeMap::from([(first.to_string(), vec![3, 2, 3]), (second.to_string(), vec![1, 1, 1])])
    );
    assert_eq!(by_of(&rows(s, "results", "schools").await, columns)[&s.school.to_string()], [4, 3, 4]);
    assert!(rows(s, "results?to=2026-04-30", "competitions").await.is_empty());

    // An activity of a programme: two who came, their credit.
    let edition = server.state().new_id();
    sqlx::query(
        "WITH p AS (
             INSERT INTO programme (id, authority_id, code, name_zh, created_at, updated_at)
             VALUES ($1, $2, 'year', '科普年', now(), now()))
         SELECT 1",
    )
    .bind(edition)
    .bind(s.district)
    .execute(pool)
    .await
    .expect("a programme");
    sqlx::query(
        "INSERT INTO edition (id, programme_id, year, title_zh, first_day, last_day, state, published_at, created_at, updated_at)
         VALUES ($1, $1, 2026, '主题年', '2026-01-01', '2026-12-31', 'published', now(), now(), now())",
    )
    .bind(edition)
    .execute(pool)
    .await
    .expect("an edition");
    sqlx::query(
        "INSERT INTO theme (id, edition_id, month, title_zh, created_at, updated_at)
         VALUES ($1, $1, '2026-05-01', '昆虫', now(), now())",
    )
    .bind(edition)
    .execute(pool)
    .await
    .expect("a theme");
    let part = activity(&server, s.district, s.base, "lecture", 60).await;
    sqlx::query("UPDATE activity SET edition_id = $2, theme_id = $2 WHERE id = $1")
        .bind(part)
        .bind(edition)
        .execute(pool)
        .await
        .expect("part of it");
    let session = session_of(&server, s.district, s.base, part, 3, None).await;
    s.record(session, &[s.pupils[4].0, s.pupils[5].0]).await;
    s.confirm_all(session).await;
    for section in ["editions", "themes"] {
        let found = rows(s, "programmes", section).await;
        assert_eq!(
            by_of(&found, ["sessions", "hosts", "times", "persons"])[&edition.to_string()],
            [1, 1, 2, 2],
            "{section}"
        );
        assert_eq!(found[0]["credits"], "1", "{section}");
    }
    assert_eq!(rows(s, "programmes", "themes").await[0]["theme"], "昆虫");
}

#[tokio::test]
async fn every_ready_report_leaves_as_every_file_in_both_languages() {
    let server = Server::start().await;
    let town = Town::new(&server).await;
    let official = &town.first.official;
    for kind in [
        "settlement",
        "not_reached",
        "empty_places",
        "no_shows",
        "promptness",
        "equity",
        "programmes",
        "results",
        "requirements",
    ] {
        for lang in ["zh", "en"] {
            for (format, start) in [("json", "{"), ("csv", "\u{feff}"), ("xlsx", "PK"), ("pdf", "%PDF-")] {
                let answer = official.get(&format!("/api/v1/reports/ready/{kind}?format={format}&lang={lang}")).await;
                assert_eq!(answer.status, 200, "{kind} {format} {lang}: {}", answer.text());
                assert!(answer.bytes.starts_with(start.as_bytes()), "{kind} {format} {lang}");
            }
        }
    }
}
