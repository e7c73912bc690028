//! What is due to hosts: person-times that were confirmed, times what a person costs.

use std::collections::BTreeMap;

use kepu_domain::settlement::{Tariff, amount, rate};
use uuid::Uuid;

use super::model::{Ready, Section, Sort};
use super::{Kind, WhichReady, store};
use crate::error::{ApiError, Result};
use crate::reports::frame::Frame;
use crate::reports::table::{Cell, Column};
use crate::tariffs;
use crate::tenancy::Tx;

/// What a host has so far.
#[derive(Default)]
struct Sum {
    sessions: i64,
    booked: i64,
    came: i64,
    waiting: i64,
    absent: i64,
    unpriced: i64,
    fen: i64,
    rates: Vec<i64>,
}

pub(super) async fn read(tx: &mut Tx, frame: &Frame, which: &WhichReady) -> Result<Ready> {
    let sessions = store::settled_sessions(tx, &frame.filter).await?;
    let hosts = frame.filter.hosts.as_deref();
    let mut agreed: BTreeMap<Uuid, Vec<Tariff<Uuid>>> = BTreeMap::new();
    for row in tariffs::store::at(tx, hosts, frame.about.as_of).await? {
        let tariff =
            Tariff { activity: row.activity_id, first_day: row.first_day, last_day: row.last_day, fen: row.fen };
        agreed.entry(row.host_id).or_default().push(tariff);
    }
    let mut by_host: BTreeMap<(String, Uuid), Sum> = BTreeMap::new();
    let mut list = Section::new("sessions", frame.say("场次明细", "Sessions"), session_columns(frame));
    for row in &sessions {
        let tariffs = agreed.get(&row.host_id).map_or(&[][..], Vec::as_slice);
        let fen = rate(tariffs, &row.activity_id, row.on_day);
        let due = fen.map(|fen| due(row.came, fen)).transpose()?;
        let host = frame.name(row.host_zh.clone(), row.host_en.clone());
        let sum = by_host.entry((host.clone(), row.host_id)).or_default();
        sum.sessions += 1;
        sum.booked += row.booked;
        sum.came += row.came;
        sum.waiting += row.waiting;
        sum.absent += row.absent;
        match (fen, due) {
            (Some(fen), Some(due)) => {
                sum.fen = sum.fen.checked_add(due).ok_or_else(too_much)?;
                // Where nobody came, nobody was paid for at that rate.
                if row.came > 0 && !sum.rates.contains(&fen) {
                    sum.rates.push(fen);
                }
            }
            _ => sum.unpriced += row.came,
        }
        list.push(
            vec![
                Cell::Day(row.on_day),
                Cell::Text(host),
                Cell::Text(frame.name(row.activity_zh.clone(), row.activity_en.clone())),
                Cell::Count(row.booked),
                Cell::Count(row.came),
                Cell::Count(row.waiting),
                Cell::Count(row.absent),
                Cell::maybe(fen, Cell::Money),
                Cell::maybe(due, Cell::Money),
            ],
            Some(Sort::Session.of(row.session_id)),
        );
    }
    let mut whole = Section::new("hosts", frame.say("按单位", "By host"), host_columns(frame)).drawn(&["amount"]);
    for ((name, id), sum) in by_host {
        let one = if let [fen] = sum.rates.as_slice() { Cell::Money(*fen) } else { Cell::Empty };
        whole.push(
            vec![
                Cell::Text(name),
                Cell::Count(sum.sessions),
                Cell::Count(sum.booked),
                Cell::Count(sum.came),
                Cell::Count(sum.waiting),
                Cell::Count(sum.absent),
                Cell::Count(sum.unpriced),
                one,
                Cell::Money(sum.fen),
            ],
            Some(Sort::Host.of(id)),
        );
    }
    let mut sections = vec![whole, list];
    if which.names() {
        sections.push(persons(tx, frame).await?);
    }
    let notes = [
        (
            "到场人次为承办单位已确认的人次；待确认的不计金额，确认后计入。",
            "Who attended is who the host has confirmed; who waits for that is not in the amount yet.",
        ),
        (
            "预约人次含已到、缺席、被驳回和尚无结果的，不含撤回、候补和已作废的；未预约而当场参加的也计一个名额。",
            "Booked are those who had a place, whether they came or not; not who withdrew, waited for one, or was voided.",
        ),
        (
            "金额＝到场人次×当日单价，以分为单位计算，不作舍入；没有单价的人次单列，不计金额。",
            "The amount is who attended times the tariff of the day, in whole fen and never rounded; who has no tariff is \
             told apart and not in the amount.",
        ),
    ];
    Ok(Ready {
        kind: Kind::Settlement,
        title: frame.say("承办单位结算", "Settlement with hosts").to_owned(),
        notes: notes.map(|(zh, en)| frame.say(zh, en).to_owned()).into(),
        sections,
    })
}

