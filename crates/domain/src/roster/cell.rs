//! Single cells of a roster, as people write them.

use chrono::{Datelike, NaiveDate};

/// Why a cell is refused.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CellError {
    /// Stable code.
    pub code: &'static str,
    /// What is wrong and what was expected.
    pub message: String,
}

fn error<T>(code: &'static str, message: impl Into<String>) -> Result<T, CellError> {
    Err(CellError { code, message: message.into() })
}

/// Sex, as the roster keeps it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Sex {
    /// 女
    Female,
    /// 男
    Male,
}

impl Sex {
    /// The word in documents and tables.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Female => "female",
            Self::Male => "male",
        }
    }
}

/// Marks that nobody sees: soft hyphens, joiners, directions of writing, byte order.
fn is_invisible(c: char) -> bool {
    matches!(c, '\u{ad}' | '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2060}'..='\u{2069}' | '\u{feff}')
}

/// The text without surrounding blanks and invisible marks, with full-width letters, digits and brackets made ASCII.
pub fn fold(text: &str) -> String {
    let folded: String = text
        .chars()
        .filter(|c| !is_invisible(*c))
        .map(|c| match c {
            '\u{ff01}'..='\u{ff5e}' => char::from_u32((c as u32).saturating_sub(0xfee0)).unwrap_or(c),
            '\u{3000}' | '\u{a0}' | '\t' => ' ',
            '〔' | '【' => '(',
            '〕' | '】' => ')',
            other => other,
        })
        .collect();
    folded.trim().to_owned()
}

fn compact(text: &str) -> String {
    let mut folded = fold(text);
    folded.retain(|c| !c.is_whitespace());
    folded.make_ascii_lowercase();
    folded
}

fn digit(c: char) -> Option<u32> {
    match c {
        '0'..='9' => c.to_digit(10),
        '〇' | '零' => Some(0),
        '一' | '壹' => Some(1),
        '二' | '两' | '贰' => Some(2),
        '三' | '叁' => Some(3),
        '四' | '肆' => Some(4),
        '五' | '伍' => Some(5),
        '六' | '陆' => Some(6),
        '七' | '柒' => Some(7),
        '八' | '捌' => Some(8),
        '九' | '玖' => Some(9),
        _ => None,
    }
}

/// A small number in digits or Chinese numerals: `12`, `十二`, `五`.
fn small_number(text: &str) -> Option<u32> {
    let text = text.strip_suffix(".0").unwrap_or(text);
    if !text.is_empty() && text.len() <= 3 && text.bytes().all(|byte| byte.is_ascii_digit()) {
        return text.parse().ok();
    }
    let one = |part: &str| {
        let mut chars = part.chars();
        match (chars.next(), chars.next()) {
            (Some(c), None) if !c.is_ascii() => digit(c),
            _ => None,
        }
    };
    match text.split_once('十') {
        Some(("", "")) => Some(10),
        Some(("", units)) => one(units).map(|units| units.saturating_add(10)),
        Some((tens, "")) => one(tens).map(|tens| tens.saturating_mul(10)),
        Some((tens, units)) => Some(one(tens)?.saturating_mul(10).saturating_add(one(units)?)),
        None => one(text),
    }
}

