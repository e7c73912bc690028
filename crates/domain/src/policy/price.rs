//! Step 2: what a rule gives for a record.

use std::borrow::Cow;
use std::fmt::Write as _;

use super::condition::Range;
use super::document::{Factor, Price, Rule, Table, WordField};
use super::evaluate::Context;
use super::facts::{Facts, Value};
use super::reason::Reason;
use crate::credit::{Credit, Ratio, Rounding, RoundingMode};
use crate::record::Record;

/// Why a rule gives a record no credit.
pub(super) enum Gap<'a> {
    MissingFact { field: &'static str },
    NotInTable { table: &'a str, row: Cow<'a, str>, column: Cow<'a, str> },
    PlaceNotMapped { place: u32, listed: Option<u32> },
    NoFactor { field: &'static str, value: Value<'a> },
}

impl Gap<'_> {
    /// As a reason, under a rule.
    pub fn reason(self, rule: &str) -> Reason {
        let rule = rule.to_owned();
        match self {
            Self::MissingFact { field } => Reason::MissingFact { rule, field: field.to_owned() },
            Self::NotInTable { table, row, column } => {
                Reason::NotInTable { rule, table: table.to_owned(), row: row.into_owned(), column: column.into_owned() }
            }
            Self::PlaceNotMapped { place, listed } => Reason::PlaceNotMapped { rule, place, listed },
            Self::NoFactor { field, value } => {
                Reason::NoFactor { rule, field: field.to_owned(), value: value.to_string() }
            }
        }
    }
}

/// The raw credit of a record under a rule, or why there is none.
pub(super) fn price<'a>(
    context: &Context<'a>,
    rule: &'a Rule,
    facts: &Facts<'a>,
    record: &Record,
) -> Result<Credit, Gap<'a>> {
    let price = &rule.credit;
    let rounded = unrounded(context, rule, facts, record)?.rounded(&price.round.unwrap_or_default());
    let rounded = price.at_least.map_or(rounded, |least| rounded.max(least));
    Ok(price.at_most.map_or(rounded, |most| rounded.min(most)))
}

/// The price before it is rounded and kept within bounds.
fn unrounded<'a>(context: &Context<'a>, rule: &'a Rule, facts: &Facts<'a>, record: &Record) -> Result<Ratio, Gap<'a>> {
    let price = &rule.credit;
    let missing = |field: &'static str| Gap::MissingFact { field };
    let mut sum = Ratio::ZERO;
    if let Some(fixed) = price.fixed {
        sum = sum.plus(Ratio::of(fixed));
    }
    if price.per_hour.is_some() || price.per_minute.is_some() {
        let minutes = paid_minutes(price, record.minutes.ok_or_else(|| missing("minutes"))?);
        if let Some(per_hour) = price.per_hour {
            sum = sum.plus(Ratio::of(per_hour).many(minutes).over(60));
        }
        if let Some(per_minute) = price.per_minute {
            sum = sum.plus(Ratio::of(per_minute).many(minutes));
        }
    }
    if let Some(per_quantity) = price.per_quantity {
        let quantity = record.quantity.ok_or_else(|| missing("quantity"))?;
        sum = sum.plus(Ratio::of(per_quantity).times(quantity));
    }
    if let Some(name) = &price.table {
        let table = context.policy.document.tables.get(name).ok_or_else(|| missing("table"))?;
        sum = sum.plus(look_up(name, table, facts, record)?);
    }
    for factor in &price.times {
        sum = sum.times(factor_of(factor, facts)?);
    }
    if price.divide_by_team_size {
        sum = sum.over(record.team_size.ok_or_else(|| missing("team_size"))?);
    }
    Ok(sum)
}

fn paid_minutes(price: &Price, minutes: u32) -> i64 {
    let minutes = minutes.saturating_sub(price.minutes_free.unwrap_or(0));
    let step = price.minutes_step.unwrap_or(1).max(1);
    let whole_steps = minutes.checked_div(step).unwrap_or(0).saturating_mul(step);
    i64::from(whole_steps)
}

fn look_up<'a>(name: &'a str, table: &'a Table, facts: &Facts<'a>, record: &Record) -> Result<Ratio, Gap<'a>> {
    let missing = |field: WordField| Gap::MissingFact { field: field.name() };
    let value = |field: WordField| match award_by_place(field, table, record)? {
        Some(award) => Ok(Cow::Borrowed(award)),
        None => facts.field(field).map(Value::into_word).ok_or_else(|| missing(field)),
    };
    let row = value(table.row)?;
    let column = match table.column {
        Some(field) => value(field)?,
        None => Cow::Borrowed("credit"),
    };
    let none = || Gap::NotInTable { table: name, row: row.clone(), column: column.clone() };
    let values = in_keys(&table.values, &row).ok_or_else(none)?;
    if let Some(credit) = in_keys(values, &column) {
        return Ok(Ratio::of(*credit));
    }
    let derived = table.derived.get(&*column).ok_or_else(none)?;
    let of = values.get(&derived.of).ok_or_else(none)?;
    Ok(Ratio::of(*of).times(derived.times))
}

