//! The pipeline: select, price, limit, measure, grade.

use chrono::NaiveDate;
use rustc_hash::FxHashMap;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::condition::{Compiled, Compiler, Condition, Counting, Mismatch};
use super::document::{AliasField, Force};
use super::facts::Facts;
use super::groups::Groups;
use super::reason::Reason;
use super::sheet::{Line, ScoreSheet, Status};
use super::words::{Lexicon, Words};
use super::{Plan, Policy, grade, limit, measure, price};
use crate::credit::Credit;
use crate::person::Person;
use crate::record::Record;

/// How to evaluate.
#[derive(Debug, Clone, Copy, Default)]
pub struct Options<'a> {
    /// Only records of this day and before; all when not given.
    pub as_of: Option<NaiveDate>,
    /// The day of which it is asked what is current: periods that measures take, ages, who is eligible. It changes no
    /// credit. When not given, `as_of`, else the day of the last record.
    pub today: Option<NaiveDate>,
    /// What happens where a soft rule is broken and nobody has decided.
    pub soft: SoftMode,
    /// What officials decided about soft rules.
    pub decisions: &'a [SoftDecision],
    /// How much the sheet says: the numbers are the same, the less is said the sooner.
    pub detail: Detail,
}

/// How much a sheet says.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Default)]
pub enum Detail {
    /// What the person has; no lines.
    Sums,
    /// A line for each record, without reasons.
    Lines,
    /// A line for each record, with its reasons.
    #[default]
    Reasons,
}

/// What happens where a soft rule is broken and nobody has decided.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum SoftMode {
    /// The record counts and is flagged.
    #[default]
    Flag,
    /// The record counts.
    Waive,
    /// The record is refused or cut as by a hard rule.
    Enforce,
}

/// What an official decided about one record under one soft rule.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SoftDecision {
    /// The record.
    pub record_id: String,
    /// The select or limit.
    pub rule: String,
    /// True: as if the rule were hard. False: as if it were not there.
    pub enforce: bool,
}

/// What is known of one record on its way through the steps.
pub(super) struct Work<'a> {
    pub record: &'a Record,
    pub facts: Facts<'a>,
    pub raw: Credit,
    pub counted: Credit,
    pub minutes: u32,
    pub status: Status,
    pub flagged: bool,
    pub reasons: Vec<Reason>,
}

/// What the steps share.
pub(super) struct Context<'a> {
    pub policy: &'a Policy,
    pub plan: &'a Plan,
    pub person: &'a Person,
    pub options: Options<'a>,
    decisions: FxHashMap<(&'a str, &'a str), bool>,
    /// The day of which is asked what is current, else as of which is asked, else of the last record on a day on which the
    /// policy counts; nothing when there is none of them.
    pub today: Option<NaiveDate>,
    /// The words of the person alone.
    words: Words,
}

/// What to do where a soft rule is broken.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Verdict {
    Flag,
    Waive,
    Enforce,
}

/// Scores one person: `records` must be all of that person's, in any order. The same inputs give the same sheet.
pub fn evaluate(policy: &Policy, person: &Person, records: &[Record], options: &Options<'_>) -> ScoreSheet {
    let counts =
        |day: &NaiveDate| options.as_of.is_none_or(|as_of| *day <= as_of) && policy.document.effective.contains(*day);
    let last = records.iter().map(Record::day).filter(counts).max();
    let mut context = Context {
        policy,
        plan: &policy.plan,
        person,
        options: *options,
        decisions: options.decisions.iter().map(|d| ((d.record_id.as_str(), d.rule.as_str()), d.enforce)).collect(),
        today: options.today.or(options.as_of).or(last),
        words: Words::default(),
    };
    context.words = policy.plan.lexicon.look_up(&context.facts(None, NaiveDate::default()), None);
    let context = context;

    // In the order in which they lie in memory, which is many times as quick to read as any other.
    let mut works: Vec<Work<'_>> = records.iter().map(|r| context.select_and_price(r)).collect();
    let mut order: Vec<(&Record, usize)> = records.iter().zip(0..).collect();
    order.sort_unstable_by(|a, b| a.0.order(b.0).then(a.1.cmp(&b.1)));
    let columns = Groups::new(&policy.plan);
    let mut counting = Counting::of(&works, order.iter().map(|(_, place)| *place));
    let mut scratch = limit::Scratch::default();
    for (limit, plan) in policy.document.limits.iter().zip(&policy.plan.limits) {
        limit::apply(&context, limit, plan, &columns, &mut counting, &mut scratch, &mut works);
    }
    let mut sheet = ScoreSheet { person_id: person.id.clone(), ..ScoreSheet::default() };
    sheet.not_eligible = context.not_eligible();
    sheet.eligible = sheet.not_eligible.is_none();
    sheet.total = works.iter().map(|w| w.counted).sum();
    let measures = measure::all(&context, &columns, &counting, &works, sheet.total);
    grade::grade(&context, &measures, &mut sheet);
    sheet.measures = measures.into_iter().map(|(id, value)| (id.to_owned(), value)).collect();
    if options.detail >= Detail::Lines {
        works.sort_by(|a, b| a.record.order(b.record));
        sheet.lines = works.into_iter().map(Context::line).collect();
    }
    sheet
}

