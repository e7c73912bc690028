//! A holder asks for renewal, and the authority renews or refuses.

use kepu_api::reminders::remind;
use kepu_domain::role::{GrantScope, Role};
use reqwest::multipart::{Form, Part};
use serde_json::{Value, json};

use crate::kit::{PDF, Town, rules, text};

/// Granted to a and to b until the end of the year, under a scheme that renews in the last ninety days.
async fn held(town: &Town) -> (String, String) {
    let scheme = json!({ "code": "children-centre", "name_zh": "儿童科创中心", "holder_kinds": [], "rules": rules() });
    let scheme = town.by("official").post_json("/api/v1/schemes", &scheme).await.expect(201);
    let mut paths = Vec::new();
    for name in ["a", "b"] {
        let body = json!({ "scheme_id": scheme["id"], "number": format!("R-{name}"), "valid_from": "2024-01-01",
                           "valid_to": "2026-12-31" });
        let path = format!("/api/v1/organizations/{}/designations", town.organizations[name]);
        let made = town.by("official").post_json(&path, &body).await.expect(201);
        assert_eq!(made["standing"], "in_force");
        paths.push(format!("/api/v1/designations/{}", text(&made["id"])));
    }
    (paths.remove(0), paths.remove(0))
}

fn ask() -> Value {
    json!({ "text": "三年来每周开放，接待两千人次。" })
}

/// Steps that wait for somebody.
async fn waiting(town: &Town, name: &str) -> Vec<String> {
    remind(town.server.state()).await.expect("reminded");
    let page = town.by(name).get("/api/v1/reminders?waiting=true").await.expect(200);
    page["items"].as_array().expect("items").iter().map(|one| text(&one["step"]).to_owned()).collect()
}

