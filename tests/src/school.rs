//! A small district that scores by a policy: one school with a class of pupils, a designated base, their accounts.

use chrono::{DateTime, Duration, NaiveDate, Utc};
use kepu_domain::role::{GrantScope, Role};
use serde_json::{Value, json};
use uuid::Uuid;

use crate::{Account, Server};

/// A district with one of each.
pub struct School {
    /// The district.
    pub district: Uuid,
    /// The school.
    pub school: Uuid,
    /// The class.
    pub class: Uuid,
    /// Pupils with their numbers, in order of number.
    pub pupils: Vec<(Uuid, String)>,
    /// The base, designated from 2020 on.
    pub base: Uuid,
    /// A teacher of the school.
    pub teacher: Account,
    /// Staff of the base.
    pub host: Account,
    /// An official of the district.
    pub official: Account,
}

impl School {
    /// Makes a district with so many pupils of grade 6.
    pub async fn new(server: &Server, pupils: usize) -> Self {
        Self::of_grade(server, 6, pupils).await
    }

    /// Makes a district with so many pupils of a grade.
    pub async fn of_grade(server: &Server, grade: i32, pupils: usize) -> Self {
        let district = server.district("试验区").await;
        let school = server.organization(district, "school", "第一试验学校").await;
        let base = server.organization(district, "base", "试验基地").await;
        designate(server, base, "2020-01-01").await;
        let (class, pupils) = class_of(server, district, school, grade, pupils).await;
        let organization = |organization| GrantScope::Organization { district, organization };
        Self {
            district,
            school,
            class,
            pupils,
            base,
            teacher: server.account(Role::Teacher, organization(school)).await,
            host: server.account(Role::BaseStaff, organization(base)).await,
            official: server.account(Role::DistrictOfficial, GrantScope::District { district }).await,
        }
    }

    /// Publishes a policy and makes it effective, through the API.
    pub async fn adopt(&self, document: &str) -> Value {
        let published = self.official.post_json("/api/v1/policies", &json!({ "document": document })).await;
        assert!(matches!(published.status, 200 | 201), "{}", published.text());
        let adoption = self.compute_adoption(published.body["id"].as_str().expect("an id")).await;
        self.make_effective(&adoption).await
    }

    /// Asks for an adoption and waits until it is computed.
    pub async fn compute_adoption(&self, policy_version: &str) -> Value {
        let body = json!({ "policy_version_id": policy_version });
        let asked = self.official.post_json("/api/v1/adoptions", &body).await.expect(202);
        self.wait_for(asked["id"].as_str().expect("an id"), "computed").await
    }

    /// Makes a computed adoption effective and waits until it is.
    pub async fn make_effective(&self, adoption: &Value) -> Value {
        let id = adoption["id"].as_str().expect("an id");
        let version = adoption["version"].as_i64().expect("a version");
        let path = format!("/api/v1/adoptions/{id}/effective");
        self.official.client.clone().with_header("If-Match", &format!("\"{version}\"")).post(&path).await.expect(202);
        self.wait_for(id, "effective").await
    }

    async fn wait_for(&self, adoption: &str, state: &str) -> Value {
        for _ in 0..600 {
            let now = self.official.get(&format!("/api/v1/adoptions/{adoption}")).await.expect(200);
            if now["state"] == state {
                return now;
            }
            assert_ne!(now["state"], "failed", "{now}");
            tokio::time::sleep(std::time::Duration::from_millis(50)).await;
        }
        panic!("the adoption did not become {state}");
    }

    /// A session of a new activity at a host, so many days ago (negative: to come).
    pub async fn session(&self, server: &Server, host: Uuid, kind: &str, days_ago: i64) -> Uuid {
        let activity = activity(server, self.district, host, kind, 120).await;
        session_of(server, self.district, host, activity, days_ago, None).await
    }

    /// The teacher records these pupils in a session; answers the participations in the order of the pupils.
    pub async fn record(&self, session: Uuid, pupils: &[Uuid]) -> Vec<String> {
        let persons: Vec<Value> = pupils.iter().map(|p| json!({ "person_id": p })).collect();
        let path = format!("/api/v1/sessions/{session}/participations");
        let answer = self.teacher.post_json(&path, &json!({ "persons": persons })).await.expect(200);
        let id = |o: &Value| o["participation_id"].as_str().expect("recorded").to_owned();
        answer["outcomes"].as_array().expect("outcomes").iter().map(id).collect()
    }

    /// The host confirms all that wait in a session.
    pub async fn confirm_all(&self, session: Uuid) -> Value {
        let path = format!("/api/v1/sessions/{session}/confirmation");
        self.host.post_json(&path, &json!({ "all": true })).await.expect(200)
    }

    /// A pupil's sheet.
    pub async fn score(&self, pupil: Uuid) -> Value {
        self.teacher.get(&format!("/api/v1/persons/{pupil}/score")).await.expect(200)
    }
}

/// Designates a host as `base` from a day on.
pub async fn designate(server: &Server, host: Uuid, from: &str) {
    designate_as(server, host, "base", from).await;
}