/// A grade: 1 to 12 for the school, 0 and below for kindergarten (大班 0, 中班 -1, 小班 -2, 托班 -3).
/// Reads `5`, `五`, `五年级`, `5年级`, `G5`, `Grade 5`, `小五`, `初一`, `高二`, `大班`, and the codes of OneRoster (`KG`, `05`).
pub fn grade(text: &str) -> Result<i32, CellError> {
    let word = compact(text);
    if word.is_empty() {
        return error("required", "is empty; write the grade, e.g. 5, 五年级, 初一 or G5");
    }
    if let Some(grade) = kindergarten(&word) {
        return Ok(grade);
    }
    if word.ends_with('级') && word.chars().filter(char::is_ascii_digit).count() >= 2 && !word.contains("年级") {
        return error("year_of_entry", "is a year of entry; write the grade instead, e.g. 5 or 五年级");
    }
    let staged = [("小学", 0, 6), ("小", 0, 6), ("初中", 6, 4), ("初", 6, 4), ("高中", 9, 3), ("高", 9, 3)];
    for (stage, below, years) in staged {
        let Some(rest) = word.strip_prefix(stage) else { continue };
        let rest = rest.strip_suffix("年级").unwrap_or(rest);
        return match small_number(rest).and_then(|n| i32::try_from(n).ok()) {
            Some(n) if (1..=years).contains(&n) => Ok(n.saturating_add(below)),
            Some(_) => error("out_of_range", format!("{stage} has the grades 1 to {years}")),
            None => error("invalid_grade", "is no grade; write e.g. 5, 五年级, 初一 or G5"),
        };
    }
    if word == "预初" || word == "预备班" {
        return Ok(6);
    }
    let rest = word.strip_prefix("grade").or_else(|| word.strip_prefix('g')).unwrap_or(&word);
    let rest = rest.strip_suffix("年级").or_else(|| rest.strip_suffix('年')).unwrap_or(rest);
    match small_number(rest).and_then(|n| i32::try_from(n).ok()) {
        Some(n) if (1..=12).contains(&n) => Ok(n),
        Some(_) => error("out_of_range", "is out of range; school grades are 1 to 12"),
        None => error("invalid_grade", "is no grade; write e.g. 5, 五年级, 初一 or G5"),
    }
}

fn kindergarten(word: &str) -> Option<i32> {
    match word {
        "大班" | "幼儿园大班" | "k" | "kg" | "0" => Some(0),
        "中班" | "幼儿园中班" | "pk" | "tk" | "-1" => Some(-1),
        "小班" | "幼儿园小班" | "pr" | "-2" => Some(-2),
        "托班" | "幼儿园托班" | "it" | "-3" => Some(-3),
        _ => None,
    }
}

/// A class: its name without the grade, and the grade if the cell names one too. Numbers become plain digits:
/// `3`, `三班`, `(3)班`, `五(3)班`, `五年级三班` and `初一3班` are all class `3`.
pub fn class(text: &str) -> Result<(Option<i32>, String), CellError> {
    let word = compact(text);
    if word.is_empty() {
        return error("required", "is empty; write the class, e.g. 3, 三班 or (3)班");
    }
    if word.chars().any(char::is_control) || word.contains(char::REPLACEMENT_CHARACTER) {
        return error("broken_characters", "holds characters that cannot be shown; save the file as UTF-8 or GB18030");
    }
    let (grade_word, rest) = split_grade(&word);
    let grade = grade_word.and_then(|word| grade(word).ok());
    let rest = if grade.is_some() { rest } else { word.as_str() };
    let name = class_name(rest).unwrap_or_else(|| {
        // Not a number: the name as it was written, with its capitals.
        let written = fold(text);
        if grade.is_some() { rest.to_owned() } else { written }
    });
    match name.chars().count() {
        0 => error("invalid_class", "names a grade but no class; write e.g. 3, 三班 or (3)班"),
        1..=40 => Ok((grade, name)),
        _ => error("too_long", "is longer than 40 characters"),
    }
}

/// Splits `五年级三班`, `初一(3)班`, `五(3)班`, `g5-3` into grade and class.
fn split_grade(word: &str) -> (Option<&str>, &str) {
    if let Some((before, after)) = word.split_once("年级") {
        let end = before.len().saturating_add("年级".len());
        return (word.get(..end), after);
    }
    if let Some(rest) = word.strip_prefix(['初', '高']) {
        let number = rest.chars().next().filter(|c| digit(*c).is_some());
        if let Some(number) = number {
            let end = word.len().saturating_sub(rest.len()).saturating_add(number.len_utf8());
            let after = word.get(end..).unwrap_or("");
            if !after.is_empty() {
                return (word.get(..end), after.trim_start_matches('-'));
            }
        }
    }
    if let Some((before, _)) = word.split_once('(')
        && !before.is_empty()
        && small_number(before).is_some_and(|n| (1..=12).contains(&n))
    {
        return (Some(before), word.get(before.len()..).unwrap_or(""));
    }
    if let Some((before, after)) = word.split_once('-')
        && small_number(before.strip_prefix('g').unwrap_or(before)).is_some_and(|n| (1..=12).contains(&n))
        && !after.is_empty()
    {
        return (Some(before), after);
    }
    (None, word)
}

