//! What a roster changes: each row against the person that is known, and who is missing from a full one.

use std::collections::{HashMap, HashSet};

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::{
    cell::{self, Sex},
    row::{Entry, Faults, Place, Refusal, Wish},
};
use crate::person::PersonKind;

/// The open enrolment of a known person.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Open {
    /// The school.
    pub school: Uuid,
    /// The school year of the class.
    pub school_year: i32,
    /// The grade of the class.
    pub grade: i32,
    /// The name of the class.
    pub class: String,
    /// The first day.
    pub valid_from: NaiveDate,
}

/// A person of the district, as known now.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Known {
    /// The person.
    pub id: Uuid,
    /// Its version, so that a later change is noticed.
    pub version: i64,
    /// Student or teacher.
    pub kind: PersonKind,
    /// 学号
    pub number: String,
    /// 姓名
    pub name: String,
    /// Date of birth.
    pub birth_date: Option<NaiveDate>,
    /// Sex.
    pub sex: Option<Sex>,
    /// Identity in the system that the roster came from.
    pub source_id: Option<String>,
    /// Not enrolled any more.
    pub left: bool,
    /// The open enrolment.
    pub open: Option<Open>,
    /// The last day of the newest closed enrolment.
    pub last_day: Option<NaiveDate>,
}

/// By what a file is judged.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Rules {
    /// Moves close and open enrolments on this day.
    pub effective_on: NaiveDate,
    /// The school year of the classes, named by the year in which it starts.
    pub school_year: i32,
    /// The file names everybody of its scope, for each kind of person in it: who is missing has left.
    pub full: bool,
    /// The scope: one school, or none for the whole district.
    pub school: Option<Uuid>,
    /// Who uploads may take persons over from other schools and see who they are.
    pub may_transfer: bool,
}

/// What becomes of a row.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Outcome {
    /// A new person.
    Added,
    /// Something about the person.
    Changed,
    /// Another class or school, or back again.
    Moved,
    /// Not enrolled any more.
    Left,
    /// Not taken; see the reasons.
    Refused,
    /// Nothing new.
    Unchanged,
}

impl Outcome {
    /// The word in JSON and SQL.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Added => "added",
            Self::Changed => "changed",
            Self::Moved => "moved",
            Self::Left => "left",
            Self::Refused => "refused",
            Self::Unchanged => "unchanged",
        }
    }
}

/// One field of a person that changes.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Change {
    /// The field.
    pub field: String,
    /// What is known.
    pub from: Option<String>,
    /// What it becomes.
    pub to: Option<String>,
}

impl Change {
    fn new(field: &str, from: Option<String>, to: Option<String>) -> Self {
        Self { field: field.to_owned(), from, to }
    }
}

/// The person as it is after the row.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Target {
    /// Student or teacher.
    pub kind: PersonKind,
    /// 学号
    pub number: String,
    /// 姓名
    pub name: String,
    /// Date of birth.
    pub birth_date: Option<NaiveDate>,
    /// Sex.
    pub sex: Option<Sex>,
    /// Identity in the system that the roster comes from.
    pub source_id: Option<String>,
    /// Where the row puts the person; none if it stays or leaves.
    pub place: Option<Place>,
}

/// The judgement on one row.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Decision {
    /// What becomes of it.
    pub outcome: Outcome,
    /// The person after it; none when refused.
    pub target: Option<Target>,
    /// The fields that change.
    pub changes: Vec<Change>,
    /// Why it is refused.
    pub refusals: Faults,
}

/// A row with its judgement.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Decided {
    /// Row as its reader counts it.
    pub row: u64,
    /// The known person that it is about: index into the list of known persons.
    pub known: Option<usize>,
    /// The judgement.
    pub decision: Decision,
}

fn refused(refusals: Faults) -> Decision {
    Decision { outcome: Outcome::Refused, target: None, changes: Vec::new(), refusals }
}

fn refuse(column: &str, value: &str, code: &str, message: impl Into<String>) -> Decision {
    refused(vec![Refusal::new(column, value, code, message)])
}

/// Judges one row against the person that is known by its number or by the source's identity.
pub fn decide_one(entry: &Entry, known: Option<&Known>, rules: &Rules) -> Decision {
    match known {
        None => add(entry),
        Some(known) => compare(entry, known, rules),
    }
}

