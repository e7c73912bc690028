//! Whether persons meet what is asked is told of the end of a period that is over: a report or pack that is made late says what
//! stood then.

use chrono::TimeDelta;
use kepu_tests::{PASSWORD, Server};
use serde_json::{Value, json};

use super::town::Town;

async fn read(town: &Town, path: &str) -> Value {
    town.first.official.get(&format!("/api/v1/reports/ready/{path}")).await.expect(200)
}

fn section(report: &Value, key: &str) -> Value {
    let all = report["sections"].as_array().expect("sections");
    all.iter().find(|one| one["key"] == key).unwrap_or_else(|| panic!("{key}: {report:#}"))["rows"].clone()
}

#[tokio::test]
async fn standings_of_a_period_that_is_over_are_those_of_its_end() {
    let server = Server::start().await;
    let mut town = Town::new(&server).await;
    let day = |server: &Server| (server.state().now() + TimeDelta::hours(8)).date_naive();
    let last = day(&server);
    let first = last - TimeDelta::days(60);
    let then = read(&town, "requirements").await;
    assert_eq!(then["stood_on"], Value::Null);
    // As long as the period goes on, it is told of now.
    let open = read(&town, &format!("requirements?from={first}&to={last}")).await;
    assert_eq!((&open["stood_on"], section(&open, "whole")), (&Value::Null, section(&then, "whole")));

    server.advance(TimeDelta::days(3));
    for account in [&mut town.first.official, &mut town.first.host, &mut town.first.teacher] {
        account.client = server.sign_in(&account.login, PASSWORD).await;
    }
    let s = &town.first;
    let late = s.session(&server, s.base, "practice", 1).await;
    s.record(late, &[s.pupils[3].0, s.pupils[4].0]).await;
    s.confirm_all(late).await;
    let now = read(&town, "requirements").await;
    assert_ne!(section(&now, "whole"), section(&then, "whole"), "nobody meets more, so it proves nothing");

    let ended = format!("from={first}&to={last}");
    let told = read(&town, &format!("requirements?{ended}")).await;
    assert_eq!(told["stood_on"], json!(last));
    for key in ["whole", "schools", "grades", "classes"] {
        assert_eq!(section(&told, key), section(&then, key), "{key}");
    }
    assert_eq!(told["sections"], read(&town, &format!("requirements?as_of={last}")).await["sections"]);
    let said = told["notes"].to_string();
    assert!(said.contains(&last.to_string()), "it is said: {said}");
    // No later than a moment that is asked for.
    let before = last - TimeDelta::days(3);
    let problem = s.official.get(&format!("/api/v1/reports/ready/requirements?{ended}&as_of={before}")).await;
    problem.expect_problem(409, "no_policy");

    // The overview, a school and a class say the same of it, and of records what the period holds.
    let overview = read(&town, &format!("overview?{ended}")).await;
    let count = |rows: &Value, at: usize| rows[0]["cells"][at].clone();
    let stood = section(&then, "whole");
    assert_eq!(overview["stood_on"], json!(last));
    let asked = section(&overview, "requirements");
    assert_eq!([1, 2, 3].map(|at| count(&asked, at)), [1, 2, 3].map(|at| count(&stood, at)));
    for place in [format!("school={}", s.school), format!("class={}", s.class)] {
        let kind = place.split('=').next().expect("a word");
        let report = read(&town, &format!("{kind}?{place}&{ended}")).await;
        assert_eq!(report["stood_on"], json!(last));
        let met = section(&report, "requirements");
        let credits = |more: String| format!("/api/v1/reports/credits?group=requirement&{place}&from={first}{more}");
        let stood = s.official.get(&credits(format!("&to={last}&as_of={last}"))).await.expect(200);
        assert_eq!(count(&met, 2), stood["requirements"][0]["met"], "{place}: who met it");
        let stands = s.official.get(&credits(format!("&to={last}"))).await.expect(200);
        assert_ne!(count(&met, 2), stands["requirements"][0]["met"], "{place}: more meet it now");
    }

    // A period before anything was scored has no standings of its own, and says so.
    let early = read(&town, &format!("requirements?from={first}&to={before}")).await;
    assert_eq!(early["stood_on"], Value::Null);
    assert_eq!(section(&early, "whole"), section(&now, "whole"));
    assert!(early["notes"].to_string().contains("还没有按本办法计分"), "{early:#}");
}
