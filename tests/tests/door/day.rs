//! A base's day in small: what `make door-day` plays with thousands of children.

use chrono::{NaiveTime, TimeDelta};
use kepu_domain::role::{GrantScope, Role};
use kepu_tests::day::{Day, play};
use kepu_tests::school::{School, activity, class_of};
use kepu_tests::{PASSWORD, Server};

use crate::gate::POLICY;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_day_at_a_base_counts_every_child_once() {
    ends_well(&Server::start().await).await;
}

/// One session of yesterday, one of today.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn so_does_a_day_that_ends_after_midnight() {
    let server = Server::start().await;
    let now = server.state().now();
    // Half an hour after midnight, by the clock of the district.
    let midnight = (now + TimeDelta::hours(8)).date_naive().and_time(NaiveTime::MIN).and_utc() + TimeDelta::hours(16);
    server.advance(midnight + TimeDelta::minutes(30) - now);
    ends_well(&server).await;
}

async fn ends_well(server: &Server) {
    let school = School::new(server, 30).await;
    school.adopt(POLICY).await;
    let organization = |organization| GrantScope::Organization { district: school.district, organization };
    let colleague = server.account(Role::BaseStaff, organization(school.base)).await;
    activity(server, school.district, school.base, "practice", 120).await;
    let mut teachers = vec![school.teacher.login.clone()];
    for name in ["第二试验学校", "第三试验学校"] {
        let other = server.organization(school.district, "school", name).await;
        class_of(server, school.district, other, 6, 30).await;
        teachers.push(server.account(Role::Teacher, organization(other)).await.login);
    }
    let day = Day {
        url: server.url.clone(),
        login: school.host.login.clone(),
        colleague: colleague.login.clone(),
        teachers,
        password: PASSWORD.to_owned(),
        sessions: 2,
        children: 40,
        seconds: 1.0,
        seed: 7,
    };
    let report = play(&day).await.expect("the day ends well");
    assert!(report.came > 70 && report.sent > report.scans && report.after_closing > 0, "{report}");
    let verified = kepu_api::verify::database_holds(server.state().db()).await.expect("verified");
    assert_eq!((verified.broken, verified.scans + 4), (vec![], report.scans), "four were no passes");
}
