//! What a category is called: the titles of its rules, for a policy gives categories no titles of their own.

use super::document::Document;
use crate::text::Lang;

/// Titles of rules that stand for a category.
const MOST: usize = 3;

impl Document {
    /// The title of a category of its rules in `lang`: up to three titles of its rules; the category's own word where they
    /// have none.
    pub fn category_title(&self, category: &str, lang: Lang) -> String {
        let (between, more) = match lang {
            Lang::Zh => ("、", "等"),
            Lang::En => (", ", " …"),
        };
        let of = self.rules.iter().filter(|rule| rule.category.as_deref().unwrap_or(&rule.id) == category);
        let mut titles: Vec<&str> = Vec::new();
        for title in of.filter_map(|rule| rule.title.as_ref()).map(|title| title.get(lang)) {
            if !titles.contains(&title) {
                titles.push(title);
            }
        }
        let more = if titles.len() > MOST { more } else { "" };
        titles.truncate(MOST);
        if titles.is_empty() { category.to_owned() } else { format!("{}{more}", titles.join(between)) }
    }
}
