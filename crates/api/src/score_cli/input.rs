//! Sheets of people, records and decisions as what the engine reads.

use std::{
    collections::{BTreeMap, HashMap, HashSet},
    path::Path,
};

use kepu_domain::{
    person::Person,
    policy::{
        Policy, SoftDecision,
        columns::{self, CellError, PERSON_COLUMNS, RECORD_COLUMNS},
        document::Force,
    },
    record::{Record, rank_in_sessions},
};

use super::{
    bad_rows::BadRows,
    finding::{Finding, both},
    header::Header,
    needs::{self, Sheets},
};
use crate::sheet::{Limits, Row, Rows, Sheet, SheetError, day_with_hyphens};

const DECISION_COLUMNS: [&str; 3] = ["record_id", "rule", "decision"];
const DAYS: [&str; 4] = ["starts_at", "host_designated_from", "host_designated_to", "birth_date"];

/// Which sheets are read.
pub(super) struct Paths<'p> {
    pub records: &'p Path,
    pub people: Option<&'p Path>,
    pub decisions: Option<&'p Path>,
}

/// A person with all that is known.
#[derive(Default)]
pub(super) struct Entry {
    pub person: Person,
    pub records: Vec<Record>,
    pub decisions: Vec<SoftDecision>,
}

/// All that was read.
#[derive(Default)]
pub(super) struct Input {
    /// By id, so that they come in its order.
    pub people: BTreeMap<String, Entry>,
    /// Rows that were left out, of each sheet that has any.
    pub bad: Vec<BadRows>,
    /// Columns that the policy reads and the sheets do not have; worksheets that are not read.
    pub notes: Vec<Finding>,
}

impl Input {
    pub(super) fn bad_findings(&self) -> impl Iterator<Item = &Finding> {
        self.bad.iter().flat_map(|bad| bad.rows.iter().flat_map(|(_, findings)| findings))
    }

    pub(super) fn bad_row_count(&self) -> usize {
        self.bad.iter().map(|bad| bad.rows.len()).sum()
    }
}

/// Reads everything. An error is what makes scoring impossible, even without the bad rows.
pub(super) fn read(policy: &Policy, paths: &Paths<'_>) -> Result<Input, Vec<Finding>> {
    let all = [paths.people, Some(paths.records), paths.decisions];
    if all.into_iter().flatten().filter(|p| *p == Path::new("-")).count() > 1 {
        let message = both("标准输入只能给一个表", "standard input can be given for one sheet only");
        return Err(vec![Finding::of_file("standard_input", "-", message)]);
    }
    let mut refused = Vec::new();
    let [mut people, mut records, mut decisions] = all.map(|path| {
        let sheet = path.map(|path| Sheet::open(path, Limits::default())).transpose();
        sheet.unwrap_or_else(|error| {
            refused.push(Finding::from(error));
            None
        })
    });
    let notes = [&people, &records, &decisions].into_iter().flatten().filter_map(unread_worksheets).collect();
    let people = begin(people.as_mut(), &PERSON_COLUMNS, &["person_id"], &mut refused);
    let records = begin(records.as_mut(), &RECORD_COLUMNS, &["record_id", "person_id", "starts_at"], &mut refused);
    let decisions = begin(decisions.as_mut(), &DECISION_COLUMNS, &DECISION_COLUMNS, &mut refused);
    let mut input = Input { notes, ..Input::default() };
    if let (true, Some(records)) = (refused.is_empty(), &records) {
        let sheets = Sheets { records: &records.header, people: people.as_ref().map(|p| &p.header) };
        let gaps = needs::gaps(policy, &sheets);
        refused.extend(gaps.fatal);
        input.notes.extend(gaps.notes);
    }
    let (true, Some(records)) = (refused.is_empty(), records) else { return Err(refused) };

    let fatal = |error: SheetError| vec![Finding::from(error)];
    let known = people.map(|people| read_people(people, &mut input)).transpose().map_err(fatal)?;
    let persons = read_records(policy, records, known.as_ref(), &mut input).map_err(fatal)?;
    if let Some(decisions) = decisions {
        read_decisions(policy, decisions, &persons, &mut input).map_err(fatal)?;
    }
    Ok(input)
}

fn unread_worksheets(sheet: &Sheet) -> Option<Finding> {
    let (read, others) = sheet.worksheets().filter(|(_, others)| !others.is_empty())?;
    let others = others.join(", ");
    let message = both(
        format!("只读取工作表“{read}”，未读取：{others}"),
        format!("the worksheet “{read}” is read; not read: {others}"),
    );
    Some(Finding::of_file("worksheets", sheet.name(), message))
}

/// A sheet whose header is known.
struct Begun<'s> {
    header: Header,
    rows: Rows<'s>,
}

