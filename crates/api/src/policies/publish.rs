//! Checking and publishing a policy version.

use axum::Json;
use axum::extract::State;
use axum::response::Response;
use chrono::{DateTime, Utc};
use kepu_domain::policy::{Case, Policy, Problem, explain, run_case};
use kepu_domain::role::{Action, Scope};
use kepu_domain::text::Lang;
use serde::{Deserialize, Serialize};
use serde_json::json;
use sha2::{Digest, Sha256};
use utoipa::{IntoParams, ToSchema};
use uuid::Uuid;

use super::TAG;
use super::read::PolicyView;
use super::store::{self, NewVersion};
use crate::audit;
use crate::auth::Actor;
use crate::error::{ApiError, ApiErrors, FieldError, Result};
use crate::extract::{ApiJson, ApiQuery};
use crate::ids;
use crate::state::AppState;
use crate::tenancy::Tx;

/// Bytes of a document at the most.
const MOST_BYTES: usize = 1024 * 1024;

/// A policy document.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct PolicyDocument {
    /// The YAML text.
    pub document: String,
}

/// In which language.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct InLang {
    /// Language in which it is told what is wrong: `zh` (if not given) or `en`.
    #[serde(default)]
    #[param(value_type = Option<String>)]
    pub lang: Option<Lang>,
}

/// What a check found.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
pub struct PolicyCheck {
    /// Whether it can be published.
    pub ok: bool,
    /// What is wrong, in order of lines.
    pub problems: Vec<PolicyProblem>,
    /// Cases that do not give what they say.
    pub failed_cases: Vec<FailedCase>,
    /// How many cases there are.
    pub cases: usize,
    /// Each case, in the order written: what it says and what comes out.
    pub case_results: Vec<CaseResult>,
    /// The rules as sentences in Chinese; empty while it cannot be read.
    pub sentences_zh: Vec<String>,
    /// The rules as sentences in English; empty while it cannot be read.
    pub sentences_en: Vec<String>,
}

/// What came of a case.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
pub struct CaseResult {
    /// Its name in the language asked for.
    pub name: String,
    /// Whether everything it names comes out.
    pub holds: bool,
    /// What came out differently.
    pub differences: Vec<String>,
    /// How many records it has.
    pub records: usize,
    /// The total it says, a decimal, where it says one.
    pub expected_total: Option<String>,
}

/// One thing wrong with a document.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
pub struct PolicyProblem {
    /// A stable word for the kind of problem.
    pub code: String,
    /// Line, from 1.
    pub line: u64,
    /// Character of the line, from 1.
    pub column: u64,
    /// The way to the value.
    pub path: String,
    /// What is wrong.
    pub message: String,
    /// What to do.
    pub help: String,
}

/// A case that fails.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
pub struct FailedCase {
    /// Its name.
    pub name: String,
    /// What came out differently.
    pub differences: Vec<String>,
}

/// Checks a document and runs its cases; publishes nothing.
#[utoipa::path(
    post, path = "/api/v1/policies/check", operation_id = "check_policy", tag = TAG, request_body = PolicyDocument,
    params(InLang),
    responses((status = 200, description = "What was found", body = PolicyCheck), ApiErrors)
)]
pub async fn check_policy(
    State(state): State<AppState>,
    actor: Actor,
    ApiQuery(asked): ApiQuery<InLang>,
    ApiJson(body): ApiJson<PolicyDocument>,
) -> Result<Json<PolicyCheck>> {
    let district = actor.district()?;
    actor.require(Action::PolicyPublish, &Scope::District { district: district.0 })?;
    size(&body.document)?;
    let _ = state;
    Ok(Json(check(&body.document, asked.lang.unwrap_or_default())))
}

