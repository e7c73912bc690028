//! What a scheme asks and gives, as data: the form of an application, the criteria of its review, how long an award
//! holds. [`Rules::check`] tells everything that is wrong with it, and [`Form::check`] with the answers to it, each by
//! its path.

use std::collections::BTreeSet;

use chrono::{Datelike, Days, Months, NaiveDate};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::form::Form;
use super::wrong::{Found, Wrong};

/// The rules of a scheme. A round keeps them as they were when it opened.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Rules {
    /// Who may hold it: organizations (of the kinds that the scheme names), professionals, or both.
    #[serde(default = "organizations")]
    pub holders: BTreeSet<Holder>,
    /// What an applicant fills in.
    pub form: Form,
    /// By what reviewers score; none if the authority decides without scores.
    #[serde(default)]
    pub criteria: Vec<Criterion>,
    /// Mean of all points together below which nothing is awarded.
    #[serde(default)]
    pub minimum: u32,
    /// Reviews that a decision takes.
    #[serde(default)]
    pub reviews: u32,
    /// Whether somebody goes there and looks before the decision.
    #[serde(default)]
    pub spot_check: bool,
    /// How long an award holds.
    pub validity: Validity,
    /// When it may be renewed; never if left out.
    #[serde(default)]
    pub renewal: Option<Renewal>,
    /// The yearly assessment; none if left out.
    #[serde(default)]
    pub assessment: Option<Assessment>,
    /// Awards of one round at the most; as many as deserve it if left out.
    #[serde(default)]
    pub quota: Option<u32>,
    /// Days for which a decision is published before the award; with none, it may be awarded at once.
    #[serde(default = "week")]
    pub objection_days: u32,
    /// Days within which a refusal may be appealed.
    #[serde(default = "fortnight")]
    pub appeal_days: u32,
    /// Days that each step should take at the most.
    #[serde(default)]
    pub targets: Targets,
}

fn organizations() -> BTreeSet<Holder> {
    BTreeSet::from([Holder::Organization])
}

const fn week() -> u32 {
    7
}

const fn fortnight() -> u32 {
    14
}

/// Who may hold a designation.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Holder {
    /// A school, a base, a firm …
    Organization,
    /// A person with an employer: a chief technical officer, a promotion officer.
    Professional,
}

/// One thing that reviewers score.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Criterion {
    /// Name of the score: small letters, digits, underscores.
    pub key: String,
    /// What is scored, in Chinese.
    pub name_zh: String,
    /// What is scored, in English.
    #[serde(default)]
    pub name_en: String,
    /// The most points.
    pub points: u32,
    /// Mean of the reviewers' points below which nothing is awarded.
    #[serde(default)]
    pub minimum: u32,
}

/// How long an award holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(tag = "kind", rename_all = "snake_case", deny_unknown_fields)]
pub enum Validity {
    /// So many months from its first day on.
    Months {
        /// How many.
        months: u32,
    },
    /// Until a day, whenever it begins.
    Until {
        /// The last day.
        day: NaiveDate,
    },
    /// Until it is ended.
    Open,
}

/// When an award may be renewed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Renewal {
    /// From so many days before its last day on.
    pub days_before: u32,
    /// Until so many days after its last day.
    #[serde(default)]
    pub days_after: u32,
}

/// The yearly assessment: by which day of each year.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Assessment {
    /// Month, 1 to 12.
    pub month: u32,
    /// Day of the month, 1 to 31; the last one where a month is shorter.
    pub day: u32,
}

impl Assessment {
    /// The day of that year by which it is due.
    pub fn due_in(self, year: i32) -> Option<NaiveDate> {
        NaiveDate::from_ymd_opt(year, self.month, self.day).or_else(|| {
            let first = NaiveDate::from_ymd_opt(year, self.month, 1)?;
            first.checked_add_months(Months::new(1))?.pred_opt()
        })
    }
}

/// Days that each step should take at the most, counted from the day on which it became due to be taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct Targets {
    /// The completeness check.
    pub check: u32,
    /// The applicant completes what was returned. After that it is too late.
    pub completion: u32,
    /// Review and decision.
    pub decision: u32,
    /// The publication of what was decided.
    pub publication: u32,
    /// The award, after the days for objections.
    pub award: u32,
    /// The answer to an objection or appeal.
    pub answer: u32,
}

