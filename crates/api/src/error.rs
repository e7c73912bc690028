//! The one error of the service: a status, a stable code, what happened, and what to do.
//!
//! It leaves as `application/problem+json` (RFC 9457). The cause of a 5xx is logged, never sent.

use std::{borrow::Cow, collections::BTreeMap, fmt};

use axum::{
    http::{HeaderValue, StatusCode, header},
    response::{IntoResponse, Response},
};
use serde::{Deserialize, Serialize};
use utoipa::{
    IntoResponses, ToSchema,
    openapi::{ContentBuilder, Ref, RefOr, ResponseBuilder},
};

use crate::telemetry;

/// What handlers and stores return.
pub type Result<T> = std::result::Result<T, ApiError>;

/// What is wrong with one field of the input.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct FieldError {
    /// Path of the field, e.g. `persons[3].minutes`.
    pub field: String,
    /// Stable code, e.g. `too_long`.
    pub code: String,
    /// What is wrong and what was expected.
    pub message: String,
    /// Row of the sheet, as its reader counts it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub row: Option<u64>,
    /// Column of the sheet.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub column: Option<String>,
    /// The value that was refused.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub value: Option<String>,
}

impl FieldError {
    /// An error of the field at this path.
    pub fn new(field: impl Into<String>, code: impl Into<String>, message: impl Into<String>) -> Self {
        Self { field: field.into(), code: code.into(), message: message.into(), ..Self::default() }
    }

    /// Adds the value that was refused.
    #[must_use]
    pub fn value(mut self, value: impl Into<String>) -> Self {
        self.value = Some(value.into());
        self
    }

    /// Adds the place in a sheet.
    #[must_use]
    pub fn at(mut self, row: u64, column: impl Into<String>) -> Self {
        self.row = Some(row);
        self.column = Some(column.into());
        self
    }
}

/// The body of an error answer.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
pub struct Problem {
    /// Always `about:blank`: the `code` tells errors apart.
    #[serde(rename = "type")]
    pub kind: String,
    /// The status in words.
    pub title: String,
    /// The HTTP status.
    pub status: u16,
    /// Stable code for programs.
    pub code: String,
    /// What happened and what to do, for people.
    pub detail: String,
    /// Id of the request, to be quoted to who runs the service.
    pub instance: String,
    /// What is wrong, field by field.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub errors: Vec<FieldError>,
}

/// An error answer. Small to pass around: what it holds is boxed.
pub struct ApiError(Box<Inner>);

struct Inner {
    status: StatusCode,
    code: Cow<'static, str>,
    detail: String,
    errors: Vec<FieldError>,
    retry_after: Option<u64>,
    constraint: Option<String>,
    cause: Option<anyhow::Error>,
}

impl ApiError {
    /// An error with this status and code. Prefer the named constructors.
    pub fn new(status: StatusCode, code: impl Into<Cow<'static, str>>, detail: impl Into<String>) -> Self {
        Self(Box::new(Inner {
            status,
            code: code.into(),
            detail: detail.into(),
            errors: Vec::new(),
            retry_after: None,
            constraint: None,
            cause: None,
        }))
    }

    /// 400: the request cannot be read.
    pub fn bad_request(code: &'static str, detail: impl Into<String>) -> Self {
        Self::new(StatusCode::BAD_REQUEST, code, detail)
    }

    /// 401: who are you?
    pub fn unauthorized(code: &'static str, detail: impl Into<String>) -> Self {
        Self::new(StatusCode::UNAUTHORIZED, code, detail)
    }

    /// 403: known, but may not. `detail` says what was asked and who may.
    pub fn forbidden(detail: impl Into<String>) -> Self {
        Self::new(StatusCode::FORBIDDEN, "forbidden", detail)
    }

    /// 404: there is no such thing in this district. `kind` is the noun, e.g. `"session"`.
    pub fn not_found(kind: &str) -> Self {
        Self::new(
            StatusCode::NOT_FOUND,
            "not_found",
            format!("There is no such {kind} here. Check its id, and the district that the request is for."),
        )
    }