fn add(entry: &Entry) -> Decision {
    if entry.wish == Wish::Leave || entry.number.is_empty() || entry.name.is_empty() {
        let id = entry.source_id.as_deref().unwrap_or(&entry.number);
        return refuse("source_id", id, "unknown_person", "is nobody who is known here, so there is nothing to change");
    }
    let Some(place) = entry.place.clone() else {
        return refuse("class", "", "no_class", "is a new person in no class; add the enrolment in a class");
    };
    let target = Target {
        kind: entry.kind,
        number: entry.number.clone(),
        name: entry.name.clone(),
        birth_date: entry.birth_date,
        sex: entry.sex,
        source_id: entry.source_id.clone(),
        place: Some(place),
    };
    Decision { outcome: Outcome::Added, target: Some(target), changes: Vec::new(), refusals: Vec::new() }
}

fn compare(entry: &Entry, known: &Known, rules: &Rules) -> Decision {
    let elsewhere = match (&known.open, rules.school) {
        (Some(open), Some(school)) => open.school != school,
        (None, Some(_)) => true,
        (_, None) => false,
    };
    if elsewhere && known.open.is_some() && !rules.may_transfer {
        return refuse(
            "number",
            &entry.number,
            "enrolled_elsewhere",
            "is enrolled at another school of the district; that school, or the district, has to let the person go first",
        );
    }
    let shown = |text: &str| if elsewhere && !rules.may_transfer { String::new() } else { format!(" ({text})") };
    if entry.kind != known.kind {
        let message = format!("belongs to a {}, so it cannot be a {}'s", known.kind.word(), entry.kind.word());
        return refuse("number", &entry.number, "other_kind", message);
    }
    let same_source = entry.source_id.is_some() && entry.source_id == known.source_id;
    if !same_source {
        if let (Some(theirs), Some(_)) = (&known.source_id, &entry.source_id) {
            let message = format!("belongs to somebody with another sourcedId{}", shown(theirs));
            return refuse("number", &entry.number, "number_taken", message);
        }
        let born_same = entry.birth_date.is_some() && entry.birth_date == known.birth_date;
        if entry.name != known.name && !born_same {
            let message = format!(
                "belongs to somebody with another name{}; if it is the same person, give the date of birth that is known",
                shown(&known.name)
            );
            return refuse("number", &entry.number, "other_person", message);
        }
    }
    if entry.wish == Wish::Leave {
        return leave(known, rules);
    }

    let target = Target {
        kind: known.kind,
        number: number_after(entry, known),
        name: if entry.name.is_empty() { known.name.clone() } else { entry.name.clone() },
        birth_date: entry.birth_date.or(known.birth_date),
        sex: entry.sex.or(known.sex),
        source_id: entry.source_id.clone().or_else(|| known.source_id.clone()),
        place: entry.place.clone().filter(|place| !is_there(place, known.open.as_ref(), rules)),
    };
    let mut changes = field_changes(known, &target);
    let Some(place) = &target.place else {
        let outcome = if changes.is_empty() { Outcome::Unchanged } else { Outcome::Changed };
        return Decision { outcome, target: Some(target), changes, refusals: Vec::new() };
    };
    let begins = known.open.as_ref().map(|open| open.valid_from);
    let too_early = begins.is_some_and(|day| day > rules.effective_on)
        || (begins.is_none() && known.last_day.is_some_and(|day| day >= rules.effective_on));
    if too_early {
        let day = begins.or(known.last_day).map(|day| day.to_string()).unwrap_or_default();
        let message = format!(
            "has an enrolment up to or from {day}, so nothing can change on {} already; take a later day",
            rules.effective_on
        );
        return refuse("number", &target.number, "too_early", message);
    }
    place_changes(known.open.as_ref(), place, rules, &mut changes);
    if known.left {
        changes.push(Change::new("status", Some("left".into()), Some("active".into())));
    }
    Decision { outcome: Outcome::Moved, target: Some(target), changes, refusals: Vec::new() }
}

/// A number that is written in another way only stays as it is stored: cards and papers show it so.
fn number_after(entry: &Entry, known: &Known) -> String {
    let is_same = entry.number.is_empty() || cell::number_key(&known.number) == entry.number;
    if is_same { known.number.clone() } else { entry.number.clone() }
}

fn is_there(place: &Place, open: Option<&Open>, rules: &Rules) -> bool {
    open.is_some_and(|open| {
        open.school == place.school
            && open.school_year == rules.school_year
            && open.grade == place.grade
            && open.class == place.class
    })
}

