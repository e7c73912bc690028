//! `kepu demo walk`: the main job over HTTP, step by step, with its figures.

use anyhow::{Context, ensure};
use chrono::{DateTime, Duration, Utc};
use reqwest::multipart::{Form, Part};
use serde_json::{Value, json};
use uuid::Uuid;

use super::{
    PASSWORD,
    client::{Account, Api, number, word},
    evidence,
    plan::{CLASS, day_of},
};
use crate::{postgres::Db, verify};

/// How many of the class are rejected.
const REJECTED: usize = 2;

/// Counts and prints the steps.
struct Steps(usize);

impl Steps {
    fn next(&mut self, what: &str) {
        self.0 += 1;
        println!("\n{}. {what}", self.0);
    }
}

/// What the class has gone through.
struct Lesson {
    session: String,
    /// A pupil whose participation was confirmed.
    pupil: String,
}

/// Plays the main job against the service at `url`; the invariants are verified in its database.
///
/// # Errors
/// The step that went wrong, and what was found.
pub async fn walk(url: &str, db: &Db, now: DateTime<Utc>) -> anyhow::Result<()> {
    let api = Api::new(url, PASSWORD)?;
    let teacher = api.account("teacher01");
    let host = api.account("base01");
    let official = api.account("official");
    let mut steps = Steps(0);
    println!("The main job at {url}. All persons, schools, bases and values are made up.");

    steps.next("登录：教师 Log in as teacher");
    let me = teacher.get("/api/v1/me").await.context("step 1, log in as teacher")?;
    println!("   {} ({}), {}", word(&me, "display_name")?, teacher.login(), roles(&me));
    let school = word(&me["grants"][0], "organization_id")?.to_owned();

    steps.next("登记一个班 Record a class of 45");
    let recorded = record(&teacher, &host, &school, now).await.context("step 2, record a class")?;

    steps.next("基地确认 43 人，退回 2 人 Log in as base; confirm 43 and reject 2");
    let lesson = confirm(&host, recorded).await.context("step 3, confirm")?;

    steps.next("查看一名学生的学分及理由 One pupil's explained sheet");
    let before = sheet(&teacher, &lesson, true).await.context("step 4, the explained sheet")?;

    steps.next("登记并核实一项竞赛成绩 Register and verify a result");
    prize(&teacher, &official, &lesson, now).await.context("step 5, a result")?;
    let after = sheet(&teacher, &lesson, false).await.context("step 5, the sheet after the result")?;
    println!("   total before {before}, after {after}");

    steps.next("区报告 The report of the district");
    report(&official).await.context("step 6, the report")?;

    steps.next("核对不变式 Verify the invariants");
    verified(db).await.context("step 7, the invariants")?;
    println!("\nDone: every step held.");
    Ok(())
}

fn roles(me: &Value) -> String {
    let grants = me["grants"].as_array().into_iter().flatten();
    let words = grants.map(|g| {
        format!("{} @ {}", g["role"].as_str().unwrap_or_default(), g["scope_name_zh"].as_str().unwrap_or_default())
    });
    words.collect::<Vec<_>>().join(", ")
}

/// The session, and its participations that wait, each with its person.
struct Recorded {
    session: String,
    outcomes: Vec<(String, String)>,
}

async fn record(teacher: &Account, host: &Account, school: &str, now: DateTime<Utc>) -> anyhow::Result<Recorded> {
    let classes = teacher.list(&format!("/api/v1/classes?school={school}")).await?;
    let full: Vec<&Value> = classes.iter().filter(|c| c["persons"].as_u64() == u64::try_from(CLASS).ok()).collect();
    ensure!(!full.is_empty(), "no class of the school has {CLASS} pupils");
    let base = word(&host.get("/api/v1/me").await?["grants"][0], "organization_id")?.to_owned();
    let offers = host.list(&format!("/api/v1/activities?host_id={base}&kind=practice")).await?;
    // Two hours of an afternoon, not the camp of a day.
    let activity = offers.iter().find(|o| o["minutes"] == 120).or(offers.first());
    let activity = activity.context("the base offers no practice")?;
    let began = now - Duration::hours(3);
    let body = json!({ "activity_id": activity["id"], "starts_at": began, "place": "基地" });
    let session = host.post("/api/v1/sessions", &body).await?;
    let session = word(&session, "id")?.to_owned();
    // Another class each time, so that the caps of a term are not used up at once.
    let turn = session.parse::<Uuid>()?.as_u128() % full.len() as u128;
    let class = full[usize::try_from(turn)?];
    let class_id = word(class, "id")?.to_owned();
    let path = format!("/api/v1/sessions/{session}/participations");
    let answer = teacher.post(&path, &json!({ "class_id": class_id })).await?;
    let outcomes = answer["outcomes"].as_array().into_iter().flatten();
    let outcomes = outcomes
        .map(|o| Ok((word(o, "participation_id")?.to_owned(), word(o, "person_id")?.to_owned())))
        .collect::<anyhow::Result<Vec<_>>>()?;
    println!(
        "   {}，{} 年级 {} 班：{} recorded, {} refused",
        word(activity, "title_zh")?,
        class["grade"],
        word(class, "name")?,
        answer["recorded"],
        answer["refused"]
    );
    ensure!(answer["recorded"] == CLASS && outcomes.len() == CLASS, "not all {CLASS} were recorded: {answer}");
    Ok(Recorded { session, outcomes })
}

