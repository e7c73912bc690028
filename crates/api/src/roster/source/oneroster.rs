//! `OneRoster` 1.2 CSV: files in a zip with a `manifest.csv`, either everything (bulk) or what changed (delta).
//!
//! Users become persons: `identifier` (else `username`, else `sourcedId`) is the number; the class is that of the
//! enrolment in a homeroom, else of the primary one, else of the first. Staff stands at its school. Guardians and
//! administrators of districts are passed over. Courses and sessions are read only as far as they are needed.

use std::{
    collections::HashMap,
    io::{Cursor, Read},
};

use bytes::Bytes;
use chrono::{Datelike, NaiveDate};
use kepu_domain::roster::{Cells, Incoming, Refusal, SchoolList, cell};
use zip::ZipArchive;

use super::{Content, file_error, limits, sheet_error};
use crate::{
    error::{ApiError, FieldError, Result},
    sheet::{Row, Sheet},
};

/// Rows of enrolments without a user of their own are numbered from here.
const ENROLLMENT_ROWS: u64 = 10_000_000;

/// Text of rosters shrinks to a tenth or so; what shrinks to less than this part is made to fill the memory.
const MOST_RATIO: u128 = 200;
/// Up to this size nobody minds.
const MOST_UNPACKED_ALWAYS: u128 = 64 << 20;

const NEEDED: [&str; 4] = ["orgs", "users", "classes", "enrollments"];

/// A user of an earlier file.
#[derive(Debug, Clone)]
pub(in crate::roster) struct KnownUser {
    pub kind: String,
    /// The class in which the user is.
    pub class: Option<String>,
}

/// A class of an earlier file.
#[derive(Debug, Clone)]
pub(in crate::roster) struct KnownClass {
    pub school_code: String,
    pub grade: i32,
    pub name: String,
}

/// What earlier files brought, by the source's identity. A file of changes names only what changed.
#[derive(Debug, Clone, Default)]
pub(in crate::roster) struct Known {
    pub users: HashMap<String, KnownUser>,
    pub classes: HashMap<String, KnownClass>,
}

/// A zip whose manifest is sound and whose files are there.
pub(in crate::roster) struct Package {
    archive: ZipArchive<Cursor<Bytes>>,
    /// The folder in which the files lie; mostly none.
    folder: String,
    delta: bool,
    present: Vec<String>,
}

/// The rows of one file, by the names of its columns.
struct Table {
    columns: HashMap<String, usize>,
    rows: Vec<Row>,
}

impl Table {
    fn get<'r>(&self, row: &'r Row, column: &str) -> &'r str {
        self.columns.get(column).map_or("", |index| row.cell(*index))
    }
}

#[derive(Clone)]
struct Class {
    school: String,
    grade: String,
    title: String,
    homeroom: bool,
}

struct Enrolment<'t> {
    row: u64,
    class: &'t str,
    school: &'t str,
    role: &'t str,
    primary: bool,
    gone: bool,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Role {
    Student,
    Staff,
    Nobody,
}

fn role(word: &str) -> Option<Role> {
    match word.to_ascii_lowercase().as_str() {
        "student" => Some(Role::Student),
        "teacher" | "aide" | "counselor" | "principal" | "administrator" | "siteadministrator" | "proctor" => {
            Some(Role::Staff)
        }
        "guardian" | "parent" | "relative" | "districtadministrator" | "systemadministrator" => Some(Role::Nobody),
        _ => None,
    }
}