fn field_changes(known: &Known, target: &Target) -> Vec<Change> {
    let mut changes = Vec::new();
    if known.name != target.name {
        changes.push(Change::new("name", Some(known.name.clone()), Some(target.name.clone())));
    }
    if known.number != target.number {
        changes.push(Change::new("number", Some(known.number.clone()), Some(target.number.clone())));
    }
    if known.birth_date != target.birth_date {
        let text = |day: Option<NaiveDate>| day.map(|day| day.to_string());
        changes.push(Change::new("birth_date", text(known.birth_date), text(target.birth_date)));
    }
    if known.sex != target.sex {
        let text = |sex: Option<Sex>| sex.map(|sex| sex.word().to_owned());
        changes.push(Change::new("sex", text(known.sex), text(target.sex)));
    }
    if known.source_id != target.source_id {
        changes.push(Change::new("source_id", known.source_id.clone(), target.source_id.clone()));
    }
    changes
}

fn place_changes(open: Option<&Open>, place: &Place, rules: &Rules, changes: &mut Vec<Change>) {
    let mut put = |field: &str, from: Option<String>, to: String| {
        if from.as_deref() != Some(to.as_str()) {
            changes.push(Change::new(field, from, Some(to)));
        }
    };
    put("school", open.map(|open| open.school.to_string()), place.school.to_string());
    put("school_year", open.map(|open| open.school_year.to_string()), rules.school_year.to_string());
    put("grade", open.map(|open| open.grade.to_string()), place.grade.to_string());
    put("class", open.map(|open| open.class.clone()), place.class.clone());
}

/// The judgement on somebody who is not there any more.
pub fn leave(known: &Known, rules: &Rules) -> Decision {
    let target = Target {
        kind: known.kind,
        number: known.number.clone(),
        name: known.name.clone(),
        birth_date: known.birth_date,
        sex: known.sex,
        source_id: known.source_id.clone(),
        place: None,
    };
    if known.left && known.open.is_none() {
        return Decision {
            outcome: Outcome::Unchanged,
            target: Some(target),
            changes: Vec::new(),
            refusals: Vec::new(),
        };
    }
    if known.open.as_ref().is_some_and(|open| open.valid_from > rules.effective_on) {
        let message = format!("is enrolled from a later day than {}; take a later day", rules.effective_on);
        return refuse("number", &known.number, "too_early", message);
    }
    let changes = vec![Change::new("status", Some("active".into()), Some("left".into()))];
    Decision { outcome: Outcome::Left, target: Some(target), changes, refusals: Vec::new() }
}

/// Whether somebody who is missing from a full file of the given kinds has left.
pub fn leaves(known: &Known, kinds: &[PersonKind], rules: &Rules) -> bool {
    rules.full
        && kinds.contains(&known.kind)
        && known.open.as_ref().is_some_and(|open| {
            rules.school.is_none_or(|school| school == open.school) && open.valid_from <= rules.effective_on
        })
}

/// A row that was read, or why it was not, with what identifies it all the same.
pub type ReadRow = (u64, Result<Entry, Faults>, Identity);

/// By what a row can be told to be about somebody, even if it is refused.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Identity {
    /// 学号, if it could be read.
    pub number: String,
    /// Identity in the source.
    pub source_id: String,
    /// Student or teacher.
    pub kind: PersonKind,
}

/// The known persons by what a row may call them, as places in their list.
struct Index<'k> {
    by_number: HashMap<String, Vec<usize>>,
    by_source: HashMap<&'k str, usize>,
}

impl<'k> Index<'k> {
    fn of(known: &'k [Known]) -> Self {
        let mut by_number: HashMap<String, Vec<usize>> = HashMap::with_capacity(known.len());
        let mut by_source = HashMap::new();
        for (index, person) in known.iter().enumerate() {
            let key = cell::number_key(&person.number);
            let is_exact = key == person.number;
            let same = by_number.entry(key).or_default();
            same.insert(if is_exact { 0 } else { same.len() }, index);
            if let Some(source) = &person.source_id {
                by_source.insert(source.as_str(), index);
            }
        }
        Self { by_number, by_source }
    }

    fn of_source(&self, source: &str) -> Option<usize> {
        if source.is_empty() { None } else { self.by_source.get(source).copied() }
    }

    /// Where `d3` and `D3` were taken for two persons once, a second row with that number is about the second, so that
    /// neither is missing from a file that names both.
    fn of_number(&self, number: &str, listed: &HashSet<usize>) -> Option<usize> {
        let same = self.by_number.get(number).filter(|_| !number.is_empty())?;
        same.iter().find(|index| !listed.contains(index)).or(same.first()).copied()
    }
}