async fn confirm(host: &Account, recorded: Recorded) -> anyhow::Result<Lesson> {
    let waiting = host.get("/api/v1/waiting").await?;
    let waits = waiting["items"].as_array().into_iter().flatten().find(|w| w["session_id"] == *recorded.session);
    let waits = waits.and_then(|w| w["waiting"].as_u64()).unwrap_or_default();
    println!("   waiting at the base for this session: {waits}");
    ensure!(waits == CLASS as u64, "{CLASS} should wait for the base");
    let (rejected, rest) = recorded.outcomes.split_at(REJECTED);
    let reject: Vec<Value> =
        rejected.iter().map(|(id, _)| json!({ "participation_id": id, "reason": "签到表上没有此人" })).collect();
    let path = format!("/api/v1/sessions/{}/confirmation", recorded.session);
    let answer = host.post(&path, &json!({ "all": true, "reject": reject })).await?;
    println!(
        "   {} confirmed, {} rejected, {} refused; {} ledger entries",
        answer["confirmed"], answer["rejected"], answer["refused"], answer["ledger_entries"]
    );
    ensure!(
        answer["confirmed"] == CLASS - REJECTED && answer["rejected"] == REJECTED && answer["refused"] == 0,
        "{} should be confirmed and {REJECTED} rejected: {answer}",
        CLASS - REJECTED
    );
    // The pupil whose sheet is shown: the one for whom it brought the most.
    let outcomes = answer["outcomes"].as_array().into_iter().flatten();
    let most = outcomes
        .filter(|o| o["outcome"] == "confirmed")
        .max_by_key(|o| o["credit"].as_str().and_then(milli).unwrap_or_default());
    let pupil = most.and_then(|o| o["person_id"].as_str()).or(rest.first().map(|r| r.1.as_str()));
    let pupil = pupil.context("nobody was confirmed")?.to_owned();
    Ok(Lesson { session: recorded.session, pupil })
}

/// A decimal in thousandths, to compare by.
fn milli(text: &str) -> Option<i64> {
    let (whole, part) = text.split_once('.').unwrap_or((text, ""));
    format!("{whole}{part:0<3}").parse().ok()
}

/// Reads the sheet, prints it line by line if asked for, and gives the total.
async fn sheet(teacher: &Account, lesson: &Lesson, print: bool) -> anyhow::Result<String> {
    let sheet = teacher.get(&format!("/api/v1/persons/{}/score", lesson.pupil)).await?;
    let total = word(&sheet, "total")?.to_owned();
    let lines: Vec<&Value> = sheet["lines"].as_array().into_iter().flatten().collect();
    ensure!(!lines.is_empty(), "the sheet of a pupil who was confirmed has no line: {sheet}");
    if !print {
        return Ok(total);
    }
    let illustrative = if sheet["policy"]["illustrative"] == true { "，示例值 illustrative" } else { "" };
    println!(
        "   {}，{}{illustrative}：合计 total {total}",
        word(&sheet["person"], "name")?,
        word(&sheet["policy"], "title_zh")?
    );
    println!("   {:<10} {:>6} {:>7}  理由 why", "day", "raw", "counted");
    let mut sum = 0;
    for line in &lines {
        let at = line["starts_at"].as_str().and_then(|text| text.parse::<DateTime<Utc>>().ok());
        let day = at.map(|at| day_of(at).to_string()).unwrap_or_default();
        let reasons: Vec<&str> =
            line["reasons"].as_array().into_iter().flatten().filter_map(|r| r["text"].as_str()).collect();
        ensure!(!reasons.is_empty(), "a line gives no reason: {line}");
        let counted = word(line, "counted")?;
        sum += milli(counted).context("a credit that is no decimal")?;
        println!(
            "   {day:<10} {:>6} {counted:>7}  {} — {}",
            word(line, "raw")?,
            line["title_zh"].as_str().unwrap_or_default(),
            reasons.join("；")
        );
    }
    ensure!(Some(sum) == milli(&total), "the lines do not add up to the total {total}");
    for requirement in sheet["requirements"].as_array().into_iter().flatten() {
        let met = if requirement["met"] == true { "已达到 met" } else { "未达到 short" };
        println!("   {}：{met}", requirement["title"].as_str().unwrap_or_default());
    }
    Ok(total)
}

