//! What a district pays a host: who came, times what a person costs. Money is whole fen; nothing is ever rounded.

use chrono::NaiveDate;

/// The most that a person may cost: 100,000 yuan.
pub const FEN_MAX: i64 = 10_000_000;

/// What a person who comes to a session of a host costs, on these days.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Tariff<K> {
    /// Of this activity; none for all that have no tariff of their own on that day.
    pub activity: Option<K>,
    /// First day, included.
    pub first_day: NaiveDate,
    /// Last day, included; none if open.
    pub last_day: Option<NaiveDate>,
    /// Fen a person.
    pub fen: i64,
}

impl<K> Tariff<K> {
    fn is_on(&self, day: NaiveDate) -> bool {
        self.first_day <= day && self.last_day.is_none_or(|last| day <= last)
    }
}

/// What a person costs in a session of this activity on this day, by the tariffs of its host: the activity's own, or else
/// the host's. None if nothing was agreed: that is not the same as nothing to pay.
pub fn rate<K: PartialEq>(tariffs: &[Tariff<K>], activity: &K, day: NaiveDate) -> Option<i64> {
    let on_the_day = || tariffs.iter().filter(|tariff| tariff.is_on(day));
    let own = on_the_day().find(|tariff| tariff.activity.as_ref() == Some(activity));
    own.or_else(|| on_the_day().find(|tariff| tariff.activity.is_none())).map(|tariff| tariff.fen)
}

/// What so many persons cost, in fen; none where that is no number of ours.
pub fn amount(persons: i64, fen: i64) -> Option<i64> {
    persons.checked_mul(fen)
}

/// Fen as yuan with two places, `5425.00`.
pub fn yuan(fen: i64) -> String {
    let sign = if fen < 0 { "-" } else { "" };
    let size = fen.unsigned_abs();
    let (whole, part) = (size.checked_div(100).unwrap_or_default(), size.checked_rem(100).unwrap_or_default());
    format!("{sign}{whole}.{part:02}")
}

/// Yuan as fen: digits, and after a point one or two more. None for everything else.
pub fn parse_yuan(text: &str) -> Option<i64> {
    let text = text.trim();
    let (whole, part) = text.split_once('.').unwrap_or((text, "0"));
    let digits = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    if !digits(whole) || !digits(part) || part.len() > 2 {
        return None;
    }
    let fen: i64 = format!("{part:0<2}").parse().ok()?;
    let whole: i64 = whole.parse().ok()?;
    whole.checked_mul(100)?.checked_add(fen).filter(|fen| *fen <= FEN_MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn day(day: u32) -> NaiveDate {
        NaiveDate::from_ymd_opt(2026, 3, day).unwrap()
    }

    #[test]
    fn the_published_example_comes_out_to_the_cent() {
        let agreed = [Tariff { activity: None, first_day: day(1), last_day: None, fen: 21_700 }];
        let fen = rate(&agreed, &"visit", day(9)).unwrap();
        assert_eq!(amount(25, fen).map(yuan).as_deref(), Some("5425.00"));
    }

    #[test]
    fn the_activitys_own_tariff_goes_before_the_hosts_and_days_are_inclusive() {
        let own = Tariff { activity: Some("lab"), first_day: day(10), last_day: Some(day(20)), fen: 300 };
        let hosts = Tariff { activity: None, first_day: day(5), last_day: Some(day(25)), fen: 200 };
        let later = Tariff { activity: Some("lab"), first_day: day(28), last_day: None, fen: 400 };
        let all = [hosts, own, later];
        let lab = [4, 5, 9, 10, 20, 21, 25, 26, 27, 28, 31].map(|d| rate(&all, &"lab", day(d)));
        let of = |fen| Some(fen);
        assert_eq!(lab, [None, of(200), of(200), of(300), of(300), of(200), of(200), None, None, of(400), of(400)]);
        assert_eq!([10, 28].map(|d| rate(&all, &"other", day(d))), [of(200), None]);
        assert_eq!(rate(&[], &"lab", day(10)), None);
    }

    #[test]
    fn money_is_read_and_written_without_loss() {
        for (text, fen) in [("217", 21_700), ("217.5", 21_750), ("0.05", 5), (" 1.00 ", 100), ("100000", FEN_MAX)] {
            assert_eq!(parse_yuan(text), Some(fen), "{text}");
            assert_eq!(parse_yuan(&yuan(fen)), Some(fen), "{text}");
        }
        for text in
            ["", ".", "1.", ".5", "-1", "+1", "1.005", "1e3", "1,000", "\u{ff11}", "100000.01", "99999999999999999999"]
        {
            assert_eq!(parse_yuan(text), None, "{text}");
        }
        assert_eq!([yuan(0), yuan(-5), yuan(542_500)], ["0.00", "-0.05", "5425.00"]);
        assert_eq!(amount(i64::MAX, 2), None);
    }
}
