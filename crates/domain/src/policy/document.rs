//! The policy document as written: one type for each thing an author can say. The doc comments are the JSON Schema's
//! descriptions. What the words mean when evaluated is in the five step modules.

use std::collections::BTreeMap;

use chrono::NaiveDate;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::condition::{Condition, OneOf, Range};
use crate::credit::{Credit, Rounding};
use crate::text::Text;

/// A set of rules that turns records into credits.
#[derive(Debug, Clone, PartialEq, Deserialize, Serialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Document {
    /// Version of the policy language: 1.
    pub kepu: u32,
    /// Short name: small letters, digits and hyphens. The same through all versions.
    pub id: String,
    /// Version, e.g. "2026.1".
    pub version: String,
    /// Title.
    pub title: Text,
    /// True when values were made up for illustration; shown wherever the policy's numbers are.
    #[serde(default)]
    pub illustrative: bool,
    /// What a reader should know.
    #[serde(default)]
    pub note: Option<Text>,
    /// Where the rules come from.
    #[serde(default)]
    pub sources: Vec<Source>,
    /// First and last day on which records count; open where not given.
    #[serde(default)]
    pub effective: Days,
    /// Terms, school years, stages and the time zone.
    #[serde(default)]
    pub calendar: Calendar,
    /// Other words for the same value: field → value → words, e.g. `award: {first: [一等奖, gold]}`.
    #[serde(default)]
    pub aliases: BTreeMap<AliasField, BTreeMap<String, OneOf>>,
    /// Step 1: who may earn, on the day of the record. Everybody when not given.
    #[serde(default)]
    pub eligible: Condition,
    /// Step 1: what a record must satisfy to count.
    #[serde(default)]
    pub select: Vec<Select>,
    /// Tables of credit that rules refer to.
    #[serde(default)]
    pub tables: BTreeMap<String, Table>,
    /// Step 2: the first rule that matches a record gives its raw credit.
    pub rules: Vec<Rule>,
    /// Step 3: caps, in the order written.
    #[serde(default)]
    pub limits: Vec<Limit>,
    /// Step 4: named numbers over what was kept. `total`, the sum of credit, is always there.
    #[serde(default)]
    pub measures: Vec<Measure>,
    /// Step 5: ladders of levels, lowest level first.
    #[serde(default)]
    pub ladders: Vec<Ladder>,
    /// Step 5: what should be reached.
    #[serde(default)]
    pub requirements: Vec<Requirement>,
    /// Step 5: marks and words derived from measures and levels.
    #[serde(default)]
    pub outputs: Vec<Output>,
    /// Worked examples; `kepu policy check` runs them.
    #[serde(default)]
    pub cases: Vec<super::case::Case>,
}

/// Where a rule or value comes from.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize, Serialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Source {
    /// Title or description.
    pub title: Text,
    /// Address.
    #[serde(default)]
    pub url: String,
    /// When it was read or published.
    #[serde(default, deserialize_with = "super::calendar::optional_day")]
    pub date: Option<NaiveDate>,
}

/// A span of days, both ends included; open where not given.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Deserialize, Serialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Days {
    /// First day.
    #[serde(default, deserialize_with = "super::calendar::optional_day")]
    pub from: Option<NaiveDate>,
    /// Last day.
    #[serde(default, deserialize_with = "super::calendar::optional_day")]
    pub to: Option<NaiveDate>,
}

impl Days {
    /// Whether `day` lies within.
    pub fn contains(&self, day: NaiveDate) -> bool {
        self.from.is_none_or(|from| from <= day) && self.to.is_none_or(|to| day <= to)
    }
}

/// Terms, school years and stages.
#[derive(Debug, Clone, PartialEq, Deserialize, Serialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct Calendar {
    /// IANA time zone in which days are counted.
    pub time_zone: String,
    /// Month and day, `MM-DD`, on which a school year starts.
    pub school_year_starts: MonthDay,
    /// Terms. Either all recurring (`starts: 09-01`; a term runs until the next starts) or all with full dates
    /// (`from`, `to`). Without terms each school year is halved: `autumn` from its first day, `spring` five months later
    /// (1 September and 1 February).
    pub terms: Vec<Term>,
    /// Stages by grade; `kindergarten`, `primary` (1–6), `junior` (7–9), `senior` (10–12), `higher` when not given.
    pub stages: Vec<Stage>,
}

