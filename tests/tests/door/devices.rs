//! Devices: what they get, files that they sign, and the code on the guide's screen.

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use ed25519_dalek::{Signer, SigningKey};
use kepu_domain::door::code::Code;
use kepu_domain::role::{GrantScope, Role};
use kepu_tests::school::School;
use serde_json::{Value, json};
use uuid::Uuid;

use crate::gate::{Gate, Kind, verdicts};

const DEVICE: Uuid = Uuid::from_u128(0xd0);

fn key() -> SigningKey {
    SigningKey::from_bytes(&[9; 32])
}

async fn open(gate: &Gate) -> Value {
    let body = json!({ "device_id": DEVICE, "device_name": "东门 1", "device_time": gate.server.state().now(),
                       "device_key": URL_SAFE_NO_PAD.encode(key().verifying_key().to_bytes()) });
    gate.school.host.post_json(&format!("/api/v1/sessions/{}/door", gate.session), &body).await.expect(200)
}

#[tokio::test]
async fn a_device_gets_all_that_it_needs_to_work_alone() {
    let gate = Gate::of(Kind { walk_ins: true, ..Kind::default() }, 3, 2).await;
    gate.send(&[gate.scan(0, 5)]).await;
    let bundle = open(&gate).await;
    assert_eq!((&bundle["session"]["mode"], &bundle["session"]["walk_ins"]), (&json!("in"), &json!(true)));
    let roster = bundle["roster"].as_array().expect("a roster");
    assert_eq!((roster.len(), bundle["passes"].as_array().map(Vec::len)), (2, Some(3)));
    assert!(roster[0]["in_at"].is_string() && roster[1]["in_at"].is_null(), "{bundle}");
    assert_eq!((&roster[0]["issue"], roster[0]["number"].as_str().is_some()), (&json!(1), true));
    // What a guide needs, and no more: no 学号, no date of birth.
    let told: Vec<&str> = roster[0].as_object().expect("a guest").keys().map(String::as_str).collect();
    assert_eq!(
        told.join(" "),
        "class_id class_name grade in_at issue name number out_at participation_id person_id school_name state"
    );
    assert_ne!(roster[0]["number"], json!(gate.school.pupils[0].1));

    // The keys verify passes.
    let signed = kepu_domain::door::pass::Signed::parse(&gate.tokens[0]).expect("a pass");
    let public = URL_SAFE_NO_PAD.decode(bundle["keys"][0]["public_key"].as_str().expect("a key")).expect("base64url");
    let public = ed25519_dalek::VerifyingKey::from_bytes(&public.try_into().expect("32 bytes")).expect("a key");
    let signature = ed25519_dalek::Signature::from_bytes(&signed.signature);
    assert!(public.verify_strict(&signed.pass.signed_bytes(), &signature).is_ok());

    let audited: i64 = sqlx::query_scalar("SELECT count(*) FROM audit_event WHERE action = 'door.open'")
        .fetch_one(gate.server.pool())
        .await
        .expect("counted");
    assert_eq!(audited, 1);
    let path = format!("/api/v1/sessions/{}/door", gate.session);
    let bad = json!({ "device_id": DEVICE, "device_name": "", "device_key": "x", "device_time": gate.begun });
    gate.school.host.post_json(&path, &bad).await.expect_problem(422, "invalid");
    gate.school.teacher.get(&path).await.expect_problem(403, "forbidden");
}

#[tokio::test]
async fn scans_travel_in_a_file_that_their_device_signed() {
    let gate = Gate::new(2, 2).await;
    open(&gate).await;
    let path = format!("/api/v1/sessions/{}/scans/import", gate.session);
    let payload = |session: Uuid, device: Uuid| {
        json!({ "format": "kepu-door-1", "device_id": device, "session_id": session, "exported_at": gate.begun,
                "scans": [gate.scan(0, 5), gate.scan(1, 6)] })
        .to_string()
    };
    let signed = |payload: &str| json!({ "payload": payload, "signature": URL_SAFE_NO_PAD.encode(key().sign(payload.as_bytes()).to_bytes()) });
    let good = payload(gate.session, DEVICE);
    let mut tampered = signed(&good);
    tampered["payload"] = json!(good.replace("\"direction\":\"in\"", "\"direction\":\"out\""));
    gate.school.host.post_json(&path, &tampered).await.expect_problem(422, "invalid");
    gate.school
        .host
        .post_json(&path, &signed(&payload(Uuid::from_u128(1), DEVICE)))
        .await
        .expect_problem(422, "invalid");
    gate.school
        .host
        .post_json(&path, &signed(&payload(gate.session, Uuid::from_u128(2))))
        .await
        .expect_problem(422, "invalid");
    gate.school.host.post_json(&path, &signed("nonsense")).await.expect_problem(400, "malformed_json");
    assert_eq!(gate.count("scan").await, 0);
    let answer = gate.school.host.post_json(&path, &signed(&good)).await.expect(200);
    assert_eq!(verdicts(&answer), ["accepted in", "accepted in"]);
    let again = gate.school.host.post_json(&path, &signed(&good)).await.expect(200);
    assert_eq!(again["verdicts"], answer["verdicts"]);
    assert_eq!(gate.count("scan").await, 2);
}

#[tokio::test]
async fn the_code_on_the_screen_proves_presence() {
    let gate = Gate::new(3, 3).await;
    let bundle = open(&gate).await;
    let secret = URL_SAFE_NO_PAD.decode(bundle["code"]["secret"].as_str().expect("a secret")).expect("base64url");
    let code = Code::at(&secret, gate.session, gate.server.state().now()).text();
    let scope = GrantScope::Person { district: gate.school.district, person: gate.pupil(0) };
    let student = gate.server.account(Role::Student, scope.clone()).await;
    let guardian = gate.server.account(Role::Guardian, scope).await;
    let path = format!("/api/v1/sessions/{}/presence", gate.session);
    let answer = student.post_json(&path, &json!({ "code": code })).await.expect(200);
    assert_eq!(verdicts(&answer), ["accepted in"]);
    assert_eq!(gate.state_of(0).await.as_deref(), Some("attended"));
    let again = student.post_json(&path, &json!({ "code": code })).await.expect(200);
    assert_eq!(verdicts(&again), ["duplicate_of already_in"]);

    // A student speaks for nobody else, a guardian for nobody.
    let other = json!({ "code": code, "person_ids": [gate.pupil(1)] });
    student.post_json(&path, &other).await.expect_problem(403, "forbidden");
    guardian
        .post_json(&path, &json!({ "code": code, "person_ids": [gate.pupil(0)] }))
        .await
        .expect_problem(403, "forbidden");
    // A teacher does for the own school's.
    let stranger = School::new(&gate.server, 1).await;
    stranger.teacher.post_json(&path, &other).await.expect_problem(404, "not_found");
    let group = json!({ "code": code, "person_ids": [gate.pupil(1), gate.pupil(2)] });
    let answer = gate.school.teacher.post_json(&path, &group).await.expect(200);
    assert_eq!(verdicts(&answer), ["accepted in", "accepted in"]);

    // An old one, or another session's, does not.
    let old = Code::at(&secret, gate.session, gate.server.state().now() - chrono::TimeDelta::minutes(3)).text();
    assert_eq!(verdicts(&student.post_json(&path, &json!({ "code": old })).await.expect(200)), ["refused bad_code"]);
    assert_eq!(
        verdicts(&student.post_json(&path, &json!({ "code": "1.AAAA" })).await.expect(200)),
        ["refused bad_code"]
    );
    gate.verify().await;
}
