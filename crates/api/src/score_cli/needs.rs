//! Which columns a policy reads, so that a sheet without one of them does not silently score as nothing or too much.

use kepu_domain::policy::{
    Condition, Policy,
    document::{Amount, Force, Key, Rule, SumOf, WordField},
};
use serde_json::Value;

use super::{
    finding::{Finding, both},
    header::Header,
};

/// Columns of records and of people, any of which answers a field.
struct Answered {
    records: &'static [&'static str],
    people: &'static [&'static str],
}

/// What the sheets have.
pub(super) struct Sheets<'h> {
    pub records: &'h Header,
    pub people: Option<&'h Header>,
}

/// What the policy reads and no sheet has.
#[derive(Default)]
pub(super) struct Gaps {
    /// Without these nothing can count.
    pub fatal: Vec<Finding>,
    /// Without these something does not apply.
    pub notes: Vec<Finding>,
}

/// Looks for columns that the policy reads and the sheets do not have.
pub(super) fn gaps(policy: &Policy, sheets: &Sheets<'_>) -> Gaps {
    let document = policy.document();
    let mut fatal: Vec<(String, String)> = Vec::new();
    let mut missing: Vec<(String, String)> = Vec::new();
    let miss = |list: &mut Vec<(String, String)>, fields: Vec<String>, by: &str| {
        for field in fields.into_iter().filter(|f| !sheets.answer(f)) {
            list.push((field, by.to_owned()));
        }
    };

    miss(&mut fatal, fields(&document.eligible, true), "eligible");
    miss(&mut missing, fields(&document.eligible, false), "eligible");
    for select in &document.select {
        if select.when.is_empty() && select.force == Force::Hard {
            miss(&mut fatal, fields(&select.require, true), &select.id);
        }
        miss(&mut missing, fields(&select.when, false), &select.id);
        miss(&mut missing, fields(&select.require, false), &select.id);
    }
    let mut dead = Vec::new();
    for rule in &document.rules {
        let mut of_rule = fields(&rule.when, true);
        of_rule.extend(of_price(policy, rule));
        if of_rule.iter().all(|f| sheets.answer(f)) {
            dead.clear();
            break;
        }
        miss(&mut dead, of_rule, &rule.id);
    }
    fatal.append(&mut dead);
    for rule in &document.rules {
        miss(&mut missing, fields(&rule.when, false), &rule.id);
        miss(&mut missing, of_price(policy, rule), &rule.id);
        miss(&mut missing, rule.credit.times.iter().map(|f| name(f.by)).collect(), &rule.id);
    }
    for limit in &document.limits {
        miss(&mut missing, limit.within.iter().filter_map(of_key).collect(), &limit.id);
        miss(&mut missing, fields(&limit.of, false), &limit.id);
        if matches!(limit.at_most, Amount::Hours(_)) {
            miss(&mut missing, vec!["minutes".to_owned()], &limit.id);
        }
    }
    for measure in &document.measures {
        miss(&mut missing, fields(&measure.of, false), &measure.id);
        miss(&mut missing, measure.distinct.iter().filter_map(of_key).collect(), &measure.id);
        match measure.sum {
            Some(SumOf::Hours | SumOf::Minutes) => miss(&mut missing, vec!["minutes".to_owned()], &measure.id),
            Some(SumOf::Quantity) => miss(&mut missing, vec!["quantity".to_owned()], &measure.id),
            _ => {}
        }
    }
    missing.retain(|(field, _)| !fatal.iter().any(|(f, _)| f == field));
    Gaps {
        fatal: findings(fatal, sheets, "needed_column", true),
        notes: findings(missing, sheets, "column_of_policy", false),
    }
}

/// One finding for each field, with all that read it.
fn findings(missing: Vec<(String, String)>, sheets: &Sheets<'_>, code: &'static str, fatal: bool) -> Vec<Finding> {
    // By column, as several fields may need the same one.
    let mut by_field: Vec<(String, Vec<String>)> = Vec::new();
    let column = |field: &str| answered(field).and_then(|a| a.records.first().or(a.people.first()).copied());
    for (field, by) in missing {
        match by_field.iter_mut().find(|(f, _)| column(f) == column(&field)) {
            Some((_, readers)) if readers.contains(&by) => {}
            Some((_, readers)) => readers.push(by),
            None => by_field.push((field, vec![by])),
        }
    }
    let finding = |(field, readers): (String, Vec<String>)| {
        let answered = answered(&field)?;
        let readers = readers.join(", ");
        let (file, columns, of_people) = match (answered.records, answered.people, sheets.people) {
            (_, people @ [_, ..], Some(header)) => (header.file.as_str(), people, false),
            ([], people, None) => ("people", people, true),
            (records, _, _) => (sheets.records.file.as_str(), records, false),
        };
        let column = columns.first()?;
        let (add_zh, add_en) = if of_people || (!answered.people.is_empty() && sheets.people.is_none()) {
            (
                format!("请用 --people 给出含 {column} 列的人员表"),
                format!("give a people sheet with a column {column} (--people)"),
            )
        } else {
            ("请添加此列".to_owned(), "add the column".to_owned())
        };
        let message = if fatal {
            both(
                format!("办法需要此列（{readers}），没有它任何记录都不能得分；{add_zh}"),
                format!(
                    "is not there, but the policy needs it ({readers}): without it nothing can earn credit; {add_en}"
                ),
            )
        } else {
            both(
                format!("没有此列，办法中用到它的条款（{readers}）不起作用；如有这些数据，{add_zh}"),
                format!(
                    "is not there, so what the policy reads it for ({readers}) has no effect; if you have it, {add_en}"
                ),
            )
        };
        Some(Finding { column: Some((*column).to_owned()), ..Finding::of_file(code, file, message) })
    };
    by_field.into_iter().filter_map(finding).collect()
}