fn class_name(word: &str) -> Option<String> {
    let word = word.strip_suffix('班').unwrap_or(word);
    let word = word.strip_prefix("class").or_else(|| word.strip_prefix('第')).unwrap_or(word);
    let word = word.trim_matches(['(', ')', '-', '.', '#']);
    small_number(word).map(|number| number.to_string())
}

/// A student or staff number: letters, digits, `-`, `_`, `.`; at most 40 characters. Letters become capitals, for `d3` and
/// `D3` are one number, and `.0` behind it, which spreadsheets add, is dropped.
pub fn number(text: &str) -> Result<String, CellError> {
    let mut word = fold(text).to_ascii_uppercase();
    if let Some(whole) = word.strip_suffix(".0")
        && (whole.is_empty() || is_plain_number(whole))
    {
        word.truncate(word.len().saturating_sub(2));
    }
    if word.is_empty() {
        return error("required", "is empty; every person needs a number that is unique in the district");
    }
    if word.chars().count() > 40 {
        return error("too_long", "is longer than 40 characters");
    }
    if let Some((mantissa, exponent)) = word.split_once("E+")
        && !mantissa.is_empty()
        && mantissa.bytes().all(|byte| byte.is_ascii_digit() || byte == b'.')
        && exponent.bytes().all(|byte| byte.is_ascii_digit())
    {
        return error(
            "digits_lost",
            "lost digits because the spreadsheet took it for a number; format the column as text and enter it again",
        );
    }
    if word.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.')) {
        Ok(word)
    } else {
        error("invalid_number", "may only hold letters, digits, '-', '_' and '.'")
    }
}

/// Letters and digits, a digit last; with dots of its own a number may well end in `.0`.
fn is_plain_number(word: &str) -> bool {
    word.bytes().all(|byte| byte.is_ascii_alphanumeric()) && word.ends_with(|c: char| c.is_ascii_digit())
}

/// A number as it is compared, whatever is stored and however it was typed. What is no number is compared as it stands.
pub fn number_key(text: &str) -> String {
    number(text).unwrap_or_else(|_| fold(text).to_ascii_uppercase())
}

/// A whole number from 0 on: `90`, `９０`, and `90.0` as spreadsheets write it.
pub fn whole(text: &str) -> Option<i32> {
    let folded = fold(text);
    let digits = match folded.split_once('.') {
        Some((digits, zeros)) if !zeros.is_empty() && zeros.bytes().all(|byte| byte == b'0') => digits,
        Some(_) => return None,
        None => folded.as_str(),
    };
    if digits.bytes().all(|byte| byte.is_ascii_digit()) { digits.parse().ok() } else { None }
}

fn is_han(c: char) -> bool {
    matches!(u32::from(c), 0x2e80..=0x2fdf | 0x3005..=0x3007 | 0x3400..=0x4dbf | 0x4e00..=0x9fff | 0xe000..=0xf8ff | 0xf900..=0xfaff
        | 0x20000..=0x3ffff)
}

