//! What is changed in place, not by steps: who somebody is, where, what a school is said to be, when a session is, what is
//! paid. A report of a past moment is, to the letter, the report of that moment.

use chrono::{NaiveDate, TimeDelta};
use kepu_api::{credits, verify};
use kepu_tests::Server;
use kepu_tests::school::{activity, session_of};
use reqwest::Method;
use reqwest::multipart::{Form, Part};
use serde_json::{Value, json};
use uuid::Uuid;

use super::as_of::ask;
use super::town::{POLICY, Town};

const READY: [&str; 14] = [
    "overview",
    "school",
    "class",
    "base",
    "exceptions",
    "requirements",
    "not_reached",
    "equity",
    "programmes",
    "results",
    "settlement",
    "empty_places",
    "no_shows",
    "promptness",
];

/// The policy of the town, of an age on the day of the record.
fn policy() -> String {
    let ages = "  - id: of-age\n    when: { kind: lecture }\n    require: { age: { from: 7, to: 14 } }\nrules:";
    POLICY.replace("rules:", ages)
}

fn paths(town: &Town, today: NaiveDate) -> Vec<String> {
    let s = &town.first;
    let all = "group=distribution,category,rule,requirement,level,host,school,grade,class";
    let mut paths: Vec<String> = READY.iter().map(|kind| format!("ready/{kind}")).collect();
    paths.extend([
        "overview".to_owned(),
        format!("overview?school={}", s.school),
        format!("credits?{all}"),
        "persons?limit=100".to_owned(),
        "records?limit=100".to_owned(),
        format!("hosts?host={}", s.base),
        format!("hosts?host={}&from={}", s.base, today + TimeDelta::days(3)),
        format!("ready/settlement?host={}&detail=true", s.base),
        format!("ready/not_reached?school={}&detail=true", s.school),
        format!("ready/no_shows?host={}&detail=true", s.base),
        format!("ready/empty_places?host={}", s.base),
        format!("ready/school?school={}", s.school),
        format!("ready/class?class={}&detail=true", s.class),
        format!("ready/base?host={}", s.base),
    ]);
    paths
}

/// One whose sheet is read, too.
async fn sheet(town: &Town, as_of: Option<&str>) -> Value {
    let as_of = as_of.map(|moment| format!("?as_of={moment}")).unwrap_or_default();
    let path = format!("/api/v1/persons/{}/score{as_of}", town.first.pupils[0].0);
    let mut answer = town.first.official.get(&path).await.expect(200);
    answer["as_of"] = Value::Null;
    answer
}

/// What was told at a moment.
struct Told {
    after: &'static str,
    moment: String,
    answers: Vec<Value>,
    sheet: Value,
}

async fn tell(server: &Server, town: &Town, today: NaiveDate, after: &'static str) -> Told {
    server.advance(TimeDelta::seconds(1));
    let moment = server.state().now().to_rfc3339_opts(chrono::SecondsFormat::Micros, true);
    let mut answers = Vec::new();
    for path in paths(town, today) {
        answers.push(ask(town, &path, None).await);
    }
    let sheet = sheet(town, None).await;
    server.advance(TimeDelta::seconds(1));
    Told { after, moment, answers, sheet }
}

/// Changes what has a version.
async fn patch(town: &Town, path: &str, body: Value) {
    let client = &town.first.official;
    let version = client.get(path).await.expect(200)["version"].as_i64().expect("a version");
    client.patch_json(path, version, &body).await.expect(200);
}

/// Brings a sheet of the roster in, of this day.
async fn roster(server: &Server, town: &Town, day: &str, rows: &[String]) {
    let client = &town.first.official;
    let sheet = format!("学校,年级,班级,学号,姓名,出生日期,性别\r\n{}", rows.join("\r\n"));
    let form = Form::new()
        .part("file", Part::bytes(sheet.into_bytes()).file_name("名册.csv"))
        .text("effective_on", day.to_owned())
        .text("mode", "partial");
    let import = client.post_form("/api/v1/roster/imports", form).await.expect(202);
    let path = format!("/api/v1/roster/imports/{}", import["id"].as_str().expect("an id"));
    let until = async |wanted: &str| {
        for _ in 0..1000 {
            let now = client.get(&path).await.expect(200);
            if now["state"] == wanted {
                return now;
            }
            assert_ne!(now["state"], "failed", "{now}");
            tokio::time::sleep(std::time::Duration::from_millis(20)).await;
        }
        panic!("the import does not become {wanted}");
    };
    let staged = until("staged").await;
    let refused = client.get(&format!("{path}/rows?outcome=refused")).await.expect(200);
    assert_eq!(refused["items"], json!([]));
    let version = staged["version"].as_i64().expect("a version");
    let request = client.request(Method::POST, &format!("{path}/commit")).header("If-Match", format!("\"{version}\""));
    client.send(request.json(&json!({ "allow_removals": true }))).await.expect(202);
    until("committed").await;
    // What follows of it is booked in the background; here it is waited for.
    credits::stand_anew(server.state()).await.expect("scored");
}