impl Sheets<'_> {
    fn answer(&self, field: &str) -> bool {
        let Some(answered) = answered(field) else { return true };
        answered.records.iter().any(|c| self.records.has(c))
            || self.people.is_some_and(|people| answered.people.iter().any(|c| people.has(c)))
    }
}

/// The columns that answer a field; nothing for those that need none.
fn answered(field: &str) -> Option<Answered> {
    let (records, people): (&'static [&'static str], &'static [&'static str]) = match field {
        "kind" => (&["kind"], &[]),
        "minutes" => (&["minutes"], &[]),
        "quantity" => (&["quantity"], &[]),
        "activity" => (&["activity_id"], &[]),
        "session" => (&["session_id"], &[]),
        "session_rank" => (&["session_id", "session_rank"], &[]),
        "class_rank" => (&["session_id", "class_rank"], &[]),
        "host" => (&["host_id"], &[]),
        "host_level" => (&["host_level"], &[]),
        "host_designation" => (&["host_designations"], &[]),
        "host_designated" => (&["host_designations", "host_designated_from", "host_designated_to"], &[]),
        "contest" => (&["contest_id"], &[]),
        "contest_series" => (&["contest_series"], &[]),
        "contest_level" => (&["contest_level"], &[]),
        "award" => (&["award"], &[]),
        "award or place" => (&["award", "place"], &[]),
        "place" => (&["place"], &[]),
        "places_listed" => (&["places_listed"], &[]),
        "work" => (&["work_id"], &[]),
        "team_position" => (&["team_position"], &[]),
        "team_size" => (&["team_size"], &[]),
        "voluntary" => (&["voluntary"], &[]),
        "school_day" => (&["school_day"], &[]),
        "tag" => (&["tags"], &[]),
        "grade" | "stage" => (&["grade"], &["grade"]),
        "school" => (&["school_id"], &["school_id"]),
        "class" => (&["class_id"], &["class_id"]),
        "age" => (&[], &["birth_date"]),
        "person_tag" => (&[], &["tags"]),
        _ => return None,
    };
    Some(Answered { records, people })
}

/// The fields that a condition reads; with `all_needed` only those without which it cannot hold.
fn fields(condition: &Condition, all_needed: bool) -> Vec<String> {
    let mut found = Vec::new();
    if let Ok(value) = serde_json::to_value(condition) {
        collect(&value, all_needed, &mut found);
    }
    found
}

fn collect(condition: &Value, all_needed: bool, found: &mut Vec<String>) {
    for (key, value) in condition.as_object().into_iter().flatten() {
        match (key.as_str(), value) {
            ("has", Value::Array(names)) => found.extend(names.iter().filter_map(Value::as_str).map(str::to_owned)),
            ("all", Value::Array(parts)) => parts.iter().for_each(|p| collect(p, all_needed, found)),
            ("any", Value::Array(parts)) if !all_needed => parts.iter().for_each(|p| collect(p, false, found)),
            ("not", part) if !all_needed => collect(part, false, found),
            ("any" | "not", _) | (_, Value::Bool(false)) => {}
            (field, _) => found.push(field.to_owned()),
        }
    }
}

/// The fields without which a rule has no price.
fn of_price(policy: &Policy, rule: &Rule) -> Vec<String> {
    let price = &rule.credit;
    let mut found = Vec::new();
    if price.per_hour.is_some() || price.per_minute.is_some() {
        found.push("minutes".to_owned());
    }
    if price.per_quantity.is_some() {
        found.push("quantity".to_owned());
    }
    if price.divide_by_team_size {
        found.push("team_size".to_owned());
    }
    if let Some(table) = price.table.as_ref().and_then(|t| policy.document().tables.get(t)) {
        for field in [Some(table.row), table.column].into_iter().flatten() {
            let by_place = field == WordField::Award && !table.places.is_empty();
            found.push(if by_place { "award or place".to_owned() } else { name(field) });
        }
    }
    found
}

fn of_key(key: &Key) -> Option<String> {
    match key {
        Key::Field(field) => Some(name(*field)),
        Key::Tag | Key::TagOf(_) => Some("tag".to_owned()),
        Key::Period(period) if *period == kepu_domain::policy::document::Period::Stage => Some("stage".to_owned()),
        Key::Period(_) | Key::Category | Key::Rule | Key::Lifetime => None,
    }
}

fn name(field: WordField) -> String {
    field.name().to_owned()
}