/// A person's name: blanks between Chinese characters are dropped (`张 三`), others become one.
pub fn name(text: &str) -> Result<String, CellError> {
    let folded = fold(text);
    if folded.is_empty() {
        return error("required", "is empty; write the person's name");
    }
    if folded.contains(char::REPLACEMENT_CHARACTER) || folded.contains('?') {
        return error("broken_characters", "holds characters that were lost; save the file as UTF-8 or GB18030");
    }
    if folded.chars().any(char::is_control) {
        return error("control_character", "must be one line without control characters");
    }
    let glue = if folded.chars().all(|c| is_han(c) || c.is_whitespace()) { "" } else { " " };
    let name = folded.split_whitespace().collect::<Vec<_>>().join(glue);
    if name.chars().count() > 64 {
        return error("too_long", "is longer than 64 characters");
    }
    if !name.chars().any(|c| c.is_alphabetic() || is_han(c)) {
        return error("invalid_name", "holds no letter; is the column the right one?");
    }
    Ok(name)
}

/// A name as it is compared: without blanks and the dots between its parts, Latin letters small. Names that are stored are
/// compared so in SQL, too, by `name_key!` of the persons.
pub fn name_key(text: &str) -> String {
    let mut key = fold(text);
    key.retain(|c| !(c.is_whitespace() || matches!(c, '·' | '•' | '・' | '‧' | '.')));
    key.make_ascii_lowercase();
    key
}

/// A date: `2014-05-02`, `2014/5/2`, `2014.5.2`, `2014年5月2日`, `20140502`; a time after it is dropped.
pub fn date(text: &str) -> Result<NaiveDate, CellError> {
    let folded = fold(text);
    let day = folded.split([' ', 'T', 't']).next().unwrap_or("");
    let parts: Vec<&str> = if day.len() == 8 && day.bytes().all(|byte| byte.is_ascii_digit()) {
        vec![day.get(..4).unwrap_or(""), day.get(4..6).unwrap_or(""), day.get(6..).unwrap_or("")]
    } else {
        day.trim_end_matches(['日', '号']).split(['-', '/', '.', '年', '月']).collect()
    };
    let unreadable = || error("invalid_date", "is no date that can be read; write it as 2014-05-02");
    let [year, month, day] = parts.as_slice() else { return unreadable() };
    let digits = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    if !(digits(year) && digits(month) && digits(day)) {
        return unreadable();
    }
    if year.len() != 4 {
        return error("ambiguous_date", "does not begin with a year of four digits; write it as 2014-05-02");
    }
    if month.len() > 2 || day.len() > 2 {
        return unreadable();
    }
    let (Ok(y), Ok(m), Ok(d)) = (year.parse(), month.parse(), day.parse()) else { return unreadable() };
    match NaiveDate::from_ymd_opt(y, m, d) {
        Some(date) => Ok(date),
        None => error("impossible_date", "is a day that the calendar does not have"),
    }
}

/// A date of birth of a student (2 to 30 years old on `day`) or of staff (15 to 100).
pub fn birth_date(text: &str, day: NaiveDate, staff: bool) -> Result<NaiveDate, CellError> {
    let born = date(text)?;
    if born > day {
        return error("out_of_range", "lies in the future");
    }
    let years = day.year().saturating_sub(born.year());
    let (least, most) = if staff { (15, 100) } else { (2, 30) };
    if (least..=most).contains(&years) {
        Ok(born)
    } else {
        error("out_of_range", format!("would make the person {years} years old; {least} to {most} can be"))
    }
}

/// Sex: 男, 女, male, female, M, F, and 1, 2 as the national standard has it.
pub fn sex(text: &str) -> Result<Sex, CellError> {
    match compact(text).as_str() {
        "男" | "男性" | "男生" | "m" | "male" | "boy" | "1" => Ok(Sex::Male),
        "女" | "女性" | "女生" | "f" | "female" | "girl" | "2" => Ok(Sex::Female),
        _ => error("invalid_sex", "must be 男 or 女 (male, female, M, F)"),
    }
}

#[cfg(test)]
mod tests {
    use rstest::rstest;

    use super::*;

    fn day(text: &str) -> NaiveDate {
        text.parse().expect("a date")
    }