#[tokio::test]
async fn a_holder_asks_for_renewal_and_the_authority_answers() {
    let mut town = Town::new().await;
    let elsewhere = town.server.district("外区").await;
    town.enter("stranger", Role::DistrictOfficial, GrantScope::District { district: elsewhere }).await;
    let (a, b) = held(&town).await;
    let renewals = format!("{a}/renewals");
    town.by("a").post_json(&renewals, &ask()).await.expect_problem(409, "renewal_closed");

    // In the window it is asked once, with a file, by its holder alone.
    town.go_to("2026-12-01").await;
    assert_eq!(waiting(&town, "a").await, ["renew"]);
    town.by("a").post_json(&renewals, &json!({ "text": " " })).await.expect_problem(422, "invalid");
    town.by("b").post_json(&renewals, &ask()).await.expect_problem(404, "not_found");
    town.by("official").post_json(&renewals, &ask()).await.expect_problem(403, "forbidden");
    let asked = town.by("a").post_json(&renewals, &ask()).await.expect(201);
    assert_eq!((&asked["state"], &asked["asked_on"]), (&json!("asked"), &json!("2026-12-01")));
    town.by("a").post_json(&renewals, &ask()).await.expect_problem(409, "asked_already");
    let file = format!("{renewals}/{}/file", text(&asked["id"]));
    let form = || Form::new().part("file", Part::bytes(PDF).file_name("总结.pdf"));
    town.by("official").get(&file).await.expect_problem(404, "not_found");
    town.by("official").post_form(&file, form()).await.expect_problem(403, "forbidden");
    town.by("a").post_form(&file, form()).await.expect(201);
    town.by("a").post_form(&file, form()).await.expect_problem(409, "too_many_files");
    let kept = town.by("official").get(&file).await;
    assert_eq!((kept.status, kept.bytes.as_slice()), (200, PDF));
    for name in ["b", "teacher", "tied", "stranger"] {
        town.by(name).get(&renewals).await.expect_problem(404, "not_found");
        town.by(name).get(&file).await.expect_problem(404, "not_found");
    }
    let seen = town.by("auditor").get(&renewals).await.expect(200);
    assert_eq!(seen["items"][0]["file_name"], "总结.pdf");

    // The holder waits; the authority is told, and sees it on its list.
    assert_eq!(waiting(&town, "a").await, Vec::<String>::new());
    assert!(waiting(&town, "official").await.contains(&"answer_renewal".to_owned()));
    let list = town.by("official").get("/api/v1/renewals").await.expect(200);
    assert_eq!((&list["items"][0]["number"], &list["items"][0]["valid_to"]), (&json!("R-a"), &json!("2026-12-31")));
    town.by("a").get("/api/v1/renewals").await.expect_problem(403, "forbidden");

    // Refused with its reason, it may be asked again; whoever asked in time is renewed, however late the answer.
    let refuse = format!("{renewals}/{}/refuse", text(&asked["id"]));
    town.by("official").post_json(&refuse, &json!({ "reason": "" })).await.expect_problem(422, "invalid");
    town.by("a").post_json(&refuse, &json!({ "reason": "x" })).await.expect_problem(403, "forbidden");
    town.by("stranger").post_json(&refuse, &json!({ "reason": "x" })).await.expect_problem(404, "not_found");
    let refused = town.by("official").post_json(&refuse, &json!({ "reason": "缺年度总结" })).await.expect(200);
    assert_eq!((&refused["state"], &refused["reason"]), (&json!("refused"), &json!("缺年度总结")));
    town.by("official").post_json(&refuse, &json!({ "reason": "x" })).await.expect_problem(409, "answered_already");
    // It is told, and has until the last day to ask again.
    assert_eq!(waiting(&town, "a").await, ["renewal_answered", "renew"]);
    town.go_to("2026-12-31").await;
    town.by("a").post_json(&renewals, &ask()).await.expect(201);
    town.go_to("2027-01-15").await;
    town.post("official", &format!("{b}/renew"), &json!({ "reason": "x" })).await.expect_problem(409, "renewal_closed");
    let renewed = town.post("official", &format!("{a}/renew"), &json!({ "reason": "同意" })).await.expect(200);
    assert_eq!((&renewed["valid_to"], &renewed["standing"]), (&json!("2029-12-31"), &json!("in_force")));
    let seen = town.by("a").get(&renewals).await.expect(200);
    let states: Vec<&str> = seen["items"].as_array().expect("items").iter().map(|one| text(&one["state"])).collect();
    assert_eq!(states, ["granted", "refused"]);
    assert_eq!(town.by("official").get("/api/v1/renewals").await.expect(200)["items"], json!([]));
    assert!(!waiting(&town, "official").await.contains(&"answer_renewal".to_owned()));
    for (action, times) in [("ask_renewal", 2), ("renewal_file", 1), ("refuse_renewal", 1), ("renew", 1)] {
        assert_eq!(town.audited(&format!("designation.{action}")).await, times, "{action}");
    }
    town.holds().await;
}

#[tokio::test]
async fn where_all_awards_end_on_one_day_the_next_one_is_asked_for() {
    let mut town = Town::new().await;
    let mut fixed = rules();
    fixed["validity"] = json!({ "kind": "until", "day": "2026-12-31" });
    let scheme = json!({ "code": "fixed", "name_zh": "统一到年底", "holder_kinds": [], "rules": fixed });
    let scheme = town.by("official").post_json("/api/v1/schemes", &scheme).await.expect(201);
    let body =
        json!({ "scheme_id": scheme["id"], "number": "F-1", "valid_from": "2026-01-01", "valid_to": "2026-12-31" });
    let path = format!("/api/v1/organizations/{}/designations", town.organizations["a"]);
    let made = town.by("official").post_json(&path, &body).await.expect(201);
    let renew = format!("/api/v1/designations/{}/renew", text(&made["id"]));
    town.go_to("2026-12-01").await;
    let problem = town.post("official", &renew, &json!({ "reason": "同意" })).await.expect_problem(422, "invalid");
    let wrong = &problem["errors"][0];
    assert_eq!((&wrong["field"], &wrong["code"]), (&json!("valid_to"), &json!("scheme_over")));
    let says = text(&wrong["message"]);
    assert!(says.contains("2026-12-31") && says.contains("give the last day"), "{says}");
    let body = json!({ "reason": "同意", "valid_to": "2027-12-31" });
    town.post("official", &renew, &body).await.expect(200);
}