/// Publishes a version for the district. Its text never changes again.
#[utoipa::path(
    post, path = "/api/v1/policies", operation_id = "publish_policy", tag = TAG, request_body = PolicyDocument,
    params(InLang, ("Idempotency-Key" = Option<String>, Header, description = "Repeat safely with the same key")),
    responses((status = 201, description = "Published", body = PolicyView),
              (status = 200, description = "Was published already with the same text", body = PolicyView), ApiErrors)
)]
pub async fn publish_policy(
    State(state): State<AppState>,
    actor: Actor,
    ApiQuery(asked): ApiQuery<InLang>,
    ApiJson(body): ApiJson<PolicyDocument>,
) -> Result<Response> {
    let mut tx = state.begin(&actor).await?;
    let district = tx.district().0;
    actor.require(Action::PolicyPublish, &Scope::District { district })?;
    super::adopt::require_one_is_enough(&mut tx).await?;
    size(&body.document)?;
    let now = state.now();
    let lang = asked.lang.unwrap_or_default();
    let (row, new) = publish(&mut tx, Some(district), &body.document, Some(actor.account_id), now, lang).await?;
    if new {
        let detail = json!({ "policy_id": row.policy_id, "version": row.version, "digest": row.digest });
        let event = audit::Event::new("policy.publish", "policy_version", row.id, detail);
        audit::record(&mut tx, &actor, now, event).await?;
    }
    let status = if new { axum::http::StatusCode::CREATED } else { axum::http::StatusCode::OK };
    tx.commit_with((status, Json(PolicyView::from(row)))).await
}

/// Publishes a document, for a district or for all; answers whether it is new. A refusal is told in `lang`.
pub(crate) async fn publish(
    tx: &mut Tx,
    district: Option<Uuid>,
    text: &str,
    by: Option<Uuid>,
    at: DateTime<Utc>,
    lang: Lang,
) -> Result<(store::VersionRow, bool)> {
    let policy = sound_document(text, lang)?;
    let document = policy.document();
    let digest = digest(text);
    let new = NewVersion {
        id: ids::new(),
        district_id: district,
        policy_id: &document.id,
        version: &document.version,
        title_zh: document.title.get(Lang::Zh),
        title_en: document.title.get(Lang::En),
        illustrative: document.illustrative,
        document: text,
        digest: &digest,
        published_by: by,
        published_at: at,
    };
    let is_new = store::insert_version(tx, &new).await?;
    let row = store::version_by_name(tx, district, &document.id, &document.version).await?;
    let row = row.ok_or_else(|| ApiError::not_found("policy version"))?;
    if !is_new && row.digest != digest && district.is_some() {
        let detail = format!(
            "Version {} of {} is published with another text, and a published version never changes. Give the new text \
             a new version.",
            document.version, document.id
        );
        return Err(ApiError::conflict("version_published", detail));
    }
    Ok((row, is_new))
}

pub(crate) fn size(text: &str) -> Result<()> {
    if text.len() > MOST_BYTES {
        return Err(ApiError::invalid_field("document", "too_long", format!("at most {MOST_BYTES} bytes")));
    }
    Ok(())
}

fn check(text: &str, lang: Lang) -> PolicyCheck {
    match Policy::parse(text) {
        Err(problems) => {
            let problems = problems.iter().map(|p| view(p, lang)).collect();
            PolicyCheck {
                ok: false,
                problems,
                failed_cases: Vec::new(),
                cases: 0,
                case_results: Vec::new(),
                sentences_zh: Vec::new(),
                sentences_en: Vec::new(),
            }
        }
        Ok(policy) => {
            let case_results: Vec<CaseResult> =
                policy.document().cases.iter().map(|case| result_of(&policy, case, lang)).collect();
            let failed = |case: &&CaseResult| !case.holds;
            let told =
                |case: &CaseResult| FailedCase { name: case.name.clone(), differences: case.differences.clone() };
            let failed_cases: Vec<FailedCase> = case_results.iter().filter(failed).map(told).collect();
            PolicyCheck {
                ok: failed_cases.is_empty(),
                problems: Vec::new(),
                failed_cases,
                cases: case_results.len(),
                case_results,
                sentences_zh: explain(&policy, Lang::Zh),
                sentences_en: explain(&policy, Lang::En),
            }
        }
    }
}