/// An activity of a programme's theme, at the base; answers the programme, the theme and the activity.
async fn programme(server: &Server, town: &Town) -> (Uuid, Uuid, Uuid) {
    let (pool, state, s) = (server.pool(), server.state(), &town.first);
    let (programme, edition, theme) = (state.new_id(), state.new_id(), state.new_id());
    for (sql, id) in [
        (
            "INSERT INTO programme (id, authority_id, code, name_zh, version, created_at, updated_at)
             SELECT $1, $2, 'joint', '联合行动', 1, now(), now() WHERE $3::uuid IS NOT NULL",
            programme,
        ),
        (
            "INSERT INTO edition (id, programme_id, year, title_zh, first_day, last_day, state, published_at, version, created_at, updated_at)
             SELECT $1, $3, 2026, '本年', current_date - 60, current_date + 300, 'published', now(), 1, now(), now()
             WHERE $2::uuid IS NOT NULL",
            edition,
        ),
        (
            "INSERT INTO theme (id, edition_id, month, title_zh, version, created_at, updated_at)
             SELECT $1, $3, date_trunc('month', current_date)::date, '筑梦航天', 1, now(), now() WHERE $2::uuid IS NOT NULL",
            theme,
        ),
    ] {
        let above = if id == edition { programme } else { edition };
        sqlx::query(sql).bind(id).bind(s.district).bind(above).execute(pool).await.expect("inserted");
    }
    let rockets = activity(server, s.district, s.base, "practice", 60).await;
    sqlx::query("UPDATE activity SET edition_id = $2, theme_id = $3 WHERE id = $1")
        .bind(rockets)
        .bind(edition)
        .bind(theme)
        .execute(pool)
        .await
        .expect("of the theme");
    (programme, theme, rockets)
}