/// Judges every row of a file, then adds a row for each person that a full file misses, numbered after the last.
pub fn difference(rows: Vec<ReadRow>, known: &[Known], rules: &Rules) -> Vec<Decided> {
    let persons = Index::of(known);
    let repeated = repeated(&rows);
    let mut listed = HashSet::with_capacity(rows.len());
    let mut kinds = Vec::new();
    let mut last_row = 0;
    let mut decided = Vec::with_capacity(rows.len());
    for (index, (row, read, identity)) in rows.into_iter().enumerate() {
        last_row = last_row.max(row);
        let of_source = persons.of_source(&identity.source_id);
        let of_number = persons.of_number(&identity.number, &listed);
        let whom = of_source.or(of_number);
        listed.extend([of_source, of_number].into_iter().flatten());
        let decision = match (read, repeated.get(&index)) {
            (Err(faults), _) => refused(faults),
            (Ok(entry), Some(first)) => {
                let (column, value) = if entry.number.is_empty() {
                    ("source_id", identity.source_id.as_str())
                } else {
                    ("number", entry.number.as_str())
                };
                refuse(column, value, "duplicate", format!("stands in row {first} too; every person comes once"))
            }
            (Ok(entry), None) => {
                if entry.wish == Wish::Present {
                    kinds.push(entry.kind);
                }
                match (of_source, of_number) {
                    (Some(source), Some(number)) if source != number => refuse(
                        "number",
                        &entry.number,
                        "number_taken",
                        "belongs to somebody else than the sourcedId does",
                    ),
                    _ => decide_one(&entry, whom.and_then(|whom| known.get(whom)), rules),
                }
            }
        };
        decided.push(Decided { row, known: whom, decision });
        kinds.sort_by_key(|kind: &PersonKind| kind.word());
        kinds.dedup();
    }
    for (index, person) in known.iter().enumerate() {
        if !listed.contains(&index) && leaves(person, &kinds, rules) {
            last_row = last_row.saturating_add(1);
            decided.push(Decided { row: last_row, known: Some(index), decision: leave(person, rules) });
        }
    }
    decided
}

/// The rows whose person stands in another row too, each with that other row: of equal rows the first is taken; where
/// they differ, none is, for nobody can tell which is right.
fn repeated(rows: &[ReadRow]) -> HashMap<usize, u64> {
    let mut first: HashMap<(&str, bool), usize> = HashMap::with_capacity(rows.len());
    let mut repeated = HashMap::new();
    for (index, (row, read, identity)) in rows.iter().enumerate() {
        for (word, is_source) in [(identity.number.as_str(), false), (identity.source_id.as_str(), true)] {
            if word.is_empty() {
                continue;
            }
            let Some(earlier) = first.get(&(word, is_source)).copied() else {
                first.insert((word, is_source), index);
                continue;
            };
            let Some((earlier_row, earlier_read, _)) = rows.get(earlier) else { continue };
            repeated.insert(index, *earlier_row);
            let equal = match (read, earlier_read) {
                (Ok(this), Ok(that)) => Entry { row: that.row, ..this.clone() } == *that,
                _ => false,
            };
            if !equal {
                repeated.entry(earlier).or_insert(*row);
            }
        }
    }
    repeated
}

#[cfg(test)]
mod tests {
    use rstest::rstest;

    use super::*;

    const HERE: Uuid = Uuid::from_u128(1);
    const THERE: Uuid = Uuid::from_u128(2);

    fn day(text: &str) -> NaiveDate {
        text.parse().expect("a date")
    }

    fn rules() -> Rules {
        Rules { effective_on: day("2026-09-01"), school_year: 2026, full: true, school: None, may_transfer: true }
    }

    fn open() -> Open {
        Open { school: HERE, school_year: 2026, grade: 5, class: "3".into(), valid_from: day("2025-09-01") }
    }

    fn zhang() -> Known {
        Known {
            id: Uuid::from_u128(9),
            version: 1,
            kind: PersonKind::Student,
            number: "1".into(),
            name: "张三".into(),
            birth_date: Some(day("2014-05-02")),
            sex: None,
            source_id: None,
            left: false,
            open: Some(open()),
            last_day: None,
        }
    }

    fn entry() -> Entry {
        Entry {
            row: 2,
            kind: PersonKind::Student,
            number: "1".into(),
            name: "张三".into(),
            birth_date: None,
            sex: None,
            source_id: None,
            place: Some(Place { school: HERE, grade: 5, class: "3".into(), class_source: None }),
            wish: Wish::Present,
        }
    }

