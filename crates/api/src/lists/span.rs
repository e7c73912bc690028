//! A term in one cell: `2024-01-01至2026-12-31`, `2024年1月—2026年12月`, `自2024年1月1日起三年`, `三年`.

use chrono::{Datelike, Days, Months, NaiveDate};
use kepu_domain::{designation::scheme::last_day_after, roster::cell::fold};

use crate::sheet;

/// When a term ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum End {
    /// On this day.
    On(NaiveDate),
    /// When so many months are over.
    After(u32),
    /// Never, as far as is said.
    Open,
}

impl End {
    /// The last day of what began on a day; none if it stays open.
    pub(super) fn last(self, first: NaiveDate) -> Option<NaiveDate> {
        match self {
            Self::On(day) => Some(day),
            Self::After(months) => last_day_after(first, months),
            Self::Open => None,
        }
    }
}

const OPEN: [&str; 11] = ["长期", "长期有效", "永久", "永久有效", "无", "无固定期限", "-", "--", "—", "——", "/"];

/// Whether a cell says that there is no last day.
pub(super) fn is_open(text: &str) -> bool {
    OPEN.contains(&text)
}

/// Reads a cell that says when a term ends, and perhaps when it begins.
pub(super) fn read(text: &str) -> Option<(Option<NaiveDate>, End)> {
    if is_open(text.trim()) {
        return Some((None, End::Open));
    }
    let mut text = fold(text);
    text.retain(|c| !c.is_whitespace());
    let text = text.trim_start_matches(['自', '从']).trim_start_matches("有效期").trim_start_matches([':', '为']);
    let text = text.trim_end_matches(['止', '。']).trim_end_matches("有效");
    if let Some((from, rest)) = text.split_once('起') {
        let from = first(from.trim_end_matches(['开', '始'])).map(Some).or_else(|| is_event(from).then_some(None))?;
        let rest = rest.trim_start_matches([',', '，', '至', '到', '计']).trim_start_matches("有效期");
        return Some((from, end(rest.trim_start_matches('为'), from)?));
    }
    let dashed: String = text
        .chars()
        .map(|c| if matches!(c, '到' | '~' | '～' | '〜' | '—' | '–' | '―' | '─' | '－') { '至' } else { c })
        .collect();
    let dashed = dashed.replace("--", "至");
    let parts = |sign: char| {
        dashed.match_indices(sign).find_map(|(at, _)| {
            let (before, after) = dashed.split_at(at);
            let from = first(before.trim_end_matches('至'))?;
            Some((Some(from), end(after.trim_start_matches(['至', '-']), Some(from))?))
        })
    };
    // A day alone is read last: what stands behind it is passed over there.
    parts('至').or_else(|| parts('-')).or_else(|| end(text, None).map(|end| (None, end)))
}

/// The first day of a term, in a cell that says no more: a day, or the first one of a month.
pub(super) fn begins(text: &str) -> Option<NaiveDate> {
    sheet::day(text).or_else(|| {
        let mut text = fold(text);
        text.retain(|c| !c.is_whitespace());
        let (year, month) = month_or_year(&text)?;
        NaiveDate::from_ymd_opt(year, month?, 1)
    })
}

/// 认定之日起, 发布之日起: the day stands elsewhere.
fn is_event(text: &str) -> bool {
    text.chars().all(|c| !c.is_ascii_digit())
}

fn end(text: &str, from: Option<NaiveDate>) -> Option<End> {
    if is_open(text) {
        return Some(End::Open);
    }
    // 2024年1月1日至12月31日
    let with_year = || from.map(|from| format!("{}年{text}", from.year()));
    months(text)
        .map(End::After)
        .or_else(|| last(text).map(End::On))
        .or_else(|| text.contains('月').then(with_year).flatten().and_then(|text| last(&text)).map(End::On))
}

/// Three years or 36 months, in words or digits.
fn months(text: &str) -> Option<u32> {
    let (number, unit) = match text.strip_suffix('年') {
        Some(number) => (number, 12),
        None => (text.strip_suffix("个月").or_else(|| text.strip_suffix("月"))?, 1),
    };
    let words = ["一", "二", "三", "四", "五", "六", "七", "八", "九", "十"];
    let word = words.into_iter().zip(1..).find(|(word, _)| *word == number).map(|(_, value)| value);
    let value = word.or_else(|| (number == "两").then_some(2)).or_else(|| number.parse().ok());
    // A year of the calendar is no number of years, nor is a month one of months unless it says so.
    let counted = unit == 12 || text.ends_with("个月");
    value.filter(|value| counted && (1..100).contains(value)).map(|value: u32| value * unit)
}

