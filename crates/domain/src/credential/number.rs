//! The public number of a credential, and the name of its holder as whoever looks the number up may see it.

/// The number of a credential of this district: its code and a random word, which nobody guesses.
pub fn number(district_code: &str, word: &str) -> String {
    format!("{district_code}-{}", word.to_uppercase())
}

/// The code of the district that gave a number, and the number as it is kept; none if it cannot be one.
pub fn read(text: &str) -> Option<(String, String)> {
    let text = text.trim();
    let (code, word) = text.rsplit_once('-')?;
    let sound = !code.is_empty() && word.len() >= 8 && word.chars().all(|c| c.is_ascii_alphanumeric());
    sound.then(|| (code.to_owned(), number(code, word)))
}

/// What stands for a character that is not shown.
const HIDDEN: char = '*';

/// A name with most of it hidden: the first character stays, and the last one of three and more.
pub fn masked(name: &str) -> String {
    let characters: Vec<char> = name.trim().chars().collect();
    let many = characters.len();
    let shown = |at: usize| at == 0 || (many > 2 && at.saturating_add(1) == many);
    characters.into_iter().enumerate().map(|(at, c)| if shown(at) { c } else { HIDDEN }).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_number_names_its_district_whatever_its_code_holds() {
        assert_eq!(number("GM-1", "k7mqx2pa9vhd"), "GM-1-K7MQX2PA9VHD");
        let read_as = |text| read(text).map(|(code, number)| format!("{code} {number}"));
        assert_eq!(read_as(" GM-1-k7mqx2pa9vhd ").as_deref(), Some("GM-1 GM-1-K7MQX2PA9VHD"));
        for nonsense in ["", "K7MQX2PA9VHD", "-K7MQX2PA9VHD", "GM-", "GM-short", "GM-K7MQX2PA 9VHD"] {
            assert_eq!(read_as(nonsense), None, "{nonsense}");
        }
    }

    #[test]
    fn a_name_is_hidden_but_for_its_ends() {
        for (name, shown) in [
            ("张三", "张*"),
            ("王小明", "王*明"),
            ("欧阳文静", "欧**静"),
            ("张", "张"),
            ("", ""),
            ("Ann Lee", "A*****e"),
        ] {
            assert_eq!(masked(name), shown);
        }
    }
}
