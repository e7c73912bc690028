//! `kepu verify` at the door: each invariant is named when a row breaks it, and nothing is named that holds.

use kepu_domain::role::{GrantScope, Role};
use serde_json::{Value, json};
use sqlx::AssertSqlSafe;

use crate::gate::{Gate, Kind, verdicts};

/// A day at a door: two came, one of them twice, one walked in, one was refused.
async fn day() -> (Gate, [Value; 5]) {
    let gate = Gate::of(Kind { in_out: false, walk_ins: true, capacity: None }, 4, 3).await;
    let scans =
        [gate.scan(0, 5), gate.scan(0, 6), gate.scan(1, 7), gate.scan(3, 8), gate.scan_of("KPNONSENSE", "in", 9)];
    let answer = gate.send(&scans).await;
    let expected = ["accepted in", "duplicate_of already_in", "accepted in", "accepted in", "refused unreadable"];
    assert_eq!(verdicts(&answer), expected);
    (gate, scans)
}

/// What `kepu verify` names.
async fn broken(gate: &Gate) -> Vec<String> {
    let verified = kepu_api::verify::database_holds(gate.server.state().db()).await.expect("verified");
    verified.broken.iter().map(|one| format!("{}: {}", one.invariant, one.found)).collect()
}

async fn run(gate: &Gate, sql: &str) {
    sqlx::raw_sql(AssertSqlSafe(sql.to_owned())).execute(gate.server.pool()).await.expect("run");
}

const VERDICTS: &str = "every scan has verdicts, numbered from 1 without a gap";
const SUM: &str = "the scans of a session are as many as its verdicts of all kinds";
const DUPLICATE: &str = "a duplicate names an accepted scan of the same person and session";
const WALK_IN: &str = "who came in by the door has an accepted scan";
const FOLD: &str = "each verdict is what the rules of the door say of all scans of the person";
const THERE: &str = "who was there by the door's scans stands so";

#[tokio::test]
async fn verify_names_what_is_broken_at_a_door() {
    let (gate, scans) = day().await;
    assert_eq!(broken(&gate).await, Vec::<String>::new());
    run(
        &gate,
        "CREATE TABLE kept_verdict AS TABLE scan_verdict; CREATE TABLE kept_participation AS TABLE participation",
    )
    .await;
    let id = |at: usize| scans[at]["id"].as_str().expect("an id");
    let of = |at: usize, change: &str| format!("UPDATE scan_verdict SET {change} WHERE scan_id = '{}'", id(at));
    let stands = |at: usize, state: &str| {
        format!("UPDATE participation SET state = '{state}' WHERE person_id = '{}'", gate.pupil(at))
    };
    let rows: [(String, &[&str], String); 10] = [
        (format!("DELETE FROM scan_verdict WHERE scan_id = '{}'", id(2)), &[VERDICTS, SUM], id(2).to_owned()),
        (of(4, "number = 2"), &[VERDICTS], id(4).to_owned()),
        (of(1, "duplicate_of = NULL"), &[DUPLICATE, FOLD], id(1).to_owned()),
        (of(1, &format!("duplicate_of = '{}'", id(2))), &[DUPLICATE, FOLD], id(1).to_owned()),
        (of(1, "verdict = 'accepted', reason = 'in', duplicate_of = NULL"), &[FOLD], id(1).to_owned()),
        (of(2, "verdict = 'needs_review', reason = 'too_early'"), &[FOLD], id(2).to_owned()),
        (of(3, "verdict = 'refused', reason = 'not_on_list'"), &[WALK_IN, FOLD], id(3).to_owned()),
        (stands(1, "registered"), &[THERE], gate.pupil(1).to_string()),
        (stands(1, "absent"), &[THERE], gate.pupil(1).to_string()),
        (stands(1, "waitlisted"), &[FOLD], id(2).to_owned()),
    ];
    for (sql, invariants, what) in rows {
        run(&gate, &sql).await;
        let named = broken(&gate).await;
        for invariant in invariants {
            // The sum names the session, and a walk-in its participation.
            let names = |one: &String| [SUM, WALK_IN].contains(invariant) || one.contains(&what);
            assert!(named.iter().any(|one| one.starts_with(invariant) && names(one)), "{sql}: {invariant}: {named:#?}");
        }
        run(
            &gate,
            "DELETE FROM scan_verdict; INSERT INTO scan_verdict TABLE kept_verdict;
             UPDATE participation p SET state = k.state FROM kept_participation k WHERE k.id = p.id",
        )
        .await;
    }
    // Nobody in the session at all.
    run(
        &gate,
        &format!(
            "DELETE FROM participation_event e USING participation p WHERE p.id = e.participation_id AND p.person_id = '{0}';
             DELETE FROM participation WHERE person_id = '{0}'",
            gate.pupil(3)
        ),
    )
    .await;
    let named = broken(&gate).await;
    assert!(matches!(&named[..], [one] if one.starts_with(THERE) && one.ends_with("not in it")), "{named:#?}");
}

#[tokio::test]
async fn what_people_said_after_the_door_is_theirs_and_what_waits_is_not_broken() {
    let (gate, _) = day().await;
    let path = format!("/api/v1/sessions/{}/attendance", gate.session);
    let absent = json!({ "items": [{ "person_id": gate.pupil(1), "presence": "absent" }] });
    gate.school.host.post_json(&path, &absent).await.expect(200);
    assert_eq!(gate.state_of(1).await.as_deref(), Some("absent"));
    gate.verify().await;

    // Was not on the list when it was scanned, and is put on it afterwards.
    let late = Gate::new(1, 0).await;
    assert_eq!(verdicts(&late.send(&[late.scan(0, 5)]).await), ["refused not_on_list"]);
    late.school.record(late.session, &[late.pupil(0)]).await;
    let verified = kepu_api::verify::database_holds(late.server.state().db()).await.expect("verified");
    assert_eq!((verified.broken, verified.waiting_at_doors, verified.scans), (vec![], 1, 1));
    // The next scan judges both.
    assert_eq!(verdicts(&late.send(&[late.scan(0, 9)]).await), ["duplicate_of already_in"]);
    let verified = kepu_api::verify::database_holds(late.server.state().db()).await.expect("verified");
    assert_eq!((verified.broken, verified.waiting_at_doors, verified.scans), (vec![], 0, 2));
}

#[tokio::test]
async fn who_was_let_in_stays_in_when_walk_ins_are_no_longer_taken() {
    let (gate, _) = day().await;
    sqlx::query("UPDATE session SET walk_ins = false, updated_at = now() WHERE id = $1")
        .bind(gate.session)
        .execute(gate.server.pool())
        .await
        .expect("changed");
    gate.verify().await;
    assert_eq!(verdicts(&gate.send(&[gate.scan(3, 20)]).await), ["duplicate_of already_in"]);
    let scope = GrantScope::Organization { district: gate.school.district, organization: gate.school.base };
    let colleague = gate.server.account(Role::BaseStaff, scope).await;
    let path = format!("/api/v1/sessions/{}/door/close", gate.session);
    assert_eq!(colleague.post_json(&path, &json!({})).await.expect(200)["confirmed"], json!(3));
    gate.verify().await;
}
