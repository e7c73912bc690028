//! What a policy calls its ladders, levels and requirements.

use std::collections::BTreeMap;

use kepu_domain::policy::Policy;
use kepu_domain::text::{Lang, Text};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// Titles by short name, so that nobody has to read `three-star`. What a policy gives no title has none here.
#[derive(Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct PolicyTitles {
    /// Of ladders.
    pub ladders: BTreeMap<String, PolicyTitle>,
    /// Of the levels of each ladder.
    pub levels: BTreeMap<String, BTreeMap<String, PolicyTitle>>,
    /// Of requirements.
    pub requirements: BTreeMap<String, PolicyTitle>,
}

/// A title.
#[derive(Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct PolicyTitle {
    /// In Chinese.
    pub title_zh: String,
    /// In English; may be empty.
    pub title_en: String,
}

impl PolicyTitles {
    /// Of several versions, such as the one before and the one after: where they differ, the later one's.
    pub fn of<'p>(policies: impl IntoIterator<Item = &'p Policy>) -> Self {
        let mut titles = Self::default();
        for document in policies.into_iter().map(Policy::document) {
            for ladder in &document.ladders {
                add(&mut titles.ladders, &ladder.id, ladder.title.as_ref());
                let levels = titles.levels.entry(ladder.id.clone()).or_default();
                for level in &ladder.levels {
                    add(levels, &level.id, level.title.as_ref());
                }
            }
            for requirement in &document.requirements {
                add(&mut titles.requirements, &requirement.id, requirement.title.as_ref());
            }
        }
        titles
    }
}

fn add(titles: &mut BTreeMap<String, PolicyTitle>, id: &str, title: Option<&Text>) {
    let Some(title) = title else { return };
    let title = PolicyTitle { title_zh: title.get(Lang::Zh).to_owned(), title_en: title.get(Lang::En).to_owned() };
    titles.insert(id.to_owned(), title);
}