    /// 409: it contradicts what is there.
    pub fn conflict(code: &'static str, detail: impl Into<String>) -> Self {
        Self::new(StatusCode::CONFLICT, code, detail)
    }

    /// 422: readable, but the rules refuse it.
    pub fn unprocessable(code: &'static str, detail: impl Into<String>) -> Self {
        Self::new(StatusCode::UNPROCESSABLE_ENTITY, code, detail)
    }

    /// 422 `invalid`: one entry for each field that is wrong.
    pub fn invalid(errors: Vec<FieldError>) -> Self {
        let detail = match errors.as_slice() {
            [one] => format!("{}: {}", one.field, one.message),
            many => format!("{} fields are wrong; see errors.", many.len()),
        };
        Self::unprocessable("invalid", detail).with_errors(errors)
    }

    /// 422 `invalid` for one field.
    pub fn invalid_field(field: impl Into<String>, code: impl Into<String>, message: impl Into<String>) -> Self {
        Self::invalid(vec![FieldError::new(field, code, message)])
    }

    /// 412: somebody changed it since it was read.
    pub fn precondition_failed(detail: impl Into<String>) -> Self {
        Self::new(StatusCode::PRECONDITION_FAILED, "version_changed", detail)
    }

    /// 412 with the usual words: `kind` has version `current` now.
    pub fn version_changed(kind: &str, current: i64) -> Self {
        Self::precondition_failed(format!(
            "The {kind} was changed by somebody else: its version is {current} now. Read it again, then repeat the \
             change with the new ETag in If-Match."
        ))
    }

    /// 429: wait this many seconds.
    pub fn too_many(code: &'static str, detail: impl Into<String>, retry_after_seconds: u64) -> Self {
        let mut error = Self::new(StatusCode::TOO_MANY_REQUESTS, code, detail);
        error.0.retry_after = Some(retry_after_seconds.max(1));
        error
    }

    /// 503: try again in a moment.
    pub fn unavailable(code: &'static str, detail: impl Into<String>) -> Self {
        let mut error = Self::new(StatusCode::SERVICE_UNAVAILABLE, code, detail);
        error.0.retry_after = Some(1);
        error
    }

    /// 500: a fault of ours. The cause is logged under the request's id.
    pub fn internal(cause: impl Into<anyhow::Error>) -> Self {
        let mut error = Self::new(
            StatusCode::INTERNAL_SERVER_ERROR,
            "internal",
            "Something failed inside the service. Try again; if it stays, tell who runs it the instance.",
        );
        error.0.cause = Some(cause.into());
        error
    }

    /// Adds field errors.
    #[must_use]
    pub fn with_errors(mut self, errors: Vec<FieldError>) -> Self {
        self.0.errors = errors;
        self
    }

    /// The status.
    pub fn status(&self) -> StatusCode {
        self.0.status
    }

    /// The stable code.
    pub fn code(&self) -> &str {
        &self.0.code
    }

    /// What happened.
    pub fn detail(&self) -> &str {
        &self.0.detail
    }

    /// The field errors.
    pub fn errors(&self) -> &[FieldError] {
        &self.0.errors
    }

    /// The database constraint that was violated, if that is what happened.
    pub fn constraint(&self) -> Option<&str> {
        self.0.constraint.as_deref()
    }
}

impl fmt::Debug for ApiError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}: {}", self.0.status.as_u16(), self.0.code, self.0.detail)?;
        if let Some(cause) = &self.0.cause {
            write!(f, " ({cause:#})")?;
        }
        Ok(())
    }
}

impl fmt::Display for ApiError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(self, f)
    }
}

impl std::error::Error for ApiError {}

impl From<anyhow::Error> for ApiError {
    fn from(cause: anyhow::Error) -> Self {
        match cause.downcast::<Self>() {
            Ok(error) => error,
            Err(cause) => Self::internal(cause),
        }
    }
}

impl From<serde_json::Error> for ApiError {
    fn from(cause: serde_json::Error) -> Self {
        Self::internal(cause)
    }
}

