//! A badge from the student's request to the verifier's answer.

use std::process::Command;

use chrono::TimeDelta;
use kepu_api::credentials::{KeySet, verify};
use kepu_domain::credential::badge::HashedName;
use kepu_tests::Server;
use serde_json::{Value, json};
use uuid::Uuid;

use crate::kit::{self, badge, book, part, path, published, refused, requirement, student, town};

/// What is done to a badge before the schema sees it.
type Change = fn(&mut Value);

const OPEN_BADGES: &str = include_str!("schemas/ob_v3p0_achievementcredential_schema.json");
const PROFILE: &str = include_str!("schemas/ob_v3p0_profile_schema.json");
const W3C: &str = include_str!("schemas/w3c_verifiable_credential_v2_schema.json");

/// What a schema objects to, with the places.
fn objections(schema: &str, instance: &Value) -> Vec<String> {
    let schema: Value = serde_json::from_str(schema).expect("JSON");
    let validator = jsonschema::options().should_validate_formats(true).build(&schema).expect("a sound schema");
    validator.iter_errors(instance).map(|error| format!("{}: {error}", error.instance_path)).collect()
}

#[tokio::test]
async fn a_badge_says_what_the_ledger_proves_and_nothing_of_who_holds_it() {
    let server = Server::start().await;
    let school = town(&server, 2).await;
    book(&server, &school).await;
    let (pupil, number) = school.pupils[1].clone();
    let student = student(&server, &school, 1).await;
    let (made, jwt) = badge(&student, pupil, &requirement("two")).await;
    assert_eq!((made["state"].as_str(), made["kind"].as_str()), (Some("valid"), Some("badge")), "{made}");
    assert_eq!((made["title_zh"].as_str(), made["credits"].as_str()), (Some("满两分"), Some("4")), "{made}");

    // It holds for whoever has only what is published, and its key is where it says.
    assert_eq!(refused(&server, &jwt, server.state().now()).await, None);
    let (header, payload) = (part(&jwt, 0), part(&jwt, 1));
    assert_eq!((header["alg"].as_str(), header["typ"].as_str()), (Some("RS256"), Some("JWT")), "{header}");
    let key = server.anonymous().get(&path(&server, &header["kid"])).await.expect(200);
    assert_eq!((key["kid"].clone(), key["kty"].as_str()), (header["kid"].clone(), Some("RSA")));
    let profile = server.anonymous().get(&path(&server, &payload["iss"])).await.expect(200);
    assert_eq!((profile["id"].clone(), profile["name"].as_str()), (payload["iss"].clone(), Some("试验区")));

    // What it states is what the ledger has.
    let booked: i64 = sqlx::query_scalar("SELECT sum(amount)::bigint FROM ledger_entry WHERE person_id = $1")
        .bind(pupil)
        .fetch_one(server.pool())
        .await
        .expect("summed");
    assert_eq!((booked, payload["credentialSubject"]["creditsEarned"].as_f64()), (4000, Some(4.0)));
    let achievement = &payload["credentialSubject"]["achievement"];
    assert_eq!((achievement["name"].as_str(), achievement["version"].as_str()), (Some("满两分"), Some("2026")));
    let address = path(&server, &achievement["id"]);
    let published = server.anonymous().get(&address).await.expect(200);
    for field in ["id", "name", "description", "criteria", "version"] {
        assert_eq!(published[field], achievement[field], "{field}: {published}");
    }
    assert_eq!((published["creator"]["id"].clone(), achievement.get("tag")), (payload["iss"].clone(), None));
    server.anonymous().get(&format!("{address}x")).await.expect_problem(404, "not_found");
    let (issuer, _) = address.split_once("/achievements/").expect("an address");
    let elsewhere = format!("{issuer}/achievements/{}/credits", Uuid::nil());
    server.anonymous().get(&elsewhere).await.expect_problem(404, "not_found");
    let criteria = achievement["criteria"]["narrative"].as_str().expect("criteria");
    assert!(criteria.contains("满两分") && criteria.contains("Two credits"), "{criteria}");

    // Not whose it is: neither name nor number nor any id of the person is anywhere in it.
    let text = payload.to_string();
    for secret in [
        number.clone(),
        format!("测试{number}"),
        pupil.to_string(),
        school.school.to_string(),
        school.class.to_string(),
    ] {
        assert!(!text.contains(&secret), "the badge tells {secret}");
    }
    assert_eq!(payload["credentialSubject"].get("identifier"), None);
    let (_, again) = badge(&student, pupil, &requirement("two")).await;
    assert_ne!(part(&again, 1)["sub"], payload["sub"], "two badges of one person have nothing in common");
    assert_ne!(part(&again, 1)["credentialStatus"]["statusListIndex"], payload["credentialStatus"]["statusListIndex"]);

    // Unless the holder wants a name to be comparable.
    let mut named = requirement("two");
    named["with_name"] = json!(true);
    let (_, named) = badge(&student, pupil, &named).await;
    let identity = part(&named, 1)["credentialSubject"]["identifier"][0].clone();
    let salt = identity["salt"].as_str().expect("a salt");
    assert_eq!(identity["identityHash"], HashedName::of(&format!("测试{number}"), salt).hash);
    assert!(!part(&named, 1).to_string().contains(&number));

    // By its number anybody learns what is on it, and nothing of whose it is.
    let number_of_it = made["number"].as_str().expect("a number");
    assert_eq!(payload["credentialSubject"]["licenseNumber"], made["number"]);
    let check =
        server.anonymous().get(&format!("/api/v1/verify/{}", number_of_it.to_lowercase().replace('d', "D"))).await;
    let check = check.expect(200);
    assert_eq!((check["state"].as_str(), check["title_zh"].as_str()), (Some("valid"), Some("满两分")), "{check}");
    assert_eq!(check["holder"], Value::Null);
    assert!(!check.to_string().contains(&number) && !check.to_string().contains(&pupil.to_string()), "{check}");
    server.anonymous().get("/api/v1/verify/D1-AAAABBBBCCCC").await.expect_problem(404, "not_found");

    let issued: Vec<Value> =
        sqlx::query_scalar("SELECT detail FROM audit_event WHERE action = 'credential.issue' ORDER BY id")
            .fetch_all(server.pool())
            .await
            .expect("read");
    assert_eq!((issued.len(), issued[0]["number"].clone()), (3, made["number"].clone()));
}