fn due(persons: i64, fen: i64) -> Result<i64> {
    amount(persons, fen).ok_or_else(too_much)
}

fn too_much() -> ApiError {
    ApiError::internal(anyhow::anyhow!("a settlement beyond all numbers"))
}

fn host_columns(frame: &Frame) -> Vec<(&'static str, Column)> {
    let say = |zh, en| frame.say(zh, en);
    vec![
        ("host", Column::text(say("单位", "Host"), 30.0)),
        ("sessions", Column::count(say("场次", "Sessions")).summed()),
        ("booked", Column::count(say("预约人次", "Booked")).summed()),
        ("came", Column::count(say("到场人次", "Attended")).summed()),
        ("waiting", Column::count(say("待确认", "Waiting")).summed()),
        ("absent", Column::count(say("缺席", "Absent")).summed()),
        ("unpriced", Column::count(say("无单价人次", "No tariff")).summed()),
        ("rate", Column::money(say("单价（元）", "Tariff (yuan)"))),
        ("amount", Column::money(say("金额（元）", "Amount (yuan)")).summed()),
    ]
}

fn session_columns(frame: &Frame) -> Vec<(&'static str, Column)> {
    let say = |zh, en| frame.say(zh, en);
    vec![
        ("day", Column::day(say("日期", "Day"))),
        ("host", Column::text(say("单位", "Host"), 26.0)),
        ("activity", Column::text(say("活动", "Activity"), 28.0)),
        ("booked", Column::count(say("预约人次", "Booked")).summed()),
        ("came", Column::count(say("到场人次", "Attended")).summed()),
        ("waiting", Column::count(say("待确认", "Waiting")).summed()),
        ("absent", Column::count(say("缺席", "Absent")).summed()),
        ("rate", Column::money(say("单价（元）", "Tariff (yuan)"))),
        ("amount", Column::money(say("金额（元）", "Amount (yuan)")).summed()),
    ]
}

/// Each person-time that is paid for.
async fn persons(tx: &mut Tx, frame: &Frame) -> Result<Section> {
    let say = |zh, en| frame.say(zh, en);
    let columns = vec![
        ("day", Column::day(say("日期", "Day"))),
        ("activity", Column::text(say("活动", "Activity"), 28.0)),
        ("number", Column::text(say("学号", "Number"), 16.0)),
        ("name", Column::text(say("姓名", "Name"), 14.0)),
        ("school", Column::text(say("学校", "School"), 26.0)),
        ("minutes", Column::count(say("分钟", "Minutes")).summed()),
    ];
    let mut section = Section::new("persons", say("到场人员", "Persons who attended"), columns);
    for row in store::settled_persons(tx, &frame.filter).await? {
        let school = row.school_zh.map(|zh| frame.name(zh, row.school_en.unwrap_or_default()));
        section.push(
            vec![
                Cell::Day(row.on_day),
                Cell::Text(frame.name(row.activity_zh, row.activity_en)),
                Cell::Text(row.number),
                Cell::Text(row.name),
                Cell::maybe(school, Cell::Text),
                Cell::maybe(row.minutes, |minutes| Cell::Count(minutes.into())),
            ],
            Some(Sort::Session.of(row.session_id)),
        );
    }
    Ok(section)
}