    fn at(school: Uuid, grade: i32, class: &str) -> Place {
        Place { school, grade, class: class.into(), class_source: None }
    }

    #[rstest]
    #[case::same(entry(), zhang(), Outcome::Unchanged, &[])]
    #[case::sex_learned(Entry { sex: Some(Sex::Male), ..entry() }, zhang(), Outcome::Changed, &["sex"])]
    #[case::name_corrected_with_the_birth_date(
        Entry { name: "张叁".into(), birth_date: Some(day("2014-05-02")), ..entry() }, zhang(), Outcome::Changed, &["name"])]
    #[case::birth_corrected(Entry { birth_date: Some(day("2014-05-03")), ..entry() }, zhang(), Outcome::Changed, &["birth_date"])]
    #[case::other_class(Entry { place: Some(at(HERE, 5, "4")), ..entry() }, zhang(), Outcome::Moved, &["class"])]
    #[case::other_school(Entry { place: Some(at(THERE, 5, "3")), ..entry() }, zhang(), Outcome::Moved, &["school"])]
    #[case::next_year(
        entry(), Known { open: Some(Open { school_year: 2025, grade: 4, ..open() }), ..zhang() }, Outcome::Moved,
        &["school_year", "grade"])]
    #[case::back(
        entry(), Known { open: None, left: true, last_day: Some(day("2026-06-30")), ..zhang() }, Outcome::Moved,
        &["school", "school_year", "grade", "class", "status"])]
    #[case::gone(Entry { wish: Wish::Leave, place: None, ..entry() }, zhang(), Outcome::Left, &["status"])]
    #[case::gone_already(
        Entry { wish: Wish::Leave, place: None, ..entry() }, Known { open: None, left: true, ..zhang() }, Outcome::Unchanged, &[])]
    #[case::the_source_says_who(
        Entry { source_id: Some("u1".into()), name: "李四".into(), number: "7".into(), ..entry() },
        Known { source_id: Some("u1".into()), ..zhang() }, Outcome::Changed, &["name", "number"])]
    fn rows_are_compared(
        #[case] entry: Entry,
        #[case] known: Known,
        #[case] outcome: Outcome,
        #[case] fields: &[&str],
    ) {
        let decision = decide_one(&entry, Some(&known), &rules());
        assert_eq!(decision.refusals, []);
        assert_eq!(decision.outcome, outcome);
        let told: Vec<&str> = decision.changes.iter().map(|change| change.field.as_str()).collect();
        assert_eq!(told, fields);
    }

    #[rstest]
    #[case::other_name(Entry { name: "李四".into(), ..entry() }, zhang(), rules(), "other_person")]
    #[case::other_name_and_birth(
        Entry { name: "李四".into(), birth_date: Some(day("2013-01-01")), ..entry() }, zhang(), rules(), "other_person")]
    #[case::a_teacher(Entry { kind: PersonKind::Teacher, ..entry() }, zhang(), rules(), "other_kind")]
    #[case::other_source(
        Entry { source_id: Some("u2".into()), ..entry() }, Known { source_id: Some("u1".into()), ..zhang() }, rules(), "number_taken")]
    #[case::of_another_school(
        Entry { place: Some(at(THERE, 5, "3")), ..entry() }, zhang(),
        Rules { school: Some(THERE), may_transfer: false, ..rules() }, "enrolled_elsewhere")]
    #[case::before_it_began(
        Entry { place: Some(at(HERE, 5, "4")), ..entry() },
        Known { open: Some(Open { valid_from: day("2026-09-02"), ..open() }), ..zhang() }, rules(), "too_early")]
    #[case::back_before_it_left(
        entry(), Known { open: None, left: true, last_day: Some(day("2026-09-01")), ..zhang() }, rules(), "too_early")]
    fn rows_are_refused(#[case] entry: Entry, #[case] known: Known, #[case] rules: Rules, #[case] code: &str) {
        let decision = decide_one(&entry, Some(&known), &rules);
        assert_eq!(decision.outcome, Outcome::Refused);
        assert_eq!(decision.refusals.first().map(|refusal| refusal.code.as_str()), Some(code));
    }

    #[test]
    fn a_number_is_one_whatever_its_case_and_stays_as_it_is_stored() {
        let stored = Known { number: "d3".into(), ..zhang() };
        let typed = Entry { number: "D3".into(), ..entry() };
        let decided = difference(vec![good(2, typed.clone())], std::slice::from_ref(&stored), &rules());
        assert_eq!(outcomes(&decided), [(2, Outcome::Unchanged)]);
        let target = decided.first().and_then(|row| row.decision.target.clone());
        assert_eq!(target.map(|target| target.number), Some("d3".to_owned()));

        // Of two who were taken for different ones, the one in capitals is meant; where the file names both, none leaves.
        let capital = Known { number: "D3".into(), id: Uuid::from_u128(8), ..zhang() };
        let both = [stored, capital];
        let one = difference(vec![good(2, typed.clone())], &both, &rules());
        let known: Vec<Option<usize>> = one.iter().map(|row| row.known).collect();
        assert_eq!(
            (outcomes(&one), known),
            (vec![(2, Outcome::Unchanged), (3, Outcome::Left)], vec![Some(1), Some(0)])
        );
        let other = Entry { name: "李四".into(), ..typed.clone() };
        let new = Entry { number: "9".into(), ..entry() };
        let two = difference(vec![good(2, typed), good(3, other), good(4, new)], &both, &rules());
        assert_eq!(outcomes(&two), [(2, Outcome::Refused), (3, Outcome::Refused), (4, Outcome::Added)]);
    }

    #[rstest]
    #[case::leaving(Entry { wish: Wish::Leave, ..entry() }, "unknown_person")]
    #[case::without_a_class(Entry { place: None, ..entry() }, "no_class")]
    #[case::only_a_source(Entry { number: String::new(), source_id: Some("u".into()), ..entry() }, "unknown_person")]
    fn unknown_persons_are_refused(#[case] entry: Entry, #[case] code: &str) {
        let decision = decide_one(&entry, None, &rules());
        assert_eq!(decision.refusals.first().map(|refusal| refusal.code.as_str()), Some(code));
    }

    fn good(row: u64, entry: Entry) -> ReadRow {
        let identity = Identity { number: entry.number.clone(), kind: entry.kind, ..Identity::default() };
        (row, Ok(Entry { row, ..entry }), identity)
    }

    fn bad(row: u64, number: &str) -> ReadRow {
        let faults = vec![Refusal::new("name", "", "required", "is empty")];
        (row, Err(faults), Identity { number: number.into(), ..Identity::default() })
    }

    fn outcomes(decided: &[Decided]) -> Vec<(u64, Outcome)> {
        decided.iter().map(|row| (row.row, row.decision.outcome)).collect()
    }

    #[test]
    fn who_is_missing_from_a_full_file_leaves_but_not_who_stands_in_a_refused_row() {
        let second = Known { number: "2".into(), id: Uuid::from_u128(8), ..zhang() };
        let third = Known { number: "3".into(), id: Uuid::from_u128(7), ..zhang() };
        let decided = difference(vec![good(2, entry()), bad(3, "2")], &[zhang(), second, third], &rules());
        assert_eq!(outcomes(&decided), [(2, Outcome::Unchanged), (3, Outcome::Refused), (4, Outcome::Left)]);
        assert_eq!(decided.last().and_then(|row| row.known), Some(2));
    }

    #[test]
    fn nobody_leaves_by_a_partial_file_nor_of_a_kind_that_is_not_in_it_nor_of_another_school() {
        let second = Known { number: "2".into(), ..zhang() };
        let teacher = Known { number: "3".into(), kind: PersonKind::Teacher, ..zhang() };
        let elsewhere = Known { number: "4".into(), open: Some(Open { school: THERE, ..open() }), ..zhang() };
        let count = |rules: Rules| {
            let known = [zhang(), second.clone(), teacher.clone(), elsewhere.clone()];
            difference(vec![good(2, entry())], &known, &rules).len()
        };
        assert_eq!(count(rules()), 3);
        assert_eq!(count(Rules { full: false, ..rules() }), 1);
        assert_eq!(count(Rules { school: Some(HERE), ..rules() }), 2);
    }

    #[test]
    fn of_equal_rows_the_first_counts_and_of_differing_ones_none() {
        let new = |row, name: &str| good(row, Entry { number: "5".into(), name: name.into(), ..entry() });
        let partial = Rules { full: false, ..rules() };
        let equal = difference(vec![new(2, "王五"), new(3, "王五")], &[], &partial);
        assert_eq!(outcomes(&equal), [(2, Outcome::Added), (3, Outcome::Refused)]);
        let differing = difference(vec![new(2, "王五"), new(3, "赵六")], &[], &partial);
        assert_eq!(outcomes(&differing), [(2, Outcome::Refused), (3, Outcome::Refused)]);
    }
}