impl<'a> Context<'a> {
    /// Steps 1 and 2 for one record.
    fn select_and_price(&self, record: &'a Record) -> Work<'a> {
        let mut facts = self.facts(Some(record), record.day());
        facts.words = Some(self.plan.lexicon.look_up(&facts, Some(&self.words)));
        let mut work = Work {
            record,
            facts,
            raw: Credit::ZERO,
            counted: Credit::ZERO,
            minutes: 0,
            status: Status::Refused,
            flagged: false,
            reasons: Vec::new(),
        };
        if !self.selected(&mut work) {
            return work;
        }
        let matching = self.plan.rules.iter().position(|rule| rule.when.holds(&work.facts));
        let Some((index, rule)) = matching.and_then(|i| Some((i, self.policy.document.rules.get(i)?))) else {
            self.because(&mut work, || Reason::NoRule);
            return work;
        };
        work.facts.rule = Some(index);
        let fixed = self.plan.rules.get(index).and_then(|plan| plan.fixed);
        match fixed.map_or_else(|| price::price(self, rule, &work.facts, record), Ok) {
            Ok(credit) => {
                work.raw = credit;
                work.counted = credit;
                work.minutes = record.minutes.unwrap_or(0);
                work.status = Status::Counted;
                self.because(&mut work, || Reason::CountedByRule {
                    rule: rule.id.clone(),
                    credit,
                    formula: price::formula(self, rule, &facts, record),
                });
            }
            Err(gap) => self.because(&mut work, || gap.reason(&rule.id)),
        }
        work
    }

    /// Step 1: whether the record may count at all.
    fn selected(&self, work: &mut Work<'a>) -> bool {
        let day = work.facts.day;
        if let Some(as_of) = self.options.as_of.filter(|as_of| day > *as_of) {
            self.because(work, || Reason::AfterAsOf { as_of });
            return false;
        }
        let window = self.policy.document.effective;
        if !window.contains(day) {
            self.because(work, || Reason::OutsideWindow { from: window.from, to: window.to });
            return false;
        }
        if !self.plan.eligible.holds(&work.facts) {
            let facts = work.facts;
            self.because_of(work, || self.plan.eligible.mismatch(&facts).map(Reason::NotEligible));
            return false;
        }
        for (select, (when, require)) in self.policy.document.select.iter().zip(&self.plan.selects) {
            if !when.holds(&work.facts) || require.holds(&work.facts) {
                continue;
            }
            let facts = work.facts;
            let mismatch = || require.mismatch(&facts);
            if !self.broken(work, &select.id, select.force, mismatch) {
                continue;
            }
            self.because_of(work, || {
                let mismatch = mismatch()?;
                let designated = mismatch.field.starts_with("host_designat");
                let reason = designated.then(|| designation_reason(&select.id, &select.require, &facts)).flatten();
                Some(reason.unwrap_or(Reason::ConditionFailed { select: select.id.clone(), mismatch }))
            });
            return false;
        }
        true
    }

    /// A rule is broken by a record: whether that refuses or cuts it. Flags, waivers and enforcements are noted.
    pub fn broken(
        &self,
        work: &mut Work<'a>,
        rule: &str,
        force: Force,
        mismatch: impl FnOnce() -> Option<Mismatch>,
    ) -> bool {
        if force == Force::Hard {
            return true;
        }
        let verdict = match (self.decisions.get(&(work.record.id.as_str(), rule)), self.options.soft) {
            (Some(true), _) | (None, SoftMode::Enforce) => Verdict::Enforce,
            (Some(false), _) | (None, SoftMode::Waive) => Verdict::Waive,
            (None, SoftMode::Flag) => Verdict::Flag,
        };
        let rule = || rule.to_owned();
        match verdict {
            Verdict::Flag => {
                work.flagged = true;
                self.because(work, || Reason::Flagged { rule: rule(), mismatch: mismatch() });
            }
            Verdict::Waive => self.because(work, || Reason::Waived { rule: rule() }),
            Verdict::Enforce => self.because(work, || Reason::Enforced { rule: rule() }),
        }
        verdict == Verdict::Enforce
    }

    /// Notes a reason, unless reasons are left out.
    pub fn because(&self, work: &mut Work<'a>, reason: impl FnOnce() -> Reason) {
        self.because_of(work, || Some(reason()));
    }

    fn because_of(&self, work: &mut Work<'a>, reason: impl FnOnce() -> Option<Reason>) {
        if self.with_reasons() {
            work.reasons.extend(reason());
        }
    }

    /// Whether reasons are asked for.
    pub fn with_reasons(&self) -> bool {
        self.options.detail == Detail::Reasons
    }

    pub fn facts(&self, record: Option<&'a Record>, day: NaiveDate) -> Facts<'a> {
        Facts {
            person: self.person,
            record,
            day,
            undated: record.is_none() && self.today.is_none(),
            plan: self.plan,
            rule: None,
            words: None,
        }
    }

    /// Whether the person is so today.
    pub fn person_is(&self, condition: &Condition) -> bool {
        let mut compiler = Compiler {
            almanac: &self.plan.almanac,
            aliases: &self.plan.aliases,
            rules: &self.policy.document.rules,
            lexicon: Lexicon::default(),
        };
        self.person_fits(&condition.compile(&mut compiler))
    }

    /// The same for a condition that was made ready.
    pub fn person_fits(&self, condition: &Compiled) -> bool {
        condition.holds(&self.facts(None, self.today.unwrap_or_default()))
    }

    /// Why the person may not earn today. Without any day, ages are not asked for.
    fn not_eligible(&self) -> Option<Reason> {
        let facts = self.facts(None, self.today.unwrap_or_default());
        if self.plan.eligible.holds(&facts) {
            return None;
        }
        self.plan.eligible.mismatch(&facts).map(Reason::NotEligible)
    }

    fn line(work: Work<'a>) -> Line {
        Line {
            record_id: work.record.id.clone(),
            rule: work.facts.rule_id().map(str::to_owned),
            category: work.facts.category().map(str::to_owned),
            raw: work.raw,
            counted: work.counted,
            minutes: work.minutes,
            status: work.status,
            flagged: work.flagged,
            reasons: work.reasons,
        }
    }
}

/// For a missing designation: whether the host holds it on other days.
fn designation_reason(select: &str, require: &Condition, facts: &Facts<'_>) -> Option<Reason> {
    let record = facts.record?;
    let named = |name: &str| {
        let name = facts.alias(AliasField::HostDesignation, name);
        require.host_designation.as_ref().is_none_or(|set| set.contains(name))
    };
    let mut held = record.host_designations.iter().filter(|d| named(&d.name));
    let day = record.day();
    held.find_map(|d| match (d.from, d.to) {
        (Some(from), _) if day < from => {
            Some(Reason::DesignationLater { select: select.to_owned(), designation: d.name.clone(), from })
        }
        (_, Some(to)) if to < day => {
            Some(Reason::DesignationEnded { select: select.to_owned(), designation: d.name.clone(), to })
        }
        _ => None,
    })
}