impl Package {
    pub(super) fn open(archive: ZipArchive<Cursor<Bytes>>) -> Result<Self> {
        if archive.len() > 1000 {
            return Err(file_error("bad_zip", "holds more than 1000 files"));
        }
        // What a file states may be a lie; then the reading ends at its limit.
        let stated = archive.decompressed_size().unwrap_or(u128::MAX);
        let packed = archive.clone().into_inner().into_inner().len() as u128;
        if stated > (packed * MOST_RATIO).max(MOST_UNPACKED_ALWAYS) || stated > u128::from(limits().unpacked_bytes) {
            return Err(file_error("too_large", "unpacks to far more than a roster is; is it damaged?"));
        }
        let manifest = archive
            .file_names()
            .filter_map(|name| name.ok().map(std::borrow::Cow::into_owned))
            .filter(|name| name == "manifest.csv" || name.ends_with("/manifest.csv"))
            .min_by_key(String::len)
            .ok_or_else(|| {
                file_error("manifest_missing", "is a zip without manifest.csv, so it is no OneRoster file")
            })?;
        let folder = manifest.trim_end_matches("manifest.csv").to_owned();
        let mut package = Self { archive, folder, delta: false, present: Vec::new() };
        package.read_manifest()?;
        let needed: &[(&str, &[&str])] = &[
            ("orgs", &["sourcedId", "name", "type"]),
            ("users", &["sourcedId", "givenName", "familyName"]),
            ("classes", &["sourcedId", "title", "schoolSourcedId"]),
            ("enrollments", &["sourcedId", "classSourcedId", "userSourcedId", "role"]),
            ("roles", &["userSourcedId", "role"]),
            ("demographics", &["sourcedId"]),
            ("academicSessions", &["sourcedId", "type", "startDate", "endDate"]),
        ];
        for (name, columns) in needed {
            if package.has(name) {
                package.check_columns(name, columns)?;
            }
        }
        Ok(package)
    }

    pub(super) fn is_delta(&self) -> bool {
        self.delta
    }

    fn has(&self, name: &str) -> bool {
        self.present.iter().any(|present| present == name)
    }

    fn read_manifest(&mut self) -> Result<()> {
        let table = self.table("manifest", &["propertyName", "value"])?;
        let properties: HashMap<String, String> = table
            .rows
            .iter()
            .map(|row| (table.get(row, "propertyname").to_owned(), table.get(row, "value").to_lowercase()))
            .collect();
        let version = properties.get("oneroster.version").map_or("", String::as_str);
        if version != "1.2" {
            let message = format!("has a manifest with oneroster.version {version:?}; only 1.2 can be read");
            return Err(file_error("unsupported_version", message));
        }
        let mut errors = Vec::new();
        let mut bulk = false;
        for (property, value) in &properties {
            let Some(name) = property.strip_prefix("file.") else { continue };
            match value.as_str() {
                "bulk" | "delta" => {
                    if self.archive.index_for_name(&format!("{}{name}.csv", self.folder)).is_none() {
                        let message = format!("the manifest says {value}, but {name}.csv is not in the zip");
                        errors.push(FieldError::new(format!("{name}.csv"), "file_missing", message));
                    }
                    if NEEDED.contains(&name) {
                        bulk |= value == "bulk";
                        self.delta |= value == "delta";
                    }
                    self.present.push(name.to_owned());
                }
                "absent" => {}
                other => {
                    let message = format!("the manifest says {other:?}; it must be bulk, delta or absent");
                    errors.push(FieldError::new(format!("{name}.csv"), "bad_manifest", message));
                }
            }
        }
        if bulk && self.delta {
            let message = "orgs, users, classes and enrollments must all be bulk or all be delta";
            errors.push(FieldError::new("manifest.csv", "mixed_modes", message));
        } else if !self.delta {
            for name in NEEDED.into_iter().filter(|name| !self.has(name)) {
                let message = format!("a bulk file needs {name}.csv, but the manifest does not have it");
                errors.push(FieldError::new(format!("{name}.csv"), "file_missing", message));
            }
        }
        if errors.is_empty() {
            return Ok(());
        }
        errors.sort_by(|a, b| (&a.code, &a.field).cmp(&(&b.code, &b.field)));
        let code = match errors.first().map(|error| error.code.as_str()) {
            Some("file_missing") => "file_missing",
            Some("mixed_modes") => "mixed_modes",
            _ => "bad_manifest",
        };
        Err(ApiError::unprocessable(code, "The manifest and the files do not fit; see errors.").with_errors(errors))
    }

    /// The path of a file with what it unpacks to, at most as much as is read.
    fn sheet(&mut self, name: &str) -> Result<Sheet> {
        let path = format!("{}{name}.csv", self.folder);
        let mut file = self
            .archive
            .by_name(&path)
            .map_err(|error| file_error("file_missing", format!("cannot be read: {path}: {error}")))?;
        let limits = limits();
        let mut bytes = Vec::new();
        (&mut file)
            .take(limits.bytes + 1)
            .read_to_end(&mut bytes)
            .map_err(|error| file_error("bad_zip", format!("is damaged: {path}: {error}")))?;
        Sheet::from_bytes(&path, bytes, limits).map_err(|error| sheet_error(&error))
    }

