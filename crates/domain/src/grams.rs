//! What a text is found by: its characters, and every two neighbours.
//!
//! Chinese is written without spaces and its words are mostly two characters long, so neither words nor groups of
//! three find it. A text that holds what is looked for holds all of its pairs; those few are then read themselves.

use std::collections::BTreeSet;

/// The text as it is compared: small letters, full-width signs as their usual ones, and nothing that is neither letter
/// nor digit. One space stays between two words in Latin letters or digits; beside a Chinese character none does, for
/// there nobody knows whether one was written: "3D printing" in Chinese has a space or not, a title has quotation marks or
/// not.
pub fn plain(text: &str) -> String {
    let mut plain = String::with_capacity(text.len());
    let mut gap = false;
    for letter in text.chars().map(half_width) {
        if !letter.is_alphanumeric() {
            gap = true;
            continue;
        }
        if gap && letter.is_ascii() && plain.ends_with(|before: char| before.is_ascii()) {
            plain.push(' ');
        }
        gap = false;
        plain.extend(letter.to_lowercase());
    }
    plain
}

/// The words of what somebody looks for, each once: all of them must be found. Signs part them, as they are typed.
pub fn words(query: &str) -> Vec<String> {
    let words: BTreeSet<String> = query
        .split(|letter: char| !half_width(letter).is_alphanumeric())
        .map(plain)
        .filter(|word| !word.is_empty())
        .collect();
    words.into_iter().collect()
}

/// Every character of a text and every two neighbours within a word, each once.
pub fn grams(text: &str) -> Vec<String> {
    let mut grams = BTreeSet::new();
    for word in plain(text).split(' ') {
        let mut before = None;
        for letter in word.chars() {
            grams.insert(String::from(letter));
            if let Some(before) = before.replace(letter) {
                grams.insert(String::from_iter([before, letter]));
            }
        }
    }
    grams.into_iter().collect()
}

/// The pairs that a text must have to hold these words; the character of a word of one.
pub fn needed(words: &[String]) -> Vec<String> {
    let mut needed = BTreeSet::new();
    for word in words {
        let many = word.chars().nth(1).is_some();
        needed.extend(grams(word).into_iter().filter(|gram| !many || gram.chars().nth(1).is_some()));
    }
    needed.into_iter().collect()
}

/// Full-width letters, digits and signs as the usual ones; an ideographic space as a space.
fn half_width(letter: char) -> char {
    match letter {
        '\u{3000}' => ' ',
        '\u{ff01}'..='\u{ff5e}' => u32::from(letter).checked_sub(0xfee0).and_then(char::from_u32).unwrap_or(letter),
        other => other,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    // 机器人 robot, 昆虫 insect.
    const ROBOT: &str = "\u{673a}\u{5668}\u{4eba}";
    const INSECT: &str = "\u{6606}\u{866b}";

    #[test]
    fn texts_are_compared_without_their_dress() {
        for (text, expected) in [
            ("  3D  Printing, basics! ", "3d printing basics"),
            ("\u{ff33}\u{ff34}\u{ff25}\u{ff2d}\u{3000}\u{ff11}", "stem 1"),
            ("", ""),
            ("\u{300a}\u{300b}", ""),
        ] {
            assert_eq!(plain(text), expected, "{text}");
        }
        assert_eq!(plain(&format!("\u{300a}{ROBOT}\u{300b}A")), format!("{ROBOT}a"));
    }

    /// However a title is written, and however it is typed: with quotation marks, dots and spaces or without.
    #[test]
    fn signs_beside_chinese_do_not_matter() {
        for text in [format!("3D {ROBOT} {INSECT}"), format!("3d\u{201c}{ROBOT}\u{201d}\u{b7}{INSECT}")] {
            assert_eq!(plain(&text), format!("3d{ROBOT}{INSECT}"), "{text}");
        }
        assert_eq!(words(&format!("3D\u{300c}{ROBOT}\u{300d} A-B")), ["3d", "a", "b", ROBOT]);
        assert_eq!(words(&format!("3D{ROBOT}")), [format!("3d{ROBOT}")]);
    }

    #[test]
    fn pairs_stay_within_words() {
        assert_eq!(grams("ab c"), ["a", "ab", "b", "c"]);
        assert_eq!(words("b  A b"), ["a", "b"]);
        assert_eq!(needed(&words("abc d")), ["ab", "bc", "d"]);
        assert!(needed(&words(" ,. ")).is_empty());
    }

    #[test]
    fn two_characters_are_a_whole_word() {
        assert_eq!(needed(&words(INSECT)), [INSECT]);
        assert!(grams(&format!("{INSECT}\u{89c2}\u{5bdf}")).contains(&INSECT.to_owned()));
        assert_eq!(needed(&words(ROBOT)).len(), 2);
    }
}
