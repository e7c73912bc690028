//! Credit policies: rule sets as data, and their evaluation in five steps.
//!
//! ```text
//! records ─▶ 1 select ─▶ 2 price ─▶ 3 limit ─▶ 4 measure ─▶ 5 grade ─▶ ScoreSheet
//! ```
//!
//! A [`Policy`] is made by [`Policy::parse`], which refuses a document with every [`Problem`] it finds, each with its line.
//! [`evaluate()`] is the one function that decides. The language is taught in `docs/policy-language.md`.

pub mod advice;
mod calendar;
mod case;
mod category;
mod check;
pub mod columns;
mod condition;
pub mod document;
mod evaluate;
mod facts;
mod grade;
mod groups;
mod key;
mod limit;
mod meant;
mod measure;
mod numbering;
mod parts;
mod price;
mod problem;
mod reason;
mod sheet;
mod standing;
mod structure;
mod terms;
pub mod trial;
mod wording;
mod words;
mod yaml;

pub use case::{Case, Expect, run_case};
pub use condition::{Condition, Mismatch, OneOf, Range};
pub use document::Document;
pub use evaluate::{Detail, Options, SoftDecision, SoftMode, evaluate};
pub use meant::{Meant, meant};
pub use problem::{Path, Place, Problem, Segment, closest};
pub use reason::Reason;
pub use sheet::{Line, Missing, Need, NextLevel, RequirementOutcome, ScoreSheet, Status, Unit};
pub use standing::Turn;
pub use terms::{SchoolYear, TermTitled};
pub use wording::{explain, explain_ladder, explain_requirement};

use calendar::Almanac;
use chrono::{DateTime, FixedOffset, NaiveDate, NaiveDateTime};
use condition::{Compiled, Compiler, OfPriced, category_of};
use document::{Key, Limit, Measure, Price, Rule};
use facts::Aliases;
use rustc_hash::FxHashMap;
use words::{IndexSet, Lexicon};

use crate::credit::Credit;

/// A policy that was read and found sound, made ready for evaluation.
#[derive(Debug, Clone)]
pub struct Policy {
    document: Document,
    plan: Plan,
}

/// What evaluation needs, worked out once.
#[derive(Debug, Clone)]
struct Plan {
    almanac: Almanac,
    aliases: Aliases,
    eligible: Compiled,
    /// For each select: when it applies, and what it requires.
    selects: Vec<(Compiled, Compiled)>,
    rules: Vec<RulePlan>,
    limits: Vec<LimitPlan>,
    measures: Vec<MeasurePlan>,
    /// For each requirement: to whom it applies.
    requirements: Vec<Compiled>,
    /// The keys by which limits and measures group records, each once.
    keys: Vec<KeyPlan>,
    lexicon: Lexicon,
}

#[derive(Debug, Clone)]
struct KeyPlan {
    key: Key,
    /// The rules of whose records it is asked; of any when not given.
    of: Option<IndexSet>,
}

#[derive(Debug, Clone)]
struct RulePlan {
    id: String,
    when: Compiled,
    category: String,
    /// What it gives, where it gives the same for every record.
    fixed: Option<Credit>,
}

#[derive(Debug, Clone)]
struct LimitPlan {
    of: OfPriced,
    /// Places of its keys among the plan's.
    within: Vec<usize>,
}

#[derive(Debug, Clone)]
struct MeasurePlan {
    of: OfPriced,
    /// Place of the key whose values are counted.
    distinct: Option<usize>,
}

/// Codes of what is asked of an author, and was not when earlier policies were published. The engine does not need it.
const ASKED_LATER: [&str; 5] =
    ["chinese_punctuation", "contradiction", "credit_too_large", "factor_too_large", "requirement_never_met"];

impl Policy {
    /// Reads a policy document in YAML.
    ///
    /// # Errors
    /// All that is wrong with it, in order of lines.
    pub fn parse(text: &str) -> Result<Self, Vec<Problem>> {
        Self::read(text, |_| true)
    }

