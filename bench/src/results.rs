//! The table of a run, and the page that keeps it.

/// One figure beside its limit.
pub struct Row {
    /// What was measured.
    pub name: &'static str,
    /// The figure, with its unit.
    pub figure: String,
    /// The limit measured beside it, with its unit.
    pub limit: String,
    /// Figure by limit, in thousandths.
    pub ratio: u64,
    /// The target for the ratio, in thousandths.
    pub target: u64,
    /// True when a smaller ratio is better.
    pub smaller_is_better: bool,
}

impl Row {
    fn is_met(&self) -> bool {
        if self.smaller_is_better { self.ratio <= self.target } else { self.ratio >= self.target }
    }
}

/// Thousandths as a decimal.
fn decimal(milli: u64) -> String {
    format!("{}.{:03}", milli / 1000, milli % 1000)
}

/// The table, in Markdown.
pub fn table(rows: &[Row]) -> String {
    let mut text = String::from("| bench | figure | limit beside it | ratio | target | |\n|---|---|---|---|---|---|\n");
    for row in rows {
        let sign = if row.smaller_is_better { "≤" } else { "≥" };
        let verdict = if row.is_met() { "met" } else { "**falls short**" };
        text.push_str(&format!(
            "| {} | {} | {} | {} | {sign} {} | {verdict} |\n",
            row.name,
            row.figure,
            row.limit,
            decimal(row.ratio),
            decimal(row.target)
        ));
    }
    text
}

/// The page that is kept, with what stands behind the rows.
pub fn page(rows: &[Row], details: &str) -> String {
    let cpu = std::fs::read_to_string("/proc/cpuinfo").unwrap_or_default();
    let model = cpu
        .lines()
        .find_map(|l| l.strip_prefix("model name"))
        .map_or("unknown", |m| m.trim_start_matches([' ', '\t', ':']));
    let cores = std::thread::available_parallelism().map_or(1, std::num::NonZero::get);
    let short: Vec<&str> = rows.iter().filter(|r| !r.is_met()).map(|r| r.name).collect();
    let verdict = match short.as_slice() {
        [] => "Every target is met.".to_owned(),
        some => format!("**Falls short:** {}.", some.join("; ")),
    };
    let details = if details.is_empty() { String::new() } else { format!("\n{details}") };
    format!(
        "# Results\n\nWritten by `make bench`. Client, service and PostgreSQL share one machine; only the ratios within one \
         run are targets.\n\n- machine: {model}, {cores} cores\n- date: {}\n\n{}\n{verdict}\n{details}",
        crate::world::today(),
        table(rows)
    )
}

/// Figure by limit in thousandths.
pub fn ratio(figure: f64, limit: f64) -> u64 {
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a ratio to print")]
    let milli = (figure / limit.max(f64::MIN_POSITIVE) * 1000.0).round() as u64;
    milli
}

/// The middle one.
pub fn median(mut values: Vec<f64>) -> f64 {
    values.sort_by(f64::total_cmp);
    values.get(values.len() / 2).copied().unwrap_or(0.0)
}

/// A rate for people: `1 234 567/s`.
pub fn per_second(rate: f64) -> String {
    let digits = format!("{rate:.0}");
    let mut text = String::new();
    for (i, digit) in digits.chars().enumerate() {
        if i > 0 && (digits.len() - i).is_multiple_of(3) {
            text.push(' ');
        }
        text.push(digit);
    }
    format!("{text}/s")
}
