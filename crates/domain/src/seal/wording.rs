//! What a file proves, or why it proves nothing, in words.

use std::collections::BTreeMap;

use data_encoding::BASE64;
use uuid::Uuid;

use super::proof::{Proven, Refusal};
use crate::credit::Credit;
use crate::text::{Lang, say};

impl Proven {
    /// Sentences, one a line.
    pub fn text(&self, lang: Lang) -> String {
        let head = &self.checkpoint;
        let (many, size, origin) = (self.entries.len(), head.size, &head.origin);
        let mut sums: BTreeMap<(Uuid, &str), Credit> = BTreeMap::new();
        for (_, entry) in &self.entries {
            let sum = sums.entry((entry.person, &entry.policy)).or_insert(Credit::ZERO);
            *sum = sum.plus(entry.amount);
        }
        let mut lines = vec![
            say(
                format!("已证明：所给的 {many} 条学分流水都在 {origin} 的账本中，封存后未被改动。"),
                format!(
                    "Proven: all {many} ledger entries that were given are in the ledger of {origin}, unchanged since they were sealed."
                ),
            ),
            say(
                format!("依据的检查点：共 {size} 条，根哈希 {}，签名有效。", BASE64.encode(&head.root)),
                format!(
                    "By the checkpoint of {size} entries with the root {}, whose signature holds.",
                    BASE64.encode(&head.root)
                ),
            ),
        ];
        for (index, entry) in &self.entries {
            let (number, on, amount, policy) = (index.saturating_add(1), entry.on, entry.amount, &entry.policy);
            lines.push(say(
                format!("  第 {number} 条：{on}，{amount} 学分（{policy}）"),
                format!("  no. {number}: {on}, {amount} credits ({policy})"),
            ));
        }
        for ((person, policy), sum) in sums {
            lines.push(say(
                format!("人员 {person} 按 {policy} 合计 {sum} 学分。"),
                format!("Together {sum} credits of person {person} under {policy}."),
            ));
        }
        lines.push(say(
            "合计只含这里所给的流水。请把检查点与学校保存的检查点核对。",
            "The sum is that of what was given here alone. Compare the checkpoint with the one that schools keep.",
        ));
        lines.iter().fold(String::new(), |text, line| text + line.get(lang) + "\n")
    }
}

impl Refusal {
    /// What happened, where, and what to do.
    pub fn text(&self, lang: Lang) -> String {
        let text = match self {
            Self::NoProof => say(
                "文件中没有证明。请使用从学分页下载的 .tlog-proof 文件或压缩包。",
                "There is no proof in the file. Use the .tlog-proof file or the archive as it was downloaded from the credits page.",
            ),
            Self::Unreadable(number) => say(
                format!("第 {number} 个证明无法读取：文件不完整或被改动。请重新下载。"),
                format!("Proof no. {number} cannot be read: the file is not whole or was changed. Download it again."),
            ),
            Self::WrongKey { signed_by } => say(
                format!(
                    "公钥不符：检查点由 {} 签名。请核对公钥是否属于该区、是否为当时使用的密钥。",
                    signed_by.join("、")
                ),
                format!(
                    "The wrong key: the checkpoint is signed by {}. Check that the key is the district's, and the one of that time.",
                    signed_by.join(", ")
                ),
            ),
            Self::BadSignature => say(
                "签名无效：检查点在签名后被改动，或者签名是伪造的。此文件不能证明任何内容。",
                "The signature is bad: the checkpoint was changed after it was signed, or the signature is forged. The file proves nothing.",
            ),
            Self::OtherTree { origin } => say(
                format!("检查点属于另一个账本（{origin}），与公钥的名称不符。"),
                format!("The checkpoint is of another ledger ({origin}) than the key is named for."),
            ),
            Self::Changed(number) => say(
                format!("第 {number} 个证明中的流水或其盐值与封存时不同：内容被改动。"),
                format!("The entry of proof no. {number}, or its salt, is not what was sealed: it was changed."),
            ),
            Self::NotInTree(number) => say(
                format!("第 {number} 个证明中的流水不在检查点所签的账本中的该位置。"),
                format!(
                    "The entry of proof no. {number} is not at that place of the ledger that the checkpoint signs."
                ),
            ),
            Self::Twice(number) => say(
                format!("第 {number} 个证明中的流水在文件中出现了两次。"),
                format!("The entry of proof no. {number} is in the file twice."),
            ),
        };
        text.get(lang).to_owned()
    }
}

/// That the entry of this id is in more than one of the files that were given.
pub fn given_twice(entry: Uuid, lang: Lang) -> String {
    let text = say(
        format!("流水 {entry} 出现在不止一个文件中，请每条只给一次。"),
        format!("The entry {entry} is in more than one of the files. Give each once."),
    );
    text.get(lang).to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::seal::entry::Told;
    use crate::seal::note::Checkpoint;

    #[test]
    fn sums_are_told_by_person_and_policy() {
        let told = |n: u128, amount: i64| Told {
            id: Uuid::from_u128(n),
            person: Uuid::from_u128(1),
            policy: "p".into(),
            amount: Credit::from_milli(amount),
            on: "2026-03-01".parse().expect("a day"),
        };
        let checkpoint = Checkpoint { origin: "kepu/town".into(), size: 9, root: [0; 32] };
        let proven = Proven { entries: vec![(4, told(1, 2000)), (7, told(2, -500))], checkpoint };
        let text = proven.text(Lang::En);
        assert!(text.contains("no. 5: 2026-03-01, 2 credits (p)"), "{text}");
        assert!(text.contains("Together 1.5 credits of person"), "{text}");
        assert!(proven.text(Lang::Zh).contains("合计 1.5 学分"));
    }
}
