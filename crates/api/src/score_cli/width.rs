//! Text in columns of a terminal, where a Chinese character takes two.

/// How many columns a text takes.
pub(super) fn width(text: &str) -> usize {
    text.chars().map(of_char).sum()
}

/// The text with spaces to the width; on its left for numbers.
pub(super) fn padded(text: &str, to: usize, right: bool) -> String {
    let spaces = " ".repeat(to.saturating_sub(width(text)));
    if right { format!("{spaces}{text}") } else { format!("{text}{spaces}") }
}

fn of_char(c: char) -> usize {
    match u32::from(c) {
        // Marks that stand on the character before, and joiners.
        0x0300..=0x036F | 0x200B..=0x200F | 0xFE00..=0xFE0F => 0,
        0x1100..=0x115F
        | 0x2E80..=0x303E
        | 0x3041..=0x33FF
        | 0x3400..=0x4DBF
        | 0x4E00..=0x9FFF
        | 0xA000..=0xA4CF
        | 0xAC00..=0xD7A3
        | 0xF900..=0xFAFF
        | 0xFE30..=0xFE6F
        | 0xFF00..=0xFF60
        | 0xFFE0..=0xFFE6
        | 0x1F300..=0x1F64F
        | 0x1F900..=0x1F9FF
        | 0x20000..=0x3FFFD => 2,
        _ => 1,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn chinese_takes_two_columns() {
        assert_eq!(width("学分 1.5"), 8);
        assert_eq!(width("𠮷（x）"), 7);
        assert_eq!(padded("学分", 6, true), "  学分");
        assert_eq!(padded("abc", 2, false), "abc");
    }
}
