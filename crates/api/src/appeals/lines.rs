//! Which lines of a person can be questioned today, so that nobody is offered what filing would refuse.

use axum::{Json, extract::State};
use chrono::NaiveDate;
use kepu_domain::appeal::possible;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use uuid::Uuid;

use super::{
    TAG, act,
    file::can_be_questioned,
    reach::side,
    store::{self, LineRow},
    view::{AppealLineKind, CorrectionKind},
};
use crate::{
    auth::Actor,
    error::{ApiErrors, Result},
    extract::ApiQuery,
    state::AppState,
};

/// Whose lines.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(super) struct LinesOf {
    /// The student.
    person: Uuid,
}

/// A line that the account can question.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
pub struct QuestionableLine {
    /// Which sort.
    pub line_kind: AppealLineKind,
    /// The participation or result.
    pub line_id: Uuid,
    /// The last day on which it can be questioned, if it does not change again.
    pub until: NaiveDate,
    /// What can be wanted, the usual first.
    pub wants: Vec<CorrectionKind>,
}

/// All of them.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
pub struct QuestionableLines {
    /// Participations, then results, in the order of entry.
    pub items: Vec<QuestionableLine>,
}

/// Lines of a student that the account can question today: not those that are still to come, are too old by the days of
/// the district, are questioned already, or were questioned in vain and have not changed since.
#[utoipa::path(
    get, path = "/api/v1/appeals/lines", operation_id = "questionable_lines", tag = TAG, params(LinesOf),
    responses((status = 200, description = "The lines", body = QuestionableLines), ApiErrors)
)]
pub(super) async fn questionable_lines(
    State(state): State<AppState>,
    actor: Actor,
    ApiQuery(of): ApiQuery<LinesOf>,
) -> Result<Json<QuestionableLines>> {
    let mut tx = state.begin_snapshot(&actor).await?;
    let district = tx.district().0;
    let school = store::school_of(&mut tx, of.person).await?;
    let act = act(&mut tx, &state, &actor).await?;
    let (terms, _) = store::terms(&mut tx).await?;
    let mut items = Vec::new();
    let mut somewhere = side(&actor, district, of.person, [school, None]).map(|_| ());
    for kind in [AppealLineKind::Participation, AppealLineKind::Result] {
        for line in store::lines(&mut tx, kind.word(), of.person).await? {
            // A school questions what was recorded of the person while it was its pupil, too.
            if side(&actor, district, line.person_id, [line.school_id, line.current_school_id]).is_err() {
                continue;
            }
            somewhere = Ok(());
            let wants: Vec<CorrectionKind> = wants(kind, &line)?;
            if let Ok(until) = can_be_questioned(&line, &terms, &act)
                && !wants.is_empty()
                && !line.questioned
            {
                items.push(QuestionableLine { line_kind: kind, line_id: line.id, until, wants });
            }
        }
    }
    tx.commit().await?;
    somewhere?;
    Ok(Json(QuestionableLines { items }))
}

fn wants(kind: AppealLineKind, line: &LineRow) -> Result<Vec<CorrectionKind>> {
    Ok(possible(store::line_of(kind.word(), &line.state)?).iter().copied().map(CorrectionKind::from).collect())
}