impl Default for Calendar {
    fn default() -> Self {
        Self {
            time_zone: "Asia/Shanghai".to_owned(),
            school_year_starts: MonthDay { month: 9, day: 1 },
            terms: Vec::new(),
            stages: Vec::new(),
        }
    }
}

/// A day of any year, written `MM-DD`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct MonthDay {
    /// 1 to 12.
    pub month: u32,
    /// 1 to 31, as the month has.
    pub day: u32,
}

/// A term: recurring (`starts`) or dated (`from`, `to`).
#[derive(Debug, Clone, PartialEq, Eq, Deserialize, Serialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Term {
    /// Short name. A recurring term is called `2025-autumn` after the year its school year starts in.
    pub id: String,
    /// Title.
    #[serde(default)]
    pub title: Option<Text>,
    /// Recurring: the day on which it starts each school year.
    #[serde(default)]
    pub starts: Option<MonthDay>,
    /// Dated: first day.
    #[serde(default, deserialize_with = "super::calendar::optional_day")]
    pub from: Option<NaiveDate>,
    /// Dated: last day.
    #[serde(default, deserialize_with = "super::calendar::optional_day")]
    pub to: Option<NaiveDate>,
}

/// A stage of schooling.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize, Serialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Stage {
    /// Short name.
    pub id: String,
    /// Title.
    #[serde(default)]
    pub title: Option<Text>,
    /// Grades, both ends included.
    pub grades: Range,
}

/// Fields whose values may have other words.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Deserialize, Serialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum AliasField {
    /// Kind of record.
    Kind,
    /// Level of the host.
    HostLevel,
    /// Designation of the host.
    HostDesignation,
    /// Level of the contest.
    ContestLevel,
    /// Award.
    Award,
    /// Tag.
    Tag,
}

/// Whether a rule refuses credit, or only raises a flag that an official waives or enforces.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Deserialize, Serialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Force {
    /// Refuses credit.
    #[default]
    Hard,
    /// Counts, but raises a flag.
    Soft,
}

/// A condition that records must satisfy to count.
#[derive(Debug, Clone, PartialEq, Deserialize, Serialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Select {
    /// Short name, unique among selects, rules and limits.
    pub id: String,
    /// Title, shown when a record is left out by it.
    #[serde(default)]
    pub title: Option<Text>,
    /// To which records it applies; all when not given.
    #[serde(default)]
    pub when: Condition,
    /// What they must satisfy.
    pub require: Condition,
    /// `hard` (default) or `soft`.
    #[serde(default)]
    pub force: Force,
}

/// Credit by two fields of a record, e.g. contest level and award.
#[derive(Debug, Clone, PartialEq, Deserialize, Serialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Table {
    /// The field that picks the row.
    pub row: WordField,
    /// The field that picks the column; without it each row holds one value under the key `credit`.
    #[serde(default)]
    pub column: Option<WordField>,
    /// Row → column → credit. Left out: no credit for that pair.
    pub values: BTreeMap<String, BTreeMap<String, Credit>>,
    /// Columns computed from another column of the same row: `excellence: {of: third, times: 0.5}`.
    #[serde(default)]
    pub derived: BTreeMap<String, DerivedColumn>,
    /// How a place in a list of N places stands for an award, for contests that publish ranks.
    #[serde(default)]
    pub places: Vec<PlaceMap>,
}

/// A column computed from another.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize, Serialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct DerivedColumn {
    /// The other column.
    pub of: String,
    /// Its factor.
    pub times: Credit,
}

/// Places of a list of `listed` places as awards.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize, Serialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct PlaceMap {
    /// How many places the list names; any number when not given.
    #[serde(default)]
    pub listed: Option<u32>,
    /// Places → award: `{1-2: first, 3-5: second, 6-8: third}`.
    pub awards: BTreeMap<String, String>,
}

/// Fields of a record or person that hold a word.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Deserialize, Serialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum WordField {
    /// Kind of record.
    Kind,
    /// Activity.
    Activity,
    /// Session.
    Session,
    /// Host.
    Host,
    /// Level of the host.
    HostLevel,
    /// Contest of one year.
    Contest,
    /// Contest through the years.
    ContestSeries,
    /// Level of the contest.
    ContestLevel,
    /// Award; in a table with `places`, a place stands for one.
    Award,
    /// Work.
    Work,
    /// Grade on the day.
    Grade,
    /// Stage on the day.
    Stage,
    /// School on the day.
    School,
    /// Class on the day.
    Class,
    /// Position in the team.
    TeamPosition,
    /// Size of the team.
    TeamSize,
    /// Place in a list.
    Place,
    /// Minutes.
    Minutes,
    /// `student` or `teacher`.
    PersonKind,
}

