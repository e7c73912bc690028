//! Every table that knows a person by id, and every text of every table: after an erasure none of them names the person. A table
//! that is new fails here until it is filled before, and goes along.

use std::collections::BTreeSet;
use std::io::Read;
use std::time::Duration;

use kepu_domain::role::{GrantScope, Role};
use kepu_tests::school::{activity, session_at};
use kepu_tests::{Client, Server};
use reqwest::multipart::{Form, Part};
use serde_json::{Value, json};
use sqlx::AssertSqlSafe;
use uuid::Uuid;

use crate::kit::{PDF, POLICY, Town, ask, step};

/// So is nobody else called.
const NAME: &str = "羿小满";

async fn run(server: &Server, sql: &str) {
    let done = sqlx::raw_sql(AssertSqlSafe(sql.to_owned())).execute(server.pool()).await;
    done.unwrap_or_else(|error| panic!("{sql}: {error}"));
}

async fn until(client: &Client, path: &str, states: &[&str]) -> Value {
    for _ in 0..600 {
        let now = client.get(path).await.expect(200);
        if states.iter().any(|state| now["state"] == *state) {
            return now;
        }
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    panic!("{path} never became {states:?}");
}

/// Tables that know persons by id, with how many rows they have of this one.
async fn by_id(server: &Server, person: Uuid) -> Vec<(String, i64)> {
    let tables: Vec<String> = sqlx::query_scalar(
        "SELECT c.table_name::text FROM information_schema.columns c
         JOIN information_schema.tables t USING (table_schema, table_name)
         WHERE table_schema = 'public' AND table_type = 'BASE TABLE' AND column_name = 'person_id' ORDER BY 1",
    )
    .fetch_all(server.pool())
    .await
    .expect("read");
    assert!(tables.len() > 15, "{tables:?}");
    let mut counts = Vec::new();
    for table in tables {
        let sql = format!("SELECT count(*) FROM {table} WHERE person_id = $1");
        let count =
            sqlx::query_scalar(AssertSqlSafe(sql)).bind(person).fetch_one(server.pool()).await.expect("counted");
        counts.push((table, count));
    }
    counts
}

/// Tables in which one of these texts stands, in whatever column: text, JSON, arrays, bytes.
async fn naming(server: &Server, texts: &[&str]) -> BTreeSet<String> {
    let columns: Vec<(String, Vec<String>)> = sqlx::query_as(
        "SELECT t.table_name::text, coalesce(array_agg(c.column_name::text) FILTER (WHERE c.data_type = 'bytea'), '{}')
         FROM information_schema.tables t JOIN information_schema.columns c USING (table_schema, table_name)
         WHERE table_schema = 'public' AND table_type = 'BASE TABLE' GROUP BY 1 ORDER BY 1",
    )
    .fetch_all(server.pool())
    .await
    .expect("read");
    let mut found = BTreeSet::new();
    for (table, bytes) in columns {
        let of_bytes: Vec<String> =
            bytes.iter().map(|column| format!(" OR position(convert_to(x, 'UTF8') IN t.{column}) > 0")).collect();
        let of_bytes = of_bytes.concat();
        let sql = format!(
            "SELECT EXISTS (SELECT FROM {table} t CROSS JOIN unnest($1::text[]) x
                            WHERE position(x IN to_jsonb(t)::text) > 0{of_bytes})"
        );
        let texts: Vec<String> = texts.iter().map(|text| (*text).to_owned()).collect();
        let there: bool =
            sqlx::query_scalar(AssertSqlSafe(sql)).bind(texts).fetch_one(server.pool()).await.expect("looked");
        if there {
            found.insert(table);
        }
    }
    found
}

