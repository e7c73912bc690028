//! What is told at once: to who applies, to who holds, to the schools that have sessions ahead with a host.

use kepu_domain::role::{GrantScope, Role};
use kepu_tests::{Client, Server, school::School};
use reqwest::Method;
use serde_json::{Value, json};

use crate::kit::{Town, id, text};

/// What somebody is told, and of what.
async fn told(client: &Client) -> Vec<(String, String)> {
    client.news().await
}

fn of(object: &str, steps: &[&str]) -> Vec<(String, String)> {
    steps.iter().map(|step| ((*step).to_owned(), object.to_owned())).collect()
}

#[tokio::test]
async fn an_applicant_is_told_what_becomes_of_the_application() {
    let mut town = Town::new().await;
    let district = town.district;
    let colleague = GrantScope::Organization { district, organization: town.organizations["a"] };
    town.enter("colleague", Role::SchoolAdmin, colleague).await;
    let round = town.round().await;
    let (a, b) = (town.apply(&round, "a").await, town.apply(&round, "b").await);
    let back = json!({ "complete": false, "reason": "缺少计划" });
    town.post("official", &format!("{a}/completeness"), &back).await.expect(200);
    assert_eq!(told(town.by("a")).await, of(id(&a), &["application_returned"]));
    town.post("a", &format!("{a}/submit"), &Value::Null).await.expect(200);
    for application in [&a, &b] {
        town.post("official", &format!("{application}/completeness"), &json!({ "complete": true })).await.expect(200);
    }
    town.assign(&round, &["one", "two"]).await;
    for (application, staff) in [(&a, 50), (&b, 40)] {
        for name in ["one", "two"] {
            town.review(name, application, 30, staff).await.expect(200);
        }
    }
    town.go_to("2026-09-16").await;
    let at = format!("/api/v1/rounds/{}", text(&round["id"]));
    let one = |path: &str, approve: bool| json!({ "application_id": id(path), "approve": approve, "reason": "师资" });
    let decisions = json!({ "decisions": [one(&a, true), one(&b, false)] });
    town.by("official").post_json(&format!("{at}/decisions"), &decisions).await.expect(200);
    town.by("official").post(&format!("{at}/publication")).await.expect(200);
    town.post("b", &format!("{b}/appeal"), &json!({ "grounds": "有误" })).await.expect(200);
    let dismiss = json!({ "uphold": false, "reason": "维持原决定" });
    town.post("second", &format!("{b}/appeal/answer"), &dismiss).await.expect(200);
    town.go_to("2026-09-27").await;
    // The hourly round, which puts away what nobody has to do any more, leaves news alone, and tells none a second time.
    kepu_api::reminders::remind(town.server.state()).await.expect("reminded");
    town.post("official", &format!("{a}/award"), &json!({ "number": "KC-1" })).await.expect(201);
    let all = ["application_returned", "application_approved", "application_published", "application_awarded"];
    for name in ["a", "colleague"] {
        assert_eq!(told(town.by(name)).await, of(id(&a), &all), "{name}");
    }
    assert_eq!(told(town.by("b")).await, of(id(&b), &["application_refused", "refusal_answered"]));
    for name in ["c", "official", "second", "auditor", "tied", "one"] {
        assert_eq!(told(town.by(name)).await, [], "{name}");
    }

    // What was read is over; what nobody reads is so after a month.
    town.by("a").post_json("/api/v1/reminders/read", &json!({})).await.expect(200);
    assert_eq!(told(town.by("a")).await, []);
    town.go_to("2026-10-27").await;
    kepu_api::reminders::remind(town.server.state()).await.expect("reminded");
    assert_eq!(told(town.by("colleague")).await, of(id(&a), &["application_awarded"]), "within a month");
}

#[tokio::test]
async fn a_holder_is_told_of_its_suspension_and_schools_with_sessions_ahead_are() {
    let server = Server::start().await;
    let (home, guests, others) =
        (School::new(&server, 1).await, School::new(&server, 1).await, School::new(&server, 1).await);
    let admin = async |role: Role, district, organization| {
        server.account(role, GrantScope::Organization { district, organization }).await
    };
    let base = admin(Role::BaseAdmin, home.district, home.base).await;
    let near = admin(Role::SchoolAdmin, home.district, home.school).await;
    let far = admin(Role::SchoolAdmin, guests.district, guests.school).await;
    let stranger = admin(Role::SchoolAdmin, others.district, others.school).await;
    // Pupils of the one school are in a session ahead; places of another are kept for the other, in another district.
    for (days_ago, school) in [(-3, home.school), (-5, guests.school)] {
        let session = home.session(&server, home.base, "practice", days_ago).await;
        sqlx::query("INSERT INTO session_quota (session_id, school_id, places) VALUES ($1, $2, 5)")
            .bind(session)
            .bind(school)
            .execute(server.pool())
            .await
            .expect("kept");
    }
    let past = home.session(&server, home.base, "practice", 4).await;
    others.record(past, &[others.pupils[0].0]).await;

    let held = home.official.get(&format!("/api/v1/organizations/{}/designations", home.base)).await.expect(200);
    let held = text(&held["items"][0]["id"]).to_owned();
    let today = (server.state().now() + chrono::Duration::hours(8)).date_naive();
    let step = async |step: &str, version: i64, ahead: i64| {
        let body = json!({ "from": today + chrono::Duration::days(ahead), "reason": "整改" });
        let request = home.official.request(Method::POST, &format!("/api/v1/designations/{held}/{step}"));
        home.official.send(request.header("If-Match", format!("\"{version}\"")).json(&body)).await.expect(200)
    };
    step("suspend", 1, 4).await;
    assert_eq!(told(&base).await, of(&held, &["designation_suspended"]));
    assert_eq!(told(&near).await, [], "its session is before that day");
    assert_eq!(told(&far).await, of(&held, &["host_suspended"]));
    step("lift", 2, 4).await;
    step("revoke", 3, 0).await;
    assert_eq!(told(&base).await, of(&held, &["designation_suspended", "designation_resumed", "designation_revoked"]));
    assert_eq!(told(&near).await, of(&held, &["host_revoked"]));
    assert_eq!(told(&far).await, of(&held, &["host_suspended", "host_resumed", "host_revoked"]));
    assert_eq!(
        (told(&stranger).await, told(&home.official).await, told(&home.teacher).await),
        (vec![], vec![], vec![])
    );
    // What the news leads to can be opened.
    far.get(&format!("/api/v1/designations/{held}/standing")).await.expect(200);
}
