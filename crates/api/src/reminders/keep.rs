//! Writes reminders: at the start and every hour, until the service stops. What is written says what was told, so a stop
//! loses nothing, and two services that run at once tell nothing twice.

use std::collections::{HashMap, HashSet};

use chrono::{Days, NaiveDate};
use kepu_domain::reminder::{NEWS_DAYS, Stage, Step, tell};
use uuid::Uuid;

use super::{gather, store};
use crate::{applications::By, error::Result, ids, state::AppState, tenancy::DistrictId};

/// An object, a step and its last day, by account.
type Key = (Uuid, &'static str, Uuid, NaiveDate);

/// Tells what is due and was not told yet, and puts away what is done; answers how many were told.
///
/// # Errors
/// If the database cannot be read or written.
pub async fn remind(state: &AppState) -> Result<usize> {
    let now = state.now();
    // What is due reaches over districts, and those are in one time zone.
    let today = now.with_timezone(&chrono_tz::Asia::Shanghai).date_naive();
    let appeals = gather::appeals(state, today).await?;
    let mut tx = state.begin_in(DistrictId::PLATFORM).await?;
    store::hold(&mut tx).await?;
    let people = store::people(&mut tx).await?;
    let mut owed = gather::gather(&mut tx, today).await?;
    owed.extend(appeals);
    let told: HashMap<Key, (Uuid, Stage)> = store::told(&mut tx)
        .await?
        .into_iter()
        .filter_map(|row| {
            let step = Step::parse(&row.step)?;
            let key = (row.account_id, step.word(), row.object_id, row.due);
            Some((key, (row.id, Stage::parse(&row.stage)?)))
        })
        // The last one stays: they come in the order of their stages.
        .collect();
    let (mut new, mut waiting) = (Vec::new(), Vec::new());
    let mut seen = HashSet::new();
    for one in &owed {
        let whom: &[Uuid] = match &one.by {
            By::Organization(id) => people.of_organization(*id),
            By::Authority(id) => people.of_authority(*id),
            By::Accounts(accounts) => accounts,
        };
        for account in whom {
            let key = (*account, one.step.word(), one.object, one.due);
            if !seen.insert(key) {
                continue;
            }
            let before = told.get(&key);
            if let Some(stage) = tell(one.step, one.due, today, before.map(|(_, stage)| *stage)) {
                new.push(store::Reminder {
                    id: ids::new(),
                    account_id: *account,
                    step: one.step.word().to_owned(),
                    object_id: one.object,
                    due: one.due,
                    stage: stage.word().to_owned(),
                    label_zh: one.label_zh.clone(),
                    label_en: one.label_en.clone(),
                    created_at: now,
                    read_at: None,
                    over_at: None,
                    page_id: None,
                });
            } else if let Some((id, _)) = before
                && kepu_domain::reminder::stage(one.step, one.due, today).is_some()
            {
                waiting.push(*id);
            }
        }
    }
    waiting.extend(new.iter().map(|one| one.id));
    store::insert(&mut tx, &new).await?;
    let told_at_once: Vec<&str> = Step::ALL.into_iter().filter(|step| step.is_told_at_once()).map(Step::word).collect();
    let news_since = today.checked_sub_days(Days::new(NEWS_DAYS)).unwrap_or(today);
    store::put_away(&mut tx, &waiting, &told_at_once, news_since, now).await?;
    tx.commit().await?;
    Ok(new.len())
}