    /// Reads a document that was published, perhaps before all that is asked today was asked: what holds is not lost for a
    /// reason of today's. Only what the engine needs is asked.
    ///
    /// # Errors
    /// What is wrong with it, in order of lines.
    pub fn published(text: &str) -> Result<Self, Vec<Problem>> {
        Self::read(text, |problem| !ASKED_LATER.contains(&problem.code))
    }

    fn read(text: &str, matters: impl Fn(&Problem) -> bool) -> Result<Self, Vec<Problem>> {
        let root = yaml::Node::read(text).map_err(|p| vec![*p])?;
        let document = structure::read(&root)?;
        let mut problems = check::check(&document);
        problems.retain(|problem| matters(problem));
        for problem in &mut problems {
            problem.place = root.place_of(&problem.path);
        }
        if problems.is_empty() {
            return Ok(Self { plan: Plan::new(&document), document });
        }
        problems.sort_by_key(|p| p.place);
        Err(problems)
    }

    /// The document as written.
    pub fn document(&self) -> &Document {
        &self.document
    }

    /// The local time of a moment in the policy's time zone, in which days, terms and ages are counted.
    pub fn local(&self, moment: DateTime<FixedOffset>) -> NaiveDateTime {
        self.plan.almanac.local(moment)
    }

    /// First and last day of a term, e.g. `2025-autumn`; nothing for a name that the calendar does not have.
    pub fn term_days(&self, id: &str) -> Option<(NaiveDate, NaiveDate)> {
        self.plan.almanac.term_days(id)
    }

    /// The last term that ended before a day: how it is called, its first and its last day.
    pub fn last_term(&self, day: NaiveDate) -> Option<(String, NaiveDate, NaiveDate)> {
        self.plan.almanac.last_term(day)
    }

    /// The JSON Schema of policy documents.
    pub fn schema() -> serde_json::Value {
        schemars::schema_for!(Document).to_value()
    }
}

impl Plan {
    fn new(document: &Document) -> Self {
        let almanac = Almanac::new(&document.calendar);
        let aliases = Aliases(document.aliases.iter().map(|(field, values)| (*field, turned_round(values))).collect());
        let mut compiler =
            Compiler { almanac: &almanac, aliases: &aliases, rules: &document.rules, lexicon: Lexicon::default() };
        let mut ready = |condition: &Condition| condition.compile(&mut compiler);
        let mut keys: Vec<KeyPlan> = Vec::new();
        let mut place_of = |key: &Key, of: &OfPriced| {
            if let Some((known, place)) = keys.iter_mut().zip(0..).find(|(k, _)| k.key == *key) {
                match (&mut known.of, of.rules()) {
                    (Some(rules), Some(more)) => rules.join(more),
                    _ => known.of = None,
                }
                return place;
            }
            keys.push(KeyPlan { key: key.clone(), of: of.rules().cloned() });
            keys.len().saturating_sub(1)
        };
        let eligible = ready(&document.eligible);
        let selects = document.select.iter().map(|s| (ready(&s.when), ready(&s.require))).collect();
        let rule = |r: &Rule| RulePlan {
            id: r.id.clone(),
            when: ready(&r.when),
            category: category_of(r).to_owned(),
            fixed: r.credit.fixed.filter(|_| r.credit == Price { fixed: r.credit.fixed, ..Price::default() }),
        };
        let rules = document.rules.iter().map(rule).collect();
        let many = document.rules.len();
        let limit = |l: &Limit| {
            let of = OfPriced::new(ready(&l.of), many);
            LimitPlan { within: l.within.iter().map(|key| place_of(key, &of)).collect(), of }
        };
        let limits = document.limits.iter().map(limit).collect();
        let measure = |m: &Measure| {
            let of = OfPriced::new(ready(&m.of), many);
            MeasurePlan { distinct: m.distinct.as_ref().map(|key| place_of(key, &of)), of }
        };
        let measures = document.measures.iter().map(measure).collect();
        let requirements = document.requirements.iter().map(|r| ready(&r.applies_to)).collect();
        let mut lexicon = compiler.lexicon;
        lexicon.settle(&aliases);
        Self { almanac, aliases, eligible, selects, rules, limits, measures, requirements, keys, lexicon }
    }
}

