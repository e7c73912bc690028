//! What a workbook shows of a cell by its number format: of a day its month alone, of 2025.1 the zero behind it.

use std::str::Chars;

use calamine::{DataRef, NumberFormat};
use chrono::{Datelike, NaiveDate};

/// Less of a day, or more of a number, than the value of the cell says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Shown {
    /// Of a day its year alone.
    Year,
    /// Of a day its year and month.
    Month,
    /// Of a number two places, so that 2025.1 is October.
    Hundredths,
}

/// Numbers under which Chinese spreadsheets keep `yyyy"年"m"月"` without writing it into the file; a day that is typed as
/// 2029年4月 gets the last one.
const CHINESE_MONTHS: [u32; 5] = [27, 36, 50, 52, 57];

impl Shown {
    /// What a format shows; none if that is no other than the value.
    pub(super) fn of(format: &NumberFormat) -> Option<Self> {
        let signs = signs(&format.format_code);
        if signs == "general" {
            return format.format_id.filter(|id| CHINESE_MONTHS.contains(id)).map(|_| Self::Month);
        }
        if let Some((whole, places)) = signs.split_once('.')
            && whole.chars().all(|c| matches!(c, '0' | '#' | ','))
        {
            return (places == "00").then_some(Self::Hundredths);
        }
        let letters: Vec<char> = signs.chars().filter(char::is_ascii_alphabetic).collect();
        let has = |letter: char| letters.contains(&letter);
        // Minutes stand beside hours or seconds, so whatever has neither has months.
        let is_coarse = letters.iter().all(|c| matches!(c, 'y' | 'e' | 'g' | 'm')) && (has('y') || has('e'));
        is_coarse.then_some(if has('m') { Self::Month } else { Self::Year })
    }

    /// Whether this can be shown of such a value at all.
    pub(super) fn is_of(self, value: &DataRef<'_>) -> bool {
        match self {
            Self::Year | Self::Month => matches!(value, DataRef::DateTime(_) | DataRef::DateTimeIso(_)),
            Self::Hundredths => matches!(value, DataRef::Float(_)),
        }
    }

    /// The text that is shown instead of this one. A day that is not the first one was meant, whatever is shown of it.
    pub(super) fn instead_of(self, text: &str) -> Option<String> {
        if self == Self::Hundredths {
            let (_, places) = text.split_once('.')?;
            return (places.len() == 1).then(|| format!("{text}0"));
        }
        let day: NaiveDate = text.parse().ok()?;
        match (self, day.month(), day.day()) {
            (Self::Month, _, 1) => Some(day.format("%Y-%m").to_string()),
            (Self::Year, 1, 1) => Some(day.format("%Y").to_string()),
            _ => None,
        }
    }
}

/// The signs of a format that stand for something, in small letters: those for what is not negative, without what is in
/// quotation marks or brackets or stands for itself.
fn signs(code: &str) -> String {
    let mut signs = String::new();
    let mut all = code.chars();
    while let Some(sign) = all.next() {
        match sign {
            ';' => break,
            '"' => pass(&mut all, '"'),
            '[' => pass(&mut all, ']'),
            '\\' | '_' | '*' => {
                all.next();
            }
            sign if sign.is_whitespace() => {}
            sign => signs.push(sign.to_ascii_lowercase()),
        }
    }
    signs
}

/// Passes over all signs up to this one, and over it.
fn pass(signs: &mut Chars<'_>, end: char) {
    for sign in signs {
        if sign == end {
            break;
        }
    }
}

#[cfg(test)]
mod tests {
    use calamine::ExcelDateTimeType;
    use rstest::rstest;

    use super::*;

    fn of(code: &str, id: Option<u32>) -> Option<Shown> {
        let mut format = NumberFormat::default();
        code.clone_into(&mut format.format_code);
        format.format_id = id;
        Shown::of(&format)
    }

    #[rstest]
    #[case("yyyy\"年\"m\"月\";@", Some(Shown::Month))]
    #[case("[$-804]yyyy\"年\"m\"月\"", Some(Shown::Month))]
    #[case("[DBNum1][$-804]yyyy\"年\"m\"月\";@", Some(Shown::Month))]
    #[case("yyyy年m月", Some(Shown::Month))]
    #[case("yyyy\\-mm", Some(Shown::Month))]
    #[case("yyyy/m;@", Some(Shown::Month))]
    #[case("YYYY.MM", Some(Shown::Month))]
    #[case("mmm-yy", Some(Shown::Month))]
    #[case("yyyy\"年\"", Some(Shown::Year))]
    #[case("yyyy\"年\"m\"月\"d\"日\"", None)]
    #[case("yyyy-mm-dd", None)]
    #[case("m\"月\"d\"日\"", None)]
    #[case("yyyy/m hh:mm", None)]
    #[case("yyyy/m aaaa", None)]
    #[case("m\"月\"", None)]
    #[case("mm:ss", None)]
    #[case("[h]:mm", None)]
    #[case("0.00", Some(Shown::Hundredths))]
    #[case("0.00_ ", Some(Shown::Hundredths))]
    #[case("0.00_);[Red]\\(0.00\\)", Some(Shown::Hundredths))]
    #[case("#,##0.00", Some(Shown::Hundredths))]
    #[case("0.0", None)]
    #[case("0.0#", None)]
    #[case("0.00%", None)]
    #[case("0.00E+00", None)]
    #[case("0", None)]
    #[case("@", None)]
    #[case("General", None)]
    fn formats_say_what_is_shown(#[case] code: &str, #[case] shown: Option<Shown>) {
        assert_eq!(of(code, Some(200)), shown);
    }

    #[test]
    fn months_of_chinese_spreadsheets_need_no_words_in_the_file() {
        assert_eq!(of("General", Some(57)), Some(Shown::Month));
        assert_eq!((of("General", Some(58)), of("General", Some(0)), of("General", None)), (None, None, None));
        // Whoever writes the words means them.
        assert_eq!(of("m\"月\"d\"日\"", Some(57)), None);
    }

    #[rstest]
    #[case(Shown::Month, "2029-04-01", Some("2029-04"))]
    #[case(Shown::Month, "2029-04-02", None)]
    #[case(Shown::Month, "2029-04-01T09:00:00", None)]
    #[case(Shown::Year, "2029-01-01", Some("2029"))]
    #[case(Shown::Year, "2029-02-01", None)]
    #[case(Shown::Hundredths, "2025.1", Some("2025.10"))]
    #[case(Shown::Hundredths, "2025.12", None)]
    #[case(Shown::Hundredths, "2025", None)]
    fn what_is_shown_is_read(#[case] shown: Shown, #[case] text: &str, #[case] expected: Option<&str>) {
        assert_eq!(shown.instead_of(text).as_deref(), expected);
    }

    #[test]
    fn months_are_of_days_and_places_are_of_numbers() {
        let day = DataRef::DateTime(calamine::ExcelDateTime::new(47_209.0, ExcelDateTimeType::DateTime, false));
        let (number, text) = (DataRef::Float(2025.1), DataRef::SharedString("2025.1"));
        let of = |shown: Shown| [&day, &number, &text].map(|value| shown.is_of(value));
        assert_eq!(of(Shown::Month), [true, false, false]);
        assert_eq!(of(Shown::Hundredths), [false, true, false]);
    }
}
