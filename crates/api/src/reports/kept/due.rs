//! Packs that nobody has to ask for: when a month or a term has ended, its pack is made and kept, by each policy that a
//! district scores students by. What was made says so itself, so a stop loses nothing, and two services make nothing twice.

use chrono::{DateTime, Datelike, NaiveDate, Utc};
use chrono_tz::Tz;
use kepu_domain::person::PersonKind;
use serde_json::json;
use uuid::Uuid;

use super::making;
use super::store::{self, PackRow, PackState, Scored};
use crate::audit::{self, Event, Origin};
use crate::credits;
use crate::error::Result;
use crate::reports::ready::{Kind, WhichReady};
use crate::state::AppState;
use crate::tenancy::DistrictId;

/// Asks for the packs of periods that have ended, and goes on with all that have not; answers how many were asked for.
///
/// # Errors
/// If the database cannot be read or written.
pub async fn look(state: &AppState) -> Result<usize> {
    let mut asked = 0;
    for district in store::with_packs(state.db().owner()).await? {
        asked += ask(state, DistrictId(district)).await?;
    }
    making::go_on(state).await?;
    Ok(asked)
}

async fn ask(state: &AppState, district: DistrictId) -> Result<usize> {
    let now = state.now();
    let mut tx = state.db().begin(district).await?;
    let zone: Tz = credits::store::time_zone(&mut tx).await?.parse().unwrap_or(Tz::Asia__Shanghai);
    let today = now.with_timezone(&zone).date_naive();
    let mut of_students = Vec::new();
    for policy in store::scored(&mut tx).await? {
        let rules = credits::policy(&mut tx, policy.policy_version_id).await?;
        // A pack is about students: one by a policy for teachers alone would call everybody not reached.
        if rules.admits(PersonKind::Student) {
            of_students.push((policy, rules));
        }
    }
    let several = of_students.len() > 1;
    let mut asked = 0;
    for (policy, rules) in of_students {
        let began = policy.since.with_timezone(&zone).date_naive();
        let term = rules.last_term(today).map(|(id, _, to)| Period::Term { id, to });
        for period in month_before(today).into_iter().chain(term) {
            // Nothing was scored yet when it ended.
            if period.last_day() < began {
                continue;
            }
            let row = period.pack(&policy, several, state.new_id(), now);
            if store::insert_pack(&mut tx, &row).await? {
                let detail = json!({ "name": row.name, "query": row.query, "kinds": row.kinds });
                let event = Event::new("report.pack", "report", row.id, detail);
                audit::record_as(&mut tx, &Origin::default(), now, vec![event]).await?;
                asked += 1;
            }
        }
    }
    tx.commit().await?;
    Ok(asked)
}

/// What a pack is made of by itself.
enum Period {
    Month { from: NaiveDate, to: NaiveDate },
    Term { id: String, to: NaiveDate },
}

/// The last month that has ended.
fn month_before(today: NaiveDate) -> Option<Period> {
    let to = today.with_day(1)?.pred_opt()?;
    Some(Period::Month { from: to.with_day(1)?, to })
}

impl Period {
    fn last_day(&self) -> NaiveDate {
        match self {
            Self::Month { to, .. } | Self::Term { to, .. } => *to,
        }
    }

    fn pack(self, policy: &Scored, several: bool, id: Uuid, now: DateTime<Utc>) -> PackRow {
        let which = WhichReady { policy: Some(policy.policy_id.clone()), ..WhichReady::default() };
        let (word, name, query) = match self {
            Self::Month { from, to } => (
                from.format("%Y-%m").to_string(),
                format!("{} 年 {} 月", from.year(), from.month()),
                WhichReady { from: Some(from), to: Some(to), ..which },
            ),
            Self::Term { id, .. } => (id.clone(), format!("学期 {id}"), WhichReady { term: Some(id), ..which }),
        };
        PackRow {
            id,
            name: if several { format!("{name} · {}", policy.title_zh) } else { name },
            query: sqlx::types::Json(query),
            kinds: Kind::ALL.iter().map(|kind| kind.word().to_owned()).collect(),
            state: PackState::Waiting,
            done: 0,
            problem: String::new(),
            files: sqlx::types::Json(Vec::new()),
            asked_by: Uuid::nil(),
            asked_at: now,
            ended_at: None,
            of_period: Some(format!("{}/{word}", policy.policy_id)),
        }
    }
}