/// A rule that prices records.
#[derive(Debug, Clone, PartialEq, Deserialize, Serialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Rule {
    /// Short name, unique among selects, rules and limits.
    pub id: String,
    /// Title.
    #[serde(default)]
    pub title: Option<Text>,
    /// Category of what it prices, for limits, measures and reports; the rule's id when not given.
    #[serde(default)]
    pub category: Option<String>,
    /// Which records it prices; all that reach it when not given.
    #[serde(default)]
    pub when: Condition,
    /// The price.
    pub credit: Price,
}

/// A price: the sum of what is given, times the factors, divided, rounded, then kept within bounds.
#[derive(Debug, Clone, PartialEq, Default, Deserialize, Serialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct Price {
    /// Credit for the record.
    pub fixed: Option<Credit>,
    /// Credit per hour of the record's minutes, by the minute.
    pub per_hour: Option<Credit>,
    /// Credit per minute.
    pub per_minute: Option<Credit>,
    /// Credit per unit of the record's quantity.
    pub per_quantity: Option<Credit>,
    /// Minutes that earn nothing before `per_hour` and `per_minute` begin to count.
    pub minutes_free: Option<u32>,
    /// Only whole blocks of so many minutes count for `per_hour` and `per_minute`.
    pub minutes_step: Option<u32>,
    /// Credit from a table.
    pub table: Option<String>,
    /// Factors, multiplied.
    pub times: Vec<Factor>,
    /// Divided by the size of the team.
    pub divide_by_team_size: bool,
    /// Rounding; to the nearest thousandth when not given.
    pub round: Option<Rounding>,
    /// Never less than this.
    pub at_least: Option<Credit>,
    /// Never more than this.
    pub at_most: Option<Credit>,
}

/// A factor by a field of the record, e.g. a team coefficient by position.
#[derive(Debug, Clone, PartialEq, Deserialize, Serialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Factor {
    /// The field.
    pub by: WordField,
    /// Value → factor. Numbers may be ranges: `2-4`, `5+`.
    pub values: BTreeMap<String, Credit>,
    /// For values that are not listed; without it such a record earns no credit and says so.
    #[serde(default)]
    pub otherwise: Option<Credit>,
    /// For records that have no value in the field; 1 when not given.
    #[serde(default)]
    pub missing: Option<Credit>,
}

/// What groups records: for limits, distinct counts and streaks.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Key {
    /// A field of the record or person.
    Field(WordField),
    /// Category given by the rule.
    Category,
    /// The rule.
    Rule,
    /// Each tag of the record.
    Tag,
    /// The part after the colon of tags that begin with this word: `tag:topic` reads `topic:space` as `space`.
    TagOf(String),
    /// A span of time.
    Period(Period),
    /// All of a person's life; the same as no key.
    Lifetime,
}

/// Spans of time that follow each other.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Deserialize, Serialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Period {
    /// Local day.
    Day,
    /// Week, from Monday.
    Week,
    /// Calendar month.
    Month,
    /// Calendar year.
    Year,
    /// Term of the policy's calendar. Days outside every term of a school year form one more span.
    Term,
    /// School year.
    SchoolYear,
    /// Stage of schooling by the grade on the day.
    Stage,
}

/// A cap: within each group, of the records that match, keep at most so much.
#[derive(Debug, Clone, PartialEq, Deserialize, Serialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Limit {
    /// Short name, unique among selects, rules and limits.
    pub id: String,
    /// Title, shown when a record is cut by it.
    #[serde(default)]
    pub title: Option<Text>,
    /// Keys that form the groups, always within one person. A record that lacks a key is not touched.
    #[serde(default)]
    pub within: Vec<Key>,
    /// Which records it counts; all when not given.
    #[serde(default)]
    pub of: Condition,
    /// How much is kept in each group.
    pub at_most: Amount,
    /// Which records go first.
    #[serde(default)]
    pub keep: Keep,
    /// `hard` (default) or `soft`.
    #[serde(default)]
    pub force: Force,
}

/// An amount of one unit.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, Serialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Amount {
    /// Records.
    Records(u32),
    /// Credits.
    Credits(Credit),
    /// Hours.
    Hours(Credit),
}