/// A pupil who has done everything that there is to do.
async fn full_life(town: &Town, number: &str) {
    let (server, school, person) = (&town.server, &town.school, town.pupil(0));
    let (district, official, teacher) = (school.district, &school.official, &school.teacher);
    // A roster gives the name; another one is not taken over yet and has a row that cannot be.
    let class: String = sqlx::query_scalar("SELECT name FROM class").fetch_one(server.pool()).await.expect("a class");
    let head = "学校,年级,班级,学号,姓名,出生日期";
    for (row, outcome) in [
        (format!("第一试验学校,6,{class},{number},{NAME},2014-05-01"), "committed"),
        (format!("第一试验学校,6,{class},{number},{NAME},昨天"), "staged"),
    ] {
        let part = Part::bytes(format!("{head}\r\n{row}").into_bytes()).file_name("名册.csv");
        let form = Form::new().part("file", part).text("effective_on", "2026-09-01").text("mode", "partial");
        let import = official.post_form("/api/v1/roster/imports", form).await.expect(202);
        let path = format!("/api/v1/roster/imports/{}", import["id"].as_str().expect("an id"));
        let staged = until(official, &path, &["staged"]).await;
        if outcome == "committed" {
            let version = staged["version"].as_i64().expect("a version");
            let request = official.request(reqwest::Method::POST, &format!("{path}/commit"));
            let request = request.header("If-Match", format!("\"{version}\"")).json(&json!({ "allow_removals": true }));
            official.send(request).await.expect(202);
            until(official, &path, &["committed"]).await;
        }
    }
    // At two places at once, which the rules find.
    let museum = server.organization(district, "museum", "试验博物馆").await;
    let scope = GrantScope::Organization { district, organization: museum };
    let guide = server.account(Role::BaseStaff, scope).await;
    let starts = server.state().now() - chrono::Duration::hours(30);
    for (host, client) in [(school.base, &school.host), (museum, &guide)] {
        let activity = activity(server, district, host, "practice", 120).await;
        let session = session_at(server, district, host, activity, starts, None).await;
        school.record(session, &[person]).await;
        let path = format!("/api/v1/sessions/{session}/confirmation");
        client.post_json(&path, &json!({ "all": true })).await.expect(200);
    }
    let looked = official.post("/api/v1/exceptions/look").await.expect(200);
    assert_eq!(looked["opened"], 1, "{looked}");
    // A prize with its proof, kept with a key for who repeats the request.
    let contest = json!({
        "series": "district-science", "edition": "2026", "name_zh": "区科学竞赛", "stages": ["primary"],
        "valid_from": "2020-09-01", "valid_to": "2036-08-31",
    });
    let contest = official.post_json("/api/v1/competitions", &contest).await.expect(201);
    let prize = json!({
        "competition_id": contest["id"], "achieved_on": server.state().now().date_naive() - chrono::Days::new(3),
        "contest_level": "county", "award": "first", "work_id": "W1", "work_title": "自制望远镜",
        "members": [{ "number": number }],
    });
    let keyed = teacher.client.clone().with_header("Idempotency-Key", "prize-1");
    let made = keyed.post_json("/api/v1/results", &prize).await.expect(201);
    let result = format!("/api/v1/results/{}", made["items"][0]["id"].as_str().expect("an id"));
    let proof = Part::bytes(PDF.to_vec()).file_name(format!("{NAME}的奖状.pdf"));
    teacher.post_form(&format!("{result}/evidence"), Form::new().part("file", proof)).await.expect(201);
    // Family, pass, calendar, badge, papers.
    let student = town.family(Role::Student, 0).await;
    student.get(&format!("/api/v1/persons/{person}/pass")).await.expect(200);
    student.post_json("/api/v1/calendar-links", &json!({ "person_id": person })).await.expect(201);
    let line = made["items"][0]["id"].clone();
    let appeal = json!({ "line_kind": "result", "line_id": line, "grounds": format!("{NAME}的奖状是真的") });
    student.post_json("/api/v1/appeals", &appeal).await.expect(201);
    let body = json!({ "achievement": { "kind": "requirement", "id": "two" }, "with_name": true });
    student.post_json(&format!("/api/v1/persons/{person}/badges"), &body).await.expect(201);
    let admin = GrantScope::Organization { district, organization: school.school };
    let admin = server.account(Role::SchoolAdmin, admin).await;
    let body = json!({ "kind": "transcript", "class_id": school.class });
    let batch = admin.post_json("/api/v1/credential-batches", &body).await.expect(202);
    let path = format!("/api/v1/credential-batches/{}", batch["id"].as_str().expect("an id"));
    until(&admin, &path, &["done"]).await;
    // Asked for before, refused.
    let asked = ask(official, person, &format!("{NAME}的家长来函")).await.expect(201);
    step(&town.second, &asked, "refuse", &json!({ "reason": "身份未核验" })).await.expect(200);
    // A change of the rules, tried and adopted.
    let other = POLICY
        .replace("version: '1'", "version: '2'")
        .replace("fixed: 5", "fixed: 6")
        .replace("per_hour: 1", "per_hour: 3");
    let trial = official.post_json("/api/v1/policy-trials", &json!({ "document": other })).await.expect(202);
    until(official, &format!("/api/v1/policy-trials/{}", trial["id"].as_str().expect("an id")), &["computed"]).await;
    school.adopt(&other).await;
    kepu_api::seals::seal_all(server.state()).await.expect("sealed");
}