#[tokio::test]
async fn a_badge_is_valid_under_the_official_schemas() {
    let server = Server::start().await;
    let school = town(&server, 1).await;
    let pupil = school.pupils[0].0;
    let student = student(&server, &school, 0).await;
    let wanted = [
        json!({ "achievement": { "kind": "credits" } }),
        requirement("two"),
        json!({ "achievement": { "kind": "level", "id": "rank" }, "with_name": true, "days": 1 }),
    ];
    let mut payloads = Vec::new();
    for body in &wanted {
        let (_, jwt) = badge(&student, pupil, body).await;
        let payload = part(&jwt, 1);
        assert_eq!(objections(OPEN_BADGES, &payload), Vec::<String>::new(), "{payload:#}");
        assert_eq!(objections(W3C, &payload), Vec::<String>::new(), "{payload:#}");
        payloads.push(payload);
    }
    assert_eq!(payloads[2]["name"], "星级 · 一星");
    let level = payloads[2]["credentialSubject"]["achievement"]["id"].as_str().expect("an id");
    assert!(level.ends_with("/level-rank-one"), "{level}");
    let issuer = server.anonymous().get(&path(&server, &payloads[0]["iss"])).await.expect(200);
    assert_eq!(objections(PROFILE, &issuer), Vec::<String>::new(), "{issuer:#}");
    let list = server.anonymous().get(&path(&server, &payloads[0]["credentialStatus"]["statusListCredential"])).await;
    let list = part(&list.text(), 1);
    assert_eq!(objections(W3C, &list), Vec::<String>::new(), "{list:#}");
    // What the standard asks of a status list, which has no schema of its own.
    assert_eq!(list["type"], json!(["VerifiableCredential", "BitstringStatusListCredential"]));
    let subject = &list["credentialSubject"];
    assert_eq!((&subject["type"], &subject["statusPurpose"]), (&json!("BitstringStatusList"), &json!("revocation")));
    assert_eq!(list["id"], payloads[0]["credentialStatus"]["statusListCredential"]);

    // And the schemas do object to what is wrong.
    let wrong: [(&str, &str, Change); 8] = [
        ("no issuer", OPEN_BADGES, |badge| {
            badge.as_object_mut().expect("an object").remove("issuer");
        }),
        ("no validFrom", OPEN_BADGES, |badge| {
            badge.as_object_mut().expect("an object").remove("validFrom");
        }),
        ("no moment", OPEN_BADGES, |badge| badge["validFrom"] = json!("yesterday")),
        ("contexts of long ago", OPEN_BADGES, |badge| {
            badge["@context"] = json!(["https://www.w3.org/2018/credentials/v1", "https://w3id.org/openbadges/v2"]);
        }),
        ("no criteria", OPEN_BADGES, |badge| {
            badge["credentialSubject"]["achievement"].as_object_mut().expect("an object").remove("criteria");
        }),
        ("a kind of identity that nobody knows", OPEN_BADGES, |badge| {
            badge["credentialSubject"]["identifier"] =
                json!([{ "type": "IdentityObject", "hashed": true, "identityHash": "x", "identityType": "face" }]);
        }),
        ("no type", W3C, |badge| badge["type"] = json!(["AchievementCredential"])),
        ("no subject", W3C, |badge| badge["credentialSubject"] = json!({})),
    ];
    for (what, schema, change) in wrong {
        let mut badge = payloads[1].clone();
        change(&mut badge);
        assert_ne!(objections(schema, &badge), Vec::<String>::new(), "{what}");
    }
}

