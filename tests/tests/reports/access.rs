//! Who may see which report, and that it is written down.

use kepu_domain::role::{GrantScope, Role};
use kepu_tests::Server;

use super::town::{POLICY, Town};
use kepu_tests::school::School;

#[tokio::test]
async fn each_role_sees_its_own_and_no_more() {
    let server = Server::start().await;
    let town = Town::new(&server).await;
    let s = &town.first;
    let district = s.district;
    let stranger = School::new(&server, 1).await;
    stranger.adopt(POLICY).await;

    let over = GrantScope::District { district };
    let city = GrantScope::Authority { authority: server.city(), districts: vec![district] };
    let person = GrantScope::Person { district, person: s.pupils[0].0 };
    let admin = server.account(Role::SchoolAdmin, GrantScope::Organization { district, organization: s.school }).await;
    let auditor = server.account(Role::Auditor, over).await;
    let city = server.account(Role::CityOfficial, city).await;
    let student = server.account(Role::Student, person.clone()).await;
    let guardian = server.account(Role::Guardian, person).await;
    let platform = server.account(Role::PlatformAdmin, GrantScope::Platform).await;

    // whole district, own school, other school, own class, other class, persons, records, own base
    let rows = [
        ("official", &s.official.client, [200, 200, 200, 200, 200, 200, 200, 200]),
        ("auditor", &auditor.client, [200, 200, 200, 200, 200, 200, 200, 200]),
        ("city", &city.client, [200, 200, 200, 200, 200, 200, 200, 200]),
        ("teacher", &s.teacher.client, [403, 200, 403, 200, 403, 200, 200, 403]),
        ("school_admin", &admin.client, [403, 200, 403, 200, 403, 200, 200, 403]),
        ("base_staff", &s.host.client, [403, 403, 403, 403, 403, 403, 200, 200]),
        ("other base", &town.other_host.client, [403, 403, 403, 403, 403, 403, 200, 403]),
        ("student", &student.client, [403, 403, 403, 403, 403, 403, 403, 403]),
        ("guardian", &guardian.client, [403, 403, 403, 403, 403, 403, 403, 403]),
        ("platform", &platform.client, [403, 403, 403, 403, 403, 403, 403, 403]),
        ("another district", &stranger.official.client, [404, 404, 404, 404, 404, 404, 404, 404]),
        ("nobody", &server.anonymous(), [401, 401, 401, 401, 401, 401, 401, 401]),
    ];
    let paths = [
        "credits?level=district".to_owned(),
        format!("credits?school={}", s.school),
        format!("credits?school={}", town.second),
        format!("credits?class={}", s.class),
        format!("credits?class={}", town.second_class),
        "persons".into(),
        "records".into(),
        format!("hosts?host={}", s.base),
    ];
    for (who, client, expected) in rows {
        let client = client.clone().for_district(district);
        for (path, status) in paths.iter().zip(expected) {
            for format in ["json", "csv", "xlsx"] {
                let mark = if path.contains('?') { '&' } else { '?' };
                let answer = client.get(&format!("/api/v1/reports/{path}{mark}format={format}")).await;
                assert_eq!(answer.status, status, "{who}: {path} as {format}: {}", answer.text());
            }
        }
    }

    // Lists hold what the caller may see.
    let count = async |client: &kepu_tests::Client, path: &str| {
        let page = client.get(&format!("/api/v1/reports/{path}")).await.expect(200);
        page["items"].as_array().map_or(0, Vec::len)
    };
    assert_eq!(count(&s.official, "persons").await, 15);
    assert_eq!(count(&s.teacher, "persons").await, 12);
    assert_eq!(count(&town.second_teacher, "persons").await, 4);
    assert_eq!(count(&s.official, "records").await, 19);
    assert_eq!(count(&s.teacher, "records").await, 16);
    assert_eq!(count(&town.second_teacher, "records").await, 3);
    assert_eq!(count(&s.host, "records").await, 16);
    assert_eq!(count(&town.other_host, "records").await, 3);
    s.host.get("/api/v1/reports/persons?level=district").await.expect_problem(403, "forbidden");
}