#[tokio::test]
async fn what_is_changed_in_place_does_not_change_a_report_of_before() {
    let server = Server::start().await;
    let town = Town::new(&server).await;
    let s = &town.first;
    s.adopt(&policy().replace("version: '1'", "version: 'ages'")).await;
    let today = (server.state().now() + TimeDelta::hours(8)).date_naive();
    let (programme, theme, rockets) = programme(&server, &town).await;
    let (_, number) = &s.pupils[0];
    let code: String = sqlx::query_scalar("SELECT code FROM organization WHERE id = $1")
        .bind(s.school)
        .fetch_one(server.pool())
        .await
        .expect("a code");
    let class: String = sqlx::query_scalar("SELECT name FROM class WHERE id = $1")
        .bind(s.class)
        .fetch_one(server.pool())
        .await
        .expect("a class");
    let row = |at: usize, class: &str, name: &str, born: &str, sex: &str| {
        format!("{code},7,{class},{},{name},{born},{sex}", s.pupils[at].1)
    };
    let named = |at: usize| format!("测试{}", s.pupils[at].1);
    // Six years old: too young for lectures.
    let young = (today - TimeDelta::days(6 * 365 + 100)).to_string();

    // One to come, of which somebody has a place; one that is over, with places left.
    let ahead = session_of(&server, s.district, s.base, rockets, -5, Some(30)).await;
    let over = session_of(&server, s.district, s.base, rockets, 3, Some(9)).await;
    let ids = s.record(over, &[s.pupils[0].0, s.pupils[3].0, s.pupils[4].0]).await;
    let body = json!({ "host_id": s.base, "yuan": "50", "first_day": "2020-01-01" });
    let tariff = s.official.post_json("/api/v1/tariffs", &body).await.expect(201);
    let mut told = vec![tell(&server, &town, today, "at first").await];

    let body = json!({ "confirm": [{ "participation_id": ids[0] }], "absent": [ids[1]] });
    s.host.post_json(&format!("/api/v1/sessions/{over}/confirmation"), &body).await.expect(200);
    told.push(tell(&server, &town, today, "a no-show").await);

    let amend = format!("/api/v1/participations/{}", ids[0]);
    let version = s.official.get(&amend).await.expect(200)["version"].as_i64().expect("a version");
    let client = s.host.client.clone().with_header("If-Match", &format!("\"{version}\""));
    client.post_json(&format!("{amend}/amend"), &json!({ "minutes": 45, "reason": "提前离场" })).await.expect(200);
    told.push(tell(&server, &town, today, "corrected").await);

    roster(&server, &town, &today.to_string(), &[row(0, &class, &named(0), &young, "女")]).await;
    told.push(tell(&server, &town, today, "another day of birth, a sex").await);
    roster(&server, &town, &today.to_string(), &[row(0, &class, "改名", &young, "男")]).await;
    told.push(tell(&server, &town, today, "another name and sex").await);

    patch(&town, &format!("/api/v1/organizations/{}", s.school), json!({ "attributes": { "位置": "农村" } })).await;
    told.push(tell(&server, &town, today, "an attribute of a school").await);
    let body = json!({ "name_zh": "改名学校", "attributes": { "位置": "城区" } });
    patch(&town, &format!("/api/v1/organizations/{}", s.school), body).await;
    patch(&town, &format!("/api/v1/organizations/{}", s.base), json!({ "name_zh": "改名基地" })).await;
    told.push(tell(&server, &town, today, "other names and attributes").await);

    roster(&server, &town, &today.to_string(), &[row(5, "新班", &named(5), "", "")]).await;
    told.push(tell(&server, &town, today, "to another class").await);
    roster(&server, &town, &today.to_string(), &[row(5, "第三班", &named(5), "", "")]).await;
    told.push(tell(&server, &town, today, "to a third one on the same day").await);

    // The session ahead is moved and gets other places, then it is over with nobody there but who had one.
    let body = json!({ "starts_at": server.state().now() + TimeDelta::hours(2),
                       "ends_at": server.state().now() + TimeDelta::hours(4), "capacity": 12 });
    let version = s.host.get(&format!("/api/v1/sessions/{ahead}")).await.expect(200)["version"].as_i64();
    s.host.patch_json(&format!("/api/v1/sessions/{ahead}"), version.expect("a version"), &body).await.expect(200);
    let path = format!("/api/v1/activities/{rockets}");
    let version = s.host.get(&path).await.expect(200)["version"].as_i64().expect("a version");
    s.host.patch_json(&path, version, &json!({ "title_zh": "水火箭" })).await.expect(200);
    told.push(tell(&server, &town, today, "another time, another title").await);

    let other = format!("/api/v1/themes/{theme}");
    let version: i64 = sqlx::query_scalar("SELECT version FROM theme WHERE id = $1")
        .bind(theme)
        .fetch_one(server.pool())
        .await
        .expect("a version");
    s.official.patch_json(&other, version, &json!({ "title_zh": "飞向月球" })).await.expect(200);
    let path = format!("/api/v1/programmes/{programme}");
    s.official.patch_json(&path, 1, &json!({ "name_zh": "联合大行动" })).await.expect(200);
    told.push(tell(&server, &town, today, "a theme and a programme").await);

    let request =
        s.official.request(Method::DELETE, &format!("/api/v1/tariffs/{}", tariff["id"].as_str().expect("an id")));
    let status = s.official.send(request).await.status;
    assert!((200..300).contains(&status), "withdrawn: {status}");
    let body = json!({ "host_id": s.base, "yuan": "80.50", "first_day": "2020-01-01" });
    s.official.post_json("/api/v1/tariffs", &body).await.expect(201);
    told.push(tell(&server, &town, today, "another tariff").await);

    let (designation, version): (Uuid, i64) =
        sqlx::query_as("SELECT id, version FROM designation WHERE organization_id = $1")
            .bind(s.base)
            .fetch_one(server.pool())
            .await
            .expect("a designation");
    let request = s
        .official
        .request(Method::POST, &format!("/api/v1/designations/{designation}/suspend"))
        .header("If-Match", format!("\"{version}\""))
        .json(&json!({ "from": today - TimeDelta::days(18), "reason": "整改" }));
    s.official.send(request).await.expect(200);
    told.push(tell(&server, &town, today, "a suspended designation").await);

    let body = json!({ "name_zh": "改名区" });
    patch(&town, &format!("/api/v1/districts/{}", s.district), body).await;
    told.push(tell(&server, &town, today, "another name of the district").await);

    for pair in told.windows(2) {
        assert_ne!(pair[0].answers, pair[1].answers, "{} changes nothing, so it proves nothing", pair[1].after);
    }
    for then in &told {
        for (path, answer) in paths(&town, today).iter().zip(&then.answers) {
            let now = ask(&town, path, Some(&then.moment)).await;
            assert_eq!(now.to_string(), answer.to_string(), "{}: {path} as of {}", then.after, then.moment);
        }
        let now = sheet(&town, Some(&then.moment)).await;
        assert_eq!(now, then.sheet, "{}: the sheet of {number} as of {}", then.after, then.moment);
    }
    let verified = verify::database_holds(server.state().db()).await.expect("verified");
    assert_eq!(verified.broken, [], "an invariant is broken");
}