/// Which records go first under a limit. Ties go to the earlier, then to the shorter record id, then to the smaller.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Deserialize, Serialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Keep {
    /// The earliest.
    #[default]
    Earliest,
    /// Those of the highest credit.
    Highest,
}

/// A named number.
#[derive(Debug, Clone, PartialEq, Deserialize, Serialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Measure {
    /// Short name.
    pub id: String,
    /// Title.
    #[serde(default)]
    pub title: Option<Text>,
    /// Sum of a unit over the kept records.
    #[serde(default)]
    pub sum: Option<SumOf>,
    /// Number of kept records: `count: records`.
    #[serde(default)]
    pub count: Option<CountOf>,
    /// Number of distinct values of a key among the kept records.
    #[serde(default)]
    pub distinct: Option<Key>,
    /// Highest credit of one kept record: `highest: credits`.
    #[serde(default)]
    pub highest: Option<SumOf>,
    /// The longest run of periods in a row, each with enough.
    #[serde(default)]
    pub streak: Option<Enough>,
    /// How many periods have enough.
    #[serde(default)]
    pub periods: Option<Enough>,
    /// Sum of other measures with weights: `weighted: {practice: 0.6, contest: 0.4}`.
    #[serde(default)]
    pub weighted: Option<BTreeMap<String, Credit>>,
    /// The smallest of other measures.
    #[serde(default)]
    pub smallest: Option<Vec<String>>,
    /// The largest of other measures.
    #[serde(default)]
    pub largest: Option<Vec<String>>,
    /// A fixed value when a test on other measures holds, else 0.
    #[serde(default)]
    pub points: Option<Points>,
    /// Which kept records it reads; all when not given. For measures over records only.
    #[serde(default)]
    pub of: Condition,
    /// Only so many of them, the highest first: by what is summed, else by credit. For measures over records only.
    #[serde(default)]
    pub best: Option<u32>,
    /// Only one period, or the best or worst of them. For measures over records only.
    #[serde(default)]
    pub period: Option<PeriodPick>,
    /// Divided by this.
    #[serde(default)]
    pub divide_by: Option<Credit>,
    /// Rounding; to the nearest thousandth when not given.
    #[serde(default)]
    pub round: Option<Rounding>,
    /// Never less than this.
    #[serde(default)]
    pub at_least: Option<Credit>,
    /// Never more than this.
    #[serde(default)]
    pub at_most: Option<Credit>,
}

/// What is added up.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, Serialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum SumOf {
    /// Credits that count.
    Credits,
    /// Hours that count.
    Hours,
    /// Minutes that count.
    Minutes,
    /// Quantity.
    Quantity,
    /// Credits before limits, of kept records.
    RawCredits,
}

/// What is counted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, Serialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum CountOf {
    /// Records.
    Records,
}

/// Periods with enough in them.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize, Serialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Enough {
    /// The period.
    pub of: Period,
    /// How much makes one enough; one record when not given.
    #[serde(default)]
    pub at_least: Option<Amount>,
    /// With `of: month`: months of the year, 1 to 12, that neither count nor break a run, e.g. holidays.
    #[serde(default)]
    pub skip_months: Vec<u32>,
}

/// One period out of many.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize, Serialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct PeriodPick {
    /// The period.
    pub of: Period,
    /// Which one.
    pub take: Take,
}

/// Which period is taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, Serialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Take {
    /// The one of the day as of which is asked, else of the last record; a stage by the grade on the last record until
    /// then.
    Current,
    /// The one with the most.
    Best,
    /// The one with the least, among those in which the person has any record, counted or not.
    Worst,
}

/// A value on a condition.
#[derive(Debug, Clone, PartialEq, Deserialize, Serialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Points {
    /// The test; it may read measures, not levels.
    pub when: Test,
    /// The value when it holds.
    pub value: Credit,
}