impl From<sqlx::Error> for ApiError {
    fn from(cause: sqlx::Error) -> Self {
        if matches!(cause, sqlx::Error::PoolTimedOut) {
            tracing::warn!("no database connection became free in time");
            return Self::unavailable("busy", "The service is busy. Try again in a moment.");
        }
        let Some(database) = cause.as_database_error() else { return Self::internal(cause) };
        let constraint = database.constraint().map(str::to_owned);
        let mut error = match database.code().as_deref() {
            // A unique or an exclusion constraint.
            Some("23505" | "23P01") => {
                Self::conflict("already_exists", "Something with the same identity exists already.")
            }
            Some("23503") => {
                Self::unprocessable("missing_reference", "It names something that does not exist, or that is in use.")
            }
            // A day that it cannot hold or reckon with: its days begin in 4713 BC.
            Some("22007" | "22008") => Self::unprocessable(
                "out_of_range",
                "A day or a time lies too far from today. Give one of a year that can be meant.",
            ),
            Some("40001" | "40P01" | "55P03") => {
                Self::unavailable("contended", "Others were changing the same things. Try again.")
            }
            _ => return Self::internal(cause),
        };
        error.0.constraint = constraint;
        error.0.cause = Some(cause.into());
        error
    }
}

/// Gives the violation of a named constraint its own answer.
pub trait OnConstraint<T> {
    /// If the statement failed on the constraint `name`, answers `error()` instead.
    fn on_constraint(self, name: &str, error: impl FnOnce() -> ApiError) -> Result<T>;
}

impl<T, E: Into<ApiError>> OnConstraint<T> for std::result::Result<T, E> {
    fn on_constraint(self, name: &str, error: impl FnOnce() -> ApiError) -> Result<T> {
        self.map_err(|cause| {
            let cause = cause.into();
            if cause.constraint() == Some(name) { error() } else { cause }
        })
    }
}

impl IntoResponse for ApiError {
    fn into_response(self) -> Response {
        let Inner { status, code, detail, errors, retry_after, cause, .. } = *self.0;
        if status.is_server_error() {
            let cause = cause.as_ref().map(|cause| format!("{cause:#}"));
            tracing::error!(status = status.as_u16(), code = %code, detail, cause, "request failed");
        }
        let problem = Problem {
            kind: "about:blank".into(),
            title: status.canonical_reason().unwrap_or("Error").into(),
            status: status.as_u16(),
            code: code.into_owned(),
            detail,
            instance: telemetry::request_id(),
            errors,
        };
        let body = serde_json::to_vec(&problem).unwrap_or_default();
        let mut response = (status, [(header::CONTENT_TYPE, "application/problem+json")], body).into_response();
        let headers = response.headers_mut();
        if let Some(seconds) = retry_after {
            headers.insert(header::RETRY_AFTER, HeaderValue::from(seconds));
        }
        if status == StatusCode::UNAUTHORIZED {
            headers.insert(header::WWW_AUTHENTICATE, HeaderValue::from_static("Bearer realm=\"kepu\""));
        }
        response
    }
}

/// The error answers that any operation may give, for `responses(…, ApiErrors)` in `#[utoipa::path]`.
pub struct ApiErrors;

const DOCUMENTED: [(&str, &str); 13] = [
    ("400", "The request cannot be read"),
    ("401", "Not signed in, or the session has ended"),
    ("403", "Signed in, but may not"),
    ("404", "No such thing in this district"),
    ("409", "It contradicts what is there"),
    ("412", "Changed by somebody else since it was read"),
    ("413", "The body is too large"),
    ("415", "The body has another media type than expected"),
    ("422", "The rules refuse it; `errors` names the fields"),
    ("428", "If-Match is missing"),
    ("429", "Too many requests; see Retry-After"),
    ("500", "A fault of the service; quote the instance"),
    ("503", "Busy; try again"),
];

impl IntoResponses for ApiErrors {
    fn responses() -> BTreeMap<String, RefOr<utoipa::openapi::response::Response>> {
        DOCUMENTED
            .into_iter()
            .map(|(status, text)| {
                let content = ContentBuilder::new().schema(Some(Ref::from_schema_name("Problem"))).build();
                let response =
                    ResponseBuilder::new().description(text).content("application/problem+json", content).build();
                (status.to_owned(), RefOr::T(response))
            })
            .collect()
    }
}