fn turned_round(values: &std::collections::BTreeMap<String, OneOf>) -> FxHashMap<String, String> {
    values.iter().flat_map(|(value, words)| words.0.iter().map(move |w| (w.clone(), value.clone()))).collect()
}

#[cfg(test)]
mod tests {
    use chrono::{Days, NaiveDate};

    use super::Policy;
    use super::document::Period;

    fn policy(calendar: &str) -> Policy {
        let text = format!(
            "kepu: 1\nid: t\nversion: '1'\ntitle: {{ zh: 试, en: t }}\n{calendar}rules: [ {{ id: a, credit: {{ fixed: 1 }} }} ]\n"
        );
        Policy::parse(&text).expect("a policy")
    }

    #[test]
    fn the_days_of_a_term_are_those_that_lie_in_it() {
        let leap =
            "calendar:\n  terms: [ { id: a, starts: 09-15 }, { id: b, starts: 02-29 }, { id: c, starts: 06-01 } ]\n";
        for calendar in ["", leap] {
            let policy = policy(calendar);
            let mut day = NaiveDate::from_ymd_opt(2023, 1, 1).expect("a day");
            for _ in 0..1200 {
                if let Some(term) = policy.plan.almanac.term(day) {
                    let (from, to) = policy.term_days(&term.id).expect("a known term");
                    assert!(from <= day && day <= to, "{day} is in {} of {from} to {to}", term.id);
                    for outside in [from.pred_opt(), to.succ_opt()].into_iter().flatten() {
                        assert_ne!(policy.plan.almanac.term(outside).map(|t| t.id), Some(term.id.clone()), "{outside}");
                    }
                }
                day = day.checked_add_days(Days::new(1)).expect("the next day");
            }
        }
    }

    #[test]
    fn the_list_of_turns_tells_the_same_term_as_the_calendar() {
        let leap =
            "calendar:\n  school_year_starts: 08-15\n  terms: [ { id: a, starts: 09-15 }, { id: b, starts: 02-29 } ]\n";
        let dated = "calendar:\n  terms: [ { id: one, from: 2026-02-20, to: 2026-07-10 }, { id: far, from: 2090-01-01, to: 2090-02-01 } ]\n";
        for calendar in ["", leap, dated] {
            let almanac = policy(calendar).plan.almanac;
            let mut day = NaiveDate::from_ymd_opt(1998, 1, 1).expect("a day");
            for _ in 0..36_000 {
                let known = almanac.index(Period::Term, day, None);
                assert_eq!(known, Some(almanac.term_index(day)), "{day}");
                day = day.checked_add_days(Days::new(1)).expect("the next day");
            }
        }
    }

    #[test]
    fn dated_terms_have_their_days_and_unknown_ones_none() {
        let dated = policy("calendar:\n  terms: [ { id: one, from: 2026-02-20, to: 2026-07-10 } ]\n");
        let day = |m, d| NaiveDate::from_ymd_opt(2026, m, d).expect("a day");
        assert_eq!(dated.term_days("one"), Some((day(2, 20), day(7, 10))));
        for unknown in ["two", "2025-one", ""] {
            assert_eq!(dated.term_days(unknown), None);
        }
        assert_eq!(dated.last_term(day(7, 10)), None, "it has not ended");
        assert_eq!(dated.last_term(day(12, 1)).map(|(id, ..)| id).as_deref(), Some("one"));
        let autumn = policy("").last_term(day(3, 1)).expect("a term");
        assert!(autumn.2 < day(3, 1) && policy("").term_days(&autumn.0) == Some((autumn.1, autumn.2)), "{autumn:?}");
        for unknown in ["autumn", "2025", "2025-winter", "x-autumn", "999999999-autumn"] {
            assert_eq!(policy("").term_days(unknown), None, "{unknown}");
        }
    }
}