/// The award that the record's place stands for; nothing where the field is no award, the record names its award
/// itself, or the table maps no places.
fn award_by_place<'t>(field: WordField, table: &'t Table, record: &Record) -> Result<Option<&'t str>, Gap<'t>> {
    let (WordField::Award, None, Some(place), false) = (field, &record.award, record.place, table.places.is_empty())
    else {
        return Ok(None);
    };
    let here = Credit::whole(i64::from(place));
    table
        .places
        .iter()
        .filter(|map| map.listed.is_none() || map.listed == record.places_listed)
        .flat_map(|map| &map.awards)
        .find(|(places, _)| Range::from_key(places).is_some_and(|r| r.contains(here)))
        .map(|(_, award)| Some(award.as_str()))
        .ok_or(Gap::PlaceNotMapped { place, listed: record.places_listed })
}

/// The entry for a value: by its word, else by a range of numbers (`2-4`, `5+`).
fn in_keys<'m, T>(map: &'m std::collections::BTreeMap<String, T>, value: &str) -> Option<&'m T> {
    map.get(value).or_else(|| {
        let number: Credit = value.parse().ok()?;
        map.iter().find(|(key, _)| Range::from_key(key).is_some_and(|r| r.contains(number))).map(|(_, v)| v)
    })
}

fn factor_of<'a>(factor: &Factor, facts: &Facts<'a>) -> Result<Credit, Gap<'a>> {
    let Some(value) = facts.field(factor.by) else {
        return Ok(factor.missing.unwrap_or(Credit::ONE));
    };
    let known = in_keys(&factor.values, &value.into_word()).copied().or(factor.otherwise);
    known.ok_or(Gap::NoFactor { field: factor.by.name(), value })
}

/// How a price came about, in symbols that both languages read: `1 + 90 min × 1/h × 0.8`. What rounding and bounds did
/// follows where they did something: `2 × 0.8 = 1.6; round 0.5 down; at most 1`.
pub(super) fn formula<'a>(context: &Context<'a>, rule: &'a Rule, facts: &Facts<'a>, record: &Record) -> String {
    let price = &rule.credit;
    let mut terms = Vec::new();
    terms.extend(price.fixed.map(|fixed| fixed.to_string()));
    let all_minutes = record.minutes.unwrap_or(0);
    let paid = paid_minutes(price, all_minutes);
    let minutes =
        if paid == i64::from(all_minutes) { format!("{paid} min") } else { format!("{paid} of {all_minutes} min") };
    terms.extend(price.per_hour.map(|per| format!("{minutes} × {per}/h")));
    terms.extend(price.per_minute.map(|per| format!("{minutes} × {per}/min")));
    terms.extend(price.per_quantity.map(|per| format!("{} × {per}", record.quantity.unwrap_or_default())));
    if let Some((name, table)) = price.table.as_ref().and_then(|n| Some((n, context.policy.document.tables.get(n)?))) {
        let value = |field: WordField| {
            let by_place = award_by_place(field, table, record).ok().flatten();
            by_place.map(Cow::Borrowed).or_else(|| facts.field(field).map(Value::into_word)).unwrap_or_default()
        };
        let column = table.column.map(|c| format!(" × {}", value(c))).unwrap_or_default();
        terms.push(format!("{name}[{}{column}]", value(table.row)));
    }
    let many = terms.len() > 1;
    let mut text = terms.join(" + ");
    if many && (!price.times.is_empty() || price.divide_by_team_size) {
        text = format!("({text})");
    }
    for factor in &price.times {
        if let Ok(value) = factor_of(factor, facts) {
            let _ = write!(text, " × {value}");
        }
    }
    if price.divide_by_team_size {
        let _ = write!(text, " ÷ {}", record.team_size.unwrap_or(1));
    }
    if let Ok(exact) = unrounded(context, rule, facts, record) {
        text.push_str(&kept_of(price, exact));
    }
    text
}

/// What rounding and bounds made of an exact price; empty where they left it as it was.
fn kept_of(price: &Price, exact: Ratio) -> String {
    let rounding = price.round.unwrap_or_default();
    let rounded = exact.rounded(&rounding);
    let least = price.at_least.filter(|least| rounded < *least);
    let most = price.at_most.filter(|most| least.unwrap_or(rounded) > *most);
    let mut text = String::new();
    if Ratio::of(rounded) != exact || least.is_some() || most.is_some() {
        let shown = exact.rounded(&Rounding::default());
        let sign = if Ratio::of(shown) == exact { "=" } else { "≈" };
        let _ = write!(text, " {sign} {shown}");
    }
    if Ratio::of(rounded) != exact && price.round.is_some() {
        let mode = match rounding.mode {
            RoundingMode::HalfUp => "half_up",
            RoundingMode::HalfDown => "half_down",
            RoundingMode::HalfEven => "half_even",
            RoundingMode::Down => "down",
            RoundingMode::Up => "up",
        };
        let _ = write!(text, "; round {} {mode}", rounding.step);
    }
    let bounds = [("at least", least), ("at most", most)];
    for (word, bound) in bounds.into_iter().filter_map(|(word, bound)| Some((word, bound?))) {
        let _ = write!(text, "; {word} {bound}");
    }
    text
}