#[tokio::test]
async fn a_badge_ends_when_its_time_is_over_or_the_district_says_so() {
    let server = Server::start().await;
    let school = town(&server, 2).await;
    let (own, other) = (school.pupils[0].0, school.pupils[1].0);
    let student_one = student(&server, &school, 0).await;
    let student_two = student(&server, &school, 1).await;
    let now = server.state().now();
    let mut short = requirement("two");
    short["days"] = json!(3);
    let (made, jwt) = badge(&student_one, own, &short).await;
    let (_, kept) = badge(&student_two, other, &requirement("two")).await;
    assert_eq!(refused(&server, &jwt, now).await, None);
    assert_eq!(refused(&server, &jwt, now + TimeDelta::days(3) + TimeDelta::minutes(5)).await, Some("expired"));
    assert_eq!(refused(&server, &jwt, now - TimeDelta::days(1)).await, Some("not_yet_valid"));

    let id = made["id"].as_str().expect("an id");
    let revocation = format!("/api/v1/credentials/{id}/revocation");
    school.official.post_json(&revocation, &json!({ "reason": " " })).await.expect_problem(409, "reason_required");
    assert_eq!(refused(&server, &jwt, now).await, None, "nothing has happened");
    let before = published(&server, &jwt).await;
    let revoked = school.official.post_json(&revocation, &json!({ "reason": "成绩有误" })).await.expect(200);
    assert_eq!((revoked["state"].as_str(), revoked["revoke_reason"].as_str()), (Some("revoked"), Some("成绩有误")));
    school.official.post_json(&revocation, &json!({ "reason": "x" })).await.expect_problem(409, "credential_revoked");
    assert_eq!(refused(&server, &jwt, now).await, Some("revoked"));
    assert_eq!(refused(&server, &kept, now).await, None, "the other one of the list still holds");
    let (_, fresh) = badge(&student_one, own, &requirement("two")).await;
    assert_eq!(refused(&server, &fresh, now).await, None, "and so does a new one of the same person");
    // Who has kept the list of before still has what was true then.
    assert!(verify(&jwt, &KeySet::from(&before.0), &before.1, now).is_ok());
    let number = made["number"].as_str().expect("a number");
    let check = server.anonymous().get(&format!("/api/v1/verify/{number}")).await.expect(200);
    assert_eq!((check["state"].as_str(), check.get("revoke_reason")), (Some("revoked"), None), "{check}");
    let told: Value = sqlx::query_scalar("SELECT detail FROM audit_event WHERE action = 'credential.revoke'")
        .fetch_one(server.pool())
        .await
        .expect("one");
    assert_eq!((told["number"].as_str(), told["reason"].as_str()), (Some(number), Some("成绩有误")));

    // Two that revoke at once both are in the list.
    let mut pair = Vec::new();
    for _ in 0..2 {
        pair.push(badge(&student_one, own, &requirement("two")).await);
    }
    let revoke = |made: &Value| {
        let path = format!("/api/v1/credentials/{}/revocation", made["id"].as_str().expect("an id"));
        let official = school.official.client.clone();
        async move { official.post_json(&path, &json!({ "reason": "x" })).await.expect(200) }
    };
    futures::future::join(revoke(&pair[0].0), revoke(&pair[1].0)).await;
    for (_, jwt) in &pair {
        assert_eq!(refused(&server, jwt, now).await, Some("revoked"));
    }
}