/// A test on measures, levels and requirements.
#[derive(Debug, Clone, PartialEq, Deserialize, Serialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Test {
    /// A measure to compare, with `at_least`, `at_most`, `more_than` or `less_than`.
    #[serde(default)]
    pub measure: Option<String>,
    /// The measure is this or more.
    #[serde(default)]
    pub at_least: Option<Credit>,
    /// The measure is this or less.
    #[serde(default)]
    pub at_most: Option<Credit>,
    /// The measure is more than this.
    #[serde(default)]
    pub more_than: Option<Credit>,
    /// The measure is less than this.
    #[serde(default)]
    pub less_than: Option<Credit>,
    /// A ladder written earlier, with `reaches`.
    #[serde(default)]
    pub ladder: Option<String>,
    /// The level of that ladder that must be reached, or a higher one.
    #[serde(default)]
    pub reaches: Option<String>,
    /// A requirement that must be met.
    #[serde(default)]
    pub requirement: Option<String>,
    /// What the person must be like on the day as of which is asked: `{ stage: junior }`. Only what can be said of a
    /// person without a record: `grade`, `stage`, `age`, `school`, `class`, `person_kind`, `person_tag`.
    #[serde(default)]
    pub person: Option<Condition>,
    /// All of these.
    #[serde(default)]
    pub all: Vec<Test>,
    /// At least one of these.
    #[serde(default)]
    pub any: Vec<Test>,
    /// At least so many of these.
    #[serde(default)]
    pub some: Option<Some_>,
    /// Not this.
    #[serde(default)]
    pub not: Option<Box<Test>>,
}

/// At least n of several tests.
#[derive(Debug, Clone, PartialEq, Deserialize, Serialize, JsonSchema)]
#[serde(deny_unknown_fields, rename = "Some")]
pub struct Some_ {
    /// How many must hold.
    pub at_least: u32,
    /// Of which.
    pub of: Vec<Test>,
}

/// A ladder of levels; a person has the highest level whose test holds.
#[derive(Debug, Clone, PartialEq, Deserialize, Serialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Ladder {
    /// Short name.
    pub id: String,
    /// Title.
    #[serde(default)]
    pub title: Option<Text>,
    /// The measure that levels with a bare `at_least` compare; `total` when not given.
    #[serde(default)]
    pub measure: Option<String>,
    /// True when a level needs every level below it.
    #[serde(default)]
    pub step_by_step: bool,
    /// Levels, lowest first.
    pub levels: Vec<Level>,
}

/// A level of a ladder.
#[derive(Debug, Clone, PartialEq, Deserialize, Serialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Level {
    /// Short name.
    pub id: String,
    /// Title.
    #[serde(default)]
    pub title: Option<Text>,
    /// The ladder's measure is this or more.
    #[serde(default)]
    pub at_least: Option<Credit>,
    /// A test.
    #[serde(default)]
    pub when: Option<Test>,
}

/// What should be reached, and what is missing.
#[derive(Debug, Clone, PartialEq, Deserialize, Serialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Requirement {
    /// Short name.
    pub id: String,
    /// Title.
    #[serde(default)]
    pub title: Option<Text>,
    /// To whom it applies: what a person must be like, as in a test's `person`. For others it is not listed, and a test
    /// that names it holds. Everybody when not given.
    #[serde(default, rename = "for")]
    pub applies_to: Condition,
    /// The test.
    pub when: Test,
}

/// A mark or word derived from a measure, a level or a requirement.
#[derive(Debug, Clone, PartialEq, Deserialize, Serialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Output {
    /// Short name.
    pub id: String,
    /// Title.
    #[serde(default)]
    pub title: Option<Text>,
    /// The measure it starts from; `total` when neither this nor `ladder` nor `words` is given.
    #[serde(default)]
    pub measure: Option<String>,
    /// Times this.
    #[serde(default)]
    pub times: Option<Credit>,
    /// Divided by this.
    #[serde(default)]
    pub divide_by: Option<Credit>,
    /// Plus this.
    #[serde(default)]
    pub plus: Option<Credit>,
    /// Rounding; to the nearest thousandth when not given.
    #[serde(default)]
    pub round: Option<Rounding>,
    /// Never less than this.
    #[serde(default)]
    pub at_least: Option<Credit>,
    /// Never more than this.
    #[serde(default)]
    pub at_most: Option<Credit>,
    /// Words by tests: the first whose test holds; the last may have none.
    #[serde(default)]
    pub words: Vec<Word>,
    /// The word for the level reached on this ladder.
    #[serde(default)]
    pub ladder: Option<String>,
    /// Level → word; `none` for no level.
    #[serde(default)]
    pub values: BTreeMap<String, String>,
}

/// A word on a test.
#[derive(Debug, Clone, PartialEq, Deserialize, Serialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Word {
    /// The word.
    pub word: String,
    /// The test; always when not given.
    #[serde(default)]
    pub when: Option<Test>,
}