async fn prize(teacher: &Account, official: &Account, lesson: &Lesson, now: DateTime<Utc>) -> anyhow::Result<()> {
    let today = day_of(now);
    let pupil = teacher.get(&format!("/api/v1/persons/{}/score", lesson.pupil)).await?;
    let grade = number(&pupil["person"], "grade")?;
    let stage = if grade <= 6 { "primary" } else { "junior" };
    let open = teacher.list(&format!("/api/v1/competitions?listed=true&on={today}&stage={stage}")).await?;
    let contest = open.first().context("no contest of the national list is open today")?;
    // A work of its own each time: the same one would be the same result.
    let body = json!({ "competition_id": contest["id"], "achieved_on": today, "contest_level": "city", "award": "second",
                       "work_id": format!("WALK-{}", lesson.session), "work_title": "示范作品",
                       "members": [{ "person_id": lesson.pupil }] });
    let made = teacher.post("/api/v1/results", &body).await?;
    let id = word(&made["items"][0], "id")?;
    let file = || Form::new().part("file", Part::bytes(evidence::pdf()).file_name("证书扫描件.pdf"));
    let stored = teacher.post_form(&format!("/api/v1/results/{id}/evidence"), file).await?;
    println!(
        "   {}：市级二等奖 city, second; evidence {} ({} bytes)",
        word(contest, "name_zh")?,
        stored["file_name"].as_str().unwrap_or_default(),
        stored["bytes"]
    );
    let verified = official.post(&format!("/api/v1/results/{id}/verify"), &json!({})).await?;
    ensure!(verified["items"][0]["state"] == "verified", "the result is not verified: {verified}");
    let sheet = teacher.get(&format!("/api/v1/persons/{}/score", lesson.pupil)).await?;
    let mut lines = sheet["lines"].as_array().into_iter().flatten();
    let line = lines.find(|l| l["record_id"] == id).context("the verified result is not on the sheet")?;
    println!("   verified by the official: raw {}, counted {}", word(line, "raw")?, word(line, "counted")?);
    ensure!(line["raw"] == "4", "a city second prize is priced at 4 by the illustrative policy: {line}");
    Ok(())
}

async fn report(official: &Account) -> anyhow::Result<()> {
    let report = official.get("/api/v1/reports/credits").await?;
    let totals = &report["totals"];
    println!(
        "   enrolled {}, took part {} (share {}), records {}, credits {}",
        totals["enrolled"],
        totals["participants"],
        totals["participation"].as_str().unwrap_or("-"),
        totals["records"],
        totals["credits"].as_str().unwrap_or("-")
    );
    ensure!(totals["participants"].as_i64().is_some_and(|n| n > 0), "nobody took part: {totals}");
    for category in report["by_category"].as_array().into_iter().flatten() {
        println!(
            "   {:<24} {:>10} credits, {} persons",
            category["title"].as_str().unwrap_or_default(),
            category["credits"].as_str().unwrap_or_default(),
            category["participants"]
        );
    }
    for requirement in report["requirements"].as_array().into_iter().flatten() {
        println!(
            "   {}：{} met, {} short",
            requirement["title"].as_str().unwrap_or_default(),
            requirement["met"],
            requirement["short"]
        );
    }
    Ok(())
}

async fn verified(db: &Db) -> anyhow::Result<()> {
    let verified = verify::database_holds(db).await.map_err(|error| anyhow::anyhow!("{error:?}"))?;
    println!(
        "   {} persons and {} records evaluated again, {} ledger entries added up: {} broken",
        verified.persons,
        verified.records,
        verified.entries,
        verified.broken.len()
    );
    for broken in verified.broken.iter().take(10) {
        println!("   BROKEN {broken}");
    }
    ensure!(verified.broken.is_empty(), "{} invariants are broken", verified.broken.len());
    Ok(())
}