#[tokio::test]
async fn nothing_is_stated_that_is_not_reached_or_not_settled() {
    let server = Server::start().await;
    let school = town(&server, 1).await;
    let pupil = school.pupils[0].0;
    let student = student(&server, &school, 0).await;
    let path = format!("/api/v1/persons/{pupil}/badges");
    let wanted = |kind: &str, id: Value| json!({ "achievement": { "kind": kind, "id": id } });
    for (body, status, code) in [
        (requirement("ten"), 409, "requirement_not_met"),
        (requirement("eleven"), 409, "nothing_to_state"),
        (wanted("level", json!("order")), 409, "nothing_to_state"),
        (wanted("level", Value::Null), 422, "invalid"),
        (wanted("credits", json!("x")), 422, "invalid"),
        (json!({ "achievement": { "kind": "credits" }, "days": 0 }), 422, "invalid"),
        (json!({ "achievement": { "kind": "credits" }, "policy": "another" }), 409, "no_policy"),
    ] {
        let answer = student.post_json(&path, &body).await;
        assert_eq!(answer.status, status, "{body}: {}", answer.text());
        if code != "invalid" {
            assert_eq!(answer.body["code"], code, "{body}");
        }
    }
    // Somebody has changed the ledger behind the back of the rules.
    sqlx::query("UPDATE ledger_entry SET amount = 9000").execute(server.pool()).await.expect("changed");
    student.post_json(&path, &requirement("two")).await.expect_problem(409, "credit_unsettled");
}

#[tokio::test]
async fn a_key_is_replaced_and_what_it_signed_still_holds() {
    let server = Server::start().await;
    let school = town(&server, 1).await;
    let pupil = school.pupils[0].0;
    let student = student(&server, &school, 0).await;
    let now = server.state().now();
    let (_, old) = badge(&student, pupil, &requirement("two")).await;
    let keys = school.official.post("/api/v1/credential-keys").await.expect(201);
    assert_eq!(keys["items"].as_array().map(Vec::len), Some(2));
    let (made, new) = badge(&student, pupil, &requirement("two")).await;
    assert_ne!(part(&old, 0)["kid"], part(&new, 0)["kid"]);
    // The list was signed by the old key, and is signed by the new one once something is revoked.
    assert_eq!((refused(&server, &old, now).await, refused(&server, &new, now).await), (None, None));
    let path = format!("/api/v1/credentials/{}/revocation", made["id"].as_str().expect("an id"));
    school.official.post_json(&path, &json!({ "reason": "x" })).await.expect(200);
    assert_eq!((refused(&server, &old, now).await, refused(&server, &new, now).await), (None, Some("revoked")));
    let secrets: Vec<Uuid> =
        sqlx::query_scalar("SELECT key_id FROM credential_key_secret").fetch_all(server.pool()).await.expect("read");
    assert_eq!(secrets.len(), 1, "of a key that signs no more the secret half is gone");
    // After a year it goes by itself.
    server.advance(TimeDelta::days(366));
    let student = server.sign_in(&student.login, kepu_tests::PASSWORD).await;
    let (_, later) = badge(&student, pupil, &requirement("two")).await;
    assert_ne!(part(&later, 0)["kid"], part(&new, 0)["kid"]);
    let retired: i64 = sqlx::query_scalar("SELECT count(*) FROM credential_key WHERE retired_at IS NOT NULL")
        .fetch_one(server.pool())
        .await
        .expect("counted");
    assert_eq!(retired, 2);
}