    fn check_columns(&mut self, name: &str, columns: &[&str]) -> Result<()> {
        let mut sheet = self.sheet(name)?;
        let rows = sheet.rows().map_err(|error| sheet_error(&error))?;
        let missing: Vec<FieldError> = columns
            .iter()
            .filter(|column| !rows.header().iter().any(|known| known.eq_ignore_ascii_case(column)))
            .map(|column| {
                FieldError::new(
                    format!("{name}.csv: {column}"),
                    "missing_column",
                    "the header does not name this column",
                )
            })
            .collect();
        if missing.is_empty() {
            return Ok(());
        }
        let detail = format!("{name}.csv lacks columns; see errors.");
        Err(ApiError::unprocessable("missing_column", detail).with_errors(missing))
    }

    /// Reads a file; an absent one has no rows.
    fn table(&mut self, name: &str, columns: &[&str]) -> Result<Table> {
        if name != "manifest" && !self.has(name) {
            return Ok(Table { columns: HashMap::new(), rows: Vec::new() });
        }
        if !columns.is_empty() {
            self.check_columns(name, columns)?;
        }
        let mut sheet = self.sheet(name)?;
        let rows = sheet.rows().map_err(|error| sheet_error(&error))?;
        let columns =
            rows.header().iter().enumerate().map(|(index, name)| (name.to_ascii_lowercase(), index)).collect();
        let rows = rows.collect::<std::result::Result<Vec<_>, _>>().map_err(|error| sheet_error(&error))?;
        Ok(Table { columns, rows })
    }

    pub(super) fn school_year(&mut self, day: NaiveDate) -> Result<Option<i32>> {
        let sessions = self.table("academicSessions", &[])?;
        Ok(sessions.rows.iter().find_map(|row| {
            let starts = cell::date(sessions.get(row, "startdate")).ok()?;
            let ends = cell::date(sessions.get(row, "enddate")).ok()?;
            let is_year = sessions.get(row, "type").eq_ignore_ascii_case("schoolYear");
            (is_year && (starts..=ends).contains(&day)).then(|| starts.year())
        }))
    }

