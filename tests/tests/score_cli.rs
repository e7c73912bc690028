//! `kepu score` and `kepu policy` as somebody at a desk runs them: files in, answers and messages out.

use std::{
    collections::{BTreeMap, BTreeSet},
    fmt::Write as _,
    fs,
    io::Write as _,
    path::PathBuf,
    process::{Command, Stdio},
};

use kepu_domain::policy::{Case, Policy, SoftMode};
use kepu_tests::program::kepu;
use rust_xlsxwriter::{ExcelDateTime, Format, Workbook};
use serde_json::Value;
use tempfile::TempDir;

const BEIJING: &str = "beijing-open-practice-2016";
const GUANGMING: &str = "guangming-illustrative";
const CHILDREN: &str = "childrens-university";

fn policy_file(id: &str) -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join(format!("../policies/{id}.yaml"))
}

/// What a run left.
struct Ran {
    code: i32,
    out: String,
    err: String,
}

impl Ran {
    /// The JSON of a run that went well.
    fn json(&self) -> Value {
        assert_eq!(self.code, 0, "{}", self.err);
        serde_json::from_str(&self.out).expect("JSON on standard output")
    }

    fn person(&self, id: &str) -> Value {
        let all = self.json();
        let people = all["people"].as_array().expect("people").clone();
        people.into_iter().find(|p| p["person_id"] == id).unwrap_or_else(|| panic!("{id} is not among the people"))
    }
}

/// A folder with files, in which the program runs.
struct Desk(TempDir);

impl Desk {
    fn with(files: &[(&str, &[u8])]) -> Self {
        let desk = Self(tempfile::tempdir().expect("a folder"));
        for (name, bytes) in files {
            fs::write(desk.path(name), bytes).expect("a written file");
        }
        desk
    }

    fn path(&self, name: &str) -> PathBuf {
        self.0.path().join(name)
    }

    fn run(&self, args: &[&str], input: &[u8]) -> Ran {
        let mut child = Command::new(kepu())
            .args(args)
            .current_dir(self.0.path())
            .env_remove("KEPU_LANG")
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .expect("kepu starts");
        // Somebody who refuses the arguments does not read.
        let _ = child.stdin.take().expect("a standard input").write_all(input);
        let output = child.wait_with_output().expect("kepu ends");
        let text = |bytes: Vec<u8>| String::from_utf8(bytes).expect("UTF-8");
        Ran { code: output.status.code().unwrap_or(-1), out: text(output.stdout), err: text(output.stderr) }
    }

    /// Scores by a shipped policy; more arguments as one text.
    fn score(&self, policy: &str, more: &str) -> Ran {
        let policy = policy_file(policy);
        let mut args = vec!["score", "--policy", policy.to_str().expect("a path"), "--records", "records.csv"];
        args.extend(more.split_whitespace());
        self.run(&args, b"")
    }
}

fn score(policy: &str, records: &str, people: &str, more: &str) -> Ran {
    let mut files = vec![("records.csv", records.as_bytes())];
    let mut more = format!("--format json {more}");
    if !people.is_empty() {
        files.push(("people.csv", people.as_bytes()));
        more.push_str(" --people people.csv");
    }
    Desk::with(&files).score(policy, &more)
}

const BEIJING_YEAR: &str = "\
record_id,person_id,starts_at,activity_id,host_id
1,p,2016-09-10,U1-P1,U1
2,p,2016-10-15,U1-P2,U1
3,p,2016-11-12,U1-P3,U1
4,p,2017-03-11,U1-P4,U1
5,p,2017-04-15,U1-P1,U1
";
const GRADE_7: &str = "person_id,grade\np,7\n";

fn counted(person: &Value) -> Vec<String> {
    let lines = person["lines"].as_array().expect("lines");
    lines.iter().map(|l| l["counted"].as_str().expect("a decimal as text").to_owned()).collect()
}

fn codes(person: &Value, record: &str) -> Vec<String> {
    let line = person["lines"].as_array().expect("lines").iter().find(|l| l["record_id"] == record).expect("the line");
    let reasons = line["reasons"].as_array().expect("reasons");
    reasons.iter().map(|r| r["code"].as_str().expect("a code").to_owned()).collect()
}

#[test]
fn guangming_grades_five_to_eight_are_eligible() {
    let records = "record_id,person_id,starts_at,kind,minutes,host_id,host_designations\n\
        a,four,2025-10-11,practice,90,B1,base\nb,six,2025-10-11,practice,90,B1,base\n";
    let ran = score(GUANGMING, records, "person_id,grade\nfour,4\nsix,6\n", "");
    let four = ran.person("four");
    assert_eq!((&four["eligible"], &four["total"]), (&Value::Bool(false), &Value::from("0")));
    assert_eq!(codes(&four, "a"), ["not_eligible"]);
    let six = ran.person("six");
    assert_eq!((&six["eligible"], &six["total"]), (&Value::Bool(true), &Value::from("1.5")));
    assert_eq!(ran.json()["policy"]["illustrative"], true);
}

#[test]
fn beijing_one_year_at_one_unit() {
    let total = |soft: &str| score(BEIJING, BEIJING_YEAR, GRADE_7, soft).person("p")["total"].clone();
    assert_eq!(total("--soft enforce"), "3");
    assert_eq!(total("--soft waive"), "4");
    let flagged = score(BEIJING, BEIJING_YEAR, GRADE_7, "").person("p");
    assert_eq!(flagged["total"], "4");
    let lines = flagged["lines"].as_array().expect("lines").clone();
    let waiting: Vec<_> = lines.iter().filter(|l| l["flagged"] == true).map(|l| l["record_id"].clone()).collect();
    assert_eq!(waiting, ["4"]);
    assert_eq!(lines[4]["counted"], "0", "the repeat is refused either way");
}

#[test]
fn beijing_nineteen_give_ten_in_each_subject() {
    let mut records = "record_id,person_id,starts_at,activity_id,host_id\n".to_owned();
    for i in 1..=19 {
        writeln!(records, "{i},p,201{}-{:02}-05,A{i},U{i}", 6 + i / 13, 1 + (i + 8) % 12).expect("written");
    }
    let person = score(BEIJING, &records, GRADE_7, "").person("p");
    assert_eq!(person["total"], "19");
    assert_eq!((&person["outputs"]["physics"], &person["outputs"]["biology"]), (&"10".into(), &"10".into()));
}