    #[rstest]
    #[case("5", 5)]
    #[case("５", 5)]
    #[case("05", 5)]
    #[case("5.0", 5)]
    #[case("五", 5)]
    #[case(" 五年级 ", 5)]
    #[case("5年级", 5)]
    #[case("G5", 5)]
    #[case("Grade 5", 5)]
    #[case("小五", 5)]
    #[case("小学五年级", 5)]
    #[case("初一", 7)]
    #[case("初三", 9)]
    #[case("初中二年级", 8)]
    #[case("七年级", 7)]
    #[case("高三", 12)]
    #[case("十二", 12)]
    #[case("预初", 6)]
    #[case("大班", 0)]
    #[case("小班", -2)]
    #[case("KG", 0)]
    fn grades_are_read(#[case] text: &str, #[case] expected: i32) {
        assert_eq!(grade(text), Ok(expected));
    }

    #[rstest]
    #[case("", "required")]
    #[case("13", "out_of_range")]
    #[case("99", "out_of_range")]
    #[case("高四", "out_of_range")]
    #[case("小七", "out_of_range")]
    #[case("2021级", "year_of_entry")]
    #[case("五班", "invalid_grade")]
    #[case("abc", "invalid_grade")]
    #[case("5.5", "invalid_grade")]
    fn grades_are_refused(#[case] text: &str, #[case] code: &str) {
        assert_eq!(grade(text).expect_err(text).code, code);
    }

    #[rstest]
    #[case("3", None, "3")]
    #[case("03", None, "3")]
    #[case("三班", None, "3")]
    #[case("(3)班", None, "3")]
    #[case("（3）班", None, "3")]
    #[case("第3班", None, "3")]
    #[case("十二班", None, "12")]
    #[case("Class 3", None, "3")]
    #[case("五(3)班", Some(5), "3")]
    #[case("五年级3班", Some(5), "3")]
    #[case("五年级（三）班", Some(5), "3")]
    #[case("初一3班", Some(7), "3")]
    #[case("初一(12)班", Some(7), "12")]
    #[case("5-3", Some(5), "3")]
    #[case("G5-3", Some(5), "3")]
    #[case("503", None, "503")]
    #[case("实验班", None, "实验班")]
    #[case("Orion A", None, "Orion A")]
    #[case("初心班", None, "初心班")]
    fn classes_are_read(#[case] text: &str, #[case] grade: Option<i32>, #[case] name: &str) {
        assert_eq!(class(text), Ok((grade, name.to_owned())));
    }

    #[rstest]
    #[case(" ", "required")]
    #[case("五年级", "invalid_class")]
    #[case("\u{fffd}\u{fffd}", "broken_characters")]
    fn classes_are_refused(#[case] text: &str, #[case] code: &str) {
        assert_eq!(class(text).expect_err(text).code, code);
    }

    #[rstest]
    #[case("2014-05-02")]
    #[case("2014/5/2")]
    #[case("2014.5.2")]
    #[case("2014年5月2日")]
    #[case("20140502")]
    #[case("2014-05-02 00:00:00")]
    #[case("2014-05-02T08:00:00+08:00")]
    #[case("２０１４－０５－０２")]
    fn dates_are_read(#[case] text: &str) {
        assert_eq!(date(text), Ok(day("2014-05-02")));
    }

    #[rstest]
    #[case("2014-02-30", "impossible_date")]
    #[case("20141301", "impossible_date")]
    #[case("5/2/2014", "ambiguous_date")]
    #[case("14-05-02", "ambiguous_date")]
    #[case("2014-05", "invalid_date")]
    #[case("41761", "invalid_date")]
    #[case("yesterday", "invalid_date")]
    fn dates_are_refused(#[case] text: &str, #[case] code: &str) {
        assert_eq!(date(text).expect_err(text).code, code);
    }

    #[rstest]
    #[case("2027-01-01", false, "out_of_range")]
    #[case("2026-01-01", false, "out_of_range")]
    #[case("1990-01-01", false, "out_of_range")]
    #[case("2014-01-01", true, "out_of_range")]
    fn births_are_refused(#[case] text: &str, #[case] staff: bool, #[case] code: &str) {
        assert_eq!(birth_date(text, day("2026-09-01"), staff).expect_err(text).code, code);
    }

