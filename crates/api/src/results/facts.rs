//! What a result says, checked: the award, the day, the person's enrolment of that day.

use chrono::{DateTime, NaiveDate, Utc};
use chrono_tz::Tz;
use kepu_domain::{competition::Stage, roster::cell};
use uuid::Uuid;

use super::{
    ResultState,
    store::{Found, ResultRow},
};
use crate::{
    activities::check_tags, check::Checks, competitions::store::Competition, credits, error::FieldError, error::Result,
    state::AppState, tenancy::Tx,
};

const PLACES_MAX: i32 = 100_000;

/// A word as it is compared, whoever wrote it: `k1`, `Ｋ1` and `K\u{200b}1` are one.
pub(super) fn plain(word: &str) -> String {
    cell::fold(word).split_whitespace().collect::<Vec<_>>().join(" ").to_uppercase()
}

/// What was sent.
#[derive(Debug, Default)]
pub(super) struct Raw<'r> {
    pub achieved_on: NaiveDate,
    pub contest_level: &'r str,
    pub award: Option<&'r str>,
    pub place: Option<i32>,
    pub places_listed: Option<i32>,
    pub work_id: Option<&'r str>,
    pub work_title: &'r str,
    pub tags: &'r [String],
}

/// What is kept.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Facts {
    pub achieved_on: NaiveDate,
    pub contest_level: String,
    pub award: Option<String>,
    pub place: Option<i32>,
    pub places_listed: Option<i32>,
    pub work_id: Option<String>,
    pub work_title: String,
    pub tags: Vec<String>,
}

impl Facts {
    /// Checks what was sent against itself and the competition.
    pub fn check(checks: &mut Checks, raw: &Raw<'_>, competition: &Competition, today: NaiveDate) -> Self {
        let facts = Self {
            achieved_on: raw.achieved_on,
            contest_level: checks.text("contest_level", raw.contest_level, 1..=40),
            award: checks.optional_text("award", raw.award, 40),
            place: raw.place.map(|place| checks.range("place", place, 1..=PLACES_MAX)),
            places_listed: raw.places_listed.map(|places| checks.range("places_listed", places, 1..=PLACES_MAX)),
            // The same work counts once, so it has one spelling.
            work_id: checks.optional_text("work_id", raw.work_id.map(plain).as_deref(), 60),
            work_title: checks.text("work_title", raw.work_title, 0..=200),
            tags: check_tags(checks, raw.tags),
        };
        checks.require(
            facts.award.is_some() || facts.place.is_some(),
            "award",
            "required",
            "must be given, unless there is a place",
        );
        match (facts.place, facts.places_listed) {
            (None, Some(_)) => {
                checks.add(FieldError::new("place", "required", "must be given where places_listed is"));
            }
            (Some(place), Some(places)) if place > places => {
                let message = format!("must not be greater than places_listed, {places}");
                checks.add(FieldError::new("place", "out_of_range", message).value(place.to_string()));
            }
            _ => {}
        }
        let day = facts.achieved_on.to_string();
        if facts.achieved_on > today {
            let message = format!("must not lie in the future; today is {today}");
            checks.add(FieldError::new("achieved_on", "in_future", message).value(day));
        } else if let Err(refusal) = competition.rules().covers(facts.achieved_on) {
            let message = format!("must be a day of this edition: {refusal}");
            checks.add(FieldError::new("achieved_on", "outside_edition", message).value(day));
        }
        facts
    }

    /// Writes the facts into a row.
    pub fn put(&self, row: &mut ResultRow) {
        row.achieved_on = self.achieved_on;
        row.contest_level.clone_from(&self.contest_level);
        row.award.clone_from(&self.award);
        row.place = self.place;
        row.places_listed = self.places_listed;
        row.work_id.clone_from(&self.work_id);
        row.work_title.clone_from(&self.work_title);
        row.tags.clone_from(&self.tags);
    }
}

/// Checks that the person was enrolled on the day, at a stage to which the competition is open.
pub(super) fn check_person(
    competition: &Competition,
    person: &Found,
) -> std::result::Result<(), (&'static str, String)> {
    let (Some(_), Some(grade)) = (person.school_id, person.grade) else {
        return Err(("not_enrolled", format!("{} was enrolled at no school on that day", person.number)));
    };
    let stage = Stage::of(grade, person.vocational);
    competition.rules().admits(stage).map_err(|refusal| ("stage_not_open", refusal.to_string()))
}

/// Who submits, when.
#[derive(Debug, Clone, Copy)]
pub(super) struct By {
    pub account: Uuid,
    pub at: DateTime<Utc>,
}

/// A place in a team.
#[derive(Debug, Clone, Copy)]
pub(super) struct Place {
    pub team: Uuid,
    pub position: Option<i32>,
    pub size: i32,
}

/// A new row.
pub(super) fn new_row(
    id: Uuid,
    competition: &Competition,
    person: Found,
    facts: &Facts,
    place: Option<Place>,
    by: By,
) -> ResultRow {
    let mut row = ResultRow {
        id,
        competition_id: competition.id,
        competition_name_zh: competition.name_zh.clone(),
        listed: competition.listed,
        person_id: person.person_id,
        person_number: person.number,
        person_name: person.name,
        school_id: person.school_id,
        class_id: person.class_id,
        grade: person.grade,
        current_school_id: person.current_school_id,
        achieved_on: facts.achieved_on,
        contest_level: String::new(),
        award: None,
        place: None,
        places_listed: None,
        work_id: None,
        work_title: String::new(),
        team_id: place.map(|place| place.team),
        team_position: place.and_then(|place| place.position),
        team_size: place.map(|place| place.size),
        tags: Vec::new(),
        state: ResultState::Submitted,
        reason: String::new(),
        submitted_by: by.account,
        submitted_at: by.at,
        decided_by: None,
        decided_at: None,
        evidence_count: 0,
        version: 1,
        updated_at: by.at,
    };
    facts.put(&mut row);
    row
}

/// Today, by the clock of the district.
pub(super) async fn today(tx: &mut Tx, state: &AppState) -> Result<NaiveDate> {
    let zone: Tz = credits::store::time_zone(tx).await?.parse().unwrap_or(Tz::Asia__Shanghai);
    Ok(state.now().with_timezone(&zone).date_naive())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_work_has_one_spelling() {
        for spelling in ["K1", "k1", "Ｋ1", "Ｋ１", "K\u{200b}1", " k1 ", "\u{feff}K1"] {
            assert_eq!(plain(spelling), "K1", "{spelling:?}");
        }
        assert_eq!(plain("k  1\u{3000}甲"), "K 1 甲");
        assert_ne!(plain("K1"), plain("K 1"));
    }
}
