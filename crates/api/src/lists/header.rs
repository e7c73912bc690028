//! Headings of the first and the last day of a term, in one row or two: 有效期 over 起 and 止.

use kepu_domain::roster::cell::fold;

use crate::sheet::plain;

/// An end of a term.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Bound {
    /// The first day.
    First,
    /// The last one.
    Last,
}

/// What a column of both days is called.
const TERMS: [&str; 14] = [
    "有效期限",
    "有效期间",
    "有效期",
    "有效时间",
    "有效日期",
    "期限",
    "起止日期",
    "起止时间",
    "起止年月",
    "起止",
    "资质有效期",
    "证书有效期",
    "认定有效期",
    "授牌有效期",
];

const FIRST: [&str; 7] = ["起", "始", "自", "从", "开始", "起始", "生效"];

const LAST: [&str; 9] = ["止", "至", "到", "终", "结束", "截止", "截至", "终止", "到期"];

/// What may stand behind each of these words: 开始日期, 截止时间.
const DAYS: [&str; 5] = ["日期", "时间", "年月", "日", ""];

/// A heading without blanks, marks and brackets, but with what stands in these: 有效期（起） is 有效期起.
fn words(heading: &str) -> String {
    let folded = fold(heading);
    folded.chars().filter(|c| !(c.is_whitespace() || matches!(c, '*' | ':' | '_' | '-' | '(' | ')' | '/'))).collect()
}

/// Whether a heading is that of a term.
pub(super) fn is_term(heading: &str) -> bool {
    TERMS.contains(&plain(heading).as_str())
}

/// The end of a term that a heading says under another one: 起, 截止日期.
pub(super) fn bound(heading: &str) -> Option<Bound> {
    let words = words(heading);
    let is = |known: &[&str]| DAYS.iter().filter_map(|day| words.strip_suffix(*day)).any(|word| known.contains(&word));
    is(&FIRST).then_some(Bound::First).or_else(|| is(&LAST).then_some(Bound::Last))
}

/// The end of a term that a heading says alone: 有效期起, 有效期（止）, 有效期限开始日期.
fn bound_of_term(heading: &str) -> Option<Bound> {
    let words = words(heading);
    TERMS.iter().filter_map(|term| words.strip_prefix(*term)).find_map(bound)
}

/// A heading as it is looked for among the names of columns.
pub(super) fn told(heading: &str) -> String {
    match bound_of_term(heading) {
        Some(Bound::First) => "有效期起".to_owned(),
        Some(Bound::Last) => "有效期至".to_owned(),
        None => plain(heading),
    }
}

/// Whether a header says an end of the term twice, so that nobody knows which one is meant.
pub(super) fn says_twice(header: &[String]) -> bool {
    let count = |bound| header.iter().filter(|heading| bound_of_term(heading) == Some(bound)).count();
    count(Bound::First) > 1 || count(Bound::Last) > 1
}

/// What two rows are together.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Both {
    /// One of them is no header.
    Apart,
    /// These headings.
    Header(Vec<String>),
    /// A header that cannot be read.
    Unclear,
}

/// Two rows of cells, one above the other.
struct Rows<'r> {
    upper: &'r [String],
    lower: &'r [String],
}

impl<'r> Rows<'r> {
    fn width(&self) -> usize {
        self.upper.len().max(self.lower.len())
    }

    fn upper(&self, at: usize) -> &'r str {
        self.upper.get(at).map_or("", |text| text.trim())
    }

    fn lower(&self, at: usize) -> &'r str {
        self.lower.get(at).map_or("", |text| text.trim())
    }

    /// Whether the lower row says something there: what it repeats runs over both rows.
    fn is_own(&self, at: usize) -> bool {
        !self.lower(at).is_empty() && self.lower(at) != self.upper(at)
    }

    /// Whether what stands above a cell runs over several columns.
    fn is_spanned(&self, at: usize) -> bool {
        self.upper(at).is_empty() || (at + 1 < self.width() && self.upper(at + 1).is_empty())
    }

    /// What stands above a cell, or runs over it from the left.
    fn heading(&self, at: usize) -> &'r str {
        (0..=at).rev().map(|at| self.upper(at)).find(|text| !text.is_empty()).unwrap_or_default()
    }

    fn is_bound_of_term(&self, at: usize) -> bool {
        self.is_own(at) && is_term(self.heading(at)) && bound(self.lower(at)).is_some()
    }

    /// The headings, unless the first and the last day are not each said once.
    fn joined(&self, name: impl Fn(usize) -> String) -> Both {
        let bounds = |bound| {
            let of_term = (0..self.width()).filter(|at| self.is_bound_of_term(*at));
            of_term.filter(|at| self::bound(self.lower(*at)) == Some(bound)).count()
        };
        let has_term = (0..self.width()).any(|at| self.is_bound_of_term(at));
        if has_term && (bounds(Bound::First), bounds(Bound::Last)) != (1, 1) {
            return Both::Unclear;
        }
        Both::Header((0..self.width()).map(name).collect())
    }
}