    #[rstest]
    #[case("20260101", Ok("20260101"))]
    #[case(" G44030520140502001X ", Ok("G44030520140502001X"))]
    #[case("２０２６", Ok("2026"))]
    #[case("20260101.0", Ok("20260101"))]
    #[case("d3", Ok("D3"))]
    #[case("Ｔ0150105", Ok("T0150105"))]
    #[case("T01\u{200b}50105", Ok("T0150105"))]
    #[case("D4.0", Ok("D4"))]
    #[case("2026.1.0", Ok("2026.1.0"))]
    #[case("A.0", Ok("A.0"))]
    #[case(".0", Err("required"))]
    #[case("4.40305e+17", Err("digits_lost"))]
    #[case("", Err("required"))]
    #[case("4.40305E+17", Err("digits_lost"))]
    #[case("12 34", Err("invalid_number"))]
    #[case("张三", Err("invalid_number"))]
    #[case("12345678901234567890123456789012345678901", Err("too_long"))]
    fn numbers(#[case] text: &str, #[case] expected: Result<&str, &str>) {
        let read = number(text);
        assert_eq!(read.as_deref().map_err(|error| error.code), expected);
    }

    #[test]
    fn numbers_are_compared_as_they_are_read_and_what_is_none_as_it_stands() {
        for (stored, typed) in [("d3", "D3"), ("D4.0", "ｄ4"), ("123", "123.0"), ("一 班a", "一 班A")] {
            assert_eq!(number_key(stored), number_key(typed), "{stored} {typed}");
        }
        assert_ne!(number_key("D3"), number_key("D30"));
    }

    #[rstest]
    #[case("90", Some(90))]
    #[case("９０", Some(90))]
    #[case(" 90.0 ", Some(90))]
    #[case("90.00", Some(90))]
    #[case("0", Some(0))]
    #[case("90.5", None)]
    #[case("90.", None)]
    #[case(".0", None)]
    #[case("-1", None)]
    #[case("", None)]
    #[case("99999999999", None)]
    fn whole_numbers(#[case] text: &str, #[case] expected: Option<i32>) {
        assert_eq!(whole(text), expected);
    }

    #[rstest]
    #[case("杨测试00001", "杨 测试00001")]
    #[case("杨测试", "杨\u{200b}测试\u{202c}")]
    #[case("买买提·艾力", "买买提・艾力")]
    #[case("Ann Lee", "ＡＮＮ  lee")]
    fn names_are_compared_without_their_dress(#[case] name: &str, #[case] typed: &str) {
        assert_eq!(name_key(name), name_key(typed));
        assert_ne!(name_key(name), name_key("张三"));
    }

    #[rstest]
    #[case("张三", Ok("张三"))]
    #[case("张 三", Ok("张三"))]
    #[case("张　三", Ok("张三"))]
    #[case("买买提·艾力", Ok("买买提·艾力"))]
    #[case("𠮷野", Ok("𠮷野"))]
    #[case("Ann  Lee", Ok("Ann Lee"))]
    #[case("", Err("required"))]
    #[case("??", Err("broken_characters"))]
    #[case("张\u{fffd}", Err("broken_characters"))]
    #[case("张\u{1}三", Err("control_character"))]
    #[case("12", Err("invalid_name"))]
    fn names(#[case] text: &str, #[case] expected: Result<&str, &str>) {
        let read = name(text);
        assert_eq!(read.as_deref().map_err(|error| error.code), expected);
    }

    #[rstest]
    #[case("男", Some(Sex::Male))]
    #[case("F", Some(Sex::Female))]
    #[case("Female", Some(Sex::Female))]
    #[case("1", Some(Sex::Male))]
    #[case("x", None)]
    fn sexes(#[case] text: &str, #[case] expected: Option<Sex>) {
        assert_eq!(sex(text).ok(), expected);
    }
}