    pub(super) fn read(&mut self, schools: &SchoolList, known: &Known, day: NaiveDate) -> Result<Content> {
        let orgs = self.table("orgs", &[])?;
        let school_words: HashMap<&str, String> = orgs
            .rows
            .iter()
            .map(|row| {
                let id = orgs.get(row, "sourcedid");
                let words = [orgs.get(row, "identifier"), orgs.get(row, "name"), id];
                let found = words.iter().find(|word| !word.is_empty() && schools.find(word).is_ok());
                // Where none is known, the name says best which school is meant.
                (id, (*found.unwrap_or(&words[1])).to_owned())
            })
            .collect();
        let school_word = |id: &str| school_words.get(id).cloned();
        let classes = self.classes(&school_word)?;
        let demographics = self.table("demographics", &[])?;
        let details: HashMap<&str, &Row> =
            demographics.rows.iter().map(|row| (demographics.get(row, "sourcedid"), row)).collect();
        let roles = self.table("roles", &[])?;
        let mut role_of: HashMap<&str, &Row> = HashMap::new();
        for row in roles.rows.iter().filter(|row| !is_gone(roles.get(row, "status"))) {
            let user = roles.get(row, "usersourcedid");
            if roles.get(row, "roletype").eq_ignore_ascii_case("primary") || !role_of.contains_key(user) {
                role_of.insert(user, row);
            }
        }
        let enrollments = self.table("enrollments", &[])?;
        let mut enrolled: HashMap<&str, Vec<Enrolment<'_>>> = HashMap::new();
        for row in &enrollments.rows {
            let ended = cell::date(enrollments.get(row, "enddate")).is_ok_and(|last| last < day);
            if ended {
                continue;
            }
            enrolled.entry(enrollments.get(row, "usersourcedid")).or_default().push(Enrolment {
                row: row.number,
                class: enrollments.get(row, "classsourcedid"),
                school: enrollments.get(row, "schoolsourcedid"),
                role: enrollments.get(row, "role"),
                primary: enrollments.get(row, "primary").eq_ignore_ascii_case("true"),
                gone: is_gone(enrollments.get(row, "status")),
            });
        }

        let users = self.table("users", &[])?;
        let mut content = Content::default();
        for row in &users.rows {
            let id = users.get(row, "sourcedid");
            let mine = enrolled.remove(id).unwrap_or_default();
            let mut reader = UserReader {
                refusals: Vec::new(),
                delta: self.delta,
                id,
                classes: &classes,
                known,
                school_word: &school_word,
            };
            reader.faults(row);
            let status = users.get(row, "status");
            if self.delta && !matches!(status.to_ascii_lowercase().as_str(), "active" | "tobedeleted") {
                reader.refuse("status", status, "invalid_status", "must be active or tobedeleted in a file of changes");
            }
            let role_row = role_of.get(id).copied();
            let word = role_row.map_or("", |row| roles.get(row, "role"));
            let kind = reader.kind(word, &mine);
            if kind == Some(Role::Nobody) {
                content.skipped += 1;
                continue;
            }
            let mut cells = Cells {
                number: first([users.get(row, "identifier"), users.get(row, "username"), id]).to_owned(),
                name: full_name(users.get(row, "familyname"), users.get(row, "givenname")),
                ..Cells::default()
            };
            if let Some(details) = details.get(id) {
                demographics.get(details, "birthdate").clone_into(&mut cells.birth_date);
                let sex = demographics.get(details, "sex");
                if !matches!(sex.to_ascii_lowercase().as_str(), "other" | "unspecified") {
                    sex.clone_into(&mut cells.sex);
                }
            }
            let school = first([
                role_row.map_or("", |row| roles.get(row, "orgsourcedid")),
                users.get(row, "primaryorgsourcedid"),
                mine.first().map_or("", |enrolment| enrolment.school),
            ]);
            reader.complete(&mut cells, kind, &mine, school, users.get(row, "grades"), is_gone(status));
            content.rows.push(Incoming { row: row.number, cells: clean(cells), refusals: reader.refusals });
        }

        // Enrolments of users who are not in the file: in a file of changes, of those who are known.
        let mut rest: Vec<(&str, Vec<Enrolment<'_>>)> = enrolled.into_iter().collect();
        rest.sort_by_key(|(_, mine)| mine.first().map(|enrolment| enrolment.row));
        for (id, mine) in rest {
            let row = ENROLLMENT_ROWS + mine.first().map_or(0, |enrolment| enrolment.row);
            let mut reader = UserReader {
                refusals: Vec::new(),
                delta: self.delta,
                id,
                classes: &classes,
                known,
                school_word: &school_word,
            };
            let mut cells = Cells::default();
            if self.delta && known.users.contains_key(id) {
                let kind = reader.kind("", &mine);
                reader.complete(&mut cells, kind, &mine, "", "", false);
            } else {
                let message = "is no user of this file, nor one who is known; see enrollments.csv";
                reader.refuse("userSourcedId", id, "unknown_person", message);
                id.clone_into(&mut cells.source_id);
            }
            content.rows.push(Incoming { row, cells: clean(cells), refusals: reader.refusals });
        }
        if content.rows.is_empty() {
            return Err(file_error("empty_file", "names no students and no staff"));
        }
        Ok(content)
    }

    fn classes(&mut self, school_word: &impl Fn(&str) -> Option<String>) -> Result<HashMap<String, Class>> {
        let classes = self.table("classes", &[])?;
        Ok(classes
            .rows
            .iter()
            .filter(|row| !is_gone(classes.get(row, "status")))
            .map(|row| {
                let class = Class {
                    school: school_word(classes.get(row, "schoolsourcedid"))
                        .unwrap_or_else(|| classes.get(row, "schoolsourcedid").to_owned()),
                    grade: first_of(classes.get(row, "grades")).to_owned(),
                    title: classes.get(row, "title").to_owned(),
                    homeroom: classes.get(row, "classtype").eq_ignore_ascii_case("homeroom"),
                };
                (classes.get(row, "sourcedid").to_owned(), class)
            })
            .collect())
    }
}

struct UserReader<'p, W: Fn(&str) -> Option<String>> {
    refusals: Vec<Refusal>,
    delta: bool,
    id: &'p str,
    classes: &'p HashMap<String, Class>,
    known: &'p Known,
    school_word: &'p W,
}