/// The first day of a day, month or year.
fn first(text: &str) -> Option<NaiveDate> {
    sheet::day(text).or_else(|| {
        let (year, month) = month_or_year(text)?;
        NaiveDate::from_ymd_opt(year, month.unwrap_or(1), 1)
    })
}

/// The last day of a day, month or year.
fn last(text: &str) -> Option<NaiveDate> {
    sheet::day(text).or_else(|| {
        let (year, month) = month_or_year(text)?;
        let first = NaiveDate::from_ymd_opt(year, month.unwrap_or(12), 1)?;
        first.checked_add_months(Months::new(1))?.checked_sub_days(Days::new(1))
    })
}

fn month_or_year(text: &str) -> Option<(i32, Option<u32>)> {
    let text = text.trim_end_matches('底').trim_end_matches('月').trim_end_matches(['年', '度']);
    let mut parts = text.split(['年', '-', '.', '/']);
    let (year, month) = (parts.next()?, parts.next());
    let digits = |text: &str, least: usize, most: usize| {
        (least..=most).contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_digit())
    };
    if parts.next().is_some() || !digits(year, 4, 4) || month.is_some_and(|month| !digits(month, 1, 2)) {
        return None;
    }
    let year = year.parse().ok().filter(|year| (1949..=2100).contains(year))?;
    match month {
        None => Some((year, None)),
        Some(month) => Some((year, Some(month.parse().ok().filter(|month| (1..=12).contains(month))?))),
    }
}

#[cfg(test)]
mod tests {
    use rstest::rstest;

    use super::*;

    fn day(text: &str) -> Option<NaiveDate> {
        text.parse().ok()
    }

    #[rstest]
    #[case("2024-01-01至2026-12-31")]
    #[case("2024年1月—2026年12月")]
    #[case("2024.01.01-2026.12.31")]
    #[case("2024.1.1--2026.12.31")]
    #[case("2024-01-01-2026-12-31")]
    #[case("2024/1/1 ~ 2026/12/31")]
    #[case("20240101-20261231")]
    #[case("２０２４年１月１日－２０２６年１２月３１日")]
    #[case("自2024年1月1日起至2026年12月31日止")]
    #[case("2024年1月1日到2026年12月底")]
    #[case("2024年至2026年")]
    #[case("2024-2026年")]
    #[case("2024.1-2026.12")]
    #[case("2024-01-2026-12")]
    fn both_days_of_a_term_are_read(#[case] text: &str) {
        assert_eq!(
            read(text).map(|(from, end)| (from, end.last(NaiveDate::MIN))),
            Some((day("2024-01-01"), day("2026-12-31")))
        );
    }

    #[rstest]
    #[case("自2024年1月1日起三年", "2024-01-01", "2026-12-31")]
    #[case("2024-01-01起，有效期3年", "2024-01-01", "2026-12-31")]
    #[case("2024年3月15日起两年", "2024-03-15", "2026-03-14")]
    #[case("2024年3月起18个月", "2024-03-01", "2025-08-31")]
    #[case("2024-02-29起一年", "2024-02-29", "2025-02-28")]
    #[case("2024年1月31日起1个月", "2024-01-31", "2024-02-29")]
    #[case("2024年1月1日至12月31日", "2024-01-01", "2024-12-31")]
    fn a_term_may_be_counted_or_leave_a_year_out(#[case] text: &str, #[case] from: &str, #[case] to: &str) {
        let (first, end) = read(text).expect("a term");
        assert_eq!((first, end.last(first.expect("a day"))), (day(from), day(to)));
    }

    #[test]
    fn what_says_one_end_alone_says_so() {
        assert_eq!(read("2026-12-31"), Some((None, End::On(day("2026-12-31").expect("a day")))));
        assert_eq!(read("2026年12月"), Some((None, End::On(day("2026-12-31").expect("a day")))));
        assert_eq!(read("三年"), Some((None, End::After(36))));
        assert_eq!(read("自认定之日起五年"), Some((None, End::After(60))));
        assert_eq!(read("2024年1月1日至长期"), Some((day("2024-01-01"), End::Open)));
        assert_eq!(read("长期"), Some((None, End::Open)));
        for text in ["soon", "2024-2026学年", "2024-13", "3月", "", "第三批", "2024.1.1-soon", "2024年13月1日起三年"]
        {
            assert_eq!(read(text), None, "{text}");
        }
    }
}
