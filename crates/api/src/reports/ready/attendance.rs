//! Who had a place and did not come, and how long it takes from a session to its confirmation and credit.

use super::model::{Ready, Section, Sort};
use super::{Kind, WhichReady, store};
use crate::error::Result;
use crate::reports::frame::Frame;
use crate::reports::table::{Cell, Column, share};
use crate::tenancy::Tx;

/// Absences by host and school, and by person where named.
pub(super) async fn no_shows(tx: &mut Tx, frame: &Frame, which: &WhichReady) -> Result<Ready> {
    let say = |zh, en| frame.say(zh, en);
    let columns = |key, title| {
        vec![
            (key, Column::text(title, 30.0)),
            ("booked", Column::count(say("预约人次", "Booked")).summed()),
            ("absent", Column::count(say("缺席人次", "Absent")).summed()),
            ("share", Column::share(say("缺席比例", "Absent, share"))),
            ("persons", Column::count(say("缺席人数", "Persons"))),
        ]
    };
    let mut hosts =
        Section::new("hosts", say("按单位", "By host"), columns("host", say("单位", "Host"))).drawn(&["absent"]);
    let mut schools = Section::new("schools", say("按学校", "By school"), columns("school", say("学校", "School")));
    for row in store::no_shows(tx, &frame.filter).await? {
        let name = row.zh.map(|zh| frame.name(zh, row.en.unwrap_or_default()));
        let cells = vec![
            Cell::Text(name.unwrap_or_else(|| say("不详", "unknown").to_owned())),
            Cell::Count(row.booked),
            Cell::Count(row.absent),
            Cell::maybe(share(row.absent, row.booked), Cell::Share),
            Cell::Count(row.persons),
        ];
        let (section, sort) = if row.is_host { (&mut hosts, Sort::Host) } else { (&mut schools, Sort::School) };
        section.push(cells, row.id.map(|id| sort.of(id)));
    }
    let mut sections = vec![hosts, schools];
    if which.names() {
        let columns = vec![
            ("number", Column::text(say("学号", "Number"), 16.0)),
            ("name", Column::text(say("姓名", "Name"), 14.0)),
            ("school", Column::text(say("学校", "School"), 26.0)),
            ("absent", Column::count(say("缺席次数", "Times absent")).summed()),
            ("last", Column::day(say("最近一次", "Last"))),
        ];
        let mut list = Section::new("persons", say("缺席学生", "Persons"), columns);
        for row in store::no_show_persons(tx, &frame.filter).await? {
            let school = row.school_zh.map(|zh| frame.name(zh, row.school_en.unwrap_or_default()));
            let cells = vec![
                Cell::Text(row.number),
                Cell::Text(row.name),
                Cell::maybe(school, Cell::Text),
                Cell::Count(row.absent),
                Cell::Day(row.last_day),
            ];
            list.push(cells, Some(Sort::Person.of(row.person_id)));
        }
        sections.push(list);
    }
    let note = say(
        "缺席：有名额而被登记为未到；预约人次不含撤回和候补。改正后的缺席不再计入。",
        "Absent: had a place and is marked as not there. Booked leaves out who withdrew or waited for a place. An absence \
         that was corrected is gone.",
    );
    Ok(Ready {
        kind: Kind::NoShows,
        title: say("预约未到", "No-shows").to_owned(),
        notes: vec![note.to_owned()],
        sections,
    })
}

/// Hours from the end of a session to its confirmation and from there to credit, in the middle and at the worst tenth.
pub(super) async fn promptness(tx: &mut Tx, frame: &Frame) -> Result<Ready> {
    let say = |zh, en| frame.say(zh, en);
    let columns = vec![
        ("host", Column::text(say("单位", "Host"), 28.0)),
        ("confirmed", Column::count(say("已确认", "Confirmed")).summed()),
        ("confirm_median", Column::credit(say("结束到确认：中位（小时）", "End to confirmation: median (h)"))),
        ("confirm_p90", Column::credit(say("结束到确认：九成内（小时）", "End to confirmation: p90 (h)"))),
        ("credited", Column::count(say("已得分", "Credited")).summed()),
        ("credit_median", Column::credit(say("确认到得分：中位（小时）", "Confirmation to credit: median (h)"))),
        ("credit_p90", Column::credit(say("确认到得分：九成内（小时）", "Confirmation to credit: p90 (h)"))),
        ("waiting", Column::count(say("仍待确认", "Still waiting")).summed()),
        ("oldest", Column::day(say("最早待确认", "Waiting since"))),
    ];
    let mut section =
        Section::new("hosts", say("按单位", "By host"), columns).drawn(&["confirm_median", "confirm_p90"]);
    // Tenths of an hour, as thousandths.
    let hours = |seconds: Option<i64>| Cell::maybe(seconds, |seconds| Cell::Credit((seconds + 180) / 360 * 100));
    for row in store::promptness(tx, &frame.filter).await? {
        let cells = vec![
            Cell::Text(frame.name(row.zh, row.en)),
            Cell::Count(row.confirmed),
            hours(row.confirm_median),
            hours(row.confirm_p90),
            Cell::Count(row.credited),
            hours(row.credit_median),
            hours(row.credit_p90),
            Cell::Count(row.waiting),
            Cell::maybe(row.oldest, Cell::Day),
        ];
        section.push(cells, Some(Sort::Host.of(row.host_id)));
    }
    let note = say(
        "从场次结束算起；结束前已确认的算 0。中位：一半不超过；九成内：十分之九不超过。得分以首笔学分流水为准。",
        "From the end of the session; what was confirmed before it counts 0. Half took no longer than the median, nine of \
         ten no longer than p90. Credit is the first entry in the ledger.",
    );
    Ok(Ready {
        kind: Kind::Promptness,
        title: say("确认时效", "From attendance to credit").to_owned(),
        notes: vec![note.to_owned()],
        sections: vec![section],
    })
}