/// Designates a host under the scheme of this code from a day on.
pub async fn designate_as(server: &Server, host: Uuid, code: &str, from: &str) {
    let from: NaiveDate = from.parse().expect("a day");
    let now = server.state().now();
    sqlx::query(
        "INSERT INTO scheme (id, authority_id, code, name_zh, created_at)
         SELECT $1, district_id, $4, '校外基地', $2 FROM organization WHERE id = $3 ON CONFLICT DO NOTHING",
    )
    .bind(server.state().new_id())
    .bind(now)
    .bind(host)
    .bind(code)
    .execute(server.pool())
    .await
    .expect("a scheme");
    sqlx::query(
        "INSERT INTO designation (id, scheme_id, organization_id, number, valid_from, created_at, updated_at)
         SELECT $1, s.id, o.id, $4, $5, $2, $2 FROM organization o
         JOIN scheme s ON s.authority_id = o.district_id AND s.code = $6 WHERE o.id = $3",
    )
    .bind(server.state().new_id())
    .bind(now)
    .bind(host)
    .bind(format!("N{}", server.number()))
    .bind(from)
    .bind(code)
    .execute(server.pool())
    .await
    .expect("a designation");
}

/// A class with pupils enrolled since 2010.
pub async fn class_of(
    server: &Server,
    district: Uuid,
    school: Uuid,
    grade: i32,
    pupils: usize,
) -> (Uuid, Vec<(Uuid, String)>) {
    let now = server.state().now();
    let class = server.state().new_id();
    sqlx::query(
        "INSERT INTO class (district_id, id, school_id, school_year, grade, name, created_at)
         VALUES ($1, $2, $3, 2026, $4, $5, $6)",
    )
    .bind(district)
    .bind(class)
    .bind(school)
    .bind(grade)
    .bind(format!("{}班", server.number()))
    .bind(now)
    .execute(server.pool())
    .await
    .expect("a class");
    let mut all = Vec::new();
    for _ in 0..pupils {
        all.push((server.state().new_id(), format!("S{:06}", server.number())));
    }
    let ids: Vec<Uuid> = all.iter().map(|p| p.0).collect();
    let numbers: Vec<String> = all.iter().map(|p| p.1.clone()).collect();
    sqlx::query(
        "INSERT INTO person (district_id, id, kind, number, name, birth_date, created_at, updated_at)
         SELECT $1, n.id, 'student', n.number, '测试' || n.number, '2014-05-01', $2, $2
         FROM unnest($3::uuid[], $4::text[]) AS n (id, number)",
    )
    .bind(district)
    .bind(now)
    .bind(&ids)
    .bind(&numbers)
    .execute(server.pool())
    .await
    .expect("pupils");
    sqlx::query(
        "INSERT INTO enrolment (district_id, id, person_id, class_id, school_id, grade, valid_from, created_at)
         SELECT $1, gen_random_uuid(), n.id, $2, $3, $4, '2010-09-01', $5 FROM unnest($6::uuid[]) AS n (id)",
    )
    .bind(district)
    .bind(class)
    .bind(school)
    .bind(grade)
    .bind(now)
    .bind(&ids)
    .execute(server.pool())
    .await
    .expect("enrolments");
    (class, all)
}

/// An activity of a host.
pub async fn activity(server: &Server, district: Uuid, host: Uuid, kind: &str, minutes: i32) -> Uuid {
    let id = server.state().new_id();
    sqlx::query(
        "INSERT INTO activity (id, district_id, host_id, code, kind, title_zh, minutes, created_at, updated_at)
         VALUES ($1, $2, $3, $4, $5, '试验活动', $6, $7, $7)",
    )
    .bind(id)
    .bind(district)
    .bind(host)
    .bind(format!("A{}", server.number()))
    .bind(kind)
    .bind(minutes)
    .bind(server.state().now())
    .execute(server.pool())
    .await
    .expect("an activity");
    id
}

/// A session of an activity, so many days ago (negative: to come).
pub async fn session_of(
    server: &Server,
    district: Uuid,
    host: Uuid,
    activity: Uuid,
    days_ago: i64,
    capacity: Option<i32>,
) -> Uuid {
    let starts = server.state().now() - Duration::days(days_ago) - Duration::hours(3);
    session_at(server, district, host, activity, starts, capacity).await
}

/// A session of an activity, two hours long.
pub async fn session_at(
    server: &Server,
    district: Uuid,
    host: Uuid,
    activity: Uuid,
    starts: DateTime<Utc>,
    capacity: Option<i32>,
) -> Uuid {
    let (id, now) = (server.state().new_id(), server.state().now());
    sqlx::query(
        "INSERT INTO session (id, activity_id, district_id, host_id, starts_at, ends_at, capacity, created_at, updated_at)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $8)",
    )
    .bind(id)
    .bind(activity)
    .bind(district)
    .bind(host)
    .bind(starts)
    .bind(starts + Duration::hours(2))
    .bind(capacity)
    .bind(now)
    .execute(server.pool())
    .await
    .expect("a session");
    id
}
