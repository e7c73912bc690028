//! Who took part in what: recorded by teachers, confirmed by hosts, corrected now and then; and what is to come.

use std::{
    collections::HashSet,
    ops::AddAssign,
    time::{Duration, Instant},
};

use anyhow::{Context, ensure};
use chrono::Days;
use rand::{Rng, SeedableRng, rngs::StdRng};
use serde_json::{Value, json};

use super::{Loader, each};
use crate::demo::{
    client::{Account, number, word},
    plan::{Event, Host, moment},
};

/// Persons of one request.
const BATCH: usize = 500;

/// What was made.
#[derive(Debug, Default, Clone, Copy)]
struct Made {
    sessions: usize,
    recorded: usize,
    confirmed: usize,
    others: usize,
}

impl AddAssign for Made {
    fn add_assign(&mut self, other: Self) {
        self.sessions += other.sessions;
        self.recorded += other.recorded;
        self.confirmed += other.confirmed;
        self.others += other.others;
    }
}

/// A session with its participations in the order of the event's pupils.
struct Recorded {
    session: String,
    participations: Vec<String>,
}

impl Loader<'_> {
    /// One half of a term: what is registered ahead, then what took place.
    pub(super) async fn half_term(&self, half: usize) -> anyhow::Result<()> {
        let began = Instant::now();
        let span = self.plan.halves()[half];
        let events: Vec<Vec<Event>> =
            (0..self.plan.schools.len()).map(|school| self.plan.events(school, half)).collect();
        self.at(moment(span.from, 8));
        let ahead = each(events.iter().enumerate().collect(), async |(school, events): (usize, &Vec<Event>)| {
            let mut registered = Vec::new();
            for event in events.iter().filter(|e| e.ahead) {
                registered.push(self.record(school, event, None).await?);
            }
            Ok(registered)
        })
        .await?;
        self.at(moment(span.to + Days::new(1), 20));
        let jobs: Vec<_> = events.iter().zip(ahead).enumerate().collect();
        let work = each(jobs, async |(school, (events, registered)): (usize, (&Vec<Event>, Vec<Recorded>))| {
            let mut rng = StdRng::seed_from_u64((school as u64) << 8 | half as u64);
            let mut registered = registered.into_iter();
            let mut made = Made::default();
            for event in events {
                let recorded = if event.ahead {
                    registered.next().context("a registration for each")?
                } else {
                    self.record(school, event, None).await?
                };
                made += self.answer(&mut rng, school, event, &recorded).await?;
            }
            Ok(made)
        });
        let made = tokio::select! {
            made = work => made?,
            failed = self.keep_statistics(), if half == 0 => return Err(failed),
        };
        let mut all = Made::default();
        made.into_iter().for_each(|one| all += one);
        let stage = format!("half-term {}", half + 1);
        self.say(&stage, "participations recorded", all.recorded, began);
        println!("{:<16} {:>7} confirmed, {} otherwise, in {} sessions", "", all.confirmed, all.others, all.sessions);
        Ok(())
    }

    /// While tables grow from nothing their statistics are behind, and plans are poor. Ends only when it fails.
    async fn keep_statistics(&self) -> anyhow::Error {
        loop {
            tokio::time::sleep(Duration::from_secs(3)).await;
            if let Err(error) = sqlx::query("ANALYZE").execute(self.state.db().owner()).await {
                return error.into();
            }
        }
    }

    /// The host makes the session, the teacher records who took part or registers who will.
    async fn record(&self, school: usize, event: &Event, capacity: Option<usize>) -> anyhow::Result<Recorded> {
        let activity = self.activities.get(&(event.host, event.offer)).context("an activity that is not on offer")?;
        let place = match event.host {
            Host::Base(_) => "基地",
            Host::School(_) => "学校",
        };
        let body = json!({ "activity_id": activity, "starts_at": moment(event.day, event.hour), "place": place,
                           "capacity": capacity });
        let session = self.of_host(event.host).post("/api/v1/sessions", &body).await?;
        let session = word(&session, "id")?.to_owned();
        let path = format!("/api/v1/sessions/{session}/participations");
        let classes = &self.plan.schools[school].classes;
        let teacher = self.teacher(school);
        let mut participations = Vec::with_capacity(event.who.len());
        for part in event.who.chunks(BATCH) {
            let persons: Vec<Value> =
                part.iter().map(|(class, seat)| json!({ "number": classes[*class].pupils[*seat].number })).collect();
            let answer = teacher.post(&path, &json!({ "persons": persons })).await?;
            ensure!(number(&answer, "refused")? == 0, "{path} refused: {answer}");
            for outcome in answer["outcomes"].as_array().into_iter().flatten() {
                participations.push(word(outcome, "participation_id")?.to_owned());
            }
        }
        Ok(Recorded { session, participations })
    }

    /// The host confirms, but for a few; some are corrected afterwards.
    async fn answer(
        &self,
        rng: &mut StdRng,
        school: usize,
        event: &Event,
        recorded: &Recorded,
    ) -> anyhow::Result<Made> {
        let all = recorded.participations.len();
        let mut made = Made { sessions: 1, recorded: all, ..Made::default() };
        let host = self.of_host(event.host);
        let mut left = recorded.participations.iter();
        if rng.random_bool(0.05)
            && let Some(id) = left.next()
        {
            let path = format!("/api/v1/participations/{id}/withdraw");
            self.teacher(school).post(&path, &json!({})).await?;
        }
        let missing = if event.ahead {
            self.at_the_door(rng, &host, &recorded.session, left.as_slice()).await?
        } else {
            HashSet::new()
        };
        if event.waits {
            made.others = all;
            return Ok(made);
        }
        let mut reject = Vec::new();
        let mut absent = Vec::new();
        let mut shorter = Vec::new();
        for id in left.clone().filter(|id| !missing.contains(*id)) {
            match rng.random_range(0..1000) {
                0..6 => {
                    let reason = ["签到表上没有此人", "中途离开", "不在本场名单内"][rng.random_range(0..3)];
                    reject.push(json!({ "participation_id": id, "reason": reason }));
                }
                6..16 => absent.push(id),
                16..26 => shorter.push(json!({ "participation_id": id, "minutes": 45 })),
                _ => {}
            }
        }
        let body = json!({ "all": true, "reject": reject, "absent": absent, "confirm": shorter });
        let path = format!("/api/v1/sessions/{}/confirmation", recorded.session);
        let answer = host.post(&path, &body).await?;
        ensure!(number(&answer, "refused")? == 0, "{path} refused: {answer}");
        made.confirmed = usize::try_from(number(&answer, "confirmed")?)?;
        made.others = all - made.confirmed;
        let confirmed = answer["outcomes"].as_array().into_iter().flatten().filter(|o| o["outcome"] == "confirmed");
        let mut confirmed = confirmed.filter_map(|o| o["participation_id"].as_str());
        if rng.random_bool(0.1)
            && let Some(id) = confirmed.next()
        {
            let path = format!("/api/v1/participations/{id}");
            let version = number(&host.get(&path).await?, "version")?;
            let body = json!({ "minutes": 40, "reason": "登记的时长有误" });
            host.post_if(&format!("{path}/amend"), version, &body).await?;
        }
        if rng.random_bool(0.1)
            && let Some(id) = confirmed.next()
        {
            let path = format!("/api/v1/participations/{id}");
            let version = number(&host.get(&path).await?, "version")?;
            host.post_if(&format!("{path}/void"), version, &json!({ "reason": "重复登记" })).await?;
            made.confirmed -= 1;
            made.others += 1;
        }
        Ok(made)
    }

    /// The base marks who of the registered came; answers who did not.
    async fn at_the_door(
        &self,
        rng: &mut StdRng,
        host: &Account,
        session: &str,
        registered: &[String],
    ) -> anyhow::Result<HashSet<String>> {
        let path = format!("/api/v1/sessions/{session}/attendance");
        let mut missing = HashSet::new();
        for part in registered.chunks(BATCH) {
            let mut items: Vec<Value> = Vec::with_capacity(part.len());
            for id in part {
                let is_there = !rng.random_bool(0.02);
                if !is_there {
                    missing.insert(id.clone());
                }
                let presence = if is_there { "present" } else { "absent" };
                items.push(json!({ "participation_id": id, "presence": presence }));
            }
            let answer = host.post(&path, &json!({ "items": items })).await?;
            ensure!(number(&answer, "refused")? == 0, "{path} refused: {answer}");
        }
        Ok(missing)
    }

    /// Soft rules wait for the official, who has decided two of them.
    pub(super) async fn decide(&self) -> anyhow::Result<()> {
        let began = Instant::now();
        let official = self.official();
        let flags = official.list("/api/v1/soft-flags").await?;
        let wanted = [
            ("lectures-a-month", "waive", "科普月活动，经区里同意"),
            ("over-long", "enforce", "超过 8 小时的部分无法核实"),
        ];
        for (rule, decision, reason) in wanted {
            for flag in &flags {
                let (record, person) = (word(flag, "record_id")?, word(flag, "person_id")?);
                if !self.breaks(person, record, rule).await? {
                    continue;
                }
                let body = json!({ "policy_id": flag["policy_id"], "rule": rule, "record_id": record, "decision": decision,
                                   "reason": reason });
                official.post("/api/v1/soft-decisions", &body).await?;
                break;
            }
        }
        self.say("soft rules", "flags wait for a decision", flags.len(), began);
        Ok(())
    }

    /// Whether this record is flagged by this rule.
    async fn breaks(&self, person: &str, record: &str, rule: &str) -> anyhow::Result<bool> {
        let sheet = self.official().get(&format!("/api/v1/persons/{person}/score")).await?;
        let mut lines = sheet["lines"].as_array().into_iter().flatten().filter(|l| l["record_id"] == record);
        Ok(lines.any(|line| {
            let reasons = line["reasons"].as_array().into_iter().flatten();
            reasons.filter(|r| r["code"] == "flagged").any(|r| r["params"].to_string().contains(rule))
        }))
    }

    /// The clock is that of today: classes have registered for what is to come, and some have no place.
    pub(super) async fn present(&self) -> anyhow::Result<()> {
        let began = Instant::now();
        self.at(crate::clock::Clock::default().now());
        let today = self.today();
        let schools: Vec<usize> = (0..self.plan.schools.len()).collect();
        let made = each(schools, async |school: usize| {
            let day = today + Days::new(7 + school as u64 % 14);
            let seats = self.plan.schools[school].classes[0].pupils.len();
            let who: Vec<(usize, usize)> = (0..seats).map(|seat| (0, seat)).collect();
            let host = Host::Base(school % self.plan.bases + 1);
            let event = Event { host, offer: 0, day, hour: 9, who, ahead: true, waits: false };
            let recorded = self.record(school, &event, Some(30)).await?;
            for id in recorded.participations.iter().take(2) {
                self.teacher(school).post(&format!("/api/v1/participations/{id}/withdraw"), &json!({})).await?;
            }
            Ok(recorded.participations.len())
        })
        .await?;
        self.say("to come", "registered or on a waitlist", made.into_iter().sum(), began);
        Ok(())
    }
}