#[tokio::test]
async fn the_command_line_verifies_a_badge_from_files_alone() {
    let mut server = Server::start().await;
    let school = town(&server, 1).await;
    let pupil = school.pupils[0].0;
    let student = student(&server, &school, 0).await;
    let (_, jwt) = badge(&student, pupil, &requirement("two")).await;
    let (keys, lists) = published(&server, &jwt).await;
    server.stop().await.expect("stopped");
    let folder = tempfile::tempdir().expect("a folder");
    let write = |name: &str, text: &str| {
        let path = folder.path().join(name);
        std::fs::write(&path, text).expect("written");
        path
    };
    let ours = json!(keys);
    let keys = write("jwks.json", &ours.to_string());
    let list = write("status.jwt", &lists[0]);
    let test = std::env::current_exe().expect("the path of the test");
    let built =
        test.ancestors().find(|f| f.join("kepu").is_file()).expect("kepu is built before the tests (make test)");
    let run = |badge: &str, at: &str| {
        let output = Command::new(built.join("kepu"))
            .arg("verify-badge")
            .arg(write("badge.jwt", badge))
            .arg("--keys")
            .arg(&keys)
            .arg("--status")
            .arg(&list)
            .args(["--lang", "en", "--at", at])
            .env_remove("DATABASE_URL")
            .output()
            .expect("kepu runs");
        (output.status.code(), String::from_utf8_lossy(&output.stdout).into_owned())
    };
    let now = server.state().now();
    let (status, told) = run(&jwt, &now.to_rfc3339());
    assert!(status == Some(0) && told.starts_with("valid: 满两分"), "{status:?} {told}");
    let (status, told) = run(&jwt, &(now + TimeDelta::days(731)).to_rfc3339());
    assert!(status == Some(1) && told.contains("[expired]"), "{status:?} {told}");
    let (status, told) = run(&jwt.replace('.', "A."), &now.to_rfc3339());
    assert!(status == Some(1) && told.contains("[malformed]"), "{status:?} {told}");

    // Lists of keys as others publish them: what is not said is open, what does not fit is passed over.
    let (n, e) = (&ours["keys"][0]["n"], &ours["keys"][0]["e"]);
    let curve = json!({ "kty": "EC", "crv": "P-256", "x": "AA", "y": "AA", "kid": "1" });
    let other = "AQAB".repeat(86);
    for (list, expected) in [
        (json!({ "keys": [{ "kty": "RSA", "n": n, "e": e }] }), None),
        (json!({ "kty": "RSA", "n": n, "e": e }), None),
        (json!({ "keys": [curve, { "kty": "RSA", "n": other, "e": "AQAB" }, { "kty": "RSA", "n": n, "e": e }] }), None),
        (json!({ "keys": [{ "kty": "RSA", "n": other, "e": "AQAB" }] }), Some("[tampered]")),
        (json!({ "keys": [{ "kty": "RSA", "n": n, "e": e, "kid": "another" }] }), Some("[unknown_key]")),
        (json!({ "keys": [curve] }), Some("[unknown_key]")),
        (json!({ "keys": [] }), Some("[unknown_key]")),
    ] {
        write("jwks.json", &list.to_string());
        let (status, told) = run(&jwt, &now.to_rfc3339());
        assert_eq!(status, Some(i32::from(expected.is_some())), "{list}: {told}");
        assert!(expected.is_none_or(|code| told.contains(code)), "{list}: {told}");
    }
    write("jwks.json", "{}");
    assert_eq!(run(&jwt, &now.to_rfc3339()).0, Some(2), "no list of keys at all");
}

#[tokio::test]
async fn what_was_reached_under_an_illustrative_policy_says_so() {
    let server = Server::start().await;
    let school = kepu_tests::school::School::new(&server, 1).await;
    school.adopt(&kit::POLICY.replace("kepu: 1\n", "kepu: 1\nillustrative: true\n")).await;
    book(&server, &school).await;
    let pupil = school.pupils[0].0;
    let student = student(&server, &school, 0).await;
    let (made, jwt) = badge(&student, pupil, &requirement("two")).await;
    let payload = part(&jwt, 1);
    assert_eq!(objections(OPEN_BADGES, &payload), Vec::<String>::new(), "{payload:#}");
    let achievement = &payload["credentialSubject"]["achievement"];
    assert_eq!(achievement["tag"], json!(["illustrative-policy"]));
    let said = |text: &Value| text.as_str().is_some_and(|text| text.contains("示例") && text.contains("Illustrative"));
    assert!(said(&achievement["description"]) && said(&achievement["criteria"]["narrative"]), "{achievement}");
    let (keys, lists) = published(&server, &jwt).await;
    let verified = verify(&jwt, &KeySet::from(&keys), &lists, server.state().now()).expect("it holds");
    assert!(verified.illustrative);
    let number = made["number"].as_str().expect("a number");
    let check = server.anonymous().get(&format!("/api/v1/verify/{number}")).await.expect(200);
    assert_eq!(check["illustrative"], true, "{check}");
}

#[tokio::test]
async fn nothing_is_signed_in_a_name_that_a_request_has_chosen() {
    let server = Server::start_with(|config| config.public_url = None).await;
    let school = town(&server, 1).await;
    let student = student(&server, &school, 0).await;
    let path = format!("/api/v1/persons/{}/badges", school.pupils[0].0);
    student.post_json(&path, &requirement("two")).await.expect_problem(409, "no_public_url");
    let lists: i64 =
        sqlx::query_scalar("SELECT count(*) FROM credential_list").fetch_one(server.pool()).await.expect("counted");
    assert_eq!(lists, 0);
}
