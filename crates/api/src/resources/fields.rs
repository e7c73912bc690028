//! What a resource may say of itself, the same when it is made and when it is changed.

use kepu_domain::grams;
use uuid::Uuid;

use super::{ResourceReach, store::Resource};
use crate::{check::Checks, districts, error::Result, tenancy::Tx};

/// The most districts that one resource names.
const DISTRICTS_MAX: usize = 50;
/// The most persons that anything serves at a time.
const CAPACITY_MAX: i32 = 10_000;

/// Trims what is written and says everything that is wrong with it.
pub(super) fn check(checks: &mut Checks, row: &mut Resource) {
    row.title_zh = checks.text("title_zh", &row.title_zh, 1..=120);
    row.title_en = checks.text("title_en", &row.title_en, 0..=200);
    row.summary = checks.text("summary", &row.summary, 0..=1000);
    row.theme = checks.text("theme", &row.theme, 0..=60);
    row.licence_note = checks.text("licence_note", &row.licence_note, 0..=400);
    checks.require(
        !row.licence.rules().needs_note() || !row.licence_note.is_empty(),
        "licence_note",
        "required",
        "must say what is permitted, for the licence does not",
    );
    if let Some(capacity) = row.capacity {
        checks.range("capacity", capacity, 1..=CAPACITY_MAX);
    }
    row.districts.sort_unstable();
    row.districts.dedup();
    match row.reach {
        ResourceReach::Districts => checks.count("districts", row.districts.len(), 1..=DISTRICTS_MAX),
        ResourceReach::Everywhere | ResourceReach::AtOwner => checks.require(
            row.districts.is_empty(),
            "districts",
            "not_for_this_reach",
            "must be empty unless reach is districts",
        ),
    }
    let text = [row.title_zh.as_str(), &row.title_en, &row.theme, &row.summary].join(" ");
    row.grams = grams::grams(&text);
    row.plain = grams::plain(&text);
}

/// Says which of the districts are none.
pub(super) async fn check_districts(tx: &mut Tx, checks: &mut Checks, wanted: &[Uuid]) -> Result<()> {
    let known = districts::store::known(tx, wanted).await?;
    for district in wanted.iter().filter(|district| !known.contains(district)) {
        checks.require(false, "districts", "unknown", format!("must be districts; {district} is none"));
    }
    Ok(())
}
