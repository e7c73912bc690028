//! A calendar as text, the same bytes for the same facts: nothing in it says when it was asked for.

use std::fmt::Write as _;

use chrono::{DateTime, Months, NaiveDate, NaiveDateTime, Utc};
use chrono_tz::Asia::Shanghai;
use icalendar::{Calendar, CalendarDateTime, Component, Event, EventLike, EventStatus, Property};
use sha2::{Digest, Sha256};
use uuid::Uuid;

use super::store::{Dated, Month};

/// The zone of all districts; China has had one offset and no summer time since 1991.
const ZONE: &str = "Asia/Shanghai";
const HEAD: [(&str, &str); 4] =
    [("VERSION", "2.0"), ("PRODID", "-//kepu//kepu//ZH"), ("CALSCALE", "GREGORIAN"), ("METHOD", "PUBLISH")];
/// The zone, which RFC 5545 wants described once a time names it. As text: the writer would give it an identity and the
/// time of writing, which a zone has not.
const DESCRIBED: &str = "BEGIN:VTIMEZONE\r\nTZID:Asia/Shanghai\r\nBEGIN:STANDARD\r\nDTSTART:19910915T000000\r\n\
                     TZOFFSETFROM:+0800\r\nTZOFFSETTO:+0800\r\nTZNAME:CST\r\nEND:STANDARD\r\nEND:VTIMEZONE\r\n";

/// A calendar that is ready to be sent.
#[derive(Debug)]
pub(super) struct Feed {
    /// The text.
    pub text: String,
    /// Its mark: the same for the same text.
    pub etag: String,
    /// When the latest of what is in it was changed; none if it is empty.
    pub modified: Option<DateTime<Utc>>,
}

/// Writes a calendar of this name.
pub(super) fn write(name: &str, months: &[Month], sessions: &[Dated]) -> Feed {
    let mut calendar = Calendar::empty();
    for (key, value) in HEAD {
        calendar.append_property(Property::new(key, value));
    }
    calendar.append_property(Property::new("X-WR-CALNAME", name));
    calendar.append_property(Property::new("X-WR-TIMEZONE", ZONE));
    calendar.append_property(Property::new("REFRESH-INTERVAL", "PT1H").add_parameter("VALUE", "DURATION").done());
    for month in months {
        calendar.push(theme(month));
    }
    for session in sessions {
        calendar.push(event(session));
    }
    let text = calendar.to_string();
    let first = if text.contains("BEGIN:VEVENT\r\n") { "BEGIN:VEVENT\r\n" } else { "END:VCALENDAR\r\n" };
    let text = text.replacen(first, &format!("{DESCRIBED}{first}"), 1);
    let digest = Sha256::digest(&text);
    let mut etag = String::from("\"");
    for byte in digest.iter().take(16) {
        let _ = write!(etag, "{byte:02x}");
    }
    etag.push('"');
    let modified = months.iter().map(|row| row.updated_at).chain(sessions.iter().map(|row| row.updated_at)).max();
    Feed { text, etag, modified }
}

fn uid(kind: &str, id: Uuid) -> String {
    format!("{kind}-{id}@kepu")
}

fn local(moment: DateTime<Utc>) -> CalendarDateTime {
    let date_time: NaiveDateTime = moment.with_timezone(&Shanghai).naive_local();
    CalendarDateTime::WithTimezone { date_time, tzid: ZONE.to_owned() }
}

fn either(zh: &str, en: &str) -> String {
    if zh.is_empty() { en.to_owned() } else { zh.to_owned() }
}

/// What a month is about: a whole-day event that leaves everybody free.
fn theme(month: &Month) -> Event {
    let after: NaiveDate = month.month.checked_add_months(Months::new(1)).unwrap_or(month.month);
    Event::with_uid(&uid("theme", month.id))
        .timestamp(month.updated_at)
        .last_modified(month.updated_at)
        .sequence(sequence(month.revision))
        .summary(&either(&month.title_zh, &month.title_en))
        .description(&month.venues)
        .starts(month.month)
        .ends(after)
        .add_property("TRANSP", "TRANSPARENT")
        .done()
}

fn event(session: &Dated) -> Event {
    let host = either(&session.host_name_zh, &session.host_name_en);
    let place = if session.place.is_empty() { host.clone() } else { format!("{} · {host}", session.place) };
    let status = match (session.cancelled, session.waits) {
        (true, _) => EventStatus::Cancelled,
        (false, true) => EventStatus::Tentative,
        (false, false) => EventStatus::Confirmed,
    };
    let mut event = Event::with_uid(&uid("session", session.id))
        .timestamp(session.updated_at)
        .last_modified(session.updated_at)
        .sequence(sequence(session.revision))
        .summary(&either(&session.title_zh, &session.title_en))
        .location(&place)
        .starts(local(session.starts_at))
        .ends(local(session.ends_at))
        .status(status)
        .done();
    if session.cancelled && !session.reason.is_empty() {
        event.description(&session.reason);
    }
    event
}

/// Counted from 0, as RFC 5545 does.
fn sequence(revision: i64) -> u32 {
    u32::try_from(revision.max(0)).unwrap_or(u32::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn session() -> Dated {
        Dated {
            id: Uuid::from_u128(7),
            revision: 2,
            title_zh:
                "现代科技馆体系联合行动主题日活动：和宇航员一起造一枚水火箭，看谁飞得最高最远，欢迎全家参加; 带水, 带帽"
                    .into(),
            title_en: String::new(),
            host_name_zh: "东区科学技术馆".into(),
            host_name_en: String::new(),
            place: "一楼".into(),
            starts_at: "2024-04-13T01:30:00Z".parse().expect("a moment"),
            ends_at: "2024-04-13T03:00:00Z".parse().expect("a moment"),
            cancelled: false,
            reason: String::new(),
            waits: false,
            updated_at: "2024-04-01T00:00:00Z".parse().expect("a moment"),
        }
    }

    #[test]
    fn lines_are_folded_between_characters() {
        let text = write("日历", &[], &[session()]).text;
        assert!(text.contains("DTSTART;TZID=Asia/Shanghai:20240413T093000\r\n"), "{text}");
        assert!(text.contains("SEQUENCE:2\r\n") && text.contains("UID:session-00000000-"), "{text}");
        for line in text.split("\r\n") {
            assert!(line.len() <= 75, "{} octets: {line}", line.len());
            assert!(!line.contains(['\r', '\n']), "{line:?}");
        }
        let unfolded = text.replace("\r\n ", "");
        assert!(unfolded.contains("欢迎全家参加\\; 带水\\, 带帽\r\n"), "{unfolded}");
    }

    #[test]
    fn the_same_facts_are_the_same_bytes_and_others_are_not() {
        let first = write("日历", &[], &[session()]);
        let again = write("日历", &[], &[session()]);
        assert_eq!((&first.text, &first.etag), (&again.text, &again.etag));
        let cancelled = Dated { cancelled: true, reason: "停电".into(), revision: 3, ..session() };
        let other = write("日历", &[], &[cancelled]);
        assert_ne!(first.etag, other.etag);
        assert!(other.text.contains("STATUS:CANCELLED\r\n") && other.text.contains("DESCRIPTION:停电\r\n"));
        assert!(other.text.contains("SEQUENCE:3\r\n"), "{}", other.text);
    }
}