impl<W: Fn(&str) -> Option<String>> UserReader<'_, W> {
    fn refuse(&mut self, column: &str, value: &str, code: &str, message: &str) {
        self.refusals.push(Refusal::new(column, &value.replace('\0', ""), code, message));
    }

    fn faults(&mut self, row: &Row) {
        for fault in &row.faults {
            let column = fault.column.clone().unwrap_or_default();
            let message = format!("cannot be taken; expected {}", fault.expected().en);
            self.refuse(&column, &fault.value.clone(), "bad_cell", &message);
        }
        if self.id.is_empty() {
            self.refuse("sourcedId", "", "required", "is empty; every user needs one");
        }
    }

    /// Student or staff, by the role, else by the enrolments, else by what is known.
    fn kind(&mut self, word: &str, mine: &[Enrolment<'_>]) -> Option<Role> {
        let word = first([word, mine.first().map_or("", |enrolment| enrolment.role)]);
        if word.is_empty() {
            return self
                .known
                .users
                .get(self.id)
                .map(|known| if known.kind == "teacher" { Role::Staff } else { Role::Student });
        }
        let kind = role(word);
        if kind.is_none() {
            self.refuse("role", word, "invalid_role", "is no role of OneRoster 1.2");
        }
        kind
    }

    fn complete(
        &mut self,
        cells: &mut Cells,
        kind: Option<Role>,
        mine: &[Enrolment<'_>],
        school: &str,
        grades: &str,
        gone: bool,
    ) {
        self.id.clone_into(&mut cells.source_id);
        cells.keeps_place = self.delta;
        cells.leaves = gone;
        let staff = kind == Some(Role::Staff);
        if staff {
            "teacher".clone_into(&mut cells.kind);
        }
        if gone {
            return;
        }
        if staff {
            // A file of changes need not repeat the schools: who is known stays where it is.
            let stays = self.delta && self.known.users.contains_key(self.id);
            cells.school =
                (self.school_word)(school).unwrap_or_else(|| if stays { String::new() } else { school.to_owned() });
            return;
        }
        let best = mine
            .iter()
            .filter(|enrolment| !enrolment.gone && role(enrolment.role) != Some(Role::Staff))
            .min_by_key(|enrolment| {
                let homeroom = self.classes.get(enrolment.class).is_some_and(|class| class.homeroom);
                (!homeroom, !enrolment.primary, enrolment.row)
            });
        let Some(best) = best else {
            // The enrolment in the class where the user is has ended, and there is no other.
            let current = self.known.users.get(self.id).and_then(|known| known.class.as_deref());
            cells.leaves =
                self.delta && mine.iter().any(|enrolment| enrolment.gone && Some(enrolment.class) == current);
            if !self.delta && mine.is_empty() {
                self.refuse("enrollments.csv", self.id, "no_class", "is a student without an enrolment in a class");
            }
            return;
        };
        if let Some(class) = self.classes.get(best.class) {
            cells.school.clone_from(&class.school);
            cells.grade = first([class.grade.as_str(), first_of(grades)]).to_owned();
            cells.class.clone_from(&class.title);
        } else if let Some(class) = self.delta.then(|| self.known.classes.get(best.class)).flatten() {
            cells.school.clone_from(&class.school_code);
            cells.grade = class.grade.to_string();
            cells.class.clone_from(&class.name);
        } else {
            self.refuse(
                "classSourcedId",
                best.class,
                "unknown_class",
                "is no class of this file, nor one that is known",
            );
            return;
        }
        best.class.clone_into(&mut cells.class_source_id);
    }
}

/// Text that PostgreSQL can keep: what held a NUL is refused later for the mark that stands for it.
fn clean(mut cells: Cells) -> Cells {
    for text in [
        &mut cells.school,
        &mut cells.grade,
        &mut cells.class,
        &mut cells.number,
        &mut cells.name,
        &mut cells.birth_date,
        &mut cells.sex,
        &mut cells.source_id,
        &mut cells.class_source_id,
    ] {
        if text.contains('\0') {
            *text = text.replace('\0', "\u{fffd}");
        }
    }
    cells
}

fn is_gone(status: &str) -> bool {
    status.eq_ignore_ascii_case("tobedeleted")
}

fn first<const N: usize>(words: [&str; N]) -> &str {
    words.into_iter().find(|word| !word.is_empty()).unwrap_or("")
}

/// The first of a list in one cell.
fn first_of(list: &str) -> &str {
    list.split(',').next().unwrap_or("").trim()
}

/// Chinese names are written family name first and without a blank.
fn full_name(family: &str, given: &str) -> String {
    let (family, given) = (family.trim(), given.trim());
    if family.is_ascii() && given.is_ascii() { format!("{given} {family}") } else { format!("{family}{given}") }
}