fn begin<'s>(
    sheet: Option<&'s mut Sheet>,
    known: &[&'static str],
    needed: &[&'static str],
    refused: &mut Vec<Finding>,
) -> Option<Begun<'s>> {
    let sheet = sheet?;
    let name = sheet.name().to_owned();
    // A title may stand above the header.
    let is_header = |cells: &[String]| {
        cells.iter().filter(|c| known.iter().any(|k| c.eq_ignore_ascii_case(k))).take(2).count() == 2.min(known.len())
    };
    match sheet.rows_under(is_header) {
        Ok(rows) => {
            let (header, findings) = Header::of(&name, &rows, known, needed);
            refused.extend(findings);
            Some(Begun { header, rows })
        }
        Err(error) => {
            refused.push(error.into());
            None
        }
    }
}

/// What a sheet of people says about ids.
struct Known {
    file: String,
    /// People whose row is refused, with its number.
    refused: HashMap<String, u64>,
}

/// Rows of one sheet, judged one by one.
struct Judge {
    header: Header,
    days: Vec<usize>,
    bad: Vec<(Row, Vec<Finding>)>,
}

impl Judge {
    fn new(header: Header) -> Self {
        let days = DAYS.iter().filter_map(|c| header.place(c)).collect();
        Self { header, days, bad: Vec::new() }
    }

    /// Reads a row: the value, or the findings that put it aside.
    fn read<T>(
        &mut self,
        mut row: Row,
        read: impl FnOnce(&Header, &Row) -> Result<T, Vec<CellError>>,
        judge: impl FnOnce(&Header, &Row, &T) -> Option<Finding>,
    ) -> Option<T> {
        let (number, file) = (row.number, self.header.file.as_str());
        if !row.faults.is_empty() {
            let faults = std::mem::take(&mut row.faults);
            let findings = faults.into_iter().map(|fault| Finding::of_fault(file, number, fault)).collect();
            self.bad.push((row, findings));
            return None;
        }
        let mut original = None;
        for index in &self.days {
            if let std::borrow::Cow::Owned(day) = day_with_hyphens(row.cell(*index)) {
                original.get_or_insert_with(|| row.cells.clone());
                row.cells.splice(index..=index, [day]);
            }
        }
        let value = read(&self.header, &row);
        if let Some(cells) = original {
            row.cells = cells;
        }
        let findings = match value {
            Ok(value) => match judge(&self.header, &row, &value) {
                None => return Some(value),
                Some(finding) => vec![finding],
            },
            Err(errors) => {
                let finding = |error: &CellError| {
                    let value = self.header.cell(&row, error.column).unwrap_or_default();
                    let short: String = value.chars().take(100).collect();
                    Finding::of_cell_error(file, number, &short, error)
                };
                errors.iter().map(finding).collect()
            }
        };
        self.bad.push((row, findings));
        None
    }

    fn finish(self, input: &mut Input) {
        if !self.bad.is_empty() {
            input.bad.push(BadRows { file: self.header.file, names: self.header.names, rows: self.bad });
        }
    }
}

fn read_people(people: Begun<'_>, input: &mut Input) -> Result<Known, SheetError> {
    let mut judge = Judge::new(people.header);
    let mut first: HashMap<String, u64> = HashMap::new();
    let mut refused = HashMap::new();
    for row in people.rows {
        let row = row?;
        let (number, id) = (row.number, judge.header.cell(&row, "person_id").unwrap_or_default().to_owned());
        let person = judge.read(
            row,
            |header, row| columns::person(|c| header.cell(row, c)),
            |header, row, person| repeated(header, row, "person_id", &person.id, &first),
        );
        match person {
            Some(person) => {
                first.insert(person.id.clone(), number);
                let id = person.id.clone();
                input.people.insert(id, Entry { person, ..Entry::default() });
            }
            None => {
                refused.entry(id).or_insert(number);
            }
        }
    }
    // A repeated row is refused; the first one stands.
    refused.retain(|id, _| !first.contains_key(id));
    let file = judge.header.file.clone();
    judge.finish(input);
    Ok(Known { file, refused })
}

fn repeated(header: &Header, row: &Row, column: &str, id: &str, first: &HashMap<String, u64>) -> Option<Finding> {
    let before = first.get(id)?;
    let expected = both(
        format!("与其他行不同的值：第 {before} 行已有"),
        format!("a value of its own: row {before} has it already"),
    );
    Some(Finding::of_cell("duplicate", &header.file, row.number, column, id, expected))
}

/// Record → its person; nothing for records whose row is refused.
type Persons = HashMap<String, Option<String>>;