impl Default for Targets {
    fn default() -> Self {
        Self { check: 5, completion: 10, decision: 30, publication: 5, award: 30, answer: 15 }
    }
}

impl Rules {
    /// Everything that is wrong with them; nothing if they can be used.
    pub fn check(&self) -> Vec<Wrong> {
        let mut wrong = Found::default();
        wrong.unless(!self.holders.is_empty(), "holders", "required", "must name who may hold it");
        self.form.check_itself(&mut wrong);
        self.check_criteria(&mut wrong);
        match self.validity {
            Validity::Months { months } => wrong.range("validity.months", months, 1, 600),
            Validity::Until { .. } | Validity::Open => {}
        }
        if let Some(renewal) = self.renewal {
            wrong.unless(
                self.validity != Validity::Open,
                "renewal",
                "never_ends",
                "must be left out where an award never ends",
            );
            wrong.range("renewal.days_before", renewal.days_before, 1, 730);
            wrong.range("renewal.days_after", renewal.days_after, 0, 365);
        }
        if let Some(Assessment { month, day }) = self.assessment {
            wrong.range("assessment.month", month, 1, 12);
            wrong.range("assessment.day", day, 1, 31);
        }
        if let Some(quota) = self.quota {
            wrong.range("quota", quota, 1, 100_000);
        }
        wrong.range("objection_days", self.objection_days, 0, 90);
        wrong.range("appeal_days", self.appeal_days, 1, 90);
        let Targets { check, completion, decision, publication, award, answer } = self.targets;
        for (path, days) in [
            ("targets.check", check),
            ("targets.completion", completion),
            ("targets.decision", decision),
            ("targets.publication", publication),
            ("targets.award", award),
            ("targets.answer", answer),
        ] {
            wrong.range(path, days, 1, 365);
        }
        wrong.0
    }

    fn check_criteria(&self, wrong: &mut Found) {
        wrong.unless(self.criteria.len() <= 30, "criteria", "too_many", "must be 30 at the most");
        let mut keys = BTreeSet::new();
        for (index, criterion) in self.criteria.iter().enumerate() {
            let path = format!("criteria[{index}]");
            wrong.key(&path, &criterion.key, &mut keys);
            wrong.name(&format!("{path}.name_zh"), &criterion.name_zh);
            wrong.range(&format!("{path}.points"), criterion.points, 1, 1000);
            wrong.unless(
                criterion.minimum <= criterion.points,
                &format!("{path}.minimum"),
                "out_of_range",
                "must not exceed the points of the criterion",
            );
        }
        let most = self.criteria.iter().map(|one| one.points).fold(0, u32::saturating_add);
        wrong.unless(self.minimum <= most, "minimum", "out_of_range", "must not exceed the points of all criteria");
        if self.criteria.is_empty() {
            wrong.unless(self.reviews == 0, "reviews", "no_criteria", "must be 0 where there are no criteria");
        } else {
            wrong.range("reviews", self.reviews, 1, 20);
        }
    }

    /// The last day for objections to what is published on a day: the day before, where there are no days for them.
    pub fn objections_until(&self, on: NaiveDate) -> NaiveDate {
        let after = on.checked_add_days(Days::new(self.objection_days.into())).unwrap_or(on);
        if self.objection_days == 0 { on.pred_opt().unwrap_or(on) } else { after }
    }

    /// The last day of an award whose first day this is; none if it stays open.
    pub fn last_day(&self, from: NaiveDate) -> Result<Option<NaiveDate>, super::Refusal> {
        match self.validity {
            Validity::Months { months } => Ok(last_day_after(from, months)),
            Validity::Until { day } if day < from => Err(super::Refusal::SchemeOver { from, last: day }),
            Validity::Until { day } => Ok(Some(day)),
            Validity::Open => Ok(None),
        }
    }
}

/// The last day of so many months from their first day on: the day before the same one so many months later, or the last
/// day of that month if it has no such day. A year from 2024-02-29 on ends on 2025-02-28, whole.
pub fn last_day_after(from: NaiveDate, months: u32) -> Option<NaiveDate> {
    let then = from.checked_add_months(Months::new(months))?;
    if then.day() < from.day() { Some(then) } else { then.pred_opt() }
}

