//! GET /api/v1/exports/oneroster.zip

use std::io::{Cursor, Write};

use axum::{
    extract::State,
    http::{HeaderValue, header},
    response::{IntoResponse, Response},
};
use serde_json::json;

use super::{OfSchool, TAG, require, store};
use crate::{
    audit::{self, Event},
    auth::Actor,
    credits,
    error::{ApiError, ApiErrors, Result},
    extract::ApiQuery,
    state::AppState,
};

/// Every file that a package of OneRoster 1.2 may hold; those that are there are in full.
const FILES: [&str; 21] = [
    "academicSessions",
    "categories",
    "classes",
    "classResources",
    "courses",
    "courseResources",
    "demographics",
    "enrollments",
    "lineItemLearningObjectiveIds",
    "lineItems",
    "lineItemScoreScales",
    "orgs",
    "resources",
    "resultLearningObjectiveIds",
    "results",
    "resultScoreScales",
    "roles",
    "scoreScales",
    "userProfiles",
    "userResources",
    "users",
];

/// A sheet with all columns of the standard, in its order, as some readers insist; what is not told is empty.
struct Sheet {
    name: &'static str,
    columns: &'static [&'static str],
    rows: Vec<Row>,
}

/// What a row tells, by column.
type Row = Vec<(&'static str, String)>;

const ACADEMIC_SESSIONS: &[&str] = &[
    "sourcedId",
    "status",
    "dateLastModified",
    "title",
    "type",
    "startDate",
    "endDate",
    "parentSourcedId",
    "schoolYear",
];
const ORGS: &[&str] = &["sourcedId", "status", "dateLastModified", "name", "type", "identifier", "parentSourcedId"];
const COURSES: &[&str] = &[
    "sourcedId",
    "status",
    "dateLastModified",
    "schoolYearSourcedId",
    "title",
    "courseCode",
    "grades",
    "orgSourcedId",
    "subjects",
    "subjectCodes",
];
const CLASSES: &[&str] = &[
    "sourcedId",
    "status",
    "dateLastModified",
    "title",
    "grades",
    "courseSourcedId",
    "classCode",
    "classType",
    "location",
    "schoolSourcedId",
    "termSourcedIds",
    "subjects",
    "subjectCodes",
    "periods",
];
const USERS: &[&str] = &[
    "sourcedId",
    "status",
    "dateLastModified",
    "enabledUser",
    "username",
    "userIds",
    "givenName",
    "familyName",
    "middleName",
    "identifier",
    "email",
    "sms",
    "phone",
    "agentSourcedIds",
    "grades",
    "password",
    "userMasterIdentifier",
    "preferredGivenName",
    "preferredMiddleName",
    "preferredFamilyName",
    "primaryOrgSourcedId",
    "pronouns",
];
const ROLES: &[&str] = &[
    "sourcedId",
    "status",
    "dateLastModified",
    "userSourcedId",
    "roleType",
    "role",
    "beginDate",
    "endDate",
    "orgSourcedId",
    "userProfileSourcedId",
];
const ENROLLMENTS: &[&str] = &[
    "sourcedId",
    "status",
    "dateLastModified",
    "classSourcedId",
    "schoolSourcedId",
    "userSourcedId",
    "role",
    "primary",
    "beginDate",
    "endDate",
];

/// The roster as of today (OneRoster 1.2, CSV, bulk), as one ZIP.
#[utoipa::path(
    get, path = "/api/v1/exports/oneroster.zip", operation_id = "export_oneroster", tag = TAG, params(OfSchool),
    responses((status = 200, description = "The package", content_type = "application/zip"), ApiErrors)
)]
pub(super) async fn export_oneroster(
    State(state): State<AppState>,
    actor: Actor,
    ApiQuery(of): ApiQuery<OfSchool>,
) -> Result<Response> {
    let mut tx = state.begin(&actor).await?;
    require(&mut tx, &actor, of.school).await?;
    let now = state.now();
    let today = credits::today(&mut tx, now).await?;
    let district = store::district(&mut tx).await?;
    let schools = store::schools(&mut tx, of.school).await?;
    let classes = store::classes(&mut tx, of.school, today).await?;
    let persons = store::persons(&mut tx, of.school, today).await?;
    let event = Event::new(
        "roster.export",
        "organization",
        of.school.map_or_else(String::new, |id| id.to_string()),
        json!({ "persons": persons.len() }),
    );
    audit::record(&mut tx, &actor, now, event).await?;
    tx.commit().await?;
    let sheets = sheets(&district, &schools, &classes, &persons);
    let bytes = tokio::task::spawn_blocking(move || package(&sheets)).await.map_err(ApiError::internal)??;
    let headers = [
        (header::CONTENT_TYPE, HeaderValue::from_static("application/zip")),
        (header::CONTENT_DISPOSITION, HeaderValue::from_static("attachment; filename=\"oneroster.zip\"")),
        (header::CACHE_CONTROL, HeaderValue::from_static("private, no-store")),
    ];
    Ok((headers, bytes).into_response())
}

