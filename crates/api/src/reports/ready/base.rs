//! Hosts beside each other, or one with the schools that came: the same figures as the report of a host.

use super::Kind;
use super::model::{Of, Ready, Section, Sort};
use crate::error::Result;
use crate::reports::frame::Frame;
use crate::reports::hosts::figures;
use crate::reports::store;
use crate::reports::table::{Cell, Column};
use crate::tenancy::Tx;

pub(super) async fn read(tx: &mut Tx, frame: &Frame) -> Result<Ready> {
    let say = |zh, en| frame.say(zh, en);
    let columns = |first: Option<(&'static str, &str)>, sums: bool| {
        let label = first.map(|(key, title)| (key, Column::text(title, 30.0)));
        let figures =
            figures(frame).into_iter().map(|(key, column)| (key, Column { summed: column.summed && sums, ..column }));
        label.into_iter().chain(figures).collect::<Vec<_>>()
    };
    let mut whole = Section::new("whole", say("全部", "All"), columns(None, false));
    let mut hosts = Section::new("hosts", say("按单位", "By host"), columns(Some(("host", say("单位", "Host"))), true))
        .drawn(&["confirmed"]);
    let mut schools =
        Section::new("schools", say("按学校", "By school"), columns(Some(("school", say("学校", "School"))), true))
            .drawn(&["confirmed"]);
    for row in store::host_summary(tx, &frame.filter).await? {
        let name = row.zh.clone().map(|zh| frame.name(zh, row.en.clone().unwrap_or_default()));
        let label = Cell::Text(name.unwrap_or_else(|| say("不详", "unknown").to_owned()));
        let id = row.id;
        let cells = crate::reports::hosts::cells(&row);
        match row.part.as_str() {
            "whole" => whole.push(cells, Some(Of::whole())),
            "host" => hosts.push([vec![label], cells].concat(), id.map(|id| Sort::Host.of(id))),
            _ => schools.push([vec![label], cells].concat(), id.map(|id| Sort::School.of(id))),
        }
    }
    let one = frame.filter.hosts.as_ref().is_some_and(|hosts| hosts.len() == 1);
    let sections = if one { vec![whole, schools] } else { vec![whole, hosts, schools] };
    let note = say(
        "期内未取消的场次；登记人次含候补和撤回；学分为本区学生在这些单位所得。",
        "Sessions of the period that were not cancelled. Entered are also who waited for a place or withdrew. Credit is what \
         students of the district earned there.",
    );
    Ok(Ready {
        kind: Kind::Base, title: say("基地情况", "Bases").to_owned(), notes: vec![note.to_owned()], sections
    })
}