impl Renewal {
    /// First and last day on which what ends on `last` may be renewed.
    pub fn window(self, last: NaiveDate) -> (NaiveDate, NaiveDate) {
        let from = last.checked_sub_days(Days::new(self.days_before.into())).unwrap_or(last);
        let to = last.checked_add_days(Days::new(self.days_after.into())).unwrap_or(last);
        (from, to)
    }
}

#[cfg(test)]
#[expect(clippy::indexing_slicing, reason = "a test may panic")]
mod tests {
    use rstest::rstest;
    use serde_json::{Value, json};

    use super::*;

    fn document() -> Value {
        json!({
            "form": { "fields": [
                { "key": "area", "name_zh": "Area", "answer": { "kind": "number", "min": 1, "max": 50 } },
                { "key": "kind", "name_zh": "Kind", "answer": { "kind": "choice", "options": [
                    { "value": "farm", "name_zh": "Farm" }, { "value": "lab", "name_zh": "Lab" } ] } }
            ] },
            "criteria": [
                { "key": "space", "name_zh": "Space", "points": 40, "minimum": 20 },
                { "key": "staff", "name_zh": "Staff", "points": 60 }
            ],
            "minimum": 60, "reviews": 2,
            "validity": { "kind": "months", "months": 36 },
            "renewal": { "days_before": 90, "days_after": 30 },
            "assessment": { "month": 12, "day": 15 },
            "quota": 3
        })
    }

    fn rules(document: Value) -> Rules {
        serde_json::from_value(document).expect("rules")
    }

    #[test]
    fn good_rules_are_read_and_written_alike() {
        let rules = rules(document());
        assert_eq!(rules.check(), []);
        assert_eq!(rules.holders, BTreeSet::from([Holder::Organization]));
        assert_eq!((rules.objection_days, rules.appeal_days, rules.targets.check), (7, 14, 5));
        let written = serde_json::to_value(&rules).expect("written");
        assert_eq!(serde_json::from_value::<Rules>(written).expect("read again"), rules);
    }

    #[rstest]
    #[case("/holders", json!([]), "holders", "required")]
    #[case("/form/fields", json!([]), "form.fields", "wrong_count")]
    #[case("/form/fields/0/key", json!("Area"), "form.fields[0].key", "malformed")]
    #[case("/form/fields/0/key", json!(""), "form.fields[0].key", "malformed")]
    #[case("/form/fields/1/key", json!("area"), "form.fields[1].key", "twice")]
    #[case("/form/fields/1/name_zh", json!(" "), "form.fields[1].name_zh", "required")]
    #[case("/form/fields/0/answer", json!({ "kind": "text", "max_length": 0 }), "form.fields[0].answer.max_length", "out_of_range")]
    #[case("/form/fields/0/answer", json!({ "kind": "number", "min": 2, "max": 1 }), "form.fields[0].answer.max", "out_of_range")]
    #[case("/form/fields/0/answer/places", json!(4), "form.fields[0].answer.places", "out_of_range")]
    #[case("/form/fields/0/answer", json!({ "kind": "date", "from": "2026-02-01", "to": "2026-01-31" }), "form.fields[0].answer.to", "out_of_range")]
    #[case("/form/fields/0/answer", json!({ "kind": "file", "max_files": 0 }), "form.fields[0].answer.max_files", "out_of_range")]
    #[case("/form/fields/1/answer/options", json!([]), "form.fields[1].answer.options", "wrong_count")]
    #[case("/form/fields/1/answer/options/1/value", json!("farm"), "form.fields[1].answer.options[1].value", "twice")]
    #[case("/criteria/1/key", json!("space"), "criteria[1].key", "twice")]
    #[case("/criteria/0/minimum", json!(41), "criteria[0].minimum", "out_of_range")]
    #[case("/criteria/0/points", json!(1001), "criteria[0].points", "out_of_range")]
    #[case("/minimum", json!(101), "minimum", "out_of_range")]
    #[case("/reviews", json!(0), "reviews", "out_of_range")]
    #[case("/validity/months", json!(0), "validity.months", "out_of_range")]
    #[case("/validity", json!({ "kind": "open" }), "renewal", "never_ends")]
    #[case("/renewal/days_before", json!(0), "renewal.days_before", "out_of_range")]
    #[case("/assessment/day", json!(32), "assessment.day", "out_of_range")]
    #[case("/assessment/month", json!(13), "assessment.month", "out_of_range")]
    #[case("/quota", json!(0), "quota", "out_of_range")]
    #[case("/objection_days", json!(91), "objection_days", "out_of_range")]
    #[case("/appeal_days", json!(91), "appeal_days", "out_of_range")]
    #[case("/targets", json!({ "award": 0 }), "targets.award", "out_of_range")]
    fn each_error_names_its_path(#[case] at: &str, #[case] value: Value, #[case] path: &str, #[case] code: &str) {
        let mut document = document();
        match document.pointer_mut(at) {
            Some(place) => *place = value,
            None if at == "/form/fields/0/answer/places" => document["form"]["fields"][0]["answer"]["places"] = value,
            None => document[at.trim_start_matches('/')] = value,
        }
        let wrong = rules(document).check();
        let found: Vec<(&str, &str)> = wrong.iter().map(|one| (one.path.as_str(), one.code)).collect();
        assert_eq!(found, [(path, code)]);
    }