#[tokio::test]
async fn another_district_is_neither_seen_nor_summed() {
    let server = Server::start().await;
    let town = Town::new(&server).await;
    let other = School::new(&server, 4).await;
    other.adopt(POLICY).await;
    let report = other.official.get("/api/v1/reports/credits").await.expect(200);
    assert_eq!((&report["totals"]["enrolled"], &report["totals"]["records"]), (&4.into(), &0.into()));
    for query in [format!("school={}", town.first.school), format!("class={}", town.first.class)] {
        for path in ["credits", "persons", "records"] {
            other.official.get(&format!("/api/v1/reports/{path}?{query}")).await.expect_problem(404, "not_found");
        }
    }
}

#[tokio::test]
async fn every_reading_of_persons_is_written_down() {
    let server = Server::start().await;
    let school = School::new(&server, 3).await;
    school.adopt(POLICY).await;
    for path in ["persons", "records", "persons?format=csv", "records?format=xlsx", "credits?format=csv"] {
        assert_eq!(school.official.get(&format!("/api/v1/reports/{path}")).await.status, 200);
    }
    let rows: Vec<(String, String, String)> = sqlx::query_as(
        "SELECT action, object_id, detail->>'format' FROM audit_event WHERE action LIKE 'report.%' ORDER BY id",
    )
    .fetch_all(server.pool())
    .await
    .expect("the trail");
    let found: Vec<(&str, &str, &str)> = rows.iter().map(|(a, b, c)| (a.as_str(), b.as_str(), c.as_str())).collect();
    assert_eq!(
        found,
        [
            ("report.read", "persons", "json"),
            ("report.read", "records", "json"),
            ("report.export", "persons", "csv"),
            ("report.export", "records", "xlsx"),
            ("report.export", "credits", "csv"),
        ]
    );
}

#[tokio::test]
async fn a_school_reads_the_ready_reports_of_its_own_pupils_and_no_others() {
    let server = Server::start().await;
    let town = Town::new(&server).await;
    let s = &town.first;
    let organization = GrantScope::Organization { district: s.district, organization: s.school };
    let person = GrantScope::Person { district: s.district, person: s.pupils[0].0 };
    let admin = server.account(Role::SchoolAdmin, organization).await;
    let student = server.account(Role::Student, person).await;
    let stranger = School::new(&server, 1).await;
    stranger.adopt(POLICY).await;
    let kinds = ["requirements", "not_reached", "no_shows", "promptness", "programmes", "results", "equity"];
    for kind in kinds.into_iter().chain(["overview", "school", "class"]) {
        let path = format!("/api/v1/reports/ready/{kind}");
        let (own, other) = (format!("{path}?school={}", s.school), format!("{path}?school={}", town.second));
        let told = s.official.get(&own).await.expect(200);
        for client in [&s.teacher.client, &admin.client] {
            // What is told without a school is the own one, as the district reads it.
            assert_eq!(client.get(&path).await.expect(200)["sections"], told["sections"], "{kind}");
            assert_eq!(client.get(&own).await.expect(200)["sections"], told["sections"], "{kind}");
            client.get(&other).await.expect_problem(403, "forbidden");
            for format in ["csv", "xlsx", "pdf"] {
                assert_eq!(client.get(&format!("{own}&format={format}")).await.status, 200, "{kind} {format}");
                assert_eq!(client.get(&format!("{other}&format={format}")).await.status, 403, "{kind} {format}");
            }
        }
        let moment = server.state().now().to_rfc3339_opts(chrono::SecondsFormat::Micros, true);
        let past = admin.get(&format!("{own}&as_of={moment}")).await.expect(200);
        assert_eq!(past["sections"], told["sections"], "{kind}");
        for client in [&student.client, &s.host.client] {
            client.get(&own).await.expect_problem(403, "forbidden");
        }
        let elsewhere = stranger.official.get(&own).await;
        assert_eq!(elsewhere.status, 404, "{kind}");
    }
}
