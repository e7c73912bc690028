//! Every figure of a small district, counted again from the ledger, the records and the roster.

use std::collections::BTreeMap;

use chrono::{Days, NaiveDate};
use kepu_domain::credit::Credit;
use kepu_domain::role::{GrantScope, Role};
use kepu_tests::Server;
use kepu_tests::school::School;
use serde_json::Value;
use sqlx::PgPool;
use uuid::Uuid;

use super::town::{POLICY, Town};

/// Where and when.
#[derive(Debug, Clone, Default)]
struct Cut {
    school: Option<Uuid>,
    class: Option<Uuid>,
    from: Option<NaiveDate>,
    to: Option<NaiveDate>,
}

impl Cut {
    fn query(&self) -> String {
        let mut parts = vec!["group=distribution,category,rule,requirement,level,host,school,grade,class".to_owned()];
        parts.extend(self.school.map(|id| format!("school={id}")));
        parts.extend(self.class.map(|id| format!("class={id}")));
        parts.extend(self.from.map(|day| format!("from={day}")));
        parts.extend(self.to.map(|day| format!("to={day}")));
        parts.join("&")
    }
}

fn milli(value: &Value) -> i64 {
    value.as_str().expect("a decimal in a string").parse::<Credit>().expect("a decimal").milli()
}

/// Persons, records and credit by some word, from the records known now and the ledger.
async fn recount(pool: &PgPool, district: Uuid, cut: &Cut, key: &'static str) -> BTreeMap<String, (i64, i64, i64)> {
    let sql = format!(
        "WITH known AS (
             SELECT record_id, person_id, school_id, class_id, grade, host_id,
                    (starts_at AT TIME ZONE 'Asia/Shanghai')::date AS day
             FROM record WHERE district_id = $1 AND known_until IS NULL
         ), earned AS (
             SELECT record_id, sum(amount)::bigint AS amount FROM ledger_entry WHERE district_id = $1 GROUP BY record_id
         ), words AS (SELECT record_id, category, rule FROM score_line WHERE district_id = $1)
         SELECT coalesce({key}::text, ''), count(DISTINCT person_id), count(*), coalesce(sum(amount), 0)::bigint
         FROM known LEFT JOIN earned USING (record_id) LEFT JOIN words USING (record_id)
         WHERE ($2::uuid IS NULL OR school_id = $2) AND ($3::uuid IS NULL OR class_id = $3)
           AND ($4::date IS NULL OR day >= $4) AND ($5::date IS NULL OR day <= $5)
         GROUP BY 1"
    );
    let rows: Vec<(String, i64, i64, i64)> = sqlx::query_as(sqlx::AssertSqlSafe(sql))
        .bind(district)
        .bind(cut.school)
        .bind(cut.class)
        .bind(cut.from)
        .bind(cut.to)
        .fetch_all(pool)
        .await
        .expect("recounted");
    rows.into_iter().map(|(key, persons, records, credit)| (key, (persons, records, credit))).collect()
}

async fn enrolled(pool: &PgPool, district: Uuid, cut: &Cut) -> Vec<Uuid> {
    sqlx::query_scalar(
        "SELECT DISTINCT person_id FROM enrolment
         WHERE district_id = $1 AND ($2::uuid IS NULL OR school_id = $2) AND ($3::uuid IS NULL OR class_id = $3)
           AND daterange(valid_from, valid_to, '[]') && daterange($4, $5, '[]')",
    )
    .bind(district)
    .bind(cut.school)
    .bind(cut.class)
    .bind(cut.from)
    .bind(cut.to)
    .fetch_all(pool)
    .await
    .expect("enrolled")
}

fn by(list: &Value, key: impl Fn(&Value) -> String) -> BTreeMap<String, (i64, i64, i64)> {
    let count = |v: &Value, field: &str| v[field].as_i64().expect("a count");
    list.as_array()
        .expect("a list")
        .iter()
        .filter(|v| count(v, "records") > 0)
        .map(|v| (key(v), (count(v, "participants"), count(v, "records"), milli(&v["credits"]))))
        .collect()
}

fn word(value: &Value) -> String {
    value.as_str().map(str::to_owned).or_else(|| value.as_i64().map(|n| n.to_string())).unwrap_or_default()
}

