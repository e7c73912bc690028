//! A district whose pupils have credit, and the steps of an erasure.

use std::sync::atomic::{AtomicI64, Ordering};

use chrono::TimeDelta;
use kepu_api::{erasures, verify};
use kepu_domain::role::{GrantScope, Role};
use kepu_tests::school::School;
use kepu_tests::{Account, Answer, Client, PASSWORD, Server};
use serde_json::{Value, json};
use uuid::Uuid;

pub const POLICY: &str = "
kepu: 1
id: trial
version: '1'
title: { zh: 试验办法, en: Trial }
rules:
  - { id: prize, category: contest, when: { kind: competition }, credit: { fixed: 5 } }
  - { id: by-the-hour, category: practice, when: { kind: practice }, credit: { per_hour: 1 } }
select:
  - id: of-a-class
    title: { zh: 每班每场前两名, en: Two of a class }
    when: { has: [session], class_rank: { from: 1 } }
    require: { class_rank: { to: 2 } }
requirements:
  - { id: two, title: { zh: 满两分, en: Two credits }, when: { measure: total, at_least: 2 } }
";

pub const PDF: &[u8] = b"%PDF-1.7\n1 0 obj\n<<>>\nendobj\n";

pub struct Town {
    pub server: Server,
    pub school: School,
    /// Decides on what the first official asked for.
    pub second: Account,
    /// How many erasures were done when they were last carried out.
    done: AtomicI64,
}

impl Town {
    /// A district with so many pupils, each with two hours at the base.
    pub async fn of(pupils: usize) -> Self {
        let server = Server::start().await;
        let school = School::new(&server, pupils).await;
        school.adopt(POLICY).await;
        let district = GrantScope::District { district: school.district };
        let second = server.account(Role::DistrictOfficial, district).await;
        let town = Self { server, school, second, done: AtomicI64::new(0) };
        town.book().await;
        town
    }

    /// One more session in which everybody was, confirmed.
    pub async fn book(&self) -> Uuid {
        let session = self.school.session(&self.server, self.school.base, "practice", 2).await;
        let pupils: Vec<Uuid> = self.school.pupils.iter().map(|pupil| pupil.0).collect();
        self.school.record(session, &pupils).await;
        self.school.confirm_all(session).await;
        session
    }

    pub fn pupil(&self, at: usize) -> Uuid {
        self.school.pupils[at].0
    }

    pub async fn family(&self, role: Role, pupil: usize) -> Account {
        let scope = GrantScope::Person { district: self.school.district, person: self.pupil(pupil) };
        self.server.account(role, scope).await
    }

    /// So many days later; everybody signs in again.
    pub async fn later(&mut self, days: i64) {
        self.server.advance(TimeDelta::days(days));
        let School { official, teacher, host, .. } = &mut self.school;
        for account in [official, teacher, host, &mut self.second] {
            account.client = self.server.sign_in(&account.login, PASSWORD).await;
        }
    }

    /// Everything that is due is carried out; answers how many persons are gone since this was asked last. The service
    /// itself carries out, too, and may have come first.
    pub async fn carry_out(&self) -> i64 {
        erasures::carry_out_due(self.server.state()).await.expect("carried out");
        let done: i64 = sqlx::query_scalar("SELECT count(*) FROM erasure WHERE state = 'done'")
            .fetch_one(self.server.pool())
            .await
            .expect("counted");
        done - self.done.swap(done, Ordering::Relaxed)
    }

    /// Asks on paper, and another official agrees.
    pub async fn agreed(&self, person: Uuid) -> Value {
        let asked = ask(&self.school.official, person, "家长书面申请").await.expect(201);
        step(&self.second, &asked, "approve", &json!({})).await.expect(200)
    }

    /// Asked for, agreed to, waited for and done.
    pub async fn erase(&mut self, person: Uuid) {
        self.agreed(person).await;
        self.later(7).await;
        assert_eq!(self.carry_out().await, 1);
    }

    pub async fn holds(&self) {
        let verified = verify::database_holds(self.server.state().db()).await.expect("verified");
        assert_eq!(verified.broken, [], "an invariant is broken");
    }
}

pub async fn ask(client: &Client, person: Uuid, reason: &str) -> Answer {
    client.post_json("/api/v1/erasures", &json!({ "person_id": person, "reason": reason })).await
}

/// A step of what was read.
pub async fn step(client: &Client, read: &Value, step: &str, body: &Value) -> Answer {
    let path = format!("/api/v1/erasures/{}/{step}", read["id"].as_str().expect("an id"));
    let version = read["version"].as_i64().expect("a version");
    client.clone().with_header("If-Match", &format!("\"{version}\"")).post_json(&path, body).await
}

pub async fn read(client: &Client, erasure: &Value) -> Value {
    client.get(&format!("/api/v1/erasures/{}", erasure["id"].as_str().expect("an id"))).await.expect(200)
}