fn result_of(policy: &Policy, case: &Case, lang: Lang) -> CaseResult {
    let differences: Vec<String> = run_case(policy, case).iter().map(|told| told.get(lang).to_owned()).collect();
    CaseResult {
        name: case.name.get(lang).to_owned(),
        holds: differences.is_empty(),
        differences,
        records: case.records.len(),
        expected_total: case.expect.total.map(|total| total.to_string()),
    }
}

fn check_cases(policy: &Policy, lang: Lang) -> Vec<FailedCase> {
    let run = |case: &Case| result_of(policy, case, lang);
    let failed =
        |case: CaseResult| (!case.holds).then_some(FailedCase { name: case.name, differences: case.differences });
    policy.document().cases.iter().map(run).filter_map(failed).collect()
}

/// Reads a document; a refusal names its problems with their lines, in `lang`.
///
/// # Errors
/// 422 with all that is wrong with it.
pub fn read_document(text: &str, lang: Lang) -> Result<Policy> {
    Policy::parse(text).map_err(|problems| refused(&problems, lang))
}

/// Reads a document whose own cases hold; a refusal names its problems or the cases that fail, in `lang`.
///
/// # Errors
/// 422 with all that is wrong with it.
pub fn sound_document(text: &str, lang: Lang) -> Result<Policy> {
    let policy = read_document(text, lang)?;
    let found = check_cases(&policy, lang);
    if let Some(first) = found.first() {
        let error = |case| FieldError::new("document", "case_failed", in_words(case, lang));
        let errors = found.iter().map(error).collect();
        let detail = match lang {
            Lang::Zh => format!("办法自带的示例不成立，首先是“{}”。请改正规则或示例。", first.name),
            Lang::En => {
                format!("The policy's own cases do not hold, first “{}”. Mend the rules or the case.", first.name)
            }
        };
        return Err(ApiError::unprocessable("policy_cases_fail", detail).with_errors(errors));
    }
    Ok(policy)
}

/// What a text is known by: SHA-256, hex.
pub(crate) fn digest(text: &str) -> String {
    format!("{:x}", Sha256::digest(text.as_bytes()))
}

fn in_words(case: &FailedCase, lang: Lang) -> String {
    match lang {
        Lang::Zh => format!("示例“{}”：{}", case.name, case.differences.join("；")),
        Lang::En => format!("case “{}”: {}", case.name, case.differences.join("; ")),
    }
}

fn view(problem: &Problem, lang: Lang) -> PolicyProblem {
    PolicyProblem {
        code: problem.code.to_owned(),
        line: problem.place.line as u64,
        column: problem.place.column as u64,
        path: problem.path.to_string(),
        message: problem.message.get(lang).to_owned(),
        help: problem.help.get(lang).to_owned(),
    }
}

fn refused(problems: &[Problem], lang: Lang) -> ApiError {
    let errors = problems
        .iter()
        .map(|p| {
            let mut error = FieldError::new(format!("document:{}", p.path), p.code, p.advice(lang));
            error.row = Some(p.place.line as u64);
            error
        })
        .collect();
    let many = problems.len();
    let detail = match (problems.first(), lang) {
        (Some(first), Lang::Zh) => {
            format!("办法有 {many} 处问题，首先在第 {} 行：{}", first.place.line, first.message.get(lang))
        }
        (Some(first), Lang::En) => {
            format!("The policy has {many} problem(s), first on line {}: {}", first.place.line, first.message.get(lang))
        }
        (None, Lang::Zh) => "无法读取办法。".to_owned(),
        (None, Lang::En) => "The policy cannot be read.".to_owned(),
    };
    ApiError::unprocessable("policy_refused", detail).with_errors(errors)
}
