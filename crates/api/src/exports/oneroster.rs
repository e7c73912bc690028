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

/// A sheet: name, columns, rows.
type Sheet = (&'static str, &'static [&'static str], Vec<Vec<String>>);

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
    require(&tx, &actor, of.school)?;
    let now = state.now();
    let today = credits::today(&mut tx, now).await?;
    let district = store::district(&mut tx).await?;
    let schools = store::schools(&mut tx, of.school).await?;
    let classes = store::classes(&mut tx, of.school, today).await?;
    let pupils = store::pupils(&mut tx, of.school, today).await?;
    let event = Event::new(
        "roster.export",
        "organization",
        of.school.map_or_else(String::new, |id| id.to_string()),
        json!({ "persons": pupils.len() }),
    );
    audit::record(&mut tx, &actor, now, event).await?;
    tx.commit().await?;
    let sheets = sheets(&district, &schools, &classes, &pupils);
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
    pupils: &[store::PupilRow],
) -> Vec<Sheet> {
    let text = |parts: &[&str]| parts.iter().map(|part| (*part).to_owned()).collect::<Vec<_>>();
    let mut years: Vec<i32> = classes.iter().map(|class| class.school_year).collect();
    years.sort_unstable();
    years.dedup();
    let year_id = |year: i32| format!("year-{year}");
    let course_id = |year: i32| format!("homeroom-{year}");
    let grade = |grade: i32| if grade > 0 { format!("{grade:02}") } else { "KG".to_owned() };
    let sessions = years.iter().map(|year| {
        let (title, end) = (format!("{year}-{}", year + 1), (year + 1).to_string());
        text(&[
            &year_id(*year),
            "",
            "",
            &title,
            "schoolYear",
            &format!("{year}-09-01"),
            &format!("{end}-08-31"),
            "",
            &end,
        ])
    });
    let mut orgs = vec![text(&[&district.id.to_string(), "", "", &district.name_zh, "district", &district.code, ""])];
    orgs.extend(schools.iter().map(|school| {
        text(&[&school.id.to_string(), "", "", &school.name_zh, "school", &school.code, &district.id.to_string()])
    }));
    let courses = years.iter().map(|year| text(&[&course_id(*year), "", "", &year_id(*year), "班级 Homeroom"]));
    let class = |class: &store::ClassRow| {
        let course = course_id(class.school_year);
        let (school, year) = (class.school_id.to_string(), year_id(class.school_year));
        text(&[&class.key, "", "", &class.name, &grade(class.grade), &course, "", "homeroom", &school, &year])
    };
    let user = |pupil: &store::PupilRow| {
        let (given, family) = split(&pupil.name);
        let school = pupil.school_id.to_string();
        text(&[&pupil.key, "", "", "true", "", &given, &family, &pupil.number, &grade(pupil.grade), &school])
    };
    let role = |pupil: &store::PupilRow| {
        text(&[&format!("role-{}", pupil.id), "", "", &pupil.key, "primary", "student", &pupil.school_id.to_string()])
    };
    let enrolment = |pupil: &store::PupilRow| {
        let school = pupil.school_id.to_string();
        let from = pupil.valid_from.to_string();
        text(&[
            &pupil.enrolment_id.to_string(),
            "",
            "",
            &pupil.class_key,
            &school,
            &pupil.key,
            "student",
            "true",
            &from,
            "",
        ])
    };
    vec![
        sheet(
            "academicSessions",
            &[
                "sourcedId",
                "status",
                "dateLastModified",
                "title",
                "type",
                "startDate",
                "endDate",
                "parentSourcedId",
                "schoolYear",
            ],
            sessions.collect(),
        ),
        sheet(
            "orgs",
            &["sourcedId", "status", "dateLastModified", "name", "type", "identifier", "parentSourcedId"],
            orgs,
        ),
        sheet(
            "courses",
            &["sourcedId", "status", "dateLastModified", "schoolYearSourcedId", "title"],
            courses.collect(),
        ),
        sheet(
            "classes",
            &[
                "sourcedId",
                "status",
                "dateLastModified",
                "title",
                "grades",
                "courseSourcedId",
                "classCode",
                "classType",
                "schoolSourcedId",
                "termSourcedIds",
            ],
            classes.iter().map(class).collect(),
        ),
        sheet(
            "users",
            &[
                "sourcedId",
                "status",
                "dateLastModified",
                "enabledUser",
                "username",
                "givenName",
                "familyName",
                "identifier",
                "grades",
                "primaryOrgSourcedId",
            ],
            pupils.iter().map(user).collect(),
        ),
        sheet(
            "roles",
            &["sourcedId", "status", "dateLastModified", "userSourcedId", "roleType", "role", "orgSourcedId"],
            pupils.iter().map(role).collect(),
        ),
        sheet(
            "enrollments",
            &[
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
            ],
            pupils.iter().map(enrolment).collect(),
        ),
    ]
}

fn sheet(name: &'static str, columns: &'static [&'static str], rows: Vec<Vec<String>>) -> Sheet {
    (name, columns, rows)
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
    let mut manifest = vec![
        vec!["manifest.version".to_owned(), "1.0".to_owned()],
        vec!["oneroster.version".to_owned(), "1.2".to_owned()],
    ];
    for file in FILES {
        let mode = if sheets.iter().any(|sheet| sheet.0 == file) { "bulk" } else { "absent" };
        manifest.push(vec![format!("file.{file}"), mode.to_owned()]);
    }
    manifest.push(vec!["source.systemName".to_owned(), "kepu".to_owned()]);
    let manifest: Sheet = ("manifest", &["propertyName", "value"], manifest);
    for (name, columns, rows) in std::iter::once(&manifest).chain(sheets) {
        writer.start_file(format!("{name}.csv"), options).map_err(failed)?;
        let mut sheet = csv::Writer::from_writer(Vec::new());
        sheet.write_record(*columns).map_err(ApiError::internal)?;
        for row in rows {
            sheet.write_record(row).map_err(ApiError::internal)?;
        }
        let bytes = sheet.into_inner().map_err(|error| ApiError::internal(anyhow::anyhow!("{error}")))?;
        writer.write_all(&bytes).map_err(ApiError::internal)?;
    }
    Ok(writer.finish().map_err(failed)?.into_inner())
}