#[test]
fn childrens_university_farm_and_swimming() {
    let mut records =
        "record_id,person_id,starts_at,kind,activity_id,minutes,host_id,host_designations,voluntary,school_day\n\
         before,p,2018-01-10,activity,,3660,library,validated,true,false\n\
         swim,p,2018-05-01,paid-club,swimming,1440,pool,validated,true,false\n"
            .to_owned();
    for i in 0..10 {
        writeln!(records, "farm{i},p,2018-04-07T1{i}:00,farm-activity,feeding,15,farm,validated,true,false")
            .expect("written");
    }
    let person = score(CHILDREN, &records, "person_id,birth_date\np,2009-05-01\n", "").person("p");
    assert_eq!(person["total"], "73");
    assert_eq!(person["levels"]["award"], "silver-award");
    assert_eq!(person["next"]["award"]["shortfall"], "27");
    let farm = person["lines"]
        .as_array()
        .expect("lines")
        .iter()
        .filter(|l| l["record_id"].as_str().expect("id").starts_with("farm"));
    assert_eq!(farm.filter(|l| l["counted"] == "0.25").count(), 8);
}

#[test]
fn award_table_of_a_junior_school() {
    let records = "record_id,person_id,starts_at,kind,work_id,contest_level,award,place,places_listed\n\
        1,p,2023-03-01,competition,W1,county,first,,\n2,p,2023-04-01,competition,W1,city,second,,\n\
        3,p,2023-05-01,competition,W1,provincial,third,,\n4,p,2023-05-02,competition,W2,county,excellence,,\n\
        5,p,2023-05-03,competition,W3,city,,4,8\n";
    let person = score("award-table-junior-school", records, "", "").person("p");
    assert_eq!(person["total"], "15");
    assert_eq!(counted(&person), ["0", "0", "8", "1", "6"]);
}

#[test]
fn second_classroom_of_a_university() {
    let records = "record_id,person_id,starts_at,kind,contest_series,contest_level,award\n\
        1,p,2022-05-01,competition,maths,school,first\n2,p,2022-09-01,competition,maths,provincial,second\n\
        3,p,2022-10-01,open-laboratory,,,\n4,p,2022-10-08,open-laboratory,,,\n5,p,2022-10-15,open-laboratory,,,\n";
    assert_eq!(score("second-classroom", records, "", "").person("p")["total"], "3");
}

#[test]
fn science_shop_team_coefficients() {
    let mut records = "record_id,person_id,starts_at,kind,team_position,team_size\n".to_owned();
    for position in 1..=5 {
        writeln!(records, "{position},p,2022-01-0{position},paper,{position},5").expect("written");
    }
    assert_eq!(counted(&score("science-shop-team", &records, "", "").person("p")), ["2", "1.5", "1", "0.5", "0"]);
}

/// The CSV of rows that are maps, with all their columns.
fn sheet_of(rows: &[SheetRow]) -> Vec<u8> {
    let columns: BTreeSet<&String> = rows.iter().flat_map(BTreeMap::keys).collect();
    let mut out = csv::Writer::from_writer(Vec::new());
    out.write_record(&columns).expect("written");
    for row in rows {
        out.write_record(columns.iter().map(|c| row.get(*c).map_or("", String::as_str))).expect("written");
    }
    out.into_inner().expect("flushed")
}

/// A row by its columns.
type SheetRow = BTreeMap<String, String>;

/// The sheets of people and of records that a case stands for.
fn rows_of(case: &Case) -> (Vec<SheetRow>, Vec<SheetRow>) {
    let mut person = case.person.clone();
    let id = person.entry("person_id".to_owned()).or_insert_with(|| "p".to_owned()).clone();
    let record = |(row, number): (&SheetRow, u32)| {
        let mut row = row.clone();
        row.entry("record_id".to_owned()).or_insert_with(|| number.to_string());
        row.insert("person_id".to_owned(), id.clone());
        row
    };
    let records = case.records.iter().zip(1..).map(record).collect();
    (vec![person], records)
}