fn sheets(
    district: &store::DistrictRow,
    schools: &[store::SchoolRow],
    classes: &[store::ClassRow],
    persons: &[store::PersonRow],
) -> Vec<Sheet> {
    let mut years: Vec<i32> = classes.iter().map(|class| class.school_year).collect();
    years.sort_unstable();
    years.dedup();
    let year_id = |year: i32| format!("year-{year}");
    let course_id = |year: i32| format!("homeroom-{year}");
    let grade = |grade: i32| if grade > 0 { format!("{grade:02}") } else { "KG".to_owned() };
    let session = |(id, title, kind): (String, String, &str), (from, to): (String, String), year: i32| {
        vec![
            ("sourcedId", id),
            ("title", title),
            ("type", kind.to_owned()),
            ("startDate", from),
            ("endDate", to),
            ("schoolYear", (year + 1).to_string()),
        ]
    };
    let sessions = years.iter().flat_map(|year| {
        let (year, end) = (*year, year + 1);
        let days = (format!("{year}-09-01"), format!("{end}-08-31"));
        let whole = session((year_id(year), format!("{year}-{end}"), "schoolYear"), days, year);
        let days =
            [(format!("{year}-09-01"), format!("{end}-01-31")), (format!("{end}-02-01"), format!("{end}-08-31"))];
        let terms =
            term_ids(year).into_iter().zip(["第一学期", "第二学期"]).zip(days).map(move |((id, name), days)| {
                let mut term = session((id, format!("{year}-{end} {name}"), "term"), days, year);
                term.push(("parentSourcedId", year_id(year)));
                term
            });
        std::iter::once(whole).chain(terms)
    });
    let mut orgs: Vec<Row> = vec![vec![
        ("sourcedId", district.id.to_string()),
        ("name", district.name_zh.clone()),
        ("type", "district".to_owned()),
        ("identifier", district.code.clone()),
    ]];
    orgs.extend(schools.iter().map(|school| {
        vec![
            ("sourcedId", school.id.to_string()),
            ("name", school.name_zh.clone()),
            ("type", "school".to_owned()),
            ("identifier", school.code.clone()),
            ("parentSourcedId", district.id.to_string()),
        ]
    }));
    let courses = years.iter().map(|year| {
        vec![
            ("sourcedId", course_id(*year)),
            ("schoolYearSourcedId", year_id(*year)),
            ("title", "班级 Homeroom".to_owned()),
            ("orgSourcedId", district.id.to_string()),
        ]
    });
    let class = |class: &store::ClassRow| {
        vec![
            ("sourcedId", class.key.clone()),
            ("title", class.name.clone()),
            ("grades", grade(class.grade)),
            ("courseSourcedId", course_id(class.school_year)),
            ("classType", "homeroom".to_owned()),
            ("schoolSourcedId", class.school_id.to_string()),
            // Of terms: a class is given in terms, and the year is above them.
            ("termSourcedIds", term_ids(class.school_year).join(",")),
        ]
    };
    let word = |person: &store::PersonRow| if person.is_teacher { "teacher" } else { "student" }.to_owned();
    let user = |person: &store::PersonRow| {
        let (given, family) = split(&person.name);
        vec![
            ("sourcedId", person.key.clone()),
            ("enabledUser", "true".to_owned()),
            // It must not be empty, and nobody need have an account here.
            ("username", person.number.clone()),
            ("givenName", given),
            ("familyName", family),
            ("identifier", person.number.clone()),
            ("grades", if person.is_teacher { String::new() } else { grade(person.grade) }),
            ("primaryOrgSourcedId", person.school_id.to_string()),
        ]
    };
    let role = |person: &store::PersonRow| {
        vec![
            ("sourcedId", format!("role-{}", person.id)),
            ("userSourcedId", person.key.clone()),
            ("roleType", "primary".to_owned()),
            ("role", word(person)),
            ("orgSourcedId", person.school_id.to_string()),
        ]
    };
    // Staff of a school is in none of its classes: who teaches which is not known here.
    let enrolment = |person: &store::PersonRow| {
        let class_key = person.class_key.clone()?;
        let mut row = vec![
            ("sourcedId", person.enrolment_id.to_string()),
            ("classSourcedId", class_key),
            ("schoolSourcedId", person.school_id.to_string()),
            ("userSourcedId", person.key.clone()),
            ("role", word(person)),
            ("beginDate", person.valid_from.to_string()),
        ];
        if person.is_teacher {
            row.push(("primary", "true".to_owned()));
        }
        Some(row)
    };
    vec![
        Sheet { name: "academicSessions", columns: ACADEMIC_SESSIONS, rows: sessions.collect() },
        Sheet { name: "orgs", columns: ORGS, rows: orgs },
        Sheet { name: "courses", columns: COURSES, rows: courses.collect() },
        Sheet { name: "classes", columns: CLASSES, rows: classes.iter().map(class).collect() },
        Sheet { name: "users", columns: USERS, rows: persons.iter().map(user).collect() },
        Sheet { name: "roles", columns: ROLES, rows: persons.iter().map(role).collect() },
        Sheet { name: "enrollments", columns: ENROLLMENTS, rows: persons.iter().filter_map(enrolment).collect() },
    ]
}