    #[test]
    fn all_errors_are_told_at_once_and_unknown_words_refused() {
        let mut several = document();
        several["quota"] = json!(0);
        several["criteria"][0]["key"] = json!("a b");
        assert_eq!(rules(several).check().len(), 2);
        let with = |at: &str, key: &str| {
            let mut document = document();
            let place = document.pointer_mut(at).and_then(Value::as_object_mut).expect("an object");
            place.insert(key.to_owned(), json!(1));
            serde_json::from_value::<Rules>(document)
        };
        for at in ["", "/form", "/form/fields/0", "/form/fields/0/answer", "/criteria/0", "/validity", "/renewal"] {
            let refused = with(at, "colour").expect_err(at).to_string();
            assert!(refused.contains("colour"), "{at}: {refused}");
        }
    }

    #[test]
    fn objections_are_heard_for_so_many_days_or_not_at_all() {
        let on = NaiveDate::from_ymd_opt(2026, 9, 1).expect("a day");
        let until = |days: u32| {
            let mut document = document();
            document["objection_days"] = json!(days);
            rules(document).objections_until(on).to_string()
        };
        assert_eq!(
            (until(0).as_str(), until(1).as_str(), until(7).as_str()),
            ("2026-08-31", "2026-09-02", "2026-09-08")
        );
    }

    #[rstest]
    #[case(json!({ "kind": "months", "months": 36 }), "2023-09-01", Some("2026-08-31"))]
    #[case(json!({ "kind": "months", "months": 1 }), "2024-01-31", Some("2024-02-29"))]
    #[case(json!({ "kind": "months", "months": 1 }), "2024-02-29", Some("2024-03-28"))]
    #[case(json!({ "kind": "months", "months": 12 }), "2024-02-29", Some("2025-02-28"))]
    #[case(json!({ "kind": "months", "months": 48 }), "2024-02-29", Some("2028-02-28"))]
    #[case(json!({ "kind": "months", "months": 12 }), "2023-03-01", Some("2024-02-29"))]
    #[case(json!({ "kind": "until", "day": "2027-12-31" }), "2023-09-01", Some("2027-12-31"))]
    #[case(json!({ "kind": "open" }), "2023-09-01", None)]
    fn an_award_holds_until_its_last_day(#[case] validity: Value, #[case] from: &str, #[case] last: Option<&str>) {
        let mut document = document();
        document["validity"] = validity;
        let last = last.map(|day| day.parse::<NaiveDate>().expect("a day"));
        assert_eq!(rules(document).last_day(from.parse().expect("a day")), Ok(last));
    }

    #[rstest]
    #[case(12, 31, 2026, "2026-12-31")]
    #[case(6, 31, 2026, "2026-06-30")]
    #[case(2, 30, 2027, "2027-02-28")]
    #[case(2, 29, 2028, "2028-02-29")]
    fn an_assessment_may_be_due_at_the_end_of_a_month(
        #[case] month: u32,
        #[case] day: u32,
        #[case] year: i32,
        #[case] due: &str,
    ) {
        assert_eq!(Assessment { month, day }.due_in(year), due.parse().ok());
    }

    #[test]
    fn nothing_is_awarded_after_the_fixed_day() {
        let mut document = document();
        document["validity"] = json!({ "kind": "until", "day": "2023-08-31" });
        let refused = rules(document).last_day("2023-09-01".parse().expect("a day"));
        assert!(matches!(refused, Err(crate::designation::Refusal::SchemeOver { .. })));
    }
}
