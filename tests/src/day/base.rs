//! The evening before: sessions, registrations, passes; and the morning: devices.

use anyhow::{Context, Result, ensure};
use chrono::TimeDelta;
use futures::future::try_join_all;
use futures::{StreamExt, TryStreamExt, stream};
use rand::SeedableRng;
use rand::rngs::StdRng;
use reqwest::Method;
use serde_json::{Value, json};
use uuid::Uuid;

use super::device::Device;
use super::plan::{Child, DEVICES, LENGTH, Session, began};
use super::{Caller, Clock, Day, Watch, word};

/// Of a hundred registered, so many come who are not.
const OTHERS: usize = 2;
/// Requests at a time.
const TOGETHER: usize = 8;

/// Pupils of one school, with the teacher who speaks for them.
struct School {
    teacher: Caller,
    pupils: Vec<Uuid>,
}

/// Makes the sessions and registers the children as their schools would; the doors are open when it is done.
pub async fn open_day(day: &Day, base: &Caller) -> Result<(Vec<Session>, Clock)> {
    let others = (day.children * OTHERS).div_ceil(100);
    let mut schools = schools(day, (day.children + others) * day.sessions).await?;
    let activity = activity(base).await?;
    let (mut sessions, mut clock) = (Vec::new(), Clock::OURS);
    for number in 0..day.sessions {
        // Still to come: one registers for nothing that has begun. The first is far ahead, until the service has said what
        // "now" is.
        let soon = clock.now() + if number == 0 { TimeDelta::days(30) } else { TimeDelta::hours(6) };
        let body = json!({ "activity_id": activity, "starts_at": soon, "ends_at": soon + LENGTH, "capacity": day.children,
                           "place": format!("演练 {}", number + 1) });
        let mut made = base.post("/api/v1/sessions", &body).await?;
        let id = word(&made, "id")?.to_owned();
        if number == 0 {
            clock = Clock::told(word(&made, "created_at")?.parse()?);
            let soon = clock.now() + TimeDelta::hours(6);
            made = change(base, &made, &json!({ "starts_at": soon, "ends_at": soon + LENGTH })).await?;
        }
        let registered = register(day, &mut schools, number, &id).await?;
        let others = take(&mut schools, others, number)?;
        // It begins when the day says; all of that is over by now, or nearly.
        let now = clock.now();
        let starts_at = began(number, day.sessions, now);
        let mut session = Session::new(number, id, starts_at, now);
        let body = json!({ "starts_at": starts_at, "ends_at": starts_at + LENGTH, "walk_ins": session.walk_ins,
                           "door_mode": if session.in_out { "in_out" } else { "in" } });
        change(base, &made, &body).await?;
        let seed = day.seed.wrapping_add(number as u64);
        let (registered, others) = (with_passes(registered).await?, with_passes(others).await?);
        session.draw(registered, others, &mut StdRng::seed_from_u64(seed));
        sessions.push(session);
    }
    Ok((sessions, clock))
}

/// Changes a session as it was read.
async fn change(base: &Caller, session: &Value, body: &Value) -> Result<Value> {
    let version = session["version"].as_i64().context("a session has a version")?;
    base.call(Method::PATCH, &format!("/api/v1/sessions/{}", word(session, "id")?), Some(body), Some(version)).await
}

/// As many schools as it takes, each with all of its pupils.
async fn schools(day: &Day, wanted: usize) -> Result<Vec<School>> {
    let mut schools: Vec<School> = Vec::new();
    for login in &day.teachers {
        if schools.len() >= 3 && schools.iter().map(|school| school.pupils.len()).sum::<usize>() >= wanted {
            break;
        }
        let teacher = Caller::sign_in(day, login).await?;
        let school = teacher.organization().await?;
        let persons = teacher.list(&format!("/api/v1/persons?school={school}&status=active")).await?;
        let students = persons.iter().filter(|person| person["kind"] == "student" && !person["class_id"].is_null());
        let pupils = students.map(|person| Ok(word(person, "id")?.parse()?)).collect::<Result<Vec<Uuid>>>()?;
        schools.push(School { teacher, pupils });
    }
    let found: usize = schools.iter().map(|school| school.pupils.len()).sum();
    ensure!(
        found >= wanted,
        "the schools of {} have {found} pupils, and the day needs {wanted}: name more teachers, or play a smaller day",
        day.teachers.join(", ")
    );
    Ok(schools)
}

/// Something that the base offers.
async fn activity(base: &Caller) -> Result<String> {
    let host = base.organization().await?;
    let offers = base.list(&format!("/api/v1/activities?host_id={host}&kind=practice")).await?;
    let open = offers.iter().find(|offer| offer["status"] == "open").context("the base offers no practice")?;
    Ok(word(open, "id")?.to_owned())
}

/// So many pupils, a part from each school, who come nowhere else on that day.
fn take(schools: &mut [School], count: usize, turn: usize) -> Result<Vec<(Caller, Uuid)>> {
    let mut taken = Vec::with_capacity(count);
    for at in turn.. {
        if taken.len() == count {
            break;
        }
        ensure!(schools.iter().any(|school| !school.pupils.is_empty()), "there are too few pupils");
        let part = count.div_ceil(3).min(count - taken.len());
        let index = at % schools.len();
        let school = schools.get_mut(index).context("a school")?;
        let from = school.pupils.len().saturating_sub(part);
        taken.extend(school.pupils.split_off(from).into_iter().map(|pupil| (school.teacher.clone(), pupil)));
    }
    Ok(taken)
}

async fn register(day: &Day, schools: &mut [School], number: usize, session: &str) -> Result<Vec<(Caller, Uuid)>> {
    let children = take(schools, day.children, number)?;
    let path = format!("/api/v1/sessions/{session}/participations");
    for of_one in children.chunk_by(|a, b| a.0.name == b.0.name) {
        let Some((teacher, _)) = of_one.first() else { continue };
        for some in of_one.chunks(500) {
            let persons: Vec<Value> = some.iter().map(|(_, pupil)| json!({ "person_id": pupil })).collect();
            let answer = teacher.post(&path, &json!({ "persons": persons })).await?;
            ensure!(answer["recorded"] == some.len(), "not all were registered: {answer}");
        }
    }
    Ok(children)
}

/// Reads everybody's pass.
async fn with_passes(children: Vec<(Caller, Uuid)>) -> Result<Vec<Child>> {
    let read = |(teacher, person): (Caller, Uuid)| async move {
        let pass = teacher.get(&format!("/api/v1/persons/{person}/pass")).await?;
        Ok::<_, anyhow::Error>(Child { person, token: word(&pass, "token")?.to_owned() })
    };
    stream::iter(children.into_iter().map(read)).buffered(TOGETHER).try_collect().await
}

/// Opens the devices of all gates.
pub async fn open_devices(
    day: &Day,
    base: &Caller,
    clock: Clock,
    sessions: &[Session],
    watch: &Watch,
) -> Result<Vec<Device>> {
    let all = sessions.iter().enumerate().flat_map(|(number, session)| {
        (0..DEVICES).map(move |gate| {
            let seed = day.seed.wrapping_mul(1000).wrapping_add((number * DEVICES + gate) as u64);
            Device::open(base.clone(), clock, session, (number, gate), seed, watch.clone())
        })
    });
    try_join_all(all).await
}
