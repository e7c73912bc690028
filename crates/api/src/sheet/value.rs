//! Cells of a workbook as text.

use std::borrow::Cow;

use calamine::{DataRef, ExcelDateTime};
use chrono::{NaiveDate, NaiveDateTime, NaiveTime, Timelike};
use kepu_domain::roster::cell;

/// The text of a cell, and whether it is the error of a formula.
pub(super) fn text(value: DataRef<'_>) -> (Cow<'_, str>, bool) {
    let text = match value {
        DataRef::Empty => Cow::Borrowed(""),
        DataRef::SharedString(text) => Cow::Borrowed(text),
        DataRef::String(text) | DataRef::DurationIso(text) => Cow::Owned(text),
        DataRef::Int(number) => Cow::Owned(number.to_string()),
        DataRef::Float(number) => Cow::Owned(self::number(number)),
        DataRef::Bool(true) => Cow::Borrowed("true"),
        DataRef::Bool(false) => Cow::Borrowed("false"),
        DataRef::DateTime(moment) => Cow::Owned(self::moment(&moment)),
        DataRef::DateTimeIso(text) => match text.strip_suffix("T00:00:00") {
            Some(day) => Cow::Owned(day.to_owned()),
            None => Cow::Owned(text),
        },
        DataRef::Error(error) => return (Cow::Owned(error.to_string()), true),
    };
    (text, false)
}

/// Whole numbers up to here are kept exactly by every spreadsheet program; past it, neighbours become one.
const EXACT: f64 = 9_007_199_254_740_992.0;

/// As Excel shows it: at most 15 digits, so that 0.1 + 0.2 is 0.3, and whole numbers without a point and with all their
/// digits. What is too long to be exact looks as Excel shows it, `4.40306E+17`: see [`is_shortened`].
fn number(value: f64) -> String {
    if value.fract() == 0.0 && value.abs() >= 1e15 {
        if value.abs() < EXACT {
            return format!("{value:.0}");
        }
        return format!("{value:.5e}").replace('e', "E+");
    }
    let shown: f64 = format!("{value:.14e}").parse().unwrap_or(value);
    // Also turns -0 into 0.
    format!("{}", shown + 0.0)
}

/// Whether a long number, most likely of an identity or a pupil, was shortened to `4.40306E+17`: as such it names nobody.
pub(super) fn is_shortened(text: &str) -> bool {
    let Some((digits, exponent)) = text.split_once("E+") else { return false };
    let is_number = |text: &str| !text.is_empty() && text.bytes().all(|b| b.is_ascii_digit());
    let (whole, fraction) = digits.split_once('.').unwrap_or((digits, "0"));
    whole.len() == 1 && is_number(whole) && is_number(fraction) && is_number(exponent)
}

/// A day, a time of a day, or both. Excel counts in days; seconds are as fine as anybody types.
fn moment(moment: &ExcelDateTime) -> String {
    if moment.is_duration() {
        let minutes = moment.as_duration().map_or(0, |d| d.num_minutes());
        return format!("{}:{:02}", minutes / 60, minutes % 60);
    }
    let Some(exact) = moment.as_datetime() else { return number(moment.as_f64()) };
    let rounded = exact + chrono::Duration::milliseconds(500);
    let rounded: NaiveDateTime = rounded.with_nanosecond(0).unwrap_or(rounded);
    if moment.as_f64() < 1.0 {
        return rounded.format("%H:%M:%S").to_string();
    }
    if rounded.time() == NaiveTime::MIN {
        return rounded.format("%Y-%m-%d").to_string();
    }
    rounded.format("%Y-%m-%dT%H:%M:%S").to_string()
}

/// Days as Chinese Excel writes them into CSV, `2026/3/1` or `2026/3/1 9:00`, with hyphens: `2026-03-01`,
/// `2026-03-01 09:00`. Also `2026年3月1日`. Everything else stays as it is.
pub fn day_with_hyphens(text: &str) -> Cow<'_, str> {
    rewritten(text).map_or(Cow::Borrowed(text), Cow::Owned)
}

/// A day in a column of days, as people and programs write it: all that [`cell::date`] reads, `2026 年 3 月 1 日上午`, and the
/// number that Excel shows for a day in a cell that is not formatted as one.
pub fn day(text: &str) -> Option<NaiveDate> {
    let mut text = cell::fold(text);
    if text.contains('年') {
        text.retain(|c| !c.is_whitespace());
        if let Some((day, _)) = text.split_once(['日', '号']) {
            text.truncate(day.len());
        }
    }
    cell::date(&text).ok().or_else(|| counted(&text))
}

/// Days since the end of 1899, from 1954 to 2119: other numbers of five digits are none.
fn counted(text: &str) -> Option<NaiveDate> {
    let whole = text.split_once('.').map_or(text, |(whole, _)| whole);
    let days: u64 = whole.parse().ok().filter(|days| whole.len() == 5 && (20_000..80_500).contains(days))?;
    NaiveDate::from_ymd_opt(1899, 12, 30)?.checked_add_days(chrono::Days::new(days))
}