#[test]
fn every_case_of_every_shipped_policy_comes_out_of_sheets() {
    let folder = policy_file("x").parent().expect("a folder").to_owned();
    let (mut cases, mut wrong) = (0, Vec::new());
    for file in fs::read_dir(folder).expect("policies") {
        let path = file.expect("an entry").path();
        let Some(id) =
            path.file_stem().and_then(|s| s.to_str()).filter(|_| path.extension().is_some_and(|e| e == "yaml"))
        else {
            continue;
        };
        let policy = Policy::parse(&fs::read_to_string(&path).expect("a policy")).expect("a sound policy");
        for case in policy.document().cases.iter().filter(|c| !c.records.is_empty()) {
            let (people, mut records) = rows_of(case);
            // Rows that leave out what no row of the case has are refused as a sheet that cannot score; that is tested
            // below. Here every column the policy may ask for is there.
            for column in [
                "kind",
                "minutes",
                "quantity",
                "award",
                "contest_level",
                "work_id",
                "host_designations",
                "grade",
                "tags",
                "session_id",
                "team_position",
                "team_size",
                "voluntary",
                "school_day",
                "host_level",
                "place",
            ] {
                records[0].entry(column.to_owned()).or_default();
            }
            let mut people = people;
            people[0].entry("birth_date".to_owned()).or_default();
            people[0].entry("tags".to_owned()).or_default();
            let (people, records) = (sheet_of(&people), sheet_of(&records));
            let desk = Desk::with(&[("records.csv", &records), ("people.csv", &people)]);
            let soft = match case.soft {
                SoftMode::Flag => "flag",
                SoftMode::Waive => "waive",
                SoftMode::Enforce => "enforce",
            };
            let as_of = case.as_of.map_or_else(String::new, |d| format!(" --as-of {d}"));
            let ran = desk.score(id, &format!("--people people.csv --format json --soft {soft}{as_of}"));
            cases += 1;
            if ran.code != 0 {
                wrong.push(format!("{id}, {}: {}", case.name.en, ran.err));
                continue;
            }
            let json = ran.json();
            let person = &json["people"][0];
            let mut differ = |what: &str, expected: String, found: &Value| {
                let found = found.as_str().map_or_else(|| found.to_string(), str::to_owned);
                if expected != found {
                    wrong.push(format!("{id}, {}: {what}: expected {expected}, got {found}", case.name.en));
                }
            };
            if let Some(total) = case.expect.total {
                differ("total", total.to_string(), &person["total"]);
            }
            if let Some(eligible) = case.expect.eligible {
                differ("eligible", eligible.to_string(), &person["eligible"]);
            }
            for (measure, value) in &case.expect.measures {
                differ(measure, value.to_string(), &person["measures"][measure]);
            }
            for (output, value) in &case.expect.outputs {
                let found = &person["outputs"][output];
                differ(output, value.clone(), if found.is_null() { &Value::Null } else { found });
            }
            for (record, credit) in &case.expect.counted {
                let lines = person["lines"].as_array().expect("lines");
                let line = lines.iter().find(|l| l["record_id"] == record.as_str()).expect("the line");
                differ(record, credit.to_string(), &line["counted"]);
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    assert!(cases >= 60, "only {cases} cases");
}

/// A sheet that the scenario is about, and what must be said.
struct Bad {
    name: &'static str,
    files: Vec<(&'static str, Vec<u8>)>,
    args: &'static str,
    says: &'static [&'static str],
}

fn records(text: &str) -> Vec<(&'static str, Vec<u8>)> {
    vec![("records.csv", text.as_bytes().to_vec()), ("people.csv", GRADE_7.into())]
}

fn with_people(people: &str) -> Vec<(&'static str, Vec<u8>)> {
    vec![("records.csv", BEIJING_YEAR.into()), ("people.csv", people.as_bytes().to_vec())]
}

fn with_decisions(decisions: &str) -> Vec<(&'static str, Vec<u8>)> {
    let mut files = records(BEIJING_YEAR);
    files.push(("decisions.csv", decisions.as_bytes().to_vec()));
    files
}

#[test]
fn what_is_wrong_is_said_with_its_place_and_nothing_is_scored() {
    let bad = |name, files, says| Bad { name, files, args: "--people people.csv", says };
    let cell = |name, column: &str, value: &str, says| {
        let text = format!("record_id,person_id,starts_at,{column}\nr1,p,2016-09-10,\nr2,p,2016-09-11,{value}\n");
        bad(name, records(&text), says)
    };
    let decided = |name, decisions, says| Bad {
        args: "--people people.csv --decisions decisions.csv",
        ..bad(name, with_decisions(decisions), says)
    };
    let table = vec![
        // Files.
        bad("empty file", records(""), &["records.csv: is empty"]),
        bad("blank lines only", records("\n\n,,\n"), &["records.csv: is empty"]),
        bad(
            "neither encoding",
            vec![
                ("records.csv", b"record_id,person_id,starts_at\nr1,\xff\xfe\xff,2016-09-10\n".to_vec()),
                ("people.csv", GRADE_7.into()),
            ],
            &["records.csv: line 2: neither UTF-8 nor GB18030"],
        ),
        bad(
            "open quote",
            records("record_id,person_id,starts_at\nr1,\"p,2016-09-10\nr2,p,2016-09-11\n"),
            &["records.csv: line 2: a quotation mark"],
        ),
        bad(
            "old Excel",
            vec![("records.csv", b"\xD0\xCF\x11\xE0\xA1\xB1\x1A\xE1rest".to_vec()), ("people.csv", GRADE_7.into())],
            &["old Excel file", "save it as .xlsx"],
        ),
        bad(
            "broken workbook",
            vec![("records.csv", b"PK\x03\x04nothing".to_vec()), ("people.csv", GRADE_7.into())],
            &["not a sound .xlsx"],
        ),
        bad("no such file", vec![("people.csv", GRADE_7.into())], &["records.csv: cannot be read"]),
        Bad { args: "--people .", ..bad("a folder", records(BEIJING_YEAR), &[".: cannot be read"]) },
        Bad {
            args: "--people -  --decisions -",
            ..bad("standard input twice", records(BEIJING_YEAR), &["standard input can be given for one sheet only"])
        },
        // Headers.
        bad(
            "unknown column",
            records("record_id,person_id,starts_at,minuts\n"),
            &["records.csv, row 1, column minuts is not known; did you mean minutes?"],
        ),
        bad(
            "foreign column",
            records("record_id,person_id,starts_at,favourite colour\n"),
            &["column favourite colour is not known; the columns are record_id, person_id"],
        ),
        bad(
            "several unknown columns",
            records("record_id,person_id,starts_at,aaaaaa,bbbbbb\n"),
            &["column aaaaaa is not known", "column bbbbbb is not known"],
        ),
        bad("missing column", records("record_id,starts_at\nr1,2016-09-10\n"), &["row 1, column person_id is missing"]),
        bad(
            "no header",
            records("r1,p,2016-09-10\n"),
            &["column record_id is missing", "column starts_at is missing", "column 2016-09-10 is not known"],
        ),
        bad(
            "duplicate column",
            records("record_id,person_id,starts_at,host_id,Host_ID\n"),
            &["column Host_ID stands there twice (columns D and E)"],
        ),
        bad(
            "unknown column of people",
            with_people("person_id,grde\np,7\n"),
            &["people.csv, row 1, column grde is not known; did you mean grade?"],
        ),
        bad(
            "policy needs a column",
            with_people("person_id\np\n"),
            &["people.csv, column grade is not there, but the policy needs it (eligible)"],
        ),
        Bad {
            args: "",
            ..bad(
                "policy needs a sheet",
                records(BEIJING_YEAR),
                &["give a people sheet with a column grade (--people)"],
            )
        },
        // Cells of records, each kind.
        cell(
            "minutes in words",
            "minutes",
            "an hour",
            &["records.csv, row 3, column minutes: “an hour”; expected a whole number from 0 to 100000"],
        ),
        cell("negative minutes", "minutes", "-5", &["row 3, column minutes: “-5”"]),
        cell("quantity", "quantity", "1e3", &["column quantity: “1e3”; expected a decimal number"]),
        cell(
            "quantity too fine",
            "quantity",
            "1.0505",
            &["column quantity: “1.0505”; expected a decimal number from 0 to 1000000000 with at most three decimals"],
        ),
        cell(
            "quantity too large",
            "quantity",
            "1000000000000",
            &["column quantity: “1000000000000”; expected", "to 1000000000 "],
        ),
        cell("place zero", "place", "0", &["column place: “0”; expected a whole number from 1"]),
        cell("flag", "voluntary", "perhaps", &["column voluntary: “perhaps”; expected true or false"]),
        cell("grade", "grade", "seven", &["column grade: “seven”; expected a whole number from -3 to 20"]),
        cell(
            "day of designation",
            "host_designated_from",
            "2016/13/40",
            &["column host_designated_from: “2016/13/40”; expected a day as YYYY-MM-DD"],
        ),
        cell("control character", "host_id", "U\u{7}1", &["column host_id", "none of them a control character"]),
        cell("long word", "tags", &"长".repeat(201), &["column tags", "at most 200 characters"]),
        cell("huge cell", "tags", &"x".repeat(100_000), &["row 3, column tags", "at most 8000 bytes in a cell"]),
        cell("NUL", "host_id", "U\0", &["row 3, column host_id", "without NUL"]),
        cell("cell outside", "host_id", "U1,more", &["row 3: “more”; expected 4 cells as in the header, not 5"]),
        bad(
            "row cut off",
            records("record_id,person_id,starts_at,kind\nr1,p,2016-09-10\n"),
            &["row 2: expected 4 cells as in the header, not 3"],
        ),
        bad(
            "date turned round",
            records("record_id,person_id,starts_at\nr1,p,10/09/2016\n"),
            &["row 2, column starts_at: “10/09/2016”; expected a day (2026-03-01)"],
        ),
        bad("no such day", records("record_id,person_id,starts_at\nr1,p,2016-02-30\n"), &["“2016-02-30”"]),
        bad(
            "empty needed cells",
            records("record_id,person_id,starts_at,kind\n,,,visit\n"),
            &["row 2, column record_id: empty", "row 2, column person_id: empty", "row 2, column starts_at: empty"],
        ),
        bad(
            "place beyond the list",
            records("record_id,person_id,starts_at,place,places_listed\nr1,p,2016-09-10,9,8\n"),
            &["column place: “9”; expected at most 8, as places_listed says"],
        ),
        bad(
            "designation ends before it begins",
            records(
                "record_id,person_id,starts_at,host_designated_from,host_designated_to\nr1,p,2016-09-10,2016-02-01,2016-01-01\n",
            ),
            &["column host_designated_to: “2016-01-01”; expected a day on or after"],
        ),
        bad(
            "same record twice",
            records("record_id,person_id,starts_at\nr1,p,2016-09-10\nr2,p,2016-09-10\nr1,p,2016-09-11\n"),
            &["row 4, column record_id: “r1”", "row 2 has it already"],
        ),
        bad(
            "stranger",
            records("record_id,person_id,starts_at\nr1,q,2016-09-10\n"),
            &["row 2, column person_id: “q”; expected a person of people.csv"],
        ),
        bad(
            "all at once",
            records("record_id,person_id,starts_at,minutes\nr1,p,x,y\nr2,q,2016-09-10,1\nr3,p,2016-09-10,z\n"),
            &[
                "row 2, column starts_at",
                "row 2, column minutes",
                "row 3, column person_id",
                "row 4, column minutes",
                "3 wrong rows; nothing was scored",
            ],
        ),
        bad(
            "rows after a cell of several lines",
            records("record_id,person_id,starts_at,kind\nr1,p,2016-09-10,\"a\nb\"\nr2,p,nonsense,\n"),
            &["row 2, column kind", "row 4, column starts_at"],
        ),
        // People.
        bad(
            "person twice",
            with_people("person_id,grade\np,7\np,8\n"),
            &["people.csv, row 3, column person_id: “p”", "row 2 has it already"],
        ),
        bad(
            "kind of person",
            with_people("person_id,grade,kind\np,7,parent\n"),
            &["people.csv, row 2, column kind: “parent”; expected student or teacher"],
        ),
        bad(
            "birth date",
            with_people("person_id,grade,birth_date\np,7,yesterday\n"),
            &["column birth_date: “yesterday”"],
        ),
        // Decisions.
        decided(
            "unknown decision",
            "record_id,rule,decision\n4,per-unit,maybe\n",
            &["decisions.csv, row 2, column decision: “maybe”; expected waive or enforce"],
        ),
        decided(
            "hard rule",
            "record_id,rule,decision\n5,no-repeat,waive\n",
            &["column rule: “no-repeat”; expected a soft rule of the policy: session-size, class-share"],
        ),
        decided(
            "unknown record",
            "record_id,rule,decision\n99,per-unit,waive\n",
            &["column record_id: “99”; expected a record_id of the records"],
        ),
        decided(
            "decided twice",
            "record_id,rule,decision\n4,per-unit,waive\n4,per-unit,enforce\n",
            &["row 3, column record_id", "row 2 has one already"],
        ),
        decided(
            "decisions without a column",
            "record_id,rule\n4,per-unit\n",
            &["decisions.csv, row 1, column decision is missing"],
        ),
        // Arguments.
        Bad {
            args: "--people people.csv --as-of tomorrow",
            ..bad("as of", records(BEIJING_YEAR), &["--as-of", "expected a day such as 2026-03-01"])
        },
        Bad {
            args: "--people people.csv --bad-rows x.csv",
            ..bad("bad rows alone", records(BEIJING_YEAR), &["--skip-bad"])
        },
        Bad { args: "--people people.csv --format xml", ..bad("format", records(BEIJING_YEAR), &["xml", "json"]) },
    ];
    assert!(table.len() >= 25);
    let mut wrong = Vec::new();
    for Bad { name, files, args, says } in table {
        let files: Vec<(&str, &[u8])> = files.iter().map(|(n, b)| (*n, b.as_slice())).collect();
        let ran = Desk::with(&files).score(BEIJING, &format!("--lang en {args}"));
        if ran.code != 2 || !ran.out.is_empty() {
            wrong.push(format!("{name}: status {}, printed {:?}, said {}", ran.code, ran.out, ran.err));
        }
        for text in says.iter().filter(|t| !ran.err.contains(**t)) {
            wrong.push(format!("{name}: “{text}” is not in: {}", ran.err));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn wrong_policies_are_refused_with_their_lines() {
    let records = BEIJING_YEAR.as_bytes();
    let sound = fs::read_to_string(policy_file(BEIJING)).expect("a policy");
    let misspelt = sound.replacen("credit: { fixed: 1 }", "credits: { fixed: 1 }", 1).into_bytes();
    let table: [(&str, Vec<u8>, &str, &str); 6] = [
        (
            "unknown key",
            misspelt,
            "此处没有 `credits` 这个键——是否应为 `credit`？ [unknown_key]",
            "did you mean `credit`?",
        ),
        ("empty", Vec::new(), "policy.yaml:1: 文档是空的——", "policy.yaml:1: the document is empty — "),
        ("not YAML", b"a: [1, 2\nb: }".to_vec(), "不符合 YAML 的写法：", "this is not YAML: "),
        ("a workbook", b"PK\x03\x04".to_vec(), "是工作簿或压缩包，不是办法", "is a workbook or archive, not a policy"),
        (
            "not UTF-8",
            b"kepu: 1\ntitle: \xff\xff\n".to_vec(),
            "policy.yaml: 第 2 行不是 UTF-8 编码",
            "policy.yaml: line 2 is not UTF-8",
        ),
        ("too large", vec![b'#'; (4 << 20) + 1], "超过 4 MiB", "larger than 4 MiB"),
    ];
    for (name, policy, zh, en) in table {
        let desk = Desk::with(&[("records.csv", records), ("policy.yaml", &policy)]);
        let ran = desk.run(&["score", "--policy", "policy.yaml", "--records", "records.csv"], b"");
        assert_eq!((ran.code, ran.out.as_str()), (2, ""), "{name}: {}", ran.err);
        assert!(ran.err.contains(zh) && !ran.err.contains(en), "{name}: {}", ran.err);
        let args = ["score", "--policy", "policy.yaml", "--records", "records.csv", "--format", "json", "--lang"];
        for (lang, says, other) in [("zh", zh, en), ("en", en, zh)] {
            let ran = desk.run(&["policy", "check", "policy.yaml", "--lang", lang], b"");
            assert_eq!(ran.code, 2, "{name}");
            assert!(ran.out.contains(says) && !ran.out.contains(other), "{name}: {}", ran.out);
            let ran = desk.run(&[&args[..], &[lang]].concat(), b"");
            let json: Value = serde_json::from_str(&ran.err).expect("JSON on standard error");
            let first = &json["errors"][0];
            let told = format!("{} {}", first["message"].as_str().expect("a message"), first["help"]);
            let chinese = told.chars().any(|c| ('\u{4e00}'..='\u{9fff}').contains(&c));
            assert_eq!(chinese, lang == "zh", "{name}: {told}");
        }
        let ran = desk.run(&["policy", "explain", "policy.yaml"], b"");
        assert_eq!(ran.code, 2, "{name}");
        assert!(ran.err.contains(zh) && ran.err.contains(en), "{name}: {}", ran.err);
    }
    let ran = Desk::with(&[]).run(&["policy", "check", "nothing.yaml"], b"");
    assert_eq!(ran.code, 2);
    assert!(ran.out.contains("nothing.yaml: 无法读取"), "{}", ran.out);
}

/// The same year as a workbook, with real dates.
fn workbook() -> Vec<u8> {
    let mut book = Workbook::new();
    let sheet = book.add_worksheet();
    let day = Format::new().set_num_format("yyyy/m/d");
    for (column, name) in (0_u16..).zip(["starts_at", "record_id", "activity_id", "person_id", "host_id"]) {
        sheet.write(0, column, name).expect("written");
    }
    for (row, line) in (1_u32..).zip(BEIJING_YEAR.lines().skip(1)) {
        let cells: Vec<&str> = line.split(',').collect();
        let date = ExcelDateTime::parse_from_str(cells[2]).expect("a date");
        sheet.write_with_format(row, 0, &date, &day).expect("written");
        sheet.write(row, 1, cells[0].parse::<u32>().expect("a number")).expect("written");
        for (column, cell) in [(2, cells[3]), (3, cells[1]), (4, cells[4])] {
            sheet.write(row, column, cell).expect("written");
        }
    }
    book.save_to_buffer().expect("a workbook")
}

#[test]
fn however_the_sheet_was_saved_the_answer_is_the_same() {
    let expected = score(BEIJING, BEIJING_YEAR, GRADE_7, "").out;
    let gb = |text: &str| encoding_rs::GB18030.encode(text).0.into_owned();
    let crooked = "二〇一六年度记录,,,,\n\n host_id , Starts_At,ACTIVITY_ID,record_id,person_id,\nU1,2016/9/10,U1-P1,1,p,\n\
        U1,2016年10月15日,U1-P2,2,p,\nU1,2016-11-12,U1-P3,3,p,\nU1,2017-03-11T00:00:00+08:00,U1-P4,4,p,\nU1,2017-4-15,U1-P1,5,p,\n,,,,,\n";
    let variants: Vec<(&str, Vec<u8>)> = vec![
        ("mark", format!("\u{feff}{BEIJING_YEAR}").into_bytes()),
        ("semicolons", BEIJING_YEAR.replace(',', ";").into_bytes()),
        ("tabs", BEIJING_YEAR.replace(',', "\t").into_bytes()),
        ("line ends", BEIJING_YEAR.replace('\n', "\r\n").into_bytes()),
        ("title, order, spaces, days", crooked.as_bytes().to_vec()),
        ("GB18030", gb(crooked)),
        ("workbook", workbook()),
    ];
    for (name, bytes) in variants {
        let desk = Desk::with(&[("records.csv", &bytes), ("people.csv", GRADE_7.as_bytes())]);
        let ran = desk.score(BEIJING, "--people people.csv --format json");
        assert_eq!(ran.out, expected, "{name}: {}", ran.err);
    }
    let desk = Desk::with(&[("people.csv", GRADE_7.as_bytes())]);
    let policy = policy_file(BEIJING);
    let policy = policy.to_str().expect("a path");
    let args = ["score", "--policy", policy, "--records", "-", "--people", "people.csv", "--format", "json"];
    let out = desk.run(&args, &workbook()).out;
    assert_eq!(out.replace("standard input", "records.csv"), expected);
}

#[test]
fn digits_may_be_as_wide_as_characters() {
    let text = "record_id,person_id,starts_at,activity_id,host_id,minutes\n1,p,2016-09-10,A,U,９０\n";
    let person = score(BEIJING, text, "person_id,grade\np,７\n", "").person("p");
    assert_eq!((&person["eligible"], &person["lines"][0]["minutes"]), (&Value::Bool(true), &Value::from(90)));
}

#[test]
fn what_cannot_be_told_exactly_is_an_error_and_no_number() {
    let policy = "kepu: 1\nid: huge\nversion: '1'\ntitle: huge\nrules:\n  - { id: r, credit: { per_quantity: 1000000, \
                  times: [ { by: kind, values: { a: 1000 } } ] } }\n";
    let run = |policy: &str, records: &str, more: &str| {
        let desk = Desk::with(&[("huge.yaml", policy.as_bytes()), ("records.csv", records.as_bytes())]);
        let mut args = vec!["score", "--policy", "huge.yaml", "--records", "records.csv", "--lang", "en"];
        args.extend(more.split_whitespace());
        desk.run(&args, b"")
    };
    let header = "record_id,person_id,starts_at,kind,quantity\n";
    let far = format!("{header}1,p,2026-03-01,a,1\n2,q,2026-03-01,a,1000000000\n");
    for more in ["", "--explain", "--format csv", "--format json"] {
        let ran = run(policy, &far, more);
        assert_eq!((ran.code, ran.out.as_str()), (2, ""), "{more}: {}", ran.err);
        assert!(ran.err.contains("q has more credit than can be told exactly"), "{more}: {}", ran.err);
    }
    let near = run(policy, &format!("{header}1,p,2026-03-01,a,1000\n"), "--format json");
    assert_eq!(near.person("p")["total"], "1000000000000");

    // What would go there without any record is refused beforehand.
    let absurd = policy.replace("1000000,", "1000000000,").replace("a: 1000 ", "a: 1000000000 ");
    let ran = run(&absurd, &far, "");
    assert_eq!((ran.code, ran.out.as_str()), (2, ""));
    for code in ["[credit_too_large]", "[factor_too_large]"] {
        assert!(ran.err.contains(code), "{}", ran.err);
    }
}

#[test]
fn errors_can_be_read_by_programs() {
    let text = "record_id,person_id,starts_at,minutes\nr1,p,2016-09-10,ten\nr2,p,,\n";
    let ran = score(BEIJING, text, GRADE_7, "--lang en");
    assert_eq!((ran.code, ran.out.as_str()), (2, ""));
    let report: Value = serde_json::from_str(&ran.err).expect("JSON on standard error");
    let errors = report["errors"].as_array().expect("errors");
    assert_eq!(errors.len(), 2);
    assert_eq!(errors[0]["file"], "records.csv");
    assert_eq!(errors[0]["row"], 2);
    assert_eq!(errors[0]["column"], "minutes");
    assert_eq!(errors[0]["value"], "ten");
    assert_eq!(errors[0]["expected"], "a whole number from 0 to 100000");
    assert_eq!(errors[1]["column"], "starts_at");
    let ran = score(BEIJING, "record_id\n", GRADE_7, "");
    let report: Value = serde_json::from_str(&ran.err).expect("JSON on standard error");
    assert_eq!(report["errors"].as_array().map(Vec::len), Some(2), "{report}");
}

#[test]
fn messages_are_chinese_unless_asked_otherwise() {
    let text = "record_id,person_id,starts_at,minutes\nr1,p,2016-09-10,ten\n";
    let ran = Desk::with(&[("records.csv", text.as_bytes()), ("people.csv", GRADE_7.as_bytes())])
        .score(BEIJING, "--people people.csv");
    assert!(ran.err.contains("records.csv 第 2 行，minutes 列：“ten”，应为0 到 100000 的整数"), "{}", ran.err);
    assert!(ran.err.contains("共 1 行有误，没有计分"), "{}", ran.err);
}

#[test]
fn bad_rows_are_left_out_mended_and_scored() {
    let records = "record_id,person_id,starts_at,activity_id,host_id,minutes\n\
        1,p,2016-09-10,A,U1,120\n2,p,someday,B,\"U1, north\",120\n3,q,2016-09-12,C,U1,120\n4,p,2016-09-13,D,U1,120,extra\n\
        5,p,2016-09-14,E,U1,120\n";
    let desk = Desk::with(&[("records.csv", records.as_bytes()), ("people.csv", GRADE_7.as_bytes())]);
    let ran = desk.score(BEIJING, "--people people.csv --format json --skip-bad --lang en");
    assert_eq!(ran.person("p")["total"], "2");
    let json = ran.json();
    assert_eq!(json["skipped_rows"], 3);
    assert_eq!(json["skipped"].as_array().map(Vec::len), Some(3));
    let bad = fs::read_to_string(desk.path("records.bad-rows.csv")).expect("the bad rows");
    insta::assert_snapshot!("bad_rows", bad.trim_start_matches('\u{feff}'));
    assert!(bad.starts_with('\u{feff}'));

    let mended = bad.replace("someday", "2016-09-11").replace("3,q,", "3,p,");
    fs::write(desk.path("records.csv"), &mended).expect("written");
    let ran = desk.score(BEIJING, "--people people.csv --format json --skip-bad --bad-rows again.csv");
    assert_eq!(ran.person("p")["total"], "3");
    assert_eq!(ran.json()["skipped_rows"], 0);
    assert!(!desk.path("again.csv").exists(), "there was nothing to write");

    fs::write(desk.path("records.csv"), records).expect("written");
    let ran = desk.score(BEIJING, "--people people.csv --skip-bad --bad-rows records.csv --lang en");
    assert_eq!(ran.code, 1);
    assert!(ran.err.contains("would overwrite what is read"), "{}", ran.err);
    assert_eq!(fs::read_to_string(desk.path("records.csv")).expect("still there"), records);
}

#[test]
fn a_bad_person_takes_the_records_along() {
    let people = "person_id,grade\np,7\nq,seven\n";
    let records = format!("{BEIJING_YEAR}6,q,2016-09-10,U1-P1,U1\n");
    let desk = Desk::with(&[("records.csv", records.as_bytes()), ("people.csv", people.as_bytes())]);
    let ran = desk.score(BEIJING, "--people people.csv --format json --skip-bad --bad-rows bad.csv --lang en");
    let json = ran.json();
    assert_eq!(json["people"].as_array().map(Vec::len), Some(1));
    assert_eq!(json["skipped_rows"], 2);
    let of_records = fs::read_to_string(desk.path("bad.csv")).expect("the records");
    assert!(of_records.contains("row 3 there is wrong"), "{of_records}");
    let of_people = fs::read_to_string(desk.path("bad.people.csv")).expect("the people");
    assert!(of_people.contains("q,seven,3,"), "{of_people}");
}

#[test]
fn decisions_of_officials_are_followed() {
    let total = |decisions: &str, more: &str| {
        let desk = Desk::with(&[
            ("records.csv", BEIJING_YEAR.as_bytes()),
            ("people.csv", GRADE_7.as_bytes()),
            ("decisions.csv", decisions.as_bytes()),
        ]);
        desk.score(BEIJING, &format!("--people people.csv --decisions decisions.csv --format json {more}")).person("p")
            ["total"]
            .clone()
    };
    assert_eq!(total("record_id,rule,decision\n4,per-unit,enforce\n", "--soft waive"), "3");
    assert_eq!(total("decision,rule,record_id\n豁免,per-unit,4\n", "--soft enforce"), "4");
    assert_eq!(total("record_id,rule,decision\n", "--soft enforce"), "3");
}

#[test]
fn people_come_in_the_order_of_ids_and_those_without_records_too() {
    let records =
        "record_id,person_id,starts_at,activity_id,host_id,grade\n1,z,2016-09-10,A,U,7\n2,b,2016-09-10,A,U,7\n";
    let ids = |ran: &Ran| -> Vec<String> {
        let json = ran.json();
        json["people"]
            .as_array()
            .expect("people")
            .iter()
            .map(|p| p["person_id"].as_str().expect("id").to_owned())
            .collect()
    };
    assert_eq!(ids(&score(BEIJING, records, "", "")), ["b", "z"]);
    let with_people = score(BEIJING, records, "person_id,grade\nz,7\nm,7\nb,8\n", "");
    assert_eq!(ids(&with_people), ["b", "m", "z"]);
    assert_eq!(with_people.person("m")["total"], "0");
    assert_eq!(with_people.out, score(BEIJING, records, "person_id,grade\nb,8\nz,7\nm,7\n", "").out);
}

#[test]
fn as_of_a_day_later_records_do_not_count() {
    let ran = score(BEIJING, BEIJING_YEAR, GRADE_7, "--as-of 2016-10-31");
    let person = ran.person("p");
    assert_eq!(person["total"], "2");
    assert_eq!(codes(&person, "3"), ["after_as_of"]);
    assert_eq!(ran.json()["as_of"], "2016-10-31");
}

#[test]
fn what_is_current_is_the_same_for_everybody_in_a_sheet() {
    // Beijing's `this-term` is the current term: p was last seen in the autumn, q in the spring.
    let records = "record_id,person_id,starts_at,activity_id,host_id\n\
                   1,p,2016-10-15,A1,U1\n2,q,2016-10-15,A1,U1\n3,q,2017-03-04,A2,U1\n";
    let people = "person_id,grade\np,7\nq,7\nr,7\n";
    let this_term = |flags: &str| {
        let ran = score(BEIJING, records, people, flags);
        ["p", "q", "r"].map(|person| ran.person(person)["measures"]["this-term"].clone())
    };
    assert_eq!(this_term(""), ["0", "1", "0"]);
    assert_eq!(this_term("--as-of 2016-12-31"), ["1", "1", "0"]);
    assert_eq!(this_term("--as-of 2017-09-01"), ["0", "0", "0"]);
}

#[test]
fn sessions_are_ranked_in_the_order_of_rows() {
    let mut records = "record_id,person_id,starts_at,activity_id,host_id,session_id\n".to_owned();
    let mut people = "person_id,grade,class_id\n".to_owned();
    for i in 0..8 {
        let class = if i % 8 == 3 { "other" } else { "one" };
        // The last to be entered has the smallest id.
        writeln!(records, "r{},p{i},2016-09-10,A,U,S", 9 - i).expect("written");
        writeln!(people, "p{i},7,{class}").expect("written");
    }
    let json = score(BEIJING, &records, &people, "").json();
    let flagged: Vec<&Value> = json["people"]
        .as_array()
        .expect("people")
        .iter()
        .filter(|p| p["lines"][0]["flagged"] == true)
        .map(|p| &p["person_id"])
        .collect();
    assert_eq!(flagged, ["p7"], "the seventh of one class");
}

#[test]
fn a_missing_column_that_something_reads_is_noted() {
    let records = "record_id,person_id,starts_at,host_id\n1,p,2016-09-10,U1\n2,p,2016-09-11,U1\n";
    let ran = score(BEIJING, records, GRADE_7, "--lang en");
    assert_eq!(ran.person("p")["total"], "2");
    let json = ran.json();
    let note = json["notes"].as_array().expect("notes").iter().find(|n| n["column"] == "activity_id").expect("a note");
    assert!(note["message"].as_str().expect("a message").contains("(no-repeat)"), "{note}");
}

#[test]
fn every_reason_has_its_words() {
    for (lang, letters) in [("zh", '\u{4e00}'..='\u{9fff}'), ("en", 'a'..='z')] {
        let person = score(BEIJING, BEIJING_YEAR, GRADE_7, &format!("--lang {lang} --soft enforce")).person("p");
        for line in person["lines"].as_array().expect("lines") {
            for reason in line["reasons"].as_array().expect("reasons") {
                let text = reason["text"].as_str().expect("a text");
                assert!(text.chars().any(|c| letters.contains(&c)), "{lang}: {reason}");
                assert!(reason["params"].is_object(), "{reason}");
            }
        }
    }
}

#[test]
fn a_hundred_thousand_rows_are_scored() {
    let mut records = "record_id,person_id,starts_at,kind,minutes,host_id,host_designations,activity_id\n".to_owned();
    let mut people = "person_id,grade\n".to_owned();
    for row in 0..100_000 {
        let (person, day) = (row % 10_000, 1 + row / 10_000);
        writeln!(records, "r{row},p{person:05},2025-10-{day:02},practice,60,B{day},base,A{day}").expect("written");
    }
    for person in 0..10_000 {
        writeln!(people, "p{person:05},{}", 4 + person % 2).expect("written");
    }
    let desk = Desk::with(&[("records.csv", records.as_bytes()), ("people.csv", people.as_bytes())]);
    let ran = desk.score(GUANGMING, "--people people.csv --format csv");
    assert_eq!(ran.code, 0, "{}", ran.err);
    let mut rows = csv::Reader::from_reader(ran.out.trim_start_matches('\u{feff}').as_bytes());
    let (mut people, mut records, mut with_credit) = (0, 0, 0);
    for row in rows.records() {
        let row = row.expect("a row");
        people += 1;
        with_credit += usize::from(row[2] != *"0");
        let count = row.get(row.len() - 4).expect("the number of records");
        records += count.parse::<usize>().expect("a number");
    }
    assert_eq!((people, records, with_credit), (10_000, 100_000, 5_000), "grade 4 is not eligible");
}

#[test]
fn formats_read_well() {
    let records = "record_id,person_id,starts_at,kind,minutes,host_id,host_designations,activity_id,contest_level,award\n\
        1,张三,2025-10-11 09:00,practice,90,B1,base,A1,,\n2,张三,2025-10-12,practice,20,B1,base,A2,,\n\
        3,张三,2025-11-01,competition,,,,,provincial,second\n4,=李四,2025-10-11,visit,60,B2,,A3,,\n";
    let people = "person_id,grade\n张三,6\n=李四,7\n王五,4\n";
    let desk = Desk::with(&[("records.csv", records.as_bytes()), ("people.csv", people.as_bytes())]);
    for lang in ["zh", "en"] {
        for (name, flags) in [
            ("table", ""),
            ("table explained", "--explain"),
            ("csv", "--format csv"),
            ("csv explained", "--format csv --explain"),
            ("json", "--format json"),
        ] {
            let ran = desk.score(GUANGMING, &format!("--people people.csv --lang {lang} {flags}"));
            assert_eq!(ran.code, 0, "{}", ran.err);
            if name.starts_with("csv") {
                assert!(ran.out.starts_with('\u{feff}'), "Excel needs the mark");
                assert!(!ran.out.contains("\n=李四"), "a formula would run");
            }
            insta::assert_snapshot!(
                format!("{name} {lang}").replace(' ', "_"),
                format!("{}\n--- standard error\n{}", ran.out.trim_start_matches('\u{feff}'), ran.err)
            );
        }
    }
}

#[test]
fn shipped_policies_check_sound_and_explain_themselves() {
    let paths: Vec<PathBuf> =
        [BEIJING, GUANGMING, CHILDREN, "award-table-junior-school", "second-classroom", "science-shop-team"]
            .map(policy_file)
            .into();
    let mut args = vec!["policy", "check"];
    args.extend(paths.iter().map(|p| p.to_str().expect("a path")));
    let desk = Desk::with(&[]);
    let ran = desk.run(&args, b"");
    assert_eq!(ran.code, 0, "{}", ran.out);
    assert_eq!(ran.out.matches("办法正确，").count(), 6, "{}", ran.out);
    assert_eq!(ran.out.matches(" 个示例全部通过").count(), 6, "{}", ran.out);
    args.extend(["--lang", "en"]);
    let ran = desk.run(&args, b"");
    assert_eq!(ran.out.matches("sound; cases passed: ").count(), 6, "{}", ran.out);
    for path in &paths {
        let ran = desk.run(&["policy", "explain", path.to_str().expect("a path"), "--lang", "zh"], b"");
        assert_eq!(ran.code, 0, "{}", ran.err);
        assert!(ran.out.lines().any(|l| l.starts_with("1. ")), "{}", ran.out);
    }
    let both = desk.run(&["policy", "explain", paths[0].to_str().expect("a path")], b"").out;
    assert_eq!(both.lines().filter(|l| l.starts_with("1. ")).count(), 2, "{both}");
    let twice = |line: &str| line.split(' ').take(2).filter(|word| word.ends_with('.')).count() == 2;
    assert!(!both.lines().any(twice), "a number before a number: {both}");
}

#[test]
fn a_case_that_gives_something_else_is_shown() {
    let sound = fs::read_to_string(policy_file(BEIJING)).expect("a policy");
    let text = sound.replacen("total: 3", "total: 30", 1);
    let desk = Desk::with(&[("policy.yaml", text.as_bytes())]);
    let ran = desk.run(&["policy", "check", "policy.yaml"], b"");
    assert_eq!(ran.code, 1);
    assert!(ran.out.contains("总学分：应为 30，实际为 3"), "{}", ran.out);
    let ran = desk.run(&["policy", "check", "policy.yaml", "--lang", "en"], b"");
    assert!(ran.out.contains("total: expected 30, got 3"), "{}", ran.out);
    let ran = desk.run(&["policy", "check", "-"], text.replacen("kepu: 1", "kepu: 1\ncolour: red", 1).as_bytes());
    assert_eq!(ran.code, 2);
    assert!(ran.out.starts_with("-:") && ran.out.contains("colour") && ran.out.contains('['), "{}", ran.out);
}

#[test]
fn the_schema_is_printed() {
    let ran = Desk::with(&[]).run(&["policy", "schema"], b"");
    assert_eq!(ran.code, 0);
    let schema: Value = serde_json::from_str(&ran.out).expect("JSON");
    assert!(schema["properties"]["rules"].is_object());
}