/// What no operation of this test makes.
async fn at_the_door_and_decided(town: &Town) {
    let (district, person) = (town.school.district, town.pupil(0));
    let scan = town.server.state().new_id();
    run(
        &town.server,
        &format!(
            "INSERT INTO scan (district_id, id, session_id, device_id, account_id, scanned_at, at, received_at, direction,
                               method, person_id, digest)
             SELECT '{district}', '{scan}', id, '{scan}', '{scan}', now(), now(), now(), 'in', 'hand', '{person}', ''
             FROM session LIMIT 1;
             INSERT INTO scan_verdict (district_id, scan_id, number, verdict, reason, at)
             VALUES ('{district}', '{scan}', 1, 'refused', 'not_registered', now());
             INSERT INTO scan_review (district_id, id, scan_id, decision, reason, account_id, at)
             VALUES ('{district}', '{scan}', '{scan}', 'refuse', '{NAME}不在名单', '{scan}', now());
             INSERT INTO door_closing (district_id, session_id, closed_by, closed_at, held)
             SELECT '{district}', id, '{scan}', now(), ARRAY['{person}'::uuid] FROM session LIMIT 1;
             INSERT INTO soft_decision (district_id, id, policy_id, rule, record_id, person_id, decision, reason, decided_by,
                                        decided_at)
             SELECT '{district}', '{scan}', 'trial', 'x', record_id, '{person}', 'waive', '{NAME}', '{scan}', now()
             FROM record WHERE person_id = '{person}' LIMIT 1;
             INSERT INTO former (district_id, kind, id, known_until, was)
             SELECT district_id, 'person', id, now(), to_jsonb(p) FROM person p WHERE id = '{person}'
             UNION ALL
             SELECT district_id, 'enrolment', id, now(), to_jsonb(e) FROM enrolment e WHERE person_id = '{person}';
             INSERT INTO webhook_endpoint (district_id, id, url, state, state_at, seen_to, created_by, created_at, updated_at)
             VALUES ('{district}', '{scan}', 'https://example.org/', 'paused', now(), '{scan}', '{scan}', now(), now());
             INSERT INTO webhook_delivery (district_id, id, endpoint_id, event_id, kind, occurred_at, body, state, made,
                                           ended_at, created_at)
             VALUES ('{district}', '{scan}', '{scan}', '{scan}', 'ledger_entry.booked', now(),
                     '{{\"person_id\":\"{person}\"}}', 'cancelled', 0, now(), now());
             INSERT INTO webhook_attempt (district_id, id, delivery_id, at, duration_ms, status)
             VALUES ('{district}', '{scan}', '{scan}', now(), 1, 200)"
        ),
    )
    .await;
}

