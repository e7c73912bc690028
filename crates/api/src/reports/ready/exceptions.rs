//! What the rules of the district found in a period: how much waits and for how long, against the days in which an official
//! looks, and what became of the rest.

use std::collections::BTreeMap;

use chrono::{DateTime, NaiveDate, TimeDelta, Utc};
use kepu_domain::exception::Kind as Cause;
use uuid::Uuid;

use super::Kind;
use super::model::{Ready, Section, Sort};
use crate::error::Result;
use crate::exceptions::{Told, told};
use crate::reports::frame::Frame;
use crate::reports::table::{Cell, Column, share};
use crate::tenancy::Tx;

/// Open ones that are listed.
const LISTED: usize = 1000;

/// Counts of some of them.
#[derive(Debug, Default, Clone)]
struct Counts {
    found: i64,
    open: i64,
    late: i64,
    cleared: i64,
    upheld: i64,
    gone: i64,
    in_time: i64,
    oldest: Option<(DateTime<Utc>, NaiveDate)>,
}

/// The moment, and how long an official may take.
#[derive(Clone, Copy)]
struct Clock {
    now: DateTime<Utc>,
    target: TimeDelta,
}

impl Clock {
    fn age(self, found: DateTime<Utc>) -> i64 {
        (self.now - found).num_days().max(0)
    }

    fn is_late(self, found: DateTime<Utc>) -> bool {
        found + self.target < self.now
    }
}

impl Counts {
    fn add(&mut self, one: &Told, clock: Clock) {
        self.found += 1;
        match one.state.as_str() {
            "open" => {
                self.open += 1;
                self.late += i64::from(clock.is_late(one.found_at));
                let since = (one.found_at, one.found_on);
                self.oldest = Some(self.oldest.map_or(since, |oldest| oldest.min(since)));
            }
            "cleared" => self.cleared += 1,
            "upheld" => self.upheld += 1,
            _ => self.gone += 1,
        }
        let in_time = one.decided_at.is_some_and(|at| at <= one.found_at + clock.target);
        self.in_time += i64::from(in_time);
    }

    fn cells(&self, clock: Clock) -> Vec<Cell> {
        vec![
            Cell::Count(self.found),
            Cell::Count(self.open),
            Cell::Count(self.late),
            Cell::Count(self.cleared),
            Cell::Count(self.upheld),
            Cell::Count(self.gone),
            Cell::maybe(share(self.in_time, self.cleared + self.upheld), Cell::Share),
            Cell::maybe(self.oldest, |(_, day)| Cell::Day(day)),
            Cell::maybe(self.oldest, |(at, _)| Cell::Count(clock.age(at))),
        ]
    }
}

pub(super) async fn read(tx: &mut Tx, frame: &Frame) -> Result<Ready> {
    let (say, filter) = (|zh, en| frame.say(zh, en), &frame.filter);
    let (rows, target) = told(tx, (filter.from, filter.to), filter.schools.as_deref(), filter.hosts.as_deref()).await?;
    let clock = Clock { now: frame.about.as_of, target: TimeDelta::days(i64::from(target)) };
    let mut kinds: BTreeMap<&str, Counts> = Cause::ALL.iter().map(|cause| (cause.word(), Counts::default())).collect();
    let mut hosts: BTreeMap<(String, Uuid), Counts> = BTreeMap::new();
    let mut schools: BTreeMap<(String, Uuid), Counts> = BTreeMap::new();
    for one in &rows {
        if let Some(counts) = kinds.get_mut(one.kind.as_str()) {
            counts.add(one, clock);
        }
        let host = one.host_id.zip(one.host_zh.clone());
        let school = one.school_id.zip(one.school_zh.clone());
        let english = [one.host_en.clone(), one.school_en.clone()];
        for ((place, sums), en) in [(host, &mut hosts), (school, &mut schools)].into_iter().zip(english) {
            if let Some((id, zh)) = place {
                sums.entry((frame.name(zh, en.unwrap_or_default()), id)).or_default().add(one, clock);
            }
        }
    }

    let mut by_kind = Section::new("kinds", say("按种类", "By kind"), columns(frame, ("kind", say("种类", "Kind"))))
        .drawn(&["open", "late"]);
    for cause in Cause::ALL {
        if let Some(counts) = kinds.get(cause.word()) {
            let label = vec![Cell::text(word(frame, cause))];
            by_kind.push([label, counts.cells(clock)].concat(), Some(Sort::Cause.named(cause.word())));
        }
    }
    let places = |key, title, first, sort: Sort, sums: BTreeMap<(String, Uuid), Counts>| {
        let mut section = Section::new(key, title, columns(frame, first));
        let mut sums: Vec<_> = sums.into_iter().collect();
        sums.sort_by_key(|(_, counts)| (-counts.open, -counts.found));
        for ((name, id), counts) in sums {
            section.push([vec![Cell::Text(name)], counts.cells(clock)].concat(), Some(sort.of(id)));
        }
        section
    };
    let sections = vec![
        by_kind,
        ages(frame, &rows, clock, target),
        places("hosts", say("按单位", "By host"), ("host", say("单位", "Host")), Sort::Host, hosts),
        places("schools", say("按学校", "By school"), ("school", say("学校", "School")), Sort::School, schools),
        waiting(frame, &rows, clock),
    ];
    let notes = [
        (
            format!("期内发现的异常；应在 {target} 天内核查，超过即为超期。待核查的按数据时间计天数。"),
            format!(
                "What was found within the period. An official looks within {target} days, after which it is late; days of \
                 what waits are counted to the time of the data."
            ),
        ),
        (
            "自行消失：所涉记录已被更正或撤销，或规则已改，不用再决定。一项异常可以只涉及单位或学校之一，也可以都不涉及。".to_owned(),
            "Gone: what it was about was corrected or voided, or the rules were changed, so that nobody had to decide. One can be about a host, a school, \
             both or neither."
                .to_owned(),
        ),
    ];
    Ok(Ready {
        kind: Kind::Exceptions,
        title: say("异常核查", "Exceptions").to_owned(),
        notes: notes.into_iter().map(|(zh, en)| frame.name(zh, en)).collect(),
        sections,
    })
}