async fn check(server: &Server, town: &School, cut: &Cut) -> Value {
    let (pool, district) = (server.pool(), town.district);
    let report = town.official.get(&format!("/api/v1/reports/credits?{}", cut.query())).await.expect(200);
    let about = format!("{cut:?}: {report:#}");

    let totals = &report["totals"];
    let whole = recount(pool, district, cut, "''").await.remove("").unwrap_or_default();
    let (persons, records, credits) = whole;
    assert_eq!(totals["participants"], persons, "{about}");
    assert_eq!(totals["records"], records, "{about}");
    assert_eq!(milli(&totals["credits"]), credits, "{about}");
    let on_roll = enrolled(pool, district, cut).await;
    assert_eq!(totals["enrolled"], on_roll.len(), "{about}");
    let states = ["counted", "cut", "refused"].map(|f| totals[f].as_i64().expect("a count"));
    assert_eq!(states.iter().sum::<i64>(), records, "{about}");
    match i64::try_from(on_roll.len()).expect("few") {
        0 => assert_eq!(totals["participation"], Value::Null, "{about}"),
        all => {
            let exact = (persons * 100_000 / all + 5) / 10;
            assert_eq!(totals["participation"], format!("{}.{:04}", exact / 10_000, exact % 10_000), "{about}");
        }
    }

    let parts: [(&str, &'static str, &str); 6] = [
        ("by_category", "category", "category"),
        ("by_rule", "rule", "rule"),
        ("by_host", "host_id", "host_id"),
        ("by_school", "school_id", "school_id"),
        ("by_grade", "grade", "grade"),
        ("by_class", "class_id", "class_id"),
    ];
    for (part, column, field) in parts {
        let mine = recount(pool, district, cut, column).await;
        assert_eq!(by(&report[part], |v| word(&v[field])), mine, "{part} of {about}");
    }

    // The spread of totals, and who stands where, person by person.
    let by_person = recount(pool, district, cut, "person_id").await;
    let mut all: BTreeMap<String, i64> = on_roll.iter().map(|id| (id.to_string(), 0)).collect();
    all.extend(by_person.into_iter().map(|(id, (_, _, credit))| (id, credit)));
    let spread = &report["distribution"];
    assert_eq!(spread["persons"], all.len(), "{about}");
    let bands = spread["bands"].as_array().expect("bands");
    for (at, band) in bands.iter().enumerate() {
        let (from, to) = (milli(&band["from"]), milli(&band["to"]));
        let within =
            all.values().filter(|v| if at == 0 { **v == 0 } else { **v > 0 && from <= **v && **v < to }).count();
        assert_eq!(band["persons"], within, "band {at} of {about}");
    }
    assert_eq!(
        bands.iter().filter_map(|b| b["persons"].as_i64()).sum::<i64>(),
        i64::try_from(all.len()).expect("few"),
        "{about}"
    );

    let overall = recount(pool, district, &Cut::default(), "person_id").await;
    let scored: Vec<Uuid> = sqlx::query_scalar("SELECT person_id FROM score WHERE district_id = $1 AND eligible")
        .bind(district)
        .fetch_all(pool)
        .await
        .expect("scored");
    let here: Vec<i64> = scored
        .iter()
        .map(ToString::to_string)
        .filter(|id| all.contains_key(id))
        .map(|id| overall.get(&id).map_or(0, |sums| sums.2))
        .collect();
    let met = here.iter().filter(|total| **total >= 3000).count();
    let missing: i64 = here.iter().map(|total| (3000 - total).max(0)).sum();
    let requirement = &report["requirements"][0];
    assert_eq!((&requirement["met"], &requirement["short"]), (&met.into(), &(here.len() - met).into()), "{about}");
    assert_eq!(requirement["without"], all.len() - here.len(), "{about}");
    assert_eq!(milli(&requirement["shortfall"]["total"]), missing, "{about}");
    let levels = report["levels"].as_array().expect("levels");
    for (level, from, to) in [(Value::Null, 0, 2000), ("one".into(), 2000, 3000), ("two".into(), 3000, i64::MAX)] {
        let found = levels.iter().find(|l| l["level"] == level).expect("the level");
        assert_eq!(found["persons"], here.iter().filter(|t| from <= **t && **t < to).count(), "{level} of {about}");
    }
    report
}

#[tokio::test]
async fn every_figure_is_what_a_recount_gives_in_every_place_and_period() {
    let server = Server::start().await;
    let town = Town::new(&server).await;
    let school = &town.first;
    let whole = check(&server, school, &Cut::default()).await;
    assert_eq!(whole["policy"]["illustrative"], true);
    // 6 × 2, then 3 × 1, then nothing; 6 lectures.
    assert_eq!(whole["totals"]["credits"], "18");
    assert_eq!((&whole["totals"]["cut"], &whole["totals"]["refused"]), (&1.into(), &3.into()));
    assert_eq!(whole["totals"]["enrolled"], 15);

    for (place, class) in [(school.school, school.class), (town.second, town.second_class)] {
        check(&server, school, &Cut { school: Some(place), ..Cut::default() }).await;
        check(&server, school, &Cut { class: Some(class), ..Cut::default() }).await;
    }
    // Each day on which something happened, from it, until it, and only it.
    let days: Vec<NaiveDate> = sqlx::query_scalar("SELECT DISTINCT on_day FROM ledger_entry ORDER BY 1")
        .fetch_all(server.pool())
        .await
        .expect("days");
    assert!(days.len() >= 3);
    for day in days {
        let before = day.checked_sub_days(Days::new(1));
        for (from, to) in [(Some(day), None), (None, Some(day)), (Some(day), Some(day)), (None, before)] {
            check(&server, school, &Cut { from, to, ..Cut::default() }).await;
            check(&server, school, &Cut { from, to, school: Some(town.second), ..Cut::default() }).await;
        }
    }
    let long_ago = NaiveDate::from_ymd_opt(2009, 1, 1);
    let none = check(&server, school, &Cut { to: long_ago, ..Cut::default() }).await;
    assert_eq!((&none["totals"]["enrolled"], &none["totals"]["credits"]), (&0.into(), &"0".into()));
}

#[tokio::test]
async fn a_record_counts_for_the_school_of_its_day() {
    let server = Server::start().await;
    let town = Town::new(&server).await;
    let official = &town.first.official;
    let moved = town.first.pupils[2].0.to_string();
    let person = |list: &Value| {
        let items = list["items"].as_array().expect("items");
        items.iter().find(|p| p["person_id"] == moved.as_str()).cloned().expect("the pupil who moved")
    };
    let old = person(&official.get(&format!("/api/v1/reports/persons?school={}", town.first.school)).await.expect(200));
    let new = person(&official.get(&format!("/api/v1/reports/persons?school={}", town.second)).await.expect(200));
    let all = person(&official.get("/api/v1/reports/persons").await.expect(200));
    assert_eq!([&old["credits"], &new["credits"], &all["credits"]], ["3", "0.5", "3.5"]);
    assert_eq!([&old["total"], &new["total"], &all["total"]], ["3.5", "3.5", "3.5"]);
    assert_eq!([&old["grade"], &new["grade"], &all["grade"]], [6, 7, 7]);
    assert_eq!(all["by_category"], serde_json::json!({ "practice": "3", "lecture": "0.5" }));
    assert_eq!(all["requirements"][0]["met"], true);
    assert_eq!(all["levels"]["stars"], "two");
}

#[tokio::test]
async fn persons_are_found_by_what_they_still_need() {
    let server = Server::start().await;
    let town = Town::new(&server).await;
    let official = &town.first.official;
    let ask = async |query: &str| -> Vec<Value> {
        let answer = official.get(&format!("/api/v1/reports/persons?limit=500{query}")).await.expect(200);
        answer["items"].as_array().expect("items").clone()
    };
    let meets = |person: &Value| -> Option<bool> {
        let all = person["requirements"].as_array().expect("requirements");
        (person["eligible"] == true && !all.is_empty()).then(|| all.iter().all(|one| one["met"] == true))
    };
    let school = format!("&school={}", town.first.school);
    for place in ["", &school] {
        let everybody = ask(place).await;
        for met in [true, false] {
            let found = ask(&format!("{place}&met={met}")).await;
            let wanted: Vec<&Value> = everybody.iter().filter(|person| meets(person) == Some(met)).collect();
            assert!(!wanted.is_empty(), "the town has somebody of each: {place} {met}");
            assert_eq!(found.iter().collect::<Vec<_>>(), wanted, "{place} {met}");
        }
    }
    let file = official.get("/api/v1/reports/persons?format=csv&met=true").await;
    let met = ask("&met=true").await;
    for person in ask("").await {
        let name = person["number"].as_str().expect("a number");
        assert_eq!(file.text().contains(name), met.contains(&person), "{name}");
    }
    official.get("/api/v1/reports/persons?met=maybe").await.expect_problem(422, "invalid");
}

#[tokio::test]
async fn terms_and_bad_questions_are_understood() {
    let server = Server::start().await;
    let school = School::new(&server, 2).await;
    let official = &school.official;
    official.get("/api/v1/reports/credits").await.expect_problem(409, "no_policy");
    school.adopt(POLICY).await;
    let term = official.get("/api/v1/reports/credits?term=2025-autumn").await.expect(200);
    assert_eq!(term["period"], serde_json::json!({ "from": "2025-09-01", "to": "2026-01-31", "term": "2025-autumn" }));
    let nobody = Uuid::from_u128(7);
    for (query, status, field) in [
        ("term=2025-winter".to_owned(), 422, "term"),
        ("term=2025-autumn&from=2025-09-01".into(), 422, "term"),
        ("from=2026-02-01&to=2026-01-01".into(), 422, "to"),
        ("from=yesterday".into(), 422, "from"),
        ("level=school".into(), 422, "school"),
        ("level=class".into(), 422, "class"),
        (format!("level=district&school={}", school.school), 422, "level"),
        ("group=colour".into(), 422, "group"),
        ("format=pdf".into(), 422, "format"),
        (format!("school={nobody}"), 404, ""),
        (format!("class={nobody}"), 404, ""),
        (format!("school={}", school.base), 404, ""),
        ("schol=1".into(), 422, ""),
    ] {
        let answer = official.get(&format!("/api/v1/reports/credits?{query}")).await.expect(status);
        if !field.is_empty() {
            assert_eq!(answer["errors"][0]["field"], field, "{query}: {answer}");
        }
    }
    official.get("/api/v1/reports/credits?policy=other").await.expect_problem(409, "no_policy");
}

#[tokio::test]
async fn an_empty_district_has_a_report_of_nothing() {
    let server = Server::start().await;
    let school = School::new(&server, 0).await;
    school.adopt(POLICY).await;
    let report = check(&server, &school, &Cut::default()).await;
    assert_eq!(report["totals"]["enrolled"], 0);
    assert_eq!(report["distribution"]["bands"].as_array().map(Vec::len), Some(1));
    for path in ["persons", "records"] {
        let page = school.official.get(&format!("/api/v1/reports/{path}")).await.expect(200);
        assert_eq!(page["items"], serde_json::json!([]));
        for format in ["csv", "xlsx"] {
            let file = school.official.get(&format!("/api/v1/reports/{path}?format={format}")).await;
            assert_eq!(file.status, 200);
        }
    }
}

#[tokio::test]
async fn a_host_sees_what_happened_at_its_place() {
    let server = Server::start().await;
    let town = Town::new(&server).await;
    let report = town.first.host.get("/api/v1/reports/hosts").await.expect(200);
    let totals = &report["totals"];
    let figures = ["sessions", "entered", "participants", "confirmed", "rejected", "waiting", "credited"];
    let found: Vec<i64> = figures.iter().map(|f| totals[*f].as_i64().expect("a count")).collect();
    assert_eq!(found, [5, 18, 9, 16, 1, 1, 15], "{report:#}");
    assert_eq!(totals["credits"], "18");
    let schools = report["by_school"].as_array().expect("schools");
    assert_eq!(schools.len(), 2);
    let credits: i64 = schools.iter().map(|s| milli(&s["credits"])).sum();
    assert_eq!(credits, 18_000);
    let second = schools.iter().find(|s| s["school_id"] == town.second.to_string()).expect("the second school");
    assert_eq!((&second["confirmed"], &second["credits"], &second["sessions"]), (&3.into(), &"1.5".into(), &1.into()));
    // The other base earned nobody anything, and may not see this one.
    let other = town.other_host.get("/api/v1/reports/hosts").await.expect(200);
    assert_eq!((&other["totals"]["confirmed"], &other["totals"]["credits"]), (&3.into(), &"0".into()));
    let path = format!("/api/v1/reports/hosts?host={}", town.first.base);
    town.other_host.get(&path).await.expect_problem(403, "forbidden");
    let auditor = server.account(Role::Auditor, GrantScope::District { district: town.first.district }).await;
    assert_eq!(auditor.get(&path).await.expect(200)["totals"]["credits"], "18");
}