fn read_records(
    policy: &Policy,
    records: Begun<'_>,
    known: Option<&Known>,
    input: &mut Input,
) -> Result<Persons, SheetError> {
    let mut judge = Judge::new(records.header);
    let mut first: HashMap<String, u64> = HashMap::new();
    let mut left_out = HashSet::new();
    let mut read: Vec<(String, Record)> = Vec::new();
    for row in records.rows {
        let row = row?;
        let (number, id) = (row.number, judge.header.cell(&row, "record_id").unwrap_or_default().to_owned());
        let people = &input.people;
        let record = judge.read(
            row,
            |header, row| columns::record(policy, |c| header.cell(row, c)),
            |header, row, (person_id, record)| {
                repeated(header, row, "record_id", &record.id, &first)
                    .or_else(|| stranger(header, row, person_id, people, known?))
            },
        );
        let Some((person_id, mut record)) = record else {
            left_out.insert(id);
            continue;
        };
        first.insert(record.id.clone(), number);
        if record.session_id.is_some() && record.class_id.is_none() {
            // The class on the day is that of now where nothing else is said; ranks within a class need it.
            record.class_id = people.get(&person_id).and_then(|entry| entry.person.class_id.clone());
        }
        read.push((person_id, record));
    }
    judge.finish(input);
    rank_in_sessions(read.iter_mut().map(|(_, record)| record), |_| None);
    drop(first);
    let mut persons: Persons = left_out.into_iter().map(|id| (id, None)).collect();
    for (person_id, record) in read {
        persons.insert(record.id.clone(), Some(person_id.clone()));
        let entry = input.people.entry(person_id).or_insert_with_key(|id| Entry {
            person: Person { id: id.clone(), ..Person::default() },
            ..Entry::default()
        });
        entry.records.push(record);
    }
    Ok(persons)
}

/// A record of somebody who is not in the sheet of people.
fn stranger(
    header: &Header,
    row: &Row,
    person_id: &str,
    people: &BTreeMap<String, Entry>,
    known: &Known,
) -> Option<Finding> {
    if people.contains_key(person_id) {
        return None;
    }
    let file = &known.file;
    let expected = match known.refused.get(person_id) {
        Some(number) => both(
            format!("{file} 中的人员；其第 {number} 行有误，未被采用"),
            format!("a person of {file}; row {number} there is wrong and was not taken"),
        ),
        None => both(format!("{file} 中的人员"), format!("a person of {file}")),
    };
    Some(Finding::of_cell("unknown_value", &header.file, row.number, "person_id", person_id, expected))
}

fn read_decisions(
    policy: &Policy,
    decisions: Begun<'_>,
    persons: &Persons,
    input: &mut Input,
) -> Result<(), SheetError> {
    let document = policy.document();
    let soft: Vec<&str> = (document.select.iter().filter(|s| s.force == Force::Soft).map(|s| s.id.as_str()))
        .chain(document.limits.iter().filter(|l| l.force == Force::Soft).map(|l| l.id.as_str()))
        .collect();
    let mut judge = Judge::new(decisions.header);
    let mut first: HashMap<(String, String), u64> = HashMap::new();
    for row in decisions.rows {
        let row = row?;
        let number = row.number;
        let decision = judge.read(
            row,
            |header, row| Ok(decision(header, row)),
            |header, row, decision| wrong_decision(header, row, decision, &soft, persons, &first),
        );
        let Some(decision) = decision else { continue };
        first.insert((decision.record_id.clone(), decision.rule.clone()), number);
        // A decision about a row that is refused waits with it.
        if let Some(entry) = persons.get(&decision.record_id).and_then(|id| input.people.get_mut(id.as_ref()?)) {
            entry.decisions.push(decision);
        }
    }
    judge.finish(input);
    Ok(())
}

fn decision(header: &Header, row: &Row) -> SoftDecision {
    let cell = |column| header.cell(row, column).unwrap_or_default();
    SoftDecision {
        record_id: cell("record_id").to_owned(),
        rule: cell("rule").to_owned(),
        enforce: matches!(cell("decision"), "enforce" | "执行"),
    }
}

fn wrong_decision(
    header: &Header,
    row: &Row,
    decision: &SoftDecision,
    soft: &[&str],
    persons: &Persons,
    first: &HashMap<(String, String), u64>,
) -> Option<Finding> {
    let wrong = |code, column: &str, expected| {
        let value = header.cell(row, column).unwrap_or_default();
        Some(Finding::of_cell(code, &header.file, row.number, column, value, expected))
    };
    if !matches!(header.cell(row, "decision"), Some("waive" | "enforce" | "豁免" | "执行")) {
        return wrong("bad_cell", "decision", both("waive（豁免）或 enforce（执行）", "waive or enforce"));
    }
    if !soft.contains(&decision.rule.as_str()) {
        let expected = if soft.is_empty() {
            both("办法中的软性条款，但该办法没有软性条款", "a soft rule, but the policy has none")
        } else {
            let soft = soft.join(", ");
            both(format!("办法中的软性条款：{soft}"), format!("a soft rule of the policy: {soft}"))
        };
        return wrong("unknown_value", "rule", expected);
    }
    if !persons.contains_key(&decision.record_id) {
        return wrong("unknown_value", "record_id", both("记录表中的 record_id", "a record_id of the records"));
    }
    let before = first.get(&(decision.record_id.clone(), decision.rule.clone()))?;
    let expected = both(
        format!("每条记录每条规则只有一个决定：第 {before} 行已有"),
        format!("one decision for a record and rule: row {before} has one already"),
    );
    wrong("duplicate", "record_id", expected)
}