fn columns(frame: &Frame, (key, title): (&'static str, &str)) -> Vec<(&'static str, Column)> {
    let say = |zh, en| frame.say(zh, en);
    vec![
        (key, Column::text(title, 28.0)),
        ("found", Column::count(say("发现", "Found")).summed()),
        ("open", Column::count(say("待核查", "Waiting")).summed()),
        ("late", Column::count(say("其中超期", "Late")).summed()),
        ("cleared", Column::count(say("没有问题", "Cleared")).summed()),
        ("upheld", Column::count(say("确有问题", "Upheld")).summed()),
        ("gone", Column::count(say("自行消失", "Gone")).summed()),
        ("in_time", Column::share(say("按期核查比例", "Decided in time"))),
        ("oldest", Column::day(say("最早待核查", "Oldest waiting"))),
        ("age", Column::count(say("已等天数", "Days waited"))),
    ]
}

/// How long the open ones have waited, against the days in which an official looks.
fn ages(frame: &Frame, rows: &[Told], clock: Clock, target: u32) -> Section {
    let say = |zh, en| frame.say(zh, en);
    let columns = vec![
        ("age", Column::text(say("已等", "Waited"), 26.0)),
        ("waiting", Column::count(say("待核查", "Waiting")).summed()),
        ("oldest", Column::day(say("最早一件", "Oldest"))),
    ];
    let mut section = Section::new("ages", say("待核查的时长", "How long it waits"), columns).drawn(&["waiting"]);
    let bands = [
        (0, frame.name(format!("{target} 天以内"), format!("within {target} days"))),
        (1, frame.name(format!("超期 {target} 天以内"), format!("late by up to {target} days"))),
        (2, frame.name(format!("超期 {target} 天以上"), format!("late by more than {target} days"))),
    ];
    let band = |one: &Told| match one.found_at {
        at if !clock.is_late(at) => 0,
        at if !clock.is_late(at + clock.target) => 1,
        _ => 2,
    };
    for (number, name) in bands {
        let within: Vec<&Told> = rows.iter().filter(|one| one.state == "open" && band(one) == number).collect();
        let count = i64::try_from(within.len()).unwrap_or(i64::MAX);
        let oldest = within.iter().map(|one| one.found_on).min();
        section.push(vec![Cell::Text(name), Cell::Count(count), Cell::maybe(oldest, Cell::Day)], None);
    }
    section
}

/// The open ones, the oldest first.
fn waiting(frame: &Frame, rows: &[Told], clock: Clock) -> Section {
    let say = |zh, en| frame.say(zh, en);
    let columns = vec![
        ("found_on", Column::day(say("发现日期", "Found"))),
        ("kind", Column::text(say("种类", "Kind"), 26.0)),
        ("host", Column::text(say("单位", "Host"), 26.0)),
        ("school", Column::text(say("学校", "School"), 26.0)),
        ("day", Column::day(say("所涉日期", "Of the day"))),
        ("age", Column::count(say("已等天数", "Days waited"))),
        ("late", Column::text(say("超期", "Late"), 8.0)),
    ];
    let mut section = Section::new("waiting", say("待核查，最早的在前", "Waiting, the oldest first"), columns);
    let mut open: Vec<&Told> = rows.iter().filter(|one| one.state == "open").collect();
    open.sort_by_key(|one| (one.found_at, one.id));
    for one in open.into_iter().take(LISTED) {
        let name = |zh: &Option<String>, en: &Option<String>| {
            Cell::maybe(zh.clone(), |zh| Cell::Text(frame.name(zh, en.clone().unwrap_or_default())))
        };
        let cause = Cause::from_word(&one.kind).map(|cause| word(frame, cause));
        let late = clock.is_late(one.found_at).then(|| say("是", "yes"));
        let cells = vec![
            Cell::Day(one.found_on),
            Cell::maybe(cause, Cell::text),
            name(&one.host_zh, &one.host_en),
            name(&one.school_zh, &one.school_en),
            Cell::Day(one.on_day),
            Cell::Count(clock.age(one.found_at)),
            Cell::maybe(late, Cell::text),
        ];
        section.push(cells, Some(Sort::Exception.of(one.id)));
    }
    section
}

fn word(frame: &Frame, cause: Cause) -> &'static str {
    let (zh, en) = match cause {
        Cause::TwoPlaces => ("同时在两处", "At two places at once"),
        Cause::Burst => ("集中确认", "Many confirmed at once"),
        Cause::UnusualShare => ("几乎都来自一所学校", "Nearly all of one school"),
        Cause::BackDated => ("事后很久才补录", "Recorded long after"),
        Cause::UnlistedResult => ("赛事不在公布名单", "Contest on no published list"),
    };
    frame.say(zh, en)
}
