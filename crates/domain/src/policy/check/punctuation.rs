//! Words with Chinese commas or quotes, as input methods write them: YAML takes them for letters, so that a list becomes one
//! word.

use super::super::document::AliasField;
use super::super::problem::Path;
use super::Checker;
use crate::roster::cell::fold;
use crate::text::say;

/// What stands between words, and in none: a name may well have brackets, wide letters or 、 in it.
const SEPARATORS: [char; 2] = ['，', '；'];
const QUOTES: [char; 4] = ['“', '”', '‘', '’'];

/// What of a word its author took for YAML's. Quotes around the whole word are; a name may begin with what is quoted.
fn strange(word: &str) -> Vec<char> {
    let quoted = word.starts_with(QUOTES) && word.ends_with(QUOTES);
    let mut found = Vec::new();
    for c in word.chars().filter(|c| SEPARATORS.contains(c) || (quoted && QUOTES.contains(c))) {
        if !found.contains(&c) {
            found.push(c);
        }
    }
    found
}

/// The words that were meant.
fn meant(word: &str) -> Vec<String> {
    let plain = |part: &str| fold(&part.replace(QUOTES, ""));
    word.split(SEPARATORS).map(plain).filter(|part| !part.is_empty()).collect()
}

impl Checker<'_> {
    /// Whether a word of the author's own is well written; `alias` where it can be given other words.
    pub(super) fn plainly_written(&mut self, word: &str, alias: Option<AliasField>, path: &Path) -> bool {
        let strange = strange(word);
        if strange.is_empty() {
            return true;
        }
        let strange: String = strange.into_iter().collect();
        let words: Vec<String> = meant(word).iter().map(|word| format!("`{word}`")).collect();
        let help = match words.as_slice() {
            [] => say("用英文标点重写", "write it with plain punctuation"),
            [one] => say(format!("应写 {one}"), format!("write {one}")),
            many => say(
                format!("应写 {} 几个词，之间用英文逗号", many.join("、")),
                format!("write the words {} with plain commas between them", many.join(", ")),
            ),
        };
        let help = if alias.is_some() {
            say(
                format!("{}；记录里确是那样写时，在 `aliases` 中给它另一个词", help.zh),
                format!("{}; where records have it so, give it another word under `aliases`", help.en),
            )
        } else {
            help
        };
        self.add(
            "chinese_punctuation",
            path,
            say(
                format!("`{word}` 中有中文标点 `{strange}`，整个被当作一个词"),
                format!("`{word}` has Chinese punctuation in it, `{strange}`, and is read as one word"),
            ),
            help,
        );
        false
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_keep_their_punctuation() {
        for word in ["竞赛（市级）", "Ａ类", "小发明、小制作", "“小院士”评选", "科普：讲座", "visit"]
        {
            assert_eq!(strange(word), [], "{word}");
        }
        for word in ["参观，讲座", "visit；lecture", "“visit”", "‘visit’"] {
            assert_ne!(strange(word), [], "{word}");
        }
    }
}
