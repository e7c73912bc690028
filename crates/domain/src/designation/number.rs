//! Numbers of designations that are given in one go: what comes before, and a number that runs.

/// How numbers are made.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Pattern {
    /// What comes before, the same for all.
    pub prefix: String,
    /// The first that runs.
    pub first: u64,
    /// Digits at the least, with zeros before.
    pub digits: usize,
}

/// The most digits that are taken for a number that runs.
const DIGITS_MAX: usize = 9;

impl Pattern {
    /// The number at this place, from 0.
    pub fn number(&self, at: usize) -> String {
        let running = self.first.saturating_add(u64::try_from(at).unwrap_or(u64::MAX));
        format!("{}{running:0digits$}", self.prefix, digits = self.digits)
    }

    /// What follows on the numbers that were given, the latest last: the same words, the year of today for an earlier one,
    /// and the number after the highest. Without any to follow, `code` and the year.
    pub fn following(given: &[String], code: &str, year: i32) -> Self {
        let latest = given.iter().rev().map(|number| split(number)).find(|(_, running)| !running.is_empty());
        let (prefix, digits) = match latest {
            Some((prefix, running)) => (this_year(prefix, year), running.len()),
            None => (format!("{}-{year}-", code.to_uppercase()), 3),
        };
        let highest = given.iter().filter_map(|number| {
            let (before, running) = split(number);
            (before == prefix).then(|| running.parse::<u64>().ok()).flatten()
        });
        Self { first: highest.max().unwrap_or(0).saturating_add(1), prefix, digits }
    }
}

/// A number as what comes before, and its last digits.
fn split(number: &str) -> (&str, &str) {
    let digits = number.bytes().rev().take(DIGITS_MAX).take_while(u8::is_ascii_digit).count();
    number.split_at_checked(number.len().saturating_sub(digits)).unwrap_or((number, ""))
}

/// The same words with this year where they name an earlier one of this century.
fn this_year(prefix: &str, year: i32) -> String {
    let mut made = String::with_capacity(prefix.len());
    let mut rest = prefix;
    while let Some(at) = rest.find(|c: char| c.is_ascii_digit()) {
        let (words, from) = rest.split_at_checked(at).unwrap_or((rest, ""));
        let length = from.bytes().take_while(u8::is_ascii_digit).count();
        let (digits, after) = from.split_at_checked(length).unwrap_or((from, ""));
        made.push_str(words);
        match digits.parse::<i32>() {
            Ok(named) if digits.len() == 4 && (2000..year).contains(&named) => made.push_str(&year.to_string()),
            _ => made.push_str(digits),
        }
        rest = after;
    }
    made.push_str(rest);
    made
}

#[cfg(test)]
mod tests {
    use rstest::rstest;

    use super::*;

    #[rstest]
    #[case::none(&[], "CENTRE-2026-", 1, 3)]
    #[case::nothing_to_follow(&["first"], "CENTRE-2026-", 1, 3)]
    #[case::the_next(&["KC-1", "KC-2"], "KC-", 3, 1)]
    #[case::the_highest(&["KC-07", "KC-03"], "KC-", 8, 2)]
    #[case::as_the_latest(&["A-1", "B-009"], "B-", 10, 3)]
    #[case::another_year(&["KC-2024-012", "KC-2025-031"], "KC-2026-", 1, 3)]
    #[case::this_year(&["KC-2026-012"], "KC-2026-", 13, 3)]
    #[case::no_year(&["KC-20250-7"], "KC-20250-", 8, 1)]
    #[case::chinese(&["光科（2025）第3号", "光科2025第4"], "光科2026第", 1, 1)]
    #[case::digits_alone(&["0041"], "", 42, 4)]
    fn numbers_go_on(#[case] given: &[&str], #[case] prefix: &str, #[case] first: u64, #[case] digits: usize) {
        let given: Vec<String> = given.iter().map(|one| (*one).to_owned()).collect();
        let found = Pattern::following(&given, "centre", 2026);
        assert_eq!(found, Pattern { prefix: prefix.to_owned(), first, digits });
    }

    #[test]
    fn they_run() {
        let pattern = Pattern { prefix: "KC-".into(), first: 9, digits: 2 };
        assert_eq!([0, 1, 91].map(|at| pattern.number(at)), ["KC-09", "KC-10", "KC-100"]);
    }
}