#[tokio::test]
async fn after_an_erasure_no_table_knows_the_person() {
    let mut town = Town::of(3).await;
    let (person, number) = town.school.pupils[0].clone();
    full_life(&town, &number).await;
    let badge: String = sqlx::query_scalar("SELECT token FROM credential WHERE kind = 'badge'")
        .fetch_one(town.server.pool())
        .await
        .expect("a badge");
    town.holds().await;
    at_the_door_and_decided(&town).await;
    town.agreed(person).await;

    let id = person.to_string();
    let marks = [NAME, number.as_str(), id.as_str()];
    let without: Vec<_> = by_id(&town.server, person).await.into_iter().filter(|(_, count)| *count == 0).collect();
    assert_eq!(without, [], "fill these before, so that it is seen that they go along");
    let before = naming(&town.server, &marks).await;
    for table in [
        "person",
        "audit_event",
        "idempotency_key",
        "roster_import_row",
        "evidence",
        "door_closing",
        "policy_adoption",
        "credential",
        "scan_review",
        "erasure",
        "appeal",
        "former",
        "webhook_delivery",
    ] {
        assert!(before.contains(table), "{table} is not among {before:?}");
    }
    let pack = json!({ "name": "全部报表", "from": "2026-09-01", "to": "2027-08-31" });
    let pack = town.school.official.post_json("/api/v1/report-packs", &pack).await.expect(202);
    let pack_at = format!("/api/v1/report-packs/{}", pack["id"].as_str().expect("an id"));
    let made = until(&town.school.official, &pack_at, &["ready"]).await;
    let files = town.server.state().config().data.data_dir.join("files");
    let evidence = |folder: &str| walk(&files.join(folder)).len();
    assert_eq!((evidence("evidence"), evidence("papers")), (1, 1));

    town.later(7).await;
    assert_eq!(town.carry_out().await, 1);
    town.holds().await;
    let with: Vec<_> = by_id(&town.server, person).await.into_iter().filter(|(_, count)| *count > 0).collect();
    assert_eq!(with, [], "rows of who was erased");
    let naming = naming(&town.server, &marks).await;
    assert_eq!(naming, BTreeSet::new(), "tables that still name who was erased");
    assert_eq!(evidence("evidence"), 0, "the proof is gone");
    let zip = walk(&files.join("papers")).pop().expect("the papers of the others");
    let mut zip = zip::ZipArchive::new(std::fs::File::open(zip).expect("opened")).expect("a ZIP");
    let mut papers = Vec::new();
    for at in 0..zip.len() {
        let mut paper = zip.by_index(at).expect("a paper");
        paper.read_to_end(&mut Vec::new()).expect("read");
        papers.push(paper.name().expect("a name").into_owned());
    }
    assert!(!papers.is_empty() && papers.iter().all(|paper| !paper.contains(&number)), "{papers:?}");

    // A pack of reports that was made before may name the person: it is made anew, as of the moment of the first.
    let anew = until(&town.school.official, &pack_at, &["ready"]).await;
    assert_eq!((made["as_of"].is_null(), anew["as_of"].is_string()), (true, true), "{anew}");
    assert_eq!(anew["files"].as_array().map(Vec::len), Some(2), "{anew}");
    let file = format!("{pack_at}/files/reports.xlsx");
    assert_eq!(town.school.official.get(&file).await.status, 200);

    // The badge that somebody has kept is told as revoked by the published list; nobody can say whose it was.
    let payload: Value = {
        use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
        let part = badge.split('.').nth(1).expect("a payload");
        serde_json::from_slice(&URL_SAFE_NO_PAD.decode(part).expect("base64url")).expect("JSON")
    };
    let nobody = town.server.anonymous();
    let at = |address: &Value| {
        address.as_str().expect("an address").strip_prefix(&town.server.url).expect("ours").to_owned()
    };
    let keys = nobody.get(&format!("{}/jwks.json", at(&payload["iss"]))).await.expect(200);
    let list = nobody.get(&at(&payload["credentialStatus"]["statusListCredential"])).await.text();
    let keys = serde_json::from_value(keys).expect("keys");
    let refused = kepu_api::credentials::verify(&badge, &keys, &[list], town.server.state().now());
    assert_eq!(refused.err().map(|refusal| refusal.code()), Some("revoked"));
}

fn walk(folder: &std::path::Path) -> Vec<std::path::PathBuf> {
    let Ok(entries) = std::fs::read_dir(folder) else { return Vec::new() };
    let paths = entries.map(|entry| entry.expect("an entry").path());
    paths.flat_map(|path| if path.is_dir() { walk(&path) } else { vec![path] }).collect()
}