/// A name of a header without marks and hints: `*姓名（必填）` is `姓名`, `Birth date` is `birthdate`.
pub fn plain(name: &str) -> String {
    let folded = cell::fold(name).to_lowercase();
    let folded = match folded.split_once('(') {
        Some((before, _)) if !before.trim().is_empty() => before,
        _ => &folded,
    };
    folded.chars().filter(|c| !(c.is_whitespace() || matches!(c, '*' | ':' | '_' | '-' | '：'))).collect()
}

fn rewritten(text: &str) -> Option<String> {
    let number = |text: &str, most: usize| -> Option<u32> {
        ((1..=most).contains(&text.len()) && text.bytes().all(|b| b.is_ascii_digit())).then(|| text.parse().ok())?
    };
    let (year, rest) = text.split_once(['/', '年'])?;
    let (month, rest) = rest.split_once(['/', '月'])?;
    let digits = rest.bytes().take_while(u8::is_ascii_digit).count();
    let (day, rest) = rest.split_at_checked(digits)?;
    let (year, month, day) = (number(year, 4).filter(|y| *y >= 1000)?, number(month, 2)?, number(day, 2)?);
    let rest = rest.strip_prefix('日').unwrap_or(rest);
    let day = format!("{year}-{month:02}-{day:02}");
    if rest.is_empty() {
        return Some(day);
    }
    let (hour, rest) = rest.strip_prefix([' ', 'T'])?.split_once(':')?;
    let hour = number(hour, 2)?;
    Some(format!("{day} {hour:02}:{rest}"))
}

#[cfg(test)]
mod tests {
    use calamine::ExcelDateTimeType;
    use rstest::rstest;

    use super::*;

    #[rstest]
    #[case(60.0, "60")]
    #[case(-0.0, "0")]
    #[case(0.1 + 0.2, "0.3")]
    #[case(1.5, "1.5")]
    #[case(202_601_011_234_567.0, "202601011234567")]
    #[case(4_403_061_234_567_891.0, "4403061234567891")]
    #[case(440_306_123_456_789_012.0, "4.40306E+17")]
    fn numbers_read_as_excel_shows_them(#[case] value: f64, #[case] expected: &str) {
        assert_eq!(text(DataRef::Float(value)).0, expected);
    }

    #[rstest]
    #[case("4.40306E+17", true)]
    #[case("1E+16", true)]
    #[case("440306123456789012", false)]
    #[case("E+2", false)]
    #[case("5E+x", false)]
    #[case("12.5E+3", false)]
    fn shortened_numbers_are_known(#[case] text: &str, #[case] is: bool) {
        assert_eq!(is_shortened(text), is);
    }

    #[rstest]
    #[case(42_623.0, ExcelDateTimeType::DateTime, "2016-09-10")]
    #[case(42_623.375, ExcelDateTimeType::DateTime, "2016-09-10T09:00:00")]
    #[case(42_623.999_999_999, ExcelDateTimeType::DateTime, "2016-09-11")]
    #[case(0.375, ExcelDateTimeType::DateTime, "09:00:00")]
    #[case(1.0625, ExcelDateTimeType::TimeDelta, "25:30")]
    fn moments_read_as_iso(#[case] value: f64, #[case] kind: ExcelDateTimeType, #[case] expected: &str) {
        assert_eq!(text(DataRef::DateTime(ExcelDateTime::new(value, kind, false))).0, expected);
    }

    #[rstest]
    #[case("2026/3/1", "2026-03-01")]
    #[case("2026/03/01 9:00", "2026-03-01 09:00")]
    #[case("2026年3月1日", "2026-03-01")]
    #[case("2026-03-01", "2026-03-01")]
    #[case("2026-03-01T09:00:00+08:00", "2026-03-01T09:00:00+08:00")]
    #[case("3/1/2026", "3/1/2026")]
    #[case("01/02/03", "01/02/03")]
    #[case("2026/3", "2026/3")]
    #[case("2026/3/1x", "2026/3/1x")]
    fn days_of_chinese_excel_get_hyphens(#[case] text: &str, #[case] expected: &str) {
        assert_eq!(day_with_hyphens(text), expected);
    }

    #[rstest]
    #[case("2024-05-01", true)]
    #[case("2024.5.1", true)]
    #[case("20240501", true)]
    #[case("2024年5月1日", true)]
    #[case("2024 年 5 月 1 日 上午", true)]
    #[case("2024年5月1号起", true)]
    #[case("２０２４－０５－０１", true)]
    #[case("2024/5/1 0:00", true)]
    #[case("45413", true)]
    #[case("45413.375", true)]
    #[case("4541", false)]
    #[case("99999", false)]
    #[case("2024年5月", false)]
    #[case("2024-02-30", false)]
    #[case("May", false)]
    fn days_are_read_as_they_are_written(#[case] text: &str, #[case] is: bool) {
        assert_eq!(day(text), NaiveDate::from_ymd_opt(2024, 5, 1).filter(|_| is));
    }
}