/// A header and the row under it, which belongs to it if all that it says are headings under such as run over several
/// columns. `is_name` knows the names of columns.
pub(super) fn with_below(header: &[String], below: &[String], is_name: impl Fn(&str) -> bool) -> Both {
    let rows = Rows { upper: header, lower: below };
    let own: Vec<usize> = (0..rows.width()).filter(|at| rows.is_own(*at)).collect();
    let has_term = own.iter().any(|at| rows.is_bound_of_term(*at));
    let is_heading = |text: &str| has_term || bound(text).is_some() || is_name(text);
    let fits = own.iter().all(|at| rows.is_spanned(*at) && is_heading(rows.lower(*at)));
    match (fits, has_term) {
        (true, true) => {}
        // What runs over several columns has several headings under it.
        (true, false) if own.len() > 1 => {}
        (false, true) => return Both::Unclear,
        _ => return Both::Apart,
    }
    rows.joined(|at| {
        if rows.is_own(at) { format!("{}{}", rows.heading(at), rows.lower(at)) } else { rows.upper(at).to_owned() }
    })
}

/// The row above a header, and the header: 起 and 止 in it are those of what runs over them.
pub(super) fn with_above(above: &[String], header: &[String]) -> Both {
    let rows = Rows { upper: above, lower: header };
    if !(0..rows.width()).any(|at| rows.is_bound_of_term(at)) {
        return Both::Apart;
    }
    rows.joined(|at| {
        let (heading, own) = (rows.heading(at), rows.lower(at));
        if bound(own).is_some() { format!("{heading}{own}") } else { own.to_owned() }
    })
}

#[cfg(test)]
mod tests {
    use rstest::rstest;

    use super::*;

    fn row(text: &str) -> Vec<String> {
        text.split('|').map(str::to_owned).collect()
    }

    fn below(header: &str, below: &str) -> String {
        said(with_below(&row(header), &row(below), |name| matches!(name, "姓名" | "电话")))
    }

    fn said(both: Both) -> String {
        match both {
            Both::Apart => "apart".to_owned(),
            Both::Unclear => "unclear".to_owned(),
            Both::Header(names) => names.join("|"),
        }
    }

    #[rstest]
    #[case("有效期起", "有效期起")]
    #[case("有效期（起）", "有效期起")]
    #[case("有效期 止", "有效期至")]
    #[case("*有效期限（截止日期）", "有效期至")]
    #[case("起止日期开始时间", "有效期起")]
    #[case("有效期", "有效期")]
    #[case("有效期（三年）", "有效期")]
    #[case("开始日期", "开始日期")]
    #[case("建设期起", "建设期起")]
    #[case("单位名称（全称）", "单位名称")]
    fn headings_of_a_term_are_told(#[case] heading: &str, #[case] expected: &str) {
        assert_eq!(told(heading), expected);
    }

    #[rstest]
    // Merged downwards, so that it is repeated, or only in the first row.
    #[case("单位|编号|有效期||备注", "单位|编号|起|止|备注", "单位|编号|有效期起|有效期止|备注")]
    #[case("单位|编号|有效期", "||起|止", "单位|编号|有效期起|有效期止")]
    #[case("单位|有效期限|", "|开始日期|结束日期", "单位|有效期限开始日期|有效期限结束日期")]
    #[case("单位|有效期||联系人|", "|自|至|姓名|电话", "单位|有效期自|有效期至|联系人姓名|联系人电话")]
    // What is no term is kept apart from it.
    #[case("单位|建设期||有效期|", "|起|止|起|止", "单位|建设期起|建设期止|有效期起|有效期止")]
    #[case("单位|联系人|", "|姓名|电话", "单位|联系人姓名|联系人电话")]
    // Rows of data.
    #[case("单位|有效期|", "第一小学|2024-01-01|2026-12-31", "apart")]
    #[case("单位|状态", "第一小学|结束", "apart")]
    #[case("单位|状态|", "第一小学|结束|", "apart")]
    #[case("单位|有效期|", "单位||", "apart")]
    #[case("单位|有效期|", "", "apart")]
    // Headings that do not go together.
    #[case("单位|有效期|", "第一小学|起|止", "unclear")]
    #[case("单位|有效期|", "|起|年限", "unclear")]
    #[case("单位|有效期|", "|止|", "unclear")]
    #[case("单位|有效期||期限|", "|起|止|起|止", "unclear")]
    #[case("单位|有效期|备注", "|起|止", "unclear")]
    fn a_header_may_have_two_rows(#[case] header: &str, #[case] row: &str, #[case] expected: &str) {
        assert_eq!(below(header, row), expected);
    }

    #[rstest]
    #[case("基本信息|||有效期|", "单位|编号|级别|起|止", "单位|编号|级别|有效期起|有效期止")]
    #[case("基本信息||有效期||建设期|", "单位|编号|起|止|起|止", "单位|编号|有效期起|有效期止|建设期起|建设期止")]
    #[case("甲区名单", "单位|编号|有效期起|有效期止", "apart")]
    #[case("", "单位|起|止", "apart")]
    #[case("基本信息|有效期|", "单位|起|年限", "unclear")]
    fn groups_may_stand_above_a_header(#[case] above: &str, #[case] header: &str, #[case] expected: &str) {
        assert_eq!(said(with_above(&row(above), &row(header))), expected);
    }

    #[test]
    fn an_end_that_is_said_twice_is_known() {
        assert!(says_twice(&row("单位|有效期起|有效期（起）|有效期止")));
        assert!(!says_twice(&row("单位|有效期|有效期起|有效期止|建设期起")));
    }
}
