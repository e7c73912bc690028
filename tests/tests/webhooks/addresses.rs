//! Where a webhook may go.

use kepu_tests::{Server, school::School};
use serde_json::json;

use crate::kit::{Receiver, book, detail, hook, stand};

#[tokio::test]
async fn under_usual_settings_only_public_addresses_over_https_are_taken() {
    let server = Server::start().await;
    let school = School::new(&server, 1).await;
    let table = [
        ("https://hooks.example.cn/kepu?token=1", None),
        ("https://hooks.example.cn:8443/", None),
        ("http://hooks.example.cn/", Some("not_https")),
        ("ftp://hooks.example.cn/", Some("not_https")),
        ("https://hooks.example.cn:22/", Some("wrong_port")),
        ("https://user:word@hooks.example.cn/", Some("has_credentials")),
        ("https://hooks.example.cn/#part", Some("has_fragment")),
        ("https://localhost/", Some("not_public")),
        ("https://127.0.0.1/", Some("not_public")),
        // Other ways to write 127.0.0.1.
        ("https://127.1/", Some("not_public")),
        ("https://2130706433/", Some("not_public")),
        ("https://0x7f.0.0.1/", Some("not_public")),
        ("https://[::ffff:127.0.0.1]/", Some("not_public")),
        ("https://[::1]/", Some("not_public")),
        ("https://169.254.169.254/latest/meta-data", Some("not_public")),
        ("https://10.0.0.8/", Some("not_public")),
        ("https://database/", Some("not_public")),
        ("hooks.example.cn", Some("invalid_url")),
        ("", Some("required")),
    ];
    for (url, code) in table {
        let body = json!({ "url": url, "kinds": ["ledger_entry.booked"] });
        let answer = school.official.post_json("/api/v1/webhooks", &body).await;
        match code {
            None => drop(answer.expect(201)),
            Some(code) => {
                let problem = answer.expect_problem(422, "invalid");
                assert_eq!(problem["errors"][0]["code"], code, "{url}: {problem}");
            }
        }
    }
    for (body, code) in [
        (json!({ "url": "https://a.example.cn/", "kinds": [] }), "wrong_count"),
        (json!({ "url": "https://a.example.cn/", "kinds": ["ping"] }), "not_for_subscribers"),
    ] {
        let problem = school.official.post_json("/api/v1/webhooks", &body).await.expect_problem(422, "invalid");
        assert_eq!(problem["errors"][0]["code"], code, "{problem}");
    }
    let made = school.official.get("/api/v1/webhooks").await.expect(200)["items"][0]["id"].clone();
    let path = format!("/api/v1/webhooks/{}", made.as_str().expect("an id"));
    let change = json!({ "url": "https://192.168.1.1/" });
    let problem = school.official.patch_json(&path, 1, &change).await.expect_problem(422, "invalid");
    assert_eq!(problem["errors"][0]["code"], "not_public");
}

/// A name is judged by what it resolves to when it is called, and nothing is sent to what is closed.
#[tokio::test]
async fn a_name_that_resolves_to_this_machine_is_not_called() {
    let server = Server::start_with(|config| {
        config.webhook_http = true;
        config.webhook_networks = vec!["10.99.0.0/16".parse().expect("a network")];
    })
    .await;
    let school = School::new(&server, 1).await;
    let receiver = Receiver::start().await;
    let url = receiver.url.replace("127.0.0.1", "localhost");
    let hook = hook(&school.official, &url, &["participation.confirmed"]).await;
    book(&server, &school).await;
    for _ in 0..200 {
        let waiting = stand(&school.official, &hook, &["waiting"]).await;
        if waiting[0]["last_failure"] == "not_public" {
            let kept = detail(&school.official, &waiting[0]).await;
            assert_eq!(kept["attempts"][0]["status"], serde_json::Value::Null, "{kept}");
            assert_eq!(receiver.got().len(), 0);
            return;
        }
        assert!(waiting[0]["last_failure"].is_null(), "{waiting:?}");
        tokio::time::sleep(std::time::Duration::from_millis(50)).await;
    }
    panic!("it was not tried");
}

/// An address of numbers that was taken under other settings is judged again before it is called.
#[tokio::test]
async fn an_address_is_judged_again_before_it_is_called() {
    let server = Server::start_with(|config| config.webhook_http = true).await;
    let school = School::new(&server, 1).await;
    let receiver = Receiver::start().await;
    let hook = hook(&school.official, "https://hooks.example.cn/", &["participation.confirmed"]).await;
    sqlx::query("UPDATE webhook_endpoint SET url = $1")
        .bind(&receiver.url)
        .execute(server.pool())
        .await
        .expect("moved");
    book(&server, &school).await;
    for _ in 0..200 {
        let waiting = stand(&school.official, &hook, &["waiting"]).await;
        if waiting[0]["last_failure"] == "not_public" {
            assert_eq!(receiver.got().len(), 0);
            return;
        }
        tokio::time::sleep(std::time::Duration::from_millis(50)).await;
    }
    panic!("it was not tried");
}
