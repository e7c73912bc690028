//! Two schools, a designated base and one that is not, and records of every kind.

use kepu_domain::role::{GrantScope, Role};
use kepu_tests::school::{School, activity, class_of, session_of};
use kepu_tests::{Account, Server};
use serde_json::{Value, json};
use uuid::Uuid;

/// One credit an hour of practice at designated bases, at most 3 a base; half a credit a lecture.
pub const POLICY: &str = "
kepu: 1
id: town
version: '1'
illustrative: true
title: { zh: 试验办法, en: Trial }
select:
  - id: designated
    when: { kind: practice }
    require: { host_designation: base }
rules:
  - id: by-the-hour
    title: { zh: 实践, en: Practice }
    category: practice
    when: { kind: practice }
    credit: { per_hour: 1 }
  - id: talk
    title: { zh: 讲座, en: Lecture }
    category: lecture
    when: { kind: lecture }
    credit: { fixed: 0.5 }
limits:
  - { id: per-base, within: [host], of: { kind: practice }, at_most: { credits: 3 } }
requirements:
  - { id: three, title: { zh: 满三分, en: three credits }, when: { measure: total, at_least: 3 } }
ladders:
  - { id: stars, levels: [ { id: one, at_least: 2 }, { id: two, at_least: 3 } ] }
";

/// The fixture.
pub struct Town {
    /// The first school, the district, the designated base.
    pub first: School,
    /// The second school.
    pub second: Uuid,
    /// Its class.
    pub second_class: Uuid,
    /// Its pupils.
    pub second_pupils: Vec<(Uuid, String)>,
    /// Its teacher.
    pub second_teacher: Account,
    /// A base without a designation.
    pub other_base: Uuid,
    /// Its administrator.
    pub other_host: Account,
}

impl Town {
    /// Builds it through the API where there is one.
    pub async fn new(server: &Server) -> Self {
        let first = School::new(server, 12).await;
        let district = first.district;
        let second = server.organization(district, "school", "第二试验学校").await;
        let other_base = server.organization(district, "base", "未授牌基地").await;
        let (second_class, second_pupils) = class_of(server, district, second, 7, 3).await;
        let of = |organization| GrantScope::Organization { district, organization };
        let town = Self {
            second,
            second_class,
            second_pupils,
            second_teacher: server.account(Role::Teacher, of(second)).await,
            other_base,
            other_host: server.account(Role::BaseAdmin, of(other_base)).await,
            first,
        };
        town.first.adopt(POLICY).await;
        town.live(server).await;
        town
    }

    async fn live(&self, server: &Server) {
        let (s, base) = (&self.first, self.first.base);
        let pupil = |at: usize| s.pupils[at].0;
        let talks = activity(server, s.district, base, "lecture", 60).await;
        // Two credits each, then one of two for the limit, then nothing of it.
        let visit = s.session(server, base, "practice", 40).await;
        s.record(visit, &(0..6).map(pupil).collect::<Vec<_>>()).await;
        s.confirm_all(visit).await;
        let again = s.session(server, base, "practice", 20).await;
        s.record(again, &[pupil(0), pupil(1), pupil(2)]).await;
        s.confirm_all(again).await;
        let third = s.session(server, base, "practice", 15).await;
        s.record(third, &[pupil(0)]).await;
        s.confirm_all(third).await;
        // Refused: no designation.
        let elsewhere = s.session(server, self.other_base, "practice", 10).await;
        s.record(elsewhere, &[pupil(3), pupil(4), pupil(9)]).await;
        let path = format!("/api/v1/sessions/{elsewhere}/confirmation");
        self.other_host.post_json(&path, &json!({ "all": true })).await.expect(200);
        // The third pupil moves; what follows counts for the second school.
        self.transfer(server, pupil(2)).await;
        let talk = session_of(server, s.district, base, talks, 5, None).await;
        s.record(talk, &[pupil(0), pupil(1), pupil(11)]).await;
        let others = [self.second_pupils[0].0, self.second_pupils[1].0, pupil(2)];
        let persons: Vec<Value> = others.iter().map(|p| json!({ "person_id": p })).collect();
        let path = format!("/api/v1/sessions/{talk}/participations");
        let answer = self.second_teacher.post_json(&path, &json!({ "persons": persons })).await.expect(200);
        assert_eq!(answer["recorded"], 3, "{answer}");
        s.confirm_all(talk).await;
        // One waits, one is rejected.
        let open = s.session(server, base, "practice", 2).await;
        let ids = s.record(open, &[pupil(7), pupil(8)]).await;
        let body = json!({ "reject": [ { "participation_id": ids[1], "reason": "未到场" } ] });
        s.host.post_json(&format!("/api/v1/sessions/{open}/confirmation"), &body).await.expect(200);
    }

    async fn transfer(&self, server: &Server, pupil: Uuid) {
        sqlx::query(
            "WITH today AS (SELECT ($3 AT TIME ZONE 'Asia/Shanghai')::date AS day), closed AS (
                 UPDATE enrolment SET valid_to = today.day - 13 FROM today
                 WHERE district_id = $1 AND person_id = $2 AND enrolment.valid_to IS NULL
             )
             SELECT 1",
        )
        .bind(self.first.district)
        .bind(pupil)
        .bind(server.state().now())
        .execute(server.pool())
        .await
        .expect("closed");
        sqlx::query(
            "INSERT INTO enrolment (district_id, id, person_id, class_id, school_id, grade, valid_from, created_at)
             SELECT $1, $2, $3, $4, $5, 7, ($6 AT TIME ZONE 'Asia/Shanghai')::date - 12, $6",
        )
        .bind(self.first.district)
        .bind(server.state().new_id())
        .bind(pupil)
        .bind(self.second_class)
        .bind(self.second)
        .bind(server.state().now())
        .execute(server.pool())
        .await
        .expect("opened");
    }
}