/// The two terms of a school year.
fn term_ids(year: i32) -> [String; 2] {
    [format!("term-{year}-1"), format!("term-{year}-2")]
}

/// Given and family name: a Chinese name begins with the family's, which is one character of nearly all; in others it is last.
fn split(name: &str) -> (String, String) {
    if let Some((given, family)) = name.trim().rsplit_once(' ') {
        return (given.to_owned(), family.to_owned());
    }
    let mut characters = name.trim().chars();
    let family: String = characters.by_ref().take(1).collect();
    let given: String = characters.collect();
    if given.is_empty() { (family.clone(), family) } else { (given, family) }
}

fn package(sheets: &[Sheet]) -> Result<Vec<u8>> {
    let failed = |error: zip::result::ZipError| ApiError::internal(error);
    let mut writer = zip::ZipWriter::new(Cursor::new(Vec::new()));
    let options = zip::write::SimpleFileOptions::default();
    let property = |name: &str, value: &str| vec![("propertyName", name.to_owned()), ("value", value.to_owned())];
    let mut manifest = vec![property("manifest.version", "1.0"), property("oneroster.version", "1.2")];
    for file in FILES {
        let mode = if sheets.iter().any(|sheet| sheet.name == file) { "bulk" } else { "absent" };
        manifest.push(property(&format!("file.{file}"), mode));
    }
    manifest.push(property("source.systemName", "kepu"));
    let manifest = Sheet { name: "manifest", columns: &["propertyName", "value"], rows: manifest };
    for Sheet { name, columns, rows } in std::iter::once(&manifest).chain(sheets) {
        writer.start_file(format!("{name}.csv"), options).map_err(failed)?;
        let mut sheet = csv::Writer::from_writer(Vec::new());
        sheet.write_record(*columns).map_err(ApiError::internal)?;
        for row in rows {
            let told = |column| row.iter().find(|(name, _)| name == column).map_or("", |(_, value)| value.as_str());
            sheet.write_record(columns.iter().map(told)).map_err(ApiError::internal)?;
        }
        let bytes = sheet.into_inner().map_err(|error| ApiError::internal(anyhow::anyhow!("{error}")))?;
        writer.write_all(&bytes).map_err(ApiError::internal)?;
    }
    Ok(writer.finish().map_err(failed)?.into_inner())
}
